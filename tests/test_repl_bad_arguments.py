"""Commands that show the machine: no argument ends in a traceback, and looking changes nothing."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from dmascript.repl.command import all_commands
from dmascript.runtime.system import System
from prompt import Prompt

EXAMPLES = Path(__file__).parent.parent / "examples"
WAIT = "LARGE_INTEGER t; t.QuadPart = -30; KeDelayExecutionThread(KernelMode, FALSE, &t);"
SHOWING = [
    *("db", "dw", "dd", "dq", "dc", "dp", "dps", "da", "du", "dt", "x", "ln", "?", "??", "!irp", "!devobj", "!drvobj"),
    *("!devstack", "!fileobj", "!mdl", "!lockedpages", "!map", "!vtop", "!pte", "!pfn", "!pool", "!process", "!thread"),
    *("!running", "!irql", "!locks", "!object", "!handle", "!timer", "!dpcs", "!idt", "!pci", "!dma", "!analyze"),
    *("!verifier", "!error", "!poolused", "!db", "!dq"),
]
CHANGING = ["eb", "ew", "ed", "eq", "ep", "ea", "eu"]
WORDS = [
    *("0", "1", "-1", "5", "p", "mdl", "irp", "s", "L", "L8", "L0", "-r", "-r9", "-p", "-l", "-v", "_MDL", "nt!_IRP"),
    *("_EPROCESS", "_KEVENT", "Card", "app", "System", "script", "*", "??", "(", ")", "[", '"', "'", "\\", "\\Device"),
    *("\\Device\\SgSample", "nt!", "nt!*", "!x", "Tail.Overlay.Thread", "MdlFlags", "Byte*", ".", "..", "@@"),
    *("@@(1/0)", "poi(p)", "poi(0)", "0n", "0nzz", "1/0", "p->x", "*p", "mdl->MdlFlags", "sizeof(int)", "`", "struct"),
    *("ffffffff`ffffffff", "7fffffff`ffffffff", "8000`00000000", "union", "enum", "int", '"text"', '"open', "'T'"),
    *('L"w"', "{}", ";", "STATUS_PENDING", "c0000005", "#define", "\u00e9\u4e2d", "\x00", "\t", "0x", "0xg", "1e400"),
    "",
]


def machine_with_everything(state: str) -> Prompt:
    """A machine in the midst of a transfer, or one that has stopped or leaves freed and paged-out objects about."""
    prompt = Prompt(80, profile="bounce" if state == "crashed" else "iommu" if state == "freed" else "direct")
    prompt(f".load {EXAMPLES / 'sg_read.dma'}")
    prompt(WAIT)
    prompt("PUCHAR p = ExAllocatePoolWithTag(PagedPool, 20000, 'Test'); PIRP irp = IoAllocateIrp(2, FALSE);")
    prompt("PMDL mdl = IoAllocateMdl(p, 10000, FALSE, FALSE, NULL);")
    prompt("MmProbeAndLockPages(mdl, KernelMode, IoWriteAccess);")
    prompt("PUCHAR s = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute);")
    if state == "freed":
        prompt("MmUnlockPages(mdl); IoFreeMdl(mdl); IoFreeIrp(irp); SimPageOut(p, 20000);")
    if state == "crashed":
        prompt("MmProbeAndLockPages(mdl, KernelMode, IoWriteAccess);")
    return prompt


def addresses(prompt: Prompt) -> list[str]:
    """An address of everything that the machine has."""
    nt = prompt.shell.live.nt
    found = [0, 1, 0xFFF, 0x10000, 0x7FFF_FFFF_0000, 1 << 47, (1 << 64) - 1, 0xFFFF_8000_0000_0000, nt.thread.address]
    found += [region.start + 5 for region in nt.memory.kernel.regions]
    found += [region.end - 1 for process in nt.processes for region in process.space.regions]
    found += [*nt.pool.blocks, *nt.irps.allocated, *nt.mdls.allocated, *nt.io.devices.known, *nt.io.drivers.known]
    found += [*nt.io.files.known, *nt.dma.adapters, *nt.interrupts.objects]
    found += [address + 8 for address in found[-12:]]
    return [f"{address:x}" for address in dict.fromkeys(found)]


def fingerprint(nt: System) -> tuple[object, ...]:
    """What looking may not change."""
    return (
        nt.clock.now_ns, nt.store.used, nt.frames.free_count, len(nt.pool.blocks), len(nt.findings), len(nt.held),
        len(nt.memory.slot_of), len(nt.memory.kernel.regions), nt.free_ptes, nt.hardware.devices[0].touched,
        sorted(nt.memory.paging.modified), [len(process.space.file) for process in nt.processes], nt.stopped,
        sorted(nt.memory.kernel.file),
    )  # fmt: skip


@pytest.mark.parametrize("state", ["running", "freed", "crashed"])
def test_every_command_takes_every_address(state: str) -> None:
    prompt = machine_with_everything(state)
    before = fingerprint(prompt.shell.live.nt)
    for name in SHOWING:
        for address in addresses(prompt):
            assert "Traceback" not in prompt(f"{name} {address}")
            prompt(f"{name} _IRP {address}") if name == "dt" else None
    assert fingerprint(prompt.shell.live.nt) == before


@pytest.mark.parametrize("seed", range(4))
def test_random_words_are_answered(seed: int) -> None:
    chance = random.Random(seed)
    prompt = machine_with_everything(("running", "freed", "crashed")[seed % 3])
    known = [*WORDS, *addresses(prompt)]
    for _ in range(600):
        name = chance.choice(SHOWING)
        line = " ".join([name, *chance.choices(known, k=chance.randrange(4))])
        prompt(line)


def test_random_writes_are_answered() -> None:
    chance = random.Random(5)
    prompt = machine_with_everything("running")
    known = [*WORDS, *addresses(prompt)[:20]]
    for _ in range(200):
        prompt(" ".join([chance.choice(CHANGING), *chance.choices(known, k=chance.randrange(4))]))
    for name in SHOWING:
        for address in addresses(prompt):
            prompt(f"{name} {address}")


def test_all_of_them_are_commands_with_a_usage_of_their_own() -> None:
    commands = all_commands()
    for name in (*SHOWING, *CHANGING):
        assert commands[name].usage and commands[name].help.endswith("."), name


def test_an_empty_machine_stays_empty() -> None:
    prompt = Prompt(80)
    nt = prompt.shell.live.nt
    blocks, address = len(nt.pool.blocks), nt.new_object(64)
    for name in SHOWING:
        for argument in ("", "5", "ffff8000`00000000", "Card", "\\"):
            prompt(f"{name} {argument}")
    assert not nt.has_io and nt.dma_in_use is None and len(nt.pool.blocks) == blocks
    assert nt.new_object(64) == address + 128, "no object was made meanwhile"
