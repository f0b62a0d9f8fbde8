"""Memory descriptor lists as they lie in simulated memory, and what the machine knows about each beyond its bytes."""

from __future__ import annotations

from .. import rules
from ..findings import address, plural
from .store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from array import array
    from collections.abc import Sequence

    from ..ke.process import Process
    from ..system import System
    from .memory import Region
    from .owned_pages import Owned
    from .reserved import Reservation

MAPPED_TO_SYSTEM_VA = 0x1
PAGES_LOCKED = 0x2
SOURCE_IS_NONPAGED_POOL = 0x4
ALLOCATED_FIXED_SIZE = 0x8
PARTIAL = 0x10
PARTIAL_HAS_BEEN_MAPPED = 0x20
WRITE_OPERATION = 0x80
IO_PAGE_READ = 0x40
MAPPING_CAN_FAIL = 0x2000
PARENT_MAPPED_SYSTEM_VA = 0x100
IO_SPACE = 0x800
FLAGS = 0xA  # MdlFlags
ADDRESS_LIMIT = 1 << 64
FEW = 16  # frames
FIXED_PAGES = 23  # MDLs of up to so many pages come from a lookaside list
TAG = int.from_bytes(b"Mdl ", "little")
HEADER = 0x30  # sizeof(MDL); the frame array follows


def span_pages(va: int, length: int) -> int:
    """ADDRESS_AND_SIZE_TO_SPAN_PAGES: the pages that `length` bytes at `va` touch."""
    return ((va & 4095) + length + 4095) >> 12


def _field(offset: int, size: int) -> property:
    """A field of the MDL, read and written in simulated memory."""

    def get(self: Mdl) -> int:
        return self.nt.memory.read_uint(self.address + offset, size)

    def set(self: Mdl, value: int) -> None:
        self.nt.memory.write_uint(self.address + offset, size, value)

    return property(get, set)


class Mdl:
    """A view of the MDL at `address`; every field is read from and written to simulated memory."""

    __slots__ = ("nt", "address")

    def __init__(self, nt: System, where: int) -> None:
        self.nt = nt
        self.address = where

    next = _field(0, 8)
    size = _field(8, 2)
    flags = _field(10, 2)
    process = _field(16, 8)
    mapped_va = _field(24, 8)
    start_va = _field(32, 8)
    byte_count = _field(40, 4)
    byte_offset = _field(44, 4)

    @property
    def virtual_address(self) -> int:
        return int(self.start_va + self.byte_offset)

    @property
    def page_count(self) -> int:
        return span_pages(self.byte_offset, self.byte_count)

    @property
    def is_locked(self) -> bool:
        return bool(self.flags & PAGES_LOCKED)

    @property
    def is_mapped(self) -> bool:
        return bool(self.flags & MAPPED_TO_SYSTEM_VA)

    @property
    def is_partial(self) -> bool:
        return bool(self.flags & PARTIAL)

    @property
    def describes_nonpaged_pool(self) -> bool:
        return bool(self.flags & SOURCE_IS_NONPAGED_POOL)

    @property
    def frames(self) -> array[int]:
        """The frame numbers behind the header."""
        from array import array  # here, so that a run without frames does not load it

        return array("Q", self.nt.memory.read(self.address + HEADER, 8 * self.page_count))

    @frames.setter
    def frames(self, frames: Sequence[int]) -> None:
        if len(frames) <= FEW:
            data = b"".join([frame.to_bytes(8, "little") for frame in frames])
            self.nt.memory.write(self.address + HEADER, data)
            return
        from array import array

        self.nt.memory.write(self.address + HEADER, memoryview(array("Q", frames)).cast("B"))

    def initialise(self, va: int, length: int) -> None:
        """The header that MmInitializeMdl prepares: MappedSystemVa and Process are left as they are."""
        self.next = 0
        self.size = HEADER + 8 * span_pages(va, length)
        self.flags = 0
        self.start_va = va & -PAGE
        self.byte_offset = va & (PAGE - 1)
        self.byte_count = length

    def begin(self, va: int, length: int, flags: int) -> None:
        """The header of an MDL that was just allocated, in two stores."""
        first = (HEADER + 8 * span_pages(va, length) & 0xFFFF) << 64 | flags << 80
        second = (va & -PAGE) << 128 | (length & 0xFFFF_FFFF) << 192 | (va & (PAGE - 1)) << 224
        self.nt.memory.write(self.address, first.to_bytes(12, "little"))
        self.nt.memory.write(self.address + 16, second.to_bytes(32, "little"))

    @property
    def facts(self) -> list[tuple[str, str]]:
        return mdl_facts(self.address, self.page_count, int(self.byte_count))

    @property
    def about(self) -> tuple[str, int]:
        return "mdl", self.address


def mdl_facts(where: int, pages: int, length: int) -> list[tuple[str, str]]:
    return [("mdl", f"{address(where)}, {plural(pages, 'page')}, {plural(length, 'byte')}")]


class Lock:
    """What MmProbeAndLockPages pinned through one MDL, which the bytes of the MDL alone do not tell. `process` is the
    owner of user pages."""

    __slots__ = ("frames", "process", "write")

    def __init__(self, frames: Sequence[int], process: Process | None, write: bool) -> None:
        self.frames = frames
        self.process = process
        self.write = write


class Partial:
    """What a partial MDL borrows: the MDL at the root of it, and that one's lock, or None over nonpaged pool. `gone` is
    true once the root has been unlocked or freed, `idle` once the MDL was prepared for another use."""

    __slots__ = ("root", "lock", "gone", "idle")

    def __init__(self, root: int, lock: Lock | None) -> None:
        self.root = root
        self.lock = lock
        self.gone = False
        self.idle = False


