"""Physical memory as frames: which exist, which are free, and the scattered order in which they are handed out.

A frame number (PFN) is a physical address divided by the page size. Frames for one allocation are never adjacent unless
contiguous memory is asked for: small allocations walk each zone of RAM in long strides, large ones take a `range` of
every second frame, so that a gigabyte is described without a list of its frames.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..choose import Chooser

GIB_FRAMES = 1 << 18
FOUR_GIB = 1 << 20  # the first frame above 4 GiB
RUN_PAGES = 512  # from here on an allocation takes a strided run
STRIDE = 2
MOST_SCATTERED = 1 << 16  # frames of a zone that are handed out scattered, at most


class Zone:
    """A range of RAM: its first part is handed out scattered, the rest in runs. `lanes` are the next frames of the two
    lanes, of even and odd frames, from which strided runs come. `claimed` are frames that were asked for by number
    ahead of both."""

    __slots__ = ("base", "half", "step", "inverse", "cursor", "skipped", "lanes", "count", "claimed")

    def __init__(self, base: int, count: int) -> None:
        self.base = base
        self.count = count
        self.half = min(count // 2, MOST_SCATTERED)
        step = int(self.half * 0.381966) | 1  # a golden step never returns near a frame soon
        if self.half & (self.half - 1):  # to a power of two every odd number is coprime
            while not _coprime(step, self.half):
                step += 2
        self.step = step
        self.inverse = 0  # of the step, once somebody needs it
        self.cursor = 0
        self.lanes = [base + self.half, base + self.half + 1]
        self.claimed: set[int] = set()
        self.skipped: dict[int, None] = {}

    def scattered(self, skip: int) -> int | None:
        while True:
            turn = self._next_turn(skip)
            frame = self.base + turn * self.step % self.half
            if not turn or frame not in self.claimed:
                return frame if turn else None
            skip = 0

    def _next_turn(self, skip: int) -> int:
        """The next step of the walk, 0 when all are done. Those that were skipped come last."""
        if self.cursor + skip + 1 < self.half:
            self.skipped.update(dict.fromkeys(range(self.cursor + 1, self.cursor + 1 + skip)))
            self.cursor += 1 + skip
            return self.cursor
        if self.cursor + 1 < self.half:
            self.cursor += 1
            return self.cursor
        return self.skipped.popitem()[0] if self.skipped else 0

    def has_left(self, frame: int) -> bool:
        """Whether a frame of this zone has never been handed out."""
        if frame in self.claimed:
            return False
        at = frame - self.base
        if at >= self.half:
            return any(frame >= lane and (frame - lane) % STRIDE == 0 for lane in self.lanes)
        self.inverse = self.inverse or pow(self.step, -1, self.half)
        turn = at * self.inverse % self.half
        return turn > self.cursor or turn in self.skipped

    def run(self, pages: int, stride: int) -> range | None:
        """Frames in a row (stride 1) or every second one."""
        lane = self.lanes.index(min(self.lanes))
        first = max(self.lanes) if stride == 1 else self.lanes[lane]
        run = self._unclaimed(range(first, first + pages * stride, stride))
        if run.stop > self.base + self.count:
            return None
        if stride == 1:
            self.lanes = [run.stop, run.stop + 1]
        else:
            self.lanes[lane] = run.stop
        return run

    def _unclaimed(self, run: range) -> range:
        """The run, moved up past frames that are claimed."""
        while taken := [frame for frame in self.claimed if frame in run]:
            beyond = max(taken) + run.step
            run = range(beyond, beyond + len(run) * run.step, run.step)
        return run


def _coprime(one: int, other: int) -> bool:
    while other:
        one, other = other, one % other
    return one == 1


class Frames:
    """All frames of the machine. `low_share` of 8 scattered frames come from below 4 GiB where there is RAM above it.
    `removed` are those that a driver has taken away from the memory manager."""

    __slots__ = (
        "zones", "total", "free_count", "chooser", "low_share", "_turn", "_free", "_free_runs", "fragmentation",
        "removed",
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
        self.removed: list[Sequence[int]] = []
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
        """Whether the frame database has an entry for this frame."""
        return self.is_ram(frame) and not any(frame in frames for frames in self.removed)

    def is_ram(self, frame: int) -> bool:
        return any(zone.base <= frame < zone.base + zone.count for zone in self.zones)

    def ram_within(self, first: int, count: int) -> range:
        """The first frames of RAM that follow one another within a range."""
        parts = (
            range(max(first, zone.base), min(first + count, zone.base + zone.count)) for zone in self.zones
        )  # fmt: skip
        return next((part for part in parts if part), range(0))

    def remove(self, frames: Sequence[int]) -> None:
        """Frames that were handed out count as RAM of the memory manager no longer, until they are added again."""
        self.removed.append(frames)
        self.total -= len(frames)

    def add(self, frames: Sequence[int]) -> None:
        self.removed.remove(frames)
        self.total += len(frames)

    @property
    def highest(self) -> int:
        """The number of the last frame of RAM."""
        last = self.zones[-1]
        return last.base + last.count - 1

    @property
    def returned(self) -> list[int]:
        """Frames that were handed out and came back."""
        return [*self._free, *(frame for run in self._free_runs for frame in run)]

    def withdraw(self, chosen: set[int]) -> None:
        """Frames that were picked by number, out of those that came back or were never handed out, are taken."""
        self.free_count -= len(chosen)
        self._free = [frame for frame in self._free if frame not in chosen]
        for run in [run for run in self._free_runs if any(frame in run for frame in chosen)]:
            self._free_runs.remove(run)
            self._free += [frame for frame in run if frame not in chosen]
