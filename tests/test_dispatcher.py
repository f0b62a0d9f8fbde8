"""Events, semaphores, mutexes and waits, at the level of routines."""

from __future__ import annotations

import pytest

from kernel_machine import RELATIVE_MS, SEEDS, Kernel

STATUS_TIMEOUT, STATUS_ABANDONED = 0x102, 0x80
STATUS_MUTANT_NOT_OWNED, STATUS_SEMAPHORE_LIMIT_EXCEEDED = 0xC000_0046, 0xC000_0047
STATUS_MUTANT_LIMIT_EXCEEDED = 0xC000_0191


def test_a_notification_event_stays_signalled() -> None:
    """Each wait for it is satisfied at once until it is cleared; the state before is told."""
    kernel = Kernel()
    event = kernel.event()
    assert kernel.call("KeSetEvent", event, 0, 0) == 0
    assert kernel.call("KeSetEvent", event, 0, 0) == 1
    assert kernel.wait(event) == kernel.wait(event) == 0
    assert kernel.call("KeResetEvent", event) == 1
    assert kernel.call("KeReadStateEvent", event) == 0
    assert kernel.wait(event, 0) == STATUS_TIMEOUT


def test_a_synchronization_event_lets_one_go() -> None:
    """A satisfied wait takes the signal."""
    kernel = Kernel()
    event = kernel.event(synchronization=True, signalled=True)
    assert kernel.wait(event) == 0
    assert kernel.get(event + 4, 4) == 0
    assert kernel.wait(event, 0) == STATUS_TIMEOUT


def test_the_header_is_the_true_one() -> None:
    """Type, size in words, signal state and an empty list lie where drivers and debuggers see them."""
    kernel = Kernel()
    event = kernel.event(synchronization=True, signalled=True)
    assert kernel.nt.memory.read(event, 8) == bytes([1, 0, 6, 0, 1, 0, 0, 0])
    assert kernel.get(event + 8) == kernel.get(event + 16) == event + 8


def test_a_timeout_takes_its_time() -> None:
    """A wait that nobody satisfies ends when its time has come, and no later."""
    kernel = Kernel()
    before = kernel.nt.clock.now_ns
    assert kernel.wait(kernel.event(), 5 * RELATIVE_MS) == STATUS_TIMEOUT
    assert 5_000_000 <= kernel.nt.clock.now_ns - before < 5_100_000


def test_an_absolute_timeout_counts_from_1601() -> None:
    """A time that is past ends the wait at once."""
    kernel = Kernel()
    now_at = kernel.room(8)
    kernel.call("KeQuerySystemTimePrecise", now_at)
    now = kernel.get(now_at)
    assert kernel.wait(kernel.event(), now - 10_000_000) == STATUS_TIMEOUT
    before = kernel.nt.clock.now_ns
    assert kernel.wait(kernel.event(), now + 20_000) == STATUS_TIMEOUT
    assert 1_900_000 < kernel.nt.clock.now_ns - before < 2_100_000


def test_waiters_are_served_in_the_order_in_which_they_came() -> None:
    """A synchronization event that is set three times lets three threads go, the first come first."""
    kernel = Kernel(processors=1)
    event = kernel.event(synchronization=True)

    def body(number: int) -> None:
        kernel.wait(event)
        kernel.log.append(number)

    threads = [kernel.thread(f"thread {number}", lambda number=number: body(number)) for number in range(3)]
    kernel.rest()
    for _ in threads:
        kernel.call("KeSetEvent", event, 0, 0)
    kernel.join(*threads)
    assert kernel.log == [0, 1, 2]


def test_a_pulse_releases_those_who_wait_and_nobody_else() -> None:
    kernel = Kernel()
    event = kernel.event()
    threads = [kernel.thread("waiter", lambda: kernel.log.append(kernel.wait(event))) for _ in range(3)]
    kernel.rest()
    assert kernel.call("KePulseEvent", event, 0, 0) == 0
    kernel.join(*threads)
    assert kernel.log == [0, 0, 0]
    assert kernel.wait(event, 0) == STATUS_TIMEOUT


def test_waiting_for_any_tells_which() -> None:
    """The index of the first signalled object, which alone is taken."""
    kernel = Kernel()
    events = [kernel.event(True, number > 1) for number in range(4)]
    assert kernel.wait_many(events, all=False) == 2
    assert [kernel.get(event + 4, 4) for event in events] == [0, 0, 0, 1]
    assert kernel.wait_many(events[:2], all=False, timeout=RELATIVE_MS) == STATUS_TIMEOUT


