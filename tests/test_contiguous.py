"""Contiguous and noncached memory, and physical addresses seen through MmMapIoSpace."""

from __future__ import annotations

import pytest

from dmascript.runtime.invariants import check_invariants
from machine import Machine

PAGE = 4096
ANYWHERE = (1 << 64) - 1
MIB, GIB = 1 << 20, 1 << 30
NON_CACHED, CACHED, WRITE_COMBINED = 0, 1, 2
KERNEL, WRITE = 0, 1
READWRITE, READONLY, NOCACHE = 0x4, 0x2, 0x200
NX, TAG = 512, 0x31747354
DEVICE = 0xD000_0000  # in the hole below 4 GiB, where no device answers


class Bench(Machine):
    def take(self, size: int, low: int = 0, high: int = ANYWHERE, boundary: int = 0, cache: int = CACHED) -> int:
        return self.call("MmAllocateContiguousMemorySpecifyCache", size, low, high, boundary, cache)

    def physical(self, va: int) -> int:
        return self.call("MmGetPhysicalAddress", va)


def test_adjacent_and_given_back() -> None:
    """Every page follows the one before it, the pages are nonpaged, and all comes back."""
    bench = Bench()
    free = bench.nt.frames.free_count
    base = bench.take(10 * PAGE + 1)
    first = bench.physical(base)
    assert [bench.physical(base + at) for at in range(0, 11 * PAGE, 512)] == list(range(first, first + 11 * PAGE, 512))
    bench.nt.set_irql(2)
    bench.nt.memory.write(base, b"x" * 11 * PAGE)
    bench.nt.set_irql(0)
    assert not bench.nt.memory.permits(base + 11 * PAGE, False)
    assert check_invariants(bench.nt) == []
    bench.call("MmFreeContiguousMemory", base)
    assert bench.nt.frames.free_count == free and check_invariants(bench.nt) == []
    assert bench.leaks == []


@pytest.mark.parametrize(
    ("low", "high", "boundary"),
    [
        (0, 16 * MIB - 1, 0), (MIB, 2 * MIB - 1, 0), (4 * GIB, ANYWHERE, 0), (0, 16 * MIB - 1, 0x10000),
        (0, ANYWHERE, 0x10000), (5 * GIB, 5 * GIB + 0xFFFF, 0x10000),
    ],
)  # fmt: skip
def test_limits_of_the_caller(low: int, high: int, boundary: int) -> None:
    """Between the lowest and the highest address, and on one side of each multiple of the boundary."""
    bench = Bench()
    for _ in range(3):
        base = bench.take(9 * PAGE, low, high, boundary)
        if not base:
            break
        start = bench.physical(base)
        end = start + 9 * PAGE - 1
        assert low <= start and end <= high
        assert not boundary or start // boundary == end // boundary
    assert bench.nt.contiguous


def test_what_cannot_be_had() -> None:
    """NULL for nothing, for too much, for limits without room, and for a boundary that cannot be kept."""
    bench = Bench()
    assert bench.take(0) == 0
    assert bench.take(64 * GIB) == 0
    assert bench.take(2 * MIB, 0, MIB - 1) == 0
    assert bench.take(PAGE, 3 * GIB, 4 * GIB - 1) == 0  # no RAM there
    assert bench.take(PAGE, boundary=0x3000) == 0
    assert bench.take(PAGE + 1, boundary=PAGE) == 0
    assert bench.take(PAGE, cache=9) == 0
    assert bench.nt.contiguous == {} and check_invariants(bench.nt) == []


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("MmAllocateContiguousMemory", (PAGE, ANYWHERE)),
        ("MmAllocateContiguousMemorySpecifyCache", (PAGE, 0, ANYWHERE, 0, CACHED)),
        ("MmAllocateContiguousMemorySpecifyCacheNode", (PAGE, 0, ANYWHERE, 0, CACHED, 0)),
        ("MmAllocateContiguousNodeMemory", (PAGE, 0, ANYWHERE, 0, READWRITE, 0)),
        ("MmAllocateNonCachedMemory", (PAGE,)),
        ("MmMapIoSpace", (DEVICE, PAGE, NON_CACHED)), ("MmMapIoSpaceEx", (DEVICE, PAGE, READWRITE | NOCACHE)),
    ],
)  # fmt: skip
def test_each_can_fail(name: str, arguments: tuple[int, ...]) -> None:
    """The first call fails on order and takes nothing, the second works."""
    bench = Bench(failures=((name, 1),))
    ptes, free = bench.nt.free_ptes, bench.nt.frames.free_count
    assert bench.call(name, *arguments) == 0
    assert (bench.nt.free_ptes, bench.nt.frames.free_count) == (ptes, free)
    assert bench.call(name, *arguments) != 0


def test_freed_the_right_way() -> None:
    """Once, at its start, with its size and cache type, and by the routine that belongs to it."""
    bench = Bench()
    base = bench.take(3 * PAGE)
    assert bench.stop("MmFreeContiguousMemory", base + PAGE) == (0xC2, 0x60)
    assert Bench().stop("MmFreeContiguousMemory", 0) == (0xC2, 0x60)
    for size, cache in ((2 * PAGE, CACHED), (3 * PAGE, NON_CACHED)):
        bench = Bench()
        base = bench.take(3 * PAGE)
        assert bench.stop("MmFreeContiguousMemorySpecifyCache", base, size, cache) == (0xC4, 0x16)
    bench = Bench()
    base = bench.take(PAGE)
    bench.call("MmFreeContiguousMemorySpecifyCache", base, PAGE, CACHED)
    assert bench.stop("MmFreeContiguousMemory", base) == (0xC2, 0x60)
    bench = Bench()
    assert bench.stop("MmFreeContiguousMemory", bench.call("MmAllocateNonCachedMemory", PAGE)) == (0xC2, 0x60)


