"""The objects of the kernel by their addresses: MDLs, IRPs, devices, drivers, files, adapters, threads, processes."""

from __future__ import annotations

from ...runtime.findings import address as shown
from ...runtime.findings import plural
from ...runtime.io.device_objects import DEVICE_SIZE
from ...runtime.io.driver_objects import DRIVER_SIZE
from ...runtime.io.file_objects import FILE_SIZE
from ...runtime.io.irp import IRP_SIZE, LOCATION_SIZE, size_of
from ...runtime.ke.interrupts import OBJECT_BYTES
from ...runtime.mm.mdl import HEADER
from .looking import number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...runtime.ke.processor import Thread
    from ...runtime.system import System

PROCESS_BYTES, THREAD_BYTES = 0xA40, 0x480
HIDDEN = "which drivers cannot look into"


class Place:
    """What lies at an address: a `kind` in one word, the address where it begins, and what to call it."""

    __slots__ = ("kind", "start", "name", "address", "after")

    def __init__(self, kind: str, start: int, name: str, address: int, after: str = "") -> None:
        self.kind = kind
        self.start = start
        self.name = name
        self.address = address
        self.after = after  # what follows the distance from the start

    @property
    def text(self) -> str:
        within = self.address - self.start
        return self.name + (f" +0x{within:x}" if within > 0 else "") + (f", {self.after}" if self.after else "")


def object_at(nt: System, address: int) -> Place | None:
    found = mdl_at(nt, address)
    if found:
        return Place("mdl", found, describe_mdl(nt, found), address)
    for irp, count in nt.irps.allocated.items():
        if irp <= address < irp + size_of(count):
            return _within_irp(nt, irp, address)
    if nt.has_io:
        found_io = _io_object(nt, address)
        if found_io is not None:
            return found_io
    for where, interrupt in nt.interrupts.objects.items():
        if where <= address < where + OBJECT_BYTES:
            return Place("interrupt", where, f"interrupt object of vector 0x{interrupt.vector:x}", address)
    where = next((start for start in nt.lookasides.lists if start <= address < start + 96), 0)
    return Place("lookaside", where, "lookaside list", address) if where else None


def known_mdls(nt: System) -> Iterator[int]:
    """The MDLs that the machine knows, in the order in which it heard of them."""
    mdls = nt.mdls
    yield from dict.fromkeys([*mdls.allocated, *mdls.owned, *mdls.locks, *mdls.mappings, *mdls.partials])


def mdl_at(nt: System, address: int) -> int:
    """The MDL in which an address lies, 0 for none."""
    for where in known_mdls(nt):
        if where == address:
            return where
        if where < address < where + (nt.mdls.allocated.get(where) or (number(nt, where + 8, 2) or HEADER)):
            return where
    return 0


def describe_mdl(nt: System, where: int) -> str:
    """`MDL of 3 pages, locked, mapped`."""
    from ...runtime.mm.mdl import FLAGS, MAPPED_TO_SYSTEM_VA, PAGES_LOCKED, PARTIAL, SOURCE_IS_NONPAGED_POOL, span_pages

    flags, count, offset = number(nt, where + FLAGS, 2), number(nt, where + 40, 4), number(nt, where + 44, 4)
    if flags is None or count is None or offset is None:
        return "MDL, freed"
    words = [f"MDL of {plural(span_pages(offset, count), 'page')}"]
    words += [
        word for bit, word in (
            (PARTIAL, "partial"), (PAGES_LOCKED, "locked"), (SOURCE_IS_NONPAGED_POOL, "nonpaged pool"),
            (MAPPED_TO_SYSTEM_VA, "mapped"),
        ) if flags & bit
    ]  # fmt: skip
    return ", ".join(words)


def _within_irp(nt: System, irp: int, address: int) -> Place:
    request = nt.io.requests.alive.get(irp) if nt.has_io else None
    what = ""
    if request is not None and request.major >= 0:
        from ...runtime.io.request_checks import name_of

        what = f", {name_of(request.major, request.minor)}"
    index, within = divmod(address - irp - IRP_SIZE, LOCATION_SIZE)
    if index >= 0:
        start = address - within
        return Place("irp", start, f"stack location {index + 1} of IRP {shown(irp)}{what}", address)
    return Place("irp", irp, "IRP" + what, address)


def _io_object(nt: System, address: int) -> Place | None:
    devices, drivers, files = nt.io.devices, nt.io.drivers, nt.io.files
    for device in [*devices.known.values(), *devices.lingering.values()]:
        where = device.address
        size = number(nt, where + 2, 2) or DEVICE_SIZE
        if where <= address < where + size:
            gone = ", deleted" if device.deleted else ""
            if address >= where + DEVICE_SIZE:
                start = where + DEVICE_SIZE
                return Place("device", start, f"extension of {devices.name_of(where)}{gone}", address)
            return Place("device", where, f"device object {devices.name_of(where)}{gone}", address)
    for driver in drivers.known.values():
        if driver.address <= address < driver.address + DRIVER_SIZE:
            return Place("driver", driver.address, f"driver object \\Driver\\{driver.name}", address)
    for file in files.known.values():
        if file.address <= address < file.address + FILE_SIZE:
            return Place("file", file.address, f"file object {file.describe()}", address)
    return None


def dma_object_at(nt: System, address: int) -> Place | None:
    dma = nt.dma_in_use
    if dma is None:
        return None
    from ...runtime.dma.adapters import ADAPTER_BYTES, TABLE_BYTES
    from ...runtime.dma.scatter import size_for

    for where, adapter in dma.adapters.items():
        whose = f" of {adapter.device.name}" if adapter.device is not None else ""
        if where <= address < where + ADAPTER_BYTES + TABLE_BYTES[3]:
            return Place("adapter", where, f"DMA adapter{whose}{', put' if adapter.dead else ''}", address)
        for start, one in adapter.lists.items():
            if start <= address < start + size_for(len(one.mapping.elements)):
                count = plural(len(one.mapping.elements), "element")
                return Place("list", start, f"scatter/gather list of {count}{whose}", address)
        for start, buffer in adapter.buffers.items():
            if start <= address < start + buffer.length:
                return Place("common buffer", start, f"common buffer{whose}", address, plural(buffer.length, "byte"))
    if address in dma.pool.allocations:
        return Place("map registers", address, f"{dma.pool.allocations[address].count} map registers", address)
    return None


def thread_or_process_at(nt: System, address: int) -> Place | None:
    for process in nt.processes:
        if process.address <= address < process.address + PROCESS_BYTES:
            return Place("process", process.address, f"process {process.name}", address, HIDDEN)
    for thread in all_threads(nt):
        if thread.address <= address < thread.address + THREAD_BYTES:
            return Place("thread", thread.address, f"thread {thread.name}", address, HIDDEN)
    hidden = nt.dispatcher.opaque_objects.get(address)
    return Place("object", address, hidden.what or "object of the kernel's own", address) if hidden else None


def all_threads(nt: System) -> list[Thread]:
    """The threads of the machine, those that have ended and the idle ones as well."""
    idle = [cpu.idle for cpu in nt.processors if cpu.idle is not None]
    return [*nt.scheduler.threads, *idle]
