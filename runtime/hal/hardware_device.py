"""One device of the machine: its registers as processors reach them, its interrupts, and its own code.

Code of a device runs in no thread and on no processor: on a stack of its own, at no IRQL, in no time, and nothing
interrupts it. What it does later it does by `after`."""

from __future__ import annotations

import sys

from .. import rules
from ..findings import Moment, address, plural
from ..ke.contexts import on_stack
from .config_space import BUS_MASTER, INTERRUPT_DISABLE, IO_SPACE, MEMORY_SPACE, ConfigSpace
from .resources import Properties, resource_list

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..ke.interrupts import Line
    from ..ke.scheduler import Event
    from ..rules import Rule
    from ..system import System
    from .bus import Burst
    from .registers import Bar, Part

POSTED_NS = 300  # how late a posted write may be


class PostedWrite:
    """A write on its way to a register; `site` is where a driver made it."""

    __slots__ = ("part", "value", "site")

    def __init__(self, part: Part, value: int, site: object) -> None:
        self.part = part
        self.value = value
        self.site = site


class HardwareDevice:
    """One device. `line` is its input of the interrupt controller and the line there, or None; `messages` are its
    message vectors. `touched` counts accesses to its registers. `posted` writes go in, `outgoing` ones go out."""

    __slots__ = (
        "nt", "name", "properties", "bars", "slot", "config", "line", "messages", "on_reset", "present", "down",
        "touched", "posted", "outgoing", "beyond", "bursting", "events", "asserting", "doing", "began_ns", "_level",
        "_site", "_reported",
    )  # fmt: skip

    def __init__(
        self, nt: System, name: str, properties: Properties, bars: list[Bar], reset: Callable[[], object] | None
    ) -> None:
        self.nt = nt
        self.name = name
        self.properties = properties
        self.bars = bars
        self.on_reset = reset
        self.present = True
        self.down = ""  # why the bus lets it transfer nothing
        self.touched = 0
        self.posted: list[PostedWrite] = []
        self.outgoing: list[Burst] = []
        self.beyond = range(0)  # where an access landed of which it was said that it does not reach
        self.bursting = False
        self.events: dict[Event, None] = {}
        self.asserting = False
        self.doing = ("", "")  # the event whose code runs, and its register
        self.began_ns = -1  # when it began: the code of a device takes no time
        self._level = 0  # the IRQL of the processor meanwhile
        self._site: object = None  # where what arrives now began, if that was earlier
        self._reported: set[tuple[Rule, Bar, str]] = set()
        for bar in bars:
            bar.device = self
        allotment = nt.hardware.allotment
        trouble = allotment.place(bars, properties)
        if trouble:
            nt.not_modelled(trouble)
        self.slot = allotment.slot()
        self.line: tuple[int, Line] | None = None
        if properties.has_line:
            number = allotment.input(properties)
            self.line = number, allotment.line(number, properties, name)
        self.messages = allotment.messages(properties, name)
        identity = dict(properties.numbers)
        identity["device_id"] = identity["device_id"] or self.slot
        capable = 0 if properties.extended else len(self.messages)
        self.config = ConfigSpace(identity, bars, capable, self.line[0] if self.line else None)
        self.config.command = IO_SPACE | MEMORY_SPACE | BUS_MASTER

    @property
    def dma_line(self) -> tuple[bool, int] | None:
        """How a slave is wired: a request line (true) or a channel, and its number. None for a device that has address
        lines of its own."""
        request, channel = self.properties["dma_request"], self.properties["dma_channel"]
        return (True, request) if request >= 0 else (False, channel) if channel >= 0 else None

    def resources(self, translated: bool = True) -> bytes:
        """The CM_RESOURCE_LIST of the device."""
        return resource_list(self.nt, self.properties, self.bars, self.line, self.messages, translated)

    def move(self) -> None:
        """Lie elsewhere from now on: the bus has given the addresses anew."""
        self.nt.hardware.allotment.move(self.bars, self.properties)
        self.config.place()

    def facts(self, bar: Bar) -> list[tuple[str, str]]:
        where = f"port 0x{bar.base:x}" if bar.ports else f"physical {address(bar.base)}"
        return [("device", f"{self.name}, {plural(bar.size, 'byte')} at {where}")]

    # -- its own code

    def run(self, doing: tuple[str, str], function: Callable[..., object], *arguments: int) -> object:
        """Run code of the device: for an event, of a register perhaps."""
        self.doing = doing
        nt, hardware = self.nt, self.nt.hardware
        before, cpu, now = hardware.current, nt.cpu, nt.clock.now_ns
        irql, hardware.current, cpu.irql = cpu.irql, self, 0
        self.began_ns = now
        self._level = irql
        try:
            return on_stack(nt, *hardware.stack(), function, *arguments)
        finally:
            hardware.current, cpu.irql = before, irql
            self.began_ns = -1
            nt.clock.pass_ns(now - nt.clock.now_ns)

    def accessed(self) -> Moment:
        """The access of a processor that the running code answers; without one, where that code stands."""
        nt = self.nt
        frame, own = sys._getframe(1), 0
        while frame is not None and frame.f_code is not HardwareDevice.run.__code__:
            own += frame.f_globals is nt.names
            frame = frame.f_back  # type: ignore[assignment]
        site = nt.where()
        outer = site[own:] if isinstance(site, tuple) and self._site is None else site
        return Moment(outer or site, nt.clock.now_ns, self._level, nt.cpu.number)

    def fault(self, how: str, facts: list[tuple[str, str]]) -> None:
        """The code that runs cannot go on. Does not return unless the rule is allowed."""
        event, register = self.doing
        handler = "an 'after' statement" if event == "after" else f"'{f'{event} {register}'.strip()}'"
        self.nt.violation(
            rules.DEVICE_CODE_FAULT, (), [("device", f"{self.name}, in {handler}"), *facts],
            title=f"the code of the device {self.name} faults: {how}",
        )  # fmt: skip

    def at(self, site: object, action: Callable[..., object], *arguments: object) -> None:
        """Do something that began earlier: what is found is found there."""
        nt = self.nt
        before, nt.where = nt.where, lambda: site
        earlier, self._site = self._site, site
        try:
            action(*arguments)
        finally:
            nt.where, self._site = before, earlier

    def after(self, nanoseconds: int, function: Callable[[], object]) -> None:
        """Run code of the device once so much time has passed, unless it is reset or gone by then."""

        def due() -> None:
            del self.events[event]
            self.run(("after", ""), function)

        event = self.nt.scheduler.after(nanoseconds, due, self.name)
        self.events[event] = None

    def reset(self) -> None:
        """As after power-on: what was under way is forgotten, and the registers hold their first values."""
        self.still()
        for bar in self.bars:
            for register in bar.registers:
                self.nt.memory.write_uint(register.storage, register.size, register.reset)
        if self.on_reset is not None:
            self.run(("on reset", ""), self.on_reset)

    def still(self) -> None:
        """Forget what is under way."""
        for event in self.events:
            self.nt.scheduler.cancel(event)
        self.events.clear()
        self.posted.clear()
        self.outgoing.clear()
        self.interrupt_clear()

    # -- interrupts

    def interrupt(self, message: int = 0) -> None:
        """Assert the line, or send a message: behind all that the device has written."""
        if not self.present:
            return
        if self.messages:
            if message >= len(self.messages):
                facts = [("device", f"{self.name}, {plural(len(self.messages), 'message')}")]
                title = f"a device sends message {message}, which it does not have"
                self.nt.violation(rules.NO_SUCH_MESSAGE, (), facts, title=title)
                return
            self.nt.hardware.bus.flush(self)
            self.nt.interrupts.message(self.messages[message].vector)
        elif self.line is not None and not self.config.command & INTERRUPT_DISABLE:
            line = self.line[1]
            self.asserting = line.level
            self.config.show_interrupt(self.asserting)
            self.nt.interrupts.assert_line(line.vector)

    def interrupt_clear(self) -> None:
        """Let go of the line; it stays asserted while another device on it asserts it."""
        if not self.asserting or self.line is None:
            return
        self.asserting = False
        self.config.show_interrupt(False)
        if not self.nt.hardware.asserting(self.line[1]):
            self.nt.interrupts.clear_line(self.line[1].vector)

    # -- accesses by processors

    def load(self, bar: Bar, offset: int, size: int) -> int:
        """A read of a register: the posted writes before it arrive first."""
        self.touched += 1
        self.flush()
        self.nt.hardware.bus.flush(self)
        part = self._part(bar, offset, size, False)
        if part is None:
            return (1 << 8 * size) - 1
        register = part.register
        value = None if register.read is None else self.run(("on read", register.name), register.read)
        if not isinstance(value, int):
            value = self.nt.memory.read_uint(register.storage, register.size)
        value = value >> part.shift & part.mask
        self.nt.traced("register read", device=self.name, register=register.name, value=value)
        return value

    def store(self, bar: Bar, offset: int, size: int, value: int) -> None:
        """A write of a register. In memory space it is posted: it may arrive later, in its turn."""
        nt = self.nt
        self.touched += 1
        part = self._part(bar, offset, size, True)
        if part is None:
            return
        nt.traced("register write", device=self.name, register=part.register.name, value=value)
        if not bar.ports and (self.posted or nt.chooser.open and nt.choose("posted", 2)):
            if not self.posted:
                nt.scheduler.after(POSTED_NS, self.flush, f"writes to {self.name}")
            self.posted.append(PostedWrite(part, value, nt.where()))
        else:
            self.flush()  # a write to a port never passes a posted one
            self._write(part, value)

    def flush(self) -> None:
        """The posted writes arrive."""
        while self.posted and self.present:
            write = self.posted.pop(0)
            self.at(write.site, self._write, write.part, write.value)

    def _write(self, part: Part, value: int) -> None:
        register, memory = part.register, self.nt.memory
        value &= part.mask
        if part.size < register.size:
            kept = memory.read_uint(register.storage, register.size) & ~(part.mask << part.shift)
            value = kept | value << part.shift
        if register.write is None:
            memory.write_uint(register.storage, register.size, value)
        else:
            self.run(("on write", register.name), register.write, value)

    def _part(self, bar: Bar, offset: int, size: int, write: bool) -> Part | None:
        """What answers an access, or None; a mistake of the driver's is reported once for each register."""
        if not self.present or not self.config.command & (IO_SPACE if bar.ports else MEMORY_SPACE):
            return None
        part = bar.part(offset, size)
        if part is None:
            self.wrong(bar, offset, size, write)
        return part

    def wrong(self, bar: Bar, offset: int, size: int, write: bool) -> None:
        """An access that no register answers."""
        register = bar.touched(offset, size)
        rule = rules.NO_SUCH_REGISTER if register is None else rules.REGISTER_WIDTH
        key = rule, bar, "" if register is None else register.name
        if key in self._reported:
            return
        self._reported.add(key)
        facts = [("access", f"{'write' if write else 'read'} of {plural(size, 'byte')} at offset 0x{offset:x}")]
        title = ""
        if register is not None:
            where = f"{plural(register.size, 'byte')} at offset 0x{register.offset:x}"
            facts.append(("register", f"{register.name}, {where}"))
        elif offset >= bar.size or offset < 0:
            title = "an access lies outside the registers of the device"
            if bar.base + offset in bar.left:
                title = "an access goes to where the registers were before the device was stopped"
                words = "write" if write else "read"
                facts = [
                    ("access", f"{words} of {plural(size, 'byte')} at {address(bar.base + offset)}"),
                    ("since", "they have other addresses after each IRP_MN_START_DEVICE: map them there"),
                ]
        self.nt.violation(rule, (), [*facts, *self.facts(bar)], title=title)
