"""Completion ports: queues in which programs find what has become of their requests.

A file that is associated with a port puts a packet there for each overlapped request that ends, pended or not, unless
it failed at once. Packets come out in the order in which they went in. How many threads may run at a time is not
limited."""

from __future__ import annotations

from ..ke.dispatcher import SEMAPHORE
from ..wdk.constants import STATUS_INVALID_PARAMETER, STATUS_SUCCESS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..ob.objects import Object
    from ..system import System
    from .file_objects import File
    from .requests import Request

KIND = "IoCompletion"
SKIP_ON_SUCCESS, SKIP_EVENT = 1, 2  # FILE_SKIP_COMPLETION_PORT_ON_SUCCESS, FILE_SKIP_SET_EVENT_ON_HANDLE


class Packet:
    """`overlapped` is the address of the OVERLAPPED, which is the status block of the request."""

    __slots__ = ("key", "overlapped", "status", "information")

    def __init__(self, key: int, overlapped: int, status: int, information: int) -> None:
        self.key = key
        self.overlapped = overlapped
        self.status = status
        self.information = information


class Port:
    """The packets of one port; `address` is what who looks for one waits for."""

    __slots__ = ("nt", "address", "packets")

    def __init__(self, nt: System, address: int) -> None:
        self.nt = nt
        self.address = address
        self.packets: list[Packet] = []

    def post(self, packet: Packet, increment: int = 0) -> None:
        self.packets.append(packet)
        self.nt.dispatcher.release_semaphore(self.address, 1, increment)

    def take(self, timeout: int | None) -> tuple[int, Packet | None]:
        """The status of the wait, and the oldest packet."""
        status = self.nt.dispatcher.wait([self.address], timeout=timeout, mode=self.nt.thread.previous_mode)
        return (status, self.packets.pop(0)) if status == STATUS_SUCCESS else (status, None)


class Association:
    __slots__ = ("port", "key", "modes")

    def __init__(self, port: Port, key: int) -> None:
        self.port = port
        self.key = key
        self.modes = 0


class CompletionPorts:
    """`files` are the files that are associated with a port, by address."""

    __slots__ = ("nt", "files")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.files: dict[int, Association] = {}

    def create(self) -> Object:
        nt = self.nt
        where = nt.new_object(64)
        nt.dispatcher.opaque(where, SEMAPHORE, what="a completion port")
        return nt.objects.add(
            KIND, where, body=Port(nt, where), deleted=lambda: nt.dispatcher.opaque_objects.pop(where)
        )  # fmt: skip

    def associate(self, file: File, found: Object, key: int) -> int:
        """Let a file tell a port of its requests, for good."""
        if file.synchronous or file.address in self.files or not isinstance(found.body, Port):
            return STATUS_INVALID_PARAMETER
        assert file.object is not None
        nt, own, before = self.nt, file.object, file.object.deleted
        nt.objects.reference(found)

        def deleted() -> None:
            del self.files[file.address]
            nt.objects.dereference(found)
            if before is not None:
                before()

        own.deleted = deleted
        self.files[file.address] = Association(found.body, key)
        return STATUS_SUCCESS

    def keeps_quiet(self, request: Request) -> bool:
        """Whether the end of a request leaves the event of its file alone."""
        known = self.files.get(request.file.address) if request.file is not None else None
        return known is not None and bool(known.modes & SKIP_EVENT)

    def ended(self, request: Request) -> None:
        """A request has been answered."""
        known = self.files.get(request.file.address) if request.file is not None else None
        if known is None or not request.user_iosb or request.apc is not None:
            return
        if known.modes & SKIP_ON_SUCCESS and not request.pending_returned:
            return
        packet = Packet(known.key, request.user_iosb, request.status, request.information)
        known.port.post(packet, request.boost)
