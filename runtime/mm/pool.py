"""Kernel pool: nonpaged and paged blocks with their headers, tags and owners.

A block stands behind a 16-byte header within pages that the pool grows by; from a page on, it has pages of its own,
which are unmapped when it is freed. With the verifier on, small blocks of drivers come from special pool. Blocks are
remembered after they are freed, so that a second free is told from a wild one.
"""

from __future__ import annotations

from .. import rules
from ..findings import address
from .mdl_checks import ACTIVE_PAGE, locked_through
from .memory import KERNEL_BASE, Region
from .special_pool import SPECIAL, SPECIAL_END, SpecialPool
from .store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..findings import Moment
    from ..system import System

NONPAGED = 0xFFFF_A100_0000_0000
PAGED = 0xFFFF_B300_0000_0000
POOL_SPAN = 0x0000_0100_0000_0000
HEADER = 16
GROW_PAGES = 16
MOST_FILLED = 1 << 16
CACHE_LINE = 64
ZERO = b"\0"
FRESH = b"\xa5"  # what uninitialised pool holds, so that a run comes out the same every time


def tag_text(tag: int) -> str:
    """A tag as a debugger shows it: its four bytes in memory order."""
    return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in (tag & 0xFFFF_FFFF).to_bytes(4, "little"))


class Block:
    """`own` is the region of a block that has pages of its own; `special` blocks stand at the end of theirs."""

    __slots__ = ("address", "size", "tag", "paged", "freed", "own", "special")

    def __init__(self, where: int, size: int, tag: int, paged: bool, own: Region | None) -> None:
        self.address = where
        self.size = size
        self.tag = tag
        self.paged = paged
        self.freed = False
        self.own = own
        self.special = False

    @property
    def tag_text(self) -> str:
        return tag_text(self.tag)

    def describe(self, va: int) -> str:
        kind = "paged" if self.paged else "nonpaged"
        within = f" +0x{va - self.address:x}" if va != self.address else ""
        return f"{kind} pool '{self.tag_text}'{within}, {self.size} bytes{', freed' if self.freed else ''}"

    def facts(self) -> list[tuple[str, str]]:
        return [("pool", f"{address(self.address)}, {self.describe(self.address)}")]


class Arena:
    """One kind of pool: where it grows, up to how many pages, and free pieces by size."""

    __slots__ = ("paged", "most", "next", "end", "free", "grown")

    def __init__(self, base: int, paged: bool, most: int) -> None:
        self.paged = paged
        self.most = most
        self.next = self.end = base
        self.free: dict[int, list[int]] = {}
        self.grown = 0


