"""Reserved mappings: system address ranges that a driver keeps for MDLs to come, so that mapping one cannot fail."""

from __future__ import annotations

from .. import rules
from ..findings import address, plural
from .mapping import KIND, check_filled, system_room
from .mdl import MAPPED_TO_SYSTEM_VA
from .memory import Region
from .pool import tag_text
from .store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System
    from .mdl import Mdl


class Reservation:
    """`region` is what the range shows now, and `mdl` through which MDL; both are None and 0 while it is empty."""

    __slots__ = ("start", "pages", "tag", "region", "mdl")

    def __init__(self, start: int, pages: int, tag: int) -> None:
        self.start = start
        self.pages = pages
        self.tag = tag
        self.region: Region | None = None
        self.mdl = 0

    @property
    def facts(self) -> list[tuple[str, str]]:
        return [("range", f"{address(self.start)}, {plural(self.pages, 'page')}, tag '{tag_text(self.tag)}'")]


def reserve(nt: System, length: int, tag: int) -> int:
    """Set aside page table entries and addresses for `length` bytes from a page on; 0 if there are not enough."""
    pages = -(-length // PAGE)
    if not pages:
        nt.violation(rules.RESERVED_NOTHING, (0, tag, nt.instruction()))
        return 0
    if pages > nt.free_ptes:
        return 0
    nt.free_ptes -= pages
    made = Reservation(system_room(nt, pages), pages, tag)
    nt.mdls.reserved[made.start] = made
    nt.remember("reserved", made.start, "reserved")
    nt.hold(rules.RESERVED_LEAKED, made.start, made.facts)
    return made.start


def release(nt: System, base: int, tag: int) -> None:
    """MmFreeMappingAddress: give the range back, which must be empty."""
    found = _find(nt, base, tag, (0xDA, 0x102), (0xDA, 0x101))
    if found is None:
        return
    if found.region is not None:
        nt.violation(
            rules.RESERVED_IN_USE, (base, tag, found.pages), found.facts, ("reserved", base), stop=(0xDA, 0x103),
        )  # fmt: skip
        _take_away(nt, found)
    del nt.mdls.reserved[base]
    nt.free_ptes += found.pages
    nt.let_go(rules.RESERVED_LEAKED, base)
    nt.remember("reserved", base, "released")


def map_reserved(nt: System, base: int, tag: int, mdl: Mdl) -> int:
    """The address at which the range shows the MDL from now on; 0 if the MDL is too long for it."""
    found = _find(nt, base, tag, (0xDA, 0x105), (0xDA, 0x104))
    check_filled(nt, mdl)
    if found is None:
        return 0
    if found.region is not None:
        last = base + (found.pages - 1) * PAGE
        nt.violation(rules.RESERVED_IN_USE, (base, base, last), found.facts, ("reserved", base))
    pages = mdl.page_count
    if pages > found.pages:
        return 0
    found.region = Region(base, pages, KIND, frames=mdl.frames, owns_frames=False)
    found.mdl = mdl.address
    nt.memory.kernel.add(found.region)
    mdl.mapped_va = base
    mdl.flags |= MAPPED_TO_SYSTEM_VA
    nt.remember("reserved", base, "mapped")
    nt.remember("mdl", mdl.address, "mapped", 2)
    return base + int(mdl.byte_offset)


def unmap_reserved(nt: System, base: int, tag: int, mdl: Mdl) -> None:
    """Take away what the range shows. `base` may carry the byte offset that the mapping routine added."""
    start = base & -PAGE
    found = _find(nt, start, tag, (0xDA, 0x105), (0xDA, 0x108))
    if found is None:
        return
    about = ("reserved", start)
    if found.region is None:
        nt.violation(rules.RESERVED_NOT_MAPPED, (start, tag, 0), found.facts, about)
        return
    pages = mdl.page_count
    if found.mdl != mdl.address or pages != found.region.pages:
        more = pages > found.region.pages
        stop = (0xDA, 0x10A if more else 0x10C)
        words = (start, found.region.pages if more else tag, pages)
        nt.violation(rules.RESERVED_OTHER_MDL, words, found.facts, about, stop=stop)
    _take_away(nt, found)
    mdl.flags &= ~MAPPED_TO_SYSTEM_VA
    nt.remember("reserved", start, "unmapped")
    nt.remember("mdl", mdl.address, "unmapped", 2)


def _take_away(nt: System, found: Reservation) -> None:
    assert found.region is not None
    nt.memory.unmap(found.region)
    found.region, found.mdl = None, 0


def _find(
    nt: System, base: int, tag: int, unknown: tuple[int, int], wrong_tag: tuple[int, int]
) -> Reservation | None:
    """The range that is reserved at an address, with its own tag."""
    found = nt.mdls.reserved.get(base)
    about = ("reserved", base)
    if found is None:
        nt.violation(rules.RESERVED_UNKNOWN, (base, tag, 0), [("address", nt.describe(base))], about, stop=unknown)
    elif found.tag != tag:
        facts = [*found.facts, ("given", f"tag '{tag_text(tag)}'")]
        nt.violation(rules.RESERVED_WRONG_TAG, (base, tag, found.tag), facts, about, stop=wrong_tag, argument=1)
    return found
