"""Spin locks: a KSPIN_LOCK in memory is 0 while it is free and 1 while somebody holds it."""

from __future__ import annotations

from . import rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .system import System


def acquire(nt: System, lock: int) -> None:
    """Take a lock. While one processor runs, a lock that is taken can only be its own: it would wait for itself."""
    facts = [("lock", nt.describe(lock))]
    if nt.memory.read_uint(lock, 8):
        nt.violation(rules.SPIN_LOCK_ALREADY_OWNED, (), facts, ("lock", lock))
    nt.memory.write_uint(lock, 8, 1)
    nt.remember("lock", lock, "acquired")
    nt.hold(rules.SPIN_LOCK_LEFT_HELD, lock, facts)


def release(nt: System, lock: int) -> None:
    if not nt.memory.read_uint(lock, 8):
        nt.violation(rules.SPIN_LOCK_NOT_OWNED, (), [("lock", nt.describe(lock))], ("lock", lock))
    nt.memory.write_uint(lock, 8, 0)
    nt.remember("lock", lock, "released")
    nt.let_go(rules.SPIN_LOCK_LEFT_HELD, lock)
