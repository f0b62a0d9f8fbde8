"""The command that shows requests: !irp."""

from __future__ import annotations

from ...interp.debugger.kernel_objects import HIDDEN
from ...interp.debugger.looking import Struct, struct
from ...interp.debugger.texts import count_text
from ...interp.debugger.words import field_words, status_text
from ...runtime.findings import address as shown
from ...runtime.findings import plural
from ...runtime.io.irp import IRP_SIZE, LOCATION_SIZE
from ...runtime.io.request_checks import PNP_MINORS, POWER_MINORS, name_of
from ...runtime.wdk.constants import (
    IO_TYPE_IRP,
    IRP_MJ_DEVICE_CONTROL,
    IRP_MJ_INTERNAL_DEVICE_CONTROL,
    IRP_MJ_PNP,
    IRP_MJ_POWER,
    IRP_MJ_READ,
    IRP_MJ_WRITE,
    SL_INVOKE_ON_CANCEL,
    SL_INVOKE_ON_ERROR,
    SL_INVOKE_ON_SUCCESS,
    SL_PENDING_RETURNED,
)
from ...runtime.wdk.layouts import FIELDS
from ..command import Refused, command
from ..reading import columns, facts, function_name, lies, long, machine, number, say, when

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shell import Shell

CONTROL_WORDS = ((SL_INVOKE_ON_SUCCESS, "Success"), (SL_INVOKE_ON_ERROR, "Error"), (SL_INVOKE_ON_CANCEL, "Cancel"),
                 (SL_PENDING_RETURNED, "pending"))  # fmt: skip
METHODS = ("METHOD_BUFFERED", "METHOD_IN_DIRECT", "METHOD_OUT_DIRECT", "METHOD_NEITHER")


@command("!irp", "!irp [ADDRESS]", "Show an IRP with all of its stack locations, or list all IRPs.", group="kernel",
         completes="address")  # fmt: skip
def irp(shell: Shell, rest: str) -> None:
    if not rest.strip():
        say(shell, _list(shell))
        return
    where = number(shell, rest.strip())
    found = struct(machine(shell), "_IRP", where)
    if found is None or found["Type"] != IO_TYPE_IRP:
        raise Refused(f"{shown(where)} is no IRP: {_instead(shell, where)}")
    say(shell, [*_heading(shell, found), "", *_locations(shell, found), *_route(shell, where)])


def _instead(shell: Shell, where: int) -> str:
    """What lies where an IRP was looked for."""
    gone = machine(shell).irps.gone
    if where in gone:
        return "it was one, until it was completed and freed"
    return lies(shell, where)


def _list(shell: Shell) -> list[str]:
    nt = machine(shell)
    if not nt.irps.allocated:
        return ["There is no IRP now."]
    rows = [("Irp", "Request", "Stacks", "Status", "Made")]
    for where, count in nt.irps.allocated.items():
        found = struct(nt, "_IRP", where)
        request = nt.io.requests.alive.get(where) if nt.has_io else None
        what = name_of(request.major, request.minor) if request is not None and request.major >= 0 else "not sent yet"
        at = found["CurrentLocation"] if found is not None else 0
        current = f"{at if 0 < at <= count else 'none'} of {count}"
        if request is None or not request.sent:
            state = ""
        else:
            state = "completed" if request.completed else "on its way" if request.in_use else "kept by a driver"
        made = nt.history.get(("irp", where), {}).get("allocated") or (request.moment if request is not None else None)
        rows.append((long(where), what, current, state, when(shell, made, "")))
    return columns(rows, 0)


def _heading(shell: Shell, found: Struct) -> list[str]:
    nt, where = machine(shell), found.address
    count, current = found["StackCount"], found["CurrentLocation"]
    at = found["Tail.Overlay.CurrentStackLocation"]
    which = f"{current} is current (= {shown(at)})" if current <= count else "none is current: it was not sent yet"
    if current > count and nt.has_io and (request := nt.io.requests.alive.get(where)) is not None and request.sent:
        which = "none is current: it is complete"
    lines = [f"Irp is active with {plural(count, 'stack')}, {which}"]
    request = nt.io.requests.alive.get(where) if nt.has_io else None
    pairs = []
    if request is not None and request.major >= 0:
        sender = f"{name_of(request.major, request.minor)} of {request.process.name if request.process else 'nobody'}"
        pairs.append(("Request", f"{sender}, {when(shell, request.moment, 'made at ')}"))
    mdl, buffer = found["MdlAddress"], found["AssociatedIrp.SystemBuffer"]
    pairs += [
        ("Mdl", f"{shown(mdl)}  {lies(shell, mdl)}" if mdl else "none"),
        ("SystemBuffer", f"{shown(buffer)}  {lies(shell, buffer)}" if buffer else "none"),
        ("UserBuffer", shown(found["UserBuffer"]) if found["UserBuffer"] else ""),
        ("Thread", _thread(shell, found["Tail.Overlay.Thread"])),
        ("IoStatus", _io_status(found)),
        ("Flags", _flags(found)),
        ("Cancel", _cancel(shell, found)),
    ]
    return lines + facts(pairs, shell.width)


