"""Events, semaphores, mutexes, waits, device queues, processors, and stopping the machine."""

from __future__ import annotations

from dmascript.runtime.constants import (
    STATUS_ABANDONED,
    STATUS_MUTANT_LIMIT_EXCEEDED,
    STATUS_MUTANT_NOT_OWNED,
    STATUS_SEMAPHORE_LIMIT_EXCEEDED,
)
from dmascript.runtime.routine import known

known(
    "BOOLEAN KeSynchronizeExecution(PKINTERRUPT Interrupt, PKSYNCHRONIZE_ROUTINE SynchronizeRoutine, "
    "PVOID SynchronizeContext)",
    page="nf-wdm-kesynchronizeexecution", irql="<= DIRQL", fails="FALSE", calls_back=True,
)  # fmt: skip
known(
    "VOID KeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN State)",
    page="nf-wdm-keinitializeevent", irql="any",
)  # fmt: skip
known(
    "LONG KeSetEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait)",
    page="nf-wdm-kesetevent", irql="<= APC_LEVEL if Wait else <= DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
known("VOID KeClearEvent(PRKEVENT Event)", page="nf-wdm-keclearevent", irql="<= DISPATCH_LEVEL")
known("LONG KeResetEvent(PRKEVENT Event)", page="nf-wdm-keresetevent", irql="<= DISPATCH_LEVEL")
known("LONG KeReadStateEvent(PRKEVENT Event)", page="nf-wdm-kereadstateevent", irql="<= DISPATCH_LEVEL")
known(
    "NTSTATUS KeWaitForSingleObject(PVOID Object, KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode, "
    "BOOLEAN Alertable, PLARGE_INTEGER Timeout)",
    page="nf-wdm-kewaitforsingleobject", irql="<= APC_LEVEL if it can block else <= DISPATCH_LEVEL", fails="NTSTATUS",
    raises=(STATUS_MUTANT_LIMIT_EXCEEDED,), calls_back=True,
)  # fmt: skip
known(
    "NTSTATUS KeWaitForMultipleObjects(ULONG Count, PVOID *Object, WAIT_TYPE WaitType, KWAIT_REASON WaitReason, "
    "KPROCESSOR_MODE WaitMode, BOOLEAN Alertable, PLARGE_INTEGER Timeout, PKWAIT_BLOCK WaitBlockArray)",
    page="nf-wdm-kewaitformultipleobjects", irql="<= APC_LEVEL if it can block else <= DISPATCH_LEVEL",
    fails="NTSTATUS", raises=(STATUS_MUTANT_LIMIT_EXCEEDED,), calls_back=True,
)  # fmt: skip
known(
    "NTSTATUS KeDelayExecutionThread(KPROCESSOR_MODE WaitMode, BOOLEAN Alertable, PLARGE_INTEGER Interval)",
    page="nf-wdm-kedelayexecutionthread", irql="<= APC_LEVEL", fails="NTSTATUS", calls_back=True,
)  # fmt: skip
known(
    "VOID KeInitializeSemaphore(PRKSEMAPHORE Semaphore, LONG Count, LONG Limit)",
    page="nf-wdm-keinitializesemaphore", irql="== PASSIVE_LEVEL",
)  # fmt: skip
known(
    "LONG KeReleaseSemaphore(PRKSEMAPHORE Semaphore, KPRIORITY Increment, LONG Adjustment, BOOLEAN Wait)",
    page="nf-wdm-kereleasesemaphore", irql="<= APC_LEVEL if Wait else <= DISPATCH_LEVEL", fails="exception",
    raises=(STATUS_SEMAPHORE_LIMIT_EXCEEDED,), calls_back=True,
)  # fmt: skip
known("VOID KeInitializeMutex(PRKMUTEX Mutex, ULONG Level)", page="nf-wdm-keinitializemutex", irql="any")
known(
    "LONG KeReleaseMutex(PRKMUTEX Mutex, BOOLEAN Wait)",
    page="nf-wdm-kereleasemutex", irql="<= APC_LEVEL if Wait else <= DISPATCH_LEVEL", fails="exception",
    raises=(STATUS_MUTANT_NOT_OWNED, STATUS_ABANDONED), calls_back=True,
)  # fmt: skip
known(
    "VOID KeInitializeDeviceQueue(PKDEVICE_QUEUE DeviceQueue)",
    page="nf-wdm-keinitializedevicequeue", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
known(
    "BOOLEAN KeInsertDeviceQueue(PKDEVICE_QUEUE DeviceQueue, PKDEVICE_QUEUE_ENTRY DeviceQueueEntry)",
    page="nf-wdm-keinsertdevicequeue", irql="== DISPATCH_LEVEL", fails="FALSE", undo="KeRemoveDeviceQueue",
)  # fmt: skip
known(
    "BOOLEAN KeInsertByKeyDeviceQueue(PKDEVICE_QUEUE DeviceQueue, PKDEVICE_QUEUE_ENTRY DeviceQueueEntry, "
    "ULONG SortKey)",
    page="nf-wdm-keinsertbykeydevicequeue", irql="== DISPATCH_LEVEL", fails="FALSE", undo="KeRemoveDeviceQueue",
)  # fmt: skip
known(
    "PKDEVICE_QUEUE_ENTRY KeRemoveDeviceQueue(PKDEVICE_QUEUE DeviceQueue)",
    page="nf-wdm-keremovedevicequeue", irql="== DISPATCH_LEVEL", fails="NULL",
)  # fmt: skip
known(
    "PKDEVICE_QUEUE_ENTRY KeRemoveByKeyDeviceQueue(PKDEVICE_QUEUE DeviceQueue, ULONG SortKey)",
    page="nf-wdm-keremovebykeydevicequeue", irql="== DISPATCH_LEVEL", fails="NULL",
)  # fmt: skip
known(
    "BOOLEAN KeRemoveEntryDeviceQueue(PKDEVICE_QUEUE DeviceQueue, PKDEVICE_QUEUE_ENTRY DeviceQueueEntry)",
    page="nf-wdm-keremoveentrydevicequeue", irql="<= DISPATCH_LEVEL", fails="FALSE",
)  # fmt: skip
known("VOID KeMemoryBarrier(VOID)", page="nf-wdm-kememorybarrier", irql="any", macro=True)
known(
    "VOID KeBugCheckEx(ULONG BugCheckCode, ULONG_PTR BugCheckParameter1, ULONG_PTR BugCheckParameter2, "
    "ULONG_PTR BugCheckParameter3, ULONG_PTR BugCheckParameter4)",
    page="nf-wdm-kebugcheckex", irql="any", fails="does not return",
)  # fmt: skip
known(
    "VOID KeBugCheck(ULONG BugCheckCode)",
    page="nf-ntddk-kebugcheck", irql="any", fails="does not return", header="ntddk.h",
)  # fmt: skip
known("ULONG KeGetCurrentProcessorNumber(VOID)", page="nf-wdm-kegetcurrentprocessornumber", irql="any")
known(
    "ULONG KeGetCurrentProcessorNumberEx(PPROCESSOR_NUMBER ProcNumber)",
    page="nf-wdm-kegetcurrentprocessornumberex", irql="any",
)  # fmt: skip
known("KAFFINITY KeQueryActiveProcessors(VOID)", page="nf-wdm-kequeryactiveprocessors", irql="any")
known(
    "ULONG KeQueryActiveProcessorCount(PKAFFINITY ActiveProcessors)",
    page="nf-wdm-kequeryactiveprocessorcount", irql="any",
)  # fmt: skip
known(
    "ULONG KeQueryActiveProcessorCountEx(USHORT GroupNumber)",
    page="nf-wdm-kequeryactiveprocessorcountex", irql="any",
)  # fmt: skip
known("ULONG KeQueryMaximumProcessorCount(VOID)", page="nf-wdm-kequerymaximumprocessorcount", irql="any")
known("PKTHREAD KeGetCurrentThread(VOID)", page="nf-wdm-kegetcurrentthread", irql="any")
known(
    "KPRIORITY KeSetPriorityThread(PKTHREAD Thread, KPRIORITY Priority)",
    page="nf-wdm-kesetprioritythread", irql="== PASSIVE_LEVEL",
)  # fmt: skip
known("KPRIORITY KeQueryPriorityThread(PRKTHREAD Thread)", page="nf-wdm-kequeryprioritythread", irql="== PASSIVE_LEVEL")
known(
    "VOID KeSetSystemAffinityThread(KAFFINITY Affinity)",
    page="nf-wdm-kesetsystemaffinitythread", irql="<= APC_LEVEL", undo="KeRevertToUserAffinityThread", calls_back=True,
)  # fmt: skip
known(
    "VOID KeRevertToUserAffinityThread(VOID)",
    page="nf-wdm-kereverttouseraffinitythread", irql="<= APC_LEVEL", calls_back=True,
)  # fmt: skip
known(
    "KAFFINITY KeSetSystemAffinityThreadEx(KAFFINITY Affinity)",
    page="nf-wdm-kesetsystemaffinitythreadex", irql="<= APC_LEVEL", undo="KeRevertToUserAffinityThreadEx",
    calls_back=True,
)  # fmt: skip
known(
    "VOID KeRevertToUserAffinityThreadEx(KAFFINITY Affinity)",
    page="nf-wdm-kereverttouseraffinitythreadex", irql="<= APC_LEVEL", calls_back=True,
)  # fmt: skip
known(
    "LONG KePulseEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait)",
    page="nf-wdm-kepulseevent", irql="<= APC_LEVEL if Wait else <= DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
known("LONG KeReadStateMutex(PRKMUTEX Mutex)", page="nf-wdm-kereadstatemutex", irql="<= DISPATCH_LEVEL")
known("LONG KeReadStateSemaphore(PRKSEMAPHORE Semaphore)", page="nf-wdm-kereadstatesemaphore", irql="<= DISPATCH_LEVEL")
known(
    "NTSTATUS KeWaitForMutexObject(PVOID Object, KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode, "
    "BOOLEAN Alertable, PLARGE_INTEGER Timeout)",
    page="nf-wdm-kewaitformutexobject", irql="<= APC_LEVEL if it can block else <= DISPATCH_LEVEL", fails="NTSTATUS",
    macro=True, calls_back=True,
)  # fmt: skip
known(
    "PKDEVICE_QUEUE_ENTRY KeRemoveByKeyDeviceQueueIfBusy(PKDEVICE_QUEUE DeviceQueue, ULONG SortKey)",
    page="nf-wdm-keremovebykeydevicequeueifbusy", irql="== DISPATCH_LEVEL", fails="NULL",
)  # fmt: skip
known(
    "BOOLEAN KeRegisterBugCheckCallback(PKBUGCHECK_CALLBACK_RECORD CallbackRecord, "
    "PKBUGCHECK_CALLBACK_ROUTINE CallbackRoutine, PVOID Buffer, ULONG Length, PUCHAR Component)",
    page="nf-wdm-keregisterbugcheckcallback", irql="any", fails="FALSE", undo="KeDeregisterBugCheckCallback",
)  # fmt: skip
known(
    "BOOLEAN KeDeregisterBugCheckCallback(PKBUGCHECK_CALLBACK_RECORD CallbackRecord)",
    page="nf-wdm-kederegisterbugcheckcallback", irql="any", fails="FALSE",
)  # fmt: skip
known(
    "VOID KeInitializeCallbackRecord(PKBUGCHECK_CALLBACK_RECORD CallbackRecord)",
    page="nf-wdm-keinitializecallbackrecord", irql="any", macro=True,
)  # fmt: skip
known("VOID KeInvalidateAllCaches(VOID)", page="nf-wdm-keinvalidateallcaches", irql="<= APC_LEVEL")
known("VOID KeMemoryBarrierWithoutFence(VOID)", irql="any", macro=True)
