"""The folder in which this package keeps what can be made again: parser tables, compiled programs.

$DMASCRIPT_CACHE names it, else it is the platform's own folder for caches. Everything in it may be deleted at any time;
a cache that cannot be written, or holds rubbish, is as good as none.
"""

from __future__ import annotations

import marshal
import os
import sys

TYPE_CHECKING = False  # typing takes longer to import than the tables to load
if TYPE_CHECKING:
    from typing import Any


def cache_folder() -> str:
    """The path of the cache folder, which need not exist yet."""
    named = os.environ.get("DMASCRIPT_CACHE")
    if named:
        return named
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local")
    elif sys.platform == "darwin":
        base = os.path.join(home, "Library", "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    return os.path.join(base, "dmascript")


def load(name: str) -> Any:
    """The marshalled value in the file `name` of the cache folder, or None if there is none that can be read."""
    try:
        with open(os.path.join(cache_folder(), name), "rb") as file:
            return marshal.loads(file.read())
    except (OSError, ValueError, EOFError, TypeError):
        return None


def store(name: str, value: Any) -> None:
    """Marshal a value into the file `name` of the cache folder, in one step; a failure to write is no matter."""
    path = os.path.join(cache_folder(), name)
    own = f"{path}.{os.getpid()}"
    try:
        os.makedirs(cache_folder(), exist_ok=True)
        with open(own, "wb") as file:
            file.write(marshal.dumps(value))
        os.replace(own, path)
    except OSError:
        _remove(own)


def _remove(path: str) -> None:
    try:
        os.remove(path)
    except OSError:
        return
