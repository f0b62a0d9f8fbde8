"""Remove locks: IO_REMOVE_LOCK counts who uses a device, so that its removal can wait for them.

The count begins at one, for the device itself. With the verifier on, who holds the lock under which tag is known."""

from __future__ import annotations

from .. import rules
from ..findings import address
from ..wdk.constants import STATUS_DELETE_PENDING, STATUS_SUCCESS
from ..wdk.layouts import offset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..findings import Moment
    from ..system import System

MOST_SHOWN = 3  # holders in a report
REMOVED, COUNT = offset("_IO_REMOVE_LOCK_COMMON_BLOCK", "Removed"), offset("_IO_REMOVE_LOCK_COMMON_BLOCK", "IoCount")
EVENT = offset("_IO_REMOVE_LOCK_COMMON_BLOCK", "RemoveEvent")


class RemoveLocks:
    """`holders` are the tags under which each lock is held, the latest last, `taken` is when."""

    __slots__ = ("nt", "holders", "taken")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.holders: dict[int, list[int]] = {}
        self.taken: dict[tuple[int, int], Moment] = {}

    def facts(self, lock: int, tag: int) -> list[tuple[str, str]]:
        count = self.nt.memory.read_uint(lock + COUNT, 4)
        return [("remove lock", f"{self.nt.describe(lock)}, count {count}"), ("tag", address(tag))]

    def initialise(self, lock: int) -> None:
        nt = self.nt
        if self.holders.get(lock):
            nt.violation(rules.REMOVE_LOCK_INITIALISED_TWICE, (lock, lock, 0), self.facts(lock, 0), ("lock", lock))
        nt.memory.write(lock, bytes(8))
        nt.memory.write_uint(lock + COUNT, 4, 1)
        nt.dispatcher.initialise_event(lock + EVENT, True, False)
        self.holders[lock] = []
        nt.remember("lock", lock, "initialised")

    def acquire(self, lock: int, tag: int) -> int:
        memory = self.nt.memory
        if memory.read_uint(lock + REMOVED, 1):
            return STATUS_DELETE_PENDING
        memory.write_uint(lock + COUNT, 4, memory.read_uint(lock + COUNT, 4) + 1)
        self.holders.setdefault(lock, []).append(tag)
        self.taken[lock, tag] = self.nt.remember("lock", lock, "acquired")
        return STATUS_SUCCESS

    def release(self, lock: int, tag: int) -> None:
        nt, memory = self.nt, self.nt.memory
        tags = self.holders.setdefault(lock, [])
        if tag in tags:
            tags.remove(tag)
            if tag not in tags:
                self.taken.pop((lock, tag), None)
        else:
            nt.violation(rules.REMOVE_LOCK_NOT_HELD, (lock, tag, 0), self.facts(lock, tag), ("lock", lock))
        count = memory.read_uint(lock + COUNT, 4) - 1
        memory.write_uint(lock + COUNT, 4, count)
        if not count:
            nt.dispatcher.signal(lock + EVENT)

    def release_and_wait(self, lock: int, tag: int) -> None:
        """The device goes: nobody new gets the lock, and those who have it are waited for. Two counts go, the device's
        own and that of the request which removes it."""
        nt, memory = self.nt, self.nt.memory
        memory.write_uint(lock + REMOVED, 1, 1)
        tags = self.holders.setdefault(lock, [])
        if tag in tags:
            tags.remove(tag)
        else:
            earlier = tags[-1] if tags else 0
            facts = self.facts(lock, tag)
            nt.violation(rules.REMOVE_LOCK_WRONG_TAG, (lock, tag, earlier), facts, ("lock", lock))
        count = memory.read_uint(lock + COUNT, 4) - 2
        memory.write_uint(lock + COUNT, 4, count)
        if 0 < count < 0x8000_0000:
            marks = [(self.taken[lock, one], "acquired here, and not released") for one in tags[:MOST_SHOWN]]
            nt.dispatcher.wait([lock + EVENT], reason=f"the remove lock at {nt.describe(lock)}", marks=marks)
        self.holders.pop(lock, None)
