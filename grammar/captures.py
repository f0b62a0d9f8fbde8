"""`after` in a device: the statement becomes a function, called later with the locals that it uses as they were."""

from __future__ import annotations

from collections.abc import Callable

from .context import Context, FunctionState
from .conversions import convert, is_error
from .express import Expressions
from .jumps import match_jumps
from .places import address_of, load, phrase
from .source import Span
from .syntax import AfterStatement, Node
from .tree import After, Block, Deref, Empty, Expr, Function, Load, Local, MemberPlace, Stmt, Variable
from .typenames import with_article
from .types import (
    UNSIGNED_INT64,
    VOID,
    ArrayType,
    FunctionType,
    IntType,
    Member,
    PointerType,
    StructLayout,
    StructType,
    Type,
)


class Captures:
    """`statement` checks the bodies."""

    def __init__(self, context: Context, express: Expressions, statement: Callable[[Node], Stmt]) -> None:
        self.context = context
        self.express = express
        self.statement = statement
        express.local = self.local

    def after(self, node: AfterStatement) -> Stmt:
        context = self.context
        word = Span(node.span.file, node.span.line, node.span.column, node.span.line, node.span.column + len("after"))
        if context.kind != "device":
            context.error("misplaced-block", "'after' may only stand in a device", word)
            return Empty(node.span)
        delay = self.express.value(node.delay)
        if not is_error(delay) and not isinstance(delay.type, IntType):
            message = f"{phrase(delay)} is {with_article(delay.type)}, where a time is wanted"
            context.error("wrong-type", message, delay.span, "write it with its unit: after (2 us)")
        function, captured = self._lift(node, word)
        arguments = tuple(self._value(variable, copy, word) for variable, copy in captured.items())
        if is_error(delay) or not isinstance(delay.type, IntType):
            return Empty(node.span)
        return After(node.span, convert(delay, UNSIGNED_INT64), function, arguments)

    def _lift(self, node: AfterStatement, word: Span) -> tuple[Function, dict[Variable, Variable]]:
        """The function made of the statement, and its parameter for each local that it captures."""
        context = self.context
        outer = context.function
        around = outer.function.name if outer.function is not None else ""
        name = around if around.endswith(", after") else f"{around}, after"
        function = Function(name, FunctionType(VOID, ()), word, static=True)
        state = context.function = FunctionState(function, VOID, reported=outer.reported, outer=outer)
        try:
            with context.inner_scope():
                body = self.statement(node.body)
            match_jumps(context, state)
        finally:
            context.function = outer
        function.body = body if isinstance(body, Block) else Block(body.span, (body,), body.span)
        function.locals = state.locals
        function.parameters = tuple(state.captured.values())
        names = tuple(variable.name for variable in function.parameters)
        function.type = FunctionType(VOID, tuple(variable.type for variable in function.parameters), names=names)
        context.lifted.append(function)
        return function, state.captured

    def local(self, variable: Variable, span: Span) -> Expr:
        """A local where it is used: itself, or its copy if it belongs to a function around this `after`."""
        return _place(self.context.function, variable, span)

    def _value(self, variable: Variable, copy: Variable, span: Span) -> Expr:
        """What a captured local holds when the `after` statement runs."""
        place = _place(self.context.function, variable, span)
        if not isinstance(variable.type, ArrayType):
            return load(place)
        whole = Deref(copy.type, span, address_of(place, PointerType(copy.type), span))
        return Load(copy.type, span, whole)


def _place(state: FunctionState, variable: Variable, span: Span) -> Expr:
    if state.outer is None or variable in state.locals:
        return Local(variable.type, span, variable)
    copy = state.captured.get(variable)
    if copy is None:
        type = _by_value(variable.type)
        in_memory = isinstance(type, StructType)
        copy = state.captured[variable] = Variable(variable.name, type, "local", variable.span, in_memory)
    place = Local(copy.type, span, copy)
    if isinstance(variable.type, ArrayType) and isinstance(copy.type, StructType):
        return MemberPlace(variable.type, span, place, copy.type.layout.members[0], 0)
    return place


def _by_value(type: Type) -> Type:
    """The type of a parameter that takes a copy: an array goes inside a struct."""
    if not isinstance(type, ArrayType):
        return type
    member = Member("elements", type, 0)
    return StructType(StructLayout("", False, (member,), type.size, type.align, 1, {"elements": (member, 0)}))
