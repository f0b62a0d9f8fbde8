"""The forms of a test that is a script: what is read, what is compared, what is rewritten."""

from __future__ import annotations

import pytest

from dmascript.golden import Came, Execute, run_expectations
from dmascript.golden_update import updated
from dmascript.grammar.source import Diagnostic, Span
from dmascript.interp.options import Options
from dmascript.interp.report import Place, Report, Stop
from dmascript.promises import programs_of
from dmascript.runtime.profiles import PROFILES

PATH = "t.dma"


def came(**members: object) -> Execute:
    """An execution that always comes out the same."""
    return lambda path, text, options: Came(**members)  # type: ignore[arg-type]


def finding(severity: str, rule: str, line: int, stop: tuple[int, int] | None = None, file: str = PATH) -> Report:
    shown = Stop(stop[0], "NAME", (stop[1], 0, 0, 0)) if stop else None
    return Report(severity, rule, "title", [Place(file, line, 1, 2)], [], "", [], stop=shown)


def refusal(rule: str, line: int, file: str = PATH) -> Diagnostic:
    return Diagnostic("error", rule, "message", Span(file, line, 1, line, 2))


def only(failures: list[str]) -> str:
    assert len(failures) == 1, failures
    return failures[0]


# ---- what is read ---------------------------------------------------------------------------------------------------


def test_expectations_are_read_only_from_line_comments() -> None:
    """Strings, characters and block comments hide what looks like one; the form takes one space behind its colon."""
    text = (
        'f("// expect: no"); // expect:  yes\n'
        "/* // expect: no\n// expect: no */ g('\"'); // expect:\n"
        "h('\\''); //expect:tight\n"
    )
    (program,) = programs_of(text)
    assert [(comment.line, promised) for comment, promised in program.output] == [(1, " yes"), (3, ""), (4, "tight")]


def test_all_forms() -> None:
    """Each form lands in its own list, with its line."""
    (program,) = programs_of(
        "// options: --profile bounce --seed 3\na; // expect error: bad-name\n"
        "b; // expect violation: mdl-already-locked\nc; // expect leak: pool-leaked\n"
        "d; // expect bugcheck: 0x4E/0x9a\ne; // expect bugcheck: 0xC4\n"
    )
    assert program.mistakes == []
    assert program.errors == [(2, "bad-name")]
    assert program.violations == [(3, "mdl-already-locked")]
    assert program.leaks == [(4, "pool-leaked")]
    assert program.bugchecks == [(5, 0x4E, 0x9A), (6, 0xC4, None)]
    options = program.options()
    assert (options.profile, options.seed) == ("bounce", 3)


def test_on_all_profiles() -> None:
    """The promises hold on each profile, and a failure says on which."""
    text = "// options: --profile all\nf(); // expect: ok\n"
    on: list[str] = []

    def execute(path: str, text: str, options: Options) -> Came:
        on.append(str(options.profile))
        return Came(output="no\n" if options.profile == "iommu" else "ok\n")

    assert only(run_expectations(PATH, text, execute)).startswith(f"on iommu: {PATH}:2: the output differs")
    assert on == list(PROFILES)


@pytest.mark.parametrize(
    "comment",
    [
        "expects: x", "expected: x", "Expect: x", "expcet: x", "exect: x", "expect eror: bad-name", "expect output: x",
        "expect error bad-name", "expect violation : bad-name", "option: --seed 1", "expect leak: Not A Rule",
        "expect bugcheck: 78", "expect bugcheck: PFN_LIST_CORRUPT", "expect error:",
    ],
)  # fmt: skip
def test_what_is_nearly_an_expectation_fails(comment: str) -> None:
    """A slip of the pen must not silently promise nothing."""
    failures = run_expectations(PATH, f"f(); // expect: ok\ng(); // {comment}\n", came(output="ok\n"))
    assert f"{PATH}: line 2: " in only(failures)


@pytest.mark.parametrize(
    "comment",
    [
        "except: never", "as we expect it: here", "expect the device to be slow", "aspects: two", "see options: there",
        "an example: x", "expected to be 3", "inspect: this",
    ],
)  # fmt: skip
def test_prose_is_no_expectation(comment: str) -> None:
    """Comments that only share a word with the forms are left alone."""
    assert run_expectations(PATH, f"f(); // expect: ok\ng(); // {comment}\n", came(output="ok\n")) == []


def test_a_script_that_promises_nothing_fails() -> None:
    """Else a golden test could pass by being empty."""
    assert "promises nothing" in only(run_expectations(PATH, "f();\n", came()))


def test_options_must_come_first_and_be_allowed() -> None:
    """`options:` behind code, an option that a test may not set and a value that does not exist are mistakes."""
    assert "before the first line of code" in only(
        run_expectations(PATH, "f(); // expect: x\n// options: --seed 1\n", came(output="x\n"))
    )
    for words in ("--max-memory 1G", "-I folder", "--json out", "--profile bounec", "--seed"):
        failure = only(run_expectations(PATH, f"/* a\n */\n// options: {words}\nf(); // expect: x\n", came()))
        assert failure.startswith("t.dma: line 3: ")
    assert "did you mean bounce?" in only(run_expectations(PATH, "// options: --profile bounec\n", came()))