def test_waiting_for_all_takes_all_or_nothing() -> None:
    """Until every object is signalled none is taken: another thread may have the first meanwhile."""
    kernel = Kernel()
    first, second = kernel.event(True, True), kernel.event(True, False)
    waiter = kernel.thread("waiter", lambda: kernel.log.append(kernel.wait_many([first, second], all=True)))
    kernel.rest()
    assert kernel.get(first + 4, 4) == 1
    assert kernel.wait(first) == 0
    kernel.call("KeSetEvent", second, 0, 0)
    kernel.rest()
    assert kernel.log == []
    kernel.call("KeSetEvent", first, 0, 0)
    kernel.join(waiter)
    assert kernel.log == [0]
    assert kernel.get(first + 4, 4) == kernel.get(second + 4, 4) == 0


def test_a_semaphore_counts() -> None:
    """Released by n it lets n go; beyond its limit an exception is raised and the count stays."""
    kernel = Kernel()
    semaphore = kernel.room(32)
    kernel.call("KeInitializeSemaphore", semaphore, 1, 3)
    assert kernel.call("KeReleaseSemaphore", semaphore, 0, 2, 0) == 1
    assert kernel.raised("KeReleaseSemaphore", semaphore, 0, 1, 0) == STATUS_SEMAPHORE_LIMIT_EXCEEDED
    assert kernel.call("KeReadStateSemaphore", semaphore) == 3
    assert [kernel.wait(semaphore, 0) for _ in range(4)] == [0, 0, 0, STATUS_TIMEOUT]


def test_a_mutex_is_recursive_and_keeps_apcs_out() -> None:
    """It must be released as often as it was acquired; 0 says that it is free."""
    kernel = Kernel()
    mutex = kernel.room(56)
    kernel.call("KeInitializeMutex", mutex, 0)
    assert kernel.wait(mutex) == kernel.wait(mutex) == 0
    assert kernel.call("KeReadStateMutex", mutex) == -1
    assert kernel.call("KeAreApcsDisabled") == 1
    assert kernel.call("KeReleaseMutex", mutex, 0) == -1
    assert kernel.call("KeReleaseMutex", mutex, 0) == 0
    assert kernel.call("KeReadStateMutex", mutex) == 1
    assert kernel.call("KeAreApcsDisabled") == 0
    assert kernel.raised("KeReleaseMutex", mutex, 0) == STATUS_MUTANT_NOT_OWNED
    assert kernel.leaks == []


def test_only_the_owner_releases_a_mutex() -> None:
    kernel = Kernel()
    mutex = kernel.room(56)
    kernel.call("KeInitializeMutex", mutex, 0)
    kernel.wait(mutex)
    other = kernel.thread("other", lambda: kernel.log.append(kernel.raised("KeReleaseMutex", mutex, 0)))
    kernel.join(other)
    assert kernel.log == [STATUS_MUTANT_NOT_OWNED]
    assert kernel.leaks == ["mutex-left-owned"]


def test_a_mutant_whose_owner_ends_is_abandoned() -> None:
    """The next owner is told; a kernel mutex would have stopped the machine."""
    kernel = Kernel()
    mutant = kernel.room(56)
    kernel.nt.dispatcher.initialise_mutex(mutant, False)
    kernel.join(kernel.thread("owner", lambda: kernel.wait(mutant)))
    assert kernel.wait(mutant) == STATUS_ABANDONED
    assert kernel.call("KeReleaseMutex", mutant, 0) == 0
    assert kernel.wait(mutant) == 0


def test_a_mutex_has_a_limit() -> None:
    """Acquired 2**31 times, the next wait raises."""
    kernel = Kernel()
    mutex = kernel.room(56)
    kernel.call("KeInitializeMutex", mutex, 0)
    kernel.wait(mutex)
    kernel.set(mutex + 4, 4, 0x8000_0000)
    assert kernel.raised("KeWaitForSingleObject", mutex, 0, 0, 0, 0) == STATUS_MUTANT_LIMIT_EXCEEDED


