"""Device registers in memory space and in port space.

A register in memory space is an address from MmMapIoSpace, and a buffer form walks over successive addresses. A port is
a number, and a buffer form accesses that one port again and again. On x64 the routines are inline in the driver, so a
bad address faults there."""

from __future__ import annotations

from ..mm.memory import ADDRESS_MASK
from ..routine import routine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System


def load(nt: System, va: int, size: int) -> int:
    """One read of a register; of memory, if that is what lies there."""
    region = nt.memory.region_at(va)
    if region is None or region.device is None or not region.accessible or va & (size - 1):
        return int.from_bytes(nt.memory.read(va, size, in_driver=True), "little")
    return region.device.load(va - region.start, size)


def store(nt: System, va: int, size: int, value: int) -> None:
    value &= (1 << 8 * size) - 1
    region = nt.memory.region_at(va)
    if region is None or region.device is None or not (region.accessible and region.writable) or va & (size - 1):
        nt.memory.write(va, value.to_bytes(size, "little"), in_driver=True)
    else:
        region.device.store(va - region.start, size, value)


def read_buffer(nt: System, register: int, buffer: int, count: int, size: int) -> None:
    for index in range(0, (count & 0xFFFF_FFFF) * size, size):
        nt.clock.step()
        value = load(nt, register + index & ADDRESS_MASK, size)
        nt.memory.write(buffer + index & ADDRESS_MASK, value.to_bytes(size, "little"), in_driver=True)


def write_buffer(nt: System, register: int, buffer: int, count: int, size: int) -> None:
    for index in range(0, (count & 0xFFFF_FFFF) * size, size):
        nt.clock.step()
        data = nt.memory.read(buffer + index & ADDRESS_MASK, size, in_driver=True)
        store(nt, register + index & ADDRESS_MASK, size, int.from_bytes(data, "little"))


def read_port(nt: System, port: int, size: int) -> int:
    return nt.hardware.port_in(port & 0xFFFF, size)


def write_port(nt: System, port: int, size: int, value: int) -> None:
    nt.hardware.port_out(port & 0xFFFF, size, value & (1 << 8 * size) - 1)


def read_port_buffer(nt: System, port: int, buffer: int, count: int, size: int) -> None:
    for index in range(0, (count & 0xFFFF_FFFF) * size, size):
        nt.clock.step()
        data = read_port(nt, port, size).to_bytes(size, "little")
        nt.memory.write(buffer + index & ADDRESS_MASK, data, in_driver=True)


def write_port_buffer(nt: System, port: int, buffer: int, count: int, size: int) -> None:
    for index in range(0, (count & 0xFFFF_FFFF) * size, size):
        nt.clock.step()
        data = nt.memory.read(buffer + index & ADDRESS_MASK, size, in_driver=True)
        write_port(nt, port, size, int.from_bytes(data, "little"))


@routine("UCHAR READ_REGISTER_UCHAR(volatile UCHAR *Register)", page="nf-wdm-read_register_uchar", macro=True)
def READ_REGISTER_UCHAR(nt: System, register: int) -> int:
    return load(nt, register, 1)


@routine(
    "VOID WRITE_REGISTER_UCHAR(volatile UCHAR *Register, UCHAR Value)",
    page="nf-wdm-write_register_uchar", macro=True,
)  # fmt: skip
def WRITE_REGISTER_UCHAR(nt: System, register: int, value: int) -> None:
    store(nt, register, 1, value)


@routine("USHORT READ_REGISTER_USHORT(volatile USHORT *Register)", page="nf-wdm-read_register_ushort", macro=True)
def READ_REGISTER_USHORT(nt: System, register: int) -> int:
    return load(nt, register, 2)


@routine(
    "VOID WRITE_REGISTER_USHORT(volatile USHORT *Register, USHORT Value)",
    page="nf-wdm-write_register_ushort", macro=True,
)  # fmt: skip
def WRITE_REGISTER_USHORT(nt: System, register: int, value: int) -> None:
    store(nt, register, 2, value)


@routine("ULONG READ_REGISTER_ULONG(volatile ULONG *Register)", page="nf-wdm-read_register_ulong", macro=True)
def READ_REGISTER_ULONG(nt: System, register: int) -> int:
    return load(nt, register, 4)


