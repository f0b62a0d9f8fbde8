"""Objects that handles and references keep alive: files, events, threads, processes and their like.

    made = nt.objects.add("File", address, closed=..., deleted=...)    with one reference, that of its maker
    handle = nt.objects.open(process, made, access)                    one handle and one reference more
    status, found = nt.objects.by_handle(handle, access, "File", mode)
    nt.objects.close(process, handle)

Kinds are the type names of Windows. How many references an object has is told by nobody but the object manager, so it
stands here and not in memory. The tables of the handles themselves are in handles.py.
"""

from __future__ import annotations

from .. import rules
from ..wdk.constants import (
    OBJ_KERNEL_HANDLE,
    STATUS_ACCESS_DENIED,
    STATUS_INVALID_HANDLE,
    STATUS_OBJECT_TYPE_MISMATCH,
    STATUS_SUCCESS,
)
from .handles import KERNEL, STEP, HandleTable, Opened, is_kernel_handle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..ke.process import Process
    from ..system import System

CURRENT_PROCESS = 0xFFFF_FFFF_FFFF_FFFF
CURRENT_THREAD = 0xFFFF_FFFF_FFFF_FFFE
USER_MODE = 1

# The variables that the kernel exports for its object types.
TYPE_VARIABLES = {
    "IoFileObjectType": "File", "ExEventObjectType": "Event", "ExSemaphoreObjectType": "Semaphore",
    "PsProcessType": "Process", "PsThreadType": "Thread", "IoDriverObjectType": "Driver",
    "IoDeviceObjectType": "Device", "MmSectionObjectType": "Section",
}  # fmt: skip


class Object:
    """`address` is what drivers see. `closed(process, last)` is called as a handle to it goes, `last` if no process has
    one any more; `deleted()` when the last reference is gone. `body` is whatever the kind needs."""

    __slots__ = ("kind", "address", "name", "body", "handles", "references", "closed", "deleted",
                 "taken")  # fmt: skip

    def __init__(self, kind: str, address: int, name: str, body: object) -> None:
        self.kind = kind
        self.address = address
        self.name = name
        self.body = body
        self.handles = 0
        self.references = 1
        self.taken = 0  # references that drivers have taken through handles
        self.closed: Callable[[Process, bool], object] | None = None
        self.deleted: Callable[[], object] | None = None


class Objects:
    """All objects of a machine by their addresses, and those that have names."""

    __slots__ = ("nt", "by_address", "named", "_types")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.by_address: dict[int, Object] = {}
        self.named: dict[str, Object] = {}
        self._types: dict[str, int] = {}

    # -- objects

    def add(
        self, kind: str, address: int, *, name: str = "", body: object = None,
        closed: Callable[[Process, bool], object] | None = None, deleted: Callable[[], object] | None = None,
    ) -> Object:  # fmt: skip
        """Count an object from here on. It has the reference of its maker."""
        made = Object(kind, address, name, body)
        made.closed, made.deleted = closed, deleted
        self.by_address[address] = made
        if name:
            self.named[name.lower()] = made
        return made

    def at(self, address: int) -> Object | None:
        return self.by_address.get(address)

    def reference(self, found: Object) -> int:
        found.references += 1
        return found.references

    def dereference(self, found: Object) -> int:
        """One reference less; the last one takes the object away."""
        found.references -= 1
        if not found.references:
            if self.by_address.get(found.address) is found:
                del self.by_address[found.address]
            self._forget_name(found)
            if found.deleted is not None:
                found.deleted()
        return found.references

    def _forget_name(self, found: Object) -> None:
        if found.name and self.named.get(found.name.lower()) is found:
            del self.named[found.name.lower()]

    # -- handles

    def open(self, process: Process, found: Object, access: int, attributes: int = 0) -> int:
        """A new handle in the table of a process, or with OBJ_KERNEL_HANDLE in the system's."""
        found.handles += 1
        found.references += 1
        opened = Opened(found, access, attributes, self.nt.thread.previous_mode)
        system = self.nt.system_process
        if not attributes & OBJ_KERNEL_HANDLE and process is not system:
            return self.table(process).insert(opened)
        number = self.table(system).insert(opened)
        handle = number | KERNEL if attributes & OBJ_KERNEL_HANDLE else number
        facts = [("handle", f"0x{handle:X}, {found.kind}{' ' + found.name if found.name else ''}")]
        self.nt.hold(rules.HANDLE_LEFT, number, facts)
        return handle

    def table(self, process: Process) -> HandleTable:
        if process.handles is None:
            process.handles = HandleTable()
        return process.handles

    def opened(self, handle: int, mode: int = 0) -> Opened | None:
        """What a handle stands for in the current process. Handles of the system's own table count in kernel mode
        only."""
        if is_kernel_handle(handle):
            return None if mode == USER_MODE else self.table(self.nt.system_process).get(handle & ~KERNEL)
        return self.table(self.nt.process).get(handle)

    def by_handle(self, handle: int, access: int, kind: str | None, mode: int) -> tuple[int, Opened | None]:
        """The status that ObReferenceObjectByHandle gives, and what was opened. No reference is taken. Rights count in
        user mode only."""
        entry = self._current(handle) or self.opened(handle, mode)
        if entry is None:
            return STATUS_INVALID_HANDLE, None
        if kind is not None and entry.object.kind != kind:
            return STATUS_OBJECT_TYPE_MISMATCH, None
        if mode == USER_MODE and access & ~entry.access:
            return STATUS_ACCESS_DENIED, None
        return STATUS_SUCCESS, entry

    def _current(self, handle: int) -> Opened | None:
        """The handles that always mean the current process and thread."""
        if handle == CURRENT_PROCESS:
            return Opened(self.of_process(self.nt.process), 0x1F_FFFF, 0)
        if handle == CURRENT_THREAD:
            found = self.at(self.nt.thread.address)
            return Opened(found, 0x1F_FFFF, 0) if found is not None else None
        return None

    def of_process(self, process: Process) -> Object:
        """The object of a process, which is counted from when it is first asked for."""
        return self.at(process.address) or self.add("Process", process.address, body=process)

    def close(self, process: Process, handle: int) -> int:
        """Close a handle in the table of a process: STATUS_SUCCESS or STATUS_INVALID_HANDLE."""
        if is_kernel_handle(handle):
            process, handle = self.nt.system_process, handle & ~KERNEL
        entry = self.table(process).remove(handle)
        if entry is None:
            return STATUS_INVALID_HANDLE
        if process is self.nt.system_process:
            self.nt.let_go(rules.HANDLE_LEFT, handle & -STEP)
        found = entry.object
        found.handles -= 1
        if not found.handles:
            self._forget_name(found)
        if found.closed is not None:
            found.closed(process, not found.handles)
        self.dereference(found)
        return STATUS_SUCCESS

    def close_all(self, process: Process) -> None:
        """A process exits: its handles go, the lowest first."""
        table = self.table(process)
        for handle in table.handles():
            self.close(process, handle)

    # -- types

    def type_variable(self, name: str) -> int:
        """The value of a variable such as IoFileObjectType: the address of a pointer to the type."""
        kind = TYPE_VARIABLES[name]
        if kind not in self._types:
            where = self.nt.pool.allocate(8, 0x7954624F)
            self._types[kind] = where
            self.nt.memory.write_uint(where, 8, self.nt.new_object(0x100))
        return self._types[kind]

    def kind_of_type(self, type_address: int) -> str | None:
        """The kind that a POBJECT_TYPE means, None for one that nobody has asked for."""
        memory = self.nt.memory
        return next((kind for kind, where in self._types.items() if memory.read_uint(where, 8) == type_address), None)
