"""The trace of a run in the Chrome trace-event form, which timeline viewers (Perfetto, chrome://tracing, speedscope)
open.

Each track is a row: threads under their process, interrupts and DPCs under their processor, devices by themselves. What
was done for the sake of one IRP is joined by a flow from row to row. Times are simulated microseconds.
"""

from __future__ import annotations

import json

from .runtime.findings import level_name
from .trace_words import value_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .interp.trace import TraceEvent

SHORTEST_NS = 20  # what a viewer still draws; most calls have no length in simulated time
GROUPS = {"processor": (1, "processors"), "device": (2, "devices")}
FIRST_PROCESS = 10


class Rows:
    """Process and thread numbers of the tracks, as the viewers want them."""

    def __init__(self) -> None:
        self.numbers: dict[str, tuple[int, int]] = {}
        self.groups: dict[str, int] = {}
        self.names: list[dict[str, Any]] = []

    def row(self, track: str) -> tuple[int, int]:
        if track not in self.numbers:
            word = track.partition(" ")[0]
            owner, _, thread = track.partition(": ")
            number, group = GROUPS.get(word, (0, owner))
            if group not in self.groups:
                self.groups[group] = number or FIRST_PROCESS + len(self.groups)
                self._name("process_name", self.groups[group], 0, group)
            here = (self.groups[group], 1 + len(self.numbers))
            self.numbers[track] = here
            self._name("thread_name", *here, thread or track)
        return self.numbers[track]

    def _name(self, what: str, process: int, thread: int, name: str) -> None:
        self.names.append({"name": what, "ph": "M", "pid": process, "tid": thread, "args": {"name": name}})


def timeline(events: Iterable[TraceEvent]) -> str:
    """A JSON text with the events as slices, and a flow for each IRP that was followed over more than one row."""
    events = list(events)
    lengths = drawn_lengths(events)
    rows = Rows()
    slices: list[dict[str, Any]] = []
    flows: dict[int, list[dict[str, Any]]] = {}
    last_row: dict[int, tuple[int, int]] = {}
    for event, length in zip(events, lengths, strict=True):
        process, thread = rows.row(event.track)
        made = _slice(event, length, process, thread)
        slices.append(made)
        if event.cause and event.duration_ns is not None and last_row.get(event.cause) != (process, thread):
            last_row[event.cause] = (process, thread)
            flows.setdefault(event.cause, []).append(made)
    joined = [step for number, irp in enumerate(flows, 1) for step in _flow(number, irp, flows[irp])]
    return json.dumps(
        {"traceEvents": [*rows.names, *slices, *joined], "displayTimeUnit": "ns"}, default=str, separators=(",", ":")
    )


def drawn_lengths(events: list[TraceEvent]) -> list[int]:
    """How long each event is drawn, in nanoseconds. One without a length gets the shortest that can be seen, if it has
    room before the next one of its row and the end of the one around it: slices must lie within each other."""
    lengths = [event.duration_ns or 0 for event in events]
    next_begins: dict[str, int] = {}
    rooms: list[int | None] = []
    for event in reversed(events):
        rooms.append(next_begins.get(event.track))
        if event.duration_ns is not None:
            next_begins[event.track] = event.time_ns
    rooms.reverse()
    around: dict[str, list[int]] = {}  # the ends of the events that are open on each track
    for index, event in enumerate(events):
        if event.duration_ns is None:
            continue
        ends = around.setdefault(event.track, [])
        del ends[event.depth :]
        if not lengths[index]:
            limits = [limit for limit in (rooms[index], ends[-1] if ends else None) if limit is not None]
            lengths[index] = max(0, min([SHORTEST_NS, *(limit - event.time_ns for limit in limits)]))
        ends.append(event.time_ns + lengths[index])
    return lengths


def _slice(event: TraceEvent, length: int, process: int, thread: int) -> dict[str, Any]:
    """One event as a slice, or as an instant if it has no length."""
    made: dict[str, Any] = {
        "name": event.name or event.kind, "cat": event.kind, "pid": process, "tid": thread, "ts": event.time_ns / 1000,
        "args": _arguments(event),
    }  # fmt: skip
    if event.duration_ns is None:
        made.update(ph="i", s="t")
    else:
        made.update(ph="X", dur=length / 1000)
    return made


def _arguments(event: TraceEvent) -> dict[str, object]:
    said: dict[str, object] = {"irql": level_name(event.irql), "processor": event.processor}
    if event.kind == "call":
        said["arguments"] = ", ".join(map(value_text, event.arguments))
    else:
        said.update((str(pair[0]), value_text(pair[1])) for pair in event.arguments if isinstance(pair, tuple) and pair)
    if event.result is not None:
        said["result"] = value_text(event.result)
    if event.cause:
        said["irp"] = value_text(event.cause)
    return said


def _flow(number: int, irp: int, steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Arrows from slice to slice: start, steps, end."""
    if len(steps) < 2:
        return []
    arrows = []
    for index, at in enumerate(steps):
        phase = "s" if index == 0 else "f" if index == len(steps) - 1 else "t"
        arrow = {
            "name": f"irp {value_text(irp)}", "cat": "irp", "ph": phase, "id": number, "pid": at["pid"],
            "tid": at["tid"], "ts": at["ts"],
        }  # fmt: skip
        if phase == "f":
            arrow["bp"] = "e"
        arrows.append(arrow)
    return arrows
