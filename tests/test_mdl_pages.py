"""MDLs that own their pages, reserved mappings, advanced MDLs, MDLs over device memory, and IRPs."""

from __future__ import annotations

import pytest

from dmascript.runtime.invariants import check_invariants
from machine import Machine

ALL = (1 << 64) - 1
BELOW_4G = (1 << 32) - 1
PAGE = 4096
CACHED, NON_CACHED = 1, 0
DONT_ZERO, FULLY, PREFER, CHUNKS, LARGE, HOT_REMOVE = 0x1, 0x4, 0x10, 0x20, 0x40, 0x100
PRIORITY = 16 | 0x4000_0000
TAG = 0x31747354
NX, PAGED = 512, 1
KERNEL, WRITE = 0, 1
INVALID_PARAMETER_1, INVALID_PARAMETER_2 = 0xC00000EF, 0xC00000F0


class Bench(Machine):
    def pages(self, count: int, low: int = 0, high: int = ALL, skip: int = 0, flags: int = 0, cache: int = 1) -> int:
        return self.call("MmAllocatePagesForMdlEx", low, high, skip, count * PAGE, cache, flags)

    def frames(self, mdl: int) -> list[int]:
        return [self.get(mdl + 0x30 + 8 * index) for index in range(self.get(mdl + 40, 4) // PAGE)]

    def give_back(self, mdl: int) -> None:
        self.call("MmFreePagesFromMdl", mdl)
        self.call("ExFreePool", mdl)

    def locked(self, length: int) -> tuple[int, int]:
        buffer = self.call("ExAllocatePoolWithTag", PAGED, length, TAG)
        mdl = self.call("IoAllocateMdl", buffer, length, 0, 0, 0)
        self.call("MmProbeAndLockPages", mdl, KERNEL, WRITE)
        return mdl, buffer


def test_life_of_owned_pages() -> None:
    """They are locked from the start, have no address, are zero when mapped, and go in two steps."""
    bench = Bench()
    bench.give_back(bench.pages(1))  # the pool has pages for MDLs from here on
    free = bench.nt.frames.free_count
    mdl = bench.pages(4)
    assert bench.get(mdl + 32) == 0 and bench.get(mdl + 44, 4) == 0 and bench.get(mdl + 40, 4) == 4 * PAGE
    assert bench.get(mdl + 10, 2) == 0x2
    frames = bench.frames(mdl)
    assert all(abs(one - other) != 1 for one, other in zip(frames, frames[1:], strict=False))
    view = bench.call("MmGetSystemAddressForMdlSafe", mdl, PRIORITY)
    assert bench.nt.memory.read(view, 4 * PAGE) == bytes(4 * PAGE)
    bench.nt.memory.write(view, b"x" * PAGE)
    assert check_invariants(bench.nt) == []
    bench.give_back(mdl)
    again = bench.pages(4)
    view = bench.call("MmGetSystemAddressForMdlSafe", again, PRIORITY)
    assert bench.nt.memory.read(view, PAGE) == bytes(PAGE)
    bench.give_back(again)
    assert bench.nt.frames.free_count == free
    assert bench.rules == [] and bench.leaks == []
    assert bench.nt.free_ptes == bench.nt.settings.system_ptes


@pytest.mark.parametrize(("low", "high"), [(0, BELOW_4G), (16 << 20, (17 << 20) - 1), (1 << 32, ALL)])
def test_owned_pages_lie_in_their_range(low: int, high: int) -> None:
    """Physical bounds hold, both included."""
    bench = Bench()
    mdl = bench.pages(8, low, high)
    frames = bench.frames(mdl)
    assert len(set(frames)) == 8 and all(low <= frame * PAGE and frame * PAGE + PAGE - 1 <= high for frame in frames)
    bench.give_back(mdl)


def test_fewer_pages_than_asked() -> None:
    """What there is, all or nothing with the flag, and further ranges with SkipBytes."""
    bench = Bench()
    low, high = 32 << 20, (32 << 20) + 4 * PAGE - 1
    some = bench.pages(10, low, high)
    assert len(bench.frames(some)) == 4
    assert bench.pages(10, low, high, 0, FULLY) == 0
    bench.give_back(some)
    more = bench.pages(10, low, high, 1 << 20)
    frames = bench.frames(more)
    assert len(frames) == 10 and {frame >> 8 for frame in frames} == {32, 33, 34}
    bench.give_back(more)
    assert bench.pages(1, 1 << 50, ALL) == 0 and bench.pages(0) == 0 and bench.pages(1 << 20) == 0


def test_contiguous_chunks() -> None:
    """One adjacent block, or aligned blocks of SkipBytes each."""
    bench = Bench()
    frames = bench.frames(bench.pages(16, 0, BELOW_4G, 0, CHUNKS))
    assert frames == list(range(frames[0], frames[0] + 16))
    frames = bench.frames(bench.pages(16, 0, ALL, 4 * PAGE, CHUNKS))
    for start in range(0, 16, 4):
        assert frames[start] % 4 == 0 and frames[start : start + 4] == list(range(frames[start], frames[start] + 4))
    assert bench.pages(15, 0, ALL, 4 * PAGE, CHUNKS) == 0 and bench.pages(6, 0, ALL, 3 * PAGE, CHUNKS) == 0
    frames = bench.frames(bench.pages(4, 0, ALL, 0, PREFER))
    assert frames == list(range(frames[0], frames[0] + 4))
    assert bench.pages(4, 0, ALL, 0, LARGE) == 0


def test_pages_that_nobody_zeroed() -> None:
    """MM_DONT_ZERO_ALLOCATION leaves what was there; MmAllocatePagesForMdl always zeroes."""
    bench = Bench()
    view = bench.call("MmGetSystemAddressForMdlSafe", bench.pages(1, flags=DONT_ZERO), PRIORITY)
    assert bench.nt.memory.read(view, 4) != bytes(4)
    view = bench.call("MmGetSystemAddressForMdlSafe", bench.call("MmAllocatePagesForMdl", 0, ALL, 0, 10), PRIORITY)
    assert bench.nt.memory.read(view, 4) == bytes(4)


def test_hot_removed_pages() -> None:
    """They leave the memory manager's RAM with their entries in the frame database, work through a mapping, and come
    back with MmFreePagesFromMdl."""
    bench = Bench()
    bench.give_back(bench.pages(1))
    frames = bench.nt.frames
    free, total = frames.free_count, frames.total
    mdl = bench.pages(4, flags=HOT_REMOVE)
    assert frames.total == total - 4 and frames.free_count == free - 4
    first = bench.frames(mdl)[0]
    assert not frames.exists(first) and frames.is_ram(first)
    view = bench.call("MmGetSystemAddressForMdlSafe", mdl, PRIORITY)
    bench.nt.memory.write(view, b"own")
    assert check_invariants(bench.nt) == []
    seen = bench.call("MmMapIoSpace", first * PAGE, PAGE, NON_CACHED)
    assert bench.nt.memory.read(seen, 3) == b"own"
    bench.call("MmUnmapIoSpace", seen, PAGE)
    bench.give_back(mdl)
    assert frames.total == total and frames.free_count == free and frames.exists(first)
    assert check_invariants(bench.nt) == [] and bench.rules == [] and bench.leaks == []


def test_hot_remove_is_refused() -> None:
    """Not together with a full requirement, not before Windows 10, and at PASSIVE_LEVEL only."""
    assert Bench().pages(4, flags=HOT_REMOVE | FULLY) == 0
    assert Bench(generation="nt61").pages(4, flags=HOT_REMOVE) == 0
    bench = Bench()
    bench.nt.set_irql(1)
    assert bench.stop("MmAllocatePagesForMdlEx", 0, ALL, 0, PAGE, CACHED, HOT_REMOVE) == (0xC4, 0xE5)


def test_node_pages() -> None:
    """All memory is on node 0."""
    bench = Bench()
    assert bench.call("MmAllocateNodePagesForMdlEx", 0, ALL, 0, PAGE, CACHED, 0, 0)
    assert bench.call("MmAllocateNodePagesForMdlEx", 0, ALL, 0, PAGE, CACHED, 1, 0) == 0


def test_misuse_of_owned_pages() -> None:
    """Freed twice, freed as if locked or while mapped by a process, and never freed."""
    bench = Bench()
    mdl = bench.pages(1)
    bench.call("MmFreePagesFromMdl", mdl)
    assert bench.stop("MmFreePagesFromMdl", mdl) == (0x4E, 0x99)
    bench = Bench()
    mdl = bench.pages(1)
    bench.call("MmMapLockedPagesSpecifyCache", mdl, 1, CACHED, 0, 0, 16)
    assert bench.stop("MmFreePagesFromMdl", mdl) == (0x4E, 0x9A) and bench.rules == ["pages-freed-while-mapped"]
    bench = Bench()
    mdl = bench.pages(1)
    bench.call("IoFreeMdl", mdl)
    assert bench.rules == ["pages-mdl-freed-with-iofreemdl"] and bench.leaks == ["allocated-pages-leaked"]
    bench = Bench()
    bench.call("MmFreePagesFromMdl", bench.pages(1))
    assert bench.leaks == ["pool-leaked"]
    bench = Bench(generation="nt60")
    mdl = bench.pages(1)
    bench.call("MmGetSystemAddressForMdlSafe", mdl, PRIORITY)
    assert bench.stop("MmFreePagesFromMdl", mdl) == (0x4E, 0x9A)


def test_owned_pages_freed_while_locked() -> None:
    """Another MDL over their mapping may have locked them."""
    bench = Bench()
    mdl = bench.pages(1)
    view = bench.call("MmGetSystemAddressForMdlSafe", mdl, PRIORITY)
    other = bench.call("IoAllocateMdl", view, 10, 0, 0, 0)
    bench.call("MmProbeAndLockPages", other, KERNEL, WRITE)
    assert bench.stop("MmFreePagesFromMdl", mdl) == (0x4E, 0x9A) and bench.rules == ["pages-freed-while-locked"]


def test_cache_types() -> None:
    """The first type that pages have wins; asking for another is a note."""
    bench = Bench()
    mdl, _ = bench.locked(PAGE)
    bench.call("MmMapLockedPagesSpecifyCache", mdl, 0, NON_CACHED, 0, 0, PRIORITY)
    assert bench.rules == ["cache-type-conflict"]
    bench = Bench()
    bench.call("MmMapLockedPagesSpecifyCache", bench.call("MmAllocatePagesForMdl", 0, ALL, 0, 1), 0, 0, 0, 0, PRIORITY)
    assert bench.rules == []


def test_low_memory_by_address() -> None:
    """The full verifier does not like memory below 4 GiB to be asked for."""
    bench = Bench(verifier=2)
    assert bench.pages(1, 0, BELOW_4G) and bench.rules == ["low-memory-requested"]


def test_advance() -> None:
    """The start moves on; whole pages passed over are unlocked; past the end is refused."""
    bench = Bench()
    mdl, buffer = bench.locked(3 * PAGE)
    view = bench.call("MmGetSystemAddressForMdlSafe", mdl, PRIORITY)
    frames = [bench.get(mdl + 0x30 + 8 * index) for index in range(3)]
    assert bench.call("MmAdvanceMdl", mdl, 3 * PAGE + 1) == INVALID_PARAMETER_2
    assert bench.call("MmAdvanceMdl", mdl, PAGE + 100) == 0
    assert bench.call("MmGetMdlVirtualAddress", mdl) == buffer + PAGE + 100
    assert bench.get(mdl + 40, 4) == 2 * PAGE - 100
    assert [bench.get(mdl + 0x30 + 8 * index) for index in range(2)] == frames[1:]
    assert bench.call("MmGetSystemAddressForMdlSafe", mdl, PRIORITY) == view + PAGE + 100
    assert bench.call("SimPinnedFrames") == 2
    bench.call("MmUnlockPages", mdl)
    assert bench.call("SimPinnedFrames") == 0 and check_invariants(bench.nt) == []
    assert bench.nt.free_ptes == bench.nt.settings.system_ptes


def test_reserved_mapping() -> None:
    """A mapping at reserved addresses takes no page table entries, and fails only for an MDL that is too long."""
    bench = Bench(system_ptes=2)
    base = bench.call("MmAllocateMappingAddress", 2 * PAGE, TAG)
    mdl, buffer = bench.locked(PAGE + 5)
    view = bench.call("MmMapLockedPagesWithReservedMapping", base, TAG, mdl, CACHED)
    assert view == base + buffer % PAGE and bench.get(mdl + 24) == base
    bench.nt.memory.write(view, b"Z")
    assert bench.nt.memory.read(buffer, 1) == b"Z"
    bench.call("MmUnmapReservedMapping", view, TAG, mdl)
    long, _ = bench.locked(3 * PAGE)
    assert bench.call("MmMapLockedPagesWithReservedMapping", base, TAG, long, CACHED) == 0
    assert bench.call("MmAllocateMappingAddress", PAGE, TAG) == 0
    bench.call("MmFreeMappingAddress", base, TAG)
    assert bench.nt.free_ptes == 2 and bench.rules == []


@pytest.mark.parametrize(
    ("act", "code"),
    [
        ("free with other tag", 0x101), ("free nothing", 0x102), ("free mapped", 0x103), ("map with other tag", 0x104),
        ("map nowhere", 0x105), ("map twice", 0x107), ("unmap with other tag", 0x108), ("unmap empty", 0x109),
        ("unmap more", 0x10A), ("unmap less", 0x10C), ("reserve nothing", 0x100),
    ],
)  # fmt: skip
def test_misuse_of_reserved_mappings(act: str, code: int) -> None:
    """Each misuse of a reserved range is 0xDA with a sub-code of its own."""
    bench = Bench()
    base = bench.call("MmAllocateMappingAddress", 2 * PAGE, TAG)
    mdl, _ = bench.locked(2 * PAGE)
    short, _ = bench.locked(PAGE)
    longer, _ = bench.locked(3 * PAGE)
    routine = {"map": "MmMapLockedPagesWithReservedMapping", "unmap": "MmUnmapReservedMapping"}
    if act in ("free mapped", "map twice", "unmap with other tag", "unmap more", "unmap less"):
        bench.call(routine["map"], base, TAG, mdl, CACHED)
    wrong = {
        "free with other tag": ("MmFreeMappingAddress", base, TAG + 1),
        "free nothing": ("MmFreeMappingAddress", base + PAGE, TAG),
        "free mapped": ("MmFreeMappingAddress", base, TAG),
        "map with other tag": (routine["map"], base, TAG + 1, mdl, CACHED),
        "map nowhere": (routine["map"], base + PAGE, TAG, mdl, CACHED),
        "map twice": (routine["map"], base, TAG, mdl, CACHED),
        "unmap with other tag": (routine["unmap"], base, TAG + 1, mdl),
        "unmap empty": (routine["unmap"], base, TAG, mdl),
        "unmap more": (routine["unmap"], base, TAG, longer),
        "unmap less": (routine["unmap"], base, TAG, short),
        "reserve nothing": ("MmAllocateMappingAddress", 0, TAG),
    }
    name, *arguments = wrong[act]
    assert bench.stop(str(name), *map(int, arguments)) == (0xDA, code)


def test_selected_pages() -> None:
    """Each page of the MDL comes from an element of its own."""
    bench = Bench()
    buffer = bench.call("ExAllocatePoolWithTag", PAGED, 3 * PAGE, TAG)
    segments = bench.room(16)
    bench.set(segments, 8, buffer + 2 * PAGE)
    bench.set(segments + 8, 8, buffer)
    mdl = bench.call("IoAllocateMdl", 0, 2 * PAGE, 0, 0, 0)
    bench.call("MmProbeAndLockSelectedPages", mdl, segments, KERNEL, WRITE)
    at = bench.nt.memory.frame_at
    assert [bench.get(mdl + 0x30), bench.get(mdl + 0x38)] == [at(buffer + 2 * PAGE), at(buffer)]
    assert bench.call("SimPinnedFrames") == 2
    bench.call("MmUnlockPages", mdl)
    bench.set(segments, 8, 0x10000)
    assert bench.raised("MmProbeAndLockSelectedPages", mdl, segments, KERNEL, WRITE) == 0xC0000005
    assert bench.call("SimPinnedFrames") == 0


def test_device_memory() -> None:
    """Whole pages outside RAM only; IoFreeMdl ends it."""
    bench = Bench()
    ranges, out = bench.room(32), bench.room(8)

    def make(start: int, length: int) -> int:
        bench.set(ranges, 8, start)
        bench.set(ranges + 8, 8, length)
        return bench.call("MmAllocateMdlForIoSpace", ranges, 1, out)

    assert make(0xF0000000, 2 * PAGE) == 0
    mdl = bench.get(out)
    assert bench.frames(mdl) == [0xF0000, 0xF0001] and bench.get(mdl + 10, 2) & 0x800
    bench.call("IoFreeMdl", mdl)
    assert make(0xF0000001, PAGE) == make(0xF0000000, 1) == make(16 << 20, PAGE) == INVALID_PARAMETER_1
    assert bench.leaks == []


def test_irp_layout() -> None:
    """Type, size, stack count and the current location stand where drivers look for them."""
    bench = Bench()
    irp = bench.call("IoAllocateIrp", 2, 0)
    assert bench.call("IoSizeOfIrp", 2) == 0xD0 + 2 * 0x48
    assert [bench.get(irp, 2), bench.get(irp + 2, 2), bench.get(irp + 66, 1), bench.get(irp + 67, 1)] == [6, 352, 2, 3]
    assert bench.get(irp + 184) == irp + 352 and bench.get(irp + 32) == irp + 32
    assert bench.call("IoGetNextIrpStackLocation", irp) == irp + 0xD0 + 0x48
    bench.call("IoSetNextIrpStackLocation", irp)
    here = bench.call("IoGetCurrentIrpStackLocation", irp)
    bench.set(here, 1, 4)
    bench.call("IoMarkIrpPending", irp)
    assert bench.get(here + 3, 1) == 1
    bench.call("IoCopyCurrentIrpStackLocationToNext", irp)
    below = bench.call("IoGetNextIrpStackLocation", irp)
    assert below == here - 0x48 and bench.get(below, 1) == 4 and bench.get(below + 3, 1) == 0
    bench.call("IoSetCompletionRoutine", irp, 0x1234, 0x5678, 1, 1, 0)
    assert bench.get(below + 3, 1) == 0xC0
    bench.call("IoSkipCurrentIrpStackLocation", irp)
    assert bench.get(irp + 67, 1) == 3
    bench.call("IoReuseIrp", irp, 0xC00000BB)
    assert bench.get(irp + 48, 4) == 0xC00000BB and bench.get(here, 1) == 0
    bench.call("IoFreeIrp", irp)
    assert bench.rules == [] and bench.leaks == []


def test_misuse_of_irps() -> None:
    """Freed twice, initialised twice, asked for locations that it has not, never freed."""
    bench = Bench()
    irp = bench.call("IoAllocateIrp", 1, 0)
    bench.call("IoGetCurrentIrpStackLocation", irp)
    assert bench.rules == ["irp-without-current-location"]
    bench.call("IoSetNextIrpStackLocation", irp)
    assert bench.stop("IoGetNextIrpStackLocation", irp)[0] == 0x35
    assert Bench().stop("IoFreeIrp", Bench().scratch) == (0xC9, 1)
    bench = Bench(verifier=0)
    irp = bench.call("IoAllocateIrp", 1, 0)
    bench.call("IoFreeIrp", irp)
    assert bench.stop("IoFreeIrp", irp)[0] == 0x44
    bench = Bench()
    irp = bench.call("IoAllocateIrp", 1, 0)
    assert bench.leaks == ["irp-leaked"]
    assert bench.stop("IoInitializeIrp", irp, 280, 1) == (0xC9, 0x20D)


def test_mdl_of_an_irp_is_overwritten() -> None:
    """A second primary buffer loses the first, and says so."""
    bench = Bench()
    irp = bench.call("IoAllocateIrp", 1, 0)
    bench.call("IoAllocateMdl", 0, 8, 0, 0, irp)
    bench.call("IoAllocateMdl", 0, 8, 1, 0, irp)
    assert bench.rules == []
    bench.call("IoAllocateMdl", 0, 8, 0, 0, irp)
    assert bench.rules == ["irp-mdl-overwritten"]
