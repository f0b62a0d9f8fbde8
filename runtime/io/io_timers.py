"""The timer of a device object: IoInitializeTimer's routine is called once a second, at DISPATCH_LEVEL."""

from __future__ import annotations

from .. import rules
from ..wdk.constants import STATUS_SUCCESS
from ..wdk.layouts import offset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..ke.scheduler import Event
    from ..system import System
    from .device_objects import Device

SECOND = 1_000_000_000
KDPC_BYTES = 64
TIMER = offset("_DEVICE_OBJECT", "Timer")


class IoTimer:
    """The DPC of its own calls `routine` at each tick."""

    __slots__ = ("routine", "context", "event", "dpc")

    def __init__(self, routine: int, context: int, dpc: int) -> None:
        self.routine = routine
        self.context = context
        self.dpc = dpc
        self.event: Event | None = None


class IoTimers:
    __slots__ = ("nt", "_dispatch")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self._dispatch = 0

    def _of(self, device: Device) -> IoTimer | None:
        return device.timer if isinstance(device.timer, IoTimer) else None

    def initialise(self, device: Device, routine: int, context: int) -> int:
        nt = self.nt
        if device.timer is not None:
            facts, about = nt.io.devices.facts(device), ("device", device.address)
            nt.violation(rules.IO_TIMER_TWICE, (device.address, 0, 0), facts, about)
        if not self._dispatch:
            self._dispatch = nt.native("IopTimerDispatch", _dispatch)
        timer = device.timer = IoTimer(routine, context, nt.io.drivers.room(KDPC_BYTES))
        nt.dpcs.initialise(timer.dpc, self._dispatch, device.address)
        nt.memory.write_uint(device.address + TIMER, 8, nt.new_object(48))
        nt.remember("device", device.address, "timer")
        return STATUS_SUCCESS

    def start(self, device: Device) -> None:
        timer = self._of(device)
        if timer is not None and timer.event is None:
            number = self.nt.cpu.number
            timer.event = self.nt.scheduler.after(SECOND, lambda: self._tick(device, timer, number), "device timer")

    def stop(self, device: Device) -> None:
        timer = self._of(device)
        if timer is not None and timer.event is not None:
            self.nt.scheduler.cancel(timer.event)
            timer.event = None

    def forget(self, device: Device) -> None:
        """The device is deleted."""
        self.stop(device)
        timer = self._of(device)
        if timer is not None:
            self.nt.dpcs.remove(timer.dpc)
        device.timer = None

    def _tick(self, device: Device, timer: IoTimer, number: int) -> None:
        timer.event = None
        self.start(device)
        self.nt.dpcs.insert_from_timer(timer.dpc, number)


def _dispatch(nt: System, dpc: int, where: int, first: int, second: int) -> int:
    device = nt.io.devices.at(where)
    if device is not None and isinstance(device.timer, IoTimer):
        nt.call(device.timer.routine, where, device.timer.context)
    return 0
