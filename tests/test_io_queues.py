"""Queues of requests: StartIo, cancelling, cancel-safe queues, remove locks, work items, device timers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dmascript.cli import command_line
from dmascript.runtime.io.file_requests import Transfer
from dmascript.runtime.wdk.constants import STATUS_CANCELLED, STATUS_PENDING
from dmascript.runtime.wdk.layouts import offset
from io_machine import Io
from kernel_machine import SEEDS

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
LIST_ENTRY = offset("_IRP", "Tail.Overlay.ListEntry")
CURRENT_IRP = offset("_DEVICE_OBJECT", "CurrentIrp")


def opens(io: Io) -> dict[str, object]:
    def done(device: int, irp: int) -> int:
        return io.finish(irp)

    return {"create": done, "cleanup": done, "close": done}


def start_reads(io: Io, count: int) -> list[int]:
    """Asynchronous reads of one byte each; the addresses of their status blocks."""
    file = io.open(synchronous=False)
    blocks = []
    for number in range(count):
        iosb = io.user(4096)
        io.set(iosb, 4, 0x103)
        status = io.nt.io.read(file, Transfer(0x1000, number, offset=0, iosb=iosb, mode=1))
        assert status == STATUS_PENDING
        blocks.append(iosb)
    return blocks


def test_startio_sees_one_request_at_a_time_in_order() -> None:
    """CurrentIrp is the one in the hardware; IoStartNextPacket brings the next, an empty queue none."""
    io = Io()
    order: list[int] = []

    def read(device: int, irp: int) -> int:
        io.pend(irp)
        io.call("IoStartPacket", device, irp, 0, 0)
        return STATUS_PENDING

    def start(device: int, irp: int) -> None:
        assert io.nt.irql == 2 and io.get(device + CURRENT_IRP) == irp
        order.append(io.get(io.location(irp) + 8, 4))

    device = io.device(io.driver(read=read, start_io=start, **opens(io)))
    blocks = start_reads(io, 3)
    assert order == [0]
    for _ in range(3):
        irp = io.get(device + CURRENT_IRP)
        before = io.call("KeRaiseIrqlToDpcLevel")
        io.call("IoStartNextPacket", device, 0)
        io.finish(irp)
        io.call("KeLowerIrql", before)
    assert order == [0, 1, 2] and io.get(device + CURRENT_IRP) == 0
    assert [io.get(block, 4) for block in blocks] == [0, 0, 0] and io.rules == []


def test_a_key_sorts_the_queue() -> None:
    io = Io()
    order: list[int] = []
    key_at = io.room(8)

    def read(device: int, irp: int) -> int:
        io.pend(irp)
        io.set(key_at, 4, 10 - io.get(io.location(irp) + 8, 4))
        io.call("IoStartPacket", device, irp, key_at, 0)
        return STATUS_PENDING

    def start(device: int, irp: int) -> None:
        order.append(io.get(io.location(irp) + 8, 4))

    device = io.device(io.driver(read=read, start_io=start, **opens(io)))
    start_reads(io, 4)
    for _ in range(4):
        irp = io.get(device + CURRENT_IRP)
        before = io.call("KeRaiseIrqlToDpcLevel")
        io.call("IoStartNextPacket", device, 0)
        io.finish(irp)
        io.call("KeLowerIrql", before)
    assert order == [0, 3, 2, 1] and io.rules == []


def test_startio_recurses_unless_calls_are_deferred() -> None:
    """A StartIo that completes at once is entered again from IoStartNextPacket; with deferred calls it never is."""
    deepest = []
    for deferred in (0, 1):
        io = Io()
        depth, most, seen = [0], [0], []

        def read(device: int, irp: int, io: Io = io) -> int:
            io.pend(irp)
            io.call("IoStartPacket", device, irp, 0, 0)
            return STATUS_PENDING

        def start(
            device: int, irp: int, io: Io = io, depth: list[int] = depth, most: list[int] = most,
            seen: list[int] = seen,
        ) -> None:  # fmt: skip
            if not seen:
                seen.append(irp)
                return  # the first one waits in the hardware until the others are queued
            depth[0] += 1
            most[0] = max(most[0], depth[0])
            io.call("IoStartNextPacket", device, 0)
            io.finish(irp)
            depth[0] -= 1

        device = io.device(io.driver(read=read, start_io=start, **opens(io)))
        io.call("IoSetStartIoAttributes", device, deferred, 0)
        start_reads(io, 4)
        before = io.call("KeRaiseIrqlToDpcLevel")
        io.call("IoStartNextPacket", device, 0)
        io.finish(seen[0])
        io.call("KeLowerIrql", before)
        deepest.append(most[0])
        assert not io.nt.io.requests.alive
    assert deepest == [3, 1]


def test_cancelling_calls_the_cancel_routine_with_the_lock_held() -> None:
    """CancelIrql is what it gives back; the program's status block says STATUS_CANCELLED."""
    io = Io()

    def cancel(device: int, irp: int) -> None:
        assert io.nt.irql == 2 and io.nt.io.cancellation.is_held and io.field(irp, "Cancel", 1) == 1
        io.call("IoReleaseCancelSpinLock", io.field(irp, "CancelIrql", 1))
        assert io.nt.irql == 0
        io.finish(irp, STATUS_CANCELLED)

    routine = io.function(cancel)

    def read(device: int, irp: int) -> int:
        io.pend(irp)
        io.call("IoSetCancelRoutine", irp, routine)
        return STATUS_PENDING

    io.device(io.driver(read=read, **opens(io)))
    blocks = start_reads(io, 2)
    assert io.nt.io.cancel(io.nt.thread, iosb=blocks[1]) == 1
    assert [io.get(block, 4) for block in blocks] == [0x103, STATUS_CANCELLED]
    assert io.nt.io.cancel(io.nt.thread) == 1
    assert io.get(blocks[0], 4) == STATUS_CANCELLED and io.rules == []


