"""Requests: buffers as the device's flags and the control code's method say, completion, stacks, and who waits."""

from __future__ import annotations

import pytest

from dmascript.runtime.wdk.constants import (
    DO_BUFFERED_IO,
    DO_DIRECT_IO,
    STATUS_ACCESS_VIOLATION,
    STATUS_BUFFER_OVERFLOW,
    STATUS_INVALID_DEVICE_REQUEST,
    STATUS_PENDING,
    STATUS_UNSUCCESSFUL,
)
from dmascript.runtime.wdk.layouts import offset
from io_machine import Io
from kernel_machine import SEEDS

MDL, SYSTEM_BUFFER, USER_BUFFER = "MdlAddress", "AssociatedIrp.SystemBuffer", "UserBuffer"
PAGE_READONLY = 2
WRITE_OPERATION = 0x80  # MdlFlags: locked with IoWriteAccess
LENGTH = offset("_IO_STACK_LOCATION", "Parameters.Read.Length")
TYPE3 = offset("_IO_STACK_LOCATION", "Parameters.DeviceIoControl.Type3InputBuffer")


def control_code(method: int) -> int:
    return 0x22 << 16 | 0x800 << 2 | method


def test_a_request_nobody_handles_is_invalid() -> None:
    """A driver without a dispatch routine answers STATUS_INVALID_DEVICE_REQUEST, also to the open."""
    io = Io()
    io.device(io.driver())
    from dmascript.runtime.io.file_objects import Opening

    status, file = io.nt.io.open(Opening("\\Device\\Test", 0x8000_0000))
    assert (status, file) == (STATUS_INVALID_DEVICE_REQUEST, None)


def succeed(io: Io) -> dict[str, object]:
    def done(device: int, irp: int) -> int:
        return io.finish(irp)

    return {"create": done, "cleanup": done, "close": done}


def test_a_buffered_read_copies_what_information_says() -> None:
    """The system buffer has the length asked for; as many bytes as Information says reach the program."""
    io = Io()

    def read(device: int, irp: int) -> int:
        buffer = io.field(irp, SYSTEM_BUFFER, 8)
        assert io.field(irp, MDL, 8) == 0 and buffer >= 0xFFFF_8000_0000_0000
        assert io.get(io.location(irp) + LENGTH, 4) == 10
        io.nt.memory.write(buffer, b"0123456789")
        return io.finish(irp, 0, 4)

    io.device(io.driver(read=read, **succeed(io)), flags=DO_BUFFERED_IO)
    file, buffer = io.open(), io.user(4096)
    assert io.read(file, buffer, 10) == (0, 4)
    assert io.nt.memory.read(buffer, 10) == b"0123" + bytes(6)
    io.nt.io.close(file)
    assert io.rules == []


def test_a_buffered_write_brings_the_programs_bytes() -> None:
    io = Io()
    seen: list[bytes] = []

    def write(device: int, irp: int) -> int:
        length = io.get(io.location(irp) + LENGTH, 4)
        seen.append(io.nt.memory.read(io.field(irp, SYSTEM_BUFFER, 8), length))
        return io.finish(irp, 0, length)

    io.device(io.driver(write=write, **succeed(io)), flags=DO_BUFFERED_IO)
    file, buffer = io.open(), io.user(4096)
    io.nt.memory.write(buffer, b"hello")
    assert io.write(file, buffer, 5) == (0, 5)
    assert seen == [b"hello"] and io.rules == []


@pytest.mark.parametrize(("name", "flag"), [("read", WRITE_OPERATION), ("write", 0)])
def test_direct_io_locks_the_programs_buffer(name: str, flag: int) -> None:
    """The MDL is locked for the access that the device makes, and unlocked and freed at the end."""
    io = Io()
    mdls: list[int] = []

    def transfer(device: int, irp: int) -> int:
        mdl = io.nt.mdls.at(io.field(irp, MDL, 8))
        mdls.append(mdl.address)
        assert mdl.is_locked and mdl.flags & WRITE_OPERATION == flag
        assert mdl.byte_count == 5000 and io.field(irp, SYSTEM_BUFFER, 8) == 0
        return io.finish(irp, 0, 5000)

    io.device(io.driver(**{name: transfer}, **succeed(io)), flags=DO_DIRECT_IO)
    file, buffer = io.open(), io.user(8192)
    assert io.transfer(getattr(io.nt.io, name), file, buffer, 5000) == (0, 5000)
    assert io.nt.process.locked_pages == 0 and mdls[0] not in io.nt.mdls.locks
    assert mdls[0] not in io.nt.mdls.allocated and io.rules == []


