"""Calls: the callee, the arguments against the parameters, and the promotions of those beyond them."""

from __future__ import annotations

from .context import Context
from .conversions import Conversions, is_error, promoted
from .lookup import Lookup
from .places import phrase
from .source import Note, Span
from .tree import Call, Const, Expr, Function, FunctionAddress
from .typenames import described, spelled, with_article
from .types import ERROR, FunctionType, PointerType, StructType, VoidType, unqualified


class Calls:
    def __init__(self, context: Context, names: Lookup, conversions: Conversions) -> None:
        self.context = context
        self.names = names
        self.conversions = conversions

    def call(self, callee: Expr | Function, arguments: list[Expr], span: Span, name_span: Span) -> Expr:
        """A call of a function by its symbol, or through a value."""
        if isinstance(callee, FunctionAddress):
            callee = callee.function
        if isinstance(callee, Function):
            return self._checked(callee, None, callee.type, callee.name, arguments, span, name_span)
        if is_error(callee):
            return Const(ERROR, span, 0)
        target = callee.type.target if isinstance(callee.type, PointerType) else callee.type
        if not isinstance(target, FunctionType):
            return self.context.poison(
                "wrong-type", f"{phrase(callee)} is {with_article(callee.type)}, not a function", name_span
            )
        text = phrase(callee)
        name = text.strip("'") if text.startswith("'") else ""
        return self._checked(None, callee, target, name, arguments, span, name_span)

    def _checked(
        self,
        function: Function | None,
        callee: Expr | None,
        signature: FunctionType,
        name: str,
        arguments: list[Expr],
        span: Span,
        name_span: Span,
    ) -> Expr:
        returns = unqualified(signature.returns)
        if isinstance(returns, StructType) and not self.names.complete(returns, span):
            return Const(ERROR, span, 0)
        if signature.prototyped and not self._count_fits(function, signature, name, arguments, span, name_span):
            return Const(ERROR, span, 0)
        values = self._converted(signature, name, arguments)
        return Call(returns, span, function, callee, signature, tuple(values))

    def _count_fits(
        self,
        function: Function | None,
        signature: FunctionType,
        name: str,
        arguments: list[Expr],
        span: Span,
        name_span: Span,
    ) -> bool:
        wanted, given = len(signature.parameters), len(arguments)
        if given == wanted or given > wanted and signature.variadic:
            return True
        least = "at least " if signature.variadic else ""
        plural = "" if wanted == 1 else "s"
        where = arguments[wanted].span if given > wanted else name_span
        self.context.error(
            "wrong-argument-count",
            f"{repr(name) if name else 'the function'} takes {least}{wanted} argument{plural}, not {given}",
            where,
            f"its prototype is {spelled(signature, name or '(*)')}",
            self._declared(function),
        )
        return False

    def _declared(self, function: Function | None) -> tuple[Note, ...]:
        return self.names.declared_here(function) if function is not None else ()

    def _converted(self, signature: FunctionType, name: str, arguments: list[Expr]) -> list[Expr]:
        of = f" of '{name}'" if name else ""
        values = []
        for i, argument in enumerate(arguments):
            if signature.prototyped and i < len(signature.parameters):
                parameter = f" ({signature.names[i]})" if i < len(signature.names) and signature.names[i] else ""
                values.append(
                    self.conversions.assigned(argument, signature.parameters[i], f"argument {i + 1}{parameter}{of}")
                )
            else:
                values.append(self._beyond(argument))
        return values

    def _beyond(self, argument: Expr) -> Expr:
        """An argument that no parameter stands for."""
        if isinstance(argument.type, VoidType):
            message = f"{phrase(argument)} has no value ({described(argument.type)})"
            return self.context.poison("wrong-type", message, argument.span)
        return promoted(argument)
