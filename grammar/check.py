"""The checker: from the syntax tree to the typed tree, with every error of a unit in one pass.

The parts stand in a ladder, each using those above it: lookup (what a name means) -> declare (types from syntax) ->
conversions, operators, access, assign, calls (what typed values do) -> express (expressions from syntax) ->
initialise -> declarations -> statements -> functions -> this. `context` holds what they share.
"""

from __future__ import annotations

import sys

from .access import Access
from .assign import Assignments
from .calls import Calls
from .context import MAX_DEPTH, Context, FunctionState, NestedTooDeeply
from .conversions import Conversions
from .declarations import Declarations
from .declare import Types
from .environment import Environment
from .express import Expressions
from .functions import Functions
from .initialise import Initialisers
from .intrinsics import Intrinsics
from .jumps import match_jumps
from .lookup import Lookup
from .operators import Operators
from .settings import Settings
from .source import Diagnostics, Span
from .statements import Statements
from .syntax import (
    Broken,
    CaseLabel,
    Declaration,
    DeviceBlock,
    DriverBlock,
    FunctionDefinition,
    MachineBlock,
    Node,
    ProcessBlock,
    StaticAssert,
    TranslationUnit,
)
from .tree import Function, GlobalVariable, Program, Setting, Stmt, Variable
from .types import VOID, FunctionType, StructType, Type

_BLOCKS = {DeviceBlock: "device", DriverBlock: "driver", ProcessBlock: "process"}


def check(unit: TranslationUnit, environment: Environment, diagnostics: Diagnostics) -> Program:
    """Check one script. The program may be run if no error was found."""
    return Checker(environment, diagnostics).check(unit)


class Checker:
    """Checks units in turn; what is declared at file level stays known to later ones."""

    def __init__(self, environment: Environment, diagnostics: Diagnostics) -> None:
        context = self.context = Context(environment, diagnostics)
        self._defined: set[Variable] = set()  # the variables of earlier units
        names = self._names = Lookup(context)
        types = self._types = Types(context, names)
        conversions = Conversions(context)
        operators = Operators(context, names)
        access = Access(context, names, operators)
        assignments = Assignments(context, conversions, operators)
        calls = Calls(context, names, conversions)
        intrinsics = Intrinsics(context, names, calls)
        express = Expressions(context, names, types, conversions, operators, access, assignments, calls, intrinsics)
        initialisers = Initialisers(context, names, conversions, express)
        self._declarations = Declarations(context, names, types, initialisers)
        self._statements = Statements(context, conversions, express, self._declarations)
        self._functions = Functions(context, names, types, self._declarations, self._statements)
        self._settings = Settings(context, names, express)
        # The rungs above that the lower ones call back into.
        names.declare = lambda unit: self._declarations.builtin(unit.items)
        context.constant = express.constant
        express.compound_literal = initialisers.compound_literal

    # ---- the public face ------------------------------------------------------------------------------------

    def check(self, unit: TranslationUnit, replace: bool = False) -> Program:
        """Check a unit. With `replace` it may define again what earlier units defined, and leaves no names behind if
        it has errors."""
        context = self.context
        errors = len(context.diagnostics.errors)
        before = dict(context.file.names), dict(context.file.tags)
        self._declarations.replace = replace
        self._declarations.declared_now = set()
        context.externals, context.variables, context.used = {}, {}, {}
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, 1000 + 8 * MAX_DEPTH))
        try:
            program = self._unit(unit, replace)
        finally:
            sys.setrecursionlimit(limit)
        self._defined |= context.variables.keys()
        if replace and len(context.diagnostics.errors) > errors:
            context.file.names, context.file.tags = before
        return program

    def type_of(self, name: str) -> Type | None:
        """The type with the typedef name or the tag, complete if it can be; `struct X` works as well as `X`."""
        word, _, tag = name.rpartition(" ")
        type = self._names.type_named(name) if not word else None
        if type is None:
            found = self._names.find_tag(tag, word or "struct")
            type = found.type if found is not None else None
        if isinstance(type, StructType):
            self._names.load_body(type.layout)
        return type

    def function_type(self, name: str) -> FunctionType | None:
        """The type of a built-in routine or a function of the script."""
        symbol = self._names.find(name)
        return symbol.type if isinstance(symbol, Function) else None

    # ---- a unit ---------------------------------------------------------------------------------------------

    def _unit(self, unit: TranslationUnit, replace: bool) -> Program:
        context = self.context
        state = context.function = FunctionState(None, VOID)
        functions: list[Function] = []
        statements: list[Stmt] = []
        settings: list[Setting] = []
        for node in unit.items:
            context.depth = 0
            try:
                self._item(node, functions, statements, settings)
            except NestedTooDeeply:
                context.scope = context.file
        match_jumps(context, state)
        self._link(replace)
        return Program(
            unit.file,
            tuple(functions),
            tuple(GlobalVariable(variable, initialiser) for variable, initialiser in context.variables.items()),
            tuple(statements),
            tuple(settings),
            tuple(context.externals.values()),
            tuple(state.locals),
        )

    def _item(self, node: Node, functions: list[Function], statements: list[Stmt], settings: list[Setting]) -> None:
        if isinstance(node, FunctionDefinition):
            function = self._functions.define(node)
            if function is not None:
                functions.append(function)
        elif isinstance(node, (Declaration, CaseLabel)):
            statements.extend(self._statements.items((node,)))
        elif isinstance(node, MachineBlock):
            settings.extend(self._settings.read(node))
        elif isinstance(node, StaticAssert):
            self._statements.statement(node)
        elif type(node) in _BLOCKS:
            self._not_modelled(_BLOCKS[type(node)], node.span)
        elif not isinstance(node, Broken):
            statements.append(self._statements.statement(node))

    def _not_modelled(self, word: str, span: Span) -> None:
        first = Span(span.file, span.line, span.column, span.line, span.column + len(word))
        message = f"{word} blocks are not modelled yet: they are parsed only"
        self.context.error("not-modelled", message, first, "write what it does as functions and file-level statements")

    def _link(self, replace: bool) -> None:
        """Find a definition for what the unit uses: in the script, or among the built-in routines."""
        for symbol, span in self.context.used.items():
            if isinstance(symbol, Function):
                self._link_function(symbol, span, replace)
            elif not self._is_defined(symbol):
                self.context.error(
                    "not-defined", f"the variable '{symbol.name}' is declared extern, but defined nowhere", span
                )

    def _link_function(self, function: Function, span: Span, replace: bool) -> None:
        if function.builtin or function.body is not None:
            return
        if self.context.environment.declaration(function.name) is not None:
            function.builtin = True  # the script repeated the prototype of a built-in routine
            self.context.externals.setdefault(function.name, function)
        elif not replace:
            notes = self._names.declared_here(function)
            message = f"the function '{function.name}' is declared, but defined nowhere"
            self.context.error("not-defined", message, span, notes=notes)

    def _is_defined(self, variable: Variable) -> bool:
        if variable in self.context.variables or variable.span.file.startswith("<"):
            return True
        return variable in self._defined
