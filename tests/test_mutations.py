"""Nothing that a script contains gets through to Python: see mutations.py."""

from __future__ import annotations

import os

import pytest

import mutations

COUNT = 2000


def test_mutated_scripts_end_as_documented() -> None:
    """2,000 mutations of all scripts load and run to a documented exit code, without a Python error or a hang."""
    assert mutations.run(0, COUNT) == {}


@pytest.mark.fuzz
def test_many_mutated_scripts() -> None:
    """The same for 20,000 others, or as many as FUZZ_COUNT says."""
    assert mutations.run(COUNT, int(os.environ.get("FUZZ_COUNT", "20000"))) == {}
