"""Colours for what commands show: addresses, names, fields, strings, and what cannot be seen. Text that is not for a
terminal stays as it is."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..paint import Paint

_PIECES = re.compile(
    r'(?P<string>L?"(?:[^"\\]|\\.)*")|(?P<unseen>\?{2,})|(?P<address>\b(?:0x)?[0-9a-f]{8}`[0-9a-f]{8}\b|\b0x[0-9a-f]{16}\b)'
    r"|(?P<routine>\b(?:nt|kernel32|crt|sim|inline|device)!\w+)"
    r"|(?P<constant>\b(?:STATUS|MDL|IRP|DO|FO|SL|FILE|ERROR|PAGE|DRVO|IO_TYPE|METHOD)_[A-Z0-9_]+\b|\b[A-Z]+_LEVEL\b)"
    r"|(?<=\+0x[0-9a-f]{3} )(?P<field>[A-Za-z_][\w.]*)"
)
_CURRENT = (">", "*")  # what stands before the line that is meant


def tinted(text: str, paint: Paint) -> str:
    """Lines of a command's answer in colour."""
    if not paint.on:
        return text
    return "\n".join(_line(line, paint) for line in text.split("\n"))


def _line(line: str, paint: Paint) -> str:
    if line.startswith(_CURRENT):
        return paint("title", line)
    return _PIECES.sub(lambda found: paint(found.lastgroup or "title", found[0]), line)
