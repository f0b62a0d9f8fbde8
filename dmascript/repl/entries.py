"""Where an entry of the session ends: a command is one line, and code goes on while something of it is open.

Only words and brackets are looked at, so that an answer takes no time. Code that is wrong counts as complete: the
checker says better what is wrong with it than a prompt that asks for more.
"""

from __future__ import annotations

import re

from ..grammar.lexer import COMMENT, NEWLINE, STRAY, UNCLOSED_COMMENT, UNCLOSED_STRING, pieces
from ..grammar.words import KEYWORDS
from ..grammar.words import split as split_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    IsCommand = Callable[[str], bool]

CLOSERS = {")": "(", "]": "[", "}": "{"}
HEADS = frozenset(("if", "while", "for", "switch"))
_TRIES = frozenset(("__try", "_try", "try"))
_EXCEPTS = frozenset(("__except", "_except", "except"))
_FINALLIES = frozenset(("__finally", "_finally", "finally"))
_AGGREGATES = frozenset(("struct", "union", "enum"))
_BLOCKS = frozenset(("device", "driver", "process"))
# An entry that ends in one of these has not said all; `++`, `--` and brackets may end one.
_GOES_ON = split_words("+ - * / % & | ^ ~ ! < > <= >= == != << >> && || = += -= *= /= %= &= |= ^= <<= >>= , . -> ?")
_NO_TYPE = frozenset(("return", "goto", "case", "else", "sizeof", "do", "break", "continue"))


_PROMPT = re.compile(r"(?:dma|dead|\d+: kd|\.\.\.)> ?")


class More(Exception):
    """Something must follow."""


def is_complete(text: str) -> bool:
    """Whether the code can be run as it stands, or is wrong whatever follows."""
    joined = text.rstrip(" \t")
    if joined.endswith("\\"):
        return False
    return _walk(text) is not None


def may_go_on(text: str) -> bool:
    """Whether complete code ends in an `if` that an `else` could follow."""
    walked = _walk(text)
    return walked is not None and walked.lacks_else


def _walk(text: str) -> _Statements | None:
    """What has walked over all statements of a text; None if something must follow."""
    try:
        statements = _Statements(*tokens_of(text))
        index = 0
        while statements.at(index):
            index = statements.statement(index)
    except More:
        return None
    except RecursionError:  # deeper than anything that the checker takes
        return _Statements([], {})
    return statements


def says_nothing(text: str) -> bool:
    """Whether a text holds comments alone."""
    return all(kind in (NEWLINE, COMMENT) for kind, _, _ in pieces(text))


def begins_with_else(line: str) -> bool:
    return next((line[start:end] for kind, start, end in pieces(line) if kind != NEWLINE), "") == "else"


def split(lines: Iterable[str], is_command: IsCommand) -> Iterator[str]:
    """The entries in lines of text, in turn; each line is asked for only when the entries before it were taken, but for
    the one behind an `if`."""
    open_lines: list[str] = []
    after_if = False
    for line in lines:
        if after_if and not (begins_with_else(line) or not line.strip()):
            yield "\n".join(open_lines)
            open_lines, after_if = [], False
        if not open_lines and (not line.strip() or is_command(line)):
            if line.strip():
                yield line.strip()
            continue
        open_lines.append(line.rstrip("\r"))
        text = "\n".join(open_lines)
        after_if = may_go_on(text)
        if not after_if and is_complete(text):
            yield text
            open_lines = []
    if open_lines:
        yield "\n".join(open_lines).rstrip()


def without_prompts(text: str) -> str:
    """What was typed, of a piece of a session that was copied with its prompts and answers."""
    lines = text.split("\n")
    if not _PROMPT.match(lines[0]):
        return text
    return "\n".join(line[found.end() :] for line in lines if (found := _PROMPT.match(line)))


