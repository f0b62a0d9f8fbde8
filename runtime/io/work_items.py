"""Work items, and the system's worker threads that run them at PASSIVE_LEVEL.

An IO_WORKITEM is opaque and keeps its device object; a WORK_QUEUE_ITEM is the caller's own memory."""

from __future__ import annotations

from .. import rules
from ..findings import address, level_name
from ..ke.dpcs import ROUTINE as DPC_ROUTINE
from ..ke.guarded import call_below
from ..ke.timers import DPC as TIMER_DPC
from ..mm.memory import KERNEL_BASE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..findings import Moment
    from ..system import System
    from .driver_objects import Driver

A_WORK_ITEM, A_CONTEXT = "a work item", "the context of a work item"
TAG = int.from_bytes(b"IoWI", "little")
ITEM_BYTES = 0x58  # what IoSizeofWorkItem says
ROUTINE, PARAMETER = 16, 24  # in a WORK_QUEUE_ITEM
WORKERS = 3  # threads that the system keeps


class WorkItem:
    """What is known of an IO_WORKITEM. `own` is true if the memory is the driver's (IoInitializeWorkItem)."""

    __slots__ = ("device", "own")

    def __init__(self, device: int, own: bool) -> None:
        self.device = device
        self.own = own


class Queued:
    """One item in the queue: whom to call, and where it was queued."""

    __slots__ = ("item", "routine", "arguments", "device", "moment", "cause")

    def __init__(self, item: int, routine: int, arguments: tuple[int, ...], device: int, moment: Moment) -> None:
        self.item = item
        self.routine = routine
        self.arguments = arguments
        self.device = device
        self.moment = moment
        self.cause = 0  # the IRP for whose sake it was queued, or 0

    @property
    def context(self) -> int:
        """What the driver gave for its routine."""
        return self.arguments[1] if self.device else self.arguments[0]


