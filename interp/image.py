"""The driver image of a script: where its functions, its variables and its string literals lie in simulated memory.

Addresses are fixed when code is made, so that a cached program has them as constants. Literals and const objects go
to a read-only section, as the Microsoft linker puts them."""

from __future__ import annotations

from ..grammar import tree
from ..grammar.layout import required_align
from ..grammar.types import ArrayType, Type
from .compiled import CODE, DATA, FUNCTION_BYTES, READ_ONLY


class Section:
    """Bytes that are loaded at a fixed address."""

    __slots__ = ("base", "data")

    def __init__(self, base: int) -> None:
        self.base = base
        self.data = bytearray()

    def room(self, size: int, align: int) -> int:
        """The offset of new zeros."""
        start = -(-len(self.data) // align) * align
        self.data.extend(bytes(start - len(self.data) + size))
        return start


class Image:
    """An image at `base`: of the kernel's code, of the devices, of a program. All images of a script share `variables`
    and `functions`, where each has an address in the image that it was first asked of."""

    def __init__(
        self, base: int, variables: dict[tree.Variable, int], functions: dict[tree.Function, int], user: bool = False
    ) -> None:
        self.base = base
        self.user = user
        self.writable = Section(base + DATA)
        self.read_only = Section(base + READ_ONLY)
        self._variables = variables
        self._strings: dict[bytes, int] = {}
        self._functions = functions
        self.function_count = 0

    def address(self, variable: tree.Variable) -> int:
        """The address of a global or static; it is given room when first asked for."""
        where = self._variables.get(variable)
        if where is None:
            type = variable.type
            section = self.read_only if is_const(type) else self.writable
            align = max(min(max(type.align, 8 if type.size >= 8 else 1), 16), variable.align, required_align(type))
            where = section.base + section.room(max(type.size, 1), align)
            self._variables[variable] = where
        return where

    def known_variables(self) -> list[tree.Variable]:
        """All variables that have been given room."""
        return list(self._variables)

    def string(self, data: bytes) -> int:
        where = self._strings.get(data)
        if where is None:
            section = self.read_only
            start = section.room(len(data), 8)
            section.data[start : start + len(data)] = data
            where = self._strings[data] = section.base + start
        return where

    def function(self, function: tree.Function) -> int:
        where = self._functions.get(function)
        if where is None:
            where = self._functions[function] = self.base + CODE + self.function_count * FUNCTION_BYTES
            self.function_count += 1
        return where

    def holds(self, where: int, writable: bool) -> bool:
        """True if an address lies among the variables, the constants too if they need not be writable. Never in a
        program, whose addresses mean something in its own process only."""
        offset = where - self.base
        return not self.user and DATA <= offset < (READ_ONLY if writable else 2 * READ_ONLY)

    def write(self, where: int, data: bytes) -> None:
        """Put initial bytes where a variable lies."""
        for section in (self.writable, self.read_only):
            start = where - section.base
            if 0 <= start < len(section.data):
                section.data[start : start + len(data)] = data
                return
        raise ValueError(hex(where))


def is_const(type: Type) -> bool:
    while isinstance(type, ArrayType):
        type = type.element
    return type.const
