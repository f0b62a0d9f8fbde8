"""Random programs of nothing but control flow: loops, switches, gotos and structured exceptions in one another.

What csmith never makes. Each program prints the path that it takes; every question it asks is answered from a seeded
sequence that runs dry, after which every answer is no, so that every loop ends. Left out is what C or its compilers leave
open: jumps into a __try, and jumps out of a __finally.
`python tests/oracle_flow.py 500` compares that many with what they print on Windows; pytest a few (test_oracle.py).
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import oracle_windows
from oracle_csmith import DIFFERENT, Verdict, verdict_of
from oracle_windows import Windows

DEEPEST = 5
LONGEST = 4
LINES = 120  # then only small statements follow
RUNS = 6

_HEAD = """#include <wdm.h>

static ULONG state, fuel, pad;

static void Trace(int Step)
{
    DbgPrint("%d/%u ", Step, fuel);
}

static int Ask(void)
{
    if (fuel == 0)
        return 0;
    fuel--;
    state = state * 1664525 + 1013904223;
    return state >> 30 != 0;
}

static int Number(int Limit)
{
    return Ask() ? (int)(state >> 16) % Limit : 0;
}

static void Raise(int Step)
{
    Trace(Step);
    if (fuel)
        ExRaiseStatus(0xC0000000 + Step);
}

static LONG F(int Step, NTSTATUS Code)
{
    DbgPrint("f%d:%x ", Step, (ULONG)Code & 0xFFFF);
    return Ask() ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH;
}

