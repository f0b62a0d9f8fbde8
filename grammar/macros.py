"""What a macro is: a replacement taken apart once (definition.py), so that each use need only be filled in.

A replacement is a list of elements. An element stands for itself, or for an argument as it is, expanded, or as a
string; `pasted` says that ## joins it to the element before.
"""

from __future__ import annotations

from dataclasses import dataclass

from .source import Diagnostics, Note, Span

NO_MACROS: frozenset[str] = frozenset()
PREDEFINED = "<predefined>"  # the file of the macros that are there before any text


class Piece:
    """A token inside an expansion: with the blank before it, and the macros that it may no longer name."""

    __slots__ = ("kind", "text", "span", "space", "hide")

    def __init__(self, kind: str, text: str, span: Span, space: bool, hide: frozenset[str] = NO_MACROS) -> None:
        self.kind = kind
        self.text = text
        self.span = span
        self.space = space
        self.hide = hide


@dataclass(slots=True, eq=False)
class Element:
    """`piece` is the token written in the definition; `parameter` its index there or -1."""

    piece: Piece
    parameter: int = -1
    stringify: bool = False
    pasted: bool = False  # ## stands before it
    pasting: bool = False  # ## stands behind it: an argument goes in unexpanded
    optional: list[Element] | None = None  # the content of __VA_OPT__( )


@dataclass(slots=True, eq=False)
class Macro:
    """`parameters` is None for an object-like macro; the last one is the variadic one if `variadic`.
    `special` names a macro whose meaning is computed: file, line, counter, pragma."""

    name: str
    parameters: tuple[str, ...] | None
    variadic: bool
    elements: list[Element]
    span: Span
    hide: frozenset[str]  # its own name
    expanded: frozenset[int] = frozenset()  # the parameters whose arguments go in expanded
    special: str = ""

    @property
    def is_plain(self) -> bool:
        """True if the tokens of the definition are the replacement, with nothing to fill in or to join."""
        return self.parameters is None and not any(e.pasted for e in self.elements)

    def same_as(self, other: Macro) -> bool:
        """True if C allows to define one after the other: same parameters, tokens and blanks between them."""
        return (self.parameters, self.variadic, _spelling(self.elements)) == (
            other.parameters,
            other.variadic,
            _spelling(other.elements),
        )


def _spelling(elements: list[Element]) -> list[object]:
    spelling: list[object] = []
    for number, e in enumerate(elements):
        optional = None if e.optional is None else _spelling(e.optional)
        spelling.append((e.piece.text, e.piece.space and number > 0, e.stringify, e.pasted, optional))
    return spelling


def report_redefinition(old: Macro, new: Macro, diagnostics: Diagnostics) -> None:
    """Warns if a macro gets another meaning while it has one."""
    if old.span.file == PREDEFINED or old.same_as(new):
        return
    place = Note("it was defined here", old.span)
    help = f"write #undef {new.name} before it if you mean it"
    diagnostics.warning("macro-redefined", f'macro "{new.name}" gets another meaning', new.span, help, (place,))
