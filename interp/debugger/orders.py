"""What the machine is told to do: one thing of the journal after the other, each the same whenever it is done again."""

from __future__ import annotations

from ..bridge import split_signature
from ..growing import LAST_PLACE
from .stops import Outcome, Position

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..growing import Part
    from .live import Live


class Item:
    """One thing that was done to the machine: a part that was run, or another `action`; `at` is where the run stood
    then, None at the top level, and `selected` the frame that expressions saw. `shown` is what the person wrote.
    `whole` if a file is run to the end of the machine, `stops_first` if the run stops at its first place. `after` is
    where the run stood when it was done."""

    __slots__ = ("shown", "part", "action", "at", "selected", "whole", "stops_first", "after")

    def __init__(self, shown: str, part: Part | None, action: Callable[[], object] | None, at: Position | None) -> None:
        self.shown = shown
        self.part = part
        self.action = action
        self.at = at
        self.whole = False
        self.stops_first = False
        self.selected = 0
        self.after: Position | None = None


def order(live: Live, item: Item) -> Callable[[], Outcome]:
    """What the machine is told to do for an item of the journal."""

    def do() -> Outcome:
        live.rearm()
        session = live.session
        nested = bool(live.stops)
        live.orders += nested
        aside = _put_aside(live) if nested else None
        outcome = Outcome("done", item.part)
        session.limit = ""
        outcome.value = session.attempt(item.action or (lambda: _run_part(live, item)))
        live.orders -= nested
        if aside is not None and not session.nt.stopped:
            aside()
        live.control.stops_now()
        outcome.findings = live.told()
        if live.control.touched:
            outcome.note = f"{live.control.touched}; nothing was left to stop at"
        live.control.touched = ""
        if item.part is not None:
            outcome.type = item.part.type
        if session.limit:
            outcome.kind, outcome.message = "limit", session.limit
        elif session.nt.stopped:
            outcome.kind = "crashed"
            if not outcome.findings:
                outcome.message = "the machine has stopped for good"
        item.after = Position(live.passed())
        return outcome

    return do


def _put_aside(live: Live) -> Callable[[], None]:
    """Give the thread that is suspended the context of an entry: below its own stack, with no filters. What comes back
    restores its own."""
    thread, names = live.nt.thread, live.session.names
    before = thread.seh, thread.sp
    thread.seh = []
    names["SEH"] = thread.seh
    frame = live.stops[-1].frame
    if frame is not None:
        thread.sp = frame.f_locals.get("sp", thread.sp)

    def back() -> None:
        thread.seh, thread.sp = before
        if live.nt.thread is thread:
            names["SEH"] = thread.seh

    return back


def _run_part(live: Live, item: Item) -> Any:
    """Load what a part has brought, attach its devices, load its drivers, and run its statements."""
    part, session = item.part, live.session
    assert part is not None and part.program is not None
    program = part.program
    stop = live.stopped
    before = session.blocks if live.blocks else None
    session.load(program)
    blocks = session.blocks
    if before is not None:
        blocks.started = before.started
    live.blocks.append(blocks)
    live.control.loaded(program)
    if program.devices or program.drivers:
        blocks.boot()
    if item.whole:
        return _run_whole(live, program.entry)
    if not program.entry:
        return None
    signature = next((s for _, name, s, _, _ in program.functions if name == program.entry), ">v")
    arguments = [0] * len(split_signature(signature)[0])
    frame = live.control.python_frame(stop, item.selected) if stop is not None else None
    borrowed: dict[str, object] = {}
    if part.borrowed:
        session.names["BORROWED"] = borrowed = dict(frame.f_locals) if frame is not None else {}
        if part.last is not None:
            borrowed[LAST_PLACE] = part.last[1]
    left = session.nt.thread.sp if stop is not None else session.nt.thread.stack_bytes
    value = session.names[program.entry](left, *arguments)  # type: ignore[operator]
    if part.borrowed and frame is not None:
        live.control.write_back(frame, {name: borrowed[name] for name in part.borrowed if name != LAST_PLACE})
    return value


def _run_whole(live: Live, entry: str) -> None:
    """What is left of a run once its code is loaded and its blocks are set up: to the end of the machine."""
    session = live.session
    if entry:
        session.names[entry](session.nt.thread.stack_bytes)  # type: ignore[operator]
    session.thread_ends()
    session.blocks.shut_down()
    session.nt.charge_leaks()
