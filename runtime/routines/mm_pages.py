"""Pages that an MDL owns, and how they are cached."""

from __future__ import annotations

from ..mm.contiguous import CACHED
from ..mm.mdl import IO_SPACE
from ..mm.memory import ADDRESS_MASK
from ..mm.owned_pages import Wish, allocate_pages, free_pages
from ..routine import routine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

    Number = int | bytes  # an 8-byte structure by value


@routine(
    "PMDL MmAllocatePagesForMdl(PHYSICAL_ADDRESS LowAddress, PHYSICAL_ADDRESS HighAddress, "
    "PHYSICAL_ADDRESS SkipBytes, SIZE_T TotalBytes)",
    page="nf-wdm-mmallocatepagesformdl", irql_stop=(0xC4, 0x7E), irql="<= APC_LEVEL if nt52 else <= DISPATCH_LEVEL",
    fails="NULL", undo="MmFreePagesFromMdl",
)  # fmt: skip
def MmAllocatePagesForMdl(nt: System, low: Number, high: Number, skip: Number, length: int) -> int:
    """Zeroed pages, as many as there are up to `length` bytes, described by a new MDL."""
    bounds = _physical(low), _physical(high), _physical(skip)
    return allocate_pages(nt, Wish("MmAllocatePagesForMdl", *bounds, length))


@routine(
    "PMDL MmAllocatePagesForMdlEx(PHYSICAL_ADDRESS LowAddress, PHYSICAL_ADDRESS HighAddress, "
    "PHYSICAL_ADDRESS SkipBytes, SIZE_T TotalBytes, MEMORY_CACHING_TYPE CacheType, ULONG Flags)",
    page="nf-wdm-mmallocatepagesformdlex", irql_stop=(0xC4, 0x7E),
    irql="== PASSIVE_LEVEL if MM_ALLOCATE_AND_HOT_REMOVE else <= DISPATCH_LEVEL", fails="NULL",
    undo="MmFreePagesFromMdl",
)  # fmt: skip
def MmAllocatePagesForMdlEx(
    nt: System, low: Number, high: Number, skip: Number, length: int, cache_type: int, flags: int
) -> int:
    """As MmAllocatePagesForMdl, with a cache type for the pages and flags."""
    bounds = _physical(low), _physical(high), _physical(skip)
    return allocate_pages(nt, Wish("MmAllocatePagesForMdlEx", *bounds, length, flags, cache_type))


@routine(
    "PMDL MmAllocateNodePagesForMdlEx(PHYSICAL_ADDRESS LowAddress, PHYSICAL_ADDRESS HighAddress, "
    "PHYSICAL_ADDRESS SkipBytes, SIZE_T TotalBytes, MEMORY_CACHING_TYPE CacheType, ULONG IdealNode, ULONG Flags)",
    page="nf-wdm-mmallocatenodepagesformdlex", irql_stop=(0xC4, 0x7E), irql="<= DISPATCH_LEVEL", fails="NULL",
    undo="MmFreePagesFromMdl",
)  # fmt: skip
def MmAllocateNodePagesForMdlEx(
    nt: System, low: Number, high: Number, skip: Number, length: int, cache_type: int, node: int, flags: int
) -> int:
    """As MmAllocatePagesForMdlEx. All memory is on node 0; there is none on any other."""
    bounds = _physical(low), _physical(high), _physical(skip)
    wish = Wish("MmAllocateNodePagesForMdlEx", *bounds, length, flags, cache_type)
    return 0 if node else allocate_pages(nt, wish)


@routine(
    "PMDL MmAllocatePartitionNodePagesForMdlEx(PHYSICAL_ADDRESS LowAddress, PHYSICAL_ADDRESS HighAddress, "
    "PHYSICAL_ADDRESS SkipBytes, SIZE_T TotalBytes, MEMORY_CACHING_TYPE CacheType, ULONG IdealNode, ULONG Flags, "
    "PVOID PartitionObject)",
    irql_stop=(0xC4, 0x7E), irql="<= DISPATCH_LEVEL", fails="NULL", undo="MmFreePagesFromMdl",
)  # fmt: skip
def MmAllocatePartitionNodePagesForMdlEx(
    nt: System, low: Number, high: Number, skip: Number, length: int, cache_type: int, node: int, flags: int,
    partition: int,
) -> int:  # fmt: skip
    """As MmAllocateNodePagesForMdlEx, from the system's partition of memory, which a NULL stands for."""
    if partition:
        nt.not_modelled("a memory partition")
    bounds = _physical(low), _physical(high), _physical(skip)
    wish = Wish("MmAllocatePartitionNodePagesForMdlEx", *bounds, length, flags, cache_type)
    return 0 if node else allocate_pages(nt, wish)


@routine(
    "VOID MmFreePagesFromMdl(PMDL MemoryDescriptorList)",
    page="nf-wdm-mmfreepagesfrommdl", irql_stop=(0xC4, 0x7E), irql="<= APC_LEVEL if nt52 else <= DISPATCH_LEVEL",
)  # fmt: skip
def MmFreePagesFromMdl(nt: System, where: int) -> None:
    """Give back the pages that an MDL owns; the MDL itself goes with ExFreePool."""
    free_pages(nt, nt.mdls.must_live(where))


@routine(
    "VOID MmFreePagesFromMdlEx(PMDL MemoryDescriptorList, ULONG Flags)",
    irql_stop=(0xC4, 0x7E), irql="<= DISPATCH_LEVEL",
)  # fmt: skip
def MmFreePagesFromMdlEx(nt: System, where: int, flags: int) -> None:
    """The same. With MM_FREE_MDL_PAGES_ZERO the pages are zeroed, which whoever gets them next cannot tell."""
    free_pages(nt, nt.mdls.must_live(where))


@routine("ULONG MmAreMdlPagesCached(PMDL MemoryDescriptorList)", irql="<= DISPATCH_LEVEL", fails="FALSE")
def MmAreMdlPagesCached(nt: System, where: int) -> int:
    """Whether all pages of an MDL are cached. Pages that no mapping has given a cache type yet are not."""
    mdl = nt.mdls.must_describe(where)
    owned = nt.mdls.owned.get(where)
    return int(not mdl.flags & IO_SPACE and (owned is None or owned.cache_type == CACHED))


def _physical(address: Number) -> int:
    """A PHYSICAL_ADDRESS as it was passed, unsigned."""
    return (address if isinstance(address, int) else int.from_bytes(address, "little")) & ADDRESS_MASK
