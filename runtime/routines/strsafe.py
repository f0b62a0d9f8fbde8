"""Length-checked string routines. Those in Cch count characters, those in Cb bytes."""

from __future__ import annotations

from ..format import Slots, VaList, format_bytes, format_wide
from ..routine import routine
from ..strings import Counted
from ..wdk.constants import STATUS_BUFFER_OVERFLOW, STATUS_INVALID_PARAMETER, STATUS_SUCCESS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..format import NextArgument
    from ..system import System

MOST_CHARACTERS = 0x7FFF_FFFF


@routine(
    "NTSTATUS RtlStringCbPrintfA(PSTR pszDest, SIZE_T cbDest, PCSTR pszFormat, ...)",
    page="nf-ntstrsafe-rtlstringcbprintfa", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h",
    macro=True,
)  # fmt: skip
def RtlStringCbPrintfA(nt: System, to: int, size: int, template: int, *arguments: int) -> int:
    return _print(Target(nt, to, size, 1, True), template, Slots(nt, arguments))


@routine(
    "NTSTATUS RtlStringCbPrintfW(PWSTR pszDest, SIZE_T cbDest, PCWSTR pszFormat, ...)",
    page="nf-ntstrsafe-rtlstringcbprintfw", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h",
    macro=True,
)  # fmt: skip
def RtlStringCbPrintfW(nt: System, to: int, size: int, template: int, *arguments: int) -> int:
    return _print(Target(nt, to, size, 2, True), template, Slots(nt, arguments))


@routine(
    "NTSTATUS RtlStringCchPrintfA(PSTR pszDest, SIZE_T cchDest, PCSTR pszFormat, ...)",
    page="nf-ntstrsafe-rtlstringcchprintfa", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h",
    macro=True,
)  # fmt: skip
def RtlStringCchPrintfA(nt: System, to: int, size: int, template: int, *arguments: int) -> int:
    return _print(Target(nt, to, size, 1, False), template, Slots(nt, arguments))


@routine(
    "NTSTATUS RtlStringCchPrintfW(PWSTR pszDest, SIZE_T cchDest, PCWSTR pszFormat, ...)",
    page="nf-ntstrsafe-rtlstringcchprintfw", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h",
    macro=True,
)  # fmt: skip
def RtlStringCchPrintfW(nt: System, to: int, size: int, template: int, *arguments: int) -> int:
    return _print(Target(nt, to, size, 2, False), template, Slots(nt, arguments))


@routine(
    "NTSTATUS RtlStringCbVPrintfA(PSTR pszDest, SIZE_T cbDest, PCSTR pszFormat, va_list argList)",
    page="nf-ntstrsafe-rtlstringcbvprintfa", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h",
    macro=True, takes_list=True,
)  # fmt: skip
def RtlStringCbVPrintfA(nt: System, to: int, size: int, template: int, arguments: int) -> int:
    return _print(Target(nt, to, size, 1, True), template, VaList(nt, arguments))


@routine(
    "NTSTATUS RtlStringCbVPrintfW(PWSTR pszDest, SIZE_T cbDest, PCWSTR pszFormat, va_list argList)",
    page="nf-ntstrsafe-rtlstringcbvprintfw", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h",
    macro=True, takes_list=True,
)  # fmt: skip
def RtlStringCbVPrintfW(nt: System, to: int, size: int, template: int, arguments: int) -> int:
    return _print(Target(nt, to, size, 2, True), template, VaList(nt, arguments))


@routine(
    "NTSTATUS RtlStringCchVPrintfA(PSTR pszDest, SIZE_T cchDest, PCSTR pszFormat, va_list argList)",
    page="nf-ntstrsafe-rtlstringcchvprintfa", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h",
    macro=True, takes_list=True,
)  # fmt: skip
def RtlStringCchVPrintfA(nt: System, to: int, size: int, template: int, arguments: int) -> int:
    return _print(Target(nt, to, size, 1, False), template, VaList(nt, arguments))


@routine(
    "NTSTATUS RtlStringCchVPrintfW(PWSTR pszDest, SIZE_T cchDest, PCWSTR pszFormat, va_list argList)",
    page="nf-ntstrsafe-rtlstringcchvprintfw", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h",
    macro=True, takes_list=True,
)  # fmt: skip
def RtlStringCchVPrintfW(nt: System, to: int, size: int, template: int, arguments: int) -> int:
    return _print(Target(nt, to, size, 2, False), template, VaList(nt, arguments))


