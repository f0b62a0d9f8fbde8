"""Transfers that a device makes itself: by logical address, to and from memory.

A logical address is what the device puts on the bus. `translate` says where in RAM it leads. Writes are posted: they
arrive in bursts, each of which may be late, in their order; what the device reads or a processor reads from it, and a
message that it sends, pushes them ahead. A line interrupt does not."""

from __future__ import annotations

from .. import rules
from ..findings import address, plural
from ..mm.store import PAGE
from .config_space import BUS_MASTER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..system import System
    from .hardware import HardwareDevice

BURST = 256  # bytes of a write that arrive together
BURST_NS = 250


def reach_bits(nt: System, bits: int) -> int:
    """How many bits of address a device of so many reaches: where the machine has nothing between devices and memory,
    those of 32 bits or more reach all of it."""
    return 64 if bits >= 32 and nt.settings.profile in ("direct", "noncoherent") else bits


class Burst:
    """A part of a write that has not arrived; `site` is where the device made it."""

    __slots__ = ("logical", "data", "site")

    def __init__(self, logical: int, data: bytes, site: object) -> None:
        self.logical = logical
        self.data = data
        self.site = site


class Bus:
    """`channels` are the DMA channels that are programmed, by the device's `dma_line`: each is called with the bytes
    that a slave wants to move and whether it writes to memory, and answers with pieces of RAM, fewer where its count
    ends."""

    __slots__ = ("nt", "channels")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.channels: dict[tuple[bool, int], Callable[[int, bool], list[tuple[int, int]]]] = {}

    def translate(self, device: HardwareDevice, logical: int, length: int, write: bool) -> list[tuple[int, int]]:
        """Where an access leads: pieces of RAM as (physical address, bytes), (-1, bytes) for what is no memory."""
        frames = self.nt.frames
        runs: list[tuple[int, int]] = []
        dma = self.nt.dma_in_use
        if dma is not None:
            if dma.iommu:
                return dma.translate(device, logical, length, write)
            if logical not in device.beyond:
                dma.check_covered(device, logical, length, write)
        while length:
            part = min(length, PAGE - logical % PAGE)
            physical = logical if frames.exists(logical // PAGE) else -1
            if runs and (runs[-1][0] == physical == -1 or physical >= 0 and sum(runs[-1]) == physical):
                runs[-1] = (runs[-1][0], runs[-1][1] + part)
            else:
                runs.append((physical, part))
            logical += part
            length -= part
        return runs

    # -- for devices

    def read(self, device: HardwareDevice, logical: int, length: int) -> bytes:
        """Bytes of memory; ones where there is none."""
        self.flush(device)
        if device.dma_line is not None:
            return b"".join(self._load(*run) for run in self._channel(device, length, False))
        reach = self._reach(device, logical, length, False)
        if reach is None:
            return b"\xff" * length
        if self.nt.recorder is not None:
            self.nt.recorder.access(device, reach, length, False)
        dma = self.nt.dma_in_use
        if dma is not None and dma.watch.live:
            dma.watch.device_reads(device, reach, length)
        found = bytearray()
        for physical, part in self.translate(device, reach, length, False):
            if physical < 0:
                self._nowhere(device, reach + len(found), part, False)
                found += b"\xff" * part
            else:
                found += self._load(physical, part)
        return bytes(found)

    def look(self, device: HardwareDevice, logical: int, length: int) -> bytes:
        """What memory holds where an access would lead, without one; zeros where it leads nowhere."""
        dma = self.nt.dma_in_use
        pieces = [(logical, length)]
        if dma is not None and dma.iommu:
            pieces = dma.behind(device, logical, length, None)
        found = bytearray()
        for physical, part in pieces:
            good = physical >= 0 and all(
                self.nt.frames.exists(frame) for frame in range(physical // PAGE, (physical + part - 1) // PAGE + 1)
            )
            found += self._load(physical, part) if good else bytes(part)
        return bytes(found)

    def _load(self, physical: int, length: int) -> bytes:
        """What a device sees of RAM, within one run of pages."""
        dma = self.nt.dma_in_use
        if dma is None or dma.caches is None:
            return self.nt.memory.read_physical(physical, length)
        return dma.caches.device_reads(physical, length)

    def write(self, device: HardwareDevice, logical: int, data: bytes) -> int:
        """Bytes to memory, at once or, where the machine may choose, in bursts that come later. How many were taken."""
        nt = self.nt
        if device.dma_line is not None:
            return self._through_channel(device, data)
        reach = self._reach(device, logical, len(data), True)
        if reach is None:
            return 0
        if not nt.chooser.open:
            self._store(device, reach, data)
            return len(data)
        site = nt.where()
        for at in range(0, len(data), BURST):
            piece = data[at : at + BURST]
            if device.outgoing or nt.choose("burst", 2):
                device.outgoing.append(Burst(reach + at, piece, site))
            else:
                self._store(device, reach + at, piece)
        self._go_on(device)
        return len(data)

    def flush(self, device: HardwareDevice) -> None:
        """All that the device has written arrives now."""
        while device.outgoing:
            self._arrive(device)

    # -- how writes arrive

    def _go_on(self, device: HardwareDevice) -> None:
        if device.outgoing and not device.bursting:
            device.bursting = True
            self.nt.scheduler.after(BURST_NS, lambda: self._next(device), f"a burst of {device.name}")

    def _next(self, device: HardwareDevice) -> None:
        device.bursting = False
        if device.outgoing:
            self._arrive(device)
            self._go_on(device)

    def _arrive(self, device: HardwareDevice) -> None:
        burst = device.outgoing.pop(0)
        device.at(burst.site, self._store, device, burst.logical, burst.data)

    def _store(self, device: HardwareDevice, logical: int, data: bytes) -> None:
        if self.nt.recorder is not None:
            self.nt.recorder.access(device, logical, len(data), True)
        done = 0
        for physical, part in self.translate(device, logical, len(data), True):
            if physical < 0:
                self._nowhere(device, logical + done, part, True)
            else:
                self._put(physical, data[done : done + part])
            done += part
        dma = self.nt.dma_in_use
        if dma is not None and dma.watch.live:
            dma.watch.device_wrote(device, logical, len(data))

    def _put(self, physical: int, data: bytes) -> None:
        dma = self.nt.dma_in_use
        if dma is None or dma.caches is None:
            self.nt.memory.write_physical(physical, data)
        else:
            dma.caches.device_writes(physical, data)

    # -- slaves

    def _channel(self, device: HardwareDevice, length: int, write: bool) -> list[tuple[int, int]]:
        """The pieces of RAM that a device's DMA channel leads to; none while nobody has programmed it: the request
        waits."""
        channel = self.channels.get(device.dma_line) if device.dma_line is not None else None
        pieces = [] if channel is None else channel(length, write)
        dma = self.nt.dma_in_use
        for physical, part in pieces:
            if self.nt.recorder is not None:
                self.nt.recorder.access(device, physical, part, write)
            if not write and dma is not None and dma.watch.live:
                dma.watch.device_reads(device, physical, part)
        return pieces

    def _through_channel(self, device: HardwareDevice, data: bytes) -> int:
        done = 0
        dma = self.nt.dma_in_use
        for physical, part in self._channel(device, len(data), True):
            self._put(physical, data[done : done + part])
            done += part
            if dma is not None and dma.watch.live:
                dma.watch.device_wrote(device, physical, part)
        return done

    # -- what goes wrong

    def _reach(self, device: HardwareDevice, logical: int, length: int, write: bool) -> int | None:
        """The address that the device's lines carry, or None if it may not transfer at all."""
        if not device.present or not length:
            return None
        facts = [("access", f"{device.name} {'writes' if write else 'reads'} {plural(length, 'byte')} at logical "
                  f"{address(logical)}")]  # fmt: skip
        if device.down:
            said = [*facts, ("state", f"{device.name} is {device.down}")]
            self.nt.violation(rules.DMA_WHILE_DOWN, (), said, ("hardware", device.slot), argument=None)
            return None
        if not device.config.command & BUS_MASTER:
            self.nt.violation(rules.DMA_WITHOUT_BUS_MASTER, (), facts)
            return None
        bits = reach_bits(self.nt, device.properties["dma_bits"])
        if (logical + length - 1) >> bits:
            self.nt.violation(rules.DMA_BEYOND_REACH, (), [*facts, ("reach", f"{bits} bits of address")])
            device.beyond = range(logical & ((1 << bits) - 1), (logical & ((1 << bits) - 1)) + length)
        return logical & ((1 << bits) - 1)

    def _nowhere(self, device: HardwareDevice, logical: int, length: int, write: bool) -> None:
        dma = self.nt.dma_in_use
        if dma is not None and dma.of_device(device):
            return  # where nothing is mapped for a device that has an adapter, that has been said
        facts = [("access", f"{device.name} {'writes' if write else 'reads'} {plural(length, 'byte')} at logical "
                  f"{address(logical)}")]  # fmt: skip
        self.nt.violation(rules.DMA_TO_NO_MEMORY, (), facts)
