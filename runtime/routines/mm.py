"""Memory other than pool and MDLs: contiguous and noncached memory, reserved mappings, I/O space, probing."""

from __future__ import annotations

from ..ke.processor import DISPATCH_LEVEL
from ..mm import contiguous, safe_copy
from ..mm.memory import ADDRESS_MASK, KERNEL_BASE, USER_LIMIT
from ..mm.protection import WRITABLE, protection
from ..mm.reserved import map_reserved, release, reserve, unmap_reserved
from ..mm.store import PAGE
from ..routine import known, routine
from ..wdk.constants import (
    MM_COPY_MEMORY_PHYSICAL,
    MM_COPY_MEMORY_VIRTUAL,
    STATUS_ACCESS_VIOLATION,
    STATUS_DATATYPE_MISALIGNMENT,
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_INVALID_ADDRESS,
    STATUS_INVALID_PARAMETER,
    STATUS_SUCCESS,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

NON_CACHED, CACHED, WRITE_COMBINED = 0, 1, 2
CACHE_OF_PROTECTION = {
    0x04: CACHED, 0x40: CACHED, 0x204: NON_CACHED, 0x240: NON_CACHED, 0x404: WRITE_COMBINED, 0x440: WRITE_COMBINED,
}  # fmt: skip  # PAGE_READWRITE or PAGE_EXECUTE_READWRITE, with PAGE_NOCACHE or PAGE_WRITECOMBINE


@routine(
    "PHYSICAL_ADDRESS MmGetPhysicalAddress(PVOID BaseAddress)",
    page="nf-ntddk-mmgetphysicaladdress", irql="any", header="ntddk.h",
)  # fmt: skip
def MmGetPhysicalAddress(nt: System, va: int) -> int:
    """The physical address behind a resident address, 0 if there is none."""
    frame = nt.memory.frame_at(va)
    return frame * PAGE + va % PAGE if frame else 0


@routine(
    "PVOID MmAllocateContiguousMemory(SIZE_T NumberOfBytes, PHYSICAL_ADDRESS HighestAcceptableAddress)",
    page="nf-wdm-mmallocatecontiguousmemory", irql="<= DISPATCH_LEVEL", fails="NULL", undo="MmFreeContiguousMemory",
)  # fmt: skip
def MmAllocateContiguousMemory(nt: System, size: int, high: int) -> int:
    """Cached memory in adjacent frames up to a physical address. What it holds is left over from others."""
    return 0 if nt.fails("MmAllocateContiguousMemory") else contiguous.allocate(nt, size, 0, high & ADDRESS_MASK)


@routine(
    "PVOID MmAllocateContiguousMemorySpecifyCache(SIZE_T NumberOfBytes, PHYSICAL_ADDRESS LowestAcceptableAddress, "
    "PHYSICAL_ADDRESS HighestAcceptableAddress, PHYSICAL_ADDRESS BoundaryAddressMultiple, "
    "MEMORY_CACHING_TYPE CacheType)",
    page="nf-wdm-mmallocatecontiguousmemoryspecifycache", irql="<= DISPATCH_LEVEL", fails="NULL",
    undo="MmFreeContiguousMemory",
)  # fmt: skip
def MmAllocateContiguousMemorySpecifyCache(
    nt: System, size: int, low: int, high: int, boundary: int, cache: int
) -> int:
    """Memory in adjacent frames between two physical addresses, not across a multiple of `boundary`."""
    return _contiguous(nt, "MmAllocateContiguousMemorySpecifyCache", size, low, high, boundary, cache)


@routine(
    "PVOID MmAllocateContiguousMemorySpecifyCacheNode(SIZE_T NumberOfBytes, "
    "PHYSICAL_ADDRESS LowestAcceptableAddress, PHYSICAL_ADDRESS HighestAcceptableAddress, "
    "PHYSICAL_ADDRESS BoundaryAddressMultiple, MEMORY_CACHING_TYPE CacheType, NODE_REQUIREMENT PreferredNode)",
    page="nf-wdm-mmallocatecontiguousmemoryspecifycachenode", irql="<= DISPATCH_LEVEL", fails="NULL",
    undo="MmFreeContiguousMemory",
)  # fmt: skip
def MmAllocateContiguousMemorySpecifyCacheNode(
    nt: System, size: int, low: int, high: int, boundary: int, cache: int, node: int
) -> int:
    """As without a node: there is one node."""
    return _contiguous(nt, "MmAllocateContiguousMemorySpecifyCacheNode", size, low, high, boundary, cache)


@routine(
    "PVOID MmAllocateContiguousNodeMemory(SIZE_T NumberOfBytes, PHYSICAL_ADDRESS LowestAcceptableAddress, "
    "PHYSICAL_ADDRESS HighestAcceptableAddress, PHYSICAL_ADDRESS BoundaryAddressMultiple, ULONG Protect, "
    "NODE_REQUIREMENT PreferredNode)",
    page="nf-wdm-mmallocatecontiguousnodememory", irql="<= DISPATCH_LEVEL", fails="NULL",
    undo="MmFreeContiguousMemory",
)  # fmt: skip
def MmAllocateContiguousNodeMemory(
    nt: System, size: int, low: int, high: int, boundary: int, protect: int, node: int
) -> int:
    """The cache type comes from the protection, which must allow writing."""
    cache = CACHE_OF_PROTECTION.get(protect)
    return _contiguous(nt, "MmAllocateContiguousNodeMemory", size, low, high, boundary, cache)


@routine(
    "VOID MmFreeContiguousMemory(PVOID BaseAddress)",
    page="nf-wdm-mmfreecontiguousmemory", irql="<= APC_LEVEL if nt52 else <= DISPATCH_LEVEL",
)  # fmt: skip
def MmFreeContiguousMemory(nt: System, base: int) -> None:
    contiguous.free(nt, base)


@routine(
    "VOID MmFreeContiguousMemorySpecifyCache(PVOID BaseAddress, SIZE_T NumberOfBytes, MEMORY_CACHING_TYPE CacheType)",
    page="nf-wdm-mmfreecontiguousmemoryspecifycache", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
def MmFreeContiguousMemorySpecifyCache(nt: System, base: int, size: int, cache: int) -> None:
    contiguous.free(nt, base, size, cache)


@routine(
    "PVOID MmAllocateNonCachedMemory(SIZE_T NumberOfBytes)",
    page="nf-ntddk-mmallocatenoncachedmemory", irql="<= APC_LEVEL", fails="NULL", undo="MmFreeNonCachedMemory",
    header="ntddk.h",
)  # fmt: skip
def MmAllocateNonCachedMemory(nt: System, size: int) -> int:
    """Nonpaged memory without cache, in whole pages that need not be adjacent."""
    if nt.fails("MmAllocateNonCachedMemory"):
        return 0
    return contiguous.allocate(nt, size, cache=NON_CACHED, adjacent=False)


@routine(
    "VOID MmFreeNonCachedMemory(PVOID BaseAddress, SIZE_T NumberOfBytes)",
    page="nf-ntddk-mmfreenoncachedmemory", irql="<= APC_LEVEL", header="ntddk.h",
)  # fmt: skip
def MmFreeNonCachedMemory(nt: System, base: int, size: int) -> None:
    contiguous.free(nt, base, size, adjacent=False)


@routine(
    "PVOID MmAllocateMappingAddress(SIZE_T NumberOfBytes, ULONG PoolTag)",
    page="nf-wdm-mmallocatemappingaddress", irql="<= APC_LEVEL", fails="NULL", undo="MmFreeMappingAddress",
)  # fmt: skip
def MmAllocateMappingAddress(nt: System, length: int, tag: int) -> int:
    """System addresses for mappings to come. Nothing can be touched there before something is mapped."""
    return 0 if nt.fails("MmAllocateMappingAddress") else reserve(nt, length, tag)


@routine(
    "PVOID MmAllocateMappingAddressEx(SIZE_T NumberOfBytes, ULONG PoolTag, ULONG Flags)",
    page="nf-wdm-mmallocatemappingaddressex", irql="<= APC_LEVEL", fails="NULL", undo="MmFreeMappingAddress",
)  # fmt: skip
def MmAllocateMappingAddressEx(nt: System, length: int, tag: int, flags: int) -> int:
    """The same with flags, of which none is modelled."""
    if flags:
        nt.not_modelled(f"MmAllocateMappingAddressEx with flags 0x{flags & 0xFFFF_FFFF:X}")
    return 0 if nt.fails("MmAllocateMappingAddressEx") else reserve(nt, length, tag)


@routine(
    "VOID MmFreeMappingAddress(PVOID BaseAddress, ULONG PoolTag)",
    page="nf-wdm-mmfreemappingaddress", irql="<= APC_LEVEL",
)  # fmt: skip
def MmFreeMappingAddress(nt: System, base: int, tag: int) -> None:
    release(nt, base, tag)


@routine(
    "PVOID MmMapLockedPagesWithReservedMapping(PVOID MappingAddress, ULONG PoolTag, PMDL MemoryDescriptorList, "
    "MEMORY_CACHING_TYPE CacheType)",
    page="nf-wdm-mmmaplockedpageswithreservedmapping", irql="<= DISPATCH_LEVEL", fails="NULL",
    undo="MmUnmapReservedMapping",
)  # fmt: skip
def MmMapLockedPagesWithReservedMapping(nt: System, base: int, tag: int, mdl: int, cache_type: int) -> int:
    """Show an MDL at addresses that were reserved: this fails only if the MDL is too long for them."""
    return map_reserved(nt, base, tag, nt.mdls.must_describe(mdl, 2))


@routine(
    "VOID MmUnmapReservedMapping(PVOID BaseAddress, ULONG PoolTag, PMDL MemoryDescriptorList)",
    page="nf-wdm-mmunmapreservedmapping", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
def MmUnmapReservedMapping(nt: System, base: int, tag: int, mdl: int) -> None:
    unmap_reserved(nt, base, tag, nt.mdls.must_live(mdl, 2))


@routine(
    "PVOID MmMapIoSpace(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes, MEMORY_CACHING_TYPE CacheType)",
    page="nf-wdm-mmmapiospace", irql="<= DISPATCH_LEVEL", irql_stop=(0xC4, 0x73), fails="NULL", undo="MmUnmapIoSpace",
)  # fmt: skip
def MmMapIoSpace(nt: System, physical: int, size: int, cache: int) -> int:
    """A system address for device memory. Where no device answers, reads give all ones."""
    return 0 if nt.fails("MmMapIoSpace") else contiguous.map_io_space(nt, physical & ADDRESS_MASK, size)


@routine(
    "PVOID MmMapIoSpaceEx(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes, ULONG Protect)",
    page="nf-wdm-mmmapiospaceex", irql="<= DISPATCH_LEVEL", fails="NULL", undo="MmUnmapIoSpace",
)  # fmt: skip
def MmMapIoSpaceEx(nt: System, physical: int, size: int, protect: int) -> int:
    """The same with a PAGE_ protection, which may have PAGE_NOCACHE or PAGE_WRITECOMBINE."""
    rights = protection(protect)
    if nt.fails("MmMapIoSpaceEx") or rights is None or rights.guard or not rights.rights:
        return 0
    return contiguous.map_io_space(nt, physical & ADDRESS_MASK, size, bool(rights.rights & WRITABLE))


@routine(
    "VOID MmUnmapIoSpace(PVOID BaseAddress, SIZE_T NumberOfBytes)",
    page="nf-wdm-mmunmapiospace", irql="<= DISPATCH_LEVEL", irql_stop=(0xC4, 0x7B),
)  # fmt: skip
def MmUnmapIoSpace(nt: System, base: int, size: int) -> None:
    contiguous.unmap_io_space(nt, base, size)


@routine(
    "NTSTATUS MmCopyMemory(PVOID TargetAddress, MM_COPY_ADDRESS SourceAddress, SIZE_T NumberOfBytes, ULONG Flags, "
    "PSIZE_T NumberOfBytesTransferred)",
    page="nf-ntddk-mmcopymemory", irql="<= APC_LEVEL", fails="NTSTATUS", header="ntddk.h",
)  # fmt: skip
def MmCopyMemory(nt: System, target: int, source: int | bytes, length: int, flags: int, done_at: int) -> int:
    """Copy from virtual or physical addresses that may not be there: no touch of them faults, and what could be copied
    is counted."""
    at = source if isinstance(source, int) else int.from_bytes(source, "little")
    if flags not in (MM_COPY_MEMORY_PHYSICAL, MM_COPY_MEMORY_VIRTUAL):
        return STATUS_INVALID_PARAMETER
    copy = safe_copy.from_physical if flags == MM_COPY_MEMORY_PHYSICAL else safe_copy.from_virtual
    done = copy(nt, target, at & ADDRESS_MASK, length)
    nt.memory.write_uint(done_at, 8, done)
    return STATUS_SUCCESS if done == length else STATUS_INVALID_ADDRESS


@routine(
    "BOOLEAN MmIsAddressValid(PVOID VirtualAddress)",
    page="nf-ntddk-mmisaddressvalid", irql="<= DISPATCH_LEVEL", fails="FALSE", header="ntddk.h",
)  # fmt: skip
def MmIsAddressValid(nt: System, va: int) -> int:
    """Whether touching the address would not fault now: it says nothing about a moment later."""
    memory = nt.memory
    region = memory.region_at(va)
    if region is None or not region.accessible:
        return 0
    if not region.pageable or region.device is not None:
        return 1
    frame = memory.frame_at(va)
    return int(frame != 0 and (nt.irql < DISPATCH_LEVEL or memory.is_pinned(frame)))


@routine(
    "VOID ProbeForRead(const volatile VOID *Address, SIZE_T Length, ULONG Alignment)",
    page="nf-wdm-probeforread", irql="<= APC_LEVEL", fails="exception",
    raises=(STATUS_ACCESS_VIOLATION, STATUS_DATATYPE_MISALIGNMENT),
)  # fmt: skip
def ProbeForRead(nt: System, va: int, length: int, alignment: int) -> None:
    """Check that a range lies in user space; whether there is memory is left to the access itself."""
    _probe(nt, va, length, alignment)
    if nt.has_io and length:
        nt.io.fetches.begin(va, length)


@routine(
    "VOID ProbeForWrite(volatile VOID *Address, SIZE_T Length, ULONG Alignment)",
    page="nf-wdm-probeforwrite", irql="<= APC_LEVEL", fails="exception",
    raises=(STATUS_ACCESS_VIOLATION, STATUS_DATATYPE_MISALIGNMENT),
)  # fmt: skip
def ProbeForWrite(nt: System, va: int, length: int, alignment: int) -> None:
    """As ProbeForRead, and each page is read and written back."""
    _probe(nt, va, length, alignment)
    if not length:
        return
    fetches = nt.io.fetches if nt.has_io else None
    if fetches is not None:
        fetches.probing = True
    try:
        for byte in (va, *range((va & -PAGE) + PAGE, va + length, PAGE)):
            nt.memory.write(byte, nt.memory.read(byte, 1))
    finally:
        if fetches is not None:
            fetches.probing = False
    if fetches is not None:
        fetches.begin(va, length)


@routine(
    "NTSTATUS MmAllocateContiguousMemoryEx(PSIZE_T NumberOfBytes, PHYSICAL_ADDRESS LowestAcceptableAddress, "
    "PHYSICAL_ADDRESS HighestAcceptableAddress, PHYSICAL_ADDRESS BoundaryAddressMultiple, "
    "NODE_REQUIREMENT PreferredNode, ULONG Protect, PVOID PartitionObject, ULONG Tag, ULONG Flags, "
    "PVOID *BaseAddress)",
    page="nf-wdm-mmallocatecontiguousmemoryex", irql="<= DISPATCH_LEVEL", fails="NTSTATUS",
    undo="MmFreeContiguousMemory",
)  # fmt: skip
def MmAllocateContiguousMemoryEx(
    nt: System, size_at: int, low: int, high: int, boundary: int, node: int, protect: int, partition: int, tag: int,
    flags: int, base_at: int,
) -> int:  # fmt: skip
    """The size that was allocated, in whole pages, and the address come back through pointers."""
    size = nt.memory.read_uint(size_at, 8)
    cache = CACHE_OF_PROTECTION.get(protect)
    if cache is None or not size:
        return STATUS_INVALID_PARAMETER
    if partition:
        nt.not_modelled("a memory partition")
    base = _contiguous(nt, "MmAllocateContiguousMemoryEx", size, low, high, boundary, cache)
    if not base:
        return STATUS_INSUFFICIENT_RESOURCES
    nt.memory.write_uint(size_at, 8, (size + PAGE - 1) & -PAGE)
    nt.memory.write_uint(base_at, 8, base)
    return STATUS_SUCCESS


known(
    "HANDLE MmSecureVirtualMemory(PVOID Address, SIZE_T Size, ULONG ProbeMode)",
    page="nf-ntddk-mmsecurevirtualmemory", irql="<= APC_LEVEL", fails="NULL", undo="MmUnsecureVirtualMemory",
    header="ntddk.h",
)  # fmt: skip
known(
    "HANDLE MmSecureVirtualMemoryEx(PVOID Address, SIZE_T Size, ULONG ProbeMode, ULONG Flags)",
    page="nf-ntddk-mmsecurevirtualmemoryex", irql="<= APC_LEVEL", fails="NULL", undo="MmUnsecureVirtualMemory",
    header="ntddk.h",
)  # fmt: skip
known(
    "NTSTATUS MmMapViewInSystemSpace(PVOID Section, PVOID *MappedBase, PSIZE_T ViewSize)",
    page="nf-ntddk-mmmapviewinsystemspace", irql="<= APC_LEVEL", fails="NTSTATUS", undo="MmUnmapViewInSystemSpace",
    header="ntddk.h",
)  # fmt: skip
known(
    "NTSTATUS MmUnmapViewInSystemSpace(PVOID MappedBase)",
    page="nf-ntddk-mmunmapviewinsystemspace", irql="<= APC_LEVEL", fails="NTSTATUS", header="ntddk.h",
)  # fmt: skip
known(
    "NTSTATUS MmSetPermanentCacheAttribute(PHYSICAL_ADDRESS StartAddress, LARGE_INTEGER NumberOfBytes, "
    "MEMORY_CACHING_TYPE CacheType, ULONG Flags)",
    irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntddk.h",
)  # fmt: skip
known(
    "NTSTATUS MmMapMemoryDumpMdlEx(PVOID Va, PFN_NUMBER PageTotal, PMDL MemoryDumpMdl, ULONG Flags)",
    page="nf-wdm-mmmapmemorydumpmdlex", irql="any", fails="NTSTATUS",
)  # fmt: skip
known(
    "VOID MmUnsecureVirtualMemory(HANDLE SecureHandle)",
    page="nf-ntddk-mmunsecurevirtualmemory", irql="<= APC_LEVEL", header="ntddk.h",
)  # fmt: skip


@routine("BOOLEAN MmIsNonPagedSystemAddressValid(PVOID VirtualAddress)", irql="<= DISPATCH_LEVEL", header="ntddk.h")
def MmIsNonPagedSystemAddressValid(nt: System, va: int) -> int:
    """Whether a system address is mapped and never paged."""
    region = nt.memory.region_at(va)
    return int(va >= KERNEL_BASE and region is not None and region.accessible and not region.pageable)


def _contiguous(nt: System, routine: str, size: int, low: int, high: int, boundary: int, cache: int | None) -> int:
    """What the routines with bounds have in common; physical addresses come signed. No cache type that can be had is no
    memory."""
    if nt.fails(routine) or cache is None:
        return 0
    return contiguous.allocate(nt, size, low & ADDRESS_MASK, high & ADDRESS_MASK, boundary & ADDRESS_MASK, cache)


def _probe(nt: System, va: int, length: int, alignment: int) -> None:
    if not length:
        return
    if alignment and va & (alignment - 1):
        nt.faults.raise_exception(STATUS_DATATYPE_MISALIGNMENT, noncontinuable=True)
    if va + length > USER_LIMIT:
        nt.faults.raise_exception(STATUS_ACCESS_VIOLATION, noncontinuable=True)
