"""The pictures of a run: `dmascript picture` writes them to files, `run --picture` prints them.

An .svg file holds one mapping, so several mappings are several files; an .html file holds them all, on every profile if
that is asked for.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from .console import EXIT_CLEAN, EXIT_FOUND, EXIT_REFUSED, EXIT_USAGE, Console
from .interp import script
from .loading import load_script, show_diagnostics
from .outcomes import show_outcome
from .run_options import ALL
from .runtime.findings import plural
from .runtime.profiles import PROFILES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .interp.options import Options
    from .interp.script import Outcome
    from .runtime.dma.drawings import Drawing

MOST_PRINTED = 8
WIDTH = 80


def show_pictures(outcome: Outcome, console: Console) -> None:
    """Print the mappings of a run to the terminal."""
    from .picture_text import picture

    assert outcome.pictures is not None
    drawings = outcome.pictures.drawings
    width = _terminal_width()
    console.say("\n".join(picture(drawing, width, console.boxes) for drawing in drawings[:MOST_PRINTED]) or
                "dmascript: nothing was mapped for a device")  # fmt: skip
    left = len(drawings) + outcome.pictures.missed - MOST_PRINTED
    if left > 0:
        console.say(f"dmascript: {plural(left, 'more mapping')}; `dmascript picture FILE -o FILE.html` draws them")


def _terminal_width() -> int:
    said = os.environ.get("COLUMNS", "")
    if said.isdecimal() and int(said):
        return int(said)
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or WIDTH
    except (OSError, ValueError, AttributeError):
        return WIDTH


def draw_script(path: str, output: str, mapping: int | None, options: Options, console: Console) -> int:
    """Run a script and write what it maps; what it prints goes nowhere. The exit code of the run."""
    kind = Path(output).suffix.lower()
    if kind not in (".svg", ".html"):
        console.say(f"dmascript: {output} is neither .svg nor .html")
        return EXIT_USAGE
    if options.profile == ALL and kind == ".svg":
        console.say("dmascript: --profile all needs an .html file, which holds pictures of every profile")
        return EXIT_USAGE
    loaded = load_script(path, options, console)
    if loaded is None:
        return EXIT_USAGE
    if show_diagnostics(loaded, console):
        return EXIT_REFUSED
    drawings: list[Drawing] = []
    missed, code = 0, EXIT_CLEAN
    for profile in PROFILES if options.profile == ALL else (options.profile,):
        options.profile, options.picture = profile, True
        outcome = script.run(loaded, options, lambda text: None)
        show_outcome(outcome, loaded.files, console)
        code = max(code, outcome.exit_code)
        if outcome.pictures is not None:
            missed += outcome.pictures.missed
            drawings += [one for one in outcome.pictures.drawings if mapping in (None, one.number)]
    if not drawings:
        console.say(f"dmascript: {'there is no such mapping' if mapping else 'nothing was mapped for a device'}")
        return max(code, EXIT_FOUND)
    try:
        _write(path, output, kind, drawings, missed if mapping is None else 0, console)
    except OSError as error:
        console.say(f"dmascript: cannot write {error.filename or output}: {error.strerror or error}")
        return EXIT_USAGE
    return code


def _write(path: str, output: str, kind: str, drawings: list[Drawing], missed: int, console: Console) -> None:
    from .picture_page import page_of_pictures
    from .picture_svg import picture

    target = Path(output)
    if kind == ".html":
        files = [(target, page_of_pictures(f"What {Path(path).name} maps", drawings, missed))]
    elif len(drawings) == 1:
        files = [(target, picture(drawings[0]))]
    else:
        files = [(target.with_stem(f"{target.stem}-{one.number}"), picture(one)) for one in drawings]
    for file, text in files:
        file.write_text(text, encoding="utf-8", newline="\n")
    span = files[0][0].name if len(files) == 1 else f"{files[0][0].name} to {files[-1][0].name}"
    more = f"; {missed} more were too many" if missed else ""
    console.say(f"dmascript: {plural(len(drawings), 'picture')} in {span}{more}")
