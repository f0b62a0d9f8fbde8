"""Events, semaphores and mutexes that handles name, and waits for handles."""

from __future__ import annotations

from ..ke.dispatcher import LIMIT, SEMAPHORE
from ..ke.exceptions import Unwind
from ..wdk.constants import (
    EVENT_MODIFY_STATE,
    OBJ_OPENIF,
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_INVALID_PARAMETER,
    STATUS_INVALID_PARAMETER_1,
    STATUS_OBJECT_NAME_COLLISION,
    STATUS_OBJECT_NAME_EXISTS,
    STATUS_OBJECT_NAME_NOT_FOUND,
    STATUS_OBJECT_TYPE_MISMATCH,
    STATUS_SUCCESS,
    SYNCHRONIZE,
)
from ..wdk.layouts import SIZES, offset
from .attributes import granted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..ob.objects import Object
    from ..system import System

STATUS_INVALID_PARAMETER_MIX = 0xC000_0030
MOST_OBJECTS = 64
MUTANT_ACQUIRE = 1
SEMAPHORE_MODIFY_STATE = 2
FILE_EVENT = offset("_FILE_OBJECT", "Event")
TIMER_MODIFY_STATE = 2
STRUCTURES = {"Event": "_KEVENT", "Semaphore": "_KSEMAPHORE", "Mutant": "_KMUTANT", "Timer": "_KTIMER"}
TAGS = {"Event": 0x6E657645, "Semaphore": 0x616D6553, "Mutant": 0x6174754D, "Timer": 0x656D6954}
WAITABLE = (*STRUCTURES, "File", "Thread", "Process")


class Opening:
    """What became of making or opening an object: its status and the handle."""

    __slots__ = ("status", "handle")

    def __init__(self, status: int, handle: int = 0) -> None:
        self.status = status
        self.handle = handle


def create(
    nt: System, kind: str, name: str, access: int, attributes: int, initialise: Callable[[int], None]
) -> Opening:
    """A new object, or with OBJ_OPENIF a handle to the one that has the name already."""
    if name:
        existing = nt.objects.named.get(name.lower())
        if existing is not None:
            if existing.kind != kind:
                return Opening(STATUS_OBJECT_TYPE_MISMATCH)
            if not attributes & OBJ_OPENIF:
                return Opening(STATUS_OBJECT_NAME_COLLISION)
            handle = nt.objects.open(nt.process, existing, granted(kind, access), attributes)
            return Opening(STATUS_OBJECT_NAME_EXISTS, handle)
    where = nt.pool.allocate(SIZES[STRUCTURES[kind]], TAGS[kind])
    if not where:
        return Opening(STATUS_INSUFFICIENT_RESOURCES)
    nt.memory.write(where, bytes(SIZES[STRUCTURES[kind]]))
    initialise(where)

    def deleted() -> None:
        nt.timers.cancel(where)
        nt.pool.free(where)

    made = nt.objects.add(kind, where, name=name, deleted=deleted)
    handle = nt.objects.open(nt.process, made, granted(kind, access), attributes)
    nt.objects.dereference(made)
    return Opening(STATUS_SUCCESS, handle)


def open_existing(nt: System, kind: str, name: str, access: int, attributes: int) -> Opening:
    found = nt.objects.named.get(name.lower())
    if found is None:
        return Opening(STATUS_OBJECT_NAME_NOT_FOUND)
    if found.kind != kind:
        return Opening(STATUS_OBJECT_TYPE_MISMATCH)
    return Opening(STATUS_SUCCESS, nt.objects.open(nt.process, found, granted(kind, access), attributes))


# -- events


def create_event(
    nt: System, name: str, access: int, attributes: int, synchronization: bool, signalled: bool
) -> Opening:
    return create(
        nt, "Event", name, access, attributes,
        lambda where: nt.dispatcher.initialise_event(where, synchronization, signalled),
    )  # fmt: skip


