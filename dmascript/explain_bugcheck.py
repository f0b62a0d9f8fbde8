"""What `dmascript explain` says about a bug check: its cases, its parameters, the rules that end in it, and what to do.

It takes what is at hand after a crash: a code (`0xC4`), a code and sub-code (`0x4E/0x9A`), a name (`PFN_LIST_CORRUPT`),
and the parameters as Windows or a debugger prints them.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from .reference_text import WIDTH, address_of, field, without_braces
from .runtime import routines
from .runtime.findings import LEVEL_NAMES
from .runtime.rules import RULES, Rule
from .runtime.wdk import bugchecks, constants
from .runtime.wdk.bugchecks import BugCheck, SubCode

_NUMBER = re.compile(r"(?:0[xX])?[0-9a-fA-F]+")
_LABEL = re.compile(r"\w*[:=]")
MOST_PARAMETERS = 4
_WORD = 0xFFFF_FFFF_FFFF_FFFF
_ACCESS_MODES = {0: "KernelMode", 1: "UserMode"}


class Question:
    """A bug check that somebody has seen. `sub` is its sub-code, if it has them and one was given; `values` are the
    parameters by their number, as far as they were given."""

    __slots__ = ("row", "sub", "values")

    def __init__(self, row: BugCheck, sub: int | None, values: dict[int, int]) -> None:
        self.row = row
        self.sub = sub
        self.values = values

    @property
    def case(self) -> SubCode | None:
        if self.sub is None:
            return None
        return bugchecks.sub(self.row.code, self.sub, self.values.get(2) if self.row.selector == 1 else None)


def explain_bugcheck(words: list[str]) -> str:
    """The answer for a code or name and its parameters; empty if the first word is neither."""
    asked = question(words)
    if asked is None:
        return ""
    row, case = asked.row, asked.case
    shown = f"0x{row.code:X}" + (f"/0x{asked.sub:X}" if asked.sub is not None else "")
    meaning = case.cause if case else row.meaning
    if asked.sub is not None and case is None:
        meaning += f" No case of it with sub-code 0x{asked.sub:X} is known."
    rules = _likely_first(asked)
    lines = [f"{shown}: {row.name}", "", *textwrap.wrap(meaning, WIDTH), ""]
    if row.selector and asked.sub is None:
        lines += _cases(row)
    else:
        lines += [*_parameters(asked), *(line for rule in rules for line in _rule(rule))]
    if not rules:
        lines += [*field("rules", "none: no rule of the simulator ends in it"), ""]
    return "\n".join([*lines, *field("page", address_of(row.page))]) + "\n"


def question(words: list[str]) -> Question | None:
    """Read what was asked. Commas, brackets, the debugger's back quotes and labels such as `Arg1:` do not matter."""
    parts = [part for word in words for part in _parts(word)]
    head, _, given_sub = parts[0].partition("/") if parts else ("", "", "")
    row = _row_of(head)
    if row is None or (given_sub and not _NUMBER.fullmatch(given_sub)):
        return None
    numbers = [int(part, 16) & _WORD for part in parts[1:] if _NUMBER.fullmatch(part)]
    sub = int(given_sub, 16) if given_sub else None
    if sub is not None and row.selector and len(numbers) < MOST_PARAMETERS:
        numbers.insert(row.selector - 1, sub)
    values = dict(enumerate(numbers[:MOST_PARAMETERS], 1))
    return Question(row, values.get(row.selector) if sub is None and row.selector else sub, values)


def misread(parameters: Sequence[str]) -> str:
    """What is wrong with the parameters of a bug check, as a sentence; empty if nothing is."""
    parts = [part for word in parameters for part in _parts(word)]
    for part in parts:
        if not _NUMBER.fullmatch(part) and not _LABEL.fullmatch(part):
            return f"{part!r} is no parameter of a bug check: they are hexadecimal numbers"
    if sum(bool(_NUMBER.fullmatch(part)) for part in parts) > MOST_PARAMETERS:
        return f"a bug check has {MOST_PARAMETERS} parameters at most"
    return ""


def _parts(word: str) -> list[str]:
    return [part for part in re.split(r"[\s,()]+", word.replace("`", "")) if part]


def _row_of(text: str) -> BugCheck | None:
    """The bug check with this code, `0x` before it, or this name in any case."""
    if re.fullmatch(r"0[xX][0-9a-fA-F]+", text):
        return bugchecks.describe(int(text, 16))
    return next((row for row in bugchecks.all_checks() if row.name == text.upper()), None)


# ---- what the simulator knows of it


def rules_behind(code: int, sub: int | None = None) -> list[Rule]:
    """The rules of the simulator that end in a bug check, or in one case of it."""
    return [rule for rule in RULES.values() if _ends_in(rule, code, sub)]


def _ends_in(rule: Rule, code: int, sub: int | None) -> bool:
    stops = [stop for stop in (rule.stop, *rule.also) if stop is not None and stop[0] == code]
    if sub is None:
        return bool(stops)
    return any(known == sub for _, known in stops) or _own_stop(rule.id, code, sub)


