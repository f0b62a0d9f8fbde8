"""Compiled programs on disk, so that a second start imports neither the front end nor its libraries.

An entry is found by the script's path and how it was asked for, and counts only if every source it was made from
still holds the same bytes, and this package and Python are the same."""

from __future__ import annotations

import os
import sys

from ..grammar import cache
from .compiled import FORMAT, Compiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..grammar.source import Diagnostic

_HERE = os.path.dirname(os.path.abspath(__file__))


def own_files() -> tuple[tuple[str, int, int], ...]:
    """What compiled code depends on besides the script: the files of this package, each with its time and size."""
    found = []
    for room in ("interp", "grammar", "runtime", "stdlib"):
        for folder, _, names in os.walk(os.path.join(os.path.dirname(_HERE), room)):
            for name in names:
                if name.endswith((".py", ".lark", ".h")):
                    path = os.path.join(folder, name)
                    status = os.stat(path)
                    found.append((path, status.st_mtime_ns, status.st_size))
    return tuple(found)


def unchanged(files: tuple[tuple[str, int, int], ...]) -> bool:
    try:
        for path, time, size in files:
            status = os.stat(path)
            if status.st_mtime_ns != time or status.st_size != size:
                return False
    except OSError:
        return False
    return True


def _name(path: str, folders: tuple[str, ...], instrumented: bool) -> str:
    key = "\0".join((os.path.abspath(path), path, str(instrumented), *folders)).encode("utf-8", "surrogateescape")
    return f"program-{int.from_bytes(key, 'little') % ((1 << 89) - 1):x}.bin"


def find(
    path: str, folders: tuple[str, ...], instrumented: bool
) -> tuple[Compiled, dict[str, str], tuple[tuple[object, ...], ...]] | None:
    """The program, its sources by shown name and what was said about it; None if it must be compiled."""
    entry = cache.load(_name(path, folders, instrumented))
    if type(entry) is not tuple or len(entry) != 5 or entry[0] != (FORMAT, sys.hexversion) or not unchanged(entry[1]):
        return None
    _, _, program, sources, said = entry
    files: dict[str, str] = {}
    for shown, real, data, text in sources:
        try:
            with open(real, "rb") as file:
                if file.read() != data:
                    return None
        except OSError:
            return None
        files[shown] = text
    return Compiled(*program), files, said


def keep(
    path: str,
    folders: tuple[str, ...],
    instrumented: bool,
    program: Compiled,
    sources: list[tuple[str, str, bytes, str]],
    diagnostics: list[Diagnostic],
) -> None:
    """Store a program. `sources` are (shown name, path, bytes, text)."""
    said = tuple(
        (
            d.severity,
            d.rule,
            d.message,
            span_tuple(d.span),
            d.help,
            tuple((n.message, span_tuple(n.span)) for n in d.notes),
        )
        for d in diagnostics
    )
    try:
        files = own_files()
    except OSError:
        return
    version = FORMAT, sys.hexversion
    cache.store(_name(path, folders, instrumented), (version, files, program.as_tuple(), tuple(sources), said))


def span_tuple(span: object) -> tuple[object, ...]:
    return tuple(getattr(span, name) for name in ("file", "line", "column", "end_line", "end_column", "macro"))


def diagnostics(said: tuple[tuple[Any, ...], ...]) -> list[Diagnostic]:
    """Warnings and notes that were stored with a program."""
    if not said:
        return []
    from ..grammar.source import Diagnostic, Note, Span

    found = []
    for severity, rule, message, span, help, notes in said:
        explained = tuple(Note(text, Span(*where)) for text, where in notes)
        found.append(Diagnostic(severity, rule, message, Span(*span), help, explained))
    return found
