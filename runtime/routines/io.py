"""The I/O manager: making IRPs, their stack locations, passing them on, completing, queueing and cancelling them."""

from __future__ import annotations

from .. import rules
from ..io.device_objects import FLAGS as DEVICE_FLAGS
from ..io.irp import COMPLETION_CONTEXT, COMPLETION_ROUTINE, CONTROL, TAG, size_of
from ..io.request_building import (
    associated,
    asynchronous_request,
    control_request,
    copy_location,
    forward_synchronously,
    synchronous_request,
)
from ..io.request_checks import skipped
from ..io.requests import COMPLETION
from ..routine import known, routine
from ..wdk.constants import (
    DO_SHUTDOWN_REGISTERED,
    SL_INVOKE_ON_CANCEL,
    SL_INVOKE_ON_ERROR,
    SL_INVOKE_ON_SUCCESS,
    SL_PENDING_RETURNED,
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_SUCCESS,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

    Number = int | bytes  # a small structure by value

ENTRY_TAG = int.from_bytes(b"IoEr", "little")
MOST_ENTRY_BYTES = 240
MOST_LOCATIONS = 127  # CurrentLocation, a CHAR, begins one above


@routine(
    "PIO_STACK_LOCATION IoGetCurrentIrpStackLocation(PIRP Irp)",
    page="nf-wdm-iogetcurrentirpstacklocation", irql="any", macro=True,
)  # fmt: skip
def IoGetCurrentIrpStackLocation(nt: System, irp: int) -> int:
    return nt.irps.current(irp)


@routine(
    "PIO_STACK_LOCATION IoGetNextIrpStackLocation(PIRP Irp)",
    page="nf-wdm-iogetnextirpstacklocation", irql="any", macro=True,
)  # fmt: skip
def IoGetNextIrpStackLocation(nt: System, irp: int) -> int:
    return nt.irps.next(irp)


@routine("VOID IoSetNextIrpStackLocation(PIRP Irp)", page="nf-wdm-iosetnextirpstacklocation", irql="any", macro=True)
def IoSetNextIrpStackLocation(nt: System, irp: int) -> None:
    """Take the next location as the caller's own."""
    nt.irps.next(irp)
    nt.irps.move(irp, -1)


@routine(
    "VOID IoCopyCurrentIrpStackLocationToNext(PIRP Irp)",
    page="nf-wdm-iocopycurrentirpstacklocationtonext", irql="<= DISPATCH_LEVEL", macro=True,
)  # fmt: skip
def IoCopyCurrentIrpStackLocationToNext(nt: System, irp: int) -> None:
    """Hand the parameters on, without the completion routine."""
    copy_location(nt, irp)


@routine(
    "VOID IoSkipCurrentIrpStackLocation(PIRP Irp)",
    page="nf-wdm-ioskipcurrentirpstacklocation", irql="any", macro=True,
)  # fmt: skip
def IoSkipCurrentIrpStackLocation(nt: System, irp: int) -> None:
    """Let the next lower driver have the caller's own location."""
    if skipped(nt, irp):
        nt.violation(rules.SKIPPED_TWICE, (), nt.io.requests.facts(irp), ("irp", irp))
    else:
        nt.irps.current(irp)
    nt.remember("irp", irp, "skipped")
    nt.irps.move(irp, 1)


@routine(
    "VOID IoSetCompletionRoutine(PIRP Irp, PIO_COMPLETION_ROUTINE CompletionRoutine, PVOID Context, "
    "BOOLEAN InvokeOnSuccess, BOOLEAN InvokeOnError, BOOLEAN InvokeOnCancel)",
    page="nf-wdm-iosetcompletionroutine", irql="<= DISPATCH_LEVEL", macro=True,
)  # fmt: skip
def IoSetCompletionRoutine(
    nt: System, irp: int, completion: int, context: int, on_success: int, on_error: int, on_cancel: int
) -> None:
    """Write the routine down in the next lower driver's location."""
    below = nt.irps.next(irp)
    if skipped(nt, irp):
        nt.violation(rules.COMPLETION_ROUTINE_AFTER_SKIP, (), nt.io.requests.facts(irp), ("irp", irp))
    nt.memory.write_uint(below + COMPLETION_ROUTINE, 8, completion)
    nt.memory.write_uint(below + COMPLETION_CONTEXT, 8, context)
    control = SL_INVOKE_ON_SUCCESS if on_success else 0
    control |= SL_INVOKE_ON_ERROR if on_error else 0
    control |= SL_INVOKE_ON_CANCEL if on_cancel else 0
    nt.memory.write_uint(below + CONTROL, 1, control)
    nt.io.requests.at(irp).set_below.add(below)
    nt.dispatcher.lent.lend(COMPLETION, below, context)


@routine(
    "NTSTATUS IoSetCompletionRoutineEx(PDEVICE_OBJECT DeviceObject, PIRP Irp, "
    "PIO_COMPLETION_ROUTINE CompletionRoutine, PVOID Context, BOOLEAN InvokeOnSuccess, BOOLEAN InvokeOnError, "
    "BOOLEAN InvokeOnCancel)",
    page="nf-wdm-iosetcompletionroutineex", irql="<= DISPATCH_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def IoSetCompletionRoutineEx(
    nt: System, device: int, irp: int, completion: int, context: int, on_success: int, on_error: int, on_cancel: int
) -> int:  # fmt: skip
    """As IoSetCompletionRoutine; the driver stays loaded until the routine has returned, as all drivers do here."""
    if nt.fails("IoSetCompletionRoutineEx"):
        return STATUS_INSUFFICIENT_RESOURCES
    IoSetCompletionRoutine(nt, irp, completion, context, on_success, on_error, on_cancel)
    return STATUS_SUCCESS


@routine(
    "NTSTATUS IoCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp)",
    page="nf-wdm-iocalldriver", irql="<= DISPATCH_LEVEL", fails="NTSTATUS", calls_back=True, irql_stop=(0xC9, 0x10),
)  # fmt: skip
def IoCallDriver(nt: System, device: int, irp: int) -> int:
    """Hand the IRP to the next driver. It is gone then, unless a completion routine keeps it."""
    return nt.io.requests.call_driver(device, irp)


@routine(
    "NTSTATUS IofCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp)",
    page="nf-wdm-iofcalldriver", irql="<= DISPATCH_LEVEL", fails="NTSTATUS", calls_back=True, irql_stop=(0xC9, 0x10),
)  # fmt: skip
def IofCallDriver(nt: System, device: int, irp: int) -> int:
    return nt.io.requests.call_driver(device, irp)


@routine(
    "NTSTATUS PoCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp)",
    page="nf-wdm-pocalldriver", irql="== PASSIVE_LEVEL if DO_POWER_PAGABLE else <= DISPATCH_LEVEL", fails="NTSTATUS",
    calls_back=True,
)  # fmt: skip
def PoCallDriver(nt: System, device: int, irp: int) -> int:
    """What IoCallDriver is for power IRPs before Windows Vista, and the same since."""
    return nt.io.requests.call_driver(device, irp)


@routine("VOID PoStartNextPowerIrp(PIRP Irp)", page="nf-wdm-postartnextpowerirp", irql="<= DISPATCH_LEVEL")
def PoStartNextPowerIrp(nt: System, irp: int) -> None:
    """Needed before Windows Vista; since then the power manager sees for itself when a power IRP is done."""


@routine(
    "VOID IoCompleteRequest(PIRP Irp, CCHAR PriorityBoost)",
    page="nf-wdm-iocompleterequest", irql="<= DISPATCH_LEVEL", calls_back=True, macro=True, irql_stop=(0xC9, 0xE),
)  # fmt: skip
def IoCompleteRequest(nt: System, irp: int, boost: int) -> None:
    """This driver is done with the IRP: it goes up through the completion routines to its requestor."""
    nt.io.requests.complete(irp, boost)


@routine(
    "VOID IofCompleteRequest(PIRP Irp, CCHAR PriorityBoost)",
    page="nf-wdm-iocompleterequest", irql="<= DISPATCH_LEVEL", calls_back=True, irql_stop=(0xC9, 0xE),
)  # fmt: skip
def IofCompleteRequest(nt: System, irp: int, boost: int) -> None:
    nt.io.requests.complete(irp, boost)


@routine("VOID IoMarkIrpPending(PIRP Irp)", page="nf-wdm-iomarkirppending", irql="any", macro=True)
def IoMarkIrpPending(nt: System, irp: int) -> None:
    control = nt.irps.current(irp) + CONTROL
    nt.memory.write_uint(control, 1, nt.memory.read_uint(control, 1) | SL_PENDING_RETURNED)
    nt.remember("irp", irp, "pending")


@routine(
    "VOID IoStartPacket(PDEVICE_OBJECT DeviceObject, PIRP Irp, PULONG Key, PDRIVER_CANCEL CancelFunction)",
    page="nf-wdm-iostartpacket", irql="<= DISPATCH_LEVEL", undo="IoStartNextPacket", calls_back=True,
)  # fmt: skip
def IoStartPacket(nt: System, device: int, irp: int, key: int, cancel: int) -> None:
    """Call StartIo for the IRP, at once or when its turn comes."""
    nt.io.start_io.start(device, irp, nt.memory.read_uint(key, 4) if key else None, cancel)


@routine(
    "VOID IoStartNextPacket(PDEVICE_OBJECT DeviceObject, BOOLEAN Cancelable)",
    page="nf-wdm-iostartnextpacket", irql="== DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
def IoStartNextPacket(nt: System, device: int, cancelable: int) -> None:
    nt.io.start_io.next(device, bool(cancelable))


@routine(
    "VOID IoStartNextPacketByKey(PDEVICE_OBJECT DeviceObject, BOOLEAN Cancelable, ULONG Key)",
    page="nf-wdm-iostartnextpacketbykey", irql="== DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
def IoStartNextPacketByKey(nt: System, device: int, cancelable: int, key: int) -> None:
    nt.io.start_io.next(device, bool(cancelable), key)


@routine(
    "VOID IoSetStartIoAttributes(PDEVICE_OBJECT DeviceObject, BOOLEAN DeferredStartIo, BOOLEAN NonCancelable)",
    page="nf-wdm-iosetstartioattributes", irql="any",
)  # fmt: skip
def IoSetStartIoAttributes(nt: System, device: int, deferred: int, non_cancelable: int) -> None:
    """With deferred calls StartIo is not entered again from the IoStartNextPacket that it calls itself."""
    nt.io.start_io.set_attributes(device, bool(deferred), bool(non_cancelable))


@routine(
    "PIRP IoAllocateIrp(CCHAR StackSize, BOOLEAN ChargeQuota)",
    page="nf-wdm-ioallocateirp", irql="<= DISPATCH_LEVEL", fails="NULL", undo="IoFreeIrp",
)  # fmt: skip
def IoAllocateIrp(nt: System, stack_size: int, charge_quota: int) -> int:
    """An IRP of the caller's own, with a stack location for each driver below."""
    if nt.fails("IoAllocateIrp") or not 0 < stack_size < MOST_LOCATIONS:
        return 0
    irp = nt.irps.allocate(stack_size, bool(charge_quota), TAG)
    if irp:
        nt.io.requests.add(irp, "driver")
    return irp


@routine(
    "PIRP IoAllocateIrpEx(PDEVICE_OBJECT DeviceObject, CCHAR StackSize, BOOLEAN ChargeQuota)",
    page="nf-wdm-ioallocateirpex", irql="<= DISPATCH_LEVEL", fails="NULL", undo="IoFreeIrp",
)  # fmt: skip
def IoAllocateIrpEx(nt: System, device: int, stack_size: int, charge_quota: int) -> int:
    if nt.fails("IoAllocateIrpEx"):
        return 0
    return IoAllocateIrp(nt, stack_size, charge_quota)


@routine(
    "VOID IoInitializeIrp(PIRP Irp, USHORT PacketSize, CCHAR StackSize)",
    page="nf-wdm-ioinitializeirp", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
def IoInitializeIrp(nt: System, irp: int, packet_size: int, stack_size: int) -> None:
    """Make an IRP of raw memory."""
    if irp in nt.irps.allocated:
        nt.violation(rules.IRP_INITIALISED_TWICE, (0, irp, 0), nt.irps.facts(irp), ("irp", irp))
    nt.irps.initialise(irp, packet_size, stack_size)
    nt.io.requests.add(irp, "raw")


@routine("USHORT IoSizeOfIrp(CCHAR StackSize)", page="nf-wdm-iosizeofirp", irql="any", macro=True)
def IoSizeOfIrp(nt: System, stack_size: int) -> int:
    return size_of(stack_size) & 0xFFFF


@routine("VOID IoFreeIrp(PIRP Irp)", page="nf-wdm-iofreeirp", irql="<= DISPATCH_LEVEL")
def IoFreeIrp(nt: System, irp: int) -> None:
    request = nt.io.requests.alive.get(irp)
    if request is not None:
        facts, about = nt.io.requests.facts(irp), ("irp", irp)
        if request.origin in ("threaded", "associated", "system"):
            nt.violation(rules.IRP_FREED_THREADED, (irp, 0, 0), facts, about)
        if request.in_use:
            nt.violation(rules.IRP_FREED_IN_USE, (nt.instruction(), irp, 0), facts, about)
    nt.irps.free(irp)
    nt.io.requests.forget(irp)


@routine("VOID IoReuseIrp(PIRP Irp, NTSTATUS Status)", page="nf-wdm-ioreuseirp", irql="<= DISPATCH_LEVEL")
def IoReuseIrp(nt: System, irp: int, status: int) -> None:
    """Make an IRP of the caller's own ready for another request. Its MDLs must have been dealt with."""
    request = nt.io.requests.alive.get(irp)
    origin = request.origin if request is not None else "raw"
    if request is not None and request.in_use:
        facts = nt.io.requests.facts(irp)
        nt.violation(rules.IRP_REUSED_IN_USE, (nt.instruction(), irp, 0), facts, ("irp", irp))
    if origin in ("threaded", "async", "associated", "system"):
        facts = nt.io.requests.facts(irp)
        nt.violation(rules.IRP_REUSED_BUILDER, (nt.instruction(), irp, 0), facts, ("irp", irp))
    nt.irps.reuse(irp, status)
    nt.io.requests.add(irp, origin)


@routine(
    "PIRP IoMakeAssociatedIrp(PIRP Irp, CCHAR StackSize)",
    page="nf-ntddk-iomakeassociatedirp", irql="<= DISPATCH_LEVEL", fails="NULL", header="ntddk.h",
)  # fmt: skip
def IoMakeAssociatedIrp(nt: System, master: int, stack_size: int) -> int:
    """One of several IRPs that a request is divided into; the last of them to be completed completes the master."""
    if nt.fails("IoMakeAssociatedIrp"):
        return 0
    return associated(nt, master, stack_size)


@routine(
    "PIRP IoBuildSynchronousFsdRequest(ULONG MajorFunction, PDEVICE_OBJECT DeviceObject, PVOID Buffer, ULONG Length, "
    "PLARGE_INTEGER StartingOffset, PKEVENT Event, PIO_STATUS_BLOCK IoStatusBlock)",
    page="nf-wdm-iobuildsynchronousfsdrequest", irql="<= APC_LEVEL", fails="NULL",
)  # fmt: skip
def IoBuildSynchronousFsdRequest(
    nt: System, major: int, device: int, buffer: int, length: int, offset: int, event: int, iosb: int
) -> int:
    """An IRP of the current thread, which the I/O manager frees; the event is signalled at its end."""
    if nt.fails("IoBuildSynchronousFsdRequest"):
        return 0
    return synchronous_request(nt, major, device, buffer, length, offset, event, iosb)


@routine(
    "PIRP IoBuildAsynchronousFsdRequest(ULONG MajorFunction, PDEVICE_OBJECT DeviceObject, PVOID Buffer, "
    "ULONG Length, PLARGE_INTEGER StartingOffset, PIO_STATUS_BLOCK IoStatusBlock)",
    page="nf-wdm-iobuildasynchronousfsdrequest", irql="<= APC_LEVEL", fails="NULL", undo="IoFreeIrp",
)  # fmt: skip
def IoBuildAsynchronousFsdRequest(
    nt: System, major: int, device: int, buffer: int, length: int, offset: int, iosb: int
) -> int:  # fmt: skip
    """An IRP of the driver's own: its completion routine takes the buffer apart and frees it."""
    if nt.fails("IoBuildAsynchronousFsdRequest"):
        return 0
    return asynchronous_request(nt, major, device, buffer, length, offset, iosb)


@routine(
    "PIRP IoBuildDeviceIoControlRequest(ULONG IoControlCode, PDEVICE_OBJECT DeviceObject, PVOID InputBuffer, "
    "ULONG InputBufferLength, PVOID OutputBuffer, ULONG OutputBufferLength, BOOLEAN InternalDeviceIoControl, "
    "PKEVENT Event, PIO_STATUS_BLOCK IoStatusBlock)",
    page="nf-wdm-iobuilddeviceiocontrolrequest", irql="<= APC_LEVEL", fails="NULL",
)  # fmt: skip
def IoBuildDeviceIoControlRequest(
    nt: System, code: int, device: int, source: int, source_length: int, target: int, target_length: int,
    internal: int, event: int, iosb: int,
) -> int:  # fmt: skip
    """A control request of the current thread, which the I/O manager frees; the event is signalled at its end."""
    if nt.fails("IoBuildDeviceIoControlRequest"):
        return 0
    buffers = source, source_length, target, target_length
    return control_request(nt, code, device, buffers, bool(internal), event, iosb)


@routine(
    "BOOLEAN IoForwardIrpSynchronously(PDEVICE_OBJECT DeviceObject, PIRP Irp)",
    page="nf-wdm-ioforwardirpsynchronously", irql="<= APC_LEVEL", fails="FALSE", calls_back=True,
)  # fmt: skip
def IoForwardIrpSynchronously(nt: System, device: int, irp: int) -> int:
    """Send the IRP down and wait until it has come back; the caller still has it."""
    return forward_synchronously(nt, device, irp)


@routine(
    "PDRIVER_CANCEL IoSetCancelRoutine(PIRP Irp, PDRIVER_CANCEL CancelRoutine)",
    page="nf-wdm-iosetcancelroutine", irql="<= DISPATCH_LEVEL", macro=True,
)  # fmt: skip
def IoSetCancelRoutine(nt: System, irp: int, cancel: int) -> int:
    """Exchange the cancel routine. NULL for a routine that was set means that it has been, or is being called."""
    return nt.io.cancellation.set_routine(irp, cancel)


@routine(
    "VOID IoAcquireCancelSpinLock(PKIRQL Irql)",
    page="nf-wdm-ioacquirecancelspinlock", irql="<= DISPATCH_LEVEL", undo="IoReleaseCancelSpinLock", calls_back=True,
)  # fmt: skip
def IoAcquireCancelSpinLock(nt: System, irql_at: int) -> None:
    nt.memory.write_uint(irql_at, 1, nt.io.cancellation.acquire())


@routine(
    "VOID IoReleaseCancelSpinLock(KIRQL Irql)",
    page="nf-wdm-ioreleasecancelspinlock", irql="== DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
def IoReleaseCancelSpinLock(nt: System, irql: int) -> None:
    nt.io.cancellation.release(irql)


@routine(
    "BOOLEAN IoCancelIrp(PIRP Irp)",
    page="nf-wdm-iocancelirp", irql="<= DISPATCH_LEVEL", fails="FALSE", calls_back=True,
)  # fmt: skip
def IoCancelIrp(nt: System, irp: int) -> int:
    """Set Irp->Cancel, and call the cancel routine if there is one."""
    return int(nt.io.cancellation.cancel(irp))


@routine(
    "VOID IoInitializeIrpEx(PIRP Irp, PDEVICE_OBJECT DeviceObject, USHORT PacketSize, CCHAR StackSize)",
    page="nf-wdm-ioinitializeirpex", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
def IoInitializeIrpEx(nt: System, irp: int, device: int, packet_size: int, stack_size: int) -> None:
    IoInitializeIrp(nt, irp, packet_size, stack_size)


@routine("BOOLEAN IoIs32bitProcess(PIRP Irp)", page="nf-wdm-iois32bitprocess", irql="any")
def IoIs32bitProcess(nt: System, irp: int) -> int:
    """Every process is a 64-bit one."""
    return 0


@routine("BOOLEAN IoIsOperationSynchronous(PIRP Irp)", irql="<= DISPATCH_LEVEL", header="ntifs.h")
def IoIsOperationSynchronous(nt: System, irp: int) -> int:
    request = nt.io.requests.at(irp)
    return int(request.origin == "threaded" or request.file is not None and request.file.synchronous)


@routine(
    "PVOID IoAllocateErrorLogEntry(PVOID IoObject, UCHAR EntrySize)",
    page="nf-wdm-ioallocateerrorlogentry", irql="<= DISPATCH_LEVEL", fails="NULL", undo="IoWriteErrorLogEntry",
)  # fmt: skip
def IoAllocateErrorLogEntry(nt: System, io_object: int, size: int) -> int:
    """Room for an entry of the error log, zeroed. NULL for more than an entry may have."""
    if nt.fails("IoAllocateErrorLogEntry") or size > MOST_ENTRY_BYTES:
        return 0
    where = nt.pool.allocate(max(size, 1), ENTRY_TAG)
    if where:
        nt.memory.write(where, bytes(size))
    return where


@routine("VOID IoWriteErrorLogEntry(PVOID ElEntry)", page="nf-wdm-iowriteerrorlogentry", irql="<= DISPATCH_LEVEL")
def IoWriteErrorLogEntry(nt: System, entry: int) -> None:
    """The entry goes to the log, which nobody reads, and its memory back."""
    nt.pool.free(entry)


@routine("VOID IoFreeErrorLogEntry(PVOID ElEntry)", page="nf-wdm-iofreeerrorlogentry", irql="<= DISPATCH_LEVEL")
def IoFreeErrorLogEntry(nt: System, entry: int) -> None:
    nt.pool.free(entry)


@routine("PVOID IoGetInitialStack(VOID)", page="nf-wdm-iogetinitialstack", irql="<= APC_LEVEL")
def IoGetInitialStack(nt: System) -> int:
    """The high end of the current thread's stack."""
    return nt.thread.stack_low + nt.thread.stack_bytes


@routine("ULONG_PTR IoGetRemainingStackSize(VOID)", page="nf-wdm-iogetremainingstacksize", irql="<= APC_LEVEL",
         calls_back=True)  # fmt: skip
def IoGetRemainingStackSize(nt: System) -> int:
    return nt.thread.sp


@routine(
    "VOID IoGetStackLimits(PULONG_PTR LowLimit, PULONG_PTR HighLimit)", page="nf-wdm-iogetstacklimits", irql="any"
)  # fmt: skip
def IoGetStackLimits(nt: System, low_at: int, high_at: int) -> None:
    nt.memory.write_uint(low_at, 8, nt.thread.stack_low)
    nt.memory.write_uint(high_at, 8, nt.thread.stack_low + nt.thread.stack_bytes)


@routine(
    "NTSTATUS IoRegisterShutdownNotification(PDEVICE_OBJECT DeviceObject)",
    page="nf-wdm-ioregistershutdownnotification", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
    undo="IoUnregisterShutdownNotification",
)  # fmt: skip
def IoRegisterShutdownNotification(nt: System, device: int) -> int:
    """The device gets IRP_MJ_SHUTDOWN before the machine is switched off, which never happens here."""
    flags = nt.memory.read_uint(device + DEVICE_FLAGS, 4)
    nt.memory.write_uint(device + DEVICE_FLAGS, 4, flags | DO_SHUTDOWN_REGISTERED)
    return STATUS_SUCCESS


@routine(
    "VOID IoUnregisterShutdownNotification(PDEVICE_OBJECT DeviceObject)",
    page="nf-wdm-iounregistershutdownnotification", irql="== PASSIVE_LEVEL",
)  # fmt: skip
def IoUnregisterShutdownNotification(nt: System, device: int) -> None:
    flags = nt.memory.read_uint(device + DEVICE_FLAGS, 4)
    nt.memory.write_uint(device + DEVICE_FLAGS, 4, flags & ~DO_SHUTDOWN_REGISTERED)


@routine(
    "NTSTATUS PoRequestPowerIrp(PDEVICE_OBJECT DeviceObject, UCHAR MinorFunction, POWER_STATE PowerState, "
    "PREQUEST_POWER_COMPLETE CompletionFunction, PVOID Context, PIRP *Irp)",
    page="nf-wdm-porequestpowerirp", irql="<= DISPATCH_LEVEL", fails="NTSTATUS", calls_back=True,
)  # fmt: skip
def PoRequestPowerIrp(
    nt: System, device: int, minor: int, state: Number, completion: int, context: int, irp_at: int
) -> int:  # fmt: skip
    """Send a power IRP to the device's stack; STATUS_PENDING if that was possible."""
    if nt.fails("PoRequestPowerIrp"):
        return STATUS_INSUFFICIENT_RESOURCES
    return nt.io.power.request(device, minor, _number(state), completion, context, irp_at)


@routine(
    "POWER_STATE PoSetPowerState(PDEVICE_OBJECT DeviceObject, POWER_STATE_TYPE Type, POWER_STATE State)",
    page="nf-wdm-posetpowerstate", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
def PoSetPowerState(nt: System, device: int, kind: int, state: Number) -> int:
    """Tell the system the power state of a device; the one before."""
    return nt.io.power.set_state(device, kind, _number(state))


@routine("VOID PoSetSystemState(ULONG Flags)", page="nf-ntifs-posetsystemstate", irql="<= DISPATCH_LEVEL")
def PoSetSystemState(nt: System, flags: int) -> None:
    """The system is told that it is busy: this one never sleeps."""


known(
    "PULONG PoRegisterDeviceForIdleDetection(PDEVICE_OBJECT DeviceObject, ULONG ConservationIdleTime, "
    "ULONG PerformanceIdleTime, DEVICE_POWER_STATE State)",
    page="nf-ntifs-poregisterdeviceforidledetection", irql="== PASSIVE_LEVEL", fails="NULL",
)  # fmt: skip


def _number(value: Number) -> int:
    """A POWER_STATE as it was passed."""
    return value if isinstance(value, int) else int.from_bytes(value, "little")
