"""The names that are there before a script begins, each with its kind: for colours and completion."""

from __future__ import annotations

from functools import lru_cache

from . import stdlib
from .runtime import routines
from .runtime.wdk import constants, declarations
from .runtime.wdk.structures import STRUCTURES

ROUTINE, TYPE, CONSTANT, MACRO, VARIABLE, WORD = "routine", "type", "constant", "macro", "variable", "word"


@lru_cache(maxsize=1)
def built_in_names() -> dict[str, str]:
    """The kind of each name. Takes some hundredths of a second the first time."""
    kinds = dict.fromkeys(macros(), MACRO)
    for _, values in constants.GROUPS.values():
        kinds.update(dict.fromkeys(values, CONSTANT))
    kinds.update(dict.fromkeys(typedefs(), TYPE))
    kinds.update(dict.fromkeys(tags(), TYPE))
    kinds.update(dict.fromkeys(declarations.VARIABLES, VARIABLE))
    kinds.update(dict.fromkeys(routines.names(), ROUTINE))
    return kinds


@lru_cache(maxsize=1)
def typedefs() -> dict[str, str]:
    """The C text that declares each typedef."""
    return declarations.typedef_texts()


def tags() -> list[str]:
    """The tags of the structs, unions and enums whose inside is known."""
    return [*STRUCTURES, *declarations.RECORDS, *declarations.ENUMS]


@lru_cache(maxsize=1)
def macros() -> dict[str, str]:
    """The built-in macros: name and parameters as one writes a call, and what it becomes."""
    found: dict[str, str] = {}
    for line in stdlib.read("wdm.h").replace("\\\n", " ").split("\n"):
        if not line.startswith("#define "):
            continue
        rest = line[8:]
        name = rest.partition("(")[0].partition(" ")[0]
        end = rest.find(")") + 1 if rest[len(name) :].startswith("(") else len(name)
        found[name] = f"{rest[:end]} is {' '.join(rest[end:].split())}".removesuffix(" is ")
    return found
