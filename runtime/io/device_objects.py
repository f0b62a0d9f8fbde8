"""Device objects: DEVICE_OBJECTs in nonpaged pool with their extensions behind them, and the stacks that they form."""

from __future__ import annotations

from .. import rules
from ..findings import address
from ..mm.freed_contents import check_contents
from ..wdk.constants import (
    DO_DEVICE_HAS_NAME,
    DO_DEVICE_INITIALIZING,
    DO_EXCLUSIVE,
    IO_TYPE_DEVICE,
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_INVALID_PARAMETER,
    STATUS_OBJECT_NAME_COLLISION,
    STATUS_OBJECT_PATH_NOT_FOUND,
    STATUS_SUCCESS,
)
from ..wdk.layouts import SIZES, offset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..ob.objects import Object
    from ..system import System
    from .driver_objects import Driver

TAG = int.from_bytes(b"Devi", "little")
DEVICE_SIZE = SIZES["_DEVICE_OBJECT"]
REFERENCES, DRIVER = offset("_DEVICE_OBJECT", "ReferenceCount"), offset("_DEVICE_OBJECT", "DriverObject")
NEXT, ATTACHED = offset("_DEVICE_OBJECT", "NextDevice"), offset("_DEVICE_OBJECT", "AttachedDevice")
CURRENT_IRP, FLAGS = offset("_DEVICE_OBJECT", "CurrentIrp"), offset("_DEVICE_OBJECT", "Flags")
CHARACTERISTICS, EXTENSION = offset("_DEVICE_OBJECT", "Characteristics"), offset("_DEVICE_OBJECT", "DeviceExtension")
DEVICE_TYPE, STACK_SIZE = offset("_DEVICE_OBJECT", "DeviceType"), offset("_DEVICE_OBJECT", "StackSize")
ALIGNMENT, DEVICE_QUEUE = offset("_DEVICE_OBJECT", "AlignmentRequirement"), offset("_DEVICE_OBJECT", "DeviceQueue")
DPC, OBJECT_EXTENSION = offset("_DEVICE_OBJECT", "Dpc"), offset("_DEVICE_OBJECT", "DeviceObjectExtension")
DEVICE_LOCK = offset("_DEVICE_OBJECT", "DeviceLock")
FIRST_DEVICE = offset("_DRIVER_OBJECT", "DeviceObject")
LARGEST_EXTENSION = 0xFFFF - DEVICE_SIZE
DEVICE_OBJECT_EXTENSION_SIZE = SIZES["_DEVOBJ_EXTENSION"]
HIGH_STACK = 32  # devices; to walk a higher one counts as steps of the run


class Device:
    """`below` is the address of the device that this one is attached to, or 0. `deleted` is true after IoDeleteDevice,
    though the memory may stay as long as somebody refers to it."""

    __slots__ = (
        "address", "driver", "name", "object", "below", "deleted", "interfaces", "hardware", "start_io", "timer",
        "security", "wmi",
    )  # fmt: skip

    def __init__(self, where: int, driver: Driver, name: str) -> None:
        self.address = where
        self.driver = driver
        self.name = name
        self.object: Object | None = None
        self.below = 0
        self.deleted = False
        self.interfaces: list[str] = []
        self.hardware: object = None  # what hardware a physical device object stands for
        self.start_io = 0  # how StartIo is to be called: IoSetStartIoAttributes
        self.timer: object = None
        self.security = ""
        self.wmi = False


