"""The C library and compiler intrinsics that kernel code may use."""

from __future__ import annotations

from .. import rules
from ..mm.blocks import compare, copy, fill, overlap, sign
from ..routine import known, routine
from ..strings import lower_ascii_units

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

SPACES = b" \t\n\v\f\r"


@routine("void *memcpy(void *dest, const void *src, size_t count)", irql="any", header="string.h")
def memcpy(nt: System, to: int, source: int, count: int) -> int:
    """Copy a block that may not overlap its destination; where it does, the bytes come out as memmove has them."""
    if count and overlap(to, source, count):
        nt.violation(rules.COPY_OVERLAPS, (to, source, count))
    copy(nt, to, source, count)
    return to


@routine("void *memmove(void *dest, const void *src, size_t count)", irql="any", header="string.h")
def memmove(nt: System, to: int, source: int, count: int) -> int:
    copy(nt, to, source, count)
    return to


@routine("void *memset(void *dest, int c, size_t count)", irql="any", header="string.h")
def memset(nt: System, to: int, byte: int, count: int) -> int:
    fill(nt, to, count, byte)
    return to


@routine("int memcmp(const void *buffer1, const void *buffer2, size_t count)", irql="any", header="string.h")
def memcmp(nt: System, one: int, other: int, count: int) -> int:
    return compare(nt, one, other, count)


@routine("void *memchr(const void *buffer, int c, size_t count)", irql="any", fails="NULL", header="string.h")
def memchr(nt: System, where: int, byte: int, count: int) -> int:
    while count > 0:
        part = nt.memory.read(where, min(count, 4096 - where % 4096))
        found = part.find(byte & 0xFF)
        if found >= 0:
            return where + found
        where += len(part)
        count -= len(part)
    return 0


@routine("size_t strlen(const char *string)", irql="any", header="string.h")
def strlen(nt: System, string: int) -> int:
    return len(_string(nt, string))


@routine("size_t strnlen(const char *string, size_t count)", irql="any", header="string.h")
def strnlen(nt: System, string: int, count: int) -> int:
    return len(_limited(nt, string, count))


@routine("int strcmp(const char *string1, const char *string2)", irql="any", header="string.h")
def strcmp(nt: System, one: int, other: int) -> int:
    return sign(_string(nt, one), _string(nt, other))


@routine("int strncmp(const char *string1, const char *string2, size_t count)", irql="any", header="string.h")
def strncmp(nt: System, one: int, other: int, count: int) -> int:
    return sign(_limited(nt, one, count), _limited(nt, other, count))


@routine("int _stricmp(const char *string1, const char *string2)", irql="any", header="string.h")
def _stricmp(nt: System, one: int, other: int) -> int:
    return sign(_string(nt, one).lower(), _string(nt, other).lower())


@routine("int _strnicmp(const char *string1, const char *string2, size_t count)", irql="any", header="string.h")
def _strnicmp(nt: System, one: int, other: int, count: int) -> int:
    return sign(_limited(nt, one, count).lower(), _limited(nt, other, count).lower())


@routine("char *strcpy(char *dest, const char *src)", irql="any", header="string.h")
def strcpy(nt: System, to: int, source: int) -> int:
    nt.memory.write(to, _string(nt, source) + b"\0")
    return to


@routine("char *strncpy(char *dest, const char *src, size_t count)", irql="any", header="string.h")
def strncpy(nt: System, to: int, source: int, count: int) -> int:
    """Copy at most `count` bytes, and fill up with zeros; without room there is no terminator."""
    data = _limited(nt, source, count)
    nt.memory.write(to, data)
    fill(nt, to + len(data), count - len(data), 0)
    return to


@routine("char *strcat(char *dest, const char *src)", irql="any", header="string.h")
def strcat(nt: System, to: int, source: int) -> int:
    strcpy(nt, to + strlen(nt, to), source)
    return to


@routine("char *strncat(char *dest, const char *src, size_t count)", irql="any", header="string.h")
def strncat(nt: System, to: int, source: int, count: int) -> int:
    nt.memory.write(to + strlen(nt, to), _limited(nt, source, count) + b"\0")
    return to


@routine("char *strchr(const char *string, int c)", irql="any", fails="NULL", header="string.h")
def strchr(nt: System, string: int, character: int) -> int:
    found = (_string(nt, string) + b"\0").find(character & 0xFF)
    return string + found if found >= 0 else 0


@routine("char *strrchr(const char *string, int c)", irql="any", fails="NULL", header="string.h")
def strrchr(nt: System, string: int, character: int) -> int:
    found = (_string(nt, string) + b"\0").rfind(character & 0xFF)
    return string + found if found >= 0 else 0


@routine("char *strstr(const char *string, const char *search)", irql="any", fails="NULL", header="string.h")
def strstr(nt: System, string: int, search: int) -> int:
    found = _string(nt, string).find(_string(nt, search))
    return string + found if found >= 0 else 0


