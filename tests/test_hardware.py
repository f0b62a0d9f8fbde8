"""Devices: how processors reach their registers, and what they do by themselves."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dmascript.runtime.choose import Chooser
from dmascript.runtime.hal.hardware import HardwareDevice
from dmascript.runtime.hal.registers import Bar, Register
from dmascript.runtime.mm.memory import Region
from machine import Machine

ONES = 0xFFFF_FFFF
IMAGE = 0xFFFF_F805_0000_0000
NON_CACHED = 0


class Card(Machine):
    """A machine with a device of four registers: Data of 32 bits at 0, Wide of 64 at 8, Byte at 16, Doorbell at 20.
    `seen` are the values written to the doorbell."""

    def __init__(
        self, seed: int | None = None, properties: dict[str, int | str] | None = None, **settings: object
    ) -> None:
        super().__init__(**settings)
        if seed is not None:
            self.nt.chooser.seed = seed
        self.nt.memory.kernel.add(Region(IMAGE, 1, "device image"))
        self.seen: list[int] = []
        self.device = self.attach("Card", properties or {})
        self.base = self.map(self.device)

    def attach(
        self, name: str, properties: dict[str, int | str], at: int = 0, ring: Callable[[int], object] | None = None
    ) -> HardwareDevice:
        place = IMAGE + at
        registers = [
            Register("Data", 0, 4, place, 0x1234_5678),
            Register("Wide", 8, 8, place + 8),
            Register("Byte", 16, 1, place + 16, 7),
            Register("Doorbell", 20, 4, place + 20, 0, lambda: len(self.seen), ring or self.seen.append),
        ]
        return self.nt.hardware.attach(name, properties, [Bar("", registers)])

    def map(self, device: HardwareDevice, length: int = 0) -> int:
        return self.call("MmMapIoSpace", device.bars[0].base, length or device.bars[0].size, NON_CACHED)


@pytest.fixture
def card() -> Card:
    return Card()


# -- registers


def test_registers_hold_their_first_values_and_what_is_written(card: Card) -> None:
    """A reset value is read, a store replaces it, and the neighbours stay as they were."""
    assert card.call("READ_REGISTER_ULONG", card.base) == 0x1234_5678
    card.call("WRITE_REGISTER_ULONG", card.base, 0xCAFE_F00D)
    assert card.call("READ_REGISTER_ULONG", card.base) == 0xCAFE_F00D
    assert card.call("READ_REGISTER_UCHAR", card.base + 16) == 7
    assert card.rules == []


def test_a_pointer_reaches_the_same_registers(card: Card) -> None:
    """Loads and stores through the mapped address are accesses too."""
    card.set(card.base + 8, 8, 0x1122_3344_5566_7788)
    assert card.call("READ_REGISTER_ULONG64", card.base + 8) == 0x1122_3344_5566_7788
    assert card.get(card.base, 4) == 0x1234_5678


def test_handlers_answer_in_place_of_memory(card: Card) -> None:
    """A write handler gets the value, a read handler gives the answer; nothing is stored by itself."""
    card.call("WRITE_REGISTER_ULONG", card.base + 20, 5)
    card.call("WRITE_REGISTER_ULONG", card.base + 20, 6)
    assert card.seen == [5, 6]
    assert card.call("READ_REGISTER_ULONG", card.base + 20) == 2
    assert card.get(IMAGE + 20, 4) == 0


def test_halves_of_a_wide_register(card: Card) -> None:
    """A 64-bit register may be accessed as two of 32 bits; each half keeps the other."""
    card.call("WRITE_REGISTER_ULONG", card.base + 12, 0xAAAA_BBBB)
    card.call("WRITE_REGISTER_ULONG", card.base + 8, 0xCCCC_DDDD)
    assert card.call("READ_REGISTER_ULONG64", card.base + 8) == 0xAAAA_BBBB_CCCC_DDDD
    assert card.call("READ_REGISTER_ULONG", card.base + 12) == 0xAAAA_BBBB
    assert card.rules == []


@pytest.mark.parametrize(
    ("offset", "routine", "ones"),
    [(0, "READ_REGISTER_UCHAR", 0xFF), (0, "READ_REGISTER_ULONG64", (1 << 64) - 1), (16, "READ_REGISTER_ULONG", ONES)],
)
def test_a_width_that_the_register_has_not(card: Card, offset: int, routine: str, ones: int) -> None:
    """All ones come back, and it is said once for each register."""
    assert card.call(routine, card.base + offset) == ones
    assert card.call(routine, card.base + offset) == ones
    assert card.rules == ["register-width-mismatch"]


def test_a_write_of_another_width_goes_nowhere(card: Card) -> None:
    """The register keeps its value."""
    card.call("WRITE_REGISTER_USHORT", card.base, 0)
    assert card.call("READ_REGISTER_ULONG", card.base) == 0x1234_5678
    assert card.rules == ["register-width-mismatch"]


@pytest.mark.parametrize("offset", [4, 24, 32, 0x800])
def test_where_no_register_is(card: Card, offset: int) -> None:
    """Between the registers and beyond them reads give all ones, and the access is reported."""
    assert card.call("READ_REGISTER_ULONG", card.base + offset) == ONES
    card.call("WRITE_REGISTER_ULONG", card.base + offset, 1)
    assert card.rules == ["no-such-register"]


def test_pages_of_nobody_are_silent(card: Card) -> None:
    """Where no device was ever asked for there is nothing to say: a probe of hardware finds all ones."""
    base = card.call("MmMapIoSpace", 0xD000_0000, 4096, NON_CACHED)
    assert card.call("READ_REGISTER_ULONG", base) == ONES
    assert card.rules == []


def test_registers_through_an_mdl(card: Card) -> None:
    """Device memory that an MDL describes shows the registers too."""
    ranges, out = card.room(16), card.room(8)
    card.set(ranges, 8, card.device.bars[0].base)
    card.set(ranges + 8, 8, 4096)
    assert card.call("MmAllocateMdlForIoSpace", ranges, 1, out) == 0
    mdl = card.get(out)
    va = card.call("MmGetSystemAddressForMdlSafe", mdl, 16 | 0x4000_0000)
    assert card.call("READ_REGISTER_ULONG", va) == 0x1234_5678
    card.set(va + 20, 4, 9)
    assert card.seen == [9]
    card.call("MmUnmapLockedPages", va, mdl)
    card.call("IoFreeMdl", mdl)


def test_after_unmapping_the_address_is_bad(card: Card) -> None:
    """The page is gone from the address space, as any other."""
    card.call("MmUnmapIoSpace", card.base, card.device.bars[0].size)
    assert card.stop("READ_REGISTER_ULONG", card.base)[0] == 0x50


def test_buffers_walk_over_memory(card: Card) -> None:
    """The buffer forms of registers access successive addresses, those of ports one port again and again."""
    source, target = card.room(16), card.room(16)
    card.nt.memory.write(source, bytes(range(8)))
    card.call("WRITE_REGISTER_BUFFER_ULONG", card.base + 8, source, 2)
    card.call("READ_REGISTER_BUFFER_ULONG64", card.base + 8, target, 1)
    assert card.nt.memory.read(target, 8) == bytes(range(8))


def test_an_access_takes_time(card: Card) -> None:
    """A read costs the processor most of a microsecond, a posted write little."""
    before = card.nt.clock.now_ns
    card.call("READ_REGISTER_ULONG", card.base)
    after_read = card.nt.clock.now_ns
    card.call("WRITE_REGISTER_ULONG", card.base, 1)
    assert after_read - before > 4 * (card.nt.clock.now_ns - after_read) > 0


# -- ports


def test_ports() -> None:
    """A block in port space has its registers at port numbers; where nobody is, all ones come back."""
    card = Card(properties={"bus": "isa", "ports": 1, "base": 0x300, "interrupt": "none"})
    buffer = card.room(16)
    card.nt.memory.write(buffer, (9).to_bytes(4, "little") + (8).to_bytes(4, "little"))
    assert card.call("READ_PORT_UCHAR", 0x310) == 7
    card.call("WRITE_PORT_ULONG", 0x314, 4)
    card.call("WRITE_PORT_BUFFER_ULONG", 0x314, buffer, 2)
    assert card.seen == [4, 9, 8]
    card.call("READ_PORT_BUFFER_ULONG", 0x300, buffer, 2)
    assert card.nt.memory.read(buffer, 8) == (0x1234_5678).to_bytes(4, "little") * 2
    assert card.call("READ_PORT_USHORT", 0x200) == 0xFFFF
    assert card.rules == []
    assert card.call("READ_PORT_ULONG", 0x310) == ONES
    assert card.rules == ["register-width-mismatch"]


# -- device code


def test_device_code_takes_no_time_and_is_not_interrupted(card: Card) -> None:
    """It runs at no IRQL, on a stack of its own, and what is due meanwhile waits."""
    seen: list[tuple[object, ...]] = []
    nt = card.nt

    def ring(value: int) -> None:
        nt.scheduler.after(0, lambda: seen.append("due"))
        nt.scheduler.point()
        seen.append((nt.hardware.current, nt.irql, nt.thread.stack_low))
        nt.clock.pass_ns(10_000)

    device = card.attach("Other", {}, 0x100, ring)
    base = card.map(device)
    card.call("KeRaiseIrqlToDpcLevel")
    before = nt.clock.now_ns
    card.call("WRITE_REGISTER_ULONG", base + 20, 1)
    assert seen[0][:2] == (device, 0)
    assert seen[0][2] != nt.thread.stack_low
    assert seen[1] == "due"
    assert nt.irql == 2 and nt.hardware.current is None
    assert nt.clock.now_ns - before < 1000


def test_after(card: Card) -> None:
    """What a device does later it does when the time has come, and not once it was reset."""
    done: list[int] = []
    card.device.after(1000, lambda: done.append(1))
    card.call("SimAdvance", 500)
    card.nt.scheduler.point()
    assert done == []
    card.call("SimAdvance", 600)
    card.nt.scheduler.point()
    assert done == [1]
    card.device.after(100, lambda: done.append(2))
    card.device.reset()
    card.call("SimAdvance", 1000)
    card.nt.scheduler.point()
    assert done == [1]


def test_reset() -> None:
    """The registers hold their first values again, and the device's own handler runs."""
    card = Card()
    count: list[int] = []
    card.device.on_reset = lambda: count.append(1)
    card.call("WRITE_REGISTER_ULONG", card.base, 1)
    card.device.reset()
    assert card.call("READ_REGISTER_ULONG", card.base) == 0x1234_5678
    assert count == [1]


