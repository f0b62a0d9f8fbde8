"""The machine seen from another process than the current one: its user space in the place of the current one's."""

from __future__ import annotations

from ...runtime.mm.memory import KERNEL_BASE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...runtime.ke.process import Process
    from ...runtime.mm.memory import Memory
    from ...runtime.mm.regions import Region, Space
    from ...runtime.system import System


class _Memory:
    """Memory with another user half."""

    __slots__ = ("_memory", "user")

    def __init__(self, memory: Memory, user: Space) -> None:
        self._memory = memory
        self.user = user

    def region_at(self, va: int) -> Region | None:
        return self._memory.kernel.find(va) if va >= KERNEL_BASE else self.user.find(va)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._memory, name)


class _Glass:
    """A machine whose current process is another one, for looking only."""

    __slots__ = ("_nt", "process", "memory")

    def __init__(self, nt: System, process: Process) -> None:
        self._nt = nt
        self.process = process
        self.memory = _Memory(nt.memory, process.space)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._nt, name)


def seen_from(nt: System, process: Process | None) -> System:
    """The machine as a debugger looks at it in the context of a process."""
    if process is None or process is nt.process:
        return nt
    return _Glass(nt, process)  # type: ignore[return-value]
