"""IRPs on their way: what the machine knows of each beyond its bytes, the way down through drivers and the way up.

A request is known from when its IRP is made until that is freed. `levels` are the dispatch routines that it went
through, the latest last: what each of them returned, and what became of its stack location, is what the verifier
compares. What the I/O manager does when the last completion routine has run is in request_ends.py.
"""

from __future__ import annotations

from .. import rules
from ..findings import address
from ..ke.guarded import call_below
from ..wdk.constants import (
    IRP_MJ_PNP,
    SL_INVOKE_ON_CANCEL,
    SL_INVOKE_ON_ERROR,
    SL_INVOKE_ON_SUCCESS,
    SL_PENDING_RETURNED,
    STATUS_MORE_PROCESSING_REQUIRED,
)
from ..wdk.layouts import offset
from . import request_checks as checks
from .irp import (
    CANCEL,
    COMPLETION_CONTEXT,
    COMPLETION_ROUTINE,
    CONTROL,
    CURRENT_LOCATION,
    CURRENT_STACK_LOCATION,
    LOCATION_DEVICE,
    LOCATION_SIZE,
    MAJOR,
    MINOR,
    PENDING_RETURNED,
    STACK_COUNT,
    STATUS,
)
from .request_ends import finish
from .unverified import completed_too_high

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..findings import Moment
    from ..ke.process import Process
    from ..ke.processor import Thread
    from ..system import System
    from .file_objects import File

# Who made an IRP, and so who frees it.
DRIVER, RAW, THREADED, ASYNCHRONOUS, ASSOCIATED, SYSTEM = "driver", "raw", "threaded", "async", "associated", "system"
OWNED_BY_DRIVER = (DRIVER, RAW, ASYNCHRONOUS)
MAJOR_FUNCTION = offset("_DRIVER_OBJECT", "MajorFunction")
DRIVER_OBJECT = offset("_DEVICE_OBJECT", "DriverObject")
NEVER = 0xFFFF_FFFF
COMPLETION = "the context of a completion routine"


class Level:
    """One call of a dispatch routine. `returned` is what it returned, None while it runs; once the IRP has come up past
    its stack location, `passed` is the moment, `pended` whether that was marked pending, and `status` the IRP's then.
    `forwarded` is the level below that it called, if any."""

    __slots__ = ("device", "location", "routine", "returned", "passed", "pended", "status", "forwarded", "nested")

    def __init__(self, device: int, location: int, routine: int, nested: int) -> None:
        self.device = device
        self.location = location
        self.routine = routine
        self.nested = nested  # interrupts and DPCs that ran below it on its processor
        self.returned: int | None = None
        self.passed: Moment | None = None
        self.pended = False
        self.status = 0
        self.forwarded: Level | None = None


class Request:
    """`thread` and `process` are whose request it is; `file` is the file object it was made for. `deferred` is true
    while the I/O manager's own call runs that sent it, and so can deliver the result itself. `deliver` runs in the
    thread's context at the end. `set_below` has the stack locations that IoSetCompletionRoutine wrote to."""

    __slots__ = (
        "irp", "origin", "thread", "process", "file", "levels", "sent", "in_use", "output", "output_length", "deferred",
        "deliver", "completed", "status", "information", "data", "pending_returned", "set_below", "copied_below",
        "major", "minor", "moment", "input_length", "user_iosb", "user_event", "apc", "cancelled", "power",
        "signalled_before", "too_much", "boost",
    )  # fmt: skip

    def __init__(self, irp: int, origin: str, thread: Thread, moment: Moment) -> None:
        self.irp = irp
        self.origin = origin
        self.thread = thread
        self.process: Process | None = thread.process
        self.file: File | None = None
        self.levels: list[Level] = []
        self.sent = False
        self.in_use = False  # sent, and not yet given back by a completion routine
        self.output = 0
        self.output_length = 0
        self.input_length = 0
        self.deferred = False
        self.deliver: Callable[[Request], None] | None = None
        self.completed = False
        self.status = 0
        self.information = 0
        self.data = b""
        self.pending_returned = False
        self.set_below: set[int] = set()
        self.copied_below = 0  # the location that IoCopyCurrentIrpStackLocationToNext filled last
        self.major = -1
        self.minor = 0
        self.moment = moment
        self.user_iosb = 0
        self.user_event = 0
        self.apc: tuple[int, int] | None = None
        self.cancelled: Moment | None = None
        self.power: Callable[[Request], None] | None = None
        self.signalled_before = False
        self.too_much = False
        self.boost = 0


