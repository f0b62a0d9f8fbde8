"""The commands that show where a run stands: k ~ dv .frame, and the source: u."""

from __future__ import annotations

import re

from ...interp.debugger import stack
from ...interp.debugger.reading import EvaluationError
from ...runtime.findings import level_name
from ..command import Refused, command
from ..reading import values_of
from .breakpoint_commands import close_to, present_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...interp.debugger.stack import Call
    from ...runtime.ke.processor import Thread
    from ..shell import Shell

GROUP = "debugging"
ADDRESS = re.compile(r"0x[0-9a-f]{8}`[0-9a-f]{8}")


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
        file, first = present_file(shell), max(int(rest), 1)
    elif rest:
        found = landmarks.in_function(rest)
        if not found:
            raise Refused(f"there is no function {rest}" + close_to(rest, landmarks.functions()))
        file, first = found[0].file, max(found[0].line - 1, 1)
    elif frame is not None:
        file, first = frame.file, max(frame.line - 4, 1)
    else:
        file, first = present_file(shell), 1
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
