"""DMA: what a copy through map registers costs beside memcpy; a list of a gigabyte; transfers a second by each API."""

from __future__ import annotations

from collections.abc import Callable

from dmascript.runtime.ke.processor import DISPATCH_LEVEL
from dmascript.runtime.routines import find, find_member
from dmascript.runtime.system import Settings, System
from dmascript.runtime.wdk.layouts import offset

from .measure import Row, best, ms

MIB = 1 << 20
ALL = (1 << 64) - 1
TRANSFERS = 200
LENGTH = 16 << 10
KEEP_REGISTERS, SYNCHRONOUS = 3, 1


class Machine:
    """A machine with an adapter for a bus master, and a buffer of pages that an MDL owns."""

    def __init__(self, profile: str, length: int, scatter: int, version: int = 2) -> None:
        settings = Settings(profile)
        settings.map_registers = 1 << 20
        settings.max_memory = 8 << 30
        self.nt = nt = System(settings)
        nt.attach(nt.create_process("bench"))
        self.length = length
        self.room = nt.pool.allocate(1 << 12, 0)
        described = self.room
        nt.memory.write(described, bytes(64))
        for name, value, size in (
            ("Version", version, 4), ("Master", 1, 1), ("ScatterGather", scatter, 1), ("InterfaceType", 5, 4),
            ("Dma64BitAddresses", 1, 1), ("DmaAddressWidth", 64, 4), ("MaximumLength", length, 4),
        ):  # fmt: skip
            nt.memory.write_uint(described + offset("_DEVICE_DESCRIPTION", name), size, value)
        self.adapter = self.call("IoGetDmaAdapter", 0, described, self.room + 64)
        self.registers = nt.memory.read_uint(self.room + 64, 4)
        self.mdl = self.call("MmAllocatePagesForMdlEx", 0, ALL, 0, length, 1, 0)
        self.va = nt.mdls.at(self.mdl).virtual_address
        self.found = 0
        self.listed = nt.native("listed", self._listed)
        self.control = nt.native("control", self._control)
        nt.set_irql(DISPATCH_LEVEL)

    def _listed(self, nt: System, device: int, irp: int, found: int, context: int) -> None:
        self.found = found

    def _control(self, nt: System, device: int, irp: int, base: int, context: int) -> int:
        self.found = base
        return KEEP_REGISTERS

    def call(self, name: str, *arguments: int) -> int:
        row = find(name)
        assert row is not None and row.body is not None
        return int(row.body(self.nt, *arguments) or 0)

    def op(self, name: str, *arguments: int) -> int:
        row = find_member(name)
        assert row is not None and row.body is not None
        return int(row.body(self.nt, self.adapter, *arguments) or 0)

    def by_list(self) -> None:
        """GetScatterGatherList and PutScatterGatherList."""
        assert not self.op("GetScatterGatherList", 0, self.mdl, self.va, self.length, self.listed, 0, 0)
        self.op("PutScatterGatherList", self.found, 0)

    def by_stages(self) -> None:
        """AllocateAdapterChannel, MapTransfer until all is mapped, FlushAdapterBuffers, FreeMapRegisters."""
        memory, length_at = self.nt.memory, self.room + 64
        assert not self.op("AllocateAdapterChannel", 0, self.registers, self.control, 0)
        base, done = self.found, 0
        while done < self.length:
            memory.write_uint(length_at, 4, self.length - done)
            self.op("MapTransfer", self.mdl, base, self.va + done, length_at, 0)
            done += memory.read_uint(length_at, 4)
        self.op("FlushAdapterBuffers", self.mdl, base, self.va, self.length, 0)
        self.op("FreeMapRegisters", base, self.registers)

    def by_version_3(self) -> None:
        """A context, channel and registers at once, MapTransferEx, FlushAdapterBuffersEx, FreeAdapterObject."""
        memory, base_at, length_at, context, room = (self.nt.memory, *(self.room + 64 * n for n in (1, 2, 4, 8)))
        self.op("InitializeDmaTransferContext", context)
        assert not self.op("AllocateAdapterChannelEx", 0, context, self.registers, SYNCHRONOUS, 0, 0, base_at)
        base = memory.read_uint(base_at, 8)
        memory.write_uint(length_at, 4, self.length)
        assert not self.op("MapTransferEx", self.mdl, base, 0, 0, length_at, 0, room, 1024, 0, 0)
        self.op("FlushAdapterBuffersEx", self.mdl, base, 0, self.length, 0)
        self.op("FreeAdapterObject", 2)


def run(quick: bool) -> list[Row]:
    rounds = 1 if quick else 5
    copied, listed = (MIB, MIB) if quick else (64 * MIB, 1024 * MIB)
    through, source, target = Machine("direct", copied, 0), bytes(copied), bytearray(copied)

    def memcpy() -> None:
        target[:] = source

    large = Machine("direct", listed, 1)
    old, third = Machine("direct", LENGTH, 1), Machine("direct", LENGTH, 1, 3)
    taken = best(
        rounds, memcpy, through.by_list, large.by_list, repeated(old.by_list), repeated(old.by_stages),
        repeated(third.by_version_3),
    )  # fmt: skip
    plain, bounced, listing, *rates = taken
    ways = ("GetScatterGatherList", "MapTransfer", "MapTransferEx")
    return [
        Row(f"memcpy / {copied // MIB} MiB through map registers", plain / bounced, detail=ms(bounced)),
        Row(f"list of {listed // MIB} MiB, got and put", listing * 1000, detail=ms(listing), unit=" ms"),
        *(
            Row(f"transfers of 16 KiB by {way}", TRANSFERS / rate, detail=ms(rate / TRANSFERS), unit="/s")
            for way, rate in zip(ways, rates, strict=True)
        ),
    ]


def repeated(once: Callable[[], None]) -> Callable[[], None]:
    def many() -> None:
        for _ in range(TRANSFERS):
            once()

    return many
