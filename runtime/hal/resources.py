"""What a device is given as it is attached: addresses for its registers, an interrupt line or messages, a DMA channel.

The same, once more as the CM_RESOURCE_LIST that a driver finds in IRP_MN_START_DEVICE: raw as the bus sees it, and
translated as the processor does. On x64 both have the same addresses; interrupts differ."""

from __future__ import annotations

from ..findings import plural
from .config_space import BARS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..ke.interrupts import Line
    from ..system import System
    from .registers import Bar

MMIO, MMIO_END = 0xE000_0000, 0xFEC0_0000  # between the RAM below 4 GiB and the interrupt controllers
PCI_PORTS, PORTS_END = 0xC000, 0x1_0000
ISA_MEMORY, ISA_MEMORY_END = 0xC8000, 0xE0000
ISA_PORTS, ISA_PORTS_END = 0x300, 0x400
PAGE = 4096

PCI_LINES = range(16, 24)  # inputs of the interrupt controller; devices share them once all are given out
ISA_LINES = (5, 10, 11, 9, 7, 3)
DEVICE_IRQLS = range(11, 2, -1)  # one device after the other
LEVEL_VECTORS = 16  # the IRQL of a vector is its upper half
PASSIVE_VECTORS = 0x100  # behind those that processors know

ISA_BUS, PCI_BUS = 1, 5  # INTERFACE_TYPE
PORT, INTERRUPT, MEMORY, DMA = 1, 2, 3, 4  # CmResourceType...
DEVICE_EXCLUSIVE, SHARED = 1, 3  # CmResourceShare...
LATCHED, MESSAGE, PORT_IO, DMA_V3 = 1, 2, 1, 0x80  # flags

NUMBERS = {
    "vendor": 0x1234, "device_id": 0, "revision": 1, "class_code": 0xFF0000, "subsystem_vendor": 0, "subsystem": 0,
    "dma_bits": 32, "max_transfer": 0, "scatter_gather": 0, "bar_size": 0, "base": 0, "irq": 0, "irql": -1,
    "dma_channel": -1, "dma_request": -1,
}  # fmt: skip
PROPERTIES = frozenset((*NUMBERS, "bus", "interrupt", "ports"))
BUSES = ("pci", "isa")


class Properties:
    """The properties of a device block, with what holds for those that it leaves out.

    `bus` is pci or isa. `interrupt` is line, none, messages(n) (MSI: one resource) or msix(n) (MSI-X: each message is a
    resource, and for one processor). `irql` is the DIRQL, 0 for a line that is served at PASSIVE_LEVEL. `ports` names a
    block that lies in port space, or is 1 for all of them. `bar_size` is what the first block decodes if that is more
    than its registers need; `base` (isa) and `irq` fix an address and an interrupt input. `dma_channel` (isa) is the
    channel of a slave on the controller that PCs have, `dma_request` the request line of one on a newer controller, as
    version 3 of the adapters knows it. `dma_bits`, `scatter_gather` and `max_transfer` are what the device's DMA can
    do, the others are its configuration space."""

    __slots__ = ("bus", "numbers", "messages", "has_line", "ports", "extended")

    def __init__(self, given: dict[str, int | str]) -> None:
        unknown = sorted(set(given) - PROPERTIES)
        if unknown:
            raise ValueError(f"{unknown[0]} is no property of a device")
        self.bus = str(given.get("bus", "pci")).lower()
        if self.bus not in BUSES:
            raise ValueError(f"{self.bus} is no bus: pci or isa")
        self.numbers = {name: _number(name, given.get(name, value)) for name, value in NUMBERS.items()}
        interrupt = str(given.get("interrupt", "line")).replace(" ", "")
        self.extended = interrupt.startswith("msix")
        self.messages, self.has_line = _interrupt(interrupt.replace("msix", "messages"))
        irql = self["irql"]
        if irql != -1 and irql not in DEVICE_IRQLS and (irql or self.messages):
            raise ValueError("irql is 3 to 11, or 0 for a line that is served at PASSIVE_LEVEL")
        if self.messages and self.bus == "isa":
            raise ValueError("a device on the isa bus has a line: it cannot send messages")
        self.ports = str(given.get("ports", ""))

    def __getitem__(self, name: str) -> int:
        return self.numbers[name]

    def in_port_space(self, bar: Bar) -> bool:
        return self.ports in ("1", "TRUE") or bool(bar.name) and self.ports == bar.name


def _number(name: str, value: int | str) -> int:
    if isinstance(value, str):
        if value not in ("TRUE", "FALSE"):
            raise ValueError(f"{name} is a number")
        return int(value == "TRUE")
    return value


