"""Findings as text: what the checker says about a script, and what a run says.

Both are drawn alike: a heading, the places in the source with marks under them, and facts below. Pure functions from
data to text; `files` gives the text of each file by the name that the places use.
"""

from __future__ import annotations

from itertools import groupby

from .paint import PLAIN, Paint
from .snippet import Mark, excerpt, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .grammar.source import Diagnostic, Note
    from .interp.report import Report, Stop

MOST_CALLS = 8


class _Place:
    """A mark and the file it stands in."""

    __slots__ = ("file", "mark")

    def __init__(self, file: str, mark: Mark) -> None:
        self.file = file
        self.mark = mark


def render_report(report: Report, files: Mapping[str, str], paint: Paint = PLAIN) -> str:
    """A finding of a run: its places, the facts about the object, the calls that led there, help, and the bug check."""
    places = [
        _Place(place.file, Mark(place.line, place.column, place.end_column, place.label, primary=index == 0))
        for index, place in enumerate(report.places)
        if place.line > 0
    ]
    facts = list(report.facts)
    if report.calls:
        facts.append(("called", called(report)))
    if report.help:
        facts.append(("help", report.help))
    if report.stop:
        facts.append(("stop", stop_line(report.stop)))
    return _draw(report.severity, report.rule, report.title, places, facts, files, paint)


def render_diagnostic(diagnostic: Diagnostic, files: Mapping[str, str], paint: Paint = PLAIN) -> str:
    """A finding of the checker; its notes stand in the same snippet where they are of the same file."""
    span = diagnostic.span
    places: list[_Place] = []
    if span.line > 0:
        # A span over several lines is marked to the end of its first one.
        end = span.end_column if span.end_line == span.line else 1 << 30
        places.append(_Place(span.file, Mark(span.line, span.column, end, primary=True)))
    placed = [note for note in diagnostic.notes if note.span.line > 0]
    places.extend(_note_place(note) for note in placed)
    facts = [("note", note.message) for note in diagnostic.notes if note not in placed]
    if span.macro:
        facts.append(("note", f"in the expansion of the macro {span.macro}"))
    if diagnostic.help:
        facts.append(("help", diagnostic.help))
    return _draw(diagnostic.severity, diagnostic.rule, diagnostic.message, places, facts, files, paint)


def _note_place(note: Note) -> _Place:
    span = note.span
    end = span.end_column if span.end_line == span.line else 1 << 30
    return _Place(span.file, Mark(span.line, span.column, end, note.message))


def called(report: Report) -> str:
    """The call stack in one line, innermost first, with the level that it ran at; a recursion is told once."""
    runs = [(name, len(list(calls))) for name, calls in groupby(name for name, _, _ in report.calls)]
    names = [name if count == 1 else f"{name} ({count} times)" for name, count in runs]
    if len(names) > MOST_CALLS:
        names = [*names[: MOST_CALLS - 1], f"... {len(names) - MOST_CALLS} more ...", names[-1]]
    where = f", processor {report.processor}" if report.processor else ""
    return f"{' <- '.join(names)}, {report.irql}{where}"


def stop_line(stop: Stop) -> str:
    """A bug check in one line: code, name and parameters."""
    return f"0x{stop.code:08X} {stop.name} ({', '.join(f'0x{value:X}' for value in stop.parameters)})"


def summary(severities: Iterable[str]) -> str:
    """How many findings of each kind, as `2 errors, 1 leak`; empty if there are fewer than two."""
    found = list(severities)
    if len(found) < 2:
        return ""
    kinds = ["error", "warning", "leak", "note"]
    counts = [(found.count(kind), kind) for kind in kinds if kind in found]
    return ", ".join(f"{count} {kind}{'s' if count > 1 else ''}" for count, kind in counts)


def _draw(
    severity: str,
    rule: str,
    title: str,
    places: list[_Place],
    facts: list[tuple[str, str]],
    files: Mapping[str, str],
    paint: Paint,
) -> str:
    heading = paint(severity, f"{severity}[{rule}]" if rule else severity)
    lines = [f"{heading}{paint('title', f': {printable(title)}')}"]
    gutter = max((len(str(place.mark.line)) for place in places), default=1)
    for file in dict.fromkeys(place.file for place in places):
        lines.extend(_section(file, [place.mark for place in places if place.file == file], gutter, files, paint))
    if facts:
        if places:
            lines.append(paint("gutter", f"{' ' * gutter} |"))
        lines.extend(_facts(facts, gutter, paint))
    return "\n".join(lines) + "\n"


def _section(file: str, marks: list[Mark], gutter: int, files: Mapping[str, str], paint: Paint) -> list[str]:
    """The marked lines of one file below an arrow that names the first of the marks."""
    arrow = paint("gutter", f"{' ' * gutter}-->")
    if file not in files:
        return [_unseen(file, mark, arrow) for mark in marks]
    return [
        f"{arrow} {printable(file)}:{marks[0].line}:{marks[0].column}",
        paint("gutter", f"{' ' * gutter} |"),
        *excerpt(files[file].split("\n"), marks, gutter, paint),
    ]


def _unseen(file: str, mark: Mark, arrow: str) -> str:
    """A place in a file whose text is not at hand."""
    label = f": {printable(mark.label)}" if mark.label else ""
    return f"{arrow} {printable(file)}:{mark.line}:{mark.column}{label}"


def _facts(facts: list[tuple[str, str]], gutter: int, paint: Paint) -> list[str]:
    """Lines of `= label: text`, the texts aligned with each other, also over several lines."""
    column = max(len(label) for label, _ in facts) + 2
    lines: list[str] = []
    for label, text in facts:
        first, *rest = [printable(part) for part in text.split("\n")]
        shown = paint("help", f"{label}:") if label == "help" else f"{label}:"
        lines.append(f"{' ' * gutter} {paint('gutter', '=')} {shown}{' ' * (column - len(label) - 1)}{first}".rstrip())
        lines.extend(f"{' ' * (gutter + 3 + column)}{part}" for part in rest)
    return lines
