"""Threads as objects: made for drivers, found by address and id, ended, and moved between processors."""

from __future__ import annotations

from .. import rules
from ..findings import address, level_name
from ..wdk.constants import STATUS_INVALID_PARAMETER
from .dispatcher import THREAD
from .processor import Thread, ThreadEnds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..ob.objects import Object
    from ..system import System
    from .process import Process

PRIORITIES = range(1, 32)
A_CONTEXT = "the context of a thread"
STATUS_PENDING = 0x103
STATUS_SUCCESS = 0


def at(nt: System, where: int) -> Thread | None:
    """The thread whose KTHREAD has this address."""
    return next((thread for thread in nt.scheduler.threads if thread.address == where), None)


def by_id(nt: System, identifier: int) -> Thread | None:
    """The thread with this id, unless it has ended."""
    return next((one for one in nt.scheduler.threads if one.id == identifier and one.state != "ended"), None)


def object_of(nt: System, thread: Thread) -> Object:
    """The object of a thread, which is counted and can be waited for from when it is first asked for."""
    found = nt.objects.at(thread.address)
    if found is None:
        found = nt.objects.add("Thread", thread.address, body=thread)
    if thread.address not in nt.dispatcher.opaque_objects:
        nt.dispatcher.opaque(thread.address, THREAD, thread.state == "ended", f"thread {thread.name}")
    return found


def create_system_thread(nt: System, process: Process, start: int, context: int) -> Thread:
    """A thread in kernel mode, within a critical region, that calls a function of the driver."""
    number = sum(not thread.is_user_thread for thread in nt.scheduler.threads)
    thread = nt.scheduler.create(f"system thread {number}", process, lambda: _run(nt, start, context))
    nt.dispatcher.lent.lend(A_CONTEXT, thread.address, context)
    thread.regions_entered = 1
    object_of(nt, thread)
    nt.hold(rules.SYSTEM_THREAD_LEFT, thread.address, lambda: _left(nt, thread, start))
    return thread


def _left(nt: System, thread: Thread, start: int) -> list[tuple[str, str]]:
    """What is said of a thread that is left: it may wait for something that nobody will ever do."""
    facts = [("thread", f"{thread.name}, {address(thread.address)}"), ("runs", nt.describe(start))]
    if thread.state == "waiting":
        facts.append(("waits for", thread.wait.describe(nt)))
    return facts


def _run(nt: System, start: int, context: int) -> None:
    if nt.dispatcher.lent.known:
        nt.dispatcher.lent.check(A_CONTEXT, nt.thread.address, context, start)
    nt.call(start, context)
    check_end(nt)


def terminate_system_thread(nt: System, status: int) -> int:
    """End the current thread, if it is one of the system's. Returns only if it is not."""
    if nt.thread.is_user_thread or nt.cpu.nested:
        return STATUS_INVALID_PARAMETER
    check_end(nt)
    nt.thread.exit_status = status
    raise ThreadEnds


def check_end(nt: System) -> None:
    """A thread must end as it began: at PASSIVE_LEVEL, with APCs as they were, and without a mutex."""
    thread = nt.thread
    facts = [("thread", thread.name)]
    if nt.irql:
        nt.violation(rules.IRQL_LEFT_RAISED, (nt.irql, 0, 0, 0), [("irql", level_name(nt.irql)), *facts])
        nt.set_irql(0)
    mutex = next((where for where, owner in nt.dispatcher.owned.items() if owner is thread), None)
    if mutex is not None and nt.dispatcher.keeps_apcs_out(mutex):
        facts.append(("mutex", nt.describe(mutex)))
        nt.violation(rules.MUTEX_OWNED_AT_END, (thread.address, mutex, 0, 0), facts, ("mutex", mutex))
    expected = int(nt.objects.at(thread.address) is not None and not thread.is_user_thread)
    if thread.regions_entered + thread.guarded > expected:
        facts.append(("regions", f"{thread.regions_entered + thread.guarded - expected} entered and not left"))
        parameters = (0, thread.regions_entered + thread.guarded, nt.irql, 0)
        nt.violation(rules.APCS_OFF_AT_END, parameters, facts)


def ended(nt: System, thread: Thread) -> None:
    """A thread is gone: who waits for it goes on, and mutexes that it owned are abandoned."""
    if thread.exit_status == STATUS_PENDING:
        thread.exit_status = STATUS_SUCCESS
    for where in [where for where, owner in nt.dispatcher.owned.items() if owner is thread]:
        nt.dispatcher.abandon(where)
    if thread.address in nt.dispatcher.opaque_objects:
        nt.dispatcher.signal(thread.address)
    nt.let_go(rules.SYSTEM_THREAD_LEFT, thread.address)
    made = nt.objects.at(thread.address)
    if made is not None:
        nt.objects.dereference(made)  # its own


def set_priority(nt: System, where: int, priority: int) -> int:
    """Change a priority from 1 to 31. The one before; 0 for an address that is no thread's."""
    thread = at(nt, where)
    if thread is None:
        return 0
    before = thread.priority
    if priority in PRIORITIES:
        nt.scheduler.set_priority(thread, priority)
    return before


def set_affinity(nt: System, affinity: int) -> int:
    """Keep the current thread on some processors. The affinity that was set before, 0 if none was. A mask without any
    processor of this machine changes nothing."""
    before = max(nt.thread.affinity, 0)
    mask = affinity & ((1 << len(nt.processors)) - 1)
    if mask and mask == affinity:
        nt.thread.affinity = mask
        nt.scheduler.follow_affinity()
    return before


def revert_affinity(nt: System, affinity: int) -> None:
    """Back to an affinity that was set before, or with 0 to the thread's own: all processors."""
    if affinity:
        set_affinity(nt, affinity)
    else:
        nt.thread.affinity = -1
