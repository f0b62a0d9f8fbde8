"""Virtual address space as regions: pages of one kind that follow one another, and the frames behind them."""

from __future__ import annotations

from bisect import bisect_right

from .store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class Region:
    """Pages of one kind that follow one another in virtual memory.

    `frames` has a frame number for each page, or is None while no page has one (demand zero); a page without a frame
    has 0 there. `pageable` pages may not be touched at DISPATCH_LEVEL or above unless they are locked; `fresh` are
    those that came in since pageable memory was last swept out. `device`, if set, answers accesses instead of memory.
    A first touch of a `guard` page raises an exception, a first write to a `copy_on_write` page gives it a frame of its
    own.
    `space` is where the region stands while it is mapped. `source` is the region from whose frames this one borrows
    its own, and the first page there; `views` are the regions that borrow from this one.
    """

    __slots__ = (
        "start", "pages", "kind", "frames", "writable", "accessible", "pageable", "owns_frames", "device", "note",
        "guard", "copy_on_write", "fresh", "space", "source", "views",
    )  # fmt: skip

    def __init__(
        self, start: int, pages: int, kind: str, *, pageable: bool = False, writable: bool = True,
        frames: Sequence[int] | None = None, owns_frames: bool = True,
    ) -> None:  # fmt: skip
        self.start = start
        self.pages = pages
        self.kind = kind
        self.frames = frames
        self.writable = writable
        self.accessible = True
        self.pageable = pageable
        self.owns_frames = owns_frames
        self.device: Device | None = None
        self.note = ""
        self.guard = False
        self.copy_on_write = False
        self.fresh: list[int] = []
        self.space: Space | None = None
        self.source: tuple[Region, int] | None = None
        self.views: list[Region] = []

    @property
    def end(self) -> int:
        return self.start + self.pages * PAGE

    def borrow(self, owner: Region, first: int) -> None:
        """Show the pages of another region from here on, the first of them that one's page `first`."""
        self.source = owner, first
        owner.views.append(self)

    def part(self) -> None:
        """Show the pages of the other region no longer."""
        if self.source is not None:
            self.source[0].views.remove(self)
            self.source = None

    def cut(self, first: int) -> Region:
        """Shorten the region to its first pages, and return a region of the others, not yet in a space."""
        rest = Region(
            self.start + first * PAGE, self.pages - first, self.kind, pageable=self.pageable, writable=self.writable,
            owns_frames=self.owns_frames,
        )  # fmt: skip
        rest.accessible, rest.device, rest.note = self.accessible, self.device, self.note
        rest.guard, rest.copy_on_write = self.guard, self.copy_on_write
        if self.frames is not None:
            rest.frames = self.frames[first:]
            self.frames = self.frames[:first]
        if self.source is not None:
            rest.borrow(self.source[0], self.source[1] + first)
        rest.fresh = [index - first for index in self.fresh if index >= first]
        self.fresh = [index for index in self.fresh if index < first]
        self.pages = first
        return rest


class Device:
    """What a region of device registers forwards to."""

    __slots__ = ()

    def load(self, offset: int, size: int) -> int:
        raise NotImplementedError

    def store(self, offset: int, size: int, value: int) -> None:
        raise NotImplementedError


class Space:
    """The regions of one address space (a process's user half, or the kernel half), found by address. `file` are the
    pages of it that have a copy in the page file: page address to slot of the store."""

    __slots__ = ("starts", "regions", "file")

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.regions: list[Region] = []
        self.file: dict[int, int] = {}

    def find(self, address: int) -> Region | None:
        index = bisect_right(self.starts, address) - 1
        if index < 0:
            return None
        region = self.regions[index]
        return region if address < region.start + region.pages * PAGE else None

    def add(self, region: Region) -> None:
        index = bisect_right(self.starts, region.start)
        self.starts.insert(index, region.start)
        self.regions.insert(index, region)
        region.space = self

    def remove(self, region: Region) -> None:
        index = bisect_right(self.starts, region.start) - 1
        assert index >= 0 and self.regions[index] is region, "the region stands in this space"
        del self.starts[index], self.regions[index]
        region.space = None

    def split(self, region: Region, first: int) -> Region:
        """Cut a region in two before its page `first`, and return the second part."""
        rest = region.cut(first)
        self.add(rest)
        return rest

    def gap(self, low: int, high: int, pages: int, granularity: int = PAGE, guard: int = 0) -> int | None:
        """The lowest start at or above `low` where `pages` pages (and `guard` more behind them) are free below
        `high`."""
        start = -(-low // granularity) * granularity
        size = (pages + guard) * PAGE
        for index in range(max(0, bisect_right(self.starts, start) - 1), len(self.regions)):
            region = self.regions[index]
            if region.end <= start:
                continue
            if region.start >= start + size:
                break
            start = -(-(region.end + guard * PAGE) // granularity) * granularity
        return start if start + size <= high else None
