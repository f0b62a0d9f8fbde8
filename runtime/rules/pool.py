"""The rules of pool, of lookaside lists, and of contiguous and device memory."""

from __future__ import annotations

from .table import rule

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
LOOKASIDE_ENTRY_TWICE = rule(
    "lookaside-entry-given-twice", "error", "an entry is given back to a lookaside list twice",
    here="given back again here", earlier=("given", "given back here"), help="give an entry back once, and set its pointer to NULL then",
    page="nf-wdm-exfreetonpagedlookasidelist",
    explanation="The list has the entry twice now, or leads in a circle: two callers are handed the same bytes.",
)  # fmt: skip
LOOKASIDE_ENTRY_FOREIGN = rule(
    "lookaside-entry-of-another-list", "error", "an entry is given to a lookaside list that it was not taken from",
    here="given here", earlier=("taken", "taken here"),
    help="give an entry to the list that it came from, and pool to ExFreePoolWithTag",
    page="nf-wdm-exfreetonpagedlookasidelist",
    explanation="The list hands it out as an entry of its own. One that is shorter than the entries of the list is "
    "written past its end by the next who takes it.",
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
