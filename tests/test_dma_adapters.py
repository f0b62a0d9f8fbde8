"""IoGetDmaAdapter: descriptions, versions, tables, map registers, and the end of an adapter."""

from __future__ import annotations

import pytest

from dma_machine import ISA_BUS, PROFILES, DmaMachine
from dmascript.runtime.ke.exceptions import BugCheck
from dmascript.runtime.routines import find_member, member_names
from dmascript.runtime.wdk.layouts import offset


def stop(machine: DmaMachine, name: str, *arguments: int) -> tuple[int, ...]:
    """Code and first parameters of the bug check in which a member ends."""
    with pytest.raises(BugCheck) as caught:
        machine.op(name, *arguments)
    return caught.value.code, *caught.value.parameters


@pytest.mark.parametrize(("version", "size"), [(0, 104), (1, 104), (2, 128), (3, 320)])
def test_table_goes_as_far_as_the_version(version: int, size: int) -> None:
    """The adapter says version 1 whatever was asked for; its table has the members of the version and no more."""
    machine = DmaMachine()
    adapter = machine.adapter(Version=version, DmaAddressWidth=64)
    memory = machine.nt.memory
    table = memory.read_uint(adapter + 8, 8)
    assert memory.read_uint(adapter, 2) == 1 and memory.read_uint(adapter + 2, 2) == 16
    assert memory.read_uint(table, 4) == size
    assert all(memory.read_uint(table + at, 8) for at in range(8, size, 8))
    last = offset("_DMA_OPERATIONS", "CreateCommonBufferFromMdl")
    assert size > last or not memory.read_uint(table + last, 8)


def test_every_member_is_modelled() -> None:
    """All 39 members of the table have a body."""
    rows = [find_member(name) for name in member_names()]
    assert len(rows) == 39
    assert [row.name for row in rows if row is None or row.body is None] == []


@pytest.mark.parametrize(
    "fields", [{"Version": 4}, {"Version": 3, "DmaAddressWidth": 0}, {"Version": 3, "DmaAddressWidth": 65},
               {"Master": 0, "DmaWidth": 9}],
)  # fmt: skip
def test_bad_descriptions_give_null(fields: dict[str, int]) -> None:
    """A version or an address width that does not exist is refused, with the verifier by 0xE6/0x25."""
    assert DmaMachine(verifier=0).adapter(**fields) == 0
    with pytest.raises(BugCheck) as caught:
        DmaMachine().adapter(**fields)
    assert (caught.value.code, caught.value.parameters[0]) == (0xE6, 0x25)


@pytest.mark.parametrize(
    ("fields", "bits"),
    [
        ({"InterfaceType": ISA_BUS}, 24),
        ({"InterfaceType": ISA_BUS, "Dma32BitAddresses": 1}, 32),
        ({"ScatterGather": 1}, 32),
        ({"ScatterGather": 1, "InterfaceType": 0xFFFF_FFFF}, 32),
        ({"ScatterGather": 1, "InterfaceType": ISA_BUS}, 24),
        ({"Dma64BitAddresses": 1}, 64),
        ({"Version": 3, "DmaAddressWidth": 28, "Dma64BitAddresses": 1}, 28),
    ],
)  # fmt: skip
def test_address_width(fields: dict[str, int], bits: int) -> None:
    """24 bits unless a flag or the bus says more; version 3 says it in numbers."""
    machine = DmaMachine("bounce")
    assert machine.nt.dma.adapters[machine.adapter(**fields)].bits == bits


@pytest.mark.parametrize(
    ("profile", "scatter", "bits", "count"),
    [("direct", 1, 32, 17), ("bounce", 1, 32, 17), ("bounce", 0, 64, 17), ("starved", 1, 32, 4),
     ("starved", 1, 64, 17)],
)  # fmt: skip
def test_map_registers_granted(profile: str, scatter: int, bits: int, count: int) -> None:
    """A page more than the longest transfer, or what the machine can spare where they are real."""
    machine = DmaMachine(profile)
    machine.adapter(ScatterGather=scatter, MaximumLength=1 << 16, Dma64BitAddresses=int(bits == 64))
    assert machine.registers == count


