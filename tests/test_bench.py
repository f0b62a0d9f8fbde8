"""The benches run. How fast anything is, no test asserts."""

from __future__ import annotations

import ast
import importlib
import math
import os
from pathlib import Path

import pytest

BENCHES = (
    "against_hand", "against_picoc", "budget", "start", "bulk", "machines", "kernel", "dma", "repl", "watching",
)  # fmt: skip


@pytest.fixture(autouse=True)
def importable(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(root))
    monkeypatch.delenv("PICOC", raising=False)


def test_the_list_is_complete() -> None:
    """The names tested here are those that `python -m bench` knows."""
    assert importlib.import_module("bench.run").BENCHES == BENCHES


@pytest.mark.parametrize("name", BENCHES)
def test_bench_runs(name: str) -> None:
    """At a tiny size each bench measures something: every row is a positive number. Without PICOC that bench is
    skipped."""
    rows = importlib.import_module(f"bench.{name}").run(True)
    assert bool(rows) is (name != "against_picoc" and (name != "repl" or os.name != "nt"))
    for row in rows:
        assert math.isfinite(row.value) and row.value > 0, row.what


def test_the_command_prints_targets(capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m bench --quick NAME` prints each row beside its target and ends well whatever the numbers are."""
    assert importlib.import_module("bench.run").main(["--quick", "--strict", "against_hand"]) == 0
    printed = capsys.readouterr().out
    assert "recursive calls: script / by hand" in printed
    assert "<= 1.30" in printed


def test_without_budget_no_step_is_drawn() -> None:
    """The variant without a step budget gives the same answers and counts nothing."""
    contests = importlib.import_module("bench.against_hand")
    for name in contests.NAMES:
        size = contests.QUICK_SIZES[name]
        counted, free = contests.Contest(name, size), contests.Contest(name, size, budget=False)
        assert counted.by_script() == free.by_script() == counted.answer
        assert free.machine.nt.clock.steps == 0
        assert counted.machine.nt.clock.steps > 0


def test_transform_leaves_the_rest_alone() -> None:
    """Only what draws from STEPS is taken out of generated code; jumps keep their meaning."""
    scripts = importlib.import_module("bench.scripts")
    body = "if g():\n    break\n   continue\n"
    before = ast.parse(
        "def f():\n for _ in STEPS:\n  break\n else:\n  TICK()\n"
        f" while True:\n  for _ in STEPS:\n   {body}  else:\n   TICK()\n   continue\n  break\n return 1"
    )
    after = scripts.Unbudgeted().visit(before)
    assert (
        ast.unparse(after)
        == "def f():\n    while True:\n        if g():\n            break\n        continue\n    return 1"
    )
