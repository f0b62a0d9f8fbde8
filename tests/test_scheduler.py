"""Threads and processors: who runs, when, and where."""

from __future__ import annotations

import pytest

from dmascript.runtime.ke.exceptions import HostLimit
from dmascript.runtime.ke.threads import object_of
from kernel_machine import MILLISECOND, RELATIVE_MS, SEEDS, Kernel


def test_threads_run_while_others_wait() -> None:
    """A thread begins when it is made ready and a processor is free, and is signalled when it has ended."""
    kernel = Kernel(processors=1)
    threads = [kernel.thread(name, lambda name=name: kernel.log.append(name)) for name in "abc"]
    assert kernel.log == []
    kernel.join(*threads)
    assert kernel.log == ["a", "b", "c"]
    assert [thread.state for thread in threads] == ["ended"] * 3


def test_the_more_urgent_thread_goes_first() -> None:
    """On one processor a thread of a higher priority takes it at the next preemption point."""
    kernel = Kernel(processors=1)

    def low() -> None:
        kernel.log.append("low begins")
        kernel.thread("high", lambda: kernel.log.append("high"), priority=12)
        kernel.nt.scheduler.point()
        kernel.log.append("low ends")

    kernel.join(kernel.thread("low", low))
    kernel.rest()
    assert kernel.log == ["low begins", "high", "low ends"]


def test_nobody_is_preempted_at_dispatch_level() -> None:
    kernel = Kernel(processors=1)

    def low() -> None:
        old = kernel.call("KeRaiseIrqlToDpcLevel")
        kernel.thread("high", lambda: kernel.log.append("high"), priority=12)
        kernel.nt.scheduler.point()
        kernel.log.append("low")
        kernel.call("KeLowerIrql", old)
        kernel.nt.scheduler.point()

    kernel.join(kernel.thread("low", low))
    kernel.rest()
    assert kernel.log == ["low", "high"]


def test_priorities_change() -> None:
    """The old one is told. Who lowers his own makes way for others."""
    kernel = Kernel(processors=1)

    def body() -> None:
        me = kernel.call("KeGetCurrentThread")
        other = kernel.thread("other", lambda: kernel.log.append("other"))
        assert kernel.call("KeSetPriorityThread", other.address, 9) == 8
        assert kernel.call("KeSetPriorityThread", me, 16) == 10
        kernel.log.append("urgent")
        assert kernel.call("KeSetPriorityThread", me, 5) == 16
        assert kernel.call("KeQueryPriorityThread", me) == 5
        kernel.log.append("lowered")

    kernel.join(kernel.thread("body", body, priority=10))
    assert kernel.log == ["urgent", "other", "lowered"]


def test_resting_for_no_time_lets_an_equal_run() -> None:
    kernel = Kernel(processors=1)

    def body(name: str) -> None:
        for number in range(3):
            kernel.log.append(f"{name}{number}")
            kernel.rest(0)

    kernel.join(*[kernel.thread(name, lambda name=name: body(name)) for name in "ab"])
    assert kernel.log == ["a0", "b0", "a1", "b1", "a2", "b2"]


def test_nothing_sleeps() -> None:
    """When everybody rests, time jumps: an hour costs nothing."""
    kernel = Kernel()
    kernel.rest(3_600_000)
    assert 3_600_000 <= kernel.now_ms < 3_600_001


def test_a_timer_beside_a_long_wait_is_no_deadlock() -> None:
    """Half a minute beside a timer of one millisecond: thousands of events wake nobody, and yet the wait ends."""
    kernel = Kernel()
    kernel.call("KeSetTimerEx", kernel.timer(), RELATIVE_MS, 1, 0)
    kernel.rest(30_000)
    assert kernel.now_ms == 30_000


def test_processors_that_wait_for_each_other_are_found() -> None:
    """Locks in two orders on two processors stop the machine."""
    kernel = Kernel()
    first, second = kernel.room(8), kernel.room(8)

    def both(outer: int, inner: int) -> None:
        kernel.call("KeAcquireSpinLockRaiseToDpc", outer)
        kernel.call("KeStallExecutionProcessor", 10)
        kernel.call("KeAcquireSpinLockAtDpcLevel", inner)

    kernel.thread("other", lambda: both(second, first))
    assert kernel.stopped_by(lambda: both(first, second)) == ["spin-lock-never-free"]


