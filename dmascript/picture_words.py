"""The words in a picture of a mapping, for both forms of it: headings, addresses, what happened and when."""

from __future__ import annotations

from .bugcheck_screen import moment
from .runtime.findings import address, plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .runtime.dma.drawings import Access, Drawing, Page, Stray

PAGE = 4096
SIZES = ((1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))


def hexadecimal(value: int) -> str:
    """A physical or logical address, of nine digits or more so that columns stand straight."""
    return f"0x{value:09x}"


def virtual(va: int) -> str:
    """A virtual address as WinDbg writes it, without the zeros of user space in front."""
    return address(va).replace("0x0000", "0x", 1)


class Words:
    """What is said of one drawing."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing

    @property
    def columns(self) -> list[str]:
        """The columns of the picture, from left to right."""
        drawing = self.drawing
        found = ["buffer"] if drawing.common else ["buffer", "mdl"]
        if drawing.cached:
            found.append("caches")
        found.append("frames")
        if drawing.bounced:
            found.append("registers")
        elif drawing.iommu:
            found.append("iommu")
        return [*found, "elements", "device"]

    @property
    def title(self) -> str:
        drawing = self.drawing
        if drawing.common:
            return f"{drawing.number}. A common buffer of {plural(drawing.length, 'byte')}, on {drawing.profile}"
        way = "to the device" if drawing.write else "from the device"
        return f"{drawing.number}. {plural(drawing.length, 'byte')} {way}, on {drawing.profile}"

    # -- what happened

    @property
    def story(self) -> list[str]:
        """Whose it is, and what happened to it: step by step, when and on which line."""
        drawing = self.drawing
        whose = f"{drawing.device}: " if drawing.device else ""
        told = [f"({number}) {self._step(step)}" for number, step in enumerate(self._steps, 1)]
        return [f"{whose}{drawing.adapter}", *told]

    @property
    def _steps(self) -> list[str | Stray]:
        """What happened, in its order: "began", "seen", "ended" and the strays."""
        drawing = self.drawing
        seen = [(drawing.first_ns, 0, "seen")] if drawing.access_count else []
        strays = [(stray.time_ns, 1, stray) for stray in drawing.strays]
        ended = (drawing.ended_ns if drawing.end else float("inf"), 2, "ended")
        rest: list[tuple[float, int, str | Stray]] = [*seen, *strays, ended]
        return ["began", *(step for _, _, step in sorted(rest, key=lambda one: one[:2]))]

    def _step(self, step: str | Stray) -> str:
        if not isinstance(step, str):
            return self.stray(step)
        return {"began": self._began, "seen": self._seen, "ended": self._ended}[step]

    def number(self, step: str | Stray) -> int:
        """The number under which a step is told."""
        return self._steps.index(step) + 1

    @property
    def _began(self) -> str:
        drawing = self.drawing
        said = f"{'allocated' if drawing.common else 'mapped'} at {moment(drawing.began_ns)}{_line(drawing.began_at)}"
        if drawing.bounced and drawing.write:
            said += f", {plural(drawing.copied, 'byte')} copied to map registers"
        return said + (f"; {self._caching}" if drawing.cached else "")

    @property
    def _caching(self) -> str:
        """What became of the lines of the caches before the transfer."""
        drawing = self.drawing
        left = sum(page.left.bit_count() for page in drawing.pages)
        done = "written back to memory" if drawing.write else "dropped from the caches"
        if not left:
            return f"its lines had been {done}"
        seen = "the device sees what memory held before" if drawing.write else "they hide what the device writes"
        return f"{plural(left, 'line')} had not been {done}: {seen}"

    @property
    def _seen(self) -> str:
        drawing = self.drawing
        ways = [word for word, write in (("read", False), ("wrote", True)) if any(
            one.write == write for one in drawing.accesses
        )]  # fmt: skip
        begin, end = moment(drawing.first_ns), moment(drawing.last_ns)
        when = f"at {begin}" if begin == end else f"from {begin} to {end}"
        return f"{drawing.device or 'the device'} {' and '.join(ways)}, {when}"

    @property
    def _ended(self) -> str:
        drawing = self.drawing
        lost = drawing.bounced and not drawing.write and drawing.end != "flushed"
        nothing = "; nothing copied from map registers: the device's data is not in the buffer" if lost else ""
        if not drawing.end:
            return f"not given back{nothing}"
        end = {"lost": "map registers freed before a flush"}.get(drawing.end, drawing.end)
        said = f"{end} at {moment(drawing.ended_ns)}{_line(drawing.ended_at)}"
        if drawing.bounced and not drawing.write and not lost:
            said += f", {plural(drawing.copied, 'byte')} copied from map registers"
        return said + nothing

    @property
    def strays(self) -> list[Stray]:
        return self.drawing.strays

    def stray(self, stray: Stray) -> str:
        return (
            f"{self.drawing.device or 'the device'} {self.stray_access(stray)} at {hexadecimal(stray.logical)}, "
            f"{self.stray_why(stray)}, at {moment(stray.time_ns)}"
        )

    def stray_access(self, stray: Stray) -> str:
        return f"{'wrote' if stray.write else 'read'} {plural(stray.length, 'byte')}{_times(stray.count)}"

    def stray_why(self, stray: Stray) -> str:
        """Why nothing is there for the device, in a few words."""
        drawing = self.drawing
        why = {"late": f"after it was {'freed' if drawing.common else 'given up'}", "beyond": "an address cut short",
               "beside": "where nothing is mapped"}[stray.why]  # fmt: skip
        return f"{why}: refused" if drawing.iommu else why

    @property
    def description(self) -> str:
        """The picture in sentences, for those who do not see it."""
        drawing = self.drawing
        parts = [f"{self.heading('buffer')[0]} at {virtual(drawing.va)}, {plural(drawing.page_count, 'page')}."]
        for page in drawing.pages:
            through = f" through the map register page {hexadecimal(page.bounce)}" if page.bounce >= 0 else ""
            lines = f", {self.lines_of(page)} in the caches" if page.left else ""
            parts.append(
                f"Page {page.index}: {plural(page.length, 'byte')} in frame {hexadecimal(page.physical & -PAGE)}"
                f"{through}{lines}, logical address {hexadecimal(page.logical)}."
            )
        parts.append(f"{plural(len(drawing.elements), 'element')}.")
        parts += [f"The device {self.access(one)} at {self.access_range(one)}." for one in drawing.accesses[:8]]
        return " ".join([*(f"{line}." for line in self.story), *parts])

    # -- headings

    def heading(self, column: str) -> tuple[str, str]:
        drawing = self.drawing
        accesses = "1 access" if drawing.access_count == 1 else f"{drawing.access_count} accesses"
        if drawing.stray_count:
            accesses = f"{accesses} here, {drawing.stray_count} elsewhere"
        return {
            "buffer": (drawing.owner, "virtual addresses"),
            "mdl": ("MDL", virtual(drawing.mdl)),
            "caches": ("processors' caches", "lines of 64 bytes"),
            "frames": ("physical memory", plural(drawing.page_count, "frame")),
            "registers": ("map registers", f"{drawing.registers} held"),
            "iommu": ("IOMMU", "page -> frame"),
            "elements": self._given,
            "device": (drawing.device or "device", f"saw {accesses}"),
        }[column]

    @property
    def _given(self) -> tuple[str, str]:
        """What the device is given: a list, an address, or nothing, where a channel has the address."""
        drawing = self.drawing
        if drawing.channel >= 0:
            return f"DMA channel {drawing.channel}", "address and count"
        if drawing.list_at:
            return "scatter/gather list", virtual(drawing.list_at)
        return "logical address", plural(len(drawing.elements), "range")

    def texts(self, column: str) -> list[str]:
        """All that stands in the boxes of a column."""
        drawing = self.drawing
        pages = drawing.pages
        if column == "buffer":
            missing = [f"{drawing.page_count} more pages"] if len(pages) < drawing.page_count else []
            return [*map(self.va, pages), *map(self.bytes_of, pages), *missing]
        if column == "mdl":
            return [self.entry(page) for page in pages]
        if column == "caches":
            return [self.lines_of(page) for page in pages]
        if column == "frames":
            return [hexadecimal(page.physical & -PAGE) for page in pages]
        if column in ("registers", "iommu"):
            return [self.between(page) for page in pages]
        if column == "elements":
            found = [self.element(index, logical) for index, (_, logical, _) in enumerate(drawing.elements)]
            lengths = [self.element_length(length) for _, _, length in drawing.elements]
            return [*found, *lengths, *map(self.stray_why, self.strays)]
        seen = [*map(self.access, drawing.accesses), *map(self.access_range, drawing.accesses)]
        return [*([] if seen or self.strays else [self.no_access]), *seen, *map(self.stray_access, self.strays)]

    # -- boxes

    def va(self, page: Page) -> str:
        return virtual(page.va)

    def bytes_of(self, page: Page) -> str:
        return plural(page.length, "byte") + (f" from +{page.va % PAGE}" if page.va % PAGE else "")

    def entry(self, page: Page) -> str:
        """One entry of the MDL's frame array."""
        return f"[{page.entry}] {page.physical // PAGE:#x}"

    def lines_of(self, page: Page) -> str:
        """How many lines of a page were made ready, and how many were not."""
        left = page.left.bit_count()
        ready = page.lines.bit_count() - left
        done, bad = ("written back", "dirty") if self.drawing.write else ("dropped", "stale")
        return ", ".join([*([f"{ready} {done}"] if ready else []), *([f"{left} {bad}"] if left else [])])

    def between(self, page: Page) -> str:
        if page.bounce >= 0:
            return hexadecimal(page.bounce & -PAGE)
        return f"{page.logical // PAGE:#x} -> {page.physical // PAGE:#x}"

    def element(self, index: int, logical: int) -> str:
        return hexadecimal(logical) if self.drawing.channel >= 0 else f"[{index}] {hexadecimal(logical)}"

    def element_length(self, length: int) -> str:
        return plural(length, "byte")

    @property
    def no_access(self) -> str:
        return "did not look"

    def access(self, access: Access) -> str:
        return f"{'wrote' if access.write else 'read'} {plural(access.length, 'byte')}{_times(access.count)}"

    def access_range(self, access: Access) -> str:
        return hexadecimal(access.logical)

    @property
    def limit(self) -> tuple[int, str]:
        """The end of what the device reaches, where there is one, else 4 GiB; and what stands beside the line."""
        bits = self.drawing.bits
        top = 1 << (bits if bits < 40 else 32)
        size, unit = next((size, unit) for size, unit in SIZES if top >= size)
        return top, f"{'reach: ' if bits < 40 else ''}{top // size} {unit}"

    def was_copied(self, page: Page) -> bool:
        """Whether the data of a page went through its map register."""
        drawing = self.drawing
        return drawing.write or (drawing.end == "flushed" and drawing.copied > 0)

    @property
    def copied_in(self) -> str:
        """In which step map registers are copied, empty if they never are."""
        return "began" if self.drawing.write else "ended" if self.drawing.end == "flushed" else ""


def _times(count: int) -> str:
    return f", {count} times" if count > 1 else ""


def _line(place: object) -> str:
    """` (line 12)`, or nothing where no line is known."""
    line = getattr(place, "line", 0)
    return f" (line {line})" if line else ""
