"""The blocks from text to running code: their names are their own, and sugar runs as the C that it stands for."""

from __future__ import annotations

from pathlib import Path

import pytest

from dmascript.cli import command_line
from dmascript.grammar.properties import KNOWN
from dmascript.grammar.syntax import DeviceBlock
from dmascript.interp import script
from dmascript.interp.compile import Front
from dmascript.interp.expand import Expansion, expand
from dmascript.interp.options import Options
from dmascript.runtime.hal.resources import BUSES, PROPERTIES

HERE = Path(__file__).parent
SCRIPTS = sorted((HERE / "golden" / "blocks").glob("*.dma")) + sorted((HERE.parent / "examples").glob("*.dma"))
WITH_DRIVERS = [path for path in SCRIPTS if "\ndriver " in path.read_text(encoding="utf-8")]

DEVICE = "device Card { registers { ULONG Command @ 0; ULONG Status @ 4; } }\n"
DONE = "Irp->IoStatus.Status = STATUS_SUCCESS; Irp->IoStatus.Information = 0; IoCompleteRequest(Irp, 0); return 0;"


def run(text: str, options: Options | None = None, path: str = "test.dma") -> tuple[str, script.Outcome]:
    """What a script prints, and how it ends."""
    options = options or Options()
    loaded = script.load(path, options, text)
    assert loaded.program is not None, [found.message for found in loaded.diagnostics]
    printed: list[str] = []
    outcome = script.run(loaded, options, printed.append)
    return "".join(printed), outcome


def printed(text: str) -> str:
    """What a script prints that breaks no rule."""
    output, outcome = run(text)
    assert [(report.rule, report.title) for report in outcome.reports] == []
    return output


def diagnostics(text: str) -> list[str]:
    loaded = script.load("test.dma", Options(), text)
    return [f"{found.span.line}:{found.span.column} {found.rule}" for found in loaded.diagnostics]


def plain(text: str, folder: Path) -> Path:
    """The script in a folder, its drivers as C files beside it."""
    expanded = expand(Front("test.dma", Options(), text))
    for one in expanded.drivers:
        (folder / f"{one.name}.c").write_text(one.text, encoding="utf-8")
    target = folder / "test.dma"
    target.write_text(expanded.script, encoding="utf-8")
    return target


def only_driver(text: str) -> Expansion:
    """The C of a script's only driver."""
    (one,) = expand(Front("test.dma", Options(), text)).drivers
    return one


def runs_the_same(text: str, folder: Path, seed: int | None = None) -> str:
    """What a script prints, and so does the one with its drivers as C."""
    target = plain(text, folder)
    options = Options(seed=seed)
    expected, before = run(text, options)
    loaded = script.load(str(target), options)
    assert loaded.diagnostics == []
    assert loaded.program is not None
    lines: list[str] = []
    after = script.run(loaded, options, lines.append)
    assert ("".join(lines), after.exit_code) == (expected, before.exit_code)
    return expected


# ---- expand ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", WITH_DRIVERS, ids=lambda path: path.stem)
def test_expanded_runs_the_same(path: Path, tmp_path: Path) -> None:
    """A script prints the same with its driver blocks and with the C that they stand for, under a seed too."""
    text = path.read_text(encoding="utf-8")
    for seed in (None, 1):
        runs_the_same(text, tmp_path, seed)


@pytest.mark.parametrize("path", WITH_DRIVERS, ids=lambda path: path.stem)
def test_what_is_printed_can_be_loaded(path: Path) -> None:
    """The C of all drivers, as `expand` prints it, compiles beside the devices."""
    text = path.read_text(encoding="utf-8")
    front = Front("test.dma", Options(), text)
    assert front.unit is not None
    lines = text.split("\n")
    devices = [item.span for item in front.unit.items if isinstance(item, DeviceBlock)]
    blocks = ["\n".join(lines[span.line - 1 : span.end_line]) for span in devices if span.file == "test.dma"]
    includes = [line for line in lines if line.startswith("#include <devices/")]
    printed = expand(front).together()
    missing = [line for line in includes if line not in printed]
    assert diagnostics("\n".join([*missing, printed, *blocks])) == []


