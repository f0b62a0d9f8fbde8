"""What the parser does at a syntax error: say it in a C programmer's words, mend it if one token does, else skip.

A mend reads a token that is missing (`;`, a bracket) or takes a word for the keyword that it was meant for. Where none
helps, the parser pops to a state that can take a broken operand or a broken statement, and skips what belongs to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import words
from .classify import replace_word
from .source import Note, Span
from .spell import nearest
from .tokens import PUNCTUATOR, Token
from .words import BROKEN, BROKEN_ITEM, END

if TYPE_CHECKING:
    from .parser import Parser

_CLOSERS = {"(": ")", "[": "]"}
_OPERATORS = frozenset(("BINARY", "ASSIGN", "INCDEC", "?", "=", "[", "(", ".", "->", *"*&+-"))
_STARTS = words.split("if else while for do switch case default return goto JUMP __try STRUCT enum STORAGE TYPE_WORD")
_HEADS = frozenset(("if", "while", "for", "switch", "after"))
_GOES_ON = frozenset(("else", "__except", "__finally"))
_STOPS = frozenset((";", ",", ")", "]", "}", END))
_EXPRESSION = words.split("NUMBER CHARACTER STRING IDENTIFIER UNARY INCDEC ( sizeof ALIGNOF VA_ARG OFFSETOF * & + -")
_TYPE = words.split("TYPE_WORD TYPE_NAME NO_TYPE STORAGE QUALIFIER ALIGN STRUCT enum")
_MAX_MENDS = 3  # at one place
_LONGEST = 40  # characters of a statement that a message quotes


def recover(parser: Parser) -> bool:
    """Report the error at the parser's place and get it going again; False to give up."""
    terminal = parser.terminals[parser.index]
    if parser.stuck_at == parser.index and terminal != BROKEN_ITEM:
        return _skip_statement(parser)
    if terminal == "ALIGN":  # an alignment where none has a meaning
        parser.index += 1
        return True
    return _mend(parser, terminal) or _panic(parser, terminal)


# ---- mending ------------------------------------------------------------------------------------------------------


def _mend(parser: Parser, terminal: str) -> bool:
    """True if the parser can go on with one token more, or one changed."""
    place, count = parser.mends
    parser.mends = (parser.index, count + 1 if place == parser.index else 1)
    return parser.mends[1] <= _MAX_MENDS and (
        _close_missing(parser, terminal)
        or _mistyped_word(parser, terminal)
        or _missing_semicolon(parser, terminal)
        or _missing_bracket(parser, terminal)
        or _missing_word(parser, terminal)
    )


def _close_missing(parser: Parser, terminal: str) -> bool:
    """The `)` of a `(` that was missing and reported as such."""
    if not parser.missing_open or not parser.accepts(")", terminal):
        return False
    parser.missing_open -= 1
    parser.feed(")", Token(PUNCTUATOR, ")", _behind(parser.tokens[parser.index - 1].span)))
    return True


def _mistyped_word(parser: Parser, terminal: str) -> bool:
    text = parser.tokens[parser.index].text
    if terminal != words.IDENTIFIER or not text.strip("_").islower():
        return False
    fitting = [word for word, kind in words.KEYWORDS.items() if kind in parser.rows[parser.states[-1]]]
    meant = nearest(text, [word for word in fitting if parser.accepts(words.KEYWORDS[word])])
    if not meant:
        return False
    replace_word(parser, parser.index, meant)
    return True


def _missing_semicolon(parser: Parser, terminal: str) -> bool:
    if parser.index == 0 or not parser.accepts(";"):
        return False
    before, here = parser.tokens[parser.index - 1], parser.tokens[parser.index]
    if terminal == words.IDENTIFIER:
        follows = parser.accepts(";", words.IDENTIFIER) or parser.accepts(";", words.TYPE_NAME)
    else:
        follows = parser.accepts(";", terminal)
    new_line = before.span.end_line != here.span.line
    begins = terminal in _STARTS or (terminal == words.IDENTIFIER and parser.terminals[parser.index - 1] != terminal)
    if not follows or not (new_line or begins or terminal in ("}", END)):
        return False
    message = f"expected ';' after '{_statement_text(parser)}'"
    parser.error("missing-semicolon", message, _behind(before.span), "add a ';'")
    parser.feed(";", Token(PUNCTUATOR, ";", _behind(before.span)))
    parser.mended = parser.index
    return True


