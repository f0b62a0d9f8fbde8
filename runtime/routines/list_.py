"""Doubly and singly linked lists, plain, interlocked, and sequenced.

A LIST_ENTRY is Flink and Blink; before an entry is linked or unlinked its neighbours must point at it. An SLIST_HEADER
holds Depth in its low 16 bits and Sequence in the 48 above; its second word holds the first entry, whose low 4 bits are
0.
"""

from __future__ import annotations

from .. import rules
from ..findings import address
from ..ke.processor import HIGH_LEVEL
from ..routine import routine
from ..wdk.constants import STATUS_DATATYPE_MISALIGNMENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..system import System

FLINK, BLINK = 0, 8
ADDRESS_MASK = 0xFFFF_FFFF_FFFF_FFFF


@routine("VOID InitializeListHead(PLIST_ENTRY ListHead)", page="nf-wdm-initializelisthead", irql="any", macro=True)
def InitializeListHead(nt: System, head: int) -> None:
    _set(nt, head + FLINK, head)
    _set(nt, head + BLINK, head)


@routine("BOOLEAN IsListEmpty(const LIST_ENTRY *ListHead)", page="nf-wdm-islistempty", irql="any", macro=True)
def IsListEmpty(nt: System, head: int) -> int:
    return int(_get(nt, head + FLINK) == head)


@routine(
    "VOID InsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY Entry)",
    page="nf-wdm-insertheadlist", irql="any", undo="RemoveEntryList", macro=True,
)  # fmt: skip
def InsertHeadList(nt: System, head: int, entry: int) -> None:
    following = _get(nt, head + FLINK)
    _must_agree(nt, head, following=following)
    _link(nt, head, entry, following)


@routine(
    "VOID InsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY Entry)",
    page="nf-wdm-inserttaillist", irql="any", undo="RemoveEntryList", macro=True,
)  # fmt: skip
def InsertTailList(nt: System, head: int, entry: int) -> None:
    previous = _get(nt, head + BLINK)
    _must_agree(nt, head, previous=previous)
    _link(nt, previous, entry, head)


@routine("PLIST_ENTRY RemoveHeadList(PLIST_ENTRY ListHead)", page="nf-wdm-removeheadlist", irql="any", macro=True)
def RemoveHeadList(nt: System, head: int) -> int:
    """Unlink the first entry. That of an empty list is its head, never NULL."""
    entry = _get(nt, head + FLINK)
    _must_agree(nt, head, following=entry)
    RemoveEntryList(nt, entry)
    if entry == head:
        nt.faults.emptied = head
    return entry


@routine("PLIST_ENTRY RemoveTailList(PLIST_ENTRY ListHead)", page="nf-wdm-removetaillist", irql="any", macro=True)
def RemoveTailList(nt: System, head: int) -> int:
    entry = _get(nt, head + BLINK)
    RemoveEntryList(nt, entry)
    if entry == head:
        nt.faults.emptied = head
    return entry


@routine("BOOLEAN RemoveEntryList(PLIST_ENTRY Entry)", page="nf-wdm-removeentrylist", irql="any", macro=True)
def RemoveEntryList(nt: System, entry: int) -> int:
    """Unlink an entry, whose own links stay as they were; TRUE if the list is empty now."""
    following, previous = _get(nt, entry + FLINK), _get(nt, entry + BLINK)
    _must_agree(nt, entry, following=following, previous=previous)
    _set(nt, previous + FLINK, following)
    _set(nt, following + BLINK, previous)
    nt.remember("list", entry, "changed")
    return int(following == previous)


@routine(
    "VOID AppendTailList(PLIST_ENTRY ListHead, PLIST_ENTRY ListToAppend)",
    page="nf-wdm-appendtaillist", irql="any", macro=True,
)  # fmt: skip
def AppendTailList(nt: System, head: int, added: int) -> None:
    """Put a ring of entries that has no head of its own at the end of a list."""
    end = _get(nt, head + BLINK)
    added_end = _get(nt, added + BLINK)
    _must_agree(nt, head, previous=end)
    _must_agree(nt, added, previous=added_end)
    _set(nt, end + FLINK, added)
    _set(nt, head + BLINK, added_end)
    _set(nt, added_end + FLINK, head)
    _set(nt, added + BLINK, end)


@routine(
    "VOID PushEntryList(PSINGLE_LIST_ENTRY ListHead, PSINGLE_LIST_ENTRY Entry)",
    page="nf-wdm-pushentrylist", irql="any", macro=True,
)  # fmt: skip
def PushEntryList(nt: System, head: int, entry: int) -> None:
    _set(nt, entry, _get(nt, head))
    _set(nt, head, entry)


