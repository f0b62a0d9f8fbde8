"""Second addresses for the pages of an MDL: in system space, or in a process. Both show the same frames, hence the same
bytes."""

from __future__ import annotations

from .. import rules
from ..findings import address, plural
from ..wdk.constants import (
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_INVALID_PAGE_PROTECTION,
    STATUS_INVALID_PARAMETER_3,
    STATUS_SUCCESS,
    MdlMappingNoExecute,
    MdlMappingNoWrite,
)
from .mdl import IO_SPACE, MAPPED_TO_SYSTEM_VA, PARTIAL, PARTIAL_HAS_BEEN_MAPPED, SOURCE_IS_NONPAGED_POOL
from .mdl_checks import check_frames, check_unmapping, hide_from_writes
from .memory import Region
from .protection import PAGE_NOCACHE, PAGE_WRITECOMBINE, WRITABLE, protection
from .store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System
    from .mdl import Mdl

SYSTEM_PTES = 0xFFFF_C200_0000_0000
SYSTEM_PTES_END = 0xFFFF_C300_0000_0000
KIND = "mdl mapping"
NON_CACHED, CACHED, WRITE_COMBINED = 0, 1, 2  # MmNonCached, MmCached, MmWriteCombined
FIRST_EXECUTABLE = 0x10  # PAGE_EXECUTE, and what is above it but for the modifiers
CACHE_NAMES = ("MmNonCached", "MmCached", "MmWriteCombined", "MmHardwareCoherentCached", "MmNonCachedUnordered")


def map_system(nt: System, mdl: Mdl, priority: int) -> int:
    """A system address for an MDL that has none; 0 if no page table entries are left."""
    _check_mappable(nt, mdl)
    check_frames(nt, mdl)
    if not priority & MdlMappingNoExecute:
        nt.violation(rules.MDL_MAPPED_EXECUTABLE, (mdl.address, priority, 0), mdl.facts, mdl.about)
    pages = mdl.page_count
    if not 0 < pages <= nt.free_ptes:
        return 0
    nt.free_ptes -= pages
    writable = not priority & MdlMappingNoWrite
    region = Region(system_room(nt, pages), pages, KIND, writable=writable, frames=mdl.frames, owns_frames=False)
    if mdl.flags & IO_SPACE:
        region.device = nt.hardware.window(mdl.frames)
    nt.memory.kernel.add(region)
    nt.mdls.mappings[mdl.address] = region
    nt.mdls.mapped_from[mdl.address] = mdl.start_va
    hide_from_writes(nt, mdl, region)
    mdl.mapped_va = region.start + mdl.byte_offset
    mdl.flags |= MAPPED_TO_SYSTEM_VA | (PARTIAL_HAS_BEEN_MAPPED if mdl.is_partial else 0)
    nt.remember("mdl", mdl.address, "mapped")
    return int(mdl.mapped_va)


def map_for_call(nt: System, mdl: Mdl, protect: int, function: int, context: int) -> int:
    """MmMapMdl: show the pages to one function of the driver, at the address that there is or at one that lasts as long
    as the call. The status."""
    rights = protection(protect)
    if rights is None or rights.guard or not rights.rights:
        return STATUS_INVALID_PAGE_PROTECTION
    if not function:
        return STATUS_INVALID_PARAMETER_3
    where = int(mdl.mapped_va) if mdl.is_mapped or mdl.describes_nonpaged_pool else 0
    made = not where
    if made:
        asked = NON_CACHED if protect & PAGE_NOCACHE else WRITE_COMBINED if protect & PAGE_WRITECOMBINE else CACHED
        settle_cache_type(nt, mdl, asked)
        priority = 0 if protect & 0xFF >= FIRST_EXECUTABLE else MdlMappingNoExecute
        where = map_system(nt, mdl, priority | (0 if rights.rights & WRITABLE else MdlMappingNoWrite))
        if not where:
            return STATUS_INSUFFICIENT_RESOURCES
    try:
        nt.call(function, context, where)
    finally:
        if made and not nt.stopped:
            unmap_system(nt, mdl)
    return STATUS_SUCCESS


def _check_mappable(nt: System, mdl: Mdl) -> None:
    flags = int(mdl.flags)
    if mdl.is_mapped or mdl.describes_nonpaged_pool:
        wrong = flags & (MAPPED_TO_SYSTEM_VA | SOURCE_IS_NONPAGED_POOL)
        nt.violation(rules.MDL_ALREADY_MAPPED, (mdl.address, flags, wrong), mdl.facts, mdl.about)
    check_filled(nt, mdl)


def check_filled(nt: System, mdl: Mdl) -> None:
    """The frames must have been written into the MDL before they are mapped."""
    if not (mdl.is_locked or mdl.describes_nonpaged_pool or mdl.is_partial or mdl.flags & IO_SPACE):
        nt.violation(rules.MDL_NOT_MAPPABLE, (mdl.address, int(mdl.flags), 2), mdl.facts, mdl.about)


def settle_cache_type(nt: System, mdl: Mdl, asked: int) -> None:
    """The cache type of a mapping. The one that the pages have wins; new pages of an MDL take the first that is asked
    for, RAM of any other origin is cached, and device memory is as its mapping says."""
    if mdl.flags & IO_SPACE:
        return
    owned = nt.mdls.owned.get(mdl.address)
    if owned is not None and owned.cache_type is None:
        owned.cache_type = asked
    has = CACHED if owned is None or owned.cache_type is None else owned.cache_type
    if asked != has:
        facts = [*mdl.facts, ("types", f"{cache_name(has)}, {cache_name(asked)} asked for")]
        nt.violation(rules.CACHE_TYPE_CONFLICT, (), facts, mdl.about)


