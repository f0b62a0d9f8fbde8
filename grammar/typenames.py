"""Types as C text, for messages: `spelled` as the user wrote it, `expanded` with the typedef names resolved."""

from __future__ import annotations

import re

from .types import StructType, Type, c_text
from .types import spelled as spelled

# Letters that are spoken with a vowel first, alone or at the head of the usual abbreviations.
_AN = re.compile(r"(?!un|UN)[aeioAEIO]|[FHLMNRSX](?![A-Za-z])|MDL|NT|LP[A-Z]|HRESULT")


def expanded(type: Type) -> str:
    """The same type with no typedef name in it: `unsigned __int64 *`. Structs keep their tag."""
    return c_text(type, "", resolve=True)


def described(type: Type) -> str:
    """`PPFN_NUMBER (unsigned __int64 *)`; a type without a typedef name is spelled once."""
    short, long = spelled(type), expanded(type)
    return short if short == long or isinstance(type, StructType) else f"{short} ({long})"


def with_article(type: Type) -> str:
    """`a PMDL (struct _MDL *)`, `an int`."""
    text = described(type)
    return f"{'an' if _AN.match(text) else 'a'} {text}"
