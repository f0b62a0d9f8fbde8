"""Version 3: transfer contexts, requests now or later or never, MapTransferEx, lists, and what ends them."""

from __future__ import annotations

from dma_machine import DmaMachine
from dmascript.runtime.dma.scatter import size_for
from test_dma_adapters import stop

PAGE = 4096
KEEP_OBJECT, DEALLOCATE_OBJECT, KEEP_REGISTERS = 1, 2, 3
SYNCHRONOUS = 1
INVALID, INSUFFICIENT, CANCELLED = 0xC000000D, 0xC000009A, 0xC0000120
NOT_SUPPORTED, NOT_IMPLEMENTED = 0xC00000BB, 0xC0000002


class Third:
    """A machine with an adapter of version 3 for a device of 32 bits, a buffer of three pages and its MDL."""

    def __init__(self, profile: str = "bounce", scatter: int = 1, bits: int = 32) -> None:
        self.machine = DmaMachine(profile)
        self.adapter = self.machine.adapter(Version=3, ScatterGather=scatter, DmaAddressWidth=bits)
        self.va, self.mdl = self.machine.buffer(3 * PAGE)
        self.base_at, self.length_at = self.machine.room(8), self.machine.room(4)
        self.ran: list[int] = []
        self.routine = self.machine.native(self._control)
        self.action = KEEP_REGISTERS

    def _control(self, device: int, irp: int, base: int, context: int) -> int:
        self.ran.append(context)
        self.base = base
        return self.action

    def op(self, name: str, *arguments: int) -> int:
        return self.machine.op(name, self.adapter, *arguments)

    def context(self) -> int:
        where = self.machine.room(128)
        assert self.op("InitializeDmaTransferContext", where) == 0
        return where

    def ask(self, context: int, count: int = 3, flags: int = 0, routine: int = -1, base_at: int = 0) -> int:
        chosen = self.routine if routine < 0 else routine
        return self.op("AllocateAdapterChannelEx", 0, context, count, flags, chosen, context, base_at)

    def grant(self, count: int = 3) -> int:
        """Map registers at once, without a routine: the MapRegisterBase."""
        assert self.ask(self.context(), count, SYNCHRONOUS, 0, self.base_at) == 0
        return self.machine.nt.memory.read_uint(self.base_at, 8)

    def map(self, base: int, start: int, length: int, elements: int = 3, write: int = 0) -> tuple[int, int, int]:
        """Status, bytes mapped and where the list is."""
        size = size_for(elements)
        room = self.machine.room(size)
        self.machine.nt.memory.write_uint(self.length_at, 4, length)
        status = self.op("MapTransferEx", self.mdl, base, start, 0, self.length_at, write, room, size, 0, 0)
        return status, self.machine.nt.memory.read_uint(self.length_at, 4), room

    @property
    def free(self) -> int:
        return self.machine.nt.dma.pool.free


def test_contexts() -> None:
    """Each request needs one that is initialised and that no other has used."""
    third = Third()
    assert third.op("InitializeDmaTransferContext", 0) == INVALID
    assert third.ask(third.machine.room(128)) == INVALID
    context = third.context()
    assert third.ask(context) == 0
    assert third.ask(context) == INVALID
    assert third.machine.rules == ["dma-transfer-context-not-ready"] * 2
    assert third.op("InitializeDmaTransferContext", context) == 0
    assert third.ask(context) == 0 and len(third.ran) == 2


def test_parameters_of_a_request() -> None:
    """A routine or a place for the base; the latter for synchronous requests alone."""
    third = Third()
    for flags, routine, base_at in ((0, 0, 0), (0, 0, 1), (0, -1, 1), (SYNCHRONOUS, 0, 0), (2, -1, 0)):
        assert third.ask(third.context(), 1, flags, routine, third.base_at * base_at) == INVALID
    assert third.ask(third.context(), 1, SYNCHRONOUS, -1, third.base_at) == 0
    assert third.machine.nt.memory.read_uint(third.base_at, 8) == third.base


def test_synchronous_request() -> None:
    """Now or not at all. Without a routine FreeAdapterObject ends it, by its action."""
    third = Third()
    base = third.grant(32)
    assert third.ask(third.context(), 32, SYNCHRONOUS) == INSUFFICIENT and third.ran == []
    third.op("FreeAdapterObject", KEEP_OBJECT)
    assert third.free == 32
    third.op("FreeAdapterObject", KEEP_REGISTERS)
    assert third.free == 32
    assert third.ask(third.context(), 32, SYNCHRONOUS) == 0
    third.op("FreeMapRegisters", base, 32)
    third.op("FreeMapRegisters", third.base, 32)
    third.grant(4)
    third.op("FreeAdapterObject", DEALLOCATE_OBJECT)
    assert third.free == 64
    assert stop(third.machine, "FreeAdapterObject", third.adapter, DEALLOCATE_OBJECT)[:2] == (0xE6, 0x4)


