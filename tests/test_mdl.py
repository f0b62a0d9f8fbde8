"""MDLs: describing, locking, mapping, partial ones; and every rule that their misuse breaks."""

from __future__ import annotations

import time

import pytest

from machine import CURRENT_PROCESS, Machine

TAG = 0x31747354
NX = 512
KERNEL, USER = 0, 1
READ, WRITE, MODIFY = 0, 1, 2
MAPPED, LOCKED, NONPAGED, FIXED, PARTIAL, PARTIAL_MAPPED, WRITE_OPERATION = 0x1, 0x2, 0x4, 0x8, 0x10, 0x20, 0x80
NORMAL, NO_WRITE = 16 | 0x4000_0000, 0x8000_0000
ACCESS_VIOLATION = 0xC0000005
RELEASE = 0x8000


class Bench(Machine):
    """A machine with shorthands for the life of an MDL."""

    def mdl(self, va: int, length: int, irp: int = 0, secondary: int = 0) -> int:
        return self.call("IoAllocateMdl", va, length, secondary, 0, irp)

    def locked(self, length: int = 10000, operation: int = WRITE) -> tuple[int, int]:
        """Memory of the process, and a locked MDL that begins 100 bytes into it."""
        base = self.user(length + 100)
        mdl = self.mdl(base + 100, length)
        self.call("MmProbeAndLockPages", mdl, USER, operation)
        return mdl, base

    def flags(self, mdl: int) -> int:
        return self.get(mdl + 10, 2)

    def frames(self, mdl: int, count: int) -> list[int]:
        return [self.get(mdl + 0x30 + 8 * index) for index in range(count)]

    def release(self, base: int) -> None:
        at, size = self.room(8), self.room(8)
        self.set(at, 8, base)
        assert self.call("ZwFreeVirtualMemory", CURRENT_PROCESS, at, size, RELEASE) == 0

    def pool_mdl(self, length: int = 9000) -> tuple[int, int]:
        where = self.call("ExAllocatePoolWithTag", NX, length, TAG)
        mdl = self.mdl(where + 16, length - 16)
        self.call("MmBuildMdlForNonPagedPool", mdl)
        return mdl, where

    def address(self, mdl: int) -> int:
        return self.call("MmGetSystemAddressForMdlSafe", mdl, NORMAL)


def test_fields_of_a_new_mdl() -> None:
    """IoAllocateMdl records address and length, and looks at neither."""
    bench = Bench()
    mdl = bench.mdl(0x12345678, 10000)
    assert [bench.get(mdl + offset, size) for offset, size in ((0, 8), (8, 2), (32, 8), (40, 4), (44, 4))] == [
        0, 0x30 + 8 * 3, 0x12345000, 10000, 0x678
    ]  # fmt: skip
    assert bench.flags(mdl) == FIXED
    assert bench.flags(bench.mdl(0x10000, 24 * 4096)) == 0
    assert bench.call("MmGetMdlVirtualAddress", mdl) == 0x12345678
    assert bench.call("MmGetMdlByteCount", mdl) == 10000
    assert bench.call("MmGetMdlByteOffset", mdl) == 0x678
    assert bench.call("MmGetMdlBaseVa", mdl) == 0x12345000
    assert bench.call("MmGetMdlPfnArray", mdl) == mdl + 0x30
    assert bench.call("MmSizeOfMdl", 0xFFF, 2) == 0x30 + 16


@pytest.mark.parametrize(
    ("generation", "longest"),
    [
        ("nt52", 8185 * 4096), ("nt60", (2 << 30) - 4096), ("nt61", (4 << 30) - 4096),
        ("win10", (4 << 30) - 4096),
    ],
)  # fmt: skip
def test_longest_mdl(generation: str, longest: int) -> None:
    """Each generation of Windows has its own limit, past which the answer is NULL."""
    bench = Bench(generation=generation)
    assert bench.mdl(0, longest) != 0
    assert bench.mdl(0, longest + 1) == 0


