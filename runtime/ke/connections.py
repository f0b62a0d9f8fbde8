"""Connecting service routines to the interrupts of a device, in all the ways of IoConnectInterruptEx."""

from __future__ import annotations

from ..wdk.constants import (
    CONNECT_FULLY_SPECIFIED,
    CONNECT_FULLY_SPECIFIED_GROUP,
    CONNECT_LINE_BASED,
    CONNECT_MESSAGE_BASED,
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_INVALID_DEVICE_REQUEST,
    STATUS_INVALID_PARAMETER,
    STATUS_INVALID_PARAMETER_1,
    STATUS_NOT_FOUND,
    STATUS_NOT_SUPPORTED,
    STATUS_SUCCESS,
    InterruptActiveHigh,
    Latched,
)
from .processor import PASSIVE_LEVEL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..hal.hardware import HardwareDevice
    from ..system import System
    from .interrupts import Line

# In an IO_CONNECT_INTERRUPT_PARAMETERS, whichever of its members counts.
PHYSICAL_DEVICE, OBJECT_AT, ROUTINE, CONTEXT, LOCK, SYNCHRONIZE_IRQL = 8, 16, 24, 32, 40, 48
SHARE, VECTOR, IRQL, AFFINITY = 50, 52, 56, 64  # of FullySpecified
FALL_BACK = 56  # of MessageBased
INFO_HEAD, INFO_ENTRY = 8, 48  # bytes of an IO_INTERRUPT_MESSAGE_INFO
TAG = int.from_bytes(b"IoMi", "little")
APIC = 0xFEE0_0000  # where processors take messages from


class Request:
    """What a driver wants connected, of the things that all versions have."""

    __slots__ = ("object_at", "routine", "context", "lock", "synchronize_irql", "affinity")

    def __init__(
        self, object_at: int, routine: int, context: int, lock: int, synchronize_irql: int, affinity: int = -1
    ) -> None:
        self.object_at = object_at
        self.routine = routine
        self.context = context
        self.lock = lock
        self.synchronize_irql = synchronize_irql
        self.affinity = affinity


def connect_vector(nt: System, request: Request, vector: int, irql: int, share: bool) -> int:
    """Connect to a vector that the driver names: the status."""
    line = nt.interrupts.lines.get(vector)
    if line is None or irql != line.irql or request.synchronize_irql < irql:
        return STATUS_INVALID_PARAMETER
    if line.connected and not share:
        return STATUS_INVALID_PARAMETER
    if not request.affinity & line.affinity & (1 << len(nt.processors)) - 1:
        return STATUS_INVALID_PARAMETER  # no processor would ever take it
    return _connect(nt, request, line, share)


def _connect(nt: System, request: Request, line: Line, share: bool = True) -> int:
    irql = max(request.synchronize_irql, line.irql)
    if irql == PASSIVE_LEVEL and request.lock or line.irql == PASSIVE_LEVEL < irql:
        return STATUS_INVALID_PARAMETER
    made = nt.interrupts.connect(
        request.routine, request.context, request.lock, line.vector, line.irql, irql, share=share,
        affinity=request.affinity,
    )  # fmt: skip
    if not made:
        return STATUS_INSUFFICIENT_RESOURCES
    nt.memory.write_uint(request.object_at, 8, made)
    return STATUS_SUCCESS


