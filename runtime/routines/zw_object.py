"""Events by name and handle, waits for handles, and copies of handles, as a driver uses them."""

from __future__ import annotations

from ..routine import routine
from ..services import handles, waitable
from ..services.attributes import as_kernel, read_attributes
from ..services.references import check_kernel_use
from ..wdk.constants import EVENT_ALL_ACCESS, OBJ_OPENIF, SYNCHRONIZE, SynchronizationEvent
from .zw import own_variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..services.waitable import Opening
    from ..system import System

MOST_OBJECTS = 64


def _opened(nt: System, handle_at: int, opened: Opening) -> int:
    if opened.handle:
        nt.memory.write_uint(handle_at, 8, opened.handle)
    return opened.status


@routine(
    "NTSTATUS ZwCreateEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes, "
    "EVENT_TYPE EventType, BOOLEAN InitialState)",
    page="nf-ntifs-zwcreateevent", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="ZwClose", header="ntifs.h",
)  # fmt: skip
def ZwCreateEvent(nt: System, handle_at: int, access: int, attributes: int, kind: int, state: int) -> int:
    """A new event; STATUS_OBJECT_NAME_COLLISION for a name that is taken, unless OBJ_OPENIF asks for that one."""
    own_variables(nt, handle_at, 0, attributes)
    asked = read_attributes(nt, attributes)
    if asked.status:
        return asked.status
    synchronization = kind == SynchronizationEvent
    opened = as_kernel(nt, waitable.create_event, asked.name, access, asked.flags, synchronization, bool(state))
    return _opened(nt, handle_at, opened)


@routine(
    "NTSTATUS ZwOpenEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes)",
    irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="ZwClose", header="ntifs.h",
)  # fmt: skip
def ZwOpenEvent(nt: System, handle_at: int, access: int, attributes: int) -> int:
    own_variables(nt, handle_at, 0, attributes)
    asked = read_attributes(nt, attributes)
    if asked.status:
        return asked.status
    return _opened(nt, handle_at, as_kernel(nt, waitable.open_existing, "Event", asked.name, access, asked.flags))


def _change(nt: System, handle: int, change: str, before_at: int) -> int:
    own_variables(nt, 0, before_at)
    check_kernel_use(nt, handle)
    status, before = as_kernel(nt, waitable.change_event, handle, change)
    if before_at and not status:
        nt.memory.write_uint(before_at, 4, before)
    return status


@routine(
    "NTSTATUS ZwSetEvent(HANDLE EventHandle, PLONG PreviousState)",
    page="nf-ntifs-zwsetevent", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntifs.h", calls_back=True,
)  # fmt: skip
def ZwSetEvent(nt: System, handle: int, before_at: int) -> int:
    return _change(nt, handle, "set", before_at)


@routine(
    "NTSTATUS ZwResetEvent(HANDLE EventHandle, PLONG PreviousState)",
    irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntifs.h", calls_back=True,
)  # fmt: skip
def ZwResetEvent(nt: System, handle: int, before_at: int) -> int:
    return _change(nt, handle, "clear", before_at)


@routine("NTSTATUS ZwClearEvent(HANDLE EventHandle)", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntifs.h")
def ZwClearEvent(nt: System, handle: int) -> int:
    return _change(nt, handle, "clear", 0)


def _timeout(nt: System, timeout_at: int) -> int | None:
    if not timeout_at:
        return None
    value = nt.memory.read_uint(timeout_at, 8)
    return value - (1 << 64) if value >> 63 else value


@routine(
    "NTSTATUS ZwWaitForSingleObject(HANDLE Handle, BOOLEAN Alertable, PLARGE_INTEGER Timeout)",
    page="nf-ntifs-zwwaitforsingleobject", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntifs.h",
    calls_back=True,
)  # fmt: skip
def ZwWaitForSingleObject(nt: System, handle: int, alertable: int, timeout_at: int) -> int:
    own_variables(nt, 0, 0, timeout_at)
    check_kernel_use(nt, handle)
    return as_kernel(nt, waitable.wait, [handle], False, _timeout(nt, timeout_at), bool(alertable))


@routine(
    "NTSTATUS ZwWaitForMultipleObjects(ULONG Count, HANDLE *Handles, WAIT_TYPE WaitType, BOOLEAN Alertable, "
    "PLARGE_INTEGER Timeout)",
    irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntifs.h", calls_back=True,
)  # fmt: skip
def ZwWaitForMultipleObjects(
    nt: System, count: int, handles_at: int, kind: int, alertable: int, timeout_at: int
) -> int:
    """WaitAll (0) or WaitAny (1)."""
    own_variables(nt, 0, handles_at, 0, 0, timeout_at)
    wanted = [nt.memory.read_uint(handles_at + 8 * index, 8) for index in range(min(count, MOST_OBJECTS + 1))]
    for handle in wanted:
        check_kernel_use(nt, handle)
    return as_kernel(nt, waitable.wait, wanted, kind == 0, _timeout(nt, timeout_at), bool(alertable))


@routine(
    "NTSTATUS ZwDuplicateObject(HANDLE SourceProcessHandle, HANDLE SourceHandle, HANDLE TargetProcessHandle, "
    "PHANDLE TargetHandle, ACCESS_MASK DesiredAccess, ULONG HandleAttributes, ULONG Options)",
    page="nf-ntifs-zwduplicateobject", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="ZwClose", header="ntifs.h",
)  # fmt: skip
def ZwDuplicateObject(
    nt: System, source_process: int, source: int, target_process: int, target_at: int, access: int, attributes: int,
    options: int,
) -> int:  # fmt: skip
    own_variables(nt, 0, 0, 0, target_at)
    what = handles.Duplicate(source_process, source, target_process, access, attributes & 2, options)
    opened = as_kernel(nt, handles.duplicate, what)
    return _opened(nt, target_at, opened) if target_at else opened.status


def _named(nt: System, name: int, handle_at: int, synchronization: bool) -> int:
    text = nt.memory.read(nt.memory.read_uint(name + 8, 8), nt.memory.read_uint(name, 2)).decode("utf-16-le", "replace")
    opened = as_kernel(
        nt, waitable.create_event, text, EVENT_ALL_ACCESS | SYNCHRONIZE, OBJ_OPENIF, synchronization, True
    )
    if not opened.handle:
        return 0
    nt.memory.write_uint(handle_at, 8, opened.handle)
    entry = nt.objects.opened(opened.handle)
    return entry.object.address if entry is not None else 0


@routine(
    "PKEVENT IoCreateNotificationEvent(PUNICODE_STRING EventName, PHANDLE EventHandle)",
    page="nf-wdm-iocreatenotificationevent", irql="== PASSIVE_LEVEL", fails="NULL", undo="ZwClose",
)  # fmt: skip
def IoCreateNotificationEvent(nt: System, name: int, handle_at: int) -> int:
    """An event by name that a program may open too. A new one is signalled."""
    return _named(nt, name, handle_at, False)


@routine(
    "PKEVENT IoCreateSynchronizationEvent(PUNICODE_STRING EventName, PHANDLE EventHandle)",
    page="nf-wdm-iocreatesynchronizationevent", irql="== PASSIVE_LEVEL", fails="NULL", undo="ZwClose",
)  # fmt: skip
def IoCreateSynchronizationEvent(nt: System, name: int, handle_at: int) -> int:
    return _named(nt, name, handle_at, True)
