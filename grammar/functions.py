"""Function definitions: parameters, body, and what is known only at the end."""

from __future__ import annotations

from .context import Context, FunctionState, NestedTooDeeply
from .declarations import Declarations
from .declare import Types
from .jumps import match_jumps
from .lookup import Lookup
from .returns import reaches_end
from .statements import Statements
from .syntax import FunctionDefinition, FunctionPart
from .tree import Block, Function, Variable
from .typenames import with_article
from .types import ERROR, ArrayType, ErrorType, FunctionType, StructType, Type, VoidType, unqualified
from .uninitialised import warn_of_uninitialised


class Functions:
    def __init__(
        self, context: Context, names: Lookup, types: Types, declarations: Declarations, statements: Statements
    ) -> None:
        self.context = context
        self.names = names
        self.types = types
        self.declarations = declarations
        self.statements = statements

    def define(self, node: FunctionDefinition, returns: Type | None = None) -> Function | None:
        """Check a definition; None if it defines no function. `returns`, if given, is put in the place of what its
        specifiers say."""
        name, span = node.declarator.name, node.declarator.span
        type = self.types.declared(returns or self.types.specified(node.specifiers), node.declarator)
        parts = node.declarator.parts
        if not isinstance(type, FunctionType) or not parts or not isinstance(parts[0], FunctionPart):
            if not isinstance(type, ErrorType):
                self.context.error("wrong-type", f"'{name}' has a body, and is {with_article(type)}", span)
            return None
        function = self._declared(node, type)
        if function is None:
            return None
        function.type = type
        function.span = span
        state = FunctionState(function, unqualified(type.returns))
        outer, self.context.function = self.context.function, state
        try:
            with self.context.inner_scope():
                function.parameters = self._parameters(type, parts[0])
                self._body(function, node, state)
        finally:
            self.context.function = outer
        return function

    def _declared(self, node: FunctionDefinition, type: FunctionType) -> Function | None:
        name, span = node.declarator.name, node.declarator.span
        before = self.context.file.names.get(name)
        if isinstance(before, Function) and before.body is not None and not self.declarations.may_redefine(before):
            notes = self.names.declared_here(before)
            self.context.error("redefined", f"the function '{name}' is defined twice", span, notes=notes)
            return None
        function = self.declarations.function(name, type, span, "static" in node.specifiers.storage)
        self.declarations.declared_now.add(function)
        return function

    def _parameters(self, type: FunctionType, part: FunctionPart) -> tuple[Variable, ...]:
        found = []
        names = self.context.scope.names
        for kind, parameter in zip(type.parameters, part.parameters, strict=False):
            name, span = parameter.declarator.name, parameter.declarator.span
            if isinstance(kind, StructType) and not self.names.complete(kind, span, f"the parameter '{name}'"):
                kind = ERROR
            variable = Variable(name, kind, "local", span, in_memory=isinstance(kind, (StructType, ArrayType)))
            if name in names:
                self.context.error("redefined", f"there are two parameters named '{name}'", span)
            if name:
                names[name] = variable
            found.append(variable)
        return tuple(found)

    def _body(self, function: Function, node: FunctionDefinition, state: FunctionState) -> None:
        returns = state.returns
        if isinstance(returns, StructType):
            self.names.complete(returns, function.span, f"what '{function.name}' returns")
        function.body = None
        function.locals = state.locals
        depth = self.context.depth
        try:
            body = Block(node.body.span, tuple(self.statements.items(node.body.items)), node.body.end)
        except NestedTooDeeply:
            self.context.depth = depth
            body = Block(node.body.span, (), node.body.end)
            function.body = body
            return
        function.body = body
        match_jumps(self.context, state)
        if not self.context.diagnostics.errors:
            warn_of_uninitialised(self.context, body, state.locals)
        if not isinstance(returns, (VoidType, ErrorType)) and function.name != "main" and reaches_end(body):
            self._no_return(function, node, state)

    def _no_return(self, function: Function, node: FunctionDefinition, state: FunctionState) -> None:
        if state.reported:
            return  # one of the unknown names may be what does not return
        what = f"'{self.context.title(function)}' returns {with_article(state.returns)}"
        if state.has_return:
            self.context.warning("no-return-value", f"{what}, but can reach its end without one", node.body.end)
        else:
            self.context.error("no-return-value", f"{what}, but has no return statement", node.body.end)
