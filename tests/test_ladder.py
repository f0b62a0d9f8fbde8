"""The import ladder: who may import whom, and what start-up may not load. Read from the source, nothing imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "grammar": set(),
    "runtime": set(),
    "stdlib": set(),
    "interp": {"grammar", "runtime", "stdlib"},
    "dmascript": {"grammar", "runtime", "stdlib", "interp"},
}
SLOW = {"enum", "re", "dataclasses", "typing", "pickle", "inspect", "pathlib", "tempfile"}


def modules(folder: str) -> list[Path]:
    return sorted(path for path in (ROOT / folder).rglob("*.py"))


def is_for_typing_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def imports(node: ast.AST, at_start_only: bool) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports below a node that really run: none under TYPE_CHECKING, and on request none inside a function."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif is_for_typing_only(child):
            assert isinstance(child, ast.If)
            for other in child.orelse:
                yield from imports(other, at_start_only)
        elif not (at_start_only and isinstance(child, ast.FunctionDef | ast.Lambda)):
            yield from imports(child, at_start_only)


def imported(path: Path, at_start_only: bool = False) -> set[str]:
    """Top-level names of what a module imports from outside the package."""
    names: set[str] = set()
    for found in imports(ast.parse(path.read_text("utf-8")), at_start_only):
        if isinstance(found, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in found.names)
        elif not found.level and found.module:
            names.add(found.module.partition(".")[0])
    return names


def rooms_imported(path: Path, folder: str) -> set[str]:
    """The other folders that a module reaches by its relative imports, also for typing only."""
    depth = len(path.relative_to(ROOT / folder).parts)
    above = 1 if folder == "dmascript" else 2
    rooms: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == depth + above - 1:
            names = [node.module.partition(".")[0]] if node.module else [alias.name for alias in node.names]
            rooms.update(name for name in names if name in MAY_IMPORT)
            if above == 2:
                rooms.update("dmascript" for name in names if name not in MAY_IMPORT and name != "__version__")
    return rooms - {folder}


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_imports_point_down_the_ladder(folder: str) -> None:
    """No folder reaches one beside or above it."""
    wrong = {str(path.relative_to(ROOT)): rooms - MAY_IMPORT[folder]
             for path in modules(folder) if (rooms := rooms_imported(path, folder)) - MAY_IMPORT[folder]}  # fmt: skip
    assert wrong == {}


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_imports_within_the_package_are_relative(folder: str) -> None:
    """Neither `import runtime`, which works by accident in the checkout, nor `import dmascript.runtime`."""
    wrong = {str(path.relative_to(ROOT)) for path in modules(folder) if imported(path) & set(MAY_IMPORT)}
    assert wrong == set()


def test_only_the_front_door_imports_click_and_prompt_toolkit() -> None:
    """The rooms below know no terminal, and lark is known to one module of grammar."""
    rooms = [path for folder in MAY_IMPORT for path in modules(folder)]
    by_name = {name: {path for path in rooms if name in imported(path)} for name in ("click", "prompt_toolkit", "lark")}
    assert {path.relative_to(ROOT).parts[0] for path in by_name["click"] | by_name["prompt_toolkit"]} <= {"dmascript"}
    assert {path.relative_to(ROOT).parts[0] for path in by_name["lark"]} <= {"grammar"}
    assert len(by_name["lark"]) <= 1


def neighbours(path: Path, folder: str) -> set[Path]:
    """The modules of the same folder that a module imports, at its start or in a function of its own."""
    found: set[Path] = set()
    for node in imports(ast.parse(path.read_text("utf-8")), False):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            for target in (base, *(base / alias.name for alias in node.names)):
                found.update(one for one in (target.with_suffix(".py"), target / "__init__.py") if one.exists())
    return {one for one in found if one.is_relative_to(ROOT / folder)} - {path}


def unordered(graph: dict[Path, set[Path]]) -> set[Path]:
    """What is left after taking away, as often as there is one, a module that imports none of those left, or that none
    of those left imports: the circles, and what lies between two of them."""
    left = dict(graph)
    while True:
        wanted = set().union(*left.values())
        done = [one for one, needs in left.items() if one not in wanted or not needs & left.keys()]
        if not done:
            return set(left)
        for one in done:
            del left[one]


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_no_circles(folder: str) -> None:
    """Within a folder some module can be read first: none imports one that imports it, not even inside a function."""
    graph = {path: neighbours(path, folder) for path in modules(folder) if path.name != "__init__.py"}
    assert sum(map(len, graph.values())) > 0 or folder == "stdlib"
    assert {str(path.relative_to(ROOT)) for path in unordered(graph)} == set()


def test_a_circle_is_found() -> None:
    """The search for circles does find one, and leaves out what only hangs on it."""
    one, two, three, four = map(Path, "abcd")
    assert unordered({one: {two}, two: {three}, three: {two}, four: {three}}) == {two, three}
    assert unordered({one: {two}, two: {three}, three: set(), four: {one}}) == set()


@pytest.mark.parametrize("path", modules("runtime"), ids=lambda path: str(path.relative_to(ROOT)))
def test_runtime_is_quick_to_import(path: Path) -> None:
    """No module of the simulated NT loads what slows down every start."""
    assert imported(path, at_start_only=True) & SLOW == set()
