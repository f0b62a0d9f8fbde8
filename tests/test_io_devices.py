"""Device objects, names, file objects, and device stacks from AddDevice to removal."""

from __future__ import annotations

import pytest

from dmascript.runtime.hal.registers import Bar, Register
from dmascript.runtime.io.device_objects import FLAGS
from dmascript.runtime.io.file_objects import Opening
from dmascript.runtime.ke.exceptions import BugCheck
from dmascript.runtime.mm.memory import Region
from dmascript.runtime.wdk.constants import (
    STATUS_OBJECT_NAME_COLLISION,
    STATUS_OBJECT_NAME_NOT_FOUND,
    STATUS_OBJECT_PATH_NOT_FOUND,
)
from dmascript.runtime.wdk.layouts import offset
from io_machine import Io

IMAGE = 0xFFFF_F805_0000_0000
PNP_NAMES = ("START_DEVICE", "QUERY_CAPABILITIES", "QUERY_PNP_DEVICE_STATE", "QUERY_DEVICE_RELATIONS")


def log_of(io: Io) -> dict[str, object]:
    def logger(name: str) -> object:
        def note(device: int, irp: int) -> int:
            io.log.append(name)
            return io.finish(irp)

        note.__name__ = name
        return note

    return {name: logger(name) for name in ("create", "cleanup", "close")}


def test_a_device_object_is_as_windows_makes_it() -> None:
    """Flags, sizes, the zeroed extension behind it, and its place at the head of the driver's list."""
    io = Io()
    driver = io.driver()
    first, second = io.device(driver, "\\Device\\One", extension=100), io.device(driver, "\\Device\\Two")
    assert io.get(first, 2) == 3 and io.get(first + 2, 2) == 336 + 100
    assert io.extension(first) == first + 336 and io.nt.memory.read(first + 336, 100) == bytes(100)
    assert io.get(first + offset("_DEVICE_OBJECT", "DriverObject")) == driver
    assert io.get(driver + offset("_DRIVER_OBJECT", "DeviceObject")) == second
    assert io.get(second + offset("_DEVICE_OBJECT", "NextDevice")) == first
    assert io.get(first + offset("_DEVICE_OBJECT", "StackSize"), 1) == 1
    io.call("IoDeleteDevice", second)
    assert io.get(driver + offset("_DRIVER_OBJECT", "DeviceObject")) == first
    assert io.leaks == ["device-object-left"]


def test_names_are_blind_to_case_and_links_lead_on() -> None:
    io = Io()
    driver = io.driver(**log_of(io))
    device = io.device(driver, "\\Device\\Card")
    at = io.room(8)
    name = io.unicode("\\DEVICE\\card")
    assert io.call("IoCreateDevice", driver, 0, name, 0x22, 0, 0, at) == STATUS_OBJECT_NAME_COLLISION
    nowhere = io.unicode("\\Nowhere\\Card")
    assert io.call("IoCreateDevice", driver, 0, nowhere, 0x22, 0, 0, at) == STATUS_OBJECT_PATH_NOT_FOUND
    link = io.unicode("\\DosDevices\\Mine")
    assert io.call("IoCreateSymbolicLink", link, io.unicode("\\Device\\Card")) == 0
    assert io.nt.io.names.find("\\??\\mine\\sub\\Deep") == (device, "\\sub\\Deep")
    assert io.nt.io.names.find("\\GLOBAL??\\MINE") == (device, "")
    assert io.call("IoDeleteSymbolicLink", link) == 0
    assert io.call("IoDeleteSymbolicLink", link) == STATUS_OBJECT_NAME_NOT_FOUND
    assert io.nt.io.names.find("\\??\\mine") == (0, "")


def test_a_file_object_knows_what_is_behind_the_devices_name() -> None:
    """CREATE with the name, CLEANUP as the last handle goes, CLOSE with the last reference."""
    io = Io()
    io.device(io.driver(**log_of(io)))
    file = io.open("\\Device\\Test\\sub")
    name = file.address + offset("_FILE_OBJECT", "FileName")
    assert io.unicode_text(name) == "\\sub"
    handle = io.nt.objects.open(io.nt.process, file.object, 3)
    io.nt.io.close(file)
    assert io.log == ["create"]
    io.call("ObReferenceObject", file.address)
    assert io.nt.objects.close(io.nt.process, handle) == 0
    assert io.log == ["create", "cleanup"]
    io.call("ObDereferenceObject", file.address)
    assert io.log == ["create", "cleanup", "close"] and io.rules == []


def test_an_exclusive_device_opens_once() -> None:
    io = Io()
    driver, at = io.driver(**log_of(io)), io.room(8)
    assert io.call("IoCreateDevice", driver, 0, io.unicode("\\Device\\Test"), 0x22, 0, 1, at) == 0
    io.set(io.get(at) + FLAGS, 4, io.get(io.get(at) + FLAGS, 4) & ~0x80)
    first = io.open()
    assert io.nt.io.open(Opening("\\Device\\Test", 1)) == (0xC000_0022, None)
    io.nt.io.close(first)
    assert io.open() is not None


