"""A session of the REPL for tests: each entry is fed to a Shell, and what it shows is the answer."""

from __future__ import annotations

from dmascript.interp.options import Options
from dmascript.paint import PLAIN
from dmascript.repl.shell import Shell


class Prompt:
    """`prompt("x + 1")` is what the session shows for an entry."""

    def __init__(self, width: int = 100, **options: object) -> None:
        self.shown: list[str] = []
        self.shell = Shell(Options(**options), self.shown.append, self.shown.append, PLAIN, width)

    def __call__(self, text: str) -> str:
        self.shown.clear()
        self.shell.feed(text)
        return "".join(self.shown)

    def all(self, text: str) -> str:
        """Every line of a text as an entry; what the last one shows."""
        shown = ""
        for line in text.strip().splitlines():
            shown = self(line.strip())
        return shown
