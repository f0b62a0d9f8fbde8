"""What a run has come to, drawn on the console."""

from __future__ import annotations

from .console import EXIT_FOUND, EXIT_USAGE, Console
from .loading import close

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .interp.report import Report
    from .interp.script import Outcome


def show_outcome(outcome: Outcome, files: Mapping[str, str], console: Console) -> None:
    """Draw the reports of a run, each bug check with its screen before it, and the limit that ended it."""
    for remark in outcome.remarks:
        console.say(f"dmascript: {remark}")
    if outcome.reports:
        from .render import render_report, summary

        drawn = [_screen(report, console) + render_report(report, files, console.paint) for report in outcome.reports]
        console.say("\n".join(drawn))
        close(summary(report.severity for report in outcome.reports), console)
    elif outcome.exit_code == EXIT_FOUND:
        console.say("dmascript: nothing was found, but the function that was run returned a failure")
    if outcome.limit:
        # A run that could not begin, for a setting that cannot be, says why in the same member.
        heading = "dmascript" if outcome.exit_code == EXIT_USAGE else console.paint("error", "stopped")
        console.say(f"{heading}: {outcome.limit}")


def _screen(report: Report, console: Console) -> str:
    """The screen that this report leaves; a leak names the bug check that Windows may show later, and leaves none."""
    if report.stop is None or report.severity != "error":
        return ""
    from .bugcheck_screen import bugcheck_screen
    from .explain import stop_meaning

    return bugcheck_screen(report, stop_meaning(report.stop), console.paint) + "\n"
