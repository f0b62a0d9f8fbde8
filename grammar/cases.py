"""switch, and the labels in its body."""

from __future__ import annotations

from collections.abc import Callable

from .context import Context, SwitchState
from .conversions import is_error, promoted
from .express import Expressions
from .places import phrase
from .source import Note
from .syntax import CaseLabel, Node, SwitchStatement
from .tree import Block, Case, Const, Empty, Stmt, Switch
from .typenames import with_article
from .types import INT, IntType


class Cases:
    """`statement` checks the bodies."""

    def __init__(self, context: Context, express: Expressions, statement: Callable[[Node], Stmt]) -> None:
        self.context = context
        self.express = express
        self.statement = statement

    def switch(self, node: SwitchStatement) -> Stmt:
        state = self.context.function
        value = promoted(self.express.value(node.value))
        type = value.type if isinstance(value.type, IntType) else None
        if type is None and not is_error(value):
            self.context.error(
                "wrong-type", f"{phrase(value)} is {with_article(value.type)}; a switch takes an integer", value.span
            )
        switch = SwitchState(type, state.path)
        state.switches.append(switch)
        with self.context.nested("switch"):
            body = self.statement(node.body)
        state.switches.pop()
        cases = tuple(case for case in switch.cases if case is not None)
        return Switch(node.span, value if type is not None else Const(INT, value.span, 0), body, cases)

    def listed(self, node: CaseLabel) -> list[Stmt]:
        """The labels that stand before one statement, each but the last with an empty body."""
        labels = [node]
        while isinstance(labels[-1].body, CaseLabel):
            labels.append(labels[-1].body)
        values = [self._value(label) for label in labels]
        switch = self.context.function.switches[-1] if self.context.function.switches else SwitchState(None, ())
        first = len(switch.cases)
        switch.cases.extend([None] * len(labels))  # places in the order of the text, for the body may have cases too
        body = self.statement(labels[-1].body)
        found: list[Stmt] = []
        for index, (label, (legal, value)) in enumerate(zip(labels, values, strict=True)):
            one: Stmt = body if label is labels[-1] else Empty(label.span)
            if legal:
                one = switch.cases[first + index] = Case(label.span, value, one)
            found.append(one)
        return found

    def labels(self, node: CaseLabel) -> Stmt:
        found = self.listed(node)
        return found[0] if len(found) == 1 else Block(node.span, tuple(found), node.span)

    def _value(self, node: CaseLabel) -> tuple[bool, int | None]:
        """Whether the label is a legal one, and its value."""
        state = self.context.function
        word = "default" if node.value is None else "case"
        value = self.express.constant(node.value) if node.value is not None else None
        if not state.switches:
            self.context.error("stray-jump", f"'{word}' stands outside a switch", node.span)
            return False, None
        switch = state.switches[-1]
        if switch.path != state.path:
            message = f"'{word}' stands inside a __try that its switch is outside of"
            help = "put the whole switch inside the __try, or the whole __try behind one label"
            self.context.error("jump-into-try", message, node.span, help)
            return False, None
        if node.value is not None and (value is None or switch.type is None):
            return False, None
        if value is not None and switch.type is not None:
            value = switch.type.wrap(value)
        if value in switch.seen:
            what = "there is a second 'default'" if value is None else f"there is a second 'case {value}'"
            notes = (Note("the first is here", switch.seen[value]),)
            self.context.error("duplicate-case", what, node.value.span if node.value else node.span, notes=notes)
            return False, None
        switch.seen[value] = node.value.span if node.value else node.span
        return True, value
