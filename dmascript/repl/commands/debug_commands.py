"""The commands that run and stop: g p t gu pc, bp ba bl bc bd be, k ~ dv .frame, u."""

from __future__ import annotations

import re

from ...grammar.spell import nearest
from ...interp.debugger import looking, stack
from ...interp.debugger.breakpoints import DATA, FUNCTION, LINE, ROUTINE, Breakpoint, is_routine
from ...interp.debugger.control import Step
from ...interp.debugger.data import process_of
from ...interp.debugger.reading import EvaluationError
from ...runtime import routines
from ...runtime.findings import level_name
from ..command import Refused, command
from ..reading import long, values_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ...interp.debugger.stack import Call
    from ...runtime.ke.processor import Thread
    from ..shell import Shell

GROUP = "debugging"
MOST_BYTES = 4096
MOST_STEPS = 1_000_000
PLACE = re.compile(r'("[^"]+":\d+|entry \d+:\d+|\S+)\s*(.*)', re.DOTALL)
ADDRESS = re.compile(r"0x[0-9a-f]{8}`[0-9a-f]{8}")
ACCESS = re.compile(r"([rwe])\s*(\d*)\s+(.+)", re.DOTALL)


# ---- running


def suspended(shell: Shell) -> None:
    """Refuse what only a suspended run can do."""
    if shell.live.crashed:
        raise Refused("the machine has stopped; g- goes back, .undo takes the last entry back, .restart begins again")
    if shell.live.stopped is None:
        raise Refused("nothing is suspended; bp sets a breakpoint, and the next entry stops there")


def count_of(rest: str) -> int:
    """How often; a number as people count."""
    if not rest:
        return 1
    if not rest.isdigit() or not 0 < int(rest) <= MOST_STEPS:
        raise Refused(f"{rest} is not a number of times")
    return int(rest)


def steps(shell: Shell, rest: str, make: Callable[[], Step]) -> None:
    """Step so many times, or until something else stops the run; the last stop is told."""
    suspended(shell)
    count = count_of(rest)
    live = shell.live
    for turn in range(count):
        live.control.step = make()
        live.rearm()
        outcome = live.go()
        if outcome.kind != "stopped" or outcome.stop is None or outcome.stop.reason != "step" or turn == count - 1:
            shell.tell(outcome)
            return
        for finding in outcome.findings:
            from ..telling import tell_finding

            tell_finding(shell, finding)


@command("p", "p [COUNT]", "Step to the next statement, over calls.", group=GROUP, repeats=True)
def step_over(shell: Shell, rest: str) -> None:
    steps(shell, rest, lambda: Step(shell.live, deeper=False))


@command("t", "t [COUNT]", "Step to the next statement, into calls.", group=GROUP, repeats=True)
def step_into(shell: Shell, rest: str) -> None:
    steps(shell, rest, lambda: Step(shell.live, deeper=True))


@command("gu", "gu [COUNT]", "Go on until the function has returned.", group=GROUP, repeats=True)
def step_out(shell: Shell, rest: str) -> None:
    steps(shell, rest, lambda: Step(shell.live, deeper=False, up=1))


@command("pc", "pc [COUNT]", "Go on to the next call of a kernel routine.", group=GROUP, repeats=True)
def step_to_call(shell: Shell, rest: str) -> None:
    steps(shell, rest, lambda: Step(shell.live, deeper=True, calls=True))


@command("g", "g [LINE | FUNCTION]",
         "Go on, or up to a place. When nothing is suspended: let threads, DPCs and timers run until all is at rest.",
         group=GROUP, completes="place", repeats=True)  # fmt: skip
def go(shell: Shell, rest: str) -> None:
    live = shell.live
    if rest:
        suspended(shell)
        made = breakpoint_at(shell, rest)
        made.once = True
        live.control.breakpoints.changed()
        if not made.landmarks and made.kind != ROUTINE:
            live.control.breakpoints.remove(made.number)
            raise Refused(f"there is no statement at {rest}")
        outcome = live.go()
        if made.number in live.control.breakpoints.known:
            live.control.breakpoints.remove(made.number)
        shell.tell(outcome)
        return
    if live.crashed:
        suspended(shell)
    shell.tell(live.go())


