"""System DMA: channels of 8237 controllers, and the request lines of version 3."""

from __future__ import annotations

import pytest

from dma_machine import ISA_BUS, DmaMachine
from test_dma_adapters import stop

PAGE = 4096
KEEP_OBJECT = 1
KIB = 1024
COMPLETE, CANCELLED = 0, 3


class Slave:
    """An adapter for a channel, which it holds, and a buffer with its MDL."""

    def __init__(self, length: int, channel: int = 2, version: int = 1, profile: str = "isa", **fields: int) -> None:
        wired = {"request": channel} if version >= 3 else {"channel": channel}
        self.machine = DmaMachine(profile, **wired)
        description = {"Version": version, "Master": 0, "InterfaceType": ISA_BUS, "DmaChannel": channel,
                       "DmaRequestLine": channel, "MaximumLength": 128 * KIB, **fields}  # fmt: skip
        self.adapter = self.machine.adapter(**description)
        self.va, self.mdl = self.machine.buffer(length)
        self.length_at = self.machine.room(4)
        self.count = self.machine.registers
        control = self.machine.native(self._control)
        assert self.machine.op("AllocateAdapterChannel", self.adapter, 0, self.count, control, 0) == 0

    def _control(self, device: int, irp: int, base: int, context: int) -> int:
        self.base = base
        return KEEP_OBJECT

    def map(self, start: int, length: int, write: int) -> int:
        self.machine.nt.memory.write_uint(self.length_at, 4, length)
        given = self.adapter, self.mdl, self.base, self.va + start, self.length_at, write
        return self.machine.op("MapTransfer", *given)

    def flush(self, start: int, length: int, write: int) -> None:
        given = self.adapter, self.mdl, self.base, self.va + start, length, write
        assert self.machine.op("FlushAdapterBuffers", *given) == 1

    @property
    def left(self) -> int:
        return self.machine.op("ReadDmaCounter", self.adapter)

    def receive(self, data: bytes) -> int:
        """The device hands bytes to its channel: how many were taken."""
        return self.machine.nt.hardware.bus.write(self.machine.device, 0, data)

    def send(self, length: int) -> bytes:
        return self.machine.nt.hardware.bus.read(self.machine.device, 0, length)


@pytest.mark.parametrize("profile", ["isa", "direct", "bounce", "iommu"])
def test_both_directions(profile: str) -> None:
    """The device asks; the counter says what is left; the bytes are there after the flush."""
    slave = Slave(3000, profile=profile)
    memory = slave.machine.nt.memory
    memory.write(slave.va, bytes(range(250)) * 12)
    logical = slave.map(0, 3000, 1)
    assert (logical + 2999) >> 24 == 0
    assert slave.left == 3000
    assert slave.send(1000) == bytes(range(250)) * 4
    assert slave.left == 2000
    assert slave.send(5000) == bytes(range(250)) * 8
    slave.flush(0, 3000, 1)
    slave.map(0, 3000, 0)
    assert slave.receive(b"\x66" * 4000) == 3000 and slave.left == 0
    slave.flush(0, 3000, 0)
    assert memory.read(slave.va, 3000) == b"\x66" * 3000
    slave.machine.op("FreeAdapterChannel", slave.adapter)
    slave.machine.op("PutDmaAdapter", slave.adapter)
    assert slave.machine.rules == [] and slave.machine.held == set()


