"""Waits as drivers ask for them: which are allowed where, and how long they may take."""

from __future__ import annotations

from .. import rules
from ..findings import level_name
from ..wdk.constants import MAXIMUM_WAIT_OBJECTS, STATUS_SUCCESS, STATUS_TIMEOUT, THREAD_WAIT_OBJECTS
from .processor import APC_LEVEL, DISPATCH_LEVEL
from .synchronization import check_resident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

USER_MODE = 1


def expect_wait(nt: System, routine: str, where: int, wait: int) -> None:
    """For a routine with a Wait parameter: what is to be followed by a wait may be called where waiting is allowed."""
    if wait and nt.irql > APC_LEVEL:
        have = level_name(nt.irql)
        title = f"{routine} with Wait is called at {have}; it needs at most APC_LEVEL"
        nt.violation(rules.IRQL_TOO_HIGH, (nt.irql, where), [("irql", f"{have}, allowed: <= APC_LEVEL")], title=title)


def timeout_at(nt: System, where: int) -> int | None:
    """The timeout that a PLARGE_INTEGER says, signed; None for NULL."""
    return int.from_bytes(nt.memory.read(where, 8), "little", signed=True) if where else None


def check_level(nt: System, objects: list[int], timeout: int | None, timeout_address: int, single: bool) -> None:
    """A wait that can block needs a thread of its own to block."""
    if timeout == 0 and nt.irql <= DISPATCH_LEVEL:
        return
    if nt.irql < DISPATCH_LEVEL and not nt.cpu.nested:
        return
    first = objects[0] if objects else 0
    facts = [("irql", level_name(nt.irql))]
    if nt.cpu.nested:
        facts.append(("running", "a DPC or an interrupt service routine, which has no thread of its own"))
    if objects:
        facts.append(("object", nt.dispatcher.describe(first)))
    stop = None
    if single and nt.settings.generation != "nt52" and nt.irql >= DISPATCH_LEVEL:
        stop = (0xC4, 0x120 if nt.irql > DISPATCH_LEVEL else 0x121 if timeout is None else 0x122)
    nt.violation(rules.WAIT_IN_DPC, (nt.irql, first, timeout_address), facts, stop=stop)
    nt.violation(rules.WAIT_IN_DPC_PLAIN, (nt.thread.address, 0, 0, 0), facts)


def check_objects(nt: System, objects: list[int], mode: int) -> None:
    """The stack of a thread that waits in user mode may be paged out, and with it what it waits for."""
    for where in objects:
        if where in nt.dispatcher.opaque_objects:
            continue
        if mode == USER_MODE:
            region = nt.memory.region_at(where)
            if region is not None and region.kind == "kernel stack":
                facts = [("object", nt.dispatcher.describe(where))]
                nt.violation(rules.USER_WAIT_ON_STACK, (where, 0, 0), facts, ("object", where))
        check_resident(nt, where)


def check_count(nt: System, count: int, blocks: int) -> None:
    """More than three objects need an array of wait blocks, and 64 are the limit."""
    if blocks:
        check_resident(nt, blocks)
    limit = MAXIMUM_WAIT_OBJECTS if blocks else THREAD_WAIT_OBJECTS
    if count > limit:
        facts = [("objects", f"{count}, allowed {'with' if blocks else 'without'} a WaitBlockArray: {limit}")]
        nt.violation(rules.TOO_MANY_WAIT_OBJECTS, (), facts)


def wait(
    nt: System, objects: list[int], all: bool, mode: int, alertable: int, timeout_address: int, single: bool
) -> int:
    """What KeWaitForSingleObject and KeWaitForMultipleObjects do."""
    timeout = timeout_at(nt, timeout_address)
    check_level(nt, objects, timeout, timeout_address, single)
    check_objects(nt, objects, mode)
    return nt.dispatcher.wait(objects, all, timeout, bool(alertable), mode)


def delay(nt: System, mode: int, alertable: int, interval_address: int) -> int:
    """Let the current thread rest. With an interval of 0 others of its priority have a turn."""
    interval = timeout_at(nt, interval_address)
    if nt.irql >= DISPATCH_LEVEL or nt.cpu.nested:
        check_level(nt, [], interval or None, interval_address, False)
    if interval == 0:
        nt.scheduler.make_way()
        return STATUS_SUCCESS
    status = nt.dispatcher.wait([], False, interval, bool(alertable), mode)
    return STATUS_SUCCESS if status == STATUS_TIMEOUT else status