def connect_ex(nt: System, parameters: int) -> int:
    """IoConnectInterruptEx. What was connected is told in Version."""
    memory = nt.memory
    version = memory.read_uint(parameters, 4)
    object_at, routine, context, lock = (
        memory.read_uint(parameters + at, 8) for at in (OBJECT_AT, ROUTINE, CONTEXT, LOCK)
    )
    request = Request(object_at, routine, context, lock, memory.read_uint(parameters + SYNCHRONIZE_IRQL, 1))
    if version in (CONNECT_FULLY_SPECIFIED, CONNECT_FULLY_SPECIFIED_GROUP):
        request.affinity = memory.read_uint(parameters + AFFINITY, 8)
        vector, irql = memory.read_uint(parameters + VECTOR, 4), memory.read_uint(parameters + IRQL, 1)
        return connect_vector(nt, request, vector, irql, memory.read_uint(parameters + SHARE, 1) != 0)
    if version not in (CONNECT_LINE_BASED, CONNECT_MESSAGE_BASED):
        return STATUS_INVALID_PARAMETER_1
    if nt.settings.generation == "nt52":
        memory.write_uint(parameters, 4, CONNECT_FULLY_SPECIFIED)
        return STATUS_NOT_SUPPORTED
    device = _hardware(nt, memory.read_uint(parameters + PHYSICAL_DEVICE, 8))
    if device is None:
        return STATUS_INVALID_PARAMETER
    if version == CONNECT_MESSAGE_BASED:
        if device.messages:
            return _connect_messages(nt, request, device)
        request.routine = memory.read_uint(parameters + FALL_BACK, 8)
        if not request.routine:
            return STATUS_NOT_FOUND
        memory.write_uint(parameters, 4, CONNECT_LINE_BASED)
    return _connect_line(nt, request, device)


def _hardware(nt: System, physical_device: int) -> HardwareDevice | None:
    """The hardware that a physical device object stands for."""
    device = nt.io.devices.at(physical_device)
    return None if device is None else device.hardware  # type: ignore[return-value]


def _connect_line(nt: System, request: Request, device: HardwareDevice) -> int:
    """A single message will do for a line; several will not."""
    if len(device.messages) > 1:
        return STATUS_INVALID_DEVICE_REQUEST
    if device.line is None and not device.messages:
        return STATUS_NOT_FOUND
    line = device.messages[0] if device.messages else device.line[1]  # type: ignore[index]
    return _connect(nt, request, line)


def _connect_messages(nt: System, request: Request, device: HardwareDevice) -> int:
    """One interrupt object for each message, and a table of them. One spin lock serves them all."""
    memory, count = nt.memory, len(device.messages)
    irql = max([request.synchronize_irql, *(line.irql for line in device.messages)])
    table = nt.pool.allocate(INFO_HEAD + INFO_ENTRY * count, TAG)
    if not table:
        return STATUS_INSUFFICIENT_RESOURCES
    memory.write(table, bytes(INFO_HEAD + INFO_ENTRY * count))
    memory.write_uint(table, 1, irql)
    lock = request.lock
    for number, line in enumerate(device.messages):
        made = nt.interrupts.connect(
            request.routine, request.context, lock, line.vector, line.irql, irql, number
        )  # fmt: skip
        if not made:
            disconnect_messages(nt, table)
            return STATUS_INSUFFICIENT_RESOURCES
        lock = nt.interrupts.find(made).lock
        memory.write_uint(table + 4, 4, number + 1)
        entry = table + INFO_HEAD + INFO_ENTRY * number
        processors = line.affinity & (1 << len(nt.processors)) - 1
        words = (
            (8, APIC), (8, processors), (8, made), (4, line.vector), (4, line.vector), (4, line.irql),
            (4, Latched), (4, InterruptActiveHigh),
        )  # fmt: skip
        memory.write(entry, b"".join(value.to_bytes(size, "little") for size, value in words))
    memory.write_uint(request.object_at, 8, table)
    return STATUS_SUCCESS


def disconnect(nt: System, where: int) -> None:
    """Disconnect one interrupt object."""
    nt.interrupts.find(where)
    nt.interrupts.disconnect(where)


def disconnect_ex(nt: System, parameters: int) -> None:
    """IoDisconnectInterruptEx: Version says what was connected."""
    context = nt.memory.read_uint(parameters + 8, 8)
    if nt.memory.read_uint(parameters, 4) == CONNECT_MESSAGE_BASED:
        disconnect_messages(nt, context)
    else:
        disconnect(nt, context)


def disconnect_messages(nt: System, table: int) -> None:
    for number in range(nt.memory.read_uint(table + 4, 4)):
        disconnect(nt, nt.memory.read_uint(table + INFO_HEAD + INFO_ENTRY * number + 16, 8))
    nt.pool.free(table)
