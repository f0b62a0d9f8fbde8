"""How the session looks: its colours, the line at the bottom, the source around a stop.

The colours of text lie half way between black and white: on either of them their contrast is 4.5 to 1 or better, so
that nobody need say which the terminal has.
"""

from __future__ import annotations

import os

from ..runtime.findings import level_name
from .indenting import INDENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..interp.debugger.stops import Stop
    from .shell import Shell

    Fragments = list[tuple[str, str]]

RED, ORANGE, AMBER, GREEN, TEAL = "#e12b2b", "#bd580f", "#a06b04", "#138826", "#0b847c"
BLUE, INDIGO, VIOLET, MAGENTA, GREY = "#1f75d9", "#6f66d9", "#a14fd3", "#cf2cab", "#70767e"

TEXT_COLOURS = {
    "prompt": f"{BLUE} bold",
    "prompt.stopped": f"{ORANGE} bold",
    "prompt.dead": f"{RED} bold",
    "prompt.more": GREY,
    "dma.keyword": f"{VIOLET} bold",
    "dma.type": TEAL,
    "dma.routine": BLUE,
    "dma.function": f"{BLUE} bold",
    "dma.constant": ORANGE,
    "dma.macro": AMBER,
    "dma.variable": ORANGE,
    "dma.name": "",
    "dma.local": "",
    "dma.field": INDIGO,
    "dma.annotation": GREY,
    "dma.number": MAGENTA,
    "dma.unit": MAGENTA,
    "dma.string": GREEN,
    "dma.comment": f"{GREY} italic",
    "dma.expectation": f"{GREY} bold",
    "dma.directive": VIOLET,
    "dma.operator": "",
    "dma.bracket": "",
    "dma.error": f"{RED} underline",
    "dma.command": f"{GREEN} bold",
    "matching-bracket.cursor": f"bg:default {BLUE} bold underline",
    "matching-bracket.other": f"bg:default {BLUE} bold underline",
    "auto-suggestion": GREY,
    "source.number": GREY,
    "source.here": f"{ORANGE} bold",
    "source.now": "underline",
    "bottom-toolbar": f"noreverse {GREY}",
    "toolbar.alarm": f"{ORANGE} bold",
    "toolbar.dead": f"{RED} bold",
    "toolbar.argument": f"{BLUE} bold",
    "search": "noreverse bold",
    "search.current": "reverse",
}
MENU_COLOURS = {
    "completion-menu": "bg:#e4e7eb #1d2126",
    "completion-menu.completion": "",
    "completion-menu.completion.current": "noreverse bg:#1a5fb4 #ffffff",
    "completion-menu.meta.completion": "bg:#eff1f4 #50565e",
    "completion-menu.meta.completion.current": "noreverse bg:#3a77c4 #ffffff",
    "scrollbar.background": "bg:#cfd4da",
    "scrollbar.button": "bg:#7f8790",
}
# Without colours the line that is chosen must still stand out.
PLAIN_MENU = {"completion-menu.completion.current": "reverse", "completion-menu.meta.completion.current": "reverse"}
PLAIN_TEXT = {
    "prompt": "bold", "source.here": "bold", "source.now": "underline", "bottom-toolbar": "noreverse",
    "toolbar.alarm": "bold", "toolbar.dead": "bold", "toolbar.argument": "bold", "dma.error": "underline",
    "matching-bracket.cursor": "noreverse bold underline", "matching-bracket.other": "noreverse bold underline",
    "search.current": "reverse",
}  # fmt: skip

VERIFIERS = ("verifier off", "verifier standard", "verifier full")
BETWEEN = "  "


# ---- the line at the bottom


def status(shell: Shell, width: int) -> Fragments:
    """The state of the machine in one line; what matters least is left out where the terminal is narrow."""
    live = shell.live
    nt = live.nt
    level = level_name(nt.irql)
    parts: list[tuple[int, str, str]] = [  # how readily it is left out, style, text
        (4, "", nt.settings.profile),
        (6, "", VERIFIERS[nt.settings.verifier]),
        (2, "", f"{nt.clock.now_ns / 1000:,.3f} us"),
        (1, "class:toolbar.alarm" if nt.irql >= 2 else "", level),
        (5, "", f"cpu {nt.cpu.number}"),
        (3, "", nt.thread.name if nt.thread.name != "System" else nt.process.name),
    ]
    if live.crashed:
        parts.append((0, "class:toolbar.dead", _stop_code(shell)))
    elif live.stopped is not None:
        parts.append((0, "class:toolbar.alarm", where(shell, live.stopped)))
    while len(parts) > 1 and sum(len(text) + len(BETWEEN) for _, _, text in parts) > width:
        parts.remove(max(parts, key=lambda part: part[0]))
    found: Fragments = []
    for _, style, text in parts:
        found += [("", BETWEEN if found else " "), (style, text[: max(width - 2, 1)])]
    return found


