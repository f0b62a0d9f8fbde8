"""Numbers and addresses as commands take them, in the manner of WinDbg: hexadecimal unless said otherwise.

    number("mdl+10", names, read, c_value)     the value of mdl, plus 0x10
    number("0n10"), number("ffff8000`00001000"), number("poi(irp+8)"), number("@@(mdl->ByteCount * 2)")

A name stands for its value, and for where it lies if it is an array, a struct or a function. What is a name of the
script is that name, though it could be read as a number too (`a`, `add`): `0xa` is the number. What does not read like
this is an expression of C, in which 10 is ten.
"""

from __future__ import annotations

import re

from .reading import EvaluationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

WORD = 0xFFFF_FFFF_FFFF_FFFF
PIECE = re.compile(r"\s*(?:(0n[0-9]+|0t[0-7]+|0y[01]+|0x[0-9a-fA-F`]+|[0-9a-fA-F]{1,8}`[0-9a-fA-F]{1,8}|"
                   r"[0-9][0-9a-fA-F]*[hH]?(?!\w))|((?:nt|script)!\w+|[A-Za-z_]\w*)|(<<|>>|<=|>=|==|!=|[-+*/%&|^~()<>=])|"
                   r"(@@)|(\S))")  # fmt: skip
BASES = {"0n": 10, "0t": 8, "0y": 2, "0x": 16}
READS = {"poi": 8, "qwo": 8, "dwo": 4, "wo": 2, "by": 1}
WORDS = {"and": "&", "or": "|", "xor": "^", "mod": "%", "not": "~"}
LEVELS = (("|",), ("^",), ("&",), ("==", "=", "!=", "<", ">", "<=", ">="), ("<<", ">>"), ("+", "-"), ("*", "/", "%"))
DEEPEST = 100


class NotSo(Exception):
    """The text is no expression of this kind."""


def number(
    text: str, named: Callable[[str], int | None], read: Callable[[int, int], int], c_value: Callable[[str], int]
) -> int:
    """The value of an expression as 64 bits. `named` knows the value of a name, `read` the integer at an address,
    `c_value` expressions of C. EvaluationError says what is wrong."""
    text = text.strip()
    if not text:
        raise EvaluationError("an expression is missing")
    try:
        return _Numbers(text, named, read, c_value).whole() & WORD
    except NotSo:
        pass
    return c_value(text) & WORD


class _Numbers:
    """Reads one text from left to right."""

    def __init__(
        self, text: str, named: Callable[[str], int | None], read: Callable[[int, int], int],
        c_value: Callable[[str], int],
    ) -> None:  # fmt: skip
        self.text = text
        self.named = named
        self.read = read
        self.c_value = c_value
        self.at = 0
        self.depth = 0

    def whole(self) -> int:
        found = self.level(0)
        if self.peek() is not None:
            raise NotSo
        return found

    def peek(self) -> str | None:
        found = PIECE.match(self.text, self.at)
        return None if found is None else found[0].strip()

    def take(self) -> tuple[str, str]:
        """The next piece and its kind."""
        found = PIECE.match(self.text, self.at)
        if found is None:
            raise NotSo
        self.at = found.end()
        kind = ("number", "name", "operator", "typed", "other")[(found.lastindex or 5) - 1]
        return found[found.lastindex or 5], kind

    def level(self, level: int) -> int:
        if level == len(LEVELS):
            return self.operand()
        left = self.level(level + 1)
        while True:
            piece = self.peek() or ""
            operator = WORDS.get(piece, piece)
            if operator not in LEVELS[level]:
                return left
            self.take()
            left = _apply(operator, left, self.level(level + 1)) & WORD

    def operand(self) -> int:
        self.depth += 1
        if self.depth > DEEPEST:
            raise EvaluationError("the expression is too deep")
        try:
            return self._operand()
        finally:
            self.depth -= 1

    def _operand(self) -> int:
        piece, kind = self.take()
        if kind == "number":
            return _constant(piece)
        if kind == "typed":
            return self.c_value(self.enclosed())
        if kind == "operator" and piece in "+-~":
            value = self.operand()
            return {"+": value, "-": -value, "~": ~value}[piece] & WORD
        if kind == "operator" and piece == "(":
            value = self.level(0)
            self.closing()
            return value
        if kind == "name":
            return self.name(piece)
        raise NotSo

    def name(self, piece: str) -> int:
        if piece == "not":
            return int(not self.operand())
        if piece in READS and self.peek() == "(":
            self.take()
            where = self.level(0)
            self.closing()
            return self.read(where, READS[piece])
        if piece in ("hi", "low") and self.peek() == "(":
            self.take()
            value = self.level(0)
            self.closing()
            return value >> 16 & 0xFFFF if piece == "hi" else value & 0xFFFF
        if self.peek() in ("(", "->", ".", "["):
            raise NotSo
        known = self.named(piece)
        if known is not None:
            return known
        digits = piece[:-1] if piece[-1] in "hH" else piece
        try:
            return int(digits, 16)
        except ValueError:
            raise NotSo from None

    def closing(self) -> None:
        if self.peek() != ")":
            raise NotSo
        self.take()

    def enclosed(self) -> str:
        """The text within the brackets that follow `@@`."""
        depth, start = 0, self.text.find("(", self.at)
        if start < 0 or self.text[self.at : start].strip() not in ("", "c++"):
            raise EvaluationError("@@ wants an expression of C in brackets: @@(mdl->ByteCount)")
        for index in range(start, len(self.text)):
            depth += {"(": 1, ")": -1}.get(self.text[index], 0)
            if not depth:
                self.at = index + 1
                return self.text[start + 1 : index]
        raise EvaluationError("a bracket is not closed")


def _constant(piece: str) -> int:
    base = BASES.get(piece[:2].lower())
    digits = (piece if base is None else piece[2:]).replace("`", "")
    if base is None and digits[-1] in "hH":
        digits = digits[:-1]
    try:
        value = int(digits, base or 16)
    except ValueError:
        raise NotSo from None
    if value > WORD:
        raise EvaluationError(f"{piece} does not fit in 64 bits")
    return value


def _apply(operator: str, left: int, right: int) -> int:
    if operator in ("/", "%"):
        if not right:
            raise EvaluationError("this divides by zero")
        return left // right if operator == "/" else left % right
    if operator in ("<<", ">>"):
        count = right & 63
        return left << count if operator == "<<" else left >> count
    simple = {
        "+": left + right, "-": left - right, "*": left * right, "&": left & right, "|": left | right,
        "^": left ^ right,
        "==": left == right, "=": left == right, "!=": left != right, "<": left < right, "<=": left <= right,
        ">": left > right, ">=": left >= right,
    }  # fmt: skip
    return int(simple[operator])
