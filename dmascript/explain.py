"""What `dmascript explain` and `dmascript routines` say, taken from the tables of the simulated NT.

Every function is from data to text; the tables are the only source, so nothing here names a rule or a routine.
"""

from __future__ import annotations

import fnmatch
import re
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from .interp.report import Stop
from .runtime import bugchecks, routines
from .runtime.routine import MEMBERS, Routine
from .runtime.rules import Rule
from .runtime.static_rules import all_rules

RULES = all_rules()
_WIDTH = 96
_LABEL = 10
_SEVERITIES = {
    "fatal": "stops the machine",
    "error": "reported, and the run goes on",
    "leak": "charged at the end to the line that took it",
    "note": "informs only",
    "static": "found by the checker before anything runs",
}
_VERIFIERS = {0: "noticed by plain Windows", 1: "Driver Verifier, standard set", 2: "Driver Verifier, full set only"}


def explain(name: str) -> str:
    """What a rule, a routine (in any case) or a bug check code means; empty if there is no such name."""
    if name in RULES:
        return explain_rule(RULES[name])
    row = find_routine(name)
    if row is not None:
        return explain_routine(row)
    return explain_code(name)


def explain_rule(rule: Rule) -> str:
    """The rule's meaning, its bug check, what to do, and the page that it comes from."""
    fields = [("severity", _SEVERITIES.get(rule.severity, rule.severity))]
    if rule.stop:
        fields.append(("stop", _stop_text(*rule.stop)))
        if rule.severity != "static":
            fields.append(("noticed", _VERIFIERS[rule.verifier].removeprefix("noticed ")))
    if rule.help:
        fields.append(("help", _without_braces(rule.help)))
    if rule.page:
        fields.append(("page", address_of(rule.page)))
    return _entry(f"{rule.id}: {_without_braces(rule.title)}", rule.explanation, fields)


def explain_routine(row: Routine) -> str:
    """A routine's prototype and its rules, and whether it is modelled."""
    fields = [("modelled", "yes" if row.body else "no: calling it is an error that says so"), ("irql", row.irql)]
    if row.header:
        fields.append(("header", row.header + (" (inline)" if row.macro else "")))
    if row.type:
        fields.append(("member", f"of DMA_OPERATIONS, since version {row.version}, as {row.type}"))
    fields.append(("failure", row.fails))
    if row.raises:
        fields.append(("raises", ", ".join(f"0x{status:08X}" for status in row.raises)))
    if row.undo:
        fields.append(("undo", row.undo))
    if row.page:
        fields.append(("page", address_of(row.page)))
    body = row.body.__doc__ if row.body else None
    return _entry(row.prototype, " ".join((body or "").split()), fields)


def explain_code(text: str) -> str:
    """A bug check by its code, `0xC4` or `0xC4/0xB0`, with the rules that end in it; empty if it is no known code."""
    numbers = re.fullmatch(r"0[xX]([0-9a-fA-F]+)(?:/0[xX]([0-9a-fA-F]+))?", text)
    if numbers is None:
        return ""
    code = int(numbers[1], 16)
    sub = int(numbers[2], 16) if numbers[2] else None
    name = bugchecks.name_of(code)
    if not name:
        return ""
    rules = [rule.id for rule in RULES.values() if rule.stop and rule.stop[0] == code and sub in (None, rule.stop[1])]
    fields = [("rules", ", ".join(rules) or "none: no rule of the simulator ends in it")]
    shown = f"0x{code:X}" + (f"/0x{sub:X}" if sub is not None else "")
    return _entry(f"{shown}: {name}", bugchecks.meaning_of(code, sub), fields)


def stop_meaning(stop: Stop) -> str:
    """What a bug check means, told by its parameters where those tell its cases apart."""
    row = bugchecks.describe(stop.code)
    if row is None:
        return ""
    case = bugchecks.sub(stop.code, stop.parameters[row.selector - 1], stop.parameters[1]) if row.selector else None
    return case.cause if case else row.meaning


def address_of(page: str) -> str:
    """Where a page of the driver reference stands: `nf-wdm-iofreemdl` is under the interfaces of its header."""
    kind, _, rest = page.partition("-")
    root = "https://learn.microsoft.com/windows-hardware/drivers/"
    if kind in ("nf", "ns", "nc", "ne", "ni") and "-" in rest:
        return f"{root}ddi/{rest.partition('-')[0]}/{page}"
    if page.startswith("bug-check-"):
        return f"{root}debugger/{page}"
    return page


def find_routine(name: str) -> Routine | None:
    """The routine, whatever the case of the name."""
    by_lower = {row.name.lower(): row for row in routine_rows()}
    return by_lower.get(name.lower())


def routine_rows(pattern: str = "") -> list[Routine]:
    """The routines whose name holds the text, or matches it if it has `*` or `?`; case-blind, in order of name."""
    wanted = pattern.lower()
    rows = sorted(_all_rows(), key=lambda row: row.name.lower())
    if "*" in wanted or "?" in wanted:
        return [row for row in rows if fnmatch.fnmatchcase(row.name.lower(), wanted)]
    return [row for row in rows if wanted in row.name.lower()]


def _all_rows() -> Iterator[Routine]:
    for name in routines.names():
        row = routines.find(name)
        if row is not None:
            yield row
    # Asking for any member reads in the table of all of them.
    routines.find_member("")
    yield from MEMBERS.values()


def routine_lines(rows: Iterable[Routine]) -> list[str]:
    """One aligned line a routine: name, whether it is modelled, IRQL, what undoes it, and its prototype."""
    cells = [(row.name, _modelled(row), row.irql, row.undo or "-", row.prototype) for row in rows]
    widths = [max(map(len, column)) for column in list(zip(*cells, strict=True))[:-1]]
    return [
        "  ".join([*(f"{cell:<{size}}" for cell, size in zip(line, widths, strict=False)), line[-1]]) for line in cells
    ]


def _modelled(row: Routine) -> str:
    return "modelled" if row.body else "not modelled"


def routine_as_dict(row: Routine) -> dict[str, Any]:
    """A row as data, for `dmascript routines --json`."""
    return {
        "name": row.name, "modelled": row.body is not None, "prototype": row.prototype, "irql": row.irql,
        "undo": row.undo, "fails": row.fails, "header": row.header, "page": row.page,
    }  # fmt: skip


def known_names() -> list[str]:
    """Everything that `explain` takes by name."""
    return [*RULES, *(row.name for row in routine_rows())]


def _stop_text(code: int, sub: int | None) -> str:
    return f"0x{code:X}{f'/0x{sub:X}' if sub is not None else ''} {bugchecks.name_of(code)}".rstrip()


def _without_braces(text: str) -> str:
    """A text of the table as it reads without an object: `MmUnlockPages({mdl})` names its argument."""
    return re.sub(r"\{(\w+)[^{}]*\}", r"\1", text)


def _entry(title: str, paragraph: str, fields: list[tuple[str, str]]) -> str:
    lines = [title, ""]
    if paragraph:
        lines += [*textwrap.wrap(_without_braces(paragraph), _WIDTH), ""]
    for label, text in fields:
        first, *rest = textwrap.wrap(text, _WIDTH - _LABEL, break_long_words=False, break_on_hyphens=False) or [""]
        lines.append(f"{label + ':':<{_LABEL}}{first}")
        lines.extend(" " * _LABEL + part for part in rest)
    return "\n".join(lines) + "\n"
