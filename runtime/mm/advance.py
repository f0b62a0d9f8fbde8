"""Moving the start of an MDL forward."""

from __future__ import annotations

from ..wdk.constants import STATUS_INVALID_PARAMETER_2, STATUS_SUCCESS
from .locking import let_go_first
from .mapping import unmap_system
from .mdl import SOURCE_IS_NONPAGED_POOL
from .store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System
    from .mdl import Mdl


def advance(nt: System, mdl: Mdl, length: int) -> int:
    """Leave out the first `length` bytes: addresses grow, the count shrinks, whole pages passed over are let go at
    once, together with their part of the mapping."""
    if length > mdl.byte_count:
        return STATUS_INVALID_PARAMETER_2
    offset = int(mdl.byte_offset) + length
    passed = offset // PAGE
    frames = mdl.frames[passed:]
    if passed and mdl.address in nt.mdls.locks:
        nt.mdls.let_go(mdl, unlocked=True, before=int(mdl.start_va) + passed * PAGE)
    let_go_first(nt, mdl, passed)
    _shorten_mapping(nt, mdl, passed)
    if mdl.is_mapped or mdl.flags & SOURCE_IS_NONPAGED_POOL:
        mdl.mapped_va += length
    mdl.start_va += passed * PAGE
    nt.mdls.mapped_from[mdl.address] = mdl.start_va
    mdl.byte_offset = offset % PAGE
    mdl.byte_count -= length
    mdl.frames = frames
    nt.remember("mdl", mdl.address, "advanced")
    return STATUS_SUCCESS


def _shorten_mapping(nt: System, mdl: Mdl, passed: int) -> None:
    region = nt.mdls.mappings.get(mdl.address)
    if region is None or not passed:
        return
    if passed >= region.pages:
        unmap_system(nt, mdl)
        return
    nt.mdls.mappings[mdl.address] = nt.memory.split(region, passed)
    nt.memory.unmap(region)
    nt.free_ptes += passed
