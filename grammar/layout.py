"""Where the members of a struct or union lie, as MSVC x64 lays them out.

A bit-field shares the unit of the one before it only if their declared types have one size and it still fits; a
zero-width one closes the unit. `#pragma pack` lowers the alignment of members, `__declspec(align)` of a member's type
is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from .types import ArrayType, Member, StructLayout, StructType, Type


@dataclass(frozen=True, slots=True)
class Field:
    """A member as declared: `bits` is None for one that is no bit-field, 0 for an unnamed one that closes the unit.
    `align` is what a __declspec(align) on the member itself demands."""

    name: str
    type: Type
    bits: int | None = None
    align: int = 1


def lay_out(layout: StructLayout, fields: list[Field], pack: int = 0, align: int = 0) -> None:
    """Fill `layout` from its members in order. Their types must be complete."""
    builder = _Builder(layout.union, pack, max(align, 1))
    for one in fields:
        builder.add(one)
    layout.align = max(builder.align, builder.required)
    layout.required_align = builder.required
    rounding = max(min(layout.align, pack) if pack else layout.align, builder.required)
    layout.size = _up(builder.size, rounding)
    layout.members = tuple(builder.members)
    layout.by_name = _index(layout.members)


def required_align(type: Type) -> int:
    """The alignment that __declspec(align) demands somewhere inside the type, or 1."""
    while isinstance(type, ArrayType):
        type = type.element
    return type.layout.required_align if isinstance(type, StructType) else 1


class _Builder:
    def __init__(self, union: bool, pack: int, required: int) -> None:
        self.union, self.pack, self.required = union, pack, required
        self.size, self.align = 0, 1
        self.members: list[Member] = []
        self.unit_size = 0  # of the open bit-field unit, 0 if the last member was none
        self.free_bits = 0

    def add(self, field: Field) -> None:
        if field.bits is None:
            self.unit_size = 0
            self._place(field)
        elif field.bits == 0:
            self._close_unit(field)
        else:
            self._place_bits(field, field.bits)

    def _alignment(self, type: Type) -> int:
        natural = min(type.align, self.pack) if self.pack else type.align
        return max(natural, required_align(type))

    def _reserve(self, type: Type, align: int) -> int:
        offset = 0 if self.union else _up(self.size, align)
        self.size = max(self.size, offset + type.size)
        return offset

    def _place(self, field: Field) -> None:
        align = max(self._alignment(field.type), field.align)
        self.required = max(self.required, required_align(field.type), field.align)
        self.align = max(self.align, align)
        self.members.append(Member(field.name, field.type, self._reserve(field.type, align)))

    def _place_bits(self, field: Field, width: int) -> None:
        size = field.type.size
        if self.union or self.unit_size != size or width > self.free_bits:
            align = self._alignment(field.type)
            if not self.union:
                self.align = max(self.align, align)  # MSVC ignores the alignment of a union's bit-fields
            self._reserve(field.type, align)
            self.unit_size, self.free_bits = size, 8 * size
        offset = 0 if self.union else self.size - size
        self.members.append(Member(field.name, field.type, offset, 8 * size - self.free_bits, width))
        self.free_bits -= width

    def _close_unit(self, field: Field) -> None:
        if not self.unit_size:
            return
        self.unit_size = 0
        if self.union:
            self.size = max(self.size, field.type.size)
            return
        align = self._alignment(field.type)
        self.size = _up(self.size, align)
        self.align = max(self.align, align)


def _up(value: int, align: int) -> int:
    return -(-value // align) * align


def _index(members: tuple[Member, ...]) -> dict[str, tuple[Member, int]]:
    found: dict[str, tuple[Member, int]] = {}
    for member in members:
        if member.name:
            found.setdefault(member.name, (member, member.offset))
        elif isinstance(member.type, StructType):
            for name, (inner, offset) in member.type.layout.by_name.items():
                found.setdefault(name, (inner, member.offset + offset))
    return found