# -- writes on their way


@pytest.mark.parametrize("seed", range(8))
def test_a_read_pushes_posted_writes(seed: int) -> None:
    """Writes may be late, but in their order, and never behind a read of the same device."""
    card = Card(seed)
    for value in range(6):
        card.call("WRITE_REGISTER_ULONG", card.base + 20, value)
    assert card.call("READ_REGISTER_ULONG", card.base + 20) == 6
    assert card.seen == list(range(6))


def test_some_seed_posts_a_write() -> None:
    """Without a read the device has not seen it yet; a little later it has."""
    late = []
    for seed in range(16):
        card = Card(seed)
        card.call("WRITE_REGISTER_ULONG", card.base + 20, 1)
        late.append(card.seen == [])
        card.call("SimAdvance", 10_000)
        card.nt.scheduler.point()
        assert card.seen == [1]
    assert True in late and False in late


# -- interrupts


def connect(card: Card, device: HardwareDevice, service: Callable[..., int]) -> int:
    assert device.line is not None
    line = device.line[1]
    routine = card.nt.native("service", service)
    return card.nt.interrupts.connect(routine, 0, 0, line.vector, line.irql, line.irql)


def test_a_line_stays_asserted_until_the_device_lets_go(card: Card) -> None:
    """The service routine is called until the device is told, and not while the IRQL is as high."""
    served: list[int] = []

    def service(nt: object, interrupt: int, context: int) -> int:
        served.append(card.nt.irql)
        if len(served) == 3:
            card.device.interrupt_clear()
        return 1

    connect(card, card.device, service)
    assert card.device.line is not None
    level = card.device.line[1].irql
    card.nt.set_irql(level)
    card.device.interrupt()
    card.nt.scheduler.point()
    assert served == []
    card.nt.set_irql(0)
    card.nt.scheduler.point()
    assert served == [level] * 3
    assert card.rules == []