def _stop_code(shell: Shell) -> str:
    stops = [finding.stop for finding in shell.live.nt.findings if finding.stop is not None]
    return f"STOP 0x{stops[-1][0]:X}" if stops else "the machine has stopped"


def where(shell: Shell, stop: Stop) -> str:
    """Function, file and line of a stop."""
    calls = shell.live.session.sites.calls(stop.site)
    return f"{calls[0][0]} at {os.path.basename(calls[0][1])}:{calls[0][2]}" if calls else "outside the script"


def signature(prototype: str, argument: int, width: int) -> Fragments:
    """A prototype with the parameter marked that is being written."""
    start = prototype.find("(")
    if start < 0:
        return [("", prototype[:width])]
    ends = _parameter_ends(prototype, start)
    if argument >= len(ends) - 1:
        argument = len(ends) - 2 if prototype.rstrip(";").endswith("...)") else len(ends)
    found: Fragments = [("", prototype[: start + 1])]
    for index, (first, last) in enumerate(zip(ends, ends[1:], strict=False)):
        found.append(("class:toolbar.argument" if index == argument else "", prototype[first + 1 : last].strip()))
        found.append(("", ", " if last < ends[-1] else prototype[last:]))
    return _fitted(found, width, argument)


def _parameter_ends(prototype: str, start: int) -> list[int]:
    """Where the bracket opens, each comma on its level, and where it closes."""
    ends, depth = [start], 0
    for at in range(start, len(prototype)):
        letter = prototype[at]
        depth += (letter in "([") - (letter in ")]")
        if (letter == "," and depth == 1) or (letter == ")" and depth == 0):
            ends.append(at)
            if depth == 0:
                break
    return ends


def _fitted(found: Fragments, width: int, argument: int) -> Fragments:
    """Cut to the width, so that the marked parameter is seen."""
    texts = [text for _, text in found]
    if sum(map(len, texts)) <= width:
        return found
    at = min(2 * argument + 1, len(found) - 1)
    first = 1
    while first < at and sum(map(len, texts[first : at + 1])) + len(texts[0]) + 2 > width:
        first += 2
    kept = found[:1] + ([("", "…, ")] if first > 1 else []) + found[first:]
    room = width - 1
    cut: Fragments = []
    for style, text in kept:
        if len(text) > room:
            cut.append((style, text[: max(room, 0)] + "…"))
            break
        cut.append((style, text))
        room -= len(text)
    return cut


# ---- the source around a stop


class SourceLine:
    """A line of the source window: its number and text; `here` is whether it is the current one, and `now` which
    columns of it run next, where that is not all of it."""

    __slots__ = ("number", "text", "here", "now")

    def __init__(self, number: int, text: str, here: bool, now: tuple[int, int]) -> None:
        self.number = number
        self.text = text
        self.here = here
        self.now = now


def source_around(shell: Shell, stop: Stop, above: int = 3, below: int = 3) -> list[SourceLine]:
    """The lines around the place where a run is suspended; none if it is not in a file whose text is at hand."""
    if not stop.site:
        return []
    live = shell.live
    file, line, column, end, _ = live.session.sites.span(stop.site[0])
    text = live.growing.files.get(file)
    if text is None or line < 1:
        return []
    lines = text.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    found = []
    for number in range(max(line - above, 1), min(line + below, len(lines)) + 1):
        here = number == line
        text = lines[number - 1].rstrip("\r")
        start, after = (len(text[: at - 1].expandtabs(INDENT)) for at in (column, end))
        text = text.expandtabs(INDENT)
        found.append(SourceLine(number, text, here, _part(text, start, after) if here else (0, 0)))
    return found


def _part(line: str, start: int, end: int) -> tuple[int, int]:
    """The columns that run next; none if they are all of the line's code."""
    rest = line[end:].partition("//")[0]
    return (start, end) if line[:start].strip() or rest.strip() else (0, 0)


def cut(text: str, width: int) -> str:
    """A text of at most so many columns."""
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"


def source_text(lines: list[SourceLine], width: int) -> str:
    """The source window without colours, the current line marked as WinDbg marks it."""
    size = max((len(str(line.number)) for line in lines), default=1)
    return "\n".join(
        cut(f"{'>' if line.here else ' '} {line.number:>{size}}: {line.text}".rstrip(), width)
        for line in lines
    )
