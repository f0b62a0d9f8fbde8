"""The value of an #if: C's integer expressions in 64 bits, by two stacks, so that no nesting is too deep for Python.

Operands are evaluated where they stand, but an error in one (a division by zero) is kept in its value and counts only
if the value is needed: `defined(N) && 10 / N` is sound.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .literals import LiteralError, character, number
from .macros import Piece
from .source import Span
from .tokens import CHARACTER, IDENTIFIER, NUMBER, STRING

MAX_NESTING = 1_000
_WIDTH = 1 << 64
_HIGH = (1 << 63) - 1

_PRECEDENCE = {
    ",": 1,
    "?": 2,
    "||": 3,
    "&&": 4,
    "|": 5,
    "^": 6,
    "&": 7,
    "==": 8,
    "!=": 8,
    "<": 9,
    ">": 9,
    "<=": 9,
    ">=": 9,
    "<<": 10,
    ">>": 10,
    "+": 11,
    "-": 11,
    "*": 12,
    "/": 12,
    "%": 12,
}
_UNARY = 13
_UNARY_OPERATORS = ("!", "~", "-", "+")


IsDefined = Callable[[str], bool]
Constant = Callable[[str], tuple[int, str] | None]


class ConditionError(Exception):
    """Why an #if has no value, and where in it; `span` None means the whole."""

    def __init__(self, message: str, span: Span | None = None, help: str = "", rule: str = "bad-condition") -> None:
        super().__init__(message)
        self.message = message
        self.span = span
        self.help = help
        self.rule = rule


class _Value:
    """A number in the range of its type, or why there is none."""

    __slots__ = ("number", "unsigned", "error")

    def __init__(self, number: int, unsigned: bool = False, error: ConditionError | None = None) -> None:
        number %= _WIDTH
        self.number = number if unsigned or number <= _HIGH else number - _WIDTH
        self.unsigned = unsigned
        self.error = error


def evaluate(pieces: Sequence[Piece], is_defined: IsDefined, constant: Constant) -> bool:
    """Whether the expanded expression is not zero. `constant` knows the built-in constants; other names are 0.
    Raises ConditionError."""
    return _Condition(pieces, is_defined, constant).value()


