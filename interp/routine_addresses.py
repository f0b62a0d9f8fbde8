"""Addresses of kernel routines, as a driver's import table would have them: by their place among all names. Behind them
lie those of the members of DMA_OPERATIONS, which drivers find in that table."""

from __future__ import annotations

from ..runtime.routines import find, find_member, member_names, names

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


def member_address(row: Routine) -> int:
    """The address of a member of DMA_OPERATIONS."""
    return _address(len(_names()) + member_names().index(row.name))


def _address(index: int) -> int:
    return KERNEL_IMAGE + 0x1000 + index * ROUTINE_BYTES


def routine_address(name: str) -> int:
    return _address(_names().index(name))


def address_of_row(row: Routine) -> int:
    return routine_address(row.name)


def routine_at(address: int) -> Routine | None:
    """The routine or member of DMA_OPERATIONS that begins at an address, or None."""
    offset = address - KERNEL_IMAGE - 0x1000
    index, within = divmod(offset, ROUTINE_BYTES)
    if within or index < 0:
        return None
    count = len(_names())
    if index < count:
        return find(_names()[index])
    members = member_names()
    return find_member(members[index - count]) if index - count < len(members) else None
