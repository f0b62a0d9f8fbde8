"""Random C programs, run here and by a C compiler: the same checksum must come out.

csmith makes the programs, from a seed, without floating point. Each is compared with gcc for this machine, where its
`L` suffixes become `LL` because `long` has another size there, and, as it is, with mingw's gcc under wine.
`python tests/oracle_csmith.py 1000` compares that many; pytest compares a few (test_oracle.py).
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dmascript.interp import script
from dmascript.interp.options import Options
from oracle_windows import Windows

ORACLE = Path(__file__).resolve().parent / "oracle"
SMALL = ("--max-funcs", "3", "--max-block-depth", "3", "--max-expr-complexity", "5")
BIGGER = ("--max-funcs", "6", "--max-block-depth", "4", "--max-expr-complexity", "7")
# What each seed leaves out or leans on, so that 12 seeds in a row have met every combination that is listed.
VARIANTS = (
    (),
    ("--no-volatiles", "--no-unions"),
    ("--no-packed-struct", "--no-jumps"),
    ("--no-bitfields", "--max-pointer-depth", "4"),
    ("--no-pointers", "--inline-function"),
    ("--no-arrays", "--unary-plus-operator"),
    ("--no-structs", "--no-comma-operators"),
    ("--no-unions", "--max-struct-fields", "20"),
    ("--no-volatile-pointers", "--max-array-dim", "4", "--max-array-len-per-dim", "4"),
    ("--no-longlong", "--no-math64"),
    ("--no-const-pointers", "--no-consts", "--max-union-fields", "8"),
    ("--no-int8", "--no-uint8", "--no-embedded-assigns"),
)
# Every preemption point of the finer ones is more code that is made, and must change nothing that is computed.
GRANULARITIES = ("call", "call", "call", "statement", "access")
NATIVE = ("gcc", "-w", "-Wno-psabi", "-O1", "-std=gnu11", "-fwrapv", "-fno-strict-aliasing", "-mms-bitfields")
NATIVE_SECONDS = 2.0
STEPS = 20_000_000
_LONG = re.compile(r"\b(0[xX][0-9A-Fa-f]+|[0-9]+)(U?)L\b")

SAME, DIFFERENT, SLOW_THERE, SLOW_HERE = "same", "different", "too slow there", "too slow here"


@dataclass(frozen=True)
class Verdict:
    """How a seed went. `there` and `here` are what the compiler's program and ours printed."""

    seed: int
    kind: str
    there: str = ""
    here: str = ""


def missing_tools() -> str:
    """The tools that this oracle lacks, or an empty text."""
    return ", ".join(tool for tool in ("csmith", "gcc") if shutil.which(tool) is None)


def generate(seed: int, size: tuple[str, ...] = SMALL) -> str:
    """The program of a seed."""
    variant = VARIANTS[seed % len(VARIANTS)]
    command = ["csmith", "--seed", str(seed), "--no-argc", "--no-float", "--no-builtins", *size, *variant]
    # It leaves a file in the current folder.
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=tempfile.gettempdir()).stdout


def for_lp64(source: str) -> str:
    """The program as it must read where `long` has 64 bits to mean what it means on Windows."""
    return _LONG.sub(r"\1\2LL", source)


def run_native(source: str, folder: Path) -> str | None:
    """What gcc's program prints, or None if it takes too long."""
    text, program = folder / "program.c", folder / "program"
    text.write_text(source)
    subprocess.run([*NATIVE, "-I", str(ORACLE), str(text), "-o", str(program)], check=True)
    try:
        done = subprocess.run([str(program)], capture_output=True, text=True, timeout=NATIVE_SECONDS, check=True)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout


def run_here(source: str, granularity: str = "call") -> str | None:
    """What the program prints here, with all that was found wrong with it; None if it takes too many steps."""
    options = Options(max_steps=STEPS, folders=(str(ORACLE),), granularity=granularity)
    loaded = script.load("program.c", options, source)
    if loaded.program is None:
        return "".join(f"{d.severity} {d.rule} {d.span.line}: {d.message}\n" for d in loaded.diagnostics)
    written: list[str] = []
    outcome = script.run(loaded, options, written.append)
    if outcome.limit:
        return None
    reports = [f"{r.rule} {[place.line for place in r.places]}: {r.title} {r.facts}\n" for r in outcome.reports]
    return "".join(written + reports)


def compare(seed: int, size: tuple[str, ...] = SMALL) -> Verdict:
    """One seed against gcc for this machine."""
    source = for_lp64(generate(seed, size))
    with tempfile.TemporaryDirectory() as folder:
        there = run_native(source, Path(folder))
    if there is None:
        return Verdict(seed, SLOW_THERE)
    return verdict_of(seed, there, source)


def compare_with_windows(seeds: Iterable[int], windows: Windows) -> list[Verdict]:
    """Seeds against mingw's gcc, as they are, all in one program: wine starts once."""
    sources = {f"seed{seed}": generate(seed) for seed in seeds}
    printed = windows.run_c(sources, "main", flags=("-fwrapv", "-fno-strict-aliasing"))
    return [verdict_of(int(name[4:]), printed[name], source) for name, source in sources.items()]


def verdict_of(seed: int, there: str, source: str) -> Verdict:
    """A program run here, beside what it printed there."""
    here = run_here(source, GRANULARITIES[seed % len(GRANULARITIES)])
    if here is None:
        return Verdict(seed, SLOW_HERE, there)
    return Verdict(seed, SAME if here == there else DIFFERENT, there, here)


def main() -> int:
    """Compare many seeds in two processes, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--bigger", action="store_true", help="programs twice as large")
    chosen = parser.parse_args()
    if missing_tools():
        print(f"skipped: there is no {missing_tools()} here")
        return 0
    kinds: Counter[str] = Counter()
    with ProcessPoolExecutor(2) as pool:
        seeds = range(chosen.first, chosen.first + chosen.count)
        for verdict in pool.map(partial(compare, size=BIGGER if chosen.bigger else SMALL), seeds, chunksize=5):
            kinds[verdict.kind] += 1
            if verdict.kind == DIFFERENT:
                print(f"seed {verdict.seed}: {verdict.there!r} there, {verdict.here[:600]!r} here", flush=True)
    print(", ".join(f"{count} {kind}" for kind, count in kinds.most_common()))
    return 1 if kinds[DIFFERENT] else 0


if __name__ == "__main__":
    sys.exit(main())
