"""The DMA adapter of a device, and flushing caches before a transfer."""

from __future__ import annotations

from ..dma.adapters import device_behind
from ..dma.buffers import pieces_of
from ..routine import routine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System


@routine(
    "PDMA_ADAPTER IoGetDmaAdapter(PDEVICE_OBJECT PhysicalDeviceObject, PDEVICE_DESCRIPTION DeviceDescription, "
    "PULONG NumberOfMapRegisters)",
    page="nf-wdm-iogetdmaadapter", irql="== PASSIVE_LEVEL", fails="NULL", undo="PutDmaAdapter",
)  # fmt: skip
def IoGetDmaAdapter(nt: System, pdo: int, description: int, registers_at: int) -> int:
    """The adapter; the map registers that one transfer may use are stored. Old drivers pass no device object."""
    where, registers = nt.dma.get(pdo, description, device_behind(nt, pdo))
    if where:
        nt.memory.write_uint(registers_at, 4, registers)
    return where


@routine(
    "VOID KeFlushIoBuffers(PMDL Mdl, BOOLEAN ReadOperation, BOOLEAN DmaOperation)",
    page="nf-wdm-keflushiobuffers", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
def KeFlushIoBuffers(nt: System, mdl_at: int, read: int, dma: int) -> None:
    """Write back and drop the cache's lines of an MDL before DMA. Nothing where devices see the caches, and nothing
    that they would notice for programmed I/O."""
    if nt.dma.caches is not None and dma:
        mdl = nt.mdls.at(mdl_at)
        nt.dma.caches.flush(pieces_of(mdl, 0, int(mdl.byte_count)), read != 0)
