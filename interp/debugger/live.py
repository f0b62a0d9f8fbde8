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

from ..blocks import Blocks
from ..bridge import split_signature
from ..growing import Frame, Growing, Part
from ..machine_settings import machine, merged, seed
from ..session import Session
from .control import Control
from .evaluating import evaluate, number, read
from .schedule import ByHand, Question, question
from .stops import Outcome, Position, Stop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

    from ...grammar.types import Type
    from ...runtime.system import System
    from ..options import Options
    from .reading import Evaluated

FOREVER = 1 << 60


class Item:
    """One thing that was done to the machine: a part that was run, or another `action`; `at` is where the run stood
    then, None at the top level. `shown` is what the person wrote."""

    __slots__ = ("shown", "part", "action", "at", "after")

    def __init__(self, shown: str, part: Part | None, action: Callable[[], object] | None, at: Position | None) -> None:
        self.shown = shown
        self.part = part
        self.action = action
        self.at = at
        self.after: Position | None = None  # where the run stood when it was done


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
        self.nth = 0  # stops of another kind since
        self.stops: list[Stop] = []  # suspended runs, the innermost last
        self.changing: Callable[[Session], None] | None = None  # told of each new machine before it runs
        self.answers: dict[tuple[str, int], int] = {}  # to choices that were made by hand
        self.asked: Callable[[Question], int] = _plain
        self.silent = False  # what is printed was seen already, though not in these words
        self._printed = self._shown = 0
        self.growing = Growing(".", options.folders, options.granularity != "call")
        self._new_machine()

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
        return self.nt.stopped and not self.stops

    @property
    def position(self) -> Position:
        return self.stops[-1].position if self.stops else Position(self.tick, self.nth)

    def settings(self) -> dict[str, int | str]:
        """The settings of the machine: those of all machine blocks so far, overridden by the options."""
        found: dict[str, int | str] = {}
        for item in self.journal:
            if item.part is not None and item.part.program is not None:
                found.update(item.part.program.settings)
        return merged(tuple(found.items()), self.options)

    def _new_machine(self) -> None:
        from greenlet import getcurrent, greenlet

        found = self.settings()
        chooser = ByHand(seed(found, self.options), self.options.failures, self.answers, self._ask)
        self.session = Session(machine(found, self.options), chooser, self._print, self.control.trace)
        names = self.session.names
        names["HIT"] = self._hit
        self.tick = self.nth = self._printed = 0
        self.stops = []
        self._armed = 0
        self.session.nt.breaking = self.machine_breaks
        self.session.nt.scheduler.go_live()  # a later part may start what an earlier one must make way for
        self._shell = getcurrent()
        self._machine = self._at = greenlet(self._serve)
        self._blocks: list[Blocks] = []
        self.arm(FOREVER)
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
        self.session.names["HIT"] = _nothing
        self.session.nt.stopped = True
        self.stops.clear()
        self.session.nt.breaking = None
        if self._at.dead or not self._at:
            return
        self._at.switch(_leave)

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
        """Stop at the next statement. May be called while the machine runs, as by a signal."""
        self.tick = self.passed()
        self.control.interrupted = True
        self.arm(0)

    def rearm(self) -> None:
        """Count from here on as the control wants it."""
        self.tick = self.passed()
        self.arm(self.control.ahead(self.tick))

    def _hit(self) -> None:
        """Called by generated code at a place to stop at, when it has run as far as it was let."""
        self.tick += self._armed + 1
        self.nth = 0
        self._armed = 0
        position = Position(self.tick - 1)
        reason = self.control.reason(position, sys._getframe(1))
        if reason:
            self.suspend(Stop(reason, position, self.session.sites.here(), sys._getframe(1), self.control.detail))
        self.arm(self.control.ahead(self.tick))

    def machine_breaks(self, reason: str, detail: str = "") -> None:
        """Called by the machine when it is about to stop for good, or when the script asks for the debugger."""
        if not self.control.breaks(reason):
            return
        self.tick, self._armed = self.passed(), 0
        self.nth += 1
        names = self.session.names
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_globals is not names:
            frame = frame.f_back
        self.suspend(Stop(reason, Position(self.tick - 1, self.nth), self.session.sites.here(), frame, detail))
        self.arm(self.control.ahead(self.tick))

    def suspend(self, stop: Stop) -> None:
        """Give control to whoever let the machine run, until the run shall go on; do what is asked for meanwhile."""
        from greenlet import getcurrent

        self.stops.append(stop)
        answer: object = stop
        while True:
            self._at = getcurrent()
            order = self._shell.switch(answer)
            if order is None or order is _leave:
                break
            answer = order()
        if self.stops and self.stops[-1] is stop:
            self.stops.pop()
        if order is _leave:
            raise Abandoned

    def _serve(self, order: Any) -> None:
        """The life of the machine's own greenlet: one order after the other."""
        while order is not _leave:
            try:
                answer = order()
            except Abandoned:
                break
            self._at = self._machine
            order = self._shell.switch(answer)
        self.session.nt.scheduler.close()

    def _give(self, order: Callable[[], object] | None) -> object:
        """Let the machine do something, or go on; what it says when control is back."""
        from greenlet import getcurrent

        self._shell = getcurrent()
        answer = self._at.switch(order)
        while isinstance(answer, Question):
            answer = self._at.switch(self.asked(answer))
        return answer

    def _ask(self, what: str, options: int) -> int:
        """Ask the person for a choice: called by the machine, answered by whoever let it run."""
        from greenlet import getcurrent

        self._at = getcurrent()
        answer: int = self._shell.switch(question(self.nt, what, options))
        return answer

    # -- entries

    def enter(self, text: str, name: str = "") -> Outcome:
        """Run statements, declarations, functions or blocks, or the value of an expression."""
        self.entries += 1
        part = self.growing.add(name or f"entry {self.entries}", text, self.frame())
        return self._run(text, part)

    def load(self, path: str) -> Outcome:
        """Run a file as it stands, but for the end of the run: what it has set up stays. OSError if it cannot be
        opened."""
        self.entries += 1
        return self._run(path, self.growing.open(path))

    def do(self, shown: str, action: Callable[[], object]) -> Outcome:
        """Do something else to the machine that is to be done again when the run is."""
        return self._perform(Item(shown, None, action, self.stops[-1].position if self.stops else None))

    def _run(self, shown: str, part: Part) -> Outcome:
        if part.program is None:
            return Outcome("refused", part)
        item = Item(shown, part, None, self.stops[-1].position if self.stops else None)
        if part.program.settings and not self.stops:
            self.journal.append(item)
            before = self.options
            try:
                self.settings()
            except Exception:
                self.journal.pop()
                self.options = before
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
        """A new machine, on which everything is done again."""
        done, self.journal = self.journal, []
        self.close()
        if settings_of is not None:
            self.journal.append(settings_of)
        self._new_machine()
        self.journal = done
        self.replay(None)

    def _perform(self, item: Item) -> Outcome:
        """Do one thing to the machine for the first time, and note it down."""
        if self.crashed:
            outcome = Outcome("crashed", item.part)
            outcome.message = "the machine has stopped"
            return outcome
        self.journal.append(item)
        return self._await(item, self._give(self._order(item)))

    def go(self) -> Outcome:
        """Let a suspended run go on until the control stops it again, or it ends."""
        assert self.stops
        return self._await(None, self._give(None))

    def _await(self, item: Item | None, answer: object) -> Outcome:
        if isinstance(answer, Stop):
            outcome = Outcome("stopped", item.part if item is not None else None)
            outcome.stop = answer
            return outcome
        assert isinstance(answer, Outcome)
        return answer

    def _order(self, item: Item) -> Callable[[], Outcome]:
        """What the machine is told to do for an item of the journal."""

        def order() -> Outcome:
            self.rearm()
            session = self.session
            known = len(session.nt.findings)
            outcome = Outcome("done", item.part)
            session.limit = ""
            outcome.value = session.attempt(item.action or (lambda: self._run_part(item)))
            outcome.findings = session.nt.findings[known:]
            if item.part is not None:
                outcome.type = item.part.type
            if session.limit:
                outcome.kind, outcome.message = "limit", session.limit
            elif session.nt.stopped:
                outcome.kind = "crashed"
            item.after = Position(self.passed(), self.nth)
            return outcome

        return order

    def _run_part(self, item: Item) -> Any:
        """Load what a part has brought, attach its devices, load its drivers, and run its statements."""
        part, session = item.part, self.session
        assert part is not None and part.program is not None
        program = part.program
        stop = self.stops[-1] if self.stops else None
        before = session.blocks if self._blocks else None
        session.load(program)
        blocks = session.blocks
        if before is not None:
            blocks.started = before.started
        self._blocks.append(blocks)
        if program.devices or program.drivers:
            blocks.boot()
        if not program.entry:
            return None
        signature = next((s for _, name, s, _, _ in program.functions if name == program.entry), ">v")
        arguments = [0] * len(split_signature(signature)[0])
        if part.borrowed and stop is not None and stop.frame is not None:
            session.names["BORROWED"] = borrowed = dict(stop.frame.f_locals)
            value = session.names[program.entry](session.nt.thread.sp, *arguments)  # type: ignore[operator]
            self.control.write_back(stop.frame, {name: borrowed[name] for name in part.borrowed})
            return value
        left = session.nt.thread.sp if stop is not None else session.nt.thread.stack_bytes
        return session.names[program.entry](left, *arguments)  # type: ignore[operator]

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

    # -- again

    def replay(self, target: Position | None) -> Stop | None:
        """Do the whole journal again on the new machine, up to a moment if one is given: the run is suspended there.
        What was done later is forgotten."""
        items, self.journal = self.journal, []
        for index, item in enumerate(items):
            inner = [later for later in items[index + 1 :] if later.at is not None]
            if item.at is not None:
                continue
            nested = inner[: next((n for n, later in enumerate(items[index + 1 :]) if later.at is None), len(inner))]
            self.journal.append(item)
            if self._again(item, nested, target):
                return self.stopped
        return None

    def _again(self, item: Item, nested: list[Item], target: Position | None) -> bool:
        """Do one item again, with those that were done while it was suspended; True if the target is reached."""
        todo = list(nested)
        with self.control.until([later.at for later in todo if later.at is not None], target) as way:
            self._give(self._order(item))
            while self.stops:
                stop = self.stops[-1]
                if stop.position == target:
                    return True
                if todo and todo[0].at == stop.position:
                    self.journal.append(todo[0])
                    self._give(self._order(todo.pop(0)))
                else:
                    way.forget_past(self.passed())
                    self._give(None)
        return False


class Abandoned(BaseException):
    """Ends a run that nobody will go on with."""


def _leave() -> None:
    """The order to end."""


def _plain(asked: Question) -> int:
    """The answer when nobody is there to be asked."""
    return 0


def _nothing() -> None:
    """What generated code calls when the debugger has gone."""
