"""An object while it is being initialised: the bytes known so far, the stores to run, and the parts still to come."""

from __future__ import annotations

from dataclasses import dataclass, field

from .syntax import InitItem, InitList, String
from .tree import Expr, Store
from .types import ArrayType, ErrorType, IntType, Member, StructType, Type

MAX_DATA = 64 << 20  # bytes of an object whose initialiser is not all zeros


@dataclass(slots=True)
class Object:
    """The object that is being initialised: the bytes known so far, and the stores to run."""

    what: str
    data: bytearray = field(default_factory=bytearray)
    stores: list[Store] = field(default_factory=list)

    def write(self, offset: int, data: bytes) -> None:
        self.forget(offset, len(data))
        if not data.strip(b"\0") and offset >= len(self.data):
            return
        self._reach(offset + len(data))
        self.data[offset : offset + len(data)] = data

    def write_bits(self, offset: int, member: Member, value: int) -> None:
        size = member.type.size
        self.stores = [s for s in self.stores if s.member is not member or s.offset != offset]
        self._reach(offset + size)
        mask = ((1 << member.bit_width) - 1) << member.bit_offset
        unit = int.from_bytes(self.data[offset : offset + size], "little") & ~mask
        unit |= value << member.bit_offset & mask
        self.data[offset : offset + size] = unit.to_bytes(size, "little")

    def clear(self, offset: int, size: int) -> None:
        self.forget(offset, size)
        end = min(offset + size, len(self.data))
        if offset < end:
            self.data[offset:end] = bytes(end - offset)

    def forget(self, offset: int, size: int) -> None:
        if self.stores:
            self.stores = [s for s in self.stores if s.offset + s.type.size <= offset or s.offset >= offset + size]

    def _reach(self, end: int) -> None:
        if len(self.data) < end <= MAX_DATA:
            self.data += bytes(end - len(self.data))


@dataclass(slots=True)
class Queue:
    """The items of one pair of braces, taken one by one; the current one's expression is checked once."""

    items: tuple[InitItem, ...]
    at: int = 0
    designated: bool = False  # the current item's designators have been followed
    expr: Expr | None = None

    def peek(self) -> InitItem | None:
        return self.items[self.at] if self.at < len(self.items) else None

    def advance(self) -> None:
        self.at += 1
        self.designated = False
        self.expr = None


@dataclass(frozen=True, slots=True)
class Slot:
    """A part of an object: an element, or a member."""

    type: Type
    offset: int
    member: Member | None = None


def parts_of(slot: Slot) -> list[Slot] | None:
    """The members of a struct that an initialiser reaches, in order; None for an array."""
    if not isinstance(slot.type, StructType):
        return None
    return [
        Slot(m.type, slot.offset + m.offset, m)
        for m in slot.type.layout.members
        if m.name or isinstance(m.type, StructType)
    ]


def element_at(array: Slot, index: int) -> Slot:
    assert isinstance(array.type, ArrayType)
    element = array.type.element
    return Slot(element, array.offset + index * element.size)


def array_is_full(type: Type, index: int) -> bool:
    return isinstance(type, ArrayType) and type.count is not None and index >= type.count


def has_unknown_member(type: Type) -> bool:
    return isinstance(type, StructType) and any(isinstance(m.type, ErrorType) for m in type.layout.members)


def holds_text(type: ArrayType) -> bool:
    return isinstance(type.element, IntType) and type.element.size <= 2


def is_one_string(node: InitList) -> bool:
    return len(node.items) == 1 and isinstance(node.items[0].value, String) and not node.items[0].designators
