"""CreateFile, ReadFile, WriteFile, DeviceIoControl and what belongs to them."""

from __future__ import annotations

from ..io.file_requests import Control
from ..ke.processor import Thread
from ..ob.handles import OBJ_INHERIT
from ..services import files as services
from ..services import waitable
from ..services.files import Answer
from ..wdk.constants import (
    FILE_NON_DIRECTORY_FILE,
    FILE_READ_ATTRIBUTES,
    FILE_SYNCHRONOUS_IO_NONALERT,
    STATUS_END_OF_FILE,
    STATUS_PENDING,
    SYNCHRONIZE,
)
from .calls import STATUS_BLOCK_BYTES, native, run_user_apcs, stack_room
from .errors import dos_error, fail, set_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

INVALID_HANDLE_VALUE = 0xFFFF_FFFF_FFFF_FFFF
ERROR_PATH_NOT_FOUND, ERROR_INVALID_PARAMETER = 3, 87
ERROR_ALREADY_EXISTS, ERROR_IO_INCOMPLETE = 183, 996
STATUS_USER_APC = 0xC0
THREAD_TERMINATE = 1
FILE_FLAG_OVERLAPPED = 0x4000_0000
DISPOSITIONS = {1: 2, 2: 5, 3: 1, 4: 3, 5: 4}  # CREATE_NEW to TRUNCATE_EXISTING as FILE_CREATE to FILE_OVERWRITE
# FILE_FLAG_xxx that become create options: WRITE_THROUGH, NO_BUFFERING, SEQUENTIAL_SCAN, RANDOM_ACCESS,
# BACKUP_SEMANTICS, DELETE_ON_CLOSE.
OPTIONS = {
    0x8000_0000: 0x2, 0x2000_0000: 0x8, 0x0800_0000: 0x4, 0x1000_0000: 0x800, 0x0200_0000: 0x4000, 0x0400_0000: 0x1000,
}  # fmt: skip
BACKUP_SEMANTICS = 0x0200_0000
DELETE, DELETE_ON_CLOSE = 0x1_0000, 0x0400_0000
FILE_ATTRIBUTES = 0x7FB7
FIRST_ERROR = 0xC000_0000

# OVERLAPPED: Internal, InternalHigh, Offset with OffsetHigh, hEvent.
INTERNAL, INTERNAL_HIGH, OFFSET, EVENT = 0, 8, 16, 24


def nt_name(path: str) -> str | None:
    """What the object manager is asked for: a device's name behind \\\\.\\ or \\\\?\\, or a path on a disk."""
    if path[:4].replace("/", "\\") in ("\\\\.\\", "\\\\?\\"):
        return "\\??\\" + path[4:] if len(path) > 4 else None
    if path[:4] == "\\??\\":
        return path
    if path[1:2] == ":":
        return "\\??\\" + path
    return "\\??\\C:\\" + path.lstrip("\\") if path else None


def create_file(
    nt: System, path: str, access: int, share: int, security: int, disposition: int, flags: int, template: int
) -> int:
    """A handle to a device; INVALID_HANDLE_VALUE and the last error if it cannot be opened."""
    name = nt_name(path)
    if name is None:
        set_error(nt, ERROR_PATH_NOT_FOUND)
        return INVALID_HANDLE_VALUE
    if disposition not in DISPOSITIONS:
        set_error(nt, ERROR_INVALID_PARAMETER)
        return INVALID_HANDLE_VALUE
    access |= SYNCHRONIZE | FILE_READ_ATTRIBUTES
    if flags & DELETE_ON_CLOSE:
        access |= DELETE
    options = sum(option for flag, option in OPTIONS.items() if flags & flag)
    if not flags & BACKUP_SEMANTICS:
        options |= FILE_NON_DIRECTORY_FILE
    if not flags & FILE_FLAG_OVERLAPPED:
        options |= FILE_SYNCHRONOUS_IO_NONALERT
    inherit = OBJ_INHERIT if security and nt.memory.read_uint(security + 16, 4) else 0

    def open_file() -> waitable.Opening:
        return services.open_file(
            nt, name, access, share=share, disposition=DISPOSITIONS[disposition], options=options,
            attributes=flags & FILE_ATTRIBUTES, handle_attributes=inherit,
        )  # fmt: skip

    opened = nt.system_call(open_file)
    if not opened.handle:
        fail(nt, opened.status)
        return INVALID_HANDLE_VALUE
    if disposition in (2, 4):  # CREATE_ALWAYS, OPEN_ALWAYS: a device is there already
        set_error(nt, ERROR_ALREADY_EXISTS)
    return opened.handle


