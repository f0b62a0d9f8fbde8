"""Looking at simulated memory from outside: no page comes in, nothing faults, no device hears of it.

    seen = look(nt, address)             what the page there is, and its frame
    read(nt, address, length)            bytes, or None if one of them cannot be seen
"""

from __future__ import annotations

from ...runtime.mm.memory import ADDRESS_MASK, KERNEL_BASE, USER_LIMIT
from ...runtime.mm.store import PAGE
from ...runtime.wdk.layouts import FIELDS, SIZES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...runtime.mm.regions import Region, Space
    from ...runtime.system import System

# What a page can be. Only of the first two the bytes can be seen.
PRESENT, FRESH, UNTOUCHED, PAGED_OUT, NO_ACCESS, REGISTERS, UNMAPPED = (
    "present", "fresh", "untouched", "paged out", "no access", "registers", "unmapped",
)  # fmt: skip
NOT_SEEN = {
    UNTOUCHED: "no frame yet: the first touch brings a page of zeros",
    PAGED_OUT: "paged out",
    NO_ACCESS: "no access",
    REGISTERS: "device registers, which only the driver reads",
    UNMAPPED: "nothing is mapped here",
}


class Seen:
    """One page: its state, the region that it belongs to, its frame (0 for none) and where its bytes begin in the store
    (-1 while they are zeros that nobody has written)."""

    __slots__ = ("state", "region", "frame", "offset")

    def __init__(self, state: str, region: Region | None = None, frame: int = 0, offset: int = -1) -> None:
        self.state = state
        self.region = region
        self.frame = frame
        self.offset = offset

    @property
    def visible(self) -> bool:
        return self.state in (PRESENT, FRESH)


def is_canonical(va: int) -> bool:
    return va < USER_LIMIT + 0x1_0000 or KERNEL_BASE <= va <= ADDRESS_MASK


def region_of(nt: System, va: int, space: Space | None = None) -> Region | None:
    """The region of an address, in a process's space if one is given, else in the current one."""
    if va >= KERNEL_BASE:
        return nt.memory.kernel.find(va)
    return (space or nt.memory.user).find(va)


def look(nt: System, va: int, space: Space | None = None) -> Seen:
    """What the page of an address is now."""
    region = region_of(nt, va & ADDRESS_MASK, space)
    if region is None:
        return Seen(UNMAPPED)
    if region.device is not None:
        return Seen(REGISTERS, region)
    frame = frame_of(region, va)
    if not frame:
        return Seen(_absent(region, va), region)
    if not region.accessible:
        return Seen(NO_ACCESS, region, frame)
    slot = nt.memory.slot_of.get(frame)
    return Seen(PRESENT, region, frame, -1 if slot is None else slot * PAGE)


def frame_of(region: Region, va: int) -> int:
    """The frame that a page has, also where a view of a section has not asked for it yet."""
    index = (va - region.start) >> 12
    frame = region.frames[index] if region.frames is not None else 0
    if not frame and region.source is not None:
        owner, first = region.source
        frame = owner.frames[first + index] if owner.frames is not None else 0
    return frame


def _absent(region: Region, va: int) -> str:
    """The state of a page without a frame."""
    if not region.accessible:
        return NO_ACCESS
    if not region.pageable:
        return FRESH
    owner, page = region, va & -PAGE
    if region.source is not None:
        owner, first = region.source
        page += owner.start + first * PAGE - region.start
    file = owner.space.file if owner.space is not None else {}
    return PAGED_OUT if page in file else UNTOUCHED


def read(nt: System, va: int, length: int, space: Space | None = None) -> bytes | None:
    """Bytes from an address on, None if one of them cannot be seen."""
    found = bytearray()
    while length > 0:
        part = min(length, PAGE - va % PAGE)
        seen = look(nt, va, space)
        if not seen.visible:
            return None
        if seen.offset < 0:
            found += bytes(part)
        else:
            start = seen.offset + va % PAGE
            found += nt.memory.store.bytes[start : start + part]
        va = (va + part) & ADDRESS_MASK
        length -= part
    return bytes(found)


def number(nt: System, va: int, size: int, signed: bool = False) -> int | None:
    """An integer in memory."""
    data = read(nt, va, size)
    return None if data is None else int.from_bytes(data, "little", signed=signed)


def physical(nt: System, address: int, length: int) -> bytes | None:
    """Bytes of RAM, None where there is none."""
    found = bytearray()
    while length > 0:
        part = min(length, PAGE - address % PAGE)
        frame = address // PAGE
        if not nt.frames.is_ram(frame):
            return None
        slot = nt.memory.slot_of.get(frame)
        start = 0 if slot is None else slot * PAGE + address % PAGE
        found += bytes(part) if slot is None else nt.memory.store.bytes[start : start + part]
        address += part
        length -= part
    return bytes(found)


def narrow_text(nt: System, va: int, most: int = 256) -> bytes | None:
    """The bytes of a string up to its end, None if it cannot be seen to there."""
    found = bytearray()
    while len(found) < most:
        data = read(nt, va + len(found), min(PAGE - (va + len(found)) % PAGE, most - len(found)))
        if data is None:
            return None
        end = data.find(0)
        found += data if end < 0 else data[:end]
        if end >= 0:
            break
    return bytes(found)


def wide_text(nt: System, va: int, most: int = 256) -> str | None:
    """The UTF-16 text up to its end, None if it cannot be seen to there."""
    units: list[int] = []
    while len(units) < most:
        unit = number(nt, va + 2 * len(units), 2)
        if unit is None:
            return None
        if not unit:
            break
        units.append(unit)
    return b"".join(unit.to_bytes(2, "little") for unit in units).decode("utf-16-le", "replace")


def counted_text(nt: System, va: int) -> str | None:
    """The text of a UNICODE_STRING, None if it cannot be seen."""
    head = read(nt, va, 16)
    if head is None:
        return None
    data = read(nt, int.from_bytes(head[8:], "little"), int.from_bytes(head[:2], "little") & -2)
    return None if data is None else data.decode("utf-16-le", "replace")


class Struct:
    """A documented structure as it lies in memory now: struct["MdlFlags"]. Fields are named as in the layouts."""

    __slots__ = ("tag", "address", "data")

    def __init__(self, tag: str, address: int, data: bytes) -> None:
        self.tag = tag
        self.address = address
        self.data = data

    def __getitem__(self, field: str) -> int:
        offset, size = FIELDS[self.tag][field][:2]
        return int.from_bytes(self.data[offset : offset + size], "little")

    def at(self, field: str) -> int:
        """The address of a field."""
        return self.address + FIELDS[self.tag][field][0]


def struct(nt: System, tag: str, address: int) -> Struct | None:
    """A structure, None if not all of it can be seen."""
    data = read(nt, address, SIZES[tag])
    return None if data is None else Struct(tag, address, data)
