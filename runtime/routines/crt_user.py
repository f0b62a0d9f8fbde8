"""The C library of a user program: its output and its heap."""

from __future__ import annotations

from ..format import Slots, VaList, format_bytes, format_wide
from ..routine import routine
from ..services import programs
from ..win32 import heap
from ..win32.rows import call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..format import NextArgument
    from ..system import System

ABORTED = 3


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


@call("void *malloc(size_t size)", fails="NULL", undo="free", waits=True, header="stdlib.h")
def malloc(nt: System, size: int) -> int:
    """Memory of the process heap. What it holds is left over: 0xCD bytes here."""
    own = heap.of_process(nt)
    return heap.allocate(nt, own, size, 0, "malloc") if own is not None else 0


@call("void *calloc(size_t number, size_t size)", fails="NULL", undo="free", waits=True, header="stdlib.h")
def calloc(nt: System, number: int, size: int) -> int:
    own = heap.of_process(nt)
    return heap.allocate(nt, own, number * size, heap.HEAP_ZERO_MEMORY, "calloc") if own is not None else 0


@call("void *realloc(void *memory, size_t size)", fails="NULL", undo="free", waits=True, header="stdlib.h")
def realloc(nt: System, memory: int, size: int) -> int:
    own = heap.of_process(nt)
    if own is None:
        return 0
    if not memory:
        return heap.allocate(nt, own, size, 0, "realloc")
    if not size:
        heap.free(nt, own, memory)
        return 0
    return heap.resize(nt, own, memory, size, 0, "realloc")


@call("void free(void *memory)", waits=True, header="stdlib.h")
def free(nt: System, memory: int) -> None:
    own = heap.of_process(nt)
    if memory and own is not None:
        heap.free(nt, own, memory)


@call(
    "void *_aligned_malloc(size_t size, size_t alignment)",
    fails="NULL", undo="_aligned_free", waits=True, header="malloc.h",
)  # fmt: skip
def _aligned_malloc(nt: System, size: int, alignment: int) -> int:
    """The address of the block that it lies in stands just before it."""
    own = heap.of_process(nt)
    if own is None or not alignment or alignment & (alignment - 1):
        return 0
    block = heap.allocate(nt, own, size + max(alignment, 8) + 8, 0, "_aligned_malloc")
    if not block:
        return 0
    aligned = (block + 8 + max(alignment, 8) - 1) & -max(alignment, 8)
    nt.memory.write_uint(aligned - 8, 8, block)
    return aligned


@call("void _aligned_free(void *memory)", waits=True, header="malloc.h")
def _aligned_free(nt: System, memory: int) -> None:
    own = heap.of_process(nt)
    if memory and own is not None:
        heap.free(nt, own, nt.memory.read_uint(memory - 8, 8))


@call("void exit(int status)", fails="does not return", waits=True, header="stdlib.h")
def exit(nt: System, status: int) -> None:
    programs.exit_process(nt, status & 0xFFFF_FFFF)


@call("void abort(void)", fails="does not return", waits=True, header="stdlib.h")
def abort(nt: System) -> None:
    """The process ends with the code 3."""
    programs.exit_process(nt, ABORTED)


def _print(nt: System, template: int, arguments: NextArgument) -> int:
    data = format_bytes(nt, nt.memory.read_string(template), arguments, user=True)
    nt.output(data.decode("utf-8", "replace"))
    return len(data)
