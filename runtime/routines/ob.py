"""References to objects, and handles to them."""

from __future__ import annotations

from ..routine import known

known(
    "VOID ObReferenceObject(PVOID Object)",
    page="nf-wdm-obreferenceobject", irql="<= DISPATCH_LEVEL", undo="ObDereferenceObject", macro=True,
)  # fmt: skip
known(
    "VOID ObDereferenceObject(PVOID Object)",
    page="nf-wdm-obdereferenceobject", irql="<= DISPATCH_LEVEL", calls_back=True, macro=True,
)  # fmt: skip
known(
    "NTSTATUS ObReferenceObjectByHandle(HANDLE Handle, ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType, "
    "KPROCESSOR_MODE AccessMode, PVOID *Object, POBJECT_HANDLE_INFORMATION HandleInformation)",
    page="nf-wdm-obreferenceobjectbyhandle", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="ObDereferenceObject",
)  # fmt: skip
known(
    "NTSTATUS ObReferenceObjectByPointer(PVOID Object, ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType, "
    "KPROCESSOR_MODE AccessMode)",
    page="nf-wdm-obreferenceobjectbypointer", irql="<= DISPATCH_LEVEL", fails="NTSTATUS", undo="ObDereferenceObject",
)  # fmt: skip
known("LONG_PTR ObfReferenceObject(PVOID Object)", irql="<= DISPATCH_LEVEL", undo="ObDereferenceObject")
known("LONG_PTR ObfDereferenceObject(PVOID Object)", irql="<= DISPATCH_LEVEL", calls_back=True)
known(
    "VOID ObReferenceObjectWithTag(PVOID Object, ULONG Tag)",
    page="nf-wdm-obreferenceobjectwithtag", irql="<= DISPATCH_LEVEL", undo="ObDereferenceObjectWithTag", macro=True,
)  # fmt: skip
known(
    "VOID ObDereferenceObjectWithTag(PVOID Object, ULONG Tag)",
    page="nf-wdm-obdereferenceobjectwithtag", irql="<= DISPATCH_LEVEL", macro=True, calls_back=True,
)  # fmt: skip
known(
    "NTSTATUS ObOpenObjectByPointer(PVOID Object, ULONG HandleAttributes, PACCESS_STATE PassedAccessState, "
    "ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode, PHANDLE Handle)",
    page="nf-ntifs-obopenobjectbypointer", irql="<= APC_LEVEL", fails="NTSTATUS", undo="ZwClose", header="ntifs.h",
)  # fmt: skip
