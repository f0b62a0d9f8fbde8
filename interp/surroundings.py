"""What a driver block uses of the file around it: directives, declarations and functions, in the order of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields

from ..grammar.source import Span
from ..grammar.syntax import (
    Declaration,
    DriverBlock,
    EnumSpec,
    FunctionDefinition,
    FunctionPart,
    Node,
    StructSpec,
    TranslationUnit,
)
from .directive_lines import directive_places

_WORD = re.compile(r"[A-Za-z_]\w*")


class Piece:
    """A text that stands at a place of a file. A `late` one stands behind the block."""

    __slots__ = ("file", "place", "text", "late")

    def __init__(self, file: str, place: int, text: str, late: bool) -> None:
        self.file = file
        self.place = place
        self.text = text
        self.late = late


class Surroundings:
    """`chosen` are the declarations and functions whose names the block uses, or that those use in their turn."""

    def __init__(self, unit: TranslationUnit, text: str, block: DriverBlock, used: str) -> None:
        self.text = text
        file = block.span.file
        here = [item for item in unit.items if item.span.file == file and item is not block]
        own = {name for item in block.items for name in declared(item)}
        self.chosen = self._choose(here, set(_WORD.findall(used)) - own)
        stop = offset(text, block.span.line, block.span.column)
        texts = [(self._start(item), self._slice(item.span)) for item in self.chosen]
        pieces = [Piece(file, start, text, start > stop) for start, text in texts]
        inside = [(self._start(item), self._start(item) + len(self._slice(item.span))) for item in here]
        for place, directive in directive_places(text):
            if place < stop and not any(first <= place < last for first, last in inside):
                pieces.append(Piece(file, place, directive, False))
        self.pieces = sorted(pieces, key=lambda piece: piece.place)

    def _choose(self, here: list[Node], wanted: set[str]) -> list[Node]:
        chosen: list[Node] = []
        left = [item for item in here if isinstance(item, (Declaration, FunctionDefinition))]
        while True:
            found = [item for item in left if wanted.intersection(declared(item))]
            found = [item for item in found if "DriverEntry" not in declared(item)]
            if not found:
                return chosen
            chosen += found
            left = [item for item in left if item not in found]
            for item in found:
                wanted.update(_WORD.findall(self._slice(item.span)))

    def _start(self, item: Node) -> int:
        return offset(self.text, item.span.line, item.span.column)

    def _slice(self, span: Span) -> str:
        return self.text[offset(self.text, span.line, span.column) : offset(self.text, span.end_line, span.end_column)]


def offset(text: str, line: int, column: int) -> int:
    """The place in a text of a line and column that count from 1."""
    start = 0
    for _ in range(line - 1):
        start = text.index("\n", start) + 1
    return start + column - 1


def declared(item: Node) -> set[str]:
    """The names that a declaration or function brings."""
    if isinstance(item, FunctionDefinition):
        return {item.declarator.name}
    if not isinstance(item, Declaration):
        return set()
    return {name for name in (*(one.declarator.name for one in item.declarators), *_type_names(item)) if name}


def _type_names(item: Declaration) -> Iterator[str]:
    """The tags and constants of the types that a declaration defines."""
    spec = item.specifiers.type
    if isinstance(spec, StructSpec):
        yield spec.tag
        for member in spec.members or ():
            if isinstance(member, Declaration):
                yield from _type_names(member)
    elif isinstance(spec, EnumSpec):
        yield spec.tag
        yield from (one.name for one in spec.enumerators or () if hasattr(one, "name"))


def is_state(item: Node) -> bool:
    """True of a variable, and of a function that keeps some: two copies of it are not one."""
    if isinstance(item, FunctionDefinition):
        return any("static" in one.specifiers.storage for one in _inner(item))
    if not isinstance(item, Declaration) or "typedef" in item.specifiers.storage:
        return False
    parts = [one.declarator.parts for one in item.declarators]
    return any(not part or not isinstance(part[0], FunctionPart) for part in parts)


def _inner(function: FunctionDefinition) -> Iterator[Declaration]:
    """The declarations in a function's body, however deep."""
    todo: list[object] = [function.body]
    while todo:
        one = todo.pop()
        if isinstance(one, Declaration):
            yield one
        elif isinstance(one, tuple):
            todo.extend(one)
        elif isinstance(one, Node):
            todo.extend(getattr(one, field.name) for field in fields(one))
