"""Between user mode and the kernel: room on the program's stack, user APCs, callbacks of the system's own."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..system import System

STATUS_BLOCK_BYTES = 16


def stack_room(nt: System, size: int) -> int:
    """The address of room for a variable of a stub, below what its caller uses of the stack."""
    thread = nt.thread
    return (thread.stack_low + thread.sp - size) & -16


def run_user_apcs(nt: System) -> None:
    """An alertable wait was interrupted: run what was queued for the thread, in user mode."""
    thread = nt.thread
    while thread.user_apcs:
        thread.user_apcs.pop(0)()


def native(nt: System, name: str, function: Callable[..., int]) -> int:
    """The address of a function of the system's own, the same whenever it is asked for."""
    for where, (known, _) in nt.natives.items():
        if known == name:
            return where
    return nt.native(name, function)


def read_wide(nt: System, va: int) -> str:
    """A terminated string of WCHARs; empty for NULL."""
    return nt.memory.read_wide_string(va) if va else ""


def read_narrow(nt: System, va: int) -> str:
    """A terminated string of the ANSI code page, 1252; empty for NULL."""
    return nt.memory.read_string(va).decode("cp1252", "replace") if va else ""
