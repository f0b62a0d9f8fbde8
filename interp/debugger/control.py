"""What stops a run: steps, breakpoints, a moment to come back to, the person."""

from __future__ import annotations

from ..growing import Frame
from .again import FOREVER, Way
from .breakpoints import Breakpoints
from .calls import Calls
from .data import Data
from .frames import depth_of, frame_address, generated, place_of, write_locals
from .stops import Position, Stop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

    from ...runtime.routine import Routine
    from ..compiled import Compiled
    from ..session import Session
    from .live import Live


class Step:
    """Go on to the next place in the same thread: `deeper` if calls are followed, `up` levels up at least. With `calls`
    it is the next call of a routine."""

    __slots__ = ("thread", "depth", "deeper", "calls")

    def __init__(self, live: Live, deeper: bool, up: int = 0, calls: bool = False) -> None:
        stop = live.stopped
        assert stop is not None
        self.thread = live.nt.thread
        self.depth = len(stop.site) - up
        self.deeper = deeper
        self.calls = calls

    def ends(self, live: Live, frame: FrameType) -> bool:
        if self.calls or live.nt.thread is not self.thread:
            return False
        return self.deeper or depth_of(frame, live.session.names) <= self.depth


class Control:
    """Decides at each place, and at each break of the machine, whether the run is suspended. `selected` is which frame
    of a stop expressions see, counted from the innermost."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.interrupted = False
        self.starting = False  # stop at the next place: a file begins
        self.detail = ""
        self.touched = ""  # the data breakpoint that was come to since the last place, in words
        self.selected = 0
        self.way: Way | None = None
        self._step: Step | None = None
        self.breakpoints = Breakpoints(live)
        self.calls = Calls(live, self._call)
        self.data = Data(live)

    @property
    def step(self) -> Step | None:
        return self._step

    @step.setter
    def step(self, step: Step | None) -> None:
        before, self._step = self._step, step
        if before is not None and before.calls or step is not None and step.calls:
            self.watch()

    # -- the machine

    def begin(self, session: Session) -> None:
        """There is a new machine."""
        self.breakpoints.landmarks.clear()
        self.calls.forget()
        self.data.forget()
        self._step, self.touched = None, ""
        self.watch()

    def end(self) -> None:
        """The machine has gone."""
        self.calls.forget()
        self.data.forget()

    def loaded(self, program: Compiled) -> None:
        """The code of a part is there."""
        self.breakpoints.landmarks.add(program, self.live.session.sites)
        self.breakpoints.changed()
        if self.calls.on:
            self.calls.watch(True)

    def watch(self) -> None:
        """See what somebody wants to see: calls of routines, accesses to data."""
        if self.way is not None:
            wanted = self.way.counts_calls
        else:
            wanted = bool(self.breakpoints.routines) or self._step is not None and self._step.calls
        if wanted or self.calls.on:
            self.calls.watch(wanted)
        self.data.watch(self.way.data if self.way is not None else self.breakpoints.data)
        self.live.rearm()

    def way_begins(self) -> None:
        self.interrupted = self.starting = False
        self.watch()

    def way_ends(self) -> None:
        self.interrupted = self.starting = False
        self.watch()

    def stops_now(self) -> None:
        """The run is suspended, or what it was told is done: nobody waits for that any more."""
        self.step = None
        self.interrupted = self.starting = False

    # -- whether to stop

    def ahead(self, tick: int) -> int:
        """How many places may be passed before `reason` is asked again."""
        if self.interrupted or self.starting:
            return 0
        if self.way is not None:
            return self.way.ahead(tick)
        if self._step is not None and not self._step.calls or self.breakpoints.at or self.touched:
            return 0
        return FOREVER

    def reason(self, tick: int, frame: FrameType) -> str:
        """Why the run shall be suspended at this place, or nothing."""
        self.detail = ""
        if self.interrupted:
            self.interrupted = False
            return "interrupt"
        if self.starting:
            if place_of(self.live.session.sites, frame)[0] in self.live.growing.generated:
                return ""  # nobody wrote what runs there
            self.starting = False
            return "start"
        if self.way is not None:
            position = Position(tick)
            self.way.looks(position, frame)
            return "position" if position in self.way.wanted else ""
        if self.touched:
            self.detail, self.touched = self.touched, ""
            return "data"
        if self.breakpoints.at:
            self.detail = self.breakpoints.reason(frame)
            if self.detail:
                return "breakpoint"
        if self._step is not None and self._step.ends(self.live, frame):
            return "step"
        return ""

    def breaks(self, reason: str, position: Position) -> bool:
        """Whether the machine's own break suspends the run."""
        if self.way is None:
            return True
        self.way.breaks(position)
        return position in self.way.wanted

    def _call(self, row: Routine, arguments: tuple[Any, ...], position: Position, frame: FrameType | None) -> str:
        """Why the run shall be suspended at this call of a routine."""
        if self.way is not None:
            self.way.calls(row.name, position, frame)
            return "position" if position in self.way.wanted else ""
        step = self._step
        if step is not None and step.calls and self.live.nt.thread is step.thread:
            return f"step: calls {row.name}"
        found = self.breakpoints.at_call(row.name, frame)
        return f"routine: {found}" if found else ""

    # -- frames of a stop

    def frames(self, stop: Stop) -> list[FrameType]:
        """The generated frames of a stop, innermost first."""
        return generated(stop.frame, self.live.session.names)

    def python_frame(self, stop: Stop, number: int) -> FrameType | None:
        """One of the frames, counted from the innermost."""
        found = self.frames(stop)
        return found[min(number, len(found) - 1)] if found else None

    def frame(self, stop: Stop) -> Frame | None:
        """The function that expressions see."""
        found = self.python_frame(stop, self.selected)
        return self.seen(found) if found is not None else None

    def seen(self, frame: FrameType) -> Frame:
        """A suspended or running function as expressions see it."""
        file, line = place_of(self.live.session.sites, frame)
        return Frame(frame.f_code.co_qualname, file, line, frame_address(frame), dict(frame.f_locals))

    def write_back(self, frame: FrameType, values: dict[str, object]) -> None:
        write_locals(frame, values)
