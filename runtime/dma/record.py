"""What a run does with DMA, kept for drawing: each mapping and common buffer as plain data.

`System.recorder` is None unless somebody wants pictures. Watching changes nothing: the recorder asks for no choice,
lets no time pass and writes nothing. A drawing keeps of a long buffer the first pages and the last.
"""

from __future__ import annotations

from bisect import bisect_right

from ..mm.memory import USER_LIMIT
from ..mm.store import PAGE
from .buffers import chain_of
from .caches import LINE, lines_of
from .drawings import Drawing, Page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..hal.hardware import HardwareDevice
    from ..mm.mdl import Mdl
    from ..system import System
    from .adapters import Adapter
    from .buffers import Piece
    from .common_buffers import CommonBuffer
    from .mappings import Mapping

MOST_DRAWINGS = 256
FIRST_PAGES = 4  # of a buffer that are shown, and the last, where it has more than MOST_PAGES
MOST_PAGES = 6


class Recorder:
    """`drawings` in the order in which they began; `missed` counts those for which there was no room."""

    __slots__ = ("nt", "drawings", "missed", "_live")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.drawings: list[Drawing] = []
        self.missed = 0
        self._live: dict[Mapping | CommonBuffer, tuple[Drawing, Adapter]] = {}

    def _begin(self, adapter: Adapter, what: Mapping | CommonBuffer, common: bool) -> Drawing | None:
        if len(self.drawings) >= MOST_DRAWINGS:
            self.missed += 1
            return None
        made = Drawing(self.nt, len(self.drawings) + 1, adapter, common)
        self.drawings.append(made)
        self._live[what] = (made, adapter)
        return made

    def _end(self, what: Mapping | CommonBuffer, end: str) -> Drawing | None:
        found = self._live.pop(what, None)
        if found is None:
            return None
        found[0].end = end
        found[0].ended_ns = self.nt.clock.now_ns
        found[0].ended_at = self.nt.where()
        return found[0]

    # -- mappings

    def mapped(self, mapping: Mapping, mdl: Mdl) -> None:
        made = self._begin(mapping.adapter, mapping, False)
        if made is None:
            return
        made.mdl, made.length, made.write = mdl.address, mapping.length, mapping.write
        made.registers = mapping.registers.count
        made.page_count = len(mapping.pieces)
        offset = 0
        for logical, size in mapping.elements:
            made.elements.append((offset, logical, size))
            offset += size
        shown = _shown(made.page_count)
        copies = iter([*mapping.copies, (-1, -1, 0)])
        copy = next(copies)
        offset = 0
        for index, (piece, (va, entry)) in enumerate(
            zip(mapping.pieces, self._addresses(mdl, mapping), strict=False)
        ):
            physical, length = piece
            bounce = -1
            if copy[0] == physical:
                bounce = copy[1]
                copy = next(copies)
            if not index:
                made.va = va
            if index in shown:
                made.pages.append(Page(index, entry, offset, va, physical, bounce, 0, length))
            offset += length
        _give_logical(made)
        self._see_caches(made)
        made.owner = self._owner(mdl, made.va)
        if made.write:
            made.copied = sum(part for _, _, part in mapping.copies)

    def _addresses(self, mdl: Mdl, mapping: Mapping) -> list[tuple[int, int]]:
        """The virtual address of each piece, and its page within its MDL."""
        found: list[tuple[int, int]] = []
        rest = iter(chain_of(self.nt, mdl))
        begin = va = left = 0
        skip = mapping.start
        for _, length in mapping.pieces:
            while not left:
                one = next(rest)
                begin, va, left = int(one.start_va), one.virtual_address, int(one.byte_count)
                part = min(skip, left)
                va, left, skip = va + part, left - part, skip - part
            found.append((va, (va - begin) // PAGE))
            left -= length
            va += length
        return found

    def _see_caches(self, made: Drawing) -> None:
        """Which lines the driver has written back, or dropped where the device will write."""
        caches = self.nt.dma.caches
        if caches is None:
            return
        ready = caches.written_back if made.write else caches.dropped
        for page in made.pages:
            if page.bounce < 0:
                page.lines = lines_of(page.physical, page.length)
                page.left = page.lines & ~ready.get(page.physical // PAGE, 0)
                if not made.write:
                    page.shared = _partial(page.physical, page.length)

    def _owner(self, mdl: Mdl, va: int) -> str:
        """Whose memory a buffer is, in a few words."""
        lock = self.nt.mdls.locks.get(mdl.address)
        if va < USER_LIMIT:
            whose = f" of {lock.process.name}" if lock is not None and lock.process is not None else ""
            return f"user buffer{whose}"
        region = self.nt.memory.region_at(va)
        return region.kind if region is not None else "kernel buffer"

    def listed(self, mapping: Mapping, where: int) -> None:
        """A SCATTER_GATHER_LIST was made of a mapping."""
        found = self._live.get(mapping)
        if found is not None:
            found[0].list_at = where

    def undone(self, mapping: Mapping) -> None:
        """A mapping was only a try."""
        found = self._live.pop(mapping, None)
        if found is not None:
            self.drawings.remove(found[0])

    def flushed(self, mapping: Mapping, length: int) -> None:
        found = self._end(mapping, "flushed")
        if found is not None and not mapping.write:
            found.copied = min(sum(part for _, _, part in mapping.copies), length)

    def forgotten(self, mapping: Mapping) -> None:
        """A mapping is gone; unless it was flushed, what the device wrote to map registers is lost."""
        self._end(mapping, "lost")

    # -- common buffers

    def common(self, adapter: Adapter, buffer: CommonBuffer) -> None:
        made = self._begin(adapter, buffer, True)
        if made is None:
            return
        made.va, made.length, made.owner = buffer.address, buffer.length, "common buffer"
        made.iommu = buffer.domain is not None
        made.elements = [(0, buffer.logical, buffer.length)]
        pieces = _frames_of(buffer)
        made.page_count = len(pieces)
        shown = _shown(made.page_count)
        offset = 0
        for index, (physical, length) in enumerate(pieces):
            if index in shown:
                logical = buffer.logical + offset
                made.pages.append(Page(index, index, offset, buffer.address + offset, physical, -1, logical, length))
            offset += length

    def common_freed(self, buffer: CommonBuffer) -> None:
        self._end(buffer, "freed")

    # -- the bus

    def access(self, device: HardwareDevice, logical: int, length: int, write: bool) -> None:
        """A device reads or writes at logical addresses."""
        now = device.began_ns if device.began_ns >= 0 else self.nt.clock.now_ns
        while length:
            part = PAGE - logical % PAGE
            for drawing, adapter in self._live.values():
                offset, room = drawing.offset_of(logical) if adapter.device in (device, None) else (-1, 0)
                if offset >= 0:
                    part = min(length, room)
                    drawing.device = drawing.device or device.name
                    drawing.accessed(offset, logical, part, write, now)
                    break
            else:
                part = min(length, part)
                self._stray(device, logical, part, write, now)
            part = min(length, part)
            logical += part
            length -= part

    def _stray(self, device: HardwareDevice, logical: int, length: int, write: bool, now: int) -> None:
        """An access that no mapping covers belongs to the picture of what was there before, or of the device's last."""
        known = [drawing for drawing in reversed(self.drawings) if drawing.is_of(device)]
        if not known:
            return
        before = next((drawing for drawing in known if drawing.end and drawing.offset_of(logical)[0] >= 0), None)
        why = "beyond" if logical in device.beyond else "beside" if before is None else "late"
        live = next((drawing for drawing in known if not drawing.end), known[0])
        whose = live if before is None else before
        whose.strayed(logical, length, write, why, now)


def _shown(count: int) -> set[int]:
    """Which of so many pages are drawn."""
    return set(range(count)) if count <= MOST_PAGES else {*range(FIRST_PAGES), count - 1}


def _partial(physical: int, length: int) -> int:
    """The first and the last line of a piece, where it does not fill them."""
    first, last = physical % LINE, (physical + length) % LINE
    found = lines_of(physical, 1) if first else 0
    return found | (lines_of(physical + length - 1, 1) if last else 0)


def _give_logical(drawing: Drawing) -> None:
    """Each page gets the logical address of its first byte."""
    for page in drawing.pages:
        at = bisect_right(drawing.elements, (page.offset, 1 << 64, 0)) - 1
        offset, logical, _ = drawing.elements[at]
        page.logical = logical + page.offset - offset


def _frames_of(buffer: CommonBuffer) -> list[Piece]:
    """The pieces of memory behind a common buffer, page by page."""
    if buffer.domain is not None:
        return buffer.domain.translate(buffer.logical, buffer.length, None)
    ends = range(0, buffer.length, PAGE)
    return [(buffer.logical + at, min(PAGE, buffer.length - at)) for at in ends]
