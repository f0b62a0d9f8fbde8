"""Blocks of memory, checked arithmetic, byte order, bit maps, version."""

from __future__ import annotations

from .. import rules
from ..mm.blocks import copy, equal_bytes, fill, overlap
from ..routine import known, routine
from ..wdk.constants import STATUS_INTEGER_OVERFLOW, STATUS_SUCCESS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

U32, U64 = 0xFFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF


@routine(
    "VOID RtlCopyMemory(PVOID Destination, const VOID *Source, SIZE_T Length)",
    page="nf-wdm-rtlcopymemory", irql="any", macro=True,
)  # fmt: skip
def RtlCopyMemory(nt: System, to: int, source: int, length: int) -> None:
    """Copy a block that may not overlap its destination; where it does, the bytes come out as RtlMoveMemory has
    them."""
    if overlap(to, source, length) and length:
        nt.violation(rules.COPY_OVERLAPS, (to, source, length))
    copy(nt, to, source, length)


@routine(
    "VOID RtlMoveMemory(PVOID Destination, const VOID *Source, SIZE_T Length)",
    page="nf-wdm-rtlmovememory", irql="any",
)  # fmt: skip
def RtlMoveMemory(nt: System, to: int, source: int, length: int) -> None:
    copy(nt, to, source, length)


@routine("VOID RtlZeroMemory(PVOID Destination, SIZE_T Length)", page="nf-wdm-rtlzeromemory", irql="any")
def RtlZeroMemory(nt: System, to: int, length: int) -> None:
    fill(nt, to, length, 0)


@routine("VOID RtlFillMemory(PVOID Destination, SIZE_T Length, UCHAR Fill)", page="nf-wdm-rtlfillmemory", irql="any")
def RtlFillMemory(nt: System, to: int, length: int, byte: int) -> None:
    fill(nt, to, length, byte)


@routine("PVOID RtlSecureZeroMemory(PVOID Ptr, SIZE_T Cnt)", page="nf-wdm-rtlsecurezeromemory", irql="any", macro=True)
def RtlSecureZeroMemory(nt: System, to: int, length: int) -> int:
    fill(nt, to, length, 0)
    return to


@routine(
    "LOGICAL RtlEqualMemory(const VOID *Source1, const VOID *Source2, SIZE_T Length)",
    page="nf-wdm-rtlequalmemory", irql="any", macro=True,
)  # fmt: skip
def RtlEqualMemory(nt: System, one: int, other: int, length: int) -> int:
    return int(equal_bytes(nt, one, other, length) == length)


@routine(
    "SIZE_T RtlCompareMemory(const VOID *Source1, const VOID *Source2, SIZE_T Length)",
    page="nf-wdm-rtlcomparememory", irql="any",
)  # fmt: skip
def RtlCompareMemory(nt: System, one: int, other: int, length: int) -> int:
    """The number of leading bytes that are the same: not a sign, as memcmp has it."""
    return equal_bytes(nt, one, other, length)


@routine(
    "VOID RtlCopyMemoryNonTemporal(VOID *Destination, const VOID *Source, SIZE_T Length)",
    irql="any", header="ntddk.h",
)  # fmt: skip
def RtlCopyMemoryNonTemporal(nt: System, to: int, source: int, length: int) -> None:
    RtlCopyMemory(nt, to, source, length)


@routine("VOID RtlCopyBytes(PVOID Destination, const VOID *Source, SIZE_T Length)", irql="any", macro=True)
def RtlCopyBytes(nt: System, to: int, source: int, length: int) -> None:
    RtlCopyMemory(nt, to, source, length)


@routine("VOID RtlZeroBytes(PVOID Destination, SIZE_T Length)", irql="any", macro=True)
def RtlZeroBytes(nt: System, to: int, length: int) -> None:
    fill(nt, to, length, 0)


@routine("VOID RtlFillBytes(PVOID Destination, SIZE_T Length, UCHAR Fill)", irql="any", macro=True)
def RtlFillBytes(nt: System, to: int, length: int, byte: int) -> None:
    fill(nt, to, length, byte)


