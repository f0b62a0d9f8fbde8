"""What lies at an address: the words that every value, dump and command of a session uses."""

from __future__ import annotations

from pathlib import Path

import pytest

from dmascript.interp.debugger import looking
from dmascript.interp.debugger.places import lies_at
from dmascript.runtime.system import Settings, System
from prompt import Prompt

EXAMPLES = Path(__file__).parent.parent / "examples"
POOL = "PUCHAR p = ExAllocatePoolWithTag(NonPagedPool, 12288, 'Test');"
SMALL = "PUCHAR s = ExAllocatePoolWithTag(NonPagedPool, 40, 'Smal');"
MDL = "PMDL m = IoAllocateMdl(p, 5000, FALSE, FALSE, NULL); MmBuildMdlForNonPagedPool(m);"
CONTIGUOUS = "PHYSICAL_ADDRESS high; high.QuadPart = -1; PUCHAR c = MmAllocateContiguousMemory(8192, high);"
LOCKED = (
    "PUCHAR q = ExAllocatePoolWithTag(PagedPool, 8192, 'Test'); PMDL l = IoAllocateMdl(q, 8192, FALSE, FALSE, NULL);"
    "MmProbeAndLockPages(l, KernelMode, IoReadAccess);"
    "PUCHAR v = MmGetSystemAddressForMdlSafe(l, NormalPagePriority | MdlMappingNoExecute);"
)
THREAD = "PKTHREAD t = KeGetCurrentThread(); PEPROCESS e = PsGetCurrentProcess();"
FUNCTION = "int f(int a) { return a; } PVOID w = f; ULONG table[8];"


@pytest.mark.parametrize(
    ("lines", "address", "said"),
    [
        ((POOL,), "p+40", "nonpaged pool 'tseT' +0x40, 3 pages"),
        ((POOL, "ExFreePool(p);"), "p", "nonpaged pool 'tseT', 12288 bytes, freed: its pages are gone"),
        ((SMALL,), "s+4", "nonpaged pool 'lamS' +0x4, 40 bytes"),
        ((SMALL,), "s-1", "the pattern in front of special pool 'lamS'"),
        ((SMALL,), "s+30", "special pool 'lamS' +0x30, beyond its 40 bytes"),
        ((SMALL, "ExFreePool(s);"), "s", "special pool 'lamS', 40 bytes, freed: its page is gone"),
        ((POOL, MDL), "m", "MDL of 2 pages, nonpaged pool"),
        ((POOL, MDL), "m+10", "MDL of 2 pages, nonpaged pool +0x10"),
        ((LOCKED,), "v+1000", "mapping of MDL 0x"),
        (("PIRP i = IoAllocateIrp(2, FALSE);",), "i", "IRP"),
        (("PIRP i = IoAllocateIrp(2, FALSE);",), "i+0n208+0n72+8", "stack location 2 of IRP 0x"),
        ((CONTIGUOUS,), "c+10", "contiguous memory +0x10, 8192 bytes"),
        ((THREAD,), "t", "thread System, which drivers cannot look into"),
        ((THREAD,), "e", "process script, which drivers cannot look into"),
        ((FUNCTION,), "w", "f"),
        ((FUNCTION,), "table+8", "table+0x8"),
        ((), "MmUnlockPages", "nt!MmUnlockPages"),
        ((), "0", "NULL"),
        ((), "fff", "nothing: the lowest 64 KiB are never mapped"),
        ((), "123456789", "nothing is mapped here"),
        ((), "7000`00000000", "nothing is mapped here"),
        ((), "0000ffff`00000000", "no address at all: bits 47 to 63 differ"),
    ],
)  # fmt: skip
def test_an_address_is_named(lines: tuple[str, ...], address: str, said: str) -> None:
    prompt = Prompt(100)
    for line in lines:
        prompt(line)
    shown = prompt(f"ln {address}").splitlines()[0].partition(")   ")[2]
    assert shown.startswith(said) if said.endswith("0x") else shown == said


def test_the_objects_of_a_transfer_are_named() -> None:
    prompt = Prompt(100)
    prompt(f".load {EXAMPLES / 'sg_read.dma'}")
    prompt("LARGE_INTEGER t; t.QuadPart = -30; KeDelayExecutionThread(KernelMode, FALSE, &t);")
    nt = prompt.shell.live.nt
    device = next(one for one in nt.io.devices.known.values() if one.name == "\\Device\\SgSample")
    adapter = next(iter(nt.dma.adapters.values()))

    def named(address: int) -> str:
        return lies_at(nt, address, prompt.shell.live.symbol)

    assert named(device.address + 4) == "device object \\Device\\SgSample of SgSample +0x4"
    assert named(device.address + 336 + 8) == "extension of \\Device\\SgSample of SgSample +0x8"
    assert named(device.driver.address) == "driver object \\Driver\\SgSample"
    assert named(next(iter(nt.io.files.known))) == "file object \\Device\\SgSample"
    assert named(next(iter(nt.interrupts.objects))) == "interrupt object of vector 0xb0"
    assert named(adapter.address) == "DMA adapter of Card"
    assert named(next(iter(adapter.lists)) + 16) == "scatter/gather list of 3 elements of Card +0x10"
    assert named(next(iter(nt.irps.allocated))) == "IRP, IRP_MJ_READ"
    assert named(next(iter(nt.io_space)) + 0x14) == "register Command of Card, 4 bytes at offset 0x14"
    stack = nt.thread.stack_low + nt.thread.stack_bytes - 0x10
    assert named(stack) == "kernel stack of thread System, 0x10 below its top"
    assert named(nt.thread.stack_low - 8).startswith("the guard page below the kernel stack at 0x")


def test_user_memory_is_named_with_its_protection() -> None:
    prompt = Prompt(100)
    prompt("PVOID base = NULL; SIZE_T size = 12288;")
    prompt("ZwAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &size, MEM_COMMIT, PAGE_READONLY);")
    assert prompt("base").endswith("  user memory of script, 3 pages, PAGE_READONLY\n")


# ---- looking


def test_looking_brings_nothing_in() -> None:
    nt = System(Settings())
    where = nt.pool.allocate(8192, 0, paged=True)
    nt.memory.write(where, b"text")
    nt.memory.page_out(where, 8192)
    used, free = nt.store.used, nt.frames.free_count
    assert looking.look(nt, where).state == looking.PAGED_OUT and looking.read(nt, where, 4) is None
    assert (nt.store.used, nt.frames.free_count) == (used, free)
    assert nt.memory.read(where, 4) == b"text"
    assert looking.look(nt, where).state == looking.PRESENT and looking.read(nt, where, 4) == b"text"


def test_a_kernel_page_that_nobody_touched_is_zeros() -> None:
    nt = System(Settings())
    stack = nt.thread.stack_low
    assert looking.look(nt, stack).state == looking.FRESH and looking.read(nt, stack, 8) == bytes(8)
    assert looking.look(nt, stack - 1).state == looking.UNMAPPED and looking.number(nt, stack - 1, 2) is None


def test_structures_are_read_by_the_names_of_their_fields() -> None:
    nt = System(Settings())
    where = nt.pool.allocate(48, 0)
    mdl = nt.mdls.at(where)
    mdl.initialise(0x1234567, 5000)
    found = looking.struct(nt, "_MDL", where)
    assert found is not None and found["ByteCount"] == 5000 and found["ByteOffset"] == 0x567
    assert found.at("ByteCount") == where + 40
    assert looking.struct(nt, "_MDL", 5) is None
