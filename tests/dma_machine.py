"""A machine of a chosen profile, with an adapter, buffers and a device that moves bytes by logical address."""

from __future__ import annotations

from collections.abc import Callable

from dmascript.runtime.hal.hardware import HardwareDevice
from dmascript.runtime.hal.resources import Properties
from dmascript.runtime.ke.processor import DISPATCH_LEVEL
from dmascript.runtime.routines import find, find_member
from dmascript.runtime.system import Settings, System
from dmascript.runtime.wdk.layouts import offset

PROFILES = ("direct", "bounce", "iommu", "noncoherent", "starved", "isa")
PCI_BUS, ISA_BUS = 5, 1
HEADER, ELEMENT = 16, 24
Row = tuple[int, int]


class DmaMachine:
    """`nt` with a device of 64 address bits (or a slave on `channel` or request line `request`), and scratch memory in
    nonpaged pool."""

    def __init__(
        self, profile: str = "direct", channel: int = -1, verifier: int = 1, bits: int = 64, request: int = -1
    ) -> None:
        settings = Settings(profile)
        settings.nonpaged_pages = 4096
        settings.verifier = verifier
        self.nt = System(settings)
        self.nt.attach(self.nt.create_process("test"))
        given: dict[str, int | str] = {"bus": "pci", "dma_bits": bits}
        if channel >= 0:
            given = {"bus": "isa", "dma_channel": channel}
        if request >= 0:
            given = {"bus": "isa", "dma_request": request}
        self.device = HardwareDevice(self.nt, "Card", Properties(given), [], None)
        self.nt.hardware.devices.append(self.device)
        self._scratch = self.nt.pool.allocate(1 << 14, 0)

    def room(self, size: int) -> int:
        """Zeroed scratch memory, aligned to 16 bytes."""
        where = self._scratch
        self._scratch += (size + 15) & -16
        self.nt.memory.write(where, bytes(size))
        return where

    def call(self, name: str, *arguments: int) -> int:
        row = find(name)
        assert row is not None and row.body is not None
        return int(row.body(self.nt, *arguments) or 0)

    def op(self, name: str, *arguments: int) -> int:
        """A member of DMA_OPERATIONS, at DISPATCH_LEVEL if it allows no other level."""
        row = find_member(name)
        assert row is not None and row.body is not None
        before = self.nt.irql
        if row.irql_min > before:
            self.nt.set_irql(DISPATCH_LEVEL)
        try:
            return int(row.body(self.nt, *arguments) or 0)
        finally:
            if self.nt.irql != before and not self.nt.stopped:
                self.nt.set_irql(before)

    def adapter(self, **fields: int) -> int:
        """An adapter for a DEVICE_DESCRIPTION of these fields: version 2, a PCI master of 1 MiB at most unless said."""
        given = {"Version": 2, "Master": 1, "InterfaceType": PCI_BUS, "MaximumLength": 1 << 20, **fields}
        where = self.room(64)
        for name, value in given.items():
            size = 1 if name in ("Master", "ScatterGather", "DemandMode", "AutoInitialize", "Dma32BitAddresses",
                                 "IgnoreCount", "Dma64BitAddresses") else 4  # fmt: skip
            self.nt.memory.write_uint(where + offset("_DEVICE_DESCRIPTION", name), size, value)
        self.count_at = self.room(4)
        return self.call("IoGetDmaAdapter", 0, where, self.count_at)

    @property
    def registers(self) -> int:
        """What IoGetDmaAdapter said of map registers."""
        return self.nt.memory.read_uint(self.count_at, 4)

    def buffer(self, size: int, first: int = 0) -> tuple[int, int]:
        """Nonpaged memory that begins `first` bytes into a page, and an MDL of it."""
        where = self.nt.pool.allocate(size + first + 4096, 0)
        assert where
        start = (where + 4095 & -4096) + first
        mdl = self.call("IoAllocateMdl", start, size, 0, 0, 0)
        self.call("MmBuildMdlForNonPagedPool", mdl)
        return start, mdl

    def native(self, function: Callable[..., int | None]) -> int:
        return self.nt.native("test", lambda nt, *arguments: function(*arguments))

    def elements(self, where: int) -> list[Row]:
        """A scatter/gather list, as addresses and lengths."""
        memory = self.nt.memory
        starts = [where + HEADER + ELEMENT * index for index in range(memory.read_uint(where, 4))]
        return [(memory.read_uint(start, 8), memory.read_uint(start + 8, 4)) for start in starts]

    def device_writes(self, elements: list[Row], data: bytes) -> None:
        done = 0
        for logical, length in elements:
            self.nt.hardware.bus.write(self.device, logical, data[done : done + length])
            done += length
        self.nt.hardware.bus.flush(self.device)

    def device_reads(self, elements: list[Row]) -> bytes:
        return b"".join(self.nt.hardware.bus.read(self.device, logical, length) for logical, length in elements)

    @property
    def rules(self) -> list[str]:
        return [finding.rule.id for finding in self.nt.findings]

    @property
    def held(self) -> set[str]:
        """The rules of what would be charged as left behind now, but for the MDLs of `buffer`."""
        return {rule for rule, _ in self.nt.held} - {"mdl-leaked"}
