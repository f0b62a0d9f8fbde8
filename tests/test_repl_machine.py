"""The commands of a session that change the machine, and what is kept of the session."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from dmascript.cli import commands
from dmascript.repl.command import all_commands
from dmascript.repl.shell import Leave
from prompt import Prompt

SCRIPTS = Path(__file__).parent.parent / "examples"


def passes(path: Path) -> bool:
    """Whether a script keeps its promises, by `dmascript test`."""
    return CliRunner().invoke(commands, ["test", str(path)], standalone_mode=False).return_value == 0


def test_entries_know_what_came_before() -> None:
    prompt = Prompt()
    assert prompt("int f(int a) { return a * 2; }") == ""
    assert prompt("ULONG x = f(4);") == ""
    assert prompt("x + 1") == "9\n"
    prompt("int f(int a) { return a * 3; }")
    assert prompt("f(4)").startswith("12")


def test_a_new_prototype_leaves_earlier_callers_with_the_old_function() -> None:
    prompt = Prompt()
    prompt("int f(int a) { return a; }")
    prompt("int g(void) { return f(7); }")
    assert "f has another prototype now" in prompt("int f(int a, int b) { return a + b; }")
    assert prompt("g()") == "7\n"
    assert prompt("f(1, 2)") == "3\n"


def test_macros_and_types_stay() -> None:
    prompt = Prompt()
    prompt("#define TWICE(x) (2 * (x))")
    prompt("typedef struct { int a; USHORT b; } PAIR;")
    prompt("PAIR p = { TWICE(3), 4 };")
    assert prompt("p.a + p.b").startswith("10")
    assert prompt("sizeof(PAIR)").startswith("8")


def test_a_refused_entry_leaves_nothing_behind() -> None:
    prompt = Prompt()
    assert "unknown-name" in prompt("int a = 1; int b = c;")
    assert "unknown-name" in prompt("a")
    prompt("#define N 1")
    prompt("#define N oops")
    assert prompt("1 + 1") == "2\n"


def test_the_profile_is_changed_under_what_was_entered() -> None:
    prompt = Prompt()
    prompt("PMDL mdl = IoAllocateMdl(NULL, 4096, FALSE, FALSE, NULL);")
    assert prompt(".profile").splitlines()[0].startswith("*  direct")
    assert "the machine is bounce" in prompt(".profile bounce")
    assert prompt("mdl->ByteCount").startswith("4096")
    assert "did you mean bounce?" in prompt(".profile bounc")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (".set memory=1GiB", "memory is 1GiB"),
        (".set memory 1GiB", "memory is 1GiB"),
        (".set processors=65", "must lie between 1 and 64"),
        (".set procesors=2", "did you mean processors?"),
        (".set processors", "needs a value"),
        (".seed -1", "is negative"),
        (".seed 7", "the seed is 7"),
        (".allow mdl-leaked", "is only a note now"),
        (".allow mdl-leeked", "did you mean mdl-leaked?"),
        (".fault 1 NoSuch", "there is no routine"),
        (".fault 0 IoAllocateMdl", "the next call is number 1"),
        (".load", "needs the name of a file"),
        (".load nowhere.dma", "cannot open nowhere.dma"),
        (".open nowhere.dma", "cannot open nowhere.dma"),
        (".save /", "cannot write /"),
        (".log /", "cannot write /"),
        (".schedule maybe", "say on or off"),
        (".rstart", "did you mean .restart?"),
        ("?IoAllocateMdl", "PMDL IoAllocateMdl("),
        ("?mdl-leaked", "mdl-leaked"),
        ("?0xC4", "DRIVER_VERIFIER_DETECTED_VIOLATION"),
        ("?IoAlocateMdl", "did you mean IoAllocateMdl?"),
        (".help .fault", ".fault NTH ROUTINE"),
        (".help fault", ".fault NTH ROUTINE"),
    ],
)
def test_what_a_command_says(line: str, shown: str) -> None:
    assert shown in Prompt()(line)


def test_settings_are_shown_as_they_are() -> None:
    prompt = Prompt(profile="isa", seed=5)
    prompt(".set processors=3")
    rows = dict(line.split(maxsplit=1) for line in prompt(".set").splitlines())
    assert rows["profile"] == "isa"
    assert rows["processors"] == "3"
    assert rows["seed"] == "5"
    prompt(".set profile=bounce")
    assert dict(line.split(maxsplit=1) for line in prompt(".set").splitlines())["profile"] == "bounce"
    assert dict(line.split(maxsplit=1) for line in prompt(".set").splitlines())["processors"] == "3"


def test_an_impossible_setting_changes_nothing() -> None:
    prompt = Prompt()
    prompt("ULONG x = 5;")
    assert "error" in prompt(".set memory=1")
    assert prompt("x") == "5\n"


def test_the_nth_call_from_here_on_fails_again_after_a_restart() -> None:
    prompt = Prompt()
    prompt("PMDL a = IoAllocateMdl(NULL, 1, FALSE, FALSE, NULL);")
    assert "call 2 from here on" in prompt(".fault 2 IoAllocateMdl")
    prompt("PMDL b = IoAllocateMdl(NULL, 1, FALSE, FALSE, NULL);")
    assert prompt(".fault") == "IoAllocateMdl, call 3\n"
    prompt("PMDL c = IoAllocateMdl(NULL, 1, FALSE, FALSE, NULL);")
    assert prompt("a != NULL && b != NULL && c == NULL").startswith("1")
    prompt(".restart")
    assert prompt("a != NULL && b != NULL && c == NULL").startswith("1")


def test_output_is_not_shown_again() -> None:
    prompt = Prompt()
    assert prompt('DbgPrint("once\\n");') == "once\n"
    assert prompt(".restart") == "a fresh machine (1 entry done again)\n"
    assert "once" not in prompt(".profile bounce")


def test_reset_forgets_everything() -> None:
    prompt = Prompt()
    prompt("ULONG count = 5;")
    prompt(".reset")
    assert "unknown-name" in prompt("count")
    assert prompt.shell.live.journal == []


def test_quit_leaves() -> None:
    with pytest.raises(Leave):
        Prompt()("q")


def test_the_help_names_every_command() -> None:
    shown = Prompt(width=100)(".help")
    for row in {id(row): row for row in all_commands().values()}.values():
        assert row.usage.split()[0] in shown
        assert row.help.endswith(".")
    assert all(len(line) <= 100 for line in shown.splitlines())


# -- saving


SESSIONS = {
    "prints": 'ULONG x = 5;\nDbgPrint("x is %u\\n", x);\nx + 1',
    "leaks": "PMDL mdl = IoAllocateMdl(NULL, 4096, FALSE, FALSE, NULL);",
    "breaks a rule": "PVOID p = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, 'tseT');\nExFreePool(p);\nExFreePool(p);",
    "redefines": 'int f(void) { return 1; }\nDbgPrint("%d\\n", f());\n'
    'int f(void) { return 2; }\nDbgPrint("%d\\n", f());',
    "fails": ".fault 2 IoAllocateMdl\nIoAllocateMdl(NULL, 1, FALSE, FALSE, NULL)\n"
    'DbgPrint("%d\\n", IoAllocateMdl(NULL, 1, FALSE, FALSE, NULL) == NULL);',
    "another machine": '.profile bounce\n.set processors=3\nDbgPrint("%u\\n", KeQueryActiveProcessorCount(NULL));',
    "nothing": "ULONG x = 5;",
    "a bug check at a kernel address": "*(int*)0xffff900000000000 = 5;",
}


@pytest.mark.parametrize("entries", SESSIONS.values(), ids=SESSIONS)
def test_a_saved_session_passes_as_a_test(entries: str, tmp_path: Path) -> None:
    prompt = Prompt()
    prompt.all(entries)
    path = tmp_path / "session.dma"
    assert "does not pass" not in prompt(f".save {path}")
    assert passes(path)


def test_a_saved_session_is_opened_again(tmp_path: Path) -> None:
    prompt = Prompt()
    prompt.all(SESSIONS["prints"])
    path = tmp_path / "session.dma"
    prompt(f".save {path}")
    prompt(".reset")
    assert prompt(f".open {path}") == "x is 5\n"
    assert prompt("x") == "5\n"


def test_a_loaded_example_stays_standing_and_is_saved(tmp_path: Path) -> None:
    prompt = Prompt()
    shown = prompt(f".load {SCRIPTS / 'nonpaged_mdl.dma'}")
    assert "error" not in shown
    path = tmp_path / "session.dma"
    prompt(f".save {path}")
    assert passes(path)


def test_a_log_has_what_was_entered_and_shown(tmp_path: Path) -> None:
    prompt = Prompt()
    path = tmp_path / "session.log"
    prompt(f".log {path}")
    prompt("1 + 1")
    prompt('DbgPrint("printed\\n");')
    prompt(".log off")
    prompt("2 + 2")
    assert path.read_text().splitlines() == [
        f"writing to {path}", "dma> 1 + 1", "2", 'dma> DbgPrint("printed\\n");', "printed", "dma> .log off",
    ]  # fmt: skip


def test_choices_by_hand_are_kept() -> None:
    prompt = Prompt()
    asked: list[str] = []

    def answer(question: object) -> int:
        asked.append(question.what)  # type: ignore[attr-defined]
        return 1

    prompt.shell.live.asked = answer
    prompt.all(
        """
        VOID Second(PVOID c) { DbgPrint("second\\n"); PsTerminateSystemThread(0); }
        HANDLE h;
        .schedule on
        PsCreateSystemThread(&h, 0, NULL, NULL, NULL, Second, NULL)
        """
    )
    prompt('DbgPrint("first\\n");')
    assert prompt('DbgPrint("again\\n");') == "second\nagain\n"  # unasked, the new thread waits until this one does
    assert set(asked) == {"run"}
    before = len(asked)
    prompt(".restart")
    assert len(asked) == before
