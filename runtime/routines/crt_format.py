"""The C library's formatting into a buffer."""

from __future__ import annotations

from dmascript.runtime.routine import known

known("int sprintf(char *buffer, const char *format, ...)", irql="== PASSIVE_LEVEL", header="stdio.h")
known("int _snprintf(char *buffer, size_t count, const char *format, ...)", irql="== PASSIVE_LEVEL", header="stdio.h")
known("int snprintf(char *buffer, size_t count, const char *format, ...)", irql="== PASSIVE_LEVEL", header="stdio.h")
known(
    "int sprintf_s(char *buffer, size_t sizeOfBuffer, const char *format, ...)",
    irql="== PASSIVE_LEVEL", header="stdio.h",
)  # fmt: skip
known(
    "int _vsnprintf(char *buffer, size_t count, const char *format, va_list argptr)",
    irql="== PASSIVE_LEVEL", header="stdio.h", takes_list=True,
)  # fmt: skip
known(
    "int vsprintf(char *buffer, const char *format, va_list argptr)",
    irql="== PASSIVE_LEVEL", header="stdio.h", takes_list=True,
)  # fmt: skip
known(
    "int vsnprintf(char *buffer, size_t count, const char *format, va_list argptr)",
    irql="== PASSIVE_LEVEL", header="stdio.h", takes_list=True,
)  # fmt: skip
known(
    "int swprintf(wchar_t *buffer, size_t count, const wchar_t *format, ...)",
    irql="== PASSIVE_LEVEL", header="stdio.h",
)  # fmt: skip
known(
    "int _snwprintf(wchar_t *buffer, size_t count, const wchar_t *format, ...)",
    irql="== PASSIVE_LEVEL", header="stdio.h",
)  # fmt: skip
known(
    "int _vsnwprintf(wchar_t *buffer, size_t count, const wchar_t *format, va_list argptr)",
    irql="== PASSIVE_LEVEL", header="stdio.h", takes_list=True,
)  # fmt: skip
