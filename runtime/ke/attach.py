"""A thread in the address space of another process: KeStackAttachProcess and its kin.

The saved state (KAPC_STATE) lies in the caller's memory; its Process field says what to go back to: 0 the thread's own
process, 1 nothing at all (it was in that process already), else the process that it was attached to before.
"""

from __future__ import annotations

from .. import rules
from ..findings import address
from .processor import APC_LEVEL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System
    from .process import Process

STATE_BYTES, PROCESS_OFFSET = 48, 32
GO_HOME, STAY = 0, 1


def process_at(nt: System, where: int) -> Process | None:
    """The live process whose EPROCESS has this address."""
    return next((process for process in nt.processes if process.address == where and process.alive), None)


def _target(nt: System, where: int) -> Process | None:
    """The process to attach to, below DISPATCH_LEVEL and alive."""
    found = process_at(nt, where)
    if found is None or nt.irql > APC_LEVEL:
        facts = [("process", f"{address(where)}{'' if found is not None else ', no live process'}")]
        attached = nt.thread.home is not None
        nt.violation(rules.ATTACH_INVALID, (where, nt.process.address, int(attached), int(nt.irql > APC_LEVEL)), facts)
    return found


def stack_attach(nt: System, where: int, state: int) -> None:
    """Enter a process, and keep in the state where the thread comes from."""
    target = _target(nt, where)
    if target is None:
        return
    thread = nt.thread
    nt.memory.write(state, bytes(STATE_BYTES), True)
    if nt.process is target:
        back = STAY
    elif thread.home is not None:
        back = nt.process.address
    else:
        back = GO_HOME
        thread.home = nt.process
    nt.memory.write_uint(state + PROCESS_OFFSET, 8, back)
    nt.remember("attach", state, "attached")
    nt.hold(rules.LEFT_ATTACHED, state, [("process", f"{target.name}, {address(where)}")])
    thread.attached.append(state)
    nt.attach(target)


def unstack_detach(nt: System, state: int) -> None:
    """Go back to where the state says."""
    thread = nt.thread
    back = nt.memory.read_uint(state + PROCESS_OFFSET, 8)
    if not thread.attached or thread.attached[-1] != state or nt.irql > APC_LEVEL:
        last = address(thread.attached[-1]) if thread.attached else "none"
        nt.violation(rules.DETACH_INVALID, (), [("state", address(state)), ("the last one filled in", last)])
        return
    thread.attached.pop()
    nt.let_go(rules.LEFT_ATTACHED, state)
    if back == STAY:
        return
    before = process_at(nt, back) if back != GO_HOME else thread.home
    if back == GO_HOME:
        thread.home = None
    if before is None:
        nt.violation(rules.DETACH_INVALID, (), [("state", address(state)), ("process", address(back))])
        return
    nt.attach(before)


def attach(nt: System, where: int) -> None:
    """The old way, which keeps its state in the thread and cannot be nested."""
    target = _target(nt, where)
    thread = nt.thread
    if target is None or target is nt.process:
        return
    if thread.home is not None:
        nt.violation(rules.ATTACH_INVALID, (where, nt.process.address, 1, 0), [("process", target.name)])
    thread.home = nt.process
    nt.hold(rules.LEFT_ATTACHED, thread.address, [("process", f"{target.name}, {address(where)}")])
    nt.attach(target)


def detach(nt: System) -> None:
    """Back to the thread's own process; nothing if it is there."""
    thread = nt.thread
    if thread.home is not None and not thread.attached:
        nt.let_go(rules.LEFT_ATTACHED, thread.address)
        home, thread.home = thread.home, None
        nt.attach(home)
