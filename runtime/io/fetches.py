"""What a driver reads from a program's memory on behalf of a request, in case it reads the same place a second time:
the program may have changed it in between.

A range is looked at from when the driver probes it until its dispatch routine returns. Its pages are watched meanwhile
(mm/watched.py), so that nothing costs anything where nobody probes."""

from __future__ import annotations

from .. import rules
from ..findings import address, plural
from ..mm.store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..findings import Moment
    from ..mm.regions import Region
    from ..system import System
    from .requests import Request

MOST_PAGES = 4  # of a range: headers come first
MOST_FETCHES = 64  # different places of a page; who reads more of it copies data


class Fetch:
    """Bytes of a page as they were read. `changed` is when the program wrote to them afterwards."""

    __slots__ = ("low", "data", "moment", "changed")

    def __init__(self, low: int, data: bytes, moment: Moment) -> None:
        self.low = low
        self.data = data
        self.moment = moment
        self.changed: Moment | None = None

    def overlaps(self, low: int, high: int) -> bool:
        return self.low < high and low < self.low + len(self.data)


class Page:
    """One watched page of a request's program: the bytes from `first` to `last` were probed."""

    __slots__ = ("request", "va", "first", "last", "watched", "fetches")

    def __init__(self, request: Request, va: int, watched: tuple[Region | None, Region | None]) -> None:
        self.request = request
        self.va = va
        self.first = PAGE
        self.last = 0
        self.watched = watched
        self.fetches: list[Fetch] = []


class Fetches:
    """`pages` are those that are watched, by frame. `reported` are the pairs of places in the driver that were told
    about. `probing` is true while the system itself touches a program's pages."""

    __slots__ = ("nt", "pages", "reported", "probing")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.pages: dict[int, Page] = {}
        self.reported: set[object] = set()
        self.probing = False
        nt.memory.watched.observers.append(self._seen)

    def begin(self, va: int, length: int) -> None:
        """The driver has probed a range, for the request that its dispatch routine runs for."""
        nt = self.nt
        running = nt.io.requests.innermost()
        if running is None or running[0].process is not nt.process or not nt.thread.is_user_thread:
            return
        end = min(va + length, (va & -PAGE) + MOST_PAGES * PAGE)
        for page in range(va & -PAGE, end, PAGE):
            frame = nt.memory.frame_at(page)
            if not frame:
                continue
            found = self.pages.get(frame)
            if found is None:
                watch = nt.memory.watched.add
                found = self.pages[frame] = Page(
                    running[0], page, (watch(frame, page, False), watch(frame, page, True))
                )
            if found.request is running[0]:
                found.first = min(found.first, max(va - page, 0))
                found.last = max(found.last, min(end - page, PAGE))

    def end(self, request: Request) -> None:
        """The dispatch routine of a request has returned."""
        for frame in [frame for frame, page in self.pages.items() if page.request is request]:
            self._forget(frame)

    def _forget(self, frame: int) -> None:
        page = self.pages.pop(frame)
        for write in (False, True):
            self.nt.memory.watched.remove(frame, page.watched[write], write)

    def _seen(self, frame: int, within: int, length: int, write: bool) -> None:
        page = self.pages.get(frame)
        nt = self.nt
        if page is None or self.probing or nt.hardware.current is not None:
            return
        low, high = max(within, page.first), min(within + length, page.last)
        if low >= high:
            return
        if write:
            self._written(page, low, high)
        elif not nt.thread.user and not nt.cpu.nested and nt.thread.cause == page.request.irp:
            self._read(page, frame, low, high)

    def _written(self, page: Page, low: int, high: int) -> None:
        """A program's write is remembered; what the kernel has written itself it may read back."""
        nt = self.nt
        for fetch in [fetch for fetch in page.fetches if fetch.overlaps(low, high)]:
            if not nt.thread.user:
                page.fetches.remove(fetch)
            elif fetch.changed is None:
                fetch.changed = nt.moment()

    def _read(self, page: Page, frame: int, low: int, high: int) -> None:
        nt = self.nt
        data = nt.memory.read_physical(frame * PAGE + low, high - low)
        moment = nt.moment()
        for fetch in page.fetches:
            if fetch.overlaps(low, high) and fetch.moment.site != moment.site:
                self._again(page, fetch, low, data, moment)
        page.fetches = [one for one in page.fetches if one.low != low or len(one.data) != len(data)]
        page.fetches.append(Fetch(low, data, moment))
        if len(page.fetches) > MOST_FETCHES:
            self._forget(frame)

    def _again(self, page: Page, fetch: Fetch, low: int, data: bytes, moment: Moment) -> None:
        """A place is read a second time by other code than the first time."""
        nt = self.nt
        start, end = max(low, fetch.low), min(low + len(data), fetch.low + len(fetch.data))
        before, now = fetch.data[start - fetch.low : end - fetch.low], data[start - low : end - low]
        key = (fetch.moment.site, moment.site, before == now)
        if key in self.reported:
            return
        self.reported.add(key)
        facts = [
            *nt.io.requests.facts(page.request.irp),
            ("fetched", f"{plural(end - start, 'byte')} at {address(page.va + start)}"),
        ]  # fmt: skip
        marks = [(fetch.moment, "fetched here first")]
        if before == now:
            nt.violation(rules.USER_MEMORY_FETCHED_AGAIN, (), facts, marks=marks)
            return
        if len(now) <= 8:
            facts.append(("values", f"{int.from_bytes(before, 'little')}, then {int.from_bytes(now, 'little')}"))
        if fetch.changed is not None:
            marks.append((fetch.changed, "the program changed it here"))
        nt.violation(rules.USER_MEMORY_FETCHED_TWICE, (), facts, marks=marks)
