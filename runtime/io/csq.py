"""Cancel-safe queues: the IO_CSQ routines, which call the driver's own for the list and its lock."""

from __future__ import annotations

from ..wdk.constants import STATUS_SUCCESS
from ..wdk.layouts import offset
from .irp import CANCEL, CANCEL_IRQL, CANCEL_ROUTINE, CONTROL, CURRENT_STACK_LOCATION, DRIVER_CONTEXT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

CSQ, CSQ_EX, IRP_CONTEXT = 1, 3, 2  # Type
INSERT, REMOVE, PEEK = (offset("_IO_CSQ", "Csq" + name) for name in ("InsertIrp", "RemoveIrp", "PeekNextIrp"))
ACQUIRE, RELEASE = offset("_IO_CSQ", "CsqAcquireLock"), offset("_IO_CSQ", "CsqReleaseLock")
COMPLETE_CANCELED = offset("_IO_CSQ", "CsqCompleteCanceledIrp")
CONTEXT_IRP, CONTEXT_CSQ = offset("_IO_CSQ_IRP_CONTEXT", "Irp"), offset("_IO_CSQ_IRP_CONTEXT", "Csq")
SLOT = DRIVER_CONTEXT + 24  # Tail.Overlay.DriverContext[3] belongs to the queue
PENDING = 1


class CancelSafeQueues:
    """`room` is where the acquire routines store the IRQL."""

    __slots__ = ("nt", "_room", "_routine")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self._room = nt.io.drivers.room(16)
        self._routine = 0

    def initialise(self, csq: int, callbacks: list[int], extended: bool) -> None:
        memory = self.nt.memory
        memory.write(csq, bytes(64))
        memory.write_uint(csq, 4, CSQ_EX if extended else CSQ)
        for at, routine in zip((INSERT, REMOVE, PEEK, ACQUIRE, RELEASE, COMPLETE_CANCELED), callbacks, strict=True):
            memory.write_uint(csq + at, 8, routine)

    def _call(self, csq: int, at: int, *arguments: int) -> int:
        nt = self.nt
        return nt.call(nt.memory.read_uint(csq + at, 8), csq, *arguments)

    def _acquire(self, csq: int) -> int:
        self._call(csq, ACQUIRE, self._room)
        return self.nt.memory.read_uint(self._room, 1)

    @property
    def cancel_routine(self) -> int:
        if not self._routine:
            self._routine = self.nt.native("IopCsqCancelRoutine", _cancelled)
        return self._routine

    def insert(self, csq: int, irp: int, context: int, insert_context: int = 0) -> int:
        """Queue an IRP and make it cancelable. What the insert callback of an extended queue says: an error leaves the
        IRP with the caller."""
        nt, memory = self.nt, self.nt.memory
        extended = memory.read_uint(csq, 4) == CSQ_EX
        if context:
            memory.write_uint(context, 4, IRP_CONTEXT)
            memory.write_uint(context + CONTEXT_IRP, 8, irp)
            memory.write_uint(context + CONTEXT_CSQ, 8, csq)
        memory.write_uint(irp + SLOT, 8, context or csq)
        irql = self._acquire(csq)
        status = STATUS_SUCCESS
        if extended:
            status = self._call(csq, INSERT, irp, insert_context) & 0xFFFF_FFFF
        else:
            self._call(csq, INSERT, irp)
        if status & 0x8000_0000:
            memory.write_uint(irp + SLOT, 8, 0)
            self._call(csq, RELEASE, irql)
            return status
        control = memory.read_uint(irp + CURRENT_STACK_LOCATION, 8) + CONTROL
        memory.write_uint(control, 1, memory.read_uint(control, 1) | PENDING)
        nt.remember("irp", irp, "queued")
        memory.write_uint(irp + CANCEL_ROUTINE, 8, self.cancel_routine)
        if memory.read_uint(irp + CANCEL, 1) and self._take_cancel(irp):
            self._call(csq, REMOVE, irp)
            self._forget(irp, context)
            self._call(csq, RELEASE, irql)
            self._call(csq, COMPLETE_CANCELED, irp)
            return status
        self._call(csq, RELEASE, irql)
        return status

    def _take_cancel(self, irp: int) -> bool:
        """Take the cancel routine away; False if it is on its way already."""
        memory = self.nt.memory
        before = memory.read_uint(irp + CANCEL_ROUTINE, 8)
        memory.write_uint(irp + CANCEL_ROUTINE, 8, 0)
        return before != 0

    def _forget(self, irp: int, context: int) -> None:
        memory = self.nt.memory
        if context:
            memory.write_uint(context + CONTEXT_IRP, 8, 0)
        memory.write_uint(irp + SLOT, 8, 0)

    def _context_of(self, irp: int) -> int:
        where = self.nt.memory.read_uint(irp + SLOT, 8)
        return where if self.nt.memory.read_uint(where, 4) == IRP_CONTEXT else 0

    def remove_next(self, csq: int, peek_context: int) -> int:
        """The next IRP that the driver points out and that is not being cancelled, or 0."""
        irql = self._acquire(csq)
        irp = self._call(csq, PEEK, 0, peek_context)
        while irp and not self._take_cancel(irp):
            irp = self._call(csq, PEEK, irp, peek_context)
        if irp:
            self._call(csq, REMOVE, irp)
            self._forget(irp, self._context_of(irp))
        self._call(csq, RELEASE, irql)
        if irp:
            self.nt.thread.cause = irp  # what follows is done for its sake
        return irp

    def remove(self, csq: int, context: int) -> int:
        """The IRP of a context, or 0 if it is gone or being cancelled."""
        memory = self.nt.memory
        irql = self._acquire(csq)
        irp = memory.read_uint(context + CONTEXT_IRP, 8)
        if irp and self._take_cancel(irp):
            self._call(csq, REMOVE, irp)
            self._forget(irp, context)
        else:
            irp = 0
        self._call(csq, RELEASE, irql)
        return irp

    def cancelled(self, irp: int) -> None:
        """The cancel routine of every IRP in such a queue."""
        nt, memory = self.nt, self.nt.memory
        nt.io.cancellation.release(memory.read_uint(irp + CANCEL_IRQL, 1))
        where = memory.read_uint(irp + SLOT, 8)
        context = where if memory.read_uint(where, 4) == IRP_CONTEXT else 0
        csq = memory.read_uint(context + CONTEXT_CSQ, 8) if context else where
        irql = self._acquire(csq)
        self._call(csq, REMOVE, irp)
        self._forget(irp, context)
        self._call(csq, RELEASE, irql)
        self._call(csq, COMPLETE_CANCELED, irp)


def _cancelled(nt: System, device: int, irp: int) -> int:
    nt.io.csq.cancelled(irp)
    return 0
