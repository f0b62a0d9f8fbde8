"""Deferred procedure calls: KDPCs in the queues of the processors, and the threaded ones."""

from __future__ import annotations

from .. import rules
from ..findings import level_name
from ..wdk.layouts import offset
from .contexts import interrupted
from .processor import DISPATCH_LEVEL, PASSIVE_LEVEL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..system import System
    from .processor import Processor

TYPE, IMPORTANCE, NUMBER = offset("_KDPC", "Type"), offset("_KDPC", "Importance"), offset("_KDPC", "Number")
ROUTINE, CONTEXT = offset("_KDPC", "DeferredRoutine"), offset("_KDPC", "DeferredContext")
ARGUMENT_1, ARGUMENT_2 = offset("_KDPC", "SystemArgument1"), offset("_KDPC", "SystemArgument2")
DATA = offset("_KDPC", "DpcData")
DPC_OBJECT, THREADED_DPC_OBJECT = 19, 24
LOW_IMPORTANCE, MEDIUM_IMPORTANCE, HIGH_IMPORTANCE, MEDIUM_HIGH_IMPORTANCE = 0, 1, 2, 3
TARGETED = 0x500  # added to Number when a target processor was set
TICK_NS = 15_625_000
LONGEST_NS = 1280 * TICK_NS  # 20 seconds
A_DPC, A_CONTEXT = "a DPC", "the context of a DPC"
QUEUED = 1  # what DpcData holds while the DPC is queued: any value but 0


