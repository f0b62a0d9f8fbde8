"""Pages that leave and come back: contents, frames, locks, what a device wrote, and the frame database."""

from __future__ import annotations

import time

import pytest

from dmascript.runtime.invariants import check_invariants
from dmascript.runtime.mm.pfn import describe_frame, frame_state
from machine import CURRENT_PROCESS, Machine

PAGED, TAG = 1, 0x31747354
READ_ACCESS, WRITE_ACCESS = 0, 1
GUARD_VIOLATION, ACCESS_VIOLATION = 0x80000001, 0xC0000005


class Paging(Machine):
    def __init__(self, **settings: object) -> None:
        super().__init__(**settings)  # type: ignore[arg-type]
        self.memory = self.nt.memory

    def frames(self, va: int, pages: int = 1) -> list[int]:
        return [self.memory.frame_at(va + 4096 * index) for index in range(pages)]

    def lock(self, va: int, size: int, operation: int = WRITE_ACCESS) -> int:
        mdl = self.call("IoAllocateMdl", va, size, 0, 0, 0)
        self.call("MmProbeAndLockPages", mdl, 0, operation)
        return mdl

    def unlock(self, mdl: int) -> None:
        self.call("MmUnlockPages", mdl)
        self.call("IoFreeMdl", mdl)

    def protect(self, va: int, size: int, protection: int) -> int:
        at, length, old = self.room(8), self.room(8), self.room(4)
        self.set(at, 8, va)
        self.set(length, 8, size)
        assert self.call("ZwProtectVirtualMemory", CURRENT_PROCESS, at, length, protection, old) == 0
        return self.get(old, 4)

    def sound(self) -> None:
        assert check_invariants(self.nt) == []


def test_pages_come_back_with_their_bytes_in_other_frames() -> None:
    """Raising the IRQL empties pageable memory; each page returns on the next touch, elsewhere, as it was."""
    machine = Paging()
    where = [machine.call("ExAllocatePoolWithTag", PAGED, 5000, TAG), machine.user(8192)]
    for va in where:
        machine.memory.write(va, b"a" * 4096 + b"b" * 904)
    before = [machine.frames(va, 2) for va in where]
    machine.nt.set_irql(2)
    assert [machine.frames(va, 2) for va in where] == [[0, 0], [0, 0]]
    machine.sound()
    machine.nt.set_irql(0)
    for va in where:
        assert machine.memory.read(va, 5000) == b"a" * 4096 + b"b" * 904
    after = [machine.frames(va, 2) for va in where]
    assert all(not set(old) & set(new) for old, new in zip(before, after, strict=True))
    machine.sound()


def test_coming_back_takes_time() -> None:
    """A page that is read back costs 100 microseconds of simulated time, a fresh one nothing."""
    machine = Paging()
    va = machine.user(4096)
    machine.memory.write(va, b"x")
    start = machine.nt.clock.now_ns
    machine.call("SimPageOut", va, 1)
    machine.memory.read(va, 1)
    assert machine.nt.clock.now_ns - start == 100_000


def test_locked_pages_stay() -> None:
    """Locked pages keep their frames and can be touched at DISPATCH_LEVEL; when they are unlocked they may leave."""
    machine = Paging()
    va = machine.user(0x4000)
    machine.memory.write(va, b"z" * 0x4000)
    mdl = machine.lock(va + 0x1000, 0x1000)
    frames = machine.frames(va, 4)
    machine.nt.set_irql(2)
    assert machine.frames(va, 4) == [0, frames[1], 0, 0]
    assert machine.memory.read(va + 0x1000, 4) == b"zzzz"
    machine.sound()
    machine.unlock(mdl)
    machine.nt.set_irql(0)
    machine.nt.set_irql(2)
    assert machine.frames(va, 4) == [0, 0, 0, 0]
    machine.nt.set_irql(0)
    assert machine.memory.read(va, 0x4000) == b"z" * 0x4000
    machine.sound()


