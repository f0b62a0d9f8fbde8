"""Declarations: typedefs, functions and variables get their names, at file level, in blocks, among the built-ins."""

from __future__ import annotations

from dataclasses import replace

from .compatible import same_type
from .context import Context
from .declare import Types
from .initialise import Initialisers
from .lookup import Lookup
from .scope import Symbol, TypedefName
from .source import Span
from .syntax import Declaration, FunctionDefinition, InitDeclarator, Node
from .tree import Declare, Function, Stmt, Variable
from .typenames import described, spelled
from .types import ERROR, ArrayType, ErrorType, FunctionType, StructType, Type, named


class Declarations:
    def __init__(self, context: Context, names: Lookup, types: Types, initialisers: Initialisers) -> None:
        self.context = context
        self.names = names
        self.types = types
        self.initialisers = initialisers
        self.replace = False  # a later unit may declare again what an earlier one did
        self.declared_now: set[Symbol] = set()  # in the unit that is being checked
        self._initialised: set[Variable] = set()

    def declare(self, node: Declaration) -> list[Stmt]:
        """All names of one declaration; the Declare statements that run where it stands."""
        base = self.types.specified(node.specifiers, declares=not node.declarators)
        statements: list[Stmt] = []
        for one in node.declarators:
            type = self.types.declared(base, one.declarator)
            self._one(node, one, type, statements)
        return statements

    def builtin(self, items: tuple[Node, ...]) -> None:
        """The declarations of a built-in text. Inline functions among them count as prototypes."""
        for node in items:
            if isinstance(node, Declaration):
                self.declare(node)
            elif isinstance(node, FunctionDefinition):
                type = self.types.declared(self.types.specified(node.specifiers), node.declarator)
                if isinstance(type, FunctionType):
                    self.function(node.declarator.name, type, node.declarator.span, False)

    def _one(self, node: Declaration, one: InitDeclarator, type: Type, statements: list[Stmt]) -> None:
        storage = node.specifiers.storage
        name, span = one.declarator.name, one.declarator.span
        if "typedef" in storage:
            self._typedef(one, type)
        elif isinstance(type, FunctionType):
            if one.initialiser is not None:
                self.context.error("wrong-type", f"'{name}' is a function, and cannot be initialised", span)
            self.function(name, type, span, "static" in storage)
        elif self.context.at_file_level:
            self._global(one, type, storage, statements)
            self._align(name, node)
        else:
            self._in_block(one, type, storage, statements)
            self._align(name, node)

    def _align(self, name: str, node: Declaration) -> None:
        """Give a variable the alignment that its declaration asks for; it must lie in memory then."""
        if node.specifiers.align:
            symbol = self._before(name)
            if isinstance(symbol, Variable):
                symbol.align = max(symbol.align, node.specifiers.align)
                symbol.in_memory = True

    # ---- typedefs and functions -----------------------------------------------------------------------------

    def _typedef(self, one: InitDeclarator, type: Type) -> None:
        name, span = one.declarator.name, one.declarator.span
        if one.initialiser is not None:
            self.context.error("wrong-type", f"'{name}' is a type, and cannot be initialised", span)
        before = self._before(name)
        if isinstance(before, TypedefName) and same_type(before.type, type):
            return
        if before is not None and not self.may_redefine(before):
            self._redefined(before, name, span, f"as another type, {described(type)}")
            return
        self._add(TypedefName(name, named(type, name), span))

    def function(self, name: str, type: FunctionType, span: Span, static: bool) -> Function:
        """The function of that name, declared now or before."""
        context = self.context
        scope = context.scope
        if not context.at_file_level:
            context.scope = context.file
        try:
            before = self._before(name)
            if isinstance(before, Function) and self._agrees(before, type, span):
                if type.prototyped:
                    before.type = replace(type, typedef="") if not before.type.prototyped else before.type
                return before
            if before is not None and not isinstance(before, Function) and not self.may_redefine(before):
                if not (isinstance(before, Variable) and isinstance(before.type, ErrorType)):
                    self._redefined(before, name, span, "as a function")
            function = Function(name, type, span, builtin=context.quiet > 0, static=static)
            self._add(function)
            return function
        finally:
            context.scope = scope

    def _agrees(self, before: Function, type: FunctionType, span: Span) -> bool:
        """True if a second declaration of a function fits the first; it may take its place in a later unit."""
        if same_type(before.type, type) or self.context.quiet:
            return True
        if self.may_redefine(before):
            return False
        notes = self.names.declared_here(before)
        old, new = before.type, type
        if same_type(old.returns, new.returns) and len(old.parameters) == len(new.parameters):
            if old.variadic == new.variadic:
                for i, (a, b) in enumerate(zip(old.parameters, new.parameters, strict=True)):
                    if not same_type(a, b):
                        text = f"parameter {i + 1} of '{before.name}' is {described(b)} here, and was {described(a)}"
                        self.context.warning("conflicting-types", text, span, notes=notes)
                before.type = type
                return True
        was = spelled(old, before.name)
        self.context.error("conflicting-types", f"'{before.name}' was declared before as {was}", span, notes=notes)
        before.type = type
        return True

    # ---- variables ------------------------------------------------------------------------------------------

    def _global(self, one: InitDeclarator, type: Type, storage: tuple[str, ...], statements: list[Stmt]) -> None:
        variable = self._global_variable(one, type)
        if variable is None:
            return
        if self.context.quiet or "extern" in storage and one.initialiser is None:
            return
        initialiser, constant = None, True
        if one.initialiser is not None:
            if variable in self._initialised:
                if self._same_guid(variable, one.initialiser):
                    return
                self._redefined(variable, variable.name, one.span, "and initialised twice")
                return
            self._initialised.add(variable)
            if not self._can_hold(variable, one):
                return
            initialiser, constant = self.initialisers.static(variable, one.initialiser)
        if not self._has_size(variable, one.span):
            return
        if constant:
            if initialiser is not None or variable not in self.context.variables:
                self.context.variables[variable] = initialiser
        else:
            self.context.variables[variable] = None
            statements.append(Declare(one.span, variable, initialiser))

    def _same_guid(self, variable: Variable, again: Node) -> bool:
        """True of a GUID that is defined once more, and as before: headers leave DEFINE_GUID outside their guards, so
        that each source that includes them defines it, and a script may be made of several sources."""
        if not isinstance(variable.type, StructType) or variable.type.layout.tag != "_GUID" or not variable.type.const:
            return False
        before = self.context.variables.get(variable)
        found, constant = self.initialisers.static(variable, again)
        return constant and before is not None and found is not None and found.data == before.data

    def _global_variable(self, one: InitDeclarator, type: Type) -> Variable | None:
        """The variable of that name, declared now or before; None with an error."""
        name, span = one.declarator.name, one.declarator.span
        before = self._before(name)
        if isinstance(before, Variable) and not (self.may_redefine(before) and before not in self.declared_now):
            if same_type(before.type, type):
                if isinstance(before.type, ArrayType) and before.type.count is None:
                    before.type = type
                return before
            if isinstance(before.type, ErrorType):
                return None
            self._redefined(before, name, span, f"as {described(type)}, and was {described(before.type)}")
            return None
        if before is not None and not self.may_redefine(before):
            self._redefined(before, name, span, "as a variable")
            return None
        variable = Variable(name, type, "global", span, in_memory=True)
        self._add(variable)
        return variable

    def _in_block(self, one: InitDeclarator, type: Type, storage: tuple[str, ...], statements: list[Stmt]) -> None:
        name, span = one.declarator.name, one.declarator.span
        context = self.context
        before = context.scope.names.get(name)
        if before is not None:
            self._redefined(before, name, span, "in the same block")
            return
        if "extern" in storage:
            self._extern_in_block(one, type)
            return
        static = "static" in storage
        variable = Variable(name, type, "static" if static else "local", span, in_memory=static or _is_aggregate(type))
        variable.register = "register" in storage
        self._add(variable)
        if not self._can_hold(variable, one):
            variable.type = ERROR
            return
        if static:
            self._static_local(variable, one)
            return
        context.function.locals.append(variable)
        initialiser = None
        if one.initialiser is not None:
            initialiser = self.initialisers.local(variable, one.initialiser)
        if self._has_size(variable, span):
            statements.append(Declare(one.span, variable, initialiser))

    def _can_hold(self, variable: Variable, one: InitDeclarator) -> bool:
        """True if the variable's type is complete, but for the number of elements that its initialiser will tell."""
        type = variable.type
        if isinstance(type, ArrayType) and type.count is None:
            type = type.element
        return not isinstance(type, ErrorType) and self.names.complete(type, one.declarator.span, f"'{variable.name}'")

    def _static_local(self, variable: Variable, one: InitDeclarator) -> None:
        initialiser = None
        if one.initialiser is not None:
            initialiser, constant = self.initialisers.static(variable, one.initialiser)
            if not constant:
                self.context.error(
                    "initialiser-not-constant",
                    f"the initialiser of the static variable '{variable.name}' is not a constant",
                    one.initialiser.span,
                    "assign it in a statement",
                )
                initialiser = None
        if self._has_size(variable, one.span):
            self.context.variables[variable] = initialiser

    def _extern_in_block(self, one: InitDeclarator, type: Type) -> None:
        context = self.context
        inner, context.scope = context.scope, context.file
        try:
            variable = self._global_variable(one, type)
        finally:
            context.scope = inner
        if variable is not None:
            inner.names[variable.name] = variable

    def _has_size(self, variable: Variable, span: Span) -> bool:
        """True if the type is complete, arrays counted; an error is reported otherwise."""
        type = variable.type
        if isinstance(type, ErrorType):
            return False
        if isinstance(type, ArrayType):
            if type.count is None:
                self.context.error("incomplete-type", f"the array '{variable.name}' has no size", span)
                return False
            if type.count == 0:
                self.context.error("bad-array-size", f"the array '{variable.name}' has 0 elements", span)
                return False
        return self.names.complete(type, span, f"'{variable.name}'")

    # ---- names ----------------------------------------------------------------------------------------------

    def _before(self, name: str) -> Symbol | None:
        return self.context.scope.names.get(name)

    def may_redefine(self, before: Symbol) -> bool:
        """True if a symbol of an earlier unit gives way to one of this unit."""
        if self.context.quiet:
            return False
        return self.replace and before not in self.declared_now

    def _add(self, symbol: Symbol) -> None:
        self.context.scope.names[symbol.name] = symbol
        if not self.context.quiet:
            self.declared_now.add(symbol)

    def _redefined(self, before: Symbol, name: str, span: Span, how: str) -> None:
        if not self.context.quiet:
            notes = self.names.declared_here(before)
            self.context.error("redefined", f"'{name}' is declared again, {how}", span, notes=notes)


def _is_aggregate(type: Type) -> bool:
    return isinstance(type, (ArrayType, StructType))