def test_mdl_of_an_irp() -> None:
    """A primary buffer replaces the IRP's MDL, a secondary one ends the chain."""
    bench = Bench()
    irp = bench.room(0xD0)
    first, second, third = bench.mdl(0, 8, irp), bench.mdl(0, 8, irp, 1), bench.mdl(0, 8, irp, 1)
    assert bench.get(irp + 8) == first and bench.get(first) == second and bench.get(second) == third
    other = bench.mdl(0, 8, irp)
    assert bench.get(irp + 8) == other and bench.get(other) == 0


@pytest.mark.parametrize("operation", [READ, WRITE, MODIFY])
def test_lock_and_unlock(operation: int) -> None:
    """Locking pins all pages, writes their frames and marks the MDL; unlocking undoes it."""
    bench = Bench()
    mdl, _base = bench.locked(10000, operation)
    nt = bench.nt
    assert bench.flags(mdl) == FIXED | LOCKED | (WRITE_OPERATION if operation else 0)
    assert bench.get(mdl + 16) == nt.process.address
    frames = bench.frames(mdl, 3)
    assert [nt.memory.frame_at(bench.get(mdl + 32) + 4096 * index) for index in range(3)] == frames
    assert frames[1] != frames[0] + 1
    assert (nt.memory.pinned_count, nt.process.locked_pages) == (3, 3)
    bench.call("MmUnlockPages", mdl)
    assert bench.flags(mdl) == FIXED and (nt.memory.pinned_count, nt.process.locked_pages) == (0, 0)
    bench.call("IoFreeMdl", mdl)
    assert bench.rules == [] and bench.leaks == []


@pytest.mark.parametrize(
    ("length", "protect", "mode", "operation", "code"),
    [
        (4096, 4, USER, WRITE, None), (4097, 4, USER, WRITE, ACCESS_VIOLATION), (4096, 2, USER, READ, None),
        (4096, 2, USER, WRITE, ACCESS_VIOLATION), (4096, 2, KERNEL, MODIFY, ACCESS_VIOLATION),
        (4096, 1, USER, READ, ACCESS_VIOLATION),
    ],
)  # fmt: skip
def test_probing(length: int, protect: int, mode: int, operation: int, code: int | None) -> None:
    """A page that is missing or does not permit the access raises, and nothing stays locked."""
    bench = Bench()
    mdl = bench.mdl(bench.user(4096, protect), length)
    assert bench.raised("MmProbeAndLockPages", mdl, mode, operation) == code
    assert bench.nt.memory.pinned_count == (0 if code else 1)
    assert bool(bench.flags(mdl) & LOCKED) == (code is None)


def test_kernel_address_for_a_user() -> None:
    """UserMode refuses a kernel address, and a range that runs out of user space; KernelMode takes both halves."""
    bench = Bench()
    assert bench.raised("MmProbeAndLockPages", bench.mdl(bench.scratch, 10), USER, READ) == ACCESS_VIOLATION
    assert bench.raised("MmProbeAndLockPages", bench.mdl(0x7FFF_FFFE_FFFF, 10), USER, READ) == ACCESS_VIOLATION
    assert bench.raised("MmProbeAndLockPages", bench.mdl(bench.scratch, 10), KERNEL, WRITE) is None
    assert bench.raised("MmProbeAndLockPages", bench.mdl(bench.user(10), 10), KERNEL, WRITE) is None


def test_lock_failure_can_be_injected() -> None:
    """A working set that is full raises, and nothing is locked."""
    bench = Bench(failures=(("MmProbeAndLockPages", 1), ("IoAllocateMdl", 2)))
    mdl = bench.mdl(bench.user(100), 100)
    assert bench.raised("MmProbeAndLockPages", mdl, USER, READ) == 0xC00000A1
    assert bench.nt.memory.pinned_count == 0
    assert bench.mdl(0, 1) == 0


def test_pages_stay_while_they_are_locked() -> None:
    """Locked pages outlive their addresses: the mapping still shows them, and their frames are nobody else's."""
    bench = Bench()
    mdl, base = bench.locked(3 * 4096)
    bench.nt.memory.write(base + 100, b"device data")
    view = bench.address(mdl)
    free = bench.nt.frames.free_count
    bench.release(base)
    assert bench.nt.memory.read(view, 11) == b"device data"
    assert bench.nt.frames.free_count == free
    bench.call("MmUnlockPages", mdl)
    assert bench.nt.frames.free_count == free + 4


