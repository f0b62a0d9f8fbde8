"""Files of a script: bytes to text, and where an #include may look.

Nothing outside the script's folder tree and the -I folders is ever opened, whatever the names and links say.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Protocol

from .source import Diagnostic, Diagnostics, SourceFile, Span

MAX_LINE = 64 * 1024  # characters
MAX_JOINED = 16 * MAX_LINE  # characters of lines joined by backslashes
LIBRARY = "dmascript"  # where the files that come with us are said to lie
MAX_SOURCE = 8 * 1024 * 1024  # bytes of one file; also characters of all files of one script together


class IncludeError(Exception):
    """Why a file cannot be included. `diagnostics` tells it with places in the file, if the file was opened."""

    def __init__(self, rule: str, message: str, help: str = "", diagnostics: Sequence[Diagnostic] = ()) -> None:
        super().__init__(message)
        self.rule = rule  # "include-not-found", "include-outside", or a rule of `decode`
        self.message = message
        self.help = help
        self.diagnostics = tuple(diagnostics)


class Loader(Protocol):
    """Finds the files that a script includes."""

    def include(self, name: str, from_file: str) -> SourceFile:
        """The file that `#include "name"` in from_file means; with from_file "" only the -I folders are searched.
        Raises IncludeError."""
        ...


def decode(name: str, data: bytes, diagnostics: Diagnostics) -> SourceFile | None:
    """The text of a file in UTF-8, or in UTF-16 if it has a byte order mark; None after an error was reported."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as failure:
        _report_encoding(name, data, encoding, failure, diagnostics)
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if (offset := text.find("\0")) >= 0:
        help = "save the file as text in UTF-8"
        diagnostics.error("nul-byte", "the file holds a NUL byte, so it is no text", _span_at(name, text, offset), help)
        return None
    if len(text) > MAX_LINE and _has_long_line(name, text, diagnostics):
        return None
    if len(data) > MAX_SOURCE:
        message = f"the file is longer than {MAX_SOURCE >> 20} MiB"
        diagnostics.error("source-too-large", message, Span(name, 1, 1, 1, 1))
        return None
    return SourceFile(name, text)


def _report_encoding(name: str, data: bytes, encoding: str, failure: UnicodeDecodeError, found: Diagnostics) -> None:
    # The codec that skips a byte order mark counts from behind it.
    offset = failure.start + len(data) - len(failure.object)
    before = data[:offset].decode(encoding, "ignore").replace("\r\n", "\n").replace("\r", "\n")
    if encoding == "utf-16":
        message = f"the file begins as UTF-16, but is none at byte offset {offset}"
    else:
        message = f"byte 0x{data[offset]:02X} at byte offset {offset} is not UTF-8"
    found.error("not-utf8", message, _span_at(name, before, len(before)), "save the file as UTF-8")


def _has_long_line(name: str, text: str, diagnostics: Diagnostics) -> bool:
    joined = 0
    for number, line in enumerate(text.split("\n"), 1):
        size = len(line)
        joined += size
        if size > MAX_LINE or joined > MAX_JOINED:
            if size > MAX_LINE:
                message = f"line {number} has {size:,} characters, more than the {MAX_LINE:,} that a line may have"
            else:
                message = f"the lines that backslashes join here have more than {MAX_JOINED:,} characters together"
            diagnostics.error("line-too-long", message, Span(name, number, 1, number, 2), "break the line")
            return True
        if not line.endswith("\\"):
            joined = 0
    return False


def _span_at(name: str, text: str, offset: int) -> Span:
    line = text.count("\n", 0, offset) + 1
    column = offset - text.rfind("\n", 0, offset)
    return Span(name, line, column, line, column + 1)


