"""What each piece of a script is to the eye: keyword, type, routine, constant, comment. Whoever colours says how.

    list(roles("PMDL mdl = NULL;"))  ->  [("type", 0, 4), ("name", 5, 8), ("operator", 9, 10), ...]

The same answer colours the session's prompt, its source window, and what Pygments is asked for.
"""

from __future__ import annotations

from .grammar.lexer import COMMENT, NEWLINE, STRAY, UNCLOSED_COMMENT, UNCLOSED_STRING, pieces
from .grammar.tokens import CHARACTER, IDENTIFIER, NUMBER, STRING
from .grammar.words import KEYWORDS, SOFT_WORDS, UNITS, annotation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROLES = (
    "keyword", "type", "routine", "function", "constant", "macro", "variable", "name", "field", "annotation", "number",
    "unit", "string", "comment", "expectation", "directive", "operator", "bracket", "error",
)  # fmt: skip
_TYPES = frozenset(("TYPE_WORD", "QUALIFIER"))
_BRACKETS = frozenset("()[]{}")
_BY_KIND = {
    NUMBER: "number", STRING: "string", CHARACTER: "string", UNCLOSED_STRING: "error", UNCLOSED_COMMENT: "comment",
    STRAY: "error",
}  # fmt: skip


def roles(text: str, names: Mapping[str, str]) -> Iterator[tuple[str, int, int]]:
    """The role of each piece, its start and its end, in order; blanks between pieces are left out. `names` are the
    kinds of names that are known, as `built_in_names` gives them."""
    found = list(pieces(text))
    solid = [index for index, piece in enumerate(found) if piece[0] not in (NEWLINE, COMMENT)]
    turn = 0
    before = ""
    fresh = True
    directive = ""
    for index, (kind, start, end) in enumerate(found):
        if kind == NEWLINE:
            if before != "\\":
                fresh, directive = True, ""
            continue
        if kind == COMMENT:
            yield ("expectation" if _promises(text[start:end]) else "comment"), start, end
            continue
        turn += 1
        word = text[start:end]
        if fresh and word == "#":
            directive = "#"
            yield "directive", start, end
        elif directive == "#":
            directive = word
            yield "directive", start, end
        elif directive == "include":
            yield "string", start, end
        elif kind == IDENTIFIER:
            after = [text[slice(*found[solid[at]][1:])] for at in range(turn, min(turn + 2, len(solid)))]
            yield _role_of_word(word, before, after, names), start, end
        elif kind == STRAY and word == "\\" and index + 1 < len(found) and found[index + 1][0] == NEWLINE:
            yield "operator", start, end
        else:
            yield _BY_KIND.get(kind) or ("bracket" if word in _BRACKETS else "operator"), start, end
        fresh = False
        before = word


def _role_of_word(word: str, before: str, after: list[str], names: Mapping[str, str]) -> str:
    if before in ("->", "."):
        return "field"
    terminal = KEYWORDS.get(word)
    if terminal is not None:
        return "type" if terminal in _TYPES else "keyword"
    if word in UNITS and before[:1].isdigit():
        return "unit"
    if word in SOFT_WORDS and _is_soft_word(word, after):
        return "keyword"
    kind = names.get(word)
    if kind is not None:
        return kind
    if annotation(word):
        return "annotation"
    return "function" if after[:1] == ["("] else "name"


def _is_soft_word(word: str, after: list[str]) -> bool:
    """Whether what stands behind a word makes it one of the language's own."""
    return any(
        len(after) >= len(form) and all(map(_fits, form, after[: len(form)])) for form in SOFT_WORDS[word][1]
    )


def _fits(wanted: str, word: str) -> bool:
    return wanted == word or (wanted == "IDENTIFIER" and word.isidentifier())


def _promises(comment: str) -> bool:
    """Whether a comment is one that `dmascript test` reads."""
    if not comment.startswith("//"):
        return False
    said = comment[2:].strip()
    return said == "---" or said.startswith(("expect:", "expect ", "options:"))
