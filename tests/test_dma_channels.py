"""The older API: waiting for the channel and for map registers, what each return action frees, stages, misuse."""

from __future__ import annotations

import pytest

from dma_machine import DmaMachine
from test_dma_adapters import stop

PAGE = 4096
KEEP_OBJECT, DEALLOCATE_OBJECT, KEEP_REGISTERS = 1, 2, 3
INSUFFICIENT = 0xC000009A


class Channel:
    """A machine with an adapter whose execution routine logs who ran, and returns what was asked."""

    def __init__(self, profile: str = "bounce", **fields: int) -> None:
        self.machine = DmaMachine(profile)
        self.adapter = self.machine.adapter(**fields)
        self.ran: list[tuple[int, int, int]] = []
        self.bases: dict[int, int] = {}

    def ask(self, name: int, count: int, action: int, device: int = 0, adapter: int = 0) -> int:
        def control(device: int, irp: int, base: int, context: int) -> int:
            self.ran.append((context, irp, self.machine.nt.irql))
            self.bases[context] = base
            return action

        routine = self.machine.native(control)
        return self.machine.op("AllocateAdapterChannel", adapter or self.adapter, device, count, routine, name)

    @property
    def order(self) -> list[int]:
        return [name for name, _, _ in self.ran]

    @property
    def free(self) -> int:
        return self.machine.nt.dma.pool.free


@pytest.fixture
def device() -> tuple[Channel, int]:
    channel = Channel()
    return channel, channel.machine.room(0x150)


def test_keep_object() -> None:
    """The channel stays until FreeAdapterChannel, which frees the registers too and lets the next one run."""
    channel = Channel()
    channel.ask(1, 8, KEEP_OBJECT)
    channel.ask(2, 8, DEALLOCATE_OBJECT)
    assert channel.order == [1] and channel.free == 56
    channel.machine.op("FreeAdapterChannel", channel.adapter)
    assert channel.order == [1, 2] and channel.free == 64
    assert channel.machine.held == {"dma-adapter-left"}


def test_keep_registers() -> None:
    """The channel goes to the next one, the registers stay until FreeMapRegisters."""
    channel = Channel()
    channel.ask(1, 8, KEEP_REGISTERS)
    channel.ask(2, 8, DEALLOCATE_OBJECT)
    assert channel.order == [1, 2] and channel.free == 56
    channel.machine.op("FreeMapRegisters", channel.adapter, channel.bases[1], 8)
    assert channel.free == 64


def test_first_in_first_out() -> None:
    """One that wants more than is left waits, and so do those behind it, of other adapters."""
    channel = Channel()
    machine = channel.machine
    devices = [machine.room(0x150) for _ in range(4)]
    adapters = [machine.adapter() for _ in range(4)]
    for index, count in enumerate((30, 30, 10, 1)):
        channel.ask(1 + index, count, KEEP_REGISTERS, devices[index], adapters[index])
    assert channel.order == [1, 2]
    machine.op("FreeMapRegisters", adapters[0], channel.bases[1], 30)
    assert channel.order == [1, 2, 3, 4]
    assert "dma-request-never-served" not in machine.held


def test_waits_for_ever() -> None:
    """A request behind a channel that nobody frees is told of at the end."""
    channel = Channel()
    channel.ask(1, 1, KEEP_OBJECT)
    channel.ask(2, 1, KEEP_OBJECT)
    assert "dma-request-never-served" in channel.machine.held


def test_current_irp(device: tuple[Channel, int]) -> None:
    """The routine is given the IRP on which the device object worked when the request was made, at DISPATCH_LEVEL."""
    channel, where = device
    memory = channel.machine.nt.memory
    from dmascript.runtime.wdk.layouts import offset

    channel.ask(1, 1, KEEP_OBJECT)
    memory.write_uint(where + offset("_DEVICE_OBJECT", "CurrentIrp"), 8, 0xABC0)
    channel.ask(2, 1, DEALLOCATE_OBJECT, where)
    memory.write_uint(where + offset("_DEVICE_OBJECT", "CurrentIrp"), 8, 0)
    channel.machine.op("FreeAdapterChannel", channel.adapter)
    assert channel.ran == [(1, 0, 2), (2, 0xABC0, 2)]