def test_requests_wait_and_are_cancelled() -> None:
    """Several may wait, each with its context. One that is cancelled never runs, one that runs is not cancelled."""
    third = Third()
    third.action = KEEP_OBJECT
    first, second, last = third.context(), third.context(), third.context()
    for context in (first, second, last):
        assert third.ask(context) == 0
    assert third.ran == [first]
    assert third.op("CancelAdapterChannel", 0, first) == 0
    assert third.op("CancelAdapterChannel", 0, second) == 1
    third.op("FreeAdapterObject", DEALLOCATE_OBJECT)
    assert third.ran == [first, last]
    third.op("FreeAdapterObject", DEALLOCATE_OBJECT)
    third.op("PutDmaAdapter")
    assert third.machine.held == set()


def test_cancelled_in_advance() -> None:
    """A context that is cancelled before its request cancels it."""
    third = Third()
    context = third.context()
    assert third.op("CancelAdapterChannel", 0, context) == 1
    assert third.ask(context) == CANCELLED and third.ran == []


def test_routine_runs_at_dispatch_level() -> None:
    """FreeAdapterObject may be called at PASSIVE_LEVEL; the routine of the next one still runs at DISPATCH_LEVEL."""
    third = Third()
    levels: list[int] = []
    third.grant()
    note = third.machine.native(lambda *arguments: levels.append(third.machine.nt.irql) or DEALLOCATE_OBJECT)
    third.ask(third.context(), 1, 0, note)
    assert third.machine.nt.irql == 0
    third.op("FreeAdapterObject", DEALLOCATE_OBJECT)
    assert levels == [2] and third.machine.nt.irql == 0


def test_map_as_much_as_fits() -> None:
    """Few registers or a small list shorten the mapping; the length says how far it goes."""
    third = Third("direct")
    base = third.grant(2)
    status, mapped, room = third.map(base, 0, 3 * PAGE)
    assert (status, mapped, len(third.machine.elements(room))) == (0, 2 * PAGE, 2)
    assert third.op("FlushAdapterBuffersEx", third.mdl, base, 0, mapped, 0) == 0
    status, mapped, room = third.map(base, 2 * PAGE, PAGE, 1)
    assert (status, mapped, len(third.machine.elements(room))) == (0, PAGE, 1)
    assert third.op("FlushAdapterBuffersEx", third.mdl, base, 2 * PAGE, mapped, 0) == 0
    assert third.map(base, 0, PAGE, 0)[0] == INVALID
    assert third.machine.rules == []


def test_map_again_before_the_flush() -> None:
    third = Third()
    base = third.grant()
    third.map(base, 0, PAGE)
    third.machine.nt.memory.write_uint(third.length_at, 4, PAGE)
    room = third.machine.room(200)
    given = third.adapter, third.mdl, base, PAGE, 0, third.length_at, 0, room, 200, 0, 0
    assert stop(third.machine, "MapTransferEx", *given)[:4] == (0xE6, 0xD, PAGE, 3 * PAGE)


def test_lists_by_offset() -> None:
    """Now without a routine, or later with one; the caller's buffer is its list."""
    third = Third()
    list_at = third.machine.room(8)
    ex, build = "GetScatterGatherListEx", "BuildScatterGatherListEx"
    assert third.op(ex, 0, third.context(), third.mdl, 10, 100, 0, 0, 0, 0, 0, 0, list_at) == INVALID
    assert third.op(ex, 0, third.context(), third.mdl, 10, 100, SYNCHRONOUS, 0, 0, 0, 0, 0, list_at) == 0
    found = third.machine.nt.memory.read_uint(list_at, 8)
    assert [length for _, length in third.machine.elements(found)] == [100]
    third.op("FreeAdapterObject", KEEP_REGISTERS)  # the list stays
    size = size_for(2)
    room = third.machine.room(size)
    given = 0, third.context(), third.mdl, PAGE, PAGE + 1, 0, third.routine, 5, 0, room
    assert third.op(build, *given, size - 1, 0, 0, 0) == 0xC0000023
    assert third.op(build, *given, size, 0, 0, list_at) == 0  # a request that was refused has not used its context
    assert third.op(build, *given, size, 0, 0, list_at) == INVALID
    assert third.machine.nt.memory.read_uint(list_at, 8) == room and third.ran == [5]
    for where in (found, room):
        third.op("PutScatterGatherList", where, 0)
    third.op("PutDmaAdapter")
    assert third.machine.held == set()


