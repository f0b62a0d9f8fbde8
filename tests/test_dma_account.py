"""What is still held of DMA at the end of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from dmascript.interp.machine_settings import PROFILES
from dmascript.interp.script import load, run
from dmascript.promises import programs_of

SCRIPT = Path(__file__).parent / "golden" / "dma" / "account.dma"


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_each_thing_is_charged_to_the_line_that_took_it(profile: str, seed: int | None) -> None:
    """Map registers and lists too, which come later than the call that asked for them under some orders of events."""
    (program,) = programs_of(SCRIPT.read_text(encoding="utf-8"))
    options = program.options()
    options.profile, options.seed = profile, seed
    outcome = run(load(str(SCRIPT), options, program.text), options, lambda text: None)
    assert [(report.places[0].line, report.rule) for report in outcome.reports] == program.leaks
