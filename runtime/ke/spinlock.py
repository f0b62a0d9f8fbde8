"""Spin locks: a KSPIN_LOCK in memory is 0 while it is free and 1 while a processor holds it."""

from __future__ import annotations

from .. import rules
from ..findings import level_name
from .processor import DISPATCH_LEVEL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..findings import Moment
    from ..system import System

SPIN_NS = 100  # one look at a lock that is taken
MOST_IDLE_TURNS = 1000  # looks between which the owner's processor does nothing


def acquire(nt: System, lock: int) -> None:
    """Take a lock, as driver code does. A processor that holds it already would wait for itself."""
    facts = [("lock", nt.describe(lock))]
    earlier = nt.history.get(("lock", lock))
    if earlier is not None:
        _compare_levels(nt, lock, earlier)
    take(nt, lock, facts)
    nt.remember("lock", lock, "acquired")
    nt.hold(rules.SPIN_LOCK_LEFT_HELD, lock, facts)


def _compare_levels(nt: System, lock: int, earlier: dict[str, Moment]) -> None:
    """A lock that service routines take must not be held where they can come in."""
    before = earlier.get("acquired")
    if before is None or (before.irql > DISPATCH_LEVEL) == (nt.irql > DISPATCH_LEVEL) or "compared" in earlier:
        return
    facts = [("lock", nt.describe(lock)), ("held at", f"{level_name(nt.irql)}, before at {level_name(before.irql)}")]
    nt.violation(rules.SPIN_LOCK_AT_TWO_LEVELS, (), facts, ("lock", lock))
    earlier["compared"] = nt.moment()


def take(nt: System, lock: int, facts: list[tuple[str, str]]) -> None:
    """Spin until the lock is free, and take it. Who holds it is on another processor, which goes on meanwhile."""
    idle_turns = 0
    while nt.memory.read_uint(lock, 8):
        owner = nt.spin_owners.get(lock)
        if owner is None or owner == nt.cpu.number:
            nt.violation(rules.SPIN_LOCK_ALREADY_OWNED, (), facts, ("lock", lock))
            break
        nt.spinning[nt.cpu.number] = lock
        if idle_turns > MOST_IDLE_TURNS or _goes_round(nt, owner):
            _never_free(nt, lock, owner, facts)
            break
        nt.clock.pass_ns(SPIN_NS)
        before = nt.clock.now_ns
        nt.scheduler.let_run(nt.processors[owner])
        idle_turns = idle_turns + 1 if nt.clock.now_ns == before else 0
    nt.spinning.pop(nt.cpu.number, None)
    nt.memory.write_uint(lock, 8, 1)
    nt.spin_owners[lock] = nt.cpu.number


def _goes_round(nt: System, owner: int) -> bool:
    """True if the owner spins for a lock whose owner spins ... for one that this processor holds."""
    for _ in nt.processors:
        if owner == nt.cpu.number:
            return True
        following = nt.spin_owners.get(nt.spinning.get(owner, 0))
        if following is None:
            return False
        owner = following
    return False


def _never_free(nt: System, lock: int, owner: int, facts: list[tuple[str, str]]) -> None:
    """Nobody will ever release the lock."""
    other = nt.spinning.get(owner)
    waits = f"which waits for the lock at {nt.describe(other)}" if other is not None else "which has left it behind"
    facts = [*facts, ("held by", f"processor {owner}, {waits}")]
    stop = (0xC4, 0x1001) if nt.settings.verifier else None
    nt.violation(rules.SPIN_LOCK_NEVER_FREE, (lock, 0, 0), facts, ("lock", lock), stop=stop)


def release(nt: System, lock: int) -> None:
    if not nt.memory.read_uint(lock, 8):
        nt.violation(rules.SPIN_LOCK_NOT_OWNED, (), [("lock", nt.describe(lock))], ("lock", lock))
    drop(nt, lock)
    nt.remember("lock", lock, "released")
    nt.let_go(rules.SPIN_LOCK_LEFT_HELD, lock)


def drop(nt: System, lock: int) -> None:
    nt.memory.write_uint(lock, 8, 0)
    nt.spin_owners.pop(lock, None)


def acquire_quietly(nt: System, lock: int) -> None:
    """Take a lock for the kernel's own work: nobody is charged with it."""
    take(nt, lock, [("lock", nt.describe(lock))])


release_quietly = drop
