"""Interrupt objects: connecting, service routines, and running with them shut out. Lines are asserted by hand."""

from __future__ import annotations

import pytest

from kernel_machine import SEEDS, Kernel

VECTOR, DIRQL = 0xB8, 11
STATUS_INVALID_PARAMETER, STATUS_INSUFFICIENT_RESOURCES = 0xC000_000D, 0xC000_009A


class Wired(Kernel):
    """A machine with one line; `line` is level-triggered unless told otherwise."""

    def __init__(self, seed: int | None = None, level: bool = False) -> None:
        super().__init__(seed)
        self.nt.interrupts.add_line(VECTOR, DIRQL, level, "Card")

    def connect(self, body: object, lock: int = 0, share: int = 1, irql: int = DIRQL, context: int = 7) -> int:
        """The address of the interrupt object, or the status of a failure."""
        where = self.room(8)
        routine = self.function(body)  # type: ignore[arg-type]
        status = self.call("IoConnectInterrupt", where, routine, context, lock, VECTOR, irql, irql, 0, share, 1, 0)
        return status if status else self.get(where)

    def assert_line(self) -> None:
        self.nt.interrupts.assert_line(VECTOR)
        self.nt.scheduler.point()


def test_a_service_routine_runs_at_its_level() -> None:
    """With its interrupt object and context, on top of whatever runs, and the IRQL is back afterwards."""
    kernel = Wired()

    def service(interrupt: int, context: int) -> int:
        kernel.log.append((interrupt, context, kernel.nt.irql))
        return 1

    interrupt = kernel.connect(service)
    kernel.assert_line()
    assert kernel.log == [(interrupt, 7, DIRQL)]
    assert kernel.nt.irql == 0
    kernel.call("IoDisconnectInterrupt", interrupt)
    kernel.assert_line()
    assert len(kernel.log) == 1
    assert kernel.leaks == []


def test_an_interrupt_waits_for_the_irql_to_fall() -> None:
    kernel = Wired()
    interrupt = kernel.connect(lambda *_: kernel.log.append("isr") or 1)
    old = kernel.room(1)
    kernel.call("KeRaiseIrql", DIRQL, old)
    kernel.assert_line()
    assert kernel.log == []
    kernel.call("KeLowerIrql", 0)
    assert kernel.log == ["isr"]
    kernel.call("IoDisconnectInterrupt", interrupt)


def test_a_level_triggered_line_is_asked_until_one_claims_it() -> None:
    """On a shared line the service routines are called in turn, until one returns TRUE."""
    kernel = Wired(level=True)

    def service(name: str, claims: int) -> int:
        kernel.log.append(name)
        if claims:
            kernel.nt.interrupts.clear_line(VECTOR)
        return claims

    first = kernel.connect(lambda *_: service("first", 0))
    second = kernel.connect(lambda *_: service("second", 1))
    third = kernel.connect(lambda *_: service("third", 1))
    kernel.assert_line()
    assert kernel.log == ["first", "second"]
    for interrupt in (first, second, third):
        kernel.call("IoDisconnectInterrupt", interrupt)


def test_a_line_that_nobody_clears_is_reported() -> None:
    """The run goes on, with the line masked."""
    kernel = Wired(level=True)
    kernel.connect(lambda *_: 0)
    kernel.assert_line()
    assert kernel.rules == ["interrupt-storm"]


def test_what_cannot_be_connected() -> None:
    """No such vector, another level than the line's, a vector that somebody has for himself, no memory."""
    kernel = Wired()
    assert kernel.connect(lambda *_: 1, irql=9) == STATUS_INVALID_PARAMETER
    interrupt = kernel.connect(lambda *_: 1, share=0)
    assert interrupt > 1 << 47
    assert kernel.connect(lambda *_: 1, share=0) == STATUS_INVALID_PARAMETER
    kernel.nt.chooser.failures = frozenset({("fail:IoConnectInterrupt", 4)})
    assert kernel.connect(lambda *_: 1) == STATUS_INSUFFICIENT_RESOURCES
    assert kernel.leaks == ["interrupt-left-connected"]


@pytest.mark.parametrize("seed", [None, *SEEDS])
def test_synchronized_code_and_the_service_routine_exclude_each_other(seed: int | None) -> None:
    """Both count with time passing between reading and writing; the interrupt comes at any point, on any processor."""
    kernel = Wired(seed)
    counter, asserted = kernel.room(8), 0

    def count(*_: int) -> int:
        value = kernel.get(counter)
        kernel.call("KeStallExecutionProcessor", 1)
        kernel.set(counter, 8, value + 1)
        return 1

    def service(*_: int) -> int:
        kernel.log.append("isr")
        return count()

    interrupt = kernel.connect(service)
    other = kernel.thread("other", lambda: [kernel.call("KeStallExecutionProcessor", 2) for _ in range(30)])
    synchronized = kernel.function(count)
    for number in range(20):
        kernel.nt.scheduler.after(500 * number, lambda: kernel.nt.interrupts.assert_line(VECTOR))
        assert kernel.call("KeSynchronizeExecution", interrupt, synchronized, 0) == 1
        old = kernel.call("KeAcquireInterruptSpinLock", interrupt)
        assert kernel.nt.irql == DIRQL
        count()
        kernel.call("KeReleaseInterruptSpinLock", interrupt, old)
        asserted += 1
    kernel.join(other)
    kernel.rest()
    kernel.call("IoDisconnectInterrupt", interrupt)
    assert kernel.get(counter) == 2 * asserted + len(kernel.log)
    assert kernel.log
    assert kernel.rules == kernel.leaks == []


def test_a_service_routine_queues_a_dpc() -> None:
    """Which runs when the interrupt is over, before the interrupted code goes on."""
    kernel = Wired()
    dpc = kernel.dpc(lambda *_: kernel.log.append(("dpc", kernel.nt.irql)))

    def service(*_: int) -> int:
        kernel.call("KeInsertQueueDpc", dpc, 0, 0)
        kernel.log.append("isr")
        return 1

    kernel.connect(service)
    kernel.assert_line()
    kernel.log.append("thread")
    assert kernel.log == ["isr", ("dpc", 2), "thread"]


def test_a_service_routine_that_changes_the_irql_is_caught() -> None:
    kernel = Wired()
    kernel.connect(lambda *_: kernel.nt.set_irql(5) or 1)
    kernel.nt.interrupts.assert_line(VECTOR)
    assert kernel.stopped_by(kernel.nt.scheduler.point) == ["irql-changed-by-callback"]


def test_the_object_must_be_connected() -> None:
    kernel = Wired()
    interrupt = kernel.connect(lambda *_: 1)
    kernel.call("IoDisconnectInterrupt", interrupt)
    assert kernel.stop("KeSynchronizeExecution", interrupt, 0, 0)[0] == 0xA
