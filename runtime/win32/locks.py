"""Critical sections, slim locks and condition variables: in a program's own memory, entering the kernel only to wait.

A CRITICAL_SECTION has its fields where the SDK has them: LockCount is -1 while it is free. The word of a slim lock
counts its readers, or is -1 for a writer. What waiters wait for is an event of the process's own for each lock."""

from __future__ import annotations

from ..ke.dispatcher import SEMAPHORE, SYNCHRONIZATION_EVENT
from ..services.programs import program_of
from .errors import set_error
from .waits import timeout_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

SECTION_BYTES = 40
LOCK_COUNT, RECURSION, OWNER, SPIN_COUNT = 8, 12, 16, 32
FREE = 0xFFFF_FFFF
WRITER = 0xFFFF_FFFF_FFFF_FFFF
STATUS_TIMEOUT = 0x102
STATUS_RESOURCE_NOT_OWNED = 0xC000_0264
ERROR_TIMEOUT = 1460


def _gate(nt: System, where: int, kind: int, what: str) -> int:
    """The object that the waiters for a lock wait for."""
    gates = program_of(nt).gates
    if where not in gates:
        gates[where] = nt.new_object(32)
        nt.dispatcher.opaque(gates[where], kind, False, f"{what} at 0x{where:x}")
    return gates[where]


# -- critical sections


def initialise(nt: System, where: int, spins: int) -> None:
    memory = nt.memory
    memory.write(where, bytes(SECTION_BYTES))
    memory.write_uint(where + LOCK_COUNT, 4, FREE)
    memory.write_uint(where + SPIN_COUNT, 8, spins)


def try_enter(nt: System, where: int) -> bool:
    memory, me = nt.memory, nt.thread.id
    if memory.read_uint(where + LOCK_COUNT, 4) == FREE:
        memory.write_uint(where + LOCK_COUNT, 4, 0)
        memory.write_uint(where + RECURSION, 4, 1)
        memory.write_uint(where + OWNER, 8, me)
        return True
    if memory.read_uint(where + OWNER, 8) != me:
        return False
    for field in (LOCK_COUNT, RECURSION):
        memory.write_uint(where + field, 4, memory.read_uint(where + field, 4) + 1)
    return True


def enter(nt: System, where: int) -> None:
    while not try_enter(nt, where):
        gate = _gate(nt, where, SYNCHRONIZATION_EVENT, "the critical section")
        nt.system_call(lambda gate=gate: nt.dispatcher.wait([gate], mode=1))


def leave(nt: System, where: int) -> None:
    """Leave once; the last time, one waiter may try again. A section that the thread does not own is damaged by it in
    Windows, and raises here."""
    memory = nt.memory
    if memory.read_uint(where + OWNER, 8) != nt.thread.id or not memory.read_uint(where + RECURSION, 4):
        nt.faults.raise_exception(STATUS_RESOURCE_NOT_OWNED)
        return
    count = memory.read_uint(where + RECURSION, 4) - 1
    memory.write_uint(where + RECURSION, 4, count)
    if count:
        memory.write_uint(where + LOCK_COUNT, 4, memory.read_uint(where + LOCK_COUNT, 4) - 1)
        return
    memory.write_uint(where + OWNER, 8, 0)
    memory.write_uint(where + LOCK_COUNT, 4, FREE)
    _let_in(nt, where)


def _let_in(nt: System, where: int) -> None:
    """One waiter, or one that is about to wait, tries again."""
    gate = program_of(nt).gates.get(where)
    if gate is not None:
        nt.system_call(nt.dispatcher.signal, gate)


def delete(nt: System, where: int) -> None:
    program_of(nt).gates.pop(where, None)
    nt.memory.write(where, bytes(SECTION_BYTES))


# -- slim reader/writer locks


def acquire(nt: System, where: int, exclusive: bool) -> None:
    memory = nt.memory
    while True:
        held = memory.read_uint(where, 8)
        if not held or (not exclusive and held != WRITER):
            memory.write_uint(where, 8, WRITER if exclusive else held + 1)
            return
        gate = _gate(nt, where, SYNCHRONIZATION_EVENT, "the slim lock")
        nt.system_call(lambda gate=gate: nt.dispatcher.wait([gate], mode=1))


def let_go(nt: System, where: int, exclusive: bool) -> None:
    memory = nt.memory
    held = memory.read_uint(where, 8)
    if (held == WRITER) != exclusive or not held:
        nt.faults.raise_exception(STATUS_RESOURCE_NOT_OWNED)
        return
    memory.write_uint(where, 8, 0 if exclusive else held - 1)
    _let_in(nt, where)
    gate = program_of(nt).gates.get(where)
    while gate in nt.dispatcher.waiting:  # all of them try again, readers together
        _let_in(nt, where)


# -- condition variables


def sleep_on(nt: System, where: int, section: int, milliseconds: int) -> int:
    """Leave a critical section, wait to be woken, and enter it again. FALSE if the time was over first."""
    gate = _gate(nt, where, SEMAPHORE, "the condition variable")
    sleepers = program_of(nt).sleepers
    sleepers[where] = sleepers.get(where, 0) + 1
    leave(nt, section)
    status = nt.system_call(lambda: nt.dispatcher.wait([gate], timeout=timeout_of(milliseconds), mode=1))
    enter(nt, section)
    if status == STATUS_TIMEOUT:
        sleepers[where] = max(0, sleepers[where] - 1)
        set_error(nt, ERROR_TIMEOUT)
        return 0
    return 1


def wake(nt: System, where: int, all: bool) -> None:
    """Wake one or all that wait; it is forgotten if nobody does."""
    program = program_of(nt)
    asleep = program.sleepers.get(where, 0)
    if asleep:
        woken = asleep if all else 1
        program.sleepers[where] = asleep - woken
        nt.system_call(nt.dispatcher.release_semaphore, program.gates[where], woken)
