"""Text of one file to lines of tokens: splices and comments are gone, directives are not yet looked at.

One regular expression makes every token. What is no token of C (a string without an end, a stray character) becomes a
problem token, whose kind is the id of its rule: whoever takes it from a group that is not skipped reports it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .source import Diagnostics, SourceFile, Span
from .tokens import CHARACTER, IDENTIFIER, NUMBER, PUNCTUATOR, STRING, Token

UNCLOSED_STRING = "unclosed-string"
UNCLOSED_COMMENT = "unclosed-comment"
STRAY = "stray-character"
PROBLEMS = frozenset((UNCLOSED_STRING, UNCLOSED_COMMENT, STRAY))

_PREFIX = "(?:L|u8?|U)?"
# The alternatives stand in the order of frequency. Possessive repeats keep each linear in the length of the text.
_TOKEN = re.compile(
    rf"""[ \t\f\v]*+(?:
    ((?!{_PREFIX}["'])[A-Za-z_][A-Za-z0-9_]*+)
  | ([(){{}}\[\];,~?:@]|-[>=-]?|[*%^!=]=?|\.\.\.|\.(?![0-9])|\+[+=]?|&[&=]?|\|[|=]?|<(?:<=?|=)?|>(?:>=?|=)?
    |\#\#?|/(?![/*])=?)
  | (\n[ \t\f\v\n]*+)
  | (0[xX][0-9A-Za-z_.]*+(?:'[0-9A-Za-z_.]++)*+
    |\.?[0-9](?:[eEpP][+-]|[0-9A-Za-z_.])*+(?:'[0-9A-Za-z_.]++)*+)
  | (//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/)
  | ({_PREFIX}"(?:[^"\\\n]++|\\.)*+")
  | ({_PREFIX}'(?:[^'\\\n]++|\\.)*+')
  | ({_PREFIX}["'][^\n]*+)
  | (/\*(?s:.*))
  | ([^\t-\r\x20-\x23\x25-\x5b\x5d-\x5f\x61-\x7e]++)
    )""",
    re.VERBOSE,
)
_KINDS = ("", IDENTIFIER, PUNCTUATOR, "", NUMBER, "", STRING, CHARACTER, UNCLOSED_STRING, UNCLOSED_COMMENT, STRAY)
_NEWLINE = 3
_COMMENT = 5
_UNCLOSED = 8

COMMENT = "comment"
NEWLINE = "newline"
_PIECES = ("", IDENTIFIER, PUNCTUATOR, NEWLINE, NUMBER, COMMENT, STRING, CHARACTER, *_KINDS[_UNCLOSED:])

# How to write what word processors and web pages make of C.
_STRAY_HELP = {
    "\u2018": "write a straight quote ' instead",
    "\u2019": "write a straight quote ' instead",
    "\u201c": 'write a straight quote " instead',
    "\u201d": 'write a straight quote " instead',
    "\u201e": 'write a straight quote " instead',
    "\u2010": "write a hyphen - instead",
    "\u2011": "write a hyphen - instead",
    "\u2012": "write a minus sign - instead",
    "\u2013": "write a minus sign - instead",
    "\u2014": "write a minus sign - instead",
    "\u2212": "write a minus sign - instead",
    "\u00a0": "this is a non-breaking space: replace it with an ordinary one",
    "\u200b": "this is an invisible space: delete it",
    "\ufeff": "this is a byte order mark inside the text: delete it",
    "\u00d7": "write * instead",
    "\u2026": "write three dots instead",
    "\u037e": "this is a Greek question mark: write ; instead",
    "\\": "a backslash joins two lines only as the last character of its line: delete what follows it",
}


class _OpenSpan:
    __slots__ = ("file", "line", "column", "end_line", "end_column", "macro")

    def __init__(self, file: str, line: int, column: int, end_line: int, end_column: int) -> None:
        self.file = file
        self.line = line
        self.column = column
        self.end_line = end_line
        self.end_column = end_column
        self.macro = ""
        self.__class__ = Span  # type: ignore[assignment]


class _OpenToken:
    __slots__ = ("kind", "text", "span")

    def __init__(self, kind: str, text: str, span: Span) -> None:
        self.kind = kind
        self.text = text
        self.span = span
        self.__class__ = Token  # type: ignore[assignment]


# A frozen dataclass sets each field by object.__setattr__, which costs five times the rest of making it. These two fill
# an object of the same layout and then turn it into the frozen class.
make_span: type[Span] = _OpenSpan  # type: ignore[assignment]
make_token: type[Token] = _OpenToken  # type: ignore[assignment]


def lex(source: SourceFile) -> Iterator[list[Token]]:
    """The logical lines of a file that hold a token, each as its tokens."""
    text, starts = _unsplice(source.text)
    file = source.name
    line, line_start, next_start = 1, 0, starts[1]
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text):
        group = match.lastindex
        if group == _NEWLINE:
            if tokens:
                yield tokens
                tokens = []
            continue
        if group == _COMMENT or group is None:
            continue
        start, end = match.span(group)
        while start >= next_start:
            line_start = next_start
            line += 1
            next_start = starts[line]
        if end < next_start:
            span = make_span(file, line, start - line_start + 1, line, end - line_start + 1)
        else:
            span = _span_over_lines(file, starts, line, start, end)
        tokens.append(make_token(_KINDS[group], match[group], span))
        if group == _UNCLOSED:
            tokens += _tail_of_unclosed(tokens.pop(), tokens)
    if tokens:
        yield tokens


def pieces(text: str) -> Iterator[tuple[str, int, int]]:
    """What a text consists of, comments and ends of lines too, as kind, start and end: for who colours it, or asks
    whether more must follow. A backslash that joins two lines is a stray character here."""
    for match in _TOKEN.finditer(text):
        group = match.lastindex
        if group is not None:
            yield _PIECES[group], *match.span(group)


def token_kind(text: str) -> str:
    """The kind of token that the text makes as a whole, or "" if it is none or several."""
    match = _TOKEN.match(text)
    if match is None or match.lastindex is None or match[match.lastindex] != text:
        return ""
    kind = _KINDS[match.lastindex]
    return "" if kind in PROBLEMS else kind


def _unsplice(text: str) -> tuple[str, list[int]]:
    """The text without its backslash-newlines, and the offset in it at which each line of the file starts.

    A newline is added, so that every blank is followed by something; a last start lies beyond every offset.
    """
    starts = [0]
    size = 0
    if "\\\n" not in text:
        for line in text.split("\n"):
            size += len(line) + 1
            starts.append(size)
        starts[-1] = size + 2
        return text + "\n", starts
    parts = []
    for line in text.split("\n"):
        part = line[:-1] if line.endswith("\\") else line + "\n"
        parts.append(part)
        size += len(part)
        starts.append(size)
    if text.endswith("\\"):
        parts.append("\\\n")  # a backslash that ends the file joins nothing
    starts[-1] = size + 4
    return "".join(parts), starts


def _span_over_lines(file: str, starts: list[int], line: int, start: int, end: int) -> Span:
    """The span of a token that is cut by a splice, or that runs over lines (an unclosed comment)."""
    last = line
    while end > starts[last]:
        last += 1
    return Span(file, line, start - starts[line - 1] + 1, last, end - starts[last - 1] + 1)


def _tail_of_unclosed(token: Token, before: list[Token]) -> list[Token]:
    """The token without the `);` that it ran over, and these: most often only the quote is forgotten."""
    text = token.text.rstrip("); \t")
    span = token.span
    if len(text) < 2 or span.line != span.end_line:
        return [token]
    column = span.column + len(text)
    tokens = [Token(token.kind, text, Span(span.file, span.line, span.column, span.line, column))]
    for offset, character in enumerate(token.text[len(text) :]):
        if character in ");":
            at = column + offset
            tokens.append(Token(PUNCTUATOR, character, Span(span.file, span.line, at, span.line, at + 1)))
    return tokens


def report_problem(token: Token, diagnostics: Diagnostics) -> Token | None:
    """Says what is wrong with a problem token; returns a sound token to go on with, if one can be guessed."""
    span = token.span
    if token.kind == UNCLOSED_COMMENT:
        start = Span(span.file, span.line, span.column, span.line, span.column + 2)
        diagnostics.error(UNCLOSED_COMMENT, "this comment has no end", start, "close it with */")
        return None
    if token.kind == UNCLOSED_STRING:
        return _report_unclosed(token, diagnostics)
    import unicodedata  # half a megabyte that sound scripts need not load

    first = token.text[0]
    name = f"U+{ord(first):04X}"
    shown = f'"{first}" ({name})' if first.isprintable() else name
    if first > "\x7f" and (title := unicodedata.name(first, "")):
        shown += f", {title.lower()},"
    message = f"stray character {shown} is no part of C"
    diagnostics.error(STRAY, message, span, _STRAY_HELP.get(first, "outside strings and comments, C is plain ASCII"))
    return None


def _report_unclosed(token: Token, diagnostics: Diagnostics) -> Token:
    span = token.span
    quote = '"' if '"' in token.text[:3] and token.text.lstrip("LuU8")[0] == '"' else "'"
    at = span.column + token.text.index(quote)
    where = Span(span.file, span.line, at, span.line, at + 1)
    if quote == '"':
        diagnostics.error(UNCLOSED_STRING, "this string has no closing quote on its line", where, 'close it with "')
        return Token(STRING, token.text.rstrip("\\") + '"', span)
    diagnostics.error(UNCLOSED_STRING, "this character has no closing quote on its line", where, "close it with '")
    return Token(NUMBER, "0", span)
