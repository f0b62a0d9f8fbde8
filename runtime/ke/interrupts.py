"""Interrupt lines and messages, and the service routines connected to them.

A line is asserted by a device until the device takes it back (level) or is remembered once (latched, and messages).
It is delivered to the first processor that comes to a preemption point below its IRQL; a line without a service
routine stays masked.
"""

from __future__ import annotations

from .. import rules
from ..findings import address, level_name
from .contexts import interrupted
from .irql import raise_to
from .spinlock import acquire_quietly, release_quietly

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..hal.hardware import HardwareDevice
    from ..system import System
    from .processor import Processor

A_CONTEXT = "the context of a service routine"
TAG = int.from_bytes(b"Intr", "little")
OBJECT_BYTES, LOCK = 0x100, 0x10  # of a KINTERRUPT; the lock that it brings
LATENCY_NS = 400  # from the processor's acceptance to the first instruction of the service routine
STORM = 1000  # deliveries of one assertion, with nobody making it go away
LEVEL_SENSITIVE, LATCHED = 0, 1


class Interrupt:
    """One connection: a KINTERRUPT at `address`. `passive` service routines run at PASSIVE_LEVEL in a thread."""

    __slots__ = ("address", "routine", "context", "lock", "vector", "irql", "synchronize_irql", "message", "running")

    def __init__(
        self, address: int, routine: int, context: int, lock: int, vector: int, irql: int, synchronize_irql: int,
        message: int | None,
    ) -> None:  # fmt: skip
        self.address = address
        self.routine = routine
        self.context = context
        self.lock = lock or address + LOCK
        self.vector = vector
        self.irql = irql
        self.synchronize_irql = synchronize_irql
        self.message = message
        self.running = 0


class Line:
    """A vector of the machine. `level` lines stay asserted until their device says otherwise."""

    __slots__ = ("vector", "irql", "level", "asserted", "connected", "deliveries", "name", "cause")

    def __init__(self, vector: int, irql: int, level: bool, name: str) -> None:
        self.vector = vector
        self.irql = irql
        self.level = level
        self.asserted = False
        self.connected: list[Interrupt] = []
        self.deliveries = 0
        self.name = name
        self.cause = 0