def change_event(nt: System, handle: int, change: str) -> tuple[int, int]:
    """Set, clear or pulse an event: the status, and the state before."""
    status, entry = nt.objects.by_handle(handle, EVENT_MODIFY_STATE, "Event", nt.thread.previous_mode)
    if entry is None:
        return status, 0
    where = entry.object.address
    if change == "set":
        return status, nt.dispatcher.signal(where)
    if change == "pulse":
        return status, nt.dispatcher.pulse(where)
    before = nt.dispatcher.state(where)
    nt.dispatcher.set_state(where, 0)
    return status, before


# -- semaphores and mutexes


def create_semaphore(nt: System, name: str, access: int, attributes: int, count: int, limit: int) -> Opening:
    if limit <= 0 or not 0 <= count <= limit:
        return Opening(STATUS_INVALID_PARAMETER)

    def initialise(where: int) -> None:
        nt.dispatcher.initialise(where, SEMAPHORE, SIZES["_KSEMAPHORE"] // 4, count)
        nt.memory.write_uint(where + LIMIT, 4, limit)

    return create(nt, "Semaphore", name, access, attributes, initialise)


def create_mutant(nt: System, name: str, access: int, attributes: int, owned: bool) -> Opening:
    def initialise(where: int) -> None:
        nt.dispatcher.initialise_mutex(where, without_apcs=False)
        if owned:
            nt.dispatcher.wait([where], timeout=0)

    return create(nt, "Mutant", name, access, attributes, initialise)


def release(nt: System, handle: int, kind: str, count: int = 1) -> tuple[int, int]:
    """Release a semaphore or a mutex: the status, and the count before."""
    access = SEMAPHORE_MODIFY_STATE if kind == "Semaphore" else 0
    status, entry = nt.objects.by_handle(handle, access, kind, nt.thread.previous_mode)
    if entry is None:
        return status, 0
    where = entry.object.address
    seh = nt.thread.seh
    seh.append(lambda record: 1)
    depth = len(seh)
    try:
        if kind == "Semaphore":
            return status, nt.dispatcher.release_semaphore(where, count)
        return status, nt.dispatcher.release_mutex(where)
    except Unwind as unwind:
        return unwind.record.code, 0
    finally:
        del seh[depth - 1 :]


# -- timers


def create_timer(nt: System, name: str, access: int, attributes: int, synchronization: bool) -> Opening:
    return create(
        nt, "Timer", name, access, attributes, lambda where: nt.timers.initialise(where, synchronization)
    )  # fmt: skip


def set_timer(nt: System, handle: int, due: int | None, period_ms: int) -> int:
    """Start a timer, or with None for the time stop it."""
    status, entry = nt.objects.by_handle(handle, TIMER_MODIFY_STATE, "Timer", nt.thread.previous_mode)
    if entry is not None and due is None:
        nt.timers.cancel(entry.object.address)
    elif entry is not None:
        nt.timers.set(entry.object.address, due or 0, period_ms, 0)
    return status


# -- waits


def dispatcher_address(nt: System, found: Object) -> int:
    """Where the header lies that a wait for an object waits for."""
    return found.address + FILE_EVENT if found.kind == "File" else found.address


def wait(nt: System, handles: list[int], all: bool, timeout: int | None, alertable: bool) -> int:
    """Wait for handles of the current process. `timeout` as in Dispatcher.wait."""
    if not 0 < len(handles) <= MOST_OBJECTS:
        return STATUS_INVALID_PARAMETER_1
    objects: list[Object] = []
    for handle in handles:
        status, entry = nt.objects.by_handle(handle, SYNCHRONIZE, None, nt.thread.previous_mode)
        if entry is None:
            return status
        if entry.object.kind not in WAITABLE:
            return STATUS_OBJECT_TYPE_MISMATCH
        objects.append(entry.object)
    addresses = [dispatcher_address(nt, found) for found in objects]
    if all and len(set(addresses)) < len(addresses):
        return STATUS_INVALID_PARAMETER_MIX
    for found in objects:
        nt.objects.reference(found)
    status = nt.dispatcher.wait(addresses, all, timeout, alertable, nt.thread.previous_mode)
    for found in objects:
        nt.objects.dereference(found)
    return status
