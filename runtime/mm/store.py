"""The host memory behind simulated memory: 4 KiB slots, seen through views of every integer width.

A slot holds the bytes of one physical frame once somebody touches them; untouched frames cost nothing. Slot 0 is
scratch: the operand of an access that has no place of its own (misaligned, across pages, to a device) passes through
it. The views stand in `names` (U8 … U64, I8 … I64), a dictionary that generated code uses as its globals, and never
change: see reserve.py.
"""

from __future__ import annotations

from .reserve import reserve

PAGE = 4096
FORMATS = (("U8", "B"), ("U16", "H"), ("U32", "I"), ("U64", "Q"), ("I8", "b"), ("I16", "h"), ("I32", "i"), ("I64", "q"))
VIEW_OF_SIZE = {1: "U8", 2: "U16", 4: "U32", 8: "U64"}
SCRATCH = 64  # byte offset of the operand within slot 0
LEAST_SLOTS = 1024
MOST_LEFT = 256  # slots in use
ZEROS = bytes(PAGE)


class OutOfMemory(Exception):
    """The simulated machine needs more host memory than the run may have."""


class Host:
    """Memory of the host and its views, for one machine at a time: `named` by the names that generated code uses,
    `by_size` those of unsigned integers by their size in bytes."""

    __slots__ = ("limit_bytes", "reserve", "bytes", "named", "by_size")

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.reserve = reserve(max(limit_bytes // PAGE, LEAST_SLOTS) * PAGE)
        self.reserve.commit(PAGE)
        self.bytes = self.reserve.bytes
        self.named: dict[str, memoryview] = {name: self.bytes.cast(code) for name, code in FORMATS}  # type: ignore[call-overload]
        self.by_size = {size: self.named[name] for size, name in VIEW_OF_SIZE.items()}


class Store:
    """Slots are counted from 0; addresses within the store ("store offsets") are bytes from its start. `views` are
    those of unsigned integers by their size in bytes. `host` is what an earlier machine has left, if it is as large."""

    __slots__ = ("slots", "_free", "_next", "_host", "bytes", "views")

    def __init__(self, names: dict[str, object], limit_bytes: int = 1 << 30, host: Host | None = None) -> None:
        self._free: list[int] = []
        self._next = 1
        self._host = host if host is not None and host.limit_bytes == limit_bytes else Host(limit_bytes)
        self.bytes = self._host.bytes
        self.slots = len(self.bytes) // PAGE
        self.views = self._host.by_size
        names.update(self._host.named)

    def take(self) -> int:
        """A slot of zeros."""
        if self._free:
            slot = self._free.pop()
            self.bytes[slot * PAGE : slot * PAGE + PAGE] = ZEROS
            return slot
        if self._next == self.slots or not self._host.reserve.commit((self._next + 1) * PAGE):
            raise OutOfMemory
        slot = self._next
        self._next += 1
        return slot

    def give(self, slot: int) -> None:
        self._free.append(slot)

    @property
    def used(self) -> int:
        """How many slots are in use, the scratch slot not counted."""
        return self._next - 1 - len(self._free)

    def leave(self) -> Host | None:
        """The host's memory for the next machine, once nobody touches this one any more: zeros again. None if so much
        was in use that new memory costs less."""
        if self._next > MOST_LEFT:
            return None
        used = self._next * PAGE
        self.bytes[:used] = bytes(used)
        return self._host
