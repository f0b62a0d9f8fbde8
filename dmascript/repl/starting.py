"""Opens a session from the command line: at a terminal with its editor, else line by line."""

from __future__ import annotations

import os
import sys
import textwrap
from shutil import get_terminal_size

from .. import __version__
from ..console import EXIT_CLEAN, EXIT_USAGE, Console
from ..paint import Paint, wants_colour
from .feeding import Interruptible, attempt
from .folders import startup_file
from .plain import exit_code, piped_lines, run_lines, typed_entries
from .shell import Leave, Shell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..interp.debugger.stops import Stop
    from ..interp.options import Options

PIPE_WIDTH = 80  # what is shown does not depend on a terminal that nobody looks at


def start(options: Options, console: Console, path: str | None = None, debug: bool = False, plain: bool = False) -> int:
    """Run a session and return its exit code: 0 from a terminal; from a pipe 1 if a rule was broken, 65 if something
    did not compile. `path` is run first, or with `debug` stopped at its first statement."""
    if path is not None and not os.path.isfile(path):
        console.say(f"dmascript: cannot open {path}: there is no such file")
        return EXIT_USAGE
    if not sys.stdin.isatty():
        shell = Shell(options, console.write, console.write, Paint(False), PIPE_WIDTH)
        shell.err = console.say
        if _begin(shell, path, debug):
            run_lines(shell, piped_lines())
        shell.close_log()
        console.flush()
        return exit_code(shell)
    colour = wants_colour(sys.stdout, os.environ, refused=plain)
    shell = Shell(options, _at_once(console), _at_once(console), Paint(colour), get_terminal_size().columns)
    _greet(shell, console)
    converse = _conversation(shell, plain)
    if _start_up(shell) and _begin(shell, path, debug):
        converse()
    shell.close_log()
    console.flush()
    return EXIT_CLEAN


def _begin(shell: Shell, path: str | None, debug: bool) -> bool:
    """Run the file that the session begins with; False if it ends the session."""
    if path is None:
        return True
    with Interruptible(shell):
        try:
            attempt(shell, (lambda: shell.start_debugging(path)) if debug else (lambda: shell.load(path)))
        except Leave:
            return False
    return True


def _start_up(shell: Shell) -> bool:
    """Do what the start-up file says, if there is one; False if it ends the session."""
    try:
        with open(startup_file(), encoding="utf-8") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError):
        return True
    return run_lines(shell, text.split("\n"))


def _conversation(shell: Shell, plain: bool) -> Callable[[], None]:
    """What lets a person type: the editor where the terminal can show it."""
    if sys.stdout.isatty() and os.environ.get("TERM") not in ("dumb", "unknown"):
        from .terminal import Terminal

        try:
            return Terminal(shell, plain).run
        except Exception as error:
            # A console that is none, as under mintty without winpty; prompt_toolkit has a class for it on Windows only.
            if type(error).__name__ != "NoConsoleScreenBufferError":
                raise
    shell.stop_shown = _show_source
    return lambda: typed_entries(shell)


def _show_source(shell: Shell, stop: Stop) -> None:
    """The lines around a place where the run is suspended."""
    from .screen import source_around, source_text

    lines = source_around(shell, stop)
    if lines:
        shell.say(source_text(lines, shell.width))


def _at_once(console: Console) -> Callable[[str], None]:
    """Writes text, and lets it be seen while the machine runs on."""

    def write(text: str) -> None:
        console.write(text)
        console.flush()

    return write


def _greet(shell: Shell, console: Console) -> None:
    bold = shell.paint("title", f"dmascript {__version__}")
    text = f"{bold}: a simulated Windows NT to type at, profile {shell.live.nt.settings.profile}"
    help = ".help lists the commands, ?name explains a name, Tab completes, Ctrl-D leaves"
    console.write(f"{text}\n{textwrap.fill(help, shell.width)}\n")
    console.flush()
