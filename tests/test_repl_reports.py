"""What a session says of what went wrong: !analyze !verifier !error."""

from __future__ import annotations

import pytest

from prompt import Prompt

CRASH = (
    "PVOID p = ExAllocatePoolWithTag(NonPagedPool, 8192, 'Test');",
    "PMDL mdl = IoAllocateMdl(p, 5000, FALSE, FALSE, NULL); MmProbeAndLockPages(mdl, KernelMode, IoWriteAccess);",
    "MmProbeAndLockPages(mdl, KernelMode, IoWriteAccess);",
)


def crashed() -> Prompt:
    prompt = Prompt(80)
    for line in CRASH:
        prompt(line)
    return prompt


def test_analyze_tells_of_the_bug_check() -> None:
    shown = crashed()("!analyze")
    assert shown.startswith("*** STOP: 0x000000C4 (0x00000000000000B0, ")
    assert "DRIVER_VERIFIER_DETECTED_VIOLATION\n" in shown
    assert "error[mdl-already-locked]" in shown and "--> entry 3:1:21" in shown and "PARAMETERS" not in shown


def test_analyze_v_explains_it() -> None:
    shown = crashed()("!analyze -v")
    assert "PARAMETERS\n  1  0xB0                sub-code\n" in shown
    assert "3  0x8A                MDL flags: MDL_PAGES_LOCKED" in shown
    assert "WHY\n  One MDL describes one lock." in shown and "STACK\n  00  script  entry 3:1\n" in shown


def test_a_recursion_is_told_once() -> None:
    prompt = Prompt(80)
    prompt("int deep(int n) { return deep(n + 1) + 1; }")
    prompt("deep(0);")
    shown = prompt("!analyze -v")
    assert "UNEXPECTED_KERNEL_MODE_TRAP" in shown and shown.count("  deep  entry 1:1") == 1 and " times\n" in shown


def test_analyze_of_a_machine_that_runs() -> None:
    prompt = Prompt(80)
    assert prompt("!analyze -v") == "The machine runs: no bug check has occurred.\n"
    assert "is no option of !analyze" in prompt("!analyze -x")


def test_verifier_lists_what_is_held_and_found() -> None:
    shown = crashed()("!verifier")
    assert "Verifier level: standard\n" in shown
    assert "  pages-left-locked\n    0xffff" in shown and "taken at entry 2:1" in shown
    assert "  error[mdl-already-locked] the pages of this MDL are already locked" in shown
    quiet = Prompt(80, verifier="off")("!verifier")
    assert "level: off" in quiet and "Nothing is held" in quiet and "Nothing was found" in quiet


def test_a_failure_that_was_asked_for_is_told() -> None:
    prompt = Prompt(80, failures=(("IoAllocateMdl", 1),))
    prompt("PMDL mdl = IoAllocateMdl(NULL, 5000, FALSE, FALSE, NULL);")
    assert "the last was IoAllocateMdl at entry 1:1" in prompt("!verifier")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("c0000005", "(NTSTATUS) 0xc0000005 (3221225477) - STATUS_ACCESS_VIOLATION"),
        ("c0000005", "a program sees error 998 ERROR_NOACCESS"), ("2", "(Win32) 0x2 (2) - ERROR_FILE_NOT_FOUND"),
        ("0n1450", "ERROR_NO_SYSTEM_RESOURCES"), ("STATUS_PENDING", "(NTSTATUS) 0x00000103 (259) - STATUS_PENDING"),
        ("error_access_denied", "(Win32) 0x5 (5) - ERROR_ACCESS_DENIED"), ("103 1", "STATUS_PENDING"),
        ("e1234567", "no name that the simulator knows"), ("STATUS_PENDNG", "did you mean STATUS_PENDING?"),
        ("1`00000000", "more than 32 bits"), ("", "a code or a name is missing"),
    ],
)  # fmt: skip
def test_errors_have_names(code: str, said: str) -> None:
    assert said in Prompt(80)(f"!error {code}")
