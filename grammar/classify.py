"""What an identifier is where it stands: a type, a word of a block, a keyword mistyped, or just a name.

The parser's state decides nearly everything: a typedef name is a type only where the state takes a type. Where that
leaves a choice, a few tokens of lookahead make it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from . import words
from .spell import nearest
from .tokens import IDENTIFIER, Token
from .words import NO_TYPE, SOFT_WORDS, TYPE_NAME

if TYPE_CHECKING:
    from .parser import Parser
    from .tables import Row

NAME = words.IDENTIFIER
# Behind a typedef name at the start of a statement: it is no type there, but a label or a variable of that name.
_NO_TYPE_FOLLOWS = frozenset(("=", ":", ".", "->", "INCDEC", "ASSIGN"))
_IMPLICIT_INT = frozenset((";", "=", ",", "["))
_OPERANDS = frozenset((NAME, "NUMBER", "STRING", "CHARACTER", "UNARY", "sizeof"))
_AFTER_DECLARATOR = frozenset((";", "=", ",", "[", "(", ")"))

_BEFORE_PARENTHESIS = ("if", "while", "for", "switch")
_BEFORE_BRACE = ("do", "else", "__try", "struct", "union", "enum")
_BEFORE_WORD = words.split(
    "return goto case else do typedef struct union enum static const extern volatile register inline "
    "void char short int long signed unsigned"
)
# What cannot follow a name in C, so that the name must be a word mistyped.
_BREAKS = frozenset(
    (NAME, "NUMBER", "STRING", "CHARACTER", "{", "TYPE_WORD", "STRUCT", "enum", "STORAGE", "QUALIFIER", "UNARY")
) | {"sizeof", "if", "while", "for", "do", "return", "goto", "switch", "JUMP", "case"}


def classify(parser: Parser, row: Row, index: int) -> str:
    """The terminal of the identifier at `index`, in a state whose row is given."""
    text = parser.tokens[index].text
    terminals = parser.terminals
    following = terminals[index + 1]
    if parser.names.is_typedef(text):
        if TYPE_NAME in row:
            return NAME if following in _NO_TYPE_FOLLOWS and NAME in row else TYPE_NAME
        return TYPE_NAME if NAME in row and _begins_line_after_brace(parser, index) else NAME
    soft = SOFT_WORDS.get(text)
    if soft is not None and soft[0] in row and _fits(parser, text, soft[1], index):
        return soft[0]
    if following == "(" and "<function>" in row and _is_untyped_function(parser, index):
        return NO_TYPE
    if "else" in row and following in _BREAKS and _correct(parser, index, ("else",)):
        return parser.terminals[index]
    if TYPE_NAME not in row or parser.names.kinds.get(text) is False:
        return NAME
    if "<simple>" in row and _mistyped(parser, index, following):
        return parser.terminals[index]
    return _unknown_type(parser, row, index, following)


def _fits(parser: Parser, text: str, patterns: Iterable[tuple[str, ...]], index: int) -> bool:
    """True if the tokens behind a block's word are what such a word needs, and the place is right."""
    terminals = parser.terminals
    if not any(tuple(terminals[index + 1 : index + 1 + len(pattern)]) == pattern for pattern in patterns):
        return False
    if text == "after":
        closing = parser.partners[index + 1]
        ordinary = parser.names.is_ordinary(text) and terminals[closing + 1] not in _BREAKS
        return parser.block() == "device" and not ordinary
    if text in ("leave", "bool") and parser.names.is_ordinary(text):
        return False
    return text != "leave" or parser.in_try()


def _begins_line_after_brace(parser: Parser, index: int) -> bool:
    """True if a `;` seems to be missing after a struct's body: `}`, then a new line that begins with a type."""
    before = parser.tokens[index - 1]
    return (
        parser.terminals[index - 1] == "}"
        and before.span.line != parser.tokens[index].span.line
        and parser.terminals[index + 1] in (NAME, "*")
    )


def _is_untyped_function(parser: Parser, index: int) -> bool:
    """True for `name(…) {`, a definition without a type (in C of old, an int)."""
    closing = parser.partners[index + 1]
    if closing < 0 or parser.terminals[closing + 1] != "{":
        return False
    return not _keyword_like(parser, index, _BEFORE_PARENTHESIS)


def _unknown_type(parser: Parser, row: Row, index: int, following: str) -> str:
    """TYPE_NAME for a name that must be meant as a type, so that it is an unknown type and not a syntax error."""
    terminals = parser.terminals
    if NAME not in row:
        if "<plain_type>" not in row or "<specifiers>" in row:
            return TYPE_NAME
        implicit = following in _IMPLICIT_INT or (following == "(" and terminals[index + 2] not in ("*", "("))
        return NO_TYPE if implicit else TYPE_NAME
    if following == NAME:
        return TYPE_NAME if "<declaration>" in row else NAME
    if following == ")":
        cast = "<type_name>" in row and terminals[index - 1] == "(" and terminals[index + 2] in _OPERANDS
        return TYPE_NAME if cast and not parser.names.is_ordinary(parser.tokens[index].text) else NAME
    if following != "*":
        return NAME
    end = index + 1
    while terminals[end] in ("*", "QUALIFIER"):
        end += 1
    if terminals[end] in (")", ";") and "<type_name>" in row:
        return TYPE_NAME
    declares = "<declaration>" in row and terminals[end] == NAME and terminals[end + 1] in _AFTER_DECLARATOR
    return TYPE_NAME if declares and not parser.names.is_ordinary(parser.tokens[index].text) else NAME


# ---- mistyped keywords --------------------------------------------------------------------------------------------


def _mistyped(parser: Parser, index: int, following: str) -> bool:
    """True if the name that begins a statement was a keyword mistyped; it is reported, and corrected in the stream."""
    if following == "(":
        closing = parser.partners[index + 1]
        if closing < 0 or parser.terminals[closing + 1] not in _BREAKS:
            return False
        return _correct(parser, index, _BEFORE_PARENTHESIS)
    if following not in _BREAKS:
        return False
    return _correct(parser, index, _BEFORE_BRACE if following == "{" else _BEFORE_WORD)


def _keyword_like(parser: Parser, index: int, candidates: Iterable[str]) -> str:
    """The keyword that the name at `index` is close to, or ""."""
    text = parser.tokens[index].text
    if not text.strip("_").islower() or parser.names.is_ordinary(text) or text in SOFT_WORDS:
        return ""
    return nearest(text, candidates)


def _correct(parser: Parser, index: int, candidates: Iterable[str]) -> bool:
    """Replace a mistyped keyword by the one that was meant, if the parser can take that, and report it."""
    meant = _keyword_like(parser, index, candidates)
    if not meant or not parser.accepts(words.KEYWORDS[meant]):
        return False
    replace_word(parser, index, meant)
    return True


def replace_word(parser: Parser, index: int, meant: str) -> None:
    """Report that a word was meant for a keyword, and read it as that."""
    token = parser.tokens[index]
    parser.error("syntax-error", f"unexpected '{token.text}'; did you mean '{meant}'?", token.span, f"write '{meant}'")
    parser.tokens[index] = Token(IDENTIFIER, meant, token.span)
    parser.terminals[index] = words.KEYWORDS[meant]
