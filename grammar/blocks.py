"""What the blocks have in common: names of their own, C inside, and each name given once."""

from __future__ import annotations

from collections.abc import Iterable

from .context import Context, NestedTooDeeply
from .functions import Functions
from .source import Note, Span
from .spell import nearest
from .statements import Statements
from .syntax import Broken, CaseLabel, Declaration, FunctionDefinition, Node, StaticAssert
from .tree import Function, GlobalVariable, Stmt

MOST_LISTED = 20  # names in a help


class Blocks:
    def __init__(self, context: Context, functions: Functions, statements: Statements) -> None:
        self.context = context
        self.functions = functions
        self.statements = statements
        self._named: dict[str, dict[str, Span]] = {"device": {}, "driver": {}, "process": {}}

    def named(self, word: str, name: str, span: Span) -> None:
        """Report a second block of one kind and name."""
        first = self._named[word].setdefault(name, span)
        if first is not span:
            message = f"there are two {word}{'e' if word == 'process' else ''}s named '{name}'"
            self.context.error("redefined", message, span, notes=(Note("the first is here", first),))

    def forget(self) -> None:
        """A later unit may name its blocks as an earlier one did."""
        for names in self._named.values():
            names.clear()

    def code(self, node: Node, functions: list[Function]) -> list[Stmt]:
        """A declaration, function or statement of a block; the statements that it leaves to be run."""
        context = self.context
        context.depth = 0
        scope = context.scope
        try:
            if isinstance(node, FunctionDefinition):
                function = self.functions.define(node)
                if function is not None:
                    functions.append(function)
            elif isinstance(node, (Declaration, CaseLabel)):
                return self.statements.items((node,))
            elif not isinstance(node, Broken):
                return [self.statements.statement(node)]
        except NestedTooDeeply:
            context.scope = scope
        return []

    def declarations(self, node: Node, functions: list[Function]) -> None:
        """The same where nothing can be run: initialisers must be constants."""
        for left in self.code(node, functions) if not isinstance(node, StaticAssert) else self._assert(node):
            message = f"the variables of a {self.context.kind} begin with constants"
            self.context.error("initialiser-not-constant", message, left.span, "assign it in a function")

    def _assert(self, node: StaticAssert) -> list[Stmt]:
        self.statements.statement(node)
        return []

    def variables(self) -> tuple[GlobalVariable, ...]:
        """What the block that is being checked has defined."""
        return tuple(GlobalVariable(variable, first) for variable, first in self.context.variables.items())

    def unknown(self, rule: str, message: str, name: str, known: Iterable[str], span: Span) -> None:
        """Report a name that is none of the known ones."""
        known = list(known)
        close = nearest(name, known)
        help = f"did you mean '{close}'?" if close else ""
        if not close and 0 < len(known) <= MOST_LISTED:
            help = f"there {'are' if len(known) > 1 else 'is only'} {', '.join(known)}"
        self.context.error(rule, message, span, help)
