"""What IoGetDeviceProperty tells of a device: what its bus knows, and what an installation would have written down."""

from __future__ import annotations

from ..wdk.constants import (
    STATUS_BUFFER_TOO_SMALL,
    STATUS_INVALID_DEVICE_REQUEST,
    STATUS_OBJECT_NAME_NOT_FOUND,
    STATUS_SUCCESS,
    BusQueryCompatibleIDs,
    BusQueryHardwareIDs,
    DevicePropertyAddress,
    DevicePropertyBootConfiguration,
    DevicePropertyBootConfigurationTranslated,
    DevicePropertyBusNumber,
    DevicePropertyBusTypeGuid,
    DevicePropertyClassName,
    DevicePropertyCompatibleIDs,
    DevicePropertyDeviceDescription,
    DevicePropertyEnumeratorName,
    DevicePropertyFriendlyName,
    DevicePropertyHardwareID,
    DevicePropertyLegacyBusType,
    DevicePropertyLocationInformation,
    DevicePropertyManufacturer,
    DevicePropertyPhysicalDeviceObjectName,
    DevicePropertyUINumber,
)
from .bus_driver import BUS_TYPE_PCI, identity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..hal.hardware import HardwareDevice
    from ..system import System
    from .device_objects import Device


def _value(pdo: Device, hardware: HardwareDevice, which: int) -> bytes | None:
    """The bytes of a property, or None if nobody has set it."""
    ids, slot = identity(hardware), hardware.slot
    pci = hardware.properties.bus == "pci"
    numbers = {
        DevicePropertyBusNumber: 0, DevicePropertyLegacyBusType: 5 if pci else 1, DevicePropertyAddress: slot << 16,
        DevicePropertyUINumber: slot,
    }  # fmt: skip
    texts = {
        DevicePropertyDeviceDescription: hardware.name, DevicePropertyFriendlyName: hardware.name,
        DevicePropertyManufacturer: "dmascript", DevicePropertyClassName: "System",
        DevicePropertyEnumeratorName: "PCI" if pci else "ISAPNP",
        DevicePropertyLocationInformation: f"PCI bus 0, device {slot}, function 0",
        DevicePropertyPhysicalDeviceObjectName: pdo.name,
    }  # fmt: skip
    lists = {DevicePropertyHardwareID: BusQueryHardwareIDs, DevicePropertyCompatibleIDs: BusQueryCompatibleIDs}
    if which in numbers:
        return numbers[which].to_bytes(4, "little")
    if which in texts:
        return (texts[which] + "\0").encode("utf-16-le")
    if which in lists:
        return ("".join(one + "\0" for one in ids[lists[which]]) + "\0").encode("utf-16-le")
    if which in (DevicePropertyBootConfiguration, DevicePropertyBootConfigurationTranslated):
        return hardware.resources(which == DevicePropertyBootConfigurationTranslated)
    return BUS_TYPE_PCI if which == DevicePropertyBusTypeGuid and pci else None


def device_property(
    nt: System, pdo: Device | None, which: int, length: int, buffer: int, result_at: int
) -> int:  # fmt: skip
    if pdo is None:
        return STATUS_INVALID_DEVICE_REQUEST
    hardware: HardwareDevice = pdo.hardware  # type: ignore[assignment]
    data = _value(pdo, hardware, which)
    nt.memory.write_uint(result_at, 4, len(data) if data is not None else 0)
    if data is None:
        return STATUS_OBJECT_NAME_NOT_FOUND
    if len(data) > length:
        return STATUS_BUFFER_TOO_SMALL
    nt.memory.write(buffer, data)
    return STATUS_SUCCESS
