"""The I/O manager: making IRPs, their stack locations, passing them on, completing, queueing and cancelling them."""

from __future__ import annotations

from .. import rules
from ..constants import (
    SL_INVOKE_ON_CANCEL,
    SL_INVOKE_ON_ERROR,
    SL_INVOKE_ON_SUCCESS,
    SL_PENDING_RETURNED,
)
from ..irp import COMPLETION_CONTEXT, COMPLETION_ROUTINE, CONTROL, size_of
from ..routine import known, routine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

TAG = int.from_bytes(b"Irp ", "little")
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
    below = nt.irps.next(irp)
    nt.memory.write(below, nt.memory.read(nt.irps.current(irp), COMPLETION_ROUTINE))
    nt.memory.write_uint(below + CONTROL, 1, 0)


@routine(
    "VOID IoSkipCurrentIrpStackLocation(PIRP Irp)",
    page="nf-wdm-ioskipcurrentirpstacklocation", irql="any", macro=True,
)  # fmt: skip
def IoSkipCurrentIrpStackLocation(nt: System, irp: int) -> None:
    """Let the next lower driver have the caller's own location."""
    nt.irps.current(irp)
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
    nt.memory.write_uint(below + COMPLETION_ROUTINE, 8, completion)
    nt.memory.write_uint(below + COMPLETION_CONTEXT, 8, context)
    control = SL_INVOKE_ON_SUCCESS if on_success else 0
    control |= SL_INVOKE_ON_ERROR if on_error else 0
    control |= SL_INVOKE_ON_CANCEL if on_cancel else 0
    nt.memory.write_uint(below + CONTROL, 1, control)