def _missing_bracket(parser: Parser, terminal: str) -> bool:
    """A `)` or `]` that is not there: reported at the bracket that it would close."""
    opener = _unclosed_bracket(parser)
    if opener < 0:
        return False
    closer = _CLOSERS[parser.terminals[opener]]
    before = parser.tokens[parser.index - 1].span
    if not parser.accepts(closer, terminal):
        return False
    span = parser.tokens[opener].span
    note = Note(f"expected '{closer}' here", _behind(before))
    message = f"this '{parser.terminals[opener]}' is never closed"
    parser.error("missing-bracket", message, span, f"add a '{closer}'", (note,))
    parser.partners[opener] = opener
    parser.feed(closer, Token(PUNCTUATOR, closer, _behind(before)))
    return True


def _unclosed_bracket(parser: Parser) -> int:
    """The place of the innermost `(` or `[` before this one that is never closed, or -1."""
    place = parser.index - 1
    while place >= 0:
        terminal = parser.terminals[place]
        if terminal in ("{", ";") and parser.partners[place] < 0:
            return -1
        if terminal in _CLOSERS and parser.partners[place] < 0:
            return place
        if terminal in (")", "]", "}") and 0 <= parser.partners[place] < place:
            place = parser.partners[place]
        place -= 1
    return -1


def _missing_word(parser: Parser, terminal: str) -> bool:
    """The only thing that fits is not there, but what follows it is: `(` after `if`, `while` after a do's body."""
    expected = set(_expected(parser))
    if "BINARY" in expected:
        expected -= _OPERATORS | {"BINARY", "STRING"}
    word = expected.pop()
    if expected or word.isupper() or word in (";", ")", "]", "}") or not parser.accepts(word, terminal):
        return False
    before = parser.tokens[parser.index - 1]
    after = _statement_text(parser) if word == ":" else before.text
    parser.error("syntax-error", f"expected '{word}' after '{after}'", _behind(before.span), f"add a '{word}'")
    parser.feed(word, Token(PUNCTUATOR, word, _behind(before.span)))
    if word == "(":
        parser.missing_open += 1
    return True


def _behind(span: Span) -> Span:
    """One column, right behind a token."""
    return Span(span.file, span.end_line, span.end_column, span.end_line, span.end_column + 1, span.macro)


def _statement_text(parser: Parser) -> str:
    """The statement up to here, as it was written but for spaces; its last token if that is long."""
    place, first = parser.index - 1, parser.index - 1
    while place >= max(parser.mended, 0) and parser.terminals[place] not in (";", "{", "}", "else", "do"):
        partner = parser.partners[place]
        if parser.terminals[place] in (")", "]") and 0 <= partner < place:
            if parser.terminals[partner - 1] in _HEADS:
                break
            place = partner
        elif parser.terminals[place] in ("(", "["):
            break
        first = place
        place -= 1
    text, end = "", parser.tokens[first].span
    for token in parser.tokens[first : parser.index]:
        apart = token.span.line != end.end_line or token.span.column > end.end_column
        text += (" " if text and apart else "") + token.text
        end = token.span
    return text if len(text) <= _LONGEST else parser.tokens[parser.index - 1].text


# ---- skipping -----------------------------------------------------------------------------------------------------


def _panic(parser: Parser, terminal: str) -> bool:
    """Report what cannot be mended, and skip what belongs to it."""
    opener = _unclosed_bracket(parser)
    if opener >= 0:
        bracket = parser.terminals[opener]
        message = f"this '{bracket}' is never closed"
        parser.error("missing-bracket", message, parser.tokens[opener].span, f"add a '{_CLOSERS[bracket]}'")
    else:
        parser.error(*_unexpected(parser, terminal), parser.tokens[parser.index].span)
    parser.be_quiet()
    return _skip_operand(parser) or _skip_statement(parser)


def _skip_operand(parser: Parser) -> bool:
    """Take a Broken operand for what stands here up to a `,` or closing bracket, if the parser can go on there."""
    stop = _operand_end(parser)
    for depth in range(len(parser.states), 0, -1):
        if parser.accepts(BROKEN_ITEM, depth=depth):
            return False
        if parser.accepts(BROKEN, parser.terminals[stop], depth=depth):
            _put_broken(parser, BROKEN, depth, stop)
            return True
    return False


def _operand_end(parser: Parser) -> int:
    place = parser.index
    while parser.terminals[place] not in _STOPS:
        partner = parser.partners[place]
        place = partner + 1 if partner > place else place + 1
    return place


