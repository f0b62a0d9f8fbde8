"""Common buffers: what both sides see, bounds, tags around them, domains, vectors, memory of MDLs."""

from __future__ import annotations

import pytest

from dma_machine import ISA_BUS, PROFILES, DmaMachine
from dmascript.runtime.dma.buffers_of_mdls import CONFIGURATION_BYTES
from dmascript.runtime.ke.exceptions import BugCheck
from dmascript.runtime.wdk.constants import CommonBufferConfigTypeHardwareAccessPermissions as PERMISSIONS
from test_dma_adapters import stop

PAGE = 4096
INVALID, NOT_SUPPORTED = 0xC000000D, 0xC00000BB
CACHED = 1


class Buffers:
    def __init__(self, profile: str = "direct", **fields: int) -> None:
        self.machine = DmaMachine(profile)
        self.adapter = self.machine.adapter(**{"Version": 3, "ScatterGather": 1, "DmaAddressWidth": 32, **fields})
        self.logical_at = self.machine.room(8)

    def op(self, name: str, *arguments: int) -> int:
        return self.machine.op(name, self.adapter, *arguments)

    def allocate(self, length: int) -> tuple[int, int]:
        va = self.op("AllocateCommonBuffer", length, self.logical_at, CACHED)
        return va, self.logical

    @property
    def logical(self) -> int:
        return self.machine.nt.memory.read_uint(self.logical_at, 8)

    def free_stop(self, *arguments: int) -> tuple[int, ...]:
        return stop(self.machine, "FreeCommonBuffer", self.adapter, *arguments)


@pytest.mark.parametrize("profile", PROFILES)
def test_both_sides_see_the_same(profile: str) -> None:
    """One range for the device, one for the processor, no flush in between; scattered in frames behind an IOMMU."""
    buffers = Buffers(profile)
    memory = buffers.machine.nt.memory
    va, logical = buffers.allocate(3 * PAGE + 10)
    memory.write(va, b"ring" * 100)
    assert buffers.machine.device_reads([(logical, 400)]) == b"ring" * 100
    buffers.machine.device_writes([(logical + 2 * PAGE, PAGE + 10)], b"\x77" * (PAGE + 10))
    assert memory.read(va + 2 * PAGE, PAGE + 10) == b"\x77" * (PAGE + 10)
    frames = [memory.frame_at(va + PAGE * index) for index in range(4)]
    adjacent = frames == list(range(frames[0], frames[0] + 4))
    assert adjacent == (profile != "iommu")
    assert (frames[0] * PAGE == logical) == (profile != "iommu")
    buffers.op("FreeCommonBuffer", 3 * PAGE + 10, logical, va, CACHED)
    buffers.op("PutDmaAdapter")
    assert buffers.machine.rules == [] and buffers.machine.held == set()


def test_within_the_reach_of_the_device() -> None:
    for fields, bits in (({"DmaAddressWidth": 28}, 28), ({"Version": 1, "InterfaceType": ISA_BUS}, 24)):
        for profile in ("bounce", "iommu"):
            va, logical = Buffers(profile, **fields).allocate(5 * PAGE)
            assert va and (logical + 5 * PAGE - 1) >> bits == 0


@pytest.mark.parametrize(("at", "violation"), [(-1, 1), (100, 2), (PAGE, 2)])
def test_tags_around_a_buffer(at: int, violation: int) -> None:
    """A byte before the first, behind the last, or on the page behind: found when the buffer is freed."""
    buffers = Buffers()
    va, logical = buffers.allocate(100)
    buffers.machine.nt.memory.write(va + at, b"!")
    assert buffers.free_stop(100, logical, va, CACHED)[:5] == (0xE6, 0xF, violation, 100, va)


def test_no_tags_without_the_verifier() -> None:
    buffers = Buffers()
    buffers.machine.nt.settings.verifier = 0
    va, logical = buffers.allocate(100)
    buffers.machine.nt.memory.write(va + 100, b"!")
    buffers.op("FreeCommonBuffer", 100, logical, va, CACHED)
    assert buffers.machine.rules == []


