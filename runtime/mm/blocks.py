"""Blocks of bytes in simulated memory: copying, filling and comparing them, in portions that the host can bear."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

PORTION = 1 << 20
SMALL = 256  # bytes up to which a buffer in between costs nothing


def copy(nt: System, to: int, source: int, length: int) -> None:
    """Copy bytes as if through a buffer of their own, so that the blocks may overlap."""
    memory = nt.memory
    if length > SMALL and not overlap(to, source, length):
        memory.copy(to, source, length)
        return
    if length <= PORTION:
        memory.write(to, memory.read(source, length))
        return
    offsets = range(0, length, PORTION)
    for offset in reversed(offsets) if source < to < source + length else offsets:
        memory.write(to + offset, memory.read(source + offset, min(PORTION, length - offset)))


def overlap(to: int, source: int, length: int) -> bool:
    return to < source + length and source < to + length


def fill(nt: System, to: int, length: int, byte: int) -> None:
    pattern = bytes([byte & 0xFF]) * min(length, PORTION)
    for offset in range(0, length, PORTION):
        nt.memory.write(to + offset, pattern[: length - offset])


def equal_bytes(nt: System, one: int, other: int, length: int) -> int:
    """How many leading bytes of two blocks are the same."""
    memory = nt.memory
    done = 0
    while done < length:
        part = min(4096, length - done)
        first, second = memory.read(one + done, part), memory.read(other + done, part)
        if first != second:
            return done + next(index for index in range(part) if first[index] != second[index])
        done += part
    return length


def compare(nt: System, one: int, other: int, length: int) -> int:
    """-1, 0 or 1, as the first block comes before, equals or comes after the second."""
    same = equal_bytes(nt, one, other, length)
    if same == length:
        return 0
    return -1 if nt.memory.read(one + same, 1) < nt.memory.read(other + same, 1) else 1


def sign(one: bytes, other: bytes) -> int:
    """How two strings compare by their bytes."""
    return (one > other) - (one < other)
