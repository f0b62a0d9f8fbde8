"""The commands about what went wrong: !analyze !verifier !error."""

from __future__ import annotations

import textwrap
from itertools import groupby

from ...bugcheck_screen import bugcheck_screen
from ...explain import explain_rule, stop_meaning
from ...explain_bugcheck import explain_bugcheck
from ...grammar.spell import nearest
from ...interp.debugger.words import status_name, win32_name
from ...render import render_report
from ...runtime.findings import plural
from ...runtime.rules.static import all_rules
from ...runtime.wdk import constants
from ...runtime.win32.errors import dos_error
from ..command import Refused, command
from ..reading import facts, machine, number, say, when, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...interp.report import Report
    from ..shell import Shell

MOST_CALLS = 40
LEVELS = {0: "off", 1: "standard", 2: "full"}
NO_NAME = "no name that the simulator knows"
SEVERITIES = ("success", "informational", "warning", "error")


@command("!analyze", "!analyze [-v]", "Say what stopped the machine: the bug check, where, why, and what to do.",
         group="kernel")  # fmt: skip
def analyze(shell: Shell, rest: str) -> None:
    live = shell.live
    for word in words(rest):
        if word != "-v":
            raise Refused(f"{word} is no option of !analyze: only -v is")
    findings = live.nt.findings
    stops = [finding for finding in findings if finding.severity == "error" and finding.stop is not None]
    if not live.nt.stopped and not (live.stopped is not None and live.stopped.reason == "bugcheck"):
        shell.say("The machine runs: no bug check has occurred.")
        if findings:
            shell.say(f"It has {plural(len(findings), 'finding')} so far, the last one:")
            shell.say(render_report(live.session.report(findings[-1]), live.growing.files, shell.paint))
        return
    if not stops:
        if live.session.limit:
            shell.say(f"The machine was stopped: {live.session.limit}.")
        if findings:
            shell.say(render_report(live.session.report(findings[-1]), live.growing.files, shell.paint))
        return
    finding = stops[-1]
    report = live.session.report(finding)
    assert report.stop is not None
    meaning = stop_meaning(report.stop)
    shell.say(bugcheck_screen(report, meaning, shell.paint) + "\n")
    shell.say(render_report(report, live.growing.files, shell.paint))
    if rest.strip():
        shell.say("")
        say(shell, _more(shell, report))


def _more(shell: Shell, report: Report) -> list[str]:
    """What -v adds: the parameters, why the rule is there, and the whole call stack."""
    stop = report.stop
    assert stop is not None
    lines = []
    told = explain_bugcheck([f"0x{stop.code:X}", *(f"0x{value:X}" for value in stop.parameters)])
    start, end = told.find("parameters:"), told.find("\n\n", told.find("parameters:"))
    if start >= 0:
        lines += [told[start:end].replace("parameters:", "PARAMETERS", 1), ""]
    rule = all_rules().get(report.rule)
    if rule is not None:
        paragraph = " ".join(explain_rule(rule).split("\n\n")[1:2])
        if paragraph:
            lines += ["WHY", *textwrap.wrap(" ".join(paragraph.split()), shell.width - 2, initial_indent="  ",
                                            subsequent_indent="  "), ""]  # fmt: skip
    if report.calls:
        lines += ["STACK", *_stack(report)]
    return lines


