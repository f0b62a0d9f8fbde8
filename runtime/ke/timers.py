"""Kernel timers: KTIMER objects that become signalled, and queue their DPC, when their time has come."""

from __future__ import annotations

from .. import rules
from ..wdk.layouts import offset
from .dispatcher import OBJECT, SIGNAL_STATE, SYNCHRONIZATION_TIMER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System
    from .scheduler import Event

DUE_TIME, DPC, PERIOD = offset("_KTIMER", "DueTime"), offset("_KTIMER", "Dpc"), offset("_KTIMER", "Period")
NOTIFICATION_TIMER = 8
TIMER_BYTES = 64
MILLISECOND = 1_000_000  # in nanoseconds


class Timers:
    """The timers that are set, by the address of their KTIMER."""

    __slots__ = ("nt", "set_now")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.set_now: dict[int, Event] = {}

    def initialise(self, timer: int, synchronization: bool) -> None:
        nt = self.nt
        if timer in self.set_now:
            nt.violation(rules.TIMER_INITIALISED_SET, (timer, 0, 0), [("timer", nt.describe(timer))], ("timer", timer))
            self.cancel(timer)
        nt.memory.write(timer, bytes(TIMER_BYTES))
        nt.dispatcher.initialise(timer, NOTIFICATION_TIMER + int(synchronization), TIMER_BYTES // 4, 0)
        nt.remember("timer", timer, "initialised")

    def set(self, timer: int, due: int, period_ms: int, dpc: int, tolerance_ms: int = 0) -> bool:
        """Start a timer. `due` is a signed LARGE_INTEGER in units of 100 ns: below 0 from now, else an absolute time.
        Each time it may be late by the tolerance. True if it was set already."""
        nt = self.nt
        nt.dispatcher.check(timer, "timer")
        was_set = self.cancel(timer)
        memory = nt.memory
        delay = -due * 100 if due < 0 else max(0, nt.dispatcher.ns_until(due))
        memory.write_uint(timer + SIGNAL_STATE, 4, 0)
        memory.write_uint(timer + DPC, 8, dpc)
        memory.write_uint(timer + PERIOD, 4, period_ms)
        memory.write_uint(timer + DUE_TIME, 8, (nt.clock.now_ns + delay) // 100)
        number = nt.cpu.number
        fire = lambda: self._fire(timer, number, tolerance_ms)  # noqa: E731
        self.set_now[timer] = nt.scheduler.after(delay + self._late(tolerance_ms), fire, "timer")
        nt.remember("timer", timer, "set")
        if delay == 0:
            nt.scheduler.point()
        return was_set

    def cancel(self, timer: int) -> bool:
        """True if the timer was set."""
        event = self.set_now.pop(timer, None)
        if event is None:
            return False
        self.nt.scheduler.cancel(event)
        return True

    def _late(self, tolerance_ms: int) -> int:
        """By how many nanoseconds a timer comes late that may: so that timers of others come with it."""
        steps = 4
        return self.nt.choose("timer late", steps) * tolerance_ms * MILLISECOND // (steps - 1) if tolerance_ms else 0

    def _fire(self, timer: int, number: int, tolerance_ms: int) -> None:
        nt = self.nt
        memory = nt.memory
        event = self.set_now.pop(timer)
        if memory.region_at(timer) is None or memory.read_uint(timer, 1) not in (
            NOTIFICATION_TIMER, SYNCHRONIZATION_TIMER
        ):  # fmt: skip
            nt.violation(rules.TIMER_FREED_SET, (timer, 0, 0), [("timer", nt.describe(timer))], ("timer", timer))
            return
        period, dpc = memory.read_uint(timer + PERIOD, 4), memory.read_uint(timer + DPC, 8)
        if period:
            due = event.due_ns + period * MILLISECOND + self._late(tolerance_ms)
            self.set_now[timer] = nt.scheduler.at(due, lambda: self._fire(timer, number, tolerance_ms), "timer")
        if nt.dispatcher.lent.known:
            moment = nt.history.get(("timer", timer), {}).get("set")
            nt.dispatcher.lent.check(OBJECT, timer, timer, moment=moment)
        nt.traced("timer", timer=timer)
        nt.dispatcher.signal(timer)
        if dpc:
            nt.dpcs.insert_from_timer(dpc, number)

    def in_range(self, start: int, size: int) -> int | None:
        """A set timer whose object lies in a range of memory, or None."""
        return next((timer for timer in self.set_now if start <= timer < start + size), None)