class Csq(Io):
    """A driver with a cancel-safe queue: its list is a Python list, its lock a spin lock."""

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(seed)
        self.queue: list[int] = []
        self.csq, self.lock = self.room(64), self.room(8)
        self.cancelled: list[int] = []
        names = ("insert", "remove", "peek", "acquire", "release", "complete")
        routines = [self.function(getattr(self, "csq_" + name)) for name in names]
        self.call("IoCsqInitialize", self.csq, *routines)
        self.device(self.driver(read=self.queue_read, **opens(self)))

    def csq_insert(self, csq: int, irp: int) -> None:
        self.queue.append(irp)

    def csq_remove(self, csq: int, irp: int) -> None:
        self.queue.remove(irp)

    def csq_peek(self, csq: int, irp: int, context: int) -> int:
        at = self.queue.index(irp) + 1 if irp else 0
        return self.queue[at] if at < len(self.queue) else 0

    def csq_acquire(self, csq: int, irql_at: int) -> None:
        self.set(irql_at, 1, self.call("KeAcquireSpinLockRaiseToDpc", self.lock))

    def csq_release(self, csq: int, irql: int) -> None:
        self.call("KeReleaseSpinLock", self.lock, irql)

    def csq_complete(self, csq: int, irp: int) -> None:
        self.cancelled.append(irp)
        self.finish(irp, STATUS_CANCELLED)

    def queue_read(self, device: int, irp: int) -> int:
        self.call("IoCsqInsertIrp", self.csq, irp, 0)
        return STATUS_PENDING


@pytest.mark.parametrize("seed", [None, *SEEDS])
def test_a_cancel_safe_queue_gives_each_request_to_one_owner(seed: int | None) -> None:
    """Those removed are completed by the driver, the cancelled ones by the callback, each once."""
    io = Csq(seed)
    blocks = start_reads(io, 4)
    assert len(io.queue) == 4
    io.nt.io.cancel(io.nt.thread, iosb=blocks[1])
    first = io.call("IoCsqRemoveNextIrp", io.csq, 0)
    io.finish(first)
    io.nt.io.cancel(io.nt.thread)
    assert io.call("IoCsqRemoveNextIrp", io.csq, 0) == 0
    assert [io.get(block, 4) for block in blocks] == [0, STATUS_CANCELLED, STATUS_CANCELLED, STATUS_CANCELLED]
    assert len(io.cancelled) == 3 and not io.nt.io.requests.alive and io.rules == []


