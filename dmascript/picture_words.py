"""The words in a picture of a mapping, for both forms of it: headings, addresses, what was copied and when."""

from __future__ import annotations

from .bugcheck_screen import moment
from .runtime.findings import address, plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .runtime.dma.record import Access, Drawing, Page

PAGE = 4096


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

    @property
    def story(self) -> list[str]:
        """What happened, when and on which line."""
        drawing = self.drawing
        whose = f"{drawing.device}: " if drawing.device else ""
        lines = [f"{whose}{drawing.adapter}"]
        began = "allocated" if drawing.common else "mapped"
        said = f"{began} at {moment(drawing.began_ns).strip()}{_line(drawing.began_at)}"
        if drawing.end:
            end = {"lost": "map registers freed before a flush"}.get(drawing.end, drawing.end)
            said += f", {end} at {moment(drawing.ended_ns).strip()}{_line(drawing.ended_at)}"
        lines.append(said + ("" if drawing.end else ", and not given back"))
        lines += self.copying
        return lines

    @property
    def copying(self) -> list[str]:
        """Which bytes went through map registers, and when."""
        drawing = self.drawing
        if not drawing.bounced:
            return []
        if drawing.write:
            return [f"copied to map registers when it was mapped: {plural(drawing.copied, 'byte')}"]
        if drawing.end == "flushed":
            return [f"copied from map registers when it was flushed: {plural(drawing.copied, 'byte')}"]
        return ["not copied from map registers: the device's data is not in the buffer"]

    @property
    def description(self) -> str:
        """The picture in sentences, for those who do not see it."""
        drawing = self.drawing
        parts = [f"{self.heading('buffer')[0]} at {virtual(drawing.va)}, {plural(drawing.page_count, 'page')}."]
        for page in drawing.pages:
            through = f" through the map register page {hexadecimal(page.bounce)}" if page.bounce >= 0 else ""
            parts.append(
                f"Page {page.index}: {plural(page.length, 'byte')} in frame {hexadecimal(page.physical & -PAGE)}"
                f"{through}, logical address {hexadecimal(page.logical)}."
            )
        parts.append(f"{plural(len(drawing.elements), 'element')}.")
        parts += [f"The device {self.access(one)} at {self.access_range(one)}." for one in drawing.accesses[:8]]
        return " ".join([*self.story, *parts])

    def heading(self, column: str) -> tuple[str, str]:
        drawing = self.drawing
        elements = len(drawing.elements)
        accesses = "1 access" if drawing.access_count == 1 else f"{drawing.access_count} accesses"
        return {
            "buffer": (drawing.owner, "virtual addresses"),
            "mdl": ("MDL", virtual(drawing.mdl)),
            "frames": ("physical memory", plural(drawing.page_count, "frame")),
            "registers": ("map registers", f"{drawing.registers} held"),
            "iommu": ("IOMMU", "page -> frame"),
            "elements": (
                ("scatter/gather list", virtual(drawing.list_at)) if drawing.list_at
                else ("logical address", plural(elements, "range"))
            ),
            "device": (drawing.device or "device", f"saw {accesses}"),
        }[column]  # fmt: skip

    def texts(self, column: str) -> list[str]:
        """All that stands in the boxes of a column."""
        drawing = self.drawing
        pages = drawing.pages
        if column == "buffer":
            missing = [f"{drawing.page_count} more pages"] if len(pages) < drawing.page_count else []
            return [*map(self.va, pages), *map(self.bytes_of, pages), *missing]
        if column == "mdl":
            return [self.entry(page) for page in pages]
        if column == "frames":
            return [hexadecimal(page.physical & -PAGE) for page in pages]
        if column in ("registers", "iommu"):
            return [self.between(page) for page in pages]
        if column == "elements":
            found = [self.element(index, logical) for index, (_, logical, _) in enumerate(drawing.elements)]
            return [*found, *(self.element_length(length) for _, _, length in drawing.elements)]
        return [self.no_access, *map(self.access, drawing.accesses), *map(self.access_range, drawing.accesses)]

    # -- boxes

    def va(self, page: Page) -> str:
        return virtual(page.va)

    def bytes_of(self, page: Page) -> str:
        return plural(page.length, "byte") + (f" from +{page.va % PAGE}" if page.va % PAGE else "")

    def entry(self, page: Page) -> str:
        """One entry of the MDL's frame array."""
        return f"[{page.entry}] {page.physical // PAGE:#x}"

    def between(self, page: Page) -> str:
        if page.bounce >= 0:
            return hexadecimal(page.bounce & -PAGE)
        return f"{page.logical // PAGE:#x} -> {page.physical // PAGE:#x}"

    def element(self, index: int, logical: int) -> str:
        return f"[{index}] {hexadecimal(logical)}"

    def element_length(self, length: int) -> str:
        return plural(length, "byte")

    @property
    def no_access(self) -> str:
        return "did not look"

    def access(self, access: Access) -> str:
        times = f", {access.count} times" if access.count > 1 else ""
        return f"{'wrote' if access.write else 'read'} {plural(access.length, 'byte')}{times}"

    def access_range(self, access: Access) -> str:
        return hexadecimal(access.logical)

    @property
    def copied_when(self) -> str:
        """What stands over the arrows of a copy."""
        return "at map" if self.drawing.write else "at flush" if self.drawing.end == "flushed" else "not copied"

    def was_copied(self, page: Page) -> bool:
        """Whether the data of a page went through its map register."""
        drawing = self.drawing
        return drawing.write or (drawing.end == "flushed" and drawing.copied > 0)


def _line(place: object) -> str:
    """` (line 12)`, or nothing where no line is known."""
    line = getattr(place, "line", 0)
    return f" (line {line})" if line else ""
