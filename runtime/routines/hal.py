"""Hardware as drivers found and used it before Plug and Play and the DMA_ADAPTER."""

from __future__ import annotations

from ..dma.caches import LINE
from ..hal.config_space import SIZE
from ..routine import routine
from ..rules import dma as dma_rules
from . import dma_operations
from .dma import IoGetDmaAdapter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..hal.config_space import ConfigSpace
    from ..system import System

DMA_IRQL = (0xE6, 0x13)

# The operations of an adapter, as routines.


@routine(
    "PADAPTER_OBJECT HalGetAdapter(PDEVICE_DESCRIPTION DeviceDescription, PULONG NumberOfMapRegisters)",
    page="bug-check-0xe6--driver-verifier-dma-violation", irql="== PASSIVE_LEVEL", fails="NULL", header="ntddk.h",
)  # fmt: skip
def HalGetAdapter(nt: System, description: int, registers: int) -> int:
    """An adapter without Plug and Play: of the machine's only device, if it has one."""
    nt.violation(dma_rules.DMA_OBSOLETE)
    return IoGetDmaAdapter(nt, 0, description, registers)


@routine(
    "NTSTATUS IoAllocateAdapterChannel(PADAPTER_OBJECT AdapterObject, PDEVICE_OBJECT DeviceObject, "
    "ULONG NumberOfMapRegisters, PDRIVER_CONTROL ExecutionRoutine, PVOID Context)",
    page="nf-ntddk-ioallocateadapterchannel", irql="== DISPATCH_LEVEL", fails="NTSTATUS", undo="IoFreeAdapterChannel",
    calls_back=True, header="ntddk.h", macro=True, irql_stop=DMA_IRQL,
)  # fmt: skip
def IoAllocateAdapterChannel(nt: System, adapter: int, device: int, count: int, routine: int, context: int) -> int:
    return int(dma_operations.AllocateAdapterChannel(nt, adapter, device, count, routine, context))


@routine(
    "PHYSICAL_ADDRESS IoMapTransfer(PADAPTER_OBJECT AdapterObject, PMDL Mdl, PVOID MapRegisterBase, PVOID CurrentVa, "
    "PULONG Length, BOOLEAN WriteToDevice)",
    page="nc-wdm-pmap_transfer", irql="<= DISPATCH_LEVEL", undo="IoFlushAdapterBuffers", header="ntddk.h", macro=True,
    irql_stop=DMA_IRQL,
)  # fmt: skip
def IoMapTransfer(nt: System, adapter: int, mdl: int, base: int, va: int, length: int, write: int) -> int:
    return int(dma_operations.MapTransfer(nt, adapter, mdl, base, va, length, write))


@routine(
    "BOOLEAN IoFlushAdapterBuffers(PADAPTER_OBJECT AdapterObject, PMDL Mdl, PVOID MapRegisterBase, PVOID CurrentVa, "
    "ULONG Length, BOOLEAN WriteToDevice)",
    page="nc-wdm-pflush_adapter_buffers", irql="<= DISPATCH_LEVEL", fails="FALSE", header="ntddk.h", macro=True,
    irql_stop=DMA_IRQL,
)  # fmt: skip
def IoFlushAdapterBuffers(nt: System, adapter: int, mdl: int, base: int, va: int, length: int, write: int) -> int:
    return int(dma_operations.FlushAdapterBuffers(nt, adapter, mdl, base, va, length, write))


@routine(
    "VOID IoFreeAdapterChannel(PADAPTER_OBJECT AdapterObject)",
    page="nc-wdm-pfree_adapter_channel", irql="== DISPATCH_LEVEL", calls_back=True, header="ntddk.h", macro=True,
    irql_stop=DMA_IRQL,
)  # fmt: skip
def IoFreeAdapterChannel(nt: System, adapter: int) -> None:
    dma_operations.FreeAdapterChannel(nt, adapter)


