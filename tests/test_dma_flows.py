"""The DMA examples on other machines than the plain one: what they print there is part of what they show."""

from __future__ import annotations

from pathlib import Path

import pytest

from dmascript.interp.options import Options
from dmascript.interp.script import load, run
from dmascript.promises import programs_of
from dmascript.runtime.profiles import PROFILES

EXAMPLES = Path(__file__).parent.parent / "examples"
SAME_EVERYWHERE = ["adapter_actions", "edu_28_bits", "kiobuf", "linux_dma", "map_transfer_3", "sg_read",
                   "sg_read_3", "slave_channel"]  # fmt: skip
OTHERS = ["common_buffer", "few_descriptors", "list_from_dpc", "map_transfer", "scatter_gather_list"]
PACKETS = "#define PACKETS 10000"


def ran(name: str, options: Options, packets: int = 0) -> tuple[list[str], list[str]]:
    """The lines that an example prints, and the rules that it breaks. `packets` is for the ring, instead of its own."""
    path = EXAMPLES / f"{name}.dma"
    text = path.read_text(encoding="utf-8")
    if packets:
        assert PACKETS in text
        text = text.replace(PACKETS, f"#define PACKETS {packets}")
    lines: list[str] = []
    outcome = run(load(str(path), options, text), options, lines.append)
    rules = [report.rule for report in outcome.reports]
    assert outcome.exit_code == (1 if rules else 0)
    return "".join(lines).splitlines(), rules


def printed(name: str, profile: str, seed: int | None = None, packets: int = 0) -> list[str]:
    """The lines that an example prints on a profile; it must be clean there."""
    lines, rules = ran(name, Options(profile=profile, seed=seed), packets)
    assert rules == []
    return lines


@pytest.mark.parametrize(
    ("profile", "gathered", "staged"),
    [
        ("direct", "256 ranges, 256", "1 range, 0"), ("bounce", "", "8 ranges, 0"),
        ("iommu", "1 range, 0", "1 range, 0"), ("noncoherent", "256 ranges, 256", "1 range, 0"),
        ("starved", "", "64 ranges, 0"), ("isa", "256 ranges, 256", "1 range, 0"),
    ],
)  # fmt: skip
def test_what_the_device_sees_of_a_megabyte(profile: str, gathered: str, staged: str) -> None:
    """The bytes are the same everywhere; where the device finds them depends on the machine. What lies within reach of
    the card, one page in eight, it gets in place, and a list has one range more for each, or two."""
    buffer, list_line, *others = printed("contiguous_memory", profile)
    assert buffer == "the buffer: 256 pages, 0 of them right behind the page before; sum 211681280"
    if gathered:
        assert list_line == f"gathered by the device: {gathered} where the buffer lies; sum 211681280"
    else:
        ranges, places = (int(word) for word in list_line.split() if word.isdigit() and word != "211681280")
        stages = int(staged.split()[0])
        assert places == 32 and stages + places // 2 <= ranges <= stages + 2 * places
    assert others == [
        f"in stages through map registers: {staged} where the buffer lies; sum 211681280",
        "copied through a common buffer: 32 ranges, 0 where the buffer lies; sum 211681280",
    ]


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
    sums = {line.split("sum ")[1] for line in printed("contiguous_memory", profile, seed)}
    assert sums == {"211681280"}


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_a_common_buffer_is_one_piece_for_the_device(profile: str, seed: int | None) -> None:
    """Behind an IOMMU its frames lie anywhere; the device turns every byte all the same."""
    together = 0 if profile == "iommu" else 2
    assert printed("common_buffer", profile, seed) == [
        "allocated", f"{together} of 2 frames lie behind their neighbour", "0 bytes are wrong",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("profile", "lists", "batches"),
    [("direct", 1, 3), ("bounce", 1, 1), ("iommu", 1, 1), ("noncoherent", 1, 3), ("starved", 3, 3), ("isa", 1, 3)],
)
@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_a_card_that_takes_few_pieces(profile: str, lists: int, batches: int, seed: int | None) -> None:
    """The program gets all its bytes, in however many batches and lists the machine makes of them."""
    driver, program = printed("few_descriptors", profile, seed)
    assert program == "40000 bytes, 0 of them wrong, behind them 0"
    if seed is None:
        assert driver == f"lists: {lists}, batches: {batches}"


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_a_list_in_the_drivers_memory(profile: str, seed: int | None) -> None:
    """Built in a DPC, twice in the same place, and refused where there is no room."""
    lines = printed("list_from_dpc", profile, seed)
    where, elements, data = lines[1:4]
    assert (where, data) == ("the list is in the driver's memory: 1", "00000000: 5a to 59")
    assert lines[4:] == [where, elements, "00000000: 6b to 6a", "c0000023: 6b to 6a"]
    if seed is None:
        count = 1 if profile in ("bounce", "iommu", "starved") else 3
        assert elements == f"elements: {count}, bytes: 8960"


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_frames_through_a_ring(profile: str, seed: int | None) -> None:
    """None is lost or doubled, and none comes before another."""
    assert printed("ring", profile, seed, 400) == ["400 sent, 400 received, 0 wrong", "done", "0 dropped"]


@pytest.mark.parametrize(
    ("profile", "reached"),
    [("direct", "00"), ("bounce", "0f"), ("iommu", "a5"), ("noncoherent", "00"), ("starved", "0f"), ("isa", "a5")],
)
@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_a_width_that_only_version_3_can_say(profile: str, reached: str, seed: int | None) -> None:
    """What trusts version 2 loses data where memory lies beyond the card's reach, and only there."""
    lines, rules = ran("edu_trusts_version_2", Options(profile=profile, seed=seed))
    assert lines[1] == f"version 2: {reached} {reached}"
    assert lines[2:] == ["an address of 28 bits: 1", "version 3: a5 a5"]
    assert ("dma-beyond-reach" in rules) == (reached != "a5")


def told(lines: list[str]) -> list[str]:
    """The lines that do not tell how the frames happened to lie."""
    return [line for line in lines if "element" not in line and not line.startswith("lists: ")]


@pytest.mark.fuzz
@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", SAME_EVERYWHERE + OTHERS)
def test_twenty_seeds(name: str, profile: str) -> None:
    """Whoever runs when, the output stays."""
    plain = told(printed(name, profile))
    for seed in range(1, 21):
        assert told(printed(name, profile, seed)) == plain, seed


@pytest.mark.fuzz
@pytest.mark.parametrize("profile", PROFILES)
def test_ten_thousand_frames(profile: str) -> None:
    """The same on every machine, and under twenty seeds with fewer of them."""
    assert printed("ring", profile) == ["10000 sent, 10000 received, 0 wrong", "done", "0 dropped"]
    for seed in range(1, 21):
        assert printed("ring", profile, seed, 1000)[0] == "1000 sent, 1000 received, 0 wrong", seed
