"""The command line: what goes to which stream, and with which exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from dmascript import __main__, __version__
from dmascript.cli import command_line, commands
from dmascript.interp.options import Options
from dmascript.run_options import RUN_OPTIONS, Refusal, options_of, read_words, setting, size

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def script(folder: Path, text: str, name: str = "s.dma") -> str:
    (folder / name).write_text(text, encoding="utf-8", newline="")
    return name


def needs_installation() -> None:
    """Another process finds the package only where it is installed, not in a bare checkout."""
    import dmascript

    if str(ROOT) in dmascript.__path__:
        pytest.skip("dmascript is not installed")


def dmascript(*words: str, given: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """A whole start of the program, as a user starts it."""
    needs_installation()
    return subprocess.run(
        [sys.executable, "-m", "dmascript", *words], input=given, capture_output=True, encoding="utf-8", timeout=60,
        env={**os.environ, **environment}, check=False,
    )  # fmt: skip


# ---- options --------------------------------------------------------------------------------------------------------


def fields_of(options: Options) -> dict[str, object]:
    return {name: getattr(options, name) for name in Options.__slots__}


@pytest.mark.parametrize(
    "words",
    [
        [], ["--profile", "bounce"], ["--profile=isa", "--seed=0x10"], ["--set", "a=1", "--set", "b=2 GiB"],
        ["--max-steps", "1_000", "--max-memory", "512M"], ["--verifier", "off", "--granularity", "access"],
        ["-I", "one", "-I", "two", "--trace-file", "t.txt"], ["--seed", "1", "--seed", "2"],
    ],
)  # fmt: skip
def test_the_quick_path_reads_options_as_click_does(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Both come from one table, and make the same Options."""
    seen: list[Options] = []
    monkeypatch.setattr("dmascript.running.run_script", lambda path, options, *rest: seen.append(options) or 0)
    assert command_line(["run", "x.dma", *words]) == 0
    monkeypatch.setattr(__main__, "_full", lambda words: pytest.fail("left to click"))
    assert __main__._quick(["run", *words, "x.dma"]) == 0
    assert fields_of(seen[0]) == fields_of(seen[1]) == fields_of(options_of(read_words(words)))


def test_defaults_are_those_of_the_interpreter() -> None:
    """A run without options is a run with the defaults of Options."""
    assert fields_of(options_of([])) == fields_of(Options())


@pytest.mark.parametrize(
    ("text", "value"), [("1", 1), ("512B", 512), ("512M", 512 << 20), ("1G", 1 << 30), ("2gib", 2 << 30), ("3KB", 3072)]
)
def test_sizes(text: str, value: int) -> None:
    """Bytes, or a number with a unit in any of its spellings; units count in powers of 1024."""
    assert size(text) == value


@pytest.mark.parametrize("text", ["", "M", "0", "-1", "1.5G", "1X", "1BM", "1IB"])
def test_sizes_that_are_none(text: str) -> None:
    """What is no size is refused, not guessed."""
    with pytest.raises(Refusal):
        size(text)


