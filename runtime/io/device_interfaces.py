"""Device interfaces: names for devices by what they can do, as GUIDs say it."""

from __future__ import annotations

from ..mm.pool_calls import Request, allocate
from ..strings import Counted
from ..wdk.constants import (
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_INVALID_DEVICE_REQUEST,
    STATUS_OBJECT_NAME_EXISTS,
    STATUS_OBJECT_NAME_NOT_FOUND,
    STATUS_SUCCESS,
    BusQueryDeviceID,
    BusQueryInstanceID,
)
from .bus_driver import identity
from .namespace import folded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..hal.hardware import HardwareDevice
    from ..system import System
    from .device_objects import Device

PAGED_POOL = 1
TAG = int.from_bytes(b"PnpI", "little")
INCLUDE_NONACTIVE = 1  # DEVICE_INTERFACE_INCLUDE_NONACTIVE


def guid_text(data: bytes) -> str:
    first, second, third = (int.from_bytes(data[at:end], "little") for at, end in ((0, 4), (4, 6), (6, 8)))
    return f"{{{first:08x}-{second:04x}-{third:04x}-{data[8:10].hex()}-{data[10:16].hex()}}}"


def _pooled(nt: System, routine: str, data: bytes) -> int:
    """Bytes in paged pool that are the caller's to free."""
    where = allocate(nt, Request(routine, PAGED_POOL, len(data), TAG))
    if where:
        nt.memory.write(where, data)
    return where


def register(nt: System, pdo: Device | None, guid: int, reference_at: int, name_at: int) -> int:
    """A link, closed for now, from \\??\\PCI#...#{guid} to the device. STATUS_OBJECT_NAME_EXISTS if it was there."""
    if pdo is None:
        return STATUS_INVALID_DEVICE_REQUEST
    hardware: HardwareDevice = pdo.hardware  # type: ignore[assignment]
    ids = identity(hardware)
    middle = f"{ids[BusQueryDeviceID][0]}\\{ids[BusQueryInstanceID][0]}".replace("\\", "#")
    name = f"\\??\\{middle}#{guid_text(nt.memory.read(guid, 16))}"
    rest = f"\\{Counted(nt, reference_at).text}" if reference_at else ""
    data = (name + rest + "\0").encode("utf-16-le")
    buffer = _pooled(nt, "IoRegisterDeviceInterface name", data)
    if not buffer:
        return STATUS_INSUFFICIENT_RESOURCES
    Counted(nt, name_at).set(len(data) - 2, len(data), buffer)
    if nt.io.names.is_taken(name + rest):
        return STATUS_OBJECT_NAME_EXISTS
    link = nt.io.names.add_link(name + rest, pdo.name + rest)
    link.enabled = False
    pdo.interfaces.append(name + rest)
    return STATUS_SUCCESS


def set_state(nt: System, name: str, enable: bool) -> int:
    link = nt.io.names.links.get(folded(name))
    if link is None:
        return STATUS_OBJECT_NAME_NOT_FOUND
    if link.enabled == enable:
        return STATUS_OBJECT_NAME_EXISTS if enable else STATUS_OBJECT_NAME_NOT_FOUND
    link.enabled = enable
    nt.io.interface_notes.changed(link.name, enable)
    return STATUS_SUCCESS


def names(nt: System, guid: int, pdo: int, flags: int, list_at: int) -> int:
    """The links of all devices with an interface, or of one."""
    kind = "#" + guid_text(nt.memory.read(guid, 16))
    found = [
        name
        for node in nt.io.pnp.nodes
        if not pdo or node.pdo.address == pdo
        for name in node.pdo.interfaces
        if kind in name and (flags & INCLUDE_NONACTIVE or nt.io.names.links[folded(name)].enabled)
    ]
    data = ("".join(name + "\0" for name in found) + "\0").encode("utf-16-le")
    where = _pooled(nt, "IoGetDeviceInterfaces", data)
    if not where:
        return STATUS_INSUFFICIENT_RESOURCES
    nt.memory.write_uint(list_at, 8, where)
    return STATUS_SUCCESS
