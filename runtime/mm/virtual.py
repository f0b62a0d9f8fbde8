"""Virtual memory of a process: reserving, committing, protecting and freeing pages, as ZwAllocateVirtualMemory and its
kin do.

What one call reserved is an allocation, kept in `Process.allocations`; its pages are regions of `Process.space`, cut
wherever neighbours differ. A region's `note` is the name of its protection, or "reserved" while nothing is committed
there.
"""

from __future__ import annotations

from .. import rules
from ..findings import plural
from ..ke.process import ALLOCATION_GRANULARITY, USER_FIRST, USER_LOWEST
from ..wdk.constants import (
    MEM_COMMIT,
    MEM_DECOMMIT,
    MEM_LARGE_PAGES,
    MEM_PHYSICAL,
    MEM_RELEASE,
    MEM_RESERVE,
    MEM_RESET,
    MEM_TOP_DOWN,
    MEM_WRITE_WATCH,
    STATUS_ALREADY_COMMITTED,
    STATUS_COMMITMENT_LIMIT,
    STATUS_CONFLICTING_ADDRESSES,
    STATUS_INVALID_PAGE_PROTECTION,
    STATUS_INVALID_PARAMETER_2,
    STATUS_INVALID_PARAMETER_3,
    STATUS_INVALID_PARAMETER_4,
    STATUS_INVALID_PARAMETER_5,
    STATUS_NO_MEMORY,
    STATUS_NOT_COMMITTED,
    STATUS_SECTION_PROTECTION,
    STATUS_SUCCESS,
    STATUS_UNABLE_TO_DELETE_SECTION,
    STATUS_UNABLE_TO_FREE_VM,
)
from .memory import ADDRESS_MASK, USER_LIMIT, Region, Space
from .protection import RESERVED, Protection, protection, take_back, value_of
from .store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..ke.process import Process
    from ..system import System

STATUS_FREE_VM_NOT_AT_BASE = 0xC000009F
STATUS_MEMORY_NOT_ALLOCATED = 0xC00000A0
KIND = "user memory"
HIGHEST_ZERO_BITS = 53


class Answer:
    """What a service gives back: its status, and the range in whole pages on which it worked."""

    __slots__ = ("status", "base", "size", "old_protection")

    def __init__(self, status: int, base: int = 0, size: int = 0, old_protection: int = 0) -> None:
        self.status = status
        self.base = base
        self.size = size
        self.old_protection = old_protection


