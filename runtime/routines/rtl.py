"""Blocks of memory, checked arithmetic, byte order, bit maps, version."""

from __future__ import annotations

from dmascript.runtime.routine import known

known(
    "VOID RtlCopyMemory(PVOID Destination, const VOID *Source, SIZE_T Length)",
    page="nf-wdm-rtlcopymemory", irql="any", macro=True,
)  # fmt: skip
known(
    "VOID RtlMoveMemory(PVOID Destination, const VOID *Source, SIZE_T Length)",
    page="nf-wdm-rtlmovememory", irql="any",
)  # fmt: skip
known("VOID RtlZeroMemory(PVOID Destination, SIZE_T Length)", page="nf-wdm-rtlzeromemory", irql="any")
known("VOID RtlFillMemory(PVOID Destination, SIZE_T Length, UCHAR Fill)", page="nf-wdm-rtlfillmemory", irql="any")
known("PVOID RtlSecureZeroMemory(PVOID Ptr, SIZE_T Cnt)", page="nf-wdm-rtlsecurezeromemory", irql="any", macro=True)
known(
    "LOGICAL RtlEqualMemory(const VOID *Source1, const VOID *Source2, SIZE_T Length)",
    page="nf-wdm-rtlequalmemory", irql="any", macro=True,
)  # fmt: skip
known(
    "SIZE_T RtlCompareMemory(const VOID *Source1, const VOID *Source2, SIZE_T Length)",
    page="nf-wdm-rtlcomparememory", irql="any",
)  # fmt: skip
known(
    "VOID RtlCopyMemoryNonTemporal(VOID *Destination, const VOID *Source, SIZE_T Length)",
    irql="any", header="ntddk.h",
)  # fmt: skip
known("VOID RtlCopyBytes(PVOID Destination, const VOID *Source, SIZE_T Length)", irql="any", macro=True)
known("VOID RtlZeroBytes(PVOID Destination, SIZE_T Length)", irql="any", macro=True)
known("VOID RtlFillBytes(PVOID Destination, SIZE_T Length, UCHAR Fill)", irql="any", macro=True)
known(
    "VOID RtlRaiseException(PEXCEPTION_RECORD ExceptionRecord)",
    page="nf-ntifs-rtlraiseexception", irql="any", fails="does not return", header="ntifs.h",
)  # fmt: skip
known(
    "ULONG RtlNtStatusToDosError(NTSTATUS Status)",
    page="nf-ntifs-rtlntstatustodoserror", irql="== PASSIVE_LEVEL", header="ntifs.h",
)  # fmt: skip
known(
    "VOID RtlAssert(PVOID VoidFailedAssertion, PVOID VoidFileName, ULONG LineNumber, PSTR MutableMessage)",
    irql="<= DIRQL",
)  # fmt: skip
known(
    "NTSTATUS RtlGetVersion(PRTL_OSVERSIONINFOW lpVersionInformation)",
    page="nf-wdm-rtlgetversion", irql="== PASSIVE_LEVEL",
)  # fmt: skip
known(
    "BOOLEAN RtlIsNtDdiVersionAvailable(ULONG Version)",
    page="nf-wdm-rtlisntddiversionavailable", irql="== PASSIVE_LEVEL",
)  # fmt: skip
known("ULONG RtlRandomEx(PULONG Seed)", page="nf-ntifs-rtlrandomex", irql="<= APC_LEVEL", header="ntifs.h")
known("ULONG RtlWalkFrameChain(PVOID *Callers, ULONG Count, ULONG Flags)", irql="any", header="ntddk.h")
known(
    "USHORT RtlCaptureStackBackTrace(ULONG FramesToSkip, ULONG FramesToCapture, PVOID *BackTrace, "
    "PULONG BackTraceHash)",
    irql="any", header="ntifs.h",
)  # fmt: skip
known(
    "VOID RtlTimeToTimeFields(PLARGE_INTEGER Time, PTIME_FIELDS TimeFields)",
    page="nf-wdm-rtltimetotimefields", irql="any",
)  # fmt: skip
known(
    "BOOLEAN RtlTimeFieldsToTime(PTIME_FIELDS TimeFields, PLARGE_INTEGER Time)",
    page="nf-wdm-rtltimefieldstotime", irql="any", fails="FALSE",
)  # fmt: skip
known(
    "NTSTATUS RtlULongAdd(ULONG ulAugend, ULONG ulAddend, ULONG *pulResult)",
    irql="any", fails="NTSTATUS", header="ntintsafe.h", macro=True,
)  # fmt: skip
known(
    "NTSTATUS RtlULongSub(ULONG ulMinuend, ULONG ulSubtrahend, ULONG *pulResult)",
    irql="any", fails="NTSTATUS", header="ntintsafe.h", macro=True,
)  # fmt: skip
known(
    "NTSTATUS RtlULongMult(ULONG ulMultiplicand, ULONG ulMultiplier, ULONG *pulResult)",
    irql="any", fails="NTSTATUS", header="ntintsafe.h", macro=True,
)  # fmt: skip
known(
    "NTSTATUS RtlULongLongAdd(ULONGLONG ullAugend, ULONGLONG ullAddend, ULONGLONG *pullResult)",
    irql="any", fails="NTSTATUS", header="ntintsafe.h", macro=True,
)  # fmt: skip
known(
    "NTSTATUS RtlULongLongSub(ULONGLONG ullMinuend, ULONGLONG ullSubtrahend, ULONGLONG *pullResult)",
    irql="any", fails="NTSTATUS", header="ntintsafe.h", macro=True,
)  # fmt: skip
known(
    "NTSTATUS RtlULongLongMult(ULONGLONG ullMultiplicand, ULONGLONG ullMultiplier, ULONGLONG *pullResult)",
    irql="any", fails="NTSTATUS", header="ntintsafe.h", macro=True,
)  # fmt: skip
known(
    "NTSTATUS RtlSizeTAdd(SIZE_T Augend, SIZE_T Addend, SIZE_T *pResult)",
    irql="any", fails="NTSTATUS", header="ntintsafe.h", macro=True,
)  # fmt: skip
known(
    "NTSTATUS RtlSizeTSub(SIZE_T Minuend, SIZE_T Subtrahend, SIZE_T *pResult)",
    irql="any", fails="NTSTATUS", header="ntintsafe.h", macro=True,
)  # fmt: skip
known(
    "NTSTATUS RtlSizeTMult(SIZE_T Multiplicand, SIZE_T Multiplier, SIZE_T *pResult)",
    irql="any", fails="NTSTATUS", header="ntintsafe.h", macro=True,
)  # fmt: skip
known(
    "NTSTATUS RtlSizeTToULong(SIZE_T Operand, ULONG *pulResult)",
    irql="any", fails="NTSTATUS", header="ntintsafe.h", macro=True,
)  # fmt: skip
known(
    "NTSTATUS RtlULongLongToULong(ULONGLONG ullOperand, ULONG *pulResult)",
    irql="any", fails="NTSTATUS", header="ntintsafe.h", macro=True,
)  # fmt: skip
known(
    "LARGE_INTEGER RtlConvertUlongToLargeInteger(ULONG UnsignedInteger)",
    page="nf-wdm-rtlconvertulongtolargeinteger", irql="any", macro=True,
)  # fmt: skip
known(
    "LARGE_INTEGER RtlConvertLongToLargeInteger(LONG SignedInteger)",
    page="nf-wdm-rtlconvertlongtolargeinteger", irql="any", macro=True,
)  # fmt: skip
known("USHORT RtlUshortByteSwap(USHORT Source)", page="nf-wdm-rtlushortbyteswap", irql="any", macro=True)
known("ULONG RtlUlongByteSwap(ULONG Source)", page="nf-wdm-rtlulongbyteswap", irql="any", macro=True)
known("ULONGLONG RtlUlonglongByteSwap(ULONGLONG Source)", page="nf-wdm-rtlulonglongbyteswap", irql="any", macro=True)
known("ULONG RtlCrc32(const VOID *Buffer, SIZE_T Size, ULONG InitialCrc)", irql="any")
known(
    "VOID RtlInitializeBitMap(PRTL_BITMAP BitMapHeader, PULONG BitMapBuffer, ULONG SizeOfBitMap)",
    page="nf-wdm-rtlinitializebitmap", irql="any",
)  # fmt: skip
known("VOID RtlClearAllBits(PRTL_BITMAP BitMapHeader)", page="nf-wdm-rtlclearallbits", irql="any")
known("VOID RtlSetAllBits(PRTL_BITMAP BitMapHeader)", page="nf-wdm-rtlsetallbits", irql="any")
known(
    "VOID RtlSetBits(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG NumberToSet)",
    page="nf-wdm-rtlsetbits", irql="any",
)  # fmt: skip
known(
    "VOID RtlClearBits(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG NumberToClear)",
    page="nf-wdm-rtlclearbits", irql="any",
)  # fmt: skip
known(
    "ULONG RtlFindClearBitsAndSet(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex)",
    page="nf-wdm-rtlfindclearbitsandset", irql="any",
)  # fmt: skip
known("BOOLEAN RtlTestBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber)", page="nf-wdm-rtltestbit", irql="any")