def test_freed_twice_and_with_other_arguments() -> None:
    buffers = Buffers()
    va, logical = buffers.allocate(100)
    buffers.op("FreeCommonBuffer", 200, logical, va, CACHED)
    assert buffers.machine.rules == ["common-buffer-freed-with-other-arguments"]
    assert buffers.free_stop(100, logical, va, CACHED) == (0xE6, 0x3, 1, 0, 0)
    va, logical = buffers.allocate(100)
    buffers.op("FreeCommonBuffer", 100, logical, va, 0)  # it was asked for cached
    assert buffers.machine.rules[-1] == "common-buffer-freed-with-other-arguments"


def test_bounds() -> None:
    """At or above the lower one, below the upper one; an upper one may be given to the Ex form too."""
    buffers = Buffers()
    low_at, high_at = buffers.machine.room(8), buffers.machine.room(8)
    buffers.machine.nt.memory.write_uint(low_at, 8, 0x100_0000)
    buffers.machine.nt.memory.write_uint(high_at, 8, 0x200_0000)
    given = low_at, high_at, 3 * PAGE, 0, 0, 0, buffers.logical_at
    assert buffers.op("AllocateCommonBufferWithBounds", *given)
    assert 0x100_0000 <= buffers.logical <= 0x200_0000 - 3 * PAGE
    assert buffers.op("AllocateCommonBufferEx", high_at, PAGE, buffers.logical_at, 1, 0)
    assert buffers.logical < 0x200_0000
    buffers.machine.nt.memory.write_uint(high_at, 8, 0x100_0000 + PAGE)
    assert buffers.op("AllocateCommonBufferWithBounds", *given) == 0
    buffers.machine.nt.memory.write_uint(high_at, 8, 0x1000)  # below the first page there is none
    assert buffers.op("AllocateCommonBufferEx", high_at, PAGE, buffers.logical_at, 1, 0) == 0


@pytest.mark.parametrize("profile", ["direct", "noncoherent"])
def test_a_cached_buffer_is_coherent_where_devices_see_the_caches(profile: str) -> None:
    """A cache type given to the form with bounds holds whatever the machine is: each side needs a flush to see the
    other's bytes. CacheEnabled of the other forms gives way to the machine."""
    buffers = Buffers(profile)
    machine = buffers.machine
    memory, type_at, hidden = machine.nt.memory, machine.room(4), profile == "noncoherent"
    memory.write_uint(type_at, 4, 1)
    plain = buffers.op("AllocateCommonBufferEx", 0, PAGE, buffers.logical_at, 1, 0)
    memory.write(plain, b"here")
    assert machine.device_reads([(buffers.logical, 4)]) == b"here"
    va = buffers.op("AllocateCommonBufferWithBounds", 0, 0, PAGE, 0, type_at, 0, buffers.logical_at)
    mdl = machine.call("IoAllocateMdl", va, PAGE, 0, 0, 0)
    machine.call("MmBuildMdlForNonPagedPool", mdl)
    row = [(buffers.logical, 4)]
    memory.write(va, b"here")
    assert (machine.device_reads(row) == b"here") is not hidden
    machine.call("KeFlushIoBuffers", mdl, 0, 0)  # that was for programmed I/O
    assert (machine.device_reads(row) == b"here") is not hidden
    machine.call("KeFlushIoBuffers", mdl, 0, 1)
    assert machine.device_reads(row) == b"here"
    for data in (b"back", b"more"):
        machine.device_writes(row, data)
        assert (memory.read(va, 4) == data) is not hidden
        assert buffers.op("FlushDmaBuffer", mdl, 1) == 0
        assert memory.read(va, 4) == data
    buffers.op("FreeCommonBuffer", PAGE, buffers.logical, va, 1)
    assert machine.rules == []


