"""How long `dmascript run` takes from the shell's view, against a Python that does nothing.

The package is installed from its wheel, byte-compiled, into a fresh virtual environment: an editable install and a
checkout start more slowly. Processes take turns, and the median of each counts.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from .importable import ROOT
from .measure import Row, medians, ms
from .scripts import FOLDER

AGAIN, FIRST = 2.0, 12.0
SCRIPT = FOLDER / "start.dma"


class Installed:
    """A Python that has the package, with a cache folder of its own and nothing of the checkout in its path."""

    def __init__(self, folder: Path, fresh: bool) -> None:
        self.folder = folder
        self.python = install(folder) if fresh else sys.executable
        self.cache = folder / "cache"
        self.script = folder / SCRIPT.name
        self.script.write_bytes(SCRIPT.read_bytes())
        away = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONSTARTUP")
        self.environment = {name: value for name, value in os.environ.items() if name not in away}
        self.environment["DMASCRIPT_CACHE"] = str(self.cache)

    def process(self, *words: str) -> None:
        done = subprocess.run(
            [self.python, *words], cwd=self.folder, env=self.environment, capture_output=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(words)}: exit code {done.returncode}\n{done.stderr.decode()}")

    def nothing(self) -> None:
        self.process("-c", "pass")

    def again(self) -> None:
        """The script is in the cache."""
        self.process("-m", "dmascript", "run", self.script.name)

    def first(self) -> None:
        """The parser's tables are in the cache, no script is."""
        for entry in self.cache.glob("program-*"):
            entry.unlink()
        self.again()


def install(folder: Path) -> str:
    """Build the wheel, install it into a new environment, and return that one's Python. What the package needs comes
    from the environment that runs the bench, by a path file."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    source = folder / "source"
    copy_tracked(source)
    subprocess.run([*pip, "wheel", "--no-deps", "-w", str(folder), str(source)], check=True)
    place = folder / "venv"
    venv.create(place, with_pip=False, symlinks=os.name != "nt")
    python = next(path for path in (place / "bin" / "python", place / "Scripts" / "python.exe") if path.exists())
    wheel = next(folder.glob("*.whl"))
    subprocess.run(
        [*pip, "--python", str(python), "install", "--no-deps", "--no-index", "--compile", str(wheel)], check=True
    )
    purelib = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    import lark

    Path(purelib, "dependencies.pth").write_text(str(Path(lark.__file__).parent.parent) + "\n")
    return str(python)


def copy_tracked(target: Path) -> None:
    """What a wheel is built from, copied, since building leaves its traces beside it."""
    import shutil

    for folder in ("dmascript", "grammar", "interp", "runtime", "stdlib"):
        shutil.copytree(ROOT / folder, target / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, target / name)


def run(quick: bool) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        place = Installed(Path(folder), fresh=not quick)
        place.again()  # the first start fills the cache with the script, the second with what a run of it needs
        place.again()
        nothing, again, first = medians(1 if quick else 15, place.nothing, place.again, place.first)
    return [
        Row("start, script cached / python -c pass", again / nothing, AGAIN, detail=f"{ms(again)} / {ms(nothing)}"),
        Row(
            "start, script new, tables cached / python -c pass",
            first / nothing,
            FIRST,
            detail=f"{ms(first)} / {ms(nothing)}",
        ),
    ]
