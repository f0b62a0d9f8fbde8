"""A start from one file of modules is a start like any other."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import module_from_spec
from pathlib import Path

import pytest

from dmascript.grammar import cache
from dmascript.module_cache import RUN_FILE, ModuleCache
from dmascript.runtime import findings

KEEP = "import dmascript.runtime.findings as _, dmascript.module_cache as m; m.ModuleCache().keep()"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder with the modules that some process has loaded."""
    monkeypatch.setenv("DMASCRIPT_CACHE", str(tmp_path))
    if subprocess.run([sys.executable, "-c", KEEP], cwd=tmp_path, capture_output=True).returncode:
        pytest.skip("dmascript is not installed")
    return tmp_path / RUN_FILE


def test_a_module_from_the_file_is_the_module(kept: Path) -> None:
    """It knows its file and its package, and holds what the source says."""
    spec = ModuleCache().find_spec("dmascript.runtime.findings")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.__file__ == findings.__file__
    assert module.__package__ == "dmascript.runtime"
    assert module.address(0xFFFF_8000_0000_1000) == findings.address(0xFFFF_8000_0000_1000)
    package = ModuleCache().find_spec("dmascript.runtime")
    assert package is not None
    assert package.submodule_search_locations == [os.path.dirname(findings.__file__)]
    assert ModuleCache().find_spec("dmascript.runtime.no_such") is None


@pytest.mark.parametrize("place", [1, 2], ids=["time", "size"])
def test_a_file_of_other_sources_does_not_count(kept: Path, place: int) -> None:
    """One source that is not what it was is enough."""
    version, home, entries = cache.load(RUN_FILE)
    entry = list(entries["dmascript.runtime.findings"])
    entry[place] += 1
    cache.store(RUN_FILE, (version, home, entries | {"dmascript.runtime.findings": tuple(entry)}))
    assert ModuleCache().entries == {}


def test_rubbish_does_not_count(kept: Path) -> None:
    """Neither does what another Python or another installation wrote, nor half a file."""
    whole = kept.read_bytes()
    _, home, entries = cache.load(RUN_FILE)
    cache.store(RUN_FILE, (sys.hexversion + 1, home, entries))
    assert ModuleCache().entries == {}
    cache.store(RUN_FILE, (sys.hexversion, home + "-other", entries))
    assert ModuleCache().entries == {}
    kept.write_bytes(whole[: len(whole) // 2])
    assert ModuleCache().entries == {}


def test_starts_end_alike(tmp_path: Path) -> None:
    """Starts without the file, with it, and under a profiler print the same and exit with the script's code."""
    if subprocess.run([sys.executable, "-m", "dmascript", "--version"], cwd=tmp_path, capture_output=True).returncode:
        pytest.skip("dmascript is not installed")
    environment = {**os.environ, "DMASCRIPT_CACHE": str(tmp_path / "cache")}
    for text, code in (('DbgPrint("done\\n");\n', 0), ('DbgPrint("done\\n");\nExFreePool((PVOID)1);\n', 1)):
        script = tmp_path / f"exits{code}.dma"
        script.write_text(text)
        seen = []
        for _ in range(3):
            words = [sys.executable, "-m", "dmascript", "run", script.name]
            done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True)
            seen.append((done.returncode, done.stdout, done.stderr))
        assert seen[0][:2] == (code, "done\n")
        assert seen[1:] == seen[:1] * 2
        words[1:1] = ["-m", "cProfile"]
        profiled = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert "done\n" in profiled.stdout and "function calls" in profiled.stdout
    assert {path.name.split("-")[1] for path in (tmp_path / "cache").glob("modules-*")} == {"run", "compile"}