/* clang takes a call for one of the __try whose code follows at once, so something stands before each. */
#define T(s) (pad++, Trace(s))
#define C() (pad++, Ask())
#define N(n) (pad++, Number(n))
#define R(s) (pad++, Raise(s))
"""
_TAIL = """
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    ULONG run;

    for (run = 0; run < RUNS; run++) {
        state = run * 77777 + 5;
        fuel = 40;
        __try {
            DbgPrint("= %d\\n", G(2));
        } __except (EXCEPTION_EXECUTE_HANDLER) {
            DbgPrint("! %x\\n", GetExceptionCode());
        }
    }
    return STATUS_SUCCESS;
}
"""


class Flow:
    """One function while it is made. `labels` may be jumped to from where the writer stands."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.steps = 0
        self.names = 0
        self.lines: list[str] = []
        self.labels: list[str] = []
        self.around: list[str] = []  # what the writer stands in, outermost first: "loop", "switch", "try", "final"

    def step(self) -> int:
        self.steps += 1
        return self.steps

    def put(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def block(self, depth: int, level: int) -> None:
        """A few statements, one of which may carry a label that the others jump to."""
        label = ""
        count = self.chance.randint(1, LONGEST)
        place = self.chance.randrange(count)
        if self.chance.random() < 0.3:
            self.names += 1
            label = f"L{self.names}"
            self.labels.append(label)
        for index in range(count):
            if label and index == place:
                self.put(depth - 1, f"{label}:")
            self.statement(depth, level)
        if label:
            self.put(depth, f"if (C()) goto {label};")
            self.labels.remove(label)

    def statement(self, depth: int, level: int) -> None:
        makers = [self.plain, self.plain, self.jump, self.jump, self.throw]
        if level < DEEPEST and len(self.lines) < LINES:
            makers += [self.choice, self.loop, self.loop, self.switch]
            makers += [self.guarded, self.guarded, self.final, self.final]
        self.chance.choice(makers)(depth, level)

    def plain(self, depth: int, level: int) -> None:
        self.put(depth, self.chance.choice((f"T({self.step()});", f"x += {self.step()};", "T(x);")))

    def throw(self, depth: int, level: int) -> None:
        self.put(depth, f"if (C()) R({self.step()});")

    def jump(self, depth: int, level: int) -> None:
        finals = [index for index, kind in enumerate(self.around) if kind == "final"]
        inside = self.around[finals[-1] + 1 :] if finals else self.around
        allowed = []
        if "loop" in inside:
            allowed.append("continue;")
        if "loop" in inside or "switch" in inside:
            allowed.append("break;")
        if "try" in inside:
            allowed.append("__leave;")
        if not finals:
            allowed += ["return x;", f"return {self.step()};", "return G(d - 1);"]
        allowed += [f"goto {label};" for label in self.labels]
        if allowed:
            self.put(depth, f"if (C()) {self.chance.choice(allowed)}")

    def inner(self, kind: str, depth: int, level: int) -> None:
        self.around.append(kind)
        self.block(depth, level + 1)
        self.around.pop()

    def choice(self, depth: int, level: int) -> None:
        self.put(depth, "if (C()) {")
        self.block(depth + 1, level + 1)
        if self.chance.random() < 0.5:
            self.put(depth, "} else {")
            self.block(depth + 1, level + 1)
        self.put(depth, "}")

    def loop(self, depth: int, level: int) -> None:
        self.names += 1
        i = f"i{self.names}"
        head, foot = self.chance.choice((
            ("while (C()) {", "}"),
            ("do {", "} while (C());"),
            (f"for (int {i} = 0; {i} < 3 && C(); {i}++) {{", "}"),
            (f"for (T({self.step()}); C(); x++) {{", "}"),
        ))  # fmt: skip
        self.put(depth, head)
        self.inner("loop", depth + 1, level)
        self.put(depth, foot)

    def switch(self, depth: int, level: int) -> None:
        values = self.chance.sample(range(6), self.chance.randint(1, 4))
        self.put(depth, "switch (N(6)) {")
        default = self.chance.randrange(2 * len(values))
        for index, value in enumerate(values):
            self.put(depth, f"case {value}:")
            if index == default:
                self.put(depth, "default:")
            self.inner("switch", depth + 1, level)
            if self.chance.random() < 0.6:
                self.put(depth + 1, "break;")
        self.put(depth, "}")

    def guarded(self, depth: int, level: int) -> None:
        self.body(depth, level)
        self.put(depth, f"}} __except (F({self.step()}, GetExceptionCode())) {{")
        self.put(depth + 1, f"T({self.step()});")
        self.block(depth + 1, level + 1)
        self.put(depth, "}")

    def final(self, depth: int, level: int) -> None:
        self.body(depth, level)
        self.put(depth, "} __finally {")
        self.put(depth + 1, f"T({self.step()});")
        labels, self.labels = self.labels, []
        self.inner("final", depth + 1, level)
        self.labels = labels
        self.put(depth, "}")

    def body(self, depth: int, level: int) -> None:
        self.put(depth, "__try {")
        self.put(depth + 1, f"T({self.step()});")
        self.inner("try", depth + 1, level)


def generate(seed: int) -> str:
    """The program of a seed."""
    flow = Flow(seed)
    flow.block(1, 0)
    body = "\n".join(flow.lines)
    function = f"\nstatic int G(int d)\n{{\n    int x = 0;\n\n    if (d == 0)\n        return 1;\n{body}\n    return x;\n}}\n"
    return _HEAD + function + _TAIL.replace("RUNS", str(RUNS))


def compare(seeds: Iterable[int], windows: Windows) -> list[Verdict]:
    """Seeds against clang for Windows, all in one program. Those that clang breaks down on are left out."""
    sources = {str(seed): generate(seed) for seed in seeds}
    printed = windows.run_driver_c(sources)
    return [verdict_of(int(name), there, sources[name]) for name, there in printed.items()]


def main() -> int:
    """Compare many seeds, a hundred at a time."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    if oracle_windows.missing_tools():
        print(f"skipped: there is no {oracle_windows.missing_tools()} here")
        return 0
    different = same = 0
    with tempfile.TemporaryDirectory() as folder:
        windows = Windows(Path(folder))
        for first in range(0, count, 100):
            for verdict in compare(range(first, min(first + 100, count)), windows):
                same += verdict.kind != DIFFERENT
                if verdict.kind == DIFFERENT:
                    different += 1
                    print(f"seed {verdict.seed}:\n{verdict.there}there,\n{verdict.here}here", flush=True)
    print(f"{same} same, {different} different, {count - same - different} that the compiler does not take")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