def test_two_devices_on_one_line() -> None:
    """The line falls when the last of them lets go."""
    card = Card(properties={"irq": 17})
    other = card.attach("Other", {"irq": 17}, 0x100)
    assert card.device.line is not None and other.line is not None
    assert card.device.line[1] is other.line[1]
    line = other.line[1]
    card.device.interrupt()
    other.interrupt()
    card.device.interrupt_clear()
    assert line.asserted
    other.interrupt_clear()
    assert not line.asserted


def test_messages_are_sent_once() -> None:
    """Each message has a vector of its own; the status register of the configuration space says nothing of them."""
    card = Card(properties={"interrupt": "messages(4)"})
    served: list[int] = []
    for number, line in enumerate(card.device.messages):
        routine = card.nt.native("service", lambda nt, interrupt, context, message: served.append(message) or 1)
        card.nt.interrupts.connect(routine, 0, 0, line.vector, line.irql, line.irql, message=number)
    card.device.interrupt(2)
    card.device.interrupt(0)
    card.nt.scheduler.point()
    assert sorted(served) == [0, 2]
    card.device.interrupt(4)
    assert card.rules == ["no-such-message"]


def test_a_message_pushes_the_data() -> None:
    """What the device wrote to memory has arrived when its message comes; a line may be ahead of it."""
    ahead = []
    for seed in range(16):
        for interrupt in ("messages(1)", "line"):
            card = Card(seed, properties={"interrupt": interrupt})
            block = card.call("MmAllocateContiguousMemory", 4096, ONES)
            physical = card.call("MmGetPhysicalAddress", block)
            card.nt.hardware.bus.write(card.device, physical, b"x" * 1024)
            card.device.interrupt()
            arrived = card.nt.memory.read(block, 1024) == b"x" * 1024
            assert arrived or interrupt == "line"
            ahead.append(not arrived)
            card.call("READ_REGISTER_ULONG", card.base)  # the answer comes behind the data
            assert card.nt.memory.read(block, 1024) == b"x" * 1024
    assert True in ahead