def test_two_mdls_lock_one_page() -> None:
    """A page leaves memory's hold when its last lock is dropped."""
    bench = Bench()
    base = bench.user(4096)
    mdls = [bench.mdl(base, 4096), bench.mdl(base + 8, 8)]
    for mdl in mdls:
        bench.call("MmProbeAndLockPages", mdl, USER, READ)
    bench.call("MmUnlockPages", mdls[0])
    assert bench.nt.memory.pinned_count == 1
    bench.call("MmUnlockPages", mdls[1])
    assert bench.nt.memory.pinned_count == 0


def test_a_page_shows_the_same_bytes_at_both_addresses() -> None:
    """The system address keeps the byte offset, and writes go both ways, at DISPATCH_LEVEL too."""
    bench = Bench()
    mdl, base = bench.locked()
    view = bench.address(mdl)
    assert view % 4096 == 100 and bench.get(mdl + 24) == view and bench.flags(mdl) & MAPPED
    assert bench.address(mdl) == view
    bench.nt.set_irql(2)
    bench.nt.memory.write(view + 5000, b"from the ISR", True)
    bench.nt.set_irql(0)
    assert bench.nt.memory.read(base + 5100, 12) == b"from the ISR"
    bench.nt.memory.write(base + 100, b"back")
    assert bench.nt.memory.read(view, 4) == b"back"


def test_unlock_takes_the_mapping_with_it() -> None:
    """After MmUnlockPages the system address shows nothing, and its page table entries are free again."""
    bench = Bench()
    mdl, _ = bench.locked()
    free = bench.nt.free_ptes
    view = bench.address(mdl)
    assert bench.nt.free_ptes == free - 3
    bench.call("MmUnlockPages", mdl)
    assert bench.nt.free_ptes == free and not bench.flags(mdl) & MAPPED
    assert bench.stop("RtlZeroMemory", view, 1)[0] == 0x50


def test_page_table_entries_run_out() -> None:
    """Without entries the safe routine returns NULL, and the old one stops with 0x3F."""
    bench = Bench(system_ptes=4)
    one, other = bench.locked()[0], bench.locked()[0]
    assert bench.address(one) != 0
    assert bench.address(other) == 0
    assert bench.stop("MmGetSystemAddressForMdl", other)[0] == 0x3F


def test_mapping_failure_can_be_injected() -> None:
    """The failure asked for gives NULL once."""
    bench = Bench(failures=(("MmGetSystemAddressForMdlSafe", 1),))
    mdl, _ = bench.locked()
    assert bench.address(mdl) == 0
    assert bench.address(mdl) != 0


def test_mapping_that_may_not_be_written() -> None:
    """MdlMappingNoWrite makes the view read-only: a write is 0xBE."""
    bench = Bench()
    mdl, _ = bench.locked()
    view = bench.call("MmGetSystemAddressForMdlSafe", mdl, NORMAL | 0x8000_0000)
    assert bench.nt.memory.read(view, 1) == b"\0"
    assert bench.stop("RtlZeroMemory", view, 1)[0] == 0xBE


def test_nonpaged_pool_needs_no_lock() -> None:
    """An MDL built for nonpaged pool has its frames and its system address at once."""
    bench = Bench()
    mdl, where = bench.pool_mdl()
    assert bench.flags(mdl) & (NONPAGED | LOCKED | MAPPED) == NONPAGED
    assert bench.address(mdl) == where + 16
    assert bench.frames(mdl, 3) == [bench.nt.memory.frame_at(where + 4096 * index) for index in range(3)]
    bench.call("IoFreeMdl", mdl)
    bench.call("ExFreePool", where)
    assert bench.rules == [] and bench.leaks == []


def test_initialised_mdl() -> None:
    """MmInitializeMdl makes the caller's own memory an MDL, which is locked like any other."""
    bench = Bench()
    mdl, base = bench.room(0x100), bench.user(8192)
    bench.call("MmInitializeMdl", mdl, base + 4000, 200)
    bench.call("MmProbeAndLockPages", mdl, USER, WRITE)
    assert bench.nt.memory.pinned_count == 2
    bench.call("MmUnlockPages", mdl)
    assert bench.leaks == []


