"""Letting everything that still goes on in the machine go on, until all is at rest."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...runtime.system import System

TURN_NS = 1000
MOST_EVENTS = 1000  # in a row that woke nobody: only timers run any more


def rest(nt: System) -> None:
    """Let threads, DPCs, interrupts and timers run until nobody can, or only timers do."""
    scheduler = nt.scheduler
    idle = 0
    while True:
        scheduler.point()
        if scheduler.has_work():
            idle = 0
            scheduler.pass_time(TURN_NS)
            scheduler.make_way()
            continue
        due = scheduler.next_due()
        idle += 1
        if due is None or idle > MOST_EVENTS:
            return
        scheduler.pass_time(max(due - nt.clock.now_ns, 0))
