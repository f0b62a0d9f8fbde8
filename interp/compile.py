"""A script's text to a compiled program: preprocessed, parsed, checked, and made into code."""

from __future__ import annotations

import os

from ..grammar.check import check
from ..grammar.parser import parse
from ..grammar.preprocess import FolderLoader, decode, preprocess
from ..grammar.source import Diagnostic, Diagnostics
from ..runtime.routines import find
from ..runtime.system import IMAGE
from .compiled import Compiled
from .environment import BuiltIns
from .generate import generate
from .options import Options
from .routine_addresses import routine_address

Sources = list[tuple[str, str, bytes, str]]
MOST_ERRORS = 100  # of one script; a file that is no script at all would give one for each of its lines


def passes_stack(name: str) -> bool:
    """True if calls of this routine carry the stack that is left."""
    row = find(name)
    return row is not None and row.body is not None and row.calls_back


def compile_script(
    path: str, options: Options, text: str | None, instrumented: bool
) -> tuple[Compiled | None, dict[str, str], Sources, list[Diagnostic]]:
    """The program (None if there are errors), its files by shown name, what the cache must compare, and the findings in
    order of place. OSError if the file cannot be opened."""
    found = Diagnostics()
    if text is None:
        with open(path, "rb") as file:
            data = file.read()
    else:
        data = text.encode("utf-8", "surrogateescape")
    source = decode(path, data, found)
    if source is None:
        return None, {path: data.decode("utf-8", "replace").replace("\r\n", "\n")}, [], list(found)
    loader = FolderLoader(os.path.dirname(path) or ".", options.folders)
    environment = BuiltIns()
    tokens = preprocess(source, environment, found, loader)
    unit = parse(tokens, environment, found, path)
    program = check(unit, environment, found)
    files = {path: source.text, **{name: included.text for name, included in loader.files.items()}}
    files.update(program.frames)
    if found.errors:
        return None, files, [], first_errors(found)
    compiled = generate(program, IMAGE, passes_stack, routine_address, instrumented)
    sources: Sources = [(path, os.path.abspath(path), data, source.text)]
    for name, included in loader.files.items():
        real = loader.real_paths[name]
        with open(real, "rb") as file:
            sources.append((name, real, file.read(), included.text))
    return compiled, files, sources, list(found)


def first_errors(found: Diagnostics) -> list[Diagnostic]:
    """The findings in order of place, up to the last error that is worth showing."""
    shown: list[Diagnostic] = []
    left = MOST_ERRORS
    for diagnostic in found:
        if not left and diagnostic.severity == "error":
            more = len(found.errors) - MOST_ERRORS
            message = f"{more:,} more {'error is' if more == 1 else 'errors are'} not shown"
            shown.append(Diagnostic("note", "too-many-errors", message, shown[-1].span))
            break
        shown.append(diagnostic)
        left -= diagnostic.severity == "error"
    return shown
