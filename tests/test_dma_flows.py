"""The DMA examples on other machines than the plain one: what they print there is part of what they show."""

from __future__ import annotations

from pathlib import Path

import pytest

from dmascript.interp.options import Options
from dmascript.interp.script import load, run
from dmascript.promises import programs_of
from dmascript.runtime.profiles import PROFILES

EXAMPLES = Path(__file__).parent.parent / "examples"
SAME_EVERYWHERE = ["adapter_actions", "kiobuf", "linux_dma", "sg_read"]


def printed(name: str, profile: str, seed: int | None = None) -> list[str]:
    """The lines that an example prints on a profile; it must be clean there."""
    options = Options(profile=profile, seed=seed)
    path = EXAMPLES / f"{name}.dma"
    loaded = load(str(path), options, path.read_text(encoding="utf-8"))
    lines: list[str] = []
    outcome = run(loaded, options, lines.append)
    assert (outcome.exit_code, [report.rule for report in outcome.reports]) == (0, [])
    return "".join(lines).splitlines()


@pytest.mark.parametrize(
    ("profile", "gathered", "staged"),
    [
        ("bounce", "in 72 ranges", "in 8 ranges"), ("iommu", "in 1 range", "in 1 range"),
        ("noncoherent", "in 256 ranges", "in 1 range"), ("starved", "in 96 ranges", "in 64 ranges"),
        ("isa", "in 256 ranges", "in 1 range"),
    ],
)  # fmt: skip
def test_what_the_device_sees_of_a_megabyte(profile: str, gathered: str, staged: str) -> None:
    """The bytes are the same everywhere; how many ranges the device is told of depends on the machine."""
    buffer, *seen = printed("contiguous_memory", profile)
    assert buffer == "the buffer: sum 211681280, 256 pages, 0 of them behind their neighbour"
    assert seen == [
        f"gathered: sum 211681280, {gathered}", f"staged: sum 211681280, {staged}",
        "copied: sum 211681280, in 32 ranges",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("profile", "elements", "before"),
    [
        ("direct", 3, "a5 a5"), ("bounce", 1, "00 00"), ("iommu", 1, "a5 a5"), ("noncoherent", 3, "a5 a5"),
        ("starved", 1, "00 00"), ("isa", 3, "a5 a5"),
    ],
)  # fmt: skip
def test_where_pages_are_copied_the_data_comes_with_the_put(profile: str, elements: int, before: str) -> None:
    """What the device wrote is in the buffer after PutScatterGatherList everywhere, before it only without a copy."""
    assert printed("scatter_gather_list", profile) == [
        "4 map registers", f"elements: {elements}, bytes: 8960", f"before the put: {before}",
        "after the put: a5 a5, behind it 00",
    ]  # fmt: skip


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_transfers_in_stages(profile: str, seed: int | None) -> None:
    """Stages are as long as the map registers allow, and every byte arrives; how many elements one makes differs."""
    elements = {"bounce": (4, 1), "starved": (4, 1), "iommu": (3, 0)}.get(profile, (6, 3))
    lines = printed("map_transfer", profile, seed)
    assert lines[:4] == [
        "a stage of 7680 bytes", "a stage of 8192 bytes", "a stage of 4608 bytes", "0 bytes are wrong",
    ]  # fmt: skip
    assert lines[5] == "0 bytes are wrong"
    if seed is None:
        assert lines[4] == "{} elements, {} of them shorter than asked for".format(*elements)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("seed", [None, 1, 2, 3])
@pytest.mark.parametrize("name", SAME_EVERYWHERE)
def test_the_same_on_every_machine(name: str, profile: str, seed: int | None) -> None:
    """What a driver promises its program does not depend on the machine."""
    path = EXAMPLES / f"{name}.dma"
    (program,) = programs_of(path.read_text(encoding="utf-8"))
    assert printed(name, profile, seed) == [text for _, text in program.output]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_byte_reaches_the_device_under_every_seed(profile: str, seed: int) -> None:
    """The sums that the device makes are those of the buffer."""
    sums = {line.split("sum ")[1].split(",")[0] for line in printed("contiguous_memory", profile, seed)}
    assert sums == {"211681280"}


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_a_common_buffer_is_one_piece_for_the_device(profile: str, seed: int | None) -> None:
    """Behind an IOMMU its frames lie anywhere; the device turns every byte all the same."""
    together = 0 if profile == "iommu" else 2
    assert printed("common_buffer", profile, seed) == [
        "allocated", f"{together} of 2 frames lie behind their neighbour", "0 bytes are wrong",
    ]  # fmt: skip
