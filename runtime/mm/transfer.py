"""Bytes to and from simulated memory, in as few copies of the host as its pages lie in a row in the store.

Pages that were touched one after the other have slots that follow one another, whatever their frames are. How far such
a row reaches is looked up page by page once, and remembered until a page leaves.
"""

from __future__ import annotations

from .store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .memory import Memory, Window
    from .regions import Device, Region

ADDRESS_MASK = 0xFFFF_FFFF_FFFF_FFFF


class Transfer:
    """`rows` has where each known row ends and its distance to the store: for loads and for stores by the address of
    its first page, `physical_rows` by that of its first frame."""

    __slots__ = ("memory", "rows", "physical_rows")

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.rows: tuple[dict[int, tuple[int, int]], dict[int, tuple[int, int]]] = ({}, {})
        self.physical_rows: dict[int, tuple[int, int]] = {}

    # -- by virtual address

    def read_into(self, va: int, target: memoryview, in_driver: bool = False) -> None:
        """Fill a view of bytes from memory."""
        window, source = self.memory.loads[1], self.memory.store.bytes
        done, length = 0, len(target)
        while done < length:
            offset, part = self._row(window, va, length - done, in_driver)
            if offset >= 0:
                target[done : done + part] = source[offset : offset + part]
            else:
                region, device = self._device(va)
                for index in range(part):
                    target[done + index] = device.load(va - region.start + index, 1)
            va = (va + part) & ADDRESS_MASK
            done += part

    def write(self, va: int, data: bytes | bytearray | memoryview, in_driver: bool = False) -> None:
        """Bytes to memory; those before a page that faults have been written, as in life."""
        window, target = self.memory.stores[1], self.memory.store.bytes
        done, length = 0, len(data)
        source = memoryview(data)
        while done < length:
            offset, part = self._row(window, va, length - done, in_driver)
            if offset >= 0:
                target[offset : offset + part] = source[done : done + part]
            else:
                region, device = self._device(va)
                for index in range(part):
                    device.store(va - region.start + index, 1, source[done + index])
            va = (va + part) & ADDRESS_MASK
            done += part

    def copy(self, to: int, source: int, length: int) -> None:
        """Bytes from memory to memory that does not overlap it."""
        memory = self.memory
        loads, stores, data = memory.loads[1], memory.stores[1], memory.store.bytes
        while length:
            if stores.get(to & -PAGE) is None:
                self._row(stores, to, 1, False)  # may fault, and what then runs may take the source away
            start, part = self._row(loads, source, length, False)
            target, room = self._row(stores, to, part, False)
            if start < 0 or target < 0:
                memory.write(to, memory.read(source, room))
            else:
                data[target : target + room] = data[start : start + room]
            to, source = (to + room) & ADDRESS_MASK, (source + room) & ADDRESS_MASK
            length -= room

    def _row(self, window: Window, va: int, length: int, in_driver: bool) -> tuple[int, int]:
        """The store offset of an address and how many of the bytes from there on lie in a row; -1 for a device, up to
        the end of its page. Faults until the first page may be touched."""
        page = va & -PAGE
        get = window.get
        distance = get(page)
        if distance is None:
            region, offset = self.memory._resolve(va, window.write, in_driver)
            if offset < 0:
                return -1, min(length, page + PAGE - va)
            watched = self.memory.watched
            if watched.frames[window.write] and watched.holds(window, region, page):
                part = min(length, page + PAGE - va)
                watched.look(region, va, part, window.write)
                return offset + va - page, part
            distance = self.memory._show(window, region, page, offset)
            if va + length > page + PAGE:
                self._show_more(window, region, page + PAGE, va + length, distance)
        end = va + length
        rows = self.rows[window.write]
        stop = rows[page][0] if page in rows else page + PAGE
        if stop < end:
            while stop < end and get(stop) == distance:
                stop += PAGE
            rows[page] = stop, distance
        return va + distance, min(stop, end) - va

    def _show_more(self, window: Window, region: Region, page: int, end: int, distance: int) -> None:
        """Let a window show the pages that come after one of a region, as long as they are there and in a row."""
        memory, frames = self.memory, region.frames
        end = min(end, region.end)
        if frames is None or region.copy_on_write or (memory.raised and region.pageable):
            return
        slot_of, modified = memory.slot_of, memory.paging.modified if window.write and region.pageable else None
        while page < end:
            frame = frames[(page - region.start) // PAGE]
            if not frame:
                return
            slot = slot_of.get(frame)
            if slot is None:
                slot = memory._slot(frame)
            if slot * PAGE - page != distance:
                return
            if modified is not None:
                modified.add(frame)
            memory._show(window, region, page, slot * PAGE)
            page += PAGE

    def _device(self, va: int) -> tuple[Region, Device]:
        region = self.memory.region_at(va)
        assert region is not None and region.device is not None
        return region, region.device

    # -- by physical address

    def read_physical_into(self, physical: int, target: memoryview) -> None:
        """Fill a view of bytes from RAM; a frame that nobody has touched has zeros."""
        source = self.memory.store.bytes
        done, length = 0, len(target)
        while done < length:
            offset, part = self._physical_row(physical, length - done, False)
            target[done : done + part] = source[offset : offset + part] if offset >= 0 else bytes(part)
            physical += part
            done += part

    def write_physical(self, physical: int, data: bytes | bytearray | memoryview) -> None:
        """Bytes to RAM."""
        target = self.memory.store.bytes
        done, length = 0, len(data)
        source = memoryview(data)
        while done < length:
            offset, part = self._physical_row(physical, length - done, True)
            target[offset : offset + part] = source[done : done + part]
            physical += part
            done += part

    def move_physical(self, moves: list[tuple[int, int, int]]) -> None:
        """Copy pieces of RAM, each (from, to, bytes) within a page; what lies in a row in the store at once."""
        memory = self.memory
        slot_of = memory.slot_of
        first_from = first_to = run = 0
        for source, target, length in moves:
            slot = slot_of.get(source >> 12)
            if slot is None or (source & 4095) + length > PAGE or (target & 4095) + length > PAGE:
                self._copy(first_from, first_to, run)
                run = 0
                self.write_physical(target, memory.read_physical(source, length))
                continue
            start = slot * PAGE + (source & 4095)
            slot = slot_of.get(target >> 12)
            to = (memory._slot(target >> 12) if slot is None else slot) * PAGE + (target & 4095)
            if start == first_from + run and to == first_to + run:
                run += length
                continue
            self._copy(first_from, first_to, run)
            first_from, first_to, run = start, to, length
        self._copy(first_from, first_to, run)

    def _copy(self, source: int, target: int, length: int) -> None:
        if length:
            held = self.memory.store.bytes
            held[target : target + length] = held[source : source + length]

    def _physical_row(self, physical: int, length: int, take: bool) -> tuple[int, int]:
        """The store offset of a physical address and how many of the bytes from there on lie in a row; -1 for a frame
        that nobody has touched, unless bytes are to be taken for it."""
        memory, rows = self.memory, self.physical_rows
        get = memory.slot_of.get
        frame = physical >> 12
        first = frame << 12
        slot = memory._slot(frame) if take else get(frame, -1)
        if slot < 0:
            return -1, min(length, first + PAGE - physical)
        end, distance = physical + length, slot * PAGE - first
        stop = rows[first][0] if first in rows else first + PAGE
        if stop < end:
            while stop < end:
                slot = memory._slot(stop >> 12) if take else get(stop >> 12, -1)
                if slot * PAGE - stop != distance:
                    break
                stop += PAGE
            rows[first] = stop, distance
        return physical + distance, min(stop, end) - physical

    # -- what is remembered

    def forget(self) -> None:
        """A page left a window."""
        for rows in self.rows:
            if rows:
                rows.clear()

    def forget_physical(self) -> None:
        """A frame lost its slot."""
        self.physical_rows.clear()