known(
    "VOID RtlRaiseException(PEXCEPTION_RECORD ExceptionRecord)",
    page="nf-ntifs-rtlraiseexception", irql="any", fails="does not return", header="ntifs.h",
)  # fmt: skip
@routine(
    "ULONG RtlNtStatusToDosError(NTSTATUS Status)",
    page="nf-ntifs-rtlntstatustodoserror", irql="== PASSIVE_LEVEL", header="ntifs.h",
)  # fmt: skip
def RtlNtStatusToDosError(nt: System, status: int) -> int:
    """The Win32 error that a program sees for a status; ERROR_MR_MID_NOT_FOUND for one that has none."""
    from ..win32.errors import dos_error

    return dos_error(status)


@routine(
    "VOID RtlAssert(PVOID VoidFailedAssertion, PVOID VoidFileName, ULONG LineNumber, PSTR MutableMessage)",
    irql="<= DIRQL",
)  # fmt: skip
def RtlAssert(nt: System, assertion: int, file: int, line: int, message: int) -> None:
    """What a false ASSERT of a checked build comes to: the message, then a stop in the debugger, if one is there."""
    texts = [nt.memory.read_string(va).decode("utf-8", "replace") if va else "" for va in (message, assertion, file)]
    nt.output(f"\n*** Assertion failed: {texts[0]}{texts[1]}\n***   Source File: {texts[2]}, line {line}\n\n")
    if nt.breaking is not None and nt.breaking("break", f"assertion failed: {texts[1]}"):
        return
    nt.violation(rules.ASSERTION_FAILED, facts=[("assertion", texts[1]), ("source", f"{texts[2]}:{line}")])


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


@routine(
    "NTSTATUS RtlULongAdd(ULONG ulAugend, ULONG ulAddend, ULONG *pulResult)",
    irql="any", fails="NTSTATUS", header="ntintsafe.h", macro=True,
)  # fmt: skip
def RtlULongAdd(nt: System, one: int, other: int, result: int) -> int:
    return _checked(nt, one + other, U32, result)


@routine(
    "NTSTATUS RtlULongSub(ULONG ulMinuend, ULONG ulSubtrahend, ULONG *pulResult)",
    irql="any", fails="NTSTATUS", header="ntintsafe.h", macro=True,
)  # fmt: skip
def RtlULongSub(nt: System, one: int, other: int, result: int) -> int:
    return _checked(nt, one - other, U32, result)


@routine(
    "NTSTATUS RtlULongMult(ULONG ulMultiplicand, ULONG ulMultiplier, ULONG *pulResult)",
    irql="any", fails="NTSTATUS", header="ntintsafe.h", macro=True,
)  # fmt: skip
def RtlULongMult(nt: System, one: int, other: int, result: int) -> int:
    return _checked(nt, one * other, U32, result)


@routine(
    "NTSTATUS RtlULongLongAdd(ULONGLONG ullAugend, ULONGLONG ullAddend, ULONGLONG *pullResult)",
    irql="any", fails="NTSTATUS", header="ntintsafe.h", macro=True,
)  # fmt: skip
def RtlULongLongAdd(nt: System, one: int, other: int, result: int) -> int:
    return _checked(nt, one + other, U64, result)


@routine(
    "NTSTATUS RtlULongLongSub(ULONGLONG ullMinuend, ULONGLONG ullSubtrahend, ULONGLONG *pullResult)",
    irql="any", fails="NTSTATUS", header="ntintsafe.h", macro=True,
)  # fmt: skip
def RtlULongLongSub(nt: System, one: int, other: int, result: int) -> int:
    return _checked(nt, one - other, U64, result)


@routine(
    "NTSTATUS RtlULongLongMult(ULONGLONG ullMultiplicand, ULONGLONG ullMultiplier, ULONGLONG *pullResult)",
    irql="any", fails="NTSTATUS", header="ntintsafe.h", macro=True,
)  # fmt: skip
def RtlULongLongMult(nt: System, one: int, other: int, result: int) -> int:
    return _checked(nt, one * other, U64, result)


