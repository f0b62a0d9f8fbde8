"""The commands of a session that show types and names: dt, x, ln, ? and ??."""

from __future__ import annotations

import pytest

from prompt import Prompt


@pytest.fixture
def prompt() -> Prompt:
    made = Prompt(80)
    made("PUCHAR p = ExAllocatePoolWithTag(NonPagedPool, 12288, 'Test');")
    made("PMDL mdl = IoAllocateMdl(p + 100, 5000, FALSE, FALSE, NULL);")
    return made


def test_dt_shows_the_layout_of_a_type(prompt: Prompt) -> None:
    shown = prompt("dt nt!_MDL").splitlines()
    assert shown[0] == "_MDL, 48 bytes (0x30)"
    assert "   +0x00a MdlFlags                  : Int2B" in shown
    assert "   +0x018 MappedSystemVa            : Ptr64 Void" in shown


@pytest.mark.parametrize("name", ["_MDL", "MDL", "PMDL", "struct _MDL", "nt!_MDL", "_mdl"])
def test_dt_knows_a_type_by_each_of_its_names(prompt: Prompt, name: str) -> None:
    assert prompt(f"dt {name}").startswith("_MDL, 48 bytes")


def test_dt_shows_a_type_that_lies_in_memory(prompt: Prompt) -> None:
    prompt("MmBuildMdlForNonPagedPool(mdl);")
    shown = prompt("dt _MDL mdl")
    assert shown.startswith("_MDL at 0xffff") and shown.splitlines()[0].endswith("  MDL of 2 pages, nonpaged pool")
    assert "+0x000 Next                      : (null)\n" in shown
    assert "+0x028 ByteCount                 : 5000 (0x1388)\n" in shown
    assert "0xc (MDL_SOURCE_IS_NONPAGED_POOL |" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_dt_shows_only_the_fields_that_were_asked_for(prompt: Prompt) -> None:
    assert prompt("dt _MDL mdl ByteCount") == "   +0x028 ByteCount        : 5000 (0x1388)\n"
    assert prompt("dt _MDL mdl Byte*").count("\n") == 2
    assert prompt("dt nt!_IRP Tail.Overlay.Thread") == "   +0x098 Tail.Overlay.Thread : Ptr64 _KTHREAD\n"


def test_dt_shows_a_variable_by_its_own_type(prompt: Prompt) -> None:
    assert prompt("dt mdl").startswith("mdl = PMDL at 0xffff")
    prompt("struct PAIR { int a; UCHAR b; } pair = { -1, 'x' };")
    shown = prompt("dt pair")
    assert "+0x000 a                : -1 (0xffffffff)\n" in shown and "+0x004 b                : 120 (0x78)\n" in shown


def test_dt_opens_what_is_within(prompt: Prompt) -> None:
    assert "Header           : _DISPATCHER_HEADER\n      +0x000 Lock" in prompt("dt -r _KEVENT")
    prompt("KEVENT event; KeInitializeEvent(&event, SynchronizationEvent, TRUE);")
    assert "      +0x004 SignalState      : 1\n" in prompt("dt -r _KEVENT &event")


def test_dt_shows_bit_fields_unions_and_enums(prompt: Prompt) -> None:
    prompt("struct BITS { ULONG low : 3; ULONG high : 29; }; struct BITS bits = { 5, 9 };")
    assert "low              : Pos 0, 3 Bits" in prompt("dt BITS")
    assert "low              : 5\n" in prompt("dt bits")
    assert "   PagedPool = 1\n" in prompt("dt _POOL_TYPE")
    prompt("enum COLOUR { RED, GREEN = 7 } colour = GREEN;")
    assert prompt("colour") == "7 (GREEN)\n"


def test_a_status_block_is_told_in_one_line(prompt: Prompt) -> None:
    prompt("PIRP irp = IoAllocateIrp(1, FALSE); irp->IoStatus.Status = STATUS_PENDING; irp->IoStatus.Information = 20;")
    assert prompt("dt irp IoStatus").endswith(" : 0x00000103 (STATUS_PENDING), Information 20 (0x14)\n")


def test_dt_finds_types_by_a_pattern(prompt: Prompt) -> None:
    assert prompt("dt nt!_KT*") == "   _KTIMER\n"
    assert "no type has a name like" in prompt("dt _NO_SUCH*")


def test_dt_does_not_make_up_what_cannot_be_read(prompt: Prompt) -> None:
    assert "cannot be read: nothing" in prompt("dt _MDL 5")
    assert "Windows does not document it" in prompt("dt _EPROCESS")


def test_question_mark_shows_both_bases(prompt: Prompt) -> None:
    assert prompt("? 0x10 + 0n10") == "Evaluate expression: 26 = 00000000`0000001a\n"
    assert prompt("? -1") == "Evaluate expression: -1 = ffffffff`ffffffff\n"


def test_two_question_marks_show_the_type(prompt: Prompt) -> None:
    assert prompt("?? 1 + 1") == "int 2\n"
    assert prompt("?? mdl->ByteCount") == "ULONG 5000 (0x1388)\n"
    assert prompt("?? mdl->MdlFlags") == "CSHORT 0x8 (MDL_ALLOCATED_FIXED_SIZE)\n"
    shown = prompt("?? mdl")
    assert shown.startswith("PMDL 0xffff") and "+0x02c ByteOffset                : 100 (0x64)" in shown