def test_programs_are_cut_at_their_separators() -> None:
    """Each part keeps its line numbers; both spellings of the separator cut, but not inside a block comment."""
    text = "a; // expect: 1\n/*\n---\n*/\n---\nb; // expect: 2\n// ---\nc; // expect: 3"
    one, two, three = programs_of(text)
    assert one.text == "a; // expect: 1\n/*\n---\n*/\n"
    assert two.text == "\n\n\n\n\nb; // expect: 2\n"
    assert three.text.split("\n")[7] == "c; // expect: 3"
    assert [program.first_line for program in (one, two, three)] == [1, 6, 8]
    assert [program.output[0][0].line for program in (one, two, three)] == [1, 6, 8]


def test_options_of_the_file_hold_for_every_program() -> None:
    """The first head is the file's; a later head adds to it and overrides it."""
    seen: list[Options] = []

    def execute(path: str, text: str, options: Options) -> Came:
        seen.append(options)
        return Came(output="x\n")

    head = "// options: --profile bounce\n// options: --set processors=4\n"
    text = head + "f(); // expect: x\n---\n// options: --profile isa --seed 0x10\nf(); // expect: x\n"
    assert run_expectations(PATH, text, execute) == []
    assert [(o.profile, o.seed, o.settings) for o in seen] == [
        ("bounce", None, {"processors": "4"}),
        ("isa", 16, {"processors": "4"}),
    ]


def test_line_ends_of_windows_change_nothing() -> None:
    """A file with CRLF ends has the same promises, and cuts at the same lines."""
    text = "// options: --seed 1\na; // expect: 1\n---\nb; // expect violation: some-rule\n"
    plain, windows = programs_of(text), programs_of(text.replace("\n", "\r\n"))
    for one, two in zip(plain, windows, strict=True):
        assert [t for _, t in one.output] == [t for _, t in two.output]
        assert (one.violations, one.words, one.mistakes) == (two.violations, two.words, two.mistakes)


# ---- what is compared -----------------------------------------------------------------------------------------------


def test_output_is_compared_line_by_line() -> None:
    """All lines in order; a missing end of line and blanks at the end do not matter."""
    text = "f(); // expect: one\ng(); // expect: two\n"
    assert run_expectations(PATH, text, came(output="one  \ntwo")) == []
    assert run_expectations(PATH, text, came(output="one\nthree\n")) == [
        "t.dma:2: the output differs: - was promised, + came\n    one\n  - two   (line 2)\n  + three"
    ]
    assert "- two" in only(run_expectations(PATH, text, came(output="one\n")))
    assert "+ more" in only(run_expectations(PATH, text, came(output="one\ntwo\nmore\n")))


def test_violations_missing_and_surplus() -> None:
    """Rule and line must both be met; a failure says where the rule came instead, and draws what nobody promised."""
    text = "f(); // expect violation: some-rule\ng();\n"
    assert run_expectations(PATH, text, came(reports=[finding("error", "some-rule", 1)], exit_code=1)) == []
    missing, surplus = run_expectations(PATH, text, came(reports=[finding("error", "some-rule", 2)], exit_code=1))
    assert missing == (
        "t.dma:1: expected violation some-rule, but this line does not break it (some-rule came on line 2)"
    )
    assert surplus.startswith("t.dma:2: violation some-rule came, which nothing promises\n  error[some-rule]: title")
    other = run_expectations(PATH, text, came(reports=[finding("error", "some-rule", 1, file="x.h")], exit_code=1))
    assert len(other) == 2


def test_one_promise_covers_a_rule_that_a_line_breaks_again() -> None:
    """A line in a loop breaks its rule each time round."""
    text = "f(); // expect violation: some-rule\n"
    assert run_expectations(PATH, text, came(reports=[finding("error", "some-rule", 1)] * 3, exit_code=1)) == []


def test_leaks_missing_and_surplus() -> None:
    """A leak is promised on the line that took it."""
    text = "f(); // expect leak: pool-leaked\n"
    assert run_expectations(PATH, text, came(reports=[finding("leak", "pool-leaked", 1)], exit_code=1)) == []
    assert "nothing that this line took is left" in only(run_expectations(PATH, text, came()))
    reports = [finding("leak", "pool-leaked", 1), finding("leak", "mdl-leaked", 2)]
    assert "leak mdl-leaked came" in only(run_expectations(PATH, text, came(reports=reports, exit_code=1)))


