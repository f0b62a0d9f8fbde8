"""The I/O services: reading, writing and controlling an open file, as NtReadFile and its like do it.

    status = nt.io.read(file, Transfer(buffer, length, offset=..., iosb=..., event=..., apc=..., mode=1))

They run in the context of the thread that asks, at PASSIVE_LEVEL in kernel mode. On a file opened for synchronous I/O
the call returns when the request is done; else it may return STATUS_PENDING, and the status block, the event and the
APC tell of the end. A status that is an error and not from a pended request is only returned."""

from __future__ import annotations

from ..ke.dispatcher import SYNCHRONIZATION_EVENT
from ..mm.memory import USER_LIMIT
from ..wdk.constants import (
    FO_ALERTABLE_IO,
    IRP_DEFER_IO_COMPLETION,
    IRP_MJ_DEVICE_CONTROL,
    IRP_MJ_FLUSH_BUFFERS,
    IRP_MJ_INTERNAL_DEVICE_CONTROL,
    IRP_MJ_READ,
    IRP_MJ_WRITE,
    IRP_READ_OPERATION,
    IRP_SYNCHRONOUS_API,
    IRP_WRITE_OPERATION,
    STATUS_ACCESS_VIOLATION,
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_PENDING,
)
from ..wdk.layouts import offset
from .device_objects import FLAGS as DEVICE_FLAGS
from .device_objects import STACK_SIZE
from .file_objects import BUSY, LOCK, POSITION, WAITERS
from .irp import (
    APC_CONTEXT,
    APC_ROUTINE,
    FLAGS,
    LOCATION_FILE,
    MAJOR,
    ORIGINAL_FILE,
    REQUESTOR_MODE,
    TAG,
    THREAD,
    USER_EVENT,
    USER_IOSB,
)
from .request_buffers import USER_MODE, describe_control, describe_transfer, may_access
from .request_checks import name_of
from .request_ends import deliver
from .requests import SYSTEM
from .unverified import deliver_here, finished_by_status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System
    from .file_objects import File
    from .requests import Request

LENGTH = offset("_IO_STACK_LOCATION", "Parameters.Read.Length")
KEY = offset("_IO_STACK_LOCATION", "Parameters.Read.Key")
BYTE_OFFSET = offset("_IO_STACK_LOCATION", "Parameters.Read.ByteOffset")
OUTPUT_LENGTH = offset("_IO_STACK_LOCATION", "Parameters.DeviceIoControl.OutputBufferLength")
INPUT_LENGTH = offset("_IO_STACK_LOCATION", "Parameters.DeviceIoControl.InputBufferLength")
CONTROL_CODE = offset("_IO_STACK_LOCATION", "Parameters.DeviceIoControl.IoControlCode")
TYPE3_INPUT = offset("_IO_STACK_LOCATION", "Parameters.DeviceIoControl.Type3InputBuffer")
STATUS_BLOCK_BYTES = 16
WORD = 0xFFFF_FFFF_FFFF_FFFF


class Transfer:
    """One call of an I/O service. `offset` is a byte offset or None for the file's own position. `iosb` is the address
    of the IO_STATUS_BLOCK, `event` the address of a dispatcher object that is signalled at the end or 0, `apc` a
    routine and its context or None, `mode` the previous mode: 1 checks and locks buffers as a program's."""

    __slots__ = ("buffer", "length", "offset", "key", "iosb", "event", "apc", "mode")

    def __init__(
        self, buffer: int, length: int, *, offset: int | None = None, key: int = 0, iosb: int = 0, event: int = 0,
        apc: tuple[int, int] | None = None, mode: int = 0,
    ) -> None:  # fmt: skip
        self.buffer = buffer
        self.length = length
        self.offset = offset
        self.key = key
        self.iosb = iosb
        self.event = event
        self.apc = apc
        self.mode = mode


class Control:
    """A device control request: code, and the input and output buffers as the caller named them."""

    __slots__ = ("code", "input", "input_length", "output", "output_length", "internal")

    def __init__(
        self, code: int, input: int = 0, input_length: int = 0, output: int = 0, output_length: int = 0,
        internal: bool = False,
    ) -> None:  # fmt: skip
        self.code = code
        self.input = input
        self.input_length = input_length
        self.output = output
        self.output_length = output_length
        self.internal = internal


