"""The commands about addresses and pages: !map !vtop !pte !pfn."""

from __future__ import annotations

from ...interp.debugger import looking
from ...interp.debugger.looking import look
from ...interp.debugger.pages import (
    Logical,
    flags_of,
    is_dirty,
    logical_addresses,
    physical_of_logical,
    shows,
)
from ...interp.debugger.places import register_text
from ...runtime.dma.caches import LINE
from ...runtime.findings import address as shown
from ...runtime.findings import plural
from ...runtime.mm.memory import KERNEL_BASE
from ...runtime.mm.pfn import frame_state
from ...runtime.mm.store import PAGE
from ..command import Refused, command
from ..reading import facts, lies, long, machine, needed, number, say, when, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...interp.debugger.looking import Seen
    from ..shell import Shell

STATES = {
    looking.PRESENT: "resident", looking.FRESH: "no frame yet: nobody has touched it",
    looking.UNTOUCHED: "no frame yet: the first touch brings a page of zeros", looking.PAGED_OUT: "in the page file",
    looking.NO_ACCESS: "no access", looking.REGISTERS: "device registers", looking.UNMAPPED: "not mapped",
}  # fmt: skip


# ---- one address in all its forms


@command("!map", "!map ADDRESS | !map -p PHYSICAL | !map -l LOGICAL", "Follow an address across virtual, physical and "
         "logical addresses.", group="kernel", completes="address")  # fmt: skip
def map_(shell: Shell, rest: str) -> None:
    parts = words(rest)
    if not parts:
        raise Refused("an address is missing")
    if parts[0] == "-p":
        physical = needed(shell, " ".join(parts[1:]))
        say(shell, facts(_physical(shell, physical, True), shell.width, 0))
    elif parts[0] == "-l":
        say(shell, facts(_from_logical(shell, needed(shell, " ".join(parts[1:]))), shell.width, 0))
    else:
        say(shell, facts(_virtual(shell, number(shell, rest.strip())), shell.width, 0))


