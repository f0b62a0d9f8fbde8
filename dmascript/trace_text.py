"""The trace of a run as text, one event a line, or as JSON, one object a line.

    12.400 us  0 PASSIVE_LEVEL   app          IoAllocateMdl(0x20010, 0x2710, 0) = 0xffff8000`00012f40

A call made from within another is indented below it. What is no call of a routine is named by its kind. All times are
in microseconds. As a run goes on, `TraceLog` prints what came back from a call on a line of its own,
`... IoCallDriver = STATUS_PENDING`, if something else happened in it.
"""

from __future__ import annotations

from .runtime.findings import level_name
from .trace_words import detail_text, result_text, value_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .interp.trace import TraceEvent

NARROWEST = 14  # characters for the track, which grow as longer ones come


def trace_lines(events: Iterable[TraceEvent]) -> list[str]:
    """The events as lines for a reader."""
    found = list(events)
    width = max((len(event.track) for event in found), default=0)
    return [_line(event, event.time_ns, width, _said(event, _came(event))) for event in found]


class TraceLog:
    """Prints events as they begin and end. A line waits for the next thing to happen: if that is its own end, the
    result stands on it too."""

    __slots__ = ("_say", "_waiting", "_width")

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._waiting: TraceEvent | None = None
        self._width = NARROWEST

    def began(self, event: TraceEvent) -> None:
        self.close()
        self._waiting = event
        self._width = max(self._width, len(event.track))

    def ended(self, event: TraceEvent) -> None:
        if self._waiting is event:
            self._waiting = None
            self._say(_line(event, event.time_ns, self._width, _said(event, _came(event))))
        elif event.result is not None:
            self.close()
            what = event.name if event.kind == "call" else f"[{event.kind}] {event.name}".rstrip()
            then = event.time_ns + (event.duration_ns or 0)
            self._say(_line(event, then, self._width, f"... {what}{_came(event)}"))

    def close(self) -> None:
        """Print what is still waiting."""
        if self._waiting is not None:
            event, self._waiting = self._waiting, None
            self._say(_line(event, event.time_ns, self._width, _said(event, "")))


def _line(event: TraceEvent, time_ns: int, width: int, what: str) -> str:
    level = f"{f'{time_ns / 1000:.3f} us':>12}  {event.processor} {level_name(event.irql):<14}"
    return f"{level}  {event.track:<{width}}  {'  ' * event.depth}{what}".rstrip()


def _came(event: TraceEvent) -> str:
    return "" if event.result is None else f" = {result_text(event)}"


def _said(event: TraceEvent, came: str) -> str:
    """What happened, without when and where."""
    if event.kind == "call":
        return f"{event.name}({', '.join(map(value_text, event.arguments))}){came}"
    if event.kind == "output":
        return f"> {event.name}"
    details = [detail_text(name, value) for name, value in _pairs(event)]
    if event.cause:
        details.append(f"irp {value_text(event.cause)}")
    words = f"[{event.kind}] {event.name}".rstrip()
    return f"{words}{': ' if details else ''}{', '.join(details)}{came}"


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
