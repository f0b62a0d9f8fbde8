"""Frames whose accesses by processors somebody wants to see: no window shows them, so that each access is a fault.

A page costs what a fault costs only while it is watched, and only for loads or only for stores; all others cost what
they always do.
"""

from __future__ import annotations

from .store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .memory import Memory, Window
    from .regions import Region

NO_FRAME = -1  # stands for pages that have none yet, so that every page is looked at when it is first touched


class Watched:
    """`frames` counts who watches the loads from a frame, and the stores to it. `regions` counts the frames that are
    watched in a region. `observers` are called with (frame, within, length, write) for an access. `spied` are the pages
    at whose frames a debugger looks, for loads and for stores, by whatever address they are touched; it is told by
    `spy_told(physical, length, write, by)`, where `by` says who if it is no processor."""

    __slots__ = ("memory", "frames", "regions", "observers", "spied", "spy_told", "_spying")

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.frames: tuple[dict[int, int], dict[int, int]] = ({}, {})
        self.regions: dict[Region, int] = {}
        self.observers: list[Callable[[int, int, int, bool], object]] = []
        self.spied: tuple[set[int], set[int]] = (set(), set())
        self.spy_told: Callable[[int, int, bool, str], object] | None = None
        self._spying: dict[tuple[int, bool], Region | None] = {}

    def spy(self, pages: tuple[set[int], set[int]], told: Callable[[int, int, bool, str], object] | None) -> None:
        """Look at these pages, for loads and for stores, and no more at others. Pages that have no frame yet, or get
        another, are looked at once they are touched."""
        for (frame, write), region in self._spying.items():
            self.remove(frame, region, write)
        self._spying = {}
        self.spied, self.spy_told = pages, told
        for write in (False, True):
            self.frames[write].pop(NO_FRAME, None)
            if pages[write]:
                self.frames[write][NO_FRAME] = 1
            for page in pages[write]:
                region = self.memory.region_at(page)
                if region is not None and region.device is None:
                    self.spy_page(region, page, write)

    def spy_page(self, region: Region, page: int, write: bool) -> None:
        """Look at the frame that a page has now."""
        frame = region.frames[(page - region.start) // PAGE] if region.frames is not None else 0
        if (frame or NO_FRAME, write) not in self._spying:
            self._spying[frame or NO_FRAME, write] = self.add(frame or NO_FRAME, page, write)

    def told(self, physical: int, length: int, write: bool, by: str) -> None:
        """Who is no processor touches RAM."""
        if self.spy_told is not None:
            self.spy_told(physical, length, write, by)

    def add(self, frame: int, page: int, write: bool) -> Region | None:
        """Watch the loads from a frame, or the stores to it. `page` is the address at which its owner has it. What
        comes back is for `remove`."""
        counts = self.frames[write]
        counts[frame] = counts.get(frame, 0) + 1
        memory = self.memory
        region = memory.region_at(page)
        if region is not None:
            self.regions[region] = self.regions.get(region, 0) + 1
            if self.regions[region] == 1:
                for shown in [one for one in memory._fixed_shown if region.start <= one < region.end]:
                    memory.forget(shown, 1)
        if counts[frame] == 1:
            memory.forget(page, 1)
            memory.hide(frame)
        return region

    def remove(self, frame: int, region: Region | None, write: bool) -> None:
        """What `add` began ends."""
        if region is not None:
            self.regions[region] -= 1
            if not self.regions[region]:
                del self.regions[region]
        counts = self.frames[write]
        if counts[frame] > 1:
            counts[frame] -= 1
        else:
            del counts[frame]

    def holds(self, window: Window, region: Region, page: int) -> bool:
        """Whether a window may not show a page."""
        if page in self.spied[window.write]:
            self.spy_page(region, page, window.write)
        return region.frames is not None and region.frames[(page - region.start) // PAGE] in self.frames[window.write]

    def look(self, region: Region, va: int, length: int, write: bool) -> None:
        """Tell of an access within one page."""
        if region.frames is not None:
            frame = region.frames[(va - region.start) // PAGE]
            if va & -PAGE in self.spied[write] and frame and (frame, write) not in self._spying:
                self.spy_page(region, va & -PAGE, write)
            if frame in self.frames[write]:
                if self.spy_told is not None:
                    self.spy_told(frame * PAGE + va % PAGE, length, write, "")
                for seen in self.observers:
                    seen(frame, va % PAGE, length, write)


class Element:
    """The index of a variable into a view of the store, where a page of its region is watched: a page's first index, to
    which code adds, and which is asked for at the access itself."""

    __slots__ = ("watched", "region", "va", "at", "size", "write")

    def __init__(self, watched: Watched, region: Region, va: int, at: int, size: int, write: bool) -> None:
        self.watched = watched
        self.region = region
        self.va = va
        self.at = at
        self.size = size
        self.write = write

    def __add__(self, units: int) -> Element:
        step = units * self.size
        return Element(self.watched, self.region, self.va + step, self.at + step, self.size, self.write)

    def __index__(self) -> int:
        self.watched.look(self.region, self.va, self.size, self.write)
        return self.at // self.size
