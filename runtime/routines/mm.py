"""Memory other than pool and MDLs: contiguous and noncached memory, reserved mappings, I/O space, probing."""

from __future__ import annotations

from ..constants import STATUS_ACCESS_VIOLATION, STATUS_DATATYPE_MISALIGNMENT
from ..memory import USER_LIMIT
from ..processor import DISPATCH_LEVEL
from ..routine import known, routine
from ..store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System


@routine(
    "PHYSICAL_ADDRESS MmGetPhysicalAddress(PVOID BaseAddress)",
    page="nf-ntddk-mmgetphysicaladdress", irql="any", header="ntddk.h",
)  # fmt: skip
def MmGetPhysicalAddress(nt: System, va: int) -> int:
    """The physical address behind a resident address, 0 if there is none."""
    frame = nt.memory.frame_at(va)
    return frame * PAGE + va % PAGE if frame else 0


known(
    "PVOID MmAllocateContiguousMemory(SIZE_T NumberOfBytes, PHYSICAL_ADDRESS HighestAcceptableAddress)",
    page="nf-wdm-mmallocatecontiguousmemory", irql="<= DISPATCH_LEVEL", fails="NULL", undo="MmFreeContiguousMemory",
)  # fmt: skip
known(
    "PVOID MmAllocateContiguousMemorySpecifyCache(SIZE_T NumberOfBytes, PHYSICAL_ADDRESS LowestAcceptableAddress, "
    "PHYSICAL_ADDRESS HighestAcceptableAddress, PHYSICAL_ADDRESS BoundaryAddressMultiple, "
    "MEMORY_CACHING_TYPE CacheType)",
    page="nf-wdm-mmallocatecontiguousmemoryspecifycache", irql="<= DISPATCH_LEVEL", fails="NULL",
    undo="MmFreeContiguousMemory",
)  # fmt: skip
known(
    "PVOID MmAllocateContiguousMemorySpecifyCacheNode(SIZE_T NumberOfBytes, "
    "PHYSICAL_ADDRESS LowestAcceptableAddress, PHYSICAL_ADDRESS HighestAcceptableAddress, "
    "PHYSICAL_ADDRESS BoundaryAddressMultiple, MEMORY_CACHING_TYPE CacheType, NODE_REQUIREMENT PreferredNode)",
    page="nf-wdm-mmallocatecontiguousmemoryspecifycachenode", irql="<= DISPATCH_LEVEL", fails="NULL",
    undo="MmFreeContiguousMemory",
)  # fmt: skip
known(
    "PVOID MmAllocateContiguousNodeMemory(SIZE_T NumberOfBytes, PHYSICAL_ADDRESS LowestAcceptableAddress, "
    "PHYSICAL_ADDRESS HighestAcceptableAddress, PHYSICAL_ADDRESS BoundaryAddressMultiple, ULONG Protect, "
    "NODE_REQUIREMENT PreferredNode)",
    page="nf-wdm-mmallocatecontiguousnodememory", irql="<= DISPATCH_LEVEL", fails="NULL",
    undo="MmFreeContiguousMemory",
)  # fmt: skip
known(
    "VOID MmFreeContiguousMemory(PVOID BaseAddress)",
    page="nf-wdm-mmfreecontiguousmemory", irql="<= APC_LEVEL if nt52 else <= DISPATCH_LEVEL",
)  # fmt: skip
known(
    "VOID MmFreeContiguousMemorySpecifyCache(PVOID BaseAddress, SIZE_T NumberOfBytes, MEMORY_CACHING_TYPE CacheType)",
    page="nf-wdm-mmfreecontiguousmemoryspecifycache", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
known(
    "PVOID MmAllocateNonCachedMemory(SIZE_T NumberOfBytes)",
    page="nf-ntddk-mmallocatenoncachedmemory", irql="<= APC_LEVEL", fails="NULL", undo="MmFreeNonCachedMemory",
    header="ntddk.h",
)  # fmt: skip
known(
    "VOID MmFreeNonCachedMemory(PVOID BaseAddress, SIZE_T NumberOfBytes)",
    page="nf-ntddk-mmfreenoncachedmemory", irql="<= APC_LEVEL", header="ntddk.h",
)  # fmt: skip
known(
    "PVOID MmAllocateMappingAddress(SIZE_T NumberOfBytes, ULONG PoolTag)",
    page="nf-wdm-mmallocatemappingaddress", irql="<= APC_LEVEL", fails="NULL", undo="MmFreeMappingAddress",
)  # fmt: skip
known(
    "VOID MmFreeMappingAddress(PVOID BaseAddress, ULONG PoolTag)",
    page="nf-wdm-mmfreemappingaddress", irql="<= APC_LEVEL",
)  # fmt: skip
known(
    "PVOID MmMapLockedPagesWithReservedMapping(PVOID MappingAddress, ULONG PoolTag, PMDL MemoryDescriptorList, "
    "MEMORY_CACHING_TYPE CacheType)",
    page="nf-wdm-mmmaplockedpageswithreservedmapping", irql="<= DISPATCH_LEVEL", fails="NULL",
    undo="MmUnmapReservedMapping",
)  # fmt: skip
known(
    "VOID MmUnmapReservedMapping(PVOID BaseAddress, ULONG PoolTag, PMDL MemoryDescriptorList)",
    page="nf-wdm-mmunmapreservedmapping", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
known(
    "PVOID MmMapIoSpace(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes, MEMORY_CACHING_TYPE CacheType)",
    page="nf-wdm-mmmapiospace", irql="<= DISPATCH_LEVEL", irql_stop=(0xC4, 0x73), fails="NULL", undo="MmUnmapIoSpace",
)  # fmt: skip
known(
    "PVOID MmMapIoSpaceEx(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes, ULONG Protect)",
    page="nf-wdm-mmmapiospaceex", irql="<= DISPATCH_LEVEL", fails="NULL", undo="MmUnmapIoSpace",
)  # fmt: skip
known(
    "VOID MmUnmapIoSpace(PVOID BaseAddress, SIZE_T NumberOfBytes)",
    page="nf-wdm-mmunmapiospace", irql="<= DISPATCH_LEVEL", irql_stop=(0xC4, 0x7B),
)  # fmt: skip


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


@routine(
    "VOID ProbeForWrite(volatile VOID *Address, SIZE_T Length, ULONG Alignment)",
    page="nf-wdm-probeforwrite", irql="<= APC_LEVEL", fails="exception",
    raises=(STATUS_ACCESS_VIOLATION, STATUS_DATATYPE_MISALIGNMENT),
)  # fmt: skip
def ProbeForWrite(nt: System, va: int, length: int, alignment: int) -> None:
    """As ProbeForRead, and each page is read and written back."""
    _probe(nt, va, length, alignment)
    last = va + length - 1
    while length and va <= last:
        nt.memory.write(va, nt.memory.read(va, 1))
        va = (va & -PAGE) + PAGE


known(
    "PVOID MmLockPagableCodeSection(PVOID AddressWithinSection)",
    page="nf-wdm-mmlockpagablecodesection", irql="<= APC_LEVEL", undo="MmUnlockPagableImageSection",
)  # fmt: skip
known(
    "PVOID MmLockPagableDataSection(PVOID AddressWithinSection)",
    page="nf-wdm-mmlockpagabledatasection", irql="<= APC_LEVEL", undo="MmUnlockPagableImageSection",
)  # fmt: skip
known(
    "VOID MmUnlockPagableImageSection(PVOID ImageSectionHandle)",
    page="nf-wdm-mmunlockpagableimagesection", irql="<= APC_LEVEL",
)  # fmt: skip
known(
    "NTSTATUS MmAllocateContiguousMemoryEx(PSIZE_T NumberOfBytes, PHYSICAL_ADDRESS LowestAcceptableAddress, "
    "PHYSICAL_ADDRESS HighestAcceptableAddress, PHYSICAL_ADDRESS BoundaryAddressMultiple, "
    "NODE_REQUIREMENT PreferredNode, ULONG Protect, PVOID PartitionObject, ULONG Tag, ULONG Flags, "
    "PVOID *BaseAddress)",
    page="nf-wdm-mmallocatecontiguousmemoryex", irql="<= DISPATCH_LEVEL", fails="NTSTATUS",
    undo="MmFreeContiguousMemory",
)  # fmt: skip
known(
    "PPHYSICAL_MEMORY_RANGE MmGetPhysicalMemoryRanges(VOID)",
    page="nf-ntddk-mmgetphysicalmemoryranges", irql="== PASSIVE_LEVEL", fails="NULL", undo="ExFreePool",
    header="ntddk.h",
)  # fmt: skip
known(
    "PVOID MmGetSystemRoutineAddress(PUNICODE_STRING SystemRoutineName)",
    page="nf-wdm-mmgetsystemroutineaddress", irql="== PASSIVE_LEVEL", fails="NULL",
)  # fmt: skip
known("MM_SYSTEMSIZE MmQuerySystemSize(VOID)", page="nf-wdm-mmquerysystemsize", irql="<= APC_LEVEL")
known("BOOLEAN MmIsThisAnNtAsSystem(VOID)", irql="<= DISPATCH_LEVEL", header="ntddk.h")
known("PVOID MmPageEntireDriver(PVOID AddressWithinSection)", page="nf-wdm-mmpageentiredriver", irql="<= APC_LEVEL")
known("VOID MmResetDriverPaging(PVOID AddressWithinSection)", page="nf-wdm-mmresetdriverpaging", irql="<= APC_LEVEL")
known(
    "HANDLE MmSecureVirtualMemory(PVOID Address, SIZE_T Size, ULONG ProbeMode)",
    page="nf-ntddk-mmsecurevirtualmemory", irql="<= APC_LEVEL", fails="NULL", undo="MmUnsecureVirtualMemory",
    header="ntddk.h",
)  # fmt: skip
known(
    "VOID MmUnsecureVirtualMemory(HANDLE SecureHandle)",
    page="nf-ntddk-mmunsecurevirtualmemory", irql="<= APC_LEVEL", header="ntddk.h",
)  # fmt: skip
known("BOOLEAN MmIsNonPagedSystemAddressValid(PVOID VirtualAddress)", irql="<= DISPATCH_LEVEL", header="ntddk.h")


def _probe(nt: System, va: int, length: int, alignment: int) -> None:
    if not length:
        return
    if alignment and va & (alignment - 1):
        nt.faults.raise_exception(STATUS_DATATYPE_MISALIGNMENT, noncontinuable=True)
    if va + length > USER_LIMIT:
        nt.faults.raise_exception(STATUS_ACCESS_VIOLATION, noncontinuable=True)
