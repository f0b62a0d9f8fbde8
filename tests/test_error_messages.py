"""What the front end says, word for word: sentence, place, marks, notes and help.

The ordinary cases stand in golden/errors/messages.txt, those of blocks in blocks.txt beside it, each as `=== name`,
its script, `--- says`, and what is drawn for it. Here are those that no text file can hold: bytes that are no text,
and inputs made to be too much.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dmascript.interp.options import Options
from dmascript.interp.script import load
from dmascript.render import render_diagnostic

ERRORS = Path(__file__).parent / "golden" / "errors"
MESSAGES = ("messages.txt", "blocks.txt")
MANY = 100_000


def cases() -> list[tuple[str, str, str]]:
    """Name, script and expected text of each case of the files."""
    found = []
    text = "".join((ERRORS / name).read_text(encoding="utf-8") for name in MESSAGES)
    for part in text.split("=== ")[1:]:
        name, _, rest = part.partition("\n")
        script, _, said = rest.partition("--- says\n")
        found.append((name, script, said.rstrip("\n")))
    return found


CASES = cases()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, with a file beside it that no script in it may read."""
    (tmp_path / "outside.h").write_text("int outside;\n")
    inside = tmp_path / "inside"
    inside.mkdir()
    monkeypatch.chdir(inside)
    return inside


def said(script: bytes) -> str:
    """What is drawn for a file of these bytes in the current folder."""
    Path("case.dma").write_bytes(script)
    loaded = load("case.dma", Options())
    return "\n".join(render_diagnostic(found, loaded.files) for found in loaded.diagnostics).rstrip("\n")


@pytest.mark.parametrize(("script", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_message(script: str, expected: str, folder: Path) -> None:
    """Each mistake is told in exactly these words, at exactly this place, and nothing else is."""
    assert said(script.encode()) == expected


@pytest.mark.parametrize("name", ["an unclosed brace", "a dot at a pointer", "eight errors in one pass"])
def test_line_ends(name: str, folder: Path) -> None:
    """A file with CRLF ends gets the same messages."""
    script, expected = next(case[1:] for case in CASES if case[0] == name)
    assert said(script.replace("\n", "\r\n").encode()) == expected


NO_TEXT = {
    "a NUL byte": (
        b"int a;\nint \0b;\n",
        """
error[nul-byte]: the file holds a NUL byte, so it is no text
 --> case.dma:2:5
  |
2 | int \ufffdb;
  |     ^
  |
  = help: save the file as text in UTF-8""",
    ),
    "Latin-1": (
        b"int a;\n// caf\xe9\n",
        """
error[not-utf8]: byte 0xE9 at byte offset 13 is not UTF-8
 --> case.dma:2:7
  |
2 | // caf\ufffd
  |       ^
  |
  = help: save the file as UTF-8""",
    ),
    "half of a UTF-16 unit": (
        b"\xff\xfei\0n",
        """
error[not-utf8]: the file begins as UTF-16, but is none at byte offset 4
 --> case.dma:1:2
  |
1 | \ufffd\ufffdi\ufffdn
  |  ^
  |
  = help: save the file as UTF-8""",
    ),
}


@pytest.mark.parametrize("name", NO_TEXT)
def test_no_text(name: str, folder: Path) -> None:
    """A file that is no text is refused at its first bad byte."""
    script, expected = NO_TEXT[name]
    assert said(script) == expected.lstrip("\n")


def too_deep(line: int, column: int, text: str, width: int = 1) -> str:
    """The message for what is nested too deeply, at that place."""
    gutter = " " * len(str(line))
    return (
        f"error[nested-too-deeply]: this is nested too deeply\n{gutter}--> case.dma:{line}:{column}\n{gutter} |\n"
        f"{line} | {text}\n{gutter} | {' ' * (column - 1)}{'^' * width}\n{gutter} |\n"
        f"{gutter} = help: split it into smaller parts"
    )


TOO_MUCH = {
    "a line of 10 MiB": (
        b"int a; //" + b"x" * (10 << 20) + b"\n",
        "error[line-too-long]: line 1 has 10,485,769 characters, more than the 65,536 that a line may have\n"
        f" --> case.dma:1:1\n  |\n1 | int a; //{'x' * 151}...\n  | ^\n  |\n  = help: break the line",
    ),
    "parentheses": (b"int a = " + b"(\n" * MANY + b"1" + b")\n" * MANY + b";\n", too_deep(201, 1, "(")),
    "parentheses without end": (b"int a = " + b"(\n" * MANY, too_deep(201, 1, "(")),
    "braces": (b"void f(void) " + b"{\n" * MANY + b"}\n" * MANY, too_deep(201, 1, "{")),
    "operators": (b"int a = 1\n" + b"+1\n" * MANY + b";\n", too_deep(2002, 1, "+1")),
    "unary minuses": (b"int a = " + b"-\n" * MANY + b"1;\n", too_deep(400, 1, "-")),
    "asterisks": (b"int " + b"*\n" * MANY + b"a;\n", too_deep(401, 1, "*")),
    "ifs": (b"int b;\n" + b"if (b)\n" * MANY + b";\n", too_deep(402, 6, "if (b)")),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_too_much(name: str, folder: Path) -> None:
    """100,000 of one thing inside the other, and a line of 10 MiB, end in one message and not in a Python error."""
    script, expected = TOO_MUCH[name]
    assert said(script) == expected


def test_link_out_of_the_folder(folder: Path) -> None:
    """A link is followed to where it leads before it is decided whether a script may read it."""
    try:
        os.symlink(folder.parent / "outside.h", folder / "link.h")
    except (OSError, NotImplementedError):
        pytest.skip("this account may not make links")
    assert said(b'#include "link.h"\n') == (
        'error[include-outside]: "link.h" lies outside the script\'s folder\n --> case.dma:1:10\n  |\n'
        '1 | #include "link.h"\n  |          ^^^^^^^^\n  |\n'
        "  = help: move the file below the script's folder, or give its folder with -I"
    )


@pytest.mark.parametrize("name", ["an unclosed brace", "eight errors in one pass", "a misspelt keyword"])
def test_command_line(name: str, folder: Path, root: Path) -> None:
    """`check` writes these messages to standard error and nothing to standard output, and ends with 65."""
    script, expected = next(case[1:] for case in CASES if case[0] == name)
    (folder / "case.dma").write_text(script, encoding="utf-8")
    where = {**os.environ, "PYTHONPATH": str(root), "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "dmascript", "check", "case.dma"]
    ran = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=where, timeout=120)
    assert (ran.returncode, ran.stdout) == (65, "")
    assert ran.stderr.startswith(expected)


def test_words_of_the_parser() -> None:
    """No message speaks of Python, or of what the parser calls its symbols."""
    told = "\n".join(
        line for case in CASES for line in case[2].splitlines() if line.startswith("error[") or "= help:" in line
    )
    assert not re.search(r"Traceback|Unexpected(Token|Characters)|Unexpected token|Token\(|lark", told)
    assert not re.search(r"\b(IDENTIFIER|NUMBER|TYPE_WORD|BROKEN(_ITEM)?|NO_TYPE|QUALIFIER|STORAGE|BINARY|END)\b", told)
