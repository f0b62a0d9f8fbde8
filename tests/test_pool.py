"""Pool routines: where blocks lie, what they hold, and which rules their misuse breaks."""

from __future__ import annotations

import pytest

from dmascript.runtime.invariants import check_invariants
from dmascript.runtime.ke.exceptions import BugCheck
from dmascript.runtime.mm.pool import tag_text
from dmascript.runtime.system import Settings, System
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


def test_small_blocks_leave_room_for_large_ones() -> None:
    """Where 64 KiB are free, a small block takes a part of them: what is left still has room for whole pages."""
    settings = Settings("starved")
    pool = System(settings).pool
    assert pool.allocate(200, 0)
    assert all(pool.allocate(4096, 0) for _ in range(8))


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


@pytest.mark.parametrize(("kind", "limit"), [(NX, "nonpaged_pages"), (PAGED, "paged_pages")])
def test_pool_runs_out(kind: int, limit: str) -> None:
    """Either pool has an end of its own, and giving blocks back makes room again."""
    machine = Machine(**{limit: 64})
    taken = []
    while where := machine.call("ExAllocatePoolWithTag", kind, 8192, TAG):
        taken.append(where)
    assert 20 <= len(taken) <= 32
    assert machine.raised("ExAllocatePoolWithTag", kind | 0x10, 8192, TAG) == INSUFFICIENT
    assert machine.call("ExAllocatePoolWithTag", kind ^ 1, 8192, TAG) != 0
    machine.call("ExFreePool", taken.pop())
    assert machine.call("ExAllocatePoolWithTag", kind, 8192, TAG) != 0


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
    machine = Machine(verifier=0)
    where = machine.call("ExAllocatePoolWithTag", NX, 64, TAG)
    assert machine.stop("ExFreePool", 0) == (0xC2, 0x46)
    assert machine.stop("ExFreePool", machine.user(4096)) == (0xC2, 0x40)
    assert machine.stop("ExFreePool", where + 16) == (0xC2, 0x41)
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
    machine = Machine(verifier=0)
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


def test_underrun_and_late_write_without_the_verifier() -> None:
    """A write before a block is found when it is freed, a write after the free when the pool wants the block again."""
    machine = Machine(verifier=0)
    where = machine.call("ExAllocatePoolWithTag", NX, 32, TAG)
    machine.nt.memory.write(where - 8, b"yyyy")
    assert machine.stop("ExFreePool", where) == (0x19, 7)
    machine = Machine(verifier=0)
    where = machine.call("ExAllocatePoolWithTag", NX, 32, TAG)
    machine.call("ExFreePool", where)
    machine.nt.memory.write(where, b"late")
    assert machine.stop("ExAllocatePoolWithTag", NX, 32, TAG) == (0x19, 3)
    assert machine.nt.findings[-1].marks[0][1] == "freed here"


# -- special pool


def bug(machine: Machine, name: str, *arguments: int) -> tuple[int, tuple[int, ...]]:
    with pytest.raises(BugCheck) as stop:
        machine.call(name, *arguments)
    return stop.value.code, stop.value.parameters


@pytest.mark.parametrize("pool_type", [NX, PAGED])
@pytest.mark.parametrize("size", [1, 16, 24, 1000, 4096])
def test_special_blocks_end_with_their_page(pool_type: int, size: int) -> None:
    """With the verifier on, a block ends within 15 bytes of its page, and nothing is mapped behind that."""
    machine = Machine()
    where = machine.call("ExAllocatePoolWithTag", pool_type, size, TAG)
    end = (where & -4096) + 4096
    assert where % 16 == 0 and 0 <= end - (where + size) < 16
    assert machine.nt.memory.region_at(end) is None
    machine.nt.memory.write(where, b"x" * size)
    machine.call("ExFreePool", where)
    assert machine.rules == [] and check_invariants(machine.nt) == []


