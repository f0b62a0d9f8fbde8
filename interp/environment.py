"""What the front end is told of the simulated NT: names, types, constants and macros, from the tables of the runtime."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from .. import stdlib
from ..runtime import constants, declarations
from ..runtime.routines import find, names


@lru_cache(maxsize=1)
def _typedefs() -> dict[str, str]:
    return declarations.typedef_texts()


HEADERS = frozenset(
    "wdm.h ntddk.h ntifs.h windows.h stdio.h string.h stdarg.h ntstrsafe.h wdmsec.h initguid.h hal.h stddef.h stdint.h".split()
)


class BuiltIns:
    def declaration(self, name: str) -> str | None:
        text = _typedefs().get(name) or declarations.VARIABLES.get(name)
        if text is not None:
            return text
        row = find(name)
        return row.prototype + ";" if row is not None else None

    def tag(self, name: str) -> str | None:
        return declarations.tag_text(name)

    def is_typedef(self, name: str) -> bool:
        return name in _typedefs()

    def constant(self, name: str) -> tuple[int, str] | None:
        return constants.lookup(name)

    def macros(self) -> str:
        return stdlib.read("wdm.h") if hasattr(stdlib, "read") else _macros()

    def has_header(self, name: str) -> bool:
        return name in HEADERS

    def names(self) -> Iterable[str]:
        return [*_typedefs(), *names()]


def _macros() -> str:
    import os

    path = os.path.join(os.path.dirname(stdlib.__file__ or ""), "wdm.h")
    return open(path, encoding="utf-8").read() if os.path.exists(path) else ""
