"""The members that version 3 adds to DMA_OPERATIONS: common buffers and domains."""

from __future__ import annotations

from ..dma import buffers_of_mdls, common_buffers, vectors
from ..mm.memory import ADDRESS_MASK
from ..routine import member
from ..wdk.constants import (
    DOMAIN_COMMON_BUFFER_LARGE_PAGE,
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_INVALID_PARAMETER,
    STATUS_NOT_SUPPORTED,
    STATUS_SUCCESS,
    MmCached,
    MmNonCached,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..dma.adapters import Adapter
    from ..dma.common_buffers import CommonBuffer
    from ..system import System

VECTOR_IRQL = (0x1DC, 0x1)


ANY_TYPE = -1  # of cache: as the machine has it


def _bound(nt: System, where: int) -> int:
    """The last address that a caller allows: one below MaximumAddress; NULL is no bound."""
    return nt.memory.read_uint(where, 8) - 1 if where else ADDRESS_MASK


def _cache_type(nt: System, where: int) -> int | None:
    """The cache type that a caller asks for, ANY_TYPE where it leaves that open; None for one that cannot be."""
    kind = nt.memory.read_uint(where, 4) if where else ANY_TYPE
    return kind if kind in (MmCached, MmNonCached, ANY_TYPE) else None


def _given(nt: System, made: CommonBuffer | None, logical_at: int) -> int:
    """The virtual address of a new buffer, whose logical one is stored; NULL if there is none."""
    if made is None:
        return 0
    nt.memory.write_uint(logical_at, 8, made.logical)
    return made.address


@member(
    "PVOID AllocateCommonBufferEx(PDMA_ADAPTER DmaAdapter, PPHYSICAL_ADDRESS MaximumAddress, ULONG Length, "
    "PPHYSICAL_ADDRESS LogicalAddress, BOOLEAN CacheEnabled, NODE_REQUIREMENT PreferredNode)",
    type="PALLOCATE_COMMON_BUFFER_EX", version=3, page="nc-wdm-pallocate_common_buffer_ex", irql="== PASSIVE_LEVEL",
    fails="NULL", undo="FreeCommonBuffer",
)  # fmt: skip
def AllocateCommonBufferEx(
    nt: System, adapter: Adapter, high_at: int, length: int, logical_at: int, cached: int, node: int
) -> int:
    """With an upper bound for the logical address."""
    high = _bound(nt, high_at)
    made = common_buffers.allocate(nt, adapter, length, cached != 0, high=high, routine="AllocateCommonBufferEx")
    return _given(nt, made, logical_at)


@member(
    "NTSTATUS AllocateDomainCommonBuffer(PDMA_ADAPTER DmaAdapter, HANDLE DomainHandle, "
    "PPHYSICAL_ADDRESS MaximumAddress, ULONG Length, ULONG Flags, PMEMORY_CACHING_TYPE CacheType, "
    "NODE_REQUIREMENT PreferredNode, PPHYSICAL_ADDRESS LogicalAddress, PVOID *VirtualAddress)",
    type="PALLOCATE_DOMAIN_COMMON_BUFFER", version=3, page="nc-wdm-pallocate_domain_common_buffer",
    irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="FreeCommonBuffer",
)  # fmt: skip
def AllocateDomainCommonBuffer(
    nt: System, adapter: Adapter, domain: int, high_at: int, length: int, flags: int, cache_at: int, node: int,
    logical_at: int, va_at: int,
) -> int:  # fmt: skip
    """In a domain of the IOMMU; FreeCommonBuffer gives it back."""
    cache = _cache_type(nt, cache_at)
    if cache is None or flags & ~DOMAIN_COMMON_BUFFER_LARGE_PAGE:
        return STATUS_INVALID_PARAMETER
    if adapter.domain is None:
        return STATUS_NOT_SUPPORTED
    found = nt.dma.domains.get(domain)
    if found is None:
        return STATUS_INVALID_PARAMETER
    made = common_buffers.allocate(
        nt, adapter, length, None if cache == ANY_TYPE else cache == MmCached, high=_bound(nt, high_at), domain=found,
        large=flags != 0, coherent=cache != MmCached, routine="AllocateDomainCommonBuffer",
    )  # fmt: skip
    if made is None:
        return STATUS_INSUFFICIENT_RESOURCES
    nt.memory.write_uint(va_at, 8, _given(nt, made, logical_at))
    return STATUS_SUCCESS


@member(
    "NTSTATUS JoinDmaDomain(PDMA_ADAPTER DmaAdapter, HANDLE DomainHandle)",
    type="PJOIN_DMA_DOMAIN", version=3, page="nc-wdm-pjoin_dma_domain", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
    undo="LeaveDmaDomain",
)  # fmt: skip
def JoinDmaDomain(nt: System, adapter: Adapter, domain: int) -> int:
    """From now on the adapter maps into another one's domain. Nothing may be mapped in its own."""
    if adapter.domain is None:
        return STATUS_NOT_SUPPORTED
    found = nt.dma.domains.get(domain)
    if found is None or adapter.mappings or adapter.buffers:
        return STATUS_INVALID_PARAMETER
    adapter.domain = found
    return STATUS_SUCCESS


@member(
    "NTSTATUS LeaveDmaDomain(PDMA_ADAPTER DmaAdapter)",
    type="PLEAVE_DMA_DOMAIN", version=3, page="nc-wdm-pleave_dma_domain", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def LeaveDmaDomain(nt: System, adapter: Adapter) -> int:
    """Back to the adapter's own domain. Nothing may be mapped."""
    if adapter.domain is adapter.own_domain or adapter.mappings or adapter.buffers:
        return STATUS_INVALID_PARAMETER
    adapter.domain = adapter.own_domain
    return STATUS_SUCCESS


@member(
    "HANDLE GetDmaDomain(PDMA_ADAPTER DmaAdapter)",
    type="PGET_DMA_DOMAIN", version=3, page="nc-wdm-pget_dma_domain", irql="== PASSIVE_LEVEL", fails="NULL",
)  # fmt: skip
def GetDmaDomain(nt: System, adapter: Adapter) -> int:
    """A handle for the adapter's domain, NULL where there is no IOMMU."""
    return adapter.domain.handle if adapter.domain is not None else 0


@member(
    "PVOID AllocateCommonBufferWithBounds(PDMA_ADAPTER DmaAdapter, PPHYSICAL_ADDRESS MinimumAddress, "
    "PPHYSICAL_ADDRESS MaximumAddress, ULONG Length, ULONG Flags, PMEMORY_CACHING_TYPE CacheType, "
    "NODE_REQUIREMENT PreferredNode, PPHYSICAL_ADDRESS LogicalAddress)",
    type="PALLOCATE_COMMON_BUFFER_WITH_BOUNDS", version=3, page="nc-wdm-pallocate_common_buffer_with_bounds",
    irql="== PASSIVE_LEVEL", fails="NULL", undo="FreeCommonBuffer",
)  # fmt: skip
def AllocateCommonBufferWithBounds(
    nt: System, adapter: Adapter, low_at: int, high_at: int, length: int, flags: int, cache_at: int, node: int,
    logical_at: int,
) -> int:  # fmt: skip
    """With bounds for the logical address: it lies at or above the lower, below the upper one."""
    cache = _cache_type(nt, cache_at)
    if cache is None or flags & ~DOMAIN_COMMON_BUFFER_LARGE_PAGE:
        return 0
    low = nt.memory.read_uint(low_at, 8) if low_at else 0
    made = common_buffers.allocate(
        nt, adapter, length, None if cache == ANY_TYPE else cache == MmCached, low=low, high=_bound(nt, high_at),
        large=flags != 0, coherent=cache != MmCached, routine="AllocateCommonBufferWithBounds",
    )  # fmt: skip
    return _given(nt, made, logical_at)


@member(
    "NTSTATUS AllocateCommonBufferVector(PDMA_ADAPTER DmaAdapter, PHYSICAL_ADDRESS LowAddress, "
    "PHYSICAL_ADDRESS HighAddress, MEMORY_CACHING_TYPE CacheType, ULONG IdealNode, ULONG Flags, "
    "ULONG NumberOfElements, ULONGLONG SizeOfElements, PDMA_COMMON_BUFFER_VECTOR *VectorOut)",
    type="PALLOCATE_COMMON_BUFFER_VECTOR", version=3, page="nc-wdm-pallocate_common_buffer_vector",
    irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="FreeCommonBufferVector", irql_stop=VECTOR_IRQL,
)  # fmt: skip
def AllocateCommonBufferVector(
    nt: System, adapter: Adapter, low: int, high: int, cache: int, node: int, flags: int, count: int, size: int,
    vector_at: int,
) -> int:  # fmt: skip
    """A number of common buffers of one size, under one handle."""
    if not count or not size or flags or cache not in (MmCached, MmNonCached):
        return STATUS_INVALID_PARAMETER
    if nt.fails("AllocateCommonBufferVector"):
        return STATUS_INSUFFICIENT_RESOURCES
    made = vectors.allocate(nt, adapter, low & ADDRESS_MASK, high & ADDRESS_MASK, cache == MmCached, count, size)
    if made is None:
        return STATUS_INSUFFICIENT_RESOURCES
    nt.memory.write_uint(vector_at, 8, made.handle)
    return STATUS_SUCCESS


@member(
    "VOID GetCommonBufferFromVectorByIndex(PDMA_ADAPTER DmaAdapter, PDMA_COMMON_BUFFER_VECTOR Vector, ULONG Index, "
    "PVOID *VirtualAddressOut, PPHYSICAL_ADDRESS LogicalAddressOut)",
    type="PGET_COMMON_BUFFER_FROM_VECTOR_BY_INDEX", version=3, page="nc-wdm-pget_common_buffer_from_vector_by_index",
    irql="<= DISPATCH_LEVEL", irql_stop=VECTOR_IRQL,
)  # fmt: skip
def GetCommonBufferFromVectorByIndex(
    nt: System, adapter: Adapter, vector: int, index: int, va_at: int, logical_at: int
) -> None:
    found = vectors.must_live(nt, adapter, vector)
    buffer = vectors.element(nt, found, index) if found is not None else None
    if buffer is not None:
        nt.memory.write_uint(va_at, 8, buffer.address)
        nt.memory.write_uint(logical_at, 8, buffer.logical)


@member(
    "VOID FreeCommonBufferFromVector(PDMA_ADAPTER DmaAdapter, PDMA_COMMON_BUFFER_VECTOR Vector, ULONG Index)",
    type="PFREE_COMMON_BUFFER_FROM_VECTOR", version=3, page="nc-wdm-pfree_common_buffer_from_vector",
    irql="== PASSIVE_LEVEL", irql_stop=VECTOR_IRQL,
)  # fmt: skip
def FreeCommonBufferFromVector(nt: System, adapter: Adapter, vector: int, index: int) -> None:
    found = vectors.must_live(nt, adapter, vector)
    if found is not None:
        vectors.free_element(nt, found, index)


@member(
    "VOID FreeCommonBufferVector(PDMA_ADAPTER DmaAdapter, PDMA_COMMON_BUFFER_VECTOR Vector)",
    type="PFREE_COMMON_BUFFER_VECTOR", version=3, page="nc-wdm-pfree_common_buffer_vector", irql="== PASSIVE_LEVEL",
    irql_stop=VECTOR_IRQL,
)  # fmt: skip
def FreeCommonBufferVector(nt: System, adapter: Adapter, vector: int) -> None:
    """Its elements must be freed before."""
    found = vectors.must_live(nt, adapter, vector)
    if found is not None:
        vectors.free(nt, found)


@member(
    "NTSTATUS CreateCommonBufferFromMdl(PDMA_ADAPTER DmaAdapter, PMDL Mdl, "
    "PDMA_COMMON_BUFFER_EXTENDED_CONFIGURATION ExtendedConfigs, ULONG ExtendedConfigsCount, "
    "PPHYSICAL_ADDRESS LogicalAddress)",
    type="PCREATE_COMMON_BUFFER_FROM_MDL", version=3, page="nc-wdm-pcreate-common-buffer-from-mdl",
    irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="FreeCommonBuffer",
)  # fmt: skip
def CreateCommonBufferFromMdl(
    nt: System, adapter: Adapter, mdl: int, configurations: int, count: int, logical_at: int
) -> int:
    """The MDL's own memory; FreeCommonBuffer ends it, with the address at which the MDL is mapped."""
    if not mdl:
        return STATUS_INVALID_PARAMETER
    if nt.fails("CreateCommonBufferFromMdl"):
        return STATUS_INSUFFICIENT_RESOURCES
    made = buffers_of_mdls.create(nt, adapter, mdl, configurations, count)
    if isinstance(made, int):
        return made
    nt.memory.write_uint(logical_at, 8, made.logical)
    return STATUS_SUCCESS
