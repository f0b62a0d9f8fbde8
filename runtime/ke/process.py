"""Processes: an address space of their own for user mode."""

from __future__ import annotations

from ..mm.memory import USER_LIMIT, Space

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..mm.sections import View
    from ..ob.handles import HandleTable
    from ..services.programs import Program

USER_FIRST = 0x0000_01D4_0000_0000  # where allocations of a process begin
USER_LOWEST = 0x1_0000
ALLOCATION_GRANULARITY = 0x1_0000


class Process:
    """`address` is that of its EPROCESS, which drivers only compare. `allocations` has what was reserved in one call
    each, whatever became of the pages; the pages themselves are in `space`."""

    __slots__ = ("name", "id", "address", "space", "allocations", "locked_pages", "views", "alive", "handles",
                 "exit_status", "program")  # fmt: skip

    def __init__(self, name: str, id: int, address: int) -> None:
        self.name = name
        self.id = id
        self.address = address
        self.space = Space()
        self.allocations = Space()
        self.locked_pages = 0
        self.views: dict[int, View] = {}  # of sections, by their first address
        self.alive = True
        self.handles: HandleTable | None = None  # made when the first handle is
        self.exit_status = 0x103  # STATUS_PENDING while it lives
        self.program: Program | None = None  # what it has in user mode, once it has a thread there

    def find_room(self, pages: int, base: int = 0) -> int | None:
        """The start of a free range; exactly at `base` if that is given."""
        if base:
            start = base & -ALLOCATION_GRANULARITY
            end = start + pages * 4096
            if start < USER_LOWEST or end > USER_LIMIT:
                return None
            if any(region.start < end and start < region.end for region in self.space.regions):
                return None
            return start
        return self.space.gap(USER_FIRST, USER_LIMIT, pages, ALLOCATION_GRANULARITY)
