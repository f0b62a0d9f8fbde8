"""Fast and guarded mutexes: a FAST_MUTEX whose Count is 1 while it is free, and an event for those who wait."""

from __future__ import annotations

from .. import rules
from ..findings import Held, address
from ..wdk.layouts import offset
from .irql import lower, raise_to
from .processor import APC_LEVEL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

COUNT, OWNER, CONTENTION, EVENT, OLD_IRQL = (
    offset("_FAST_MUTEX", name) for name in ("Count", "Owner", "Contention", "Event", "OldIrql")
)


def initialise(nt: System, mutex: int) -> None:
    memory = nt.memory
    memory.write_uint(mutex + COUNT, 4, 1)
    memory.write_uint(mutex + OWNER, 8, 0)
    memory.write_uint(mutex + CONTENTION, 4, 0)
    nt.dispatcher.initialise_event(mutex + EVENT, True, False)


def acquire(nt: System, mutex: int) -> None:
    """Own the mutex, after a wait if another thread does. An owner who asks again waits for itself."""
    memory = nt.memory
    moment = nt.moment(0)
    count = _count(nt, mutex)
    memory.write_uint(mutex + COUNT, 4, count - 1)
    facts = [("mutex", nt.describe(mutex))]
    if count != 1:
        memory.write_uint(mutex + CONTENTION, 4, memory.read_uint(mutex + CONTENTION, 4) + 1)
        nt.dispatcher.wait([mutex + EVENT], reason=f"fast mutex at {nt.describe(mutex)}, owned by {owner(nt, mutex)}")
    memory.write_uint(mutex + OWNER, 8, nt.thread.address)
    nt.held[rules.MUTEX_LEFT_OWNED.id, mutex] = Held(
        rules.MUTEX_LEFT_OWNED, moment, [*facts, ("thread", nt.thread.name)], {}
    )


def owner(nt: System, mutex: int) -> str:
    """Who owns a mutex, in words."""
    where = nt.memory.read_uint(mutex + OWNER, 8)
    if where == nt.thread.address:
        return "this thread itself"
    return next((thread.name for thread in nt.scheduler.threads if thread.address == where), address(where))


def try_acquire(nt: System, mutex: int) -> bool:
    """Own the mutex if it is free."""
    if _count(nt, mutex) != 1:
        return False
    acquire(nt, mutex)
    return True


def release(nt: System, mutex: int) -> None:
    """Give up the mutex, to the thread that has waited longest if there is one."""
    memory = nt.memory
    if memory.read_uint(mutex + OWNER, 8) != nt.thread.address:
        facts = [("mutex", nt.describe(mutex)), ("thread", nt.thread.name)]
        nt.violation(rules.FAST_MUTEX_NOT_OWNED, (), facts, ("mutex", mutex))
        return
    memory.write_uint(mutex + OWNER, 8, 0)
    nt.let_go(rules.MUTEX_LEFT_OWNED, mutex)
    count = _count(nt, mutex) + 1
    memory.write_uint(mutex + COUNT, 4, count)
    if count < 1:
        nt.dispatcher.signal(mutex + EVENT)


def acquire_raised(nt: System, mutex: int) -> None:
    """A fast mutex keeps APCs out by its IRQL."""
    before = raise_to(nt, APC_LEVEL)
    acquire(nt, mutex)
    nt.memory.write_uint(mutex + OLD_IRQL, 4, before)


def release_raised(nt: System, mutex: int) -> None:
    before = nt.memory.read_uint(mutex + OLD_IRQL, 4)
    release(nt, mutex)
    lower(nt, min(before, APC_LEVEL))


def _count(nt: System, mutex: int) -> int:
    count = nt.memory.read_uint(mutex + COUNT, 4)
    return count - 0x1_0000_0000 if count & 0x8000_0000 else count
