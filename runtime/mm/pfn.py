"""The frame database: which frames are locked, by whom and how often, and what a frame is in use for.

A lock on a long strided run is one entry, not one for each frame: a gigabyte is locked and unlocked in microseconds.
"""

from __future__ import annotations

from ..findings import address
from .store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..system import System
    from .regions import Region

LONG_RUN = 64  # frames from which on a run is counted as a whole


class Pin:
    """One lock on some frames. `owner` is the address of the MDL through which they were locked, 0 for the system."""

    __slots__ = ("frames", "owner")

    def __init__(self, frames: Sequence[int], owner: int) -> None:
        self.frames = frames
        self.owner = owner


class Pins:
    """Lock counts. `counts` are those of single frames, `runs` has each lock on a long run once; `records` finds a lock
    by the identity of its frames. Frames whose memory is gone while they are locked are orphans: nobody gets them
    before the last lock is off."""

    __slots__ = ("counts", "runs", "records", "orphans", "orphan_runs")

    def __init__(self) -> None:
        self.counts: dict[int, int] = {}
        self.runs: list[range] = []
        self.records: dict[int, list[Pin]] = {}
        self.orphans: set[int] = set()
        self.orphan_runs: list[range] = []

    def holds(self, frame: int) -> bool:
        return frame in self.counts or any(frame in run for run in self.runs)

    def count(self, frame: int) -> int:
        """How many locks a frame has."""
        return self.counts.get(frame, 0) + sum(frame in run for run in self.runs)

    def any(self, frames: Sequence[int]) -> bool:
        if isinstance(frames, range):
            if any(run.start < frames.stop and frames.start < run.stop for run in self.runs):
                return any(map(self.holds, frames))
            return any(frame in frames for frame in self.counts)
        return any(map(self.holds, frames))

    def add(self, frames: Sequence[int], owner: int = 0) -> None:
        """One more lock on each frame."""
        self.records.setdefault(id(frames), []).append(Pin(frames, owner))
        if isinstance(frames, range) and len(frames) > LONG_RUN:
            self.runs.append(frames)
            return
        counts = self.counts
        for frame in frames:
            counts[frame] = counts.get(frame, 0) + 1

    def remove(self, frames: Sequence[int]) -> None:
        """One lock less on each frame."""
        self._drop_record(frames)
        if isinstance(frames, range) and frames in self.runs:
            self.runs.remove(frames)
            return
        for frame in frames:
            left = self.counts.get(frame, 0) - 1
            if left > 0:
                self.counts[frame] = left
            else:
                self.counts.pop(frame, None)

    def _drop_record(self, frames: Sequence[int]) -> None:
        key = id(frames)
        if key not in self.records:
            wanted = list(frames)
            for key, pins in self.records.items():  # noqa: B007
                if list(pins[0].frames) == wanted:
                    break
            else:
                return
        self.records[key].pop()
        if not self.records[key]:
            del self.records[key]

    def locks(self, frame: int) -> list[Pin]:
        """Every lock on a frame, in the order in which they were taken."""
        return [pin for pins in self.records.values() for pin in pins if frame in pin.frames]

    @property
    def total(self) -> int:
        """How many frames are locked."""
        if not self.runs:
            return len(self.counts)
        return len(set(self.counts).union(*self.runs))


class FrameState:
    """What the machine knows of one frame. `state` is "active", "free", "transition" (its memory is gone, and it is
    still locked), "removed" (a driver has taken it from the memory manager) or "no RAM"; `owner` says in words who uses
    it, `virtual` at which address; `shares` counts the pages that show it, `locks` has the address of the MDL for each
    lock on it."""

    __slots__ = ("frame", "state", "owner", "virtual", "shares", "locks", "modified")

    def __init__(self, frame: int) -> None:
        self.frame = frame
        self.state = "free"
        self.owner = ""
        self.virtual = 0
        self.shares = 0
        self.locks: list[int] = []
        self.modified = False


def regions(nt: System) -> Iterator[tuple[str, Region]]:
    """All regions of the machine, each with the name of its space."""
    for region in nt.memory.kernel.regions:
        yield "kernel", region
    for process in nt.processes:
        for region in process.space.regions:
            yield process.name, region
    for region in nt.sections.regions:
        yield "section", region


def frame_state(nt: System, frame: int) -> FrameState:
    """Look a frame up in the database."""
    found = FrameState(frame)
    if not nt.frames.exists(frame):
        found.state = "removed" if nt.frames.is_ram(frame) else "no RAM"
    for name, region in regions(nt):
        if region.frames is None or frame not in region.frames:
            continue
        if name != "section":
            found.shares += 1
        if region.owns_frames:
            own = name in ("kernel", "section")
            found.state, found.owner = "active", region.kind if own else f"{region.kind} of {name}"
            found.virtual = region.start + region.frames.index(frame) * PAGE
    for frames, owner in nt.memory.claims.values():
        if frame in frames:
            found.state, found.owner = "active", owner
    pins = nt.memory.pins
    if frame in pins.orphans or any(frame in run for run in pins.orphan_runs):
        found.state = "transition"
    found.locks = [pin.owner for pin in pins.locks(frame)]
    found.modified = frame in nt.memory.paging.modified
    return found


def describe_frame(nt: System, frame: int) -> list[tuple[str, str]]:
    """A frame in labelled lines, as a debugger's !pfn tells of it."""
    found = frame_state(nt, frame)
    facts = [("frame", f"0x{frame:x}, physical {address(frame * PAGE)}"), ("state", found.state)]
    if found.owner:
        facts.append(("owner", found.owner))
    if found.virtual:
        facts.append(("address", address(found.virtual)))
    facts.append(("counts", f"shown by {found.shares}, locked {len(found.locks)} times{', modified' * found.modified}"))
    for owner in found.locks:
        moment = nt.history.get(("mdl", owner), {}).get("locked")
        when = f", at {moment.time_ns / 1000:.3f} us" if moment is not None else ""
        facts.append(("locked by", f"MDL {address(owner)}{when}" if owner else f"the system{when}"))
    return facts
