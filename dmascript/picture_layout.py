"""Where the parts of a picture lie: columns from left to right, a row for each page, frames by their addresses."""

from __future__ import annotations

from .picture_words import PAGE, Words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .runtime.dma.drawings import Access, Drawing, Page, Stray

CHARACTER = 7.85  # a character of a monospace font is about so wide
ROW, GAP_ROW, FRAME, FRAME_GAP, DIVIDER = 46, 44, 34, 14, 48
LEFT, TOP, HEADING, LANE, PADDING = 24, 24, 22, 70, 12
WIDE_LANES = ("mdl", "caches", "frames", "elements")  # behind these lines cross


class Column:
    """A column at `x`, `width` wide, under a heading of two lines."""

    __slots__ = ("heading", "x", "width")

    def __init__(self, heading: tuple[str, str], width: float) -> None:
        self.heading = heading
        self.x = 0.0
        self.width = width

    @property
    def right(self) -> float:
        return self.x + self.width


class Layout:
    """`rows` has the top of each page that is shown, `frames` that of each frame, `strays` that of each access that
    went elsewhere; `row` is how tall a page is, `divider` is how far down the device's reach ends,
    `bottom` where everything does."""

    def __init__(self, drawing: Drawing, words: Words) -> None:
        self.drawing = drawing
        self.words = words
        tall = len(drawing.pages) == 1 and len(drawing.accesses) > 1  # room for two arrows
        self.row = 2 * ROW + 8 if tall else ROW
        self.columns = {name: Column(*self._column(name)) for name in words.columns}
        self._place_columns()
        self.top = TOP + HEADING * (len(words.story) + 3.7)
        self.rows, rows_end = self._place_rows()
        self.frames, self.divider, frames_end = self._place_frames()
        self.rows_end = max(rows_end, self.row_at(drawing.length) + 10)
        self.device_end = max(self.row_at(drawing.length) + 6, self.top + self.row)
        self.strays = [
            (stray, self.rows_end + 24 + (ROW + 4) * index) for index, stray in enumerate(words.strays)
        ]
        strays_end = self.strays[-1][1] + ROW if self.strays else 0
        self.bottom = max(self.rows_end, frames_end, strays_end)

    def _column(self, name: str) -> tuple[tuple[str, str], float]:
        heading = self.words.heading(name)
        longest = max(len(line) for line in [*heading, *self.words.texts(name)])
        return heading, longest * CHARACTER + 2 * PADDING

    def _place_columns(self) -> None:
        x: float = LEFT
        for name, column in self.columns.items():
            column.x = x
            wide = name in WIDE_LANES or (name == "buffer" and self.drawing.common)
            x = column.right + LANE * (1.35 if wide else 0.55)
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
            y += self.row
            before = page.index
        return found, y

    def _place_frames(self) -> tuple[dict[int, float], float, float]:
        """The frames from the lowest down to the highest; where the device's reach ends; the end of the last."""
        found: dict[int, float] = {}
        limit, _ = self.words.limit
        divider = 0.0
        y, before = self.top, -1
        for physical in sorted({page.physical & -PAGE for page in self.drawing.pages}):
            if physical >= limit and not divider:
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

    def row_at(self, offset: int, end: bool = False) -> float:
        """How far down a byte of the mapping is drawn, or the `end` of something before it."""
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
            return top + (self.row - 6) * inside / max(before.length, 1)
        return top + self.row + (8 if end else GAP_ROW - 12)

    def is_shown(self, offset: int, length: int) -> bool:
        """Whether a range of the mapping has a byte on a page that is drawn."""
        return any(page.offset < offset + length and offset < page.offset + page.length for page in self.drawing.pages)

    def elements(self) -> list[tuple[int, float, float]]:
        """The elements that are shown: number, top and bottom."""
        found: list[tuple[int, float, float]] = []
        for index, (offset, _, length) in enumerate(self.drawing.elements):
            if self.is_shown(offset, length):
                top, bottom = self.row_at(offset) + 3, self.row_at(offset + length, True) + 3
                found.append((index, top, max(bottom, top + 36)))
        return found

    def accesses(self) -> list[tuple[Access, float]]:
        """The accesses to draw, each with the height of its arrow, none over another."""
        shown = [one for one in self.drawing.accesses if self.is_shown(one.offset, one.length)]
        spans: dict[tuple[int, int], list[Access]] = {}
        for one in shown:
            spans.setdefault((one.offset, one.length), []).append(one)
        found: list[tuple[Access, float]] = []
        lowest = self.top - ROW
        for (offset, length), same in sorted(spans.items()):
            top, bottom = self.row_at(offset) + 3, self.row_at(offset + length) + 3
            for index, one in enumerate(same):
                y = top + (bottom - top) * (index + 1) / (len(same) + 1)
                y = max(y, lowest + 36, self.top + 16)
                if y + 20 > self.device_end:
                    return found
                found.append((one, y))
                lowest = y
        return found

    def hit(self, stray: Stray) -> tuple[str, float] | None:
        """The column and height of a page of this picture that a stray access reaches all the same."""
        if self.drawing.iommu:
            return None
        where = stray.logical & -PAGE
        for page in self.drawing.pages:
            if page.bounce >= 0 and page.bounce & -PAGE == where:
                return "registers", self.rows[page.index] + self.row / 2
            if page.physical & -PAGE == where:
                return "frames", self.frames[where] + FRAME / 2
        return None
