"""What lies at an address, in words: which object, block, stack, variable or register, and how far into it.

    place_of(nt, address).text            MDL of 3 pages, locked +0x10
"""

from __future__ import annotations

from ...runtime.findings import address as shown
from ...runtime.findings import plural
from ...runtime.mm.memory import ADDRESS_MASK, KERNEL_BASE
from ...runtime.mm.special_pool import SPECIAL, SPECIAL_END
from ...runtime.mm.store import PAGE
from ..routine_addresses import KERNEL_IMAGE, ROUTINE_BYTES, routine_at
from .kernel_objects import Place, all_threads, dma_object_at, object_at, thread_or_process_at
from .looking import NO_ACCESS, PAGED_OUT, is_canonical, look, region_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ...runtime.hal.registers import Bar
    from ...runtime.mm.regions import Region
    from ...runtime.routine import Routine
    from ...runtime.system import System

LOWEST_USER = 0x1_0000
MODULES = {
    "windows.h": "kernel32", "stdio.h": "crt", "stdlib.h": "crt", "malloc.h": "crt", "device": "device",
}  # fmt: skip


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
    for find in (object_at, dma_object_at, thread_or_process_at, _region, _gone):
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
