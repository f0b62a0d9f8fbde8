"""The rules of MDLs, and of the pages that they describe, lock and own."""

from __future__ import annotations

from .table import rule

# ---- MDLs ---------------------------------------------------------------------------------------------------------

MDL_OF_NO_BYTES = rule(
    "mdl-of-no-bytes", "note", "an MDL that describes no bytes is locked", here="locked here",
    help="test the length before an MDL is allocated for it", page="nf-wdm-mmprobeandlockpages",
    explanation="Nothing is there to lock, or the one page that the address lies in. It cannot be mapped either: the "
    "system address of no pages is NULL, which looks like a lack of memory.",
)  # fmt: skip
MDL_ALREADY_LOCKED = rule(
    "mdl-already-locked", "fatal", "the pages of this MDL are already locked", here="locked again here",
    earlier=("locked", "locked here"), help="call MmUnlockPages({mdl}) before locking it again", stop=(0xC4, 0xB0),
    also=((0xC4, 0xB1),),
    verifier=1, page="nf-wdm-mmprobeandlockpages",
    explanation="One MDL describes one lock. A second MmProbeAndLockPages overwrites the frame array, and the first "
    "lock on each page is never released: the pages stay pinned until the machine restarts.",
)  # fmt: skip
MDL_NEVER_LOCKED = rule(
    "mdl-describes-nonpaged-pool", "fatal", "this MDL describes nonpaged pool, which is always resident",
    here="locked here", earlier=("built", "built for nonpaged pool here"),
    help="leave MmProbeAndLockPages out: MmBuildMdlForNonPagedPool has filled in the frames already", stop=(0xC4, 0xB0),
    also=((0xC4, 0xB1),),
    verifier=1, page="nf-wdm-mmprobeandlockpages",
    explanation="Nonpaged pool never leaves memory, so it is described and not locked. Locking such an MDL mixes the "
    "two ways to fill it; its pages would be released as if they were somebody else's.",
)  # fmt: skip
MDL_NOT_LOCKED = rule(
    "mdl-not-locked", "fatal", "the pages of this MDL are not locked", here="unlocked here",
    earlier=("unlocked", "already unlocked here"),
    help="unlock an MDL once, and only after MmProbeAndLockPages has succeeded", stop=(0xC4, 0x7C), verifier=1,
    page="nf-wdm-mmunlockpages",
    explanation="MmUnlockPages takes one lock off every page of the MDL. A page that nobody has locked, or that "
    "somebody else has, would be let go while it is in use: without the verifier this is PFN_LIST_CORRUPT (0x4E).",
)  # fmt: skip
MDL_NOT_LOCKED_PLAIN = rule(
    "page-unlocked-too-often", "fatal", "a page is unlocked more often than it was locked", here="unlocked here",
    earlier=("unlocked", "already unlocked here"),
    help="unlock an MDL once, and only after MmProbeAndLockPages has succeeded", stop=(0x4E, 0x7),
    page="bug-check-0x4e--pfn-list-corrupt",
    explanation="Each MmProbeAndLockPages takes one lock on a page and each MmUnlockPages gives one back. When the "
    "count would go below zero, the frame database no longer tells who uses the page, and Windows stops.",
)  # fmt: skip
MDL_UNLOCK_NONPAGED = rule(
    "mdl-of-nonpaged-pool-unlocked", "fatal", "this MDL describes nonpaged pool, which was never locked",
    here="unlocked here", earlier=("built", "built for nonpaged pool here"), help="call IoFreeMdl({mdl}) alone",
    stop=(0xC4, 0x7D), verifier=1, page="nf-wdm-mmunlockpages",
    explanation="MmBuildMdlForNonPagedPool only writes down frames that are resident anyway. Its one undo is "
    "IoFreeMdl.",
)  # fmt: skip
MDL_NOT_MAPPABLE = rule(
    "mdl-mapped-before-locked", "fatal", "this MDL is mapped though its pages are not locked", here="mapped here",
    earlier=("allocated", "allocated here, and its frames never filled in"),
    help="lock it with MmProbeAndLockPages, or describe nonpaged pool with MmBuildMdlForNonPagedPool, before "
    "mapping it",
    stop=(0xC4, 0xB3), verifier=1, page="nf-wdm-mmgetsystemaddressformdlsafe",
    explanation="The frame array behind an MDL is uninitialised until the MDL is locked or built. A mapping made from "
    "it shows whatever frames the numbers happen to name.",
)  # fmt: skip
MDL_FREED_LOCKED = rule(
    "mdl-freed-while-locked", "error", "this MDL is freed while its pages are locked", here="freed here",
    earlier=("locked", "locked here"), help="call MmUnlockPages({mdl}) before IoFreeMdl({mdl})",
    page="nf-wdm-iofreemdl",
    explanation="IoFreeMdl frees the description, not the lock. The pages stay pinned with nobody left who could "
    "release them; when the process exits, Windows finds them and stops with 0x76 or 0xCB.",
)  # fmt: skip
MDL_FREED_TWICE = rule(
    "mdl-used-after-free", "fatal", "this MDL has been freed",
    here="used here", earlier=("freed", "freed here"),
    help="set the pointer to NULL when the MDL is freed; read Next before freeing a member of a chain",
    stop=(0xC2, 0x7), also=((0xCC, None), (0xD5, None), (0x4E, 0x99)), page="nf-wdm-iofreemdl",
    explanation="An MDL is pool memory. After IoFreeMdl its bytes belong to whoever allocates next. With the verifier its "
    "page is gone, and whoever reads its header faults: a kernel routine with 0xCC, the driver and the macros inside it "
    "with 0xD5. Without it a second IoFreeMdl is 0xC2, and anything else works on frames that are somebody else's.",
)  # fmt: skip
MDL_NOT_AN_MDL = rule(
    "not-an-mdl", "fatal", "no MDL lies at this address", here="used here",
    help="pass the pointer that IoAllocateMdl or MmInitializeMdl prepared", stop=(0xC4, 0x16), verifier=0,
    page="ns-wdm-_mdl",
    explanation="Routines that take an MDL read its header and the frame array behind it. Bytes that were never "
    "prepared as an MDL would be taken for lengths, flags and frame numbers.",
)  # fmt: skip
MDL_BUILT_OVER_PAGEABLE = rule(
    "mdl-built-over-pageable-memory", "error", "MmBuildMdlForNonPagedPool is used on memory that is not nonpaged pool",
    here="built here", help="use MmProbeAndLockPages in __try for pageable, stack or user memory", stop=(0xC4, 0x140),
    also=((0xC4, 0x7F),), verifier=1, page="nf-wdm-mmbuildmdlfornonpagedpool",
    explanation="The routine writes down the frames that are behind the buffer now and locks nothing. Pageable memory "
    "may lie in other frames a moment later, and a transfer would go to a stranger's page.",
)  # fmt: skip
PAGES_LEFT_LOCKED = rule(
    "pages-left-locked", "leak", "pages are still locked at the end", here="locked here",
    help="call MmUnlockPages({mdl}) on every path", stop=(0xCB, None), page="bug-check-0xcb",
    explanation="Whoever locks pages must unlock them, also on the paths that fail. When the owning process ends with "
    "locked pages, Windows stops with 0x76 PROCESS_HAS_LOCKED_PAGES, or with 0xCB when the verifier tracks pool.",
)  # fmt: skip
PROCESS_HAS_LOCKED_PAGES = rule(
    "process-exits-with-locked-pages", "fatal", "a process exits while pages of its own are locked", here="exits here",
    earlier=("locked", "locked here"), help="call MmUnlockPages on every path, also when the request is cancelled",
    stop=(0x76, 0x0), page="bug-check-0x76--process-has-locked-pages",
    explanation="Whoever locked the pages still holds them, and a device may still write to them, when their owner is "
    "gone.",
)  # fmt: skip
MDL_LEAKED = rule(
    "mdl-leaked", "leak", "an MDL was never freed", here="allocated here", help="call IoFreeMdl({mdl}) on every path",
    stop=(0xC4, 0x62), verifier=1, page="nf-wdm-ioallocatemdl",
    explanation="IoAllocateMdl takes nonpaged pool. Only IoFreeMdl gives it back, also when locking has failed.",
)  # fmt: skip
MDL_PARTIAL_LOCKED = rule(
    "partial-mdl-locked", "fatal", "this MDL is partial: it describes pages that another MDL has locked",
    here="locked here", earlier=("partial", "built as a partial MDL here"),
    help="lock the source MDL only, and build partial MDLs over it afterwards", stop=(0xC4, 0xB0),
    also=((0xC4, 0xB1),), verifier=1,
    page="nf-wdm-iobuildpartialmdl",
    explanation="A partial MDL borrows the frames of its source. It owns no lock and may not take one.",
)  # fmt: skip
MDL_PARTIAL_UNLOCKED = rule(
    "partial-mdl-unlocked", "fatal", "this MDL is partial: its pages were locked through another MDL",
    here="unlocked here", earlier=("partial", "built as a partial MDL here"),
    help="unlock the source MDL, once, when all partial MDLs over it are done with", stop=(0xC4, 0xB4), verifier=1,
    page="nf-wdm-iobuildpartialmdl",
    explanation="Partial MDLs never own locks. Unlocking one would take the source's lock off some of its pages.",
)  # fmt: skip
MDL_PARTIAL_UNMAPPED = rule(
    "partial-mdl-unmapped", "fatal", "MmUnmapLockedPages is used on a partial MDL",
    here="unmapped here", earlier=("partial", "built as a partial MDL here"),
    help="use MmPrepareMdlForReuse, or IoFreeMdl, which drop the mapping only if this MDL owns it", stop=(0xC4, 0xB5),
    verifier=1, page="nf-wdm-mmunmaplockedpages",
    explanation="The mapping of a partial MDL may be its source's, which others still use.",
)  # fmt: skip
MDL_ALREADY_MAPPED = rule(
    "mdl-already-mapped", "fatal", "this MDL has a system address already", here="mapped again here",
    earlier=("mapped", "mapped here"), help="use MmGetSystemAddressForMdlSafe, which returns the address that there is",
    stop=(0xC4, 0xB2), verifier=1, page="nf-wdm-mmmaplockedpagesspecifycache",
    explanation="An MDL has room for one system address. A second mapping overwrites it, and the first is never "
    "released. Nonpaged pool has its system address from the beginning.",
)  # fmt: skip
MDL_NOT_MAPPED = rule(
    "mdl-not-mapped", "fatal", "this MDL has no system address that could be released", here="unmapped here",
    earlier=("unmapped", "already unmapped here"), help="unmap once, and only what a mapping routine has mapped",
    stop=(0xC4, 0xB6), verifier=1, page="nf-wdm-mmunmaplockedpages",
    explanation="MmUnlockPages takes the mapping with it, and MmUnmapLockedPages works once. Nonpaged pool is never "
    "mapped.",
)  # fmt: skip
MDL_NOT_MAPPED_PLAIN = rule(
    "mapping-released-twice", "fatal", "a mapping is released that does not exist", here="unmapped here",
    earlier=("unmapped", "already unmapped here"), help="unmap once, and only what a mapping routine has mapped",
    stop=(0xDA, 0x6), page="bug-check-0xda--system-pte-misuse",
    explanation="Windows keeps count of the system page table entries that a driver takes, and stops when they do not "
    "add up.",
)  # fmt: skip
MDL_UNMAPPED_ELSEWHERE = rule(
    "mapping-released-at-wrong-address", "fatal", "a mapping is released at another address than it was made at",
    here="unmapped here", earlier=("mapped", "mapped here"),
    help="pass the address that the mapping routine returned, or where MmAdvanceMdl has moved it", stop=(0xDA, 0x3),
    page="bug-check-0xda--system-pte-misuse",
    explanation="MmUnmapLockedPages takes the address as the mapping routine returned it, byte offset included.",
)  # fmt: skip
MDL_FREED_MAPPED = rule(
    "mdl-freed-while-mapped", "fatal", "this MDL is freed while it is mapped", here="freed here",
    earlier=("mapped", "mapped here"), help="call MmUnlockPages({mdl}), which unmaps it, before IoFreeMdl({mdl})",
    stop=(0xC4, 0xB8), verifier=1, page="nf-wdm-iofreemdl",
    explanation="The system page table entries of the mapping are never given back, and the address goes on showing "
    "pages that belong to somebody else soon.",
)  # fmt: skip
MDL_BUG_CHECK_ON_FAILURE = rule(
    "mapping-with-bug-check-on-failure", "fatal", "a mapping is asked for that stops the machine when it fails",
    here="mapped here", help="pass FALSE for BugCheckOnFailure, and handle NULL", stop=(0xC4, 0x82), verifier=1,
    page="nf-wdm-mmmaplockedpagesspecifycache",
    explanation="System page table entries run out on healthy machines. A driver must live with a mapping that fails.",
)  # fmt: skip
MDL_MAPPED_EXECUTABLE = rule(
    "mapping-executable", "error", "pages are mapped executable", here="mapped here",
    help="add MdlMappingNoExecute to the priority", stop=(0xC4, 0x2002), verifier=2,
    page="nf-wdm-mmgetsystemaddressformdlsafe",
    explanation="Data that can be executed is what an attacker looks for; code integrity forbids it.",
)  # fmt: skip
MDL_OLD_MAPPING_ROUTINE = rule(
    "obsolete-mapping-routine", "error", "MmMapLockedPages is obsolete", here="called here",
    help="use MmMapLockedPagesSpecifyCache with BugCheckOnFailure FALSE, or MmGetSystemAddressForMdlSafe",
    stop=(0xC4, 0x81), verifier=1, page="nf-wdm-mmmaplockedpages",
    explanation="MmMapLockedPages stops the machine when no system page table entries are left.",
)  # fmt: skip
NO_MORE_SYSTEM_PTES = rule(
    "no-more-system-ptes", "fatal", "no system page table entries are left for a mapping that may not fail",
    here="mapped here", help="use MmGetSystemAddressForMdlSafe, and handle NULL", stop=(0x3F, None),
    page="bug-check-0x3f--no-more-system-ptes",
    explanation="System page table entries are a limited resource. MmGetSystemAddressForMdl has no way to say that "
    "there is none.",
)  # fmt: skip
MDL_OF_DEVICE_MEMORY = rule(
    "device-memory-locked", "fatal", "device memory is locked as if it were RAM", here="locked here",
    help="use the mapped address as it is: device memory is never paged", stop=(0xC4, 0x6F), verifier=1,
    page="nf-wdm-mmprobeandlockpages",
    explanation="The pages of a device have no entry in the frame database, so there is nothing that could count a "
    "lock.",
)  # fmt: skip
MDL_TARGET_TOO_SMALL = rule(
    "partial-mdl-too-small", "fatal", "the target MDL has room for fewer pages than the range touches",
    here="built here", earlier=("allocated", "allocated here"),
    help="allocate the target for the longest range, at the address with the largest byte offset", stop=(0x40, None),
    page="bug-check-0x40--target-mdl-too-small",
    explanation="IoBuildPartialMdl copies a frame number for each page that the range touches into the target.",
)  # fmt: skip
MDL_RANGE_OUTSIDE = rule(
    "partial-mdl-outside-source", "fatal", "the range does not lie within the source MDL", here="built here",
    help="count from MmGetMdlVirtualAddress of the source, not from its system address", stop=(0x12E, None),
    page="bug-check-0x12e--invalid-mdl-range",
    explanation="The address given to IoBuildPartialMdl is an index into the source MDL. A mapped system address only "
    "works when the source describes kernel memory.",
)  # fmt: skip
MDL_SOURCE_NOT_RESIDENT = rule(
    "partial-mdl-over-unlocked-pages", "error", "a partial MDL is built over an MDL whose pages are not locked",
    here="built here", help="lock the source, or build it for nonpaged pool, first", page="nf-wdm-iobuildpartialmdl",
    explanation="The frame array of an MDL that is neither locked nor built holds no frames yet: the copies mean "
    "nothing.",
)  # fmt: skip
PARTIAL_MAPPING_LOST = rule(
    "partial-mdl-not-reset", "error", "a partial MDL is built again while it is mapped", here="built here",
    earlier=("mapped", "mapped here"), help="call MmPrepareMdlForReuse before building it again",
    page="nf-wdm-mmpreparemdlforreuse",
    explanation="IoBuildPartialMdl overwrites the system address of the target; the page table entries behind it are "
    "lost.",
)  # fmt: skip
PARTIAL_STILL_MAPPED = rule(
    "mdl-unlocked-under-mapped-partial", "fatal", "pages are unlocked while a partial MDL over them is mapped",
    here="unlocked here", earlier=("partial", "the partial MDL was built here"),
    help="free the partial MDL, or call MmPrepareMdlForReuse on it, before its source is unlocked", stop=(0x4E, 0x9A),
    page="bug-check-0x4e--pfn-list-corrupt",
    explanation="The mapping of the partial MDL goes on showing pages that belong to somebody else from here on.",
)  # fmt: skip
PARTIAL_OF_GONE_SOURCE = rule(
    "partial-mdl-outlives-source", "fatal", "this partial MDL is used though its source is unlocked or freed",
    here="used here", earlier=("orphaned", "the source was let go here"),
    help="use partial MDLs only while their source is locked", stop=(0x4E, 0x99), page="nf-wdm-iobuildpartialmdl",
    explanation="A partial MDL holds copies of frame numbers and no lock. When the source is unlocked, the frames are "
    "anybody's.",
)  # fmt: skip
PARTIAL_LEFT_STALE = rule(
    "partial-mdl-left-stale", "note", "a partial MDL is left behind by its source", here="unlocked or freed here",
    earlier=("partial", "the partial MDL was built here"),
    help="free the partial MDL, or call MmPrepareMdlForReuse on it, first", page="nf-wdm-iobuildpartialmdl",
    explanation="Nothing is wrong as long as the partial MDL is not used any more, but its frames mean nothing from "
    "here on.",
)  # fmt: skip
MDL_USER_MAPPING_UNKNOWN = rule(
    "user-mapping-unknown", "fatal", "a user-mode mapping is released that does not exist in this process",
    here="unmapped here", earlier=("mapped", "mapped here"),
    help="unmap it in the process in which it was mapped, at the address that was returned", stop=(0xC4, 0xB9),
    verifier=1, page="nf-wdm-mmunmaplockedpages",
    explanation="The address means something else in another process. Unmapping there tears out whatever lies at it.",
)  # fmt: skip
POOL_SHOWN_TO_PROGRAM = rule(
    "pool-shown-to-program", "note", "pages of pool are mapped for a program that hold more than the buffer",
    here="mapped here", help="allocate whole pages for what a program shall see: PAGE_SIZE bytes or more, in round numbers",
    page="nf-wdm-mmmaplockedpagesspecifycache",
    explanation="Mappings consist of pages. The rest of the buffer's first and last page belongs to other blocks of pool, "
    "which the program can read, and write, from here on.",
)  # fmt: skip
USER_MAPPING_LEFT = rule(
    "user-mapping-left", "leak", "pages are still mapped into a process at the end", here="mapped here",
    help="call MmUnmapLockedPages in the same process, before it exits",
    page="nf-wdm-mmunmaplockedpages",
    explanation="Neither MmUnlockPages nor IoFreeMdl removes a user-mode mapping: the program goes on seeing pages "
    "that are not its own.",
)  # fmt: skip

