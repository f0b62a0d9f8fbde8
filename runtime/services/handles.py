"""Closing and duplicating handles."""

from __future__ import annotations

from ..ob.handles import OBJ_INHERIT
from ..wdk.constants import STATUS_INVALID_HANDLE, STATUS_SUCCESS
from .attributes import granted
from .waitable import Opening

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..ke.process import Process
    from ..system import System

DUPLICATE_CLOSE_SOURCE, DUPLICATE_SAME_ACCESS = 1, 2
PROCESS_DUP_HANDLE = 0x40


def close(nt: System, handle: int) -> int:
    """Close a handle of the current process. A program cannot close those of the system."""
    if nt.objects.opened(handle, nt.thread.previous_mode) is None:
        return STATUS_INVALID_HANDLE
    return nt.objects.close(nt.process, handle)


class Duplicate:
    """What shall be duplicated, where to, and how."""

    __slots__ = ("source_process", "source", "target_process", "access", "inherit", "options")

    def __init__(
        self, source_process: int, source: int, target_process: int, access: int, inherit: int, options: int
    ) -> None:
        self.source_process = source_process
        self.source = source
        self.target_process = target_process
        self.access = access
        self.inherit = inherit
        self.options = options


def _process(nt: System, handle: int) -> tuple[int, Process | None]:
    status, entry = nt.objects.by_handle(handle, PROCESS_DUP_HANDLE, "Process", nt.thread.previous_mode)
    return status, entry.object.body if entry is not None else None  # type: ignore[return-value]


def duplicate(nt: System, what: Duplicate) -> Opening:
    """A second handle to the same object, in this process or another. The pseudo handles become real ones."""
    status, source = _process(nt, what.source_process)
    if source is None:
        return Opening(status)
    status, target = _process(nt, what.target_process)
    if target is None:
        return Opening(status)
    seen = nt.process
    if source is not seen:
        nt.attach(source)
    status, entry = nt.objects.by_handle(what.source, 0, None, nt.thread.previous_mode)
    if source is not seen:
        nt.attach(seen)
    if entry is None:
        return Opening(status)
    access = entry.access if what.options & DUPLICATE_SAME_ACCESS else granted(entry.object.kind, what.access)
    handle = nt.objects.open(target, entry.object, access, OBJ_INHERIT if what.inherit else 0)
    if what.options & DUPLICATE_CLOSE_SOURCE:
        nt.objects.close(source, what.source)
    return Opening(STATUS_SUCCESS, handle)
