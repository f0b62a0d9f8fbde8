"""Statements to Python, in their own form wherever it fits."""

from __future__ import annotations

import ast
from ast import stmt
from collections.abc import Callable

from ..grammar import tree
from ..grammar.source import Span
from . import emit
from .counting import Fact, counted, facts, leaves
from .explode import Explode
from .loops import Loop
from .value import wrap

LONG_CHAIN = 40  # else-ifs in one Python statement


class Statements(Explode):
    """The half of a function's compiler that deals with control flow."""

    def body(self, statements: tuple[tree.Stmt, ...]) -> None:
        outer = self.ranges
        for position, statement in enumerate(statements):
            self.statement(statement)
            if isinstance(statement, tree.If) and statement.otherwise is None and leaves(statement.then):
                self.know(facts(statement.test, False), statements[position + 1 :])
        self.ranges = outer

    def block_knowing(self, s: tree.Stmt, found: list[Fact]) -> list[stmt]:
        outer = self.ranges
        self.know(found, s)
        made = self.block_of(s)
        self.ranges = outer
        return made

    def block_of(self, s: tree.Stmt) -> list[stmt]:
        """A statement as a list of its own."""
        outer, self.out = self.out, []
        self.statement(s)
        made, self.out = self.out, outer
        return made

    def statement(self, s: tree.Stmt) -> None:
        mark = len(self.out)
        if self.unit.instrumented and not isinstance(s, (tree.Block, tree.Empty, tree.Case, tree.Labelled)):
            self.out.append(emit.expression(self.at(emit.call("POINT"), s.span)))
        if self.unit.watched and not passes_by(s):
            self.watch(s.span)
        getattr(self, "do_" + type(s).__name__)(s)
        line, index = self.unit.spans.index(s.span)
        for made in self.out[mark:]:
            if not hasattr(made, "lineno"):
                emit.place(made, line, index)

    def watch(self, span: Span) -> None:
        """A place where the debugger may stop."""
        made = emit.drawn("WATCH", "HIT")
        line, index = self.unit.spans.index(span)
        emit.place(made, line, index)
        emit.fill_positions(made, line, index)
        self.out.append(made)

    def watch_turn(self, test: tree.Expr | None, otherwise: Span) -> None:
        """The same before each turn of a loop."""
        if self.unit.watched:
            self.watch(otherwise if test is None else test.span)

    def do_Empty(self, s: tree.Empty) -> None:
        pass

    def do_ExprStmt(self, s: tree.ExprStmt) -> None:
        self.effect(s.expr)

    def do_Block(self, s: tree.Block) -> None:
        self.body(s.body)

    def do_Declare(self, s: tree.Declare) -> None:
        variable = s.variable
        if variable.kind != "local":
            if s.initialiser is not None:
                self.initialise(self.address(tree.Global(variable.type, s.span, variable)), s.initialiser, s.span)
            return
        where = self.places[variable]
        if isinstance(where, str):
            if s.initialiser is not None and s.initialiser.stores:
                value = self.cut(self.value(s.initialiser.stores[0].value))
                self.out.append(emit.assign(where, value.node))
            elif s.initialiser is not None:
                data = s.initialiser.data or b""
                self.out.append(emit.assign(where, emit.const(int.from_bytes(data, "little"))))
        elif s.initialiser is not None:
            self.initialise(self.address(tree.Local(variable.type, s.span, variable)), s.initialiser, s.span)

    def do_If(self, s: tree.If, links: int = 1) -> None:
        test = self.test(s.test)
        then = self.block_knowing(s.then, facts(s.test, True))
        if not isinstance(s.otherwise, tree.If):
            otherwise = self.block_knowing(s.otherwise, facts(s.test, False)) if s.otherwise is not None else None
            self.out.append(emit.if_(test.node, then, otherwise))
            return
        outer, self.out = self.out, []
        self.do_If(s.otherwise, links % LONG_CHAIN + 1)
        chained, self.out = self.out, outer
        if links < LONG_CHAIN:
            self.out.append(emit.if_(test.node, then, chained))
            return
        rest = self.temporary()
        self.out.append(emit.assign(rest, emit.const(0)))
        self.out.append(emit.if_(test.node, then, [emit.assign(rest, emit.const(1))]))
        self.out.append(emit.if_(emit.name(rest), chained))

    def do_Return(self, s: tree.Return) -> None:
        if s.value is None:
            self.out.append(ast.Return(None))
        elif self.returns_value:
            self.out.append(ast.Return(self.value(s.value).node))
        else:
            self.effect(s.value)
            self.out.append(ast.Return(None))

    # -- loops

    def leave_unless(self, e: tree.Expr | None) -> None:
        """`if not test: break`, its own effects before it."""
        if e is None or (isinstance(e, tree.Const) and e.value):
            return
        test = self.test(e)
        self.out.append(emit.if_(emit.negation(test.node), [ast.Break()]))

    def looped(self, loop: Loop, make: Callable[[], None]) -> list[stmt]:
        """The statements that `make` appends, inside a loop."""
        outer, self.out = self.out, []
        self.loops.append(loop)
        make()
        self.loops.pop()
        made, self.out = self.out, outer
        return made

    def do_While(self, s: tree.While) -> None:
        def make() -> None:
            self.watch_turn(s.test, s.span)
            self.leave_unless(s.test)
            self.statement(s.body)

        self.out.append(emit.budgeted(self.looped(Loop(False), make)))

    def do_DoWhile(self, s: tree.DoWhile) -> None:
        loop = Loop(False)
        loop.step = lambda: self.leave_unless(s.test)

        def make() -> None:
            self.statement(s.body)
            self.watch_turn(s.test, s.span)
            self.leave_unless(s.test)

        self.out.append(emit.budgeted(self.looped(loop, make)))

    def do_For(self, s: tree.For) -> None:
        self.body(s.first)
        loop = Loop(False)
        counter = counted(s)
        if counter is not None and counter[0] in self.written_by_filters():
            counter = None

        def step() -> None:
            if s.step is not None:
                self.effect(s.step)

        loop.step = step

        def make() -> None:
            self.watch_turn(s.test, s.span)
            self.leave_unless(s.test)
            outer = self.ranges
            if counter is not None:
                self.ranges = {**outer, counter[0]: counter[1]}
            self.statement(s.body)
            step()
            self.ranges = outer

        self.out.append(emit.budgeted(self.looped(loop, make)))

    def do_Break(self, s: tree.Break) -> None:
        loop = self.loops[-1]
        if loop.break_label is not None:
            self.jump(loop.break_label)
        else:
            self.out.append(ast.Break())

    def do_Continue(self, s: tree.Continue) -> None:
        for loop in reversed(self.loops):
            if loop.is_switch and loop.break_label is None:
                if not loop.flag:
                    loop.flag = self.temporary()
                self.out += [emit.assign(loop.flag, emit.const(1)), ast.Break()]
                return
            if loop.is_switch:
                continue
            if loop.continue_label is not None:
                self.jump(loop.continue_label)
            else:
                if loop.step is not None:
                    loop.step()
                self.out.append(ast.Continue())
            return

    # -- switch

    def do_Switch(self, s: tree.Switch) -> None:
        statements = s.body.body if isinstance(s.body, tree.Block) else (s.body,)
        value = self.keep(wrap(self.value(s.value), s.value.type))
        sections = self.sections(statements)
        if self.falls_through(sections):
            self.falling_switch(s, value.node, sections)
        else:
            self.chained_switch(value.node, sections)

    def sections(self, statements: tuple[tree.Stmt, ...]) -> list[tuple[list[int | None], list[tree.Stmt]]]:
        """Each group of case labels with the statements behind it. What stands before the first one never runs."""
        found: list[tuple[list[int | None], list[tree.Stmt]]] = []
        for statement in statements:
            values: list[int | None] = []
            while isinstance(statement, tree.Case):
                values.append(statement.value)
                statement = statement.body
            if values:
                if found and not found[-1][1]:
                    found[-1][0].extend(values)
                    found[-1][1].append(statement)
                else:
                    found.append((values, [statement]))
            elif found:
                found[-1][1].append(statement)
        for _, section in found:
            section[:] = [item for item in section if not isinstance(item, tree.Empty)]
        return found

    def falls_through(self, sections: list[tuple[list[int | None], list[tree.Stmt]]]) -> bool:
        """True unless each section ends by leaving, and `break` stands nowhere but at their ends."""
        for position, (_, section) in enumerate(sections):
            flat = flatten(section)
            last = flat[-1] if flat else None
            if not isinstance(last, (tree.Break, tree.Return)) and position < len(sections) - 1:
                return True
            if any(self.shapes.of(item).breaks for item in flat[:-1]):
                return True
            if last is not None and not isinstance(last, tree.Break) and self.shapes.of(last).breaks:
                return True
        return False

    def chained_switch(self, value: ast.expr, sections: list[tuple[list[int | None], list[tree.Stmt]]]) -> None:
        """if … elif … else, for a switch whose sections are apart."""
        chain: list[tuple[ast.expr, list[stmt]]] = []
        default: list[stmt] = []
        for values, section in sections:
            flat = flatten(section)
            if flat and isinstance(flat[-1], tree.Break):
                flat.pop()
            outer, self.out = self.out, []
            self.body(tuple(flat))
            made, self.out = self.out, outer
            if None in values:
                default = made
            else:
                chain.append((emit.any_of(value, [v for v in values if v is not None]), made))
        self.out.extend(if_chain(chain, default, self.temporary))

    def falling_switch(
        self, s: tree.Switch, value: ast.expr, sections: list[tuple[list[int | None], list[tree.Stmt]]]
    ) -> None:
        """The number of the first section to run, then each section if its number has been reached."""
        chosen = self.temporary()
        default = next((i for i, (values, _) in enumerate(sections) if None in values), len(sections))
        tests = [
            (emit.any_of(value, [v for v in values if v is not None]), [emit.assign(chosen, emit.const(i))])
            for i, (values, _) in enumerate(sections)
            if any(v is not None for v in values)
        ]
        loop = Loop(True)

        def make() -> None:
            for i, (_, section) in enumerate(sections):
                outer, self.out = self.out, []
                self.body(tuple(section))
                made, self.out = self.out, outer
                self.out.append(emit.if_(emit.compare(emit.name(chosen), "<=", emit.const(i)), made))
            self.out.append(ast.Break())

        made = self.looped(loop, make)
        if loop.flag:
            self.out.append(emit.assign(loop.flag, emit.const(0)))
        self.out.extend(if_chain(tests, [emit.assign(chosen, emit.const(default))], self.temporary))
        self.out.append(emit.forever(made))
        if loop.flag:
            outer, self.out = self.out, []
            self.do_Continue(tree.Continue(s.span))
            resumed, self.out = self.out, outer
            self.out.append(emit.if_(emit.name(loop.flag), resumed))

    def do_Case(self, s: tree.Case) -> None:
        self.statement(s.body)

    # -- jumps

    def do_Goto(self, s: tree.Goto) -> None:
        self.jump(s.label)

    def do_Leave(self, s: tree.Leave) -> None:
        self.jump(self.leave_labels[-1])

    def do_After(self, s: tree.After) -> None:
        delay, *captured = self.operands((s.delay, *s.captured))
        function = emit.name(self.unit.function_name(s.function))
        self.out.append(emit.expression(emit.call("AFTER", delay.node, function, *(one.node for one in captured))))

    def do_StartProcess(self, s: tree.StartProcess) -> None:
        self.out.append(emit.expression(emit.call("START", emit.const(self.unit.first_process + s.process))))

    def do_Labelled(self, s: tree.Labelled) -> None:
        self.statement(s.body)


