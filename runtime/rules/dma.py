"""The rules of DMA: adapters, channels, map registers, mappings, scatter/gather lists, common buffers."""

from __future__ import annotations

from .table import rule

DMA_DESCRIPTION_VERSION = rule(
    "dma-description-not-understood", "fatal",
    "this DEVICE_DESCRIPTION has a version or an address width that does not exist",
    here="given here",
    help="zero the whole structure, then set Version to one that exists and the address width to 1..64 bits",
    stop=(0xE6, 0x25), verifier=1, page="ns-wdm-_device_description",
    explanation="IoGetDmaAdapter returns NULL for it. What stands in a structure that was not zeroed decides "
    "otherwise.",
)  # fmt: skip
DMA_DESCRIPTION_NOT_ZEROED = rule(
    "dma-description-not-zeroed", "error", "a DEVICE_DESCRIPTION was not zeroed before it was filled",
    here="given here", help="zero the whole structure with RtlZeroMemory, then set what the device has",
    page="ns-wdm-_device_description",
    explanation="A BOOLEAN in it is neither TRUE nor FALSE, or a member that must be FALSE is not. What stands in the "
    "members that the driver did not set is believed, too: scatter/gather, 64 bits, a channel.",
)  # fmt: skip
DMA_CHANNEL_MISMATCH = rule(
    "dma-channel-mismatch", "error", "a DEVICE_DESCRIPTION does not fit the device's DMA channel",
    here="given here",
    help="take DmaChannel (or in version 3 DmaRequestLine) from the resource list, and the width that it moves: 8 bits on "
    "channels 0 to 3, 16 on channels 5 to 7",
    page="ns-wdm-_device_description",
    explanation="The controller is programmed for a channel on which this device never asks, or for another number of "
    "bytes than each request moves.",
)  # fmt: skip
DMA_ADAPTER_NULL = rule(
    "dma-adapter-null", "fatal", "a DMA routine is given no adapter",
    here="called here", help="check what IoGetDmaAdapter returned before anything is done with it", stop=(0xE6, 0x19),
    verifier=1, page="nf-wdm-iogetdmaadapter",
    explanation="IoGetDmaAdapter returns NULL when memory is short or the description is not understood.",
)  # fmt: skip
DMA_ADAPTER_PUT = rule(
    "dma-adapter-used-after-put", "fatal", "an adapter is used after PutDmaAdapter",
    here="used here", earlier=("put", "put here"),
    help="call PutDmaAdapter last, once nothing can use the adapter any more", stop=(0xE6, 0x18), verifier=1,
    page="nc-wdm-pput_dma_adapter",
    explanation="The adapter's memory belongs to somebody else by then.",
)  # fmt: skip
DMA_NOT_AN_ADAPTER = rule(
    "dma-not-an-adapter", "fatal", "a DMA routine is given something that is no adapter",
    here="called here", help="pass the DMA_ADAPTER that IoGetDmaAdapter returned", stop=(0xE6, 0x18), verifier=1,
    page="nf-wdm-iogetdmaadapter",
    explanation="The first parameter of each operation is the adapter through whose DmaOperations it was found.",
)  # fmt: skip
DMA_ADAPTER_LEFT = rule(
    "dma-adapter-left", "leak", "a DMA adapter is never put",
    here="got here", help="call PutDmaAdapter in the handler of IRP_MN_STOP_DEVICE and IRP_MN_REMOVE_DEVICE",
    stop=(0xE6, 0x11), verifier=1, page="nc-wdm-pput_dma_adapter",
    explanation="Its map registers and its reference to the device are lost until the machine restarts.",
)  # fmt: skip
DMA_PUT_WITH_BUFFERS = rule(
    "dma-put-with-common-buffers", "fatal", "an adapter is put while common buffers of it are still allocated",
    here="put here", earlier=("allocated", "a buffer was allocated here"),
    help="call FreeCommonBuffer for each of them first", stop=(0xE6, 0x7), verifier=1, page="nc-wdm-pput_dma_adapter",
    explanation="Only through the adapter could they be freed.",
)  # fmt: skip
DMA_PUT_WITH_CHANNEL = rule(
    "dma-put-with-channel", "fatal", "an adapter is put while its channel is still allocated",
    here="put here", earlier=("granted", "allocated here"), help="call FreeAdapterChannel after the last flush",
    stop=(0xE6, 0x8), verifier=1, page="nc-wdm-pput_dma_adapter",
    explanation="An execution routine that returns KeepObject owes FreeAdapterChannel.",
)  # fmt: skip
DMA_PUT_WITH_REQUEST = rule(
    "dma-put-with-request", "fatal", "an adapter is put while a request for its channel or map registers waits",
    here="put here", earlier=("asked", "asked for here"),
    help="wait until the routine has run; STATUS_SUCCESS says only that it will", stop=(0xE6, 0x8), verifier=1,
    page="nc-wdm-pallocate_adapter_channel",
    explanation="The request lies in the adapter's queue, and its routine will be called with an adapter that is gone. "
    "A routine usually runs before AllocateAdapterChannel or GetScatterGatherList returns; when map registers are "
    "scarce, or the channel is taken, it runs later.",
)  # fmt: skip
DMA_PUT_WITH_REGISTERS = rule(
    "dma-put-with-map-registers", "fatal", "an adapter is put while map registers of it are still allocated",
    here="put here", earlier=("granted", "allocated here"), help="call FreeMapRegisters after the last flush",
    stop=(0xE6, 0x9), verifier=1, page="nc-wdm-pput_dma_adapter",
    explanation="An execution routine that returns DeallocateObjectKeepRegisters owes FreeMapRegisters.",
)  # fmt: skip
DMA_PUT_WITH_LISTS = rule(
    "dma-put-with-lists", "fatal", "an adapter is put while scatter/gather lists of it are still out",
    here="put here", earlier=("made", "a list was made here"), help="call PutScatterGatherList for each list first",
    stop=(0xE6, 0xA), verifier=1, page="nc-wdm-pput_dma_adapter",
    explanation="Each list that AdapterListControl is given must be put exactly once.",
)  # fmt: skip
DMA_REQUEST_WAITS = rule(
    "dma-request-never-served", "leak", "a request for a DMA channel or map registers is never served",
    here="asked for here",
    help="give back what others hold: FreeAdapterChannel, FreeMapRegisters, PutScatterGatherList",
    page="nc-wdm-pallocate_adapter_channel",
    explanation="STATUS_SUCCESS means that the execution routine has run or will run. It waits its turn behind "
    "whoever has the channel or the map registers; if they are never given back, it never runs, and the IRP hangs.",
)  # fmt: skip
DMA_REGISTERS_LEFT = rule(
    "dma-map-registers-left", "leak", "map registers are never given back",
    here="asked for here", help="call FreeMapRegisters (or FreeAdapterChannel after KeepObject) after the last flush",
    stop=(0xE6, 0x9), verifier=1, page="nc-wdm-pfree_map_registers",
    explanation="There are few of them on a machine with bounce buffers. The next request waits for ever.",
)  # fmt: skip
DMA_LIST_LEFT = rule(
    "dma-list-left", "leak", "a scatter/gather list is never put",
    here="asked for here", help="call PutScatterGatherList when the transfer is over, before the IRP is completed",
    stop=(0xE6, 0xA), verifier=1, page="nc-wdm-pput_scatter_gather_list",
    explanation="Where pages go through map registers, the data that the device wrote never reaches the buffer, and "
    "the map registers are lost.",
)  # fmt: skip
DMA_BUFFER_LEFT = rule(
    "common-buffer-left", "leak", "a common buffer is never freed",
    here="allocated here", help="call FreeCommonBuffer with the same arguments, after the device was told to stop",
    stop=(0xE6, 0x7), verifier=1, page="nc-wdm-pfree_common_buffer",
    explanation="Contiguous memory is scarce after the machine has started.",
)  # fmt: skip
DMA_NO_LOW_MEMORY = rule(
    "dma-no-memory-in-reach", "error", "there is no free memory that the device can reach for its map registers",
    here="mapped here", help="ask for fewer map registers, or free low memory", page="nf-wdm-iogetdmaadapter",
    explanation="Map registers are pages within the device's address width, one after the other.",
)  # fmt: skip
DMA_FREE_REGISTER_WRITTEN = rule(
    "dma-unused-map-register-written", "fatal",
    "a device has written to a map register that nothing was mapped through",
    here="noticed here", help="program the device with the length that MapTransfer returned", stop=(0xE6, 0xF),
    violations=(3,), verifier=1, page="bug-check-0xe6--driver-verifier-dma-violation",
    explanation="The device went on where the mapping ended. On a machine without map registers the same transfer "
    "overwrites memory of somebody else.",
)  # fmt: skip
DMA_PADDING_WRITTEN = rule(
    "dma-written-beside-buffer", "fatal", "a device has written beside the buffer that was mapped for it",
    here="noticed here", earlier=("mapped", "mapped here"),
    help="program the device with the address and the length of each element", stop=(0xE6, 0xF), violations=(4, 5),
    verifier=1,
    page="bug-check-0xe6--driver-verifier-dma-violation",
    explanation="The transfer began too early or went on too long, within the page of a map register. On a machine "
    "without map registers the same transfer overwrites what lies beside the buffer.",
)  # fmt: skip
DMA_BUFFER_OVERRUN = rule(
    "common-buffer-overrun", "fatal", "something was written before or behind a common buffer",
    here="noticed here", earlier=("allocated", "allocated here"),
    help="allocate what is needed, and keep driver and device within it", stop=(0xE6, 0xF), violations=(1, 2),
    verifier=1,
    page="bug-check-0xe6--driver-verifier-dma-violation",
    explanation="Only the bytes that were asked for belong to the driver. With the verifier the rest of the last page, "
    "and a page on either side, are filled with tags, which are looked at when the buffer is freed.",
)  # fmt: skip
DMA_TOO_MANY_REGISTERS = rule(
    "dma-too-many-map-registers", "fatal", "a transfer needs more map registers than IoGetDmaAdapter granted",
    here="asked for here", earlier=("got", "granted here"),
    help="split the transfer: at most NumberOfMapRegisters pages at a time, the first one included", stop=(0xE6, 0xC),
    also=((0xE6, 0x15),), verifier=1, page="nf-wdm-iogetdmaadapter",
    explanation="The request fails with STATUS_INSUFFICIENT_RESOURCES, and its routine is never called. A buffer that "
    "does not begin on a page needs one register more than its length suggests.",
)  # fmt: skip
DMA_CHANNEL_NOT_HELD = rule(
    "dma-channel-not-held", "fatal", "an adapter's channel is freed that nobody holds",
    here="freed here", earlier=("freed", "already freed here"),
    help="call FreeAdapterChannel once, and only after KeepObject was returned", stop=(0xE6, 0x4), verifier=1,
    page="nc-wdm-pfree_adapter_channel",
    explanation="After DeallocateObject or DeallocateObjectKeepRegisters the system has freed the channel already.",
)  # fmt: skip
DMA_CHANNEL_TWICE = rule(
    "dma-second-channel", "fatal", "a second channel is asked for on a device object whose first request is not done",
    here="asked for here", earlier=("asked", "the first was asked for here"),
    help="wait until the execution routine has run; queue the transfers (StartIo)", stop=(0xE6, 0xB), verifier=1,
    page="nc-wdm-pallocate_adapter_channel",
    explanation="The request lies in the device object (Queue.Wcb), which has room for one.",
)  # fmt: skip
DMA_REGISTERS_NOT_HELD = rule(
    "dma-map-registers-not-held", "fatal", "map registers are freed that are not allocated",
    here="freed here", earlier=("freed", "already freed here"),
    help="call FreeMapRegisters once, with the MapRegisterBase that the execution routine was given", stop=(0xE6, 0x5),
    verifier=1, page="nc-wdm-pfree_map_registers",
    explanation="By then they may belong to another transfer.",
)  # fmt: skip
DMA_REGISTERS_OF_CHANNEL = rule(
    "dma-map-registers-of-kept-channel", "fatal", "map registers are freed alone after KeepObject",
    here="freed here", earlier=("granted", "allocated here"),
    help="call FreeAdapterChannel, which frees both; or return DeallocateObjectKeepRegisters", stop=(0xE6, 0x5),
    verifier=1, page="nc-wdm-pfree_map_registers",
    explanation="The channel stays allocated, and every later request for it waits for ever.",
)  # fmt: skip
DMA_REGISTERS_OTHER_COUNT = rule(
    "dma-map-registers-other-count", "fatal", "another number of map registers is freed than was allocated",
    here="freed here", earlier=("granted", "allocated here"),
    help="pass the count that AllocateAdapterChannel was given, not what was used of it", stop=(0xE6, 0x5), verifier=1,
    page="nc-wdm-pfree_map_registers",
    explanation="Some stay allocated for ever, or somebody else's are freed with them.",
)  # fmt: skip
DMA_FREED_MAPPED = rule(
    "dma-freed-while-mapped", "fatal", "map registers are freed while a buffer is still mapped through them",
    here="freed here", earlier=("mapped", "mapped here"),
    help="call FlushAdapterBuffers before the registers are freed, also by a routine that returns DeallocateObject",
    stop=(0xE6, 0x10),
    verifier=1, page="nc-wdm-pflush_adapter_buffers",
    explanation="What the device wrote into map registers never reaches the buffer: on a machine that copies, the "
    "program reads what was there before. On others nothing is noticed.",
)  # fmt: skip
DMA_UNKNOWN_ACTION = rule(
    "dma-unknown-action", "error", "an execution routine returns no IO_ALLOCATION_ACTION",
    here="returned here", help="return KeepObject, DeallocateObject or DeallocateObjectKeepRegisters",
    page="nc-wdm-driver_control",
    explanation="Windows takes it for something, and which is not documented.",
)  # fmt: skip
DMA_BUFFER_NOT_LOCKED = rule(
    "dma-buffer-not-locked", "fatal", "a buffer is mapped for a device whose pages may leave memory",
    here="mapped here", earlier=("allocated", "the MDL was allocated here"),
    help="call MmProbeAndLockPages, or MmBuildMdlForNonPagedPool for nonpaged pool, first", stop=(0xE6, 0xE),
    verifier=1, page="nc-wdm-pmap_transfer",
    explanation="The device would go on writing to frames that belong to somebody else by then.",
)  # fmt: skip
DMA_UNLOCKED_WHILE_MAPPED = rule(
    "dma-unlocked-while-mapped", "error", "pages are unlocked that are still mapped for a device",
    here="unlocked here", earlier=("mapped", "mapped here"),
    help="call FlushAdapterBuffers or PutScatterGatherList first, and only then unlock the pages or complete the request",
    page="nf-wdm-mmunlockpages",
    explanation="The device still has the addresses, and what goes through map registers or caches is not in the buffer "
    "yet: when the mapping ends, it is copied to frames that may belong to somebody else.",
)  # fmt: skip
DMA_INTO_READ_LOCK = rule(
    "dma-into-read-lock", "error", "a device will write to pages that were locked for reading only",
    here="mapped here", earlier=("locked", "locked here"),
    help="lock with IoWriteAccess (or IoModifyAccess) for transfers from the device", page="nf-wdm-mmprobeandlockpages",
    explanation="The access was never checked: the page may be read-only or shared. Nor is it marked as written, so "
    "that the data is gone once the page has left memory.",
)  # fmt: skip
DMA_VA_OUTSIDE_MDL = rule(
    "dma-address-outside-mdl", "fatal", "CurrentVa does not lie in the buffer that the MDL describes",
    here="mapped here",
    help="begin with MmGetMdlVirtualAddress(Mdl) and add what was transferred; a system address is none of it",
    stop=(0xE6, 0x1B), also=((0xE6, 0x1F),), violations=(1, 2), verifier=1, page="nc-wdm-pmap_transfer",
    explanation="CurrentVa is an index into the MDL, counted from MmGetMdlVirtualAddress. Nobody ever touches it.",
)  # fmt: skip
DMA_LENGTH_ZERO = rule(
    "dma-length-zero", "fatal", "a transfer of no bytes is mapped",
    here="mapped here", help="complete a request of length zero at once", stop=(0xE6, 0x21), verifier=1,
    page="nc-wdm-pmap_transfer",
    explanation="Devices take a length of zero for the largest that their register can hold.",
)  # fmt: skip
DMA_LENGTH_BEYOND_MDL = rule(
    "dma-length-beyond-mdl", "fatal", "a transfer is longer than the rest of its MDL",
    here="mapped here", help="MapTransfer takes one MDL at a time: at most MmGetMdlByteCount less what was transferred",
    stop=(0xE6, 0x24), also=((0xE6, 0x1F),), violations=(3,), verifier=1, page="nc-wdm-pmap_transfer",
    explanation="Behind the MDL's frames lies whatever the pool put there; the device would be given those as frames.",
)  # fmt: skip
DMA_CHAIN_TOO_SHORT = rule(
    "dma-chain-too-short", "fatal", "a transfer is longer than its MDLs",
    here="asked for here", help="ask for at most what the chain holds from CurrentVa on", stop=(0xE6, 0x24), verifier=1,
    page="nc-wdm-pget_scatter_gather_list",
    explanation="The call fails with STATUS_BUFFER_TOO_SMALL, and AdapterListControl is never called.",
)  # fmt: skip
DMA_MAPPED_TWICE = rule(
    "dma-mapped-twice", "fatal", "a part of this buffer is mapped already",
    here="mapped again here", earlier=("mapped", "mapped here"),
    help="add the length that MapTransfer returned to CurrentVa before the next call", stop=(0xE6, 0x1D), verifier=1,
    page="nc-wdm-pmap_transfer",
    explanation="The device gets the same bytes twice, and the end of the buffer never.",
)  # fmt: skip
DMA_REGISTERS_USED_UP = rule(
    "dma-map-registers-used-up", "fatal", "a mapping needs more map registers than are left of the allocation",
    here="mapped here", earlier=("granted", "allocated here"),
    help="map at most as many pages as registers were allocated, flush, then go on", stop=(0xE6, 0x0),
    violations=(2,), verifier=1,
    page="nc-wdm-pmap_transfer",
    explanation="A length that spans N pages takes N registers; an offset into the first page may make it one more.",
)  # fmt: skip
DMA_MAP_WITHOUT_REGISTERS = rule(
    "dma-map-without-registers", "fatal", "a mapping is made with a MapRegisterBase that is not allocated",
    here="mapped here", earlier=("freed", "freed here"),
    help="map between the execution routine and the call that frees its map registers", stop=(0xE6, 0x20), verifier=1,
    page="nc-wdm-pmap_transfer",
    explanation="After DeallocateObject, FreeMapRegisters or FreeAdapterChannel the registers are somebody else's.",
)  # fmt: skip
DMA_FLUSH_WITHOUT_REGISTERS = rule(
    "dma-flush-after-free", "fatal", "buffers are flushed after their map registers were freed",
    here="flushed here", earlier=("freed", "freed here"),
    help="flush first, then free the map registers or the channel", stop=(0xE6, 0x20), verifier=1,
    page="nc-wdm-pflush_adapter_buffers",
    explanation="The data lies in pages that belong to another transfer by then.",
)  # fmt: skip
DMA_FLUSH_NOT_MAPPED = rule(
    "dma-flush-not-mapped", "fatal", "buffers are flushed from an address that was not mapped",
    here="flushed here", earlier=("mapped", "mapped here"),
    help="pass the CurrentVa of the first MapTransfer of the operation, and the length of them all", stop=(0xE6, 0x16),
    verifier=1, page="nc-wdm-pflush_adapter_buffers",
    explanation="A CurrentVa that has been moved on for the next piece names other bytes: those that came before are "
    "never copied back.",
)  # fmt: skip
DMA_FLUSH_TOO_LONG = rule(
    "dma-flush-too-long", "fatal", "more bytes are flushed than were mapped",
    here="flushed here", earlier=("mapped", "mapped here"),
    help="flush the sum of the lengths that MapTransfer returned", stop=(0xE6, 0x0), violations=(1,), verifier=1,
    page="nc-wdm-pflush_adapter_buffers",
    explanation="Behind what was mapped lies the rest of the map register.",
)  # fmt: skip
DMA_FLUSH_TOO_SHORT = rule(
    "dma-flush-too-short", "error", "fewer bytes are flushed than were mapped",
    here="flushed here", earlier=("mapped", "mapped here"),
    help="flush the whole operation; a short transfer shows in Information", page="nc-wdm-pflush_adapter_buffers",
    explanation="What lies behind the flushed bytes stays in the map registers.",
)  # fmt: skip
DMA_OTHER_DIRECTION = rule(
    "dma-other-direction", "error", "a transfer is ended in another direction than it was mapped for",
    here="ended here", earlier=("mapped", "mapped here"), help="pass the same WriteToDevice to both calls",
    page="nc-wdm-pflush_adapter_buffers",
    explanation="Data is copied to map registers at the start of a transfer to the device, and back at the end of one "
    "from it. With the wrong direction it is copied at the wrong end, or not at all.",
)  # fmt: skip
DMA_LIST_NOT_OUT = rule(
    "dma-list-not-out", "fatal", "a scatter/gather list is put that is not out",
    here="put here", earlier=("put", "already put here"),
    help="put each list once, by the pointer that AdapterListControl was given", stop=(0xE6, 0x6), verifier=1,
    page="nc-wdm-pput_scatter_gather_list",
    explanation="The list's memory and map registers belong to another transfer by then.",
)  # fmt: skip
DMA_BUFFER_NOT_OUT = rule(
    "common-buffer-freed-twice", "fatal", "a common buffer is freed that is not allocated",
    here="freed here", earlier=("freed", "already freed here"),
    help="free each common buffer once, by the virtual address that came back", stop=(0xE6, 0x3), verifier=1,
    page="nc-wdm-pfree_common_buffer",
    explanation="Both addresses of it may belong to somebody else by then.",
)  # fmt: skip
DMA_BUFFER_OTHER_ARGUMENTS = rule(
    "common-buffer-freed-with-other-arguments", "error",
    "a common buffer is freed with another length or address than it was allocated with",
    here="freed here", earlier=("allocated", "allocated here"),
    help="keep length, logical address and virtual address together", page="nc-wdm-pfree_common_buffer",
    explanation="Windows finds the pages by these arguments: it frees too few, or those of somebody else.",
)  # fmt: skip
DMA_NOT_FLUSHED_BEFORE = rule(
    "dma-caches-not-flushed", "error", "a transfer begins while the processor's cache still holds parts of the buffer",
    here="mapped here", earlier=("locked", "the buffer was locked here"),
    help="call KeFlushIoBuffers(mdl, ReadOperation, TRUE) before each transfer with the older versions",
    page="nf-wdm-keflushiobuffers",
    explanation="On a machine whose devices do not see the caches, the device reads what memory held before, and what "
    "it writes is hidden by stale lines. On x64 the call does nothing.",
)  # fmt: skip
DMA_NOT_MAPPED = rule(
    "dma-access-not-mapped", "error", "a device transfers where nothing is mapped for it",
    here="transferred here", earlier=("ended", "what was mapped there was given up here"),
    help="give the device the logical addresses and lengths that the adapter returned, and stop it before they are "
    "freed",
    stop=(0xE6, 0x26), page="bug-check-0xe6--driver-verifier-dma-violation",
    explanation="A physical address, a virtual one, more bytes than were mapped, or a transfer that goes on after its "
    "mapping is gone. Without an IOMMU the bytes land in memory, whosever it is.",
)  # fmt: skip
DMA_IOMMU_FAULT = rule(
    "dma-iommu-fault", "fatal", "a device transfers where its IOMMU domain maps nothing",
    here="transferred here", earlier=("ended", "what was mapped there was given up here"),
    help="give the device the logical addresses and lengths that the adapter returned, and stop it before they are "
    "freed",
    stop=(0xE6, 0x26), page="bug-check-0xe6--driver-verifier-dma-violation",
    explanation="Behind an IOMMU a device sees only what was mapped for it. The access is refused, and Windows stops.",
)  # fmt: skip
DMA_OTHER_KIND = rule(
    "dma-routine-for-other-kind", "error", "a routine is called for an adapter of the other kind",
    here="called here", earlier=("got", "the adapter was got here"),
    help="call GetScatterGatherListEx and BuildScatterGatherListEx for bus masters only; ReadDmaCounter, "
    "ConfigureAdapterChannel and CancelMappedTransfer for channels of the system's DMA controller only",
    page="nc-wdm-pread_dma_counter",
    explanation="A bus master moves its bytes itself: the system knows neither how many are left nor how to stop it. A "
    "device on a channel takes no lists.",
)  # fmt: skip
DMA_CHANNEL_LET_GO = rule(
    "dma-channel-given-up-while-running", "error",
    "an execution routine gives up the DMA channel on which it has begun a transfer",
    here="returned here", help="return KeepObject for a device on a DMA channel, and call FreeAdapterChannel at the end",
    page="nc-wdm-driver_control",
    explanation="DeallocateObjectKeepRegisters is for bus masters. The next request for the channel programs it anew, in "
    "the middle of this transfer.",
)  # fmt: skip
DMA_READ_BEFORE_FLUSH = rule(
    "dma-read-before-flush", "error", "the driver reads what a device wrote before the mapping is flushed",
    here="read here", earlier=("mapped", "mapped here"),
    help="call FlushAdapterBuffers or PutScatterGatherList when the device is done, and only then look at the buffer",
    page="nc-wdm-pflush_adapter_buffers",
    explanation="Where pages go through map registers, or caches do not see what devices write, the bytes are not in the "
    "buffer yet: the driver reads what was there before. On other machines the same code works.",
)  # fmt: skip
DMA_CHANGED_WHILE_MAPPED = rule(
    "dma-changed-while-mapped", "error", "the driver changes a buffer between its mapping and the device's read",
    here="written here", earlier=("mapped", "mapped here"),
    help="fill the buffer before it is mapped; use a common buffer for what both sides change",
    page="nc-wdm-pmap_transfer",
    explanation="Where pages go through map registers the bytes were copied as the buffer was mapped, and the device "
    "never sees the new ones; where caches are not coherent it may. On other machines the same code works.",
)  # fmt: skip
DMA_WRITTEN_AGAINST_DIRECTION = rule(
    "dma-written-against-direction", "error", "a device writes to a buffer that was mapped for it to read",
    here="written here", earlier=("mapped", "mapped here, for a transfer to the device"),
    help="pass FALSE for WriteToDevice to every call of a transfer from the device; TRUE means from memory to the device",
    page="nc-wdm-pget_scatter_gather_list",
    explanation="What goes through map registers is not copied back, so the program never sees the data; behind an IOMMU "
    "the pages can only be read, and the access is refused. On other machines the same code works.",
)  # fmt: skip
DMA_OBSOLETE = rule(
    "dma-obsolete-routine", "note", "a routine of Windows NT 4 is called for an adapter",
    here="called here", help="use IoGetDmaAdapter and the routines in DmaOperations", stop=(0xE6, 0x1E), verifier=1,
    page="nf-wdm-iogetdmaadapter",
    explanation="HalGetAdapter knows nothing of Plug and Play, and Driver Verifier refuses it.",
)  # fmt: skip
DMA_CHANNEL_WIDTH = rule(
    "dma-channel-width", "error", "a transfer on a DMA channel does not consist of whole units of its width",
    here="mapped here", help="align address and length to DmaWidth", page="ns-wdm-_device_description",
    explanation="A 16-bit channel counts words, and its address has no bit 0: an odd byte is moved elsewhere or not "
    "at all.",
)  # fmt: skip
DMA_SHARES_LINE = rule(
    "dma-buffer-shares-cache-line", "fatal", "a device will write to a buffer that shares a line of the cache",
    here="mapped here", earlier=("allocated", "the MDL was allocated here"),
    help="begin and end buffers for the device on multiples of GetDmaAlignment, and keep nothing else in their lines",
    stop=(0xE6, 0x1F), violations=(4, 5), verifier=1, page="nc-wdm-pget_dma_alignment",
    explanation="Where devices do not see the caches, what the processor writes to such a line during the transfer is "
    "lost, or what the device writes.",
)  # fmt: skip
DMA_CONTEXT_NOT_READY = rule(
    "dma-transfer-context-not-ready", "error", "a request is made with a transfer context that is not ready for one",
    here="used here", earlier=("used", "already used here"),
    help="call InitializeDmaTransferContext before each request, and keep one context for each request",
    page="nc-wdm-pinitialize_dma_transfer_context",
    explanation="The request fails with STATUS_INVALID_PARAMETER. A context tells one request from another: it must be "
    "initialised, and not in use.",
)  # fmt: skip
DMA_NOT_FLUSHED_BETWEEN = rule(
    "dma-mapped-before-flush", "fatal", "MapTransferEx is called again before the last mapping was flushed",
    here="mapped here", earlier=("mapped", "the last mapping was made here"),
    help="call FlushAdapterBuffersEx after each transfer, before the next MapTransferEx", stop=(0xE6, 0xD), verifier=1,
    page="nc-wdm-pmap_transfer_ex",
    explanation="Each MapTransferEx maps all that the map registers hold; they must be flushed before they are used "
    "again.",
)  # fmt: skip
DMA_CHANNEL_RUNS = rule(
    "dma-channel-flushed-while-running", "fatal", "a transfer on a DMA channel is flushed before it is complete",
    here="flushed here", earlier=("mapped", "started here"),
    help="wait for the completion routine, or call CancelMappedTransfer first", stop=(0xE6, 0x23), verifier=1,
    page="nc-wdm-pflush_adapter_buffers_ex",
    explanation="The controller goes on moving bytes while the buffer is given back.",
)  # fmt: skip
VECTOR_UNKNOWN = rule(
    "common-buffer-vector-unknown", "error", "a routine is given a vector of common buffers that is none",
    here="given here", earlier=("freed", "freed here"),
    help="pass what AllocateCommonBufferVector stored, until it is freed",
    page="nc-wdm-pallocate_common_buffer_vector",
    explanation="The handle may belong to something else by then.",
)  # fmt: skip
VECTOR_INDEX = rule(
    "common-buffer-vector-index", "fatal", "an index lies outside a vector of common buffers",
    here="given here", earlier=("allocated", "the vector was allocated here"),
    help="count from 0 to NumberOfElements - 1", stop=(0x1DC, 0x3), page="nc-wdm-pallocate_common_buffer_vector",
    explanation="Windows checks it, with or without the verifier.",
)  # fmt: skip
VECTOR_ELEMENT_FREED = rule(
    "common-buffer-vector-element-freed", "fatal", "an element of a vector of common buffers is used that is freed",
    here="used here", earlier=("element freed", "an element was freed here"), help="free each element once, and last",
    stop=(0x1DC, 0x4), page="nc-wdm-pfree_common_buffer_from_vector",
    explanation="Its memory belongs to somebody else by then.",
)  # fmt: skip
VECTOR_NOT_EMPTY = rule(
    "common-buffer-vector-not-empty", "fatal", "a vector of common buffers is freed before its elements",
    here="freed here", earlier=("allocated", "the vector was allocated here"),
    help="call FreeCommonBufferFromVector for each element first", stop=(0x1DC, 0x2),
    page="nc-wdm-pfree_common_buffer_vector",
    explanation="FreeCommonBufferVector gives back the vector alone.",
)  # fmt: skip
VECTOR_LEFT = rule(
    "common-buffer-vector-left", "leak", "a vector of common buffers is never freed",
    here="allocated here", help="call FreeCommonBufferFromVector for each element, then FreeCommonBufferVector",
    stop=(0x1DC, 0x5), page="nc-wdm-pfree_common_buffer_vector",
    explanation="Contiguous memory is scarce after the machine has started.",
)  # fmt: skip