# ---- breakpoints


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
        return points.add(LINE, file=_present_file(shell), line=int(place))
    file, colon, line = place.rpartition(":")
    if colon and line.isdigit():
        return points.add(LINE, file=_file(shell, file.strip('"')), line=int(line))
    module, mark, name = place.rpartition("!")
    if mark and module == "nt":
        if not is_routine(name):
            raise Refused(f"no routine has a name like {name}" + _close(name, [*routines.names()]))
        return points.add(ROUTINE, name)
    functions = points.landmarks.functions()
    if name not in functions and is_routine(name):
        return points.add(ROUTINE, name)
    if name not in functions:
        if not name.isidentifier():
            raise Refused(f"{place} is no line, no function and no routine")
        close = _close(name, [*functions, *routines.names()])
        if close:
            raise Refused(f"nothing is called {name}{close}")
    return points.add(FUNCTION, name)


def _close(name: str, known: list[str]) -> str:
    found = nearest(name, known)
    return f"; did you mean {found}?" if found else ""


def _present_file(shell: Shell) -> str:
    """The file that a bare line number means: where the run stands, else what was loaded last."""
    live = shell.live
    frame = live.frame()
    if frame is not None:
        return frame.file
    files = live.control.breakpoints.landmarks.files()
    if not files:
        raise Refused("no code has been entered yet")
    return files[-1]


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


# ---- looking at stacks


@command("k", "k [THREAD]", "Show the call stack with arguments, of the running thread or another.", group=GROUP,
         names=("kv", "kp", "kb"))  # fmt: skip
def call_stack(shell: Shell, rest: str) -> None:
    live = shell.live
    thread = find_thread(shell, rest) if rest else live.nt.thread
    calls = stack.stack_of(live, thread)
    state = _where_it_runs(shell, thread)
    shell.say(f"thread {thread.name}, {state}")
    if not any(call.kind != stack.BETWEEN for call in calls):
        shell.say("   no code of the script")
        return
    width = max((len(_place(call)) for call in calls if call.file), default=0)
    room = max(shell.width - width - 6, 24)
    for call in calls:
        if call.kind == stack.BETWEEN:
            shell.say(f"   -- {call.name} --")
            continue
        mark = "*" if call.number == live.control.selected and thread is live.nt.thread and call.number >= 0 else " "
        number = f"{call.number:02}" if call.number >= 0 else "  "
        text = _named(shell, call, room)
        shell.say(f"{mark}{number} {text:<{room}} {_place(call)}".rstrip())


def _where_it_runs(shell: Shell, thread: Thread) -> str:
    nt = shell.live.nt
    if thread is nt.thread:
        told = f"processor {nt.cpu.number}, {level_name(nt.irql)}"
        return told + (f", {nt.cpu.nested} interrupt{'s' if nt.cpu.nested > 1 else ''} deep" if nt.cpu.nested else "")
    if thread.state == "waiting" and thread.wait is not None:
        return f"waiting for {_waited(shell, thread.wait.describe(nt))}"
    cpu = thread.cpu if thread.state == "running" else None
    return f"running on processor {cpu.number}" if cpu is not None else thread.state


def _waited(shell: Shell, text: str) -> str:
    """What is waited for; a variable of the script by its name."""
    found = ADDRESS.search(text)
    name = shell.live.symbol(int(found[0].replace("`", ""), 16)) if found is not None else ""
    return f"{text[: found.start()]}{name}" if found is not None and name else text


def _place(call: Call) -> str:
    return f"{call.file}:{call.line}" if call.file else ""


def _named(shell: Shell, call: Call, room: int) -> str:
    """A call with its arguments, as many as there is room for."""
    if call.frame is None:
        return call.name
    values = values_of(shell)
    told = []
    for held in stack.held_in(shell.live, call.frame):
        if held.parameter:
            value = "?" if held.value is None else values.text(held.variable.type, held.value)
            told.append(f"{held.variable.name} = {value}")
    inside = ".<locals>" in call.frame.f_code.co_qualname
    text = f"{call.name}({', '.join(told)})" if told else call.name
    text = f"filter of {text}" if inside else text
    return text if len(text) <= room else text[: room - 1] + "…"


def find_thread(shell: Shell, text: str) -> Thread:
    """A thread by its number in `~`, its name or its address."""
    found = stack.threads(shell.live)
    if text.isdigit() and int(text) < len(found):
        return found[int(text)]
    named = [thread for thread in found if thread.name == text]
    if len(named) == 1:
        return named[0]
    try:
        address = shell.live.number(text)
    except EvaluationError:
        raise Refused(f"there is no thread {text}; ~ lists them") from None
    for thread in found:
        if thread.address == address:
            return thread
    raise Refused(f"there is no thread {text}; ~ lists them")


