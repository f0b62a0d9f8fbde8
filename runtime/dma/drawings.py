"""What a picture of DMA shows, as plain data: a mapping or common buffer, its pages, what the device did with it."""

from __future__ import annotations

from bisect import bisect_right

from .slaves import number_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..hal.hardware import HardwareDevice
    from ..system import System
    from .adapters import Adapter

MOST_ACCESSES = 64  # of one drawing that are told apart
MOST_STRAYS = 8


class Page:
    """One page of a buffer, or the part of it that is mapped. `offset` counts from the first byte of the mapping,
    `index` from its first page; `entry` is where its frame stands in its MDL. `bounce` is where in its map register the
    data goes, -1 without one. Where caches are not coherent, `lines` are those that the device goes past, a bit for
    each of the page; `left` are those that the driver left in the cache, `shared` hold bytes beside the buffer too."""

    __slots__ = ("index", "entry", "offset", "va", "physical", "bounce", "logical", "length", "lines", "left", "shared")

    def __init__(
        self, index: int, entry: int, offset: int, va: int, physical: int, bounce: int, logical: int, length: int
    ) -> None:
        self.index = index
        self.entry = entry
        self.offset = offset
        self.va = va
        self.physical = physical
        self.bounce = bounce
        self.logical = logical
        self.length = length
        self.lines = self.left = self.shared = 0


class Access:
    """`count` accesses of the device in a row, which together are one range of logical addresses."""

    __slots__ = ("offset", "logical", "length", "write", "count", "time_ns")

    def __init__(self, offset: int, logical: int, length: int, write: bool, time_ns: int) -> None:
        self.offset = offset
        self.logical = logical
        self.length = length
        self.write = write
        self.count = 1
        self.time_ns = time_ns


class Stray:
    """`count` accesses in a row where nothing is mapped for the device. `why` is "late" where this mapping was, and was
    given up before; "beyond" where the address has more bits than the device; "beside" elsewhere."""

    __slots__ = ("logical", "length", "write", "why", "count", "time_ns")

    def __init__(self, logical: int, length: int, write: bool, why: str, time_ns: int) -> None:
        self.logical = logical
        self.length = length
        self.write = write
        self.why = why
        self.count = 1
        self.time_ns = time_ns


class Drawing:
    """One mapping, or one common buffer (`common`): what a picture shows. `write` is true for a transfer to the device.
    `elements` are (first byte of the mapping, logical address, bytes). `end` is "flushed", "freed", "lost" (map
    registers were freed before a flush), or empty while it lives; `range_count` are the ranges in which the device went
    through it between `first_ns` and `last_ns`, `copied` are the bytes that were copied then. `bits` of address lead to
    memory; `channel` is that of a slave, -1 for a master; `strays` are accesses that went elsewhere.
    `began_at` and `ended_at` are sites, for the interpreter to turn into lines."""

    __slots__ = (
        "number", "common", "profile", "device", "adapter", "iommu", "owner", "va", "length", "write", "mdl", "list_at",
        "registers", "pages", "page_count", "elements", "accesses", "access_count", "range_count", "began_ns",
        "ended_ns", "began_at", "ended_at", "end", "copied", "bits", "channel", "first_ns", "last_ns", "strays",
        "stray_count", "_whose", "_starts",
    )  # fmt: skip

    def __init__(self, nt: System, number: int, adapter: Adapter, common: bool) -> None:
        self.number = number
        self.common = common
        self.profile = nt.settings.profile
        self.device = adapter.device.name if adapter.device is not None else ""
        self.adapter = adapter.facts[0][1].partition(", ")[2]
        self.iommu = adapter.domain is not None
        self.owner = ""
        self.va = self.length = self.mdl = self.list_at = self.registers = self.page_count = 0
        self.write = False
        self.pages: list[Page] = []
        self.elements: list[tuple[int, int, int]] = []
        self.accesses: list[Access] = []
        self.access_count = self.range_count = 0
        self.began_ns = nt.clock.now_ns
        self.ended_ns = 0
        self.began_at: object = nt.where()
        self.ended_at: object = None
        self.end = ""
        self.copied = 0
        self.bits = 64 if self.iommu else adapter.bits
        self.channel = -1 if adapter.description.master else number_of(adapter)
        self.first_ns = self.last_ns = 0
        self.strays: list[Stray] = []
        self.stray_count = 0
        self._whose = adapter.device
        self._starts: list[tuple[int, int, int]] | None = None

    @property
    def bounced(self) -> bool:
        return any(page.bounce >= 0 for page in self.pages)

    @property
    def cached(self) -> bool:
        """Whether caches that the device does not see hold parts of the buffer."""
        return any(page.lines for page in self.pages)

    def is_of(self, device: HardwareDevice) -> bool:
        return self._whose in (device, None)

    def offset_of(self, logical: int) -> tuple[int, int]:
        """Which byte a logical address is, and how many follow it in one piece; (-1, 0) outside."""
        if self._starts is None:
            self._starts = sorted((start, size, offset) for offset, start, size in self.elements)
        at = bisect_right(self._starts, (logical, 1 << 64, 0)) - 1
        if at < 0:
            return -1, 0
        start, size, offset = self._starts[at]
        inside = logical - start
        return (offset + inside, size - inside) if inside < size else (-1, 0)

    def accessed(self, offset: int, logical: int, length: int, write: bool, time_ns: int) -> None:
        """Count an access; one that goes on where another of its direction ended makes that longer."""
        self.access_count += 1
        self.first_ns = self.first_ns or time_ns
        self.last_ns = time_ns
        for other in reversed(self.accesses):
            if other.write == write and other.logical <= logical <= other.logical + other.length:
                other.length = max(other.length, logical + length - other.logical)
                other.count += 1
                return
        self.range_count += 1
        self.accesses[MOST_ACCESSES - 1 :] = []  # the last one is always kept
        self.accesses.append(Access(offset, logical, length, write, time_ns))


    def strayed(self, logical: int, length: int, write: bool, why: str, time_ns: int) -> None:
        """Count an access that went elsewhere; one that goes on where the last one ended makes that longer."""
        self.stray_count += 1
        last = self.strays[-1] if self.strays else None
        if last is not None and (last.write, last.why, last.logical + last.length) == (write, why, logical):
            last.length += length
            last.count += 1
        elif len(self.strays) < MOST_STRAYS:
            self.strays.append(Stray(logical, length, write, why, time_ns))
