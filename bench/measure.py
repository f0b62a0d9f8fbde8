"""Measuring: contestants take turns within one process, and the best time of each counts.

The machines this runs on are noisy, so that only ratios of times taken together mean anything. Within this process
the clock is processor time where it ticks finely (not on Windows), since what other processes take is then left out.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from math import prod
from statistics import median
from time import get_clock_info, perf_counter, process_time

SECONDS, MOST_ROUNDS = 3.0, 200
OWN_CLOCK = process_time if get_clock_info("process_time").resolution < 1e-6 else perf_counter


def best(rounds: int, *contestants: Callable[[], object]) -> list[float]:
    """The shortest time of each contestant in seconds, of as many rounds, or more as long as they are quickly done. One
    turn before the first is not counted: it warms caches."""
    if rounds > 1:
        start = perf_counter()
        turns(1, OWN_CLOCK, *contestants)
        rounds = min(max(rounds, int(SECONDS / (perf_counter() - start))), MOST_ROUNDS)
    return [min(taken[1:]) for taken in turns(rounds + 1, OWN_CLOCK, *contestants)]


def medians(rounds: int, *contestants: Callable[[], object]) -> list[float]:
    """The middle time of each contestant in seconds, for what starts processes: their best is luck."""
    return [median(taken[1:]) for taken in turns(rounds + 1, perf_counter, *contestants)]


def turns(rounds: int, clock: Callable[[], float], *contestants: Callable[[], object]) -> list[list[float]]:
    """All times of each contestant, who take turns with the garbage collector off."""
    times: list[list[float]] = [[] for _ in contestants]
    collecting = gc.isenabled()
    gc.disable()
    try:
        for _ in range(rounds):
            for contestant, taken in zip(contestants, times, strict=True):
                start = clock()
                contestant()
                taken.append(clock() - start)
            gc.collect()
    finally:
        if collecting:
            gc.enable()
    return times


def geometric_mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return prod(numbers) ** (1 / len(numbers))


class Row:
    """One line of the result: what was measured and what it should be. `bound` is None where there is no target,
    `at_most` tells on which side of it good lies; `detail` are the numbers behind it."""

    __slots__ = ("what", "value", "bound", "at_most", "detail", "unit")

    def __init__(
        self,
        what: str,
        value: float,
        bound: float | None = None,
        *,
        at_most: bool = True,
        detail: str = "",
        unit: str = "",
    ) -> None:
        self.what = what
        self.value = value
        self.bound = bound
        self.at_most = at_most
        self.detail = detail
        self.unit = unit

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None if there is none."""
        if self.bound is None:
            return None
        return self.value <= self.bound if self.at_most else self.value >= self.bound

    def cells(self) -> tuple[str, str, str, str, str]:
        target = "" if self.bound is None else f"{'<=' if self.at_most else '>='} {number(self.bound)}{self.unit}"
        verdict = {None: "", True: "met", False: "MISSED"}[self.met]
        return self.what, number(self.value) + self.unit, target, verdict, self.detail


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.2f}" if value < 100 else f"{value:.0f}"


def ms(seconds: float) -> str:
    return f"{1000 * seconds:.2f} ms"


def us(seconds: float) -> str:
    return f"{1_000_000 * seconds:.2f} us"


def table(rows: Iterable[Row]) -> str:
    """The rows with their columns aligned."""
    cells = [("what", "measured", "target", "", "from"), *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(4)]
    forms = [f"{{:{'<>><'[column]}{width}}}" for column, width in enumerate(widths)]
    return "\n".join("  ".join([*forms, "{}"]).format(*line).rstrip() for line in cells)
