"""Locals that are used before anything can have given them a value, as the Microsoft compiler warns of them (C4700).

What may have been assigned counts as assigned: by any branch, by any turn of a loop. So each warning is right, and some
mistakes stay unmentioned.
"""

from __future__ import annotations

from dataclasses import fields

from .context import Context
from .tree import (
    Assign,
    Block,
    Cast,
    CompoundAssign,
    Declare,
    DoWhile,
    Expr,
    ExprStmt,
    For,
    IncDec,
    Initialiser,
    Labelled,
    Load,
    Local,
    Stmt,
    Store,
    Variable,
    VaStart,
    While,
)
from .types import VoidType

_PARTS = (Expr, Stmt, Store, Initialiser)


def warn_of_uninitialised(context: Context, body: Block, variables: list[Variable]) -> None:
    """Report each local of a function that is read while it can hold nothing yet, once."""
    watched = {one for one in variables if one.kind == "local" and not one.in_memory}
    if watched:
        _Walk(context, watched).run(body)


class _Given:
    """Behind what gives a variable its value."""

    def __init__(self, variable: Variable) -> None:
        self.variable = variable


class _Walk:
    def __init__(self, context: Context, watched: set[Variable]) -> None:
        self.context = context
        self.without = watched  # those that nothing can have assigned so far

    def run(self, body: Block) -> None:
        if any(isinstance(node, Labelled) and node.label.used for node in _all(body)):
            self.without = self.without - _assigned(body)  # a goto may have come from anywhere
        todo: list[object] = [body]  # in the order of running, the next one last: expressions may be deep
        while todo and self.without:
            node = todo.pop()
            if isinstance(node, tuple):
                todo.extend(reversed(node))
            elif isinstance(node, _Given):
                self.without = self.without - {node.variable}
            elif isinstance(node, _PARTS):
                self.visit(node, todo)

    def visit(self, node: Expr | Stmt | Store | Initialiser, todo: list[object]) -> None:
        """Look at one node; what is inside it is left to be looked at."""
        if isinstance(node, (While, DoWhile, For)):
            self.without = self.without - _assigned(node)
        if isinstance(node, Declare):
            if node.initialiser is not None:
                todo += (_Given(node.variable), node.initialiser)
        elif isinstance(node, (Assign, VaStart)) and isinstance(node.place, Local):
            todo.append(_Given(node.place.variable))
            if isinstance(node, Assign):
                todo.append(node.value)
        elif isinstance(node, (CompoundAssign, IncDec, Load)) and isinstance(node.place, Local):
            self.use(node.place)
            if isinstance(node, CompoundAssign):
                todo.append(node.value)
        elif not _is_mere_mention(node):
            todo.extend(getattr(node, field.name) for field in reversed(fields(node)))

    def use(self, place: Local) -> None:
        variable = place.variable
        if variable in self.without:
            self.without = self.without - {variable}
            message = f"'{variable.name}' is used here, and nothing has given it a value"
            self.context.warning("uninitialised-local", message, place.span, "initialise it where it is declared")


def _is_mere_mention(node: object) -> bool:
    """True of `x;` and `(void)x;`, which read nothing."""
    if isinstance(node, ExprStmt):
        node = node.expr
        if isinstance(node, Cast) and isinstance(node.type, VoidType):
            node = node.operand
        return isinstance(node, Load) and isinstance(node.place, Local)
    return False


def _all(root: object) -> list[object]:
    found: list[object] = []
    todo: list[object] = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, tuple):
            todo.extend(node)
        elif isinstance(node, _PARTS):
            found.append(node)
            todo.extend(getattr(node, field.name) for field in fields(node))
    return found


def _assigned(root: object) -> set[Variable]:
    """The locals that anything in a piece of a function may assign."""
    found: set[Variable] = set()
    for node in _all(root):
        if isinstance(node, (Assign, CompoundAssign, IncDec, VaStart)) and isinstance(node.place, Local):
            found.add(node.place.variable)
        elif isinstance(node, Declare) and node.initialiser is not None:
            found.add(node.variable)
    return found
