"""The configuration space of a PCI device: 256 bytes, of which most can only be read.

The header is of type 0: identification, command and status, class, up to six base address registers, interrupt line
and pin. A device that sends messages has the MSI capability behind it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .registers import Bar

SIZE = 256
VENDOR, DEVICE, COMMAND, STATUS, REVISION, CLASS_CODE = 0x00, 0x02, 0x04, 0x06, 0x08, 0x09
BASE_ADDRESSES, SUBSYSTEM_VENDOR, SUBSYSTEM, CAPABILITIES = 0x10, 0x2C, 0x2E, 0x34
INTERRUPT_LINE, INTERRUPT_PIN = 0x3C, 0x3D
BARS = 6
MSI, MSI_BYTES = 0x50, 14  # where the capability lies
MSI_ID = 5
MSI_CONTROL, MSI_ADDRESS, MSI_DATA = MSI + 2, MSI + 4, MSI + 12

IO_SPACE, MEMORY_SPACE, BUS_MASTER, INTERRUPT_DISABLE = 0x001, 0x002, 0x004, 0x400  # in the command register
INTERRUPT_STATUS, HAS_CAPABILITIES = 0x08, 0x10  # in the status register
ADDRESS_64_BIT, MSI_ENABLE = 0x80, 0x01  # in the control word of MSI
PORTS = 0x01  # in a base address register


class ConfigSpace:
    """`bars` are moved when a driver writes their addresses. `present` is false once the device is gone: all ones."""

    __slots__ = ("data", "writable", "bars", "present")

    def __init__(self, identity: dict[str, int], bars: list[Bar], messages: int, line: int | None) -> None:
        self.data = bytearray(SIZE)
        self.writable = bytearray(SIZE)
        self.bars = bars[:BARS]
        self.present = True
        self._set(VENDOR, 2, identity["vendor"])
        self._set(DEVICE, 2, identity["device_id"])
        self._set(COMMAND, 2, 0, IO_SPACE | MEMORY_SPACE | BUS_MASTER | INTERRUPT_DISABLE)
        self._set(REVISION, 1, identity["revision"])
        self._set(CLASS_CODE, 3, identity["class_code"])
        self._set(0x0C, 2, 0, 0xFFFF)  # cache line size, latency timer
        self._set(SUBSYSTEM_VENDOR, 2, identity["subsystem_vendor"])
        self._set(SUBSYSTEM, 2, identity["subsystem"])
        if line is not None:
            self._set(INTERRUPT_LINE, 1, line, 0xFF)
            self._set(INTERRUPT_PIN, 1, 1)
        self.place()
        if messages:
            self._add_msi(messages)

    def _set(self, offset: int, size: int, value: int, writable: int = 0) -> None:
        self.data[offset : offset + size] = value.to_bytes(size, "little")
        if writable:
            self.writable[offset : offset + size] = writable.to_bytes(size, "little")

    def _add_msi(self, messages: int) -> None:
        self._set(STATUS, 2, HAS_CAPABILITIES)
        self._set(CAPABILITIES, 1, MSI)
        capable = (messages - 1).bit_length()
        self._set(MSI, 2, MSI_ID)
        self._set(MSI_CONTROL, 2, ADDRESS_64_BIT | capable << 1, MSI_ENABLE | 7 << 4)
        self._set(MSI_ADDRESS, 8, 0, 0xFFFF_FFFF_FFFF_FFFC)
        self._set(MSI_DATA, 2, 0, 0xFFFF)

    def place(self) -> None:
        """Write the addresses of the blocks into their registers."""
        for index, bar in enumerate(self.bars):
            kind = PORTS if bar.ports else 0
            self._set(BASE_ADDRESSES + 4 * index, 4, bar.base | kind, 0xFFFF_FFFF & -bar.size)

    # -- accesses

    def read(self, offset: int, length: int) -> bytes:
        """Bytes of the space; all ones from a device that is gone. As many as there are from the offset on."""
        length = max(0, min(length, SIZE - offset))
        return bytes(self.data[offset : offset + length]) if self.present else b"\xff" * length

    def write(self, offset: int, data: bytes) -> int:
        """Change what can be changed; the number of bytes that the space took."""
        data = data[: max(0, SIZE - offset)]
        if not self.present:
            return len(data)
        for index, value in enumerate(data, offset):
            mask = self.writable[index]
            self.data[index] = self.data[index] & ~mask & 0xFF | value & mask
        for index, bar in enumerate(self.bars):
            at = BASE_ADDRESSES + 4 * index
            if offset < at + 4 and at < offset + len(data):
                bar.base = self.word(at, 4) & -bar.size
        return len(data)

    def word(self, offset: int, size: int) -> int:
        return int.from_bytes(self.data[offset : offset + size], "little")

    @property
    def command(self) -> int:
        return self.word(COMMAND, 2)

    @command.setter
    def command(self, value: int) -> None:
        self.write(COMMAND, value.to_bytes(2, "little"))

    def show_interrupt(self, asserted: bool) -> None:
        """The status register tells whether the device wants to interrupt by its line."""
        self.data[STATUS] = self.data[STATUS] & ~INTERRUPT_STATUS | (INTERRUPT_STATUS if asserted else 0)
