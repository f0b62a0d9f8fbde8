"""Length-checked string routines."""

from __future__ import annotations

from dmascript.runtime.routine import known

known(
    "NTSTATUS RtlStringCbPrintfA(PSTR pszDest, SIZE_T cbDest, PCSTR pszFormat, ...)",
    page="nf-ntstrsafe-rtlstringcbprintfa", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h",
    macro=True,
)  # fmt: skip
known(
    "NTSTATUS RtlStringCbPrintfW(PWSTR pszDest, SIZE_T cbDest, PCWSTR pszFormat, ...)",
    page="nf-ntstrsafe-rtlstringcbprintfw", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h",
    macro=True,
)  # fmt: skip
known(
    "NTSTATUS RtlStringCchPrintfA(PSTR pszDest, SIZE_T cchDest, PCSTR pszFormat, ...)",
    page="nf-ntstrsafe-rtlstringcchprintfa", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h",
    macro=True,
)  # fmt: skip
known(
    "NTSTATUS RtlStringCchPrintfW(PWSTR pszDest, SIZE_T cchDest, PCWSTR pszFormat, ...)",
    page="nf-ntstrsafe-rtlstringcchprintfw", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h",
    macro=True,
)  # fmt: skip
known(
    "NTSTATUS RtlStringCbVPrintfA(PSTR pszDest, SIZE_T cbDest, PCSTR pszFormat, va_list argList)",
    page="nf-ntstrsafe-rtlstringcbvprintfa", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h",
    macro=True, takes_list=True,
)  # fmt: skip
known(
    "NTSTATUS RtlStringCbVPrintfW(PWSTR pszDest, SIZE_T cbDest, PCWSTR pszFormat, va_list argList)",
    page="nf-ntstrsafe-rtlstringcbvprintfw", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h",
    macro=True, takes_list=True,
)  # fmt: skip
known(
    "NTSTATUS RtlStringCchVPrintfA(PSTR pszDest, SIZE_T cchDest, PCSTR pszFormat, va_list argList)",
    page="nf-ntstrsafe-rtlstringcchvprintfa", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h",
    macro=True, takes_list=True,
)  # fmt: skip
known(
    "NTSTATUS RtlStringCchVPrintfW(PWSTR pszDest, SIZE_T cchDest, PCWSTR pszFormat, va_list argList)",
    page="nf-ntstrsafe-rtlstringcchvprintfw", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h",
    macro=True, takes_list=True,
)  # fmt: skip
known(
    "NTSTATUS RtlUnicodeStringPrintf(PUNICODE_STRING DestinationString, PCWSTR pszFormat, ...)",
    page="nf-ntstrsafe-rtlunicodestringprintf", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h",
    macro=True,
)  # fmt: skip
known(
    "NTSTATUS RtlStringCbCopyA(PSTR pszDest, SIZE_T cbDest, PCSTR pszSrc)",
    page="nf-ntstrsafe-rtlstringcbcopya", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h", macro=True,
)  # fmt: skip
known(
    "NTSTATUS RtlStringCbCopyW(PWSTR pszDest, SIZE_T cbDest, PCWSTR pszSrc)",
    page="nf-ntstrsafe-rtlstringcbcopyw", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h", macro=True,
)  # fmt: skip
known(
    "NTSTATUS RtlStringCchCopyA(PSTR pszDest, SIZE_T cchDest, PCSTR pszSrc)",
    page="nf-ntstrsafe-rtlstringcchcopya", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h", macro=True,
)  # fmt: skip
known(
    "NTSTATUS RtlStringCchCopyW(PWSTR pszDest, SIZE_T cchDest, PCWSTR pszSrc)",
    page="nf-ntstrsafe-rtlstringcchcopyw", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h", macro=True,
)  # fmt: skip
known(
    "NTSTATUS RtlStringCbCatA(PSTR pszDest, SIZE_T cbDest, PCSTR pszSrc)",
    page="nf-ntstrsafe-rtlstringcbcata", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h", macro=True,
)  # fmt: skip
known(
    "NTSTATUS RtlStringCbCatW(PWSTR pszDest, SIZE_T cbDest, PCWSTR pszSrc)",
    page="nf-ntstrsafe-rtlstringcbcatw", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h", macro=True,
)  # fmt: skip
known(
    "NTSTATUS RtlStringCchCatA(PSTR pszDest, SIZE_T cchDest, PCSTR pszSrc)",
    page="nf-ntstrsafe-rtlstringcchcata", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h", macro=True,
)  # fmt: skip
known(
    "NTSTATUS RtlStringCchCatW(PWSTR pszDest, SIZE_T cchDest, PCWSTR pszSrc)",
    page="nf-ntstrsafe-rtlstringcchcatw", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h", macro=True,
)  # fmt: skip
known(
    "NTSTATUS RtlStringCbLengthA(PCSTR psz, SIZE_T cbMax, SIZE_T *pcbLength)",
    page="nf-ntstrsafe-rtlstringcblengtha", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h",
    macro=True,
)  # fmt: skip
known(
    "NTSTATUS RtlStringCbLengthW(PCWSTR psz, SIZE_T cbMax, SIZE_T *pcbLength)",
    page="nf-ntstrsafe-rtlstringcblengthw", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h",
    macro=True,
)  # fmt: skip
known(
    "NTSTATUS RtlStringCchLengthA(PCSTR psz, SIZE_T cchMax, SIZE_T *pcchLength)",
    page="nf-ntstrsafe-rtlstringcchlengtha", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h",
    macro=True,
)  # fmt: skip
known(
    "NTSTATUS RtlStringCchLengthW(PCWSTR psz, SIZE_T cchMax, SIZE_T *pcchLength)",
    page="nf-ntstrsafe-rtlstringcchlengthw", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h",
    macro=True,
)  # fmt: skip
