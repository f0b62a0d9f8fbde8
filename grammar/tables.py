"""The LALR tables of dma.lark, as plain dictionaries and tuples: built by lark once, then read from the cache.

A row maps the symbols that a state accepts to what happens: for a terminal, a state to go to (0 and up) or a rule to
reduce by (its index, inverted); for a nonterminal, written `<name>`, the state to go to. Words and punctuation are
their own terminals; classes of words have their names from the grammar in capitals.
"""

from __future__ import annotations

import os
import sys
from hashlib import sha256
from typing import Any, NamedTuple

from . import cache

FORMAT = 1  # of the cached tables: raise it when their shape changes

Row = dict[str, int]
Reduction = tuple[str, int, str, tuple[int, ...] | None]
"""The nonterminal, the number of symbols, the builder ("" for none), and which values it gets (None: all)."""


class Tables(NamedTuple):
    rows: list[Row]
    rules: list[Reduction]
    start: int
    end: int  # the state in which the whole file has been parsed
    terminals: frozenset[str]


def grammar_text() -> str:
    """The text of dma.lark."""
    with open(os.path.join(os.path.dirname(__file__), "dma.lark"), encoding="utf-8") as file:
        return file.read()


def load() -> Tables:
    """The tables from the cache, or built and put there."""
    text = grammar_text()
    key = sha256(f"{FORMAT} {sys.hexversion} {text}".encode()).hexdigest()[:16]
    name = f"grammar-{key}.tables"
    cached = _checked(cache.load(name))
    if cached is not None:
        return cached
    tables = build(text)
    cache.store(name, tuple(tables))
    return tables


def _checked(value: object) -> Tables | None:
    """Cached tables, unless the file held something else."""
    if not isinstance(value, tuple) or len(value) != len(Tables._fields):
        return None
    rows, rules, start, end, terminals = value
    if not (isinstance(rows, list) and isinstance(rules, list) and isinstance(terminals, frozenset)):
        return None
    return Tables(rows, rules, start, end, terminals)


def build(text: str) -> Tables:
    """Tables of a grammar; a conflict of any kind is a lark.exceptions.GrammarError."""
    from lark import Lark
    from lark.lexer import Lexer
    from lark.parsers.lalr_analysis import Shift

    class NoLexer(Lexer):
        """Tokens come from the preprocessor."""

        def __init__(self, lexer_conf: object) -> None:
            pass

        def lex(self, lexer_state: object, parser_state: object) -> Any:
            raise NotImplementedError

    grammar = Lark(text, parser="lalr", lexer=NoLexer, start="file", strict=True, maybe_placeholders=False)
    spelling = {t.name: t.pattern.value for t in grammar.terminals if t.pattern is not None}
    spelling.update((rule.origin.name, f"<{rule.origin.name}>") for rule in grammar.rules)
    front: Any = grammar.parser
    table = front.parser._parse_table
    rules: dict[Any, int] = {}
    rows = []
    for state in range(len(table.states)):
        row: Row = {}
        for symbol, (action, argument) in table.states[state].items():
            key = sys.intern(spelling.get(symbol) or symbol)
            row[key] = argument if action is Shift else ~rules.setdefault(argument, len(rules))
        rows.append(row)
    reductions = [_reduction(rule) for rule in rules]
    terminals = frozenset(key for row in rows for key in row if key[0] != "<")
    return Tables(_shared(rows), reductions, table.start_states["file"], table.end_states["file"], terminals)


def _reduction(rule: Any) -> Reduction:
    """What the driver needs of one of lark's rules. A single symbol without an alias hands its value on."""
    size = len(rule.expansion)
    keep_all = rule.options.keep_all_tokens
    kept = tuple(i for i, symbol in enumerate(rule.expansion) if keep_all or not getattr(symbol, "filter_out", False))
    name = str(rule.origin.name)
    builder = rule.alias or ("" if size == 1 and len(kept) == 1 else name)
    return sys.intern(f"<{name}>"), size, builder, None if len(kept) == size else kept


def _shared(rows: list[Row]) -> list[Row]:
    """The rows, equal ones being one object: a third of the size in the cache."""
    seen: dict[tuple[tuple[str, int], ...], Row] = {}
    return [seen.setdefault(tuple(row.items()), row) for row in rows]
