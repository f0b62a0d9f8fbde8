"""Probing the pages of a buffer and locking them in memory, and letting them go."""

from __future__ import annotations

from .. import rules
from ..ke.processor import DISPATCH_LEVEL
from ..wdk.constants import (
    STATUS_ACCESS_VIOLATION,
    STATUS_GUARD_PAGE_VIOLATION,
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_WORKING_SET_QUOTA,
)
from .mapping import unmap_system
from .mdl import (
    MAPPED_TO_SYSTEM_VA,
    PAGES_LOCKED,
    PARTIAL,
    SOURCE_IS_NONPAGED_POOL,
    WRITE_OPERATION,
    Lock,
    mdl_facts,
    span_pages,
)
from .mdl_checks import check_unchanged
from .memory import KERNEL_BASE, USER_LIMIT, Region
from .protection import clear_guard
from .store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..system import System
    from .mdl import Mdl

NOT_TO_BE_LOCKED = MAPPED_TO_SYSTEM_VA | PAGES_LOCKED | SOURCE_IS_NONPAGED_POOL | PARTIAL
KERNEL_MODE, USER_MODE = 0, 1
IO_READ_ACCESS = 0


class Piece:
    """The part of one region that lies in a buffer, in pages."""

    __slots__ = ("region", "first", "count")

    def __init__(self, region: Region, first: int, count: int) -> None:
        self.region = region
        self.first = first
        self.count = count