@routine("size_t wcslen(const wchar_t *string)", irql="any", header="string.h")
def wcslen(nt: System, string: int) -> int:
    return len(_wide(nt, string)) // 2


@routine("size_t wcsnlen(const wchar_t *string, size_t count)", irql="any", header="string.h")
def wcsnlen(nt: System, string: int, count: int) -> int:
    return len(_limited_wide(nt, string, count)) // 2


@routine("int wcscmp(const wchar_t *string1, const wchar_t *string2)", irql="any", header="string.h")
def wcscmp(nt: System, one: int, other: int) -> int:
    return _sign_wide(_wide(nt, one), _wide(nt, other))


@routine("int wcsncmp(const wchar_t *string1, const wchar_t *string2, size_t count)", irql="any", header="string.h")
def wcsncmp(nt: System, one: int, other: int, count: int) -> int:
    return _sign_wide(_limited_wide(nt, one, count), _limited_wide(nt, other, count))


@routine("int _wcsicmp(const wchar_t *string1, const wchar_t *string2)", irql="any", header="string.h")
def _wcsicmp(nt: System, one: int, other: int) -> int:
    return _sign_wide(lower_ascii_units(_wide(nt, one)), lower_ascii_units(_wide(nt, other)))


@routine("int _wcsnicmp(const wchar_t *string1, const wchar_t *string2, size_t count)", irql="any", header="string.h")
def _wcsnicmp(nt: System, one: int, other: int, count: int) -> int:
    first, second = _limited_wide(nt, one, count), _limited_wide(nt, other, count)
    return _sign_wide(lower_ascii_units(first), lower_ascii_units(second))


@routine("wchar_t *wcscpy(wchar_t *dest, const wchar_t *src)", irql="any", header="string.h")
def wcscpy(nt: System, to: int, source: int) -> int:
    nt.memory.write(to, _wide(nt, source) + b"\0\0")
    return to


@routine("wchar_t *wcsncpy(wchar_t *dest, const wchar_t *src, size_t count)", irql="any", header="string.h")
def wcsncpy(nt: System, to: int, source: int, count: int) -> int:
    data = _limited_wide(nt, source, count)
    nt.memory.write(to, data)
    fill(nt, to + len(data), 2 * count - len(data), 0)
    return to


@routine("wchar_t *wcscat(wchar_t *dest, const wchar_t *src)", irql="any", header="string.h")
def wcscat(nt: System, to: int, source: int) -> int:
    wcscpy(nt, to + 2 * wcslen(nt, to), source)
    return to


@routine("wchar_t *wcschr(const wchar_t *string, wchar_t c)", irql="any", fails="NULL", header="string.h")
def wcschr(nt: System, string: int, character: int) -> int:
    units = [*_units(_wide(nt, string)), 0]
    return string + 2 * units.index(character) if character in units else 0


@routine("wchar_t *wcsrchr(const wchar_t *string, wchar_t c)", irql="any", fails="NULL", header="string.h")
def wcsrchr(nt: System, string: int, character: int) -> int:
    units = [0, *_units(_wide(nt, string))[::-1]]
    return string + 2 * (len(units) - 1 - units.index(character)) if character in units else 0


@routine("wchar_t *wcsstr(const wchar_t *string, const wchar_t *search)", irql="any", fails="NULL", header="string.h")
def wcsstr(nt: System, string: int, search: int) -> int:
    data, wanted = _wide(nt, string), _wide(nt, search)
    found = data.find(wanted)
    while found > 0 and found & 1:
        found = data.find(wanted, found + 1)
    return string + found if found >= 0 else 0


@routine("int toupper(int c)", irql="any", header="string.h")
def toupper(nt: System, character: int) -> int:
    return character - 32 if 97 <= character <= 122 else character


@routine("int tolower(int c)", irql="any", header="string.h")
def tolower(nt: System, character: int) -> int:
    return character + 32 if 65 <= character <= 90 else character


@routine("int isdigit(int c)", irql="any", header="string.h")
def isdigit(nt: System, character: int) -> int:
    return int(48 <= character <= 57)


@routine("int isalpha(int c)", irql="any", header="string.h")
def isalpha(nt: System, character: int) -> int:
    return int(97 <= character | 32 <= 122)


@routine("int isspace(int c)", irql="any", header="string.h")
def isspace(nt: System, character: int) -> int:
    return int(0 <= character < 128 and character in SPACES)


@routine("int isprint(int c)", irql="any", header="string.h")
def isprint(nt: System, character: int) -> int:
    return int(32 <= character < 127)


@routine("int isxdigit(int c)", irql="any", header="string.h")
def isxdigit(nt: System, character: int) -> int:
    return int(48 <= character <= 57 or 97 <= character | 32 <= 102)


