"""Run-down protection: an EX_RUNDOWN_REF counts users in steps of 2, and is odd once its owner waits for them."""

from __future__ import annotations

from .. import rules
from ..findings import plural
from .dispatcher import NOTIFICATION_EVENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

ACTIVE, USER = 1, 2


def acquire(nt: System, reference: int) -> bool:
    value = nt.memory.read_uint(reference, 8)
    if value & ACTIVE:
        return False
    nt.memory.write_uint(reference, 8, value + USER)
    nt.remember("rundown", reference, "acquired")
    return True


def release(nt: System, reference: int) -> None:
    value = nt.memory.read_uint(reference, 8)
    if value < USER:
        facts = [("reference", nt.describe(reference))]
        nt.violation(rules.RUNDOWN_NOT_ACQUIRED, (), facts, ("rundown", reference))
        return
    nt.memory.write_uint(reference, 8, value - USER)
    nt.remember("rundown", reference, "released")
    if value - USER == ACTIVE and reference in nt.dispatcher.opaque_objects:
        nt.dispatcher.signal(reference)


def wait(nt: System, reference: int) -> None:
    value = nt.memory.read_uint(reference, 8)
    nt.memory.write_uint(reference, 8, value | ACTIVE)
    if value < USER:
        return
    nt.dispatcher.opaque(reference, NOTIFICATION_EVENT)
    users = plural(value // USER, "user")
    nt.dispatcher.wait([reference], reason=f"the last of {users} of the run-down reference at {nt.describe(reference)}")
    del nt.dispatcher.opaque_objects[reference]
