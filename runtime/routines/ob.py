"""References to objects, and handles to them."""

from __future__ import annotations

from ..ob import references
from ..routine import routine
from ..services.references import by_handle, open_by_pointer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System


@routine(
    "VOID ObReferenceObject(PVOID Object)",
    page="nf-wdm-obreferenceobject", irql="<= DISPATCH_LEVEL", undo="ObDereferenceObject", macro=True,
)  # fmt: skip
def ObReferenceObject(nt: System, where: int) -> None:
    references.reference(nt, where)


@routine(
    "VOID ObDereferenceObject(PVOID Object)",
    page="nf-wdm-obdereferenceobject", irql="<= DISPATCH_LEVEL", calls_back=True, macro=True,
)  # fmt: skip
def ObDereferenceObject(nt: System, where: int) -> None:
    """Give a reference back: with the last one the object goes, and a file is closed."""
    references.dereference(nt, where)


@routine(
    "NTSTATUS ObReferenceObjectByHandle(HANDLE Handle, ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType, "
    "KPROCESSOR_MODE AccessMode, PVOID *Object, POBJECT_HANDLE_INFORMATION HandleInformation)",
    page="nf-wdm-obreferenceobjectbyhandle", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="ObDereferenceObject",
)  # fmt: skip
def ObReferenceObjectByHandle(
    nt: System, handle: int, access: int, object_type: int, mode: int, object_at: int, information: int
) -> int:
    """The object that a handle of the current process stands for, with a reference of the caller's own."""
    return by_handle(nt, handle, access, object_type, mode, object_at, information)


@routine(
    "NTSTATUS ObReferenceObjectByPointer(PVOID Object, ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType, "
    "KPROCESSOR_MODE AccessMode)",
    page="nf-wdm-obreferenceobjectbypointer", irql="<= DISPATCH_LEVEL", fails="NTSTATUS", undo="ObDereferenceObject",
)  # fmt: skip
def ObReferenceObjectByPointer(nt: System, where: int, access: int, object_type: int, mode: int) -> int:
    return references.by_pointer(nt, where, object_type)


@routine("LONG_PTR ObfReferenceObject(PVOID Object)", irql="<= DISPATCH_LEVEL", undo="ObDereferenceObject")
def ObfReferenceObject(nt: System, where: int) -> int:
    """How many references there are now."""
    return references.reference(nt, where)


@routine("LONG_PTR ObfDereferenceObject(PVOID Object)", irql="<= DISPATCH_LEVEL", calls_back=True)
def ObfDereferenceObject(nt: System, where: int) -> int:
    return references.dereference(nt, where)


@routine(
    "VOID ObReferenceObjectWithTag(PVOID Object, ULONG Tag)",
    page="nf-wdm-obreferenceobjectwithtag", irql="<= DISPATCH_LEVEL", undo="ObDereferenceObjectWithTag", macro=True,
)  # fmt: skip
def ObReferenceObjectWithTag(nt: System, where: int, tag: int) -> None:
    references.reference(nt, where)


@routine(
    "VOID ObDereferenceObjectWithTag(PVOID Object, ULONG Tag)",
    page="nf-wdm-obdereferenceobjectwithtag", irql="<= DISPATCH_LEVEL", macro=True, calls_back=True,
)  # fmt: skip
def ObDereferenceObjectWithTag(nt: System, where: int, tag: int) -> None:
    references.dereference(nt, where)


@routine(
    "NTSTATUS ObOpenObjectByPointer(PVOID Object, ULONG HandleAttributes, PACCESS_STATE PassedAccessState, "
    "ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode, PHANDLE Handle)",
    page="nf-ntifs-obopenobjectbypointer", irql="<= APC_LEVEL", fails="NTSTATUS", undo="ZwClose", header="ntifs.h",
)  # fmt: skip
def ObOpenObjectByPointer(
    nt: System, where: int, attributes: int, access_state: int, access: int, object_type: int, mode: int,
    handle_at: int,
) -> int:  # fmt: skip
    """A handle to an object, in the current process or with OBJ_KERNEL_HANDLE in the system's table."""
    opened = open_by_pointer(nt, references.counted(nt, where), attributes, access, object_type)
    if not opened.status:
        nt.memory.write_uint(handle_at, 8, opened.handle)
    return opened.status
