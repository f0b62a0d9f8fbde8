"""What drivers want done when the machine stops: KBUGCHECK_CALLBACK_RECORDs and their routines."""

from __future__ import annotations

from .contexts import interrupted
from .processor import HIGH_LEVEL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

ROUTINE, BUFFER, LENGTH, COMPONENT, STATE = 16, 24, 32, 40, 56  # in a KBUGCHECK_CALLBACK_RECORD
EMPTY, INSERTED = 0, 1


def initialise(nt: System, record: int) -> None:
    nt.memory.write_uint(record + STATE, 1, EMPTY)


def register(nt: System, record: int, routine: int, buffer: int, length: int, component: int) -> bool:
    """False if the record was not initialised, or is in use."""
    memory = nt.memory
    if memory.read_uint(record + STATE, 1) != EMPTY or record in nt.bug_check_callbacks:
        return False
    for at, value in ((ROUTINE, routine), (BUFFER, buffer), (COMPONENT, component)):
        memory.write_uint(record + at, 8, value)
    memory.write_uint(record + LENGTH, 4, length)
    memory.write_uint(record + STATE, 1, INSERTED)
    nt.bug_check_callbacks.append(record)
    return True


def deregister(nt: System, record: int) -> bool:
    if record not in nt.bug_check_callbacks:
        return False
    nt.bug_check_callbacks.remove(record)
    nt.memory.write_uint(record + STATE, 1, EMPTY)
    return True


def run(nt: System) -> None:
    """The machine stops: call each routine once, at HIGH_LEVEL, with its buffer."""
    records, nt.bug_check_callbacks = nt.bug_check_callbacks, []
    for record in records:
        routine, buffer = nt.memory.read_uint(record + ROUTINE, 8), nt.memory.read_uint(record + BUFFER, 8)
        interrupted(nt, HIGH_LEVEL, nt.call, routine, buffer, nt.memory.read_uint(record + LENGTH, 4))
