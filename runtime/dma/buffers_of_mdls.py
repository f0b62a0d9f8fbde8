"""CreateCommonBufferFromMdl: the driver's own memory as a common buffer."""

from __future__ import annotations

from ..mm.memory import ADDRESS_MASK
from ..mm.store import PAGE
from ..wdk.constants import (
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_INVALID_PARAMETER,
    STATUS_NOT_SUPPORTED,
    CommonBufferConfigTypeHardwareAccessPermissions,
    CommonBufferConfigTypeLogicalAddressLimits,
    CommonBufferConfigTypeMax,
    CommonBufferConfigTypeSubSection,
    CommonBufferHardwareAccessMax,
    CommonBufferHardwareAccessReadOnly,
    CommonBufferHardwareAccessWriteOnly,
)
from ..wdk.layouts import SIZES
from .buffers import is_resident, merged
from .common_buffers import CommonBuffer, keep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..mm.mdl import Mdl
    from ..system import System
    from .adapters import Adapter

CONFIGURATION_BYTES = SIZES["_DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION"]
DENIED = {CommonBufferHardwareAccessReadOnly: True, CommonBufferHardwareAccessWriteOnly: False}
FIRST, SECOND = 8, 16  # the two words of a configuration


class Wanted:
    """What the configurations ask for: bounds of the logical address, the part of one MDL, `length` 0 for all, and
    whether writes (true) or reads are denied."""

    __slots__ = ("low", "high", "offset", "length", "denied")

    def __init__(self) -> None:
        self.low = 0
        self.high = ADDRESS_MASK
        self.offset = self.length = 0
        self.denied: bool | None = None


def create(nt: System, adapter: Adapter, mdl_at: int, configurations: int, count: int) -> CommonBuffer | int:
    """The common buffer, or the status that says why there is none."""
    wanted = _read(nt, configurations, count)
    if isinstance(wanted, int):
        return wanted
    mdl = nt.mdls.at(mdl_at)
    if not wanted.length:
        if mdl.next or int(mdl.byte_offset):
            return STATUS_INVALID_PARAMETER
        wanted.length = int(mdl.byte_count)
    found = _part(nt, mdl, wanted)
    if found is None:
        return STATUS_INVALID_PARAMETER
    part, first = found
    frames = list(part.frames)[first // PAGE : (first + wanted.length) // PAGE]
    pieces = [(frame * PAGE, PAGE) for frame in frames]
    logical: int | None = pieces[0][0]
    if adapter.domain is not None:
        logical = adapter.domain.map(pieces, adapter.bits, wanted.denied)
        if logical is not None and not wanted.low <= logical <= logical + wanted.length - 1 <= wanted.high:
            adapter.domain.unmap(logical, len(pieces))
            logical = adapter.domain.map(pieces, adapter.bits, wanted.denied, wanted.low, wanted.high)
            if logical is None:
                return STATUS_INVALID_PARAMETER
        if logical is None:
            return STATUS_INSUFFICIENT_RESOURCES
    elif len(merged(pieces)) > 1 or (pieces[-1][0] + PAGE - 1) >> adapter.bits:
        return STATUS_INVALID_PARAMETER
    assert logical is not None
    if not wanted.low <= logical <= logical + wanted.length - 1 <= wanted.high:
        return STATUS_INVALID_PARAMETER
    where = int(part.mapped_va) - int(part.byte_offset) + first
    made = CommonBuffer(where, logical, wanted.length, wanted.length, None, coherent=False)
    made.domain, made.mdl = adapter.domain, part.address
    keep(nt, adapter, made, pieces)
    return made


def _part(nt: System, mdl: Mdl, wanted: Wanted) -> tuple[Mdl, int] | None:
    """The MDL of a chain that holds all that is wanted, and the byte of its first page at which that begins."""
    start = wanted.offset
    while start >= int(mdl.byte_count) and mdl.next:
        start -= int(mdl.byte_count)
        mdl = nt.mdls.at(int(mdl.next))
    first = start + int(mdl.byte_offset)
    fits = start + wanted.length <= int(mdl.byte_count) and not first % PAGE and not wanted.length % PAGE
    mapped = mdl.is_mapped or mdl.describes_nonpaged_pool
    return (mdl, first) if fits and wanted.length and mapped and is_resident(mdl) else None


def _read(nt: System, where: int, count: int) -> Wanted | int:
    """What an array of configurations asks for, at most one of each kind; else a status."""
    wanted = Wanted()
    seen: set[int] = set()
    memory = nt.memory
    for index in range(count):
        at = where + CONFIGURATION_BYTES * index
        kind = memory.read_uint(at, 4)
        if kind in seen:
            return STATUS_INVALID_PARAMETER
        if kind >= CommonBufferConfigTypeMax:
            return STATUS_NOT_SUPPORTED
        seen.add(kind)
        if kind == CommonBufferConfigTypeLogicalAddressLimits:
            wanted.low, wanted.high = memory.read_uint(at + FIRST, 8), memory.read_uint(at + SECOND, 8)
        elif kind == CommonBufferConfigTypeSubSection:
            wanted.offset, wanted.length = memory.read_uint(at + FIRST, 8), memory.read_uint(at + SECOND, 4)
            if not wanted.length:
                return STATUS_INVALID_PARAMETER
        elif kind == CommonBufferConfigTypeHardwareAccessPermissions:
            access = memory.read_uint(at + FIRST, 4)
            if access >= CommonBufferHardwareAccessMax:
                return STATUS_INVALID_PARAMETER
            wanted.denied = DENIED.get(access)
    return wanted
