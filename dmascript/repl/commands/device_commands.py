"""The commands that show what requests travel through: !devobj !drvobj !devstack !fileobj."""

from __future__ import annotations

from ...interp.debugger import looking
from ...interp.debugger.looking import Struct, struct
from ...interp.debugger.texts import count_text
from ...interp.debugger.words import field_words, flag_words, group, status_text
from ...runtime.findings import address as shown
from ...runtime.findings import plural
from ...runtime.wdk.constants import (
    IO_TYPE_DEVICE,
    IO_TYPE_DRIVER,
    IO_TYPE_FILE,
    IRP_MJ_MAXIMUM_FUNCTION,
)
from ...runtime.wdk.layouts import FIELDS
from ..command import Refused, command
from ..reading import columns, facts, function_name, lies, long, machine, number, say, when

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...runtime.system import System
    from ..shell import Shell


def find_device(shell: Shell, rest: str) -> int:
    """The device object of an address or a name."""
    nt, text = machine(shell), rest.strip()
    if not text:
        raise Refused("the address or the name of a device is missing")
    if not nt.has_io or not nt.io.devices.known:
        raise Refused("there is no device object")
    devices = [*nt.io.devices.known.values(), *nt.io.devices.lingering.values()]
    if text.startswith("\\"):
        where, _ = nt.io.names.find(text)
        if not where:
            raise Refused(f"nothing has the name {text}")
        return where
    for device in devices:
        if device.name.rpartition("\\")[2].lower() == text.lower():
            return device.address
    for device in devices:
        if device.driver.name.lower() == text.lower():
            return device.address
    where = number(shell, text)
    if nt.io.devices.at(where) is not None:
        return where
    file = nt.io.files.known.get(where)
    if file is not None:
        return file.device.address
    for device in devices:
        if device.address <= where < device.address + (looking.number(nt, device.address + 2, 2) or 1):
            return device.address
    raise Refused(f"{shown(where)} is no device object: {lies(shell, where)}")


@command("!devobj", "!devobj ADDRESS|NAME", "Show a device object.", group="kernel", completes="address")
def devobj(shell: Shell, rest: str) -> None:
    where = find_device(shell, rest)
    nt = machine(shell)
    device, found = nt.io.devices.at(where), struct(nt, "_DEVICE_OBJECT", where)
    if device is None or found is None or found["Type"] != IO_TYPE_DEVICE:
        raise Refused(f"{shown(where)} is no device object: {lies(shell, where)}")
    moment = nt.history.get(("device", where), {}).get("created")
    lines = [f"Device object ({shown(where)}) is for:",
             f" {device.name or 'no name'} \\Driver\\{device.driver.name} DriverObject {shown(found['DriverObject'])}"
             + (", deleted" if device.deleted else "")]  # fmt: skip
    irp_at, above = found["CurrentIrp"], found["AttachedDevice"]
    pairs = [
        ("Created", when(shell, moment)),
        ("Current Irp", shown(irp_at) if irp_at else "none"),
        ("RefCount", str(found["ReferenceCount"])),
        ("Type", _named("_DEVICE_OBJECT", "DeviceType", found["DeviceType"])),
        ("Flags", _named("_DEVICE_OBJECT", "Flags", found["Flags"])),
        ("Characteristics", _named("_DEVICE_OBJECT", "Characteristics", found["Characteristics"])),
        ("DevExt", _extension(found)),
        ("StackSize", str(found["StackSize"])),
        ("Alignment", _named("_DEVICE_OBJECT", "AlignmentRequirement", found["AlignmentRequirement"])),
        ("AttachedDevice", f"(Upper) {_attached(shell, above)}" if above else ""),
        ("AttachedTo", f"(Lower) {_attached(shell, device.below)}" if device.below else ""),
        ("Stands for", getattr(device.hardware, "name", "") and f"hardware {getattr(device.hardware, 'name', '')}"),
    ]  # fmt: skip
    lines += facts(pairs, shell.width, 1)
    busy = looking.number(nt, found.at("DeviceQueue") + FIELDS["_KDEVICE_QUEUE"]["Busy"][0], 1)
    lines.append(f" Device queue is {'busy' if busy else 'not busy'}.")
    say(shell, lines)


def _extension(found: Struct) -> str:
    size = found["Size"] - len(found.data)
    return f"{shown(found['DeviceExtension'])}, {plural(size, 'byte')}" if found["DeviceExtension"] else "none"


def _named(tag: str, field: str, value: int) -> str:
    words = field_words(tag, field, value)
    return f"0x{value:08x}" + (f" {words}" if words else "")


def _attached(shell: Shell, where: int) -> str:
    device = machine(shell).io.devices.at(where)
    return f"{shown(where)} \\Driver\\{device.driver.name}" if device is not None else shown(where)


@command("!devstack", "!devstack ADDRESS|NAME", "Show the stack of devices that a device stands in.", group="kernel",
         completes="address")  # fmt: skip
def devstack(shell: Shell, rest: str) -> None:
    where = find_device(shell, rest)
    nt = machine(shell)
    bottom = where
    while below := nt.io.devices.below(bottom):
        bottom = below
    rows = [["  !DevObj", "!DrvObj", "!DevExt", "ObjectName"]]
    for one in reversed(_stack(nt, bottom)):
        device, found = nt.io.devices.at(one), struct(nt, "_DEVICE_OBJECT", one)
        extension = long(found["DeviceExtension"]) if found is not None and found["DeviceExtension"] else "none"
        driver = f"\\Driver\\{device.driver.name}" if device is not None else "?"
        rows.append([f"{'>' if one == where else ' '} {long(one)}", driver, extension, device.name if device else "?"])
    lines = columns(rows, 0)
    node = next((node for node in nt.io.pnp.nodes if node.pdo.address == bottom), None)
    if node is not None:
        lines.append(f"Hardware {node.hardware.name}: {node.state}{'' if node.hardware.present else ', pulled out'}")
    say(shell, lines)


