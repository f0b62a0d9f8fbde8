"""The executive: pool, lookaside lists, raising exceptions."""

from __future__ import annotations

from ..mm.lookaside import Lookaside
from ..mm.pool_calls import NO_TAG, PAGED_BIT, Request, allocate, allocate2, free, raised, zeroed
from ..routine import known, routine
from ..wdk.constants import (
    POOL_QUOTA_FAIL_INSTEAD_OF_RAISE,
    STATUS_ACCESS_VIOLATION,
    STATUS_DATATYPE_MISALIGNMENT,
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_QUOTA_EXCEEDED,
    DrvRtPoolNxOptIn,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System


@routine(
    "PVOID ExAllocatePool(POOL_TYPE PoolType, SIZE_T NumberOfBytes)",
    page="nf-wdm-exallocatepool", irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL", fails="NULL", undo="ExFreePool",
    checks_irql=True,
)  # fmt: skip
def ExAllocatePool(nt: System, pool_type: int, size: int) -> int:
    return allocate(nt, Request("ExAllocatePool", pool_type, size, NO_TAG, zeroed(pool_type), raised(pool_type)))


@routine(
    "PVOID ExAllocatePoolWithTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)",
    page="nf-wdm-exallocatepoolwithtag", irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL", fails="NULL",
    raises=(STATUS_INSUFFICIENT_RESOURCES,), undo="ExFreePoolWithTag", checks_irql=True,
)  # fmt: skip
def ExAllocatePoolWithTag(nt: System, pool_type: int, size: int, tag: int) -> int:
    """Pool whose contents are left as they are. NULL if there is none, unless the type asks for an exception."""
    return allocate(nt, Request("ExAllocatePoolWithTag", pool_type, size, tag, zeroed(pool_type), raised(pool_type)))


@routine(
    "PVOID ExAllocatePoolWithTagPriority(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag, "
    "EX_POOL_PRIORITY Priority)",
    page="nf-wdm-exallocatepoolwithtagpriority", irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL", fails="NULL",
    undo="ExFreePoolWithTag", checks_irql=True,
)  # fmt: skip
def ExAllocatePoolWithTagPriority(nt: System, pool_type: int, size: int, tag: int, priority: int) -> int:
    request = Request("ExAllocatePoolWithTagPriority", pool_type, size, tag, zeroed(pool_type), raised(pool_type))
    return allocate(nt, request.with_priority(priority))


@routine(
    "PVOID ExAllocatePoolWithQuotaTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)",
    page="nf-wdm-exallocatepoolwithquotatag", irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL", fails="exception",
    raises=(STATUS_INSUFFICIENT_RESOURCES, STATUS_QUOTA_EXCEEDED), undo="ExFreePoolWithTag", checks_irql=True,
)  # fmt: skip
def ExAllocatePoolWithQuotaTag(nt: System, pool_type: int, size: int, tag: int) -> int:
    """Pool that the current process pays for. Failure raises, unless the type asks for NULL."""
    raises = 0 if pool_type & POOL_QUOTA_FAIL_INSTEAD_OF_RAISE else STATUS_QUOTA_EXCEEDED
    return allocate(nt, Request("ExAllocatePoolWithQuotaTag", pool_type, size, tag, zeroed(pool_type), raises))


@routine(
    "PVOID ExAllocatePool2(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag)",
    page="nf-wdm-exallocatepool2", irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL", fails="NULL",
    raises=(STATUS_INSUFFICIENT_RESOURCES,), undo="ExFreePool", checks_irql=True,
)  # fmt: skip
def ExAllocatePool2(nt: System, flags: int, size: int, tag: int) -> int:
    """Zeroed pool, unless a flag says otherwise. A missing tag, or flags that cannot be meant, give NULL."""
    return allocate2(nt, "ExAllocatePool2", flags, size, tag)


@routine(
    "PVOID ExAllocatePool3(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag, "
    "PCPOOL_EXTENDED_PARAMETER ExtendedParameters, ULONG ExtendedParametersCount)",
    page="nf-wdm-exallocatepool3", irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL", fails="NULL",
    raises=(STATUS_INSUFFICIENT_RESOURCES,), undo="ExFreePool2", checks_irql=True,
)  # fmt: skip
def ExAllocatePool3(nt: System, flags: int, size: int, tag: int, parameters: int, count: int) -> int:
    if count:
        nt.not_modelled("pool with extended parameters")
    return allocate2(nt, "ExAllocatePool3", flags, size, tag)


@routine(
    "PVOID ExAllocatePoolZero(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)",
    page="nf-wdm-exallocatepoolzero", irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL", fails="NULL",
    undo="ExFreePoolWithTag", macro=True, checks_irql=True,
)  # fmt: skip
def ExAllocatePoolZero(nt: System, pool_type: int, size: int, tag: int) -> int:
    return allocate(nt, Request("ExAllocatePoolZero", pool_type, size, tag, True, raised(pool_type)))


@routine(
    "PVOID ExAllocatePoolUninitialized(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)",
    page="nf-wdm-exallocatepooluninitialized", irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL", fails="NULL",
    undo="ExFreePoolWithTag", macro=True, checks_irql=True,
)  # fmt: skip
def ExAllocatePoolUninitialized(nt: System, pool_type: int, size: int, tag: int) -> int:
    return allocate(nt, Request("ExAllocatePoolUninitialized", pool_type, size, tag, False, raised(pool_type)))


@routine(
    "VOID ExFreePool(PVOID P)",
    page="nf-wdm-exfreepool", irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL", checks_irql=True,
)  # fmt: skip
def ExFreePool(nt: System, where: int) -> None:
    free(nt, where, 0)


@routine(
    "VOID ExFreePoolWithTag(PVOID P, ULONG Tag)",
    page="nf-wdm-exfreepoolwithtag", irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL", checks_irql=True,
)  # fmt: skip
def ExFreePoolWithTag(nt: System, where: int, tag: int) -> None:
    """Free a block. A tag of 0 is not compared with the one it was allocated with."""
    free(nt, where, tag)


@routine(
    "VOID ExFreePool2(PVOID P, ULONG Tag, PCPOOL_EXTENDED_PARAMETER ExtendedParameters, "
    "ULONG ExtendedParametersCount)",
    page="nf-wdm-exfreepool2", irql="<= DISPATCH_LEVEL", checks_irql=True,
)  # fmt: skip
def ExFreePool2(nt: System, where: int, tag: int, parameters: int, count: int) -> None:
    free(nt, where, tag)


@routine(
    "VOID ExInitializeNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside, PALLOCATE_FUNCTION Allocate, "
    "PFREE_FUNCTION Free, ULONG Flags, SIZE_T Size, ULONG Tag, USHORT Depth)",
    page="nf-wdm-exinitializenpagedlookasidelist", irql="<= DISPATCH_LEVEL", fails="exception",
    undo="ExDeleteNPagedLookasideList",
)  # fmt: skip
def ExInitializeNPagedLookasideList(
    nt: System, where: int, allocate: int, free: int, flags: int, size: int, tag: int, depth: int
) -> None:
    """Prepare a list of nonpaged blocks, which come from pool unless the driver has functions for that. Depth is not
    looked at."""
    made = Lookaside(where, flags & ~PAGED_BIT, size, tag, (allocate, free), False, "ExAllocateFromNPagedLookasideList")
    nt.lookasides.initialise(made)


@routine(
    "PVOID ExAllocateFromNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside)",
    page="nf-wdm-exallocatefromnpagedlookasidelist", irql="<= DISPATCH_LEVEL", fails="NULL",
    undo="ExFreeToNPagedLookasideList", calls_back=True,
)  # fmt: skip
def ExAllocateFromNPagedLookasideList(nt: System, where: int) -> int:
    """A block of the list's size, one that was given back if there is one."""
    return nt.lookasides.take(where)


@routine(
    "VOID ExFreeToNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside, PVOID Entry)",
    page="nf-wdm-exfreetonpagedlookasidelist", irql="<= DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
def ExFreeToNPagedLookasideList(nt: System, where: int, entry: int) -> None:
    """Keep a block for the next who asks, or free it if the list is full."""
    nt.lookasides.give(where, entry)


@routine(
    "VOID ExDeleteNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside)",
    page="nf-wdm-exdeletenpagedlookasidelist", irql="<= DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
def ExDeleteNPagedLookasideList(nt: System, where: int) -> None:
    nt.lookasides.delete(where)


@routine("VOID ExRaiseStatus(NTSTATUS Status)", page="nf-wdm-exraisestatus", irql="<= APC_LEVEL", fails="exception")
def ExRaiseStatus(nt: System, status: int) -> None:
    nt.faults.raise_exception(status, noncontinuable=True)


@routine(
    "VOID ExRaiseAccessViolation(VOID)",
    page="nf-ntddk-exraiseaccessviolation", irql="== PASSIVE_LEVEL", fails="exception",
    raises=(STATUS_ACCESS_VIOLATION,), header="ntddk.h",
)  # fmt: skip
def ExRaiseAccessViolation(nt: System) -> None:
    nt.faults.raise_exception(STATUS_ACCESS_VIOLATION, noncontinuable=True)


@routine(
    "VOID ExRaiseDatatypeMisalignment(VOID)",
    page="nf-ntddk-exraisedatatypemisalignment", irql="== PASSIVE_LEVEL", fails="exception",
    raises=(STATUS_DATATYPE_MISALIGNMENT,), header="ntddk.h",
)  # fmt: skip
def ExRaiseDatatypeMisalignment(nt: System) -> None:
    nt.faults.raise_exception(STATUS_DATATYPE_MISALIGNMENT, noncontinuable=True)


@routine("KPROCESSOR_MODE ExGetPreviousMode(VOID)", page="nf-wdm-exgetpreviousmode", irql="<= DISPATCH_LEVEL")
def ExGetPreviousMode(nt: System) -> int:
    return nt.thread.previous_mode


@routine(
    "PVOID ExAllocatePoolQuotaZero(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)",
    page="nf-wdm-exallocatepoolquotazero", irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL", fails="exception",
    raises=(STATUS_INSUFFICIENT_RESOURCES, STATUS_QUOTA_EXCEEDED), undo="ExFreePoolWithTag", macro=True,
    checks_irql=True,
)  # fmt: skip
def ExAllocatePoolQuotaZero(nt: System, pool_type: int, size: int, tag: int) -> int:
    raises = 0 if pool_type & POOL_QUOTA_FAIL_INSTEAD_OF_RAISE else STATUS_QUOTA_EXCEEDED
    return allocate(nt, Request("ExAllocatePoolQuotaZero", pool_type, size, tag, True, raises))


@routine(
    "PVOID ExAllocatePoolQuotaUninitialized(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)",
    page="nf-wdm-exallocatepoolquotauninitialized", irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL",
    fails="exception", raises=(STATUS_INSUFFICIENT_RESOURCES, STATUS_QUOTA_EXCEEDED), undo="ExFreePoolWithTag",
    macro=True, checks_irql=True,
)  # fmt: skip
def ExAllocatePoolQuotaUninitialized(nt: System, pool_type: int, size: int, tag: int) -> int:
    raises = 0 if pool_type & POOL_QUOTA_FAIL_INSTEAD_OF_RAISE else STATUS_QUOTA_EXCEEDED
    return allocate(nt, Request("ExAllocatePoolQuotaUninitialized", pool_type, size, tag, False, raises))


@routine(
    "PVOID ExAllocatePoolPriorityZero(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag, "
    "EX_POOL_PRIORITY Priority)",
    page="nf-wdm-exallocatepoolpriorityzero", irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL",
    fails="NULL", undo="ExFreePoolWithTag", macro=True, checks_irql=True,
)  # fmt: skip
def ExAllocatePoolPriorityZero(nt: System, pool_type: int, size: int, tag: int, priority: int) -> int:
    request = Request("ExAllocatePoolPriorityZero", pool_type, size, tag, True, raised(pool_type))
    return allocate(nt, request.with_priority(priority))


@routine(
    "PVOID ExAllocatePoolPriorityUninitialized(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag, "
    "EX_POOL_PRIORITY Priority)",
    page="nf-wdm-exallocatepoolpriorityuninitialized", irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL",
    fails="NULL", undo="ExFreePoolWithTag", macro=True, checks_irql=True,
)  # fmt: skip
def ExAllocatePoolPriorityUninitialized(nt: System, pool_type: int, size: int, tag: int, priority: int) -> int:
    request = Request("ExAllocatePoolPriorityUninitialized", pool_type, size, tag, False, raised(pool_type))
    return allocate(nt, request.with_priority(priority))


@routine(
    "PVOID ExAllocatePoolWithQuota(POOL_TYPE PoolType, SIZE_T NumberOfBytes)",
    irql="<= APC_LEVEL if paged else <= DISPATCH_LEVEL", fails="exception",
    raises=(STATUS_INSUFFICIENT_RESOURCES, STATUS_QUOTA_EXCEEDED), undo="ExFreePool", checks_irql=True,
)  # fmt: skip
def ExAllocatePoolWithQuota(nt: System, pool_type: int, size: int) -> int:
    raises = 0 if pool_type & POOL_QUOTA_FAIL_INSTEAD_OF_RAISE else STATUS_QUOTA_EXCEEDED
    return allocate(nt, Request("ExAllocatePoolWithQuota", pool_type, size, NO_TAG, zeroed(pool_type), raises))


@routine(
    "VOID ExInitializePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside, PALLOCATE_FUNCTION Allocate, "
    "PFREE_FUNCTION Free, ULONG Flags, SIZE_T Size, ULONG Tag, USHORT Depth)",
    page="nf-wdm-exinitializepagedlookasidelist", irql="<= APC_LEVEL", undo="ExDeletePagedLookasideList",
)  # fmt: skip
def ExInitializePagedLookasideList(
    nt: System, where: int, allocate: int, free: int, flags: int, size: int, tag: int, depth: int
) -> None:
    """Prepare a list of paged blocks, which come from pool unless the driver has functions for that. Depth is not
    looked at."""
    made = Lookaside(where, flags | PAGED_BIT, size, tag, (allocate, free), False, "ExAllocateFromPagedLookasideList")
    nt.lookasides.initialise(made)


@routine(
    "PVOID ExAllocateFromPagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside)",
    page="nf-wdm-exallocatefrompagedlookasidelist", irql="<= APC_LEVEL", fails="NULL",
    undo="ExFreeToPagedLookasideList", calls_back=True,
)  # fmt: skip
def ExAllocateFromPagedLookasideList(nt: System, where: int) -> int:
    """A block of the list's size, one that was given back if there is one."""
    return nt.lookasides.take(where)


@routine(
    "VOID ExFreeToPagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside, PVOID Entry)",
    page="nf-wdm-exfreetopagedlookasidelist", irql="<= APC_LEVEL", calls_back=True,
)  # fmt: skip
def ExFreeToPagedLookasideList(nt: System, where: int, entry: int) -> None:
    """Keep a block for the next who asks, or free it if the list is full."""
    nt.lookasides.give(where, entry)


@routine(
    "VOID ExDeletePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside)",
    page="nf-wdm-exdeletepagedlookasidelist", irql="<= APC_LEVEL", calls_back=True,
)  # fmt: skip
def ExDeletePagedLookasideList(nt: System, where: int) -> None:
    nt.lookasides.delete(where)


@routine(
    "NTSTATUS ExInitializeLookasideListEx(PLOOKASIDE_LIST_EX Lookaside, PALLOCATE_FUNCTION_EX Allocate, "
    "PFREE_FUNCTION_EX Free, POOL_TYPE PoolType, ULONG Flags, SIZE_T Size, ULONG Tag, USHORT Depth)",
    page="nf-wdm-exinitializelookasidelistex", irql="<= DISPATCH_LEVEL", fails="NTSTATUS",
    undo="ExDeleteLookasideListEx",
)  # fmt: skip
def ExInitializeLookasideListEx(
    nt: System, where: int, allocate: int, free: int, pool_type: int, flags: int, size: int, tag: int, depth: int
) -> int:
    """Prepare a list whose functions are given the list itself."""
    if nt.fails("ExInitializeLookasideListEx"):
        return STATUS_INSUFFICIENT_RESOURCES
    made = Lookaside(where, pool_type, size, tag, (allocate, free), True, "ExAllocateFromLookasideListEx")
    return nt.lookasides.initialise_ex(made, flags)


@routine(
    "PVOID ExAllocateFromLookasideListEx(PLOOKASIDE_LIST_EX Lookaside)",
    page="nf-wdm-exallocatefromlookasidelistex", irql="<= DISPATCH_LEVEL", fails="NULL",
    undo="ExFreeToLookasideListEx", calls_back=True,
)  # fmt: skip
def ExAllocateFromLookasideListEx(nt: System, where: int) -> int:
    return nt.lookasides.take(where)


@routine(
    "VOID ExFreeToLookasideListEx(PLOOKASIDE_LIST_EX Lookaside, PVOID Entry)",
    page="nf-wdm-exfreetolookasidelistex", irql="<= DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
def ExFreeToLookasideListEx(nt: System, where: int, entry: int) -> None:
    nt.lookasides.give(where, entry)


@routine(
    "VOID ExFlushLookasideListEx(PLOOKASIDE_LIST_EX Lookaside)",
    page="nf-wdm-exflushlookasidelistex", irql="<= DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
def ExFlushLookasideListEx(nt: System, where: int) -> None:
    """Free what the list keeps."""
    nt.lookasides.flush(where)


@routine(
    "VOID ExDeleteLookasideListEx(PLOOKASIDE_LIST_EX Lookaside)",
    page="nf-wdm-exdeletelookasidelistex", irql="<= DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
def ExDeleteLookasideListEx(nt: System, where: int) -> None:
    nt.lookasides.delete(where)


@routine(
    "VOID ExSystemTimeToLocalTime(PLARGE_INTEGER SystemTime, PLARGE_INTEGER LocalTime)",
    page="nf-wdm-exsystemtimetolocaltime", irql="any",
)  # fmt: skip
def ExSystemTimeToLocalTime(nt: System, system: int, local: int) -> None:
    """The machine stands in UTC, so both are the same."""
    nt.memory.write(local, nt.memory.read(system, 8))


@routine(
    "VOID ExLocalTimeToSystemTime(PLARGE_INTEGER LocalTime, PLARGE_INTEGER SystemTime)",
    page="nf-wdm-exlocaltimetosystemtime", irql="any",
)  # fmt: skip
def ExLocalTimeToSystemTime(nt: System, local: int, system: int) -> None:
    nt.memory.write(system, nt.memory.read(local, 8))


known(
    "BOOLEAN ExIsProcessorFeaturePresent(ULONG ProcessorFeature)",
    page="nf-wdm-exisprocessorfeaturepresent", irql="any",
)  # fmt: skip
@routine(
    "VOID ExInitializeDriverRuntime(ULONG RuntimeFlags)",
    page="nf-wdm-exinitializedriverruntime", irql="== PASSIVE_LEVEL", macro=True,
)  # fmt: skip
def ExInitializeDriverRuntime(nt: System, flags: int) -> None:
    """With DrvRtPoolNxOptIn NonPagedPool means NonPagedPoolNx from here on."""
    nt.pool.never_executable |= bool(flags & DrvRtPoolNxOptIn)


