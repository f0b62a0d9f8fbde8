"""What counting steps costs: the six workloads compiled with and without it."""

from __future__ import annotations

from .against_hand import NAMES, QUICK_SIZES, SIZES, TITLES, Contest
from .measure import Row, best, geometric_mean, ms

TARGET = 1.10


def run(quick: bool) -> list[Row]:
    rows = []
    for name in NAMES:
        size = (QUICK_SIZES if quick else SIZES)[name]
        counted, free = Contest(name, size), Contest(name, size, budget=False)
        counted.check()
        free.check()
        with_it, without = best(1 if quick else 12, counted.by_script, free.by_script)
        rows.append(
            Row(f"{TITLES[name]}: step budget on / off", with_it / without, detail=f"{ms(with_it)} / {ms(without)}")
        )
    rows.append(Row("step budget, geometric mean", geometric_mean(row.value for row in rows), TARGET))
    return rows