MACROS = """
#include <wdm.h>
#define BLOCK(n) driver n (n##Card) { on START { DbgPrint(#n " %u\\n", SIZE); return STATUS_SUCCESS; } }
#define HANDLER on IRP_MJ_READ
#define BUFFERED flags = DO_BUFFERED_IO;
#define STARTED { DbgPrint("line %u, size %u\\n", __LINE__, SIZE); return STATUS_SUCCESS; }
#define SIZE 4
device OneCard { registers { ULONG Command @ 0; } }
device TwoCard { registers { ULONG Command @ 0; } }
device ThreeCard { registers { ULONG Command @ 0; } }
BLOCK(One)
driver Two (TwoCard) {
    BUFFERED
    HANDLER (PDEVICE_OBJECT DeviceObject, PIRP Irp) { Irp->IoStatus.Status = 0; IoCompleteRequest(Irp, 0); return 0; }
    on START (PVOID device) STARTED
}
#undef SIZE
#define SIZE 5
#if SIZE == 5
driver Three (ThreeCard) {
    on START STARTED
    on STOP { ULONG i; for (i = 0; i < 2; i++) DbgPrint("%u\\n", -(-SIZE) + +i); }
}
#endif
"""


def test_macros_that_make_parts_of_a_block(tmp_path: Path) -> None:
    """Where macros make blocks, handlers or properties, the C says what the script does."""
    assert runs_the_same(MACROS, tmp_path) == "One 4\nline 15, size 4\nline 21, size 5\n5\n6\n"
    assert "macros that make parts of a block are replaced" in (tmp_path / "Two.c").read_text(encoding="utf-8")
    devices = "".join(line + "\n" for line in MACROS.split("\n") if line.startswith("device "))
    together = expand(Front("test.dma", Options(), MACROS)).together()
    assert printed(devices + together) == "One 4\nline 15, size 4\nline 21, size 5\n5\n6\n"


def test_macros_within_functions_stay() -> None:
    """Macros that a block only uses are left to the reader, and so are its comments."""
    text = (
        "#define SIZE 4\n"
        + DEVICE
        + ("driver D (Card) {\n    ULONG room[SIZE];  // a comment\n    on START { return SIZE; }\n}\n")
    )
    one = only_driver(text)
    assert "#define SIZE 4" in one.text and "ULONG room[SIZE];  // a comment" in one.text and "return SIZE" in one.text


def test_what_a_script_shares_with_its_drivers_is_one(tmp_path: Path) -> None:
    """Variables at file level are the same for drivers and statements, before and after; the C also stands alone."""
    text = (
        "ULONG started;\nstatic VOID Count(PCSTR who);\n"
        + DEVICE
        + 'driver D (Card) { on START { Count("D"); return STATUS_SUCCESS; } }\n'
        + 'driver E { on UNLOAD { Count("E"); } }\n'
        + 'static VOID Count(PCSTR who) { static ULONG calls; DbgPrint("%s %u %u\\n", who, ++calls, ++started); }\n'
        + 'Count("script");\n'
    )
    assert runs_the_same(text, tmp_path) == "D 1 1\nscript 2 2\nE 3 3\n"
    assert diagnostics((tmp_path / "E.c").read_text(encoding="utf-8")) == []


def test_expanded_alone(tmp_path: Path) -> None:
    """The C of one driver at file level, the long way, is the driver of the device that no block claims."""
    text = DEVICE + (
        'driver Plain (Card) { on START { DbgPrint("started\\n"); return STATUS_SUCCESS; }'
        ' on STOP { DbgPrint("stopped\\n"); } }\n'
    )
    one = only_driver(text)
    assert printed(DEVICE + one.text) == printed(text) == "started\nstopped\n"


