"""RtlQueryRegistryValues: a table of RTL_QUERY_REGISTRY_TABLE, worked off entry by entry."""

from __future__ import annotations

from ..strings import Counted
from ..wdk.constants import (
    REG_DWORD,
    REG_EXPAND_SZ,
    REG_MULTI_SZ,
    REG_NONE,
    REG_SZ,
    RTL_QUERY_REGISTRY_DELETE,
    RTL_QUERY_REGISTRY_DIRECT,
    RTL_QUERY_REGISTRY_NOVALUE,
    RTL_QUERY_REGISTRY_REQUIRED,
    RTL_QUERY_REGISTRY_SUBKEY,
    RTL_QUERY_REGISTRY_TOPKEY,
    STATUS_BUFFER_TOO_SMALL,
    STATUS_INVALID_PARAMETER,
    STATUS_OBJECT_NAME_NOT_FOUND,
    STATUS_SUCCESS,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System
    from .store import Key

ROUTINE, FLAGS, NAME, CONTEXT, DEFAULT_TYPE, DEFAULT_DATA, DEFAULT_LENGTH, ENTRY = 0, 8, 16, 24, 32, 40, 48, 56
HANDLE = 0x4000_0000  # RTL_REGISTRY_HANDLE
STRINGS = (REG_SZ, REG_EXPAND_SZ, REG_MULTI_SZ)
TAG = int.from_bytes(b"RtlR", "little")


def wide_text(nt: System, where: int) -> str:
    """A terminated wide string."""
    if not where:
        return ""
    data = bytearray()
    while (unit := nt.memory.read(where, 2)) != b"\0\0":
        data += unit
        where += 2
    return data.decode("utf-16-le", "replace")


def path_of(nt: System, relative: int, path: int) -> str | None:
    return None if relative & HANDLE else nt.io.registry.path(relative, wide_text(nt, path))


def query_values(nt: System, relative: int, path: int, table: int, context: int) -> int:
    memory = nt.memory
    where = path_of(nt, relative, path)
    if where is None:
        return STATUS_INVALID_PARAMETER
    top = nt.io.registry.find(where)
    if top is None:
        return STATUS_OBJECT_NAME_NOT_FOUND
    key: Key | None = top
    while memory.read_uint(table + ROUTINE, 8) or memory.read_uint(table + NAME, 8):
        flags = memory.read_uint(table + FLAGS, 4)
        if flags & (RTL_QUERY_REGISTRY_TOPKEY | RTL_QUERY_REGISTRY_SUBKEY):
            key = top
        name = wide_text(nt, memory.read_uint(table + NAME, 8))
        if flags & RTL_QUERY_REGISTRY_SUBKEY:
            key = nt.io.registry.find(name, top)
            status = STATUS_OBJECT_NAME_NOT_FOUND if key is None and flags & RTL_QUERY_REGISTRY_REQUIRED else 0
        else:
            status = _entry(nt, key, table, flags, name, context)
        if status & 0x8000_0000:
            return status
        table += ENTRY
    return STATUS_SUCCESS


def _entry(nt: System, key: Key | None, entry: int, flags: int, name: str, context: int) -> int:
    """One value: found, or its default, or missing."""
    memory = nt.memory
    if flags & RTL_QUERY_REGISTRY_NOVALUE:
        return _call(nt, entry, 0, REG_NONE, b"", context)
    found = key.values.get(name.upper()) if key is not None else None
    if found is None:
        kind = memory.read_uint(entry + DEFAULT_TYPE, 4)
        if kind & 0xFF == REG_NONE:
            return STATUS_OBJECT_NAME_NOT_FOUND if flags & RTL_QUERY_REGISTRY_REQUIRED else STATUS_SUCCESS
        data = _default(nt, entry, kind & 0xFF)
        found = name, kind & 0xFF, data
    elif flags & RTL_QUERY_REGISTRY_DELETE and key is not None:
        del key.values[name.upper()]
    if flags & RTL_QUERY_REGISTRY_DIRECT:
        return _store(nt, memory.read_uint(entry + CONTEXT, 8), found[1], found[2])
    return _call(nt, entry, memory.read_uint(entry + NAME, 8), found[1], found[2], context)


def _default(nt: System, entry: int, kind: int) -> bytes:
    where, length = nt.memory.read_uint(entry + DEFAULT_DATA, 8), nt.memory.read_uint(entry + DEFAULT_LENGTH, 4)
    if not length and kind in STRINGS:
        return wide_text(nt, where).encode("utf-16-le") + b"\0\0"
    return nt.memory.read(where, length or (4 if kind == REG_DWORD else 0))


def _call(nt: System, entry: int, name: int, kind: int, data: bytes, context: int) -> int:
    """Hand the value to the routine of the entry."""
    buffer = nt.pool.allocate(max(len(data), 1), TAG)
    nt.memory.write(buffer, data)
    routine = nt.memory.read_uint(entry + ROUTINE, 8)
    own = nt.memory.read_uint(entry + CONTEXT, 8)
    status = nt.call(routine, name, kind, buffer if data else 0, len(data), context, own) & 0xFFFF_FFFF
    nt.pool.free(buffer)
    return status


def _store(nt: System, where: int, kind: int, data: bytes) -> int:
    """Put the value where EntryContext points: a string into a UNICODE_STRING, a number as it is."""
    memory = nt.memory
    if kind not in STRINGS:
        memory.write(where, data[:4] if kind == REG_DWORD else data)
        return STATUS_SUCCESS
    text = Counted(nt, where)
    if not text.buffer:
        buffer = nt.pool.allocate(len(data), TAG)
        text.set(0, len(data), buffer)
    if text.maximum < len(data):
        return STATUS_BUFFER_TOO_SMALL
    memory.write(text.buffer, data)
    text.length = max(0, len(data) - 2)
    return STATUS_SUCCESS
