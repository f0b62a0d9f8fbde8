"""Lists of all kinds, and atomic operations."""

from __future__ import annotations

import pytest

from machine import Machine

MASK = (1 << 64) - 1


class Ring(Machine):
    """A machine with a list head and some entries."""

    def __init__(self) -> None:
        super().__init__()
        self.head = self.room(16)
        self.entries = [self.room(16) for _ in range(4)]
        self.call("InitializeListHead", self.head)

    def order(self) -> list[int]:
        """Numbers of the entries from the head on, the links of each checked in both directions."""
        found, at = [], self.head
        while (following := self.get(at)) != self.head:
            assert self.get(following + 8) == at
            found.append(self.entries.index(following))
            at = following
        assert self.get(self.head + 8) == at
        return found


def test_doubly_linked_list() -> None:
    """Entries go in at both ends and out at both ends."""
    ring = Ring()
    one, two, three, _ = ring.entries
    assert ring.call("IsListEmpty", ring.head) == 1
    ring.call("InsertTailList", ring.head, one)
    ring.call("InsertTailList", ring.head, two)
    ring.call("InsertHeadList", ring.head, three)
    assert ring.order() == [2, 0, 1]
    assert ring.call("RemoveEntryList", one) == 0
    assert ring.call("RemoveTailList", ring.head) == two
    assert ring.call("RemoveHeadList", ring.head) == three
    assert ring.call("IsListEmpty", ring.head) == 1 and ring.order() == []


def test_empty_list_gives_its_head() -> None:
    """RemoveHeadList of an empty list is the head, the interlocked form NULL."""
    ring = Ring()
    assert ring.call("RemoveHeadList", ring.head) == ring.head
    assert ring.call("RemoveTailList", ring.head) == ring.head
    assert ring.call("ExInterlockedRemoveHeadList", ring.head, ring.room(8)) == 0


def test_last_entry_out_says_so() -> None:
    """RemoveEntryList is TRUE if the list became empty."""
    ring = Ring()
    ring.call("InsertHeadList", ring.head, ring.entries[0])
    assert ring.call("RemoveEntryList", ring.entries[0]) == 1


def test_append_tail_list() -> None:
    """A ring without a head is joined on."""
    ring = Ring()
    ring.call("InsertTailList", ring.head, ring.entries[0])
    ring.call("InitializeListHead", ring.entries[1])
    ring.call("InsertTailList", ring.entries[1], ring.entries[2])
    ring.call("AppendTailList", ring.head, ring.entries[1])
    assert ring.order() == [0, 1, 2]


@pytest.mark.parametrize(
    "routine", ["InsertHeadList", "InsertTailList", "RemoveEntryList", "RemoveHeadList", "RemoveTailList"]
)
def test_corrupt_links_stop(routine: str) -> None:
    """Every operation looks at its neighbours before it changes anything: 0x139/3."""
    ring = Ring()
    one, two, three, four = ring.entries
    for entry in (one, two, three):
        ring.call("InsertTailList", ring.head, entry)
    for entry in (one, three):
        ring.set(entry, 8, two if entry == one else one)
        ring.set(entry + 8, 8, two if entry == one else one)
    arguments = {"RemoveEntryList": (two,), "InsertHeadList": (ring.head, four), "InsertTailList": (ring.head, four)}
    assert ring.stop(routine, *arguments.get(routine, (ring.head,))) == (0x139, 3)


def test_removed_twice() -> None:
    """The links of a removed entry stay as they were, and do not agree any more."""
    ring = Ring()
    ring.call("InsertTailList", ring.head, ring.entries[0])
    ring.call("InsertTailList", ring.head, ring.entries[1])
    ring.call("RemoveEntryList", ring.entries[0])
    assert ring.stop("RemoveEntryList", ring.entries[0]) == (0x139, 3)
    assert ring.rules == ["list-entry-corrupt"]
    assert ring.nt.findings[0].marks[0][1] == "its links were last set here"


def test_interlocked_lists_return_the_old_end() -> None:
    """The interlocked inserts return the entry that was first or last before, NULL if there was none."""
    ring = Ring()
    lock = ring.room(8)
    one, two, three, _ = ring.entries
    assert ring.call("ExInterlockedInsertHeadList", ring.head, one, lock) == 0
    assert ring.call("ExInterlockedInsertHeadList", ring.head, two, lock) == one
    assert ring.call("ExInterlockedInsertTailList", ring.head, three, lock) == one
    assert ring.order() == [1, 0, 2]
    assert ring.call("ExInterlockedRemoveHeadList", ring.head, lock) == two
    assert ring.get(lock) == 0 and ring.nt.irql == 0


def test_interlocked_list_with_a_held_lock() -> None:
    """A lock that is held already would be waited for for ever."""
    ring = Ring()
    lock = ring.room(8)
    ring.call("KeAcquireSpinLockRaiseToDpc", lock)
    assert ring.stop("ExInterlockedInsertHeadList", ring.head, ring.entries[0], lock)[0] == 0xF


