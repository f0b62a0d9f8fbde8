"""A script that grows part by part, as a person types it: what one part declares, the later ones know.

    growing = Growing()
    part = growing.add("entry 1", "PMDL mdl = IoAllocateMdl(NULL, 4096, FALSE, FALSE, NULL);")
    session.load(part.program)

One checker, one preprocessor and one Unit serve all parts, so that addresses and generated names go on where the last
part ended. A function that is defined again takes the place of the old one, also for those who call it already.
"""

from __future__ import annotations

import os
from contextlib import nullcontext
from dataclasses import replace

from .. import stdlib
from ..grammar.check import Checker
from ..grammar.lexer import lex
from ..grammar.parser import TypedefScope, parse
from ..grammar.preprocess import Directives, FolderLoader, decode, preprocess
from ..grammar.scope import Scope, TypedefName
from ..grammar.source import Diagnostic, Diagnostics, SourceFile
from ..grammar.syntax import (
    CompoundStatement,
    Declaration,
    DoStatement,
    ExpressionStatement,
    ForStatement,
    IfStatement,
    SwitchStatement,
    TranslationUnit,
    WhileStatement,
)
from ..grammar.tokens import Token
from ..grammar.tree import Expr, ExprStmt, Function, Program, Return, Variable
from ..grammar.types import Type, VoidType
from ..runtime.system import IMAGE
from .compile import first_errors, passes_stack
from .compiled import Compiled
from .environment import BuiltIns
from .generate import generate_part
from .routine_addresses import routine_address
from .unit import Unit, signature_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

LAST_NAME, LAST_PLACE = "_", "last"  # of the last value, in the script and in the code made for it
STATEMENTS = (
    CompoundStatement, DoStatement, ExpressionStatement, ForStatement, IfStatement, SwitchStatement, WhileStatement,
)  # fmt: skip
LAST = "\n;"  # put behind a text that does not end its last statement


class Part:
    """What one part came to: `program` is None if it has errors. `type` is that of the value that it returns, or None.
    `defines` are the functions at file level that it defines, `kept_callers` those whose new definition has another
    prototype, so that earlier code calls the old one."""

    __slots__ = (
        "name", "text", "program", "diagnostics", "type", "borrowed", "kept_callers", "defines", "frame", "valued",
        "declares", "last",
    )  # fmt: skip

    def __init__(self, name: str, text: str, diagnostics: list[Diagnostic]) -> None:
        self.name = name
        self.text = text
        self.program: Compiled | None = None
        self.diagnostics = diagnostics
        self.type: Type | None = None
        self.borrowed: tuple[str, ...] = ()
        self.frame: Frame | None = None  # the function in whose context it was written
        self.valued = True
        self.declares = False  # names that later parts see
        self.last: tuple[Type, int] | None = None  # what `_` was
        self.kept_callers: list[str] = []
        self.defines: tuple[str, ...] = ()


class Frame:
    """A suspended function as an expression sees it: its generated name, the line at which it stands, the values of
    its locals that are Python's, and the address of its frame in simulated memory (0 if it has none)."""

    __slots__ = ("identifier", "file", "line", "address", "values")

    def __init__(self, identifier: str, file: str, line: int, address: int, values: dict[str, object]) -> None:
        self.identifier = identifier
        self.file = file
        self.line = line
        self.address = address
        self.values = values


