"""Integers, characters and strings as texts."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...grammar.types import IntType


def integer_layout(type: IntType) -> str:
    """An integer type in a debugger's words."""
    if type.tag:
        return type.tag
    if type.typedef in ("wchar_t", "WCHAR"):
        return "Wchar"
    if type.boolean:
        return "Bool"
    if type.size == 1:
        return "Char" if type.signed else "UChar"
    return f"{'Int' if type.signed else 'Uint'}{type.size}B"


def integer_text(value: int, type: IntType) -> str:
    """`7`, `10768 (0x2a10)`, `-5 (0xfffffffb)`."""
    if 0 <= value < 10:
        return str(value)
    return f"{value} (0x{value & ((1 << 8 * type.size) - 1):x})"


def count_text(value: int) -> str:
    """A 64-bit number in both bases: 9984 (0x2700)."""
    return str(value) if -10 < value < 10 else f"{value} (0x{value & 0xFFFF_FFFF_FFFF_FFFF:x})"


def character_text(value: int, type: IntType) -> str:
    """`65 'A'`; a wide one `L'A'`."""
    bits = value & ((1 << 8 * type.size) - 1)
    prefix = "L" if type.size == 2 else ""
    if chr(bits).isprintable() and not 0xD800 <= bits < 0xE000 and (type.size == 2 or bits < 127):
        return f"{value} {prefix}'{chr(bits)}'"
    return integer_text(value, type)


def quoted(text: str, prefix: str = "", most: int = 64) -> str:
    """Text between quotes, what cannot be shown escaped, the rest of a long one left out."""
    found = "".join(
        character if character.isprintable() and character not in '"\\' else _escaped(character)
        for character in text[:most]
    )
    return f'{prefix}"{found}"' + ("..." if len(text) > most else "")


def _escaped(character: str) -> str:
    simple = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\", "\0": "\\0"}
    return simple.get(character) or f"\\x{ord(character):02x}"
