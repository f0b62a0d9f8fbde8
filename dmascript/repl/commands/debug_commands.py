"""The commands that let a run go on: g p t gu pc."""

from __future__ import annotations

from ...interp.debugger.breakpoints import ROUTINE
from ...interp.debugger.control import Step
from ..command import Refused, command
from .breakpoint_commands import breakpoint_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..shell import Shell

GROUP = "debugging"
MOST_STEPS = 1_000_000


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
