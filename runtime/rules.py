"""The rule table: every state that a driver must not bring about, what is wrong with it and what to do instead.

One namespace for the rules of a run and those of the checker (severity "static"), whose messages name the details.
A rule's id names the broken state. `stop` is the bug check that Windows would show: its code, and its sub-code or None.
`here` is said under the line at fault, `earlier` names an event in the object's history and what to say under its line.
"""

from __future__ import annotations

from .rule_table import RULES as RULES
from .rule_table import Rule as Rule
from .rule_table import rule

# ---- MDLs ---------------------------------------------------------------------------------------------------------

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
    help="pass exactly the address that the mapping routine returned", stop=(0xDA, 0x3),
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
USER_MAPPING_LEFT = rule(
    "user-mapping-left", "leak", "pages are still mapped into a process at the end", here="mapped here",
    help="call MmUnmapLockedPages in the same process, before it exits", stop=(0x76, None),
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

# ---- IRPs ---------------------------------------------------------------------------------------------------------

IRP_LEAKED = rule(
    "irp-leaked", "leak", "an IRP was never freed", here="allocated here", help="call IoFreeIrp({irp}) on every path",
    stop=(0xC4, 0x62), verifier=1, page="nf-wdm-ioallocateirp",
    explanation="The I/O manager frees the IRPs that it makes. One from IoAllocateIrp is its maker's to free.",
)  # fmt: skip
IRP_FREED_AS_POOL = rule(
    "irp-freed-as-pool", "fatal", "an IRP from IoAllocateIrp is freed with ExFreePool", here="freed here",
    earlier=("allocated", "allocated here"), help="call IoFreeIrp({irp})", stop=(0xC4, 0x105), verifier=1,
    page="nf-wdm-iofreeirp",
    explanation="IRPs come from lists of the I/O manager's own. Memory from there that goes to the pool damages both.",
)  # fmt: skip
IRP_NOT_AN_IRP = rule(
    "not-an-irp", "fatal", "no IRP lies at this address", here="used here", earlier=("freed", "freed here"),
    help="pass an IRP that is still allocated, once", stop=(0xC9, 0x1), also=((0xC9, 0x3),), verifier=1, page="nf-wdm-iofreeirp",
    explanation="The I/O manager looks at the Type field first. An IRP that was freed does not have it any more.",
)  # fmt: skip
IRP_FREED_TWICE = rule(
    "irp-freed-twice", "fatal", "an IRP is freed that is none any more", here="freed here",
    earlier=("freed", "freed here"), help="free an IRP once, and set the pointer to NULL", stop=(0x44, None),
    page="bug-check-0x44--multiple-irp-complete-requests",
    explanation="Two owners believe that the IRP is theirs. Windows notices by the Type field, if the memory has not "
    "found another use yet.",
)  # fmt: skip
IRP_INITIALISED_TWICE = rule(
    "irp-initialized-twice", "fatal", "IoInitializeIrp is used on an IRP from IoAllocateIrp", here="initialised here",
    earlier=("allocated", "allocated here"), help="use IoReuseIrp: IoAllocateIrp has initialised it already",
    stop=(0xC9, 0x20D), verifier=1, page="nf-wdm-ioinitializeirp",
    explanation="IoInitializeIrp is for raw memory. It wipes out what IoFreeIrp must know: whether quota was charged, "
    "and which list the memory came from.",
)  # fmt: skip
IRP_MDL_LOST = rule(
    "irp-mdl-overwritten", "error", "the MDL of an IRP is replaced by another one", here="allocated here",
    earlier=("attached", "the one before was attached here"),
    help="pass TRUE for SecondaryBuffer to add to the chain, or free the old MDL first", page="nf-wdm-ioallocatemdl",
    explanation="Irp->MdlAddress is simply overwritten. Nobody else has the address of the old MDL.",
)  # fmt: skip
IRP_NO_CURRENT_LOCATION = rule(
    "irp-without-current-location", "error", "this IRP has no current stack location", here="asked for here",
    earlier=("allocated", "allocated here"),
    help="use IoGetNextIrpStackLocation, or allocate one more and call IoSetNextIrpStackLocation",
    page="nf-wdm-iogetcurrentirpstacklocation",
    explanation="A driver that allocates an IRP owns none of its stack locations: they are those of the drivers below. "
    "The address behind the last one belongs to other memory.",
)  # fmt: skip
IRP_NO_NEXT_LOCATION = rule(
    "irp-without-next-location", "fatal", "this IRP has no stack location left for a lower driver",
    here="asked for here", help="allocate the IRP with the StackSize of the device that it is sent to",
    stop=(0x35, None), page="bug-check-0x35--no-more-irp-stack-locations",
    explanation="Each driver that an IRP passes through needs a location of its own; one more would lie in the IRP's "
    "own header.",
)  # fmt: skip

IRP_COMPLETED_TWICE = rule(
    "irp-completed-twice", "fatal", "this IRP has been completed already", here="completed again here",
    earlier=("completed", "completed here"), help="complete an IRP once, and forget it when it is completed",
    stop=(0x44, None), page="bug-check-0x44--multiple-irp-complete-requests",
    explanation="After IoCompleteRequest the IRP belongs to whoever made it. Two completions come from two owners who "
    "do not know of each other: often a dispatch routine and a cancel routine, or a timeout and a DPC.",
)  # fmt: skip
IRP_TOUCHED = rule(
    "irp-touched-after-completion", "fatal", "an IRP, its buffer or its MDL is touched after the IRP was completed",
    here="touched here", earlier=("completed", "completed here"),
    help="read what is needed from the IRP before IoCompleteRequest, or before handing it on", stop=(0xD5, None),
    also=((0xCC, None),), verifier=1, page="nf-wdm-iocompleterequest",
    explanation="As IoCompleteRequest goes up the stack, the I/O manager unlocks and frees the MDLs, frees the system "
    "buffer and then the IRP itself. What lies there a moment later belongs to somebody else.",
)  # fmt: skip
IRP_COMPLETED_PENDING = rule(
    "irp-completed-as-pending", "fatal", "an IRP is completed with a status that means it is not complete",
    here="completed here", help="set IoStatus.Status to the final status before IoCompleteRequest", stop=(0xC9, 0x6),
    verifier=1, page="nf-wdm-iocompleterequest",
    explanation="STATUS_PENDING is what a dispatch routine returns, never what an IRP is completed with; -1 is no "
    "status at all. Who waits for the request takes it for one that is still on its way.",
)  # fmt: skip
IRP_COMPLETED_CANCELABLE = rule(
    "irp-completed-with-cancel-routine", "fatal", "an IRP is completed while it has a cancel routine",
    here="completed here", earlier=("cancelable", "the cancel routine was set here"),
    help="call IoSetCancelRoutine(Irp, NULL) first; NULL back means that the cancel routine completes it",
    stop=(0xC9, 0x7), also=((0xC9, 0x23C),), verifier=1, page="nf-wdm-iosetcancelroutine",
    explanation="Whoever cancels the request between the completion and the end of the IRP would call the cancel "
    "routine for an IRP that is gone.",
)  # fmt: skip
IRP_SENT_CANCELABLE = rule(
    "irp-sent-with-cancel-routine", "fatal", "an IRP is handed to another driver while it has a cancel routine",
    here="sent here", earlier=("cancelable", "the cancel routine was set here"),
    help="call IoSetCancelRoutine(Irp, NULL) before IoCallDriver", stop=(0xC9, 0x203), verifier=1,
    page="nf-wdm-iocalldriver",
    explanation="There is one cancel routine in an IRP, and it belongs to the driver that holds the IRP. The next "
    "driver sets its own, or completes the IRP with a stranger's.",
)  # fmt: skip
NOT_A_DEVICE = rule(
    "not-a-device-object", "fatal", "no device object lies at this address", here="used here",
    earlier=("deleted", "deleted here"), help="pass what IoCreateDevice or IoAttachDeviceToDeviceStack gave",
    stop=(0xC9, 0x4), also=((0xC9, 0x204),), verifier=1, page="nf-wdm-iocalldriver",
    explanation="The address of the next lower device is what IoAttachDeviceToDeviceStack returned. After "
    "IoDeleteDevice, or if attaching failed, there is none.",
)  # fmt: skip
IRP_SENT_BELOW = rule(
    "irp-sent-while-below", "fatal", "an IRP is sent on though a lower driver has it", here="sent again here",
    help="after IoCallDriver leave the IRP alone, or keep it with a completion routine that returns "
    "STATUS_MORE_PROCESSING_REQUIRED",
    stop=(0xC9, 0x205), verifier=1, page="nf-wdm-iocalldriver",
    explanation="IoCallDriver hands the IRP over. Until it comes back up, the lower driver may be filling its buffer, "
    "or have it in a queue.",
)  # fmt: skip
IRP_COMPLETED_BELOW = rule(
    "irp-completed-while-below", "fatal", "an IRP is completed though a lower driver has it", here="completed here",
    help="return what IoCallDriver returned; to do something afterwards set a completion routine", stop=(0xC9, 0x209),
    verifier=1, page="nf-wdm-iocompleterequest",
    explanation="The lower driver answered STATUS_PENDING: it will complete the IRP itself, a second time then.",
)  # fmt: skip
LOCATION_STILL_PENDING = rule(
    "stack-location-still-pending", "fatal", "the next driver's stack location is marked pending already",
    here="sent here", earlier=("pending", "marked pending here"),
    help="fill the location with IoCopyCurrentIrpStackLocationToNext, which clears Control, and do not call "
    "IoMarkIrpPending before IoSkipCurrentIrpStackLocation",
    stop=(0xC9, 0x206), verifier=1, page="nf-wdm-iocopycurrentirpstacklocationtonext",
    explanation="Control tells what this driver did with the IRP. Copied by hand, or left there by "
    "IoSkipCurrentIrpStackLocation, it speaks for the next driver, which may not pend the IRP at all.",
)  # fmt: skip
COMPLETION_ROUTINE_COPIED = rule(
    "completion-routine-copied", "fatal", "the completion routine of the driver above is copied to the driver below",
    here="sent here", help="use IoCopyCurrentIrpStackLocationToNext, which leaves the completion routine out",
    stop=(0xC9, 0x207), verifier=1, page="nf-wdm-iocopycurrentirpstacklocationtonext",
    explanation="A stack location that is copied as a whole brings the routine along that the driver above has set for "
    "itself: it would be called twice, the first time with the wrong device.",
)  # fmt: skip
IRP_FREED_IN_USE = rule(
    "irp-freed-while-in-use", "fatal", "an IRP is freed though a lower driver has it", here="freed here",
    help="free it in the completion routine, which returns STATUS_MORE_PROCESSING_REQUIRED", stop=(0xC9, 0x20B),
    also=((0xC9, 0x20A),), verifier=1, page="nf-wdm-iofreeirp",
    explanation="The IRP has been sent and has not come back. The lower driver goes on working with memory that "
    "belongs to somebody else soon.",
)  # fmt: skip
IRP_FREED_THREADED = rule(
    "irp-of-thread-freed", "fatal", "an IRP is freed that the I/O manager frees", here="freed here",
    earlier=("allocated", "built here"), help="leave IoFreeIrp out: sending the IRP is all that is to be done",
    stop=(0xC9, 0x2), also=((0xC9, 0x20C),), verifier=1, page="nf-wdm-iobuildsynchronousfsdrequest",
    explanation="IRPs from IoBuildSynchronousFsdRequest and IoBuildDeviceIoControlRequest are in the list of their "
    "thread. The I/O manager takes them out of it and frees them as they are completed.",
)  # fmt: skip
STATUS_NOT_INITIALISED = rule(
    "request-status-not-initialized", "error", "a request is sent with another status than STATUS_NOT_SUPPORTED",
    here="sent here", earlier=("allocated", "allocated here"),
    help="set Irp->IoStatus.Status to STATUS_NOT_SUPPORTED before IoCallDriver", stop=(0xC9, 0x20E),
    also=((0xC9, 0x20F), (0xC9, 0x210)), verifier=1, page="nf-wdm-iocalldriver",
    explanation="Drivers that do not know a Plug and Play, power or WMI request leave its status alone. Only if it "
    "began as STATUS_NOT_SUPPORTED can the sender tell that nobody has handled it.",
)  # fmt: skip
DEVICE_SKIPPED = rule(
    "device-in-stack-skipped", "error", "an IRP passes over a device of its stack", here="sent here",
    help="send it to what IoAttachDeviceToDeviceStack returned, not to the physical device object", stop=(0xC9, 0x211),
    verifier=1, page="nf-wdm-ioattachdevicetodevicestack",
    explanation="Between a device and its physical device object there may be filters that must see every IRP.",
)  # fmt: skip
IRP_STACK_DAMAGED = rule(
    "irp-stack-damaged", "error", "the stack pointer of this IRP does not fit its stack location number",
    here="sent here", help="change both only with IoSkipCurrentIrpStackLocation and IoSetNextIrpStackLocation",
    stop=(0xC9, 0x212), verifier=1, page="nf-wdm-iogetnextirpstacklocation",
    explanation="CurrentLocation and Tail.Overlay.CurrentStackLocation belong together. Moved by hand, one of them "
    "tells of a location that belongs to another driver.",
)  # fmt: skip
FAILED_PASSED_DOWN = rule(
    "failed-request-passed-down", "error", "a Plug and Play or power request is passed down though it has failed",
    here="sent here", help="complete a request that this driver fails at once", stop=(0xC9, 0x215),
    also=((0xC9, 0x219),), verifier=1, page="nf-wdm-iocalldriver",
    explanation="The drivers below would act upon a request that is not going to happen, and their status would hide "
    "the failure.",
)  # fmt: skip
LOWER_STATUS_LOST = rule(
    "status-of-lower-driver-lost", "error", "a lower driver's answer is replaced by STATUS_NOT_SUPPORTED",
    here="completed here", help="leave the status of a request alone that this driver has nothing to add to",
    stop=(0xC9, 0x216), also=((0xC9, 0x21A),), verifier=1, page="nf-wdm-iocompleterequest",
    explanation="STATUS_NOT_SUPPORTED means that no driver of the stack has handled the request. One has.",
)  # fmt: skip
SUSPICIOUS_STATUS = rule(
    "suspicious-status-returned", "error", "a dispatch routine returns what is no status of a request",
    here="this dispatch routine", help="return the status that the IRP was completed with, or STATUS_PENDING",
    stop=(0xC9, 0x21B), also=((0xC9, 0x225),), verifier=1, page="nc-wdm-driver_dispatch",
    explanation="STATUS_MORE_PROCESSING_REQUIRED is for completion routines, and -1 is what a forgotten return looks "
    "like.",
)  # fmt: skip
LOCATION_COPIED_NEEDLESSLY = rule(
    "stack-location-copied-needlessly", "note", "a stack location is copied though no completion routine is set",
    here="sent here", help="use IoSkipCurrentIrpStackLocation, which is faster", stop=(0xC9, 0x21C), verifier=1,
    page="nf-wdm-ioskipcurrentirpstacklocation",
    explanation="A driver that only passes an IRP on can let the next one have its own stack location.",
)  # fmt: skip
LEFT_ATTACHED_ON_REMOVE = rule(
    "device-left-attached-on-remove", "fatal", "a device is still attached after IRP_MN_REMOVE_DEVICE",
    here="this dispatch routine", earlier=("attached", "attached here"),
    help="call IoDetachDevice, then IoDeleteDevice, when the request has been passed down", stop=(0xC9, 0x21D),
    verifier=1, page="nf-wdm-iodetachdevice",
    explanation="The driver below deletes its device next. Who is still attached to it has a pointer to freed memory.",
)  # fmt: skip
LEFT_ON_REMOVE = rule(
    "device-left-on-remove", "fatal", "a device object is still there after IRP_MN_REMOVE_DEVICE",
    here="this dispatch routine", earlier=("created", "created here"),
    help="call IoDeleteDevice after IoDetachDevice", stop=(0xC9, 0x21E), verifier=1, page="nf-wdm-iodeletedevice",
    explanation="A device object that nobody deletes keeps its driver loaded for ever.",
)  # fmt: skip
DISPATCH_MISSING = rule(
    "required-dispatch-routine-missing", "error", "a driver that is in a device's stack has no dispatch routine",
    here="this AddDevice",
    help="handle IRP_MJ_PNP, IRP_MJ_POWER and IRP_MJ_SYSTEM_CONTROL, at least by passing them on",
    stop=(0xC9, 0x21F), verifier=1, page="nc-wdm-driver_add_device",
    explanation="What a driver does not handle is completed with STATUS_INVALID_DEVICE_REQUEST: the drivers below "
    "never see the request.",
)  # fmt: skip
OTHER_DEVICE_DELETED = rule(
    "device-of-other-driver-deleted", "fatal", "a device object is deleted that another driver has created",
    here="deleted here", earlier=("created", "created here"),
    help="delete the device object that this driver's IoCreateDevice made", stop=(0xC9, 0x221), verifier=1,
    page="nf-wdm-iodeletedevice",
    explanation="The physical device object is the bus driver's. It goes when the bus finds that the device is gone.",
)  # fmt: skip
RETURNED_STATUS_DIFFERS = rule(
    "returned-status-differs", "fatal", "a dispatch routine returns another status than the IRP has",
    here="this dispatch routine", earlier=("completed", "completed here"),
    help="return the status that is in IoStatus.Status, or what IoCallDriver returned", stop=(0xC9, 0x224),
    verifier=1, page="nc-wdm-driver_dispatch",
    explanation="The driver above acts on the returned value at once, and on IoStatus in its completion routine. If "
    "they differ, it does both.",
)  # fmt: skip
IRP_NEITHER = rule(
    "irp-neither-completed-nor-sent", "fatal", "a dispatch routine returns without completing the IRP or passing it on",
    here="this dispatch routine", help="complete it, pass it down, or mark it pending and return STATUS_PENDING",
    stop=(0xC9, 0x226), verifier=1, page="nc-wdm-driver_dispatch",
    explanation="Nobody has the IRP any more, and nobody will complete it. Who waits for it waits for ever.",
)  # fmt: skip
PENDING_NOT_PROPAGATED = rule(
    "pending-not-propagated", "error", "a completion routine does not pass on that the IRP was pended",
    here="this completion routine", help="begin with: if (Irp->PendingReturned) IoMarkIrpPending(Irp);",
    stop=(0xC9, 0x228), verifier=1, page="nf-wdm-iosetcompletionroutine",
    explanation="The dispatch routine returned STATUS_PENDING, which came from below. Its own stack location must say "
    "so too, and once a completion routine is called the I/O manager leaves that to it.",
)  # fmt: skip
CANCEL_ROUTINE_BELOW = rule(
    "cancel-routine-set-while-below", "fatal", "a cancel routine is set in an IRP that a lower driver has",
    here="set here", help="set cancel routines only while this driver holds the IRP", stop=(0xC9, 0x229), verifier=1,
    page="nf-wdm-iosetcancelroutine",
    explanation="There is one cancel routine in an IRP. The lower driver's is lost.",
)  # fmt: skip
PNP_COMPLETED = rule(
    "pnp-request-not-passed-down", "error", "a Plug and Play request is completed before all drivers have seen it",
    here="completed here", help="pass it down; complete it here only to fail it", stop=(0xC9, 0x22E),
    also=((0xC9, 0x22D), (0xC9, 0x22F)), verifier=1, page="handling-irps",
    explanation="The bus driver at the bottom of the stack has to act on it too. A driver that does not know a request "
    "leaves it alone and passes it on.",
)  # fmt: skip
POWER_COMPLETED = rule(
    "power-request-not-passed-down", "fatal", "a power request is completed before all drivers have seen it",
    here="completed here", help="pass it down with IoCallDriver", stop=(0xC9, 0x231),
    also=((0xC9, 0x230), (0xC9, 0x232)), verifier=1, page="handling-irps",
    explanation="The bus driver at the bottom of the stack switches the device's power.",
)  # fmt: skip
SYSTEM_CONTROL_COMPLETED = rule(
    "wmi-request-not-passed-down", "error", "a WMI request for another device is completed", here="completed here",
    help="compare Parameters.WMI.ProviderId with the own device object, and pass on what is not for it",
    stop=(0xC9, 0x220), verifier=1, page="handling-irps",
    explanation="WMI requests go to the top of the stack. Each driver takes those that name its device.",
)  # fmt: skip
CAPABILITIES_NOT_INITIALISED = rule(
    "capabilities-not-initialized", "error", "a query for capabilities is sent with a structure that is not prepared",
    here="sent here", help="zero it, then set Size, Version to 1, and Address and UINumber to -1", stop=(0xC9, 0x233),
    also=((0xC9, 0x234), (0xC9, 0x235), (0xC9, 0x236)), verifier=1, page="irp-mn-query-capabilities",
    explanation="Drivers below tell by Version what they may write, and by -1 that nobody has answered yet.",
)  # fmt: skip
SYSTEM_IRP_SENT = rule(
    "system-request-sent-by-driver", "fatal", "a driver sends a request that is the system's to send",
    here="sent here", help="ask the Plug and Play manager for it, or use PoRequestPowerIrp", stop=(0xC9, 0x237),
    verifier=1, page="nf-wdm-iocalldriver",
    explanation="Starting, stopping and removing devices, and their power, follow states that only the system keeps.",
)  # fmt: skip
UNSENT_IRP_COMPLETED = rule(
    "unsent-irp-completed", "note", "an IRP is completed that was never sent", here="completed here",
    earlier=("allocated", "allocated here"), help="use IoFreeIrp for an IRP that is not needed after all",
    stop=(0xC9, 0x239), verifier=1, page="nf-wdm-iocompleterequest",
    explanation="Completion answers a sender. Nobody has sent this IRP.",
)  # fmt: skip
IRP_SENT_AT_IRQL = rule(
    "request-sent-at-wrong-irql", "fatal", "a request is sent at an IRQL at which no driver expects it",
    here="sent here", help="send it from a work item at PASSIVE_LEVEL", stop=(0xC9, 0x23A), verifier=1,
    page="nf-wdm-iocalldriver",
    explanation="Dispatch routines for Plug and Play, WMI, create, cleanup and close are called at PASSIVE_LEVEL, and "
    "may be pageable and wait.",
)  # fmt: skip
PENDING_UNMARKED = rule(
    "pending-returned-unmarked", "error", "STATUS_PENDING is returned for an IRP that is not marked pending",
    here="this dispatch routine", help="call IoMarkIrpPending(Irp) before queueing it", stop=(0xC9, 0x23D),
    also=((0xC9, 0x24C),), verifier=1, page="nf-wdm-iomarkirppending",
    explanation="The mark tells the I/O manager that somebody waits, and has to be woken when the IRP is completed. "
    "Without it the request ends and its requestor goes on waiting.",
)  # fmt: skip
PENDING_NOT_RETURNED = rule(
    "pending-marked-not-returned", "error", "an IRP is marked pending, but STATUS_PENDING is not returned",
    here="this dispatch routine", earlier=("pending", "marked pending here"),
    help="return STATUS_PENDING after IoMarkIrpPending, even if the IRP is complete by then", stop=(0xC9, 0x23E),
    verifier=1, page="nf-wdm-iomarkirppending",
    explanation="The mark and the returned status are read at different times by different people. The requestor takes "
    "the request for finished, and gets its data later, wherever its buffer is by then.",
)  # fmt: skip
DEVICE_INITIALIZING = rule(
    "device-initializing-not-cleared", "fatal", "AddDevice leaves DO_DEVICE_INITIALIZING set", here="this AddDevice",
    earlier=("created", "created here"), help="end AddDevice with DeviceObject->Flags &= ~DO_DEVICE_INITIALIZING;",
    stop=(0xC9, 0x243), verifier=1, page="nf-wdm-iocreatedevice",
    explanation="As long as the flag is set nobody can open the device or attach to it. The I/O manager clears it only "
    "for devices that DriverEntry creates.",
)  # fmt: skip
DEVICE_FLAGS = rule(
    "device-flags-not-inherited", "fatal", "a filter has other buffer or power flags than the device below it",
    here="this AddDevice", earlier=("attached", "attached here"),
    help="copy DO_BUFFERED_IO, DO_DIRECT_IO and DO_POWER_PAGABLE from the device that was attached to",
    stop=(0xC9, 0x244), also=((0xC9, 0x23F),), verifier=1, page="nf-wdm-ioattachdevicetodevicestack",
    explanation="The I/O manager looks at the flags of the highest device only. The driver below finds its buffers "
    "where the filter's flags say.",
)  # fmt: skip
DEVICE_TYPE_DIFFERS = rule(
    "device-type-not-inherited", "fatal", "a filter has another device type than the device below it",
    here="this AddDevice", earlier=("attached", "attached here"),
    help="pass the lower device's DeviceType to IoCreateDevice, or copy it", stop=(0xC9, 0x246), verifier=1,
    page="nf-wdm-ioattachdevicetodevicestack",
    explanation="Who opens the stack looks at its highest device, and must find there what the device really is.",
)  # fmt: skip
BOTH_BUFFER_FLAGS = rule(
    "both-buffer-flags-set", "fatal", "a device has both DO_BUFFERED_IO and DO_DIRECT_IO", here="this AddDevice",
    earlier=("created", "created here"), help="choose one", stop=(0xC9, 0x245), verifier=1,
    page="nf-wdm-iocreatedevice",
    explanation="A request has either a system buffer or an MDL.",
)  # fmt: skip
DEVICE_DELETED_ATTACHED = rule(
    "device-deleted-while-attached", "fatal", "a device object is deleted while it is attached to another",
    here="deleted here", earlier=("attached", "attached here"), help="call IoDetachDevice with the lower device first",
    stop=(0xC9, 0x201), verifier=1, page="nf-wdm-iodeletedevice",
    explanation="The device below keeps the address of this one, and hands it every IRP.",
)  # fmt: skip
DEVICE_NOT_ATTACHED = rule(
    "device-not-attached", "fatal", "a device is detached from one that nothing is attached to", here="detached here",
    earlier=("detached", "already detached here"),
    help="pass what IoAttachDeviceToDeviceStack returned, once", stop=(0xC9, 0x202), verifier=1,
    page="nf-wdm-iodetachdevice",
    explanation="IoDetachDevice takes the lower device, not the driver's own.",
)  # fmt: skip
DEVICE_DELETED_TWICE = rule(
    "device-deleted-twice", "fatal", "this device object has been deleted", here="deleted again here",
    earlier=("deleted", "deleted here"), help="delete a device object once", stop=(0xC9, 0x240), verifier=1,
    page="nf-wdm-iodeletedevice",
    explanation="While somebody has it open a deleted device object lingers, and looks alive.",
)  # fmt: skip
DETACHED_ON_SURPRISE = rule(
    "device-detached-on-surprise-removal", "fatal", "a device is detached while it is removed by surprise",
    here="this dispatch routine", earlier=("detached", "detached here"),
    help="wait for IRP_MN_REMOVE_DEVICE, which follows when all handles are closed", stop=(0xC9, 0x241), verifier=1,
    page="irp-mn-surprise-removal",
    explanation="Programs still have the device open, and their requests must come out of the stack by the way that "
    "they went in.",
)  # fmt: skip
DELETED_ON_SURPRISE = rule(
    "device-deleted-on-surprise-removal", "fatal", "a device object is deleted while it is removed by surprise",
    here="this dispatch routine", earlier=("deleted", "deleted here"),
    help="wait for IRP_MN_REMOVE_DEVICE, which follows when all handles are closed", stop=(0xC9, 0x242), verifier=1,
    page="irp-mn-surprise-removal",
    explanation="Programs still have the device open: they have to be told by failing their requests.",
)  # fmt: skip
MAY_NOT_FAIL = rule(
    "request-failed-that-may-not-fail", "fatal", "a request is failed that a driver has to succeed",
    here="completed here", help="set STATUS_SUCCESS and pass it down", stop=(0xC9, 0x247), also=((0xC9, 0x306),),
    verifier=1, page="handling-irps",
    explanation="Stopping, removing, and cancelling either, are not questions. The questions are QUERY_STOP and "
    "QUERY_REMOVE.",
)  # fmt: skip
NOT_A_PDO = rule(
    "not-a-physical-device-object", "fatal", "a routine needs the physical device object and gets another",
    here="called here", earlier=("created", "created here"),
    help="pass the second argument of AddDevice", stop=(0xC9, 0x24D), verifier=1,
    page="nf-wdm-ioregisterdeviceinterface",
    explanation="What the Plug and Play manager knows of a device hangs on the object that the bus driver has created.",
)  # fmt: skip
SYNCHRONOUS_AT_APC_LEVEL = rule(
    "synchronous-request-at-apc-level", "error", "a request whose end is told by an APC is sent where none can run",
    here="sent here", earlier=("irql", "the IRQL was raised here"),
    help="send it at PASSIVE_LEVEL outside critical regions, or use IoBuildAsynchronousFsdRequest", stop=(0xC9, 0x302),
    verifier=1, page="nf-wdm-iobuildsynchronousfsdrequest",
    explanation="The status block and the event of such a request are set by a special kernel APC to the thread that "
    "waits for them.",
)  # fmt: skip
EVENT_SIGNALLED_BEFORE = rule(
    "event-signalled-before-request", "error", "a request is pended whose event was signalled already",
    here="sent here",
    help="call KeInitializeEvent or KeClearEvent before each request", stop=(0xC9, 0x307), verifier=1,
    page="nf-wdm-iobuildsynchronousfsdrequest",
    explanation="Who waits for the event goes on at once, and takes an unfinished request for a finished one.",
)  # fmt: skip
IRP_REUSED_IN_USE = rule(
    "irp-reused-while-in-use", "error", "an IRP is made ready for another request though a lower driver has it",
    here="reused here", help="reuse it in or after the completion routine that keeps it", stop=(0xC9, 0x310),
    verifier=1, page="nf-wdm-ioreuseirp",
    explanation="The lower driver's stack location is wiped out while it works with it.",
)  # fmt: skip
IRP_REUSED_BUILDER = rule(
    "irp-of-builder-reused", "error", "IoReuseIrp is used on an IRP from one of the IoBuild routines",
    here="reused here", earlier=("allocated", "built here"), help="build another one, or use IoAllocateIrp",
    stop=(0xC9, 0x311), verifier=1, page="nf-wdm-ioreuseirp",
    explanation="Such an IRP has a buffer, an MDL or a place in its thread's list that would be forgotten.",
)  # fmt: skip
INFORMATION_TOO_LARGE = rule(
    "information-larger-than-buffer", "error", "IoStatus.Information is more than the requestor has room for",
    here="completed here", help="set Information to the number of bytes that were put into the system buffer",
    stop=(0xC9, 0x312), verifier=1, page="nf-wdm-iocompleterequest",
    explanation="The I/O manager copies so many bytes from the system buffer to the program. Past its end lies other "
    "drivers' memory, past the program's buffer its own.",
)  # fmt: skip
UNWRITTEN_BYTES_RETURNED = rule(
    "unwritten-bytes-returned", "error", "bytes of the system buffer that nobody wrote go to the requestor",
    here="completed here", help="set Information to what was written, or clear the buffer first",
    page="nf-wdm-iocompleterequest",
    explanation="The system buffer is pool that others have used before. What is not overwritten in it tells a program "
    "what the kernel kept there.",
)  # fmt: skip
DISPATCH_CHANGED_IRQL = rule(
    "dispatch-routine-changed-irql", "fatal", "a dispatch routine returns at another IRQL than it was called at",
    here="this dispatch routine", earlier=("irql", "the IRQL was changed here"),
    help="lower the IRQL, and release every spin lock, on all paths", stop=(0xC9, 0x5), verifier=1,
    page="nc-wdm-driver_dispatch",
    explanation="The driver above goes on at an IRQL that it has not asked for.",
)  # fmt: skip
COMPLETION_CHANGED_IRQL = rule(
    "completion-routine-changed-irql", "fatal", "a completion routine returns at another IRQL than it was called at",
    here="this completion routine", earlier=("irql", "the IRQL was changed here"),
    help="lower the IRQL, and release every spin lock, on all paths", stop=(0xC4, 0xFA), verifier=1,
    page="nf-wdm-iosetcompletionroutine",
    explanation="The driver that completes the IRP goes on at an IRQL that it has not asked for.",
)  # fmt: skip
CRITICAL_REGION_KEPT = rule(
    "critical-region-kept", "fatal", "a routine returns within a critical region that it has entered",
    here="this routine", help="call KeLeaveCriticalRegion on all paths", stop=(0xC4, 0xC5), also=((0xC4, 0xFB),),
    verifier=1, page="nf-ntddk-keentercriticalregion",
    explanation="The thread gets no normal kernel APCs any more, whoever it belongs to.",
)  # fmt: skip
USER_ADDRESS_IN_KERNEL_IRP = rule(
    "user-address-in-kernel-irp", "fatal", "a request of the kernel's holds an address of a program", here="sent here",
    earlier=("allocated", "allocated here"),
    help="set RequestorMode to that of the original request, or pass a kernel buffer", stop=(0xC4, 0xE2), verifier=1,
    page="nf-wdm-iocalldriver",
    explanation="Drivers trust the addresses in a request from kernel mode and do not probe them. A program that "
    "chooses the address reads or writes the kernel.",
)  # fmt: skip
KERNEL_BUFFER_BAD = rule(
    "request-buffer-not-accessible", "fatal", "a request is built for a buffer that cannot be accessed",
    here="built here", help="pass memory that is there, and writable for a read", stop=(0xC9, 0x8),
    also=((0xC9, 0x9),), verifier=1, page="nf-wdm-iobuildasynchronousfsdrequest",
    explanation="The IoBuild routines lock or copy the buffer as the target device wants it. Without the verifier they "
    "return NULL.",
)  # fmt: skip
IO_TIMER_TWICE = rule(
    "io-timer-initialized-twice", "fatal", "a device gets a second timer", here="initialised again here",
    earlier=("timer", "initialised here"), help="call IoInitializeTimer once for a device, in AddDevice",
    stop=(0xC9, 0xA), verifier=1, page="nf-wdm-ioinitializetimer",
    explanation="A device object has one timer. Start and stop it as often as needed.",
)  # fmt: skip
STATUS_BLOCK_UNWOUND = rule(
    "status-block-on-unwound-stack", "fatal", "the status block of a request lies on a stack that was unwound",
    here="written here", earlier=("allocated", "the request was built here"),
    help="wait for the request before the function returns that has the IO_STATUS_BLOCK", stop=(0xC9, 0xC), verifier=1,
    page="nf-wdm-iobuildsynchronousfsdrequest",
    explanation="The I/O manager writes it when the request ends. Whatever the thread keeps there by then is "
    "overwritten.",
)  # fmt: skip
EVENT_UNWOUND = rule(
    "event-on-unwound-stack", "fatal", "the event of a request lies on a stack that was unwound", here="signalled here",
    earlier=("allocated", "the request was built here"),
    help="wait for the request before the function returns that has the KEVENT", stop=(0xC9, 0xD), verifier=1,
    page="nf-wdm-iobuildsynchronousfsdrequest",
    explanation="The I/O manager signals it when the request ends. Whatever the thread keeps there by then is taken "
    "for an event.",
)  # fmt: skip
IRP_CANCELLED_COMPLETED = rule(
    "irp-cancelled-after-completion", "fatal", "an IRP is cancelled that has been completed", here="cancelled here",
    earlier=("completed", "completed here"),
    help="cancel an IRP only while its owner knows that it has not come back", stop=(0x48, None),
    page="bug-check-0x48--cancel-state-in-completed-irp",
    explanation="IoCancelIrp is for the driver that made or holds the IRP. After completion its memory is somebody "
    "else's.",
)  # fmt: skip
CANCEL_LOCK_KEPT = rule(
    "cancel-lock-kept", "fatal", "a cancel routine returns with the cancel spin lock held", here="this cancel routine",
    help="begin with IoReleaseCancelSpinLock(Irp->CancelIrql)", stop=(0x11B, None),
    page="bug-check-0x11b--driver-returned-holding-cancel-lock",
    explanation="The lock is the whole system's. Nobody can cancel or queue a request any more.",
)  # fmt: skip
DRIVER_IRP_AT_TOP = rule(
    "driver-irp-not-kept", "error", "an IRP of a driver's own goes past its last completion routine",
    here="completed here", earlier=("allocated", "allocated here"),
    help="set a completion routine that frees the IRP and returns STATUS_MORE_PROCESSING_REQUIRED",
    page="nf-wdm-ioallocateirp",
    explanation="At the top of the stack the I/O manager takes over, and looks for the thread to tell. An IRP from "
    "IoAllocateIrp has none: Windows reads through a NULL pointer there.",
)  # fmt: skip
IRP_FREED_BY_COMPLETION_ROUTINE = rule(
    "irp-freed-but-not-kept", "fatal", "a completion routine frees the IRP and lets completion go on",
    here="completed here", earlier=("freed", "freed here"),
    help="return STATUS_MORE_PROCESSING_REQUIRED after IoFreeIrp", stop=(0x44, None), page="nf-wdm-iofreeirp",
    explanation="Any other value makes IoCompleteRequest go on with the next stack location, of an IRP that is gone.",
)  # fmt: skip
IRP_NEVER_COMPLETED = rule(
    "irp-never-completed", "error", "a request is never completed", here="sent here",
    help="complete every IRP, also when the device does not answer, and let it be cancelled",
    page="nf-wdm-iocompleterequest",
    explanation="Nothing in the machine can run any more that would complete it. The program that waits for it cannot "
    "even be ended: its thread stays until the IRP is done.",
)  # fmt: skip
NO_START_IO = rule(
    "start-io-missing", "fatal", "IoStartPacket is called by a driver that has no StartIo routine", here="called here",
    help="set DriverObject->DriverStartIo in DriverEntry", stop=(0xD1, None), page="nf-wdm-iostartpacket",
    explanation="The I/O manager calls what DriverStartIo points at.",
)  # fmt: skip
REMOVE_LOCK_NOT_HELD = rule(
    "remove-lock-not-held", "fatal", "a remove lock is released under a tag that it is not held under",
    here="released here", earlier=("acquired", "last acquired here"),
    help="release with the tag of the acquisition, once, and only if IoAcquireRemoveLock succeeded", stop=(0xC4, 0xD5),
    verifier=1, page="nf-wdm-ioreleaseremovelock",
    explanation="The count reaches zero while somebody still uses the device, and its removal does not wait for him.",
)  # fmt: skip
REMOVE_LOCK_WRONG_TAG = rule(
    "remove-lock-tag-unknown", "fatal",
    "IoReleaseRemoveLockAndWait is called with a tag that the lock is not held under",
    here="called here", earlier=("acquired", "last acquired here"),
    help="acquire the lock for IRP_MN_REMOVE_DEVICE as for any request, and pass the same tag", stop=(0xC4, 0xD6),
    verifier=1, page="nf-wdm-ioreleaseremovelockandwait",
    explanation="The routine gives back two counts: the one of the removing request and the device's own.",
)  # fmt: skip
REMOVE_LOCK_INITIALISED_TWICE = rule(
    "remove-lock-initialized-twice", "fatal", "a remove lock is initialised while somebody holds it",
    here="initialised again here", earlier=("acquired", "acquired here"), help="initialise it once, in AddDevice",
    stop=(0xC4, 0xD7), verifier=1, page="nf-wdm-ioinitializeremovelock",
    explanation="The count starts anew, and those who hold the lock are forgotten.",
)  # fmt: skip
WORK_ITEM_LEFT = rule(
    "work-item-leaked", "leak", "a work item was never freed", here="allocated here",
    help="call IoFreeWorkItem when its routine has run", stop=(0xC4, 0x62), verifier=1,
    page="nf-wdm-ioallocateworkitem",
    explanation="IoAllocateWorkItem takes pool. The routine of an item may free the item itself.",
)  # fmt: skip
WORK_ITEM_QUEUED_TWICE = rule(
    "work-item-queued-twice", "fatal", "a work item is queued that is in the queue already", here="queued again here",
    earlier=("queued", "queued here"), help="queue an item again when its routine has begun", stop=(0x96, None),
    page="bug-check-0x96--invalid-work-queue-item",
    explanation="The item's list entry is part of the queue. A second insertion makes a ring of it.",
)  # fmt: skip
WORK_ITEM_FREED_QUEUED = rule(
    "work-item-freed-while-queued", "fatal", "a work item is freed that is still in the queue", here="freed here",
    earlier=("queued", "queued here"), help="free it in its own routine, or wait until that has run", stop=(0xE4, None),
    page="bug-check-0xe4--worker-invalid",
    explanation="A worker thread takes it from the queue when its memory is somebody else's.",
)  # fmt: skip
WORK_ITEM_PAGEABLE = rule(
    "work-item-pageable", "fatal", "a work item lies in memory that can be paged out", here="queued here",
    help="allocate it from nonpaged pool", stop=(0xC4, 0x131), verifier=1, page="nf-wdm-exqueueworkitem",
    explanation="The queue is walked at raised IRQL.",
)  # fmt: skip
WORKER_IRQL = rule(
    "worker-returned-at-raised-irql", "fatal", "the routine of a work item returns at a raised IRQL",
    here="this routine", earlier=("irql", "the IRQL was raised here"),
    help="lower the IRQL, and release every spin lock, on all paths", stop=(0xE1, None),
    page="bug-check-0xe1--worker-thread-returned-at-bad-irql",
    explanation="Worker threads belong to all drivers.",
)  # fmt: skip
UNLOADED_WITH_WORK = rule(
    "driver-unloaded-with-work-outstanding", "fatal", "a driver is unloaded while something of its is still to run",
    here="queued here", help="wait in DriverUnload for work items and threads, cancel timers, and flush DPCs",
    stop=(0xCE, None), page="bug-check-0xce--driver-unloaded-without-cancelling-pending-operations",
    explanation="When DriverUnload returns the driver's code leaves memory. Whatever calls it afterwards runs into "
    "nothing.",
)  # fmt: skip
DEVICE_LEFT = rule(
    "device-object-left", "leak", "a device object was never deleted", here="created here",
    help="call IoDeleteDevice in DriverUnload, or on IRP_MN_REMOVE_DEVICE", page="nf-wdm-iocreatedevice",
    explanation="A driver stays loaded as long as it has device objects.",
)  # fmt: skip
LINK_LEFT = rule(
    "symbolic-link-left", "leak", "a symbolic link was never deleted", here="created here",
    help="call IoDeleteSymbolicLink before IoDeleteDevice", page="nf-wdm-iocreatesymboliclink",
    explanation="The name goes on leading to a device that is gone, and the driver cannot create it at its next start.",
)  # fmt: skip
FILE_OBJECT_LEFT = rule(
    "file-object-left-referenced", "leak", "a file object is still referenced", here="referenced here",
    help="call ObDereferenceObject for the file object of IoGetDeviceObjectPointer",
    page="nf-wdm-iogetdeviceobjectpointer",
    explanation="The device below gets no IRP_MJ_CLOSE, and its driver cannot unload.",
)  # fmt: skip
OBJECT_OVER_DEREFERENCED = rule(
    "object-dereferenced-too-often", "fatal", "an object is dereferenced more often than it was referenced",
    here="dereferenced here", help="give back each reference once", stop=(0x18, None),
    page="bug-check-0x18--reference-by-pointer",
    explanation="Somebody else's reference is gone now: the object may vanish under him.",
)  # fmt: skip

# ---- pool ---------------------------------------------------------------------------------------------------------

POOL_LEAKED = rule(
    "pool-leaked", "leak", "a pool block was never freed", here="allocated here",
    help="free it with ExFreePoolWithTag on every path", stop=(0xC4, 0x62), verifier=1, page="nf-wdm-exfreepoolwithtag",
    explanation="Pool belongs to nobody's process: what a driver does not free stays taken until the machine restarts.",
)  # fmt: skip
POOL_FREED_TWICE = rule(
    "pool-freed-twice", "fatal", "this pool block has been freed already", here="freed again here",
    earlier=("freed", "freed here"), help="set the pointer to NULL when the block is freed",
    stop=(0xC2, 0x7), page="nf-wdm-exfreepoolwithtag",
    explanation="The second free hands out a block that may belong to somebody else by now.",
)  # fmt: skip
POOL_BAD_ADDRESS = rule(
    "pool-address-never-allocated", "fatal", "no pool block begins at this address", here="freed here",
    earlier=("allocated", "the block that it lies in was allocated here"), help="free exactly the address that the allocation returned", stop=(0xC2, 0x46),
    also=((0xC2, 0x41), (0xC2, 0x42), (0xC2, 0x50), (0xC2, 0x41286)), page="nf-wdm-exfreepoolwithtag",
    explanation="The pool header lies just before the address that an allocation returned. Any other address makes "
    "the pool manager read a header that is none.",
)  # fmt: skip
POOL_USER_ADDRESS = rule(
    "pool-freed-user-address", "fatal", "a user-mode address is freed as pool", here="freed here",
    help="free exactly the address that the allocation returned", stop=(0xC2, 0x40), page="nf-wdm-exfreepoolwithtag",
    explanation="Pool lies in kernel space. A user address here is often a buffer of the caller taken for the "
    "driver's own.",
)  # fmt: skip
POOL_WRONG_TAG = rule(
    "pool-freed-with-wrong-tag", "fatal", "this pool block is freed with another tag than it was allocated with",
    here="freed here", earlier=("allocated", "allocated here"),
    help="free it with the tag it was allocated with, or with tag 0", stop=(0xC2, 0xA), page="nf-wdm-exfreepoolwithtag",
    explanation="The tag says whose block it is. Freeing with another one is how a driver frees somebody else's "
    "memory.",
)  # fmt: skip
POOL_HEADER_OVERWRITTEN = rule(
    "pool-overrun", "fatal", "bytes were written past the end of this pool block", here="found when it was freed here",
    earlier=("allocated", "allocated here"), help="keep every write inside the bytes that were asked for",
    stop=(0x19, 0x20), page="bug-check-0x19--bad-pool-header",
    explanation="Behind each block stands the header of the next. Writing past the end destroys it, and the pool with "
    "it.",
)  # fmt: skip
POOL_FREED_LOCKED = rule(
    "pool-freed-while-locked", "fatal", "pool is freed while its pages are locked", here="freed here",
    earlier=("locked", "locked here"), help="unlock every MDL over the block before it is freed",
    stop=(0x4E, 0x9A), page="bug-check-0x4e--pfn-list-corrupt",
    explanation="Pages that are locked for a transfer would be handed to the next who asks, while the device still "
    "writes to them.",
)  # fmt: skip
POOL_ZERO_BYTES = rule(
    "pool-of-zero-bytes", "error", "zero bytes of pool are asked for", here="asked for here",
    help="test the length before allocating", stop=(0xC4, 0x0), verifier=1, page="nf-wdm-exallocatepoolwithtag",
    explanation="An allocation of zero bytes returns a block that cannot be written to. It is nearly always a length "
    "that was never checked.",
)  # fmt: skip
POOL_IRQL = rule(
    "pool-at-wrong-irql", "fatal", "paged pool is allocated above APC_LEVEL", here="asked for here",
    earlier=("irql", "the IRQL was raised here"), help="use nonpaged pool at DISPATCH_LEVEL", stop=(0xC4, 0x1),
    verifier=1, page="nf-wdm-exallocatepoolwithtag",
    explanation="Paged pool may fault, and faults are not handled at DISPATCH_LEVEL or above.",
)  # fmt: skip
POOL_IRQL_NONPAGED = rule(
    "nonpaged-pool-above-dispatch", "fatal", "nonpaged pool is allocated above DISPATCH_LEVEL", here="asked for here",
    earlier=("irql", "the IRQL was raised here"), help="allocate in the DPC, or beforehand", stop=(0xC4, 0x2),
    verifier=1, page="nf-wdm-exallocatepoolwithtag",
    explanation="The pool's own lock is taken at DISPATCH_LEVEL, so nothing above that may touch it.",
)  # fmt: skip
POOL_FREE_IRQL_NONPAGED = rule(
    "nonpaged-pool-freed-above-dispatch", "fatal", "nonpaged pool is freed above DISPATCH_LEVEL", here="freed here",
    earlier=("irql", "the IRQL was raised here"), help="free it in the DPC", stop=(0xC4, 0x12), verifier=1,
    page="nf-wdm-exfreepoolwithtag",
    explanation="The pool's own lock is taken at DISPATCH_LEVEL, so nothing above that may touch it.",
)  # fmt: skip
POOL_FREE_IRQL_PLAIN = rule(
    "pool-freed-above-dispatch", "fatal", "pool is freed at an IRQL above DISPATCH_LEVEL", here="freed here",
    earlier=("irql", "the IRQL was raised here"), help="free at DISPATCH_LEVEL or below", stop=(0xC2, 0x9),
    page="bug-check-0xc2--bad-pool-caller",
    explanation="The pool's lock is taken at DISPATCH_LEVEL: whoever interrupts its holder and frees pool would wait "
    "for ever.",
)  # fmt: skip
POOL_FREE_IRQL = rule(
    "pool-freed-at-wrong-irql", "fatal", "paged pool is freed above APC_LEVEL", here="freed here",
    earlier=("irql", "the IRQL was raised here"), help="free it after the IRQL is lowered, or use nonpaged pool",
    stop=(0xC4, 0x11), verifier=1, page="nf-wdm-exfreepoolwithtag",
    explanation="Paged pool's own structures are pageable, and faults are not handled at DISPATCH_LEVEL or above.",
)  # fmt: skip
POOL_IRQL_PLAIN = rule(
    "pool-call-above-dispatch", "fatal", "pool is allocated at an IRQL above DISPATCH_LEVEL", here="asked for here",
    earlier=("irql", "the IRQL was raised here"), help="allocate at DISPATCH_LEVEL or below", stop=(0xC2, 0x8),
    page="bug-check-0xc2--bad-pool-caller",
    explanation="The pool's lock is taken at DISPATCH_LEVEL: whoever interrupts its holder and asks for pool would "
    "wait for ever.",
)  # fmt: skip
POOL_MUST_SUCCEED_LARGE = rule(
    "must-succeed-pool-above-a-page", "fatal", "more than a page is asked for of pool that may not fail",
    here="asked for here", help="use NonPagedPoolNx, and handle NULL", stop=(0xC4, 0x3), verifier=1,
    page="bug-check-0xc4--driver-verifier-detected-violation",
    explanation="Where there was pool of this kind, it came in pieces of a page at most.",
)  # fmt: skip
POOL_TAG_RESERVED = rule(
    "pool-tag-reserved", "error", "the tag of this pool is the pool manager's own", here="asked for here",
    help="pass a tag of the driver's own", stop=(0xC2, 0x9C), verifier=1, page="nf-wdm-exallocatepoolwithtag",
    explanation="The tag 'BIG ' stands for large blocks in the pool manager's own tables.",
)  # fmt: skip
POOL_TAG_UNREADABLE = rule(
    "pool-tag-unreadable", "error", "the tag of this pool has no letter and no digit", here="asked for here",
    help="pass a tag of one to four letters or digits in single quotes", stop=(0xC2, 0x9D), verifier=1,
    page="nf-wdm-exallocatepoolwithtag",
    explanation="A tag is four characters in single quotes, which C makes a number. A small number in their place says "
    "nothing to whoever looks for the owner of the memory.",
)  # fmt: skip
POOL_TAG_ZERO = rule(
    "pool-tag-zero", "error", "pool is asked for without a tag", here="asked for here",
    help="pass a tag of one to four printable characters", stop=(0xC2, 0x9B), verifier=1,
    page="nf-wdm-exallocatepoolwithtag",
    explanation="The tag is how every tool tells whose memory this is.",
)  # fmt: skip
POOL_MUST_SUCCEED = rule(
    "pool-that-must-succeed", "fatal", "pool is asked for that may not fail", here="asked for here",
    help="use NonPagedPoolNx, and handle NULL", stop=(0xC2, 0x9A), page="bug-check-0xc2--bad-pool-caller",
    explanation="There is no pool of this kind any more since Windows XP.",
)  # fmt: skip
POOL_EXECUTABLE = rule(
    "pool-executable", "error", "executable pool is asked for", here="asked for here",
    help="use NonPagedPoolNx or POOL_FLAG_NON_PAGED", stop=(0xC4, 0x2000), verifier=2,
    page="nf-wdm-exallocatepoolwithtag",
    explanation="Data that can be executed is what an attacker looks for; code integrity forbids it.",
)  # fmt: skip

SPECIAL_POOL_OVERRUN = rule(
    "special-pool-overrun", "fatal", "bytes just past the end of this pool block were written to",
    here="found when it was freed here", earlier=("allocated", "allocated here"),
    help="keep every write inside the bytes that were asked for", stop=(0xC1, None),
    also=((0xC1, 0x24),), verifier=1,
    page="bug-check-0xc1--special-pool-detected-memory-corruption",
    explanation="In special pool a block ends within 15 bytes of the end of its page. What lies between is filled with "
    "a pattern, which is compared when the block is freed; a write further out faults at once.",
)  # fmt: skip
SPECIAL_POOL_UNDERRUN = rule(
    "special-pool-underrun", "fatal", "bytes before the start of this pool block were written to",
    here="found when it was freed here", earlier=("allocated", "allocated here"),
    help="look for negative indexes and for pointers that were moved back", stop=(0xC1, None),
    also=((0xC1, 0x23),), verifier=1,
    page="bug-check-0xc1--special-pool-detected-memory-corruption",
    explanation="In special pool the part of the page before a block is filled with a pattern, which is compared when "
    "the block is freed.",
)  # fmt: skip
SPECIAL_POOL_BAD_ADDRESS = rule(
    "special-pool-freed-at-wrong-address", "fatal",
    "the address that is freed lies within a pool block, not at its start",
    here="freed here", earlier=("allocated", "the block was allocated here"),
    help="free exactly the address that the allocation returned", stop=(0xC1, None),
    also=((0xC1, 0x21),), verifier=1,
    page="bug-check-0xc1--special-pool-detected-memory-corruption",
    explanation="The place of a block in its page follows from its size. An address elsewhere in the page was never "
    "returned by an allocation.",
)  # fmt: skip
SPECIAL_POOL_FREED = rule(
    "pool-touched-after-free", "fatal", "a pool block is touched that has been freed", here="touched here",
    earlier=("freed", "freed here"), help="set the pointer to NULL when the block is freed", stop=(0xD5, None),
    verifier=1, page="bug-check-0xd5--driver-page-fault-in-freed-special-pool",
    explanation="The page of a freed block of special pool is unmapped, so that the access faults instead of reading "
    "or changing what the next owner keeps there.",
)  # fmt: skip
SPECIAL_POOL_FREED_ARGUMENT = rule(
    "freed-pool-given-to-routine", "fatal", "a kernel routine touches a pool block that has been freed",
    here="called here", earlier=("freed", "freed here"), help="set the pointer to NULL when the block is freed",
    stop=(0xCC, None), verifier=1, page="bug-check-0xcc--page-fault-in-freed-special-pool",
    explanation="The routine was given the address of a block that is gone. Without special pool it would have "
    "changed what the next owner keeps there.",
)  # fmt: skip
SPECIAL_POOL_BEYOND = rule(
    "pool-touched-beyond-end", "fatal", "an access goes beyond the end of a pool block", here="touched here",
    earlier=("allocated", "allocated here"), help="keep every access inside the bytes that were asked for",
    stop=(0xD6, None), verifier=1, page="bug-check-0xd6--driver-page-fault-beyond-end-of-allocation",
    explanation="In special pool no memory follows a block, so that an access behind it faults at once.",
)  # fmt: skip
SPECIAL_POOL_BEYOND_ARGUMENT = rule(
    "routine-goes-beyond-pool-end", "fatal", "a kernel routine goes beyond the end of a pool block", here="called here",
    earlier=("allocated", "allocated here"), help="pass a length that fits the block", stop=(0xCD, None), verifier=1,
    page="bug-check-0xcd--page-fault-beyond-end-of-allocation",
    explanation="The routine was given a length that is larger than what is left of the block.",
)  # fmt: skip
POOL_HEADER_LOST = rule(
    "pool-underrun", "fatal", "the header before this pool block was written to", here="found when it was freed here",
    earlier=("allocated", "allocated here"),
    help="look for negative indexes and for a block before it that is too small",
    stop=(0x19, 0x7), page="bug-check-0x19--bad-pool-header",
    explanation="The 16 bytes before a block are its header, which the pool manager reads when the block is freed.",
)  # fmt: skip
POOL_WRITTEN_AFTER_FREE = rule(
    "pool-written-after-free", "fatal", "a pool block was written to after it had been freed",
    here="found when the pool wanted to use it again here", earlier=("freed", "freed here"),
    help="set the pointer to NULL when the block is freed", stop=(0x19, 0x3), page="bug-check-0x19--bad-pool-header",
    explanation="A free block holds the links of the list of free blocks. A late write destroys them, and it is "
    "noticed only when somebody else asks for pool.",
)  # fmt: skip
LOOKASIDE_INITIALISED_TWICE = rule(
    "lookaside-initialized-twice", "fatal", "this lookaside list is initialised already", here="initialised again here",
    earlier=("initialised", "initialised here"),
    help="initialise a list once, and delete it before initialising it again",
    stop=(0xC4, 0xCA), verifier=1, page="nf-wdm-exinitializenpagedlookasidelist",
    explanation="The system links all lookaside lists together. Initialising one again ties that list into a knot, and "
    "loses the blocks that it holds.",
)  # fmt: skip
LOOKASIDE_NOT_INITIALISED = rule(
    "lookaside-not-initialized", "fatal", "no lookaside list is initialised at this address", here="used here",
    earlier=("deleted", "deleted here"), help="initialise the list before it is used, and delete it once",
    stop=(0xC4, 0xCB), verifier=0, page="nf-wdm-exdeletenpagedlookasidelist",
    explanation="The routines take depth, size and functions from the list's head. A head that was never initialised, "
    "or was deleted, holds anything.",
)  # fmt: skip
LOOKASIDE_IN_FREED_POOL = rule(
    "lookaside-in-freed-pool", "fatal", "pool is freed that holds a lookaside list", here="freed here",
    earlier=("initialised", "the list was initialised here"),
    help="delete the list before the memory it lies in is freed",
    stop=(0xC4, 0xCC), verifier=1, page="nf-wdm-exdeletenpagedlookasidelist",
    explanation="The system visits all lookaside lists once a second to adjust their depths, this one too.",
)  # fmt: skip
LOOKASIDE_TOO_SMALL = rule(
    "lookaside-blocks-too-small", "fatal", "the blocks of this lookaside list are too small to be linked",
    here="initialised here", help="pass a size of at least 8 bytes", stop=(0xC4, 0xCD), verifier=1,
    page="nf-wdm-exinitializenpagedlookasidelist",
    explanation="Free blocks are linked through their first bytes.",
)  # fmt: skip
LOOKASIDE_LEFT = rule(
    "lookaside-not-deleted", "leak", "a lookaside list was never deleted", here="initialised here",
    help="delete the list before the memory it lies in goes", page="nf-wdm-exdeletenpagedlookasidelist",
    explanation="The list holds blocks of pool, and the system goes on visiting its head after the driver is gone.",
)  # fmt: skip
CONTIGUOUS_LEAKED = rule(
    "contiguous-memory-leaked", "leak", "contiguous memory was never freed", here="allocated here",
    help="free it with the routine that belongs to its allocation", page="nf-wdm-mmfreecontiguousmemory",
    explanation="Contiguous memory is the scarcest kind there is: what is not given back is missed by every driver.",
)  # fmt: skip
CONTIGUOUS_BAD_ADDRESS = rule(
    "contiguous-memory-unknown", "fatal", "no contiguous memory begins at this address", here="freed here",
    earlier=("freed", "already freed here"), help="free exactly the address that the allocation returned, once",
    stop=(0xC2, 0x60), page="nf-wdm-mmfreecontiguousmemory",
    explanation="Only the start of an allocation can be freed, and only as a whole.",
)  # fmt: skip
CONTIGUOUS_OTHER_SIZE = rule(
    "contiguous-memory-freed-with-other-size", "fatal",
    "memory is freed with another size or cache type than it was allocated with", here="freed here",
    earlier=("allocated", "allocated here"), help="pass the size and the cache type of the allocation",
    stop=(0xC4, 0x16), verifier=1, page="nf-wdm-mmfreecontiguousmemoryspecifycache",
    explanation="The routine frees as many pages as it is told to.",
)  # fmt: skip
IO_SPACE_LEFT = rule(
    "io-space-left-mapped", "leak", "device memory was never unmapped", here="mapped here",
    help="call MmUnmapIoSpace when the device is stopped or removed", page="nf-wdm-mmunmapiospace",
    explanation="Each page of the mapping keeps a system page table entry.",
)  # fmt: skip
IO_SPACE_OVER_RAM = rule(
    "io-space-over-ram", "fatal", "RAM that nobody has locked is mapped as if it were device memory", here="mapped here",
    help="map the translated resources of the device; use MDLs for RAM", stop=(0xC4, 0x83), verifier=1,
    page="nf-wdm-mmmapiospace",
    explanation="The pages may be anybody's a moment later, and a second mapping with another cache type makes "
    "the processor lose data.",
)  # fmt: skip
IO_SPACE_UNKNOWN = rule(
    "io-space-not-mapped", "fatal", "device memory is unmapped that is not mapped here", here="unmapped here",
    earlier=("unmapped", "already unmapped here"), help="pass the address and the length of the mapping, once",
    stop=(0xDA, 0x400), page="nf-wdm-mmunmapiospace",
    explanation="The page table entries would be taken from whoever has them now.",
)  # fmt: skip
ATTACH_INVALID = rule(
    "attached-at-wrong-time", "fatal", "this thread cannot be attached to a process now", here="attached here",
    earlier=("irql", "the IRQL was raised here"),
    help="attach below DISPATCH_LEVEL, and detach before attaching elsewhere",
    stop=(0x5, None), page="nf-ntifs-kestackattachprocess",
    explanation="Attaching switches the address space of the thread. That is impossible while the IRQL is raised, and "
    "KeAttachProcess cannot be nested: KeStackAttachProcess can.",
)  # fmt: skip
DETACH_INVALID = rule(
    "detached-while-not-attached", "fatal", "this thread is not attached to a process as it says", here="detached here",
    help="detach once for each KeStackAttachProcess, with the state that it filled in, in reverse order",
    stop=(0x6, None), page="nf-ntifs-keunstackdetachprocess",
    explanation="The state says which address space to go back to. A wrong one, or one used twice, would leave the "
    "thread in a stranger's.",
)  # fmt: skip
LEFT_ATTACHED = rule(
    "thread-left-attached", "leak", "a thread is still attached to a process at the end", here="attached here",
    help="call KeUnstackDetachProcess on every path", page="nf-ntifs-keunstackdetachprocess",
    explanation="Whatever the thread does next, it does with the addresses of another process.",
)  # fmt: skip
PROCESS_LEFT_PAGES_TRACKED = rule(
    "driver-left-locked-pages", "fatal", "a process exits while pages of its own are locked", here="exits here",
    earlier=("locked", "locked here"), help="call MmUnlockPages on every path, also when the request is cancelled",
    stop=(0xCB, None), verifier=1, page="bug-check-0xcb--driver-left-locked-pages-in-process",
    explanation="Since Windows Vista the verifier's pool tracking counts locked pages too, so Windows knows which MDL "
    "and which driver have locked them. Without it there is only the count, and the stop is 0x76.",
)  # fmt: skip

# ---- handles ------------------------------------------------------------------------------------------------------

HANDLE_NULL = rule(
    "handle-null", "fatal", "a handle is NULL", here="used here",
    help="look at the status of the call that should have made the handle", stop=(0xC4, 0xF5), verifier=1,
    page="nf-wdm-obreferenceobjectbyhandle",
    explanation="No object ever has the handle NULL. Whoever uses it has not asked whether opening the object worked, "
    "or uses a variable that nobody has set.",
)  # fmt: skip
HANDLE_UNKNOWN = rule(
    "handle-unknown", "fatal", "a handle means nothing in this process", here="used here",
    help="use a handle in the process that opened it, before ZwClose; OBJ_KERNEL_HANDLE makes one for all processes",
    stop=(0xC4, 0x3C), verifier=1, page="nf-wdm-obreferenceobjectbyhandle",
    explanation="Handles are numbers in a table of one process. After ZwClose, or in another process, the number means "
    "nothing, or worse, something else.",
)  # fmt: skip
USER_HANDLE_IN_KERNEL = rule(
    "user-handle-in-kernel-mode", "fatal", "a program's handle is used with the rights of the kernel", here="used here",
    help="call ObReferenceObjectByHandle with UserMode in the dispatch routine, and keep the object", stop=(0xC4, 0xF6),
    verifier=1, page="nf-wdm-obreferenceobjectbyhandle",
    explanation="With KernelMode nobody checks what the program may do with its handle: it could name an object that it "
    "may not touch, close it, or let the number stand for something else meanwhile.",
)  # fmt: skip
KERNEL_HANDLE_AS_USER = rule(
    "kernel-handle-in-user-mode", "fatal", "a handle of the kernel is looked up as a program's", here="used here",
    help="pass KernelMode for handles that were opened with OBJ_KERNEL_HANDLE", stop=(0xC4, 0xF7), verifier=1,
    page="nf-wdm-obreferenceobjectbyhandle",
    explanation="Handles of the kernel stand in the table of the system process, out of reach of user mode. UserMode as "
    "access mode asks for the handle of a program.",
)  # fmt: skip
OBJECT_REFERENCE_LEFT = rule(
    "object-reference-left", "leak", "a reference to an object is never given back", here="taken here",
    help="call ObDereferenceObject once for each reference", page="nf-wdm-obdereferenceobject",
    explanation="An object lives as long as anybody refers to it. One reference too many keeps an event, a thread or a "
    "whole process until the machine restarts.",
)  # fmt: skip
HANDLE_LEFT = rule(
    "kernel-handle-left", "leak", "a handle of the kernel is never closed", here="opened here",
    help="call ZwClose on every path", page="nf-wdm-zwclose",
    explanation="Nobody closes the handles of the kernel but those who opened them: the system process does not exit. "
    "The object stays, and so does the device or the driver behind it.",
)  # fmt: skip

# ---- IRQL ---------------------------------------------------------------------------------------------------------

IRQL_TOO_HIGH = rule(
    "irql-too-high", "fatal", "this routine may not be called at this IRQL", here="called here",
    earlier=("irql", "the IRQL was raised here"),
    help="lower the IRQL first, or do this work in a work item or a thread", stop=(0xC4, 0xE5),
    also=(
        (0xC4, 0x75), (0xC4, 0x77), (0xC4, 0x7A), (0xC4, 0x34), (0xC4, 0x39), (0xC4, 0x3A), (0xE6, 0x13), (0x1DC, 0x1),
    ),
    verifier=1,
    page="managing-hardware-priorities",
    explanation="A routine that may wait or touch pageable memory needs a low IRQL. Called above it, it works until "
    "the first time that it really waits or faults.",
)  # fmt: skip
IRQL_TOO_LOW = rule(
    "irql-too-low", "fatal", "this routine may not be called at this IRQL", here="called here",
    help="raise the IRQL first, for instance with KeRaiseIrql or by taking a spin lock",
    stop=(0xC4, 0xE5), also=((0xC4, 0x34), (0xC4, 0x39), (0xC4, 0x3A), (0xE6, 0x13)), verifier=1,
    page="managing-hardware-priorities",
    explanation="Some routines rely on not being preempted: they must be called at DISPATCH_LEVEL.",
)  # fmt: skip
IRQL_RAISED_DOWNWARD = rule(
    "irql-raised-downward", "fatal", "KeRaiseIrql is asked for a lower IRQL than the current one", here="raised here",
    earlier=("irql", "the IRQL was set here"), help="use KeLowerIrql with the value that KeRaiseIrql saved",
    stop=(0xC4, 0x30), verifier=1, page="nf-wdm-keraiseirql",
    explanation="KeRaiseIrql only raises. Without the verifier this is IRQL_NOT_GREATER_OR_EQUAL (0x9).",
)  # fmt: skip
IRQL_LOWERED_UPWARD = rule(
    "irql-lowered-upward", "fatal", "KeLowerIrql is asked for a higher IRQL than the current one", here="lowered here",
    earlier=("irql", "the IRQL was set here"), help="pass the value that KeRaiseIrql saved",
    stop=(0xC4, 0x31), verifier=1, page="nf-wdm-kelowerirql",
    explanation="KeLowerIrql only restores. Without the verifier this is IRQL_NOT_LESS_OR_EQUAL (0xA).",
)  # fmt: skip
IRQL_LEFT_RAISED = rule(
    "irql-left-raised", "fatal", "the thread ends at a raised IRQL", here="raised here",
    help="lower the IRQL on every path with the value that KeRaiseIrql saved", stop=(0xC8, None),
    page="bug-check-0xc8--irql-unexpected-value",
    explanation="A raised IRQL belongs to the processor: whatever runs next would run at it.",
)  # fmt: skip
IRQL_RAISED_DOWNWARD_PLAIN = rule(
    "irql-not-greater-or-equal", "fatal", "the IRQL is raised to a lower level than the current one",
    here="raised here", earlier=("irql", "the IRQL was set here"),
    help="use KeLowerIrql with the value that KeRaiseIrql saved", stop=(0x9, None),
    page="bug-check-0x9--irql-not-greater-or-equal",
    explanation="KeRaiseIrql only raises.",
)  # fmt: skip
IRQL_LOWERED_UPWARD_PLAIN = rule(
    "irql-not-less-or-equal", "fatal", "the IRQL is lowered to a higher level than the current one",
    here="lowered here", earlier=("irql", "the IRQL was set here"), help="pass the value that KeRaiseIrql saved",
    stop=(0xA, None), page="bug-check-0xa--irql-not-less-or-equal",
    explanation="KeLowerIrql only restores.",
)  # fmt: skip
SPIN_LOCK_ALREADY_OWNED = rule(
    "spin-lock-already-owned", "fatal", "this processor holds the spin lock already, and would wait for itself",
    here="acquired again here", earlier=("acquired", "acquired here"),
    help="release the lock before it is acquired again", stop=(0xF, None),
    page="bug-check-0xf--spin-lock-already-owned",
    explanation="A spin lock is not recursive. The processor would spin at DISPATCH_LEVEL for ever.",
)  # fmt: skip
SPIN_LOCK_NOT_OWNED = rule(
    "spin-lock-not-owned", "fatal", "a spin lock is released that is not held", here="released here",
    earlier=("released", "already released here"), help="release a lock once, on the paths that have acquired it",
    stop=(0x10, None), page="bug-check-0x10--spin-lock-not-owned",
    explanation="Releasing a lock that another processor holds lets a third one in.",
)  # fmt: skip
SPIN_LOCK_NEVER_FREE = rule(
    "spin-lock-never-free", "fatal", "a processor waits for a spin lock that nobody will ever release",
    here="waits here", earlier=("acquired", "acquired here"),
    help="acquire locks in one order everywhere, and release each before the IRQL falls", stop=(0x133, 0x1),
    also=((0xC4, 0x1001),), page="nf-wdm-keacquirespinlock",
    explanation="The owner waits for a lock that this processor holds, or it has gone on without releasing this one. Both "
    "processors spin at DISPATCH_LEVEL until the watchdog ends it; the verifier finds that the locks are taken in two "
    "orders.",
)  # fmt: skip
SPIN_LOCK_LEFT_HELD = rule(
    "spin-lock-left-held", "leak", "a spin lock is still held at the end", here="acquired here",
    help="release the lock on every path", page="nf-wdm-kereleasespinlock",
    explanation="The next one to acquire it waits for ever, at DISPATCH_LEVEL.",
)  # fmt: skip
SYNCHRONIZATION_IN_USER_MEMORY = rule(
    "synchronization-object-in-user-memory", "fatal", "an object for synchronisation lies in the memory of a program",
    here="used here", help="keep it in nonpaged pool, and give the program a handle", stop=(0xC4, 0xE0), verifier=1,
    page="bug-check-0xc4--driver-verifier-detected-violation",
    explanation="The address means something else in every other process, the page may be out, and the program may "
    "write to it: with an event that it has forged, it can make the kernel write anywhere.",
)  # fmt: skip
ZW_USER_ADDRESS = rule(
    "zw-call-with-user-address", "fatal", "a Zw routine is given an address in the memory of a program",
    here="called here", help="pass variables of the driver's own, and copy the results in __try", stop=(0xC4, 0xE3),
    verifier=1, page="using-nt-and-zw-versions-of-the-native-system-services-routines",
    explanation="Zw routines trust their caller: they neither probe the address nor catch a fault on it. The program "
    "may name any address, and change what lies there while it is read.",
)  # fmt: skip
SYNCHRONIZATION_PAGEABLE = rule(
    "synchronization-object-pageable", "fatal", "an object for synchronisation lies in pageable memory",
    here="used here", help="keep events and spin locks in nonpaged pool, in the device extension, or (events) on the stack",
    stop=(0xC4, 0xE1), verifier=1, page="defining-and-using-an-event-object",
    explanation="The kernel touches events, semaphores and spin locks at DISPATCH_LEVEL, long after the call in which "
    "they were named. If the page is out by then, the machine stops in a routine that has done nothing wrong.",
)  # fmt: skip
CRITICAL_REGION_NOT_ENTERED = rule(
    "critical-region-not-entered", "fatal", "a critical region is left that was never entered", here="left here",
    help="call KeLeaveCriticalRegion once for each KeEnterCriticalRegion", stop=(0xC4, 0x3E), verifier=1,
    page="nf-wdm-keleavecriticalregion",
    explanation="The thread's count of disabled APCs would go below zero, and APCs stay off for good.",
)  # fmt: skip

# ---- threads, waits, DPCs, timers, interrupts ------------------------------------------------------------------------

WAITS_FOR_EVER = rule(
    "waits-for-ever", "error", "this thread waits for something that can never happen any more", here="waits here",
    help="find who should have signalled it, or give the wait a timeout", page="nf-wdm-kewaitforsingleobject",
    explanation="No thread can run, no timer is set, no device is busy and no interrupt is pending, so nobody is left to "
    "end the wait. On a real machine the program hangs and cannot be killed while it waits in the kernel.",
)  # fmt: skip
OBJECT_NOT_INITIALISED = rule(
    "dispatcher-object-not-initialised", "fatal", "an event, timer, mutex or semaphore is used before it is initialised",
    here="used here", help="initialise it first: KeInitializeEvent, KeInitializeTimer, KeInitializeMutex, KeInitializeSemaphore",
    stop=(0xA, None), page="defining-and-using-an-event-object",
    explanation="The list of waiters in the object's header is not a list yet. Windows follows its null pointers at "
    "DISPATCH_LEVEL.",
)  # fmt: skip
OBJECT_INITIALISED_WAITED = rule(
    "dispatcher-object-initialised-while-waited-for", "error", "an object is initialised again while a thread waits for it",
    here="initialised again here", help="reset it instead: KeClearEvent, KeCancelTimer", page="nf-wdm-keinitializeevent",
    explanation="The list of waiters is lost with the old contents. They wait for ever, or the list is corrupt.",
)  # fmt: skip
DPC_NOT_INITIALISED = rule(
    "dpc-not-initialised", "fatal", "a DPC is queued that was never initialised", here="queued here",
    help="call KeInitializeDpc (or IoInitializeDpcRequest) before the interrupt is connected", stop=(0xD1, None),
    page="nf-wdm-keinsertqueuedpc",
    explanation="The kernel would call whatever address stands in the object, at DISPATCH_LEVEL.",
)  # fmt: skip
DPC_INITIALISED_QUEUED = rule(
    "dpc-initialised-while-queued", "fatal", "a DPC is initialised while it is queued", here="initialised again here",
    earlier=("queued", "queued here"), help="initialise a DPC once; KeRemoveQueueDpc or KeFlushQueuedDpcs before its memory is used anew",
    stop=(0xC7, 0x1), verifier=1, page="nf-wdm-keinitializedpc",
    explanation="The DPC's links are lost while the processor's queue still leads to them.",
)  # fmt: skip
DPC_ARGUMENTS_LOST = rule(
    "dpc-arguments-lost", "note", "a DPC is queued again with other arguments while it is queued", here="queued again here",
    earlier=("queued", "queued here"),
    help="collect what the DPC shall do under the interrupt's lock, and let the DPC take all of it",
    page="nf-wdm-iorequestdpc",
    explanation="A DPC object is in the queue once or not at all: a second request before it has run is dropped, and its "
    "arguments with it. KeInsertQueueDpc says FALSE then, IoRequestDpc says nothing. Several interrupts may come before one "
    "DPC.",
)  # fmt: skip
DPC_FREED_QUEUED = rule(
    "dpc-freed-while-queued", "fatal", "the memory of a DPC is given back while the DPC is queued", here="noticed here",
    earlier=("queued", "queued here"), help="call KeFlushQueuedDpcs (or KeRemoveQueueDpc) before the memory is freed",
    stop=(0xC7, 0x1), page="bug-check-0xc7--timer-or-dpc-invalid",
    explanation="The processor will follow its queue into memory that belongs to somebody else by then.",
)  # fmt: skip
TIMER_FREED_SET = rule(
    "timer-freed-while-set", "fatal", "the memory of a timer is given back while the timer is set", here="noticed here",
    earlier=("set", "set here"), help="call KeCancelTimer, and KeFlushQueuedDpcs for its DPC, before the memory is freed",
    stop=(0xC7, 0x0), also=((0xC4, 0x15),), page="bug-check-0xc7--timer-or-dpc-invalid",
    explanation="The clock interrupt will follow the timer table into memory that belongs to somebody else by then.",
)  # fmt: skip
TIMER_INITIALISED_SET = rule(
    "timer-initialised-while-set", "fatal", "a timer is initialised while it is set", here="initialised again here",
    earlier=("set", "set here"), help="call KeCancelTimer first; KeSetTimer alone starts a timer anew", stop=(0xC7, 0x0),
    verifier=1, page="nf-wdm-keinitializetimer",
    explanation="The timer's links are lost while the timer table still leads to them.",
)  # fmt: skip
CALLBACK_CHANGED_IRQL = rule(
    "irql-changed-by-callback", "fatal", "a routine that the kernel called returns at another IRQL than it was entered at",
    here="returned here", earlier=("initialised", "the DPC was initialised here"),
    help="lower the IRQL to the one that KeRaiseIrql or KeAcquireSpinLock gave back, on every path",
    stop=(0xC8, None), page="bug-check-0xc8--irql-unexpected-value",
    explanation="DPCs run at DISPATCH_LEVEL and service routines at their interrupt's level; whoever runs next relies on it.",
)  # fmt: skip
INTERRUPT_STORM = rule(
    "interrupt-storm", "error", "an interrupt is delivered again and again: no service routine makes it go away",
    here="this service routine",
    help="write the device's acknowledge register in the service routine, and return TRUE for an own interrupt",
    page="nc-wdm-kservice_routine",
    explanation="A level-triggered line stays asserted until the device is told that it was heard. The processor takes the "
    "interrupt anew as soon as it has returned from the last, and does nothing else any more. The run goes on with the line masked.",
)  # fmt: skip
INTERRUPT_LEFT_CONNECTED = rule(
    "interrupt-left-connected", "leak", "an interrupt is still connected at the end", here="connected here",
    help="call IoDisconnectInterrupt(Ex) in the handler of IRP_MN_STOP_DEVICE and IRP_MN_REMOVE_DEVICE",
    page="nf-wdm-iodisconnectinterrupt",
    explanation="The next interrupt calls a routine of a driver that is not there any more.",
)  # fmt: skip
MUTEX_LEFT_OWNED = rule(
    "mutex-left-owned", "leak", "a mutex is still owned at the end", here="acquired here",
    help="release the mutex as often as it was acquired, by the thread that did", page="nf-wdm-kereleasemutex",
    explanation="Nobody else ever gets it. A system thread that ends with a mutex is a bug check.",
)  # fmt: skip
SYSTEM_THREAD_LEFT = rule(
    "system-thread-left-running", "leak", "a system thread of the driver still runs at the end", here="created here",
    help="tell the thread to end (an event), and wait for its thread object before unloading", stop=(0xCE, None),
    page="nf-wdm-pscreatesystemthread",
    explanation="The driver's image is unmapped under the thread's feet: DRIVER_UNLOADED_WITHOUT_CANCELLING_PENDING_OPERATIONS.",
)  # fmt: skip
WAIT_IN_DPC = rule(
    "wait-at-dispatch-level", "fatal", "a wait that can block at DISPATCH_LEVEL or above", here="waits here",
    earlier=("irql", "IRQL raised here"), help="wait below DISPATCH_LEVEL (in a thread or work item), or with a timeout of zero",
    stop=(0xC4, 0x3B), also=((0xC4, 0x120), (0xC4, 0x121), (0xC4, 0x122)), verifier=1,
    page="nf-wdm-kewaitforsingleobject",
    explanation="At DISPATCH_LEVEL the scheduler is off: nobody could run instead. A DPC has no thread of its own to wait "
    "in. Without the verifier it is ATTEMPTED_SWITCH_FROM_DPC (0xB8).",
)  # fmt: skip
WAIT_IN_DPC_PLAIN = rule(
    "wait-at-dispatch-level-plain", "fatal", "a wait that can block at DISPATCH_LEVEL or above", here="waits here",
    earlier=("irql", "IRQL raised here"), help="wait below DISPATCH_LEVEL (in a thread or work item), or with a timeout of zero",
    stop=(0xB8, None), page="bug-check-0xb8--attempted-switch-from-dpc",
    explanation="At DISPATCH_LEVEL the scheduler is off: nobody could run instead.",
)  # fmt: skip

# ---- hardware ------------------------------------------------------------------------------------------------------

NO_SUCH_REGISTER = rule(
    "no-such-register", "error", "no register of the device lies at this address", here="accessed here",
    help="map the length that the resource list gives, and use the offsets of the data sheet", page="nf-wdm-mmmapiospace",
    explanation="Where a device decodes nothing, a read gives all ones and a write goes nowhere. A mapping covers whole "
    "pages, so an access a little beyond the registers does not fault: it reaches nobody, or another device.",
)  # fmt: skip
REGISTER_WIDTH = rule(
    "register-width-mismatch", "error", "a register is accessed with another width than it has", here="accessed here",
    help="use the access routine of the register's own width: UCHAR, USHORT, ULONG or ULONG64",
    page="nf-wdm-read_register_ulong",
    explanation="A device decodes the accesses that its data sheet names. Of others it may take a part, do their side "
    "effect more than once, or ignore them; here a read gives all ones and a write goes nowhere. The halves of a 64-bit "
    "register may be accessed one by one.",
)  # fmt: skip
INTERRUPT_OF_ANOTHER = rule(
    "interrupt-of-another-device-claimed", "error", "a service routine claims an interrupt of another device",
    here="this service routine",
    help="read the own device's status in the service routine, and return FALSE if it has not interrupted",
    page="nc-wdm-kservice_routine",
    explanation="Devices share a level-triggered line. Windows asks one service routine after the other, and stops at the "
    "first that returns TRUE: the one whose device it was is never called, and the line stays asserted.",
)  # fmt: skip
DMA_TO_NO_MEMORY = rule(
    "dma-to-no-memory", "error", "a device transfers at a logical address where there is no memory", here="transferred here",
    help="give the device logical addresses from the DMA adapter, and the length that came with each",
    page="bug-check-0xe6--driver-verifier-dma-violation",
    explanation="Nobody answers on the bus: what is written is lost, and what is read are ones. The driver gave the device "
    "an address that is none of memory, or a length that goes beyond it.",
)  # fmt: skip
DMA_BEYOND_REACH = rule(
    "dma-beyond-reach", "error", "a device is given an address that has more bits than the device",
    here="transferred here", help="state the device's address width in the DEVICE_DESCRIPTION and use the adapter's addresses",
    page="ns-wdm-_device_description",
    explanation="The upper bits of the address do not leave the device, so it reads or writes other memory than meant. An "
    "adapter that knows the width puts map registers or an IOMMU in between.",
)  # fmt: skip
DMA_WITHOUT_BUS_MASTER = rule(
    "dma-without-bus-mastering", "error", "a device transfers while bus mastering is off", here="transferred here",
    help="set PCI_ENABLE_BUS_MASTER in the command register before the device is told to transfer",
    page="ns-wdm-_pci_common_config",
    explanation="Without that bit in its configuration space a PCI device may answer but not begin a transfer: nothing "
    "moves, and the driver waits for a completion that means nothing.",
)  # fmt: skip
NO_SUCH_MESSAGE = rule(
    "no-such-message", "error", "a device sends a message that it does not have", here="sent here",
    help="give the device as many messages as it sends: interrupt = messages(n)", page="using-interrupt-resource-descriptors",
    explanation="The messages of a device are counted from 0. What has no number has no vector, and nobody is interrupted.",
)  # fmt: skip

USER_WAIT_ON_STACK = rule(
    "user-mode-wait-on-stack-object", "fatal", "a wait in user mode is for an object on the kernel stack",
    here="waits here", help="wait with KernelMode, or keep the object in nonpaged pool", stop=(0xC4, 0x123), verifier=1,
    page="nf-wdm-kewaitforsingleobject",
    explanation="The kernel stack of a thread that waits in user mode may leave memory, and the object on it with the "
    "stack. Whoever signals it at DISPATCH_LEVEL then touches a page that is out.",
)  # fmt: skip
TOO_MANY_WAIT_OBJECTS = rule(
    "too-many-objects-waited-for", "fatal", "a wait is for more objects than it may be", here="waits here",
    help="pass an array of KWAIT_BLOCK for more than three objects; 64 are the limit", stop=(0xC, None),
    page="nf-wdm-kewaitformultipleobjects",
    explanation="A thread has wait blocks of its own for THREAD_WAIT_OBJECTS objects. For more, up to "
    "MAXIMUM_WAIT_OBJECTS, the caller brings one for each.",
)  # fmt: skip
WAITED_OBJECT_FREED = rule(
    "object-freed-while-waited-for", "error", "the memory of an object is given back while a thread waits for the object",
    here="freed here", help="let every waiter go on before the object is freed: signal it, and wait for the thread",
    page="nf-wdm-kewaitforsingleobject",
    explanation="The waiter's links lead into memory that belongs to somebody else by then. It waits for ever, or the list "
    "is corrupt.",
)  # fmt: skip
MUTEX_OWNED_AT_END = rule(
    "mutex-owned-at-thread-end", "fatal", "a thread ends while it owns a mutex", here="ends here",
    earlier=("acquired", "acquired here"), help="release the mutex on every path out of the thread",
    stop=(0x4000008A, None), page="bug-check-0x4000008a--thread-terminate-held-mutex",
    explanation="Nobody but the owner can release a kernel mutex, so Windows stops: THREAD_TERMINATE_HELD_MUTEX.",
)  # fmt: skip
APCS_OFF_AT_END = rule(
    "apcs-off-at-thread-end", "fatal", "a thread ends within a critical or guarded region", here="ends here",
    help="leave each region that was entered, on every path out of the thread", stop=(0x20, None),
    page="bug-check-0x20--kernel-apc-pending-during-exit",
    explanation="The thread's count of disabled APCs is not what it began with: KERNEL_APC_PENDING_DURING_EXIT. A driver "
    "called KeEnterCriticalRegion, or took a mutex, more often than the opposite.",
)  # fmt: skip
FAST_MUTEX_NOT_OWNED = rule(
    "fast-mutex-not-owned", "error", "a fast or guarded mutex is released by a thread that does not own it",
    here="released here", help="release a mutex once, by the thread that acquired it", page="nf-wdm-exreleasefastmutex",
    explanation="Its count would say that two threads may own it at once.",
)  # fmt: skip
RESOURCE_WITH_APCS = rule(
    "resource-used-with-apcs-on", "fatal", "a resource is acquired or released while normal kernel APCs can be delivered",
    here="called here", help="call KeEnterCriticalRegion before, and KeLeaveCriticalRegion after the resource is released",
    stop=(0xC4, 0x37), also=((0xC4, 0x38),), verifier=1, page="nf-wdm-exacquireresourceexclusivelite",
    explanation="A thread that is suspended, or whose APC wants the same resource, while it owns the resource holds up "
    "everybody else.",
)  # fmt: skip
RESOURCE_MISALIGNED = rule(
    "resource-misaligned", "fatal", "a resource does not lie at a multiple of 8", here="initialised here",
    help="let the compiler place the ERESOURCE: do not pack the structure that holds it", stop=(0xC4, 0x3D), verifier=1,
    page="nf-wdm-exinitializeresourcelite",
    explanation="Its links and counts are changed with interlocked instructions, which need aligned memory.",
)  # fmt: skip
RESOURCE_INITIALISED_TWICE = rule(
    "resource-initialised-twice", "fatal", "a resource is initialised that is initialised already",
    here="initialised again here", earlier=("initialised", "initialised here"),
    help="initialise a resource once, and call ExDeleteResourceLite before its memory is used anew", stop=(0xC4, 0xD0),
    verifier=1, page="nf-wdm-exinitializeresourcelite",
    explanation="The system's list of resources leads through each of them. The old links are lost, and the list is "
    "corrupt.",
)  # fmt: skip
RESOURCE_NOT_INITIALISED = rule(
    "resource-not-initialised", "fatal", "a resource is used that is not initialised", here="used here",
    earlier=("deleted", "deleted here"), help="call ExInitializeResourceLite once before, and nothing after ExDeleteResourceLite",
    stop=(0xC4, 0xD1), verifier=1, page="nf-wdm-exdeleteresourcelite",
    explanation="Unlinking it from the system's list of resources follows pointers that were never set.",
)  # fmt: skip
RESOURCE_FREED = rule(
    "resource-freed-while-initialised", "fatal", "pool is freed that holds an initialised resource", here="freed here",
    earlier=("initialised", "initialised here"), help="call ExDeleteResourceLite before the memory is freed",
    stop=(0xC4, 0xD2), also=((0xC4, 0x17),), verifier=1, page="nf-wdm-exdeleteresourcelite",
    explanation="The system's list of resources leads into memory that belongs to somebody else by then.",
)  # fmt: skip
RESOURCE_HELD_SHARED = rule(
    "resource-held-shared-wanted-exclusive", "fatal", "a thread that owns a resource shared waits to own it exclusively",
    here="acquired again here", earlier=("acquired", "acquired shared here"),
    help="release the resource before acquiring it exclusively, and look again at what it guards", stop=(0xC4, 0x1000),
    verifier=1, page="nf-wdm-exacquireresourceexclusivelite",
    explanation="It waits until all who own the resource shared have released it, and is one of them.",
)  # fmt: skip
RESOURCE_NOT_OWNED = rule(
    "resource-not-owned", "fatal", "a resource is released by a thread that does not own it", here="released here",
    earlier=("acquired", "acquired here, last"), help="release a resource as often as it was acquired, by the thread that did",
    stop=(0xE3, None), page="bug-check-0xe3--resource-not-owned",
    explanation="Resources know their owners; there is nobody to take one from.",
)  # fmt: skip
RESOURCE_LEFT_OWNED = rule(
    "resource-left-owned", "leak", "a resource is still owned at the end", here="acquired here",
    help="release the resource on every path", page="nf-wdm-exreleaseresourcelite",
    explanation="Who wants it exclusively waits for ever.",
)  # fmt: skip
RESOURCE_NOT_DELETED = rule(
    "resource-not-deleted", "leak", "a resource is not deleted", here="initialised here",
    help="call ExDeleteResourceLite when the driver unloads", page="nf-wdm-exdeleteresourcelite",
    explanation="It stays in the system's list of resources, in memory of a driver that is not there any more.",
)  # fmt: skip
RUNDOWN_NOT_ACQUIRED = rule(
    "rundown-protection-not-acquired", "error", "run-down protection is released that nobody has acquired",
    here="released here", earlier=("released", "already released here"),
    help="release it once for each ExAcquireRundownProtection that gave TRUE", page="nf-wdm-exreleaserundownprotection",
    explanation="The count of users goes below zero: the owner would delete the object under somebody who still uses it, "
    "or never.",
)  # fmt: skip
DEVICE_QUEUE_NOT_BUSY = rule(
    "device-queue-not-busy", "fatal", "an entry is removed from a device queue that is not busy", here="removed here",
    help="call KeRemoveDeviceQueue once for each KeInsertDeviceQueue, when the device is done with an entry",
    stop=(0x2, None), page="bug-check-0x2--device-queue-not-busy",
    explanation="The queue becomes busy with the first insertion, which returns FALSE, and idle with the removal that "
    "returns NULL. A removal from an idle queue means that one entry was finished twice.",
)  # fmt: skip
DPC_TARGET_UNKNOWN = rule(
    "dpc-for-unknown-processor", "fatal", "a DPC shall run on a processor that this machine does not have", here="set here",
    help="take a number below KeQueryActiveProcessorCount", stop=(0xC7, 0x3), page="nf-wdm-kesettargetprocessordpc",
    explanation="The DPC would be put into the queue of a processor that is not there.",
)  # fmt: skip
DPC_CHANGED_APCS = rule(
    "apcs-changed-by-dpc", "fatal", "a DPC returns within a critical or guarded region that it entered", here="returned here",
    earlier=("initialised", "the DPC was initialised here"),
    help="leave each region that the DPC enters; at DISPATCH_LEVEL no APC comes anyway", stop=(0xC7, 0x4),
    also=((0xC7, 0x5),), page="bug-check-0xc7--timer-or-dpc-invalid",
    explanation="A DPC runs on top of whatever thread the processor happened to run. That thread never gets its APCs "
    "again.",
)  # fmt: skip
DPC_TOO_LONG = rule(
    "dpc-runs-too-long", "fatal", "a DPC runs for longer than the watchdog allows", here="runs here",
    earlier=("queued", "queued here"), help="do a little in each DPC, at most 100 us, and leave the rest to a work item or thread",
    stop=(0x133, 0x0), page="bug-check-0x133-dpc-watchdog-violation",
    explanation="While a DPC runs, its processor runs no thread and no other DPC. After 20 seconds Windows stops.",
)  # fmt: skip
IRQL_LOWERED_IN_DPC = rule(
    "irql-lowered-in-dpc", "fatal", "a DPC lowers the IRQL below the one that it was called at", here="lowered here",
    earlier=("queued", "queued here"), help="lower to the value that KeRaiseIrql or KeAcquireSpinLock saved, never to a constant",
    stop=(0xC4, 0x31), verifier=1, page="nf-wdm-kelowerirql",
    explanation="Below DISPATCH_LEVEL the scheduler may take the processor from under the DPC, which has no thread of its "
    "own to go on in.",
)  # fmt: skip
INTERRUPT_NOT_CONNECTED = rule(
    "interrupt-not-connected", "fatal", "an interrupt object is used that is not connected", here="used here",
    earlier=("disconnected", "disconnected here"), help="use it between IoConnectInterrupt(Ex) and IoDisconnectInterrupt(Ex)",
    stop=(0xA, None), page="nf-wdm-kesynchronizeexecution",
    explanation="IoDisconnectInterrupt frees the object. What stands in its place is taken for a lock and an IRQL.",
)  # fmt: skip

# ---- memory accesses ----------------------------------------------------------------------------------------------

PAGEABLE_AT_DISPATCH = rule(
    "pageable-memory-at-dispatch", "fatal", "pageable memory is touched at DISPATCH_LEVEL or above",
    here="touched here", earlier=("irql", "the IRQL was raised here"),
    help="lock the pages, or use nonpaged pool, before the IRQL is raised", stop=(0xD1, None),
    page="bug-check-0xd1--driver-irql-not-less-or-equal",
    explanation="At DISPATCH_LEVEL no page fault can be handled: the page may be out, and nothing can bring it back. "
    "It often works, because the page happens to be in; here all pageable pages leave when the IRQL rises, as Driver "
    "Verifier makes them.",
)  # fmt: skip
KERNEL_PAGEABLE_AT_DISPATCH = rule(
    "pageable-argument-at-dispatch", "fatal", "a kernel routine touches pageable memory at DISPATCH_LEVEL or above",
    here="called here", earlier=("irql", "the IRQL was raised here"),
    help="lock the pages, or use nonpaged pool, before the IRQL is raised", stop=(0x0A, None),
    page="bug-check-0xa--irql-not-less-or-equal",
    explanation="The routine was given the address of pageable memory and touched it at an IRQL at which page faults "
    "cannot be handled.",
)  # fmt: skip
INVALID_ADDRESS_AT_DISPATCH = rule(
    "invalid-address-at-dispatch", "fatal", "an address with no memory behind it is touched at DISPATCH_LEVEL or above",
    here="touched here", earlier=("irql", "the IRQL was raised here"), help="test the pointer before using it",
    stop=(0xD1, None),
    page="bug-check-0xd1--driver-irql-not-less-or-equal",
    explanation="A bad pointer at raised IRQL cannot become an exception: the page fault itself is illegal there.",
)  # fmt: skip
PAGE_FAULT_IN_NONPAGED_AREA = rule(
    "bad-kernel-address", "fatal", "a kernel address with no memory behind it is touched", here="touched here",
    earlier=("freed", "its memory was freed here"), help="find out where this pointer comes from: __try does not catch bad kernel addresses", stop=(0x50, None),
    page="bug-check-0x50--page-fault-in-nonpaged-area",
    explanation="Windows turns a fault on a user address into an exception that __except may take. A fault on a "
    "kernel address that is not mapped means that kernel data are wrong, and stops the machine at once, inside __try "
    "too.",
)  # fmt: skip
WRITE_TO_READ_ONLY = rule(
    "write-to-read-only-memory", "fatal", "read-only kernel memory is written to", here="written here",
    help="write to a copy of a constant; map an MDL that is to be written without MdlMappingNoWrite", stop=(0xBE, None),
    page="bug-check-0xbe--attempted-write-to-readonly-memory",
    explanation="Constants and code lie in read-only pages, and a driver makes mappings of its own read-only. The write "
    "does not raise an exception that __except could take.",
)  # fmt: skip
JUMP_TO_NO_CODE = rule(
    "call-of-no-function", "fatal", "a call goes to an address where no function begins", here="called here",
    help="set the function pointer before calling through it", stop=(0xFC, None),
    page="bug-check-0xfc--attempted-execute-of-noexecute-memory",
    explanation="Data pages are not executable. A function pointer that was never set, or was overwritten, ends here.",
)  # fmt: skip
STACK_OVERFLOW = rule(
    "kernel-stack-overflow", "fatal", "the kernel stack is used up", here="entered here, with no stack left",
    help="recurse less deeply, and keep large buffers in pool", stop=(0x7F, 0x8),
    page="bug-check-0x7f--unexpected-kernel-mode-trap",
    explanation="A kernel stack on x64 is 24 KiB and does not grow. Touching the guard page below it is a double "
    "fault.",
)  # fmt: skip
LIST_CORRUPT = rule(
    "list-entry-corrupt", "fatal", "the links of a list entry do not agree", here="used here",
    earlier=("changed", "its links were last set here"), help="initialise list heads, and remove an entry once only", stop=(0x139, 0x3),
    page="bug-check-0x139--kernel-security-check-failure",
    explanation="Before an entry is linked or unlinked, its neighbours must point at it. An entry that was removed "
    "twice, freed while linked, or never initialised does not pass.",
)  # fmt: skip

# ---- exceptions and the rest --------------------------------------------------------------------------------------

EXCEPTION_NOT_HANDLED = rule(
    "exception-not-handled", "fatal", "an exception is handled by nobody", here="raised here",
    help="put the call in __try with an __except that takes this exception", stop=(0x7E, None),
    page="bug-check-0x7e--system-thread-exception-not-handled",
    explanation="No filter on the thread's stack answered EXCEPTION_EXECUTE_HANDLER. In a system thread that is 0x7E.",
)  # fmt: skip
EXCEPTION_IN_SERVICE = rule(
    "exception-in-system-service", "fatal", "an exception in a system call is handled by nobody", here="raised here",
    help="touch what a program hands over only in __try, after ProbeForRead or ProbeForWrite", stop=(0x3B, None),
    page="bug-check-0x3b--system-service-exception",
    explanation="The thread is a program's, and runs the kernel on its behalf: what nobody takes there stops the machine. "
    "Most often a driver has believed a pointer that came with the request.",
)  # fmt: skip
EXCEPTION_IN_INTERRUPT = rule(
    "exception-in-interrupt-or-dpc", "fatal", "an exception in an interrupt or DPC is handled by nobody",
    here="raised here", help="check before the call what could raise; above APC_LEVEL there is no way back to a caller",
    stop=(0x1E, None), page="bug-check-0x1e--kmode-exception-not-handled",
    explanation="An interrupt service routine or DPC interrupts whatever thread runs. Its exceptions are its own, and "
    "nobody above it can take them.",
)  # fmt: skip
NULL_AFTER_FAILURE = rule(
    "null-used-after-failure", "fatal", "a call has failed, and its NULL is used", here="used here",
    earlier=("failed", "this call failed"), help="compare the result with NULL, and complete the request with an error",
    stop=(0xD1, None), also=((0x3B, 0), (0x7E, 0)), page="nf-wdm-mmgetsystemaddressformdlsafe",
    explanation="Calls that take memory or address space fail when there is none left, which never happens on the "
    "developer's machine. The driver has to live with NULL: fail the request, and give back what it has got so far.",
)  # fmt: skip
USER_ADDRESS_ELSEWHERE = rule(
    "user-address-in-other-process", "error", "a program's address is used while another process is current",
    here="used here", help="lock the buffer with an MDL in the dispatch routine, and use its system address from then on",
    page="nf-wdm-mmgetsystemaddressformdlsafe",
    explanation="Interrupts, DPCs and worker threads run in whatever process is current. The same number means other "
    "memory there, or none: the driver reads or overwrites a stranger's bytes, or faults.",
)  # fmt: skip
PROCESS_EXCEPTION_NOT_HANDLED = rule(
    "process-exception-not-handled", "error", "an exception is handled by nobody, and ends the process",
    here="raised here", help="put the call in __try with an __except that takes this exception",
    page="ns-winnt-exception_record",
    explanation="In a program, the default handler of the process takes what nobody else took, and ends it. The "
    "machine goes on.",
)  # fmt: skip
NONCONTINUABLE = rule(
    "noncontinuable-exception-continued", "error", "a filter continues an exception that cannot be continued",
    here="raised here", help="return EXCEPTION_EXECUTE_HANDLER or EXCEPTION_CONTINUE_SEARCH from the filter",
    page="ns-winnt-exception_record",
    explanation="ExRaiseStatus does not return. Continuing raises STATUS_NONCONTINUABLE_EXCEPTION instead.",
)  # fmt: skip
DRIVER_BUG_CHECK = rule(
    "bug-check-called", "fatal", "the driver stops the machine", here="called here",
    help="return an error status instead, unless data would be lost", page="nf-wdm-kebugcheckex",
    explanation="KeBugCheckEx ends everything at once; no handler and no __finally body runs.",
)  # fmt: skip
NOT_MODELLED = rule(
    "not-modelled", "fatal", "this routine is not modelled", here="called here",
    help="`dmascript routines` lists what is modelled", page="",
    explanation="The prototype is known, so the script compiles; the simulated kernel has no body for it and says so "
    "rather than pretend to succeed.",
)  # fmt: skip
ASSERTION_FAILED = rule(
    "assertion-failed", "fatal", "an assertion of the driver is false", here="asserted here",
    help="find out why the condition does not hold", page="nf-wdm-rtlassert",
    explanation="The checked build stops in the debugger at a false ASSERT.",
)  # fmt: skip
FORMAT_MISMATCH = rule(
    "format-mismatch", "note", "the format and its arguments do not agree", here="formatted here",
    help="give one argument of the right size for each conversion", page="",
    explanation="A conversion takes the next argument, whatever it is. Too few arguments print what lies on the stack.",
)  # fmt: skip
COPY_OVERLAPS = rule(
    "overlapping-copy", "error", "the blocks of a copy overlap", here="copied here",
    help="use RtlMoveMemory", stop=(0xC4, 0xF0), verifier=2, page="nf-wdm-rtlcopymemory",
    explanation="RtlCopyMemory and memcpy may copy in any order, so overlapping blocks come out as anything.",
)  # fmt: skip
UNICODE_AT_RAISED_IRQL = rule(
    "unicode-formatted-at-raised-irql", "error", "Unicode text is converted above PASSIVE_LEVEL", here="formatted here",
    earlier=("irql", "the IRQL was raised here"), help="print Unicode text at PASSIVE_LEVEL only",
    page="nf-wdm-dbgprint",
    explanation="The conversion reads code page tables that are pageable. It works until the first time that they are "
    "paged out.",
)  # fmt: skip
MESSAGE_TRUNCATED = rule(
    "debug-message-truncated", "note", "a debug message is longer than 512 bytes", here="printed here",
    help="print it in pieces", page="nf-wdm-dbgprint",
    explanation="One call sends at most 512 bytes to the debugger; the rest is dropped.",
)  # fmt: skip

from .dma_rules import *  # noqa: E402, F403
