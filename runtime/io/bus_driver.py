"""The driver of the bus: physical device objects for the devices of the machine, and its answers at the bottom of their
stacks."""

from __future__ import annotations

from ..mm.pool_calls import Request as PoolRequest
from ..mm.pool_calls import allocate
from ..wdk.constants import (
    DO_BUS_ENUMERATED_DEVICE,
    DO_DEVICE_INITIALIZING,
    FILE_DEVICE_UNKNOWN,
    IRP_MJ_PNP,
    IRP_MJ_POWER,
    IRP_MJ_SYSTEM_CONTROL,
    IRP_MN_CANCEL_REMOVE_DEVICE,
    IRP_MN_CANCEL_STOP_DEVICE,
    IRP_MN_QUERY_BUS_INFORMATION,
    IRP_MN_QUERY_CAPABILITIES,
    IRP_MN_QUERY_DEVICE_RELATIONS,
    IRP_MN_QUERY_DEVICE_TEXT,
    IRP_MN_QUERY_ID,
    IRP_MN_QUERY_INTERFACE,
    IRP_MN_QUERY_POWER,
    IRP_MN_QUERY_REMOVE_DEVICE,
    IRP_MN_QUERY_RESOURCES,
    IRP_MN_QUERY_STOP_DEVICE,
    IRP_MN_READ_CONFIG,
    IRP_MN_REMOVE_DEVICE,
    IRP_MN_SET_POWER,
    IRP_MN_START_DEVICE,
    IRP_MN_STOP_DEVICE,
    IRP_MN_SURPRISE_REMOVAL,
    IRP_MN_WRITE_CONFIG,
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_SUCCESS,
    BusQueryCompatibleIDs,
    BusQueryDeviceID,
    BusQueryHardwareIDs,
    BusQueryInstanceID,
    TargetDeviceRelation,
)
from . import bus_interface
from .device_objects import FLAGS
from .driver_objects import MAJOR_FUNCTION
from .irp import CURRENT_STACK_LOCATION, INFORMATION, MINOR, PARAMETERS, STATUS
from .power import DEVICE_POWER_STATE, STATE, TYPE, WORKING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..hal.hardware import HardwareDevice
    from ..system import System
    from .device_objects import Device
    from .driver_objects import Driver

TAG = int.from_bytes(b"PciB", "little")
PAGED_POOL = 1
BUS_TYPE_PCI = bytes.fromhex("b0dfebc810b5d01180e500a0c92542e3")
UNCHANGED = -1  # a request that the bus has no answer to keeps the status that it came with
DOWN = {IRP_MN_START_DEVICE: "", IRP_MN_STOP_DEVICE: "stopped", IRP_MN_REMOVE_DEVICE: "removed"}
AGREED = (
    IRP_MN_START_DEVICE, IRP_MN_QUERY_STOP_DEVICE, IRP_MN_CANCEL_STOP_DEVICE, IRP_MN_STOP_DEVICE,
    IRP_MN_QUERY_REMOVE_DEVICE, IRP_MN_CANCEL_REMOVE_DEVICE, IRP_MN_REMOVE_DEVICE, IRP_MN_SURPRISE_REMOVAL,
)  # fmt: skip


class BusDriver:
    __slots__ = ("nt", "driver", "_made")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.driver: Driver | None = None
        self._made = 0

    def create(self, hardware: HardwareDevice) -> Device:
        """A physical device object for a device."""
        nt = self.nt
        if self.driver is None:
            self.driver = nt.io.drivers.create("pci", built_in=True)
            for major, name, function in (
                (IRP_MJ_PNP, "PciDispatchPnp", _pnp), (IRP_MJ_POWER, "PciDispatchPower", _power),
                (IRP_MJ_SYSTEM_CONTROL, "PciDispatchSystemControl", _pass),
            ):  # fmt: skip
                nt.memory.write_uint(self.driver.address + MAJOR_FUNCTION + 8 * major, 8, nt.native(name, function))
        self._made += 1
        name = f"\\Device\\NTPNP_PCI{self._made:04d}"
        status, device = nt.io.devices.create(self.driver, 0, name, FILE_DEVICE_UNKNOWN, 0, False)
        assert device is not None, f"a physical device object cannot be made: 0x{status:08X}"
        flags = nt.memory.read_uint(device.address + FLAGS, 4)
        flags = flags & ~DO_DEVICE_INITIALIZING | DO_BUS_ENUMERATED_DEVICE
        nt.memory.write_uint(device.address + FLAGS, 4, flags)
        device.hardware = hardware
        return device


