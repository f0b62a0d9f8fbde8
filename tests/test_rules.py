"""The rule table: one namespace for the checker and for a run."""

from __future__ import annotations

import re
from pathlib import Path

import dmascript.grammar
from dmascript.runtime.rules.static import all_rules

GRAMMAR = Path(dmascript.grammar.__file__).parent
KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def emitted() -> set[str]:
    """Rule ids that the front end may report: the first string given to error, warning or note."""
    found: set[str] = set()
    for path in GRAMMAR.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        found.update(
            re.findall(r'(?:error|warning|note|IncludeError|Problem)\(\s*"([a-z][a-z-]*-[a-z-]+|redefined)"', text)
        )
    return found


def test_every_rule_of_the_checker_is_in_the_table() -> None:
    """`explain` knows each id that a diagnostic can have."""
    assert len(emitted()) > 40
    assert emitted() - set(all_rules()) == set()


def test_rules_read_well() -> None:
    """Ids are kebab-case, titles are facts in lower case without a full stop, everything is explained."""
    for rule in all_rules().values():
        assert KEBAB.fullmatch(rule.id), rule.id
        assert rule.title and not rule.title.endswith("."), rule.id
        assert rule.explanation.endswith("."), rule.id
        assert rule.severity in ("fatal", "error", "leak", "note", "static"), rule.id


def test_fatal_rules_name_a_bug_check() -> None:
    """Whatever stops the machine does so with a code, but for what ends only a process or the run."""
    without = {rule.id for rule in all_rules().values() if rule.severity == "fatal" and rule.stop is None}
    assert without <= {
        "bug-check-called",
        "not-modelled",
        "assertion-failed",
        "process-exception-not-handled",
        "device-code-faults",
    }
