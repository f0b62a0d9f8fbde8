"""What a driver finds in an IRP for each buffer method, field by field, as the reference has it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from dmascript.runtime.wdk import constants
from dmascript.runtime.wdk.constants import DO_BUFFERED_IO, DO_DIRECT_IO, STATUS_BUFFER_OVERFLOW, STATUS_UNSUCCESSFUL
from dmascript.runtime.wdk.layouts import offset
from io_machine import Io

REFERENCE = Path(__file__).parent / "reference" / "api.toml"
METHODS: dict[str, dict[str, Any]] = tomllib.loads(REFERENCE.read_text(encoding="utf-8"))["io_methods"]
KERNEL = 0xFFFF_8000_0000_0000
WRITE_OPERATION = 0x80  # MdlFlags: locked with IoWriteAccess
CODES = ("METHOD_BUFFERED", "METHOD_IN_DIRECT", "METHOD_OUT_DIRECT", "METHOD_NEITHER")
INPUT, OUTPUT = b"input bytes", bytes(range(0x40, 0x54))  # 11 and 20 bytes
FLAGS = {"BUFFERED": DO_BUFFERED_IO, "DIRECT": DO_DIRECT_IO}
LOCATION = {
    name: (offset("_IO_STACK_LOCATION", f"Parameters.{name}"), size)
    for name, size in (
        ("Read.Length", 4), ("Read.ByteOffset", 8), ("Read.Key", 4), ("Write.Length", 4), ("Write.ByteOffset", 8),
        ("Write.Key", 4), ("DeviceIoControl.InputBufferLength", 4), ("DeviceIoControl.OutputBufferLength", 4),
        ("DeviceIoControl.IoControlCode", 4), ("DeviceIoControl.Type3InputBuffer", 8),
    )
}  # fmt: skip


class Seen:
    """What the driver found."""

    def __init__(self, io: Io, irp: int) -> None:
        nt, memory = io.nt, io.nt.memory
        self.system = io.field(irp, "AssociatedIrp.SystemBuffer", 8)
        self.mdl = io.field(irp, "MdlAddress", 8)
        self.user = io.field(irp, "UserBuffer", 8)
        self.flags = io.field(irp, "Flags", 4)
        where = io.location(irp)
        self.parameters = {name: io.get(where + at, size) for name, (at, size) in LOCATION.items()}
        described = nt.mdls.at(self.mdl) if self.mdl else None
        self.locked = described is not None and described.is_locked
        self.for_write = described is not None and bool(described.flags & WRITE_OPERATION)
        self.count = described.byte_count if described is not None else 0
        self.start = described.address and io.call("MmGetMdlVirtualAddress", self.mdl) if described is not None else 0
        self.before = memory.read(self.system, len(INPUT)) if self.system else b""


class Run:
    """One request of a method: `given` is the length of the first buffer, `taken` that of the second. The driver writes
    over what it was given, and completes the request."""

    def __init__(self, method: str, given: int = len(INPUT), taken: int = len(OUTPUT), status: int = 0) -> None:
        io = self.io = Io()
        self.seen: list[Seen] = []
        self.written = 4

        def dispatch(device: int, irp: int) -> int:
            found = Seen(io, irp)
            self.seen.append(found)
            if found.system:
                io.nt.memory.write(found.system, b"DONE")
            return io.finish(irp, status, self.written if found.system or found.mdl else 0)

        done = {key: lambda device, irp: io.finish(irp) for key in ("create", "cleanup", "close")}
        kind = "device_control" if method.startswith("METHOD") else "write" if method.startswith("WRITE") else "read"
        flags = next((flag for word, flag in FLAGS.items() if f"DO_{word}" in method), 0)
        io.device(io.driver(**{kind: dispatch}, **done), flags=flags)
        file = io.open()
        self.first, self.second = io.user(4096), io.user(4096)
        io.nt.memory.write(self.first, INPUT)
        io.nt.memory.write(self.second, OUTPUT)
        self.code = 0x22 << 16 | 0x800 << 2 | (CODES.index(method) if method in CODES else 0)
        if kind == "device_control":
            self.result = io.control(file, self.code, self.first, given, self.second, taken)
        else:
            self.result = getattr(io, kind)(file, self.second if kind == "read" else self.first,
                                            taken if kind == "read" else given, key=7, offset=0x1000)  # fmt: skip
        self.found = self.seen[0]
        self.after = io.nt.memory.read(self.second, len(OUTPUT))


def names_of(text: str) -> int:
    """The flags that a sentence of the reference names for sure."""
    words = text.split("(")[0].replace("|", " ").split()
    return sum(getattr(constants, word) for word in words if word.startswith("IRP_"))


EVERY = tuple(METHODS)


def test_the_methods_are_those_of_the_reference() -> None:
    """Nine: three ways to read and write, four methods of control codes."""
    assert len(METHODS) == 9


@pytest.mark.parametrize("method", EVERY)
def test_the_system_buffer(method: str) -> None:
    """There where the reference has one, in kernel space, with what the program wrote; NULL otherwise."""
    found = Run(method).found
    wanted = METHODS[method]["system_buffer"]
    assert (found.system != 0) == (wanted != "NULL")
    if found.system:
        assert found.system >= KERNEL
    if "copy" in wanted or "copied" in wanted:
        assert found.before == INPUT


@pytest.mark.parametrize("method", EVERY)
def test_the_mdl(method: str) -> None:
    """A locked MDL over the buffer that the reference says, for the access that it says; NULL otherwise."""
    run = Run(method)
    found, wanted = run.found, METHODS[method]
    assert (found.mdl != 0) == wanted["mdl_address"].startswith("locked MDL")
    if found.mdl:
        assert found.locked
        assert found.for_write == wanted["lock"].startswith("IoWriteAccess")
        over = run.first if method == "WRITE_DO_DIRECT_IO" else run.second
        assert (found.start, found.count) == (over, len(INPUT) if over == run.first else len(OUTPUT))
    else:
        assert wanted["lock"].startswith("none")


@pytest.mark.parametrize("method", EVERY)
def test_the_raw_addresses(method: str) -> None:
    """UserBuffer and Type3InputBuffer where the reference gives them a meaning."""
    run = Run(method)
    wanted = METHODS[method]
    if "raw user" in wanted["user_buffer"] or wanted["user_buffer"].startswith("caller"):
        assert run.found.user == (run.first if method.startswith("WRITE") else run.second)
    if "raw user" in wanted["type3_input_buffer"]:
        assert run.found.parameters["DeviceIoControl.Type3InputBuffer"] == run.first


@pytest.mark.parametrize("method", EVERY)
def test_the_lengths(method: str) -> None:
    """Lengths, offset, key and control code stand in the stack location."""
    run = Run(method)
    parameters = run.found.parameters
    if method.startswith("METHOD"):
        assert parameters["DeviceIoControl.InputBufferLength"] == len(INPUT)
        assert parameters["DeviceIoControl.OutputBufferLength"] == len(OUTPUT)
        assert parameters["DeviceIoControl.IoControlCode"] == run.code
    else:
        kind = "Write" if method.startswith("WRITE") else "Read"
        assert parameters[f"{kind}.Length"] == (len(INPUT) if kind == "Write" else len(OUTPUT))
        assert (parameters[f"{kind}.ByteOffset"], parameters[f"{kind}.Key"]) == (0x1000, 7)


@pytest.mark.parametrize("method", EVERY)
def test_the_flags(method: str) -> None:
    """The IRP's flags have what the reference names, and nothing of buffering where it names none."""
    buffering = names_of("IRP_BUFFERED_IO | IRP_DEALLOCATE_BUFFER")
    wanted = names_of(METHODS[method]["irp_flags"])
    found = Run(method).found.flags
    assert found & wanted == wanted
    assert found & buffering == wanted & buffering


