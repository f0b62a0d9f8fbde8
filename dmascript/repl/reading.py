"""What commands read of their line, and the words in which they all say what they show."""

from __future__ import annotations

import textwrap
from os.path import basename

from ..interp.debugger.glass import seen_from
from ..interp.debugger.places import lies_at
from ..interp.debugger.values import Values
from ..runtime.findings import address as shown
from .command import Refused
from .tinting import tinted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..runtime.findings import Moment
    from ..runtime.system import System
    from .shell import Shell

WORD = 0xFFFF_FFFF_FFFF_FFFF
_CLOSERS = {")": "(", "]": "[", "}": "{"}


def words(text: str) -> list[str]:
    """The words of a line; blanks within brackets and quotes belong to a word."""
    found: list[str] = []
    current, quote, depth = "", "", 0
    for character in text:
        if quote:
            quote = "" if character == quote and not current.endswith("\\") else quote
        elif character in "\"'":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in _CLOSERS:
            depth = max(0, depth - 1)
        if character.isspace() and not quote and not depth:
            if current:
                found.append(current)
            current = ""
        else:
            current += character
    return [*found, current] if current else found


def number(shell: Shell, text: str) -> int:
    """An address or a number, as 64 bits."""
    return shell.live.number(text) & WORD


def needed(shell: Shell, rest: str, what: str = "an address") -> int:
    """The one address that a command takes."""
    if not rest.strip():
        raise Refused(f"{what} is missing")
    return number(shell, rest.strip())


def machine(shell: Shell) -> System:
    """The machine as it is looked at, from the process that was chosen."""
    nt = shell.live.nt
    if not shell.looked_from:
        return nt
    return seen_from(nt, next((one for one in nt.processes if one.id == shell.looked_from and one.alive), None))


def values_of(shell: Shell) -> Values:
    return Values(machine(shell), shell.live.symbol, shell.live.growing.checker)


def lies(shell: Shell, address: int) -> str:
    """What lies at an address."""
    return lies_at(machine(shell), address, shell.live.symbol)


def with_place(shell: Shell, address: int) -> str:
    """An address and what lies there."""
    return f"{shown(address)}  {lies(shell, address)}"


def function_name(shell: Shell, address: int) -> str:
    """What to call the function at an address."""
    return lies(shell, address) if address else "none"


def long(address: int) -> str:
    """An address as dumps begin with it: ffffa100`00012f40."""
    return f"{address >> 32:08x}`{address & 0xFFFF_FFFF:08x}"


def when(shell: Shell, moment: Moment | None, prefix: str = "at ") -> str:
    """Where in the script, and when, something was done: `at read.dma:31 (12.400 us)`."""
    if moment is None:
        return ""
    place = shell.live.session.sites.place(moment.site, "")
    time = f"{moment.time_ns / 1000:.3f} us"
    return f"{prefix}{basename(place.file)}:{place.line} ({time})" if place is not None else f"{prefix}{time}"


def facts(pairs: Iterable[tuple[str, str]], width: int = 80, indent: int = 2) -> list[str]:
    """Labelled lines, the texts one below the other and wrapped to the width."""
    rows = [(label, text) for label, text in pairs if text]
    column = max((len(label) for label, _ in rows), default=0) + 2
    found = []
    for label, text in rows:
        head, later = f"{'':{indent}}{label:<{column}}", " " * (indent + column)
        found += textwrap.wrap(
            text, max(width, 40), initial_indent=head, subsequent_indent=later, break_on_hyphens=False,
            break_long_words=False,
        ) or [head.rstrip()]  # fmt: skip
    return found


def columns(rows: Sequence[Sequence[str]], indent: int = 2, gap: int = 2) -> list[str]:
    """Rows of cells, the cells of a column one below the other."""
    if not rows:
        return []
    sizes = [max(len(row[index]) for row in rows if index < len(row)) for index in range(max(map(len, rows)))]
    space = " " * gap
    return [
        (" " * indent + space.join(f"{cell:<{size}}" for cell, size in zip(row, sizes, strict=False))).rstrip()
        for row in rows
    ]


def say(shell: Shell, lines: Iterable[str]) -> None:
    """Print some lines."""
    shell.say(tinted("\n".join(lines), shell.paint))
