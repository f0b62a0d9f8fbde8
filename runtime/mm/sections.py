"""Sections: memory that several processes see through views, and the source of pages that are copied on write.

The pages of a section are a region of their own, in a space that no address reaches, and stand there whether they are
in memory or in the page file. A view is a region whose `source` is that one: it borrows the frames. The first write to
a page of a view that copies on write gives that page a frame of the view's own.
"""

from __future__ import annotations

from ..ke.process import ALLOCATION_GRANULARITY
from ..wdk.constants import (
    SEC_COMMIT,
    SEC_NOCACHE,
    STATUS_CONFLICTING_ADDRESSES,
    STATUS_INVALID_PAGE_PROTECTION,
    STATUS_INVALID_PARAMETER_4,
    STATUS_INVALID_PARAMETER_6,
    STATUS_INVALID_VIEW_SIZE,
    STATUS_NO_MEMORY,
    STATUS_NOT_MAPPED_VIEW,
    STATUS_SECTION_PROTECTION,
    STATUS_SECTION_TOO_BIG,
    STATUS_SUCCESS,
)
from .protection import PAGE_NOACCESS, PAGE_NOCACHE, PAGE_WRITECOMBINE, protection
from .regions import Region
from .store import PAGE
from .virtual import Answer, room

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..ke.process import Process
    from ..ob.objects import Object
    from ..system import System

SECTION_BYTES = 0x40
FIRST = 0x1000_0000  # addresses in the space of all sections mean nothing to anybody
MODIFIERS = PAGE_NOCACHE | PAGE_WRITECOMBINE
READS = {0x01, 0x02, 0x08}  # PAGE_NOACCESS, PAGE_READONLY, PAGE_WRITECOPY
EXECUTES = READS | {0x10, 0x20, 0x80}
# What views, and pages of them, may be given, by the protection of the section or the view.
PERMITTED = {
    0x01: {0x01}, 0x02: READS, 0x08: READS, 0x04: READS | {0x04}, 0x10: {0x01, 0x10}, 0x20: EXECUTES, 0x80: EXECUTES,
    0x40: EXECUTES | {0x04, 0x40},
}  # fmt: skip


class Section:
    """One section: its pages, and the protection with which it was made."""

    __slots__ = ("region", "protect")

    def __init__(self, region: Region, protect: int) -> None:
        self.region = region
        self.protect = protect


class View:
    """One view of a section in a process."""

    __slots__ = ("section", "start", "pages", "protect")

    def __init__(self, section: Object, start: int, pages: int, protect: int) -> None:
        self.section = section
        self.start = start
        self.pages = pages
        self.protect = protect

    @property
    def end(self) -> int:
        return self.start + self.pages * PAGE

    def permits(self, protect: int) -> bool:
        """Whether pages of it may be given a protection."""
        return protect & 0xFF in PERMITTED[self.protect & 0xFF]


def create(nt: System, size: int, protect: int, attributes: int, name: str = "") -> tuple[int, Object | None]:
    """A section over the page file. The object that comes with STATUS_SUCCESS has its maker's reference."""
    if protection(protect) is None or protect & ~MODIFIERS not in PERMITTED or protect & 0xFF == PAGE_NOACCESS:
        return STATUS_INVALID_PAGE_PROTECTION, None
    if not attributes & SEC_COMMIT or attributes & ~(SEC_COMMIT | SEC_NOCACHE):
        nt.not_modelled("a section of reserved pages, of large pages, or of an image")
        return STATUS_INVALID_PARAMETER_6, None
    pages = -(-size // PAGE)
    if not pages:
        return STATUS_INVALID_PARAMETER_4, None
    if pages > nt.frames.total:
        return STATUS_SECTION_TOO_BIG, None
    space = nt.sections
    region = Region(space.regions[-1].end if space.regions else FIRST, pages, "section", pageable=True)
    space.add(region)
    section = Section(region, protect)
    where = nt.new_object(SECTION_BYTES)
    return STATUS_SUCCESS, nt.objects.add(
        "Section", where, name=name, body=section, deleted=lambda: nt.memory.unmap(region)
    )


class Place:
    """Where a view is asked for: at `base`, or anywhere with so many leading zero bits."""

    __slots__ = ("process", "base", "zero_bits", "top_down")

    def __init__(self, process: Process, base: int = 0, zero_bits: int = 0, top_down: bool = False) -> None:
        self.process = process
        self.base = base
        self.zero_bits = zero_bits
        self.top_down = top_down


def map_view(nt: System, found: Object, place: Place, offset: int, size: int, protect: int) -> Answer:
    """Show a part of a section in a process: from `offset` on, to the end of the section for a size of 0."""
    section, process = found.body, place.process
    assert isinstance(section, Section)
    rights = protection(protect)
    if rights is None or rights.guard:
        return Answer(STATUS_INVALID_PAGE_PROTECTION)
    if protect & 0xFF not in PERMITTED[section.protect & 0xFF]:
        return Answer(STATUS_SECTION_PROTECTION)
    offset &= -ALLOCATION_GRANULARITY
    whole = section.region.pages * PAGE
    pages = -(-(size or whole - offset) // PAGE)
    if offset >= whole or offset + pages * PAGE > whole:
        return Answer(STATUS_INVALID_VIEW_SIZE)
    if place.base:
        start = process.find_room(pages, place.base)
    else:
        start = room(process, pages, place.zero_bits, place.top_down)
    if start is None:
        return Answer(STATUS_CONFLICTING_ADDRESSES if place.base else STATUS_NO_MEMORY)
    region = Region(start, pages, "section view", pageable=True, owns_frames=False)
    rights.put_on(region)
    region.borrow(section.region, offset // PAGE)
    process.space.add(region)
    process.allocations.add(Region(start, pages, "view"))
    process.views[start] = View(found, start, pages, protect)
    nt.objects.reference(found)
    return Answer(STATUS_SUCCESS, start, pages * PAGE)


def view_at(process: Process, address: int) -> View | None:
    """The view that an address lies in."""
    allocation = process.allocations.find(address)
    return process.views.get(allocation.start) if allocation is not None else None


def unmap_view(nt: System, process: Process, address: int) -> int:
    """Take a view away as a whole. What was locked through it stays in memory until it is unlocked."""
    view = view_at(process, address)
    if view is None:
        return STATUS_NOT_MAPPED_VIEW
    for region in [one for one in process.space.regions if view.start <= one.start < view.end]:
        nt.memory.unmap(region)
    allocation = process.allocations.find(view.start)
    assert allocation is not None
    process.allocations.remove(allocation)
    del process.views[view.start]
    nt.objects.dereference(view.section)
    return STATUS_SUCCESS
