"""Doubly and singly linked lists, plain, interlocked, and sequenced."""

from __future__ import annotations

from dmascript.runtime.routine import known

known("VOID InitializeListHead(PLIST_ENTRY ListHead)", page="nf-wdm-initializelisthead", irql="any", macro=True)
known("BOOLEAN IsListEmpty(const LIST_ENTRY *ListHead)", page="nf-wdm-islistempty", irql="any", macro=True)
known(
    "VOID InsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY Entry)",
    page="nf-wdm-insertheadlist", irql="any", undo="RemoveEntryList", macro=True,
)  # fmt: skip
known(
    "VOID InsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY Entry)",
    page="nf-wdm-inserttaillist", irql="any", undo="RemoveEntryList", macro=True,
)  # fmt: skip
known("PLIST_ENTRY RemoveHeadList(PLIST_ENTRY ListHead)", page="nf-wdm-removeheadlist", irql="any", macro=True)
known("PLIST_ENTRY RemoveTailList(PLIST_ENTRY ListHead)", page="nf-wdm-removetaillist", irql="any", macro=True)
known("BOOLEAN RemoveEntryList(PLIST_ENTRY Entry)", page="nf-wdm-removeentrylist", irql="any", macro=True)
known(
    "VOID AppendTailList(PLIST_ENTRY ListHead, PLIST_ENTRY ListToAppend)",
    page="nf-wdm-appendtaillist", irql="any", macro=True,
)  # fmt: skip
known(
    "VOID PushEntryList(PSINGLE_LIST_ENTRY ListHead, PSINGLE_LIST_ENTRY Entry)",
    page="nf-wdm-pushentrylist", irql="any", macro=True,
)  # fmt: skip
known(
    "PSINGLE_LIST_ENTRY PopEntryList(PSINGLE_LIST_ENTRY ListHead)",
    page="nf-wdm-popentrylist", irql="any", fails="NULL", macro=True,
)  # fmt: skip
known(
    "PLIST_ENTRY ExInterlockedInsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry, PKSPIN_LOCK Lock)",
    page="nf-wdm-exinterlockedinsertheadlist", irql="any",
)  # fmt: skip
known(
    "PLIST_ENTRY ExInterlockedInsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry, PKSPIN_LOCK Lock)",
    page="nf-wdm-exinterlockedinserttaillist", irql="any",
)  # fmt: skip
known(
    "PLIST_ENTRY ExInterlockedRemoveHeadList(PLIST_ENTRY ListHead, PKSPIN_LOCK Lock)",
    page="nf-wdm-exinterlockedremoveheadlist", irql="any", fails="NULL",
)  # fmt: skip
known(
    "PSINGLE_LIST_ENTRY ExInterlockedPushEntryList(PSINGLE_LIST_ENTRY ListHead, PSINGLE_LIST_ENTRY ListEntry, "
    "PKSPIN_LOCK Lock)",
    page="nf-wdm-exinterlockedpushentrylist", irql="any",
)  # fmt: skip
known(
    "PSINGLE_LIST_ENTRY ExInterlockedPopEntryList(PSINGLE_LIST_ENTRY ListHead, PKSPIN_LOCK Lock)",
    page="nf-wdm-exinterlockedpopentrylist", irql="any", fails="NULL",
)  # fmt: skip
known(
    "LARGE_INTEGER ExInterlockedAddLargeInteger(PLARGE_INTEGER Addend, LARGE_INTEGER Increment, PKSPIN_LOCK Lock)",
    page="nf-wdm-exinterlockedaddlargeinteger", irql="any",
)  # fmt: skip
known(
    "ULONG ExInterlockedAddUlong(PULONG Addend, ULONG Increment, PKSPIN_LOCK Lock)",
    page="nf-wdm-exinterlockedaddulong", irql="any",
)  # fmt: skip
known("VOID InitializeSListHead(PSLIST_HEADER SListHead)", page="nf-wdm-initializeslisthead", irql="any")
known(
    "PSLIST_ENTRY ExInterlockedPushEntrySList(PSLIST_HEADER ListHead, PSLIST_ENTRY ListEntry, PKSPIN_LOCK Lock)",
    page="nf-wdm-exinterlockedpushentryslist", irql="any", macro=True,
)  # fmt: skip
known(
    "PSLIST_ENTRY ExInterlockedPopEntrySList(PSLIST_HEADER ListHead, PKSPIN_LOCK Lock)",
    page="nf-wdm-exinterlockedpopentryslist", irql="any", fails="NULL", macro=True,
)  # fmt: skip
known(
    "PSLIST_ENTRY ExInterlockedFlushSList(PSLIST_HEADER ListHead)",
    page="nf-wdm-exinterlockedflushslist", irql="any", macro=True,
)  # fmt: skip
known("USHORT ExQueryDepthSList(PSLIST_HEADER SListHead)", page="nf-wdm-exquerydepthslist", irql="<= DISPATCH_LEVEL")
known("PSLIST_ENTRY InterlockedPushEntrySList(PSLIST_HEADER ListHead, PSLIST_ENTRY ListEntry)", irql="any")
known("PSLIST_ENTRY InterlockedPopEntrySList(PSLIST_HEADER ListHead)", irql="any", fails="NULL")
known("PSLIST_ENTRY InterlockedFlushSList(PSLIST_HEADER ListHead)", irql="any")
known("VOID ExInitializeSListHead(PSLIST_HEADER SListHead)", irql="any")
