"""The devices of the machine, and how processors reach them.

    device = nt.hardware.attach("Card", {"bus": "pci"}, [Bar("", registers)], reset)
    nt.hardware.load(physical, size, None)         a read that came out on the bus
    device.interrupt()                             its line is asserted, or a message sent

`nt.hardware.current` is the device whose code runs, if any does.
"""

from __future__ import annotations

from ..mm.regions import Device, Region
from ..mm.store import PAGE
from .bus import Bus
from .hardware_device import HardwareDevice as HardwareDevice
from .resources import Allotment, Properties

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..ke.interrupts import Line
    from ..system import System
    from .registers import Bar

READ_NS, WRITE_NS, PORT_NS = 600, 100, 1000  # what an access costs the processor
STACK = 0xFFFF_D080_0000_0000
STACK_BYTES = 24 * 1024
MOST_LOOKED_AT = 1024  # pages of a mapping in which registers are looked for


class Window(Device):
    """Pages that are no RAM, as a mapping shows them. `bar` is the first block of registers among them, if there is
    any."""

    __slots__ = ("hardware", "frames", "bar")

    def __init__(self, hardware: Hardware, frames: Sequence[int], bar: Bar | None) -> None:
        self.hardware = hardware
        self.frames = frames
        self.bar = bar

    def load(self, offset: int, size: int) -> int:
        return self.hardware.load(self.frames[offset // PAGE] * PAGE + offset % PAGE, size, self.bar)

    def store(self, offset: int, size: int, value: int) -> None:
        self.hardware.store(self.frames[offset // PAGE] * PAGE + offset % PAGE, size, value, self.bar)


class Hardware:
    """All devices, in the order in which they were attached."""

    __slots__ = ("nt", "devices", "bars", "bus", "allotment", "current", "_stack")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.devices: list[HardwareDevice] = []
        self.bars: list[Bar] = []
        self.bus = Bus(nt)
        self.allotment = Allotment(nt)
        self.current: HardwareDevice | None = None
        self._stack = False

    def attach(
        self, name: str, properties: dict[str, int | str], bars: list[Bar], reset: Callable[[], object] | None = None
    ) -> HardwareDevice:
        """Put a device into the machine and reset it. ValueError if its properties cannot be."""
        device = HardwareDevice(self.nt, name, Properties(properties), bars, reset)
        self.devices.append(device)
        self.bars += bars
        device.reset()
        return device

    def named(self, name: str) -> HardwareDevice | None:
        return next((device for device in self.devices if device.name == name), None)

    def in_slot(self, slot: int) -> HardwareDevice | None:
        """The PCI device of a number."""
        return next((one for one in self.devices if one.slot == slot and one.properties.bus == "pci"), None)

    def stack(self) -> tuple[int, int]:
        """The stack on which code of devices runs: low address and size."""
        if not self._stack:
            self._stack = True
            self.nt.memory.kernel.add(Region(STACK, STACK_BYTES // PAGE, "stack of device code"))
        return STACK, STACK_BYTES

    def surprise_remove(self, device: HardwareDevice) -> None:
        """The device is pulled out: from now on nobody answers, and nothing of it is under way."""
        if device.present:
            device.still()
            device.present = device.config.present = False

    # -- interrupts

    def asserting(self, line: Line) -> list[HardwareDevice]:
        """The devices that assert a line now."""
        return [device for device in self.devices if device.asserting and device.line and device.line[1] is line]

    def accesses(self, line: Line) -> list[tuple[HardwareDevice, int]]:
        """Who asserts a line, and how often each of them has been accessed."""
        return [(device, device.touched) for device in self.asserting(line)]

    def on_line(self, line: Line) -> list[HardwareDevice]:
        """The devices whose line this is."""
        return [device for device in self.devices if device.line and device.line[1] is line]

    # -- accesses by processors

    def window(self, frames: Sequence[int]) -> Window:
        """What a mapping of pages that are no RAM shows."""
        bars = (bar for bar in self.bars if not bar.ports and _shows(frames, bar))
        return Window(self, frames, next(bars, None))

    def load(self, physical: int, size: int, expected: Bar | None) -> int:
        """A read at an address of device memory; `expected` is the block that the mapping was made for."""
        self.pause(READ_NS)
        bar = self.bar_at(physical, False)
        if bar is not None and bar.device is not None:
            return bar.device.load(bar, physical - bar.base, size)
        self._beyond(expected, physical, size, False)
        return (1 << 8 * size) - 1

    def store(self, physical: int, size: int, value: int, expected: Bar | None) -> None:
        bar = self.bar_at(physical, False)
        if bar is not None and bar.device is not None:
            bar.device.store(bar, physical - bar.base, size, value)
        else:
            self._beyond(expected, physical, size, True)
        self.pause(WRITE_NS)

    def port_in(self, port: int, size: int) -> int:
        """A read of a port; all ones where nobody is."""
        self.pause(PORT_NS)
        bar = self.bar_at(port, True)
        if bar is None or bar.device is None:
            return (1 << 8 * size) - 1
        return bar.device.load(bar, port - bar.base, size)

    def port_out(self, port: int, size: int, value: int) -> None:
        bar = self.bar_at(port, True)
        if bar is not None and bar.device is not None:
            bar.device.store(bar, port - bar.base, size, value)
        self.pause(PORT_NS)

    def bar_at(self, where: int, ports: bool) -> Bar | None:
        for bar in self.bars:
            if bar.ports == ports and bar.base <= where < bar.base + bar.size:
                return bar
        return None

    def pause(self, nanoseconds: int) -> None:
        """The time of an access passes, and whatever happens in it."""
        self.nt.clock.pass_ns(nanoseconds)
        self.nt.scheduler.point()

    def _beyond(self, expected: Bar | None, physical: int, size: int, write: bool) -> None:
        if expected is not None and expected.device is not None and expected.device.present:
            expected.device.wrong(expected, physical - expected.base, size, write)


def _shows(frames: Sequence[int], bar: Bar) -> bool:
    """Whether one of the pages has a part of a block of registers."""
    end = bar.base + bar.size
    return any(bar.base < (frame + 1) * PAGE and frame * PAGE < end for frame in frames[:MOST_LOOKED_AT])
