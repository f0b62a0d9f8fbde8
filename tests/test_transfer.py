"""Bytes in bulk come and go as they would one by one, whatever happened to the pages before."""

from __future__ import annotations

import random

import pytest

from dmascript.runtime.invariants import check_invariants
from dmascript.runtime.mm import virtual
from dmascript.runtime.mm.regions import Device, Region
from dmascript.runtime.mm.store import PAGE
from dmascript.runtime.wdk.constants import MEM_COMMIT, MEM_DECOMMIT, MEM_RELEASE, MEM_RESERVE, PAGE_READWRITE
from machine import Machine

BUFFERS, PAGES = 4, 24
REGISTERS = 0xFFFF_F500_0000_0000


class Model:
    """Buffers of a process and of nonpaged pool, and what each must hold."""

    def __init__(self, seed: int) -> None:
        self.machine = Machine()
        self.nt = self.machine.nt
        self.random = random.Random(seed)
        self.blocks: list[tuple[int, bytearray]] = []
        for _ in range(BUFFERS):
            self.blocks.append((self.machine.user(PAGES * PAGE), bytearray(PAGES * PAGE)))
            self.blocks.append((self.nt.pool.allocate(PAGES * PAGE, 1), bytearray(PAGES * PAGE)))
            self.nt.memory.write(self.blocks[-1][0], bytes(PAGES * PAGE))

    def part(self) -> tuple[int, bytearray, int, int]:
        base, held = self.random.choice(self.blocks)
        start = self.random.randrange(len(held))
        longest = self.random.choice((8, PAGE, 5 * PAGE, len(held)))
        return base, held, start, self.random.randint(0, min(longest, len(held) - start))

    def write(self) -> None:
        base, held, start, length = self.part()
        held[start : start + length] = data = self.random.randbytes(length)
        self.nt.memory.write(base + start, data)

    def read(self) -> None:
        base, held, start, length = self.part()
        assert self.nt.memory.read(base + start, length) == held[start : start + length]

    def read_into(self) -> None:
        base, held, start, length = self.part()
        target = bytearray(length)
        self.nt.memory.read_into(base + start, memoryview(target))
        assert target == held[start : start + length]

    def copy(self) -> None:
        (base, held, start, length), (to, other, at, room) = self.part(), self.part()
        length = min(length, room)
        other[at : at + length] = held[start : start + length]
        self.machine.call("RtlMoveMemory", to + at, base + start, length)

    def renew(self) -> None:
        """Pages leave and come back as zeros."""
        index = self.random.randrange(0, len(self.blocks), 2)
        base, held = self.blocks[index]
        first, count = sorted(self.random.sample(range(PAGES + 1), 2))
        for kind, way in ((MEM_DECOMMIT, virtual.free), (MEM_COMMIT, virtual.allocate)):
            where, size = base + first * PAGE, (count - first) * PAGE
            if way is virtual.free:
                virtual.free(self.nt, where, size, kind)
            else:
                assert not virtual.allocate(self.nt, where, size, 0, kind, PAGE_READWRITE).status
        held[first * PAGE : count * PAGE] = bytes((count - first) * PAGE)

    def move(self) -> None:
        """A buffer goes, another comes."""
        index = self.random.randrange(len(self.blocks))
        base, held = self.blocks[index]
        held[:] = bytes(len(held))
        if index % 2:
            self.nt.pool.free(base)
            base = self.nt.pool.allocate(PAGES * PAGE, 1)
            self.nt.memory.write(base, held)
        else:
            virtual.free(self.nt, base, 0, MEM_RELEASE)
            base = virtual.allocate(self.nt, 0, len(held), 0, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE).base
        self.blocks[index] = base, held

    def page_out(self) -> None:
        self.nt.memory.page_out(0, 0)

    def physical(self) -> None:
        """A device writes to a page of pool by its physical address and reads it back."""
        base, held = self.random.choice(self.blocks[1::2])
        page = self.random.randrange(PAGES) * PAGE
        held[page : page + PAGE] = data = self.random.randbytes(PAGE)
        where = self.nt.memory.frame_at(base + page) * PAGE
        self.nt.memory.write_physical(where, data)
        assert self.nt.memory.read_physical(where, PAGE) == data


