"""Pictures of mappings: what is recorded, what the drawings hold, and that watching changes nothing."""

from __future__ import annotations

import xml.etree.ElementTree as tree
from functools import cache
from pathlib import Path

import pytest

from dma_machine import DmaMachine
from dmascript.cli import command_line
from dmascript.interp.options import Options
from dmascript.interp.script import Outcome, load, run
from dmascript.picture_page import page_of_pictures
from dmascript.picture_style import STYLE, escaped
from dmascript.picture_svg import picture as as_svg
from dmascript.picture_svg import runs
from dmascript.picture_text import picture as as_text
from dmascript.picture_words import Words
from dmascript.runtime.dma.caches import lines_of
from dmascript.runtime.dma.drawings import MOST_ACCESSES, Drawing, Page
from dmascript.runtime.dma.flushing import forget
from dmascript.runtime.dma.record import MOST_DRAWINGS, Recorder
from dmascript.runtime.ke.exceptions import BugCheck

ROOT = Path(__file__).parent.parent
EXAMPLES = ("scatter_gather_list", "contiguous_memory", "map_transfer", "common_buffer", "sg_read", "slave_channel")
PROFILES = ("direct", "bounce", "iommu")
ALL = (*PROFILES, "noncoherent", "starved", "isa")
SVG = "{http://www.w3.org/2000/svg}"
DOCS_PICTURE = ROOT / "docs" / "pictures" / "sg_read-bounce.svg"


def ran(name: str, profile: str, picture: bool = True, seed: int | None = None) -> tuple[str, Outcome]:
    options = Options(profile=profile, picture=picture, seed=seed)
    lines: list[str] = []
    outcome = run(load(str(ROOT / "examples" / f"{name}.dma"), options), options, lines.append)
    return "".join(lines), outcome


@cache
def drawings(name: str, profile: str) -> list[Drawing]:
    """What an example maps: run once for all tests."""
    outcome = ran(name, profile)[1]
    assert outcome.pictures is not None
    return outcome.pictures.drawings


def words_of(svg: str) -> list[str]:
    """The texts of a drawing, in the order in which they stand; the file must be well-formed."""
    return [text.text or "" for text in tree.fromstring(svg).iter(f"{SVG}text")]


def table(text: str) -> str:
    """The part of a text picture below its story."""
    return text.split("\n\n", 1)[1]


# ---- watching -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [None, 1, 2])
@pytest.mark.parametrize("profile", PROFILES)
def test_watching_changes_nothing(profile: str, seed: int | None) -> None:
    """Output, findings, steps and simulated time are those of a run that nobody draws."""
    for name in ("sg_read", "map_transfer"):
        plain, watched = ran(name, profile, False, seed), ran(name, profile, True, seed)
        assert plain[0] == watched[0]
        assert (plain[1].steps, plain[1].time_ns) == (watched[1].steps, watched[1].time_ns)
        assert [one.as_dict() for one in plain[1].reports] == [one.as_dict() for one in watched[1].reports]
        assert plain[1].pictures is None and watched[1].pictures is not None


# ---- what is recorded -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("profile", PROFILES)
def test_the_device_sees_what_was_mapped(name: str, profile: str) -> None:
    """Elements sum to the length, each page's logical address lies in one, and every access lies within the mapping."""
    found = drawings(name, profile)
    assert found
    for drawing in found:
        assert sum(length for _, _, length in drawing.elements) == drawing.length
        for page in drawing.pages:
            assert drawing.offset_of(page.logical)[0] == page.offset
            if page.bounce >= 0 and not drawing.iommu:
                assert page.bounce == page.logical
        assert drawing.access_count
        assert all(drawing.offset_of(access.logical)[0] == access.offset for access in drawing.accesses)
        assert drawing.end == ("freed" if drawing.common else "flushed")


def test_a_long_buffer_keeps_its_first_pages_and_the_last() -> None:
    """256 pages: four, and the last; all elements are there."""
    drawing = drawings("contiguous_memory", "direct")[0]
    assert [page.index for page in drawing.pages] == [0, 1, 2, 3, 255]
    assert drawing.page_count == len(drawing.elements) == drawing.range_count == 256
    assert len(drawing.accesses) == MOST_ACCESSES
    assert drawing.accesses[-1].logical == drawing.pages[-1].logical


