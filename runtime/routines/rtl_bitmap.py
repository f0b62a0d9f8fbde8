"""RTL_BITMAP: runs of bits in memory of the caller's."""

from __future__ import annotations

from ..mm.blocks import fill
from ..routine import routine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

NONE = 0xFFFF_FFFF  # where no run was found


@routine(
    "VOID RtlInitializeBitMap(PRTL_BITMAP BitMapHeader, PULONG BitMapBuffer, ULONG SizeOfBitMap)",
    page="nf-wdm-rtlinitializebitmap", irql="any",
)  # fmt: skip
def RtlInitializeBitMap(nt: System, header: int, buffer: int, size: int) -> None:
    nt.memory.write_uint(header, 4, size)
    nt.memory.write_uint(header + 8, 8, buffer)


@routine("VOID RtlClearAllBits(PRTL_BITMAP BitMapHeader)", page="nf-wdm-rtlclearallbits", irql="any")
def RtlClearAllBits(nt: System, header: int) -> None:
    size, buffer = _bit_map(nt, header)
    fill(nt, buffer, (size + 31) // 32 * 4, 0)


@routine("VOID RtlSetAllBits(PRTL_BITMAP BitMapHeader)", page="nf-wdm-rtlsetallbits", irql="any")
def RtlSetAllBits(nt: System, header: int) -> None:
    size, buffer = _bit_map(nt, header)
    fill(nt, buffer, (size + 31) // 32 * 4, 0xFF)


@routine(
    "VOID RtlSetBits(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG NumberToSet)",
    page="nf-wdm-rtlsetbits", irql="any",
)  # fmt: skip
def RtlSetBits(nt: System, header: int, start: int, count: int) -> None:
    _change(nt, header, start, count, True)


@routine(
    "VOID RtlClearBits(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG NumberToClear)",
    page="nf-wdm-rtlclearbits", irql="any",
)  # fmt: skip
def RtlClearBits(nt: System, header: int, start: int, count: int) -> None:
    _change(nt, header, start, count, False)


@routine(
    "ULONG RtlFindClearBitsAndSet(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex)",
    page="nf-wdm-rtlfindclearbitsandset", irql="any",
)  # fmt: skip
def RtlFindClearBitsAndSet(nt: System, header: int, count: int, hint: int) -> int:
    """The first run of `count` zero bits from the hint on, then from the beginning; 0xFFFFFFFF if there is none."""
    found = _find(nt, header, "0" * count, hint)
    if found != NONE:
        _change(nt, header, found, count, True)
    return found


@routine("BOOLEAN RtlTestBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber)", page="nf-wdm-rtltestbit", irql="any")
def RtlTestBit(nt: System, header: int, number: int) -> int:
    buffer = _bit_map(nt, header)[1]
    return nt.memory.read_uint(buffer + number // 8, 1) >> number % 8 & 1


@routine("VOID RtlSetBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber)", page="nf-wdm-rtlsetbit", irql="any")
def RtlSetBit(nt: System, header: int, number: int) -> None:
    _change(nt, header, number, 1, True)


@routine("VOID RtlClearBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber)", page="nf-wdm-rtlclearbit", irql="any")
def RtlClearBit(nt: System, header: int, number: int) -> None:
    _change(nt, header, number, 1, False)


@routine("BOOLEAN RtlCheckBit(PRTL_BITMAP BitMapHeader, ULONG BitPosition)", page="nf-wdm-rtlcheckbit", irql="any")
def RtlCheckBit(nt: System, header: int, number: int) -> int:
    return RtlTestBit(nt, header, number)


@routine(
    "ULONG RtlFindClearBits(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex)",
    page="nf-wdm-rtlfindclearbits", irql="any",
)  # fmt: skip
def RtlFindClearBits(nt: System, header: int, count: int, hint: int) -> int:
    return _find(nt, header, "0" * count, hint)


@routine(
    "ULONG RtlFindSetBits(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex)",
    page="nf-wdm-rtlfindsetbits", irql="any",
)  # fmt: skip
def RtlFindSetBits(nt: System, header: int, count: int, hint: int) -> int:
    return _find(nt, header, "1" * count, hint)


@routine(
    "ULONG RtlFindSetBitsAndClear(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex)",
    page="nf-wdm-rtlfindsetbitsandclear", irql="any",
)  # fmt: skip
def RtlFindSetBitsAndClear(nt: System, header: int, count: int, hint: int) -> int:
    found = _find(nt, header, "1" * count, hint)
    if found != NONE:
        _change(nt, header, found, count, False)
    return found


@routine("ULONG RtlNumberOfSetBits(PRTL_BITMAP BitMapHeader)", page="nf-wdm-rtlnumberofsetbits", irql="any")
def RtlNumberOfSetBits(nt: System, header: int) -> int:
    return _bits(nt, header).count("1")


@routine("ULONG RtlNumberOfClearBits(PRTL_BITMAP BitMapHeader)", page="nf-wdm-rtlnumberofclearbits", irql="any")
def RtlNumberOfClearBits(nt: System, header: int) -> int:
    return _bits(nt, header).count("0")


@routine(
    "BOOLEAN RtlAreBitsSet(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG Length)",
    page="nf-wdm-rtlarebitsset", irql="any",
)  # fmt: skip
def RtlAreBitsSet(nt: System, header: int, start: int, count: int) -> int:
    return _are(nt, header, start, count, "1")


@routine(
    "BOOLEAN RtlAreBitsClear(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG Length)",
    page="nf-wdm-rtlarebitsclear", irql="any",
)  # fmt: skip
def RtlAreBitsClear(nt: System, header: int, start: int, count: int) -> int:
    return _are(nt, header, start, count, "0")


def _bit_map(nt: System, header: int) -> tuple[int, int]:
    """The bits of an RTL_BITMAP (SizeOfBitMap, then Buffer): how many there are, and where they lie."""
    return nt.memory.read_uint(header, 4), nt.memory.read_uint(header + 8, 8)


def _change(nt: System, header: int, start: int, count: int, one: bool) -> None:
    size, buffer = _bit_map(nt, header)
    if not count:
        return
    first, last = start // 32 * 4, (start + count + 31) // 32 * 4
    bits = nt.memory.read_uint(buffer + first, last - first)
    mask = ((1 << count) - 1) << start % 32
    nt.memory.write_uint(buffer + first, last - first, bits | mask if one else bits & ~mask)


def _bits(nt: System, header: int) -> str:
    """The bits as a text of 0 and 1, the first one first."""
    size, buffer = _bit_map(nt, header)
    if not size:
        return ""
    bits = nt.memory.read_uint(buffer, (size + 31) // 32 * 4)
    return format(bits & ((1 << size) - 1), f"0{size}b")[::-1]


def _find(nt: System, header: int, run: str, hint: int) -> int:
    """Where a run of bits begins: the first from the hint on, else from the beginning."""
    text = _bits(nt, header)
    found = text.find(run, hint if hint < len(text) else 0)
    if found < 0:
        found = text.find(run)
    return NONE if found < 0 else found


def _are(nt: System, header: int, start: int, count: int, digit: str) -> int:
    text = _bits(nt, header)
    return int(count > 0 and start + count <= len(text) and text[start : start + count] == digit * count)
