"""Runs the benches and prints what they measured beside what they should reach.

python -m bench                 all of them
python -m bench start bulk      some
python -m bench --quick         at tiny sizes: only shows that they run
python -m bench --strict        the exit code is 1 if a target is missed
"""

from __future__ import annotations

import argparse
import platform
import sys
from importlib import import_module
from pathlib import Path

if not __package__:  # started as a file
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    __package__ = "bench"

from .importable import make_importable

BENCHES = ("against_hand", "against_picoc", "budget", "start", "bulk", "machines", "kernel", "dma", "repl", "watching")


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHES)}")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, one round: the numbers mean nothing")
    parser.add_argument("--strict", action="store_true", help="fail if a target is missed")
    given = parser.parse_args(words)
    unknown = [name for name in given.names if name not in BENCHES]
    if unknown:
        parser.error(f"there is no bench {unknown[0]!r}: one of {', '.join(BENCHES)}")
    make_importable()
    from .measure import table

    print(f"Python {platform.python_version()}, {platform.machine()}, {platform.system()}")
    missed = False
    for name in given.names or BENCHES:
        rows = import_module(f".{name}", __package__).run(given.quick)
        print(f"\n[{name}]")
        print(table(rows) if rows else "skipped")
        sys.stdout.flush()
        missed = missed or any(row.met is False for row in rows)
    return 1 if given.strict and missed and not given.quick else 0


if __name__ == "__main__":
    sys.exit(main())
