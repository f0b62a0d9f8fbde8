"""The MDL flows among the examples hold on every machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from dmascript.interp import script
from dmascript.interp.options import Options

EXAMPLES = Path(__file__).parent.parent / "examples"
CLEAN = ["user_buffer", "paged_kernel_buffer", "nonpaged_mdl", "partial_mdl", "system_address", "mdl_chain",
         "pages_for_mdl", "mdl_laid_bare"]  # fmt: skip
STOPPING = {
    "parent_gone": ["partial-mdl-left-stale", "partial-mdl-outlives-source"],
    "fault_at_dispatch": ["pageable-memory-at-dispatch"],
    "index_not_address": ["invalid-address-at-dispatch"],
}
PROFILES = ["direct", "bounce", "iommu", "noncoherent", "starved", "isa"]


FALLIBLE = ["IoAllocateMdl", "MmProbeAndLockPages", "MmGetSystemAddressForMdlSafe", "ExAllocatePool2", "IoAllocateIrp",
            "MmAllocatePagesForMdlEx", "ZwAllocateVirtualMemory"]  # fmt: skip


def run(name: str, options: Options) -> tuple[str, list[str]]:
    """What an example prints, and the rules that it breaks up to the one that stops it."""
    pieces: list[str] = []
    outcome = script.run(script.load(str(EXAMPLES / f"{name}.dma"), options), options, pieces.append)
    return "".join(pieces), [report.rule for report in outcome.reports]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", CLEAN)
def test_clean_on_every_profile(name: str, profile: str) -> None:
    """A flow that is right breaks no rule on any machine, and prints the same."""
    printed, broken = run(name, Options(profile=profile))
    assert broken == []
    assert printed == run(name, Options())[0]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", STOPPING)
def test_the_mistake_shows_on_every_profile(name: str, profile: str) -> None:
    """What a flow does wrong to show it is found on every machine, and nothing else is before it."""
    expected = STOPPING[name]
    assert run(name, Options(profile=profile))[1][: len(expected)] == expected


@pytest.mark.parametrize("name", CLEAN)
def test_clean_under_the_full_verifier(name: str) -> None:
    """The flows pass the opt-in checks too, such as mappings that nobody may execute."""
    options = Options(verifier="full")
    assert run(name, options)[1] == []


@pytest.mark.parametrize("name", [*CLEAN, *STOPPING, "user_lock", "pool_and_irql"])
def test_a_flow_lives_with_every_failure(name: str) -> None:
    """Whichever call fails, an example gives back what it has, and breaks no other rule than the one that it shows."""
    text = (EXAMPLES / f"{name}.dma").read_text(encoding="utf-8")
    plain = run(name, Options())
    seen = set()
    for routine in FALLIBLE:
        if f"{routine}(" not in text:
            continue
        for call in (1, 2, 3):
            printed, broken = run(name, Options(failures=((routine, call),)))
            assert set(broken) <= set(STOPPING.get(name, ())), (routine, call)
            seen.add(printed)
    assert seen - {plain[0]}, "no failure made a difference"


@pytest.mark.parametrize("name", [*CLEAN, *STOPPING, "user_lock", "pool_and_irql", "exceptions"])
def test_lines_fit(name: str) -> None:
    """An example is read in a window of 120 columns."""
    lines = (EXAMPLES / f"{name}.dma").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if len(line) > 120] == []
