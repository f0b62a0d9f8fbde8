"""The end of a request, when the last completion routine has run: what the I/O manager takes back, and what the
requesting thread gets, in its own context."""

from __future__ import annotations

from .. import rules
from ..findings import address, plural
from ..ke.guarded import guarded
from ..wdk.constants import IRP_ASSOCIATED_IRP, STATUS_VERIFY_REQUIRED
from .irp import FLAGS, INFORMATION, MASTER, PENDING_RETURNED, STATUS
from .request_buffers import release_buffer, release_mdls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System
    from .requests import Request

FIRST_ERROR = 0xC000_0000


def finish(nt: System, request: Request) -> None:
    """All stack locations are behind the IRP."""
    memory, irp = nt.memory, request.irp
    if request.origin in ("driver", "raw", "async"):
        if request.sent:
            facts = nt.io.requests.facts(irp)
            nt.violation(rules.DRIVER_IRP_AT_TOP, (), facts, ("irp", irp))
        request.in_use, request.sent = False, False
        return
    request.status = memory.read_uint(irp + STATUS, 4)
    request.information = memory.read_uint(irp + INFORMATION, 8)
    request.pending_returned = bool(memory.read_uint(irp + PENDING_RETURNED, 1))
    associated = bool(memory.read_uint(irp + FLAGS, 4) & IRP_ASSOCIATED_IRP)
    master = memory.read_uint(irp + MASTER, 8) if associated else 0
    release_mdls(nt, irp)
    if not associated:
        _check_information(nt, request)
        wanted = request.status < FIRST_ERROR and request.status != STATUS_VERIFY_REQUIRED
        request.data = release_buffer(nt, irp, request.information if wanted else 0, request.input_length)
    request.completed, request.in_use = True, False
    nt.irps.give_back(irp)
    nt.io.requests.forget(irp)
    if associated:
        _one_less(nt, master)
    elif request.power is not None:
        request.power(request)
    elif not (request.deferred and not request.pending_returned):
        nt.scheduler.go_live()  # at raised IRQL it runs as that comes down
        nt.scheduler.apc(request.thread, lambda: deliver(nt, request))


def _check_information(nt: System, request: Request) -> None:
    """More bytes than the requestor has room for."""
    if request.output and request.information > request.output_length and request.status < FIRST_ERROR:
        facts = [
            *nt.io.requests.facts(request.irp), ("Information", plural(request.information, "byte")),
            ("buffer", plural(request.output_length, "byte")),
        ]  # fmt: skip
        parameters = (nt.instruction(), request.irp, 0)
        nt.violation(rules.INFORMATION_TOO_LARGE, parameters, facts, ("irp", request.irp))
        if nt.settings.verifier:
            request.information = request.output_length


def _one_less(nt: System, master: int) -> None:
    """An associated IRP is done: the last one completes its master."""
    count = nt.memory.read_uint(master + MASTER, 4) - 1
    nt.memory.write_uint(master + MASTER, 4, count)
    if not count:
        nt.io.requests.complete(master)


def deliver(nt: System, request: Request) -> None:
    """In the context of the thread that asked: its data, its status block, its event, and a user APC if it wants one.
    A request that failed at once leaves status block and event alone: the caller has the status already."""
    if request.data:
        code = guarded(nt, nt.memory.write, request.output, request.data)
        request.data = b""
        if code:
            request.status, request.information = code, 0
    if request.status < FIRST_ERROR or request.pending_returned:
        _write_status_block(nt, request)
        _signal(nt, request)
        if request.apc is not None:
            _queue_apc(nt, request, *request.apc)
        if nt.io.ports.files:
            nt.io.ports.ended(request)
    elif request.file is not None:
        request.file.final_status = request.status
    if request.deliver is not None:
        request.deliver(request)


def _write_status_block(nt: System, request: Request) -> None:
    where = request.user_iosb
    if not where:
        return
    _check_stack(nt, request, where, rules.STATUS_BLOCK_UNWOUND)

    def write() -> None:
        nt.memory.write_uint(where, 4, request.status)
        nt.memory.write_uint(where + 8, 8, request.information)

    guarded(nt, write)


def _signal(nt: System, request: Request) -> None:
    if request.file is not None:
        request.file.final_status = request.status
        if (not request.user_event or request.file.synchronous) and not nt.io.ports.keeps_quiet(request):
            nt.dispatcher.signal(request.file.event, request.boost)
    if request.user_event:
        _check_stack(nt, request, request.user_event, rules.EVENT_UNWOUND)
        nt.dispatcher.signal(request.user_event, request.boost)


def _check_stack(nt: System, request: Request, where: int, rule: rules.Rule) -> None:
    """What a driver gave must still be there if it lies on the stack of its thread."""
    thread = request.thread
    if request.origin != "threaded" or thread is not nt.thread:
        return
    if thread.stack_low <= where < thread.stack_low + min(thread.sp, thread.stack_bytes):
        facts = [("irp", address(request.irp)), ("address", f"{address(where)}, above the end of the stack")]
        nt.violation(rule, (where, 0, 0), facts, ("irp", request.irp))


def _queue_apc(nt: System, request: Request, routine: int, context: int) -> None:
    iosb = request.user_iosb
    if request.process is not None and request.thread.is_user_thread:
        nt.scheduler.user_apc(request.thread, lambda: nt.call(routine, context, iosb, 0))
    else:
        nt.call(routine, context, iosb, 0)
