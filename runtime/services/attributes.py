"""What a caller of a system service hands over: OBJECT_ATTRIBUTES, rights, and memory that must be the caller's own."""

from __future__ import annotations

from ..ke.guarded import guarded
from ..mm.memory import USER_LIMIT
from ..mm.store import PAGE
from ..wdk.constants import (
    GENERIC_ALL,
    GENERIC_EXECUTE,
    GENERIC_READ,
    GENERIC_WRITE,
    MAXIMUM_ALLOWED,
    OBJ_KERNEL_HANDLE,
    OBJ_VALID_ATTRIBUTES,
    STATUS_ACCESS_VIOLATION,
    STATUS_DATATYPE_MISALIGNMENT,
    STATUS_INVALID_PARAMETER,
    STATUS_OBJECT_NAME_INVALID,
    STATUS_SUCCESS,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from ..system import System

    Result = TypeVar("Result")

ATTRIBUTES_BYTES = 48
USER_MODE = 1

# By kind of object: what GENERIC_READ, _WRITE, _EXECUTE and _ALL stand for.
GENERIC = {
    "File": (0x12_0089, 0x12_0116, 0x12_00A0, 0x1F_01FF),
    "Event": (0x2_0001, 0x2_0002, 0x12_0000, 0x1F_0003),
    "Semaphore": (0x2_0001, 0x2_0002, 0x12_0000, 0x1F_0003),
    "Mutant": (0x2_0001, 0x2_0000, 0x12_0000, 0x1F_0001),
    "Timer": (0x2_0001, 0x2_0002, 0x12_0000, 0x1F_0003),
    "Thread": (0x2_0048, 0x2_0037, 0x12_0000, 0x1F_FFFF),
    "Process": (0x2_0410, 0x2_0BEA, 0x12_0000, 0x1F_FFFF),
    "Section": (0x2_0005, 0x2_0002, 0x2_0008, 0xF_001F),
}
GENERIC_BITS = (GENERIC_READ, GENERIC_WRITE, GENERIC_EXECUTE, GENERIC_ALL)


def granted(kind: str, desired: int) -> int:
    """The rights that a handle gets: generic ones become those of the kind. Nobody is refused: there is no security."""
    mapping = GENERIC[kind]
    access = desired & 0x1FF_FFFF
    for bit, rights in zip(GENERIC_BITS, mapping, strict=True):
        if desired & bit:
            access |= rights
    return access | mapping[3] if desired & MAXIMUM_ALLOWED else access


class Attributes:
    """An OBJECT_ATTRIBUTES as read: `status` tells whether it could be."""

    __slots__ = ("status", "name", "flags", "root")

    def __init__(self, status: int = STATUS_SUCCESS, name: str = "", flags: int = 0, root: int = 0) -> None:
        self.status = status
        self.name = name
        self.flags = flags
        self.root = root


def read_attributes(nt: System, where: int) -> Attributes:
    """Read what an OBJECT_ATTRIBUTES says; nothing for NULL."""
    if not where:
        return Attributes()
    found = Attributes()
    status = guarded(nt, _read, nt, where, found)
    return Attributes(status) if status else found


def _read(nt: System, where: int, found: Attributes) -> None:
    memory = nt.memory
    if memory.read_uint(where, 4) != ATTRIBUTES_BYTES:
        found.status = STATUS_INVALID_PARAMETER
        return
    found.root, name = memory.read_uint(where + 8, 8), memory.read_uint(where + 16, 8)
    found.flags = memory.read_uint(where + 24, 4)
    if found.flags & ~OBJ_VALID_ATTRIBUTES:
        found.status = STATUS_INVALID_PARAMETER
        return
    if nt.thread.previous_mode == USER_MODE:
        found.flags &= ~OBJ_KERNEL_HANDLE
    if name:
        length, buffer = memory.read_uint(name, 2), memory.read_uint(name + 8, 8)
        if length & 1:
            found.status = STATUS_OBJECT_NAME_INVALID
            return
        found.name = memory.read(buffer, length).decode("utf-16-le", "replace")


def probe(nt: System, va: int, size: int, write: bool, alignment: int = 1) -> int:
    """The status of an address that user mode hands over: whether all of it is the program's to read or write."""
    if nt.thread.previous_mode != USER_MODE or not size:
        return STATUS_SUCCESS
    if va & (alignment - 1):
        return STATUS_DATATYPE_MISALIGNMENT
    if va + size > USER_LIMIT:
        return STATUS_ACCESS_VIOLATION
    page = va & -PAGE
    while page < va + size:
        if not nt.memory.permits(page, write):
            # A guard page is touched, and ends as it would; anything else is no memory of the program.
            status = guarded(nt, nt.memory.read, max(page, va), 1)
            return status or STATUS_ACCESS_VIOLATION
        page += PAGE
    return STATUS_SUCCESS


def as_kernel(nt: System, function: Callable[..., Result], *arguments: object) -> Result:
    """Run a service for a driver, whatever the thread came from: KernelMode is the previous mode."""
    thread = nt.thread
    before, thread.previous_mode = thread.previous_mode, 0
    result = function(nt, *arguments)
    thread.previous_mode = before
    return result
