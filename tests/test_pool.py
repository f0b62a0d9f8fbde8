"""Pool routines: where blocks lie, what they hold, and which rules their misuse breaks."""

from __future__ import annotations

import pytest

from dmascript.runtime.pool import tag_text
from machine import Machine

TAG = int.from_bytes(b"Tst1", "little")
NONPAGED, PAGED, NX = 0, 1, 512
FLAG_UNINITIALIZED, FLAG_RAISE, FLAG_NON_PAGED, FLAG_PAGED = 0x2, 0x20, 0x40, 0x100
INSUFFICIENT = 0xC000009A
QUOTA = 0xC0000044


def test_small_blocks_are_aligned_and_stay_within_a_page() -> None:
    """Blocks below a page lie on 16 bytes and never cross a page; larger ones begin on a page."""
    machine = Machine()
    for size in (1, 16, 17, 100, 1000, 2000, 3000, 4000):
        where = machine.call("ExAllocatePoolWithTag", NX, size, TAG)
        assert where % 16 == 0 and where // 4096 == (where + size - 1) // 4096
    assert machine.call("ExAllocatePoolWithTag", NX, 4096, TAG) % 4096 == 0
    assert machine.call("ExAllocatePoolWithTag", PAGED, 10000, TAG) % 4096 == 0


def test_contents() -> None:
    """ExAllocatePool2 and ExAllocatePoolZero give zeros; the older routines give what lay there."""
    machine = Machine()
    read = machine.nt.memory.read
    assert read(machine.call("ExAllocatePool2", FLAG_NON_PAGED, 64, TAG), 64) == bytes(64)
    assert read(machine.call("ExAllocatePoolZero", PAGED, 5000, TAG), 5000) == bytes(5000)
    assert read(machine.call("ExAllocatePoolWithTag", NX, 64, TAG), 64) != bytes(64)
    assert read(machine.call("ExAllocatePool2", FLAG_NON_PAGED | FLAG_UNINITIALIZED, 64, TAG), 64) != bytes(64)


def test_reused_block_is_zeroed_again() -> None:
    """A block that was written, freed and allocated with zeroing holds zeros."""
    machine = Machine()
    for size in (64, 8192):
        where = machine.call("ExAllocatePool2", FLAG_NON_PAGED, size, TAG)
        machine.nt.memory.write(where, b"x" * size)
        machine.call("ExFreePool", where)
        again = machine.call("ExAllocatePool2", FLAG_NON_PAGED, size, TAG)
        assert machine.nt.memory.read(again, size) == bytes(size)


@pytest.mark.parametrize("flags", [0, FLAG_NON_PAGED | FLAG_PAGED, FLAG_NON_PAGED | 0x200, FLAG_UNINITIALIZED])
def test_pool2_refuses_flags_that_cannot_be_meant(flags: int) -> None:
    """No kind, two kinds or a reserved flag give NULL; optional flags are ignored."""
    machine = Machine()
    assert machine.call("ExAllocatePool2", flags, 16, TAG) == 0
    assert machine.call("ExAllocatePool2", FLAG_NON_PAGED, 16, 0) == 0
    assert machine.call("ExAllocatePool2", FLAG_NON_PAGED | 1 << 40, 16, TAG) != 0


def test_leak_is_charged() -> None:
    """What is not freed is a leak, what is freed is none."""
    machine = Machine()
    kept = machine.call("ExAllocatePoolWithTag", NX, 32, TAG)
    machine.call("ExFreePoolWithTag", machine.call("ExAllocatePool2", FLAG_PAGED, 32, TAG), TAG)
    assert machine.leaks == ["pool-leaked"]
    assert f"{kept & 0xFFFFFFFF:08x}" in machine.nt.findings[-1].facts[0][1]
    assert "Tst1" in machine.nt.findings[-1].facts[0][1]


def test_failures_can_be_injected() -> None:
    """A failing call returns NULL, or raises where it is asked to."""
    names = ("ExAllocatePoolWithTag", "ExAllocatePool2", "ExAllocatePoolWithQuotaTag")
    machine = Machine(failures=tuple((name, 1) for name in names))
    assert machine.call("ExAllocatePoolWithTag", NX, 16, TAG) == 0
    assert machine.call("ExAllocatePoolWithTag", NX, 16, TAG) != 0
    assert machine.raised("ExAllocatePool2", FLAG_NON_PAGED | FLAG_RAISE, 16, TAG) == INSUFFICIENT
    assert machine.raised("ExAllocatePoolWithQuotaTag", NX, 16, TAG) == QUOTA


def test_nonpaged_pool_runs_out() -> None:
    """Nonpaged pool has an end, and giving blocks back makes room again."""
    machine = Machine(nonpaged_pages=64)
    taken = []
    while where := machine.call("ExAllocatePoolWithTag", NX, 8192, TAG):
        taken.append(where)
    assert 20 <= len(taken) <= 32
    assert machine.raised("ExAllocatePoolWithTag", NX | 0x10, 8192, TAG) == INSUFFICIENT
    machine.call("ExFreePool", taken.pop())
    assert machine.call("ExAllocatePoolWithTag", NX, 8192, TAG) != 0


