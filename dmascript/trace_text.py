"""The trace of a run as text, one routine call a line, or as JSON, one object a line.

    12.400 us  0 PASSIVE_LEVEL   IoAllocateMdl(0x20010, 0x2710, 0, 0, 0) = 0xffff8000`00012f40

A call made from within another is indented below it.
"""

from __future__ import annotations

from .bugcheck_screen import moment
from .runtime.findings import level_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

MEMBERS = ("time_ns", "duration_ns", "processor", "irql", "depth", "routine", "arguments", "result")
_FIRST_ADDRESS = 1 << 32


def trace_lines(events: Iterable[tuple[Any, ...]]) -> list[str]:
    """The events as lines for a reader."""
    lines = []
    for time_ns, _, processor, irql, depth, routine, arguments, result in events:
        call = f"{routine}({', '.join(map(_value, arguments))})"
        came = "" if result is None else f" = {_value(result)}"
        lines.append(f"{moment(time_ns):>12}  {processor} {level_name(irql):<14}  {'  ' * depth}{call}{came}")
    return lines


def trace_json(events: Iterable[tuple[Any, ...]]) -> list[str]:
    """The events as JSON objects, one a line; what is not a number or a text is written as a text."""
    import json

    return [json.dumps(dict(zip(MEMBERS, event, strict=True)), default=str) for event in events]


def write_trace(path: str, events: Iterable[tuple[Any, ...]]) -> None:
    """Write the events to a file, as JSON if its name ends in .json or .jsonl. OSError if it cannot be written."""
    lines = trace_json(events) if path.endswith((".json", ".jsonl")) else trace_lines(events)
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(line + "\n" for line in lines)


def _value(value: object) -> str:
    """A number in the base that reads best: small ones decimal, addresses in their two halves."""
    if not isinstance(value, int):
        return str(value)
    if value >= _FIRST_ADDRESS:
        return f"0x{value >> 32:08x}`{value & 0xFFFF_FFFF:08x}"
    return str(value) if -10 < value < 10 else f"{value:#x}"
