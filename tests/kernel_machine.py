"""A machine whose threads, DPCs and service routines are Python functions, for tests of the kernel's core."""

from __future__ import annotations

from collections.abc import Callable

from dmascript.runtime.choose import Chooser
from dmascript.runtime.ke.exceptions import MachineStop
from dmascript.runtime.ke.processor import Thread
from machine import Machine

MILLISECOND = 1_000_000
RELATIVE_MS = -10_000  # a LARGE_INTEGER timeout of one millisecond from now
SEEDS = range(1, 21)


class Kernel(Machine):
    """`log` takes what the functions say; `seed` opens the order of events."""

    def __init__(
        self, seed: int | None = None, verifier: int = 1, failures: tuple[tuple[str, int], ...] = (), **settings: object
    ) -> None:
        super().__init__(verifier, failures, **settings)
        if seed is not None:
            self.nt.chooser = Chooser(seed)
        self.log: list[object] = []

    def thread(self, name: str, body: Callable[[], object], priority: int = 8) -> Thread:
        return self.nt.scheduler.create(name, self.nt.process, body, priority=priority)

    def function(self, body: Callable[..., object]) -> int:
        """The address of a function of the driver: it is called with the arguments alone."""
        return self.nt.native(body.__name__, lambda nt, *arguments: int(body(*arguments) or 0))  # type: ignore[call-overload]

    def event(self, synchronization: bool = False, signalled: bool = False) -> int:
        where = self.room(24)
        self.call("KeInitializeEvent", where, int(synchronization), int(signalled))
        return where

    def time(self, value: int) -> int:
        """The address of a LARGE_INTEGER."""
        where = self.room(8)
        self.set(where, 8, value & 0xFFFF_FFFF_FFFF_FFFF)
        return where

    def wait(self, where: int, timeout: int | None = None) -> int:
        timeout_at = 0 if timeout is None else self.time(timeout)
        return self.call("KeWaitForSingleObject", where, 0, 0, 0, timeout_at)

    def wait_many(self, objects: list[int], all: bool, timeout: int | None = None) -> int:
        array, blocks = self.room(8 * len(objects)), self.room(48 * len(objects))
        for index, where in enumerate(objects):
            self.set(array + 8 * index, 8, where)
        timeout_at = 0 if timeout is None else self.time(timeout)
        return self.call(
            "KeWaitForMultipleObjects", len(objects), array, int(not all), 0, 0, 0, timeout_at, blocks
        )  # fmt: skip

    def rest(self, milliseconds: int = 1) -> int:
        return self.call("KeDelayExecutionThread", 0, 0, self.time(RELATIVE_MS * milliseconds))

    def join(self, *threads: Thread) -> None:
        """Wait until threads have ended."""
        from dmascript.runtime.ke.threads import object_of

        for thread in threads:
            object_of(self.nt, thread)
            assert self.wait(thread.address) == 0

    def dpc(self, body: Callable[..., object], threaded: bool = False) -> int:
        where = self.room(64)
        name = "KeInitializeThreadedDpc" if threaded else "KeInitializeDpc"
        self.call(name, where, self.function(body), 0)
        return where

    def timer(self, synchronization: bool = False) -> int:
        where = self.room(64)
        self.call("KeInitializeTimerEx", where, int(synchronization))
        return where

    @property
    def now_ms(self) -> int:
        return self.nt.clock.now_ns // MILLISECOND

    def stopped_by(self, body: Callable[[], object]) -> list[str]:
        """The rules of the findings with which a call stops the machine."""
        try:
            body()
        except MachineStop:
            return self.rules
        finally:
            self.nt.scheduler.close()
        raise AssertionError("the machine goes on")