def test_an_entry_says_what_its_value_is(prompt: Prompt) -> None:
    assert prompt("p").endswith("  nonpaged pool 'tseT', 3 pages\n")
    assert prompt("p + 64").endswith("  nonpaged pool 'tseT' +0x40, 3 pages\n")
    assert prompt("mdl").endswith("  MDL of 2 pages\n")
    assert prompt("(NTSTATUS)0xC0000005") == "0xc0000005 (STATUS_ACCESS_VIOLATION)\n"
    assert prompt("(BOOLEAN)1") == "TRUE\n"
    assert prompt("(CHAR)65") == "65 'A'\n"
    assert prompt("(PVOID)0") == "(null)\n"
    assert prompt("mdl->MdlFlags") == "0x8 (MDL_ALLOCATED_FIXED_SIZE)\n"
    assert "+0x028 ByteCount                 : 5000 (0x1388)" in prompt("*mdl")


def test_a_handle_says_what_it_stands_for(prompt: Prompt) -> None:
    prompt("HANDLE event; OBJECT_ATTRIBUTES a; InitializeObjectAttributes(&a, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);")
    prompt("ZwCreateEvent(&event, EVENT_ALL_ACCESS, &a, NotificationEvent, FALSE);")
    assert prompt("event").startswith("0xffffffff80000004 (Event ")
    assert prompt("NtCurrentProcess()").endswith("(the current process)\n")
    assert prompt("(HANDLE)1234").endswith("(no open handle of script)\n")


def test_strings_are_shown_as_text(prompt: Prompt) -> None:
    prompt('UNICODE_STRING name; RtlInitUnicodeString(&name, L"\\\\Device\\\\Card");')
    assert prompt("name") == '"\\\\Device\\\\Card"\n'
    assert ' "one\\ntwo"  driver image constants' in prompt('"one\\ntwo"')
    assert 'L"\\\\Device\\\\Card"' in prompt("name.Buffer")


def test_x_finds_routines_and_own_names(prompt: Prompt) -> None:
    assert prompt("x nt!MmProbeAndLockP*").count("nt!") == 2
    assert "VOID MmUnlockPages(PMDL MemoryDescriptorList)" in prompt("x nt!MmUnlockPages")
    assert prompt("x script!m*").endswith("  mdl = " + prompt("dt mdl").split()[4] + "\n")
    prompt("int twice(int a) { return 2 * a; }")
    assert "int twice(int a)" in prompt("x tw*")
    assert "nothing has a name like" in prompt("x nt!Nothing*")


def test_x_tells_what_is_no_kernel_routine(prompt: Prompt) -> None:
    assert "kernel32!VirtualAlloc\n" in prompt("x VirtualAlloc")
    assert "  (not modelled)" in prompt("x nt!MmPageEntireDriver")


def test_ln_names_what_lies_at_an_address(prompt: Prompt) -> None:
    shown = prompt("ln MmUnlockPages")
    assert "nt!MmUnlockPages\n" in shown and "VOID MmUnlockPages(PMDL MemoryDescriptorList)" in shown
    assert "nt!MmUnlockPages +0x8" in prompt("ln MmUnlockPages+8")
    assert prompt("ln &mdl").rstrip().endswith("mdl")
    prompt("int twice(int a) { return 2 * a; } PVOID where = twice;")
    assert "twice\n" in prompt("ln where")


@pytest.mark.parametrize("line", ["dt", "? ", "??", "x", "ln"])
def test_a_missing_argument_is_refused(prompt: Prompt, line: str) -> None:
    assert "is missing" in prompt(line)


def test_a_suspended_function_shows_its_locals(prompt: Prompt) -> None:
    prompt("ULONG work(PMDL m) { ULONG total = 7; __debugbreak(); return total + m->ByteCount; }")
    prompt("work(mdl);")
    assert "ByteCount                 : 5000" in prompt("dt m")
    assert prompt("dt m ByteCount").startswith("   +0x028 ByteCount")
    assert prompt("?? total").startswith("ULONG 7")


def test_dt_opens_the_elements_of_a_scatter_gather_list(prompt: Prompt) -> None:
    prompt("PSCATTER_GATHER_LIST list = ExAllocatePoolWithTag(NonPagedPool, 64, 'List');")
    prompt("list->NumberOfElements = 2; list->Elements[1].Length = 4096;")
    shown = prompt("dt -r _SCATTER_GATHER_LIST list")
    assert "      +0x018 [1]              : _SCATTER_GATHER_ELEMENT\n" in shown
    assert "         +0x008 Length           : 4096 (0x1000)\n" in shown


def test_pointers_in_a_struct_say_what_they_point_to(prompt: Prompt) -> None:
    prompt("ULONG five = 5; struct P { PULONG number; PMDL mdl; PVOID any; PDRIVER_UNLOAD routine; PSTR text; };")
    prompt('struct P all = { &five, mdl, p, (PDRIVER_UNLOAD)MmUnlockPages, "word" };')
    shown = prompt("dt all")
    assert "number           : 0xfffff804`50100010 five\n" in shown
    assert shown.count(" _MDL\n") == 1 and " Void\n" in shown
    assert " nt!MmUnlockPages\n" in shown and ' "word"\n' in shown
    prompt("all.number = (PULONG)p; *all.number = 77;")
    assert " -> 77 (0x4d)\n" in prompt("dt all number")
