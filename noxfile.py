"""The tasks of the project: `nox -s lint types tests wheel`, and on demand `oracle`, `fuzz` and `bench`.

No session needs a shell, so they run on Windows too.
"""

from __future__ import annotations

import shutil
import tomllib
import zipfile
from pathlib import Path

import nox

ROOT = Path(__file__).parent
SITE = ROOT / "build" / "site"
REQUIREMENTS = ("click", "greenlet", "lark", "prompt_toolkit")

nox.options.sessions = ["lint", "types", "tests", "wheel"]
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_missing_interpreters = False


def setuptools_table() -> dict[str, dict[str, str]]:
    """The `tool.setuptools` table, which says what is packed and from where."""
    with open(ROOT / "pyproject.toml", "rb") as file:
        table: dict[str, dict[str, str]] = tomllib.load(file)["tool"]["setuptools"]
    return table


def lay_out_site() -> None:
    """Copy the folders to build/site as they install: type checkers read files and cannot follow an import hook."""
    shutil.rmtree(SITE, ignore_errors=True)
    for package, folder in sorted(setuptools_table()["package-dir"].items()):
        ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(ROOT / folder, SITE.joinpath(*package.split(".")), ignore=ignore, dirs_exist_ok=True)


@nox.session
def lint(session: nox.Session) -> None:
    """Style and likely mistakes."""
    session.install("ruff")
    session.run("ruff", "check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """mypy --strict and pyright."""
    session.install("mypy", "types-greenlet", "types-Pygments", "pyright[nodejs]", "pytest", *REQUIREMENTS)
    lay_out_site()
    python = str(Path(session.virtualenv.bin) / "python")
    with session.chdir(SITE):
        session.run("mypy", "--strict", "--config-file", str(ROOT / "pyproject.toml"), "-p", "dmascript")
    session.run("pyright", "--project", str(ROOT / "pyproject.toml"), "--pythonpath", python)


@nox.session
def tests(session: nox.Session) -> None:
    """The tests, against the checkout."""
    session.install("-e", ".[test]", "coverage[toml]")
    session.run("coverage", "run", "-m", "pytest", *session.posargs)
    session.run("coverage", "report")


@nox.session
def wheel(session: nox.Session) -> None:
    """Build the sdist and from it the wheel, look inside, install it alone, and run the examples from elsewhere."""
    session.install("build")
    shutil.rmtree(ROOT / "dist", ignore_errors=True)
    # `build` makes the wheel from the sdist, so that neither a stale build/lib nor a file of the checkout gets in.
    session.run("python", "-m", "build", "--outdir", str(ROOT / "dist"))
    built = next((ROOT / "dist").glob("*.whl"))
    problems = wheel_problems(built)
    if problems:
        session.error("\n".join(problems))
    session.install(f"{built}[test]")
    elsewhere = Path(session.create_tmp())
    examples = sorted(str(path) for path in (ROOT / "examples").glob("**/*.dma"))
    with session.chdir(elsewhere):
        session.run("python", "-m", "dmascript", "--version")
        session.run("dmascript", "routines", "IoAllocateMdl")
        if examples:
            session.run("python", "-m", "dmascript", "test", *examples)


def wheel_problems(path: Path) -> list[str]:
    """What is wrong with the contents of a wheel, one sentence each."""
    with zipfile.ZipFile(path) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    wanted = {
        "/".join([*package.split("."), file.relative_to(ROOT / folder).as_posix()])
        for package, folder in setuptools_table()["package-dir"].items()
        for file in (ROOT / folder).rglob("*")
        if file.suffix in (".py", ".lark", ".dma", ".h", ".typed") and file.is_file()
    }
    problems = [f"{name} is in the wheel, outside the package" for name in packed if not name.startswith("dmascript/")]
    problems += [f"{name} is missing from the wheel" for name in wanted - packed]
    problems += [f"{name} is in the wheel and not in the checkout" for name in packed - wanted]
    return sorted(problems)


@nox.session
def oracle(session: nox.Session) -> None:
    """Compare with C compilers on the same programs and layouts, `nox -s oracle -- 1000` on more of them.

    Skips what the machine does not have."""
    session.install("-e", ".[test]")
    session.run("pytest", "-m", "oracle", success_codes=[0, 5])
    session.run("python", "tests/oracle_csmith.py", *(session.posargs or ["100"]))
    session.run("python", "tests/oracle_flow.py", *(session.posargs[:1] or ["100"]))


@nox.session
def fuzz(session: nox.Session) -> None:
    """Look for a script that ends in a Python traceback or does not end."""
    session.install("-e", ".[test]")
    session.run("pytest", "-m", "fuzz", *session.posargs, success_codes=[0, 5])


@nox.session
def bench(session: nox.Session) -> None:
    """Speed, as ratios measured within one process."""
    session.install(".")
    session.run("python", "-m", "bench", *session.posargs)
