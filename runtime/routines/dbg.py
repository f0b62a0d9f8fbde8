"""Messages to the debugger, and breaking into it.

Every message is shown, whatever its component and level: the machine's filter mask lets all of them through. As in
Windows a call sends at most 512 bytes, and Unicode is converted at PASSIVE_LEVEL only.
"""

from __future__ import annotations

from .. import rules
from ..format import Slots, VaList, format_bytes
from ..routine import known, routine
from ..wdk.constants import STATUS_BREAKPOINT, STATUS_SUCCESS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..format import NextArgument
    from ..system import System

LONGEST_MESSAGE = 512


@routine("ULONG DbgPrint(PCSTR Format, ...)", page="nf-wdm-dbgprint", irql="<= DIRQL")
def DbgPrint(nt: System, template: int, *arguments: int) -> int:
    return _print(nt, b"", template, Slots(nt, arguments))


@routine(
    "ULONG DbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, ...)",
    page="nf-wdm-dbgprintex", irql="<= DIRQL",
)  # fmt: skip
def DbgPrintEx(nt: System, component: int, level: int, template: int, *arguments: int) -> int:
    return _print(nt, b"", template, Slots(nt, arguments))


@routine(
    "ULONG vDbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, va_list arglist)",
    page="nf-wdm-vdbgprintex", irql="<= DIRQL", takes_list=True,
)  # fmt: skip
def vDbgPrintEx(nt: System, component: int, level: int, template: int, arguments: int) -> int:
    return _print(nt, b"", template, VaList(nt, arguments))


@routine(
    "ULONG vDbgPrintExWithPrefix(PCSTR Prefix, ULONG ComponentId, ULONG Level, PCSTR Format, va_list arglist)",
    page="nf-wdm-vdbgprintexwithprefix", irql="<= DIRQL", takes_list=True,
)  # fmt: skip
def vDbgPrintExWithPrefix(
    nt: System, prefix: int, component: int, level: int, template: int, arguments: int
) -> int:
    return _print(nt, nt.memory.read_string(prefix), template, VaList(nt, arguments))


@routine("VOID DbgBreakPoint(VOID)", page="nf-wdm-dbgbreakpoint", irql="any")
def DbgBreakPoint(nt: System) -> None:
    """Where no debugger is there to take it, the exception goes to the filters."""
    if not _debugger_takes(nt, "DbgBreakPoint"):
        nt.faults.raise_exception(STATUS_BREAKPOINT)


@routine("VOID DbgBreakPointWithStatus(ULONG Status)", page="nf-wdm-dbgbreakpointwithstatus", irql="any")
def DbgBreakPointWithStatus(nt: System, status: int) -> None:
    if not _debugger_takes(nt, f"DbgBreakPointWithStatus, status 0x{status:08x}"):
        nt.faults.raise_exception(STATUS_BREAKPOINT, (status,))


@routine("void __debugbreak(void)", irql="any")
def __debugbreak(nt: System) -> None:
    if not _debugger_takes(nt, "__debugbreak"):
        nt.faults.raise_exception(STATUS_BREAKPOINT)


known(
    "NTSTATUS DbgSetDebugFilterState(ULONG ComponentId, ULONG Level, BOOLEAN State)",
    page="nf-wdm-dbgsetdebugfilterstate", irql="== PASSIVE_LEVEL",
)  # fmt: skip


@routine("BOOLEAN KdRefreshDebuggerNotPresent(VOID)", page="nf-ntddk-kdrefreshdebuggernotpresent", irql="any")
def KdRefreshDebuggerNotPresent(nt: System) -> int:
    """TRUE: there is no debugger."""
    return int(nt.breaking is None)


def _debugger_takes(nt: System, what: str) -> bool:
    """Stop in the debugger, if there is one, and go on when it lets the machine."""
    return nt.breaking is not None and nt.breaking("break", what)


def _print(nt: System, prefix: bytes, template: int, arguments: NextArgument) -> int:
    message = prefix + format_bytes(nt, nt.memory.read_string(template), arguments)
    if len(message) > LONGEST_MESSAGE:
        nt.violation(rules.MESSAGE_TRUNCATED, facts=[("message", f"{len(message)} bytes")])
        message = message[: LONGEST_MESSAGE - 1] + b"\n"
    nt.output(message.decode("utf-8", "replace"))
    return STATUS_SUCCESS
