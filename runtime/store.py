"""The host memory behind simulated memory: one growing map of 4 KiB slots, seen through views of every integer width.

A slot holds the bytes of one physical frame once somebody touches them; untouched frames cost nothing. Slot 0 is scratch:
the operand of an access that has no place of its own (misaligned, across pages, to a device) passes through it.
The views live in `names` (U8 … U64, I8 … I64), a dictionary that generated code uses as its globals. They change when the
store grows, so nobody may hold one over a call.
"""

from __future__ import annotations

import mmap

PAGE = 4096
FORMATS = (("U8", "B"), ("U16", "H"), ("U32", "I"), ("U64", "Q"), ("I8", "b"), ("I16", "h"), ("I32", "i"), ("I64", "q"))
SCRATCH = 64  # byte offset of the operand within slot 0


class OutOfMemory(Exception):
    """The simulated machine needs more host memory than the run may have."""


class Store:
    """Slots are counted from 0; addresses within the store ("store offsets") are bytes from its start."""

    __slots__ = ("names", "limit_slots", "slots", "_free", "_next", "_map", "bytes")

    def __init__(self, names: dict[str, object], limit_bytes: int = 1 << 30, initial_slots: int = 1024) -> None:
        self.names = names
        self.limit_slots = max(initial_slots, limit_bytes // PAGE)
        self.slots = initial_slots
        self._free: list[int] = []
        self._next = 1
        self._map = mmap.mmap(-1, initial_slots * PAGE)
        self._bind()

    def _bind(self) -> None:
        self.bytes = memoryview(self._map)
        for name, code in FORMATS:
            self.names[name] = self.bytes.cast(code)  # type: ignore[call-overload]

    def _grow(self) -> None:
        """Double the map: views cannot outlive a resize, so a new map takes over the bytes."""
        slots = min(self.slots * 2, self.limit_slots)
        if slots <= self.slots:
            raise OutOfMemory
        bigger = mmap.mmap(-1, slots * PAGE)
        used = self._next * PAGE
        memoryview(bigger)[:used] = self.bytes[:used]
        self._map = bigger  # the old map goes when its last view does
        self.slots = slots
        self._bind()

    def take(self) -> int:
        """A slot of zeros."""
        if self._free:
            slot = self._free.pop()
            self.bytes[slot * PAGE : slot * PAGE + PAGE] = bytes(PAGE)
            return slot
        if self._next == self.slots:
            self._grow()
        slot = self._next
        self._next += 1
        return slot

    def give(self, slot: int) -> None:
        self._free.append(slot)

    def reset(self) -> None:
        """Forget everything; touched slots are zeroed."""
        used = self._next * PAGE
        self.bytes[:used] = bytes(used)
        self._free.clear()
        self._next = 1