class Growing:
    """`files` are the texts of all parts and of what they include, by the name that reports use."""

    def __init__(self, root: str = ".", folders: Sequence[str] = (), instrumented: bool = False) -> None:
        self.environment = BuiltIns()
        self.found = Diagnostics()
        self.loader = FolderLoader(root, folders, stdlib.path(""))
        self.directives = Directives(self.environment, self.found, self.loader)
        self.typedefs = TypedefScope()
        self.checker = Checker(self.environment, self.found)
        self.unit = Unit(IMAGE, passes_stack, routine_address, instrumented, watched=True)
        self.files: dict[str, str] = {}
        self.generated: set[str] = set()  # those of `files` that hold the C around driver blocks
        self.functions: dict[str, Function] = {}  # by generated name
        self.last: tuple[Type, int] | None = None  # the value that `_` stands for
        self._by_name: dict[tuple[object, str], Function] = {}

    # -- parts

    def open(self, path: str) -> Part:
        """Add a file. OSError if it cannot be opened."""
        with open(path, "rb") as file:
            data = file.read()
        self.found.found.clear()
        source = decode(path, data, self.found)
        self.loader.root = os.path.dirname(path) or "."
        self.loader.allow(self.loader.root)
        if source is None:
            self.files[path] = data.decode("utf-8", "replace").replace("\r\n", "\n")
            return Part(path, self.files[path], list(self.found))
        return self._add(source, None, False)

    def add(self, name: str, text: str, frame: Frame | None = None, valued: bool = True) -> Part:
        """Add a text under a name for reports. In the context of a `frame` its locals are visible. `valued` if the
        value of a last expression is wanted."""
        self.found.found.clear()
        return self._add(SourceFile(name, ended(text.replace("\r\n", "\n"))), frame, valued)

    def repeat(self, part: Part) -> Part:
        """Add a part once more, to a script that has grown as far as it had then."""
        self.found.found.clear()
        before, self.last = self.last, part.last
        try:
            return self._add(SourceFile(part.name, part.text), part.frame, part.valued)
        finally:
            self.last = before

    def _add(self, source: SourceFile, frame: Frame | None, valued: bool) -> Part:
        self.files[source.name] = source.text
        kinds = dict(self.typedefs.kinds)
        macros = dict(self.directives.macros)
        file = self.checker.context.file
        names, tags = dict(file.names), dict(file.tags)
        tokens = preprocess(source, self.environment, self.found, self.loader, directives=self.directives)
        unit = parse(tokens, self.environment, self.found, source.name, self.typedefs)
        places: dict[Variable, str | int] = {}
        block = self._block(tokens, unit, frame, places)
        with self.checker.inside(block) if block is not None else nullcontext():
            program = self.checker.check(unit, replace=True)
        self._refuse_addresses(places)
        borrowed = {variable: place for variable, place in places.items() if isinstance(place, str)}
        self.files.update((name, file.text) for name, file in self.loader.files.items())
        self.files.update(program.frames)
        self.generated.update(name for name, _ in program.frames)
        part = Part(source.name, source.text, list(self.found))
        if self.found.errors:
            part.diagnostics = first_errors(self.found)
            self.typedefs.kinds.clear()
            self.typedefs.kinds.update(kinds)
            self.directives.macros.clear()
            self.directives.macros.update(macros)
            file.names, file.tags = names, tags
            return part
        if valued:
            program = self._valued(program, part)
        part.kept_callers = self._replace(program)
        part.defines = tuple(function.name for function in program.functions)
        part.borrowed = tuple(borrowed.values())
        part.frame, part.valued, part.last = frame, valued, self.last
        part.declares = bool(program.functions or program.devices or program.drivers or program.processes) or (
            (names, tags, kinds, macros) != (file.names, file.tags, self.typedefs.kinds, self.directives.macros)
        )
        in_memory = [(variable, place) for variable, place in places.items() if isinstance(place, int)]
        for variable, place in in_memory:
            self.unit.place_at(variable, place)
        part.program = generate_part(program, self.unit, borrowed, part.type is not None)
        for variable, _ in in_memory:
            self.unit.take_back(variable)
        for function, identifier in self.unit.functions.items():
            self.functions[identifier] = function
        return part

    def _valued(self, program: Program, part: Part) -> Program:
        """With the value of a last expression as what the part returns."""
        last = program.statements[-1] if program.statements else None
        if not isinstance(last, ExprStmt) or isinstance(last.expr.type, VoidType):
            return program
        if not part.text.endswith(LAST):
            return program  # with a `;` it is a statement
        part.type = last.expr.type
        statements = (*program.statements[:-1], Return(last.span, last.expr))
        return replace(program, statements=statements)

    def _replace(self, program: Program) -> list[str]:
        """Let new definitions of functions take the place of the old ones. The names of those that cannot."""
        kept = []
        for where, functions in ((None, program.functions), *((one.name, one.functions) for one in program.drivers)):
            for function in functions:
                before = self._by_name.get((where, function.name))
                self._by_name[where, function.name] = function
                if before is None or before is function or before not in self.unit.functions:
                    continue
                if signature_text(before.type) == signature_text(function.type):
                    self.unit.take_over(before, function)
                else:
                    kept.append(function.name)
        return kept

    def expression(self, text: str, frame: Frame | None = None) -> tuple[Expr | None, dict[Variable, str | int]]:
        """What an expression is, without any code made for it, and the places of the frame's locals. None, with its
        errors in `found`, if it is none; nothing is kept of it."""
        self.found.found.clear()
        source = SourceFile("expression", text + LAST)
        kinds, macros = dict(self.typedefs.kinds), dict(self.directives.macros)
        file = self.checker.context.file
        names, tags = dict(file.names), dict(file.tags)
        places: dict[Variable, str | int] = {}
        try:
            tokens = preprocess(source, self.environment, self.found, self.loader, directives=self.directives)
            unit = parse(tokens, self.environment, self.found, source.name, self.typedefs)
            if len(unit.items) != 1 or not isinstance(unit.items[0], ExpressionStatement):
                return None, places
            block = self._block(tokens, unit, frame, places)
            with self.checker.inside(block) if block is not None else nullcontext():
                program = self.checker.check(unit, replace=True)
        finally:
            file.names, file.tags = names, tags
            for known, before in ((self.typedefs.kinds, kinds), (self.directives.macros, macros)):
                known.clear()
                known.update(before)  # type: ignore[arg-type]
        self._refuse_addresses(places)
        statement = program.statements[0] if len(program.statements) == 1 else None
        if self.found.errors or not isinstance(statement, ExprStmt):
            return None, places
        return statement.expr, places

    # -- names inside a suspended function

    def _block(
        self, tokens: Sequence[Token], unit: TranslationUnit, frame: Frame | None, places: dict[Variable, str | int]
    ) -> tuple[str, Scope] | None:
        """Where a text is checked that sees more than what is declared at file level; None for any other."""
        block = self.scope_of(frame, places) if frame is not None else None
        uses_last = self.last is not None and any(token.text == LAST_NAME for token in tokens)
        if not uses_last or not all(isinstance(item, (*STATEMENTS, Declaration)) for item in unit.items):
            return block
        kind, scope = block or ("script", Scope(self.checker.context.file))
        if scope.find(LAST_NAME) is None and self.last is not None:
            seen = Variable(LAST_NAME, self.last[0], "local", unit.span)
            scope.names[LAST_NAME] = seen
            places[seen] = LAST_PLACE
        return kind, scope

    def values_in(self, frame: Frame | None) -> dict[str, object]:
        """What Python holds for the variables that are visible in a frame."""
        values = dict(frame.values) if frame is not None else {}
        if self.last is not None:
            values[LAST_PLACE] = self.last[1]
        return values

    def scope_of(self, frame: Frame, places: dict[Variable, str | int]) -> tuple[str, Scope]:
        """The kind of block that a frame's function stands in, and a scope in which its locals are visible. They are
        put into `places`, with their Python name or their address."""
        function = self.functions.get(frame.identifier.partition(".")[0])
        kind, outer = self.checker.block_of(function)
        scope = Scope(outer)
        for variable, place in self.locals_of(frame):
            if isinstance(place, int):
                seen = Variable(variable.name, variable.type, "global", variable.span, in_memory=True)
                places[seen] = frame.address + place
            elif place in frame.values:
                seen = Variable(variable.name, variable.type, "local", variable.span)
                places[seen] = place
            else:
                continue
            scope.names[variable.name] = seen
        return ("script" if kind == "driver" else kind), scope

    def locals_of(self, frame: Frame) -> list[tuple[Variable, str | int]]:
        """The locals that are visible in a frame, each with its place: a Python name, or its offset in the frame. Of
        those with one name the innermost, which was declared last before the line."""
        seen: dict[str, tuple[Variable, str | int]] = {}
        for variable, place in self.unit.places.get(frame.identifier.partition(".")[0], {}).items():
            if variable.span.file != frame.file or variable.span.line > frame.line:
                continue
            seen[variable.name] = variable, place
        return list(seen.values())

    def _refuse_addresses(self, places: dict[Variable, str | int]) -> None:
        for variable, place in places.items():
            if variable.in_memory and isinstance(place, str):
                message = f"the variable '{variable.name}' lies in a register, so it has no address"
                self.found.error("no-address", message, variable.span)

    # -- what is known, for completion and questions

    def type_named(self, name: str) -> Type | None:
        """The type of that name, or of that tag: `_MDL`, `struct _MDL`, `PMDL`."""
        return self.checker.type_of(name)

    def own_names(self) -> dict[str, object]:
        """What the parts have declared at file level: variables, functions, types."""
        names = self.checker.context.file.names
        return {name: symbol for name, symbol in names.items() if not _is_built_in(symbol)}


def ended(text: str) -> str:
    """A text whose last statement is ended, if its writer has left that out."""
    lines = list(lex(SourceFile("", text)))
    last: list[Token] = lines[-1] if lines else []
    if not last or last[0].text == "#" or last[-1].text in (";", "}", "\\"):
        return text
    return text + LAST


def _is_built_in(symbol: object) -> bool:
    if isinstance(symbol, Function):
        return symbol.builtin
    return isinstance(symbol, (TypedefName, Variable)) and symbol.span.file.startswith("<")
