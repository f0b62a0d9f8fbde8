"""What a device sees of memory, and a processor of what the device wrote, where caches are not coherent.

The processor's view is the store. A frame is tracked from its first transfer without a flush on: `behind` holds what
the device sees of it then. KeFlushIoBuffers (or a routine of version 3, which flushes by itself) makes both views
agree, until the transfer is over.
"""

from __future__ import annotations

from ..store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..system import System
    from .buffers import Piece

LINE = 64


class Caches:
    """`flushed` are the frames whose lines were written back and dropped for the transfer to come."""

    __slots__ = ("nt", "behind", "flushed")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.behind: dict[int, bytearray] = {}
        self.flushed: set[int] = set()

    def flush(self, pieces: list[Piece]) -> None:
        """Write the lines of these pieces back and drop them: device and processor see the same."""
        for physical, _ in pieces:
            self.behind.pop(physical // PAGE, None)
            self.flushed.add(physical // PAGE)

    def begin(self, pieces: list[Piece]) -> bool:
        """A transfer is mapped. False if lines were left in the cache: the device sees memory as it was before."""
        clean = True
        for physical, _ in pieces:
            frame = physical // PAGE
            if frame not in self.flushed:
                clean = False
                self.behind.setdefault(frame, bytearray(PAGE))
        return clean

    def end(self, pieces: list[Piece]) -> None:
        """The transfer is over: the next one needs a flush of its own."""
        for physical, _ in pieces:
            self.flushed.discard(physical // PAGE)

    def device_reads(self, physical: int, length: int) -> bytes:
        """Bytes of memory as devices see them."""
        found = bytearray()
        for start, part in pages(physical, length):
            view = self.behind.get(start // PAGE)
            at = start % PAGE
            found += self.nt.memory.read_physical(start, part) if view is None else view[at : at + part]
        return bytes(found)

    def device_writes(self, physical: int, data: bytes) -> None:
        """Bytes that a device writes: where the cache holds lines of the page, the processor does not see them."""
        done = 0
        for start, part in pages(physical, len(data)):
            view = self.behind.get(start // PAGE)
            if view is None:
                self.nt.memory.write_physical(start, data[done : done + part])
            else:
                view[start % PAGE : start % PAGE + part] = data[done : done + part]
            done += part


def pages(physical: int, length: int) -> Iterator[Piece]:
    """A range cut at the ends of pages."""
    while length:
        part = min(length, PAGE - physical % PAGE)
        yield physical, part
        physical += part
        length -= part
