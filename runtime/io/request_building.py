"""IRPs that drivers build for lower drivers: the IoBuild routines, associated IRPs, and forwarding with a wait."""

from __future__ import annotations

from .. import rules
from ..wdk.constants import (
    IRP_ASSOCIATED_IRP,
    IRP_MJ_DEVICE_CONTROL,
    IRP_MJ_INTERNAL_DEVICE_CONTROL,
    IRP_MJ_READ,
    IRP_MJ_WRITE,
    SL_INVOKE_ON_CANCEL,
    SL_INVOKE_ON_ERROR,
    SL_INVOKE_ON_SUCCESS,
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_MORE_PROCESSING_REQUIRED,
    STATUS_PENDING,
)
from .device_objects import FLAGS as DEVICE_FLAGS
from .device_objects import STACK_SIZE
from .file_requests import BYTE_OFFSET, CONTROL_CODE, INPUT_LENGTH, LENGTH, OUTPUT_LENGTH, TYPE3_INPUT
from .irp import (
    COMPLETION_CONTEXT,
    COMPLETION_ROUTINE,
    CONTROL,
    CURRENT_LOCATION,
    FLAGS,
    MAJOR,
    MASTER,
    TAG,
    THREAD,
    USER_EVENT,
    USER_IOSB,
)
from .request_buffers import describe_control, describe_transfer
from .requests import ASSOCIATED, ASYNCHRONOUS, THREADED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System
    from .requests import Request

KERNEL_MODE = 0
INVOKE_ALWAYS = SL_INVOKE_ON_SUCCESS | SL_INVOKE_ON_ERROR | SL_INVOKE_ON_CANCEL


def _irp_for(nt: System, device: int, major: int, origin: str) -> Request | None:
    """An IRP with a stack location for each device of a stack, the first of them begun."""
    if nt.io.devices.at(device) is None:
        facts = [("device", nt.describe(device))]
        stop = (0xC9, 0x4 if device else 0x204)
        nt.violation(rules.NOT_A_DEVICE, (device, 0, 0), facts, ("device", device), stop=stop, argument=1)
    memory = nt.memory
    irp = nt.irps.allocate(memory.read_uint(device + STACK_SIZE, 1), False, TAG, owned=origin == ASYNCHRONOUS)
    if not irp:
        return None
    request = nt.io.requests.add(irp, origin)
    memory.write_uint(irp + THREAD, 8, nt.thread.address)
    memory.write_uint(nt.irps.next(irp) + MAJOR, 1, major)
    request.major = major
    return request


def _transfer(
    nt: System, major: int, device: int, buffer: int, length: int, offset: int, iosb: int, origin: str
) -> Request | None:  # fmt: skip
    """A read or write request, or one without a buffer. The buffer is described as the device's Flags say."""
    memory = nt.memory
    request = _irp_for(nt, device, major, origin)
    if request is None:
        return None
    irp = request.irp
    memory.write_uint(irp + USER_IOSB, 8, iosb)
    request.user_iosb = iosb if origin == THREADED else 0
    if major not in (IRP_MJ_READ, IRP_MJ_WRITE):
        return request
    write = major == IRP_MJ_WRITE
    status = describe_transfer(nt, irp, memory.read_uint(device + DEVICE_FLAGS, 4), buffer, length, write, KERNEL_MODE)
    if status:
        _no_buffer(nt, request, status, (device, major), 0x8, buffer)
        return None
    location = nt.irps.next(irp)
    memory.write_uint(location + LENGTH, 4, length)
    memory.write_uint(location + BYTE_OFFSET, 8, memory.read_uint(offset, 8) if offset else 0)
    if not write:
        request.output, request.output_length = buffer, length
    return request


def _no_buffer(
    nt: System, request: Request, status: int, what: tuple[int, int], sub_code: int, buffer: int
) -> None:  # fmt: skip
    """The buffer cannot be had: the IRP goes again."""
    nt.let_go(rules.IRP_LEAKED, request.irp)
    nt.irps.give_back(request.irp)
    nt.io.requests.forget(request.irp)
    if status != STATUS_INSUFFICIENT_RESOURCES:
        facts = [("buffer", nt.describe(buffer)), ("exception", f"0x{status:08X}")]
        nt.violation(rules.KERNEL_BUFFER_BAD, (*what, status), facts, stop=(0xC9, sub_code), argument=2)


def _threaded(nt: System, request: Request, event: int) -> int:
    """The IRP belongs to the current thread from now on: its end is delivered there."""
    nt.memory.write_uint(request.irp + USER_EVENT, 8, event)
    request.user_event = event
    request.deliver = nt.io.ended
    nt.io.started(request)
    return request.irp


