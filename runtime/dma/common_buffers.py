"""Common buffers: memory that processor and device both see all the time, at an address of each."""

from __future__ import annotations

from ..findings import address, plural
from ..mm.frame_search import take_adjacent
from ..mm.mapping import system_room
from ..mm.memory import ADDRESS_MASK, Region
from ..mm.store import PAGE
from ..rules import dma as rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..system import System
    from .adapters import Adapter
    from .buffers import Piece
    from .domains import Domain

GUARD_TAG = b"DmaVrfy0"
HIGHEST_FRAME = 1 << 40
LARGE_PAGES = 512  # a large page, in pages


class CommonBuffer:
    """`address` and `logical` are what the driver was told; `span` are the bytes of the whole pages that the device
    reaches, `frames` theirs. `cached` is as asked for, None if nobody asked. One that is not `coherent` lies in the
    processor's cache also where devices do not see that. `guards` are ranges of tags around it: address and bytes.
    `mdl` is not 0 for memory that stays the driver's own."""

    __slots__ = (
        "address", "logical", "length", "span", "cached", "coherent", "frames", "region", "domain", "mdl",
        "guards",
    )  # fmt: skip

    def __init__(
        self, where: int, logical: int, length: int, span: int, cached: bool | None, coherent: bool
    ) -> None:
        self.address = where
        self.logical = logical
        self.length = length
        self.span = span
        self.cached = cached
        self.coherent = coherent
        self.frames: list[int] = []
        self.region: Region | None = None
        self.domain: Domain | None = None
        self.mdl = 0
        self.guards: tuple[tuple[int, int], ...] = ()

    @property
    def facts(self) -> list[tuple[str, str]]:
        cached = "" if self.cached is None else f", CacheEnabled {'TRUE' if self.cached else 'FALSE'}"
        return [("common buffer", f"{address(self.address)}, logical {address(self.logical)}, "
                 f"{plural(self.length, 'byte')}{cached}")]  # fmt: skip