def test_second_request_of_a_device_object(device: tuple[Channel, int]) -> None:
    """The wait block lies in the device object: while it waits there is no other."""
    channel, where = device
    channel.ask(1, 1, KEEP_OBJECT)
    assert channel.ask(2, 1, KEEP_OBJECT, where) == 0
    routine = channel.machine.native(lambda *arguments: 2)
    assert stop(channel.machine, "AllocateAdapterChannel", channel.adapter, where, 1, routine, 0)[:3] == (0xE6, 0xB, 1)


def test_too_many_registers() -> None:
    """More than IoGetDmaAdapter granted: the verifier stops, plain Windows refuses and never calls."""
    channel = Channel()
    assert stop(channel.machine, "AllocateAdapterChannel", channel.adapter, 0, 33, 1, 0) == (0xE6, 0xC, 33, 32, 0)
    plain = DmaMachine("bounce", verifier=0)
    assert plain.op("AllocateAdapterChannel", plain.adapter(), 0, 33, 1, 0) == INSUFFICIENT


def test_freed_twice_or_otherwise() -> None:
    """FreeAdapterChannel without a channel, FreeMapRegisters twice, with another count, or after KeepObject."""
    channel = Channel()
    assert stop(channel.machine, "FreeAdapterChannel", channel.adapter) == (0xE6, 0x4, 1, 0, 0)
    for count, name in ((3, "dma-map-registers-other-count"), (0, "dma-map-registers-not-held")):
        channel = Channel()
        channel.ask(1, 2, KEEP_REGISTERS)
        if not count:
            channel.machine.op("FreeMapRegisters", channel.adapter, channel.bases[1], 2)
        parameters = stop(channel.machine, "FreeMapRegisters", channel.adapter, channel.bases[1], count or 2)
        assert parameters[:2] == (0xE6, 0x5) and channel.machine.rules == [name]
    channel = Channel()
    channel.ask(1, 2, KEEP_OBJECT)
    assert stop(channel.machine, "FreeMapRegisters", channel.adapter, channel.bases[1], 2)[:2] == (0xE6, 0x5)


class Mapped(Channel):
    """Four pages of a buffer, 100 bytes into the first, and as many map registers."""

    def __init__(self, profile: str = "bounce", **fields: int) -> None:
        super().__init__(profile, **fields)
        self.va, self.mdl = self.machine.buffer(3 * PAGE, 100)
        self.length_at = self.machine.room(4)
        self.ask(1, 4, KEEP_REGISTERS)
        self.base = self.bases[1]

    def map(self, va: int, length: int, write: int = 0, base: int = 0) -> tuple[int, int]:
        self.machine.nt.memory.write_uint(self.length_at, 4, length)
        given = self.adapter, self.mdl, base or self.base, va, self.length_at, write
        logical = self.machine.op("MapTransfer", *given)
        return logical, self.machine.nt.memory.read_uint(self.length_at, 4)

    def stop(self, va: int, length: int, base: int = 0) -> tuple[int, ...]:
        self.machine.nt.memory.write_uint(self.length_at, 4, length)
        return stop(self.machine, "MapTransfer", self.adapter, self.mdl, base or self.base, va, self.length_at, 0)

    def flush(self, va: int, length: int, write: int = 0) -> int:
        return self.machine.op("FlushAdapterBuffers", self.adapter, self.mdl, self.base, va, length, write)

    def flush_stop(self, va: int, length: int) -> tuple[int, ...]:
        return stop(self.machine, "FlushAdapterBuffers", self.adapter, self.mdl, self.base, va, length, 0)


def test_data_is_there_after_the_flush_and_not_before() -> None:
    """Through map registers nothing that the device wrote reaches the buffer until FlushAdapterBuffers."""
    mapped = Mapped()
    machine, before = mapped.machine, mapped.machine.nt.memory.read(mapped.va, 3 * PAGE)
    logical, length = mapped.map(mapped.va, 3 * PAGE)
    assert length == 3 * PAGE and logical % PAGE == 100
    machine.device_writes([(logical, length)], b"\x5a" * length)
    assert machine.nt.memory.read(mapped.va, length) == before
    assert mapped.flush(mapped.va, length) == 1
    assert machine.nt.memory.read(mapped.va, length) == b"\x5a" * length


