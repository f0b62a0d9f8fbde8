"""The screen that a bug check leaves behind, as text: the stop line, its name, and what it means.

The numbers are what Windows would show. The diagnosis follows it as an ordinary report.
"""

from __future__ import annotations

import textwrap

from .paint import PLAIN, Paint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .interp.report import Report

_WIDTH = 96


def bugcheck_screen(report: Report, meaning: str = "", paint: Paint = PLAIN) -> str:
    """The screen of a report that ended the run; `meaning` explains the code and its sub-code in a sentence."""
    stop = report.stop
    if stop is None:
        return ""
    parameters = ", ".join(f"0x{value & 0xFFFF_FFFF_FFFF_FFFF:016X}" for value in stop.parameters)
    lines = [f"*** STOP: 0x{stop.code:08X} ({parameters})", "", stop.name]
    lines.extend(textwrap.wrap(meaning, _WIDTH))
    lines += ["", f"processor {report.processor}, {report.irql}, {moment(report.time_ns)} after start"]
    if paint.on:
        widest = max(map(len, lines))
        lines = [paint("stop", f" {line:<{widest}} ") for line in lines]
    return "\n".join(lines) + "\n"


def moment(nanoseconds: int) -> str:
    """A simulated time in the unit in which it reads best: `12.400 us`."""
    for size, unit in ((1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us")):
        if nanoseconds >= size:
            return f"{nanoseconds // size}.{nanoseconds % size * 1000 // size:03} {unit}"
    return f"{nanoseconds} ns"