def pieces(nt: System, va: int, pages: int, write: bool) -> list[Piece] | None:
    """The regions behind `pages` pages from the one of `va` on, or None if not all of them permit the access."""
    found = []
    page = va & -PAGE
    end = page + pages * PAGE
    while page < end:
        region = nt.memory.region_at(page)
        if region is None or not region.accessible or (write and not region.writable):
            return None
        first = (page - region.start) // PAGE
        count = min(region.pages - first, (end - page) // PAGE)
        if write and region.copy_on_write:
            region, first = nt.memory.paging.break_copies(region, first, count), 0
        found.append(Piece(region, first, count))
        page += count * PAGE
    return found


def make_resident(nt: System, found: list[Piece]) -> Sequence[int] | None:
    """Bring all pages in and return their frames in order; None if there are not enough frames."""
    for piece in found:
        if not nt.memory.make_resident(piece.region, piece.first, piece.count):
            return None
    parts = []
    for piece in found:
        assert piece.region.frames is not None
        parts.append(piece.region.frames[piece.first : piece.first + piece.count])
    return parts[0] if len(parts) == 1 else [frame for part in parts for frame in part]


def probe_and_lock(nt: System, mdl: Mdl, mode: int, operation: int, sub_code: int = 0xB0) -> None:
    """Lock the pages that an MDL describes, all of them or none: what cannot be had raises an exception. `sub_code` is
    what the verifier says of an MDL in a wrong state."""
    _check_state(nt, mdl, sub_code)
    va, length = mdl.virtual_address, int(mdl.byte_count)
    write = operation != IO_READ_ACCESS
    pages = span_pages(va, length)
    if not length:
        nt.violation(rules.MDL_OF_NO_BYTES, (), mdl.facts, mdl.about)
    if nt.fails("MmProbeAndLockPages"):
        nt.faults.raise_exception(STATUS_WORKING_SET_QUOTA, noncontinuable=True)
    in_range = va + length <= (USER_LIMIT if mode == USER_MODE else 1 << 64)
    found = pieces(nt, va, pages, write) if in_range else None
    if found is None:
        status = _refusal(nt, va, pages, write) if in_range else STATUS_ACCESS_VIOLATION
        nt.faults.raise_exception(status, noncontinuable=True)
        return
    _lock(nt, mdl, found, va < KERNEL_BASE, write)


def _refusal(nt: System, va: int, pages: int, write: bool) -> int:
    """What the first page says that may not be touched: a guard page gives its guard up with that."""
    for page in range(va & -PAGE, (va & -PAGE) + pages * PAGE, PAGE):
        if not nt.memory.permits(page, write):
            region = nt.memory.region_at(page)
            if region is None or not region.guard:
                break
            clear_guard(nt, region, page)
            return STATUS_GUARD_PAGE_VIOLATION
    return STATUS_ACCESS_VIOLATION


def lock_selected(nt: System, mdl: Mdl, pages: Sequence[int], mode: int, operation: int) -> None:
    """Lock pages that lie anywhere, one for each page of the MDL."""
    _check_state(nt, mdl)
    if nt.fails("MmProbeAndLockSelectedPages"):
        nt.faults.raise_exception(STATUS_WORKING_SET_QUOTA, noncontinuable=True)
    write = operation != IO_READ_ACCESS
    found: list[Piece] = []
    for page in pages:
        in_range = page < (USER_LIMIT if mode == USER_MODE else 1 << 64)
        one = pieces(nt, page, 1, write) if in_range else None
        if one is None:
            nt.faults.raise_exception(STATUS_ACCESS_VIOLATION, noncontinuable=True)
            return
        found += one
    _lock(nt, mdl, found, bool(pages) and pages[0] < KERNEL_BASE, write)


def let_go_first(nt: System, mdl: Mdl, count: int) -> None:
    """Take the lock off the first pages of an MDL only."""
    lock = nt.mdls.locks.get(mdl.address)
    if lock is None or not count:
        return
    kept = lock.frames[count:]
    nt.memory.pin(kept, mdl.address)
    nt.memory.unpin(lock.frames, lock.write)
    lock.frames = kept
    if lock.process is not None:
        lock.process.locked_pages -= count


def _check_state(nt: System, mdl: Mdl, sub_code: int = 0xB0) -> None:
    flags = int(mdl.flags)
    stop, parameters = (0xC4, sub_code), (mdl.address, flags, flags & NOT_TO_BE_LOCKED)
    if mdl.is_partial:
        nt.violation(rules.MDL_PARTIAL_LOCKED, parameters, mdl.facts, mdl.about, stop=stop)
    elif mdl.describes_nonpaged_pool:
        nt.violation(rules.MDL_NEVER_LOCKED, parameters, mdl.facts, mdl.about, stop=stop)
    elif mdl.is_locked:
        nt.violation(rules.MDL_ALREADY_LOCKED, parameters, mdl.facts, mdl.about, stop=stop, mdl="mdl")
        nt.strand(rules.PAGES_LEFT_LOCKED, mdl.address)  # its frames are about to be overwritten


def _check_piece(nt: System, mdl: Mdl, piece: Piece, write: bool) -> None:
    region = piece.region
    if region.device is not None:
        frames = getattr(region.device, "frames", range(piece.first + 1))
        page = frames[piece.first]
        nt.violation(rules.MDL_OF_DEVICE_MEMORY, (mdl.address, page, nt.frames.highest), mdl.facts, mdl.about)
        nt.faults.raise_exception(STATUS_ACCESS_VIOLATION, noncontinuable=True)
    if region.pageable and nt.irql >= DISPATCH_LEVEL:
        frames = region.frames
        for index in range(piece.first, piece.first + piece.count):
            if frames is None or not nt.memory.is_pinned(frames[index]):
                nt.faults.page_fault(region.start + index * PAGE, write, False)
                return


def _lock(nt: System, mdl: Mdl, found: list[Piece], user: bool, write: bool) -> None:
    """Bring all pages in, and take one lock on each."""
    for piece in found:
        _check_piece(nt, mdl, piece, write)
    frames = make_resident(nt, found) if found else []
    if frames is None:
        nt.faults.raise_exception(STATUS_INSUFFICIENT_RESOURCES, noncontinuable=True)
        return
    nt.memory.pin(frames, mdl.address)
    process = nt.process if user else None
    if process is not None:
        process.locked_pages += len(frames)
    mdl.frames = frames
    mdl.process = process.address if process is not None else 0
    mdl.flags |= PAGES_LOCKED | (WRITE_OPERATION if write else 0)
    nt.mdls.locks[mdl.address] = Lock(frames, process, write)
    where, length = mdl.address, int(mdl.byte_count)
    moment = nt.remember("mdl", where, "locked")
    nt.hold(rules.PAGES_LEFT_LOCKED, where, lambda: mdl_facts(where, len(frames), length), moment, mdl="mdl")


def unlock(nt: System, mdl: Mdl) -> None:
    """Take one lock off each page, and drop the system address that was made through this MDL."""
    flags = int(mdl.flags)
    if mdl.is_partial:
        nt.violation(rules.MDL_PARTIAL_UNLOCKED, (mdl.address, flags, flags & 0x10), mdl.facts, mdl.about)
    elif mdl.describes_nonpaged_pool:
        nt.violation(rules.MDL_UNLOCK_NONPAGED, (mdl.address, flags, 0), mdl.facts, mdl.about, mdl="mdl")
    elif not mdl.is_locked:
        nt.violation(rules.MDL_NOT_LOCKED, (mdl.address, flags, 0), mdl.facts, mdl.about)
    lock = nt.mdls.locks.pop(mdl.address, None)
    if lock is None or not mdl.is_locked:
        owner = next((process for process in nt.processes if process.address == mdl.process), None)
        if owner is not None and owner.locked_pages < mdl.page_count:
            nt.violation(rules.PROCESS_UNLOCKS_TOO_MUCH, (mdl.address, owner.locked_pages, 0), mdl.facts, mdl.about)
        nt.violation(rules.MDL_NOT_LOCKED_PLAIN, (mdl.frames[0] if mdl.page_count else 0, 1, 0), mdl.facts, mdl.about)
        return
    check_unchanged(nt, mdl, lock)
    dma = nt.dma_in_use
    if dma is not None:
        dma.check_unmapped(mdl)
    nt.mdls.let_go(mdl, unlocked=True)
    unmap_system(nt, mdl)
    nt.memory.unpin(lock.frames, lock.write)
    if lock.process is not None:
        lock.process.locked_pages -= len(lock.frames)
    mdl.flags &= ~(PAGES_LOCKED | WRITE_OPERATION)
    nt.remember("mdl", mdl.address, "unlocked")
    nt.let_go(rules.PAGES_LEFT_LOCKED, mdl.address)
