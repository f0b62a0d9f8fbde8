"""Colours of what is typed, line by line.

A line is looked at once: what is known of it is kept by its text, so that a keystroke in a long entry costs one line.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text.base import StyleAndTextTuples
from prompt_toolkit.lexers import Lexer

from ..builtin_names import built_in_names
from ..highlight import roles

MOST_LINES = 4000


class EntryLexer(Lexer):
    """`command_word` gives the word of a command that a line begins with, or nothing."""

    def __init__(self, command_word: Callable[[str], str]) -> None:
        self.command_word = command_word

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        lines = document.lines
        word = self.command_word(lines[0]) if lines[0].strip() else ""
        inside = [False]

        def line(number: int) -> StyleAndTextTuples:
            if number >= len(lines):
                return []
            if number == 0 and word:
                return command_fragments(lines[0], word)
            while len(inside) <= number:
                inside.append(fragments(lines[len(inside) - 1], inside[-1])[1])
            return fragments(lines[number], inside[number])[0]

        return line


def command_fragments(line: str, word: str) -> StyleAndTextTuples:
    """A command: its word, and its arguments as far as they are of the language."""
    end = len(line) - len(line.lstrip()) + len(word)
    return [("class:dma.command", line[:end]), *fragments(line[end:], False)[0]]


@lru_cache(maxsize=MOST_LINES)
def fragments(line: str, inside: bool) -> tuple[StyleAndTextTuples, bool]:
    """A line in its colours, and whether a comment goes on behind it; `inside` if one goes on into it."""
    text = line
    found: StyleAndTextTuples = []
    if inside:
        end = line.find("*/")
        if end < 0:
            return [("class:dma.comment", line)], True
        found.append(("class:dma.comment", line[: end + 2]))
        text = line[end + 2 :]
    at = 0
    role = ""
    for role, start, end in roles(text, built_in_names()):
        if start > at:
            found.append(("", text[at:start]))
        found.append((f"class:dma.{role}", text[start:end]))
        at = end
    if at < len(text):
        found.append(("", text[at:]))
    last = found[-1][1] if role == "comment" else ""
    return found, last.startswith("/*") and (len(last) < 4 or not last.endswith("*/"))