@routine("int atoi(const char *string)", irql="any", header="string.h")
def atoi(nt: System, string: int) -> int:
    """The number that a string begins with, held at the ends of the range of an int."""
    text = _string(nt, string).lstrip(SPACES)
    negative = text[:1] == b"-"
    text = text[1:] if text[:1] in (b"-", b"+") else text
    length = next((index for index, byte in enumerate(text) if not 48 <= byte <= 57), len(text))
    value = int(text[: min(length, 20)] or b"0")
    return max(-(1 << 31), min((1 << 31) - 1, -value if negative else value))


@routine("int abs(int n)", irql="any", header="string.h")
def abs(nt: System, number: int) -> int:
    return number if number >= 0 or number == -(1 << 31) else -number


known("int rand(void)", irql="any", header="string.h")
known("void srand(unsigned int seed)", irql="any", header="string.h")


@routine("unsigned short _byteswap_ushort(unsigned short value)", irql="any", header="string.h")
def _byteswap_ushort(nt: System, value: int) -> int:
    return int.from_bytes(value.to_bytes(2, "little"), "big")


@routine("unsigned long _byteswap_ulong(unsigned long value)", irql="any", header="string.h")
def _byteswap_ulong(nt: System, value: int) -> int:
    return int.from_bytes(value.to_bytes(4, "little"), "big")


@routine("unsigned __int64 _byteswap_uint64(unsigned __int64 value)", irql="any", header="string.h")
def _byteswap_uint64(nt: System, value: int) -> int:
    return int.from_bytes(value.to_bytes(8, "little"), "big")


@routine("unsigned char _BitScanForward(unsigned long *index, unsigned long mask)", irql="any", header="string.h")
def _BitScanForward(nt: System, index: int, mask: int) -> int:
    return _scan(nt, index, (mask & -mask).bit_length() - 1)


@routine("unsigned char _BitScanReverse(unsigned long *index, unsigned long mask)", irql="any", header="string.h")
def _BitScanReverse(nt: System, index: int, mask: int) -> int:
    return _scan(nt, index, mask.bit_length() - 1)


@routine("unsigned char _BitScanForward64(unsigned long *index, unsigned __int64 mask)", irql="any", header="string.h")
def _BitScanForward64(nt: System, index: int, mask: int) -> int:
    return _scan(nt, index, (mask & -mask).bit_length() - 1)


@routine("unsigned char _BitScanReverse64(unsigned long *index, unsigned __int64 mask)", irql="any", header="string.h")
def _BitScanReverse64(nt: System, index: int, mask: int) -> int:
    return _scan(nt, index, mask.bit_length() - 1)


@routine("void _mm_pause(void)", irql="any", header="string.h")
def _mm_pause(nt: System) -> None:
    """One round of a loop that waits."""


@routine("void _mm_mfence(void)", irql="any", header="string.h")
def _mm_mfence(nt: System) -> None:
    """All loads and stores before it are done: they always are here, where one processor runs at a time."""


@routine("void _mm_sfence(void)", irql="any", header="string.h")
def _mm_sfence(nt: System) -> None:
    """All stores before it are done."""


@routine("void _mm_lfence(void)", irql="any", header="string.h")
def _mm_lfence(nt: System) -> None:
    """All loads before it are done."""


@routine("void _ReadWriteBarrier(void)", irql="any", header="string.h")
def _ReadWriteBarrier(nt: System) -> None:
    """The compiler moves no access across it; this one moves none anyway."""


@routine("unsigned __int64 __rdtsc(void)", irql="any", header="string.h")
def __rdtsc(nt: System) -> int:
    """Cycles of a processor at 2 GHz."""
    return 2 * nt.clock.now_ns


known("void *_ReturnAddress(void)", irql="any", header="string.h")


def _string(nt: System, where: int) -> bytes:
    return nt.memory.read_string(where)


def _wide(nt: System, where: int) -> bytes:
    return nt.memory.read_wide_units(where)


def _limited(nt: System, where: int, count: int) -> bytes:
    return nt.memory.read_string(where, count)[:count] if count else b""


def _limited_wide(nt: System, where: int, count: int) -> bytes:
    return nt.memory.read_wide_units(where, 2 * count)[: 2 * count] if count else b""


def _units(data: bytes) -> list[int]:
    return [data[index] | data[index + 1] << 8 for index in range(0, len(data) & -2, 2)]


def _sign_wide(one: bytes, other: bytes) -> int:
    first, second = _units(one), _units(other)
    return (first > second) - (first < second)


def _scan(nt: System, index: int, bit: int) -> int:
    """Store the number of the bit that was found; the caller's variable is left alone if there was none."""
    if bit >= 0:
        nt.memory.write(index, bit.to_bytes(4, "little"), True)
    return int(bit >= 0)
