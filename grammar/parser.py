"""Tokens to a syntax tree: an LALR driver over the tables of dma.lark.

The loop in `Parser.run` is the whole of parsing when a script is right. What an identifier is (classify.py) is asked
anew after each reduction, since reductions declare names. What happens at an error is in recovery.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import build_blocks, build_declarations, build_expressions, build_statements, tables
from .brackets import match, too_deep
from .build import BUILDERS, Builder, Mark, Reduction
from .classify import classify
from .environment import Environment
from .names import Names, TypedefScope
from .recovery import recover
from .source import NOWHERE, Diagnostics, Note, Span
from .stream import Stream, prepare
from .syntax import Broken, ExpressionStatement, Node, TranslationUnit
from .tokens import Token
from .words import IDENTIFIER, NO_TYPE

__all__ = ["TypedefScope", "parse", "parse_declarations"]

MAX_ERRORS = 100
_QUIET = 3  # tokens to be read after an error before the next is reported

_BUILT_BY = (build_blocks, build_declarations, build_expressions, build_statements)  # importing them registers them

Action = tuple[str, int, Builder | None, slice | tuple[int, ...] | None]
_loaded: list[tuple[tables.Tables, list[Action], list[str]]] = []


def parse(
    tokens: Sequence[Token],
    environment: Environment,
    diagnostics: Diagnostics,
    file: str = "",
    scope: TypedefScope | None = None,
) -> TranslationUnit:
    """The tree of a whole file. Every syntax error is reported; Broken nodes stand for what could not be read.

    With a `scope`, names declared at file level are taken from it and left in it, for a further parse.
    """
    stream = prepare(tokens, environment, diagnostics)
    deep = too_deep(stream)
    whole = stream.tokens[0].span.to(stream.tokens[-1].span)
    if deep is not None:
        diagnostics.error("nested-too-deeply", "this is nested too deeply", deep, "split it into smaller parts")
        return TranslationUnit(whole, file, (Broken(whole),))
    partners = match(stream, diagnostics)
    items = Parser(stream, partners, Names(environment, scope), diagnostics).run()
    return TranslationUnit(whole, file, tuple(item for item in items if not _is_empty(item)))


def parse_declarations(tokens: Sequence[Token], environment: Environment, diagnostics: Diagnostics) -> TranslationUnit:
    """The tree of a built-in C text: declarations and inline functions."""
    return parse(tokens, environment, diagnostics)


def _is_empty(item: Node) -> bool:
    """A lone `;`, which at file level must not make a script of a driver's source."""
    return type(item) is ExpressionStatement and item.expression is None


def _actions() -> tuple[tables.Tables, list[Action], list[str]]:
    """The tables; for each rule its nonterminal, size, builder and the values that the builder gets; and the
    nonterminals of rules that only hand a value on ("" for others, and for the file itself)."""
    if not _loaded:
        loaded = tables.load()
        actions = []
        for nonterminal, size, name, kept in loaded.rules:
            picked: slice | tuple[int, ...] | None = kept
            if kept is not None and kept == tuple(range(kept[0] if kept else 0, (kept[-1] if kept else -1) + 1)):
                picked = slice(kept[0], kept[-1] + 1) if kept else slice(0, 0)
            actions.append((nonterminal, size, BUILDERS[name] if name else None, picked))
        units = ["" if name or nonterminal == "<file>" else nonterminal for nonterminal, _, name, _ in loaded.rules]
        _loaded.append((loaded, actions, units))
    return _loaded[0]


