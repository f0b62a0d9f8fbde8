"""A script on every profile: a line of result for each, and what is different where.

direct       clean, 3 lines of output
bounce       clean, other output: line 2
iommu        error[dma-iommu-fault] at read.dma:31
"""

from __future__ import annotations

from textwrap import wrap

from .console import EXIT_CLEAN, EXIT_USAGE, Console
from .interp import script
from .loading import load_script, show_diagnostics
from .render import render_report, summary
from .run_options import ALL
from .runtime.findings import plural
from .runtime.profiles import PROFILES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .interp.options import Options
    from .interp.report import Report
    from .interp.script import Loaded, Outcome

WIDTH = 116
MOST_LINES = 3  # of a difference in output that are shown


class ProfileRun:
    """What came of a run on one profile."""

    __slots__ = ("name", "outcome", "lines")

    def __init__(self, name: str, outcome: Outcome, lines: list[str]) -> None:
        self.name = name
        self.outcome = outcome
        self.lines = lines

    @property
    def faults(self) -> list[Report]:
        """What counts as broken: notes and warnings do not."""
        return [report for report in self.outcome.reports if report.severity in ("error", "leak")]


def run_on_all(path: str, options: Options, console: Console) -> int:
    """Run a file on each profile and compare. The worst exit code of them."""
    loaded = load_script(path, options, console)
    if loaded is None:
        return EXIT_USAGE
    if show_diagnostics(loaded, console):
        return script.EXIT_REFUSED
    runs = [_run(loaded, options, name) for name in PROFILES]
    width = max(map(len, PROFILES)) + 2
    for one in runs:
        console.write(f"{one.name:<{width}}{_result(one, runs[0])}\n")
    for text in [*_differences(runs), *_reports(runs, loaded, console)]:
        console.write(f"\n{text}\n")
    console.flush()
    return max((one.outcome.exit_code for one in runs), default=EXIT_CLEAN)


def _run(loaded: Loaded, options: Options, name: str) -> ProfileRun:
    options.profile = name
    printed: list[str] = []
    outcome = script.run(loaded, options, printed.append)
    options.profile = ALL
    return ProfileRun(name, outcome, "".join(printed).splitlines())


def _result(one: ProfileRun, first: ProfileRun) -> str:
    """The line about one profile."""
    outcome = one.outcome
    if outcome.limit:
        return f"stopped: {outcome.limit}"
    output = plural(len(one.lines), "line") + " of output"
    if one is not first:
        line = _first_difference(first.lines, one.lines)
        output = "the same output" if line is None else f"other output from line {line + 1} on"
    if not one.faults:
        return ("clean" if not outcome.exit_code else "a failure was returned") + f", {output}"
    fault = one.faults[0]
    place = f" at {fault.places[0].file}:{fault.places[0].line}" if fault.places else ""
    more = f", {plural(len(one.faults) - 1, 'more finding')}" if len(one.faults) > 1 else ""
    return f"{fault.severity}[{fault.rule}]{place}{more}, {output}"


def _first_difference(one: list[str], other: list[str]) -> int | None:
    for index, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return index
    return None if len(one) == len(other) else min(len(one), len(other))


def _differences(runs: list[ProfileRun]) -> list[str]:
    """What is printed otherwise than on the first profile, and why that machine is different."""
    first = runs[0]
    found = []
    for one in runs[1:]:
        line = _first_difference(first.lines, one.lines)
        if line is None:
            continue
        shown = wrap(f"{one.name}: {PROFILES[one.name][1]}", WIDTH)
        for index in range(line, min(line + MOST_LINES, max(len(first.lines), len(one.lines)))):
            left, right = _line(first.lines, index), _line(one.lines, index)
            if left != right:
                shown += [f"  line {index + 1} on {first.name}: {left}", f"  line {index + 1} on {one.name}: {right}"]
        found.append("\n".join(shown))
    return found


def _line(lines: list[str], index: int) -> str:
    return lines[index] if index < len(lines) else "(nothing)"


def _reports(runs: list[ProfileRun], loaded: Loaded, console: Console) -> list[str]:
    """Each finding once, with the profiles that show it."""
    shown: dict[tuple[str, str, int], tuple[Report, list[str]]] = {}
    for one in runs:
        for report in one.outcome.reports:
            place = report.places[0] if report.places else None
            key = (report.rule, place.file if place else "", place.line if place else 0)
            names = shown.setdefault(key, (report, []))[1]
            if one.name not in names:
                names.append(one.name)
    drawn = []
    for report, names in shown.values():
        where = "every profile" if len(names) == len(runs) else ", ".join(names)
        drawn.append(f"on {where}:\n{render_report(report, loaded.files, console.paint)}")
    if drawn:
        line = summary(report.severity for report, _ in shown.values())
        drawn += [line] if line else []
    return drawn
