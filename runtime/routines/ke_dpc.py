"""Deferred procedure calls, plain and threaded."""

from __future__ import annotations

from ..ke.synchronization import check_resident
from ..routine import routine
from ..wdk.constants import STATUS_INVALID_PARAMETER, STATUS_SUCCESS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System


@routine(
    "VOID KeInitializeDpc(PRKDPC Dpc, PKDEFERRED_ROUTINE DeferredRoutine, PVOID DeferredContext)",
    page="nf-wdm-keinitializedpc", irql="any",
)  # fmt: skip
def KeInitializeDpc(nt: System, dpc: int, routine: int, context: int) -> None:
    check_resident(nt, dpc)
    nt.dpcs.initialise(dpc, routine, context)


@routine(
    "VOID KeInitializeThreadedDpc(PRKDPC Dpc, PKDEFERRED_ROUTINE DeferredRoutine, PVOID DeferredContext)",
    page="nf-wdm-keinitializethreadeddpc", irql="any",
)  # fmt: skip
def KeInitializeThreadedDpc(nt: System, dpc: int, routine: int, context: int) -> None:
    """A DPC whose routine runs at PASSIVE_LEVEL, before all other threads."""
    check_resident(nt, dpc)
    nt.dpcs.initialise(dpc, routine, context, threaded=True)


@routine(
    "BOOLEAN KeInsertQueueDpc(PRKDPC Dpc, PVOID SystemArgument1, PVOID SystemArgument2)",
    page="nf-wdm-keinsertqueuedpc", irql="any", fails="FALSE", undo="KeRemoveQueueDpc", calls_back=True,
)  # fmt: skip
def KeInsertQueueDpc(nt: System, dpc: int, first: int, second: int) -> int:
    """Queue a DPC. FALSE if it is queued already: the arguments are lost then."""
    return int(nt.dpcs.insert(dpc, first, second))


@routine("BOOLEAN KeRemoveQueueDpc(PRKDPC Dpc)", page="nf-wdm-keremovequeuedpc", irql="any", fails="FALSE")
def KeRemoveQueueDpc(nt: System, dpc: int) -> int:
    """FALSE if the DPC is not queued: it may run just now, on another processor."""
    return int(nt.dpcs.remove(dpc))


@routine("VOID KeFlushQueuedDpcs(VOID)", page="nf-wdm-keflushqueueddpcs", irql="== PASSIVE_LEVEL", calls_back=True)
def KeFlushQueuedDpcs(nt: System) -> None:
    """Return when all DPCs that are queued or run now have run, on all processors."""
    nt.dpcs.flush()


@routine(
    "VOID KeSetImportanceDpc(PRKDPC Dpc, KDPC_IMPORTANCE Importance)",
    page="nf-wdm-kesetimportancedpc", irql="any",
)  # fmt: skip
def KeSetImportanceDpc(nt: System, dpc: int, importance: int) -> None:
    nt.dpcs.set_importance(dpc, importance)


@routine(
    "VOID KeSetTargetProcessorDpc(PRKDPC Dpc, CCHAR Number)",
    page="nf-wdm-kesettargetprocessordpc", irql="any", fails="bug check",
)  # fmt: skip
def KeSetTargetProcessorDpc(nt: System, dpc: int, number: int) -> None:
    nt.dpcs.set_target(dpc, number & 0xFF)


@routine(
    "NTSTATUS KeSetTargetProcessorDpcEx(PKDPC Dpc, PPROCESSOR_NUMBER ProcNumber)",
    page="nf-wdm-kesettargetprocessordpcex", irql="any", fails="NTSTATUS",
)  # fmt: skip
def KeSetTargetProcessorDpcEx(nt: System, dpc: int, number: int) -> int:
    """The same, with a group, of which there is one."""
    group, within = nt.memory.read_uint(number, 2), nt.memory.read_uint(number + 2, 1)
    if group or within >= len(nt.processors) or nt.memory.read_uint(number + 3, 1):
        return STATUS_INVALID_PARAMETER
    nt.dpcs.set_target(dpc, within)
    return STATUS_SUCCESS
