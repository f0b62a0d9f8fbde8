"""The guide to the examples names each of them, once, and its own words lead to files that are there."""

from __future__ import annotations

import re
from pathlib import Path

EXAMPLES = Path(__file__).parent.parent / "examples"
LINK = re.compile(r"\[(\w+)\]\((\w+\.dma)\)")


def test_the_guide_leads_to_every_example() -> None:
    """No example is left out, none stands twice, and each link goes to the file of its name."""
    links = LINK.findall((EXAMPLES / "README.md").read_text(encoding="utf-8"))
    assert all(target == f"{name}.dma" for name, target in links)
    assert sorted(target for _, target in links) == sorted(path.name for path in EXAMPLES.glob("*.dma"))


def test_examples_say_what_they_show() -> None:
    """Each begins with a comment, perhaps behind its options, and no line is longer than 120 characters."""
    for path in EXAMPLES.glob("*.dma"):
        lines = path.read_text(encoding="utf-8").splitlines()
        first = next(line for line in lines if not line.startswith("// options:"))
        assert first.startswith("// ") and len(first) > 20, path.name
        assert all(len(line) <= 120 for line in lines), path.name
