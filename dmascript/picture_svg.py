"""A mapping as an SVG: what the driver describes on the left, what the device saw on the right, and between them where
the bytes are.

Columns from left to right: the buffer by virtual address, its MDL, the lines of the caches where devices do not see
them, the frames in physical memory from the lowest down, map registers or the IOMMU's pages where the machine has them,
the elements, the device's accesses. Thin lines say "is described by"; thick ones are bytes that move, with an arrow the
way they go; the numbers over them are those of the steps that are told above. Below, in red, is what went elsewhere.
"""

from __future__ import annotations

from .picture_canvas import Canvas
from .picture_layout import CHARACTER, FRAME, GAP_ROW, HEADING, LEFT, PADDING, ROW, TOP, Layout
from .picture_words import PAGE, Words, hexadecimal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .runtime.dma.drawings import Drawing, Page

STRIP, LINES = 9, 64  # the height of a strip that stands for the lines of a page


class Picture(Canvas):
    """One drawing on its way to text."""

    def __init__(self, drawing: Drawing) -> None:
        super().__init__()
        self.drawing = drawing
        self.words = Words(drawing)
        self.at = Layout(drawing, self.words)
        self.columns = self.at.columns

    def draw(self, sheet: bool) -> str:
        """The text of the SVG, with its style sheet or without."""
        self._draw_head()
        self._draw_lines()
        self._draw_strays()
        self._draw_frames()
        for page in self.drawing.pages:
            self._draw_page(page)
        self._draw_gap()
        self._draw_elements()
        self._draw_device()
        self._draw_key()
        name = f"{self.drawing.profile}-{self.drawing.number}"
        height = self.at.bottom + 32 + HEADING
        return self.svg(self.at.width, height, name, self.words.title, self.words.description, sheet)

    def _draw_head(self) -> None:
        words, top = self.words, self.at.top
        self.text(LEFT, TOP + 14, words.title, "t title")
        for index, line in enumerate(words.story):
            self.text(LEFT, TOP + 16 + HEADING * (index + 1), line, "quiet")
        for column in self.columns.values():
            for index, line in enumerate(column.heading):
                self.text(column.x, top - 32 + 18 * index, line, "quiet" if index else "t head")
        describing = "caches" if "caches" in self.columns else "mdl" if "mdl" in self.columns else "buffer"
        self.badge(self._between(describing, "frames"), top - 18, 1)
        if self.drawing.access_count:
            self.badge(self._between("elements", "device"), top - 18, words.number("seen"))
        if "registers" in self.columns:
            between = self._between("frames", "registers")
            if words.copied_in:
                self.badge(between, top - 18, words.number(words.copied_in))
            else:
                self.text(between, top - 14, "not copied", "copyword", "middle")

    def _between(self, left: str, right: str) -> float:
        return (self.columns[left].right + self.columns[right].x) / 2

    def _draw_lines(self) -> None:
        columns, rows, middle = self.columns, self.at.rows, self.at.row / 2
        frames, elements = columns["frames"], columns["elements"]
        between = columns.get("registers") or columns.get("iommu")
        path = [columns[name] for name in ("buffer", "mdl", "caches") if name in columns]
        toward = "right" if self.drawing.write else "left"
        for page in self.drawing.pages:
            y = rows[page.index] + middle
            frame = self.at.frames[page.physical & -PAGE] + FRAME / 2
            for left, right in zip(path, path[1:], strict=False):
                self.straight("line", left.right, right.x, y)
            self.curve("line", path[-1].right, y, frames.x, frame)
            lane = self.at.row_at(page.offset) / 2 + self.at.row_at(page.offset + page.length - 1) / 2 + 3
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

    # -- the columns

    def _draw_frames(self) -> None:
        column, divider = self.columns["frames"], self.at.divider
        self.straight("divider", column.x - 8, column.right + 8, divider)
        self.text(column.right + 8, divider - 5, self.words.limit[1], "limit", "end")
        for physical, y in self.at.frames.items():
            self.box("frame", column.x, y, column.width, FRAME)
            self.text(column.x + PADDING, y + FRAME / 2 + 5, hexadecimal(physical))

    def _draw_page(self, page: Page) -> None:
        y, row = self.at.rows[page.index], self.at.row
        buffer = self.columns["buffer"]
        self.box("page", buffer.x, y, buffer.width, row, 0)
        start = (page.va % PAGE) / PAGE
        self.box("used", buffer.x + 1, y + 1 + start * (row - 2), buffer.width - 2, (row - 2) * page.length / PAGE, 0)
        self.text(buffer.x + PADDING, y + 19, self.words.va(page))
        self.text(buffer.x + PADDING, y + 36, self.words.bytes_of(page), "quiet")
        if "mdl" in self.columns:
            mdl = self.columns["mdl"]
            self.box("entry", mdl.x, y + 6, mdl.width, row - 12)
            self.text(mdl.x + PADDING, y + row / 2 + 5, self.words.entry(page))
        if page.lines:
            self._draw_cached(page)
        for name in ("registers", "iommu"):
            if name in self.columns and (name == "iommu" or page.bounce >= 0):
                column = self.columns[name]
                self.box(name.removesuffix("s"), column.x, y + 3, column.width, row - 6)
                self.text(column.x + PADDING, y + row / 2 + 5, self.words.between(page))

    def _draw_cached(self, page: Page) -> None:
        """The lines of a page, in their order, as a strip: ready for the device, left in the cache, shared."""
        column, y = self.columns["caches"], self.at.rows[page.index] + (self.at.row - ROW) / 2
        self.box("cache", column.x, y + 3, column.width, ROW - 6)
        self.text(column.x + PADDING, y + 19, self.words.lines_of(page))
        x, width = column.x + PADDING, column.width - 2 * PADDING
        self.box("strip", x, y + 27, width, STRIP, 0)
        for kind, lines in (("ready", page.lines & ~page.left), ("left", page.left), ("shared", page.shared)):
            for first, count in runs(lines):
                self.box(kind, x + width * first / LINES, y + 27, width * count / LINES, STRIP, 0)

    def _draw_gap(self) -> None:
        """Where pages are left out."""
        before = -1
        for page in self.drawing.pages:
            missing = page.index - before - 1
            before = page.index
            if not missing:
                continue
            y = self.at.rows[page.index] - GAP_ROW + 14
            for name, column in self.columns.items():
                if name == "buffer":
                    self.dots(column.x + PADDING + 4, y)
                    self.text(column.x + PADDING + 18, y + 12.5, f"{missing} more pages", "quiet")
                elif name in ("mdl", "caches", "registers", "iommu"):
                    self.dots(column.x + column.width / 2, y)

    def _draw_elements(self) -> None:
        column, elements = self.columns["elements"], self.drawing.elements
        end, before = 0.0, -1
        for index, top, bottom in self.at.elements():
            if index != before + 1:
                self.dots(column.x + column.width / 2, (end + top) / 2 - 8)
            end, before = bottom, index
            self.box("element", column.x, top, column.width, bottom - top)
            middle = (top + bottom) / 2
            self.text(column.x + PADDING, middle - 4, self.words.element(index, elements[index][1]))
            self.text(column.x + PADDING, middle + 13, self.words.element_length(elements[index][2]), "quiet")

    def _draw_device(self) -> None:
        column, elements, top = self.columns["device"], self.columns["elements"], self.at.top
        strays = self.at.strays
        bottom = max(self.at.device_end, strays[-1][1] + ROW if strays else 0)
        self.box("device", column.x, top - 2, column.width, bottom - top + 2, 8)
        rows = self.at.accesses()
        if not rows and not strays:
            self.text(column.x + PADDING, (top + self.at.rows_end) / 2 + 4, self.words.no_access, "quiet")
        for stray, y in strays:
            self.text(column.x + PADDING, y + ROW / 2 + 4.5, self.words.stray_access(stray))
        for access, y in rows:
            self.curve("bus", elements.right, y, column.x, y, "left" if access.write else "right")
            self.text(column.x + PADDING, y - 3, self.words.access(access))
            self.text(column.x + PADDING, y + 14, self.words.access_range(access), "quiet")

    def _draw_strays(self) -> None:
        """What the device did where nothing is mapped for it, below all that is."""
        column, device = self.columns["elements"], self.columns["device"]
        for stray, y in self.at.strays:
            middle = y + ROW / 2
            hit = self.at.hit(stray)
            if hit is not None:
                self.curve("strayed", self.columns[hit[0]].right, hit[1], column.x, middle)
            self.box("stray", column.x, y + 3, column.width, ROW - 6)
            self.text(column.x + PADDING, y + 19, hexadecimal(stray.logical))
            self.text(column.x + PADDING, y + 36, self.words.stray_why(stray), "limit")
            self.curve("wrong", column.right, middle, device.x, middle, "left" if stray.write else "right")
            self.badge((column.right + device.x) / 2, middle - 16, self.words.number(stray))

    def _draw_key(self) -> None:
        """What the kinds of lines and colours mean, as far as they occur."""
        x, y = float(LEFT), self.at.bottom + 32
        for kind, said in self._kinds():
            if kind in ("ready", "left", "shared"):
                self.box(kind, x + 10, y - 9, 24, STRIP, 0)
            else:
                self.straight(kind, x, x + 34, y - 4)
            self.text(x + 42, y, said, "quiet")
            x += 42 + (len(said) + 4) * CHARACTER

    def _kinds(self) -> Iterator[tuple[str, str]]:
        pages, write = self.drawing.pages, self.drawing.write
        yield "line", "describes"
        if "registers" in self.columns:
            yield "copy", "copied by the processor"
        yield "bus", "moved by the device"
        if any(page.lines & ~page.left for page in pages):
            yield "ready", "written back" if write else "dropped"
        if any(page.left for page in pages):
            yield "left", "dirty in a cache" if write else "stale in a cache"
        if any(page.shared for page in pages):
            yield "shared", "with bytes beside the buffer"
        if self.at.strays:
            yield "wrong", "not mapped"


def runs(mask: int) -> Iterator[tuple[int, int]]:
    """The runs of ones in a mask: the first bit of each, and how many."""
    first = 0
    while mask:
        skipped = (mask & -mask).bit_length() - 1
        mask >>= skipped
        count = (~mask & (mask + 1)).bit_length() - 1
        yield first + skipped, count
        mask >>= count
        first += skipped + count


def picture(drawing: Drawing, sheet: bool = True) -> str:
    """The drawing as the text of an .svg file; without `sheet` for a page that has the style sheet itself."""
    return Picture(drawing).draw(sheet)
