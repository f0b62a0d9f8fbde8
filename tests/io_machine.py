"""A machine whose drivers are Python functions, for tests of the I/O manager."""

from __future__ import annotations

from collections.abc import Callable

from dmascript.runtime.io.device_objects import EXTENSION, FLAGS
from dmascript.runtime.io.driver_objects import ADD_DEVICE, MAJOR_FUNCTION, START_IO, UNLOAD
from dmascript.runtime.io.file_objects import File, Opening
from dmascript.runtime.io.file_requests import Control, Transfer
from dmascript.runtime.wdk.constants import DO_DEVICE_INITIALIZING
from dmascript.runtime.wdk.layouts import offset
from kernel_machine import Kernel

DRIVER_EXTENSION = offset("_DRIVER_OBJECT", "DriverExtension")
SYNCHRONOUS = 0x20  # FILE_SYNCHRONOUS_IO_NONALERT
READ_WRITE = 0xC000_0000
USER_MODE = 1

Dispatch = Callable[[int, int], object]


class Io(Kernel):
    """`driver` loads a driver without hardware; `device` makes a device of it that can be opened."""

    def driver(self, name: str = "Test", **table: object) -> int:
        """Load a driver. `table` maps IRP_MJ_ names in lower case (read, device_control...), start_io, unload and
        add_device to functions. The address of its driver object."""
        made: list[int] = []

        def entry(driver: int, path: int) -> int:
            made.append(driver)
            for key, body in table.items():
                assert callable(body)
                self.fill(driver, key, self.function(body))
            return 0

        assert self.nt.io.load_driver(name, self.function(entry)) == 0
        return made[0]

    def fill(self, driver: int, key: str, routine: int) -> None:
        from dmascript.runtime.io.request_checks import MAJORS

        if key == "start_io":
            self.set(driver + START_IO, 8, routine)
        elif key == "unload":
            self.set(driver + UNLOAD, 8, routine)
        elif key == "add_device":
            self.set(self.get(driver + DRIVER_EXTENSION) + ADD_DEVICE, 8, routine)
        else:
            self.set(driver + MAJOR_FUNCTION + 8 * MAJORS.index(key.upper()), 8, routine)

    def device(self, driver: int, name: str = "\\Device\\Test", flags: int = 0, extension: int = 64) -> int:
        """A device object that is ready for use."""
        at = self.room(8)
        text = self.unicode(name) if name else 0
        status = self.call("IoCreateDevice", driver, extension, text, 0x22, 0, 0, at)
        assert status == 0, hex(status)
        device = self.get(at)
        self.set(device + FLAGS, 4, self.get(device + FLAGS, 4) & ~DO_DEVICE_INITIALIZING | flags)
        return device

    def extension(self, device: int) -> int:
        return self.get(device + EXTENSION)

    def open(self, name: str = "\\Device\\Test", synchronous: bool = True, access: int = READ_WRITE) -> File:
        options = SYNCHRONOUS if synchronous else 0
        status, file = self.nt.io.open(Opening(name, access, options=options))
        assert status == 0 and file is not None, hex(status)
        return file

    def read(self, file: File, buffer: int, length: int, **details: int) -> tuple[int, int]:
        """Status and Information of a read by a program."""
        return self.transfer(self.nt.io.read, file, buffer, length, **details)

    def write(self, file: File, buffer: int, length: int, **details: int) -> tuple[int, int]:
        return self.transfer(self.nt.io.write, file, buffer, length, **details)

    def transfer(
        self, service: Callable[[File, Transfer], int], file: File, buffer: int, length: int, **details: int
    ) -> tuple[int, int]:
        iosb = self.user_room(16)
        status = service(file, Transfer(buffer, length, iosb=iosb, mode=USER_MODE, **details))  # type: ignore[arg-type]
        return status, self.get(iosb + 8)

    def control(
        self, file: File, code: int, source: int = 0, source_length: int = 0, target: int = 0, target_length: int = 0
    ) -> tuple[int, int]:
        iosb = self.user_room(16)
        what = Control(code, source, source_length, target, target_length)
        status = self.nt.io.device_control(file, what, Transfer(0, 0, iosb=iosb, mode=USER_MODE))
        return status, self.get(iosb + 8)

    def user_room(self, size: int) -> int:
        return self.user(max(size, 16))

    # -- what drivers do

    def location(self, irp: int) -> int:
        return self.call("IoGetCurrentIrpStackLocation", irp)

    def field(self, irp: int, name: str, size: int) -> int:
        return self.get(irp + offset("_IRP", name), size)

    def finish(self, irp: int, status: int = 0, information: int = 0) -> int:
        """Complete an IRP as a driver does; the status to return."""
        self.set(irp + offset("_IRP", "IoStatus"), 4, status)
        self.set(irp + offset("_IRP", "IoStatus") + 8, 8, information)
        self.call("IofCompleteRequest", irp, 0)
        return status

    def pend(self, irp: int) -> int:
        self.call("IoMarkIrpPending", irp)
        return 0x103
