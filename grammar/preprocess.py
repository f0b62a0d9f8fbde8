"""A script to the tokens that the parser reads: files included, conditionals followed, macros replaced.

Text flows a line at a time: lexer.py makes the tokens of a line, directives.py acts on lines that begin with #, and
expansion.py replaces the macros of the others, taking more lines where a use runs over several.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .directives import Directives
from .environment import Environment
from .expansion import Runaway
from .files import FolderLoader, IncludeError, Loader, decode
from .lexer import PROBLEMS, make_token, report_problem
from .source import Diagnostics, SourceFile, Span
from .tokens import END, Token

__all__ = ["Directives", "FolderLoader", "IncludeError", "Loader", "decode", "preprocess"]

MAX_TOKENS = 1_000_000  # of a script with all its files
_NO_DEFINES: Mapping[str, str] = MappingProxyType({})


def preprocess(
    source: SourceFile,
    environment: Environment,
    diagnostics: Diagnostics,
    loader: Loader,
    defines: Mapping[str, str] = _NO_DEFINES,
    directives: Directives | None = None,
) -> list[Token]:
    """The tokens of a script, closed by one END token at the end of the file. A `#pragma pack(...)` is a token of kind
    "pragma". `defines` are macros given from outside, by name (or `NAME(parameters)`). Errors go to `diagnostics`.
    `directives` are those of an earlier part of the script, whose macros this one goes on with."""
    if directives is None:
        directives = Directives(environment, diagnostics, loader)
    for name, value in defines.items():
        directives.define_from_outside(name, value)
    tokens: list[Token] = []
    directives.enter(source)
    try:
        while (line := directives.next_line()) is not None:
            _add_line(line, tokens, directives, diagnostics)
            if len(tokens) > MAX_TOKENS:
                message = f"here the script passes {MAX_TOKENS:,} tokens"
                diagnostics.error("source-too-large", message, tokens[-1].span)
                break
    except Runaway:
        tokens.clear()  # what is left cannot be expanded, so errors in half a script would be noise
    lines = source.lines
    column = len(lines[-1]) + 1
    tokens.append(Token(END, "", Span(source.name, len(lines), column, len(lines), column)))
    return tokens


def _add_line(line: list[Token], tokens: list[Token], directives: Directives, diagnostics: Diagnostics) -> None:
    """Most lines name no macro and go as they are; from the first macro on, the expander takes over."""
    macros = directives.macros
    for number, token in enumerate(line):
        if token.text in macros:
            for piece in directives.expander.expand(line[number:], directives.next_line):
                tokens.append(make_token(piece.kind, piece.text, piece.span))
            return
        if token.kind in PROBLEMS:
            sound = report_problem(token, diagnostics)
            if sound is not None:
                tokens.append(sound)
        else:
            tokens.append(token)
