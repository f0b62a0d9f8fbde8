"""Dispatcher objects and waits: events, semaphores, mutexes, timers in memory, and objects whose header Windows hides.

An object is named by the address of its DISPATCHER_HEADER. Its state lies in memory, where drivers look at it; who
waits for it is known here, in the order in which they came.
"""

from __future__ import annotations

from .. import rules
from ..findings import Held, address
from ..wdk.layouts import SIZES, offset
from .lent_stack import LentStack
from .priorities import boost
from .processor import DISPATCH_LEVEL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..findings import Moment
    from ..system import System
    from .processor import Thread
    from .scheduler import Event

SIGNAL_STATE, WAIT_LIST = 4, 8
NOTIFICATION_EVENT, SYNCHRONIZATION_EVENT, MUTANT, SEMAPHORE = 0, 1, 2, 5
PROCESS, THREAD = 3, 6
SYNCHRONIZATION_TIMER = 9
EVENT_WORDS = 6
LIMIT = offset("_KSEMAPHORE", "Limit")
OWNER, ABANDONED = offset("_KMUTANT", "OwnerThread"), offset("_KMUTANT", "Abandoned")
MINLONG = -0x8000_0000
STATUS_SUCCESS, STATUS_ABANDONED, STATUS_USER_APC, STATUS_TIMEOUT = 0, 0x80, 0xC0, 0x102
STATUS_MUTANT_LIMIT_EXCEEDED, STATUS_MUTANT_NOT_OWNED = 0xC000_0191, 0xC000_0046
STATUS_SEMAPHORE_LIMIT_EXCEEDED = 0xC000_0047
EPOCH_100NS = 134_116_992_000_000_000  # 1 January 2026, when every machine starts, since 1601
OBJECT = "an event, timer, mutex or semaphore"
KIND_NAMES = {
    0: "notification event", 1: "synchronization event", 2: "mutex", 3: "process", 5: "semaphore", 6: "thread",
    8: "timer", 9: "timer",
}  # fmt: skip


class Dispatchable:
    """An object whose header drivers do not see: its kind and state are kept here. `reset` ones go back to not
    signalled when a wait is satisfied."""

    __slots__ = ("nt", "address", "kind", "state", "what")

    def __init__(self, nt: System, address: int, kind: int, state: int, what: str) -> None:
        self.nt = nt
        self.address = address
        self.kind = kind
        self.state = state
        self.what = what

    def signal(self) -> None:
        self.nt.dispatcher.signal(self.address)

    def clear(self) -> None:
        self.state = 0


class Wait:
    """What a thread waits for. `status` is None until the wait is over."""

    __slots__ = ("thread", "objects", "all", "alertable", "mode", "status", "moment", "timeout", "reason", "marks")

    def __init__(
        self, thread: Thread, objects: list[int], all: bool, alertable: bool, mode: int, moment: Moment, reason: str
    ) -> None:
        self.thread = thread
        self.objects = objects
        self.all = all
        self.alertable = alertable
        self.mode = mode
        self.moment = moment
        self.reason = reason
        self.status: int | None = None
        self.timeout: Event | None = None
        self.marks: list[tuple[Moment, str]] = []  # what holds it up, for a report

    def describe(self, nt: System) -> str:
        """For a report: what it waits for."""
        if self.reason:
            return self.reason
        if not self.objects:
            return "a time that never comes"
        return (" and " if self.all else " or ").join(nt.dispatcher.describe(one) for one in self.objects)


