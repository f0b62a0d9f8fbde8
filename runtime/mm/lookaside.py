"""Lookaside lists: blocks of one size that are kept for the next who asks instead of going back to the pool.

The list's head lies in the driver's memory, with its counts and the list of free blocks at the offsets that the WDK
has; what the system knows of it is here.
"""

from __future__ import annotations

from .. import rules
from ..findings import address
from ..wdk.constants import STATUS_INVALID_PARAMETER_4, STATUS_INVALID_PARAMETER_5, STATUS_SUCCESS
from . import pool_calls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

DEPTH, MAXIMUM_DEPTH, ALLOCATES, ALLOCATE_MISSES, FREES, FREE_MISSES = 16, 18, 20, 24, 28, 32
TYPE, TAG, SIZE, ALLOCATE, FREE, HEAD_BYTES = 36, 40, 44, 48, 56, 96
FIRST_DEPTH, MOST_DEPTH = 4, 256
SMALLEST = 8
RAISE_ON_FAIL, FAIL_NO_RAISE = 1, 2  # flags of ExInitializeLookasideListEx
RAISE_BIT, QUOTA_NULL_BIT = 0x10, 0x8  # of a POOL_TYPE


class Lookaside:
    """`extended` lists hand themselves to the driver's functions, and `routine` is who asks for pool in their name."""

    __slots__ = ("address", "pool_type", "size", "tag", "allocate", "free", "extended", "routine")

    def __init__(
        self, where: int, pool_type: int, size: int, tag: int, functions: tuple[int, int], extended: bool, routine: str
    ) -> None:
        self.address = where
        self.pool_type = pool_type
        self.size = size
        self.tag = tag
        self.allocate, self.free = functions
        self.extended = extended
        self.routine = routine


