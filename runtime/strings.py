"""Counted strings in simulated memory: UNICODE_STRING and ANSI_STRING, both Length, MaximumLength, and Buffer at 8."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .system import System

BUFFER = 8


class Counted:
    """A view of the counted string at `address`. Lengths are in bytes."""

    __slots__ = ("nt", "address")

    def __init__(self, nt: System, address: int) -> None:
        self.nt = nt
        self.address = address

    @property
    def length(self) -> int:
        return self.nt.memory.read_uint(self.address, 2)

    @length.setter
    def length(self, value: int) -> None:
        self.nt.memory.write_uint(self.address, 2, value)

    @property
    def maximum(self) -> int:
        return self.nt.memory.read_uint(self.address + 2, 2)

    @property
    def buffer(self) -> int:
        return self.nt.memory.read_uint(self.address + BUFFER, 8)

    @property
    def data(self) -> bytes:
        return self.nt.memory.read(self.buffer, self.length)

    @property
    def text(self) -> str:
        return self.data.decode("utf-16-le", "replace")

    def set(self, length: int, maximum: int, buffer: int) -> None:
        memory = self.nt.memory
        memory.write_uint(self.address, 2, length)
        memory.write_uint(self.address + 2, 2, maximum)
        memory.write_uint(self.address + BUFFER, 8, buffer)

    def put(self, data: bytes, at: int = 0, zero: int = 0) -> None:
        """Write data at an offset, which then ends the string; `zero` bytes of terminator follow if there is room."""
        end = at + len(data)
        self.nt.memory.write(self.buffer + at, data)
        self.length = end
        if end + zero <= self.maximum:
            self.nt.memory.write(self.buffer + end, bytes(zero))


def upper_units(data: bytes) -> bytes:
    """UTF-16 text with each unit in upper case that has one of its own."""
    return _mapped(data, str.upper)


def lower_units(data: bytes) -> bytes:
    return _mapped(data, str.lower)


def lower_ascii_units(data: bytes) -> bytes:
    """UTF-16 text with A to Z in lower case, as the C library's functions have it."""
    pairs = zip(data[::2], data[1::2], strict=False)
    return bytes(byte for low, high in pairs for byte in (low | 32 if not high and 65 <= low <= 90 else low, high))


def _mapped(data: bytes, case: Callable[[str], str]) -> bytes:
    units = (data[index : index + 2] for index in range(0, len(data) - 1, 2))
    return b"".join(_unit(unit, case) for unit in units)


def _unit(unit: bytes, case: Callable[[str], str]) -> bytes:
    code = int.from_bytes(unit, "little")
    if 0xD800 <= code < 0xE000:
        return unit
    text = case(chr(code))
    return text.encode("utf-16-le") if len(text) == 1 and ord(text) < 0x1_0000 else unit