def transfer(
    nt: System, write: bool, handle: int, buffer: int, length: int, done_at: int, overlapped: int
) -> int:  # fmt: skip
    """ReadFile and WriteFile."""
    service = services.write if write else services.read
    if done_at:
        nt.memory.write_uint(done_at, 4, 0)
    if not overlapped:
        iosb = _own_status_block(nt)
        status = nt.system_call(lambda: service(nt, handle, Answer(iosb), buffer, length))
        status = _waited(nt, handle, iosb, status)
        if status < FIRST_ERROR:
            if done_at:
                nt.memory.write_uint(done_at, 4, nt.memory.read_uint(iosb + 8, 4))
            return 1 if status < 0x8000_0000 else fail(nt, status)
        # The end of a file is no failure here: it is zero bytes.
        return 1 if status == STATUS_END_OF_FILE and not write else fail(nt, status)
    answer = _overlapped(nt, overlapped)
    offset = nt.memory.read_uint(overlapped + OFFSET, 8)
    status = nt.system_call(lambda: service(nt, handle, answer, buffer, length, offset))
    return _finished(nt, status, done_at, overlapped)


def device_io_control(nt: System, handle: int, what: Control, done_at: int, overlapped: int) -> int:
    """DeviceIoControl. Without OVERLAPPED, lpBytesReturned is not optional."""
    if not overlapped:
        iosb = _own_status_block(nt)
        status = nt.system_call(lambda: services.control(nt, handle, Answer(iosb), what))
        status = _waited(nt, handle, iosb, status)
        if status < FIRST_ERROR:
            nt.memory.write_uint(done_at, 4, nt.memory.read_uint(iosb + 8, 4))
        else:
            nt.memory.write_uint(done_at, 4, 0)
        return 1 if status < 0x8000_0000 else fail(nt, status)
    answer = _overlapped(nt, overlapped)
    status = nt.system_call(lambda: services.control(nt, handle, answer, what))
    return _finished(nt, status, done_at, overlapped)


def _own_status_block(nt: System) -> int:
    """An IO_STATUS_BLOCK on the stack of the program, for a call that waits."""
    iosb = stack_room(nt, STATUS_BLOCK_BYTES)
    nt.memory.write_uint(iosb, 8, 0)
    nt.memory.write_uint(iosb + 8, 8, 0)
    return iosb


def _waited(nt: System, handle: int, iosb: int, status: int) -> int:
    """A handle for overlapped I/O used without OVERLAPPED: the stub waits for the file itself."""
    if status != STATUS_PENDING:
        return status
    nt.system_call(lambda: waitable.wait(nt, [handle], False, None, False))
    return nt.memory.read_uint(iosb, 4)


def _overlapped(nt: System, overlapped: int) -> Answer:
    """An OVERLAPPED is a status block: it says STATUS_PENDING until the end. A low bit of the event's handle, which
    keeps completion ports quiet, does not count."""
    memory = nt.memory
    memory.write_uint(overlapped + INTERNAL, 8, STATUS_PENDING)
    event = memory.read_uint(overlapped + EVENT, 8)
    return Answer(overlapped, event & ~1)


