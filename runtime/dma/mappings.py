"""Mapping a buffer for a device: which addresses the device is given, and which bytes are copied for it."""

from __future__ import annotations

from bisect import bisect_right

from ..findings import plural
from ..mm.store import PAGE
from ..rules import dma as rules
from .buffers import merged
from .caches import LINE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..findings import Moment
    from ..mm.mdl import Mdl
    from ..system import System
    from .adapters import Adapter
    from .buffers import Piece
    from .caches import Caches, Edges
    from .registers import MapRegisters


class Mapping:
    """What one call mapped. `elements` are what the device is told: (logical address, bytes). `copies` are the pieces
    that go through map registers: (physical address of the buffer, of the register's page, bytes)."""

    __slots__ = (
        "adapter", "mdl", "start", "length", "write", "pieces", "elements", "copies", "registers", "logical", "taken",
        "edges", "moment", "_ordered", "_offsets", "_bounced",
    )  # fmt: skip

    def __init__(
        self, adapter: Adapter, mdl: int, start: int, length: int, write: bool, pieces: list[Piece],
        registers: MapRegisters,
    ) -> None:  # fmt: skip
        self.adapter = adapter
        self.mdl = mdl
        self.start = start
        self.length = length
        self.write = write
        self.pieces = pieces
        self.registers = registers
        self.elements: list[Piece] = []
        self.copies: list[tuple[int, int, int]] = []
        self.logical: list[tuple[int, int]] = []  # pages of the domain: first address and count
        self.taken = 0  # map registers
        self.edges: Edges = []
        self.moment: Moment | None = None
        self._ordered: list[Piece] | None = None
        self._offsets: dict[int, int] = {}
        self._bounced: list[Piece] | None = None

    @property
    def bounced(self) -> list[Piece]:
        """What the copies take of map registers, in as few pieces as it lies in."""
        if self._bounced is None:
            self._bounced = merged([(bounce, part) for _, bounce, part in self.copies])
        return self._bounced

    def covered_to(self, logical: int) -> int:
        """Where the element that holds an address ends, 0 if there is none."""
        found = self._holding(logical)
        return sum(found) if found is not None else 0

    def ends_before(self, logical: int, length: int) -> bool:
        """Whether an access goes on where one of the elements ends, or behind it within its page."""
        return any(
            start <= logical <= -(-(start + size) // PAGE) * PAGE and start + size < logical + length
            for start, size in self.elements
        )

    def offset_of(self, logical: int) -> int:
        """Which byte of the mapping an address leads to, -1 if none."""
        found = self._holding(logical)
        if found is None:
            return -1
        if not self._offsets:
            at = 0
            for start, length in self.elements:
                self._offsets[start] = at
                at += length
        return self._offsets[found[0]] + logical - found[0]

    def _holding(self, logical: int) -> Piece | None:
        """The element that holds an address."""
        if self._ordered is None:
            self._ordered = sorted(self.elements)
        at = bisect_right(self._ordered, (logical, 1 << 64)) - 1
        return self._ordered[at] if at >= 0 and sum(self._ordered[at]) > logical else None

    @property
    def facts(self) -> list[tuple[str, str]]:
        way = "to the device" if self.write else "from the device"
        return [("mapping", f"{plural(self.length, 'byte')} {way}, {plural(len(self.elements), 'element')}")]


def reaches(adapter: Adapter, piece: Piece) -> bool:
    """Whether the device's address lines lead to all bytes of a piece."""
    return (piece[0] + piece[1] - 1) >> adapter.bits == 0


def map_pieces(
    nt: System, adapter: Adapter, mdl: Mdl, start: int, pieces: list[Piece], write: bool, registers: MapRegisters,
    first_only: bool = False,
) -> Mapping | None:  # fmt: skip
    """Map as much of the pieces as the registers allow, or only the first element of them. The mapping tells how much
    that is; None if nothing could be mapped."""
    left = registers.count - registers.used
    if adapter.domain is not None and (adapter.scatter_gather or tiles(pieces)):
        made = _through_domain(nt, adapter, mdl, start, pieces[:left], write, registers)
    elif adapter.scatter_gather:
        made = _scattered(nt, adapter, mdl, start, pieces, write, registers, first_only)
    else:
        made = _in_one_piece(nt, adapter, mdl, start, pieces, write, registers)
    if made is None or not made.length:
        return None
    adapter.mappings.append(made)
    registers.used += made.taken
    nt.dma.watch.begin(made)
    if nt.dma.caches is not None:
        _begin_caches(nt, nt.dma.caches, made, mdl)
    if write:
        nt.memory.move_physical(made.copies)
    made.moment = nt.remember("mapping", mdl.address, "mapped", nt.dma.argument("Mdl"))
    if nt.recorder is not None:
        nt.recorder.mapped(made, mdl)
    nt.traced("map", mdl=mdl.address, length=made.length, elements=len(made.elements))
    return made


def _begin_caches(nt: System, caches: Caches, made: Mapping, mdl: Mdl) -> None:
    """What the caches hold of the buffer must be in memory, and must not hide what the device will write."""
    direct = direct_pieces(made)
    if made.adapter.version >= 3:
        caches.flush(direct, not made.write)
    elif not caches.begin(direct, made.write):
        facts = [*made.facts, *mdl.facts]
        nt.violation(rules.DMA_NOT_FLUSHED_BEFORE, (), facts, mdl.about, argument=nt.dma.argument("Mdl"))
    if made.write or not direct:
        return
    va = mdl.virtual_address + made.start
    for violation, value, within, said in (
        (4, va, va % LINE, "begins"), (5, made.length, (va + made.length) % LINE, "ends")
    ):  # fmt: skip
        if within:
            facts = [*made.facts, *mdl.facts, ("buffer", f"{said} {plural(within, 'byte')} into a line")]
            where = nt.dma.argument("Length" if violation == 5 else "Mdl")
            nt.violation(rules.DMA_SHARES_LINE, (violation, value, mdl.address), facts, mdl.about, argument=where)
    made.edges = caches.edges(direct)


def direct_pieces(mapping: Mapping) -> list[Piece]:
    """The pieces that the device touches itself."""
    copied = {physical for physical, _, _ in mapping.copies}
    return [piece for piece in mapping.pieces if piece[0] not in copied]


def _length(pieces: list[Piece]) -> int:
    return sum(length for _, length in pieces)


def _through_domain(
    nt: System, adapter: Adapter, mdl: Mdl, start: int, pieces: list[Piece], write: bool, registers: MapRegisters
) -> Mapping | None:
    """With an IOMMU: one range of the device's addresses, and nothing is copied. A chain may have gaps within pages;
    each run of whole pages is a range of its own."""
    assert adapter.domain is not None
    made = Mapping(adapter, mdl.address, start, _length(pieces), write, pieces, registers)
    run: list[Piece] = []
    for piece in [*pieces, None]:
        if run and (piece is None or piece[0] % PAGE or sum(run[-1]) % PAGE):
            logical = adapter.domain.map(run, adapter.bits, True if write else None)
            if logical is None:
                return None
            made.logical.append((logical, len(run)))
            made.elements.append((logical, _length(run)))
            run = []
        if piece is not None:
            run.append(piece)
    made.taken = len(pieces)
    return made


def tiles(pieces: list[Piece]) -> bool:
    """Whether pieces, shown page after page, make one range: only the first may begin and the last end in a page."""
    inner = zip(pieces, pieces[1:], strict=False)
    return all(not sum(one) % PAGE and not other[0] % PAGE for one, other in inner)


def _scattered(
    nt: System, adapter: Adapter, mdl: Mdl, start: int, pieces: list[Piece], write: bool, registers: MapRegisters,
    first_only: bool,
) -> Mapping | None:  # fmt: skip
    """A master with scatter/gather: what it reaches it gets as it lies; the rest goes through map registers."""
    made = Mapping(adapter, mdl.address, start, 0, write, [], registers)
    found: list[Piece] = []
    for piece in pieces:
        where = piece
        copied = adapter.needs_registers and not reaches(adapter, piece)
        used = registers.used + made.taken
        if used >= registers.count:
            break
        if copied:
            bounce = nt.dma.pool.bounce(registers, used)
            if bounce < 0:
                break
            where = (bounce + piece[0] % PAGE, piece[1])
        grown = merged([*found[-1:], where])
        if first_only and found and len(grown) > 1:
            break
        found[-1:] = grown
        made.taken += 1
        if copied:
            made.copies.append((piece[0], where[0], piece[1]))
        made.pieces.append(piece)
    made.elements = found
    made.length = _length(made.pieces)
    return made


def _in_one_piece(
    nt: System, adapter: Adapter, mdl: Mdl, start: int, pieces: list[Piece], write: bool, registers: MapRegisters
) -> Mapping | None:
    """A device that wants one range: what is no such range goes through map registers that follow one another, packed
    where the buffers of a chain leave gaps."""
    made = Mapping(adapter, mdl.address, start, 0, write, [], registers)
    if adapter.domain is None and _is_one(adapter, pieces) and len(pieces) <= registers.count - registers.used:
        made.pieces, made.taken, made.length = pieces, len(pieces), _length(pieces)
        made.elements = merged(pieces)
        return made
    page = nt.dma.pool.bounce(registers, registers.used)
    if page < 0:
        return None
    first = at = page + pieces[0][0] % PAGE
    end = page + (registers.count - registers.used) * PAGE
    for physical, length in pieces:
        part = min(length, end - at)
        if not part:
            break
        made.copies.append((physical, at, part))
        made.pieces.append((physical, part))
        at += part
    made.length = at - first
    made.taken = -(-(at - page) // PAGE)
    if adapter.domain is not None:
        run = [(page + PAGE * index, PAGE) for index in range(made.taken)]
        logical = adapter.domain.map(run, adapter.bits, True if write else None)
        if logical is None:
            return None
        made.logical.append((logical, made.taken))
        first += logical - page
    made.elements = [(first, made.length)]
    return made


def _is_one(adapter: Adapter, pieces: list[Piece]) -> bool:
    """Whether memory itself is the one range that the device wants, within its reach and its channel's count."""
    runs = merged(pieces)
    start, length = runs[0]
    boundary = adapter.boundary
    crosses = boundary and start // boundary != (start + length - 1) // boundary
    return len(runs) == 1 and not crosses and reaches(adapter, runs[0])
