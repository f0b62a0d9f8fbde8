"""The preprocessor's lines of a text, as text."""

from __future__ import annotations

import re

_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)


def directives(text: str) -> list[tuple[int, str]]:
    """Each directive with the number of its first line."""
    return [(text.count("\n", 0, match.start()) + 1, match.group().strip()) for match in _DIRECTIVE.finditer(text)]


def directive_places(text: str) -> list[tuple[int, str]]:
    """Each directive with the place of its first character."""
    return [(match.start(), match.group().strip()) for match in _DIRECTIVE.finditer(text)]
