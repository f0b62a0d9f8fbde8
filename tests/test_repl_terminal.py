"""The session at a terminal: keys are typed into a pseudo-terminal, and the screen is read."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("pexpect", reason="needs pexpect")
pytest.importorskip("pyte", reason="needs pyte")
pytestmark = pytest.mark.skipif(os.name == "nt", reason="there is no pseudo-terminal")

from typed_session import TypedSession  # noqa: E402

SPIN = "void spin(int n) {\n    volatile int i = 0;\n    while (1) {\n        i += n;\n    }\n}\n"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[TypedSession]:
    """A session at an empty prompt."""
    with TypedSession(tmp_path, "repl") as opened:
        opened.prompt()
        yield opened


def typed(session: TypedSession, *lines: str) -> None:
    """Type lines as a person does, one key press after the other."""
    for line in lines:
        session.line(line)


def interrupt(session: TypedSession) -> None:
    """Let SPIN run, and press Ctrl-C."""
    session.line('DbgPrint("it runs\\n"); spin(1);')
    session.wait(lambda: "it runs" in session.shown, "what is printed before the loop")
    session.press("ctrl-c")


def test_dmascript_alone_opens_a_session(tmp_path: Path) -> None:
    """It says in two lines what one may do, and leaves with 0."""
    with TypedSession(tmp_path) as session:
        session.prompt()
        assert session.shown[0].startswith("dmascript 0.") and ".help" in session.shown[1]
        assert session.leave() == 0


def test_values_are_shown(session: TypedSession) -> None:
    session.enter("ULONG x = 20;")
    assert session.enter("x + 1") == "21 (0x15)\n"
    session.enter("#define TWICE(x) (2 * (x))")
    assert session.enter("TWICE(21)") == "42 (0x2a)\n"


def test_code_is_continued_and_indented(session: TypedSession) -> None:
    """Enter opens a line while a brace is open, as deep as it stands; a `}` goes back below its block."""
    typed(session, "void f(int n) {", "if (n > 3) {", 'DbgPrint("%d\\n", n);', "}", "}")
    session.prompt()
    assert session.text.split("dma> ", 1)[1].split("\n")[:5] == [
        "void f(int n) {",
        "...>     if (n > 3) {",
        '...>         DbgPrint("%d\\n", n);',
        "...>     }",
        "...> }",
    ]
    assert session.enter("f(4)") == "4\n"


def test_a_paste_is_taken_as_it_stands(session: TypedSession) -> None:
    """A function that is pasted keeps its indentation, and waits for Enter."""
    session.paste(SPIN)
    session.see("...> }")
    assert "...>         i += n;\n...>     }\n...> }" in session.text
    session.press("enter")
    session.prompt()
    assert "error" not in session.text


def test_an_unannounced_paste_is_not_indented_again(session: TypedSession) -> None:
    """Where the terminal does not mark a paste, the keys come all at once, and nothing is added between them."""
    session.type(SPIN.replace("\n", "\r"))
    session.see("...> }")
    session.prompt()
    assert "...>         i += n;\n...>     }\n...> }" in session.text


def test_a_paste_of_several_entries(session: TypedSession) -> None:
    """Commands and code of one paste are done one after the other."""
    session.paste("int a = 5;\n.help dt\nif (a) {\n    a = 6;\n}\nelse {\n    a = 7;\n}\na + 1\n")
    session.press("enter")
    session.see("7\n")
    session.prompt()
    assert "dt" in session.text and "error" not in session.text


def test_a_menu_opens_and_says_what_a_routine_needs(session: TypedSession) -> None:
    """The menu shows names with IRQL and undo; what is chosen shows its prototype below, and Enter takes it."""
    session.type("MmUn")
    session.see("MmUnlockPages")
    assert "<= DISPATCH" in session.text
    session.press("tab")
    session.see("dma> MmUnlockPages")
    session.see("VOID MmUnlockPages(PMDL MemoryDescriptorList)")
    session.press("enter")
    session.wait(lambda: "MmUnmapIoSpace" not in session.text, "an end of the menu")
    assert session.shown[session.screen.cursor.y] == "dma> MmUnlockPages"


def test_tab_completes_fields(session: TypedSession) -> None:
    """The fields of a structure open behind an arrow by themselves."""
    session.enter("PMDL mdl = IoAllocateMdl(NULL, 4096, FALSE, FALSE, NULL);")
    session.type("mdl->")
    session.see("+0x028  ULONG")
    session.write("ByteC")
    session.press("tab")
    session.see("dma> mdl->ByteCount")
    session.press("enter", "enter")
    session.see("4096 (0x1000)")


def test_the_call_is_told_while_it_is_written(session: TypedSession) -> None:
    """Inside the brackets of a call its prototype stands at the bottom."""
    session.type("IoFreeMdl(")
    session.see("VOID IoFreeMdl(PMDL Mdl)")


def test_the_arrows_stay_with_the_history_while_a_menu_is_open(session: TypedSession) -> None:
    """Up goes through the history also when a menu has opened by itself."""
    session.enter("int counter = 1;")
    session.write("cou")
    session.see(" counter ")
    session.press("up")
    session.settle()
    assert session.shown[session.screen.cursor.y] == "dma> int counter = 1;"


def test_history_outlives_the_session(tmp_path: Path) -> None:
    """Entries of an earlier session come back with Up, with Ctrl-R, and grey behind what is typed."""
    with TypedSession(tmp_path, "repl") as session:
        session.prompt()
        session.enter("int first_of_all = 1;")
        session.enter("int second = 2;")
        session.enter(" int secret = 3;")
        assert session.leave() == 0
    with TypedSession(tmp_path, "repl") as session:
        session.prompt()
        session.press("up")
        session.see("dma> int second = 2;")
        session.press("ctrl-c")
        session.prompt()
        session.press("ctrl-r")
        session.see("I-search")
        session.type("first_of")
        session.see("dma> int first_of_all = 1;")
        session.press("enter")
        session.wait(lambda: "I-search" not in session.text, "an end of the search")
        session.press("ctrl-c")
        session.prompt()
        session.type("int fi")
        session.wait(lambda: session.shown[session.screen.cursor.y] == "dma> int first_of_all = 1;", "the suggestion")
        session.press("ctrl-e")
        session.line("")
        session.prompt()
        assert session.enter("first_of_all") == "1\n"


def test_ctrl_c_gives_the_entry_up(session: TypedSession) -> None:
    """What is typed is left, nothing of it is done, and the session goes on."""
    typed(session, "void f(void) {")
    session.type("nonsense")
    session.press("ctrl-c")
    session.prompt()
    assert session.enter("1 + 2") == "3\n" and "error" not in session.text


def test_ctrl_c_stops_the_machine_at_a_statement(session: TypedSession) -> None:
    """A loop without end is interrupted, with the source around it; the prompt says so, and locals can be read."""
    session.paste(SPIN)
    session.press("enter")
    session.prompt()
    interrupt(session)
    session.prompt("0: kd>")
    assert "interrupted" in session.text
    assert any(line.startswith("> ") and line[2] in "34" for line in session.shown)
    session.see("spin at ")
    assert session.enter("n", "0: kd>") == "1\n"


def test_enter_repeats_the_last_step(session: TypedSession) -> None:
    """On an empty line Enter steps again."""
    session.paste(SPIN)
    session.press("enter")
    session.prompt()
    interrupt(session)
    session.prompt("0: kd>")
    session.settle()

    def current() -> str:
        return next(line for line in reversed(session.shown) if line.startswith("> "))

    lines = {current()}
    for key in ("p", "", "f10"):
        row = session.row
        session.press(key) if key == "f10" else session.type(key + "\r")
        session.wait(lambda row=row: session.row > row, "another step")  # type: ignore[misc]
        session.prompt("0: kd>")
        lines.add(current())
    assert lines == {"> 3:     while (1) {", "> 4:         i += n;"}


def test_a_crash_ends_no_session(session: TypedSession) -> None:
    """After a bug check the machine can be looked at."""
    session.enter("PMDL mdl = IoAllocateMdl(NULL, 4096, FALSE, FALSE, NULL);")
    typed(session, "IoFreeMdl(mdl); IoFreeMdl(mdl);")
    session.prompt("0: kd>")
    assert "*** STOP" in session.all_text
    assert "ByteOffset" in session.enter("dt _MDL", "0: kd>")
    session.enter("g", "dead>")
    assert "ByteOffset" in session.enter("dt _MDL", "dead>")


def test_the_state_of_the_machine_stands_at_the_bottom(session: TypedSession) -> None:
    """Profile, verifier, time, IRQL, processor and thread; the time goes on with what is run."""
    session.enter("KIRQL old;")
    session.enter("KeRaiseIrql(DISPATCH_LEVEL, &old);")
    session.see(" DISPATCH_LEVEL ")
    bottom = session.shown[-1]
    assert bottom.startswith(" direct  verifier standard") and "DISPATCH_LEVEL" in bottom and "cpu 0" in bottom
    assert " 0.000 us" not in bottom


def test_keys_of_vi(session: TypedSession) -> None:
    """`.keys vi` brings the modes of vi, `.keys emacs` takes them away."""
    session.enter(".keys vi")
    session.see(" insert ")
    session.write("int a = 1;")
    session.press("escape")
    session.see(" navigation ")
    session.type("0wrb")
    session.see("dma> int b = 1;")
    session.line("")
    session.prompt()
    session.enter(".keys emacs")
    session.wait(lambda: " insert " not in session.text, "no mode of vi")
    assert session.enter("b") == "1\n"


def test_names_are_explained(session: TypedSession) -> None:
    """`?name` and F1 say what a name means."""
    session.enter("?MmUnlockPages")
    assert "VOID MmUnlockPages(PMDL MemoryDescriptorList)" in session.all_text
    session.write("IoFreeMdl")
    session.press("f1")
    session.see("VOID IoFreeMdl(PMDL Mdl)")
    session.see("dma> IoFreeMdl")


@pytest.mark.parametrize("columns", [40, 24])
def test_narrow_terminals(tmp_path: Path, columns: int) -> None:
    """The line at the bottom leaves out what matters least; nothing breaks."""
    with TypedSession(tmp_path, "repl", columns=columns, lines=16) as session:
        session.prompt()
        session.write("IoAllocateMdl(")
        session.see("PASSIVE_LEVEL")
        session.see("PMDL IoAllo")
        session.line("NULL, 4096, FALSE, FALSE, NULL)")
        session.prompt()
        assert session.leave() == 0


@pytest.mark.parametrize("how", ["NO_COLOR", "--no-color"])
def test_without_colours(tmp_path: Path, how: str) -> None:
    """No colour is sent, and what is chosen in a menu still stands out."""
    words = ["repl"] if how == "NO_COLOR" else ["repl", how]
    with TypedSession(tmp_path, *words, environment={"NO_COLOR": "1"} if how == "NO_COLOR" else {}) as session:
        session.prompt()
        session.enter("nosuch;")
        session.type("MmUnl")
        session.see("MmUnlockPages")
        session.press("tab")
        session.see("dma> MmUnlockPages")
        cells = [cell for line in session.screen.buffer.values() for cell in line.values()]
        assert {cell.fg for cell in cells} | {cell.bg for cell in cells} == {"default"}
        assert any(cell.reverse for cell in cells)


def test_colours(session: TypedSession) -> None:
    """What is typed is coloured by what it is."""
    session.type("PMDL m = IoAllocateMdl(NULL, 4096, TRUE, TRUE, NULL); // text")
    session.see("// text")
    line = session.screen.buffer[session.screen.cursor.y]
    shown = session.screen.display[session.screen.cursor.y]
    colours = [line[shown.index(word)].fg for word in ("PMDL", "IoAlloc", "NULL", "4096", "// text")]
    assert len(set(colours)) == 5 and "default" not in colours


def test_a_dumb_terminal_takes_lines(tmp_path: Path) -> None:
    """Where the cursor cannot be moved, prompts are plain and no escape sequence is sent."""
    with TypedSession(tmp_path, "repl", environment={"TERM": "dumb"}) as session:
        session.see("dma>")
        sent = b""
        for line in ("int f(int x) {", "    __debugbreak();", "    return x + 1;", "}", "f(2)"):
            session.type(line + "\n")
            sent += session.pump(0.5)
        session.see("> 2:     __debugbreak();\n  3:     return x + 1;")
        session.see("...>")
        session.type("g\n")
        session.see("3\ndma>")
        assert b"\x1b" not in sent
        session.process.sendcontrol("d")
        session.wait(lambda: not session.process.isalive(), "the end")


def test_the_start_up_file_is_read(tmp_path: Path) -> None:
    """Its entries and commands are done before the first prompt, and what is wrong in it is told."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "startup.dma").write_text("int mine = 7;\n.keys vi\nnosuch;\n", "utf-8")
    with TypedSession(tmp_path, "repl") as session:
        session.prompt()
        session.see(" insert ")
        assert "unknown-name" in session.text
        assert session.enter("mine") == "7\n"


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    with TypedSession(tmp_path, "repl", "nosuch.dma") as session:
        session.see("cannot open nosuch.dma")
        session.wait(lambda: not session.process.isalive(), "the end")


