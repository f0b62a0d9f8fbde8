"""How far an entry's lines stand in: four blanks a bracket, and four for a statement below its head."""

from __future__ import annotations

from ..grammar.lexer import pieces
from ..grammar.tokens import PUNCTUATOR
from .entries import CLOSERS, HEADS, More, tokens_of

INDENT = 4


def next_indent(before: str) -> int:
    """How many blanks a new line begins with, behind this text."""
    opened = _open_brackets(before)
    inside = before[opened[-1] + 1 :] if opened else before
    if _wants_statement(inside) and (not opened or before[opened[-1]] == "{"):
        return _indent_of_line(before, len(before)) + INDENT
    return _indent_of_line(before, opened[-1]) + INDENT if opened else _indent_of_line(before, len(before))


def closing_indent(before: str) -> int | None:
    """How many blanks stand before a `}` that is typed behind this text, at the begin of its line; None if it closes
    nothing."""
    opened = _open_brackets(before)
    return _indent_of_line(before, opened[-1]) if opened and before[opened[-1]] == "{" else None


def is_open(text: str) -> bool:
    """Whether a bracket or a comment is open at the end of the text."""
    try:
        tokens_of(text)
    except More:
        return True
    return False


def _wants_statement(text: str) -> bool:
    """Whether the text ends in the head of a statement, such as `if (x)` or `else`."""
    try:
        tokens, partners = tokens_of(text)
    except More:
        return False
    if not tokens:
        return False
    if tokens[-1] in ("else", "do"):
        return True
    begin = partners.get(len(tokens) - 1, 0)
    return tokens[-1] == ")" and begin > 0 and tokens[begin - 1] in HEADS | {"after"}


def _indent_of_line(text: str, position: int) -> int:
    start = text.rfind("\n", 0, position) + 1
    line = text[start:]
    return len(line) - len(line.lstrip(" "))


def _open_brackets(text: str) -> list[int]:
    """Where the brackets stand that are open at the end of the text."""
    opened: list[int] = []
    for kind, start, end in pieces(text):
        piece = text[start:end] if end - start == 1 else ""
        if kind == PUNCTUATOR and piece and piece in "([{":
            opened.append(start)
        elif piece in CLOSERS and opened and text[opened[-1]] == CLOSERS[piece]:
            opened.pop()
    return opened
