"""Waiting for dispatcher objects and for time to pass."""

from __future__ import annotations

from ..ke.waits import check_count, delay, wait
from ..routine import routine
from ..wdk.constants import STATUS_MUTANT_LIMIT_EXCEEDED, WaitAll

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

IRQL = "<= APC_LEVEL if it can block else <= DISPATCH_LEVEL"


@routine(
    "NTSTATUS KeWaitForSingleObject(PVOID Object, KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode, "
    "BOOLEAN Alertable, PLARGE_INTEGER Timeout)",
    page="nf-wdm-kewaitforsingleobject", irql=IRQL, fails="NTSTATUS", raises=(STATUS_MUTANT_LIMIT_EXCEEDED,),
    calls_back=True, checks_irql=True,
)  # fmt: skip
def KeWaitForSingleObject(nt: System, where: int, reason: int, mode: int, alertable: int, timeout: int) -> int:
    """Wait until an object is signalled, and take from it what a satisfied wait takes."""
    return wait(nt, [where], False, mode, alertable, timeout, True)


@routine(
    "NTSTATUS KeWaitForMutexObject(PVOID Object, KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode, "
    "BOOLEAN Alertable, PLARGE_INTEGER Timeout)",
    page="nf-wdm-kewaitformutexobject", irql=IRQL, fails="NTSTATUS", macro=True, calls_back=True, checks_irql=True,
)  # fmt: skip
def KeWaitForMutexObject(nt: System, where: int, reason: int, mode: int, alertable: int, timeout: int) -> int:
    return wait(nt, [where], False, mode, alertable, timeout, True)


@routine(
    "NTSTATUS KeWaitForMultipleObjects(ULONG Count, PVOID *Object, WAIT_TYPE WaitType, KWAIT_REASON WaitReason, "
    "KPROCESSOR_MODE WaitMode, BOOLEAN Alertable, PLARGE_INTEGER Timeout, PKWAIT_BLOCK WaitBlockArray)",
    page="nf-wdm-kewaitformultipleobjects", irql=IRQL, fails="NTSTATUS", raises=(STATUS_MUTANT_LIMIT_EXCEEDED,),
    calls_back=True, checks_irql=True,
)  # fmt: skip
def KeWaitForMultipleObjects(
    nt: System, count: int, objects: int, kind: int, reason: int, mode: int, alertable: int, timeout: int, blocks: int
) -> int:
    """Wait until one or all of the objects are signalled. Of one, its index is told."""
    check_count(nt, count, blocks)
    found = [nt.memory.read_uint(objects + 8 * index, 8) for index in range(count)]
    return wait(nt, found, kind == WaitAll, mode, alertable, timeout, False)


@routine(
    "NTSTATUS KeDelayExecutionThread(KPROCESSOR_MODE WaitMode, BOOLEAN Alertable, PLARGE_INTEGER Interval)",
    page="nf-wdm-kedelayexecutionthread", irql="<= APC_LEVEL", fails="NTSTATUS", calls_back=True, checks_irql=True,
)  # fmt: skip
def KeDelayExecutionThread(nt: System, mode: int, alertable: int, interval: int) -> int:
    """Let the current thread rest for an interval, or until a time."""
    return delay(nt, mode, alertable, interval)
