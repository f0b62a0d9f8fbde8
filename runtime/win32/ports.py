"""Completion ports, as Win32 has them."""

from __future__ import annotations

from ..io.completion_ports import KIND, SKIP_EVENT, SKIP_ON_SUCCESS, Packet, Port
from ..io.file_objects import File
from ..wdk.constants import STATUS_SUCCESS
from .errors import fail, set_error
from .waits import timeout_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

ALL_ACCESS = 0x1F_0003
INVALID_HANDLE_VALUE = 0xFFFF_FFFF_FFFF_FFFF
ERROR_INVALID_PARAMETER, ERROR_ABANDONED_WAIT_0, WAIT_TIMEOUT = 87, 735, 258
STATUS_TIMEOUT = 0x102
FIRST_ERROR = 0xC000_0000


def create(nt: System, file_handle: int, existing: int, key: int) -> int:
    """CreateIoCompletionPort: a new port, a file associated with a port, or both. The port's handle, or NULL."""
    if file_handle == INVALID_HANDLE_VALUE and existing:
        set_error(nt, ERROR_INVALID_PARAMETER)
        return 0
    handle = existing or nt.system_call(_make, nt)
    if file_handle != INVALID_HANDLE_VALUE:
        status = nt.system_call(_associate, nt, file_handle, handle, key)
        if status:
            if not existing:
                nt.system_call(nt.objects.close, nt.process, handle)
            return fail(nt, status)
    return handle


def _make(nt: System) -> int:
    made = nt.io.ports.create()
    handle = nt.objects.open(nt.process, made, ALL_ACCESS)
    nt.objects.dereference(made)
    return handle


def _associate(nt: System, file_handle: int, port_handle: int, key: int) -> int:
    status, entry = nt.objects.by_handle(port_handle, 0, KIND, 1)
    if entry is None:
        return status
    status, opened = nt.objects.by_handle(file_handle, 0, "File", 1)
    if opened is None:
        return status
    file = opened.object.body
    assert isinstance(file, File)
    return nt.io.ports.associate(file, entry.object, key)


def take(nt: System, handle: int, bytes_at: int, key_at: int, overlapped_at: int, milliseconds: int) -> int:
    """GetQueuedCompletionStatus: FALSE with an OVERLAPPED for a request that failed, without one if none came."""
    memory = nt.memory
    status, entry = nt.objects.by_handle(handle, 0, KIND, 1)
    port = entry.object.body if entry is not None else None
    if entry is None or not isinstance(port, Port):
        memory.write_uint(overlapped_at, 8, 0)
        return fail(nt, status)
    held = entry.object
    nt.objects.reference(held)
    status, packet = nt.system_call(port.take, timeout_of(milliseconds))
    nt.objects.dereference(held)
    if packet is None:
        memory.write_uint(overlapped_at, 8, 0)
        set_error(nt, WAIT_TIMEOUT if status == STATUS_TIMEOUT else ERROR_ABANDONED_WAIT_0)
        return 0
    memory.write_uint(bytes_at, 4, packet.information)
    memory.write_uint(key_at, 8, packet.key)
    memory.write_uint(overlapped_at, 8, packet.overlapped)
    return 1 if packet.status < FIRST_ERROR else fail(nt, packet.status)


def post(nt: System, handle: int, count: int, key: int, overlapped: int) -> int:
    status, entry = nt.objects.by_handle(handle, 0, KIND, 1)
    if entry is None or not isinstance(entry.object.body, Port):
        return fail(nt, status)
    nt.system_call(entry.object.body.post, Packet(key, overlapped, STATUS_SUCCESS, count))
    return 1


def set_modes(nt: System, handle: int, modes: int) -> int:
    """SetFileCompletionNotificationModes. What is on stays on."""
    status, entry = nt.objects.by_handle(handle, 0, "File", 1)
    if entry is None:
        return fail(nt, status)
    known = nt.io.ports.files.get(entry.object.address)
    if modes & ~(SKIP_ON_SUCCESS | SKIP_EVENT) or known is None:
        set_error(nt, ERROR_INVALID_PARAMETER)
        return 0
    known.modes |= modes
    return 1