class Requests:
    """All IRPs that are alive, by address. `running` are the dispatch routines that each thread is in, `left_raised` is
    the head of the last one that did not leave IRQL and APCs as they were."""

    __slots__ = ("nt", "alive", "running", "left_raised")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.alive: dict[int, Request] = {}
        self.running: dict[int, list[tuple[Request, Level]]] = {}
        self.left_raised: Moment | None = None

    def add(self, irp: int, origin: str, thread: Thread | None = None) -> Request:
        """An IRP begins its life, or is made ready for another."""
        made = self.alive[irp] = Request(irp, origin, thread or self.nt.thread, self.nt.moment())
        return made

    def at(self, irp: int) -> Request:
        """What is known of an IRP; one that nobody has told of is a driver's own."""
        found = self.alive.get(irp)
        return found if found is not None else self.add(irp, RAW)

    def forget(self, irp: int) -> None:
        self.alive.pop(irp, None)

    def facts(self, irp: int) -> list[tuple[str, str]]:
        """The IRP in a report: its address, and what it asks for."""
        request = self.alive.get(irp)
        if request is None or request.major < 0:
            return self.nt.irps.facts(irp)
        return [("irp", f"{address(irp)}, {checks.name_of(request.major, request.minor)}")]

    def innermost(self) -> tuple[Request, Level] | None:
        """The dispatch routine that the running code belongs to, or None in an interrupt, a DPC or outside of any."""
        running = self.running.get(self.nt.thread.address)
        if not running or running[-1][1].nested != self.nt.cpu.nested:
            return None
        return running[-1]

    # -- down

    def call_driver(self, device: int, irp: int) -> int:
        """Hand an IRP to the driver of a device. What its dispatch routine returned."""
        nt = self.nt
        memory = nt.memory
        checks.check_target(nt, device, irp)
        request = self.at(irp)
        above = self.innermost()
        sender = above[1] if above is not None and above[0] is request else None
        checks.still_owned(nt, request, sender)
        count = memory.read_uint(irp + CURRENT_LOCATION, 1)
        if count <= 1:
            nt.violation(rules.IRP_NO_NEXT_LOCATION, (irp, 0, 0, 0), self.facts(irp), ("irp", irp))
        location = memory.read_uint(irp + CURRENT_STACK_LOCATION, 8) - LOCATION_SIZE
        major, minor = memory.read_uint(location + MAJOR, 1), memory.read_uint(location + MINOR, 1)
        if not request.sent:
            request.major, request.minor = major, minor
        checks.before_call(nt, request, device, location, sender)
        memory.write_uint(irp + CURRENT_LOCATION, 1, count - 1)
        memory.write_uint(irp + CURRENT_STACK_LOCATION, 8, location)
        memory.write_uint(location + LOCATION_DEVICE, 8, device)
        request.sent = request.in_use = True
        request.copied_below = 0
        status = self._dispatch(request, device, count - 1, major)
        if request.signalled_before:
            request.signalled_before = False
            checks.after_first_call(nt, request, status)
        return status

    def _dispatch(self, request: Request, device: int, location: int, major: int) -> int:
        nt = self.nt
        driver = nt.memory.read_uint(device + DRIVER_OBJECT, 8)
        routine = nt.memory.read_uint(driver + MAJOR_FUNCTION + 8 * major, 8)
        level = Level(device, location, routine, nt.cpu.nested)
        above = self.innermost()
        if above is not None and above[0] is request:
            above[1].forwarded = level
        request.levels.append(level)
        running = self.running.setdefault(nt.thread.address, [])
        running.append((request, level))
        irql, regions = nt.irql, nt.thread.regions_entered
        minor = {"minor": request.minor} if major == IRP_MJ_PNP else {}
        nt.traced("dispatch", irp=request.irp, device=device, routine=routine, major=request.major, **minor)
        cause, nt.thread.cause = nt.thread.cause, request.irp
        status = call_below(nt, routine, device, request.irp) & 0xFFFF_FFFF
        nt.thread.cause = cause
        nt.traced("dispatch end", irp=request.irp, status=status)
        running.remove((request, level))
        level.returned = status
        checks.after_dispatch(nt, request, level, irql, regions)
        return status

    # -- up

    def complete(self, irp: int, boost: int = 0) -> None:
        """IoCompleteRequest: up through the completion routines, from the current stack location to the top. Whoever
        waits for the request gets so much more priority."""
        nt = self.nt
        memory = nt.memory
        checks.check_completion(nt, irp)
        completed_too_high(nt, irp)
        request = self.at(irp)
        request.boost = boost
        nt.remember("irp", irp, "completed")
        nt.traced("complete", irp=irp, status=memory.read_uint(irp + STATUS, 4))
        while (index := memory.read_uint(irp + CURRENT_LOCATION, 1)) <= memory.read_uint(irp + STACK_COUNT, 1):
            if not self._up(request, index):
                return
        finish(nt, request)

    def _up(self, request: Request, index: int) -> bool:
        """Leave one stack location. False if its completion routine keeps the IRP."""
        nt = self.nt
        memory, irp = nt.memory, request.irp
        location = memory.read_uint(irp + CURRENT_STACK_LOCATION, 8)
        control = memory.read_uint(location + CONTROL, 1)
        status = memory.read_uint(irp + STATUS, 4)
        pended = bool(control & SL_PENDING_RETURNED)
        memory.write_uint(irp + PENDING_RETURNED, 1, int(pended))
        nt.irps.move(irp, 1)
        checks.passed(nt, request, index, pended, status)
        if request.major in checks.TRANSFERS and status < 0x8000_0000:
            checks.amount(nt, request, location)
        routine = memory.read_uint(location + COMPLETION_ROUTINE, 8)
        context = memory.read_uint(location + COMPLETION_CONTEXT, 8)
        memory.write(location + MINOR, bytes(3))
        memory.write(location + 8, bytes(LOCATION_SIZE - 8))
        top = index >= memory.read_uint(irp + STACK_COUNT, 1)
        above = location + LOCATION_SIZE
        wanted = SL_INVOKE_ON_ERROR if status & 0x8000_0000 else SL_INVOKE_ON_SUCCESS
        cancelled = control & SL_INVOKE_ON_CANCEL and memory.read_uint(irp + CANCEL, 1)
        if not (control & wanted or cancelled) or not routine:
            if pended and not top:
                memory.write_uint(above + CONTROL, 1, memory.read_uint(above + CONTROL, 1) | SL_PENDING_RETURNED)
            return True
        if nt.dispatcher.lent.known:
            nt.dispatcher.lent.check(COMPLETION, location, context, routine)
        device = 0 if top else memory.read_uint(above + LOCATION_DEVICE, 8)
        request.set_below.discard(location)
        return self._completion_routine(request, routine, device, context, pended and not top)

    def _completion_routine(self, request: Request, routine: int, device: int, context: int, pended: bool) -> bool:
        """Call a completion routine. False if it keeps the IRP."""
        nt = self.nt
        irp = request.irp
        irql, regions = nt.irql, nt.thread.regions_entered
        request.in_use = False  # the driver may do with it what it likes now
        nt.traced("completion routine", irp=irp, routine=routine)
        result = call_below(nt, routine, device, irp, context) & 0xFFFF_FFFF
        nt.traced("completion routine end", irp=irp, status=result)
        checks.after_completion_routine(nt, request, routine, irql, regions)
        if result == STATUS_MORE_PROCESSING_REQUIRED:
            return False
        if self.alive.get(irp) is not request:
            nt.violation(rules.IRP_FREED_BY_COMPLETION_ROUTINE, (irp, 0, 0, 0), nt.irps.facts(irp), ("irp", irp))
            return False
        request.in_use = True
        if pended:
            checks.pending_propagated(nt, request, routine)
        return True
