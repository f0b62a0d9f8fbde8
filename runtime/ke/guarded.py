"""How the kernel runs what is not its own: within a __try of its own, and on what is left of the thread's stack."""

from __future__ import annotations

from .exceptions import Unwind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..system import System

OWN_FRAMES = 0x70  # bytes of stack that the I/O manager's functions use between two drivers


def guarded(nt: System, function: Callable[..., object], *arguments: object) -> int:
    """Call a function of Python. STATUS_SUCCESS, or the code of the exception that it raised."""
    seh = nt.thread.seh
    index = len(seh)
    seh.append(lambda record: 1)
    try:
        function(*arguments)
    except Unwind as unwind:
        if unwind.index != index:
            raise
        return unwind.record.code
    finally:
        del seh[index:]
    return 0


def call_below(nt: System, routine: int, *arguments: int) -> int:
    """Call a routine of a driver's from one of the I/O manager's, whose own frames take their part of the stack."""
    thread = nt.thread
    left = thread.sp
    thread.sp = left - OWN_FRAMES
    result = nt.call(routine, *arguments)
    thread.sp = left
    if nt.dispatcher.lent.known:
        nt.dispatcher.lent.returned()
    return result
