"""The commands about DMA: !dma lists adapters, or shows one with all that is mapped through it."""

from __future__ import annotations

from ...interp.debugger.kernel_objects import describe_mdl
from ...runtime.findings import address as shown
from ...runtime.findings import plural
from ..command import Refused, command
from ..reading import columns, facts, lies, long, machine, number, say, when

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...runtime.dma.adapters import Adapter, Dma
    from ...runtime.dma.mappings import Mapping
    from ..shell import Shell

MOST_ELEMENTS = 12
MACHINES = {
    "direct": "devices reach all of memory, by its physical addresses",
    "bounce": "devices of few address bits go through map registers",
    "starved": "devices go through map registers, of which there are few",
    "iommu": "devices see addresses of their own, through an IOMMU",
    "noncoherent": "devices do not see the processors' caches",
    "isa": "devices are behind channels of the system's DMA controller, or masters",
}


@command("!dma", "!dma [ADAPTER|DEVICE]", "List DMA adapters, or show one: mappings, lists, common buffers, who waits.",
         group="kernel", completes="address")  # fmt: skip
def dma(shell: Shell, rest: str) -> None:
    nt, text = machine(shell), rest.strip()
    shared = nt.dma_in_use
    if not text:
        shell.say(f"Profile {nt.settings.profile}: {MACHINES.get(nt.settings.profile, '')}")
    if shared is None or not shared.adapters:
        if text:
            raise Refused("no driver has a DMA adapter")
        shell.say("No driver has a DMA adapter.")
        return
    if not text:
        say(shell, _list(shell, shared))
        return
    say(shell, _adapter(shell, shared, find_adapter(shell, shared, text)))


def find_adapter(shell: Shell, shared: Dma, text: str) -> Adapter:
    wanted = text.lower()
    named = [one for one in shared.adapters.values() if one.device is not None and one.device.name.lower() == wanted]
    if named:
        return next((one for one in named if not one.dead), named[0])
    where = number(shell, text)
    found = shared.adapters.get(where)
    if found is None:
        raise Refused(f"{shown(where)} is no DMA adapter: {lies(shell, where)}")
    return found


def _list(shell: Shell, shared: Dma) -> list[str]:
    rows = [("Adapter", "Device", "Kind", "Bits", "Mapped", "Lists", "Buffers", "Waiting")]
    for where, one in shared.adapters.items():
        name = one.device.name if one.device is not None else "-"
        kind = _kind(one) + (", put" if one.dead else "")
        rows.append((long(where), name, kind, str(one.bits), str(len(one.mappings)), str(len(one.lists)),
                     str(len(one.buffers)), str(len(one.waiting))))  # fmt: skip
    lines = columns(rows, 0)
    if any(one.needs_registers for one in shared.adapters.values()):
        lines.append(f"Map registers: {shared.pool.free} of {shared.pool.total} free")
    if shared.caches is not None:
        held = sum(len(tracked) for tracked in shared.caches.behind.values())
        lines.append(f"Caches: {plural(held, 'line')} in which processor and device see different bytes" if held else
                     "Caches: processor and devices see the same bytes now")  # fmt: skip
    return lines


def _kind(one: Adapter) -> str:
    if not one.description.master:
        return "slave"
    return "s/g master" if one.scatter_gather else "master"


