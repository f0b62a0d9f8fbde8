"""Running something that may raise an exception as the kernel does within __try of its own."""

from __future__ import annotations

from .exceptions import Unwind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .system import System


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
