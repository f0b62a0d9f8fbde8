"""Lets the benches import dmascript: what is installed first, else the checkout's own folders.

In the root of a checkout the folder `dmascript` lies in the current folder, which Python searches before site-
packages; the package found there would lack its subpackages.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def make_importable() -> None:
    if "dmascript" not in sys.modules:
        here = [entry for entry in sys.path if Path(entry or ".").resolve() == ROOT]
        sys.path[:] = [entry for entry in sys.path if entry not in here] + [str(ROOT)]
    import dmascript

    if importlib.util.find_spec("dmascript.runtime") is None:
        dmascript.__path__.append(str(ROOT))