def test_a_deleted_device_lives_until_it_is_closed() -> None:
    """Its name is gone at once; the memory stays for whoever still has it open."""
    io = Io()
    device = io.device(io.driver(**log_of(io)))
    file = io.open()
    io.call("IoDeleteDevice", device)
    assert io.nt.io.open(Opening("\\Device\\Test", 1))[0] == STATUS_OBJECT_NAME_NOT_FOUND
    assert io.get(device, 2) == 3
    io.nt.io.close(file)
    assert io.nt.io.devices.at(device) is None and io.log[-1] == "close"


def test_iogetdeviceobjectpointer_finds_the_top_of_the_stack() -> None:
    io = Io()
    driver = io.driver(**log_of(io))
    lower = io.device(driver)
    file_at, device_at = io.room(8), io.room(8)
    assert io.call("IoGetDeviceObjectPointer", io.unicode("\\Device\\Test"), 3, file_at, device_at) == 0
    assert io.get(device_at) == lower and io.log == ["create", "cleanup"]
    io.call("ObDereferenceObject", io.get(file_at))
    assert io.log == ["create", "cleanup", "close"] and io.rules == [] and "file-object-left-referenced" not in io.leaks


# -- Plug and Play


class Stack(Io):
    """A card with one block of registers, and a function driver that logs its Plug and Play requests."""

    def __init__(self, **settings: object) -> None:
        super().__init__(**settings)
        self.nt.memory.kernel.add(Region(IMAGE, 1, "device image"))
        registers = [Register("Data", 0, 4, IMAGE, 0x1234)]
        self.hardware = self.nt.hardware.attach("Card", {"vendor": 0x1AF4, "device_id": 0x11E8}, [Bar("", registers)])
        self.lower: dict[int, int] = {}
        self.pdos: list[int] = []
        self.resources: list[bytes] = []

    def add_device(self, driver: int, pdo: int) -> int:
        device = self.device(driver, "\\Device\\Card")
        self.set(device + FLAGS, 4, self.get(device + FLAGS, 4) & ~0x80)
        self.lower[device] = self.call("IoAttachDeviceToDeviceStack", device, pdo)
        self.pdos.append(pdo)
        return 0

    def pass_on(self, device: int, irp: int) -> int:
        self.call("IoSkipCurrentIrpStackLocation", irp)
        return self.call("IofCallDriver", self.lower[device], irp)

    def pnp(self, device: int, irp: int) -> int:
        from dmascript.runtime.io.request_checks import PNP_MINORS

        location = self.location(irp)
        minor = self.get(location + 1, 1)
        self.log.append(PNP_MINORS[minor])
        if minor == 0:
            assert self.call("IoForwardIrpSynchronously", self.lower[device], irp)
            for at in (8, 16):
                self.resources.append(self.nt.memory.read(self.get(location + at), 60))
            return self.finish(irp)
        if minor != 2:
            self.set(irp + offset("_IRP", "IoStatus"), 4, 0) if minor in (1, 23) else None
            return self.pass_on(device, irp)
        self.set(irp + offset("_IRP", "IoStatus"), 4, 0)
        status = self.pass_on(device, irp)
        self.call("IoDetachDevice", self.lower[device])
        self.call("IoDeleteDevice", device)
        return status

    def load(self, **more: object) -> int:
        def entry(driver: int, path: int) -> int:
            assert self.unicode_text(path).endswith("\\Services\\Card")
            table = {"pnp": self.pnp, "power": self.pass_on, "system_control": self.pass_on, **log_of(self), **more}
            for key, body in table.items():
                self.fill(driver, key, self.function(body))  # type: ignore[arg-type]
            self.fill(driver, "add_device", self.function(self.add_device))
            self.fill(driver, "unload", self.function(lambda driver: self.log.append("unload")))
            return 0

        return self.nt.io.load_driver("Card", self.function(entry), self.hardware)


def test_a_device_is_started_with_its_resources_and_removed_at_the_end() -> None:
    """START with raw and translated lists, the questions that follow, QUERY_REMOVE, REMOVE, DriverUnload."""
    stack = Stack()
    assert stack.load() == 0
    assert stack.log == list(PNP_NAMES)
    raw, translated = stack.resources
    assert raw[:4] == translated[:4] == b"\1\0\0\0" and raw[16:20] == b"\2\0\0\0"
    assert raw[20] == 3 and int.from_bytes(raw[24:32], "little") == stack.hardware.bars[0].base
    assert raw[40] == 2 and raw != translated
    stack.log.clear()
    stack.nt.io.shutdown()
    assert stack.log == ["QUERY_REMOVE_DEVICE", "REMOVE_DEVICE", "unload"]
    assert stack.rules == [] and stack.leaks == []