def test_expanded_with_what_it_uses() -> None:
    """The C of a driver has the directives before it, and of the file's other code what it uses, and that only."""
    text = (
        "#define SIZE \\\n  16\n#include <wdm.h>\n"
        "typedef struct _INNER { ULONG a; } INNER;\ntypedef struct _OUTER { INNER inner[SIZE]; } OUTER, *POUTER;\n"
        "typedef struct _OTHER { ULONG a; } OTHER;\n"
        "static ULONG Helper(POUTER outer) { return outer->inner[0].a; }\nstatic ULONG Unused(VOID) { return 0; }\n"
        "driver D {\n"
        "    extension = OUTER;      // a comment that goes with it\n"
        "    on IRP_MJ_WRITE (PDEVICE_OBJECT device, PVOID request) {\n"
        "        PIRP irp = request; Helper(device->DeviceExtension); "
        + DONE.replace("Irp->", "irp->").replace("(Irp", "(irp")
        + "\n    }\n}\n"
    )
    one = only_driver(text)
    assert "#define SIZE \\\n  16\n#include <wdm.h>\n" in one.text
    for name in ("INNER", "OUTER", "Helper"):
        assert name in one.text
    for name in ("OTHER", "Unused", "a comment", "extension ="):
        assert name not in one.text
    assert "static NTSTATUS DWrite(PDEVICE_OBJECT device, PIRP Irp) {\n    PVOID request = Irp;\n" in one.text
    assert diagnostics(one.text) == []


def test_every_form_of_a_frame_is_right() -> None:
    """The C around a driver block compiles without a warning, whatever handlers there are."""
    minors = "on IRP_MN_QUERY_CAPABILITIES {{ return 0; }} on IRP_MN_SET_POWER {{ return 0; }}"
    handlers = [
        "", "on START {{ return 0; }}", "on STOP {{ }}", "on INTERRUPT {{ return FALSE; }}", "on DPC {{ }}",
        "on STARTIO {{ }}", "on UNLOAD {{ }}", minors, "on IRP_MJ_POWER {{ return 0; }}", "flags = DO_BUFFERED_IO;",
        "on IRP_MJ_CREATE {{ return 0; }} on IRP_MJ_CLOSE {{ return 0; }} on IRP_MJ_CLEANUP {{ return 0; }}",
        "on IRP_MJ_READ {{ return 0; }} on IRP_MJ_SYSTEM_CONTROL {{ return 0; }}",
        "typedef struct {{ ULONG a; }} X; extension = X;", "struct _X {{ ULONG a; }}; extension = struct _X;",
    ]  # fmt: skip
    for one in handlers:
        for other in handlers:
            if one is other and one or "extension" in one and "extension" in other:
                continue
            block = "(Card) { " + (one + " " + other).replace("{{", "{").replace("}}", "}") + " }\n"
            text = DEVICE + "driver Function " + block + "driver Filter " + block
            front = Front("test.dma", Options(), text)
            assert [found.message for found in front.found] == [], text
    bell = DEVICE.replace("registers", "interrupt = messages(2); registers")
    for one in ("", handlers[1], handlers[2], handlers[4]):
        text = bell + "driver D (Card) { on INTERRUPT { return TRUE; } " + one.format() + " }"
        assert diagnostics(text) == [], text
    text = DEVICE + "driver D (Card) { on IRP_MJ_PNP { return 0; } on IRP_MJ_READ { return 0; } on UNLOAD { } }"
    assert diagnostics(text) == []


# ---- what is run ----------------------------------------------------------------------------------------------


def test_a_driver_entry_is_loaded_before_the_statements() -> None:
    """A DriverEntry at file level is loaded whatever else the file has, and a script that calls it has one call."""
    entry = (
        'VOID Unload(PDRIVER_OBJECT d) { DbgPrint("unloaded\\n"); }\n'
        "NTSTATUS DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING r)"
        ' { if (d) d->DriverUnload = Unload; DbgPrint("loaded %u\\n", d != NULL); return STATUS_SUCCESS; }\n'
    )
    assert printed(entry) == "loaded 1\nunloaded\n"
    assert printed(entry + 'DbgPrint("statement\\n");') == "loaded 1\nstatement\nunloaded\n"
    assert printed('DbgPrint("statement\\n");' + entry) == "loaded 1\nstatement\nunloaded\n"
    assert printed(entry + 'process app { puts("app"); }') == "loaded 1\napp\nunloaded\n"
    assert printed(entry + 'DbgPrint("by hand\\n"); DriverEntry(NULL, NULL);') == "by hand\nloaded 0\n"


