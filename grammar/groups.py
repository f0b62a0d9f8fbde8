"""The groups of #if, #elif, #else and #endif in one file: which is read, and which are closed wrongly."""

from __future__ import annotations

from collections.abc import Callable

from .source import Diagnostics, Note, Span
from .tokens import Token

CONDITIONALS = ("if", "ifdef", "ifndef", "elif", "elifdef", "elifndef", "else", "endif")


class _Conditional:
    """An #if that is open: `active` if its present group is read, `done` if no later group can be."""

    __slots__ = ("name", "span", "active", "done", "has_else")

    def __init__(self, name: str, span: Span, active: bool, done: bool) -> None:
        self.name = name
        self.span = span
        self.active = active
        self.done = done
        self.has_else = False


class Groups:
    """`holds` gives the value of the condition on a line; it is asked only where the value counts."""

    def __init__(self, holds: Callable[[list[Token]], bool], diagnostics: Diagnostics) -> None:
        self.holds = holds
        self.diagnostics = diagnostics
        self.is_skipping = False
        self._open: list[_Conditional] = []

    def act(self, line: list[Token]) -> None:
        """Follow a line whose directive is one of CONDITIONALS."""
        word = line[1].text
        if word.startswith("if"):
            is_read = not self.is_skipping
            holds = is_read and self.holds(line)
            self._open.append(_Conditional(word, directive_span(line), holds, holds or not is_read))
            self.is_skipping = not holds
        elif not self._open:
            self._stray(line, f"#{word} without an #if in this file", None)
        elif word == "endif":
            self._open.pop()
            self.is_skipping = bool(self._open) and not self._open[-1].active
        else:
            self._turn(line, self._open[-1])

    def _turn(self, line: list[Token], conditional: _Conditional) -> None:
        """To the next group of a conditional, by #elif or #else."""
        word = line[1].text
        if conditional.has_else:
            self._stray(line, f"#{word} behind the #else of this #{conditional.name}", conditional)
        if word == "else":
            conditional.has_else = True
        conditional.active = not conditional.done and (word == "else" or self.holds(line))
        conditional.done = conditional.done or conditional.active or word == "else"
        self.is_skipping = not conditional.active

    def _stray(self, line: list[Token], message: str, conditional: _Conditional | None) -> None:
        notes = (Note(f"the #{conditional.name} is here", conditional.span),) if conditional is not None else ()
        self.diagnostics.error("stray-directive", message, directive_span(line), "", notes)

    def report_open(self) -> None:
        """At the end of the file: every #if that is still open."""
        for conditional in self._open:
            message = f"this #{conditional.name} has no #endif in its file"
            self.diagnostics.error("unclosed-conditional", message, conditional.span, "close it with #endif")


def directive_span(line: list[Token]) -> Span:
    """From the # through the name."""
    return line[0].span.to(line[1].span)