def test_surprise_removal_waits_for_the_last_handle() -> None:
    """SURPRISE_REMOVAL at once, REMOVE_DEVICE when the file is closed."""
    stack = Stack()
    stack.load()
    stack.log.clear()
    file = stack.open("\\Device\\Card")
    stack.nt.hardware.surprise_remove(stack.hardware)
    stack.nt.io.surprise_removed(stack.hardware)
    stack.rest(1)
    assert stack.log == ["create", "SURPRISE_REMOVAL"]
    stack.nt.io.close(file)
    stack.rest(1)
    assert stack.log == ["create", "SURPRISE_REMOVAL", "cleanup", "close", "REMOVE_DEVICE"] and stack.rules == []


def test_a_removal_without_a_deleted_device_stops_the_machine() -> None:
    stack = Stack()
    stack.load(pnp=stack.pass_on)
    with pytest.raises(BugCheck) as stop:
        stack.nt.io.shutdown()
    assert (stop.value.code, stop.value.parameters[0]) == (0xC9, 0x21D)


def test_a_device_interface_opens_when_it_is_enabled() -> None:
    stack = Stack()
    stack.load()
    guid, name = stack.room(16), stack.room(16)
    stack.nt.memory.write(guid, bytes(range(16)))
    assert stack.call("IoRegisterDeviceInterface", stack.pdos[0], guid, 0, name) == 0
    link = stack.unicode_text(name)
    assert link.startswith("\\??\\PCI#VEN_1AF4&DEV_11E8") and link.endswith("{03020100-0504-0706-0809-0a0b0c0d0e0f}")
    assert stack.nt.io.open(Opening(link, 1))[0] == STATUS_OBJECT_NAME_NOT_FOUND
    assert stack.call("IoSetDeviceInterfaceState", name, 1) == 0
    status, file = stack.nt.io.open(Opening(link + "\\x", 1))
    assert status == 0 and file is not None and file.name == "\\x"


def test_properties_tell_what_the_bus_knows() -> None:
    stack = Stack()
    stack.load()
    buffer, length = stack.room(512), stack.room(8)
    assert stack.call("IoGetDeviceProperty", stack.pdos[0], 1, 512, buffer, length) == 0
    text = stack.nt.memory.read(buffer, stack.get(length, 4)).decode("utf-16-le")
    assert text.split("\0")[1] == "PCI\\VEN_1AF4&DEV_11E8" and text.endswith("\0\0")
    assert stack.call("IoGetDeviceProperty", stack.pdos[0], 1, 4, buffer, length) == 0xC000_0023


def test_the_registry_keeps_what_a_driver_writes() -> None:
    """RtlWriteRegistryValue, and RtlQueryRegistryValues into a variable with a default for what is missing."""
    io = Io()
    path, name = io.wide("\\Registry\\Machine\\Mine"), io.wide("Depth")
    value, table, target = io.room(8), io.room(3 * 56), io.room(8)
    io.set(value, 4, 42)
    assert io.call("RtlCreateRegistryKey", 0, path) == 0
    for row, wanted in ((0, name), (56, io.wide("Other"))):
        io.set(table + row + 8, 4, 0x20)
        io.set(table + row + 16, 8, wanted)
        io.set(table + row + 24, 8, target + row // 14)
        io.set(table + row + 32, 4, 4)
        io.set(table + row + 40, 8, value + 4)
        io.set(table + row + 48, 4, 4)
    io.set(value + 4, 4, 7)
    assert io.call("RtlWriteRegistryValue", 0, path, name, 4, value, 4) == 0
    assert io.call("RtlQueryRegistryValues", 0, path, table, 0, 0) == 0
    assert (io.get(target, 4), io.get(target + 4, 4)) == (42, 7)
    assert io.call("RtlCheckRegistryKey", 0, io.wide("\\Registry\\Nowhere")) == STATUS_OBJECT_NAME_NOT_FOUND


def test_an_error_log_entry_is_given_back_as_it_is_written() -> None:
    """Zeroed, of at most 240 bytes, and no leak once it is in the log."""
    io = Io()
    device = io.device(io.driver())
    entry = io.call("IoAllocateErrorLogEntry", device, 100)
    assert io.nt.memory.read(entry, 100) == bytes(100)
    io.call("IoWriteErrorLogEntry", entry)
    assert io.call("IoAllocateErrorLogEntry", device, 250) == 0
    assert io.nt.pool.blocks[entry].freed and io.rules == []


def test_shutdown_notification_marks_the_device() -> None:
    io = Io()
    device = io.device(io.driver())
    assert io.call("IoRegisterShutdownNotification", device) == 0
    assert io.get(device + FLAGS, 4) & 0x800
    io.call("IoUnregisterShutdownNotification", device)
    assert not io.get(device + FLAGS, 4) & 0x800
