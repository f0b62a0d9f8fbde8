"""The C library of a user program: its output and its heap."""

from __future__ import annotations

from dmascript.runtime.routine import known

known("int printf(const char *format, ...)", irql="== PASSIVE_LEVEL", header="stdio.h")
known("int vprintf(const char *format, va_list argptr)", irql="== PASSIVE_LEVEL", header="stdio.h", takes_list=True)
known("int wprintf(const wchar_t *format, ...)", irql="== PASSIVE_LEVEL", header="stdio.h")
known("int puts(const char *string)", irql="== PASSIVE_LEVEL", header="stdio.h")
known("int putchar(int c)", irql="== PASSIVE_LEVEL", header="stdio.h")
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