def test_a_window_that_changes_its_size(session: TypedSession) -> None:
    """What is shown after that is as wide as the window then is."""
    session.process.setwinsize(24, 50)
    session.screen.resize(24, 50)
    os.kill(session.process.pid, signal.SIGWINCH)
    session.settle(1)
    session.enter(".help dt")
    assert max(map(len, session.shown)) <= 50
    session.enter("1")


def test_ctrl_d_within_an_entry_deletes(session: TypedSession) -> None:
    """Ctrl-D leaves only from an empty line."""
    session.write("12")
    session.press("home", "ctrl-d")
    session.wait(lambda: session.shown[session.screen.cursor.y] == "dma> 2", "a 2")
    session.line("")
    session.see("2\n")
    session.prompt()


def test_run_with_debug_stops_at_the_first_statement(tmp_path: Path) -> None:
    """`dmascript run FILE --debug` shows the source and waits; the run can be stepped and gone on with."""
    (tmp_path / "two.dma").write_text("int x = 5;\nx = x * 2;\nDbgPrint(\"%d\\n\", x);\n", "utf-8")
    with TypedSession(tmp_path, "run", "two.dma", "--debug") as session:
        session.prompt("0: kd>")
        assert "  1: int x = 5;" in session.shown and "> 2: x = x * 2;" in session.shown
        assert session.enter("x", "0: kd>") == "5\n"
        assert "> 3: DbgPrint" in session.enter("p", "0: kd>")
        assert session.enter("g").startswith("10\n")


