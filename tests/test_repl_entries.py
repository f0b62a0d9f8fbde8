"""Where an entry ends, how it is indented, and how a text falls into entries."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dmascript.repl.entries import is_complete, may_go_on, split, without_prompts
from dmascript.repl.indenting import closing_indent, next_indent
from prompt import Prompt

COMPLETE = """
x
x;
PMDL mdl = IoAllocateMdl(a, 1, FALSE, FALSE, NULL);
if (x) y();
if (x) { y(); } else z();
struct S { int a; };
typedef struct { int x; } T;
enum E { A, B };
int f(int x) { return x; }
int f(int x)\\n{\\n    return x;\\n}
struct S f(void) { return s; }
extern int f(void);
__try { a(); } __except (1) { b(); }
__try { a(); } __finally { b(); }
try { a(); } finally { b(); }
do { x(); } while (1);
for (int i = 0; i < 3; i++) DbgPrint("x");
while (x) ;
switch (x) { case 1: break; }
after (2 us) x = 1;
machine { memory = 6 GiB; }
device D { registers { ULONG A @ 0; } }
driver D : E { }
int a[] = {1, 2};
x = (T){1};
#define X 5
#if 1\\nint x;\\n#endif
a * f(3)
f(3)
x++
{ int x; }
// comment
/* x */
sizeof(int)
""".strip().split("\n")

INCOMPLETE = """
if (x)
if (x) {
if
else
if (x) y(); else
for (;;)
do
do { x(); }
do x; while
__try
__try { a(); }
__try { a(); } __except
__try { a(); } __except (1)
struct S { int a; }
typedef struct { int x; }
int f(int x)
static int g(int a)
PVOID *f(void)
VOID f()
struct S f(void)
NTSTATUS f(PVOID a,
machine {
device D
int a[] = {1,
f(
x =
a +
a,
mdl->
/* x
#if 1
#if 1\\nint x;
#define X \\\\
""".strip().split("\n")

WRONG = ['"abc', "f(}", "f)", "x }", "'a", "\u201cabc\u201d", "if (x]"]


def unescaped(text: str) -> str:
    return text.replace("\\n", "\n").replace("\\\\", "\\")


@pytest.mark.parametrize("text", COMPLETE)
def test_whole_code_is_run(text: str) -> None:
    """Enter runs what lacks nothing."""
    assert is_complete(unescaped(text))


@pytest.mark.parametrize("text", INCOMPLETE)
def test_open_code_goes_on(text: str) -> None:
    """Enter opens a line where a bracket, a body, an operand or a `#endif` is still to come."""
    assert not is_complete(unescaped(text))


@pytest.mark.parametrize("text", WRONG)
def test_wrong_code_is_left_to_the_checker(text: str) -> None:
    """What no further line can mend is run, so that somebody says what is wrong with it."""
    assert is_complete(text)


def test_every_example_is_complete(request: pytest.FixtureRequest) -> None:
    """Whole scripts are whole, and no beginning of one crashes the reader."""
    for path in sorted((request.config.rootpath / "examples").glob("*.dma")):
        text = path.read_text("utf-8")
        assert is_complete(text), path.name
        for end in range(0, len(text), 97):
            is_complete(text[:end])
            next_indent(text[:end])


@pytest.mark.parametrize("word", ["if (x) ", "else ", "do ", "__try ", "{ ", "f( "])
def test_depth_is_no_danger(word: str) -> None:
    """Twenty thousand of a word end in an answer."""
    assert is_complete(word * 20000) in (True, False)


def test_only_an_if_may_go_on() -> None:
    """Only behind an `if` could an `else` follow."""
    assert may_go_on("if (x) y();") and may_go_on("while (a) if (x) { y(); }")
    assert not any(map(may_go_on, ("if (x) y(); else z();", "void f(void) {}", "x;", "if (x)")))


def test_lines_fall_into_entries() -> None:
    """Commands are lines of their own; an `else` belongs to the `if` before it, whatever blank lines stand between."""
    text = """int x = 1;
dt _MDL x

if (x) {
    f();
}

else {
    g();
}
if (x) y();
z
void f(void)
{
}
if (a) b;
dt _IRP"""
    assert list(split(text.split("\n"), lambda line: line.startswith("dt "))) == [
        "int x = 1;", "dt _MDL x", "if (x) {\n    f();\n}\n\nelse {\n    g();\n}", "if (x) y();", "z",
        "void f(void)\n{\n}", "if (a) b;", "dt _IRP",
    ]  # fmt: skip


def test_an_entry_is_handed_on_at_once() -> None:
    """The line after a whole entry is not asked for before the entry was taken, so that a pipe can be answered."""
    asked: list[str] = []

    def typed() -> Iterator[str]:
        for line in ("x;", "f(", ")", "y"):
            asked.append(line)
            yield line

    entries = split(typed(), lambda line: False)
    assert next(entries) == "x;" and asked == ["x;"]
    assert next(entries) == "f(\n)" and asked == ["x;", "f(", ")"]


@pytest.mark.parametrize(
    ("before", "indent"),
    [
        ("void f(void) {", 4),
        ("void f(void) {\n    if (x) {", 8),
        ("{\n    y;", 4),
        ("{\n    if (x) {\n        y;\n    }", 4),
        ("if (x)", 4),
        ("{\n    if (x)", 8),
        ("f(a,", 4),
        ("x;", 0),
        ("if (a) {\n} else", 4),
    ],
)
def test_a_new_line_is_indented(before: str, indent: int) -> None:
    """Four blanks more than the line of the innermost open bracket, or of a head without its statement."""
    assert next_indent(before) == indent


def test_a_brace_finds_its_partner() -> None:
    """A `}` goes below the line that opened its block; where none is open, it stays."""
    assert closing_indent("{\n    if (x) {\n        y;\n") == 4
    assert closing_indent("{\n    y;\n") == 0
    assert closing_indent("f(\n") is None
    assert closing_indent("x;") is None


def test_a_copied_session_can_be_pasted() -> None:
    """Prompts and answers are taken out of what was copied from a session."""
    copied = "dma> void f(void) {\n...>     g();\n...> }\ndma> x\n5 (0x5)\n0: kd> k"
    assert without_prompts(copied) == "void f(void) {\n    g();\n}\nx\nk"
    assert without_prompts("dma = 5;\nx") == "dma = 5;\nx"


def test_a_refused_entry_takes_its_names_along() -> None:
    """Functions and variables of an entry that does not compile are unknown, and those before it are as they were."""
    prompt = Prompt()
    prompt("int f(int x) { return x + 1; }")
    prompt("int f(int x) { return x + 2; } int g(void) { return 1; } PVOID where = NULL; nosuch 5;")
    assert "unknown-name" in prompt("g()") and "unknown-name" in prompt("where")
    assert prompt("f(1)") == "2\n"


def test_comments_alone_are_no_entry() -> None:
    prompt = Prompt()
    assert prompt("// why") == prompt("/* how */ // and why") == ""
    assert "entry 1:1" in prompt("nosuch;")