class Parser(Reduction):
    """The stacks of one parse. `index` is the place of the token to be read next."""

    __slots__ = (
        *("terminals", "partners", "rows", "actions", "units", "end", "states", "firsts", "index"),
        *("quiet", "stuck_at", "mended", "mends", "missing_open", "errors"),
    )

    def __init__(self, stream: Stream, partners: list[int], names: Names, diagnostics: Diagnostics) -> None:
        super().__init__(stream.tokens, names, stream.packs, diagnostics)
        self.terminals = stream.terminals
        self.partners = partners
        loaded, self.actions, self.units = _actions()
        self.rows = loaded.rows
        self.end = loaded.end
        self.states = [loaded.start]
        self.firsts: list[int] = []  # the place of the first token of each value
        self.index = 0
        self.quiet = 0
        self.stuck_at = -1  # where the last recovery left the parser
        self.mended = -1  # where a `;` was last put in
        self.mends: tuple[int, int] = (-1, 0)  # the place last mended, and how often
        self.missing_open = 0  # parentheses that were put in and are still open
        self.errors = 0

    def run(self) -> list[Node]:
        """Parse to the end of the file; its items."""
        rows, units, terminals, tokens = self.rows, self.units, self.terminals, self.tokens
        states, values, firsts = self.states, self.values, self.firsts
        index, row = 0, rows[states[-1]]
        while True:
            terminal = terminals[index]
            if terminal == IDENTIFIER:
                terminal = classify(self, row, index)
                action = row.get(terminal)
            else:
                action = row.get(terminal)
                while action is not None and action < 0 and (unit := units[~action]):
                    states[-1] = state = rows[states[-2]][unit]
                    row = rows[state]
                    action = row.get(terminal)
            if action is None:
                if not recover(self) or self.errors > MAX_ERRORS:
                    break
                index = self.index
                row = rows[states[-1]]
            elif action >= 0:
                states.append(action)
                values.append(tokens[index])
                firsts.append(index)
                if terminal is not NO_TYPE:
                    self.index = index = index + 1
                    if self.quiet:
                        self.quiet = 0 if terminal == ";" else self.quiet - 1
                row = rows[action]
            elif self.reduce(action):
                break
            else:
                row = rows[states[-1]]
        return self.items()

    def reduce(self, action: int) -> bool:
        """Reduce by the rule that a row named; True if that completes the file."""
        nonterminal, size, build, picked = self.actions[~action]
        states, values, firsts = self.states, self.values, self.firsts
        if build is None:
            del states[-1]
        else:
            arguments: Sequence[Any] = ()
            if size:
                self.first = firsts[-size]
                arguments = values[-size:]
                del states[-size:], values[-size:], firsts[-size:]
                if picked is not None:
                    arguments = arguments[picked] if type(picked) is slice else [arguments[i] for i in picked]
            else:
                self.first = self.index
            self.last = self.index - 1
            first = self.first
            values.append(build(self, *arguments))
            firsts.append(first)
        states.append(self.rows[states[-1]][nonterminal])
        return states[-1] == self.end

    def items(self) -> list[Node]:
        """What has been read of the file: the list at the bottom of the stack."""
        found = self.values[0] if self.values else []
        return found if type(found) is list else []

    # ---- for classify.py and recovery.py --------------------------------------------------------------------------

    def feed(self, terminal: str, token: Token) -> None:
        """Read a token that is not in the stream; the parser must accept it."""
        while True:
            action = self.rows[self.states[-1]][terminal]
            if action >= 0:
                self.states.append(action)
                self.values.append(token)
                self.firsts.append(self.index)
                return
            self.reduce(action)

    def accepts(self, *terminals: str, depth: int | None = None) -> bool:
        """True if the parser, or what is left of it with `depth` states, could read these terminals next."""
        return self.simulate(self.states[:depth], terminals) is not None

    def simulate(self, states: list[int], terminals: Sequence[str]) -> list[int] | None:
        """The states after reading terminals from the given ones, or None. The list is changed."""
        rows, actions = self.rows, self.actions
        for terminal in terminals:
            while True:
                action = rows[states[-1]].get(terminal)
                if action is None:
                    return None
                if action >= 0:
                    states.append(action)
                    break
                nonterminal, size = actions[~action][:2]
                if size:
                    del states[-size:]
                states.append(rows[states[-1]][nonterminal])
                if states[-1] == self.end:
                    return states
        return states

    def error(self, rule: str, message: str, span: Span, help: str = "", notes: tuple[Note, ...] = ()) -> None:
        """Report a syntax error, unless it may be only a consequence of the last one."""
        if not self.quiet and span is not NOWHERE:
            self.diagnostics.error(rule, message, span, help, notes)
            self.errors += 1

    def block(self) -> str:
        """The word of the block around this place: "device", "driver" or "process"; "" at file level."""
        return next((value.word for value in reversed(self.values) if isinstance(value, Mark) and value.word), "")

    def in_try(self) -> bool:
        """True if a `__try` block is open around this place."""
        return any(isinstance(value, Token) and value.text in ("__try", "try", "_try") for value in self.values)

    def discard(self, depth: int) -> None:
        """Pop down to `depth` states, closing the scopes that were opened above."""
        marks = build_statements.marks(self.values[depth - 1 :])
        if marks:
            self.names.pop(marks[0].level)
        del self.states[depth:], self.values[depth - 1 :], self.firsts[depth - 1 :]

    def be_quiet(self) -> None:
        """Report nothing more until some tokens, or a `;`, have been read."""
        self.quiet = _QUIET
