"""Makes the package importable from a bare checkout, and the golden scripts tests of pytest there too."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def _make_importable() -> None:
    """Nothing installed: the folders at the root are the package and, by its path, its subpackages."""
    if importlib.util.find_spec("dmascript") is None:
        sys.path.append(str(ROOT))
    import dmascript

    if importlib.util.find_spec("dmascript.runtime") is None:
        dmascript.__path__.append(str(ROOT))


_make_importable()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="the same as --dmascript-update")


def pytest_configure(config: pytest.Config) -> None:
    if not config.pluginmanager.hasplugin("dmascript"):
        config.pluginmanager.import_plugin("dmascript.pytest_plugin")
    if config.getoption("--update"):
        config.option.dmascript_update = True


@pytest.fixture
def root() -> Path:
    """The folder of the checkout."""
    return ROOT
