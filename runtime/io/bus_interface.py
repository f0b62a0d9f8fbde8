"""BUS_INTERFACE_STANDARD, which IRP_MN_QUERY_INTERFACE gives: configuration space, addresses and DMA adapters."""

from __future__ import annotations

from ..wdk.constants import STATUS_BUFFER_TOO_SMALL, STATUS_SUCCESS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..hal.hardware import HardwareDevice
    from ..system import System
    from .device_objects import Device

BUS_INTERFACE_STANDARD = bytes.fromhex("80826b49256fd011beaf08002be2092f")
SIZE, VERSION = 64, 1
CONFIG_SPACE = 0  # PCI_WHICHSPACE_CONFIG


def config(nt: System, hardware: HardwareDevice, buffer: int, at: int, length: int, write: bool) -> int:
    """Move bytes between a buffer and the configuration space of a device; how many."""
    if write:
        return hardware.config.write(at, nt.memory.read(buffer, length))
    data = hardware.config.read(at, length)
    nt.memory.write(buffer, data)
    return len(data)


def query(nt: System, pdo: Device, parameters: int) -> int | None:
    """Fill in the interface that a request asks for; None if the bus does not have it."""
    memory = nt.memory
    if memory.read(memory.read_uint(parameters, 8), 16) != BUS_INTERFACE_STANDARD:
        return None
    if memory.read_uint(parameters + 8, 2) < SIZE:
        return STATUS_BUFFER_TOO_SMALL
    where = memory.read_uint(parameters + 16, 8)
    memory.write_uint(where, 2, SIZE)
    memory.write_uint(where + 2, 2, VERSION)
    memory.write_uint(where + 8, 8, pdo.address)
    functions: tuple[tuple[str, Callable[..., int]], ...] = (
        ("PciInterfaceReference", _reference), ("PciInterfaceDereference", _dereference),
        ("PciTranslateBusAddress", _translate), ("PciGetDmaAdapter", _dma_adapter),
        ("PciSetBusData", _set_bus_data), ("PciGetBusData", _get_bus_data),
    )  # fmt: skip
    for index, (name, function) in enumerate(functions):
        memory.write_uint(where + 16 + 8 * index, 8, nt.native(name, function))
    _reference(nt, pdo.address)
    return STATUS_SUCCESS


def _reference(nt: System, context: int) -> int:
    found = nt.objects.at(context)
    return nt.objects.reference(found) if found is not None else 0


def _dereference(nt: System, context: int) -> int:
    found = nt.objects.at(context)
    return nt.objects.dereference(found) if found is not None else 0


def _translate(nt: System, context: int, address: int, length: int, space: int, translated: int) -> int:
    """Bus addresses are those of the processor."""
    nt.memory.write_uint(translated, 8, address)
    return 1


def _dma_adapter(nt: System, context: int, description: int, registers: int) -> int:
    from ..routines import find

    row = find("IoGetDmaAdapter")
    if row is None or row.body is None:
        nt.not_modelled("GetDmaAdapter")
        return 0
    return int(row.body(nt, context, description, registers))


def _data(nt: System, context: int, space: int, buffer: int, at: int, length: int, write: bool) -> int:
    device = nt.io.devices.at(context)
    if device is None or device.hardware is None or space != CONFIG_SPACE:
        return 0
    hardware: HardwareDevice = device.hardware  # type: ignore[assignment]
    return config(nt, hardware, buffer, at, length, write)


def _set_bus_data(nt: System, context: int, space: int, buffer: int, at: int, length: int) -> int:
    return _data(nt, context, space & 0xFFFF_FFFF, buffer, at & 0xFFFF_FFFF, length & 0xFFFF_FFFF, True)


def _get_bus_data(nt: System, context: int, space: int, buffer: int, at: int, length: int) -> int:
    return _data(nt, context, space & 0xFFFF_FFFF, buffer, at & 0xFFFF_FFFF, length & 0xFFFF_FFFF, False)