def wrong(act: str, bench: Bench) -> tuple[int, int]:
    """Bring a state about, do the wrong thing in it, and return the bug check."""
    if act == "lock twice":
        return bench.stop("MmProbeAndLockPages", bench.locked()[0], USER, WRITE)
    if act == "lock pool":
        return bench.stop("MmProbeAndLockPages", bench.pool_mdl()[0], KERNEL, WRITE)
    if act == "unlock unlocked":
        return bench.stop("MmUnlockPages", bench.mdl(bench.scratch, 10))
    if act == "unlock pool":
        return bench.stop("MmUnlockPages", bench.pool_mdl()[0])
    if act == "map unlocked":
        return bench.stop("MmGetSystemAddressForMdlSafe", bench.mdl(bench.scratch, 10), NORMAL)
    if act == "use garbage":
        return bench.stop("MmUnlockPages", bench.call("ExAllocatePoolWithTag", NX, 64, TAG))
    mdl, base = bench.locked()
    if act == "unlock twice":
        bench.call("MmUnlockPages", mdl)
        return bench.stop("MmUnlockPages", mdl)
    if act == "map twice":
        bench.address(mdl)
        return bench.stop("MmMapLockedPagesSpecifyCache", mdl, KERNEL, 1, 0, 0, NORMAL)
    if act == "map may stop":
        return bench.stop("MmMapLockedPagesSpecifyCache", mdl, KERNEL, 1, 0, 1, NORMAL)
    if act == "unmap unmapped":
        return bench.stop("MmUnmapLockedPages", 0xFFFF_C200_0000_0000, mdl)
    if act == "unmap elsewhere":
        return bench.stop("MmUnmapLockedPages", bench.address(mdl) + 4096, mdl)
    if act == "free mapped":
        bench.address(mdl)
        return bench.stop("IoFreeMdl", mdl)
    if act == "free twice":
        bench.call("MmUnlockPages", mdl)
        bench.call("IoFreeMdl", mdl)
        return bench.stop("IoFreeMdl", mdl)
    part = bench.mdl(base + 100, 5000)
    bench.call("IoBuildPartialMdl", mdl, part, base + 4196, 5000)
    if act == "unlock under partial":
        bench.address(part)
        return bench.stop("MmUnlockPages", mdl)
    if act == "partial after unlock":
        bench.call("MmUnlockPages", mdl)
        return bench.stop("MmGetSystemAddressForMdlSafe", part, NORMAL)
    if act == "lock partial":
        return bench.stop("MmProbeAndLockPages", part, USER, WRITE)
    if act == "unlock partial":
        return bench.stop("MmUnlockPages", part)
    return bench.stop("MmUnmapLockedPages", bench.address(part), part)


@pytest.mark.parametrize(
    ("act", "rule", "code"),
    [
        ("lock twice", "mdl-already-locked", (0xC4, 0xB0)), ("lock pool", "mdl-describes-nonpaged-pool", (0xC4, 0xB0)),
        ("unlock unlocked", "mdl-not-locked", (0xC4, 0x7C)),
        ("unlock pool", "mdl-of-nonpaged-pool-unlocked", (0xC4, 0x7D)),
        ("unlock twice", "mdl-not-locked", (0xC4, 0x7C)), ("map unlocked", "mdl-mapped-before-locked", (0xC4, 0xB3)),
        ("map twice", "mdl-already-mapped", (0xC4, 0xB2)),
        ("map may stop", "mapping-with-bug-check-on-failure", (0xC4, 0x82)),
        ("unmap unmapped", "mdl-not-mapped", (0xC4, 0xB6)),
        ("unmap elsewhere", "mapping-released-at-wrong-address", (0xDA, 3)),
        ("free mapped", "mdl-freed-while-mapped", (0xC4, 0xB8)), ("free twice", "mdl-used-after-free", (0xCC, None)),
        ("use garbage", "not-an-mdl", (0xC4, 0x16)), ("lock partial", "partial-mdl-locked", (0xC4, 0xB0)),
        ("unlock partial", "partial-mdl-unlocked", (0xC4, 0xB4)),
        ("unmap partial", "partial-mdl-unmapped", (0xC4, 0xB5)),
        ("unlock under partial", "mdl-unlocked-under-mapped-partial", (0x4E, 0x9A)),
        ("partial after unlock", "partial-mdl-outlives-source", (0x4E, 0x99)),
    ],
)  # fmt: skip
def test_misuse(act: str, rule: str, code: tuple[int, int | None]) -> None:
    """Each wrong act stops the machine with the code that Windows has for it."""
    bench = Bench()
    stop = wrong(act, bench)
    assert stop[0] == code[0] and code[1] in (stop[1], None)
    assert bench.rules[-1] == rule


