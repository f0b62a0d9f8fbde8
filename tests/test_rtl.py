"""Blocks, strings, the C library, clocks, IRQL, locks and raising, as routines of the kernel."""

from __future__ import annotations

import pytest

from machine import Machine

ACCESS_VIOLATION = 0xC0000005
BUFFER_OVERFLOW, BUFFER_TOO_SMALL, INVALID_PARAMETER, INTEGER_OVERFLOW = 0x80000005, 0xC0000023, 0xC000000D, 0xC0000095


def block(machine: Machine, data: bytes) -> int:
    where = machine.room(len(data))
    machine.nt.memory.write(where, data)
    return where


@pytest.mark.parametrize(
    ("shift", "length"), [(1, 100), (-1, 100), (5000, 3 << 20), (-5000, 3 << 20), (1 << 21, 3 << 20)]
)
def test_overlapping_blocks_move_whole(shift: int, length: int) -> None:
    """RtlMoveMemory copies overlapping blocks in both directions, however large."""
    machine = Machine()
    base = machine.user(9 << 20) + (3 << 20)
    data = bytes(index * 7 & 0xFF for index in range(1000)) * (length // 1000 + 1)
    machine.nt.memory.write(base, data[:length])
    machine.call("RtlMoveMemory", base + shift, base, length)
    assert machine.nt.memory.read(base + shift, length) == data[:length]
    assert machine.rules == []


def test_overlapping_copy_under_the_full_verifier() -> None:
    """RtlCopyMemory and memcpy of overlapping blocks are reported by the full set only."""
    for verifier, rules in ((1, []), (2, ["overlapping-copy"] * 2)):
        machine = Machine(verifier)
        where = machine.room(64)
        machine.call("RtlCopyMemory", where + 8, where, 16)
        machine.call("memcpy", where, where + 8, 16)
        machine.call("memcpy", where, where + 8, 8)
        assert machine.rules == rules


def test_blocks() -> None:
    """Filling, comparing and finding bytes; RtlFillMemory and memset take their last arguments in different order."""
    machine = Machine()
    one, other = block(machine, b"abcdefgh"), block(machine, b"abcdeXgh")
    assert machine.call("RtlCompareMemory", one, other, 8) == 5
    assert machine.call("RtlEqualMemory", one, other, 5) == 1 and machine.call("RtlEqualMemory", one, other, 6) == 0
    assert machine.call("memcmp", one, other, 8) == 1 and machine.call("memcmp", other, one, 8) == -1
    assert machine.call("memchr", one, ord("e"), 8) == one + 4 and machine.call("memchr", one, ord("e"), 4) == 0
    machine.call("RtlFillMemory", one, 3, 0x141)
    assert machine.call("memset", one + 3, 0x42, 2) == one + 3
    assert machine.nt.memory.read(one, 8) == b"AAABBfgh"
    machine.call("RtlSecureZeroMemory", one, 8)
    assert machine.nt.memory.read(one, 8) == bytes(8)


def test_bytes_before_a_fault_are_written() -> None:
    """A fill that runs into a missing page has filled what comes before it."""
    machine = Machine()
    page = machine.user(4096)
    assert machine.raised("RtlFillMemory", page + 4090, 10, 0x41) == ACCESS_VIOLATION
    assert machine.nt.memory.read(page + 4090, 6) == b"AAAAAA"


def test_narrow_strings() -> None:
    """The C library's string functions on narrow text."""
    machine = Machine()
    call = machine.call
    hello, room = machine.text("hello, hello"), machine.room(32)
    assert call("strlen", hello) == 12 and call("strnlen", hello, 5) == 5
    assert call("strchr", hello, ord("l")) == hello + 2 and call("strrchr", hello, ord("l")) == hello + 10
    assert call("strchr", hello, 0) == hello + 12 and call("strchr", hello, ord("z")) == 0
    assert call("strstr", hello, machine.text("lo")) == hello + 3 and call("strstr", hello, machine.text("x")) == 0
    assert call("strcmp", hello, machine.text("help")) == -1 and call("strncmp", hello, machine.text("help"), 3) == 0
    assert call("_stricmp", hello, machine.text("HELLO, Hello")) == 0
    call("strcpy", room, machine.text("ab"))
    call("strcat", room, machine.text("cd"))
    call("strncat", room, machine.text("efgh"), 2)
    assert machine.nt.memory.read(room, 8) == b"abcdef\0\0"
    call("strncpy", room, machine.text("xy"), 4)
    assert machine.nt.memory.read(room, 6) == b"xy\0\0ef"
    for text, number in ((" -42x", -42), ("+7", 7), ("abc", 0), ("99999999999", (1 << 31) - 1)):
        assert call("atoi", machine.text(text)) == number


def test_wide_strings() -> None:
    """The C library's string functions on wide text, whose addresses come back in bytes."""
    machine = Machine()
    call = machine.call
    hello, room = machine.wide("hĀllo"), machine.room(32)
    assert call("wcslen", hello) == 5 and call("wcsnlen", hello, 2) == 2
    assert call("wcschr", hello, ord("l")) == hello + 4 and call("wcsrchr", hello, ord("l")) == hello + 6
    assert call("wcschr", hello, 0) == hello + 10 and call("wcschr", hello, ord("z")) == 0
    assert call("wcsstr", hello, machine.wide("lo")) == hello + 6
    assert call("wcscmp", hello, machine.wide("hello")) == 1 and call("_wcsicmp", hello, machine.wide("HĀLLO")) == 0
    call("wcscpy", room, machine.wide("ab"))
    call("wcscat", room, machine.wide("cd"))
    assert machine.nt.memory.read_wide_string(room) == "abcd"


def test_zero_unit_is_not_two_bytes_of_different_units() -> None:
    """A wide string ends at a zero unit, not where a high byte of 0 meets a low one, also across pages."""
    machine = Machine()
    page = machine.user(8192)
    text = "a\u0100b" * 1500
    for start in (page, page + 1, page + 4090, page + 4091):
        if start + 2 * len(text) + 2 > page + 8192:
            text = "a\u0100b" * 100
        machine.nt.memory.write(start, text.encode("utf-16-le") + b"\0\0")
        assert machine.nt.memory.read_wide_string(start) == text


def test_counted_strings() -> None:
    """Initialising points at the text, copying and appending keep to the room."""
    machine = Machine()
    call = machine.call
    where, text = machine.room(16), machine.wide("abc")
    call("RtlInitUnicodeString", where, text)
    assert [machine.get(where, 2), machine.get(where + 2, 2), machine.get(where + 8)] == [6, 8, text]
    call("RtlInitUnicodeString", where, 0)
    assert machine.nt.memory.read(where, 16)[:4] == bytes(4) and machine.get(where + 8) == 0
    target = machine.unicode("", 10)
    call("RtlCopyUnicodeString", target, machine.unicode("abcdefgh"))
    assert machine.unicode_text(target) == "abcde"
    call("RtlCopyUnicodeString", target, machine.unicode("ab"))
    assert call("RtlAppendUnicodeToString", target, machine.wide("cd")) == 0
    assert machine.unicode_text(target) == "abcd"
    assert call("RtlAppendUnicodeStringToString", target, machine.unicode("ef")) == BUFFER_TOO_SMALL
    assert machine.unicode_text(target) == "abcd"


def test_comparing_counted_strings() -> None:
    """Comparison is by character numbers, folded to upper case if asked for."""
    machine = Machine()
    a, b, c = machine.unicode("Straße"), machine.unicode("STRAßE"), machine.unicode("Straßen")
    assert machine.call("RtlCompareUnicodeString", a, b, 1) == 0
    assert machine.call("RtlCompareUnicodeString", a, b, 0) > 0 > machine.call("RtlCompareUnicodeString", a, c, 0)
    assert machine.call("RtlEqualUnicodeString", a, b, 1) == 1 and machine.call("RtlEqualUnicodeString", a, c, 1) == 0
    assert machine.call("RtlPrefixUnicodeString", a, c, 0) == 1 and machine.call("RtlPrefixUnicodeString", c, a, 0) == 0


def test_converting_counted_strings() -> None:
    """Conversions allocate if asked to, which is a leak until the string is freed."""
    machine = Machine()
    ansi, back = machine.room(16), machine.room(16)
    assert machine.call("RtlUnicodeStringToAnsiString", ansi, machine.unicode("Größe"), 1) == 0
    assert machine.nt.memory.read_string(machine.get(ansi + 8)) == "Größe".encode()
    assert machine.call("RtlAnsiStringToUnicodeString", back, ansi, 1) == 0
    assert machine.unicode_text(back) == "Größe"
    machine.call("RtlFreeAnsiString", ansi)
    machine.set(ansi + 2, 2, 4)
    machine.set(ansi + 8, 8, machine.room(4))
    assert machine.call("RtlUnicodeStringToAnsiString", ansi, machine.unicode("abcdef"), 0) == BUFFER_OVERFLOW
    assert machine.nt.memory.read(machine.get(ansi + 8), 4) == b"abc\0"
    assert machine.leaks == ["pool-leaked"]


@pytest.mark.parametrize(
    ("value", "base", "text"),
    [(0, 0, "0"), (255, 16, "FF"), (5, 2, "101"), (4294967295, 10, "4294967295"), (8, 8, "10")]
)
def test_integers_as_text(value: int, base: int, text: str) -> None:
    """Numbers go to text and back in the four bases."""
    machine = Machine()
    target, result = machine.unicode("", 80), machine.room(8)
    assert machine.call("RtlIntegerToUnicodeString", value, base, target) == 0
    assert machine.unicode_text(target) == text
    assert machine.call("RtlUnicodeStringToInteger", target, base or 10, result) == 0
    assert machine.get(result, 4) == value


def test_integers_from_text() -> None:
    """White space, sign and prefix are understood, and what follows the digits is left alone."""
    machine = Machine()
    result = machine.room(8)
    for text, value in (("  -12z", -12 & 0xFFFFFFFF), ("0x1fG", 31), ("0b101", 5), ("0o17", 15), ("", 0)):
        assert machine.call("RtlUnicodeStringToInteger", machine.unicode(text), 0, result) == 0
        assert machine.get(result, 4) == value
    assert machine.call("RtlUnicodeStringToInteger", machine.unicode("1"), 7, result) == INVALID_PARAMETER


def test_safe_strings() -> None:
    """The safe routines always terminate, and say what was cut."""
    machine = Machine()
    call, room = machine.call, machine.room(32)
    assert call("RtlStringCbCopyA", room, 4, machine.text("abcdef")) == BUFFER_OVERFLOW
    assert machine.nt.memory.read_string(room) == b"abc"
    assert call("RtlStringCchCatA", room, 8, machine.text("de")) == 0
    assert call("RtlStringCchCatA", room, 8, machine.text("fghi")) == BUFFER_OVERFLOW
    assert machine.nt.memory.read_string(room) == b"abcdefg"
    assert call("RtlStringCchCatA", room, 3, machine.text("x")) == INVALID_PARAMETER
    assert call("RtlStringCbCopyA", room, 0, machine.text("x")) == INVALID_PARAMETER
    assert call("RtlStringCbPrintfW", room, 9, machine.wide("%s-%d"), machine.wide("ab"), 42) == BUFFER_OVERFLOW
    assert machine.nt.memory.read_wide_string(room) == "ab-"
    assert call("RtlStringCchPrintfA", room, 20, machine.text("%s %08x"), machine.text("st"), 0xC0000001) == 0
    assert machine.nt.memory.read_string(room) == b"st c0000001"
    length = machine.room(8)
    assert call("RtlStringCbLengthW", machine.wide("abc"), 8, length) == 0 and machine.get(length) == 6
    assert call("RtlStringCchLengthW", machine.wide("abc"), 3, length) == INVALID_PARAMETER and machine.get(length) == 0


def test_unsafe_formatting() -> None:
    """sprintf writes all of it; _snprintf leaves the terminator away and returns -1; snprintf tells the whole
    length."""
    machine = Machine()
    call, room, template = machine.call, machine.room(32), machine.text("%d")
    assert call("sprintf", room, template, 12345) == 5 and machine.nt.memory.read(room, 6) == b"12345\0"
    machine.call("memset", room, 0x7A, 32)
    assert call("_snprintf", room, 5, template, 12345) == 5 and machine.nt.memory.read(room, 6) == b"12345z"
    assert call("_snprintf", room, 3, template, 98765) == -1 and machine.nt.memory.read(room, 6) == b"98745z"
    assert call("snprintf", room, 3, template, 12345) == 5 and machine.nt.memory.read(room, 4) == b"12\0\x34"
    assert call("sprintf_s", room, 3, template, 12345) == -1 and machine.nt.memory.read(room, 1) == b"\0"
    assert call("swprintf", room, 8, machine.wide("%ws%c"), machine.wide("ab"), 0x43) == 3
    assert machine.nt.memory.read_wide_string(room) == "abC"


def test_checked_arithmetic() -> None:
    """A result that does not fit is the largest number, with a status."""
    machine = Machine()
    result = machine.room(8)
    assert machine.call("RtlULongAdd", 0xFFFFFFFF, 0, result) == 0
    assert machine.call("RtlULongAdd", 0xFFFFFFFF, 1, result) == INTEGER_OVERFLOW and machine.get(result) == 0xFFFFFFFF
    assert machine.call("RtlSizeTMult", 1 << 32, 1 << 32, result) == INTEGER_OVERFLOW
    assert machine.get(result) == (1 << 64) - 1
    assert machine.call("RtlULongSub", 3, 4, result) == INTEGER_OVERFLOW


def test_bit_maps() -> None:
    """Bits are set, cleared and found as runs, over the boundaries of words."""
    machine = Machine()
    header, buffer = machine.room(16), machine.room(16)
    machine.call("RtlInitializeBitMap", header, buffer, 100)
    machine.call("RtlClearAllBits", header)
    machine.call("RtlSetBits", header, 30, 10)
    assert machine.get(buffer) == 0x3FF << 30
    assert machine.call("RtlFindClearBitsAndSet", header, 31, 0) == 40
    assert machine.call("RtlFindClearBitsAndSet", header, 31, 0) == 0xFFFFFFFF
    assert machine.call("RtlTestBit", header, 70) == 1 and machine.call("RtlTestBit", header, 71) == 0
    machine.call("RtlClearBits", header, 31, 9)
    assert machine.call("RtlTestBit", header, 30) == 1 and machine.call("RtlTestBit", header, 31) == 0


def test_raising() -> None:
    """ExRaiseStatus raises its status, which cannot be continued; a breakpoint without a debugger is an exception
    too."""
    machine = Machine()
    assert machine.raised("ExRaiseStatus", 0xC0000001) == 0xC0000001
    assert machine.raised("ExRaiseDatatypeMisalignment") == 0x80000002
    assert machine.raised("DbgBreakPoint") == 0x80000003
    machine.nt.thread.seh.append(lambda record: -1 if record.code == 0xC0000001 else 1)
    assert machine.raised("DbgBreakPoint") == 0x80000003
    assert machine.stop("KeBugCheckEx", 0xE2, 1, 2, 3, 4) == (0xE2, 1)
    assert machine.rules == ["bug-check-called"]


def test_unhandled_exception_stops_the_machine() -> None:
    """An exception that no filter takes is 0x7E with the code."""
    assert Machine().stop("ExRaiseStatus", 0xC0000001) == (0x7E, 0xFFFFFFFF_C0000001)


def test_assertion() -> None:
    """A false assertion prints itself and stops."""
    machine = Machine()
    machine.stop("RtlAssert", machine.text("x > 0"), machine.text("a.c"), 7, 0)
    assert "Assertion failed: x > 0" in machine.printed[0] and "a.c, line 7" in machine.printed[0]
    assert machine.rules == ["assertion-failed"]


def test_irql() -> None:
    """The IRQL goes up and down, and the wrong direction stops with the verifier's code or the plain one."""
    machine = Machine()
    old = machine.room(1)
    machine.call("KeRaiseIrql", 2, old)
    assert (machine.call("KeGetCurrentIrql"), machine.get(old, 1)) == (2, 0)
    assert machine.call("KeRaiseIrqlToDpcLevel") == 2
    machine.call("KeLowerIrql", 0)
    assert machine.nt.irql == 0
    for verifier, raising, lowering in ((1, (0xC4, 0x30), (0xC4, 0x31)), (0, (0x9, 0), (0xA, 0))):
        machine = Machine(verifier)
        machine.call("KeRaiseIrql", 5, old := machine.room(1))
        assert machine.stop("KeRaiseIrql", 4, old) == raising
        assert machine.stop("KeLowerIrql", 6) == lowering


def test_spin_locks() -> None:
    """A spin lock raises to DISPATCH_LEVEL, is taken once, and given back once."""
    machine = Machine()
    lock, old = machine.room(8), machine.room(1)
    machine.call("KeInitializeSpinLock", lock)
    machine.call("KeAcquireSpinLock", lock, old)
    assert machine.nt.irql == 2 and machine.get(lock) == 1
    assert machine.call("KeTryToAcquireSpinLockAtDpcLevel", lock) == 0
    machine.call("KeReleaseSpinLock", lock, machine.get(old, 1))
    assert machine.nt.irql == 0 and machine.leaks == []
    machine.call("KeAcquireSpinLock", lock, old)
    assert machine.stop("KeAcquireSpinLockAtDpcLevel", lock)[0] == 0xF
    assert machine.leaks == ["spin-lock-left-held"]
    machine.call("KeReleaseSpinLockFromDpcLevel", lock)
    assert machine.stop("KeReleaseSpinLockFromDpcLevel", lock)[0] == 0x10


def test_queued_spin_lock_keeps_the_irql() -> None:
    """The lock queue handle keeps the lock and the IRQL to return to."""
    machine = Machine()
    lock, handle = machine.room(8), machine.room(24)
    machine.nt.set_irql(1)
    machine.call("KeAcquireInStackQueuedSpinLock", lock, handle)
    assert (machine.nt.irql, machine.get(handle + 8), machine.get(handle + 16, 1)) == (2, lock, 1)
    machine.call("KeReleaseInStackQueuedSpinLock", handle)
    assert machine.nt.irql == 1 and machine.get(lock) == 0


def test_spin_lock_in_paged_pool() -> None:
    """A lock in pageable memory is touched at DISPATCH_LEVEL: 0x0A."""
    machine = Machine()
    lock = machine.call("ExAllocatePoolWithTag", 1, 64, 1)
    assert machine.stop("KeAcquireSpinLock", lock, machine.room(1))[0] == 0x0A


def test_critical_regions() -> None:
    """Regions nest, and leaving one that was not entered stops."""
    machine = Machine()
    machine.call("KeEnterCriticalRegion")
    machine.call("KeLeaveCriticalRegion")
    assert machine.stop("KeLeaveCriticalRegion") == (0xC4, 0x3E)


def test_events() -> None:
    """An event remembers its state, and tells the one before."""
    machine = Machine()
    event = machine.room(24)
    machine.call("KeInitializeEvent", event, 1, 0)
    assert machine.call("KeSetEvent", event, 0, 0) == 0 and machine.call("KeReadStateEvent", event) == 1
    assert machine.call("KeResetEvent", event) == 1 and machine.call("KeReadStateEvent", event) == 0
    assert machine.get(event + 8) == event + 8


def test_clocks() -> None:
    """All clocks follow from the time that passed; those that tick move in steps of 15.625 ms."""
    machine = Machine()
    at = machine.room(16)
    machine.call("KeQuerySystemTime", at)
    start = machine.get(at)
    machine.call("KeStallExecutionProcessor", 50)
    machine.call("KeQuerySystemTime", at)
    assert machine.get(at) == start
    assert machine.call("KeQueryPerformanceCounter", at + 8) >= 500 and machine.get(at + 8) == 10_000_000
    machine.nt.clock.pass_ns(1_000_000_000)
    machine.call("KeQuerySystemTime", at)
    assert machine.get(at) - start == 64 * machine.call("KeQueryTimeIncrement")
    machine.call("KeQueryTickCount", at)
    assert machine.get(at) == 64


def test_who_runs() -> None:
    """Process, thread, processor and previous mode are those of the moment."""
    machine = Machine()
    nt = machine.nt
    assert machine.call("PsGetCurrentProcess") == machine.call("IoGetCurrentProcess") == nt.process.address
    assert machine.call("PsGetCurrentThread") == nt.thread.address
    assert machine.call("PsGetCurrentProcessId") == machine.call("PsGetProcessId", nt.process.address) == nt.process.id
    assert machine.call("KeGetCurrentProcessorNumber") == 0 and machine.call("KeQueryActiveProcessors") == 3
    assert machine.call("ExGetPreviousMode") == 0
