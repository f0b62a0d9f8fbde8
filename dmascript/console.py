"""The two streams of the command line: what the script prints, and what is said about it.

Both are UTF-8 with plain line feeds on every host, and never fail on a character. A reader that goes away ends the
program quietly. Imported on the way to every run, so it needs little.
"""

from __future__ import annotations

import os
import sys

from .paint import Paint, wants_colour

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn, TextIO

EXIT_CLEAN = 0
EXIT_FOUND = 1
EXIT_USAGE = 2
EXIT_LIMIT = 3
EXIT_REFUSED = 65
EXIT_INTERNAL = 70
EXIT_INTERRUPTED = 130
EXIT_READER_GONE = 141


class Console:
    """Writes script output to standard output, and reports to standard error. `boxes` is whether who reads the reports
    is likely to have box characters: whether their own encoding has them."""

    __slots__ = ("paint", "boxes")

    def __init__(self, plain: bool = False) -> None:
        self.boxes = _has_boxes(sys.stderr)
        for stream in (sys.stdout, sys.stderr):
            _make_safe(stream)
        self.paint = Paint(wants_colour(sys.stderr, os.environ, refused=plain))

    def write(self, text: str) -> None:
        """Script output, as it is produced."""
        try:
            sys.stdout.write(text)
        except OSError as error:
            _give_up(error)

    def say(self, text: str) -> None:
        """A report or a message, after all output that came before it."""
        self.flush()
        try:
            sys.stderr.write(text if text.endswith("\n") else text + "\n")
            sys.stderr.flush()
        except OSError:
            # Nobody reads the messages: the exit code still says how it went.
            _silence(sys.stderr)

    def flush(self) -> None:
        try:
            sys.stdout.flush()
        except OSError as error:
            _give_up(error)


def _has_boxes(stream: TextIO) -> bool:
    try:
        "┌─┤►═⋮".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError, AttributeError):
        return False
    return True


def _make_safe(stream: TextIO) -> None:
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding="utf-8", errors="replace", newline="\n")


def _give_up(error: OSError) -> NoReturn:
    """Standard output cannot be written: quietly if its reader went away, which Windows calls an invalid argument."""
    import errno

    _silence(sys.stdout)
    if error.errno in (errno.EPIPE, errno.EINVAL, errno.ESHUTDOWN):
        raise SystemExit(EXIT_READER_GONE) from None
    sys.stderr.write(f"dmascript: cannot write the output: {error.strerror}\n")
    raise SystemExit(EXIT_LIMIT) from None


def _silence(stream: TextIO) -> None:
    """Let what is still buffered go nowhere, so that the interpreter's own last flush cannot fail."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        pass
