"""DMA as drivers did it before the DMA_ADAPTER: the same operations as routines on an adapter object."""

from __future__ import annotations

from ..routine import known

known(
    "PADAPTER_OBJECT HalGetAdapter(PDEVICE_DESCRIPTION DeviceDescription, PULONG NumberOfMapRegisters)",
    page="bug-check-0xe6--driver-verifier-dma-violation", irql="== PASSIVE_LEVEL", fails="NULL", header="ntddk.h",
)  # fmt: skip
known(
    "NTSTATUS IoAllocateAdapterChannel(PADAPTER_OBJECT AdapterObject, PDEVICE_OBJECT DeviceObject, "
    "ULONG NumberOfMapRegisters, PDRIVER_CONTROL ExecutionRoutine, PVOID Context)",
    page="nf-ntddk-ioallocateadapterchannel", irql="== DISPATCH_LEVEL", fails="NTSTATUS", undo="IoFreeAdapterChannel",
    calls_back=True, header="ntddk.h", macro=True,
)  # fmt: skip
known(
    "PHYSICAL_ADDRESS IoMapTransfer(PADAPTER_OBJECT AdapterObject, PMDL Mdl, PVOID MapRegisterBase, PVOID CurrentVa, "
    "PULONG Length, BOOLEAN WriteToDevice)",
    page="nc-wdm-pmap_transfer", irql="<= DISPATCH_LEVEL", undo="IoFlushAdapterBuffers", header="ntddk.h", macro=True,
)  # fmt: skip
known(
    "BOOLEAN IoFlushAdapterBuffers(PADAPTER_OBJECT AdapterObject, PMDL Mdl, PVOID MapRegisterBase, PVOID CurrentVa, "
    "ULONG Length, BOOLEAN WriteToDevice)",
    page="nc-wdm-pflush_adapter_buffers", irql="<= DISPATCH_LEVEL", fails="FALSE", header="ntddk.h", macro=True,
)  # fmt: skip
known(
    "VOID IoFreeAdapterChannel(PADAPTER_OBJECT AdapterObject)",
    page="nc-wdm-pfree_adapter_channel", irql="== DISPATCH_LEVEL", calls_back=True, header="ntddk.h", macro=True,
)  # fmt: skip
known(
    "VOID IoFreeMapRegisters(PADAPTER_OBJECT AdapterObject, PVOID MapRegisterBase, ULONG NumberOfMapRegisters)",
    page="nc-wdm-pfree_map_registers", irql="== DISPATCH_LEVEL", calls_back=True, header="ntddk.h", macro=True,
)  # fmt: skip
known(
    "PVOID HalAllocateCommonBuffer(PADAPTER_OBJECT AdapterObject, ULONG Length, PPHYSICAL_ADDRESS LogicalAddress, "
    "BOOLEAN CacheEnabled)",
    page="nc-wdm-pallocate_common_buffer", irql="== PASSIVE_LEVEL", fails="NULL", undo="HalFreeCommonBuffer",
    header="ntddk.h", macro=True,
)  # fmt: skip
known(
    "VOID HalFreeCommonBuffer(PADAPTER_OBJECT AdapterObject, ULONG Length, PHYSICAL_ADDRESS LogicalAddress, "
    "PVOID VirtualAddress, BOOLEAN CacheEnabled)",
    page="nc-wdm-pfree_common_buffer", irql="== PASSIVE_LEVEL", header="ntddk.h", macro=True,
)  # fmt: skip
known(
    "ULONG HalReadDmaCounter(PADAPTER_OBJECT AdapterObject)",
    page="nc-wdm-pread_dma_counter", irql="<= DISPATCH_LEVEL", header="ntddk.h", macro=True,
)  # fmt: skip
known(
    "ULONG HalGetDmaAlignmentRequirement(VOID)",
    page="nc-wdm-pget_dma_alignment", irql="any", header="ntddk.h", macro=True,
)  # fmt: skip

# Before Plug and Play, drivers found their hardware themselves. Nothing of that is simulated.
known(
    "BOOLEAN HalTranslateBusAddress(INTERFACE_TYPE InterfaceType, ULONG BusNumber, PHYSICAL_ADDRESS BusAddress, "
    "PULONG AddressSpace, PPHYSICAL_ADDRESS TranslatedAddress)",
    irql="== PASSIVE_LEVEL", fails="FALSE", header="ntddk.h",
)  # fmt: skip
known(
    "ULONG HalGetInterruptVector(INTERFACE_TYPE InterfaceType, ULONG BusNumber, ULONG BusInterruptLevel, "
    "ULONG BusInterruptVector, PKIRQL Irql, PKAFFINITY Affinity)",
    irql="== PASSIVE_LEVEL", header="ntddk.h",
)  # fmt: skip
known(
    "ULONG HalGetBusDataByOffset(BUS_DATA_TYPE BusDataType, ULONG BusNumber, ULONG SlotNumber, PVOID Buffer, "
    "ULONG Offset, ULONG Length)",
    irql="<= DISPATCH_LEVEL", header="ntddk.h",
)  # fmt: skip
known(
    "ULONG HalSetBusDataByOffset(BUS_DATA_TYPE BusDataType, ULONG BusNumber, ULONG SlotNumber, PVOID Buffer, "
    "ULONG Offset, ULONG Length)",
    irql="<= DISPATCH_LEVEL", header="ntddk.h",
)  # fmt: skip
