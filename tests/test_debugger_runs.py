"""A run under the debugger is the run that it is without, and running again is the same run."""

from __future__ import annotations

from pathlib import Path

import pytest

from dmascript.interp import script
from dmascript.interp.compiled import DATA
from dmascript.interp.debugger.control import Step
from dmascript.interp.debugger.live import Live
from dmascript.promises import programs_of
from dmascript.runtime.system import IMAGE

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.dma"))
LONG = ("ring", "contiguous_memory", "few_descriptors")  # in steps, each of them a stop
REFUSED = ("three_mistakes",)


def outcome(path: Path) -> tuple[object, ...]:
    """What a run prints, takes and finds."""
    options = programs_of(path.read_text(encoding="utf-8"))[0].options()
    printed: list[str] = []
    found = script.run(script.load(str(path), options), options, printed.append)
    return "".join(printed), found.steps, found.time_ns, [(one.rule, one.title) for one in found.reports]


def watch_everything(live: Live) -> None:
    """Breakpoints at every third place, every call and whole pages of data, whose condition never holds."""
    points = live.control.breakpoints
    made = [points.add("routine", "*")]
    for address in (IMAGE + DATA, 0xFFFF_CF80_0000_0FC0, 0x1D4_0010_0080):
        made.append(points.add("data"))
        made[-1].address, made[-1].size, made[-1].access = address, 4096, "r"
    made += [points.add("line", file=one.file, line=one.line) for one in list(points.landmarks)[::3]]
    for one in made:
        one.condition = "0"
    points.changed()


def debugged(path: Path, step: bool) -> tuple[Live, tuple[object, ...]]:
    """The same under the debugger, at each statement or only at the first."""
    options = programs_of(path.read_text(encoding="utf-8"))[0].options()
    printed: list[str] = []
    live = Live(options, printed.append)
    came = live.debug(str(path))
    stops = 0
    while came.kind == "stopped":
        stops += 1
        if step and live.stopped is not None and live.stopped.frame is not None:
            live.control.step = Step(live, deeper=True)
            live.rearm()
        came = live.go()
    assert stops > (1 if step else 0)
    reports = [(one.rule, one.title) for one in live.session.reports()]
    return live, ("".join(printed), live.nt.clock.steps, live.nt.clock.now_ns, reports)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_does_under_the_debugger_what_it_does_without(path: Path) -> None:
    if path.stem in REFUSED:
        pytest.skip("it does not compile")
    for step in (False, True):
        if path.stem in LONG:
            continue
        live, came = debugged(path, step)
        assert came == outcome(path)
        places, memory = live.passed(), bytes(live.nt.store.bytes[: live.nt.store._next * 4096])
        live.again()
        assert live.passed() == places and live.nt.clock.now_ns == came[2]
        assert bytes(live.nt.store.bytes[: live.nt.store._next * 4096]) == memory
        live.close()


@pytest.mark.parametrize("name", ["sg_read", "dpc_and_irql", "filter_driver", "structs", "exceptions"])
def test_watching_everything_changes_nothing(name: str) -> None:
    path = next(path for path in EXAMPLES if path.stem == name)
    options = programs_of(path.read_text(encoding="utf-8"))[0].options()
    printed: list[str] = []
    live = Live(options, printed.append)
    live.debug(str(path))
    watch_everything(live)
    stops = [live.stopped.reason if live.stopped is not None else ""]
    while live.stopped is not None and not live.crashed:
        live.go()
        stops += [live.stopped.reason] if live.stopped is not None else []
    assert set(stops) <= {"start", "bugcheck"}
    reports = [(one.rule, one.title) for one in live.session.reports()]
    assert ("".join(printed), live.nt.clock.steps, live.nt.clock.now_ns, reports) == outcome(path)
    live.close()