@routine(
    "VOID WRITE_REGISTER_ULONG(volatile ULONG *Register, ULONG Value)",
    page="nf-wdm-write_register_ulong", macro=True,
)  # fmt: skip
def WRITE_REGISTER_ULONG(nt: System, register: int, value: int) -> None:
    store(nt, register, 4, value)


@routine("ULONG64 READ_REGISTER_ULONG64(volatile ULONG64 *Register)", page="nf-wdm-read_register_ulong64", macro=True)
def READ_REGISTER_ULONG64(nt: System, register: int) -> int:
    return load(nt, register, 8)


@routine(
    "VOID WRITE_REGISTER_ULONG64(volatile ULONG64 *Register, ULONG64 Value)",
    page="nf-wdm-write_register_ulong64", macro=True,
)  # fmt: skip
def WRITE_REGISTER_ULONG64(nt: System, register: int, value: int) -> None:
    store(nt, register, 8, value)


@routine(
    "VOID READ_REGISTER_BUFFER_UCHAR(volatile UCHAR *Register, PUCHAR Buffer, ULONG Count)",
    page="nf-wdm-read_register_buffer_uchar", macro=True,
)  # fmt: skip
def READ_REGISTER_BUFFER_UCHAR(nt: System, register: int, buffer: int, count: int) -> None:
    read_buffer(nt, register, buffer, count, 1)


@routine(
    "VOID WRITE_REGISTER_BUFFER_UCHAR(volatile UCHAR *Register, PUCHAR Buffer, ULONG Count)",
    page="nf-wdm-write_register_buffer_uchar", macro=True,
)  # fmt: skip
def WRITE_REGISTER_BUFFER_UCHAR(nt: System, register: int, buffer: int, count: int) -> None:
    write_buffer(nt, register, buffer, count, 1)


@routine(
    "VOID READ_REGISTER_BUFFER_USHORT(volatile USHORT *Register, PUSHORT Buffer, ULONG Count)",
    page="nf-wdm-read_register_buffer_ushort", macro=True,
)  # fmt: skip
def READ_REGISTER_BUFFER_USHORT(nt: System, register: int, buffer: int, count: int) -> None:
    read_buffer(nt, register, buffer, count, 2)


@routine(
    "VOID WRITE_REGISTER_BUFFER_USHORT(volatile USHORT *Register, PUSHORT Buffer, ULONG Count)",
    page="nf-wdm-write_register_buffer_ushort", macro=True,
)  # fmt: skip
def WRITE_REGISTER_BUFFER_USHORT(nt: System, register: int, buffer: int, count: int) -> None:
    write_buffer(nt, register, buffer, count, 2)


@routine(
    "VOID READ_REGISTER_BUFFER_ULONG(volatile ULONG *Register, PULONG Buffer, ULONG Count)",
    page="nf-wdm-read_register_buffer_ulong", macro=True,
)  # fmt: skip
def READ_REGISTER_BUFFER_ULONG(nt: System, register: int, buffer: int, count: int) -> None:
    read_buffer(nt, register, buffer, count, 4)


@routine(
    "VOID WRITE_REGISTER_BUFFER_ULONG(volatile ULONG *Register, PULONG Buffer, ULONG Count)",
    page="nf-wdm-write_register_buffer_ulong", macro=True,
)  # fmt: skip
def WRITE_REGISTER_BUFFER_ULONG(nt: System, register: int, buffer: int, count: int) -> None:
    write_buffer(nt, register, buffer, count, 4)


@routine(
    "VOID READ_REGISTER_BUFFER_ULONG64(volatile ULONG64 *Register, PULONG64 Buffer, ULONG Count)",
    page="nf-wdm-read_register_buffer_ulong64", macro=True,
)  # fmt: skip
def READ_REGISTER_BUFFER_ULONG64(nt: System, register: int, buffer: int, count: int) -> None:
    read_buffer(nt, register, buffer, count, 8)


@routine(
    "VOID WRITE_REGISTER_BUFFER_ULONG64(volatile ULONG64 *Register, PULONG64 Buffer, ULONG Count)",
    page="nf-wdm-write_register_buffer_ulong64", macro=True,
)  # fmt: skip
def WRITE_REGISTER_BUFFER_ULONG64(nt: System, register: int, buffer: int, count: int) -> None:
    write_buffer(nt, register, buffer, count, 8)


