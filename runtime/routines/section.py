"""Sections: shared memory, and views of it in processes."""

from __future__ import annotations

from ..ke.process import ALLOCATION_GRANULARITY, Process
from ..mm import sections
from ..routine import routine
from ..wdk.constants import (
    MEM_LARGE_PAGES,
    MEM_RESERVE,
    MEM_TOP_DOWN,
    OBJ_OPENIF,
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_INVALID_PARAMETER_4,
    STATUS_INVALID_PARAMETER_8,
    STATUS_INVALID_PARAMETER_9,
    STATUS_NO_MEMORY,
    STATUS_OBJECT_NAME_COLLISION,
    STATUS_OBJECT_NAME_EXISTS,
    STATUS_OBJECT_NAME_NOT_FOUND,
    STATUS_OBJECT_TYPE_MISMATCH,
    STATUS_SUCCESS,
    ViewShare,
    ViewUnmap,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..ob.objects import Object
    from ..system import System

OBJECT_NAME, ATTRIBUTES = 16, 24  # of an OBJECT_ATTRIBUTES
UNICODE_BUFFER = 8
MOST_ZERO_BITS = 21


@routine(
    "NTSTATUS ZwCreateSection(PHANDLE SectionHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes, "
    "PLARGE_INTEGER MaximumSize, ULONG SectionPageProtection, ULONG AllocationAttributes, HANDLE FileHandle)",
    page="nf-wdm-zwcreatesection", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="ZwClose",
)  # fmt: skip
def ZwCreateSection(
    nt: System, handle_at: int, access: int, attributes: int, size_at: int, protect: int, kind: int, file: int
) -> int:
    """A section over the page file. A name that is taken is a collision, unless OBJ_OPENIF asks for that one."""
    if file:
        nt.not_modelled("a section over a file")
    if nt.fails("ZwCreateSection"):
        return STATUS_INSUFFICIENT_RESOURCES
    name, flags = _attributes(nt, attributes)
    there = nt.objects.named.get(name.lower()) if name else None
    if there is not None:
        if not flags & OBJ_OPENIF:
            return STATUS_OBJECT_NAME_COLLISION
        return _open(nt, there, access, flags, handle_at) or STATUS_OBJECT_NAME_EXISTS
    size = nt.memory.read_uint(size_at, 8) if size_at else 0
    status, made = sections.create(nt, size, protect, kind, name)
    if made is None:
        return status
    _open(nt, made, access, flags, handle_at)
    nt.objects.dereference(made)
    return STATUS_SUCCESS


@routine(
    "NTSTATUS ZwOpenSection(PHANDLE SectionHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes)",
    page="nf-wdm-zwopensection", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="ZwClose",
)  # fmt: skip
def ZwOpenSection(nt: System, handle_at: int, access: int, attributes: int) -> int:
    """One more handle to a section that has a name."""
    name, flags = _attributes(nt, attributes)
    there = nt.objects.named.get(name.lower())
    return STATUS_OBJECT_NAME_NOT_FOUND if there is None else _open(nt, there, access, flags, handle_at)


@routine(
    "NTSTATUS ZwMapViewOfSection(HANDLE SectionHandle, HANDLE ProcessHandle, PVOID *BaseAddress, ULONG_PTR ZeroBits, "
    "SIZE_T CommitSize, PLARGE_INTEGER SectionOffset, PSIZE_T ViewSize, SECTION_INHERIT InheritDisposition, "
    "ULONG AllocationType, ULONG Win32Protect)",
    page="nf-wdm-zwmapviewofsection", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="ZwUnmapViewOfSection",
)  # fmt: skip
def ZwMapViewOfSection(
    nt: System, handle: int, process: int, base_at: int, zero_bits: int, commit: int, offset_at: int, size_at: int,
    inherit: int, kind: int, protect: int,
) -> int:  # fmt: skip
    """Show a section in a process. Address, offset and size come back as they are."""
    memory = nt.memory
    status, found = nt.objects.by_handle(handle, 0, "Section", 0)
    if found is None:
        return status
    status, owner = _process(nt, process)
    if owner is None:
        return status
    if inherit not in (ViewShare, ViewUnmap):
        return STATUS_INVALID_PARAMETER_8
    if kind & ~(MEM_TOP_DOWN | MEM_RESERVE | MEM_LARGE_PAGES):
        return STATUS_INVALID_PARAMETER_9
    if kind & (MEM_RESERVE | MEM_LARGE_PAGES):
        nt.not_modelled("a view of reserved or large pages")
    base, size = memory.read_uint(base_at, 8), memory.read_uint(size_at, 8)
    if not base and zero_bits > MOST_ZERO_BITS:
        return STATUS_INVALID_PARAMETER_4
    if nt.fails("ZwMapViewOfSection"):
        return STATUS_NO_MEMORY
    offset = memory.read_uint(offset_at, 8) & -ALLOCATION_GRANULARITY if offset_at else 0
    place = sections.Place(owner, base, zero_bits, bool(kind & MEM_TOP_DOWN))
    answer = sections.map_view(nt, found.object, place, offset, size, protect)
    if not answer.status:
        memory.write_uint(base_at, 8, answer.base)
        memory.write_uint(size_at, 8, answer.size)
        if offset_at:
            memory.write_uint(offset_at, 8, offset)
    return answer.status


@routine(
    "NTSTATUS ZwUnmapViewOfSection(HANDLE ProcessHandle, PVOID BaseAddress)",
    page="nf-wdm-zwunmapviewofsection", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def ZwUnmapViewOfSection(nt: System, process: int, base: int) -> int:
    """Take away the view that an address lies in."""
    status, owner = _process(nt, process)
    return status if owner is None else sections.unmap_view(nt, owner, base)


def _attributes(nt: System, where: int) -> tuple[str, int]:
    """Name and flags of an OBJECT_ATTRIBUTES, if there is one."""
    if not where:
        return "", 0
    memory = nt.memory
    name = memory.read_uint(where + OBJECT_NAME, 8)
    text = memory.read(memory.read_uint(name + UNICODE_BUFFER, 8), memory.read_uint(name, 2)) if name else b""
    return text.decode("utf-16-le", "replace"), memory.read_uint(where + ATTRIBUTES, 4)


def _open(nt: System, found: Object, access: int, flags: int, handle_at: int) -> int:
    if found.kind != "Section":
        return STATUS_OBJECT_TYPE_MISMATCH
    nt.memory.write_uint(handle_at, 8, nt.objects.open(nt.process, found, access, flags))
    return STATUS_SUCCESS


def _process(nt: System, handle: int) -> tuple[int, Process | None]:
    """The process that a handle stands for."""
    status, found = nt.objects.by_handle(handle, 0, "Process", 0)
    body = found.object.body if found is not None else None
    return status, body if isinstance(body, Process) else None
