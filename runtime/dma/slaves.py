"""Devices that have no address lines of their own: a channel of the system's DMA controller moves their bytes.

The controller of versions 0 to 2 is like a pair of 8237s: channels 0 to 3 count bytes within 64 KiB, 5 to 7 count
16-bit words within 128 KiB, and all address 24 bits. That of version 3 has request lines, 32 bits, no boundary, and
interrupts when a count has ended. A transfer is programmed by MapTransfer or MapTransferEx, and moves when the device
asks.
"""

from __future__ import annotations

from ..findings import plural
from ..rules import dma as rules
from ..wdk.constants import DmaCancelled, DmaComplete
from . import transfers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..hal.hardware import HardwareDevice
    from ..mm.mdl import Mdl
    from ..system import System
    from .adapters import Adapter
    from .description import Description

CHANNEL_WIDTHS = {0: 1, 1: 1, 2: 1, 3: 1, 5: 2, 6: 2, 7: 2}  # of the 8237s; channel 4 joins the two


class Channel:
    """A programmed transfer: where in memory it goes on, and what is left. `again` starts it anew at the end.
    `completion` is a routine of version 3 with its context, 0 for none."""

    __slots__ = ("nt", "adapter", "start", "length", "done", "write", "again", "completion", "device_object")

    def __init__(self, nt: System, adapter: Adapter, start: int, length: int, write: bool) -> None:
        self.nt = nt
        self.adapter = adapter
        self.start = start
        self.length = length
        self.done = 0
        self.write = write
        self.again = adapter.description.auto_initialise
        self.completion: tuple[int, int] = (0, 0)
        self.device_object = 0

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
        if pieces and self.done == self.length and not self.again:
            self.complete(DmaComplete)
        return pieces

    def complete(self, status: int) -> None:
        """Tell the driver, once, at DISPATCH_LEVEL."""
        routine, context = self.completion
        self.completion = (0, 0)
        if routine:
            nt, where, device = self.nt, self.adapter.address, self.device_object
            nt.dpcs.defer(lambda: nt.call(routine, where, device, context, status))


def suits(nt: System, adapter: Adapter, master: bool, routine: str) -> bool:
    """False, after a report, if a routine is only for masters, or only for slaves, and the adapter is not one."""
    if adapter.description.master == master:
        return True
    kind = "a bus master" if master else "a channel of the system's DMA controller"
    title = f"{routine} is called for an adapter that is not {kind}"
    nt.violation(rules.DMA_OTHER_KIND, (), adapter.facts, ("adapter", adapter.address), title=title)
    return False


def check_channel(nt: System, description: Description, device: HardwareDevice | None, where: int) -> bool:
    """Report a description whose channel is not the device's, or whose width is not the channel's. False if there is no
    such channel."""
    if description.master:
        return True
    newer = description.version >= 3
    number = description.request_line if newer else description.channel
    said = f"{'request line' if newer else 'channel'} {number}"
    wired = device.dma_line if device is not None else None
    if not newer and number not in CHANNEL_WIDTHS:
        title = f"there is no DMA {said} that a device could use"
    elif wired is not None and wired != (newer, number):
        title = f"{device.name if device else ''} is wired to {'request line' if wired[0] else 'channel'} {wired[1]}"
        title += f", not to {said}"
    elif not newer and description.width != CHANNEL_WIDTHS[number]:
        title = f"DMA {said} moves {plural(CHANNEL_WIDTHS[number], 'byte')} at a time, not {description.width}"
    else:
        return True
    facts = [("description", f"{said}, {plural(description.width, 'byte')}")]
    nt.violation(rules.DMA_CHANNEL_MISMATCH, (), facts, ("description", where), title=title, argument=1)
    return newer or number in CHANNEL_WIDTHS


def number_of(adapter: Adapter) -> int:
    """Which channel the adapter stands for: by the description's channel, or in version 3 its request line."""
    description = adapter.description
    return description.channel if description.version < 3 else description.request_line


def line_of(adapter: Adapter) -> tuple[bool, int]:
    """The same with the controller: whether it is one with request lines."""
    return adapter.description.version >= 3, number_of(adapter)


def map_transfer(nt: System, adapter: Adapter, mdl: Mdl, base: int, va: int, length: int, write: bool) -> int:
    """MapTransfer for a slave: map, then program the channel. The address that comes back means nothing."""
    logical, mapped = transfers.map_transfer(nt, adapter, mdl, base, va, length, write)
    if not mapped:
        return 0
    start(nt, adapter, logical, mapped, write)
    return logical


def start(nt: System, adapter: Adapter, logical: int, length: int, write: bool) -> Channel:
    """Program the channel: from here on the device's requests are answered."""
    width = adapter.description.width
    if length % width or logical % width:
        facts = [*adapter.facts, ("transfer", f"{plural(length, 'byte')}, {plural(width, 'byte')} at a time")]
        nt.violation(rules.DMA_CHANNEL_WIDTH, (), facts)
    made = Channel(nt, adapter, logical, length, write)
    nt.hardware.bus.channels[line_of(adapter)] = made.move
    adapter.channel = made
    nt.traced("channel", adapter=adapter.address, number=number_of(adapter), length=length)
    return made


def runs(adapter: Adapter) -> bool:
    """Whether the channel has bytes left to move."""
    channel = adapter.channel
    return channel is not None and channel.done < channel.length and not channel.again


def stop(nt: System, adapter: Adapter) -> None:
    """Mask the channel."""
    if adapter.channel is not None:
        nt.hardware.bus.channels.pop(line_of(adapter), None)
        adapter.channel = None


def cancel(nt: System, adapter: Adapter) -> None:
    """CancelMappedTransfer: nothing more moves, and the completion routine hears of it."""
    channel = adapter.channel
    if channel is not None:
        stop(nt, adapter)
        channel.complete(DmaCancelled)


def remaining(nt: System, adapter: Adapter) -> int:
    """ReadDmaCounter: the bytes that are left of the transfer."""
    channel = adapter.channel
    return channel.length - channel.done if channel is not None else 0