def test_a_file_with_main_is_a_process() -> None:
    """A program has a user space, its file's name, and nothing of the kernel; what main returns is the run's end."""
    text = (
        "ULONG count = 4; machine { processors = 1; }\n"
        "int main(int argc, char **argv)"
        ' { printf("%s %d %u\\n", argv[0], argc, (ULONG_PTR)&count < 0x800000000000); return (int)count; }\n'
    )
    output, outcome = run(text)
    assert (output, outcome.exit_code) == ("test 1 1\n", 1)
    assert run(text.replace("count = 4", "count = 0"))[1].exit_code == 0
    assert diagnostics("int main(void) { KeGetCurrentIrql(); return 0; }") == ["1:18 kernel-only"]


def test_a_main_that_is_not_run_is_told_of() -> None:
    """Beside drivers, statements and blocks nobody runs a main, unless it is called."""
    main = "int main(void) { return 0; }\n"
    entry = "NTSTATUS DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING r) { return STATUS_SUCCESS; }\n"
    for text in (main + entry, main + "DbgBreakPoint();", main + DEVICE):
        assert diagnostics(text) == ["1:5 main-not-run"]
    assert diagnostics("process app { " + main + 'puts(""); }') == ["1:19 main-not-run"]
    assert diagnostics(main + "main();") == diagnostics("process app { " + main + "main(); }") == []


# ---- names ----------------------------------------------------------------------------------------------------


def test_names_are_the_block_s_own() -> None:
    """Two drivers, a device and two processes may use one name for different things."""
    body = (
        "static ULONG Begin(ULONG x) {{ return x + {0}; }} typedef struct _S {{ UCHAR a[{0}]; }} S; ULONG state = {0};"
    )
    entry = (
        "NTSTATUS DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING r)"
        ' { DbgPrint("%u %u %u\\n", Begin(1), sizeof(S), state); return STATUS_SUCCESS; }'
    )
    text = "device A { " + body.format(1) + ' on reset { DbgPrint("%u %u %u\\n", Begin(1), sizeof(S), state); } }\n'
    text += "".join(f"driver D{n} {{ {body.format(n)} {entry} }}\n" for n in (2, 3))
    text += "".join(
        f'process p{n} {{ {body.format(n)} printf("%u %u %u\\n", Begin(1), sizeof(S), state); }}\n' for n in (4, 5)
    )
    text += "static ULONG Begin(ULONG x) { return x + 6; } ULONG state = 6;" + 'DbgPrint("%u %u\\n", Begin(1), state);'
    assert printed(text) == "2 1 1\n3 2 2\n4 3 3\n7 6\n5 4 4\n6 5 5\n"


def test_words_of_blocks_are_ordinary_names() -> None:
    """Driver code may use every word of a block as a name."""
    text = DEVICE + (
        "driver D (Card) { static ULONG after(ULONG x) { return x; }\n"
        "on START (PDEVICE_OBJECT device) { ULONG driver = 1, process = 2, registers = 3, on = 4, machine = 5, "
        "read = 6, write = 7, reset = 8, interrupt = 9; after(on);\n"
        'DbgPrint("%u\\n", driver + process + registers + on + machine + read + write + reset + after(interrupt)); '
        "return device ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL; } }\n"
    )
    assert printed(text) == "45\n"


def test_properties_are_those_of_the_hardware() -> None:
    """The checker knows the properties and buses that the machine knows, and no others."""
    assert set(KNOWN) == PROPERTIES
    assert KNOWN["bus"] == BUSES


# ---- boot -----------------------------------------------------------------------------------------------------


