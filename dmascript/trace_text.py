"""The trace of a run as text, one event a line, or as JSON, one object a line.

    12.400 us  0 PASSIVE_LEVEL   app          IoAllocateMdl(0x20010, 0x2710, 0) = 0xffff8000`00012f40

A call made from within another is indented below it. What is no call of a routine is named by its kind.
"""

from __future__ import annotations

from .bugcheck_screen import moment
from .runtime.constants import GROUPS
from .runtime.findings import level_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .interp.trace import TraceEvent

ANSWERED_BY_STATUS = ("dispatch", "completion routine")
_FIRST_ADDRESS = 1 << 32


def trace_lines(events: Iterable[TraceEvent]) -> list[str]:
    """The events as lines for a reader."""
    found = list(events)
    width = max((len(event.track) for event in found), default=0)
    lines = []
    for event in found:
        level = f"{moment(event.time_ns):>12}  {event.processor} {level_name(event.irql):<14}"
        lines.append(f"{level}  {event.track:<{width}}  {'  ' * event.depth}{_said(event)}".rstrip())
    return lines


def _said(event: TraceEvent) -> str:
    """What happened, without when and where."""
    came = "" if event.result is None else f" = {result_text(event)}"
    if event.kind == "call":
        return f"{event.name}({', '.join(map(value_text, event.arguments))}){came}"
    if event.kind == "output":
        return f"> {event.name}"
    details = [detail_text(name, value) for name, value in _pairs(event)]
    if event.cause:
        details.append(f"irp {value_text(event.cause)}")
    words = f"[{event.kind}] {event.name}".rstrip()
    return f"{words}{': ' if details else ''}{', '.join(details)}{came}"


def detail_text(name: object, value: object) -> str:
    """A detail by the name that people know it by, where there is one."""
    if isinstance(value, int) and name in ("major", "minor", "status"):
        return f"{name} {constant_name(str(name), value)}"
    return f"{name} {value_text(value)}"


def constant_name(kind: str, value: int) -> str:
    """IRP_MJ_READ for the major function 3, STATUS_PENDING for the status 0x103; the number where none is known."""
    groups = {"major": ("irp_mj",), "minor": ("irp_mn_pnp",), "status": ("ntstatus",)}[kind]
    for group in groups:
        for known, number in GROUPS[group][1].items():
            if number == value & 0xFFFF_FFFF:
                return known
    return value_text(value)


def result_text(event: TraceEvent) -> str:
    """What came back; by its name if it is a status."""
    if event.kind in ANSWERED_BY_STATUS and isinstance(event.result, int):
        return constant_name("status", event.result)
    return value_text(event.result)


def _pairs(event: TraceEvent) -> list[tuple[str, object]]:
    """The details of an event that is no call."""
    return [pair for pair in event.arguments if isinstance(pair, tuple) and len(pair) == 2]


def event_data(event: TraceEvent) -> dict[str, object]:
    """One event as plain data; what is not a number or a text becomes a text."""
    return {name: getattr(event, name) for name in event.__slots__}


def trace_json(events: Iterable[TraceEvent]) -> list[str]:
    """The events as JSON objects, one a line."""
    import json

    return [json.dumps(event_data(event), default=str) for event in events]


def write_trace(path: str, events: Iterable[TraceEvent]) -> None:
    """Write the events to a file: for timeline viewers if its name ends in .json, one object a line for .jsonl, else as
    text. OSError if it cannot be written."""
    if path.endswith(".json"):
        from .trace_timeline import timeline

        lines = [timeline(events)]
    else:
        lines = trace_json(events) if path.endswith(".jsonl") else trace_lines(events)
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(line + "\n" for line in lines)


def value_text(value: object) -> str:
    """A number in the base that reads best: small ones decimal, addresses in their two halves."""
    if isinstance(value, (tuple, list)):
        return ", ".join(map(value_text, value))
    if not isinstance(value, int) or isinstance(value, bool):
        return str(value)
    if value >= _FIRST_ADDRESS:
        return f"0x{value >> 32:08x}`{value & 0xFFFF_FFFF:08x}"
    return str(value) if -10 < value < 10 else f"{value:#x}"
