"""The replacement of one macro use: arguments filled in, # and ## carried out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .lexer import token_kind
from .macros import Element, Macro, Piece
from .source import Diagnostics, Note, Span
from .tokens import CHARACTER, STRING

_PLACEMARKER = "placemarker"  # stands for an empty operand of ##
_CHARACTERS_A_TOKEN = 32  # what # and ## make is charged by its length too, as ## can double it at each step


class Substitution:
    """One use of a macro at `span`. `raw` are the arguments as written, `expanded` the same with their macros replaced
    (empty where no element asks for it). `spend` is told how many tokens are about to be made."""

    def __init__(
        self,
        macro: Macro,
        raw: Sequence[list[Piece]],
        expanded: Sequence[list[Piece]],
        span: Span,
        spend: Callable[[int], None],
        diagnostics: Diagnostics,
    ) -> None:
        self.macro = macro
        self.raw = raw
        self.expanded = expanded
        self.span = span
        self.spend = spend
        self.diagnostics = diagnostics

    def result(self) -> list[Piece]:
        """The replacement. Pieces of the arguments are the same objects and keep their hide sets."""
        return [p for p in self._fill(self.macro.elements) if p.kind != _PLACEMARKER]

    def _fill(self, elements: list[Element]) -> list[Piece]:
        out: list[Piece] = []
        after_comma = False  # the comma stands in the definition, it is not an argument's
        for element in elements:
            if after_comma and self._is_absent(element):
                out.pop()  # MSVC drops it, and GNU behind `, ##`
                after_comma = False
                continue
            pieces = self._produce(element)
            if element.pasted:
                self._paste(out, pieces)
            else:
                out += pieces
            after_comma = element.parameter < 0 and element.piece.text == "," and not element.pasted
        return out

    def _is_absent(self, element: Element) -> bool:
        """True for `__VA_ARGS__` by itself, if it has no arguments."""
        if not self.macro.variadic or element.parameter != len(self.raw) - 1 or self.raw[-1]:
            return False
        return not (element.stringify or element.pasted or element.pasting or element.optional is not None)

    def _produce(self, element: Element) -> list[Piece]:
        """What stands for an element; an empty argument is a placemarker."""
        piece = element.piece
        if element.optional is not None:
            pieces = self._fill(element.optional) if self.expanded[-1] else []
            if element.stringify:
                return [self._stringified(piece, pieces)]
        elif element.stringify:
            return [self._stringified(piece, self.raw[element.parameter])]
        elif element.parameter < 0:
            self.spend(1)
            return [Piece(piece.kind, piece.text, self.span, piece.space)]
        else:
            as_written = element.pasted or element.pasting
            pieces = (self.raw if as_written else self.expanded)[element.parameter]
        if not pieces:
            return [Piece(_PLACEMARKER, "", self.span, piece.space)]
        self.spend(len(pieces))
        first = pieces[0]
        if first.space != piece.space:
            pieces = [Piece(first.kind, first.text, first.span, piece.space, first.hide), *pieces[1:]]
        return pieces

    def _stringified(self, at: Piece, pieces: list[Piece]) -> Piece:
        parts: list[str] = []
        for piece in pieces:
            if piece.space and parts:
                parts.append(" ")
            text = piece.text
            if piece.kind in (STRING, CHARACTER):
                text = text.replace("\\", "\\\\").replace('"', '\\"')
            parts.append(text)
            self.spend(1 + len(text) // _CHARACTERS_A_TOKEN)
        return Piece(STRING, f'"{"".join(parts)}"', self.span, at.space)

    def _paste(self, out: list[Piece], pieces: list[Piece]) -> None:
        """Join the last piece of `out` to the first of `pieces`, then add the others."""
        left = out.pop() if out else Piece(_PLACEMARKER, "", self.span, False)
        right = pieces[0] if pieces else Piece(_PLACEMARKER, "", self.span, False)
        text = left.text + right.text
        self.spend(1 + len(text) // _CHARACTERS_A_TOKEN)
        if left.kind == _PLACEMARKER or right.kind == _PLACEMARKER:
            sound = left if right.kind == _PLACEMARKER else right
            out.append(Piece(sound.kind, sound.text, sound.span, left.space, sound.hide))
        elif kind := token_kind(text):
            out.append(Piece(kind, text, self.span, left.space, left.hide & right.hide))
        else:
            self._report_paste(left, right)
            out += (left, right)
        out += pieces[1:]

    def _report_paste(self, left: Piece, right: Piece) -> None:
        message = f'macro "{self.macro.name}" joins "{_cut(left)}" and "{_cut(right)}" by ##, which makes no token'
        note = Note("the macro is defined here", self.macro.span)
        self.diagnostics.error("bad-paste", message, self.span, "leave out the ##", (note,))


def _cut(piece: Piece) -> str:
    return piece.text if len(piece.text) <= 40 else piece.text[:40] + "…"
