"""The lines that begin with #, and the stack of files that they open.

`next_line` is the whole flow of text: it gives the lines of the files one after the other, and acts on the directives
between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .conditions import ConditionError, evaluate
from .environment import Environment
from .expansion import Expander
from .files import MAX_SOURCE, IncludeError, Loader
from .lexer import PROBLEMS, UNCLOSED_COMMENT, lex, report_problem
from .macros import DefinitionError, Macro, built_in_macros, parse_definition, report_redefinition
from .predefined import predefined_macros
from .source import Diagnostics, Note, SourceFile, Span
from .spell import nearest
from .tokens import IDENTIFIER, NUMBER, PUNCTUATOR, STRING, Token

MAX_DEPTH = 200  # files inside files
MAX_INCLUDES = 10_000  # in one script
PRAGMA = "pragma"  # kind of the token of a `#pragma pack(...)`, whose text is `pack(push,1)`


class Conditional:
    """An #if that is open: `active` if its present group is read, `done` if no later group can be."""

    __slots__ = ("name", "span", "active", "done", "has_else")

    def __init__(self, name: str, span: Span, active: bool, done: bool) -> None:
        self.name = name
        self.span = span
        self.active = active
        self.done = done
        self.has_else = False


class OpenFile:
    __slots__ = ("source", "lines", "conditionals", "is_skipping")

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.lines: Iterator[list[Token]] = lex(source)
        self.conditionals: list[Conditional] = []
        self.is_skipping = False


