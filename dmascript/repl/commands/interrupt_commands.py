"""The commands about what will run soon: !timer !dpcs !idt, and the devices that ask for it: !pci."""

from __future__ import annotations

from ...interp.debugger.looking import struct
from ...interp.debugger.words import irql_text
from ...runtime.findings import address as shown
from ...runtime.findings import level_name, plural
from ...runtime.io.io_timers import IoTimer
from ..command import Refused, command
from ..reading import columns, facts, function_name, long, machine, say, when

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...runtime.hal.hardware_device import HardwareDevice
    from ..shell import Shell


@command("!timer", "!timer", "List the timers that are set, with when they are due and their DPCs.", group="kernel")
def timer(shell: Shell, rest: str) -> None:
    nt = machine(shell)
    now = nt.clock.now_ns
    rows = []
    for where, event in sorted(nt.timers.set_now.items(), key=lambda item: item[1].due_ns):
        found = struct(nt, "_KTIMER", where)
        period = f"every {found['Period']} ms" if found is not None and found["Period"] else "once"
        dpc = found["Dpc"] if found is not None else 0
        moment = nt.history.get(("timer", where), {}).get("set")
        left = f"in {(event.due_ns - now) / 1000:.3f} us"
        rows.append((long(where), left, period, _dpc_name(shell, dpc), when(shell, moment, "")))
    rows += _io_timers(shell, now)
    say(shell, [f"Machine time is {now / 1000:.3f} us"])
    say(shell, columns([("Timer", "Due", "Period", "DPC", "Set"), *rows], 0) if rows else ["No timer is set."])


def _io_timers(shell: Shell, now: int) -> list[tuple[str, str, str, str, str]]:
    """The timers of device objects that run."""
    nt = machine(shell)
    rows = []
    for device in nt.io.devices.known.values() if nt.has_io else ():
        timer = device.timer
        if isinstance(timer, IoTimer) and timer.event is not None and timer.event.pending:
            left = f"in {(timer.event.due_ns - now) / 1000:.3f} us"
            rows.append((long(device.address), left, "every 1 s", function_name(shell, timer.routine), device.name))
    return rows


def _dpc_name(shell: Shell, dpc: int) -> str:
    if not dpc:
        return "none"
    found = struct(machine(shell), "_KDPC", dpc)
    return f"{shown(dpc)} ????????" if found is None else function_name(shell, found["DeferredRoutine"])


@command("!dpcs", "!dpcs", "List the DPCs that are queued on each processor.", group="kernel")
def dpcs(shell: Shell, rest: str) -> None:
    nt = machine(shell)
    rows = []
    for cpu in nt.processors:
        if cpu.in_dpc:
            rows.append((str(cpu.number), long(cpu.in_dpc), f"{_dpc_name(shell, cpu.in_dpc)}, runs now", ""))
        for dpc in cpu.dpcs:
            if dpc in nt.dpcs.calls:
                rows.append((str(cpu.number), long(dpc), "the system's own", ""))
                continue
            moment = nt.history.get(("dpc", dpc), {}).get("queued")
            rows.append((str(cpu.number), long(dpc), _dpc_name(shell, dpc), when(shell, moment, "")))
    say(shell, columns([("CPU", "KDPC", "Function", "Queued"), *rows], 0) if rows else ["No DPC is queued."])


@command("!idt", "!idt", "List the interrupt vectors with their service routines.", group="kernel")
def idt(shell: Shell, rest: str) -> None:
    nt = machine(shell)
    rows = []
    for vector, line in sorted(nt.interrupts.lines.items()):
        state = "asserted" if line.asserted else ""
        kind = "level" if line.level else "latched"
        routines = [f"{function_name(shell, one.routine)} (KINTERRUPT {shown(one.address)})" for one in line.connected]
        who = ", ".join(routines) or "not connected"
        rows.append((f"{vector:02x}:", level_name(line.irql), kind, line.name, state, who))
    say(shell, columns(rows, 0) if rows else ["No device has an interrupt."])


@command("!pci", "!pci [DEVICE]", "List the devices of the machine, or show one with its registers' addresses.",
         group="kernel")  # fmt: skip
def pci(shell: Shell, rest: str) -> None:
    nt, name = machine(shell), rest.strip()
    devices = nt.hardware.devices
    if name:
        device = next((one for one in devices if one.name.lower() == name.lower()), None)
        if device is None:
            known = ", ".join(one.name for one in devices)
            raise Refused(f"there is no device {name}" + (f": only {known}" if known else ""))
        say(shell, _device(shell, device))
        return
    rows = [("Slot", "Bus", "Device", "VendorID:DeviceID", "State")]
    for one in devices:
        ids = f"{one.config.word(0, 2):04x}:{one.config.word(2, 2):04x}" if one.properties.bus == "pci" else ""
        state = "pulled out" if not one.present else "asserts its line" if one.asserting else ""
        rows.append((str(one.slot), one.properties.bus, one.name, ids, state))
    say(shell, columns(rows, 0) if len(rows) > 1 else ["The machine has no device."])


def _device(shell: Shell, device: HardwareDevice) -> list[str]:
    config = device.config
    line = device.line
    pairs = [("State", "present" if device.present else "pulled out")]
    if device.properties.bus == "pci":
        pairs += [
            ("Id", f"vendor {config.word(0, 2):04x}, device {config.word(2, 2):04x}, revision {config.word(8, 1):x}, "
             f"class {config.word(9, 3):06x}"),
            ("Command", f"0x{config.command:04x}" + _command(config.command)),
        ]  # fmt: skip
    for index, bar in enumerate(device.bars):
        where = f"port 0x{bar.base:x}" if bar.ports else f"physical {shown(bar.base)}"
        named = f" {bar.name}" if bar.name else ""
        pairs.append((f"BAR {index}", f"{where}, {plural(bar.size, 'byte')}{named}"))
        pairs += [(" ", f"+0x{one.offset:02x} {one.name}, {plural(one.size, 'byte')}") for one in bar.registers]
    if line is not None:
        pairs.append(("Interrupt", f"input {line[0]}, vector 0x{line[1].vector:x}, {irql_text(line[1].irql)}"
                      + (", asserted" if device.asserting else "")))  # fmt: skip
    if device.messages:
        pairs.append(("Messages", ", ".join(f"vector 0x{one.vector:x}" for one in device.messages)))
    pairs.append(("DMA", f"{device.properties['dma_bits']} address bits"))
    pairs.append(("Under way", plural(len(device.events), "event") + " to come" if device.events else ""))
    return [f"Device {device.name}, slot {device.slot} of the {device.properties.bus} bus", *facts(pairs, shell.width)]


def _command(value: int) -> str:
    names = ((1, "ports"), (2, "memory"), (4, "bus master"), (0x400, "line disabled"))
    found = [name for bit, name in names if value & bit]
    return f" {', '.join(found)}" if found else ""
