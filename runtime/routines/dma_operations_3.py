"""The members that version 3 adds to DMA_OPERATIONS: transfers."""

from __future__ import annotations

from ..dma import contexts, requests, scatter, slaves, transfers_3
from ..dma.buffers import chain_pieces, pieces_of
from ..routine import member
from ..wdk.constants import (
    DMA_ADAPTER_INFO_VERSION1,
    DMA_TRANSFER_INFO_VERSION1,
    DMA_TRANSFER_INFO_VERSION2,
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_INVALID_PARAMETER,
    STATUS_NOT_IMPLEMENTED,
    STATUS_NOT_SUPPORTED,
    STATUS_SUCCESS,
)
from ..wdk.layouts import offset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..dma.adapters import Adapter
    from ..system import System

NO_LIMIT = 0xFFFF_FFFF


@member(
    "NTSTATUS GetDmaAdapterInfo(PDMA_ADAPTER DmaAdapter, PDMA_ADAPTER_INFO AdapterInfo)",
    type="PGET_DMA_ADAPTER_INFO", version=3, page="nc-wdm-pget_dma_adapter_info", irql="<= DISPATCH_LEVEL",
    fails="NTSTATUS",
)  # fmt: skip
def GetDmaAdapterInfo(nt: System, adapter: Adapter, info: int) -> int:
    """What the device, or the controller of its channel, can do."""
    memory, first = nt.memory, info + offset("_DMA_ADAPTER_INFO", "V1")
    if memory.read_uint(info, 4) != DMA_ADAPTER_INFO_VERSION1:
        return STATUS_NOT_SUPPORTED
    description = adapter.description
    unit = 1 if description.master else description.width
    limit = NO_LIMIT if adapter.scatter_gather else 1
    for index, value in enumerate((int(not description.master), limit, description.bits, 0, unit)):
        memory.write_uint(first + 4 * index, 4, value)
    return STATUS_SUCCESS


@member(
    "NTSTATUS GetDmaTransferInfo(PDMA_ADAPTER DmaAdapter, PMDL Mdl, ULONGLONG Offset, ULONG Length, "
    "BOOLEAN WriteOnly, PDMA_TRANSFER_INFO TransferInfo)",
    type="PGET_DMA_TRANSFER_INFO", version=3, page="nc-wdm-pget_dma_transfer_info", irql="<= DISPATCH_LEVEL",
    fails="NTSTATUS",
)  # fmt: skip
def GetDmaTransferInfo(
    nt: System, adapter: Adapter, mdl: int, start: int, length: int, write_only: int, info: int
) -> int:
    """What a transfer of a part of a chain takes at most."""
    memory, first = nt.memory, info + offset("_DMA_TRANSFER_INFO", "V1")
    version = memory.read_uint(info, 4)
    if version not in (DMA_TRANSFER_INFO_VERSION1, DMA_TRANSFER_INFO_VERSION2):
        return STATUS_NOT_SUPPORTED
    pieces = chain_pieces(nt, nt.mdls.at(mdl), start, length) if length else None
    if pieces is None:
        return STATUS_INVALID_PARAMETER
    count = scatter.elements_of(adapter, len(pieces))
    values = [len(pieces), count, scatter.size_for(count), len(pieces)]
    for index, value in enumerate(values[: 3 if version == DMA_TRANSFER_INFO_VERSION1 else 4]):
        memory.write_uint(first + 4 * index, 4, value)
    return STATUS_SUCCESS