def tokens_of(text: str) -> tuple[list[str], dict[int, int]]:
    """The tokens without comments and directives, and for each bracket where its partner stands. Raises More if
    something is open."""
    text = text.replace("\\\n", "  ")
    tokens: list[str] = []
    opened: list[int] = []
    partners: dict[int, int] = {}
    conditions = 0
    directive = begins = False
    fresh = True  # at the begin of a line
    for kind, start, end in pieces(text):
        if kind == NEWLINE:
            fresh, directive = True, False
            continue
        if kind == UNCLOSED_COMMENT:
            raise More
        if kind == COMMENT:
            continue
        piece = text[start:end]
        if kind in (UNCLOSED_STRING, STRAY) and not directive:
            return [], {}
        if directive:
            if begins:
                conditions += piece in ("if", "ifdef", "ifndef")
                conditions -= piece == "endif"
            begins = False
            continue
        if fresh and piece == "#":
            directive = begins = True
            continue
        fresh = False
        if piece in ("(", "[", "{"):
            opened.append(len(tokens))
        elif piece in CLOSERS:
            if not opened or tokens[opened[-1]] != CLOSERS[piece]:
                return [], {}
            partner = opened.pop()
            partners[partner] = len(tokens)
            partners[len(tokens)] = partner
        tokens.append(piece if kind not in ("string", "character") else '""')
    if opened or conditions > 0:
        raise More
    return tokens, partners


class _Statements:
    """Walks over whole statements; raises More at one whose end is missing."""

    def __init__(self, tokens: list[str], partners: dict[int, int]) -> None:
        self.tokens = tokens
        self.partners = partners
        self.lacks_else = False

    def at(self, index: int) -> str:
        return self.tokens[index] if index < len(self.tokens) else ""

    def statement(self, index: int) -> int:
        """The index behind the statement that begins here."""
        word = self.at(index)
        if not word:
            raise More
        following = self.at(index + 1)
        if word == "{":
            return self.partners[index] + 1
        if word in HEADS or (word == "after" and following == "("):
            if not following:
                raise More
            if following != "(":
                return self.simple(index)
            return self._else(self.statement(self.partners[index + 1] + 1), word)
        if word == "else":
            return self.statement(index + 1)
        if word == "do" and following != "(":
            return self._do(index)
        if word in _TRIES and following in ("{", ""):
            return self._handlers(self.statement(index + 1))
        return self.simple(index)

    def _else(self, index: int, word: str) -> int:
        if word == "if" and self.at(index) == "else":
            return self.statement(index + 1)
        self.lacks_else = self.lacks_else or (word == "if" and index == len(self.tokens))
        return index

    def _do(self, index: int) -> int:
        index = self.statement(index + 1)
        if not self.at(index) or (self.at(index) == "while" and not self.at(index + 1)):
            raise More
        if self.at(index) != "while" or self.at(index + 1) != "(":
            return index
        index = self.partners[index + 1] + 1
        return index + (self.at(index) == ";")

    def _handlers(self, index: int) -> int:
        word = self.at(index)
        if not word:
            raise More
        if word in _FINALLIES:
            return self.statement(index + 1)
        if word in _EXCEPTS and self.at(index + 1) in ("(", ""):
            if not self.at(index + 1):
                raise More
            return self.statement(self.partners[index + 1] + 1)
        return index

    def simple(self, first: int) -> int:
        """The index behind a declaration, an expression, a function or a block."""
        index = first
        assigned = aggregate = bodied = False
        while index < len(self.tokens):
            token = self.tokens[index]
            if token == ";":
                return index + 1
            if token == "{":
                before = self.tokens[index - 1] if index > first else ""
                if not (assigned or (aggregate and before != ")")):
                    return self.partners[index] + 1
                bodied = True
            assigned = assigned or token == "="
            aggregate = aggregate or token in _AGGREGATES
            index = self.partners[index] + 1 if token in ("(", "[", "{") else index + 1
        if self._lacks_something(first, aggregate and bodied):
            raise More
        return index

    def _lacks_something(self, first: int, needs_semicolon: bool) -> bool:
        last = self.tokens[-1]
        if last in _GOES_ON or (last == "}" and needs_semicolon):
            return True
        if self.tokens[first] in _BLOCKS and len(self.tokens) == first + 2:
            return _is_name(last)
        return last == ")" and self._is_function_head(first)

    def _is_function_head(self, first: int) -> bool:
        """Whether what ends in `)` is `type name(...)`, whose body is still to come."""
        name = self.partners[len(self.tokens) - 1] - 1
        words = self.tokens[first:name]
        if not words or not _is_name(self.tokens[name]) or words[0] in _NO_TYPE:
            return False
        if not all(word == "*" or _is_word(word) for word in words):
            return False
        return words[-1] != "*" or len(words) > 2 or _looks_like_type(words[0])


def _is_word(token: str) -> bool:
    return token.isidentifier()


def _is_name(token: str) -> bool:
    return token.isidentifier() and token not in KEYWORDS


def _looks_like_type(word: str) -> bool:
    return word in KEYWORDS or word.isupper() or word.endswith("_t")

