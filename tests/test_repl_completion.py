"""What Tab offers: names, fields, commands and their words, and what is said of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from dmascript.builtin_names import built_in_names, macros
from dmascript.repl.command import all_commands
from dmascript.repl.completion import Candidate, Completions
from dmascript.repl.operands import call_around, last_operand
from dmascript.repl.screen import signature
from prompt import Prompt


@pytest.fixture(scope="module")
def completions() -> Completions:
    """A session with an MDL, a structure and a function."""
    prompt = Prompt()
    prompt("PMDL mdl = IoAllocateMdl(NULL, 4096, FALSE, FALSE, NULL);")
    prompt("struct S { int a; PIRP irp; union { ULONG whole; USHORT half; }; } thing;")
    prompt("struct S *pointer = &thing;")
    prompt("int called = 0;")
    prompt("PIRP work(PDEVICE_OBJECT device, int number) { called++; return NULL; }")
    return Completions(prompt.shell)


def texts(completions: Completions, before: str, asked: bool = True) -> list[str]:
    return [each.text for each in completions.at(before, asked)]


def one(completions: Completions, before: str, text: str) -> Candidate:
    return next(each for each in completions.at(before, True) if each.text == text)


def test_the_script_comes_first(completions: Completions) -> None:
    """The script's own names stand before those that are built in."""
    assert texts(completions, "wor")[:2] == ["work", "WORD"]
    assert texts(completions, "x = thi")[0] == "thing"


def test_case_does_not_matter(completions: Completions) -> None:
    """A name is found in any case, and by a part of it when it is asked for."""
    assert "MmProbeAndLockPages" in texts(completions, "mmprobe")
    assert "MmProbeAndLockPages" in texts(completions, "LockPages")
    assert texts(completions, "STATUS_INSUFFICIENT_R") == ["STATUS_INSUFFICIENT_RESOURCES"]


def test_a_menu_says_what_a_routine_needs(completions: Completions) -> None:
    """IRQL, what undoes it and the prototype come from the routine's own declaration."""
    said = one(completions, "MmProbeAnd", "MmProbeAndLockPages").note()
    assert "undo MmUnlockPages" in said and "<= APC" in said and "VOID (PMDL MemoryDescriptorList, " in said
    assert one(completions, "STATUS_ACCESS_V", "STATUS_ACCESS_VIOLATION").note() == "NTSTATUS 0xC0000005"
    assert one(completions, "wor", "work").note() == "PIRP work(PDEVICE_OBJECT device, int number)"
    assert one(completions, "PMDL", "PMDL").note() == "typedef struct _MDL MDL, *PMDL;"


def test_every_built_in_name_can_be_told(completions: Completions) -> None:
    """No built-in name lacks its line in the menu."""
    for name in built_in_names():
        said = one(completions, name, name).note()
        assert said and "\n" not in said, name


@pytest.mark.parametrize(
    ("before", "fields"),
    [
        ("mdl->By", ["ByteCount", "ByteOffset"]),
        ("x = thing.", ["a", "irp", "whole", "half"]),
        ("thing.irp->Assoc", ["AssociatedIrp"]),
        ("thing.irp->Tail.Overlay.Cur", ["CurrentStackLocation"]),
        ("((PMDL)0)->ByteC", ["ByteCount"]),
        ("(*pointer).w", ["whole"]),
        ("pointer[3].wh", ["whole"]),
        ("work(NULL, 3)->IoSt", ["IoStatus"]),
        ("if (mdl->Size && mdl->Byt", ["ByteCount", "ByteOffset"]),
        ("mdl.ByteC", ["->ByteCount"]),
        ("thing->wh", [".whole"]),
        ("nosuch->", []),
        ("5->", []),
        ("called.", []),
        ("1.5", []),
    ],
)
def test_fields(completions: Completions, before: str, fields: list[str]) -> None:
    """Behind `->` and `.` stand the fields of what is before it; the wrong one of the two is set right."""
    assert texts(completions, before) == fields


def test_fields_are_told_without_running_anything(completions: Completions) -> None:
    """The type of a call is known from its declaration: the function is not called."""
    texts(completions, "work(NULL, 3)->")
    found = completions.shell.live.evaluate("called")
    assert found.value == 0


def test_fields_say_where_they_lie(completions: Completions) -> None:
    assert one(completions, "mdl->ByteC", "ByteCount").note() == "+0x028  ULONG"


def test_members_of_dma_operations_are_routines(completions: Completions) -> None:
    """A member of DMA_OPERATIONS says what it needs as a routine does."""
    shell = completions.shell
    shell.feed("PDMA_ADAPTER adapter = NULL;")
    said = one(completions, "adapter->DmaOperations->GetScat", "GetScatterGatherList").note()
    assert "undo PutScatterGatherList" in said and "PDMA_ADAPTER" in said


