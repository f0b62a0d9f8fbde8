"""What a file is by what stands in it: a user program has a main, and nothing else that could be run."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import fields

from .syntax import Declaration, FunctionDefinition, MachineBlock, Node, ProcessBlock, StaticAssert, TranslationUnit
from .tree import Expr, Function, Initialiser, Stmt, Store

_QUIET = (FunctionDefinition, Declaration, MachineBlock, StaticAssert)


def main_of(unit: TranslationUnit) -> FunctionDefinition | None:
    """The main at file level."""
    for node in unit.items:
        if isinstance(node, FunctionDefinition) and node.declarator.name == "main":
            return node
    return None


def is_user_program(unit: TranslationUnit) -> bool:
    """True for a file with a main, and neither a DriverEntry nor statements nor blocks of code."""
    names = {node.declarator.name for node in unit.items if isinstance(node, FunctionDefinition)}
    return "main" in names and "DriverEntry" not in names and all(isinstance(node, _QUIET) for node in unit.items)


def as_process(unit: TranslationUnit) -> tuple[Node, ...]:
    """The items of a user program: a process of the file's name, with all of its code."""
    main = main_of(unit)
    assert main is not None
    name = os.path.splitext(os.path.basename(unit.file))[0]
    settings = tuple(node for node in unit.items if isinstance(node, MachineBlock))
    code = tuple(node for node in unit.items if not isinstance(node, MachineBlock))
    return (*settings, ProcessBlock(unit.span, name, code, main.declarator.span))


def names_function(statements: Iterable[Stmt], function: Function) -> bool:
    """True if one of the statements calls the function, or takes its address."""
    todo: list[object] = list(statements)
    while todo:
        node = todo.pop()
        if node is function:
            return True
        if isinstance(node, (tuple, list)):
            todo.extend(node)
        elif isinstance(node, (Stmt, Expr, Initialiser, Store)):
            todo.extend(getattr(node, field.name) for field in fields(node))
    return False
