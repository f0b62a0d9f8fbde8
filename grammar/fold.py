"""Arithmetic on constants: the result as an unbounded integer, which the caller wraps into its type."""

from __future__ import annotations

from .types import IntType

COMPARISONS = frozenset(("==", "!=", "<", "<=", ">", ">="))


def fold(op: str, left: int, right: int, type: IntType) -> int | None:
    """`left op right`, both in the range of `type` (for shifts, `left` is); None for a division by zero.
    A shift count is taken modulo the width, as the processor does."""
    if op in COMPARISONS:
        return int(compare(op, left, right))
    if op in ("/", "%"):
        return None if right == 0 else _divide(op, left, right)
    if op in ("<<", ">>"):
        count = right % (8 * type.size)
        return left << count if op == "<<" else left >> count
    if op == "+":
        return left + right
    if op == "-":
        return left - right
    if op == "*":
        return left * right
    if op == "&":
        return left & right
    return left | right if op == "|" else left ^ right


def compare(op: str, left: int, right: int) -> bool:
    if op == "==":
        return left == right
    if op == "!=":
        return left != right
    if op == "<":
        return left < right
    if op == "<=":
        return left <= right
    return left > right if op == ">" else left >= right


def _divide(op: str, left: int, right: int) -> int:
    quotient = abs(left) // abs(right)
    if (left < 0) != (right < 0):
        quotient = -quotient
    return quotient if op == "/" else left - quotient * right