def test_stages_point_into_their_mdl() -> None:
    """The second stage begins at the third entry of the frame array."""
    found = drawings("map_transfer", "bounce")
    assert [page.entry for page in found[0].pages] == [0, 1]
    assert [page.entry for page in found[1].pages] == [2, 3]


def test_what_was_copied_and_when() -> None:
    """To a device all that goes through registers is copied at once; from it at the flush, and not before."""
    machine = DmaMachine("bounce", bits=32)
    recorder = machine.nt.recorder = Recorder(machine.nt)
    adapter = machine.adapter(Dma32BitAddresses=1)
    base = granted(machine, adapter, 2)
    start, mdl = machine.buffer(5000)
    length_at = machine.room(4)
    for write in (1, 0):
        machine.nt.memory.write_uint(length_at, 4, 5000)
        machine.op("MapTransfer", adapter, mdl, base, start, length_at, write)
        assert recorder.drawings[-1].copied == (5000 if write else 0)
        assert recorder.drawings[-1].end == ""
        machine.op("FlushAdapterBuffers", adapter, mdl, base, start, 5000, write)
        assert recorder.drawings[-1].copied == 5000
        assert recorder.drawings[-1].end == "flushed"
    assert [drawing.write for drawing in recorder.drawings] == [True, False]
    told = [Words(one).story for one in recorder.drawings]
    assert told[0][1].endswith("5000 bytes copied to map registers") and "copied" not in told[0][2]
    assert told[1][2].endswith("5000 bytes copied from map registers") and "copied" not in told[1][1]


def test_a_mapping_whose_registers_go_before_a_flush_is_lost() -> None:
    """The picture says so, and shows no arrow of a copy."""
    machine = DmaMachine("bounce", bits=32)
    recorder = machine.nt.recorder = Recorder(machine.nt)
    adapter = machine.adapter(Dma32BitAddresses=1)
    base = granted(machine, adapter, 1)
    start, mdl = machine.buffer(100)
    length_at = machine.room(4)
    machine.nt.memory.write_uint(length_at, 4, 100)
    machine.op("MapTransfer", adapter, mdl, base, start, length_at, 0)
    forget(machine.nt, machine.nt.dma.adapters[adapter].mappings[0])
    lost = recorder.drawings[0]
    assert (lost.end, lost.copied) == ("lost", 0)
    svg = as_svg(lost)
    assert "not copied" in words_of(svg)
    assert 'class="copy"' in svg and '<path class="copyhead"' not in svg
    assert "◄───" not in as_text(lost)


def test_caches_show_what_was_left_in_them() -> None:
    """Lines that were not written back are dirty, lines that were not dropped are stale, and both are counted."""
    machine = DmaMachine("noncoherent", verifier=0)
    recorder = machine.nt.recorder = Recorder(machine.nt)
    adapter = machine.adapter(ScatterGather=1, Dma64BitAddresses=1)
    start, mdl = machine.buffer(8192)
    part = machine.call("IoAllocateMdl", start, 4096, 0, 0, 0)
    machine.call("MmBuildMdlForNonPagedPool", part)
    for write, word, length in ((1, "dirty", 6400), (0, "stale", 6400), (0, "stale", 6432)):
        machine.call("KeFlushIoBuffers", part, int(not write), 1)
        found: list[int] = []
        keep = machine.native(lambda device, irp, where, context, found=found: found.append(where))
        machine.op("GetScatterGatherList", adapter, 0, mdl, start, length, keep, 0, write)
        drawing = recorder.drawings[-1]
        lines = [(page.lines.bit_count(), page.left.bit_count()) for page in drawing.pages]
        assert lines == [(64, 0), (36 + (length > 6400), 36 + (length > 6400))]
        assert [page.shared.bit_count() for page in drawing.pages] == [0, int(length > 6400)]
        machine.op("PutScatterGatherList", adapter, found[0], write)
        words = words_of(as_svg(drawing))
        assert f"{lines[1][1]} {word}" in words and f"{word} in a cache" in words
        assert ("with bytes beside the buffer" in words) == (length > 6400)
        assert f"{lines[1][1]} lines had not been" in as_text(drawing)


