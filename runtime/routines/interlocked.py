"""Atomic operations on one word."""

from __future__ import annotations

from dmascript.runtime.routine import known

known("LONG InterlockedIncrement(LONG volatile *Addend)", page="nf-wdm-interlockedincrement", irql="any", macro=True)
known("LONG InterlockedDecrement(LONG volatile *Addend)", page="nf-wdm-interlockeddecrement", irql="any", macro=True)
known(
    "LONG InterlockedExchange(LONG volatile *Target, LONG Value)",
    page="nf-wdm-interlockedexchange", irql="any", macro=True,
)  # fmt: skip
known(
    "PVOID InterlockedExchangePointer(PVOID volatile *Target, PVOID Value)",
    page="nf-wdm-interlockedexchangepointer", irql="any", macro=True,
)  # fmt: skip
known(
    "LONG InterlockedExchangeAdd(LONG volatile *Addend, LONG Value)",
    page="nf-wdm-interlockedexchangeadd", irql="any", macro=True,
)  # fmt: skip
known(
    "LONG InterlockedCompareExchange(LONG volatile *Destination, LONG ExChange, LONG Comperand)",
    page="nf-wdm-interlockedcompareexchange", irql="any", macro=True,
)  # fmt: skip
known(
    "PVOID InterlockedCompareExchangePointer(PVOID volatile *Destination, PVOID Exchange, PVOID Comperand)",
    page="nf-wdm-interlockedcompareexchangepointer", irql="any", macro=True,
)  # fmt: skip
known(
    "LONG InterlockedAnd(LONG volatile *Destination, LONG Value)",
    page="nf-wdm-interlockedand", irql="any", macro=True,
)  # fmt: skip
known("LONG InterlockedOr(LONG volatile *Destination, LONG Value)", page="nf-wdm-interlockedor", irql="any", macro=True)
known(
    "LONG InterlockedXor(LONG volatile *Destination, LONG Value)",
    page="nf-wdm-interlockedxor", irql="any", macro=True,
)  # fmt: skip
known(
    "LONG64 InterlockedIncrement64(LONG64 volatile *Addend)",
    page="nf-wdm-interlockedincrement", irql="any", macro=True,
)  # fmt: skip
known(
    "LONG64 InterlockedCompareExchange64(LONG64 volatile *Destination, LONG64 ExChange, LONG64 Comperand)",
    page="nf-wdm-interlockedcompareexchange", irql="any", macro=True,
)  # fmt: skip
known("LONG64 InterlockedDecrement64(LONG64 volatile *Addend)", irql="any", macro=True)
known("LONG64 InterlockedExchange64(LONG64 volatile *Target, LONG64 Value)", irql="any", macro=True)
known("LONG64 InterlockedExchangeAdd64(LONG64 volatile *Addend, LONG64 Value)", irql="any", macro=True)
known("LONG64 InterlockedAnd64(LONG64 volatile *Destination, LONG64 Value)", irql="any", macro=True)
known("LONG64 InterlockedOr64(LONG64 volatile *Destination, LONG64 Value)", irql="any", macro=True)
known("LONG64 InterlockedXor64(LONG64 volatile *Destination, LONG64 Value)", irql="any", macro=True)
known("LONG InterlockedAdd(LONG volatile *Addend, LONG Value)", irql="any", macro=True)
known("LONG64 InterlockedAdd64(LONG64 volatile *Addend, LONG64 Value)", irql="any", macro=True)
known("SHORT InterlockedIncrement16(SHORT volatile *Addend)", irql="any", macro=True)
known("SHORT InterlockedDecrement16(SHORT volatile *Addend)", irql="any", macro=True)
known(
    "SHORT InterlockedCompareExchange16(SHORT volatile *Destination, SHORT ExChange, SHORT Comperand)",
    irql="any", macro=True,
)  # fmt: skip
known("BOOLEAN InterlockedBitTestAndSet(LONG volatile *Base, LONG Offset)", irql="any", macro=True)
known("BOOLEAN InterlockedBitTestAndReset(LONG volatile *Base, LONG Offset)", irql="any", macro=True)
