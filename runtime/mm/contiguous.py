"""Memory in adjacent frames, memory without cache, and the addresses at which device memory is seen."""

from __future__ import annotations

from .. import rules
from ..findings import address, plural
from .frame_search import take_adjacent
from .mapping import system_room
from .mdl_checks import ACTIVE_PAGE, is_kept, locked_through
from .memory import ADDRESS_MASK, Region
from .store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

CONTIGUOUS = 0xFFFF_C100_0000_0000
CONTIGUOUS_END = 0xFFFF_C200_0000_0000
CACHED = 1
HIGHEST_CACHE_TYPE = 5
HIGHEST_PHYSICAL = 1 << 52


class Contiguous:
    """One allocation. `size` and `cache` are as they were asked for."""

    __slots__ = ("region", "size", "cache")

    def __init__(self, region: Region, size: int, cache: int) -> None:
        self.region = region
        self.size = size
        self.cache = cache


def allocate(
    nt: System, size: int, low: int = 0, high: int = ADDRESS_MASK, boundary: int = 0, cache: int = CACHED,
    adjacent: bool = True,
) -> int:  # fmt: skip
    """Nonpaged memory in adjacent frames between two physical addresses; 0 if there is none. `boundary` is a power of
    two that it does not cross, or 0."""
    pages = -(-size // PAGE)
    if not pages or boundary & (boundary - 1) or (boundary and size > boundary) or cache > HIGHEST_CACHE_TYPE:
        return 0
    if 2 * pages > nt.settings.nonpaged_pages or pages > nt.frames.free_count:
        return 0
    start = nt.memory.kernel.gap(CONTIGUOUS, CONTIGUOUS_END, pages, guard=1)
    if start is None:
        return 0
    region = Region(start, pages, "contiguous memory" if adjacent else "noncached memory")
    if adjacent:
        last = min(high + 1, HIGHEST_PHYSICAL) // PAGE - 1
        region.frames = take_adjacent(nt.frames, pages, -(-low // PAGE), last, 1, boundary // PAGE)
        if not region.frames:
            return 0
    elif not nt.memory.make_resident(region, 0, pages):
        return 0
    nt.memory.kernel.add(region)
    nt.contiguous[start] = Contiguous(region, size, cache)
    nt.remember("contiguous", start, "allocated")
    facts = [("memory", f"{address(start)}, {plural(size, 'byte')}, {region.kind}")]
    nt.hold(rules.CONTIGUOUS_LEAKED, start, facts)
    return start


def free(nt: System, base: int, size: int = 0, cache: int | None = None, adjacent: bool = True) -> None:
    """Give an allocation back. Size and cache type are compared where they are given."""
    about = ("contiguous", base)
    found = nt.contiguous.get(base)
    if found is None or (found.region.kind == "contiguous memory") != adjacent:
        nt.violation(rules.CONTIGUOUS_BAD_ADDRESS, (base, 0, 0), [("address", nt.describe(base))], about)
        return
    pages = found.region.pages
    if (size and -(-size // PAGE) != pages) or (cache is not None and cache != found.cache):
        facts = [("allocated", plural(found.size, "byte")), ("freed", plural(size, "byte"))]
        nt.violation(rules.CONTIGUOUS_OTHER_SIZE, (base, size, found.size), facts, about)
    frames = found.region.frames
    assert frames is not None
    if nt.memory.any_pinned(frames):
        parameters, facts = (frames[0], ACTIVE_PAGE, 1), [("address", nt.describe(base))]
        nt.violation(rules.POOL_FREED_LOCKED, parameters, facts, locked_through(nt, frames))
    del nt.contiguous[base]
    nt.memory.unmap(found.region)
    nt.remember("contiguous", base, "freed")
    nt.let_go(rules.CONTIGUOUS_LEAKED, base)


# -- device memory


def map_io_space(nt: System, physical: int, size: int, writable: bool = True) -> int:
    """A system address for a physical range; 0 if no page table entries are left or the range cannot be meant."""
    if not size or physical + size > HIGHEST_PHYSICAL:
        return 0
    first, pages = physical // PAGE, -(-(physical % PAGE + size) // PAGE)
    facts = [("range", f"physical {address(physical)}, {plural(size, 'byte')}")]
    ram = nt.frames.ram_within(first, pages)
    loose = next((frame for frame in ram if nt.frames.exists(frame) and not is_kept(nt, frame)), None)
    if loose is not None:
        nt.violation(rules.IO_SPACE_OVER_RAM, (physical, size, loose), facts)
    if pages > nt.free_ptes:
        return 0
    start = system_room(nt, pages)
    nt.free_ptes -= pages
    region = Region(start, pages, "device memory", writable=writable, owns_frames=False)
    if len(ram) == pages:
        region.frames = ram
    else:
        region.device = nt.hardware.window(range(first, first + pages))
    nt.memory.kernel.add(region)
    base = start + physical % PAGE
    nt.io_space[base] = region
    nt.remember("io", base, "mapped")
    nt.hold(rules.IO_SPACE_LEFT, base, facts)
    return base


def unmap_io_space(nt: System, base: int, size: int) -> None:
    region = nt.io_space.get(base)
    if region is None or -(-(base % PAGE + size) // PAGE) != region.pages:
        facts = [("address", nt.describe(base)), ("length", plural(size, "byte"))]
        nt.violation(rules.IO_SPACE_UNKNOWN, (base, -(-(base % PAGE + size) // PAGE), 0), facts, ("io", base))
        return
    del nt.io_space[base]
    nt.memory.unmap(region)
    nt.free_ptes += region.pages
    what = "device memory, mapped by MmMapIoSpace" if region.device is not None else "RAM, mapped by MmMapIoSpace"
    nt.faults.unmapped(region, what, nt.remember("io", base, "unmapped"))
    nt.let_go(rules.IO_SPACE_LEFT, base)
