"""CreateFileMapping and MapViewOfFile over the page file: memory that programs share by name."""

from __future__ import annotations

from ..ke.process import ALLOCATION_GRANULARITY
from ..mm import sections
from ..services.attributes import granted
from ..services.waitable import Opening
from ..wdk.constants import (
    OBJ_OPENIF,
    SEC_COMMIT,
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_OBJECT_NAME_COLLISION,
    STATUS_OBJECT_NAME_EXISTS,
    STATUS_OBJECT_NAME_NOT_FOUND,
)
from .errors import fail, set_error
from .waits import create, object_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..ob.objects import Object
    from ..system import System

NO_FILE = 0xFFFF_FFFF_FFFF_FFFF
SECTION_ALL_ACCESS, SECTION_MAP_WRITE, SECTION_MAP_READ = 0xF_001F, 0x2, 0x4
FILE_MAP_COPY, FILE_MAP_EXECUTE = 0x1, 0x20
ERROR_INVALID_PARAMETER, ERROR_MAPPED_ALIGNMENT = 87, 1132
PAGE_READONLY, PAGE_READWRITE, PAGE_WRITECOPY = 2, 4, 8


def create_mapping(nt: System, file: int, security: int, protect: int, size: int, name: str) -> int:
    """CreateFileMapping: the handle, or NULL. Only memory of the page file is modelled."""
    if file != NO_FILE:
        nt.not_modelled("a mapping of a file")

    def make(whole: str, attributes: int) -> Opening:
        there = nt.objects.named.get(whole.lower()) if whole else None
        if there is not None:
            if there.kind != "Section":
                return Opening(STATUS_OBJECT_NAME_COLLISION)
            return Opening(STATUS_OBJECT_NAME_EXISTS, _open(nt, there, SECTION_ALL_ACCESS, attributes))
        if not size:
            return Opening(STATUS_INSUFFICIENT_RESOURCES)
        status, made = sections.create(nt, size, protect & 0xFFF, SEC_COMMIT, whole)
        if made is None:
            return Opening(status)
        handle = _open(nt, made, SECTION_ALL_ACCESS, attributes)
        nt.objects.dereference(made)
        return Opening(status, handle)

    if not size and not name:
        set_error(nt, ERROR_INVALID_PARAMETER)
        return 0
    return create(nt, name, security, make)


def _open(nt: System, found: Object, access: int, attributes: int) -> int:
    return nt.objects.open(nt.process, found, granted("Section", access), attributes & ~OBJ_OPENIF)


def open_mapping(nt: System, access: int, inherit: int, name: str) -> int:
    """OpenFileMapping: the handle to a mapping that somebody else has made, or NULL."""
    found = nt.objects.named.get(object_name(name).lower())
    if found is None or found.kind != "Section":
        return fail(nt, STATUS_OBJECT_NAME_NOT_FOUND)
    return _open(nt, found, access, 2 if inherit else 0)


def map_view(nt: System, handle: int, access: int, offset: int, size: int) -> int:
    """MapViewOfFile: the address, or NULL."""
    needed = access & (SECTION_MAP_READ | SECTION_MAP_WRITE) or SECTION_MAP_READ
    status, entry = nt.objects.by_handle(handle, needed, "Section", 1)
    if entry is None:
        return fail(nt, status)
    if offset % ALLOCATION_GRANULARITY:
        set_error(nt, ERROR_MAPPED_ALIGNMENT)
        return 0
    protect = PAGE_READWRITE if access & SECTION_MAP_WRITE else PAGE_READONLY
    if access == FILE_MAP_COPY:
        protect = PAGE_WRITECOPY
    if access & FILE_MAP_EXECUTE:
        protect <<= 4
    place = sections.Place(nt.process, 0, 0, False)
    answer = nt.system_call(lambda: sections.map_view(nt, entry.object, place, offset, size, protect))
    return fail(nt, answer.status) if answer.status else answer.base


def unmap_view(nt: System, address: int) -> int:
    status = nt.system_call(lambda: sections.unmap_view(nt, nt.process, address))
    return fail(nt, status) if status else 1
