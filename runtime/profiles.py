"""The machines that a script can run on, in words: what each is, and what it does to DMA."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

# name: what it is, what is different there
PROFILES: Final = {
    "direct": (
        "coherent, logical addresses are physical ones, 6 GiB of RAM on both sides of 4 GiB, all of it within reach",
        "nothing stands between device and memory: what reaches memory is seen at once, and a forgotten flush is not",
    ),
    "bounce": (
        "the same RAM, most of it above 4 GiB; 64 map registers for devices of 32 bits or fewer, 32 for an adapter",
        "what a device cannot reach is copied: to map registers when it is mapped for a transfer to the device, back "
        "only by FlushAdapterBuffers or PutScatterGatherList",
    ),
    "iommu": (
        "every device has addresses of its own, and reaches only what is mapped for it",
        "logical addresses are not physical ones, a buffer is one range for the device however its frames lie, and a "
        "transfer outside a mapping stops the machine",
    ),
    "noncoherent": (
        "write-back caches of 64-byte lines that devices do not see",
        "a device reads what was last written back, and its writes hide behind stale lines, unless KeFlushIoBuffers "
        "was called before the transfer",
    ),
    "starved": (
        "as bounce, with 8 map registers, 4 for an adapter, 16 free system page table entries, 64 KiB of free pool",
        "transfers are split or wait for map registers, mappings and allocations fail",
    ),
    "isa": (
        "64 MiB of RAM; slave devices on 8237-like channels",
        "channels address 24 bits and do not cross 64 KiB (8-bit) or 128 KiB (16-bit): their buffers are copied",
    ),
}  # fmt: skip
