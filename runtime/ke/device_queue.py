"""Device queues: KDEVICE_QUEUE objects with their entries in simulated memory, in order of arrival or by key.

A queue is busy or not. An insertion into one that is not busy makes it busy and takes no place: the caller goes on with
the entry himself. A removal from an empty one makes it not busy."""

from __future__ import annotations

from ..wdk.layouts import offset
from .spinlock import acquire_quietly, release_quietly

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

QUEUE_OBJECT, QUEUE_BYTES = 20, 40
HEAD, LOCK, BUSY = (offset("_KDEVICE_QUEUE", name) for name in ("DeviceListHead", "Lock", "Busy"))
KEY, INSERTED = offset("_KDEVICE_QUEUE_ENTRY", "SortKey"), offset("_KDEVICE_QUEUE_ENTRY", "Inserted")


class DeviceQueues:
    """What there is to do with device queues. An entry is named by its address, "none" is 0."""

    __slots__ = ("nt",)

    def __init__(self, nt: System) -> None:
        self.nt = nt

    def initialise(self, queue: int) -> None:
        memory = self.nt.memory
        memory.write(queue, bytes(QUEUE_BYTES))
        memory.write_uint(queue, 2, QUEUE_OBJECT)
        memory.write_uint(queue + 2, 2, QUEUE_BYTES)
        memory.write_uint(queue + HEAD, 8, queue + HEAD)
        memory.write_uint(queue + HEAD + 8, 8, queue + HEAD)

    def insert(self, queue: int, entry: int, key: int | None = None) -> bool:
        """False if the queue was not busy: it is now, and the entry is not in it."""
        nt, memory = self.nt, self.nt.memory
        acquire_quietly(nt, queue + LOCK)
        busy = bool(memory.read_uint(queue + BUSY, 1))
        if key is not None:
            memory.write_uint(entry + KEY, 4, key)
        if busy:
            before = queue + HEAD if key is None else self._behind(queue, key)
            self._link(entry, before)
        memory.write_uint(entry + INSERTED, 1, int(busy))
        memory.write_uint(queue + BUSY, 1, 1)
        release_quietly(nt, queue + LOCK)
        return busy

    def _behind(self, queue: int, key: int) -> int:
        """The first entry with a higher key, or the head."""
        memory, head = self.nt.memory, queue + HEAD
        entry = memory.read_uint(head, 8)
        while entry != head and memory.read_uint(entry + KEY, 4) <= key:
            entry = memory.read_uint(entry, 8)
        return entry

    def _link(self, entry: int, before: int) -> None:
        memory = self.nt.memory
        back = memory.read_uint(before + 8, 8)
        memory.write_uint(entry, 8, before)
        memory.write_uint(entry + 8, 8, back)
        memory.write_uint(back, 8, entry)
        memory.write_uint(before + 8, 8, entry)

    def _unlink(self, entry: int) -> None:
        memory = self.nt.memory
        forward, back = memory.read_uint(entry, 8), memory.read_uint(entry + 8, 8)
        memory.write_uint(back, 8, forward)
        memory.write_uint(forward + 8, 8, back)
        memory.write_uint(entry + INSERTED, 1, 0)

    def remove(self, queue: int, key: int | None = None) -> int:
        """The first entry, or the first with at least this key and else the first; 0 if the queue is empty, which then
        is not busy any more."""
        nt, memory, head = self.nt, self.nt.memory, queue + HEAD
        acquire_quietly(nt, queue + LOCK)
        entry = first = memory.read_uint(head, 8)
        if key is not None:
            while entry != head and memory.read_uint(entry + KEY, 4) < key:
                entry = memory.read_uint(entry, 8)
            entry = first if entry == head else entry
        if entry == head:
            memory.write_uint(queue + BUSY, 1, 0)
            entry = 0
        else:
            self._unlink(entry)
        release_quietly(nt, queue + LOCK)
        return entry

    def remove_if_busy(self, queue: int, key: int) -> int:
        return self.remove(queue, key) if self.nt.memory.read_uint(queue + BUSY, 1) else 0

    def remove_entry(self, queue: int, entry: int) -> bool:
        """False if the entry was not in the queue."""
        nt = self.nt
        acquire_quietly(nt, queue + LOCK)
        inserted = bool(nt.memory.read_uint(entry + INSERTED, 1))
        if inserted:
            self._unlink(entry)
        release_quietly(nt, queue + LOCK)
        return inserted
