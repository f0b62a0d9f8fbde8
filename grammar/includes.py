"""What an #include line brings in, within the limits of depth and size."""

from __future__ import annotations

from .environment import Environment
from .expansion import Expander
from .files import MAX_SOURCE, IncludeError, Loader
from .groups import directive_span
from .lexer import PROBLEMS
from .source import Diagnostics, SourceFile, Span
from .tokens import PUNCTUATOR, STRING, Token

MAX_DEPTH = 200  # files inside files
MAX_INCLUDES = 10_000  # in one script


class Includes:
    def __init__(self, environment: Environment, diagnostics: Diagnostics, loader: Loader, expander: Expander) -> None:
        self.environment = environment
        self.diagnostics = diagnostics
        self.loader = loader
        self.expander = expander
        self.read_once: set[str] = set()  # names of the files with #pragma once
        self.characters = 0  # of all files entered
        self._count = 0
        self._stopped = False

    def find(self, line: list[Token], files: list[SourceFile]) -> SourceFile | None:
        """The file to read for an #include line of the last of the open `files`; None if there is nothing to read."""
        name, is_quoted, span = self._header_name(line, files[-1])
        if not name:
            help = 'write #include <header.h> or #include "file.h"'
            self.diagnostics.error("bad-directive", "#include wants the name of a file", span, help)
            return None
        if not is_quoted and self._has_header(name):
            return None
        try:
            source = self.loader.include(name, files[-1].name if is_quoted else "")
        except IncludeError as failure:
            self._report_include(failure, name, is_quoted, span)
            return None
        if source.name in self.read_once or not self._may_include(source, span, files):
            return None
        self._count += 1
        return source

    def _has_header(self, name: str) -> bool:
        name = name.replace("\\", "/")
        return self.environment.has_header(name) or self.environment.has_header(name.lower())

    def _header_name(self, line: list[Token], file: SourceFile) -> tuple[str, bool, Span]:
        """The name, whether it stands in quotes, and where; "" if there is none."""
        if len(line) < 3:
            return "", False, directive_span(line)
        first = line[2]
        if first.kind == PUNCTUATOR and first.text[0] == "<" or first.kind in (STRING, *PROBLEMS):
            # Read as it stands: no backslash escapes in a file's name, and // begins no comment.
            text = file.lines[first.span.line - 1][first.span.column - 1 :]
            closing = text.find(">" if text[0] == "<" else '"', 1)
            s = first.span
            if text[0] in '<"' and closing > 0:
                span = Span(s.file, s.line, s.column, s.line, s.column + closing + 1)
                return text[1:closing].strip(), text[0] == '"', span
            return "", False, s
        pieces = self.expander.expand(line[2:])
        text = "".join((" " if p.space else "") + p.text for p in pieces).strip()
        span = first.span.to(line[-1].span)
        if len(text) > 2 and text[0] == "<" and text[-1] == ">":
            return text[1:-1].strip(), False, span
        if len(pieces) == 1 and pieces[0].kind == STRING and text[0] == '"':
            return text[1:-1], True, span
        return "", False, span

    def _report_include(self, failure: IncludeError, name: str, is_quoted: bool, span: Span) -> None:
        if failure.rule == "include-not-found":
            if is_quoted and self._has_header(name):
                return
            if not is_quoted:
                message = f"<{name}> is no header that is built in; nothing is included"
                self.diagnostics.note("unknown-header", message, span)
                return
        if failure.diagnostics:
            self.diagnostics.found += failure.diagnostics
        else:
            self.diagnostics.error(failure.rule, failure.message, span, failure.help)

    def _may_include(self, source: SourceFile, span: Span, files: list[SourceFile]) -> bool:
        """False, with an error the first time, when the script includes too deep or too much."""
        if self._stopped:
            return False
        rule, message, help = "", "", ""
        if len(files) >= MAX_DEPTH:
            rule, message = (
                "include-too-deep",
                f"files include each other more than {MAX_DEPTH} deep{_cycle(source, files)}",
            )
            help = "write #pragma once as the first line of a file that others include"
        elif self._count >= MAX_INCLUDES:
            rule, message = "source-too-large", f"the script includes more than {MAX_INCLUDES:,} files"
        elif self.characters + len(source.text) > MAX_SOURCE:
            rule = "source-too-large"
            message = f"the script and its files are longer than {MAX_SOURCE >> 20} MiB together"
        if rule:
            self._stopped = True
            self.diagnostics.error(rule, message, span, help)
        return not rule


def _cycle(source: SourceFile, files: list[SourceFile]) -> str:
    """`: a.h includes b.h includes a.h`, if the file is open already."""
    names = [file.name for file in files]
    if source.name not in names:
        return ""
    first = len(names) - 1 - names[::-1].index(source.name)
    cycle = [*names[first:], source.name]
    if len(cycle) > 8:
        cycle[4:-3] = ["…"]
    return ": " + " includes ".join(cycle)
