"""What is packed, and from where: the tables of pyproject.toml against the folders."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    """The whole of pyproject.toml."""
    with open(ROOT / "pyproject.toml", "rb") as file:
        return tomllib.load(file)


def folder_of(package: str, table: dict[str, str]) -> Path:
    """Where the modules of a package lie in the checkout."""
    name, below = package, []
    while name not in table:
        name, _, last = name.rpartition(".")
        below.insert(0, last)
    return ROOT.joinpath(table[name], *below)


def test_every_folder_with_modules_is_packed(project: dict[str, Any]) -> None:
    """A subpackage missing from the table still imports from the checkout, and is absent from the wheel."""
    setuptools = project["tool"]["setuptools"]
    folders = {
        path.parent
        for folder in setuptools["package-dir"].values()
        for path in (ROOT / folder).rglob("*.py")
        if "__pycache__" not in path.parts
    }
    assert {folder_of(package, setuptools["package-dir"]) for package in setuptools["packages"]} == folders


def test_every_package_has_an_init(project: dict[str, Any]) -> None:
    """A package without one is a namespace, and imports whatever else has its name."""
    setuptools = project["tool"]["setuptools"]
    folders = [folder_of(package, setuptools["package-dir"]) for package in setuptools["packages"]]
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_every_data_file_is_packed(project: dict[str, Any]) -> None:
    """Grammars, headers and scripts of the package are listed, each by a pattern of the table."""
    setuptools = project["tool"]["setuptools"]
    wanted = {
        path
        for folder in setuptools["package-dir"].values()
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".lark", ".dma", ".h") or path.name == "py.typed"
    }
    packed = {
        path
        for package, patterns in setuptools["package-data"].items()
        for pattern in patterns
        for path in folder_of(package, setuptools["package-dir"]).glob(pattern)
    }
    assert wanted <= packed


def test_the_version_stands_in_one_place(project: dict[str, Any]) -> None:
    """The package's own attribute is the version of the distribution."""
    import dmascript

    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "dmascript.__version__"}
    assert dmascript.__version__.count(".") == 2


def test_no_conftest_hides_an_installed_package() -> None:
    """A conftest.py at the root would put the checkout before the installed wheel."""
    assert not (ROOT / "conftest.py").exists()


def test_nothing_in_the_package_is_a_link(project: dict[str, Any]) -> None:
    """Windows checkouts have no symbolic links."""
    folders = project["tool"]["setuptools"]["package-dir"].values()
    assert [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_symlink()] == []
