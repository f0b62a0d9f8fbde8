"""The members of DMA_OPERATIONS, which drivers call through DmaAdapter->DmaOperations."""

from __future__ import annotations

from ..dma import common_buffers, requests, scatter, slaves, transfers
from ..dma.caches import LINE
from ..mm.memory import ADDRESS_MASK
from ..routine import member
from ..rules import dma as rules
from ..wdk.constants import (
    STATUS_BUFFER_TOO_SMALL,
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_SUCCESS,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..dma.adapters import Adapter
    from ..system import System


@member(
    "VOID PutDmaAdapter(PDMA_ADAPTER DmaAdapter)",
    type="PPUT_DMA_ADAPTER", version=1, page="nc-wdm-pput_dma_adapter", irql="<= DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
def PutDmaAdapter(nt: System, adapter: Adapter) -> None:
    nt.dma.put(adapter)


@member(
    "PVOID AllocateCommonBuffer(PDMA_ADAPTER DmaAdapter, ULONG Length, PPHYSICAL_ADDRESS LogicalAddress, "
    "BOOLEAN CacheEnabled)",
    type="PALLOCATE_COMMON_BUFFER", version=1, page="nc-wdm-pallocate_common_buffer", irql="== PASSIVE_LEVEL",
    fails="NULL", undo="FreeCommonBuffer",
)  # fmt: skip
def AllocateCommonBuffer(nt: System, adapter: Adapter, length: int, logical_at: int, cached: int) -> int:
    """The virtual address; the logical one is stored."""
    made = common_buffers.allocate(nt, adapter, length, cached != 0, routine="AllocateCommonBuffer")
    if made is None:
        return 0
    nt.memory.write_uint(logical_at, 8, made.logical)
    return made.address


@member(
    "VOID FreeCommonBuffer(PDMA_ADAPTER DmaAdapter, ULONG Length, PHYSICAL_ADDRESS LogicalAddress, "
    "PVOID VirtualAddress, BOOLEAN CacheEnabled)",
    type="PFREE_COMMON_BUFFER", version=1, page="nc-wdm-pfree_common_buffer", irql="== PASSIVE_LEVEL",
)  # fmt: skip
def FreeCommonBuffer(nt: System, adapter: Adapter, length: int, logical: int, va: int, cached: int) -> None:
    common_buffers.free(nt, adapter, length, logical & ADDRESS_MASK, va, cached != 0)


@member(
    "NTSTATUS AllocateAdapterChannel(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject, "
    "ULONG NumberOfMapRegisters, PDRIVER_CONTROL ExecutionRoutine, PVOID Context)",
    type="PALLOCATE_ADAPTER_CHANNEL", version=1, page="nc-wdm-pallocate_adapter_channel", irql="== DISPATCH_LEVEL",
    fails="NTSTATUS", undo="FreeAdapterChannel", calls_back=True,
)  # fmt: skip
def AllocateAdapterChannel(nt: System, adapter: Adapter, device: int, count: int, routine: int, context: int) -> int:
    """The execution routine runs before this returns if nothing stands in its way, else in its turn."""
    if requests.too_many(nt, adapter, count) or nt.fails("AllocateAdapterChannel"):
        return STATUS_INSUFFICIENT_RESOURCES
    waits = any(one.exclusive and one.device_object == device for one in nt.dma.served)
    if waits or (adapter.run_for and adapter.run_for == device):
        about = ("request", device)
        nt.violation(rules.DMA_CHANNEL_TWICE, (1, 0, 0), adapter.facts, about, argument=nt.dma.argument("DeviceObject"))
    irp = requests.current_irp(nt, device)
    request = requests.Request(
        adapter, device, count,
        lambda registers: requests.call_execution_routine(nt, routine, device, irp, registers, context),
    )  # fmt: skip
    request.told = routine, context
    requests.submit(nt, request)
    return STATUS_SUCCESS


@member(
    "PHYSICAL_ADDRESS MapTransfer(PDMA_ADAPTER DmaAdapter, PMDL Mdl, PVOID MapRegisterBase, PVOID CurrentVa, "
    "PULONG Length, BOOLEAN WriteToDevice)",
    type="PMAP_TRANSFER", version=1, page="nc-wdm-pmap_transfer", irql="<= DISPATCH_LEVEL", undo="FlushAdapterBuffers",
)  # fmt: skip
def MapTransfer(nt: System, adapter: Adapter, mdl: int, base: int, va: int, length_at: int, write: int) -> int:
    """The logical address of what was mapped, whose length is stored."""
    length = nt.memory.read_uint(length_at, 4)
    if not adapter.description.master:
        return slaves.map_transfer(nt, adapter, nt.mdls.at(mdl), base, va, length, write != 0)
    logical, mapped = transfers.map_transfer(nt, adapter, nt.mdls.at(mdl), base, va, length, write != 0)
    nt.memory.write_uint(length_at, 4, mapped)
    return logical


@member(
    "BOOLEAN FlushAdapterBuffers(PDMA_ADAPTER DmaAdapter, PMDL Mdl, PVOID MapRegisterBase, PVOID CurrentVa, "
    "ULONG Length, BOOLEAN WriteToDevice)",
    type="PFLUSH_ADAPTER_BUFFERS", version=1, page="nc-wdm-pflush_adapter_buffers", irql="<= DISPATCH_LEVEL",
    fails="FALSE",
)  # fmt: skip
def FlushAdapterBuffers(nt: System, adapter: Adapter, mdl: int, base: int, va: int, length: int, write: int) -> int:
    if not adapter.description.master:
        slaves.stop(nt, adapter)
    fails = nt.fails("FlushAdapterBuffers")
    return transfers.flush_buffers(nt, adapter, nt.mdls.at(mdl), base, va, length, write != 0, fails)


@member(
    "VOID FreeAdapterChannel(PDMA_ADAPTER DmaAdapter)",
    type="PFREE_ADAPTER_CHANNEL", version=1, page="nc-wdm-pfree_adapter_channel", irql="== DISPATCH_LEVEL",
    calls_back=True,
)  # fmt: skip
def FreeAdapterChannel(nt: System, adapter: Adapter) -> None:
    requests.free_channel(nt, adapter)


@member(
    "VOID FreeMapRegisters(PDMA_ADAPTER DmaAdapter, PVOID MapRegisterBase, ULONG NumberOfMapRegisters)",
    type="PFREE_MAP_REGISTERS", version=1, page="nc-wdm-pfree_map_registers", irql="== DISPATCH_LEVEL",
    calls_back=True,
)  # fmt: skip
def FreeMapRegisters(nt: System, adapter: Adapter, base: int, count: int) -> None:
    requests.free_registers(nt, adapter, base, count)


@member(
    "ULONG GetDmaAlignment(PDMA_ADAPTER DmaAdapter)",
    type="PGET_DMA_ALIGNMENT", version=1, page="nc-wdm-pget_dma_alignment", irql="== PASSIVE_LEVEL",
)  # fmt: skip
def GetDmaAlignment(nt: System, adapter: Adapter) -> int:
    """In bytes: a cache line where caches are not coherent."""
    return LINE if nt.dma.caches is not None else 1


@member(
    "ULONG ReadDmaCounter(PDMA_ADAPTER DmaAdapter)",
    type="PREAD_DMA_COUNTER", version=1, page="nc-wdm-pread_dma_counter", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
def ReadDmaCounter(nt: System, adapter: Adapter) -> int:
    """The bytes that the channel has still to move."""
    return slaves.remaining(nt, adapter) if slaves.suits(nt, adapter, False, "ReadDmaCounter") else 0


@member(
    "NTSTATUS GetScatterGatherList(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject, PMDL Mdl, PVOID CurrentVa, "
    "ULONG Length, PDRIVER_LIST_CONTROL ExecutionRoutine, PVOID Context, BOOLEAN WriteToDevice)",
    type="PGET_SCATTER_GATHER_LIST", version=1, page="nc-wdm-pget_scatter_gather_list", irql="== DISPATCH_LEVEL",
    fails="NTSTATUS", undo="PutScatterGatherList", calls_back=True,
)  # fmt: skip
def GetScatterGatherList(
    nt: System, adapter: Adapter, device: int, mdl: int, va: int, length: int, routine: int, context: int, write: int
) -> int:
    if nt.fails("GetScatterGatherList"):
        return STATUS_INSUFFICIENT_RESOURCES
    return _list(nt, adapter, device, mdl, va, length, routine, context, write)


def _list(
    nt: System, adapter: Adapter, device: int, mdl_at: int, va: int, length: int, routine: int, context: int,
    write: int, buffer: int = 0, room: int = 0,
) -> int:  # fmt: skip
    """A list by address; the caller's memory for it, if it has any, is `buffer` of `room` bytes."""
    mdl = nt.mdls.at(mdl_at)
    start = transfers.start_of(nt, mdl, va, True)
    if start is None:
        return STATUS_BUFFER_TOO_SMALL
    wanted = scatter.Wanted(device, mdl, start, length, write != 0, routine, context, buffer, room)
    return scatter.get_list(nt, adapter, wanted)


@member(
    "NTSTATUS BuildScatterGatherList(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject, PMDL Mdl, "
    "PVOID CurrentVa, ULONG Length, PDRIVER_LIST_CONTROL ExecutionRoutine, PVOID Context, BOOLEAN WriteToDevice, "
    "PVOID ScatterGatherBuffer, ULONG ScatterGatherLength)",
    type="PBUILD_SCATTER_GATHER_LIST", version=2, page="nc-wdm-pbuild_scatter_gather_list", irql="== DISPATCH_LEVEL",
    fails="NTSTATUS", undo="PutScatterGatherList", calls_back=True,
)  # fmt: skip
def BuildScatterGatherList(
    nt: System, adapter: Adapter, device: int, mdl: int, va: int, length: int, routine: int, context: int, write: int,
    buffer: int, room: int,
) -> int:  # fmt: skip
    """The same in the caller's memory."""
    return _list(nt, adapter, device, mdl, va, length, routine, context, write, buffer, room)


@member(
    "VOID PutScatterGatherList(PDMA_ADAPTER DmaAdapter, PSCATTER_GATHER_LIST ScatterGather, BOOLEAN WriteToDevice)",
    type="PPUT_SCATTER_GATHER_LIST", version=1, page="nc-wdm-pput_scatter_gather_list", irql="== DISPATCH_LEVEL",
    calls_back=True,
)  # fmt: skip
def PutScatterGatherList(nt: System, adapter: Adapter, list_at: int, write: int) -> None:
    scatter.put_list(nt, adapter, list_at, write != 0)


@member(
    "NTSTATUS CalculateScatterGatherList(PDMA_ADAPTER DmaAdapter, PMDL Mdl, PVOID CurrentVa, ULONG Length, "
    "PULONG ScatterGatherListSize, PULONG pNumberOfMapRegisters)",
    type="PCALCULATE_SCATTER_GATHER_LIST_SIZE", version=2, page="nc-wdm-pcalculate_scatter_gather_list_size",
    irql="any", fails="NTSTATUS",
)  # fmt: skip
def CalculateScatterGatherList(
    nt: System, adapter: Adapter, mdl: int, va: int, length: int, size_at: int, count_at: int
) -> int:
    """The bytes that a list takes at most, and the map registers, each stored where asked for."""
    status, size, count = scatter.calculate(nt, adapter, nt.mdls.at(mdl) if mdl else None, va, length)
    if not status:
        nt.memory.write_uint(size_at, 4, size)
        if count_at:
            nt.memory.write_uint(count_at, 4, count)
    return status


@member(
    "NTSTATUS BuildMdlFromScatterGatherList(PDMA_ADAPTER DmaAdapter, PSCATTER_GATHER_LIST ScatterGather, "
    "PMDL OriginalMdl, PMDL *TargetMdl)",
    type="PBUILD_MDL_FROM_SCATTER_GATHER_LIST", version=2, page="nc-wdm-pbuild_mdl_from_scatter_gather_list",
    irql="<= DISPATCH_LEVEL", fails="NTSTATUS", undo="PutScatterGatherList",
)  # fmt: skip
def BuildMdlFromScatterGatherList(nt: System, adapter: Adapter, list_at: int, original: int, target_at: int) -> int:
    status, mdl = scatter.build_mdl(nt, adapter, list_at, original)
    if not status:
        nt.memory.write_uint(target_at, 8, mdl)
    return status
