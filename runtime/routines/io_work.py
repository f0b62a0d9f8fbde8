"""Work items and remove locks."""

from __future__ import annotations

from ..routine import known

known(
    "PIO_WORKITEM IoAllocateWorkItem(PDEVICE_OBJECT DeviceObject)",
    page="nf-wdm-ioallocateworkitem", irql="<= DISPATCH_LEVEL", fails="NULL", undo="IoFreeWorkItem",
)  # fmt: skip
known(
    "VOID IoQueueWorkItem(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE WorkerRoutine, WORK_QUEUE_TYPE QueueType, "
    "PVOID Context)",
    page="nf-wdm-ioqueueworkitem", irql="<= DISPATCH_LEVEL", fails="bug check",
)  # fmt: skip
known(
    "VOID IoQueueWorkItemEx(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE_EX WorkerRoutine, "
    "WORK_QUEUE_TYPE QueueType, PVOID Context)",
    page="nf-wdm-ioqueueworkitemex", irql="<= DISPATCH_LEVEL", fails="bug check",
)  # fmt: skip
known("VOID IoFreeWorkItem(PIO_WORKITEM IoWorkItem)", page="nf-wdm-iofreeworkitem", irql="<= DISPATCH_LEVEL")
known(
    "VOID ExQueueWorkItem(PWORK_QUEUE_ITEM WorkItem, WORK_QUEUE_TYPE QueueType)",
    page="nf-wdm-exqueueworkitem", irql="<= DISPATCH_LEVEL", fails="bug check",
)  # fmt: skip
known(
    "VOID IoInitializeRemoveLock(PIO_REMOVE_LOCK Lock, ULONG AllocateTag, ULONG MaxLockedMinutes, "
    "ULONG HighWatermark)",
    page="nf-wdm-ioinitializeremovelock", irql="== PASSIVE_LEVEL", macro=True,
)  # fmt: skip
known(
    "NTSTATUS IoAcquireRemoveLock(PIO_REMOVE_LOCK RemoveLock, PVOID Tag)",
    page="nf-wdm-ioacquireremovelock", irql="<= DISPATCH_LEVEL", fails="NTSTATUS", undo="IoReleaseRemoveLock",
    macro=True,
)  # fmt: skip
known(
    "VOID IoReleaseRemoveLock(PIO_REMOVE_LOCK RemoveLock, PVOID Tag)",
    page="nf-wdm-ioreleaseremovelock", irql="<= DISPATCH_LEVEL", macro=True,
)  # fmt: skip
known(
    "VOID IoReleaseRemoveLockAndWait(PIO_REMOVE_LOCK RemoveLock, PVOID Tag)",
    page="nf-wdm-ioreleaseremovelockandwait", irql="== PASSIVE_LEVEL", calls_back=True, macro=True,
)  # fmt: skip
known(
    "VOID IoInitializeWorkItem(PVOID IoObject, PIO_WORKITEM IoWorkItem)",
    page="nf-wdm-ioinitializeworkitem", irql="<= DISPATCH_LEVEL", undo="IoUninitializeWorkItem",
)  # fmt: skip
known(
    "VOID IoUninitializeWorkItem(PIO_WORKITEM IoWorkItem)",
    page="nf-wdm-iouninitializeworkitem", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
known("ULONG IoSizeofWorkItem(VOID)", page="nf-wdm-iosizeofworkitem", irql="any")
known(
    "VOID ExInitializeWorkItem(PWORK_QUEUE_ITEM Item, PWORKER_THREAD_ROUTINE Routine, PVOID Context)",
    page="nf-wdm-exinitializeworkitem", irql="<= DISPATCH_LEVEL", macro=True,
)  # fmt: skip
