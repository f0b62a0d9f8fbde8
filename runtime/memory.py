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
from bisect import bisect_right

from .frames import RUN_PAGES
from .store import PAGE, SCRATCH, OutOfMemory, Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .frames import Frames

KERNEL_BASE = 0xFFFF_8000_0000_0000
USER_LIMIT = 0x7FFF_FFFF_0000  # MmUserProbeAddress
ADDRESS_MASK = 0xFFFF_FFFF_FFFF_FFFF
SIZES = (1, 2, 4, 8)


class Region:
    """Pages of one kind that follow one another in virtual memory.

    `frames` has a frame number for each page, or is None while no page has one (demand zero); a page without a frame
    has 0 there. `pageable` pages may not be touched at DISPATCH_LEVEL or above unless they are locked. `device`, if
    set, answers accesses instead of memory.
    """

    __slots__ = (
        "start", "pages", "kind", "frames", "writable", "accessible", "pageable", "owns_frames", "device", "note",
    )  # fmt: skip

    def __init__(
        self, start: int, pages: int, kind: str, *, pageable: bool = False, writable: bool = True,
        frames: Sequence[int] | None = None, owns_frames: bool = True,
    ) -> None:  # fmt: skip
        self.start = start
        self.pages = pages
        self.kind = kind
        self.frames = frames
        self.writable = writable
        self.accessible = True
        self.pageable = pageable
        self.owns_frames = owns_frames
        self.device: Device | None = None
        self.note = ""

    @property
    def end(self) -> int:
        return self.start + self.pages * PAGE


class Device:
    """What a region of device registers forwards to."""

    __slots__ = ()

    def load(self, offset: int, size: int) -> int:
        raise NotImplementedError

    def store(self, offset: int, size: int, value: int) -> None:
        raise NotImplementedError