def _finished(nt: System, status: int, done_at: int, overlapped: int) -> int:
    """What an overlapped call returns: FALSE also while the request is pending."""
    if status == STATUS_PENDING or status >= 0x8000_0000:
        if status < FIRST_ERROR and status != STATUS_PENDING and done_at:
            nt.memory.write_uint(done_at, 4, nt.memory.read_uint(overlapped + INTERNAL_HIGH, 4))
        return fail(nt, status)
    if done_at:
        nt.memory.write_uint(done_at, 4, nt.memory.read_uint(overlapped + INTERNAL_HIGH, 4))
    return 1


def transfer_ex(nt: System, write: bool, handle: int, buffer: int, length: int, overlapped: int, routine: int) -> int:
    """ReadFileEx and WriteFileEx: the completion routine runs as a user APC in an alertable wait."""
    service = services.write if write else services.read
    memory = nt.memory
    memory.write_uint(overlapped + INTERNAL, 8, STATUS_PENDING)
    offset = memory.read_uint(overlapped + OFFSET, 8)
    apc = (native(nt, "I/O completion of a program", _io_completion), routine)
    status = nt.system_call(lambda: service(nt, handle, Answer(overlapped, 0, apc), buffer, length, offset))
    if status >= FIRST_ERROR:
        return fail(nt, status)
    set_error(nt, dos_error(status) if status >= 0x8000_0000 else 0)
    return 1


def _io_completion(nt: System, routine: int, overlapped: int, reserved: int) -> int:
    """Call a program's completion routine with what has become of its request."""
    status = nt.memory.read_uint(overlapped + INTERNAL, 4)
    error = 0 if status < FIRST_ERROR else dos_error(status)
    done = nt.memory.read_uint(overlapped + INTERNAL_HIGH, 4) if not error else 0
    nt.call(routine, error, done, overlapped)
    return 0


def overlapped_result(
    nt: System, handle: int, overlapped: int, done_at: int, timeout: int | None, alertable: bool
) -> int:
    """GetOverlappedResult and GetOverlappedResultEx. `timeout` in units of 100 ns below 0, or 0 or None."""
    memory = nt.memory
    if memory.read_uint(overlapped + INTERNAL, 4) == STATUS_PENDING:
        if timeout == 0:
            set_error(nt, ERROR_IO_INCOMPLETE)
            return 0
        event = memory.read_uint(overlapped + EVENT, 8) & ~1
        status = nt.system_call(lambda: waitable.wait(nt, [event or handle], False, timeout, alertable))
        if status == STATUS_USER_APC:
            run_user_apcs(nt)
        if status:
            set_error(nt, dos_error(status) if status >= 0x8000_0000 else status)
            return 0
    memory.write_uint(done_at, 4, memory.read_uint(overlapped + INTERNAL_HIGH, 4))
    status = memory.read_uint(overlapped + INTERNAL, 4)
    return 1 if status < 0x8000_0000 else fail(nt, status)


def flush(nt: System, handle: int) -> int:
    iosb = _own_status_block(nt)
    status = nt.system_call(lambda: services.flush(nt, handle, iosb))
    return 1 if status < 0x8000_0000 else fail(nt, status)


def cancel(nt: System, handle: int, overlapped: int, only_own_thread: bool) -> int:
    status = nt.system_call(lambda: services.cancel(nt, handle, overlapped, only_own_thread))
    return 1 if status < 0x8000_0000 else fail(nt, status)


def cancel_synchronous(nt: System, handle: int) -> int:
    """CancelSynchronousIo: ERROR_NOT_FOUND if the thread waits for no request."""
    status, entry = nt.objects.by_handle(handle, THREAD_TERMINATE, "Thread", 1)
    if entry is None:
        return fail(nt, status)
    thread = entry.object.body
    assert isinstance(thread, Thread)
    status = nt.system_call(services.cancel_synchronous, nt, thread)
    return fail(nt, status) if status else 1
