"""A script as the command line reads it: from a file or standard input, with what the checker says of it drawn."""

from __future__ import annotations

import sys

from .console import Console
from .interp import script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .interp.options import Options
    from .interp.script import Loaded

STANDARD_INPUT = "<stdin>"


def load_script(path: str, options: Options, console: Console) -> Loaded | None:
    """The script, ready to run or with errors; None, and a message, if it cannot be read."""
    try:
        if path == "-":
            return script.load(STANDARD_INPUT, options, sys.stdin.buffer.read().decode("utf-8", "surrogateescape"))
        return script.load(path, options)
    except OSError as error:
        console.say(f"dmascript: cannot open {path}: {error.strerror or error}")
        return None


def show_diagnostics(loaded: Loaded, console: Console) -> bool:
    """Draw what the checker found; whether it refuses the script."""
    if not loaded.diagnostics:
        return loaded.program is None
    from .render import render_diagnostic, summary

    drawn = [render_diagnostic(diagnostic, loaded.files, console.paint) for diagnostic in loaded.diagnostics]
    console.say("\n".join(drawn))
    refused = any(diagnostic.severity == "error" for diagnostic in loaded.diagnostics)
    if refused:
        close(summary(diagnostic.severity for diagnostic in loaded.diagnostics), console)
    return refused


def close(line: str, console: Console) -> None:
    """The last line of what is said, if there is one."""
    if line:
        console.say(f"\n{line}")