def test_version_3_sees_to_the_caches() -> None:
    """No line is left, and none is shown where a page goes through a map register."""
    for name, left in (("sg_read_3", 0), ("sg_read", 0)):
        pages = [page for one in drawings(name, "noncoherent") for page in one.pages]
        assert all(page.lines for page in pages) and sum(page.left for page in pages) == left
    assert not any(page.lines for one in drawings("sg_read", "bounce") for page in one.pages)


@pytest.mark.parametrize(("profile", "said"), [("direct", "after it was given up"), ("iommu", ": refused")])
def test_late_accesses_are_drawn_where_the_mapping_was(profile: str, said: str) -> None:
    """In red, below what was mapped: a line to the frame that they reach all the same, none where the IOMMU refuses."""
    machine = DmaMachine(profile)
    recorder = machine.nt.recorder = Recorder(machine.nt)
    adapter = machine.adapter(ScatterGather=1, Dma64BitAddresses=1)
    start, mdl = machine.buffer(100)
    lists: list[int] = []
    keep = machine.native(lambda device, irp, where, context: lists.append(where))
    machine.op("GetScatterGatherList", adapter, 0, mdl, start, 100, keep, 0, 0)
    elements = machine.elements(lists[0])
    machine.device_writes(elements, bytes(100))
    machine.op("PutScatterGatherList", adapter, lists[0], 0)
    if profile == "direct":
        machine.device_writes(elements, bytes(100))
    else:
        with pytest.raises(BugCheck):
            machine.device_writes(elements, bytes(100))
    (drawing,) = recorder.drawings
    (stray,) = drawing.strays
    assert (stray.why, stray.logical, stray.length, stray.write) == ("late", elements[0][0], 100, True)
    svg = as_svg(drawing)
    assert svg.count('<rect class="stray"') == svg.count('<path class="wronghead"') == 1
    assert svg.count('<path class="strayed"') == (profile == "direct")
    assert said in svg and said in as_text(drawing)
    assert any("1 access here, 1 elsewhere" in word for word in words_of(svg))


def test_accesses_beside_a_mapping_are_drawn_with_it() -> None:
    """What goes on where the last one ended is one access; another address is another."""
    machine = DmaMachine("direct")
    recorder = machine.nt.recorder = Recorder(machine.nt)
    adapter = machine.adapter(ScatterGather=1, Dma64BitAddresses=1)
    start, mdl = machine.buffer(4096)
    lists: list[int] = []
    keep = machine.native(lambda device, irp, where, context: lists.append(where))
    machine.op("GetScatterGatherList", adapter, 0, mdl, start, 4096, keep, 0, 0)
    logical = machine.elements(lists[0])[0][0]
    machine.device_writes([(logical + 4096, 64), (logical + 4160, 64), (logical + 8192, 64)], bytes(192))
    (drawing,) = recorder.drawings
    assert [(one.why, one.length, one.count) for one in drawing.strays] == [("beside", 128, 2), ("beside", 64, 1)]
    assert drawing.access_count == 0
    assert as_svg(drawing).count("where nothing is mapped</text>") == 2


def test_runs_of_ones() -> None:
    """First bit and count of each, as drawn side by side in a strip."""
    assert list(runs(0)) == []
    assert list(runs(0b1100111)) == [(0, 3), (5, 2)]
    assert list(runs((1 << 64) - 1)) == [(0, 64)]
    assert list(runs(1 << 63 | 2)) == [(1, 1), (63, 1)]


def test_chains_show_each_mdl() -> None:
    """Virtual addresses go on in the next MDL where one ends."""
    machine = DmaMachine("direct")
    recorder = machine.nt.recorder = Recorder(machine.nt)
    adapter = machine.adapter(ScatterGather=1, Dma64BitAddresses=1)
    first, mdl = machine.buffer(300, 16)
    second, other = machine.buffer(5000, 32)
    machine.nt.memory.write_uint(mdl, 8, other)
    listed: list[int] = []
    machine.op("GetScatterGatherList", adapter, 0, mdl, first, 5300,
               machine.native(lambda device, irp, where, context: listed.append(where)), 0, 0)  # fmt: skip
    drawing = recorder.drawings[0]
    assert drawing.list_at == listed[0]
    assert [page.va for page in drawing.pages] == [first, second, (second + 4095) & -4096]
    assert [page.entry for page in drawing.pages] == [0, 0, 1]


