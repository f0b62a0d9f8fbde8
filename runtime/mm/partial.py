"""Partial MDLs: a part of what another MDL describes, borrowed from it."""

from __future__ import annotations

from .. import rules
from .mdl import (
    ALLOCATED_FIXED_SIZE,
    HEADER,
    IO_PAGE_READ,
    MAPPED_TO_SYSTEM_VA,
    PARENT_MAPPED_SYSTEM_VA,
    PARTIAL,
    SOURCE_IS_NONPAGED_POOL,
    Partial,
    span_pages,
)
from .store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System
    from .mdl import Mdl

INHERITED = MAPPED_TO_SYSTEM_VA | SOURCE_IS_NONPAGED_POOL | IO_PAGE_READ


def build_partial(nt: System, source: Mdl, target: Mdl, va: int, length: int) -> None:
    """Make the target describe a part of the source. It borrows the frames, and the system address if there is one."""
    if not (source.is_locked or source.describes_nonpaged_pool or source.is_partial):
        nt.violation(rules.MDL_SOURCE_NOT_RESIDENT, (), source.facts, source.about)
    start, end = source.virtual_address, source.virtual_address + int(source.byte_count)
    length = length or end - va
    facts = [*source.facts, ("target", target.facts[0][1])]
    if not start <= va < end or va + length > end:
        nt.violation(
            rules.MDL_RANGE_OUTSIDE, (source.address, target.address, va, length), facts, source.about, argument=2
        )  # fmt: skip
        return
    if span_pages(va, length) > _slots(nt, target):
        nt.violation(rules.MDL_TARGET_TOO_SMALL, (), facts, target.about, argument=1)
    if target.address in nt.mdls.mappings:
        nt.violation(rules.PARTIAL_MAPPING_LOST, (), target.facts, target.about, argument=1)
        del nt.mdls.mappings[target.address]
    inherited = source.is_mapped or source.describes_nonpaged_pool
    target.process = source.process
    target.start_va, target.byte_offset, target.byte_count = va & -PAGE, va & (PAGE - 1), length
    target.mapped_va = source.mapped_va + va - start if inherited else 0
    flags = int(target.flags) & ALLOCATED_FIXED_SIZE | PARTIAL | int(source.flags) & INHERITED
    target.flags = flags | (PARENT_MAPPED_SYSTEM_VA if inherited else 0)
    first = (va & -PAGE) - int(source.start_va) >> 12
    target.frames = source.frames[first : first + target.page_count]
    above = nt.mdls.partials.get(source.address) if source.is_partial else None
    root = above.root if above is not None else source.address
    nt.mdls.partials[target.address] = Partial(root, nt.mdls.locks.get(root))
    nt.remember("mdl", target.address, "partial", 1)


def _slots(nt: System, mdl: Mdl) -> int:
    """Frame numbers for which an MDL has room: its Size field holds 16 bits only, its pool block tells better."""
    allocated = nt.mdls.allocated.get(mdl.address)
    return ((int(mdl.size) if allocated is None else allocated) - HEADER) // 8
