"""A #define line to a macro."""

from __future__ import annotations

from collections.abc import Iterator

from .macros import Element, Macro, Piece
from .source import SourceFile, Span
from .tokens import IDENTIFIER, PUNCTUATOR, Token


class DefinitionError(Exception):
    """A #define that is none, with the place in it."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


def is_spaced(source: SourceFile, left: Token, right: Token) -> bool:
    """True if a blank, a comment or the end of a line stands between two successive tokens of a file."""
    a, b = left.span, right.span
    if a.end_line == b.line:
        return a.end_column != b.column
    return not (b.column == 1 and source.lines[a.end_line - 1][a.end_column - 1 :] == "\\")


def pieces_of(source: SourceFile, tokens: list[Token]) -> list[Piece]:
    """Tokens of one line with the blanks between them; the first one counts as spaced."""
    pieces = []
    previous: Token | None = None
    for token in tokens:
        space = previous is None or is_spaced(source, previous, token)
        pieces.append(Piece(token.kind, token.text, token.span, space))
        previous = token
    return pieces


def parse_definition(source: SourceFile, tokens: list[Token]) -> Macro:
    """The macro of the tokens behind `#define`, of which there is at least one. Raises DefinitionError."""
    name = tokens[0]
    if name.kind != IDENTIFIER:
        raise DefinitionError("a macro's name must be an identifier", name.span)
    if name.text in ("defined", "__VA_ARGS__", "__VA_OPT__"):
        raise DefinitionError(f'"{name.text}" cannot be the name of a macro', name.span)
    pieces = pieces_of(source, tokens)[1:]
    parameters, variadic = None, False
    if pieces and pieces[0].text == "(" and not pieces[0].space:
        parameters, variadic, pieces = _parse_parameters(name, pieces)
    elements = _Body(pieces, parameters, variadic).parse()
    expanded = frozenset(_expanded_parameters(elements))
    return Macro(name.text, parameters, variadic, elements, name.span, frozenset((name.text,)), expanded)


def _expanded_parameters(elements: list[Element]) -> Iterator[int]:
    for element in elements:
        if element.optional is not None:
            yield element.parameter  # whether anything is in it decides
            yield from _expanded_parameters(element.optional)
        elif element.parameter >= 0 and not (element.stringify or element.pasted or element.pasting):
            yield element.parameter


def _parse_parameters(name: Token, pieces: list[Piece]) -> tuple[tuple[str, ...], bool, list[Piece]]:
    """`( a , b , ... )`: the names, whether the last is variadic, and the pieces behind."""
    names: list[str] = []
    at = 1
    if at < len(pieces) and pieces[at].text == ")":
        return (), False, pieces[at + 1 :]
    while at + 1 < len(pieces):
        piece, follows = pieces[at], pieces[at + 1]
        variadic = piece.text == "..."
        if variadic:
            names.append("__VA_ARGS__")
        elif piece.kind == IDENTIFIER and piece.text != "__VA_ARGS__":
            if piece.text in names:
                raise DefinitionError(f'macro "{name.text}" has two parameters "{piece.text}"', piece.span)
            names.append(piece.text)
            if follows.text == "..." and at + 2 < len(pieces):  # GNU: args...
                variadic, at, follows = True, at + 1, pieces[at + 2]
        else:
            raise DefinitionError(f'"{piece.text}" cannot be a parameter of macro "{name.text}"', piece.span)
        if follows.text == ")":
            return tuple(names), variadic, pieces[at + 2 :]
        if follows.text != "," or variadic:
            raise DefinitionError(f'expected ")" behind the parameters of macro "{name.text}"', follows.span)
        at += 2
    raise DefinitionError(f'the parameters of macro "{name.text}" have no closing ")"', pieces[-1].span)


class _Body:
    """Takes a replacement apart into elements."""

    def __init__(self, pieces: list[Piece], parameters: tuple[str, ...] | None, variadic: bool) -> None:
        self.pieces = pieces
        self.at = 0
        self.function_like = parameters is not None
        self.index = {name: number for number, name in enumerate(parameters or ())}
        self.variadic = variadic

    def parse(self) -> list[Element]:
        return self._elements(len(self.pieces))

    def _elements(self, end: int) -> list[Element]:
        elements: list[Element] = []
        pasted = False
        while self.at < end:
            piece = self.pieces[self.at]
            if piece.text == "##" and piece.kind == PUNCTUATOR:
                self.at += 1
                if not elements or self.at == end:
                    raise DefinitionError("## must stand between two tokens", piece.span)
                elements[-1].pasting = pasted = True
                continue
            element = self._element(piece, end)
            if pasted and self._is_rest(element) and elements[-1].parameter < 0 and elements[-1].piece.text == ",":
                # `, ## __VA_ARGS__` joins nothing: a comma before absent arguments goes by itself.
                elements[-1].pasting = pasted = False
            element.pasted, pasted = pasted, False
            elements.append(element)
        return elements

    def _is_rest(self, element: Element) -> bool:
        last = len(self.index) - 1
        return self.variadic and element.parameter == last and not element.stringify and element.optional is None

    def _element(self, piece: Piece, end: int) -> Element:
        self.at += 1
        if piece.text == "#" and self.function_like:
            if self.at < end:
                operand = self._operand(self.pieces[self.at])
                if operand is not None:
                    operand.stringify = True
                    operand.piece = Piece(piece.kind, "#" + operand.piece.text, piece.span, piece.space)
                    return operand
            raise DefinitionError("# must be followed by a parameter of the macro", piece.span)
        self.at -= 1
        operand = self._operand(piece)
        if operand is None:
            self.at += 1
            return Element(piece)
        return operand

    def _operand(self, piece: Piece) -> Element | None:
        """The parameter or __VA_OPT__ at hand, moved past; or None."""
        if piece.kind != IDENTIFIER:
            return None
        parameter = self.index.get(piece.text, -1)
        if parameter >= 0:
            self.at += 1
            return Element(piece, parameter)
        if piece.text == "__VA_OPT__" and self.variadic:
            return self._va_opt(piece)
        if piece.text == "__VA_ARGS__":
            raise DefinitionError("__VA_ARGS__ stands only in a macro that takes ...", piece.span)
        return None

    def _va_opt(self, piece: Piece) -> Element:
        opening = self.at + 1
        if opening >= len(self.pieces) or self.pieces[opening].text != "(":
            raise DefinitionError('__VA_OPT__ must be followed by "("', piece.span)
        depth, closing = 1, opening
        while depth:
            closing += 1
            if closing == len(self.pieces):
                raise DefinitionError('__VA_OPT__ has no closing ")"', piece.span)
            text = self.pieces[closing].text
            if text == "__VA_OPT__":
                raise DefinitionError("__VA_OPT__ cannot stand in another one", self.pieces[closing].span)
            depth += (text == "(") - (text == ")")
        self.at = opening + 1
        content = self._elements(closing)
        self.at = closing + 1
        return Element(piece, len(self.index) - 1, optional=content)
