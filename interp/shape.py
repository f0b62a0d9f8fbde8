"""What a statement contains, so that the code generator knows which form fits it.

Most statements become the Python statement of the same kind. A label, a goto out of a loop, a case inside a nested
block and a `continue` that must first run a __finally do not fit Python's loops: what contains them is "exploded"
into the numbered blocks of a state machine (see machine.py). CPython also refuses more than twenty nested loops and
try statements."""

from __future__ import annotations

from ..grammar import tree

MOST_BLOCKS = 14  # of CPython's twenty, leaving room for what surrounds a function's body


class Shape:
    """`label`: a label that may be jumped to from outside this statement. `goto`: a goto or __leave in it. `breaks`,
    `continues`: leaves an enclosing loop or switch. `escapes`: does so out of a state machine of its own, or across a
    __try before a step. `case`: belongs to an enclosing switch. `explode`: must become part of a state machine.
    `blocks`: nested Python blocks."""

    __slots__ = (
        "label",
        "goto",
        "leave",
        "breaks",
        "continues",
        "continues_in_try",
        "escapes",
        "case",
        "explode",
        "blocks",
    )

    def __init__(self) -> None:
        self.label = self.goto = self.leave = self.breaks = self.continues = False
        self.continues_in_try = self.escapes = self.case = self.explode = False
        self.blocks = 0

    def add(self, other: Shape) -> None:
        for name in Shape.__slots__[:-1]:
            if getattr(other, name):
                setattr(self, name, True)
        self.blocks = max(self.blocks, other.blocks)


class Shapes:
    """Shapes of the statements of one function, found once."""

    def __init__(self) -> None:
        self._known: dict[int, Shape] = {}

    def of(self, statement: tree.Stmt) -> Shape:
        shape = self._known.get(id(statement))
        if shape is None:
            shape = self._known[id(statement)] = self._find(statement)
        return shape

    def all_of(self, statements: tuple[tree.Stmt, ...]) -> Shape:
        whole = Shape()
        for statement in statements:
            whole.add(self.of(statement))
        return whole

    def _find(self, s: tree.Stmt) -> Shape:
        if isinstance(s, tree.Block):
            return self.all_of(s.body)
        if isinstance(s, tree.If):
            return self.all_of((s.then,) if s.otherwise is None else (s.then, s.otherwise))
        if isinstance(s, (tree.While, tree.DoWhile, tree.For)):
            return self._loop(s)
        if isinstance(s, tree.Switch):
            return self._switch(s)
        if isinstance(s, (tree.TryExcept, tree.TryFinally)):
            return self._try(s)
        shape = Shape()
        if isinstance(s, tree.Labelled):
            shape.add(self.of(s.body))
            shape.label = shape.label or s.label.used
            shape.explode = shape.explode or s.label.used
        elif isinstance(s, tree.Case):
            shape.add(self.of(s.body))
            shape.case = True
        elif isinstance(s, tree.Goto):
            shape.goto = True
        elif isinstance(s, tree.Leave):
            shape.goto = shape.leave = True
        elif isinstance(s, tree.Break):
            shape.breaks = True
        elif isinstance(s, tree.Continue):
            shape.continues = True
        return shape

    def _loop(self, s: tree.While | tree.DoWhile | tree.For) -> Shape:
        shape = Shape()
        shape.add(self.of(s.body))
        steps = isinstance(s, tree.DoWhile) or (isinstance(s, tree.For) and s.step is not None)
        shape.blocks += 2
        if shape.goto or shape.escapes or (steps and shape.continues_in_try) or shape.blocks > MOST_BLOCKS:
            shape.explode = True
        shape.breaks = shape.continues = shape.continues_in_try = shape.escapes = False
        return shape

    def _switch(self, s: tree.Switch) -> Shape:
        shape = Shape()
        shape.add(self.of(s.body))
        direct = s.body.body if isinstance(s.body, tree.Block) else (s.body,)
        shape.blocks += 1
        if len(s.cases) != count_direct(direct) or shape.goto or shape.escapes or shape.blocks > MOST_BLOCKS:
            shape.explode = True
        shape.breaks = shape.case = False
        if not shape.continues:
            shape.escapes = False
        return shape

    def _try(self, s: tree.TryExcept | tree.TryFinally) -> Shape:
        shape = Shape()
        parts = (s.body, s.handler) if isinstance(s, tree.TryExcept) else (s.body, s.final)
        for part in parts:
            inner = self.of(part)
            own = self.needs_machine(part)
            leaves = inner.breaks or inner.continues
            shape.add(inner)
            shape.blocks = max(shape.blocks, inner.blocks + 2 + (2 if own else 0))
            if own and leaves:
                shape.escapes = True
        shape.continues_in_try = shape.continues_in_try or shape.continues
        shape.label = shape.explode = False  # nobody may jump in, and its own state machines are inside
        if self.of(s.body).leave:
            shape.leave = any(self.of(part).leave for part in parts[1:])
            shape.goto = shape.leave or self._has_goto(s)
        return shape

    def _has_goto(self, s: tree.Stmt) -> bool:
        """A goto proper (not a __leave) that may go out of a try statement."""
        todo: list[object] = [s]
        while todo:
            node = todo.pop()
            if isinstance(node, tree.Goto):
                return True
            if isinstance(node, tree.Stmt):
                todo.extend(
                    getattr(node, name)
                    for name in ("body", "then", "otherwise", "handler", "final")
                    if hasattr(node, name)
                )
            elif isinstance(node, tuple):
                todo.extend(node)
        return False

    def needs_machine(self, s: tree.Stmt) -> bool:
        """True if a body (of a function, a __try, a handler) must be a state machine."""
        shape = self.of(s)
        return shape.explode or shape.leave


def count_direct(statements: tuple[tree.Stmt, ...]) -> int:
    """The case labels that stand directly in a switch's body."""
    count = 0
    for statement in statements:
        while isinstance(statement, tree.Case):
            count += 1
            statement = statement.body
    return count