def test_there_is_an_end_to_recording() -> None:
    """Mappings beyond the most that are kept are counted."""
    machine = DmaMachine("direct")
    recorder = machine.nt.recorder = Recorder(machine.nt)
    adapter = machine.adapter(ScatterGather=1, Dma64BitAddresses=1)
    logical = machine.room(8)
    for _ in range(MOST_DRAWINGS + 2):
        where = machine.op("AllocateCommonBuffer", adapter, 64, logical, 0)
        machine.op("FreeCommonBuffer", adapter, 64, machine.nt.memory.read_uint(logical, 8), where, 0)
    assert (len(recorder.drawings), recorder.missed) == (MOST_DRAWINGS, 2)


def granted(machine: DmaMachine, adapter: int, count: int) -> int:
    """The base of map registers that AllocateAdapterChannel gives and the driver keeps."""
    bases: list[int] = []

    def keep(device: int, irp: int, base: int, context: int) -> int:
        bases.append(base)
        return 3  # DeallocateObjectKeepRegisters

    machine.op("AllocateAdapterChannel", adapter, 0, count, machine.native(keep), 0)
    return bases[0]


# ---- SVG ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("profile", ALL)
def test_svgs_hold_their_mapping(name: str, profile: str) -> None:
    """Well-formed, titled, without scripts or outside references, and with every column that the profile has."""
    for drawing in drawings(name, profile)[:6]:
        svg = as_svg(drawing)
        root = tree.fromstring(svg)
        assert [child.tag for child in root][:3] == [f"{SVG}title", f"{SVG}desc", f"{SVG}style"]
        assert root.get("role") == "img"
        assert "<script" not in svg and "href" not in svg and "url(" not in svg
        assert "prefers-color-scheme:dark" in svg
        words = words_of(svg)
        assert ("IOMMU" in words) == (drawing.iommu and not drawing.bounced)
        assert ("map registers" in words) == drawing.bounced
        assert ("MDL" in words) == (not drawing.common)
        assert ("processors' caches" in words) == any(page.lines for page in drawing.pages)
        assert {"physical memory", drawing.device} <= set(words)
        assert any(word.endswith(("4 GiB", "reach: 16 MiB")) for word in words)
        assert svg.count('<rect class="frame"') == len(drawing.pages)
        assert svg.count('<rect class="register"') == sum(page.bounce >= 0 for page in drawing.pages)
        assert svg.count('<path class="bushead"') >= 1


@pytest.mark.parametrize("profile", ALL)
def test_nothing_is_drawn_outside(profile: str) -> None:
    """Boxes and texts lie within the view, and boxes of one column do not overlap."""
    for name in EXAMPLES:
        root = tree.fromstring(as_svg(drawings(name, profile)[-1]))
        _, _, width, height = map(float, str(root.get("viewBox")).split())
        columns: dict[tuple[str, float], list[tuple[float, float]]] = {}
        for box in root.iter(f"{SVG}rect"):
            if box.get("class") == "ground":
                continue
            x, y, wide, high = (float(str(box.get(key))) for key in ("x", "y", "width", "height"))
            assert x >= 0 and x + wide <= width and y >= 0 and y + high <= height
            columns.setdefault((str(box.get("class")), x), []).append((y, y + high))
        for spans in columns.values():
            ordered = sorted(spans)
            assert all(one[1] <= other[0] + 0.11 for one, other in zip(ordered, ordered[1:], strict=False))
        for text in root.iter(f"{SVG}text"):
            x, y, said = float(str(text.get("x"))), float(str(text.get("y"))), text.text or ""
            assert 0 < x < width and 0 < y < height
            assert text.get("text-anchor") or x + 7.85 * len(said) <= width, said


