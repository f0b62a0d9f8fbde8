"""StartIo: the device queue through which a driver gets its requests one at a time."""

from __future__ import annotations

from .. import rules
from ..ke.guarded import call_below
from ..ke.processor import DISPATCH_LEVEL
from ..wdk.constants import STATUS_CANCELLED
from .device_objects import CURRENT_IRP, DEVICE_QUEUE
from .device_objects import DRIVER as DRIVER_OBJECT
from .driver_objects import START_IO
from .irp import CANCEL, CANCEL_ROUTINE, DEVICE_QUEUE_ENTRY, INFORMATION, STATUS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

DEFERRED, NON_CANCELABLE = 1, 2


class StartIo:
    """`running` are the devices whose StartIo runs, with how often it was to be called again meanwhile: for those that
    asked for deferred calls."""

    __slots__ = ("nt", "running")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.running: dict[int, list[tuple[bool, int | None]]] = {}

    def set_attributes(self, where: int, deferred: bool, non_cancelable: bool) -> None:
        device = self.nt.io.devices.at(where)
        if device is not None:
            device.start_io = (DEFERRED if deferred else 0) | (NON_CANCELABLE if non_cancelable else 0)

    def start(self, device: int, irp: int, key: int | None, cancel: int) -> None:
        """IoStartPacket: the IRP goes to StartIo at once, or waits in the device queue."""
        nt, memory = self.nt, self.nt.memory
        before = nt.irql
        nt.set_irql(max(before, DISPATCH_LEVEL))
        lock = nt.io.cancellation.acquire() if cancel else 0
        if cancel:
            memory.write_uint(irp + CANCEL_ROUTINE, 8, cancel)
        nt.remember("irp", irp, "queued")
        if nt.io.queues.insert(device + DEVICE_QUEUE, irp + DEVICE_QUEUE_ENTRY, key):
            self._release(cancel, lock)
            if cancel and memory.read_uint(irp + CANCEL, 1):
                nt.io.cancellation.cancel(irp)  # it was cancelled before it was queued
        else:
            memory.write_uint(device + CURRENT_IRP, 8, irp)
            self._release(cancel, lock)
            self._call(device, irp)
        nt.set_irql(before)

    def _release(self, cancel: int, irql: int) -> None:
        if cancel:
            self.nt.io.cancellation.release(irql)

    def next(self, where: int, cancelable: bool, key: int | None = None) -> None:
        """IoStartNextPacket: this request is done with; the next one of the queue goes to StartIo."""
        nt = self.nt
        device = nt.io.devices.at(where)
        if device is not None and device.start_io & DEFERRED and where in self.running:
            self.running[where].append((cancelable, key))
            return
        self._next(where, cancelable, key)

    def _next(self, where: int, cancelable: bool, key: int | None) -> None:
        nt, memory = self.nt, self.nt.memory
        lock = nt.io.cancellation.acquire() if cancelable else 0
        memory.write_uint(where + CURRENT_IRP, 8, 0)
        entry = nt.io.queues.remove(where + DEVICE_QUEUE, key)
        irp = entry - DEVICE_QUEUE_ENTRY if entry else 0
        if irp:
            memory.write_uint(where + CURRENT_IRP, 8, irp)
            device = nt.io.devices.at(where)
            if cancelable and device is not None and device.start_io & NON_CANCELABLE:
                memory.write_uint(irp + CANCEL_ROUTINE, 8, 0)
        self._release(int(cancelable), lock)
        if irp:
            self._call(where, irp)

    def _call(self, where: int, irp: int) -> None:
        """Call StartIo. With deferred calls it is never entered again before it has returned."""
        nt = self.nt
        driver = nt.memory.read_uint(where + DRIVER_OBJECT, 8)
        routine = nt.memory.read_uint(driver + START_IO, 8)
        device = nt.io.devices.at(where)
        if not routine:
            facts = nt.io.devices.facts(device) if device is not None else []
            nt.violation(rules.NO_START_IO, (0, nt.irql, 8, 0), facts, ("device", where))
            nt.memory.write_uint(irp + STATUS, 4, STATUS_CANCELLED)
            nt.memory.write_uint(irp + INFORMATION, 8, 0)
            return
        nt.traced("start io", device=where, irp=irp)
        cause, nt.thread.cause = nt.thread.cause, irp
        if device is None or not device.start_io & DEFERRED:
            call_below(nt, routine, where, irp)
            nt.thread.cause = cause
            return
        self.running[where] = []
        call_below(nt, routine, where, irp)
        nt.thread.cause = cause
        waiting = self.running.pop(where)
        for cancelable, key in waiting:
            self._next(where, cancelable, key)
