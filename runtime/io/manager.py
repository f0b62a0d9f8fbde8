"""The I/O manager: the parts that it consists of, and what the rest of the machine asks of it.

    nt.io.load_driver("Card", entry, device)          DriverEntry, AddDevice, IRP_MN_START_DEVICE
    status, file = nt.io.open(Opening("\\\\Device\\\\Card", access))
    nt.io.read(file, Transfer(buffer, length, iosb=..., mode=1))
    nt.io.shutdown()                                  the end of the run

A driver that is loaded for a device becomes its function driver, later ones filters above it."""

from __future__ import annotations

from .. import rules
from ..findings import Finding
from ..ke.device_queue import DeviceQueues
from ..registry.store import Registry
from ..services.process_notes import ProcessNotes
from .cancel import Cancellation
from .completion_ports import CompletionPorts
from .csq import CancelSafeQueues
from .device_objects import CURRENT_IRP, Devices
from .driver_objects import Drivers
from .fetches import Fetches
from .file_objects import Files, Opening
from .file_requests import Control, FileRequests, Transfer
from .interface_notes import InterfaceNotes
from .io_timers import IoTimers
from .irp import CANCEL, CANCEL_ROUTINE
from .namespace import Namespace
from .pnp import PlugAndPlay
from .power import Power
from .remove_lock import RemoveLocks
from .request_checks import name_of
from .requests import Requests
from .startio import StartIo
from .work_items import WorkItems

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..hal.hardware import HardwareDevice
    from ..ke.processor import Thread
    from ..system import System
    from .file_objects import File
    from .requests import Request


