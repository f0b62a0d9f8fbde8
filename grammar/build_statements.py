"""Builders of statements. What stands before one (`while (x)`, `for (…)`, a label) is a Head until that is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .build import Mark, Reduction, builder
from .build_declarations import FunctionHead, declare_parameters
from .source import Span
from .syntax import (
    AfterStatement,
    CaseLabel,
    CompoundStatement,
    Declaration,
    DoStatement,
    ExpressionStatement,
    ForStatement,
    GotoStatement,
    IfStatement,
    Jump,
    NameLabel,
    Node,
    ReturnStatement,
    StaticAssert,
    String,
    SwitchStatement,
    TryExceptStatement,
    TryFinallyStatement,
    WhileStatement,
)
from .tokens import Token
from .words import PLAIN_SPELLING


class Head:
    """The first part of a statement: `make(span, body)` completes it. `mark` is set if it opened a scope."""

    __slots__ = ("span", "make", "mark")

    def __init__(self, span: Span, make: Callable[[Span, Node], Node], mark: Mark | None = None) -> None:
        self.span = span
        self.make = make
        self.mark = mark


# ---- blocks of statements -----------------------------------------------------------------------------------------


@builder
def open_scope(p: Reduction) -> Mark:
    mark = Mark(p.names.push())
    below = p.values[-1] if p.values else None
    if isinstance(below, FunctionHead):
        declare_parameters(p, below)
    return mark


@builder
def compound(p: Reduction, mark: Mark, items: list[Node], labels: list[Head] | None = None) -> CompoundStatement:
    p.names.pop(mark.level)
    end = p.tokens[p.last].span
    if labels:
        items.append(labelled(p, labels, ExpressionStatement(labels[-1].span, None)))
    return CompoundStatement(p.span(), tuple(items), end)


@builder
def labelled_declaration(p: Reduction, labels: list[Head], declaration: Declaration) -> list[Node]:
    """A label may stand before a declaration: it labels an empty statement there."""
    return [labelled(p, labels, ExpressionStatement(labels[-1].span, None)), declaration]


@builder
def static_assert(p: Reduction, word: Token, test: Node, message: list[Token] | None = None) -> StaticAssert:
    text = String(message[0].span.to(message[-1].span), tuple(message)) if message else None
    return StaticAssert(p.span(), test, text)


# ---- labels and heads ---------------------------------------------------------------------------------------------


@builder
def labelled(p: Reduction, labels: list[Head], statement: Node) -> Node:
    for label in reversed(labels):
        statement = label.make(label.span.to(statement.span), statement)
    return statement


@builder
def name_label(p: Reduction, word: Token) -> Head:
    return Head(p.span(), lambda span, body: NameLabel(span, word.text, word.span, body))


@builder
def case_label(p: Reduction, value: Node) -> Head:
    return Head(p.span(), lambda span, body: CaseLabel(span, value, body))


@builder
def default_label(p: Reduction) -> Head:
    return Head(p.span(), lambda span, body: CaseLabel(span, None, body))


@builder
def prefixed(p: Reduction, head: Head, body: Node) -> Node:
    if head.mark is not None:
        p.names.pop(head.mark.level)
    return head.make(p.span(), body)


@builder
def while_head(p: Reduction, test: Node) -> Head:
    return Head(p.span(), lambda span, body: WhileStatement(span, test, body))


@builder
def switch_head(p: Reduction, value: Node) -> Head:
    return Head(p.span(), lambda span, body: SwitchStatement(span, value, body))


@builder
def after_head(p: Reduction, delay: Node) -> Head:
    return Head(p.span(), lambda span, body: AfterStatement(span, delay, body))


@builder
def for_head(p: Reduction, mark: Mark, begin: Node | None, test: Node | None, step: Node | None) -> Head:
    return Head(p.span(), lambda span, body: ForStatement(span, begin, test, step, body), mark)


# ---- statements ---------------------------------------------------------------------------------------------------


@builder
def empty_statement(p: Reduction) -> ExpressionStatement:
    return ExpressionStatement(p.span(), None)


@builder
def expression_statement(p: Reduction, expression: Node) -> ExpressionStatement:
    return ExpressionStatement(p.span(), expression)


@builder
def goto(p: Reduction, label: Token) -> GotoStatement:
    return GotoStatement(p.span(), label.text, label.span)


@builder
def jump(p: Reduction, word: Token) -> Jump:
    return Jump(p.span(), PLAIN_SPELLING.get(word.text, word.text))


@builder
def return_nothing(p: Reduction) -> ReturnStatement:
    return ReturnStatement(p.span(), None)


@builder
def return_value(p: Reduction, value: Node) -> ReturnStatement:
    return ReturnStatement(p.span(), value)


@builder
def if_only(p: Reduction, test: Node, then: Node) -> IfStatement:
    return IfStatement(p.span(), test, then, None)


@builder
def if_else(p: Reduction, test: Node, then: Node, otherwise: Node) -> IfStatement:
    return IfStatement(p.span(), test, then, otherwise)


@builder
def do_while(p: Reduction, body: Node, test: Node) -> DoStatement:
    return DoStatement(p.span(), body, test)


@builder
def try_except(p: Reduction, body: CompoundStatement, filter: Node, handler: CompoundStatement) -> TryExceptStatement:
    return TryExceptStatement(p.span(), body, filter, handler)


@builder
def try_finally(p: Reduction, body: CompoundStatement, final: CompoundStatement) -> TryFinallyStatement:
    return TryFinallyStatement(p.span(), body, final)


def marks(values: list[Any]) -> list[Mark]:
    """The scopes that are open among the values of the stack, outermost first."""
    found = []
    for value in values:
        if isinstance(value, Mark):
            found.append(value)
        elif isinstance(value, Head) and value.mark is not None:
            found.append(value.mark)
    return found
