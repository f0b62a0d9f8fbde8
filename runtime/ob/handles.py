"""Handle tables: numbers that stand for opened objects, with the rights that they were opened with."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .objects import Object

STEP = 4  # handles are multiples of four: the low bits are the program's own
KERNEL = 0xFFFF_FFFF_8000_0000  # what handles of the system's table begin with
OBJ_INHERIT = 0x2


def is_kernel_handle(handle: int) -> bool:
    """Of the system's own table, which is seen from every process; the two that mean the current process and thread are
    none."""
    return handle & KERNEL == KERNEL and handle < 0xFFFF_FFFF_FFFF_FFFE


class Opened:
    """One opened handle: the object, the rights granted, its attributes (OBJ_INHERIT), and its opener's mode."""

    __slots__ = ("object", "access", "attributes", "mode")

    def __init__(self, opened: Object, access: int, attributes: int, mode: int = 0) -> None:
        self.object = opened
        self.access = access
        self.attributes = attributes
        self.mode = mode


class HandleTable:
    """The handles of one process. A number that was closed is the next to be given out, as in Windows."""

    __slots__ = ("_entries", "_free", "_next")

    def __init__(self) -> None:
        self._entries: dict[int, Opened] = {}
        self._free: list[int] = []
        self._next = STEP

    def insert(self, opened: Opened) -> int:
        if self._free:
            handle = self._free.pop()
        else:
            handle = self._next
            self._next += STEP
        self._entries[handle] = opened
        return handle

    def get(self, handle: int) -> Opened | None:
        return self._entries.get(handle & -STEP)

    def remove(self, handle: int) -> Opened | None:
        handle &= -STEP
        opened = self._entries.pop(handle, None)
        if opened is not None:
            self._free.append(handle)
        return opened

    def handles(self) -> list[int]:
        return sorted(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
