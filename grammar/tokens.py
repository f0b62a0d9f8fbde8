"""A preprocessed token: what the preprocessor hands to the parser."""

from __future__ import annotations

from dataclasses import dataclass

from .source import Span

IDENTIFIER = "identifier"
NUMBER = "number"  # as written: 0x10UL, 42, 077, 1I64, 0b101, 3.5 (refused later)
CHARACTER = "character"  # as written, with quotes and prefix: 'a', 'Tag1', L'x'
STRING = "string"  # as written, with quotes and prefix: "a", L"x"; adjacent ones are still apart
PUNCTUATOR = "punctuator"
END = "end"  # one, after the last token


@dataclass(frozen=True, slots=True, eq=False)
class Token:
    """`span` is the place that a person would point at: for a macro's product, the outermost use of the macro."""

    kind: str
    text: str
    span: Span
