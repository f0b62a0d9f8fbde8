"""Events, semaphores, mutexes, waits, device queues, processors, and stopping the machine."""

from __future__ import annotations

from .. import rules
from ..constants import (
    STATUS_ABANDONED,
    STATUS_MUTANT_LIMIT_EXCEEDED,
    STATUS_MUTANT_NOT_OWNED,
    STATUS_SEMAPHORE_LIMIT_EXCEEDED,
)
from ..routine import known, routine
from ..synchronization import check_resident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

SIGNAL_STATE, WAIT_LIST = 4, 8  # in a DISPATCHER_HEADER
EVENT_WORDS = 6  # sizeof(KEVENT) / 4
known(
    "BOOLEAN KeSynchronizeExecution(PKINTERRUPT Interrupt, PKSYNCHRONIZE_ROUTINE SynchronizeRoutine, "
    "PVOID SynchronizeContext)",
    page="nf-wdm-kesynchronizeexecution", irql="<= DIRQL", fails="FALSE", calls_back=True,
)  # fmt: skip


@routine(
    "VOID KeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN State)",
    page="nf-wdm-keinitializeevent", irql="any",
)  # fmt: skip
def KeInitializeEvent(nt: System, event: int, kind: int, state: int) -> None:
    check_resident(nt, event)
    memory = nt.memory
    memory.write(event, bytes([kind & 0xFF, 0, EVENT_WORDS, 0]))
    memory.write_uint(event + SIGNAL_STATE, 4, int(state != 0))
    memory.write_uint(event + WAIT_LIST, 8, event + WAIT_LIST)
    memory.write_uint(event + WAIT_LIST + 8, 8, event + WAIT_LIST)


@routine(
    "LONG KeSetEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait)",
    page="nf-wdm-kesetevent", irql="<= APC_LEVEL if Wait else <= DISPATCH_LEVEL", irql_stop=(0xC4, 0x80),
    calls_back=True,
)  # fmt: skip
def KeSetEvent(nt: System, event: int, increment: int, wait: int) -> int:
    """Signal an event. The state before is returned, which is not 0 if it was signalled."""
    return _exchange(nt, event, 1)


@routine("VOID KeClearEvent(PRKEVENT Event)", page="nf-wdm-keclearevent", irql="<= DISPATCH_LEVEL")
def KeClearEvent(nt: System, event: int) -> None:
    _exchange(nt, event, 0)


@routine("LONG KeResetEvent(PRKEVENT Event)", page="nf-wdm-keresetevent", irql="<= DISPATCH_LEVEL")
def KeResetEvent(nt: System, event: int) -> int:
    return _exchange(nt, event, 0)


@routine("LONG KeReadStateEvent(PRKEVENT Event)", page="nf-wdm-kereadstateevent", irql="<= DISPATCH_LEVEL")
def KeReadStateEvent(nt: System, event: int) -> int:
    return nt.memory.read_uint(event + SIGNAL_STATE, 4)


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


@routine("VOID KeMemoryBarrier(VOID)", page="nf-wdm-kememorybarrier", irql="any", macro=True)
def KeMemoryBarrier(nt: System) -> None:
    """All accesses before it are done: they always are here, where one processor runs at a time."""


@routine(
    "VOID KeBugCheckEx(ULONG BugCheckCode, ULONG_PTR BugCheckParameter1, ULONG_PTR BugCheckParameter2, "
    "ULONG_PTR BugCheckParameter3, ULONG_PTR BugCheckParameter4)",
    page="nf-wdm-kebugcheckex", irql="any", fails="does not return",
)  # fmt: skip
def KeBugCheckEx(nt: System, code: int, first: int, second: int, third: int, fourth: int) -> None:
    nt.bug_check(rules.DRIVER_BUG_CHECK, code, (first, second, third, fourth))


@routine(
    "VOID KeBugCheck(ULONG BugCheckCode)",
    page="nf-ntddk-kebugcheck", irql="any", fails="does not return", header="ntddk.h",
)  # fmt: skip
def KeBugCheck(nt: System, code: int) -> None:
    nt.bug_check(rules.DRIVER_BUG_CHECK, code, (0, 0, 0, 0))


@routine("ULONG KeGetCurrentProcessorNumber(VOID)", page="nf-wdm-kegetcurrentprocessornumber", irql="any")
def KeGetCurrentProcessorNumber(nt: System) -> int:
    return nt.cpu.number


@routine(
    "ULONG KeGetCurrentProcessorNumberEx(PPROCESSOR_NUMBER ProcNumber)",
    page="nf-wdm-kegetcurrentprocessornumberex", irql="any",
)  # fmt: skip
def KeGetCurrentProcessorNumberEx(nt: System, number: int) -> int:
    """The index of the processor; its group, number and a reserved byte are stored if asked for. There is one group."""
    if number:
        nt.memory.write(number, bytes([0, 0, nt.cpu.number, 0]))
    return nt.cpu.number


@routine("KAFFINITY KeQueryActiveProcessors(VOID)", page="nf-wdm-kequeryactiveprocessors", irql="any")
def KeQueryActiveProcessors(nt: System) -> int:
    return (1 << len(nt.processors)) - 1


@routine(
    "ULONG KeQueryActiveProcessorCount(PKAFFINITY ActiveProcessors)",
    page="nf-wdm-kequeryactiveprocessorcount", irql="any",
)  # fmt: skip
def KeQueryActiveProcessorCount(nt: System, active: int) -> int:
    if active:
        nt.memory.write_uint(active, 8, KeQueryActiveProcessors(nt))
    return len(nt.processors)


@routine(
    "ULONG KeQueryActiveProcessorCountEx(USHORT GroupNumber)",
    page="nf-wdm-kequeryactiveprocessorcountex", irql="any",
)  # fmt: skip
def KeQueryActiveProcessorCountEx(nt: System, group: int) -> int:
    return len(nt.processors) if group in (0, 0xFFFF) else 0


@routine("ULONG KeQueryMaximumProcessorCount(VOID)", page="nf-wdm-kequerymaximumprocessorcount", irql="any")
def KeQueryMaximumProcessorCount(nt: System) -> int:
    return len(nt.processors)


@routine("PKTHREAD KeGetCurrentThread(VOID)", page="nf-wdm-kegetcurrentthread", irql="any")
def KeGetCurrentThread(nt: System) -> int:
    return nt.thread.address


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


@routine("VOID KeMemoryBarrierWithoutFence(VOID)", irql="any", macro=True)
def KeMemoryBarrierWithoutFence(nt: System) -> None:
    """The compiler moves no access across it; this one moves none anyway."""


def _exchange(nt: System, event: int, state: int) -> int:
    before = nt.memory.read_uint(event + SIGNAL_STATE, 4)
    nt.memory.write_uint(event + SIGNAL_STATE, 4, state)
    return before
