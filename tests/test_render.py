"""What a report, a diagnostic and a bug check look like, to the character."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest

from dmascript.bugcheck_screen import bugcheck_screen, moment
from dmascript.grammar.source import Diagnostic, Note, Span
from dmascript.interp.report import TO_THE_END, Place, Report, Stop
from dmascript.interp.trace import TraceEvent
from dmascript.paint import Paint, wants_colour
from dmascript.render import called, render_diagnostic, render_report, summary
from dmascript.snippet import LONGEST_LINE, Mark, display_width, excerpt
from dmascript.trace_text import trace_lines, write_trace
from dmascript.trace_timeline import timeline

PATH = "examples/read_twice.dma"
LOCK = "    MmProbeAndLockPages(mdl, KernelMode, IoWriteAccess);"
TEXT = "\n" * 23 + LOCK + "\n" * 7 + LOCK + "\n"


def report(**changes: object) -> Report:
    """The report of the style guide, with some members changed."""
    members: dict[str, object] = {
        "severity": "error",
        "rule": "mdl-already-locked",
        "title": "the pages of this MDL are already locked",
        "places": [Place(PATH, 31, 25, 28, "locked again here"), Place(PATH, 24, 25, 28, "locked here, at 12.400 us")],
        "facts": [("mdl", "0xffff8000`00012f40, 3 pages, 10768 bytes")],
        "help": "call MmUnlockPages(mdl) before locking it again",
        "calls": [("ReadDispatch", PATH, 31), ("ReadFile in app", PATH, 60)],
        "stop": Stop(0xC4, "DRIVER_VERIFIER_DETECTED_VIOLATION", (0xB0, 0xFFFF800000012F40, 0x18, 0)),
        "time_ns": 14_250,
    }
    return Report(**(members | changes))  # type: ignore[arg-type]


def span(line: int, column: int, end: int, file: str = "a.dma", end_line: int = 0, macro: str = "") -> Span:
    return Span(file, line, column, end_line or line, end, macro)


def test_report_is_drawn_as_the_style_guide_shows_it() -> None:
    """Places of one file share a snippet in order of line, and the facts below are aligned."""
    assert render_report(report(), {PATH: TEXT}) == (
        "error[mdl-already-locked]: the pages of this MDL are already locked\n"
        "  --> examples/read_twice.dma:31:25\n"
        "   |\n"
        "24 |     MmProbeAndLockPages(mdl, KernelMode, IoWriteAccess);\n"
        "   |                         --- locked here, at 12.400 us\n"
        "31 |     MmProbeAndLockPages(mdl, KernelMode, IoWriteAccess);\n"
        "   |                         ^^^ locked again here\n"
        "   |\n"
        "   = mdl:    0xffff8000`00012f40, 3 pages, 10768 bytes\n"
        "   = called: ReadDispatch <- ReadFile in app, PASSIVE_LEVEL\n"
        "   = help:   call MmUnlockPages(mdl) before locking it again\n"
        "   = stop:   0x000000C4 DRIVER_VERIFIER_DETECTED_VIOLATION (0xB0, 0xFFFF800000012F40, 0x18, 0x0)\n"
    )


def test_places_of_other_files_have_their_own_section() -> None:
    """A place in an included file stands below its own arrow; one whose text is not at hand keeps its label."""
    used, made = Place("a.dma", 2, 1, 4, "used here"), Place("b.h", 1, 5, 6, "made here")
    places = [used, made, Place("c.h", 9, 2, 3, "seen here")]
    drawn = render_report(
        report(places=places, facts=[], calls=[], help="", stop=None), {"a.dma": "\nfoo();\n", "b.h": "int x;\n"}
    )
    assert drawn == (
        "error[mdl-already-locked]: the pages of this MDL are already locked\n"
        " --> a.dma:2:1\n"
        "  |\n"
        "2 | foo();\n"
        "  | ^^^ used here\n"
        " --> b.h:1:5\n"
        "  |\n"
        "1 | int x;\n"
        "  |     - made here\n"
        " --> c.h:9:2: seen here\n"
    )


def test_report_without_a_place() -> None:
    """A finding about no line is a heading and its facts."""
    drawn = render_report(report(severity="leak", rule="pool-leaked", title="t", places=[], calls=[], stop=None), {})
    assert drawn.startswith("leak[pool-leaked]: t\n  = mdl:  0xffff8000`00012f40")


def test_long_call_stacks_are_shortened_in_the_middle() -> None:
    """The innermost calls and the outermost one stay."""
    calls = [(f"f{depth}", PATH, 1) for depth in range(20)]
    line = next(part for part in render_report(report(calls=calls), {}).splitlines() if "called" in part)
    assert line.endswith("f0 <- f1 <- f2 <- f3 <- f4 <- f5 <- f6 <- ... 12 more ... <- f19, PASSIVE_LEVEL")


def test_a_recursion_is_told_once() -> None:
    """A function that called itself stands once, with how often."""
    calls = [("f", PATH, 1)] * 512 + [("script", PATH, 2)]
    assert called(report(calls=calls)) == "f (512 times) <- script, PASSIVE_LEVEL"


def test_diagnostic_with_a_note_in_the_same_file() -> None:
    """The note is a second mark of the same snippet, its message the label."""
    diagnostic = Diagnostic(
        "error", "unknown-name", "there is no `lenght`", span(3, 8, 14), "did you mean `length`?",
        (Note("declared here", span(1, 5, 11)), Note("nowhere to be seen", Span("", 0, 0, 0, 0))),
    )  # fmt: skip
    assert render_diagnostic(diagnostic, {"a.dma": "int length;\n\nreturn lenght;\n"}) == (
        "error[unknown-name]: there is no `lenght`\n"
        " --> a.dma:3:8\n"
        "  |\n"
        "1 | int length;\n"
        "  |     ------ declared here\n"
        "3 | return lenght;\n"
        "  |        ^^^^^^\n"
        "  |\n"
        "  = note: nowhere to be seen\n"
        "  = help: did you mean `length`?\n"
    )


def test_diagnostic_over_several_lines_is_marked_to_the_end_of_the_first() -> None:
    """The carets stop where the line does; the macro that it came from is named."""
    diagnostic = Diagnostic("warning", "r", "m", span(1, 5, 2, end_line=3, macro="LIST"))
    assert render_diagnostic(diagnostic, {"a.dma": "x = foo(\n1\n);"}).splitlines()[3:] == [
        "1 | x = foo(",
        "  |     ^^^^",
        "  |",
        "  = note: in the expansion of the macro LIST",
    ]


def test_a_call_over_several_lines_is_marked_as_far_as_its_first_line_has_code() -> None:
    """As data it ends where it begins, as in diagnostics."""
    place = Place("a.dma", 1, 5, TO_THE_END, "called here")
    text = render_report(report(places=[place]), {"a.dma": "    ExFreePool(     // at last\n    NULL);\n"})
    assert text.splitlines()[3:5] == ["1 |     ExFreePool(     // at last", "  |     ^^^^^^^^^^^ called here"]
    assert (place.as_dict()["column"], place.as_dict()["end_column"]) == (5, 5)


@pytest.mark.parametrize(
    ("line", "column", "end", "shown", "under"),
    [
        ("\tf(x);", 4, 5, "1 |     f(x);", "  |       ^"),
        ('a = "日本", b;', 11, 12, '1 | a = "日本", b;', "  |             ^"),
        ('"日本"', 2, 4, '1 | "日本"', "  |  ^^^^"),
        ("e\u0301x", 3, 4, "1 | e\u0301x", "  |  ^"),
        ("abc", 4, 4, "1 | abc", "  |    ^"),
        ("abc", 40, 50, "1 | abc", "  |    ^"),
        ("abc\r", 1, 4, "1 | abc", "  | ^^^"),
        ("", 1, 1, "1 |", "  | ^"),
    ],
)
def test_carets_count_display_width(line: str, column: int, end: int, shown: str, under: str) -> None:
    """Tabs, wide and combining characters move the carets by the cells that they take."""
    assert excerpt([line], [Mark(1, column, end, primary=True)], 1) == [shown, under]


def test_control_characters_do_not_reach_the_terminal() -> None:
    """An escape sequence or a bidirectional override in the source is shown as a replacement character."""
    shown, _ = excerpt(["a\x1b[31m\u202eb"], [Mark(1, 1, 2)], 1)
    assert shown == "1 | a\ufffd[31m\ufffdb"
    assert "\x1b" not in render_report(report(title="\x1b[2J", facts=[("mdl", "\x1b")]), {})


def test_long_lines_are_cut_around_their_mark() -> None:
    """A line of ten thousand columns shows a window, and the caret is still under its character."""
    line = "a" * 5000 + "X" + "b" * 5000
    shown, under = excerpt([line], [Mark(1, 5001, 5002, primary=True)], 1)
    assert display_width(shown) < LONGEST_LINE + 20
    assert shown.index("X") == under.index("^")


def test_marks_in_one_long_line() -> None:
    """Marks that are near share a window; one that is far has a part of the line of its own."""
    line = "a" * 50 + "X" + "b" * 60 + "Y" + "c" * 100
    shown, first, second = excerpt([line], [Mark(1, 51, 52), Mark(1, 112, 113, primary=True)], 1)
    assert (shown.index("X"), shown.index("Y")) == (first.index("-"), second.index("^"))
    line = "X" + "b" * 500 + "Y" + "c" * 500
    shown, first, again, second = excerpt([line], [Mark(1, 1, 2), Mark(1, 502, 503, primary=True)], 1)
    assert (shown.index("X"), again.index("Y")) == (first.index("-"), second.index("^"))


def test_a_line_that_the_file_does_not_have() -> None:
    """A place past the end of the text is drawn as an empty line."""
    assert excerpt(["a"], [Mark(7, 1, 2, "here")], 1) == ["7 |", "  | - here"]


def test_summary_counts_each_kind() -> None:
    """One finding needs no summary; several are counted by kind."""
    assert summary(["error"]) == ""
    assert summary(["error", "leak", "error"]) == "2 errors, 1 leak"
    assert summary(["note", "warning", "note"]) == "1 warning, 2 notes"


def test_bug_check_screen() -> None:
    """The stop line has the code and four parameters of 64 bits, then the name and what it means."""
    assert bugcheck_screen(report(processor=1), "A driver broke a rule.") == (
        "*** STOP: 0x000000C4 (0x00000000000000B0, 0xFFFF800000012F40, 0x0000000000000018, 0x0000000000000000)\n"
        "\n"
        "DRIVER_VERIFIER_DETECTED_VIOLATION\n"
        "A driver broke a rule.\n"
        "\n"
        "processor 1, PASSIVE_LEVEL, 14.250 us after start\n"
    )
    assert bugcheck_screen(report(stop=None)) == ""


def test_times_have_the_unit_that_fits() -> None:
    """Simulated times read as a number of at most three digits before the point."""
    assert [moment(ns) for ns in (0, 900, 12_400, 5_000_000, 61_000_000_000)] == [
        "0 ns", "900 ns", "12.400 us", "5.000 ms", "61.000 s",
    ]  # fmt: skip


def test_colour_adds_nothing_but_escape_sequences() -> None:
    """Painted text without its escape sequences is the plain text."""
    painted = render_report(report(), {PATH: TEXT}, Paint(True))
    assert painted != render_report(report(), {PATH: TEXT})
    assert re.sub("\x1b\\[[0-9;]*m", "", painted) == render_report(report(), {PATH: TEXT})


def test_colour_is_for_terminals_unless_the_environment_says_otherwise() -> None:
    """NO_COLOR and the option win over FORCE_COLOR, which wins over not being a terminal."""
    stream = io.StringIO()
    assert not wants_colour(stream, {})
    assert wants_colour(stream, {"FORCE_COLOR": "1"})
    assert not wants_colour(stream, {"FORCE_COLOR": "1", "NO_COLOR": "1"})
    assert not wants_colour(stream, {"FORCE_COLOR": "1"}, refused=True)


def event(
    time_ns: int, duration_ns: int | None, processor: int, irql: int, track: str, depth: int, kind: str, name: str,
    arguments: tuple[object, ...], result: object, cause: int = 0,
) -> TraceEvent:  # fmt: skip
    made = TraceEvent(time_ns, processor, irql, track, depth, kind, name, arguments, cause)
    made.duration_ns, made.result = duration_ns, result
    return made


def test_trace_lines() -> None:
    """One call a line with time, processor and level; nested calls are indented, addresses stand in two halves."""
    events = [
        event(12_400, 100, 0, 0, "app", 0, "call", "IoAllocateMdl", (0x20010, 0x2710, 0), 0xFFFF800000012F40),
        event(12_450, 10, 1, 2, "app", 1, "call", "IoFreeMdl", (0xFFFF800000012F40,), None),
        event(12_900, 10, 1, 12, "processor 1", 0, "isr", "OnInterrupt", (("vector", 0x31),), True, 0xFFFFA10000000010),
    ]
    assert trace_lines(events) == [
        "   12.400 us  0 PASSIVE_LEVEL   app          IoAllocateMdl(0x20010, 0x2710, 0) = 0xffff8000`00012f40",
        "   12.450 us  1 DISPATCH_LEVEL  app            IoFreeMdl(0xffff8000`00012f40)",
        "   12.900 us  1 DIRQL 12        processor 1  [isr] OnInterrupt: vector 0x31, irp 0xffffa100`00000010 = True",
    ]


def test_trace_file(tmp_path: Path) -> None:
    """A trace file is text, or JSON with an object a line if its name says so."""
    events = [event(5, 1, 0, 0, "script", 0, "call", "KeStallExecutionProcessor", (50,), None)]
    write_trace(str(tmp_path / "t.txt"), events)
    text = (tmp_path / "t.txt").read_text("utf-8")
    assert text == "    0.005 us  0 PASSIVE_LEVEL   script  KeStallExecutionProcessor(0x32)\n"
    write_trace(str(tmp_path / "t.jsonl"), events)
    (line,) = (tmp_path / "t.jsonl").read_text("utf-8").splitlines()
    found = json.loads(line)
    assert (found["name"], found["arguments"], found["time_ns"]) == ("KeStallExecutionProcessor", [50], 5)


def test_a_trace_for_timeline_viewers() -> None:
    """Slices lie on named rows, and the slices of one IRP on different rows are joined by a flow."""
    irp = 0xFFFFA10000000010
    events = [
        event(1000, 900, 0, 0, "app: main", 0, "handler", "ReadDispatch", (), 0x103, irp),
        event(1500, 200, 1, 12, "processor 1", 0, "isr", "OnInterrupt", (), True, irp),
        event(1600, None, 1, 12, "processor 1", 1, "dpc queued", "", (), None, irp),
        event(1800, 50, 1, 2, "processor 1", 0, "dpc", "OnDpc", (), None, irp),
    ]
    made = json.loads(timeline(events))["traceEvents"]
    rows = {entry["args"]["name"] for entry in made if entry["ph"] == "M"}
    assert rows == {"app", "main", "processors", "processor 1"}
    slices = [entry for entry in made if entry["ph"] == "X"]
    assert [(entry["name"], entry["ts"], entry["dur"]) for entry in slices] == [
        ("ReadDispatch", 1.0, 0.9), ("OnInterrupt", 1.5, 0.2), ("OnDpc", 1.8, 0.05),
    ]  # fmt: skip
    arrows = [entry for entry in made if entry.get("cat") == "irp"]
    assert [(entry["ph"], entry["ts"]) for entry in arrows] == [("s", 1.0), ("f", 1.5)]
    assert len({entry["id"] for entry in arrows}) == 1
