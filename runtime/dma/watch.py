"""Who touches a buffer while it is mapped: the processor may not read what the device has written before the mapping is
flushed, nor change what the device has yet to read.

On a machine that copies, the processor reads what was there before, and its own bytes never reach the device; on
others all looks well. So it is said on every machine. Only bytes count that the device wrote, or reads: frames are
watched from the device's first write on, or from the mapping on where the device will read.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from struct import Struct

from ..findings import address, plural
from ..mm.store import PAGE
from ..rules import dma as rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..findings import Moment
    from ..hal.hardware import HardwareDevice
    from ..mm.regions import Region
    from ..system import System
    from .mappings import Mapping

MDL = Struct("<Q24xQII")  # Next, StartVa, ByteCount, ByteOffset
MOST_CHANGES = 256  # ranges that the processor has changed of one buffer


class Range:
    """Physical addresses, and who was there when."""

    __slots__ = ("low", "high", "moment")

    def __init__(self, low: int, high: int, moment: Moment) -> None:
        self.low = low
        self.high = high
        self.moment = moment


class Watching:
    """What is known of one mapping. `places` are the virtual addresses of its MDLs, each with the byte of the mapping
    at which it begins; `landed` is what the device has written, by frame, `changed` what the processor has."""

    __slots__ = ("mapping", "places", "taken", "landed", "changed", "reported", "_starts", "_frames")

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self.places: list[tuple[int, int]] = []
        self.taken: dict[int, Region | None] = {}
        self.landed: dict[int, list[Range]] = {}
        self.changed: list[Range] = []
        self.reported = False
        self._starts: list[int] = []
        self._frames: dict[int, list[tuple[int, int]]] = {}

    def page_at(self, nt: System, offset: int) -> int:
        """The page of virtual memory of a byte of the mapping."""
        if not self.places:
            self.places = _places(nt, self.mapping)
        first, va = self.places[bisect_right(self.places, (offset, 1 << 64)) - 1]
        return va + offset - first & -PAGE

    def pieces(self, offset: int, length: int) -> list[tuple[int, int, int]]:
        """The pieces of memory behind some bytes of the mapping: (byte of the mapping, physical address, bytes)."""
        if not self._starts:
            self._starts = [0, *accumulate(size for _, size in self.mapping.pieces)]
        found: list[tuple[int, int, int]] = []
        index = bisect_right(self._starts, offset) - 1
        while length > 0 and index < len(self.mapping.pieces):
            physical, size = self.mapping.pieces[index]
            within = offset - self._starts[index]
            part = min(length, size - within)
            found.append((offset, physical + within, part))
            offset += part
            length -= part
            index += 1
        return found

    def mapped_in(self, frame: int) -> list[tuple[int, int]]:
        """The parts of a frame that are mapped: physical addresses."""
        if not self._frames:
            for physical, size in self.mapping.pieces:
                self._frames.setdefault(physical // PAGE, []).append((physical, physical + size))
        return self._frames.get(frame, [])


class Watch:
    """`live` are the mappings that are watched, `arrived` those that the device has written to, by frame."""

    __slots__ = ("nt", "live", "arrived")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.live: dict[Mapping, Watching] = {}
        self.arrived: dict[int, list[Watching]] = {}
        nt.memory.watched.observers.append(self.seen)

    def begin(self, mapping: Mapping) -> None:
        """A buffer is mapped. One that a channel goes through again and again is shared, as a common buffer is."""
        description = mapping.adapter.description
        if description.auto_initialise and not description.master:
            return
        made = self.live[mapping] = Watching(mapping)
        if mapping.write:
            offset = 0
            for physical, size in mapping.pieces:
                self._take(made, physical // PAGE, offset)
                offset += size

    def end(self, mapping: Mapping) -> None:
        """The mapping is flushed, or forgotten."""
        found = self.live.pop(mapping, None)
        if found is None:
            return
        watched = self.nt.memory.watched
        for frame, region in found.taken.items():
            watched.remove(frame, region, mapping.write)
        for frame in found.landed:
            self.arrived[frame].remove(found)
            if not self.arrived[frame]:
                del self.arrived[frame]

    def _take(self, watching: Watching, frame: int, offset: int) -> None:
        if frame not in watching.taken:
            mapping, watched = watching.mapping, self.nt.memory.watched
            watching.taken[frame] = watched.add(frame, watching.page_at(self.nt, offset), mapping.write)

    # -- what devices do

    def device_wrote(self, device: HardwareDevice, logical: int, length: int) -> None:
        """Bytes have arrived: what they landed in may not be looked at before the flush."""
        found = self._find(device, logical, False)
        if not found:
            self.against(device, logical, length)
        for watching, offset in found:
            moment = self.nt.moment()
            for at, physical, size in watching.pieces(offset, length):
                frame = physical // PAGE
                self._take(watching, frame, at)
                if frame not in watching.landed:
                    watching.landed[frame] = []
                    self.arrived.setdefault(frame, []).append(watching)
                _add(watching.landed[frame], physical, physical + size, moment)

    def device_reads(self, device: HardwareDevice, logical: int, length: int) -> None:
        """What the device reads must be what was there when the buffer was mapped."""
        for watching, offset in self._find(device, logical, True):
            if watching.changed and not watching.reported:
                for _, physical, size in watching.pieces(offset, length):
                    found = _overlapping(watching.changed, physical, physical + size)
                    if found is not None:
                        self._changed(watching, found)
                        break

    def against(self, device: HardwareDevice, logical: int, length: int) -> None:
        """A device writes where it should only read. (An IOMMU then stops it.)"""
        for watching, _ in self._find(device, logical, True):
            if not watching.reported:
                watching.reported = True
                mapping = watching.mapping
                facts = [*mapping.facts, ("access", f"{plural(length, 'byte')} at logical {address(logical)}")]
                self.nt.violation(
                    rules.DMA_WRITTEN_AGAINST_DIRECTION, (), facts, ("mapping", mapping.mdl), argument=None
                )

    def _find(self, device: HardwareDevice, logical: int, write: bool) -> list[tuple[Watching, int]]:
        """The mapping of a direction that a device's access leads into, and to which byte of it."""
        for watching in self.live.values():
            mapping = watching.mapping
            if mapping.write == write and mapping.adapter.device in (device, None):
                offset = mapping.offset_of(logical)
                if offset >= 0:
                    return [(watching, offset)]
        return []

    def _changed(self, watching: Watching, found: Range) -> None:
        watching.reported = True
        mapping = watching.mapping
        facts = [*mapping.facts, ("written", f"{plural(found.high - found.low, 'byte')} of the buffer")]
        self.nt.violation(
            rules.DMA_CHANGED_WHILE_MAPPED, (), facts, ("mapping", mapping.mdl), moment=found.moment, argument=None,
            marks=[(self.nt.moment(), "the device reads it here")],
        )  # fmt: skip

    # -- what processors do

    def seen(self, frame: int, within: int, length: int, write: bool) -> None:
        """An access to a watched frame. What programs do with their buffers meanwhile is their own affair."""
        if self.nt.thread.user:
            return
        low = frame * PAGE + within
        if write:
            self._stored(frame, low, low + length)
            return
        for watching in self.arrived.get(frame, []):
            found = _overlapping(watching.landed[frame], low, low + length)
            if found is not None and not watching.reported:
                watching.reported = True
                mapping = watching.mapping
                facts = [*mapping.facts, ("read", f"{plural(length, 'byte')} at physical {address(low)}")]
                self.nt.violation(
                    rules.DMA_READ_BEFORE_FLUSH, (), facts, ("mapping", mapping.mdl), argument=None,
                    marks=[(found.moment, "the device wrote it here")],
                )  # fmt: skip

    def _stored(self, frame: int, low: int, high: int) -> None:
        for watching in self.live.values():
            if not watching.mapping.write or len(watching.changed) >= MOST_CHANGES:
                continue
            for first, last in watching.mapped_in(frame):
                if first < high and low < last:
                    _add(watching.changed, max(low, first), min(high, last), None, self.nt)