def _adapter(shell: Shell, shared: Dma, one: Adapter) -> list[str]:
    nt = machine(shell)
    name = one.device.name if one.device is not None else "no device"
    history = nt.history.get(("adapter", one.address), {})
    said = one.description
    moved = "" if one.bits == said.bits else f" ({said.bits} asked for)"
    pairs = [
        ("Got", when(shell, history.get("got"))), ("Put", when(shell, history.get("put")) if one.dead else ""),
        ("Kind", f"{_kind(one).replace('s/g', 'scatter/gather')}, version {one.version}"),
        ("Reaches", f"{one.bits} address bits{moved}"),
        ("Longest", f"{said.maximum} bytes a transfer"),
        ("Registers", f"{one.maximum} for one transfer at most, {one.registers_held} held"
         + ("" if one.needs_registers else "; this machine needs none for it")),
        ("Channel", _channel(shell, one)),
        ("Boundary", f"a transfer does not cross {one.boundary} bytes" if one.boundary else ""),
        ("Domain", f"{shown(one.domain.handle)}, {plural(len(one.domain.pages), 'page')} mapped" if one.domain else ""),
    ]  # fmt: skip
    lines = [f"DMA adapter {shown(one.address)} of {name}{', put' if one.dead else ''}", *facts(pairs, shell.width)]
    for mapping in one.mappings:
        lines += ["", *_mapping(shell, mapping)]
    lines += _lists(shell, one) + _buffers(shell, one) + _waiting(shell, shared, one)
    return lines


def _channel(shell: Shell, one: Adapter) -> str:
    if one.owner is None:
        return "free"
    asked = when(shell, one.owner.asked, "asked for at ")
    return f"taken, with {plural(one.owner.count, 'map register')} at {shown(one.owner.base)}, {asked}"


def _mapping(shell: Shell, mapping: Mapping) -> list[str]:
    nt = machine(shell)
    way = "to the device" if mapping.write else "from the device"
    moment = nt.history.get(("mapping", mapping.mdl), {}).get("mapped")
    lines = [f"  Mapping of {mapping.length} bytes {way}, {when(shell, moment)}",
             f"    MDL {shown(mapping.mdl)}  {describe_mdl(nt, mapping.mdl)}, from byte {mapping.start}"]  # fmt: skip
    rows = [("logical", "bytes", "", "physical", "")]
    rest = list(mapping.pieces)
    copies = {physical: bounce for physical, bounce, _ in mapping.copies}
    shown_of = 0
    for logical, length in mapping.elements:
        at = logical
        while rest and at < logical + length:
            physical, part = rest.pop(0)
            bounce = copies.get(physical)
            how = "" if bounce is None else f"copied through {long(bounce)}"
            rows.append((long(at), str(part), "->", long(physical), how))
            at += part
            shown_of += 1
    if len(rows) > MOST_ELEMENTS + 1:
        left = len(rows) - MOST_ELEMENTS - 1
        return [*lines, *columns(rows[: MOST_ELEMENTS + 1], 4, 1), f"    ... and {plural(left, 'more piece')}"]
    return lines + columns(rows, 4, 1)


def _lists(shell: Shell, one: Adapter) -> list[str]:
    rows = []
    for where, listed in one.lists.items():
        moment = machine(shell).history.get(("list", where), {})
        got = moment.get("got") or moment.get("built") or next(iter(moment.values()), None)
        elements, length = plural(len(listed.mapping.elements), "element"), plural(listed.mapping.length, "byte")
        rows.append((long(where), elements, length, when(shell, got, "")))
    return ["", "  Scatter/gather lists:", *columns(rows, 4)] if rows else []


def _buffers(shell: Shell, one: Adapter) -> list[str]:
    rows = []
    for where, buffer in one.buffers.items():
        moment = machine(shell).history.get(("common", where), {}).get("allocated")
        cached = "cached" if buffer.cached else "uncached"
        rows.append((long(where), long(buffer.logical), str(buffer.length), cached, when(shell, moment, "")))
    head = ("address", "logical", "bytes", "", "allocated")
    return ["", "  Common buffers:", *columns([head, *rows], 4, 1)] if rows else []


def _waiting(shell: Shell, shared: Dma, one: Adapter) -> list[str]:
    rows = []
    for request in one.waiting:
        wants = f"wants {plural(request.count, 'map register')}"
        rows.append((shown(request.device_object), wants, when(shell, request.asked, "since ")))
    if not rows:
        return []
    free = f", {shared.pool.free} of {shared.pool.total} free" if one.needs_registers else ""
    return ["", f"  Waiting for the channel{free}:", *columns(rows, 4)]
