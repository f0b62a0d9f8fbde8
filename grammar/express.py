"""Expressions: from syntax to typed nodes.

`raw` gives a place where there is one, `value` what is read from it. Chains of operators, members, indices and calls
are walked along their left side without recursion, so that their length is no matter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import literals
from .access import Access
from .assign import Assignments
from .calls import Calls
from .context import Context
from .conversions import Conversions, is_error
from .declare import Types
from .intrinsics import NAMES, Intrinsics
from .lookup import Lookup
from .operators import Operators
from .places import address_of, is_bit_field, is_place, load, phrase
from .scope import Constant, TypedefName
from .sizes import Sizes
from .source import Span
from .syntax import (
    Assignment,
    Broken,
    CallExpr,
    CastExpr,
    Character,
    CompoundLiteralExpr,
    Dot,
    Index,
    Infix,
    Name,
    Node,
    Number,
    OffsetofExpr,
    Postfix,
    Prefix,
    SizeofExpr,
    SizeofType,
    String,
    Ternary,
    TypeName,
    VaArgExpr,
)
from .tokens import IDENTIFIER
from .tree import Const, Deref, Expr, Function, FunctionAddress, Global, Local, StringAddress, Variable
from .types import (
    ERROR,
    ArrayType,
    IntType,
    PointerType,
    is_scalar,
)

_CHAINS = (Infix, Dot, Index, CallExpr)
_FUNCTION_NAMES = frozenset(("__FUNCTION__", "__func__", "__FUNCDNAME__", "__FUNCSIG__"))


class Expressions:
    def __init__(
        self,
        context: Context,
        names: Lookup,
        types: Types,
        conversions: Conversions,
        operators: Operators,
        access: Access,
        assignments: Assignments,
        calls: Calls,
        intrinsics: Intrinsics,
    ) -> None:
        self.context = context
        self.names = names
        self.types = types
        self.conversions = conversions
        self.operators = operators
        self.access = access
        self.assignments = assignments
        self.calls = calls
        self.sizes = Sizes(context, names, types, conversions, access)
        self.intrinsics = intrinsics
        self.compound_literal: Callable[[CompoundLiteralExpr], Expr] = _no_literal  # set by the checker
        self.local: Callable[[Variable, Span], Expr] = _local  # set by Captures
        self._visitors: dict[type, Callable[[Any], Expr]] = {
            Name: self._name,
            Number: self._number,
            Character: self._character,
            String: self._string,
            Prefix: self._prefix,
            Postfix: self._postfix,
            Ternary: self._ternary,
            Assignment: self._assignment,
            CastExpr: self._cast,
            SizeofExpr: self._sizeof,
            SizeofType: self._sizeof_type,
            OffsetofExpr: self._offsetof,
            VaArgExpr: self._va_arg,
            Broken: self._broken,
            TypeName: self._type_as_value,
            CompoundLiteralExpr: self._compound_literal,
        }

    # ---- entry ----------------------------------------------------------------------------------------------

    def value(self, node: Node) -> Expr:
        """The value of the expression: a scalar, a struct, or void."""
        return load(self.raw(node))

    def raw(self, node: Node) -> Expr:
        """The expression as a place, if it is one."""
        context = self.context
        context.enter(node.span)
        if isinstance(node, _CHAINS):
            result = self._chain(node)
        else:
            result = self._visitors[type(node)](node)
        context.depth -= 1
        return result

    def test(self, node: Node) -> Expr:
        """A value that is asked for being zero."""
        expr = self.value(node)
        return expr if self.operators.is_test(expr) else Const(ERROR, expr.span, 0)

    def constant(self, node: Node, rule: str = "not-constant") -> int | None:
        """The value of an integer constant expression, or None with an error of that rule."""
        self.context.constant_depth += 1
        expr = self.value(node)
        self.context.constant_depth -= 1
        if is_error(expr):
            return None
        if isinstance(expr, Const) and isinstance(expr.type, IntType):
            return expr.value
        if isinstance(expr, Const) and isinstance(expr.type, PointerType) and self.context.quiet:
            return expr.value
        if rule == "variable-length-array":
            message = "the size of an array must be a constant: arrays of variable length do not exist in this dialect"
            self.context.error(
                rule, message, node.span, "allocate it with ExAllocatePool2, or give it its largest size"
            )
        else:
            self.context.error(rule, f"{phrase(expr)} is not a constant", node.span, "it must be known at compile time")
        return None

    # ---- chains ---------------------------------------------------------------------------------------------

    def _chain(self, node: Node) -> Expr:
        spine: list[Node] = []
        while isinstance(node, _CHAINS):
            if isinstance(node, CallExpr) and isinstance(node.callee, Name):
                break
            spine.append(node)
            node = _left(node)
        result = self._call_by_name(node) if isinstance(node, CallExpr) else self.raw(node)
        for link in reversed(spine):
            result = self._link(link, result)
        return result

    def _link(self, node: Node, left: Expr) -> Expr:
        if isinstance(node, Infix):
            return self.operators.binary(node.op, load(left), self.value(node.right), node.span, node.op_span)
        if isinstance(node, Dot):
            return self.access.member(left, node.name, node.arrow, node.span, node.name_span)
        if isinstance(node, Index):
            return self.access.index(load(left), self.value(node.index), node.span)
        assert isinstance(node, CallExpr)
        return self.calls.call(load(left), [self.value(a) for a in node.arguments], node.span, node.callee.span)

    def _call_by_name(self, node: CallExpr) -> Expr:
        assert isinstance(node.callee, Name)
        name, span = node.callee.name, node.callee.span
        symbol = self.names.find(name)
        if name in NAMES and not (isinstance(symbol, Function) and not symbol.builtin):
            return self.intrinsics.call(name, node, self.raw)
        if symbol is None and name == "__debugbreak":
            symbol = self.intrinsics.debug_break()
        arguments = [self.value(argument) for argument in node.arguments]
        if symbol is None:
            self.names.unknown(name, span, called=True)
            return Const(ERROR, node.span, 0)
        if isinstance(symbol, Function):
            self.names.use(symbol, span)
            return self.calls.call(symbol, arguments, node.span, span)
        return self.calls.call(load(self._symbol(symbol, span)), arguments, node.span, span)

    # ---- names and literals ---------------------------------------------------------------------------------

    def _name(self, node: Name) -> Expr:
        symbol = self.names.find(node.name)
        if symbol is not None:
            return self._symbol(symbol, node.span)
        if node.name in _FUNCTION_NAMES:
            return self._text([self._function_name()], node.span)
        self.names.unknown(node.name, node.span)
        return Const(ERROR, node.span, 0)

    def _symbol(self, symbol: Constant | Variable | Function | TypedefName, span: Span) -> Expr:
        if isinstance(symbol, Constant):
            return Const(symbol.type, span, symbol.value)
        if isinstance(symbol, Variable):
            if isinstance(symbol.type, type(ERROR)):
                return Const(ERROR, span, 0)
            if symbol.kind == "local":
                return self.local(symbol, span)
            self.names.use(symbol, span)
            return Global(symbol.type, span, symbol)
        if isinstance(symbol, Function):
            self.names.use(symbol, span)
            symbol.address_taken = True
            return FunctionAddress(PointerType(symbol.type), span, symbol)
        return self.context.poison("wrong-type", f"'{symbol.name}' is a type, where a value is wanted", span)

    def _number(self, node: Number) -> Expr:
        if node.unit and self.context.in_driver_code:
            help = "write the number out"
            message = f"the unit '{node.unit}' is no part of C, so it may not stand in driver code"
            self.context.error("unit-in-driver-code", message, node.span, help)
        try:
            value, type = literals.number(node.text, node.unit)
        except literals.LiteralError as problem:
            return self.context.poison(problem.rule, problem.message, node.span, problem.help)
        return Const(type, node.span, value)

    def _character(self, node: Character) -> Expr:
        try:
            value, type = literals.character(node.text)
        except literals.LiteralError as problem:
            return self.context.poison(problem.rule, problem.message, node.span, problem.help)
        return Const(type, node.span, value)

    def _string(self, node: String) -> Expr:
        return self._text([p.text if p.kind != IDENTIFIER else self._function_name() for p in node.parts], node.span)

    def _text(self, parts: list[str], span: Span) -> Expr:
        try:
            data, element = literals.string(parts)
        except literals.LiteralError as problem:
            return self.context.poison(problem.rule, problem.message, span, problem.help)
        return StringAddress(PointerType(element), span, data)

    def _function_name(self) -> str:
        function = self.context.function.function
        return f'"{function.name if function else ""}"'

    def _broken(self, node: Broken) -> Expr:
        return Const(ERROR, node.span, 0)

    def _type_as_value(self, node: TypeName) -> Expr:
        return self.context.poison("wrong-type", "a type stands here, where a value is wanted", node.span)

    def _compound_literal(self, node: CompoundLiteralExpr) -> Expr:
        return self.compound_literal(node)

    # ---- operators ------------------------------------------------------------------------------------------

    def _prefix(self, node: Prefix) -> Expr:
        if node.op in ("++", "--"):
            return self.assignments.step(node.op, self._target(node.operand), False, node.span)
        if node.op == "&":
            return self._address(node, self._target(node.operand))
        operand = self.raw(node.operand)
        if node.op == "*":
            return self.access.deref(load(operand), node.span)
        return self.operators.prefix(node.op, load(operand), node.span)

    def _address(self, node: Prefix, operand: Expr) -> Expr:
        if isinstance(operand, StringAddress) and isinstance(node.operand, (String, Name)):
            return StringAddress(PointerType(_array_of(operand)), node.span, operand.data)
        return self.access.address(operand, node.span)

    def _postfix(self, node: Postfix) -> Expr:
        return self.assignments.step(node.op, self._target(node.operand), True, node.span)

    def _ternary(self, node: Ternary) -> Expr:
        test = self.value(node.test)
        return self.operators.conditional(test, self.value(node.then), self.value(node.otherwise), node.span)

    def _assignment(self, node: Assignment) -> Expr:
        place, value = self._target(node.target), self.value(node.value)
        if node.op == "=":
            return self.assignments.assign(place, value, node.span, node.op_span)
        return self.assignments.compound(node.op[:-1], place, value, node.span, node.op_span)

    def _target(self, node: Node) -> Expr:
        """What is assigned to. MSVC takes a cast there that keeps the size for the place, with another type."""
        if not isinstance(node, CastExpr):
            return self.raw(node)
        type = self.types.type_name(node.type_name)
        operand = self.raw(node.operand)
        if is_place(operand) and is_scalar(operand.type) and is_scalar(type) and operand.type.size == type.size:
            if not is_bit_field(operand):
                return Deref(type, node.span, address_of(operand, PointerType(type), node.span))
        return self.conversions.cast(load(operand), type, node.span)

    def _cast(self, node: CastExpr) -> Expr:
        type = self.types.type_name(node.type_name)
        return self.conversions.cast(self.value(node.operand), type, node.span)

    def _va_arg(self, node: VaArgExpr) -> Expr:
        place = self.raw(node.list)
        return self.intrinsics.argument(node, place, self.types.type_name(node.type_name))

    # ---- sizes ----------------------------------------------------------------------------------------------

    def _sizeof(self, node: SizeofExpr) -> Expr:
        return self.sizes.of_expression(node, self._unevaluated(node.operand))

    def _unevaluated(self, node: Node) -> Expr:
        """Check an expression for its type only, so that what it would do at run time is not warned of."""
        context = self.context
        before, context.quiet = context.quiet, context.quiet + 1
        try:
            return self.raw(node)
        finally:
            context.quiet = before

    def _sizeof_type(self, node: SizeofType) -> Expr:
        return self.sizes.of_type_name(node)

    def _offsetof(self, node: OffsetofExpr) -> Expr:
        return self.sizes.offset(node, self.value)


def _left(node: Node) -> Node:
    if isinstance(node, Infix):
        return node.left
    if isinstance(node, (Dot, Index)):
        return node.base
    assert isinstance(node, CallExpr)
    return node.callee


def _array_of(text: StringAddress) -> ArrayType:
    assert isinstance(text.type, PointerType)
    element = text.type.target
    return ArrayType(element, len(text.data) // element.size)


def _local(variable: Variable, span: Span) -> Expr:
    return Local(variable.type, span, variable)


def _no_literal(node: CompoundLiteralExpr) -> Expr:
    return Const(ERROR, node.span, 0)
