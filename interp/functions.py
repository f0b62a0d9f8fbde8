"""A function of the script, or its file-level statements, as a Python function.

The hidden first parameter `sp` is the number of bytes left on the thread's stack, from which the prologue takes the
function's own; `fp` is the address of the function's frame, which exists if something in it can be pointed at. A call
draws one step, unless it ends without a call or loop of its own."""

from __future__ import annotations

import ast

from ..grammar import tree
from ..grammar.layout import required_align
from ..grammar.source import Span
from ..grammar.types import StructType, VoidType
from . import emit
from .early import split
from .expressions import Address
from .statements import Statements
from .unit import Unit
from .value import Value, limits

PAGE = 4096
FIXED_FRAME = 48  # return address, shadow space for four arguments, alignment
GARBAGE = 0xCCCC_CCCC_CCCC_CCCC  # what an uninitialised local holds, so that runs agree


class Places(dict[tree.Variable, "str | int"]):
    """Where each local lies. One that no declaration announced (a compound literal's) gets room when first met."""

    def __init__(self, compiler: FunctionCompiler) -> None:
        super().__init__()
        self.compiler = compiler

    def __missing__(self, variable: tree.Variable) -> str | int:
        self.compiler.give_places([variable])
        return self[variable]


class FunctionCompiler(Statements):
    """Compiles one function."""

    def __init__(self, unit: Unit) -> None:
        super().__init__()
        self.unit = unit
        self.out: list[ast.stmt] = []
        self.places = Places(self)
        self.returns_value = False
        self.frame_align = 16

    def function(self, function: tree.Function) -> ast.stmt:
        assert function.body is not None
        self.whole = function.body
        self.returns_value = not isinstance(function.type.returns, VoidType)
        parameters = ["sp"]
        stored: list[tuple[tree.Variable, str]] = []
        for number, variable in enumerate(function.parameters):
            identifier = f"v{number}"
            parameters.append(identifier)
            if variable.in_memory or isinstance(variable.type, StructType):
                self.places[variable] = self.frame_slots((max(variable.type.size, 8) + 7) & -8)
                stored.append((variable, identifier))
            else:
                self.places[variable] = identifier
        if function.type.variadic:
            parameters.append("va")
        self.give_places(function.locals)
        self.uninitialised(function.locals)
        for variable, identifier in stored:
            self.has_frame = True
            low, high = limits(variable.type) if not isinstance(variable.type, StructType) else (0, 0)
            where = Address(Value(emit.name("fp"), 0, 2**64 - 1, 1, True), int(self.places[variable]))
            self.store(where, variable.type, Value(emit.name(identifier), low, high, 1, True), variable.span)
        self.out.extend(self.bounded(function.body))
        self.finish(function)
        first, rest = split(self.out)
        body = [*first, *self.prologue(), *rest] if rest else first
        identifier = self.unit.function_name(function)
        made = emit.function(identifier, parameters, body)
        if self.unit.watched:
            self.unit.places[identifier] = self.places
        line, index = self.unit.spans.index(function.span)
        emit.place(made, line, index)
        emit.fill_positions(made, line, index)
        return made

    def script(
        self, statements: tuple[tree.Stmt, ...], local: list[tree.Variable], span: Span, identifier: str = "main",
        borrowed: dict[tree.Variable, str] | None = None, valued: bool = False,
    ) -> ast.stmt:  # fmt: skip
        """The statements of the file, or of a process, as a function of that name. `borrowed` are locals of another
        function, which is suspended: they come from the dictionary BORROWED and go back there. `valued` if the last
        statement returns a value."""
        self.whole = statements
        self.places.update((variable, f"b{place}") for variable, place in (borrowed or {}).items())
        self.returns_value = valued
        self.give_places(local)
        self.uninitialised(local)
        self.out.extend(self.bounded(tree.Block(span, statements, span)))
        body = self.out
        if borrowed:
            held, kept = emit.name("BORROWED"), [emit.const(place) for place in borrowed.values()]
            own = [f"b{place}" for place in borrowed.values()]
            taken = [emit.assign(name, emit.subscript(held, item)) for name, item in zip(own, kept, strict=True)]
            back = [emit.assign_item(held, item, emit.name(name)) for name, item in zip(own, kept, strict=True)]
            body = [*taken, ast.Try(body or [ast.Pass()], [], [], back)]
        if self.unit.watched:
            self.unit.places[identifier] = self.places
        made = emit.function(identifier, ["sp"], self.prologue() + body)
        line, index = self.unit.spans.index(span) if span.line else (1, 0)
        emit.place(made, line, index)
        emit.fill_positions(made, line, index)
        return made

    def give_places(self, variables: list[tree.Variable]) -> None:
        for variable in variables:
            if variable.kind != "local":
                continue
            if variable.in_memory or isinstance(variable.type, StructType):
                demanded = max(variable.align, required_align(variable.type))
                align = max(min(max(variable.type.align, 1), 16), min(demanded, PAGE))
                self.frame_align = max(self.frame_align, align)
                self.frame_bytes = -(-self.frame_bytes // align) * align
                self.places[variable] = self.frame_slots(max(variable.type.size, 1))
            else:
                self.places[variable] = f"v{len(self.places)}"

    def uninitialised(self, variables: list[tree.Variable]) -> None:
        """A local has some value before it is given one."""
        for variable in variables:
            where = self.places.get(variable)
            if isinstance(where, str):
                low, high = limits(variable.type)
                value = GARBAGE & high if low == 0 else (GARBAGE & high) + low
                self.out.append(emit.assign(where, emit.const(value)))

    def finish(self, function: tree.Function) -> None:
        """A function that ends without `return` still has a value for its caller."""
        returns = function.type.returns
        if isinstance(returns, VoidType) or (self.out and isinstance(self.out[-1], ast.Return)):
            return
        last: ast.expr = emit.const(bytes(returns.size)) if isinstance(returns, StructType) else emit.const(0)
        self.out.append(ast.Return(last))

    def prologue(self) -> list[ast.stmt]:
        """Charge the stack and a step, and find the frame."""
        size = FIXED_FRAME + ((self.frame_bytes + 15) & -16)
        left = emit.binary(emit.name("sp"), "-", emit.const(size))
        if self.frame_align > 16:  # the stack's low end is that of a page
            left = emit.binary(left, "&", emit.const(-self.frame_align))
        charge = emit.assign("sp", left)
        overflow = emit.if_(
            emit.compare(emit.name("sp"), "<", emit.const(0)),
            [emit.assign("sp", emit.call("OVERFLOW", emit.name("sp")))],
        )
        code: list[ast.stmt] = [charge, overflow, emit.drawn("STEPS", "TICK")]
        if self.has_frame:
            code.append(emit.assign("fp", emit.binary(emit.name("STACK"), "+", emit.name("sp"))))
        return code
