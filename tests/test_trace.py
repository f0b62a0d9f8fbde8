"""The trace: in the form of timeline viewers, by the rules of that form; and as text, while the run goes on."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dmascript.interp import script
from dmascript.interp.options import Options
from dmascript.interp.trace import TraceEvent
from dmascript.trace_text import TraceLog
from dmascript.trace_timeline import timeline

EXAMPLES = Path(__file__).parent.parent / "examples"
NAMES = ("pio_read", "cancel_queue", "sg_read")
Entry = dict[str, Any]


def traced(name: str, seed: int | None = None, log: TraceLog | None = None) -> list[TraceEvent]:
    options = Options(seed=seed, trace=True)
    loaded = script.load(str(EXAMPLES / f"{name}.dma"), options)
    return script.run(loaded, options, lambda text: None, log).trace


@cache
def entries(name: str, seed: int | None) -> list[Entry]:
    """The entries of a run's trace file."""
    made = json.loads(timeline(traced(name, seed)))
    assert set(made) == {"traceEvents", "displayTimeUnit"} and made["displayTimeUnit"] in ("ms", "ns")
    found: list[Entry] = made["traceEvents"]
    return found


RUNS = pytest.mark.parametrize(("name", "seed"), [(name, seed) for name in NAMES for seed in (None, 3)])


def ns(microseconds: float) -> int:
    return round(microseconds * 1000)


def slices_by_row(found: list[Entry]) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """Begin and end of each slice, by process and thread, in the order of the file."""
    rows: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for entry in found:
        if entry["ph"] == "X":
            begin = ns(entry["ts"])
            rows[entry["pid"], entry["tid"]].append((begin, begin + ns(entry["dur"])))
    return rows


@RUNS
def test_every_entry_has_what_its_phase_wants(name: str, seed: int | None) -> None:
    """Complete slices, instants, flows and names of rows; numbers where numbers belong, and arguments as an object."""
    for entry in entries(name, seed):
        phase = entry["ph"]
        assert phase in ("X", "i", "M", "s", "t", "f")
        assert isinstance(entry["name"], str) and entry["name"]
        assert type(entry["pid"]) is int and type(entry["tid"]) is int
        assert isinstance(entry.get("args", {}), dict)
        if phase == "M":
            assert entry["name"] in ("process_name", "thread_name") and isinstance(entry["args"]["name"], str)
            continue
        assert isinstance(entry["cat"], str)
        assert isinstance(entry["ts"], (int, float)) and entry["ts"] >= 0
        if phase == "X":
            assert isinstance(entry["dur"], (int, float)) and entry["dur"] >= 0
        elif phase == "i":
            assert entry["s"] in ("g", "p", "t")
        else:
            assert type(entry["id"]) is int
            assert entry.get("bp") == ("e" if phase == "f" else None)


@RUNS
def test_every_row_has_a_name(name: str, seed: int | None) -> None:
    """Each process and each thread that an entry is of is named, and once."""
    found = entries(name, seed)
    named = [(entry["name"], entry["pid"], entry["tid"]) for entry in found if entry["ph"] == "M"]
    assert len(named) == len(set(named))
    for entry in found:
        if entry["ph"] != "M":
            assert ("process_name", entry["pid"], 0) in named
            assert ("thread_name", entry["pid"], entry["tid"]) in named


@RUNS
def test_slices_of_a_row_nest(name: str, seed: int | None) -> None:
    """Of two slices of one row, one lies within the other, or behind it: viewers draw nothing else right."""
    for row, slices in slices_by_row(entries(name, seed)).items():
        open_until: list[int] = []
        before = 0
        for begin, end in slices:
            assert begin >= before, (row, begin)
            before = begin
            while open_until and open_until[-1] <= begin:
                open_until.pop()
            assert not open_until or end <= open_until[-1], (row, begin, end, open_until)
            open_until.append(end)


@RUNS
def test_flows_go_from_slice_to_slice(name: str, seed: int | None) -> None:
    """A flow begins once, ends once, and goes forward in time; each of its steps is where a slice of its row begins."""
    found = entries(name, seed)
    begins = {row: {begin for begin, _ in slices} for row, slices in slices_by_row(found).items()}
    flows: dict[int, list[Entry]] = defaultdict(list)
    for entry in found:
        if entry["ph"] in ("s", "t", "f"):
            flows[entry["id"]].append(entry)
    assert flows, "no request was followed"
    for steps in flows.values():
        assert [step["ph"] for step in steps] == ["s", *["t"] * (len(steps) - 2), "f"]
        assert len({(step["name"], step["cat"]) for step in steps}) == 1
        assert [step["ts"] for step in steps] == sorted(step["ts"] for step in steps)
        for step in steps:
            assert ns(step["ts"]) in begins[step["pid"], step["tid"]]


def test_one_request_is_followed_through_program_handler_device_isr_and_dpc() -> None:
    """The read of pio_read goes from the program's row to those of the device and of the processor, and back."""
    found = entries("pio_read", None)
    names = {(entry["pid"], entry["tid"]): entry["args"]["name"] for entry in found if entry["ph"] == "M"}
    flows: dict[int, list[str]] = defaultdict(list)
    for entry in found:
        if entry["ph"] in ("s", "t", "f"):
            flows[entry["id"]].append(names[entry["pid"], entry["tid"]])
    assert any({"app", "device Fifo", "processor 0"} <= set(rows) for rows in flows.values()), flows


def test_the_printed_trace_comes_while_the_run_goes_on() -> None:
    """What has happened is printed when the next thing happens; results of calls with others within come behind."""
    printed: list[str] = []
    log = TraceLog(printed.append)
    events = traced("pio_read", None, log)
    log.close()
    shown = [line for line in printed if "  ... " not in line]
    assert len(shown) == len(events)
    assert all(line[9:12] == " us" for line in printed)
    assert [float(line[:9]) for line in printed] == sorted(float(line[:9]) for line in printed)
    assert any(line.endswith("... [dispatch] PioSampleDispatch = STATUS_PENDING") for line in printed)
    assert any("major IRP_MJ_PNP, minor IRP_MN_START_DEVICE" in line for line in printed)
    assert any("... ReadFile = 1" in line for line in printed)
    assert any("IoCreateSymbolicLink(" in line and line.endswith(" = STATUS_SUCCESS") for line in printed)
