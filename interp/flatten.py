"""A script without its macros: what `expand` works on when macros make parts of a driver block.

Lines stay lines where they can. Other files are included as before, but for those that hold driver blocks of their own.
"""

from __future__ import annotations

from ..grammar.preprocess import preprocess
from ..grammar.source import Diagnostics
from ..grammar.syntax import DriverBlock
from ..grammar.tokens import END, IDENTIFIER, STRING, Token
from .compile import Front
from .directive_lines import directives
from .environment import BuiltIns

_TIGHT_BEFORE = frozenset((")", "]", ";", ",", ".", "->"))
_STATEMENTS = frozenset(("if", "for", "while", "switch", "return"))
_TIGHT_AFTER = frozenset(("(", "[", ".", "->", "!", "~"))


def flat_text(front: Front) -> str:
    """The text of the script's main file with all macros replaced."""
    assert front.source is not None and front.unit is not None
    file = front.source.name
    inlined = {item.span.file for item in front.unit.items if isinstance(item, DriverBlock)} - {file}
    tokens = preprocess(front.source, BuiltIns(), Diagnostics(), front.loader)
    includes = [(line, text) for line, text in directives(front.source.text) if _included(text, inlined)]
    lines = _Lines()
    for token in tokens:
        where = token.span
        if where.file != file and where.file not in inlined:
            continue
        while where.file == file and includes and includes[0][0] < where.line:
            lines.directive(includes.pop(0)[1])
        if token.kind == "pragma":
            lines.directive(f"#pragma {token.text.strip()}")
        elif token.kind != END:
            lines.add(token)
    return lines.text()


def _included(directive: str, inlined: set[str]) -> bool:
    """True for the #include of a file that is not to become part of the text."""
    words = directive.lstrip("# \t")
    return words.startswith("include") and not any(name.rpartition("/")[2] in words for name in inlined)


class _Lines:
    """Lines of code, indented by the braces around them."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.current = ""
        self.depth = 0
        self.parentheses = 0
        self.last: Token | None = None

    def directive(self, text: str) -> None:
        self._end()
        self.lines.append(text)

    def add(self, token: Token) -> None:
        last, text = self.last, token.text
        if last is not None and (last.span.file, last.span.line) != (token.span.file, token.span.line):
            self._end()
        if text == "}":
            self.depth = max(0, self.depth - 1)
        if not self.current:
            self.current = "    " * self.depth
        elif last is not None and not self._is_tight(last, token):
            self.current += " "
        self.current += text
        self.depth += text == "{"
        self.parentheses += (text == "(") - (text == ")")
        self.last = token
        if token.span.macro and text in ("{", "}", ";") and not self.parentheses:
            self._end()

    @staticmethod
    def _is_tight(last: Token, token: Token) -> bool:
        """Where no blank is wanted. Blanks between other tokens change nothing."""
        if STRING in (last.kind, token.kind):
            return last.text in _TIGHT_AFTER or token.text in _TIGHT_BEFORE
        call = token.text in ("(", "[") and last.kind == IDENTIFIER and last.text not in _STATEMENTS
        return call or token.text in _TIGHT_BEFORE or last.text in _TIGHT_AFTER

    def _end(self) -> None:
        if self.current:
            self.lines.append(self.current.rstrip())
        self.current = ""
        self.last = None

    def text(self) -> str:
        self._end()
        return "\n".join(self.lines) + "\n"