def _virtual(shell: Shell, va: int) -> list[tuple[str, str]]:
    nt = machine(shell)
    seen = look(nt, va)
    pairs = [("virtual", f"{shown(va)}  {lies(shell, va)}")]
    if seen.state == looking.REGISTERS and seen.region is not None:
        frames = getattr(seen.region.device, "frames", None)
        if frames:
            physical = frames[(va - seen.region.start) // PAGE] * PAGE + va % PAGE
            return [*pairs, ("", f"{_rights(seen, va)}, uncached"), *_bus(shell, physical)]
        return pairs
    if seen.region is None:
        return pairs
    pairs.append((" ", f"{_rights(seen, va)}, {STATES[seen.state]}"))
    if not seen.frame:
        return [*pairs, ("physical", "none now")]
    return [*pairs, *_physical(shell, seen.frame * PAGE + va % PAGE, False, va)]


def _rights(seen: Seen, va: int) -> str:
    region = seen.region
    assert region is not None
    words_of = ["kernel" if va >= KERNEL_BASE else "user"]
    if not region.accessible:
        words_of.append("not accessible")
    elif region.copy_on_write:
        words_of.append("copied on the first write")
    else:
        words_of.append("read and write" if region.writable else "read only")
    return ", ".join([*words_of, *(["pageable"] if region.pageable else [])])


def _bus(shell: Shell, physical: int) -> list[tuple[str, str]]:
    """A physical address that is no RAM."""
    bar = machine(shell).hardware.bar_at(physical, False)
    told = "no device answers there" if bar is None else register_text(bar, physical - bar.base)
    return [("physical", f"{shown(physical)}  {told}")]


def _physical(shell: Shell, physical: int, all_of_them: bool, va: int = 0) -> list[tuple[str, str]]:
    nt = machine(shell)
    frame = physical // PAGE
    if not nt.frames.is_ram(frame):
        return _bus(shell, physical)
    state = frame_state(nt, frame)
    told = [f"frame 0x{frame:x}", state.state]
    if state.owner:
        told.append(state.owner)
    if state.modified:
        told.append("modified")
    pairs = [("physical", f"{shown(physical)}  {', '.join(told)}")]
    for owner in state.locks:
        moment = nt.history.get(("mdl", owner), {}).get("locked")
        who = f"MDL {shown(owner)}" if owner else "the system"
        pairs.append((" ", f"locked by {who}{' ' if moment else ''}{when(shell, moment)}"))
    others = [one for one in shows(nt, frame) if all_of_them or one.address != va & -PAGE]
    for one in others:
        where = one.address + physical % PAGE
        here = where >= KERNEL_BASE or one.whose == nt.process.name
        what = lies(shell, where) if here else f"{one.region.kind} of {one.whose}"
        pairs.append(("virtual" if all_of_them else "also at", f"{shown(where)}  {what}"))
    pairs += _bounce(shell, physical) + _cached(shell, physical)
    return pairs + _logical(shell, physical)


def _bounce(shell: Shell, physical: int) -> list[tuple[str, str]]:
    """A byte of a map register: what it is a copy of."""
    dma = machine(shell).dma_in_use
    found = []
    for adapter in dma.adapters.values() if dma is not None else ():
        for mapping in adapter.mappings:
            for buffer, bounce, length in mapping.copies:
                if bounce <= physical < bounce + length:
                    found.append(("copy of", f"physical {shown(buffer + physical - bounce)}, through a map register"))
    return found


def _cached(shell: Shell, physical: int) -> list[tuple[str, str]]:
    """Whether a cache hides the byte from devices."""
    dma = machine(shell).dma_in_use
    lines = dma.caches.behind.get(physical // PAGE, {}) if dma is not None and dma.caches is not None else {}
    line = lines.get(physical % PAGE // LINE)
    if line is None:
        return []
    return [("cache", f"holds this line of {LINE} bytes: a device sees 0x{line.view[physical % LINE]:02x} here")]


def _logical(shell: Shell, physical: int) -> list[tuple[str, str]]:
    nt = machine(shell)
    found = logical_addresses(nt, physical)
    if not found:
        said = "none: no device has it mapped"
        if nt.dma_in_use is None or not nt.dma_in_use.iommu:
            said += "; nothing would stop one that goes to " + shown(physical)
        return [("logical", said)]
    return [("logical", f"{shown(one.address)}  {_told(one)}") for one in found]


def _told(one: Logical) -> str:
    name = one.adapter.device.name if one.adapter.device is not None else "an adapter without a device"
    same = "" if not one.copied else "; there the device reaches a copy, in a map register"
    return f"of {name}: {one.through}{same}"


def _from_logical(shell: Shell, logical: int) -> list[tuple[str, str]]:
    nt = machine(shell)
    adapters = [one for one in nt.dma_in_use.adapters.values() if not one.dead] if nt.dma_in_use is not None else []
    if not adapters:
        return [("logical", f"{shown(logical)}  no driver has a DMA adapter"), *_physical(shell, logical, True)]
    pairs = []
    for adapter in adapters:
        name = adapter.device.name if adapter.device is not None else "an adapter without a device"
        physical = physical_of_logical(nt, adapter, logical)
        if physical < 0:
            pairs.append(("logical", f"{shown(logical)}  {name}: not mapped in its domain"))
        else:
            pairs.append(("logical", f"{shown(logical)}  as {name} sees it"))
            pairs += _physical(shell, physical, True)
    return pairs


# ---- translation


@command("!vtop", "!vtop [0] ADDRESS", "Translate a virtual address to its physical one.", group="kernel",
         completes="address")  # fmt: skip
def vtop(shell: Shell, rest: str) -> None:
    parts = words(rest)
    if len(parts) == 2:  # the first is the base of the page tables, which are not memory here
        parts = parts[1:]
    va = needed(shell, " ".join(parts))
    seen = look(machine(shell), va)
    if not seen.frame:
        shell.say(f"Virtual address {shown(va)} has no physical address: {_why_not(shell, seen, va)}.")
        return
    shell.say(f"Virtual address {shown(va)} translates to physical address {shown(seen.frame * PAGE + va % PAGE)}.")


def _why_not(shell: Shell, seen: Seen, va: int) -> str:
    return lies(shell, va) if seen.state in (looking.UNMAPPED, looking.REGISTERS) else STATES[seen.state]


@command("!pte", "!pte ADDRESS", "Show what the page tables say of an address.", group="kernel", completes="address")
def pte(shell: Shell, rest: str) -> None:
    va = needed(shell, rest)
    nt = machine(shell)
    seen = look(nt, va)
    lines = [f"VA {long(va)}  {lies(shell, va)}"]
    if seen.region is None:
        lines.append("  PTE  not valid: nothing is mapped there")
    elif seen.state == looking.REGISTERS:
        frames = getattr(seen.region.device, "frames", None)
        frame = frames[(va - seen.region.start) // PAGE] if frames else 0
        lines.append(f"  PTE  pfn {frame:x}  {flags_of(seen, va)[:2]}V  uncached: device registers")
    elif seen.frame and seen.region.accessible:
        dirty = "D" if is_dirty(nt, seen.frame) else "-"
        lines.append(f"  PTE  pfn {seen.frame:x}  {dirty}{flags_of(seen, va)}  {_rights(seen, va)}")
    else:
        lines.append(f"  PTE  not valid  {flags_of(seen, va)}  {_rights(seen, va)}: {STATES[seen.state]}")
    lines.append("  D dirty, K kernel, U user, R read only, W writable, C copied on write, V valid")
    lines.append("  The tables above the PTE are not modelled.")
    say(shell, lines)


@command("!pfn", "!pfn FRAME", "Show a frame in the database of physical memory.", group="kernel", completes="address")
def pfn(shell: Shell, rest: str) -> None:
    frame = needed(shell, rest, "a frame number")
    nt = machine(shell)
    if frame >= 1 << 52:
        raise Refused(f"{shown(frame)} is no frame number: a frame number is a physical address divided by 0x1000")
    state = frame_state(nt, frame)
    lines = [f"PFN 0x{frame:x}, physical {shown(frame * PAGE)}"]
    own = f"{shown(state.virtual)}  {_of_frame(shell, state.virtual, state.owner)}" if state.virtual else ""
    pairs = [("state", state.state), ("owner", state.owner), ("address", own),
             ("shared by", plural(state.shares, "page") if state.shares else ""),
             ("modified", "yes: it is written out before it leaves" if state.modified else ""),
             ("locked", plural(len(state.locks), "time") if state.locks else "no")]  # fmt: skip
    for owner in state.locks:
        moment = nt.history.get(("mdl", owner), {}).get("locked")
        pairs.append((" ", f"by MDL {shown(owner)} {when(shell, moment)}" if owner else "by the system"))
    for one in shows(nt, frame):
        if one.address != state.virtual:
            pairs.append(("shown at", f"{shown(one.address)}  {one.region.kind} of {one.whose}" if one.whose != "kernel"
                          else f"{shown(one.address)}  {lies(shell, one.address)}"))  # fmt: skip
    if state.state == "no RAM":
        bar = nt.hardware.bar_at(frame * PAGE, False)
        firmware = "kept by the firmware" if frame < nt.frames.zones[0].base else "nobody answers there"
        pairs = [("state", "no RAM: " + (bar.title if bar is not None else firmware))]
    say(shell, lines + facts(pairs, shell.width))


def _of_frame(shell: Shell, va: int, owner: str) -> str:
    """What lies at a frame's own address; in the current process only that is what it seems."""
    return lies(shell, va) if va >= KERNEL_BASE else owner