known(
    "NTSTATUS IoSetCompletionRoutineEx(PDEVICE_OBJECT DeviceObject, PIRP Irp, "
    "PIO_COMPLETION_ROUTINE CompletionRoutine, PVOID Context, BOOLEAN InvokeOnSuccess, BOOLEAN InvokeOnError, "
    "BOOLEAN InvokeOnCancel)",
    page="nf-wdm-iosetcompletionroutineex", irql="<= DISPATCH_LEVEL", fails="NTSTATUS",
)  # fmt: skip
known(
    "NTSTATUS IoCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp)",
    page="nf-wdm-iocalldriver", irql="<= DISPATCH_LEVEL", fails="NTSTATUS", calls_back=True,
)  # fmt: skip
known(
    "NTSTATUS IofCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp)",
    page="nf-wdm-iofcalldriver", irql="<= DISPATCH_LEVEL", fails="NTSTATUS", calls_back=True,
)  # fmt: skip
known(
    "NTSTATUS PoCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp)",
    page="nf-wdm-pocalldriver", irql="== PASSIVE_LEVEL if DO_POWER_PAGABLE else <= DISPATCH_LEVEL", fails="NTSTATUS",
    calls_back=True,
)  # fmt: skip
known("VOID PoStartNextPowerIrp(PIRP Irp)", page="nf-wdm-postartnextpowerirp", irql="<= DISPATCH_LEVEL")
known(
    "VOID IoCompleteRequest(PIRP Irp, CCHAR PriorityBoost)",
    page="nf-wdm-iocompleterequest", irql="<= DISPATCH_LEVEL", calls_back=True, macro=True,
)  # fmt: skip
known(
    "VOID IofCompleteRequest(PIRP Irp, CCHAR PriorityBoost)",
    page="nf-wdm-iocompleterequest", irql="<= DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip


@routine("VOID IoMarkIrpPending(PIRP Irp)", page="nf-wdm-iomarkirppending", irql="any", macro=True)
def IoMarkIrpPending(nt: System, irp: int) -> None:
    control = nt.irps.current(irp) + CONTROL
    nt.memory.write_uint(control, 1, nt.memory.read_uint(control, 1) | SL_PENDING_RETURNED)


known(
    "VOID IoStartPacket(PDEVICE_OBJECT DeviceObject, PIRP Irp, PULONG Key, PDRIVER_CANCEL CancelFunction)",
    page="nf-wdm-iostartpacket", irql="<= DISPATCH_LEVEL", undo="IoStartNextPacket", calls_back=True,
)  # fmt: skip
known(
    "VOID IoStartNextPacket(PDEVICE_OBJECT DeviceObject, BOOLEAN Cancelable)",
    page="nf-wdm-iostartnextpacket", irql="== DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
known(
    "VOID IoStartNextPacketByKey(PDEVICE_OBJECT DeviceObject, BOOLEAN Cancelable, ULONG Key)",
    page="nf-wdm-iostartnextpacketbykey", irql="== DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
known(
    "VOID IoSetStartIoAttributes(PDEVICE_OBJECT DeviceObject, BOOLEAN DeferredStartIo, BOOLEAN NonCancelable)",
    page="nf-wdm-iosetstartioattributes", irql="any",
)  # fmt: skip


@routine(
    "PIRP IoAllocateIrp(CCHAR StackSize, BOOLEAN ChargeQuota)",
    page="nf-wdm-ioallocateirp", irql="<= DISPATCH_LEVEL", fails="NULL", undo="IoFreeIrp",
)  # fmt: skip
def IoAllocateIrp(nt: System, stack_size: int, charge_quota: int) -> int:
    """An IRP of the caller's own, with a stack location for each driver below."""
    if nt.fails("IoAllocateIrp") or not 0 < stack_size < MOST_LOCATIONS:
        return 0
    return nt.irps.allocate(stack_size, bool(charge_quota), TAG)


known(
    "PIRP IoAllocateIrpEx(PDEVICE_OBJECT DeviceObject, CCHAR StackSize, BOOLEAN ChargeQuota)",
    page="nf-wdm-ioallocateirpex", irql="<= DISPATCH_LEVEL", fails="NULL", undo="IoFreeIrp",
)  # fmt: skip


@routine(
    "VOID IoInitializeIrp(PIRP Irp, USHORT PacketSize, CCHAR StackSize)",
    page="nf-wdm-ioinitializeirp", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
def IoInitializeIrp(nt: System, irp: int, packet_size: int, stack_size: int) -> None:
    """Make an IRP of raw memory."""
    if irp in nt.irps.allocated:
        nt.violation(rules.IRP_INITIALISED_TWICE, (0, irp, 0), nt.irps.facts(irp), ("irp", irp))
    nt.irps.initialise(irp, packet_size, stack_size)


@routine("USHORT IoSizeOfIrp(CCHAR StackSize)", page="nf-wdm-iosizeofirp", irql="any", macro=True)
def IoSizeOfIrp(nt: System, stack_size: int) -> int:
    return size_of(stack_size) & 0xFFFF


@routine("VOID IoFreeIrp(PIRP Irp)", page="nf-wdm-iofreeirp", irql="<= DISPATCH_LEVEL")
def IoFreeIrp(nt: System, irp: int) -> None:
    nt.irps.free(irp)


@routine("VOID IoReuseIrp(PIRP Irp, NTSTATUS Status)", page="nf-wdm-ioreuseirp", irql="<= DISPATCH_LEVEL")
def IoReuseIrp(nt: System, irp: int, status: int) -> None:
    """Make an IRP of the caller's own ready for another request. Its MDLs must have been dealt with."""
    nt.irps.reuse(irp, status)


known(
    "PIRP IoMakeAssociatedIrp(PIRP Irp, CCHAR StackSize)",
    page="nf-ntddk-iomakeassociatedirp", irql="<= DISPATCH_LEVEL", fails="NULL", header="ntddk.h",
)  # fmt: skip
known(
    "PIRP IoBuildSynchronousFsdRequest(ULONG MajorFunction, PDEVICE_OBJECT DeviceObject, PVOID Buffer, ULONG Length, "
    "PLARGE_INTEGER StartingOffset, PKEVENT Event, PIO_STATUS_BLOCK IoStatusBlock)",
    page="nf-wdm-iobuildsynchronousfsdrequest", irql="<= APC_LEVEL", fails="NULL",
)  # fmt: skip
known(
    "PIRP IoBuildAsynchronousFsdRequest(ULONG MajorFunction, PDEVICE_OBJECT DeviceObject, PVOID Buffer, "
    "ULONG Length, PLARGE_INTEGER StartingOffset, PIO_STATUS_BLOCK IoStatusBlock)",
    page="nf-wdm-iobuildasynchronousfsdrequest", irql="<= APC_LEVEL", fails="NULL", undo="IoFreeIrp",
)  # fmt: skip
known(
    "PIRP IoBuildDeviceIoControlRequest(ULONG IoControlCode, PDEVICE_OBJECT DeviceObject, PVOID InputBuffer, "
    "ULONG InputBufferLength, PVOID OutputBuffer, ULONG OutputBufferLength, BOOLEAN InternalDeviceIoControl, "
    "PKEVENT Event, PIO_STATUS_BLOCK IoStatusBlock)",
    page="nf-wdm-iobuilddeviceiocontrolrequest", irql="<= APC_LEVEL", fails="NULL",
)  # fmt: skip
known(
    "BOOLEAN IoForwardIrpSynchronously(PDEVICE_OBJECT DeviceObject, PIRP Irp)",
    page="nf-wdm-ioforwardirpsynchronously", irql="<= APC_LEVEL", fails="FALSE", calls_back=True,
)  # fmt: skip
known(
    "PDRIVER_CANCEL IoSetCancelRoutine(PIRP Irp, PDRIVER_CANCEL CancelRoutine)",
    page="nf-wdm-iosetcancelroutine", irql="<= DISPATCH_LEVEL", macro=True,
)  # fmt: skip
known(
    "VOID IoAcquireCancelSpinLock(PKIRQL Irql)",
    page="nf-wdm-ioacquirecancelspinlock", irql="<= DISPATCH_LEVEL", undo="IoReleaseCancelSpinLock", calls_back=True,
)  # fmt: skip
known(
    "VOID IoReleaseCancelSpinLock(KIRQL Irql)",
    page="nf-wdm-ioreleasecancelspinlock", irql="== DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
known(
    "BOOLEAN IoCancelIrp(PIRP Irp)",
    page="nf-wdm-iocancelirp", irql="<= DISPATCH_LEVEL", fails="FALSE", calls_back=True,
)  # fmt: skip
known(
    "VOID IoInitializeIrpEx(PIRP Irp, PDEVICE_OBJECT DeviceObject, USHORT PacketSize, CCHAR StackSize)",
    page="nf-wdm-ioinitializeirpex", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
known("BOOLEAN IoIs32bitProcess(PIRP Irp)", page="nf-wdm-iois32bitprocess", irql="any")
known("BOOLEAN IoIsOperationSynchronous(PIRP Irp)", irql="<= DISPATCH_LEVEL", header="ntifs.h")
known(
    "PVOID IoAllocateErrorLogEntry(PVOID IoObject, UCHAR EntrySize)",
    page="nf-wdm-ioallocateerrorlogentry", irql="<= DISPATCH_LEVEL", fails="NULL", undo="IoWriteErrorLogEntry",
)  # fmt: skip
known("VOID IoWriteErrorLogEntry(PVOID ElEntry)", page="nf-wdm-iowriteerrorlogentry", irql="<= DISPATCH_LEVEL")
known("VOID IoFreeErrorLogEntry(PVOID ElEntry)", page="nf-wdm-iofreeerrorlogentry", irql="<= DISPATCH_LEVEL")
known("PVOID IoGetInitialStack(VOID)", page="nf-wdm-iogetinitialstack", irql="<= APC_LEVEL")
known("ULONG_PTR IoGetRemainingStackSize(VOID)", page="nf-wdm-iogetremainingstacksize", irql="<= APC_LEVEL")
known("VOID IoGetStackLimits(PULONG_PTR LowLimit, PULONG_PTR HighLimit)", page="nf-wdm-iogetstacklimits", irql="any")
known(
    "NTSTATUS IoRegisterShutdownNotification(PDEVICE_OBJECT DeviceObject)",
    page="nf-wdm-ioregistershutdownnotification", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
    undo="IoUnregisterShutdownNotification",
)  # fmt: skip
known(
    "VOID IoUnregisterShutdownNotification(PDEVICE_OBJECT DeviceObject)",
    page="nf-wdm-iounregistershutdownnotification", irql="== PASSIVE_LEVEL",
)  # fmt: skip
known(
    "NTSTATUS PoRequestPowerIrp(PDEVICE_OBJECT DeviceObject, UCHAR MinorFunction, POWER_STATE PowerState, "
    "PREQUEST_POWER_COMPLETE CompletionFunction, PVOID Context, PIRP *Irp)",
    page="nf-wdm-porequestpowerirp", irql="<= DISPATCH_LEVEL", fails="NTSTATUS", calls_back=True,
)  # fmt: skip
known(
    "POWER_STATE PoSetPowerState(PDEVICE_OBJECT DeviceObject, POWER_STATE_TYPE Type, POWER_STATE State)",
    page="nf-wdm-posetpowerstate", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
known("VOID PoSetSystemState(ULONG Flags)", page="nf-ntifs-posetsystemstate", irql="<= DISPATCH_LEVEL")
known(
    "PULONG PoRegisterDeviceForIdleDetection(PDEVICE_OBJECT DeviceObject, ULONG ConservationIdleTime, "
    "ULONG PerformanceIdleTime, DEVICE_POWER_STATE State)",
    page="nf-ntifs-poregisterdeviceforidledetection", irql="== PASSIVE_LEVEL", fails="NULL",
)  # fmt: skip