def test_light_and_dark_are_both_readable() -> None:
    """Text has a contrast of at least 4.5 to 1 on everything that it stands on, in both."""
    for scheme in (1, 2):
        looks = {row[0]: row[scheme] for row in STYLE}
        for ink in ("t", "quiet"):
            for paper in ("ground", "page", "used", "entry", "frame", "register", "iommu", "element", "device"):
                assert contrast(fill(looks[ink]), fill(looks[paper])) >= 4.5, (scheme, ink, paper)
        for ink, paper in (("limit", "ground"), ("copyword", "ground"), ("limit", "stray"), ("badgetext", "badge"),
                           ("t", "cache"), ("t", "stray")):  # fmt: skip
            assert contrast(fill(looks[ink]), fill(looks[paper])) >= 4.5, (scheme, ink, paper)
        for kind in ("ready", "left", "shared"):
            assert contrast(fill(looks[kind]), fill(looks["strip"])) >= 2, (scheme, kind)


def fill(look: str) -> str:
    return look.partition("fill:#")[2][:6]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, as the accessibility guidelines for the web reckon it."""
    shades = []
    for colour in (one, other):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        shades.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
    return (max(shades) + 0.05) / (min(shades) + 0.05)


def test_text_is_escaped() -> None:
    """What XML keeps for itself, and what it cannot hold."""
    assert escaped('<a & "b">\x07\ud800') == "&lt;a &amp; &quot;b&quot;&gt;??"


def test_a_page_holds_all_pictures() -> None:
    """One style sheet, a heading for each profile, ids that differ."""
    both = [*drawings("map_transfer", "direct"), *drawings("map_transfer", "iommu")]
    page = page_of_pictures("What x<y maps", both, 3)
    assert page.count("<svg ") == len(both)
    assert page.count("<style>") == 1
    assert [line for line in page.splitlines() if line.startswith("<h")][1:] == [
        "<head>", "<h1>What x&lt;y maps</h1>", "<h2>direct</h2>", "<h2>iommu</h2>"
    ]  # fmt: skip
    ids = [word for word in page.split() if word.startswith("id=")]
    assert len(set(ids)) == len(ids)
    assert "3 more are not drawn" in page


def test_the_picture_in_the_docs_looks_as_today(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`dmascript picture examples/sg_read.dma --profile bounce -o docs/pictures/sg_read-bounce.svg` made it: columns
    and colours are those of today, though frames may lie elsewhere."""
    monkeypatch.chdir(ROOT)
    made = tmp_path / "made.svg"
    assert command_line(["picture", "examples/sg_read.dma", "--profile", "bounce", "-o", str(made)]) == 0
    new, old = (path.read_text(encoding="utf-8") for path in (made, DOCS_PICTURE))
    assert heads(new) == heads(old)


def heads(svg: str) -> list[str | None]:
    """The title, the headings and the style sheet of a picture."""
    root = tree.fromstring(svg)
    bold = [text.text for text in root.iter(f"{SVG}text") if str(text.get("class")).startswith("t ")]
    return [*bold, root.findtext(f"{SVG}style")]


# ---- text -----------------------------------------------------------------------------------------------------------

# Pictures of made-up mappings, for where frames lie in a run is nobody's promise: (va, physical, map register, bytes).
HIGH = (0x1D400101000, 0x106CC3000, 0xBFFFE000, 4096)
PIECES = {
    "direct": [(0x1D400100080, 0x8DA1080, -1, 3968), (*HIGH[:2], -1, 4096), (0x1D400102000, 0xEF6A000, -1, 1920)],
    "bounce": [(0x1D400100080, 0xAD7F080, -1, 3968), HIGH, (0x1D400102000, 0x10CE8C000, 0xBFFFF000, 1920)],
    "iommu": [(0xFFFFC20000003000, 0x1033A3000, -1, 4096), (0xFFFFC20000004000, 0x34A3000, -1, 4096)],
    "isa": [(0xFFFFC10000000800, 0x10F800, 0xFFE800, 2048), (0xFFFFC10000001000, 0x110000, 0xFFF000, 2048)],
}  # fmt: skip
PIECES["noncoherent"] = PIECES["direct"]


