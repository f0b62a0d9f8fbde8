"""What the parser calls as it reduces a rule: builders by name, and what a builder may ask of the parser.

The builders stand in build_expressions.py, build_declarations.py, build_statements.py and build_blocks.py; here are
those of lists. A builder gets the values of its rule's symbols but for words and punctuation in quotes (see dma.lark).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .names import Names
from .source import NOWHERE, Diagnostics, Span
from .syntax import Node
from .tokens import Token

Builder = Callable[..., Any]
BUILDERS: dict[str, Builder] = {}


def builder(function: Builder) -> Builder:
    """Register a builder under its name; a last underscore keeps it from being a word of Python."""
    BUILDERS[function.__name__.rstrip("_")] = function
    return function


class Reduction:
    """What a builder sees: the tokens that its rule spans, the values below it on the stack, the names so far."""

    __slots__ = ("tokens", "first", "last", "values", "names", "packs", "diagnostics")

    def __init__(self, tokens: list[Token], names: Names, packs: dict[int, int], diagnostics: Diagnostics) -> None:
        self.tokens = tokens
        self.names = names
        self.packs = packs
        self.diagnostics = diagnostics
        self.values: list[Any] = []
        self.first = 0  # places in tokens of the rule's first and last
        self.last = -1

    def span(self) -> Span:
        """From the rule's first to its last token; where it would stand if it has none."""
        first = self.tokens[self.first].span
        return first if self.last <= self.first else first.to(self.tokens[self.last].span)


class Mark:
    """On the stack where a scope was opened: the state of the names before that, and the block's own word, if any."""

    __slots__ = ("level", "word", "name", "device")

    def __init__(self, level: int, word: str = "", name: Token | None = None, device: Token | None = None) -> None:
        self.level = level
        self.word = word
        self.name = name
        self.device = device

    @property
    def called(self) -> tuple[str, Span]:
        """The block's name, and where it stands."""
        return (self.name.text, self.name.span) if self.name is not None else ("", NOWHERE)

    @property
    def device_named(self) -> tuple[str, Span]:
        return (self.device.text, self.device.span) if self.device is not None else ("", NOWHERE)


@builder
def empty(p: Reduction) -> list[Node]:
    return []


@builder
def first(p: Reduction, item: Node | None) -> list[Node]:
    return [] if item is None else [item]


@builder
def more(p: Reduction, items: list[Node], item: Node | list[Node] | None) -> list[Node]:
    if type(item) is list:
        items.extend(item)
    elif item is not None:
        items.append(item)  # type: ignore[arg-type]
    return items


@builder
def nothing(p: Reduction) -> None:
    return None
