"""Service routines that run at PASSIVE_LEVEL, for devices whose registers can only be reached by requests that wait.

The line is masked until a thread of the system's has run its service routines; what keeps them apart from
KeSynchronizeExecution is an event in place of a spin lock."""

from __future__ import annotations

from .. import rules
from ..findings import level_name
from .dispatcher import SEMAPHORE, SYNCHRONIZATION_EVENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System
    from .interrupts import Interrupt, Line

PRIORITY = 16


def schedule(nt: System, line: Line) -> None:
    """A line of PASSIVE_LEVEL is asserted, or connected while it is: its thread has something to do."""
    if not line.gate:
        line.gate = nt.new_object(32)
        nt.dispatcher.opaque(line.gate, SEMAPHORE, what=f"an interrupt of {line.name}")
        thread = nt.scheduler.create(
            f"interrupts of {line.name}", nt.system_process, lambda: _serve(nt, line), priority=PRIORITY
        )
        thread.background = True
    nt.dispatcher.release_semaphore(line.gate, 1)


def _serve(nt: System, line: Line) -> None:
    """The life of a line's thread."""
    while True:
        nt.dispatcher.wait([line.gate])
        while line.asserted and line.connected:
            line.deliveries += 1
            nt.thread.cause = line.cause
            if not nt.interrupts.begin_delivery(line):
                break
            nt.thread.background = False
            nt.interrupts.serve(line)
            nt.thread.background = True
            nt.thread.cause = 0


def enter(nt: System, interrupt: Interrupt) -> None:
    """Take the event of a service routine."""
    if interrupt.lock not in nt.dispatcher.opaque_objects:
        nt.dispatcher.opaque(interrupt.lock, SYNCHRONIZATION_EVENT, True, "a passive-level service routine")
    nt.dispatcher.wait([interrupt.lock])


def leave(nt: System, interrupt: Interrupt) -> None:
    nt.dispatcher.signal(interrupt.lock)


def expect_spin_lock(nt: System, interrupt: Interrupt) -> None:
    """KeAcquireInterruptSpinLock and its opposite: there is no such lock."""
    facts = [("service routine", f"connected at {level_name(interrupt.synchronize_irql)}")]
    parameters = (interrupt.address, nt.irql, 0, nt.instruction())
    nt.violation(rules.INTERRUPT_WITHOUT_LOCK, parameters, facts, ("interrupt", interrupt.address))
