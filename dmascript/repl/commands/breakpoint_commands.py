"""The commands for breakpoints: bp ba bl bc bd be."""

from __future__ import annotations

import re

from ...grammar.spell import nearest
from ...interp.debugger import looking
from ...interp.debugger.breakpoints import DATA, FUNCTION, LINE, ROUTINE, Breakpoint, is_routine
from ...interp.debugger.data import process_of
from ...runtime import routines
from ..command import Refused, command
from ..reading import long

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shell import Shell

GROUP = "debugging"
MOST_BYTES = 4096
PLACE = re.compile(r'("[^"]+":\d+|entry \d+:\d+|\S+)\s*(.*)', re.DOTALL)
ACCESS = re.compile(r"([rwe])\s*(\d*)\s+(.+)", re.DOTALL)


@command("bp", 'bp [/1] LINE | FILE:LINE | FUNCTION | nt!ROUTINE ["CONDITION"]',
         "Stop at a line, at the beginning of a function, or at each call of a routine (nt!Mm*), if a condition holds.",
         group=GROUP, completes="place", names=("bu", "bm"))  # fmt: skip
def breakpoint_(shell: Shell, rest: str) -> None:
    once = rest.startswith("/1")
    rest = rest.removeprefix("/1").strip()
    if not rest:
        raise Refused("bp needs a line, a function or a routine")
    place, condition = _place_and_condition(shell, rest)
    made = breakpoint_at(shell, place)
    made.once, made.condition = once, condition
    shell.live.control.breakpoints.changed()
    shell.say(f"breakpoint {described(shell, made)}")


def _place_and_condition(shell: Shell, rest: str) -> tuple[str, str]:
    """Where to stop, and the condition without its quotes. Functions of devices have names of several words."""
    functions = shell.live.control.breakpoints.landmarks.functions()
    named = max((name for name in functions if rest == name or rest.startswith(name + " ")), key=len, default="")
    if named:
        place, condition = named, rest[len(named) :]
    else:
        found = PLACE.match(rest)
        assert found is not None
        place, condition = found[1], found[2]
    condition = condition.strip().removeprefix("/w").strip()
    if len(condition) > 1 and condition[0] == condition[-1] == '"':
        condition = condition[1:-1]
    return place, condition


def breakpoint_at(shell: Shell, place: str) -> Breakpoint:
    """A breakpoint for a place as somebody writes it."""
    points = shell.live.control.breakpoints
    if place.isdigit():
        return points.add(LINE, file=present_file(shell), line=int(place))
    file, colon, line = place.rpartition(":")
    if colon and line.isdigit():
        return points.add(LINE, file=_file(shell, file.strip('"')), line=int(line))
    module, mark, name = place.rpartition("!")
    if mark and module == "nt":
        if not is_routine(name):
            raise Refused(f"no routine has a name like {name}" + close_to(name, [*routines.names()]))
        return points.add(ROUTINE, name)
    functions = points.landmarks.functions()
    if name not in functions and is_routine(name):
        return points.add(ROUTINE, name)
    if name not in functions:
        if not name.isidentifier():
            raise Refused(f"{place} is no line, no function and no routine")
        close = close_to(name, [*functions, *routines.names()])
        if close:
            raise Refused(f"nothing is called {name}{close}")
    return points.add(FUNCTION, name)


def close_to(name: str, known: list[str]) -> str:
    found = nearest(name, known)
    return f"; did you mean {found}?" if found else ""


def present_file(shell: Shell) -> str:
    """The file that a bare line number means: where the run stands, else what was loaded last. Never the C around a
    driver block, which nobody has written."""
    live = shell.live
    frame = live.frame()
    generated = live.growing.generated
    if frame is not None and frame.file not in generated:
        return frame.file
    files = live.control.breakpoints.landmarks.files()
    if not files:
        raise Refused("no code has been entered yet")
    return next((file for file in reversed(files) if file not in generated), files[-1])


def _file(shell: Shell, name: str) -> str:
    """The file that a name means, which may be the end of its path."""
    files = [*shell.live.control.breakpoints.landmarks.files(), *shell.live.growing.files]
    found = [file for file in files if file == name] or [
        file for file in files if file.replace("\\", "/").endswith("/" + name)
    ]
    if not found:
        raise Refused(f"no code of a file {name} is loaded")
    return found[0]


