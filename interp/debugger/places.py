"""What lies at an address, in words: which object, block, stack, variable or register, and how far into it.

    place_of(nt, address).text            MDL of 3 pages, locked +0x10
"""

from __future__ import annotations

from ...runtime.findings import address as shown
from ...runtime.findings import plural
from ...runtime.io.device_objects import DEVICE_SIZE
from ...runtime.io.driver_objects import DRIVER_SIZE
from ...runtime.io.file_objects import FILE_SIZE
from ...runtime.io.irp import IRP_SIZE, LOCATION_SIZE, size_of
from ...runtime.ke.interrupts import OBJECT_BYTES
from ...runtime.mm.mdl import HEADER
from ...runtime.mm.memory import ADDRESS_MASK, KERNEL_BASE
from ...runtime.mm.special_pool import SPECIAL, SPECIAL_END
from ...runtime.mm.store import PAGE
from ..routine_addresses import KERNEL_IMAGE, ROUTINE_BYTES, routine_at
from .looking import NO_ACCESS, PAGED_OUT, is_canonical, look, number, region_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ...runtime.hal.registers import Bar
    from ...runtime.ke.processor import Thread
    from ...runtime.mm.regions import Region
    from ...runtime.routine import Routine
    from ...runtime.system import System

LOWEST_USER = 0x1_0000
MODULES = {
    "windows.h": "kernel32", "stdio.h": "crt", "stdlib.h": "crt", "malloc.h": "crt", "device": "device",
}  # fmt: skip
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


def lies_at(nt: System, address: int, symbol: Callable[[int], str] | None = None) -> str:
    """What an address is, in a few words; `symbol` names functions and variables of the script."""
    return place_of(nt, address, symbol).text


def place_of(nt: System, address: int, symbol: Callable[[int], str] | None = None) -> Place:
    address &= ADDRESS_MASK
    if not address:
        return Place("nothing", 0, "NULL", address)
    if not is_canonical(address):
        return Place("nothing", address, "no address at all: bits 47 to 63 differ", address)
    routine = _code(nt, address)
    if routine is not None:
        return routine
    name = symbol(address) if symbol is not None else ""
    if name:
        return Place("symbol", address, name, address)
    for find in (_object, _dma_object, _thread_or_process, _region, _gone):
        found = find(nt, address)
        if found is not None:
            return found
    return Place("nothing", address, _nothing(address), address)


def _nothing(address: int) -> str:
    if address < LOWEST_USER:
        return "nothing: the lowest 64 KiB are never mapped"
    return "nothing is mapped here"


def module_of(row: Routine) -> str:
    """The module that exports a routine; headers and the simulator have modules of their own in name only."""
    if row.header in MODULES:
        return MODULES[row.header]
    return "inline" if row.macro else "sim" if row.category == "sim" else "nt"