def synchronous_request(
    nt: System, major: int, device: int, buffer: int, length: int, offset: int, event: int, iosb: int
) -> int:
    request = _transfer(nt, major, device, buffer, length, offset, iosb, THREADED)
    return _threaded(nt, request, event) if request is not None else 0


def asynchronous_request(
    nt: System, major: int, device: int, buffer: int, length: int, offset: int, iosb: int
) -> int:  # fmt: skip
    request = _transfer(nt, major, device, buffer, length, offset, iosb, ASYNCHRONOUS)
    return request.irp if request is not None else 0


def control_request(
    nt: System, code: int, device: int, buffers: tuple[int, int, int, int], internal: bool, event: int, iosb: int
) -> int:
    """`buffers` are input, its length, output, its length."""
    memory = nt.memory
    source, source_length, target, target_length = buffers
    major = IRP_MJ_INTERNAL_DEVICE_CONTROL if internal else IRP_MJ_DEVICE_CONTROL
    request = _irp_for(nt, device, major, THREADED)
    if request is None:
        return 0
    location = nt.irps.next(request.irp)
    memory.write_uint(location + OUTPUT_LENGTH, 4, target_length)
    memory.write_uint(location + INPUT_LENGTH, 4, source_length)
    memory.write_uint(location + CONTROL_CODE, 4, code)
    status = describe_control(
        nt, request.irp, code, source, source_length, target, target_length, KERNEL_MODE, location + TYPE3_INPUT
    )
    if status:
        _no_buffer(nt, request, status, (device, code), 0x9, target if target_length else source)
        return 0
    memory.write_uint(request.irp + USER_IOSB, 8, iosb)
    request.user_iosb = iosb
    if code & 3 == 0:
        request.output, request.output_length, request.input_length = target, target_length, source_length
    return _threaded(nt, request, event)


def associated(nt: System, master: int, stack_size: int) -> int:
    """An IRP that counts for its master's IrpCount."""
    irp = nt.irps.allocate(stack_size, False, TAG, owned=False)
    if not irp:
        return 0
    request = nt.io.requests.add(irp, ASSOCIATED, nt.io.requests.at(master).thread)
    memory = nt.memory
    memory.write_uint(irp + FLAGS, 4, IRP_ASSOCIATED_IRP)
    memory.write_uint(irp + MASTER, 8, master)
    memory.write_uint(irp + THREAD, 8, memory.read_uint(master + THREAD, 8))
    return request.irp


def copy_location(nt: System, irp: int) -> None:
    """Hand the parameters on to the next lower driver, without the completion routine."""
    below = nt.irps.next(irp)
    nt.memory.write(below, nt.memory.read(nt.irps.current(irp), COMPLETION_ROUTINE))
    nt.memory.write_uint(below + CONTROL, 1, 0)
    nt.io.requests.at(irp).copied_below = below


def forward_synchronously(nt: System, device: int, irp: int) -> int:
    """Copy the stack location, send the IRP, and keep it when it comes back. FALSE if it has no location left."""
    memory = nt.memory
    if memory.read_uint(irp + CURRENT_LOCATION, 1) <= 1:
        return 0
    copy_location(nt, irp)
    gate = nt.dispatcher.opaque(nt.new_object(24), 1, what="an IRP that was forwarded")
    request = nt.io.requests.at(irp)
    below = nt.irps.next(irp)
    memory.write_uint(below + COMPLETION_ROUTINE, 8, _keeper(nt))
    memory.write_uint(below + COMPLETION_CONTEXT, 8, gate.address)
    memory.write_uint(below + CONTROL, 1, INVOKE_ALWAYS)
    request.set_below.add(below)
    status = nt.io.requests.call_driver(device, irp)
    if status == STATUS_PENDING:
        nt.dispatcher.wait([gate.address], reason="an IRP that IoForwardIrpSynchronously sent")
    del nt.dispatcher.opaque_objects[gate.address]
    return 1


def _keeper(nt: System) -> int:
    """The completion routine that keeps the IRP and wakes the one who waits."""
    for where, (name, _) in nt.natives.items():
        if name == "IopForwardedIrpBack":
            return where
    return nt.native("IopForwardedIrpBack", _back)


def _back(nt: System, device: int, irp: int, gate: int) -> int:
    nt.dispatcher.signal(gate)
    return STATUS_MORE_PROCESSING_REQUIRED


