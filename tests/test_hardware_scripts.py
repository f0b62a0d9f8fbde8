"""The device models of the library, with their drivers and polled: the same on every machine and in every order."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from dmascript.interp import script
from dmascript.interp.options import Options

ROOT = Path(__file__).parent.parent
DRIVEN = ["examples/fifo_card.dma", "examples/edu_factorial.dma", "examples/pio_read.dma"]
POLLED = [f"tests/golden/hardware/{name}.dma" for name in ("fifo_polled", "edu_polled", "sgcard_chain", "ringnic_loop")]
DRIVEN += ["tests/golden/hardware/surprise_removal.dma", "tests/golden/hardware/messages.dma",
           "tests/golden/hardware/isa_ports.dma"]  # fmt: skip
PROFILES = ["direct", "bounce", "iommu", "noncoherent", "starved", "isa"]


@cache
def loaded(name: str) -> script.Loaded:
    ready = script.load(str(ROOT / name), Options())
    assert ready.program is not None
    return ready


def run(name: str, profile: str = "direct", seed: int | None = None) -> tuple[str, list[str]]:
    """What a script prints, and the rules that it breaks."""
    pieces: list[str] = []
    outcome = script.run(loaded(name), Options(profile=profile, seed=seed), pieces.append)
    return "".join(pieces), [report.rule for report in outcome.reports]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", DRIVEN)
def test_drivers_on_every_profile(name: str, profile: str) -> None:
    """A driver that does it right prints the same everywhere, and breaks no rule."""
    printed = run(name)
    assert printed[0] and printed[1] == []
    assert run(name, profile) == printed


@pytest.mark.parametrize("name", DRIVEN + POLLED)
def test_twenty_seeds(name: str) -> None:
    """Late writes, late interrupts and other threads first: the output stays, and no rule is broken."""
    printed = run(name)
    assert printed[0] and printed[1] == []
    for seed in range(1, 21):
        assert run(name, seed=seed) == printed, seed


@pytest.mark.parametrize("seed", [1, 2])
def test_a_thousand_requests_from_four_threads(seed: int) -> None:
    """Nothing is lost or given twice, whoever runs when."""
    options = Options(seed=seed, max_steps=200_000_000)
    pieces: list[str] = []
    outcome = script.run(loaded("tests/golden/hardware/fifo_thousand.dma"), options, pieces.append)
    assert "".join(pieces) == "1000 requests, 0 wrong, 26 letters a thousand times\n"
    assert outcome.reports == []
