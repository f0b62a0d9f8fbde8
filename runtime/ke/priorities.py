"""Priorities that rise for a while: of threads below LOW_REALTIME_PRIORITY, as a wait of theirs ends with an increment.

A boost adds to the thread's own priority, never above 15 and never below what it has; each quantum that the thread uses
up takes one level of it back."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .processor import Thread

HIGHEST_DYNAMIC = 15


def boost(thread: Thread, increment: int) -> None:
    """Let a thread be more urgent that has waited."""
    if thread.base <= HIGHEST_DYNAMIC:
        thread.priority = max(thread.priority, min(thread.base + increment, HIGHEST_DYNAMIC))


def lower(thread: Thread) -> bool:
    """A thread has had its time: one level of a boost is over. False if it has none."""
    if thread.priority <= thread.base:
        return False
    thread.priority -= 1
    return True
