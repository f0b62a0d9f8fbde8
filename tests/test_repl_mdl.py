"""What a session shows of MDLs: !mdl and !lockedpages."""

from __future__ import annotations

import pytest

from prompt import Prompt


@pytest.fixture
def prompt() -> Prompt:
    made = Prompt(80)
    made("PUCHAR p = ExAllocatePoolWithTag(PagedPool, 20000, 'Test');")
    made("PMDL mdl = IoAllocateMdl(p + 100, 10000, FALSE, FALSE, NULL);")
    return made


LOCK = "MmProbeAndLockPages(mdl, KernelMode, IoWriteAccess);"
MAP = "PUCHAR s = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute);"


def test_an_mdl_that_is_not_locked_has_no_frames(prompt: Prompt) -> None:
    shown = prompt("!mdl mdl")
    assert ": 10000 bytes in 3 pages\n" in shown
    assert "  Buffer     0xffff" in shown and "paged pool 'tseT' +0x64, 20000 bytes" in shown
    assert "  Allocated  at entry 2:1 (" in shown and "  Locked     no\n" in shown
    assert "mean nothing yet: its pages are not locked" in shown


def test_a_locked_mdl_shows_its_frames(prompt: Prompt) -> None:
    prompt(LOCK)
    shown = prompt("!mdl mdl").splitlines()
    assert any(line.startswith("  Locked     at entry 3:1 (") and line.endswith(", for writing") for line in shown)
    pages = [line.split() for line in shown if "->" in line]
    assert [page[1] for page in pages] == ["3996", "4096", "1908"] and [page[5] for page in pages] == ["1", "1", "1"]
    frames = [int(prompt(f"((PPFN_NUMBER)(mdl + 1))[{index}]").split()[0]) for index in range(3)]
    assert [int(page[3], 16) for page in pages] == frames


def test_a_mapping_stands_beside_the_frames(prompt: Prompt) -> None:
    prompt(LOCK)
    prompt(MAP)
    shown = prompt("!mdl mdl").splitlines()
    assert any(line.startswith("  Mapped at  0xffffc2") and "in system space, at entry 4:1" in line for line in shown)
    assert sum("<- ffffc2" in line for line in shown) == 3
    assert max(map(len, shown)) <= 80


def test_the_reason_of_a_stale_mapping_is_told(prompt: Prompt) -> None:
    prompt(LOCK)
    prompt(MAP)
    prompt("PMDL part = IoAllocateMdl(p + 100, 5000, FALSE, FALSE, NULL);")
    prompt("IoBuildPartialMdl(mdl, part, p + 4096, 5000);")
    assert "borrows from this one" in prompt("!mdl mdl")
    assert "Partial    of MDL 0x" in prompt("!mdl part")
    prompt("MmUnlockPages(mdl);")
    shown = prompt("!mdl part")
    assert "which is gone" in shown and "x: the system address shows these frames no longer" in shown
    assert "  Locked     no, unlocked at entry 7:1" in prompt("!mdl mdl")


def test_nonpaged_pool_has_an_address_of_its_own(prompt: Prompt) -> None:
    prompt("PUCHAR n = ExAllocatePoolWithTag(NonPagedPool, 8192, 'Test');")
    prompt("PMDL nonpaged = IoAllocateMdl(n, 8192, FALSE, FALSE, NULL); MmBuildMdlForNonPagedPool(nonpaged);")
    shown = prompt("!mdl nonpaged")
    assert "the buffer's own address" in shown and shown.count(" <- ") == 2


def test_pages_that_belong_to_an_mdl_have_no_buffer(prompt: Prompt) -> None:
    prompt("PHYSICAL_ADDRESS low = { 0 }, high, skip = { 0 }; high.QuadPart = -1;")
    prompt("PMDL own = MmAllocatePagesForMdlEx(low, high, skip, 12288, MmCached, 0);")
    shown = prompt("!mdl own")
    assert "none: the pages are the MDL's own" in shown and "Locked     from the start" in shown
    assert "its own" in prompt("!lockedpages")


def test_a_chain_is_followed(prompt: Prompt) -> None:
    prompt("PMDL second = IoAllocateMdl(p, 10, FALSE, FALSE, NULL); mdl->Next = second;")
    assert "  Next       0xffff" in prompt("!mdl mdl")
    prompt("second->Next = mdl;")
    assert "-> round again" in prompt("!mdl mdl")


def test_all_mdls_are_listed(prompt: Prompt) -> None:
    assert prompt("!mdl").splitlines()[0].split() == ["MDL", "Buffer", "Bytes", "State"]
    assert "10000  not locked" in prompt("!mdl")
    assert Prompt()("!mdl") == "There is no MDL now.\n"


def test_an_address_within_an_mdl_will_do(prompt: Prompt) -> None:
    assert prompt("!mdl mdl+10").splitlines()[0] == prompt("!mdl mdl").splitlines()[0]


def test_what_is_no_mdl_is_named(prompt: Prompt) -> None:
    assert "is no MDL: nothing" in prompt("!mdl 5")
    assert "is no MDL: nonpaged pool 'tseT'" in prompt("!mdl ExAllocatePoolWithTag(NonPagedPool, 8192, 'Test')")
    prompt("IoFreeMdl(mdl);")
    assert "was an MDL, until it was freed at entry" in prompt("!mdl mdl")


def test_locked_pages_name_who_locked_them(prompt: Prompt) -> None:
    assert "No pages are locked" in prompt("!lockedpages")
    prompt(LOCK)
    shown = prompt("!lockedpages")
    assert "  3 pages  kernel  0xffff" in shown and "entry 3:1 (" in shown and "3 frames locked in all" in shown


def test_pages_whose_mdl_was_filled_anew_are_not_forgotten() -> None:
    prompt = Prompt(80, allow=("mdl-already-locked",))
    prompt("PUCHAR p = ExAllocatePoolWithTag(PagedPool, 20000, 'Test');")
    prompt("PMDL mdl = IoAllocateMdl(p, 10000, FALSE, FALSE, NULL);")
    prompt(LOCK)
    prompt(LOCK)
    assert "beyond reach: locked at entry 3:1" in prompt("!lockedpages")


def test_a_machine_that_has_stopped_is_shown_as_it_was(prompt: Prompt) -> None:
    prompt(LOCK)
    assert "mdl-already-locked" in prompt(LOCK)
    shown = prompt("!mdl mdl")
    assert "Locked     at entry 3:1" in shown and shown.count("->") == 3
