"""How texts of the tables read on a terminal: entries with labelled fields, and addresses of the driver reference."""

from __future__ import annotations

import re
import textwrap

WIDTH = 96
LABEL = 10


def without_braces(text: str) -> str:
    """A text of the table as it reads without an object: `MmUnlockPages({mdl})` names its argument."""
    return re.sub(r"\{(\w+)[^{}]*\}", r"\1", text)


def field(label: str, text: str) -> list[str]:
    """`label:  text`, wrapped to the width with the text aligned."""
    parts = textwrap.wrap(text, WIDTH - LABEL, break_long_words=False, break_on_hyphens=False) or [""]
    return [f"{label + ':' if index == 0 else '':<{LABEL}}{part}" for index, part in enumerate(parts)]


def entry(title: str, paragraph: str, fields: list[tuple[str, str]]) -> str:
    lines = [title, ""]
    if paragraph:
        lines += [*textwrap.wrap(without_braces(paragraph), WIDTH), ""]
    for label, text in fields:
        lines += field(label, text)
    return "\n".join(lines) + "\n"


def address_of(page: str) -> str:
    """Where a page of the driver reference stands: `nf-wdm-iofreemdl` is under the interfaces of its header."""
    kind, _, rest = page.partition("-")
    root = "https://learn.microsoft.com/windows-hardware/drivers/"
    if kind in ("nf", "ns", "nc", "ne", "ni") and "-" in rest:
        return f"{root}ddi/{rest.partition('-')[0]}/{page}"
    if page.startswith("bug-check-"):
        return f"{root}debugger/{page}"
    return page
