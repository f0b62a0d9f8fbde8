"""Scatter/gather lists: elements, chains, lists in the driver's memory, MDLs made from lists, misuse."""

from __future__ import annotations

import pytest

from dma_machine import DmaMachine
from dmascript.runtime.dma.scatter import size_for
from test_dma_adapters import stop

PAGE = 4096
INSUFFICIENT, TOO_SMALL, INVALID, NONE_MAPPED = 0xC000009A, 0xC0000023, 0xC000000D, 0xC0000073


class Lists:
    """A machine, an adapter, a buffer of three pages that begins 100 bytes into the first."""

    def __init__(self, profile: str = "bounce", length: int = 2 * PAGE, **fields: int) -> None:
        self.machine = DmaMachine(profile)
        self.adapter = self.machine.adapter(**{"ScatterGather": 1, **fields})
        self.length = length
        self.va, self.mdl = self.machine.buffer(length, 100)
        self.got: list[int] = []
        self.routine = self.machine.native(lambda device, irp, found, context: self.got.append(found))

    def get(self, va: int = 0, length: int = 0, write: int = 0) -> int:
        given = self.adapter, 0, self.mdl, va or self.va, length or self.length, self.routine, 0, write
        return self.machine.op("GetScatterGatherList", *given)

    def put(self, index: int = -1, write: int = 0) -> None:
        self.machine.op("PutScatterGatherList", self.adapter, self.got[index], write)


@pytest.mark.parametrize("scatter", [0, 1])
def test_one_element_without_scatter_gather(scatter: int) -> None:
    """A device that wants one range gets one, a chain with gaps included."""
    lists = Lists("direct", ScatterGather=scatter)
    machine = lists.machine
    va, second = machine.buffer(1000, 50)
    machine.nt.mdls.at(lists.mdl).next = second
    assert lists.get(length=2 * PAGE + 1000) == 0
    elements = machine.elements(lists.got[0])
    assert (len(elements) == 1) == (not scatter) and sum(length for _, length in elements) == 2 * PAGE + 1000
    machine.device_writes(elements, bytes(range(250)) * 36 + bytes(192))
    lists.put()
    assert machine.nt.memory.read(va, 4) == bytes(index % 250 for index in range(2 * PAGE, 2 * PAGE + 4))


def test_bytes_come_with_the_put() -> None:
    """Where pages go through map registers the data is in the buffer after PutScatterGatherList, and not before."""
    lists = Lists()
    lists.get()
    lists.machine.device_writes(lists.machine.elements(lists.got[0]), b"\x5a" * lists.length)
    assert lists.machine.nt.memory.read(lists.va, lists.length) != b"\x5a" * lists.length
    lists.put()
    assert lists.machine.nt.memory.read(lists.va, lists.length) == b"\x5a" * lists.length


def test_several_lists_at_a_time() -> None:
    """No device object limits them; one that finds no map registers waits until another is put."""
    lists = Lists(length=20 * PAGE)
    for _ in range(4):
        assert lists.get() == 0
    assert len(lists.got) == 3
    lists.put(0)
    assert len(lists.got) == 4
    for index in (1, 2, 3):
        lists.put(index)
    lists.machine.op("PutDmaAdapter", lists.adapter)
    assert lists.machine.held == set()


def test_refusals() -> None:
    """Too many registers, too little memory in the chain, a list buffer that is too small."""
    lists = Lists("starved", length=5 * PAGE)
    assert lists.get() == INSUFFICIENT and lists.got == [] and lists.machine.rules == []
    assert stop(lists.machine, "GetScatterGatherList", lists.adapter, 0, lists.mdl, lists.va + PAGE, 5 * PAGE, 1, 0, 0)[
        :3
    ] == (0xE6, 0x24, PAGE)
    lists = Lists()
    given = lists.adapter, 0, lists.mdl, lists.va, lists.length, lists.routine, 0, 0
    size = size_for(3)
    where = lists.machine.room(size)
    assert lists.machine.op("BuildScatterGatherList", *given, where, size - 1) == TOO_SMALL
    assert lists.machine.op("BuildScatterGatherList", *given, where, size) == 0
    assert lists.got == [where]
    lists.put()


def test_address_outside_the_first_mdl() -> None:
    """Before it and behind it, with the violation that says which."""
    lists = Lists()
    for va, violation in ((lists.va - 1, 1), (lists.va + lists.length, 2)):
        lists = Lists()
        parameters = stop(lists.machine, "GetScatterGatherList", lists.adapter, 0, lists.mdl, va, 10, 1, 0, 0)
        assert parameters == (0xE6, 0x1F, violation, va, lists.mdl)


def test_put_twice_and_the_wrong_way() -> None:
    lists = Lists()
    lists.get()
    lists.put(write=1)
    assert lists.machine.rules == ["dma-other-direction"]
    assert stop(lists.machine, "PutScatterGatherList", lists.adapter, lists.got[0], 0) == (0xE6, 0x6, 0, 1, 0)


def test_size_of_a_list() -> None:
    """Without an MDL the worst case of address and length."""
    lists = Lists()
    size_at, count_at = lists.machine.room(4), lists.machine.room(4)
    for mdl in (0, lists.mdl):
        assert lists.machine.op(
            "CalculateScatterGatherList", lists.adapter, mdl, lists.va, lists.length, size_at, count_at
        ) == 0  # fmt: skip
        memory = lists.machine.nt.memory
        assert (memory.read_uint(size_at, 4), memory.read_uint(count_at, 4)) == (size_for(3), 3)
    assert lists.machine.op(
        "CalculateScatterGatherList", lists.adapter, lists.mdl, lists.va, lists.length + 1, size_at, 0
    ) == TOO_SMALL  # fmt: skip


def test_mdl_of_a_list() -> None:
    """The original where nothing is copied, else one of the frames that the device sees; once for each list."""
    lists = Lists("direct")
    target_at = lists.machine.room(8)
    lists.get()
    member = "BuildMdlFromScatterGatherList"
    assert lists.machine.op(member, lists.adapter, lists.got[0], lists.mdl, target_at) == 0
    assert lists.machine.nt.memory.read_uint(target_at, 8) == lists.mdl
    lists = Lists("bounce")
    target_at = lists.machine.room(8)
    lists.get()
    assert lists.machine.op(member, lists.adapter, lists.got[0], 0, target_at) == INVALID
    assert lists.machine.op(member, lists.adapter, lists.got[0], lists.mdl, target_at) == 0
    made = lists.machine.nt.mdls.at(lists.machine.nt.memory.read_uint(target_at, 8))
    first = lists.machine.elements(lists.got[0])[0][0]
    assert made.address != lists.mdl and made.frames[0] == first // PAGE
    assert (int(made.byte_offset), int(made.byte_count)) == (100, lists.length)
    assert lists.machine.op(member, lists.adapter, lists.got[0], lists.mdl, target_at) == NONE_MAPPED
    lists.put()
    lists.machine.op("PutDmaAdapter", lists.adapter)
    assert lists.machine.held == set()


def test_unlocked_buffer() -> None:
    """Pages that may leave memory must not be given to a device."""
    machine = DmaMachine()
    adapter = machine.adapter(ScatterGather=1)
    mdl = machine.call("IoAllocateMdl", machine.nt.pool.allocate(PAGE, 0), PAGE, 0, 0, 0)
    va = machine.nt.mdls.at(mdl).virtual_address
    assert stop(machine, "GetScatterGatherList", adapter, 0, mdl, va, 10, 1, 0, 0)[:3] == (0xE6, 0xE, mdl)
