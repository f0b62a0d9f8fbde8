"""The executive: pool, lookaside lists, resources, run-down protection, raising exceptions."""

from __future__ import annotations

from dmascript.runtime.constants import (
    STATUS_ACCESS_VIOLATION,
    STATUS_DATATYPE_MISALIGNMENT,
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_QUOTA_EXCEEDED,
)
from dmascript.runtime.routine import known

known(
    "PVOID ExAllocatePool(POOL_TYPE PoolType, SIZE_T NumberOfBytes)",
    page="nf-wdm-exallocatepool", irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL", fails="NULL", undo="ExFreePool",
)  # fmt: skip
known(
    "PVOID ExAllocatePoolWithTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)",
    page="nf-wdm-exallocatepoolwithtag", irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL", fails="NULL",
    raises=(STATUS_INSUFFICIENT_RESOURCES,), undo="ExFreePoolWithTag",
)  # fmt: skip
known(
    "PVOID ExAllocatePoolWithTagPriority(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag, "
    "EX_POOL_PRIORITY Priority)",
    page="nf-wdm-exallocatepoolwithtagpriority", irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL", fails="NULL",
    undo="ExFreePoolWithTag",
)  # fmt: skip
known(
    "PVOID ExAllocatePoolWithQuotaTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)",
    page="nf-wdm-exallocatepoolwithquotatag", irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL", fails="exception",
    raises=(STATUS_INSUFFICIENT_RESOURCES, STATUS_QUOTA_EXCEEDED), undo="ExFreePoolWithTag",
)  # fmt: skip
known(
    "PVOID ExAllocatePool2(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag)",
    page="nf-wdm-exallocatepool2", irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL", fails="NULL",
    raises=(STATUS_INSUFFICIENT_RESOURCES,), undo="ExFreePool",
)  # fmt: skip
known(
    "PVOID ExAllocatePool3(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag, "
    "PCPOOL_EXTENDED_PARAMETER ExtendedParameters, ULONG ExtendedParametersCount)",
    page="nf-wdm-exallocatepool3", irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL", fails="NULL",
    raises=(STATUS_INSUFFICIENT_RESOURCES,), undo="ExFreePool2",
)  # fmt: skip
known(
    "PVOID ExAllocatePoolZero(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)",
    page="nf-wdm-exallocatepoolzero", irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL", fails="NULL",
    undo="ExFreePoolWithTag", macro=True,
)  # fmt: skip
known(
    "PVOID ExAllocatePoolUninitialized(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)",
    page="nf-wdm-exallocatepooluninitialized", irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL", fails="NULL",
    undo="ExFreePoolWithTag", macro=True,
)  # fmt: skip
known("VOID ExFreePool(PVOID P)", page="nf-wdm-exfreepool", irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL")
known(
    "VOID ExFreePoolWithTag(PVOID P, ULONG Tag)",
    page="nf-wdm-exfreepoolwithtag", irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL",
)  # fmt: skip
known(
    "VOID ExFreePool2(PVOID P, ULONG Tag, PCPOOL_EXTENDED_PARAMETER ExtendedParameters, "
    "ULONG ExtendedParametersCount)",
    page="nf-wdm-exfreepool2", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
known(
    "VOID ExInitializeNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside, PALLOCATE_FUNCTION Allocate, "
    "PFREE_FUNCTION Free, ULONG Flags, SIZE_T Size, ULONG Tag, USHORT Depth)",
    page="nf-wdm-exinitializenpagedlookasidelist", irql="<= DISPATCH_LEVEL", fails="exception",
    undo="ExDeleteNPagedLookasideList",
)  # fmt: skip
known(
    "PVOID ExAllocateFromNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside)",
    page="nf-wdm-exallocatefromnpagedlookasidelist", irql="<= DISPATCH_LEVEL", fails="NULL",
    undo="ExFreeToNPagedLookasideList", calls_back=True,
)  # fmt: skip
known(
    "VOID ExFreeToNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside, PVOID Entry)",
    page="nf-wdm-exfreetonpagedlookasidelist", irql="<= DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
known(
    "VOID ExDeleteNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside)",
    page="nf-wdm-exdeletenpagedlookasidelist", irql="<= DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
known("VOID ExRaiseStatus(NTSTATUS Status)", page="nf-wdm-exraisestatus", irql="<= APC_LEVEL", fails="exception")
known(
    "VOID ExRaiseAccessViolation(VOID)",
    page="nf-ntddk-exraiseaccessviolation", irql="== PASSIVE_LEVEL", fails="exception",
    raises=(STATUS_ACCESS_VIOLATION,), header="ntddk.h",
)  # fmt: skip
known(
    "VOID ExRaiseDatatypeMisalignment(VOID)",
    page="nf-ntddk-exraisedatatypemisalignment", irql="== PASSIVE_LEVEL", fails="exception",
    raises=(STATUS_DATATYPE_MISALIGNMENT,), header="ntddk.h",
)  # fmt: skip
known("KPROCESSOR_MODE ExGetPreviousMode(VOID)", page="nf-wdm-exgetpreviousmode", irql="<= DISPATCH_LEVEL")
known(
    "PVOID ExAllocatePoolQuotaZero(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)",
    page="nf-wdm-exallocatepoolquotazero", irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL", fails="exception",
    raises=(STATUS_INSUFFICIENT_RESOURCES, STATUS_QUOTA_EXCEEDED), undo="ExFreePoolWithTag", macro=True,
)  # fmt: skip
known(
    "PVOID ExAllocatePoolWithQuota(POOL_TYPE PoolType, SIZE_T NumberOfBytes)",
    irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL", fails="exception",
    raises=(STATUS_INSUFFICIENT_RESOURCES, STATUS_QUOTA_EXCEEDED), undo="ExFreePool",
)  # fmt: skip
known(
    "VOID ExInitializePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside, PALLOCATE_FUNCTION Allocate, "
    "PFREE_FUNCTION Free, ULONG Flags, SIZE_T Size, ULONG Tag, USHORT Depth)",
    page="nf-wdm-exinitializepagedlookasidelist", irql="<= APC_LEVEL", undo="ExDeletePagedLookasideList",
)  # fmt: skip
known(
    "PVOID ExAllocateFromPagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside)",
    page="nf-wdm-exallocatefrompagedlookasidelist", irql="<= APC_LEVEL", fails="NULL",
    undo="ExFreeToPagedLookasideList", calls_back=True,
)  # fmt: skip
known(
    "VOID ExFreeToPagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside, PVOID Entry)",
    page="nf-wdm-exfreetopagedlookasidelist", irql="<= APC_LEVEL", calls_back=True,
)  # fmt: skip
known(
    "VOID ExDeletePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside)",
    page="nf-wdm-exdeletepagedlookasidelist", irql="<= APC_LEVEL", calls_back=True,
)  # fmt: skip
known(
    "NTSTATUS ExInitializeLookasideListEx(PLOOKASIDE_LIST_EX Lookaside, PALLOCATE_FUNCTION_EX Allocate, "
    "PFREE_FUNCTION_EX Free, POOL_TYPE PoolType, ULONG Flags, SIZE_T Size, ULONG Tag, USHORT Depth)",
    page="nf-wdm-exinitializelookasidelistex", irql="<= DISPATCH_LEVEL", fails="NTSTATUS",
    undo="ExDeleteLookasideListEx",
)  # fmt: skip
known(
    "PVOID ExAllocateFromLookasideListEx(PLOOKASIDE_LIST_EX Lookaside)",
    page="nf-wdm-exallocatefromlookasidelistex", irql="<= DISPATCH_LEVEL", fails="NULL",
    undo="ExFreeToLookasideListEx", calls_back=True,
)  # fmt: skip
known(
    "VOID ExFreeToLookasideListEx(PLOOKASIDE_LIST_EX Lookaside, PVOID Entry)",
    page="nf-wdm-exfreetolookasidelistex", irql="<= DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
known(
    "VOID ExDeleteLookasideListEx(PLOOKASIDE_LIST_EX Lookaside)",
    page="nf-wdm-exdeletelookasidelistex", irql="<= DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
known(
    "NTSTATUS ExInitializeResourceLite(PERESOURCE Resource)",
    page="nf-wdm-exinitializeresourcelite", irql="<= DISPATCH_LEVEL", undo="ExDeleteResourceLite",
)  # fmt: skip
known(
    "NTSTATUS ExDeleteResourceLite(PERESOURCE Resource)",
    page="nf-wdm-exdeleteresourcelite", irql="<= DISPATCH_LEVEL", fails="NTSTATUS",
)  # fmt: skip
known(
    "BOOLEAN ExAcquireResourceExclusiveLite(PERESOURCE Resource, BOOLEAN Wait)",
    page="nf-wdm-exacquireresourceexclusivelite", irql="<= APC_LEVEL", fails="FALSE", undo="ExReleaseResourceLite",
    calls_back=True,
)  # fmt: skip
known(
    "BOOLEAN ExAcquireResourceSharedLite(PERESOURCE Resource, BOOLEAN Wait)",
    page="nf-wdm-exacquireresourcesharedlite", irql="<= APC_LEVEL", fails="FALSE", undo="ExReleaseResourceLite",
    calls_back=True,
)  # fmt: skip
known(
    "VOID ExReleaseResourceLite(PERESOURCE Resource)",
    page="nf-wdm-exreleaseresourcelite", irql="<= DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
known(
    "VOID ExSystemTimeToLocalTime(PLARGE_INTEGER SystemTime, PLARGE_INTEGER LocalTime)",
    page="nf-wdm-exsystemtimetolocaltime", irql="any",
)  # fmt: skip
known(
    "VOID ExLocalTimeToSystemTime(PLARGE_INTEGER LocalTime, PLARGE_INTEGER SystemTime)",
    page="nf-wdm-exlocaltimetosystemtime", irql="any",
)  # fmt: skip
known(
    "BOOLEAN ExIsProcessorFeaturePresent(ULONG ProcessorFeature)",
    page="nf-wdm-exisprocessorfeaturepresent", irql="any",
)  # fmt: skip
known(
    "VOID ExInitializeDriverRuntime(ULONG RuntimeFlags)",
    page="nf-wdm-exinitializedriverruntime", irql="== PASSIVE_LEVEL", macro=True,
)  # fmt: skip
known(
    "BOOLEAN ExAcquireRundownProtection(PEX_RUNDOWN_REF RunRef)",
    page="nf-wdm-exacquirerundownprotection", irql="<= DISPATCH_LEVEL", fails="FALSE",
    undo="ExReleaseRundownProtection",
)  # fmt: skip
known(
    "VOID ExReleaseRundownProtection(PEX_RUNDOWN_REF RunRef)",
    page="nf-wdm-exreleaserundownprotection", irql="<= DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
known(
    "VOID ExInitializeRundownProtection(PEX_RUNDOWN_REF RunRef)",
    page="nf-wdm-exinitializerundownprotection", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
known(
    "VOID ExWaitForRundownProtectionRelease(PEX_RUNDOWN_REF RunRef)",
    page="nf-wdm-exwaitforrundownprotectionrelease", irql="<= APC_LEVEL", calls_back=True,
)  # fmt: skip
