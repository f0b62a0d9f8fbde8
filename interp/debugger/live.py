"""A live machine: it takes one entry after the other, stops where it is told, and can be brought back to any moment.

    live = Live(Options(), print)
    live.enter("PMDL mdl = IoAllocateMdl(NULL, 4096, FALSE, FALSE, NULL);")
    live.enter("mdl->ByteCount").value

Everything that the machine does runs in greenlets of its own; the one that called keeps its place and is switched back
to when an entry is done or the run stops, with all frames alive. Going back is running again: `journal` has all that
was ever done to the machine, the same entries make the same run, and so each moment has a number (Position).

Free running costs an iterator at each statement. The debugger is called when it runs dry: at once while it watches, and
exactly at one moment when it waits for that.
"""

from __future__ import annotations

import sys
from itertools import repeat
from threading import get_ident

from ..blocks import Blocks
from ..growing import Frame, Growing, Part
from ..machine_settings import machine, merged, seed
from ..session import Session
from ..trace import Tracer
from .again import FOREVER, forgets_names, replay, rerun, undo
from .control import Control
from .evaluating import evaluate, number, read
from .haste import Abandoned, Haste
from .orders import Item, order
from .rest import rest
from .schedule import ByHand, Question, question
from .stops import Outcome, Position, Stop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

    from ...grammar.types import Type
    from ...runtime.findings import Finding
    from ...runtime.mm.store import Host
    from ...runtime.system import System
    from ..options import Options
    from ..trace import TraceEvent
    from .again import Way
    from .back import Passed
    from .reading import Evaluated

WAITED_NS = 1000  # turns in which a thread whose work is done waits for another that is stopped