@pytest.mark.parametrize(
    ("act", "code"), [("unlock unlocked", (0x4E, 7)), ("unlock pool", (0x4E, 7)), ("unlock twice", (0x76, 1))]
)
def test_unlock_misuse_without_the_verifier(act: str, code: tuple[int, int]) -> None:
    """Plain Windows notices the lock count of a page going below zero, or first that of the process."""
    assert wrong(act, Bench(verifier=0)) == code


def test_locked_twice_without_the_verifier() -> None:
    """The first lock is lost: the pages stay pinned when the MDL is unlocked, and that is a leak."""
    bench = Bench(verifier=0)
    mdl, _ = bench.locked()
    bench.call("MmProbeAndLockPages", mdl, USER, WRITE)
    bench.call("MmUnlockPages", mdl)
    bench.call("IoFreeMdl", mdl)
    assert bench.nt.memory.pinned_count == 3
    assert bench.leaks == ["pages-left-locked"]


def test_freed_while_locked() -> None:
    """IoFreeMdl of a locked MDL is reported, and the pages stay locked for good."""
    bench = Bench()
    bench.call("IoFreeMdl", bench.locked()[0])
    assert bench.rules == ["mdl-freed-while-locked"]
    again, _ = bench.locked(100)
    bench.call("MmUnlockPages", again)
    bench.call("IoFreeMdl", again)
    assert bench.leaks == ["pages-left-locked"] and bench.nt.process.locked_pages == 3


def test_what_is_left_is_a_leak() -> None:
    """A locked MDL at the end is two leaks: the MDL and its pages, in the order in which they were taken."""
    bench = Bench()
    bench.locked()
    assert bench.leaks == ["mdl-leaked", "pages-left-locked"]


def test_built_over_pageable_memory() -> None:
    """MmBuildMdlForNonPagedPool over paged pool, a stack or user memory is reported, and the run goes on."""
    bench = Bench()
    for va in (bench.call("ExAllocatePoolWithTag", 1, 64, TAG), bench.nt.thread.stack_low, bench.user(64)):
        bench.call("MmBuildMdlForNonPagedPool", bench.mdl(va, 64))
    assert bench.rules == ["mdl-built-over-pageable-memory"] * 3
    assert bench.stop("MmBuildMdlForNonPagedPool", bench.mdl(0xFFFF_F123_0000_0000, 64)) == (0x1A, 0x1240)


def test_pageable_lock_at_dispatch_level() -> None:
    """Nonpageable memory is locked at DISPATCH_LEVEL; probing a pageable page there is 0x0A."""
    bench = Bench()
    mdl, user = bench.mdl(bench.scratch, 100), bench.mdl(bench.user(100), 100)
    bench.nt.set_irql(2)
    bench.call("MmProbeAndLockPages", mdl, KERNEL, WRITE)
    assert bench.stop("MmProbeAndLockPages", user, USER, WRITE)[0] == 0x0A


def test_locked_user_page_at_dispatch_level() -> None:
    """A locked page may be touched at DISPATCH_LEVEL, until it is unlocked there."""
    bench = Bench()
    mdl, base = bench.locked()
    bench.nt.set_irql(2)
    bench.nt.memory.write(base + 200, b"x", True)
    bench.call("MmUnlockPages", mdl)
    assert bench.stop("RtlZeroMemory", base + 200, 1)[0] == 0x0A


