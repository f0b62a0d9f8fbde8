"""A session in a pseudo-terminal: keys are typed, and the screen is read as a person reads it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SECONDS = 20.0
PROMPT = 7  # columns
KEYS = {
    "enter": "\r", "tab": "\t", "escape": "\x1b", "backspace": "\x7f", "up": "\x1b[A", "down": "\x1b[B",
    "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F", "ctrl-c": "\x03", "ctrl-d": "\x04",
    "ctrl-e": "\x05", "ctrl-o": "\x0f", "ctrl-r": "\x12", "alt-enter": "\x1b\r", "f1": "\x1bOP", "f10": "\x1b[21~",
}  # fmt: skip


class TypedSession:
    """`python -m dmascript WORDS` at a terminal of so many columns and lines. `folder` is where it runs and keeps its
    history."""

    def __init__(
        self, folder: Path, *words: str, columns: int = 80, lines: int = 30, environment: dict[str, str] | None = None
    ) -> None:
        import pexpect
        import pyte

        self.screen = pyte.HistoryScreen(columns, lines, history=5000, ratio=0.5)
        self.stream = pyte.ByteStream(self.screen)
        variables = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
        variables |= {"TERM": "xterm-256color", "DMASCRIPT_CONFIG": str(folder / "config"), "COLUMNS": str(columns),
                      "LINES": str(lines), "DMASCRIPT_TRACEBACK": "1"}  # fmt: skip
        variables |= environment or {}
        self.started = time.monotonic()
        self.process: Any = pexpect.spawn(
            sys.executable, ["-m", "dmascript", *words], cwd=str(folder), env=variables, dimensions=(lines, columns)
        )

    # -- reading

    def pump(self, seconds: float = 0.05) -> bytes:
        """Show on the screen what has come; nothing if nothing comes in that time."""
        import pexpect

        try:
            data: bytes = self.process.read_nonblocking(65536, seconds)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return b""
        self._answer(data)
        self.stream.feed(data)
        return data

    def _answer(self, data: bytes) -> None:
        """Say where the cursor is when the program asks."""
        if b"\x1b[6n" in data:
            self.process.send(f"\x1b[{self.screen.cursor.y + 1};{self.screen.cursor.x + 1}R")

    @property
    def shown(self) -> list[str]:
        """The lines on the screen, without the blanks behind them."""
        return [line.rstrip() for line in self.screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.shown).rstrip()

    @property
    def all_text(self) -> str:
        """Also what has left the screen at its top."""
        columns = range(self.screen.columns)
        above = ["".join(line[x].data for x in columns).rstrip() for line in self.screen.history.top]
        return "\n".join([*above, *self.shown]).rstrip()

    def wait(self, reached: Callable[[], bool], what: str) -> None:
        """Until something holds of the screen."""
        end = time.monotonic() + SECONDS
        while not reached():
            over = not self.pump() and not self.process.isalive()
            if (over or time.monotonic() > end) and not reached():
                raise AssertionError(f"never came: {what}\n{self.text}")

    def see(self, text: str) -> None:
        """Wait until the text is on the screen."""
        self.wait(lambda: text in self.text, repr(text))

    def settle(self, quiet: float = 0.3) -> None:
        """Wait until nothing more comes."""
        while self.pump(quiet):
            pass

    def prompt(self, prompt: str = "dma>") -> None:
        """Wait for an empty prompt at the cursor."""
        def is_there() -> bool:
            line = self.screen.display[self.screen.cursor.y]
            return line.rstrip() == prompt and self.screen.cursor.x == len(prompt) + 1

        self.wait(is_there, f"an empty prompt {prompt}")

    # -- typing

    def type(self, text: str) -> None:
        self.process.send(text)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.process.send(KEYS[key])

    def paste(self, text: str) -> None:
        """What a terminal sends for a paste."""
        self.process.send(f"\x1b[200~{text}\x1b[201~")

    def write(self, text: str) -> None:
        """Type a text, and wait until it stands before the cursor."""
        self.type(text)

        def is_there() -> bool:
            before = self.screen.display[self.screen.cursor.y][: self.screen.cursor.x]
            seen = max(min(len(before) - PROMPT, 8), 1)  # of a line that is wrapped, only its end
            return before.endswith(text[-seen:])

        self.wait(is_there, f"{text!r} before the cursor")

    def line(self, text: str) -> None:
        """Type a text and then Enter, as a person does: not both at once."""
        row = self.row
        if text:
            self.write(text)
        self.press("enter")
        self.wait(lambda: self.row > row, "a line after Enter")

    def enter(self, text: str, prompt: str = "dma>") -> str:
        """Type a line, wait until it was done, and return what was shown for it."""
        row = self.row
        self.line(text)
        self.prompt(prompt)
        return "".join(line + "\n" for line in self.all_text.split("\n")[row + 1 : self.row])

    @property
    def row(self) -> int:
        """The line of the cursor, counted from the first one of the session."""
        return len(self.screen.history.top) + self.screen.cursor.y

    def leave(self) -> int:
        """Close the session and return its exit code."""
        import pexpect

        row = self.row
        self.press("ctrl-c")
        self.wait(lambda: self.row > row and self.screen.cursor.x > 0, "another prompt")
        self.settle(0.2)
        self.press("ctrl-d")
        try:
            self.process.expect(pexpect.EOF, timeout=SECONDS)
        finally:
            self.process.close()
        return int(self.process.exitstatus if self.process.exitstatus is not None else -self.process.signalstatus)

    def __enter__(self) -> TypedSession:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.close(force=True)
