"""How many runs of a script one core gives in a second, each on a machine in its first state.

A run is what `dmascript run` does after loading: a new machine, the program mapped and linked, its statements, the
leak check.
"""

from __future__ import annotations

from dmascript.interp import script
from dmascript.interp.options import Options
from dmascript.interp.script import Loaded
from dmascript.runtime.choose import Chooser
from dmascript.runtime.system import Settings, System

from .measure import Row, best, ms
from .scripts import FOLDER

TARGET = 5000


def run(quick: bool) -> list[Row]:
    rounds = 1 if quick else 20
    options = Options()
    driver, plain = load("driver"), load("statements")
    steps = check(driver, options)
    statements = check(plain, options)
    (machine,) = best(rounds, lambda: System(Settings(), Chooser()))
    whole, simple = best(rounds, lambda: go(driver, options), lambda: go(plain, options))
    return [
        Row(
            "re-runs of a script of 200 statements",
            1 / simple,
            TARGET,
            at_most=False,
            detail=f"{ms(simple)}, {statements} steps",
            unit="/s",
        ),
        Row("re-runs of a driver's test", 1 / whole, detail=f"{ms(whole)}, {steps} steps", unit="/s"),
        Row("new machines", 1 / machine, detail=ms(machine), unit="/s"),
    ]


def load(name: str) -> Loaded:
    path = FOLDER / f"{name}.dma"
    return script.load(str(path), Options(), path.read_text())


def go(loaded: Loaded, options: Options) -> script.Outcome:
    return script.run(loaded, options, lambda text: None)


def check(loaded: Loaded, options: Options) -> int:
    """The steps of one run, which must be a clean one."""
    outcome = go(loaded, options)
    if outcome.exit_code:
        raise SystemExit(
            f"{loaded.path}: exit code {outcome.exit_code}: "
            f"{[report.title for report in outcome.reports]} {outcome.limit}"
        )
    return outcome.steps