def test_pool_freed_while_locked() -> None:
    """Pool whose pages are locked may not be freed: 0x4E/9A."""
    bench = Bench()
    where = bench.call("ExAllocatePoolWithTag", NX, 8192, TAG)
    bench.call("MmProbeAndLockPages", bench.mdl(where, 8192), KERNEL, WRITE)
    assert bench.stop("ExFreePool", where) == (0x4E, 0x9A)


def test_partial_mdl_borrows() -> None:
    """A partial MDL copies frames and the system address, owns neither, and is freed without harm."""
    bench = Bench()
    mdl, base = bench.locked()
    view = bench.address(mdl)
    part = bench.mdl(base + 4196, 5000)
    bench.call("IoBuildPartialMdl", mdl, part, base + 4196, 5000)
    assert bench.flags(part) == FIXED | PARTIAL | MAPPED | 0x100
    assert bench.address(part) == view + 4096
    assert bench.frames(part, 2) == bench.frames(mdl, 3)[1:]
    assert [bench.get(part + 40, 4), bench.get(part + 44, 4)] == [5000, 100]
    bench.call("IoFreeMdl", part)
    assert bench.address(mdl) == view
    bench.call("MmUnlockPages", mdl)
    bench.call("IoFreeMdl", mdl)
    assert bench.rules == [] and bench.leaks == []


def test_partial_mdl_with_a_mapping_of_its_own() -> None:
    """Over an unmapped source the partial maps for itself, and MmPrepareMdlForReuse or IoFreeMdl gives that back."""
    bench = Bench()
    mdl, base = bench.locked()
    free = bench.nt.free_ptes
    part = bench.mdl(base, 12288)
    bench.call("IoBuildPartialMdl", mdl, part, base + 100, 0)
    assert bench.get(part + 40, 4) == 10000
    assert bench.address(part) and bench.flags(part) & PARTIAL_MAPPED
    bench.call("MmPrepareMdlForReuse", part)
    assert bench.nt.free_ptes == free
    bench.call("IoBuildPartialMdl", mdl, part, base + 200, 10)
    assert bench.address(part)
    bench.call("IoFreeMdl", part)
    assert bench.nt.free_ptes == free and bench.rules == []


def test_partial_mdl_out_of_range() -> None:
    """A range outside the source is 0x12E, a target without room 0x40."""
    bench = Bench()
    mdl, base = bench.locked()
    assert bench.stop("IoBuildPartialMdl", mdl, bench.mdl(base, 8192), base + 99, 10)[0] == 0x12E
    assert bench.stop("IoBuildPartialMdl", mdl, bench.mdl(base, 8192), base + 10000, 101)[0] == 0x12E
    assert bench.stop("IoBuildPartialMdl", mdl, bench.mdl(base, 8192), bench.address(mdl), 10)[0] == 0x12E
    assert bench.stop("IoBuildPartialMdl", mdl, bench.mdl(base, 4096), base + 100, 8192)[0] == 0x40


def test_stale_partials() -> None:
    """A partial left behind is a note; rebuilt while mapped it is reported; over nonpaged pool it stays usable."""
    bench = Bench()
    mdl, base = bench.locked()
    part = bench.mdl(base, 8192)
    bench.call("IoBuildPartialMdl", mdl, part, base + 100, 10)
    bench.address(part)
    bench.call("IoBuildPartialMdl", mdl, part, base + 100, 10)
    bench.call("MmUnlockPages", mdl)
    assert bench.rules == ["partial-mdl-not-reset", "partial-mdl-left-stale"]
    pool, where = bench.pool_mdl()
    bench.call("IoBuildPartialMdl", pool, part, where + 16, 10)
    bench.call("IoFreeMdl", pool)
    assert bench.address(part) == where + 16
    assert bench.rules[2:] == ["partial-mdl-left-stale"]


def test_user_mapping() -> None:
    """Kernel pages mapped into a process show the same bytes there, and must be unmapped there."""
    bench = Bench()
    mdl, where = bench.pool_mdl()
    view = bench.call("MmMapLockedPagesSpecifyCache", mdl, USER, 1, 0, 0, NORMAL)
    assert view < 1 << 47 and view % 4096 == 16
    bench.nt.memory.write(where + 16, b"shared")
    assert bench.nt.memory.read(view, 6) == b"shared"
    home = bench.nt.process
    bench.nt.attach(bench.nt.create_process("other"))
    assert bench.stop("MmUnmapLockedPages", view, mdl) == (0xC4, 0xB9)
    bench.nt.attach(home)
    bench.call("MmUnmapLockedPages", view, mdl)
    assert bench.raised("RtlZeroMemory", view, 1) == ACCESS_VIOLATION
    assert "user-mapping-left" not in bench.leaks


