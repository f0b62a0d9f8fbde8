"""VirtualAlloc and its kin: the pages of a program."""

from __future__ import annotations

from ..ke.process import ALLOCATION_GRANULARITY, USER_LOWEST
from ..mm import virtual
from ..mm.memory import USER_LIMIT
from ..mm.protection import PAGE_NOACCESS, RESERVED, value_of
from ..mm.store import PAGE
from ..services.programs import program_of
from ..wdk.constants import STATUS_ACCESS_VIOLATION, STATUS_NOT_LOCKED, STATUS_WORKING_SET_QUOTA
from .errors import fail, set_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..mm.memory import Region
    from ..system import System

MEM_COMMIT, MEM_RESERVE, MEM_FREE, MEM_PRIVATE = 0x1000, 0x2000, 0x1_0000, 0x2_0000
MEM_RELEASE = 0x8000
INFORMATION_BYTES = 48
MOST_KEPT = 42  # pages that a process may lock: those of the smallest working set, less what the system needs
ERROR_INVALID_PARAMETER, ERROR_BAD_LENGTH = 87, 24


def allocate(nt: System, base: int, size: int, kind: int, protect: int) -> int:
    """VirtualAlloc: the address, or NULL."""
    if base and base < USER_LOWEST and not base & 0xFFFF:
        set_error(nt, ERROR_INVALID_PARAMETER)
        return 0
    answer = nt.system_call(virtual.allocate, nt, base, size, 0, kind, protect)
    return fail(nt, answer.status) if answer.status else answer.base


def free(nt: System, base: int, size: int, kind: int) -> int:
    """VirtualFree: MEM_RELEASE takes the whole allocation, and its size must be 0."""
    if kind == MEM_RELEASE and size:
        set_error(nt, ERROR_INVALID_PARAMETER)
        return 0
    answer = nt.system_call(_free, nt, base, size, kind)
    return fail(nt, answer.status) if answer.status else 1


def _free(nt: System, base: int, size: int, kind: int) -> virtual.Answer:
    answer = virtual.free(nt, base, size, kind)
    if not answer.status:
        _let_go(nt, answer.base, answer.size)
    return answer


def protect(nt: System, base: int, size: int, new: int, old_at: int) -> int:
    answer = nt.system_call(virtual.protect, nt, base, size, new)
    if answer.status:
        return fail(nt, answer.status)
    nt.memory.write_uint(old_at, 4, answer.old_protection)
    return 1


# -- VirtualLock


def lock(nt: System, base: int, size: int) -> int:
    """Keep pages in memory until they are unlocked: all of them, or none."""
    status = nt.system_call(_lock, nt, base, size)
    return fail(nt, status) if status else 1


def _lock(nt: System, base: int, size: int) -> int:
    kept = program_of(nt).kept
    found = []
    for page in range(base & -PAGE, base + max(size, 1), PAGE):
        region = nt.process.space.find(page)
        if region is None or not region.accessible or page >= USER_LIMIT:
            return STATUS_ACCESS_VIOLATION
        if page not in kept:
            found.append((page, region))
    if len(kept) + len(found) > MOST_KEPT:
        return STATUS_WORKING_SET_QUOTA
    for page, region in found:
        index = (page - region.start) // PAGE
        if not nt.memory.make_resident(region, index, 1):
            return STATUS_WORKING_SET_QUOTA
        assert region.frames is not None
        kept[page] = region.frames[index]
        nt.memory.pin([kept[page]])
    return 0


def unlock(nt: System, base: int, size: int) -> int:
    status = nt.system_call(_unlock, nt, base, size)
    return fail(nt, status) if status else 1


def _unlock(nt: System, base: int, size: int) -> int:
    kept = program_of(nt).kept
    if any(page not in kept for page in range(base & -PAGE, base + max(size, 1), PAGE)):
        return STATUS_NOT_LOCKED
    _let_go(nt, base & -PAGE, base + max(size, 1) - (base & -PAGE))
    return 0


def _let_go(nt: System, base: int, size: int) -> None:
    program = nt.process.program
    if program is not None and program.kept:
        for page in range(base, base + size, PAGE):
            frame = program.kept.pop(page, 0)
            if frame:
                nt.memory.unpin([frame])


# -- VirtualQuery


def query(nt: System, where: int, information: int, size: int) -> int:
    """Fill in a MEMORY_BASIC_INFORMATION about the pages from one on that are alike. The bytes written, or 0."""
    if size < INFORMATION_BYTES:
        set_error(nt, ERROR_BAD_LENGTH)
        return 0
    if where >= USER_LIMIT:
        set_error(nt, ERROR_INVALID_PARAMETER)
        return 0
    page = where & -PAGE
    region = nt.process.space.find(page)
    memory = nt.memory
    if region is None:
        after = [one.start for one in nt.process.space.regions if one.start > page]
        fields = (0, 0, min(after, default=USER_LIMIT) - page, MEM_FREE, PAGE_NOACCESS, 0)
    else:
        fields = _describe(nt, region, page)
    base, first, length, state, now, kind = fields
    for offset, width, value in (
        (0, 8, page), (8, 8, base), (16, 4, first), (20, 4, 0), (24, 8, length), (32, 4, state), (36, 4, now),
        (40, 4, kind), (44, 4, 0),
    ):  # fmt: skip
        memory.write_uint(information + offset, width, value)
    return INFORMATION_BYTES


def _describe(nt: System, region: Region, page: int) -> tuple[int, int, int, int, int, int]:
    """Allocation base and protection, size of the run of like pages, state, protection, type."""
    allocation = nt.process.allocations.find(page)
    base = allocation.start if allocation is not None else region.start & -ALLOCATION_GRANULARITY
    end = region.end
    while True:
        following = nt.process.space.find(end)
        if following is None or following.note != region.note or (allocation is not None and end >= allocation.end):
            break
        end = following.end
    if region.note == RESERVED:
        return base, value_of("PAGE_NOACCESS"), end - page, MEM_RESERVE, 0, MEM_PRIVATE
    note = region.note or ("PAGE_READWRITE" if region.writable else "PAGE_READONLY")
    return base, value_of(note), end - page, MEM_COMMIT, value_of(note), MEM_PRIVATE