class Devices:
    """Device objects by address: `known` are those that live, `lingering` the deleted ones that somebody refers to."""

    __slots__ = ("nt", "known", "lingering")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.known: dict[int, Device] = {}
        self.lingering: dict[int, Device] = {}

    def at(self, where: int) -> Device | None:
        return self.known.get(where) or self.lingering.get(where)

    def facts(self, device: Device) -> list[tuple[str, str]]:
        return [("device", f"{address(device.address)}, {self.name_of(device.address)}")]

    def name_of(self, where: int) -> str:
        """What a report calls a device."""
        device = self.at(where)
        if device is None:
            return address(where)
        return f"{device.name or 'device without a name'} of {device.driver.name}"

    # -- creating and deleting

    def create(
        self, driver: Driver, extension: int, name: str, kind: int, characteristics: int, exclusive: bool
    ) -> tuple[int, Device | None]:
        nt = self.nt
        if name and not nt.io.names.has_directory(name):
            return STATUS_OBJECT_PATH_NOT_FOUND, None
        if name and nt.io.names.is_taken(name):
            return STATUS_OBJECT_NAME_COLLISION, None
        if extension > LARGEST_EXTENSION:
            return STATUS_INVALID_PARAMETER, None
        size = DEVICE_SIZE + ((extension + 15) & -16)
        where = nt.pool.allocate(size, TAG, zero=True, special=nt.settings.verifier > 0)
        if not where:
            return STATUS_INSUFFICIENT_RESOURCES, None
        nt.memory.write(where, bytes(size))
        device = self.known[where] = Device(where, driver, name)
        self._fill(device, extension, kind, characteristics, exclusive)
        device.object = nt.objects.add("Device", where, body=device, deleted=lambda: self._free(device))
        if name:
            nt.io.names.add_device(name, where)
        nt.history.pop(("device", where), None)
        nt.remember("device", where, "created")
        return STATUS_SUCCESS, device

    def _fill(self, device: Device, extension: int, kind: int, characteristics: int, exclusive: bool) -> None:
        nt, memory, where = self.nt, self.nt.memory, device.address
        flags = DO_DEVICE_INITIALIZING | (DO_EXCLUSIVE if exclusive else 0) | (DO_DEVICE_HAS_NAME if device.name else 0)
        memory.write_uint(where, 2, IO_TYPE_DEVICE)
        memory.write_uint(where + 2, 2, DEVICE_SIZE + extension)
        memory.write_uint(where + DRIVER, 8, device.driver.address)
        memory.write_uint(where + FLAGS, 4, flags)
        memory.write_uint(where + CHARACTERISTICS, 4, characteristics)
        memory.write_uint(where + EXTENSION, 8, where + DEVICE_SIZE if extension else 0)
        memory.write_uint(where + DEVICE_TYPE, 4, kind)
        memory.write_uint(where + STACK_SIZE, 1, 1)
        memory.write_uint(where + NEXT, 8, memory.read_uint(device.driver.address + FIRST_DEVICE, 8))
        memory.write_uint(device.driver.address + FIRST_DEVICE, 8, where)
        nt.io.queues.initialise(where + DEVICE_QUEUE)
        nt.dispatcher.initialise_event(where + DEVICE_LOCK, True, True)
        more = nt.io.drivers.room(DEVICE_OBJECT_EXTENSION_SIZE)
        memory.write_uint(more, 2, 0xD)  # IO_TYPE_DEVICE_OBJECT_EXTENSION
        memory.write_uint(more + 2, 2, 0)
        memory.write_uint(more + 8, 8, where)
        memory.write_uint(where + OBJECT_EXTENSION, 8, more)

    def delete(self, device: Device) -> None:
        """The name goes at once, the memory when nobody refers to the device and nothing is attached to it."""
        nt, memory, where = self.nt, self.nt.memory, device.address
        device.deleted = True
        del self.known[where]
        self.lingering[where] = device
        if device.name:
            nt.io.names.remove_device(device.name)
        link = device.driver.address + FIRST_DEVICE
        while (following := memory.read_uint(link, 8)) and following != where:
            link = following + NEXT
        if following:
            memory.write_uint(link, 8, memory.read_uint(where + NEXT, 8))
        nt.io.timers.forget(device)
        nt.let_go(rules.DEVICE_LEFT, where)
        nt.remember("device", where, "deleted")
        self._let_go_if_unused(device)

    def _let_go_if_unused(self, device: Device) -> None:
        """A filter above still stands on a device that its own driver has deleted, until it is detached."""
        memory, where = self.nt.memory, device.address
        if not memory.read_uint(where + REFERENCES, 4) and not memory.read_uint(where + ATTACHED, 8):
            self._let_go(device)

    def _let_go(self, device: Device) -> None:
        if device.object is not None:
            self.nt.objects.dereference(device.object)

    def _free(self, device: Device) -> None:
        del self.lingering[device.address]
        size = self.nt.memory.read_uint(device.address + 2, 2)
        check_contents(self.nt, device.address, size, False)
        self.nt.pool.free(device.address)

    def opened(self, device: Device, by: int) -> None:
        """One file object more or less that stands for the device."""
        where = device.address + REFERENCES
        count = self.nt.memory.read_uint(where, 4) + by
        self.nt.memory.write_uint(where, 4, count)
        if not count and device.deleted:
            self._let_go_if_unused(device)
        elif not count:
            self.nt.io.pnp.closed(device)

    def is_open(self, where: int) -> bool:
        return self.nt.memory.read_uint(where + REFERENCES, 4) != 0

    # -- stacks

    def top(self, where: int) -> int:
        """The highest device of the stack that a device stands in."""
        passed = 0
        while above := self.nt.memory.read_uint(where + ATTACHED, 8):
            where = above
            passed += 1
            if passed > HIGH_STACK:
                self.nt.clock.step()
        return where

    def below(self, where: int) -> int:
        """The device that one is attached to, or 0."""
        device = self.at(where)
        return device.below if device is not None else 0

    def is_below(self, upper: int, lower: int) -> bool:
        while upper := self.below(upper):
            if upper == lower:
                return True
        return False

    def stack(self, bottom: int) -> list[int]:
        """The devices of a stack from the one given upwards."""
        found = [bottom]
        while above := self.nt.memory.read_uint(found[-1] + ATTACHED, 8):
            found.append(above)
        return found

    def attach(self, source: Device, target: int) -> int:
        """Put a device on top of the target's stack. The device that it lies upon now, or 0."""
        memory = self.nt.memory
        lower = self.top(target)
        below = self.at(lower)
        flags = memory.read_uint(lower + FLAGS, 4)
        if below is None or below.deleted or flags & DO_DEVICE_INITIALIZING or source.below:
            return 0
        memory.write_uint(lower + ATTACHED, 8, source.address)
        memory.write_uint(source.address + STACK_SIZE, 1, memory.read_uint(lower + STACK_SIZE, 1) + 1)
        memory.write_uint(source.address + ALIGNMENT, 4, memory.read_uint(lower + ALIGNMENT, 4))
        source.below = lower
        self.nt.remember("device", source.address, "attached")
        return lower

    def detach(self, lower: int) -> None:
        memory = self.nt.memory
        upper = self.at(memory.read_uint(lower + ATTACHED, 8))
        memory.write_uint(lower + ATTACHED, 8, 0)
        if upper is not None:
            upper.below = 0
            self.nt.remember("device", upper.address, "detached")
        device = self.lingering.get(lower)
        if device is not None:
            self._let_go_if_unused(device)
