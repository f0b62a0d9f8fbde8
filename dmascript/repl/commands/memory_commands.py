"""The commands that show and change memory: db dw dd dq dp dps dc da du, eb ew ed eq ep ea eu."""

from __future__ import annotations

import textwrap

from ...interp.debugger import looking
from ...interp.debugger.places import place_of
from ...interp.debugger.poking import poke
from ...interp.debugger.values import quoted
from ...runtime.mm.store import PAGE
from ..command import Refused, command
from ..reading import WORD, lies, long, machine, number, say, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shell import Shell

DEFAULT_BYTES = 128
MOST_BYTES = 0x10000
MOST_TEXT = 4096
WIDE_LINE, NARROW_LINE = 84, 58  # columns that a line takes of 16 bytes, and of 16 bytes in words
UNIT = {"b": 1, "w": 2, "d": 4, "c": 4, "q": 8, "p": 8, "ps": 8}


class Dump:
    """What a dump shows: from `start` up to `end`, in units of `size`; `way` is the command behind its `d`."""

    __slots__ = ("shell", "way", "size", "start", "end")

    def __init__(self, shell: Shell, way: str, start: int, end: int) -> None:
        self.shell = shell
        self.way = way
        self.size = UNIT[way]
        self.start = start
        self.end = end

    @property
    def per_line(self) -> int:
        """Bytes in a line."""
        if self.way == "ps":
            return 8
        if self.way != "b" or self.shell.width >= WIDE_LINE:
            return 16 if self.shell.width >= NARROW_LINE else 8
        return 8 if self.shell.width >= NARROW_LINE else 4

    def lines(self) -> list[str]:
        """The lines; a stretch of which nothing can be seen is told in one."""
        found: list[str] = []
        at = self.start
        while at < self.end:
            stop = min(at + self.per_line, self.end)
            seen = self._unseen(at, stop)
            if seen:
                following = self._next_page(at)
                while following < self.end and self._unseen(following, following + 1) == seen:
                    following = self._next_page(following)
                until = min(following, self.end)
                found.append(self._line(at, stop))
                told = f"to {long(until - 1)}: {seen}" if until > stop else seen
                found += textwrap.wrap(told, max(self.shell.width, 60), initial_indent=" " * 19,
                                       subsequent_indent=" " * 19, break_on_hyphens=False)  # fmt: skip
                at = until
            else:
                found.append(self._line(at, stop))
                at = stop
        return found

    def _next_page(self, at: int) -> int:
        """Where the first line begins that lies on the next page."""
        page = (at & -PAGE) + PAGE
        return at + -(-(page - at) // self.per_line) * self.per_line

    def _unseen(self, at: int, stop: int) -> str:
        """Why nothing of a line can be seen, or nothing."""
        nt = machine(self.shell)
        first, last = looking.look(nt, at), looking.look(nt, stop - 1)
        if first.visible or last.visible:
            return ""
        if first.state == looking.UNMAPPED:
            place = place_of(nt, at)
            if place.kind == "routine":
                return f"the code of {place.name}, which has no bytes here"
            return looking.NOT_SEEN[first.state] if place.kind == "nothing" and looking.is_canonical(at) else place.text
        return looking.NOT_SEEN[first.state]

    def _number(self, at: int, size: int) -> int | None:
        return looking.number(machine(self.shell), at, size)

    def _line(self, at: int, stop: int) -> str:
        size = self.size
        units = [self._number(where, size) for where in range(at, stop, size)]
        parts = ["?" * 2 * size if unit is None else _hex(unit, size) for unit in units]
        head = f"{long(at)}  "
        if self.way == "b":
            text = "".join(_printable(unit) for unit in units)
            half = [" ".join(parts[:8]), " ".join(parts[8:])]
            shown = "-".join(half) if half[1] else half[0]
            return f"{head}{shown:<{3 * self.per_line - 1}}  {text}"
        if self.way == "c":
            data = [self._number(where, 1) for where in range(at, stop)]
            return f"{head}{' '.join(parts):<35}  {''.join(_printable(unit) for unit in data)}"
        if self.way == "ps":
            place = _symbol(self.shell, units[0]) if units[0] is not None else ""
            return f"{head}{parts[0]}  {place}".rstrip()
        return head + " ".join(parts)


class PhysicalDump(Dump):
    """The same of physical memory."""

    __slots__ = ()

    def _number(self, at: int, size: int) -> int | None:
        data = looking.physical(machine(self.shell), at, size)
        return None if data is None else int.from_bytes(data, "little")

    def _unseen(self, at: int, stop: int) -> str:
        nt = machine(self.shell)
        if nt.frames.is_ram(at // PAGE) or nt.frames.is_ram((stop - 1) // PAGE):
            return ""
        bar = nt.hardware.bar_at(at, False)
        return "no RAM" if bar is None else f"no RAM: {bar.title}"


def _hex(unit: int, size: int) -> str:
    return long(unit) if size == 8 else f"{unit:0{2 * size}x}"


def _printable(unit: int | None) -> str:
    return "?" if unit is None else chr(unit) if 32 <= unit < 127 else "."


def _symbol(shell: Shell, value: int) -> str:
    """What a word in memory points to, if it looks like an address."""
    if value < 0x1_0000 or not looking.is_canonical(value):
        return ""
    text = lies(shell, value)
    return "" if text.startswith("nothing") else text


# ---- showing


def read_range(shell: Shell, rest: str, size: int, default: int) -> tuple[int, int]:
    """Start and end of `ADDRESS`, `ADDRESS L COUNT` or `ADDRESS END`; without an address it goes on where the last dump
    ended."""
    parts = words(rest)
    count = None
    for index, part in enumerate(parts):
        if part in ("l", "L") or (part[0] in "lL" and part[1] in "0123456789abcdefABCDEF(" and _is_count(part)):
            rest_of = part[1:] or " ".join(parts[index + 1 : index + 2])
            if not rest_of or len(parts) > index + (1 if part[1:] else 2):
                raise Refused("a count follows L: db ADDRESS L20")
            count = number(shell, rest_of)
            parts = parts[:index]
            break
    if not parts:
        start, end = _position(shell), None
    elif len(parts) == 2:
        start, end = number(shell, parts[0]), number(shell, parts[1]) + 1
        if end <= start:
            raise Refused("the end lies before the start")
    else:
        start, end = number(shell, " ".join(parts)), None
    length = end - start if end is not None else default if count is None else count * size
    if length > MOST_BYTES:
        raise Refused(f"{length:,} bytes are more than one dump shows: 0x{MOST_BYTES:x} at most")
    if length <= 0:
        raise Refused("the range is empty")
    return start, min(start + length, WORD + 1)


def _is_count(part: str) -> bool:
    """Whether a word such as L20 or L(n) is a count, and not a name that begins so."""
    return part[1] == "(" or all(digit in "0123456789abcdefABCDEFxn" for digit in part[1:])


def _position(shell: Shell) -> int:
    """Where the last dump ended."""
    if not shell.dump_position:
        raise Refused("nothing was shown yet that this could go on from: give an address")
    return shell.dump_position


def go_on_at(shell: Shell, address: int) -> None:
    """Let the next dump without an address begin here, as Enter asks for one."""
    shell.last = shell.spelled
    shell.dump_position = address & WORD


@command(
    "db", "db [ADDRESS [L COUNT | END]]",
    "Show memory as bytes (db), words of 16, 32 and 64 bits (dw, dd, dq), with characters (dc), as pointers (dp, and "
    "dps with what each leads to). Without an address it goes on.",
    group="memory", completes="address", names=("dw", "dd", "dq", "dc", "dp", "dps"), repeats=True,
)  # fmt: skip
def dump(shell: Shell, rest: str) -> None:
    way = shell.spelled[1:]
    size = UNIT[way]
    start, end = read_range(shell, rest, size, DEFAULT_BYTES if shell.width >= NARROW_LINE else DEFAULT_BYTES // 2)
    end = min(start + -(-(end - start) // size) * size, WORD + 1)
    say(shell, Dump(shell, way, start, end).lines())
    go_on_at(shell, end)


@command(
    "!db", "!db PHYSICAL [L COUNT | END]",
    "Show physical memory as bytes (!db), words of 16, 32 and 64 bits (!dw, !dd, !dq) or with characters (!dc).",
    group="memory", completes="address", names=("!dw", "!dd", "!dq", "!dc"),
)  # fmt: skip
def dump_physical(shell: Shell, rest: str) -> None:
    if not rest:
        raise Refused("a physical address is missing")
    way = shell.spelled[2:]
    start, end = read_range(shell, rest, UNIT[way], DEFAULT_BYTES)
    say(shell, PhysicalDump(shell, way, start, end).lines())


@command(
    "da", "da [ADDRESS [L COUNT]]",
    "Show memory as text up to its end: bytes (da) or UTF-16 (du).",
    group="memory", completes="address", names=("du",), repeats=True,
)  # fmt: skip
def text(shell: Shell, rest: str) -> None:
    """Text up to its end, or as many characters as were asked for."""
    size = 2 if shell.spelled == "du" else 1
    start, end = read_range(shell, rest, size, MOST_TEXT * size)
    nt = machine(shell)
    found, at = "", start
    ended = False
    while at < end:
        unit = looking.number(nt, at, size)
        at += size
        if not unit:
            ended = unit == 0
            break
        found += chr(unit) if not 0xD800 <= unit < 0xE000 else "\ufffd"
    lines = [f"{long(start + 48 * size * index)}  {quoted(found[48 * index : 48 * index + 48])}"
             for index in range(max(1, -(-len(found) // 48)))]  # fmt: skip
    seen = looking.look(nt, at - size)
    if not ended and not seen.visible:
        lines.append(f"{'':19}{looking.NOT_SEEN[seen.state]}")
    say(shell, lines)
    go_on_at(shell, at)


# ---- changing


@command(
    "eb", "eb ADDRESS VALUE...",
    "Write bytes (eb), words of 16, 32 and 64 bits (ew, ed, eq) or pointers (ep) to memory.",
    group="memory", completes="address", names=("ew", "ed", "eq", "ep"),
)  # fmt: skip
def enter(shell: Shell, rest: str) -> None:
    size = UNIT[shell.spelled[1:]]
    parts = words(rest)
    if len(parts) < 2:
        raise Refused("an address and at least one value are needed")
    start = number(shell, parts[0])
    data = b"".join(_encoded(shell, part, size) for part in parts[1:])
    write(shell, start, data)


def _encoded(shell: Shell, part: str, size: int) -> bytes:
    if part[0] == '"' and size <= 2:
        return _unquoted(part).encode("utf-16-le" if size == 2 else "latin-1", "replace")
    value = number(shell, part)
    if value >> 8 * size and (value ^ WORD) >> (8 * size - 1):
        raise Refused(f"{part} does not fit into {size} byte{'s' if size > 1 else ''}")
    return (value & (1 << 8 * size) - 1).to_bytes(size, "little")


def _unquoted(part: str) -> str:
    if len(part) < 2 or part[0] != '"' or part[-1] != '"':
        raise Refused(f'text stands between quotes: "{part.strip(chr(34))}"')
    return part[1:-1].replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")


@command(
    "ea", 'ea ADDRESS "TEXT"',
    "Write text, bytes (ea) or UTF-16 (eu), without a zero behind it.",
    group="memory", completes="address", names=("eu",),
)  # fmt: skip
def enter_text(shell: Shell, rest: str) -> None:
    parts = words(rest)
    if len(parts) != 2:
        raise Refused('an address and a "text" are needed')
    encoding = "utf-16-le" if shell.spelled == "eu" else "latin-1"
    write(shell, number(shell, parts[0]), _unquoted(parts[1]).encode(encoding, "replace"))


def write(shell: Shell, start: int, data: bytes) -> None:
    """Change memory past all protections, as a debugger does, where there is memory."""
    nt = machine(shell)
    for page in range(start & -PAGE, start + len(data), PAGE):
        seen = looking.look(nt, page)
        if not seen.visible:
            where = long(max(page, start))
            if seen.state == looking.REGISTERS:
                raise Refused(f"{where} is {lies(shell, max(page, start))}: let the driver write it, or call "
                              "WRITE_REGISTER_ULONG")  # fmt: skip
            raise Refused(f"{where} cannot be written: {looking.NOT_SEEN[seen.state]}")
    live, process = shell.live, shell.looked_from
    done = live.do(f"eb {long(start)} {data.hex(' ')}", lambda: poke(live.nt, start, data, process))
    if done.message:
        raise Refused(done.message)
