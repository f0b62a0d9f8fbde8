"""Keys of the registry behind handles: opening and creating them, and reading and writing their values."""

from __future__ import annotations

from ..strings import Counted
from ..wdk.constants import (
    REG_CREATED_NEW_KEY,
    REG_OPENED_EXISTING_KEY,
    STATUS_BUFFER_OVERFLOW,
    STATUS_BUFFER_TOO_SMALL,
    STATUS_INVALID_PARAMETER,
    STATUS_OBJECT_NAME_NOT_FOUND,
    STATUS_SUCCESS,
)
from ..wdk.layouts import offset
from .store import Key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

ROOT, NAME = offset("_OBJECT_ATTRIBUTES", "RootDirectory"), offset("_OBJECT_ATTRIBUTES", "ObjectName")
ATTRIBUTES = offset("_OBJECT_ATTRIBUTES", "Attributes")
BASIC, FULL, PARTIAL = 0, 1, 2  # KEY_VALUE_INFORMATION_CLASS
HEADERS = {BASIC: 12, FULL: 20, PARTIAL: 12}


def key_of(nt: System, handle: int) -> tuple[int, Key | None]:
    """The key that a handle stands for."""
    status, opened = nt.objects.by_handle(handle, 0, "Key", 0)
    key = opened.object.body if opened is not None else None
    return status, key if isinstance(key, Key) else None


def open_handle(nt: System, key: Key, access: int, attributes: int, handle_at: int) -> None:
    """A handle to a key, stored for the caller."""
    made = nt.objects.add("Key", nt.new_object(64), body=key)
    nt.memory.write_uint(handle_at, 8, nt.objects.open(nt.process, made, access, attributes))
    nt.objects.dereference(made)


def open_key(nt: System, handle_at: int, access: int, attributes: int, create: bool, disposition_at: int = 0) -> int:
    """ZwOpenKey and ZwCreateKey."""
    memory = nt.memory
    start: Key | None = None
    root = memory.read_uint(attributes + ROOT, 8)
    if root:
        status, start = key_of(nt, root)
        if start is None:
            return status
    path = Counted(nt, memory.read_uint(attributes + NAME, 8)).text
    key = nt.io.registry.find(path, start)
    if disposition_at:
        memory.write_uint(disposition_at, 4, REG_CREATED_NEW_KEY if key is None else REG_OPENED_EXISTING_KEY)
    if key is None:
        if not create:
            return STATUS_OBJECT_NAME_NOT_FOUND
        key = nt.io.registry.create(path, start)
    open_handle(nt, key, access, memory.read_uint(attributes + ATTRIBUTES, 4), handle_at)
    return STATUS_SUCCESS


def query_value(nt: System, handle: int, name: int, kind: int, buffer: int, length: int, result_at: int) -> int:
    """ZwQueryValueKey: as much of the value as there is room for."""
    status, key = key_of(nt, handle)
    if key is None:
        return status
    found = key.values.get(Counted(nt, name).text.upper())
    if found is None:
        return STATUS_OBJECT_NAME_NOT_FOUND
    if kind not in HEADERS:
        return STATUS_INVALID_PARAMETER
    data = _information(kind, *found)
    nt.memory.write_uint(result_at, 4, len(data))
    if length < HEADERS[kind]:
        return STATUS_BUFFER_TOO_SMALL
    nt.memory.write(buffer, data[:length])
    return STATUS_SUCCESS if len(data) <= length else STATUS_BUFFER_OVERFLOW


def _information(kind: int, name: str, type: int, data: bytes) -> bytes:
    """A KEY_VALUE_..._INFORMATION."""
    text = name.encode("utf-16-le")
    if kind == BASIC:
        return _words(0, type, len(text)) + text
    if kind == PARTIAL:
        return _words(0, type, len(data)) + data
    at = HEADERS[FULL] + len(text) + 3 & -4
    return (_words(0, type, at, len(data), len(text)) + text).ljust(at, b"\0") + data


def _words(*values: int) -> bytes:
    return b"".join(value.to_bytes(4, "little") for value in values)


def set_value(nt: System, handle: int, name: int, kind: int, data: int, length: int) -> int:
    status, key = key_of(nt, handle)
    if key is not None:
        key.set(Counted(nt, name).text, kind, nt.memory.read(data, length) if length else b"")
    return status


def delete_key(nt: System, handle: int) -> int:
    status, key = key_of(nt, handle)
    if key is not None:
        nt.io.registry.remove(key.path)
    return status


def device_key(nt: System, instance: str, handle_at: int, access: int) -> int:
    """The key that Plug and Play keeps for a device."""
    path = f"\\Registry\\Machine\\System\\CurrentControlSet\\Enum\\{instance}\\Device Parameters"
    open_handle(nt, nt.io.registry.create(path), access, 0, handle_at)
    return STATUS_SUCCESS