@pytest.mark.parametrize("status", [0, STATUS_BUFFER_OVERFLOW, STATUS_UNSUCCESSFUL])
@pytest.mark.parametrize("method", EVERY)
def test_what_comes_back(method: str, status: int) -> None:
    """Information bytes of the system buffer where the reference has a copy, also for a warning, never for an error;
    and nothing stays locked or allocated."""
    run = Run(method, status=status)
    copied = "copied" in METHODS[method]["on_completion"] and not METHODS[method]["on_completion"].endswith(
        ("nothing copied", "without copy; MDL(s) unlocked and freed")
    )
    expected = b"DONE" + OUTPUT[4:] if copied and status != STATUS_UNSUCCESSFUL else OUTPUT
    assert run.after == expected
    nt = run.io.nt
    assert nt.process.locked_pages == 0
    assert run.found.mdl not in nt.mdls.allocated
    assert run.io.rules == []


@pytest.mark.parametrize("method", EVERY)
def test_lengths_of_zero(method: str) -> None:
    """No buffer and no MDL is made for nothing; raw addresses are passed on as they are."""
    run = Run(method, 0, 0)
    assert (run.found.system, run.found.mdl) == (0, 0)
    if "as given" in METHODS[method]["zero_length"]:
        assert run.found.user == (run.first if method.startswith("WRITE") else run.second)


@pytest.mark.parametrize("method", ["METHOD_IN_DIRECT", "METHOD_OUT_DIRECT"])
def test_one_buffer_of_zero_bytes(method: str) -> None:
    """Each of the two buffers is missing by itself."""
    only_input, only_output = Run(method, len(INPUT), 0).found, Run(method, 0, len(OUTPUT)).found
    assert only_input.system and not only_input.mdl
    assert only_output.mdl and not only_output.system


def test_a_buffered_control_has_one_buffer_for_both_directions() -> None:
    """It is as long as the longer of the two, and output goes over input."""
    run = Run("METHOD_BUFFERED", 4, 20)
    assert run.found.before[:4] == INPUT[:4]
    assert run.after == b"DONE" + OUTPUT[4:]
