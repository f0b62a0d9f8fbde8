"""DPCs, timers, delays and clocks.

All clocks follow from the simulated time that has passed. The machine starts at midnight UTC on 1 January 2026; what is
said to be updated with each clock tick moves in steps of 15.625 ms.
"""

from __future__ import annotations

from ..routine import known, routine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

TICK = 156_250  # units of 100 ns
START = 134_116_992_000_000_000  # units of 100 ns since 1 January 1601
FREQUENCY = 10_000_000  # of the performance counter
known(
    "VOID KeInitializeDpc(PRKDPC Dpc, PKDEFERRED_ROUTINE DeferredRoutine, PVOID DeferredContext)",
    page="nf-wdm-keinitializedpc", irql="any",
)  # fmt: skip
known(
    "BOOLEAN KeInsertQueueDpc(PRKDPC Dpc, PVOID SystemArgument1, PVOID SystemArgument2)",
    page="nf-wdm-keinsertqueuedpc", irql="any", fails="FALSE", undo="KeRemoveQueueDpc", calls_back=True,
)  # fmt: skip
known("BOOLEAN KeRemoveQueueDpc(PRKDPC Dpc)", page="nf-wdm-keremovequeuedpc", irql="any", fails="FALSE")
known("VOID KeFlushQueuedDpcs(VOID)", page="nf-wdm-keflushqueueddpcs", irql="== PASSIVE_LEVEL", calls_back=True)
known("VOID KeSetImportanceDpc(PRKDPC Dpc, KDPC_IMPORTANCE Importance)", page="nf-wdm-kesetimportancedpc", irql="any")
known("VOID KeSetTargetProcessorDpc(PRKDPC Dpc, CCHAR Number)", page="nf-wdm-kesettargetprocessordpc", irql="any")
known(
    "VOID KeInitializeTimer(PKTIMER Timer)",
    page="nf-wdm-keinitializetimer", irql="<= DISPATCH_LEVEL", undo="KeCancelTimer",
)  # fmt: skip
known(
    "VOID KeInitializeTimerEx(PKTIMER Timer, TIMER_TYPE Type)",
    page="nf-wdm-keinitializetimerex", irql="<= DISPATCH_LEVEL", undo="KeCancelTimer",
)  # fmt: skip
known(
    "BOOLEAN KeSetTimer(PKTIMER Timer, LARGE_INTEGER DueTime, PKDPC Dpc)",
    page="nf-wdm-kesettimer", irql="<= DISPATCH_LEVEL", undo="KeCancelTimer",
)  # fmt: skip
known(
    "BOOLEAN KeSetTimerEx(PKTIMER Timer, LARGE_INTEGER DueTime, LONG Period, PKDPC Dpc)",
    page="nf-wdm-kesettimerex", irql="<= DISPATCH_LEVEL", undo="KeCancelTimer",
)  # fmt: skip
known("BOOLEAN KeCancelTimer(PKTIMER Timer)", page="nf-wdm-kecanceltimer", irql="<= DISPATCH_LEVEL", fails="FALSE")
known("BOOLEAN KeReadStateTimer(PKTIMER Timer)", page="nf-wdm-kereadstatetimer", irql="<= DISPATCH_LEVEL")


@routine(
    "VOID KeStallExecutionProcessor(ULONG MicroSeconds)",
    page="nf-wdm-kestallexecutionprocessor", irql="any", calls_back=True,
)  # fmt: skip
def KeStallExecutionProcessor(nt: System, microseconds: int) -> None:
    nt.clock.pass_ns(1000 * microseconds)


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


known(
    "VOID KeInitializeThreadedDpc(PRKDPC Dpc, PKDEFERRED_ROUTINE DeferredRoutine, PVOID DeferredContext)",
    page="nf-wdm-keinitializethreadeddpc", irql="any",
)  # fmt: skip
known(
    "NTSTATUS KeSetTargetProcessorDpcEx(PKDPC Dpc, PPROCESSOR_NUMBER ProcNumber)",
    page="nf-wdm-kesettargetprocessordpcex", irql="any", fails="NTSTATUS",
)  # fmt: skip
known(
    "BOOLEAN KeSetCoalescableTimer(PKTIMER Timer, LARGE_INTEGER DueTime, ULONG Period, ULONG TolerableDelay, "
    "PKDPC Dpc)",
    page="nf-wdm-kesetcoalescabletimer", irql="<= DISPATCH_LEVEL", undo="KeCancelTimer",
)  # fmt: skip


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


def _units(nt: System) -> int:
    """Time since the machine started, in units of 100 ns."""
    return nt.clock.now_ns // 100


def _ticks(nt: System) -> int:
    return _units(nt) // TICK