class FolderLoader:
    """Includes from the script's folder tree and the -I folders, and `<x.dma>` from the library that comes with us.
    `files` holds what was read, by the name shown."""

    def __init__(self, root: str, folders: Sequence[str] = (), library: str = "") -> None:
        self.root = root
        self.folders = tuple(folders)
        self.shelf = _real(library) if library else ""
        self.files: dict[str, SourceFile] = {}
        self._by_path: dict[str, SourceFile] = {}
        self._allowed = tuple(_real(folder) for folder in (root, *folders))

    def allow(self, folder: str) -> None:
        """Take includes from another folder tree too."""
        self._allowed = (*self._allowed, _real(folder))

    def include(self, name: str, from_file: str) -> SourceFile:
        path = name.replace("\\", "/")
        if os.path.isabs(path) or path.startswith("/") or re.match(r"[A-Za-z]:", path):
            help = "name it relative to the script, and give its folder with -I"
            raise IncludeError("include-outside", f'"{name}" is an absolute path', help)
        outside = False
        for folder in self._search(from_file):
            shown = os.path.normpath(os.path.join(folder, path))
            # The path is resolved as it was written: `link/..` is not where normpath thinks it is.
            real = _real(as_on_disk(folder, path))
            if not real:
                continue
            if not any(_within(real, allowed) for allowed in self._allowed):
                outside = True
            elif os.path.isfile(real):
                return self._read(shown, real)
        if not from_file and self.shelf and path.endswith(".dma"):
            real = _real(os.path.join(self.shelf, path))
            if _within(real, self.shelf) and os.path.isfile(real):
                return self._read(f"{LIBRARY}/{os.path.normpath(path)}".replace(os.sep, "/"), real)
        if outside:
            help = "move the file below the script's folder, or give its folder with -I"
            raise IncludeError("include-outside", f'"{name}" lies outside the script\'s folder', help)
        raise IncludeError("include-not-found", f'there is no file "{name}"', self._where(from_file))

    @property
    def real_paths(self) -> dict[str, str]:
        """Where each file of `files` lies on the host."""
        return {source.name: real for real, source in self._by_path.items()}

    def _search(self, from_file: str) -> list[str]:
        """The folders to look in: of the including file, of the script, then those of -I."""
        if not from_file:
            return list(self.folders)
        beside = [os.path.dirname(from_file)] if from_file in self.files else []
        return list(dict.fromkeys((*beside, self.root, *self.folders)))

    def _where(self, from_file: str) -> str:
        places = ", ".join(f'"{folder or "."}"' for folder in self._search(from_file))
        return f"looked in {places}; name other folders with -I"

    def _read(self, shown: str, real: str) -> SourceFile:
        if real in self._by_path:
            return self._by_path[real]
        try:
            with open(real, "rb") as file:
                data = file.read(MAX_SOURCE + 1)
        except OSError as failure:
            raise IncludeError("include-not-found", f'"{shown}" cannot be read: {failure.strerror}') from None
        diagnostics = Diagnostics()
        source = decode(shown, data, diagnostics)
        if source is None:
            first = diagnostics.found[0]
            raise IncludeError(first.rule, first.message, first.help, diagnostics.found)
        self.files[shown] = self._by_path[real] = source
        return source


def as_on_disk(folder: str, path: str) -> str:
    """The path of a file, spelled as the host has it where only the case differs: the Microsoft compiler's hosts do not
    care, and drivers are written so."""
    whole = os.path.join(folder, path)
    if os.path.exists(whole):
        return whole
    found = folder or "."
    for part in path.split("/"):
        here = os.path.join(found, part)
        if not os.path.exists(here):
            try:
                names = sorted(name for name in os.listdir(found) if name.lower() == part.lower())
            except (OSError, ValueError):
                return whole
            if not names:
                return whole
            here = os.path.join(found, names[0])
        found = here
    return found


def _real(path: str) -> str:
    """The path with links resolved, or "" if the host can have no such path."""
    try:
        return os.path.normcase(os.path.realpath(path or "."))
    except (OSError, ValueError):
        return ""


def _within(path: str, folder: str) -> bool:
    return bool(path) and bool(folder) and (path + os.sep).startswith(folder.rstrip(os.sep) + os.sep)