def identity(hardware: HardwareDevice) -> dict[int, list[str]]:
    """What the bus calls a device: its ids by kind, the most exact one first."""
    numbers = hardware.properties
    if numbers.bus == "isa":
        name = f"ISAPNP\\{hardware.name.upper()}"
        return {
            BusQueryDeviceID: [name], BusQueryHardwareIDs: [name], BusQueryCompatibleIDs: [],
            BusQueryInstanceID: ["0"],
        }  # fmt: skip
    vendor = f"PCI\\VEN_{numbers['vendor']:04X}"
    exact = f"{vendor}&DEV_{numbers['device_id']:04X}"
    full = f"{exact}&SUBSYS_{numbers['subsystem']:04X}{numbers['subsystem_vendor']:04X}&REV_{numbers['revision']:02X}"
    kind = f"&CC_{numbers['class_code'] >> 8:04X}"
    return {
        BusQueryDeviceID: [full], BusQueryHardwareIDs: [full, exact], BusQueryCompatibleIDs: [vendor + kind],
        BusQueryInstanceID: [f"3&{hardware.slot:02x}"],
    }  # fmt: skip


def _finish(nt: System, irp: int, status: int) -> int:
    if status != UNCHANGED:
        nt.memory.write_uint(irp + STATUS, 4, status)
    final = nt.memory.read_uint(irp + STATUS, 4)
    nt.io.requests.complete(irp)
    return final


def _pass(nt: System, device: int, irp: int) -> int:
    return _finish(nt, irp, UNCHANGED)


def _power(nt: System, device: int, irp: int) -> int:
    location = nt.memory.read_uint(irp + CURRENT_STACK_LOCATION, 8)
    minor = nt.memory.read_uint(location + MINOR, 1)
    if minor == IRP_MN_SET_POWER and nt.memory.read_uint(location + TYPE, 4) == DEVICE_POWER_STATE:
        state = nt.memory.read_uint(location + STATE, 4)
        _set_down(nt, device, "" if state == WORKING else f"in D{state - 1}")
    return _finish(nt, irp, STATUS_SUCCESS if minor in (IRP_MN_SET_POWER, IRP_MN_QUERY_POWER) else UNCHANGED)


def _pnp(nt: System, device: int, irp: int) -> int:
    location = nt.memory.read_uint(irp + CURRENT_STACK_LOCATION, 8)
    minor = nt.memory.read_uint(location + MINOR, 1)
    if minor in DOWN:
        _set_down(nt, device, DOWN[minor])
    if minor in AGREED:
        return _finish(nt, irp, STATUS_SUCCESS)
    answer = ANSWERS.get(minor)
    pdo = nt.io.devices.at(device)
    status = answer(nt, pdo, irp, location + PARAMETERS) if answer is not None and pdo is not None else UNCHANGED
    return _finish(nt, irp, status)


def _set_down(nt: System, device: int, how: str) -> None:
    """The bus takes a device's right to transfer away (how it says), or gives it back."""
    pdo = nt.io.devices.at(device)
    if pdo is not None and pdo.hardware is not None:
        hardware = _hardware(pdo)
        hardware.down = how
        nt.remember("hardware", hardware.slot, "down", None)


