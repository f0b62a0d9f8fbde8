"""Types as C text, for messages: `spelled` as the user wrote it, `expanded` with the typedef names resolved."""

from __future__ import annotations

import re

from .types import ArrayType, ErrorType, FunctionType, IntType, PointerType, StructType, Type, VoidType

# Letters that are spoken with a vowel first, alone or at the head of the usual abbreviations.
_AN = re.compile(r"(?!un|UN)[aeioAEIO]|[FHLMNRSX](?![A-Za-z])|MDL|NT|LP[A-Z]|HRESULT")


def spelled(type: Type, name: str = "") -> str:
    """`PPFN_NUMBER`, `unsigned long *`; with a name the declaration of that name, and of its parameters' names."""
    return _text(type, name, resolve=False, named=bool(name))


def expanded(type: Type) -> str:
    """The same type with no typedef name in it: `unsigned __int64 *`. Structs keep their tag."""
    return _text(type, "", resolve=True)


def described(type: Type) -> str:
    """`PPFN_NUMBER (unsigned __int64 *)`; a type without a typedef name is spelled once."""
    short, long = spelled(type), expanded(type)
    return short if short == long or isinstance(type, StructType) else f"{short} ({long})"


def with_article(type: Type) -> str:
    """`a PMDL (struct _MDL *)`, `an int`."""
    text = described(type)
    return f"{'an' if _AN.match(text) else 'a'} {text}"


def _text(type: Type, inner: str, resolve: bool, named: bool = False) -> str:
    while True:
        if type.typedef and not (resolve and _has_plain_form(type)):
            return _join(_qualifiers(type) + type.typedef, inner)
        if isinstance(type, PointerType):
            star = "*" + _qualifiers(type).rstrip()
            inner = f"{star} {inner}" if inner and star != "*" and not inner.startswith("*") else star + inner
            type = type.target
            if isinstance(type, (ArrayType, FunctionType)) and (resolve or not type.typedef):
                inner = f"({inner})"
        elif isinstance(type, ArrayType):
            inner = f"{inner}[{'' if type.count is None else type.count}]"
            type = type.element
        elif isinstance(type, FunctionType):
            inner = f"{inner}({_parameters(type, resolve, named)})"
            type = type.returns
        else:
            return _join(_qualifiers(type) + _base(type), inner)


def _has_plain_form(type: Type) -> bool:
    return not (isinstance(type, StructType) and not type.layout.tag)


def _parameters(type: FunctionType, resolve: bool, named: bool) -> str:
    if not type.prototyped:
        return ""
    names = type.names if named else ("",) * len(type.parameters)
    texts = [_text(p, n, resolve) for p, n in zip(type.parameters, names, strict=False)]
    return ", ".join(texts + ["..."] if type.variadic else texts) or "void"


def _join(base: str, inner: str) -> str:
    if not inner or inner.startswith("["):
        return base + inner
    return f"{base} {inner}"


def _qualifiers(type: Type) -> str:
    return ("const " if type.const else "") + ("volatile " if type.volatile else "")


def _base(type: Type) -> str:
    if isinstance(type, VoidType):
        return "void"
    if isinstance(type, StructType):
        word = "union" if type.layout.union else "struct"
        return f"{word} {type.layout.tag}" if type.layout.tag else f"unnamed {word}"
    if isinstance(type, IntType):
        return f"enum {type.tag}" if type.tag else type.name
    return "?" if isinstance(type, ErrorType) else "type"
