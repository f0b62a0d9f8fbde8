"""pytest collects `.dma` files as golden tests: those named on its command line, and those in the directories that the
ini option `dmascript_paths` lists. Elsewhere it costs a look at the suffix, and nothing of the simulator is imported.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .promises import Program


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("dmascript_paths", "directories whose .dma files are golden tests", type="paths", default=[])
    parser.getgroup("dmascript").addoption(
        "--dmascript-update", action="store_true", help="rewrite the `expect:` comments of .dma files to their output"
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix != ".dma" or not _is_wanted(file_path, parent):
        return None
    return ScriptFile.from_parent(parent, path=file_path)


def _is_wanted(path: Path, parent: pytest.Collector) -> bool:
    folders: list[Path] = parent.config.getini("dmascript_paths")
    return parent.session.isinitpath(path) or any(path.is_relative_to(folder) for folder in folders)


class ScriptFile(pytest.File):
    """A script; its items are the programs between its `---` lines."""

    def collect(self) -> Iterator[pytest.Item]:
        from .promises import programs_of
        from .testing import read_text, rewrite

        shown = _shown(self.path)
        text = rewrite(shown, read_text(shown)) if self.config.getoption("--dmascript-update") else read_text(shown)
        for program in programs_of(text):
            yield ScriptItem.from_parent(self, name=f"line{program.first_line}", program=program)


class ScriptItem(pytest.Item):
    """One program, run and compared with its promises."""

    def __init__(self, *, program: Program, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.program = program

    def runtest(self) -> None:
        from .golden import check_program

        failures = check_program(_shown(self.path), self.program)
        if failures:
            raise BrokenPromise("\n".join(failures))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, BrokenPromise):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.program.first_line - 1, self.name


class BrokenPromise(Exception):
    """A program that did not do what its comments say."""


def _shown(path: Path) -> str:
    """The path as it reads best in a message: from the current folder, if it lies below it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
