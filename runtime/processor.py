"""Processors and threads: who runs, and at which IRQL."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .exceptions import ExceptionRecord
    from .findings import Moment
    from .process import Process

PASSIVE_LEVEL = 0
APC_LEVEL = 1
DISPATCH_LEVEL = 2
HIGH_LEVEL = 15


class Processor:
    """`raised_at` is the moment of the last change of IRQL that did not come back to PASSIVE_LEVEL."""

    __slots__ = ("number", "irql", "raised_at", "thread")

    def __init__(self, number: int) -> None:
        self.number = number
        self.irql = PASSIVE_LEVEL
        self.raised_at: Moment | None = None
        self.thread: Thread | None = None


class Thread:
    """A kernel or user thread: its registration stack of filters, and its stack in simulated memory.

    `stack_low` is the lowest address of the stack and `stack_bytes` its size; generated code passes the bytes left as
    the hidden first argument of every call. `process` is the one whose user space it sees; while it is attached, `home`
    is its own and `attached` are the states to detach with, the last one first to go.
    """

    __slots__ = ("name", "address", "seh", "stack_low", "stack_bytes", "user", "previous_mode", "filters_running", "sp",
                 "regions_entered", "process", "home", "attached",
                 "id")  # fmt: skip

    def __init__(
        self, name: str, address: int, stack_low: int, stack_bytes: int, user: bool = False, id: int = 0
    ) -> None:
        self.name = name
        self.address = address
        self.seh: list[Callable[[ExceptionRecord], int]] = []
        self.stack_low = stack_low
        self.stack_bytes = stack_bytes
        self.user = user
        self.previous_mode = 1 if user else 0
        self.filters_running = 0
        self.regions_entered = 0  # critical regions, in which normal kernel APCs are off
        self.sp = stack_bytes
        self.process: Process | None = None
        self.home: Process | None = None
        self.attached: list[int] = []
        self.id = id
