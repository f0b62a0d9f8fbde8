"""The rules of interrupts, registers and transfers of devices."""

from __future__ import annotations

from .table import rule

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
DEVICE_CODE_FAULT = rule(
    "device-code-faults", "fatal", "the code of a device faults", here="faults here",
    help="mend the device block: hardware has no memory but its registers and its own variables, and bus_read and "
    "bus_write for what the driver names",
    explanation="A device block stands for hardware, which cannot fault. Its code runs on no processor, so no bug check "
    "of Windows describes what went wrong, and no __try of the driver around the register access catches it: the model "
    "itself is wrong. The run ends here.",
)  # fmt: skip
INTERRUPT_OF_ANOTHER = rule(
    "interrupt-of-another-device-claimed", "error", "a service routine claims an interrupt of another device",
    here="this service routine",
    help="read the own device's status in the service routine, and return FALSE if it has not interrupted",
    page="nc-wdm-kservice_routine",
    explanation="Devices share a level-triggered line. Windows asks one service routine after the other, and stops at the "
    "first that returns TRUE: the one whose device it was is never called, and the line stays asserted.",
)  # fmt: skip
DEVICE_PROTOCOL = rule(
    "device-protocol-broken", "error", "a driver does not keep to what the device's data sheet asks of it",
    here="noticed here", help="keep to the order that the data sheet gives; the stack says which access it was",
    page="nf-wdm-kememorybarrier",
    explanation="The device itself notices nothing: it looks into memory when its turn comes, and what it finds there is "
    "taken for complete. In this run it may have been; in another order of events it reads half of a descriptor, or takes "
    "a full ring for an empty one.",
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
DMA_WHILE_DOWN = rule(
    "dma-while-device-is-down", "error", "a device transfers that is stopped, removed or not in D0",
    here="transferred here", earlier=("down", "the bus took the device's right to transfer away here"),
    help="stop the hardware, and wait until it has stopped, before IRP_MN_STOP_DEVICE, IRP_MN_REMOVE_DEVICE or a request "
    "for another power state is passed down",
    page="irp-mn-stop-device",
    explanation="The bus driver turns bus mastering off on the way: what was under way is lost, and no interrupt says so. "
    "On a machine where it does not, the device writes into memory that may belong to somebody else by then.",
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
