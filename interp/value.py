"""The value of a C expression while code is made for it: a Python expression and the range that its result is known
to lie in."""

from __future__ import annotations

from ast import expr

from ..grammar.types import IntType, PointerType, Type
from . import emit


class Value:
    """`node` yields an int between `low` and `high` (or bytes, for a struct). `depth` is the height of its tree.
    `simple` is true of a constant or a name: it may be written twice. `bits`, of a value whose sign was extended, are
    the size in bytes and the unsigned number of the same bits, which is cheaper to store."""

    __slots__ = ("node", "low", "high", "depth", "simple", "constant", "bits")

    def __init__(
        self, node: expr, low: int, high: int, depth: int = 1, simple: bool = False, constant: int | None = None
    ) -> None:
        self.node = node
        self.low = low
        self.high = high
        self.depth = depth
        self.simple = simple
        self.constant = constant
        self.bits: tuple[int, expr] | None = None


def number(value: int) -> Value:
    return Value(emit.const(value), value, value, 1, True, value)


def limits(type: Type) -> tuple[int, int]:
    """The range of a scalar type."""
    if isinstance(type, IntType):
        return (0, 1) if type.boolean else (type.low, type.high)
    return 0, 0xFFFF_FFFF_FFFF_FFFF


def of_type(node: expr, type: Type, depth: int = 2, simple: bool = False) -> Value:
    low, high = limits(type)
    return Value(node, low, high, depth, simple)


def wrap(value: Value, type: Type) -> Value:
    """The value converted to an integer or pointer type, with no more masking than its range needs."""
    if isinstance(type, IntType) and type.boolean:
        if value.low >= 0 and value.high <= 1:
            return value
        return Value(emit.choice(value.node, emit.const(1), emit.const(0)), 0, 1, value.depth + 1)
    low, high = limits(type)
    if value.low >= low and value.high <= high:
        return value
    if value.constant is not None:
        return number(wrap_number(value.constant, type))
    bits = 8 * type.size
    mask = emit.const((1 << bits) - 1)
    if low == 0:
        return Value(emit.binary(value.node, "&", mask), 0, high, value.depth + 1)
    half = 1 << (bits - 1)
    if value.low >= 0 and value.high < 2 * half:
        inner = value.node
    else:
        inner = emit.binary(value.node, "&", mask)
    extended = emit.binary(emit.binary(inner, "^", emit.const(half)), "-", emit.const(half))
    made = Value(extended, low, high, value.depth + 3)
    made.bits = (type.size, inner)
    return made


def wrap_number(number: int, type: Type) -> int:
    if isinstance(type, IntType):
        return type.wrap(number)
    assert isinstance(type, PointerType)
    return number & 0xFFFF_FFFF_FFFF_FFFF