class Dispatcher:
    """`waiting` are the waits by object, in the order in which they came, `owned` the owners of mutexes, `lent` what
    lies on stacks."""

    __slots__ = ("nt", "waiting", "opaque_objects", "owned", "lent")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.waiting: dict[int, list[Wait]] = {}
        self.opaque_objects: dict[int, Dispatchable] = {}
        self.owned: dict[int, Thread] = {}
        self.lent = LentStack(nt)

    # -- objects

    def initialise(self, where: int, kind: int, words: int, state: int) -> None:
        """Write the header of an object: not waited for by anybody."""
        memory = self.nt.memory
        if self.waiting.get(where):
            facts = [("object", self.describe(where)), ("waiting", self.waiting[where][0].thread.name)]
            self.nt.violation(rules.OBJECT_INITIALISED_WAITED, (), facts, ("object", where))
        self.lent.lend(OBJECT, where, where)
        memory.write(where, bytes([kind & 0xFF, 0, words, 0]))
        memory.write_uint(where + SIGNAL_STATE, 4, state)
        memory.write_uint(where + WAIT_LIST, 8, where + WAIT_LIST)
        memory.write_uint(where + WAIT_LIST + 8, 8, where + WAIT_LIST)

    def initialise_event(self, event: int, synchronization: bool, signalled: bool) -> None:
        self.initialise(event, int(synchronization), EVENT_WORDS, int(signalled))

    def initialise_semaphore(self, semaphore: int, count: int) -> None:
        self.initialise(semaphore, SEMAPHORE, SIZES["_KSEMAPHORE"] // 4, count)

    def initialise_mutex(self, mutex: int, without_apcs: bool) -> None:
        """A free mutex; of the kernel's own kind if its owner shall run without normal kernel APCs."""
        if mutex in self.owned:
            facts = [("object", self.describe(mutex)), ("owner", self.owned[mutex].name)]
            self.nt.violation(rules.OBJECT_INITIALISED_WAITED, (), facts, ("object", mutex))
            self._disown(mutex)
        self.initialise(mutex, MUTANT, SIZES["_KMUTANT"] // 4, 1)
        self.nt.memory.write_uint(mutex + OWNER, 8, 0)
        self.nt.memory.write(mutex + ABANDONED, bytes([0, int(without_apcs)]))

    def keeps_apcs_out(self, mutex: int) -> bool:
        """True for the kernel's own kind of mutex, which drivers keep."""
        return self.nt.memory.read_uint(mutex + ABANDONED + 1, 1) != 0

    def opaque(self, where: int, kind: int, signalled: bool = False, what: str = "") -> Dispatchable:
        """An object that drivers only know by address, such as a thread, a process or a file's event."""
        made = self.opaque_objects[where] = Dispatchable(self.nt, where, kind, int(signalled), what)
        return made

    def describe(self, where: int) -> str:
        hidden = self.opaque_objects.get(where)
        if hidden is not None:
            return hidden.what or f"{KIND_NAMES.get(hidden.kind, 'object')} {address(where)}"
        kind = KIND_NAMES.get(self.nt.memory.read_uint(where, 1), "object")
        owner = self.owned.get(where)
        return f"{kind} at {self.nt.describe(where)}" + (f", owned by {owner.name}" if owner is not None else "")

    def check(self, where: int, what: str = "object") -> None:
        """The object must have been initialised: its list of waiters points at itself until somebody waits."""
        if where in self.opaque_objects:
            return
        nt = self.nt
        if nt.memory.read_uint(where + WAIT_LIST, 8) != where + WAIT_LIST:
            facts = [(what, nt.describe(where))]
            nt.violation(rules.OBJECT_NOT_INITIALISED, (0, DISPATCH_LEVEL, 1, nt.instruction()), facts)

    def kind(self, where: int) -> int:
        hidden = self.opaque_objects.get(where)
        return hidden.kind if hidden is not None else self.nt.memory.read_uint(where, 1)

    def state(self, where: int) -> int:
        """SignalState, signed."""
        hidden = self.opaque_objects.get(where)
        if hidden is not None:
            return hidden.state
        state = self.nt.memory.read_uint(where + SIGNAL_STATE, 4)
        return state - 0x1_0000_0000 if state & 0x8000_0000 else state

    def set_state(self, where: int, state: int) -> None:
        hidden = self.opaque_objects.get(where)
        if hidden is not None:
            hidden.state = state
        else:
            self.nt.memory.write_uint(where + SIGNAL_STATE, 4, state)

    # -- signalling

    def signal(self, where: int, increment: int = 0) -> int:
        """Signal an event, timer or ended thread, and wake whom that satisfies, with so much more priority. The state
        before."""
        self._check_stack(where)
        before = self.state(where)
        self.set_state(where, 1)
        self.satisfy(where, increment)
        return before

    def _check_stack(self, where: int) -> None:
        if self.lent.known:
            self.lent.check(OBJECT, where, where)

    def pulse(self, event: int, increment: int = 0) -> int:
        self._check_stack(event)
        before = self.state(event)
        self.set_state(event, 1)
        self.satisfy(event, increment)
        self.set_state(event, 0)
        return before

    def release_semaphore(self, where: int, adjustment: int, increment: int = 0) -> int:
        """Raise the count. The count before; STATUS_SEMAPHORE_LIMIT_EXCEEDED is raised past the limit."""
        self._check_stack(where)
        before = self.state(where)
        limit = self.nt.memory.read_uint(where + LIMIT, 4) if where not in self.opaque_objects else 0x7FFF_FFFF
        if before + adjustment > limit or adjustment <= 0:
            self.nt.faults.raise_exception(STATUS_SEMAPHORE_LIMIT_EXCEEDED)
            return before
        self.set_state(where, before + adjustment)
        self.satisfy(where, increment)
        return before

    def release_mutex(self, where: int) -> int:
        """Give up a mutex once. The state before: 0 if that was the last of its acquisitions, less otherwise."""
        nt = self.nt
        if nt.memory.read_uint(where + OWNER, 8) != nt.thread.address:
            abandoned = nt.memory.read_uint(where + ABANDONED, 1)
            nt.faults.raise_exception(STATUS_ABANDONED if abandoned else STATUS_MUTANT_NOT_OWNED)
            return self.state(where)
        before = self.state(where)
        self.set_state(where, before + 1)
        if before + 1 == 1:
            self._disown(where)
            self.satisfy(where)
        return before

    def _disown(self, mutex: int) -> None:
        nt = self.nt
        owner = self.owned.pop(mutex, None)
        if owner is not None and self.keeps_apcs_out(mutex):
            owner.regions_entered -= 1
        nt.memory.write_uint(mutex + OWNER, 8, 0)
        nt.let_go(rules.MUTEX_LEFT_OWNED, mutex)

    def abandon(self, mutex: int) -> None:
        """The owner has ended: the next one gets the mutex, and is told."""
        self._disown(mutex)
        self.nt.memory.write_uint(mutex + ABANDONED, 1, 1)
        self.set_state(mutex, 1)
        self.satisfy(mutex)

    def satisfy(self, where: int, increment: int = 0) -> None:
        """Wake the waiters that the object's state satisfies, the first come first."""
        waits = self.waiting.get(where)
        while waits:
            for wait in waits:
                status = self._try(wait.thread, wait.objects, wait.all, wait.moment)
                if status is not None:
                    if increment > 0:
                        boost(wait.thread, increment)
                    self.end_wait(wait, status)
                    break
            else:
                return
            if self.state(where) <= 0:
                return

    def end_wait(self, wait: Wait, status: int) -> None:
        """A wait is over: its thread becomes ready."""
        wait.status = status
        for where in wait.objects:
            waits = self.waiting.get(where)
            if waits is not None and wait in waits:
                waits.remove(wait)
                if not waits:
                    del self.waiting[where]
        if wait.timeout is not None:
            self.nt.scheduler.cancel(wait.timeout)
        wait.thread.wait = None
        if wait.thread.state == "waiting":
            self.nt.scheduler.make_ready(wait.thread)

    # -- waiting

    def _is_free(self, thread: Thread, where: int) -> bool:
        if self.kind(where) == MUTANT and where not in self.opaque_objects:
            return self.state(where) > 0 or self.nt.memory.read_uint(where + OWNER, 8) == thread.address
        return self.state(where) > 0

    def _try(self, thread: Thread, objects: list[int], all: bool, moment: Moment | None = None) -> int | None:
        """The status with which a wait would be satisfied now, its objects taken; None if it would not. `moment` is
        when the wait began, if that is not now."""
        if all:
            if not objects or not all_of(self, thread, objects):
                return None
            return max([self._take(thread, where, moment) for where in objects], default=0)
        for index, where in enumerate(objects):
            if self._is_free(thread, where):
                return index + self._take(thread, where, moment)
        return None

    def _take(self, thread: Thread, where: int, moment: Moment | None) -> int:
        """What a satisfied wait does to its object. STATUS_ABANDONED for a mutex whose owner has died, else 0."""
        kind = self.kind(where)
        if kind in (SYNCHRONIZATION_EVENT, SYNCHRONIZATION_TIMER):
            self.set_state(where, 0)
        elif kind == SEMAPHORE:
            self.set_state(where, self.state(where) - 1)
        elif kind == MUTANT and where not in self.opaque_objects:
            return self._take_mutex(thread, where, moment)
        return 0

    def _take_mutex(self, thread: Thread, where: int, moment: Moment | None) -> int:
        nt = self.nt
        state = self.state(where)
        if state == MINLONG:
            nt.faults.raise_exception(STATUS_MUTANT_LIMIT_EXCEEDED)
        self.set_state(where, state - 1)
        if state != 1:
            return 0
        nt.memory.write_uint(where + OWNER, 8, thread.address)
        self.owned[where] = thread
        moment = moment or nt.moment()
        nt.history.setdefault(("mutex", where), {})["acquired"] = moment
        if self.keeps_apcs_out(where):
            thread.regions_entered += 1
            facts = [("mutex", nt.describe(where)), ("thread", thread.name)]
            nt.held[rules.MUTEX_LEFT_OWNED.id, where] = Held(rules.MUTEX_LEFT_OWNED, moment, facts, {})
        abandoned = nt.memory.read_uint(where + ABANDONED, 1)
        nt.memory.write_uint(where + ABANDONED, 1, 0)
        return STATUS_ABANDONED if abandoned else 0

    def wait(
        self, objects: list[int], all: bool = False, timeout: int | None = None, alertable: bool = False, mode: int = 0,
        reason: str = "", marks: list[tuple[Moment, str]] | None = None,
    ) -> int:  # fmt: skip
        """Wait for one or all objects. `timeout` is a signed LARGE_INTEGER in units of 100 ns (below 0 from now, 0 not
        at all, else an absolute time), or None. The status, as KeWaitForSingleObject returns it."""
        nt = self.nt
        thread = nt.thread
        for where in objects:
            self.check(where)
        if nt.scheduler.live:
            nt.scheduler.point()
        status = self._try(thread, objects, all) if objects else None
        if status is not None:
            return status
        if mode and (thread.terminating or (alertable and thread.user_apcs)):
            return STATUS_USER_APC
        if timeout == 0:
            return STATUS_TIMEOUT
        wait = Wait(thread, objects, all, alertable, mode, nt.moment(), reason)
        for where in objects:
            self.waiting.setdefault(where, []).append(wait)
        wait.marks = marks or []
        thread.wait = wait
        if timeout is not None:
            delay = -timeout * 100 if timeout < 0 else max(0, self.ns_until(timeout))
            wait.timeout = nt.scheduler.after(delay, lambda: self.end_wait(wait, STATUS_TIMEOUT), "timeout")
        nt.traced("wait", thread=thread.address, objects=tuple(objects))
        while wait.status is None:
            thread.state = "waiting"
            nt.scheduler.block()
        return wait.status

    def held_by_others(self, wait: Wait) -> list[tuple[Moment, str]]:
        """Where the mutexes were acquired that a wait is for."""
        found = []
        for where in wait.objects:
            moment = self.nt.history.get(("mutex", where), {}).get("acquired")
            if where in self.owned and moment is not None:
                found.append((moment, f"acquired here by {self.owned[where].name}"))
        return found

    def ns_until(self, absolute: int) -> int:
        """Nanoseconds from now until a system time in units of 100 ns."""
        return (absolute - EPOCH_100NS) * 100 - self.nt.clock.now_ns

    def in_range(self, start: int, size: int) -> int | None:
        """An object that somebody waits for and that lies in a range of memory, or None."""
        return next((where for where in self.waiting if start <= where < start + size), None)


def all_of(dispatcher: Dispatcher, thread: Thread, objects: list[int]) -> bool:
    return all(dispatcher._is_free(thread, where) for where in objects)
