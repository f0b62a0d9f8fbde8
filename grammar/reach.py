"""What can be reached from where: kernel code from kernel code, a program's from it, a device's from the device."""

from __future__ import annotations

from .context import Context
from .source import Note, Span
from .tree import Function, Variable

_HERE = {"script": "kernel", "driver": "kernel", "device": "device", "process": "process"}
_PRINTING = frozenset(("printf", "vprintf", "wprintf", "puts", "putchar"))


def check_reach(context: Context, symbol: Variable | Function, span: Span) -> None:
    """Report a use of something that does not exist in the block that is being checked."""
    side = _HERE[context.kind]
    if symbol.name in context.function.reported:
        return
    if context.kernel.names.get(symbol.name) is symbol:
        if side != "kernel":
            _own_code(context, symbol, span)
    elif _is_built_in(symbol):
        sides = context.environment.sides(symbol.name) if isinstance(symbol, Function) else frozenset(("kernel",))
        if side not in sides:
            _routine(context, symbol, side, sides, span)


def _is_built_in(symbol: Variable | Function) -> bool:
    return isinstance(symbol, Function) and symbol.builtin or symbol.span.file.startswith("<")


def _own_code(context: Context, symbol: Variable | Function, span: Span) -> None:
    what = "function" if isinstance(symbol, Function) else "variable"
    message = f"'{symbol.name}' is a {what} of the kernel, which a {context.kind} cannot reach"
    notes = (Note("declared here, at file level", symbol.span),)
    _report(context, "kernel-only", symbol, span, message, f"define it in the {context.kind} block", notes)


def _routine(context: Context, symbol: Variable | Function, side: str, sides: frozenset[str], span: Span) -> None:
    name = symbol.name
    if "kernel" in sides:
        what = "a kernel routine" if isinstance(symbol, Function) else "a variable of the kernel"
        message = f"'{name}' is {what}, which a {side} cannot reach"
        help = "a program asks the kernel through Win32: ReadFile, DeviceIoControl" if side == "process" else ""
        help = help or "a device has its registers, bus_read, bus_write and interrupt"
        _report(context, "kernel-only", symbol, span, message, help)
    elif "process" in sides:
        where = "a device" if side == "device" else "the kernel"
        message = f"'{name}' is a routine of user programs, and does not exist in {where}"
        help = "call the kernel's own routine, or put the call into a process block" if side == "kernel" else ""
        if name in _PRINTING:
            help = "print with DbgPrint"
        _report(context, "user-only", symbol, span, message, help)
    else:
        message = f"'{name}' is a word of devices, and does not exist elsewhere"
        _report(context, "device-only", symbol, span, message, "only the code of a device block can use it")


def _report(
    context: Context, rule: str, symbol: Variable | Function, span: Span, message: str, help: str,
    notes: tuple[Note, ...] = (),
) -> None:  # fmt: skip
    context.function.reported.add(symbol.name)
    context.error(rule, message, span, help, notes)
