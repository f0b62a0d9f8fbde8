"""The macros that stand before the first line of every script: those of MSVC for a checked x64 kernel build, and those
that the environment gives as text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from .definition import parse_definition
from .lexer import lex
from .macros import PREDEFINED, Macro
from .source import SourceFile, Span

# Values of _WIN32_WINNT and NTDDI_VERSION by the names that a driver compares with. Date and time stand still: the same
# script gives the same bytes.
_TEXT = """
#define DMASCRIPT 1
#define _MSC_VER 1940
#define _MSC_FULL_VER 194033811
#define _MSC_BUILD 0
#define _MSC_EXTENSIONS 1
#define _INTEGRAL_MAX_BITS 64
#define _WIN32 1
#define _WIN64 1
#define _AMD64_ 1
#define AMD64 1
#define _M_AMD64 100
#define _M_X64 100
#define _KERNEL_MODE 1
#define DBG 1
#define NT_INCLUDED 1
#define _NTDDK_ 1
#define _WDMDDK_ 1
#define UNICODE 1
#define _UNICODE 1
#define __STDC_HOSTED__ 1
#define __DATE__ "Jan  1 2000"
#define __TIME__ "00:00:00"
#define __TIMESTAMP__ "Sat Jan  1 00:00:00 2000"
#define _WIN32_WINNT_NT4 0x0400
#define _WIN32_WINNT_WIN2K 0x0500
#define _WIN32_WINNT_WINXP 0x0501
#define _WIN32_WINNT_WS03 0x0502
#define _WIN32_WINNT_WIN6 0x0600
#define _WIN32_WINNT_VISTA 0x0600
#define _WIN32_WINNT_WS08 0x0600
#define _WIN32_WINNT_LONGHORN 0x0600
#define _WIN32_WINNT_WIN7 0x0601
#define _WIN32_WINNT_WIN8 0x0602
#define _WIN32_WINNT_WINBLUE 0x0603
#define _WIN32_WINNT_WINTHRESHOLD 0x0A00
#define _WIN32_WINNT_WIN10 0x0A00
#define NTDDI_WIN2K 0x05000000
#define NTDDI_WINXP 0x05010000
#define NTDDI_WINXPSP1 0x05010100
#define NTDDI_WINXPSP2 0x05010200
#define NTDDI_WINXPSP3 0x05010300
#define NTDDI_WS03 0x05020000
#define NTDDI_WS03SP1 0x05020100
#define NTDDI_WS03SP2 0x05020200
#define NTDDI_WIN6 0x06000000
#define NTDDI_VISTA 0x06000000
#define NTDDI_LONGHORN 0x06000000
#define NTDDI_VISTASP1 0x06000100
#define NTDDI_WS08 0x06000100
#define NTDDI_WIN7 0x06010000
#define NTDDI_WIN8 0x06020000
#define NTDDI_WINBLUE 0x06030000
#define NTDDI_WINTHRESHOLD 0x0A000000
#define NTDDI_WIN10 0x0A000000
#define NTDDI_WIN10_TH2 0x0A000001
#define NTDDI_WIN10_RS1 0x0A000002
#define NTDDI_WIN10_RS2 0x0A000003
#define NTDDI_WIN10_RS3 0x0A000004
#define NTDDI_WIN10_RS4 0x0A000005
#define NTDDI_WIN10_RS5 0x0A000006
#define NTDDI_WIN10_19H1 0x0A000007
#define NTDDI_WIN10_VB 0x0A000008
#define NTDDI_WIN10_MN 0x0A000009
#define NTDDI_WIN10_FE 0x0A00000A
#define NTDDI_WIN10_CO 0x0A00000B
#define NTDDI_WIN10_NI 0x0A00000C
#define WINVER 0x0A00
#define _WIN32_WINNT 0x0A00
#define NTDDI_VERSION 0x0A00000C
"""
_SPECIAL = {"__FILE__": "file", "__LINE__": "line", "__COUNTER__": "counter", "_Pragma": "pragma", "__pragma": "pragma"}


@lru_cache(maxsize=1)
def predefined_macros() -> Mapping[str, Macro]:
    """The macros by name; a script may define them anew without a warning, as a project's settings do."""
    macros = dict(built_in_macros(_TEXT, PREDEFINED))
    nowhere = Span(PREDEFINED, 1, 1, 1, 1)
    for name, special in _SPECIAL.items():
        parameters = ("text",) if special == "pragma" else None
        macros[name] = Macro(name, parameters, True, [], nowhere, frozenset((name,)), special=special)
    return MappingProxyType(macros)


class _Unread(Macro):
    """A macro that comes with us, taken apart when something first asks for what it holds: few scripts use many."""

    __slots__ = ("_text",)

    def __init__(self, name: str, span: Span, text: str) -> None:
        self.name = name
        self.special = ""
        self.hide = frozenset((name,))
        self.span = span
        self._text = text

    def __getattr__(self, field: str) -> object:
        if field not in ("parameters", "variadic", "elements", "expanded"):
            raise AttributeError(field)
        source = SourceFile(self.span.file, "\n" * (self.span.line - 1) + self._text)
        macro = parse_definition(source, next(lex(source))[2:])
        self.parameters, self.variadic = macro.parameters, macro.variadic
        self.elements, self.expanded = macro.elements, macro.expanded
        value: object = getattr(macro, field)
        return value


_DEFINE = re.compile(r"[ \t]*#[ \t]*define[ \t]+(\w+)(?:[^\n]*\\\n)*+[^\n]*\n?|[^\n]*\n")


@lru_cache(maxsize=8)
def built_in_macros(text: str, file: str = "<wdm.h>") -> Mapping[str, Macro]:
    """The macros of #define lines that come with us, by name. A line that is no definition raises DefinitionError, but
    only when its macro is used: `check_built_in` looks at all."""
    macros: dict[str, Macro] = {}
    line = 1
    for match in _DEFINE.finditer(text):
        if match[1]:
            macros[match[1]] = _Unread(match[1], Span(file, line, 1, line, 1), match[0])
        line += match[0].count("\n")
    return MappingProxyType(macros)


def check_built_in(text: str) -> None:
    """Raises DefinitionError if a macro of the text is no sound definition."""
    for macro in built_in_macros(text).values():
        assert macro.elements is not None
