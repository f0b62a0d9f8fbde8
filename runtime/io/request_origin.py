"""What the verifier asks of an IRP that a driver has made, when it is sent for the first time."""

from __future__ import annotations

from .. import rules
from ..ke.processor import APC_LEVEL
from ..mm.memory import KERNEL_BASE
from ..wdk.constants import (
    IRP_MJ_DEVICE_CONTROL,
    IRP_MJ_INTERNAL_DEVICE_CONTROL,
    IRP_MJ_PNP,
    IRP_MJ_POWER,
    IRP_MJ_READ,
    IRP_MJ_SYSTEM_CONTROL,
    IRP_MJ_WRITE,
    IRP_MN_CANCEL_REMOVE_DEVICE,
    IRP_MN_CANCEL_STOP_DEVICE,
    IRP_MN_QUERY_CAPABILITIES,
    IRP_MN_QUERY_REMOVE_DEVICE,
    IRP_MN_QUERY_STOP_DEVICE,
    IRP_MN_REMOVE_DEVICE,
    IRP_MN_START_DEVICE,
    IRP_MN_STOP_DEVICE,
    IRP_MN_SURPRISE_REMOVAL,
    STATUS_NOT_SUPPORTED,
)
from ..wdk.layouts import offset
from .irp import MINOR, PARAMETERS, REQUESTOR_MODE, STATUS, USER_BUFFER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System
    from .requests import Request

INITIAL = {IRP_MJ_PNP: 0x20E, IRP_MJ_POWER: 0x20F, IRP_MJ_SYSTEM_CONTROL: 0x210}
SENT_BY_SYSTEM = (
    IRP_MN_START_DEVICE, IRP_MN_QUERY_REMOVE_DEVICE, IRP_MN_REMOVE_DEVICE, IRP_MN_CANCEL_REMOVE_DEVICE,
    IRP_MN_STOP_DEVICE, IRP_MN_QUERY_STOP_DEVICE, IRP_MN_CANCEL_STOP_DEVICE, IRP_MN_SURPRISE_REMOVAL,
)  # fmt: skip
TRANSFERS = (IRP_MJ_READ, IRP_MJ_WRITE, IRP_MJ_DEVICE_CONTROL, IRP_MJ_INTERNAL_DEVICE_CONTROL)
TYPE3_INPUT = offset("_IO_STACK_LOCATION", "Parameters.DeviceIoControl.Type3InputBuffer")
CAPABILITIES_SIZE = 64


def check_first_call(nt: System, request: Request, location: int, facts: list[tuple[str, str]]) -> None:
    memory, irp = nt.memory, request.irp
    about, here = ("irp", irp), nt.instruction()
    status = memory.read_uint(irp + STATUS, 4)
    if request.major in INITIAL and status != STATUS_NOT_SUPPORTED and request.power is None:
        stop = (0xC9, INITIAL[request.major])
        said = [*facts, ("status", f"0x{status:08X}")]
        nt.violation(rules.STATUS_NOT_INITIALISED, (here, irp, 0), said, about, stop=stop, argument=1)
    minor = memory.read_uint(location + MINOR, 1)
    if request.major == IRP_MJ_PNP and minor in SENT_BY_SYSTEM or request.major == IRP_MJ_POWER and not request.power:
        nt.violation(rules.SYSTEM_IRP_SENT, (here, irp, 0), facts, about, argument=1)
    if request.major == IRP_MJ_PNP and minor == IRP_MN_QUERY_CAPABILITIES:
        _check_capabilities(nt, request, location, facts)
    if request.origin == "threaded":
        _check_threaded(nt, request, facts)
    if request.major in TRANSFERS and not memory.read_uint(irp + REQUESTOR_MODE, 1):
        pointers = [memory.read_uint(irp + USER_BUFFER, 8)]
        if request.major >= IRP_MJ_DEVICE_CONTROL:
            pointers.append(memory.read_uint(location + TYPE3_INPUT, 8))
        for pointer in pointers:
            if 0 < pointer < KERNEL_BASE:
                said = [*facts, ("address", nt.describe(pointer))]
                nt.violation(rules.USER_ADDRESS_IN_KERNEL_IRP, (irp, pointer, 0), said, about, argument=1)


def _check_threaded(nt: System, request: Request, facts: list[tuple[str, str]]) -> None:
    """An IRP whose end is delivered by an APC to the thread that made it."""
    irp, about = request.irp, ("irp", request.irp)
    if nt.irql >= APC_LEVEL or nt.thread.regions_entered < 0:
        nt.violation(rules.SYNCHRONOUS_AT_APC_LEVEL, (nt.instruction(), irp, nt.irql), facts, about, argument=1)
    if request.user_event and nt.dispatcher.state(request.user_event) > 0:
        request.signalled_before = True


def _check_capabilities(nt: System, request: Request, location: int, facts: list[tuple[str, str]]) -> None:
    memory, irp = nt.memory, request.irp
    where = memory.read_uint(location + PARAMETERS, 8)
    fields = (("Version", 2, 2, 1, 0x233), ("Size", 0, 2, CAPABILITIES_SIZE, 0x234),
              ("Address", 8, 4, 0xFFFF_FFFF, 0x235), ("UINumber", 12, 4, 0xFFFF_FFFF, 0x236))  # fmt: skip
    for name, at, size, wanted, sub in fields:
        if memory.read_uint(where + at, size) != wanted:
            said = [*facts, ("field", f"{name} is 0x{memory.read_uint(where + at, size):X}")]
            parameters = (nt.instruction(), irp, 0)
            nt.violation(
                rules.CAPABILITIES_NOT_INITIALISED, parameters, said, ("irp", irp), stop=(0xC9, sub), argument=1
            )
            return
