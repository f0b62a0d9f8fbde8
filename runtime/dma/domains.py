"""IOMMU domains: the address space that a device sees where the machine has an IOMMU."""

from __future__ import annotations

from ..mm.store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .buffers import Piece

FIRST_PAGE = 0x1_0000_0000 // PAGE  # logical addresses are told from physical ones at a glance
LOW_FIRST_PAGE = 0x0800_0000 // PAGE  # for devices that do not reach so far
TINY_FIRST_PAGE = 0x0010_0000 // PAGE
GAP = 16  # pages between two mappings that stay unmapped


class Domain:
    """Logical pages of one device, or of several that have joined: `pages` maps a logical page to its frame. `denied`
    are the pages that may not be written (true), or not be read."""

    __slots__ = ("handle", "pages", "denied", "_next")

    def __init__(self, handle: int) -> None:
        self.handle = handle
        self.pages: dict[int, int] = {}
        self.denied: dict[int, bool] = {}
        self._next: dict[int, int] = {}

    def map(
        self, pieces: list[Piece], bits: int, denied: bool | None = None, low: int = 0, high: int | None = None
    ) -> int | None:
        """Show these pieces one after the other, to be written and read unless one of that is `denied`; the logical
        address of the first byte, None if there is no room from `low` to `high` that the device's address lines lead
        to. Every piece but the first begins a page, every one but the last ends one."""
        if not pieces:
            return None
        if low or high is not None:
            first = self._room_within(len(pieces), bits, low, (1 << bits) - 1 if high is None else high)
        else:
            first = self._room(len(pieces), bits)
        if first is None:
            return None
        for index, (physical, _) in enumerate(pieces):
            self.pages[first + index] = physical // PAGE
            if denied is not None:
                self.denied[first + index] = denied
        return first * PAGE + pieces[0][0] % PAGE

    def _room(self, pages: int, bits: int) -> int | None:
        start = FIRST_PAGE if bits > 33 else LOW_FIRST_PAGE if bits > 28 else TINY_FIRST_PAGE
        top = (1 << min(bits, 48)) // PAGE
        first = self._next.get(start, start)
        if first + pages + GAP > top:
            first = start
            while any(page in self.pages for page in range(first, first + pages)):
                first += 1
            if first + pages > top:
                return None
        self._next[start] = first + pages + GAP
        return first

    def _room_within(self, pages: int, bits: int, low: int, high: int) -> int | None:
        """The first free pages between two logical addresses, with nothing mapped right beside them."""
        first = max(-(-low // PAGE), TINY_FIRST_PAGE)
        top = min(high + 1, 1 << min(bits, 48)) // PAGE
        while first + pages <= top:
            taken = [page for page in range(first - 1, first + pages + 1) if page in self.pages]
            if not taken:
                return first
            first = taken[-1] + 2
        return None

    def unmap(self, logical: int, pages: int) -> None:
        first = logical // PAGE
        for page in range(first, first + pages):
            self.pages.pop(page, None)
            self.denied.pop(page, None)

    def translate(self, logical: int, length: int, write: bool | None) -> list[Piece]:
        """Where an access leads, page by page: (physical address, bytes), (-1, bytes) for what is not mapped, or not
        for that; None is for either."""
        found: list[Piece] = []
        while length:
            part = min(length, PAGE - logical % PAGE)
            frame = self.pages.get(logical // PAGE)
            if write is not None and self.denied and self.denied.get(logical // PAGE) is write:
                frame = None
            found.append((-1 if frame is None else frame * PAGE + logical % PAGE, part))
            logical += part
            length -= part
        return found
