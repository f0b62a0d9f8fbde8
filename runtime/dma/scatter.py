"""Scatter/gather lists: GetScatterGatherList, BuildScatterGatherList, PutScatterGatherList and their kin."""

from __future__ import annotations

from .. import dma_rules as rules
from ..findings import address, plural
from ..mdl import HEADER as MDL_HEADER
from ..mdl import PAGES_LOCKED
from ..store import PAGE
from .buffers import chain_of, chain_pieces
from .mappings import flush, map_pieces
from .requests import CURRENT_IRP, KEEP_REGISTERS, Request, release, submit, too_many
from .transfers import check_buffer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..mdl import Mdl
    from ..system import System
    from .adapters import Adapter
    from .buffers import Piece
    from .mappings import Mapping
    from .registers import MapRegisters

HEADER, ELEMENT = 16, 24
PRIVATE = 64  # the system's own, behind the elements
TAG = int.from_bytes(b"SgLi", "little")
STATUS_SUCCESS, STATUS_BUFFER_TOO_SMALL, STATUS_INSUFFICIENT_RESOURCES = 0, 0xC000_0023, 0xC000_009A


class List:
    """A SCATTER_GATHER_LIST at `address`; `owned` if the system allocated it. `built` is an MDL made from it, or 0."""

    __slots__ = ("address", "adapter", "mapping", "write", "owned", "built")

    def __init__(self, where: int, adapter: Adapter, mapping: Mapping, write: bool, owned: bool) -> None:
        self.address = where
        self.adapter = adapter
        self.mapping = mapping
        self.write = write
        self.owned = owned
        self.built = 0

    @property
    def facts(self) -> list[tuple[str, str]]:
        return [("list", f"{address(self.address)}, {plural(len(self.mapping.elements), 'element')}, "
                 f"{plural(self.mapping.length, 'byte')}")]  # fmt: skip


def size_for(elements: int) -> int:
    """Bytes of a list with so many elements, the system's own part included."""
    return HEADER + ELEMENT * elements + PRIVATE


def find_pieces(nt: System, mdl: Mdl, va: int, length: int) -> list[Piece] | None:
    """The pieces of a transfer that begins at `va` of a chain; None if the chain is too short."""
    return chain_pieces(nt, mdl, va - mdl.virtual_address, length) if va >= mdl.virtual_address else None


def get_list(
    nt: System, adapter: Adapter, device_object: int, mdl: Mdl, start: int, length: int, write: bool, routine: int,
    context: int, buffer: int = 0, room: int = 0, transfer_context: int = 0,
) -> int:  # fmt: skip
    """Map a transfer and hand its list to AdapterListControl, now or later. `buffer` of `room` bytes is the caller's
    memory for the list, 0 if the system shall allocate it. The status."""
    pieces = chain_pieces(nt, mdl, start, length) if start >= 0 else None
    if pieces is None or not length:
        total = sum(int(one.byte_count) for one in chain_of(nt, mdl))
        facts = [*mdl.facts, ("asked for", f"{plural(length, 'byte')} from byte {start}"), ("chain", f"{total} bytes")]
        nt.violation(rules.DMA_CHAIN_TOO_SHORT, (start + length - total, 0, 0), facts, mdl.about)
        return STATUS_BUFFER_TOO_SMALL
    if too_many(nt, adapter, len(pieces)) or (not buffer and nt.fails("GetScatterGatherList")):
        return STATUS_INSUFFICIENT_RESOURCES
    if buffer and room < size_for(len(pieces)):
        return STATUS_BUFFER_TOO_SMALL
    for one in chain_of(nt, mdl):
        check_buffer(nt, adapter, one, write)
    where = buffer or nt.pool.allocate(size_for(len(pieces)), TAG)
    if not where:
        return STATUS_INSUFFICIENT_RESOURCES

    def begin(registers: MapRegisters) -> int:
        made = map_whole(nt, adapter, mdl, start, pieces, write, registers)
        if made is None:
            return KEEP_REGISTERS
        found = keep_list(nt, adapter, where, made, write, not buffer)
        irp = nt.memory.read_uint(device_object + CURRENT_IRP, 8) if device_object else 0
        nt.traced("adapter list control", routine=routine, list=where)
        nt.call(routine, device_object, irp, found.address, context)
        nt.traced("adapter list control end")
        return KEEP_REGISTERS

    submit(nt, Request(adapter, device_object, len(pieces), begin, transfer_context, exclusive=False))
    return STATUS_SUCCESS