def test_leaving_at_once(tmp_path: Path) -> None:
    """A session that is left before it is warm says nothing."""
    for _ in range(3):
        with TypedSession(tmp_path, "repl") as session:
            session.see("dma>")
            assert session.leave() == 0
            assert "Error" not in session.text and "Exception" not in session.text


def test_the_source_window_shows_what_runs_next() -> None:
    """Tabs and long lines fit the window, and the part of the line that runs next is marked where it is not all."""
    from dmascript.repl.screen import source_around, source_text
    from dmascript.repl.terminal import source_fragments
    from prompt import Prompt

    prompt = Prompt(width=40)
    prompt("void f(int n) {\n\tint zebra = n; __debugbreak(); // a comment that is rather long\n}")
    prompt("f(3)")
    stop = prompt.shell.live.stopped
    assert stop is not None
    lines = source_around(prompt.shell, stop)
    assert source_text(lines, 40).split("\n") == [
        "  1: void f(int n) {",
        "> 2:     int zebra = n; __debugbreak();…",
        "  3: }",
    ]
    fragments = list(source_fragments(lines, 40))
    assert "".join(text for _, text, *_ in fragments) == source_text(lines, 40)
    marked = "".join(text for style, text, *_ in fragments if "source.now" in style)
    assert marked.rstrip(";") == "__debugbreak()"