def test_zero_length_makes_neither_buffer_nor_mdl() -> None:
    io = Io()

    def read(device: int, irp: int) -> int:
        assert io.field(irp, MDL, 8) == io.field(irp, SYSTEM_BUFFER, 8) == 0
        return io.finish(irp)

    driver = io.driver(read=read, **succeed(io))
    io.device(driver, "\\Device\\Direct", DO_DIRECT_IO)
    io.device(driver, "\\Device\\Buffered", DO_BUFFERED_IO)
    for name in ("\\Device\\Direct", "\\Device\\Buffered"):
        assert io.read(io.open(name), 0, 0) == (0, 0)


def test_neither_passes_the_pointer_on() -> None:
    io = Io()

    def read(device: int, irp: int) -> int:
        assert io.field(irp, USER_BUFFER, 8) == 0x1234 and io.field(irp, MDL, 8) == 0
        return io.finish(irp)

    io.device(io.driver(read=read, **succeed(io)))
    assert io.read(io.open(), 0x1234, 8) == (0, 0)


@pytest.mark.parametrize("flags", [DO_BUFFERED_IO, DO_DIRECT_IO])
def test_a_bad_buffer_never_reaches_the_driver(flags: int) -> None:
    """Nothing mapped, or read-only memory for a read: STATUS_ACCESS_VIOLATION, and nothing is left locked."""
    io = Io()
    seen: list[int] = []

    def read(device: int, irp: int) -> int:
        seen.append(irp)
        return io.finish(irp)

    io.device(io.driver(read=read, **succeed(io)), flags=flags)
    file = io.open()
    assert io.read(file, 0x10_0000, 100)[0] == STATUS_ACCESS_VIOLATION
    assert io.read(file, io.user(4096, PAGE_READONLY), 100)[0] == STATUS_ACCESS_VIOLATION
    assert io.read(file, 0xFFFF_8000_0000_0000, 100)[0] == STATUS_ACCESS_VIOLATION
    assert not seen and io.nt.process.locked_pages == 0 and io.rules == []
    assert len(io.nt.io.requests.alive) == 0


# -- control codes


def test_method_buffered_uses_one_buffer_for_both() -> None:
    """It is as long as the longer of both, begins with the input, and comes back as the output."""
    io = Io()

    def control(device: int, irp: int) -> int:
        buffer = io.field(irp, SYSTEM_BUFFER, 8)
        assert io.nt.memory.read(buffer, 4) == b"ping" and io.field(irp, MDL, 8) == 0
        io.nt.memory.write(buffer, b"pong!!")
        return io.finish(irp, 0, 6)

    io.device(io.driver(device_control=control, **succeed(io)))
    source, target = io.user(4096), io.user(4096)
    io.nt.memory.write(source, b"ping")
    assert io.control(io.open(), control_code(0), source, 4, target, 16) == (0, 6)
    assert io.nt.memory.read(target, 8) == b"pong!!\0\0" and io.rules == []


@pytest.mark.parametrize(("method", "flag"), [(1, 0), (2, WRITE_OPERATION)])
def test_the_direct_methods_lock_the_second_buffer(method: int, flag: int) -> None:
    """IN_DIRECT for reading by the device, OUT_DIRECT for writing; the first buffer is copied."""
    io = Io()

    def control(device: int, irp: int) -> int:
        mdl = io.nt.mdls.at(io.field(irp, MDL, 8))
        assert mdl.flags & WRITE_OPERATION == flag and mdl.byte_count == 100
        assert io.nt.memory.read(io.field(irp, SYSTEM_BUFFER, 8), 4) == b"head"
        return io.finish(irp, 0, 100)

    io.device(io.driver(device_control=control, **succeed(io)))
    source, target = io.user(4096), io.user(4096)
    io.nt.memory.write(source, b"head")
    assert io.control(io.open(), control_code(method), source, 4, target, 100) == (0, 100)
    assert io.nt.process.locked_pages == 0 and io.rules == []


