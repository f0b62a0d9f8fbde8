"""The findings of a run as JSON, for tools.

docs/json.md is the schema. `format` rises when a member changes its meaning or goes away, not when one is added.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from . import __version__
from .console import EXIT_USAGE, Console

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .grammar.source import Diagnostic, Span
    from .interp.script import Outcome

FORMAT = 1


def findings_as_dict(exit_code: int, diagnostics: Iterable[Diagnostic], outcome: Outcome | None) -> dict[str, Any]:
    """All findings of one script as plain data."""
    return {
        "format": FORMAT,
        "dmascript": __version__,
        "exit_code": exit_code,
        "limit": outcome.limit if outcome else "",
        "diagnostics": [diagnostic_as_dict(diagnostic) for diagnostic in diagnostics],
        "reports": [report.as_dict() for report in outcome.reports] if outcome else [],
    }


def diagnostic_as_dict(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "severity": diagnostic.severity,
        "rule": diagnostic.rule,
        "message": diagnostic.message,
        "help": diagnostic.help,
        "place": _place(diagnostic.span),
        "notes": [{"message": note.message, "place": _place(note.span)} for note in diagnostic.notes],
    }


def _place(span: Span) -> dict[str, Any]:
    end_column = span.end_column if span.end_line == span.line else span.column
    return {"file": span.file, "line": span.line, "column": span.column, "end_column": end_column, "label": ""}


def write_findings(
    path: str, exit_code: int, diagnostics: Iterable[Diagnostic], outcome: Outcome | None, console: Console
) -> int:
    """Write the findings to a file; the exit code of the run, or of wrong usage if the file cannot be written."""
    text = json.dumps(findings_as_dict(exit_code, diagnostics, outcome), indent=2) + "\n"
    try:
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        console.say(f"dmascript: cannot write {path}: {error.strerror or error}")
        return EXIT_USAGE
    return exit_code
