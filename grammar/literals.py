"""What numbers, characters and strings mean, with the types that MSVC gives them."""

from __future__ import annotations

import re

from .types import (
    CHAR,
    INT,
    INT64,
    LONG,
    SHORT,
    UNSIGNED_CHAR,
    UNSIGNED_INT,
    UNSIGNED_INT64,
    UNSIGNED_LONG,
    UNSIGNED_SHORT,
    WCHAR,
    IntType,
)

UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}

_NUMBER = re.compile(r"(0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)([a-zA-Z0-9]*)$")
_ESCAPES = {
    "n": 10,
    "t": 9,
    "r": 13,
    "0": 0,
    "a": 7,
    "b": 8,
    "f": 12,
    "v": 11,
    "\\": 92,
    "'": 39,
    '"': 34,
    "?": 63,
    "e": 27,
}
_SUFFIXES: dict[str, tuple[IntType, ...]] = {
    "u": (UNSIGNED_INT, UNSIGNED_INT64),
    "l": (LONG, UNSIGNED_LONG, INT64, UNSIGNED_INT64),
    "ul": (UNSIGNED_LONG, UNSIGNED_INT64),
    "ll": (INT64, UNSIGNED_INT64),
    "ull": (UNSIGNED_INT64,),
    "i8": (CHAR,),
    "i16": (SHORT,),
    "i32": (INT, UNSIGNED_INT),
    "i64": (INT64, UNSIGNED_INT64),
    "ui8": (UNSIGNED_CHAR,),
    "ui16": (UNSIGNED_SHORT,),
    "ui32": (UNSIGNED_INT,),
    "ui64": (UNSIGNED_INT64,),
}
_SUFFIXES["lu"], _SUFFIXES["llu"] = _SUFFIXES["ul"], _SUFFIXES["ull"]
_DECIMAL = (INT, UNSIGNED_LONG, INT64, UNSIGNED_INT64)
_BASED = (INT, UNSIGNED_INT, INT64, UNSIGNED_INT64)


class LiteralError(Exception):
    """A literal that means nothing: the rule, what is wrong, and what to do."""

    def __init__(self, rule: str, message: str, help: str = "") -> None:
        super().__init__(message)
        self.rule, self.message, self.help = rule, message, help


def number(text: str, unit: str = "") -> tuple[int, IntType]:
    """Value and type of an integer constant; a unit multiplies. Raises LiteralError."""
    match = _NUMBER.match(text)
    if not match:
        raise _not_integer(text)
    digits, suffix = match.group(1), match.group(2).lower()
    value = _digits(digits, text)
    candidates: tuple[IntType, ...] = _BASED if digits[0] == "0" and len(digits) > 1 else _DECIMAL
    if suffix and suffix not in _SUFFIXES:
        raise _not_integer(text)
    if unit:
        value *= UNITS[unit]
        candidates = (INT, INT64, UNSIGNED_INT64)
    elif suffix:
        candidates = _SUFFIXES[suffix]
    for type in candidates:
        if value <= type.high:
            return value, type
    if len(suffix) > 1 and suffix[-1] in "86":  # i8, ui16: MSVC cuts the value to the type that is named
        return candidates[-1].wrap(value), candidates[-1]
    raise LiteralError("constant-too-big", f"the constant {text}{unit} does not fit into 64 bits")


def _digits(digits: str, text: str) -> int:
    if digits[:2] in ("0x", "0X"):
        return int(digits, 16)
    if digits[:2] in ("0b", "0B"):
        return int(digits, 2)
    if digits[0] == "0":
        if "8" in digits or "9" in digits:
            raise LiteralError("bad-number", f"{text} begins with 0, so it is octal, and has a digit above 7")
        return int(digits, 8)
    if len(digits) > 30:
        raise LiteralError("constant-too-big", "the constant does not fit into 64 bits")
    return int(digits)


def _not_integer(text: str) -> LiteralError:
    if re.match(r"[0-9]*\.?[0-9]*([eE][+-]?[0-9]+)?[fFlL]?$", text) and not text.startswith(("0x", "0X")):
        return LiteralError(
            "floating-point",
            f"{text} is a floating-point number, which driver code may not use",
            "the kernel does not save the floating-point registers of the thread it interrupts; count in integers",
        )
    return LiteralError("bad-number", f"{text} is not a number")


def character(text: str) -> tuple[int, IntType]:
    """Value and type of a character constant; `'Tag1'` packs its first character highest. Raises LiteralError."""
    wide = _is_wide(text)
    units = list(_units(text[text.index("'") + 1 : -1], wide))
    if not units:
        raise LiteralError("bad-character", "the character constant is empty")
    if wide:
        return units[0], WCHAR
    if len(units) > 4:
        raise LiteralError("bad-character", f"the character constant {text} has more than four characters")
    value = 0
    for unit in units:
        value = value << 8 | unit
    return (CHAR.wrap(value) if len(units) == 1 else INT.wrap(value)), INT


def string(parts: list[str]) -> tuple[bytes, IntType]:
    """The terminated bytes of adjacent string literals, and the type of one character. Raises LiteralError."""
    wide = any(map(_is_wide, parts))
    data = bytearray()
    for part in parts:
        for unit in _units(part[part.index('"') + 1 : -1], wide):
            data += unit.to_bytes(2 if wide else 1, "little")
    return bytes(data) + (b"\0\0" if wide else b"\0"), WCHAR if wide else CHAR


def _is_wide(text: str) -> bool:
    return text[0] in "LU" or text[0] == "u" and text[1] != "8"


def _units(body: str, wide: bool) -> list[int]:
    if "\\" not in body and body.isascii():
        return list(body.encode())
    units: list[int] = []
    at = 0
    while at < len(body):
        if body[at] == "\\":
            at = _escape(body, at + 1, wide, units)
        else:
            _append(units, ord(body[at]), wide)
            at += 1
    return units


def _escape(body: str, at: int, wide: bool, units: list[int]) -> int:
    """Append the meaning of the escape whose letter is at `at`; the position behind it."""
    letter = body[at] if at < len(body) else ""
    for pattern, base, skip in (
        ("[0-7]{1,3}", 8, 0),
        ("x[0-9a-fA-F]+", 16, 1),
        ("u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}", 16, 1),
    ):
        match = re.compile(pattern).match(body, at)
        if match:
            value = int(match.group()[skip:], base)
            if letter in "uU":
                _append(units, value, wide)
            elif value > (0xFFFF if wide else 0xFF):
                raise LiteralError("bad-character", f"the escape \\{match.group()} does not fit into one character")
            else:
                units.append(value)
            return match.end()
    if letter not in _ESCAPES:
        if letter and letter.isascii() and letter not in "xuU":
            units.append(ord(letter))  # MSVC drops the backslash of an escape that it does not know
            return at + 1
        raise LiteralError("bad-character", f"\\{letter} is not an escape sequence")
    units.append(_ESCAPES[letter])
    return at + 1


def _append(units: list[int], code: int, wide: bool) -> None:
    if code > 0x10FFFF:
        raise LiteralError("bad-character", f"U+{code:X} is not a character")
    data = chr(code).encode("utf-16-le" if wide else "utf-8", "surrogatepass")
    units.extend(int.from_bytes(data[i : i + 2], "little") for i in range(0, len(data), 2)) if wide else units.extend(
        data
    )
