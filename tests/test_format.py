"""The kernel's printf family."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from dmascript.runtime.format import LONGEST_FIELD, Slots, VaList, format_text
from machine import Machine


def shown(template: str, *values: int, machine: Machine | None = None, wide: bool = False) -> str:
    machine = machine or Machine()
    return format_text(machine.nt, template, Slots(machine.nt, values), wide)


INTEGERS = [
    ("%d", -5), ("%i", 7), ("%u", -1), ("%x", 0xBEEF), ("%X", 0xBEEF), ("%o", 511), ("%5d|", 42), ("%-5d|", 42),
    ("%05d", 42), ("%05d", -42), ("%+d", 42), ("% d", 42), ("%+d", -42), ("%#x", 255), ("%#X", 255), ("%#o", 8),
    ("%#x", 0),
    ("%.3d", 5), ("%8.3d|", -5), ("%-8.3d|", 5), ("%.0d|", 0), ("%08x", 0xC0000005), ("%08lx", 0xC0000005),
    ("%lu", 4000000000), ("%ld", -2), ("%hd", 0x18000), ("%hu", 0x18000), ("%hx", 0x12345), ("%lld", -(1 << 40)),
    ("%llu", -1),
    ("%llx", 0x123456789ABCDEF), ("%I64d", -3), ("%I64u", -3), ("%I64x", 0xDEADBEEF01), ("%I32d", -1), ("%#010x", 0xAB),
    ("%-#10x|", 0xAB), ("%+5d|", 3), ("%2d", 12345), ("%.10u", 77), ("%c", 65), ("%5c|", 66), ("%-5c|", 67),
    ("%%|%d", 1),
]  # fmt: skip


@pytest.mark.parametrize(
    ("template", "value", "text"),
    [
        ("%d", -5, "-5"), ("%u", -1, "4294967295"), ("%x", 0xBEEF, "beef"), ("%08lx", 0xC0000005, "c0000005"),
        ("%+d", 42, "+42"), ("%#x", 255, "0xff"), ("%#x", 0, "0"), ("%8.3d|", -5, "    -005|"),
        ("%08.3d|", 5, "     005|"), ("%05d", -42, "-0042"),
        ("%hd", 0x18000, "-32768"), ("%hhx", 0x1FF, "ff"), ("%lld", -(1 << 40), "-1099511627776"),
        ("%Ix", -1, "f" * 16),
        ("%zu", 1 << 40, "1099511627776"), ("%I64x", 0xDEADBEEF01, "deadbeef01"), ("%.0d|", 0, "|"),
        ("100%%", 0, "100%"),
        ("%p", 0xFFFFC20000000F10, "FFFFC20000000F10"), ("%p", 0x12, "0000000000000012"),
        ("%18p|", 1, "  0000000000000001|"),
        ("%c%%", 0x141, "A%"), ("%-4c|", 65, "A   |"),
    ],
)  # fmt: skip
def test_one_value(template: str, value: int, text: str) -> None:
    """A conversion prints the low bytes of its slot as the Microsoft libraries do."""
    assert shown(template, value) == text


def test_star_takes_width_and_precision_from_arguments() -> None:
    """`*` takes the next argument; a negative width means left-justified, a negative precision none."""
    assert shown("[%*d][%-*.*d]", 5, 42, 6, 3, 7) == "[   42][007   ]"
    assert shown("[%*d]", -5, 42) == "[42   ]"
    assert shown("[%.*d]", -1, 42) == "[42]"


def test_strings() -> None:
    """%s and %S swap with the width of the function, %hs and %ws do not; precision cuts, NULL prints (null)."""
    machine = Machine()
    narrow, wide = machine.text("narrow"), machine.wide("wide")
    text = shown("%s %S %hs %ls %ws", narrow, wide, narrow, wide, wide, machine=machine)
    assert text == "narrow wide narrow wide wide"
    assert shown("%s %S %hs %ls", wide, narrow, narrow, wide, machine=machine, wide=True) == "wide narrow narrow wide"
    text = shown("%.3s|%8s|%-8s|%08s", narrow, narrow, narrow, narrow, machine=machine)
    assert text == "nar|  narrow|narrow  |00narrow"
    assert shown("%s %ws %wZ %Z", 0, 0, 0, 0, machine=machine) == "(null) (null) (null) (null)"


def test_precision_bounds_what_is_read() -> None:
    """A string that has no terminator may be printed with a precision: nothing behind it is touched."""
    machine = Machine()
    page = machine.user(4096)
    machine.nt.memory.write(page + 4093, b"abc")
    assert shown("%.3s", page + 4093, machine=machine) == "abc"


def test_counted_strings() -> None:
    """%wZ prints a UNICODE_STRING and %Z an ANSI_STRING by their lengths, without a terminator."""
    machine = Machine()
    name = machine.unicode("\\Device\\Größe")
    assert shown("<%wZ> <%.4wZ>", name, name, machine=machine) == "<\\Device\\Größe> <\\Dev>"
    ansi = machine.room(16)
    machine.set(ansi, 2, 3)
    machine.set(ansi + 8, 8, machine.text("abcdef"))
    assert shown("%Z", ansi, machine=machine) == "abc"


def test_missing_arguments_are_noted() -> None:
    """Too few arguments print zeros, and say so."""
    machine = Machine()
    assert shown("%d %d", 1, machine=machine) == "1 0"
    assert machine.rules == ["format-mismatch"]


@pytest.mark.parametrize(("template", "text"), [("%q", "q"), ("%f|", "|"), ("%n|", "|"), ("abc%", "abc"), ("%-08", "")])
def test_what_is_no_conversion_is_noted(template: str, text: str) -> None:
    """Unknown, floating and unfinished conversions, and %n, print nothing sensible and are noted."""
    machine = Machine()
    assert shown(template, 0, machine=machine) == text
    assert machine.rules == ["format-mismatch"]


def test_field_width_cannot_exhaust_the_host() -> None:
    """A huge width is cut."""
    assert len(shown("%2000000000d", 1)) == LONGEST_FIELD


def test_va_list_in_memory() -> None:
    """A va_list is a row of 8-byte slots."""
    machine = Machine()
    slots = machine.room(32)
    for index, value in enumerate((0xFFFFFFFF_FFFFFFFE, 0xAB, machine.text("x"))):
        machine.set(slots + 8 * index, 8, value)
    assert format_text(machine.nt, "%d %02x %s", VaList(machine.nt, slots), False) == "-2 ab x"


def test_unicode_above_passive_is_reported() -> None:
    """Converting Unicode text at raised IRQL reads pageable code page tables."""
    machine = Machine()
    name = machine.unicode("n")
    machine.nt.set_irql(2)
    assert shown("%wZ", name, machine=machine) == "n"
    assert machine.rules == ["unicode-formatted-at-raised-irql"]


def test_debug_message_is_cut_at_512_bytes() -> None:
    """DbgPrint sends at most 512 bytes, the last of which is then a line feed."""
    machine = Machine()
    machine.call("DbgPrint", machine.text("%600d"), 1)
    assert len(machine.printed[0]) == 512 and machine.printed[0].endswith(" \n")
    assert machine.rules == ["debug-message-truncated"]


PROGRAM = """#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void) {{ char b[200]; long long v; (void)v;
{lines}
return 0; }}
"""


@pytest.mark.oracle
@pytest.mark.skipif(not all(map(shutil.which, ("x86_64-w64-mingw32-gcc", "wine"))), reason="needs mingw and wine")
def test_integers_print_as_the_microsoft_runtime_prints_them(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Every conversion of the table comes out as msvcrt has it."""
    lines = []
    for template, value in INTEGERS:
        big = any(prefix in template for prefix in ("ll", "I64"))
        argument = f"(long long)0x{value & (1 << 64) - 1:x}ULL" if big else f"(int)0x{value & 0xFFFFFFFF:x}"
        lines.append(f'sprintf(b, "{template}", {argument}); puts(b);')
    source = tmp_path / "t.c"
    source.write_text(PROGRAM.format(lines="\n".join(lines)))
    program = tmp_path / "t.exe"
    compiler = ["x86_64-w64-mingw32-gcc", "-w", "-D__USE_MINGW_ANSI_STDIO=0", "-o", str(program), str(source)]
    subprocess.run(compiler, check=True)
    output = subprocess.run(["wine", str(program)], capture_output=True, check=True, text=True).stdout
    assert [shown(template, value) for template, value in INTEGERS] == output.replace("\r", "").splitlines()
