"""The options of a run, in one table: the command line, the `options:` line of a test and the quick path all read it.

A row says how the option is written and how its text becomes a value; `options_of` puts the values together. Needs
neither click nor re, because a plain run does not load them.
"""

from __future__ import annotations

from .interp.machine_settings import PROFILES, WORDS
from .interp.options import Options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_UNITS = {"": 1, "B": 1} | {
    letter + rest: 1 << 10 * power for power, letter in enumerate("KMGT", 1) for rest in ("", "B", "IB")
}


ALL = "all"


class Refusal(ValueError):
    """A value that an option does not take; the message says why, and what was meant if something is close."""


def closest(word: str, known: Iterable[str]) -> str:
    """` (did you mean X?)` for the nearest of the known words, or nothing."""
    from .grammar.spell import nearest

    found = nearest(word, known)
    return f" (did you mean {found}?)" if found else ""


def one_of(kind: str, names: tuple[str, ...]) -> Callable[[str], str]:
    """A reader of one of a few names."""

    def read(text: str) -> str:
        if text in names:
            return text
        raise Refusal(f"there is no {kind} {text!r}{closest(text, names) or ': one of ' + ', '.join(names)}")

    return read


def whole_number(text: str) -> int:
    """A number that is not negative, decimal or 0x…; underscores may group the digits."""
    try:
        value = int(text, 0)
    except ValueError:
        raise Refusal(f"{text!r} is not a whole number") from None
    if value < 0:
        raise Refusal(f"{text!r} is negative")
    return value


def positive_number(text: str) -> int:
    value = whole_number(text)
    if value == 0:
        raise Refusal("it must be at least 1")
    return value


def size(text: str) -> int:
    """A number of bytes, such as 65536, 512M or 1GiB."""
    letters = text.strip().upper()
    digits = letters.rstrip("KMGTIB")
    unit = letters[len(digits) :]
    if not digits.isdecimal() or unit not in _UNITS or int(digits) == 0:
        raise Refusal(f"{text!r} is not a size, such as 65536, 512M or 1G")
    return int(digits) * _UNITS[unit]


def setting(text: str) -> tuple[str, str]:
    """A machine setting, NAME=VALUE."""
    name, equals, value = text.partition("=")
    if not (equals and name.strip().isidentifier() and value.strip()):
        raise Refusal(f"{text!r} is not NAME=VALUE, such as memory=6GiB")
    return name.strip(), value.strip()


def rule_id(text: str) -> str:
    """The id of a rule that exists."""
    from .runtime.rules import RULES

    if text not in RULES:
        raise Refusal(f"there is no rule {text!r}{closest(text, RULES)}")
    return text


def failure(text: str) -> tuple[str, int]:
    """Which call of which routine is to fail, ROUTINE:N with N from 1; the routine alone means its first call."""
    from .runtime import routines

    name, colon, count = text.partition(":")
    if routines.find(name) is None and routines.find_member(name) is None:
        raise Refusal(f"there is no routine {name!r}{closest(name, routines.names())}")
    try:
        return name, positive_number(count) if colon else 1
    except Refusal:
        raise Refusal(f"{text!r} is not ROUTINE:N with N from 1, such as IoAllocateMdl:2") from None


class RunOption:
    """One option: `field` of Options that it sets, `read` turns its text into the value; `in_tests` is whether an
    `options:` line may hold it, `repeats` whether it may stand more than once (then its values add up)."""

    __slots__ = ("flag", "field", "read", "metavar", "repeats", "in_tests", "help")

    def __init__(
        self,
        flag: str,
        field: str,
        read: Callable[[str], object],
        metavar: str,
        help: str,
        repeats: bool = False,
        in_tests: bool = True,
    ) -> None:
        self.flag = flag
        self.field = field
        self.read = read
        self.metavar = metavar
        self.help = help
        self.repeats = repeats
        self.in_tests = in_tests


_ROWS = (
    RunOption("--profile", "profile", one_of("profile", (*PROFILES, ALL)), "NAME",
              f"The machine to simulate: {', '.join(PROFILES)}, or all, which compares them."),
    RunOption("--set", "settings", setting, "NAME=VALUE",
              "A machine setting; overrides the script's machine block. Repeatable.", repeats=True),
    RunOption("--seed", "seed", whole_number, "N",
              "Answer every choice that a real machine leaves open from this seed."),
    RunOption("--granularity", "granularity", one_of("granularity", WORDS["granularity"]), "WHEN",
              "How finely processors interleave: call (default), statement or access."),
    RunOption("--max-steps", "max_steps", positive_number, "N", "Stop after this many steps."),
    RunOption("--max-memory", "max_memory", size, "SIZE", "Host memory that the run may take, such as 512M or 1G.",
              in_tests=False),
    RunOption("--verifier", "verifier", one_of("verifier setting", WORDS["verifier"]), "SET",
              "Driver Verifier: off, standard (default) or full."),
    RunOption("--allow", "allow", rule_id, "RULE", "Turn a rule into a note. Repeatable.", repeats=True),
    RunOption("--fail", "failures", failure, "ROUTINE:N", "Let the N-th call of a routine fail. Repeatable.",
              repeats=True),
    RunOption("-I", "folders", str, "DIR", 'A folder to look for #include "x" in. Repeatable.', repeats=True,
              in_tests=False),
    RunOption("--trace-file", "trace_file", str, "FILE", "Write what happened to a file, event by event.",
              in_tests=False),
)  # fmt: skip

RUN_OPTIONS = {row.flag: row for row in _ROWS}


def options_of(values: Iterable[tuple[RunOption, object]], trace: bool = False) -> Options:
    """The Options that these values make; of an option that does not repeat the last one holds."""
    fields: dict[str, object] = {}
    for row, value in values:
        before = fields.get(row.field, ())
        fields[row.field] = (*before, value) if row.repeats and isinstance(before, tuple) else value
    settings = fields.get("settings")
    if isinstance(settings, tuple):
        fields["settings"] = dict(settings)
    options = Options(trace=trace)
    for field, value in fields.items():
        setattr(options, field, value)
    return options


def read_words(words: Iterable[str]) -> list[tuple[RunOption, object]]:
    """The values in words such as `--profile`, `bounce`, `--seed=3`. Refusal for what is no option of a run."""
    found: list[tuple[RunOption, object]] = []
    rest = iter(words)
    for word in rest:
        flag, equals, text = word.partition("=") if word.startswith("--") else (word, "", "")
        row = RUN_OPTIONS.get(flag)
        if row is None:
            raise Refusal(f"there is no option {flag!r}{closest(flag, RUN_OPTIONS)}")
        if not equals:
            following = next(rest, None)
            if following is None:
                raise Refusal(f"{flag} needs a value: {row.metavar}")
            text = following
        try:
            found.append((row, row.read(text)))
        except Refusal as refusal:
            raise Refusal(f"{flag}: {refusal}") from None
    return found
