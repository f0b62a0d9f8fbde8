"""Random transfers through every kind of API, on every machine, against a plain model: the bytes that a device reads
are those of the buffer, those that it writes are in the buffer once the transfer has ended, nothing beside them
changes, and nothing is held at the end."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dma_machine import PROFILES, DmaMachine, Row
from dmascript.runtime.choose import Chooser
from dmascript.runtime.dma.scatter import size_for

LINE = 64
TRANSFERS = int(os.environ.get("DMASCRIPT_TRANSFERS", "500"))
KEEP_OBJECT, DEALLOCATE_OBJECT, KEEP_REGISTERS = 1, 2, 3
APIS = ("list", "built list", "stages", "stages 3", "list 3", "common buffer", "slave")
LONGEST = (4096, 16_384, 65_536, 1 << 20)  # limits of devices


class Plan:
    """What one transfer is: `parts` are the MDLs of a chain, each (bytes, offset into its first page)."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.profile = draw(st.sampled_from(PROFILES))
        self.api = draw(st.sampled_from(APIS))
        self.scatter = draw(st.booleans())
        self.bits = draw(st.sampled_from((24, 28, 32, 64))) if self.api.endswith("3") else draw(
            st.sampled_from((24, 32, 64))
        )  # fmt: skip
        self.write = draw(st.booleans())
        self.most = draw(st.sampled_from(LONGEST))
        self.channel = draw(st.sampled_from((0, 1, 2, 3, 5, 6, 7))) if self.api == "slave" else -1
        self.request = draw(st.integers(1, 400)) * 2  # bytes that a slave moves at a time
        if self.api == "slave":
            self.bits, self.scatter = 24, False
        unit = LINE if self.profile == "noncoherent" else 2 if self.channel > 4 else 1
        chain = draw(st.integers(1, 3)) if self.api in ("list", "built list", "stages 3", "list 3") else 1
        most = 12_000 if self.profile == "starved" else 40_000
        self.parts = [
            (draw(st.integers(1, most // unit // chain)) * unit, draw(st.integers(0, 4096 // unit - 1)) * unit)
            for _ in range(chain)
        ]
        total = sum(length for length, _ in self.parts)
        self.start = draw(st.integers(0, (self.parts[0][0] - 1) // unit)) * unit
        self.length = draw(st.integers(1, (total - self.start) // unit)) * unit
        if self.api in ("stages", "slave"):
            self.length = min(self.length, self.parts[0][0] - self.start)
        self.registers = draw(st.integers(1, 32))
        self.action = draw(st.sampled_from((KEEP_OBJECT, KEEP_REGISTERS)))
        self.room = draw(st.integers(1, 12))
        self.seed = draw(st.integers(0, 255))
        self.order = draw(st.integers(0, 20))  # a seed for the order of events, 0 for the plain one

    def __repr__(self) -> str:
        return f"Plan({vars(self)})"


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    return Plan(draw)


class Run:
    """One transfer on its machine."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.machine = machine = DmaMachine(plan.profile, plan.channel)
        version = 3 if plan.api.endswith("3") else 2
        width = {"DmaAddressWidth": plan.bits} if version == 3 else {
            "Dma32BitAddresses": int(plan.bits == 32), "Dma64BitAddresses": int(plan.bits == 64),
        }  # fmt: skip
        fields = {"ScatterGather": int(plan.scatter), "InterfaceType": 1, "MaximumLength": plan.most, **width}
        if plan.api == "slave":
            fields.update(Master=0, DmaChannel=plan.channel, DmaWidth=int(plan.channel > 4))
        self.adapter = machine.adapter(Version=version, **fields)
        assert self.adapter
        if plan.order:
            machine.nt.chooser = Chooser(plan.order)
        buffers = [machine.buffer(*part) for part in plan.parts]
        self.spans = [(where, length) for (where, _), (length, _) in zip(buffers, plan.parts, strict=True)]
        self.mdls = [mdl for _, mdl in buffers]
        for mdl, following in zip(self.mdls, self.mdls[1:], strict=False):
            machine.nt.mdls.at(mdl).next = following
        self.before = bytes((index * 7 + plan.seed) % 251 for index in range(sum(length for _, length in self.spans)))
        self._put(self.before)
        self.news = bytes((index * 13 + plan.seed + 1) % 241 for index in range(plan.length))

    def _put(self, data: bytes) -> None:
        done = 0
        for where, length in self.spans:
            self.machine.nt.memory.write(where, data[done : done + length])
            done += length

    def now(self) -> bytes:
        return b"".join(self.machine.nt.memory.read(where, length) for where, length in self.spans)

    @property
    def va(self) -> int:
        return self.spans[0][0] + self.plan.start

    @property
    def pages(self) -> int:
        """The pages, or parts of pages, that the transfer touches: it needs a map register for each."""
        found, skip, left = 0, self.plan.start, self.plan.length
        for where, length in self.spans:
            part = min(max(length - skip, 0), left)
            if part:
                found += ((where + skip) % 4096 + part + 4095) // 4096
            skip, left = max(skip - length, 0), left - part
        return found

    def wait_for(self, found: list[int]) -> int:
        """What a routine was given, which may come late."""
        for _ in range(10):
            if not found:
                self.machine.call("KeStallExecutionProcessor", 5)
        return found[0]

    def flush_caches(self) -> None:
        for mdl in self.mdls:
            self.machine.call("KeFlushIoBuffers", mdl, int(not self.plan.write), 1)

    def move(self, elements: list[Row], done: int) -> int:
        """The device moves the bytes from `done` on; how many."""
        plan, size = self.plan, sum(length for _, length in elements)
        for logical, length in elements:
            assert length and (self.machine.nt.settings.profile in ("direct", "noncoherent") and plan.bits >= 32 or
                               (logical + length - 1) >> plan.bits == 0), elements  # fmt: skip
        if not plan.scatter:
            assert len(elements) == 1
        if plan.write:
            meant = self.before[plan.start + done : plan.start + done + size]
            assert self.machine.device_reads(elements) == meant
        else:
            self.machine.device_writes(elements, self.news[done : done + size])
        return size

    # -- the ways

    def by_list(self, built: bool) -> bool:
        """GetScatterGatherList or BuildScatterGatherList: False if the transfer is too long for the adapter."""
        machine, plan = self.machine, self.plan
        self.flush_caches()
        lists: list[int] = []
        routine = machine.native(lambda device, irp, found, context: lists.append(found))
        given = [self.adapter, 0, self.mdls[0], self.va, plan.length, routine, 0, int(plan.write)]
        if built:
            size_at = machine.room(8)
            status = machine.op(
                "CalculateScatterGatherList", self.adapter, self.mdls[0], self.va, plan.length, size_at, size_at + 4
            )
            if status:
                assert status == 0xC000009A and self.pages > machine.registers
                return False
            size = machine.nt.memory.read_uint(size_at, 4)
            status = machine.op("BuildScatterGatherList", *given, machine.nt.pool.allocate(size, 0), size)
        else:
            status = machine.op("GetScatterGatherList", *given)
        if status:
            assert status == 0xC000009A and not lists and self.pages > machine.registers
            return False
        assert self.move(machine.elements(self.wait_for(lists)), 0) == plan.length
        machine.op("PutScatterGatherList", self.adapter, lists[0], int(plan.write))
        return True

    def by_list_3(self) -> bool:
        machine, plan = self.machine, self.plan
        context, list_at = machine.room(128), machine.room(8)
        machine.op("InitializeDmaTransferContext", self.adapter, context)
        status = machine.op(
            "GetScatterGatherListEx", self.adapter, 0, context, self.mdls[0], plan.start, plan.length, 1, 0, 0,
            int(plan.write), 0, 0, list_at,
        )  # fmt: skip
        if status:
            assert status == 0xC000009A and self.pages > machine.registers
            return False
        found = machine.nt.memory.read_uint(list_at, 8)
        assert self.move(machine.elements(found), 0) == plan.length
        machine.op("PutScatterGatherList", self.adapter, found, int(plan.write))
        machine.op("FreeAdapterObject", self.adapter, DEALLOCATE_OBJECT)
        return True

    def channel(self, count: int) -> int:
        """AllocateAdapterChannel: the MapRegisterBase."""
        bases: list[int] = []

        def control(device: int, irp: int, base: int, context: int) -> int:
            bases.append(base)
            return self.plan.action

        machine = self.machine
        assert machine.op("AllocateAdapterChannel", self.adapter, 0, count, machine.native(control), 0) == 0
        return self.wait_for(bases)

    def free(self, base: int, count: int) -> None:
        if self.plan.action == KEEP_OBJECT:
            self.machine.op("FreeAdapterChannel", self.adapter)
        else:
            self.machine.op("FreeMapRegisters", self.adapter, base, count)

    def by_stages(self) -> bool:
        """The older API: as much at a time as the map registers hold."""
        machine, plan = self.machine, self.plan
        count = min(plan.registers, machine.registers)
        base = self.channel(count)
        length_at = machine.room(4)
        done = 0
        while done < plan.length:
            self.flush_caches()
            first, left, stage = done, count, []
            while done < plan.length and left:
                va = self.va + done
                pages = min(left, (va % 4096 + plan.length - done + 4095) // 4096)
                size = min(plan.length - done, pages * 4096 - va % 4096)
                machine.nt.memory.write_uint(length_at, 4, size)
                logical = machine.op("MapTransfer", self.adapter, self.mdls[0], base, va, length_at, int(plan.write))
                size = machine.nt.memory.read_uint(length_at, 4)
                stage.append((logical, size))
                left -= (va % 4096 + size + 4095) // 4096
                done += size
                if not plan.scatter:
                    break
            assert self.move(stage, first) == done - first
            machine.op(
                "FlushAdapterBuffers", self.adapter, self.mdls[0], base, self.va + first, done - first, int(plan.write)
            )
        self.free(base, count)
        return True

    def by_slave(self) -> bool:
        """A channel of the system's controller: the device asks, and does not know where its bytes go."""
        machine, plan = self.machine, self.plan
        bus, length_at = machine.nt.hardware.bus, machine.room(4)
        base = self.channel(machine.registers)
        done = 0
        while done < plan.length:
            self.flush_caches()
            va = self.va + done
            machine.nt.memory.write_uint(length_at, 4, min(plan.length - done, machine.registers * 4096 - va % 4096))
            given = self.adapter, self.mdls[0], base, va
            machine.op("MapTransfer", *given, length_at, int(plan.write))
            size = machine.nt.memory.read_uint(length_at, 4)
            for at in range(0, size, plan.request):
                left = min(plan.request, size - at)
                assert machine.op("ReadDmaCounter", self.adapter) == size - at
                if plan.write:
                    begin = plan.start + done + at
                    assert bus.read(machine.device, 0, plan.request) == self.before[begin : begin + left]
                else:
                    data = self.news[done + at : done + at + left] + b"\xee" * (plan.request - left)
                    assert bus.write(machine.device, 0, data) == left
            machine.op("FlushAdapterBuffers", *given, size, int(plan.write))
            done += size
        self.free(base, machine.registers)
        return True

    def by_stages_3(self) -> bool:
        """Version 3: MapTransferEx says how much it could map."""
        machine, plan = self.machine, self.plan
        count = min(plan.registers, machine.registers)
        context, base_at, length_at = machine.room(128), machine.room(8), machine.room(4)
        machine.op("InitializeDmaTransferContext", self.adapter, context)
        assert machine.op("AllocateAdapterChannelEx", self.adapter, 0, context, count, 1, 0, 0, base_at) == 0
        base = machine.nt.memory.read_uint(base_at, 8)
        size = size_for(plan.room)
        room = machine.nt.pool.allocate(size, 0)
        done = 0
        while done < plan.length:
            machine.nt.memory.write_uint(length_at, 4, plan.length - done)
            given = self.adapter, self.mdls[0], base, plan.start + done
            assert machine.op("MapTransferEx", *given, 0, length_at, int(plan.write), room, size, 0, 0) == 0
            elements = machine.elements(room)
            assert len(elements) <= plan.room
            mapped = machine.nt.memory.read_uint(length_at, 4)
            assert mapped and self.move(elements, done) == mapped
            assert machine.op("FlushAdapterBuffersEx", *given, mapped, int(plan.write)) == 0
            done += mapped
        machine.op("FreeAdapterObject", self.adapter, DEALLOCATE_OBJECT)
        return True

    def by_common_buffer(self) -> bool:
        """Each side sees at once what the other writes."""
        machine, plan = self.machine, self.plan
        logical_at = machine.room(8)
        va = machine.op("AllocateCommonBuffer", self.adapter, plan.length, logical_at, 1)
        if not va:
            return False
        logical = machine.nt.memory.read_uint(logical_at, 8)
        machine.nt.memory.write(va, self.news)
        assert machine.device_reads([(logical, plan.length)]) == self.news
        machine.device_writes([(logical, plan.length)], self.news[::-1])
        assert machine.nt.memory.read(va, plan.length) == self.news[::-1]
        machine.op("FreeCommonBuffer", self.adapter, plan.length, logical, va, 1)
        return False

    def go(self) -> None:
        plan, machine = self.plan, self.machine
        ways = {
            "list": lambda: self.by_list(False), "built list": lambda: self.by_list(True), "stages": self.by_stages,
            "stages 3": self.by_stages_3, "list 3": self.by_list_3, "common buffer": self.by_common_buffer,
            "slave": self.by_slave,
        }  # fmt: skip
        free = machine.nt.dma.pool.free
        moved = ways[plan.api]()
        meant = bytearray(self.before)
        if moved and not plan.write:
            meant[plan.start : plan.start + plan.length] = self.news
        assert self.now() == meant
        assert machine.nt.dma.pool.free == free
        machine.op("PutDmaAdapter", self.adapter)
        assert machine.held == set() and machine.rules == []
        assert not machine.nt.dma.pool.allocations


@settings(max_examples=TRANSFERS, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans())
def test_every_byte_arrives(plan: Plan) -> None:
    """Whatever the API, the machine, the device and the buffer."""
    Run(plan).go()
