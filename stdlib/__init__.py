"""What is written in the language itself: headers, device models, helper flows. This module only finds the files."""

from __future__ import annotations

import os


def path(name: str) -> str:
    """The path of a data file, such as `wdm.h`."""
    return os.path.join(os.path.dirname(__file__), name)


def read(name: str) -> str:
    """The text of a data file. OSError if there is none of that name."""
    with open(path(name), encoding="utf-8") as file:
        return file.read()
