"""The members that version 3 adds to DMA_OPERATIONS: common buffers and domains."""

from __future__ import annotations

from ..routine import member

member(
    "PVOID AllocateCommonBufferEx(PDMA_ADAPTER DmaAdapter, PPHYSICAL_ADDRESS MaximumAddress, ULONG Length, "
    "PPHYSICAL_ADDRESS LogicalAddress, BOOLEAN CacheEnabled, NODE_REQUIREMENT PreferredNode)",
    type="PALLOCATE_COMMON_BUFFER_EX", version=3, page="nc-wdm-pallocate_common_buffer_ex", irql="== PASSIVE_LEVEL",
    fails="NULL", undo="FreeCommonBuffer",
)  # fmt: skip
member(
    "NTSTATUS AllocateDomainCommonBuffer(PDMA_ADAPTER DmaAdapter, HANDLE DomainHandle, "
    "PPHYSICAL_ADDRESS MaximumAddress, ULONG Length, ULONG Flags, PMEMORY_CACHING_TYPE CacheType, "
    "NODE_REQUIREMENT PreferredNode, PPHYSICAL_ADDRESS LogicalAddress, PVOID *VirtualAddress)",
    type="PALLOCATE_DOMAIN_COMMON_BUFFER", version=3, page="nc-wdm-pallocate_domain_common_buffer",
    irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="FreeCommonBuffer",
)  # fmt: skip
member(
    "NTSTATUS JoinDmaDomain(PDMA_ADAPTER DmaAdapter, HANDLE DomainHandle)",
    type="PJOIN_DMA_DOMAIN", version=3, page="nc-wdm-pjoin_dma_domain", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
    undo="LeaveDmaDomain",
)  # fmt: skip
member(
    "NTSTATUS LeaveDmaDomain(PDMA_ADAPTER DmaAdapter)",
    type="PLEAVE_DMA_DOMAIN", version=3, page="nc-wdm-pleave_dma_domain", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
member(
    "HANDLE GetDmaDomain(PDMA_ADAPTER DmaAdapter)",
    type="PGET_DMA_DOMAIN", version=3, page="nc-wdm-pget_dma_domain", irql="== PASSIVE_LEVEL", fails="NULL",
)  # fmt: skip
member(
    "PVOID AllocateCommonBufferWithBounds(PDMA_ADAPTER DmaAdapter, PPHYSICAL_ADDRESS MinimumAddress, "
    "PPHYSICAL_ADDRESS MaximumAddress, ULONG Length, ULONG Flags, PMEMORY_CACHING_TYPE CacheType, "
    "NODE_REQUIREMENT PreferredNode, PPHYSICAL_ADDRESS LogicalAddress)",
    type="PALLOCATE_COMMON_BUFFER_WITH_BOUNDS", version=3, page="nc-wdm-pallocate_common_buffer_with_bounds",
    irql="== PASSIVE_LEVEL", fails="NULL", undo="FreeCommonBuffer",
)  # fmt: skip
member(
    "NTSTATUS AllocateCommonBufferVector(PDMA_ADAPTER DmaAdapter, PHYSICAL_ADDRESS LowAddress, "
    "PHYSICAL_ADDRESS HighAddress, MEMORY_CACHING_TYPE CacheType, ULONG IdealNode, ULONG Flags, "
    "ULONG NumberOfElements, ULONGLONG SizeOfElements, PDMA_COMMON_BUFFER_VECTOR *VectorOut)",
    type="PALLOCATE_COMMON_BUFFER_VECTOR", version=3, page="nc-wdm-pallocate_common_buffer_vector",
    irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="FreeCommonBufferVector",
)  # fmt: skip
member(
    "VOID GetCommonBufferFromVectorByIndex(PDMA_ADAPTER DmaAdapter, PDMA_COMMON_BUFFER_VECTOR Vector, ULONG Index, "
    "PVOID *VirtualAddressOut, PPHYSICAL_ADDRESS LogicalAddressOut)",
    type="PGET_COMMON_BUFFER_FROM_VECTOR_BY_INDEX", version=3, page="nc-wdm-pget_common_buffer_from_vector_by_index",
    irql="<= DISPATCH_LEVEL",
)  # fmt: skip
member(
    "VOID FreeCommonBufferFromVector(PDMA_ADAPTER DmaAdapter, PDMA_COMMON_BUFFER_VECTOR Vector, ULONG Index)",
    type="PFREE_COMMON_BUFFER_FROM_VECTOR", version=3, page="nc-wdm-pfree_common_buffer_from_vector",
    irql="== PASSIVE_LEVEL",
)  # fmt: skip
member(
    "VOID FreeCommonBufferVector(PDMA_ADAPTER DmaAdapter, PDMA_COMMON_BUFFER_VECTOR Vector)",
    type="PFREE_COMMON_BUFFER_VECTOR", version=3, page="nc-wdm-pfree_common_buffer_vector", irql="== PASSIVE_LEVEL",
)  # fmt: skip
member(
    "NTSTATUS CreateCommonBufferFromMdl(PDMA_ADAPTER DmaAdapter, PMDL Mdl, "
    "PDMA_COMMON_BUFFER_EXTENDED_CONFIGURATION ExtendedConfigs, ULONG ExtendedConfigsCount, "
    "PPHYSICAL_ADDRESS LogicalAddress)",
    type="PCREATE_COMMON_BUFFER_FROM_MDL", version=3, page="nc-wdm-pcreate-common-buffer-from-mdl",
    irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="FreeCommonBuffer",
)  # fmt: skip
