"""Expressions in a live machine: what changes nothing is read without the machine noticing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dmascript.interp.debugger.control import Step
from dmascript.interp.debugger.live import Live
from dmascript.interp.debugger.reading import EvaluationError
from dmascript.interp.options import Options

SETUP = """
PMDL mdl = IoAllocateMdl(NULL, 4096, FALSE, FALSE, NULL);
int a = 5; int zero = 0; int arr[4] = {1, 2, 3, 4};
typedef struct _S { int x : 3; unsigned y : 5; char c; } S;
S s = {-1, 9, 'c'};
int f(int q) { int z[2] = {q, q + 1}; int w = q * 2; w++; return w + z[1]; }
"""


@pytest.fixture
def live() -> Iterator[Live]:
    live = Live(Options(), lambda text: None)
    assert live.enter(SETUP).kind == "done"
    yield live
    live.close()


@pytest.mark.parametrize(
    "text, value",
    [
        ("a + 1", 6), ("mdl->Size", 56), ("arr[2]", 3), ("&arr[1] - arr", 1), ("*(arr + 3)", 4), ("s.x", -1),
        ("s.y", 9), ("s.c", ord("c")), ("sizeof(S)", 8), ("a ? 7 : 8", 7), ("-a / 2", -2), ("-a % 3", -2),
        ("(char)300", 44), ("(unsigned char)-1", 255), ("PAGE_SIZE", 4096), ("KeNumberProcessors", 2),
            ("!a || zero", 0),
        ("a && s.x", 1), ("(UCHAR)a << 9", 2560), ("-8 >> 1", -4), ("~a", -6),
        ("(1, a)", 5), ("a > 4", 1), ("(short)0x18000 == -0x8000", 1),
    ],
)  # fmt: skip
def test_what_changes_nothing_is_read_as_the_machine_would_compute_it(live: Live, text: str, value: int) -> None:
    steps, items = live.nt.clock.steps, len(live.journal)
    found = live.read(text)
    assert found is not None and found.value == value
    assert (live.nt.clock.steps, len(live.journal), live.growing.unit.parts) == (steps, items, 1)
    assert live.enter(text).value == value


def test_a_struct_is_its_bytes(live: Live) -> None:
    found = live.evaluate("s")
    assert found.value == b"\x4f\0\0\0c\0\0\0" and str(found.type) == "S"


def test_what_calls_or_assigns_is_an_entry(live: Live) -> None:
    assert live.read("f(2)") is None and live.read("a = 9") is None and live.read("a++") is None
    assert live.evaluate("f(2)").value == 8
    assert live.evaluate("a = 9").value == 9 and live.evaluate("a").value == 9
    assert [item.shown for item in live.journal[1:]] == ["f(2)", "a = 9"]


@pytest.mark.parametrize(
    "text, message",
    [
        ("*(int *)0", "00000000: not in memory"), ("mdl->Next->Next", "not in memory"), ("a / zero", "divides by zero"),
        ("nope", "nothing is declared"), ("int x = 2", "is not an expression"), ("1; 2", "is not an expression"),
        ("a +", "expression"), ("", "not an expression"), ("(void)a", "void has no value"),
        ("{ a; }", "is not an expression"),
    ],
)  # fmt: skip
def test_what_has_no_value_says_why(live: Live, text: str, message: str) -> None:
    with pytest.raises(EvaluationError, match=message.replace("(", r"\(")):
        live.evaluate(text)
    assert live.evaluate("a").value == 5


def test_a_page_that_is_out_stays_out(live: Live) -> None:
    live.enter("char *p = ExAllocatePoolWithTag(PagedPool, 8192, 'tseT'); *p = 1;")
    live.nt.memory.page_out(0, 0)
    before = list(live.nt.memory.slot_of)
    with pytest.raises(EvaluationError, match="not in memory"):
        live.evaluate("p[4096]")
    assert list(live.nt.memory.slot_of) == before


def test_the_locals_of_a_stopped_function_are_read_wherever_they_are(live: Live) -> None:
    live.interrupt()
    live.enter("f(10)")
    for _ in range(4):
        live.control.step = Step(live, True)
        assert live.go().kind == "stopped"
    assert [live.evaluate(text).value for text in ("q", "w", "z[1]", "q + w + a")] == [10, 21, 11, 36]
    assert live.number("z") > 0xFFFF_8000_0000_0000 and live.number("dwo(z+4)") == 11
    assert live.enter("w = 50").kind == "done" and live.evaluate("w").value == 50
    live.enter("{ int i = 3, j = 4; w = i * q + j; }")
    assert live.evaluate("w").value == 34
    assert live.type_of_expression("z[0]") is not None and str(live.type_of_expression("&z")) == "int (*)[2]"
    assert live.go().value == 34 + 11
    assert live.type_of_expression("z") is None


def test_expressions_work_after_a_crash(live: Live) -> None:
    live.enter("KeBugCheckEx(0xE2, 1, 2, 3, 4)")
    while live.stopped is not None:
        live.go()
    assert live.crashed and live.evaluate("a + arr[3]").value == 9
    with pytest.raises(EvaluationError, match="the machine has stopped"):
        live.evaluate("f(2)")


@pytest.mark.parametrize(
    "text, value",
    [
        ("10", 0x10), ("0n10", 10), ("0x10", 16), ("0y101", 5), ("0t17", 15), ("10h", 16),
        ("ffff8000`00001000", 2**64 - 2**47 + 4096),
        ("a", 5), ("0xa", 10), ("add", 0xADD), ("a+10", 21),
        ("@@(a*2+10)", 20), ("1+2*3", 7), ("(1+2)*3", 9),
        ("-1", 2**64 - 1),
        ("~0", 2**64 - 1), ("1<<4", 16), ("10 mod 3", 1), ("by(arr+4)", 2), ("poi(arr)", 0x2_0000_0001),
        ("mdl->Size", 56),
        ("a*10", 80), ("hi(12345678)", 0x1234), ("a == 5", 1), ("not a", 0),
        ("f or 3", None),
        ("PAGE_SIZE", 4096), ("arr[1] + 10", 12),
    ],
)  # fmt: skip
def test_numbers_of_commands_are_hexadecimal_unless_said_otherwise(live: Live, text: str, value: int | None) -> None:
    assert live.number(text) == (value if value is not None else live.number("f") | 3)


@pytest.mark.parametrize(
    "text", ["", "zzz", "(", "poi(0)", "0n99999999999999999999999", "1/0", "@@x", "@@(", "1 2", "nt!No"]
)
def test_what_is_no_number_is_refused(live: Live, text: str) -> None:
    with pytest.raises(EvaluationError):
        live.number(text)


def test_a_struct_stands_for_its_address(live: Live) -> None:
    assert live.number("s") == live.number("&s") and live.number("arr") == live.number("&arr[0]")


def test_a_structure_that_the_kernel_exports(live: Live) -> None:
    """A GUID of the headers has its bytes, also where the script has not used it."""
    found = live.evaluate("GUID_HWPROFILE_QUERY_CHANGE")
    assert isinstance(found.value, bytes) and len(found.value) == 16 and any(found.value)