class WorkItems:
    """`queue` are the items that no thread has taken yet, `running` those whose routine runs."""

    __slots__ = ("nt", "items", "queue", "running", "_semaphore", "_workers")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.items: dict[int, WorkItem] = {}
        self.queue: list[Queued] = []
        self.running: list[Queued] = []
        self._semaphore = 0
        self._workers = 0

    # -- items

    def facts(self, item: int) -> list[tuple[str, str]]:
        known = self.items.get(item)
        device = f", {self.nt.io.devices.name_of(known.device)}" if known is not None else ""
        return [("work item", address(item) + device)]

    def allocate(self, device: int) -> int:
        nt = self.nt
        where = nt.pool.allocate(ITEM_BYTES, TAG, special=nt.settings.verifier > 0)
        if not where:
            return 0
        self.items[where] = WorkItem(device, False)
        nt.remember("work item", where, "allocated")
        nt.hold(rules.WORK_ITEM_LEFT, where, self.facts(where))
        return where

    def initialise(self, item: int, device: int) -> None:
        self.items[item] = WorkItem(device, True)
        self.nt.remember("work item", item, "initialised")

    def free(self, item: int) -> None:
        """IoFreeWorkItem. The routine of an item may free its own while it runs."""
        nt = self.nt
        if any(one.item == item for one in self.queue):
            nt.violation(rules.WORK_ITEM_FREED_QUEUED, (item, 0, 0, 0), self.facts(item), ("work item", item))
            self.queue = [one for one in self.queue if one.item != item]
        known = self.items.pop(item, None)
        nt.remember("work item", item, "freed")
        nt.let_go(rules.WORK_ITEM_LEFT, item)
        if known is None or not known.own:
            nt.pool.free(item)

    # -- queueing

    def insert(self, item: int, routine: int, arguments: tuple[int, ...], device: int = 0) -> None:
        """Queue an item. It must not be in the queue, and its memory must be nonpaged."""
        nt = self.nt
        facts, about = self.facts(item), ("work item", item)
        region = nt.memory.region_at(item)
        if region is not None and (region.pageable or item < KERNEL_BASE):
            nt.violation(rules.WORK_ITEM_PAGEABLE, (item, 0, 0), facts, about)
        if any(one.item == item for one in self.queue):
            nt.violation(rules.WORK_ITEM_QUEUED_TWICE, (item, 0, 0, 0), facts, about)
            return
        if device:
            found = nt.io.devices.at(device)
            if found is not None and found.object is not None:
                nt.objects.reference(found.object)
        if item not in self.items:
            nt.dispatcher.lent.lend(A_WORK_ITEM, item, item)
        queued = Queued(item, routine, arguments, device, nt.remember("work item", item, "queued"))
        queued.cause = nt.thread.cause
        nt.dispatcher.lent.lend(A_CONTEXT, item, queued.context)
        self.queue.append(queued)
        nt.traced("work item queued", item=item, routine=routine)
        self._wake()

    def _wake(self) -> None:
        """There is one more item for the workers, who begin their lives with the first."""
        nt = self.nt
        if not self._semaphore:
            self._semaphore = nt.new_object(32)
            nt.dispatcher.opaque(self._semaphore, 5, what="work")  # a semaphore
        if self._workers < WORKERS and self._workers < len(self.queue) + len(self.running):
            self._workers += 1
            thread = nt.scheduler.create(
                f"system worker {self._workers}", nt.system_process, self._work, priority=12 + (self._workers == 0)
            )
            thread.background = True
        nt.dispatcher.release_semaphore(self._semaphore, 1)

    def _work(self) -> None:
        """The life of a worker thread."""
        nt = self.nt
        while True:
            nt.dispatcher.wait([self._semaphore])
            if not self.queue:
                continue
            queued = self.queue.pop(0)
            self.running.append(queued)
            nt.traced("work item", item=queued.item, routine=queued.routine)
            nt.thread.background = False
            nt.thread.cause = queued.cause
            if nt.dispatcher.lent.known:
                nt.dispatcher.lent.check(A_WORK_ITEM, queued.item, queued.item, moment=queued.moment)
                nt.dispatcher.lent.check(A_CONTEXT, queued.item, queued.context, queued.routine)
            call_below(nt, queued.routine, *queued.arguments)
            nt.thread.cause = 0
            nt.thread.background = True
            nt.traced("work item end", item=queued.item)
            self._check_return(queued)
            self.running.remove(queued)
            device = nt.io.devices.at(queued.device)
            if device is not None and device.object is not None:
                nt.objects.dereference(device.object)

    def _check_return(self, queued: Queued) -> None:
        """The routine must leave the worker thread as it found it."""
        from .request_checks import head_of

        nt = self.nt
        if nt.irql:
            facts = [("work item", address(queued.item)), ("irql", level_name(nt.irql))]
            where = head_of(nt, queued.routine)
            parameters = (queued.routine, nt.irql, queued.item, 0)
            nt.violation(rules.WORKER_IRQL, parameters, facts, ("work item", queued.item), moment=where)
            nt.set_irql(0)

    # -- the end

    def check_unloaded(self, driver: Driver) -> None:
        """A driver is gone: nothing of its may run any more."""
        nt = self.nt
        for queued in [*self.queue, *self.running]:
            device = nt.io.devices.at(queued.device)
            if queued.device and (device is None or device.driver is not driver):
                continue
            facts = [("driver", driver.name), ("work item", address(queued.item)), ("routine", address(queued.routine))]
            parameters = (queued.routine, 8, queued.routine, 0)
            nt.violation(rules.UNLOADED_WITH_WORK, parameters, facts, moment=queued.moment)

    def check_timers(self) -> None:
        """All drivers are gone: no timer may call a DPC of theirs any more."""
        nt = self.nt
        for timer in nt.timers.set_now:
            dpc = nt.memory.read_uint(timer + TIMER_DPC, 8)
            routine = nt.memory.read_uint(dpc + DPC_ROUTINE, 8) if dpc else 0
            if not dpc or routine in nt.natives:
                continue
            moment = nt.history.get(("timer", timer), {}).get("set")
            facts = [("timer", nt.describe(timer)), ("dpc", nt.describe(dpc)), ("routine", address(routine))]
            nt.violation(rules.UNLOADED_WITH_WORK, (routine, 8, routine, 0), facts, moment=moment)

    def check_dpcs(self) -> None:
        """The same for what waits on a processor."""
        nt = self.nt
        for dpc in [dpc for cpu in nt.processors for dpc in cpu.dpcs if dpc not in nt.dpcs.calls]:
            routine = nt.memory.read_uint(dpc + DPC_ROUTINE, 8) if nt.memory.region_at(dpc) is not None else 0
            if routine and routine not in nt.natives:
                facts = [("dpc", nt.describe(dpc)), ("routine", address(routine))]
                moment = nt.history.get(("dpc", dpc), {}).get("queued")
                nt.violation(rules.UNLOADED_WITH_WORK, (routine, 8, routine, 0), facts, moment=moment)
