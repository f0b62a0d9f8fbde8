"""The checker: from the syntax tree to the typed tree, with every error of a unit in one pass.

The parts stand in a ladder, each using those above it: lookup (what a name means) -> declare (types from syntax) ->
conversions, operators, access, assign, calls (what typed values do) -> express (expressions from syntax) ->
initialise -> declarations -> statements -> functions -> blocks and those of each kind -> this. `context` holds what
they share.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from .access import Access
from .assign import Assignments
from .blocks import Blocks
from .calls import Calls
from .context import MAX_DEPTH, Context, FunctionState, NestedTooDeeply
from .conversions import Conversions
from .declarations import Declarations
from .declare import Types
from .device_blocks import DeviceBlocks
from .driver_blocks import DriverBlocks
from .environment import Environment
from .express import Expressions
from .functions import Functions
from .initialise import Initialisers
from .intrinsics import Intrinsics
from .jumps import match_jumps
from .lookup import Lookup
from .operators import Operators
from .process_blocks import ProcessBlocks
from .program_files import as_process, is_user_program, names_function
from .properties import Properties
from .register_blocks import RegisterBlocks
from .scope import Scope, TypedefName
from .settings import Settings
from .source import Diagnostics, SourceFile, Span
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
from .tree import Device, Driver, Function, GlobalVariable, Process, Program, Setting, StartProcess, Stmt, Variable
from .types import VOID, FunctionType, StructType, Type


class Found:
    """What has been found of a unit so far."""

    def __init__(self, devices: list[DeviceBlock]) -> None:
        self.device_blocks = {device.name: device for device in devices}  # of the whole unit
        self.functions: list[Function] = []
        self.statements: list[Stmt] = []
        self.settings: list[Setting] = []
        self.devices: list[Device] = []
        self.drivers: list[Driver] = []
        self.processes: list[Process] = []


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
        self._blocks = blocks = Blocks(context, self._functions, self._statements)
        properties = Properties(context, blocks, names, express)
        registers = RegisterBlocks(context, blocks, types, express)
        self._devices = DeviceBlocks(context, blocks, self._functions, types, express, properties, registers)
        self._drivers = DriverBlocks(context, blocks, names, types, express, self._functions, self._parse_frame)
        self._processes = ProcessBlocks(context, blocks)
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

    @contextmanager
    def inside(self, block: tuple[str, Scope]) -> Iterator[None]:
        """Check the next unit in a scope within a block of that kind, such as a function that is suspended. What it
        declares goes to file level."""
        context = self.context
        before = context.scope, context.file, context.kind
        context.kind, context.scope = block
        context.file = context.scope
        borrowed = set(context.scope.names)
        variables = {symbol for symbol in context.scope.names.values() if isinstance(symbol, Variable)}
        self._defined |= variables
        try:
            yield
        finally:
            self._defined -= variables
            made = context.file.names
            context.scope, context.file, context.kind = before
            context.file.names.update((name, symbol) for name, symbol in made.items() if name not in borrowed)

    def block_of(self, function: Function | None) -> tuple[str, Scope]:
        """The kind of block that a function of the script stands in, and the names there."""
        for kind, scope in self.context.blocks:
            if function is not None and scope.names.get(function.name) is function:
                return kind, scope
        return "script", self.context.file

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
        self._blocks.forget()
        found = Found([node for node in unit.items if isinstance(node, DeviceBlock)])
        for node in unit.items if replace or not is_user_program(unit) else as_process(unit):
            context.depth = 0
            try:
                self._item(node, found)
            except NestedTooDeeply:
                context.scope = context.file
        match_jumps(context, state)
        self._link(replace)
        return Program(
            unit.file,
            tuple(found.functions),
            tuple(GlobalVariable(variable, initialiser) for variable, initialiser in context.variables.items()),
            tuple(found.statements),
            tuple(found.settings),
            tuple(context.externals.values()),
            tuple(state.locals),
            tuple(found.devices),
            tuple(found.drivers),
            tuple(found.processes),
            tuple((f"{driver.name}.frame.c", driver.frame) for driver in found.drivers if driver.frame),
            self._driver_entry(found, replace),
        )

    def _driver_entry(self, found: Found, replace: bool) -> Function | None:
        """The DriverEntry at file level, if it is loaded: one that a statement names is the script's own affair."""
        functions = {function.name: function for function in found.functions}
        main = functions.get("main")
        if main is not None and main not in self.context.used and not replace:
            message = "'main' is not run: with a driver, blocks or statements in the file it is kernel code"
            self.context.warning("main-not-run", message, main.span, "put it into a process block")
        entry = functions.get("DriverEntry")
        return entry if entry is not None and not names_function(found.statements, entry) else None

    def _item(self, node: Node, found: Found) -> None:
        if isinstance(node, FunctionDefinition):
            function = self._functions.define(node)
            if function is not None:
                found.functions.append(function)
        elif isinstance(node, (Declaration, CaseLabel)):
            found.statements.extend(self._statements.items((node,)))
        elif isinstance(node, MachineBlock):
            found.settings.extend(self._settings.read(node))
        elif isinstance(node, StaticAssert):
            self._statements.statement(node)
        elif isinstance(node, DeviceBlock):
            device = self._devices.read(node)
            found.devices.append(device)
            self._defined.update(item.variable for item in device.variables)
        elif isinstance(node, DriverBlock):
            driver = self._drivers.read(node, found.device_blocks, [other.device for other in found.drivers])
            found.drivers.append(driver)
            self._defined.update(item.variable for item in driver.variables)
        elif isinstance(node, ProcessBlock):
            process = self._processes.read(node)
            self._defined.update(item.variable for item in process.variables)
            found.statements.append(StartProcess(node.name_span, len(found.processes)))
            found.processes.append(process)
        elif not isinstance(node, Broken):
            found.statements.append(self._statements.statement(node))

    def _parse_frame(self, file: str, text: str, names: dict[str, bool]) -> tuple[Node, ...]:
        """The items of the C around a driver block, in which `names` are declared (True for types)."""
        from .files import FolderLoader
        from .parser import TypedefScope, parse
        from .preprocess import preprocess

        context = self.context
        scope = TypedefScope()
        scope.kinds.update((name, isinstance(symbol, TypedefName)) for name, symbol in context.kernel.names.items())
        scope.kinds.update(names)
        tokens = preprocess(SourceFile(file, text), context.environment, context.diagnostics, FolderLoader(""))
        return parse(tokens, context.environment, context.diagnostics, file, scope).items

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
