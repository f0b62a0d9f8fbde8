"""Where things stand in a script, and what is said about them.

A Span is a half-open range of columns in one file; every token, syntax node and typed node has one. A Diagnostic is a
finding as data: the renderer in the front door draws it, an editor can show it. Nothing here formats text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Span:
    """Columns and lines count from 1; the end is exclusive. `macro` names the macro whose expansion it came from."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    macro: str = ""

    def to(self, last: Span) -> Span:
        """The span from the start of this one to the end of the other, or this one if they stand in two files."""
        if last.file != self.file or (last.line, last.column) < (self.line, self.column):
            return self
        return Span(self.file, self.line, self.column, last.end_line, last.end_column, self.macro)


NOWHERE = Span("", 0, 0, 0, 0)


@dataclass(slots=True)
class SourceFile:
    """One file of a script: the name to show, and its text with line ends normalised to a line feed."""

    name: str
    text: str
    _lines: list[str] | None = None

    @property
    def lines(self) -> list[str]:
        if self._lines is None:
            self._lines = self.text.split("\n")
        return self._lines


@dataclass(frozen=True, slots=True)
class Note:
    """A second place that explains a diagnostic, such as an earlier declaration."""

    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding of the front end. `rule` is an id of the rule table; `help` is an act, or empty."""

    severity: str  # "error", "warning" or "note"
    rule: str
    message: str
    span: Span
    help: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(slots=True)
class Diagnostics:
    """All findings of one compilation, in the order in which they were found."""

    found: list[Diagnostic] = field(default_factory=list)

    def error(self, rule: str, message: str, span: Span, help: str = "", notes: tuple[Note, ...] = ()) -> None:
        self.found.append(Diagnostic("error", rule, message, span, help, notes))

    def warning(self, rule: str, message: str, span: Span, help: str = "", notes: tuple[Note, ...] = ()) -> None:
        self.found.append(Diagnostic("warning", rule, message, span, help, notes))

    def note(self, rule: str, message: str, span: Span, help: str = "") -> None:
        self.found.append(Diagnostic("note", rule, message, span, help))

    @property
    def errors(self) -> list[Diagnostic]:
        return [d for d in self.found if d.severity == "error"]

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(sorted(self.found, key=lambda d: (d.span.file, d.span.line, d.span.column)))
