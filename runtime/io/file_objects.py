"""File objects: opening a device by name, and the CLEANUP and CLOSE requests at the end.

Each open makes a FILE_OBJECT. IRP_MJ_CLEANUP is sent as its last handle goes, IRP_MJ_CLOSE as its last reference does:
requests on their way hold one each."""

from __future__ import annotations

from .. import rules
from ..findings import address
from ..wdk.constants import (
    DO_DEVICE_INITIALIZING,
    DO_EXCLUSIVE,
    FILE_SYNCHRONOUS_IO_ALERT,
    FILE_SYNCHRONOUS_IO_NONALERT,
    FO_ALERTABLE_IO,
    FO_CLEANUP_COMPLETE,
    FO_FILE_OPEN,
    FO_HANDLE_CREATED,
    FO_SYNCHRONOUS_IO,
    IO_TYPE_FILE,
    IRP_CLOSE_OPERATION,
    IRP_CREATE_OPERATION,
    IRP_MJ_CLEANUP,
    IRP_MJ_CLOSE,
    IRP_MJ_CREATE,
    IRP_SYNCHRONOUS_API,
    STATUS_ACCESS_DENIED,
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_NO_SUCH_DEVICE,
    STATUS_OBJECT_NAME_NOT_FOUND,
)
from ..wdk.layouts import SIZES, offset
from .device_objects import FLAGS, REFERENCES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..ke.process import Process
    from ..ob.objects import Object
    from ..system import System
    from .device_objects import Device
    from .requests import Request

TAG = int.from_bytes(b"File", "little")
NAME_TAG = int.from_bytes(b"IoNm", "little")
FILE_SIZE = SIZES["_FILE_OBJECT"]
DEVICE, FINAL_STATUS = offset("_FILE_OBJECT", "DeviceObject"), offset("_FILE_OBJECT", "FinalStatus")
READ_ACCESS, WRITE_ACCESS = offset("_FILE_OBJECT", "ReadAccess"), offset("_FILE_OBJECT", "WriteAccess")
SHARED_READ = offset("_FILE_OBJECT", "SharedRead")
FILE_FLAGS, FILE_NAME = offset("_FILE_OBJECT", "Flags"), offset("_FILE_OBJECT", "FileName")
POSITION, BUSY = offset("_FILE_OBJECT", "CurrentByteOffset"), offset("_FILE_OBJECT", "Busy")
WAITERS, LOCK, EVENT = (offset("_FILE_OBJECT", name) for name in ("Waiters", "Lock", "Event"))
SECURITY_CONTEXT = offset("_IO_STACK_LOCATION", "Parameters.Create.SecurityContext")
SECURITY_BYTES, DESIRED_ACCESS, FULL_OPTIONS = 24, 16, 20  # of an IO_SECURITY_CONTEXT
OPTIONS = offset("_IO_STACK_LOCATION", "Parameters.Create.Options")
FILE_ATTRIBUTES = offset("_IO_STACK_LOCATION", "Parameters.Create.FileAttributes")
SHARE_ACCESS = offset("_IO_STACK_LOCATION", "Parameters.Create.ShareAccess")
FILE_READ_DATA, FILE_WRITE_DATA, GENERIC_READ, GENERIC_WRITE = 0x1, 0x2, 0x8000_0000, 0x4000_0000
GENERIC_ALL, MAXIMUM_ALLOWED = 0x1000_0000, 0x0200_0000
FILE_OPEN = 1


