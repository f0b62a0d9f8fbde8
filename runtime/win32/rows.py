"""How a call of Win32 is declared: as a routine of user mode, which knows no IRQL."""

from __future__ import annotations

from ..routine import known, routine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    Body = TypeVar("Body", bound=Callable[..., Any])


def call(
    prototype: str, *, fails: str = "cannot fail", undo: str = "", waits: bool = False, macro: bool = False,
    header: str = "windows.h",
) -> Callable[[Body], Body]:  # fmt: skip
    """Declare a call. `waits` is true if it enters the kernel and may wait there, or calls code of the program."""
    return routine(
        prototype, irql="== PASSIVE_LEVEL", fails=fails, undo=undo, header=header, calls_back=waits, macro=macro
    )


def unmodelled(*prototypes: str) -> None:
    """Declare calls that say that they are not modelled."""
    for prototype in prototypes:
        known(prototype, irql="== PASSIVE_LEVEL", header="windows.h")