def made_up(profile: str, pages: int = 0, write: bool = False) -> Drawing:
    """A drawing of the pieces of a profile, of which the device has moved every byte; as if there were more `pages`."""
    machine = DmaMachine(profile, channel=1 if profile == "isa" else -1, bits=32)
    slave = {"Master": 0, "DmaChannel": 1, "InterfaceType": 1}
    fields = slave if profile == "isa" else {"ScatterGather": 1, "Dma32BitAddresses": 1}
    drawing = Drawing(machine.nt, 1, machine.nt.dma.adapters[machine.adapter(**fields)], profile == "iommu")
    drawing.va, drawing.owner, drawing.write = PIECES[profile][0][0], "user buffer of app", write
    drawing.mdl, drawing.end, drawing.ended_ns = 0 if drawing.common else 0xFFFFCF8000010FB0, "flushed", 2000
    logical, grown = 0x8000000, None
    for index, (va, physical, bounce, length) in enumerate(PIECES[profile]):
        where = logical + drawing.length if profile == "iommu" else physical if bounce < 0 else bounce
        last = index == len(PIECES[profile]) - 1
        page = Page(index + (pages if last else 0), index, drawing.length, va, physical, bounce, where, length)
        page.lines = lines_of(physical, length) if profile == "noncoherent" else 0
        drawing.pages.append(page)
        if grown is not None and sum(grown[1:]) == where:
            grown[2] += length
        else:
            grown = [drawing.length, where, length]
            drawing.elements.append(grown)  # type: ignore[arg-type]
        drawing.accessed(drawing.length, where, length, not write, 500)
        drawing.length += length
        drawing.copied += length if bounce >= 0 else 0
    drawing.elements = [(one[0], one[1], one[2]) for one in drawing.elements]
    drawing.page_count = len(drawing.pages) + pages
    return drawing


TABLES = {
    "direct": """\
┌ buffer ─────────┐  ┌ frame ──────┐  ┌ element ────────┐
│ 0x01d4`00100080 ├──┤ 0x008da1000 ├──┤ [0] 0x008da1080 │
│ 0x01d4`00101000 ├──┤ 0x106cc3000 ├──┤ [1] 0x106cc3000 │
│ 0x01d4`00102000 ├──┤ 0x00ef6a000 ├──┤ [2] 0x00ef6a000 │
└─────────────────┘  └─────────────┘  └─────────────────┘
   0x008da1080 ◄══ Card wrote 3968 bytes
   0x106cc3000 ◄══ Card wrote 4096 bytes
   0x00ef6a000 ◄══ Card wrote 1920 bytes
""",
    "bounce": """\
┌ buffer ─────────┐  ┌ frame ──────┐    ┌ map register ┐  ┌ element ────────┐
│ 0x01d4`00100080 ├──┤ 0x00ad7f000 ├──────────────────────┤ [0] 0x00ad7f080 │
│ 0x01d4`00101000 ├──┤ 0x106cc3000 │◄───┤ 0x0bfffe000  ├──┤ [1] 0x0bfffe000 │
│ 0x01d4`00102000 ├──┤ 0x10ce8c000 │◄───┤ 0x0bffff000  ├──┤ [1] +0x1000     │
└─────────────────┘  └─────────────┘    └──────────────┘  └─────────────────┘
   0x00ad7f080 ◄══ Card wrote 3968 bytes
   0x0bfffe000 ◄══ Card wrote 6016 bytes, 2 times
""",
    "iommu": """\
┌ buffer ─────────────┐  ┌ frame ──────┐  ┌ IOMMU page ┐  ┌ element ────────┐
│ 0xffffc200`00003000 ├──┤ 0x1033a3000 ├──┤ 0x8000     ├──┤ [0] 0x008000000 │
│ 0xffffc200`00004000 ├──┤ 0x0034a3000 ├──┤ 0x8001     ├──┤ [0] +0x1000     │
└─────────────────────┘  └─────────────┘  └────────────┘  └─────────────────┘
   0x008000000 ◄══ Card wrote 8192 bytes, 2 times
""",
    "isa": """\
┌ buffer ─────────────┐  ┌ frame ──────┐    ┌ map register ┐  ┌ element ────┐
│ 0xffffc100`00000800 ├──┤ 0x00010f000 │◄───┤ 0x000ffe000  ├──┤ 0x000ffe800 │
│ 0xffffc100`00001000 ├──┤ 0x000110000 │◄───┤ 0x000fff000  ├──┤ +0x800      │
└─────────────────────┘  └─────────────┘    └──────────────┘  └─────────────┘
   0x000ffe800 ◄══ Card wrote 4096 bytes, 2 times
""",
    "noncoherent": """\
┌ buffer ─────────┐  ┌ cache lines ┐  ┌ frame ──────┐  ┌ element ────────┐
│ 0x01d4`00100080 ├──┤ 62 dropped  ├──┤ 0x008da1000 ├──┤ [0] 0x008da1080 │
│ 0x01d4`00101000 ├──┤ 64 dropped  ├──┤ 0x106cc3000 ├──┤ [1] 0x106cc3000 │
│ 0x01d4`00102000 ├──┤ 30 dropped  ├──┤ 0x00ef6a000 ├──┤ [2] 0x00ef6a000 │
└─────────────────┘  └─────────────┘  └─────────────┘  └─────────────────┘
   0x008da1080 ◄══ Card wrote 3968 bytes
   0x106cc3000 ◄══ Card wrote 4096 bytes
   0x00ef6a000 ◄══ Card wrote 1920 bytes
""",
}