@pytest.mark.parametrize(("operation", "kept"), [(WRITE_ACCESS, b"new!"), (READ_ACCESS, b"old.")])
def test_device_data_needs_a_lock_for_writing(operation: int, kept: bytes) -> None:
    """What a device wrote into pages locked with IoReadAccess is lost when they leave: they are not modified."""
    machine = Paging()
    va = machine.user(4096)
    machine.memory.write(va, b"old.")
    machine.call("SimPageOut", va, 4096)
    mdl = machine.lock(va, 4096, operation)
    machine.memory.write_physical(machine.frames(va)[0] * 4096, b"new!")
    machine.unlock(mdl)
    assert machine.memory.read(va, 4) == b"new!"
    machine.call("SimPageOut", 0, 0)
    assert machine.memory.read(va, 4) == kept
    machine.sound()


def test_page_out_spares_what_may_not_leave() -> None:
    """SimPageOut leaves nonpaged pool, locked pages and addresses without memory alone."""
    machine = Paging()
    frame = machine.frames(machine.scratch)
    machine.call("SimPageOut", machine.scratch, 4096)
    machine.call("SimPageOut", 0x10000, 1 << 20)
    assert machine.frames(machine.scratch) == frame


def test_large_buffers_leave_as_runs() -> None:
    """A buffer of a gigabyte comes and goes as one run; only what was touched has bytes."""
    machine = Paging()
    va = machine.user(1 << 30)
    machine.memory.write(va + 12345678, b"here")
    machine.nt.set_irql(2)
    machine.sound()
    machine.nt.set_irql(0)
    assert machine.memory.read(va + 12345678, 4) == b"here"
    mdl = machine.lock(va + 0x100000, 0x8000)
    machine.nt.set_irql(2)
    assert machine.frames(va + 0x100000, 8).count(0) == 0
    machine.nt.set_irql(0)
    assert machine.memory.read(va + 12345678, 4) == b"here"
    machine.unlock(mdl)
    machine.sound()


def test_a_gigabyte_is_locked_quickly() -> None:
    """Locking and unlocking a gigabyte costs no more than writing down its frames."""
    machine = Paging()
    va = machine.user(1 << 30)
    mdl = machine.call("IoAllocateMdl", va, 1 << 30, 0, 0, 0)
    best = 1.0
    for _ in range(3):
        start = time.perf_counter()
        machine.call("MmProbeAndLockPages", mdl, 0, WRITE_ACCESS)
        machine.call("MmUnlockPages", mdl)
        best = min(best, time.perf_counter() - start)
    assert best < 0.2  # about 10 ms; a slow machine has time to spare
    machine.sound()


def test_raising_the_irql_is_cheap() -> None:
    """Raising and lowering with nothing pageable touched does not look through memory."""
    machine = Paging()
    machine.memory.write(machine.user(1 << 22), b"x" * (1 << 22))
    machine.nt.set_irql(2)
    machine.nt.set_irql(0)
    start = time.perf_counter()
    for _ in range(1000):
        machine.nt.set_irql(2)
        machine.nt.set_irql(0)
    assert time.perf_counter() - start < 0.1


def test_frame_database() -> None:
    """A frame is told by its state, its owner, who shows it and who has locked it since when."""
    machine = Paging()
    va = machine.user(4096)
    machine.memory.write(va, b"x")
    mdl = machine.lock(va, 100)
    other = machine.lock(va, 100)
    machine.call("MmGetSystemAddressForMdlSafe", mdl, 16)
    frame = machine.frames(va)[0]
    found = frame_state(machine.nt, frame)
    assert (found.state, found.owner, found.virtual) == ("active", "user memory of test", va)
    assert (found.shares, found.locks, found.modified) == (2, [mdl, other], True)
    assert any("locked 2 times" in text for _, text in describe_frame(machine.nt, frame))
    machine.call("MmUnlockPages", other)
    assert frame_state(machine.nt, frame).locks == [mdl]
    size, base = machine.room(8), machine.room(8)
    machine.set(base, 8, va)
    assert machine.call("ZwFreeVirtualMemory", CURRENT_PROCESS, base, size, 0x8000) == 0
    assert frame_state(machine.nt, frame).state == "transition"
    machine.sound()
    machine.call("MmUnlockPages", mdl)
    assert frame_state(machine.nt, frame).state == "free"
    assert frame_state(machine.nt, 1 << 40).state == "no RAM"
    machine.sound()


