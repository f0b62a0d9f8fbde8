"""A script's text to a compiled program: preprocessed, parsed, checked, and made into code."""

from __future__ import annotations

import os

from .. import stdlib
from ..grammar.check import check
from ..grammar.parser import parse
from ..grammar.preprocess import FolderLoader, decode, preprocess
from ..grammar.source import Diagnostic, Diagnostics
from ..grammar.syntax import TranslationUnit
from ..grammar.tree import Program
from ..runtime.routines import find
from ..runtime.system import IMAGE
from .compiled import Compiled
from .environment import BuiltIns
from .generate import generate
from .machine_settings import SettingError, checked
from .options import Options
from .routine_addresses import routine_address

Sources = list[tuple[str, str, bytes, str]]
MOST_ERRORS = 100  # of one script; a file that is no script at all would give one for each of its lines


def passes_stack(name: str) -> bool:
    """True if calls of this routine carry the stack that is left."""
    row = find(name)
    return row is not None and row.body is not None and row.calls_back


class Front:
    """What the front end makes of a script: its files by shown name, the syntax tree and the checked program (None if
    the file is no text), and the findings."""

    __slots__ = ("data", "files", "found", "loader", "program", "source", "unit")

    def __init__(self, path: str, options: Options, text: str | None = None) -> None:
        """Read and check a script. OSError if the file cannot be opened."""
        found = self.found = Diagnostics()
        if text is None:
            with open(path, "rb") as file:
                self.data = file.read()
        else:
            self.data = text.encode("utf-8", "surrogateescape")
        self.loader = FolderLoader(os.path.dirname(path) or ".", options.folders, stdlib.path(""))
        self.unit: TranslationUnit | None = None
        self.program: Program | None = None
        self.source = decode(path, self.data, found)
        if self.source is None:
            self.files = {path: self.data.decode("utf-8", "replace").replace("\r\n", "\n")}
            return
        environment = BuiltIns()
        tokens = preprocess(self.source, environment, found, self.loader)
        self.unit = parse(tokens, environment, found, path)
        self.program = check(self.unit, environment, found)
        for setting in self.program.settings:
            try:
                checked(setting.name, setting.value)
            except SettingError as error:
                found.error("bad-setting", str(error), setting.span, error.help)
        self.files = {path: self.source.text, **{name: file.text for name, file in self.loader.files.items()}}
        self.files.update(self.program.frames)


def compile_script(
    path: str, options: Options, text: str | None, instrumented: bool
) -> tuple[Compiled | None, dict[str, str], Sources, list[Diagnostic]]:
    """The program (None if there are errors), its files by shown name, what the cache must compare, and the findings in
    order of place. OSError if the file cannot be opened."""
    front = Front(path, options, text)
    if front.source is None or front.program is None:
        return None, front.files, [], list(front.found)
    if front.found.errors:
        return None, front.files, [], first_errors(front.found)
    compiled = generate(front.program, IMAGE, passes_stack, routine_address, instrumented)
    sources: Sources = [(path, os.path.abspath(path), front.data, front.source.text)]
    for name, included in front.loader.files.items():
        real = front.loader.real_paths[name]
        with open(real, "rb") as file:
            sources.append((name, real, file.read(), included.text))
    return compiled, front.files, sources, list(front.found)


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