@pytest.mark.parametrize(("channel", "width", "boundary"), [(2, 0, 64 * KIB), (5, 1, 128 * KIB)])
def test_no_boundary_is_crossed(channel: int, width: int, boundary: int) -> None:
    """A buffer of 200 KiB in stages, each within what the channel counts."""
    slave = Slave(200 * KIB, channel, DmaWidth=width)
    assert slave.count == boundary // PAGE
    memory, done = slave.machine.nt.memory, 0
    while done < 200 * KIB:
        size = min(200 * KIB - done, slave.count * PAGE)
        start = slave.map(done, size, 0)
        assert start // boundary == (start + size - 1) // boundary
        assert slave.receive(bytes([done // PAGE]) * size) == size
        slave.flush(done, size, 0)
        assert memory.read(slave.va + done, size) == bytes([done // PAGE]) * size
        done += size
    assert slave.machine.rules == []


def test_wrong_direction_moves_nothing() -> None:
    """A channel that is programmed to read memory does not write it."""
    slave = Slave(100)
    slave.map(0, 100, 1)
    assert slave.receive(b"\x66" * 100) == 0 and slave.left == 100


def test_channel_that_nobody_programmed() -> None:
    """Before MapTransfer and after FlushAdapterBuffers a request is answered by nobody."""
    slave = Slave(100)
    assert slave.receive(b"x") == 0
    slave.map(0, 100, 0)
    slave.flush(0, 100, 0)
    assert slave.send(1) == b""
    assert slave.machine.rules == []


def test_words() -> None:
    """A 16-bit channel moves whole words."""
    slave = Slave(101, 5, DmaWidth=1)
    slave.map(0, 101, 0)
    assert slave.machine.rules == ["dma-channel-width"]


def test_auto_initialise() -> None:
    """The count starts anew, over a common buffer, and the counter shows where the device is."""
    machine = DmaMachine("isa", channel=1)
    adapter = machine.adapter(
        Version=1, Master=0, InterfaceType=ISA_BUS, DmaChannel=1, AutoInitialize=1, MaximumLength=PAGE
    )
    logical_at, length_at, bases = machine.room(8), machine.room(4), []
    va = machine.op("AllocateCommonBuffer", adapter, PAGE, logical_at, 1)
    mdl = machine.call("IoAllocateMdl", va, PAGE, 0, 0, 0)
    machine.call("MmBuildMdlForNonPagedPool", mdl)
    control = machine.native(lambda device, irp, base, context: bases.append(base) or KEEP_OBJECT)
    machine.op("AllocateAdapterChannel", adapter, 0, 1, control, 0)
    machine.nt.memory.write_uint(length_at, 4, PAGE)
    machine.op("MapTransfer", adapter, mdl, bases[0], va, length_at, 0)
    for turn in range(1, 4):
        machine.nt.hardware.bus.write(machine.device, 0, bytes([turn]) * PAGE)
        assert machine.nt.memory.read(va, PAGE) == bytes([turn]) * PAGE
    machine.nt.hardware.bus.write(machine.device, 0, b"\x09" * 100)
    assert machine.op("ReadDmaCounter", adapter) == PAGE - 100
    assert machine.nt.memory.read(va + 99, 2) == b"\x09\x03"


class Third(Slave):
    """By version 3, with a completion routine that logs its status."""

    def __init__(self, length: int) -> None:
        super().__init__(length, version=3)
        self.machine.op("FreeAdapterChannel", self.adapter)
        self.context, base_at = self.machine.room(128), self.machine.room(8)
        self.machine.op("InitializeDmaTransferContext", self.adapter, self.context)
        given = self.adapter, 0, self.context, self.count, 1, 0, 0, base_at
        assert self.machine.op("AllocateAdapterChannelEx", *given) == 0
        self.base = self.machine.nt.memory.read_uint(base_at, 8)
        self.completed: list[tuple[int, int, int]] = []
        self.routine = self.machine.native(
            lambda adapter, device, context, status: self.completed.append((context, status, self.machine.nt.irql))
        )

    def begin(self, length: int) -> int:
        self.machine.nt.memory.write_uint(self.length_at, 4, length)
        given = self.adapter, self.mdl, self.base, 0, 0, self.length_at, 0, 0, 0, self.routine, 77
        return self.machine.op("MapTransferEx", *given)


def test_completion_routine() -> None:
    """Once the count has ended, at DISPATCH_LEVEL."""
    slave = Third(3000)
    assert slave.begin(3000) == 0
    slave.receive(b"\x66" * 2000)
    assert slave.completed == []
    slave.receive(b"\x66" * 1000)
    slave.machine.nt.scheduler.deliver()
    assert slave.completed == [(77, COMPLETE, 2)]
    assert slave.machine.op("FlushAdapterBuffersEx", slave.adapter, slave.mdl, slave.base, 0, 3000, 0) == 0
    assert slave.machine.nt.memory.read(slave.va, 3000) == b"\x66" * 3000


def test_flushed_while_it_runs() -> None:
    """0xE6/0x23, unless it was cancelled."""
    slave = Third(3000)
    slave.begin(3000)
    given = slave.adapter, slave.mdl, slave.base, 0, 3000, 0
    assert stop(slave.machine, "FlushAdapterBuffersEx", *given) == (0xE6, 0x23, 0, 0, 2)
    slave = Third(3000)
    slave.begin(3000)
    assert slave.machine.op("CancelMappedTransfer", slave.adapter, slave.context) == 0
    slave.machine.nt.scheduler.deliver()
    assert slave.completed == [(77, CANCELLED, 2)]
    given = slave.adapter, slave.mdl, slave.base, 0, 3000, 0
    assert slave.machine.op("FlushAdapterBuffersEx", *given) == 0
    assert slave.begin(3000) == 0xC0000120
    assert slave.machine.rules == []