class Space:
    """The regions of one address space (a process's user half, or the kernel half), found by address."""

    __slots__ = ("starts", "regions")

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.regions: list[Region] = []

    def find(self, address: int) -> Region | None:
        index = bisect_right(self.starts, address) - 1
        if index < 0:
            return None
        region = self.regions[index]
        return region if address < region.start + region.pages * PAGE else None

    def add(self, region: Region) -> None:
        index = bisect_right(self.starts, region.start)
        self.starts.insert(index, region.start)
        self.regions.insert(index, region)

    def remove(self, region: Region) -> None:
        index = self.regions.index(region)
        del self.starts[index], self.regions[index]

    def gap(self, low: int, high: int, pages: int, granularity: int = PAGE, guard: int = 0) -> int | None:
        """The lowest start at or above `low` where `pages` pages (and `guard` more behind them) are free below
        `high`."""
        start = -(-low // granularity) * granularity
        size = (pages + guard) * PAGE
        for region in self.regions:
            if region.end <= start:
                continue
            if region.start >= start + size:
                break
            start = -(-(region.end + guard * PAGE) // granularity) * granularity
        return start if start + size <= high else None


class Window(dict[int, int]):
    """Page to distance, for accesses of one size and direction."""

    __slots__ = ("memory", "size", "write")

    def __init__(self, memory: Memory, size: int, write: bool) -> None:
        self.memory = memory
        self.size = size
        self.write = write

    def __missing__(self, key: int) -> int:
        names = sys._getframe(1).f_locals
        return self.memory.operand(self, names["a"] & ADDRESS_MASK, names["s"] if self.write else 0)


class Memory:
    """All of virtual memory as the current processor and process see it.

    `fault(va, write, in_driver)` is called for an access that may not be made; it raises, or returns if the access
    shall be tried again. `irql_high()` tells whether the current IRQL is DISPATCH_LEVEL or above.
    """

    __slots__ = (
        "store", "frames", "kernel", "user", "loads", "stores", "slot_of", "pins", "pinned_runs",
        "_ownerless", "_ownerless_runs", "_pageable_shown", "_user_shown", "fault", "raised", "out_of_memory",
    )  # fmt: skip

    def __init__(self, store: Store, frames: Frames, names: dict[str, object]) -> None:
        self.store = store
        self.frames = frames
        self.kernel = Space()
        self.user = Space()
        self.loads = {size: Window(self, size, False) for size in SIZES}
        self.stores = {size: Window(self, size, True) for size in SIZES}
        for size in SIZES:
            names[f"R{size}"] = self.loads[size]
            names[f"W{size}"] = self.stores[size]
        self.slot_of: dict[int, int] = {}
        self.pins: dict[int, int] = {}
        self.pinned_runs: list[range] = []
        self._ownerless: set[int] = set()  # pinned frames whose memory is gone
        self._ownerless_runs: list[range] = []
        self._pageable_shown: set[int] = set()
        self._user_shown: set[int] = set()
        self.raised = False
        self.fault: Callable[[int, bool, bool], None] = _no_fault
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
        return frame in self.pins or any(frame in run for run in self.pinned_runs)

    def make_resident(self, region: Region, first: int, count: int) -> bool:
        """Give frames to those of the pages that have none. False if there are not enough."""
        frames = region.frames
        if frames is None:
            # A large region gets all of its frames at once where that is cheap: untouched ones cost nothing.
            plenty = region.pages >= RUN_PAGES and 2 * region.pages <= self.frames.free_count
            if plenty or count == region.pages:
                taken = self.frames.take(region.pages)
                if taken is not None:
                    region.frames = taken
                    return True
                if count == region.pages:
                    return False
            frames = [0] * region.pages
        if isinstance(frames, range):
            return True
        missing = [index for index in range(first, first + count) if not frames[index]]
        if missing:
            taken = self.frames.take(len(missing))
            if taken is None:
                return False
            owned = frames if isinstance(frames, list) else list(frames)
            for index, frame in zip(missing, taken, strict=True):
                owned[index] = frame
            frames = owned
        region.frames = frames
        return True

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
                if not (self.raised and region.pageable and not (frame and self.is_pinned(frame))):
                    if not frame:
                        if not self.make_resident(region, index, 1):
                            self.out_of_memory()
                        assert region.frames is not None
                        frame = region.frames[index]
                    return region, self._slot(frame) * PAGE
            self.fault(va, write, in_driver)

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
        if not va & (size - 1):
            region, offset = self._resolve(va, write, True)
            if offset >= 0:
                page = va & -PAGE
                window[page] = offset - page
                if region.pageable:
                    self._pageable_shown.add(page)
                if page < KERNEL_BASE:
                    self._user_shown.add(page)
                return offset - page
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

    def forget(self, start: int, pages: int) -> None:
        """Pages left, moved or changed their protection: no window may show them any more."""
        shown = [*self.loads.values(), *self.stores.values()]
        if pages > 64:
            end = start + pages * PAGE
            for window in shown:
                for page in [page for page in window if start <= page < end]:
                    del window[page]
            return
        for page in range(start, start + pages * PAGE, PAGE):
            for window in shown:
                window.pop(page, None)

    def raise_irql(self, raised: bool) -> None:
        """The IRQL went to DISPATCH_LEVEL or above, or came down: pageable pages are then not to be seen."""
        if raised and not self.raised:
            self._hide_pageable()
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
        if not length:
            return b""
        if (va & 4095) + length <= PAGE:
            region, offset = self._resolve(va, False, in_driver)
            if offset >= 0:
                offset += va & 4095
                return bytes(self.store.bytes[offset : offset + length])
        pieces = []
        while length:
            part = min(length, PAGE - (va & 4095))
            region, offset = self._resolve(va, False, in_driver)
            if offset >= 0:
                offset += va & 4095
                pieces.append(bytes(self.store.bytes[offset : offset + part]))
            else:
                assert region.device is not None
                load = region.device.load
                pieces.append(bytes(load(va - region.start + index, 1) for index in range(part)))
            va = (va + part) & ADDRESS_MASK
            length -= part
        return b"".join(pieces)

    def write(self, va: int, data: bytes | bytearray | memoryview, in_driver: bool = False) -> None:
        """Bytes to a virtual address; those before a page that faults have been written, as in life."""
        done, length = 0, len(data)
        while done < length:
            part = min(length - done, PAGE - (va & 4095))
            region, offset = self._resolve(va, True, in_driver)
            if offset >= 0:
                offset += va & 4095
                self.store.bytes[offset : offset + part] = data[done : done + part]
            else:
                assert region.device is not None
                for index in range(part):
                    region.device.store(va - region.start + index, 1, data[done + index])
            va = (va + part) & ADDRESS_MASK
            done += part

    def read_uint(self, va: int, size: int) -> int:
        return int.from_bytes(self.read(va, size), "little")

    def write_uint(self, va: int, size: int, value: int) -> None:
        self.write(va, (value & ((1 << 8 * size) - 1)).to_bytes(size, "little"))

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

    def move_out(self, va: int, length: int) -> None:
        """Pageable pages that nobody has locked leave, and come back in other frames with the same bytes."""
        for page in range(va & -PAGE, va + length, PAGE):
            region = self.region_at(page)
            if region is None or not region.pageable or not region.owns_frames or region.frames is None:
                continue
            index = (page - region.start) // PAGE
            frame = region.frames[index]
            taken = self.frames.take(1) if frame and not self.is_pinned(frame) else None
            if taken is None:
                continue
            moved = list(region.frames)
            moved[index] = taken[0]
            region.frames = moved
            if frame in self.slot_of:
                self.slot_of[taken[0]] = self.slot_of.pop(frame)
            self.frames.give([frame])
            self.forget(page, 1)

    # -- mapping

    def split(self, region: Region, first: int) -> Region:
        """Cut a region in two before its page `first`, and return the second part."""
        space = self.kernel if region.start >= KERNEL_BASE else self.user
        rest = Region(
            region.start + first * PAGE, region.pages - first, region.kind, pageable=region.pageable,
            writable=region.writable, owns_frames=region.owns_frames,
        )  # fmt: skip
        rest.accessible, rest.device, rest.note = region.accessible, region.device, region.note
        if region.frames is not None:
            rest.frames = region.frames[first:]
            region.frames = region.frames[:first]
        region.pages = first
        space.add(rest)
        return rest

    def unmap(self, region: Region) -> None:
        """Take a region away; frames that it owns and that nobody pins are free again."""
        space = self.kernel if region.start >= KERNEL_BASE else self.user
        space.remove(region)
        self.forget(region.start, region.pages)
        if region.owns_frames and region.frames is not None:
            self.release(region.frames)

    def any_pinned(self, frames: Sequence[int]) -> bool:
        if isinstance(frames, range):
            if any(run.start < frames.stop and frames.start < run.stop for run in self.pinned_runs):
                return any(map(self.is_pinned, frames))
            return any(frame in frames for frame in self.pins)
        return any(map(self.is_pinned, frames))

    def release(self, frames: Sequence[int]) -> None:
        """Frames lose their owner. Pinned ones stay out of circulation until they are unpinned."""
        if isinstance(frames, range):
            if frames in self.pinned_runs:
                self._ownerless_runs.append(frames)
                return
            if not self.any_pinned(frames):
                self._recycle(frames)
                return
        unpinned = []
        for frame in frames:
            if frame and self.is_pinned(frame):
                self._ownerless.add(frame)
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
        for frame in touched:
            self.store.give(self.slot_of.pop(frame))

    def pin(self, frames: Sequence[int]) -> None:
        """One more lock on each frame."""
        if isinstance(frames, range) and len(frames) > 64:
            self.pinned_runs.append(frames)
            return
        for frame in frames:
            self.pins[frame] = self.pins.get(frame, 0) + 1

    def unpin(self, frames: Sequence[int]) -> None:
        """One lock less on each frame; the last one gives a frame without an owner back."""
        if self.raised:
            self._hide_pageable()
        if isinstance(frames, range) and frames in self.pinned_runs:
            self.pinned_runs.remove(frames)
            if frames in self._ownerless_runs and frames not in self.pinned_runs:
                self._ownerless_runs.remove(frames)
                self.release(frames)
        else:
            for frame in frames:
                left = self.pins.get(frame, 0) - 1
                if left > 0:
                    self.pins[frame] = left
                else:
                    self.pins.pop(frame, None)
        if self._ownerless:
            freed = [frame for frame in frames if frame in self._ownerless and not self.is_pinned(frame)]
            self._ownerless.difference_update(freed)
            self._recycle(freed)

    @property
    def pinned_count(self) -> int:
        """How many frames are locked in memory."""
        if not self.pinned_runs:
            return len(self.pins)
        return len(set(self.pins).union(*self.pinned_runs))


def _no_fault(va: int, write: bool, in_driver: bool) -> None:
    raise LookupError(f"no memory at {va:#x}")


def _no_memory() -> None:
    raise OutOfMemory