def _stack(report: Report) -> list[str]:
    """The call stack, innermost first; calls that repeat are told once."""
    lines = []
    for (name, file, line), group in groupby(enumerate(report.calls), lambda item: item[1]):
        indexes = [index for index, _ in group]
        times = f"  {len(indexes)} times" if len(indexes) > 1 else ""
        lines.append(f"  {indexes[0]:02x}  {name}  {file}:{line}{times}")
    if len(lines) > MOST_CALLS:
        lines = [*lines[: MOST_CALLS // 2], f"  ... {len(lines) - MOST_CALLS} more ...", *lines[-MOST_CALLS // 2 :]]
    return lines


@command("!verifier", "!verifier", "Show Driver Verifier's settings, what is held now, and what was found.",
         group="kernel")  # fmt: skip
def verifier(shell: Shell, rest: str) -> None:
    live = shell.live
    nt = live.nt
    settings = nt.settings
    allowed = ", ".join(sorted(settings.allow))
    shell.say(f"Verifier level: {LEVELS.get(settings.verifier, str(settings.verifier))}"
              + (f", allowed: {allowed}" if allowed else ""))  # fmt: skip
    pool = [block for block in nt.pool.blocks.values() if not block.freed]
    counted = [
        ("Pool", f"{plural(len(pool), 'block')}, {sum(block.size for block in pool)} bytes, "
         f"{nt.pool.special.live} of them in special pool"),
        ("MDLs", str(len(nt.mdls.allocated))), ("IRPs", str(len(nt.irps.allocated))),
        ("Locked pages", str(nt.memory.pinned_count)),
        ("System PTEs free", str(nt.free_ptes)),
        ("Faults injected", _failed(shell)),
    ]  # fmt: skip
    say(shell, facts(counted, shell.width))
    by_rule: dict[str, list[str]] = {}
    for held in nt.held.values():
        told = "; ".join(text for _, text in held.said[:1])
        by_rule.setdefault(held.rule.id, []).append(f"{told}, taken {when(shell, held.moment)}")
    shell.say("")
    if by_rule:
        shell.say("Held now; what is left at the end is a leak:")
        for rule, rows in by_rule.items():
            shell.say(f"  {rule}")
            for row in rows[:16]:
                say(shell, textwrap.wrap(row, max(shell.width, 40), initial_indent="    ", subsequent_indent="      ",
                                         break_on_hyphens=False))  # fmt: skip
            if len(rows) > 16:
                shell.say(f"    ... and {len(rows) - 16} more")
    else:
        shell.say("Nothing is held that must be given back.")
    if nt.findings:
        shell.say("\nFound so far:")
        for finding in nt.findings:
            told = f"{finding.severity}[{finding.rule.id}] {finding.title}, {when(shell, finding.moment)}"
            say(shell, textwrap.wrap(told, max(shell.width, 40), initial_indent="  ", subsequent_indent="    ",
                                     break_on_hyphens=False))  # fmt: skip
    else:
        shell.say("\nNothing was found so far.")


def _failed(shell: Shell) -> str:
    nt = machine(shell)
    moment = nt.history.get(("failure", 0), {}).get("failed")
    return f"the last was {nt.failed} {when(shell, moment)}" if nt.failed else ""


@command("!error", "!error CODE|NAME [1]", "Name a status or an error of Win32; with 1 the code is an NTSTATUS.",
         group="kernel")  # fmt: skip
def error(shell: Shell, rest: str) -> None:
    parts = words(rest)
    if not parts:
        raise Refused("a code or a name is missing: !error c0000005")
    value = _code(shell, parts[0])
    if value >> 32 not in (0, 0xFFFF_FFFF):
        raise Refused(f"0x{value:x} has more than 32 bits, and so is no status")
    value &= 0xFFFF_FFFF
    named = parts[0].upper()
    win32 = win32_name(value) if value < 0x1_0000 else ""
    as_status = status_name(value)
    lines = []
    forced = len(parts) > 1 and parts[1] == "1"
    if (win32 or value < 0x1_0000 and not as_status) and not forced and not named.startswith("STATUS_"):
        lines.append(f"Error code: (Win32) 0x{value:x} ({value}) - {win32 or NO_NAME}")
    if as_status or forced or value >= 0x1_0000:
        if not (named.startswith("ERROR_") and win32):
            lines.append(f"Error code: (NTSTATUS) 0x{value:08x} ({value}) - {as_status or NO_NAME}")
            lines.append(f"            {SEVERITIES[value >> 30]}; NT_SUCCESS is {'FALSE' if value >> 31 else 'TRUE'}")
            seen = dos_error(value)
            lines.append(f"            a program sees error {seen} {win32_name(seen)}".rstrip())
    say(shell, lines)


def _code(shell: Shell, text: str) -> int:
    """The value of a code or a name."""
    upper = text.upper()
    for name, prefix in (("ntstatus", "STATUS_"), ("win32_errors", "ERROR_")):
        known = constants.GROUPS[name][1]
        if upper in known:
            return known[upper]
        if upper.startswith(prefix):
            close = nearest(upper, known)
            raise Refused(f"there is no {upper}" + (f"; did you mean {close}?" if close else ""))
    return number(shell, text)