LONG = """\
┌ buffer ─────────┐  ┌ frame ──────┐    ┌ map register ┐  ┌ element ────────┐
│ 0x01d4`00100080 ├──┤ 0x00ad7f000 ├──────────────────────┤ [0] 0x00ad7f080 │
│ 0x01d4`00101000 ├──┤ 0x106cc3000 ├───►│ 0x0bfffe000  ├──┤ [1] 0x0bfffe000 │
  ⋮ 27 more pages
│ 0x01d4`00102000 ├──┤ 0x10ce8c000 ├───►│ 0x0bffff000  ├──┤ [1] +0x1000     │
└─────────────────┘  └─────────────┘    └──────────────┘  └─────────────────┘
   0x00ad7f080 ══► Card read 3968 bytes
   0x0bfffe000 ══► Card read 6016 bytes, 2 times
"""

WIDE = """\
┌ buffer ─────────┐  ┌ MDL ─────────┐  ┌ cache lines ┐  ┌ frame ──────┐  ┌ element ────────┐
│ 0x01d4`00100080 ├──┤ [0] 0x8da1   ├──┤ 62 dropped  ├──┤ 0x008da1000 ├──┤ [0] 0x008da1080 │
│ 0x01d4`00101000 ├──┤ [1] 0x106cc3 ├──┤ 64 dropped  ├──┤ 0x106cc3000 ├──┤ [1] 0x106cc3000 │
│ 0x01d4`00102000 ├──┤ [2] 0xef6a   ├──┤ 30 dropped  ├──┤ 0x00ef6a000 ├──┤ [2] 0x00ef6a000 │
└─────────────────┘  └──────────────┘  └─────────────┘  └─────────────┘  └─────────────────┘
   0x008da1080 ◄══ Card wrote 3968 bytes
   0x106cc3000 ◄══ Card wrote 4096 bytes
   0x00ef6a000 ◄══ Card wrote 1920 bytes
"""

NARROW = """\
page 0: 3968 bytes
├─ buffer       0x01d4`00100080
├─ frame        0x00ad7f000
└─ element      [0] 0x00ad7f080
page 1: 4096 bytes
├─ buffer       0x01d4`00101000
├─ frame        0x106cc3000
├◄ map register 0x0bfffe000
└─ element      [1] 0x0bfffe000
page 2: 1920 bytes
├─ buffer       0x01d4`00102000
├─ frame        0x10ce8c000
├◄ map register 0x0bffff000
└─ element      [1] +0x1000
   0x00ad7f080 ◄══ Card wrote 3968 bytes
   0x0bfffe000 ◄══ Card wrote 6016
     bytes, 2 times
"""


@pytest.mark.parametrize("profile", TABLES)
def test_text_pictures(profile: str) -> None:
    """A mapping on each kind of machine, 80 columns wide."""
    assert table(as_text(made_up(profile))) == TABLES[profile]


def test_text_of_a_long_mapping() -> None:
    """Pages that are left out are counted; to the device copies go the other way."""
    assert table(as_text(made_up("bounce", 27, True))) == LONG


def test_text_for_wide_terminals() -> None:
    """120 columns: the MDL's entries as well."""
    assert table(as_text(made_up("noncoherent"), 120)) == WIDE


