"""Scripts as tests: runs each program of a file and compares what came with what its comments promise.

Missing and surplus both fail. `run_expectations` is the whole of it, for the command line, the pytest plugin and tests.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from .grammar.source import Diagnostic
from .interp.options import Options
from .interp.report import Report
from .promises import Program, programs_of
from .render import render_diagnostic, render_report
from .run_options import ALL, Refusal
from .runtime.profiles import PROFILES


@dataclass(slots=True)
class Came:
    """What a program really did. `refused` is whether the checker let nothing run."""

    refused: bool = False
    diagnostics: list[Diagnostic] = field(default_factory=list)
    output: str = ""
    reports: list[Report] = field(default_factory=list)
    limit: str = ""
    exit_code: int = 0
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def output_lines(self) -> list[str]:
        """The lines that were printed, without the blanks at their ends, which no comment can promise."""
        lines = [line.rstrip() for line in self.output.split("\n")]
        return lines[:-1] if lines[-1] == "" else lines


Execute = Callable[[str, str, Options], Came]


def execute(path: str, text: str, options: Options) -> Came:
    """Load and run one program."""
    from .interp.script import load, run

    loaded = load(path, options, text)
    if loaded.program is None or any(d.severity == "error" for d in loaded.diagnostics):
        return Came(refused=True, diagnostics=list(loaded.diagnostics), files=loaded.files)
    chunks: list[str] = []
    outcome = run(loaded, options, chunks.append)
    return Came(
        diagnostics=list(loaded.diagnostics), output="".join(chunks), reports=list(outcome.reports),
        limit=outcome.limit, exit_code=outcome.exit_code, files=loaded.files,
    )  # fmt: skip


def run_expectations(path: str, text: str, execute: Execute = execute) -> list[str]:
    """Run every program of a file; one text for each promise that was not kept and each thing that nobody promised."""
    return [failure for program in programs_of(text) for failure in check_program(path, program, execute)]


def check_program(path: str, program: Program, execute: Execute = execute) -> list[str]:
    """Run one program and compare. A program that promises nothing fails, and so does one with a malformed promise.
    With `--profile all` it must keep its promises on each of the profiles."""
    if program.mistakes:
        return [f"{path}: {mistake}" for mistake in program.mistakes]
    if not program.promises_something:
        return [f"{path}: line {program.first_line}: it promises nothing: say what it prints with `// expect: TEXT`"]
    try:
        options = program.options()
    except Refusal as refusal:
        return [f"{path}: line {program.first_line}: options: {refusal}"]
    if options.profile != ALL:
        return compare(path, program, execute(path, program.text, options))
    failures: list[str] = []
    for options.profile in PROFILES:
        on_this = compare(path, program, execute(path, program.text, options))
        failures += [f"on {options.profile}: {failure}" for failure in on_this]
    return failures


def compare(path: str, program: Program, came: Came) -> list[str]:
    """What differs between promise and run, one text each."""
    if came.refused:
        return [*_compare_errors(path, program, came), *_needs_a_run(path, program, came)]
    return [
        *_compare_errors(path, program, came),
        *_compare_output(path, program, came),
        *_compare_reports(path, program, came),
        *_compare_end(path, program, came),
    ]


def _compare_errors(path: str, program: Program, came: Came) -> list[str]:
    errors = [diagnostic for diagnostic in came.diagnostics if diagnostic.severity == "error"]
    found = {(error.span.line, error.rule) for error in errors if error.span.file == path}
    failures = [
        f"{path}:{line}: expected error {rule}, but the checker accepts this line{_nearby(rule, line, found)}"
        for line, rule in program.errors
        if (line, rule) not in found
    ]
    for error in errors:
        if error.span.file != path or (error.span.line, error.rule) not in program.errors:
            failures.append(_surplus(path, error.span.line, "error", error.rule, render_diagnostic(error, came.files)))
    return failures


def _needs_a_run(path: str, program: Program, came: Came) -> list[str]:
    """A program that the checker refuses keeps no promise about a run."""
    if not program.errors or not (program.output or program.violations or program.leaks or program.bugchecks):
        return []
    return [f"{path}: line {program.first_line}: this program is refused, so nothing else that it promises can come"]


def _compare_output(path: str, program: Program, came: Came) -> list[str]:
    promised = [text.rstrip() for _, text in program.output]
    lines = came.output_lines
    if promised == lines:
        return []
    diff: list[str] = []
    first = 0
    for kind, start, end, came_start, came_end in SequenceMatcher(None, promised, lines, autojunk=False).get_opcodes():
        if kind == "equal":
            diff.extend(f"    {text}" for text in promised[start:end][-2:])
            continue
        first = first or (program.output[start][0].line if start < len(promised) else program.last_line)
        diff.extend(f"  - {promised[at]}   (line {program.output[at][0].line})" for at in range(start, end))
        diff.extend(f"  + {text}" for text in lines[came_start:came_end])
    return [f"{path}:{first}: the output differs: - was promised, + came\n" + "\n".join(diff)]


def _compare_reports(path: str, program: Program, came: Came) -> list[str]:
    """Violations, leaks and bug checks. A promised fatal violation covers its bug check and the leaks that follow it,
    and a promised bug check covers the violation that it came from."""
    violations = [report for report in came.reports if report.severity == "error"]
    leaks = [report for report in came.reports if report.severity == "leak"]
    found = {key for report in violations if (key := _key(path, report))}
    leaked = {key for report in leaks if (key := _key(path, report))}
    failures = [
        f"{path}:{line}: expected violation {rule}, but this line does not break it{_nearby(rule, line, found)}"
        for line, rule in program.violations
        if (line, rule) not in found
    ]
    failures += [
        f"{path}:{line}: expected leak {rule}, but nothing that this line took is left{_nearby(rule, line, leaked)}"
        for line, rule in program.leaks
        if (line, rule) not in leaked
    ]
    failures += [
        _missing_bugcheck(path, promise, violations)
        for promise in program.bugchecks
        if not _stopped(promise, violations)
    ]
    covered = [
        report
        for report in violations
        if _key(path, report) in program.violations or any(_stopped(promise, [report]) for promise in program.bugchecks)
    ]
    surplus = [report for report in violations if report not in covered]
    if not any(report.stop for report in covered):
        surplus += [report for report in leaks if _key(path, report) not in program.leaks]
    return failures + [_surplus_report(path, report, came.files) for report in surplus]


def _compare_end(path: str, program: Program, came: Came) -> list[str]:
    """How the run ended, where no report says so."""
    if came.limit:
        return [f"{path}: line {program.first_line}: the run was stopped: {came.limit}"]
    if came.exit_code and not any(report.severity in ("error", "leak") for report in came.reports):
        return [f"{path}: line {program.first_line}: the run ended with exit code {came.exit_code}"]
    return []


def _key(path: str, report: Report) -> tuple[int, str] | None:
    """The line and the rule of a report, if it is about a line of this file."""
    if not report.places or report.places[0].file != path:
        return None
    return report.places[0].line, report.rule


def _stopped(promise: tuple[int, int, int | None], violations: list[Report]) -> bool:
    _, code, sub = promise
    stops = [report.stop for report in violations if report.stop]
    return any(stop.code == code and sub in (None, stop.sub_code) for stop in stops)


def _missing_bugcheck(path: str, promise: tuple[int, int, int | None], violations: list[Report]) -> str:
    line, code, sub = promise
    came = [f"0x{report.stop.code:X}/0x{report.stop.sub_code:X}" for report in violations if report.stop]
    wanted = f"0x{code:X}" + (f"/0x{sub:X}" if sub is not None else "")
    return f"{path}:{line}: expected bug check {wanted}, but the run ended {'in ' + came[0] if came else 'without one'}"


def _nearby(rule: str, line: int, found: set[tuple[int, str]]) -> str:
    """What is said when the rule was met on another line, or another rule on this one."""
    lines = sorted(at for at, name in found if name == rule)
    if lines:
        return f" ({rule} came on line {', '.join(map(str, lines))})"
    rules = sorted(name for at, name in found if at == line)
    return f" ({', '.join(rules)} came here)" if rules else ""


def _surplus_report(path: str, report: Report, files: Mapping[str, str]) -> str:
    kind = "leak" if report.severity == "leak" else "violation"
    line = report.places[0].line if report.places else 0
    return _surplus(path, line, kind, report.rule, render_report(report, files))


def _surplus(path: str, line: int, kind: str, rule: str, drawn: str) -> str:
    return f"{path}:{line}: {kind} {rule} came, which nothing promises\n{textwrap.indent(drawn.rstrip(), '  ')}"
