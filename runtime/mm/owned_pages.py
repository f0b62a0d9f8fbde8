"""Pages that an MDL owns: MmAllocatePagesForMdl and its kin, and MmFreePagesFromMdl."""

from __future__ import annotations

from .. import rules
from ..findings import level_name
from ..wdk.constants import (
    MM_ALLOCATE_AND_HOT_REMOVE,
    MM_ALLOCATE_FAST_LARGE_PAGES,
    MM_ALLOCATE_FULLY_REQUIRED,
    MM_ALLOCATE_PREFER_CONTIGUOUS,
    MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS,
    MM_DONT_ZERO_ALLOCATION,
)
from .frame_search import take_adjacent, take_within
from .mapping import unmap_system
from .mdl import HEADER, PAGES_LOCKED
from .mdl_checks import ACTIVE_PAGE, locked_through
from .store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..system import System
    from .mdl import Mdl

TAG = int.from_bytes(b"Mdl ", "little")
LONGEST = (4 << 30) - PAGE
KEPT_BACK = 1024  # frames that the memory manager does not part with for this
LEFT_OVER = b"\xa5" * PAGE  # what pages hold that nobody has zeroed
MOST_FILLED = 64
FOUR_GIB = 1 << 32


class Owned:
    """The frames that an MDL owns, and the cache type that they have: None until the first mapping decides. `removed`
    frames have no entry in the frame database meanwhile."""

    __slots__ = ("frames", "cache_type", "removed")

    def __init__(self, frames: Sequence[int], cache_type: int | None, removed: bool) -> None:
        self.frames = frames
        self.cache_type = cache_type
        self.removed = removed


