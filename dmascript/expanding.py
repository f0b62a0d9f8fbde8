"""`dmascript expand`: the C of the driver blocks, printed or written."""

from __future__ import annotations

import os
from pathlib import Path

from .console import EXIT_CLEAN, EXIT_REFUSED, EXIT_USAGE, Console
from .interp.compile import Front, first_errors
from .interp.expand import Expanded, expand
from .interp.options import Options
from .render import render_diagnostic, summary


def expand_script(path: str, folder: str | None, options: Options, console: Console) -> int:
    """Print the drivers of a script, or write them into a folder; the exit code."""
    try:
        front = Front(path, options)
    except OSError as error:
        console.say(f"dmascript: cannot open {path}: {error.strerror or error}")
        return EXIT_USAGE
    if front.found.errors:
        found = first_errors(front.found)
        console.say("\n".join(render_diagnostic(one, front.files, console.paint) for one in found))
        console.say("\n" + summary(one.severity for one in found))
        return EXIT_REFUSED
    expanded = expand(front)
    if not expanded.drivers:
        console.say(f"dmascript: {path} has no driver block")
    if folder is not None:
        return write(Path(folder), path, front, expanded, console)
    if expanded.drivers:
        console.write(expanded.together())
    console.flush()
    return EXIT_CLEAN


def write(folder: Path, path: str, front: Front, expanded: Expanded, console: Console) -> int:
    """One C file for each driver, the script that includes them, and the files beside it that it includes."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / os.path.basename(path)
        if target.exists() and target.samefile(path):
            console.say(f"dmascript: {folder} holds {path} itself; name another folder")
            return EXIT_USAGE
        for one in expanded.drivers:
            (folder / f"{one.name}.c").write_text(one.text, encoding="utf-8")
        target.write_text(expanded.script, encoding="utf-8")
        for name, text in _beside(path, front).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        console.say(f"dmascript: cannot write into {folder}: {error.strerror or error}")
        return EXIT_USAGE
    return EXIT_CLEAN


def _beside(path: str, front: Front) -> dict[str, str]:
    """The included files that lie in the script's folder tree, by their place in it."""
    root = os.path.realpath(os.path.dirname(path) or ".")
    found: dict[str, str] = {}
    for name, real in front.loader.real_paths.items():
        if os.path.realpath(real).startswith(root + os.sep):
            found[os.path.relpath(os.path.realpath(real), root)] = front.loader.files[name].text
    return found