def passes_by(s: tree.Stmt) -> bool:
    """True of a statement at which a debugger does not stop: nothing happens there itself, or in each turn of it."""
    if isinstance(s, tree.Declare):
        return s.initialiser is None
    return isinstance(s, (tree.Block, tree.Case, tree.Labelled, tree.While, tree.DoWhile, tree.For))


def flatten(statements: list[tree.Stmt]) -> list[tree.Stmt]:
    """A section's statements; one that is a single block (`case 1: { …; break; }`) is opened."""
    while len(statements) == 1 and isinstance(statements[0], tree.Block):
        statements = list(statements[0].body)
    if len(statements) == 2 and isinstance(statements[0], tree.Block) and isinstance(statements[1], tree.Break):
        return [*statements[0].body, statements[1]]
    return list(statements)


def if_chain(chain: list[tuple[ast.expr, list[stmt]]], default: list[stmt], temporary: Callable[[], str]) -> list[stmt]:
    """if/elif/else; a long one is cut into halves of a flag, since nested `else` is deep for CPython's compiler."""
    if len(chain) > LONG_CHAIN:
        flag = temporary()
        head = if_chain(chain[:LONG_CHAIN], [emit.assign(flag, emit.const(1))], temporary)
        tail = if_chain(chain[LONG_CHAIN:], default, temporary)
        return [emit.assign(flag, emit.const(0)), *head, emit.if_(emit.name(flag), tail)]
    result = default
    for test, statements in reversed(chain):
        result = [emit.if_(test, statements, result)]
    return result
