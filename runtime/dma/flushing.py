"""How a mapping ends: what the device wrote reaches the buffer, and the device's addresses lead nowhere any more."""

from __future__ import annotations

from ..findings import plural
from ..mm.store import PAGE
from ..rules import dma as rules
from .mappings import direct_pieces
from .registers import FILL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..findings import Moment
    from ..system import System
    from .mappings import Mapping


def flush(nt: System, mapping: Mapping, length: int, write: bool) -> None:
    """The transfer is over: what the device wrote through map registers reaches the buffer, unless the driver says that
    the device did not write; and the device's addresses lead nowhere any more."""
    if nt.dma.pool.filled:
        for start, size in mapping.bounced:
            _check_around(nt, mapping, start, size)
    if not (mapping.write or write):
        back, left = [], length
        for physical, bounce, part in mapping.copies:
            if left <= 0:
                break
            back.append((bounce, physical, min(part, left)))
            left -= part
        nt.memory.move_physical(back)
    if nt.recorder is not None:
        nt.recorder.flushed(mapping, 0 if write else length)
    forget(nt, mapping, nt.remember("mapping", mapping.mdl, "flushed", nt.dma.argument("Mdl", "ScatterGather")))
    nt.traced("flush", mdl=mapping.mdl, length=mapping.length)


def forget(nt: System, mapping: Mapping, moment: Moment | None = None) -> None:
    """The device's addresses of a mapping lead nowhere any more, and its map registers can be used again."""
    adapter = mapping.adapter
    nt.dma.watch.end(mapping)
    if nt.recorder is not None:
        nt.recorder.forgotten(mapping)
    for logical, pages in mapping.logical:
        assert adapter.domain is not None
        adapter.domain.unmap(logical, pages)
    for bounce, size in mapping.bounced:
        nt.dma.pool.empty(bounce, size)
    if nt.dma.caches is not None:
        nt.dma.caches.end(direct_pieces(mapping), mapping.edges)
    adapter.mappings.remove(mapping)
    nt.dma.ended.add(adapter.device, mapping.elements, moment or nt.moment())
    if not any(other.registers is mapping.registers for other in adapter.mappings):
        mapping.registers.used = 0


def _check_around(nt: System, mapping: Mapping, start: int, length: int) -> None:
    """The rest of the pages of map registers belongs to nobody: a device that writes there writes too far."""
    page, end = start & -PAGE, start + length
    before = nt.memory.read_physical(page, start - page)
    behind = nt.memory.read_physical(end, -end % PAGE)
    for violation, first, data in ((4, page, before), (5, end, behind)):
        if data.count(FILL) != len(data):
            at = first + next(offset for offset, byte in enumerate(data) if byte != FILL)
            changed = plural(len(data) - data.count(FILL), "byte")
            side = "in front of" if violation == 4 else "behind"
            facts = [*mapping.facts, ("written", f"{changed} {side} the buffer")]
            nt.violation(
                rules.DMA_PADDING_WRITTEN, (violation, start, at), facts, ("mapping", mapping.mdl), argument=None
            )
            nt.memory.write_physical(first, bytes([FILL]) * len(data))
