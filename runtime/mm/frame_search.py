"""Frames asked for by where they lie: within a range of physical memory, adjacent, aligned."""

from __future__ import annotations

from .frames import STRIDE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .frames import Frames


def take_within(frames: Frames, pages: int, low: int, high: int) -> Sequence[int]:
    """Up to `pages` free frames from `low` to `high`, both included, no two successive ones adjacent. They count as
    taken."""
    if low <= 0 and high >= frames.highest:
        return _as_many(frames, pages)
    returned = _returned(frames)
    found: list[int] = []
    for first in (0, 1):
        for start, stop in _ranges(frames, low, high):
            for frame in range(start + first, stop, STRIDE):
                if len(found) == pages:
                    break
                if frame in returned or is_fresh(frames, frame):
                    found.append(frame)
    _claim(frames, found)
    return found


def _as_many(frames: Frames, pages: int) -> Sequence[int]:
    """Up to `pages` frames from anywhere, in ever smaller portions as they run short."""
    found: list[int] = []
    portion = min(pages, frames.free_count)
    while portion and len(found) < pages:
        taken = frames.take(min(portion, pages - len(found)))
        if taken is None:
            portion //= 2
        elif len(taken) == pages:
            return taken
        else:
            found.extend(taken)
    return found


def take_adjacent(frames: Frames, pages: int, low: int, high: int, alignment: int = 1, boundary: int = 0) -> range:
    """`pages` adjacent free frames within a range, the first a multiple of `alignment`, none of them on both sides of a
    multiple of `boundary`; an empty range if there are none. They count as taken."""
    returned = _returned(frames)
    for start, stop in _ranges(frames, low, high):
        first = (stop - pages) // alignment * alignment
        while first >= start:
            run = range(first, first + pages)
            crosses = boundary and first // boundary != (first + pages - 1) // boundary
            taken = None if crosses else _first_taken(frames, run, returned)
            if not crosses and taken is None:
                _claim(frames, list(run))
                return run
            first = (first - 1 if taken is None else taken - pages) // alignment * alignment
    return range(0)


def is_fresh(frames: Frames, frame: int) -> bool:
    """Whether a frame exists and was never handed out."""
    return any(zone.base <= frame < zone.base + zone.count and zone.has_left(frame) for zone in frames.zones)


def _first_taken(frames: Frames, run: range, returned: set[int]) -> int | None:
    for frame in run:
        if frame not in returned and not is_fresh(frames, frame):
            return frame
    return None


def _ranges(frames: Frames, low: int, high: int) -> Iterator[tuple[int, int]]:
    """The parts of all RAM that lie in the range, highest first."""
    for zone in reversed(frames.zones):
        start, stop = max(low, zone.base), min(high + 1, zone.base + zone.count)
        if start < stop:
            yield start, stop


def _returned(frames: Frames) -> set[int]:
    """Frames that were given back."""
    return set(frames.returned)


def _claim(frames: Frames, found: list[int]) -> None:
    """Note that these are taken."""
    chosen = set(found)
    frames.withdraw(chosen)
    for zone in frames.zones:
        zone.claimed.update(frame for frame in found if zone.base <= frame < zone.base + zone.count)
