"""Mapping a buffer for a device: which addresses the device is given, which bytes are copied, and when."""

from __future__ import annotations

from .. import dma_rules as rules
from ..findings import plural
from ..store import PAGE
from .buffers import merged
from .registers import FILL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..mdl import Mdl
    from ..system import System
    from .adapters import Adapter
    from .buffers import Piece
    from .registers import MapRegisters


class Mapping:
    """What one call mapped. `elements` are what the device is told: (logical address, bytes). `copies` are the pieces
    that go through map registers: (physical address of the buffer, of the register's page, bytes)."""

    __slots__ = ("adapter", "mdl", "start", "length", "write", "pieces", "elements", "copies", "registers", "logical")

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
    if adapter.domain is not None:
        made = _through_domain(nt, adapter, mdl, start, pieces[:left], write, registers)
    elif adapter.scatter_gather:
        made = _scattered(nt, adapter, mdl, start, pieces, write, registers, first_only)
    else:
        made = _in_one_piece(nt, adapter, mdl, start, pieces[:left], write, registers)
    if made is None or not made.length:
        return None
    adapter.mappings.append(made)
    if nt.dma.caches is not None:
        direct = _direct_pieces(made)
        if not nt.dma.caches.begin(direct) and adapter.version < 3:
            nt.violation(rules.DMA_NOT_FLUSHED_BEFORE, (), [*made.facts, *mdl.facts], mdl.about)
    if write:
        for physical, bounce, length in made.copies:
            nt.memory.write_physical(bounce, nt.memory.read_physical(physical, length))
    nt.remember("mapping", mdl.address, "mapped")
    nt.traced("map", mdl=mdl.address, length=made.length, elements=len(made.elements))
    return made


def _direct_pieces(mapping: Mapping) -> list[Piece]:
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
            logical = adapter.domain.map(run, adapter.bits)
            if logical is None:
                return None
            made.logical.append((logical, len(run)))
            made.elements.append((logical, _length(run)))
            run = []
        if piece is not None:
            run.append(piece)
    registers.used += len(pieces)
    return made


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
        if registers.used >= registers.count:
            break
        if copied:
            bounce = nt.dma.pool.bounce(registers, registers.used)
            if bounce < 0:
                break
            where = (bounce + piece[0] % PAGE, piece[1])
        grown = merged([*found[-1:], where])
        if first_only and found and len(grown) > 1:
            break
        found[-1:] = grown
        registers.used += 1
        if copied:
            made.copies.append((piece[0], where[0], piece[1]))
        made.pieces.append(piece)
    made.elements = found
    made.length = _length(made.pieces)
    return made


def _in_one_piece(
    nt: System, adapter: Adapter, mdl: Mdl, start: int, pieces: list[Piece], write: bool, registers: MapRegisters
) -> Mapping | None:
    """A device that wants one range: all of it through map registers that follow one another."""
    made = Mapping(adapter, mdl.address, start, 0, write, [], registers)
    first = -1
    offset = 0
    for piece in pieces:
        if made.pieces and (piece[0] % PAGE or offset % PAGE):
            break  # the next buffer of a chain begins within a page: no range could hold both
        bounce = nt.dma.pool.bounce(registers, registers.used)
        if bounce < 0:
            return None
        where = bounce + piece[0] % PAGE
        first = where if first < 0 else first
        offset = piece[0] % PAGE + piece[1]
        made.copies.append((piece[0], where, piece[1]))
        made.pieces.append(piece)
        registers.used += 1
    made.length = _length(made.pieces)
    made.elements = [(first, made.length)] if made.pieces else []
    return made


def flush(nt: System, mapping: Mapping, length: int) -> None:
    """The transfer is over: what the device wrote through map registers reaches the buffer, and the device's addresses
    lead nowhere any more."""
    adapter = mapping.adapter
    done = 0
    for physical, bounce, part in mapping.copies:
        _check_around(nt, mapping, bounce, part)
        if not mapping.write and done < length:
            take = min(part, length - done)
            nt.memory.write_physical(physical, nt.memory.read_physical(bounce, take))
        done += part
        nt.memory.write_physical(bounce, bytes([FILL]) * part)
    for logical, pages in mapping.logical:
        assert adapter.domain is not None
        adapter.domain.unmap(logical, pages)
    if nt.dma.caches is not None:
        nt.dma.caches.end(_direct_pieces(mapping))
    adapter.mappings.remove(mapping)
    if not any(other.registers is mapping.registers for other in adapter.mappings):
        mapping.registers.used = 0
    nt.remember("mapping", mapping.mdl, "flushed")
    nt.traced("flush", mdl=mapping.mdl, length=mapping.length)


def _check_around(nt: System, mapping: Mapping, bounce: int, length: int) -> None:
    """The rest of a map register's page belongs to nobody: a device that writes there writes too far."""
    page = bounce & -PAGE
    before = nt.memory.read_physical(page, bounce - page)
    behind = nt.memory.read_physical(bounce + length, page + PAGE - bounce - length)
    for violation, start, data in ((4, page, before), (5, bounce + length, behind)):
        if data.count(FILL) != len(data):
            at = start + next(offset for offset, byte in enumerate(data) if byte != FILL)
            where = "before" if violation == 4 else "behind"
            said = f"{plural(abs(at - bounce), 'byte')} {where} the first byte of the buffer"
            facts = [*mapping.facts, ("written", said)]
            nt.violation(rules.DMA_PADDING_WRITTEN, (violation, bounce, at), facts, ("mapping", mapping.mdl))
            nt.memory.write_physical(start, bytes([FILL]) * len(data))