@routine(
    "VOID IoFreeMapRegisters(PADAPTER_OBJECT AdapterObject, PVOID MapRegisterBase, ULONG NumberOfMapRegisters)",
    page="nc-wdm-pfree_map_registers", irql="== DISPATCH_LEVEL", calls_back=True, header="ntddk.h", macro=True,
    irql_stop=DMA_IRQL,
)  # fmt: skip
def IoFreeMapRegisters(nt: System, adapter: int, base: int, count: int) -> None:
    dma_operations.FreeMapRegisters(nt, adapter, base, count)


@routine(
    "PVOID HalAllocateCommonBuffer(PADAPTER_OBJECT AdapterObject, ULONG Length, PPHYSICAL_ADDRESS LogicalAddress, "
    "BOOLEAN CacheEnabled)",
    page="nc-wdm-pallocate_common_buffer", irql="== PASSIVE_LEVEL", fails="NULL", undo="HalFreeCommonBuffer",
    header="ntddk.h", macro=True, irql_stop=DMA_IRQL,
)  # fmt: skip
def HalAllocateCommonBuffer(nt: System, adapter: int, length: int, logical: int, cached: int) -> int:
    return int(dma_operations.AllocateCommonBuffer(nt, adapter, length, logical, cached))


@routine(
    "VOID HalFreeCommonBuffer(PADAPTER_OBJECT AdapterObject, ULONG Length, PHYSICAL_ADDRESS LogicalAddress, "
    "PVOID VirtualAddress, BOOLEAN CacheEnabled)",
    page="nc-wdm-pfree_common_buffer", irql="== PASSIVE_LEVEL", header="ntddk.h", macro=True, irql_stop=DMA_IRQL,
)  # fmt: skip
def HalFreeCommonBuffer(nt: System, adapter: int, length: int, logical: int, va: int, cached: int) -> None:
    dma_operations.FreeCommonBuffer(nt, adapter, length, logical, va, cached)


@routine(
    "ULONG HalReadDmaCounter(PADAPTER_OBJECT AdapterObject)",
    page="nc-wdm-pread_dma_counter", irql="<= DISPATCH_LEVEL", header="ntddk.h", macro=True, irql_stop=DMA_IRQL,
)  # fmt: skip
def HalReadDmaCounter(nt: System, adapter: int) -> int:
    return int(dma_operations.ReadDmaCounter(nt, adapter))


@routine(
    "ULONG HalGetDmaAlignmentRequirement(VOID)",
    page="nc-wdm-pget_dma_alignment", irql="any", header="ntddk.h", macro=True,
)  # fmt: skip
def HalGetDmaAlignmentRequirement(nt: System) -> int:
    """1 where devices see the caches, a line of them elsewhere."""
    return LINE if nt.dma.caches is not None else 1


# Before Plug and Play, drivers found their hardware themselves, by the configuration space of each slot.
PCI_CONFIGURATION = 4  # BUS_DATA_TYPE
ISA_BUS, PCI_BUS = 1, 5  # INTERFACE_TYPE


def _config(nt: System, kind: int, bus: int, slot: int) -> ConfigSpace | None:
    """The configuration space of a slot number: the device in its low five bits, the function in the next three."""
    device = nt.hardware.in_slot(slot & 0x1F) if not slot & ~0x1F else None
    return None if device is None or kind != PCI_CONFIGURATION or bus else device.config


@routine(
    "BOOLEAN HalTranslateBusAddress(INTERFACE_TYPE InterfaceType, ULONG BusNumber, PHYSICAL_ADDRESS BusAddress, "
    "PULONG AddressSpace, PPHYSICAL_ADDRESS TranslatedAddress)",
    irql="== PASSIVE_LEVEL", fails="FALSE", header="ntddk.h",
)  # fmt: skip
def HalTranslateBusAddress(nt: System, interface: int, bus: int, address: int, space: int, translated: int) -> int:
    """On x64 a bus address is a physical address, in memory (0) as in port space (1)."""
    if interface not in (ISA_BUS, PCI_BUS) or bus or nt.memory.read_uint(space, 4) > 1:
        return 0
    nt.memory.write_uint(translated, 8, address)
    return 1


