"""What the memory manager and the verifier notice when they look at the frames behind an MDL, not only at its flags."""

from __future__ import annotations

from .. import rules
from .mdl import HEADER, IO_SPACE
from .store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..findings import Moment
    from ..system import System
    from .mdl import Lock, Mdl
    from .memory import Region

MOST_COMPARED = 512  # frames at the start of an MDL that are looked at one by one
PTE_BASE = 0xFFFF_F680_0000_0000
ADDRESS_BITS = 48
ACTIVE_PAGE = 6  # the state of a frame that page tables show
LOCKED_FOR_READING = "locked for reading"


def check_frames(nt: System, mdl: Mdl) -> None:
    """Before a mapping: an MDL that calls itself locked, though no lock was taken through it, was filled in by a driver
    or is a copy. Its frames must be RAM that somebody keeps in place."""
    known = mdl.address in nt.mdls.locks or mdl.address in nt.mdls.owned
    if known or mdl.flags & IO_SPACE or mdl.is_partial or not mdl.is_locked:
        return
    for index, frame in enumerate(mdl.frames[:MOST_COMPARED]):
        entry = mdl.address + HEADER + 8 * index
        facts = [*mdl.facts, ("frame", f"0x{frame:x}, entry {index} of the frame array")]
        if not nt.frames.exists(frame):
            nt.violation(rules.MDL_FRAME_NOT_RAM, (mdl.address, entry, frame), facts, mdl.about)
        elif not is_kept(nt, frame):
            nt.violation(rules.MDL_FRAME_NOT_LOCKED, (mdl.address, mdl.page_count, frame), facts, mdl.about)
            nt.violation(rules.MDL_FRAME_NOT_LOCKED_PLAIN, (frame, 0, 0), facts, mdl.about)


def is_kept(nt: System, frame: int) -> bool:
    """Whether a frame stays where it is: it is locked, or an MDL owns it."""
    return nt.memory.is_pinned(frame) or any(frame in owned.frames for owned in nt.mdls.owned.values())


def check_unchanged(nt: System, mdl: Mdl, lock: Lock) -> None:
    """Before an unlock: the frame array must still name the frames that were locked."""
    written: Sequence[int] = mdl.frames[:MOST_COMPARED]
    for index, (frame, locked) in enumerate(zip(written, lock.frames[:MOST_COMPARED], strict=False)):
        if frame != locked:
            facts = [*mdl.facts, ("frame", f"0x{frame:x} in entry {index}, where 0x{locked:x} was locked")]
            parameters = (mdl.address, mdl.address + HEADER + 8 * index, frame)
            nt.violation(rules.MDL_FRAME_CHANGED, parameters, facts, mdl.about)
            return


def check_unmapping(nt: System, mdl: Mdl, region: Region) -> None:
    """Before an unmapping: the MDL must still be as long as what it was mapped for, and begin where it did."""
    if region.pages != mdl.page_count:
        facts = [*mdl.facts, ("mapping", f"{region.pages} pages")]
        parameters = (0, region.pages, mdl.page_count)
        nt.violation(rules.MDL_LENGTH_CHANGED, parameters, facts, mdl.about, argument=1)
    start = nt.mdls.mapped_from.get(mdl.address, mdl.start_va)
    if start != mdl.start_va:
        nt.violation(rules.MDL_START_CHANGED, (0, start, int(mdl.start_va)), mdl.facts, mdl.about, argument=1)


def hide_from_writes(nt: System, mdl: Mdl, region: Region) -> None:
    """A view of pages that were locked for reading: the first write to it is worth a word."""
    lock = nt.mdls.locks.get(mdl.address)
    watched = rules.WRITE_UNDER_READ_LOCK.verifier <= nt.settings.verifier
    if lock is not None and not lock.write and region.writable and watched:
        region.writable = False
        region.note = f"{LOCKED_FOR_READING} {mdl.address:#x}"


def written_under_read_lock(nt: System, region: Region, va: int) -> bool:
    """True if a fault came from such a write, which then goes through, as it does on Windows."""
    if not region.note.startswith(LOCKED_FOR_READING):
        return False
    mdl = nt.mdls.at(int(region.note.rpartition(" ")[2], 0))
    region.note, region.writable = "", True
    nt.memory.forget(region.start, region.pages)
    facts = mdl.facts if mdl.address in nt.mdls.locks else []
    nt.violation(rules.WRITE_UNDER_READ_LOCK, (), [*facts, ("address", nt.describe(va))], mdl.about)
    return True


def locked_through(nt: System, frames: Sequence[int]) -> tuple[str, int] | None:
    """The MDL through which one of the frames is locked, as an object with a history; None if nobody has locked it."""
    for frame in frames:
        pins = nt.memory.pins.locks(frame) if nt.memory.is_pinned(frame) else []
        if pins:
            return "mdl", pins[0].owner
    return None


def pte_address(va: int) -> int:
    """Where the page table entry of an address would be seen."""
    return PTE_BASE + ((va & (1 << ADDRESS_BITS) - 1) // PAGE) * 8


def made_read_only(nt: System, va: int) -> list[tuple[Moment, str]]:
    """When the mapping of an MDL at an address came to be one that may not be written to."""
    region = nt.memory.region_at(va)
    where = next((mdl for mdl, shown in nt.mdls.mappings.items() if shown is region), 0)
    known = nt.history.get(("mdl", where), {})
    if "protected" in known:
        return [(known["protected"], "protected here")]
    return [(known["mapped"], "mapped here")] if "mapped" in known else []
