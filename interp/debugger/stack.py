"""Call stacks of any thread: functions with their arguments, routines between them, interrupts that came in between."""

from __future__ import annotations

from ...runtime import routines
from ...runtime.findings import level_name
from ...runtime.ke import contexts
from . import looking
from .frames import frame_address, place_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from ...grammar.tree import Variable
    from ...runtime.ke.processor import Thread
    from .live import Live

FUNCTION, ROUTINE, BETWEEN = "function", "routine", "between"
ROUTINES = f"{routines.__name__}."
ENTRY = "order"  # the frame in which an entry is run


class Call:
    """One line of a call stack: a `kind`, a name, where it stands. A BETWEEN says in its name what came in between.
    `frame` is that of a function, alive, and `number` what `.frame` takes."""

    __slots__ = ("kind", "name", "file", "line", "frame", "number")

    def __init__(
        self, kind: str, name: str, file: str = "", line: int = 0, frame: FrameType | None = None, number: int = -1
    ) -> None:
        self.kind = kind
        self.name = name
        self.file = file
        self.line = line
        self.frame = frame
        self.number = number


class Held:
    """A local or parameter: its variable, and its value, None if it cannot be seen."""

    __slots__ = ("variable", "value", "parameter")

    def __init__(self, variable: Variable, value: int | bytes | None, parameter: bool) -> None:
        self.variable = variable
        self.value = value
        self.parameter = parameter


def stack_of(live: Live, thread: Thread | None = None) -> list[Call]:
    """The calls of a thread, the innermost first; of the one that runs if none is given."""
    return list(_calls(live, top_frame(live, thread)))


def top_frame(live: Live, thread: Thread | None = None) -> FrameType | None:
    """The innermost Python frame of a thread."""
    if thread is None or thread is live.nt.thread:
        return live.suspended_frame()
    started = thread.greenlet
    found: FrameType | None = started.gr_frame if started is not None and not started.dead else None
    return found


def _calls(live: Live, frame: FrameType | None) -> Iterator[Call]:
    names, sites = live.session.names, live.session.sites
    number = 0
    while frame is not None:
        code = frame.f_code
        if frame.f_globals is names:
            file, line = place_of(sites, frame)
            yield Call(FUNCTION, sites.function(code), file, line, frame, number)
            number += 1
        elif code.co_name == "interrupted" and code.co_filename == contexts.__file__:
            yield Call(BETWEEN, f"interrupt at {level_name(frame.f_locals['irql'])}")
        elif code.co_name == ENTRY and frame.f_globals.get("__name__") == type(live).__module__:
            if frame.f_locals.get("nested"):
                yield Call(BETWEEN, "entered while stopped")
        elif str(frame.f_globals.get("__name__", "")).startswith(ROUTINES) and _row_name(code.co_name):
            yield Call(ROUTINE, f"nt!{code.co_name}")
        frame = frame.f_back


def _row_name(name: str) -> bool:
    return routines.find(name) is not None or routines.find_member(name) is not None


def held_in(live: Live, frame: FrameType) -> list[Held]:
    """The parameters and locals that are visible where a frame stands, with their values."""
    seen = live.control.seen(frame)
    function = live.growing.functions.get(seen.identifier.partition(".")[0])
    parameters = function.parameters if function is not None else ()
    found = []
    for variable, place in live.growing.locals_of(seen):
        found.append(Held(variable, _value(live, frame, variable, place), variable in parameters))
    return found


def _value(live: Live, frame: FrameType, variable: Variable, place: str | int) -> int | bytes | None:
    if isinstance(place, str):
        value = frame.f_locals.get(place)
        return value if isinstance(value, (int, bytes)) else None
    address = frame_address(frame)
    if not address:
        return None
    return looking.read(live.nt, address + place, max(variable.type.size, 0))


def threads(live: Live) -> list[Thread]:
    """The threads that have not ended, in the order in which they were made."""
    return [thread for thread in live.nt.scheduler.threads if thread.state != "ended"]
