"""Plug and Play: device stacks from AddDevice over IRP_MN_START_DEVICE to their removal."""

from __future__ import annotations

from ..ke.dispatcher import SYNCHRONIZATION_EVENT
from ..wdk.constants import (
    IRP_MJ_PNP,
    IRP_MN_CANCEL_REMOVE_DEVICE,
    IRP_MN_CANCEL_STOP_DEVICE,
    IRP_MN_QUERY_CAPABILITIES,
    IRP_MN_QUERY_DEVICE_RELATIONS,
    IRP_MN_QUERY_PNP_DEVICE_STATE,
    IRP_MN_QUERY_REMOVE_DEVICE,
    IRP_MN_QUERY_STOP_DEVICE,
    IRP_MN_REMOVE_DEVICE,
    IRP_MN_START_DEVICE,
    IRP_MN_STOP_DEVICE,
    IRP_MN_SURPRISE_REMOVAL,
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_NO_SUCH_DEVICE,
    STATUS_NOT_SUPPORTED,
    STATUS_SUCCESS,
    BusRelations,
)
from . import pnp_checks as checks
from .bus_driver import BusDriver
from .device_interfaces import set_state
from .irp import INFORMATION, MINOR, PARAMETERS, STATUS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..hal.hardware import HardwareDevice
    from ..system import System
    from .device_objects import Device
    from .driver_objects import Driver

TAG = int.from_bytes(b"PnpR", "little")
CAPABILITIES_BYTES = 64


class Node:
    """One device of the machine as Plug and Play sees it. `state` is "added", "started", "surprise removed" or
    "removed"."""

    __slots__ = ("hardware", "pdo", "state", "number")

    def __init__(self, hardware: HardwareDevice, pdo: Device, number: int) -> None:
        self.hardware = hardware
        self.pdo = pdo
        self.state = "added"
        self.number = number


