"""dmascript: a scripting language for driver DMA flows, run against a simulated Windows NT kernel."""

import os.path

__version__ = "0.1.0"

_root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
if os.path.isfile(os.path.join(_root, "pyproject.toml")):
    # A checkout, not an installed package: the other rooms stand beside this folder.
    __path__.append(_root)