def test_wrong_direction_copies_nothing() -> None:
    """Mapped to the device, the buffer keeps what it held; ended with the other direction that is reported."""
    mapped = Mapped()
    before = mapped.machine.nt.memory.read(mapped.va, PAGE)
    logical, length = mapped.map(mapped.va, PAGE, 1)
    mapped.machine.device_writes([(logical, length)], b"\x5a" * length)
    mapped.flush(mapped.va, length, 0)
    assert mapped.machine.nt.memory.read(mapped.va, length) == before
    assert mapped.machine.rules == ["dma-written-against-direction", "dma-other-direction"]


@pytest.mark.parametrize("profile", ["direct", "bounce", "iommu", "noncoherent"])
def test_elements_one_by_one_equal_the_list(profile: str) -> None:
    """For a master with scatter/gather MapTransfer gives the elements of GetScatterGatherList, but where map registers
    of its own stand behind each."""
    machine = DmaMachine(profile)
    adapter = machine.adapter(ScatterGather=1)
    va, mdl = machine.buffer(5 * PAGE, 64)
    machine.call("KeFlushIoBuffers", mdl, 1, 1)
    lists: list[int] = []
    routine = machine.native(lambda device, irp, found, context: lists.append(found))
    machine.op("GetScatterGatherList", adapter, 0, mdl, va, 5 * PAGE, routine, 0, 0)
    whole = machine.elements(lists[0])
    machine.op("PutScatterGatherList", adapter, lists[0], 0)
    machine.call("KeFlushIoBuffers", mdl, 1, 1)
    bases: list[int] = []
    control = machine.native(lambda device, irp, base, context: bases.append(base) or 3)
    machine.op("AllocateAdapterChannel", adapter, 0, 6, control, 0)
    length_at, done, found = machine.room(4), 0, []
    while done < 5 * PAGE:
        machine.nt.memory.write_uint(length_at, 4, 5 * PAGE - done)
        logical = machine.op("MapTransfer", adapter, mdl, bases[0], va + done, length_at, 0)
        found.append((logical, machine.nt.memory.read_uint(length_at, 4)))
        done += found[-1][1]
    assert [length for _, length in found] == [length for _, length in whole]
    if profile in ("direct", "noncoherent"):
        assert found == whole
    machine.op("FlushAdapterBuffers", adapter, mdl, bases[0], va, 5 * PAGE, 0)
    machine.op("FreeMapRegisters", adapter, bases[0], 6)
    assert machine.rules == []


def test_misuse_of_map_transfer() -> None:
    """Each mistake with its code and parameters."""
    mapped = Mapped()
    assert mapped.stop(mapped.va - 1, 10)[:4] == (0xE6, 0x1B, mapped.va - 1, mapped.mdl)
    assert Mapped().stop(Mapped().va, 0)[:2] == (0xE6, 0x21)
    mapped = Mapped()
    assert mapped.stop(mapped.va + PAGE, 2 * PAGE + 1) == (0xE6, 0x24, 1, 0, 0)
    mapped = Mapped()
    assert mapped.stop(mapped.va, 4 * PAGE) == (0xE6, 0x1F, 3, mapped.mdl, 4 * PAGE)
    mapped = Mapped()
    mapped.map(mapped.va, 2 * PAGE)
    assert mapped.stop(mapped.va + PAGE, PAGE) == (0xE6, 0x1D, mapped.va + PAGE, mapped.va + 2 * PAGE, mapped.va)
    mapped = Mapped()
    assert mapped.stop(mapped.va, PAGE, 0x7777) == (0xE6, 0x20, 0x7777, mapped.va, mapped.mdl)
    mapped = Mapped()
    mapped.map(mapped.va, 2 * PAGE)
    assert mapped.stop(mapped.va + 2 * PAGE, PAGE)[:5] == (0xE6, 0x0, 2, 2, 1)


