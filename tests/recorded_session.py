"""Sessions as they stand in docs/sessions: prompts with what was typed, and what was shown for it.

    python tests/recorded_session.py docs/sessions/first_mdl.txt     run it again, and write what it shows now
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from dmascript.interp.options import Options
from dmascript.paint import PLAIN
from dmascript.repl.entries import split
from dmascript.repl.feeding import feed
from dmascript.repl.shell import Leave, Shell

PROMPT = re.compile(r"(dma|dead|\d+: kd|\.\.\.)> ?")
MORE = "...> "
WIDTH = 80


def typed(text: str) -> list[str]:
    """The lines that were typed in a session."""
    return [line[found.end() :] for line in text.split("\n") if (found := PROMPT.match(line))]


def session_text(lines: list[str]) -> str:
    """What a session shows in which these lines are typed, with its prompts."""
    shown: list[str] = []
    shell = Shell(Options(), shown.append, shown.append, PLAIN, WIDTH)
    source = iter(lines)
    entries = split(source, shell.is_command)
    while True:
        prompt = shell.prompt()
        entry = next(entries, None)
        if entry is None:
            break
        first, *more = entry.split("\n")
        shown.append(f"{prompt}{first}\n")
        shown.extend(f"{MORE.rjust(len(prompt))}{line}".rstrip() + "\n" for line in more)
        try:
            feed(shell, entry)
        except Leave:
            break
    shell.live.close()
    return "".join(shown)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(session_text(typed(path.read_text("utf-8"))), "utf-8", newline="\n")
