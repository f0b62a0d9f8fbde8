"""A mapping as text for a terminal: one line a page, from the buffer over its frame to the device's address.

    ┌ user buffer ────┐  ┌ frame ──────┐    ┌ map register ┐  ┌ element ────────┐
    │ 0x01d4`00000000 ├──┤ 0x1041eb000 │◄───┤ 0x0bfffd000  ├──┤ [0] 0x0bfffd000 │
    └─────────────────┘  └─────────────┘    └──────────────┘  └─────────────────┘

Where the terminal is too narrow for that, each page takes a few lines of its own. Without box characters it is ASCII.
"""

from __future__ import annotations

from textwrap import wrap

from .picture_words import Words, hexadecimal
from .runtime.findings import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .runtime.dma.record import Drawing, Page

FOUR_GIB = 1 << 32
MOST_RANGES = 6  # of the device's accesses that are shown
BOXES = "┌┐└┘├┤─│◄►═⋮"
ASCII = str.maketrans(BOXES, "++++++-|<>=:")
HEADINGS = {"buffer": "buffer", "frames": "frame", "registers": "map register", "iommu": "IOMMU page",
            "elements": "element"}  # fmt: skip


def picture(drawing: Drawing, width: int = 80, boxes: bool = True) -> str:
    """The lines of a drawing, none longer than `width` where that is possible."""
    words = Words(drawing)
    lines = _wrapped(words.title, width, "")
    for line in [*words.story, _order(drawing)]:
        lines += _wrapped(line, width, "   ")
    table = _table(words)
    fits = all(len(line) <= width for line in table)
    lines += ["", *(table if fits else _stacked(words)), *_accesses(words, width)]
    text = "\n".join(line.rstrip() for line in lines) + "\n"
    return text if boxes else text.translate(ASCII)


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    return wrap(text, max(width, 20), initial_indent=indent, subsequent_indent=indent + "  ")


def _order(drawing: Drawing) -> str:
    """How the pages lie in physical memory, from the lowest frame up."""
    found: list[str] = []
    above = False
    for page in sorted(drawing.pages, key=lambda one: one.physical):
        if page.physical >= FOUR_GIB and not above:
            above = True
            found.append("4 GiB")
        found.append(f"page {page.index}")
    if not above:
        found.append("4 GiB")
    begin = f"MDL {drawing.mdl:#x}; " if drawing.mdl else ""
    return f"{begin}in physical memory: {' < '.join(found)}"


def _cells(words: Words) -> list[tuple[str, list[str]]]:
    """The columns: heading, and a cell for each page that is shown."""
    drawing = words.drawing
    found: list[tuple[str, list[str]]] = []
    for name in words.columns:
        if name in HEADINGS:
            found.append((HEADINGS[name], [_cell(words, name, page) for page in drawing.pages]))
    return found


def _cell(words: Words, column: str, page: Page) -> str:
    if column == "buffer":
        return words.va(page)
    if column == "frames":
        return hexadecimal(page.physical & -4096)
    if column == "registers":
        return hexadecimal(page.bounce & -4096) if page.bounce >= 0 else ""
    if column == "iommu":
        return f"{page.logical // 4096:#x}"
    index, start = _element(words.drawing, page)
    inside = page.offset - start
    return f"[{index}] +{inside:#x}" if inside else words.element(index, page.logical)


def _element(drawing: Drawing, page: Page) -> tuple[int, int]:
    """The element that holds a page's first byte, and the first byte of that one."""
    found = (0, 0)
    for index, (offset, _, _) in enumerate(drawing.elements):
        if offset > page.offset:
            break
        found = (index, offset)
    return found


def _lane(words: Words, column: int, page: Page | None) -> str:
    """What stands between a column and the next one: a line, the arrow of a copy, or nothing."""
    copies = words.drawing.bounced and words.columns[column + (0 if words.drawing.common else 1)] == "frames"
    if not copies:
        return "──" if page is not None else "  "
    if page is None:
        return "    "
    if page.bounce < 0 or not words.was_copied(page):
        return "────"
    return "───►" if words.drawing.write else "◄───"


def _table(words: Words) -> list[str]:
    columns = _cells(words)
    widths = [max(len(heading), *map(len, cells)) + 2 for heading, cells in columns]
    last = len(columns) - 1
    head, foot = "", ""
    for index, (heading, _) in enumerate(columns):
        gap = _lane(words, index, None) if index < last else ""
        head += f"┌ {heading} {'─' * (widths[index] - len(heading) - 2)}┐{gap}"
        foot += f"└{'─' * widths[index]}┘{gap}"
    lines = [head]
    before = -1
    for row, page in enumerate(words.drawing.pages):
        if page.index != before + 1:
            lines.append(f"  ⋮ {plural(page.index - before - 1, 'more page')}")
        before = page.index
        line = ""
        for index, (_, cells) in enumerate(columns):
            lane = _lane(words, index, page) if index < last else ""
            passes = not cells[row]
            text = "─" * widths[index] if passes else f" {cells[row]:<{widths[index] - 1}}"
            begin = "│" if not index or line.endswith("►") else "─" if passes else "┤"
            end = "│" if not lane or lane.startswith("◄") else "─" if passes else "├"
            line += f"{begin}{text}{end}{lane}"
        lines.append(line)
    return [*lines, foot]


def _stacked(words: Words) -> list[str]:
    """For narrow terminals: a few short lines a page."""
    lines: list[str] = []
    columns = _cells(words)
    before = -1
    for row, page in enumerate(words.drawing.pages):
        if page.index != before + 1:
            lines.append(f"⋮ {plural(page.index - before - 1, 'more page')}")
        before = page.index
        lines.append(f"page {page.index}: {plural(page.length, 'byte')}")
        shown = [(index, heading) for index, (heading, cells) in enumerate(columns) if cells[row]]
        for index, heading in shown:
            corner = "└" if index == shown[-1][0] else "├"
            arrow = "─"
            if heading == HEADINGS["registers"]:
                arrow = _lane(words, index - 1, page).strip("─") or "─"
            lines.append(f"{corner}{arrow} {heading:<12} {columns[index][1][row]}")
    return lines


def _accesses(words: Words, width: int) -> list[str]:
    """What the device saw, by logical address."""
    drawing = words.drawing
    name = drawing.device or "the device"
    if not drawing.accesses:
        return [f"   {name} {words.no_access}"]
    lines: list[str] = []
    left = drawing.range_count - MOST_RANGES
    for access in drawing.accesses if left <= 0 else [*drawing.accesses[: MOST_RANGES - 1], drawing.accesses[-1]]:
        if left > 0 and access is drawing.accesses[-1]:
            lines.append(f"   ⋮ {plural(left, 'more range')}")
        arrow = "◄══" if access.write else "══►"
        lines += _wrapped(f"{words.access_range(access)} {arrow} {name} {words.access(access)}", width, "   ")
    return lines
