"""A mapping as text for a terminal: one line a page, from the buffer over its frame to the device's address.

    ┌ user buffer ────┐  ┌ frame ──────┐    ┌ map register ┐  ┌ element ────────┐
    │ 0x01d4`00000000 ├──┤ 0x1041eb000 │◄───┤ 0x0bfffd000  ├──┤ [0] 0x0bfffd000 │
    └─────────────────┘  └─────────────┘    └──────────────┘  └─────────────────┘

Where there is room, the MDL's entries and the lines of the caches stand between. Where the terminal is too narrow, each
page takes a few lines of its own. Without box characters it is ASCII.
"""

from __future__ import annotations

from textwrap import wrap

from .picture_words import Words, hexadecimal
from .runtime.findings import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .runtime.dma.drawings import Drawing, Page

ROOMY = 100  # columns of a terminal from which the MDL is shown
MOST_RANGES = 6  # of the device's accesses that are shown
BOXES = "┌┐└┘├┤─│◄►═⋮"
ASCII = str.maketrans(BOXES, "++++++-|<>=:")
HEADINGS = {"buffer": "buffer", "mdl": "MDL", "caches": "cache lines", "frames": "frame", "registers": "map register",
            "iommu": "IOMMU page", "elements": "element"}  # fmt: skip


def picture(drawing: Drawing, width: int = 80, boxes: bool = True) -> str:
    """The lines of a drawing, none longer than `width` where that is possible."""
    words = Words(drawing)
    lines = _wrapped(words.title, width, "")
    for line in [*words.story, _order(words)]:
        lines += _wrapped(line, width, "   ")
    lines += ["", *_drawn(words, width), *_accesses(words, width), *_strays(words, width)]
    text = "\n".join(line.rstrip() for line in lines) + "\n"
    return text if boxes else text.translate(ASCII)


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    return wrap(text, max(width, 20), initial_indent=indent, subsequent_indent=" " * (len(indent) + 2))


def _order(words: Words) -> str:
    """How the pages lie in physical memory, from the lowest frame up, and where the device's reach ends."""
    drawing, (limit, said) = words.drawing, words.limit
    found: list[str] = []
    above = False
    for page in sorted(drawing.pages, key=lambda one: one.physical):
        if page.physical >= limit and not above:
            above = True
            found.append(said)
        found.append(f"page {page.index}")
    if not above:
        found.append(said)
    begin = f"MDL {drawing.mdl:#x}; " if drawing.mdl else ""
    return f"{begin}in physical memory: {' < '.join(found)}"


def _drawn(words: Words, width: int) -> list[str]:
    """The table with as many columns as there is room for, or a few lines a page."""
    names = [name for name in words.columns if name in HEADINGS]
    for left_out in ((), ("mdl",), ("mdl", "caches")):
        if "mdl" in left_out or width >= ROOMY:
            table = _table(words, [name for name in names if name not in left_out])
            if all(len(line) <= width for line in table):
                return table
    return _stacked(words, [name for name in names if name != "mdl"])


def _cells(words: Words, names: list[str]) -> list[list[str]]:
    """For each column a cell for each page that is shown."""
    return [[_cell(words, name, page) for page in words.drawing.pages] for name in names]


def _cell(words: Words, column: str, page: Page) -> str:
    if column == "buffer":
        return words.va(page)
    if column == "mdl":
        return words.entry(page)
    if column == "caches":
        return words.lines_of(page)
    if column == "frames":
        return hexadecimal(page.physical & -4096)
    if column == "registers":
        return hexadecimal(page.bounce & -4096) if page.bounce >= 0 else ""
    if column == "iommu":
        return f"{page.logical // 4096:#x}"
    index, start = _element(words.drawing, page)
    inside = page.offset - start
    if not inside:
        return words.element(index, page.logical)
    return f"{'' if words.drawing.channel >= 0 else f'[{index}] '}+{inside:#x}"


