"""Mutated scripts: whatever stands in a file, its run ends with a documented exit code and no Python error.

Mutations of all our scripts, each derived from its number alone, run in this process with small budgets. `python
tests/mutations.py COUNT [FIRST]` runs many.
"""

from __future__ import annotations

import faulthandler
import random
import re
import sys
import tempfile
import time
import traceback
from pathlib import Path

from dmascript.interp import script
from dmascript.interp.options import Options

ROOT = Path(__file__).resolve().parent.parent
TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
EXIT_CODES = (script.EXIT_CLEAN, script.EXIT_BROKEN, script.EXIT_USAGE, script.EXIT_LIMIT, script.EXIT_REFUSED)
PROFILES = ("direct", "bounce", "iommu", "noncoherent", "starved", "isa")
FAILURES = ("ExAllocatePool2", "IoAllocateMdl", "MmProbeAndLockPages", "MmMapLockedPagesSpecifyCache")
SLOW_SECONDS = 30
HANGING_SECONDS = 300  # then the whole process says where it hangs, and ends
NUMBERS = ("0", "1", "-1", "0x7fffffff", "0x80000000", "0xffffffffffffffff", "4096", "65536", "1ULL << 63", "'abcd'")
WORDS = (
    "if", "while", "__try", "__except", "__finally", "__leave", "goto", "return", "switch", "case", "default", "sizeof",
    "struct", "typedef", "static", "const", "unsigned", "{", "}", "(", ")", ";", "*", "&", "->", "[", "]", "#", "\\",
    '"', "'", "/*", "//", "NULL", "DISPATCH_LEVEL", "KeRaiseIrql", "ExFreePool", "MmUnlockPages", "IoFreeMdl",
    "machine",
)  # fmt: skip


def corpus() -> list[str]:
    """All scripts of the project."""
    folders = [ROOT / name for name in ("examples", "tests/golden", "tests/zoo")]
    found = sorted(path for folder in folders for path in folder.rglob("*.dma"))
    return [path.read_text(encoding="utf-8", errors="replace") for path in found if path.stat().st_size < 20_000]


def mutated(scripts: list[str], number: int) -> str:
    """The mutation of that number: one to four small changes of one script, sometimes with lines of another."""
    chance = random.Random(number)
    tokens = TOKEN.findall(chance.choice(scripts))
    for _ in range(chance.randint(1, 4)):
        if not tokens:
            break
        place = chance.randrange(len(tokens))
        kind = chance.randrange(10)
        if kind == 0:
            del tokens[place]
        elif kind == 1:
            tokens.insert(place, tokens[chance.randrange(len(tokens))])
        elif kind == 2:
            other = chance.randrange(len(tokens))
            tokens[place], tokens[other] = tokens[other], tokens[place]
        elif kind == 3:
            numbers = [i for i, token in enumerate(tokens) if token[0].isdigit()]
            if numbers:
                tokens[chance.choice(numbers)] = chance.choice(NUMBERS)
        elif kind == 4:
            names = [i for i, token in enumerate(tokens) if token[0].isalpha()]
            if names:
                tokens[chance.choice(names)] = tokens[chance.choice(names)]
        elif kind == 5:
            tokens.insert(place, " " + chance.choice(WORDS) + " ")
        elif kind == 6:
            del tokens[place : place + chance.randint(1, 30)]
        elif kind == 7:
            tokens.insert(place, chr(chance.choice((0, 7, 0x7F, 0x80, 0xFFFD, 0x2013, 0x1F600))))
        elif kind == 8:
            lines = chance.choice(scripts).splitlines(keepends=True)
            start = chance.randrange(len(lines))
            tokens.insert(place, "".join(lines[start : start + 3]))
        else:
            del tokens[place:]
    return "".join(tokens)


def options(number: int) -> Options:
    """Small budgets, and a machine chosen by the number."""
    chance = random.Random(number ^ 0x5EED)
    return Options(
        profile=chance.choice(PROFILES),
        seed=chance.choice((None, 1, 99)),
        verifier=chance.choice(("off", "standard", "full")),
        granularity=chance.choice(("call", "statement", "access")),
        failures=chance.choice(((), ((chance.choice(FAILURES), chance.randint(1, 2)),))),
        max_steps=20_000,
        max_memory=32 << 20,
        max_output=100_000,
    )


def problem(text: str, chosen: Options) -> str:
    """What is wrong with how this text is taken: a Python error, an unknown exit code, too long a time; or nothing."""
    started = time.process_time()
    faulthandler.dump_traceback_later(HANGING_SECONDS, exit=True, file=sys.__stderr__)
    try:
        loaded = script.load("mutation.dma", chosen, text)
        if loaded.program is None:
            code = script.EXIT_REFUSED if any(d.severity == "error" for d in loaded.diagnostics) else -1
        else:
            code = script.run(loaded, chosen, lambda written: None).exit_code
    except KeyboardInterrupt:
        raise
    except BaseException:  # the unwinding of simulated code is no Exception, and must not get out either
        return traceback.format_exc(limit=-6)
    finally:
        faulthandler.cancel_dump_traceback_later()
    if code not in EXIT_CODES:
        return f"exit code {code}"
    taken = time.process_time() - started
    return f"took {taken:.0f} s of processor time" if taken > SLOW_SECONDS else ""


def run(first: int, count: int) -> dict[int, str]:
    """The mutations that went wrong, by number."""
    scripts = corpus()
    wrong = {}
    for number in range(first, first + count):
        found = problem(mutated(scripts, number), options(number))
        if found:
            wrong[number] = found
    return wrong


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    wrong = run(first, count)
    for number, found in wrong.items():
        path = Path(tempfile.gettempdir()) / f"mutation-{number}.dma"
        path.write_text(mutated(corpus(), number), encoding="utf-8", errors="replace")
        print(f"mutation {number} ({path}):\n{found}")
    print(f"{count - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
