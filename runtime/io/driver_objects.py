"""Driver objects: DRIVER_OBJECTs with their dispatch tables, from DriverEntry to DriverUnload."""

from __future__ import annotations

from ..mm.memory import Region
from ..mm.store import PAGE
from ..wdk.constants import (
    DO_DEVICE_INITIALIZING,
    IO_TYPE_DRIVER,
    IRP_MJ_MAXIMUM_FUNCTION,
    STATUS_INVALID_DEVICE_REQUEST,
    STATUS_SUCCESS,
)
from ..wdk.layouts import SIZES, offset
from .device_objects import FIRST_DEVICE, FLAGS, NEXT
from .irp import INFORMATION, STATUS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..system import System

DRIVER_SIZE, DRIVER_EXTENSION_SIZE = SIZES["_DRIVER_OBJECT"], SIZES["_DRIVER_EXTENSION"]
EXTENSION, NAME = offset("_DRIVER_OBJECT", "DriverExtension"), offset("_DRIVER_OBJECT", "DriverName")
START, INIT = offset("_DRIVER_OBJECT", "DriverStart"), offset("_DRIVER_OBJECT", "DriverInit")
START_IO, UNLOAD = offset("_DRIVER_OBJECT", "DriverStartIo"), offset("_DRIVER_OBJECT", "DriverUnload")
MAJOR_FUNCTION = offset("_DRIVER_OBJECT", "MajorFunction")
ADD_DEVICE, SERVICE_KEY = offset("_DRIVER_EXTENSION", "AddDevice"), offset("_DRIVER_EXTENSION", "ServiceKeyName")
AREA = 0xFFFF_F800_0000_0000  # the I/O manager's own memory: driver objects, names
AREA_PAGES = 16
SERVICES = "\\Registry\\Machine\\System\\CurrentControlSet\\Services\\"


class Driver:
    """`state` is "loaded", "failed" (DriverEntry said no) or "unloaded". `extensions` are those of
    IoAllocateDriverObjectExtension by their client."""

    __slots__ = ("address", "name", "state", "extensions", "registry_path", "built_in", "reinitialize", "entry")

    def __init__(self, address: int, name: str, built_in: bool) -> None:
        self.address = address
        self.name = name
        self.state = "loaded"
        self.extensions: dict[int, int] = {}
        self.registry_path = 0
        self.built_in = built_in
        self.reinitialize: list[tuple[int, int]] = []
        self.entry = 0