@pytest.mark.parametrize(("in_driver", "code"), [(True, 0xD6), (False, 0xCD)])
def test_access_beyond_a_special_block(in_driver: bool, code: int) -> None:
    """Going past the page of a block faults at once, in a routine as in the driver."""
    machine = Machine()
    where = machine.call("ExAllocatePoolWithTag", NX, 64, TAG)
    with pytest.raises(BugCheck) as stop:
        machine.nt.memory.write(where, b"x" * 65, in_driver)
    assert (stop.value.code, stop.value.parameters[:2]) == (code, (where + 64, 1))
    assert machine.nt.findings[-1].marks[0][1] == "allocated here"


@pytest.mark.parametrize(("in_driver", "irql", "code"), [(True, 0, 0xD5), (False, 0, 0xCC), (True, 2, 0xD5)])
def test_use_after_free_of_a_special_block(in_driver: bool, irql: int, code: int) -> None:
    """The page of a freed block is gone: reading it faults at any IRQL."""
    machine = Machine()
    where = machine.call("ExAllocatePoolWithTag", NX, 64, TAG)
    machine.call("ExFreePool", where)
    machine.nt.set_irql(irql)
    with pytest.raises(BugCheck) as stop:
        machine.nt.memory.read(where + 3, 1, in_driver)
    assert (stop.value.code, stop.value.parameters[:2]) == (code, (where + 3, 0))
    assert machine.nt.findings[-1].marks[0][1] == "freed here"


def test_damage_around_a_special_block_is_found_at_free() -> None:
    """Bytes between the block and the end of its page, and those before it, are compared when it is freed."""
    for offset, sub_code in ((30, 0x24), (-1, 0x23), (-100, 0x23)):
        machine = Machine()
        where = machine.call("ExAllocatePoolWithTag", NX, 30, TAG)
        machine.nt.memory.write(where + offset, b"!")
        code, parameters = bug(machine, "ExFreePool", where)
        assert (code, parameters) == (0xC1, (where, where + offset, 0, sub_code))


def test_free_within_a_special_block() -> None:
    """An address within a block of special pool is told from a wild one."""
    machine = Machine()
    where = machine.call("ExAllocatePoolWithTag", NX, 64, TAG)
    assert bug(machine, "ExFreePool", where + 16) == (0xC1, (where + 16, 64, 48, 0x21))
    machine.call("ExFreePool", where)
    assert machine.stop("ExFreePool", where) == (0xC2, 7)


def test_special_pool_ends() -> None:
    """Special pool takes at most half of nonpaged pool, and what is asked for beyond that comes from the rest."""
    machine = Machine(nonpaged_pages=64)
    blocks = [machine.call("ExAllocatePoolWithTag", NX, 2000, TAG) for _ in range(40)]
    assert all(blocks)
    special = [block for block in blocks if machine.nt.pool.blocks[block].special]
    assert 8 <= len(special) <= 16
    for block in blocks:
        machine.call("ExFreePool", block)
    assert check_invariants(machine.nt) == []


def test_addresses_of_special_pool_return_late() -> None:
    """The pages of freed blocks are used again only after thousands of others, so that the machine does not grow."""
    machine = Machine()
    seen = set()
    for _ in range(9000):
        where = machine.call("ExAllocatePoolWithTag", NX, 64, TAG)
        machine.call("ExFreePool", where)
        seen.add(where)
    assert 4096 <= len(seen) <= 4100


# -- lookaside lists


class Lists(Machine):
    """A list at `head`; the driver's functions are recorded in `called`."""

    def __init__(self, **settings: object) -> None:
        super().__init__(**settings)  # type: ignore[arg-type]
        self.head = self.room(128)
        self.called: list[tuple[int, ...]] = []
        self.nt.call = self.function

    def function(self, where: int, *arguments: int) -> int:
        self.called.append((where, *arguments))
        return self.scratch + 0x8000 if len(arguments) >= 3 else 0


