"""Fast and guarded mutexes, resources, run-down protection, device queues, and what is called as the machine stops."""

from __future__ import annotations

import pytest

from kernel_machine import SEEDS, Kernel


def mutex_of(kernel: Kernel, guarded: bool = False) -> int:
    where = kernel.room(56)
    kernel.call("KeInitializeGuardedMutex" if guarded else "ExInitializeFastMutex", where)
    return where


def resource_of(kernel: Kernel) -> int:
    where = kernel.room(104)
    assert kernel.call("ExInitializeResourceLite", where) == 0
    return where


def test_a_fast_mutex_raises_to_apc_level() -> None:
    """And goes back to the IRQL that it found; its count is 1 while it is free."""
    kernel = Kernel()
    mutex = mutex_of(kernel)
    assert kernel.get(mutex, 4) == 1
    kernel.call("ExAcquireFastMutex", mutex)
    assert kernel.nt.irql == 1
    assert kernel.get(mutex, 4) == 0
    assert kernel.get(mutex + 8) == kernel.nt.thread.address
    kernel.call("ExReleaseFastMutex", mutex)
    assert kernel.nt.irql == 0
    assert kernel.get(mutex, 4) == 1
    assert kernel.leaks == []


def test_trying_for_a_fast_mutex_changes_nothing_if_it_is_taken() -> None:
    kernel = Kernel()
    mutex = mutex_of(kernel)
    assert kernel.call("ExTryToAcquireFastMutex", mutex) == 1
    assert kernel.nt.irql == 1
    tried = lambda: kernel.call("ExTryToAcquireFastMutex", mutex)  # noqa: E731
    other = kernel.thread("other", lambda: kernel.log.append((tried(), kernel.nt.irql)))
    kernel.call("ExReleaseFastMutex", mutex)
    kernel.call("ExAcquireFastMutex", mutex)
    kernel.join(other)
    assert kernel.log == [(0, 0)]


def test_an_owner_who_asks_again_waits_for_itself() -> None:
    """The report says so."""
    kernel = Kernel()
    mutex = mutex_of(kernel)
    kernel.call("ExAcquireFastMutex", mutex)
    assert kernel.stopped_by(lambda: kernel.call("ExAcquireFastMutex", mutex)) == ["waits-for-ever"]
    assert dict(kernel.nt.findings[0].facts)["waits for"].endswith("owned by this thread itself")