@routine(
    "NTSTATUS RtlUnicodeStringPrintf(PUNICODE_STRING DestinationString, PCWSTR pszFormat, ...)",
    page="nf-ntstrsafe-rtlunicodestringprintf", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h",
    macro=True,
)  # fmt: skip
def RtlUnicodeStringPrintf(nt: System, to: int, template: int, *arguments: int) -> int:
    """Formatted into a counted string, which is not terminated, and cut with STATUS_BUFFER_OVERFLOW."""
    target = Counted(nt, to)
    text = format_wide(nt, nt.memory.read_wide_string(template), Slots(nt, arguments))
    data = text.encode("utf-16-le", "replace")
    room = target.maximum & -2
    target.put(data[:room])
    return STATUS_SUCCESS if len(data) <= room else STATUS_BUFFER_OVERFLOW


@routine(
    "NTSTATUS RtlStringCbCopyA(PSTR pszDest, SIZE_T cbDest, PCSTR pszSrc)",
    page="nf-ntstrsafe-rtlstringcbcopya", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h", macro=True,
)  # fmt: skip
def RtlStringCbCopyA(nt: System, to: int, size: int, source: int) -> int:
    return _copy(Target(nt, to, size, 1, True), source)


@routine(
    "NTSTATUS RtlStringCbCopyW(PWSTR pszDest, SIZE_T cbDest, PCWSTR pszSrc)",
    page="nf-ntstrsafe-rtlstringcbcopyw", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h", macro=True,
)  # fmt: skip
def RtlStringCbCopyW(nt: System, to: int, size: int, source: int) -> int:
    return _copy(Target(nt, to, size, 2, True), source)


@routine(
    "NTSTATUS RtlStringCchCopyA(PSTR pszDest, SIZE_T cchDest, PCSTR pszSrc)",
    page="nf-ntstrsafe-rtlstringcchcopya", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h", macro=True,
)  # fmt: skip
def RtlStringCchCopyA(nt: System, to: int, size: int, source: int) -> int:
    return _copy(Target(nt, to, size, 1, False), source)


@routine(
    "NTSTATUS RtlStringCchCopyW(PWSTR pszDest, SIZE_T cchDest, PCWSTR pszSrc)",
    page="nf-ntstrsafe-rtlstringcchcopyw", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h", macro=True,
)  # fmt: skip
def RtlStringCchCopyW(nt: System, to: int, size: int, source: int) -> int:
    return _copy(Target(nt, to, size, 2, False), source)


@routine(
    "NTSTATUS RtlStringCbCatA(PSTR pszDest, SIZE_T cbDest, PCSTR pszSrc)",
    page="nf-ntstrsafe-rtlstringcbcata", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h", macro=True,
)  # fmt: skip
def RtlStringCbCatA(nt: System, to: int, size: int, source: int) -> int:
    return _cat(Target(nt, to, size, 1, True), source)


@routine(
    "NTSTATUS RtlStringCbCatW(PWSTR pszDest, SIZE_T cbDest, PCWSTR pszSrc)",
    page="nf-ntstrsafe-rtlstringcbcatw", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h", macro=True,
)  # fmt: skip
def RtlStringCbCatW(nt: System, to: int, size: int, source: int) -> int:
    return _cat(Target(nt, to, size, 2, True), source)


@routine(
    "NTSTATUS RtlStringCchCatA(PSTR pszDest, SIZE_T cchDest, PCSTR pszSrc)",
    page="nf-ntstrsafe-rtlstringcchcata", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h", macro=True,
)  # fmt: skip
def RtlStringCchCatA(nt: System, to: int, size: int, source: int) -> int:
    return _cat(Target(nt, to, size, 1, False), source)


@routine(
    "NTSTATUS RtlStringCchCatW(PWSTR pszDest, SIZE_T cchDest, PCWSTR pszSrc)",
    page="nf-ntstrsafe-rtlstringcchcatw", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h", macro=True,
)  # fmt: skip
def RtlStringCchCatW(nt: System, to: int, size: int, source: int) -> int:
    return _cat(Target(nt, to, size, 2, False), source)


