"""The session without an editor: entries come from a pipe, a file, or a terminal that cannot move its cursor.

Nothing is echoed, and what is shown depends on the input alone. Prompts are shown only where somebody types.
"""

from __future__ import annotations

import sys

from ..console import EXIT_CLEAN, EXIT_FOUND, EXIT_REFUSED
from .entries import is_complete, split
from .feeding import Interruptible, feed
from .shell import Leave

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .shell import Shell


def run_lines(shell: Shell, lines: Iterable[str]) -> bool:
    """Do the entries in these lines; what goes wrong with one does not keep the others from being done. False if one
    ends the session."""
    with Interruptible(shell) as interruptible:
        for entry in split(lines, shell.is_command):
            try:
                feed(shell, entry)
            except Leave:
                return False
            sys.stdout.flush()  # whoever writes into the pipe may wait for the answer
            if interruptible.asked:
                raise KeyboardInterrupt
    return True


def exit_code(shell: Shell) -> int:
    """Of a session that nobody sat at: whether all of it compiled, and no rule was broken."""
    return EXIT_FOUND if shell.broken else EXIT_REFUSED if shell.refused else EXIT_CLEAN


def piped_lines() -> Iterator[str]:
    """The lines of standard input, without their ends."""
    for line in iter(sys.stdin.buffer.readline, b""):
        yield line.decode("utf-8", "replace").rstrip("\r\n")


def typed_entries(shell: Shell) -> None:
    """A session at a terminal that only takes lines."""
    while True:
        text = _typed_entry(shell)
        if text is None:
            return
        with Interruptible(shell):
            try:
                feed(shell, text)
            except Leave:
                return


def _typed_entry(shell: Shell) -> str | None:
    """One entry, asked for until it is whole; None at the end of input."""
    lines: list[str] = []
    while True:
        prompt = "...> " if lines else shell.prompt()
        try:
            sys.stdout.write(prompt)
            sys.stdout.flush()
            line = sys.stdin.readline()
        except KeyboardInterrupt:
            sys.stdout.write("\n")
            lines = []
            continue
        if not line:
            sys.stdout.write("\n")
            return None
        lines.append(line.rstrip("\r\n"))
        text = "\n".join(lines)
        if not lines[-1].strip() or (len(lines) == 1 and shell.is_command(text)) or is_complete(text):
            return text
