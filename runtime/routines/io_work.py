"""Work items and remove locks."""

from __future__ import annotations

from ..io.work_items import ITEM_BYTES, PARAMETER, ROUTINE
from ..routine import routine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System


@routine(
    "PIO_WORKITEM IoAllocateWorkItem(PDEVICE_OBJECT DeviceObject)",
    page="nf-wdm-ioallocateworkitem", irql="<= DISPATCH_LEVEL", fails="NULL", undo="IoFreeWorkItem",
)  # fmt: skip
def IoAllocateWorkItem(nt: System, device: int) -> int:
    return 0 if nt.fails("IoAllocateWorkItem") else nt.io.work.allocate(device)


@routine(
    "VOID IoQueueWorkItem(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE WorkerRoutine, WORK_QUEUE_TYPE QueueType, "
    "PVOID Context)",
    page="nf-wdm-ioqueueworkitem", irql="<= DISPATCH_LEVEL", fails="bug check",
)  # fmt: skip
def IoQueueWorkItem(nt: System, item: int, routine: int, queue: int, context: int) -> None:
    """Let a worker thread call the routine with the item's device object, which stays meanwhile."""
    known_item = nt.io.work.items.get(item)
    device = known_item.device if known_item is not None else 0
    nt.io.work.insert(item, routine, (device, context), device)


@routine(
    "VOID IoQueueWorkItemEx(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE_EX WorkerRoutine, "
    "WORK_QUEUE_TYPE QueueType, PVOID Context)",
    page="nf-wdm-ioqueueworkitemex", irql="<= DISPATCH_LEVEL", fails="bug check",
)  # fmt: skip
def IoQueueWorkItemEx(nt: System, item: int, routine: int, queue: int, context: int) -> None:
    known_item = nt.io.work.items.get(item)
    device = known_item.device if known_item is not None else 0
    nt.io.work.insert(item, routine, (device, context, item), device)


@routine("VOID IoFreeWorkItem(PIO_WORKITEM IoWorkItem)", page="nf-wdm-iofreeworkitem", irql="<= DISPATCH_LEVEL")
def IoFreeWorkItem(nt: System, item: int) -> None:
    nt.io.work.free(item)


@routine(
    "VOID ExQueueWorkItem(PWORK_QUEUE_ITEM WorkItem, WORK_QUEUE_TYPE QueueType)",
    page="nf-wdm-exqueueworkitem", irql="<= DISPATCH_LEVEL", fails="bug check",
)  # fmt: skip
def ExQueueWorkItem(nt: System, item: int, queue: int) -> None:
    """Let a worker thread call the routine that the item names."""
    memory = nt.memory
    nt.io.work.insert(item, memory.read_uint(item + ROUTINE, 8), (memory.read_uint(item + PARAMETER, 8),))


@routine(
    "VOID IoInitializeRemoveLock(PIO_REMOVE_LOCK Lock, ULONG AllocateTag, ULONG MaxLockedMinutes, "
    "ULONG HighWatermark)",
    page="nf-wdm-ioinitializeremovelock", irql="== PASSIVE_LEVEL", macro=True,
)  # fmt: skip
def IoInitializeRemoveLock(nt: System, lock: int, tag: int, minutes: int, watermark: int) -> None:
    nt.io.remove_locks.initialise(lock)


@routine(
    "NTSTATUS IoAcquireRemoveLock(PIO_REMOVE_LOCK RemoveLock, PVOID Tag)",
    page="nf-wdm-ioacquireremovelock", irql="<= DISPATCH_LEVEL", fails="NTSTATUS", undo="IoReleaseRemoveLock",
    macro=True,
)  # fmt: skip
def IoAcquireRemoveLock(nt: System, lock: int, tag: int) -> int:
    """Keep the device from being removed; STATUS_DELETE_PENDING if it is about to go."""
    return nt.io.remove_locks.acquire(lock, tag)


@routine(
    "VOID IoReleaseRemoveLock(PIO_REMOVE_LOCK RemoveLock, PVOID Tag)",
    page="nf-wdm-ioreleaseremovelock", irql="<= DISPATCH_LEVEL", macro=True,
)  # fmt: skip
def IoReleaseRemoveLock(nt: System, lock: int, tag: int) -> None:
    nt.io.remove_locks.release(lock, tag)


@routine(
    "VOID IoReleaseRemoveLockAndWait(PIO_REMOVE_LOCK RemoveLock, PVOID Tag)",
    page="nf-wdm-ioreleaseremovelockandwait", irql="== PASSIVE_LEVEL", calls_back=True, macro=True,
)  # fmt: skip
def IoReleaseRemoveLockAndWait(nt: System, lock: int, tag: int) -> None:
    """Let nobody in any more, and wait until all who are in have left."""
    nt.io.remove_locks.release_and_wait(lock, tag)


@routine(
    "VOID IoInitializeWorkItem(PVOID IoObject, PIO_WORKITEM IoWorkItem)",
    page="nf-wdm-ioinitializeworkitem", irql="<= DISPATCH_LEVEL", undo="IoUninitializeWorkItem",
)  # fmt: skip
def IoInitializeWorkItem(nt: System, device: int, item: int) -> None:
    """A work item in memory of the caller's own, of IoSizeofWorkItem bytes."""
    nt.io.work.initialise(item, device)


@routine(
    "VOID IoUninitializeWorkItem(PIO_WORKITEM IoWorkItem)",
    page="nf-wdm-iouninitializeworkitem", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
def IoUninitializeWorkItem(nt: System, item: int) -> None:
    nt.io.work.free(item)


@routine("ULONG IoSizeofWorkItem(VOID)", page="nf-wdm-iosizeofworkitem", irql="any")
def IoSizeofWorkItem(nt: System) -> int:
    return ITEM_BYTES


@routine(
    "VOID ExInitializeWorkItem(PWORK_QUEUE_ITEM Item, PWORKER_THREAD_ROUTINE Routine, PVOID Context)",
    page="nf-wdm-exinitializeworkitem", irql="<= DISPATCH_LEVEL", macro=True,
)  # fmt: skip
def ExInitializeWorkItem(nt: System, item: int, routine: int, context: int) -> None:
    memory = nt.memory
    memory.write_uint(item, 8, 0)
    memory.write_uint(item + ROUTINE, 8, routine)
    memory.write_uint(item + PARAMETER, 8, context)