class _Condition:
    def __init__(self, pieces: Sequence[Piece], is_defined: IsDefined, constant: Constant) -> None:
        self.pieces = pieces
        self.is_defined = is_defined
        self.constant = constant
        self.at = 0
        self.values: list[_Value] = []
        # Operators that wait for an operand: text, precedence, place. A parenthesis and a "?" have precedence 0.
        self.pending: list[tuple[str, int, Piece]] = []

    def value(self) -> bool:
        while self.at < len(self.pieces):
            self._operand()
            self._behind_operand()
        if not self.values:
            raise ConditionError("this directive wants an expression")
        self._reduce(0)
        if self.pending:
            text, _, piece = self.pending[-1]
            missing = '")"' if text == "(" else '":"'
            raise ConditionError(f'this "{text}" has no {missing}', piece.span)
        value = self.values[0]
        if value.error is not None:
            raise value.error
        return value.number != 0

    def _operand(self) -> None:
        """Prefix operators and opening parentheses, then one number."""
        while True:
            piece = self._next()
            text = piece.text
            if text == "(" or text in _UNARY_OPERATORS:
                self._push("(" if text == "(" else "unary " + text, 0 if text == "(" else _UNARY, piece)
            elif piece.kind in (NUMBER, CHARACTER):
                self.values.append(_literal(piece))
                return
            elif piece.kind == IDENTIFIER:
                self.values.append(self._name(piece))
                return
            elif piece.kind == STRING:
                raise ConditionError("a string has no value in an #if", piece.span)
            else:
                raise ConditionError(f'expected a number or a name before "{text}"', piece.span)

    def _behind_operand(self) -> None:
        """Closing parentheses, then one operator or the end."""
        while self.at < len(self.pieces):
            piece = self._next()
            text = piece.text
            if text == ")":
                self._close(piece)
            elif text == ":":
                self._reduce(0)
                if not self.pending or self.pending[-1][0] != "?":
                    raise ConditionError('this ":" has no "?"', piece.span)
                self.pending[-1] = (":", _PRECEDENCE["?"], self.pending[-1][2])
                break
            elif text == "?":
                self._reduce(_PRECEDENCE["?"] + 1)
                self._push("?", 0, piece)
                break
            elif text in _PRECEDENCE and piece.kind != STRING:
                self._reduce(_PRECEDENCE[text])
                self._push(text, _PRECEDENCE[text], piece)
                break
            else:
                raise self._unexpected(piece)
        else:
            return
        if self.at == len(self.pieces):
            raise ConditionError(f'expected a number or a name behind "{piece.text}"', piece.span)

    def _unexpected(self, piece: Piece) -> ConditionError:
        before = self.pieces[self.at - 2]
        if piece.text == "(" and before.kind == IDENTIFIER:
            return ConditionError(f'"{before.text}" is no macro, so it takes no arguments', before.span)
        if piece.text == "=":
            return ConditionError("an #if cannot assign", piece.span, "compare with ==")
        return ConditionError(f'expected an operator before "{piece.text}"', piece.span)

    def _next(self) -> Piece:
        if self.at == len(self.pieces):
            last = self.pieces[-1]
            raise ConditionError(f'expected a number or a name behind "{last.text}"', last.span)
        self.at += 1
        return self.pieces[self.at - 1]

    def _push(self, text: str, precedence: int, piece: Piece) -> None:
        if len(self.pending) >= MAX_NESTING:
            message = f"this expression nests more than {MAX_NESTING:,} deep"
            raise ConditionError(message, piece.span, "split it over several macros", "nested-too-deeply")
        self.pending.append((text, precedence, piece))

    def _close(self, piece: Piece) -> None:
        self._reduce(1)
        if not self.pending or self.pending[-1][0] != "(":
            raise ConditionError('this ")" has no "("', piece.span)
        self.pending.pop()

    def _reduce(self, precedence: int) -> None:
        """Carry out the waiting operators that bind at least so tightly, back to an open parenthesis or `?`."""
        values = self.values
        while self.pending and self.pending[-1][1] >= max(precedence, 1):
            text, _, piece = self.pending.pop()
            right = values.pop()
            if text.startswith("unary "):
                values.append(_unary(text[6:], right))
                continue
            left = values.pop()
            if text == ":":
                values.append(_choose(values.pop(), left, right))
            else:
                values.append(_binary(text, left, right, piece))

    def _name(self, piece: Piece) -> _Value:
        if piece.text == "defined":
            return self._defined(piece)
        known = self.constant(piece.text)
        if known is None:
            return _Value(0)
        value, type_name = known
        if type_name in ("NTSTATUS", "LONG", "INT", "int", "long"):
            value = (value + (1 << 31)) % (1 << 32) - (1 << 31)
        return _Value(value, value > _HIGH)

    def _defined(self, piece: Piece) -> _Value:
        rest = self.pieces[self.at : self.at + 3]
        if rest and rest[0].kind == IDENTIFIER:
            self.at += 1
            return _Value(self.is_defined(rest[0].text))
        if len(rest) == 3 and rest[0].text == "(" and rest[1].kind == IDENTIFIER and rest[2].text == ")":
            self.at += 3
            return _Value(self.is_defined(rest[1].text))
        raise ConditionError('"defined" wants the name of a macro', piece.span, "write defined(NAME)")


def _literal(piece: Piece) -> _Value:
    try:
        if piece.kind == CHARACTER:
            return _Value(character(piece.text)[0])
        value = number(piece.text)[0]
    except LiteralError as failure:
        raise ConditionError(failure.message, piece.span, failure.help) from None
    return _Value(value, value > _HIGH or "u" in piece.text.lower())


def _unary(op: str, value: _Value) -> _Value:
    n = value.number
    if op == "!":
        return _Value(not n, False, value.error)
    return _Value(-n if op == "-" else ~n if op == "~" else n, value.unsigned, value.error)


def _choose(test: _Value, then: _Value, otherwise: _Value) -> _Value:
    chosen = then if test.number else otherwise
    return _Value(chosen.number, then.unsigned or otherwise.unsigned, test.error or chosen.error)


def _binary(op: str, left: _Value, right: _Value, piece: Piece) -> _Value:
    error = left.error or right.error
    if op == "&&":
        return _Value(left.number and right.number and 1, False, left.error or (right.error if left.number else None))
    if op == "||":
        return _Value(bool(left.number or right.number), False, left.error or (None if left.number else right.error))
    if op == ",":
        return _Value(right.number, right.unsigned, error)
    if op in ("<<", ">>"):
        return _Value(_shift(op, left.number, right), left.unsigned, error)
    unsigned = left.unsigned or right.unsigned
    a, b = (left.number % _WIDTH, right.number % _WIDTH) if unsigned else (left.number, right.number)
    if op in _COMPARE:
        return _Value(_COMPARE[op](a, b), False, error)
    if op in ("/", "%"):
        if not b:
            return _Value(0, unsigned, error or ConditionError("division by zero", piece.span))
        quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
        return _Value(quotient if op == "/" else a - quotient * b, unsigned, error)
    return _Value(_ARITHMETIC[op](a, b), unsigned, error)


_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}
_ARITHMETIC: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
}


def _shift(op: str, number: int, count: _Value) -> int:
    """A count beyond the width shifts everything out; a negative one shifts the other way."""
    by = count.number if op == "<<" else -count.number
    by = max(-64, min(64, by))
    return number << by if by >= 0 else number >> -by
