"""Breakpoints: at lines, at the beginning of functions, at calls of routines, and at data."""

from __future__ import annotations

from fnmatch import fnmatchcase

from ...runtime import routines
from .evaluating import condition
from .landmarks import Landmarks
from .reading import EvaluationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

    from .landmarks import Key, Landmark
    from .live import Live

LINE, FUNCTION, ROUTINE, DATA = "line", "function", "routine", "data"


class Breakpoint:
    """One breakpoint. `kind` says what it is about: a `file` and `line`, a function or a pattern of routines called
    `name`, or `size` bytes of data at `address` that are touched as `access` says ("r", "w"). It stops where its
    `condition` holds, if it has one, after `passes` times that it does not."""

    def __init__(self, number: int, kind: str, name: str = "", file: str = "", line: int = 0) -> None:
        self.number = number
        self.kind = kind
        self.name = name
        self.file = file
        self.line = line
        self.address = 0
        self.size = 0
        self.access = ""
        self.process = 0  # the id of the one in whose space the address lies
        self.condition = ""
        self.once = False
        self.enabled = True
        self.hits = 0
        self.landmarks: list[Landmark] = []

    def matches(self, routine: str) -> bool:
        """Whether it is for calls of that routine."""
        return fnmatchcase(routine, self.name)

    @property
    def where(self) -> str:
        """What it is set at, as somebody would write it."""
        if self.kind == LINE:
            return f"{self.file}:{self.landmarks[0].line if self.landmarks else self.line}"
        if self.kind == DATA:
            return f"{self.access} {self.size} at {self.address:#x}"
        return self.name if self.kind == FUNCTION else f"nt!{self.name}"


class Breakpoints:
    """All breakpoints of a session, by number. `at` has those of places that are enabled."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.known: dict[int, Breakpoint] = {}
        self.at: dict[Key, list[Breakpoint]] = {}
        self.landmarks = Landmarks()

    # -- setting

    def add(self, kind: str, name: str = "", file: str = "", line: int = 0) -> Breakpoint:
        number = next(number for number in range(len(self.known) + 1) if number not in self.known)
        made = self.known[number] = Breakpoint(number, kind, name, file, line)
        return made

    def remove(self, number: int) -> None:
        del self.known[number]
        self.changed()

    def changed(self) -> None:
        """Breakpoints, or the code that they stand in, are others now."""
        self.at = {}
        for one in self.known.values():
            if one.kind == LINE:
                one.landmarks = self.landmarks.at_line(one.file, one.line)
            elif one.kind == FUNCTION:
                one.landmarks = self.landmarks.in_function(one.name)
            if one.enabled:
                for landmark in one.landmarks:
                    for key in landmark.keys:
                        self.at.setdefault(key, []).append(one)
        self.live.control.watch()

    @property
    def routines(self) -> list[Breakpoint]:
        """Those at routines that are enabled."""
        return [one for one in self.known.values() if one.kind == ROUTINE and one.enabled]

    @property
    def data(self) -> list[Breakpoint]:
        """Those at data that are enabled."""
        return [one for one in self.known.values() if one.kind == DATA and one.enabled]

    # -- stopping

    def reason(self, frame: FrameType) -> str:
        """Which breakpoint stops the run at the place where a frame stands, in words; or nothing."""
        for one in self.at.get((id(frame.f_code), frame.f_lasti), ()):
            found = self.stops(one, frame)
            if found:
                return found
        return ""

    def at_call(self, name: str, frame: FrameType | None) -> str:
        """The same for a call of a routine."""
        for one in self.routines:
            if one.matches(name):
                found = self.stops(one, frame)
                if found:
                    return f"{found}, {name}"
        return ""

    def holds(self, one: Breakpoint, frame: FrameType | None) -> bool:
        """Whether the condition of a breakpoint holds, if it has one."""
        try:
            return not one.condition or condition(self.live, one.condition, frame)
        except EvaluationError:
            return True

    def stops(self, one: Breakpoint, frame: FrameType | None) -> str:
        """Whether a breakpoint that was come to stops the run: the words for it, or nothing."""
        said = f"breakpoint {one.number}"
        if one.condition:
            try:
                if not condition(self.live, one.condition, frame):
                    return ""
            except EvaluationError as error:
                said += f", whose condition cannot be told ({error})"
        one.hits += 1
        if one.once:
            self.remove(one.number)
        return said


def is_routine(pattern: str) -> bool:
    """Whether routines have a name like that."""
    return any(fnmatchcase(name, pattern) for name in (*routines.names(), *routines.member_names()))