class Drivers:
    """All drivers by the addresses of their driver objects, in the order in which they were loaded."""

    __slots__ = ("nt", "known", "_default", "_next", "_end")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.known: dict[int, Driver] = {}
        self._default = 0
        self._next = self._end = AREA

    def room(self, size: int) -> int:
        """Zeroed memory of the I/O manager's own that is never given back."""
        where = self._next
        self._next += (size + 15) & -16
        while self._next > self._end:
            self.nt.memory.kernel.add(Region(self._end, AREA_PAGES, "I/O manager memory"))
            self._end += AREA_PAGES * PAGE
        return where

    def unicode(self, text: str, at: int = 0) -> int:
        """A UNICODE_STRING of the I/O manager's own, at an address or at a new one."""
        data = text.encode("utf-16-le")
        where, buffer = at or self.room(16), self.room(len(data) + 2)
        memory = self.nt.memory
        memory.write(buffer, data + b"\0\0")
        memory.write_uint(where, 2, len(data))
        memory.write_uint(where + 2, 2, len(data) + 2)
        memory.write_uint(where + 8, 8, buffer)
        return where

    def at(self, where: int) -> Driver | None:
        return self.known.get(where)

    @property
    def default(self) -> int:
        """The dispatch routine of every request that a driver does not handle."""
        if not self._default:
            self._default = self.nt.native("IopInvalidDeviceRequest", _invalid_device_request)
        return self._default

    def is_default(self, routine: int) -> bool:
        return routine == self._default

    def create(self, name: str, entry: int = 0, built_in: bool = False) -> Driver:
        """A driver object, filled in as DriverEntry finds it."""
        nt, memory = self.nt, self.nt.memory
        where, extension = self.room(DRIVER_SIZE), self.room(DRIVER_EXTENSION_SIZE)
        driver = self.known[where] = Driver(where, name, built_in)
        driver.entry = entry
        memory.write_uint(where, 2, IO_TYPE_DRIVER)
        memory.write_uint(where + 2, 2, DRIVER_SIZE)
        memory.write_uint(where + EXTENSION, 8, extension)
        memory.write_uint(where + START, 8, entry & -PAGE)
        memory.write_uint(where + INIT, 8, entry)
        memory.write_uint(extension, 8, where)
        self.unicode("\\Driver\\" + name, where + NAME)
        self.unicode(name, extension + SERVICE_KEY)
        for major in range(IRP_MJ_MAXIMUM_FUNCTION + 1):
            memory.write_uint(where + MAJOR_FUNCTION + 8 * major, 8, self.default)
        nt.objects.add("Driver", where, body=driver)
        return driver

    def routine(self, driver: Driver, field: int) -> int:
        return self.nt.memory.read_uint(driver.address + field, 8)

    def add_device_routine(self, driver: Driver) -> int:
        return self.nt.memory.read_uint(self.routine(driver, EXTENSION) + ADD_DEVICE, 8)

    def devices_of(self, driver: Driver) -> list[int]:
        found, where = [], self.nt.memory.read_uint(driver.address + FIRST_DEVICE, 8)
        while where:
            found.append(where)
            where = self.nt.memory.read_uint(where + NEXT, 8)
        return found

    def in_system(self, function: Callable[[], int]) -> int:
        """Run something as a thread of the system's own process does: no user space of a program's is in view."""
        nt = self.nt
        before = nt.process
        if before is nt.system_process:
            return function()
        nt.attach(nt.system_process)
        result = function()
        nt.attach(before)
        return result

    def load(self, name: str, entry: int) -> tuple[int, Driver]:
        """Call DriverEntry. A driver that fails is gone, without a call of its DriverUnload."""
        nt = self.nt
        driver = self.create(name, entry)
        driver.registry_path = self.unicode(SERVICES + name)
        nt.io.registry.create(SERVICES + name)
        status = self.in_system(lambda: nt.call(entry, driver.address, driver.registry_path)) & 0xFFFF_FFFF
        if status & 0x8000_0000:
            driver.state = "failed"
            return status, driver
        for where in self.devices_of(driver):
            flags = nt.memory.read_uint(where + FLAGS, 4)
            nt.memory.write_uint(where + FLAGS, 4, flags & ~DO_DEVICE_INITIALIZING)
        for major in range(IRP_MJ_MAXIMUM_FUNCTION + 1):
            at = driver.address + MAJOR_FUNCTION + 8 * major
            if not nt.memory.read_uint(at, 8):
                nt.memory.write_uint(at, 8, self.default)
        for count, (routine, context) in enumerate(driver.reinitialize, 1):
            nt.call(routine, driver.address, context, count)
        return STATUS_SUCCESS, driver

    def unload(self, driver: Driver) -> None:
        """Call DriverUnload, if the driver has one and can so be unloaded."""
        nt = self.nt
        routine = self.routine(driver, UNLOAD)
        if driver.built_in or driver.state != "loaded" or not routine:
            return
        self.in_system(lambda: nt.call(routine, driver.address))
        driver.state = "unloaded"
        for key in list(driver.extensions):
            nt.pool.free(driver.extensions.pop(key))
        nt.io.work.check_unloaded(driver)



def _invalid_device_request(nt: System, device: int, irp: int) -> int:
    nt.memory.write_uint(irp + STATUS, 4, STATUS_INVALID_DEVICE_REQUEST)
    nt.memory.write_uint(irp + INFORMATION, 8, 0)
    nt.io.requests.complete(irp)
    return STATUS_INVALID_DEVICE_REQUEST
