"""What is said of an entry when it is done, stopped, refused, or has stopped the machine."""

from __future__ import annotations

from ..bugcheck_screen import bugcheck_screen
from ..explain import stop_meaning
from ..interp.debugger.values import Values
from ..render import render_diagnostic, render_report
from .tinting import tinted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..grammar.types import Type
    from ..interp.debugger.stops import Outcome, Stop
    from ..runtime.findings import Finding
    from .shell import Shell

REASONS = {
    "step": "",
    "position": "",
    "breakpoint": "breakpoint",
    "data": "data breakpoint",
    "routine": "breakpoint",
    "break": "the script asked for the debugger",
    "interrupt": "interrupted",
    "start": "begins",
    "deadlock": "no thread can ever run again",
    "limit": "the steps are used up",
    "bugcheck": "the machine is about to stop",
}


def tell(shell: Shell, outcome: Outcome) -> None:
    """Say what has come of an entry, or of letting the machine go on."""
    part = outcome.part
    if part is not None and part.diagnostics:
        drawn = [render_diagnostic(one, shell.live.growing.files, shell.paint) for one in part.diagnostics]
        shell.complain("\n".join(drawn))
    if outcome.kind == "refused":
        shell.refused = True
        return
    for name in part.kept_callers if part is not None else ():
        shell.say(f"note: {name} has another prototype now; code that was there before still calls the old one")
    for finding in outcome.findings:
        tell_finding(shell, finding)
    if outcome.note:
        shell.say(outcome.note)
    if outcome.kind == "stopped":
        assert outcome.stop is not None
        tell_stop(shell, outcome.stop)
    elif outcome.type is not None and outcome.value is not None:
        tell_value(shell, outcome.type, outcome.value)
    elif outcome.message:
        shell.complain(shell.paint("error", "stopped") + f": {outcome.message}")
        shell.broken = True


def tell_value(shell: Shell, type: Type, value: int | bytes, member: tuple[str, str] = ("", "")) -> None:
    """Show the value of an expression, which may be that of a struct's member; `_` is that value then."""
    live = shell.live
    live.remember(type, value)
    lines = Values(live.nt, live.symbol, live.growing.checker).told(type, value, member, shell.width)
    shell.say(tinted("\n".join(lines), shell.paint))


def tell_finding(shell: Shell, finding: Finding) -> None:
    """Draw a finding as a run does, with the screen of its bug check."""
    live = shell.live
    report = live.session.report(finding)
    if report.severity in ("error", "leak"):
        shell.broken = True
    if report.stop is not None and report.severity == "error":
        shell.complain(bugcheck_screen(report, stop_meaning(report.stop), shell.paint))
    shell.complain(render_report(report, live.growing.files, shell.paint))


def tell_stop(shell: Shell, stop: Stop) -> None:
    """Say why the run is suspended, and where."""
    live = shell.live
    if stop.reason == "bugcheck" and live.nt.findings:
        tell_finding(shell, live.nt.findings[-1])
    why = stop.detail if stop.reason != "bugcheck" and stop.detail else REASONS.get(stop.reason, stop.reason)
    calls = live.session.sites.calls(stop.site)
    where = f"{calls[0][0]}, {calls[0][1]}:{calls[0][2]}" if calls else "outside the script"
    if stop.reason == "data":
        shell.say(f"{why}; now at {where}")
    else:
        shell.say((f"{why}: " if why else "") + where)
    if shell.stop_shown is not None:
        shell.stop_shown(shell, stop)
        return
    text = live.growing.files.get(calls[0][1], "").split("\n") if calls else []
    if calls and 0 < calls[0][2] <= len(text):
        shell.say(f"> {calls[0][2]}: {text[calls[0][2] - 1].strip()}")
