"""DPCs, timers, delays and clocks."""

from __future__ import annotations

from dmascript.runtime.routine import known

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
known(
    "VOID KeStallExecutionProcessor(ULONG MicroSeconds)",
    page="nf-wdm-kestallexecutionprocessor", irql="any", calls_back=True,
)  # fmt: skip
known("VOID KeQuerySystemTime(PLARGE_INTEGER CurrentTime)", page="nf-wdm-kequerysystemtime~r1", irql="any", macro=True)
known(
    "LARGE_INTEGER KeQueryPerformanceCounter(PLARGE_INTEGER PerformanceFrequency)",
    page="nf-wdm-kequeryperformancecounter", irql="any",
)  # fmt: skip
known("VOID KeQueryTickCount(PLARGE_INTEGER CurrentCount)", page="nf-wdm-kequerytickcount", irql="any", macro=True)
known("ULONGLONG KeQueryInterruptTime(VOID)", page="nf-wdm-kequeryinterrupttime", irql="any")
known("ULONG KeQueryTimeIncrement(VOID)", page="nf-wdm-kequerytimeincrement", irql="any")
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
known("VOID KeQuerySystemTimePrecise(PLARGE_INTEGER CurrentTime)", page="nf-wdm-kequerysystemtimeprecise", irql="any")
known(
    "ULONG64 KeQueryInterruptTimePrecise(PULONG64 QpcTimeStamp)",
    page="nf-wdm-kequeryinterrupttimeprecise", irql="any",
)  # fmt: skip
known("ULONGLONG KeQueryUnbiasedInterruptTime(VOID)", page="nf-wdm-kequeryunbiasedinterrupttime", irql="any")
