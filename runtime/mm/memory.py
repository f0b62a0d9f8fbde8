"""Virtual memory: regions of pages, the frames behind them, and the windows through which code touches them.

Generated code reads a 32-bit word at `va` as `U32[((a := va) + R4[a & -4093]) >> 2]`: the window R4 maps a page to the
distance between its virtual address and its bytes in the store. A page that is not in the window, or a misaligned
address (whose low bits make a key of their own), lands in `Window.__missing__`, which is the page fault: it finds the
address in the caller's local `a` (and, for a store, the value in its local `s`), and answers with a distance that makes
the access come out right. Every way in from Python is `read` and `write`. Windows are only ever mutated, never
replaced: generated code holds them.
"""

from __future__ import annotations

import sys

from .paging import Paging
from .pfn import Pins
from .regions import Device as Device
from .regions import Region as Region
from .regions import Space as Space
from .store import PAGE, SCRATCH, OutOfMemory, Store
from .transfer import Transfer
from .watched import Element, Watched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .frames import Frames

KERNEL_BASE = 0xFFFF_8000_0000_0000
USER_LIMIT = 0x7FFF_FFFF_0000  # MmUserProbeAddress
ADDRESS_MASK = 0xFFFF_FFFF_FFFF_FFFF
SIZES = (1, 2, 4, 8)
PAGE_KEY = (0, ~0xFFF, ~0xFFE, 0, ~0xFFC, 0, 0, 0, ~0xFF8)  # by size: of an aligned address it leaves the page
SHIFT = (0, 0, 1, 0, 2, 0, 0, 0, 3)


class Window(dict[int, int]):
    """Page to distance, for accesses of one size and direction."""

    __slots__ = ("memory", "size", "write")

    def __init__(self, memory: Memory, size: int, write: bool) -> None:
        self.memory = memory
        self.size = size
        self.write = write

    def __missing__(self, key: int) -> int:
        names = sys._getframe(1).f_locals
        raw: int = names["a"]
        va = raw & ADDRESS_MASK  # pointer arithmetic is reduced only here
        return self.memory.operand(self, va, names["s"] if self.write else 0) + va - raw


class Fixed(dict[int, int]):
    """Page to index into the view of its size, for variables at constant addresses: `U32[G4[0xFFFF…F000] + 5]`. These
    pages are the image's own: they are always there and cannot fault."""

    __slots__ = ("memory", "size", "write")

    def __init__(self, memory: Memory, size: int, write: bool) -> None:
        self.memory = memory
        self.size = size
        self.write = write

    def __missing__(self, page: int) -> int | Element:
        return self.memory.fixed(self, page)