@pytest.mark.parametrize("seed", range(12))
def test_rows_never_show_what_left(seed: int) -> None:
    """Random reads, writes and copies agree with plain buffers while pages leave, come back and move."""
    model = Model(seed)
    steps = [model.write, model.read, model.read_into, model.copy, model.physical]
    rare = [model.renew, model.move, model.page_out]
    for _ in range(400):
        model.random.choice(steps if model.random.randrange(6) else rare)()
    for base, held in model.blocks:
        assert model.nt.memory.read(base, len(held)) == held
    assert check_invariants(model.nt) == []


def test_a_copy_stops_at_the_page_that_faults() -> None:
    """What lies before a missing page of the destination is written, as a processor would."""
    machine = Machine()
    base = machine.user(4 * PAGE)
    virtual.free(machine.nt, base + 2 * PAGE, PAGE, MEM_DECOMMIT)
    machine.nt.memory.write(base + 3 * PAGE, b"x" * PAGE)
    assert machine.raised("RtlMoveMemory", base + PAGE, base + 3 * PAGE, 2 * PAGE) == 0xC000_0005
    assert machine.nt.memory.read(base + PAGE, PAGE) == b"x" * PAGE


class Echo(Device):
    """Registers that read as their offsets and note what is written."""

    def __init__(self) -> None:
        self.stored: list[tuple[int, int, int]] = []

    def load(self, offset: int, size: int) -> int:
        return offset & 0xFF

    def store(self, offset: int, size: int, value: int) -> None:
        self.stored.append((offset, size, value))


def test_a_copy_reaches_a_device_byte_by_byte() -> None:
    """Registers see each byte of a block once, in order, and what lies beside them in the block is copied as well."""
    machine = Machine()
    region = Region(REGISTERS, 1, "registers")
    region.device = device = Echo()
    machine.nt.memory.kernel.add(region)
    machine.nt.memory.kernel.add(Region(REGISTERS + PAGE, 1, "memory"))
    data = machine.room(1024)
    machine.call("RtlCopyMemory", data, REGISTERS + PAGE - 600, 1000)
    start = PAGE - 600
    assert machine.nt.memory.read(data, 1000) == bytes((start + i) & 0xFF for i in range(600)) + bytes(400)
    machine.call("RtlCopyMemory", REGISTERS + PAGE - 600, data, 1000)
    assert device.stored == [(start + i, 1, (start + i) & 0xFF) for i in range(600)]


def test_adjacent_frames_are_one_block() -> None:
    """A device reaches all of a contiguous allocation by its physical address, untouched pages as zeros; and nothing of
    who comes after it."""
    machine = Machine()
    size = 40 * PAGE
    base = machine.call("MmAllocateContiguousMemory", size, 0xFFFF_FFFF_FFFF)
    physical = machine.nt.memory.frame_at(base) * PAGE
    assert machine.nt.memory.read_physical(physical, size) == bytes(size)
    data = random.Random(1).randbytes(size - 10)
    machine.nt.memory.write_physical(physical + 5, data)
    assert machine.nt.memory.read(base, size) == bytes(5) + data + bytes(5)
    found = bytearray(size)
    machine.nt.memory.read_physical_into(physical, memoryview(found))
    assert found == bytes(5) + data + bytes(5)
    machine.call("MmFreeContiguousMemory", base)
    other = machine.user(size)
    machine.nt.memory.write(other, b"\xaa" * size)
    assert machine.nt.memory.read_physical(physical, size) == bytes(size)
    machine.nt.memory.write_physical(physical, data)
    assert machine.nt.memory.read(other, size) == b"\xaa" * size
