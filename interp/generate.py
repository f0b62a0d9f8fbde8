"""A checked program to a compiled one."""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Callable

from ..grammar import tree
from ..grammar.source import NOWHERE, Span
from .compiled import Compiled
from .functions import FunctionCompiler
from .unit import Unit, signature_text

DEPTH = 20_000  # the trees of a program may be as deep as its expressions


def generate(
    program: tree.Program,
    base: int,
    passes_stack: Callable[[str], bool],
    routine_address: Callable[[str], int],
    instrumented: bool = False,
) -> Compiled:
    """Make code for a program whose image is to lie at `base`."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, DEPTH))
    try:
        return _generate(program, base, Unit(base, passes_stack, routine_address, instrumented))
    finally:
        sys.setrecursionlimit(limit)


def _generate(program: tree.Program, base: int, unit: Unit) -> Compiled:
    unit.spans.index(Span(program.file, 1, 1, 1, 1))
    for item in program.variables:
        place_variable(unit, item)
    body = [FunctionCompiler(unit).function(function) for function in program.functions]
    entry = "main"
    if program.statements or not program.functions:
        body.append(FunctionCompiler(unit).script(program.statements, locals_of(program.statements), NOWHERE))
    else:
        named = {function.name: function for function in program.functions}
        start = named.get("DriverEntry") or named.get("main")
        entry = unit.function_name(start) if start is not None else ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # `return` in a finally block is what the script says
        code = compile(ast.Module(body, []), "<dma>", "exec", dont_inherit=True, optimize=0)
    functions = tuple(
        (
            unit.image.function(function) if function in unit.addressed else 0,
            identifier,
            signature_text(function.type),
            function.name,
            unit.spans.index(function.span)[1],
        )
        for function, identifier in unit.functions.items()
    )
    externals = tuple((name, function.name, signature_text(function.type)) for function, name in unit.externals.items())
    return Compiled(
        program.file,
        code,
        base,
        bytes(unit.image.writable.data),
        bytes(unit.image.read_only.data),
        functions,
        externals,
        tuple((name, signature) for signature, name in unit.signatures.items()),
        tuple(unit.spans.table),
        dict(unit.arguments),
        entry,
        tuple((setting.name, setting.value) for setting in program.settings),
        exports(program, unit),
    )


def exports(program: tree.Program, unit: Unit) -> tuple[tuple[int, str, int], ...]:
    """Variables that the program uses and does not define: they are the kernel's."""
    own = {item.variable for item in program.variables}
    return tuple(
        (unit.image.address(variable), variable.name, variable.type.size)
        for variable in unit.image.known_variables()
        if variable not in own and variable.kind == "global"
    )


def place_variable(unit: Unit, item: tree.GlobalVariable) -> None:
    """Give a global its room and its first bytes."""
    where = unit.image.address(item.variable)
    initialiser = item.initialiser
    if initialiser is None:
        return
    if initialiser.data is not None:
        unit.image.write(where, initialiser.data)
    for offset, what, addend in initialiser.addresses:
        address = unit.address_of(what) + addend & 0xFFFF_FFFF_FFFF_FFFF
        unit.image.write(where + offset, address.to_bytes(8, "little"))


def locals_of(statements: tuple[tree.Stmt, ...]) -> list[tree.Variable]:
    """The locals that blocks at file level declare."""
    found: list[tree.Variable] = []
    todo: list[object] = list(statements)
    while todo:
        node = todo.pop()
        if isinstance(node, tree.Declare):
            if node.variable.kind == "local":
                found.append(node.variable)
        elif isinstance(node, tree.Stmt):
            todo.extend(getattr(node, name, ()) for name in ("body", "then", "otherwise", "first", "handler", "final"))
        elif isinstance(node, tuple):
            todo.extend(node)
    return found