def _skip_statement(parser: Parser) -> bool:
    """Take a Broken item for the statement, declaration or member around this place."""
    at_end = parser.terminals[parser.index] == END
    wanted = (BROKEN_ITEM, END) if at_end else (BROKEN_ITEM,)
    for depth in range(len(parser.states), 0, -1):
        if parser.accepts(*wanted, depth=depth):
            break
    else:
        return False
    region = parser.firsts[depth - 1] if depth - 1 < len(parser.firsts) else parser.index
    stop = _statement_end(parser, region)
    if stop == parser.index and not at_end and (stop == region or parser.stuck_at == stop):
        stop = max(stop, parser.partners[stop]) + 1
    _put_broken(parser, BROKEN_ITEM, depth, stop)
    if parser.terminals[stop - 1] in (";", "}"):
        parser.quiet = min(parser.quiet, 1)
    return True


def _statement_end(parser: Parser, region: int) -> int:
    """The place behind the statement that begins at `region` and went wrong at the parser's index."""
    terminals, partners = parser.terminals, parser.partners
    place = max([parser.index, *(partners[i] + 1 for i in range(region, parser.index) if terminals[i] in _CLOSERS)])
    while terminals[place] != END:
        terminal = terminals[place]
        if terminal == ";":
            return place + 1
        if terminal == "{" and partners[place] > place:
            place = partners[place] + 1
            if terminals[place] == ";":
                return place + 1
            if terminals[place] not in _GOES_ON and not _is_declarator_list(terminals, place):
                return place
        elif (terminal == "}" and partners[place] < region) or _begins_anew(parser, place):
            return place
        else:
            place = partners[place] + 1 if partners[place] > place else place + 1
    return place


def _begins_anew(parser: Parser, place: int) -> bool:
    """True if a statement seems to begin here, on a line of its own."""
    begins_line = parser.tokens[place - 1].span.end_line != parser.tokens[place].span.line
    return begins_line and place > parser.index and parser.terminals[place] in _STARTS


def _is_declarator_list(terminals: list[str], place: int) -> bool:
    """True for the names behind a struct's body: `} X, *PX;`"""
    while terminals[place] in ("*", ",", words.IDENTIFIER):
        place += 1
        if terminals[place] == ";":
            return True
    return terminals[place] in (",", ")")


def _put_broken(parser: Parser, terminal: str, depth: int, stop: int) -> None:
    """Pop to `depth` states and read one broken symbol for all up to `stop`."""
    start = parser.firsts[depth - 1] if depth - 1 < len(parser.firsts) else parser.index
    span = parser.tokens[start].span
    if stop > start:
        span = span.to(parser.tokens[stop - 1].span)
    parser.discard(depth)
    parser.index = stop
    parser.feed(terminal, Token(PUNCTUATOR, "", span))
    parser.firsts[-1] = start
    parser.stuck_at = stop


# ---- messages -----------------------------------------------------------------------------------------------------


def _expected(parser: Parser) -> list[str]:
    """The terminals that would fit here."""
    row = parser.rows[parser.states[-1]]
    return [t for t in row if t[0] != "<" and t not in (BROKEN, BROKEN_ITEM) and parser.accepts(t)]


def _unexpected(parser: Parser, terminal: str) -> tuple[str, str]:
    """Rule and message for a token that does not fit."""
    token = parser.tokens[parser.index]
    if terminal == ":" and ":" in (parser.terminals[parser.index - 1], parser.terminals[parser.index + 1]):
        return "cplusplus-class", "'::' is C++, and scripts are written in C"
    if terminal == "else" and (parser.index == 0 or parser.terminals[parser.index - 1] in (";", "}")):
        return "syntax-error", "this 'else' belongs to no 'if'"
    what = "end of file" if terminal == END else f"'{token.text}'"
    fits = _in_words(set(_expected(parser)))
    return "syntax-error", f"unexpected {what}" + (f", expected {fits}" if fits else "")


def _in_words(expected: set[str]) -> str:
    """What fits, as words; "" if there is too much to list."""
    if "while" in expected and "STORAGE" in expected:
        return ""
    names = []
    if "BINARY" in expected:
        expected -= _OPERATORS | {"BINARY", "STRING"}
    for group, name in (("NUMBER", "an expression"), ("TYPE_WORD", "a type")):
        if group in expected:
            names.append(name)
            expected -= _EXPRESSION if group == "NUMBER" else _TYPE
    names += ["a name"] if words.IDENTIFIER in expected else []
    expected -= {words.IDENTIFIER, "QUALIFIER", "ALIGN", "STORAGE", words.NO_TYPE}
    names += sorted(f"'{t}'" for t in expected if not t.isupper() and t != END)
    if not names or len(names) > 3 or any(t.isupper() for t in expected):
        return ""
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " or " + names[-1]
