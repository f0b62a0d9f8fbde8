"""Scatter/gather lists: GetScatterGatherList, BuildScatterGatherList, PutScatterGatherList and their kin."""

from __future__ import annotations

from struct import pack

from ..findings import address, plural
from ..mm.mdl import HEADER as MDL_HEADER
from ..mm.mdl import PAGES_LOCKED
from ..mm.store import PAGE
from ..rules import dma as rules
from .buffers import chain_of, chain_pieces
from .flushing import flush
from .mappings import map_pieces
from .requests import DEALLOCATE_OBJECT, KEEP_OBJECT, KEEP_REGISTERS, Request, current_irp, release, submit
from .transfers import check_buffer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..mm.mdl import Mdl
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


def room_for(size: int) -> int:
    """How many elements a list of that many bytes holds."""
    return max(size - HEADER - PRIVATE, 0) // ELEMENT


def elements_of(adapter: Adapter, pieces: int) -> int:
    """The most elements that a buffer of so many pieces has."""
    return pieces if adapter.scatter_gather else 1


class Wanted:
    """What a list is asked for: `length` bytes of a chain from byte `start` on. `buffer` of `room` bytes is the
    caller's memory for it, 0 if the system shall allocate it. `routine`, with its `context`, is told of the list."""

    __slots__ = ("device_object", "mdl", "start", "length", "write", "routine", "context", "buffer", "room")

    def __init__(
        self, device_object: int, mdl: Mdl, start: int, length: int, write: bool, routine: int, context: int,
        buffer: int = 0, room: int = 0,
    ) -> None:  # fmt: skip
        self.device_object = device_object
        self.mdl = mdl
        self.start = start
        self.length = length
        self.write = write
        self.routine = routine
        self.context = context
        self.buffer = buffer
        self.room = room


def get_list(nt: System, adapter: Adapter, wanted: Wanted) -> int:
    """Map a transfer and hand its list to AdapterListControl, now or later. The status."""
    made = prepare(nt, adapter, wanted)
    if isinstance(made, int):
        return made
    submit(nt, made)
    return STATUS_SUCCESS


def prepare(
    nt: System, adapter: Adapter, wanted: Wanted, told: Callable[[List], object] | None = None
) -> Request | int:
    """The request for a list, or the status that says why there is none. `told` hears of the list before the driver's
    routine does."""
    mdl, length = wanted.mdl, wanted.length
    pieces = chain_pieces(nt, mdl, wanted.start, length)
    if pieces is None or not length:
        too_short(nt, mdl, wanted.start, length)
        return STATUS_BUFFER_TOO_SMALL
    size = size_for(elements_of(adapter, len(pieces)))
    if len(pieces) > adapter.maximum:
        return STATUS_INSUFFICIENT_RESOURCES
    if wanted.buffer and wanted.room < size:
        return STATUS_BUFFER_TOO_SMALL
    for one in chain_of(nt, mdl):
        check_buffer(nt, adapter, one, wanted.write)
    where = wanted.buffer or nt.pool.allocate(size, TAG)
    if not where:
        return STATUS_INSUFFICIENT_RESOURCES
    irp = current_irp(nt, wanted.device_object)

    def begin(registers: MapRegisters) -> int:
        made = map_pieces(nt, adapter, mdl, wanted.start, pieces, wanted.write, registers)
        if made is None:  # no memory within reach: the routine is never called
            if not wanted.buffer:
                nt.pool.free(where)
            return DEALLOCATE_OBJECT
        found = keep_list(nt, adapter, where, made, wanted.write, not wanted.buffer)
        if told is not None:
            told(found)
        if wanted.routine:
            nt.traced("adapter list control", routine=wanted.routine, list=where)
            nt.call(wanted.routine, wanted.device_object, irp, found.address, wanted.context)
            nt.traced("adapter list control end")
            return KEEP_REGISTERS
        return KEEP_OBJECT  # until FreeAdapterObject

    request = Request(adapter, wanted.device_object, len(pieces), begin, exclusive=False)
    request.told = wanted.routine, wanted.context
    if not wanted.buffer:
        request.unserved = lambda: nt.pool.free(where)
    return request


