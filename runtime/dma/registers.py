"""Map registers: what stands between a device and memory that it cannot reach, or not in one piece.

On a machine without an IOMMU a map register is a page of its own, within the device's reach, through which the data is
copied; on one with an IOMMU it is a page of the device's address space. Registers of one allocation follow one another.
"""

from __future__ import annotations

from ..findings import address, plural
from ..mm.frame_search import take_adjacent
from ..mm.store import PAGE
from ..rules import dma as rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..findings import Moment
    from ..system import System
    from .adapters import Adapter
    from .contexts import Context

FILL = 0x0F  # what the verifier fills map registers with
FILL_BYTES = 1 << 18  # are filled at once
FILLING = bytes([FILL]) * FILL_BYTES
HIGHEST_FRAME = 1 << 40


class MapRegisters:
    """One allocation, `base` is its MapRegisterBase. `first` is the first of its bounce frames, -1 while it has none.
    `used` counts the registers that mappings have taken so far."""

    __slots__ = ("adapter", "base", "count", "first", "used", "channel", "freed", "context", "asked", "returned")

    def __init__(self, adapter: Adapter, base: int, count: int) -> None:
        self.adapter = adapter
        self.base = base
        self.count = count
        self.first = -1
        self.used = 0
        self.channel = False  # whether it came with the adapter's channel, KeepObject said
        self.freed = False
        self.asked: Moment | None = None  # when the driver asked for them
        self.returned: Moment | None = None  # where the routine begins that gave them back by what it returned
        self.context: Context | None = None  # of the request of version 3 that asked for them

    @property
    def facts(self) -> list[tuple[str, str]]:
        return [("map registers", f"{self.count} at {address(self.base)}, {self.used} used")]


class Pool:
    """The map registers of the machine. `free` is how many are left. The verifier keeps them `filled` where nothing is
    mapped; else they hold what the last transfer left, and their pages are used again, the last ones first."""

    __slots__ = ("nt", "total", "free", "allocations", "filled", "_pages")

    def __init__(self, nt: System, total: int) -> None:
        self.nt = nt
        self.filled = nt.settings.verifier >= 1
        self._pages: list[range] = []
        self.total = total
        self.free = total
        self.allocations: dict[int, MapRegisters] = {}

    def take(self, adapter: Adapter, count: int) -> MapRegisters | None:
        """An allocation of so many registers, or None if there are not enough now."""
        real = count if adapter.needs_registers else 0
        if real > self.free:
            return None
        made = MapRegisters(adapter, self.nt.new_object(0x40), count)
        self.free -= real
        self.allocations[made.base] = made
        adapter.registers_held += count
        return made

    def give_back(self, registers: MapRegisters) -> None:
        adapter = registers.adapter
        if adapter.needs_registers:
            self.free += registers.count
        if registers.first >= 0 and self.filled:
            self._check_fill(registers, range(registers.used, registers.count))
            self.nt.memory.unclaim(registers.base)
        elif registers.first >= 0:
            self._pages.append(range(registers.first, registers.first + registers.count))
        adapter.registers_held -= registers.count
        registers.freed = True
        del self.allocations[registers.base]

    def bounce(self, registers: MapRegisters, index: int) -> int:
        """The physical address of a register's own page; the pages are found when the first is needed, all in a row."""
        if registers.first < 0:
            registers.first = self._used_before(registers)
        if registers.first < 0:
            highest = self._highest(registers)
            boundary = registers.adapter.boundary // PAGE
            frames = take_adjacent(self.nt.frames, registers.count, 1, highest, 1, boundary)
            if not frames:
                self.nt.violation(rules.DMA_NO_LOW_MEMORY, (), registers.facts)
                return -1
            registers.first = frames[0]
            self.nt.memory.claim(registers.base, frames, "map registers")
            self.empty(registers.first * PAGE, len(frames) * PAGE)
        return (registers.first + index) * PAGE

    def _highest(self, registers: MapRegisters) -> int:
        """The last frame within the device's reach."""
        return min((1 << registers.adapter.bits) // PAGE, HIGHEST_FRAME) - 1

    def _used_before(self, registers: MapRegisters) -> int:
        """The first of enough pages that earlier allocations had, with what is still in them; -1 if there are none."""
        count, boundary = registers.count, registers.adapter.boundary // PAGE
        for index in range(len(self._pages) - 1, -1, -1):
            pages = self._pages[index]
            first, last = pages.start, pages.start + count - 1
            if count <= len(pages) and last <= self._highest(registers):
                if not boundary or first // boundary == last // boundary:
                    del self._pages[index]
                    if count < len(pages):
                        self._pages.insert(index, pages[count:])
                    return first
        return -1

    def empty(self, where: int, length: int) -> None:
        """Nothing is mapped through some bytes of map registers any more."""
        if self.filled:
            for at in range(where, where + length, FILL_BYTES):
                self.nt.memory.write_physical(at, FILLING[: where + length - at])

    def holds(self, physical: int) -> bool:
        """Whether an address lies in the page of some map register that is allocated."""
        page = physical // PAGE
        return any(0 <= page - one.first < one.count for one in self.allocations.values() if one.first >= 0)

    def _check_fill(self, registers: MapRegisters, unused: range) -> None:
        """The registers that no mapping took must still be as they were filled."""
        memory = self.nt.memory
        begin, end = ((registers.first + index) * PAGE for index in (unused.start, unused.stop))
        if all(memory.read_physical(at, min(FILL_BYTES, end - at)) == FILLING[: end - at]
               for at in range(begin, end, FILL_BYTES)):  # fmt: skip
            return
        for index in unused:
            where = (registers.first + index) * PAGE
            data = self.nt.memory.read_physical(where, PAGE)
            if data.count(FILL) != PAGE:
                at = next(offset for offset, byte in enumerate(data) if byte != FILL)
                facts = [*registers.facts, ("written", f"register {index}, {plural(PAGE - data.count(FILL), 'byte')}")]
                self.nt.violation(rules.DMA_FREE_REGISTER_WRITTEN, (3, where + at, 0), facts)
