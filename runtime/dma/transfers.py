"""MapTransfer and FlushAdapterBuffers, in both generations: one buffer, stage by stage."""

from __future__ import annotations

from ..findings import address, plural
from ..mm.store import PAGE
from ..rules import dma as rules
from .buffers import is_resident, pieces_of
from .flushing import flush
from .mappings import map_pieces

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..mm.mdl import Mdl
    from ..rules.table import Rule
    from ..system import System
    from .adapters import Adapter
    from .registers import MapRegisters

LIST_STOP = 0xE6, 0x1F  # with a violation of its own as the second parameter


def registers_of(
    nt: System, adapter: Adapter, base: int, rule: Rule, va: int = 0, mdl: int = 0
) -> MapRegisters | None:
    """The allocation that a MapRegisterBase names, or None after a report."""
    found = nt.dma.pool.allocations.get(base)
    if found is not None and found.adapter is adapter:
        return found
    facts = [*adapter.facts, ("map register base", address(base))]
    nt.violation(rule, (base, va, mdl), facts, ("registers", base), argument=nt.dma.argument("MapRegisterBase"))
    return None


def check_buffer(nt: System, adapter: Adapter, mdl: Mdl, write: bool) -> None:
    """What must hold for memory that a device is let at: it stays where it is, and may be written if it will be."""
    if not is_resident(mdl):
        where = nt.dma.argument("Mdl")
        nt.violation(rules.DMA_BUFFER_NOT_LOCKED, (mdl.address, 0, 0), mdl.facts, mdl.about, argument=where)
    lock = nt.mdls.locks.get(mdl.address)
    if lock is not None and not write and not lock.write:
        nt.violation(rules.DMA_INTO_READ_LOCK, (), mdl.facts, mdl.about, argument=nt.dma.argument("Mdl"))


def start_of(nt: System, mdl: Mdl, va: int, for_list: bool) -> int | None:
    """How far into an MDL an address lies; None, after a report, if it does not."""
    start = va - mdl.virtual_address
    if 0 <= start < int(mdl.byte_count):
        return start
    facts = [*mdl.facts, ("address", address(va)), ("mdl begins at", address(mdl.virtual_address))]
    parameters = (1 if start < 0 else 2, va, mdl.address) if for_list else (va, mdl.address, 0)
    nt.violation(
        rules.DMA_VA_OUTSIDE_MDL, parameters, facts, mdl.about, stop=LIST_STOP if for_list else None,
        argument=nt.dma.argument("CurrentVa"),
    )  # fmt: skip
    return None


def map_transfer(
    nt: System, adapter: Adapter, mdl: Mdl, base: int, va: int, length: int, write: bool
) -> tuple[int, int]:
    """MapTransfer: the logical address and the bytes that it covers."""
    if not length:
        nt.violation(rules.DMA_LENGTH_ZERO, (), mdl.facts, mdl.about, argument=nt.dma.argument("Length"))
        return 0, 0
    registers = registers_of(nt, adapter, base, rules.DMA_MAP_WITHOUT_REGISTERS, va, mdl.address)
    check_buffer(nt, adapter, mdl, write)
    start = start_of(nt, mdl, va, False)
    if registers is None or start is None:
        return 0, 0
    there = int(mdl.byte_count) - start
    if length > there:
        facts = [*mdl.facts, ("asked for", plural(length, "byte")), ("left in the MDL", plural(there, "byte"))]
        frames = start + int(mdl.byte_offset) + length > mdl.page_count * PAGE
        nt.violation(
            rules.DMA_LENGTH_BEYOND_MDL, (3, mdl.address, length) if frames else (length - there, 0, 0), facts,
            mdl.about, stop=LIST_STOP if frames else None, argument=nt.dma.argument("Length"),
        )  # fmt: skip
        length = there
    check_overlap(nt, adapter, mdl, start, length, va)
    pieces = pieces_of(mdl, start, length)
    left = registers.count - registers.used
    if not left or (not adapter.scatter_gather and len(pieces) > left):
        facts = [*registers.facts, ("needed", plural(len(pieces), "map register"))]
        nt.violation(
            rules.DMA_REGISTERS_USED_UP, (2, len(pieces), left), facts, ("registers", base),
            argument=nt.dma.argument("Length"),
        )  # fmt: skip
        if not left:
            return 0, 0
    made = map_pieces(nt, adapter, mdl, start, pieces, write, registers, first_only=True)
    return made.elements[0] if made is not None else (0, 0)


def check_overlap(nt: System, adapter: Adapter, mdl: Mdl, start: int, length: int, va: int) -> None:
    for other in adapter.mappings:
        if other.mdl == mdl.address and other.start < start + length and start < other.start + other.length:
            facts = [*other.facts, *mdl.facts]
            parameters = (va, va + length, mdl.virtual_address + other.start)
            where = nt.dma.argument("CurrentVa")
            nt.violation(rules.DMA_MAPPED_TWICE, parameters, facts, ("mapping", mdl.address), argument=where)
            return


def flush_buffers(
    nt: System, adapter: Adapter, mdl: Mdl, base: int, va: int, length: int, write: bool, fails: bool
) -> int:
    """FlushAdapterBuffers: TRUE once all that was mapped from `va` on is where it belongs."""
    registers = registers_of(nt, adapter, base, rules.DMA_FLUSH_WITHOUT_REGISTERS, va, mdl.address)
    if registers is None:
        return 0
    start = va - mdl.virtual_address
    return int(flush_range(nt, registers, mdl, start, length, write, fails))


def flush_range(
    nt: System, registers: MapRegisters, mdl: Mdl, start: int, length: int, write: bool, fails: bool = False
) -> bool:
    """End the mappings of an MDL from `start` on, up to `length` bytes. A flush that fails ends them too, but what lies
    in map registers is lost."""
    mine = sorted(
        (one for one in registers.adapter.mappings if one.registers is registers and one.mdl == mdl.address),
        key=lambda one: one.start,
    )
    first = next((one for one in mine if one.start <= start < one.start + one.length), None)
    if first is None or first.start != start:
        facts = [*registers.facts, ("flushed from", plural(start, "byte") + " into the MDL")]
        facts += [("mapped from", plural(one.start, "byte")) for one in mine[:1]]
        about = ("mapping", mdl.address)
        nt.violation(
            rules.DMA_FLUSH_NOT_MAPPED, (mdl.virtual_address + start, mdl.address, 0), facts, about,
            argument=nt.dma.argument("CurrentVa", "Offset"),
        )  # fmt: skip
        if first is None:
            return False
    if first.write != write:
        about = ("mapping", mdl.address)
        nt.violation(rules.DMA_OTHER_DIRECTION, (), first.facts, about, argument=nt.dma.argument("WriteToDevice"))
    done = 0
    for one in mine[mine.index(first) :]:
        if done >= length:
            break
        flush(nt, one, 0 if fails else length - done, write)
        done += one.length
    if length != done:
        facts = [*first.facts, ("flushed", plural(length, "byte")), ("mapped", plural(done, "byte"))]
        rule, parameters = rules.DMA_FLUSH_TOO_SHORT, (done, length, 0)
        if length > done:
            rule, parameters = rules.DMA_FLUSH_TOO_LONG, (1, 0, length - done)
        nt.violation(rule, parameters, facts, ("mapping", mdl.address), argument=nt.dma.argument("Length"))
    return not fails
