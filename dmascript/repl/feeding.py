"""An entry handed to the shell: it can be interrupted, and no mistake of ours ends the session."""

from __future__ import annotations

import os
import signal
import sys
import threading

from .command import Refused
from .shell import Leave

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .shell import Shell


MOST_ASKED = 3


def feed(shell: Shell, entry: str) -> bool:
    """Do one entry; whether it could be done, so that one after it may be. Leave if the session shall end."""
    return attempt(shell, lambda: shell.feed(entry))


def attempt(shell: Shell, action: Callable[[], None]) -> bool:
    """Do something for the session; whether it could be done."""
    before = shell.refused
    shell.refused = False
    try:
        action()
    except Refused as refusal:
        shell.complain(shell.paint("error", "error") + f": {refusal}")
        shell.refused = True
    except KeyboardInterrupt:
        shell.say("interrupted: the machine may have been in the midst of something; .restart begins anew")
        return False
    except (MemoryError, RecursionError) as error:
        shell.complain(shell.paint("error", "error") + f": the host gave out: {type(error).__name__}")
        return False
    except Leave:
        raise
    except Exception as error:
        _tell_mistake(shell, error)
        return False
    accepted = not shell.refused
    shell.refused = shell.refused or before
    return accepted


def _tell_mistake(shell: Shell, error: Exception) -> None:
    """A mistake of our own is told, and the session goes on."""
    if os.environ.get("DMASCRIPT_TRACEBACK"):
        import traceback

        shell.complain(traceback.format_exc())
    shell.broken = True
    shell.complain(shell.paint("error", "internal error") + f": {type(error).__name__}: {error}\n"
              "  This is a mistake in dmascript. Set DMASCRIPT_TRACEBACK=1 to see where it comes from.")  # fmt: skip


class Interruptible:
    """While the machine runs, Ctrl-C asks it to stop at the next statement. If it cannot, the fourth one ends the wait
    wherever it is. `asked` is how often it was pressed."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.before: Any = None
        self.asked = 0

    def __enter__(self) -> Interruptible:
        if threading.current_thread() is threading.main_thread():
            self.before = signal.signal(signal.SIGINT, self._asked)
        return self

    def __exit__(self, *_: object) -> None:
        if self.before is not None:
            signal.signal(signal.SIGINT, self.before)
        if self.asked:  # by now nothing runs: what comes next is not meant
            self.shell.live.control.interrupted = False

    def _asked(self, number: int, frame: object) -> None:
        self.asked += 1
        if self.asked > MOST_ASKED:
            raise KeyboardInterrupt
        if sys.stdout.isatty():
            os.write(sys.stdout.fileno(), b"\n")  # behind the ^C that the terminal shows
        self.shell.live.interrupt()
