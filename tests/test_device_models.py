"""The device models of the library, told what to do from Python, as a processor's bus would."""

from __future__ import annotations

from pathlib import Path

import pytest

from dmascript.interp import script
from dmascript.interp.options import Options
from dmascript.interp.session import Session
from dmascript.runtime.choose import Chooser
from dmascript.runtime.hal.hardware import HardwareDevice
from dmascript.runtime.system import Settings

MODELS = Path(__file__).parent.parent / "stdlib" / "devices"
NAMES = sorted(path.stem for path in MODELS.glob("*.dma"))


class Bench:
    """A machine with one device of the library in it."""

    def __init__(self, tmp_path: Path, model: str) -> None:
        file = tmp_path / "bench.dma"
        file.write_text(f"#include <devices/{model}.dma>\nDbgPrint(\"\");\n", encoding="utf-8")
        loaded = script.load(str(file), Options())
        assert loaded.program is not None and not loaded.diagnostics
        self.session = Session(Settings(), Chooser(), lambda text: None)
        self.session.load(loaded.program)
        self.session.blocks.boot()
        self.nt = self.session.nt
        (self.device,) = self.nt.hardware.devices

    @property
    def name(self) -> str:
        device: HardwareDevice = self.device
        return device.name

    def read(self, offset: int, size: int = 4) -> int:
        return self.device.load(self.device.bars[0], offset, size)

    def write(self, offset: int, value: int, size: int = 4) -> None:
        self.device.store(self.device.bars[0], offset, size, value)

    def wait(self, nanoseconds: int) -> None:
        """Let time pass in steps, as it does where code runs."""
        for _ in range(nanoseconds // 500):
            self.nt.clock.pass_ns(500)
            self.nt.scheduler.point()

    @property
    def asserted(self) -> bool:
        assert self.device.line is not None
        return self.device.line[1].asserted


@pytest.mark.parametrize("model", NAMES)
def test_every_model_answers_with_its_identity(tmp_path: Path, model: str) -> None:
    """The first register of each is what its data sheet says, and cannot be written."""
    bench = Bench(tmp_path, model)
    size = bench.device.bars[0].registers[0].size
    identity = bench.device.bars[0].registers[0].reset
    assert identity and bench.read(0, size) == identity
    bench.write(0, 0, size)
    assert bench.read(0, size) == identity
    assert bench.nt.findings == []


@pytest.mark.parametrize("model", NAMES)
def test_data_sheets_list_the_registers(tmp_path: Path, model: str) -> None:
    """Each register stands in the comment at the head of the file, with its offset or port and its width."""
    bench = Bench(tmp_path, model)
    head = (MODELS / f"{model}.dma").read_text(encoding="utf-8").split("\ndevice ")[0]
    rows = [line.split() for line in head.splitlines() if line.startswith("//   0x") and len(line.split()) > 3]
    base = bench.device.bars[0].base if bench.device.bars[0].ports else 0
    sheet = {row[2]: (int(row[1], 16) - base, int(row[3])) for row in rows if row[3].isdigit()}
    for register in bench.device.bars[0].registers:
        assert sheet[register.name] == (register.offset, 8 * register.size)


@pytest.mark.parametrize("model", NAMES)
def test_what_a_driver_sees_are_the_registers(tmp_path: Path, model: str) -> None:
    """The struct that comes with a model has each register at its place, and nothing behind the last."""
    bench = Bench(tmp_path, model)
    registers = bench.device.bars[0].registers
    if bench.device.bars[0].ports:
        pytest.skip("ports are no struct")
    kind = f"{model.upper()}_REGISTERS"
    asked = "".join(f'DbgPrint("%u\\n", FIELD_OFFSET({kind}, {one.name}));\n' for one in registers)
    lines: list[str] = []
    source = f'#include <devices/{model}.dma>\n{asked}DbgPrint("%u\\n", sizeof({kind}));\n'
    loaded = script.load("asked.dma", Options(), source)
    assert script.run(loaded, Options(), lines.append).exit_code == 0
    *places, size = map(int, "".join(lines).split())
    assert places == [one.offset for one in registers]
    end = max(one.offset + one.size for one in registers)
    assert end <= size < end + 8


def test_the_fifo_keeps_its_line_while_bytes_wait(tmp_path: Path) -> None:
    """Level-triggered: taking the bytes out lets go of it, and so does the done bit, but not without each other."""
    bench = Bench(tmp_path, "fifo")
    bench.write(0x04, 1)
    bench.write(0x0C, 3)
    assert not bench.asserted
    bench.wait(3000)
    assert bench.asserted and bench.read(0x08) == 3
    assert bytes(bench.read(0x14, 1) for _ in range(3)) == b"ABC"
    assert bench.asserted and bench.read(0x08) == 2
    bench.write(0x08, 2)
    assert not bench.asserted


def test_edu_raises_and_acknowledges(tmp_path: Path) -> None:
    """Every cause must be acknowledged before the line falls; MSI or not, as its documentation has it."""
    bench = Bench(tmp_path, "edu")
    bench.write(0x60, 0x11)
    assert bench.asserted
    bench.write(0x64, 0x10)
    assert bench.asserted
    bench.write(0x64, 0x01)
    assert not bench.asserted


@pytest.mark.parametrize(("count", "granted", "status", "left"), [(200, 200, 1, 0), (200, 100, 2, 100), (64, 64, 1, 0)])
def test_the_slave_asks_until_its_channel_answers(
    tmp_path: Path, count: int, granted: int, status: int, left: int
) -> None:
    """Nothing moves before the channel is programmed; then bytes do, up to where the channel's count ends."""
    bench = Bench(tmp_path, "slave")
    bench.write(4, count, 2)
    bench.write(1, 1, 1)
    bench.wait(50_000)
    assert bench.read(2, 1) == 0x80 and not bench.asserted
    moved = 0

    def channel(length: int, write: bool) -> list[tuple[int, int]]:
        nonlocal moved
        assert write
        part = min(length, granted - moved)
        moved += part
        return [(0x20_0000 + moved - part, part)] if part else []

    bench.nt.hardware.bus.channels[False, 1] = channel
    bench.wait(100_000)
    assert bench.read(2, 1) == status and bench.asserted
    assert bench.read(4, 2) == left
    assert bench.nt.memory.read_physical(0x20_0000, granted) == bytes(255 - index & 255 for index in range(granted))
    bench.write(2, 3, 1)
    assert bench.read(2, 1) == 0
