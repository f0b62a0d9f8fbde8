"""Events, mutexes, semaphores and waits, as Win32 has them."""

from __future__ import annotations

from ..ob.handles import OBJ_INHERIT
from ..services import waitable
from ..wdk.constants import OBJ_OPENIF
from .calls import run_user_apcs
from .errors import dos_error, fail, set_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..services.waitable import Opening
    from ..system import System

INFINITE = 0xFFFF_FFFF
WAIT_FAILED, WAIT_IO_COMPLETION = 0xFFFF_FFFF, 0xC0
STATUS_USER_APC, STATUS_OBJECT_NAME_EXISTS = 0xC0, 0x4000_0000
ERROR_ALREADY_EXISTS, ERROR_INVALID_NAME = 183, 123
OWN_SESSION, EVERYBODY = "\\Sessions\\1\\BaseNamedObjects\\", "\\BaseNamedObjects\\"


def timeout_of(milliseconds: int) -> int | None:
    """A Win32 timeout as the kernel takes it."""
    return None if milliseconds == INFINITE else -10_000 * milliseconds


def object_name(name: str) -> str:
    """Where a name stands: in the program's own session, or with Global\\ where drivers find it."""
    if not name:
        return ""
    if name[:7].lower() == "global\\":
        return EVERYBODY + name[7:]
    return OWN_SESSION + (name[6:] if name[:6].lower() == "local\\" else name)


def inherits(nt: System, security: int) -> int:
    """OBJ_INHERIT if a SECURITY_ATTRIBUTES says so."""
    return OBJ_INHERIT if security and nt.memory.read_uint(security + 16, 4) else 0


def create(nt: System, name: str, security: int, make: Callable[[str, int], Opening]) -> int:
    """Make a named object or open the one that is there, with ERROR_ALREADY_EXISTS. `make(name, attributes)`. The
    handle, or NULL."""
    attributes = inherits(nt, security) | (OBJ_OPENIF if name else 0)
    opened = nt.system_call(lambda: make(object_name(name), attributes))
    if not opened.handle:
        return fail(nt, opened.status)
    set_error(nt, ERROR_ALREADY_EXISTS if opened.status == STATUS_OBJECT_NAME_EXISTS else 0)
    return opened.handle


def open_existing(nt: System, kind: str, name: str, access: int, inherit: int) -> int:
    attributes = OBJ_INHERIT if inherit else 0
    opened = nt.system_call(lambda: waitable.open_existing(nt, kind, object_name(name), access, attributes))
    return opened.handle or fail(nt, opened.status)


def wait(nt: System, handles: list[int], all: bool, milliseconds: int, alertable: bool = False) -> int:
    """WaitForMultipleObjectsEx: WAIT_OBJECT_0 and up, WAIT_TIMEOUT, WAIT_IO_COMPLETION or WAIT_FAILED."""
    status = nt.system_call(lambda: waitable.wait(nt, handles, all, timeout_of(milliseconds), alertable))
    if status >= 0x8000_0000:
        set_error(nt, dos_error(status))
        return WAIT_FAILED
    if status == STATUS_USER_APC:
        run_user_apcs(nt)
    return status


def sleep(nt: System, milliseconds: int, alertable: bool = False) -> int:
    """SleepEx: 0 when the time is over, WAIT_IO_COMPLETION if a user APC ended it."""
    status = nt.system_call(
        lambda: nt.dispatcher.wait([], False, timeout_of(milliseconds), alertable, 1, "Sleep")
        if milliseconds else _yield(nt, alertable)
    )  # fmt: skip
    if status != STATUS_USER_APC:
        return 0
    run_user_apcs(nt)
    return WAIT_IO_COMPLETION


def _yield(nt: System, alertable: bool) -> int:
    """Sleep(0): others may run, and this thread goes on."""
    if alertable and nt.thread.user_apcs:
        return STATUS_USER_APC
    if nt.scheduler.live:
        nt.scheduler.give_way()
    return 0


def change_event(nt: System, handle: int, change: str) -> int:
    status, _ = nt.system_call(lambda: waitable.change_event(nt, handle, change))
    return fail(nt, status) if status >= 0x8000_0000 else 1


def release(nt: System, handle: int, kind: str, count: int, before_at: int) -> int:
    status, before = nt.system_call(lambda: waitable.release(nt, handle, kind, count))
    if status >= 0x8000_0000:
        return fail(nt, status)
    if before_at:
        nt.memory.write_uint(before_at, 4, before)
    return 1


def set_timer(nt: System, handle: int, due: int | None, period: int) -> int:
    """Start a timer, or with None for the time stop it."""
    status = nt.system_call(lambda: waitable.set_timer(nt, handle, due, period))
    return fail(nt, status) if status >= 0x8000_0000 else 1
