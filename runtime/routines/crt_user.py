"""The C library of a user program: its output and its heap."""

from __future__ import annotations

from ..format import Slots, VaList, format_bytes, format_wide
from ..routine import known, routine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..format import NextArgument
    from ..system import System


@routine("int printf(const char *format, ...)", irql="== PASSIVE_LEVEL", header="stdio.h")
def printf(nt: System, template: int, *arguments: int) -> int:
    return _print(nt, template, Slots(nt, arguments))


@routine("int vprintf(const char *format, va_list argptr)", irql="== PASSIVE_LEVEL", header="stdio.h", takes_list=True)
def vprintf(nt: System, template: int, arguments: int) -> int:
    return _print(nt, template, VaList(nt, arguments))


@routine("int wprintf(const wchar_t *format, ...)", irql="== PASSIVE_LEVEL", header="stdio.h")
def wprintf(nt: System, template: int, *arguments: int) -> int:
    text = format_wide(nt, nt.memory.read_wide_string(template), Slots(nt, arguments), user=True)
    nt.output(text)
    return len(text)


@routine("int puts(const char *string)", irql="== PASSIVE_LEVEL", header="stdio.h")
def puts(nt: System, string: int) -> int:
    nt.output(nt.memory.read_string(string).decode("utf-8", "replace") + "\n")
    return 0


@routine("int putchar(int c)", irql="== PASSIVE_LEVEL", header="stdio.h")
def putchar(nt: System, character: int) -> int:
    nt.output(chr(character & 0xFF))
    return character & 0xFF


known("void *malloc(size_t size)", irql="== PASSIVE_LEVEL", fails="NULL", undo="free", header="stdlib.h")
known("void *calloc(size_t number, size_t size)", irql="== PASSIVE_LEVEL", fails="NULL", undo="free", header="stdlib.h")
known("void *realloc(void *memory, size_t size)", irql="== PASSIVE_LEVEL", fails="NULL", undo="free", header="stdlib.h")
known("void free(void *memory)", irql="== PASSIVE_LEVEL", header="stdlib.h")
known(
    "void *_aligned_malloc(size_t size, size_t alignment)",
    irql="== PASSIVE_LEVEL", fails="NULL", undo="_aligned_free", header="malloc.h",
)  # fmt: skip
known("void _aligned_free(void *memory)", irql="== PASSIVE_LEVEL", header="malloc.h")
known("void exit(int status)", irql="== PASSIVE_LEVEL", fails="does not return", header="stdlib.h")
known("void abort(void)", irql="== PASSIVE_LEVEL", fails="does not return", header="stdlib.h")


def _print(nt: System, template: int, arguments: NextArgument) -> int:
    data = format_bytes(nt, nt.memory.read_string(template), arguments, user=True)
    nt.output(data.decode("utf-8", "replace"))
    return len(data)


def _write(nt: System, data: bytes) -> int:
    nt.output(data.decode("utf-8", "replace"))
    return len(data)