class Wish:
    """What was asked for: frames from `low` to `high`, then from ranges `skip` frames further on, and so forth."""

    __slots__ = ("routine", "low", "high", "skip", "pages", "flags", "cache_type")

    def __init__(
        self, routine: str, low: int, high: int, skip: int, length: int, flags: int = 0, cache_type: int | None = None
    ) -> None:
        self.routine = routine
        self.low = -(-low // PAGE)
        self.high = (high + 1) // PAGE - 1
        self.skip = skip // PAGE
        self.pages = -(-length // PAGE)
        self.flags = flags
        self.cache_type = cache_type


def allocate_pages(nt: System, wish: Wish) -> int:
    """An MDL that owns as many pages as could be had, or 0 for none at all."""
    if 0 < (wish.high + 1) * PAGE <= FOUR_GIB:
        nt.violation(rules.LOW_MEMORY_REQUESTED, (wish.low * PAGE, wish.high * PAGE, 0))
    if wish.flags & MM_ALLOCATE_AND_HOT_REMOVE and nt.irql:
        have = level_name(nt.irql)
        title = f"{wish.routine} is called at {have}; with MM_ALLOCATE_AND_HOT_REMOVE it needs PASSIVE_LEVEL"
        nt.violation(rules.IRQL_TOO_HIGH, (nt.irql,), [("irql", f"{have}, allowed: == PASSIVE_LEVEL")], title=title)
    if nt.fails(wish.routine) or not 0 < wish.pages * PAGE <= LONGEST or _contradict(nt, wish.flags):
        return 0
    frames = _take(nt, wish)
    if not frames:
        return 0
    where = nt.pool.allocate(HEADER + 8 * len(frames), TAG)
    if not where or (wish.flags & MM_ALLOCATE_FULLY_REQUIRED and len(frames) < wish.pages):
        nt.frames.give(frames)
        if where:
            nt.pool.free(where)
        return 0
    _describe(nt, where, frames)
    removed = bool(wish.flags & MM_ALLOCATE_AND_HOT_REMOVE)
    nt.mdls.owned[where] = Owned(frames, wish.cache_type, removed)
    if wish.flags & MM_DONT_ZERO_ALLOCATION:
        for frame in frames[:MOST_FILLED]:
            nt.memory.write_physical(frame * PAGE, LEFT_OVER)
    if removed:
        nt.frames.remove(frames)
    return where


def _contradict(nt: System, flags: int) -> bool:
    """Flags that exclude, or need, one another, or that this Windows does not know."""
    removes = flags & MM_ALLOCATE_AND_HOT_REMOVE and (
        flags & MM_ALLOCATE_FULLY_REQUIRED or nt.settings.generation != "win10"
    )
    large = flags & MM_ALLOCATE_FAST_LARGE_PAGES and not flags & MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS
    return bool(removes or large)


def _describe(nt: System, where: int, frames: Sequence[int]) -> None:
    """The MDL over new pages: no address, every page locked from the start."""
    nt.mdls.forget(where)
    mdl = nt.mdls.at(where)
    mdl.process = mdl.mapped_va = 0
    mdl.initialise(0, len(frames) * PAGE)
    mdl.flags = PAGES_LOCKED
    mdl.frames = frames
    nt.memory.claim(where, frames, "pages of an MDL")
    nt.remember("mdl", where, "allocated")
    nt.hold(rules.ALLOCATED_PAGES_LEAKED, where, mdl.facts, mdl="mdl")
    nt.hold(rules.POOL_LEAKED, where, [("pool", nt.describe(where))])


# ---- which frames


def _take(nt: System, wish: Wish) -> Sequence[int]:
    pages = min(wish.pages, nt.frames.free_count - KEPT_BACK)
    if pages <= 0:
        return ()
    if wish.flags & MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS:
        return _chunks(nt, wish, pages)
    if wish.flags & MM_ALLOCATE_PREFER_CONTIGUOUS:
        run = take_adjacent(nt.frames, pages, wish.low, wish.high)
        if run:
            return run
    found = take_within(nt.frames, pages, wish.low, wish.high)
    low, high = wish.low, wish.high
    while wish.skip and len(found) < pages and low + wish.skip <= nt.frames.highest:
        if wish.skip <= high - low + 1:
            low, high = low + wish.skip, nt.frames.highest  # ranges that touch are one
        else:
            low, high = low + wish.skip, high + wish.skip
        found = [*found, *take_within(nt.frames, pages - len(found), low, high)]
    return found


def _chunks(nt: System, wish: Wish, pages: int) -> Sequence[int]:
    """One block of adjacent frames; or blocks of `skip` frames each, aligned to their size, as many as there are."""
    if not wish.skip:
        return take_adjacent(nt.frames, wish.pages, wish.low, wish.high) if pages == wish.pages else ()
    if wish.skip & (wish.skip - 1) or wish.pages % wish.skip:
        return ()
    found: list[int] = []
    while len(found) + wish.skip <= pages:
        run = take_adjacent(nt.frames, wish.skip, wish.low, wish.high, wish.skip)
        if not run:
            break
        found.extend(run)
    return found


# ---- giving them back


def free_pages(nt: System, mdl: Mdl) -> None:
    """Give the pages back. The MDL itself stays, for ExFreePool."""
    where = mdl.address
    owned = nt.mdls.owned.get(where)
    if owned is None:
        frame = mdl.frames[0] if mdl.page_count else 0
        nt.violation(rules.PAGES_NOT_ALLOCATED, (frame, 0, 0), mdl.facts, mdl.about)
        return
    seen = next((base for at, base in nt.mdls.user_mappings if at == where), 0)
    if seen or (where in nt.mdls.mappings and nt.settings.generation in ("nt52", "nt60")):
        nt.violation(rules.PAGES_FREED_MAPPED, (owned.frames[0], 0, 1), mdl.facts, mdl.about)
    nt.mdls.let_go(mdl, unlocked=True)
    unmap_system(nt, mdl)
    if nt.memory.any_pinned(owned.frames):
        parameters, about = (owned.frames[0], ACTIVE_PAGE, 2), locked_through(nt, owned.frames)
        nt.violation(rules.PAGES_FREED_LOCKED, parameters, mdl.facts, about)
    del nt.mdls.owned[where]
    if owned.removed:
        nt.frames.add(owned.frames)
    nt.memory.unclaim(where)
    mdl.flags &= ~PAGES_LOCKED
    nt.remember("mdl", where, "pages freed")
    nt.let_go(rules.ALLOCATED_PAGES_LEAKED, where)
