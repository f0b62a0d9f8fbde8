"""Devices that have no address lines of their own: a channel of the system's DMA controller moves their bytes.

The controller is like a pair of 8237s: channels 0 to 3 count bytes within 64 KiB, 5 to 7 count 16-bit words within
128 KiB, and all address 24 bits. A transfer is programmed by MapTransfer, and moves when the device asks.
"""

from __future__ import annotations

from .. import dma_rules as rules
from ..findings import plural
from . import transfers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..mdl import Mdl
    from ..system import System
    from .adapters import Adapter


class Channel:
    """A programmed transfer: where in memory it goes on, and what is left. `again` starts it anew at the end."""

    __slots__ = ("adapter", "start", "length", "done", "write", "again")

    def __init__(self, adapter: Adapter, start: int, length: int, write: bool, again: bool) -> None:
        self.adapter = adapter
        self.start = start
        self.length = length
        self.done = 0
        self.write = write
        self.again = again

    def move(self, wanted: int, into_memory: bool) -> list[tuple[int, int]]:
        """The pieces of memory that the device's next bytes go to or come from, fewer where the count ends."""
        if into_memory == self.write:
            return []  # the channel is programmed for the other direction
        pieces: list[tuple[int, int]] = []
        while wanted:
            if self.done == self.length:
                if not self.again:
                    break
                self.done = 0
            part = min(wanted, self.length - self.done)
            pieces.append((self.start + self.done, part))
            self.done += part
            wanted -= part
        return pieces


def number_of(adapter: Adapter) -> int:
    """Which channel the adapter stands for: by the description's channel, or in version 3 its request line."""
    description = adapter.description
    return description.channel if description.version < 3 else description.request_line


def map_transfer(nt: System, adapter: Adapter, mdl: Mdl, base: int, va: int, length: int, write: bool) -> int:
    """MapTransfer for a slave: map, then program the channel. The address that comes back means nothing."""
    logical, mapped = transfers.map_transfer(nt, adapter, mdl, base, va, length, write)
    if not mapped:
        return 0
    width = adapter.description.width
    if mapped % width or logical % width:
        facts = [*adapter.facts, ("transfer", f"{plural(mapped, 'byte')}, {plural(width, 'byte')} at a time")]
        nt.violation(rules.DMA_CHANNEL_WIDTH, (), facts)
    start(nt, adapter, logical, mapped, write)
    return logical


def start(nt: System, adapter: Adapter, logical: int, length: int, write: bool) -> Channel:
    """Program the channel: from here on the device's requests are answered."""
    made = Channel(adapter, logical, length, write, adapter.description.auto_initialise)
    channels = nt.hardware.bus.channels
    channels[number_of(adapter)] = made.move
    adapter.channel = made
    return made


def stop(nt: System, adapter: Adapter) -> None:
    """Mask the channel."""
    nt.hardware.bus.channels.pop(number_of(adapter), None)
    adapter.channel = None


def remaining(nt: System, adapter: Adapter) -> int:
    """ReadDmaCounter: the bytes that are left of the transfer."""
    channel = adapter.channel
    return channel.length - channel.done if channel is not None else 0