class IoManager:
    """`by_thread` are the requests of each thread that have not been answered, in the order in which they were sent."""

    __slots__ = (
        "nt", "drivers", "devices", "names", "requests", "files", "file_requests", "queues", "start_io", "csq",
        "cancellation", "remove_locks", "work", "timers", "pnp", "power", "registry", "by_thread",
        "fetches", "ports", "process_notes",
        "interface_notes",
    )  # fmt: skip

    def __init__(self, nt: System) -> None:
        self.nt = nt

    def begin(self) -> None:
        """Make the parts, which refer to one another through nt.io."""
        nt = self.nt
        self.by_thread: dict[int, list[Request]] = {}
        self.queues = DeviceQueues(nt)
        self.names = Namespace(nt)
        self.registry = Registry(nt)
        self.drivers = Drivers(nt)
        self.devices = Devices(nt)
        self.requests = Requests(nt)
        self.files = Files(nt)
        self.file_requests = FileRequests(nt)
        self.cancellation = Cancellation(nt)
        self.start_io = StartIo(nt)
        self.csq = CancelSafeQueues(nt)
        self.remove_locks = RemoveLocks(nt)
        self.work = WorkItems(nt)
        self.timers = IoTimers(nt)
        self.pnp = PlugAndPlay(nt)
        self.power = Power(nt)
        self.fetches = Fetches(nt)
        self.ports = CompletionPorts(nt)
        self.process_notes = ProcessNotes(nt)
        self.interface_notes = InterfaceNotes(nt)

    # -- drivers

    def load_driver(self, name: str, entry: int, device: HardwareDevice | None = None, start: bool = True) -> int:
        """Load a driver, and if it is for a device let it join that one's stack. `start` is false for all but the last
        driver of a device. The status of DriverEntry, AddDevice or the start, the first that failed."""
        status, driver = self.drivers.load(name, entry)
        if device is None or status & 0x8000_0000:
            return status
        status = self.pnp.add_device(driver, device)
        if status & 0x8000_0000 or not start:
            return status
        return self.pnp.start(device)

    def shutdown(self) -> None:
        """The end of a run: devices are removed, drivers unload. What is left then is for the caller to charge."""
        self.pnp.remove_all()
        for driver in reversed(list(self.drivers.known.values())):
            self.drivers.unload(driver)
        if any(driver.state == "unloaded" for driver in self.drivers.known.values()):
            self.work.check_timers()
            self.work.check_dpcs()
            self.process_notes.check_unloaded()
        self.nt.findings += self.pending()

    def surprise_removed(self, device: HardwareDevice) -> None:
        """A device has been pulled out: its drivers hear of it in a thread of the system's."""
        nt = self.nt
        nt.scheduler.create("surprise removal", nt.system_process, lambda: self.pnp.surprise_removal(device))

    # -- requests

    def call_driver(self, device: int, irp: int) -> int:
        return self.requests.call_driver(device, irp)

    def complete(self, irp: int) -> None:
        self.requests.complete(irp)

    def open(self, opening: Opening) -> tuple[int, File | None]:
        return self.files.open(opening)

    def close(self, file: File) -> None:
        """Give up the reference that `open` made, when handles have been made or none are wanted."""
        self.files.dereference(file)

    def read(self, file: File, transfer: Transfer) -> int:
        return self.file_requests.read(file, transfer)

    def write(self, file: File, transfer: Transfer) -> int:
        return self.file_requests.write(file, transfer)

    def device_control(self, file: File, control: Control, transfer: Transfer) -> int:
        return self.file_requests.device_control(file, control, transfer)

    def flush(self, file: File, transfer: Transfer) -> int:
        return self.file_requests.flush(file, transfer)

    # -- whose requests

    def started(self, request: Request) -> None:
        self.by_thread.setdefault(request.thread.address, []).append(request)

    def ended(self, request: Request) -> None:
        requests = self.by_thread.get(request.thread.address, [])
        if request in requests:
            requests.remove(request)

    def cancel(self, thread: Thread | None, file: File | None = None, iosb: int = 0) -> int:
        """Cancel the requests of a thread, of a file, or the one with this status block. How many there were."""
        if thread is not None:
            found = list(self.by_thread.get(thread.address, ()))
        else:
            found = [request for requests in self.by_thread.values() for request in requests]
        count = 0
        for request in found:
            if (file is None or request.file is file) and (not iosb or request.user_iosb == iosb):
                count += 1
                if not request.completed:
                    self.cancellation.cancel(request.irp)
        return count

    def thread_exits(self, thread: Thread) -> None:
        """The current thread ends: its requests are cancelled, and it stays until they are done."""
        self.cancel(thread)
        nt = self.nt
        while self.by_thread.get(thread.address):
            request = self.by_thread[thread.address][0]
            gate = nt.dispatcher.opaque(nt.new_object(24), 1, what="the end of a request")
            before = request.deliver

            def deliver(one: Request, before: object = before, gate: int = gate.address) -> None:
                if callable(before):
                    before(one)
                nt.dispatcher.signal(gate)

            request.deliver = deliver
            what = name_of(request.major, request.minor)
            nt.dispatcher.wait([gate.address], reason=f"{what}, which was cancelled as the thread ended")
            del nt.dispatcher.opaque_objects[gate.address]

    # -- reports

    def pending(self) -> list[Finding]:
        """The requests that nobody has completed, as findings: where each was last seen. One of the system's own whose
        dispatch routine has not returned is none: what that waits for is said."""
        running = (one for inside in self.requests.running.values() for one, _ in inside)
        inside = {request.irp for request in running if not request.moment.site}
        owed = [request for requests in self.by_thread.values() for request in requests if not request.completed]
        return [
            self._never_completed(request) for request in self.requests.alive.values()
            if (request.in_use or request in owed) and request.irp not in inside
        ]  # fmt: skip

    def _never_completed(self, request: Request) -> Finding:
        nt, irp = self.nt, request.irp
        history = nt.history.get(("irp", irp), {})
        moment, here = request.moment, "sent here" if request.sent else "built here, and never sent"
        for event, said in (("pending", "marked pending here"), ("queued", "queued here")):
            found = history.get(event)
            if found is not None and found.site:
                moment, here = found, said
        facts = [*self.requests.facts(irp), ("requestor", request.thread.name)]
        if request.file is not None:
            facts.append(("file", request.file.describe()))
        last = next((level for level in reversed(request.levels) if level.passed is None), None)
        if last is not None:
            facts.append(("held by", self.devices.name_of(last.device)))
        if request.sent and nt.memory.read_uint(irp + CANCEL, 1):
            facts.append(("cancel", "asked for, and not acted upon"))
        elif nt.memory.read_uint(irp + CANCEL_ROUTINE, 8):
            facts.append(("cancel", "possible: it has a cancel routine"))
        rule = rules.IRP_NEVER_COMPLETED
        help = rule.help if request.sent else "send it with IoCallDriver: what is built for a thread ends by completion"
        if last is not None and "queued" in history and self._queue_is_stuck(last.device, irp):
            facts.append(("device queue", "busy with a request that is over: IoStartNextPacket was not called"))
            help = "call IoStartNextPacket as soon as the device is free, for each packet that was started"
        return Finding(rule, "error", rule.title, moment, [], facts, help, here, None)

    def _queue_is_stuck(self, device: int, irp: int) -> bool:
        """An IRP waits in a device's queue for one that is completed already."""
        current = self.nt.memory.read_uint(device + CURRENT_IRP, 8) if self.devices.at(device) is not None else 0
        return current not in (0, irp) and current not in self.requests.alive
