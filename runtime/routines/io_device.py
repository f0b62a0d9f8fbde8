"""Device objects: creating, naming and stacking them, their interfaces and properties."""

from __future__ import annotations

from .. import rules
from ..io import device_interfaces as interfaces
from ..io.bus_driver import identity
from ..io.device_objects import ATTACHED
from ..io.device_properties import device_property
from ..io.file_objects import Opening
from ..io.namespace import link_key
from ..ob.references import reference
from ..registry.keys import device_key
from ..routine import routine
from ..strings import Counted
from ..wdk.constants import (
    FILE_NON_DIRECTORY_FILE,
    FILE_READ_ATTRIBUTES,
    IRP_MN_QUERY_DEVICE_RELATIONS,
    IRP_MN_QUERY_PNP_DEVICE_STATE,
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_INVALID_PARAMETER,
    STATUS_NO_SUCH_DEVICE,
    STATUS_OBJECT_NAME_COLLISION,
    STATUS_OBJECT_NAME_NOT_FOUND,
    STATUS_OBJECT_PATH_NOT_FOUND,
    STATUS_SUCCESS,
    WMIREG_ACTION_DEREGISTER,
    WMIREG_ACTION_REGISTER,
    BusQueryDeviceID,
    BusQueryInstanceID,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..io.device_objects import Device
    from ..system import System

EXTENSION_TAG = int.from_bytes(b"DrvE", "little")


@routine(
    "NTSTATUS IoCreateDevice(PDRIVER_OBJECT DriverObject, ULONG DeviceExtensionSize, PUNICODE_STRING DeviceName, "
    "DEVICE_TYPE DeviceType, ULONG DeviceCharacteristics, BOOLEAN Exclusive, PDEVICE_OBJECT *DeviceObject)",
    page="nf-wdm-iocreatedevice", irql="<= APC_LEVEL", fails="NTSTATUS", undo="IoDeleteDevice",
)  # fmt: skip
def IoCreateDevice(
    nt: System, driver: int, extension: int, name: int, kind: int, characteristics: int, exclusive: int, device_at: int
) -> int:
    """A new device object of the driver's, with so many bytes of its own behind it."""
    text = Counted(nt, name).text if name else ""
    if nt.fails("IoCreateDevice"):
        return STATUS_INSUFFICIENT_RESOURCES
    return _create(nt, driver, extension, text, kind, characteristics, exclusive, device_at)


@routine("VOID IoDeleteDevice(PDEVICE_OBJECT DeviceObject)", page="nf-wdm-iodeletedevice", irql="<= APC_LEVEL")
def IoDeleteDevice(nt: System, where: int) -> None:
    """The device is gone for everybody who looks for it; its memory, when nobody refers to it any more."""
    device = nt.io.devices.at(where)
    if device is None or device.deleted:
        facts, about = [("device", nt.describe(where))], ("device", where)
        if device is not None or "deleted" in nt.history.get(about, {}):
            nt.violation(rules.DEVICE_DELETED_TWICE, (nt.instruction(), where, 0), facts, about)
        nt.violation(rules.NOT_A_DEVICE, (where, 0, 0), facts, about)
        return
    facts, about = nt.io.devices.facts(device), ("device", where)
    if device.driver.built_in:
        nt.violation(rules.OTHER_DEVICE_DELETED, (nt.instruction(), 0, where), facts, about)
    if device.below:
        nt.violation(rules.DEVICE_DELETED_ATTACHED, (nt.instruction(), where, 0), facts, about)
    nt.io.devices.delete(device)


@routine(
    "NTSTATUS IoCreateSymbolicLink(PUNICODE_STRING SymbolicLinkName, PUNICODE_STRING DeviceName)",
    page="nf-wdm-iocreatesymboliclink", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="IoDeleteSymbolicLink",
)  # fmt: skip
def IoCreateSymbolicLink(nt: System, name: int, target: int) -> int:
    """Give a device another name, such as one in \\DosDevices that programs can open."""
    text = Counted(nt, name).text
    if nt.fails("IoCreateSymbolicLink"):
        return STATUS_INSUFFICIENT_RESOURCES
    if not nt.io.names.has_directory(text):
        return STATUS_OBJECT_PATH_NOT_FOUND
    if nt.io.names.is_taken(text):
        return STATUS_OBJECT_NAME_COLLISION
    nt.io.names.add_link(text, Counted(nt, target).text)
    nt.hold(rules.LINK_LEFT, link_key(text), [("link", text), ("leads to", Counted(nt, target).text)])
    return STATUS_SUCCESS


@routine(
    "NTSTATUS IoDeleteSymbolicLink(PUNICODE_STRING SymbolicLinkName)",
    page="nf-wdm-iodeletesymboliclink", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def IoDeleteSymbolicLink(nt: System, name: int) -> int:
    text = Counted(nt, name).text
    nt.let_go(rules.LINK_LEFT, link_key(text))
    return STATUS_SUCCESS if nt.io.names.remove_link(text) else STATUS_OBJECT_NAME_NOT_FOUND


@routine(
    "PDEVICE_OBJECT IoAttachDeviceToDeviceStack(PDEVICE_OBJECT SourceDevice, PDEVICE_OBJECT TargetDevice)",
    page="nf-wdm-ioattachdevicetodevicestack", irql="<= DISPATCH_LEVEL", fails="NULL", undo="IoDetachDevice",
)  # fmt: skip
def IoAttachDeviceToDeviceStack(nt: System, source: int, target: int) -> int:
    """Put a device on top of a stack. The device that lies directly below it now; IRPs are to be sent there."""
    found = _device(nt, source), _device(nt, target, 1)
    if nt.fails("IoAttachDeviceToDeviceStack") or found[0] is None or found[1] is None:
        return 0
    return nt.io.devices.attach(found[0], target)


@routine(
    "NTSTATUS IoAttachDevice(PDEVICE_OBJECT SourceDevice, PUNICODE_STRING TargetDevice, "
    "PDEVICE_OBJECT *AttachedDevice)",
    page="nf-wdm-ioattachdevice", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="IoDetachDevice",
)  # fmt: skip
def IoAttachDevice(nt: System, source: int, target: int, attached_at: int) -> int:
    """Attach to a device by its name, which is opened for that."""
    device = _device(nt, source)
    status, file = nt.io.open(Opening(Counted(nt, target).text, FILE_READ_ATTRIBUTES))
    if file is None or device is None:
        return status
    lower = nt.io.devices.attach(device, file.device.address)
    nt.io.close(file)
    if not lower:
        return STATUS_NO_SUCH_DEVICE
    nt.memory.write_uint(attached_at, 8, lower)
    return STATUS_SUCCESS


@routine("VOID IoDetachDevice(PDEVICE_OBJECT TargetDevice)", page="nf-wdm-iodetachdevice", irql="== PASSIVE_LEVEL")
def IoDetachDevice(nt: System, lower: int) -> None:
    """Take away what is attached to a device. The argument is the lower one of the two."""
    device = _device(nt, lower)
    if device is None or not nt.memory.read_uint(lower + ATTACHED, 8):
        upper = device is not None and device.below
        facts = nt.io.devices.facts(device) if device is not None else [("device", nt.describe(lower))]
        if upper:
            facts.append(("attached to", nt.io.devices.name_of(upper)))
        nt.violation(rules.DEVICE_NOT_ATTACHED, (nt.instruction(), lower, 0), facts, ("device", lower))
        return
    nt.io.devices.detach(lower)


@routine(
    "PDEVICE_OBJECT IoGetAttachedDeviceReference(PDEVICE_OBJECT DeviceObject)",
    page="nf-wdm-iogetattacheddevicereference", irql="<= DISPATCH_LEVEL", undo="ObDereferenceObject",
)  # fmt: skip
def IoGetAttachedDeviceReference(nt: System, where: int) -> int:
    """The highest device of a stack, with a reference that is the caller's to give back."""
    top = nt.io.devices.top(where)
    reference(nt, top)
    return top


@routine(
    "NTSTATUS IoGetDeviceObjectPointer(PUNICODE_STRING ObjectName, ACCESS_MASK DesiredAccess, "
    "PFILE_OBJECT *FileObject, PDEVICE_OBJECT *DeviceObject)",
    page="nf-wdm-iogetdeviceobjectpointer", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="ObDereferenceObject",
    calls_back=True,
)  # fmt: skip
def IoGetDeviceObjectPointer(nt: System, name: int, access: int, file_at: int, device_at: int) -> int:
    """Open a device by its name, and find the highest device of its stack. Only the file object is referenced."""
    if nt.fails("IoGetDeviceObjectPointer"):
        return STATUS_INSUFFICIENT_RESOURCES
    status, file = nt.io.open(Opening(Counted(nt, name).text, access, options=FILE_NON_DIRECTORY_FILE))
    if file is None:
        return status
    nt.io.files.cleaned_up(file)  # the handle behind it is closed again
    nt.io.files.hold(file)
    nt.memory.write_uint(file_at, 8, file.address)
    nt.memory.write_uint(device_at, 8, nt.io.devices.top(file.device.address))
    return STATUS_SUCCESS


@routine(
    "NTSTATUS IoRegisterDeviceInterface(PDEVICE_OBJECT PhysicalDeviceObject, const GUID *InterfaceClassGuid, "
    "PUNICODE_STRING ReferenceString, PUNICODE_STRING SymbolicLinkName)",
    page="nf-wdm-ioregisterdeviceinterface", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def IoRegisterDeviceInterface(nt: System, pdo: int, guid: int, reference_at: int, name_at: int) -> int:
    """A name under which programs find the device by what it can do; it opens once it is enabled."""
    if nt.fails("IoRegisterDeviceInterface"):
        return STATUS_INSUFFICIENT_RESOURCES
    return interfaces.register(nt, _pdo(nt, pdo), guid, reference_at, name_at)


@routine(
    "NTSTATUS IoSetDeviceInterfaceState(PUNICODE_STRING SymbolicLinkName, BOOLEAN Enable)",
    page="nf-wdm-iosetdeviceinterfacestate", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def IoSetDeviceInterfaceState(nt: System, name: int, enable: int) -> int:
    return interfaces.set_state(nt, Counted(nt, name).text, bool(enable))


@routine(
    "NTSTATUS IoGetDeviceProperty(PDEVICE_OBJECT DeviceObject, DEVICE_REGISTRY_PROPERTY DeviceProperty, "
    "ULONG BufferLength, PVOID PropertyBuffer, PULONG ResultLength)",
    page="nf-wdm-iogetdeviceproperty", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def IoGetDeviceProperty(nt: System, pdo: int, which: int, length: int, buffer: int, result_at: int) -> int:
    return device_property(nt, _pdo(nt, pdo), which, length, buffer, result_at)


@routine(
    "NTSTATUS IoCreateDeviceSecure(PDRIVER_OBJECT DriverObject, ULONG DeviceExtensionSize, "
    "PUNICODE_STRING DeviceName, DEVICE_TYPE DeviceType, ULONG DeviceCharacteristics, BOOLEAN Exclusive, "
    "PCUNICODE_STRING DefaultSDDLString, LPCGUID DeviceClassGuid, PDEVICE_OBJECT *DeviceObject)",
    page="nf-wdmsec-wdmlibiocreatedevicesecure", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="IoDeleteDevice",
    header="wdmsec.h",
)  # fmt: skip
def IoCreateDeviceSecure(
    nt: System, driver: int, extension: int, name: int, kind: int, characteristics: int, exclusive: int, sddl: int,
    guid: int, device_at: int,
) -> int:  # fmt: skip
    """As IoCreateDevice, with a security descriptor: everybody may open everything here."""
    text = Counted(nt, name).text if name else ""
    if nt.fails("IoCreateDeviceSecure"):
        return STATUS_INSUFFICIENT_RESOURCES
    return _create(nt, driver, extension, text, kind, characteristics, exclusive, device_at)


@routine(
    "NTSTATUS IoCreateUnprotectedSymbolicLink(PUNICODE_STRING SymbolicLinkName, PUNICODE_STRING DeviceName)",
    page="nf-wdm-iocreateunprotectedsymboliclink", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
    undo="IoDeleteSymbolicLink",
)  # fmt: skip
def IoCreateUnprotectedSymbolicLink(nt: System, name: int, target: int) -> int:
    return IoCreateSymbolicLink(nt, name, target)


@routine(
    "NTSTATUS IoAttachDeviceToDeviceStackSafe(PDEVICE_OBJECT SourceDevice, PDEVICE_OBJECT TargetDevice, "
    "PDEVICE_OBJECT *AttachedToDeviceObject)",
    page="nf-ntifs-ioattachdevicetodevicestacksafe", irql="<= DISPATCH_LEVEL", fails="NTSTATUS", undo="IoDetachDevice",
    header="ntifs.h",
)  # fmt: skip
def IoAttachDeviceToDeviceStackSafe(nt: System, source: int, target: int, attached_at: int) -> int:
    """As IoAttachDeviceToDeviceStack; the lower device is stored before the first IRP can come."""
    lower = IoAttachDeviceToDeviceStack(nt, source, target)
    nt.memory.write_uint(attached_at, 8, lower)
    return STATUS_SUCCESS if lower else STATUS_NO_SUCH_DEVICE


@routine(
    "PDEVICE_OBJECT IoGetAttachedDevice(PDEVICE_OBJECT DeviceObject)",
    page="nf-ntifs-iogetattacheddevice", irql="<= DISPATCH_LEVEL", header="ntifs.h",
)  # fmt: skip
def IoGetAttachedDevice(nt: System, where: int) -> int:
    return nt.io.devices.top(where)


@routine(
    "PDEVICE_OBJECT IoGetRelatedDeviceObject(PFILE_OBJECT FileObject)",
    page="nf-wdm-iogetrelateddeviceobject", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
def IoGetRelatedDeviceObject(nt: System, where: int) -> int:
    """The device to which requests on a file go."""
    file = nt.io.files.at(where)
    return nt.io.devices.top(file.device.address) if file is not None else 0


@routine(
    "PDEVICE_OBJECT IoGetLowerDeviceObject(PDEVICE_OBJECT DeviceObject)",
    page="nf-ntifs-iogetlowerdeviceobject", irql="<= DISPATCH_LEVEL", undo="ObDereferenceObject", header="ntifs.h",
)  # fmt: skip
def IoGetLowerDeviceObject(nt: System, where: int) -> int:
    """The device that one is attached to, referenced, or NULL."""
    lower = nt.io.devices.below(where)
    if lower:
        reference(nt, lower)
    return lower


@routine(
    "VOID IoInvalidateDeviceRelations(PDEVICE_OBJECT DeviceObject, DEVICE_RELATION_TYPE Type)",
    page="nf-wdm-ioinvalidatedevicerelations", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
def IoInvalidateDeviceRelations(nt: System, pdo: int, kind: int) -> None:
    """The Plug and Play manager asks again for the relations of the device, in a thread of its own."""
    _ask_again(nt, pdo, IRP_MN_QUERY_DEVICE_RELATIONS, [(0, kind)])


@routine(
    "VOID IoInvalidateDeviceState(PDEVICE_OBJECT PhysicalDeviceObject)",
    page="nf-wdm-ioinvalidatedevicestate", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
def IoInvalidateDeviceState(nt: System, pdo: int) -> None:
    _ask_again(nt, pdo, IRP_MN_QUERY_PNP_DEVICE_STATE, [])


@routine(
    "VOID IoRequestDeviceEject(PDEVICE_OBJECT PhysicalDeviceObject)",
    page="nf-wdm-iorequestdeviceeject", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
def IoRequestDeviceEject(nt: System, pdo: int) -> None:
    """The device's eject button was pressed: it goes unless it is open or a driver of its is against that."""
    if _pdo(nt, pdo) is not None:
        nt.io.pnp.request_eject(pdo)


@routine(
    "NTSTATUS IoGetDeviceInterfaces(const GUID *InterfaceClassGuid, PDEVICE_OBJECT PhysicalDeviceObject, "
    "ULONG Flags, PZZWSTR *SymbolicLinkList)",
    page="nf-wdm-iogetdeviceinterfaces", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="ExFreePool",
)  # fmt: skip
def IoGetDeviceInterfaces(nt: System, guid: int, pdo: int, flags: int, list_at: int) -> int:
    """The names of all devices with an interface, in paged pool: strings one after the other, the last one empty."""
    return interfaces.names(nt, guid, pdo, flags, list_at)


@routine(
    "NTSTATUS IoOpenDeviceRegistryKey(PDEVICE_OBJECT DeviceObject, ULONG DevInstKeyType, ACCESS_MASK DesiredAccess, "
    "PHANDLE DeviceRegKey)",
    page="nf-wdm-ioopendeviceregistrykey", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="ZwClose",
)  # fmt: skip
def IoOpenDeviceRegistryKey(nt: System, pdo: int, kind: int, access: int, handle_at: int) -> int:
    """A handle to the key of the device's own settings, or of its driver's."""
    device = _pdo(nt, pdo)
    if nt.fails("IoOpenDeviceRegistryKey") or device is None:
        return STATUS_INSUFFICIENT_RESOURCES
    ids = identity(device.hardware)  # type: ignore[arg-type]
    return device_key(nt, f"{ids[BusQueryDeviceID][0]}\\{ids[BusQueryInstanceID][0]}", handle_at, access)


@routine(
    "NTSTATUS IoAllocateDriverObjectExtension(PDRIVER_OBJECT DriverObject, PVOID ClientIdentificationAddress, "
    "ULONG DriverObjectExtensionSize, PVOID *DriverObjectExtension)",
    page="nf-wdm-ioallocatedriverobjectextension", irql="<= APC_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def IoAllocateDriverObjectExtension(nt: System, where: int, client: int, size: int, extension_at: int) -> int:
    """Zeroed memory of the driver's own that lasts as long as its driver object."""
    driver = nt.io.drivers.at(where)
    if nt.fails("IoAllocateDriverObjectExtension") or driver is None:
        return STATUS_INSUFFICIENT_RESOURCES
    if client in driver.extensions:
        return STATUS_OBJECT_NAME_COLLISION
    memory = nt.pool.allocate(size, EXTENSION_TAG)
    if not memory:
        return STATUS_INSUFFICIENT_RESOURCES
    nt.memory.write(memory, bytes(size))
    driver.extensions[client] = memory
    nt.memory.write_uint(extension_at, 8, memory)
    return STATUS_SUCCESS


@routine(
    "PVOID IoGetDriverObjectExtension(PDRIVER_OBJECT DriverObject, PVOID ClientIdentificationAddress)",
    page="nf-wdm-iogetdriverobjectextension", irql="<= DISPATCH_LEVEL", fails="NULL",
)  # fmt: skip
def IoGetDriverObjectExtension(nt: System, where: int, client: int) -> int:
    driver = nt.io.drivers.at(where)
    return driver.extensions.get(client, 0) if driver is not None else 0


@routine(
    "VOID IoAdjustPagingPathCount(PLONG Count, BOOLEAN Increment)",
    page="nf-wdm-ioadjustpagingpathcount", irql="any", macro=True,
)  # fmt: skip
def IoAdjustPagingPathCount(nt: System, count: int, increment: int) -> None:
    nt.memory.write_uint(count, 4, nt.memory.read_uint(count, 4) + (1 if increment else -1))


@routine(
    "NTSTATUS IoWMIRegistrationControl(PDEVICE_OBJECT DeviceObject, ULONG Action)",
    page="nf-wdm-iowmiregistrationcontrol", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def IoWMIRegistrationControl(nt: System, where: int, action: int) -> int:
    """Tell WMI of a device that provides data. Nobody asks it for any here."""
    device = _device(nt, where)
    if device is not None and action in (WMIREG_ACTION_REGISTER, WMIREG_ACTION_DEREGISTER):
        device.wmi = action == WMIREG_ACTION_REGISTER
    return STATUS_SUCCESS


def _create(
    nt: System, driver: int, extension: int, name: str, kind: int, characteristics: int, exclusive: int, device_at: int
) -> int:
    owner = nt.io.drivers.at(driver)
    if owner is None:
        return STATUS_INVALID_PARAMETER
    status, device = nt.io.devices.create(owner, extension, name, kind, characteristics, bool(exclusive))
    if device is not None:
        nt.hold(rules.DEVICE_LEFT, device.address, nt.io.devices.facts(device))
        nt.memory.write_uint(device_at, 8, device.address)
    return status


def _device(nt: System, where: int, argument: int = 0) -> Device | None:
    """The device object that a routine was given."""
    device = nt.io.devices.at(where)
    if device is None:
        facts = [("device", nt.describe(where))]
        stop = (0xC9, 0x4 if where else 0x204)
        nt.violation(rules.NOT_A_DEVICE, (where, 0, 0), facts, ("device", where), stop=stop, argument=argument)
    return device


def _pdo(nt: System, where: int) -> Device | None:
    """The physical device object that a routine was given."""
    device = _device(nt, where)
    if device is not None and device.hardware is None:
        facts = nt.io.devices.facts(device)
        nt.violation(rules.NOT_A_PDO, (nt.instruction(), 0, where), facts, ("device", where))
        return None
    return device


def _ask_again(nt: System, pdo: int, minor: int, words: list[tuple[int, int]]) -> None:
    node = nt.io.pnp.node_at(pdo)
    if node is not None and node.state == "started":
        nt.scheduler.create("plug and play", nt.system_process, lambda: nt.io.pnp.send(node, minor, words))
