"""The rules of memory accesses, of exceptions, and the rest."""

from __future__ import annotations

from .table import rule

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
USED_AFTER_UNMAP = rule(
    "mapping-used-after-unmap", "fatal", "an address is touched whose mapping was given back", here="touched here",
    help="use the address only until MmUnmapIoSpace, MmUnlockPages or the completion of the request takes it away",
    stop=(0x50, None), also=((0xD1, None), (0xA, None)), page="nf-wdm-mmunmapiospace",
    explanation="A system address that was mapped lasts as long as its mapping: until MmUnmapIoSpace or "
    "MmUnmapLockedPages, until the MDL is unlocked or freed, and for the MDL of a request until that is completed. Then "
    "it leads nowhere, or to what is mapped there next.",
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
    help="call what may raise, and touch what a program hands over, only in __try (after ProbeForRead or ProbeForWrite)",
    stop=(0x3B, None),
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
