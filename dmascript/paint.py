"""Colour for text that goes to a terminal, and its absence everywhere else.

A Paint turns (role, text) into text. PLAIN changes nothing: what is drawn with it is what files, pipes and tests see.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

_CODES = {
    "error": "1;31",
    "leak": "1;35",
    "warning": "1;33",
    "note": "1;36",
    "title": "1",
    "gutter": "1;34",
    "secondary": "1;34",
    "help": "1;32",
    "stop": "1;37;44",
    # Of middle brightness, so that they read on dark and on light.
    "address": "38;5;30",
    "routine": "38;5;32",
    "constant": "38;5;130",
    "field": "38;5;62",
    "string": "38;5;28",
    "unseen": "38;5;243",
}


class Paint:
    """Wraps text in the escape sequence of its role, if it is on."""

    __slots__ = ("on",)

    def __init__(self, on: bool) -> None:
        self.on = on

    def __call__(self, role: str, text: str) -> str:
        if not self.on or not text:
            return text
        return f"\x1b[{_CODES[role]}m{text}\x1b[0m"


PLAIN = Paint(False)


def wants_colour(stream: TextIO, environ: Mapping[str, str], refused: bool = False) -> bool:
    """Whether text on this stream is coloured: the option, NO_COLOR, FORCE_COLOR, then whether it is a terminal."""
    if refused or environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and environ.get("TERM") != "dumb" and _understands_escapes()


def _understands_escapes() -> bool:
    """A Windows console shows escape sequences only after it was asked to; other terminals always do."""
    if os.name != "nt":
        return True
    try:
        import ctypes

        kernel32 = ctypes.windll.kernel32  # type: ignore[attr-defined, unused-ignore]
        handle = kernel32.GetStdHandle(-12)
        mode = ctypes.c_ulong()
        if not kernel32.GetConsoleMode(handle, ctypes.byref(mode)):
            return False
        return bool(kernel32.SetConsoleMode(handle, mode.value | 0x0004))
    except (ImportError, AttributeError, OSError):
        return False