class FileRequests:
    __slots__ = ("nt",)

    def __init__(self, nt: System) -> None:
        self.nt = nt

    # -- IRPs of the I/O manager's own

    def make(self, top: int, major: int, file: File | None, flags: int = 0, mode: int = 0) -> Request | None:
        """An IRP for the device at the top of a stack, with its first stack location filled in but for the parameters;
        None if there is no pool."""
        nt, memory = self.nt, self.nt.memory
        irp = nt.irps.allocate(memory.read_uint(top + STACK_SIZE, 1), False, TAG, owned=False)
        if not irp:
            return None
        request = nt.io.requests.add(irp, SYSTEM)
        memory.write_uint(irp + FLAGS, 4, flags | IRP_DEFER_IO_COMPLETION)
        memory.write_uint(irp + REQUESTOR_MODE, 1, mode)
        memory.write_uint(irp + THREAD, 8, nt.thread.address)
        location = nt.irps.next(irp)
        memory.write_uint(location + MAJOR, 1, major)
        request.major = major
        if file is not None:
            request.file = file
            memory.write_uint(irp + ORIGINAL_FILE, 8, file.address)
            memory.write_uint(location + LOCATION_FILE, 8, file.address)
        return request

    def discard(self, request: Request) -> None:
        """An IRP that is not sent after all."""
        self.nt.irps.give_back(request.irp)
        self.nt.io.requests.forget(request.irp)

    def send_and_wait(self, top: int, request: Request) -> int:
        """Send an IRP and wait for its end, whatever the file says. The final status."""
        nt = self.nt
        gate = nt.dispatcher.opaque(
            nt.new_object(24), SYNCHRONIZATION_EVENT, what=f"the end of {name_of(request.major, request.minor)}"
        )  # fmt: skip
        request.user_event, request.deferred = gate.address, True
        file, request.file = request.file, None  # its own event has no part in this
        status = nt.io.requests.call_driver(top, request.irp)
        request.deferred = False
        if status == STATUS_PENDING:
            if request.completed and not request.pending_returned:
                deliver(nt, request)
            else:
                nt.dispatcher.wait([gate.address], reason=self._what(request, file))
            status = request.status
        elif request.completed and not request.pending_returned:
            deliver(nt, request)
            status = request.status
        del nt.dispatcher.opaque_objects[gate.address]
        return status

    def _what(self, request: Request, file: File | None) -> str:
        name = name_of(request.major, request.minor)
        return f"{name} on {file.describe()}" if file is not None else name

    # -- services

    def read(self, file: File, transfer: Transfer) -> int:
        return self._transfer(file, transfer, write=False)

    def write(self, file: File, transfer: Transfer) -> int:
        return self._transfer(file, transfer, write=True)

    def _transfer(self, file: File, transfer: Transfer, write: bool) -> int:
        nt, memory = self.nt, self.nt.memory
        if not self._may_answer(transfer):
            return STATUS_ACCESS_VIOLATION
        self._enter(file)
        top = nt.io.devices.top(file.device.address)
        flags = IRP_WRITE_OPERATION if write else IRP_READ_OPERATION
        request = self.make(top, IRP_MJ_WRITE if write else IRP_MJ_READ, file, 0, transfer.mode)
        if request is None:
            self._leave(file)
            return STATUS_INSUFFICIENT_RESOURCES
        status = describe_transfer(
            nt, request.irp, memory.read_uint(top + DEVICE_FLAGS, 4), transfer.buffer, transfer.length, write,
            transfer.mode,
        )  # fmt: skip
        if status:
            self.discard(request)
            self._leave(file)
            return status
        if not write:
            request.output, request.output_length = transfer.buffer, transfer.length
        location = nt.irps.next(request.irp)
        position = memory.read_uint(file.address + POSITION, 8) if transfer.offset is None else transfer.offset
        memory.write_uint(location + LENGTH, 4, transfer.length)
        memory.write_uint(location + KEY, 4, transfer.key)
        memory.write_uint(location + BYTE_OFFSET, 8, position & WORD)
        return self._service(file, top, request, transfer, flags)

    def device_control(self, file: File, control: Control, transfer: Transfer) -> int:
        """`transfer` says where the answer goes; its buffer and length do not count."""
        nt, memory = self.nt, self.nt.memory
        if not self._may_answer(transfer):
            return STATUS_ACCESS_VIOLATION
        self._enter(file)
        top = nt.io.devices.top(file.device.address)
        major = IRP_MJ_INTERNAL_DEVICE_CONTROL if control.internal else IRP_MJ_DEVICE_CONTROL
        request = self.make(top, major, file, 0, transfer.mode)
        if request is None:
            self._leave(file)
            return STATUS_INSUFFICIENT_RESOURCES
        location = nt.irps.next(request.irp)
        memory.write_uint(location + OUTPUT_LENGTH, 4, control.output_length)
        memory.write_uint(location + INPUT_LENGTH, 4, control.input_length)
        memory.write_uint(location + CONTROL_CODE, 4, control.code)
        status = describe_control(
            nt, request.irp, control.code, control.input, control.input_length, control.output, control.output_length,
            transfer.mode, location + TYPE3_INPUT,
        )  # fmt: skip
        if status:
            self.discard(request)
            self._leave(file)
            return status
        if control.code & 3 == 0:
            request.output, request.output_length = control.output, control.output_length
            request.input_length = control.input_length
        return self._service(file, top, request, transfer, 0)

    def flush(self, file: File, transfer: Transfer) -> int:
        """FlushFileBuffers."""
        self._enter(file)
        top = self.nt.io.devices.top(file.device.address)
        request = self.make(top, IRP_MJ_FLUSH_BUFFERS, file, 0, transfer.mode)
        if request is None:
            self._leave(file)
            return STATUS_INSUFFICIENT_RESOURCES
        return self._service(file, top, request, transfer, 0)

    def _may_answer(self, transfer: Transfer) -> bool:
        """Whether a program's status block can be written."""
        if transfer.mode != USER_MODE:
            return True
        return transfer.iosb < USER_LIMIT and may_access(
            self.nt, transfer.iosb, STATUS_BLOCK_BYTES, True, transfer.mode
        )

    def _service(self, file: File, top: int, request: Request, transfer: Transfer, flags: int) -> int:
        """Send a request on a file, and wait for its end if the file is synchronous."""
        nt, memory, irp = self.nt, self.nt.memory, request.irp
        synchronous = file.synchronous
        flags |= IRP_SYNCHRONOUS_API if synchronous else 0
        memory.write_uint(irp + FLAGS, 4, memory.read_uint(irp + FLAGS, 4) | flags | IRP_DEFER_IO_COMPLETION)
        memory.write_uint(irp + USER_IOSB, 8, transfer.iosb)
        memory.write_uint(irp + USER_EVENT, 8, transfer.event)
        request.user_iosb, request.user_event = transfer.iosb, transfer.event
        if transfer.apc is not None:
            memory.write_uint(irp + APC_ROUTINE, 8, transfer.apc[0])
            memory.write_uint(irp + APC_CONTEXT, 8, transfer.apc[1])
            request.apc = transfer.apc
        nt.dispatcher.set_state(file.event, 0)
        if transfer.event:
            nt.dispatcher.set_state(transfer.event, 0)
        assert file.object is not None
        nt.objects.reference(file.object)
        event = nt.objects.at(transfer.event)
        if event is not None:
            nt.objects.reference(event)  # its handle may be closed while the request is under way
        file.requests.append(request)
        nt.io.started(request)
        request.deliver = lambda one: self._done(file, one)
        request.deferred = True
        status = nt.io.requests.call_driver(top, irp)
        if nt.io.fetches.pages:
            nt.io.fetches.end(request)
        # Who is told STATUS_PENDING waits for a request that was marked so. The verifier has reported one that was not.
        unmarked = status == STATUS_PENDING and not nt.settings.verifier
        request.deferred = unmarked
        if finished_by_status(nt, request, status):
            pass
        elif request.completed and not request.pending_returned and not unmarked:
            deliver_here(nt, request)
            status = request.status if status == STATUS_PENDING else status
        elif status == STATUS_PENDING and synchronous:
            self._wait(file, request)
            status = request.status
        if synchronous:
            self._leave(file)
        return status

    def _wait(self, file: File, request: Request) -> None:
        """A synchronous file: its event tells of the end."""
        nt = self.nt
        if nt.thread.terminating and not request.completed:  # it was told so on its way here
            nt.io.cancellation.cancel(request.irp)
        while not request.completed or request in file.requests:
            nt.dispatcher.wait(
                [file.event], alertable=bool(file.flags & FO_ALERTABLE_IO), reason=self._what(request, file)
            )

    def _done(self, file: File, request: Request) -> None:
        """The requestor has its answer."""
        if request in file.requests:
            file.requests.remove(request)
            self.nt.io.ended(request)
            event = self.nt.objects.at(request.user_event)
            if event is not None:
                self.nt.objects.dereference(event)
            self.nt.io.files.dereference(file)

    # -- one request at a time on a synchronous file

    def _enter(self, file: File) -> None:
        if not file.synchronous:
            return
        nt, memory = self.nt, self.nt.memory
        while memory.read_uint(file.address + BUSY, 4):
            memory.write_uint(file.address + WAITERS, 4, memory.read_uint(file.address + WAITERS, 4) + 1)
            nt.dispatcher.wait([file.address + LOCK], reason=f"another request on {file.describe()}")
            memory.write_uint(file.address + WAITERS, 4, memory.read_uint(file.address + WAITERS, 4) - 1)
        memory.write_uint(file.address + BUSY, 4, 1)

    def _leave(self, file: File) -> None:
        if not file.synchronous or file.address not in self.nt.io.files.known:
            return
        self.nt.memory.write_uint(file.address + BUSY, 4, 0)
        if self.nt.memory.read_uint(file.address + WAITERS, 4):
            self.nt.dispatcher.signal(file.address + LOCK)
