"""What a rule is, and the table of all of them. The rules themselves are in rules.py and the modules it names."""

from __future__ import annotations


class Rule:
    """`severity`: "fatal" stops the machine, "error" is reported and the run goes on, "leak" is charged at the end,
    "note" only informs, "static" comes from the checker. `verifier`: 0 plain Windows notices by itself, 1 Driver
    Verifier's standard set does, 2 only the full set. `also` are the codes and sub-codes that take the place of `stop`
    where the mistake is made with another routine or on another kind of memory. `violations` are the rule's values of a
    second parameter that tells cases of one sub-code apart."""

    __slots__ = (
        "id",
        "severity",
        "title",
        "here",
        "earlier",
        "help",
        "stop",
        "also",
        "violations",
        "verifier",
        "page",
        "explanation",
    )

    def __init__(
        self, id: str, severity: str, title: str, *, here: str = "", earlier: tuple[str, str] | None = None,
        help: str = "", stop: tuple[int, int | None] | None = None, also: tuple[tuple[int, int | None], ...] = (),
        violations: tuple[int, ...] = (),
        verifier: int = 0, page: str = "", explanation: str = "",
    ) -> None:  # fmt: skip
        self.id = id
        self.severity = severity
        self.title = title
        self.here = here
        self.earlier = earlier
        self.help = help
        self.stop = stop
        self.also = also
        self.violations = violations
        self.verifier = verifier
        self.page = page
        self.explanation = explanation


RULES: dict[str, Rule] = {}


def rule(id: str, severity: str, title: str, **details: object) -> Rule:
    made = RULES[id] = Rule(id, severity, title, **details)  # type: ignore[arg-type]
    return made