def described(shell: Shell, one: Breakpoint) -> str:
    """`0 at Foo, read.dma:12, if x > 3`."""
    text = f"{one.number} at {one.where}"
    if one.kind == DATA:
        name = shell.live.symbol(one.address)
        verb = {"w": "write to", "r": "access to"}[one.access]
        bytes_ = f"{one.size} byte{'s' if one.size != 1 else ''}"
        text = f"{one.number} at each {verb} {bytes_} at {long(one.address)}" + (f" {name}" if name else "")
    elif one.kind == ROUTINE:
        text = f"{one.number} at calls of nt!{one.name}"
    elif one.kind == FUNCTION:
        places = ", ".join(f"{landmark.file}:{landmark.line}" for landmark in one.landmarks)
        text += f", {places}" if places else ": nothing is called so yet, it waits for it"
    elif not one.landmarks:
        text += ": no statement is there yet"
    text += f", if {one.condition}" if one.condition else ""
    return text + (", once" if one.once else "")


@command("ba", 'ba w|r|e SIZE ADDRESS ["CONDITION"]',
         "Stop after each write (w) or access (r) to bytes in memory, by whomever: ba w4 &x; e: where code runs.",
         group=GROUP, completes="w1|w2|w4|w8|r1|r2|r4|r8|e1 address")  # fmt: skip
def breakpoint_on_access(shell: Shell, rest: str) -> None:
    found = ACCESS.fullmatch(rest)
    if found is None:
        raise Refused("ba needs how it is touched, how many bytes and where: ba w4 &x")
    access, size, where = found[1], int(found[2] or 1), found[3].strip()
    condition = ""
    if where.endswith('"') and where.count('"') > 1:
        start = where.index('"')
        where, condition = where[:start].strip(), where[start + 1 : -1]
    address = shell.live.number(where)
    points = shell.live.control.breakpoints
    if access == "e":
        name = shell.live.session.function_name(address)
        if not name:
            raise Refused(f"no function begins at {long(address)}")
        made = breakpoint_at(shell, name)
    else:
        if not 0 < size <= MOST_BYTES:
            raise Refused(f"a data breakpoint covers 1 to {MOST_BYTES} bytes")
        seen = looking.look(shell.live.nt, address)
        if seen.state in (looking.UNMAPPED, looking.REGISTERS):
            why = {looking.UNMAPPED: "nothing is mapped there", looking.REGISTERS: "those are registers of a device"}
            raise Refused(f"{long(address)}: {why[seen.state]}")
        made = points.add(DATA)
        made.access, made.size, made.address = access, size, address
        made.process = process_of(shell.live.nt, address)
    made.condition = condition
    points.changed()
    shell.say(f"breakpoint {described(shell, made)}")


@command("bl", "bl", "List the breakpoints.", group=GROUP)
def breakpoint_list(shell: Shell, rest: str) -> None:
    known = shell.live.control.breakpoints.known
    if not known:
        shell.say("no breakpoints")
    for one in sorted(known.values(), key=lambda one: one.number):
        state = "e" if one.enabled else "d"
        shell.say(f" {state} {described(shell, one)}" + (f"  ({one.hits} hit{'s' if one.hits != 1 else ''})"))


def chosen(shell: Shell, rest: str) -> list[Breakpoint]:
    """The breakpoints that numbers, or `*`, mean."""
    known = shell.live.control.breakpoints.known
    if rest == "*":
        return list(known.values())
    words = rest.replace(",", " ").split()
    if not words:
        raise Refused("say the number of the breakpoint, or * for all")
    for word in words:
        if not word.isdigit() or int(word) not in known:
            raise Refused(f"there is no breakpoint {word}")
    return [known[int(word)] for word in words]


@command("bc", "bc NUMBER... | *", "Clear breakpoints.", group=GROUP)
def breakpoint_clear(shell: Shell, rest: str) -> None:
    for one in chosen(shell, rest):
        if one.number in shell.live.control.breakpoints.known:
            shell.live.control.breakpoints.remove(one.number)


@command("bd", "bd NUMBER... | *", "Disable breakpoints.", group=GROUP)
def breakpoint_disable(shell: Shell, rest: str) -> None:
    for one in chosen(shell, rest):
        one.enabled = False
    shell.live.control.breakpoints.changed()


@command("be", "be NUMBER... | *", "Enable breakpoints.", group=GROUP)
def breakpoint_enable(shell: Shell, rest: str) -> None:
    for one in chosen(shell, rest):
        one.enabled = True
    shell.live.control.breakpoints.changed()