@routine(
    "ULONG HalGetInterruptVector(INTERFACE_TYPE InterfaceType, ULONG BusNumber, ULONG BusInterruptLevel, "
    "ULONG BusInterruptVector, PKIRQL Irql, PKAFFINITY Affinity)",
    irql="== PASSIVE_LEVEL", fails="0", header="ntddk.h",
)  # fmt: skip
def HalGetInterruptVector(
    nt: System, interface: int, bus: int, level: int, number: int, irql: int, affinity: int
) -> int:
    """The system's vector of an input of the interrupt controller, with its IRQL and processors."""
    vector = nt.hardware.allotment.inputs.get(level)
    if vector is None or interface not in (ISA_BUS, PCI_BUS) or bus:
        return 0
    nt.memory.write_uint(irql, 1, nt.interrupts.lines[vector].irql)
    nt.memory.write_uint(affinity, 8, nt.interrupts.lines[vector].affinity & (1 << len(nt.processors)) - 1)
    return vector


@routine(
    "ULONG HalGetBusDataByOffset(BUS_DATA_TYPE BusDataType, ULONG BusNumber, ULONG SlotNumber, PVOID Buffer, "
    "ULONG Offset, ULONG Length)",
    page="nf-ntddk-halgetbusdatabyoffset", irql="<= DISPATCH_LEVEL", fails="0", header="ntddk.h",
)  # fmt: skip
def HalGetBusDataByOffset(nt: System, kind: int, bus: int, slot: int, buffer: int, offset: int, length: int) -> int:
    """How many bytes were read. From an empty slot two, which are PCI_INVALID_VENDORID; 0 if there is no such bus."""
    if kind != PCI_CONFIGURATION or bus:
        return 0
    config = _config(nt, kind, bus, slot)
    if config is None or not config.present:
        data = b"\xff\xff"[:length] if not offset else b""
    else:
        data = config.read(offset, length)
    nt.memory.write(buffer, data)
    return len(data)


@routine(
    "ULONG HalSetBusDataByOffset(BUS_DATA_TYPE BusDataType, ULONG BusNumber, ULONG SlotNumber, PVOID Buffer, "
    "ULONG Offset, ULONG Length)",
    page="nf-ntddk-halsetbusdatabyoffset", irql="<= DISPATCH_LEVEL", fails="0", header="ntddk.h",
)  # fmt: skip
def HalSetBusDataByOffset(nt: System, kind: int, bus: int, slot: int, buffer: int, offset: int, length: int) -> int:
    """How many bytes were written; what the device only reports keeps its value."""
    config = _config(nt, kind, bus, slot)
    if config is None or not config.present:
        return 0
    return config.write(offset, nt.memory.read(buffer, min(length, SIZE)))


@routine(
    "ULONG HalGetBusData(BUS_DATA_TYPE BusDataType, ULONG BusNumber, ULONG SlotNumber, PVOID Buffer, ULONG Length)",
    irql="<= DISPATCH_LEVEL", fails="0", header="ntddk.h", macro=True,
)  # fmt: skip
def HalGetBusData(nt: System, kind: int, bus: int, slot: int, buffer: int, length: int) -> int:
    return HalGetBusDataByOffset(nt, kind, bus, slot, buffer, 0, length)


@routine(
    "ULONG HalSetBusData(BUS_DATA_TYPE BusDataType, ULONG BusNumber, ULONG SlotNumber, PVOID Buffer, ULONG Length)",
    irql="<= DISPATCH_LEVEL", fails="0", header="ntddk.h", macro=True,
)  # fmt: skip
def HalSetBusData(nt: System, kind: int, bus: int, slot: int, buffer: int, length: int) -> int:
    return HalSetBusDataByOffset(nt, kind, bus, slot, buffer, 0, length)
