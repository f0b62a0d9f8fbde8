"""Opening files by name and using them by handle, as NtCreateFile, NtReadFile and their kin do."""

from __future__ import annotations

from ..io.file_objects import File
from ..io.file_objects import Opening as FileOpening
from ..io.file_requests import Control, Transfer
from ..wdk.constants import (
    EVENT_MODIFY_STATE,
    FILE_APPEND_DATA,
    FILE_READ_DATA,
    FILE_SYNCHRONOUS_IO_ALERT,
    FILE_SYNCHRONOUS_IO_NONALERT,
    FILE_WRITE_DATA,
    STATUS_ACCESS_DENIED,
    STATUS_INVALID_PARAMETER,
    STATUS_NOT_FOUND,
    STATUS_SUCCESS,
    SYNCHRONIZE,
)
from .attributes import granted
from .waitable import Opening

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..io.requests import Request
    from ..ke.processor import Thread
    from ..system import System

FILE_OPEN = 1
FILE_READ_ACCESS, FILE_WRITE_ACCESS = 1, 2
CANCEL_POLL = -100_000  # 10 ms, in which a thread that cancels looks again whether its requests are over


def open_file(
    nt: System, name: str, access: int, *, share: int = 0, disposition: int = FILE_OPEN, options: int = 0,
    attributes: int = 0, handle_attributes: int = 0,
) -> Opening:  # fmt: skip
    """Open a device, or a file that its driver knows, and make a handle of the current process for it."""
    rights = granted("File", access)
    if options & (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT) and not rights & SYNCHRONIZE:
        return Opening(STATUS_INVALID_PARAMETER)
    opening = FileOpening(name, access, share, disposition, options, attributes, nt.thread.previous_mode)
    status, file = nt.io.files.open(opening)
    if file is None:
        return Opening(status)
    assert file.object is not None
    handle = nt.objects.open(nt.process, file.object, rights, handle_attributes)
    nt.io.files.mark_handle(file)
    nt.io.files.dereference(file)
    return Opening(status, handle)


class Answer:
    """Where the answer of a request goes: the status block, an event handle or 0, and a user APC or None."""

    __slots__ = ("iosb", "event", "apc")

    def __init__(self, iosb: int, event: int = 0, apc: tuple[int, int] | None = None) -> None:
        self.iosb = iosb
        self.event = event
        self.apc = apc


def read(
    nt: System, handle: int, answer: Answer, buffer: int, length: int, offset: int | None = None, key: int = 0
) -> int:
    return _with_file(
        nt, handle, FILE_READ_DATA, answer, buffer, length, offset, key,
        lambda file, transfer: nt.io.file_requests.read(file, transfer),
    )  # fmt: skip


def write(
    nt: System, handle: int, answer: Answer, buffer: int, length: int, offset: int | None = None, key: int = 0
) -> int:
    return _with_file(
        nt, handle, FILE_WRITE_DATA, answer, buffer, length, offset, key,
        lambda file, transfer: nt.io.file_requests.write(file, transfer),
    )  # fmt: skip


def control(nt: System, handle: int, answer: Answer, what: Control) -> int:
    """A device control request. Rights are those that the code itself names."""
    return _with_file(
        nt, handle, what.code >> 14 & 3, answer, 0, 0, 0, 0,
        lambda file, transfer: nt.io.file_requests.device_control(file, what, transfer),
    )  # fmt: skip


def flush(nt: System, handle: int, iosb: int) -> int:
    return _with_file(
        nt, handle, FILE_WRITE_DATA, Answer(iosb), 0, 0, 0, 0,
        lambda file, transfer: nt.io.file_requests.flush(file, transfer),
    )  # fmt: skip


def _with_file(
    nt: System, handle: int, access: int, answer: Answer, buffer: int, length: int, offset: int | None, key: int,
    service: Callable[[File, Transfer], int],
) -> int:  # fmt: skip
    """Find the file and the event behind their handles, and hold on to both while the service runs."""
    mode = nt.thread.previous_mode
    status, entry = nt.objects.by_handle(handle, 0, "File", mode)
    if entry is None:
        return status
    rights = entry.access | (FILE_WRITE_DATA if entry.access & FILE_APPEND_DATA else 0)
    if mode and access & ~rights:
        return STATUS_ACCESS_DENIED
    file = entry.object.body
    assert isinstance(file, File)
    event = None
    if answer.event:
        status, opened = nt.objects.by_handle(answer.event, EVENT_MODIFY_STATE, "Event", mode)
        if opened is None:
            return status
        event = opened.object
    if offset is None and not file.synchronous:
        return STATUS_INVALID_PARAMETER
    where = event.address if event is not None else 0
    found = entry.object
    nt.objects.reference(found)
    transfer = Transfer(
        buffer, length, offset=offset, key=key, iosb=answer.iosb, event=where, apc=answer.apc, mode=mode
    )
    status = service(file, transfer)
    nt.objects.dereference(found)
    return status


# -- cancelling


def cancel(nt: System, handle: int, iosb: int, only_own_thread: bool) -> int:
    """Cancel the requests of a file that this thread, or this process, has made; only the one with a status block if
    that is given. STATUS_NOT_FOUND if there is none to cancel."""
    status, entry = nt.objects.by_handle(handle, 0, "File", nt.thread.previous_mode)
    if entry is None:
        return status
    file = entry.object.body
    assert isinstance(file, File)

    def is_meant(request: Request) -> bool:
        if only_own_thread and request.thread is not nt.thread:
            return False
        return request.process is nt.process and (not iosb or request.user_iosb == iosb)

    found = [request for request in file.requests if is_meant(request)]
    for request in found:
        if not request.completed:
            nt.io.cancellation.cancel(request.irp)
    if only_own_thread:
        while any(request in file.requests for request in found):
            nt.dispatcher.wait([], timeout=CANCEL_POLL)
        return STATUS_SUCCESS
    return STATUS_SUCCESS if found else STATUS_NOT_FOUND


def cancel_synchronous(nt: System, thread: Thread) -> int:
    """Cancel what another thread waits for within an I/O call."""
    found = [
        request for request in nt.io.requests.alive.values()
        if request.thread is thread and request.file is not None and request.file.synchronous and not request.completed
    ]  # fmt: skip
    for request in found:
        nt.io.cancellation.cancel(request.irp)
    return STATUS_SUCCESS if found else STATUS_NOT_FOUND
