"""Special pool: blocks that stand at the end of a page of their own, so that a wrong access is noticed when it happens.

Behind each page lies one that is never mapped, and what is before and behind the block within its page is filled with a
pattern that is compared when the block is freed. The page of a freed block stays away for a long time.
"""

from __future__ import annotations

from .. import rules
from .memory import Region
from .store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System
    from .pool import Block

SPECIAL = 0xFFFF_CF80_0000_0000
SPECIAL_END = 0xFFFF_CF88_0000_0000
MOST_BLOCKS = 2048  # live ones; what is asked for beyond that comes from the ordinary pool
MOST_REMEMBERED = 4096  # freed pages that stay away
PATTERN = b"\x7b"
FILLED = PATTERN * PAGE


class SpecialPool:
    """`blocks` are by their page, the freed ones too as long as they are remembered."""

    __slots__ = ("nt", "blocks", "live", "_freed", "_next")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.blocks: dict[int, Block] = {}
        self.live = 0
        self._freed: dict[int, None] = {}
        self._next = SPECIAL

    def place(self, paged: bool) -> Region | None:
        """A page for one block, or None if there is no room for one more."""
        nt = self.nt
        if self.live >= MOST_BLOCKS:
            return None
        region = Region(self._room(), 1, "paged pool" if paged else "nonpaged pool", pageable=paged)
        if not nt.memory.make_resident(region, 0, 1):
            return None
        nt.memory.kernel.add(region)
        self.live += 1
        return region

    def fill(self, block: Block, byte: bytes) -> None:
        """What a block holds when it is handed out, and the pattern around it."""
        page = block.address & -PAGE
        before = block.address - page
        self.nt.memory.poke(page, FILLED[:before] + byte * block.size + FILLED[before + block.size :])

    def _room(self) -> int:
        if len(self._freed) > MOST_REMEMBERED:
            page = next(iter(self._freed))
            del self._freed[page]
            return page
        page = self._next
        self._next += 2 * PAGE
        return page

    def check(self, block: Block) -> None:
        """Whether the pattern around a block is what it was."""
        page = block.address & -PAGE
        data = self.nt.memory.peek(page, PAGE)
        first, behind = block.address - page, block.address - page + block.size
        for start, end, rule, sub_code in (
            (behind, PAGE, rules.SPECIAL_POOL_OVERRUN, 0x24), (0, first, rules.SPECIAL_POOL_UNDERRUN, 0x23),
        ):  # fmt: skip
            if data[start:end] != FILLED[start:end]:
                at = page + next(index for index in range(start, end) if data[index] != PATTERN[0])
                where = f"{at - block.address:+d} bytes from the start of the block"
                said = [*self.nt.pool.facts(block), ("damaged", where)]
                self.nt.violation(rule, (block.address, at, 0, sub_code), said, ("pool", block.address))

    def forget(self, block: Block) -> None:
        """The block is freed and its page gone."""
        self.live -= 1
        self._freed[block.address & -PAGE] = None

    def fault(self, va: int, write: bool, in_driver: bool) -> None:
        """Say what an access to the area that found no page was after. Returns if it has nothing to do with a block."""
        nt = self.nt
        block = self.blocks.get(va & -PAGE)
        if block is not None and block.freed and block.address in nt.irps.gone:
            irp = nt.irps.gone[block.address]
            facts = [("address", nt.describe(va)), ("access", "write" if write else "read")]
            stop = (0xD5 if in_driver else 0xCC, None)
            nt.violation(rules.IRP_TOUCHED, (va, int(write), nt.instruction(), 0), facts, ("irp", irp), stop=stop)
            return
        if block is not None and block.freed:
            rule = rules.SPECIAL_POOL_FREED if in_driver else rules.SPECIAL_POOL_FREED_ARGUMENT
        else:
            block = self._nearest(va)
            rule = rules.SPECIAL_POOL_BEYOND if in_driver else rules.SPECIAL_POOL_BEYOND_ARGUMENT
        if block is not None:
            title = rule.title.replace("beyond the end", "before the start") if va < block.address else ""
            facts = [
                ("address", nt.describe(va)), ("access", "write" if write else "read"),
                ("block", nt.describe(block.address)),
            ]  # fmt: skip
            about = ("pool", block.address)
            nt.violation(rule, (va, int(write), nt.instruction(), 0), facts, about, title=title)

    def _nearest(self, va: int) -> Block | None:
        """The block that ends before the empty page of an address, or one that begins right behind it."""
        before, behind = self.blocks.get((va & -PAGE) - PAGE), self.blocks.get((va & -PAGE) + PAGE)
        if behind is None or behind.address % PAGE:
            return before
        if before is None or behind.address - va < va - before.address - before.size:
            return behind
        return before
