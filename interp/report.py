"""What a run has to say, as data: reports before they are text.

Plain classes without dataclasses, because a cached program starts through this module. The front door draws them
(dmascript/render.py) and writes them as JSON (`as_dict`).
"""

from __future__ import annotations

TO_THE_END = 1 << 30  # the end column of what goes on in the next line


class Place:
    """A range of columns in a script (from 1, end exclusive) and what to say under it."""

    __slots__ = ("file", "line", "column", "end_column", "label")

    def __init__(self, file: str, line: int, column: int, end_column: int, label: str = "") -> None:
        self.file = file
        self.line = line
        self.column = column
        self.end_column = end_column
        self.label = label

    def as_dict(self) -> dict[str, object]:
        end = self.column if self.end_column == TO_THE_END else self.end_column
        found: dict[str, object] = {name: getattr(self, name) for name in self.__slots__}
        found["end_column"] = end
        return found


class Stop:
    """A bug check: its code, its name and its four parameters."""

    __slots__ = ("code", "name", "parameters")

    def __init__(self, code: int, name: str, parameters: tuple[int, int, int, int]) -> None:
        self.code = code
        self.name = name
        self.parameters = parameters

    @property
    def sub_code(self) -> int:
        """The parameter that tells the cases of this bug check apart: the first one, if no other is known to."""
        from ..runtime.wdk.bugchecks import describe

        row = describe(self.code)
        return self.parameters[row.selector - 1 if row is not None and row.selector else 0]

    def as_dict(self) -> dict[str, object]:
        return {"code": self.code, "name": self.name, "parameters": list(self.parameters)}


class Report:
    """One finding of a run.

    `severity` is "error" (fatal or not: `stop` tells), "leak" or "note". `places` begins with the line at fault; the
    others set it up, each with its label. `facts` are (label, text) lines about the object. `calls` is the stack,
    innermost first, as (function name, file, line). `irql` is a name, `time_ns` simulated nanoseconds since start.
    """

    __slots__ = (
        "severity",
        "rule",
        "title",
        "places",
        "facts",
        "help",
        "calls",
        "irql",
        "processor",
        "time_ns",
        "stop",
    )

    def __init__(
        self,
        severity: str,
        rule: str,
        title: str,
        places: list[Place],
        facts: list[tuple[str, str]],
        help: str,
        calls: list[tuple[str, str, int]],
        irql: str = "PASSIVE_LEVEL",
        processor: int = 0,
        time_ns: int = 0,
        stop: Stop | None = None,
    ) -> None:
        self.severity = severity
        self.rule = rule
        self.title = title
        self.places = places
        self.facts = facts
        self.help = help
        self.calls = calls
        self.irql = irql
        self.processor = processor
        self.time_ns = time_ns
        self.stop = stop

    def as_dict(self) -> dict[str, object]:
        return {
            "severity": self.severity,
            "rule": self.rule,
            "title": self.title,
            "places": [place.as_dict() for place in self.places],
            "facts": [list(fact) for fact in self.facts],
            "help": self.help,
            "calls": [list(call) for call in self.calls],
            "irql": self.irql,
            "processor": self.processor,
            "time_ns": self.time_ns,
            "stop": self.stop.as_dict() if self.stop else None,
        }
