"""A script from its file to its outcome. What the front door calls.

`load` takes a compiled program from the cache if its sources are what they were; only otherwise is the front end
imported."""

from __future__ import annotations

from ..runtime.choose import Chooser
from . import program_cache
from .compiled import Compiled
from .machine_settings import SettingError, machine, merged, seed
from .session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..grammar.source import Diagnostic
    from ..runtime.dma.record import Recorder
    from ..runtime.mm.store import Host
    from .options import Options
    from .report import Report
    from .trace import Listener, TraceEvent

EXIT_CLEAN, EXIT_BROKEN, EXIT_USAGE, EXIT_LIMIT, EXIT_REFUSED = 0, 1, 2, 3, 65


class Loaded:
    """A script ready to run: `files` are its sources by the name that reports use, `program` is None if it has
    errors. `host` is the memory that the last run has left to the next."""

    __slots__ = ("path", "files", "diagnostics", "program", "host")

    def __init__(
        self, path: str, files: dict[str, str], diagnostics: list[Diagnostic], program: Compiled | None
    ) -> None:
        self.path = path
        self.files = files
        self.diagnostics = diagnostics
        self.program = program
        self.host: Host | None = None


class Outcome:
    """How a run ended. `limit` is a sentence about the host limit that ended it, or empty; `remarks` are sentences
    about what went otherwise than the script may think, though no rule was broken."""

    __slots__ = ("exit_code", "reports", "limit", "trace", "steps", "time_ns", "remarks", "pictures")

    def __init__(self, exit_code: int, reports: list[Report], limit: str, trace: list[TraceEvent]) -> None:
        self.exit_code = exit_code
        self.reports = reports
        self.limit = limit
        self.trace = trace
        self.steps = 0
        self.time_ns = 0
        self.remarks: list[str] = []
        self.pictures: Recorder | None = None


def load(path: str, options: Options, text: str | None = None) -> Loaded:
    """Read and compile a script. OSError if the named file cannot be opened."""
    loaded = _load(path, options, text, options.granularity != "call")
    if loaded.program is not None and options.granularity == "call" and is_fine(loaded.program):
        loaded = _load(path, options, text, True)
    return loaded


def is_fine(program: Compiled) -> bool:
    """The script's machine block asks for a finer interleaving than at calls."""
    return dict(program.settings).get("granularity", "call") != "call"


def _load(path: str, options: Options, text: str | None, instrumented: bool) -> Loaded:
    if text is None:
        found = program_cache.find(path, options.folders, instrumented)
        if found is not None:
            program, files, said = found
            files.update(program.frames)
            return Loaded(path, files, program_cache.diagnostics(said), program)
    from .compile import compile_script

    program_or_none, files, sources, diagnostics = compile_script(path, options, text, instrumented)
    if program_or_none is not None and text is None:
        program_cache.keep(path, options.folders, instrumented, program_or_none, sources, diagnostics)
    return Loaded(path, files, diagnostics, program_or_none)


def run(
    loaded: Loaded, options: Options, write: Callable[[str], None], listener: Listener | None = None
) -> Outcome:
    """Run a loaded script on a new machine. If it is traced, `listener` is told of events as they happen."""
    program = loaded.program
    assert program is not None
    try:
        found = merged(program.settings, options)
    except SettingError as error:
        return Outcome(EXIT_USAGE, [], str(error), [])
    trace: list[TraceEvent] = []
    chooser = Chooser(seed(found, options), options.failures)
    session = Session(machine(found, options), chooser, write, host=loaded.host)
    loaded.host = None
    if options.trace or options.trace_file:
        from .trace import Tracer

        tracer = Tracer(session, trace, listener)
        session.trace = tracer.call
        session.nt.write = tracer.printing(write)
    if options.picture:
        from ..runtime.dma.record import Recorder

        session.nt.recorder = Recorder(session.nt)
    if not program.entry:
        return Outcome(
            EXIT_USAGE, [], "the file has no statement, no DriverEntry and no main: there is nothing to run", []
        )
    session.load(program)
    session.run(program.entry)
    session.finish()
    reports = session.reports()
    broken = any(report.severity in ("error", "leak") for report in reports)
    code = EXIT_BROKEN if broken or session.blocks.failed else EXIT_CLEAN
    if session.limit:
        code = EXIT_LIMIT
    outcome = Outcome(code, reports, session.limit, trace)
    outcome.remarks = session.blocks.remarks
    if session.nt.recorder is not None:
        outcome.pictures = session.nt.recorder
        for drawing in outcome.pictures.drawings:
            drawing.began_at = session.sites.place(drawing.began_at, "")
            drawing.ended_at = session.sites.place(drawing.ended_at, "")
    outcome.steps = session.nt.clock.steps
    outcome.time_ns = session.nt.clock.now_ns
    if outcome.pictures is None:  # a recorder still knows the machine
        loaded.host = session.nt.store.leave()
    return outcome