def test_domains() -> None:
    """An adapter that joins another one's domain maps there, until it leaves."""
    buffers = Buffers("iommu")
    machine = buffers.machine
    other = machine.adapter(Version=3, ScatterGather=1, DmaAddressWidth=32)
    machine.nt.dma.adapters[other].own_domain = machine.nt.dma.adapters[other].domain = None
    machine.nt.dma._fit(machine.nt.dma.adapters[other])
    domain = buffers.op("GetDmaDomain")
    assert domain
    assert machine.op("JoinDmaDomain", other, 0x1234) == INVALID
    assert machine.op("JoinDmaDomain", other, domain) == 0
    va_at = machine.room(8)
    given = domain, 0, PAGE, 0, 0, 0, buffers.logical_at, va_at
    assert machine.op("AllocateDomainCommonBuffer", other, *given) == 0
    va = machine.nt.memory.read_uint(va_at, 8)
    machine.device_writes([(buffers.logical, 4)], b"abcd")
    assert machine.nt.memory.read(va, 4) == b"abcd"
    assert machine.op("LeaveDmaDomain", other) == INVALID  # something is mapped
    machine.op("FreeCommonBuffer", other, PAGE, buffers.logical, va, 1)
    plain = Buffers()
    assert plain.op("GetDmaDomain") == 0 and plain.op("JoinDmaDomain", 1) == NOT_SUPPORTED


class Vector(Buffers):
    """A vector of three buffers of 5,000 bytes."""

    def __init__(self) -> None:
        super().__init__()
        vector_at = self.machine.room(8)
        given = 0, 0xFFFF_FFFF, CACHED, 0, 0, 3, 5000, vector_at
        assert self.op("AllocateCommonBufferVector", *given) == 0
        self.vector = self.machine.nt.memory.read_uint(vector_at, 8)


def test_vector() -> None:
    """Elements lie apart, each contiguous; they are freed one by one, then the vector."""
    vector = Vector()
    memory, va_at = vector.machine.nt.memory, vector.machine.room(8)
    seen = set()
    for index in range(3):
        vector.op("GetCommonBufferFromVectorByIndex", vector.vector, index, va_at, vector.logical_at)
        seen.add(memory.read_uint(va_at, 8))
        vector.machine.device_writes([(vector.logical, 5000)], bytes([index]) * 5000)
        assert memory.read(memory.read_uint(va_at, 8), 5000) == bytes([index]) * 5000
    assert len(seen) == 3
    for index in range(3):
        vector.op("FreeCommonBufferFromVector", vector.vector, index)
    vector.op("FreeCommonBufferVector", vector.vector)
    vector.op("PutDmaAdapter")
    assert vector.machine.held == set() and vector.machine.rules == []


def test_misuse_of_a_vector() -> None:
    """An index outside it, an element that is freed, a vector that is not empty, one that is left."""
    vector = Vector()
    assert vector.machine.held == {"common-buffer-vector-left", "dma-adapter-left"}
    member = "FreeCommonBufferFromVector"
    assert stop(vector.machine, member, vector.adapter, vector.vector, 3) == (0x1DC, 3, 3, 3, 0)
    vector = Vector()
    vector.op(member, vector.vector, 1)
    assert stop(vector.machine, member, vector.adapter, vector.vector, 1)[:3] == (0x1DC, 4, 1)
    vector = Vector()
    vector.op(member, vector.vector, 0)
    assert stop(vector.machine, "FreeCommonBufferVector", vector.adapter, vector.vector)[:3] == (0x1DC, 2, 1)


def configuration(machine: DmaMachine, kind: int, first: int = 0, second: int = 0) -> int:
    where = machine.room(40)
    machine.nt.memory.write_uint(where, 4, kind)
    machine.nt.memory.write_uint(where + 8, 8, first)
    machine.nt.memory.write_uint(where + 16, 8, second)
    return where


