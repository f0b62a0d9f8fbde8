"""The members that version 3 adds to DMA_OPERATIONS: transfers."""

from __future__ import annotations

from ..routine import member

member(
    "NTSTATUS GetDmaAdapterInfo(PDMA_ADAPTER DmaAdapter, PDMA_ADAPTER_INFO AdapterInfo)",
    type="PGET_DMA_ADAPTER_INFO", version=3, page="nc-wdm-pget_dma_adapter_info", irql="<= DISPATCH_LEVEL",
    fails="NTSTATUS",
)  # fmt: skip
member(
    "NTSTATUS GetDmaTransferInfo(PDMA_ADAPTER DmaAdapter, PMDL Mdl, ULONGLONG Offset, ULONG Length, "
    "BOOLEAN WriteOnly, PDMA_TRANSFER_INFO TransferInfo)",
    type="PGET_DMA_TRANSFER_INFO", version=3, page="nc-wdm-pget_dma_transfer_info", irql="<= DISPATCH_LEVEL",
    fails="NTSTATUS",
)  # fmt: skip
member(
    "NTSTATUS InitializeDmaTransferContext(PDMA_ADAPTER DmaAdapter, PVOID DmaTransferContext)",
    type="PINITIALIZE_DMA_TRANSFER_CONTEXT", version=3, page="nc-wdm-pinitialize_dma_transfer_context",
    irql="<= DISPATCH_LEVEL", fails="NTSTATUS",
)  # fmt: skip
member(
    "NTSTATUS AllocateAdapterChannelEx(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject, "
    "PVOID DmaTransferContext, ULONG NumberOfMapRegisters, ULONG Flags, PDRIVER_CONTROL ExecutionRoutine, "
    "PVOID ExecutionContext, PVOID *MapRegisterBase)",
    type="PALLOCATE_ADAPTER_CHANNEL_EX", version=3, page="nc-wdm-pallocate_adapter_channel_ex",
    irql="== DISPATCH_LEVEL", fails="NTSTATUS", undo="FreeAdapterChannel", calls_back=True,
)  # fmt: skip
member(
    "NTSTATUS ConfigureAdapterChannel(PDMA_ADAPTER DmaAdapter, ULONG FunctionNumber, PVOID Context)",
    type="PCONFIGURE_ADAPTER_CHANNEL", version=3, page="nc-wdm-pconfigure_adapter_channel", irql="<= DISPATCH_LEVEL",
    fails="NTSTATUS",
)  # fmt: skip
member(
    "BOOLEAN CancelAdapterChannel(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject, PVOID DmaTransferContext)",
    type="PCANCEL_ADAPTER_CHANNEL", version=3, page="nc-wdm-pcancel_adapter_channel", irql="<= DISPATCH_LEVEL",
    fails="FALSE", calls_back=True,
)  # fmt: skip
member(
    "NTSTATUS MapTransferEx(PDMA_ADAPTER DmaAdapter, PMDL Mdl, PVOID MapRegisterBase, ULONGLONG Offset, "
    "ULONG DeviceOffset, PULONG Length, BOOLEAN WriteToDevice, PSCATTER_GATHER_LIST ScatterGatherBuffer, "
    "ULONG ScatterGatherBufferLength, PDMA_COMPLETION_ROUTINE DmaCompletionRoutine, PVOID CompletionContext)",
    type="PMAP_TRANSFER_EX", version=3, page="nc-wdm-pmap_transfer_ex", irql="<= DISPATCH_LEVEL", fails="NTSTATUS",
    undo="FlushAdapterBuffersEx", calls_back=True,
)  # fmt: skip
member(
    "NTSTATUS GetScatterGatherListEx(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject, PVOID DmaTransferContext, "
    "PMDL Mdl, ULONGLONG Offset, ULONG Length, ULONG Flags, PDRIVER_LIST_CONTROL ExecutionRoutine, PVOID Context, "
    "BOOLEAN WriteToDevice, PDMA_COMPLETION_ROUTINE DmaCompletionRoutine, PVOID CompletionContext, "
    "PSCATTER_GATHER_LIST *ScatterGatherList)",
    type="PGET_SCATTER_GATHER_LIST_EX", version=3, page="nc-wdm-pget_scatter_gather_list_ex", irql="<= DISPATCH_LEVEL",
    fails="NTSTATUS", undo="PutScatterGatherList", calls_back=True,
)  # fmt: skip
member(
    "NTSTATUS BuildScatterGatherListEx(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject, "
    "PVOID DmaTransferContext, PMDL Mdl, ULONGLONG Offset, ULONG Length, ULONG Flags, "
    "PDRIVER_LIST_CONTROL ExecutionRoutine, PVOID Context, BOOLEAN WriteToDevice, PVOID ScatterGatherBuffer, "
    "ULONG ScatterGatherLength, PDMA_COMPLETION_ROUTINE DmaCompletionRoutine, PVOID CompletionContext, "
    "PVOID ScatterGatherList)",
    type="PBUILD_SCATTER_GATHER_LIST_EX", version=3, page="nc-wdm-pbuild_scatter_gather_list_ex",
    irql="== DISPATCH_LEVEL", fails="NTSTATUS", undo="PutScatterGatherList", calls_back=True,
)  # fmt: skip
member(
    "NTSTATUS FlushAdapterBuffersEx(PDMA_ADAPTER DmaAdapter, PMDL Mdl, PVOID MapRegisterBase, ULONGLONG Offset, "
    "ULONG Length, BOOLEAN WriteToDevice)",
    type="PFLUSH_ADAPTER_BUFFERS_EX", version=3, page="nc-wdm-pflush_adapter_buffers_ex", irql="<= DISPATCH_LEVEL",
    fails="NTSTATUS",
)  # fmt: skip
member(
    "VOID FreeAdapterObject(PDMA_ADAPTER DmaAdapter, IO_ALLOCATION_ACTION AllocationAction)",
    type="PFREE_ADAPTER_OBJECT", version=3, page="nc-wdm-pfree_adapter_object", irql="<= DISPATCH_LEVEL",
    calls_back=True,
)  # fmt: skip
member(
    "NTSTATUS CancelMappedTransfer(PDMA_ADAPTER DmaAdapter, PVOID DmaTransferContext)",
    type="PCANCEL_MAPPED_TRANSFER", version=3, page="nc-wdm-pcancel_mapped_transfer", irql="<= DISPATCH_LEVEL",
    fails="NTSTATUS", calls_back=True,
)  # fmt: skip
member(
    "NTSTATUS FlushDmaBuffer(PDMA_ADAPTER DmaAdapter, PMDL Mdl, BOOLEAN ReadOperation)",
    type="PFLUSH_DMA_BUFFER", version=3, page="nc-wdm-pflush_dma_buffer", irql="<= DISPATCH_LEVEL", fails="NTSTATUS",
)  # fmt: skip