@routine(
    "PSINGLE_LIST_ENTRY PopEntryList(PSINGLE_LIST_ENTRY ListHead)",
    page="nf-wdm-popentrylist", irql="any", fails="NULL", macro=True,
)  # fmt: skip
def PopEntryList(nt: System, head: int) -> int:
    entry = _get(nt, head)
    if entry:
        _set(nt, head, _get(nt, entry))
    return entry


@routine(
    "PLIST_ENTRY ExInterlockedInsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry, PKSPIN_LOCK Lock)",
    page="nf-wdm-exinterlockedinsertheadlist", irql="any",
)  # fmt: skip
def ExInterlockedInsertHeadList(nt: System, head: int, entry: int, lock: int) -> int:
    """The entry that was first before, NULL if there was none."""

    def insert() -> int:
        first = _get(nt, head + FLINK)
        InsertHeadList(nt, head, entry)
        return 0 if first == head else first

    return _interlocked(nt, lock, insert)


@routine(
    "PLIST_ENTRY ExInterlockedInsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry, PKSPIN_LOCK Lock)",
    page="nf-wdm-exinterlockedinserttaillist", irql="any",
)  # fmt: skip
def ExInterlockedInsertTailList(nt: System, head: int, entry: int, lock: int) -> int:
    """The entry that was last before, NULL if there was none."""

    def insert() -> int:
        last = _get(nt, head + BLINK)
        InsertTailList(nt, head, entry)
        return 0 if last == head else last

    return _interlocked(nt, lock, insert)


@routine(
    "PLIST_ENTRY ExInterlockedRemoveHeadList(PLIST_ENTRY ListHead, PKSPIN_LOCK Lock)",
    page="nf-wdm-exinterlockedremoveheadlist", irql="any", fails="NULL",
)  # fmt: skip
def ExInterlockedRemoveHeadList(nt: System, head: int, lock: int) -> int:
    """The first entry, or NULL: here an empty list does not give its head."""
    return _interlocked(nt, lock, lambda: 0 if IsListEmpty(nt, head) else RemoveHeadList(nt, head))


@routine(
    "PSINGLE_LIST_ENTRY ExInterlockedPushEntryList(PSINGLE_LIST_ENTRY ListHead, PSINGLE_LIST_ENTRY ListEntry, "
    "PKSPIN_LOCK Lock)",
    page="nf-wdm-exinterlockedpushentrylist", irql="any",
)  # fmt: skip
def ExInterlockedPushEntryList(nt: System, head: int, entry: int, lock: int) -> int:
    def push() -> int:
        first = _get(nt, head)
        PushEntryList(nt, head, entry)
        return first

    return _interlocked(nt, lock, push)


@routine(
    "PSINGLE_LIST_ENTRY ExInterlockedPopEntryList(PSINGLE_LIST_ENTRY ListHead, PKSPIN_LOCK Lock)",
    page="nf-wdm-exinterlockedpopentrylist", irql="any", fails="NULL",
)  # fmt: skip
def ExInterlockedPopEntryList(nt: System, head: int, lock: int) -> int:
    return _interlocked(nt, lock, lambda: PopEntryList(nt, head))


@routine(
    "LARGE_INTEGER ExInterlockedAddLargeInteger(PLARGE_INTEGER Addend, LARGE_INTEGER Increment, PKSPIN_LOCK Lock)",
    page="nf-wdm-exinterlockedaddlargeinteger", irql="any",
)  # fmt: skip
def ExInterlockedAddLargeInteger(nt: System, addend: int, increment: int, lock: int) -> int:
    """The old value."""

    def add() -> int:
        old = int.from_bytes(nt.memory.read(addend, 8), "little", signed=True)
        nt.memory.write_uint(addend, 8, old + increment)
        return old

    return _interlocked(nt, lock, add)


@routine(
    "ULONG ExInterlockedAddUlong(PULONG Addend, ULONG Increment, PKSPIN_LOCK Lock)",
    page="nf-wdm-exinterlockedaddulong", irql="any",
)  # fmt: skip
def ExInterlockedAddUlong(nt: System, addend: int, increment: int, lock: int) -> int:
    """The old value."""

    def add() -> int:
        old = nt.memory.read_uint(addend, 4)
        nt.memory.write_uint(addend, 4, old + increment)
        return old

    return _interlocked(nt, lock, add)


@routine("VOID InitializeSListHead(PSLIST_HEADER SListHead)", page="nf-wdm-initializeslisthead", irql="any")
def InitializeSListHead(nt: System, head: int) -> None:
    if head & 15:
        nt.faults.raise_exception(STATUS_DATATYPE_MISALIGNMENT, noncontinuable=True)
    _set(nt, head, 0)
    _set(nt, head + 8, 0)


@routine(
    "PSLIST_ENTRY ExInterlockedPushEntrySList(PSLIST_HEADER ListHead, PSLIST_ENTRY ListEntry, PKSPIN_LOCK Lock)",
    page="nf-wdm-exinterlockedpushentryslist", irql="any", macro=True,
)  # fmt: skip
def ExInterlockedPushEntrySList(nt: System, head: int, entry: int, lock: int) -> int:
    return InterlockedPushEntrySList(nt, head, entry)


