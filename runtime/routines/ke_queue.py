"""Device queues: entries that wait while a device is busy.

    KeInsertDeviceQueue(...)    FALSE if the device was idle: the caller begins at once, and the device is busy now
    KeRemoveDeviceQueue(...)    the next entry, or NULL: then the device is idle
"""

from __future__ import annotations

from .. import rules
from ..ke.device_queue import BUSY, DeviceQueues
from ..ke.synchronization import check_resident
from ..routine import routine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System


@routine(
    "VOID KeInitializeDeviceQueue(PKDEVICE_QUEUE DeviceQueue)",
    page="nf-wdm-keinitializedevicequeue", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
def KeInitializeDeviceQueue(nt: System, queue: int) -> None:
    check_resident(nt, queue)
    DeviceQueues(nt).initialise(queue)


@routine(
    "BOOLEAN KeInsertDeviceQueue(PKDEVICE_QUEUE DeviceQueue, PKDEVICE_QUEUE_ENTRY DeviceQueueEntry)",
    page="nf-wdm-keinsertdevicequeue", irql="== DISPATCH_LEVEL", fails="FALSE", undo="KeRemoveDeviceQueue",
)  # fmt: skip
def KeInsertDeviceQueue(nt: System, queue: int, entry: int) -> int:
    """TRUE if the entry waits now, behind all others; FALSE if the queue was idle: it is busy with the entry now."""
    return int(DeviceQueues(nt).insert(queue, entry))


@routine(
    "BOOLEAN KeInsertByKeyDeviceQueue(PKDEVICE_QUEUE DeviceQueue, PKDEVICE_QUEUE_ENTRY DeviceQueueEntry, "
    "ULONG SortKey)",
    page="nf-wdm-keinsertbykeydevicequeue", irql="== DISPATCH_LEVEL", fails="FALSE", undo="KeRemoveDeviceQueue",
)  # fmt: skip
def KeInsertByKeyDeviceQueue(nt: System, queue: int, entry: int, key: int) -> int:
    """The same, but the entry comes behind those whose keys are not greater."""
    return int(DeviceQueues(nt).insert(queue, entry, key))


@routine(
    "PKDEVICE_QUEUE_ENTRY KeRemoveDeviceQueue(PKDEVICE_QUEUE DeviceQueue)",
    page="nf-wdm-keremovedevicequeue", irql="== DISPATCH_LEVEL", fails="NULL",
)  # fmt: skip
def KeRemoveDeviceQueue(nt: System, queue: int) -> int:
    """The first entry. NULL if there is none: the queue is idle from then on."""
    _must_be_busy(nt, queue)
    return DeviceQueues(nt).remove(queue)


@routine(
    "PKDEVICE_QUEUE_ENTRY KeRemoveByKeyDeviceQueue(PKDEVICE_QUEUE DeviceQueue, ULONG SortKey)",
    page="nf-wdm-keremovebykeydevicequeue", irql="== DISPATCH_LEVEL", fails="NULL",
)  # fmt: skip
def KeRemoveByKeyDeviceQueue(nt: System, queue: int, key: int) -> int:
    """The first entry whose key is not less, or else the first of all."""
    _must_be_busy(nt, queue)
    return DeviceQueues(nt).remove(queue, key)


@routine(
    "PKDEVICE_QUEUE_ENTRY KeRemoveByKeyDeviceQueueIfBusy(PKDEVICE_QUEUE DeviceQueue, ULONG SortKey)",
    page="nf-wdm-keremovebykeydevicequeueifbusy", irql="== DISPATCH_LEVEL", fails="NULL",
)  # fmt: skip
def KeRemoveByKeyDeviceQueueIfBusy(nt: System, queue: int, key: int) -> int:
    """The same, and NULL for a queue that is idle."""
    return DeviceQueues(nt).remove_if_busy(queue, key)


@routine(
    "BOOLEAN KeRemoveEntryDeviceQueue(PKDEVICE_QUEUE DeviceQueue, PKDEVICE_QUEUE_ENTRY DeviceQueueEntry)",
    page="nf-wdm-keremoveentrydevicequeue", irql="<= DISPATCH_LEVEL", fails="FALSE",
)  # fmt: skip
def KeRemoveEntryDeviceQueue(nt: System, queue: int, entry: int) -> int:
    """Take one entry out, as a cancel routine does. FALSE if it does not wait any more."""
    return int(DeviceQueues(nt).remove_entry(queue, entry))


def _must_be_busy(nt: System, queue: int) -> None:
    if not nt.memory.read_uint(queue + BUSY, 1):
        nt.violation(rules.DEVICE_QUEUE_NOT_BUSY, (), [("queue", nt.describe(queue))])