@member(
    "NTSTATUS InitializeDmaTransferContext(PDMA_ADAPTER DmaAdapter, PVOID DmaTransferContext)",
    type="PINITIALIZE_DMA_TRANSFER_CONTEXT", version=3, page="nc-wdm-pinitialize_dma_transfer_context",
    irql="<= DISPATCH_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def InitializeDmaTransferContext(nt: System, adapter: Adapter, context: int) -> int:
    return STATUS_SUCCESS if contexts.initialise(nt, adapter, context) else STATUS_INVALID_PARAMETER


@member(
    "NTSTATUS AllocateAdapterChannelEx(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject, "
    "PVOID DmaTransferContext, ULONG NumberOfMapRegisters, ULONG Flags, PDRIVER_CONTROL ExecutionRoutine, "
    "PVOID ExecutionContext, PVOID *MapRegisterBase)",
    type="PALLOCATE_ADAPTER_CHANNEL_EX", version=3, page="nc-wdm-pallocate_adapter_channel_ex",
    irql="== DISPATCH_LEVEL", fails="NTSTATUS", undo="FreeAdapterChannel", calls_back=True,
)  # fmt: skip
def AllocateAdapterChannelEx(
    nt: System, adapter: Adapter, device: int, context: int, count: int, flags: int, routine: int, argument: int,
    base: int,
) -> int:  # fmt: skip
    """Now or in its turn, or with DMA_SYNCHRONOUS_CALLBACK now or not at all."""
    return transfers_3.allocate_channel(nt, adapter, device, context, count, flags, routine, argument, base)


@member(
    "NTSTATUS ConfigureAdapterChannel(PDMA_ADAPTER DmaAdapter, ULONG FunctionNumber, PVOID Context)",
    type="PCONFIGURE_ADAPTER_CHANNEL", version=3, page="nc-wdm-pconfigure_adapter_channel", irql="<= DISPATCH_LEVEL",
    fails="NTSTATUS",
)  # fmt: skip
def ConfigureAdapterChannel(nt: System, adapter: Adapter, function: int, context: int) -> int:
    """The controllers of this machine know no function of their own."""
    slaves.suits(nt, adapter, False, "ConfigureAdapterChannel")
    return STATUS_NOT_IMPLEMENTED


@member(
    "BOOLEAN CancelAdapterChannel(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject, PVOID DmaTransferContext)",
    type="PCANCEL_ADAPTER_CHANNEL", version=3, page="nc-wdm-pcancel_adapter_channel", irql="<= DISPATCH_LEVEL",
    fails="FALSE", calls_back=True,
)  # fmt: skip
def CancelAdapterChannel(nt: System, adapter: Adapter, device: int, context: int) -> int:
    """TRUE if the request will never be served."""
    return int(contexts.cancel(nt, adapter, context))


@member(
    "NTSTATUS MapTransferEx(PDMA_ADAPTER DmaAdapter, PMDL Mdl, PVOID MapRegisterBase, ULONGLONG Offset, "
    "ULONG DeviceOffset, PULONG Length, BOOLEAN WriteToDevice, PSCATTER_GATHER_LIST ScatterGatherBuffer, "
    "ULONG ScatterGatherBufferLength, PDMA_COMPLETION_ROUTINE DmaCompletionRoutine, PVOID CompletionContext)",
    type="PMAP_TRANSFER_EX", version=3, page="nc-wdm-pmap_transfer_ex", irql="<= DISPATCH_LEVEL", fails="NTSTATUS",
    undo="FlushAdapterBuffersEx", calls_back=True,
)  # fmt: skip
def MapTransferEx(
    nt: System, adapter: Adapter, mdl: int, base: int, start: int, device_offset: int, length_at: int, write: int,
    buffer: int, room: int, routine: int, argument: int,
) -> int:  # fmt: skip
    """As much of a chain as map registers and list hold; how much that is, is stored."""
    if (adapter.description.master and device_offset):
        return STATUS_INVALID_PARAMETER
    length = nt.memory.read_uint(length_at, 4)
    wanted = transfers_3.Transfer(nt.mdls.at(mdl), base, start, length, write != 0, buffer, room, (routine, argument))
    status, mapped = transfers_3.map_transfer(nt, adapter, wanted)
    if not status:
        nt.memory.write_uint(length_at, 4, mapped)
    return status


@member(
    "NTSTATUS GetScatterGatherListEx(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject, PVOID DmaTransferContext, "
    "PMDL Mdl, ULONGLONG Offset, ULONG Length, ULONG Flags, PDRIVER_LIST_CONTROL ExecutionRoutine, PVOID Context, "
    "BOOLEAN WriteToDevice, PDMA_COMPLETION_ROUTINE DmaCompletionRoutine, PVOID CompletionContext, "
    "PSCATTER_GATHER_LIST *ScatterGatherList)",
    type="PGET_SCATTER_GATHER_LIST_EX", version=3, page="nc-wdm-pget_scatter_gather_list_ex", irql="<= DISPATCH_LEVEL",
    fails="NTSTATUS", undo="PutScatterGatherList", calls_back=True,
)  # fmt: skip
def GetScatterGatherListEx(
    nt: System, adapter: Adapter, device: int, context: int, mdl: int, start: int, length: int, flags: int,
    routine: int, argument: int, write: int, completion: int, completion_argument: int, list_at: int,
) -> int:  # fmt: skip
    if completion or completion_argument or not slaves.suits(nt, adapter, True, "GetScatterGatherListEx"):
        return STATUS_INVALID_PARAMETER
    if nt.fails("GetScatterGatherListEx"):
        return STATUS_INSUFFICIENT_RESOURCES
    wanted = scatter.Wanted(device, nt.mdls.at(mdl), start, length, write != 0, routine, argument)
    return transfers_3.get_list(nt, adapter, context, wanted, flags, list_at)


@member(
    "NTSTATUS BuildScatterGatherListEx(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject, "
    "PVOID DmaTransferContext, PMDL Mdl, ULONGLONG Offset, ULONG Length, ULONG Flags, "
    "PDRIVER_LIST_CONTROL ExecutionRoutine, PVOID Context, BOOLEAN WriteToDevice, PVOID ScatterGatherBuffer, "
    "ULONG ScatterGatherLength, PDMA_COMPLETION_ROUTINE DmaCompletionRoutine, PVOID CompletionContext, "
    "PVOID ScatterGatherList)",
    type="PBUILD_SCATTER_GATHER_LIST_EX", version=3, page="nc-wdm-pbuild_scatter_gather_list_ex",
    irql="== DISPATCH_LEVEL", fails="NTSTATUS", undo="PutScatterGatherList", calls_back=True,
)  # fmt: skip
def BuildScatterGatherListEx(
    nt: System, adapter: Adapter, device: int, context: int, mdl: int, start: int, length: int, flags: int,
    routine: int, argument: int, write: int, buffer: int, room: int, completion: int, completion_argument: int,
    list_at: int,
) -> int:  # fmt: skip
    """The same in the caller's memory."""
    if completion or completion_argument or not buffer:
        return STATUS_INVALID_PARAMETER
    if not slaves.suits(nt, adapter, True, "BuildScatterGatherListEx"):
        return STATUS_INVALID_PARAMETER
    wanted = scatter.Wanted(device, nt.mdls.at(mdl), start, length, write != 0, routine, argument, buffer, room)
    return transfers_3.get_list(nt, adapter, context, wanted, flags, list_at)


@member(
    "NTSTATUS FlushAdapterBuffersEx(PDMA_ADAPTER DmaAdapter, PMDL Mdl, PVOID MapRegisterBase, ULONGLONG Offset, "
    "ULONG Length, BOOLEAN WriteToDevice)",
    type="PFLUSH_ADAPTER_BUFFERS_EX", version=3, page="nc-wdm-pflush_adapter_buffers_ex", irql="<= DISPATCH_LEVEL",
    fails="NTSTATUS",
)  # fmt: skip
def FlushAdapterBuffersEx(
    nt: System, adapter: Adapter, mdl: int, base: int, start: int, length: int, write: int
) -> int:
    fails = nt.fails("FlushAdapterBuffersEx")
    return transfers_3.flush(nt, adapter, nt.mdls.at(mdl), base, start, length, write != 0, fails)


@member(
    "VOID FreeAdapterObject(PDMA_ADAPTER DmaAdapter, IO_ALLOCATION_ACTION AllocationAction)",
    type="PFREE_ADAPTER_OBJECT", version=3, page="nc-wdm-pfree_adapter_object", irql="<= DISPATCH_LEVEL",
    calls_back=True,
)  # fmt: skip
def FreeAdapterObject(nt: System, adapter: Adapter, action: int) -> None:
    """KeepObject changes nothing."""
    requests.free_object(nt, adapter, action)


@member(
    "NTSTATUS CancelMappedTransfer(PDMA_ADAPTER DmaAdapter, PVOID DmaTransferContext)",
    type="PCANCEL_MAPPED_TRANSFER", version=3, page="nc-wdm-pcancel_mapped_transfer", irql="<= DISPATCH_LEVEL",
    fails="NTSTATUS", calls_back=True,
)  # fmt: skip
def CancelMappedTransfer(nt: System, adapter: Adapter, context: int) -> int:
    if not slaves.suits(nt, adapter, False, "CancelMappedTransfer"):
        return STATUS_INVALID_PARAMETER
    return transfers_3.cancel_mapped(nt, adapter, context)


@member(
    "NTSTATUS FlushDmaBuffer(PDMA_ADAPTER DmaAdapter, PMDL Mdl, BOOLEAN ReadOperation)",
    type="PFLUSH_DMA_BUFFER", version=3, page="nc-wdm-pflush_dma_buffer", irql="<= DISPATCH_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def FlushDmaBuffer(nt: System, adapter: Adapter, mdl: int, read: int) -> int:
    """Write back the caches' lines of one MDL, and drop them if the device will write there."""
    if not mdl:
        return STATUS_INVALID_PARAMETER
    if nt.dma.caches is not None:
        one = nt.mdls.at(mdl)
        nt.dma.caches.flush(pieces_of(one, 0, int(one.byte_count)), read != 0)
    return STATUS_SUCCESS