def _stack(nt: System, bottom: int) -> list[int]:
    """The devices of a stack from the lowest up."""
    found = [bottom]
    while len(found) < 64:
        device = struct(nt, "_DEVICE_OBJECT", found[-1])
        above = device["AttachedDevice"] if device is not None else 0
        if not above or above in found:
            break
        found.append(above)
    return found


@command("!drvobj", "!drvobj [ADDRESS|NAME]", "Show a driver object, its devices and routines, or list all drivers.",
         group="kernel", completes="address")  # fmt: skip
def drvobj(shell: Shell, rest: str) -> None:
    nt, text = machine(shell), rest.strip().split(" ")[0] if rest.strip() else ""
    if not nt.has_io:
        raise Refused("no driver is loaded")
    if not text:
        rows = [(long(one.address), f"\\Driver\\{one.name}", one.state + (", the system's own" if one.built_in else ""))
                for one in nt.io.drivers.known.values()]  # fmt: skip
        say(shell, columns(rows, 0) or ["No driver is loaded."])
        return
    name = text.rpartition("\\")[2].lower()
    driver = next((one for one in nt.io.drivers.known.values() if one.name.lower() == name), None)
    if driver is None:
        where = number(shell, text)
        driver = nt.io.drivers.known.get(where)
        if driver is None:
            raise Refused(f"{shown(where)} is no driver object: {lies(shell, where)}")
    found = struct(nt, "_DRIVER_OBJECT", driver.address)
    if found is None or found["Type"] != IO_TYPE_DRIVER:
        raise Refused(f"{shown(driver.address)} is no driver object any more: its bytes have been overwritten")
    extension = struct(nt, "_DRIVER_EXTENSION", found["DriverExtension"])
    lines = [f"Driver object ({shown(driver.address)}) is for:", f" \\Driver\\{driver.name}, {driver.state}"]
    if driver.extensions:
        lines.append("Driver Extension List:")
        lines += columns([(f"id {shown(key)}", shown(value)) for key, value in driver.extensions.items()])
    devices = [one for one in nt.io.devices.known.values() if one.driver is driver]
    lines += ["", "Device Object list:"]
    lines += columns([(long(one.address), one.name or "no name") for one in devices], 1) or [" none"]
    pairs = [
        ("DriverEntry:", driver.entry), ("DriverStartIo:", found["DriverStartIo"]),
        ("DriverUnload:", found["DriverUnload"]), ("AddDevice:", extension["AddDevice"] if extension else 0),
    ]  # fmt: skip
    lines += ["", *columns([(label, *_function(shell, routine)) for label, routine in pairs], 0)]
    lines += ["", "Dispatch routines:", *_dispatch(shell, found)]
    say(shell, lines)


def _function(shell: Shell, routine: int) -> tuple[str, str]:
    return (long(routine), function_name(shell, routine)) if routine else ("none", "")


def _dispatch(shell: Shell, found: Struct) -> list[str]:
    """The routines that are the driver's own; the others are told in one line."""
    majors = group("irp_mj", "IRP_MJ_")
    rows, default = [], 0
    for major in range(IRP_MJ_MAXIMUM_FUNCTION + 1):
        at = FIELDS["_DRIVER_OBJECT"]["MajorFunction"][0] + 8 * major
        routine = int.from_bytes(found.data[at : at + 8], "little")
        if machine(shell).io.drivers.is_default(routine):
            default += 1
            continue
        rows.append((f"[{major:02x}] {majors.get(major, '')}", *_function(shell, routine)))
    lines = columns(rows, 0)
    if default:
        lines.append(f"the other {default}: nt!IopInvalidDeviceRequest")
    return lines


@command("!fileobj", "!fileobj ADDRESS", "Show a file object.", group="kernel", completes="address")
def fileobj(shell: Shell, rest: str) -> None:
    nt = machine(shell)
    if not rest.strip():
        raise Refused("an address is missing")
    where = number(shell, rest.strip())
    file, found = (nt.io.files.known.get(where) if nt.has_io else None), struct(nt, "_FILE_OBJECT", where)
    if file is None or found is None or found["Type"] != IO_TYPE_FILE:
        raise Refused(f"{shown(where)} is no file object: {lies(shell, where)}")
    flags = flag_words(found["Flags"], group("file", "FO_"))
    counted = file.object
    pairs = [
        ("Device", f"{shown(file.device.address)}  {nt.io.devices.name_of(file.device.address)}"),
        ("Name", file.name or "none: the device itself"), ("Flags", f"0x{found['Flags']:08x} {flags}"),
        ("Handles", str(counted.handles) if counted else ""),
        ("References", str(counted.references) if counted else ""),
        ("Position", count_text(found["CurrentByteOffset"])), ("FinalStatus", status_text(found["FinalStatus"])),
        ("Requests", ", ".join(shown(request.irp) for request in file.requests) or "none on their way"),
        ("FsContext", shown(found["FsContext"]) if found["FsContext"] else ""),
        ("FsContext2", shown(found["FsContext2"]) if found["FsContext2"] else ""),
    ]  # fmt: skip
    say(shell, [f"File object {shown(where)}", *facts(pairs, shell.width)])
