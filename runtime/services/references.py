"""References through handles, as drivers take them: ObReferenceObjectByHandle."""

from __future__ import annotations

from .. import rules
from ..findings import address
from ..ob.handles import is_kernel_handle
from ..wdk.constants import STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH, STATUS_SUCCESS
from .attributes import granted
from .waitable import Opening

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..io.file_objects import File
    from ..ob.objects import Object
    from ..system import System

KERNEL_MODE, USER_MODE = 0, 1
PSEUDO_HANDLES = 0xFFFF_FFFF_FFFF_FFFE


def check_kernel_use(nt: System, handle: int, object_type: int = 0) -> None:
    """What the verifier says of a handle that a driver uses with kernel mode's rights."""
    facts = [("handle", f"0x{handle:X}"), ("process", nt.process.name)]
    if not handle:
        nt.violation(rules.HANDLE_NULL, (handle, object_type, 0), facts)
        return
    entry = nt.objects.opened(handle)
    if entry is None and handle < PSEUDO_HANDLES:
        nt.violation(rules.HANDLE_UNKNOWN, (handle, object_type, 0), facts)
    elif entry is not None and entry.mode == USER_MODE:
        facts.append(("object", f"{entry.object.kind} {address(entry.object.address)}"))
        nt.violation(rules.USER_HANDLE_IN_KERNEL, (handle, nt.process.address, nt.instruction()), facts)


def by_handle(
    nt: System, handle: int, access: int, object_type: int, mode: int, object_at: int, information_at: int
) -> int:
    """A reference to what a handle stands for, which the driver must give back."""
    nt.memory.write_uint(object_at, 8, 0)
    if mode == KERNEL_MODE:
        check_kernel_use(nt, handle, object_type)
    elif is_kernel_handle(handle) and nt.process is nt.system_process:
        facts = [("handle", f"0x{handle:X}")]
        nt.violation(rules.KERNEL_HANDLE_AS_USER, (handle, object_type, mode), facts)
    kind = nt.objects.kind_of_type(object_type) if object_type else None
    status, entry = nt.objects.by_handle(handle, access, kind, mode)
    if entry is None:
        return status
    if object_type and kind is None:
        return STATUS_OBJECT_TYPE_MISMATCH
    nt.objects.reference(entry.object)
    take(nt, entry.object)
    nt.memory.write_uint(object_at, 8, entry.object.address)
    if information_at:
        nt.memory.write_uint(information_at, 4, entry.attributes)
        nt.memory.write_uint(information_at + 4, 4, entry.access)
    return STATUS_SUCCESS


def take(nt: System, found: Object) -> None:
    """A reference is a driver's: it is charged until it is given back."""
    found.taken += 1
    if found.taken > 1:
        return
    if found.kind == "File":
        file: File = found.body  # type: ignore[assignment]
        nt.io.files.hold(file)
    else:
        facts = [("object", f"{found.kind} {address(found.address)}{', ' + found.name if found.name else ''}")]
        nt.hold(rules.OBJECT_REFERENCE_LEFT, found.address, facts)


def give_back(nt: System, found: Object) -> None:
    """A driver has dereferenced an object."""
    if found.taken:
        found.taken -= 1
        if not found.taken:
            nt.let_go(rules.FILE_OBJECT_LEFT if found.kind == "File" else rules.OBJECT_REFERENCE_LEFT, found.address)


def open_by_pointer(nt: System, found: Object | None, attributes: int, access: int, object_type: int) -> Opening:
    """A handle to an object that a driver knows by address."""
    if found is None:
        return Opening(STATUS_INVALID_HANDLE)
    if object_type and nt.objects.kind_of_type(object_type) != found.kind:
        return Opening(STATUS_OBJECT_TYPE_MISMATCH)
    return Opening(STATUS_SUCCESS, nt.objects.open(nt.process, found, granted(found.kind, access), attributes))
