"""Places and the values at them: reading, taking addresses, and what that says about the variable."""

from __future__ import annotations

from .source import Span
from .tree import (
    AddressOf,
    Assign,
    Call,
    Cast,
    Comma,
    CompoundAssign,
    CompoundLiteral,
    Const,
    Deref,
    Expr,
    FunctionAddress,
    Global,
    IncDec,
    Load,
    Local,
    MemberPlace,
    MemberValue,
    PtrAdd,
    StringAddress,
    Variable,
)
from .types import ArrayType, IntType, PointerType, StructType, Type, unqualified

_PLACES = (Local, Global, Deref, MemberPlace, CompoundLiteral)
POINTER_MASK = (1 << 64) - 1


def is_place(expr: Expr) -> bool:
    return isinstance(expr, _PLACES)


def variable_of(expr: Expr) -> Variable | None:
    """The variable that the place is, or is a part of."""
    while isinstance(expr, MemberPlace):
        expr = expr.base
    return expr.variable if isinstance(expr, (Local, Global, CompoundLiteral)) else None


def mark_written(expr: Expr) -> None:
    variable = variable_of(expr)
    if variable is not None:
        variable.written = True


def load(expr: Expr) -> Expr:
    """The value of an expression: what lies at a place, an array's first element's address, or the value that it is."""
    if not isinstance(expr, _PLACES):
        return expr
    if isinstance(expr.type, ArrayType):
        return address_of(expr, PointerType(expr.type.element), expr.span)
    return Load(unqualified(expr.type), expr.span, expr)


def address_of(place: Expr, pointer: Type, span: Span) -> Expr:
    """The address of a place as the pointer type. The address of a member at a constant address is a constant."""
    constant = _constant_address(place)
    if constant is not None:
        return Const(pointer, span, constant & POINTER_MASK)
    if isinstance(place, Deref):
        inner = place.pointer
        if isinstance(inner.type, PointerType) and isinstance(pointer, PointerType):
            if inner.type.target is pointer.target:
                return inner
            return Cast(pointer, span, inner, implicit=True)
    variable = variable_of(place)
    if variable is not None:
        variable.in_memory = True
    return AddressOf(pointer, span, place)


def _constant_address(place: Expr) -> int | None:
    offset = 0
    while isinstance(place, MemberPlace):
        offset += place.offset
        place = place.base
    if isinstance(place, Deref) and isinstance(place.pointer, Const):
        return place.pointer.value + offset
    return None


def is_bit_field(expr: Expr) -> bool:
    """True for a bit-field, or the value read from one."""
    if isinstance(expr, Load):
        expr = expr.place
    return isinstance(expr, (MemberPlace, MemberValue)) and expr.member.bit_width > 0


def bit_width(expr: Expr) -> int:
    """The width of the bit-field that the value was read from or has just been stored in, or 0."""
    while isinstance(expr, (Load, Assign, CompoundAssign, IncDec, Comma)):
        expr = expr.right if isinstance(expr, Comma) else expr.place
    return expr.member.bit_width if isinstance(expr, (MemberPlace, MemberValue)) else 0


def has_const_member(type: Type) -> bool:
    """True if the type is a struct with a const member at any depth, so that it cannot be assigned as a whole."""
    while isinstance(type, ArrayType):
        type = type.element
    if not isinstance(type, StructType):
        return False
    return any(member.type.const or has_const_member(member.type) for member in type.layout.members)


def phrase(expr: Expr) -> str:
    """How to speak of an expression: `'base->name'` where it has such a name, `5`, else `this expression`."""
    while isinstance(expr, Cast) and expr.implicit:
        expr = expr.operand
    if isinstance(expr, Const) and isinstance(expr.type, IntType):
        return str(expr.value)
    text = _text(expr, 0)
    return f"'{text}'" if text else "this expression"


def _text(expr: Expr, depth: int) -> str:
    """The expression as C text if it is a short path of names, or empty."""
    if depth > 8:
        return ""
    if isinstance(expr, Cast):
        return _text(expr.operand, depth + 1) if expr.implicit else ""
    if isinstance(expr, Load):
        return _text(expr.place, depth)
    if isinstance(expr, (Local, Global)):
        return expr.variable.name
    if isinstance(expr, AddressOf):
        inner = _text(expr.place, depth + 1)
        return inner if not inner or isinstance(expr.place.type, ArrayType) else f"&{inner}"
    if isinstance(expr, Deref):
        return _dereferenced(expr, depth)
    if isinstance(expr, (MemberPlace, MemberValue)):
        return _member_text(expr.base if isinstance(expr, MemberPlace) else expr.value, expr.member.name, depth)
    if isinstance(expr, Call):
        return f"{expr.function.name}(…)" if expr.function is not None else ""
    if isinstance(expr, FunctionAddress):
        return expr.function.name
    return '"…"' if isinstance(expr, StringAddress) else ""


def _dereferenced(expr: Deref, depth: int) -> str:
    pointer = expr.pointer
    if isinstance(pointer, PtrAdd):
        inner = _text(pointer.pointer, depth + 1)
        index = str(pointer.index.value) if isinstance(pointer.index, Const) else "…"
        return f"{inner}[{index}]" if inner else ""
    inner = _text(pointer, depth + 1)
    return f"*{inner}" if inner else ""


def _member_text(base: Expr, name: str, depth: int) -> str:
    if isinstance(base, Deref) and not isinstance(base.pointer, PtrAdd):
        inner = _text(base.pointer, depth + 1)
        return f"{inner}->{name}" if inner else ""
    inner = _text(base, depth + 1)
    return f"{inner}.{name}" if inner else ""