class Live:
    """`write` takes what scripts print. `shown` is how many characters of output have been passed on: a run that is
    done again keeps silent until it prints something new."""

    def __init__(self, options: Options, write: Callable[[str], None]) -> None:
        self.options = options
        self.write = write
        self.journal: list[Item] = []
        self.control = Control(self)
        self.entries = 0
        self.tick = 0  # places that were passed
        self._breaks = Position(-1)  # the last break of the machine's own
        self._replaced: tuple[repeat[None], int] | None = None
        self.stops: list[Stop] = []  # suspended runs, the innermost last
        self.changing: Callable[[Session], None] | None = None  # told of each new machine before it runs
        self.answers: dict[tuple[str, int], int] = {}  # to choices that were made by hand
        self.asked: Callable[[Question], int] = _plain
        self.silent = False  # what is printed was seen already, though not in these words
        self._printed = self._shown = 0
        self._host: Host | None = None  # memory that the last machine has left
        self.dropped: list[Item] = []  # what the last run again did not come to
        self._thread = 0  # of the host, that the machine runs on just now
        self._haste: Haste | None = None
        self._told = 0  # findings that outcomes have named
        self._recovering = False
        self._traced: list[TraceEvent] | None = None
        self._furthest = 0
        self.looked: list[Passed] = []  # places that the run came by when somebody last looked
        self.growing = Growing(".", options.folders, options.granularity != "call")
        self.new_machine()

    # -- the machine

    @property
    def nt(self) -> System:
        return self.session.nt

    @property
    def stopped(self) -> Stop | None:
        """Where the run is suspended, None at the top level."""
        return self.stops[-1] if self.stops else None

    @property
    def crashed(self) -> bool:
        """The machine has stopped for good, and can only be looked at."""
        return self.nt.stopped

    @property
    def running(self) -> bool:
        """The machine runs just now."""
        return bool(self._thread)

    @property
    def furthest(self) -> int:
        """How many places the run has ever passed."""
        return max(self._furthest, self.passed())

    @property
    def position(self) -> Position:
        return self.stops[-1].position if self.stops else Position(self.passed())

    def settings(self) -> dict[str, int | str]:
        """The settings of the machine: those of all machine blocks so far, overridden by the options."""
        found: dict[str, int | str] = {}
        for item in self.journal:
            if item.part is not None and item.part.program is not None:
                found.update(item.part.program.settings)
        return merged(tuple(found.items()), self.options)

    def new_machine(self) -> None:
        from greenlet import getcurrent, greenlet

        found = self.settings()
        chooser = ByHand(seed(found, self.options), self.options.failures, self.answers, self._ask)
        self.session = Session(machine(found, self.options), chooser, self._print, None, self._host)
        self._host = None
        if self._traced is not None:
            tracer = Tracer(self.session, self._traced)
            self.session.trace = tracer.call
            self.nt.write = tracer.printing(self._print)
        names = self.session.names
        names["HIT"] = self._hit
        self.tick = self._printed = self._told = 0
        self._breaks, self._replaced = Position(-1), None
        self.stops = []
        self._armed = 0
        self.orders = 0
        self.session.nt.breaking = self.machine_breaks
        self.session.nt.clock.exhausted = self._out_of_steps
        self.session.nt.scheduler.go_live()  # a later part may start what an earlier one must make way for
        self._shell = getcurrent()
        self._machine = self._at = greenlet(self._serve)
        self.blocks: list[Blocks] = []
        self.arm(FOREVER)
        self.control.begin(self.session)
        if self.changing is not None:
            self.changing(self.session)

    def _print(self, text: str) -> None:
        """Output of the script: what was shown before is not shown again."""
        before, self._printed = self._printed, self._printed + len(text)
        if self.silent:
            self._shown = self._printed
        elif self._printed > self._shown:
            self.write(text[max(self._shown - before, 0) :])
            self._shown = self._printed

    def close(self) -> None:
        """Let go of the machine: none of its code runs any more."""
        self._furthest = self.furthest
        self.session.names["HIT"] = _nothing
        self.session.nt.stopped = True
        self.stops.clear()
        self.session.nt.breaking = None
        if self._at and not self._at.dead:
            self._at.switch(_leave)
        self.control.end()
        self._at = self._machine  # nobody keeps the frames of its threads
        self._host = self.session.nt.store.leave()

    # -- places to stop at

    def arm(self, free: int) -> None:
        """Let so many places be passed before the debugger is called again."""
        self._armed = free
        self.session.names["WATCH"] = repeat(None, free)

    def passed(self) -> int:
        """Places that the run has passed."""
        left: int = self.session.names["WATCH"].__length_hint__()  # type: ignore[attr-defined]
        return self.tick + self._armed - left

    def interrupt(self) -> None:
        """Stop at the next place. May be called while the machine runs, as by a signal. If none comes soon, because a
        routine is busy, the run is brought back to the last one."""
        self.control.interrupted = True
        if self._thread:
            self._stop_soon()
            if self._haste is None:
                self._haste = Haste(self, self._thread)

    def _stop_soon(self) -> None:
        """Stop at the next place, whatever the run is in the midst of."""
        watch: repeat[None] = self.session.names["WATCH"]  # type: ignore[assignment]
        left = watch.__length_hint__()
        self.tick, self._replaced = self.tick + self._armed - left, (watch, left)
        self.arm(0)

    def rearm(self) -> None:
        """Count from here on as the control wants it."""
        self.tick = self.passed()
        self.arm(self.control.ahead(self.tick))

    def _hit(self) -> None:
        """Called by generated code at a place to stop at, when it has run as far as it was let."""
        if self._replaced is not None:  # a place may still have drawn from the iterator that was there before
            watch, left = self._replaced
            self.tick += left - watch.__length_hint__()
            self._replaced = None
        self.tick += self._armed + 1
        self._armed = 0
        frame = sys._getframe(1)
        reason = self.control.reason(self.tick - 1, frame)
        if reason:
            self.suspend(Stop(reason, Position(self.tick - 1), self.session.sites.here(), frame, self.control.detail))
            self.tick = self.passed()  # entries may have been run meanwhile
        self.arm(self.control.ahead(self.tick))

    def next_break(self) -> Position:
        """The moment of a break between two places."""
        tick = self.passed() - 1
        last = self._breaks
        self._breaks = Position(tick, last.nth + 1 if last.tick == tick else 1)
        return self._breaks

    def machine_breaks(self, reason: str, detail: str = "") -> bool:
        """Called by the machine when it is about to stop for good, or when the script asks for the debugger. True if
        there is one."""
        position = self.next_break()
        if self.control.breaks(reason, position):
            self.halt(reason, position, detail)
        return True

    def halt(self, reason: str, position: Position, detail: str = "") -> None:
        """Suspend the run between two places, in the midst of a routine."""
        self.tick = self.passed()
        self.arm(0)
        names = self.session.names
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_globals is not names:
            frame = frame.f_back
        self.suspend(Stop(reason, position, self.session.sites.here(), frame, detail))
        self.rearm()

    def suspended_frame(self) -> FrameType | None:
        """The innermost frame of Python that the machine is in."""
        found: FrameType | None = self._at.gr_frame if self._at else None
        return found

    def _out_of_steps(self) -> None:
        """The budget of steps is used up: who goes on gets as many again."""
        clock = self.nt.clock
        self.machine_breaks("limit", f"the run has taken {clock.limit:,} steps; g lets it take as many again")
        clock.limit += self.nt.settings.max_steps

    def suspend(self, stop: Stop) -> None:
        """Give control to whoever let the machine run, until the run shall go on; do what is asked for meanwhile."""
        from greenlet import getcurrent

        self.control.stops_now()
        self.control.selected = 0
        self.stops.append(stop)
        answer: object = stop
        while True:
            self._at = getcurrent()
            order = self._shell.switch(answer)
            if order is None or order is _leave:
                break
            answer = order()
        if order is _leave:
            raise Abandoned
        if self.stops and self.stops[-1] is stop:
            self.stops.pop()

    def _serve(self, order: Any) -> None:
        """The life of the machine's own greenlet: one order after the other."""
        while order is not _leave:
            try:
                answer = order()
                while self.orders:  # another thread is stopped, and does what it was told meanwhile
                    self.nt.scheduler.pass_time(WAITED_NS)
                    self.nt.scheduler.make_way()
            except Abandoned:
                break
            self._at = self._machine
            order = self._shell.switch(answer)
        self.session.nt.scheduler.close()

    def _give(self, order: Callable[[], object] | None) -> object:
        """Let the machine do something, or go on; what it says when control is back."""
        from greenlet import getcurrent

        self._shell = getcurrent()
        answer = self._switch(order)
        while isinstance(answer, Question):
            answer = self._switch(self.asked(answer))
        return answer

    def _switch(self, order: object) -> object:
        """Let the machine run until it says something, or is given up."""
        self._thread = get_ident()
        answer, given_up = None, False
        try:
            answer = self._at.switch(order)
        except KeyboardInterrupt:
            given_up = True
        except Exception:
            self._thread = 0
            self._recover()
            raise
        finally:
            self._thread = 0
            haste, self._haste = self._haste, None
            given_up = haste is not None and haste.end() or given_up
        return self._take_back() if given_up else answer

    def _recover(self) -> None:
        """A mistake of ours has ended the machine: make another one, on which what led to it was never done."""
        if self._recovering or not self.journal:
            return
        self._recovering = True
        try:
            undo(self)
        finally:
            self._recovering = False

    def _take_back(self) -> Stop | None:
        """A run that did not stop when it was told to has been given up: bring it back to the last place it passed."""
        position = Position(max(self.passed() - 1, 0))
        self.control.interrupted = False
        self.again(position)
        if self.stops:
            self.stops[-1].reason = "interrupt"
            self.stops[-1].detail = "interrupted, and taken back to the beginning of this"
        return self.stopped

    def _ask(self, what: str, options: int) -> int:
        """Ask the person for a choice: called by the machine, answered by whoever let it run."""
        from greenlet import getcurrent

        self._at = getcurrent()
        answer = self._shell.switch(question(self.nt, what, options))
        if answer is _leave:
            raise Abandoned
        assert isinstance(answer, int)
        return answer

    # -- entries

    def enter(self, text: str, name: str = "") -> Outcome:
        """Run statements, declarations, functions or blocks, or the value of an expression."""
        if self.crashed:
            return self._too_late()
        self.entries += 1
        part = self.growing.add(name or f"entry {self.entries}", text, self.frame())
        return self._run(text, part)

    def load(self, path: str) -> Outcome:
        """Run a file as it stands, but for the end of the run: what it has set up stays. OSError if it cannot be
        opened."""
        if self.crashed:
            return self._too_late()
        self.entries += 1
        return self._run(path, self.growing.open(path))

    def debug(self, path: str) -> Outcome:
        """Run a file as a run does, to its end and that of the machine, from a stop at its first statement. OSError if
        it cannot be opened."""
        if self.crashed:
            return self._too_late()
        self.entries += 1
        return self._run(path, self.growing.open(path), whole=True)

    def do(self, shown: str, action: Callable[[], object]) -> Outcome:
        """Do something else to the machine that is to be done again when the run is."""
        return self._perform(Item(shown, None, action, self.stops[-1].position if self.stops else None))

    def _run(self, shown: str, part: Part, whole: bool = False) -> Outcome:
        if part.program is None:
            return Outcome("refused", part)
        item = Item(shown, part, None, self.stops[-1].position if self.stops else None)
        item.whole = item.stops_first = whole
        if part.program.settings and self.stops:
            self.grow_again()
            self.again(self.stops[-1].position)
            outcome = Outcome("done")
            outcome.note = "a machine block is for where nothing is suspended"
            return outcome
        if part.program.settings and not self.stops:
            self.journal.append(item)
            before = self.options
            try:
                self.settings()
            except Exception:
                self.journal.pop()
                self.options = before
                self.grow_again()
                self.again()
                raise
            self.journal.pop()
            if not self._same_machine(part):
                self.rerun(item)
        return self._perform(item)

    def _same_machine(self, part: Part) -> bool:
        assert part.program is not None
        known = self.settings()
        return all(known.get(name) == value for name, value in part.program.settings)

    def rerun(self, settings_of: Item | None = None) -> None:
        """A new machine, on which everything is done again; what is suspended now begins again, and stops at once."""
        rerun(self, settings_of)

    @property
    def last_break(self) -> Position:
        """The last break of the machine's own."""
        return self._breaks

    def again(
        self, target: Position | None = None, begin: Item | None = None, way: Way | None = None
    ) -> Stop | None:
        """Do the whole journal again on a new machine, up to a moment if one is given: the run is suspended there, or
        at the first place of the item `begin`. What was done later is forgotten. The `way` may look on."""
        before = self.journal
        self.close()
        self.new_machine()
        stop = replay(self, target, begin, way)
        if forgets_names(before, self.journal):
            self.grow_again()
            self.close()
            self.new_machine()
            stop = replay(self, target, begin)
        return stop

    def forget_future(self) -> None:
        """What the run once came to is no more what it will come to."""
        self._furthest, self.looked = 0, []

    def traced_again(self) -> list[TraceEvent]:
        """What has happened up to the present moment, as events: everything is done again for it, twice."""
        events = self._traced = []
        target = self.stops[-1].position if self.stops and not self.crashed else None
        try:
            self.again(target)
        finally:
            self._traced = None
        self.again(target)
        return events

    def _too_late(self) -> Outcome:
        """What comes of anything in a machine that has stopped for good."""
        outcome = Outcome("crashed")
        outcome.message = "the machine has stopped; .undo takes the last entry back, g- goes back to the moment before"
        return outcome

    def _perform(self, item: Item) -> Outcome:
        """Do one thing to the machine for the first time, and note it down."""
        if self.crashed:
            return self._too_late()
        self.forget_future()
        item.selected = self.control.selected if self.stops else 0
        self.journal.append(item)
        self._shown = self._printed  # what comes now was never seen
        if item.stops_first:
            self.control.starting = True
        return self._await(item, self._give(order(self, item)))

    def go(self) -> Outcome:
        """Let a suspended run go on until the control stops it again, or it ends; at the top level, let everything
        that is still going on go on until all is at rest."""
        if not self.stops:
            scheduler = self.nt.scheduler
            if not self.crashed and not scheduler.has_work() and scheduler.next_due() is None:
                outcome = Outcome("done")
                outcome.note = "all is at rest"
                return outcome
            return self.do("g", lambda: rest(self.nt))
        if self.crashed:
            return self._too_late()
        return self._await(None, self._give(None))

    def resume(self, order: Callable[[], object] | None = None) -> None:
        """Let the machine do something, or go on, while it is run again."""
        self._give(order)

    def _await(self, item: Item | None, answer: object) -> Outcome:
        if isinstance(answer, Stop):
            outcome = Outcome("stopped", item.part if item is not None else None)
            outcome.stop = answer
            found = self.told()
            outcome.findings = found[:-1] if answer.reason == "bugcheck" else found
            return outcome
        if answer is None:  # given up, and there was no place to be brought back to
            outcome = Outcome("done", item.part if item is not None else None)
            outcome.message = "interrupted, and taken back to before it"
            return outcome
        assert isinstance(answer, Outcome)
        return answer

    def told(self) -> list[Finding]:
        """The findings that nobody has been told of yet; they count as told now."""
        found = self.nt.findings[self._told :]
        self._told = len(self.nt.findings)
        return found

    def remember(self, type: Type, value: int | bytes) -> None:
        """From here on `_` stands for this value; not for a struct, which has no place."""
        if isinstance(value, int):
            self.growing.last = type, value

    def grow_again(self) -> None:
        """Know only what the journal has declared: all of its parts are compiled again."""
        options = self.options
        last = self.growing.last
        self.growing = Growing(".", options.folders, options.granularity != "call")
        self.growing.last = last
        for item in self.journal:
            if item.part is not None:
                item.part = self.growing.repeat(item.part)

    def frame(self) -> Frame | None:
        """The function in which the run is suspended, as expressions see it."""
        return self.control.frame(self.stops[-1]) if self.stops else None

    # -- expressions

    def type_of_expression(self, text: str) -> Type | None:
        """The type of an expression, found without any of it being run; None if it has none."""
        expression, _ = self.growing.expression(text, self.frame())
        return expression.type if expression is not None else None

    def read(self, text: str) -> Evaluated | None:
        """The value of an expression that changes nothing, without the machine noticing; None if the text is no such
        expression. EvaluationError if it has no value here and now."""
        return read(self, text)

    def evaluate(self, text: str) -> Evaluated:
        """The value of any expression in the present context. One that calls or assigns is an entry like others.
        EvaluationError if it has none."""
        return evaluate(self, text)

    def number(self, text: str) -> int:
        """A number or an address as commands take it: see numbers.py. EvaluationError if it is none."""
        return number(self, text)

    def symbol(self, address: int) -> str:
        """The name of the function, routine or variable at an address, with the distance from its start; or nothing."""
        found = self.session.function_name(address)
        if found:
            return found
        for variable in self.growing.unit.own:
            start = self.growing.unit.address_of(variable)
            if start <= address < start + max(variable.type.size, 1):
                return variable.name + (f"+{address - start:#x}" if address > start else "")
        return ""


def _leave() -> None:
    """The order to end."""


def _plain(asked: Question) -> int:
    """The answer when nobody is there to be asked."""
    return 0


def _nothing() -> None:
    """What generated code calls when the debugger has gone."""