def test_interlocked_list_in_pageable_memory() -> None:
    """Interrupts are off while the list is changed, so its memory may not be pageable."""
    ring = Ring()
    head = ring.call("ExAllocatePoolWithTag", 1, 16, 1)
    ring.call("InitializeListHead", head)
    assert ring.stop("ExInterlockedInsertHeadList", head, ring.entries[0], ring.room(8))[0] in (0x0A, 0xD1)


def test_singly_linked_list() -> None:
    """Last in, first out; the head of an empty list is NULL."""
    ring = Ring()
    head, one, two = ring.room(8), *ring.entries[:2]
    assert ring.call("PopEntryList", head) == 0
    ring.call("PushEntryList", head, one)
    ring.call("PushEntryList", head, two)
    assert [ring.call("PopEntryList", head) for _ in range(3)] == [two, one, 0]


def test_sequenced_list() -> None:
    """An SLIST_HEADER counts depth and changes, and gives its entries back last in, first out, or all at once."""
    ring = Ring()
    head, one, two = ring.room(16), *ring.entries[:2]
    ring.call("InitializeSListHead", head)
    assert ring.call("ExInterlockedPushEntrySList", head, one, 0) == 0
    assert ring.call("InterlockedPushEntrySList", head, two) == one
    assert ring.call("ExQueryDepthSList", head) == 2
    assert ring.get(head) == 2 << 16 | 2 and ring.get(head + 8) == two
    assert ring.call("ExInterlockedPopEntrySList", head, 0) == two
    assert ring.get(head) == 3 << 16 | 1
    ring.call("InterlockedPushEntrySList", head, two)
    assert ring.call("ExInterlockedFlushSList", head) == two and ring.get(two) == one
    assert ring.call("ExQueryDepthSList", head) == 0 and ring.call("InterlockedPopEntrySList", head) == 0
    assert ring.raised("InitializeSListHead", head + 8) == 0x80000002


@pytest.mark.parametrize(
    ("name", "size", "start", "arguments", "result", "left"),
    [
        ("InterlockedIncrement", 4, 0x7FFFFFFF, (), -(1 << 31), 0x80000000),
        ("InterlockedDecrement", 4, 0, (), -1, 0xFFFFFFFF),
        ("InterlockedExchange", 4, 5, (-7,), 5, 0xFFFFFFF9), ("InterlockedExchangeAdd", 4, 5, (3,), 5, 8),
        ("InterlockedAdd", 4, 5, (3,), 8, 8), ("InterlockedAnd", 4, 0xF3, (0x3F,), 0xF3, 0x33),
        ("InterlockedOr", 4, 1, (6,), 1, 7),
        ("InterlockedXor", 4, 5, (1,), 5, 4), ("InterlockedCompareExchange", 4, 5, (9, 5), 5, 9),
        ("InterlockedCompareExchange", 4, 5, (9, 4), 5, 5),
        ("InterlockedCompareExchange", 4, 0xFFFFFFFF, (9, -1), -1, 9),
        ("InterlockedIncrement64", 8, (1 << 63) - 1, (), -(1 << 63), 1 << 63),
        ("InterlockedExchangeAdd64", 8, 1, (-2,), 1, MASK),
        ("InterlockedCompareExchange64", 8, MASK, (1, -1), -1, 1), ("InterlockedIncrement16", 2, 0xFFFF, (), 0, 0),
        ("InterlockedExchangePointer", 8, 1 << 63, (MASK,), 1 << 63, MASK),
        ("InterlockedCompareExchangePointer", 8, MASK, (16, MASK), MASK, 16),
        ("InterlockedBitTestAndSet", 4, 1, (31,), 0, 0x80000001), ("InterlockedBitTestAndReset", 4, 3, (1,), 1, 1),
    ],
)  # fmt: skip
def test_atomic_operations(
    name: str, size: int, start: int, arguments: tuple[int, ...], result: int, left: int
) -> None:
    """Each returns the old or the new value that its page promises, as a signed number of its width."""
    machine = Machine()
    where = machine.room(8)
    machine.set(where, size, start)
    assert machine.call(name, where, *arguments) == result
    assert machine.get(where, size) == left


def test_bit_test_reaches_other_words() -> None:
    """The bit may lie in another word than the base."""
    machine = Machine()
    where = machine.room(16)
    machine.call("InterlockedBitTestAndSet", where + 4, -1)
    machine.call("InterlockedBitTestAndSet", where + 4, 33)
    assert machine.get(where, 4) == 1 << 31 and machine.get(where + 8, 4) == 2


def test_interlocked_sums_with_a_lock() -> None:
    """ExInterlockedAddUlong and ExInterlockedAddLargeInteger return the old value."""
    machine = Machine()
    where, lock = machine.room(8), machine.room(8)
    machine.set(where, 8, MASK)
    assert machine.call("ExInterlockedAddLargeInteger", where, 3, lock) == -1 and machine.get(where) == 2
    assert machine.call("ExInterlockedAddUlong", where, 0xFFFFFFFF, lock) == 2 and machine.get(where, 4) == 1
