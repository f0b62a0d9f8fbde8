"""Runs one script for the command line: loads it, lets it write, and draws what was found."""

from __future__ import annotations

from .console import EXIT_CLEAN, EXIT_REFUSED, EXIT_USAGE, Console
from .interp import script
from .loading import load_script, show_diagnostics
from .outcomes import show_outcome
from .run_options import ALL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .grammar.source import Diagnostic
    from .interp.options import Options
    from .interp.script import Loaded, Outcome


def run_script(path: str, options: Options, console: Console, json_file: str | None = None) -> int:
    """Run a file, or standard input for `-`, and return the exit code; findings go to the console and to the file."""
    if options.profile == ALL:
        from .all_profiles import run_on_all

        if json_file is not None or options.trace or options.trace_file or options.picture:
            console.say("dmascript: --profile all only compares: name one profile for --trace, --trace-file, --picture "
                        "or --json")  # fmt: skip
            return EXIT_USAGE
        return run_on_all(path, options, console)
    loaded = load_script(path, options, console)
    if loaded is None:
        return EXIT_USAGE
    refused = show_diagnostics(loaded, console)
    outcome = None if refused else traced_run(loaded, options, console)
    console.flush()
    code = EXIT_REFUSED
    if outcome is not None:
        code = keep_trace(outcome, options, console)
        if outcome.pictures is not None:
            from .picturing import show_pictures

            show_pictures(outcome, console)
        show_outcome(outcome, loaded.files, console)
    if json_file is not None:
        from .report_json import write_findings

        return write_findings(json_file, code, loaded.diagnostics, outcome, console)
    return code


def check_scripts(paths: Iterable[str], options: Options, console: Console, json_file: str | None = None) -> int:
    """Draw the diagnostics of each file; the worst exit code of them."""
    code = EXIT_CLEAN
    found: list[Diagnostic] = []
    for path in paths:
        loaded = load_script(path, options, console)
        if loaded is None:
            code = code or EXIT_USAGE
            continue
        found.extend(loaded.diagnostics)
        if show_diagnostics(loaded, console):
            code = EXIT_REFUSED
    if json_file is not None:
        from .report_json import write_findings

        return write_findings(json_file, code, found, None, console)
    return code


def traced_run(loaded: Loaded, options: Options, console: Console) -> Outcome:
    """Run a script; with --trace each event is printed as it happens."""
    if not options.trace:
        return script.run(loaded, options, console.write)
    from .trace_text import TraceLog

    log = TraceLog(console.say)
    try:
        return script.run(loaded, options, console.write, log)
    finally:
        log.close()


def keep_trace(outcome: Outcome, options: Options, console: Console) -> int:
    """Write the trace to its file, if there is to be one; the exit code of the run, or of wrong usage if that fails."""
    if options.trace_file:
        from .trace_text import write_trace

        try:
            write_trace(options.trace_file, outcome.trace)
        except OSError as error:
            console.say(f"dmascript: cannot write {options.trace_file}: {error.strerror or error}")
            return EXIT_USAGE
    return outcome.exit_code
