"""C's conversions: promotions, the usual arithmetic conversions, conversion as if by assignment, and casts."""

from __future__ import annotations

from .compatible import same_type
from .context import Context
from .places import POINTER_MASK, bit_width, phrase
from .source import Span
from .tree import Cast, Const, Expr, StringAddress
from .typenames import described, with_article
from .types import (
    ERROR,
    INT,
    INT64,
    UNSIGNED_INT,
    UNSIGNED_INT64,
    UNSIGNED_OF,
    VOID,
    ErrorType,
    IntType,
    PointerType,
    StructType,
    Type,
    VoidType,
)


def is_error(*exprs: Expr) -> bool:
    return any(isinstance(expr.type, ErrorType) for expr in exprs)


def is_null(expr: Expr) -> bool:
    """True for a null pointer constant."""
    if not isinstance(expr, Const) or expr.value != 0:
        return False
    return (
        isinstance(expr.type, IntType) or isinstance(expr.type, PointerType) and isinstance(expr.type.target, VoidType)
    )


def convert(expr: Expr, type: Type, implicit: bool = True, span: Span | None = None) -> Expr:
    """The scalar as a value of the scalar type, with no questions asked."""
    place = span or expr.span
    if isinstance(expr, Const):
        if isinstance(type, IntType):
            return Const(type, place, type.wrap(expr.value))
        if isinstance(type, PointerType):
            return Const(type, place, expr.value & POINTER_MASK)
    if implicit and (expr.type is type or same_type(expr.type, type)):
        return expr
    return Cast(type, place, expr, implicit)


def promoted(expr: Expr) -> Expr:
    """After the integer promotions."""
    type = expr.type
    if not isinstance(type, IntType):
        return expr
    bits = bit_width(expr)
    if bits and bits < 32 or type.rank < INT.rank or type.tag:
        return convert(expr, INT)
    if bits == 32 and type.rank > INT.rank:
        return convert(expr, INT if type.signed else UNSIGNED_INT)
    return expr


def common_type(one: IntType, other: IntType) -> IntType:
    """The type of the usual arithmetic conversions, both operands promoted already."""
    if one.signed == other.signed:
        return one if one.rank >= other.rank else other
    signed, unsigned = (one, other) if one.signed else (other, one)
    if unsigned.rank >= signed.rank:
        return unsigned
    if signed.size > unsigned.size:
        return signed
    return UNSIGNED_OF[next(t for t in UNSIGNED_OF if t.rank == signed.rank)]


def to_common(left: Expr, right: Expr) -> tuple[Expr, Expr, IntType]:
    left, right = promoted(left), promoted(right)
    assert isinstance(left.type, IntType) and isinstance(right.type, IntType)
    type = common_type(left.type, right.type)
    return convert(left, type), convert(right, type), type


def as_index(expr: Expr) -> Expr:
    """The integer widened to 8 bytes, keeping its value."""
    expr = promoted(expr)
    assert isinstance(expr.type, IntType)
    return convert(expr, INT64 if expr.type.signed else UNSIGNED_INT64)


