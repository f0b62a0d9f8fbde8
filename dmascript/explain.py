"""What `dmascript explain` and `dmascript routines` say, taken from the tables of the simulated NT.

Every function is from data to text; the tables are the only source, so nothing here names a rule or a routine.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from .explain_bugcheck import explain_bugcheck, misread
from .interp.report import Stop
from .reference_text import address_of, entry, without_braces
from .runtime import routines
from .runtime.routine import MEMBERS, Routine
from .runtime.rules import Rule
from .runtime.rules.static import all_rules
from .runtime.wdk import bugchecks

RULES = all_rules()
_SEVERITIES = {
    "fatal": "stops the machine",
    "error": "reported, and the run goes on",
    "leak": "charged at the end to the line that took it",
    "note": "informs only",
    "static": "found by the checker before anything runs",
}
_VERIFIERS = {0: "noticed by plain Windows", 1: "Driver Verifier, standard set", 2: "Driver Verifier, full set only"}


def explain(name: str, parameters: Sequence[str] = ()) -> str:
    """What a rule, a routine (in any case) or a bug check means; empty if there is no such name. A bug check is a code,
    `0xC4` or `0xC4/0xB0`, or its name, and may come with its parameters."""
    if name in RULES:
        return explain_rule(RULES[name])
    row = find_routine(name)
    if row is not None:
        return explain_routine(row)
    return explain_bugcheck([name, *parameters])


def misunderstood(name: str, parameters: Sequence[str]) -> str:
    """Why these parameters cannot be meant, as a sentence; empty if they can."""
    if parameters and (name in RULES or find_routine(name) is not None):
        return f"only a bug check has parameters: {name} is a {'rule' if name in RULES else 'routine'}"
    return misread(parameters)


def explain_rule(rule: Rule) -> str:
    """The rule's meaning, its bug check, what to do, and the page that it comes from."""
    fields = [("severity", _SEVERITIES.get(rule.severity, rule.severity))]
    if rule.stop:
        fields.append(("stop", _stop_text(*rule.stop)))
        fields.extend(("or", _stop_text(*stop)) for stop in rule.also)
        if rule.severity != "static":
            fields.append(("noticed", _VERIFIERS[rule.verifier].removeprefix("noticed ")))
    if rule.help:
        fields.append(("help", without_braces(rule.help)))
    if rule.severity != "static":
        fields.append(("script", f"tests/zoo/{rule.id}.dma in the source"))
    if rule.page:
        fields.append(("page", address_of(rule.page)))
    return entry(f"{rule.id}: {without_braces(rule.title)}", rule.explanation, fields)


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
    return entry(row.prototype, " ".join((body or "").split()), fields)


def stop_meaning(stop: Stop) -> str:
    """What a bug check means, told by its parameters where those tell its cases apart."""
    row = bugchecks.describe(stop.code)
    if row is None:
        return ""
    case = bugchecks.sub(stop.code, stop.parameters[row.selector - 1], stop.parameters[1]) if row.selector else None
    return case.cause if case else row.meaning


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
    return [*RULES, *(row.name for row in routine_rows()), *(row.name for row in bugchecks.all_checks())]


def _stop_text(code: int, sub: int | None) -> str:
    return f"0x{code:X}{f'/0x{sub:X}' if sub is not None else ''} {bugchecks.name_of(code)}".rstrip()