class Mdls:
    """What is known of MDLs by address: which are allocated, which locks and mappings they hold, which are partial.

    `mappings` gives the region of an MDL's own system address, `user_mappings` those in processes by MDL and address,
    `owned` the pages of MDLs from MmAllocatePagesForMdl, `reserved` address ranges kept for mappings, by their start.
    """

    __slots__ = ("nt", "allocated", "locks", "mappings", "user_mappings", "partials", "owned", "reserved",
                 "mapped_from",
                 "next_va")  # fmt: skip

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.allocated: dict[int, int] = {}  # MDL -> bytes of pool
        self.locks: dict[int, Lock] = {}
        self.mappings: dict[int, Region] = {}
        self.user_mappings: dict[tuple[int, int], tuple[Process, Region]] = {}
        self.partials: dict[int, Partial] = {}
        self.owned: dict[int, Owned] = {}
        self.reserved: dict[int, Reservation] = {}
        self.mapped_from: dict[int, int] = {}  # MDL -> its StartVa when it was mapped
        self.next_va = 0

    def at(self, where: int) -> Mdl:
        return Mdl(self.nt, where)

    def create(self, va: int, length: int, flags: int | None = None) -> Mdl | None:
        """A new MDL for a range, None if there is no pool. Without `flags` it has those of an MDL that IoAllocateMdl
        makes."""
        nt, pages = self.nt, span_pages(va, length)
        size = HEADER + 8 * pages
        where = nt.pool.allocate(size, TAG, special=nt.settings.verifier > 0)
        if not where:
            return None
        self.forget(where)
        self.allocated[where] = size
        mdl = Mdl(nt, where)
        mdl.begin(va, length, (ALLOCATED_FIXED_SIZE if pages <= FIXED_PAGES else 0) if flags is None else flags)
        nt.remember("mdl", where, "allocated", moment=nt.history["pool", where]["allocated"])
        return mdl

    def forget(self, where: int) -> None:
        """Memory becomes an MDL, or another one: what was known of the address no longer counts."""
        self.nt.history.pop(("mdl", where), None)
        self.partials.pop(where, None)

    def must_live(self, where: int, argument: int = 0, *, inline: bool = False, freeing: bool = False) -> Mdl:
        """The MDL that a routine was given, as that argument. To use one that was freed, or bytes that are none, breaks
        a rule. `inline` is true for macros, which read the MDL in the driver's own code."""
        nt = self.nt
        mdl = Mdl(nt, where)
        if where not in self.allocated and "freed" in nt.history.get(("mdl", where), {}):
            self._freed(where, argument, inline, freeing)
        elif mdl.start_va & (PAGE - 1) or mdl.byte_offset >= PAGE:
            nt.violation(rules.MDL_NOT_AN_MDL, (where, 0, 0), [("address", nt.describe(where))])
        return mdl

    def _freed(self, where: int, argument: int, inline: bool, freeing: bool) -> None:
        """An MDL is used that is gone: special pool tells at once, the pool manager only of a second free."""
        nt = self.nt
        block = nt.pool.blocks.get(where)
        parameters: tuple[int, ...] = 0, 0, where
        stop: tuple[int, int | None] = 0xC2, 0x7
        if block is not None and block.freed and block.special:
            stop, parameters = (0xD5 if inline else 0xCC, None), (where + FLAGS, 0, nt.instruction(), 0)
        elif not freeing:
            stop, parameters = (0x4E, 0x99), (0, 0, 0)
        nt.violation(
            rules.MDL_FREED_TWICE, parameters, [("mdl", address(where))], ("mdl", where), stop=stop, argument=argument
        )

    def must_describe(self, where: int, argument: int = 0, *, inline: bool = False) -> Mdl:
        """An MDL whose frames are about to be used: if it is partial, its source must still be there."""
        mdl = self.must_live(where, argument, inline=inline)
        partial = self.partials.get(where)
        if partial is not None and partial.gone and mdl.is_partial:
            self.nt.violation(
                rules.PARTIAL_OF_GONE_SOURCE, (_first(mdl), 0, 0), mdl.facts, mdl.about, argument=argument
            )
        return mdl

    def report_locked(self, process: Process) -> None:
        """A process ends while pages of its own are locked."""
        nt = self.nt
        held = [where for where, lock in self.locks.items() if lock.process is process]
        facts = [("process", f"{process.name}, {plural(process.locked_pages, 'page')} locked")]
        about = None
        if held:
            facts += Mdl(nt, held[0]).facts
            about = Mdl(nt, held[0]).about
        nt.violation(rules.PROCESS_HAS_LOCKED_PAGES, (process.address, process.locked_pages, 0), facts, about)

    def let_go(self, root: Mdl, unlocked: bool, before: int = ADDRESS_LIMIT) -> None:
        """The frames of an MDL are let go, those of the pages before an address: partial MDLs over them lose what they
        show."""
        nt = self.nt
        for where, partial in self.partials.items():
            if partial.root != root.address or partial.gone or (partial.lock is not None) != unlocked:
                continue
            child = Mdl(nt, where)
            if child.start_va >= before:
                continue
            facts = [*root.facts, ("partial", child.facts[0][1])]
            if where in self.mappings and unlocked:
                nt.violation(rules.PARTIAL_STILL_MAPPED, (_first(child), 0, 1), facts, child.about)
            elif not partial.idle:
                nt.violation(rules.PARTIAL_LEFT_STALE, (), facts, child.about)
            partial.gone = unlocked
            partial.root = 0
            nt.remember("mdl", where, "orphaned")


def _first(mdl: Mdl) -> int:
    return mdl.frames[0] if mdl.page_count else 0