@pytest.mark.parametrize("seed", SEEDS)
def test_a_mutex_excludes_under_every_order(seed: int) -> None:
    """Four threads count with a pause between reading and writing: nothing is lost."""
    kernel = Kernel(seed)
    mutex, counter = kernel.room(56), kernel.room(8)
    kernel.call("KeInitializeMutex", mutex, 0)

    def body() -> None:
        for _ in range(5):
            kernel.wait(mutex)
            value = kernel.get(counter)
            kernel.call("KeStallExecutionProcessor", 3)
            kernel.set(counter, 8, value + 1)
            kernel.call("KeReleaseMutex", mutex, 0)

    kernel.join(*[kernel.thread(f"counter {number}", body) for number in range(4)])
    assert kernel.get(counter) == 20
    assert kernel.rules == kernel.leaks == []


@pytest.mark.parametrize("seed", SEEDS)
def test_a_bounded_buffer_loses_nothing(seed: int) -> None:
    """Two producers and two consumers over two semaphores: every item arrives once."""
    kernel = Kernel(seed)
    full, empty, lock = kernel.room(32), kernel.room(32), kernel.room(56)
    kernel.call("KeInitializeSemaphore", full, 0, 4)
    kernel.call("KeInitializeSemaphore", empty, 4, 4)
    kernel.call("KeInitializeMutex", lock, 0)
    buffer: list[int] = []

    def produce(first: int) -> None:
        for item in range(first, first + 10):
            kernel.wait(empty)
            kernel.wait(lock)
            buffer.append(item)
            assert len(buffer) <= 4
            kernel.call("KeReleaseMutex", lock, 0)
            kernel.call("KeReleaseSemaphore", full, 0, 1, 0)

    def consume() -> None:
        for _ in range(10):
            kernel.wait(full)
            kernel.wait(lock)
            kernel.log.append(buffer.pop(0))
            kernel.call("KeReleaseMutex", lock, 0)
            kernel.call("KeReleaseSemaphore", empty, 0, 1, 0)

    threads = [kernel.thread("producer", lambda first=first: produce(first)) for first in (0, 10)]
    threads += [kernel.thread("consumer", consume) for _ in range(2)]
    kernel.join(*threads)
    assert sorted(kernel.log) == list(range(20))  # type: ignore[type-var]


def test_a_wait_for_nothing_that_can_happen_is_reported() -> None:
    """The report says of each thread what it waits for, and how many others wait."""
    kernel = Kernel()
    event = kernel.event()
    kernel.thread("helper", lambda: kernel.wait(event))
    assert kernel.stopped_by(lambda: kernel.wait(event)) == ["waits-for-ever"] * 2
    facts = dict(kernel.nt.findings[0].facts)
    assert facts["waits for"].startswith("notification event at")
    assert facts["others"] == "1 more thread waiting"


def test_a_report_of_a_deadlock_names_the_owner() -> None:
    """A thread that wants the mutex of another one waits for that thread."""
    kernel = Kernel()
    mutex = kernel.room(56)
    kernel.call("KeInitializeMutex", mutex, 0)
    kernel.wait(mutex)
    kernel.thread("helper", lambda: kernel.wait(mutex))
    assert kernel.stopped_by(lambda: kernel.wait(kernel.event())) == ["waits-for-ever"] * 2
    waits = {dict(finding.facts)["waits for"].rpartition(", ")[2] for finding in kernel.nt.findings}
    assert "owned by System" in waits


def test_a_periodic_timer_does_not_hide_a_wait_without_end() -> None:
    kernel = Kernel()
    kernel.call("KeSetTimerEx", kernel.timer(), RELATIVE_MS, 1, 0)
    assert kernel.stopped_by(lambda: kernel.wait(kernel.event())) == ["waits-for-ever"]


def test_limits_of_a_wait() -> None:
    """Sixty-four objects with an array of wait blocks, three without."""
    kernel = Kernel()
    array = kernel.room(8 * 65)
    for index in range(65):
        kernel.set(array + 8 * index, 8, kernel.event(signalled=True))
    assert kernel.call("KeWaitForMultipleObjects", 64, array, 0, 0, 0, 0, 0, kernel.room(48 * 65)) == 0
    assert kernel.call("KeWaitForMultipleObjects", 3, array, 0, 0, 0, 0, 0, 0) == 0
    assert kernel.stop("KeWaitForMultipleObjects", 65, array, 0, 0, 0, 0, 0, kernel.room(48 * 65)) == (0xC, 0)
    assert kernel.stop("KeWaitForMultipleObjects", 4, array, 0, 0, 0, 0, 0, 0) == (0xC, 0)
