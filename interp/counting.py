"""Variables whose range is known at a place, so that using and stepping them needs no masks.

In `for (i = 0; i < n; i++)`, with nothing in the body that writes i, the body sees 0 <= i < n, and i + 1 cannot leave
the type of i. Behind `if (n < 2) return …;` n is at least 2, as long as nothing that follows writes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from ..grammar import tree
from ..grammar.types import IntType
from .value import limits

Range = tuple[int, int]
Fact = tuple[tree.Variable, Range]


def counted(s: tree.For) -> tuple[tree.Variable, Range] | None:
    """The counter of a loop and its range in the body, if the loop is of that form."""
    step = s.step
    if not isinstance(step, tree.IncDec) or step.delta not in (1, -1) or not isinstance(step.place, tree.Local):
        return None
    variable = step.place.variable
    type = variable.type
    if variable.in_memory or not isinstance(type, IntType) or not isinstance(s.test, tree.Binary):
        return None
    if not is_load(s.test.left, variable) or writes(s.body, variable) or writes(s.test, variable):
        return None
    low, high = limits(type)
    bound_low, bound_high = bounds(s.test.right)
    if step.delta > 0:
        if s.test.op == "<":
            bound_high -= 1
        elif s.test.op != "<=":
            return None
        low = max(low, first_value(s.first, variable, low))
        return (variable, (low, bound_high)) if bound_high < high else None
    if s.test.op == ">":
        bound_low += 1
    elif s.test.op != ">=":
        return None
    return (variable, (bound_low, high)) if bound_low > low else None


def bounds(e: tree.Expr) -> Range:
    return (e.value, e.value) if isinstance(e, tree.Const) else limits(e.type)


def is_load(e: tree.Expr, variable: tree.Variable) -> bool:
    """True of the variable's value, perhaps widened."""
    while isinstance(e, tree.Cast) and isinstance(e.type, IntType) and isinstance(e.operand.type, IntType):
        inner_low, inner_high = limits(e.operand.type)
        low, high = limits(e.type)
        if inner_low < low or inner_high > high:
            return False
        e = e.operand
    return isinstance(e, tree.Load) and isinstance(e.place, tree.Local) and e.place.variable is variable


def first_value(first: tuple[tree.Stmt, ...], variable: tree.Variable, default: int) -> int:
    """What the loop's first part gives its counter, if that is a constant."""
    if not first:
        return default
    last = first[-1]
    value: tree.Expr | None = None
    if isinstance(last, tree.Declare) and last.variable is variable and last.initialiser and last.initialiser.stores:
        value = last.initialiser.stores[0].value
    elif isinstance(last, tree.ExprStmt) and isinstance(last.expr, tree.Assign):
        place = last.expr.place
        value = last.expr.value if isinstance(place, tree.Local) and place.variable is variable else None
    elif isinstance(last, tree.Declare) and last.variable is variable and last.initialiser and last.initialiser.data:
        return int.from_bytes(last.initialiser.data, "little") if not any(last.initialiser.data) else default
    return value.value if isinstance(value, tree.Const) else default


def writes(node: object, variable: tree.Variable) -> bool:
    """True if anything in a tree assigns the variable."""
    return any(
        isinstance(place, tree.Local) and place.variable is variable
        for found in walk(node)
        if isinstance(found, (tree.Assign, tree.CompoundAssign, tree.IncDec, tree.VaStart, tree.VaArg))
        for place in (found.place,)
    ) or any(isinstance(found, tree.Declare) and found.variable is variable for found in walk(node))


def walk(node: object) -> Iterator[object]:
    """Every statement and expression below a node, and the node."""
    todo = [node]
    while todo:
        found = todo.pop()
        if isinstance(found, (tuple, list)):
            todo.extend(found)
        elif isinstance(found, (tree.Expr, tree.Stmt, tree.Initialiser, tree.Store)):
            yield found
            todo.extend(getattr(found, field.name) for field in fields(found))


def facts(test: tree.Expr, truth: bool) -> list[Fact]:
    """All that a test tells of variables, if it came out as `truth`."""
    if isinstance(test, tree.Unary) and test.op == "!":
        return facts(test.operand, not truth)
    if isinstance(test, tree.Logical):
        if truth is not (test.op == "&&"):
            return []
        return [fact for part in (test.left, test.right) for fact in facts(part, truth) if not writes(test, fact[0])]
    fact = narrowed(test, truth)
    return [fact] if fact is not None else []


OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def narrowed(test: tree.Expr, truth: bool) -> tuple[tree.Variable, Range] | None:
    """What a comparison with a constant tells of a variable, if it came out as `truth`."""
    if isinstance(test, tree.Load | tree.Cast):
        test = tree.Binary(test.type, test.span, "!=", test, tree.Const(test.type, test.span, 0))
    if not isinstance(test, tree.Binary) or test.op not in OPPOSITE or not isinstance(test.right, tree.Const):
        return None
    inner = test.left
    while isinstance(inner, tree.Cast):
        inner = inner.operand
    if not isinstance(inner, tree.Load) or not isinstance(inner.place, tree.Local):
        return None
    variable = inner.place.variable
    if variable.in_memory or not isinstance(variable.type, IntType) or not is_load(test.left, variable):
        return None
    low, high = limits(variable.type)
    value = test.right.value
    op = test.op if truth else OPPOSITE[test.op]
    if op == "<":
        high = min(high, value - 1)
    elif op == "<=":
        high = min(high, value)
    elif op == ">":
        low = max(low, value + 1)
    elif op == ">=":
        low = max(low, value)
    elif op == "==":
        low, high = max(low, value), min(high, value)
    elif value == low:
        low += 1
    else:
        return None
    return (variable, (low, high)) if low <= high else None


def leaves(s: tree.Stmt) -> bool:
    """True if control never comes out at the end of a statement."""
    while isinstance(s, tree.Block) and s.body:
        s = s.body[-1]
    return isinstance(s, (tree.Return, tree.Break, tree.Continue, tree.Goto, tree.Leave))