def test_in_direct_takes_a_read_only_buffer_and_out_direct_does_not() -> None:
    io = Io()

    def control(device: int, irp: int) -> int:
        return io.finish(irp)

    io.device(io.driver(device_control=control, **succeed(io)))
    file, buffer = io.open(), io.user(4096, PAGE_READONLY)
    assert io.control(file, control_code(1), 0, 0, buffer, 100)[0] == 0
    assert io.control(file, control_code(2), 0, 0, buffer, 100)[0] == STATUS_ACCESS_VIOLATION


def test_method_neither_hands_both_pointers_over() -> None:
    io = Io()

    def control(device: int, irp: int) -> int:
        assert io.get(io.location(irp) + TYPE3) == 0x111 and io.field(irp, USER_BUFFER, 8) == 0x222
        assert io.field(irp, SYSTEM_BUFFER, 8) == io.field(irp, MDL, 8) == 0
        return io.finish(irp)

    io.device(io.driver(device_control=control, **succeed(io)))
    assert io.control(io.open(), control_code(3), 0x111, 5, 0x222, 6) == (0, 0)


def test_a_warning_still_copies_and_an_error_does_not() -> None:
    """STATUS_BUFFER_OVERFLOW brings its bytes along; NT_ERROR ones bring none, and leave the status block alone."""
    io = Io()
    statuses = [STATUS_BUFFER_OVERFLOW, STATUS_UNSUCCESSFUL]

    def control(device: int, irp: int) -> int:
        io.nt.memory.write(io.field(irp, SYSTEM_BUFFER, 8), b"abcd")
        return io.finish(irp, statuses.pop(0), 4)

    io.device(io.driver(device_control=control, **succeed(io)))
    file, target = io.open(), io.user(4096)
    assert io.control(file, control_code(0), 0, 0, target, 4) == (STATUS_BUFFER_OVERFLOW, 4)
    assert io.nt.memory.read(target, 4) == b"abcd"
    io.nt.memory.write(target, bytes(4))
    assert io.control(file, control_code(0), 0, 0, target, 4) == (STATUS_UNSUCCESSFUL, 0)
    assert io.nt.memory.read(target, 4) == bytes(4)


# -- pending


@pytest.mark.parametrize("seed", [None, *SEEDS])
def test_a_pended_read_ends_in_the_context_of_its_thread(seed: int | None) -> None:
    """Another thread, in the system's process, completes it: the bytes still reach the program's own buffer."""
    io = Io(seed)
    nt = io.nt

    def read(device: int, irp: int) -> int:
        io.pend(irp)

        def later() -> None:
            io.rest(5)
            assert nt.process is nt.system_process
            nt.memory.write(io.field(irp, SYSTEM_BUFFER, 8), b"late")
            io.finish(irp, 0, 4)

        nt.scheduler.create("later", nt.system_process, later)
        return STATUS_PENDING

    io.device(io.driver(read=read, **succeed(io)), flags=DO_BUFFERED_IO)
    file, buffer = io.open(), io.user(4096)
    assert io.read(file, buffer, 4) == (0, 4)
    assert nt.memory.read(buffer, 4) == b"late"
    assert nt.clock.now_ns >= 5_000_000 and io.rules == []


def test_an_asynchronous_read_returns_at_once_and_signals_its_event() -> None:
    io = Io()
    held: list[int] = []

    def read(device: int, irp: int) -> int:
        held.append(irp)
        return io.pend(irp)

    io.device(io.driver(read=read, **succeed(io)), flags=DO_BUFFERED_IO)
    file, buffer, event = io.open(synchronous=False), io.user(4096), io.event()
    from dmascript.runtime.io.file_requests import Transfer

    iosb = io.user(4096)
    assert io.nt.io.read(file, Transfer(buffer, 4, offset=0, iosb=iosb, event=event, mode=1)) == STATUS_PENDING
    assert io.call("KeReadStateEvent", event) == 0
    io.nt.memory.write(io.field(held[0], SYSTEM_BUFFER, 8), b"done")
    io.finish(held[0], 0, 4)
    assert io.call("KeReadStateEvent", event) == 1
    assert io.nt.memory.read(buffer, 4) == b"done" and io.get(iosb + 8) == 4 and io.rules == []