def allocate(
    nt: System, adapter: Adapter, length: int, cached: bool | None, *, low: int = 0, high: int = ADDRESS_MASK,
    domain: Domain | None = None, large: bool = False, coherent: bool = True, routine: str = "",
) -> CommonBuffer | None:  # fmt: skip
    """A new common buffer whose logical addresses lie between two bounds (the upper one inclusive); None if there is
    none, or if the `routine` that asks for it shall fail. With the verifier a page of tags lies before and behind it,
    where there is room for them."""
    pages = -(-length // PAGE)
    if large:
        pages = -(-pages // LARGE_PAGES) * LARGE_PAGES
    if not length or (routine and nt.fails(routine)):
        return None
    if pages > nt.frames.free_count or 2 * pages > nt.settings.nonpaged_pages:
        return None
    if adapter.needs_registers and not adapter.scatter_gather and pages > adapter.maximum:
        return None
    high = min(high, (1 << adapter.bits) - 1)
    space = domain or adapter.domain
    for guard in (1, 0) if nt.settings.verifier >= 1 else (0,):
        frames = _frames(nt, adapter, pages + 2 * guard, low - guard * PAGE, high + guard * PAGE, space)
        if frames:
            region = Region(system_room(nt, len(frames)), len(frames), "common buffer", frames=frames)
            made = CommonBuffer(region.start + guard * PAGE, 0, length, pages * PAGE, cached, coherent)
            made.region, made.domain = region, space
            return _show(nt, adapter, made, low, high)
    return None


def _frames(
    nt: System, adapter: Adapter, pages: int, low: int, high: int, space: Domain | None
) -> Sequence[int] | None:
    if space is not None:
        return nt.frames.take(pages)
    last = min((high + 1) // PAGE, HIGHEST_FRAME) - 1
    return take_adjacent(nt.frames, pages, max(-(-low // PAGE), 0), last, 1, adapter.boundary // PAGE)


def _show(nt: System, adapter: Adapter, made: CommonBuffer, low: int, high: int) -> CommonBuffer | None:
    """Let processor and device see a buffer; None if the device's address is not to be had within the bounds."""
    region, space = made.region, made.domain
    assert region is not None and region.frames is not None
    nt.memory.kernel.add(region)
    first = (made.address - region.start) // PAGE
    pieces = [(frame * PAGE, PAGE) for frame in region.frames[first : first + made.span // PAGE]]
    made.logical = pieces[0][0]
    if space is not None:
        found = space.map(pieces, adapter.bits)
        if found is not None and not low <= found <= found + made.span - 1 <= high:
            space.unmap(found, len(pieces))
            found = space.map(pieces, adapter.bits, None, low, high)
        if found is None:
            nt.memory.unmap(region)
            return None
        made.logical = found
    if nt.settings.verifier >= 1:
        end = made.address + made.length
        made.guards = ((region.start, first * PAGE), (end, region.end - end))
        for where, size in made.guards:
            nt.memory.write(where, tags(where, size))
    keep(nt, adapter, made, pieces)
    return made


def tags(where: int, size: int) -> bytes:
    """The tag over and over, as it lies at an address."""
    first = where % len(GUARD_TAG)
    return (GUARD_TAG * (size // len(GUARD_TAG) + 2))[first : first + size]


def keep(nt: System, adapter: Adapter, made: CommonBuffer, pieces: list[Piece]) -> None:
    """The buffer of these pieces is the driver's from here on."""
    adapter.buffers[made.address] = made
    made.frames = [physical // PAGE for physical, _ in pieces]
    if nt.dma.caches is not None and not made.coherent:
        nt.dma.caches.share(made.frames)
    if nt.recorder is not None:
        nt.recorder.common(adapter, made)
    nt.remember("common", made.address, "allocated")
    nt.hold(rules.DMA_BUFFER_LEFT, made.address, [*made.facts, *adapter.facts])


def free(nt: System, adapter: Adapter, length: int, logical: int, where: int, cached: bool) -> None:
    """FreeCommonBuffer: the arguments must be those of the allocation."""
    about = ("common", where)
    found = adapter.buffers.get(where)
    if found is None:
        facts = [*adapter.facts, ("address", nt.describe(where))]
        nt.violation(rules.DMA_BUFFER_NOT_OUT, (1, 0, 0), facts, about, argument=nt.dma.argument("VirtualAddress"))
        return
    if (length, logical, cached) != (found.length, found.logical, cached if found.cached is None else found.cached):
        said = f"logical {address(logical)}, {plural(length, 'byte')}, CacheEnabled {'TRUE' if cached else 'FALSE'}"
        facts = [*found.facts, ("freed", said)]
        name = "Length" if length != found.length else "LogicalAddress" if logical != found.logical else "CacheEnabled"
        nt.violation(rules.DMA_BUFFER_OTHER_ARGUMENTS, (), facts, about, argument=nt.dma.argument(name))
    discard(nt, adapter, found)


def discard(nt: System, adapter: Adapter, buffer: CommonBuffer) -> None:
    """The memory of a common buffer is given back; the tags around it must be whole."""
    check_guards(nt, buffer)
    del adapter.buffers[buffer.address]
    if nt.recorder is not None:
        nt.recorder.common_freed(buffer)
    nt.let_go(rules.DMA_BUFFER_LEFT, buffer.address)
    freed = nt.remember("common", buffer.address, "freed", nt.dma.argument("VirtualAddress", "Index"))
    nt.dma.ended.add(adapter.device, [(buffer.logical, buffer.length)], freed)
    if buffer.domain is not None:
        buffer.domain.unmap(buffer.logical, buffer.span // PAGE)
    if nt.dma.caches is not None and not buffer.coherent:
        nt.dma.caches.part(buffer.frames)
    if buffer.region is not None:
        nt.memory.unmap(buffer.region)


def check_guards(nt: System, buffer: CommonBuffer) -> None:
    """What lies around a common buffer must not have been written, by the driver or by the device."""
    for violation, (where, size) in enumerate(buffer.guards, 1):
        now, meant = nt.memory.read(where, size), tags(where, size)
        if now == meant:
            continue
        differing = [index for index in range(size) if now[index] != meant[index]]
        side, nearest = ("before", size - differing[-1]) if violation == 1 else ("behind", differing[0] + 1)
        said = f"{plural(len(differing), 'byte')} {side} it, the nearest {plural(nearest, 'byte')} away"
        facts = [*buffer.facts, ("written", said)]
        parameters = (violation, buffer.length, buffer.address)
        about = ("common", buffer.address)
        nt.violation(rules.DMA_BUFFER_OVERRUN, parameters, facts, about, argument=nt.dma.argument("VirtualAddress"))
