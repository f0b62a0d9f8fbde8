"""Running again: the same entries make the same run, so that each moment of it can be come back to."""

from __future__ import annotations

from bisect import bisect_left

from .orders import order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType

    from .breakpoints import Breakpoint
    from .live import Live
    from .orders import Item
    from .stops import Position, Stop

FOREVER = 1 << 60


class Way:
    """The moments at which a run that is done again must pause, `wanted`; everything else is passed by."""

    def __init__(self, wanted: Iterable[Position]) -> None:
        self.wanted = set(wanted)
        self.ticks = sorted({position.tick for position in self.wanted})
        self.counts_calls = any(position.call for position in self.wanted)
        self.data: list[Breakpoint] = []

    def ahead(self, tick: int) -> int:
        """How many places may be passed before the next of interest."""
        index = bisect_left(self.ticks, tick)
        return self.ticks[index] - tick if index < len(self.ticks) else FOREVER

    def looks(self, position: Position, frame: FrameType) -> None:
        """A place of interest is passed."""

    def breaks(self, position: Position) -> None:
        """The machine, or the script, has called for the debugger."""

    def calls(self, name: str, position: Position, frame: FrameType | None) -> None:
        """A routine is called."""

    def touches(self, one: Breakpoint, write: bool, by: str) -> None:
        """Data is touched that `data` names."""


def replay(live: Live, target: Position | None, begin: Item | None = None, way: Way | None = None) -> Stop | None:
    """Do the whole journal again on the machine, which is new, up to a moment, or to the first place of the item
    `begin`. What was done later is forgotten; what the run does not come to any more is put into `live.dropped`."""
    items, live.journal, live.dropped = live.journal, [], []
    wanted = {item.at for item in items if item.at is not None} | ({target} if target is not None else set())
    before = live.control.way
    live.control.way = way if way is not None else Way(wanted)
    live.control.way_begins()
    try:
        for index, item in enumerate(items):
            if item.at is not None:
                continue
            later = items[index + 1 :]
            count = next((number for number, one in enumerate(later) if one.at is None), len(later))
            if live.crashed:
                live.dropped += [item, *later]
                break
            if _once_more(live, item, later[:count], target, begin):
                break
    finally:
        live.control.way = before
        live.control.way_ends()
    live.told()
    return live.stopped


def _once_more(live: Live, item: Item, todo: list[Item], target: Position | None, begin: Item | None) -> bool:
    """Do one item again, with those that were done while it was suspended; True if the run shall end here."""
    live.journal.append(item)
    live.control.starting = item is begin
    live.resume(order(live, item))
    while live.stops and not live.crashed:
        stop = live.stops[-1]
        if todo and todo[0].at == stop.position:
            live.journal.append(todo[0])
            live.resume(order(live, todo.pop(0)))
        elif stop.position == target or stop.reason in ("interrupt", "start"):
            return True
        else:
            live.resume()
    live.dropped += todo
    return False


def rerun(live: Live, settings_of: Item | None) -> None:
    """Do everything again on a new machine, which may have other settings. What is suspended begins again."""
    done = live.journal
    live.forget_future()
    begun = [item for item in done if item.at is None][-1:] if live.stops and not live.crashed else []
    live.close()
    live.journal = [*done, *([settings_of] if settings_of is not None else [])]
    live.new_machine()
    live.journal = [item for item in done if not begun or item.at is None]
    silent, live.silent = live.silent, True
    try:
        stop = replay(live, None, begun[0] if begun else None)
        if forgets_names(done, live.journal):
            live.grow_again()
            live.again(stop.position if stop is not None else None)
    finally:
        live.silent = silent


def forgets_names(before: list[Item], now: list[Item]) -> bool:
    """Whether something that was done before, and is not any more, has declared names that later parts could see."""
    kept = {id(item) for item in now}
    return any(item.part is not None and item.part.declares for item in before if id(item) not in kept)


def undo(live: Live) -> Item | None:
    """Make it that the last item was never done. None if there is none."""
    if not live.journal:
        return None
    item = live.journal.pop()
    if item.part is not None and item.part.declares:
        live.grow_again()
    live.again(item.at)
    live.forget_future()
    return item