# -- stacks


def stack_of(io: Io, count: int, bottom: object, middle: object) -> list[int]:
    """Devices one upon another, the lowest first: `bottom` reads for it, `middle` for each above."""
    lowest = io.device(io.driver("Bottom", read=bottom, **succeed(io)))
    devices = [lowest]
    for number in range(1, count):

        def forward(device: int, irp: int) -> int:
            io.call("IoSkipCurrentIrpStackLocation", irp)
            return io.call("IofCallDriver", devices[devices.index(device) - 1], irp)

        driver = io.driver(f"Filter{number}", read=middle, create=forward, cleanup=forward, close=forward)
        device = io.device(driver, "")
        assert io.call("IoAttachDeviceToDeviceStack", device, lowest) == devices[-1]
        devices.append(device)
    return devices


def test_an_irp_passes_every_driver_of_the_stack_down_and_up() -> None:
    """Completion routines run from the lowest to the highest, each with its own device object and context."""
    io = Io()
    order: list[str] = []
    devices: list[int] = []

    def done(device: int, irp: int, context: int) -> int:
        order.append(f"up {devices.index(device)} {context}")
        return 0

    routine = io.function(done)

    def middle(device: int, irp: int) -> int:
        number = devices.index(device)
        order.append(f"down {number}")
        io.call("IoCopyCurrentIrpStackLocationToNext", irp)
        io.call("IoSetCompletionRoutine", irp, routine, number, 1, 1, 1)
        return io.call("IofCallDriver", devices[number - 1], irp)

    def bottom(device: int, irp: int) -> int:
        order.append("down 0")
        return io.finish(irp, 0, 7)

    devices += stack_of(io, 3, bottom, middle)
    assert io.get(devices[2] + offset("_DEVICE_OBJECT", "StackSize"), 1) == 3
    assert io.read(io.open(), 0x1000, 7) == (0, 7)
    assert order == ["down 2", "down 1", "down 0", "up 1 1", "up 2 2"] and io.rules == []


