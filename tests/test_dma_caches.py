"""Caches that devices do not see: flushing for the right direction, stale lines, and bytes that share a line."""

from __future__ import annotations

from dma_machine import DmaMachine
from test_dma_adapters import stop

PAGE, LINE = 4096, 64
TO_MEMORY, TO_DEVICE = 1, 0  # KeFlushIoBuffers: ReadOperation


class Cached:
    """A buffer of `length` bytes, `first` bytes into its page, filled with ones by the processor."""

    def __init__(self, length: int = PAGE, first: int = 0, verifier: int = 1) -> None:
        self.machine = DmaMachine("noncoherent", verifier=verifier)
        self.adapter = self.machine.adapter(ScatterGather=1)
        self.length = length
        self.va, self.mdl = self.machine.buffer(length, first)
        self.memory = self.machine.nt.memory
        self.memory.write(self.va, b"\x01" * length)
        self.got: list[int] = []
        self.routine = self.machine.native(lambda device, irp, found, context: self.got.append(found))

    def flush(self, read: int) -> None:
        self.machine.call("KeFlushIoBuffers", self.mdl, read, 1)

    def get(self, write: int) -> list[tuple[int, int]]:
        given = self.adapter, 0, self.mdl, self.va, self.length, self.routine, 0, write
        assert self.machine.op("GetScatterGatherList", *given) == 0
        return self.machine.elements(self.got[-1])

    def put(self, write: int) -> None:
        self.machine.op("PutScatterGatherList", self.adapter, self.got[-1], write)

    @property
    def now(self) -> bytes:
        return self.memory.read(self.va, self.length)


def test_device_reads_what_memory_held_before() -> None:
    """Without a flush what the processor wrote is still in its cache."""
    cached = Cached()
    assert cached.machine.device_reads(cached.get(1)) == bytes(PAGE)
    cached.put(1)
    cached.flush(TO_DEVICE)
    assert cached.machine.device_reads(cached.get(1)) == b"\x01" * PAGE
    assert cached.machine.rules == ["dma-caches-not-flushed"]


def test_stale_lines_hide_what_the_device_writes() -> None:
    """Without a flush, or with one for the other direction."""
    for flushed in (False, True):
        cached = Cached()
        if flushed:
            cached.flush(TO_DEVICE)
        cached.machine.device_writes(cached.get(0), b"\x02" * PAGE)
        cached.put(0)
        assert cached.now == b"\x01" * PAGE
        assert cached.machine.rules == ["dma-caches-not-flushed"]
        cached.flush(TO_MEMORY)
        # Lines that the processor had not written since are dropped; dirty ones are written over the device's data.
        assert cached.now == (b"\x02" if flushed else b"\x01") * PAGE


def test_flush_for_the_right_direction() -> None:
    cached = Cached()
    cached.flush(TO_MEMORY)
    cached.machine.device_writes(cached.get(0), b"\x02" * PAGE)
    cached.put(0)
    assert cached.now == b"\x02" * PAGE and cached.machine.rules == []


def test_each_transfer_needs_a_flush_of_its_own() -> None:
    cached = Cached()
    for _ in range(2):
        cached.get(1)
        cached.put(1)
    assert cached.machine.rules == ["dma-caches-not-flushed"] * 2


def test_buffer_that_shares_a_line() -> None:
    """Its address or its length is no multiple of a line: 0xE6/0x1F, violations 4 and 5. To the device it does no
    harm."""
    cached = Cached(PAGE, 8)
    cached.flush(TO_DEVICE)
    cached.get(1)
    cached.put(1)
    cached.flush(TO_MEMORY)
    given = cached.adapter, 0, cached.mdl, cached.va, PAGE, cached.routine, 0, 0
    assert stop(cached.machine, "GetScatterGatherList", *given) == (0xE6, 0x1F, 4, cached.va, cached.mdl)
    cached = Cached(100)
    cached.flush(TO_MEMORY)
    given = cached.adapter, 0, cached.mdl, cached.va, 100, cached.routine, 0, 0
    assert stop(cached.machine, "GetScatterGatherList", *given) == (0xE6, 0x1F, 5, 100, cached.mdl)


def test_what_is_written_beside_the_buffer_is_lost() -> None:
    """A field of the driver in the buffer's last line, written during the transfer. One line on it is safe."""
    cached = Cached(100, verifier=0)
    neighbour, safe = cached.va + 100, cached.va + 2 * LINE
    cached.memory.write(neighbour, b"old!")
    cached.flush(TO_MEMORY)
    elements = cached.get(0)
    cached.memory.write(neighbour, b"new!")
    cached.memory.write(safe, b"new!")
    cached.machine.device_writes(elements, b"\x02" * 100)
    cached.put(0)
    assert cached.now == b"\x02" * 100
    assert cached.memory.read(neighbour, 4) == b"old!"
    assert cached.memory.read(safe, 4) == b"new!"