def test_guard_page() -> None:
    """The first touch of a guard page raises, the second works; its neighbours keep their guard."""
    machine = Paging()
    va = machine.user(0x3000, 4 | 0x100)
    assert machine.raised("RtlZeroMemory", va + 0x1000, 8) == GUARD_VIOLATION
    assert machine.raised("RtlZeroMemory", va + 0x1000, 8) is None
    assert machine.raised("RtlZeroMemory", va, 8) == GUARD_VIOLATION
    assert machine.protect(va + 0x2000, 1, 2) == 0x104
    assert machine.raised("RtlZeroMemory", va + 0x2000, 8) == ACCESS_VIOLATION
    machine.sound()


def test_copy_on_write() -> None:
    """The first write gives the page a frame of its own and makes it PAGE_READWRITE; so does a lock for writing."""
    machine = Paging()
    va = machine.user(0x3000)
    machine.memory.write(va, b"same" * 0xC00)
    machine.protect(va, 0x3000, 8)
    before = machine.frames(va, 3)
    assert machine.memory.read(va, 4) == b"same" and machine.frames(va, 3) == before
    machine.memory.write(va + 0x1000, b"mine")
    after = machine.frames(va, 3)
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, False, True]
    assert machine.memory.read(va + 0x1000, 8) == b"minesame"
    machine.sound()
    machine.unlock(machine.lock(va, 0x1000, READ_ACCESS))
    assert machine.frames(va)[0] == before[0]
    machine.unlock(machine.lock(va, 0x1000, WRITE_ACCESS))
    assert machine.frames(va)[0] != before[0] and machine.memory.read(va, 4) == b"same"
    assert machine.protect(va + 0x1000, 1, 4) == 4 and machine.protect(va + 0x2000, 1, 4) == 8
    machine.sound()


@pytest.mark.parametrize("protection", [0, 3, 0x101, 0x304, 0x100, 0x1000])
def test_protections_that_mean_nothing(protection: int) -> None:
    """Two protections at once, a guard without access, and two modifiers are refused."""
    machine = Paging()
    at, size = machine.room(8), machine.room(8)
    machine.set(size, 8, 4096)
    status = machine.call("ZwAllocateVirtualMemory", CURRENT_PROCESS, at, 0, size, 0x3000, protection)
    assert status == 0xC0000045


def test_a_long_life_keeps_the_books() -> None:
    """Through thousands of steps of allocating, touching, locking, paging and freeing, everything adds up."""
    machine = Paging(memory_pages=1 << 14)
    held: list[tuple[int, int]] = []
    for turn in range(1500):
        choice = turn * 7919 % 11
        if choice < 4:
            size = (100, 4096, 20000, 300)[choice]
            where = machine.call("ExAllocatePoolWithTag", (PAGED, 512)[turn % 2], size, TAG)
            machine.memory.write(where, bytes([turn & 255]) * size)
            held.append((where, turn & 255))
        elif choice < 7 and held:
            where, byte = held.pop(turn * 31 % len(held))
            assert machine.memory.read(where, 100) == bytes([byte]) * 100
            machine.call("ExFreePool", where)
        elif choice == 7 and held:
            mdl = machine.lock(held[turn % len(held)][0], 100)
            machine.nt.set_irql(2)
            machine.nt.set_irql(0)
            machine.unlock(mdl)
        elif choice == 8:
            machine.call("SimPageOut", 0, 0)
        else:
            machine.nt.set_irql(2)
            machine.nt.set_irql(0)
        if turn % 50 == 0:
            machine.sound()
    for where, _ in held:
        machine.call("ExFreePool", where)
    machine.sound()
    assert machine.rules == [] and machine.leaks == []
