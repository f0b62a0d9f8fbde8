"""Constants that a loader can make: plain bytes, and addresses of variables, functions and strings plus a number."""

from __future__ import annotations

from .tree import (
    AddressOf,
    Binary,
    Cast,
    CompoundLiteral,
    Const,
    Deref,
    Expr,
    Function,
    FunctionAddress,
    Global,
    MemberPlace,
    PtrAdd,
    StringAddress,
    Variable,
)

Address = tuple[Variable | Function | bytes, int]


def address_constant(expr: Expr) -> Address | None:
    """What the 8-byte value is the address of, and what is added; None if it is known only at run time."""
    addend = 0
    while True:
        if isinstance(expr, StringAddress):
            return expr.data, addend
        if isinstance(expr, FunctionAddress):
            return expr.function, addend
        if isinstance(expr, Cast) and expr.type.size == 8 and expr.operand.type.size == 8:
            expr = expr.operand
        elif isinstance(expr, PtrAdd) and isinstance(expr.index, Const):
            addend += expr.index.value * expr.scale
            expr = expr.pointer
        elif (
            isinstance(expr, Binary) and expr.op in ("+", "-") and isinstance(expr.right, Const) and expr.type.size == 8
        ):
            addend += expr.right.value if expr.op == "+" else -expr.right.value
            expr = expr.left
        elif isinstance(expr, AddressOf):
            place, offset = _root(expr.place)
            addend += offset
            if isinstance(place, Deref):
                expr = place.pointer
                continue
            return _static(place, addend)
        else:
            return None


def _root(place: Expr) -> tuple[Expr, int]:
    offset = 0
    while isinstance(place, MemberPlace):
        offset += place.offset
        place = place.base
    return place, offset


def _static(place: Expr, addend: int) -> Address | None:
    if isinstance(place, Global) or isinstance(place, CompoundLiteral) and place.variable.kind != "local":
        return place.variable, addend
    return None