class Lookasides:
    """All lookaside lists by the address of their heads. `entries` has the list of each block that was taken from one,
    `back` those that were given back and not taken since."""

    __slots__ = ("nt", "lists", "entries", "back")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.lists: dict[int, Lookaside] = {}
        self.entries: dict[int, int] = {}
        self.back: set[int] = set()

    def initialise(self, made: Lookaside) -> None:
        """Prepare a head that is all the driver's own until now."""
        nt, where = self.nt, made.address
        about = ("lookaside", where)
        facts = [("lookaside list", nt.describe(where)), ("blocks", f"{made.size} bytes")]
        if where in self.lists:
            nt.violation(rules.LOOKASIDE_INITIALISED_TWICE, (where, 0, 0), facts, about)
        if made.size < SMALLEST:
            nt.violation(rules.LOOKASIDE_TOO_SMALL, (where, made.size, SMALLEST), facts)
            made.size = SMALLEST
        nt.memory.write(where, bytes(HEAD_BYTES), True)
        for offset, size, value in (
            (DEPTH, 2, FIRST_DEPTH), (MAXIMUM_DEPTH, 2, MOST_DEPTH), (TYPE, 4, made.pool_type), (TAG, 4, made.tag),
            (SIZE, 4, made.size), (ALLOCATE, 8, made.allocate), (FREE, 8, made.free),
        ):  # fmt: skip
            nt.memory.write_uint(where + offset, size, value)
        self.lists[where] = made
        nt.remember("lookaside", where, "initialised")
        nt.hold(rules.LOOKASIDE_LEFT, where, facts)

    def initialise_ex(self, made: Lookaside, flags: int) -> int:
        """As ExInitializeLookasideListEx: a status for flags that cannot be meant."""
        if made.pool_type & ~0x200 not in (0, 1):
            return STATUS_INVALID_PARAMETER_4
        if flags not in (0, RAISE_ON_FAIL, FAIL_NO_RAISE):
            return STATUS_INVALID_PARAMETER_5
        made.pool_type |= {0: 0, RAISE_ON_FAIL: RAISE_BIT, FAIL_NO_RAISE: QUOTA_NULL_BIT}[flags]
        self.initialise(made)
        return STATUS_SUCCESS

    def find(self, where: int) -> Lookaside | None:
        found = self.lists.get(where)
        if found is None:
            facts = [("address", self.nt.describe(where))]
            self.nt.violation(rules.LOOKASIDE_NOT_INITIALISED, (where, 0, 0), facts, ("lookaside", where))
        return found

    def _count(self, where: int, offset: int) -> None:
        self.nt.memory.write_uint(where + offset, 4, self.nt.memory.read_uint(where + offset, 4) + 1)

    def take(self, where: int) -> int:
        """A block from the list, or else from the pool; 0 if there is none."""
        made = self.find(where)
        if made is None:
            return 0
        self._count(where, ALLOCATES)
        block = self._pop(where)
        if block:
            self._hold(block)
        else:
            self._count(where, ALLOCATE_MISSES)
            block = self._allocate(made)
        if block:
            self.entries[block] = where
            self.back.discard(block)
            self.nt.remember("entry", block, "taken")
        return block

    def _allocate(self, made: Lookaside) -> int:
        nt = self.nt
        if not made.allocate:
            raises = pool_calls.raised(made.pool_type)
            request = pool_calls.Request(made.routine, made.pool_type, made.size, made.tag, raises=raises)
            return pool_calls.allocate(nt, request)
        arguments = (made.pool_type, made.size, made.tag) + ((made.address,) if made.extended else ())
        return 0 if nt.fails(made.routine) else nt.call(made.allocate, *arguments)

    def give(self, where: int, block: int) -> None:
        """Keep a block for the next, or free it if the list is full."""
        made = self.find(where)
        if made is None:
            return
        self._check_entry(made, block)
        self.back.add(block)
        self.nt.remember("entry", block, "given", 1)
        self._count(where, FREES)
        memory = self.nt.memory
        if memory.read_uint(where, 2) < memory.read_uint(where + DEPTH, 2):
            known = self.nt.pool.blocks.get(block)
            if known is not None and known.freed:
                pool_calls.free(self.nt, block, 0)
            self._push(where, block)
            self.nt.let_go(rules.POOL_LEAKED, block)
        else:
            self._count(where, FREE_MISSES)
            self._free(made, block)

    def _check_entry(self, made: Lookaside, block: int) -> None:
        """A block must go back to the list that it was taken from, and only once."""
        nt, from_list = self.nt, self.entries.get(block)
        facts = [("entry", nt.describe(block)), ("list", f"{address(made.address)}, of {made.size} bytes")]
        if block in self.back:
            nt.violation(rules.LOOKASIDE_ENTRY_TWICE, (), facts, ("entry", block), argument=1)
        elif from_list != made.address:
            other = self.lists.get(from_list or 0)
            came = f"{address(other.address)}, of {other.size} bytes" if other is not None else "no lookaside list"
            facts.append(("taken from", came))
            nt.violation(rules.LOOKASIDE_ENTRY_FOREIGN, (), facts, ("entry", block), argument=1)

    def _free(self, made: Lookaside, block: int) -> None:
        self.entries.pop(block, None)
        self.back.discard(block)
        if made.free:
            self.nt.call(made.free, *((block, made.address) if made.extended else (block,)))
        else:
            pool_calls.free(self.nt, block, 0)

    def flush(self, where: int) -> None:
        """Free the blocks that the list keeps; it goes on empty."""
        made = self.find(where)
        while made is not None and (block := self._pop(where)):
            self._free(made, block)

    def delete(self, where: int) -> None:
        """Free the blocks that the list keeps, and forget it."""
        if self.find(where) is None:
            return
        self.flush(where)
        del self.lists[where]
        self.nt.remember("lookaside", where, "deleted")
        self.nt.let_go(rules.LOOKASIDE_LEFT, where)

    def within(self, start: int, end: int) -> int:
        """The head of a list that lies in a range of memory, or 0."""
        return next((where for where in self.lists if start <= where < end), 0) if self.lists else 0

    # The free blocks hang on an SLIST_HEADER: depth and sequence in its first word, the first block in its second.

    def _push(self, where: int, block: int) -> None:
        memory = self.nt.memory
        memory.write_uint(block, 8, memory.read_uint(where + 8, 8) & -16)
        self._head(where, block, 1)

    def _pop(self, where: int) -> int:
        block = self.nt.memory.read_uint(where + 8, 8) & -16
        if block:
            self._head(where, self.nt.memory.read_uint(block, 8), -1)
        return block

    def _head(self, where: int, first: int, change: int) -> None:
        memory = self.nt.memory
        word = memory.read_uint(where, 8)
        memory.write_uint(where, 8, (word >> 16) + 1 << 16 | (word & 0xFFFF) + change)
        memory.write_uint(where + 8, 8, first)

    def _hold(self, block: int) -> None:
        known = self.nt.pool.blocks.get(block)
        if known is not None:
            facts = [("pool", f"{address(block)}, {known.describe(block)}")]
            self.nt.hold(rules.POOL_LEAKED, block, facts)
