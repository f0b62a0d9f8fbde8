"""Interrupt lines and messages, and the service routines connected to them.

A line is asserted by a device until the device takes it back (level) or is remembered once (latched, and messages).
It is delivered to the first of its processors that comes to a preemption point below its IRQL; a line without a service
routine stays masked. What lines of PASSIVE_LEVEL do instead is in passive_interrupts.py.
"""

from __future__ import annotations

from .. import rules
from ..findings import address, level_name
from . import passive_interrupts as passive
from .contexts import interrupted
from .irql import raise_to
from .processor import PASSIVE_LEVEL
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
    """One connection: a KINTERRUPT at `address`, for the processors of the mask `affinity`."""

    __slots__ = (
        "address", "routine", "context", "lock", "vector", "irql", "synchronize_irql", "message", "running", "affinity",
    )  # fmt: skip

    def __init__(
        self, address: int, routine: int, context: int, lock: int, vector: int, irql: int, synchronize_irql: int,
        message: int | None, affinity: int = -1,
    ) -> None:  # fmt: skip
        self.address = address
        self.routine = routine
        self.context = context
        self.lock = lock or address + LOCK
        self.vector = vector
        self.irql = irql
        self.synchronize_irql = synchronize_irql
        self.message = message
        self.affinity = affinity
        self.running = 0

    @property
    def passive(self) -> bool:
        return self.synchronize_irql == PASSIVE_LEVEL


class Line:
    """A vector of the machine. `level` lines stay asserted until their device says otherwise. `affinity` is the mask of
    the processors that it is wired to, `gate` what the thread of a line of PASSIVE_LEVEL waits for."""

    __slots__ = (
        "vector", "irql", "level", "asserted", "connected", "deliveries", "name", "cause", "affinity", "gate",
    )  # fmt: skip

    def __init__(self, vector: int, irql: int, level: bool, name: str, affinity: int = -1) -> None:
        self.vector = vector
        self.irql = irql
        self.level = level
        self.asserted = False
        self.connected: list[Interrupt] = []
        self.deliveries = 0
        self.name = name
        self.cause = 0
        self.affinity = affinity
        self.gate = 0

    def takes(self, cpu: Processor) -> bool:
        """Whether the line can interrupt a processor, as its IRQL is now."""
        if self.irql <= cpu.irql or not self.connected:
            return False
        return any((self.affinity & one.affinity) >> cpu.number & 1 for one in self.connected)


class Interrupts:
    """`pending` are the vectors that are asserted."""

    __slots__ = ("nt", "lines", "objects", "pending")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.lines: dict[int, Line] = {}
        self.objects: dict[int, Interrupt] = {}
        self.pending: list[int] = []

    def add_line(self, vector: int, irql: int, level: bool, name: str = "", affinity: int = -1) -> Line:
        """Wire up a vector; a device that shares a line gives the same vector again."""
        line = self.lines.get(vector)
        if line is None:
            line = self.lines[vector] = Line(vector, irql, level, name, affinity)
        return line

    # -- the device's side

    def assert_line(self, vector: int) -> None:
        """A device asserts its line, or sends its message."""
        line = self.lines[vector]
        if not line.asserted:
            line.asserted = True
            line.deliveries = 0
            line.cause = self.nt.thread.cause
            self.nt.scheduler.go_live()
            self.nt.traced("interrupt asserted", vector=vector)
            if line.irql == PASSIVE_LEVEL:
                passive.schedule(self.nt, line)
                return
            self.pending.append(vector)
            self._wake(line)

    def _wake(self, line: Line) -> None:
        """A processor that can take a line may be idle still."""
        nt = self.nt
        able = [cpu for cpu in nt.processors if line.takes(cpu)]
        if nt.chooser.open and able:
            nt.scheduler.wake(able[-1])
        elif nt.cpu not in able and able:
            nt.scheduler.wake(able[0])

    message = assert_line

    def clear_line(self, vector: int) -> None:
        line = self.lines[vector]
        if line.asserted:
            line.asserted = False
            if line.irql > PASSIVE_LEVEL:
                self.pending.remove(vector)

    # -- the processor's side

    def deliverable(self, cpu: Processor) -> bool:
        return any(self.lines[vector].takes(cpu) for vector in self.pending)

    def deliver(self, cpu: Processor) -> bool:
        """Run the service routines of the most urgent line that this processor's IRQL lets in. False if there is
        none."""
        nt = self.nt
        best: Line | None = None
        for vector in self.pending:
            line = self.lines[vector]
            if line.takes(cpu) and (best is None or line.irql > best.irql):
                best = line
        if best is None:
            return False
        if nt.chooser.open and not best.deliveries and nt.choose("interrupt", 2):
            return False  # it lands a little later
        best.deliveries += 1
        if self.begin_delivery(best):
            interrupted(nt, best.irql, self.serve, best)
        return True

    def begin_delivery(self, line: Line) -> bool:
        """The line is about to be served. False if that goes on without end."""
        if not line.level:
            self.clear_line(line.vector)
        elif line.deliveries > STORM:
            self._storm(line)
            return False
        self.nt.clock.pass_ns(LATENCY_NS)
        return True

    def serve(self, line: Line) -> None:
        """Ask one service routine after the other, all at the line's IRQL or above; on a level-triggered line up to the
        one that claims."""
        nt = self.nt
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
            nt.traced("interrupt unclaimed", vector=line.vector)

    def _run(self, where: int) -> int:
        nt = self.nt
        interrupt = self.objects[where]
        self._enter(interrupt)
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
        self._leave(interrupt)
        return result

    def _enter(self, interrupt: Interrupt) -> None:
        if interrupt.passive:
            passive.enter(self.nt, interrupt)
        else:
            acquire_quietly(self.nt, interrupt.lock)

    def _leave(self, interrupt: Interrupt) -> None:
        if interrupt.passive:
            passive.leave(self.nt, interrupt)
        else:
            release_quietly(self.nt, interrupt.lock)

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
        message: int | None = None, share: bool = True, affinity: int = -1,
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
        interrupt = Interrupt(where, routine, context, lock, vector, irql, synchronize_irql, message, affinity)
        self.objects[where] = interrupt
        line.connected.append(interrupt)
        nt.dispatcher.lent.lend(A_CONTEXT, where, context)
        nt.scheduler.go_live()
        nt.remember("interrupt", where, "connected")
        nt.hold(rules.INTERRUPT_LEFT_CONNECTED, where, [("interrupt", f"{address(where)}, vector 0x{vector:X}")])
        if line.asserted and line.irql == PASSIVE_LEVEL:
            passive.schedule(nt, line)
        elif line.asserted:
            self._wake(line)
        return where

    def disconnect(self, where: int) -> bool:
        """False if there is no such interrupt object. Returns when its service routine does not run any more."""
        nt = self.nt
        interrupt = self.objects.get(where)
        if interrupt is None:
            return False
        self.lines[interrupt.vector].connected.remove(interrupt)
        if interrupt.passive:
            passive.enter(nt, interrupt)
            del nt.dispatcher.opaque_objects[interrupt.lock]
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
        self._enter(interrupt)
        result = nt.call(routine, context)
        self._leave(interrupt)
        nt.set_irql(before)
        return result
