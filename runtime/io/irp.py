"""IRPs as they lie in simulated memory: the fixed part, and the stack locations behind it.

Locations are numbered from 1 at the low address. CurrentLocation counts down from StackCount + 1, "none yet", as the
IRP goes down through drivers, and CurrentStackLocation points along.
"""

from __future__ import annotations

from .. import rules
from ..findings import address, plural
from ..wdk.constants import IO_TYPE_IRP, IRP_QUOTA_CHARGED
from ..wdk.layouts import SIZES, offset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

IRP_SIZE = SIZES["_IRP"]
LOCATION_SIZE = SIZES["_IO_STACK_LOCATION"]
TYPE, PACKET_SIZE = offset("_IRP", "Type"), offset("_IRP", "Size")
MDL_ADDRESS, FLAGS = offset("_IRP", "MdlAddress"), offset("_IRP", "Flags")
MASTER = SYSTEM_BUFFER = offset("_IRP", "AssociatedIrp")
THREAD_LIST = offset("_IRP", "ThreadListEntry")
STATUS = offset("_IRP", "IoStatus")
INFORMATION = STATUS + 8
REQUESTOR_MODE, PENDING_RETURNED = offset("_IRP", "RequestorMode"), offset("_IRP", "PendingReturned")
STACK_COUNT, CURRENT_LOCATION = offset("_IRP", "StackCount"), offset("_IRP", "CurrentLocation")
CANCEL, CANCEL_IRQL = offset("_IRP", "Cancel"), offset("_IRP", "CancelIrql")
CANCEL_ROUTINE = offset("_IRP", "CancelRoutine")
USER_IOSB, USER_EVENT, USER_BUFFER = (offset("_IRP", name) for name in ("UserIosb", "UserEvent", "UserBuffer"))
APC_ROUTINE = offset("_IRP", "Overlay.AsynchronousParameters.UserApcRoutine")
APC_CONTEXT = offset("_IRP", "Overlay.AsynchronousParameters.UserApcContext")
DEVICE_QUEUE_ENTRY = offset("_IRP", "Tail.Overlay.DeviceQueueEntry")
DRIVER_CONTEXT = offset("_IRP", "Tail.Overlay.DriverContext")
THREAD = offset("_IRP", "Tail.Overlay.Thread")
ORIGINAL_FILE = offset("_IRP", "Tail.Overlay.OriginalFileObject")
APC_ENVIRONMENT, ALLOCATION_FLAGS = offset("_IRP", "ApcEnvironment"), offset("_IRP", "AllocationFlags")
CURRENT_STACK_LOCATION = offset("_IRP", "Tail.Overlay.CurrentStackLocation")
MAJOR, MINOR = offset("_IO_STACK_LOCATION", "MajorFunction"), offset("_IO_STACK_LOCATION", "MinorFunction")
LOCATION_FLAGS, CONTROL = offset("_IO_STACK_LOCATION", "Flags"), offset("_IO_STACK_LOCATION", "Control")
PARAMETERS = offset("_IO_STACK_LOCATION", "Parameters")
LOCATION_DEVICE = offset("_IO_STACK_LOCATION", "DeviceObject")
LOCATION_FILE = offset("_IO_STACK_LOCATION", "FileObject")
COMPLETION_ROUTINE = offset("_IO_STACK_LOCATION", "CompletionRoutine")
COMPLETION_CONTEXT = offset("_IO_STACK_LOCATION", "Context")
MOST_GONE = 4096
TAG = int.from_bytes(b"Irp ", "little")


def size_of(stack_size: int) -> int:
    return IRP_SIZE + stack_size * LOCATION_SIZE


