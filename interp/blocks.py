"""The blocks of a loaded program: devices attached, drivers loaded, processes started, and their code called.

Boot is devices, then drivers in the order of the file. A process starts where its block stands among the statements.
"""

from __future__ import annotations

from ..runtime.hal.hardware import HardwareDevice
from ..runtime.hal.registers import Bar, Register
from ..runtime.mm.memory import Region
from ..runtime.mm.store import PAGE
from ..runtime.services.programs import process_object, start
from .bridge import split_signature, to_range
from .compiled import DATA, READ_ONLY, UNCLAIMED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..runtime.ke.process import Process
    from ..runtime.system import System
    from .compiled import BarRow, Compiled, RegisterRow
    from .session import Session


class Blocks:
    """`started` are the processes, in the order in which they were started. `failed` is true once a process has
    returned something other than 0, or a DriverEntry a failure in a script that is nothing else. `remarks` are
    sentences about drivers that did not come to work."""

    __slots__ = ("session", "nt", "program", "started", "failed", "remarks", "_signatures")

    def __init__(self, session: Session, program: Compiled) -> None:
        self.session = session
        self.nt = session.nt
        self.program = program
        self.started: list[Process] = []
        self.failed = False
        self.remarks: list[str] = []
        self._signatures = {identifier: signature for _, identifier, signature, _, _ in program.functions}
        session.names["AFTER"] = self.after
        session.names["START"] = self.start

    def load(self) -> None:
        """Map the image of the devices."""
        base, writable, read_only = self.program.hardware
        if base:
            self.session.map_section(base + DATA, writable, "device state", True)
            self.session.map_section(base + READ_ONLY, read_only, "device constants", False)
        if self.program.devices or self.program.processes:
            self.nt.scheduler.go_live()

    def boot(self) -> None:
        """Attach the devices, and load the drivers."""
        for name, properties, bars, reset, _ in self.program.devices:
            blocks = [self._bar(bar) for bar in bars]
            self.nt.hardware.attach(name, dict(properties), blocks, self._code(reset) if reset else None)
        rows = [(name, entry, self._devices_of(wanted)) for name, wanted, entry, _ in self.program.drivers]
        for index, (name, entry, devices) in enumerate(rows):
            later = [device for _, _, others in rows[index + 1 :] for device in others]
            self._load(name, entry, devices, later)

    def _devices_of(self, wanted: str) -> list[HardwareDevice]:
        """The devices that a driver is for: the one that it names, or those that no driver names."""
        devices = self.nt.hardware.devices
        if wanted != UNCLAIMED:
            return [device for device in devices if device.name == wanted]
        claimed = {device for _, device, _, _ in self.program.drivers}
        return [device for device in devices if device.name not in claimed]

    def _load(self, name: str, entry: int, devices: list[HardwareDevice], later: list[HardwareDevice]) -> None:
        """Load a driver for its devices. One that a later driver joins is started with the last of them."""
        io = self.nt.io
        if not devices:
            status = io.load_driver(name, entry)
        else:
            status = io.load_driver(name, entry, devices[0], devices[0] not in later)
        self._remark(name, devices[0].name if devices else "", status)
        driver = next((one for one in io.drivers.known.values() if one.entry == entry and one.state == "loaded"), None)
        for device in devices[1:]:
            if driver is None:
                break
            status = io.pnp.add_device(driver, device)
            if not status & 0x8000_0000 and device not in later:
                status = io.pnp.start(device)
            self._remark(name, device.name, status)

    def _remark(self, name: str, device: str, status: int) -> None:
        """Keep what is to be said of a driver that did not come to work; if it is all there is, the run has failed."""
        if status & 0x8000_0000:
            from ..runtime.io.request_checks import status_text

            what = f"the driver {name} has not started {device}" if device else f"the driver {name} has not been loaded"
            self.remarks.append(f"{what}: {status_text(status & 0xFFFF_FFFF)}")
            self.failed = self.failed or not (self.program.devices or self.program.processes)

    def shut_down(self) -> None:
        """The end of the script: its processes run to theirs, devices are removed, drivers unloaded."""
        nt = self.nt
        for process in self.started:
            if process.alive:
                process_object(nt, process)
                nt.thread.background = True  # it may wait as long as they take
                nt.dispatcher.wait([process.address], reason=f"{process.name} to end")
                nt.thread.background = False
        self.failed = self.failed or any(process.exit_status for process in self.started)
        if self.program.drivers or self.started or self.program.devices:
            nt.io.shutdown()

    # -- devices

    def _bar(self, row: BarRow) -> Bar:
        name, registers = row
        return Bar(name, [self._register(one) for one in registers])

    def _register(self, row: RegisterRow) -> Register:
        name, offset, size, storage, reset, read, write = row
        return Register(
            name, offset, size, storage, reset, self._code(read) if read else None,
            self._writer(write) if write else None,
        )  # fmt: skip

    def _code(self, identifier: str) -> Callable[[], Any]:
        """A function of a device, for the device to call: it runs on the stack that is current then."""
        nt, function = self.nt, self.session.names[identifier]
        return lambda: function(nt.thread.sp)  # type: ignore[operator]

    def _writer(self, identifier: str) -> Callable[[int], Any]:
        nt, function = self.nt, self.session.names[identifier]
        letters, _, _ = split_signature(self._signatures[identifier])
        return lambda value: function(nt.thread.sp, to_range(value, letters[0]))  # type: ignore[operator]

    def after(self, nanoseconds: int, function: Callable[..., Any], *captured: Any) -> None:
        """What an `after` statement does: the rest happens then."""
        nt, device = self.nt, self.nt.hardware.current
        assert device is not None
        device.after(nanoseconds, lambda: function(nt.thread.sp, *captured))

    # -- processes

    def start(self, index: int) -> None:
        """What stands for a process block among the statements: it begins, and runs beside what follows."""
        name, entry, base, writable, read_only, _ = self.program.processes[index]
        nt = self.nt
        process = nt.create_process(name)
        self._map(process, base + DATA, writable, f"data of {name}", True)
        self._map(process, base + READ_ONLY, read_only, f"constants of {name}", False)
        process.space.add(Region(base + PAGE, 1 + len(self.program.functions) // 64, f"code of {name}", writable=False))
        function = self.session.names[entry]
        start(nt, process, lambda: _main(nt, function))
        self.started.append(process)

    def _map(self, process: Process, base: int, data: bytes, kind: str, writable: bool) -> None:
        if not data:
            return
        nt = self.nt
        region = Region(base, -(-len(data) // PAGE), kind)
        process.space.add(region)
        before = nt.process
        nt.attach(process)
        nt.memory.write(base, data)
        nt.memory.forget(base, region.pages)
        region.writable = writable
        nt.attach(before)


def _main(nt: System, function: Any) -> int:
    """The first thread of a process, from its first statement on. What `main` returned, 0 for statements."""
    result = function(nt.thread.sp)
    return result if isinstance(result, int) else 0
