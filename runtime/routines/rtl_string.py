"""Counted strings."""

from __future__ import annotations

from .. import rules
from ..findings import address
from ..routine import known, routine
from ..strings import Counted, lower_units, upper_units
from ..wdk.constants import (
    STATUS_BUFFER_OVERFLOW,
    STATUS_BUFFER_TOO_SMALL,
    STATUS_INVALID_PARAMETER,
    STATUS_INVALID_PARAMETER_2,
    STATUS_NO_MEMORY,
    STATUS_SUCCESS,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

LONGEST_BYTES = 0xFFFC  # of a UNICODE_STRING made from a terminated string
DIGITS = "0123456789ABCDEF"
PREFIXES = {"x": 16, "o": 8, "b": 2}
TAG = int.from_bytes(b"Strg", "little")


@routine(
    "VOID RtlInitUnicodeString(PUNICODE_STRING DestinationString, PCWSTR SourceString)",
    page="nf-wdm-rtlinitunicodestring", irql="any",
)  # fmt: skip
def RtlInitUnicodeString(nt: System, where: int, source: int) -> None:
    """Point at a terminated string, which is not copied. NULL gives an empty string without a buffer."""
    length = min(len(nt.memory.read_wide_units(source)), LONGEST_BYTES) if source else 0
    Counted(nt, where).set(length, length + 2 if source else 0, source)


@routine(
    "LONG RtlCompareUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2, BOOLEAN CaseInSensitive)",
    page="nf-wdm-rtlcompareunicodestring", irql="== PASSIVE_LEVEL",
)  # fmt: skip
def RtlCompareUnicodeString(nt: System, one: int, other: int, fold: int) -> int:
    """Negative, zero or positive; by numbers of the characters, not by any language."""
    return _difference(*_units(nt, one, other, fold))


@routine(
    "BOOLEAN RtlEqualUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2, BOOLEAN CaseInSensitive)",
    page="nf-wdm-rtlequalunicodestring", irql="== PASSIVE_LEVEL",
)  # fmt: skip
def RtlEqualUnicodeString(nt: System, one: int, other: int, fold: int) -> int:
    first, second = _units(nt, one, other, fold)
    return int(first == second)


@routine(
    "VOID RtlCopyUnicodeString(PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString)",
    page="nf-wdm-rtlcopyunicodestring", irql="any",
)  # fmt: skip
def RtlCopyUnicodeString(nt: System, to: int, source: int) -> None:
    """Copy as much as there is room for."""
    _copy(nt, to, source, 2)


@routine(
    "VOID RtlInitAnsiString(PANSI_STRING DestinationString, PCSTR SourceString)",
    page="nf-wdm-rtlinitansistring", irql="any",
)  # fmt: skip
def RtlInitAnsiString(nt: System, where: int, source: int) -> None:
    length = min(len(nt.memory.read_string(source)), 0xFFFE) if source else 0
    Counted(nt, where).set(length, length + 1 if source else 0, source)


@routine("VOID RtlInitString(PSTRING DestinationString, PCSTR SourceString)", page="nf-wdm-rtlinitstring", irql="any")
def RtlInitString(nt: System, where: int, source: int) -> None:
    RtlInitAnsiString(nt, where, source)


@routine(
    "NTSTATUS RtlUnicodeStringInit(PUNICODE_STRING DestinationString, PCWSTR pszSrc)",
    page="nf-ntstrsafe-rtlunicodestringinit", irql="any", fails="NTSTATUS", header="ntstrsafe.h", macro=True,
)  # fmt: skip
def RtlUnicodeStringInit(nt: System, where: int, source: int) -> int:
    """As RtlInitUnicodeString, but a string that is too long is refused."""
    if source and len(nt.memory.read_wide_units(source)) > LONGEST_BYTES:
        return STATUS_INVALID_PARAMETER
    RtlInitUnicodeString(nt, where, source)
    return STATUS_SUCCESS


@routine(
    "VOID RtlInitEmptyUnicodeString(PUNICODE_STRING UnicodeString, PWCHAR Buffer, USHORT BufferSize)",
    page="nf-wdm-rtlinitemptyunicodestring", irql="any", macro=True,
)  # fmt: skip
def RtlInitEmptyUnicodeString(nt: System, where: int, buffer: int, size: int) -> None:
    Counted(nt, where).set(0, size, buffer)


@routine(
    "VOID RtlInitEmptyAnsiString(PANSI_STRING AnsiString, PCHAR Buffer, USHORT BufferSize)",
    irql="any", macro=True,
)  # fmt: skip
def RtlInitEmptyAnsiString(nt: System, where: int, buffer: int, size: int) -> None:
    Counted(nt, where).set(0, size, buffer)


@routine(
    "VOID RtlCopyString(PSTRING DestinationString, const STRING *SourceString)",
    page="nf-wdm-rtlcopystring", irql="any",
)  # fmt: skip
def RtlCopyString(nt: System, to: int, source: int) -> None:
    _copy(nt, to, source, 0)


@routine(
    "BOOLEAN RtlEqualString(const STRING *String1, const STRING *String2, BOOLEAN CaseInSensitive)",
    page="nf-wdm-rtlequalstring", irql="== PASSIVE_LEVEL",
)  # fmt: skip
def RtlEqualString(nt: System, one: int, other: int, fold: int) -> int:
    first, second = _bytes(nt, one, other, fold)
    return int(first == second)


@routine(
    "LONG RtlCompareString(const STRING *String1, const STRING *String2, BOOLEAN CaseInSensitive)",
    page="nf-wdm-rtlcomparestring", irql="== PASSIVE_LEVEL",
)  # fmt: skip
def RtlCompareString(nt: System, one: int, other: int, fold: int) -> int:
    first, second = _bytes(nt, one, other, fold)
    return _difference(list(first), list(second))


@routine(
    "NTSTATUS RtlAppendUnicodeToString(PUNICODE_STRING Destination, PCWSTR Source)",
    page="nf-wdm-rtlappendunicodetostring", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def RtlAppendUnicodeToString(nt: System, to: int, source: int) -> int:
    return _append(nt, to, nt.memory.read_wide_units(source) if source else b"")


@routine(
    "NTSTATUS RtlAppendUnicodeStringToString(PUNICODE_STRING Destination, PCUNICODE_STRING Source)",
    page="nf-wdm-rtlappendunicodestringtostring", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def RtlAppendUnicodeStringToString(nt: System, to: int, source: int) -> int:
    return _append(nt, to, Counted(nt, source).data)


@routine(
    "NTSTATUS RtlUnicodeStringToAnsiString(PANSI_STRING DestinationString, PCUNICODE_STRING SourceString, "
    "BOOLEAN AllocateDestinationString)",
    page="nf-wdm-rtlunicodestringtoansistring", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="RtlFreeAnsiString",
)  # fmt: skip
def RtlUnicodeStringToAnsiString(nt: System, to: int, source: int, allocate: int) -> int:
    """Convert to the machine's ANSI code page, which is UTF-8. What has no room is cut off with
    STATUS_BUFFER_OVERFLOW."""
    data = Counted(nt, source).text.encode("utf-8", "replace")
    target = Counted(nt, to)
    if len(data) + 1 > 0xFFFF:
        return STATUS_INVALID_PARAMETER_2
    if allocate and not _allocate(nt, target, len(data) + 1, "RtlUnicodeStringToAnsiString"):
        return STATUS_NO_MEMORY
    if len(data) < target.maximum:
        target.put(data, zero=1)
        return STATUS_SUCCESS
    if target.maximum:
        target.put(data[: target.maximum - 1], zero=1)
    return STATUS_BUFFER_OVERFLOW


@routine(
    "NTSTATUS RtlAnsiStringToUnicodeString(PUNICODE_STRING DestinationString, PCANSI_STRING SourceString, "
    "BOOLEAN AllocateDestinationString)",
    page="nf-wdm-rtlansistringtounicodestring", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="RtlFreeUnicodeString",
)  # fmt: skip
def RtlAnsiStringToUnicodeString(nt: System, to: int, source: int, allocate: int) -> int:
    """Convert from the machine's ANSI code page, which is UTF-8. Without room nothing is copied."""
    data = Counted(nt, source).data.decode("utf-8", "replace").encode("utf-16-le")
    target = Counted(nt, to)
    if len(data) + 2 > 0xFFFE:
        return STATUS_INVALID_PARAMETER_2
    if allocate and not _allocate(nt, target, len(data) + 2, "RtlAnsiStringToUnicodeString"):
        return STATUS_NO_MEMORY
    if len(data) + 2 > target.maximum:
        return STATUS_BUFFER_OVERFLOW
    target.put(data, zero=2)
    return STATUS_SUCCESS


@routine(
    "VOID RtlFreeUnicodeString(PUNICODE_STRING UnicodeString)",
    page="nf-wdm-rtlfreeunicodestring", irql="== PASSIVE_LEVEL",
)  # fmt: skip
def RtlFreeUnicodeString(nt: System, where: int) -> None:
    _free(nt, Counted(nt, where))


@routine("VOID RtlFreeAnsiString(PANSI_STRING AnsiString)", page="nf-wdm-rtlfreeansistring", irql="== PASSIVE_LEVEL")
def RtlFreeAnsiString(nt: System, where: int) -> None:
    _free(nt, Counted(nt, where))


@routine(
    "NTSTATUS RtlIntegerToUnicodeString(ULONG Value, ULONG Base, PUNICODE_STRING String)",
    page="nf-wdm-rtlintegertounicodestring", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def RtlIntegerToUnicodeString(nt: System, value: int, base: int, where: int) -> int:
    base = base or 10
    if base not in (2, 8, 10, 16):
        return STATUS_INVALID_PARAMETER
    digits = ""
    while value or not digits:
        value, digit = divmod(value, base)
        digits = DIGITS[digit] + digits
    target = Counted(nt, where)
    if 2 * len(digits) > target.maximum:
        return STATUS_BUFFER_OVERFLOW
    target.put(digits.encode("utf-16-le"), zero=2)
    return STATUS_SUCCESS


@routine(
    "NTSTATUS RtlUnicodeStringToInteger(PCUNICODE_STRING String, ULONG Base, PULONG Value)",
    page="nf-wdm-rtlunicodestringtointeger", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def RtlUnicodeStringToInteger(nt: System, where: int, base: int, value: int) -> int:
    """The number that a string begins with, modulo 2^32. Base 0 lets a prefix 0x, 0o or 0b say it."""
    if base not in (0, 2, 8, 10, 16):
        return STATUS_INVALID_PARAMETER
    text = Counted(nt, where).text.lstrip("".join(map(chr, range(33))))
    negative = text.startswith("-")
    text = text[1:] if text[:1] in ("-", "+") else text
    if not base:
        base = PREFIXES.get(text[1:2], 10) if text.startswith("0") else 10
        text = text[2:] if base != 10 else text
    number = 0
    for character in text:
        digit = DIGITS.find(character.upper())
        if not 0 <= digit < base:
            break
        number = number * base + digit
    nt.memory.write_uint(value, 4, -number if negative else number)
    return STATUS_SUCCESS


@routine(
    "BOOLEAN RtlPrefixUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2, BOOLEAN CaseInSensitive)",
    page="nf-ntddk-rtlprefixunicodestring", irql="== PASSIVE_LEVEL", header="ntddk.h",
)  # fmt: skip
def RtlPrefixUnicodeString(nt: System, prefix: int, whole: int, fold: int) -> int:
    first, second = _units(nt, prefix, whole, fold)
    return int(second[: len(first)] == first)


@routine(
    "WCHAR RtlUpcaseUnicodeChar(WCHAR SourceCharacter)",
    page="nf-wdm-rtlupcaseunicodechar", irql="== PASSIVE_LEVEL",
)  # fmt: skip
def RtlUpcaseUnicodeChar(nt: System, unit: int) -> int:
    return int.from_bytes(upper_units(unit.to_bytes(2, "little")), "little")


@routine("WCHAR RtlDowncaseUnicodeChar(WCHAR SourceCharacter)", irql="== PASSIVE_LEVEL", header="ntifs.h")
def RtlDowncaseUnicodeChar(nt: System, unit: int) -> int:
    return int.from_bytes(lower_units(unit.to_bytes(2, "little")), "little")


known(
    "NTSTATUS RtlGUIDFromString(PCUNICODE_STRING GuidString, GUID *Guid)",
    page="nf-wdm-rtlguidfromstring", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
known(
    "NTSTATUS RtlStringFromGUID(REFGUID Guid, PUNICODE_STRING GuidString)",
    page="nf-wdm-rtlstringfromguid", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="RtlFreeUnicodeString",
)  # fmt: skip


def _units(nt: System, one: int, other: int, fold: int) -> tuple[list[int], list[int]]:
    pair = [upper_units(Counted(nt, where).data) if fold else Counted(nt, where).data for where in (one, other)]
    return [pair[0][i] | pair[0][i + 1] << 8 for i in range(0, len(pair[0]) & -2, 2)], [
        pair[1][i] | pair[1][i + 1] << 8 for i in range(0, len(pair[1]) & -2, 2)
    ]


def _difference(one: list[int], other: list[int]) -> int:
    """That of the first units that differ, or of the lengths."""
    return next((a - b for a, b in zip(one, other, strict=False) if a != b), len(one) - len(other))


def _bytes(nt: System, one: int, other: int, fold: int) -> tuple[bytes, bytes]:
    first, second = Counted(nt, one).data, Counted(nt, other).data
    return (first.upper(), second.upper()) if fold else (first, second)


def _copy(nt: System, to: int, source: int, zero: int) -> None:
    target = Counted(nt, to)
    if not source:
        target.length = 0
        return
    target.put(Counted(nt, source).data[: target.maximum], zero=zero)


def _append(nt: System, to: int, data: bytes) -> int:
    target = Counted(nt, to)
    if target.length + len(data) > target.maximum:
        return STATUS_BUFFER_TOO_SMALL
    if data:
        target.put(data, target.length, 2)
    return STATUS_SUCCESS


def _allocate(nt: System, target: Counted, size: int, routine: str) -> bool:
    buffer = 0 if nt.fails(routine) else nt.pool.allocate(size, TAG, paged=True)
    if buffer:
        target.set(0, size, buffer)
        nt.hold(rules.POOL_LEAKED, buffer, [("pool", f"{address(buffer)}, buffer of a string, {size} bytes")])
    return bool(buffer)


def _free(nt: System, string: Counted) -> None:
    buffer = string.buffer
    if buffer:
        nt.pool.free(buffer)
        string.set(0, 0, 0)
