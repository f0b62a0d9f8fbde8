"""The lines that begin with #, and the stack of files that they open.

`next_line` is the whole flow of text: it gives the lines of the files one after the other, and acts on the directives
between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .conditions import ConditionError, evaluate
from .definition import DefinitionError, parse_definition
from .environment import Environment
from .expansion import Expander
from .files import Loader
from .groups import CONDITIONALS, Groups, directive_span
from .includes import Includes
from .lexer import PROBLEMS, UNCLOSED_COMMENT, lex, report_problem
from .macros import Macro, report_redefinition
from .predefined import built_in_macros, predefined_macros
from .source import Diagnostics, SourceFile, Span
from .spell import nearest
from .tokens import IDENTIFIER, NUMBER, PUNCTUATOR, STRING, Token

PRAGMA = "pragma"  # kind of the token of a `#pragma pack(...)`, whose text is `pack(push,1)`


class _OpenFile:
    """A file between its first line and its last."""

    __slots__ = ("source", "lines", "groups")

    def __init__(self, source: SourceFile, groups: Groups) -> None:
        self.source = source
        self.lines: Iterator[list[Token]] = lex(source)
        self.groups = groups


class Directives:
    def __init__(self, environment: Environment, diagnostics: Diagnostics, loader: Loader) -> None:
        self.environment = environment
        self.diagnostics = diagnostics
        self.macros: dict[str, Macro] = {**predefined_macros(), **built_in_macros(environment.macros())}
        self.expander = Expander(self.macros, diagnostics, self.pragma_token)
        self.files: list[_OpenFile] = []
        self.includes = Includes(environment, diagnostics, loader, self.expander)
        self._undefined: set[str] = set()  # built-in constants under an #undef
        self._ready: list[Token] = []  # a pragma that a directive left for the next line
        self._acts: dict[str, Callable[[list[Token]], None]] = {
            "define": self._define,
            "undef": self._undef,
            "include": self._include,
            "pragma": self._pragma,
            "error": self._error,
            "warning": self._warning,
            "line": self._line,
            "ident": self._nothing,
        }

    # ---- the flow of lines --------------------------------------------------------------------------------------

    def enter(self, source: SourceFile) -> None:
        """Read on in a file, and then go back to where we are."""
        self.includes.characters += len(source.text)
        self._open(source)

    def _open(self, source: SourceFile) -> None:
        self.files.append(_OpenFile(source, Groups(self._holds, self.diagnostics)))

    def next_line(self) -> list[Token] | None:
        """The next line of text of the script, or None at its end."""
        while self.files:
            file = self.files[-1]
            for line in file.lines:
                first = line[0]
                if first.text == "#" and first.kind == PUNCTUATOR:
                    self._act(self._without_open_comment(line), file.groups)
                    if self._ready:
                        ready, self._ready = self._ready, []
                        return ready
                    if self.files[-1] is not file:
                        break
                elif not file.groups.is_skipping:
                    return line
                else:
                    self._without_open_comment(line)
            else:
                self.files.pop()
                file.groups.report_open()
        return None

    def _without_open_comment(self, line: list[Token]) -> list[Token]:
        """A comment without an end is an error even where nothing else is looked at: it hides the #endif."""
        if line[-1].kind != UNCLOSED_COMMENT:
            return line
        report_problem(line[-1], self.diagnostics)
        return line[:-1]

    def _act(self, line: list[Token], groups: Groups) -> None:
        if len(line) < 2:
            return  # a # by itself is a directive that does nothing
        name = line[1].text
        if name in CONDITIONALS:
            groups.act(line)
        elif not groups.is_skipping:
            self._acts.get(name, self._unknown)(line)

    def _unknown(self, line: list[Token]) -> None:
        name = line[1]
        if name.kind == NUMBER:
            return  # `# 12 "file"`: where another preprocessor has been
        close = nearest(name.text, (*self._acts, *CONDITIONALS))
        help = f"did you mean #{close}?" if close else ""
        self.diagnostics.error("unknown-directive", f"there is no directive #{name.text}", directive_span(line), help)

    def _nothing(self, line: list[Token]) -> None:
        pass

    def _line(self, line: list[Token]) -> None:
        """`#line number "file"`: what __LINE__ and __FILE__ say from the next line on. Findings keep the true place."""
        pieces = self.expander.expand(self._sound(line[2:]))
        given = [(piece.kind, piece.text) for piece in pieces]
        numbered = bool(given) and given[0][0] == NUMBER and given[0][1].isdigit() and len(given[0][1]) <= 10
        if not numbered or len(given) > 2 or len(given) == 2 and given[1][0] != STRING:
            help = 'write #line 12 or #line 12 "file"'
            message = "#line wants a number, and perhaps the name of a file behind it"
            self.diagnostics.error("bad-directive", message, directive_span(line), help)
            return
        source = self.files[-1].source.name
        _, name = self.expander.renumbered.get(source, (0, source))
        if len(pieces) == 2:
            name = pieces[1].text.strip('"').replace('\\\\', '\\')
        self.expander.renumbered[source] = int(pieces[0].text) - line[0].span.line - 1, name

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
        self._open(source)
        for line in lex(source):
            self._define(line)
        self.files.pop()

    def _define(self, line: list[Token]) -> None:
        tokens = self._sound(line[2:])
        if not tokens:
            self.diagnostics.error("bad-define", "#define wants a name", directive_span(line))
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
        span = line[2].span if len(line) > 2 else directive_span(line)
        self.diagnostics.error("bad-directive", f"#{line[1].text} wants a name", span)
        return None

    def _is_defined(self, name: str) -> bool:
        return name in self.macros or self._constant(name) is not None

    def _constant(self, name: str) -> tuple[int, str] | None:
        return None if name in self._undefined else self.environment.constant(name)

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
            span = failure.span or directive_span(line)
            self.diagnostics.error(failure.rule, failure.message, span, failure.help)
            return False

    # ---- the others ---------------------------------------------------------------------------------------------

    def _include(self, line: list[Token]) -> None:
        source = self.includes.find(line, [file.source for file in self.files])
        if source is not None:
            self.enter(source)

    def _pragma(self, line: list[Token]) -> None:
        tokens = line[2:]
        if not tokens:
            return
        if tokens[0].text == "once":
            self.includes.read_once.add(self.files[-1].source.name)
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
        self.diagnostics.error("error-directive", self._message(line), directive_span(line))

    def _warning(self, line: list[Token]) -> None:
        self.diagnostics.warning("warning-directive", self._message(line), directive_span(line))

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