def test_commands(completions: Completions) -> None:
    """Commands are offered at the begin of a line, and what they take behind them."""
    assert ".help" in texts(completions, ".") and ".help" in texts(completions, ".he")
    assert "_MDL" in texts(completions, "dt _M")
    assert texts(completions, "dt nt!_MD") == ["_MDL"]
    assert texts(completions, "dt _MDL mdl ByteO")[:1] in (["ByteOffset"], [])
    assert "starved" in texts(completions, ".profile st")
    assert texts(completions, ".keys ") == ["emacs", "vi"]
    assert "mdl-already-locked" in texts(completions, "?mdl-al") and "MmUnlockPages" in texts(completions, "?MmUnl")


def test_every_command_says_what_it_completes(completions: Completions) -> None:
    """The kinds of words that commands name are all known."""
    known = {*completions.kinds_of_words, "field"}
    kinds = {kind for row in all_commands().values() for kind in row.completes.split() if "|" not in kind}
    assert kinds <= known


def test_files(completions: Completions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripts and folders are offered where a command takes a file, when Tab is pressed."""
    (tmp_path / "read.dma").write_text("")
    (tmp_path / "rest").mkdir()
    (tmp_path / "readme.bin").write_text("")
    monkeypatch.chdir(tmp_path)
    assert texts(completions, ".load re") == ["read.dma", "rest/"]
    assert texts(completions, ".load re", asked=False) == []
    assert texts(completions, f".load {tmp_path}/rea") == ["read.dma"]
    assert "devices/edu.dma" in texts(completions, "#include <devices/e")


@pytest.mark.parametrize("before", ['"MmPro', "// MmPro", "/* MmPro", "f(\"mdl->", "#define MmPro"])
def test_texts_are_left_alone(completions: Completions, before: str) -> None:
    """Nothing is offered in strings, comments and directives."""
    assert texts(completions, before) == []


def test_a_menu_does_not_get_in_the_way(completions: Completions) -> None:
    """By itself a menu opens at three letters, and not for a name that is whole."""
    assert texts(completions, "Mm", asked=False) == []
    assert texts(completions, "MmUnlockPages", asked=False) == []
    assert texts(completions, "", asked=False) == texts(completions, "x = ", asked=False) == []
    assert texts(completions, "mdl->", asked=False) != []


def test_locals_of_a_stopped_function_are_offered() -> None:
    """While the run is suspended, the locals that are visible there come before all others."""
    prompt = Prompt()
    prompt("void f(int number) { int zebra = 3; __debugbreak(); DbgPrint(\"%d\", zebra + number); }")
    prompt("f(1)")
    completions = Completions(prompt.shell)
    assert completions.shell.live.stopped is not None
    assert texts(completions, "zeb")[0] == "zebra" and texts(completions, "numb")[0] == "number"
    assert one(completions, "zeb", "zebra").note() == "int zebra"


@pytest.mark.parametrize(
    ("text", "operand"),
    [
        ("irp->Tail", "irp->Tail"), ("x + f(a)[2]", "f(a)[2]"), ("return ((PMDL)p)", "((PMDL)p)"), ("a(b)", "a(b)"),
        ("*p", "p"), ("if (x) y", "y"), ("f(x)(y)", "f(x)(y)"), ("x.y.", ""), (")", ""), ("", ""), ("x = {a", "a"),
        ("a; b[c->d]", "b[c->d]"), ("sizeof(x)", "(x)"),
    ],
)  # fmt: skip
def test_the_operand_before_the_cursor(text: str, operand: str) -> None:
    """Members, calls and subscripts belong to the operand; casts and signs before it do not."""
    assert last_operand(text) == operand


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("f(a, g(b, ", ("g", 1)), ("f(x, (1, 2), a[3, 4], ", ("f", 3)), ("x = 5; if (a) { f(", ("f", 0)),
        ("f(a)", None), ("if (a", None), ("f(a, \")\", ", ("f", 2)),
    ],
)  # fmt: skip
def test_the_call_around_the_cursor(text: str, call: tuple[str, int] | None) -> None:
    """The innermost call that is open, and which of its arguments is being written."""
    found = call_around(text)
    assert (found and (found.name, found.argument)) == call


def test_the_argument_is_marked() -> None:
    """The hint shows the whole prototype with one parameter marked, and keeps that one in sight where it is narrow."""
    prototype = "PMDL IoAllocateMdl(PVOID VirtualAddress, ULONG Length, BOOLEAN SecondaryBuffer, PIRP Irp)"
    shown = signature(prototype, 1, 120)
    assert "".join(text for _, text in shown) == prototype
    assert [text for style, text in shown if style] == ["ULONG Length"]
    narrow = signature(prototype, 3, 44)
    assert [text for style, text in narrow if style] == ["PIRP Irp"]
    assert len("".join(text for _, text in narrow)) <= 45


def test_macros_read_as_one_writes_them() -> None:
    assert macros()["min"].startswith("min(a, b) is ") and macros()["NULL"] == "NULL is ((void *)0)"
