"""Cancelling IRPs: the system-wide cancel spin lock, cancel routines, and whose requests are cancelled when."""

from __future__ import annotations

from .. import rules
from ..findings import level_name
from ..ke.processor import DISPATCH_LEVEL
from ..ke.spinlock import acquire, drop, release
from ..wdk.constants import IO_TYPE_IRP
from .irp import (
    CANCEL,
    CANCEL_IRQL,
    CANCEL_ROUTINE,
    CURRENT_LOCATION,
    CURRENT_STACK_LOCATION,
    LOCATION_DEVICE,
    STACK_COUNT,
    TYPE,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System


class Cancellation:
    """`lock` is the address of the cancel spin lock."""

    __slots__ = ("nt", "lock")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.lock = nt.io.drivers.room(16)

    def acquire(self) -> int:
        """Take the lock at DISPATCH_LEVEL; the IRQL before."""
        before = self.nt.irql
        self.nt.set_irql(max(before, DISPATCH_LEVEL))
        acquire(self.nt, self.lock)
        return before

    def release(self, irql: int) -> None:
        release(self.nt, self.lock)
        self.nt.set_irql(irql)

    @property
    def is_held(self) -> bool:
        return bool(self.nt.memory.read_uint(self.lock, 8))

    def set_routine(self, irp: int, routine: int) -> int:
        """Exchange the cancel routine of an IRP; the old one."""
        nt = self.nt
        running = nt.io.requests.innermost()
        if routine and running is not None and running[0].irp == irp:
            below = running[1].forwarded
            if below is not None and below.passed is None:
                facts = nt.io.requests.facts(irp)
                nt.violation(rules.CANCEL_ROUTINE_BELOW, (nt.instruction(), irp, 0), facts, ("irp", irp))
        before = nt.memory.read_uint(irp + CANCEL_ROUTINE, 8)
        nt.memory.write_uint(irp + CANCEL_ROUTINE, 8, routine)
        nt.remember("irp", irp, "cancelable" if routine else "not cancelable")
        return before

    def cancel(self, irp: int) -> bool:
        """IoCancelIrp. True if there was a cancel routine, which has been called."""
        nt, memory = self.nt, self.nt.memory
        alive = memory.region_at(irp) is not None and memory.read_uint(irp + TYPE, 2) == IO_TYPE_IRP
        if not alive or memory.read_uint(irp + CURRENT_LOCATION, 1) > memory.read_uint(irp + STACK_COUNT, 1) + 1:
            nt.violation(rules.IRP_CANCELLED_COMPLETED, (irp, 0, 0, 0), nt.irps.facts(irp), ("irp", irp))
            return False
        before = self.acquire()
        memory.write_uint(irp + CANCEL, 1, 1)
        nt.remember("irp", irp, "cancelled")
        routine = memory.read_uint(irp + CANCEL_ROUTINE, 8)
        if not routine:
            self.release(before)
            return False
        memory.write_uint(irp + CANCEL_ROUTINE, 8, 0)
        memory.write_uint(irp + CANCEL_IRQL, 1, before)
        device = 0
        if memory.read_uint(irp + CURRENT_LOCATION, 1) <= memory.read_uint(irp + STACK_COUNT, 1):
            device = memory.read_uint(memory.read_uint(irp + CURRENT_STACK_LOCATION, 8) + LOCATION_DEVICE, 8)
        nt.traced("cancel", irp=irp, routine=routine)
        nt.call(routine, device, irp)
        self._check_return(routine, irp, before)
        return True

    def _check_return(self, routine: int, irp: int, before: int) -> None:
        """A cancel routine gives the lock back, and with it the IRQL."""
        from .request_checks import head_of

        nt = self.nt
        if self.is_held and nt.spin_owners.get(self.lock) == nt.cpu.number:
            facts = [*nt.irps.facts(irp), ("irql", level_name(nt.irql))]
            where = head_of(nt, routine)
            nt.violation(rules.CANCEL_LOCK_KEPT, (irp, routine, 0, 0), facts, ("irp", irp), moment=where)
            drop(nt, self.lock)
            nt.let_go(rules.SPIN_LOCK_LEFT_HELD, self.lock)
        if nt.irql != before:
            nt.set_irql(before)
