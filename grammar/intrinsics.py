"""What looks like a call and is none: the exception functions, the variadic builtins, a few of the compiler's own."""

from __future__ import annotations

from collections.abc import Callable

from .calls import Calls
from .compatible import same_type
from .context import Context
from .conversions import is_error
from .lookup import Lookup
from .places import is_place, load, mark_written, phrase, variable_of
from .source import NOWHERE
from .syntax import CallExpr, Node, VaArgExpr
from .tree import (
    AbnormalTermination,
    Assign,
    Cast,
    Const,
    ExceptionCode,
    ExceptionInformation,
    Expr,
    Function,
    Local,
    VaArg,
    VaStart,
)
from .typenames import with_article
from .types import (
    CHAR,
    ERROR,
    INT,
    UNSIGNED_LONG,
    VOID,
    VOID_POINTER,
    FunctionType,
    IntType,
    PointerType,
    Type,
    unqualified,
)

_CODE = "GetExceptionCode"
_INFORMATION = "GetExceptionInformation"
_ABNORMAL = "AbnormalTermination"
_EXCEPTION = {
    _CODE: _CODE,
    "_exception_code": _CODE,
    "exception_code": _CODE,
    "__exception_code": _CODE,
    _INFORMATION: _INFORMATION,
    "_exception_info": _INFORMATION,
    "exception_info": _INFORMATION,
    "__exception_info": _INFORMATION,
    _ABNORMAL: _ABNORMAL,
    "_abnormal_termination": _ABNORMAL,
    "abnormal_termination": _ABNORMAL,
    "__abnormal_termination": _ABNORMAL,
}
_WHERE = {
    _CODE: (("filter", "except"), "in the filter or the block of an __except"),
    _INFORMATION: (("filter",), "in the filter of an __except"),
    _ABNORMAL: (("finally",), "in a __finally block"),
}
_VARIADIC = frozenset(("__builtin_va_start", "__builtin_va_end", "__builtin_va_copy"))
_OTHERS = frozenset(("__noop", "__assume"))
_TAKES = {"__builtin_va_start": 2, "__builtin_va_end": 1, "__builtin_va_copy": 2}
NAMES = frozenset(_EXCEPTION) | _VARIADIC | _OTHERS

_Evaluate = Callable[[Node], Expr]


class Intrinsics:
    def __init__(self, context: Context, names: Lookup, calls: Calls) -> None:
        self.context = context
        self.names = names
        self.calls = calls
        self._debug_break: Function | None = None

    def call(self, name: str, node: CallExpr, raw: _Evaluate) -> Expr:
        """The call of one of NAMES; `raw` checks an argument without loading from a place."""
        if name in _EXCEPTION:
            return self._exception(_EXCEPTION[name], node)
        if name in _VARIADIC:
            return self._variadic(name, node, raw)
        if name == "__noop":
            return Const(INT, node.span, 0)
        for argument in node.arguments:
            raw(argument)
        return Cast(VOID, node.span, Const(INT, node.span, 0))

    def debug_break(self) -> Function:
        """`__debugbreak`, which no header declares."""
        if self._debug_break is None:
            self._debug_break = Function("__debugbreak", FunctionType(VOID, ()), NOWHERE, builtin=True)
        return self._debug_break

    # ---- exceptions -----------------------------------------------------------------------------------------

    def _exception(self, what: str, node: CallExpr) -> Expr:
        context = self.context
        if node.arguments:
            return context.poison(
                "wrong-argument-count", f"'{what}' takes 0 arguments, not {len(node.arguments)}", node.span
            )
        places, text = _WHERE[what]
        if not any(word in places for word in context.function.nest):
            return context.poison("exception-context", f"'{what}' may only stand {text}", node.span)
        if what == _CODE:
            return ExceptionCode(UNSIGNED_LONG, node.span)
        if what == _INFORMATION:
            return ExceptionInformation(self._information_type(), node.span)
        return AbnormalTermination(INT, node.span)

    def _information_type(self) -> Type:
        return self.names.type_named("PEXCEPTION_POINTERS") or VOID_POINTER

    # ---- variadic functions ---------------------------------------------------------------------------------

    def _variadic(self, name: str, node: CallExpr, raw: _Evaluate) -> Expr:
        if len(node.arguments) != _TAKES[name]:
            text = name.removeprefix("__builtin_")
            return self.context.poison(
                "wrong-argument-count", f"'{text}' takes {_TAKES[name]} arguments, not {len(node.arguments)}", node.span
            )
        place = self._list(raw(node.arguments[0]))
        if is_error(place):
            return Const(ERROR, node.span, 0)
        if name == "__builtin_va_end":
            return Cast(VOID, node.span, Const(INT, node.span, 0))
        mark_written(place)
        if name == "__builtin_va_copy":
            source = load(self._list(raw(node.arguments[1])))
            if is_error(source):
                return source
            return Cast(VOID, node.span, Assign(unqualified(place.type), node.span, place, source))
        return self._start(node, place, raw(node.arguments[1]))

    def _start(self, node: CallExpr, place: Expr, last: Expr) -> Expr:
        function = self.context.function.function
        if function is None or not function.type.variadic:
            return self.context.poison("wrong-type", "va_start in a function without '...'", node.span)
        if is_error(last):
            return last
        if not function.parameters or variable_of(last) is not function.parameters[-1] or not isinstance(last, Local):
            wanted = function.parameters[-1].name if function.parameters else ""
            self.context.warning(
                "va-start-argument",
                f"va_start is given {phrase(last)}, which is not the last parameter before '...'",
                last.span,
                f"write '{wanted}'" if wanted else "",
            )
        return VaStart(VOID, node.span, place)

    def _list(self, expr: Expr) -> Expr:
        """The place of a va_list, or an error."""
        if is_error(expr):
            return expr
        if not is_place(expr) or not same_type(expr.type, PointerType(CHAR)):
            return self.context.poison(
                "wrong-type", f"{phrase(expr)} is {with_article(expr.type)}, not a va_list", expr.span
            )
        return expr

    def argument(self, node: VaArgExpr, place: Expr, type: Type) -> Expr:
        """`va_arg(list, type)`."""
        place = self._list(place)
        if is_error(place) or not self.names.complete(type, node.span):
            return Const(ERROR, node.span, 0)
        mark_written(place)
        type = unqualified(type)
        if isinstance(type, IntType) and type.size < 4:
            # Smaller ones arrive promoted; reading a whole slot as them gives the same value.
            return Cast(type, node.span, VaArg(INT, node.span, place), True)
        return VaArg(type, node.span, place)
