"""driver blocks as the plain C that they stand for: one text for each driver."""

from __future__ import annotations

import os
import re
import textwrap

from ..grammar.source import Span
from ..grammar.syntax import (
    Declaration,
    DriverBlock,
    EnumSpec,
    FunctionDefinition,
    Node,
    StructSpec,
    TranslationUnit,
)
from ..grammar.tree import Driver
from .compile import Front

_WORD = re.compile(r"[A-Za-z_]\w*")
_DIRECTIVE = re.compile(r"[ \t]*#(?:[^\n]*\\\n)*[^\n]*")


class Expansion:
    """A driver as C: `name` of the driver, `text` of its file, and where its block stands in the script."""

    __slots__ = ("name", "text", "span", "device")

    def __init__(self, name: str, text: str, span: Span, device: str) -> None:
        self.name = name
        self.text = text
        self.span = span
        self.device = device


def expand(front: Front) -> list[Expansion]:
    """The drivers of a script that has no errors, in the order of the file."""
    assert front.unit is not None and front.program is not None
    blocks = [item for item in front.unit.items if isinstance(item, DriverBlock)]
    pairs = zip(blocks, front.program.drivers, strict=True)
    return [Expansion(block.name, _file(front, block, driver), block.span, block.device) for block, driver in pairs]


def with_includes(text: str, expansions: list[Expansion]) -> str:
    """The script with each driver block reduced to an #include of its C."""
    for one in reversed(expansions):
        start, end = offset(text, one.span.line, one.span.column), offset(text, one.span.end_line, one.span.end_column)
        head = f"driver {one.name} ({one.device})" if one.device else f"driver {one.name}"
        text = f'{text[:start]}{head} {{\n#include "{one.name}.c"\n}}{text[end:]}'
    return text


def offset(text: str, line: int, column: int) -> int:
    """The place in a text of a line and column that count from 1."""
    start = 0
    for _ in range(line - 1):
        start = text.index("\n", start) + 1
    return start + column - 1


def _file(front: Front, block: DriverBlock, driver: Driver) -> str:
    assert front.unit is not None
    text = front.files[block.span.file]
    prototypes, _, definitions = driver.frame.partition("\n\n")
    body = _body(text, block, driver)
    script = os.path.basename(block.span.file)
    parts = [
        f"// The driver {block.name} of {script}, as plain C.",
        *_surroundings(front.unit, text, block, body + driver.frame),
        prototypes,
        body,
        definitions.rstrip("\n"),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _body(text: str, block: DriverBlock, driver: Driver) -> str:
    """What stands in the block, its handlers made functions, its properties gone."""
    head = block.device_span if block.device else block.name_span
    start = text.index("{", offset(text, head.end_line, head.end_column)) + 1
    end = offset(text, block.span.end_line, block.span.end_column) - 1
    for span, replacement in sorted(driver.edits, key=lambda edit: (-edit[0].line, -edit[0].column)):
        first, last = offset(text, span.line, span.column), offset(text, span.end_line, span.end_column)
        before = len(text)
        if replacement:
            text = text[:first] + replacement + text[last:]
        else:
            text = _without(text, first, last)
        end += len(text) - before
    body = textwrap.dedent(text[start:end].strip("\n").rstrip())
    return re.sub(r"\n{3,}", "\n\n", body)


def _without(text: str, first: int, last: int) -> str:
    """The text without a part of a line; without the whole line, if only a comment is left of it."""
    begin, finish = text.rfind("\n", 0, first) + 1, text.find("\n", last)
    finish = len(text) if finish < 0 else finish
    left, right = text[begin:first], text[last:finish]
    if not left.strip() and (not right.strip() or right.lstrip().startswith("//")):
        return text[:begin] + text[finish + 1 :]
    return text[:first] + text[last:].lstrip(" ")


# ---- what stands around the block -----------------------------------------------------------------------------


def _surroundings(unit: TranslationUnit, text: str, block: DriverBlock, used: str) -> list[str]:
    """The directives before the block, and the declarations and functions that it uses, in the order of the file."""
    before = [item for item in unit.items if item.span.file == block.span.file and item.span.line < block.span.line]
    own = {name for item in block.items for name in _declared(item)}
    wanted = set(_WORD.findall(used)) - own
    chosen: list[Node] = []
    for item in reversed(before):
        if isinstance(item, (Declaration, FunctionDefinition)) and wanted.intersection(_declared(item)):
            if isinstance(item, FunctionDefinition) and item.declarator.name == "DriverEntry":
                continue
            chosen.append(item)
            wanted.update(_WORD.findall(_slice(text, item.span)))
    pieces = [(offset(text, item.span.line, item.span.column), _slice(text, item.span)) for item in chosen]
    inside = [
        (offset(text, item.span.line, item.span.column), offset(text, item.span.end_line, item.span.end_column))
        for item in before
    ]
    stop = offset(text, block.span.line, block.span.column)
    directives = [
        (match.start(), match.group().strip())
        for match in _DIRECTIVE.finditer(text, 0, stop)
        if (match.start() == 0 or text[match.start() - 1] == "\n")
        and not any(first <= match.start() < last for first, last in inside)
    ]
    ordered = sorted([*pieces, *directives])
    joined: list[str] = []
    after_directive = False
    for _, piece in ordered:
        directive = piece.startswith("#")
        if joined and directive and after_directive:
            joined[-1] += "\n" + piece
        else:
            joined.append(piece)
        after_directive = directive
    return joined


def _slice(text: str, span: Span) -> str:
    return text[offset(text, span.line, span.column) : offset(text, span.end_line, span.end_column)]


def _declared(item: Node) -> list[str]:
    """The names that a declaration or function brings."""
    if isinstance(item, FunctionDefinition):
        return [item.declarator.name]
    if not isinstance(item, Declaration):
        return []
    found = [one.declarator.name for one in item.declarators]
    spec = item.specifiers.type
    if isinstance(spec, (StructSpec, EnumSpec)):
        found.append(spec.tag)
    if isinstance(spec, EnumSpec):
        found.extend(one.name for one in spec.enumerators or () if hasattr(one, "name"))
    return [name for name in found if name]
