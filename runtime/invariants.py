"""What must hold of a machine's memory at every moment between two routine calls: for tests, and for doubts."""

from __future__ import annotations

from .mm.mapping import SYSTEM_PTES, SYSTEM_PTES_END
from .mm.memory import KERNEL_BASE, SIZES
from .mm.pfn import regions
from .mm.store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .mm.memory import Region, Window
    from .system import System


def check_invariants(nt: System) -> list[str]:
    """Everything that is not as it must be, in words; an empty list for a sound machine."""
    return [*_frames(nt), *_pins(nt), *_ptes(nt), *_slots(nt), *_windows(nt)]


def _frames(nt: System) -> list[str]:
    """Frames have one owner each, and the rest are free."""
    wrong = []
    seen: set[int] = set()
    runs: list[range] = []
    for frames, owner in _owned(nt):
        run = frames if isinstance(frames, range) and len(frames) > 64 else None
        single = [] if run is not None else [frame for frame in frames if frame]
        double = [frame for frame in single if frame in seen or any(frame in other for other in runs)]
        if run is not None:
            double += [frame for frame in seen if frame in run]
            double += [frame for other in runs for frame in _common(run, other)]
            runs.append(run)
        if double:
            wrong.append(f"frame {double[0]:#x} has two owners, one of them {owner}")
        seen.update(single)
    used = len(seen) + sum(map(len, runs))
    if nt.frames.free_count + used != nt.frames.total:
        wrong.append(f"{nt.frames.free_count} frames are free and {used} in use, of {nt.frames.total}")
    return wrong


def _owned(nt: System) -> list[tuple[Sequence[int], str]]:
    owned: list[tuple[Sequence[int], str]] = [
        (region.frames, f"{region.kind} at {region.start:#x} of {name}")
        for name, region in regions(nt)
        if region.frames is not None and region.owns_frames
    ]
    removed = nt.frames.removed
    owned += [claim for claim in nt.memory.claims.values() if not any(claim[0] is frames for frames in removed)]
    owned += [(run, "nobody") for run in nt.memory.pins.orphan_runs]
    owned.append((list(nt.memory.pins.orphans), "nobody"))
    return owned


def _common(one: range, other: range) -> list[int]:
    low, high = max(one.start, other.start), min(one.stop, other.stop)
    return next(([frame] for frame in range(low, high) if frame in one and frame in other), [])


def _pins(nt: System) -> list[str]:
    """The lock counts are those of the locks."""
    pins = nt.memory.pins
    counts: dict[int, int] = {}
    runs: list[range] = []
    for records in pins.records.values():
        for pin in records:
            if isinstance(pin.frames, range) and pin.frames in pins.runs:
                runs.append(pin.frames)
                continue
            for frame in pin.frames:
                counts[frame] = counts.get(frame, 0) + 1
    wrong = []
    if counts != pins.counts or sorted(map(repr, runs)) != sorted(map(repr, pins.runs)):
        wrong.append("the lock counts of frames are not the sum over the locks")
    if any(count < 1 for count in pins.counts.values()):
        wrong.append("a frame has fewer than no locks")
    free = set(nt.frames.returned) if len(pins.counts) < 10_000 else set()
    wrong += [f"frame {frame:#x} is locked and free" for frame in pins.counts if frame in free]
    return wrong


def _ptes(nt: System) -> list[str]:
    reserved = list(nt.mdls.reserved.values())
    taken = sum(made.pages for made in reserved)
    for region in nt.memory.kernel.regions:
        if SYSTEM_PTES <= region.start < SYSTEM_PTES_END and not any(made.region is region for made in reserved):
            taken += region.pages
    if nt.free_ptes + taken != nt.settings.system_ptes:
        return [f"{nt.free_ptes} page table entries are free and {taken} taken, of {nt.settings.system_ptes}"]
    return []


def _slots(nt: System) -> list[str]:
    """Each slot of the store has one frame or one place in the page file."""
    spaces = [nt.memory.kernel, nt.sections, *(process.space for process in nt.processes)]
    slots = [*nt.memory.slot_of.values(), *(slot for space in spaces for slot in space.file.values())]
    wrong = []
    if len(set(slots)) != len(slots):
        wrong.append("a slot of the store is used twice")
    if len(slots) != nt.store.used:
        wrong.append(f"{nt.store.used} slots are taken, and {len(slots)} used")
    return wrong


def _windows(nt: System) -> list[str]:
    """What generated code may touch without a fault is what it may touch."""
    wrong = []
    for size in SIZES:
        for window in (nt.memory.loads[size], nt.memory.stores[size]):
            wrong += [f"{fault} at {page:#x}" for page in window if (fault := _shown(nt, window, page))]
    return wrong


def _shown(nt: System, window: Window, page: int) -> str:
    memory = nt.memory
    region = memory.region_at(page)
    if region is None or not region.accessible or region.device is not None:
        return "a window shows a page that may not be touched"
    frame = region.frames[(page - region.start) // PAGE] if region.frames is not None else 0
    if not frame or memory.slot_of.get(frame, 0) * PAGE - page != window[page]:
        return "a window shows other bytes than those of the page"
    if memory.raised and region.pageable and not memory.pins.holds(frame):
        return "a window shows a pageable page at raised IRQL"
    return _write_window(nt, region, frame, page) if window.write else ""


def _write_window(nt: System, region: Region, frame: int, page: int) -> str:
    if not region.writable or region.copy_on_write:
        return "a window lets a read-only page be written to"
    if region.pageable and frame not in nt.memory.paging.modified:
        return "a window lets a page be written to that does not count as modified"
    if page < KERNEL_BASE and region.space is not nt.memory.user:
        return "a window shows another process"
    return ""
