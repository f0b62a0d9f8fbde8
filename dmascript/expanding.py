"""`dmascript expand`: the C of the driver blocks, printed or written."""

from __future__ import annotations

import os
from pathlib import Path

from .console import EXIT_CLEAN, EXIT_REFUSED, EXIT_USAGE, Console
from .interp.compile import Front, first_errors
from .interp.expand import Expansion, expand, with_includes
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
    expansions = expand(front)
    if not expansions:
        console.say(f"dmascript: {path} has no driver block")
    if folder is not None:
        return write(Path(folder), path, front, expansions, console)
    console.write("\n".join(one.text for one in expansions))
    console.flush()
    return EXIT_CLEAN


def write(folder: Path, path: str, front: Front, expansions: list[Expansion], console: Console) -> int:
    """One C file for each driver, and the script that includes them."""
    assert front.source is not None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / os.path.basename(path)
        if target.exists() and target.samefile(path):
            console.say(f"dmascript: {folder} holds {path} itself; name another folder")
            return EXIT_USAGE
        for one in expansions:
            (folder / f"{one.name}.c").write_text(one.text, encoding="utf-8")
        own = [one for one in expansions if one.span.file == path]  # an included file keeps its blocks
        target.write_text(with_includes(front.source.text, own), encoding="utf-8")
    except OSError as error:
        console.say(f"dmascript: cannot write into {folder}: {error.strerror or error}")
        return EXIT_USAGE
    return EXIT_CLEAN