class Memory:
    """All of virtual memory as the current processor and process see it.

    `fault(va, write, in_driver)` is called for an access that may not be made; it raises, or returns if the access
    shall be tried again. `irql_high()` tells whether the current IRQL is DISPATCH_LEVEL or above.
    """

    __slots__ = (
        "store", "frames", "kernel", "user", "loads", "stores", "_load", "_store", "_views",
        "_fixed_windows", "_fixed_shown", "_load_windows", "_store_windows", "slot_of", "pins", "claims", "paging",
        "transfer", "each_access", "_pageable_shown", "_user_shown", "_borrowed_shown", "user_touched", "fault",
        "raised", "out_of_memory", "watched",
    )  # fmt: skip

    def __init__(self, store: Store, frames: Frames, names: dict[str, object]) -> None:
        self.store = store
        self.frames = frames
        self.kernel = Space()
        self.user = Space()
        self.loads = {size: Window(self, size, False) for size in SIZES}
        self.stores = {size: Window(self, size, True) for size in SIZES}
        self._load_windows = tuple(self.loads.values())
        self._store_windows = tuple(self.stores.values())
        self._load = _getters(self._load_windows)
        self._store = _getters(self._store_windows)
        self._views = store.views
        names["R1"], names["R2"], names["R4"], names["R8"] = self._load_windows
        names["W1"], names["W2"], names["W4"], names["W8"] = self._store_windows
        readable = names["G1"], names["G2"], names["G4"], names["G8"] = [Fixed(self, size, False) for size in SIZES]
        writable = names["H1"], names["H2"], names["H4"], names["H8"] = [Fixed(self, size, True) for size in SIZES]
        self._fixed_windows = (*readable, *writable)
        self._fixed_shown: set[int] = set()
        self.slot_of: dict[int, int] = {}
        self.pins = Pins()
        self.claims: dict[int, tuple[Sequence[int], str]] = {}
        self.paging = Paging(self)
        self.transfer = Transfer(self)
        self._pageable_shown: set[int] = set()
        self._user_shown: set[int] = set()
        self._borrowed_shown: dict[int, set[int]] = {}  # by slot
        self.watched = Watched(self)
        self.raised = False
        self.each_access: Callable[[], None] | None = None  # before each access of code, if the run shall be so fine
        self.fault: Callable[[int, bool, bool], None] = _no_fault
        self.user_touched: Callable[[int], None] = _not_told
        self.out_of_memory: Callable[[], None] = _no_memory

    # -- translation

    def region_at(self, va: int) -> Region | None:
        return self.kernel.find(va) if va >= KERNEL_BASE else self.user.find(va)

    def frame_at(self, va: int) -> int:
        """The frame behind an address, or 0."""
        region = self.region_at(va)
        if region is None or region.frames is None:
            return 0
        return region.frames[(va - region.start) >> 12]

    def is_pinned(self, frame: int) -> bool:
        return self.pins.holds(frame)

    def make_resident(self, region: Region, first: int, count: int) -> bool:
        """Give frames to those of the pages that have none. False if there are not enough."""
        return self.paging.make_resident(region, first, count)

    def permits(self, va: int, write: bool) -> bool:
        """True if the page at va is mapped with this right (whatever the IRQL)."""
        region = self.region_at(va)
        return region is not None and region.accessible and (region.writable or not write)

    def _resolve(self, va: int, write: bool, in_driver: bool) -> tuple[Region, int]:
        """The region of va and the store offset of the start of its page (-1 for a device); faults until it may be
        touched."""
        while True:
            region = self.region_at(va)
            if region is not None and region.accessible and (region.writable or not write):
                if region.device is not None:
                    return region, -1
                index = (va - region.start) >> 12
                frame = region.frames[index] if region.frames is not None else 0
                if not (self.raised and region.pageable and not (frame and self.pins.holds(frame))):
                    return region, self._page(region, index, frame, write)
            self.fault(va, write, in_driver)

    def _page(self, region: Region, index: int, frame: int, write: bool) -> int:
        """The store offset of a page that may be touched."""
        if write and region.copy_on_write:
            region = self.paging.break_copies(region, index, 1)
            index = 0
            frame = region.frames[0] if region.frames is not None else 0
        if not frame:
            if not self.make_resident(region, index, 1):
                self.out_of_memory()
            assert region.frames is not None
            frame = region.frames[index]
        if write and region.pageable:
            self.paging.modified.add(frame)
        return self._slot(frame) * PAGE

    def _slot(self, frame: int) -> int:
        slot = self.slot_of.get(frame)
        if slot is None:
            try:
                slot = self.slot_of[frame] = self.store.take()
            except OutOfMemory:
                self.out_of_memory()
                raise
        return slot

    # -- the way in for generated code

    def operand(self, window: Window, va: int, value: int) -> int:
        """The distance for an access that the window did not know."""
        size, write = window.size, window.write
        if self.each_access is not None:
            self.each_access()
        if not va & (size - 1):
            region, offset = self._resolve(va, write, True)
            if offset >= 0:
                if self.watched.frames[write]:
                    self.watched.look(region, va, size, write)
                return self._show_all(write, region, va & -PAGE, offset)
            assert region.device is not None
            if write:
                region.device.store(va - region.start, size, value & ((1 << 8 * size) - 1))
            else:
                value = region.device.load(va - region.start, size)
                self.store.bytes[SCRATCH : SCRATCH + size] = value.to_bytes(size, "little")
            return SCRATCH - va
        if write:
            self.write(va, (value & ((1 << 8 * size) - 1)).to_bytes(size, "little"), in_driver=True)
        else:
            self.store.bytes[SCRATCH : SCRATCH + size] = self.read(va, size, in_driver=True)
        return SCRATCH - va

    def _show(self, window: Window, region: Region, page: int, offset: int) -> int:
        """Let a window show a page from here on, unless each access is to be seen; the distance."""
        if self.each_access is not None:
            return offset - page
        if self.watched.frames[window.write] and self.watched.holds(window, region, page):
            return offset - page
        window[page] = offset - page
        if region.pageable:
            self._pageable_shown.add(page)
        if page < KERNEL_BASE:
            self._user_shown.add(page)
            self.user_touched(page)
        if not region.owns_frames:
            self._borrowed_shown.setdefault(offset // PAGE, set()).add(page)
        return offset - page

    def _show_all(self, write: bool, region: Region, page: int, offset: int) -> int:
        """Let the windows of all sizes show a page, those for stores too if it may be written to; the distance."""
        distance = self._show(self.loads[1], region, page, offset)
        if self.each_access is not None:
            return distance
        if not self.watched.frames[0] or page in self.loads[1]:
            for window in self._load_windows:
                window[page] = distance
        if write and not (self.watched.frames[1] and self.watched.holds(self.stores[1], region, page)):
            for window in self._store_windows:
                window[page] = distance
        return distance

    def fixed(self, window: Fixed, page: int) -> int | Element:
        """The index of the first unit of a page of variables."""
        if self.each_access is not None:
            self.each_access()
            region, offset = self._resolve(page, window.write, True)
            if region in self.watched.regions:
                return Element(self.watched, region, page, offset, window.size, window.write)
            return offset // window.size
        region, offset = self._resolve(page, window.write, True)
        assert offset >= 0, "variables do not lie in device registers"
        if page in self.watched.spied[window.write]:
            self.watched.spy_page(region, page, window.write)
        if region in self.watched.regions:
            return Element(self.watched, region, page, offset, window.size, window.write)
        if region.pageable:
            self._pageable_shown.add(page)
        self._fixed_shown.add(page)
        found = window[page] = offset // window.size
        return found

    def forget(self, start: int, pages: int) -> None:
        """Pages left, moved or changed their protection: no window may show them any more."""
        self.transfer.forget()
        if pages > 64:
            end = start + pages * PAGE
            for window in (*self._load_windows, *self._store_windows, *self._fixed_windows):
                for page in [page for page in window if start <= page < end]:
                    del window[page]
            return
        loads, stores = self.loads[1], self.stores[1]  # what a window of another size shows, these show too
        for page in range(start, start + pages * PAGE, PAGE):
            if page in loads:
                for window in self._load_windows:
                    window.pop(page, None)
            if page in stores:
                for window in self._store_windows:
                    window.pop(page, None)
            if page in self._fixed_shown:
                self._fixed_shown.discard(page)
                for window in self._fixed_windows:
                    window.pop(page, None)

    def hide_all(self) -> None:
        """No window shows any page."""
        self.transfer.forget()
        for window in (*self._load_windows, *self._store_windows, *self._fixed_windows):
            window.clear()
        for shown in (self._pageable_shown, self._user_shown, self._fixed_shown):
            shown.clear()
        self._borrowed_shown.clear()

    def raise_irql(self, raised: bool) -> None:
        """The IRQL went to DISPATCH_LEVEL or above, or came down: pageable pages leave then but for the locked ones."""
        if raised and not self.raised:
            if self._pageable_shown:
                self._hide_pageable()
            if self.paging.fresh:
                self.paging.sweep()
        self.raised = raised

    def _hide_pageable(self) -> None:
        for page in self._pageable_shown:
            self.forget(page, 1)
        self._pageable_shown.clear()

    def switch_user(self, space: Space) -> None:
        """Another process's user half is current."""
        if space is not self.user:
            for page in self._user_shown:
                self.forget(page, 1)
            self._user_shown.clear()
            self.user = space

    # -- the way in for kernel code

    def read(self, va: int, length: int, in_driver: bool = False) -> bytes:
        """Bytes at a virtual address. Faults as the processor would."""
        if (va & 4095) + length <= PAGE:
            distance = self._load[1](va & -PAGE)
            if distance is not None:
                return bytes(self.store.bytes[va + distance : va + distance + length])
            if length:
                region, offset = self._resolve(va, False, in_driver)
                if offset >= 0:
                    if self.watched.frames[0]:
                        self.watched.look(region, va, length, False)
                    distance = self._show_all(False, region, va & -PAGE, offset)
                    return bytes(self.store.bytes[va + distance : va + distance + length])
        found = bytearray(length)
        self.transfer.read_into(va, memoryview(found), in_driver)
        return bytes(found)

    def read_into(self, va: int, target: memoryview, in_driver: bool = False) -> None:
        """Fill a view of bytes from a virtual address."""
        row = self.transfer.rows[0].get(va & -PAGE)
        if row is not None and va + len(target) <= row[0]:
            target[:] = self.store.bytes[va + row[1] : va + row[1] + len(target)]
            return
        self.transfer.read_into(va, target, in_driver)

    def write(self, va: int, data: bytes | bytearray | memoryview, in_driver: bool = False) -> None:
        """Bytes to a virtual address; those before a page that faults have been written, as in life."""
        length = len(data)
        if (va & 4095) + length <= PAGE:
            distance = self._store[1](va & -PAGE)
            if distance is not None:
                self.store.bytes[va + distance : va + distance + length] = data
                return
            if length:
                region, offset = self._resolve(va, True, in_driver)
                if offset >= 0:
                    if self.watched.frames[1]:
                        self.watched.look(region, va, length, True)
                    distance = self._show_all(True, region, va & -PAGE, offset)
                    self.store.bytes[va + distance : va + distance + length] = data
                    return
        row = self.transfer.rows[1].get(va & -PAGE)
        if row is not None and va + length <= row[0]:
            self.store.bytes[va + row[1] : va + row[1] + length] = data
            return
        self.transfer.write(va, data, in_driver)

    def copy(self, to: int, source: int, length: int) -> None:
        """Bytes from one virtual address to another; the blocks do not overlap."""
        self.transfer.copy(to, source, length)

    def read_uint(self, va: int, size: int) -> int:
        """An unsigned integer of so many bytes."""
        distance = self._load[size](va & PAGE_KEY[size]) if size < 9 else None
        if distance is not None:
            value: int = self._views[size][va + distance >> SHIFT[size]]
            return value
        return self._read_uint_slowly(va, size)

    def _read_uint_slowly(self, va: int, size: int) -> int:
        if size not in SIZES or va & (size - 1):
            return int.from_bytes(self.read(va, size), "little")
        region, offset = self._resolve(va, False, False)
        if region.device is not None:
            return region.device.load(va - region.start, size)
        if self.watched.frames[0]:
            self.watched.look(region, va, size, False)
        self._show_all(False, region, va & -PAGE, offset)
        value: int = self.store.views[size][offset + (va & 4095) >> SHIFT[size]]
        return value

    def write_uint(self, va: int, size: int, value: int) -> None:
        """Store the low bytes of an integer."""
        distance = self._store[size](va & PAGE_KEY[size]) if size < 9 else None
        if distance is not None:
            self._views[size][va + distance >> SHIFT[size]] = value & ((1 << 8 * size) - 1)
        else:
            self._write_uint_slowly(va, size, value & ((1 << 8 * size) - 1))

    def _write_uint_slowly(self, va: int, size: int, value: int) -> None:
        if size not in SIZES or va & (size - 1):
            self.write(va, value.to_bytes(size, "little"))
            return
        region, offset = self._resolve(va, True, False)
        if region.device is not None:
            region.device.store(va - region.start, size, value)
            return
        if self.watched.frames[1]:
            self.watched.look(region, va, size, True)
        self._show_all(True, region, va & -PAGE, offset)
        self.store.views[size][offset + (va & 4095) >> SHIFT[size]] = value

    def poke(self, va: int, data: bytes) -> None:
        """Bytes that the system itself writes, within one page, whatever the IRQL and the protection."""
        offset = self._own_page(va, True)
        self.store.bytes[offset : offset + len(data)] = data
        if self.watched.spy_told is not None:
            self.watched.told(self.frame_at(va) * PAGE + va % PAGE, len(data), True, "the system")

    def peek(self, va: int, length: int) -> bytes:
        """Bytes that the system itself looks at, within one page, whatever the IRQL."""
        offset = self._own_page(va, False)
        return bytes(self.store.bytes[offset : offset + length])

    def _own_page(self, va: int, write: bool) -> int:
        region = self.region_at(va)
        assert region is not None
        index = (va - region.start) >> 12
        return self._page(region, index, region.frames[index] if region.frames is not None else 0, write) + (va & 4095)

    # -- the way in for devices and debuggers: by physical address, past all protections

    def read_physical(self, physical: int, length: int) -> bytes:
        """Bytes of RAM at a physical address. Nothing is paged in and nothing marked."""
        found = bytearray(length)
        if self.watched.spy_told is not None:
            self.watched.told(physical, length, False, "DMA")
        self.transfer.read_physical_into(physical, memoryview(found))
        return bytes(found)

    def read_physical_into(self, physical: int, target: memoryview) -> None:
        """Fill a view of bytes from RAM at a physical address."""
        if self.watched.spy_told is not None:
            self.watched.told(physical, len(target), False, "DMA")
        row = self.transfer.physical_rows.get(physical & -PAGE)
        if row is not None and physical + len(target) <= row[0]:
            target[:] = self.store.bytes[physical + row[1] : physical + row[1] + len(target)]
            return
        self.transfer.read_physical_into(physical, target)

    def write_physical(self, physical: int, data: bytes | bytearray | memoryview) -> None:
        """Bytes to RAM at a physical address, as a device writes them: the pages do not count as modified by that."""
        if self.watched.spy_told is not None:
            self.watched.told(physical, len(data), True, "DMA")
        row = self.transfer.physical_rows.get(physical & -PAGE)
        if row is not None and physical + len(data) <= row[0]:
            self.store.bytes[physical + row[1] : physical + row[1] + len(data)] = data
            return
        self.transfer.write_physical(physical, data)

    def move_physical(self, moves: list[tuple[int, int, int]]) -> None:
        """Copy pieces of RAM by physical address, each (from, to, bytes)."""
        if self.watched.spy_told is None:
            self.transfer.move_physical(moves)
            return
        for source, target, length in moves:
            self.write_physical(target, self.read_physical(source, length))

    def read_string(self, va: int, limit: int = 1 << 20) -> bytes:
        """The bytes before the next zero byte."""
        found = bytearray()
        while len(found) < limit:
            part = self.read(va, PAGE - (va & 4095))
            end = part.find(0)
            if end >= 0:
                return bytes(found + part[:end])
            found += part
            va += len(part)
        return bytes(found)

    def read_wide_units(self, va: int, limit: int = 1 << 20) -> bytes:
        """The bytes before the next zero 16-bit word."""
        found = bytearray()
        while len(found) < limit:
            start = len(found) & -2
            part = self.read(va, PAGE - (va & 4095))
            found += part
            va += len(part)
            end = found.find(b"\0\0", start)
            while end & 1 and end > 0:
                end = found.find(b"\0\0", end + 1)
            if end >= 0:
                return bytes(found[:end])
        return bytes(found)

    def read_wide_string(self, va: int, limit: int = 1 << 20) -> str:
        """The UTF-16 text before the next zero word."""
        return self.read_wide_units(va, limit).decode("utf-16-le", "replace")

    # -- paging

    def copy_slot(self, slot: int, frame: int) -> None:
        """Give a frame the bytes of a slot."""
        to = self._slot(frame) * PAGE
        self.store.bytes[to : to + PAGE] = self.store.bytes[slot * PAGE : slot * PAGE + PAGE]

    def page_out(self, va: int, length: int) -> None:
        """Pageable pages of a range that nobody has locked leave; all of them for an address and a length of 0."""
        if not va and not length:
            self._hide_pageable()
            self.paging.requeue()
            self.paging.sweep()
            return
        page, end = va & -PAGE, va + length
        while page < end:
            region = self.region_at(page)
            if region is None:
                page += PAGE
                continue
            until = min(end, region.end)
            owner, skipped = region.source or (region, 0)
            if region.pageable and owner.owns_frames and region.frames is not None and owner.frames is not None:
                self.forget(page, (until - page + PAGE - 1) // PAGE)
                for index in range((page - region.start) // PAGE, (until - region.start + PAGE - 1) // PAGE):
                    self.paging.out(owner, skipped + index)
            page = region.end

    # -- mapping

    def split(self, region: Region, first: int) -> Region:
        """Cut a region in two before its page `first`, and return the second part."""
        assert region.space is not None
        rest = region.space.split(region, first)
        if region in self.paging.fresh:
            self.paging.fresh[rest] = None
        if region in self.paging.kept:
            self.paging.kept[rest] = None
        return rest

    def unmap(self, region: Region) -> None:
        """Take a region away, if it is there; frames that it owns and that nobody pins are free again."""
        if region.space is None:
            return
        self.empty(region)
        region.space.remove(region)
        region.part()
        self.paging.fresh.pop(region, None)
        self.paging.kept.pop(region, None)

    def empty(self, region: Region) -> None:
        """Take all pages of a region away, in memory and in the page file; what comes next are zeros."""
        self.forget(region.start, region.pages)
        if not region.owns_frames:
            return
        if region.space is not None and region.space.file and region.pageable:
            self.paging.drop_range(region.space.file, region.start, region.end)
        if region.frames is not None:
            self.release(region.frames)
            region.frames = None
        region.fresh = []

    def any_pinned(self, frames: Sequence[int]) -> bool:
        return self.pins.any(frames)

    def claim(self, key: int, frames: Sequence[int], owner: str) -> None:
        """Frames that no region owns belong to somebody (pages allocated for an MDL), until `unclaim`."""
        self.claims[key] = frames, owner

    def unclaim(self, key: int) -> None:
        """The claimed frames are given back."""
        claimed = self.claims.pop(key, None)
        if claimed is not None:
            self.release(claimed[0])

    def release(self, frames: Sequence[int]) -> None:
        """Frames lose their owner. Pinned ones stay out of circulation until they are unpinned."""
        pins = self.pins
        if isinstance(frames, range):
            if frames in pins.runs:
                pins.orphan_runs.append(frames)
                return
            if not pins.any(frames):
                self._recycle(frames)
                return
        unpinned = []
        for frame in frames:
            if frame and pins.holds(frame):
                pins.orphans.add(frame)
            elif frame:
                unpinned.append(frame)
        self._recycle(unpinned)

    def _recycle(self, frames: Sequence[int]) -> None:
        """Frames are free again, and the bytes behind those that were touched."""
        self.frames.give(frames)
        if isinstance(frames, range):
            touched = [frame for frame in self.slot_of if frame in frames]
        else:
            touched = [frame for frame in frames if frame in self.slot_of]
        if touched:
            self.transfer.forget_physical()
            if self._borrowed_shown:
                self._forget_borrowed({self.slot_of[frame] for frame in touched})
            for frame in reversed(touched):  # so that they come back in the order in which they were
                self.store.give(self.slot_of.pop(frame))
        self.paging.modified.difference_update(touched)

    def _forget_borrowed(self, slots: set[int]) -> None:
        """A mapping of frames that go free shows what becomes of them, not what their slots are used for next."""
        for slot in slots:
            for page in self._borrowed_shown.pop(slot, ()):
                self.forget(page, 1)

    def hide(self, frame: int) -> None:
        """No window shows a frame that may have been mapped a second time."""
        self._forget_borrowed({self.slot_of.get(frame, -1)})

    def pin(self, frames: Sequence[int], owner: int = 0) -> None:
        """One more lock on each frame. `owner` is the address of the MDL."""
        self.pins.add(frames, owner)

    def unpin(self, frames: Sequence[int], written: bool = False) -> None:
        """One lock less on each frame; the last one gives a frame without an owner back. `written` marks them modified,
        so that pageable ones are written out before they leave."""
        if self.raised:
            self._hide_pageable()
        if written:
            self.paging.written(frames)
        self.paging.requeue()
        pins = self.pins
        pins.remove(frames)
        if isinstance(frames, range) and frames in pins.orphan_runs and frames not in pins.runs:
            pins.orphan_runs.remove(frames)
            self.release(frames)
        if pins.orphans:
            freed = [frame for frame in frames if frame in pins.orphans and not pins.holds(frame)]
            pins.orphans.difference_update(freed)
            self._recycle(freed)

    @property
    def pinned_count(self) -> int:
        """How many frames are locked in memory."""
        return self.pins.total


def _getters(windows: tuple[Window, ...]) -> tuple[Callable[[int], int | None], ...]:
    """How to look a page up, by the size of the access."""
    one, two, four, eight = (window.get for window in windows)
    no = _not_shown
    return no, one, two, no, four, no, no, no, eight


def _not_shown(key: int, default: None = None) -> int | None:
    return None


def _not_told(page: int) -> None:
    """Nobody wants to know which pages of programs are touched."""


def _no_fault(va: int, write: bool, in_driver: bool) -> None:
    raise LookupError(f"no memory at {va:#x}")


def _no_memory() -> None:
    raise OutOfMemory
