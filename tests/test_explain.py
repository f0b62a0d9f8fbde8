"""`dmascript explain` on bug checks: as Windows, a debugger or a person writes them."""

from __future__ import annotations

import pytest

from dmascript.explain import explain, misunderstood
from dmascript.explain_bugcheck import question, reading, rules_behind
from dmascript.runtime.rules import RULES
from dmascript.runtime.rules.table import Rule
from dmascript.runtime.wdk import bugchecks


@pytest.mark.parametrize(
    "words",
    [
        ["0xC4", "0x7C", "0xffffa10000000010", "0x8", "0x0"],
        ["0x000000C4", "(0x000000000000007C,", "0xFFFFA10000000010,", "0x0000000000000008,", "0x0000000000000000)"],
        ["0xc4/0x7c", "ffffa100`00000010", "8"],
        ["DRIVER_VERIFIER_DETECTED_VIOLATION", "7c", "ffffa10000000010", "8", "0"],
        ["driver_verifier_detected_violation/7c", "ffffa100`00000010", "0000000000000008", "0"],
    ],
)
def test_forms(words: list[str]) -> None:
    """The stop line, a debugger's listing and the short form are the same question."""
    asked = question(words)
    assert asked is not None
    assert (asked.row.code, asked.sub) == (0xC4, 0x7C)
    assert [asked.values[number] for number in (1, 2, 3)] == [0x7C, 0xFFFF_A100_0000_0010, 8]
    text = explain(words[0], words[1:])
    assert "MmUnlockPages on an MDL whose pages were never locked." in text
    assert "2  0xFFFFA10000000010  MDL\n" in text
    assert "MDL flags: MDL_ALLOCATED_FIXED_SIZE\n" in text
    assert "mdl-not-locked" in text
    assert "tests/zoo/mdl-not-locked.dma in the source" in text
    assert "unlock an MDL once" in text


def test_a_name_alone_lists_its_cases() -> None:
    """Each case with its rules, and how many there are without."""
    text = explain("PFN_LIST_CORRUPT")
    assert text.startswith("0x4E: PFN_LIST_CORRUPT\n")
    assert "[page-unlocked-too-often]" in text
    assert "and 5 in which no rule ends" in text


def test_the_sub_code_may_stand_in_another_parameter() -> None:
    """0xC1 has its sub-code in parameter 4."""
    text = explain("0xC1", ["ffffcf8000000f90", "ffffcf8000000ff4", "0", "24"])
    assert text.startswith("0xC1/0x24: ")
    assert "special-pool-overrun" in text
    assert explain("0xC1/0x24").startswith("0xC1/0x24: ")


def test_a_violation_tells_rules_apart() -> None:
    """0xE6/0xF has five kinds of bytes that were overwritten; the second parameter says which."""
    text = explain("0xE6", ["0xF", "0x5", "0xBFFFF000", "0xBFFFF200"])
    assert "Padding behind the buffer was changed" in text
    assert "dma-written-beside-buffer" in text
    assert "common-buffer-overrun" not in text
    assert "common-buffer-overrun" in explain("0xE6", ["0xF"])


def test_a_fault_of_the_iommu_is_explained() -> None:
    """What happened, which rule, which script, what to do."""
    text = explain("0xE6", ["0x26", "0x0", "0x12345000", "0x0"])
    assert "IOMMU reported an illegal device access." in text
    assert "tests/zoo/dma-iommu-fault.dma in the source" in text
    assert "give the device the logical addresses" in text


def test_the_likeliest_rule_comes_first() -> None:
    """The rule whose own bug check it is stands before those that end there in passing."""
    assert named(explain("0xC2", ["7"]))[0] == "pool-freed-twice"
    assert named(explain("0x4E", ["99"]))[-1] == "mdl-used-after-free"
    at_dispatch = named(explain("0xD1", ["10000", "2", "0", "0"]))
    assert at_dispatch[:2] == ["pageable-memory-at-dispatch", "invalid-address-at-dispatch"]
    assert "start-io-missing" in at_dispatch


def named(text: str) -> list[str]:
    """The rules that an answer tells about, in its order."""
    return [line.split()[1].rstrip(":") for line in text.splitlines() if line.startswith("rule:")]


