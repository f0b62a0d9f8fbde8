"""The commands that run, stop, look at stacks and go back, as a session shows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from dmascript.repl.command import Refused, all_commands
from prompt import Prompt

FUNCTION = "int f(int q) { int z[2] = {q, q + 1}; int w = q * 2; w++; return w + z[1]; }"
THREADS = """\
#include <ntddk.h>
KEVENT done;
KTIMER timer;
KDPC dpc;
int count;
VOID OnTimer(PKDPC Dpc, PVOID Context, PVOID A, PVOID B) {
    count++;
    KeSetEvent(&done, 0, FALSE);
}
VOID Worker(PVOID Context) {
    int i;
    for (i = 0; i < 5; i++) {
        count += i;
    }
    KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
    DbgPrint("worker done %d\\n", count);
    PsTerminateSystemThread(STATUS_SUCCESS);
}
HANDLE h;
PVOID thread;
LARGE_INTEGER due;
KeInitializeEvent(&done, NotificationEvent, FALSE);
KeInitializeTimer(&timer);
KeInitializeDpc(&dpc, OnTimer, NULL);
PsCreateSystemThread(&h, THREAD_ALL_ACCESS, NULL, NULL, NULL, Worker, &count);
ObReferenceObjectByHandle(h, SYNCHRONIZE, *PsThreadType, KernelMode, &thread, NULL);
due.QuadPart = -10000;
KeSetTimer(&timer, due, &dpc);
KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, NULL);
DbgPrint("main done\\n");
ObDereferenceObject(thread);
ZwClose(h);
"""


@pytest.fixture
def prompt() -> Prompt:
    made = Prompt()
    made(FUNCTION)
    return made


@pytest.fixture
def threads(tmp_path: Path) -> Prompt:
    """A session that debugs a script with a second thread, a timer and a DPC."""
    path = tmp_path / "threads.dma"
    path.write_text(THREADS, encoding="utf-8")
    made = Prompt(width=80)
    made.shell.start_debugging(str(path))
    return made


def test_a_breakpoint_stops_where_its_condition_holds(prompt: Prompt) -> None:
    assert prompt('bp f "q > 3"') == "breakpoint 0 at f, entry 1:1, if q > 3\n"
    assert prompt("f(2)") == "8\n"
    assert prompt("f(10)").startswith("breakpoint 0: f, entry 1:1\n> 1: int f(int q)")
    assert prompt.shell.prompt() == "0: kd> "
    assert prompt("bl") == " e 0 at f, entry 1:1, if q > 3  (1 hit)\n"
    assert prompt("g") == "32 (0x20)\n"


def test_a_condition_that_cannot_be_told_stops(prompt: Prompt) -> None:
    prompt('bp f "nothing > 3"')
    assert "whose condition cannot be told (nothing is declared with the name 'nothing')" in prompt("f(1)")


def test_breakpoints_are_disabled_enabled_and_cleared(prompt: Prompt) -> None:
    prompt("bp f")
    prompt("bd 0")
    assert prompt("f(2)") == "8\n" and prompt("bl").startswith(" d 0")
    prompt("be *")
    assert prompt("f(2)").startswith("breakpoint 0")
    prompt("bc 0")
    assert prompt("bl") == "no breakpoints\n" and prompt("g") == "8\n"
    assert "there is no breakpoint 7" in prompt("bc 7")


def test_a_one_shot_breakpoint_goes_after_its_hit(prompt: Prompt) -> None:
    assert prompt("bp /1 f").endswith("once\n")
    assert prompt("f(2)").startswith("breakpoint 0")
    assert prompt("g") == "8\n" and prompt("f(2)") == "8\n"


def test_a_breakpoint_waits_for_code_that_is_still_to_come(prompt: Prompt) -> None:
    assert "nothing is called so yet" in prompt("bp later")
    prompt("int later(void) { return 7; }")
    assert prompt("later()").startswith("breakpoint 0: later, entry 2:1")
    prompt("g")
    prompt("int later(void) { return 8; }")
    assert prompt("later()").startswith("breakpoint 0: later, entry 4:1")
    assert "did you mean MmProbeAndLockPages?" in prompt("bp MmProbeAndLockPage")


def test_routines_stop_at_each_call(prompt: Prompt) -> None:
    prompt("int take(void) { PVOID p = ExAllocatePoolWithTag(NonPagedPool, 64, 'tseT'); ExFreePool(p); return 1; }")
    assert prompt("bp nt!Ex*Pool*") == "breakpoint 0 at calls of nt!Ex*Pool*\n"
    assert prompt("take()").startswith("breakpoint 0, ExAllocatePoolWithTag: take")
    assert "take" in prompt("k")
    assert prompt("g").startswith("breakpoint 0, ExFreePool: take")
    assert prompt("g") == "1\n"
    prompt("bc *")
    assert prompt("take()") == "1\n"


def test_a_routine_that_is_called_by_address_stops_too(prompt: Prompt) -> None:
    prompt("void (*stall)(ULONG) = KeStallExecutionProcessor;")
    prompt("stall(1)")
    prompt("bp KeStallExecutionProcessor")
    assert prompt("stall(1)").startswith("breakpoint 0, KeStallExecutionProcessor")
    assert prompt("g") == ""


def test_data_breakpoints_name_the_line_that_touches(prompt: Prompt) -> None:
    prompt("int x;\nvoid set(void) {\n    x = 1;\n    f(1);\n    x++;\n}")
    assert prompt("ba w4 &x").endswith(" x\n")
    assert "written by set, entry 2:3; now at set, entry 2:4" in prompt("set()")
    assert "written by set, entry 2:5; nothing was left to stop at" in prompt("g")
    prompt("bc *")
    prompt("ba r4 &x")
    assert "read by script" in prompt("int y = x; y = 1;")


def test_a_data_breakpoint_sees_memory_by_any_address(prompt: Prompt) -> None:
    prompt("char *p = ExAllocatePoolWithTag(NonPagedPool, 64, 'tseT');")
    prompt("PMDL m = IoAllocateMdl(p, 64, FALSE, FALSE, NULL); MmBuildMdlForNonPagedPool(m);")
    prompt("ba w1 p+3")
    assert "written by script" in prompt("p[3] = 7; p[4] = 8;")
    assert prompt("g") == ""
    assert "written by script" in prompt("RtlFillMemory(p, 8, 1); p[5] = 0;")


def test_a_data_breakpoint_waits_for_a_page_to_come_in(prompt: Prompt) -> None:
    prompt("char *p = ExAllocatePoolWithTag(PagedPool, 8192, 'tseT');")
    prompt("ba w1 p+1000")
    assert "written by script, entry 3:1" in prompt("p[4096] = 1; p[0] = 2;")


@pytest.mark.parametrize("line", ["ba w4 0", "ba q4 1", "ba w9999 &f", "ba", "ba e1 5", "ba w4 nothing"])
def test_data_breakpoints_refuse_what_is_no_memory(prompt: Prompt, line: str) -> None:
    assert prompt(line).startswith("error: ")


def test_steps_go_over_into_and_out_of_calls(prompt: Prompt) -> None:
    prompt("int outer(void) {\n    int a = f(1);\n    int b = f(a);\n    return a + b;\n}")
    prompt("bp outer")
    assert "outer, entry 2:2" in prompt("outer()")
    assert "outer, entry 2:3" in prompt("p")
    assert "f, entry 1:1" in prompt("t")
    assert "*00 f(q = 5)" in prompt("k") and " 01 outer " in prompt("k")
    assert "outer, entry 2:4" in prompt("gu")
    assert prompt("a + b").startswith("22") and prompt("g").startswith("22")


def test_an_empty_line_steps_again(prompt: Prompt) -> None:
    prompt("bp f")
    prompt("f(4)")
    prompt("p 2")
    before = prompt("w")
    prompt("p")
    assert before.startswith("8") and prompt("w").startswith("9")
    prompt("t-")
    prompt("")
    assert prompt.shell.live.stopped is not None


def test_pc_goes_to_the_next_call_of_a_routine(prompt: Prompt) -> None:
    prompt("void call(void) {\n    int a = f(1);\n    KeStallExecutionProcessor(a);\n}")
    prompt("bp call")
    prompt("call()")
    assert "calls KeStallExecutionProcessor: call, entry 2:3" in prompt("pc")
    assert prompt("g") == "" and not prompt.shell.live.control.calls.on


def test_locals_are_shown_with_types_and_values(prompt: Prompt) -> None:
    prompt("bp f")
    prompt("f(10)")
    assert "z = not yet" in prompt("dv")
    prompt("p 2")
    shown = prompt("dv")
    assert "q = 10 (0xa)" in shown and "parameter" in shown and "z = {10 (0xa), 11 (0xb)}" in shown
    assert prompt("dv w").strip().startswith("w = 20") and "there is no local v" in prompt("dv v")


def test_expressions_see_the_selected_frame(prompt: Prompt) -> None:
    prompt("int outer(int o) { int a = f(o + 1); return a; }")
    prompt("bp f")
    prompt("outer(3)")
    assert prompt("q") == "4\n" and "unknown-name" in prompt("o")
    assert prompt(".frame 1").startswith("01 outer(o = 3)")
    assert prompt("o") == "3\n" and prompt("o = 30;") == "" and prompt("o").startswith("30")
    assert "there is no frame 9" in prompt(".frame 9")
    prompt(".frame 0")
    assert prompt("q") == "4\n"


def test_an_entry_at_a_stop_does_not_disturb_the_stack(prompt: Prompt) -> None:
    prompt("int deep(int n) { int here[4] = {n, n, n, n}; if (n) deep(n - 1); return here[0] + here[3]; }")
    prompt("bp f")
    prompt("int all(void) { int mine[3] = {7, 8, 9}; f(1); return mine[0] + mine[1] + mine[2]; }")
    prompt("all()")
    prompt("deep(5)")
    assert prompt("g").startswith("24")


def test_source_is_listed_with_the_line_and_the_breakpoints(prompt: Prompt) -> None:
    prompt("int lines(void) {\n    int a = 1;\n    a++;\n    return a;\n}")
    prompt("bp 3")
    assert "breakpoint 0: lines, entry 2:3" in prompt("lines()")
    assert ">B3:     a++;" in prompt("u") and "  2:     int a = 1;" in prompt("u lines")
    assert "has 5 lines" in prompt("u 77").replace("6 lines", "5 lines")
    assert "there is no function nothing" in prompt("u nothing")


def test_g_goes_up_to_a_line(prompt: Prompt) -> None:
    prompt("int lines(void) {\n    int a = 1;\n    a++;\n    return a;\n}")
    prompt("bp lines")
    prompt("lines()")
    assert "lines, entry 2:4" in prompt("g 4") and prompt("bl").count("\n") == 1
    assert "there is no statement" in prompt("g 44") and prompt("bl").count("\n") == 1


def test_threads_have_stacks_of_their_own(threads: Prompt) -> None:
    assert threads("bp OnTimer").startswith("breakpoint 0 at OnTimer")
    threads('bp 13 "i == 2"')
    assert "Worker" in threads("g") and threads("i") == "2\n"
    assert ".1 system thread 1 of System: processor 0, PASSIVE_LEVEL\n     in Worker" in threads("~")
    assert "OnTimer" in threads("g")
    assert "-- interrupt at DISPATCH_LEVEL --" in threads("k") and "1 interrupt deep" in threads("k")
    for name in ("1", '"system thread 1"'.strip('"')):
        shown = threads(f"k {name}")
        assert "waiting for notification event at done\n" in shown
        assert "nt!KeWaitForSingleObject" in shown and "Worker(Context = " in shown
    assert "there is no thread 44" in threads("k 44")
    threads("bc *")
    assert threads("g").endswith("main done\n") and not threads.shell.live.nt.findings


def test_a_debugged_file_is_run_to_the_end_of_the_machine(tmp_path: Path) -> None:
    path = tmp_path / "leak.dma"
    path.write_text("PMDL mdl = IoAllocateMdl(NULL, 4096, FALSE, FALSE, NULL);\n", encoding="utf-8")
    prompt = Prompt()
    prompt.shell.start_debugging(str(path))
    assert prompt("g").startswith("leak[mdl-leaked]")
    with pytest.raises(Refused, match="cannot open"):
        prompt.shell.start_debugging(str(tmp_path / "nothing.dma"))


def test_restart_begins_the_file_again_with_its_breakpoints(threads: Prompt) -> None:
    threads("bp OnTimer")
    assert "OnTimer" in threads("g")
    threads(".restart")
    assert "script" in threads("k") and "OnTimer" in threads("g")
    threads("bc *")
    assert threads("g").endswith("main done\n")


def test_g_lets_go_on_what_is_still_going_on(threads: Prompt, tmp_path: Path) -> None:
    prompt = Prompt()
    path = tmp_path / "again.dma"
    path.write_text(THREADS.replace("KeWaitForSingleObject(thread,", "if (0) KeWaitForSingleObject(thread,"), "utf-8")
    prompt.shell.load(str(path))
    assert prompt("g") == "worker done 11\n"
    assert prompt("g") == "all is at rest\n"


# ---- backwards


def test_steps_go_back_over_into_and_out_of_calls(prompt: Prompt) -> None:
    prompt("int outer(void) {\n    int a = f(1);\n    int b = f(a);\n    return a + b;\n}")
    prompt("bp outer")
    prompt("outer()")
    prompt("p 2")
    assert "outer, entry 2:3" in prompt("p-")
    assert "outer, entry 2:4" in prompt("p")
    assert "f, entry 1:1" in prompt("t-") and prompt("w").startswith("11")
    assert "outer, entry 2:3" in prompt("gu-")
    assert "outer, entry 2:2" in prompt("p-") and "script, entry 3:1" in prompt("p-")
    assert "the run begins here" in prompt("p- 99")


def test_g_back_goes_to_the_last_hit(prompt: Prompt) -> None:
    prompt("bp f")
    prompt("f(3)")
    prompt("p 3")
    assert "f, entry 1:1" in prompt("g-") and prompt("q") == "3\n"
    prompt("bc *")
    assert "script, entry 3:1" in prompt("g-").replace("entry 2:1", "entry 3:1")
    assert "the run begins here" in prompt("g-")


def test_after_a_crash_everything_is_alive_a_moment_before(prompt: Prompt) -> None:
    prompt("PMDL mdl = IoAllocateMdl(NULL, 4, FALSE, FALSE, NULL);")
    prompt("void twice(PMDL one) {\n    IoFreeMdl(one);\n    IoFreeMdl(one);\n}")
    shown = prompt("twice(mdl)")
    assert "mdl-used-after-free" in shown and "twice, entry 3:3" in shown
    assert "nt!IoFreeMdl" in prompt("k") and "one = " in prompt("dv")
    prompt("g")
    assert prompt.shell.prompt() == "dead> " and "the machine has stopped" in prompt("p")
    assert "twice, entry 3:3" in prompt("g-") and "nt!IoFreeMdl" in prompt("k")
    prompt("p-")
    prompt("p-")
    assert prompt("one->Size").startswith("56")
    assert "undone: twice(mdl)" in prompt(".undo")
    assert prompt.shell.prompt() == "dma> " and prompt("mdl->Size").startswith("56")


def test_travel_to_a_position(prompt: Prompt) -> None:
    prompt("int n = 0;")
    prompt("for (int i = 0; i < 100; i++) n += i;")
    end = prompt("!tt")
    assert end.startswith("position 202 of 202")
    prompt("!tt 50%")
    assert prompt("i").startswith("49") and prompt("!tt").startswith("position 100 of 202")
    assert "script, entry 3:1" in prompt("!tt 0") and "position 0 of 202" in prompt("!tt")
    assert "the run has come to position 202" in prompt("!tt 203") and "is no position" in prompt("!tt x")
    assert prompt("g") == "" and prompt("n").startswith("4950")
    prompt("n = 1;")
    assert "(1 later entry is forgotten)" in prompt("!tt 7")


def test_undo_takes_back_what_was_declared_too(prompt: Prompt) -> None:
    prompt("int a = 5;")
    prompt("int f(int q) { return 0; }")
    assert prompt("f(2)") == "0\n"
    prompt(".undo 2")
    assert prompt("f(2)") == "8\n"
    prompt(".undo 2")
    assert "unknown-name" in prompt("a")
    prompt("int a = 6;")
    assert prompt("a") == "6\n"
    prompt('DbgPrint("said once\\n");')
    prompt(".undo")
    assert prompt('DbgPrint("said again\\n");') == "said again\n"


def test_who_wrote_and_who_mapped(prompt: Prompt) -> None:
    prompt("int x;\nvoid set(int to) {\n    x = to;\n}")
    prompt("set(4);")
    prompt("x;")
    assert "written   by set, entry 2:3" in prompt("!who &x 4")
    prompt("PMDL mdl = IoAllocateMdl(NULL, 4, FALSE, FALSE, NULL);")
    shown = prompt("!who mdl 8")
    assert "written   by script, entry 4:1" in shown and "mapped    by script, entry 4:1" in shown
    assert "never" in prompt("!who 1000") and prompt("!who").startswith("error")


def test_the_timeline_shows_what_happened(threads: Prompt) -> None:
    threads("g")
    shown = threads("!timeline 40")
    assert "PsCreateSystemThread(" in shown and "[dpc]" in shown and "position" in shown
    assert all(len(line) <= 80 for line in shown.splitlines())


def test_the_script_itself_can_ask_for_the_debugger(prompt: Prompt) -> None:
    for text, said in (
        ("DbgBreakPoint();", "DbgBreakPoint: script"), ("__debugbreak();", "__debugbreak: script"),
        ("KdBreakPoint();", "DbgBreakPoint: script"), ("DbgBreakPointWithStatus(7);", "status 0x00000007: script"),
        ("NT_ASSERT(1 == 2);", "assertion failed: 1 == 2: script"),
    ):  # fmt: skip
        assert said in prompt(text)
        assert prompt("g") == "" and prompt.shell.prompt() == "dma> "


def test_a_deadlock_can_be_looked_at_and_undone(prompt: Prompt) -> None:
    prompt("KEVENT never; KeInitializeEvent(&never, NotificationEvent, FALSE);")
    wait = "KeWaitForSingleObject(&never, Executive, KernelMode, FALSE, NULL);"
    assert "no thread can ever run again" in prompt(wait)
    assert "nt!KeWaitForSingleObject" in prompt("k 0")
    assert prompt("KeSetEvent(&never, 0, FALSE);") == ""
    assert prompt("g") == "" and prompt.shell.prompt() == "dma> "
    prompt("KeClearEvent(&never);")
    prompt(wait)
    assert "waits-for-ever" in prompt("g") and prompt.shell.prompt() == "dead> "
    prompt(".undo")
    assert prompt.shell.prompt() == "dma> "


@pytest.mark.parametrize(
    "name", ["p", "t", "gu", "pc", "g 3", "dv", ".frame 0", "p-", "t-", "gu-", "g-", "!tt 1", ".undo"]
)
def test_what_needs_a_run_refuses_without_one(name: str) -> None:
    assert Prompt()(name).startswith("error: ")


def test_every_command_says_what_it_does() -> None:
    for row in all_commands().values():
        assert row.help.endswith(".") and row.usage.split()[0] in row.names or row.names == ("?NAME",)


def test_the_last_value_has_a_name(prompt: Prompt) -> None:
    assert "unknown-name" in prompt("_")
    assert prompt("1 + 2") == "3\n" and prompt("_ + 4") == "7\n"
    prompt("int seven = _;")
    assert prompt("seven") == "7\n" and prompt("f(_)").startswith("23")
    assert prompt("_").startswith("23") and prompt("&seven").endswith(" seven\n") and prompt("*_") == "7\n"
    prompt(".restart")
    assert prompt("seven") == "7\n"
    prompt("bp f")
    prompt("f(4)")
    prompt("q")
    prompt("q = _ * 3;")
    assert prompt("q").startswith("12")


def test_data_breakpoints_see_what_a_device_writes() -> None:
    prompt = Prompt()
    prompt.shell.start_debugging(str(Path(__file__).parent.parent / "examples" / "sg_read.dma"))
    prompt("bp SgSampleRead")
    prompt("g")
    prompt("PVOID where = (char *)Irp->MdlAddress->StartVa + Irp->MdlAddress->ByteOffset;")
    prompt("ba w4 where")
    assert "written by device Card, on write Command, after" in prompt("g")
    shown = prompt("!who where 4")
    assert "written   by device Card, on write Command, after" in shown and "mapped    by app" in shown
    prompt("bc *")
    assert prompt("g").endswith("first a5\n")
