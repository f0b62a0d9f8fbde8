"""The commands of a session that show and change memory."""

from __future__ import annotations

import pytest

from prompt import Prompt


@pytest.fixture
def prompt() -> Prompt:
    made = Prompt(100)
    made("PUCHAR p = ExAllocatePoolWithTag(NonPagedPool, 8192, 'Test');")
    made("for (int i = 0; i < 64; i++) p[i] = (UCHAR)(i + 0x30);")
    return made


def start(prompt: Prompt) -> int:
    return int(prompt("p").split()[0], 16)


def test_db_shows_bytes_and_characters(prompt: Prompt) -> None:
    where = f"{start(prompt):016x}"
    head = f"{where[:8]}`{where[8:]}"
    assert prompt("db p L20") == (
        f"{head}  30 31 32 33 34 35 36 37-38 39 3a 3b 3c 3d 3e 3f  0123456789:;<=>?\n"
        f"{head[:-2]}10  40 41 42 43 44 45 46 47-48 49 4a 4b 4c 4d 4e 4f  @ABCDEFGHIJKLMNO\n"
    )


def test_lines_fit_a_narrow_terminal() -> None:
    narrow = Prompt(80)
    narrow("UCHAR data[64] = \"text\";")
    assert max(map(len, narrow("db data").splitlines())) <= 80


@pytest.mark.parametrize(
    ("line", "units"),
    [
        ("dw p L2", "3130 3332"), ("dd p L2", "33323130 37363534"), ("dq p L1", "37363534`33323130"),
        ("dp p L1", "37363534`33323130"), ("dc p L2", "33323130 37363534"),
    ],
)  # fmt: skip
def test_words_are_shown_in_their_size(prompt: Prompt, line: str, units: str) -> None:
    assert f"  {units}" in prompt(line)


def test_a_range_may_end_at_an_address(prompt: Prompt) -> None:
    assert prompt("db p p+f").count("\n") == 1
    assert prompt("db p (p+1f)").count("\n") == 2
    assert "before the start" in prompt("db p+10 p")


def test_a_dump_without_an_address_goes_on(prompt: Prompt) -> None:
    first, second = prompt("dd p L4"), prompt("dd")
    assert int(second.split()[0].replace("`", ""), 16) == int(first.split()[0].replace("`", ""), 16) + 16
    prompt("db p L8")
    assert prompt("") == prompt("db p+8 L80")


def test_nothing_to_go_on_from_is_said() -> None:
    assert "give an address" in Prompt()("db")


def test_what_is_not_there_is_told_once(prompt: Prompt) -> None:
    shown = prompt("db 10 L40").splitlines()
    assert len(shown) == 2 and "??" in shown[0] and shown[1].strip() == "to 00000000`0000004f: nothing is mapped here"
    prompt("ExFreePool(p);")
    assert "freed" in prompt("dd p L1")


def test_a_page_that_is_paged_out_says_so(prompt: Prompt) -> None:
    prompt("PUCHAR paged = ExAllocatePoolWithTag(PagedPool, 8192, 'Test'); paged[0] = 1;")
    assert "01 " in prompt("db paged L1")
    prompt("SimPageOut(paged, 8192);")
    assert "paged out" in prompt("db paged L1")
    assert "??" in prompt("db paged L1"), "looking brings nothing in"


def test_code_has_no_bytes(prompt: Prompt) -> None:
    assert "the code of nt!MmUnlockPages" in prompt("db MmUnlockPages L8")


def test_dps_tells_what_words_point_to(prompt: Prompt) -> None:
    prompt("PVOID words[3] = { p, MmUnlockPages, (PVOID)7 };")
    shown = prompt("dps words L3").splitlines()
    assert shown[0].endswith("nonpaged pool 'tseT', 2 pages")
    assert shown[1].endswith("nt!MmUnlockPages") and shown[2].endswith("00000000`00000007")


def test_text_is_shown_up_to_its_end(prompt: Prompt) -> None:
    prompt('CHAR narrow[] = "one\\ttwo"; WCHAR wide[] = L"three";')
    assert prompt("da narrow").endswith('"one\\ttwo"\n')
    assert prompt("du wide").endswith('"three"\n')
    assert "nothing is mapped" in prompt("da 10")


def test_memory_is_changed(prompt: Prompt) -> None:
    assert prompt("eb p 1 2 ff") == ""
    assert prompt("p[2]").startswith("255")
    prompt("ed p 12345678")
    assert prompt("*(PULONG)p").endswith("(0x12345678)\n")
    prompt("eq p ffff8000`00001000 1")
    assert "ffff8000`00001000 00000000`00000001" in prompt("dq p L2")
    prompt('ea p "text"')
    assert prompt("da p L4").endswith('"text"\n')
    prompt('eu p "wide"')
    assert prompt("du p L4").endswith('"wide"\n')


def test_a_value_that_does_not_fit_is_refused(prompt: Prompt) -> None:
    assert "does not fit" in prompt("eb p 100")
    assert prompt("eb p -1") == "" and prompt("p[0]").startswith("255")
    assert "at least one value" in prompt("ed p")


def test_read_only_memory_is_changed_too_but_not_what_is_missing(prompt: Prompt) -> None:
    prompt("const ULONG fixed = 5;")
    assert prompt("ed &fixed 7") == ""
    assert prompt("fixed") == "7\n"
    assert "cannot be written" in prompt("eb 10 1")


def test_changes_are_made_again_when_the_run_is(prompt: Prompt) -> None:
    prompt("eb p 77")
    prompt(".restart")
    assert prompt("p[0]").startswith("119")


def test_physical_memory_is_shown(prompt: Prompt) -> None:
    physical = prompt("!vtop p").split()[-1].rstrip(".")
    assert f"{physical[2:]}  30 31 32" in prompt(f"!db {physical} L4")
    assert "  33323130\n" in prompt(f"!dd {physical} L1")
    assert "no RAM" in prompt("!dd fee00000 L1") and "is missing" in prompt("!db")


def test_too_much_is_refused(prompt: Prompt) -> None:
    assert "more than one dump shows" in prompt("db p L100000000")
    assert "a count follows L" in prompt("db p L")
