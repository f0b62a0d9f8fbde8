"""What memory that is given back must not hold: timers that are set, DPCs that are queued, resources, and objects that
threads wait for."""

from __future__ import annotations

from .. import rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System


def check_contents(nt: System, start: int, size: int, paged: bool) -> None:
    """Look at a block of pool that is about to be freed."""
    verified = nt.settings.verifier > 0  # plain Windows notices when the timer is due, or the DPC's turn has come
    timer = nt.timers.in_range(start, size) if verified else None
    if timer is not None:
        parameters = (timer, int(paged), start)
        nt.violation(rules.TIMER_FREED_SET, parameters, _facts(nt, start), ("timer", timer), stop=(0xC4, 0x15))
    dpc = nt.dpcs.in_range(start, size) if verified else None
    if dpc is not None:
        nt.violation(rules.DPC_FREED_QUEUED, (dpc, start, start + size), _facts(nt, start), ("dpc", dpc))
    resource = nt.resources.in_range(start, size)
    if resource is not None:
        old = nt.settings.generation == "nt52"
        parameters = (resource, int(paged), start) if old else (resource, start, size)
        stop = (0xC4, 0x17) if old else None
        nt.violation(rules.RESOURCE_FREED, parameters, _facts(nt, start), ("resource", resource), stop=stop)
        nt.resources.delete(resource)
    waited = nt.dispatcher.in_range(start, size)
    if waited is not None:
        waiter = nt.dispatcher.waiting[waited][0].thread.name
        facts = [*_facts(nt, start), ("object", nt.dispatcher.describe(waited)), ("waiting", waiter)]
        nt.violation(rules.WAITED_OBJECT_FREED, (), facts, ("object", waited))


def _facts(nt: System, start: int) -> list[tuple[str, str]]:
    return [("freed", nt.describe(start))]