@command("~", "~", "List the threads.", group=GROUP)
def thread_list(shell: Shell, rest: str) -> None:
    live = shell.live
    for index, thread in enumerate(stack.threads(live)):
        calls = [call for call in stack.stack_of(live, thread) if call.kind == stack.FUNCTION]
        where = f"{calls[0].name}, {_place(calls[0])}" if calls else ""
        mark = "." if thread is live.nt.thread else " "
        owner = thread.home or thread.process
        process = owner.name if owner is not None else ""
        named = thread.name if thread.name == process else f"{thread.name} of {process}"
        shell.say(f"{mark}{index} {named}: {_where_it_runs(shell, thread)}" + (f"\n     in {where}" if where else ""))


@command("dv", "dv [NAME]", "Show the parameters and locals of the selected function.", group=GROUP)
def locals_(shell: Shell, rest: str) -> None:
    live = shell.live
    stop = live.stopped
    frame = live.control.python_frame(stop, live.control.selected) if stop is not None else None
    if frame is None:
        raise Refused("no function is suspended")
    values = values_of(shell)
    rows = []
    for held in stack.held_in(live, frame):
        if rest and held.variable.name != rest:
            continue
        value = "not yet" if held.value is None else values.text(held.variable.type, held.value)
        kind = "parameter" if held.parameter else ""
        rows.append((f"{held.variable.name} =", value, f"{held.variable.type}{', ' + kind if kind else ''}"))
    if not rows:
        raise Refused(f"there is no local {rest}" if rest else "the function has no locals here")
    name = max(len(row[0]) for row in rows)
    value_room = max(min(max(len(row[1]) for row in rows), shell.width - name - 24), 8)
    for first, value, type in rows:
        shell.say(f"  {first:>{name}} {value:<{value_room}}  {type}".rstrip())


@command(".frame", ".frame [NUMBER]", "Select a function of the call stack for dv and expressions.", group=GROUP)
def select_frame(shell: Shell, rest: str) -> None:
    live = shell.live
    stop = live.stopped
    frames = live.control.frames(stop) if stop is not None else []
    if not frames:
        raise Refused("no function is suspended")
    if rest:
        if not rest.isdigit() or int(rest) >= len(frames):
            raise Refused(f"there is no frame {rest}; k shows 0 to {len(frames) - 1}")
        live.control.selected = int(rest)
    call = next(one for one in stack.stack_of(live) if one.number == live.control.selected)
    shell.say(f"{call.number:02} {_named(shell, call, shell.width - 4)}  {_place(call)}")


# ---- source


@command("u", "u [LINE | FUNCTION]", "List the source around the current line, or from a line or a function on.",
         group=GROUP, completes="place", names=("ls", "lsa"))  # fmt: skip
def source(shell: Shell, rest: str) -> None:
    live = shell.live
    frame = live.frame()
    landmarks = live.control.breakpoints.landmarks
    if rest.isdigit():
        file, first = _present_file(shell), max(int(rest), 1)
    elif rest:
        found = landmarks.in_function(rest)
        if not found:
            raise Refused(f"there is no function {rest}" + _close(rest, landmarks.functions()))
        file, first = found[0].file, max(found[0].line - 1, 1)
    elif frame is not None:
        file, first = frame.file, max(frame.line - 4, 1)
    else:
        file, first = _present_file(shell), 1
    text = live.growing.files.get(file)
    if text is None:
        raise Refused(f"the text of {file} is not at hand")
    lines = text.split("\n")
    if first > len(lines):
        raise Refused(f"{file} has {len(lines)} lines")
    marked = {landmark.line for one in live.control.breakpoints.known.values() for landmark in one.landmarks
              if landmark.file == file and one.enabled}  # fmt: skip
    last = min(first + 9, len(lines))
    for number in range(first, last + 1):
        here = ">" if frame is not None and (frame.file, frame.line) == (file, number) else " "
        point = "B" if number in marked else " "
        line = f"{here}{point}{number:>{len(str(last))}}: {lines[number - 1].expandtabs(4)}"
        shell.say(line[: shell.width].rstrip())


