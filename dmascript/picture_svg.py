"""A mapping as an SVG: what the driver describes on the left, what the device saw on the right, and between them where
the bytes are.

Columns from left to right: the buffer by virtual address, its MDL, the frames in physical memory from the lowest down,
map registers or the IOMMU's pages where the machine has them, the elements, the device's accesses. Thin lines say "is
described by"; thick ones are bytes that move, with an arrow the way they go. The text is made by hand: no script, no
font of its own, colours for light and dark by the viewer's wish.
"""

from __future__ import annotations

from .picture_style import escaped, style
from .picture_words import Words, hexadecimal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .runtime.dma.record import Access, Drawing, Page

CHARACTER = 7.85  # a character of a monospace font is about so wide
ROW, GAP_ROW, FRAME, FRAME_GAP, DIVIDER = 46, 44, 34, 14, 48
LEFT, TOP, HEADING, LANE, PADDING = 24, 24, 22, 70, 12
FOUR_GIB = 1 << 32
PAGE = 4096


class _Column:
    """A column at `x`, `width` wide, under a heading of one or two lines."""

    __slots__ = ("heading", "x", "width")

    def __init__(self, heading: tuple[str, str], width: float) -> None:
        self.heading = heading
        self.x = 0.0
        self.width = width

    @property
    def right(self) -> float:
        return self.x + self.width


