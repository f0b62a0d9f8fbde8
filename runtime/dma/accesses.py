"""What is said of an access by a device that nothing maps: what lies nearest, and what was mapped there before."""

from __future__ import annotations

from collections import deque

from ..findings import address, plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..findings import Moment
    from ..hal.hardware import HardwareDevice
    from .adapters import Adapter
    from .buffers import Piece

MOST_ENDED = 256


class Ended:
    """The mappings and common buffers that were given up last: the device (None for anybody's), its logical addresses
    and when that was."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last: deque[tuple[HardwareDevice | None, list[Piece], Moment]] = deque(maxlen=MOST_ENDED)

    def add(self, device: HardwareDevice | None, ranges: list[Piece], moment: Moment) -> None:
        self._last.append((device, ranges, moment))

    def find(self, device: HardwareDevice, logical: int) -> Moment | None:
        """When what a device had been given at an address was given up."""
        for whose, ranges, moment in reversed(self._last):
            if whose in (device, None) and any(start <= logical < start + size for start, size in ranges):
                return moment
        return None


def access_facts(
    device: HardwareDevice, adapters: list[Adapter], logical: int, length: int
) -> list[tuple[str, str]]:
    facts = [("device", device.name), ("access", f"{plural(length, 'byte')} at logical {address(logical)}")]
    ranges = [one for adapter in adapters for one in ranges_of(adapter)]
    if not ranges:
        return [*facts, ("mapped", "nothing")]
    start, size = min(ranges, key=lambda one: max(one[0] - logical, logical - one[0] - one[1]))
    return [*facts, ("nearest", f"{plural(size, 'byte')} mapped at logical {address(start)}")]


def ranges_of(adapter: Adapter) -> list[Piece]:
    """What an adapter's device has been given: logical addresses and bytes."""
    found = [(buffer.logical, buffer.length) for buffer in adapter.buffers.values()]
    return found + [element for mapping in adapter.mappings for element in mapping.elements]


def covers(adapter: Adapter, logical: int, length: int) -> bool:
    """Whether mappings or a common buffer of an adapter cover an access."""
    end = logical + length
    for buffer in adapter.buffers.values():
        if buffer.logical <= logical and end <= buffer.logical + buffer.span:
            return True
    for mapping in adapter.mappings:
        reached = mapping.covered_to(logical)
        if reached >= end:
            return True
        if reached > logical:
            return covers(adapter, reached, end - reached)
    return False


def too_little(adapters: list[Adapter], logical: int, length: int) -> list[tuple[Moment, str]]:
    """Where the mapping was made that an access goes beyond, if there is one."""
    for mapping in [one for adapter in adapters for one in adapter.mappings]:
        if mapping.moment is not None and mapping.ends_before(logical, length):
            return [(mapping.moment, f"only {plural(mapping.length, 'byte')} were mapped here")]
        if mapping.moment is not None and mapping.offset_of(logical) >= 0:
            return [(mapping.moment, f"mapped {'to' if mapping.write else 'from'} the device here")]
    return []
