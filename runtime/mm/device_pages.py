"""MDLs over memory of devices, which has no frames of RAM behind it."""

from __future__ import annotations

from .. import rules
from ..wdk.constants import STATUS_INSUFFICIENT_RESOURCES, STATUS_INVALID_PARAMETER_1, STATUS_SUCCESS
from .mdl import IO_SPACE
from .store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

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
    mdl = None if nt.fails("MmAllocateMdlForIoSpace") else nt.mdls.create(0, len(frames) * PAGE, IO_SPACE)
    if mdl is None:
        return STATUS_INSUFFICIENT_RESOURCES
    mdl.frames = frames
    nt.hold(rules.MDL_LEAKED, mdl.address, mdl.facts, mdl="mdl")
    nt.memory.write_uint(new_mdl, 8, mdl.address)
    return STATUS_SUCCESS
