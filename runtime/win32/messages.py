"""FormatMessage: the texts of errors. Ours name the constant, since the sentences of Windows are not ours to print."""

from __future__ import annotations

from ..wdk.constants import GROUPS
from . import heap
from .errors import ERROR_MR_MID_NOT_FOUND, set_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

ALLOCATE_BUFFER, IGNORE_INSERTS, FROM_STRING, FROM_HMODULE, FROM_SYSTEM = 0x100, 0x200, 0x400, 0x800, 0x1000
ERROR_INVALID_PARAMETER, ERROR_INSUFFICIENT_BUFFER = 87, 122


def text_of(error: int) -> str:
    """A line that names an error, empty for one that has no name."""
    names = GROUPS["win32_errors"][1]
    name = next((name for name, value in names.items() if value == error), "")
    return f"{name} ({error})\r\n" if name else ""


def format_message(nt: System, flags: int, source: int, message: int, buffer: int, size: int, wide: bool) -> int:
    """The number of characters written, without the terminating one, or 0."""
    if flags & FROM_STRING:
        text = nt.memory.read_wide_string(source) if wide else nt.memory.read_string(source).decode("cp1252", "replace")
        if "%" in text and not flags & IGNORE_INSERTS:
            nt.not_modelled("FormatMessage with inserts")
    elif flags & FROM_SYSTEM:
        text = text_of(message)
        if not text:
            set_error(nt, ERROR_MR_MID_NOT_FOUND)
            return 0
    else:
        if flags & FROM_HMODULE:
            nt.not_modelled("FormatMessage with a module's messages")
        set_error(nt, ERROR_INVALID_PARAMETER)
        return 0
    data = (text + "\0").encode("utf-16-le" if wide else "cp1252", "replace")
    if flags & ALLOCATE_BUFFER:
        own = heap.of_process(nt)
        where = heap.allocate(nt, own, max(len(data), size), 0, "LocalAlloc") if own is not None else 0
        if not where:
            return 0
        nt.memory.write_uint(buffer, 8, where)
        buffer = where
    elif len(text) + 1 > size:
        set_error(nt, ERROR_INSUFFICIENT_BUFFER)
        return 0
    nt.memory.write(buffer, data)
    return len(text)