def test_most_registers_of_one_adapter() -> None:
    """However long the transfer: 32 on bounce, 4 on starved, and what a channel counts for a slave."""
    for profile, most in (("bounce", 32), ("starved", 4)):
        machine = DmaMachine(profile)
        machine.adapter(ScatterGather=1, MaximumLength=1 << 30)
        assert machine.registers == most
    slave = DmaMachine("isa", channel=2)
    slave.adapter(Version=1, Master=0, DmaChannel=2, InterfaceType=ISA_BUS, MaximumLength=1 << 20)
    assert slave.registers == 16


def test_adapter_after_put() -> None:
    """A second use, and one of NULL or of anything else, are told apart."""
    machine = DmaMachine()
    adapter = machine.adapter()
    machine.op("PutDmaAdapter", adapter)
    assert machine.held == set()
    assert stop(machine, "GetDmaAlignment", adapter)[:3] == (0xE6, 0x18, adapter)
    assert stop(DmaMachine(), "GetDmaAlignment", 0)[:2] == (0xE6, 0x19)
    assert stop(DmaMachine(), "GetDmaAlignment", 0x1234)[:2] == (0xE6, 0x18)


def test_many_adapters_one_after_the_other() -> None:
    """The memory of adapters that were put is used again, the latest ones last."""
    machine = DmaMachine()
    seen = []
    for _ in range(100):
        adapter = machine.adapter()
        seen.append(adapter)
        machine.op("PutDmaAdapter", adapter)
        machine._scratch -= 64 + 16
    assert 32 <= len(set(seen)) < 40


def test_put_with_something_left() -> None:
    """A common buffer, a channel, map registers and a list each have a code of their own."""
    machine = DmaMachine()
    adapter = machine.adapter()
    machine.op("AllocateCommonBuffer", adapter, 100, machine.room(8), 1)
    assert stop(machine, "PutDmaAdapter", adapter) == (0xE6, 0x7, adapter, 1, 0)
    for action, code, count in ((1, 0x8, 1), (3, 0x9, 2)):
        machine = DmaMachine()
        adapter = machine.adapter()
        control = machine.native(lambda *arguments, action=action: action)
        assert machine.op("AllocateAdapterChannel", adapter, 0, 2, control, 0) == 0
        assert stop(machine, "PutDmaAdapter", adapter) == (0xE6, code, adapter, count, 0)
    machine = DmaMachine()
    adapter = machine.adapter()
    va, mdl = machine.buffer(100)
    machine.op("GetScatterGatherList", adapter, 0, mdl, va, 100, machine.native(lambda *arguments: 0), 0, 0)
    assert stop(machine, "PutDmaAdapter", adapter) == (0xE6, 0xA, adapter, 1, 0)


@pytest.mark.parametrize("profile", PROFILES)
def test_alignment(profile: str) -> None:
    """A line of the cache where devices do not see it, else a byte."""
    machine = DmaMachine(profile)
    expected = 64 if profile == "noncoherent" else 1
    assert machine.op("GetDmaAlignment", machine.adapter()) == expected
    assert machine.call("HalGetDmaAlignmentRequirement") == expected


def test_obsolete_way() -> None:
    """HalGetAdapter works, and says that it should not be used."""
    machine = DmaMachine()
    where = machine.room(64)
    machine.nt.memory.write(where, bytes((0, 0, 0, 0, 1)))
    adapter = machine.call("HalGetAdapter", where, machine.room(4))
    assert adapter in machine.nt.dma.adapters
    assert [(finding.rule.id, finding.severity) for finding in machine.nt.findings] == [
        ("dma-obsolete-routine", "note")
    ]
