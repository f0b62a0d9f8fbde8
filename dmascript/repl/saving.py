"""A session as a script: what was entered, in its order, with what it prints and breaks as expectations.

The script is run as a test runs it, and its expectations are what came; so it passes, or `saved` says why it cannot.
"""

from __future__ import annotations

from ..golden import execute, run_expectations
from ..golden_update import updated
from ..interp.growing import LAST
from ..promises import programs_of
from ..run_options import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..golden import Came
    from ..interp.debugger.live import Live
    from ..interp.debugger.orders import Item

END = 'DbgPrint("the end of the session\\n");'


def saved(live: Live, path: str) -> tuple[str, list[str]]:
    """The text of the script, and sentences about what it does not hold or keep."""
    lines, remarks = _lines(live)
    text = "\n".join(lines) + "\n"
    came = _run(path, text)
    if came is not None and not came.refused:
        if not came.output_lines and not came.reports:
            text += END + "\n"
        text = updated(path, _with_findings(path, text, came))
    failures = run_expectations(path, text)
    if failures:
        remarks.append("it does not pass as a test:")
        remarks += failures
    return text, remarks


def _run(path: str, text: str) -> Came | None:
    program = programs_of(text)[0]
    try:
        return execute(path, program.text, program.options())
    except Refusal:
        return None


def _lines(live: Live) -> tuple[list[str], list[str]]:
    """The script without its expectations, and what had to be left out."""
    remarks: list[str] = []
    words = _options(live)
    lines: list[str] = []
    by_hand = False
    last = {name: item for item in live.journal for name in _functions(item)}
    moved: set[int] = set()
    for item in live.journal:
        if item.shown.startswith("--fail "):
            words.append(item.shown)
        elif item.shown.startswith(".schedule"):
            by_hand = True
        elif item.part is None:
            remarks.append(f"left out: {item.shown}")
        elif item.at is not None:
            lines += [f"// while stopped: {line}" for line in _text(item)]
            first = item.shown.strip().splitlines()[0]
            remarks.append(f"only a comment: {first} was entered while the run was stopped")
        elif id(item) not in moved:
            again = {id(last[name]): last[name] for name in _functions(item) if last[name] is not item}
            for later in again.values():  # the last definition takes the place of the first
                lines += _text(later)
                moved.add(id(later))
            if again:
                remarks.append(f"left out: {item.part.name}, for its function was defined again later")
            else:
                lines += _text(item)
    if by_hand:
        remarks.append("choices that were made by hand are not saved")
    if words:
        lines.insert(0, "// options: " + " ".join(words))
    return lines or [END], remarks


def _options(live: Live) -> list[str]:
    """The session's options as a test may have them."""
    options = live.options
    words: list[str] = []
    for flag, value in (("--profile", options.profile), ("--seed", options.seed)):
        if value is not None:
            words.append(f"{flag} {value}")
    if options.verifier != "standard":
        words.append(f"--verifier {options.verifier}")
    if options.granularity != "call":
        words.append(f"--granularity {options.granularity}")
    words += [f"--set {name}={value.replace(' ', '')}" for name, value in options.settings.items()]
    words += [f"--allow {rule}" for rule in options.allow]
    words += [f"--fail {name}:{nth}" for name, nth in options.failures]
    return words


def _functions(item: Item) -> list[str]:
    """The file-level functions that an item defines."""
    return list(item.part.defines) if item.part is not None and item.at is None else []


def _text(item: Item) -> list[str]:
    assert item.part is not None
    text = item.part.text
    if text.endswith(LAST):
        body = text.removesuffix(LAST).rstrip()
        text = body + ";" if "//" not in body.splitlines()[-1] else body + "\n;"
    return text.rstrip("\n").split("\n")


def _with_findings(path: str, text: str, came: Came) -> str:
    """The text with a comment for each rule that is broken, on the line that breaks it, or at the end."""
    lines = text.rstrip("\n").split("\n")
    said: dict[int, str] = {}
    stop = ""
    for report in came.reports:
        if report.severity not in ("error", "leak"):
            continue
        if report.stop is not None and report.severity == "error":
            stop = f"// expect bugcheck: {report.stop.code:#x}"
        place = report.places[0] if report.places else None
        kind = "leak" if report.severity == "leak" else "violation"
        if place is not None and place.file == path and 0 < place.line <= len(lines) and place.line not in said:
            said[place.line] = f"// expect {kind}: {report.rule}"
            if kind == "violation":
                stop = ""
        if stop or any(report.severity == "error" and report.stop is not None for report in came.reports):
            if kind == "violation":
                break
    for line in sorted(said, reverse=True):
        if "//" in lines[line - 1] or lines[line - 1].rstrip().endswith("\\"):
            lines.insert(line - 1, "")  # a promise must stand on the line itself
            lines[line - 1 : line + 1] = [lines[line].split("//")[0].rstrip() + "  " + said[line]]
        else:
            lines[line - 1] += "  " + said[line]
    if stop:
        lines.append(stop)
    return "\n".join(lines) + "\n"