def test_text_for_narrow_terminals() -> None:
    """40 columns: a few lines for each page, none of them longer."""
    text = as_text(made_up("bounce"), 40)
    assert table(text) == NARROW
    assert max(map(len, text.splitlines())) <= 40


@pytest.mark.parametrize("profile", ALL)
def test_text_fits_eighty_columns(profile: str) -> None:
    """Also with kernel addresses and map registers."""
    for name in EXAMPLES:
        for drawing in drawings(name, profile):
            assert max(map(len, as_text(drawing).splitlines())) <= 80


def test_text_without_boxes_is_ascii() -> None:
    """Every character that draws has a stand-in."""
    for profile in TABLES:
        assert as_text(made_up(profile), boxes=False).isascii()
    assert "|<---+ 0x0bfffe000  +--+" in as_text(made_up("bounce"), boxes=False)


def test_the_story_tells_lines() -> None:
    """Where it was mapped and flushed."""
    story = as_text(drawings("scatter_gather_list", "bounce")[0]).split("\n\n")[0]
    source = (ROOT / "examples" / "scatter_gather_list.dma").read_text(encoding="utf-8").splitlines()
    began, ended = (int(part.partition(")")[0]) for part in story.split("(line ")[1:])
    assert "GetScatterGatherList" in source[began - 1] and "PutScatterGatherList" in source[ended - 1]
    assert "8960 bytes copied from map registers" in " ".join(story.split())


# ---- the commands ---------------------------------------------------------------------------------------------------


def example(name: str) -> str:
    return str(ROOT / "examples" / f"{name}.dma")


def test_a_file_for_each_mapping(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One mapping goes to the file that was named, several to numbered ones, a chosen one to the named one again."""
    one, several, chosen = (str(tmp_path / f"{name}.svg") for name in ("one", "several", "chosen"))
    assert command_line(["picture", example("sg_read"), "-o", one]) == 0
    assert command_line(["picture", example("map_transfer"), "--profile", "iommu", "-o", several]) == 0
    assert command_line(["picture", example("map_transfer"), "--profile", "iommu", "-o", chosen, "--mapping", "2"]) == 0
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["chosen.svg", "one.svg", *(f"several-{number}.svg" for number in range(1, 7))]
    assert Path(chosen).read_bytes() == (tmp_path / "several-2.svg").read_bytes()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "6 pictures in several-1.svg to several-6.svg" in captured.err


def test_all_profiles_on_one_page(tmp_path: Path) -> None:
    """--profile all goes with .html."""
    page = tmp_path / "all.html"
    assert command_line(["picture", example("common_buffer"), "--profile", "all", "-o", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert text.count("<h2>") == text.count("<svg ") == 6


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "x.png"], "neither .svg nor .html"),
        (["-o", "x.svg", "--profile", "all"], "needs an .html file"),
        (["-o", "nowhere/x.svg"], "cannot write"),
    ],
)
def test_what_cannot_be_drawn(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wrong usage ends with 2 and says why."""
    monkeypatch.chdir(tmp_path)
    assert command_line(["picture", example("sg_read"), *words]) == 2
    assert said in capsys.readouterr().err


def test_nothing_to_draw(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A script without DMA has no pictures, and no file is written."""
    target = tmp_path / "x.svg"
    assert command_line(["picture", example("user_lock"), "-o", str(target)]) == 1
    assert command_line(["picture", example("sg_read"), "-o", str(target), "--mapping", "9"]) == 1
    said = capsys.readouterr().err
    assert "nothing was mapped for a device" in said and "no such mapping" in said
    assert not target.exists()


def test_run_prints_pictures(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """To standard error, beside what the script prints; as wide as the terminal says."""
    monkeypatch.setenv("COLUMNS", "40")
    assert command_line(["run", example("sg_read"), "--profile", "bounce", "--picture"]) == 0
    captured = capsys.readouterr()
    assert captured.out == "9984 bytes, first a5\n"
    assert "page 0: 3968 bytes\n├─ buffer       0x01d4`00100080\n" in captured.err
    assert max(map(len, captured.err.splitlines())) <= 40
    assert command_line(["run", example("sg_read"), "--profile", "all", "--picture"]) == 2
