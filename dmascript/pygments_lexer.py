"""The language for Pygments, so that Sphinx, MkDocs, LaTeX and whoever else uses it colour scripts as the session does.

Pygments finds the class by the entry point in pyproject.toml; dmascript itself does not need Pygments.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from pygments.lexer import Lexer
from pygments.token import Comment, Error, Keyword, Name, Number, Operator, Punctuation, String, Text, _TokenType

from .builtin_names import built_in_names
from .highlight import roles

TOKENS: dict[str, _TokenType] = {
    "keyword": Keyword,
    "type": Keyword.Type,
    "routine": Name.Builtin,
    "function": Name.Function,
    "constant": Name.Constant,
    "macro": Name.Function.Magic,
    "variable": Name.Variable.Global,
    "name": Name,
    "field": Name.Attribute,
    "annotation": Name.Decorator,
    "number": Number,
    "unit": Keyword.Pseudo,
    "string": String,
    "comment": Comment,
    "expectation": Comment.Special,
    "directive": Comment.Preproc,
    "operator": Operator,
    "bracket": Punctuation,
    "error": Error,
}


class DmaLexer(Lexer):
    """Scripts of dmascript: C of WDM drivers, with blocks for devices, drivers, processes and machines."""

    name = "dmascript"
    aliases: ClassVar[Sequence[str]] = ["dma", "dmascript"]
    filenames: ClassVar[Sequence[str]] = ["*.dma"]
    mimetypes: ClassVar[Sequence[str]] = ["text/x-dmascript"]

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, _TokenType, str]]:
        at = 0
        for role, start, end in roles(text, built_in_names()):
            if start > at:
                yield at, Text, text[at:start]
            yield start, TOKENS[role], text[start:end]
            at = end
        if at < len(text):
            yield at, Text, text[at:]
