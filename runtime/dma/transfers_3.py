"""Transfers by version 3: requests with a context, MapTransferEx, lists by offset, and how they end."""

from __future__ import annotations

from ..findings import plural
from ..rules import dma as rules
from ..wdk.constants import (
    DMA_SYNCHRONOUS_CALLBACK,
    STATUS_CANCELLED,
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_INVALID_PARAMETER,
    STATUS_SUCCESS,
)
from . import contexts, requests, scatter, slaves, transfers
from .buffers import chain_of, chain_pieces
from .flushing import forget
from .mappings import map_pieces

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..mm.mdl import Mdl
    from ..system import System
    from .adapters import Adapter
    from .buffers import Piece
    from .contexts import Context
    from .mappings import Mapping
    from .registers import MapRegisters
    from .requests import Request


def allocate_channel(
    nt: System, adapter: Adapter, device_object: int, context_at: int, count: int, flags: int, routine: int,
    argument: int, base_at: int,
) -> int:  # fmt: skip
    """AllocateAdapterChannelEx: the status."""
    at_once = flags & DMA_SYNCHRONOUS_CALLBACK
    if flags & ~DMA_SYNCHRONOUS_CALLBACK or not (routine or base_at) or (not at_once and (base_at or not routine)):
        return STATUS_INVALID_PARAMETER
    context = contexts.for_request(nt, adapter, context_at)
    if context is None:
        return STATUS_INVALID_PARAMETER
    if requests.too_many(nt, adapter, count) or nt.fails("AllocateAdapterChannelEx"):
        return STATUS_INSUFFICIENT_RESOURCES
    irp = requests.current_irp(nt, device_object)

    def run(registers: MapRegisters) -> int:
        contexts.granted(context, registers)
        if base_at:
            nt.memory.write_uint(base_at, 8, registers.base)
        if not routine:
            return requests.KEEP_OBJECT
        return requests.call_execution_routine(nt, routine, device_object, irp, registers, argument)

    request = requests.Request(adapter, device_object, count, run, context_at, exclusive=False)
    request.told = routine, argument
    return submit(nt, request, context, bool(at_once))


def submit(nt: System, request: Request, context: Context, at_once: bool) -> int:
    """Make a request under a context, which must be served now or in its turn. The status."""
    context.request = request
    if context.cancelled:
        context.state = "done"
        return STATUS_CANCELLED
    if at_once:
        if requests.serve_now(nt, request):
            return STATUS_SUCCESS
        context.state = "new"
        return STATUS_INSUFFICIENT_RESOURCES
    context.state = "waiting"
    requests.submit(nt, request)
    return STATUS_SUCCESS


def get_list(
    nt: System, adapter: Adapter, context_at: int, wanted: scatter.Wanted, flags: int, list_at: int
) -> int:
    """GetScatterGatherListEx and BuildScatterGatherListEx: the status."""
    at_once = flags & DMA_SYNCHRONOUS_CALLBACK
    told = wanted.routine or (at_once and list_at)
    if not adapter.description.master or flags & ~DMA_SYNCHRONOUS_CALLBACK or not told:
        return STATUS_INVALID_PARAMETER
    if not wanted.length or chain_pieces(nt, wanted.mdl, wanted.start, wanted.length) is None:
        scatter.too_short(nt, wanted.mdl, wanted.start, wanted.length)
        return STATUS_INVALID_PARAMETER
    context = contexts.for_request(nt, adapter, context_at)
    if context is None:
        return STATUS_INVALID_PARAMETER

    def made(found: scatter.List) -> None:
        contexts.granted(context, found.mapping.registers)
        if list_at:
            nt.memory.write_uint(list_at, 8, found.address)

    request = scatter.prepare(nt, adapter, wanted, made)
    if isinstance(request, int):
        return request
    request.context = context_at
    status = submit(nt, request, context, bool(at_once))
    if status and request.unserved is not None:
        request.unserved()
    return status


class Transfer:
    """What MapTransferEx is asked for: `buffer` of `room` bytes is for the list, `completion` is a routine with its
    context."""

    __slots__ = ("mdl", "base", "offset", "length", "write", "buffer", "room", "completion")

    def __init__(
        self, mdl: Mdl, base: int, offset: int, length: int, write: bool, buffer: int, room: int,
        completion: tuple[int, int],
    ) -> None:  # fmt: skip
        self.mdl = mdl
        self.base = base
        self.offset = offset
        self.length = length
        self.write = write
        self.buffer = buffer
        self.room = room
        self.completion = completion


