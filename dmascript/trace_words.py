"""The words of a trace: numbers in the base that reads best, statuses and function codes by their names."""

from __future__ import annotations

from .runtime import routines
from .runtime.wdk.constants import GROUPS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .interp.trace import TraceEvent

ANSWERED_BY_STATUS = ("dispatch", "completion routine")
_FIRST_ADDRESS = 1 << 32


def detail_text(name: object, value: object) -> str:
    """A detail by the name that people know it by, where there is one."""
    if isinstance(value, int) and name in ("major", "minor", "status"):
        return f"{name} {constant_name(str(name), value)}"
    return f"{name} {value_text(value)}"


def constant_name(kind: str, value: int) -> str:
    """IRP_MJ_READ for the major function 3, STATUS_PENDING for the status 0x103; the number where none is known."""
    groups = {"major": ("irp_mj",), "minor": ("irp_mn_pnp",), "status": ("ntstatus",)}[kind]
    for group in groups:
        for known, number in GROUPS[group][1].items():
            if number == value & 0xFFFF_FFFF:
                return known
    return value_text(value)


def result_text(event: TraceEvent) -> str:
    """What came back; by its name if it is a status."""
    if isinstance(event.result, int) and (event.kind in ANSWERED_BY_STATUS or _returns_status(event)):
        return constant_name("status", event.result)
    return value_text(event.result)


def _returns_status(event: TraceEvent) -> bool:
    if event.kind != "call":
        return False
    row = routines.find(event.name)
    return row is not None and row.prototype.startswith("NTSTATUS ")


def value_text(value: object) -> str:
    """A number in the base that reads best: small ones decimal, addresses in their two halves."""
    if isinstance(value, (tuple, list)):
        return ", ".join(map(value_text, value))
    if not isinstance(value, int) or isinstance(value, bool):
        return str(value)
    if value >= _FIRST_ADDRESS:
        return f"0x{value >> 32:08x}`{value & 0xFFFF_FFFF:08x}"
    return str(value) if -10 < value < 10 else f"{value:#x}"