@routine(
    "NTSTATUS RtlSizeTAdd(SIZE_T Augend, SIZE_T Addend, SIZE_T *pResult)",
    irql="any", fails="NTSTATUS", header="ntintsafe.h", macro=True,
)  # fmt: skip
def RtlSizeTAdd(nt: System, one: int, other: int, result: int) -> int:
    return _checked(nt, one + other, U64, result)


@routine(
    "NTSTATUS RtlSizeTSub(SIZE_T Minuend, SIZE_T Subtrahend, SIZE_T *pResult)",
    irql="any", fails="NTSTATUS", header="ntintsafe.h", macro=True,
)  # fmt: skip
def RtlSizeTSub(nt: System, one: int, other: int, result: int) -> int:
    return _checked(nt, one - other, U64, result)


@routine(
    "NTSTATUS RtlSizeTMult(SIZE_T Multiplicand, SIZE_T Multiplier, SIZE_T *pResult)",
    irql="any", fails="NTSTATUS", header="ntintsafe.h", macro=True,
)  # fmt: skip
def RtlSizeTMult(nt: System, one: int, other: int, result: int) -> int:
    return _checked(nt, one * other, U64, result)


@routine(
    "NTSTATUS RtlSizeTToULong(SIZE_T Operand, ULONG *pulResult)",
    irql="any", fails="NTSTATUS", header="ntintsafe.h", macro=True,
)  # fmt: skip
def RtlSizeTToULong(nt: System, value: int, result: int) -> int:
    return _checked(nt, value, U32, result)


@routine(
    "NTSTATUS RtlULongLongToULong(ULONGLONG ullOperand, ULONG *pulResult)",
    irql="any", fails="NTSTATUS", header="ntintsafe.h", macro=True,
)  # fmt: skip
def RtlULongLongToULong(nt: System, value: int, result: int) -> int:
    return _checked(nt, value, U32, result)


@routine(
    "LARGE_INTEGER RtlConvertUlongToLargeInteger(ULONG UnsignedInteger)",
    page="nf-wdm-rtlconvertulongtolargeinteger", irql="any", macro=True,
)  # fmt: skip
def RtlConvertUlongToLargeInteger(nt: System, value: int) -> int:
    return value


@routine(
    "LARGE_INTEGER RtlConvertLongToLargeInteger(LONG SignedInteger)",
    page="nf-wdm-rtlconvertlongtolargeinteger", irql="any", macro=True,
)  # fmt: skip
def RtlConvertLongToLargeInteger(nt: System, value: int) -> int:
    return value


@routine("USHORT RtlUshortByteSwap(USHORT Source)", page="nf-wdm-rtlushortbyteswap", irql="any", macro=True)
def RtlUshortByteSwap(nt: System, value: int) -> int:
    return int.from_bytes(value.to_bytes(2, "little"), "big")


@routine("ULONG RtlUlongByteSwap(ULONG Source)", page="nf-wdm-rtlulongbyteswap", irql="any", macro=True)
def RtlUlongByteSwap(nt: System, value: int) -> int:
    return int.from_bytes(value.to_bytes(4, "little"), "big")


@routine("ULONGLONG RtlUlonglongByteSwap(ULONGLONG Source)", page="nf-wdm-rtlulonglongbyteswap", irql="any", macro=True)
def RtlUlonglongByteSwap(nt: System, value: int) -> int:
    return int.from_bytes(value.to_bytes(8, "little"), "big")


@routine("ULONG RtlCrc32(const VOID *Buffer, SIZE_T Size, ULONG InitialCrc)", irql="any")
def RtlCrc32(nt: System, buffer: int, size: int, initial: int) -> int:
    from zlib import crc32

    return crc32(nt.memory.read(buffer, size), initial)


def _checked(nt: System, value: int, limit: int, result: int) -> int:
    """Store a result that fits, or the largest number with STATUS_INTEGER_OVERFLOW."""
    fits = 0 <= value <= limit
    nt.memory.write(result, (value if fits else limit).to_bytes(4 if limit == U32 else 8, "little"), True)
    return STATUS_SUCCESS if fits else STATUS_INTEGER_OVERFLOW