def _code(nt: System, address: int) -> Place | None:
    row = routine_at(address) or routine_at(KERNEL_IMAGE + (address - KERNEL_IMAGE) // ROUTINE_BYTES * ROUTINE_BYTES)
    if row is not None:
        start = KERNEL_IMAGE + (address - KERNEL_IMAGE) // ROUTINE_BYTES * ROUTINE_BYTES
        return Place("routine", start, f"{module_of(row)}!{row.name}", address)
    if address in nt.natives:
        return Place("routine", address, f"nt!{nt.natives[address][0]}", address)
    return None


# ---- objects in memory


def _object(nt: System, address: int) -> Place | None:
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


def _dma_object(nt: System, address: int) -> Place | None:
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


def _thread_or_process(nt: System, address: int) -> Place | None:
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


# ---- regions


def _region(nt: System, address: int) -> Place | None:
    region = region_of(nt, address)
    if region is None:
        return None
    seen = look(nt, address)
    state = seen.state if seen.state in (PAGED_OUT, NO_ACCESS) else ""
    if region.kind in ("paged pool", "nonpaged pool"):
        return _pool(nt, address, region, state)
    if region.kind in ("kernel stack", "user stack"):
        return _stack(nt, address, region)
    if region.kind == "mdl mapping":
        return _mapping(nt, address, region)
    if region.device is not None:
        return registers_at(nt, address, region)
    if region.start in nt.contiguous:
        return Place("contiguous", region.start, region.kind, address, plural(nt.contiguous[region.start].size, "byte"))
    if address < KERNEL_BASE:
        return _user(nt, address, region, state)
    return Place("region", region.start, region.kind, address, plural(region.pages, "page"))


def _pool(nt: System, address: int, region: Region, state: str) -> Place:
    block = nt.pool.block_at(address)
    if block is None:
        block = nt.pool.special.blocks.get(address & -PAGE)
        if block is None:
            return Place("pool", address, f"{region.kind}, between blocks", address)
        side = "in front of" if address < block.address else "behind"
        return Place("pool", address, f"the pattern {side} special pool '{block.tag_text}'", address)
    size = plural(block.size // PAGE, "page") if not block.size % PAGE else plural(block.size, "byte")
    after = [size, *(["freed"] if block.freed else []), *([state] if state else [])]
    return Place("pool", block.address, f"{region.kind} '{block.tag_text}'", address, ", ".join(after))


def _stack(nt: System, address: int, region: Region) -> Place:
    for thread in all_threads(nt):
        low = next((low for low in (thread.stack_low, thread.kernel_stack) if region.start == low), 0)
        if low:
            below = f"0x{region.end - address:x} below its top"
            return Place("stack", address, f"{region.kind} of thread {thread.name}, {below}", address)
    for cpu in nt.processors:
        for depth, (low, _) in enumerate(cpu.stacks):
            if low == region.start:
                which = "idle thread" if not depth else "interrupts"
                return Place("stack", address, f"stack of processor {cpu.number} for its {which}", address)
    return Place("stack", address, f"{region.kind} of a thread that has ended", address)


def _mapping(nt: System, address: int, region: Region) -> Place:
    for mdl, one in nt.mdls.mappings.items():
        if one is region:
            return Place("mapping", region.start, f"mapping of MDL {shown(mdl)}", address, plural(region.pages, "page"))
    for (mdl, _), (process, one) in nt.mdls.user_mappings.items():
        if one is region:
            after = f"{plural(region.pages, 'page')}, in {process.name}"
            return Place("mapping", region.start, f"mapping of MDL {shown(mdl)}", address, after)
    for start, reserved in nt.mdls.reserved.items():
        if reserved.region is region:
            return Place("mapping", start, f"reserved mapping of MDL {shown(reserved.mdl)}", address)
    return Place("mapping", region.start, "mapping of an MDL that is gone", address, plural(region.pages, "page"))


def registers_at(nt: System, address: int, region: Region) -> Place:
    """The register of a device that an address of a mapping shows."""
    from ...runtime.hal.hardware import Window

    device = region.device
    if isinstance(device, Window):
        offset = address - region.start
        physical = device.frames[offset // PAGE] * PAGE + offset % PAGE
        bar = nt.hardware.bar_at(physical, False)
        if bar is not None:
            return Place("register", address, register_text(bar, physical - bar.base), address)
        told = f"device memory, physical {shown(physical)}, where no device answers"
        return Place("register", address, told, address)
    return Place("register", address, region.kind, address)


def register_text(bar: Bar, offset: int) -> str:
    """`register Status (+0x4) of Card`."""
    name = bar.device.name if bar.device is not None else "a device"
    register = bar.touched(offset, 1)
    if register is None:
        return f"{bar.title} +0x{offset:x}, where no register is"
    within = f" +0x{offset - register.offset:x}" if offset != register.offset else ""
    size = plural(register.size, "byte")
    return f"register {register.name}{within} of {name}, {size} at offset 0x{register.offset:x}"


def _user(nt: System, address: int, region: Region, state: str) -> Place:
    process = nt.process
    allocation = process.allocations.find(address)
    start = allocation.start if allocation is not None else region.start
    pages = allocation.pages if allocation is not None else region.pages
    words = [plural(pages, "page"), *([region.note] if region.note else []), *([state] if state else [])]
    if region.guard:
        words.append("guard page")
    return Place("user", start, f"{region.kind} of {process.name}", address, ", ".join(words))


# ---- what was there


def _gone(nt: System, address: int) -> Place | None:
    """Nothing is mapped at the address: what once was, or what it lies just beyond."""
    if SPECIAL <= address < SPECIAL_END:
        return _special(nt, address)
    block = nt.pool.freed_at(address)
    if block is not None:
        kind = "paged" if block.paged else "nonpaged"
        return Place("freed", block.address, f"{kind} pool '{block.tag_text}'", address,
                     f"{plural(block.size, 'byte')}, freed: its pages are gone")  # fmt: skip
    above = region_of(nt, (address & -PAGE) + PAGE)
    if above is not None and above.kind in ("kernel stack", "user stack"):
        return Place("guard", address, f"the guard page below the {above.kind} at {shown(above.start)}", address)
    process = next((one for one in nt.processes if address < KERNEL_BASE and one.space.find(address)), None)
    if process is not None:
        return Place("other", address, f"an address of {process.name}, while {nt.process.name} is the current process",
                     address)  # fmt: skip
    return None


def _special(nt: System, address: int) -> Place | None:
    """Special pool: a freed block, or the page that is never mapped behind a live one."""
    special = nt.pool.special
    block = special.blocks.get(address & -PAGE)
    if block is not None:
        return Place("freed", block.address, f"special pool '{block.tag_text}'", address,
                     f"{plural(block.size, 'byte')}, freed: its page is gone")  # fmt: skip
    before = special.blocks.get((address & -PAGE) - PAGE)
    if before is not None:
        return Place("beyond", before.address, f"special pool '{before.tag_text}'", address,
                     f"beyond its {plural(before.size, 'byte')}")  # fmt: skip
    return None
