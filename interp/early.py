"""What a function may do before it is charged for its stack and its step.

A function that neither calls nor loops ends by itself, and the step of whoever called it pays for it. So charging
waits until control is about to reach a call, a loop or something in the frame: a test at the start that returns at
once costs nothing, and a function that only reads, computes and stores is never charged at all.
"""

from __future__ import annotations

import ast
from ast import stmt

from . import emit

CHARGED = (ast.For, ast.While, ast.Try, ast.FunctionDef)


def split(body: list[stmt]) -> tuple[list[stmt], list[stmt]]:
    """The statements that may come before the charge, and those that may not."""
    for position, statement in enumerate(body):
        if charged(statement):
            first, rest = halves(statement)
            return body[:position] + first, rest + body[position + 1 :]
    return body, []


def charged(node: ast.AST) -> bool:
    """True if a call of the script's own, a loop, or a use of the frame is in it. Calls pass the stack on in `sp`."""
    return any(
        (isinstance(found, CHARGED) and not watches(found))
        or (isinstance(found, ast.Name) and found.id in ("sp", "fp"))
        for found in ast.walk(node)
    )


def watches(node: ast.AST) -> bool:
    """True of a place where the debugger may stop, which costs the script nothing."""
    return isinstance(node, ast.For) and isinstance(node.iter, ast.Name) and node.iter.id == "WATCH"


def halves(statement: stmt) -> tuple[list[stmt], list[stmt]]:
    """`return a if test else f()` as `if test: return a` and `return f()`; any other statement is left whole."""
    value = statement.value if isinstance(statement, ast.Return) else None
    if not isinstance(value, ast.IfExp) or charged(value.test):
        return [], [statement]
    test, now, later = value.test, value.body, value.orelse
    if charged(now):
        test, now, later = emit.negation(test), later, now
    if charged(now):
        return [], [statement]
    return [placed(emit.if_(test, [placed(ast.Return(now), statement)]), statement)], [
        placed(ast.Return(later), statement)
    ]


def placed(made: stmt, like: stmt) -> stmt:
    if hasattr(like, "lineno"):
        emit.place(made, like.lineno, like.col_offset)
    return made
