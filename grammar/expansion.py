"""Macro expansion with hide sets, as Prosser's algorithm has it: a token never again names a macro it came out of.

Arguments are expanded by a stack of generators, not by recursion, and every token made is counted: whatever the macros
are, the end is a list of tokens or an error.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping

from .lexer import PROBLEMS, report_problem
from .macros import Macro, Piece
from .source import Diagnostics, Note, Span
from .substitution import Substitution
from .tokens import IDENTIFIER, NUMBER, STRING, Token

MAX_TOKENS = 1_000_000  # made or gathered by all expansions of one script
MAX_NESTING = 1_000  # macros inside macros, by their replacements or by their arguments

More = Callable[[], list[Token] | None]  # the next line of text, for a use that goes on there
_Expansion = Generator[list[Piece], list[Piece], list[Piece]]  # asks for arguments to be expanded


class Runaway(Exception):
    """The expansions of the script have used up MAX_TOKENS, which has been reported: nothing more can be expanded."""


class Expander:
    """`macros` is live: directives between the lines change it. `pragma` makes the token of a `_Pragma` or None."""

    def __init__(
        self, macros: Mapping[str, Macro], diagnostics: Diagnostics, pragma: Callable[[str, Span], Token | None]
    ) -> None:
        self.macros = macros
        self.diagnostics = diagnostics
        self.pragma = pragma
        self.counter = 0
        self.renumbered: dict[str, tuple[int, str]] = {}  # by file: what #line adds to line numbers, and the new name
        self.spent = 0
        self._using: tuple[Macro, Span]  # the macro at work and its use, to be named in an error
        self._too_deep: set[str] = set()
        self._unions: dict[tuple[frozenset[str], frozenset[str]], frozenset[str]] = {}
        self._kept = 0  # names in all of these

    def expand(self, line: list[Token], more: More | None = None, in_condition: bool = False) -> list[Piece]:
        """The line, and what its uses take of the lines that follow, with all macros replaced. `in_condition` keeps the
        operand of `defined`. Raises Runaway."""
        todo = self._pieces(line)
        todo.reverse()
        stack = [self._expand(todo, more, in_condition)]
        answer: list[Piece] | None = None
        while True:
            try:
                argument = stack[-1].send(answer) if answer is not None else next(stack[-1])
            except StopIteration as done:
                stack.pop()
                if not stack:
                    pieces: list[Piece] = done.value
                    return pieces
                answer = done.value
                continue
            if len(stack) < MAX_NESTING:
                stack.append(self._expand(argument[::-1], None, in_condition))
                answer = None
            else:
                self._report_too_deep(argument[0].text, argument[0].span, None)
                answer = argument

    def _pieces(self, line: list[Token]) -> list[Piece]:
        """The tokens of a line with the blanks between them, problems reported."""
        pieces: list[Piece] = []
        line_number = column = 0
        for token in line:
            sound: Token | None = token
            if token.kind in PROBLEMS:
                sound = report_problem(token, self.diagnostics)
            span = token.span
            if sound is not None:
                space = span.column != column or span.line != line_number
                pieces.append(Piece(sound.kind, sound.text, sound.span, space))
            line_number, column = span.end_line, span.end_column
        return pieces

    def _expand(self, todo: list[Piece], more: More | None, in_condition: bool) -> _Expansion:
        """`todo` is what is still to read, last piece first; a replacement goes back onto it."""
        out: list[Piece] = []
        while todo:
            piece = todo.pop()
            macro = self.macros.get(piece.text) if piece.kind == IDENTIFIER else None
            if macro is None or macro.name in piece.hide:
                out.append(piece)
                if in_condition and piece.text == "defined":
                    _keep_operand(todo, out)
                continue
            self._using = macro, _span_of_use(piece)
            if macro.parameters is None:
                arguments: list[list[Piece]] = []
                closing = piece
            elif not self._opens(todo, more):
                out.append(piece)
                continue
            else:
                found = self._arguments(piece, macro, todo, more)
                if found is None:
                    continue
                arguments, closing = found
            hide = piece.hide if piece.hide is closing.hide else piece.hide & closing.hide
            hide = self._union(hide, macro.hide)
            if len(hide) > MAX_NESTING:
                self._report_too_deep(macro.name, piece.span, macro)
                out.append(piece)
                continue
            if macro.special:
                out += self._computed(macro, piece, arguments)
                continue
            expanded: list[list[Piece]] = []
            for number, argument in enumerate(arguments):
                expanded.append((yield argument) if argument and number in macro.expanded else [])
            self._push(todo, piece, self._replace(macro, piece, arguments, expanded, hide))
        return out

    def _replace(
        self,
        macro: Macro,
        name: Piece,
        arguments: list[list[Piece]],
        expanded: list[list[Piece]],
        hide: frozenset[str],
    ) -> list[Piece]:
        self._using = macro, span = macro, _span_of_use(name)
        if macro.is_plain:
            self._spend(len(macro.elements))
            pieces = [e.piece for e in macro.elements]
            return [Piece(p.kind, p.text, span, p.space, hide) for p in pieces]
        use = Substitution(macro, arguments, expanded, span, self._spend, self.diagnostics)
        return [Piece(p.kind, p.text, p.span, p.space, self._union(p.hide, hide)) for p in use.result()]

    def _push(self, todo: list[Piece], name: Piece, replacement: list[Piece]) -> None:
        if replacement:
            replacement[0].space = name.space
            todo.extend(reversed(replacement))
        elif name.space and todo:
            p = todo[-1]
            todo[-1] = Piece(p.kind, p.text, p.span, True, p.hide)

    # ---- arguments ----------------------------------------------------------------------------------------------

    def _opens(self, todo: list[Piece], more: More | None) -> bool:
        """True if the next piece is "(", on whatever line it stands."""
        return self._refill(todo, more) and todo[-1].text == "("

    def _refill(self, todo: list[Piece], more: More | None) -> bool:
        while not todo:
            line = more() if more is not None else None
            if line is None:
                return False
            todo.extend(reversed(self._pieces(line)))
        return True

    def _arguments(
        self, name: Piece, macro: Macro, todo: list[Piece], more: More | None
    ) -> tuple[list[list[Piece]], Piece] | None:
        """The arguments behind the macro's name, and their ")". After an error None, with a 0 in place of the use."""
        taken: list[Piece] = []
        arguments, closing = self._gather(macro, todo, more, taken)
        self._spend(len(taken))
        if closing is None:
            message = f'this use of macro "{macro.name}" has no closing ")"'
            self.diagnostics.error("macro-unclosed", message, name.span, 'close it with ")"', _defined_here(macro))
            # Most likely the parenthesis is missing in this statement, so the next one is sound.
            end = next((number for number, piece in enumerate(taken) if piece.text == ";"), len(taken))
            todo.extend(reversed(taken[end:]))
            todo.append(Piece(NUMBER, "0", _span_of_use(name), name.space))
            return None
        wanted = len(macro.parameters or ())
        if not wanted and arguments == [[]]:
            arguments = []
        if macro.variadic and len(arguments) == wanted - 1:
            arguments.append([])
        if len(arguments) == wanted:
            return arguments, closing
        self._report_count(macro, name, len(arguments))
        todo.append(Piece(NUMBER, "0", _span_of_use(name), name.space))
        return None

    def _gather(
        self, macro: Macro, todo: list[Piece], more: More | None, taken: list[Piece]
    ) -> tuple[list[list[Piece]], Piece | None]:
        """The arguments, cut at the commas outside parentheses; no ")" if the text ends before it. `taken` gets all."""
        last = len(macro.parameters or ()) - 1 if macro.variadic else -1
        todo.pop()
        arguments: list[list[Piece]] = []
        current: list[Piece] = []
        depth = 1
        while self._refill(todo, more):
            piece = todo.pop()
            taken.append(piece)
            text = piece.text
            if text == "(":
                depth += 1
            elif text == ")":
                depth -= 1
                if not depth:
                    arguments.append(current)
                    return arguments, piece
            elif text == "," and depth == 1 and len(arguments) != last:
                arguments.append(current)
                current = []
                continue
            current.append(piece)
        arguments.append(current)
        return arguments, None

    # ---- macros that are computed -------------------------------------------------------------------------------

    def _computed(self, macro: Macro, name: Piece, arguments: list[list[Piece]]) -> list[Piece]:
        span = _span_of_use(name)
        if macro.special == "pragma":
            token = self.pragma(_pragma_text(arguments[0]), span)
            return [Piece(token.kind, token.text, span, name.space)] if token is not None else []
        if macro.special == "file":
            _, file = self.renumbered.get(span.file, (0, span.file))
            text = file.replace("\\", "\\\\").replace('"', '\\"')
            return [Piece(STRING, f'"{text}"', span, name.space)]
        if macro.special == "line":
            more, _ = self.renumbered.get(span.file, (0, ""))
            return [Piece(NUMBER, str(span.line + more), span, name.space)]
        self.counter += 1
        return [Piece(NUMBER, str(self.counter - 1), span, name.space)]

    # ---- limits -------------------------------------------------------------------------------------------------

    def _union(self, left: frozenset[str], right: frozenset[str]) -> frozenset[str]:
        """Both hide sets in one. The same few meet again and again, so their unions are kept, up to a size."""
        if not left:
            return right
        union = self._unions.get((left, right))
        if union is None:
            union = left | right
            self._kept += len(union)
            if self._kept > MAX_TOKENS:
                self._unions.clear()
                self._kept = len(union)
            self._unions[left, right] = union
            self._spend(len(union) // 64)
        return union

    def _spend(self, tokens: int) -> None:
        """Charge for tokens that are about to be made. Raises Runaway when there were too many."""
        self.spent += tokens
        if self.spent > MAX_TOKENS:
            macro, span = self._using
            message = f'here the macros of this script pass {MAX_TOKENS:,} tokens, in the expansion of "{macro.name}"'
            self.diagnostics.error("macro-recursion", message, span, "make the macros smaller", _defined_here(macro))
            raise Runaway

    def _report_too_deep(self, name: str, span: Span, macro: Macro | None) -> None:
        if name in self._too_deep:
            return
        self._too_deep.add(name)
        message = f'macros nest more than {MAX_NESTING:,} deep at "{name}"'
        notes = _defined_here(macro) if macro is not None else ()
        self.diagnostics.error("macro-recursion", message, span, "make the nesting flatter", notes)

    def _report_count(self, macro: Macro, name: Piece, given: int) -> None:
        wanted = len(macro.parameters or ())
        least = wanted - 1 if macro.variadic else wanted
        counted = f"{'at least ' if macro.variadic else ''}{least} argument{'' if least == 1 else 's'}"
        message = f'macro "{macro.name}" wants {counted}, {given} given'
        self.diagnostics.error("macro-arguments", message, name.span, "", _defined_here(macro))


def _defined_here(macro: Macro) -> tuple[Note, ...]:
    if macro.span.file.startswith("<"):
        return ()  # there is no such file to look at
    return (Note(f'macro "{macro.name}" is defined here', macro.span),)


def _span_of_use(name: Piece) -> Span:
    """The place of the outermost use that the name came out of: its own, if it stands in the text."""
    s = name.span
    if s.macro:
        return s
    return Span(s.file, s.line, s.column, s.end_line, s.end_column, name.text)


def _keep_operand(todo: list[Piece], out: list[Piece]) -> None:
    """Move the `X` or `( X` behind a `defined` past expansion."""
    if todo and todo[-1].text == "(":
        out.append(todo.pop())
    if todo and todo[-1].kind == IDENTIFIER:
        out.append(todo.pop())


def _pragma_text(argument: list[Piece]) -> str:
    """The text of `__pragma(text)` or `_Pragma("text")`."""
    if len(argument) == 1 and argument[0].kind == STRING:
        text = argument[0].text
        return text[text.index('"') + 1 : -1].replace('\\"', '"').replace("\\\\", "\\")
    return "".join((" " if p.space else "") + p.text for p in argument)
