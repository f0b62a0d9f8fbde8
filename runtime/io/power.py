"""Power requests: PoRequestPowerIrp, and what the system knows of the power states of devices."""

from __future__ import annotations

from ..wdk.constants import (
    IRP_MJ_POWER,
    IRP_MN_QUERY_POWER,
    IRP_MN_SET_POWER,
    IRP_MN_WAIT_WAKE,
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_INVALID_PARAMETER_2,
    STATUS_NOT_SUPPORTED,
    STATUS_PENDING,
)
from ..wdk.layouts import offset
from .irp import INFORMATION, MINOR, STATUS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System
    from .requests import Request

TYPE = offset("_IO_STACK_LOCATION", "Parameters.Power.Type")
STATE = offset("_IO_STACK_LOCATION", "Parameters.Power.State")
WAKE_STATE = offset("_IO_STACK_LOCATION", "Parameters.WaitWake.PowerState")
DEVICE_POWER_STATE = 1  # POWER_STATE_TYPE
WORKING = 1  # PowerDeviceD0, and as a system state PowerSystemWorking


class Power:
    """`states` has what PoSetPowerState was last told, by device and kind of state."""

    __slots__ = ("nt", "states")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.states: dict[tuple[int, int], int] = {}

    def set_state(self, device: int, kind: int, state: int) -> int:
        """The state before."""
        before = self.states.get((device, kind), WORKING)
        self.states[device, kind] = state
        return before

    def request(self, device: int, minor: int, state: int, callback: int, context: int, irp_at: int) -> int:
        """Send a power IRP to the top of the stack. The callback is told when all drivers are done with it."""
        nt, memory = self.nt, self.nt.memory
        if minor not in (IRP_MN_SET_POWER, IRP_MN_QUERY_POWER, IRP_MN_WAIT_WAKE):
            return STATUS_INVALID_PARAMETER_2
        top = nt.io.devices.top(device)
        made = nt.io.file_requests.make(top, IRP_MJ_POWER, None)
        if made is None:
            return STATUS_INSUFFICIENT_RESOURCES
        memory.write_uint(made.irp + STATUS, 4, STATUS_NOT_SUPPORTED)
        memory.write_uint(made.irp + INFORMATION, 8, 0)
        location = nt.irps.next(made.irp)
        memory.write_uint(location + MINOR, 1, minor)
        if minor == IRP_MN_WAIT_WAKE:
            memory.write_uint(location + WAKE_STATE, 4, state)
        else:
            memory.write_uint(location + TYPE, 4, DEVICE_POWER_STATE)
            memory.write_uint(location + STATE, 4, state)
        made.minor = minor
        made.power = lambda request: self._done(request, device, state, callback, context)
        if irp_at:
            memory.write_uint(irp_at, 8, made.irp)
        nt.io.requests.call_driver(top, made.irp)
        return STATUS_PENDING

    def _done(self, request: Request, device: int, state: int, callback: int, context: int) -> None:
        if not callback:
            return
        nt = self.nt
        block = nt.io.drivers.room(16)
        nt.memory.write_uint(block, 4, request.status)
        nt.memory.write_uint(block + 8, 8, request.information)
        nt.call(callback, device, request.minor, state, context, block)
