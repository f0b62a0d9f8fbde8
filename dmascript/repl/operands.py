"""What stands around the cursor, by its words and brackets alone: the operand before it, and the call that it is in."""

from __future__ import annotations

from ..grammar.lexer import COMMENT, NEWLINE, pieces
from ..grammar.tokens import IDENTIFIER
from ..grammar.words import KEYWORDS


class Call:
    """The call in whose brackets the cursor stands: what is called, and which argument is being written, from 0."""

    __slots__ = ("name", "argument")

    def __init__(self, name: str, argument: int) -> None:
        self.name = name
        self.argument = argument


def call_around(before: str) -> Call | None:
    """The call whose arguments are being written at the end of this text."""
    text = _last_statement(before)
    opened: list[tuple[str, str, int]] = []  # bracket, the name before it, commas behind it
    name = ""
    for kind, start, end in pieces(text):
        piece = text[start:end]
        if kind in (NEWLINE, COMMENT):
            continue
        if piece in ("(", "["):
            opened.append((piece, name if piece == "(" else "", 0))
        elif piece in (")", "]"):
            if opened:
                opened.pop()
        elif piece == "," and opened:
            bracket, called, commas = opened[-1]
            opened[-1] = bracket, called, commas + 1
        name = piece if kind == IDENTIFIER and piece not in KEYWORDS else ""
    calls = [Call(called, commas) for _, called, commas in opened if called]
    return calls[-1] if calls else None


def last_operand(text: str) -> str:
    """The operand that ends the text, with what is applied to it: `irp->Tail`, `f(a)[2]`, `((PMDL)p)`."""
    text = _last_statement(text)
    found = [(kind, text[start:end], start) for kind, start, end in pieces(text) if kind not in (NEWLINE, COMMENT)]
    first = len(text)
    at = len(found) - 1
    wanted = True  # whether an operand is still to come, going backwards
    while at >= 0:
        kind, piece, start = found[at]
        if wanted and piece in (")", "]"):
            at = _opening(found, at)
            if at < 0:
                return ""
            before = found[at - 1] if at else ("", "", 0)
            called = before[0] == IDENTIFIER and before[1] not in KEYWORDS
            wanted = piece == "]" or called or before[1] in (")", "]")
            first = found[at][2]
        elif wanted and kind == IDENTIFIER and piece not in KEYWORDS:
            first, wanted = start, False
        elif not wanted and piece in ("->", "."):
            wanted = True
        else:
            break
        at -= 1
    return "" if wanted else text[first:].strip()


def _last_statement(text: str) -> str:
    return text[max(text.rfind(";"), text.rfind("{"), text.rfind("}")) + 1 :]


def _opening(found: list[tuple[str, str, int]], at: int) -> int:
    """The index of the bracket that the one at this index closes, -1 if there is none."""
    depth = 0
    for index in range(at, -1, -1):
        piece = found[index][1]
        depth += (piece in (")", "]")) - (piece in ("(", "["))
        if depth == 0:
            return index
    return -1