def test_a_lock_left_behind_is_found() -> None:
    """Its holder's processor does nothing any more, and the lock is taken still."""
    kernel = Kernel()
    lock = kernel.room(8)
    kernel.rest()
    kernel.set(lock, 8, 1)
    kernel.nt.spin_owners[lock] = 1 - kernel.nt.cpu.number
    assert kernel.stopped_by(lambda: kernel.call("KeAcquireSpinLockRaiseToDpc", lock)) == ["spin-lock-never-free"]


def test_events_come_in_the_order_of_time() -> None:
    """Those of one moment in the order in which they were asked for; what is cancelled never comes."""
    kernel = Kernel()
    scheduler = kernel.nt.scheduler
    for delay, name in ((30, "c"), (10, "a"), (30, "d"), (20, "b")):
        scheduler.after(delay * MILLISECOND, lambda name=name: kernel.log.append((name, kernel.now_ms)))
    scheduler.cancel(scheduler.after(15 * MILLISECOND, lambda: kernel.log.append("never")))
    kernel.rest(40)
    assert kernel.log == [("a", 10), ("b", 20), ("c", 30), ("d", 30)]


def test_a_stall_lets_the_world_go_on() -> None:
    """Timers fire within it at their own time, and the other processor runs its thread."""
    kernel = Kernel()
    kernel.thread("other", lambda: kernel.log.append("other"))
    kernel.nt.scheduler.after(5_000, lambda: kernel.log.append(kernel.nt.clock.now_ns))
    before = kernel.nt.clock.now_ns
    kernel.call("KeStallExecutionProcessor", 20)
    assert kernel.nt.clock.now_ns - before == 20_000
    assert kernel.log == ["other", before + 5_000] or kernel.log == [before + 5_000, "other"]


def test_affinity_moves_a_thread() -> None:
    """The old affinity is told, 0 for none; masks without a processor change nothing."""
    kernel = Kernel()
    number = lambda: kernel.call("KeGetCurrentProcessorNumber")  # noqa: E731

    def body() -> None:
        assert kernel.call("KeSetSystemAffinityThreadEx", 2) == 0
        kernel.log.append(number())
        assert kernel.call("KeSetSystemAffinityThreadEx", 1) == 2
        kernel.log.append(number())
        assert kernel.call("KeSetSystemAffinityThreadEx", 0x100) == 1
        kernel.call("KeRevertToUserAffinityThreadEx", 2)
        kernel.log.append(number())
        kernel.call("KeRevertToUserAffinityThreadEx", 0)
        assert kernel.call("KeSetSystemAffinityThreadEx", 3) == 0

    kernel.join(kernel.thread("mover", body))
    assert kernel.log == [1, 0, 1]


def test_a_special_apc_runs_in_its_thread() -> None:
    """It wakes the thread, which waits on afterwards; in a guarded region it waits until the region is left."""
    kernel = Kernel()
    event = kernel.event()

    def body() -> None:
        kernel.log.append(kernel.wait(event))
        kernel.call("KeEnterGuardedRegion")
        kernel.nt.scheduler.apc(thread, lambda: kernel.log.append("late"))
        kernel.log.append("guarded")
        kernel.call("KeLeaveGuardedRegion")

    thread = kernel.thread("target", body)
    kernel.rest()
    kernel.nt.scheduler.apc(thread, lambda: kernel.log.append((kernel.nt.thread.name, kernel.nt.irql)))
    kernel.rest()
    assert kernel.log == [("target", 1)]
    kernel.call("KeSetEvent", event, 0, 0)
    kernel.join(thread)
    assert kernel.log == [("target", 1), 0, "guarded", "late"]


def test_a_user_apc_ends_an_alertable_wait_in_user_mode() -> None:
    kernel = Kernel()
    event = kernel.event()
    wait = lambda: kernel.call("KeWaitForSingleObject", event, 6, 1, 1, 0)  # noqa: E731
    thread = kernel.thread("target", lambda: kernel.log.append(wait()))
    kernel.rest()
    kernel.nt.scheduler.user_apc(thread, lambda: None)
    kernel.join(thread)
    assert kernel.log == [0xC0]