class Conversions:
    def __init__(self, context: Context) -> None:
        self.context = context

    def assigned(self, expr: Expr, type: Type, what: str) -> Expr:
        """The value converted as if by assignment; `what` says what is done, as in "initialising 'x'"."""
        if is_error(expr) or isinstance(type, ErrorType):
            return Const(ERROR, expr.span, 0)
        if isinstance(type, StructType) or isinstance(expr.type, StructType):
            if same_type(type, expr.type):
                return expr
            return self._refuse(expr, type, what)
        if isinstance(expr.type, VoidType) or isinstance(type, VoidType):
            return self._refuse(expr, type, what)
        if isinstance(type, PointerType):
            self._to_pointer(expr, type, what)
        elif isinstance(expr.type, PointerType):
            self._pointer_to_integer(expr, type, what)
        elif isinstance(expr, Const):
            self._constant_fits(expr, type, what)
        return convert(expr, type)

    def cast(self, expr: Expr, type: Type, span: Span) -> Expr:
        """An explicit cast."""
        if is_error(expr) or isinstance(type, ErrorType):
            return Const(ERROR, span, 0)
        if isinstance(type, VoidType):
            return Cast(VOID, span, expr)
        if isinstance(type, StructType) and same_type(type, expr.type):
            return expr
        if not isinstance(type, (IntType, PointerType)) or not isinstance(expr.type, (IntType, PointerType)):
            return self.context.poison(
                "wrong-type",
                f"{phrase(expr)} is {with_article(expr.type)}, which cannot be cast to {described(type)}",
                span,
            )
        if not isinstance(expr, Const):
            self._cast_between(expr, type, span)
        return convert(expr, type, implicit=False, span=span)

    def _cast_between(self, expr: Expr, type: Type, span: Span) -> None:
        pointer_from, pointer_to = isinstance(expr.type, PointerType), isinstance(type, PointerType)
        if pointer_from and not pointer_to and type.size < 8 and not (isinstance(type, IntType) and type.boolean):
            self.context.warning(
                "pointer-truncated",
                f"the cast to {described(type)} cuts a 64-bit pointer to {8 * type.size} bits",
                span,
                "cast to ULONG_PTR",
            )
        elif pointer_to and not pointer_from and expr.type.size < 8:
            self.context.warning(
                "int-pointer-conversion",
                f"the cast makes a 64-bit pointer of {phrase(expr)}, which has {8 * expr.type.size} bits",
                span,
                "cast to ULONG_PTR first",
            )

    def _refuse(self, expr: Expr, type: Type, what: str) -> Expr:
        if isinstance(expr.type, VoidType):
            return self.context.poison("wrong-type", f"{what}: {phrase(expr)} has no value (void)", expr.span)
        return self.context.poison(
            "wrong-type",
            f"{what}: {phrase(expr)} is {with_article(expr.type)}, where {with_article(type)} is wanted",
            expr.span,
        )

    def _to_pointer(self, expr: Expr, type: PointerType, what: str) -> None:
        source = expr.type
        if not isinstance(source, PointerType):
            if not is_null(expr):
                self.context.warning(
                    "int-pointer-conversion",
                    f"{what}: {phrase(expr)} is {with_article(source)}, where the pointer {described(type)} is wanted",
                    expr.span,
                )
            return
        if is_null(expr):
            return
        if not pointers_agree(source, type):
            self.context.warning(
                "pointer-type-mismatch",
                f"{what}: {phrase(expr)} is {with_article(source)}, where {with_article(type)} is wanted",
                expr.span,
            )
        elif not isinstance(expr, StringAddress):
            self._keeps_qualifiers(expr, source, type, what)

    def _keeps_qualifiers(self, expr: Expr, source: PointerType, type: PointerType, what: str) -> None:
        lost = [
            word
            for word, had, has in (
                ("const", source.target.const, type.target.const),
                ("volatile", source.target.volatile, type.target.volatile),
            )
            if had and not has
        ]
        if lost:
            self.context.warning(
                "discards-const",
                f"{what}: {phrase(expr)} is {with_article(source)}, and {described(type)} drops the {' '.join(lost)}",
                expr.span,
            )

    def _pointer_to_integer(self, expr: Expr, type: Type, what: str) -> None:
        if isinstance(type, IntType) and type.boolean or isinstance(expr, Const) and expr.value == 0:
            return
        self.context.warning(
            "int-pointer-conversion",
            f"{what}: {phrase(expr)} is {with_article(expr.type)}, where the integer {described(type)} is wanted",
            expr.span,
        )

    def _constant_fits(self, expr: Const, type: Type, what: str) -> None:
        if not isinstance(type, IntType) or type.boolean or type.size >= expr.type.size:
            return
        low = type.low if type.signed else -(type.high + 1)
        if not low <= expr.value <= type.high and not (type.size == 4 and 0 <= expr.value <= 0xFFFF_FFFF):
            self.context.warning(
                "constant-truncated",
                f"{what}: the constant {expr.value} does not fit into {described(type)}, "
                f"and becomes {type.wrap(expr.value)}",
                expr.span,
            )


def pointers_agree(one: PointerType, other: PointerType) -> bool:
    """True if MSVC passes one for the other in silence: void at any level, one type, or integers of one size."""
    a, b = one.target, other.target
    while isinstance(a, PointerType) and isinstance(b, PointerType):
        a, b = a.target, b.target
    if isinstance(one.target, VoidType) or isinstance(other.target, VoidType):
        return True
    if isinstance(a, VoidType) or isinstance(b, VoidType):
        return True
    if same_type(a, b):
        return True
    return isinstance(a, IntType) and isinstance(b, IntType) and a.size == b.size
