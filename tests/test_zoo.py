"""The bug zoo: each rule of a run has a script that shows the mistake, and a twin that does it right.

`tests/zoo/RULE.dma` and `tests/zoo/RULE-fixed.dma`. What the scripts promise in their comments is checked with
the other golden scripts; here are the claims that hold for all of them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import bugcheck_table
from dmascript.explain_bugcheck import rules_behind
from dmascript.interp.machine_settings import PROFILES
from dmascript.interp.options import Options
from dmascript.interp.report import Report
from dmascript.interp.script import Loaded, load, run
from dmascript.promises import Program, programs_of
from dmascript.runtime.rules import RULES

ZOO = Path(__file__).parent / "zoo"
FIXED = "-fixed"

# Rules that no script can break, and why.
OUT_OF_REACH: dict[str, str] = {}


def script_names(fixed: bool) -> list[str]:
    return sorted(path.stem for path in ZOO.glob("*.dma") if path.stem.endswith(FIXED) == fixed)


@cache
def loaded(name: str) -> list[tuple[Program, Loaded]]:
    """The programs of a script, compiled."""
    path = ZOO / f"{name}.dma"
    programs = programs_of(path.read_text(encoding="utf-8"))
    return [(program, load(str(path), program.options(), program.text)) for program in programs]


def reports_of(
    program: Program, ready: Loaded, profile: str, seed: int | None = None
) -> tuple[list[Report], list[str]]:
    """The findings of one run, and the lines that it printed."""
    options: Options = program.options()
    options.profile, options.seed = profile, seed
    printed: list[str] = []
    outcome = run(ready, options, printed.append)
    assert not outcome.limit
    return outcome.reports, "".join(printed).splitlines()


def promised_lines(program: Program, rule: str) -> set[int]:
    """The lines that a script marks with the rule; one that only notes has a comment for readers."""
    lines = {line for line, name in [*program.violations, *program.leaks] if name == rule}
    if RULES[rule].severity == "note":
        text = program.text.split("\n")
        lines = {number for number, line in enumerate(text, 1) if line.endswith(f"// a note here: {rule}")}
    return lines


def test_every_rule_has_its_pair() -> None:
    """Each rule of a run has a script of its name and a fixed twin, or a reason why not."""
    assert not set(OUT_OF_REACH) - set(RULES)
    wanted = {rule.id for rule in RULES.values() if rule.severity != "static"} - set(OUT_OF_REACH)
    assert set(script_names(fixed=False)) == wanted
    assert {name.removesuffix(FIXED) for name in script_names(fixed=True)} == wanted


def assert_found(name: str, seed: int | None = None) -> None:
    """On every profile, or on the one that its options name, the first finding of each program is by the rule of the
    file's name, on a line so marked."""
    for program, ready in loaded(name):
        assert ready.program is not None
        only = program.options().profile
        for profile in [only] if only else PROFILES:
            reports, _ = reports_of(program, ready, profile, seed)
            found = [
                (report.rule, report.places[0].line if report.places else 0)
                for report in reports
                if report.severity != "note" or RULES[name].severity == "note"
            ]
            if RULES[name].severity == "leak":  # all leaks come at the end, in the order in which things were taken
                found.sort(key=lambda key: key[0] != name)
            assert found and found[0][0] == name, (profile, seed, found)
            if seed is None or "device " not in program.text:  # hardware finds a mistake when its turn comes
                assert found[0][1] in promised_lines(program, name), (profile, seed, found)


@pytest.mark.parametrize("name", script_names(fixed=False))
def test_the_mistake_is_found_where_it_is_made(name: str) -> None:
    """With the plain choices."""
    assert_found(name)


@pytest.mark.fuzz
@pytest.mark.parametrize("name", script_names(fixed=False))
def test_the_mistake_is_found_under_many_seeds(name: str) -> None:
    """Twenty orders of events on every profile."""
    for seed in range(1, 21):
        assert_found(name, seed)


def assert_clean(name: str, profile: str, seed: int | None = None) -> None:
    for program, ready in loaded(name):
        reports, printed = reports_of(program, ready, profile, seed)
        assert [(report.rule, report.title) for report in reports] == [], (profile, seed)
        assert printed == [text for _, text in program.output], (profile, seed)


@pytest.mark.parametrize("name", script_names(fixed=True))
def test_the_twin_is_clean_everywhere(name: str) -> None:
    """Doing it right prints what is promised, and breaks no rule, on every profile and under every order of events."""
    assert all(program.output for program, _ in loaded(name)), "a twin must promise output, or it cannot fail"
    for profile in PROFILES:
        assert_clean(name, profile)
    for seed in range(1, 6):
        assert_clean(name, "direct", seed)


@pytest.mark.fuzz
@pytest.mark.parametrize("name", script_names(fixed=True))
def test_the_twin_is_clean_under_many_seeds(name: str) -> None:
    """Twenty orders of events on every profile."""
    for profile in PROFILES:
        for seed in range(1, 21):
            assert_clean(name, profile, seed)


@pytest.mark.parametrize("name", [*script_names(fixed=False), *script_names(fixed=True)])
def test_scripts_are_short_and_say_why(name: str) -> None:
    """A zoo script begins with what a driver does, and each of its programs fits on a page."""
    for program, _ in loaded(name):
        lines = [line for line in program.text.split("\n")[program.first_line - 1 :] if line.strip()]
        assert lines[0].startswith("//")
        assert len(lines) <= 45


def test_every_case_of_a_memory_bug_check_is_shown_or_explained() -> None:
    """Each sub-code has a script or a reason, not both, and no reason waits for a routine that is there."""
    assert bugcheck_table.missing() == []
    assert bugcheck_table.superfluous() == []
    assert bugcheck_table.now_modelled() == []


def test_the_table_of_bug_checks_is_up_to_date() -> None:
    """docs/bugchecks.md is what `python tests/bugcheck_table.py` writes."""
    assert bugcheck_table.PAGE.read_text(encoding="utf-8") == bugcheck_table.page()


def test_what_a_script_shows_is_what_explain_says_of_it() -> None:
    """For each bug check that a script promises, `explain` names the rule of the script."""
    for (code, sub), names in bugcheck_table.scripts().items():
        behind = {rule.id for rule in rules_behind(code, sub)}
        assert set(names) - {"bug-check-called"} <= behind, (hex(code), sub)