def _io_status(found: Struct) -> str:
    at = FIELDS["_IRP"]["IoStatus"][0]
    status, information = (int.from_bytes(found.data[at + start : at + start + size], "little") for start, size in
                           ((0, 4), (8, 8)))  # fmt: skip
    return f"{status_text(status)}, Information {count_text(information)}"


def _thread(shell: Shell, where: int) -> str:
    return f"{shown(where)}  {lies(shell, where)}".removesuffix(f", {HIDDEN}") if where else "none"


def _flags(found: Struct) -> str:
    words = field_words("_IRP", "Flags", found["Flags"])
    return f"0x{found['Flags']:08x}" + (f" {words}" if words else "")


def _cancel(shell: Shell, found: Struct) -> str:
    routine = found["CancelRoutine"]
    said = "TRUE: it has been cancelled" if found["Cancel"] else "FALSE"
    return f"{said}, CancelRoutine {function_name(shell, routine)}"


def _locations(shell: Shell, found: Struct) -> list[str]:
    """The stack locations from the lowest address up, which is from the last driver to the first."""
    lines = ["  flg cl Device            File              Completion-Context"]
    for index in range(1, min(found["StackCount"], 64) + 1):
        where = found.address + IRP_SIZE + (index - 1) * LOCATION_SIZE
        location = struct(machine(shell), "_IO_STACK_LOCATION", where)
        mark = ">" if index == found["CurrentLocation"] else " "
        if location is None:
            lines.append(f"{mark}[????????]")
            continue
        lines += _location(shell, location, mark)
    return lines


def _location(shell: Shell, location: Struct, mark: str) -> list[str]:
    major, minor, control = location["MajorFunction"], location["MinorFunction"], location["Control"]
    device, file = location["DeviceObject"], location["FileObject"]
    routine, context = location["CompletionRoutine"], location["Context"]
    used = device or routine or control or any(location.data[:4])
    name = field_words("_IO_STACK_LOCATION", "MajorFunction", major) or f"major {major}"
    head = f"{name}({major:x})" if used else f"N/A({major:x})"
    lines = [f"{mark}[{head}, {_minor(major, minor)}({minor:x})]"]
    words = " ".join(word for bit, word in CONTROL_WORDS if control & bit)
    ends = f"{long(device)} {long(file)} {long(routine)}-{long(context)}"
    lines.append(f"{location['Flags']:>5x} {control:>2x} {ends}")
    names = [_device_name(shell, device) if device else "", function_name(shell, routine) if routine else "", words]
    told = [name for name in names if name]
    if told:
        lines.append(f"{'':9}{', '.join(told)}")
    arguments = [location[f"Parameters.Others.Argument{number_of}"] for number_of in range(1, 5)]
    if used:
        lines.append(f"{'':9}Args: {' '.join(f'{value:08x}' for value in arguments)}")
        told_of = _parameters(location, major)
        lines += [f"{'':15}{told_of}"] if told_of else []
    return lines


def _minor(major: int, minor: int) -> str:
    names = PNP_MINORS if major == IRP_MJ_PNP else POWER_MINORS if major == IRP_MJ_POWER else ()
    return f"IRP_MN_{names[minor]}" if minor < len(names) and names[minor] else "N/A"


def _parameters(location: Struct, major: int) -> str:
    """The parameters by their names."""
    if major in (IRP_MJ_READ, IRP_MJ_WRITE):
        length, at = location["Parameters.Read.Length"], location["Parameters.Read.ByteOffset"]
        return f"Length {count_text(length)}, ByteOffset {count_text(at)}"
    if major in (IRP_MJ_DEVICE_CONTROL, IRP_MJ_INTERNAL_DEVICE_CONTROL):
        part = "Parameters.DeviceIoControl."
        code = location[part + "IoControlCode"]
        lengths = f"input {count_text(location[part + 'InputBufferLength'])}, output "
        return f"code 0x{code:08x} {METHODS[code & 3]}, {lengths}{count_text(location[part + 'OutputBufferLength'])}"
    return ""


def _device_name(shell: Shell, device: int) -> str:
    nt = machine(shell)
    return nt.io.devices.name_of(device) if nt.has_io and nt.io.devices.at(device) is not None else lies(shell, device)


def _route(shell: Shell, where: int) -> list[str]:
    """Which dispatch routines have had the IRP, and what they returned."""
    nt = machine(shell)
    request = nt.io.requests.alive.get(where) if nt.has_io else None
    if request is None or not request.levels:
        return []
    rows = []
    for level in request.levels:
        end = "runs now" if level.returned is None else f"returned {status_text(level.returned)}"
        known = nt.io.devices.at(level.device)
        name = known.name if known is not None and known.name else _device_name(shell, level.device)
        rows.append((name, function_name(shell, level.routine), end))
    return ["", "Went through:", *columns(rows)]
