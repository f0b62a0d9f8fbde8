"""Events, semaphores and mutexes: dispatcher objects that drivers keep themselves."""

from __future__ import annotations

from ..ke.dispatcher import LIMIT
from ..ke.synchronization import check_resident
from ..ke.waits import expect_wait
from ..routine import routine
from ..wdk.constants import STATUS_ABANDONED, STATUS_MUTANT_NOT_OWNED, STATUS_SEMAPHORE_LIMIT_EXCEEDED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

IRQL_OF_WAIT = "<= APC_LEVEL if Wait else <= DISPATCH_LEVEL"


@routine(
    "VOID KeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN State)",
    page="nf-wdm-keinitializeevent", irql="any",
)  # fmt: skip
def KeInitializeEvent(nt: System, event: int, kind: int, state: int) -> None:
    check_resident(nt, event)
    nt.dispatcher.initialise_event(event, bool(kind & 1), state != 0)


@routine(
    "LONG KeSetEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait)",
    page="nf-wdm-kesetevent", irql=IRQL_OF_WAIT, irql_stop=(0xC4, 0x80), calls_back=True,
)  # fmt: skip
def KeSetEvent(nt: System, event: int, increment: int, wait: int) -> int:
    """Signal an event. The state before is returned, which is not 0 if it was signalled."""
    expect_wait(nt, "KeSetEvent", event, wait)
    nt.dispatcher.check(event, "event")
    return nt.dispatcher.signal(event, increment)


@routine("VOID KeClearEvent(PRKEVENT Event)", page="nf-wdm-keclearevent", irql="<= DISPATCH_LEVEL")
def KeClearEvent(nt: System, event: int) -> None:
    nt.dispatcher.set_state(event, 0)


@routine("LONG KeResetEvent(PRKEVENT Event)", page="nf-wdm-keresetevent", irql="<= DISPATCH_LEVEL")
def KeResetEvent(nt: System, event: int) -> int:
    before = nt.dispatcher.state(event)
    nt.dispatcher.set_state(event, 0)
    return before


@routine(
    "LONG KePulseEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait)",
    page="nf-wdm-kepulseevent", irql=IRQL_OF_WAIT, calls_back=True,
)  # fmt: skip
def KePulseEvent(nt: System, event: int, increment: int, wait: int) -> int:
    """Release who waits now, and leave the event not signalled. The state before is returned."""
    expect_wait(nt, "KePulseEvent", event, wait)
    nt.dispatcher.check(event, "event")
    return nt.dispatcher.pulse(event, increment)


@routine("LONG KeReadStateEvent(PRKEVENT Event)", page="nf-wdm-kereadstateevent", irql="<= DISPATCH_LEVEL")
def KeReadStateEvent(nt: System, event: int) -> int:
    return nt.dispatcher.state(event)


@routine(
    "VOID KeInitializeSemaphore(PRKSEMAPHORE Semaphore, LONG Count, LONG Limit)",
    page="nf-wdm-keinitializesemaphore", irql="== PASSIVE_LEVEL",
)  # fmt: skip
def KeInitializeSemaphore(nt: System, semaphore: int, count: int, limit: int) -> None:
    check_resident(nt, semaphore)
    nt.dispatcher.initialise_semaphore(semaphore, count)
    nt.memory.write_uint(semaphore + LIMIT, 4, limit)


@routine(
    "LONG KeReleaseSemaphore(PRKSEMAPHORE Semaphore, KPRIORITY Increment, LONG Adjustment, BOOLEAN Wait)",
    page="nf-wdm-kereleasesemaphore", irql=IRQL_OF_WAIT, fails="exception", raises=(STATUS_SEMAPHORE_LIMIT_EXCEEDED,),
    calls_back=True,
)  # fmt: skip
def KeReleaseSemaphore(nt: System, semaphore: int, increment: int, adjustment: int, wait: int) -> int:
    """Raise the count, and return the one before. Past its limit an exception is raised and the count stays."""
    expect_wait(nt, "KeReleaseSemaphore", semaphore, wait)
    nt.dispatcher.check(semaphore, "semaphore")
    return nt.dispatcher.release_semaphore(semaphore, adjustment, increment)


@routine(
    "LONG KeReadStateSemaphore(PRKSEMAPHORE Semaphore)",
    page="nf-wdm-kereadstatesemaphore", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
def KeReadStateSemaphore(nt: System, semaphore: int) -> int:
    return nt.dispatcher.state(semaphore)


@routine("VOID KeInitializeMutex(PRKMUTEX Mutex, ULONG Level)", page="nf-wdm-keinitializemutex", irql="any")
def KeInitializeMutex(nt: System, mutex: int, level: int) -> None:
    """A mutex that is free. Its owner runs without normal kernel APCs. Level is not looked at."""
    check_resident(nt, mutex)
    nt.dispatcher.initialise_mutex(mutex, True)


@routine(
    "LONG KeReleaseMutex(PRKMUTEX Mutex, BOOLEAN Wait)",
    page="nf-wdm-kereleasemutex", irql=IRQL_OF_WAIT, fails="exception",
    raises=(STATUS_MUTANT_NOT_OWNED, STATUS_ABANDONED), calls_back=True,
)  # fmt: skip
def KeReleaseMutex(nt: System, mutex: int, wait: int) -> int:
    """Give up a mutex once. 0 if that was the last of its acquisitions."""
    expect_wait(nt, "KeReleaseMutex", mutex, wait)
    nt.dispatcher.check(mutex, "mutex")
    return nt.dispatcher.release_mutex(mutex)


@routine("LONG KeReadStateMutex(PRKMUTEX Mutex)", page="nf-wdm-kereadstatemutex", irql="<= DISPATCH_LEVEL")
def KeReadStateMutex(nt: System, mutex: int) -> int:
    """1 if it is free."""
    return nt.dispatcher.state(mutex)
