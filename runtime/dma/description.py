"""What a driver says of its device: the DEVICE_DESCRIPTION, by its version."""

from __future__ import annotations

from ..wdk.layouts import offset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

NEWEST_VERSION = 3
PCI_BUS, UNDEFINED_BUS = 5, 0xFFFF_FFFF
ISA_BITS = 24
WIDTH_BYTES = (1, 2, 4, 8)  # by DmaWidth
FIELDS = {
    "Version": 4, "Master": 1, "ScatterGather": 1, "DemandMode": 1, "AutoInitialize": 1, "Dma32BitAddresses": 1,
    "IgnoreCount": 1, "Reserved1": 1, "Dma64BitAddresses": 1, "BusNumber": 4, "DmaChannel": 4, "InterfaceType": 4,
    "DmaWidth": 4, "DmaSpeed": 4, "MaximumLength": 4, "DmaAddressWidth": 4, "DmaRequestLine": 4, "DeviceAddress": 8,
}  # fmt: skip

BOOLEANS = (
    "Master", "ScatterGather", "DemandMode", "AutoInitialize", "Dma32BitAddresses", "IgnoreCount", "Dma64BitAddresses",
)  # fmt: skip


class Description:
    """A DEVICE_DESCRIPTION as IoGetDmaAdapter reads it. `bits` is the address width: 24, 32 or 64 by the flags of the
    older versions, any number in version 3. `width` is the bytes of one transfer on a channel. One that is not `zeroed`
    holds what no driver puts there."""

    __slots__ = (
        "version", "master", "scatter_gather", "demand", "auto_initialise", "bits", "channel", "width", "maximum",
        "request_line", "device_address", "interface", "zeroed",
    )  # fmt: skip

    def __init__(self, fields: dict[str, int]) -> None:
        self.version = fields["Version"]
        self.master = fields["Master"] != 0
        self.interface = fields["InterfaceType"]
        self.scatter_gather = self.master and fields["ScatterGather"] != 0
        self.demand = fields["DemandMode"] != 0
        self.auto_initialise = fields["AutoInitialize"] != 0
        self.maximum = fields["MaximumLength"]
        self.channel = fields["DmaChannel"]
        self.request_line = fields["DmaRequestLine"]
        self.device_address = fields["DeviceAddress"]
        self.width = WIDTH_BYTES[fields["DmaWidth"]] if fields["DmaWidth"] < len(WIDTH_BYTES) else 0
        self.bits = self._bits(fields)
        self.zeroed = all(fields[name] <= 1 for name in BOOLEANS) and not fields["Reserved1"]

    def _bits(self, fields: dict[str, int]) -> int:
        if self.version >= 3 and self.master:
            return fields["DmaAddressWidth"]
        if not self.master:
            return ISA_BITS if self.version < 3 else 32
        if fields["Dma64BitAddresses"]:
            return 64
        if fields["Dma32BitAddresses"] or (self.scatter_gather and self.interface == PCI_BUS):
            return 32
        return ISA_BITS

    @property
    def is_valid(self) -> bool:
        """False where IoGetDmaAdapter refuses."""
        if self.version > NEWEST_VERSION or not (self.width or self.master):
            return False
        return not (self.version >= 3 and self.master) or 1 <= self.bits <= 64


def read_description(nt: System, where: int, bus: int) -> Description:
    """The description at an address, of a device on this bus."""
    memory = nt.memory
    version = memory.read_uint(where + offset("_DEVICE_DESCRIPTION", "Version"), 4)
    newer = ("DmaAddressWidth", "DmaRequestLine", "DeviceAddress")  # an older driver's structure ends before these
    fields = {
        name: memory.read_uint(where + offset("_DEVICE_DESCRIPTION", name), size)
        if version >= 3 or name not in newer
        else 0
        for name, size in FIELDS.items()
    }
    if fields["InterfaceType"] == UNDEFINED_BUS:
        fields["InterfaceType"] = bus
    return Description(fields)
