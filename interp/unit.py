"""One program while code is made for it: names, addresses, spans and what its functions share."""

from __future__ import annotations

from collections.abc import Callable

from ..grammar import tree
from ..grammar.source import Span
from ..grammar.types import ArrayType, FunctionType, IntType, PointerType, StructType, Type, VoidType
from .image import Image
from .report import TO_THE_END

UNSIGNED = {
    1: IntType("unsigned char", 1, False, 1),
    2: IntType("unsigned short", 2, False, 2),
    4: IntType("unsigned int", 4, False, 3),
    8: IntType("unsigned __int64", 8, False, 5),
}
SIGNED_64 = IntType("__int64", 8, True, 5)


ProcessRow = tuple[str, str, int, bytes, bytes, int]


class Spans:
    """The spans that code refers to, by index: (file, line, column, end column)."""

    def __init__(self) -> None:
        self.table: list[tuple[str, int, int, int]] = []
        self._known: dict[tuple[str, int, int, int], int] = {}

    def index(self, span: Span) -> tuple[int, int]:
        """The line of a span and its index in the table. What goes on in the next line ends far to the right."""
        end = span.end_column if span.end_line == span.line else TO_THE_END
        key = (span.file, span.line, span.column, end)
        index = self._known.get(key)
        if index is None:
            index = self._known[key] = len(self.table)
            self.table.append(key)
        return max(span.line, 1), index


class Unit:
    """What the functions of a program share. A program that grows (growing.py) keeps one Unit for all its parts.

    `instrumented` code lets others in before each statement, `watched` code lets the debugger in."""

    def __init__(
        self,
        base: int,
        passes_stack: Callable[[str], bool],
        routine_address: Callable[[str], int],
        instrumented: bool = False,
        watched: bool = False,
    ) -> None:
        self.base = base
        self._variables: dict[tree.Variable, int] = {}
        self._functions: dict[tree.Function, int] = {}
        self.kernel = self.image = self.new_image(base)  # `image` is the one for which code is being made
        self.devices: Image | None = None
        self.processes: list[ProcessRow] = []
        self.parts = 0  # programs that code has been made for
        self.first_process = 0  # of the part for which code is being made
        self.own: set[tree.Variable] = set()  # the variables of all parts
        self.spans = Spans()
        self.passes_stack = passes_stack
        self.routine_address = routine_address
        self.instrumented = instrumented
        self.watched = watched
        self.places: dict[str, dict[tree.Variable, str | int]] = {}  # of watched functions, by generated name
        self.functions: dict[tree.Function, str] = {}
        self.externals: dict[tree.Function, str] = {}
        self.signatures: dict[str, str] = {}
        self.arguments: dict[int, tuple[int, ...]] = {}
        self.addressed: set[tree.Function] = set()
        self.size_type = UNSIGNED[8]
        self.ptrdiff_type = SIGNED_64

    def new_image(self, base: int, user: bool = False) -> Image:
        return Image(base, self._variables, self._functions, user)

    def unsigned(self, size: int) -> IntType:
        return UNSIGNED[size]

    def function_name(self, function: tree.Function) -> str:
        """The generated name of a function or routine."""
        if function.builtin:
            return self.externals.setdefault(function, f"k{len(self.externals)}")
        return self.functions.setdefault(function, f"f{len(self.functions)}")

    def function_address(self, function: tree.Function) -> int:
        if function.builtin:
            return self.routine_address(function.name)
        self.function_name(function)
        self.addressed.add(function)
        return self.image.function(function)

    def address_of(self, what: tree.Variable | tree.Function | bytes) -> int:
        if isinstance(what, tree.Variable):
            return self.image.address(what)
        if isinstance(what, tree.Function):
            return self.function_address(what)
        return self.image.string(what)

    def take_over(self, before: tree.Function, function: tree.Function) -> None:
        """Give a function the name and the address of an earlier one, which nobody will call again."""
        self.functions[function] = self.functions.pop(before)
        if before in self.addressed:
            self.addressed.remove(before)
            self.addressed.add(function)
            self._functions[function] = self._functions.pop(before)

    def place_at(self, variable: tree.Variable, where: int) -> None:
        """Say where a variable lies that this program does not make room for."""
        self._variables[variable] = where
        self.own.add(variable)

    def take_back(self, variable: tree.Variable) -> None:
        """What `place_at` has said no longer holds."""
        del self._variables[variable]
        self.own.discard(variable)

    def place_of(self, variable: tree.Variable) -> int | None:
        """Where a variable lies, None if it has no room yet."""
        return self._variables.get(variable)

    def pointer_table(self, signature: FunctionType) -> str:
        """The name of the table that turns addresses into functions of one signature."""
        return self.signatures.setdefault(signature_text(signature), f"P{len(self.signatures)}")


def signature_text(type: FunctionType) -> str:
    """A signature as the machine sees it: a letter for each parameter, and for what comes back."""
    return "".join(letter(p) for p in type.parameters) + ("." if type.variadic else "") + ">" + letter(type.returns)


def letter(type: Type) -> str:
    """How a value travels: v nothing, b B h H i I q Q integers by size and sign, ? _Bool, p pointers, {n} structs of
    n bytes."""
    if isinstance(type, VoidType):
        return "v"
    if isinstance(type, IntType):
        if type.boolean:
            return "?"
        code = "bhiq"[(1, 2, 4, 8).index(type.size)]
        return code if type.signed else code.upper()
    if isinstance(type, (PointerType, ArrayType, FunctionType)):
        return "Q"
    assert isinstance(type, StructType)
    return f"{{{type.size}}}"
