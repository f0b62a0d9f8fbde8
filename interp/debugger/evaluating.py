"""Expressions in the context of a live machine: read if they change nothing, else run as an entry."""

from __future__ import annotations

from ...grammar import tree
from ...grammar.types import ArrayType, StructType
from ..routine_addresses import routine_address
from . import numbers
from .reading import Evaluated, EvaluationError, Reader, changes_nothing, member_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

    from .live import Live
    from .stops import Outcome

HEX = frozenset("0123456789abcdefABCDEF")


def read(live: Live, text: str) -> Evaluated | None:
    """The value of an expression that changes nothing; None if the text is no such expression."""
    frame = live.frame()
    expression, places = live.growing.expression(text, frame)
    if expression is None or not changes_nothing(expression, live.growing.unit):
        return None
    reader = Reader(live, places, live.growing.values_in(frame))
    return Evaluated(expression.type, reader.value(expression), text, member_of(expression))


def evaluate(live: Live, text: str) -> Evaluated:
    """The value of any expression. EvaluationError if it has none."""
    found = read(live, text)
    if found is not None:
        return found
    expression, _ = live.growing.expression(text, live.frame())
    if expression is None:
        errors = live.growing.found.errors
        raise EvaluationError(errors[0].message if errors else f"'{text}' is not an expression")
    outcome = live.enter(text)
    if outcome.kind != "done" or outcome.type is None and outcome.findings:
        raise EvaluationError(_why_not(outcome))
    return Evaluated(outcome.type or expression.type, outcome.value, text)


def condition(live: Live, text: str, frame: FrameType | None) -> bool:
    """Whether an expression holds where a frame stands, which is running. EvaluationError if it cannot be told."""
    seen = live.control.seen(frame) if frame is not None else None
    expression, places = live.growing.expression(text, seen)
    if expression is None:
        errors = live.growing.found.errors
        raise EvaluationError(errors[0].message if errors else f"'{text}' is not an expression")
    if not changes_nothing(expression, live.growing.unit):
        raise EvaluationError("it calls or assigns")
    return bool(Reader(live, places, seen.values if seen is not None else {}).integer(expression))


def _why_not(outcome: Outcome) -> str:
    """Why an entry has no value."""
    if outcome.kind == "refused" and outcome.part is not None and outcome.part.diagnostics:
        return outcome.part.diagnostics[0].message
    if outcome.kind == "stopped":
        return "the run has stopped within it; g lets it go on"
    if outcome.findings:
        return outcome.findings[-1].title
    return outcome.message or "the machine has stopped"


def number(live: Live, text: str) -> int:
    """A number or an address as commands take it."""

    def read_at(where: int, size: int) -> int:
        return int.from_bytes(Reader(live, {}, {}).bytes_at(where, size), "little")

    def c_value(expression: str) -> int:
        value = evaluate(live, expression).value
        if not isinstance(value, int):
            raise EvaluationError(f"'{expression}' is no number")
        return value

    return numbers.number(text, lambda name: _named(live, name), read_at, c_value)


def _named(live: Live, text: str) -> int | None:
    """The value of a name, or where it lies; None if nobody knows it."""
    module, _, name = text.rpartition("!")
    if module == "nt":
        try:
            return routine_address(name)
        except ValueError:
            raise EvaluationError(f"there is no routine {name}") from None
    frame = live.frame()
    if set(name) <= HEX and name not in live.growing.own_names():
        if frame is None or all(variable.name != name for variable, _ in live.growing.locals_of(frame)):
            return None
    expression, places = live.growing.expression(name, frame)
    if expression is None or not changes_nothing(expression, live.growing.unit):
        return None
    reader = Reader(live, places, live.growing.values_in(frame))
    if isinstance(expression, tree.Load) and isinstance(expression.type, (StructType, ArrayType)):
        return reader.address(expression.place)
    return reader.integer(expression)