class Pool:
    """Both kinds of pool, and every block by its address."""

    __slots__ = ("nt", "nonpaged", "paged", "blocks", "special", "never_executable", "_large_next")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.never_executable = False  # a driver has opted in: NonPagedPool means NonPagedPoolNx
        self.nonpaged = Arena(NONPAGED, False, nt.settings.nonpaged_pages)
        self.paged = Arena(PAGED, True, nt.settings.paged_pages)
        self.blocks: dict[int, Block] = {}
        self._large_next = [NONPAGED + POOL_SPAN // 2, PAGED + POOL_SPAN // 2]
        self.special = SpecialPool(nt)

    def allocate(
        self, size: int, tag: int, paged: bool = False, zero: bool = False, cache_aligned: bool = False,
        special: bool = False, at_start: bool = False,
    ) -> int:  # fmt: skip
        """The address of a block, or 0 if there is no room. Blocks of a page or more begin on a page, and so do aligned
        ones. `special` asks for special pool, while there is room: a block ends its page there or, `at_start`, begins
        it."""
        block = self._special(size, tag, paged, cache_aligned, at_start) if special and size <= PAGE else None
        if block is None:
            large = cache_aligned or size >= PAGE - HEADER
            block = self._large(size, tag, paged) if large else self._small(size, tag, paged)
        if block is None:
            return 0
        self.blocks[block.address] = block
        if zero and block.own is not None and not block.special:
            pass  # new pages are zero
        elif block.special:
            self.special.fill(block, ZERO if zero else FRESH)
        elif size <= MOST_FILLED:
            self._fill(block, ZERO if zero else FRESH)
        self.nt.remember("pool", block.address, "allocated")
        return block.address

    def _fill(self, block: Block, byte: bytes) -> None:
        at, end = block.address, block.address + block.size
        while at < end:
            part = min(end - at, PAGE - at % PAGE)
            self.nt.memory.poke(at, byte * part)
            at += part

    def _special(self, size: int, tag: int, paged: bool, cache_aligned: bool, at_start: bool) -> Block | None:
        arena = self.paged if paged else self.nonpaged
        if 2 * arena.grown >= arena.most:
            return None
        region = self.special.place(paged)
        if region is None:
            return None
        arena.grown += 1
        alignment = CACHE_LINE if cache_aligned else 16
        before = 0 if at_start else PAGE - (max(size, 1) + alignment - 1 & -alignment)
        block = Block(region.start + before, size, tag, paged, region)
        block.special = True
        self.special.blocks[region.start] = block
        return block

    def _room(self, pages: int, paged: bool) -> bool:
        """Count so many pages more, if the pool may have them."""
        arena = self._arena(paged)
        if arena.grown + pages > arena.most:
            return False
        arena.grown += pages
        return True

    def _arena(self, paged: bool) -> Arena:
        return self.paged if paged else self.nonpaged

    def _large(self, size: int, tag: int, paged: bool) -> Block | None:
        pages = max(1, -(-size // PAGE))
        if not self._room(pages, paged):
            return None
        start = self._large_next[paged]
        region = Region(start, pages, "paged pool" if paged else "nonpaged pool", pageable=paged)
        if not self.nt.memory.make_resident(region, 0, pages):
            self._arena(paged).grown -= pages
            return None
        self._large_next[paged] = start + (pages + 1) * PAGE
        self.nt.memory.kernel.add(region)
        return Block(start, size, tag, paged, region)

    def _small(self, size: int, tag: int, paged: bool) -> Block | None:
        arena = self._arena(paged)
        need = HEADER + ((max(size, 1) + 15) & -16)
        pieces = arena.free.get(need)
        if pieces:
            start = pieces.pop()
            self._check_links(start + HEADER)
        else:
            left_in_page = -arena.next % PAGE or (PAGE if arena.next < arena.end else 0)
            if left_in_page < need:  # a block never crosses a page
                arena.next += left_in_page
            if arena.next + need > arena.end and not self._grow(arena):
                return None
            start = arena.next
            arena.next += need
        block = Block(start + HEADER, size, tag, paged, None)
        self._write_header(block, need)
        return block

    def _grow(self, arena: Arena) -> bool:
        pages = min(GROW_PAGES, max((arena.most - arena.grown) // 4, 1))  # what is left is for large blocks as well
        while pages and not self._room(pages, arena.paged):
            pages //= 2
        if not pages:
            return False
        region = Region(arena.end, pages, "paged pool" if arena.paged else "nonpaged pool", pageable=arena.paged)
        if not self.nt.memory.make_resident(region, 0, pages):
            arena.grown -= pages
            return False
        self.nt.memory.kernel.add(region)
        arena.next = arena.end
        arena.end += pages * PAGE
        return True

    def _header(self, block: Block) -> bytes:
        """A POOL_HEADER: sizes in 16-byte units, type, then the tag."""
        units = (HEADER + ((max(block.size, 1) + 15) & -16)) // 16
        kind = 1 if block.paged else 2
        return bytes((0, 0, units & 0xFF, kind)) + (block.tag & 0xFFFF_FFFF).to_bytes(4, "little") + bytes(8)

    def _write_header(self, block: Block, need: int) -> None:
        self.nt.memory.poke(block.address - HEADER, self._header(block))

    def _check_links(self, where: int) -> None:
        """A free block holds the links of the free list, which nobody but the pool may have written to."""
        found = self.nt.memory.peek(where, HEADER)
        if found != _links(where):
            facts = [("block", f"{address(where)}, {self.blocks[where].describe(where)}")]
            forward, back = int.from_bytes(found[:8], "little"), int.from_bytes(found[8:], "little")
            self.nt.violation(rules.POOL_WRITTEN_AFTER_FREE, (where - HEADER, forward, back), facts, ("pool", where))

    # -- freeing

    def free(self, where: int, tag: int = 0, moment: Moment | None = None) -> None:
        """Free a block. A tag of 0 is not compared. `moment`, if given, is now."""
        nt = self.nt
        block = self.blocks.get(where)
        if block is None:
            self._no_block(where)
            return
        about = ("pool", where)
        if block.freed:
            nt.violation(rules.POOL_FREED_TWICE, (0, 0, where), self.facts(block), about)
        if tag and tag & 0xFFFF_FFFF != block.tag & 0xFFFF_FFFF:
            facts = [*self.facts(block), ("freed as", f"'{tag_text(tag)}'")]
            nt.violation(rules.POOL_WRONG_TAG, (where, block.tag, tag), facts, about)
        inside = nt.lookasides.within(where, where + block.size)
        if inside:
            parameters = (inside, where, block.size)
            nt.violation(rules.LOOKASIDE_IN_FREED_POOL, parameters, self.facts(block), ("lookaside", inside))
        if block.special:
            self.special.check(block)
        if block.own is None:
            self._check_neighbour(block, about)
        elif block.own.frames is not None and nt.memory.any_pinned(block.own.frames):
            parameters = (block.own.frames[0], ACTIVE_PAGE, 1)
            nt.violation(rules.POOL_FREED_LOCKED, parameters, self.facts(block), locked_through(nt, block.own.frames))
        block.freed = True
        nt.remember("pool", where, "freed", moment=moment)
        nt.let_go(rules.POOL_LEAKED, where)
        if block.own is not None:
            self._arena(block.paged).grown -= block.own.pages
            if block.special:
                self.special.forget(block)
            nt.memory.unmap(block.own)
        else:
            nt.memory.poke(where, _links(where))
            arena = self._arena(block.paged)
            need = HEADER + ((max(block.size, 1) + 15) & -16)
            arena.free.setdefault(need, []).append(where - HEADER)

    def _no_block(self, where: int) -> None:
        """A free of an address at which no block begins."""
        nt = self.nt
        within = self.special.blocks.get(where & -PAGE)
        if within is not None and not within.freed:
            facts = [("address", nt.describe(where)), ("block", nt.describe(within.address))]
            parameters = (where, within.size, PAGE - where % PAGE, 0x21)
            nt.violation(rules.SPECIAL_POOL_BAD_ADDRESS, parameters, facts, ("pool", within.address))
        facts = [("address", nt.describe(where))]
        if 0 < where < 0x8000_0000_0000:
            nt.violation(rules.POOL_USER_ADDRESS, (where, KERNEL_BASE, 0), facts)
        else:
            around, found = self.block_at(where), self._bad_address(where)
            about = ("pool", around.address if around is not None else where)
            nt.violation(rules.POOL_BAD_ADDRESS, found[1:], facts, about, stop=(0xC2, found[0]))

    def _bad_address(self, where: int) -> tuple[int, int, int, int]:
        """Sub-code and parameters of the bug check for a free of a kernel address that begins no block."""
        memory, within = self.nt.memory, self.block_at(where)
        if within is not None and within.paged and not within.freed:
            return 0x41286, 0, 0, where % PAGE
        region = memory.region_at(where)
        kind = region.kind if region is not None else ""
        if kind == "paged pool":
            return 0x50, where, (where - PAGED) // PAGE, POOL_SPAN
        if kind == "nonpaged pool":
            return 0x41, where, memory.frame_at(where), self.nt.frames.highest
        return (0x42, where, 0, 0) if kind else (0x46, where, 0, 0)

    def facts(self, block: Block) -> list[tuple[str, str]]:
        """What a report says of a block."""
        return [("block", f"{address(block.address)}, {block.describe(block.address)}")]

    def _check_neighbour(self, block: Block, about: tuple[str, int]) -> None:
        """The headers before and behind a block must still be what the pool wrote there."""
        own = block.address - HEADER
        if self.nt.memory.peek(own, HEADER) != self._header(block):
            self.nt.violation(rules.POOL_HEADER_LOST, (own, 0, own), self.facts(block), about)
        behind = block.address + ((max(block.size, 1) + 15) & -16)
        neighbour = self.blocks.get(behind + HEADER)
        if neighbour is not None and neighbour.own is None and behind % PAGE:
            if self.nt.memory.peek(behind, 8) != self._header(neighbour)[:8]:
                parameters = (block.address - HEADER, behind, 0)
                self.nt.violation(rules.POOL_HEADER_OVERWRITTEN, parameters, self.facts(block), about)

    # -- looking

    def block_at(self, va: int) -> Block | None:
        """The live or freed block that holds an address."""
        block = self.blocks.get(va)
        if block is not None:
            return block
        if SPECIAL <= va < SPECIAL_END:
            block = self.special.blocks.get(va & -PAGE)
            return block if block is not None and block.address <= va < block.address + block.size else None
        for candidate in self.blocks.values():
            if candidate.address <= va < candidate.address + candidate.size:
                return candidate
        return None

    def freed_at(self, va: int) -> Block | None:
        block = self.block_at(va)
        return block if block is not None and block.freed else None


def _links(where: int) -> bytes:
    """What a free block holds: it is alone in its list, forward and back."""
    return where.to_bytes(8, "little") * 2
