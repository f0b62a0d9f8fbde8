"""Compiled programs on disk, so that a second start imports neither the front end nor its libraries.

An entry is found by the script's path and how it was asked for, and counts only if every source it was made from
still holds the same bytes, and this package and Python are the same."""

from __future__ import annotations

import os
import sys
from zlib import crc32

from ..grammar import cache
from .compiled import FORMAT, Compiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..grammar.source import Diagnostic

_HERE = os.path.dirname(os.path.abspath(__file__))


def version() -> tuple[object, ...]:
    """What compiled code depends on besides the script: format, Python, and the state of this package's own files."""
    stamp = 0
    for folder in ("interp", "grammar", "runtime", "runtime/routines", "stdlib"):
        path = os.path.join(os.path.dirname(_HERE), folder)
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    if entry.name.endswith((".py", ".lark", ".h")):
                        status = entry.stat()
                        stamp ^= crc32(f"{folder}/{entry.name}:{status.st_mtime_ns}:{status.st_size}".encode())
        except OSError:
            return ()
    return (FORMAT, sys.hexversion, stamp)


def _name(path: str, folders: tuple[str, ...], instrumented: bool) -> str:
    key = "\0".join((os.path.abspath(path), path, str(instrumented), *folders)).encode("utf-8", "surrogateescape")
    return f"program-{crc32(key):08x}{len(key):x}.bin"


def find(
    path: str, folders: tuple[str, ...], instrumented: bool
) -> tuple[Compiled, dict[str, str], tuple[tuple[object, ...], ...]] | None:
    """The program, its sources by shown name and what was said about it; None if it must be compiled."""
    entry = cache.load(_name(path, folders, instrumented))
    if type(entry) is not tuple or len(entry) != 4 or entry[0] != version() or not entry[0]:
        return None
    _, program, sources, said = entry
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
    cache.store(_name(path, folders, instrumented), (version(), program.as_tuple(), tuple(sources), said))


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