# -- the bus


def test_transfers_by_logical_address(card: Card) -> None:
    """A device reads and writes RAM where its pages are, past all protections."""
    block = card.call("MmAllocateContiguousMemory", 8192, ONES)
    physical = card.call("MmGetPhysicalAddress", block)
    card.nt.memory.write(block + 4090, b"0123456789")
    bus = card.nt.hardware.bus
    assert bus.read(card.device, physical + 4090, 10) == b"0123456789"
    assert bus.write(card.device, physical + 4094, b"ABCD") == 4
    assert card.nt.memory.read(block + 4090, 10) == b"0123ABCD89"
    assert card.rules == []


def test_where_no_memory_is(card: Card) -> None:
    """What is read there are ones, what is written is lost, and both are reported."""
    bus = card.nt.hardware.bus
    assert bus.read(card.device, 0xD000_0000, 4) == b"\xff" * 4
    bus.write(card.device, 0xD000_0000, b"abcd")
    assert card.rules == ["dma-to-no-memory", "dma-to-no-memory"]


def test_beyond_the_reach_of_the_device() -> None:
    """A device of 24 address bits drops the others."""
    card = Card(properties={"dma_bits": 24})
    block = card.call("MmAllocateContiguousMemory", 4096, 0xFF_FFFF)
    physical = card.call("MmGetPhysicalAddress", block)
    card.nt.hardware.bus.write(card.device, physical | 1 << 32, b"lost")
    assert card.nt.memory.read(block, 4) == b"lost"
    assert card.rules == ["dma-beyond-reach"]


