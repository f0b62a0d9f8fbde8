"""Brackets before parsing: which closes which, which has no partner, and whether anything is nested too deeply.

A parser finds a missing brace only at the end of the file. Here indentation tells which one it is; it is reported
there, and a brace is put where it should have been, so that the rest of the file parses as its writer meant it.
"""

from __future__ import annotations

from .source import Diagnostics, Span
from .stream import Stream
from .tokens import PUNCTUATOR, Token
from .words import END

MAX_BRACKETS = 200  # brackets within brackets
MAX_CHAIN = 2000  # binary operators, labels, or `else if` in a row
MAX_DEPTH = 400  # other operators within one operand: prefixes, casts, members, `?:` and assignments

_MAX_STRAYS = 20  # reported in one file
_PARTNER = {")": "(", "]": "[", "}": "{"}
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_INFIX_OR_PREFIX = frozenset("*&+-")
_OPERAND_ENDS = frozenset(("IDENTIFIER", "NUMBER", "STRING", "CHARACTER", ")", "]", "}", "INCDEC"))
_COUNTED = frozenset(("BINARY", "UNARY", "ASSIGN", "INCDEC", "?", ":", "=", ".", "->", ",", ";", "do", "else", *"*&+-"))


def match(stream: Stream, diagnostics: Diagnostics) -> list[int]:
    """For each place the place of the bracket's partner: -1 if it is no bracket, or is never closed.

    Stray closing brackets are reported and taken out of the stream, missing closing braces reported and put in.
    """
    unbalanced, partners = _pair(stream, diagnostics)
    if unbalanced:
        _mend(stream, diagnostics)
        _, partners = _pair(stream, Diagnostics())
    return partners


def _pair(stream: Stream, diagnostics: Diagnostics) -> tuple[bool, list[int]]:
    """Partners, and whether a brace or a stray bracket has none."""
    partners = [-1] * len(stream.terminals)
    stack: list[int] = []
    unbalanced = False
    for i, terminal in enumerate(stream.terminals):
        if terminal in _CLOSING:
            stack.append(i)
        elif terminal in _PARTNER:
            opener = _close(stream.terminals, stack, terminal)
            if opener < 0:
                unbalanced = True
            else:
                partners[i], partners[opener] = opener, i
    return unbalanced or any(stream.terminals[i] == "{" for i in stack), partners


def _close(terminals: list[str], stack: list[int], closer: str) -> int:
    """Take the partner of a closing bracket off the stack; -1 if it has none. A brace closes what is open in it."""
    wanted = _PARTNER[closer]
    for depth in range(len(stack) - 1, -1, -1):
        opener = terminals[stack[depth]]
        if opener == wanted:
            place = stack[depth]
            del stack[depth:]
            return place
        if opener == "{":
            return -1
    return -1


class _Lines:
    """Where lines begin, by the tokens on them."""

    def __init__(self, tokens: list[Token]) -> None:
        self.indent: list[int] = []  # the column of the first token on each token's line
        self.first: list[bool] = []
        line, column, file = -1, 0, ""
        for token in tokens:
            span = token.span
            begins = span.line != line or span.file != file
            if begins:
                line, column, file = span.line, span.column, span.file
            self.indent.append(column)
            self.first.append(begins)


def _mend(stream: Stream, diagnostics: Diagnostics) -> None:
    """Rewrite the stream so that its braces balance, with one report for what was missing."""
    tokens, terminals = stream.tokens, stream.terminals
    lines = _Lines(tokens)
    missing = _unclosed(terminals)
    fixed = Stream()
    stack: list[int] = []
    strays = 0
    reported = False
    for i, (token, terminal) in enumerate(zip(tokens, terminals, strict=True)):
        if missing and stack and _dedents(terminals, lines, stack[-1], i):
            _report_unclosed(diagnostics, tokens[stack.pop()].span, reported)
            reported = True
            missing -= 1
            fixed.add(Token(PUNCTUATOR, "}", token.span), "}")
        if terminal == END:
            for opener in reversed([place for place in stack if terminals[place] == "{"]):
                _report_unclosed(diagnostics, tokens[opener].span, reported)
                reported = True
                fixed.add(Token(PUNCTUATOR, "}", token.span), "}")
        elif terminal in _CLOSING:
            stack.append(i)
        elif terminal in _PARTNER and _close(terminals, stack, terminal) < 0:
            strays += 1
            if strays <= _MAX_STRAYS:
                message = f"this '{terminal}' closes nothing"
                diagnostics.error("stray-bracket", message, token.span, f"remove the '{terminal}'")
            continue
        if i in stream.packs:
            fixed.packs[len(fixed.terminals)] = stream.packs[i]
        fixed.add(token, terminal)
    stream.tokens, stream.terminals, stream.packs = fixed.tokens, fixed.terminals, fixed.packs


def _unclosed(terminals: list[str]) -> int:
    """How many braces are never closed."""
    stack: list[int] = []
    for i, terminal in enumerate(terminals):
        if terminal in _CLOSING:
            stack.append(i)
        elif terminal in _PARTNER:
            _close(terminals, stack, terminal)
    return sum(terminals[i] == "{" for i in stack)


def _dedents(terminals: list[str], lines: _Lines, opener: int, place: int) -> bool:
    """True if the line that begins here stands too far left to be inside the brace at `opener`."""
    if terminals[opener] != "{" or not lines.first[place] or terminals[place] in ("{", END, "case", "default"):
        return False
    column, limit = lines.indent[place], lines.indent[opener]
    if terminals[place] == "}":
        return column < limit
    if lines.first[opener] and column == limit and terminals[place - 1] != "}":
        return False
    is_label = terminals[place] == "IDENTIFIER" and terminals[place + 1] == ":"
    return column <= limit and not is_label


def _report_unclosed(diagnostics: Diagnostics, span: Span, reported: bool) -> None:
    if not reported:
        diagnostics.error("unclosed-brace", "this '{' is never closed", span, "add a '}' where its block ends")


# ---- depth --------------------------------------------------------------------------------------------------------


def too_deep(stream: Stream) -> Span | None:
    """Where brackets or operators are nested more deeply than those who walk the tree can follow, or None."""
    chain = depth = nest = 0  # binary operators and labels; operators around one operand; assignments, `?:` and `do`
    ladder = 0
    base = (0, 0, 0)
    stack: list[tuple[int, int, int]] = []
    terminals = stream.terminals
    for i, terminal in enumerate(terminals):
        if terminal in _CLOSING:
            stack.append(base)
            base = (chain, depth + 1, nest)
            depth += 1
        elif terminal in _PARTNER:
            if not stack:
                continue
            (_, depth, nest), base = base, stack.pop()
            if terminal == "}":
                chain, depth, nest = base
                ladder = ladder if terminals[i + 1] == "else" else 0
        elif terminal not in _COUNTED:
            continue
        elif terminal in (",", ";"):
            chain, depth, nest = base
            ladder = ladder if terminals[i + 1] == "else" else 0
        elif terminal == "else":
            ladder += 1
        elif terminal == ":":
            chain += 1
        elif terminal == "BINARY" or (terminal in _INFIX_OR_PREFIX and terminals[i - 1] in _OPERAND_ENDS):
            chain += 1
            depth = base[1]
        elif terminal in ("?", "=", "ASSIGN", "do"):
            nest += 1
        else:
            depth += 1
        if len(stack) > MAX_BRACKETS or max(chain, ladder) > MAX_CHAIN or depth + nest > MAX_DEPTH + len(stack):
            return stream.tokens[i].span
    return None