class File:
    """A FILE_OBJECT at `address`. `object` counts its handles and references; `requests` are those on their way."""

    __slots__ = ("nt", "address", "device", "object", "name", "requests", "opened")

    def __init__(self, nt: System, where: int, device: Device, name: str) -> None:
        self.nt = nt
        self.address = where
        self.device = device
        self.object: Object | None = None
        self.name = name
        self.requests: list[Request] = []
        self.opened = False

    @property
    def flags(self) -> int:
        return self.nt.memory.read_uint(self.address + FILE_FLAGS, 4)

    @flags.setter
    def flags(self, value: int) -> None:
        self.nt.memory.write_uint(self.address + FILE_FLAGS, 4, value)

    @property
    def synchronous(self) -> bool:
        return bool(self.flags & FO_SYNCHRONOUS_IO)

    @property
    def event(self) -> int:
        return self.address + EVENT

    @property
    def final_status(self) -> int:
        return self.nt.memory.read_uint(self.address + FINAL_STATUS, 4)

    @final_status.setter
    def final_status(self, value: int) -> None:
        self.nt.memory.write_uint(self.address + FINAL_STATUS, 4, value)

    def describe(self) -> str:
        return f"{self.device.name or self.nt.io.devices.name_of(self.device.address)}{self.name}"


class Opening:
    """How a file is opened: what NtCreateFile is given. `options` are FILE_xxx create options."""

    __slots__ = ("name", "access", "share", "disposition", "options", "attributes", "mode")

    def __init__(
        self, name: str, access: int, share: int = 0, disposition: int = FILE_OPEN, options: int = 0,
        attributes: int = 0, mode: int = 0,
    ) -> None:  # fmt: skip
        self.name = name
        self.access = access
        self.share = share
        self.disposition = disposition
        self.options = options
        self.attributes = attributes
        self.mode = mode