def test_memory_of_an_mdl() -> None:
    """Behind an IOMMU any whole pages will do, elsewhere adjacent ones; the memory stays the driver's."""
    buffers = Buffers("iommu")
    va, mdl = buffers.machine.buffer(4 * PAGE)
    member = "CreateCommonBufferFromMdl"
    assert buffers.op(member, mdl, 0, 0, buffers.logical_at) == 0
    logical = buffers.logical
    buffers.machine.device_writes([(logical, 4 * PAGE)], b"\x42" * 4 * PAGE)
    assert buffers.machine.nt.memory.read(va, 4 * PAGE) == b"\x42" * 4 * PAGE
    buffers.op("FreeCommonBuffer", 4 * PAGE, logical, va, 1)
    assert buffers.machine.nt.memory.read(va, 4) == b"\x42" * 4
    part = configuration(buffers.machine, 1, PAGE, 2 * PAGE)
    assert buffers.op(member, mdl, part, 1, buffers.logical_at) == 0
    buffers.machine.device_writes([(buffers.logical, 4)], b"part")
    assert buffers.machine.nt.memory.read(va + PAGE, 4) == b"part"
    for wrong in (configuration(buffers.machine, 1, 10, PAGE), configuration(buffers.machine, 0, 0, 100),
                  configuration(buffers.machine, 2, 3)):  # fmt: skip
        assert buffers.op(member, mdl, wrong, 1, buffers.logical_at) == INVALID
    assert buffers.op(member, mdl, configuration(buffers.machine, 7), 1, buffers.logical_at) == NOT_SUPPORTED
    plain = Buffers("direct")
    assert plain.op(member, plain.machine.buffer(4 * PAGE)[1], 0, 0, plain.logical_at) == INVALID
    assert plain.op(member, plain.machine.buffer(PAGE)[1], 0, 0, plain.logical_at) in (0, INVALID)


def test_late_access_names_the_free() -> None:
    """A device that writes to a common buffer after it was freed: the report knows when that was."""
    machine = DmaMachine("bounce", bits=32)
    adapter, logical_at = machine.adapter(Dma32BitAddresses=1), machine.room(8)
    va = machine.op("AllocateCommonBuffer", adapter, 4096, logical_at, 0)
    logical = machine.nt.memory.read_uint(logical_at, 8)
    machine.device_writes([(logical, 4)], b"\1\2\3\4")
    assert not machine.rules
    machine.op("FreeCommonBuffer", adapter, 4096, logical, va, 0)
    machine.device_writes([(logical, 4)], b"\1\2\3\4")
    assert machine.rules == ["dma-access-not-mapped"]
    assert [label for _, label in machine.nt.findings[-1].marks] == ["what was mapped there was given up here"]


@pytest.mark.parametrize(("access", "reads", "writes"), [(0, True, False), (1, False, True), (2, True, True)])
def test_what_a_device_may_do_with_a_buffer_of_an_mdl(access: int, reads: bool, writes: bool) -> None:
    """Behind an IOMMU the permissions that the driver asks for hold; elsewhere nobody could enforce them."""
    for profile, enforced in (("iommu", True), ("direct", False)):
        buffers = Buffers(profile)
        machine = buffers.machine
        _, mdl = machine.buffer(PAGE)
        configuration = machine.room(CONFIGURATION_BYTES)
        machine.nt.memory.write_uint(configuration, 4, PERMISSIONS)
        machine.nt.memory.write_uint(configuration + 8, 4, access)
        assert buffers.op("CreateCommonBufferFromMdl", mdl, configuration, 1, buffers.logical_at) == 0
        machine.nt.settings.allow = frozenset(("dma-iommu-fault",))
        machine.device_reads([(buffers.logical, 4)])
        machine.device_writes([(buffers.logical, 4)], b"abcd")
        refused = [] if not enforced else [one for one, may in (("reads", reads), ("writes", writes)) if not may]
        assert [finding.title.split()[2] for finding in machine.nt.findings] == refused


def test_a_mapping_to_the_device_is_read_only_behind_an_iommu() -> None:
    """What the device writes there stops the machine, and does not arrive."""
    buffers = Buffers("iommu")
    machine = buffers.machine
    va, mdl = machine.buffer(PAGE)
    lists: list[int] = []
    routine = machine.native(lambda device, irp, found, context: lists.append(found))
    assert machine.op("GetScatterGatherList", buffers.adapter, 0, mdl, va, PAGE, routine, 0, 1) == 0
    before = machine.nt.memory.read(va, 4)
    assert machine.device_reads(machine.elements(lists[0]))[:4] == before
    with pytest.raises(BugCheck) as caught:
        machine.device_writes(machine.elements(lists[0]), b"abcd")
    assert (caught.value.code, caught.value.parameters[0]) == (0xE6, 0x26)
    assert machine.nt.memory.read(va, 4) == before