def _give(nt: System, irp: int, data: bytes) -> int:
    """An answer in paged pool, which is the asker's to free."""
    where = allocate(nt, PoolRequest("PciAnswer", PAGED_POOL, len(data), TAG))
    if not where:
        return STATUS_INSUFFICIENT_RESOURCES
    nt.memory.write(where, data)
    nt.memory.write_uint(irp + INFORMATION, 8, where)
    return STATUS_SUCCESS


def _hardware(pdo: Device) -> HardwareDevice:
    hardware: HardwareDevice = pdo.hardware  # type: ignore[assignment]
    return hardware


def _capabilities(nt: System, pdo: Device, irp: int, parameters: int) -> int:
    """Address and slot of the device; D0 in the working state, D3 in any other."""
    memory, where = nt.memory, nt.memory.read_uint(parameters, 8)
    memory.write_uint(where + 8, 4, _hardware(pdo).slot << 16)
    memory.write_uint(where + 12, 4, _hardware(pdo).slot)
    for state, power in enumerate((0, 1, 4, 4, 4, 4, 4)):
        memory.write_uint(where + 16 + 4 * state, 4, power)
    return STATUS_SUCCESS


def _relations(nt: System, pdo: Device, irp: int, parameters: int) -> int:
    if nt.memory.read_uint(parameters, 4) != TargetDeviceRelation:
        return UNCHANGED
    assert pdo.object is not None
    nt.objects.reference(pdo.object)
    return _give(nt, irp, (1).to_bytes(8, "little") + pdo.address.to_bytes(8, "little"))


def _id(nt: System, pdo: Device, irp: int, parameters: int) -> int:
    kind = nt.memory.read_uint(parameters, 4)
    texts = identity(_hardware(pdo)).get(kind)
    if texts is None:
        return UNCHANGED
    several = kind in (BusQueryHardwareIDs, BusQueryCompatibleIDs)
    text = "".join(one + "\0" for one in texts) + ("\0" if several else "")
    return _give(nt, irp, text.encode("utf-16-le"))


def _text(nt: System, pdo: Device, irp: int, parameters: int) -> int:
    location = nt.memory.read_uint(parameters, 4)
    text = f"PCI bus 0, device {_hardware(pdo).slot}, function 0" if location else _hardware(pdo).name
    return _give(nt, irp, (text + "\0").encode("utf-16-le"))


def _resources(nt: System, pdo: Device, irp: int, parameters: int) -> int:
    return _give(nt, irp, _hardware(pdo).resources(False))


def _bus_information(nt: System, pdo: Device, irp: int, parameters: int) -> int:
    return _give(nt, irp, BUS_TYPE_PCI + (5).to_bytes(4, "little") + bytes(4))


def _config(nt: System, pdo: Device, irp: int, parameters: int) -> int:
    minor = nt.memory.read_uint(parameters - PARAMETERS + MINOR, 1)
    buffer, at = nt.memory.read_uint(parameters + 8, 8), nt.memory.read_uint(parameters + 16, 4)
    length = nt.memory.read_uint(parameters + 24, 4)
    done = bus_interface.config(nt, _hardware(pdo), buffer, at, length, minor == IRP_MN_WRITE_CONFIG)
    nt.memory.write_uint(irp + INFORMATION, 8, done)
    return STATUS_SUCCESS


def _interface(nt: System, pdo: Device, irp: int, parameters: int) -> int:
    status = bus_interface.query(nt, pdo, parameters)
    return UNCHANGED if status is None else status


ANSWERS = {
    IRP_MN_QUERY_CAPABILITIES: _capabilities,
    IRP_MN_QUERY_DEVICE_RELATIONS: _relations,
    IRP_MN_QUERY_ID: _id,
    IRP_MN_QUERY_DEVICE_TEXT: _text,
    IRP_MN_QUERY_RESOURCES: _resources,
    IRP_MN_QUERY_BUS_INFORMATION: _bus_information,
    IRP_MN_QUERY_INTERFACE: _interface,
    IRP_MN_READ_CONFIG: _config,
    IRP_MN_WRITE_CONFIG: _config,
}
