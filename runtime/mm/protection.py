"""What the PAGE_ constants allow, and pages whose protection changes by themselves: guard pages."""

from __future__ import annotations

from .store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System
    from .memory import Region

READABLE, WRITABLE, COPIED = 1, 2, 4
PROTECTIONS = {
    0x01: ("PAGE_NOACCESS", 0), 0x02: ("PAGE_READONLY", READABLE), 0x04: ("PAGE_READWRITE", READABLE | WRITABLE),
    0x08: ("PAGE_WRITECOPY", READABLE | WRITABLE | COPIED),
    0x10: ("PAGE_EXECUTE", READABLE), 0x20: ("PAGE_EXECUTE_READ", READABLE),
    0x40: ("PAGE_EXECUTE_READWRITE", READABLE | WRITABLE),
    0x80: ("PAGE_EXECUTE_WRITECOPY", READABLE | WRITABLE | COPIED),
}  # fmt: skip
VALUES = {name: value for value, (name, _) in PROTECTIONS.items()}
PAGE_NOACCESS = 0x01
PAGE_GUARD, PAGE_NOCACHE, PAGE_WRITECOMBINE = 0x100, 0x200, 0x400
MODIFIERS = ((PAGE_GUARD, "PAGE_GUARD"), (PAGE_NOCACHE, "PAGE_NOCACHE"), (PAGE_WRITECOMBINE, "PAGE_WRITECOMBINE"))
RESERVED = "reserved"


class Protection:
    """One PAGE_ constant with its modifiers. `name` is what a region notes of it."""

    __slots__ = ("name", "rights", "guard")

    def __init__(self, name: str, rights: int, guard: bool) -> None:
        self.name = name
        self.rights = rights
        self.guard = guard

    def put_on(self, region: Region) -> None:
        region.note = self.name
        region.guard = self.guard
        region.accessible = bool(self.rights & READABLE) and not self.guard
        region.writable = bool(self.rights & WRITABLE)
        region.copy_on_write = bool(self.rights & COPIED)


def protection(value: int) -> Protection | None:
    """The protection that a PAGE_ value means; None if it means none."""
    modifiers = value & (PAGE_GUARD | PAGE_NOCACHE | PAGE_WRITECOMBINE)
    base = value & ~modifiers
    if base not in PROTECTIONS or (base == PAGE_NOACCESS and modifiers):
        return None
    if modifiers & (modifiers - 1):  # at most one of them
        return None
    name, rights = PROTECTIONS[base]
    for bit, text in MODIFIERS:
        if modifiers & bit:
            name += f" | {text}"
    return Protection(name, rights, bool(modifiers & PAGE_GUARD))


def value_of(note: str) -> int:
    """The PAGE_ value of a region's note."""
    first, *rest = note.split(" | ")
    return VALUES[first] | sum(bit for bit, text in MODIFIERS if text in rest)


def take_back(region: Region) -> None:
    """Pages are only reserved from here on."""
    region.note = RESERVED
    region.accessible = region.writable = region.guard = region.copy_on_write = False


def clear_guard(nt: System, region: Region, va: int) -> None:
    """A guard page was touched: from here on it is as its protection says without the guard."""
    first = (va - region.start) // PAGE
    if first:
        region = nt.memory.split(region, first)
    if region.pages > 1:
        nt.memory.split(region, 1)
    found = protection(value_of(region.note) & ~PAGE_GUARD)
    assert found is not None
    found.put_on(region)
    nt.memory.forget(region.start, 1)