def test_obsolete_mapping_routine() -> None:
    """MmMapLockedPages still maps, and is reported."""
    bench = Bench()
    mdl, base = bench.locked()
    view = bench.call("MmMapLockedPages", mdl, KERNEL)
    bench.nt.memory.write(base + 100, b"ok")
    assert bench.nt.memory.read(view, 2) == b"ok" and bench.rules == ["obsolete-mapping-routine"]
    bench.call("MmUnmapLockedPages", view, mdl)
    bench.call("MmUnlockPages", mdl)
    assert bench.nt.free_ptes == bench.nt.settings.system_ptes


def test_null_mdl_is_an_access_violation() -> None:
    """NULL is a user address: touching it raises, and __except may take it."""
    assert Bench().raised("MmUnlockPages", 0) == ACCESS_VIOLATION
    assert Bench().raised("IoFreeMdl", 0) == ACCESS_VIOLATION


def test_lock_in_another_process() -> None:
    """MmProbeAndLockProcessPages looks at the address in the process that it is given, and comes back."""
    bench = Bench()
    home = bench.nt.process
    mdl = bench.mdl(bench.user(100), 100)
    other = bench.nt.create_process("other")
    bench.nt.attach(other)
    assert bench.raised("MmProbeAndLockPages", mdl, USER, READ) == ACCESS_VIOLATION
    bench.call("MmProbeAndLockProcessPages", mdl, home.address, USER, READ)
    assert home.locked_pages == 1 and bench.nt.process is other


def test_a_gigabyte_is_locked_fast() -> None:
    """Locking, mapping and unlocking a buffer of 1 GiB takes no loop over its pages."""
    bench = Bench()
    base = bench.user(1 << 30)
    bench.nt.memory.write(base + 5000, b"touched")
    best = 1.0
    for _ in range(3):
        mdl = bench.mdl(base, 1 << 30)
        start = time.perf_counter()
        bench.call("MmProbeAndLockPages", mdl, USER, WRITE)
        best = min(best, time.perf_counter() - start)
        assert bench.nt.memory.pinned_count == 1 << 18
        assert bench.nt.memory.read(bench.address(mdl) + 5000, 7) == b"touched"
        bench.call("MmUnlockPages", mdl)
        bench.call("IoFreeMdl", mdl)
    assert best < 0.2  # 12 ms on a quiet machine


def test_process_exits_with_locked_pages() -> None:
    """Pages that are locked when their process ends are 0x76, or 0xCB where the verifier tracks them; when they are
    unlocked before, their frames are free."""
    for verifier, stop in ((0, (0x76, 0)), (1, (0xCB, 0))):
        bench = Bench(verifier=verifier)
        mdl, _ = bench.locked()
        assert bench.stop("SimExitProcess", bench.nt.process.address) == stop
    bench = Bench()
    bench.mdl(0, 1)  # the pool grows for it
    free = bench.nt.frames.free_count
    mdl, base = bench.locked()
    bench.nt.memory.write(base, b"x")
    bench.call("MmUnlockPages", mdl)
    bench.call("IoFreeMdl", mdl)
    bench.call("SimExitProcess", bench.nt.process.address)
    assert bench.nt.frames.free_count == free and bench.nt.process is bench.nt.system_process


def test_paged_out_memory_moves() -> None:
    """Pages that are not locked come back in other frames with the same bytes; locked ones stay."""
    bench = Bench()
    mdl, base = bench.locked(4096)
    other = bench.user(4096)
    bench.nt.memory.write(other, b"bytes")
    before, locked = bench.nt.memory.frame_at(other), bench.nt.memory.frame_at(base)
    bench.call("SimPageOut", base, 8192)
    bench.call("SimPageOut", other, 1)
    assert bench.nt.memory.frame_at(other) != before and bench.nt.memory.read(other, 5) == b"bytes"
    assert bench.nt.memory.frame_at(base) == locked
    assert bench.call("SimPinnedFrames") == 2


