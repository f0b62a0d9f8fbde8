"""DPCs and timers: when they run, where, and what they are given."""

from __future__ import annotations

import pytest

from kernel_machine import MILLISECOND, RELATIVE_MS, SEEDS, Kernel

DISPATCH_LEVEL = 2


def reporter(kernel: Kernel, name: str = "dpc") -> int:
    """A DPC that logs its name and second argument."""

    def routine(dpc: int, context: int, first: int, second: int) -> None:
        kernel.log.append((name, first, second, kernel.nt.irql))

    return kernel.dpc(routine)


def test_a_dpc_runs_before_the_insertion_returns() -> None:
    """At PASSIVE_LEVEL nothing holds it up: it runs at DISPATCH_LEVEL, and the caller's IRQL is what it was."""
    kernel = Kernel()
    dpc = reporter(kernel)
    assert kernel.call("KeInsertQueueDpc", dpc, 1, 2) == 1
    assert kernel.log == [("dpc", 1, 2, DISPATCH_LEVEL)]
    assert kernel.nt.irql == 0


def test_a_dpc_waits_for_the_irql_to_fall() -> None:
    """A second insertion says FALSE, and its arguments are lost; removal says TRUE once."""
    kernel = Kernel()
    dpc = reporter(kernel)
    old = kernel.call("KeRaiseIrqlToDpcLevel")
    assert kernel.call("KeInsertQueueDpc", dpc, 1, 1) == 1
    assert kernel.call("KeInsertQueueDpc", dpc, 2, 2) == 0
    assert kernel.log == []
    kernel.call("KeLowerIrql", old)
    assert kernel.log == [("dpc", 1, 1, DISPATCH_LEVEL)]
    old = kernel.call("KeRaiseIrqlToDpcLevel")
    kernel.call("KeInsertQueueDpc", dpc, 3, 3)
    assert kernel.call("KeRemoveQueueDpc", dpc) == 1
    assert kernel.call("KeRemoveQueueDpc", dpc) == 0
    kernel.call("KeLowerIrql", old)
    assert len(kernel.log) == 1


def test_important_dpcs_go_first() -> None:
    kernel = Kernel()
    dpcs = {name: reporter(kernel, name) for name in ("low", "medium", "high", "medium high")}
    for importance, name in enumerate(("low", "medium", "high", "medium high")):
        kernel.call("KeSetImportanceDpc", dpcs[name], importance)
    old = kernel.call("KeRaiseIrqlToDpcLevel")
    for dpc in dpcs.values():
        kernel.call("KeInsertQueueDpc", dpc, 0, 0)
    kernel.call("KeLowerIrql", old)
    assert [entry[0] for entry in kernel.log] == ["high", "low", "medium", "medium high"]  # type: ignore[index]


def test_a_dpc_may_queue_itself_again() -> None:
    """It is out of the queue before its routine runs."""
    kernel = Kernel()

    def routine(dpc: int, context: int, first: int, second: int) -> None:
        kernel.log.append(first)
        if first < 3:
            assert kernel.call("KeInsertQueueDpc", dpc, first + 1, 0) == 1

    kernel.call("KeInsertQueueDpc", kernel.dpc(routine), 1, 0)
    assert kernel.log == [1, 2, 3]


def test_a_target_processor_runs_the_dpc() -> None:
    """KeFlushQueuedDpcs returns when it has run there."""
    kernel = Kernel()
    dpc = kernel.dpc(lambda *_: kernel.log.append(kernel.nt.cpu.number))
    kernel.call("KeSetTargetProcessorDpc", dpc, 1)
    kernel.call("KeInsertQueueDpc", dpc, 0, 0)
    assert kernel.log == []
    kernel.call("KeFlushQueuedDpcs")
    assert kernel.log == [1]
    number = kernel.room(4)
    kernel.set(number + 2, 1, 0)
    assert kernel.call("KeSetTargetProcessorDpcEx", dpc, number) == 0
    kernel.call("KeInsertQueueDpc", dpc, 0, 0)
    assert kernel.log == [1, 0]
    kernel.set(number + 2, 1, 2)
    assert kernel.call("KeSetTargetProcessorDpcEx", dpc, number) == 0xC000_000D


def test_a_threaded_dpc_runs_at_passive_level() -> None:
    """It may raise the IRQL and lower it again, like a thread; it may not wait."""
    kernel = Kernel()

    def routine(dpc: int, context: int, first: int, second: int) -> None:
        kernel.log.append(kernel.nt.irql)
        kernel.call("KeLowerIrql", kernel.call("KeRaiseIrqlToDpcLevel"))

    kernel.call("KeInsertQueueDpc", kernel.dpc(routine, threaded=True), 0, 0)
    assert kernel.log == [0]
    event = kernel.event()
    waiting = kernel.dpc(lambda *_: kernel.wait(event), threaded=True)
    assert kernel.stop("KeInsertQueueDpc", waiting, 0, 0) == (0xC4, 0x3B)


def test_a_timer_signals_and_queues_its_dpc() -> None:
    """Once, at its time; it can be set again, which says whether it was set."""
    kernel = Kernel()
    timer, dpc = kernel.timer(), kernel.dpc(lambda *_: kernel.log.append(kernel.now_ms))
    assert kernel.call("KeSetTimer", timer, 5 * RELATIVE_MS, dpc) == 0
    assert kernel.call("KeSetTimer", timer, 10 * RELATIVE_MS, dpc) == 1
    assert kernel.call("KeReadStateTimer", timer) == 0
    assert kernel.wait(timer) == 0
    kernel.rest(30)
    assert kernel.log == [10]
    assert kernel.call("KeReadStateTimer", timer) == 1
    assert kernel.call("KeCancelTimer", timer) == 0


