"""Data that is watched: who touches it, by which address ever; processors, devices, the system itself."""

from __future__ import annotations

from ...runtime.mm.memory import KERNEL_BASE
from ...runtime.mm.store import PAGE
from .looking import frame_of, region_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...runtime.system import System
    from .breakpoints import Breakpoint
    from .live import Live


def process_of(nt: System, address: int) -> int:
    """The id of the process in whose space an address lies: the current one's, unless only another has it."""
    if address < KERNEL_BASE and nt.memory.user.find(address) is None:
        return next((one.id for one in nt.processes if one.space.find(address) is not None), nt.process.id)
    return nt.process.id


class Data:
    """Watches the data of some breakpoints."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.watched: list[Breakpoint] = []

    def watch(self, wanted: Iterable[Breakpoint]) -> None:
        """Watch the data of these breakpoints, and no others."""
        wanted = list(wanted)
        if wanted == self.watched:
            return
        machine = self.live.nt.memory.watched
        self.forget()
        self.watched = wanted
        pages: tuple[set[int], set[int]] = (set(), set())
        for one in wanted:
            touched = range(one.address & -PAGE, one.address + one.size, PAGE)
            pages[True].update(touched)
            if one.access == "r":
                pages[False].update(touched)
        machine.spy(pages, self._seen if wanted else None)

    def forget(self) -> None:
        """Watch nothing."""
        if self.watched:
            self.watched = []
            self.live.nt.memory.watched.spy((set(), set()), None)

    def _seen(self, physical: int, length: int, write: bool, by: str) -> None:
        """Bytes of RAM are touched."""
        for one in self.watched:
            if write or one.access == "r":
                for start, size in self._lies(one):
                    if start < physical + length and physical < start + size:
                        self._found(one, write, by)
                        break

    def _lies(self, one: Breakpoint) -> list[tuple[int, int]]:
        """Where the bytes of a breakpoint lie in RAM now."""
        nt = self.live.nt
        space = next((process.space for process in nt.processes if process.id == one.process), None)
        found, va, end = [], one.address, one.address + one.size
        while va < end:
            size = min(end, (va & -PAGE) + PAGE) - va
            region = region_of(nt, va, space)
            frame = frame_of(region, va) if region is not None and region.device is None else 0
            if frame:
                found.append((frame * PAGE + va % PAGE, size))
            va += size
        return found

    def _found(self, one: Breakpoint, write: bool, by: str) -> None:
        live = self.live
        if live.control.way is not None:
            live.control.way.touches(one, write, by)
            return
        said = live.control.breakpoints.stops(one, None)
        if said:
            live.control.touched = f"{said}: {'written' if write else 'read'} by {self.who(by)}"
            live.rearm()

    def who(self, by: str) -> str:
        """Who touches memory just now, with the line of the script that does it or has it done."""
        live = self.live
        device = live.nt.hardware.current
        calls = live.session.sites.calls(live.session.sites.here())
        line = f"{calls[0][0]}, {calls[0][1]}:{calls[0][2]}" if calls else ""
        whose = f"device {device.name}" if device is not None else by
        return ", ".join(part for part in (whose, line) if part) or "nobody of the script"
