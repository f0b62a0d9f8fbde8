"""Device registers in memory space and in port space."""

from __future__ import annotations

from ..routine import known

known("UCHAR READ_REGISTER_UCHAR(volatile UCHAR *Register)", page="nf-wdm-read_register_uchar", irql="any", macro=True)
known(
    "VOID WRITE_REGISTER_UCHAR(volatile UCHAR *Register, UCHAR Value)",
    page="nf-wdm-write_register_uchar", irql="any", macro=True,
)  # fmt: skip
known(
    "USHORT READ_REGISTER_USHORT(volatile USHORT *Register)",
    page="nf-wdm-read_register_ushort", irql="any", macro=True,
)  # fmt: skip
known(
    "VOID WRITE_REGISTER_USHORT(volatile USHORT *Register, USHORT Value)",
    page="nf-wdm-write_register_ushort", irql="any", macro=True,
)  # fmt: skip
known("ULONG READ_REGISTER_ULONG(volatile ULONG *Register)", page="nf-wdm-read_register_ulong", irql="any", macro=True)
known(
    "VOID WRITE_REGISTER_ULONG(volatile ULONG *Register, ULONG Value)",
    page="nf-wdm-write_register_ulong", irql="any", macro=True,
)  # fmt: skip
known(
    "ULONG64 READ_REGISTER_ULONG64(volatile ULONG64 *Register)",
    page="nf-wdm-read_register_ulong64", irql="any", macro=True,
)  # fmt: skip
known(
    "VOID WRITE_REGISTER_ULONG64(volatile ULONG64 *Register, ULONG64 Value)",
    page="nf-wdm-write_register_ulong64", irql="any", macro=True,
)  # fmt: skip
known(
    "VOID READ_REGISTER_BUFFER_UCHAR(volatile UCHAR *Register, PUCHAR Buffer, ULONG Count)",
    page="nf-wdm-read_register_buffer_uchar", irql="any", macro=True,
)  # fmt: skip
known(
    "VOID WRITE_REGISTER_BUFFER_UCHAR(volatile UCHAR *Register, PUCHAR Buffer, ULONG Count)",
    page="nf-wdm-write_register_buffer_uchar", irql="any", macro=True,
)  # fmt: skip
known("UCHAR READ_PORT_UCHAR(PUCHAR Port)", page="nf-wdm-read_port_uchar", irql="any", macro=True)
known("VOID WRITE_PORT_UCHAR(PUCHAR Port, UCHAR Value)", page="nf-wdm-write_port_uchar", irql="any", macro=True)
known(
    "VOID READ_PORT_BUFFER_UCHAR(PUCHAR Port, PUCHAR Buffer, ULONG Count)",
    page="nf-wdm-read_port_buffer_uchar", irql="any", macro=True,
)  # fmt: skip
known(
    "VOID WRITE_PORT_BUFFER_UCHAR(PUCHAR Port, PUCHAR Buffer, ULONG Count)",
    page="nf-wdm-write_port_buffer_uchar", irql="any", macro=True,
)  # fmt: skip
known(
    "VOID READ_REGISTER_BUFFER_USHORT(volatile USHORT *Register, PUSHORT Buffer, ULONG Count)",
    page="nf-wdm-read_register_buffer_ushort", irql="any", macro=True,
)  # fmt: skip
known(
    "VOID WRITE_REGISTER_BUFFER_USHORT(volatile USHORT *Register, PUSHORT Buffer, ULONG Count)",
    page="nf-wdm-write_register_buffer_ushort", irql="any", macro=True,
)  # fmt: skip
known("USHORT READ_PORT_USHORT(PUSHORT Port)", page="nf-wdm-read_port_ushort", irql="any", macro=True)
known("VOID WRITE_PORT_USHORT(PUSHORT Port, USHORT Value)", page="nf-wdm-write_port_ushort", irql="any", macro=True)
known(
    "VOID READ_PORT_BUFFER_USHORT(PUSHORT Port, PUSHORT Buffer, ULONG Count)",
    page="nf-wdm-read_port_buffer_ushort", irql="any", macro=True,
)  # fmt: skip
known(
    "VOID WRITE_PORT_BUFFER_USHORT(PUSHORT Port, PUSHORT Buffer, ULONG Count)",
    page="nf-wdm-write_port_buffer_ushort", irql="any", macro=True,
)  # fmt: skip
known(
    "VOID READ_REGISTER_BUFFER_ULONG(volatile ULONG *Register, PULONG Buffer, ULONG Count)",
    page="nf-wdm-read_register_buffer_ulong", irql="any", macro=True,
)  # fmt: skip
known(
    "VOID WRITE_REGISTER_BUFFER_ULONG(volatile ULONG *Register, PULONG Buffer, ULONG Count)",
    page="nf-wdm-write_register_buffer_ulong", irql="any", macro=True,
)  # fmt: skip
known("ULONG READ_PORT_ULONG(PULONG Port)", page="nf-wdm-read_port_ulong", irql="any", macro=True)
known("VOID WRITE_PORT_ULONG(PULONG Port, ULONG Value)", page="nf-wdm-write_port_ulong", irql="any", macro=True)
known(
    "VOID READ_PORT_BUFFER_ULONG(PULONG Port, PULONG Buffer, ULONG Count)",
    page="nf-wdm-read_port_buffer_ulong", irql="any", macro=True,
)  # fmt: skip
known(
    "VOID WRITE_PORT_BUFFER_ULONG(PULONG Port, PULONG Buffer, ULONG Count)",
    page="nf-wdm-write_port_buffer_ulong", irql="any", macro=True,
)  # fmt: skip
