"""Registers of a device, in blocks that a base address register (BAR) places in memory or port space.

    Register("Status", 4, 4, storage, 0, read, write)    32 bits at offset 4, kept at address `storage`
    Bar("", [Register(…), …])                            the block; its size is the next power of two

A register is read and written in one piece, at its own width; the two halves of a 64-bit one also by themselves.
What else falls into a block has no answer: reads give all ones, writes go nowhere.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .hardware import HardwareDevice

SMALLEST_MEMORY, SMALLEST_PORTS = 16, 4  # bytes that a BAR can decode


class Register:
    """`storage` is where its value lies in memory; `read` and `write` are the device's handlers, or None. A read
    handler that returns None leaves the answer to the value in memory; a write handler takes the place of storing."""

    __slots__ = ("name", "offset", "size", "storage", "reset", "read", "write")

    def __init__(
        self, name: str, offset: int, size: int, storage: int, reset: int = 0,
        read: Callable[[], int | None] | None = None, write: Callable[[int], object] | None = None,
    ) -> None:  # fmt: skip
        self.name = name
        self.offset = offset
        self.size = size
        self.storage = storage
        self.reset = reset
        self.read = read
        self.write = write

    @property
    def end(self) -> int:
        return self.offset + self.size


class Part:
    """A register, or half of one: `shift` is where the half begins in it, in bits."""

    __slots__ = ("register", "shift", "size")

    def __init__(self, register: Register, shift: int, size: int) -> None:
        self.register = register
        self.shift = shift
        self.size = size

    @property
    def mask(self) -> int:
        return (1 << 8 * self.size) - 1


class Bar:
    """One block of registers. `base` is its address, in port space if `ports` is set, and `size` what it decodes;
    `left` are the addresses where it lay before it was moved."""

    __slots__ = ("name", "registers", "ports", "base", "size", "left", "device", "_parts")

    def __init__(self, name: str, registers: Sequence[Register]) -> None:
        self.name = name
        self.registers = sorted(registers, key=lambda register: register.offset)
        self.ports = False
        self.base = 0
        self.size = 0
        self.left = range(0)
        self.device: HardwareDevice | None = None
        self._parts: dict[tuple[int, int], Part] = {}
        for register in self.registers:
            self._parts[register.offset, register.size] = Part(register, 0, register.size)
            if register.size == 8:
                for half in (0, 4):
                    self._parts.setdefault((register.offset + half, 4), Part(register, 8 * half, 4))

    @property
    def used(self) -> int:
        """The bytes up to the end of the last register."""
        return max((register.end for register in self.registers), default=0)

    def decode(self, ports: bool, least: int = 0) -> None:
        """Settle the size: a power of two with room for `least` bytes and for every register."""
        self.ports = ports
        self.size = SMALLEST_PORTS if ports else SMALLEST_MEMORY
        while self.size < max(self.used, least):
            self.size *= 2

    def part(self, offset: int, size: int) -> Part | None:
        """What an access of this offset and size reaches, or None."""
        return self._parts.get((offset, size))

    def touched(self, offset: int, size: int) -> Register | None:
        """The first register of which an access has at least a byte."""
        for register in self.registers:
            if register.offset < offset + size and offset < register.end:
                return register
        return None

    @property
    def title(self) -> str:
        """`the registers of Card`, or with the block's own name."""
        name = self.device.name if self.device is not None else ""
        return f"block {self.name} of {name}" if self.name else f"the registers of {name}"
