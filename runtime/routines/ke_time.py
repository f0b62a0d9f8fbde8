"""Timers, delays and clocks.

All clocks follow from the simulated time that has passed. The machine starts at midnight UTC on 1 January 2026; what is
said to be updated with each clock tick moves in steps of 15.625 ms.
"""

from __future__ import annotations

from ..ke.synchronization import check_resident
from ..routine import routine
from ..wdk.constants import NotificationTimer, SynchronizationTimer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

TICK = 156_250  # units of 100 ns
START = 134_116_992_000_000_000  # units of 100 ns since 1 January 1601
FREQUENCY = 10_000_000  # of the performance counter


@routine(
    "VOID KeInitializeTimer(PKTIMER Timer)",
    page="nf-wdm-keinitializetimer", irql="<= DISPATCH_LEVEL", undo="KeCancelTimer",
)  # fmt: skip
def KeInitializeTimer(nt: System, timer: int) -> None:
    KeInitializeTimerEx(nt, timer, NotificationTimer)


@routine(
    "VOID KeInitializeTimerEx(PKTIMER Timer, TIMER_TYPE Type)",
    page="nf-wdm-keinitializetimerex", irql="<= DISPATCH_LEVEL", undo="KeCancelTimer",
)  # fmt: skip
def KeInitializeTimerEx(nt: System, timer: int, kind: int) -> None:
    """A timer that is not set. A synchronization timer lets one waiter go on each time, a notification timer all."""
    check_resident(nt, timer)
    nt.timers.initialise(timer, kind == SynchronizationTimer)


@routine(
    "BOOLEAN KeSetTimer(PKTIMER Timer, LARGE_INTEGER DueTime, PKDPC Dpc)",
    page="nf-wdm-kesettimer", irql="<= DISPATCH_LEVEL", undo="KeCancelTimer", calls_back=True,
)  # fmt: skip
def KeSetTimer(nt: System, timer: int, due: int, dpc: int) -> int:
    """Start a timer, from now on if it was set already: TRUE then."""
    return int(nt.timers.set(timer, _signed(due), 0, dpc))


@routine(
    "BOOLEAN KeSetTimerEx(PKTIMER Timer, LARGE_INTEGER DueTime, LONG Period, PKDPC Dpc)",
    page="nf-wdm-kesettimerex", irql="<= DISPATCH_LEVEL", undo="KeCancelTimer", calls_back=True,
)  # fmt: skip
def KeSetTimerEx(nt: System, timer: int, due: int, period: int, dpc: int) -> int:
    """The same. A period in milliseconds starts it again each time, until it is cancelled."""
    return int(nt.timers.set(timer, _signed(due), max(period, 0), dpc))


@routine(
    "BOOLEAN KeSetCoalescableTimer(PKTIMER Timer, LARGE_INTEGER DueTime, ULONG Period, ULONG TolerableDelay, "
    "PKDPC Dpc)",
    page="nf-wdm-kesetcoalescabletimer", irql="<= DISPATCH_LEVEL", undo="KeCancelTimer", calls_back=True,
)  # fmt: skip
def KeSetCoalescableTimer(nt: System, timer: int, due: int, period: int, tolerance: int, dpc: int) -> int:
    """The same, but each time it may be late by so many milliseconds, for others' sake."""
    return int(nt.timers.set(timer, _signed(due), period, dpc, tolerance))


@routine("BOOLEAN KeCancelTimer(PKTIMER Timer)", page="nf-wdm-kecanceltimer", irql="<= DISPATCH_LEVEL", fails="FALSE")
def KeCancelTimer(nt: System, timer: int) -> int:
    """TRUE if the timer was set. A DPC that it has queued is queued still."""
    nt.dispatcher.check(timer, "timer")
    return int(nt.timers.cancel(timer))


@routine("BOOLEAN KeReadStateTimer(PKTIMER Timer)", page="nf-wdm-kereadstatetimer", irql="<= DISPATCH_LEVEL")
def KeReadStateTimer(nt: System, timer: int) -> int:
    return int(nt.dispatcher.state(timer) != 0)


@routine(
    "VOID KeStallExecutionProcessor(ULONG MicroSeconds)",
    page="nf-wdm-kestallexecutionprocessor", irql="any", calls_back=True,
)  # fmt: skip
def KeStallExecutionProcessor(nt: System, microseconds: int) -> None:
    """Let this processor do nothing for a while. The others go on."""
    nt.scheduler.pass_time(1000 * microseconds)


@routine(
    "VOID KeQuerySystemTime(PLARGE_INTEGER CurrentTime)",
    page="nf-wdm-kequerysystemtime~r1", irql="any", macro=True,
)  # fmt: skip
def KeQuerySystemTime(nt: System, time: int) -> None:
    nt.memory.write(time, (START + _ticks(nt) * TICK).to_bytes(8, "little"), True)


@routine(
    "LARGE_INTEGER KeQueryPerformanceCounter(PLARGE_INTEGER PerformanceFrequency)",
    page="nf-wdm-kequeryperformancecounter", irql="any",
)  # fmt: skip
def KeQueryPerformanceCounter(nt: System, frequency: int) -> int:
    if frequency:
        nt.memory.write_uint(frequency, 8, FREQUENCY)
    return _units(nt)


@routine("VOID KeQueryTickCount(PLARGE_INTEGER CurrentCount)", page="nf-wdm-kequerytickcount", irql="any", macro=True)
def KeQueryTickCount(nt: System, count: int) -> None:
    nt.memory.write(count, _ticks(nt).to_bytes(8, "little"), True)


@routine("ULONGLONG KeQueryInterruptTime(VOID)", page="nf-wdm-kequeryinterrupttime", irql="any")
def KeQueryInterruptTime(nt: System) -> int:
    return _ticks(nt) * TICK


@routine("ULONG KeQueryTimeIncrement(VOID)", page="nf-wdm-kequerytimeincrement", irql="any")
def KeQueryTimeIncrement(nt: System) -> int:
    return TICK


@routine(
    "VOID KeQuerySystemTimePrecise(PLARGE_INTEGER CurrentTime)",
    page="nf-wdm-kequerysystemtimeprecise", irql="any",
)  # fmt: skip
def KeQuerySystemTimePrecise(nt: System, time: int) -> None:
    nt.memory.write_uint(time, 8, START + _units(nt))


@routine(
    "ULONG64 KeQueryInterruptTimePrecise(PULONG64 QpcTimeStamp)",
    page="nf-wdm-kequeryinterrupttimeprecise", irql="any",
)  # fmt: skip
def KeQueryInterruptTimePrecise(nt: System, counter: int) -> int:
    nt.memory.write_uint(counter, 8, _units(nt))
    return _units(nt)


@routine("ULONGLONG KeQueryUnbiasedInterruptTime(VOID)", page="nf-wdm-kequeryunbiasedinterrupttime", irql="any")
def KeQueryUnbiasedInterruptTime(nt: System) -> int:
    return _ticks(nt) * TICK


def _signed(due: int) -> int:
    """A LARGE_INTEGER as the number that it stands for."""
    due &= 0xFFFF_FFFF_FFFF_FFFF
    return due - (1 << 64) if due >> 63 else due


def _units(nt: System) -> int:
    """Time since the machine started, in units of 100 ns."""
    return nt.clock.now_ns // 100


def _ticks(nt: System) -> int:
    return _units(nt) // TICK
