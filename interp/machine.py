"""State machines: the form of code that jumps where Python's own statements cannot.

A region (a function's body, or the body of a __try, handler or __finally) becomes numbered blocks in one loop:

    j1 = 0
    while True:
        for _ in STEPS:
            if j1 == 0: …; j1 = 1          # falls through to the next
            if j1 == 1: …; j1 = 4; continue  # a jump
            break
        else: TICK(); continue
        break

A jump to a label of an outer region sets that region's variable and breaks out of the inner loop. Before the statement
that holds the inner region the variable is set to STAY; after it, if it is another number, the outer region jumps."""

from __future__ import annotations

import ast
from ast import stmt

from . import emit

STAY = -1  # no block has this number: a jump may well be to the block that it comes from


class Region:
    """One state machine while it is made. `labels` are those that stand in it: labels of the script, cases, and marks
    of the code generator's own."""

    __slots__ = ("variable", "blocks", "numbers", "escaped", "parent", "labels")

    def __init__(self, variable: str, parent: Region | None) -> None:
        self.variable = variable
        self.parent = parent
        self.blocks: list[tuple[int, list[stmt]]] = []
        self.numbers: dict[object, int] = {}
        self.labels: set[object] = set()
        self.escaped: list[Region] = []  # outer regions that something inside jumped to

    def number(self, label: object) -> int:
        """The number of the block that begins at a label, in this region."""
        if label not in self.numbers:
            self.numbers[label] = len(self.numbers) + 1
        return self.numbers[label]

    def begin(self, number: int) -> list[stmt]:
        """Start a block; the list that its statements go to."""
        statements: list[stmt] = []
        self.blocks.append((number, statements))
        return statements

    def code(self) -> list[stmt]:
        """The whole machine."""
        body: list[stmt] = []
        for number, statements in self.blocks:
            test = emit.compare(emit.name(self.variable), "==", emit.const(number))
            body.append(emit.if_(test, statements))
        body.append(ast.Break())
        return [emit.assign(self.variable, emit.const(0)), emit.budgeted(body)]
