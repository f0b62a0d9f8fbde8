"""What the front end asks of the world around a script: the built-in names, and files to include.

The interpreter implements this from the tables of the simulated NT; a test can implement it with a dictionary.
Declarations are C text, each parsed only when a script first uses one of its names.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class Environment(Protocol):
    def declaration(self, name: str) -> str | None:
        """C text that declares the ordinary name (typedef, prototype, enumeration constant, variable), or None."""
        ...

    def tag(self, name: str) -> str | None:
        """C text that declares the struct, union or enum tag, or None."""
        ...

    def is_typedef(self, name: str) -> bool:
        """True if the built-in ordinary name is a typedef (the parser must know before it parses on)."""
        ...

    def constant(self, name: str) -> tuple[int, str] | None:
        """Value and C type name of a built-in constant (`(0xC0000005, "NTSTATUS")`), or None. The value may need
        wrapping into the type."""
        ...

    def macros(self) -> str:
        """Preprocessor text of the built-in macros (#define lines only), with the file name <wdm.h>."""
        ...

    def has_header(self, name: str) -> bool:
        """True if the name is of a WDK header whose contents are built in."""
        ...

    def sides(self, name: str) -> frozenset[str]:
        """Where a built-in routine may be called: some of "kernel", "process" and "device"."""
        ...

    def names(self) -> Iterable[str]:
        """All built-in ordinary names, for "did you mean"."""
        ...