def test_a_list_without_a_routine_keeps_the_channel() -> None:
    """Until FreeAdapterObject, in whichever order that and PutScatterGatherList come: the next request waits for it."""
    for action, put_first in ((KEEP_REGISTERS, False), (KEEP_REGISTERS, True), (DEALLOCATE_OBJECT, True)):
        third = Third()
        list_at = third.machine.room(8)
        given = third.mdl, 0, PAGE, SYNCHRONOUS, 0, 0, 0, 0, 0, list_at
        assert third.op("GetScatterGatherListEx", 0, third.context(), *given) == 0
        found = third.machine.nt.memory.read_uint(list_at, 8)
        assert third.ask(third.context(), 1, 0) == 0 and third.ran == []
        steps = [("FreeAdapterObject", action), ("PutScatterGatherList", found, 0)]
        for name, *arguments in reversed(steps) if put_first else steps:
            third.op(str(name), *map(int, arguments))
        assert len(third.ran) == 1 and third.machine.rules == []


def test_routines_for_the_other_kind_of_adapter() -> None:
    """What is for channels only is an error for a master."""
    third = Third("direct")
    assert third.op("ReadDmaCounter") == 0
    assert third.op("ConfigureAdapterChannel", 1, 0) == NOT_IMPLEMENTED
    assert third.op("CancelMappedTransfer", third.context()) == INVALID
    assert third.machine.rules == ["dma-routine-for-other-kind"] * 3


def test_version_3_is_there_since_windows_8() -> None:
    machine = DmaMachine()
    machine.nt.settings.generation = "nt61"
    assert machine.adapter(Version=3, DmaAddressWidth=32) == 0
    assert machine.adapter(Version=2) and machine.rules == []


def test_information() -> None:
    """Of the adapter and of a transfer, by version."""
    third = Third(bits=28)
    memory, info = third.machine.nt.memory, third.machine.room(32)
    assert third.op("GetDmaAdapterInfo", info) == NOT_SUPPORTED
    memory.write_uint(info, 4, 1)
    assert third.op("GetDmaAdapterInfo", info) == 0
    assert [memory.read_uint(info + 4 + 4 * index, 4) for index in range(5)] == [0, 0xFFFF_FFFF, 28, 0, 1]
    memory.write_uint(info, 4, 2)
    assert third.op("GetDmaTransferInfo", third.mdl, 10, PAGE, 0, info) == 0
    assert [memory.read_uint(info + 4 + 4 * index, 4) for index in range(4)] == [2, 2, size_for(2), 2]
    assert third.op("GetDmaTransferInfo", third.mdl, 10, 3 * PAGE, 0, info) == INVALID
    memory.write_uint(info, 4, 3)
    assert third.op("GetDmaTransferInfo", third.mdl, 10, PAGE, 0, info) == NOT_SUPPORTED
    assert third.op("ConfigureAdapterChannel", 1, 0) == NOT_IMPLEMENTED


def test_one_element_for_a_device_without_scatter_gather() -> None:
    third = Third(scatter=0)
    memory, info = third.machine.nt.memory, third.machine.room(32)
    memory.write_uint(info, 4, 1)
    assert third.op("GetDmaTransferInfo", third.mdl, 0, 3 * PAGE, 0, info) == 0
    assert [memory.read_uint(info + 4 + 4 * index, 4) for index in range(3)] == [3, 1, size_for(1)]
    base = third.grant()
    status, mapped, room = third.map(base, 0, 3 * PAGE, 1)
    assert (status, mapped, len(third.machine.elements(room))) == (0, 3 * PAGE, 1)


def test_caches_are_flushed_by_version_3() -> None:
    """Without KeFlushIoBuffers, where devices do not see the caches."""
    third = Third("noncoherent")
    third.machine.nt.memory.write(third.va, b"\x11" * 3 * PAGE)
    base = third.grant()
    _, _, room = third.map(base, 0, 3 * PAGE, write=1)
    assert third.machine.device_reads(third.machine.elements(room)) == b"\x11" * 3 * PAGE
    third.op("FlushAdapterBuffersEx", third.mdl, base, 0, 3 * PAGE, 1)
    assert third.op("FlushDmaBuffer", third.mdl, 1) == 0
    assert third.machine.rules == []