# ---- pages that an MDL owns ---------------------------------------------------------------------------------------

ALLOCATED_PAGES_LEAKED = rule(
    "allocated-pages-leaked", "leak", "pages were allocated for an MDL and never freed", here="allocated here",
    help="call MmFreePagesFromMdl({mdl}), then ExFreePool({mdl}), on every path", stop=(0xC4, 0x62), verifier=1,
    page="nf-wdm-mmallocatepagesformdlex",
    explanation="An MDL from MmAllocatePagesForMdlEx owns its pages. They are given back by MmFreePagesFromMdl alone; "
    "freeing the MDL's own memory gives back a description of a few bytes.",
)  # fmt: skip
PAGES_MDL_FREED_WRONGLY = rule(
    "pages-mdl-freed-with-iofreemdl", "error", "IoFreeMdl is used on an MDL that MmAllocatePagesForMdl made",
    here="freed here", earlier=("allocated", "allocated here"),
    help="call MmFreePagesFromMdl({mdl}), then ExFreePool({mdl})", page="nf-wdm-mmfreepagesfrommdl",
    explanation="IoFreeMdl knows nothing of pages that an MDL owns: they stay allocated, with nobody left who could "
    "name them. The MDL itself is plain pool, and goes with ExFreePool.",
)  # fmt: skip
PAGES_NOT_ALLOCATED = rule(
    "pages-freed-that-were-not-allocated", "fatal", "MmFreePagesFromMdl is used on pages that this MDL does not own",
    here="freed here", earlier=("pages freed", "already freed here"),
    help="use it once, and only on an MDL from MmAllocatePagesForMdlEx", stop=(0x4E, 0x99),
    page="nf-wdm-mmfreepagesfrommdl",
    explanation="The frames would go to the free list while somebody else uses them. Pages that were locked are let go "
    "with MmUnlockPages.",
)  # fmt: skip
PAGES_FREED_LOCKED = rule(
    "pages-freed-while-locked", "fatal", "pages are freed while somebody has them locked", here="freed here",
    earlier=("locked", "locked here"), help="unlock them, wherever they were locked, before they are freed", stop=(0x4E, 0x9A),
    page="nf-wdm-mmfreepagesfrommdl",
    explanation="A lock promises that the page stays where it is while the lock lasts. A device may be writing to it.",
)  # fmt: skip
PAGES_FREED_MAPPED = rule(
    "pages-freed-while-mapped", "fatal", "pages are freed while they are mapped", here="freed here",
    earlier=("mapped", "mapped here"), help="call MmUnmapLockedPages first, in the process that has the mapping",
    stop=(0x4E, 0x9A), page="nf-wdm-mmfreepagesfrommdl",
    explanation="Whoever has the address goes on reading and writing pages that are somebody else's next. From Windows "
    "7 on the system address made through the MDL goes by itself; a mapping in a process never does.",
)  # fmt: skip
LOW_MEMORY_REQUESTED = rule(
    "low-memory-requested", "error", "memory below 4 GiB is asked for by physical address", here="asked for here",
    help="leave the limits of a device to its DMA adapter", stop=(0xC4, 0x141), verifier=2,
    page="nf-wdm-mmallocatepagesformdlex",
    explanation="There is little of it, and behind an IOMMU the address that a device sees is another one anyway.",
)  # fmt: skip
MDL_LENGTH_CHANGED = rule(
    "mdl-length-changed-while-mapped", "fatal", "an MDL is unmapped with another length than it was mapped with",
    here="unmapped here", earlier=("mapped", "mapped here"),
    help="leave ByteCount alone while the MDL is mapped; use a partial MDL for a part of it", stop=(0xDA, 0x2),
    page="bug-check-0xda--system-pte-misuse",
    explanation="MmUnmapLockedPages takes as many page table entries as the MDL has pages now. Those that the mapping "
    "has beyond them are lost, or somebody else's are torn out.",
)  # fmt: skip
MDL_START_CHANGED = rule(
    "mdl-start-changed-while-mapped", "fatal", "an MDL is unmapped after its StartVa was changed", here="unmapped here",
    earlier=("mapped", "mapped here"), help="leave StartVa alone, or use MmAdvanceMdl, which takes the mapping along",
    stop=(0xDA, 0x5), page="bug-check-0xda--system-pte-misuse",
    explanation="The record of a mapping is found by what the MDL was when it was mapped.",
)  # fmt: skip
MDL_FRAME_NOT_RAM = rule(
    "mdl-holds-device-page", "fatal", "this MDL calls itself locked and names a page that is not RAM", here="mapped here",
    earlier=("allocated", "allocated here"),
    help="describe device memory with MmAllocateMdlForIoSpace, or map it with MmMapIoSpace", stop=(0xC4, 0x89),
    verifier=1, page="bug-check-0xc4--driver-verifier-detected-violation",
    explanation="The frame database has no entry for pages of a device, so nothing may be counted there. MDL_IO_SPACE "
    "says so, and routines set it.",
)  # fmt: skip
MDL_FRAME_NOT_LOCKED = rule(
    "mdl-holds-unlocked-page", "fatal", "this MDL calls itself locked and names a page that nobody has locked",
    here="mapped here", earlier=("allocated", "allocated here"),
    help="map the MDL that was locked, or a partial MDL over it, while the lock lasts", stop=(0xC4, 0x85), verifier=1,
    page="bug-check-0xc4--driver-verifier-detected-violation",
    explanation="A copy of an MDL has the flags and the frames of the original and no lock of its own. When the original "
    "is unlocked, the frames are anybody's.",
)  # fmt: skip
MDL_FRAME_NOT_LOCKED_PLAIN = rule(
    "unlocked-page-mapped", "fatal", "a page is mapped that nobody has locked", here="mapped here",
    earlier=("allocated", "allocated here"),
    help="map the MDL that was locked, or a partial MDL over it, while the lock lasts", stop=(0x1A, 0x1233),
    page="bug-check-0x1a--memory-management",
    explanation="The contents and the owner of such a page can change at any time.",
)  # fmt: skip
MDL_FRAME_CHANGED = rule(
    "mdl-frames-changed-while-locked", "fatal", "the frame array of this MDL was changed since it was locked",
    here="unlocked here", earlier=("locked", "locked here"),
    help="leave the frame array alone; copy it, or use a partial MDL, to describe other pages", stop=(0x1A, 0x1236),
    page="bug-check-0x1a--memory-management",
    explanation="MmUnlockPages takes a lock off each page that the array names now. Pages that were locked stay so, and "
    "others lose a lock that somebody else relies on.",
)  # fmt: skip
MDL_BUILT_NOT_RESIDENT = rule(
    "mdl-built-over-nothing", "fatal", "MmBuildMdlForNonPagedPool is used on addresses with no memory behind them",
    here="built here", earlier=("freed", "the memory was freed here"),
    help="build the MDL while its buffer is allocated, and with its true length", stop=(0x1A, 0x1240),
    page="bug-check-0x1a--memory-management",
    explanation="The routine copies the frame numbers from the page table. Where there is no page, there is no frame to "
    "write down.",
)  # fmt: skip
PROCESS_UNLOCKS_TOO_MUCH = rule(
    "process-has-not-locked-pages", "fatal", "more pages are unlocked than the process has locked", here="unlocked here",
    earlier=("unlocked", "already unlocked here"),
    help="unlock an MDL once, and only after MmProbeAndLockPages has succeeded", stop=(0x76, 0x1),
    page="bug-check-0x76--process-has-locked-pages",
    explanation="Windows counts for each process how many of its pages are locked. An unlock that would take the count "
    "below zero lets go of what was never locked.",
)  # fmt: skip
WRITE_UNDER_READ_LOCK = rule(
    "pages-locked-for-reading-written", "error", "pages that were locked for reading are written to", here="written here",
    earlier=("locked", "locked with IoReadAccess here"),
    help="lock with IoWriteAccess what the driver or a device writes to: a read request writes to its buffer", verifier=1,
    page="nf-wdm-mmprobeandlockpages",
    explanation="IoReadAccess says what happens to memory, not to the device. The pages are not checked for the right to "
    "be written, which may change a page shared by all programs, and they are not marked as changed when they are "
    "unlocked: as soon as they are paged out, the data are gone.",
)  # fmt: skip
PROTECTION_EXECUTABLE = rule(
    "protection-executable", "error", "pages are to become executable", here="asked for here",
    help="use a protection without PAGE_EXECUTE", stop=(0xC4, 0x2001), verifier=2, page="nf-wdm-mmprotectmdlsystemaddress",
    explanation="Data that can be executed is what an attacker looks for; code integrity forbids it.",
)  # fmt: skip
PROTECTED_NOT_MAPPED = rule(
    "protection-of-invalid-mapping", "fatal", "the protection of a mapping is changed that is not there",
    here="protected here", earlier=("unmapped", "unmapped here"),
    help="protect the system address while it is mapped, and leave MdlFlags to the system", stop=(0x1A, 0x1235),
    page="bug-check-0x1a--memory-management",
    explanation="The MDL says that it is mapped, and the page table entries at its address are empty.",
)  # fmt: skip
MDL_PAGES_CHANGED = rule(
    "mdl-changed-while-mapped", "fatal", "an MDL was changed between mapping and unmapping", here="unmapped here",
    earlier=("mapped", "mapped here"), help="leave StartVa and the frame array alone while the MDL is mapped",
    stop=(0xDA, 0x4), page="bug-check-0xda--system-pte-misuse",
    explanation="The mapping is found again by what the MDL described when it was made.",
)  # fmt: skip
CACHE_TYPE_CONFLICT = rule(
    "cache-type-conflict", "note", "pages are mapped with another cache type than they have", here="mapped here",
    help="ask for the type that the pages have: MmCached for ordinary memory",
    page="nf-wdm-mmmaplockedpagesspecifycache",
    explanation="Two views of one page with different cache types would see different bytes. The type that the page "
    "has already wins, and the one asked for is ignored.",
)  # fmt: skip
RESERVED_WRONG_TAG = rule(
    "reserved-mapping-wrong-tag", "fatal", "a reserved address range is used with a tag that is not its own",
    here="used here", earlier=("reserved", "reserved here"),
    help="pass the tag that MmAllocateMappingAddress was given",
    stop=(0xDA, 0x104),
    also=((0xDA, 0x101), (0xDA, 0x108)), page="bug-check-0xda--system-pte-misuse",
    explanation="The tag is what tells one owner of a reserved range from another.",
)  # fmt: skip
RESERVED_UNKNOWN = rule(
    "reserved-mapping-unknown", "fatal", "no address range is reserved here", here="used here",
    earlier=("released", "released here"), help="pass the address that MmAllocateMappingAddress returned",
    stop=(0xDA, 0x105),
    also=((0xDA, 0x102),), page="bug-check-0xda--system-pte-misuse",
    explanation="Mapping into addresses that were not reserved would overwrite whoever has them.",
)  # fmt: skip
RESERVED_IN_USE = rule(
    "reserved-mapping-in-use", "fatal", "a reserved address range is mapped already", here="used here",
    earlier=("mapped", "mapped here"), help="call MmUnmapReservedMapping first", stop=(0xDA, 0x107),
    also=((0xDA, 0x103),),
    page="bug-check-0xda--system-pte-misuse",
    explanation="A reserved range shows one MDL at a time.",
)  # fmt: skip
RESERVED_NOT_MAPPED = rule(
    "reserved-mapping-empty", "fatal", "a reserved address range is unmapped that shows nothing", here="unmapped here",
    earlier=("unmapped", "already unmapped here"), help="unmap once, what was mapped", stop=(0xDA, 0x109),
    page="bug-check-0xda--system-pte-misuse",
    explanation="The page table entries of the range are empty: there is nothing to take away.",
)  # fmt: skip
RESERVED_NOTHING = rule(
    "reserved-mapping-of-nothing", "fatal", "an address range of no bytes is reserved", here="reserved here",
    help="reserve as many bytes as the longest MDL needs, and a page more for its offset", stop=(0xDA, 0x100),
    page="bug-check-0xda--system-pte-misuse",
    explanation="There is no page table entry that could be kept for nothing.",
)  # fmt: skip
RESERVED_LEAKED = rule(
    "reserved-mapping-leaked", "leak", "a reserved address range was never released", here="reserved here",
    help="call MmFreeMappingAddress with the same tag, when it shows nothing any more", stop=(0xC4, 0x62), verifier=1,
    page="nf-wdm-mmallocatemappingaddress",
    explanation="System page table entries that are kept back are missing for everybody else's mappings.",
)  # fmt: skip
RESERVED_OTHER_MDL = rule(
    "reserved-mapping-other-mdl", "fatal", "a reserved address range is unmapped with an MDL that it does not show",
    here="unmapped here", earlier=("mapped", "mapped here"), help="pass the MDL that was mapped, unchanged",
    stop=(0xDA, 0x10C),
    also=((0xDA, 0x10A),), page="bug-check-0xda--system-pte-misuse",
    explanation="As many pages must be unmapped as were mapped.",
)  # fmt: skip
