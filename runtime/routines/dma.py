"""The DMA adapter of a device, and flushing caches before a transfer."""

from __future__ import annotations

from ..routine import known

known(
    "PDMA_ADAPTER IoGetDmaAdapter(PDEVICE_OBJECT PhysicalDeviceObject, PDEVICE_DESCRIPTION DeviceDescription, "
    "PULONG NumberOfMapRegisters)",
    page="nf-wdm-iogetdmaadapter", irql="== PASSIVE_LEVEL", fails="NULL", undo="PutDmaAdapter",
)  # fmt: skip
known(
    "VOID KeFlushIoBuffers(PMDL Mdl, BOOLEAN ReadOperation, BOOLEAN DmaOperation)",
    page="nf-wdm-keflushiobuffers", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
