"""Counted strings."""

from __future__ import annotations

from dmascript.runtime.routine import known

known(
    "VOID RtlInitUnicodeString(PUNICODE_STRING DestinationString, PCWSTR SourceString)",
    page="nf-wdm-rtlinitunicodestring", irql="any",
)  # fmt: skip
known(
    "LONG RtlCompareUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2, BOOLEAN CaseInSensitive)",
    page="nf-wdm-rtlcompareunicodestring", irql="== PASSIVE_LEVEL",
)  # fmt: skip
known(
    "BOOLEAN RtlEqualUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2, BOOLEAN CaseInSensitive)",
    page="nf-wdm-rtlequalunicodestring", irql="== PASSIVE_LEVEL",
)  # fmt: skip
known(
    "VOID RtlCopyUnicodeString(PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString)",
    page="nf-wdm-rtlcopyunicodestring", irql="any",
)  # fmt: skip
known(
    "VOID RtlInitAnsiString(PANSI_STRING DestinationString, PCSTR SourceString)",
    page="nf-wdm-rtlinitansistring", irql="any",
)  # fmt: skip
known("VOID RtlInitString(PSTRING DestinationString, PCSTR SourceString)", page="nf-wdm-rtlinitstring", irql="any")
known(
    "NTSTATUS RtlUnicodeStringInit(PUNICODE_STRING DestinationString, PCWSTR pszSrc)",
    page="nf-ntstrsafe-rtlunicodestringinit", irql="any", fails="NTSTATUS", header="ntstrsafe.h", macro=True,
)  # fmt: skip
known(
    "VOID RtlInitEmptyUnicodeString(PUNICODE_STRING UnicodeString, PWCHAR Buffer, USHORT BufferSize)",
    page="nf-wdm-rtlinitemptyunicodestring", irql="any", macro=True,
)  # fmt: skip
known("VOID RtlInitEmptyAnsiString(PANSI_STRING AnsiString, PCHAR Buffer, USHORT BufferSize)", irql="any", macro=True)
known(
    "VOID RtlCopyString(PSTRING DestinationString, const STRING *SourceString)",
    page="nf-wdm-rtlcopystring", irql="any",
)  # fmt: skip
known(
    "BOOLEAN RtlEqualString(const STRING *String1, const STRING *String2, BOOLEAN CaseInSensitive)",
    page="nf-wdm-rtlequalstring", irql="== PASSIVE_LEVEL",
)  # fmt: skip
known(
    "LONG RtlCompareString(const STRING *String1, const STRING *String2, BOOLEAN CaseInSensitive)",
    page="nf-wdm-rtlcomparestring", irql="== PASSIVE_LEVEL",
)  # fmt: skip
known(
    "NTSTATUS RtlAppendUnicodeToString(PUNICODE_STRING Destination, PCWSTR Source)",
    page="nf-wdm-rtlappendunicodetostring", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
known(
    "NTSTATUS RtlAppendUnicodeStringToString(PUNICODE_STRING Destination, PCUNICODE_STRING Source)",
    page="nf-wdm-rtlappendunicodestringtostring", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
known(
    "NTSTATUS RtlUnicodeStringToAnsiString(PANSI_STRING DestinationString, PCUNICODE_STRING SourceString, "
    "BOOLEAN AllocateDestinationString)",
    page="nf-wdm-rtlunicodestringtoansistring", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="RtlFreeAnsiString",
)  # fmt: skip
known(
    "NTSTATUS RtlAnsiStringToUnicodeString(PUNICODE_STRING DestinationString, PCANSI_STRING SourceString, "
    "BOOLEAN AllocateDestinationString)",
    page="nf-wdm-rtlansistringtounicodestring", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="RtlFreeUnicodeString",
)  # fmt: skip
known(
    "VOID RtlFreeUnicodeString(PUNICODE_STRING UnicodeString)",
    page="nf-wdm-rtlfreeunicodestring", irql="== PASSIVE_LEVEL",
)  # fmt: skip
known("VOID RtlFreeAnsiString(PANSI_STRING AnsiString)", page="nf-wdm-rtlfreeansistring", irql="== PASSIVE_LEVEL")
known(
    "NTSTATUS RtlIntegerToUnicodeString(ULONG Value, ULONG Base, PUNICODE_STRING String)",
    page="nf-wdm-rtlintegertounicodestring", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
known(
    "NTSTATUS RtlUnicodeStringToInteger(PCUNICODE_STRING String, ULONG Base, PULONG Value)",
    page="nf-wdm-rtlunicodestringtointeger", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
known(
    "BOOLEAN RtlPrefixUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2, BOOLEAN CaseInSensitive)",
    page="nf-ntddk-rtlprefixunicodestring", irql="== PASSIVE_LEVEL", header="ntddk.h",
)  # fmt: skip
known("WCHAR RtlUpcaseUnicodeChar(WCHAR SourceCharacter)", page="nf-wdm-rtlupcaseunicodechar", irql="== PASSIVE_LEVEL")
known("WCHAR RtlDowncaseUnicodeChar(WCHAR SourceCharacter)", irql="== PASSIVE_LEVEL", header="ntifs.h")
known(
    "NTSTATUS RtlGUIDFromString(PCUNICODE_STRING GuidString, GUID *Guid)",
    page="nf-wdm-rtlguidfromstring", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
known(
    "NTSTATUS RtlStringFromGUID(REFGUID Guid, PUNICODE_STRING GuidString)",
    page="nf-wdm-rtlstringfromguid", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="RtlFreeUnicodeString",
)  # fmt: skip