def cache_name(cache_type: int) -> str:
    return CACHE_NAMES[cache_type] if cache_type < len(CACHE_NAMES) else str(cache_type)


def system_room(nt: System, pages: int) -> int:
    """Address space for a mapping. It moves on through the area, so that a stale address shows nothing for a long
    time."""
    low = nt.mdls.next_va or SYSTEM_PTES
    start = nt.memory.kernel.gap(low, SYSTEM_PTES_END, pages, guard=1)
    if start is None:
        start = nt.memory.kernel.gap(SYSTEM_PTES, SYSTEM_PTES_END, pages, guard=1)
    assert start is not None, "there is address space for every page table entry"
    nt.mdls.next_va = start + (pages + 1) * PAGE
    return start


def unmap_system(nt: System, mdl: Mdl, argument: int = 0) -> None:
    """Take away the system address that was made through this MDL; none, or an inherited one, is left alone."""
    region = nt.mdls.mappings.pop(mdl.address, None)
    if region is None:
        return
    nt.memory.unmap(region)
    nt.free_ptes += region.pages
    mdl.flags &= ~(MAPPED_TO_SYSTEM_VA | PARTIAL_HAS_BEEN_MAPPED)
    nt.faults.unmapped(region, "a mapping of an MDL", nt.remember("mdl", mdl.address, "unmapped", argument))


def unmap_system_at(nt: System, mdl: Mdl, base: int) -> None:
    """MmUnmapLockedPages for a system address: it must be this MDL's own, made by a mapping routine."""
    flags = int(mdl.flags)
    facts, about, second = mdl.facts, mdl.about, 1  # the MDL is the second argument
    if mdl.is_partial:
        nt.violation(rules.MDL_PARTIAL_UNMAPPED, (mdl.address, flags, flags & PARTIAL), facts, about, argument=second)
    elif not mdl.is_mapped:
        nt.violation(rules.MDL_NOT_MAPPED, (mdl.address, flags, MAPPED_TO_SYSTEM_VA), facts, about, argument=second)
    region = nt.mdls.mappings.get(mdl.address)
    if region is None:
        nt.violation(rules.MDL_NOT_MAPPED_PLAIN, (mdl.address, base, nt.free_ptes), facts, about, argument=second)
        return
    check_unmapping(nt, mdl, region)
    begins = region.start + int(mdl.byte_offset)
    if base != begins:
        advanced = nt.history.get(about, {}).get("advanced")
        marks = [(advanced, "its beginning was moved on here")] if advanced is not None else []
        said = [*facts, ("mapping", f"begins at {address(begins)}{' since MmAdvanceMdl' * len(marks)}")]
        nt.violation(rules.MDL_UNMAPPED_ELSEWHERE, (0, begins, base), said, about, marks=marks)
    first, shown = mdl.frames[0] if mdl.page_count else 0, region.frames[0] if region.frames else 0
    if first != shown:
        nt.violation(rules.MDL_PAGES_CHANGED, (0, shown, first), facts, about, argument=second)
    unmap_system(nt, mdl, second)


def map_user(nt: System, mdl: Mdl, requested: int, priority: int) -> int:
    """An address in the current process; 0 if there is no room."""
    check_filled(nt, mdl)
    pages = mdl.page_count
    start = nt.process.find_room(pages, requested) if pages else None
    if start is None:
        return 0
    _check_neighbours(nt, mdl)
    region = Region(start, pages, KIND, writable=not priority & MdlMappingNoWrite, frames=mdl.frames, owns_frames=False)
    if mdl.flags & IO_SPACE:
        region.device = nt.hardware.window(mdl.frames)
    nt.process.space.add(region)
    base = start + int(mdl.byte_offset)
    nt.mdls.user_mappings[mdl.address, base] = nt.process, region
    nt.remember("mdl", mdl.address, "mapped")
    nt.hold(rules.USER_MAPPING_LEFT, base, [*mdl.facts, ("process", nt.process.name)])
    return base


def _check_neighbours(nt: System, mdl: Mdl) -> None:
    """A program sees whole pages: what else lies in the first and the last one, it sees as well."""
    first = int(mdl.byte_offset)
    after = -(first + int(mdl.byte_count)) % PAGE
    block = nt.pool.block_at(int(mdl.start_va) + first) if mdl.describes_nonpaged_pool and first + after else None
    if block is not None:
        shown = f"{plural(first, 'byte')} before the buffer, {plural(after, 'byte')} behind it"
        facts = [*mdl.facts, ("buffer", block.describe(block.address)), ("shown as well", shown)]
        nt.violation(rules.POOL_SHOWN_TO_PROGRAM, (), facts, mdl.about)


def unmap_user(nt: System, mdl: Mdl, base: int) -> None:
    """MmUnmapLockedPages for a user address, in the process in which it was mapped."""
    process, region = nt.mdls.user_mappings.get((mdl.address, base), (None, None))
    if region is None or process is not nt.process:
        nt.violation(rules.MDL_USER_MAPPING_UNKNOWN, (base, mdl.address, 0), mdl.facts, mdl.about, argument=1)
        return
    del nt.mdls.user_mappings[mdl.address, base]
    nt.memory.unmap(region)
    nt.let_go(rules.USER_MAPPING_LEFT, base)
    nt.remember("mdl", mdl.address, "unmapped", 1)
