"""What the simulated NT has to say about a run: findings, moments in an object's history, and what is still held."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .rules import Rule

    Facts = list[tuple[str, str]] | Callable[[], list[tuple[str, str]]]

LEVEL_NAMES = {0: "PASSIVE_LEVEL", 1: "APC_LEVEL", 2: "DISPATCH_LEVEL", 15: "HIGH_LEVEL"}


def level_name(irql: int) -> str:
    return LEVEL_NAMES.get(irql, f"DIRQL {irql}")


def address(va: int) -> str:
    """An address as WinDbg writes it, in two halves: 0xffff8000`00012f40."""
    return f"0x{va >> 32:08x}`{va & 0xFFFF_FFFF:08x}"


def plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


class Moment:
    """When and where something was done. `site` is whatever the interpreter's `where` hook returned: a call stack of
    its own kind, resolved to lines only when a report is drawn. `argument` is the position of the argument to point
    at in the call of the routine that did it, or None for the whole call."""

    __slots__ = ("site", "time_ns", "irql", "processor", "argument")

    def __init__(self, site: object, time_ns: int, irql: int, processor: int, argument: int | None = None) -> None:
        self.argument = argument
        self.site = site
        self.time_ns = time_ns
        self.irql = irql
        self.processor = processor


class Finding:
    """One broken rule: where, what set it up, the object as (label, text) facts, and the bug check it ends in, if
    any."""

    __slots__ = ("rule", "severity", "title", "moment", "marks", "facts", "help", "here", "stop")

    def __init__(
        self, rule: Rule, severity: str, title: str, moment: Moment, marks: list[tuple[Moment, str]],
        facts: list[tuple[str, str]], help: str, here: str, stop: tuple[int, int, int, int, int] | None,
    ) -> None:  # fmt: skip
        self.rule = rule
        self.severity = severity
        self.title = title
        self.moment = moment
        self.marks = marks
        self.facts = facts
        self.help = help
        self.here = here
        self.stop = stop


class Held:
    """Something that must be given back: charged to the line that took it if it is still held at the end. `facts` may
    be a function that makes them, of what was known when it was taken: most of what is held is given back unsaid."""

    __slots__ = ("rule", "moment", "facts", "names")

    def __init__(self, rule: Rule, moment: Moment, facts: Facts, names: dict[str, str]) -> None:
        self.rule = rule
        self.moment = moment
        self.facts = facts
        self.names = names

    @property
    def said(self) -> list[tuple[str, str]]:
        """The facts, made by now."""
        return self.facts if isinstance(self.facts, list) else self.facts()
