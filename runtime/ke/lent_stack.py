"""What lies on a kernel stack and is handed to somebody who may use it later: events, timers, DPCs, contexts.

    nt.dispatcher.lent.lend("event", event, event)          it is made, or handed on
    nt.dispatcher.lent.check("event", event, event)         it is used: its frame must not have returned

How deep a stack is in use is known from the last routine that was given the bytes left of it. A frame above that has
returned for certain; of one below it nothing is claimed."""

from __future__ import annotations

from .. import rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..findings import Moment
    from ..system import System


class Lent:
    """An address on the stack of one context, since when, and whether its frame was seen to return."""

    __slots__ = ("va", "entry", "moment", "over")

    def __init__(self, va: int, entry: int, moment: Moment) -> None:
        self.va = va
        self.entry = entry
        self.moment = moment
        self.over = False


class LentStack:
    """`known` is what was lent, by its kind and whom it was lent to (the address of the object that keeps it).
    `entries` counts the contexts that ran on a stack of their own."""

    __slots__ = ("nt", "known", "entries")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.known: dict[tuple[str, int], Lent] = {}
        self.entries = 0

    def lend(self, kind: str, keeper: int, va: int) -> None:
        """From here on somebody else has an address, which may lie on the current stack."""
        nt = self.nt
        thread = nt.thread
        depth = va - thread.stack_low
        if not 0 <= depth < thread.stack_bytes or thread.user or nt.hardware.current is not None:
            if self.known:
                self.known.pop((kind, keeper), None)
            return
        thread.sp = min(thread.sp, depth & -16)  # whoever has a variable there goes at least so deep
        self.known[kind, keeper] = Lent(va, thread.entry, nt.moment())

    def check(self, kind: str, keeper: int, va: int, routine: int = 0, moment: Moment | None = None) -> None:
        """What was lent is about to be used: here, by a routine that is called with it, or at the `moment` given."""
        lent = self.known.get((kind, keeper))
        if lent is None or lent.va != va or not (lent.over or self._has_returned(lent)):
            return
        nt = self.nt
        self.known = {key: one for key, one in self.known.items() if one.va != va}  # it is said once
        title = f"{kind} is used though its stack frame has returned"
        nt.history["lent stack", keeper] = {"lent": lent.moment}
        about, moment = ("lent stack", keeper), moment or nt.moment()
        if routine:
            moment.site = nt.definition(routine) or moment.site
        facts = [("address", nt.describe(va))]
        nt.violation(rules.STACK_USED_AFTER_RETURN, (), facts, about, title=title, moment=moment)

    def returned(self) -> None:
        """A routine of a driver has returned to the kernel, whose own frames lie above it."""
        thread = self.nt.thread
        for lent in self.known.values():
            if lent.entry == thread.entry and lent.va - thread.stack_low < thread.sp:
                lent.over = True

    def _has_returned(self, lent: Lent) -> bool:
        nt = self.nt
        for thread in (*nt.scheduler.threads, *(cpu.idle for cpu in nt.processors if cpu.idle is not None)):
            if thread.state == "ended":
                continue
            if thread.entry == lent.entry:
                return thread.stack_low <= lent.va < thread.stack_low + thread.sp
            for entry, low, left in thread.outer:
                if entry == lent.entry:
                    return low <= lent.va < low + left
        return True