def test_settings_need_a_name_and_a_value() -> None:
    """NAME=VALUE; the value may hold an equals sign."""
    assert setting("memory=6 GiB") == ("memory", "6 GiB")
    for text in ("memory", "=1", "a b=1", "a="):
        with pytest.raises(Refusal):
            setting(text)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["run", "x.dma", "--profile", "bounec"], "did you mean bounce?"),
        (["run", "x.dma", "--allow", "mdl-already-lockd"], "did you mean mdl-already-locked?"),
        (["run", "x.dma", "--fail", "IoAllocateMld:1"], "did you mean IoAllocateMdl?"),
        (["run", "x.dma", "--fail", "IoAllocateMdl:0"], "from 1"),
        (["run", "x.dma", "--seed", "-3"], "negative"),
        (["run", "x.dma", "--sed", "3"], "--seed"),
        (["run"], "FILE"),
        (["rnu", "x.dma"], "did you mean run?"),
        (["explain", "mdl-already-lockd"], "did you mean mdl-already-locked?"),
        (["run", "nowhere.dma"], "cannot open nowhere.dma"),
        (["check", "nowhere.dma"], "cannot open nowhere.dma"),
    ],
)
def test_wrong_usage(
    words: list[str], hint: str, here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 2, nothing on standard output, and a message that helps."""
    monkeypatch.setattr(sys, "argv", ["dmascript", *words])
    assert __main__.main() == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert hint in err


def test_a_file_named_as_a_command(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Someone who forgets `run` is told so."""
    assert command_line([script(here, "")]) == 2
    assert "dmascript run s.dma" in capsys.readouterr().err


def test_every_command_has_help_and_an_example() -> None:
    """`--help` of a command says what it does, and shows it."""
    for command in commands.commands.values():
        assert command.help
        assert command.epilog and command.epilog.startswith("Example")
        assert all(option.help for option in command.params if isinstance(option, click.Option))
    flags = {flag for option in commands.commands["run"].params for flag in option.opts}
    assert flags >= set(RUN_OPTIONS)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """`--version` is the package's."""
    assert command_line(["--version"]) == 0
    assert capsys.readouterr().out == f"dmascript {__version__}\n"


def test_no_command_shows_help() -> None:
    """Without arguments there is nothing to do, which is wrong usage."""
    result = dmascript()
    assert result.returncode == 2
    assert "Commands:" in result.stderr


# ---- run and check --------------------------------------------------------------------------------------------------


def test_output_and_exit_code(here: Path) -> None:
    """What the script prints is all that stands on standard output."""
    result = dmascript("run", script(here, 'DbgPrint("hello %d\\n", 42);\n'))
    assert (result.returncode, result.stdout, result.stderr) == (0, "hello 42\n", "")


def test_standard_input(here: Path) -> None:
    """`-` is a script like any other."""
    assert dmascript("run", "-", given='DbgPrint("x\\n");').stdout == "x\n"


def test_a_script_that_does_not_compile(here: Path) -> None:
    """65, all its errors on standard error, each with its line, and nothing runs; `check` says the same."""
    path = script(here, 'DbgPrint("x\\n");\nundeclared = 1;\nalso_undeclared = 2;\n')
    for command in ("run", "check"):
        result = dmascript(command, path)
        assert (result.returncode, result.stdout) == (65, "")
        assert "s.dma:2:1" in result.stderr
        assert "s.dma:3:1" in result.stderr
        assert result.stderr.endswith("2 errors\n")


def test_check_of_several_files(here: Path) -> None:
    """The worst of them decides."""
    good, bad = script(here, "int x;\n", "good.dma"), script(here, "int int;\n", "bad.dma")
    assert dmascript("check", good).returncode == 0
    assert dmascript("check", bad, good).returncode == 65


LEAK = "#include <wdm.h>\nPVOID p = ExAllocatePoolWithTag(NonPagedPool, 16, 'tseT');\n"


def test_a_leak_is_reported(here: Path) -> None:
    """Exit code 1, and the line that took it on standard error and in the JSON file."""
    result = dmascript("run", script(here, LEAK), "--json", "out.json")
    assert (result.returncode, result.stdout) == (1, "")
    assert "leak[pool-leaked]" in result.stderr
    assert "--> s.dma:2:" in result.stderr
    found = json.loads((here / "out.json").read_text("utf-8"))
    assert (found["format"], found["exit_code"], found["diagnostics"]) == (1, 1, [])
    assert [(report["rule"], report["places"][0]["line"]) for report in found["reports"]] == [("pool-leaked", 2)]


def test_the_schema_of_the_json_is_documented() -> None:
    """Each member of a report, a place and a bug check is named in docs/json.md."""
    from dmascript.interp.report import Place, Report, Stop

    text = (ROOT / "docs" / "json.md").read_text("utf-8")
    members = {*Report.__slots__, *Place.__slots__, *Stop.__slots__, "format", "dmascript", "exit_code", "limit"}
    assert [name for name in sorted(members) if f"`{name}`" not in text] == []


def test_json_that_cannot_be_written(here: Path) -> None:
    """Wrong usage, in a sentence."""
    result = dmascript("run", script(here, "int x;\n"), "--json", str(here / "no" / "where.json"))
    assert result.returncode == 2
    assert "cannot write" in result.stderr


def test_a_bug_check_shows_its_screen(here: Path) -> None:
    """The stop line with its code stands before the report."""
    result = dmascript("run", script(here, "#include <wdm.h>\nKeBugCheckEx(0xE2, 1, 2, 3, 4);\n"))
    assert result.returncode == 1
    assert result.stderr.startswith("*** STOP: 0x000000E2 (0x0000000000000001, 0x0000000000000002, 0x")
    assert "MANUALLY_INITIATED_CRASH" in result.stderr


def test_a_main_that_fails(here: Path) -> None:
    """A value other than 0 is exit code 1, and a sentence says why."""
    result = dmascript("run", script(here, "int main(void) { return 3; }\n", "m.c"))
    assert (result.returncode, result.stdout) == (1, "")
    assert "returned" in result.stderr


def test_a_setting_that_cannot_be(here: Path) -> None:
    """The run does not begin: wrong usage."""
    result = dmascript("run", script(here, "int x;\n"), "--set", "processors=0")
    assert result.returncode == 2
    assert result.stderr.startswith("dmascript: processors must lie between")


def test_a_trace(here: Path) -> None:
    """`--trace` prints the calls, `--trace-file` writes them."""
    result = dmascript("run", script(here, 'DbgPrint("x\\n");\n'), "--trace", "--trace-file", "t.jsonl")
    assert (result.returncode, result.stdout) == (0, "x\n")
    assert "DbgPrint(" in result.stderr
    assert json.loads((here / "t.jsonl").read_text("utf-8").splitlines()[0])["name"] == "DbgPrint"


STARVED_BY_SIZE = """
PVOID block = ExAllocatePoolWithTag(NonPagedPool, 100000, 'tseT');
DbgPrint("%s\\n", block ? "memory" : "none");
if (block)
    ExFreePoolWithTag(block, 'tseT');
"""


def test_all_profiles(here: Path) -> None:
    """A line of result for each profile, and what is different where, with the reason."""
    result = dmascript("run", script(here, STARVED_BY_SIZE), "--profile", "all")
    lines = result.stdout.splitlines()
    assert result.returncode == 0
    assert [line.split()[0] for line in lines[:6]] == ["direct", "bounce", "iommu", "noncoherent", "starved", "isa"]
    assert lines[0].endswith("clean, 1 line of output")
    assert lines[1].endswith("clean, the same output")
    assert lines[4].endswith("clean, other output from line 1 on")
    assert "  line 1 on starved: none" in lines


def test_all_profiles_show_a_finding_once(here: Path) -> None:
    """A leak that every machine has is drawn once."""
    result = dmascript("run", script(here, "ExAllocatePoolWithTag(PagedPool, 8, 'tseT');\n"), "--profile", "all")
    assert result.returncode == 1
    assert result.stdout.count("leak[pool-leaked]: ") == 1
    assert "on every profile:" in result.stdout
    refused = dmascript("run", "s.dma", "--profile", "all", "--trace")
    assert refused.returncode == 2


def test_a_step_limit(here: Path) -> None:
    """An endless loop ends by its budget, with exit code 3."""
    result = dmascript("run", script(here, "for (;;) ;\n"), "--max-steps", "10000")
    assert result.returncode == 3
    assert "stopped: " in result.stderr


def test_output_is_the_same_in_any_code_page(here: Path) -> None:
    """Characters that a legacy code page lacks are written as UTF-8, with plain line feeds."""
    path = script(here, 'DbgPrint("%ls\\n", L"\u65e5\u672c \u00e9");\nundeclared;\n'.replace("undeclared;\n", ""))
    result = dmascript("run", path, PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
    assert result.stdout == "\u65e5\u672c \u00e9\n"


def test_colour_is_for_terminals(here: Path) -> None:
    """A pipe gets plain text, unless colour is forced; `--no-color` has the last word."""
    path = script(here, LEAK)
    plain = {"NO_COLOR": "", "FORCE_COLOR": ""}
    assert "\x1b" not in dmascript("run", path, **plain).stderr
    forced = plain | {"FORCE_COLOR": "1"}
    assert "\x1b[" in dmascript("run", path, **forced).stderr
    assert "\x1b" not in dmascript("run", path, "--no-color", **forced).stderr


@pytest.mark.skipif(os.name == "nt", reason="a closed pipe shows differently there")
def test_a_reader_that_goes_away(here: Path) -> None:
    """`| head -1` ends the run without a traceback."""
    needs_installation()
    path = script(here, 'for (int i = 0; i < 100000; i++) DbgPrint("%d\\n", i);\n')
    with subprocess.Popen(
        [sys.executable, "-m", "dmascript", "run", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline() == b"0\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 141


def test_an_interrupt_is_quiet(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl+C is exit code 130 and no text; a mistake of our own is one sentence and exit code 70."""

    def raising(error: BaseException) -> None:
        def fail(words: list[str]) -> int:
            raise error

        monkeypatch.setattr(__main__, "_full", fail)

    monkeypatch.setattr(sys, "argv", ["dmascript"])
    raising(KeyboardInterrupt())
    assert __main__.main() == 130
    assert capsys.readouterr() == ("", "")
    raising(RecursionError())
    assert __main__.main() == 3
    raising(KeyError("x"))
    assert __main__.main() == 70
    assert "internal error: KeyError: 'x' at test_cli.py:" in capsys.readouterr().err


def test_a_cached_start_imports_little(here: Path) -> None:
    """The second start of a script loads neither click nor lark, nor what is slow in the standard library."""
    needs_installation()
    path = script(here, 'DbgPrint("x\\n");\n')
    code = (
        "import sys; before = set(sys.modules); sys.argv = ['dmascript', 'run', sys.argv[1]]\n"
        "from dmascript.__main__ import main\ncode = main()\n"
        "print(*sorted(set(sys.modules) - before)); sys.exit(code)"
    )
    for _ in range(2):
        result = subprocess.run([sys.executable, "-c", code, path], capture_output=True, encoding="utf-8", check=True)
    printed, loaded = result.stdout.splitlines()
    slow = {"click", "lark", "prompt_toolkit", "re", "enum", "dataclasses", "typing", "pickle", "json", "ast"}
    assert printed == "x"
    assert set(loaded.split()) & slow == set()


# ---- test, explain, routines ----------------------------------------------------------------------------------------


def test_test_command(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Promises kept is 0, one not kept is 1 with what came; directories are searched; `--update` rewrites."""
    script(here, 'DbgPrint("1\\n"); // expect: 1\n', "good.dma")
    assert command_line(["test", "."]) == 0
    assert capsys.readouterr().out == "ok  good.dma\n1 passed, 0 failed\n"
    bad = script(here, 'DbgPrint("2\\n"); // expect: 1\n', "bad.dma")
    assert command_line(["test", "good.dma", bad]) == 1
    out, err = capsys.readouterr()
    assert "1 passed, 1 failed" in out
    assert "bad.dma:1: the output differs" in err
    assert command_line(["test", bad, "--update"]) == 0
    assert (here / bad).read_text("utf-8") == 'DbgPrint("2\\n"); // expect: 2\n'


def test_the_pytest_plugin(here: Path) -> None:
    """A script named to pytest is collected, one item for each of its programs; others are left alone."""
    needs_installation()
    script(here, 'DbgPrint("1\\n"); // expect: 1\n---\nDbgPrint("2\\n"); // expect: 1\n')
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    named = subprocess.run([*command, "s.dma"], capture_output=True, encoding="utf-8", check=False)
    assert "1 failed, 1 passed" in named.stdout, named.stdout + named.stderr
    assert "s.dma:3: the output differs" in named.stdout
    assert subprocess.run(command, capture_output=True, check=False).returncode == 5


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    """Rules, routines in any case, and bug checks with or without a sub-code."""
    assert command_line(["explain", "mdl-already-locked"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("mdl-already-locked: the pages of this MDL are already locked\n")
    assert "0xC4/0xB0 DRIVER_VERIFIER_DETECTED_VIOLATION" in text
    assert "MmUnlockPages(mdl)" in text
    assert "https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/nf-wdm-mmprobeandlockpages" in text
    assert command_line(["explain", "ioallocatemdl"]) == 0
    assert "undo:     IoFreeMdl" in capsys.readouterr().out
    for code in ("0xC4", "0xc4/0xb0"):
        assert command_line(["explain", code]) == 0
        assert "mdl-already-locked" in capsys.readouterr().out


def test_every_rule_and_routine_can_be_explained() -> None:
    """No row of the tables lacks what its explanation needs."""
    from dmascript.explain import explain, known_names

    for name in known_names():
        text = explain(name)
        assert text.count("\n") >= 3, name
        assert "{" not in text, name


def test_routines(capsys: pytest.CaptureFixture[str]) -> None:
    """A part of the name or a glob, in any case; one line a routine; no match is exit code 1."""
    assert command_line(["routines", "probeandlock"]) == 0
    assert capsys.readouterr().out.splitlines()[0].split()[:2] == ["MmProbeAndLockPages", "modelled"]
    assert command_line(["routines", "mm*pages"]) == 0
    assert all(line.startswith("Mm") for line in capsys.readouterr().out.splitlines())
    assert command_line(["routines", "MmUnlockPages", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["name"], row["modelled"]) == ("MmUnlockPages", True)
    assert command_line(["routines", "nothing-like-this"]) == 1
