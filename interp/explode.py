"""Statements as blocks of a state machine, and structured exception handling.

`explode` lays a statement out in the current region's blocks; whatever in it has no label and no wild jump keeps its
own form."""

from __future__ import annotations

import ast
from ast import stmt

from ..grammar import tree
from . import emit
from .expressions import Expressions
from .loops import Loop
from .machine import STAY, Region
from .shape import Shapes
from .value import wrap


class Explode(Expressions):
    """State machines and __try of a function's compiler."""

    returns_value: bool

    def __init__(self) -> None:
        super().__init__()
        self.shapes = Shapes()
        self.loops: list[Loop] = []
        self.region: Region | None = None
        self.leave_labels: list[object] = []
        self.catching: list[str] = []
        self.ending: list[str] = []
        self.regions = 0

    # what statements.py provides
    def statement(self, s: tree.Stmt) -> None:
        raise NotImplementedError

    def body(self, statements: tuple[tree.Stmt, ...]) -> None:
        raise NotImplementedError

    # -- regions

    def bounded(self, s: tree.Stmt, end: object = None) -> list[stmt]:
        """A body as a list of statements, with a state machine of its own if it needs one. `end` is where __leave
        goes."""
        outer_out = self.out
        if not self.shapes.needs_machine(s):
            self.out = []
            self.statement(s)
            made, self.out = self.out, outer_out
            return made
        self.regions += 1
        region = Region(f"j{self.regions}", self.region)
        region.labels.update(labels_of(s))
        if end is not None:
            region.labels.add(end)
        self.region = region
        self.out = region.begin(0)
        self.explode(s)
        if end is not None:
            self.mark(end)
        self.region = region.parent
        self.out = outer_out
        for target in region.escaped:
            if self.region is not None and target is not self.region and target not in self.region.escaped:
                self.region.escaped.append(target)
        made = [*region.code(), *self.escape_checks(region)]
        if self.region in region.escaped:
            made.insert(0, emit.assign(self.region.variable, emit.const(STAY)))
        return made

    def escape_checks(self, inner: Region) -> list[stmt]:
        """After an inner machine: go on jumping if something in it jumped to a label out here."""
        checks: list[stmt] = []
        for target in inner.escaped:
            moved = emit.compare(emit.name(target.variable), "!=", emit.const(STAY))
            checks.append(emit.if_(moved, [ast.Continue() if target is self.region else ast.Break()]))
        return checks

    def jump(self, label: object) -> None:
        """Go to a label of this region or of one around it."""
        region = self.region
        assert region is not None
        owner = region
        while label not in owner.labels:
            assert owner.parent is not None
            owner = owner.parent
        self.out.append(emit.assign(owner.variable, emit.const(owner.number(label))))
        if owner is region:
            self.out.append(ast.Continue())
        else:
            if owner not in region.escaped:
                region.escaped.append(owner)
            self.out.append(ast.Break())

    def mark(self, label: object) -> None:
        """A block begins here."""
        assert self.region is not None
        number = self.region.number(label)
        self.out.append(emit.assign(self.region.variable, emit.const(number)))
        self.out = self.region.begin(number)

    def jump_if(self, test: ast.expr, label: object) -> None:
        outer, self.out = self.out, []
        self.jump(label)
        jumped, self.out = self.out, outer
        self.out.append(emit.if_(test, jumped))

    def jump_unless(self, e: tree.Expr | None, label: object) -> None:
        if e is not None and not (isinstance(e, tree.Const) and e.value):
            self.jump_if(emit.negation(self.test(e).node), label)

    # -- statements laid out

    def explode(self, s: tree.Stmt) -> None:
        if isinstance(s, tree.Case):
            self.mark(s)
            self.explode(s.body)
            return
        if not self.shapes.of(s).explode and not self.shapes.of(s).case:
            self.statement(s)
            return
        if isinstance(s, tree.Block):
            for item in s.body:
                self.explode(item)
        elif isinstance(s, tree.Labelled):
            self.mark(s.label)
            self.explode(s.body)
        elif isinstance(s, tree.If):
            self.explode_if(s)
        elif isinstance(s, tree.Switch):
            self.explode_switch(s)
        elif isinstance(s, (tree.While, tree.DoWhile, tree.For)):
            self.explode_loop(s)
        else:
            self.statement(s)

    def explode_if(self, s: tree.If) -> None:
        otherwise, end = object(), object()
        assert self.region is not None
        self.region.labels.update((otherwise, end))
        self.jump_if(emit.negation(self.test(s.test).node), otherwise)
        self.explode(s.then)
        if s.otherwise is not None:
            self.jump(end)
        self.mark(otherwise)
        if s.otherwise is not None:
            self.explode(s.otherwise)
            self.mark(end)

    def explode_loop(self, s: tree.While | tree.DoWhile | tree.For) -> None:
        top, again, end = object(), object(), object()
        assert self.region is not None
        self.region.labels.update((top, again, end))
        loop = Loop(False)
        loop.break_label, loop.continue_label = end, again
        if isinstance(s, tree.For):
            self.body(s.first)
        self.mark(top)
        if isinstance(s, (tree.While, tree.For)):
            self.jump_unless(s.test, end)
        self.loops.append(loop)
        self.explode(s.body)
        self.loops.pop()
        self.mark(again)
        if isinstance(s, tree.For) and s.step is not None:
            self.effect(s.step)
        if isinstance(s, tree.DoWhile):
            self.jump_if(self.test(s.test).node, top)
        else:
            self.jump(top)
        self.mark(end)

    def explode_switch(self, s: tree.Switch) -> None:
        end = object()
        assert self.region is not None
        self.region.labels.update((end, *s.cases))
        loop = Loop(True)
        loop.break_label = end
        value = self.keep(wrap(self.value(s.value), s.value.type))
        target: object = end
        for case in s.cases:
            if case.value is None:
                target = case
            else:
                self.jump_if(emit.any_of(value.node, [case.value]), case)
        self.jump(target)
        self.mark(object())
        self.loops.append(loop)
        self.explode(s.body)
        self.loops.pop()
        self.mark(end)

    # -- __try

    def do_TryExcept(self, s: tree.TryExcept) -> None:
        """Register the filter, run the body, and run the handler if the unwinding was for this filter."""
        self.temporaries += 1
        mark = f"n{self.temporaries}"
        record = f"x{self.temporaries}"
        caught = f"e{self.temporaries}"
        filter_name = self.filter(s.filter, f"q{self.temporaries}")
        seh = emit.name("SEH")
        self.out.append(emit.assign(mark, emit.call("len", seh)))
        self.out.append(emit.assign(record, emit.const(None)))
        self.out.append(emit.expression(emit.call(emit.attribute(seh, "append"), emit.name(filter_name))))
        handler = ast.ExceptHandler(
            emit.name("UNWIND"),
            caught,
            [
                emit.if_(
                    emit.compare(emit.attribute(emit.name(caught), "index"), "!=", emit.name(mark)),
                    [ast.Raise(None, None)],
                ),
                emit.assign(record, emit.attribute(emit.name(caught), "record")),
            ],
        )
        self.leave_labels.append(object())
        body = self.bounded(s.body, self.leave_labels[-1] if self.shapes.of(s.body).leave else None)
        self.leave_labels.pop()
        self.out.append(emit.try_(body, [handler], [self.truncate(mark)]))
        self.catching.append(record)
        handled = self.bounded(s.handler)
        self.catching.pop()
        self.out.append(emit.if_(negated_is_none(record), handled))

    def truncate(self, mark: str) -> stmt:
        """del SEH[mark:]"""
        return ast.Delete([ast.Subscript(emit.name("SEH"), ast.Slice(emit.name(mark), None, None), ast.Del())])

    def filter(self, e: tree.Expr, identifier: str) -> str:
        """A function that answers for a filter expression; the constants have ready ones."""
        if isinstance(e, tree.Const):
            return "ALWAYS" if e.value > 0 else "NEVER" if e.value == 0 else "RESUME"
        outer, self.out = self.out, []
        self.catching.append("x")
        value = self.value(e)
        self.out.append(ast.Return(value.node))
        self.catching.pop()
        body, self.out = self.out, outer
        assigned = sorted({
            node.id for item in body for node in ast.walk(item)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id.startswith("v")
        })  # fmt: skip
        if assigned:
            body.insert(0, ast.Nonlocal(assigned))
        made = emit.function(identifier, ["x"], body)
        line, index = self.unit.spans.index(e.span)
        emit.place(made, line, index)
        self.out.append(made)
        return identifier

    def do_TryFinally(self, s: tree.TryFinally) -> None:
        """The final body runs on every way out but a stop of the machine and the end of the thread."""
        self.temporaries += 1
        mark = f"n{self.temporaries}"
        abnormal = f"b{self.temporaries}"
        self.out.append(emit.assign(mark, emit.call("len", emit.name("SEH"))))
        self.out.append(emit.assign(abnormal, emit.const(1)))
        self.leave_labels.append(object())
        body = self.bounded(s.body, self.leave_labels[-1] if self.shapes.of(s.body).leave else None)
        self.leave_labels.pop()
        body.append(emit.assign(abnormal, emit.const(0)))
        self.ending.append(abnormal)
        final = self.bounded(s.final)
        self.ending.pop()
        guarded = emit.if_(emit.negation(emit.attribute(emit.name("NT"), "leaving")), final)
        self.out.append(emit.try_(body, [], [self.truncate(mark), guarded]))


def labels_of(s: tree.Stmt) -> list[tree.Label]:
    """The labels that stand in a statement, but for those in the parts of a __try, which nobody outside may jump to."""
    found: list[tree.Label] = []
    todo: list[tree.Stmt] = [s]
    while todo:
        node = todo.pop()
        if isinstance(node, tree.Labelled):
            found.append(node.label)
        if isinstance(node, tree.Block):
            todo.extend(node.body)
        elif isinstance(node, tree.If):
            todo.extend((node.then,) if node.otherwise is None else (node.then, node.otherwise))
        elif isinstance(node, (tree.Labelled, tree.Case, tree.Switch, tree.While, tree.DoWhile, tree.For)):
            todo.append(node.body)
    return found


def negated_is_none(identifier: str) -> ast.expr:
    return ast.Compare(emit.name(identifier), [ast.IsNot()], [ast.Constant(None)])