def test_the_next_calls_fail() -> None:
    """SimFailNext makes as many calls fail as it says."""
    bench = Bench()
    bench.call("SimFailNext", bench.text("IoAllocateMdl"), 2)
    assert [bench.mdl(0, 1) != 0 for _ in range(3)] == [False, False, True]


def test_guard_page_is_probed() -> None:
    """The first probe of a guard page raises what a touch would, and takes the guard off."""
    bench = Bench()
    base = bench.user(3 * 4096)
    base_at, size_at, old = bench.room(8), bench.room(8), bench.room(8)
    bench.set(base_at, 8, base + 4096)
    bench.set(size_at, 8, 4096)
    bench.call("ZwProtectVirtualMemory", (1 << 64) - 1, base_at, size_at, 0x104, old)
    mdl = bench.mdl(base, 3 * 4096)
    assert bench.raised("MmProbeAndLockPages", mdl, USER, WRITE) == 0x80000001
    assert bench.nt.memory.pinned_count == 0
    assert bench.raised("MmProbeAndLockPages", mdl, USER, WRITE) is None


def test_advance_under_a_mapped_partial() -> None:
    """Pages that MmAdvanceMdl lets go must not be seen through a partial MDL; one further on is left alone."""
    bench = Bench()
    mdl, base = bench.locked(4 * 4096)
    parts = [bench.mdl(base + at, 100) for at in (200, 3 * 4096)]
    for part, at in zip(parts, (200, 3 * 4096), strict=True):
        bench.call("IoBuildPartialMdl", mdl, part, base + at, 100)
    bench.call("MmGetSystemAddressForMdlSafe", parts[1], NORMAL)
    bench.call("MmAdvanceMdl", mdl, 4096)
    assert bench.rules == ["partial-mdl-left-stale"]
    bench.call("MmGetSystemAddressForMdlSafe", parts[1], NORMAL)
    assert bench.stop("MmGetSystemAddressForMdlSafe", parts[0], NORMAL) == (0x4E, 0x99)
    bench = Bench()
    mdl, base = bench.locked(4 * 4096)
    part = bench.mdl(base + 200, 100)
    bench.call("IoBuildPartialMdl", mdl, part, base + 200, 100)
    bench.call("MmGetSystemAddressForMdlSafe", part, NORMAL)
    assert bench.stop("MmAdvanceMdl", mdl, 2 * 4096) == (0x4E, 0x9A)


def test_a_mapping_that_was_advanced_says_so() -> None:
    """Who unmaps at the old address passes what the mapping routine returned, and is told what has moved it."""
    bench = Bench()
    mdl, _ = bench.locked()
    view = bench.call("MmMapLockedPagesSpecifyCache", mdl, KERNEL, 1, 0, 0, NORMAL)
    assert bench.call("MmAdvanceMdl", mdl, 5000) == 0
    assert bench.stop("MmUnmapLockedPages", view, mdl) == (0xDA, 0x3)
    finding = bench.nt.findings[-1]
    assert [label for _, label in finding.marks] == ["mapped here", "its beginning was moved on here"]
    assert finding.facts[-1][1].endswith("since MmAdvanceMdl")
    bench.call("MmUnmapLockedPages", view + 5000, mdl)


def test_a_protected_mapping_says_who_protected_it() -> None:
    """A write to it shows that line, and before there is one that of the mapping."""
    bench = Bench()
    mdl, _ = bench.locked()
    view = bench.call("MmMapLockedPagesSpecifyCache", mdl, KERNEL, 1, 0, 0, NO_WRITE | NORMAL)
    assert bench.stop("RtlZeroMemory", view, 1) == (0xBE, view)
    assert bench.nt.findings[-1].marks[0][1] == "mapped here"
    assert bench.call("MmProtectMdlSystemAddress", mdl, 2) == 0
    assert bench.stop("RtlZeroMemory", view, 1) == (0xBE, view)
    assert bench.nt.findings[-1].marks[0][1] == "protected here"