def _element(drawing: Drawing, page: Page) -> tuple[int, int]:
    """The element that holds a page's first byte, and the first byte of that one."""
    found = (0, 0)
    for index, (offset, _, _) in enumerate(drawing.elements):
        if offset > page.offset:
            break
        found = (index, offset)
    return found


def _lane(words: Words, after: str, page: Page | None) -> str:
    """What stands between a column and the next one: a line, the arrow of a copy, or nothing."""
    copies = words.drawing.bounced and after == "frames"
    if not copies:
        return "──" if page is not None else "  "
    if page is None:
        return "    "
    if page.bounce < 0 or not words.was_copied(page):
        return "────"
    return "───►" if words.drawing.write else "◄───"


def _table(words: Words, names: list[str]) -> list[str]:
    columns = _cells(words, names)
    widths = [max(len(HEADINGS[name]), *map(len, cells)) + 2 for name, cells in zip(names, columns, strict=True)]
    last = len(columns) - 1
    head, foot = "", ""
    for index, name in enumerate(names):
        gap = _lane(words, name, None) if index < last else ""
        head += f"┌ {HEADINGS[name]} {'─' * (widths[index] - len(HEADINGS[name]) - 2)}┐{gap}"
        foot += f"└{'─' * widths[index]}┘{gap}"
    lines = [head]
    before = -1
    for row, page in enumerate(words.drawing.pages):
        if page.index != before + 1:
            lines.append(f"  ⋮ {plural(page.index - before - 1, 'more page')}")
        before = page.index
        line = ""
        for index, cells in enumerate(columns):
            lane = _lane(words, names[index], page) if index < last else ""
            passes = not cells[row]
            text = "─" * widths[index] if passes else f" {cells[row]:<{widths[index] - 1}}"
            begin = "│" if not index or line.endswith("►") else "─" if passes else "┤"
            end = "│" if not lane or lane.startswith("◄") else "─" if passes else "├"
            line += f"{begin}{text}{end}{lane}"
        lines.append(line)
    return [*lines, foot]


def _stacked(words: Words, names: list[str]) -> list[str]:
    """For narrow terminals: a few short lines a page."""
    lines: list[str] = []
    columns = dict(zip(names, _cells(words, names), strict=True))
    before = -1
    for row, page in enumerate(words.drawing.pages):
        if page.index != before + 1:
            lines.append(f"⋮ {plural(page.index - before - 1, 'more page')}")
        before = page.index
        lines.append(f"page {page.index}: {plural(page.length, 'byte')}")
        shown = [name for name in names if columns[name][row]]
        for name in shown:
            corner = "└" if name == shown[-1] else "├"
            arrow = _lane(words, "frames", page).strip("─") if name == "registers" else ""
            lines.append(f"{corner}{arrow or '─'} {HEADINGS[name]:<12} {columns[name][row]}")
    return lines


def _accesses(words: Words, width: int) -> list[str]:
    """What the device saw, by logical address."""
    drawing = words.drawing
    name = drawing.device or "the device"
    if not drawing.accesses:
        return [] if words.strays else [f"   {name} {words.no_access}"]
    lines: list[str] = []
    left = drawing.range_count - MOST_RANGES
    for access in drawing.accesses if left <= 0 else [*drawing.accesses[: MOST_RANGES - 1], drawing.accesses[-1]]:
        if left > 0 and access is drawing.accesses[-1]:
            lines.append(f"   ⋮ {plural(left, 'more range')}")
        arrow = "◄══" if access.write else "══►"
        lines += _wrapped(f"{words.access_range(access)} {arrow} {name} {words.access(access)}", width, "   ")
    return lines


def _strays(words: Words, width: int) -> list[str]:
    """What the device did where nothing is mapped for it."""
    name = words.drawing.device or "the device"
    lines: list[str] = []
    for stray in words.strays:
        arrow = "◄══" if stray.write else "══►"
        said = f"{hexadecimal(stray.logical)} {arrow} {name} {words.stray_access(stray)}, {words.stray_why(stray)}"
        lines += _wrapped(said, width, " ! ")
    return lines