class Dpcs:
    """All that is queued. `argument` words are unsigned 64-bit."""

    __slots__ = ("nt", "known", "causes", "calls", "from_timer")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.known: set[int] = set()
        self.from_timer: set[int] = set()  # queued by a timer
        self.calls: dict[int, Callable[[], object]] = {}  # the system's own, by addresses that nobody knows
        self.causes: dict[int, int] = {}  # the IRP for whose sake a DPC was queued

    def initialise(self, dpc: int, routine: int, context: int, threaded: bool = False) -> None:
        memory = self.nt.memory
        if self.is_queued(dpc) and dpc in self.known:
            self.nt.violation(rules.DPC_INITIALISED_QUEUED, (), self.facts(dpc), ("dpc", dpc))
        nt = self.nt
        nt.dispatcher.lent.lend(A_DPC, dpc, dpc)
        nt.dispatcher.lent.lend(A_CONTEXT, dpc, context)
        memory.write(dpc, bytes(64))
        memory.write_uint(dpc + TYPE, 1, THREADED_DPC_OBJECT if threaded else DPC_OBJECT)
        memory.write_uint(dpc + IMPORTANCE, 1, MEDIUM_IMPORTANCE)
        memory.write_uint(dpc + ROUTINE, 8, routine)
        memory.write_uint(dpc + CONTEXT, 8, context)
        self.known.add(dpc)
        self.nt.remember("dpc", dpc, "initialised")

    def set_importance(self, dpc: int, importance: int) -> None:
        self.nt.memory.write_uint(dpc + IMPORTANCE, 1, importance)

    def set_target(self, dpc: int, number: int) -> None:
        """Let the DPC run on one processor, whoever queues it."""
        nt = self.nt
        count = len(nt.processors)
        if number >= count:
            facts = [*self.facts(dpc), ("processor", f"{number}, of {count}")]
            nt.violation(rules.DPC_TARGET_UNKNOWN, (dpc, number, count), facts, ("dpc", dpc))
            return
        nt.memory.write_uint(dpc + NUMBER, 2, TARGETED + number)

    def facts(self, dpc: int) -> list[tuple[str, str]]:
        return [("dpc", self.nt.describe(dpc))]

    def is_queued(self, dpc: int) -> bool:
        return any(dpc in cpu.dpcs for cpu in self.nt.processors)

    def insert(self, dpc: int, argument1: int, argument2: int) -> bool:
        """Queue a DPC. False if it is queued already; then the arguments are lost."""
        nt = self.nt
        memory = nt.memory
        if memory.read_uint(dpc + TYPE, 1) not in (DPC_OBJECT, THREADED_DPC_OBJECT):
            nt.violation(rules.DPC_NOT_INITIALISED, (dpc, nt.irql, 1, nt.instruction()), self.facts(dpc))
            return False
        if nt.dispatcher.lent.known:
            nt.dispatcher.lent.check(A_DPC, dpc, dpc)
        if self.is_queued(dpc):
            self._dropped(dpc, argument1, argument2)
            return False
        memory.write_uint(dpc + ARGUMENT_1, 8, argument1)
        memory.write_uint(dpc + ARGUMENT_2, 8, argument2)
        memory.write_uint(dpc + DATA, 8, QUEUED)
        number = memory.read_uint(dpc + NUMBER, 2)
        cpu = nt.cpu
        if number >= TARGETED and number - TARGETED < len(nt.processors):
            cpu = nt.processors[number - TARGETED]
        if memory.read_uint(dpc + IMPORTANCE, 1) == HIGH_IMPORTANCE:
            cpu.dpcs.insert(0, dpc)
        else:
            cpu.dpcs.append(dpc)
        nt.scheduler.go_live()
        nt.scheduler.wake(cpu)
        nt.remember("dpc", dpc, "queued")
        self.causes[dpc] = nt.thread.cause
        if cpu is nt.cpu and memory.read_uint(dpc + IMPORTANCE, 1) != LOW_IMPORTANCE:
            nt.scheduler.deliver()
        return True

    def defer(self, action: Callable[[], object]) -> None:
        """Do something of the system's own at DISPATCH_LEVEL, on this processor, as soon as the IRQL allows."""
        nt = self.nt
        key = nt.new_object(0x40)
        self.calls[key] = action
        nt.cpu.dpcs.append(key)
        nt.scheduler.go_live()
        nt.scheduler.deliver()

    def _dropped(self, dpc: int, argument1: int, argument2: int) -> None:
        """A DPC that is queued already keeps the arguments that it was queued with."""
        memory = self.nt.memory
        kept = memory.read_uint(dpc + ARGUMENT_1, 8), memory.read_uint(dpc + ARGUMENT_2, 8)
        if (argument1, argument2) not in (kept, (0, 0)):
            said = f"0x{argument1:x}, 0x{argument2:x}; kept 0x{kept[0]:x}, 0x{kept[1]:x}"
            facts = [*self.facts(dpc), ("arguments", said)]
            self.nt.violation(rules.DPC_ARGUMENTS_LOST, (), facts, ("dpc", dpc))

    def remove(self, dpc: int) -> bool:
        """Take a DPC out of its queue. False if it is not queued."""
        for cpu in self.nt.processors:
            if dpc in cpu.dpcs:
                cpu.dpcs.remove(dpc)
                self.nt.memory.write_uint(dpc + DATA, 8, 0)
                return True
        return False

    def run(self, cpu: Processor) -> None:
        """Run all DPCs of the current processor, at DISPATCH_LEVEL."""
        interrupted(self.nt, DISPATCH_LEVEL, self._drain, cpu.number)

    def _drain(self, number: int) -> None:
        nt = self.nt
        cpu = nt.processors[number]
        while cpu.dpcs:
            dpc = cpu.dpcs.pop(0)
            action = self.calls.pop(dpc, None)
            if action is not None:
                action()
                continue
            memory, lent = nt.memory, nt.dispatcher.lent
            if lent.known:
                lent.check(A_DPC, dpc, dpc, moment=nt.history.get(("dpc", dpc), {}).get("queued"))
            if nt.memory.region_at(dpc) is None or memory.read_uint(dpc + TYPE, 1) not in (
                DPC_OBJECT, THREADED_DPC_OBJECT
            ):  # fmt: skip
                nt.violation(rules.DPC_FREED_QUEUED, (dpc, nt.irql, 0, nt.instruction()), self.facts(dpc), ("dpc", dpc))
                continue
            routine, context = memory.read_uint(dpc + ROUTINE, 8), memory.read_uint(dpc + CONTEXT, 8)
            first, second = memory.read_uint(dpc + ARGUMENT_1, 8), memory.read_uint(dpc + ARGUMENT_2, 8)
            memory.write_uint(dpc + DATA, 8, 0)
            if lent.known:
                lent.check(A_CONTEXT, dpc, context, routine)
            threaded = memory.read_uint(dpc + TYPE, 1) == THREADED_DPC_OBJECT
            cpu.in_dpc, cpu.dpc_began = dpc, nt.clock.now_ns
            cpu.dpc_level = PASSIVE_LEVEL if threaded else DISPATCH_LEVEL
            regions = nt.thread.regions_entered + nt.thread.guarded
            nt.thread.cause = self.causes.pop(dpc, 0)
            nt.traced("dpc", dpc=dpc, routine=routine)
            if threaded:
                nt.set_irql(PASSIVE_LEVEL)
            before = nt.irql
            nt.call(routine, dpc, context, first, second)
            nt.traced("dpc end", dpc=dpc)
            cpu.in_dpc = 0
            if nt.irql != before:
                facts = [("irql", f"{level_name(nt.irql)}, entered at {level_name(before)}"), *self.facts(dpc)]
                nt.violation(
                    rules.CALLBACK_CHANGED_IRQL,
                    ((nt.irql << 16) + (before << 8) + 1, dpc, routine, 0),
                    facts,
                    ("dpc", dpc),
                )
                nt.set_irql(before)
            self._check_regions(dpc, routine, regions)
            if threaded:
                nt.set_irql(DISPATCH_LEVEL)

    def _check_regions(self, dpc: int, routine: int, before: int) -> None:
        """A DPC runs in whatever thread there is, and must leave that thread's APCs as they were."""
        nt = self.nt
        after = nt.thread.regions_entered + nt.thread.guarded
        if after != before:
            sub_code = 5 if dpc in self.from_timer else 4
            facts = [*self.facts(dpc), ("regions", f"{after - before} entered and not left")]
            nt.violation(rules.DPC_CHANGED_APCS, (routine, before, after), facts, ("dpc", dpc), stop=(0xC7, sub_code))
        self.from_timer.discard(dpc)

    def watch(self) -> None:
        """The watchdog: a DPC that runs for too long stops the machine."""
        nt = self.nt
        cpu = nt.cpu
        if cpu.in_dpc and cpu.dpc_level == DISPATCH_LEVEL and nt.clock.now_ns - cpu.dpc_began > LONGEST_NS:
            ticks = (nt.clock.now_ns - cpu.dpc_began) // TICK_NS
            facts = [*self.facts(cpu.in_dpc), ("runs for", f"{ticks} clock ticks, allowed: {LONGEST_NS // TICK_NS}")]
            nt.violation(rules.DPC_TOO_LONG, (ticks, LONGEST_NS // TICK_NS, 0), facts, ("dpc", cpu.in_dpc))
            cpu.dpc_began = nt.clock.now_ns

    def flush(self) -> None:
        """Return when every queued DPC has run."""
        nt = self.nt
        for cpu in nt.processors:
            while cpu.dpcs or cpu.in_dpc:
                if cpu is not nt.cpu:
                    nt.scheduler.let_run(cpu)
                elif cpu.in_dpc:
                    break
                else:
                    nt.scheduler.deliver()

    def insert_from_timer(self, dpc: int, number: int) -> None:
        """Queue the DPC of a timer on the processor that set the timer, unless the DPC has a target of its own."""
        memory = self.nt.memory
        if memory.region_at(dpc) is None or memory.read_uint(dpc + TYPE, 1) not in (DPC_OBJECT, THREADED_DPC_OBJECT):
            self.insert(dpc, 0, 0)
        elif not self.is_queued(dpc):
            target = memory.read_uint(dpc + NUMBER, 2)
            chosen = target - TARGETED if target >= TARGETED else number
            memory.write_uint(dpc + ARGUMENT_1, 8, 0)
            memory.write_uint(dpc + ARGUMENT_2, 8, 0)
            memory.write_uint(dpc + DATA, 8, QUEUED)
            cpu = self.nt.processors[chosen % len(self.nt.processors)]
            cpu.dpcs.append(dpc)
            self.nt.scheduler.wake(cpu)
            self.from_timer.add(dpc)
            self.nt.remember("dpc", dpc, "queued")

    def in_range(self, start: int, size: int) -> int | None:
        """A queued DPC whose object lies in a range of memory, or None."""
        for cpu in self.nt.processors:
            for dpc in cpu.dpcs:
                if start <= dpc < start + size:
                    return dpc
        return None