@pytest.mark.parametrize("guarded", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_fast_mutex_excludes_under_every_order(seed: int, guarded: bool) -> None:
    kernel = Kernel(seed)
    mutex, counter = mutex_of(kernel, guarded), kernel.room(8)
    acquire, release = ("KeAcquireGuardedMutex", "KeReleaseGuardedMutex") if guarded else (
        "ExAcquireFastMutex", "ExReleaseFastMutex")  # fmt: skip

    def body() -> None:
        for _ in range(5):
            kernel.call(acquire, mutex)
            value = kernel.get(counter)
            kernel.call("KeStallExecutionProcessor", 30)
            kernel.set(counter, 8, value + 1)
            kernel.call(release, mutex)

    kernel.join(*[kernel.thread(f"counter {number}", body) for number in range(4)])
    assert kernel.get(counter) == 20
    assert kernel.rules == kernel.leaks == []


def test_readers_share_a_resource_and_writers_do_not() -> None:
    """A waiting writer goes before readers who come later; when it is done, all readers go together."""
    kernel = Kernel(processors=1)
    resource = resource_of(kernel)
    gate = kernel.event()

    def reader(name: str) -> None:
        kernel.call("KeEnterCriticalRegion")
        assert kernel.call("ExAcquireResourceSharedLite", resource, 1) == 1
        kernel.log.append(name)
        kernel.wait(gate)
        kernel.call("ExReleaseResourceLite", resource)
        kernel.call("KeLeaveCriticalRegion")

    def writer() -> None:
        kernel.call("KeEnterCriticalRegion")
        assert kernel.call("ExAcquireResourceExclusiveLite", resource, 0) == 0
        assert kernel.call("ExAcquireResourceExclusiveLite", resource, 1) == 1
        kernel.log.append("writer")
        kernel.call("ExReleaseResourceLite", resource)
        kernel.call("KeLeaveCriticalRegion")

    threads = [kernel.thread("first", lambda: reader("first")), kernel.thread("second", lambda: reader("second"))]
    kernel.rest()
    threads.append(kernel.thread("writer", writer))
    kernel.rest()
    threads += [kernel.thread("third", lambda: reader("third")), kernel.thread("fourth", lambda: reader("fourth"))]
    kernel.rest()
    assert kernel.log == ["first", "second"]
    kernel.call("KeSetEvent", gate, 0, 0)
    kernel.join(*threads)
    assert kernel.log == ["first", "second", "writer", "third", "fourth"]
    kernel.call("ExDeleteResourceLite", resource)
    assert kernel.rules == kernel.leaks == []


def test_a_resource_is_recursive() -> None:
    """An exclusive owner may have it shared as well, and stays exclusive until the last release."""
    kernel = Kernel()
    resource = resource_of(kernel)
    kernel.call("KeEnterCriticalRegion")
    for name in ("ExAcquireResourceExclusiveLite", "ExAcquireResourceSharedLite", "ExAcquireResourceExclusiveLite"):
        assert kernel.call(name, resource, 0) == 1

    def other() -> None:
        kernel.call("KeEnterCriticalRegion")
        kernel.log.append(kernel.call("ExAcquireResourceSharedLite", resource, 0))
        kernel.call("KeLeaveCriticalRegion")

    for _ in range(2):
        kernel.call("ExReleaseResourceLite", resource)
        kernel.join(kernel.thread("other", other))
    kernel.call("ExReleaseResourceLite", resource)
    assert kernel.log == [0, 0]
    assert kernel.stop("ExReleaseResourceLite", resource)[0] == 0xE3


@pytest.mark.parametrize("seed", SEEDS)
def test_run_down_waits_for_the_last_user(seed: int) -> None:
    """Users that are in leave in their time; nobody new gets in."""
    kernel = Kernel(seed)
    reference = kernel.room(8)
    kernel.call("ExInitializeRundownProtection", reference)

    def user(number: int) -> None:
        if kernel.call("ExAcquireRundownProtection", reference):
            kernel.rest(number)
            kernel.log.append("used")
            kernel.call("ExReleaseRundownProtection", reference)

    users = [kernel.thread("user", lambda number=number: user(number)) for number in (2, 5, 3)]
    kernel.rest(1)
    kernel.call("ExWaitForRundownProtectionRelease", reference)
    kernel.log.append("deleted")
    assert kernel.call("ExAcquireRundownProtection", reference) == 0
    kernel.call("ExWaitForRundownProtectionRelease", reference)
    kernel.join(*users)
    assert kernel.log == ["used", "used", "used", "deleted"]


def test_a_device_queue_is_busy_or_idle() -> None:
    """By key an entry comes behind those that are not greater; removal by key takes the first that is not less."""
    kernel = Kernel()
    queue, entries = kernel.room(40), [kernel.room(24) for _ in range(6)]
    kernel.call("KeInitializeDeviceQueue", queue)
    kernel.call("KeRaiseIrqlToDpcLevel")
    assert kernel.call("KeInsertDeviceQueue", queue, entries[0]) == 0
    for entry, key in zip(entries[1:5], (30, 10, 30, 20), strict=True):
        assert kernel.call("KeInsertByKeyDeviceQueue", queue, entry, key) == 1
    assert kernel.get(entries[2] + 20, 1) == 1
    assert kernel.call("KeRemoveByKeyDeviceQueue", queue, 30) == entries[1]
    assert kernel.call("KeRemoveByKeyDeviceQueue", queue, 40) == entries[2]
    assert kernel.call("KeRemoveEntryDeviceQueue", queue, entries[2]) == 0
    assert kernel.call("KeRemoveEntryDeviceQueue", queue, entries[4]) == 1
    assert kernel.call("KeInsertDeviceQueue", queue, entries[5]) == 1
    assert [kernel.call("KeRemoveDeviceQueue", queue) for _ in range(3)] == [entries[3], entries[5], 0]
    assert kernel.call("KeRemoveByKeyDeviceQueueIfBusy", queue, 0) == 0
    assert kernel.call("KeInsertDeviceQueue", queue, entries[0]) == 0


def test_what_drivers_want_done_when_the_machine_stops() -> None:
    """Each registered routine is called once, at HIGH_LEVEL, with its buffer; a removed one is not."""
    kernel = Kernel()
    records = [kernel.room(64) for _ in range(3)]
    routine = kernel.function(lambda buffer, length: kernel.log.append((buffer, length, kernel.nt.irql)))
    for number, record in enumerate(records):
        kernel.call("KeInitializeCallbackRecord", record)
        name = kernel.text("test")
        assert kernel.call("KeRegisterBugCheckCallback", record, routine, 100 + number, number, name) == 1
    assert kernel.call("KeRegisterBugCheckCallback", records[0], routine, 0, 0, 0) == 0
    assert kernel.call("KeDeregisterBugCheckCallback", records[1]) == 1
    assert kernel.call("KeDeregisterBugCheckCallback", records[1]) == 0
    assert kernel.stop("KeBugCheckEx", 0xE2, 1, 2, 3, 4) == (0xE2, 1)
    assert kernel.log == [(100, 0, 15), (102, 2, 15)]
