"""Threads and processes as Win32 has them."""

from __future__ import annotations

from ..ke.process import ALLOCATION_GRANULARITY, Process
from ..ke.processor import Thread
from ..ke.threads import object_of
from ..services import programs
from ..services.programs import program_of
from .errors import fail, set_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..ob.objects import Object
    from ..system import System

CREATE_SUSPENDED, STACK_SIZE_PARAM_IS_A_RESERVATION = 0x4, 0x1_0000
THREAD_ALL_ACCESS = 0x1F_FFFF
ERROR_INVALID_PARAMETER, ERROR_NO_MORE_ITEMS = 87, 259
OUT_OF_INDEXES, MOST_INDEXES = 0xFFFF_FFFF, 1088
PRIORITIES = {-15: 1, -2: 6, -1: 7, 0: 8, 1: 9, 2: 10, 15: 15}
PROCESSOR_AMD64, PROCESSOR_TYPE = 9, 8664


def create(nt: System, routine: int, parameter: int, flags: int, id_at: int) -> int:
    """CreateThread: the handle, or NULL."""
    if flags & ~(CREATE_SUSPENDED | STACK_SIZE_PARAM_IS_A_RESERVATION):
        set_error(nt, ERROR_INVALID_PARAMETER)
        return 0

    def make() -> tuple[Thread, int]:
        made = programs.create_thread(nt, lambda: nt.call(routine, parameter), bool(flags & CREATE_SUSPENDED))
        return made, nt.objects.open(nt.process, object_of(nt, made), THREAD_ALL_ACCESS)

    thread, handle = nt.system_call(make)
    if id_at:
        nt.memory.write_uint(id_at, 4, thread.id)
    return handle


def _object(nt: System, handle: int, kind: str) -> Object | None:
    """The thread or process behind a handle, the pseudo handles included; None and the last error if it is none."""
    object_of(nt, nt.thread)
    status, entry = nt.objects.by_handle(handle, 0, kind, 1)
    if entry is None:
        fail(nt, status)
        return None
    return entry.object


def _thread(nt: System, handle: int) -> Thread | None:
    found = _object(nt, handle, "Thread")
    body = found.body if found is not None else None
    return body if isinstance(body, Thread) else None


def resume(nt: System, handle: int) -> int:
    """How often the thread was suspended before, (DWORD)-1 for a failure."""
    thread = _thread(nt, handle)
    return 0xFFFF_FFFF if thread is None else nt.system_call(lambda: programs.resume(nt, thread))


def terminate(nt: System, handle: int, status: int) -> int:
    thread = _thread(nt, handle)
    if thread is None:
        return 0
    if thread is nt.thread:
        programs.exit_thread(nt, status)
    nt.system_call(lambda: programs.terminate(nt, thread, status))
    return 1


def terminate_process(nt: System, handle: int, status: int) -> int:
    found = _object(nt, handle, "Process")
    if found is None:
        return 0
    process = found.body
    assert isinstance(process, Process)
    if process is nt.process:
        programs.exit_process(nt, status)
    process.exit_status = status & 0xFFFF_FFFF

    def end() -> None:
        for thread in list(program_of(nt, process).threads):
            programs.terminate(nt, thread, status)

    nt.system_call(end)
    return 1


def exit_code(nt: System, handle: int, kind: str, code_at: int) -> int:
    found = _object(nt, handle, kind)
    if found is None:
        return 0
    body = found.body
    assert isinstance(body, (Thread, Process))
    ended = body.state == "ended" or body.ending if isinstance(body, Thread) else not body.alive
    nt.memory.write_uint(code_at, 4, body.exit_status if ended else programs.STATUS_PENDING)
    return 1


def identifier(nt: System, handle: int, kind: str) -> int:
    found = _object(nt, handle, kind)
    body = found.body if found is not None else None
    return body.id if isinstance(body, (Thread, Process)) else 0


def set_priority(nt: System, handle: int, priority: int) -> int:
    thread = _thread(nt, handle)
    if thread is None:
        return 0
    if priority not in PRIORITIES:
        set_error(nt, ERROR_INVALID_PARAMETER)
        return 0
    nt.system_call(nt.scheduler.set_priority, thread, PRIORITIES[priority])
    return 1


def queue_apc(nt: System, routine: int, handle: int, data: int) -> int:
    thread = _thread(nt, handle)
    if thread is None:
        return 0
    nt.system_call(lambda: nt.scheduler.user_apc(thread, lambda: nt.call(routine, data)))
    return 1


# -- thread-local storage


def local_index(nt: System) -> int:
    """A free index of the process."""
    slots = program_of(nt).local
    for index, values in enumerate(slots):
        if values is None:
            slots[index] = {}
            return index
    if len(slots) >= MOST_INDEXES:
        set_error(nt, ERROR_NO_MORE_ITEMS)
        return OUT_OF_INDEXES
    slots.append({})
    return len(slots) - 1


def local_values(nt: System, index: int) -> dict[int, int] | None:
    """The values of all threads under an index; None and the last error if nobody has it."""
    slots = program_of(nt).local
    found = slots[index] if index < len(slots) else None
    if found is None:
        set_error(nt, ERROR_INVALID_PARAMETER)
    return found


def free_local(nt: System, index: int) -> int:
    if local_values(nt, index) is None:
        return 0
    program_of(nt).local[index] = None
    return 1


# -- the machine


def system_information(nt: System, where: int) -> None:
    """Fill in a SYSTEM_INFO."""
    count = len(nt.processors)
    for offset, size, value in (
        (0, 4, PROCESSOR_AMD64), (4, 4, 4096), (8, 8, 0x1_0000), (16, 8, 0x7FFF_FFFE_FFFF), (24, 8, (1 << count) - 1),
        (32, 4, count), (36, 4, PROCESSOR_TYPE), (40, 4, ALLOCATION_GRANULARITY), (44, 2, 6), (46, 2, 0),
    ):  # fmt: skip
        nt.memory.write_uint(where + offset, size, value)
