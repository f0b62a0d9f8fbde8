"""MDLs over memory of devices, which has no frames of RAM behind it."""

from __future__ import annotations

from .. import rules
from ..wdk.constants import STATUS_INSUFFICIENT_RESOURCES, STATUS_INVALID_PARAMETER_1, STATUS_SUCCESS
from .mdl import HEADER, IO_SPACE
from .store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

TAG = int.from_bytes(b"Mdl ", "little")
FOUR_GIB = 1 << 32


def allocate_device_mdl(nt: System, ranges: list[tuple[int, int]], new_mdl: int) -> int:
    """Write the address of a new MDL to `new_mdl`; `ranges` are physical addresses and lengths. The status."""
    frames: list[int] = []
    if not ranges or sum(length for _, length in ranges) >= FOUR_GIB:
        return STATUS_INVALID_PARAMETER_1
    for start, length in ranges:
        if start % PAGE or length % PAGE or not length:
            return STATUS_INVALID_PARAMETER_1
        frames.extend(range(start // PAGE, (start + length) // PAGE))
    if any(nt.frames.exists(frame) for frame in frames):
        return STATUS_INVALID_PARAMETER_1
    size = HEADER + 8 * len(frames)
    where = 0 if nt.fails("MmAllocateMdlForIoSpace") else nt.pool.allocate(size, TAG)
    if not where:
        return STATUS_INSUFFICIENT_RESOURCES
    nt.mdls.forget(where)
    nt.mdls.allocated[where] = size
    mdl = nt.mdls.at(where)
    mdl.process = mdl.mapped_va = 0
    mdl.initialise(0, len(frames) * PAGE)
    mdl.flags = IO_SPACE
    mdl.frames = frames
    nt.remember("mdl", where, "allocated")
    nt.hold(rules.MDL_LEAKED, where, mdl.facts, mdl="mdl")
    nt.memory.write_uint(new_mdl, 8, where)
    return STATUS_SUCCESS
