"""Reaching into objects: members, elements, what a pointer points to, and addresses."""

from __future__ import annotations

from .context import Context
from .conversions import is_error
from .lookup import Lookup
from .operators import Operators
from .places import address_of, is_bit_field, is_place, load, phrase, variable_of
from .source import Span
from .spell import nearest
from .tree import (
    CompoundLiteral,
    Const,
    Deref,
    Expr,
    FunctionAddress,
    Initialiser,
    Local,
    MemberPlace,
    MemberValue,
    Store,
    Variable,
)
from .typenames import described, with_article
from .types import (
    ERROR,
    ArrayType,
    FunctionType,
    IntType,
    Member,
    PointerType,
    StructType,
    Type,
    VoidType,
    qualified,
)


class Access:
    def __init__(self, context: Context, names: Lookup, operators: Operators) -> None:
        self.context = context
        self.names = names
        self.operators = operators

    # ---- pointers -------------------------------------------------------------------------------------------

    def deref(self, pointer: Expr, span: Span) -> Expr:
        """`*pointer`; a function is its own address."""
        if is_error(pointer):
            return Const(ERROR, span, 0)
        type = pointer.type
        if not isinstance(type, PointerType):
            return self.context.poison(
                "wrong-type",
                f"{phrase(pointer)} is {with_article(type)}, not a pointer, and cannot be dereferenced",
                span,
            )
        if isinstance(type.target, FunctionType):
            return pointer
        if isinstance(type.target, VoidType):
            return self.context.poison(
                "wrong-type",
                f"{phrase(pointer)} is {with_article(type)}: what it points to has no type",
                span,
                "cast it to a pointer to the type that lies there",
            )
        if not self.names.complete(type.target, span):
            return Const(ERROR, span, 0)
        return Deref(type.target, span, pointer)

    def index(self, base: Expr, index: Expr, span: Span) -> Expr:
        """`base[index]`, of values."""
        if is_error(base, index):
            return Const(ERROR, span, 0)
        if isinstance(base.type, IntType) and isinstance(index.type, PointerType):
            base, index = index, base
        if not isinstance(base.type, PointerType):
            return self.context.poison(
                "wrong-type", f"{phrase(base)} is {with_article(base.type)}, neither an array nor a pointer", span
            )
        if not isinstance(index.type, IntType):
            return self.context.poison(
                "wrong-type", f"the index {phrase(index)} is {with_article(index.type)}, not an integer", index.span
            )
        if isinstance(base.type.target, VoidType):
            return self.deref(base, span)
        return self.deref(self.operators.offset(base, index, 1, span, span), span)

    def address(self, place: Expr, span: Span) -> Expr:
        """`&place`."""
        if is_error(place):
            return Const(ERROR, span, 0)
        if isinstance(place, FunctionAddress):
            return place
        if isinstance(place.type, PointerType) and isinstance(place.type.target, FunctionType) and not is_place(place):
            return place  # &*f
        if not is_place(place):
            return self.context.poison(
                "not-an-lvalue", f"{phrase(place)} is a value without an address, so '&' cannot be applied to it", span
            )
        if is_bit_field(place):
            return self.context.poison("wrong-type", f"{phrase(place)} is a bit-field, which has no address", span)
        variable = variable_of(place)
        if isinstance(place, Local) and variable is not None and variable.register:
            return self.context.poison(
                "wrong-type", f"{phrase(place)} is a register variable, which has no address", span
            )
        return address_of(place, PointerType(place.type), span)

    # ---- members --------------------------------------------------------------------------------------------

    def member(self, base: Expr, name: str, arrow: bool, span: Span, name_span: Span) -> Expr:
        """`base.name`, or `base->name`."""
        if is_error(base):
            return Const(ERROR, span, 0)
        if arrow:
            base = load(base)
        struct = self._struct_of(base, arrow, name, name_span)
        if struct is None:
            return Const(ERROR, span, 0)
        if not self.names.complete(struct, name_span):
            return Const(ERROR, span, 0)
        found = struct.layout.by_name.get(name)
        if found is None:
            return self._unknown_member(struct, name, name_span)
        member, offset = found
        type = qualified(member.type, struct.const, struct.volatile)
        if arrow:
            base = Deref(struct, base.span, base)
        if is_place(base):
            return MemberPlace(type, span, base, member, offset)
        return self._member_of_value(base, type, member, offset, span)

    def _struct_of(self, base: Expr, arrow: bool, name: str, span: Span) -> StructType | None:
        """The struct whose member is meant, or None with an error."""
        type: Type = base.type
        target = type.target if isinstance(type, PointerType) else None
        if arrow and isinstance(target, StructType):
            return target
        if not arrow and isinstance(type, StructType):
            return type
        if arrow and isinstance(type, StructType):
            help = f"write '.{name}'"
            self.context.error(
                "wrong-type", f"{phrase(base)} is {with_article(type)}, not a pointer to one", span, help
            )
        elif not arrow and isinstance(target, StructType):
            help = f"write '->{name}'"
            self.context.error(
                "wrong-type", f"{phrase(base)} is {with_article(type)}, a pointer to a struct", span, help
            )
        else:
            self.context.error("wrong-type", f"{phrase(base)} is {with_article(type)}, not a struct", span)
        return None

    def _unknown_member(self, struct: StructType, name: str, span: Span) -> Expr:
        close = nearest(name, struct.layout.by_name)
        help = f"did you mean '{close}'?" if close else ""
        message = f"{described(struct)} has no member '{name}'"
        return self.context.poison("unknown-member", message, span, help)

    def _member_of_value(self, value: Expr, type: Type, member: Member, offset: int, span: Span) -> Expr:
        if not isinstance(type, ArrayType):
            return MemberValue(type, span, value, member, offset)
        # An array must lie somewhere to decay: the struct is kept in an unnamed variable.
        return MemberPlace(type, span, self.temporary(value), member, offset)

    def temporary(self, value: Expr) -> Expr:
        """A place that holds the value."""
        variable = Variable("", value.type, "local", value.span, in_memory=True)
        self.context.function.locals.append(variable)
        return CompoundLiteral(value.type, value.span, variable, Initialiser(None, (Store(0, value.type, value),)))
