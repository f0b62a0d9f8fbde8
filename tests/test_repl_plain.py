"""A session whose entries come from a pipe."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dmascript.repl.feeding import Interruptible
from prompt import Prompt


def piped(text: str, *words: str, folder: Path) -> tuple[int, str, str]:
    """Exit code, output and complaints of `dmascript repl WORDS` over this input."""
    environment = os.environ | {"DMASCRIPT_CONFIG": str(folder), "DMASCRIPT_TRACEBACK": "1", "FORCE_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "dmascript", "repl", *words],
        input=text.encode(), capture_output=True, cwd=folder, env=environment, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_values_and_output_come_in_order(tmp_path: Path) -> None:
    """Entries of one and of several lines are done in turn; neither prompt nor echo is shown, and no colours."""
    text = 'ULONG x = 5;\nx + 1\nvoid f(void)\n{\n    DbgPrint("six\\n");\n}\nif (x == 4) x;\nelse f();\r\nx\n'
    assert piped(text, folder=tmp_path) == (0, "6\nsix\n5\n", "")


def test_what_is_open_at_the_end_is_refused(tmp_path: Path) -> None:
    """The last entry counts also without its end, and the exit code tells that it did not compile."""
    code, out, err = piped("1 + 2\nf(", folder=tmp_path)
    assert (code, out) == (65, "3\n") and "missing-bracket" in err


def test_complaints_go_to_standard_error(tmp_path: Path) -> None:
    """What is wrong is said apart from the output, and later entries are still done."""
    code, out, err = piped("nosuch;\n2\n.nosuch\n3\n", folder=tmp_path)
    assert (code, out) == (65, "2\n3\n")
    assert "unknown-name" in err and "there is no command .nosuch" in err and "\x1b" not in err


def test_a_broken_rule_is_exit_code_1(tmp_path: Path) -> None:
    """A bug check counts more than an entry that did not compile; the session goes on to its end."""
    free = "IoFreeMdl(mdl);\n"
    text = f"nosuch;\nPMDL mdl = IoAllocateMdl(NULL, 4096, FALSE, FALSE, NULL);\n{free}{free}.help dt\n"
    code, out, err = piped(text, folder=tmp_path)
    assert code == 1 and "*** STOP" in err and "dt" in out


def test_quit_ends_the_reading(tmp_path: Path) -> None:
    assert piped("1\n.quit\n2\n", folder=tmp_path) == (0, "1\n", "")


def test_a_file_is_run_first(tmp_path: Path) -> None:
    """What a script has set up can be used by the entries after it."""
    (tmp_path / "setup.dma").write_text('int x = 40;\nDbgPrint("ready\\n");\n', "utf-8")
    assert piped("x + 2\n", "setup.dma", folder=tmp_path)[:2] == (0, "ready\n42 (0x2a)\n")
    code, _, err = piped("1\n", "nosuch.dma", folder=tmp_path)
    assert code == 2 and "cannot open nosuch.dma" in err


def test_a_start_up_file_is_for_persons(tmp_path: Path) -> None:
    """What a pipe does not depend on what somebody has at home."""
    (tmp_path / "startup.dma").write_text("99\n", "utf-8")
    assert piped("1\n", folder=tmp_path) == (0, "1\n", "")


def test_two_runs_are_alike(tmp_path: Path) -> None:
    """The same input shows the same, to the byte."""
    text = "PVOID p = ExAllocatePoolWithTag(NonPagedPool, 100, 'tseT');\np\n!pool p\ndb p L 20\n"
    assert piped(text, folder=tmp_path) == piped(text, folder=tmp_path)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    """Input that is not UTF-8 ends in no traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "dmascript", "repl"], input=b"\xff\xfe\x00\n1 + 1\n", capture_output=True, cwd=tmp_path,
        check=False,
    )  # fmt: skip
    assert b"2\n" in done.stdout and b"Traceback" not in done.stderr


def test_a_profile_is_chosen(tmp_path: Path) -> None:
    code, _, err = piped("1\n", "--profile", "all", folder=tmp_path)
    assert code == 2 and "one profile" in err
    assert piped(".profile\n", "--profile", "starved", folder=tmp_path)[0] == 0


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_folders_are_the_platforms_own(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The start-up file and the history lie where each platform wants them, or where a variable says."""
    from dmascript.repl import folders

    for name in ("DMASCRIPT_CONFIG", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(folders.sys, "platform", platform)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path.replace("~", "home"))
    wanted = {
        "linux": ((".config", "dmascript"), (".local", "state", "dmascript")),
        "darwin": (("Library", "Application Support", "dmascript"),) * 2,
        "win32": (("AppData", "Roaming", "dmascript"), ("AppData", "Local", "dmascript")),
    }[platform]
    assert folders.startup_file() == os.path.join("home", *wanted[0], "startup.dma")
    assert folders.history_file() == os.path.join("home", *wanted[1], "history")
    monkeypatch.setenv("DMASCRIPT_CONFIG", "own")
    assert folders.history_file() == os.path.join("own", "history")


@pytest.mark.skipif(os.name == "nt", reason="signals of Windows reach the test as well")
def test_an_interrupt_ends_the_reading(tmp_path: Path) -> None:
    """Ctrl-C stops the loop at a statement, and what is left in the pipe is not done."""
    with subprocess.Popen(
        [sys.executable, "-m", "dmascript", "repl", "--max-steps", "9000000000"], cwd=tmp_path, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(b'DbgPrint("on\\n");\n.help dt\nint n = 1;\nDbgPrint("it runs\\n"); while (1) n++;\n7\n')
        process.stdin.close()
        process.stdin = None
        assert process.stdout.readline() == b"on\n"  # what was done before the loop is shown already
        time.sleep(1.5)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"interrupted" in out and not out.endswith(b"7\n")


def test_an_interrupt_that_comes_too_late_is_forgotten() -> None:
    """What was pressed when nothing ran does not stop the next entry."""
    prompt = Prompt()
    with Interruptible(prompt.shell) as interruptible:
        interruptible.asked = 1
        prompt.shell.live.interrupt()
    assert prompt("int x = 4; x = x + 1;") == ""