def test_misuse_of_flush() -> None:
    """Not what was mapped, more than was mapped, less than was mapped."""
    mapped = Mapped()
    mapped.map(mapped.va, 2 * PAGE)
    assert mapped.flush_stop(mapped.va + PAGE, PAGE)[:2] == (0xE6, 0x16)
    mapped = Mapped()
    mapped.map(mapped.va, 2 * PAGE)
    assert mapped.flush_stop(mapped.va, 3 * PAGE) == (0xE6, 0x0, 1, 0, PAGE)
    mapped = Mapped()
    mapped.map(mapped.va, 2 * PAGE)
    mapped.flush(mapped.va, PAGE)
    assert mapped.machine.rules == ["dma-flush-too-short"]


def test_registers_freed_while_mapped() -> None:
    """FreeMapRegisters before the flush."""
    mapped = Mapped()
    mapped.map(mapped.va, 2 * PAGE)
    assert stop(mapped.machine, "FreeMapRegisters", mapped.adapter, mapped.base, 4) == (0xE6, 0x10, 3, 0, 0)


def test_device_writes_beside_what_was_mapped() -> None:
    """Before it, behind it, and in a register that nothing was mapped through."""
    for start, violation, code in ((-1, 4, 0xF), (0, 5, 0xF)):
        mapped = Mapped()
        logical, length = mapped.map(mapped.va, PAGE)
        mapped.machine.device_writes([(logical + start, length + 1)], bytes(length + 1))
        assert mapped.flush_stop(mapped.va, length)[:3] == (0xE6, code, violation)
    mapped = Mapped()
    logical, length = mapped.map(mapped.va, PAGE)
    mapped.machine.device_writes([(logical, 3 * PAGE)], bytes(3 * PAGE))
    mapped.machine.nt.memory.write_physical((logical & -PAGE) + PAGE + 100, b"\x0f" * (PAGE - 100))
    mapped.flush(mapped.va, length)
    assert stop(mapped.machine, "FreeMapRegisters", mapped.adapter, mapped.base, 4)[:3] == (0xE6, 0xF, 3)


@pytest.mark.parametrize("verifier", [0, 1])
def test_what_map_registers_hold_before_a_transfer(verifier: int) -> None:
    """The verifier fills them. Without it a transfer that stops short brings bytes of an earlier one."""
    machine = DmaMachine("bounce", verifier=verifier)
    adapter = machine.adapter(ScatterGather=1, Dma32BitAddresses=1)
    lists: list[int] = []
    routine = machine.native(lambda device, irp, found, context: lists.append(found))
    for data in (b"secret" * 100, b"short"):
        va, mdl = machine.buffer(600)
        assert machine.op("GetScatterGatherList", adapter, 0, mdl, va, 600, routine, 0, 0) == 0
        machine.device_writes(machine.elements(lists[-1]), data)
        machine.op("PutScatterGatherList", adapter, lists[-1], 0)
    left = b"\x0f" * 595 if verifier else (b"secret" * 100)[5:]
    assert machine.nt.memory.read(va, 600) == b"short" + left
    machine.op("PutDmaAdapter", adapter)
    assert machine.rules == [] and machine.held == set()


@pytest.mark.parametrize("profile", ["direct", "iommu"])
def test_a_transfer_that_goes_on_too_long_shows_where_it_was_mapped(profile: str) -> None:
    """By a device that reaches the buffer itself."""
    mapped = Mapped(profile, ScatterGather=1, Dma64BitAddresses=1)
    logical, length = mapped.map(mapped.va, 100)
    there = -(logical + length) % PAGE if profile == "iommu" else 0  # an IOMMU maps whole pages
    mapped.machine.nt.settings.allow = frozenset(("dma-iommu-fault",))
    mapped.machine.device_writes([(logical, length + there + 1)], bytes(length + there + 1))
    (finding,) = mapped.machine.nt.findings
    assert [label for _, label in finding.marks] == ["only 100 bytes were mapped here"]