@routine("UCHAR READ_PORT_UCHAR(PUCHAR Port)", page="nf-wdm-read_port_uchar", macro=True)
def READ_PORT_UCHAR(nt: System, port: int) -> int:
    return read_port(nt, port, 1)


@routine("VOID WRITE_PORT_UCHAR(PUCHAR Port, UCHAR Value)", page="nf-wdm-write_port_uchar", macro=True)
def WRITE_PORT_UCHAR(nt: System, port: int, value: int) -> None:
    write_port(nt, port, 1, value)


@routine(
    "VOID READ_PORT_BUFFER_UCHAR(PUCHAR Port, PUCHAR Buffer, ULONG Count)",
    page="nf-wdm-read_port_buffer_uchar", macro=True,
)  # fmt: skip
def READ_PORT_BUFFER_UCHAR(nt: System, port: int, buffer: int, count: int) -> None:
    read_port_buffer(nt, port, buffer, count, 1)


@routine(
    "VOID WRITE_PORT_BUFFER_UCHAR(PUCHAR Port, PUCHAR Buffer, ULONG Count)",
    page="nf-wdm-write_port_buffer_uchar", macro=True,
)  # fmt: skip
def WRITE_PORT_BUFFER_UCHAR(nt: System, port: int, buffer: int, count: int) -> None:
    write_port_buffer(nt, port, buffer, count, 1)


@routine("USHORT READ_PORT_USHORT(PUSHORT Port)", page="nf-wdm-read_port_ushort", macro=True)
def READ_PORT_USHORT(nt: System, port: int) -> int:
    return read_port(nt, port, 2)


@routine("VOID WRITE_PORT_USHORT(PUSHORT Port, USHORT Value)", page="nf-wdm-write_port_ushort", macro=True)
def WRITE_PORT_USHORT(nt: System, port: int, value: int) -> None:
    write_port(nt, port, 2, value)


@routine(
    "VOID READ_PORT_BUFFER_USHORT(PUSHORT Port, PUSHORT Buffer, ULONG Count)",
    page="nf-wdm-read_port_buffer_ushort", macro=True,
)  # fmt: skip
def READ_PORT_BUFFER_USHORT(nt: System, port: int, buffer: int, count: int) -> None:
    read_port_buffer(nt, port, buffer, count, 2)


@routine(
    "VOID WRITE_PORT_BUFFER_USHORT(PUSHORT Port, PUSHORT Buffer, ULONG Count)",
    page="nf-wdm-write_port_buffer_ushort", macro=True,
)  # fmt: skip
def WRITE_PORT_BUFFER_USHORT(nt: System, port: int, buffer: int, count: int) -> None:
    write_port_buffer(nt, port, buffer, count, 2)


@routine("ULONG READ_PORT_ULONG(PULONG Port)", page="nf-wdm-read_port_ulong", macro=True)
def READ_PORT_ULONG(nt: System, port: int) -> int:
    return read_port(nt, port, 4)


@routine("VOID WRITE_PORT_ULONG(PULONG Port, ULONG Value)", page="nf-wdm-write_port_ulong", macro=True)
def WRITE_PORT_ULONG(nt: System, port: int, value: int) -> None:
    write_port(nt, port, 4, value)


@routine(
    "VOID READ_PORT_BUFFER_ULONG(PULONG Port, PULONG Buffer, ULONG Count)",
    page="nf-wdm-read_port_buffer_ulong", macro=True,
)  # fmt: skip
def READ_PORT_BUFFER_ULONG(nt: System, port: int, buffer: int, count: int) -> None:
    read_port_buffer(nt, port, buffer, count, 4)


@routine(
    "VOID WRITE_PORT_BUFFER_ULONG(PULONG Port, PULONG Buffer, ULONG Count)",
    page="nf-wdm-write_port_buffer_ulong", macro=True,
)  # fmt: skip
def WRITE_PORT_BUFFER_ULONG(nt: System, port: int, buffer: int, count: int) -> None:
    write_port_buffer(nt, port, buffer, count, 4)