def test_freed_while_locked() -> None:
    """A lock on its pages makes the free PFN_LIST_CORRUPT."""
    bench = Bench()
    base = bench.take(2 * PAGE)
    mdl = bench.call("IoAllocateMdl", base, PAGE, 0, 0, 0)
    bench.call("MmProbeAndLockPages", mdl, KERNEL, WRITE)
    assert bench.stop("MmFreeContiguousMemory", base) == (0x4E, 0x9A)


def test_not_freed() -> None:
    """What is left at the end is charged to the line that took it."""
    bench = Bench()
    bench.take(PAGE)
    bench.call("MmMapIoSpace", DEVICE, PAGE, NON_CACHED)
    assert bench.leaks == ["contiguous-memory-leaked", "io-space-left-mapped"]


# ---- MmMapIoSpace


def test_device_memory_where_nobody_answers() -> None:
    """The offset in the page is kept, every size reads all ones, writes go nowhere, and the entries come back."""
    bench = Bench()
    ptes = bench.nt.free_ptes
    base = bench.call("MmMapIoSpace", DEVICE + 0xFFC, 8, NON_CACHED)
    assert base % PAGE == 0xFFC and bench.nt.free_ptes == ptes - 2
    for size in (1, 2, 4, 8):
        bench.nt.memory.write_uint(base, size, 0)
        assert bench.get(base, size) == (1 << 8 * size) - 1
    assert bench.call("MmIsAddressValid", base)
    assert check_invariants(bench.nt) == []
    bench.call("MmUnmapIoSpace", base, 8)
    assert bench.nt.free_ptes == ptes and not bench.call("MmIsAddressValid", base)
    assert bench.stop("MmUnmapIoSpace", base, 8) == (0xDA, 0x400)


def test_wrong_length_at_unmapping() -> None:
    """As many pages must be unmapped as were mapped."""
    bench = Bench()
    base = bench.call("MmMapIoSpace", DEVICE, 3 * PAGE, NON_CACHED)
    assert bench.stop("MmUnmapIoSpace", base, PAGE) == (0xDA, 0x400)


@pytest.mark.parametrize(
    ("first", "pages"), [(256, 1), (300, 64), (2 * GIB // PAGE, 3), (256 - 4, 8), (3 * GIB // PAGE - 2, 4)]
)
def test_ram_that_nobody_keeps(first: int, pages: int) -> None:
    """RAM anywhere in the range is refused, also where the range only begins or ends in it."""
    bench = Bench()
    assert bench.stop("MmMapIoSpace", first * PAGE, pages * PAGE, NON_CACHED) == (0xC4, 0x83)


def test_ram_within_a_long_range() -> None:
    """A range that begins and ends outside of RAM, with RAM in its middle."""
    bench = Bench(memory_pages=GIB // PAGE)
    assert bench.stop("MmMapIoSpace", 0, 2 * GIB, NON_CACHED) == (0xC4, 0x83)


def test_ram_that_is_kept() -> None:
    """Pages that are locked, or that an MDL owns, may be seen at a second address, and show the same bytes."""
    bench = Bench()
    block = bench.call("ExAllocatePoolWithTag", NX, PAGE, TAG)
    mdl = bench.call("IoAllocateMdl", block, PAGE, 0, 0, 0)
    bench.call("MmProbeAndLockPages", mdl, KERNEL, WRITE)
    owned = bench.call("MmAllocatePagesForMdlEx", 0, ANYWHERE, 0, PAGE, CACHED, 0)
    for physical in (bench.physical(block), bench.get(owned + 0x30) * PAGE):
        bench.nt.memory.write_physical(physical, b"both")
        base = bench.call("MmMapIoSpace", physical, 4, CACHED)
        assert bench.nt.memory.read(base, 4) == b"both"
        bench.call("MmUnmapIoSpace", base, 4)
    assert bench.rules == []


def test_read_only_mapping() -> None:
    """MmMapIoSpaceEx takes a protection, and what it cannot mean is NULL."""
    bench = Bench()
    base = bench.call("MmMapIoSpaceEx", DEVICE, PAGE, READONLY | NOCACHE)
    assert bench.nt.memory.permits(base, False) and not bench.nt.memory.permits(base, True)
    assert bench.call("MmMapIoSpaceEx", DEVICE, PAGE, 3) == 0
    assert bench.call("MmMapIoSpaceEx", DEVICE, PAGE, 0x1) == 0
    assert bench.call("MmMapIoSpace", DEVICE, 0, NON_CACHED) == 0
    assert bench.call("MmMapIoSpace", (1 << 52) - PAGE, 2 * PAGE, NON_CACHED) == 0


def test_entries_run_out() -> None:
    """Each page takes a system page table entry; a mapping that finds too few is NULL and takes none."""
    bench = Bench(system_ptes=4)
    one = bench.call("MmMapIoSpace", DEVICE, 3 * PAGE, NON_CACHED)
    assert one and bench.call("MmMapIoSpace", DEVICE, 2 * PAGE, NON_CACHED) == 0
    assert bench.nt.free_ptes == 1
    bench.call("MmUnmapIoSpace", one, 3 * PAGE)
    assert bench.nt.free_ptes == 4 and check_invariants(bench.nt) == []
