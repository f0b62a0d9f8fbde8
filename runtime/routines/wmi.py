"""What drivers do about WMI. Nobody asks a device for data here, so of a request only its way is decided."""

from __future__ import annotations

from ..mm.pool_calls import free
from ..routine import known, routine
from ..wdk.constants import STATUS_INSUFFICIENT_RESOURCES, STATUS_SUCCESS
from ..wdk.layouts import offset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

PROVIDER = offset("_IO_STACK_LOCATION", "Parameters.WMI.ProviderId")
MINOR = offset("_IO_STACK_LOCATION", "MinorFunction")
WMI_MINORS = frozenset((*range(0xA), 0xB))  # IRP_MN_QUERY_ALL_DATA to EXECUTE_METHOD, and REGINFO_EX
NOT_WMI, FORWARD = 2, 3  # SYSCTL_IRP_DISPOSITION


@routine(
    "NTSTATUS WmiSystemControl(PWMILIB_CONTEXT WmiLibInfo, PDEVICE_OBJECT DeviceObject, PIRP Irp, "
    "PSYSCTL_IRP_DISPOSITION IrpDisposition)",
    page="nf-wmilib-wmisystemcontrol", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="wmilib.h",
)  # fmt: skip
def WmiSystemControl(nt: System, library: int, device: int, irp: int, disposition: int) -> int:
    """Say what the driver is to do with an IRP_MJ_SYSTEM_CONTROL: one that is not for this device goes on down."""
    location = nt.irps.current(irp)
    answer = NOT_WMI
    if nt.memory.read_uint(location + MINOR, 1) in WMI_MINORS:
        if nt.memory.read_uint(location + PROVIDER, 8) == device:
            nt.not_modelled("a request of WMI for this device")
        answer = FORWARD
    nt.memory.write(disposition, answer.to_bytes(4, "little"), True)
    return STATUS_SUCCESS


known(
    "NTSTATUS WmiCompleteRequest(PDEVICE_OBJECT DeviceObject, PIRP Irp, NTSTATUS Status, ULONG BufferUsed, "
    "CCHAR PriorityBoost)",
    page="nf-wmilib-wmicompleterequest", irql="<= DISPATCH_LEVEL", fails="NTSTATUS", header="wmilib.h",
)  # fmt: skip
known(
    "NTSTATUS WmiFireEvent(PDEVICE_OBJECT DeviceObject, LPCGUID Guid, ULONG InstanceIndex, ULONG EventDataSize, "
    "PVOID EventData)",
    page="nf-wmilib-wmifireevent", irql="<= DISPATCH_LEVEL", fails="NTSTATUS", header="wmilib.h",
)  # fmt: skip


@routine(
    "ULONG IoWMIDeviceObjectToProviderId(PDEVICE_OBJECT DeviceObject)", page="nf-wdm-iowmideviceobjecttoproviderid"
)
def IoWMIDeviceObjectToProviderId(nt: System, device: int) -> int:
    """A number that stands for the device in events."""
    return device >> 4 & 0xFFFF_FFFF


@routine(
    "NTSTATUS IoWMIWriteEvent(PVOID WnodeEventItem)",
    page="nf-wdm-iowmiwriteevent", irql="<= APC_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def IoWMIWriteEvent(nt: System, item: int) -> int:
    """Queue an event, for which nobody waits here. Its memory, from nonpaged pool, is the system's then."""
    if nt.fails("IoWMIWriteEvent"):
        return STATUS_INSUFFICIENT_RESOURCES
    free(nt, item, 0)
    return STATUS_SUCCESS


@routine(
    "NTSTATUS IoRegisterPlugPlayNotification(IO_NOTIFICATION_EVENT_CATEGORY EventCategory, ULONG EventCategoryFlags, "
    "PVOID EventCategoryData, PDRIVER_OBJECT DriverObject, PDRIVER_NOTIFICATION_CALLBACK_ROUTINE CallbackRoutine, "
    "PVOID Context, PVOID *NotificationEntry)",
    page="nf-wdm-ioregisterplugplaynotification", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
    undo="IoUnregisterPlugPlayNotificationEx", calls_back=True,
)  # fmt: skip
def IoRegisterPlugPlayNotification(
    nt: System, category: int, flags: int, data: int, driver: int, routine: int, context: int, entry_at: int
) -> int:  # fmt: skip
    """Let a routine be told of the device interfaces of a class that come and go. Other categories are not modelled."""
    return nt.io.interface_notes.register(category, flags, data, driver, routine, context, entry_at)


@routine(
    "NTSTATUS IoUnregisterPlugPlayNotification(PVOID NotificationEntry)",
    page="nf-wdm-iounregisterplugplaynotification", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def IoUnregisterPlugPlayNotification(nt: System, entry: int) -> int:
    return nt.io.interface_notes.unregister(entry)


@routine(
    "NTSTATUS IoUnregisterPlugPlayNotificationEx(PVOID NotificationEntry)",
    page="nf-wdm-iounregisterplugplaynotificationex", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def IoUnregisterPlugPlayNotificationEx(nt: System, entry: int) -> int:
    """The routine is not called any more."""
    return nt.io.interface_notes.unregister(entry)