def test_a_periodic_timer_comes_again_until_it_is_cancelled() -> None:
    kernel = Kernel()
    timer, dpc = kernel.timer(), kernel.dpc(lambda *_: kernel.log.append(kernel.now_ms))
    kernel.call("KeSetTimerEx", timer, 2 * RELATIVE_MS, 3, dpc)
    kernel.rest(12)
    assert kernel.call("KeCancelTimer", timer) == 1
    kernel.rest(12)
    assert kernel.log == [2, 5, 8, 11]


def test_a_synchronization_timer_lets_one_go_each_time() -> None:
    kernel = Kernel()
    timer = kernel.timer(synchronization=True)
    threads = [kernel.thread("waiter", lambda: kernel.log.append((kernel.wait(timer), kernel.now_ms))) for _ in "ab"]
    kernel.call("KeSetTimerEx", timer, RELATIVE_MS, 1, 0)
    kernel.join(*threads)
    assert kernel.log == [(0, 1), (0, 2)]


def test_an_absolute_time_counts_from_1601() -> None:
    kernel = Kernel()
    timer, now_at = kernel.timer(), kernel.room(8)
    kernel.call("KeQuerySystemTimePrecise", now_at)
    kernel.call("KeSetTimer", timer, kernel.get(now_at) + 70_000, 0)
    assert kernel.wait(timer) == 0
    assert kernel.now_ms == 7


@pytest.mark.parametrize("seed", SEEDS)
def test_a_coalescable_timer_is_late_within_its_tolerance(seed: int) -> None:
    kernel = Kernel(seed)
    timer = kernel.timer()
    kernel.call("KeSetCoalescableTimer", timer, 10 * RELATIVE_MS, 0, 6, 0)
    assert kernel.wait(timer) == 0
    assert 10 <= kernel.now_ms <= 16


@pytest.mark.parametrize("seed", SEEDS)
def test_a_flush_waits_for_running_dpcs(seed: int) -> None:
    """Whatever the other processor does: after the flush every DPC that was queued has returned."""
    kernel = Kernel(seed)

    def routine(dpc: int, context: int, first: int, second: int) -> None:
        kernel.log.append("begins")
        kernel.call("KeStallExecutionProcessor", 50)
        kernel.log.append("ends")

    dpc = kernel.dpc(routine)
    kernel.call("KeSetTargetProcessorDpc", dpc, 1)
    kernel.call("KeInsertQueueDpc", dpc, 0, 0)
    kernel.nt.scheduler.point()
    kernel.call("KeFlushQueuedDpcs")
    assert kernel.log == ["begins", "ends"]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_dpc_and_a_thread_share_a_lock(seed: int) -> None:
    """A thread on one processor and DPCs on both count under a spin lock: nothing is lost."""
    kernel = Kernel(seed)
    lock, counter, timer = kernel.room(8), kernel.room(8), kernel.timer()
    kernel.call("KeInitializeSpinLock", lock)

    def count() -> None:
        value = kernel.get(counter)
        kernel.call("KeStallExecutionProcessor", 2)
        kernel.set(counter, 8, value + 1)

    def routine(dpc: int, context: int, first: int, second: int) -> None:
        kernel.call("KeAcquireSpinLockAtDpcLevel", lock)
        count()
        kernel.call("KeReleaseSpinLockFromDpcLevel", lock)
        kernel.log.append(0)

    dpc = kernel.dpc(routine)
    kernel.call("KeSetTargetProcessorDpc", dpc, seed % 2)
    kernel.call("KeSetTimerEx", timer, -100, 1, dpc)
    for _ in range(30):
        old = kernel.call("KeAcquireSpinLockRaiseToDpc", lock)
        count()
        kernel.call("KeReleaseSpinLock", lock, old)
        kernel.call("KeStallExecutionProcessor", 100)
    kernel.call("KeCancelTimer", timer)
    kernel.call("KeFlushQueuedDpcs")
    assert kernel.get(counter) == 30 + len(kernel.log)
    assert len(kernel.log) >= 3
    assert kernel.rules == kernel.leaks == []


def test_memory_of_a_set_timer_is_not_freed() -> None:
    """The verifier finds the timer wherever in the block it lies; one that has fired is nobody's business."""
    kernel = Kernel()
    block = kernel.call("ExAllocatePoolWithTag", 512, 256, 0x74736554)
    kernel.call("KeInitializeTimer", block + 128)
    kernel.call("KeSetTimer", block + 128, RELATIVE_MS, 0)
    kernel.rest(2)
    kernel.call("ExFreePoolWithTag", block, 0x74736554)
    block = kernel.call("ExAllocatePoolWithTag", 512, 256, 0x74736554)
    kernel.call("KeInitializeTimer", block + 128)
    kernel.call("KeSetTimer", block + 128, RELATIVE_MS, 0)
    assert kernel.stop("ExFreePoolWithTag", block, 0x74736554) == (0xC4, 0x15)


def test_the_watchdog_counts_twenty_seconds() -> None:
    """A DPC of 19 seconds is bad manners, one of 21 stops the machine; threaded ones are not watched."""
    kernel = Kernel()
    for seconds in (19, 21):
        dpc = kernel.dpc(lambda *_, seconds=seconds: kernel.nt.scheduler.pass_time(seconds * 1000 * MILLISECOND))
        if seconds == 19:
            kernel.call("KeInsertQueueDpc", dpc, 0, 0)
            assert kernel.rules == []
        else:
            assert kernel.stop("KeInsertQueueDpc", dpc, 0, 0) == (0x133, 0)
