"""What processors may not do with a buffer while it is mapped, and what they may."""

from __future__ import annotations

import pytest

from dma_machine import PROFILES, DmaMachine

PAGE = 4096
READ, CHANGED = "dma-read-before-flush", "dma-changed-while-mapped"


class Shared:
    """A buffer of two pages' length, 256 bytes into the first of three, that is mapped by a list; in nonpaged pool, or
    `locked`, and then mapped to the system's addresses as well."""

    def __init__(self, profile: str = "direct", write: int = 0, locked: bool = False) -> None:
        self.machine = DmaMachine(profile)
        self.memory = self.machine.nt.memory
        self.adapter = self.machine.adapter(ScatterGather=1, Dma32BitAddresses=1)
        self.length, self.write = 2 * PAGE, write
        self.va, self.mdl = self.machine.buffer(self.length, 256)
        self.other = self.va
        if locked:
            self.va = (self.machine.nt.pool.allocate(4 * PAGE, 0, paged=True) + PAGE - 1 & -PAGE) + 256
            self.mdl = self.machine.call("IoAllocateMdl", self.va, self.length, 0, 0, 0)
            self.machine.call("MmProbeAndLockPages", self.mdl, 0, 1)
            self.other = self.machine.call("MmMapLockedPagesSpecifyCache", self.mdl, 0, 1, 0, 0, 16)
        self.machine.call("KeFlushIoBuffers", self.mdl, 1 - write, 1)
        lists: list[int] = []
        routine = self.machine.native(lambda device, irp, found, context: lists.append(found))
        given = self.adapter, 0, self.mdl, self.va, self.length, routine, 0, write
        assert self.machine.op("GetScatterGatherList", *given) == 0
        self.list = lists[0]
        self.elements = self.machine.elements(self.list)

    def put(self) -> None:
        self.machine.op("PutScatterGatherList", self.adapter, self.list, self.write)

    @property
    def rules(self) -> list[str]:
        return self.machine.rules


@pytest.mark.parametrize("profile", PROFILES)
def test_what_the_device_wrote_is_read_too_early(profile: str) -> None:
    """On every machine, whether the bytes are there or not; once."""
    shared = Shared(profile)
    shared.machine.device_writes(shared.elements, b"\x5a" * 100)
    shared.memory.read_uint(shared.va + 96, 4)
    shared.memory.read_uint(shared.va, 8)
    assert shared.rules == [READ]
    finding = shared.machine.nt.findings[0]
    assert [label for _, label in finding.marks] == ["mapped here", "the device wrote it here"]


@pytest.mark.parametrize("profile", PROFILES)
def test_what_may_be_read(profile: str) -> None:
    """What the device has not written, what lies beside the buffer in its pages, and all of it after the put."""
    shared = Shared(profile)
    read = shared.memory.read
    read(shared.va, shared.length)
    shared.machine.device_writes(shared.elements, b"\x5a" * 100)
    assert read(shared.va - 256, 256) and read(shared.va + 100, 28)
    assert read(shared.va + PAGE, PAGE)
    shared.put()
    assert read(shared.va, 100) == b"\x5a" * 100
    assert shared.rules == []
    assert shared.memory.watched.frames == ({}, {}) and not shared.memory.watched.regions


@pytest.mark.parametrize("where", ["mapped", "copied", "rows"])
def test_every_way_to_the_bytes_is_seen(where: str) -> None:
    """By another address, by a copy, and by one that goes over pages in a row that were looked up before."""
    shared = Shared(locked=where == "mapped")
    other, target = shared.other, shared.machine.nt.pool.allocate(4 * PAGE, 0)
    shared.memory.read(other, shared.length)
    shared.memory.copy(target, other, shared.length)
    shared.machine.device_writes([(shared.elements[1][0] + 8, 8)], b"\x5a" * 8)
    if where == "copied":
        shared.memory.copy(target, other, shared.length)
    else:
        shared.memory.read(other, shared.length)
    assert shared.rules == [READ]


@pytest.mark.parametrize("profile", PROFILES)
def test_what_is_written_too_late(profile: str) -> None:
    """Between the mapping and the device's read, in what the device reads."""
    shared = Shared(profile, 1)
    shared.memory.write(shared.va + 200, b"late")
    assert shared.rules == []
    shared.machine.device_reads([(shared.elements[0][0], 200)])
    assert shared.rules == []
    shared.machine.device_reads([(shared.elements[0][0] + 100, 104)])
    assert shared.rules == [CHANGED]


@pytest.mark.parametrize("profile", PROFILES)
def test_what_may_be_written(profile: str) -> None:
    """Beside the buffer, after the device has read, and after the put."""
    shared = Shared(profile, 1)
    shared.memory.write(shared.va - 4, b"near")
    shared.machine.device_reads(shared.elements)
    shared.memory.write(shared.va, b"done")
    shared.put()
    shared.memory.write(shared.va, b"next")
    assert shared.rules == [] and shared.memory.watched.frames == ({}, {})


def test_pages_cost_nothing_before_and_after() -> None:
    """A window shows them again once nobody watches."""
    shared = Shared()
    window, page = shared.memory.loads[1], shared.va & -PAGE
    shared.memory.read(page, 1)
    assert page in window
    shared.machine.device_writes(shared.elements, b"\x5a")
    shared.memory.read(page, 1)
    assert page not in window and page + PAGE not in shared.memory.watched.frames[0]
    shared.put()
    shared.memory.read(page, 1)
    assert page in window
