"""Lines of a script with marks under them.

A mark is a range of columns in one line, counted in characters from 1; under the line it becomes `^^^` (the line at
fault) or `---` (what set it up), as wide as the text is when shown. Nothing that a script contains reaches the terminal
as a control character, and a line too long for a screen is cut around its mark.
"""

from __future__ import annotations

import unicodedata

from .paint import PLAIN, Paint

TAB_STOP = 4
TO_THE_END = 1 << 29  # the end column of a mark that goes on in the next line is at least this
LONGEST_LINE = 160
_BEFORE_MARK = 60
_AROUND_MARK = 1024  # characters of a very long line that are looked at, on either side
_CUT = "..."


class Mark:
    """One range to point at, and what to say behind it."""

    __slots__ = ("line", "column", "end_column", "label", "primary")

    def __init__(self, line: int, column: int, end_column: int, label: str = "", primary: bool = False) -> None:
        self.line = line
        self.column = column
        self.end_column = end_column
        self.label = label
        self.primary = primary


def printable(text: str) -> str:
    """The text with everything that would move a cursor, or hide or reorder text, replaced by U+FFFD."""
    if text.isascii() and text.isprintable():
        return text
    return "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in text)


def width(character: str) -> int:
    """How many cells of a terminal one character takes."""
    if character < "\x7f":
        return 1
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def display_width(text: str) -> int:
    return len(text) if text.isascii() else sum(map(width, text))


def excerpt(lines: list[str], marks: list[Mark], gutter: int, paint: Paint = PLAIN) -> list[str]:
    """The marked lines in order, each followed by its marks; `gutter` is the width of the widest line number."""
    drawn: list[str] = []
    shown, window = 0, _Window()
    for mark in sorted(marks, key=lambda m: (m.line, m.column, m.end_column)):
        if mark.line != shown:
            window = _Window()
        before = window.cells
        cells, start, length = _lay_out(_line(lines, mark.line), mark, window)
        if mark.line != shown or cells != before:  # another part of a long line
            drawn.append(f"{paint('gutter', f'{mark.line:>{gutter}} |')} {cells}".rstrip())
            shown = mark.line
        under = ("^" if mark.primary else "-") * length + (f" {printable(mark.label)}" if mark.label else "")
        role = "error" if mark.primary else "secondary"
        drawn.append(f"{paint('gutter', ' ' * gutter + ' |')} {' ' * start}{paint(role, under)}")
    return drawn


def _line(lines: list[str], number: int) -> str:
    return lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else ""


class _Window:
    """The part of a line that is shown: `left` is its first cell, None before anything of the line was shown."""

    __slots__ = ("left", "cells")

    def __init__(self) -> None:
        self.left: int | None = None
        self.cells = ""


def _lay_out(text: str, mark: Mark, window: _Window) -> tuple[str, int, int]:
    """The line as it is shown, the cell at which its mark begins, and the cells that the mark takes (at least one).
    A mark that lies in the window of the one before it shares that window."""
    whole = text
    text, mark = _around(text, mark)
    if text is not whole:
        window.left = None  # cells are counted from elsewhere
    cells, edges = _expand(text)
    first = edges[min(max(mark.column - 1, 0), len(edges) - 1)]
    last = edges[min(max(_end_of(text, mark) - 1, 0), len(edges) - 1)]
    length = max(last - first, 1)
    if edges[-1] <= LONGEST_LINE:
        window.cells = cells
        return cells, first, length
    if window.left is None or first >= window.left + LONGEST_LINE:
        window.left = max(first - _BEFORE_MARK, 0)
    window.cells, start, length = _cut(cells, first, length, window.left)
    return window.cells, start, length


def _end_of(text: str, mark: Mark) -> int:
    """The column behind a mark; one that goes on in the next line ends here with the code, before a comment."""
    if mark.end_column < TO_THE_END:
        return mark.end_column
    return mark.column + len(text[mark.column - 1 :].partition("//")[0].rstrip())


def _around(text: str, mark: Mark) -> tuple[str, Mark]:
    """The part of a very long line that can be seen around its mark, and the mark in it: a line may have megabytes."""
    if len(text) <= 4 * _AROUND_MARK:
        return text, mark
    skipped = max(min(mark.column - 1, len(text)) - _AROUND_MARK, 0)
    moved = Mark(mark.line, mark.column - skipped, mark.end_column - skipped, mark.label, mark.primary)
    return text[skipped : skipped + 2 * _AROUND_MARK], moved


def _expand(text: str) -> tuple[str, list[int]]:
    """The text with tabs as spaces, and the cell at which each of its characters begins (and the last one ends)."""
    shown: list[str] = []
    edges = [0]
    for original, character in zip(text, printable(text.replace("\t", " ")), strict=True):
        cell = edges[-1]
        size = TAB_STOP - cell % TAB_STOP if original == "\t" else width(character)
        shown.append(" " * size if original == "\t" else character)
        edges.append(cell + size)
    return "".join(shown), edges


def _cut(cells: str, first: int, length: int, left: int) -> tuple[str, int, int]:
    """A window of a long line that holds the beginning of its mark."""
    window: list[str] = []
    cell = skipped = 0
    for character in cells:
        if cell < left:
            skipped = cell + width(character)
        elif cell < left + LONGEST_LINE:
            window.append(character)
        cell += width(character)
    head = _CUT if left else ""
    tail = _CUT if cell > left + LONGEST_LINE else ""
    start = first - skipped + len(head)
    return head + "".join(window) + tail, start, min(length, LONGEST_LINE - start)