class Irps:
    """Which IRPs are allocated, and how many stack locations each has. `gone` are blocks of pool that went back with a
    completed request, by address: the IRP itself, its system buffer and its MDLs."""

    __slots__ = ("nt", "allocated", "gone")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.allocated: dict[int, int] = {}
        self.gone: dict[int, int] = {}

    def facts(self, irp: int) -> list[tuple[str, str]]:
        count = self.allocated.get(irp)
        return [("irp", address(irp) + (f", {plural(count, 'stack location')}" if count is not None else ""))]

    def is_irp(self, irp: int) -> bool:
        return self.nt.memory.read_uint(irp + TYPE, 2) == IO_TYPE_IRP

    def initialise(self, irp: int, packet_size: int, stack_size: int) -> None:
        """Everything zero but what tells that it is an IRP, and how large."""
        memory = self.nt.memory
        memory.write(irp, bytes(packet_size))
        memory.write_uint(irp + TYPE, 2, IO_TYPE_IRP)
        memory.write_uint(irp + PACKET_SIZE, 2, packet_size)
        memory.write_uint(irp + STACK_COUNT, 1, stack_size)
        memory.write_uint(irp + CURRENT_LOCATION, 1, stack_size + 1)
        memory.write_uint(irp + APC_ENVIRONMENT, 1, 0)
        memory.write_uint(irp + CURRENT_STACK_LOCATION, 8, irp + size_of(stack_size))
        for half in (0, 8):
            memory.write_uint(irp + THREAD_LIST + half, 8, irp + THREAD_LIST)

    def allocate(self, stack_size: int, charge_quota: bool, tag: int, owned: bool = True) -> int:
        """A new IRP, or 0 if there is no pool. One that is `owned` must be freed by the driver that asked for it."""
        size = size_of(stack_size)
        irp = self.nt.pool.allocate(size, tag, special=self.nt.settings.verifier > 0)
        if not irp:
            return 0
        self.nt.history.pop(("irp", irp), None)
        self.gone.pop(irp, None)
        self.initialise(irp, size, stack_size)
        self.nt.memory.write_uint(irp + ALLOCATION_FLAGS, 1, IRP_QUOTA_CHARGED if charge_quota else 0)
        self.allocated[irp] = stack_size
        self.nt.remember("irp", irp, "allocated")
        if owned:
            self.nt.hold(rules.IRP_LEAKED, irp, self.facts(irp), irp="irp")
        return irp

    def free(self, irp: int) -> None:
        """Give an IRP's memory back. Its MDLs are left alone."""
        nt = self.nt
        if irp not in self.allocated or not self.is_irp(irp):
            facts = [("address", nt.describe(irp))]
            nt.violation(rules.IRP_NOT_AN_IRP, (irp, 0, 0), facts, ("irp", irp))
            nt.violation(rules.IRP_FREED_TWICE, (irp, 0, 0, 0), facts, ("irp", irp))
            return
        nt.memory.write_uint(irp + TYPE, 2, 0)
        del self.allocated[irp]
        nt.let_go(rules.IRP_LEAKED, irp)
        nt.remember("irp", irp, "freed")
        nt.pool.free(irp)

    def give_back(self, irp: int) -> None:
        """The I/O manager frees an IRP of its own making: whoever touches it from now on touches freed memory."""
        self.nt.memory.write_uint(irp + TYPE, 2, 0)
        self.allocated.pop(irp, None)
        self.gone[irp] = irp
        while len(self.gone) > MOST_GONE:
            del self.gone[next(iter(self.gone))]
        self.nt.pool.free(irp)

    def reuse(self, irp: int, status: int) -> None:
        """Make an IRP as it was when it was allocated, but for the status."""
        memory = self.nt.memory
        if not self.is_irp(irp):
            self.nt.violation(rules.IRP_NOT_AN_IRP, (irp, 0, 0), [("address", self.nt.describe(irp))], ("irp", irp))
        flags = memory.read_uint(irp + ALLOCATION_FLAGS, 1)
        self.initialise(irp, memory.read_uint(irp + PACKET_SIZE, 2), memory.read_uint(irp + STACK_COUNT, 1))
        memory.write_uint(irp + ALLOCATION_FLAGS, 1, flags)
        memory.write_uint(irp + STATUS, 4, status)

    # -- stack locations

    def current(self, irp: int) -> int:
        """The address of the current stack location; there must be one."""
        memory = self.nt.memory
        if memory.read_uint(irp + CURRENT_LOCATION, 1) > memory.read_uint(irp + STACK_COUNT, 1):
            self.nt.violation(rules.IRP_NO_CURRENT_LOCATION, (), self.facts(irp), ("irp", irp))
        return memory.read_uint(irp + CURRENT_STACK_LOCATION, 8)

    def next(self, irp: int) -> int:
        """The address of the next lower driver's stack location; there must be one."""
        memory = self.nt.memory
        if memory.read_uint(irp + CURRENT_LOCATION, 1) <= 1:
            self.nt.violation(rules.IRP_NO_NEXT_LOCATION, (irp, 0, 0, 0), self.facts(irp), ("irp", irp))
        return memory.read_uint(irp + CURRENT_STACK_LOCATION, 8) - LOCATION_SIZE

    def move(self, irp: int, by: int) -> None:
        """Go down (-1) or up (1) by one stack location."""
        memory = self.nt.memory
        memory.write_uint(irp + CURRENT_LOCATION, 1, memory.read_uint(irp + CURRENT_LOCATION, 1) + by)
        where = memory.read_uint(irp + CURRENT_STACK_LOCATION, 8)
        memory.write_uint(irp + CURRENT_STACK_LOCATION, 8, where + by * LOCATION_SIZE)
