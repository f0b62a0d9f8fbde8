"""What a device sees of memory, and a processor of what the device wrote, where caches are not coherent.

The processor's view is the store. A line of a cache is tracked once the two views may differ: `behind` holds, by frame
and number of the line in it, what the device sees. Before a transfer KeFlushIoBuffers (or a routine of version 3, which
does it by itself) writes lines back, and for a transfer from the device drops them too; lines that were not written
back show the device what memory held before, and lines that were not dropped hide what it writes.
"""

from __future__ import annotations

from ..mm.store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..system import System
    from .buffers import Piece

LINE = 64
ALL_LINES = (1 << PAGE // LINE) - 1
Edges = list[tuple[int, bytes]]  # bytes that share a line with a buffer: physical address, what memory held


class Line:
    """A line that a cache holds, and what memory holds behind it: `view`. `clean` is what the cache held when it was
    written back, None for a line that never was."""

    __slots__ = ("view", "clean")

    def __init__(self, view: bytes, clean: bytes | None) -> None:
        self.view = bytearray(view)
        self.clean = clean


class Caches:
    """`written_back` and `dropped` are the lines that are ready for a transfer: a bit for each, by frame. `shared` are
    the frames of common buffers that the cache holds: their lines are tracked all the time."""

    __slots__ = ("nt", "behind", "written_back", "dropped", "shared")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.behind: dict[int, dict[int, Line]] = {}
        self.written_back: dict[int, int] = {}
        self.dropped: dict[int, int] = {}
        self.shared: set[int] = set()

    def share(self, frames: list[int]) -> None:
        """A common buffer lies in the cache: from now on each side sees the other's bytes after a flush only."""
        self.shared.update(frames)
        for frame in frames:
            self._hold(frame, ALL_LINES)

    def part(self, frames: list[int]) -> None:
        """It is freed."""
        self.shared.difference_update(frames)
        for frame in frames:
            self.behind.pop(frame, None)

    def _hold(self, frame: int, lines: int) -> None:
        """Track lines of which both views are the same now."""
        tracked = self.behind.setdefault(frame, {})
        for number in bits(lines):
            if number not in tracked:
                held = self.nt.memory.read_physical(frame * PAGE + LINE * number, LINE)
                tracked[number] = Line(held, held)

    def flush(self, pieces: list[Piece], drop: bool) -> None:
        """Write the lines of these pieces back, and drop them if the device will write there."""
        for physical, length in pieces:
            frame, lines = physical // PAGE, lines_of(physical, length)
            self._settle(frame, lines, drop)
            if frame in self.shared:
                self._hold(frame, lines)
            self.written_back[frame] = self.written_back.get(frame, 0) | lines
            if drop:
                self.dropped[frame] = self.dropped.get(frame, 0) | lines

    def _settle(self, frame: int, lines: int, drop: bool) -> None:
        """Bring both views of some lines of a frame together: a line that the processor has changed wins."""
        tracked = self.behind.get(frame, {})
        for number in [number for number in tracked if lines >> number & 1]:
            line = tracked[number]
            where = frame * PAGE + LINE * number
            if line.clean == self.nt.memory.read_physical(where, LINE):
                if not drop:
                    continue
                self.nt.memory.write_physical(where, line.view)
            del tracked[number]

    def begin(self, pieces: list[Piece], write: bool) -> bool:
        """A transfer is mapped. False if lines were left in the cache."""
        good = True
        for physical, length in pieces:
            frame, lines = physical // PAGE, lines_of(physical, length)
            back = self.written_back.get(frame, 0)
            ready = back if write else self.dropped.get(frame, 0)
            for number in bits(lines & ~ready):
                good = False
                held = self.nt.memory.read_physical(frame * PAGE + LINE * number, LINE)
                known = back >> number & 1
                made = Line(held if known else bytes(LINE), held if known else None)
                self.behind.setdefault(frame, {}).setdefault(number, made)
        return good

    def edges(self, pieces: list[Piece]) -> Edges:
        """What shares a line with a buffer that a device will write."""
        found: Edges = []
        for physical, length in pieces:
            end = physical + length
            for start, stop in ((physical & -LINE, physical), (end, -(-end // LINE) * LINE)):
                if start < stop:
                    found.append((start, self.nt.memory.read_physical(start, stop - start)))
        return found

    def end(self, pieces: list[Piece], edges: Edges) -> None:
        """The transfer is over. The lines are dropped: what the processor wrote beside the buffer meanwhile is lost.
        The next transfer needs a flush of its own."""
        for physical, length in pieces:
            frame, lines = physical // PAGE, lines_of(physical, length)
            for ready in (self.written_back, self.dropped):
                left = ready.get(frame, 0) & ~lines
                if left:
                    ready[frame] = left
                else:
                    ready.pop(frame, None)
        for physical, held in edges:
            if not any(start <= physical < start + length for start, length in pieces):
                self.nt.memory.write_physical(physical, held)

    def device_reads(self, physical: int, length: int) -> bytes:
        """Bytes of memory as devices see them."""
        found = bytearray(self.nt.memory.read_physical(physical, length))
        for line, start, stop in self._tracked(physical, length):
            at = line[0]
            found[start - physical : stop - physical] = line[1].view[start - at : stop - at]
        return bytes(found)

    def device_writes(self, physical: int, data: bytes) -> None:
        """Bytes that a device writes: where a cache holds a line, the processor does not see them."""
        seen = bytearray(data)
        for line, start, stop in self._tracked(physical, len(data)):
            at = line[0]
            line[1].view[start - at : stop - at] = data[start - physical : stop - physical]
            seen[start - physical : stop - physical] = self.nt.memory.read_physical(start, stop - start)
        self.nt.memory.write_physical(physical, seen)

    def _tracked(self, physical: int, length: int) -> Iterator[tuple[tuple[int, Line], int, int]]:
        """The tracked lines of a range, each with its address, and the part of it that lies in the range."""
        end = physical + length
        for frame in range(physical // PAGE, (end - 1) // PAGE + 1):
            for number, line in self.behind.get(frame, {}).items():
                where = frame * PAGE + LINE * number
                start, stop = max(physical, where), min(end, where + LINE)
                if start < stop:
                    yield (where, line), start, stop


def lines_of(physical: int, length: int) -> int:
    """The lines of its page that a piece touches, a bit for each."""
    first, last = physical % PAGE // LINE, (physical % PAGE + length - 1) // LINE
    return (1 << last + 1) - (1 << first)


def bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