def test_a_context_finds_its_irp_until_that_is_cancelled() -> None:
    io = Csq()
    start_reads(io, 1)
    irp = io.queue[0]
    context = io.room(24)
    assert io.call("IoCsqRemoveNextIrp", io.csq, 0) == irp
    io.call("IoCsqInsertIrp", io.csq, irp, context)
    assert io.call("IoCsqRemoveIrp", io.csq, context) == irp
    assert io.call("IoCsqRemoveIrp", io.csq, context) == 0
    io.finish(irp)
    assert io.rules == []


@pytest.mark.parametrize("seed", [None, *SEEDS])
def test_a_remove_lock_waits_for_those_who_hold_it(seed: int | None) -> None:
    """Nobody new gets in, and the removal goes on when the last one has left."""
    io = Io(seed)
    lock = io.room(32)
    io.call("IoInitializeRemoveLock", lock, 0x6B636F4C, 0, 0)
    assert io.call("IoAcquireRemoveLock", lock, 1) == 0
    left: list[int] = []

    def leave() -> None:
        io.rest(3)
        assert io.call("IoAcquireRemoveLock", lock, 3) == 0xC000_0056
        left.append(1)
        io.call("IoReleaseRemoveLock", lock, 1)

    io.thread("user", leave)
    assert io.call("IoAcquireRemoveLock", lock, 2) == 0
    io.call("IoReleaseRemoveLockAndWait", lock, 2)
    assert left == [1] and io.rules == []


@pytest.mark.parametrize("seed", [None, *SEEDS])
def test_work_items_run_in_a_system_thread(seed: int | None) -> None:
    """At PASSIVE_LEVEL, in the system's process, with the device object; the routine may free the item."""
    io = Io(seed)
    device = io.device(io.driver())
    done = io.event()
    seen: list[tuple[int, int]] = []

    def work(where: int, context: int) -> None:
        assert io.nt.irql == 0 and io.nt.process is io.nt.system_process
        seen.append((where, context))
        io.call("IoFreeWorkItem", items[context])
        if len(seen) == 3:
            io.call("KeSetEvent", done, 0, 0)

    items = [io.call("IoAllocateWorkItem", device) for _ in range(3)]
    routine = io.function(work)
    for number, item in enumerate(items):
        io.call("IoQueueWorkItem", item, routine, 1, number)
    assert io.wait(done) == 0
    assert sorted(seen) == [(device, 0), (device, 1), (device, 2)] and io.rules == []
    assert "work-item-leaked" not in io.leaks


def test_a_device_timer_ticks_once_a_second() -> None:
    io = Io()
    device = io.device(io.driver())
    ticks: list[int] = []

    def tick(where: int, context: int) -> None:
        assert (where, context, io.nt.irql) == (device, 7, 2)
        ticks.append(io.nt.clock.now_ns // 1_000_000_000)

    assert io.call("IoInitializeTimer", device, io.function(tick), 7) == 0
    io.call("IoStartTimer", device)
    io.rest(3500)
    io.call("IoStopTimer", device)
    io.rest(2000)
    assert ticks == [1, 2, 3] and io.rules == []


def test_the_cause_is_the_request_that_was_taken(tmp_path: Path) -> None:
    """What a DPC does for the next request of a queue is that one's: each is followed to the device and back."""
    target = tmp_path / "queue.json"
    assert command_line(["run", str(EXAMPLES / "cancel_queue.dma"), "--trace-file", str(target)]) == 0
    events = json.loads(target.read_text(encoding="utf-8"))["traceEvents"]
    writes = [event for event in events if event.get("cat") == "register write"]
    begun = [event["args"]["irp"] for event in writes if event["args"].get("register") == "Go"]
    assert len(begun) == len(set(begun)) == 3
