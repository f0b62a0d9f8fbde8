"""Atomic operations on one word. Nothing runs between the load and the store of one of them."""

from __future__ import annotations

from ..routine import routine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..system import System


@routine("LONG InterlockedIncrement(LONG volatile *Addend)", page="nf-wdm-interlockedincrement", irql="any", macro=True)
def InterlockedIncrement(nt: System, where: int) -> int:
    return _change(nt, where, 4, lambda old: old + 1)[1]


@routine("LONG InterlockedDecrement(LONG volatile *Addend)", page="nf-wdm-interlockeddecrement", irql="any", macro=True)
def InterlockedDecrement(nt: System, where: int) -> int:
    return _change(nt, where, 4, lambda old: old - 1)[1]


@routine(
    "LONG InterlockedExchange(LONG volatile *Target, LONG Value)",
    page="nf-wdm-interlockedexchange", irql="any", macro=True,
)  # fmt: skip
def InterlockedExchange(nt: System, where: int, value: int) -> int:
    return _change(nt, where, 4, lambda old: value)[0]


@routine(
    "PVOID InterlockedExchangePointer(PVOID volatile *Target, PVOID Value)",
    page="nf-wdm-interlockedexchangepointer", irql="any", macro=True,
)  # fmt: skip
def InterlockedExchangePointer(nt: System, where: int, value: int) -> int:
    return _change(nt, where, 8, lambda old: value)[0] & 0xFFFF_FFFF_FFFF_FFFF


@routine(
    "LONG InterlockedExchangeAdd(LONG volatile *Addend, LONG Value)",
    page="nf-wdm-interlockedexchangeadd", irql="any", macro=True,
)  # fmt: skip
def InterlockedExchangeAdd(nt: System, where: int, value: int) -> int:
    return _change(nt, where, 4, lambda old: old + value)[0]


@routine(
    "LONG InterlockedCompareExchange(LONG volatile *Destination, LONG ExChange, LONG Comperand)",
    page="nf-wdm-interlockedcompareexchange", irql="any", macro=True,
)  # fmt: skip
def InterlockedCompareExchange(nt: System, where: int, exchange: int, comparand: int) -> int:
    return _compare_exchange(nt, where, 4, exchange, comparand)


@routine(
    "PVOID InterlockedCompareExchangePointer(PVOID volatile *Destination, PVOID Exchange, PVOID Comperand)",
    page="nf-wdm-interlockedcompareexchangepointer", irql="any", macro=True,
)  # fmt: skip
def InterlockedCompareExchangePointer(nt: System, where: int, exchange: int, comparand: int) -> int:
    """As InterlockedCompareExchange; pointers are compared as the unsigned numbers that they are."""
    signed = comparand - (1 << 64) if comparand >> 63 else comparand
    return _compare_exchange(nt, where, 8, exchange, signed) & 0xFFFF_FFFF_FFFF_FFFF


@routine(
    "LONG InterlockedAnd(LONG volatile *Destination, LONG Value)",
    page="nf-wdm-interlockedand", irql="any", macro=True,
)  # fmt: skip
def InterlockedAnd(nt: System, where: int, value: int) -> int:
    return _change(nt, where, 4, lambda old: old & value)[0]


@routine(
    "LONG InterlockedOr(LONG volatile *Destination, LONG Value)",
    page="nf-wdm-interlockedor", irql="any", macro=True,
)  # fmt: skip
def InterlockedOr(nt: System, where: int, value: int) -> int:
    return _change(nt, where, 4, lambda old: old | value)[0]


@routine(
    "LONG InterlockedXor(LONG volatile *Destination, LONG Value)",
    page="nf-wdm-interlockedxor", irql="any", macro=True,
)  # fmt: skip
def InterlockedXor(nt: System, where: int, value: int) -> int:
    return _change(nt, where, 4, lambda old: old ^ value)[0]


@routine(
    "LONG64 InterlockedIncrement64(LONG64 volatile *Addend)",
    page="nf-wdm-interlockedincrement", irql="any", macro=True,
)  # fmt: skip
def InterlockedIncrement64(nt: System, where: int) -> int:
    return _change(nt, where, 8, lambda old: old + 1)[1]


@routine(
    "LONG64 InterlockedCompareExchange64(LONG64 volatile *Destination, LONG64 ExChange, LONG64 Comperand)",
    page="nf-wdm-interlockedcompareexchange", irql="any", macro=True,
)  # fmt: skip
def InterlockedCompareExchange64(nt: System, where: int, exchange: int, comparand: int) -> int:
    return _compare_exchange(nt, where, 8, exchange, comparand)


