"""The C library's formatting into a buffer."""

from __future__ import annotations

from ..format import Slots, VaList, format_bytes, format_wide
from ..routine import routine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..format import NextArgument
    from ..system import System


@routine("int sprintf(char *buffer, const char *format, ...)", irql="== PASSIVE_LEVEL", header="stdio.h")
def sprintf(nt: System, buffer: int, template: int, *arguments: int) -> int:
    return _whole(nt, buffer, template, Slots(nt, arguments))


@routine(
    "int _snprintf(char *buffer, size_t count, const char *format, ...)",
    irql="== PASSIVE_LEVEL", header="stdio.h",
)  # fmt: skip
def _snprintf(nt: System, buffer: int, count: int, template: int, *arguments: int) -> int:
    return _old(nt, buffer, count, template, Slots(nt, arguments))


@routine("int snprintf(char *buffer, size_t count, const char *format, ...)", irql="== PASSIVE_LEVEL", header="stdio.h")
def snprintf(nt: System, buffer: int, count: int, template: int, *arguments: int) -> int:
    return _new(nt, buffer, count, template, Slots(nt, arguments))


@routine(
    "int sprintf_s(char *buffer, size_t sizeOfBuffer, const char *format, ...)",
    irql="== PASSIVE_LEVEL", header="stdio.h",
)  # fmt: skip
def sprintf_s(nt: System, buffer: int, size: int, template: int, *arguments: int) -> int:
    """-1 and an empty string where the text and its terminator have no room."""
    data = format_bytes(nt, nt.memory.read_string(template), Slots(nt, arguments))
    fits = len(data) < size
    if size:
        nt.memory.write(buffer, data + b"\0" if fits else b"\0")
    return len(data) if fits else -1


@routine(
    "int _vsnprintf(char *buffer, size_t count, const char *format, va_list argptr)",
    irql="== PASSIVE_LEVEL", header="stdio.h", takes_list=True,
)  # fmt: skip
def _vsnprintf(nt: System, buffer: int, count: int, template: int, arguments: int) -> int:
    return _old(nt, buffer, count, template, VaList(nt, arguments))


@routine(
    "int vsprintf(char *buffer, const char *format, va_list argptr)",
    irql="== PASSIVE_LEVEL", header="stdio.h", takes_list=True,
)  # fmt: skip
def vsprintf(nt: System, buffer: int, template: int, arguments: int) -> int:
    return _whole(nt, buffer, template, VaList(nt, arguments))


@routine(
    "int vsnprintf(char *buffer, size_t count, const char *format, va_list argptr)",
    irql="== PASSIVE_LEVEL", header="stdio.h", takes_list=True,
)  # fmt: skip
def vsnprintf(nt: System, buffer: int, count: int, template: int, arguments: int) -> int:
    return _new(nt, buffer, count, template, VaList(nt, arguments))


@routine(
    "int swprintf(wchar_t *buffer, size_t count, const wchar_t *format, ...)",
    irql="== PASSIVE_LEVEL", header="stdio.h",
)  # fmt: skip
def swprintf(nt: System, buffer: int, count: int, template: int, *arguments: int) -> int:
    """Always terminated; -1 where the text and its terminator have no room."""
    data = format_wide(nt, nt.memory.read_wide_string(template), Slots(nt, arguments)).encode("utf-16-le", "replace")
    if count:
        nt.memory.write(buffer, data[: 2 * (count - 1)] + b"\0\0")
    return len(data) // 2 if len(data) < 2 * count else -1


@routine(
    "int _snwprintf(wchar_t *buffer, size_t count, const wchar_t *format, ...)",
    irql="== PASSIVE_LEVEL", header="stdio.h",
)  # fmt: skip
def _snwprintf(nt: System, buffer: int, count: int, template: int, *arguments: int) -> int:
    return _old_wide(nt, buffer, count, template, Slots(nt, arguments))


@routine(
    "int _vsnwprintf(wchar_t *buffer, size_t count, const wchar_t *format, va_list argptr)",
    irql="== PASSIVE_LEVEL", header="stdio.h", takes_list=True,
)  # fmt: skip
def _vsnwprintf(nt: System, buffer: int, count: int, template: int, arguments: int) -> int:
    return _old_wide(nt, buffer, count, template, VaList(nt, arguments))


def _whole(nt: System, buffer: int, template: int, arguments: NextArgument) -> int:
    """All of the text and its terminator, whatever room there is."""
    data = format_bytes(nt, nt.memory.read_string(template), arguments)
    nt.memory.write(buffer, data + b"\0")
    return len(data)


def _old(nt: System, buffer: int, count: int, template: int, arguments: NextArgument) -> int:
    """As the underscored functions have it: a terminator only where there is room, -1 where the text has none."""
    data = format_bytes(nt, nt.memory.read_string(template), arguments)
    nt.memory.write(buffer, (data + b"\0")[:count])
    return len(data) if len(data) <= count else -1


def _new(nt: System, buffer: int, count: int, template: int, arguments: NextArgument) -> int:
    """As C99 has it: always terminated, and the length that the whole text would have."""
    data = format_bytes(nt, nt.memory.read_string(template), arguments)
    if count:
        nt.memory.write(buffer, data[: count - 1] + b"\0")
    return len(data)


def _old_wide(nt: System, buffer: int, count: int, template: int, arguments: NextArgument) -> int:
    data = format_wide(nt, nt.memory.read_wide_string(template), arguments).encode("utf-16-le", "replace")
    nt.memory.write(buffer, (data + b"\0\0")[: 2 * count])
    return len(data) // 2 if len(data) <= 2 * count else -1
