"""A file that is no script at all has an error on each of its lines."""

from __future__ import annotations

from dmascript.interp.compile import MOST_ERRORS
from dmascript.interp.options import Options
from dmascript.interp.script import load


def test_errors_past_the_hundredth_are_counted_only() -> None:
    """The first hundred errors are told in order of place, and a note says how many more there are."""
    loaded = load("many.dma", Options(), "".join(f"name{number} = 1;\n" for number in range(MOST_ERRORS + 20)))
    assert [d.span.line for d in loaded.diagnostics[:-1]] == list(range(1, MOST_ERRORS + 1))
    assert loaded.diagnostics[-1].message == "20 more errors are not shown"
    assert loaded.program is None