class Files:
    """All file objects by address."""

    __slots__ = ("nt", "known")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.known: dict[int, File] = {}

    def at(self, where: int) -> File | None:
        return self.known.get(where)

    def open(self, opening: Opening) -> tuple[int, File | None]:
        """Find the device, make a file object, and send IRP_MJ_CREATE to the top of the stack. The file has one
        reference, which is the caller's."""
        nt = self.nt
        where, rest = nt.io.names.find(opening.name)
        device = nt.io.devices.at(where)
        if device is None or device.deleted:
            return STATUS_OBJECT_NAME_NOT_FOUND, None
        flags = nt.memory.read_uint(where + FLAGS, 4)
        if flags & DO_DEVICE_INITIALIZING:
            return STATUS_NO_SUCH_DEVICE, None
        if flags & DO_EXCLUSIVE and nt.memory.read_uint(where + REFERENCES, 4):
            return STATUS_ACCESS_DENIED, None
        file = self._create(device, rest, opening)
        if file is None:
            return STATUS_INSUFFICIENT_RESOURCES, None
        status = self._send(file, IRP_MJ_CREATE, opening)
        if status & 0xC000_0000 == 0xC000_0000:
            self._discard(file)
            return status, None
        file.opened = True
        file.flags |= FO_FILE_OPEN
        return status, file

    def _create(self, device: Device, name: str, opening: Opening) -> File | None:
        nt, memory = self.nt, self.nt.memory
        where = nt.pool.allocate(FILE_SIZE, TAG)
        if not where:
            return None
        memory.write(where, bytes(FILE_SIZE))
        file = self.known[where] = File(nt, where, device, name)
        memory.write_uint(where, 2, IO_TYPE_FILE)
        memory.write_uint(where + 2, 2, FILE_SIZE)
        memory.write_uint(where + DEVICE, 8, device.address)
        access = opening.access
        reads = access & (FILE_READ_DATA | GENERIC_READ | GENERIC_ALL | MAXIMUM_ALLOWED)
        writes = access & (FILE_WRITE_DATA | GENERIC_WRITE | GENERIC_ALL | MAXIMUM_ALLOWED)
        memory.write_uint(where + READ_ACCESS, 1, int(reads != 0))
        memory.write_uint(where + WRITE_ACCESS, 1, int(writes != 0))
        for bit in range(3):
            memory.write_uint(where + SHARED_READ + bit, 1, opening.share >> bit & 1)
        if opening.options & (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT):
            file.flags = FO_SYNCHRONOUS_IO | (FO_ALERTABLE_IO if opening.options & FILE_SYNCHRONOUS_IO_ALERT else 0)
        if name:
            data = name.encode("utf-16-le")
            buffer = nt.pool.allocate(len(data) + 2, NAME_TAG)
            if buffer:
                memory.write(buffer, data + b"\0\0")
                memory.write_uint(where + FILE_NAME, 2, len(data))
                memory.write_uint(where + FILE_NAME + 2, 2, len(data) + 2)
                memory.write_uint(where + FILE_NAME + 8, 8, buffer)
        nt.dispatcher.initialise_event(where + LOCK, True, False)
        nt.dispatcher.initialise_event(where + EVENT, False, False)
        file.object = nt.objects.add(
            "File", where, body=file, closed=lambda process, last: self._closed(file, process, last),
            deleted=lambda: self._deleted(file),
        )  # fmt: skip
        nt.io.devices.opened(device, 1)
        return file

    def _send(self, file: File, major: int, opening: Opening | None = None) -> int:
        """Send a request that belongs to the life of the file itself, and wait for its end."""
        nt = self.nt
        top = nt.io.devices.top(file.device.address)
        flags = IRP_SYNCHRONOUS_API
        flags |= IRP_CREATE_OPERATION if major == IRP_MJ_CREATE else IRP_CLOSE_OPERATION
        request = nt.io.file_requests.make(top, major, file, flags, mode=opening.mode if opening else 0)
        if request is None:
            return STATUS_INSUFFICIENT_RESOURCES
        if opening is not None:
            location = nt.irps.next(request.irp)
            memory = nt.memory
            context = nt.exception_area(SECURITY_BYTES)  # on the stack of whoever opens
            memory.write(context, bytes(SECURITY_BYTES))
            memory.write_uint(context + DESIRED_ACCESS, 4, opening.access & 0xFFFF_FFFF)
            memory.write_uint(context + FULL_OPTIONS, 4, opening.options)
            memory.write_uint(location + SECURITY_CONTEXT, 8, context)
            memory.write_uint(location + OPTIONS, 4, opening.disposition << 24 | opening.options & 0xFF_FFFF)
            memory.write_uint(location + FILE_ATTRIBUTES, 2, opening.attributes)
            memory.write_uint(location + SHARE_ACCESS, 2, opening.share)
        return nt.io.file_requests.send_and_wait(top, request)

    # -- the end

    def cleaned_up(self, file: File) -> None:
        """The last handle is gone, or there never was one: IRP_MJ_CLEANUP, once."""
        if file.opened and not file.flags & FO_CLEANUP_COMPLETE:
            self._send(file, IRP_MJ_CLEANUP)
            file.flags |= FO_CLEANUP_COMPLETE

    def _closed(self, file: File, process: Process, last: bool) -> None:
        """A handle is closed. `last` is true if no process has one any more."""
        nt = self.nt
        if last:
            seen = nt.process
            if process is not seen and process is not nt.system_process:
                nt.attach(process)  # cleanup runs in the process whose handle it was
            self.cleaned_up(file)
            if nt.process is not seen:
                nt.attach(seen)

    def _deleted(self, file: File) -> None:
        """The last reference is gone."""
        if file.opened:
            self.cleaned_up(file)
            self._send(file, IRP_MJ_CLOSE)
        self._free(file)

    def _discard(self, file: File) -> None:
        """A file whose CREATE failed: no driver hears of it again."""
        file.opened = False
        assert file.object is not None
        self.nt.objects.dereference(file.object)

    def _free(self, file: File) -> None:
        nt = self.nt
        buffer = nt.memory.read_uint(file.address + FILE_NAME + 8, 8)
        if buffer in nt.pool.blocks:
            nt.pool.free(buffer)
        del self.known[file.address]
        nt.let_go(rules.FILE_OBJECT_LEFT, file.address)
        nt.pool.free(file.address)
        nt.io.devices.opened(file.device, -1)

    def dereference(self, file: File) -> None:
        assert file.object is not None
        self.nt.objects.dereference(file.object)

    def hold(self, file: File) -> None:
        """A driver has a reference to the file: it must give it back."""
        facts = [("file", f"{address(file.address)}, {file.describe()}")]
        self.nt.hold(rules.FILE_OBJECT_LEFT, file.address, facts)

    def mark_handle(self, file: File) -> None:
        file.flags |= FO_HANDLE_CREATED


