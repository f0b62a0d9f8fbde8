"""Assignment: `=`, `+=` and its kin, `++` and `--`."""

from __future__ import annotations

from .context import Context
from .conversions import Conversions, as_index, common_type, convert, is_error, promoted
from .operators import Operators
from .places import has_const_member, is_place, mark_written, phrase
from .source import Span
from .tree import Assign, CompoundAssign, Const, Deref, Expr, FunctionAddress, IncDec, MemberPlace, Unary
from .typenames import described, with_article
from .types import ERROR, INT64, ArrayType, IntType, PointerType, unqualified


class Assignments:
    def __init__(self, context: Context, conversions: Conversions, operators: Operators) -> None:
        self.context = context
        self.conversions = conversions
        self.operators = operators

    def assign(self, place: Expr, value: Expr, span: Span, op_span: Span) -> Expr:
        """`place = value`."""
        if not self._assignable(place):
            return Const(ERROR, span, 0)
        type = unqualified(place.type)
        converted = self.conversions.assigned(value, type, f"assigning to {phrase(place)}")
        return converted if is_error(converted) else Assign(type, span, place, converted)

    def compound(self, op: str, place: Expr, value: Expr, span: Span, op_span: Span) -> Expr:
        """`place op= value`; `op` comes without its `=`."""
        if not self._assignable(place) or is_error(value):
            return Const(ERROR, span, 0)
        type = unqualified(place.type)
        if isinstance(type, PointerType) and op in ("+", "-") and isinstance(value.type, IntType):
            return self._move_pointer(op, place, type, value, span, op_span)
        if not isinstance(type, IntType) or not isinstance(value.type, IntType):
            return self.context.poison(
                "wrong-type", f"'{op}=' cannot be applied to {described(type)} and {described(value.type)}", op_span
            )
        computation, value = self._operands(op, place, type, value)
        if op in ("/", "%") and isinstance(value, Const) and value.value == 0:
            self.context.warning("constant-division-by-zero", "this divides by zero when it runs", op_span)
        return CompoundAssign(type, span, op, place, value, computation)

    def _operands(self, op: str, place: Expr, type: IntType, value: Expr) -> tuple[IntType, Expr]:
        """The type in which `place op value` is computed, and the value converted for it."""
        value = promoted(value)
        left = promoted(place).type
        assert isinstance(left, IntType) and isinstance(value.type, IntType)
        left = unqualified(left)
        if op in ("<<", ">>"):
            return left, value
        computation = common_type(left, value.type)
        return computation, convert(value, computation)

    def _move_pointer(self, op: str, place: Expr, type: PointerType, value: Expr, span: Span, op_span: Span) -> Expr:
        scale = self.operators.scale(place, op_span)
        if scale is None:
            return Const(ERROR, span, 0)
        index = as_index(value)
        if isinstance(index, Const):
            amount = index.value * scale * (1 if op == "+" else -1)
            count: Expr = Const(INT64, value.span, INT64.wrap(amount))
        else:
            count = convert(index, INT64)
            if scale != 1:
                count = self.operators.binary("*", count, Const(INT64, value.span, scale), value.span, op_span)
            if op == "-":
                count = Unary(INT64, value.span, "-", count)
        return CompoundAssign(type, span, "+", place, count, type)

    def step(self, op: str, place: Expr, postfix: bool, span: Span) -> Expr:
        """`++` or `--`, before or behind its operand."""
        if not self._assignable(place):
            return Const(ERROR, span, 0)
        type = unqualified(place.type)
        delta = 1
        if isinstance(type, PointerType):
            scale = self.operators.scale(place, span)
            if scale is None:
                return Const(ERROR, span, 0)
            delta = scale
        elif not isinstance(type, IntType):
            return self.context.poison("wrong-type", f"'{op}' cannot be applied to {described(type)}", span)
        return IncDec(type, span, place, delta if op == "++" else -delta, postfix)

    def _assignable(self, place: Expr) -> bool:
        """True if the expression can be stored into; it is marked as written."""
        span = place.span
        if is_error(place):
            return False
        if isinstance(place, FunctionAddress):
            self.context.error("not-an-lvalue", f"{phrase(place)} is a function, which cannot be assigned to", span)
            return False
        if not is_place(place):
            self.context.error(
                "not-an-lvalue", f"{phrase(place)} is a value, not something that can be assigned to", span
            )
            return False
        if isinstance(place.type, ArrayType):
            help = "copy it with RtlCopyMemory"
            self.context.error(
                "wrong-type",
                f"{phrase(place)} is {with_article(place.type)}: an array cannot be assigned to",
                span,
                help,
            )
            return False
        if place.type.const or has_const_member(place.type):
            message = f"cannot assign to {phrase(place)}: it {_const_reason(place)}"
            self.context.error("assignment-to-const", message, span)
            return False
        mark_written(place)
        return True


def _const_reason(place: Expr) -> str:
    """Why the place cannot be written."""
    if not place.type.const:
        return f"is {with_article(place.type)}, which has a const member"
    if isinstance(place, MemberPlace) and not place.member.type.const:
        return "is a member of something const"
    if isinstance(place, Deref):
        return f"is {with_article(place.type)}, reached through a pointer to const"
    return f"is {with_article(place.type)}"