@pytest.mark.parametrize("seed", [None, *SEEDS])
def test_a_driver_waits_for_the_one_below_it(seed: int | None) -> None:
    """Its completion routine keeps the IRP and sets an event; it completes the IRP itself then."""
    io = Io(seed)
    devices: list[int] = []
    event = io.event()

    def keep(device: int, irp: int, context: int) -> int:
        io.call("KeSetEvent", context, 0, 0)
        return 0xC000_0016

    routine = io.function(keep)

    def middle(device: int, irp: int) -> int:
        io.call("IoCopyCurrentIrpStackLocationToNext", irp)
        io.call("IoSetCompletionRoutine", irp, routine, event, 1, 1, 1)
        if io.call("IofCallDriver", devices[0], irp) == STATUS_PENDING:
            io.wait(event)
        return io.finish(irp, 0, 2 * io.field(irp, "IoStatus", 16) // (1 << 64))

    def bottom(device: int, irp: int) -> int:
        io.pend(irp)

        def later() -> None:
            io.rest(1)
            io.finish(irp, 0, 21)

        io.nt.scheduler.create("later", io.nt.system_process, later)
        return STATUS_PENDING

    devices += stack_of(io, 2, bottom, middle)
    assert io.read(io.open(), 0x1000, 42) == (0, 42)
    assert io.rules == []


def test_ioforwardirpsynchronously_gives_the_irp_back() -> None:
    io = Io()
    devices: list[int] = []

    def middle(device: int, irp: int) -> int:
        assert io.call("IoForwardIrpSynchronously", devices[0], irp) == 1
        assert io.field(irp, "IoStatus", 4) == 0
        return io.finish(irp, 0, 3)

    def bottom(device: int, irp: int) -> int:
        return io.finish(irp, 0, 1)

    devices += stack_of(io, 2, bottom, middle)
    assert io.read(io.open(), 0x1000, 8) == (0, 3) and io.rules == []


def test_an_own_irp_comes_back_to_its_completion_routine() -> None:
    """IoAllocateIrp, no device object for the originator, freed in the routine."""
    io = Io()
    seen: list[tuple[int, int]] = []

    def done(device: int, irp: int, context: int) -> int:
        seen.append((device, io.field(irp, "IoStatus", 4)))
        io.call("IoFreeIrp", irp)
        return 0xC000_0016

    def read(device: int, irp: int) -> int:
        return io.finish(irp, 0x8000_0005, 9)

    device = io.device(io.driver(read=read, **succeed(io)))
    irp = io.call("IoAllocateIrp", 1, 0)
    io.set(io.call("IoGetNextIrpStackLocation", irp), 1, 3)
    io.call("IoSetCompletionRoutine", irp, io.function(done), 0, 1, 1, 1)
    assert io.call("IofCallDriver", device, irp) == 0x8000_0005
    assert seen == [(0, 0x8000_0005)] and io.rules == [] and "irp-leaked" not in io.leaks


def test_a_built_request_sets_its_status_block_and_event() -> None:
    """IoBuildSynchronousFsdRequest follows the device's flags, and is freed by the I/O manager."""
    io = Io()

    def read(device: int, irp: int) -> int:
        assert io.nt.mdls.at(io.field(irp, MDL, 8)).is_locked
        io.pend(irp)
        io.finish(irp, 0, 16)
        return STATUS_PENDING

    device = io.device(io.driver(read=read, **succeed(io)), flags=DO_DIRECT_IO)
    event, iosb, buffer = io.event(), io.room(16), io.room(64)
    irp = io.call("IoBuildSynchronousFsdRequest", 3, device, buffer, 16, 0, event, iosb)
    assert irp and io.call("IofCallDriver", device, irp) == STATUS_PENDING
    assert io.wait(event) == 0 and io.get(iosb, 4) == 0 and io.get(iosb + 8) == 16
    assert not io.nt.io.requests.alive and io.rules == []


def test_a_built_control_request_copies_its_output_back() -> None:
    io = Io()

    def control(device: int, irp: int) -> int:
        io.nt.memory.write(io.field(irp, SYSTEM_BUFFER, 8), b"answer")
        return io.finish(irp, 0, 6)

    device = io.device(io.driver(internal_device_control=control, **succeed(io)))
    event, iosb, target = io.event(), io.room(16), io.room(16)
    irp = io.call("IoBuildDeviceIoControlRequest", control_code(0), device, 0, 0, target, 6, 1, event, iosb)
    assert io.call("IofCallDriver", device, irp) == 0
    assert io.nt.memory.read(target, 6) == b"answer" and io.get(iosb + 8) == 6 and io.rules == []


def test_the_last_associated_irp_completes_its_master() -> None:
    io = Io()
    parts: list[int] = []

    def part(device: int, irp: int) -> int:
        parts.append(irp)
        return io.finish(irp)

    lower = io.device(io.driver("Lower", read=part, **succeed(io)), "\\Device\\Lower")

    def read(device: int, irp: int) -> int:
        io.pend(irp)
        io.set(irp + offset("_IRP", "IoStatus"), 4, 0)
        io.set(irp + offset("_IRP", "IoStatus") + 8, 8, 100)
        io.set(irp + offset("_IRP", "AssociatedIrp.IrpCount"), 4, 3)
        made = [io.call("IoMakeAssociatedIrp", irp, 1) for _ in range(3)]
        for one in made:
            io.set(io.call("IoGetNextIrpStackLocation", one), 1, 3)
        for one in made:
            io.call("IofCallDriver", lower, one)
        return STATUS_PENDING

    io.device(io.driver(read=read, **succeed(io)))
    assert io.read(io.open(), 0x1000, 100) == (0, 100)
    assert len(set(parts)) == 3 and not io.nt.io.requests.alive and io.rules == []
