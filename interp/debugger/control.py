"""What stops a run: steps, breakpoints, a moment to come back to, the person."""

from __future__ import annotations

from contextlib import contextmanager

from ..growing import Frame
from .frames import depth_of, frame_address, place_of, write_locals
from .stops import Position, Stop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType
    from typing import Any

    from .live import Live

FOREVER = 1 << 60


class Step:
    """Go on to the next place in the same thread: `deeper` if calls are followed, `least` levels up at least."""

    __slots__ = ("thread", "depth", "deeper")

    def __init__(self, live: Live, deeper: bool, up: int = 0) -> None:
        stop = live.stopped
        assert stop is not None
        self.thread = live.nt.thread
        self.depth = len(stop.site) - up
        self.deeper = deeper

    def ends(self, live: Live, frame: FrameType) -> bool:
        if live.nt.thread is not self.thread:
            return False
        return self.deeper or depth_of(frame, live.session.names) <= self.depth


class Way:
    """The moments at which a run that is done again must pause, and the one at which it ends."""

    __slots__ = ("pauses", "target")

    def __init__(self, pauses: list[Position], target: Position | None) -> None:
        self.pauses = pauses
        self.target = target

    def next_tick(self) -> int:
        ticks = [position.tick for position in self.pauses]
        if self.target is not None:
            ticks.append(self.target.tick)
        return min(ticks, default=FOREVER)

    def forget_past(self, passed: int) -> None:
        self.pauses = [position for position in self.pauses if position.tick >= passed]


class Control:
    """Decides at each place, and at each break of the machine, whether the run is suspended. `trace` is called in place
    of routines, if one is watched."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.interrupted = False
        self.detail = ""
        self.step: Step | None = None
        self.way: Way | None = None
        self.trace: Callable[..., Any] | None = None

    def ahead(self, tick: int) -> int:
        """How many places may be passed before `reason` is asked again."""
        if self.interrupted or self.step is not None:
            return 0
        if self.way is not None:
            return max(self.way.next_tick() - tick, 0)
        return FOREVER

    def reason(self, position: Position, frame: FrameType) -> str:
        """Why the run shall be suspended at this place, or nothing."""
        self.detail = ""
        if self.interrupted:
            self.interrupted = False
            return "interrupt"
        if self.way is not None:
            return "position" if position in self.way.pauses or position == self.way.target else ""
        if self.step is not None and self.step.ends(self.live, frame):
            self.step = None
            return "step"
        return ""

    def breaks(self, reason: str) -> bool:
        """Whether the machine's own break suspends the run."""
        return True

    @contextmanager
    def until(self, pauses: list[Position], target: Position | None) -> Iterator[Way]:
        """While the run is done again, pause only at these moments."""
        before = self.way
        self.way = Way(pauses, target)
        try:
            yield self.way
        finally:
            self.way = before

    def frame(self, stop: Stop) -> Frame | None:
        """The innermost function of a stop, as expressions see it."""
        if stop.frame is None:
            return None
        file, line = place_of(self.live.session.sites, stop.frame)
        values = dict(stop.frame.f_locals)
        return Frame(stop.frame.f_code.co_name, file, line, frame_address(stop.frame), values)

    def write_back(self, frame: FrameType, values: dict[str, object]) -> None:
        write_locals(frame, values)