class PlugAndPlay:
    """`nodes` are the devices that have a physical device object, in the order in which drivers came for them."""

    __slots__ = ("nt", "nodes", "bus", "_turn")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.nodes: list[Node] = []
        self.bus = BusDriver(nt)
        self._turn = 0  # an event that who removes devices waits for

    def node_of(self, hardware: HardwareDevice) -> Node:
        """The node of a device, with a physical device object of the bus driver's."""
        for node in self.nodes:
            if node.hardware is hardware and node.state != "removed":
                return node
        node = Node(hardware, self.bus.create(hardware), len(self.nodes) + 1)
        self.nodes.append(node)
        return node

    def node_at(self, pdo: int) -> Node | None:
        return next((node for node in self.nodes if node.pdo.address == pdo and node.state != "removed"), None)

    # -- coming

    def add_device(self, driver: Driver, hardware: HardwareDevice) -> int:
        """Call AddDevice, with the physical device object at the bottom of the stack."""
        nt = self.nt
        node = self.node_of(hardware)
        routine = nt.io.drivers.add_device_routine(driver)
        if not routine:
            return STATUS_SUCCESS
        before = set(nt.io.drivers.devices_of(driver))
        nt.traced("add device", driver=driver.address, device=node.pdo.address)
        status = nt.io.drivers.in_system(lambda: nt.call(routine, driver.address, node.pdo.address)) & 0xFFFF_FFFF
        if not status & 0x8000_0000:
            made = [where for where in nt.io.drivers.devices_of(driver) if where not in before]
            checks.after_add_device(nt, driver, routine, made, node.pdo.address)
        return status

    def start(self, hardware: HardwareDevice) -> int:
        """Send IRP_MN_START_DEVICE, and what the system asks of a started device. One that fails is removed."""
        node = self.node_of(hardware)
        if node.state != "added":
            return STATUS_SUCCESS
        status = self._start(node)
        if status & 0x8000_0000:
            self._remove(node)
        return status

    def _start(self, node: Node) -> int:
        nt = self.nt
        lists = [self._copy(node.hardware.resources(translated)) for translated in (False, True)]
        status = STATUS_INSUFFICIENT_RESOURCES
        if all(lists):
            words = [(0, lists[0]), (8, lists[1])]
            status = self.send(node, IRP_MN_START_DEVICE, words)
        for where in filter(None, lists):
            nt.pool.free(where)
        if not status & 0x8000_0000:
            node.state = "started"
            self._ask(node)
        return status

    def rebalance(self, hardware: HardwareDevice) -> int:
        """Stop a device and start it elsewhere, unless a driver refuses. The status of what was refused or failed."""
        node = next((one for one in self.nodes if one.hardware is hardware and one.state == "started"), None)
        status = STATUS_NO_SUCH_DEVICE

        def go() -> None:
            nonlocal status
            if node is not None and node.state == "started":
                status = self._rebalance(node)

        self._alone(go)
        return status

    def _rebalance(self, node: Node) -> int:
        status = self.send(node, IRP_MN_QUERY_STOP_DEVICE)
        if status & 0x8000_0000 and status != STATUS_NOT_SUPPORTED:
            self.send(node, IRP_MN_CANCEL_STOP_DEVICE)
            return status
        self.send(node, IRP_MN_STOP_DEVICE)
        node.hardware.move()
        status = self._start(node)
        if status & 0x8000_0000:  # it ran before: whoever has it open is not to lose it without a word
            self._surprise(node)
            self._remove_unless_open(node)
        return status

    def _copy(self, data: bytes) -> int:
        where = self.nt.pool.allocate(len(data), TAG)
        if where:
            self.nt.memory.write(where, data)
        return where

    def _ask(self, node: Node) -> None:
        """What a started device is asked: its capabilities, its state, and what hangs on it."""
        nt = self.nt
        where = nt.pool.allocate(CAPABILITIES_BYTES, TAG)
        if where:
            empty = (CAPABILITIES_BYTES | 1 << 16).to_bytes(8, "little") + b"\xff" * 8
            nt.memory.write(where, empty.ljust(CAPABILITIES_BYTES, b"\0"))
            self.send(node, IRP_MN_QUERY_CAPABILITIES, [(0, where)])
            nt.pool.free(where)
        self.send(node, IRP_MN_QUERY_PNP_DEVICE_STATE)
        self.send(node, IRP_MN_QUERY_DEVICE_RELATIONS, [(0, BusRelations)])

    def send(self, node: Node, minor: int, words: list[tuple[int, int]] | None = None) -> int:
        """Send a request to the top of a stack in the system's process and wait for its end. `words` are 8-byte
        parameters by their offset."""
        return self.nt.io.drivers.in_system(lambda: self._send(node, minor, words or []))

    def _send(self, node: Node, minor: int, words: list[tuple[int, int]]) -> int:
        nt, memory = self.nt, self.nt.memory
        top = nt.io.devices.top(node.pdo.address)
        request = nt.io.file_requests.make(top, IRP_MJ_PNP, None)
        if request is None:
            return STATUS_INSUFFICIENT_RESOURCES
        request.minor = minor
        memory.write_uint(request.irp + STATUS, 4, STATUS_NOT_SUPPORTED)
        memory.write_uint(request.irp + INFORMATION, 8, 0)
        location = nt.irps.next(request.irp)
        memory.write_uint(location + MINOR, 1, minor)
        for at, value in words:
            memory.write_uint(location + PARAMETERS + at, 8, value)
        status = nt.io.file_requests.send_and_wait(top, request)
        if minor == IRP_MN_QUERY_DEVICE_RELATIONS and not status & 0x8000_0000 and request.information:
            self._related(request.information, words[0][1])
        return status

    def _related(self, relations: int, kind: int) -> None:
        """DEVICE_RELATIONS came back: a device without children gives an empty list, or none."""
        nt = self.nt
        if kind == BusRelations and nt.memory.read_uint(relations, 4):
            child = nt.memory.read_uint(relations + 8, 8)
            made = nt.history.get(("device", child), {}).get("created")
            nt.not_modelled("a child device of a bus driver of the script's own", made)
        nt.pool.free(relations)

    # -- going

    def remove_all(self) -> None:
        """The machine shuts its devices down, the last one first."""
        self._alone(self._remove_all)

    def _alone(self, action: Callable[[], None]) -> None:
        """Do something while no other thread does anything with devices that go."""
        dispatcher = self.nt.dispatcher
        if not self._turn:
            self._turn = self.nt.new_object(24)
            dispatcher.opaque(self._turn, SYNCHRONIZATION_EVENT, True, "Plug and Play")
        dispatcher.wait([self._turn], reason="Plug and Play")
        action()
        dispatcher.signal(self._turn)

    def _remove_all(self) -> None:
        for node in reversed(self.nodes):
            if node.state == "started":
                status = self.send(node, IRP_MN_QUERY_REMOVE_DEVICE)
                if status & 0x8000_0000 and status != STATUS_NOT_SUPPORTED:
                    self.send(node, IRP_MN_CANCEL_REMOVE_DEVICE)
                    self._surprise(node)
            if node.state != "removed":
                self._remove(node)

    def _remove(self, node: Node) -> None:
        nt = self.nt
        if node.state == "removed":
            return
        stack = nt.io.devices.stack(node.pdo.address)[1:]
        self.send(node, IRP_MN_REMOVE_DEVICE)
        node.state = "removed"
        checks.after_remove(nt, stack)
        for name in node.pdo.interfaces:
            set_state(nt, name, False)
            nt.io.names.remove_link(name)
        if not node.pdo.deleted:
            nt.io.devices.delete(node.pdo)

    def request_eject(self, pdo: int) -> None:
        """In a thread of the system's: remove a device that nobody has open and no driver wants to keep, and give it
        out."""
        node = self.node_at(pdo)
        if node is not None:
            self.nt.scheduler.create(
                "device ejection", self.nt.system_process, lambda: self._alone(lambda: self._eject(node))
            )

    def _eject(self, node: Node) -> None:
        devices = self.nt.io.devices
        if node.state != "started" or any(devices.is_open(where) for where in devices.stack(node.pdo.address)):
            return
        status = self.send(node, IRP_MN_QUERY_REMOVE_DEVICE)
        if status & 0x8000_0000 and status != STATUS_NOT_SUPPORTED:
            self.send(node, IRP_MN_CANCEL_REMOVE_DEVICE)
            return
        self._remove(node)
        self.nt.hardware.surprise_remove(node.hardware)

    def _surprise(self, node: Node) -> None:
        nt = self.nt
        before = checks.drivers_of(nt, nt.io.devices.stack(node.pdo.address))
        self.send(node, IRP_MN_SURPRISE_REMOVAL)
        checks.after_surprise(nt, before)
        node.state = "surprise removed"

    def surprise_removal(self, hardware: HardwareDevice) -> None:
        """A device is gone. Its stack hears of it at once, and is removed when nobody has it open any more."""
        node = next((one for one in self.nodes if one.hardware is hardware), None)
        if node is None or node.state != "started":
            return

        def go() -> None:
            if node.state == "started":
                self._surprise(node)
                self._remove_unless_open(node)

        self._alone(go)

    def _remove_unless_open(self, node: Node) -> None:
        devices = self.nt.io.devices
        if not any(devices.is_open(where) for where in devices.stack(node.pdo.address)):
            self._remove(node)

    def closed(self, device: Device) -> None:
        """A device is not open any more: if it was pulled out meanwhile, it goes now."""
        for node in self.nodes:
            if node.state == "surprise removed" and device.address in self.nt.io.devices.stack(node.pdo.address):
                node.state = "going"
                self._later(node)

    def _later(self, node: Node) -> None:
        """Remove a device in a thread of the system's."""
        nt = self.nt
        nt.scheduler.create("device removal", nt.system_process, lambda: self._alone(lambda: self._remove(node)))
