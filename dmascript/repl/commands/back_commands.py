"""The commands that go back: p- t- g- gu-, !tt, .undo, !who, !timeline."""

from __future__ import annotations

from ...interp.debugger import again, back
from ...interp.debugger.stops import Position
from ..command import Refused, command
from ..reading import lies, long, words
from .debug_commands import count_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ...interp.debugger.back import Passed, Touch
    from ..shell import Shell

GROUP = "backwards"
BEGIN = "the run begins here"
TIMELINE = 16  # events that are shown


def _arrived(shell: Shell, done: int = 0) -> None:
    """Say where the run stands, after it was brought somewhere else, and what is forgotten of so many entries."""
    from ..telling import tell_stop

    lost = done - len(shell.live.journal)
    if lost > 0:
        shell.say(f"({lost} later {'entry is' if lost == 1 else 'entries are'} forgotten)")
    stop = shell.live.stopped
    if stop is None:
        raise Refused("the run did not come by there again")
    tell_stop(shell, stop)


def _back(shell: Shell, rest: str, wanted: Callable[[Passed, int, int], bool]) -> None:
    if not shell.live.journal:
        raise Refused("nothing has been done yet")
    done = len(shell.live.journal)
    if not back.step_back(shell.live, wanted, count_of(rest)):
        raise Refused(BEGIN)
    _arrived(shell, done)


@command("p-", "p- [COUNT]", "Step back to the statement before, over calls.", group=GROUP, repeats=True)
def step_over(shell: Shell, rest: str) -> None:
    _back(shell, rest, lambda one, thread, depth: not thread or (one.thread == thread and one.depth <= depth))


@command("t-", "t- [COUNT]", "Step back to the statement before, into calls.", group=GROUP, repeats=True)
def step_into(shell: Shell, rest: str) -> None:
    _back(shell, rest, lambda one, thread, depth: not thread or one.thread == thread)


@command("gu-", "gu- [COUNT]", "Go back to where the function was called.", group=GROUP, repeats=True)
def step_out(shell: Shell, rest: str) -> None:
    _back(shell, rest, lambda one, thread, depth: not thread or (one.thread == thread and one.depth < depth))


@command("g-", "g-", "Go back to the last breakpoint or break, or to the begin of the entry.", group=GROUP,
         repeats=True)  # fmt: skip
def go_back(shell: Shell, rest: str) -> None:
    live = shell.live
    if not live.journal:
        raise Refused("nothing has been done yet")
    done = len(live.journal)
    if not back.back_to_hit(live):
        before = live.position
        item = next(item for item in reversed(live.journal) if item.at is None)
        live.again(begin=item)
        if live.stopped is None:
            raise Refused("the last entry has no statement")
        if live.position == before:
            raise Refused(BEGIN)
    _arrived(shell, done)


@command("!tt", "!tt [POSITION | PERCENT%]", "Say at which position the run stands, or bring it to another.",
         group=GROUP)  # fmt: skip
def travel(shell: Shell, rest: str) -> None:
    live = shell.live
    total = max(live.furthest, live.passed())
    if not rest:
        shell.say(f"position {live.position} of {total}, {live.nt.clock.now_ns / 1000:.3f} us")
        return
    tick, _, rest_of = rest.partition(":")
    number = tick.rstrip("%")
    if not number.isdigit() or (rest_of and not rest_of.isdigit()):
        raise Refused(f"{rest} is no position; !tt says where the run stands")
    position = Position(int(number), int(rest_of or 0))
    if tick.endswith("%"):
        if int(number) > 100:
            raise Refused("the run has 100%")
        position = Position(max(total - 1, 0) * int(number) // 100)
    if position.tick > total:
        raise Refused(f"the run has come to position {total}")
    if not live.journal:
        raise Refused("nothing has been done yet")
    done = len(live.journal)
    live.again(position)
    if live.stopped is None:
        shell.say(f"the run ends before position {position}")
        return
    _arrived(shell, done)


@command(".undo", ".undo [COUNT]", "Make it that the last entry was never done.", group=GROUP)
def undo(shell: Shell, rest: str) -> None:
    for _ in range(count_of(rest)):
        item = again.undo(shell.live)
        if item is None:
            raise Refused("nothing has been done yet")
        first = item.shown.strip().split("\n")
        shell.say(f"undone: {first[0]}" + (" …" if len(first) > 1 else ""))
    if shell.live.stopped is not None:
        _arrived(shell)


@command("!who", "!who ADDRESS [SIZE]", "Say which line last wrote the bytes there, and which mapped the page.",
         group=GROUP, completes="address")  # fmt: skip
def who(shell: Shell, rest: str) -> None:
    live = shell.live
    parts = words(rest)
    if not parts:
        raise Refused("an address is missing")
    size = 1
    if len(parts) > 1 and parts[-1].isdigit() and 0 < int(parts[-1]) <= 4096:
        size = int(parts.pop())
    address = live.number(" ".join(parts))
    found = back.who(live, address, size)
    shell.say(f"{long(address)}  {lies(shell, address)}")
    for touch in (found.written, found.mapped):
        if touch is not None:
            shell.say(f"   {touch.what:<9} {_told(touch)}")
    if found.written is None:
        shell.say("   written   never, as far as this run has come")


def _told(touch: Touch) -> str:
    if not touch.by:
        return "before the first statement"
    return f"by {touch.by}, at {touch.time_ns / 1000:.3f} us (!tt {touch.position})"


@command("!timeline", "!timeline [COUNT]", "Show what has happened last: calls, interrupts, requests, on which track.",
         group=GROUP)  # fmt: skip
def timeline(shell: Shell, rest: str) -> None:
    from ...trace_text import trace_lines

    live = shell.live
    count = count_of(rest) if rest else TIMELINE
    events = live.traced_again()
    if not events:
        raise Refused("nothing has happened yet")
    if len(events) > count:
        shell.say(f"   … {len(events) - count} before")
    shell.say("\n".join(line[: shell.width] for line in trace_lines(events[-count:])))
    shell.say(f"now {live.nt.clock.now_ns / 1000:.3f} us, position {live.position}")