def test_a_rule_of_the_whole_bug_check_is_told_with_every_case() -> None:
    """The stop line of a bad kernel address has a 0 in the parameter that tells the cases of 0x50 apart."""
    rules = named(explain("0x50", ["ffffa80012345678", "0", "fffff80000001000", "0"]))
    assert rules == ["bad-kernel-address", "mapping-used-after-unmap"]
    assert "in any case [bad-kernel-address" in explain("0x50")


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.stop], ids=lambda rule: rule.id)
def test_every_rule_is_told_with_its_stop(rule: Rule) -> None:
    """Whatever bug check the simulator shows for a rule, its explanation names the rule."""
    code, sub = rule.stop or (0, None)
    row = bugchecks.describe(code)
    assert row is not None
    selected = sub if sub is not None else bugchecks.cases(code)[0].code if row.selector and code == 0x50 else None
    asked = f"0x{code:X}" if selected is None else f"0x{code:X}/0x{selected:X}"
    assert rule.id in explain(asked)


def test_a_bug_check_without_cases() -> None:
    """Its parameters are told by the table, with the values that are given."""
    text = explain("0x12E", ["1000", "2000", "3000", "40"])
    assert "source MDL" in text
    assert "0x40" in text
    assert "partial-mdl-outside-source" in text


@pytest.mark.parametrize("words", [["0xDEAD"], ["C4"], ["no-such-rule", "0x1"], ["0xC4/x"]])
def test_what_is_no_bug_check(words: list[str]) -> None:
    """There is no answer: the command line says so."""
    assert explain(words[0], words[1:]) == ""


def test_an_unknown_case_says_so() -> None:
    """A sub-code that is not in the table is not passed over."""
    assert "No case of it with sub-code 0x7777 is known" in " ".join(explain("0xC4/0x7777").split())


def test_values_are_read_by_their_meaning() -> None:
    """Levels, flags, tags, modes, statuses and page numbers have words; other numbers have none."""
    assert reading("IRQL", 2) == "DISPATCH_LEVEL"
    assert reading("MDL flags", 0x102) == "MDL_PAGES_LOCKED | MDL_PARENT_MAPPED_SYSTEM_VA"
    assert reading("allocation tag", int.from_bytes(b"Test", "little")) == "'Test'"
    assert reading("access mode", 1) == "UserMode"
    assert reading("exception code", 0xFFFF_FFFF_C000_0005) == "STATUS_ACCESS_VIOLATION"
    assert reading("PFN", 0x12345) == "the page at physical address 0x12345000"
    assert reading("bytes", 4096) == ""


def test_every_bug_check_of_a_rule_is_known() -> None:
    """The codes and sub-codes of the rules stand in the table of bug checks, and lead back to the rule."""
    for rule in RULES.values():
        for stop in (rule.stop, *rule.also):
            if stop is None:
                continue
            code, sub = stop
            row = bugchecks.describe(code)
            assert row is not None, (rule.id, hex(code))
            assert sub is None or not row.selector or bugchecks.sub(code, sub), (rule.id, hex(code), hex(sub))
            assert rule in rules_behind(code, sub)


def test_every_bug_check_can_be_explained() -> None:
    """None is without its meaning or its page."""
    for row in bugchecks.all_checks():
        text = explain(row.name)
        assert row.meaning.split()[0] in text
        assert "https://learn.microsoft.com/" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["0xC4", "zz"], "'zz' is no parameter of a bug check"),
        (["0xC4", "0x7C,", "MDL"], "'MDL' is no parameter of a bug check"),
        (["0x4E", "1", "2", "3", "4", "5"], "4 parameters at most"),
        (["mdl-leaked", "1"], "mdl-leaked is a rule"),
        (["MmUnlockPages", "1"], "MmUnlockPages is a routine"),
    ],
)
def test_what_is_no_parameter_is_refused(words: list[str], said: str) -> None:
    """A word that is left out silently would let the answer be about another case."""
    assert said in misunderstood(words[0], words[1:])


def test_labels_are_no_mistake() -> None:
    """A debugger writes them before each parameter."""
    assert misunderstood("0xC4", ["Arg1:", "7c", "Arg2:", "(ffffa100`00000010)"]) == ""
