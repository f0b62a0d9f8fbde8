"""What names can stand for, and the scopes that hold them."""

from __future__ import annotations

from dataclasses import field

from .nodes import dataclass
from .source import Span
from .tree import Function, Variable
from .types import IntType, StructType, Type


@dataclass(frozen=True, slots=True, eq=False)
class TypedefName:
    name: str
    type: Type
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """An enumerator, or a constant of the simulated NT."""

    name: str
    type: Type
    value: int
    span: Span


Symbol = TypedefName | Constant | Variable | Function


@dataclass(frozen=True, slots=True, eq=False)
class Tag:
    """A struct, union or enum tag; `word` is which."""

    word: str
    type: StructType | IntType
    span: Span
    defined: bool = False


@dataclass(slots=True, eq=False)
class Scope:
    """One scope; `parent` is None for the built-in one. File scope is the child of the built-in scope."""

    parent: Scope | None
    names: dict[str, Symbol] = field(default_factory=dict)
    tags: dict[str, Tag] = field(default_factory=dict)

    def find(self, name: str) -> Symbol | None:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.parent
        return None

    def find_tag(self, name: str) -> Tag | None:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.tags:
                return scope.tags[name]
            scope = scope.parent
        return None
