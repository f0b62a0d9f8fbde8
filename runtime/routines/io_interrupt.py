"""The DPC of a device object, and its one-second timer."""

from __future__ import annotations

from .. import rules
from ..io.device_objects import DPC
from ..routine import routine
from ..wdk.constants import STATUS_INSUFFICIENT_RESOURCES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..io.device_objects import Device
    from ..system import System


@routine(
    "VOID IoInitializeDpcRequest(PDEVICE_OBJECT DeviceObject, PIO_DPC_ROUTINE DpcRoutine)",
    page="nf-wdm-ioinitializedpcrequest", irql="any", macro=True,
)  # fmt: skip
def IoInitializeDpcRequest(nt: System, device: int, routine: int) -> None:
    """Prepare the DPC that each device object has."""
    nt.dpcs.initialise(device + DPC, routine, device)


@routine(
    "VOID IoRequestDpc(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)",
    page="nf-wdm-iorequestdpc", irql="== DIRQL", calls_back=True, macro=True,
)  # fmt: skip
def IoRequestDpc(nt: System, device: int, irp: int, context: int) -> None:
    """Queue the device's DPC. If it is queued already, this request is lost."""
    nt.dpcs.insert(device + DPC, irp, context)


@routine(
    "NTSTATUS IoInitializeTimer(PDEVICE_OBJECT DeviceObject, PIO_TIMER_ROUTINE TimerRoutine, PVOID Context)",
    page="nf-wdm-ioinitializetimer", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="IoStopTimer",
)  # fmt: skip
def IoInitializeTimer(nt: System, where: int, routine: int, context: int) -> int:
    """Give the device a timer, which calls the routine once a second while it runs."""
    if nt.fails("IoInitializeTimer"):
        return STATUS_INSUFFICIENT_RESOURCES
    return nt.io.timers.initialise(_device(nt, where), routine, context)


@routine(
    "VOID IoStartTimer(PDEVICE_OBJECT DeviceObject)",
    page="nf-wdm-iostarttimer", irql="<= DISPATCH_LEVEL", undo="IoStopTimer",
)  # fmt: skip
def IoStartTimer(nt: System, where: int) -> None:
    nt.io.timers.start(_device(nt, where))


@routine("VOID IoStopTimer(PDEVICE_OBJECT DeviceObject)", page="nf-wdm-iostoptimer", irql="<= DISPATCH_LEVEL")
def IoStopTimer(nt: System, where: int) -> None:
    nt.io.timers.stop(_device(nt, where))


@routine(
    "VOID IoInitializeThreadedDpcRequest(PDEVICE_OBJECT DeviceObject, PIO_DPC_ROUTINE DpcRoutine)",
    page="nf-wdm-ioinitializethreadeddpcrequest", irql="any", macro=True,
)  # fmt: skip
def IoInitializeThreadedDpcRequest(nt: System, device: int, routine: int) -> None:
    nt.dpcs.initialise(device + DPC, routine, device, threaded=True)


def _device(nt: System, where: int) -> Device:
    device = nt.io.devices.at(where)
    if device is None:
        facts = [("device", nt.describe(where))]
        nt.violation(rules.NOT_A_DEVICE, (where, 0, 0), facts, ("device", where))
    assert device is not None
    return device
