"""The six workloads against picoc, a C interpreter written in C, where the environment variable PICOC names its
binary.

picoc runs the same work in plain C (workloads/*.c) on its own memory: `calls` are calls of a library function of its
own. Each program takes as its argument how often to do the work; what doing it 0 times takes is the start, and is
subtracted.
"""

from __future__ import annotations

import os
import subprocess

from .against_hand import NAMES, QUICK_SIZES, SIZES, TITLES, Contest
from .measure import Row, best, geometric_mean, medians, ms
from .scripts import FOLDER

TARGET = 2.0


def run(quick: bool) -> list[Row]:
    binary = os.environ.get("PICOC")
    if not binary:
        return []
    rows = []
    for name in NAMES:
        size = (QUICK_SIZES if quick else SIZES)[name]
        contest = Contest(name, size)
        contest.check()
        (script,) = best(1 if quick else 7, contest.by_script)
        foreign = time_of(binary, name, size, contest.answer, 1 if quick else 3)
        rows.append(
            Row(
                f"{TITLES[name]}: picoc / script",
                foreign / script,
                TARGET,
                at_most=False,
                detail=f"{ms(foreign)} / {ms(script)}",
            )
        )
    rows.append(Row("picoc, geometric mean", geometric_mean(max(row.value, 1e-9) for row in rows)))
    return rows


def time_of(binary: str, name: str, size: int, answer: int, rounds: int) -> float:
    """Seconds that picoc takes for one turn of a workload."""

    def process(times: int) -> None:
        words = [binary, str(FOLDER / f"{name}.c"), "-", str(times), str(size)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode or (times and int(done.stdout) != answer):
            raise SystemExit(f"{' '.join(words)}: {done.stdout}{done.stderr}, expected {answer}")

    without, once = medians(rounds, lambda: process(0), lambda: process(1))
    return max(once - without, 1e-9)
