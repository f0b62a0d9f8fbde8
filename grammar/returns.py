"""Whether control can reach the end of a function: for "must return a value"."""

from __future__ import annotations

from collections.abc import Iterator

from .tree import (
    Block,
    Break,
    Call,
    Case,
    Const,
    Continue,
    DoWhile,
    Expr,
    ExprStmt,
    For,
    Goto,
    If,
    Labelled,
    Leave,
    Return,
    Stmt,
    Switch,
    TryExcept,
    TryFinally,
    While,
)

_NEVER_RETURN = frozenset(
    (
        "KeBugCheck",
        "KeBugCheckEx",
        "ExRaiseStatus",
        "ExRaiseAccessViolation",
        "ExRaiseDatatypeMisalignment",
        "RtlRaiseStatus",
        "ExitProcess",
        "ExitThread",
        "exit",
        "abort",
    )
)
_LOOPS = (While, DoWhile, For)


def reaches_end(stmt: Stmt) -> bool:
    """True if control can come out at the end of the statement."""
    if isinstance(stmt, Block):
        return _block_ends(stmt)
    if isinstance(stmt, ExprStmt):
        return not _never_returns(stmt.expr)
    if isinstance(stmt, (Return, Goto, Break, Continue, Leave)):
        return False
    if isinstance(stmt, If):
        return _if_ends(stmt)
    if isinstance(stmt, (While, For)):
        endless = stmt.test is None or isinstance(stmt.test, Const) and stmt.test.value != 0
        return not endless or _has(stmt.body, Break)
    if isinstance(stmt, DoWhile):
        if isinstance(stmt.test, Const) and stmt.test.value != 0:
            return _has(stmt.body, Break)
        return reaches_end(stmt.body) or _has(stmt.body, Break) or _has(stmt.body, Continue)
    if isinstance(stmt, Switch):
        has_default = any(case.value is None for case in stmt.cases)
        return not has_default or _has(stmt.body, Break) or reaches_end(stmt.body)
    if isinstance(stmt, (Labelled, Case)):
        return reaches_end(stmt.body)
    if isinstance(stmt, TryExcept):
        return reaches_end(stmt.body) or _has(stmt.body, Leave) or reaches_end(stmt.handler)
    if isinstance(stmt, TryFinally):
        return (reaches_end(stmt.body) or _has(stmt.body, Leave)) and reaches_end(stmt.final)
    return True


def _block_ends(block: Block) -> bool:
    reached = True
    for stmt in block.body:
        if reached or _has_entry(stmt):
            reached = reaches_end(stmt)
    return reached


def _if_ends(stmt: If) -> bool:
    one: Stmt | None = stmt
    while isinstance(one, If):
        if reaches_end(one.then):
            return True
        one = one.otherwise
    return one is None or reaches_end(one)


def _never_returns(expr: Expr) -> bool:
    return isinstance(expr, Call) and expr.function is not None and expr.function.name in _NEVER_RETURN


def _has_entry(stmt: Stmt) -> bool:
    """True if a jump may come in at a label or case of the statement."""
    pending = [stmt]
    while pending:
        one = pending.pop()
        if isinstance(one, (Labelled, Case)):
            return True
        pending.extend(_children(one))
    return False


def _has(stmt: Stmt, kind: type[Stmt]) -> bool:
    """True if the body of a loop, switch or __try has a Break, Continue or Leave that belongs to it."""
    pending = [stmt]
    while pending:
        one = pending.pop()
        if isinstance(one, kind):
            return True
        if kind is Leave and isinstance(one, (TryExcept, TryFinally)):
            pending.append(one.handler if isinstance(one, TryExcept) else one.final)
            continue
        if kind is not Leave and isinstance(one, _LOOPS) or kind is Break and isinstance(one, Switch):
            continue
        pending.extend(_children(one))
    return False


def _children(stmt: Stmt) -> Iterator[Stmt]:
    if isinstance(stmt, Block):
        yield from stmt.body
    elif isinstance(stmt, If):
        yield stmt.then
        if stmt.otherwise is not None:
            yield stmt.otherwise
    elif isinstance(stmt, (While, DoWhile, For, Switch, Labelled, Case)):
        yield stmt.body
    elif isinstance(stmt, TryExcept):
        yield stmt.body
        yield stmt.handler
    elif isinstance(stmt, TryFinally):
        yield stmt.body
        yield stmt.final