@routine(
    "NTSTATUS RtlStringCbLengthA(PCSTR psz, SIZE_T cbMax, SIZE_T *pcbLength)",
    page="nf-ntstrsafe-rtlstringcblengtha", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h",
    macro=True,
)  # fmt: skip
def RtlStringCbLengthA(nt: System, string: int, most: int, length: int) -> int:
    return _measure(nt, string, most, length, 1, True)


@routine(
    "NTSTATUS RtlStringCbLengthW(PCWSTR psz, SIZE_T cbMax, SIZE_T *pcbLength)",
    page="nf-ntstrsafe-rtlstringcblengthw", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h",
    macro=True,
)  # fmt: skip
def RtlStringCbLengthW(nt: System, string: int, most: int, length: int) -> int:
    return _measure(nt, string, most, length, 2, True)


@routine(
    "NTSTATUS RtlStringCchLengthA(PCSTR psz, SIZE_T cchMax, SIZE_T *pcchLength)",
    page="nf-ntstrsafe-rtlstringcchlengtha", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h",
    macro=True,
)  # fmt: skip
def RtlStringCchLengthA(nt: System, string: int, most: int, length: int) -> int:
    return _measure(nt, string, most, length, 1, False)


@routine(
    "NTSTATUS RtlStringCchLengthW(PCWSTR psz, SIZE_T cchMax, SIZE_T *pcchLength)",
    page="nf-ntstrsafe-rtlstringcchlengthw", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntstrsafe.h",
    macro=True,
)  # fmt: skip
def RtlStringCchLengthW(nt: System, string: int, most: int, length: int) -> int:
    return _measure(nt, string, most, length, 2, False)


class Target:
    """A destination of `room` characters of 1 or 2 bytes each."""

    __slots__ = ("nt", "address", "room", "unit")

    def __init__(self, nt: System, address: int, size: int, unit: int, in_bytes: bool) -> None:
        self.nt = nt
        self.address = address
        self.room = size // unit if in_bytes else size
        self.unit = unit

    @property
    def is_valid(self) -> bool:
        return 0 < self.room <= MOST_CHARACTERS

    def read(self, where: int) -> bytes:
        memory = self.nt.memory
        return memory.read_string(where) if self.unit == 1 else memory.read_wide_units(where)

    def store(self, data: bytes, at: int = 0) -> int:
        """Write text at an offset in characters, cut to the room with STATUS_BUFFER_OVERFLOW, and always terminated."""
        kept = data[: (self.room - at - 1) * self.unit]
        self.nt.memory.write(self.address + at * self.unit, kept + bytes(self.unit))
        return STATUS_SUCCESS if len(kept) == len(data) else STATUS_BUFFER_OVERFLOW


def _length(nt: System, where: int, most: int, unit: int) -> int:
    """Characters before the terminator, or -1 if it is not among the first `most`."""
    if unit == 1:
        found = len(nt.memory.read_string(where, most))
    else:
        found = len(nt.memory.read_wide_units(where, 2 * most)) // 2
    return found if found < most else -1


def _print(target: Target, template: int, arguments: NextArgument) -> int:
    if not target.is_valid:
        return STATUS_INVALID_PARAMETER
    text = target.read(template)
    if target.unit == 1:
        return target.store(format_bytes(target.nt, text, arguments))
    wide = format_wide(target.nt, text.decode("utf-16-le", "replace"), arguments)
    return target.store(wide.encode("utf-16-le", "replace"))


def _copy(target: Target, source: int) -> int:
    return target.store(target.read(source)) if target.is_valid else STATUS_INVALID_PARAMETER


def _cat(target: Target, source: int) -> int:
    length = _length(target.nt, target.address, target.room, target.unit) if target.is_valid else -1
    return target.store(target.read(source), length) if length >= 0 else STATUS_INVALID_PARAMETER


def _measure(nt: System, string: int, most: int, result: int, unit: int, in_bytes: bool) -> int:
    """Store the length if the string ends within `most`, else 0."""
    characters = most // unit if in_bytes else most
    length = _length(nt, string, characters, unit) if string and characters <= MOST_CHARACTERS else -1
    if result:
        nt.memory.write_uint(result, 8, max(length, 0) * (unit if in_bytes else 1))
    return STATUS_SUCCESS if length >= 0 else STATUS_INVALID_PARAMETER
