"""Physical memory as frames: which exist, which are free, and the scattered order in which they are handed out.

A frame number (PFN) is a physical address divided by the page size. Frames for one allocation are never adjacent unless
contiguous memory is asked for: small allocations walk each zone of RAM in long strides, large ones take a `range` of
every second frame, so that a gigabyte is described without a list of its frames.
"""

from __future__ import annotations

from math import gcd

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .choose import Chooser

GIB_FRAMES = 1 << 18
FOUR_GIB = 1 << 20  # the first frame above 4 GiB
RUN_PAGES = 512  # from here on an allocation takes a strided run
STRIDE = 2
MOST_SCATTERED = 1 << 16  # frames of a zone that are handed out scattered, at most


class Zone:
    """A range of RAM: its first part is handed out scattered, the rest in runs. `lanes` are the next frames of the two
    lanes, of even and odd frames, from which strided runs come."""

    __slots__ = ("base", "half", "step", "cursor", "lanes", "count")

    def __init__(self, base: int, count: int) -> None:
        self.base = base
        self.count = count
        self.half = min(count // 2, MOST_SCATTERED)
        step = int(self.half * 0.381966) | 1  # a golden step never returns near a frame soon
        while gcd(step, self.half) != 1:
            step += 2
        self.step = step
        self.cursor = 0
        self.lanes = [base + self.half, base + self.half + 1]

    def scattered(self, skip: int) -> int | None:
        if self.cursor + skip >= self.half:
            return None
        self.cursor += 1 + skip
        return self.base + self.cursor * self.step % self.half

    def run(self, pages: int, stride: int) -> range | None:
        if stride == 1:
            first = max(self.lanes)
            stop = first + pages
            if stop > self.base + self.count:
                return None
            self.lanes = [stop, stop + 1]
            return range(first, stop)
        lane = self.lanes.index(min(self.lanes))
        first = self.lanes[lane]
        stop = first + pages * stride
        if stop > self.base + self.count:
            return None
        self.lanes[lane] = stop
        return range(first, stop, stride)


class Frames:
    """All frames of the machine. `low_share` of 8 scattered frames come from below 4 GiB where there is RAM above
    it."""

    __slots__ = (
        "zones", "total", "free_count", "chooser", "low_share", "_turn", "_free", "_free_runs", "fragmentation",
    )  # fmt: skip

    def __init__(self, total: int, chooser: Chooser, low_share: int = 4, fragmentation: str = "scattered") -> None:
        self.total = total
        self.free_count = total
        self.chooser = chooser
        self.low_share = low_share
        self.fragmentation = fragmentation
        below = min(total, 3 * GIB_FRAMES)
        first = min(256, below // 4)  # the first megabyte belongs to the firmware
        self.zones = [Zone(first, below - first)]
        if total > below:
            self.zones.append(Zone(FOUR_GIB, total - below))
        self._turn = 0
        self._free: list[int] = []
        self._free_runs: list[range] = []

    def _one(self, previous: int) -> int | None:
        skip = self.chooser.choose("frame", 8)
        for _ in self.zones:
            low = len(self.zones) == 1 or self._turn % 8 < self.low_share
            self._turn += 5
            frame = self.zones[0 if low else 1].scattered(skip)
            if frame is not None and abs(frame - previous) != 1:
                return frame
        for index in range(len(self._free) - 1, -1, -1):
            if abs(self._free[index] - previous) != 1:
                return self._free.pop(index)
        single = self._run(1, STRIDE)
        if single is None or abs(single[0] - previous) != 1:
            return None if single is None else single[0]
        self._free.append(single[0])
        return None

    def take(self, pages: int) -> Sequence[int] | None:
        """Frames for `pages` pages in order, no two successive ones adjacent; None if there are not enough."""
        if pages > self.free_count:
            return None
        if pages >= RUN_PAGES or self.fragmentation == "none":
            run = self._run(pages, 1 if self.fragmentation == "none" else STRIDE)
            if run is not None:
                self.free_count -= pages
                return run
        taken: list[int] = []
        previous = -2
        for _ in range(pages):
            frame = self._one(previous)
            if frame is None:
                self._free.extend(taken)
                return None
            taken.append(frame)
            previous = frame
        self.free_count -= pages
        return taken

    def _run(self, pages: int, stride: int) -> range | None:
        for index, free in enumerate(self._free_runs):
            if free.step == stride and len(free) >= pages:
                self._free_runs[index : index + 1] = [free[pages:]] if len(free) > pages else []
                return free[:pages]
        for zone in reversed(self.zones):
            run = zone.run(pages, stride)
            if run is not None:
                return run
        return None

    def give(self, frames: Sequence[int]) -> None:
        """Frames come back."""
        self.free_count += len(frames)
        if isinstance(frames, range):
            self._free_runs.append(frames)
        else:
            self._free.extend(frames)

    def exists(self, frame: int) -> bool:
        return any(zone.base <= frame < zone.base + zone.count for zone in self.zones)