def test_a_promised_fatal_violation_covers_its_bug_check_and_the_leaks() -> None:
    """What the machine still held when it stopped is no news; a violation that goes on covers no leak."""
    text = "f(); // expect violation: some-rule\n"
    leak = finding("leak", "pool-leaked", 2)
    fatal = finding("error", "some-rule", 1, stop=(0xC4, 0xB0))
    assert run_expectations(PATH, text, came(reports=[fatal, leak], exit_code=1)) == []
    assert "leak pool-leaked came" in only(
        run_expectations(PATH, text, came(reports=[finding("error", "some-rule", 1), leak], exit_code=1))
    )
    unpromised = run_expectations(PATH, "f(); // expect: x\n", came(output="x\n", reports=[fatal, leak], exit_code=1))
    assert len(unpromised) == 2


def test_bug_checks_by_code_and_sub_code() -> None:
    """The code must be met, and the sub-code where one is given; the violation behind it is covered."""
    fatal = finding("error", "some-rule", 1, stop=(0x4E, 0x9A))
    for form in ("0x4E", "0x4e/0x9a"):
        text = f"f(); // expect bugcheck: {form}\n"
        assert run_expectations(PATH, text, came(reports=[fatal], exit_code=1)) == []
    wrong, _ = run_expectations(PATH, "f(); // expect bugcheck: 0x4E/7\n".replace("/7", "/0x7"), came(reports=[fatal]))
    assert wrong == "t.dma:1: expected bug check 0x4E/0x7, but the run ended in 0x4E/0x9A"
    assert "without one" in only(run_expectations(PATH, "f(); // expect bugcheck: 0x4E\n", came()))


def test_notes_need_no_promise() -> None:
    """A note informs; it neither fails a test nor keeps a promise."""
    text = "f(); // expect: x\n"
    assert run_expectations(PATH, text, came(output="x\n", reports=[finding("note", "some-rule", 1)])) == []


def test_errors_of_the_checker() -> None:
    """A refused line must be promised; an accepted one that was promised fails; then nothing ran."""
    text = "f(); // expect error: unknown-name\n"
    assert run_expectations(PATH, text, came(refused=True, diagnostics=[refusal("unknown-name", 1)])) == []
    assert "the checker accepts this line" in only(run_expectations(PATH, text, came()))
    surplus = only(
        run_expectations(PATH, "f(); // expect: x\n", came(refused=True, diagnostics=[refusal("unknown-name", 1)]))
    )
    assert surplus.startswith("t.dma:1: error unknown-name came, which nothing promises\n  error[unknown-name]: m")
    both = "f(); // expect error: unknown-name\ng(); // expect: x\n"
    failures = run_expectations(PATH, both, came(refused=True, diagnostics=[refusal("unknown-name", 1)]))
    assert "nothing else that it promises can come" in only(failures)


def test_limits_and_exit_codes_fail() -> None:
    """A run that was stopped, or a main that returned other than 0, keeps no promise by its output alone."""
    text = "f(); // expect: x\n"
    assert "stopped: too many steps" in only(
        run_expectations(PATH, text, came(output="x\n", limit="too many steps", exit_code=3))
    )
    assert "exit code 1" in only(run_expectations(PATH, text, came(output="x\n", exit_code=1)))


# ---- what is rewritten ----------------------------------------------------------------------------------------------


def test_update_rewrites_in_place() -> None:
    """The code before the comment and its alignment stay, and so do promises that are kept."""
    text = "f();      // expect: old\ng();  //  expect: same\n"
    assert updated(PATH, text, came(output="new\nsame\n")) == "f();      // expect: new\ng();  //  expect: same\n"


def test_update_adds_and_removes_lines() -> None:
    """What has no comment goes to the end of its program; a comment without a line goes, with its line if alone."""
    assert updated(PATH, "f(); // expect: 1\n\n", came(output="1\n2\n\n")) == (
        "f(); // expect: 1\n// expect: 2\n// expect:\n\n"
    )
    assert updated(PATH, "f(); // expect: 1\n// expect: 2\ng(); // expect: 3\n", came(output="1\n")) == (
        "f(); // expect: 1\ng();\n"
    )
    assert updated(PATH, "f();", came(output="1\n")) == "f();\n// expect: 1\n"


def test_update_of_several_programs() -> None:
    """Each program is rewritten by its own output, within its own lines."""
    outputs = {"a": "1\n2\n", "b": "", "c": "3\n"}

    def execute(path: str, text: str, options: Options) -> Came:
        return Came(output=outputs[text.strip()[0]])

    text = "a; // expect: x\n---\nb; // expect: y\n---\nc; // expect: z\n"
    assert updated(PATH, text, execute) == ("a; // expect: 1\n// expect: 2\n---\nb;\n---\nc; // expect: 3\n")


def test_update_keeps_line_ends_and_what_does_not_compile() -> None:
    """CRLF stays CRLF; a program that the checker refuses is left as it is."""
    assert updated(PATH, "f(); // expect: a\r\n", came(output="b\nc\n")) == "f(); // expect: b\r\n// expect: c\r\n"
    text = "f(); // expect: a\n"
    assert updated(PATH, text, came(refused=True, diagnostics=[refusal("r", 1)])) == text