@routine(
    "PSLIST_ENTRY ExInterlockedPopEntrySList(PSLIST_HEADER ListHead, PKSPIN_LOCK Lock)",
    page="nf-wdm-exinterlockedpopentryslist", irql="any", fails="NULL", macro=True,
)  # fmt: skip
def ExInterlockedPopEntrySList(nt: System, head: int, lock: int) -> int:
    return InterlockedPopEntrySList(nt, head)


@routine(
    "PSLIST_ENTRY ExInterlockedFlushSList(PSLIST_HEADER ListHead)",
    page="nf-wdm-exinterlockedflushslist", irql="any", macro=True,
)  # fmt: skip
def ExInterlockedFlushSList(nt: System, head: int) -> int:
    return InterlockedFlushSList(nt, head)


@routine("USHORT ExQueryDepthSList(PSLIST_HEADER SListHead)", page="nf-wdm-exquerydepthslist", irql="<= DISPATCH_LEVEL")
def ExQueryDepthSList(nt: System, head: int) -> int:
    return _get(nt, head) & 0xFFFF


@routine("PSLIST_ENTRY InterlockedPushEntrySList(PSLIST_HEADER ListHead, PSLIST_ENTRY ListEntry)", irql="any")
def InterlockedPushEntrySList(nt: System, head: int, entry: int) -> int:
    """The entry that was first before, NULL if there was none."""
    first = _get(nt, head + 8) & -16
    _set(nt, entry, first)
    _replace_first(nt, head, entry, 1)
    return first


@routine("PSLIST_ENTRY InterlockedPopEntrySList(PSLIST_HEADER ListHead)", irql="any", fails="NULL")
def InterlockedPopEntrySList(nt: System, head: int) -> int:
    first = _get(nt, head + 8) & -16
    if first:
        _replace_first(nt, head, _get(nt, first), -1)
    return first


@routine("PSLIST_ENTRY InterlockedFlushSList(PSLIST_HEADER ListHead)", irql="any")
def InterlockedFlushSList(nt: System, head: int) -> int:
    """All entries, as a chain from the first on."""
    first = _get(nt, head + 8) & -16
    if first:
        _replace_first(nt, head, 0, -(_get(nt, head) & 0xFFFF))
    return first


@routine("VOID ExInitializeSListHead(PSLIST_HEADER SListHead)", irql="any")
def ExInitializeSListHead(nt: System, head: int) -> None:
    InitializeSListHead(nt, head)


def _get(nt: System, where: int) -> int:
    return int.from_bytes(nt.memory.read(where, 8, True), "little")


def _set(nt: System, where: int, value: int) -> None:
    nt.memory.write(where, value.to_bytes(8, "little"), True)


def _must_agree(nt: System, entry: int, *, following: int | None = None, previous: int | None = None) -> None:
    """What the neighbours say of an entry must be the entry."""
    for neighbour, link in ((following, BLINK), (previous, FLINK)):
        if neighbour is None:
            continue
        found = _get(nt, neighbour + link)
        if found != entry:
            facts = [
                ("entry", nt.describe(entry)), ("neighbour", nt.describe(neighbour)),
                ("its link", f"{'Flink' if link == FLINK else 'Blink'} is {address(found)}"),
            ]  # fmt: skip
            about = next((key for key in (("list", entry), ("list", neighbour)) if key in nt.history), None)
            nt.violation(rules.LIST_CORRUPT, (0, 0, 0), facts, about)
            return


def _link(nt: System, previous: int, entry: int, following: int) -> None:
    _set(nt, entry + FLINK, following)
    _set(nt, entry + BLINK, previous)
    _set(nt, previous + FLINK, entry)
    _set(nt, following + BLINK, entry)
    nt.remember("list", entry, "changed", 1)


def _interlocked(nt: System, lock: int, act: Callable[[], int]) -> int:
    """Do something with interrupts off and the spin lock held, so that no page involved may be paged out."""
    before = nt.irql
    nt.set_irql(HIGH_LEVEL)
    if nt.memory.read_uint(lock, 8):
        nt.violation(rules.SPIN_LOCK_ALREADY_OWNED, facts=[("lock", nt.describe(lock))], about=("lock", lock))
    result = act()
    nt.memory.write_uint(lock, 8, 0)
    nt.set_irql(before)
    return result


def _replace_first(nt: System, head: int, first: int, depth_change: int) -> None:
    """A new first entry; Depth follows, and Sequence counts the change."""
    word = _get(nt, head)
    depth = (word & 0xFFFF) + depth_change & 0xFFFF
    _set(nt, head, ((word >> 16) + 1 << 16 | depth) & ADDRESS_MASK)
    _set(nt, head + 8, first & -16)
