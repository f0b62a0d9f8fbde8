"""When two C types are the same to the checker."""

from __future__ import annotations

from .types import ArrayType, ErrorType, FunctionType, IntType, PointerType, StructType, Type, VoidType


def same_type(one: Type, other: Type) -> bool:
    """True if the two are compatible: typedef names resolved, qualifiers ignored at every level, an enum as its int."""
    while isinstance(one, PointerType) and isinstance(other, PointerType):
        one, other = one.target, other.target
    if one is other or isinstance(one, ErrorType) or isinstance(other, ErrorType):
        return True
    if isinstance(one, IntType) and isinstance(other, IntType):
        return _integer_key(one) == _integer_key(other)
    if isinstance(one, StructType) and isinstance(other, StructType):
        return one.layout is other.layout
    if isinstance(one, ArrayType) and isinstance(other, ArrayType):
        return (one.count == other.count or None in (one.count, other.count)) and same_type(one.element, other.element)
    if isinstance(one, FunctionType) and isinstance(other, FunctionType):
        return _same_function(one, other)
    return isinstance(one, VoidType) and isinstance(other, VoidType)


def _integer_key(type: IntType) -> tuple[int, int, bool, bool]:
    # Plain char and signed char are two types to the standard, and one to whoever passes strings about.
    return type.rank, type.size, type.signed, type.boolean


def _same_function(one: FunctionType, other: FunctionType) -> bool:
    if not same_type(one.returns, other.returns):
        return False
    if not (one.prototyped and other.prototyped):
        return True
    return (
        one.variadic == other.variadic
        and len(one.parameters) == len(other.parameters)
        and all(same_type(a, b) for a, b in zip(one.parameters, other.parameters, strict=True))
    )
