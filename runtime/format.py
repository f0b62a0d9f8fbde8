"""The printf family as the Microsoft compiler's kernel libraries have it, over simulated memory.

    format_text(nt, "%wZ: %08lx\n", Slots(nt, (name, status)), wide=False)

Each variadic argument fills a slot of 8 bytes, of which a conversion takes the low 1, 2, 4 or 8. Narrow text counts in
bytes: inside this file a narrow string is a `str` with one character for each byte. The machine's ANSI code page is
UTF-8.
"""

from __future__ import annotations

from . import rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .system import System

    NextArgument = Callable[[int, bool], int]

FLAGS = "-+ #0"
LETTERS = frozenset("diuxXopsScCZ")
PREFIXES = ("I64", "I32", "hh", "ll", "h", "l", "w", "I", "z", "j", "t", "L")  # longest first
SIZES = {"hh": 1, "h": 2, "": 4, "l": 4, "w": 4, "I32": 4, "L": 4, "ll": 8, "I64": 8, "I": 8, "z": 8, "j": 8, "t": 8}
POINTER_DIGITS = 16
LONGEST_FIELD = 1 << 20  # a width or precision beyond it is cut, so that a format cannot exhaust the host


class Slots:
    """Arguments that came in registers and on the stack, as a tuple of integers. Past the last one every slot reads
    0."""

    __slots__ = ("nt", "values", "taken")

    def __init__(self, nt: System, values: tuple[int, ...]) -> None:
        self.nt = nt
        self.values = values
        self.taken = 0

    def __call__(self, size: int, signed: bool) -> int:
        self.taken += 1
        if self.taken > len(self.values):
            mismatch(self.nt, f"argument {self.taken} of {len(self.values)} is asked for")
            return 0
        return narrowed(self.values[self.taken - 1], size, signed)


class VaList:
    """Arguments behind a va_list: 8-byte slots in memory that follow one another from `address`."""

    __slots__ = ("nt", "address")

    def __init__(self, nt: System, address: int) -> None:
        self.nt = nt
        self.address = address

    def __call__(self, size: int, signed: bool) -> int:
        value = self.nt.memory.read_uint(self.address, 8)
        self.address += 8
        return narrowed(value, size, signed)


def narrowed(value: int, size: int, signed: bool) -> int:
    """The low `size` bytes of a slot, as a C integer of that size."""
    value &= (1 << 8 * size) - 1
    return value - (1 << 8 * size) if signed and value >> (8 * size - 1) else value


def mismatch(nt: System, what: str) -> None:
    nt.violation(rules.FORMAT_MISMATCH, facts=[("format", what)])


class Conversion:
    """One conversion of a format: what stands between its `%` and its letter. A `precision` of -1 means that it has
    none."""

    __slots__ = ("left", "plus", "space", "alternate", "zero", "width", "precision", "prefix", "letter", "end")

    def __init__(self, template: str, start: int, argument: NextArgument) -> None:
        self.left = self.plus = self.space = self.alternate = self.zero = False
        self.width, self.precision, self.prefix = 0, -1, ""
        self.letter = template[start : start + 1]
        self.end = start + 1
        if self.letter not in LETTERS:
            self._read(template, start, argument)

    def _read(self, template: str, index: int, argument: NextArgument) -> None:
        """What stands before the letter."""
        flags = set()
        while template[index : index + 1] in FLAGS and index < len(template):
            flags.add(template[index])
            index += 1
        self.left, self.plus, self.space, self.alternate, self.zero = (flag in flags for flag in FLAGS)
        self.width, index = _number(template, index, argument)
        if self.width < 0:
            self.left, self.width = True, -self.width
        if template[index : index + 1] == ".":
            self.precision, index = _number(template, index + 1, argument)
        self.width = min(self.width, LONGEST_FIELD)
        self.precision = max(-1, min(self.precision, LONGEST_FIELD))
        self.prefix = next((prefix for prefix in PREFIXES if template.startswith(prefix, index)), "")
        index += len(self.prefix)
        self.letter = template[index : index + 1]
        self.end = index + 1

    def is_wide(self, wide: bool) -> bool:
        """Whether the argument of a character or string conversion is wide, in a function whose own text is `wide` or
        not."""
        if self.prefix in ("h", "hh"):
            return False
        if self.prefix in ("l", "w", "ll"):
            return True
        if self.letter == "Z":
            return False
        return wide if self.letter in "cs" else not wide

    def pad(self, body: str, sign: str = "") -> str:
        """The field at its width. Leading zeros go before text too, as the Microsoft libraries have it."""
        missing = self.width - len(sign) - len(body)
        if missing <= 0:
            return sign + body
        if self.left:
            return sign + body + " " * missing
        return sign + "0" * missing + body if self.zero else " " * missing + sign + body


def _number(template: str, index: int, argument: NextArgument) -> tuple[int, int]:
    """A width or precision: digits, or `*` for the next argument; with the index behind it."""
    if template[index : index + 1] == "*":
        return argument(4, True), index + 1
    value = 0
    while "0" <= template[index : index + 1] <= "9":
        value = min(value * 10 + ord(template[index]) - 48, LONGEST_FIELD)
        index += 1
    return value, index


