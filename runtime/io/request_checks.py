"""What I/O verification looks at as IRPs travel: at IoCallDriver, as dispatch routines return, at IoCompleteRequest,
and as completion routines return."""

from __future__ import annotations

from .. import rules
from ..findings import address, level_name, plural
from ..ke.processor import APC_LEVEL
from ..wdk.constants import (
    IO_TYPE_IRP,
    IRP_MJ_CLEANUP,
    IRP_MJ_CLOSE,
    IRP_MJ_CREATE,
    IRP_MJ_PNP,
    IRP_MJ_POWER,
    IRP_MJ_READ,
    IRP_MJ_SYSTEM_CONTROL,
    IRP_MJ_WRITE,
    IRP_MN_CANCEL_REMOVE_DEVICE,
    IRP_MN_CANCEL_STOP_DEVICE,
    IRP_MN_REMOVE_DEVICE,
    IRP_MN_STOP_DEVICE,
    IRP_MN_SURPRISE_REMOVAL,
    SL_PENDING_RETURNED,
    STATUS_MORE_PROCESSING_REQUIRED,
    STATUS_NOT_SUPPORTED,
    STATUS_PENDING,
)
from ..wdk.layouts import offset
from .irp import (
    CANCEL_ROUTINE,
    COMPLETION_CONTEXT,
    COMPLETION_ROUTINE,
    CONTROL,
    CURRENT_LOCATION,
    CURRENT_STACK_LOCATION,
    INFORMATION,
    IRP_SIZE,
    LOCATION_DEVICE,
    LOCATION_SIZE,
    MDL_ADDRESS,
    PARAMETERS,
    STACK_COUNT,
    STATUS,
    SYSTEM_BUFFER,
    TYPE,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..findings import Moment
    from ..system import System
    from .requests import Level, Request

MAJORS = (
    "CREATE", "CREATE_NAMED_PIPE", "CLOSE", "READ", "WRITE", "QUERY_INFORMATION", "SET_INFORMATION", "QUERY_EA",
    "SET_EA", "FLUSH_BUFFERS", "QUERY_VOLUME_INFORMATION", "SET_VOLUME_INFORMATION", "DIRECTORY_CONTROL",
    "FILE_SYSTEM_CONTROL", "DEVICE_CONTROL", "INTERNAL_DEVICE_CONTROL", "SHUTDOWN", "LOCK_CONTROL", "CLEANUP",
    "CREATE_MAILSLOT", "QUERY_SECURITY", "SET_SECURITY", "POWER", "SYSTEM_CONTROL", "DEVICE_CHANGE", "QUERY_QUOTA",
    "SET_QUOTA", "PNP",
)  # fmt: skip
PNP_MINORS = (
    "START_DEVICE", "QUERY_REMOVE_DEVICE", "REMOVE_DEVICE", "CANCEL_REMOVE_DEVICE", "STOP_DEVICE", "QUERY_STOP_DEVICE",
    "CANCEL_STOP_DEVICE", "QUERY_DEVICE_RELATIONS", "QUERY_INTERFACE", "QUERY_CAPABILITIES", "QUERY_RESOURCES",
    "QUERY_RESOURCE_REQUIREMENTS", "QUERY_DEVICE_TEXT", "FILTER_RESOURCE_REQUIREMENTS", "", "READ_CONFIG",
    "WRITE_CONFIG", "EJECT", "SET_LOCK", "QUERY_ID", "QUERY_PNP_DEVICE_STATE", "QUERY_BUS_INFORMATION",
    "DEVICE_USAGE_NOTIFICATION", "SURPRISE_REMOVAL", "QUERY_LEGACY_BUS_INFORMATION", "DEVICE_ENUMERATED",
)  # fmt: skip
POWER_MINORS = ("WAIT_WAKE", "POWER_SEQUENCE", "SET_POWER", "QUERY_POWER")
TRANSFERS = (IRP_MJ_READ, IRP_MJ_WRITE)
MDL_BYTE_COUNT = offset("_MDL", "ByteCount")
PASSIVE_MAJORS = (IRP_MJ_CREATE, IRP_MJ_CLOSE, IRP_MJ_CLEANUP, IRP_MJ_PNP, IRP_MJ_SYSTEM_CONTROL)
MAY_NOT_FAIL = (
    IRP_MN_STOP_DEVICE, IRP_MN_CANCEL_STOP_DEVICE, IRP_MN_REMOVE_DEVICE, IRP_MN_CANCEL_REMOVE_DEVICE,
    IRP_MN_SURPRISE_REMOVAL,
)  # fmt: skip
BELOW_INITIAL = {IRP_MJ_PNP: 0x20E, IRP_MJ_POWER: 0x20F, IRP_MJ_SYSTEM_CONTROL: 0x210}


def name_of(major: int, minor: int) -> str:
    """What a request is called: IRP_MJ_READ, or for Plug and Play and power the minor's name."""
    minors = PNP_MINORS if major == IRP_MJ_PNP else POWER_MINORS if major == IRP_MJ_POWER else ()
    if minor < len(minors) and minors[minor]:
        return "IRP_MN_" + minors[minor]
    return "IRP_MJ_" + MAJORS[major] if major < len(MAJORS) else f"major function 0x{major:X}"


def head_of(nt: System, routine: int) -> Moment:
    """Where a function of the driver begins, for mistakes that it makes by returning."""
    moment = nt.moment()
    moment.site = nt.definition(routine) or moment.site
    return moment


def status_text(status: int) -> str:
    from ..ke.faults import CODE_NAMES

    name = {0: "STATUS_SUCCESS", STATUS_PENDING: "STATUS_PENDING", STATUS_NOT_SUPPORTED: "STATUS_NOT_SUPPORTED"}
    return f"0x{status:08X} {name.get(status) or CODE_NAMES.get(status, '')}".rstrip()


# -- IoCallDriver


def check_target(nt: System, device: int, irp: int) -> None:
    """The IRP must be one, and the device."""
    if nt.memory.region_at(irp) is None or nt.memory.read_uint(irp + TYPE, 2) != IO_TYPE_IRP:
        facts = [("address", nt.describe(irp))]
        nt.violation(rules.IRP_NOT_AN_IRP, (irp, 0, 0), facts, ("irp", irp), stop=(0xC9, 0x3), argument=1)
    if nt.io.devices.at(device) is None:
        facts = [("device", nt.describe(device))]
        sub = 0x4 if device else 0x204
        nt.violation(rules.NOT_A_DEVICE, (device, 0, 0), facts, ("device", device), stop=(0xC9, sub))


def skipped(nt: System, irp: int) -> bool:
    """Whether the running dispatch routine has given up its stack location of an IRP that it has not sent yet."""
    running = nt.io.requests.innermost()
    if running is None or running[0].irp != irp or running[1].forwarded is not None or running[1].passed is not None:
        return False
    return nt.memory.read_uint(irp + CURRENT_LOCATION, 1) > running[1].location


def still_owned(nt: System, request: Request, sender: Level | None) -> None:
    """A dispatch routine that sends an IRP must not have sent it already."""
    if sender is not None and sender.forwarded is not None and sender.forwarded.passed is None:
        parameters, facts = (nt.instruction(), request.irp, 0), nt.io.requests.facts(request.irp)
        nt.violation(rules.IRP_SENT_BELOW, parameters, facts, ("irp", request.irp), argument=1)


def before_call(nt: System, request: Request, device: int, location: int, above: Level | None) -> None:
    """An IRP is about to be sent. `above` is the level whose dispatch routine sends it on."""
    memory, irp = nt.memory, request.irp
    facts, about = nt.io.requests.facts(irp), ("irp", irp)
    here = nt.instruction()
    routine = memory.read_uint(irp + CANCEL_ROUTINE, 8)
    if routine:
        nt.violation(rules.IRP_SENT_CANCELABLE, (here, irp, routine), facts, about, argument=1)
    index = memory.read_uint(irp + CURRENT_LOCATION, 1)
    if memory.read_uint(irp + CURRENT_STACK_LOCATION, 8) != irp + IRP_SIZE + (index - 1) * LOCATION_SIZE:
        nt.violation(rules.IRP_STACK_DAMAGED, (here, irp, 0), facts, about, argument=1)
    if nt.irql > APC_LEVEL and request.major in PASSIVE_MAJORS:
        irql = [*facts, ("irql", level_name(nt.irql))]
        nt.violation(rules.IRP_SENT_AT_IRQL, (here, irp, nt.irql), irql, about, argument=1)
    control = memory.read_uint(location + CONTROL, 1)
    if control & SL_PENDING_RETURNED:
        nt.violation(rules.LOCATION_STILL_PENDING, (here, irp, control), facts, about, argument=1)
    if above is None:
        if not request.sent:
            _first_call(nt, request, location, facts)
        return
    below = nt.io.devices.below(above.device)
    if below and below != device and nt.io.devices.is_below(above.device, device):
        skipped = [*facts, ("skipped", nt.io.devices.name_of(below))]
        nt.violation(rules.DEVICE_SKIPPED, (here, irp, below), skipped, about)
    status = memory.read_uint(irp + STATUS, 4)
    if request.major in (IRP_MJ_PNP, IRP_MJ_POWER) and status & 0x8000_0000 and status != STATUS_NOT_SUPPORTED:
        failed = [*facts, ("status", status_text(status))]
        stop = (0xC9, 0x215 if request.major == IRP_MJ_PNP else 0x219)
        nt.violation(rules.FAILED_PASSED_DOWN, (here, irp, 0), failed, about, stop=stop, argument=1)
    _copied(nt, request, location, above, facts)


def _copied(nt: System, request: Request, location: int, above: Level, facts: list[tuple[str, str]]) -> None:
    """What stands in the next stack location, if it is not the sender's own."""
    memory, irp = nt.memory, request.irp
    own = irp + IRP_SIZE + (above.location - 1) * LOCATION_SIZE
    if location == own:
        return
    routine = memory.read_uint(location + COMPLETION_ROUTINE, 8)
    if routine and location not in request.set_below:
        same = routine == memory.read_uint(own + COMPLETION_ROUTINE, 8)
        same = same and memory.read_uint(location + COMPLETION_CONTEXT, 8) == memory.read_uint(
            own + COMPLETION_CONTEXT, 8
        )
        if same:
            nt.violation(rules.COMPLETION_ROUTINE_COPIED, (nt.instruction(), irp, 0), facts, ("irp", irp), argument=1)
    size = LOCATION_DEVICE - PARAMETERS
    if request.copied_below == location and not routine and request.major not in (IRP_MJ_PNP, IRP_MJ_POWER):
        if memory.read(location + PARAMETERS, size) == memory.read(own + PARAMETERS, size):
            nt.violation(rules.LOCATION_COPIED_NEEDLESSLY, (nt.instruction(), irp, 0), facts, ("irp", irp), argument=1)


def _first_call(nt: System, request: Request, location: int, facts: list[tuple[str, str]]) -> None:
    """An IRP that a driver has made is sent for the first time."""
    if request.origin == "system":
        return
    from .request_origin import check_first_call

    check_first_call(nt, request, location, facts)


def after_first_call(nt: System, request: Request, status: int) -> None:
    """An IRP whose event was signalled before it was sent has been sent."""
    if status == STATUS_PENDING:
        facts = [("irp", address(request.irp)), ("event", nt.dispatcher.describe(request.user_event))]
        parameters = (nt.instruction(), request.irp, 0)
        nt.violation(rules.EVENT_SIGNALLED_BEFORE, parameters, facts, ("irp", request.irp), argument=1)


# -- a dispatch routine has returned


def after_dispatch(nt: System, request: Request, level: Level, irql: int, regions: int) -> None:
    irp, status = request.irp, level.returned
    assert status is not None
    facts = nt.io.requests.facts(irp) if irp in nt.io.requests.alive else nt.irps.facts(irp)
    facts = [*facts, ("device", nt.io.devices.name_of(level.device))]
    if nt.irql != irql:
        levels = [*facts, ("irql", f"{level_name(nt.irql)}, entered at {level_name(irql)}")]
        where = head_of(nt, level.routine)
        nt.violation(rules.DISPATCH_CHANGED_IRQL, (level.device, irql, nt.irql), levels, ("irp", irp), moment=where)
        if nt.settings.verifier:
            nt.set_irql(irql)
        nt.io.requests.left_raised = where
    if nt.thread.regions_entered != regions:
        now = nt.thread.regions_entered
        parameters = (level.routine, -now, -regions)
        where = nt.io.requests.left_raised = head_of(nt, level.routine)
        nt.violation(rules.CRITICAL_REGION_KEPT, parameters, facts, moment=where)
        if nt.settings.verifier:
            nt.thread.regions_entered = regions
    if status in (0xFFFF_FFFF, STATUS_MORE_PROCESSING_REQUIRED):
        stop = (0xC9, 0x225 if status == 0xFFFF_FFFF else 0x21B)
        _returned(nt, rules.SUSPICIOUS_STATUS, request, level, facts, stop)
    if level.passed is not None:
        settle(nt, request, level)
        return
    below = level.forwarded
    if status != STATUS_PENDING:
        if below is not None and below.returned == STATUS_PENDING and below.passed is None:
            said = [*facts, ("returned", status_text(status)), ("lower driver returned", "STATUS_PENDING")]
            _returned(nt, rules.RETURNED_STATUS_DIFFERS, request, level, said, extra=STATUS_PENDING)
        elif request.in_use or below is None or below.passed is not None:
            if nt.io.requests.alive.get(irp) is request and not request.completed:
                _returned(nt, rules.IRP_NEITHER, request, level, facts)
    elif below is None or below.passed is not None:
        control = irp + IRP_SIZE + (level.location - 1) * LOCATION_SIZE + CONTROL
        if nt.io.requests.alive.get(irp) is request and not nt.memory.read_uint(control, 1) & SL_PENDING_RETURNED:
            _returned(nt, rules.PENDING_UNMARKED, request, level, facts, extra=status)
            if nt.settings.verifier:  # so that the run goes on as if it had been right
                nt.memory.write_uint(control, 1, nt.memory.read_uint(control, 1) | SL_PENDING_RETURNED)


def _returned(
    nt: System, rule: rules.Rule, request: Request, level: Level, facts: list[tuple[str, str]],
    stop: tuple[int, int | None] | None = None, extra: int = 0,
) -> None:  # fmt: skip
    """A rule is broken by what a dispatch routine returned."""
    parameters = (level.routine, request.irp, extra)
    nt.violation(rule, parameters, facts, ("irp", request.irp), stop=stop, moment=head_of(nt, level.routine))


def passed(nt: System, request: Request, location: int, pended: bool, status: int) -> None:
    """The IRP comes up past a stack location: the levels that used it are over but for their return."""
    moment = nt.moment()
    for level in reversed(request.levels):
        if level.location > location or level.passed is not None:
            continue
        if level.location < location:
            continue
        level.passed, level.pended, level.status = moment, pended, status
        settle(nt, request, level)


def settle(nt: System, request: Request, level: Level) -> None:
    """A dispatch routine has returned and its stack location is done with: do they agree?"""
    returned = level.returned
    if returned is None or returned in (0xFFFF_FFFF, STATUS_MORE_PROCESSING_REQUIRED):
        return
    facts = [*nt.io.requests.facts(request.irp), ("device", nt.io.devices.name_of(level.device))]
    facts.append(("returned", status_text(returned)))
    if returned == STATUS_PENDING:
        if not level.pended:
            _returned(nt, rules.PENDING_UNMARKED, request, level, facts, extra=returned)
            level.pended = True
    elif level.pended:
        _returned(nt, rules.PENDING_NOT_RETURNED, request, level, facts, extra=returned)
    elif returned != level.status:
        facts.append(("IoStatus.Status", status_text(level.status)))
        _returned(nt, rules.RETURNED_STATUS_DIFFERS, request, level, facts, extra=level.status)


# -- IoCompleteRequest


def amount(nt: System, request: Request, location: int) -> None:
    """A transfer that went well: as many bytes as the driver was asked for, or fewer."""
    memory, irp = nt.memory, request.irp
    asked, moved = memory.read_uint(location + PARAMETERS, 4), memory.read_uint(irp + INFORMATION, 8)
    mdl = memory.read_uint(irp + MDL_ADDRESS, 8)
    if moved <= asked or request.too_much or not (mdl or memory.read_uint(irp + SYSTEM_BUFFER, 8)):
        return
    request.too_much = True
    if request.output and moved > request.output_length:
        return  # that is said when the requestor's buffer is filled
    facts = [
        *nt.io.requests.facts(irp), ("Length", plural(asked, "byte")), ("Information", plural(moved, "byte")),
    ]  # fmt: skip
    if mdl and memory.read_uint(mdl + MDL_BYTE_COUNT, 4) == moved:
        facts.append(("mdl", f"{plural(moved, 'byte')}, which is what was moved"))
    nt.violation(rules.MORE_THAN_ASKED, (), facts, ("irp", irp))


def check_completion(nt: System, irp: int) -> None:
    memory, about = nt.memory, ("irp", irp)
    alive = memory.region_at(irp) is not None and memory.read_uint(irp + TYPE, 2) == IO_TYPE_IRP
    if not alive or memory.read_uint(irp + CURRENT_LOCATION, 1) > memory.read_uint(irp + STACK_COUNT, 1) + 1:
        nt.violation(rules.IRP_COMPLETED_TWICE, (irp, 0, 0, 0), nt.irps.facts(irp), about)
    facts = nt.io.requests.facts(irp)
    request = nt.io.requests.at(irp)
    status = memory.read_uint(irp + STATUS, 4)
    if status in (STATUS_PENDING, 0xFFFF_FFFF):
        nt.violation(rules.IRP_COMPLETED_PENDING, (status, irp, 0), [*facts, ("status", status_text(status))], about)
    routine = memory.read_uint(irp + CANCEL_ROUTINE, 8)
    if routine:
        nt.violation(rules.IRP_COMPLETED_CANCELABLE, (routine, irp, 0), facts, about)
    if not request.sent:
        nt.violation(rules.UNSENT_IRP_COMPLETED, (nt.instruction(), irp, 0), facts, about)
    running = nt.io.requests.innermost()
    if running is not None and running[0] is request:
        below = running[1].forwarded
        if below is not None and below.passed is None:
            nt.violation(rules.IRP_COMPLETED_BELOW, (nt.instruction(), irp, 0), facts, about)
    if request.major in BELOW_INITIAL:
        _check_stack_request(nt, request, status, facts)


def _check_stack_request(nt: System, request: Request, status: int, facts: list[tuple[str, str]]) -> None:
    """Plug and Play, power and WMI requests have to reach the bottom of the stack."""
    index = nt.memory.read_uint(request.irp + CURRENT_LOCATION, 1)
    level = next((one for one in reversed(request.levels) if one.location == index and one.passed is None), None)
    if level is None or nt.io.drivers.is_default(level.routine):
        return
    pnp = request.major == IRP_MJ_PNP
    parameters, about = (level.routine, request.irp, 0), ("irp", request.irp)
    facts = [*facts, ("status", status_text(status))]
    if pnp and request.minor in MAY_NOT_FAIL and status & 0x8000_0000 and status != STATUS_NOT_SUPPORTED:
        stop = (0xC9, 0x306 if request.minor == IRP_MN_REMOVE_DEVICE else 0x247)
        nt.violation(rules.MAY_NOT_FAIL, parameters, facts, about, stop=stop)
    below = nt.io.devices.below(level.device)
    if level.forwarded is not None:
        lower = level.forwarded
        if status == STATUS_NOT_SUPPORTED and lower.passed is not None and lower.status != STATUS_NOT_SUPPORTED:
            if request.major != IRP_MJ_SYSTEM_CONTROL:
                said = [*facts, ("below", status_text(lower.status))]
                nt.violation(
                    rules.LOWER_STATUS_LOST, parameters, said, about, stop=(0xC9, 0x216 if pnp else 0x21A)
                )
        return
    if not below:
        return
    if request.major == IRP_MJ_SYSTEM_CONTROL:
        provider = nt.memory.read_uint(
            nt.memory.read_uint(request.irp + CURRENT_STACK_LOCATION, 8) + PARAMETERS, 8
        )
        if provider != level.device:
            nt.violation(rules.SYSTEM_CONTROL_COMPLETED, (level.routine, request.irp, provider), facts, about)
        return
    names = PNP_MINORS if pnp else POWER_MINORS
    unknown = request.minor >= len(names) or not names[request.minor]
    if status & 0x8000_0000 and status != STATUS_NOT_SUPPORTED and not unknown:
        return
    sub = (0x22D if pnp else 0x230) if unknown else (0x22F if pnp else 0x232)
    if status != STATUS_NOT_SUPPORTED and not unknown:
        sub = 0x22E if pnp else 0x231
    rule = rules.PNP_COMPLETED if pnp else rules.POWER_COMPLETED
    nt.violation(rule, parameters, facts, about, stop=(0xC9, sub))


# -- a completion routine has returned


def after_completion_routine(nt: System, request: Request, routine: int, irql: int, regions: int) -> None:
    facts = [("irp", address(request.irp))]
    if nt.irql != irql:
        levels = [*facts, ("irql", f"{level_name(nt.irql)}, entered at {level_name(irql)}")]
        where = head_of(nt, routine)
        nt.violation(rules.COMPLETION_CHANGED_IRQL, (routine, irql, nt.irql), levels, moment=where)
        nt.set_irql(irql)
    if nt.thread.regions_entered != regions:
        parameters = (routine, -nt.thread.regions_entered, -regions)
        nt.violation(
            rules.CRITICAL_REGION_KEPT, parameters, facts, stop=(0xC4, 0xFB), moment=head_of(nt, routine)
        )
        nt.thread.regions_entered = regions


def pending_propagated(nt: System, request: Request, routine: int) -> None:
    """PendingReturned was set and completion goes on: the routine must have marked its own location."""
    irp = request.irp
    control = nt.memory.read_uint(irp + CURRENT_STACK_LOCATION, 8) + CONTROL
    value = nt.memory.read_uint(control, 1)
    if value & SL_PENDING_RETURNED:
        return
    where = head_of(nt, routine)
    facts = nt.io.requests.facts(irp)
    nt.violation(rules.PENDING_NOT_PROPAGATED, (routine, irp, 0), facts, ("irp", irp), moment=where)
    if nt.settings.verifier:
        nt.memory.write_uint(control, 1, value | SL_PENDING_RETURNED)
