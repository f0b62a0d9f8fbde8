"""Running code in another context than the current thread's own: as an interrupt, in kernel mode, on another stack.

What a context consists of lies in the current thread and processor; it is put aside, replaced, and put back when the
code returns. Code that stops the machine or ends the thread does not come back, and nothing is put back then."""

from __future__ import annotations

from .. import rules
from ..findings import level_name
from .processor import DISPATCH_LEVEL, PASSIVE_LEVEL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from ..system import System

    Result = TypeVar("Result")


def on_stack(
    nt: System, low: int, size: int, function: Callable[..., Result], *arguments: Any, mode: int = 0
) -> Result:
    """Call a function of Python on another stack, in kernel mode, where the filters of the interrupted code do not
    count. `mode` is the previous mode that it sees."""
    thread, names = nt.thread, nt.names
    before = (
        thread.seh, thread.stack_low, thread.stack_bytes, thread.sp, thread.user, thread.previous_mode,
        thread.filters_running, thread.cause, thread.entry,
    )  # fmt: skip
    lent = nt.dispatcher.lent
    lent.entries += 1
    thread.outer.append((thread.entry, thread.stack_low, thread.sp))
    thread.entry = lent.entries
    thread.seh = []
    thread.stack_low, thread.stack_bytes, thread.sp = low, size, size
    thread.user, thread.previous_mode, thread.filters_running = False, mode, 0
    names["SEH"], names["STACK"] = thread.seh, low
    result = function(*arguments)
    (
        thread.seh, thread.stack_low, thread.stack_bytes, thread.sp, thread.user, thread.previous_mode,
        thread.filters_running, thread.cause, thread.entry,
    ) = before  # fmt: skip
    thread.outer.pop()
    names["SEH"], names["STACK"] = thread.seh, thread.stack_low
    return result


def interrupted(nt: System, irql: int, function: Callable[..., Result], *arguments: Any) -> Result:
    """Run a function as an interrupt of whatever this processor is doing, at an IRQL above its own."""
    cpu = nt.cpu
    before, raised_at = cpu.irql, cpu.raised_at
    cpu.nested += 1
    low, size = nt.interrupt_stack(cpu, cpu.nested)
    nt.set_irql(irql)
    result = on_stack(nt, low, size, function, *arguments)
    cpu.nested -= 1
    cpu.irql, cpu.raised_at = before, raised_at  # who let it in looks for what the lower IRQL lets in
    nt.memory.raise_irql(before >= DISPATCH_LEVEL)
    return result


def system_call(nt: System, function: Callable[..., Result], *arguments: Any) -> Result:
    """Run a function of the kernel for the current user thread: on its kernel stack, with UserMode as previous mode."""
    thread = nt.thread
    if not thread.user:
        return function(*arguments)
    low, size = nt.kernel_stack_of(thread)
    result = on_stack(nt, low, size, function, *arguments, mode=1)
    if nt.irql != PASSIVE_LEVEL or thread.regions_entered or thread.guarded:
        _check_return(nt)
    nt.scheduler.point()
    return result


def _check_return(nt: System) -> None:
    """A thread goes back to user mode: nothing of what the kernel has done to its IRQL and APCs may be left."""
    thread, here = nt.thread, nt.instruction()
    moment, facts = nt.io.requests.left_raised or nt.moment(), [("thread", thread.name)]
    if nt.irql != PASSIVE_LEVEL:
        irql = [("irql", level_name(nt.irql)), *facts]
        nt.violation(rules.IRQL_RAISED_AT_RETURN, (here, nt.irql, 0, 0), irql, moment=moment)
        nt.set_irql(PASSIVE_LEVEL)
    if thread.regions_entered or thread.guarded:
        facts.append(("regions", f"{thread.regions_entered + thread.guarded} entered and not left"))
        disabled = -thread.guarded << 16 & 0xFFFF_0000 | -thread.regions_entered & 0xFFFF
        nt.violation(rules.APCS_OFF_AT_RETURN, (here, 0, disabled, 0), facts, moment=moment)
        thread.regions_entered = thread.guarded = 0
