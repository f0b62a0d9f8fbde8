"""Random keys and random lines: whatever is typed, the session goes on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from dmascript.builtin_names import built_in_names
from dmascript.interp.options import Options
from dmascript.paint import PLAIN
from dmascript.repl.command import all_commands
from dmascript.repl.completion import Completions
from dmascript.repl.feeding import feed
from dmascript.repl.shell import Leave, Shell

SOME, MANY = 1500, 100_000  # keystrokes, and lines, in every run of the tests and in `nox -s fuzz`
STEPS = 20_000
ENTRY_LINES = 40  # entries that one session gets
KEYS = [
    "\r", "\r", "\r", "\t", "\t", "\x7f", "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[H", "\x1b[F", "\x03", "\x0f",
    "\x12", "\x13", "\x0b", "\x15", "\x17", "\x19", "\x01", "\x05", "\x1b\r", "\x1bf", "\x1bb", "\x1b.", "\x1bOP", "}",
    "\x1b[21~", "\x1b[23~", "\x1b", "\x1b[200~a {\n  b;\n\x1b[201~", "\x1f", "\x07", "\x00", "{", "(", ")", "->", ".",
    ";", "\u00e9", "\u4e2d", "\U0001f600", "\x1b[Z", "\x1b[3~", "\x0c", "\x14", "\x16\x01", "\x1b5", "v", "0", "dd",
]  # fmt: skip
FRAGMENTS = r"""
PMDL mdl = IoAllocateMdl(NULL, 4096, FALSE, FALSE, NULL);|IoFreeMdl(mdl);|mdl->ByteCount|mdl|*mdl|f(3)|f(|}|{|if (1) {
int f(int x) { return x; }|else|PVOID p = ExAllocatePoolWithTag(NonPagedPool, 64, 'tseT');|ExFreePool(p);|p|*(ULONG *)0
*(ULONG *)p = 5;|while (1) ;|for (;;) f(1);|#define A A|#if 0|#include <wdm.h>|#include "x"|struct S { int a; } s;|s|&s
s.a|"text"|L"wide"|'abcd'|5 / 0|1 << 99|KIRQL old; KeRaiseIrql(DISPATCH_LEVEL, &old);|__debugbreak();|g|p|t|gu|p-|t-|g-
k|dv|.undo|bp f|bp IoFreeMdl|ba w4 p|bl|bc *|machine { processors = 4; }|device D { registers { ULONG A @ 0; } }|_|_ + 1
.reset|.restart|KeBugCheck(0xE2);|MmUnlockPages(mdl);|struct T|int|;|/*|*/|//|.set memory=1GiB|.profile bounce|.seed 3
!analyze -v|?|??|? _|?? mdl|int a[1000000];|a[5]|f = 3;|return;|goto x;|typedef int INT4;|INT4 i = 4;|extern int e;|e
switch (1) { case 1: }|.fault 1 IoAllocateMdl
""".strip().replace("\n", "|").split("|")
OPERANDS = ["mdl", "p", "f", "s", "s.a", "&s", "mdl->Next", "_", "L 10", "*", "0", "-1", "nt!Mm*", "off", "vi"]


def word(pick: random.Random) -> str:
    names = list(built_in_names())
    kind = pick.random()
    if kind < 0.3:
        return pick.choice([*all_commands()])
    if kind < 0.55:
        return pick.choice(names)
    if kind < 0.7:
        return pick.choice(OPERANDS)
    if kind < 0.85:
        return hex(pick.getrandbits(pick.choice([4, 16, 32, 47, 64, 80])))
    return "".join(chr(pick.randrange(32, pick.choice([127, 0x3000]))) for _ in range(pick.randrange(6)))


def line(pick: random.Random) -> str:
    """A line that may be a command, code, both, or nothing."""
    kind = pick.random()
    if kind < 0.45:
        return " ".join([pick.choice([*all_commands()]), *(word(pick) for _ in range(pick.randrange(4)))])
    if kind < 0.85:
        return pick.choice(FRAGMENTS).strip()
    text = "".join(pick.choice([*FRAGMENTS, " ", ";", "(", ")", word(pick)]) for _ in range(pick.randrange(1, 5)))
    at = pick.randrange(len(text) + 1)
    return text[:at] + text[at + pick.randrange(3) :]


def leaves(text: str) -> bool:
    """The line ends the session."""
    return text.strip().startswith((".quit", ".q", "q"))


def new_shell(shown: list[str]) -> Shell:
    return Shell(Options(max_steps=STEPS, max_memory=64 << 20), shown.append, shown.append, PLAIN, 80)


def feed_lines(count: int, seed: int) -> None:
    """Feed so many lines to sessions, and complete at a random place of each."""
    pick = random.Random(seed)
    for start in range(0, count, ENTRY_LINES):
        shown: list[str] = []
        shell = new_shell(shown)
        completions = Completions(shell)
        fed: list[str] = []
        for _ in range(min(ENTRY_LINES, count - start)):
            text = line(pick)
            if leaves(text):
                continue
            fed.append(text)
            for each in completions.at(text[: pick.randrange(len(text) + 1)], True)[:5]:
                each.note()
            try:
                feed(shell, text)
            except Leave:
                break
            except Exception as error:
                raise AssertionError(f"seed {seed}: {fed}") from error
            mistakes = [told for told in shown if "internal error" in told or "Traceback" in told]
            assert not mistakes, (seed, fed, mistakes)
            shown.clear()
        shell.close_log()
        shell.live.close()


def press_keys(count: int, seed: int) -> None:
    """Press so many keys, in sessions of some hundreds."""
    from prompt_toolkit.input import create_pipe_input
    from prompt_toolkit.output import DummyOutput

    from dmascript.repl.terminal import Terminal

    pick = random.Random(seed)
    pressed = 0
    while pressed < count:
        keys: list[str] = []
        while len(keys) < 400 and len(keys) < count - pressed:
            kind = pick.random()
            if kind < 0.45:
                keys += list(line(pick))
            elif kind < 0.6:
                keys += list(word(pick))
            else:
                keys.append(pick.choice(KEYS))
        pressed += len(keys)
        shown: list[str] = []
        shell = new_shell(shown)
        with create_pipe_input() as input:
            terminal = Terminal(shell, input=input, output=DummyOutput())
            input.send_text("".join(key for key in keys if key not in "\x04\x18\x1a"))
            input.close()
            try:
                terminal.run()
            except Exception as error:
                raise AssertionError(f"seed {seed}: {keys}") from error
        mistakes = [told for told in shown if "internal error" in told or "Traceback" in told]
        assert not mistakes, (seed, keys, mistakes)
        shell.close_log()
        shell.live.close()


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What random commands write stays in a folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DMASCRIPT_CONFIG", str(tmp_path))
    monkeypatch.setenv("DMASCRIPT_TRACEBACK", "1")
    monkeypatch.setenv("VISUAL", "true")
    yield


@pytest.mark.parametrize("seed", range(2))
def test_some_lines(seed: int) -> None:
    """Random lines of commands and code end in answers."""
    feed_lines(SOME // 5, seed)


@pytest.mark.parametrize("seed", range(2))
def test_some_keys(seed: int) -> None:
    """Random keys end in no traceback."""
    press_keys(SOME, seed)


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(100, 110))
def test_many_lines(seed: int) -> None:
    """A hundred thousand lines, ten thousand each time."""
    feed_lines(MANY // 10, seed)


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(100, 110))
def test_many_keys(seed: int) -> None:
    """A hundred thousand keystrokes, ten thousand each time."""
    press_keys(MANY // 10, seed)