class Interrupts:
    """`pending` are the vectors that are asserted."""

    __slots__ = ("nt", "lines", "objects", "pending")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.lines: dict[int, Line] = {}
        self.objects: dict[int, Interrupt] = {}
        self.pending: list[int] = []

    def add_line(self, vector: int, irql: int, level: bool, name: str = "") -> Line:
        """Wire up a vector; a device that shares a line gives the same vector again."""
        line = self.lines.get(vector)
        if line is None:
            line = self.lines[vector] = Line(vector, irql, level, name)
        return line

    # -- the device's side

    def assert_line(self, vector: int) -> None:
        """A device asserts its line, or sends its message."""
        line = self.lines[vector]
        if not line.asserted:
            line.asserted = True
            line.deliveries = 0
            line.cause = self.nt.thread.cause
            self.pending.append(vector)
            self.nt.scheduler.go_live()
            if self.nt.chooser.open:
                self.nt.scheduler.wake(self.nt.processors[-1])
            self.nt.traced("interrupt asserted", vector=vector)

    message = assert_line

    def clear_line(self, vector: int) -> None:
        line = self.lines[vector]
        if line.asserted:
            line.asserted = False
            self.pending.remove(vector)

    # -- the processor's side

    def deliverable(self, cpu: Processor) -> bool:
        return any(self.lines[vector].connected and self.lines[vector].irql > cpu.irql for vector in self.pending)

    def deliver(self, cpu: Processor) -> bool:
        """Run the service routines of the most urgent line that this processor's IRQL lets in. False if there is
        none."""
        nt = self.nt
        best: Line | None = None
        for vector in self.pending:
            line = self.lines[vector]
            if line.connected and line.irql > cpu.irql and (best is None or line.irql > best.irql):
                best = line
        if best is None:
            return False
        if nt.chooser.open and not best.deliveries and nt.choose("interrupt", 2):
            return False  # it lands a little later
        best.deliveries += 1
        if not best.level:
            self.clear_line(best.vector)
        elif best.deliveries > STORM:
            self._storm(best)
            return True
        nt.clock.pass_ns(LATENCY_NS)
        interrupted(nt, best.irql, self._serve, best.vector)
        return True

    def _serve(self, vector: int) -> None:
        """Ask one service routine after the other, all at the line's IRQL or above; on a level-triggered line up to the
        one that claims."""
        nt = self.nt
        line = self.lines[vector]
        accesses = nt.hardware.accesses(line)
        claimed = False
        for interrupt in list(line.connected):
            if interrupt not in line.connected:
                continue
            nt.set_irql(interrupt.synchronize_irql)
            answer = self._run(interrupt.address)
            nt.set_irql(line.irql)
            if answer & 0xFF:
                claimed = True
                if line.level:
                    self._check_claim(line, interrupt, accesses)
                    break
        if not claimed and not line.level:
            nt.traced("interrupt unclaimed", vector=vector)

    def _run(self, where: int) -> int:
        nt = self.nt
        interrupt = self.objects[where]
        acquire_quietly(nt, interrupt.lock)
        interrupt.running += 1
        nt.thread.cause = self.lines[interrupt.vector].cause
        nt.traced("isr", interrupt=where, routine=interrupt.routine)
        if nt.dispatcher.lent.known:
            nt.dispatcher.lent.check(A_CONTEXT, where, interrupt.context, interrupt.routine)
        more = () if interrupt.message is None else (interrupt.message,)
        result = nt.call(interrupt.routine, where, interrupt.context, *more)
        nt.traced("isr end", interrupt=where, claimed=bool(result & 0xFF))
        interrupt.running -= 1
        if nt.irql != interrupt.synchronize_irql:
            facts = [("irql", f"{level_name(nt.irql)}, entered at {level_name(interrupt.synchronize_irql)}")]
            first = (nt.irql << 16) + (interrupt.synchronize_irql << 8) + 3
            nt.violation(rules.CALLBACK_CHANGED_IRQL, (first, interrupt.routine, 0, 0), facts, ("interrupt", where))
            nt.set_irql(interrupt.synchronize_irql)
        release_quietly(nt, interrupt.lock)
        return result

    def _check_claim(self, line: Line, interrupt: Interrupt, accesses: list[tuple[HardwareDevice, int]]) -> None:
        """A service routine on a shared line has claimed: it must have looked at a device that asserts the line."""
        hardware = self.nt.hardware
        sharing = hardware.on_line(line)
        if len(sharing) < 2 or not accesses or any(device.touched != count for device, count in accesses):
            return
        facts = [
            ("line", self._describe(line)), ("shared by", ", ".join(device.name for device in sharing)),
            ("asserted by", ", ".join(device.name for device, _ in accesses)),
        ]  # fmt: skip
        self._at(interrupt, lambda: self.nt.violation(rules.INTERRUPT_OF_ANOTHER, (), facts))
        self.clear_line(line.vector)

    def _storm(self, line: Line) -> None:
        """A line that nobody makes go away: on a real machine the processor would do nothing else any more."""
        facts = [("line", self._describe(line)), ("delivered", f"{STORM} times")]
        self._at(line.connected[0], lambda: self.nt.violation(rules.INTERRUPT_STORM, (), facts))
        self.clear_line(line.vector)

    def _describe(self, line: Line) -> str:
        whose = f" of {line.name}" if line.name else ""
        return f"vector 0x{line.vector:X}{whose}, {level_name(line.irql)}"

    def _at(self, interrupt: Interrupt, action: Callable[[], None]) -> None:
        """Do something whose findings are about a service routine: they point at it or, if nobody knows where it
        stands, at where it was connected."""
        nt = self.nt
        before, connected = nt.where, nt.history[("interrupt", interrupt.address)]["connected"]
        site = nt.definition(interrupt.routine) or connected.site
        nt.where = lambda: site
        try:
            action()
        finally:
            nt.where = before

    # -- the driver's side

    def connect(
        self, routine: int, context: int, lock: int, vector: int, irql: int, synchronize_irql: int,
        message: int | None = None, share: bool = True,
    ) -> int:  # fmt: skip
        """The address of a new KINTERRUPT, or 0 if there is no such line, it is taken, or no pool."""
        nt = self.nt
        line = self.lines.get(vector)
        if line is None or irql != line.irql or synchronize_irql < irql:
            return 0
        if line.connected and not share:
            return 0
        where = nt.pool.allocate(OBJECT_BYTES, TAG)
        if not where:
            return 0
        nt.memory.write(where, bytes(OBJECT_BYTES))
        interrupt = Interrupt(where, routine, context, lock, vector, irql, synchronize_irql, message)
        self.objects[where] = interrupt
        line.connected.append(interrupt)
        nt.dispatcher.lent.lend(A_CONTEXT, where, context)
        nt.scheduler.go_live()
        nt.remember("interrupt", where, "connected")
        nt.hold(rules.INTERRUPT_LEFT_CONNECTED, where, [("interrupt", f"{address(where)}, vector 0x{vector:X}")])
        return where

    def disconnect(self, where: int) -> bool:
        """False if there is no such interrupt object. Returns when its service routine does not run any more."""
        nt = self.nt
        interrupt = self.objects.get(where)
        if interrupt is None:
            return False
        self.lines[interrupt.vector].connected.remove(interrupt)
        for cpu in nt.processors:
            while interrupt.running and cpu is not nt.cpu and cpu.nested:
                nt.scheduler.let_run(cpu)
        del self.objects[where]
        nt.let_go(rules.INTERRUPT_LEFT_CONNECTED, where)
        nt.remember("interrupt", where, "disconnected")
        nt.pool.free(where)
        return True

    def find(self, where: int) -> Interrupt:
        """The interrupt object at an address, which a routine was given."""
        nt = self.nt
        found = self.objects.get(where)
        if found is None:
            nt.memory.read_uint(where + LOCK, 8)  # stops the machine where no memory is
            facts = [("object", nt.describe(where))]
            parameters = (where, nt.irql, 0, nt.instruction())
            nt.violation(rules.INTERRUPT_NOT_CONNECTED, parameters, facts, ("interrupt", where))
            found = Interrupt(where, 0, 0, 0, 0, nt.irql, nt.irql, None)
        return found

    def synchronize(self, where: int, routine: int, context: int) -> int:
        """KeSynchronizeExecution: call a routine as the service routine is called, lock and all. What it returned."""
        nt = self.nt
        interrupt = self.find(where)
        before = raise_to(nt, interrupt.synchronize_irql)
        acquire_quietly(nt, interrupt.lock)
        result = nt.call(routine, context)
        release_quietly(nt, interrupt.lock)
        nt.set_irql(before)
        return result