def _interrupt(text: str) -> tuple[int, bool]:
    """The number of messages, and whether there is a line."""
    if text in ("line", "none"):
        return 0, text == "line"
    count = text[9:-1] if text.startswith("messages(") and text.endswith(")") else "1" if text == "messages" else ""
    if not count.isdigit() or not 1 <= int(count) <= 32:
        raise ValueError("interrupt is line, none, messages(n) or msix(n), with n from 1 to 32")
    return int(count), False


class Allotment:
    """What of the machine's addresses, vectors and slots is still to be given. `inputs` are the vectors of the inputs
    of the interrupt controller."""

    __slots__ = ("nt", "inputs", "_next", "_used", "_devices", "_pci_lines", "_isa_lines", "_slots")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.inputs: dict[int, int] = {}
        self._next = {(False, "pci"): MMIO, (True, "pci"): PCI_PORTS, (False, "isa"): ISA_MEMORY,
                      (True, "isa"): ISA_PORTS}  # fmt: skip
        self._used: dict[int, int] = {}  # vectors that are given out, by IRQL
        self._devices = 0  # that have interrupts
        self._pci_lines = 0
        self._isa_lines = 0
        self._slots = 0

    def slot(self) -> int:
        """The number of the next device on the bus."""
        self._slots += 1
        return self._slots

    def place(self, bars: list[Bar], properties: Properties) -> str:
        """Give each block its size and address. What stands against it, or nothing."""
        if len(bars) > BARS:
            return f"a device with more than {BARS} blocks of registers"
        for index, bar in enumerate(bars):
            bar.decode(properties.in_port_space(bar), properties["bar_size"] if index == 0 else 0)
            fixed = properties["base"] if index == 0 else 0
            bar.base = fixed & -bar.size or self._room(bar.ports, properties.bus, bar.size)
            trouble = self._trouble(bar, [*self.nt.hardware.bars, *bars[:index]])
            if trouble:
                return trouble
        return ""

    def move(self, bars: list[Bar], properties: Properties) -> None:
        """Give each block another address, as far as there is room, and the bus lets it move."""
        for index, bar in enumerate(bars):
            elsewhere = 0 if index == 0 and properties["base"] else self._room(bar.ports, properties.bus, bar.size)
            if elsewhere:
                bar.base, bar.left = elsewhere, range(bar.base, bar.base + bar.size)

    def _trouble(self, bar: Bar, others: list[Bar]) -> str:
        """Why a block cannot lie where it does."""
        end = bar.base + bar.size
        where = f"{'port' if bar.ports else 'physical address'} 0x{bar.base:x}"
        if not bar.base or end > (PORTS_END if bar.ports else MMIO_END):
            return f"room for {plural(bar.size, 'more byte')} of device registers"
        same = [other for other in others if other.ports == bar.ports]
        if any(bar.base < other.base + other.size and other.base < end for other in same):
            return f"a second device at {where}"
        frames = range(bar.base // PAGE, -(-end // PAGE))
        if not bar.ports and (self.nt.frames.exists(frames[0]) or self.nt.frames.exists(frames[-1])):
            return f"a device at {where}, where there is RAM,"
        return ""

    def _room(self, ports: bool, bus: str, size: int) -> int:
        """An aligned address, or 0 if there is none left. Blocks in memory never share a page."""
        step = size if ports else max(size, PAGE)
        start = -(-self._next[ports, bus] // step) * step
        end = {(False, "pci"): MMIO_END, (True, "pci"): PORTS_END, (False, "isa"): ISA_MEMORY_END,
               (True, "isa"): ISA_PORTS_END}[ports, bus]  # fmt: skip
        if start + step > end:
            return 0
        self._next[ports, bus] = start + step
        return start

    def input(self, properties: Properties) -> int:
        """The input of the interrupt controller that a line leads to."""
        if properties["irq"]:
            return properties["irq"]
        if properties.bus == "isa":
            self._isa_lines += 1
            return ISA_LINES[(self._isa_lines - 1) % len(ISA_LINES)]
        self._pci_lines += 1
        return PCI_LINES[(self._pci_lines - 1) % len(PCI_LINES)]

    def line(self, number: int, properties: Properties, name: str) -> Line:
        """The line at an input of the interrupt controller."""
        if number not in self.inputs:
            self.inputs[number] = self._vectors(properties, 1)[0]
        return self._add(self.inputs[number], properties.bus == "pci", name)

    def messages(self, properties: Properties, name: str) -> list[Line]:
        """The lines that the messages of a device stand for."""
        count = properties.messages
        vectors = self._vectors(properties, count) if count else range(0)
        lines = [self._add(vector, False, f"{name}, message {index}") for index, vector in enumerate(vectors)]
        if properties.extended:
            for index, line in enumerate(lines):
                line.affinity = 1 << index % len(self.nt.processors)
        return lines

    def _add(self, vector: int, level: bool, name: str) -> Line:
        irql = vector // LEVEL_VECTORS if vector < PASSIVE_VECTORS else 0
        return self.nt.interrupts.add_line(vector, irql, level, name)

    def _vectors(self, properties: Properties, count: int) -> range:
        """Vectors in a row, at the IRQL that the device names, or at the next one's in turn."""
        wanted = properties["irql"]
        if wanted == 0:
            self._used[0] = self._used.get(0, 0) + 1
            return range(PASSIVE_VECTORS + self._used[0] - 1, PASSIVE_VECTORS + self._used[0])
        self._devices += wanted < 0
        for step in range(len(DEVICE_IRQLS)):
            irql = wanted if wanted > 0 else DEVICE_IRQLS[(self._devices - 1 + step) % len(DEVICE_IRQLS)]
            levels = range(irql, irql - -(-count // LEVEL_VECTORS), -1)  # 32 messages take two
            if levels[-1] not in DEVICE_IRQLS:
                continue
            used = self._used.get(irql, 0)
            if used + count <= LEVEL_VECTORS or not any(self._used.get(level) for level in levels):
                for level in levels:
                    self._used[level] = min(self._used.get(level, 0) + count, LEVEL_VECTORS)
                first = levels[-1] * LEVEL_VECTORS + (used if len(levels) == 1 else 0)
                return range(first, first + count)
        where = f" at IRQL {wanted}" if wanted > 0 else ""
        raise ValueError(f"no room for {plural(count, 'more interrupt vector')}{where}")


class Descriptor:
    """One CM_PARTIAL_RESOURCE_DESCRIPTOR: 20 bytes."""

    __slots__ = ("type", "share", "flags", "words")

    def __init__(self, type: int, share: int, flags: int, words: list[tuple[int, int]]) -> None:
        self.type = type
        self.share = share
        self.flags = flags
        self.words = words  # (size in bytes, value), from offset 4

    def __bytes__(self) -> bytes:
        head = bytes((self.type, self.share)) + self.flags.to_bytes(2, "little")
        return (head + b"".join(value.to_bytes(size, "little") for size, value in self.words)).ljust(20, b"\0")


def resource_list(
    nt: System, properties: Properties, bars: list[Bar], line: tuple[int, Line] | None, messages: list[Line],
    translated: bool,
) -> bytes:  # fmt: skip
    """A CM_RESOURCE_LIST with one full descriptor. `line` is the input of the interrupt controller and the line."""
    affinity = (1 << len(nt.processors)) - 1
    bus, channel = properties.bus, properties["dma_channel"]
    found = [
        Descriptor(
            PORT if bar.ports else MEMORY, DEVICE_EXCLUSIVE, PORT_IO if bar.ports else 0, [(8, bar.base), (4, bar.size)]
        )
        for bar in bars
    ]
    if line is not None:
        number, wired = line
        level, vector = (wired.irql, wired.vector) if translated else (number, number)
        share, flags = (SHARED, 0) if wired.level else (DEVICE_EXCLUSIVE, LATCHED)
        found.append(Descriptor(INTERRUPT, share, flags, [(2, level), (2, 0), (4, vector), (8, affinity)]))
    for group in [[one] for one in messages] if properties.extended else [messages] if messages else []:
        first = group[0]
        words = [(2, first.irql), (2, 0)] if translated else [(2, 0), (2, len(group))]
        words += [(4, first.vector), (8, affinity & first.affinity)]
        found.append(Descriptor(INTERRUPT, DEVICE_EXCLUSIVE, LATCHED | MESSAGE, words))
    if channel >= 0:
        found.append(Descriptor(DMA, DEVICE_EXCLUSIVE, 0, [(4, channel), (4, 0), (4, 0)]))
    if properties["dma_request"] >= 0:
        words = [(4, 0), (4, properties["dma_request"]), (4, 0)]
        found.append(Descriptor(DMA, DEVICE_EXCLUSIVE, DMA_V3, words))
    words = [(4, 1), (4, PCI_BUS if bus == "pci" else ISA_BUS), (4, 0), (2, 1), (2, 1), (4, len(found))]
    return b"".join(value.to_bytes(size, "little") for size, value in words) + b"".join(map(bytes, found))
