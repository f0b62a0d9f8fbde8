"""Common buffers: memory that processor and device both see all the time, at an address of each."""

from __future__ import annotations

from .. import dma_rules as rules
from ..findings import address, plural
from ..frame_search import take_adjacent
from ..mapping import system_room
from ..memory import ADDRESS_MASK, Region
from ..store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..system import System
    from .adapters import Adapter
    from .domains import Domain

GUARD_TAG = b"DmaVrfy0"
HIGHEST_FRAME = 1 << 40


class CommonBuffer:
    """`address` and `logical` are what the driver was told; `span` are the bytes of the whole pages that the device
    reaches. `cached` is as asked for. `mdl` is not 0 for memory that stays the driver's own."""

    __slots__ = ("address", "logical", "length", "span", "cached", "region", "domain", "mdl", "before", "behind")

    def __init__(self, where: int, logical: int, length: int, span: int, cached: bool) -> None:
        self.address = where
        self.logical = logical
        self.length = length
        self.span = span
        self.cached = cached
        self.region: Region | None = None
        self.domain: Domain | None = None
        self.mdl = 0
        self.before = b""
        self.behind = b""

    @property
    def facts(self) -> list[tuple[str, str]]:
        return [("common buffer", f"{address(self.address)}, logical {address(self.logical)}, "
                 f"{plural(self.length, 'byte')}")]  # fmt: skip


def allocate(
    nt: System, adapter: Adapter, length: int, cached: bool, *, low: int = 0, high: int = ADDRESS_MASK,
    domain: Domain | None = None, routine: str = "AllocateCommonBuffer",
) -> CommonBuffer | None:  # fmt: skip
    """A new common buffer whose logical addresses lie between two bounds (the upper one inclusive); None if there is
    none."""
    pages = -(-length // PAGE)
    if not length or nt.fails(routine) or pages > nt.frames.free_count or 2 * pages > nt.settings.nonpaged_pages:
        return None
    if adapter.needs_registers and not adapter.scatter_gather and pages > adapter.maximum:
        return None
    high = min(high, (1 << adapter.bits) - 1)
    space = domain or adapter.domain
    frames: Sequence[int] | None
    if space is not None:
        frames = nt.frames.take(pages)
    else:
        frames = take_adjacent(nt.frames, pages, -(-low // PAGE), min((high + 1) // PAGE, HIGHEST_FRAME) - 1, 1, 0)
    if not frames:
        return None
    guarded = nt.settings.verifier >= 1 and length % PAGE != 0
    start = system_room(nt, pages)
    region = Region(start, pages, "common buffer")
    region.frames = frames
    nt.memory.kernel.add(region)
    pieces = [(frame * PAGE, PAGE) for frame in frames]
    logical = pieces[0][0]
    if space is not None:
        found = space.map(pieces, adapter.bits)
        if found is None or not low <= found <= high:
            nt.memory.unmap(region)
            return None
        logical = found
    made = CommonBuffer(start, logical, length, pages * PAGE, cached)
    made.region, made.domain = region, space
    if guarded:
        room = pages * PAGE - length
        made.behind = (GUARD_TAG * 512)[:room]
        nt.memory.write(start + length, made.behind)
    adapter.buffers[start] = made
    if nt.dma.caches is not None and not cached:
        nt.dma.caches.flush(pieces)
    nt.remember("common", start, "allocated")
    nt.hold(rules.DMA_BUFFER_LEFT, start, [*made.facts, *adapter.facts])
    return made


def free(nt: System, adapter: Adapter, length: int, logical: int, where: int, cached: bool) -> None:
    """FreeCommonBuffer: the arguments must be those of the allocation."""
    about = ("common", where)
    found = adapter.buffers.get(where)
    if found is None:
        facts = [*adapter.facts, ("address", nt.describe(where))]
        nt.violation(rules.DMA_BUFFER_NOT_OUT, (1, 0, 0), facts, about)
        return
    if (length, logical) != (found.length, found.logical):
        facts = [*found.facts, ("freed", f"logical {address(logical)}, {plural(length, 'byte')}")]
        nt.violation(rules.DMA_BUFFER_OTHER_ARGUMENTS, (), facts, about)
    check_guard(nt, found)
    del adapter.buffers[where]
    nt.let_go(rules.DMA_BUFFER_LEFT, where)
    nt.remember("common", where, "freed")
    if found.domain is not None:
        found.domain.unmap(found.logical, found.span // PAGE)
    if found.region is not None:
        nt.memory.unmap(found.region)


def check_guard(nt: System, buffer: CommonBuffer) -> None:
    """What lies behind the last byte must not have been written, by the driver or by the device."""
    if not buffer.behind:
        return
    now = nt.memory.read(buffer.address + buffer.length, len(buffer.behind))
    if now != buffer.behind:
        first = next(index for index, byte in enumerate(now) if byte != buffer.behind[index])
        facts = [*buffer.facts, ("written", f"{plural(first, 'byte')} behind the end")]
        nt.violation(rules.DMA_BUFFER_OVERRUN, (2, buffer.length, buffer.address), facts, ("common", buffer.address))


def from_mdl(nt: System, adapter: Adapter, mdl_at: int) -> CommonBuffer | int:
    """CreateCommonBufferFromMdl: the memory of an MDL as a common buffer, or the status that says why not."""
    mdl = nt.mdls.at(mdl_at)
    frames = list(mdl.frames)
    if int(mdl.byte_offset) or int(mdl.byte_count) % PAGE or mdl.next or not mdl.mapped_va:
        return 0xC000_000D  # STATUS_INVALID_PARAMETER
    pieces = [(frame * PAGE, PAGE) for frame in frames]
    logical: int | None = pieces[0][0]
    if adapter.domain is not None:
        logical = adapter.domain.map(pieces, adapter.bits)
        if logical is None:
            return 0xC000_009A
    elif frames != list(range(frames[0], frames[0] + len(frames))) or (pieces[-1][0] + PAGE - 1) >> adapter.bits:
        return 0xC000_000D
    assert logical is not None
    made = CommonBuffer(int(mdl.mapped_va), logical, int(mdl.byte_count), len(frames) * PAGE, True)
    made.domain, made.mdl = adapter.domain, mdl_at
    adapter.buffers[made.address] = made
    nt.remember("common", made.address, "allocated")
    nt.hold(rules.DMA_BUFFER_LEFT, made.address, [*made.facts, *adapter.facts])
    return made
