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
    kernel.nt.chooser.may_fail = True
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


class Attached(Kernel):
    """A machine with one device, and its physical device object at `pdo`."""

    def __init__(self, interrupt: str, seed: int | None = None, generation: str = "win10") -> None:
        super().__init__(seed, generation=generation)
        self.card = self.nt.hardware.attach("Card", {"interrupt": interrupt}, [])
        self.pdo = self.nt.io.pnp.node_of(self.card).pdo.address
        self.parameters = self.room(80)
        self.context = self.room(8)

    def connect(self, version: int, routine: int, fall_back: int = 0, pdo: int | None = None) -> tuple[int, int]:
        """The status, and Version as it is afterwards."""
        values = (self.pdo if pdo is None else pdo, self.context, routine, 7, 0, 0, fall_back)
        self.set(self.parameters, 4, version)
        for index, value in enumerate(values):
            self.set(self.parameters + 8 + 8 * index, 8, value)
        status = self.call("IoConnectInterruptEx", self.parameters)
        return status, self.get(self.parameters, 4)

    def disconnect(self, version: int) -> None:
        where = self.room(16)
        self.set(where, 4, version)
        self.set(where + 8, 8, self.get(self.context))
        self.call("IoDisconnectInterruptEx", where)

    def interrupt(self, message: int = 0) -> None:
        self.card.interrupt(message)
        self.nt.scheduler.point()


LINE_BASED, MESSAGE_BASED, FULLY_SPECIFIED_GROUP = 2, 3, 4


def test_a_driver_connects_to_the_line_of_its_device() -> None:
    """Named by its physical device object alone; no other device object will do."""
    kernel = Attached("line")

    def service(interrupt: int, context: int) -> int:
        kernel.log.append((interrupt == kernel.get(kernel.context), context, kernel.nt.irql))
        kernel.card.interrupt_clear()
        return 1

    routine = kernel.function(service)
    assert kernel.connect(LINE_BASED, routine, pdo=0) == (STATUS_INVALID_PARAMETER, LINE_BASED)
    assert kernel.connect(9, routine)[0] == 0xC000_00EF
    assert kernel.connect(LINE_BASED, routine) == (0, LINE_BASED)
    kernel.interrupt()
    assert kernel.log == [(True, 7, DIRQL)]
    kernel.disconnect(LINE_BASED)
    assert kernel.rules == kernel.leaks == []


def test_a_driver_connects_to_each_message_of_its_device() -> None:
    """The routine is told the number; the table says what each message is."""
    kernel = Attached("messages(3)")
    routine = kernel.function(lambda interrupt, context, message: kernel.log.append(message) or 1)
    assert kernel.connect(LINE_BASED, routine)[0] == 0xC000_0010
    assert kernel.connect(MESSAGE_BASED, routine) == (0, MESSAGE_BASED)
    table = kernel.get(kernel.context)
    assert (kernel.get(table, 1), kernel.get(table + 4, 4)) == (DIRQL, 3)
    entries = [table + 8 + 48 * number for number in range(3)]
    assert [kernel.get(entry + 28, 4) for entry in entries] == [line.vector for line in kernel.card.messages]
    assert len({kernel.get(entry + 16) for entry in entries}) == 3
    for message in (2, 0, 1, 1):
        kernel.interrupt(message)
    assert kernel.log == [2, 0, 1, 1]
    kernel.disconnect(MESSAGE_BASED)
    assert kernel.rules == kernel.leaks == []


def test_without_messages_the_fallback_is_connected() -> None:
    """And Version says so; without a fallback there is nothing to connect."""
    kernel = Attached("line")
    routine = kernel.function(lambda *_: kernel.log.append("line") or kernel.card.interrupt_clear() or 1)
    assert kernel.connect(MESSAGE_BASED, routine) == (0xC000_0225, MESSAGE_BASED)
    assert kernel.connect(MESSAGE_BASED, 0, fall_back=routine) == (0, LINE_BASED)
    kernel.interrupt()
    assert kernel.log == ["line"]
    kernel.disconnect(LINE_BASED)
    assert kernel.leaks == []


def test_before_windows_vista_vectors_are_named() -> None:
    """Other versions are refused, and Version says what to try instead."""
    kernel = Attached("line", generation="nt52")
    routine = kernel.function(lambda *_: 1)
    assert kernel.connect(LINE_BASED, routine) == (0xC000_00BB, 1)


def test_a_fully_specified_connection_names_its_vector() -> None:
    kernel = Attached("line")
    assert kernel.card.line is not None
    line = kernel.card.line[1]
    routine = kernel.function(lambda *_: kernel.log.append("isr") or kernel.card.interrupt_clear() or 1)
    values = ((8, kernel.pdo), (16, kernel.context), (24, routine), (32, 0), (40, 0))
    for at, value in values:
        kernel.set(kernel.parameters + at, 8, value)
    for at, size, value in ((0, 4, FULLY_SPECIFIED_GROUP), (48, 1, line.irql), (50, 1, 1), (52, 4, line.vector)):
        kernel.set(kernel.parameters + at, size, value)
    kernel.set(kernel.parameters + 56, 1, line.irql)
    kernel.set(kernel.parameters + 64, 8, 1)
    assert kernel.call("IoConnectInterruptEx", kernel.parameters) == 0
    kernel.interrupt()
    assert kernel.log == ["isr"]
    kernel.disconnect(FULLY_SPECIFIED_GROUP)
    assert kernel.leaks == []
