"""The names that are there before a script begins: the tables of the simulated NT, as the front end asks for them."""

from __future__ import annotations

from collections.abc import Iterator

from .. import stdlib
from ..runtime import routines
from ..runtime.routine import MEMBERS
from ..runtime.wdk import constants, declarations

# Headers whose contents are built in. The WDK has more; including one of those is a note and brings nothing.
_HEADERS = """
    wdm.h ntddk.h ntifs.h ntdef.h ntstatus.h ntstrsafe.h ntintsafe.h wdmsec.h wdmguid.h initguid.h hal.h devioctl.h
    ntddstor.h wmilib.h wmistr.h basetsd.h bugcodes.h excpt.h guiddef.h driverspecs.h specstrings.h sal.h
    windows.h winbase.h windef.h
    minwindef.h winnt.h winioctl.h winerror.h fileapi.h handleapi.h ioapiset.h memoryapi.h processthreadsapi.h
    synchapi.h errhandlingapi.h assert.h ctype.h dontuse.h intrin.h limits.h malloc.h stdarg.h stdbool.h stddef.h
    stdint.h stdio.h stdlib.h string.h tchar.h wchar.h
"""
HEADERS = frozenset(_HEADERS.split())
_PROGRAM_HEADERS = frozenset(("windows.h", "stdio.h", "stdlib.h", "malloc.h"))
# Families of routines that need no kernel, and are linked into whatever calls them.
_EVERYWHERE = frozenset(("crt", "crt_format", "interlocked", "list_", "rtl", "rtl_bitmap", "rtl_string", "strsafe"))
_ALL_SIDES = frozenset(("kernel", "process", "device"))


class BuiltIns:
    """The built-in names; one object serves one compilation."""

    def __init__(self) -> None:
        self._typedefs = declarations.typedef_texts()
        self._typedefs.update(_table_member_types())

    def declaration(self, name: str) -> str | None:
        """C text that declares a typedef, a variable of the kernel or a routine, or None."""
        text = self._typedefs.get(name) or declarations.VARIABLES.get(name)
        if text is not None:
            return text
        prototype = routines.prototype(name)
        return None if prototype is None else prototype + ";"

    def tag(self, name: str) -> str | None:
        """C text that defines a struct, union or enum tag, or None."""
        return declarations.tag_text(name)

    def is_typedef(self, name: str) -> bool:
        return name in self._typedefs

    def constant(self, name: str) -> tuple[int, str] | None:
        """Value and C type name of a built-in constant, or None."""
        return constants.lookup(name)

    def macros(self) -> str:
        """The built-in macros, as `#define` lines."""
        return stdlib.read("wdm.h")

    def has_header(self, name: str) -> bool:
        return name in HEADERS

    def sides(self, name: str) -> frozenset[str]:
        """Where a routine may be called: some of "kernel", "process" and "device"."""
        row = routines.find(name)
        if row is None or row.category in _EVERYWHERE or name.startswith("Sim"):
            return _ALL_SIDES
        if row.header == "device":
            return frozenset(("device",))
        if row.category == "dbg":
            return frozenset(("kernel", "device"))
        return frozenset(("process",)) if row.header in _PROGRAM_HEADERS else frozenset(("kernel",))

    def names(self) -> Iterator[str]:
        """All built-in ordinary names."""
        yield from routines.names()
        yield from self._typedefs
        yield from declarations.VARIABLES
        for _, values in constants.GROUPS.values():
            yield from values


def _table_member_types() -> Iterator[tuple[str, str]]:
    """The pointer types of the members of DMA_OPERATIONS, each with the text that declares it."""
    routines.find_member("")
    for row in MEMBERS.values():
        returns, _, parameters = row.prototype.partition(f" {row.name}(")
        yield row.type, f"typedef {returns} (*{row.type})({parameters};"
