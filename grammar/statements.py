"""Statements, and the bodies of functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .captures import Captures
from .cases import Cases
from .context import Context
from .conversions import Conversions, convert, is_error
from .declarations import Declarations
from .express import Expressions
from .jumps import define_label, may_jump, use_label, warn_of_leaving_finally
from .source import Span
from .syntax import (
    AfterStatement,
    Broken,
    CaseLabel,
    CompoundStatement,
    Declaration,
    DoStatement,
    ExpressionStatement,
    ForStatement,
    FunctionDefinition,
    GotoStatement,
    IfStatement,
    Jump,
    NameLabel,
    Node,
    ReturnStatement,
    StaticAssert,
    SwitchStatement,
    TryExceptStatement,
    TryFinallyStatement,
    WhileStatement,
)
from .tree import (
    Block,
    Break,
    Continue,
    DoWhile,
    Empty,
    Expr,
    ExprStmt,
    For,
    Goto,
    If,
    Labelled,
    Leave,
    Return,
    Stmt,
    TryExcept,
    TryFinally,
    While,
)
from .typenames import with_article
from .types import INT, ErrorType, IntType, VoidType


class Statements:
    def __init__(
        self, context: Context, conversions: Conversions, express: Expressions, declarations: Declarations
    ) -> None:
        self.context = context
        self.conversions = conversions
        self.express = express
        self.declarations = declarations
        self.cases = Cases(context, express, self.statement)
        self._visitors: dict[type, Callable[[Any], Stmt]] = {
            CompoundStatement: self.block,
            ExpressionStatement: self._expression,
            IfStatement: self._if,
            WhileStatement: self._while,
            DoStatement: self._do,
            ForStatement: self._for,
            SwitchStatement: self.cases.switch,
            CaseLabel: self.cases.labels,
            NameLabel: self._label,
            Jump: self._jump,
            GotoStatement: self._goto,
            ReturnStatement: self._return,
            TryExceptStatement: self._try_except,
            TryFinallyStatement: self._try_finally,
            AfterStatement: Captures(context, express, self.statement).after,
            StaticAssert: self._static_assert,
            Declaration: self._lone_declaration,
            FunctionDefinition: self._inner_function,
            Broken: self._broken,
        }

    def statement(self, node: Node) -> Stmt:
        self.context.enter(node.span)
        visitor = self._visitors.get(type(node))
        if visitor is None:
            self.context.error("misplaced-block", "this may only stand at file level", node.span)
            result: Stmt = Empty(node.span)
        else:
            result = visitor(node)
        self.context.depth -= 1
        return result

    def items(self, nodes: tuple[Node, ...]) -> list[Stmt]:
        """Statements and declarations in turn, in the current scope."""
        found: list[Stmt] = []
        for node in nodes:
            if isinstance(node, Declaration):
                found.extend(self.declarations.declare(node))
            elif isinstance(node, CaseLabel):
                found.extend(self.cases.listed(node))
            else:
                found.append(self.statement(node))
        return found

    # ---- simple ones ----------------------------------------------------------------------------------------

    def block(self, node: CompoundStatement) -> Block:
        with self.context.inner_scope():
            return Block(node.span, tuple(self.items(node.items)), node.end)

    def _expression(self, node: ExpressionStatement) -> Stmt:
        if node.expression is None:
            return Empty(node.span)
        expr = self.express.value(node.expression)
        return Empty(node.span) if is_error(expr) else ExprStmt(node.span, expr)

    def _broken(self, node: Broken) -> Stmt:
        return Empty(node.span)

    def _static_assert(self, node: StaticAssert) -> Stmt:
        self.context.check_assert(node)
        return Empty(node.span)

    def _lone_declaration(self, node: Declaration) -> Stmt:
        self.context.error("misplaced-declaration", "a declaration cannot stand here", node.span, "put it in braces")
        with self.context.inner_scope():
            self.declarations.declare(node)
        return Empty(node.span)

    def _inner_function(self, node: FunctionDefinition) -> Stmt:
        name = node.declarator.name
        message = f"the function '{name}' is defined inside another one"
        self.context.error("nested-function", message, node.declarator.span, "is a closing brace missing above?")
        return Empty(node.span)

    def _if(self, node: IfStatement) -> Stmt:
        """A chain of `else if` is walked without recursion."""
        links: list[tuple[Span, Expr, Stmt]] = []
        last: Node | None = node
        while isinstance(last, IfStatement):
            links.append((last.span, self.express.test(last.test), self.statement(last.then)))
            last = last.otherwise
        result = self.statement(last) if last is not None else None
        for span, test, then in reversed(links):
            result = If(span, test, then, result)
        assert result is not None
        return result

    # ---- loops ----------------------------------------------------------------------------------------------

    def _while(self, node: WhileStatement) -> Stmt:
        test = self.express.test(node.test)
        return While(node.span, test, self._loop_body(node.body))

    def _do(self, node: DoStatement) -> Stmt:
        body = self._loop_body(node.body)
        return DoWhile(node.span, body, self.express.test(node.test))

    def _for(self, node: ForStatement) -> Stmt:
        with self.context.inner_scope():
            first: list[Stmt] = []
            if isinstance(node.first, Declaration):
                first = self.declarations.declare(node.first)
            elif node.first is not None:
                first = [ExprStmt(node.first.span, self.express.value(node.first))]
            test = self.express.test(node.test) if node.test is not None else None
            step = self.express.value(node.step) if node.step is not None else None
            return For(node.span, tuple(first), test, step, self._loop_body(node.body))

    def _loop_body(self, node: Node) -> Stmt:
        with self.context.nested("loop"):
            return self.statement(node)

    # ---- jumps ----------------------------------------------------------------------------------------------

    def _label(self, node: NameLabel) -> Stmt:
        label = define_label(self.context, node.name, node.name_span)
        return Labelled(node.span, label, self.statement(node.body))

    def _goto(self, node: GotoStatement) -> Stmt:
        return Goto(node.span, use_label(self.context, node.name, node.name_span))

    def _jump(self, node: Jump) -> Stmt:
        if not may_jump(self.context, node.word, node.span):
            return Empty(node.span)
        if node.word == "__leave":
            return Leave(node.span)
        return Break(node.span) if node.word == "break" else Continue(node.span)

    def _return(self, node: ReturnStatement) -> Stmt:
        state = self.context.function
        state.has_return = True
        value = self.express.value(node.value) if node.value is not None else None
        if state.function is None:
            self.context.error("stray-jump", "'return' stands outside a function", node.span)
            return Empty(node.span)
        if "finally" in state.nest:
            warn_of_leaving_finally(self.context, "return", node.span)
        return Return(node.span, self._returned(self.context.title(state.function), value, node.span))

    def _returned(self, name: str, value: Expr | None, span: Span) -> Expr | None:
        returns = self.context.function.returns
        if isinstance(returns, ErrorType):
            return None
        if isinstance(returns, VoidType):
            if value is not None and not isinstance(value.type, (VoidType, ErrorType)):
                self.context.warning("return-value-unused", f"'{name}' is void, and returns a value here", value.span)
            return value if value is not None and isinstance(value.type, VoidType) else None
        if value is None:
            message = f"'{name}' returns {with_article(returns)}, and nothing is returned here"
            self.context.warning("no-return-value", message, span)
            return None
        converted = self.conversions.assigned(value, returns, f"returning from '{name}'")
        return None if is_error(converted) else converted

    # ---- structured exceptions ------------------------------------------------------------------------------

    def _try_except(self, node: TryExceptStatement) -> Stmt:
        with self.context.nested("try", region=True):
            body = self.block(node.body)
        with self.context.nested("filter"):
            filter = self.express.value(node.filter)
        if not is_error(filter):
            if isinstance(filter.type, IntType):
                filter = convert(filter, INT)
            else:
                message = f"the filter is {with_article(filter.type)}, where an integer is wanted"
                self.context.error("wrong-type", message, filter.span)
        with self.context.nested("except", region=True):
            handler = self.block(node.handler)
        return TryExcept(node.span, body, filter, handler)

    def _try_finally(self, node: TryFinallyStatement) -> Stmt:
        with self.context.nested("try", region=True):
            body = self.block(node.body)
        with self.context.nested("finally", region=True):
            final = self.block(node.final)
        return TryFinally(node.span, body, final)
