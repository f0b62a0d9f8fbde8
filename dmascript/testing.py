"""`dmascript test`: runs scripts as tests and says how each went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from .console import EXIT_CLEAN, EXIT_FOUND, EXIT_USAGE, Console
from .golden import run_expectations


def run_tests(paths: Iterable[str], update: bool, console: Console) -> int:
    """Test files, and all `.dma` files below directories; the exit code is 1 if a promise was not kept."""
    passed = failed = 0
    for path in scripts_below(paths):
        failures = failures_of(path, update, console)
        for failure in failures:
            console.say(failure)
        console.write(f"{'FAILED' if failures else 'ok'}  {path}\n")
        passed += not failures
        failed += bool(failures)
    console.write(f"{passed} passed, {failed} failed\n")
    console.flush()
    if not passed and not failed:
        console.say("dmascript: there is no script in there")
        return EXIT_USAGE
    return EXIT_FOUND if failed else EXIT_CLEAN


def scripts_below(paths: Iterable[str]) -> Iterator[str]:
    """The files themselves, and the scripts in directories in order of path."""
    for path in paths:
        if Path(path).is_dir():
            yield from sorted(str(found) for found in Path(path).rglob("*.dma"))
        else:
            yield path


def failures_of(path: str, update: bool, console: Console) -> list[str]:
    """The failures of one file, after its promises were rewritten if that is wanted."""
    try:
        text = read_text(path)
    except (OSError, UnicodeDecodeError) as error:
        return [f"{path}: cannot be read: {error}"]
    if update:
        text = rewrite(path, text, console)
    return run_expectations(path, text)


def read_text(path: str) -> str:
    """The text of a script with its own line ends."""
    return Path(path).read_bytes().decode("utf-8-sig")


def rewrite(path: str, text: str, console: Console | None = None) -> str:
    """Bring the promises of output in a file up to date, and return its text."""
    from .golden_update import updated

    after = updated(path, text)
    if after != text:
        mark = b"\xef\xbb\xbf" if Path(path).read_bytes().startswith(b"\xef\xbb\xbf") else b""
        Path(path).write_bytes(mark + after.encode("utf-8"))
        if console is not None:
            console.say(f"{path}: rewritten")
    return after