@routine("LONG64 InterlockedDecrement64(LONG64 volatile *Addend)", irql="any", macro=True)
def InterlockedDecrement64(nt: System, where: int) -> int:
    return _change(nt, where, 8, lambda old: old - 1)[1]


@routine("LONG64 InterlockedExchange64(LONG64 volatile *Target, LONG64 Value)", irql="any", macro=True)
def InterlockedExchange64(nt: System, where: int, value: int) -> int:
    return _change(nt, where, 8, lambda old: value)[0]


@routine("LONG64 InterlockedExchangeAdd64(LONG64 volatile *Addend, LONG64 Value)", irql="any", macro=True)
def InterlockedExchangeAdd64(nt: System, where: int, value: int) -> int:
    return _change(nt, where, 8, lambda old: old + value)[0]


@routine("LONG64 InterlockedAnd64(LONG64 volatile *Destination, LONG64 Value)", irql="any", macro=True)
def InterlockedAnd64(nt: System, where: int, value: int) -> int:
    return _change(nt, where, 8, lambda old: old & value)[0]


@routine("LONG64 InterlockedOr64(LONG64 volatile *Destination, LONG64 Value)", irql="any", macro=True)
def InterlockedOr64(nt: System, where: int, value: int) -> int:
    return _change(nt, where, 8, lambda old: old | value)[0]


@routine("LONG64 InterlockedXor64(LONG64 volatile *Destination, LONG64 Value)", irql="any", macro=True)
def InterlockedXor64(nt: System, where: int, value: int) -> int:
    return _change(nt, where, 8, lambda old: old ^ value)[0]


@routine("LONG InterlockedAdd(LONG volatile *Addend, LONG Value)", irql="any", macro=True)
def InterlockedAdd(nt: System, where: int, value: int) -> int:
    return _change(nt, where, 4, lambda old: old + value)[1]


@routine("LONG64 InterlockedAdd64(LONG64 volatile *Addend, LONG64 Value)", irql="any", macro=True)
def InterlockedAdd64(nt: System, where: int, value: int) -> int:
    return _change(nt, where, 8, lambda old: old + value)[1]


@routine("SHORT InterlockedIncrement16(SHORT volatile *Addend)", irql="any", macro=True)
def InterlockedIncrement16(nt: System, where: int) -> int:
    return _change(nt, where, 2, lambda old: old + 1)[1]


@routine("SHORT InterlockedDecrement16(SHORT volatile *Addend)", irql="any", macro=True)
def InterlockedDecrement16(nt: System, where: int) -> int:
    return _change(nt, where, 2, lambda old: old - 1)[1]


@routine(
    "SHORT InterlockedCompareExchange16(SHORT volatile *Destination, SHORT ExChange, SHORT Comperand)",
    irql="any", macro=True,
)  # fmt: skip
def InterlockedCompareExchange16(nt: System, where: int, exchange: int, comparand: int) -> int:
    return _compare_exchange(nt, where, 2, exchange, comparand)


@routine("BOOLEAN InterlockedBitTestAndSet(LONG volatile *Base, LONG Offset)", irql="any", macro=True)
def InterlockedBitTestAndSet(nt: System, base: int, offset: int) -> int:
    """The old value of a bit, which may lie any distance from the base."""
    bit = 1 << (offset & 31)
    return int(_change(nt, base + (offset >> 5) * 4, 4, lambda old: old | bit)[0] & bit != 0)


@routine("BOOLEAN InterlockedBitTestAndReset(LONG volatile *Base, LONG Offset)", irql="any", macro=True)
def InterlockedBitTestAndReset(nt: System, base: int, offset: int) -> int:
    bit = 1 << (offset & 31)
    return int(_change(nt, base + (offset >> 5) * 4, 4, lambda old: old & ~bit)[0] & bit != 0)


def _change(nt: System, where: int, size: int, change: Callable[[int], int]) -> tuple[int, int]:
    """The signed old and new value of a word that is loaded, changed and stored in one go."""
    old = int.from_bytes(nt.memory.read(where, size, True), "little", signed=True)
    data = (change(old) & ((1 << 8 * size) - 1)).to_bytes(size, "little")
    nt.memory.write(where, data, True)
    return old, int.from_bytes(data, "little", signed=True)


def _compare_exchange(nt: System, where: int, size: int, exchange: int, comparand: int) -> int:
    """Store `exchange` if the word equals `comparand`. The store happens in any case, of the old value where they
    differ."""
    return _change(nt, where, size, lambda old: exchange if old == comparand else old)[0]
