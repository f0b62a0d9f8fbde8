"""Pages that come and go: giving frames to pages, and taking pageable ones out to the page file.

A page of pageable memory leaves when nobody has locked it, at the latest when the IRQL rises to DISPATCH_LEVEL, and
comes back on a fault below that, in another frame. Its bytes stay in the store meanwhile, in a slot that `Space.file`
names. A page is written out only if the processor is known to have written to it: through the page itself, or
through an MDL that was locked for writing. One that only a device has written to comes back as it was before.
"""

from __future__ import annotations

from .frames import RUN_PAGES
from .regions import Region
from .store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .memory import Memory

IN_PAGE_NS = 100_000  # what a fault that reads the page file takes


class Paging:
    """`modified` are frames that differ from what the page file has. `fresh` are regions with pages that came in since
    the last sweep, `kept` those with pages that were locked then. `came_in(nanoseconds)` is told of each read of the
    page file.
    """

    __slots__ = ("memory", "modified", "fresh", "kept", "came_in")

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.modified: set[int] = set()
        self.fresh: dict[Region, None] = {}
        self.kept: dict[Region, None] = {}
        self.came_in: Callable[[int], None] = lambda nanoseconds: None

    # -- in

    def make_resident(self, region: Region, first: int, count: int) -> bool:
        """Give frames to those of the pages that have none. False if there are not enough."""
        if region.source is not None:
            return self._borrow(region, region.source, first, count)
        frames = region.frames
        physical = self.memory.frames
        if frames is None:
            # A large region gets all of its frames at once where that is cheap: untouched ones cost nothing.
            plenty = region.pages >= RUN_PAGES and 2 * region.pages <= physical.free_count
            if plenty or count == region.pages:
                taken = physical.take(region.pages)
                if taken is not None:
                    region.frames = taken
                    self._arrived(region, range(region.pages))
                    return True
                if count == region.pages:
                    return False
            frames = [0] * region.pages
        if isinstance(frames, range):
            return True
        missing = [index for index in range(first, first + count) if not frames[index]]
        if not missing:
            return True
        taken = physical.take(len(missing))
        if taken is None:
            return False
        owned = frames if isinstance(frames, list) else list(frames)
        for index, frame in zip(missing, taken, strict=True):
            owned[index] = frame
        region.frames = owned
        self._arrived(region, missing)
        return True

    def _borrow(self, view: Region, source: tuple[Region, int], first: int, count: int) -> bool:
        """A view shows the frames that the pages of its section have."""
        owner, skipped = source
        if not self.make_resident(owner, skipped + first, count):
            return False
        theirs = owner.frames
        assert theirs is not None
        if isinstance(theirs, range):
            view.frames = theirs[skipped : skipped + view.pages]
            return True
        frames = list(view.frames) if view.frames is not None else [0] * view.pages
        frames[first : first + count] = theirs[skipped + first : skipped + first + count]
        view.frames = frames
        return True

    def _arrived(self, region: Region, indexes: Sequence[int]) -> None:
        """Pages have got frames: those that the page file knows get their bytes back."""
        if not region.pageable:
            return
        self.fresh[region] = None
        frames = region.frames
        assert frames is not None
        if not isinstance(frames, range):
            region.fresh.extend(indexes)
        file = region.space.file if region.space is not None else None
        if not file:
            return
        if len(file) < len(indexes):
            indexes = [(page - region.start) // PAGE for page in file if region.start <= page < region.end]
        read = False
        for index in indexes:
            slot = file.get(region.start + index * PAGE)
            if slot is not None:
                self.memory.copy_slot(slot, frames[index])
                read = True
        if read:
            self.came_in(IN_PAGE_NS)

    # -- out

    def sweep(self) -> None:
        """All pageable pages leave but the locked ones. The windows show none of them any more when this is called."""
        regions = list(self.fresh)
        self.fresh.clear()
        for region in regions:
            if region.space is None or region.frames is None:
                continue
            if isinstance(region.frames, range):
                self._out_of_run(region, region.frames)
                continue
            staying = []
            for index in region.fresh:
                if region.frames[index] and not self.out(region, index):
                    staying.append(index)
            region.fresh = staying
            if staying:
                self.kept[region] = None

    def requeue(self) -> None:
        """Locks were taken off: pages that were kept for them may leave the next time."""
        if self.kept:
            self.fresh.update(self.kept)
            self.kept.clear()

    def _out_of_run(self, region: Region, run: range) -> None:
        pins = self.memory.pins
        touched = [frame for frame in self.memory.slot_of if frame in run]
        if not pins.any(run):
            assert region.space is not None
            for frame in touched:
                self._save(region.space.file, region.start + run.index(frame) * PAGE, frame)
            region.frames = None
            for view in region.views:
                self.memory.forget(view.start, view.pages)
                view.frames = None
            self.memory.frames.give(run)
            return
        self.kept[region] = None
        leaving = [frame for frame in touched if not pins.holds(frame)]
        if leaving:
            region.frames = list(run)
            for frame in leaving:
                self.out(region, run.index(frame))

    def out(self, region: Region, index: int) -> bool:
        """A page leaves. False if it may not."""
        frames = region.frames
        assert frames is not None
        frame = frames[index]
        if not frame or self.memory.pins.holds(frame) or region.space is None:
            return False
        if not isinstance(frames, list):
            frames = region.frames = list(frames)
        self._save(region.space.file, region.start + index * PAGE, frame)
        frames[index] = 0
        for view in region.views:
            self._hide(view, index)
        self.memory.frames.give([frame])
        return True

    def _hide(self, view: Region, index: int) -> None:
        """A page of a section leaves: a view shows it no more, until it is touched."""
        assert view.source is not None
        at = index - view.source[1]
        if view.frames is not None and 0 <= at < view.pages:
            if not isinstance(view.frames, list):
                view.frames = list(view.frames)
            view.frames[at] = 0
            self.memory.forget(view.start + at * PAGE, 1)

    def _save(self, file: dict[int, int], page: int, frame: int) -> None:
        """What comes back for this page: the bytes of a modified frame, else what the page file has, else zeros."""
        slot = self.memory.slot_of.pop(frame, None)
        self.memory.transfer.forget_physical()
        if frame in self.modified:
            self.modified.discard(frame)
            self.drop(file, page)
            if slot is not None:
                file[page] = slot
        elif slot is not None:
            self.memory.store.give(slot)

    def drop(self, file: dict[int, int], page: int) -> None:
        """The page file's copy of a page means nothing any more."""
        slot = file.pop(page, None)
        if slot is not None:
            self.memory.store.give(slot)

    def drop_range(self, file: dict[int, int], start: int, end: int) -> None:
        if len(file) * PAGE < end - start:
            for page in [page for page in file if start <= page < end]:
                self.drop(file, page)
        else:
            for page in range(start, end, PAGE):
                self.drop(file, page)

    def written(self, frames: Sequence[int]) -> None:
        """Frames were written to by others than the processor, who said so."""
        if isinstance(frames, range):
            self.modified.update(frame for frame in self.memory.slot_of if frame in frames)
        else:
            self.modified.update(frame for frame in frames if frame in self.memory.slot_of)

    # -- copy on write

    def break_copies(self, region: Region, first: int, count: int) -> Region:
        """Pages that are copied on write get frames of their own. The region of exactly these pages."""
        if first:
            region = self.memory.split(region, first)
        if region.pages > count:
            self.memory.split(region, count)
        region.copy_on_write = False
        region.note = region.note.replace("WRITECOPY", "READWRITE")
        self.memory.forget(region.start, region.pages)
        borrowed = region.source is not None
        if borrowed and not self.make_resident(region, 0, region.pages):
            self.memory.out_of_memory()
        region.part()
        region.owns_frames = True
        shared = region.frames
        if shared is not None and any(shared):
            region.frames = None
            if not self.make_resident(region, 0, region.pages):
                self.memory.out_of_memory()
            assert region.frames is not None
            for old, new in zip(shared, region.frames, strict=True):
                if old in self.memory.slot_of:
                    self.memory.copy_slot(self.memory.slot_of[old], new)
                    self.modified.add(new)
            if not borrowed:
                self.memory.release([frame for frame in shared if frame])
        self.fresh[region] = None
        return region
