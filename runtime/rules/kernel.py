"""The rules of handles, IRQL, locks, threads, waits, DPCs and timers."""

from __future__ import annotations

from .table import rule

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
    help="release the lock first; what a service routine takes too needs the lock of its interrupt", stop=(0xF, None),
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
SPIN_LOCK_AT_TWO_LEVELS = rule(
    "spin-lock-held-at-two-levels", "note", "a spin lock is held at DISPATCH_LEVEL, and in service routines as well",
    here="acquired here", earlier=("acquired", "acquired at another level here"),
    help="guard what a service routine shares with KeSynchronizeExecution or KeAcquireInterruptSpinLock",
    page="nf-wdm-kesynchronizeexecution",
    explanation="An interrupt comes in at DISPATCH_LEVEL. If its service routine wants a lock that the interrupted code "
    "holds, both wait for ever. The lock of the interrupt object raises the IRQL to that of the service routine.",
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
STACK_USED_AFTER_RETURN = rule(
    "stack-used-after-return", "error", "something on a stack frame that has returned is used", here="used here",
    earlier=("lent", "made or handed on here, in a function that has returned"),
    help="wait until nobody uses it any more before the function returns, or keep it in nonpaged pool or a device extension",
    page="using-the-kernel-stack",
    explanation="Local variables are gone when their function returns; the next calls write over them. A completion "
    "routine, a DPC, a timer or a thread that comes later finds other people's variables there, or damages them. A wait "
    "with a timeout that then simply returns is the usual way to this.",
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
INTERRUPT_WITHOUT_LOCK = rule(
    "interrupt-without-spin-lock", "fatal", "the spin lock of an interrupt is wanted that is served at PASSIVE_LEVEL",
    here="wanted here", earlier=("connected", "connected here"),
    help="use KeSynchronizeExecution, which takes the event that such an interrupt has instead", stop=(0xC8, None),
    page="using-passive-level-interrupt-handling-routines",
    explanation="A service routine at PASSIVE_LEVEL may wait, and so it cannot hold a spin lock. The routines that take an "
    "interrupt's spin lock stop the machine.",
)  # fmt: skip
MUTEX_LEFT_OWNED = rule(
    "mutex-left-owned", "leak", "a mutex is still owned at the end", here="acquired here",
    help="release the mutex as often as it was acquired, by the thread that did", page="nf-wdm-kereleasemutex",
    explanation="Nobody else ever gets it. A system thread that ends with a mutex is a bug check.",
)  # fmt: skip
SYSTEM_THREAD_LEFT = rule(
    "system-thread-left-running", "leak", "a system thread of the driver is still there at the end", here="created here",
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