def map_transfer(nt: System, adapter: Adapter, wanted: Transfer) -> tuple[int, int]:
    """MapTransferEx: the status and how much was mapped. For a slave the transfer begins here."""
    master = adapter.description.master
    most = scatter.room_for(wanted.room) if wanted.buffer else 0 if master else 1
    if not most or (master and wanted.completion != (0, 0)):
        return STATUS_INVALID_PARAMETER, 0
    registers = transfers.registers_of(
        nt, adapter, wanted.base, rules.DMA_MAP_WITHOUT_REGISTERS, wanted.offset, wanted.mdl.address
    )
    if registers is None:
        return STATUS_INVALID_PARAMETER, 0
    if registers.context is not None and registers.context.cancelled:
        return STATUS_CANCELLED, 0
    pieces = chain_pieces(nt, wanted.mdl, wanted.offset, wanted.length)
    if not wanted.length or pieces is None:
        scatter.too_short(nt, wanted.mdl, wanted.offset, wanted.length)
        return STATUS_INVALID_PARAMETER, 0
    _check_flushed(nt, adapter, registers)
    for one in chain_of(nt, wanted.mdl):
        transfers.check_buffer(nt, adapter, one, wanted.write)
    made = _map(nt, adapter, wanted, registers, pieces, most)
    if made is None:
        return STATUS_INSUFFICIENT_RESOURCES, 0
    if wanted.buffer:
        scatter.write_list(nt, wanted.buffer, made.elements)
    if not master:
        channel = slaves.start(nt, adapter, made.elements[0][0], made.length, wanted.write)
        channel.completion = wanted.completion
        if registers.context is not None and registers.context.request is not None:
            channel.device_object = registers.context.request.device_object
    return STATUS_SUCCESS, made.length


def _check_flushed(nt: System, adapter: Adapter, registers: MapRegisters) -> None:
    left = [one for one in adapter.mappings if one.registers is registers]
    if left:
        mapped = sum(one.length for one in left)
        facts = [*left[0].facts, *registers.facts]
        parameters = (mapped, registers.count * 4096, 0)
        about = ("mapping", left[0].mdl)
        nt.violation(rules.DMA_NOT_FLUSHED_BETWEEN, parameters, facts, about, argument=None)


def _map(
    nt: System, adapter: Adapter, wanted: Transfer, registers: MapRegisters, pieces: list[Piece], most: int
) -> Mapping | None:
    """Map as much as registers and the caller's list have room for."""
    made = map_pieces(nt, adapter, wanted.mdl, wanted.offset, pieces, wanted.write, registers)
    if made is None or len(made.elements) <= most:
        return made
    fitting = sum(size for _, size in made.elements[:most])
    if nt.recorder is not None:
        nt.recorder.undone(made)
    forget(nt, made)
    shorter = chain_pieces(nt, wanted.mdl, wanted.offset, fitting)
    assert shorter is not None
    return map_pieces(nt, adapter, wanted.mdl, wanted.offset, shorter, wanted.write, registers)


def flush(
    nt: System, adapter: Adapter, mdl: Mdl, base: int, offset: int, length: int, write: bool, fails: bool
) -> int:
    """FlushAdapterBuffersEx: the status."""
    registers = transfers.registers_of(
        nt, adapter, base, rules.DMA_FLUSH_WITHOUT_REGISTERS, offset, mdl.address
    )
    if registers is None:
        return STATUS_INVALID_PARAMETER
    if not adapter.description.master:
        if slaves.runs(adapter):
            facts = [*adapter.facts, ("left", plural(slaves.remaining(nt, adapter), "byte"))]
            nt.violation(
                rules.DMA_CHANNEL_RUNS, (0, 0, slaves.number_of(adapter)), facts, ("mapping", mdl.address),
                argument=None,
            )  # fmt: skip
        slaves.stop(nt, adapter)
    if transfers.flush_range(nt, registers, mdl, offset, length, write, fails):
        return STATUS_SUCCESS
    return STATUS_INSUFFICIENT_RESOURCES if fails else STATUS_INVALID_PARAMETER


def cancel_mapped(nt: System, adapter: Adapter, context_at: int) -> int:
    """CancelMappedTransfer: nothing more is transferred under a context. The status."""
    context = contexts.find(nt, adapter, context_at)
    if context is None or adapter.description.master:
        return STATUS_INVALID_PARAMETER
    context.cancelled = True
    if context.registers is not None and context.registers is adapter.owner:
        slaves.cancel(nt, adapter)
    return STATUS_SUCCESS