def map_whole(
    nt: System, adapter: Adapter, mdl: Mdl, start: int, pieces: list[Piece], write: bool, registers: MapRegisters
) -> Mapping | None:
    """All of a transfer in one mapping."""
    if nt.dma.caches is not None and adapter.version >= 3:
        nt.dma.caches.flush(pieces)
    return map_pieces(nt, adapter, mdl, start, pieces, write, registers)


def keep_list(nt: System, adapter: Adapter, where: int, made: Mapping, write: bool, owned: bool) -> List:
    """Write the list into memory and remember it until it is put."""
    memory = nt.memory
    memory.write(where, bytes(HEADER + ELEMENT * len(made.elements)))
    memory.write_uint(where, 4, len(made.elements))
    for index, (logical, length) in enumerate(made.elements):
        memory.write_uint(where + HEADER + ELEMENT * index, 8, logical)
        memory.write_uint(where + HEADER + ELEMENT * index + 8, 4, length)
    found = adapter.lists[where] = List(where, adapter, made, write, owned)
    nt.remember("list", where, "made")
    nt.let_go(rules.DMA_REGISTERS_LEFT, made.registers.base)
    nt.hold(rules.DMA_LIST_LEFT, where, [*found.facts, *adapter.facts])
    return found


def put_list(nt: System, adapter: Adapter, where: int, write: bool) -> None:
    """PutScatterGatherList: flush, give the registers back, free the list."""
    found = adapter.lists.pop(where, None)
    if found is None:
        facts = [*adapter.facts, ("list", address(where))]
        nt.violation(rules.DMA_LIST_NOT_OUT, (len(adapter.lists), len(adapter.lists) + 1, 0), facts, ("list", where))
        return
    if found.write != write:
        nt.violation(rules.DMA_OTHER_DIRECTION, (), [*found.facts, *found.mapping.facts], ("list", where))
    flush(nt, found.mapping, found.mapping.length)
    nt.let_go(rules.DMA_LIST_LEFT, where)
    nt.remember("list", where, "put")
    if found.built:
        nt.mdls.forget(found.built)
        nt.pool.free(found.built)
    if found.owned:
        nt.pool.free(where)
    release(nt, found.mapping.registers)


def calculate(nt: System, adapter: Adapter, mdl: Mdl | None, va: int, length: int) -> tuple[int, int, int]:
    """CalculateScatterGatherList: status, bytes of the list, map registers."""
    if mdl is None:
        pages = ((va & 4095) + length + 4095) >> 12
    else:
        pieces = find_pieces(nt, mdl, va, length)
        if pieces is None:
            return STATUS_BUFFER_TOO_SMALL, 0, 0
        pages = len(pieces)
    if pages > adapter.maximum:
        return STATUS_INSUFFICIENT_RESOURCES, size_for(pages), pages
    return STATUS_SUCCESS, size_for(pages), pages


def build_mdl(nt: System, adapter: Adapter, where: int, original: int) -> tuple[int, int]:
    """BuildMdlFromScatterGatherList: the status, and an MDL of the frames that the device is given. Where nothing goes
    through map registers that is the original."""
    found = adapter.lists.get(where)
    if found is None or not original:
        return 0xC000_000D, 0
    if found.built:
        return 0xC000_0073, 0  # STATUS_NONE_MAPPED
    if not found.mapping.copies:
        return STATUS_SUCCESS, original
    copied = {physical: bounce for physical, bounce, _ in found.mapping.copies}
    frames = [copied.get(physical, physical) // PAGE for physical, _ in found.mapping.pieces]
    made = nt.pool.allocate(MDL_HEADER + 8 * len(frames), TAG)
    if not made:
        return STATUS_INSUFFICIENT_RESOURCES, 0
    mdl = nt.mdls.at(made)
    mdl.process = mdl.mapped_va = 0
    mdl.initialise(found.mapping.pieces[0][0] % PAGE, found.mapping.length)
    mdl.flags = PAGES_LOCKED
    mdl.frames = frames
    found.built = made
    return STATUS_SUCCESS, made