class Picture:
    """One drawing on its way to text: columns, the height of each row, and the shapes so far."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.words = Words(drawing)
        self.shapes: list[str] = []
        self.columns = {name: _Column(*self._column(name)) for name in self.words.columns}
        self._place_columns()
        self.top = TOP + HEADING * (len(self.words.story) + 3.7)
        self.rows, rows_end = self._place_rows()
        self.frames, self.divider, frames_end = self._place_frames()
        self.bottom = max(rows_end, frames_end)

    # -- where things are

    def _column(self, name: str) -> tuple[tuple[str, str], float]:
        heading = self.words.heading(name)
        longest = max(len(line) for line in [*heading, *self.words.texts(name)])
        return heading, longest * CHARACTER + 2 * PADDING

    def _place_columns(self) -> None:
        x: float = LEFT
        for name, column in self.columns.items():
            column.x = x
            x = column.right + (LANE * 1.35 if name in ("mdl", "frames", "elements") else LANE * 0.55)
        last = list(self.columns.values())[-1]
        widest = max(len(line) for line in self.words.story) * CHARACTER
        self.width = max(last.right, LEFT + widest, LEFT + len(self.words.title) * 10.4) + LEFT

    def _place_rows(self) -> tuple[dict[int, float], float]:
        """The top of each shown page in the columns that follow the buffer; the end of the last."""
        found: dict[int, float] = {}
        y, before = self.top, -1
        for page in self.drawing.pages:
            if page.index != before + 1:
                y += GAP_ROW
            found[page.index] = y
            y += ROW
            before = page.index
        return found, y

    def _place_frames(self) -> tuple[dict[int, float], float, float]:
        """The frames from the lowest down to the highest; where the line of 4 GiB lies; the end of the last."""
        found: dict[int, float] = {}
        divider = 0.0
        y, before = self.top, -1
        for physical in sorted({page.physical & -PAGE for page in self.drawing.pages}):
            if physical >= FOUR_GIB and not divider:
                divider = y + DIVIDER / 2 + (4 if found else -10)
                y += DIVIDER - (0 if found else 16)
            elif found and physical != before + PAGE:
                y += FRAME_GAP
            found[physical] = y
            y += FRAME
            before = physical
        if not divider:
            divider = y + DIVIDER / 2 + 4
            y += DIVIDER - 16
        return found, divider, y

    def row_at(self, offset: int) -> float:
        """How far down a byte of the mapping is drawn."""
        before: Page | None = None
        for page in self.drawing.pages:
            if offset < page.offset:
                break
            before = page
        if before is None:
            return self.top
        inside = offset - before.offset
        top = self.rows[before.index]
        if inside <= before.length:
            return top + (ROW - 6) * inside / max(before.length, 1)
        return top + ROW + GAP_ROW - 12

    # -- shapes

    def text(self, x: float, y: float, words: str, kind: str = "t", anchor: str = "start") -> None:
        where = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self.shapes.append(f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}"{where}>{escaped(words)}</text>')

    def box(self, kind: str, x: float, y: float, width: float, height: float, radius: int = 3) -> None:
        self.shapes.append(
            f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{radius}"/>'
        )

    def curve(self, kind: str, x1: float, y1: float, x2: float, y2: float, arrow: str = "") -> None:
        """A line from left to right; `arrow` is "right", "left", or nothing."""
        start, end = x1 + (9 if arrow == "left" else 0), x2 - (9 if arrow == "right" else 0)
        bend = (x2 - x1) * 0.45
        self.shapes.append(
            f'<path class="{kind}" d="M{start:.1f} {y1:.1f}C{x1 + bend:.1f} {y1:.1f} {x2 - bend:.1f} {y2:.1f} '
            f'{end:.1f} {y2:.1f}"/>'
        )
        if arrow:
            tip, y, back = (x2, y2, -11) if arrow == "right" else (x1, y1, 11)
            self.shapes.append(
                f'<path class="{kind}head" d="M{tip:.1f} {y:.1f}l{back} -5.5v11z"/>'
            )

    def straight(self, kind: str, x1: float, x2: float, y: float) -> None:
        self.shapes.append(f'<path class="{kind}" d="M{x1:.1f} {y:.1f}H{x2:.1f}"/>')

    def dots(self, column: _Column, y: float, said: str = "") -> None:
        """Three dots, and beside them what is left out."""
        x = column.x + (column.width / 2 if not said else PADDING + 4)
        for index in range(3):
            self.shapes.append(f'<circle class="dots" cx="{x:.1f}" cy="{y + 8 * index:.1f}" r="2"/>')
        if said:
            self.text(x + 14, y + 12.5, said, "quiet")

    # -- the parts

    def draw(self, sheet: bool) -> str:
        """The text of the SVG, with its style sheet or without."""
        drawing, words = self.drawing, self.words
        self.text(LEFT, TOP + 14, words.title, "t title")
        for index, line in enumerate(words.story):
            self.text(LEFT, TOP + 16 + HEADING * (index + 1), line, "quiet")
        for column in self.columns.values():
            for index, line in enumerate(column.heading):
                kind = "t head" if not index else "quiet"
                self.text(column.x, self.top - 32 + 18 * index, line, kind)
        if "registers" in self.columns:
            between = (self.columns["frames"].right + self.columns["registers"].x) / 2
            self.text(between, self.top - 14, words.copied_when, "copyword", "middle")
        lines = len(self.shapes)
        self._draw_lines()
        drawn = self.shapes[lines:]
        del self.shapes[lines:]
        self._draw_frames()
        boxes = self.shapes[lines:]
        self.shapes[lines:] = [*drawn, *boxes]
        for page in drawing.pages:
            self._draw_page(page)
        self._draw_gap()
        self._draw_elements()
        self._draw_device()
        self._draw_key()
        return self._assembled(sheet)

    def _draw_frames(self) -> None:
        column = self.columns["frames"]
        self.straight("divider", column.x - 8, column.right + 8, self.divider)
        self.text(column.right + 8, self.divider - 5, "4 GiB", "limit", "end")
        for physical, y in self.frames.items():
            self.box("frame", column.x, y, column.width, FRAME)
            self.text(column.x + PADDING, y + FRAME / 2 + 5, hexadecimal(physical))

    def _draw_page(self, page: Page) -> None:
        y = self.rows[page.index]
        buffer = self.columns["buffer"]
        self.box("page", buffer.x, y, buffer.width, ROW, 0)
        start = (page.va % PAGE) / PAGE
        self.box("used", buffer.x + 1, y + 1 + start * (ROW - 2), buffer.width - 2, (ROW - 2) * page.length / PAGE, 0)
        self.text(buffer.x + PADDING, y + 19, self.words.va(page))
        self.text(buffer.x + PADDING, y + 36, self.words.bytes_of(page), "quiet")
        if "mdl" in self.columns:
            mdl = self.columns["mdl"]
            self.box("entry", mdl.x, y + 6, mdl.width, ROW - 12)
            self.text(mdl.x + PADDING, y + ROW / 2 + 5, self.words.entry(page))
        for name in ("registers", "iommu"):
            if name in self.columns and (name == "iommu" or page.bounce >= 0):
                column = self.columns[name]
                self.box(name.removesuffix("s"), column.x, y + 3, column.width, ROW - 6)
                self.text(column.x + PADDING, y + ROW / 2 + 5, self.words.between(page))

    def _draw_lines(self) -> None:
        columns, middle = self.columns, ROW / 2
        frames, elements = columns["frames"], columns["elements"]
        between = columns.get("registers") or columns.get("iommu")
        describing = columns.get("mdl") or columns["buffer"]
        toward = "right" if self.drawing.write else "left"
        for page in self.drawing.pages:
            y = self.rows[page.index] + middle
            frame = self.frames[page.physical & -PAGE] + FRAME / 2
            if "mdl" in columns:
                self.curve("line", columns["buffer"].right, y, describing.x, y)
            self.curve("line", describing.right, y, frames.x, frame)
            lane = self.row_at(page.offset) / 2 + self.row_at(page.offset + page.length - 1) / 2 + 3
            if between is None:
                self.curve("line", frames.right, frame, elements.x, lane)
                continue
            if page.bounce >= 0:
                self.curve("copy", frames.right, frame, between.x, y, toward if self.words.was_copied(page) else "")
            else:
                self.curve("line", frames.right, frame, between.x, y)
            if page.bounce < 0 and "registers" in columns:
                self.straight("line", between.x, between.right, y)
            self.curve("line", between.right, y, elements.x, lane)

    def _draw_gap(self) -> None:
        """Where pages are left out."""
        before = -1
        for page in self.drawing.pages:
            missing = page.index - before - 1
            before = page.index
            if missing:
                y = self.rows[page.index] - GAP_ROW
                for name, column in self.columns.items():
                    if name == "buffer":
                        self.dots(column, y + 14, f"{missing} more pages")
                    elif name in ("mdl", "registers", "iommu"):
                        self.dots(column, y + 14)

    def _draw_elements(self) -> None:
        column = self.columns["elements"]
        end, gap = 0.0, False
        for index, (offset, logical, length) in enumerate(self.drawing.elements):
            if not self._is_shown(offset, length):
                gap = True
                continue
            top, bottom = self.row_at(offset) + 3, self.row_at(offset + length) + 3
            if bottom - top < 36:
                bottom = top + 36
            if gap:
                self.dots(column, (end + top) / 2 - 8)
            end, gap = bottom, False
            self.box("element", column.x, top, column.width, bottom - top)
            middle = (top + bottom) / 2
            self.text(column.x + PADDING, middle - 4, self.words.element(index, logical))
            self.text(column.x + PADDING, middle + 13, self.words.element_length(length), "quiet")

    def _is_shown(self, offset: int, length: int) -> bool:
        """Whether a range of the mapping has a byte on a page that is drawn."""
        return any(page.offset < offset + length and offset < page.offset + page.length for page in self.drawing.pages)

    def _draw_device(self) -> None:
        column, elements = self.columns["device"], self.columns["elements"]
        bottom = self.row_at(self.drawing.length) + 6
        self.box("device", column.x, self.top - 2, column.width, max(bottom, self.top + ROW) - self.top + 2, 8)
        rows = self._access_rows()
        if not rows:
            self.text(column.x + PADDING, (self.top + bottom) / 2 + 4, self.words.no_access, "quiet")
        for access, y in rows:
            self.curve("bus", elements.right, y, column.x, y, "left" if access.write else "right")
            self.text(column.x + PADDING, y - 3, self.words.access(access))
            self.text(column.x + PADDING, y + 14, self.words.access_range(access), "quiet")

    def _draw_key(self) -> None:
        """What the kinds of lines mean."""
        x, y = float(LEFT), self.bottom + 32
        kinds = [("line", "describes"), ("copy", "copied by the processor"), ("bus", "moved by the device")]
        for kind, said in kinds:
            if kind != "copy" or "registers" in self.columns:
                self.straight(kind, x, x + 34, y - 4)
                self.text(x + 42, y, said, "quiet")
                x += 42 + (len(said) + 4) * CHARACTER

    def _access_rows(self) -> list[tuple[Access, float]]:
        """The accesses to draw, each with the height of its arrow, none over another."""
        shown = [one for one in self.drawing.accesses if self._is_shown(one.offset, one.length)]
        spans: dict[tuple[int, int], list[Access]] = {}
        for one in shown:
            spans.setdefault((one.offset, one.length), []).append(one)
        found: list[tuple[Access, float]] = []
        lowest = self.top - ROW
        for (offset, length), same in sorted(spans.items()):
            top, bottom = self.row_at(offset) + 3, self.row_at(offset + length) + 3
            for index, one in enumerate(same):
                y = top + (bottom - top) * (index + 1) / (len(same) + 1)
                y = max(y, lowest + 36)
                if y > self.bottom:
                    return found
                found.append((one, y))
                lowest = y
        return found

    def _assembled(self, sheet: bool) -> str:
        number = f"{self.drawing.profile}-{self.drawing.number}"
        height = self.bottom + 32 + HEADING
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:.0f} {height:.0f}" '
            f'width="{self.width:.0f}" height="{height:.0f}" role="img" aria-labelledby="t{number} d{number}">\n'
            f'<title id="t{number}">{escaped(self.words.title)}</title>\n'
            f'<desc id="d{number}">{escaped(self.words.description)}</desc>\n'
            + (f"<style>{style()}</style>\n" if sheet else "") +
            '<rect class="ground" width="100%" height="100%"/>\n' + "\n".join(self.shapes) + "\n</svg>\n"
        )


def picture(drawing: Drawing, sheet: bool = True) -> str:
    """The whole text of an SVG file for a drawing; without its style sheet for a page that has it."""
    return Picture(drawing).draw(sheet)