def test_filters_join_the_stack_before_it_starts() -> None:
    """Two drivers of one device are stacked in the order of the file, and the device starts when both are there."""
    one = 'driver {0} (Card) {{ on START {{ DbgPrint("{0} starts\\n"); return STATUS_SUCCESS; }}'
    one += ' on STOP {{ DbgPrint("{0} stops\\n"); }} }}\n'
    text = DEVICE + one.format("Lower") + one.format("Upper")
    assert printed(text) == "Lower starts\nUpper starts\nUpper stops\nLower stops\n"


def test_stop_comes_only_after_a_start_that_succeeded() -> None:
    """A driver whose START fails is not told to stop, and nobody can open it."""
    text = DEVICE + (
        'driver D (Card) { on START { return STATUS_UNSUCCESSFUL; } on STOP { DbgPrint("stopped\\n"); } }\n'
        'process app { HANDLE h = CreateFileW(L"\\\\\\\\.\\\\D", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);'
        ' printf("%d\\n", h == INVALID_HANDLE_VALUE); }\n'
    )
    assert printed(text) == "1\n"


def test_drivers_that_fail_are_remarked_on() -> None:
    """A driver that cannot load is told of, and is no failure of the run unless it is all there is."""
    entry = "NTSTATUS DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING r) { return STATUS_INSUFFICIENT_RESOURCES; }\n"
    _, outcome = run(entry)
    assert outcome.remarks == ["the driver test has not been loaded: 0xC000009A STATUS_INSUFFICIENT_RESOURCES"]
    assert outcome.exit_code == 1
    _, outcome = run(DEVICE + f"driver D (Card) {{ {entry} }} process app {{ }}")
    assert outcome.remarks == ["the driver D has not started Card: 0xC000009A STATUS_INSUFFICIENT_RESOURCES"]
    assert outcome.exit_code == 0


def test_a_process_that_fails_fails_the_run() -> None:
    """The exit code tells of a main that returned other than 0."""
    _, outcome = run("process app { int main(void) { return 3; } }")
    assert outcome.exit_code == 1
    _, outcome = run("process app { int main(void) { return 0; } }")
    assert outcome.exit_code == 0


def test_kept_programs_run_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second start takes the whole program with its blocks from the cache, and reports show the frame's lines."""
    monkeypatch.setenv("DMASCRIPT_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "kept.dma"
    path.write_text(DEVICE + 'driver D (Card) { on START { return STATUS_SUCCESS; } }\nprocess app { puts("here"); }\n')
    results = []
    for _ in range(2):
        loaded = script.load(str(path), Options())
        assert loaded.program is not None
        lines: list[str] = []
        outcome = script.run(loaded, Options(), lines.append)
        assert "DriverEntry" in loaded.files["D.frame.c"]
        results.append(("".join(lines), outcome.exit_code, sorted(loaded.files)))
    assert results[0] == results[1]
    assert results[0][0] == "here\n"


def test_expand_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`expand` prints the C, writes it with the script beside it, and never over the script itself."""
    source = tmp_path / "a" / "card.dma"
    source.parent.mkdir()
    (source.parent / "h").mkdir()
    (source.parent / "h" / "size.h").write_text("#define SIZE 4\n", encoding="utf-8")
    head = '#include "h/size.h"\n' + DEVICE
    source.write_text(head + "driver Plain (Card) { on START { return STATUS_SUCCESS; } }\n", encoding="utf-8")
    assert command_line(["expand", str(source)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("// The driver Plain of card.dma, as plain C.\n") and "PlainDispatchPnp" in out
    assert command_line(["expand", str(source), "-o", str(tmp_path / "b")]) == 0
    assert (tmp_path / "b" / "Plain.c").read_text(encoding="utf-8") == out
    assert '#include "Plain.c"' in (tmp_path / "b" / "card.dma").read_text(encoding="utf-8")
    assert command_line(["run", str(tmp_path / "b" / "card.dma")]) == 0
    assert command_line(["expand", str(source), "-o", str(source.parent)]) == 2
    assert not (source.parent / "Plain.c").exists()
    source.write_text("driver D (Crad) { }\n", encoding="utf-8")
    assert command_line(["expand", str(source)]) == 65
    assert "unknown-device" in capsys.readouterr().err