def _likely_first(asked: Question) -> list[Rule]:
    """The rules that can lead to what was asked: those whose own bug check it is, then those that the bug check's page
    is about, before the others. A case without rules has those of the bug check as a whole."""
    code, sub = asked.row.code, asked.sub
    rules = [rule for rule in rules_behind(code, sub) if _fits(rule, asked)] or _of_no_case(code)
    own = (code, sub if asked.row.selector else None)
    return sorted(rules, key=lambda rule: (rule.stop != own, rule.page != asked.row.page, len(rule.also)))


def _of_no_case(code: int) -> list[Rule]:
    """The rules that end in a bug check whatever its case."""
    return [rule for rule in RULES.values() if (code, None) in (rule.stop, *rule.also)]


def _own_stop(rule_id: str, code: int, sub: int) -> bool:
    """Whether some routine has this sub-code of its own for a call at a wrong IRQL."""
    if rule_id not in ("irql-too-high", "irql-too-low"):
        return False
    rows = [row for row in map(routines.find, routines.names()) if row is not None and row.irql_stop == (code, sub)]
    return any(row.irql_min > 0 if rule_id == "irql-too-low" else row.irql_max < 15 for row in rows)


def _fits(rule: Rule, asked: Question) -> bool:
    """Whether a rule can lead to the second parameter that was given, where that tells cases apart."""
    case = asked.case
    told_apart = case is not None and case.violation is not None and 2 in asked.values and rule.violations
    return not told_apart or asked.values[2] in rule.violations


# ---- how it reads


def _cases(row: BugCheck) -> list[str]:
    """Each case in which a rule ends, and how many others there are."""
    cases = bugchecks.cases(row.code)
    lines = ["cases:"]
    for case in cases:
        names = ", ".join(rule.id for rule in rules_behind(row.code, case.code))
        if names:
            first, rest = f"  0x{case.code:<6X} ", " " * 11
            lines += textwrap.wrap(
                f"{case.cause} [{names}]", WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
            )
    whole = ", ".join(rule.id for rule in _of_no_case(row.code))
    if whole:
        lines += textwrap.wrap(f"  in any case [{whole}]", WIDTH, subsequent_indent=" " * 4, break_on_hyphens=False)
    others = sum(not rules_behind(row.code, case.code) for case in cases)
    if others:
        lines.append(f"  and {others} in which no rule ends; docs/bugchecks.md in the source says why")
    return [*lines, ""]


def _parameters(asked: Question) -> list[str]:
    """One line for each parameter: its value, if given, and what it is."""
    meanings = asked.case.parameters if asked.case else asked.row.parameters
    if not any(meanings) and not asked.values:
        return []
    values = dict(asked.values)
    if asked.sub is not None and asked.row.selector:
        values[asked.row.selector] = asked.sub
    width = max((len(f"0x{value:X}") for value in values.values()), default=0)
    lines = ["parameters:"]
    for number, meaning in enumerate(meanings, 1):
        value = values.get(number)
        shown = "" if value is None else f"0x{value:X}"
        said = reading(meaning, value) if value is not None else ""
        text = "reserved" if meaning in ("", "0") else meaning
        lines.append(f"  {number}  {shown:<{width}}  {text}{': ' if said else ''}{said}".rstrip())
    return [*lines, ""]


def reading(meaning: str, value: int) -> str:
    """A value in words, where its meaning tells how to read it; else empty."""
    words = meaning.lower()
    if "irql" in words.split():
        return LEVEL_NAMES.get(value, f"DIRQL {value}" if value < 16 else "")
    if words in ("mdl flags", "wrong flags", "missing flags", "partial flag", "missing flag"):
        return " | ".join(name for bit, name in _mdl_flags().items() if value & bit)
    if words.endswith("tag") and 0 < value < 1 << 32:
        text = value.to_bytes(4, "little").decode("latin-1")
        return f"'{text}'" if text.isprintable() else ""
    if words == "access mode":
        return _ACCESS_MODES.get(value, "")
    if words.startswith("exception code"):
        return _status(value & 0xFFFF_FFFF)
    if words in ("pfn", "frame number", "page number", "first unlocked page", "page"):
        return f"the page at physical address 0x{value << 12:X}"
    return ""


def _mdl_flags() -> dict[int, str]:
    """Single bits of MdlFlags by value. One that has two names keeps the one that is in use."""
    found: dict[int, str] = {}
    for name, value in vars(constants).items():
        single = name.startswith("MDL_") and isinstance(value, int) and value.bit_count() == 1
        if single and (value not in found or name == "MDL_PARENT_MAPPED_SYSTEM_VA"):
            found[value] = name
    return found


def _status(value: int) -> str:
    return next((name for name, known in vars(constants).items() if name.startswith("STATUS_") and known == value), "")


def _rule(rule: Rule) -> list[str]:
    """A rule in a few lines: what is wrong, why, what to do, and which script shows it."""
    return [
        *field("rule", f"{rule.id}: {without_braces(rule.title)}"),
        *field("why", without_braces(rule.explanation)),
        *field("help", without_braces(rule.help)),
        *field("script", f"tests/zoo/{rule.id}.dma in the source"),
        "",
    ]