def _places(nt: System, mapping: Mapping) -> list[tuple[int, int]]:
    """Where the bytes of a mapping lie in virtual memory: (byte of the mapping, address) for each MDL of a chain, as
    far as that is still there."""
    found = [(0, 0)]
    at, where, start = 0, mapping.mdl, mapping.start
    while where and at < mapping.length:
        header = _look(nt, where, MDL.size)
        if len(header) < MDL.size:
            break
        where, page, count, offset = MDL.unpack(header)
        if start < count:
            found.append((at, page + offset + start))
            at += count - start
        start = max(start - count, 0)
    return found


def _look(nt: System, va: int, length: int) -> bytes:
    """Bytes of memory as they are; fewer where pages are not there."""
    part = min(length, PAGE - va % PAGE)
    if not nt.memory.frame_at(va):
        return b""
    found = nt.memory.peek(va, part)
    return found + _look(nt, va + part, length - part) if part < length else found


def _overlapping(ranges: list[Range], low: int, high: int) -> Range | None:
    return next((one for one in ranges if one.low < high and low < one.high), None)


def _add(ranges: list[Range], low: int, high: int, moment: Moment | None, nt: System | None = None) -> None:
    """One more range; it makes the last one longer where it goes on."""
    if ranges and ranges[-1].low <= low <= ranges[-1].high:
        ranges[-1].high = max(high, ranges[-1].high)
        return
    if moment is None:
        assert nt is not None
        moment = nt.moment()
    ranges.append(Range(low, high, moment))
