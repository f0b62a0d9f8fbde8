"""Going back: what the run has passed is looked at by running again, then the run is brought to one of its moments."""

from __future__ import annotations

from functools import partial

from ...runtime.mm.memory import KERNEL_BASE
from .again import Way
from .breakpoints import DATA, Breakpoint
from .data import process_of
from .frames import depth_of
from .looking import region_of
from .stops import Position

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from .live import Live

WINDOW = 4000  # places looked at before the present one, at first
WIDER = 32


class Passed:
    """A place that the run has passed: in which thread, by its address, and how many functions deep."""

    __slots__ = ("position", "thread", "depth")

    def __init__(self, position: Position, thread: int, depth: int) -> None:
        self.position = position
        self.thread = thread
        self.depth = depth


class Looking(Way):
    """Keeps all places from one moment on up to another, or to the end of the run."""

    def __init__(self, live: Live, first: int, pauses: set[Position], target: Position | None) -> None:
        super().__init__(pauses | ({target} if target is not None else set()))
        self.live = live
        self.first = first
        self.target = target
        self.found: list[Passed] = []

    def ahead(self, tick: int) -> int:
        return min(super().ahead(tick), max(self.first - tick, 0))

    def looks(self, position: Position, frame: FrameType) -> None:
        live = self.live
        if position.tick >= self.first and (self.target is None or position < self.target):
            self.found.append(Passed(position, live.nt.thread.address, depth_of(frame, live.session.names)))


class Hits(Way):
    """Keeps the last moment before the target at which the breakpoints, or the machine's own breaks, would have
    stopped the run."""

    def __init__(self, live: Live, pauses: set[Position], target: Position | None) -> None:
        super().__init__(pauses | ({target} if target is not None else set()))
        self.live = live
        self.target = target
        self.last: Position | None = None
        self.points = live.control.breakpoints
        self.counts_calls = self.counts_calls or bool(self.points.routines)
        self.data = self.points.data
        self.touched = False

    def ahead(self, tick: int) -> int:
        return 0 if self.points.at or self.data else super().ahead(tick)

    def keep(self, position: Position) -> None:
        if self.target is None or position < self.target:
            self.last = position

    def looks(self, position: Position, frame: FrameType) -> None:
        found = self.points.at.get((id(frame.f_code), frame.f_lasti), ())
        if self.touched or any(self.points.holds(one, frame) for one in found):
            self.keep(position)
        self.touched = False

    def breaks(self, position: Position) -> None:
        self.keep(position)

    def calls(self, name: str, position: Position, frame: FrameType | None) -> None:
        if any(self.points.holds(one, frame) for one in self.points.routines if one.matches(name)):
            self.keep(position)

    def touches(self, one: Breakpoint, write: bool, by: str) -> None:
        if self.points.holds(one, None):
            self.touched = True


class Touch:
    """What was done to an address: "written", "mapped" or "unmapped", by whom, when, and the place of the run."""

    __slots__ = ("what", "by", "time_ns", "position")

    def __init__(self, what: str, by: str, time_ns: int, position: Position) -> None:
        self.what = what
        self.by = by
        self.time_ns = time_ns
        self.position = position


class Who(Way):
    """Keeps what was last done to some bytes: who wrote them, and who mapped their page."""

    def __init__(
        self, live: Live, address: int, size: int, process: int, pauses: set[Position], target: Position | None
    ) -> None:
        super().__init__(pauses | ({target} if target is not None else set()))
        self.live = live
        self.address = address
        self.process = process
        self.written: Touch | None = None
        self.mapped: Touch | None = None
        one = Breakpoint(-1, DATA)
        one.address, one.size, one.access, one.process = address, size, "w", process
        self.data = [one]
        self._region: object = None
        self._before: tuple[object, int, Position] = ((), 0, Position(0))

    def ahead(self, tick: int) -> int:
        return 0

    def touches(self, one: Breakpoint, write: bool, by: str) -> None:
        live = self.live
        self.written = Touch("written", live.control.data.who(by), live.nt.clock.now_ns, Position(live.passed() - 1))

    def looks(self, position: Position, frame: FrameType) -> None:
        live = self.live
        self.look_at_page()
        self._before = live.session.sites.here(), live.nt.clock.now_ns, position

    def look_at_page(self) -> None:
        """Note if the page was mapped or unmapped since the last place."""
        nt = self.live.nt
        space = next((one.space for one in nt.processes if one.id == self.process), None)
        region = region_of(nt, self.address, space) if space is not None or self.address >= KERNEL_BASE else None
        if region is not self._region:
            what = "mapped" if region is not None else "unmapped"
            site, time_ns, position = self._before
            calls = self.live.session.sites.calls(site)
            by = f"{calls[0][0]}, {calls[0][1]}:{calls[0][2]}" if calls else ""
            self.mapped = Touch(what, by, time_ns, position)
            self._region = region


def present(live: Live) -> Position | None:
    """Where the run stands; None if everything that was entered is done."""
    return live.stops[-1].position if live.stops and not live.crashed else None


def look_again(live: Live, make: Callable[[set[Position], Position | None], Way]) -> Way:
    """Run everything again up to the present moment, with somebody who looks."""
    target = present(live)
    pauses = {item.at for item in live.journal if item.at is not None}
    way = make(pauses, target)
    live.again(target, way=way)
    return way


def step_back(live: Live, wanted: Callable[[Passed, int, int], bool], count: int = 1) -> bool:
    """Go back to the last place that is `wanted`, by the thread and depth of the present one, and so on from there; to
    the first one if there are not so many. False if there is none; the run is then where it was."""
    stop = live.stopped if not live.crashed else None
    thread = live.nt.thread.address if stop is not None else 0
    depth = len(stop.site) if stop is not None else 0
    now = stop.position.tick if stop is not None else live.passed()
    if live.looked and live.looked[-1].position.tick >= now - 1:
        before = [one for one in live.looked if one.position.tick < now]
        found, left = _chain(before, wanted, thread, depth, count)
        if found is not None and not left:
            live.again(found.position)
            return True
    window = WINDOW
    while True:
        first = max(now - window, 0)
        way = look_again(live, partial(Looking, live, first))
        assert isinstance(way, Looking)
        live.looked = way.found
        found, left = _chain(way.found, wanted, thread, depth, count)
        if found is not None and (not left or not first):
            live.again(found.position)
            return True
        if not first:
            return False
        window *= WIDER


def _chain(
    passed: list[Passed], wanted: Callable[[Passed, int, int], bool], thread: int, depth: int, count: int
) -> tuple[Passed | None, int]:
    """The place that so many steps back lead to, and how many of them found none."""
    last: Passed | None = None
    for one in reversed(passed):
        if wanted(one, thread, depth):
            last, thread, depth = one, one.thread, one.depth
            count -= 1
            if not count:
                break
    return last, count


def back_to_hit(live: Live) -> bool:
    """Go back to the last moment at which a breakpoint or a break of the machine stopped the run, or would have."""
    crash = live.last_break if live.crashed else None
    if crash is not None and crash.tick >= 0 and crash.nth:
        live.again(crash)
        return True
    way = look_again(live, partial(Hits, live))
    assert isinstance(way, Hits)
    if way.last is None:
        return False
    live.again(way.last)
    return True


def who(live: Live, address: int, size: int) -> Who:
    """Who last wrote some bytes, and mapped their page."""
    way = look_again(live, partial(Who, live, address, size, process_of(live.nt, address)))
    assert isinstance(way, Who)
    way.look_at_page()
    return way