def test_a_slave_needs_its_channel() -> None:
    """A slave moves what the channel lets it; before the channel is programmed nothing answers its request."""
    card = Card(properties={"bus": "isa", "dma_channel": 1})
    bus = card.nt.hardware.bus
    assert bus.write(card.device, 0, b"abcd") == 0
    block = card.call("MmAllocateContiguousMemory", 4096, ONES)
    physical = card.call("MmGetPhysicalAddress", block)
    bus.channels[False, 1] = lambda length, write: [(physical, min(length, 3))]
    assert bus.write(card.device, 0, b"abcd") == 3
    kept = card.nt.memory.read(block + 3, 1)
    assert card.nt.memory.read(block, 3) == b"abc" and kept != b"d"
    assert bus.read(card.device, 0, 8) == b"abc"


# -- configuration space


def config(card: Card, offset: int, length: int, slot: int = 1) -> int:
    buffer = card.room(16)
    taken = card.call("HalGetBusDataByOffset", 4, 0, slot, buffer, offset, length)
    return int.from_bytes(card.nt.memory.read(buffer, taken), "little")


def test_the_header_of_the_configuration_space() -> None:
    """Identification, class, base address, interrupt line and pin stand where the header of type 0 has them."""
    card = Card(properties={"vendor": 0x1234, "device_id": 0x11E8, "revision": 3, "class_code": 0x020000, "irq": 18})
    assert config(card, 0, 4) == 0x11E8_1234
    assert config(card, 8, 4) == 0x0200_0003
    assert config(card, 0x10, 4) == card.device.bars[0].base
    assert config(card, 0x3C, 2) == 0x0112
    assert config(card, 0x0E, 1) == 0
    assert config(card, 0, 4, slot=9) == 0xFFFF
    assert card.call("HalGetBusDataByOffset", 4, 1, 1, card.room(4), 0, 4) == 0


def test_only_writable_bits_change(card: Card) -> None:
    """The size of a block is found by writing ones to its base address; identification stays."""
    buffer = card.room(8)
    card.set(buffer, 4, ONES)
    assert card.call("HalSetBusDataByOffset", 4, 0, 1, buffer, 0, 4) == 4
    assert config(card, 0, 2) == 0x1234
    before = config(card, 0x10, 4)
    card.call("HalSetBusDataByOffset", 4, 0, 1, buffer, 0x10, 4)
    assert config(card, 0x10, 4) == ONES & -card.device.bars[0].size
    card.set(buffer, 4, before)
    card.call("HalSetBusDataByOffset", 4, 0, 1, buffer, 0x10, 4)
    assert card.call("READ_REGISTER_ULONG", card.base) == 0x1234_5678


def test_the_command_register_switches(card: Card) -> None:
    """Without memory space the registers do not answer, without bus mastering nothing is transferred."""
    buffer = card.room(4)
    card.call("HalSetBusDataByOffset", 4, 0, 1, buffer, 4, 2)
    assert card.call("READ_REGISTER_ULONG", card.base) == ONES
    assert card.rules == []
    assert card.nt.hardware.bus.read(card.device, 0x10_0000, 4) == b"\xff" * 4
    assert card.rules == ["dma-without-bus-mastering"]


def test_the_message_capability() -> None:
    """A device with messages lists MSI, and says how many it can send."""
    card = Card(properties={"interrupt": "messages(4)"})
    assert config(card, 6, 2) & 0x10
    pointer = config(card, 0x34, 1)
    assert config(card, pointer, 2) == 5
    assert config(card, pointer + 2, 2) >> 1 & 7 == 2


