"""Processors and threads: who runs, and at which IRQL."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..findings import Moment
    from .exceptions import ExceptionRecord
    from .process import Process

PASSIVE_LEVEL = 0
APC_LEVEL = 1
DISPATCH_LEVEL = 2
CLOCK_LEVEL = 13
HIGH_LEVEL = 15

NORMAL_PRIORITY = 8
IDLE_PRIORITY = -1


class Processor:
    """`raised_at` is the moment of the last change of IRQL that did not come back to PASSIVE_LEVEL. `dpcs` are the
    addresses of the KDPCs that wait here, `in_dpc` is the one whose routine runs, since when and at which IRQL it began
    is in `dpc_began` and `dpc_level`; `nested` counts the interrupt service routines and DPCs that run now, one
    upon another, `stacks` are theirs by depth, and `idle` is the thread that runs when no other can."""

    __slots__ = (
        "number", "irql", "raised_at", "thread", "idle", "dpcs", "in_dpc", "dpc_began", "dpc_level", "nested",
        "stacks",
    )  # fmt: skip

    def __init__(self, number: int) -> None:
        self.number = number
        self.irql = PASSIVE_LEVEL
        self.raised_at: Moment | None = None
        self.thread: Thread | None = None
        self.idle: Thread | None = None
        self.dpcs: list[int] = []
        self.in_dpc = 0
        self.dpc_began = 0
        self.dpc_level = PASSIVE_LEVEL
        self.nested = 0
        self.stacks: list[tuple[int, int]] = []


class Thread:
    """A kernel or user thread: its registration stack of filters, and its stack in simulated memory.

    `stack_low` is the lowest address of the stack and `stack_bytes` its size; generated code passes the bytes left as
    the hidden first argument of every call. `process` is the one whose user space it sees; while it is attached, `home`
    is its own and `attached` are the states to detach with, the last one first to go. `user` says whether it runs
    user-mode code now.

    `state` is "running" (also on a processor that is not the current one), "ready", "waiting" or "ended". `start` is
    what it runs, `greenlet` how it is resumed once the machine has more than one thread. `apcs` are special kernel
    APCs, `user_apcs` those that an alertable wait lets in. While it does not run, `irql` is what it goes on with.
    """

    __slots__ = (
        "name", "address", "seh", "stack_low", "stack_bytes", "user", "previous_mode", "filters_running", "sp",
        "regions_entered", "guarded", "process", "home", "attached", "id", "state", "start", "greenlet", "priority",
        "apcs", "user_apcs", "wait", "irql", "raised_at", "cpu", "exit_status", "kernel_stack", "background", "slices",
        "last_error", "is_user_thread", "affinity", "cause", "gate", "terminating", "ending", "entry", "outer",
        "base",
    )  # fmt: skip

    def __init__(
        self, name: str, address: int, stack_low: int, stack_bytes: int, user: bool = False, id: int = 0
    ) -> None:
        self.name = name
        self.address = address
        self.seh: list[Callable[[ExceptionRecord], int]] = []
        self.stack_low = stack_low
        self.stack_bytes = stack_bytes
        self.user = user
        self.is_user_thread = user
        self.previous_mode = 1 if user else 0
        self.filters_running = 0
        self.regions_entered = 0  # critical regions, in which normal kernel APCs are off
        self.guarded = 0  # guarded regions, in which all of them are
        self.sp = stack_bytes
        self.process: Process | None = None
        self.home: Process | None = None
        self.attached: list[int] = []
        self.id = id
        self.state = "running"
        self.start: Callable[[], object] | None = None
        self.greenlet: Any = None
        self.priority = self.base = NORMAL_PRIORITY  # what it has now, and what it has without a boost
        self.apcs: list[Callable[[], object]] = []
        self.user_apcs: list[Callable[[], object]] = []
        self.wait: Any = None  # a dispatcher.Wait
        self.irql = PASSIVE_LEVEL
        self.raised_at: Moment | None = None
        self.cpu: Processor | None = None
        self.exit_status = 0x103  # STATUS_PENDING while it lives
        self.kernel_stack = 0  # the low address of the stack that system calls of a user thread run on
        self.background = False  # of the system's own: it may wait for ever
        self.slices = 0  # since it was last put on a processor
        self.last_error = 0
        self.affinity = -1
        self.cause = 0  # the IRP for whose sake the running code runs, or 0
        self.gate = 0  # what a thread that was made suspended waits for before it begins
        self.terminating = False  # told to end where it runs user-mode code next
        self.ending = False  # on its way out: no __finally body runs any more
        self.entry = -id  # which context runs on its stack now, and those that this one has interrupted:
        self.outer: list[tuple[int, int, int]] = []  # entry, low address of the stack, bytes left of it


class ThreadEnds(BaseException):
    """Thrown through a thread's frames to end it."""
