"""What a session shows of addresses and pages: !map !vtop !pte !pfn !pool."""

from __future__ import annotations

from pathlib import Path

import pytest

from prompt import Prompt

EXAMPLES = Path(__file__).parent.parent / "examples"
WAIT = "LARGE_INTEGER t; t.QuadPart = -30; KeDelayExecutionThread(KernelMode, FALSE, &t);"


@pytest.fixture
def prompt() -> Prompt:
    made = Prompt(80)
    made("PUCHAR p = ExAllocatePoolWithTag(PagedPool, 20000, 'Test');")
    made("PMDL mdl = IoAllocateMdl(p, 10000, FALSE, FALSE, NULL); MmProbeAndLockPages(mdl, KernelMode, IoWriteAccess);")
    made("PUCHAR s = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute);")
    return made


def physical(prompt: Prompt, what: str = "p") -> str:
    return prompt(f"!vtop {what}").split()[-1].rstrip(".")


def test_map_follows_an_address(prompt: Prompt) -> None:
    shown = prompt("!map p")
    assert shown.splitlines()[0].startswith("virtual   0xffff") and "paged pool 'tseT', 20000 bytes" in shown
    assert f"physical  {physical(prompt)}  frame 0x" in shown
    assert "locked by MDL 0xffff" in shown and "at entry 2:1" in shown
    assert "also at   0xffffc2" in shown
    assert "logical   none: no device has it mapped" in shown


def test_the_other_address_leads_to_the_same_bytes(prompt: Prompt) -> None:
    assert physical(prompt, "s+5") == physical(prompt, "p+5")
    assert "also at   0xffffb3" in prompt("!map s")


def test_map_begins_at_a_physical_address_too(prompt: Prompt) -> None:
    shown = prompt(f"!map -p {physical(prompt)}")
    assert shown.count("virtual   ") == 2 and "paged pool 'tseT'" in shown


def test_a_page_that_is_out_has_no_physical_address(prompt: Prompt) -> None:
    prompt("p[16384] = 1; SimPageOut(p, 20000);")
    assert "in the page file" in prompt("!map p+4000") and "physical  none now" in prompt("!map p+4000")
    assert "has no physical address: in the page file." in prompt("!vtop p+4000")
    assert "PTE  not valid" in prompt("!pte p+4000")
    assert "PTE  pfn " in prompt("!pte p"), "a locked page stays"


def test_pte_shows_the_rights(prompt: Prompt) -> None:
    assert "KWV  kernel, read and write, pageable" in prompt("!pte p")
    prompt("const ULONG fixed = 5;")
    prompt("fixed")
    assert "KRV  kernel, read only" in prompt("!pte &fixed")
    assert "not valid: nothing is mapped there" in prompt("!pte 5")


def test_pfn_names_owner_and_locks(prompt: Prompt) -> None:
    frame = int(physical(prompt).replace("`", ""), 16) >> 12
    shown = prompt(f"!pfn {frame:x}")
    assert shown.startswith(f"PFN 0x{frame:x}, physical {physical(prompt)}\n")
    assert "state      active" in shown and "owner      paged pool" in shown and "shared by  2 pages" in shown
    assert "locked     1 time\n" in shown and "by MDL 0xffff" in shown
    assert "  state   free\n" in prompt("!pfn 12345")
    assert "no RAM" in prompt("!pfn fee00")
    assert "is no frame number" in prompt("!pfn ffff800000001000")


def test_pool_shows_the_block_and_who_allocated_it(prompt: Prompt) -> None:
    shown = prompt("!pool p+10")
    assert "region is Paged pool" in shown and "(Allocated)  'tseT'" in shown
    assert "20000 bytes; the address is +0x10" in shown and "allocated  at entry 1:1" in shown
    assert "holds      MDL of 3 pages, locked, mapped" in prompt("!pool mdl")


def test_pool_remembers_what_was_freed(prompt: Prompt) -> None:
    prompt("PVOID small = ExAllocatePoolWithTag(NonPagedPool, 40, 'Smal');")
    prompt("ExFreePool(small);")
    shown = prompt("!pool small")
    assert "special pool, and is gone" in shown and "(Free)" in shown and "freed      at entry 5:1" in shown
    assert "is not in a pool: NULL" in prompt("!pool 0")


def test_pool_is_counted_by_tag(prompt: Prompt) -> None:
    assert "'tseT'  paged     1       20000\n" in prompt("!poolused")
    assert prompt("!poolused Test") == prompt("!poolused tseT") and "  20000  entry 1:1 (" in prompt("!poolused Test")
    assert "has the tag 'None'" in prompt("!poolused None")


def test_neighbours_on_a_page_are_shown() -> None:
    prompt = Prompt(80, verifier="off")
    prompt("PVOID a = ExAllocatePoolWithTag(NonPagedPool, 40, 'OneX');")
    prompt("PVOID b = ExAllocatePoolWithTag(NonPagedPool, 60, 'TwoX');")
    shown = prompt("!pool b")
    assert "'XenO'" in shown and [line for line in shown.splitlines() if line.startswith("*")][0].endswith("'XowT'")


@pytest.mark.parametrize("profile", ["direct", "bounce", "iommu"])
def test_a_device_sees_the_bytes_at_an_address_of_its_own(profile: str) -> None:
    prompt = Prompt(80, profile=profile)
    prompt(f".load {EXAMPLES / 'sg_read.dma'}")
    prompt(WAIT)
    mapping = next(one for adapter in prompt.shell.live.nt.dma.adapters.values() for one in adapter.mappings)
    shown = prompt(f"!map -p {mapping.pieces[0][0]:x}")
    logical = f"{mapping.elements[0][0]:016x}"
    assert f"logical   0x{logical[:8]}`{logical[8:]}  of Card: mapped for a transfer" in shown
    assert ("reaches a copy" in shown) == (profile == "bounce")
    back = prompt(f"!map -l {mapping.elements[0][0]:x}")
    assert "as Card sees it" in back and ("copy of" in back) == (profile == "bounce")


def test_an_iommu_leads_nowhere_without_a_mapping() -> None:
    prompt = Prompt(80, profile="iommu")
    prompt(f".load {EXAMPLES / 'sg_read.dma'}")
    assert "Card: not mapped in its domain" in prompt("!map -l 12345000")


def test_registers_are_named_and_left_alone() -> None:
    prompt = Prompt(80)
    prompt(f".load {EXAMPLES / 'sg_read.dma'}")
    base = next(iter(prompt.shell.live.nt.io_space))
    touched = prompt.shell.live.nt.hardware.devices[0].touched
    shown = prompt(f"!map {base + 8:x}")
    assert "register Address of Card, 8 bytes at offset 0x8" in shown
    assert "device registers" in prompt(f"dd {base:x} L1")
    assert "let the driver write it" in prompt(f"ed {base:x} 1")
    assert "uncached: device registers" in prompt(f"!pte {base:x}")
    assert prompt.shell.live.nt.hardware.devices[0].touched == touched