# -- resources


def descriptors(data: bytes) -> list[bytes]:
    count = int.from_bytes(data[16:20], "little")
    assert len(data) == 20 + 20 * count
    return [data[20 + 20 * index : 40 + 20 * index] for index in range(count)]


def test_resources(card: Card) -> None:
    """Memory comes first, the same raw and translated; the interrupt is an input raw and a vector translated."""
    data = card.device.resources()
    assert data[:4] == (1).to_bytes(4, "little") and data[4:8] == (5).to_bytes(4, "little")
    memory, interrupt = descriptors(data)
    bar = card.device.bars[0]
    assert memory[0] == 3 and int.from_bytes(memory[4:12], "little") == bar.base
    assert int.from_bytes(memory[12:16], "little") == bar.size == 32
    assert card.device.line is not None
    number, line = card.device.line
    assert interrupt[0] == 2 and interrupt[1] == 3
    assert int.from_bytes(interrupt[4:6], "little") == line.irql
    assert int.from_bytes(interrupt[8:12], "little") == line.vector
    assert int.from_bytes(interrupt[12:20], "little") == 3
    raw = descriptors(card.device.resources(translated=False))
    assert raw[0] == memory
    assert int.from_bytes(raw[1][8:12], "little") == number


def test_resources_of_messages_and_channels() -> None:
    """Messages are one latched descriptor with a count; a slave has its channel."""
    card = Card(properties={"interrupt": "messages(4)"})
    raw = descriptors(card.device.resources(translated=False))[1]
    assert raw[0] == 2 and raw[2:4] == b"\x03\0" and raw[6:8] == b"\x04\0"
    slave = card.attach("Slave", {"bus": "isa", "dma_channel": 3, "ports": 1}, 0x100)
    port, line, channel = descriptors(slave.resources())
    assert port[0] == 1 and int.from_bytes(port[4:12], "little") == slave.bars[0].base == 0x300
    assert line[2:4] == b"\x01\0"
    assert channel[0] == 4 and channel[4] == 3


@pytest.mark.parametrize(
    "properties",
    [{"colour": 1}, {"bus": "usb"}, {"interrupt": "messages(0)"}, {"interrupt": "bell"}, {"dma_bits": "many"},
     {"bus": "isa", "interrupt": "messages(2)"}],
)  # fmt: skip
def test_properties_that_cannot_be(properties: dict[str, int | str]) -> None:
    """They are refused before the device is there."""
    machine = Machine()
    with pytest.raises(ValueError):
        machine.nt.hardware.attach("Card", properties, [])
    assert machine.nt.hardware.devices == []


# -- removal


def test_surprise_removal(card: Card) -> None:
    """Nobody answers any more, nothing is under way, and no finding is made of it."""
    done: list[int] = []
    card.device.after(100, lambda: done.append(1))
    card.device.interrupt()
    card.call("SimSurpriseRemove", card.text("Card"))
    assert card.call("READ_REGISTER_ULONG", card.base) == ONES
    card.call("WRITE_REGISTER_ULONG", card.base + 20, 1)
    card.call("SimAdvance", 1000)
    card.nt.scheduler.point()
    assert config(card, 0, 2) == 0xFFFF
    assert (card.seen, done, card.rules) == ([], [], [])
    assert card.device.line is not None and not card.device.line[1].asserted


def test_seeded_machines_agree() -> None:
    """The same seed gives the same choices."""
    logs = []
    for _ in range(2):
        card = Card(5)
        card.nt.chooser.log = []
        for value in range(20):
            card.call("WRITE_REGISTER_ULONG", card.base + 20, value)
        logs.append((card.nt.chooser.log, list(card.seen)))
    assert logs[0] == logs[1]
    assert isinstance(card.nt.chooser, Chooser)
