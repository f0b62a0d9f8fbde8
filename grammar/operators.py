"""Operators on checked values: what types they take, how the operands are converted, what comes out."""

from __future__ import annotations

from .compatible import same_type
from .context import Context
from .conversions import as_index, convert, is_error, is_null, pointers_agree, promoted, to_common
from .fold import COMPARISONS, fold
from .lookup import Lookup
from .places import POINTER_MASK, phrase
from .source import Span
from .tree import Binary, Cast, Comma, Conditional, Const, Expr, Logical, PtrAdd, PtrDiff, Unary
from .typenames import described, with_article
from .types import (
    ERROR,
    INT,
    INT64,
    VOID,
    VOID_POINTER,
    FunctionType,
    IntType,
    PointerType,
    StructType,
    Type,
    VoidType,
    is_scalar,
    qualified,
)


class Operators:
    def __init__(self, context: Context, names: Lookup) -> None:
        self.context = context
        self.names = names

    # ---- binary ---------------------------------------------------------------------------------------------

    def binary(self, op: str, left: Expr, right: Expr, span: Span, op_span: Span) -> Expr:
        """Any binary operator of values, `&&`, `||` and `,` included."""
        if op == ",":
            return right if is_error(right) else Comma(right.type, span, left, right)
        if is_error(left, right):
            return Const(ERROR, span, 0)
        if op in ("&&", "||"):
            return self._logical(op, left, right, span)
        pointers = isinstance(left.type, PointerType), isinstance(right.type, PointerType)
        if not (is_scalar(left.type) and is_scalar(right.type)):
            return self._refuse(op, left, right, op_span)
        if any(pointers):
            return self._with_pointers(op, left, right, span, op_span)
        if op in ("<<", ">>"):
            return self._shift(op, left, right, span)
        left, right, type = to_common(left, right)
        return self._arithmetic(op, left, right, type, span, op_span)

    def _arithmetic(self, op: str, left: Expr, right: Expr, type: IntType, span: Span, op_span: Span) -> Expr:
        result = INT if op in COMPARISONS else type
        if op in ("/", "%") and isinstance(right, Const) and right.value == 0:
            return self._division_by_zero(op, left, right, type, span, op_span)
        if isinstance(left, Const) and isinstance(right, Const):
            value = fold(op, left.value, right.value, type)
            assert value is not None
            return Const(result, span, result.wrap(value))
        return Binary(result, span, op, left, right)

    def _division_by_zero(self, op: str, left: Expr, right: Expr, type: IntType, span: Span, op_span: Span) -> Expr:
        if self.context.constant_depth:
            return self.context.poison("constant-division-by-zero", "a constant is divided by zero", op_span)
        self.context.warning("constant-division-by-zero", "this divides by zero when it runs", op_span)
        return Binary(type, span, op, left, right)

    def _shift(self, op: str, left: Expr, right: Expr, span: Span) -> Expr:
        left, right = promoted(left), promoted(right)
        type = left.type
        assert isinstance(type, IntType)
        if isinstance(right, Const):
            if not 0 <= right.value < 8 * type.size:
                self.context.warning(
                    "shift-count",
                    f"a shift by {right.value} of {with_article(type)} of {8 * type.size} bits",
                    right.span,
                )
            if isinstance(left, Const):
                return Const(type, span, type.wrap(fold(op, left.value, right.value, type) or 0))
        return Binary(type, span, op, left, right)

    def _logical(self, op: str, left: Expr, right: Expr, span: Span) -> Expr:
        for one in (left, right):
            if not self.is_test(one):
                return Const(ERROR, span, 0)
        if isinstance(left, Const):
            if bool(left.value) == (op == "||"):
                return Const(INT, span, int(bool(left.value)))
            if isinstance(right, Const):
                return Const(INT, span, int(right.value != 0))
        return Logical(INT, span, op, left, right)

    def is_test(self, expr: Expr) -> bool:
        """True if the value can be asked for being zero; an error is reported otherwise."""
        if is_error(expr):
            return False
        if not is_scalar(expr.type):
            self.context.error(
                "wrong-type", f"{phrase(expr)} is {with_article(expr.type)}, which is neither true nor false", expr.span
            )
        return is_scalar(expr.type)

    def _refuse(self, op: str, left: Expr, right: Expr, span: Span) -> Expr:
        return self.context.poison(
            "wrong-type", f"'{op}' cannot be applied to {described(left.type)} and {described(right.type)}", span
        )

    # ---- pointers -------------------------------------------------------------------------------------------

    def _with_pointers(self, op: str, left: Expr, right: Expr, span: Span, op_span: Span) -> Expr:
        if op in COMPARISONS:
            return self._compare_pointers(op, left, right, span, op_span)
        if op == "-" and isinstance(left.type, PointerType) and isinstance(right.type, PointerType):
            return self._difference(left, right, span, op_span)
        if op == "+" and isinstance(right.type, PointerType) and isinstance(left.type, IntType):
            return self.offset(right, left, 1, span, op_span)
        if op in ("+", "-") and isinstance(left.type, PointerType) and isinstance(right.type, IntType):
            return self.offset(left, right, 1 if op == "+" else -1, span, op_span)
        return self._refuse(op, left, right, op_span)

    def scale(self, pointer: Expr, span: Span) -> int | None:
        """The size of what the pointer points to, or None with an error."""
        assert isinstance(pointer.type, PointerType)
        target = pointer.type.target
        if isinstance(target, VoidType):
            self.context.error(
                "void-pointer-arithmetic",
                f"{phrase(pointer)} is {with_article(pointer.type)}: what it points to has no size",
                span,
                "cast to PUCHAR first",
            )
            return None
        if isinstance(target, FunctionType):
            self.context.error("wrong-type", f"{phrase(pointer)} points to a function, which has no size", span)
            return None
        return target.size if self.names.complete(target, span) else None

    def offset(self, pointer: Expr, index: Expr, sign: int, span: Span, op_span: Span) -> Expr:
        """`pointer + sign * index`, scaled."""
        scale = self.scale(pointer, op_span)
        if scale is None:
            return Const(ERROR, span, 0)
        index = as_index(index)
        if isinstance(index, Const):
            if isinstance(pointer, Const):
                return Const(pointer.type, span, (pointer.value + sign * index.value * scale) & POINTER_MASK)
            index = Const(INT64, index.span, INT64.wrap(sign * index.value))
        elif sign < 0:
            index = Unary(INT64, index.span, "-", convert(index, INT64))
        return PtrAdd(pointer.type, span, pointer, index, scale)

    def _difference(self, left: Expr, right: Expr, span: Span, op_span: Span) -> Expr:
        assert isinstance(left.type, PointerType) and isinstance(right.type, PointerType)
        if not same_type(left.type, right.type) and not pointers_agree(left.type, right.type):
            return self.context.poison(
                "wrong-type", f"{described(left.type)} and {described(right.type)} cannot be subtracted", op_span
            )
        scale = self.scale(left, op_span)
        if scale is None:
            return Const(ERROR, span, 0)
        if isinstance(left, Const) and isinstance(right, Const):
            return Const(INT64, span, INT64.wrap(left.value - right.value) // max(scale, 1))
        return PtrDiff(INT64, span, left, right, max(scale, 1))

    def _compare_pointers(self, op: str, left: Expr, right: Expr, span: Span, op_span: Span) -> Expr:
        if isinstance(left.type, PointerType) and isinstance(right.type, PointerType):
            if not (is_null(left) or is_null(right) or pointers_agree(left.type, right.type)):
                self.context.warning(
                    "pointer-type-mismatch",
                    f"{described(left.type)} is compared with {described(right.type)}",
                    op_span,
                )
        elif not (is_null(left) or is_null(right)):
            self.context.warning(
                "int-pointer-conversion", f"{described(left.type)} is compared with {described(right.type)}", op_span
            )
        type = left.type if isinstance(left.type, PointerType) else right.type
        left, right = convert(left, type), convert(right, type)
        if isinstance(left, Const) and isinstance(right, Const):
            return Const(INT, span, fold(op, left.value, right.value, INT) or 0)
        return Binary(INT, span, op, left, right)

    # ---- prefix and ternary ---------------------------------------------------------------------------------

    def prefix(self, op: str, operand: Expr, span: Span) -> Expr:
        """`+ - ~ !` of a value."""
        if is_error(operand):
            return Const(ERROR, span, 0)
        if op == "!":
            if not self.is_test(operand):
                return Const(ERROR, span, 0)
            return (
                Const(INT, span, int(not operand.value))
                if isinstance(operand, Const)
                else Unary(INT, span, op, operand)
            )
        if not isinstance(operand.type, IntType):
            return self.context.poison("wrong-type", f"'{op}' cannot be applied to {described(operand.type)}", span)
        operand = promoted(operand)
        type = operand.type
        assert isinstance(type, IntType)
        if op == "+":
            return operand
        if isinstance(operand, Const):
            return Const(type, span, type.wrap(-operand.value if op == "-" else ~operand.value))
        return Unary(type, span, op, operand)

    def conditional(self, test: Expr, then: Expr, otherwise: Expr, span: Span) -> Expr:
        if not self.is_test(test) or is_error(then, otherwise):
            return Const(ERROR, span, 0)
        type = self._either_type(then, otherwise)
        if type is None:
            return self.context.poison(
                "wrong-type", f"'?:' cannot choose between {described(then.type)} and {described(otherwise.type)}", span
            )
        if isinstance(type, VoidType):
            then, otherwise = _to_void(then), _to_void(otherwise)
        elif not isinstance(type, StructType):
            then, otherwise = convert(then, type), convert(otherwise, type)
        if isinstance(test, Const):
            chosen = then if test.value else otherwise
            if isinstance(chosen, Const):
                return Const(chosen.type, span, chosen.value)
        return Conditional(type, span, test, then, otherwise)

    def _either_type(self, one: Expr, other: Expr) -> Type | None:
        a, b = one.type, other.type
        if isinstance(a, IntType) and isinstance(b, IntType):
            return to_common(one, other)[2]
        if isinstance(a, VoidType) or isinstance(b, VoidType):
            return VOID
        if isinstance(a, StructType) or isinstance(b, StructType):
            return a if same_type(a, b) else None
        if isinstance(a, PointerType) and isinstance(b, PointerType):
            return self._either_pointer(one, other, a, b)
        pointer, integer = (a, other) if isinstance(a, PointerType) else (b, one)
        if not is_null(integer):
            self.context.warning(
                "int-pointer-conversion", f"'?:' chooses between {described(a)} and {described(b)}", integer.span
            )
        return pointer

    def _either_pointer(self, one: Expr, other: Expr, a: PointerType, b: PointerType) -> Type:
        if is_null(one):
            return b
        if is_null(other):
            return a
        const = a.target.const or b.target.const
        volatile = a.target.volatile or b.target.volatile
        if isinstance(a.target, VoidType) or isinstance(b.target, VoidType):
            return PointerType(qualified(VOID, const, volatile)) if const or volatile else VOID_POINTER
        if not pointers_agree(a, b):
            self.context.warning(
                "pointer-type-mismatch", f"'?:' chooses between {described(a)} and {described(b)}", other.span
            )
        if (const, volatile) == (a.target.const, a.target.volatile):
            return a
        return PointerType(qualified(a.target, const, volatile))


def _to_void(expr: Expr) -> Expr:
    return expr if isinstance(expr.type, VoidType) else Cast(VOID, expr.span, expr, True)
