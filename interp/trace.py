"""The run as events: each routine call with its time, processor, IRQL, arguments and result."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..runtime.routine import Routine
    from .session import Session


class Tracer:
    """Collects events as tuples (time in ns, duration in ns, processor, IRQL, depth, routine, arguments, result).

    Watching must not change the run: nothing here asks for a choice or lets time pass.
    """

    __slots__ = ("session", "events", "depth")

    def __init__(self, session: Session, events: list[tuple[object, ...]]) -> None:
        self.session = session
        self.events = events
        self.depth = 0

    def call(self, row: Routine, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        nt = self.session.nt
        start, irql, processor = nt.clock.now_ns, nt.irql, nt.cpu.number
        place = len(self.events)
        self.events.append(())
        self.depth += 1
        result: object = "did not return"
        try:
            result = function(*arguments)
            return result
        finally:
            self.depth -= 1
            self.events[place] = (
                start,
                nt.clock.now_ns - start,
                processor,
                irql,
                self.depth,
                row.name,
                arguments,
                result,
            )
