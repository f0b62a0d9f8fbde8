"""The words of device code: what a device can do to the machine around it.

Only `device` blocks see them. A device with messages sends the one of that number, 0 if none is given."""

from __future__ import annotations

from ..routine import routine
from ..rules.hardware import DEVICE_PROTOCOL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System


@routine("VOID interrupt(...)", header="device")
def interrupt(nt: System, *arguments: int) -> None:
    """Assert the device's line until `interrupt_clear`, or send a message."""
    device = nt.hardware.current
    if device is not None:
        device.interrupt(arguments[0] & 0xFFFF_FFFF if arguments else 0)


@routine("VOID interrupt_clear(VOID)", header="device")
def interrupt_clear(nt: System) -> None:
    """Let go of the device's line."""
    device = nt.hardware.current
    if device is not None:
        device.interrupt_clear()


@routine("ULONG bus_read(ULONGLONG Address, VOID *Buffer, ULONG Length)", header="device")
def bus_read(nt: System, logical: int, buffer: int, length: int) -> int:
    """Fill the device's buffer from memory at a logical address. How many bytes were moved; for a slave, whose channel
    knows the address and the count, up to where the count ends."""
    device = nt.hardware.current
    if device is None or not length:
        return 0
    data = nt.hardware.bus.read(device, logical, length)
    nt.memory.write(buffer, data)
    return len(data)


@routine("ULONG bus_write(ULONGLONG Address, const VOID *Buffer, ULONG Length)", header="device")
def bus_write(nt: System, logical: int, buffer: int, length: int) -> int:
    """Write bytes of the device to memory at a logical address. How many were moved."""
    device = nt.hardware.current
    if device is None or not length:
        return 0
    return nt.hardware.bus.write(device, logical, nt.memory.read(buffer, length))


@routine("VOID bus_look(ULONGLONG Address, VOID *Buffer, ULONG Length)", header="device")
def bus_look(nt: System, logical: int, buffer: int, length: int) -> None:
    """Fill the device's buffer with what memory holds, for a check that the model makes: nothing goes over the bus.
    Zeros where the address leads nowhere."""
    device = nt.hardware.current
    if device is not None and length:
        nt.memory.write(buffer, nt.hardware.bus.look(device, logical, length))


@routine("VOID complain(PCSTR What)", header="device")
def complain(nt: System, what: int) -> None:
    """Say which rule of the data sheet the driver has broken; the device goes on."""
    device = nt.hardware.current
    if device is not None:
        said = nt.memory.read_string(what).decode("utf-8", "replace")
        title = f"{device.name}: {said}"
        nt.violation(DEVICE_PROTOCOL, (), [("device", device.name)], title=title, moment=device.accessed())