def test_pool_larger_than_the_machine() -> None:
    """A request that exceeds all memory is NULL."""
    machine = Machine()
    assert machine.call("ExAllocatePoolWithTag", PAGED, 1 << 60, TAG) == 0
    assert machine.call("ExAllocatePoolWithTag", NX, (1 << 64) - 1, TAG) == 0


@pytest.mark.parametrize(
    ("pool_type", "irql", "code"), [(PAGED, 2, (0xC4, 1)), (NX, 3, (0xC4, 2)), (PAGED, 5, (0xC4, 1))]
)
def test_allocation_at_wrong_irql(pool_type: int, irql: int, code: tuple[int, int]) -> None:
    """Paged pool needs APC_LEVEL or below, nonpaged pool DISPATCH_LEVEL."""
    machine = Machine()
    machine.nt.set_irql(irql)
    assert machine.stop("ExAllocatePoolWithTag", pool_type, 16, TAG) == code


def test_wrong_irql_without_the_verifier() -> None:
    """Plain Windows stops above DISPATCH_LEVEL only."""
    machine = Machine(verifier=0)
    machine.nt.set_irql(2)
    assert machine.call("ExAllocatePoolWithTag", PAGED, 5000, TAG)
    machine.nt.set_irql(3)
    assert machine.stop("ExAllocatePoolWithTag", NX, 16, TAG) == (0xC2, 8)


def test_free_at_wrong_irql() -> None:
    """Freeing has the limits of allocating."""
    for pool_type, irql, code in ((PAGED, 2, 0x11), (NX, 3, 0x12)):
        machine = Machine()
        where = machine.call("ExAllocatePoolWithTag", pool_type, 16, TAG)
        machine.nt.set_irql(irql)
        assert machine.stop("ExFreePool", where) == (0xC4, code)


def test_free_of_what_is_no_block() -> None:
    """NULL, user addresses, the middle of a block and a second free are told apart."""
    machine = Machine()
    where = machine.call("ExAllocatePoolWithTag", NX, 64, TAG)
    assert machine.stop("ExFreePool", 0) == (0xC2, 0x46)
    assert machine.stop("ExFreePool", machine.user(4096)) == (0xC2, 0x40)
    assert machine.stop("ExFreePool", where + 16) == (0xC2, 0x46)
    machine.call("ExFreePool", where)
    assert machine.stop("ExFreePool", where) == (0xC2, 7)
    assert machine.nt.findings[-1].marks[0][1] == "freed here"


def test_tags_are_compared() -> None:
    """ExFreePoolWithTag refuses another tag than the block's, but for 0."""
    machine = Machine()
    where = machine.call("ExAllocatePoolWithTag", NX, 64, TAG)
    assert machine.stop("ExFreePoolWithTag", where, TAG + 1) == (0xC2, 0xA)
    machine = Machine()
    machine.call("ExFreePoolWithTag", machine.call("ExAllocatePoolWithTag", NX, 64, TAG), 0)
    assert machine.rules == []


def test_overrun_is_found_at_free() -> None:
    """Writing past a small block destroys the header behind it, which its free notices."""
    machine = Machine()
    first = machine.call("ExAllocatePoolWithTag", NX, 32, TAG)
    machine.call("ExAllocatePoolWithTag", NX, 32, TAG)
    machine.nt.memory.write(first, b"y" * 40)
    assert machine.stop("ExFreePool", first) == (0x19, 0x20)


def test_zero_bytes_and_no_tag_are_reported() -> None:
    """Zero bytes, and no tag, are reported and served."""
    machine = Machine()
    assert machine.call("ExAllocatePoolWithTag", NX, 0, TAG)
    assert machine.call("ExAllocatePoolWithTag", NX, 8, 0)
    assert machine.rules == ["pool-of-zero-bytes", "pool-tag-zero"]


def test_large_block_is_gone_when_freed() -> None:
    """The pages of a large block are unmapped when it is freed: touching them is 0x50."""
    machine = Machine()
    where = machine.call("ExAllocatePoolWithTag", NX, 5000, TAG)
    machine.call("ExFreePool", where)
    assert machine.stop("RtlZeroMemory", where, 1)[0] == 0x50


def test_executable_pool_under_the_full_verifier() -> None:
    """NonPagedPool is executable, which the full set of checks reports."""
    machine = Machine(verifier=2)
    machine.call("ExAllocatePoolWithTag", NONPAGED, 8, TAG)
    machine.call("ExAllocatePoolWithTag", NX, 8, TAG)
    assert machine.rules == ["pool-executable"]


def test_cache_aligned_pool() -> None:
    """POOL_FLAG_CACHE_ALIGNED gives an address on a cache line."""
    machine = Machine()
    for _ in range(3):
        assert machine.call("ExAllocatePool2", FLAG_NON_PAGED | 0x8, 40, TAG) % 64 == 0


def test_tag_text() -> None:
    """A tag is shown by its bytes in memory order."""
    assert tag_text(TAG) == "Tst1" and tag_text(0) == "...."