def allocate(nt: System, base: int, size: int, zero_bits: int, kind: int, protect: int) -> Answer:
    """Reserve or commit pages of the current process. `kind` is MEM_RESERVE, MEM_COMMIT or both, with options."""
    status = _refused(base, size, zero_bits, kind)
    rights = protection(protect)
    if status or rights is None:
        return Answer(status or STATUS_INVALID_PAGE_PROTECTION)
    if kind & MEM_COMMIT and -(-size // PAGE) > nt.frames.total:
        return Answer(STATUS_COMMITMENT_LIMIT)
    if not base or kind & MEM_RESERVE:
        return _reserve(nt.process, base, size, zero_bits, kind, rights)
    return _commit(nt, base, size, kind, rights)


def _refused(base: int, size: int, zero_bits: int, kind: int) -> int:
    """The status for arguments that cannot be meant, or 0."""
    known = MEM_COMMIT | MEM_RESERVE | MEM_RESET | MEM_TOP_DOWN | MEM_WRITE_WATCH | MEM_PHYSICAL | MEM_LARGE_PAGES
    if zero_bits > HIGHEST_ZERO_BITS:
        return STATUS_INVALID_PARAMETER_3
    if kind & ~known or not kind & (MEM_COMMIT | MEM_RESERVE | MEM_RESET) or (kind & MEM_RESET and kind != MEM_RESET):
        return STATUS_INVALID_PARAMETER_5
    if base >= USER_LIMIT:
        return STATUS_INVALID_PARAMETER_2
    if not size or base + size > USER_LIMIT:
        return STATUS_INVALID_PARAMETER_4
    return STATUS_SUCCESS


def _reserve(process: Process, base: int, size: int, zero_bits: int, kind: int, rights: Protection) -> Answer:
    start = base & -ALLOCATION_GRANULARITY
    pages = -(-(base + size - start) // PAGE) if base else -(-size // PAGE)
    if base:
        found = process.find_room(pages, base) if start >= USER_LOWEST else None
        if found is None:
            return Answer(STATUS_CONFLICTING_ADDRESSES)
    else:
        found = room(process, pages, zero_bits, bool(kind & MEM_TOP_DOWN))
        if found is None:
            return Answer(STATUS_NO_MEMORY)
    process.allocations.add(Region(found, pages, "allocation"))
    region = Region(found, pages, KIND, pageable=True)
    if kind & MEM_COMMIT:
        rights.put_on(region)
    else:
        take_back(region)
    process.space.add(region)
    return Answer(STATUS_SUCCESS, found, pages * PAGE)


def room(process: Process, pages: int, zero_bits: int, top_down: bool) -> int | None:
    """A free range below the limit that the number of leading zero bits sets."""
    top = min(ADDRESS_MASK >> zero_bits, USER_LIMIT)
    if top_down:
        return _highest_gap(process.space, top, pages)
    if top < USER_LIMIT:
        return process.space.gap(USER_LOWEST, top, pages, ALLOCATION_GRANULARITY)
    return process.space.gap(USER_FIRST, top, pages, ALLOCATION_GRANULARITY)


def _highest_gap(space: Space, top: int, pages: int) -> int | None:
    for region in reversed(space.regions):
        if region.start >= top:
            continue
        start = (top - pages * PAGE) & -ALLOCATION_GRANULARITY
        if start >= region.end:
            return start
        top = region.start
    start = (top - pages * PAGE) & -ALLOCATION_GRANULARITY
    return start if start >= USER_LOWEST else None


def pieces(nt: System, start: int, end: int) -> list[Region]:
    """The regions that together cover a range of one allocation, cut so that they begin and end with it."""
    found = []
    at = start
    while at < end:
        region = nt.process.space.find(at)
        assert region is not None, "pages of an allocation always have a region"
        if region.start < at:
            region = nt.memory.split(region, (at - region.start) // PAGE)
        if region.end > end:
            nt.memory.split(region, (end - region.start) // PAGE)
        found.append(region)
        at = region.end
    return found


def _commit(nt: System, base: int, size: int, kind: int, rights: Protection) -> Answer:
    start, end = base & -PAGE, (base + size + PAGE - 1) & -PAGE
    allocation = nt.process.allocations.find(start)
    if allocation is None or end > allocation.end:
        return Answer(STATUS_CONFLICTING_ADDRESSES)
    if allocation.start in nt.process.views:
        return Answer(STATUS_ALREADY_COMMITTED)
    if kind != MEM_RESET:
        for region in pieces(nt, start, end):
            rights.put_on(region)
        nt.memory.forget(start, (end - start) // PAGE)
    return Answer(STATUS_SUCCESS, start, end - start)


def free(nt: System, base: int, size: int, kind: int) -> Answer:
    """Decommit or release pages of the current process. A size of 0 means the whole allocation that begins at
    `base`."""
    if kind not in (MEM_DECOMMIT, MEM_RELEASE):
        return Answer(STATUS_INVALID_PARAMETER_4)
    if base >= USER_LIMIT:
        return Answer(STATUS_INVALID_PARAMETER_2)
    if base + size > USER_LIMIT:
        return Answer(STATUS_INVALID_PARAMETER_3)
    start, end = base & -PAGE, (base + size + PAGE - 1) & -PAGE
    allocation = nt.process.allocations.find(start)
    if allocation is None:
        return Answer(STATUS_MEMORY_NOT_ALLOCATED)
    if allocation.start in nt.process.views:
        return Answer(STATUS_UNABLE_TO_DELETE_SECTION)
    if not size:
        if start != allocation.start:
            return Answer(STATUS_FREE_VM_NOT_AT_BASE)
        end = allocation.end
    elif end > allocation.end:
        return Answer(STATUS_UNABLE_TO_FREE_VM)
    for region in pieces(nt, start, end):
        if kind == MEM_RELEASE:
            nt.memory.unmap(region)
        else:
            _decommit(nt, region)
    if kind == MEM_RELEASE:
        _release(nt.process, allocation, start, end)
    return Answer(STATUS_SUCCESS, start, end - start)


def _decommit(nt: System, region: Region) -> None:
    nt.memory.empty(region)
    take_back(region)


def _release(process: Process, allocation: Region, start: int, end: int) -> None:
    """What is left of an allocation of which a part went."""
    process.allocations.remove(allocation)
    for first, last in ((allocation.start, start), (end, allocation.end)):
        if first < last:
            process.allocations.add(Region(first, (last - first) // PAGE, "allocation"))


def protect(nt: System, base: int, size: int, new: int) -> Answer:
    """Change the protection of committed pages of the current process."""
    rights = protection(new)
    if rights is None:
        return Answer(STATUS_INVALID_PAGE_PROTECTION)
    if base >= USER_LIMIT:
        return Answer(STATUS_INVALID_PARAMETER_2)
    if not size or base + size > USER_LIMIT:
        return Answer(STATUS_INVALID_PARAMETER_3)
    start, end = base & -PAGE, (base + size + PAGE - 1) & -PAGE
    allocation = nt.process.allocations.find(start)
    if allocation is None or end > allocation.end:
        return Answer(STATUS_CONFLICTING_ADDRESSES)
    view = nt.process.views.get(allocation.start)
    if view is not None and not view.permits(new):
        return Answer(STATUS_SECTION_PROTECTION)
    regions = pieces(nt, start, end)
    if any(region.note == RESERVED for region in regions):
        return Answer(STATUS_NOT_COMMITTED)
    old = value_of(regions[0].note)
    for region in regions:
        rights.put_on(region)
    nt.memory.forget(start, (end - start) // PAGE)
    return Answer(STATUS_SUCCESS, start, end - start, old)


def _report_tracked(nt: System, process: Process) -> None:
    """The verifier tracks locks along with pool: the one that was left is named."""
    left = next((where for where, lock in nt.mdls.locks.items() if lock.process is process), 0)
    facts = [("process", f"{process.name}, {plural(process.locked_pages, 'page')} locked")]
    if left:
        facts += nt.mdls.at(left).facts
    nt.violation(rules.PROCESS_LEFT_PAGES_TRACKED, (0, 0, left, process.locked_pages), facts, ("mdl", left))


def end_process(nt: System, process: Process) -> None:
    """A process exits: its memory goes, and pages that are still locked stop the machine."""
    if process.locked_pages:
        if nt.settings.generation != "nt52":  # pool tracking covers locked pages since Windows Vista
            _report_tracked(nt, process)
        nt.mdls.report_locked(process)
    before = nt.process
    nt.attach(process)
    nt.objects.close_all(process)
    for region in list(process.space.regions):
        nt.memory.unmap(region)
    for view in process.views.values():
        nt.objects.dereference(view.section)
    process.views.clear()
    process.allocations = Space()
    process.alive = False
    nt.attach(nt.system_process if before is process else before)