def too_short(nt: System, mdl: Mdl, start: int, length: int) -> None:
    """Report a transfer of no bytes, or of more than a chain holds."""
    total = sum(int(one.byte_count) for one in chain_of(nt, mdl))
    said = f"{plural(length, 'byte')} from byte {start}"
    facts = [*mdl.facts, ("asked for", said), ("chain", plural(total, "byte"))]
    if length:
        rule, parameters = rules.DMA_CHAIN_TOO_SHORT, (start + length - total, 0, 0)
    else:
        rule, parameters = rules.DMA_LENGTH_ZERO, (0, 0, 0)
    nt.violation(rule, parameters, facts, mdl.about, argument=nt.dma.argument("Length"))


def write_list(nt: System, where: int, elements: list[Piece]) -> None:
    """A SCATTER_GATHER_LIST in memory."""
    rows = b"".join(pack("<QQQ", logical, length, 0) for logical, length in elements)
    nt.memory.write(where, pack("<QQ", len(elements), 0) + rows)


def keep_list(nt: System, adapter: Adapter, where: int, made: Mapping, write: bool, owned: bool) -> List:
    """Write the list into memory and remember it until it is put."""
    write_list(nt, where, made.elements)
    if nt.recorder is not None:
        nt.recorder.listed(made, where)
    found = adapter.lists[where] = List(where, adapter, made, write, owned)
    nt.history[("list", where)] = {"made": made.registers.asked or nt.moment()}
    nt.let_go(rules.DMA_REGISTERS_LEFT, made.registers.base)
    nt.hold(rules.DMA_LIST_LEFT, where, [*found.facts, *adapter.facts], made.registers.asked)
    return found


def put_list(nt: System, adapter: Adapter, where: int, write: bool) -> None:
    """PutScatterGatherList: flush, give the registers back, free the list."""
    found = adapter.lists.pop(where, None)
    if found is None:
        facts = [*adapter.facts, ("list", address(where))]
        parameters = (len(adapter.lists), len(adapter.lists) + 1, 0)
        argument = nt.dma.argument("ScatterGather")
        nt.violation(rules.DMA_LIST_NOT_OUT, parameters, facts, ("list", where), argument=argument)
        return
    if found.write != write:
        facts = [*found.facts, *found.mapping.facts]
        argument = nt.dma.argument("WriteToDevice")
        nt.violation(rules.DMA_OTHER_DIRECTION, (), facts, ("mapping", found.mapping.mdl), argument=argument)
    flush(nt, found.mapping, found.mapping.length, write)
    nt.let_go(rules.DMA_LIST_LEFT, where)
    nt.remember("list", where, "put", nt.dma.argument("ScatterGather"))
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
        pieces = chain_pieces(nt, mdl, va - mdl.virtual_address, length) if va >= mdl.virtual_address else None
        if pieces is None:
            return STATUS_BUFFER_TOO_SMALL, 0, 0
        pages = len(pieces)
    size = size_for(elements_of(adapter, pages))
    return (STATUS_INSUFFICIENT_RESOURCES if pages > adapter.maximum else STATUS_SUCCESS), size, pages


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
    seen = [(copied.get(physical, physical), length) for physical, length in found.mapping.pieces]
    frames = list(dict.fromkeys(where // PAGE for where, _ in seen))
    made = nt.pool.allocate(MDL_HEADER + 8 * len(frames), TAG)
    if not made:
        return STATUS_INSUFFICIENT_RESOURCES, 0
    mdl = nt.mdls.at(made)
    mdl.process = mdl.mapped_va = 0
    mdl.initialise(seen[0][0] % PAGE, found.mapping.length)
    mdl.flags = PAGES_LOCKED
    mdl.frames = frames
    found.built = made
    return STATUS_SUCCESS, made
