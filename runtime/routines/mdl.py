"""MDLs: describing a buffer, locking its pages, mapping them, and undoing it."""

from __future__ import annotations

from .. import rules
from ..io.irp import MDL_ADDRESS
from ..ke.irql import allow_apc_level_only
from ..mm.advance import advance
from ..mm.device_pages import allocate_device_mdl
from ..mm.locking import KERNEL_MODE, lock_selected, make_resident, pieces, probe_and_lock, unlock
from ..mm.mapping import (
    map_for_call,
    map_system,
    map_user,
    settle_cache_type,
    unmap_system,
    unmap_system_at,
    unmap_user,
)
from ..mm.mdl import (
    HEADER,
    PARTIAL_HAS_BEEN_MAPPED,
    SOURCE_IS_NONPAGED_POOL,
    Mdl,
    mdl_facts,
    span_pages,
)
from ..mm.mdl_checks import pte_address
from ..mm.memory import ADDRESS_MASK, KERNEL_BASE
from ..mm.partial import build_partial
from ..mm.store import PAGE
from ..routine import routine
from ..wdk.constants import (
    STATUS_ACCESS_VIOLATION,
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_INVALID_PAGE_PROTECTION,
    STATUS_NOT_MAPPED_VIEW,
    STATUS_WORKING_SET_QUOTA,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..ke.process import Process
    from ..system import System

LONGEST = {"nt52": (2 << 30) - PAGE, "nt60": (2 << 30) - PAGE}
MOST_PAGES_NT52 = (65535 - HEADER) // 8  # then the Size field must hold it
LONGEST_NOW = (4 << 30) - PAGE
MAP_FAILURE_MAY_STOP = 1


@routine(
    "PMDL IoAllocateMdl(PVOID VirtualAddress, ULONG Length, BOOLEAN SecondaryBuffer, BOOLEAN ChargeQuota, PIRP Irp)",
    page="nf-wdm-ioallocatemdl", irql="<= DISPATCH_LEVEL", fails="NULL", undo="IoFreeMdl",
)  # fmt: skip
def IoAllocateMdl(nt: System, va: int, length: int, secondary: int, charge_quota: int, irp: int) -> int:
    """A new MDL for a range that nobody looks at yet; NULL if the range is too long or there is no pool."""
    pages = span_pages(va, length)
    too_long = length > LONGEST.get(nt.settings.generation, LONGEST_NOW)
    if too_long or (pages > MOST_PAGES_NT52 and nt.settings.generation == "nt52") or nt.fails("IoAllocateMdl"):
        return 0
    mdl = nt.mdls.create(va, length)
    if mdl is None:
        return 0
    where, moment = mdl.address, nt.history["mdl", mdl.address]["allocated"]
    nt.hold(rules.MDL_LEAKED, where, lambda: mdl_facts(where, pages, length), moment, mdl="mdl")
    if irp:
        _attach(nt, irp, where, bool(secondary))
    return where


@routine("VOID IoFreeMdl(PMDL Mdl)", page="nf-wdm-iofreemdl", irql="<= DISPATCH_LEVEL")
def IoFreeMdl(nt: System, where: int) -> None:
    """End the life of one MDL; those that Next leads to are left alone."""
    mdl = nt.mdls.must_live(where, freeing=True)
    if where in nt.mdls.owned:
        nt.violation(rules.PAGES_MDL_FREED_WRONGLY, (), mdl.facts, mdl.about, mdl="mdl")
        nt.strand(rules.ALLOCATED_PAGES_LEAKED, where)
        del nt.mdls.owned[where]
    if mdl.flags & PARTIAL_HAS_BEEN_MAPPED:
        unmap_system(nt, mdl)
    if where in nt.mdls.mappings:
        nt.violation(rules.MDL_FREED_MAPPED, (where, int(mdl.flags), 0), mdl.facts, mdl.about, mdl="mdl")
        nt.mdls.mappings.pop(where, None)
    if where in nt.mdls.locks and mdl.is_locked:
        nt.violation(rules.MDL_FREED_LOCKED, (), mdl.facts, mdl.about, mdl="mdl")
        nt.strand(rules.PAGES_LEFT_LOCKED, where)
        del nt.mdls.locks[where]
        nt.mdls.let_go(mdl, unlocked=True)
    if mdl.describes_nonpaged_pool:
        nt.mdls.let_go(mdl, unlocked=False)
    nt.mdls.partials.pop(where, None)
    nt.mdls.allocated.pop(where, None)
    nt.let_go(rules.MDL_LEAKED, where)
    nt.pool.free(where, moment=nt.remember("mdl", where, "freed"))


@routine(
    "VOID IoBuildPartialMdl(PMDL SourceMdl, PMDL TargetMdl, PVOID VirtualAddress, ULONG Length)",
    page="nf-wdm-iobuildpartialmdl", irql="<= DISPATCH_LEVEL", undo="MmPrepareMdlForReuse",
)  # fmt: skip
def IoBuildPartialMdl(nt: System, source: int, target: int, va: int, length: int) -> None:
    build_partial(nt, nt.mdls.must_describe(source), nt.mdls.must_live(target, 1), va, length)


@routine(
    "VOID MmInitializeMdl(PMDL MemoryDescriptorList, PVOID BaseVa, SIZE_T Length)",
    page="nf-wdm-mminitializemdl", irql="<= DISPATCH_LEVEL", macro=True,
)  # fmt: skip
def MmInitializeMdl(nt: System, where: int, base: int, length: int) -> None:
    """Make memory of the caller's own an MDL: MappedSystemVa, Process and the frame array stay as they are."""
    nt.mdls.forget(where)
    nt.mdls.at(where).initialise(base, length & 0xFFFF_FFFF)


@routine(
    "PMDL MmCreateMdl(PMDL MemoryDescriptorList, PVOID Base, SIZE_T Length)",
    irql="<= DISPATCH_LEVEL", fails="NULL", undo="IoFreeMdl",
)  # fmt: skip
def MmCreateMdl(nt: System, where: int, base: int, length: int) -> int:
    """The forerunner of IoAllocateMdl: a new MDL for NULL, else the caller's memory becomes one."""
    if where:
        MmInitializeMdl(nt, where, base, length)
        return where
    return 0 if nt.fails("MmCreateMdl") else IoAllocateMdl(nt, base, length & 0xFFFF_FFFF, 0, 0, 0)


@routine("SIZE_T MmSizeOfMdl(PVOID Base, SIZE_T Length)", page="nf-wdm-mmsizeofmdl", irql="any")
def MmSizeOfMdl(nt: System, base: int, length: int) -> int:
    return HEADER + 8 * span_pages(base, length)


@routine(
    "VOID MmProbeAndLockPages(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode, LOCK_OPERATION Operation)",
    page="nf-wdm-mmprobeandlockpages", irql_stop=(0xC4, 0x70), irql="<= APC_LEVEL if pageable else <= DISPATCH_LEVEL",
    fails="exception", raises=(STATUS_ACCESS_VIOLATION, STATUS_WORKING_SET_QUOTA, STATUS_INSUFFICIENT_RESOURCES),
    undo="MmUnlockPages",
)  # fmt: skip
def MmProbeAndLockPages(nt: System, where: int, mode: int, operation: int) -> None:
    """Make the pages resident, lock them, and write their frames into the MDL; raises if that cannot be."""
    probe_and_lock(nt, nt.mdls.must_live(where), mode, operation)


@routine(
    "VOID MmProbeAndLockSelectedPages(PMDL MemoryDescriptorList, PFILE_SEGMENT_ELEMENT SegmentArray, "
    "KPROCESSOR_MODE AccessMode, LOCK_OPERATION Operation)",
    page="nf-wdm-mmprobeandlockselectedpages", irql_stop=(0xC4, 0x72), irql="<= APC_LEVEL", fails="exception",
    raises=(STATUS_ACCESS_VIOLATION, STATUS_WORKING_SET_QUOTA, STATUS_INSUFFICIENT_RESOURCES), undo="MmUnlockPages",
)  # fmt: skip
def MmProbeAndLockSelectedPages(nt: System, where: int, segments: int, mode: int, operation: int) -> None:
    """As MmProbeAndLockPages, but the address of each page is an element of its own."""
    mdl = nt.mdls.must_live(where)
    pages = [nt.memory.read_uint(segments + 8 * index, 8) & -PAGE for index in range(mdl.page_count)]
    lock_selected(nt, mdl, pages, mode, operation)


@routine(
    "VOID MmProbeAndLockProcessPages(PMDL MemoryDescriptorList, PEPROCESS Process, KPROCESSOR_MODE AccessMode, "
    "LOCK_OPERATION Operation)",
    page="bug-check-0xc4--driver-verifier-detected-violation", irql_stop=(0xC4, 0x71),
    irql="<= APC_LEVEL if pageable else <= DISPATCH_LEVEL", fails="exception",
    raises=(STATUS_ACCESS_VIOLATION, STATUS_WORKING_SET_QUOTA, STATUS_INSUFFICIENT_RESOURCES), undo="MmUnlockPages",
    header="ntddk.h",
)  # fmt: skip
def MmProbeAndLockProcessPages(nt: System, where: int, process: int, mode: int, operation: int) -> None:
    """As MmProbeAndLockPages, in the address space of another process."""
    mdl = nt.mdls.must_live(where)
    before = nt.process
    nt.attach(_process(nt, process))
    try:
        probe_and_lock(nt, mdl, mode, operation, 0xB1)
    finally:
        nt.attach(before)


@routine(
    "VOID MmUnlockPages(PMDL MemoryDescriptorList)",
    page="nf-wdm-mmunlockpages", irql_stop=(0xC4, 0x78), irql="<= DISPATCH_LEVEL",
)  # fmt: skip
def MmUnlockPages(nt: System, where: int) -> None:
    unlock(nt, nt.mdls.must_live(where))


@routine(
    "VOID MmBuildMdlForNonPagedPool(PMDL MemoryDescriptorList)",
    page="nf-wdm-mmbuildmdlfornonpagedpool", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
def MmBuildMdlForNonPagedPool(nt: System, where: int) -> None:
    """Write down the frames of memory that is resident anyway. Nothing is locked."""
    mdl = nt.mdls.must_live(where)
    va = mdl.virtual_address
    found = pieces(nt, va, mdl.page_count, False)
    if found is None:
        if va >= KERNEL_BASE:
            block = nt.pool.freed_at(va)
            about = ("pool", block.address) if block is not None else mdl.about
            facts = [*mdl.facts, ("buffer", nt.describe(va))]
            nt.violation(rules.MDL_BUILT_NOT_RESIDENT, (where, pte_address(va), 0), facts, about)
        _touch(nt, va, mdl.page_count)
        return
    for piece in found:
        if piece.region.pageable or piece.region.kind == "kernel stack":
            _built_over_pageable(nt, mdl, any(piece.region.kind == "paged pool" for piece in found))
            break
    nt.strand(rules.PAGES_LEFT_LOCKED, where)
    mdl.frames = make_resident(nt, found) or [] if found else []
    mdl.process = 0
    mdl.mapped_va = va
    mdl.flags |= SOURCE_IS_NONPAGED_POOL
    nt.remember("mdl", where, "built")


def _built_over_pageable(nt: System, mdl: Mdl, paged_pool: bool) -> None:
    va = mdl.virtual_address
    facts = [*mdl.facts, ("buffer", nt.describe(va))]
    if paged_pool:
        parameters = (nt.irql, mdl.address, int(mdl.flags))
        nt.violation(rules.MDL_BUILT_OVER_PAGEABLE, parameters, facts, mdl.about, stop=(0xC4, 0x7F))
    else:
        nt.violation(rules.MDL_BUILT_OVER_PAGEABLE, (nt.irql, mdl.address, va), facts, mdl.about)


@routine(
    "PVOID MmGetSystemAddressForMdl(PMDL Mdl)",
    page="nf-wdm-mmgetsystemaddressformdl", irql="<= DISPATCH_LEVEL", fails="bug check", macro=True,
)  # fmt: skip
def MmGetSystemAddressForMdl(nt: System, where: int) -> int:
    """The system address of an MDL, which is mapped if it has none. There is no way to fail but the bug check."""
    mdl = nt.mdls.must_describe(where, inline=True)
    return _existing(mdl) or map_system(nt, mdl, 0) or _no_ptes(nt, mdl)


@routine(
    "PVOID MmGetSystemAddressForMdlSafe(PMDL Mdl, ULONG Priority)",
    page="nf-wdm-mmgetsystemaddressformdlsafe", irql="<= DISPATCH_LEVEL", fails="NULL", macro=True,
)  # fmt: skip
def MmGetSystemAddressForMdlSafe(nt: System, where: int, priority: int) -> int:
    """The system address of an MDL, which is mapped if it has none; NULL if that is not possible now."""
    mdl = nt.mdls.must_describe(where, inline=True)
    address = _existing(mdl)
    if address or nt.fails("MmGetSystemAddressForMdlSafe"):
        return address
    return map_system(nt, mdl, priority)


@routine(
    "PVOID MmMapLockedPages(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode)",
    page="nf-wdm-mmmaplockedpages", irql_stop=(0xC4, 0x74), irql="<= APC_LEVEL if UserMode else <= DISPATCH_LEVEL",
    fails="bug check", raises=(STATUS_INSUFFICIENT_RESOURCES,), undo="MmUnmapLockedPages",
)  # fmt: skip
def MmMapLockedPages(nt: System, where: int, mode: int) -> int:
    mdl = nt.mdls.must_describe(where)
    if mode != KERNEL_MODE:
        allow_apc_level_only(nt, "MmMapLockedPages", 0x75, (where, mode))
    nt.violation(rules.MDL_OLD_MAPPING_ROUTINE, (where, int(mdl.flags), 0), mdl.facts, mdl.about)
    return _map(nt, mdl, mode, 0, MAP_FAILURE_MAY_STOP, 0, nt.fails("MmMapLockedPages"))


@routine(
    "PVOID MmMapLockedPagesSpecifyCache(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode, "
    "MEMORY_CACHING_TYPE CacheType, PVOID RequestedAddress, ULONG BugCheckOnFailure, ULONG Priority)",
    page="nf-wdm-mmmaplockedpagesspecifycache", irql_stop=(0xC4, 0x76),
    irql="<= APC_LEVEL if UserMode else <= DISPATCH_LEVEL", fails="NULL", raises=(STATUS_INSUFFICIENT_RESOURCES,),
    undo="MmUnmapLockedPages",
)  # fmt: skip
def MmMapLockedPagesSpecifyCache(
    nt: System, where: int, mode: int, cache_type: int, requested: int, stop_on_failure: int, priority: int
) -> int:
    """A system address, or with UserMode one in the current process, for pages that are locked or never leave.

    A user mapping that fails raises; a system mapping that fails is NULL.
    """
    mdl = nt.mdls.must_describe(where)
    if mode != KERNEL_MODE:
        allow_apc_level_only(nt, "MmMapLockedPagesSpecifyCache", 0x77, (where, mode))
    settle_cache_type(nt, mdl, cache_type)
    if stop_on_failure and mode == KERNEL_MODE:
        nt.violation(rules.MDL_BUG_CHECK_ON_FAILURE, (where, int(mdl.flags), 0), mdl.facts, mdl.about)
    failed = nt.fails("MmMapLockedPagesSpecifyCache")
    return _map(nt, mdl, mode, requested, stop_on_failure, priority, failed)


@routine(
    "VOID MmUnmapLockedPages(PVOID BaseAddress, PMDL MemoryDescriptorList)",
    page="nf-wdm-mmunmaplockedpages", irql_stop=(0xC4, 0x79),
    irql="<= APC_LEVEL if a user mapping else <= DISPATCH_LEVEL",
)  # fmt: skip
def MmUnmapLockedPages(nt: System, base: int, where: int) -> None:
    """Undo a mapping routine. `base` is what it returned."""
    mdl = nt.mdls.must_live(where, 1)
    if base < KERNEL_BASE:
        allow_apc_level_only(nt, "MmUnmapLockedPages", 0x7A, (base, where))
        unmap_user(nt, mdl, base)
    else:
        unmap_system_at(nt, mdl, base)


@routine("PVOID MmGetMdlVirtualAddress(PMDL Mdl)", page="nf-wdm-mmgetmdlvirtualaddress", irql="any", macro=True)
def MmGetMdlVirtualAddress(nt: System, where: int) -> int:
    mdl = nt.mdls.must_live(where, inline=True)
    return mdl.virtual_address & ADDRESS_MASK


@routine("ULONG MmGetMdlByteCount(PMDL Mdl)", page="nf-wdm-mmgetmdlbytecount", irql="any", macro=True)
def MmGetMdlByteCount(nt: System, where: int) -> int:
    return int(nt.mdls.must_live(where, inline=True).byte_count)


@routine("ULONG MmGetMdlByteOffset(PMDL Mdl)", page="nf-wdm-mmgetmdlbyteoffset", irql="any", macro=True)
def MmGetMdlByteOffset(nt: System, where: int) -> int:
    return int(nt.mdls.must_live(where, inline=True).byte_offset)


@routine("PPFN_NUMBER MmGetMdlPfnArray(PMDL Mdl)", page="nf-wdm-mmgetmdlpfnarray", irql="any", macro=True)
def MmGetMdlPfnArray(nt: System, where: int) -> int:
    return (where + HEADER) & ADDRESS_MASK


@routine(
    "VOID MmPrepareMdlForReuse(PMDL MDL)",
    page="nf-wdm-mmpreparemdlforreuse", irql="<= DISPATCH_LEVEL", macro=True,
)  # fmt: skip
def MmPrepareMdlForReuse(nt: System, where: int) -> None:
    """Drop the mapping that a partial MDL made for itself. Whatever it borrowed from its source is left alone."""
    mdl = nt.mdls.must_live(where, inline=True)
    if mdl.flags & PARTIAL_HAS_BEEN_MAPPED:
        unmap_system(nt, mdl)
    partial = nt.mdls.partials.get(where)
    if partial is not None:
        partial.idle = True


@routine(
    "NTSTATUS MmAdvanceMdl(PMDL Mdl, ULONG NumberOfBytes)",
    page="nf-wdm-mmadvancemdl", irql="<= DISPATCH_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def MmAdvanceMdl(nt: System, where: int, length: int) -> int:
    """Leave out the first bytes of what an MDL describes. This cannot be undone."""
    return advance(nt, nt.mdls.must_live(where), length)


@routine(
    "NTSTATUS MmProtectMdlSystemAddress(PMDL MemoryDescriptorList, ULONG NewProtect)",
    page="nf-wdm-mmprotectmdlsystemaddress", irql="<= DISPATCH_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def MmProtectMdlSystemAddress(nt: System, where: int, protect: int) -> int:
    """Change the protection of the pages at an MDL's own system address."""
    mdl = nt.mdls.must_describe(where)
    region = nt.mdls.mappings.get(where)
    if region is None:
        if mdl.is_mapped and not mdl.is_partial:
            nt.violation(rules.PROTECTED_NOT_MAPPED, (where, int(mdl.mapped_va), 0), mdl.facts, mdl.about)
        return STATUS_NOT_MAPPED_VIEW
    if protect not in (0x01, 0x02, 0x04, 0x10, 0x20, 0x40):
        return STATUS_INVALID_PAGE_PROTECTION
    if protect >= 0x10:
        parameters = (int(mdl.mapped_va), protect, 0)
        nt.violation(rules.PROTECTION_EXECUTABLE, parameters, mdl.facts, mdl.about, argument=1)
    region.note = ""
    region.accessible = protect != 0x01
    region.writable = protect in (0x04, 0x40)
    nt.memory.forget(region.start, region.pages)
    nt.remember("mdl", mdl.address, "protected")
    return 0


@routine(
    "NTSTATUS MmAllocateMdlForIoSpace(PMM_PHYSICAL_ADDRESS_LIST PhysicalAddressList, SIZE_T NumberOfEntries, "
    "PMDL *NewMdl)",
    page="nf-wdm-mmallocatemdlforiospace", irql="<= DISPATCH_LEVEL", fails="NTSTATUS", undo="IoFreeMdl",
)  # fmt: skip
def MmAllocateMdlForIoSpace(nt: System, ranges: int, count: int, new_mdl: int) -> int:
    """An MDL over memory of devices, given as physical ranges in whole pages."""
    entries = range(ranges, ranges + 16 * count, 16)
    pairs = [(nt.memory.read_uint(at, 8), nt.memory.read_uint(at + 8, 8)) for at in entries]
    return allocate_device_mdl(nt, pairs, new_mdl)


@routine(
    "NTSTATUS MmMapMdl(PMDL MemoryDescriptorList, ULONG Protection, PMM_MDL_ROUTINE DriverRoutine, "
    "PVOID DriverContext)",
    page="nf-wdm-mmmapmdl", irql="<= DISPATCH_LEVEL", fails="NTSTATUS", calls_back=True,
)  # fmt: skip
def MmMapMdl(nt: System, where: int, protect: int, function: int, context: int) -> int:
    """Call a function of the driver with a system address of the MDL. A mapping that was made for it goes after it."""
    mdl = nt.mdls.must_describe(where)
    if nt.fails("MmMapMdl"):
        return STATUS_INSUFFICIENT_RESOURCES
    return map_for_call(nt, mdl, protect, function, context)


@routine("PVOID MmGetMdlBaseVa(PMDL Mdl)", irql="any", macro=True)
def MmGetMdlBaseVa(nt: System, where: int) -> int:
    return int(nt.mdls.must_live(where, inline=True).start_va)


def _attach(nt: System, irp: int, where: int, secondary: bool) -> None:
    """Make the MDL the first of an IRP, whose old one is then lost, or the last of its chain."""
    link = irp + MDL_ADDRESS
    while secondary and (following := nt.memory.read_uint(link, 8)):
        link = following
    old = nt.memory.read_uint(link, 8)
    if old in nt.mdls.allocated:
        facts = [*nt.irps.facts(irp), ("lost", nt.mdls.at(old).facts[0][1])]
        nt.violation(rules.IRP_MDL_LOST, (), facts, ("irp", irp), argument=4)
    nt.memory.write_uint(link, 8, where)
    nt.remember("irp", irp, "attached", 4)


def _process(nt: System, where: int) -> Process:
    return next((process for process in nt.processes if process.address == where), nt.process)


def _touch(nt: System, va: int, pages: int) -> None:
    """Take the page fault of the first page that is not there."""
    for page in range(va & -PAGE, (va & -PAGE) + pages * PAGE, PAGE):
        if not nt.memory.permits(page, False):
            nt.faults.page_fault(max(page, va), False, False)
            return


def _existing(mdl: Mdl) -> int:
    return int(mdl.mapped_va) if mdl.is_mapped or mdl.describes_nonpaged_pool else 0


def _no_ptes(nt: System, mdl: Mdl) -> int:
    pages = mdl.page_count
    nt.violation(rules.NO_MORE_SYSTEM_PTES, (0, pages, nt.free_ptes, nt.settings.system_ptes), mdl.facts, mdl.about)
    return 0


def _map(
    nt: System, mdl: Mdl, mode: int, requested: int, stop_on_failure: int, priority: int, failed: bool
) -> int:
    if mode == KERNEL_MODE:
        address = 0 if failed else map_system(nt, mdl, priority)
        return address or (_no_ptes(nt, mdl) if stop_on_failure else 0)
    address = 0 if failed else map_user(nt, mdl, requested, priority)
    if not address:
        nt.faults.raise_exception(STATUS_INSUFFICIENT_RESOURCES, noncontinuable=True)
    return address