def test_a_system_thread_has_a_handle_an_id_and_an_end() -> None:
    """It begins in a critical region of the system process, and ends with the status that it says."""
    kernel = Kernel()
    nt = kernel.nt

    def start(context: int) -> None:
        kernel.log += [context, kernel.call("KeAreApcsDisabled"), nt.process.name, nt.irql]
        kernel.call("PsTerminateSystemThread", 0xC000_0001)

    handle_at, client = kernel.room(8), kernel.room(16)
    assert kernel.call("PsCreateSystemThread", handle_at, 0x1F_FFFF, 0, 0, client, kernel.function(start), 77) == 0
    _, opened = nt.objects.by_handle(kernel.get(handle_at), 0, "Thread", 0)
    assert opened is not None
    thread = opened.object.body
    assert kernel.get(client + 8) == thread.id == kernel.call("PsGetThreadId", thread.address)  # type: ignore[attr-defined]
    assert kernel.call("PsIsSystemThread", thread.address) == 1  # type: ignore[attr-defined]
    thread_at = kernel.room(8)
    assert kernel.call("PsLookupThreadByThreadId", kernel.get(client + 8), thread_at) == 0
    assert kernel.wait(kernel.get(thread_at)) == 0
    assert kernel.log == [77, 1, "System", 0]
    assert thread.exit_status == 0xC000_0001  # type: ignore[attr-defined]
    assert kernel.call("PsLookupThreadByThreadId", kernel.get(client + 8), thread_at) == 0xC000_000B
    kernel.call("ZwClose", kernel.get(handle_at))
    assert kernel.leaks == []


def test_a_thread_that_does_not_begin_costs_nothing() -> None:
    kernel = Kernel(failures=(("PsCreateSystemThread", 1),))
    start = kernel.function(lambda context: None)
    assert kernel.call("PsCreateSystemThread", kernel.room(8), 0, 0, 0, 0, start, 0) == 0xC000_009A
    assert len(kernel.nt.scheduler.threads) == 1


def test_an_object_of_an_ended_thread_stays_as_long_as_it_is_referenced() -> None:
    kernel = Kernel()
    thread = kernel.thread("short", lambda: None)
    made = object_of(kernel.nt, thread)
    kernel.nt.objects.reference(made)
    kernel.join(thread)
    assert made.references == 1
    assert kernel.wait(thread.address, 0) == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_spin_lock_excludes_under_every_order(seed: int) -> None:
    """Threads on two processors count under a lock, with time passing between reading and writing."""
    kernel = Kernel(seed)
    lock, counter = kernel.room(8), kernel.room(8)
    kernel.call("KeInitializeSpinLock", lock)

    def body() -> None:
        for _ in range(5):
            old = kernel.call("KeAcquireSpinLockRaiseToDpc", lock)
            value = kernel.get(counter)
            kernel.call("KeStallExecutionProcessor", 2)
            kernel.nt.scheduler.point()
            kernel.set(counter, 8, value + 1)
            kernel.call("KeReleaseSpinLock", lock, old)

    kernel.join(*[kernel.thread(f"counter {number}", body) for number in range(3)])
    assert kernel.get(counter) == 15
    assert kernel.rules == kernel.leaks == []


@pytest.mark.parametrize("seed", [None, *SEEDS])
def test_a_run_is_repeated_by_its_seed(seed: int | None) -> None:
    """Two machines with one seed do everything in the same order."""

    def run() -> tuple[list[object], int]:
        kernel = Kernel(seed)
        event = kernel.event(synchronization=True)

        def body(name: str) -> None:
            for number in range(4):
                kernel.log.append((name, number, kernel.nt.cpu.number))
                kernel.call("KeStallExecutionProcessor", 5)
                kernel.wait(event, RELATIVE_MS)
                kernel.call("KeSetEvent", event, 0, 0)

        kernel.join(*[kernel.thread(name, lambda name=name: body(name)) for name in "abc"])
        return kernel.log, kernel.nt.clock.now_ns

    assert run() == run()


def test_seeds_give_different_orders() -> None:
    """Twenty seeds do not all do the same."""

    def run(seed: int) -> tuple[object, ...]:
        kernel = Kernel(seed)

        def body(name: str) -> None:
            for _ in range(4):
                kernel.log.append(name)
                kernel.call("KeStallExecutionProcessor", 1)

        kernel.join(*[kernel.thread(name, lambda name=name: body(name)) for name in "abc"])
        return tuple(kernel.log)

    assert len({run(seed) for seed in SEEDS}) > 5


def test_events_without_end_use_up_the_steps() -> None:
    """A stall or a wait for centuries beside a timer ends with the budget of the run, not never."""
    for name in ("stall", "wait"):
        kernel = Kernel(max_steps=10_000)
        kernel.call("KeSetTimerEx", kernel.timer(), RELATIVE_MS, 1, 0)
        with pytest.raises(HostLimit):
            if name == "stall":
                kernel.call("SimAdvance", 1 << 62)
            else:
                kernel.rest(1 << 40)
        kernel.nt.scheduler.close()
