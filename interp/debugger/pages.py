"""The pages of a machine as a debugger follows them: virtual, physical and logical addresses of the same bytes.

    page = mapping_of(nt, address)         what translates an address now
    shows(nt, frame)                       every virtual address of a frame
    logical_addresses(nt, physical)        every address at which a device reaches a byte
"""

from __future__ import annotations

from ...runtime.mm.memory import KERNEL_BASE
from ...runtime.mm.store import PAGE
from .looking import Seen, look

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...runtime.dma.adapters import Adapter
    from ...runtime.mm.regions import Region
    from ...runtime.system import System

MOST_SHOWN = 64


class Shows:
    """A page that shows a frame: in whose space, at which address, through which region."""

    __slots__ = ("whose", "address", "region")

    def __init__(self, whose: str, address: int, region: Region) -> None:
        self.whose = whose
        self.address = address
        self.region = region


def shows(nt: System, frame: int) -> list[Shows]:
    """Every page of every space that shows a frame."""
    spaces = [("kernel", nt.memory.kernel), *((process.name, process.space) for process in nt.processes)]
    found = []
    for whose, space in spaces:
        for region in space.regions:
            if region.frames is not None and frame in region.frames:
                found.append(Shows(whose, region.start + region.frames.index(frame) * PAGE, region))
    return found[:MOST_SHOWN]


def flags_of(seen: Seen, va: int) -> str:
    """The rights of a page as a debugger writes them: K or U, W or R, V for valid."""
    region = seen.region
    if region is None:
        return ""
    user = "K" if va >= KERNEL_BASE else "U"
    write = "W" if region.writable and not region.copy_on_write else "C" if region.copy_on_write else "R"
    return f"{user}{write}{'V' if seen.frame and region.accessible else '-'}"


def is_dirty(nt: System, frame: int) -> bool:
    return frame in nt.memory.paging.modified


def physical_of(nt: System, va: int) -> int:
    """The physical address of a byte, -1 if it has none now."""
    seen = look(nt, va)
    return seen.frame * PAGE + va % PAGE if seen.frame else -1


class Logical:
    """An address at which a device reaches a byte. `through` says by what: a mapping, a common buffer, or nothing but
    the machine being what it is."""

    __slots__ = ("adapter", "address", "through", "copied")

    def __init__(self, adapter: Adapter, address: int, through: str, copied: bool = False) -> None:
        self.adapter = adapter
        self.address = address
        self.through = through
        self.copied = copied  # the device reaches a copy of the byte, in a map register


def logical_addresses(nt: System, physical: int) -> list[Logical]:
    """Every address at which a device reaches a physical one through an adapter, now."""
    dma = nt.dma_in_use
    if dma is None:
        return []
    found: list[Logical] = []
    for adapter in dma.adapters.values():
        if not adapter.dead:
            found += _through_mappings(adapter, physical)
            found += _through_buffers(nt, adapter, physical)
    return found


def _through_mappings(adapter: Adapter, physical: int) -> list[Logical]:
    found = []
    for mapping in adapter.mappings:
        way = "to the device" if mapping.write else "from the device"
        said = f"mapped for a transfer {way}, {mapping.length} bytes"
        for buffer, bounce, length in mapping.copies:
            if bounce <= physical < bounce + length:
                seen_at = _domain_address(adapter, mapping.logical, physical)
                found.append(Logical(adapter, seen_at, f"a map register, {said}"))
            if buffer <= physical < buffer + length:
                seen_at = _domain_address(adapter, mapping.logical, bounce + physical - buffer)
                found.append(Logical(adapter, seen_at, said, True))
        if any(start <= physical < start + length for start, length in mapping.pieces):
            if any(buffer <= physical < buffer + length for buffer, _, length in mapping.copies):
                continue
            found.append(Logical(adapter, _domain_address(adapter, mapping.logical, physical), said))
    return found


def _domain_address(adapter: Adapter, runs: list[tuple[int, int]], physical: int) -> int:
    """A physical address as the device's domain shows it within some runs of pages; itself without a domain."""
    if adapter.domain is None:
        return physical
    for first, pages in runs:
        for page in range(first // PAGE, first // PAGE + pages):
            if adapter.domain.pages.get(page) == physical // PAGE:
                return page * PAGE + physical % PAGE
    return physical


def _through_buffers(nt: System, adapter: Adapter, physical: int) -> list[Logical]:
    found = []
    for buffer in adapter.buffers.values():
        for offset in range(0, buffer.span, PAGE):
            seen = look(nt, buffer.address + offset)
            if seen.frame and seen.frame == physical // PAGE:
                where = buffer.logical + offset + physical % PAGE
                found.append(Logical(adapter, where, f"common buffer of {buffer.length} bytes"))
    return found


def physical_of_logical(nt: System, adapter: Adapter, logical: int) -> int:
    """Where a device's address leads, -1 if nowhere."""
    if adapter.domain is not None:
        frame = adapter.domain.pages.get(logical // PAGE)
        return -1 if frame is None else frame * PAGE + logical % PAGE
    return logical


