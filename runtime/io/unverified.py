"""What plain Windows comes to where I/O verification would have said something: the run goes on from the mistake as the
I/O manager itself would, until that shows."""

from __future__ import annotations

from .. import rules
from ..findings import address, level_name
from ..ke.processor import APC_LEVEL, DISPATCH_LEVEL
from ..wdk.constants import STATUS_PENDING
from .request_checks import head_of, name_of, status_text
from .request_ends import deliver, finish

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..findings import Moment
    from ..system import System
    from .requests import Request


def completed_too_high(nt: System, irp: int) -> None:
    """IoCompleteRequest above DISPATCH_LEVEL: the locks that it takes are those of DISPATCH_LEVEL."""
    if nt.irql > DISPATCH_LEVEL and not nt.settings.verifier:
        facts = [*nt.io.requests.facts(irp), ("irql", f"{level_name(nt.irql)}, allowed: <= DISPATCH_LEVEL")]
        nt.violation(rules.IRP_COMPLETED_TOO_HIGH, (nt.irql, DISPATCH_LEVEL, 0), facts, ("irp", irp))


def finished_by_status(nt: System, request: Request, status: int) -> bool:
    """The I/O manager has been told another status than STATUS_PENDING and finishes the request at once, whatever the
    driver has done with it. True if it has."""
    if status == STATUS_PENDING or nt.settings.verifier:
        return False
    if request.completed:
        if request.pending_returned:  # an APC that does the same is on its way, or has run
            name = name_of(request.major, request.minor)
            facts = [("irp", f"{address(request.irp)}, {name}"), ("returned", status_text(status))]
            parameters, about = (request.irp, 0, 0, 0), ("irp", request.irp)
            nt.violation(rules.REQUEST_FINISHED_TWICE, parameters, facts, about, moment=_head(nt, request))
        return False
    nt.history.setdefault(("irp", request.irp), {})["completed"] = _head(nt, request)
    request.deferred = True
    finish(nt, request)
    deliver_here(nt, request)
    return True


def _head(nt: System, request: Request) -> Moment:
    """The dispatch routine whose status counts: that of the device at the top."""
    return head_of(nt, request.levels[0].routine)


def deliver_here(nt: System, request: Request) -> None:
    """The end of a request in the I/O manager's own call, which goes to APC_LEVEL for it: down too, if a dispatch
    routine has come back above that."""
    before, raised_at = nt.irql, nt.cpu.raised_at
    if before <= APC_LEVEL:
        deliver(nt, request)
        return
    nt.cpu.irql = APC_LEVEL
    nt.memory.raise_irql(False)
    deliver(nt, request)
    nt.set_irql(before)
    nt.cpu.raised_at = raised_at