def test_lookaside_list_keeps_blocks() -> None:
    """Blocks that were given back come again, the last one first; the counts in the head tell hits from misses."""
    machine = Lists()
    machine.call("ExInitializeNPagedLookasideList", machine.head, 0, 0, NX, 100, TAG, 0)
    blocks = [machine.call("ExAllocateFromNPagedLookasideList", machine.head) for _ in range(6)]
    assert len(set(blocks)) == 6 and all(blocks)
    for block in blocks:
        machine.call("ExFreeToNPagedLookasideList", machine.head, block)
    assert [machine.get(machine.head + at, 4) for at in (20, 24, 28, 32)] == [6, 6, 6, 2]
    assert machine.call("ExAllocateFromNPagedLookasideList", machine.head) == blocks[3]
    assert machine.get(machine.head, 2) == 3 and machine.get(machine.head + 44, 4) == 100
    machine.call("ExFreeToNPagedLookasideList", machine.head, blocks[3])
    machine.call("ExDeleteNPagedLookasideList", machine.head)
    assert machine.leaks == [] and check_invariants(machine.nt) == []


def test_lookaside_functions_of_the_driver() -> None:
    """Allocate and Free of the driver are called with type, size and tag; those of an Ex list get the list too."""
    machine = Lists()
    machine.call("ExInitializePagedLookasideList", machine.head, 0x111, 0x222, 0, 48, TAG, 0)
    block = machine.call("ExAllocateFromPagedLookasideList", machine.head)
    for _ in range(5):
        machine.call("ExFreeToPagedLookasideList", machine.head, block)
    assert machine.called == [(0x111, PAGED, 48, TAG), (0x222, block)]
    machine = Lists()
    assert machine.call("ExInitializeLookasideListEx", machine.head, 0x111, 0x222, NX, 0, 48, TAG, 0) == 0
    block = machine.call("ExAllocateFromLookasideListEx", machine.head)
    machine.call("ExFreeToLookasideListEx", machine.head, block)
    machine.call("ExDeleteLookasideListEx", machine.head)
    assert machine.called == [(0x111, NX, 48, TAG, machine.head), (0x222, block, machine.head)]


def test_lookaside_failures() -> None:
    """No pool is NULL, or raises where the list was made to; flags that cannot be meant have a status."""
    machine = Lists(failures=(("ExAllocateFromNPagedLookasideList", 1), ("ExAllocateFromLookasideListEx", 1)))
    machine.call("ExInitializeNPagedLookasideList", machine.head, 0, 0, 0, 64, TAG, 0)
    assert machine.call("ExAllocateFromNPagedLookasideList", machine.head) == 0
    other = machine.room(128)
    assert machine.call("ExInitializeLookasideListEx", other, 0, 0, NX, 3, 64, TAG, 0) == 0xC00000F3
    assert machine.call("ExInitializeLookasideListEx", other, 0, 0, NX, 1, 64, TAG, 0) == 0
    assert machine.raised("ExAllocateFromLookasideListEx", other) == INSUFFICIENT


def test_lookaside_misuse() -> None:
    """Initialised twice, deleted twice, blocks too small, memory freed with the list in it, and never deleted."""
    arguments = (0, 0, NX, 64, TAG, 0)
    machine = Lists()
    machine.call("ExInitializeNPagedLookasideList", machine.head, *arguments)
    assert machine.stop("ExInitializeNPagedLookasideList", machine.head, *arguments) == (0xC4, 0xCA)
    machine = Lists()
    machine.call("ExInitializeNPagedLookasideList", machine.head, *arguments)
    assert machine.leaks == ["lookaside-not-deleted"]
    machine.call("ExDeleteNPagedLookasideList", machine.head)
    assert machine.stop("ExDeleteNPagedLookasideList", machine.head) == (0xC4, 0xCB)
    assert Lists().stop("ExInitializeNPagedLookasideList", machine.head, 0, 0, NX, 4, TAG, 0) == (0xC4, 0xCD)
    machine = Lists()
    head = machine.call("ExAllocatePoolWithTag", NX, 256, TAG)
    machine.call("ExInitializeNPagedLookasideList", head, *arguments)
    assert machine.stop("ExFreePool", head) == (0xC4, 0xCC)
