"""Addresses of kernel routines, as a driver's import table would have them: by their place among all names."""

from __future__ import annotations

from ..runtime.routines import find, names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..runtime.routine import Routine

KERNEL_IMAGE = 0xFFFF_F803_2000_0000
ROUTINE_BYTES = 0x40

_order: list[str] = []


def _names() -> list[str]:
    if not _order:
        _order.extend(sorted(names()))
    return _order


def routine_address(name: str) -> int:
    return KERNEL_IMAGE + 0x1000 + _names().index(name) * ROUTINE_BYTES


def routine_at(address: int) -> Routine | None:
    """The routine that begins at an address, or None."""
    offset = address - KERNEL_IMAGE - 0x1000
    index, within = divmod(offset, ROUTINE_BYTES)
    if within or not 0 <= index < len(_names()):
        return None
    return find(_names()[index])
