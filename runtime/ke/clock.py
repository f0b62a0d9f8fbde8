"""Steps and time. A step is one loop back edge or one call of a script function; each takes STEP_NS of simulated time.

Generated code draws its steps from the iterator STEPS in its globals and calls `tick` when that runs dry, so a step
costs no more than an iteration of `for`. Nothing sleeps: time is what has been counted, plus what was waited for. """

from __future__ import annotations

from itertools import repeat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

SLICE = 1000
STEP_NS = 20


class StepsExhausted(Exception):
    """The run has used up its step budget."""


class Clock:
    """`now_ns` is simulated nanoseconds since the machine started. `after_slice` is called each time a slice is used
    up."""

    __slots__ = ("names", "limit", "_granted", "_waited_ns", "after_slice", "exhausted")

    def __init__(self, names: dict[str, object], limit: int) -> None:
        self.names = names
        self.limit = limit
        self._granted = 0
        self._waited_ns = 0
        self.after_slice: Callable[[], None] | None = None
        self.exhausted: Callable[[], None] | None = None
        names["TICK"] = self.tick
        self._grant()

    def _grant(self) -> None:
        share = min(SLICE, self.limit - self._granted)
        self._granted += share
        self.names["STEPS"] = repeat(None, share)

    def tick(self) -> None:
        """A new slice, if the present one is really used up: an outer loop may still hold an old iterator."""
        if self.names["STEPS"].__length_hint__():  # type: ignore[attr-defined]
            return
        if self._granted >= self.limit:
            if self.exhausted is not None:
                self.exhausted()
            if self._granted >= self.limit:
                raise StepsExhausted
        self._grant()
        if self.after_slice is not None:
            self.after_slice()

    def step(self) -> None:
        """One step of a loop in a kernel routine."""
        if next(self.names["STEPS"], self) is not None:  # type: ignore[call-overload]
            self.tick()

    @property
    def steps(self) -> int:
        return self._granted - int(self.names["STEPS"].__length_hint__())  # type: ignore[attr-defined]

    @property
    def now_ns(self) -> int:
        steps: int = self._granted - self.names["STEPS"].__length_hint__()  # type: ignore[attr-defined]
        return steps * STEP_NS + self._waited_ns

    def pass_ns(self, nanoseconds: int) -> None:
        """Let time pass without steps: a stall, a register access, a wait."""
        self._waited_ns += nanoseconds
