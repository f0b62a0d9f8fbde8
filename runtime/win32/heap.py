"""Heaps of a program: HeapAlloc, malloc and LocalAlloc over pages of its own.

What is free is known here and not in memory, so a program that writes past a block damages its neighbours' bytes and
nothing else; a block that is freed twice, or was never one, ends the program as a damaged heap does in Windows."""

from __future__ import annotations

from ..mm import virtual
from ..services.programs import program_of
from ..wdk.constants import STATUS_HEAP_CORRUPTION, STATUS_NO_MEMORY
from .errors import set_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

GROW = 0x1_0000
LARGE = 0x8_0000  # from here on a block has pages of its own
ALIGNMENT, OVERHEAD = 16, 16
FRESH = 0xCD
HEAP_ZERO_MEMORY, HEAP_REALLOC_IN_PLACE_ONLY, HEAP_GENERATE_EXCEPTIONS = 0x8, 0x10, 0x4
COMMIT, RELEASE, PAGE_READWRITE = 0x3000, 0x8000, 4
NO_SIZE = 0xFFFF_FFFF_FFFF_FFFF
ERROR_NOT_ENOUGH_MEMORY = 8


class Heap:
    """`blocks` has the size of each by its address, `free` what was freed by its room, `large` the blocks with pages
    of their own. `limit` is the most that it may grow to, 0 without one."""

    __slots__ = ("handle", "blocks", "free", "large", "segments", "next", "end", "limit")

    def __init__(self, limit: int) -> None:
        self.handle = 0
        self.blocks: dict[int, int] = {}
        self.free: dict[int, list[int]] = {}
        self.large: set[int] = set()
        self.segments: list[int] = []
        self.next = self.end = 0
        self.limit = limit


def _pages(nt: System, size: int) -> int:
    """Pages from the kernel. Nobody else runs meanwhile: a heap is locked while it changes."""
    answer = virtual.allocate(nt, 0, size, 0, COMMIT, PAGE_READWRITE)
    return 0 if answer.status else answer.base


def create(nt: System, limit: int = 0) -> Heap | None:
    """A new heap. Its handle is where its first pages begin."""
    base = _pages(nt, GROW)
    if not base:
        return None
    made = Heap(limit)
    made.handle = base
    made.segments.append(base)
    made.next, made.end = base + 0x40, base + GROW
    program_of(nt).heaps[base] = made
    return made


def of_process(nt: System) -> Heap | None:
    """The heap that every process has: the first one made."""
    heaps = program_of(nt).heaps
    return next(iter(heaps.values())) if heaps else create(nt)


def destroy(nt: System, handle: int) -> bool:
    """Give all of a heap back; not that of the process."""
    heaps = program_of(nt).heaps
    heap = heaps.get(handle)
    if heap is None or heap is of_process(nt):
        return False
    del heaps[handle]
    for base in (*heap.segments, *sorted(heap.large)):
        virtual.free(nt, base, 0, RELEASE)
    return True


def _room(size: int) -> int:
    return (max(size, 1) + OVERHEAD + ALIGNMENT - 1) & -ALIGNMENT


def allocate(nt: System, heap: Heap, size: int, flags: int, routine: str) -> int:
    """A block, aligned to 16 bytes, or 0."""
    found = 0 if nt.fails(routine) or size >= 1 << 47 else _take(nt, heap, size)
    if not found:
        set_error(nt, ERROR_NOT_ENOUGH_MEMORY)
        if flags & HEAP_GENERATE_EXCEPTIONS:
            nt.faults.raise_exception(STATUS_NO_MEMORY)
        return 0
    heap.blocks[found] = size
    if size < LARGE:
        nt.memory.write(found, bytes([0 if flags & HEAP_ZERO_MEMORY else FRESH]) * size)
    return found


def _take(nt: System, heap: Heap, size: int) -> int:
    if size >= LARGE:
        base = 0 if heap.limit else _pages(nt, size)
        if base:
            heap.large.add(base)
        return base
    room = _room(size)
    waiting = heap.free.get(room)
    if waiting:
        return waiting.pop()
    if heap.next + room > heap.end:
        grow = max(GROW, (room + GROW) & -GROW)
        base = 0 if heap.limit and (len(heap.segments) + 1) * GROW > heap.limit else _pages(nt, grow)
        if not base:
            return 0
        heap.segments.append(base)
        heap.next, heap.end = base + 0x40, base + grow
    found = heap.next + OVERHEAD
    heap.next += room
    return found


def free(nt: System, heap: Heap, where: int) -> int:
    """Give a block back. TRUE; nothing else can be said of a block that is none."""
    size = heap.blocks.pop(where, None)
    if size is None:
        _damaged(nt, where)
        return 0
    if where in heap.large:
        heap.large.discard(where)
        virtual.free(nt, where, 0, RELEASE)
    else:
        heap.free.setdefault(_room(size), []).append(where)
    return 1


def _damaged(nt: System, where: int) -> None:
    """No handler is asked: the program ends."""
    from ..ke.exceptions import ExceptionRecord

    record = ExceptionRecord(STATUS_HEAP_CORRUPTION, (where,), 1, nt.instruction())
    nt.faults.unhandled(record)


def resize(nt: System, heap: Heap, where: int, size: int, flags: int, routine: str) -> int:
    """A block of another size with the bytes of an old one, at the same place if that has room; 0 leaves the old."""
    before = heap.blocks.get(where)
    if before is None:
        _damaged(nt, where)
        return 0
    if size < LARGE and where not in heap.large and _room(size) <= _room(before):
        if _room(size) == _room(before):
            if size > before and flags & HEAP_ZERO_MEMORY:
                nt.memory.write(where + before, bytes(size - before))
            heap.blocks[where] = size
            return where
    if flags & HEAP_REALLOC_IN_PLACE_ONLY:
        set_error(nt, ERROR_NOT_ENOUGH_MEMORY)
        return 0
    made = allocate(nt, heap, size, flags, routine)
    if made:
        nt.memory.write(made, nt.memory.read(where, min(before, size)))
        free(nt, heap, where)
    return made
