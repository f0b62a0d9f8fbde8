"""Where the session keeps what is a person's own: the start-up file and the history.

$DMASCRIPT_CONFIG names one folder for both, else they are the platform's own.
"""

from __future__ import annotations

import os
import sys


def startup_file() -> str:
    """The file whose lines are read before the first prompt; it need not exist."""
    return os.path.join(_folder("XDG_CONFIG_HOME", ".config", "APPDATA", "Roaming"), "startup.dma")


def history_file() -> str:
    """Where entries are remembered from one session to the next."""
    return os.path.join(_folder("XDG_STATE_HOME", os.path.join(".local", "state"), "LOCALAPPDATA", "Local"), "history")


def _folder(xdg: str, unix: str, windows_variable: str, windows: str) -> str:
    named = os.environ.get("DMASCRIPT_CONFIG")
    if named:
        return named
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        base = os.environ.get(windows_variable) or os.path.join(home, "AppData", windows)
    elif sys.platform == "darwin":
        base = os.path.join(home, "Library", "Application Support")
    else:
        base = os.environ.get(xdg) or os.path.join(home, unix)
    return os.path.join(base, "dmascript")
