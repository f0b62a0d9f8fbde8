"""sizeof, __alignof and offsetof."""

from __future__ import annotations

from collections.abc import Callable

from .access import Access
from .context import Context
from .conversions import Conversions, is_error
from .declare import Types
from .lookup import Lookup
from .places import is_bit_field, load, phrase
from .source import Span
from .syntax import Dot, Index, Name, Node, OffsetofExpr, SizeofExpr, SizeofType, String
from .tree import Const, Expr, FunctionAddress, StringAddress
from .typenames import with_article
from .types import ERROR, SIZE, ArrayType, ErrorType, FunctionType, PointerType, StructType, Type, VoidType


class Sizes:
    def __init__(self, context: Context, names: Lookup, types: Types, conversions: Conversions, access: Access) -> None:
        self.context = context
        self.names = names
        self.types = types
        self.conversions = conversions
        self.access = access

    def of_expression(self, node: SizeofExpr, operand: Expr) -> Expr:
        """`sizeof x`, its operand checked without being loaded from."""
        if is_error(operand):
            return Const(ERROR, node.span, 0)
        if isinstance(node.operand, (String, Name)) and isinstance(operand, StringAddress):
            return Const(SIZE, node.span, len(operand.data))
        if isinstance(operand, FunctionAddress) and isinstance(node.operand, Name):
            return self._no_size(f"'{operand.function.name}' is a function", node.span)
        if is_bit_field(operand):
            return self._no_size(f"{phrase(operand)} is a bit-field", node.span)
        return self._of_type(operand.type, node.span)

    def of_type_name(self, node: SizeofType) -> Expr:
        """`sizeof(T)`, or the alignment of T."""
        type = self.types.type_name(node.type_name)
        if node.align and self.names.complete(type, node.span):
            return Const(SIZE, node.span, type.align)
        return self._of_type(type, node.span)

    def _of_type(self, type: Type, span: Span) -> Expr:
        if isinstance(type, FunctionType):
            return self._no_size(f"this is {with_article(type)}", span)
        if isinstance(type, ArrayType) and type.count is None:
            return self._no_size(f"this is {with_article(type)}, an array without a size", span)
        if isinstance(type, VoidType):
            return self._no_size("void has no size", span)
        return Const(SIZE, span, type.size) if self.names.complete(type, span) else Const(ERROR, span, 0)

    def _no_size(self, what: str, span: Span) -> Expr:
        return self.context.poison("wrong-type", f"{what}, which sizeof cannot measure", span)

    def offset(self, node: OffsetofExpr, value: Callable[[Node], Expr]) -> Expr:
        """`offsetof(T, path)`; `value` checks the indices in the path."""
        type = self.types.type_name(node.type_name)
        if isinstance(type, ErrorType):
            return Const(ERROR, node.span, 0)
        if not isinstance(type, StructType):
            return self.context.poison("wrong-type", f"{with_article(type)} has no members", node.type_name.span)
        if not self.names.complete(type, node.span):
            return Const(ERROR, node.span, 0)
        struct = self.access.deref(Const(PointerType(type), node.span, 0), node.span)
        place = self._designated(node.designator, struct, value)
        if is_error(place):
            return place
        if is_bit_field(place):
            return self.context.poison("wrong-type", f"{phrase(place)} is a bit-field, which has no offset", node.span)
        address = self.access.address(place, node.span)
        if isinstance(address, Const):
            return Const(SIZE, node.span, address.value)
        return self.conversions.cast(address, SIZE, node.span)

    def _designated(self, node: Node, struct: Expr, value: Callable[[Node], Expr]) -> Expr:
        """The place that a path names, its first member taken from the struct."""
        path: list[Dot | Index] = []
        while isinstance(node, (Dot, Index)):
            path.append(node)
            node = node.base
        if not isinstance(node, Name):
            return self.context.poison("wrong-type", "offsetof wants the name of a member", node.span)
        place = self.access.member(struct, node.name, False, node.span, node.span)
        for step in reversed(path):
            if isinstance(step, Dot):
                place = self.access.member(place, step.name, step.arrow, step.span, step.name_span)
            else:
                place = self.access.index(load(place), value(step.index), step.span)
        return place