class Directives:
    def __init__(self, environment: Environment, diagnostics: Diagnostics, loader: Loader) -> None:
        self.environment = environment
        self.diagnostics = diagnostics
        self.loader = loader
        self.macros: dict[str, Macro] = {**predefined_macros(), **built_in_macros(environment.macros())}
        self.expander = Expander(self.macros, diagnostics, self.pragma_token)
        self.files: list[OpenFile] = []
        self._undefined: set[str] = set()  # built-in constants under an #undef
        self._read_once: set[str] = set()  # files with #pragma once
        self._includes = 0
        self._characters = 0
        self._can_include = True
        self._ready: list[Token] = []  # a pragma that a directive left for the next line
        self._acts: dict[str, Callable[[list[Token]], None]] = {
            "define": self._define,
            "undef": self._undef,
            "include": self._include,
            "pragma": self._pragma,
            "error": self._error,
            "warning": self._warning,
            "line": self._nothing,
            "ident": self._nothing,
        }
        self._conditional_acts: dict[str, Callable[[list[Token]], None]] = {
            "if": self._if,
            "ifdef": self._if,
            "ifndef": self._if,
            "elif": self._elif,
            "elifdef": self._elif,
            "elifndef": self._elif,
            "else": self._else,
            "endif": self._endif,
        }

    # ---- the flow of lines --------------------------------------------------------------------------------------

    def enter(self, source: SourceFile) -> None:
        """Read on in a file, and then go back to where we are."""
        self._characters += len(source.text)
        self.files.append(OpenFile(source))

    def next_line(self) -> list[Token] | None:
        """The next line of text of the script, or None at its end."""
        while self.files:
            file = self.files[-1]
            for line in file.lines:
                first = line[0]
                if first.text == "#" and first.kind == PUNCTUATOR:
                    self._act(line)
                    if self._ready:
                        ready, self._ready = self._ready, []
                        return ready
                    if self.files[-1] is not file:
                        break
                elif not file.is_skipping:
                    return line
                elif line[-1].kind == UNCLOSED_COMMENT:
                    report_problem(line[-1], self.diagnostics)
            else:
                self._leave(file)
        return None

    def _leave(self, file: OpenFile) -> None:
        self.files.pop()
        for conditional in file.conditionals:
            message = f"this #{conditional.name} has no #endif in its file"
            self.diagnostics.error("unclosed-conditional", message, conditional.span, "close it with #endif")

    def _act(self, line: list[Token]) -> None:
        if len(line) == 1:
            return  # a # by itself is a directive that does nothing
        name = line[1]
        act = self._conditional_acts.get(name.text)
        if act is None:
            if self.files[-1].is_skipping:
                if line[-1].kind == UNCLOSED_COMMENT:
                    report_problem(line[-1], self.diagnostics)
                return
            act = self._acts.get(name.text, self._unknown)
        act(line)

    def _unknown(self, line: list[Token]) -> None:
        name = line[1]
        if name.kind == NUMBER:
            return  # `# 12 "file"`: where another preprocessor has been
        close = nearest(name.text, (*self._acts, *self._conditional_acts))
        help = f"did you mean #{close}?" if close else ""
        self.diagnostics.error("unknown-directive", f"there is no directive #{name.text}", _directive_span(line), help)

    def _nothing(self, line: list[Token]) -> None:
        pass

    def _sound(self, tokens: list[Token]) -> list[Token]:
        """The tokens without problems, which are reported."""
        if all(t.kind not in PROBLEMS for t in tokens):
            return tokens
        repaired = (report_problem(t, self.diagnostics) if t.kind in PROBLEMS else t for t in tokens)
        return [t for t in repaired if t is not None]

    # ---- macros -------------------------------------------------------------------------------------------------

    def define_from_outside(self, name: str, value: str) -> None:
        """A macro of the command line: `NAME`, or `NAME(parameters)`, and its replacement."""
        source = SourceFile("<command line>", f"#define {name} {value}".replace("\n", " "))
        self.files.append(OpenFile(source))
        for line in lex(source):
            self._define(line)
        self.files.pop()

    def _define(self, line: list[Token]) -> None:
        tokens = self._sound(line[2:])
        if not tokens:
            self.diagnostics.error("bad-define", "#define wants a name", _directive_span(line))
            return
        try:
            macro = parse_definition(self.files[-1].source, tokens)
        except DefinitionError as failure:
            self.diagnostics.error("bad-define", failure.message, failure.span)
            return
        old = self.macros.get(macro.name)
        if old is not None:
            if old.special:
                self.diagnostics.error("bad-define", f"{macro.name} cannot be defined anew", macro.span)
                return
            report_redefinition(old, macro, self.diagnostics)
        self.macros[macro.name] = macro

    def _undef(self, line: list[Token]) -> None:
        name = self._name(line)
        if name is None:
            return
        macro = self.macros.get(name)
        if macro is not None and macro.special:
            self.diagnostics.error("bad-directive", f"{name} cannot be undefined", line[2].span)
            return
        self.macros.pop(name, None)
        self._undefined.add(name)

    def _name(self, line: list[Token]) -> str | None:
        """The one name that the directive takes."""
        if len(line) > 2 and line[2].kind == IDENTIFIER:
            return line[2].text
        span = line[2].span if len(line) > 2 else _directive_span(line)
        self.diagnostics.error("bad-directive", f"#{line[1].text} wants a name", span)
        return None

    def _is_defined(self, name: str) -> bool:
        return name in self.macros or self._constant(name) is not None

    def _constant(self, name: str) -> tuple[int, str] | None:
        return None if name in self._undefined else self.environment.constant(name)

    # ---- conditionals -------------------------------------------------------------------------------------------

    def _if(self, line: list[Token]) -> None:
        file = self.files[-1]
        is_read = not file.is_skipping
        holds = is_read and self._holds(line)
        file.conditionals.append(Conditional(line[1].text, _directive_span(line), holds, holds or not is_read))
        file.is_skipping = not holds

    def _elif(self, line: list[Token]) -> None:
        conditional = self._open(line)
        if conditional is None:
            return
        if conditional.has_else:
            self._stray(line, f"#{line[1].text} stands behind the #else of its #{conditional.name}", conditional)
        conditional.active = not conditional.done and self._holds(line)
        conditional.done = conditional.done or conditional.active
        self.files[-1].is_skipping = not conditional.active

    def _else(self, line: list[Token]) -> None:
        conditional = self._open(line)
        if conditional is None:
            return
        if conditional.has_else:
            self._stray(line, f"this #{conditional.name} has a second #else", conditional)
        conditional.has_else = True
        conditional.active, conditional.done = not conditional.done, True
        self.files[-1].is_skipping = not conditional.active

    def _endif(self, line: list[Token]) -> None:
        if self._open(line) is None:
            return
        file = self.files[-1]
        file.conditionals.pop()
        file.is_skipping = bool(file.conditionals) and not file.conditionals[-1].active

    def _open(self, line: list[Token]) -> Conditional | None:
        conditionals = self.files[-1].conditionals
        if conditionals:
            return conditionals[-1]
        self._stray(line, f"#{line[1].text} without an #if in this file", None)
        return None

    def _stray(self, line: list[Token], message: str, conditional: Conditional | None) -> None:
        notes = (Note(f"the #{conditional.name} is here", conditional.span),) if conditional is not None else ()
        self.diagnostics.error("stray-directive", message, _directive_span(line), "", notes)

    def _holds(self, line: list[Token]) -> bool:
        """Whether the condition of an #if, #ifdef, #elif, … holds; one with an error does not."""
        word = line[1].text
        if word.endswith("def"):
            name = self._name(line)
            return name is not None and self._is_defined(name) != word.endswith("ndef")
        pieces = self.expander.expand(line[2:], in_condition=True)
        try:
            return evaluate(pieces, self._is_defined, self._constant)
        except ConditionError as failure:
            span = failure.span or _directive_span(line)
            self.diagnostics.error(failure.rule, failure.message, span, failure.help)
            return False

    # ---- files --------------------------------------------------------------------------------------------------

    def _include(self, line: list[Token]) -> None:
        name, is_quoted, span = self._header_name(line)
        if not name:
            help = 'write #include <header.h> or #include "file.h"'
            self.diagnostics.error("bad-directive", "#include wants the name of a file", span, help)
            return
        if not is_quoted and self._has_header(name):
            return
        try:
            source = self.loader.include(name, self.files[-1].source.name if is_quoted else "")
        except IncludeError as failure:
            self._report_include(failure, name, is_quoted, span)
            return
        if source.name not in self._read_once and self._may_include(source, span):
            self._includes += 1
            self.enter(source)

    def _has_header(self, name: str) -> bool:
        name = name.replace("\\", "/")
        return self.environment.has_header(name) or self.environment.has_header(name.lower())

    def _header_name(self, line: list[Token]) -> tuple[str, bool, Span]:
        """The name, whether it stands in quotes, and where; "" if there is none."""
        if len(line) < 3:
            return "", False, _directive_span(line)
        first = line[2]
        if first.kind == PUNCTUATOR and first.text[0] == "<" or first.kind in (STRING, *PROBLEMS):
            # Read as it stands: no backslash escapes in a file's name, and // begins no comment.
            text = self.files[-1].source.lines[first.span.line - 1][first.span.column - 1 :]
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

    def _may_include(self, source: SourceFile, span: Span) -> bool:
        """False, with an error the first time, when the script includes too deep or too much."""
        if not self._can_include:
            return False
        self._can_include = False
        if len(self.files) >= MAX_DEPTH:
            message = f"files include each other more than {MAX_DEPTH} deep{self._cycle(source)}"
            help = "write #pragma once as the first line of a file that others include"
            self.diagnostics.error("include-too-deep", message, span, help)
        elif self._includes >= MAX_INCLUDES:
            message = f"the script includes more than {MAX_INCLUDES:,} files"
            self.diagnostics.error("source-too-large", message, span)
        elif self._characters + len(source.text) > MAX_SOURCE:
            message = f"the script and its files are longer than {MAX_SOURCE >> 20} MiB together"
            self.diagnostics.error("source-too-large", message, span)
        else:
            self._can_include = True
        return self._can_include

    def _cycle(self, source: SourceFile) -> str:
        """`: a.h, b.h, a.h`, if the file is open already."""
        names = [file.source.name for file in self.files]
        if source.name not in names:
            return ""
        first = len(names) - 1 - names[::-1].index(source.name)
        cycle = [*names[first:], source.name]
        if len(cycle) > 8:
            cycle[4:-3] = ["…"]
        return ": " + " includes ".join(cycle)

    # ---- the others ---------------------------------------------------------------------------------------------

    def _pragma(self, line: list[Token]) -> None:
        tokens = line[2:]
        if not tokens:
            return
        if tokens[0].text == "once":
            self._read_once.add(self.files[-1].source.name)
        elif tokens[0].text == "pack":
            pieces = self.expander.expand(tokens)
            token = self.pragma_token("".join(p.text for p in pieces), tokens[0].span.to(tokens[-1].span))
            if token is not None:
                self._ready.append(token)

    def pragma_token(self, text: str, span: Span) -> Token | None:
        """The token of a pragma that has a meaning for the parser."""
        text = "".join(text.split())
        return Token(PRAGMA, text, span) if text.startswith("pack(") else None

    def _error(self, line: list[Token]) -> None:
        self.diagnostics.error("error-directive", self._message(line), _directive_span(line))

    def _warning(self, line: list[Token]) -> None:
        self.diagnostics.warning("warning-directive", self._message(line), _directive_span(line))

    def _message(self, line: list[Token]) -> str:
        """The rest of the line as it was written, without a comment behind it."""
        if len(line) < 3:
            return f"#{line[1].text}"
        first, last = line[2].span, line[-1].span
        if first.line == last.end_line:
            text = self.files[-1].source.lines[first.line - 1][first.column - 1 : last.end_column - 1]
        else:
            text = " ".join(token.text for token in line[2:])
        return f"#{line[1].text}: {text}"


def _directive_span(line: list[Token]) -> Span:
    """From the # through the name."""
    return line[0].span.to(line[1].span)