class Formatter:
    """One call: the template and where its arguments come from."""

    __slots__ = ("nt", "argument", "wide", "user")

    def __init__(self, nt: System, argument: NextArgument, wide: bool, user: bool) -> None:
        self.nt = nt
        self.argument = argument
        self.wide = wide
        self.user = user

    def run(self, template: str) -> str:
        pieces = []
        index = 0
        while True:
            percent = template.find("%", index)
            if percent < 0:
                pieces.append(template[index:])
                return "".join(pieces)
            pieces.append(template[index:percent])
            if template[percent + 1 : percent + 2] == "%":
                pieces.append("%")
                index = percent + 2
                continue
            conversion = Conversion(template, percent + 1, self.argument)
            pieces.append(self.convert(conversion, template[percent : conversion.end]))
            index = conversion.end

    def convert(self, conversion: Conversion, text: str) -> str:
        letter = conversion.letter
        if letter and letter in "diuxXop":
            return self.integer(conversion)
        if letter and letter in "sSZ":
            return conversion.pad(self.string(conversion))
        if letter and letter in "cC":
            return conversion.pad(self.character(conversion))
        if letter and letter in "eEfFgGaAn":
            self.argument(8, False)
            mismatch(self.nt, f"{text} is not supported by the kernel's formatting here, and prints nothing")
            return ""
        mismatch(self.nt, f"{text} is no conversion" if letter else f"the format ends within {text}")
        return letter

    # -- numbers

    def integer(self, conversion: Conversion) -> str:
        letter = conversion.letter
        if letter == "p":
            digits = f"{self.argument(8, False):0{POINTER_DIGITS}X}"
            conversion.zero = False
            return conversion.pad(digits, "0X" if conversion.alternate else "")
        signed = letter in "di"
        value = self.argument(SIZES[conversion.prefix], signed)
        sign = _sign(conversion, value) if signed else ""
        digits = format(abs(value), {"x": "x", "X": "X", "o": "o"}.get(letter, "d"))
        if conversion.precision >= 0:
            conversion.zero = False
            digits = "" if value == 0 and conversion.precision == 0 else digits.rjust(conversion.precision, "0")
        if conversion.alternate:
            if letter == "o" and not digits.startswith("0"):
                digits = "0" + digits
            elif letter in "xX" and value:
                sign = "0" + letter
        return conversion.pad(digits, sign)

    # -- text

    def character(self, conversion: Conversion) -> str:
        if conversion.is_wide(self.wide):
            return self.from_wide(chr(self.argument(2, False)))
        return self.from_narrow(bytes([self.argument(1, False)]))

    def string(self, conversion: Conversion) -> str:
        """The text of a string conversion, at most `precision` characters of it."""
        where = self.argument(8, False)
        wide = conversion.is_wide(self.wide)
        if where and conversion.letter == "Z":
            return self.counted(where, wide, conversion.precision)
        if not where:
            text = "(null)"
            return text if conversion.precision < 0 else text[: conversion.precision]
        return self.terminated(where, wide, conversion.precision)

    def terminated(self, where: int, wide: bool, precision: int) -> str:
        limit = LONGEST_FIELD if precision < 0 else precision
        if wide:
            return self.from_wide(self.nt.memory.read_wide_string(where, 2 * limit)[:limit])
        return self.from_narrow(self.nt.memory.read_string(where, limit)[:limit])

    def counted(self, where: int, wide: bool, precision: int) -> str:
        """The text of an ANSI_STRING or UNICODE_STRING, whose Length is in bytes."""
        memory = self.nt.memory
        length = memory.read_uint(where, 2)
        buffer = memory.read_uint(where + 8, 8)
        if not buffer:
            return "(null)"
        if wide:
            text = memory.read(buffer, length & ~1).decode("utf-16-le", "replace")
            return self.from_wide(text if precision < 0 else text[:precision])
        data = memory.read(buffer, length)
        return self.from_narrow(data if precision < 0 else data[:precision])

    def from_wide(self, text: str) -> str:
        if self.wide:
            return text
        if self.nt.irql and not self.user:
            self.nt.violation(rules.UNICODE_AT_RAISED_IRQL)
        return text.encode("utf-8", "replace").decode("latin-1")

    def from_narrow(self, data: bytes) -> str:
        return data.decode("utf-8", "replace") if self.wide else data.decode("latin-1")


def _sign(conversion: Conversion, value: int) -> str:
    if value < 0:
        return "-"
    return "+" if conversion.plus else " " if conversion.space else ""


def format_bytes(nt: System, template: bytes, argument: NextArgument, user: bool = False) -> bytes:
    """The bytes that a narrow function of the family writes, without the terminating zero."""
    return Formatter(nt, argument, False, user).run(template.decode("latin-1")).encode("latin-1")


def format_wide(nt: System, template: str, argument: NextArgument, user: bool = False) -> str:
    """The text that a wide function of the family writes, without the terminating zero."""
    return Formatter(nt, argument, True, user).run(template)


def format_text(nt: System, template: str | bytes, next_argument: NextArgument, wide: bool, user: bool = False) -> str:
    """The text of one call. `next_argument(size, signed)` takes the next slot; `user` is true in a user-mode program,
    where IRQL is no concern. A wide template may come as UTF-16 bytes, a narrow one as text."""
    if wide:
        text = template if isinstance(template, str) else template.decode("utf-16-le", "replace")
        return format_wide(nt, text, next_argument, user)
    data = template.encode() if isinstance(template, str) else template
    return format_bytes(nt, data, next_argument, user).decode("utf-8", "replace")
