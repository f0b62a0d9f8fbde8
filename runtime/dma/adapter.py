"""One DMA adapter: the device's description, and what is taken through it."""

from __future__ import annotations

from ..findings import address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..hal.hardware import HardwareDevice
    from .common_buffers import CommonBuffer
    from .description import Description
    from .domains import Domain
    from .mappings import Mapping
    from .registers import MapRegisters
    from .requests import Request
    from .scatter import List
    from .slaves import Channel

CHANNEL_BYTES = 1 << 16  # what a byte-wide channel counts; one of words counts twice as far


class Adapter:
    """One DMA_ADAPTER at `address`. `bits` is the width of the addresses that reach memory, `maximum` the map registers
    that one transfer can have. `owner` are the registers of whoever has the channel now, or None; `waiting` are the
    requests for it. `mappings` are what is mapped, `lists` the scatter/gather lists, `buffers` the common buffers."""

    __slots__ = (
        "address", "description", "device", "bits", "maximum", "needs_registers", "domain", "owner", "waiting",
        "mappings", "lists", "buffers", "registers_held", "dead", "version", "run_for", "own_domain", "channel",
    )  # fmt: skip

    def __init__(self, where: int, description: Description, device: HardwareDevice | None) -> None:
        self.address = where
        self.description = description
        self.device = device
        self.version = max(description.version, 1)
        self.bits = description.bits
        self.maximum = 0
        self.needs_registers = False
        self.domain: Domain | None = None
        self.own_domain: Domain | None = None
        self.channel: Channel | None = None
        self.owner: MapRegisters | None = None
        self.run_for = 0  # the device object whose execution routine runs now
        self.waiting: list[Request] = []
        self.mappings: list[Mapping] = []
        self.lists: dict[int, List] = {}
        self.buffers: dict[int, CommonBuffer] = {}
        self.registers_held = 0
        self.dead = False

    @property
    def scatter_gather(self) -> bool:
        return self.description.scatter_gather

    @property
    def boundary(self) -> int:
        """What one transfer may not cross, in bytes; 0 for a master."""
        if self.description.master or self.version >= 3:
            return 0
        return 2 * CHANNEL_BYTES if self.description.channel > 4 else CHANNEL_BYTES

    @property
    def facts(self) -> list[tuple[str, str]]:
        kind = "slave" if not self.description.master else "scatter/gather master" if self.scatter_gather else "master"
        whose = f" of {self.device.name}" if self.device is not None else ""
        return [("adapter", f"{address(self.address)}{whose}, {kind}, {self.description.bits} bits")]
