"""C types as MSVC x64 has them: LLP64, `long` 32 bits, `wchar_t` 16, `char` signed, pointers 64.

Types are compared with `same_type` (structure, typedef names resolved) and printed with `str` as C text. Struct types are
objects with identity, filled in when their body is seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field


class Type:
    """Base of all types. size and align are in bytes; an incomplete type has size -1."""

    __slots__ = ()

    size: int
    align: int
    const: bool
    volatile: bool
    typedef: str  # the typedef name it was written with, for messages


@dataclass(frozen=True, slots=True, eq=False)
class VoidType(Type):
    const: bool = False
    volatile: bool = False
    typedef: str = ""
    size: int = -1
    align: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class IntType(Type):
    """An integer type. `rank` orders the usual arithmetic conversions (char 1, short 2, int 3, long 4, __int64 5);
    `tag` is set for an enum type. `boolean` marks _Bool, whose conversion yields 0 or 1."""

    name: str
    size: int
    signed: bool
    rank: int
    tag: str = ""
    boolean: bool = False
    const: bool = False
    volatile: bool = False
    typedef: str = ""

    @property
    def align(self) -> int:  # type: ignore[override]
        return self.size

    @property
    def low(self) -> int:
        return -(1 << (8 * self.size - 1)) if self.signed else 0

    @property
    def high(self) -> int:
        return (1 << (8 * self.size - (1 if self.signed else 0))) - 1

    def wrap(self, value: int) -> int:
        """The value that the type holds after a conversion from any integer."""
        if self.boolean:
            return int(value != 0)
        value &= (1 << 8 * self.size) - 1
        return value - (1 << 8 * self.size) if self.signed and value > self.high else value


@dataclass(frozen=True, slots=True, eq=False)
class PointerType(Type):
    """Pointers are unsigned 64-bit integers. `const` is of the pointer itself, target.const of what it points to."""

    target: Type
    const: bool = False
    volatile: bool = False
    typedef: str = ""
    size: int = 8
    align: int = 8


@dataclass(frozen=True, slots=True, eq=False)
class ArrayType(Type):
    """`count` is None for a tail array `X[]` or one whose initialiser counts."""

    element: Type
    count: int | None
    typedef: str = ""
    const: bool = False
    volatile: bool = False

    @property
    def size(self) -> int:  # type: ignore[override]
        return self.element.size * (self.count or 0)

    @property
    def align(self) -> int:  # type: ignore[override]
        return self.element.align


@dataclass(frozen=True, slots=True, eq=False)
class FunctionType(Type):
    """`parameters` are already adjusted (arrays and functions to pointers). `prototyped` is False for `f()`."""

    returns: Type
    parameters: tuple[Type, ...]
    variadic: bool = False
    prototyped: bool = True
    names: tuple[str, ...] = ()
    typedef: str = ""
    const: bool = False
    volatile: bool = False
    size: int = -1
    align: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A member at its byte offset. Bit-fields: `bit_offset` counts from bit 0 of the unit of `type` at `offset`.
    A member without a name is an anonymous struct or union, whose members are found through it."""

    name: str
    type: Type
    offset: int
    bit_offset: int = 0
    bit_width: int = 0  # 0: not a bit-field


@dataclass(slots=True, eq=False)
class StructLayout:
    """What all qualified versions of one struct share; filled when the body is seen."""

    tag: str
    union: bool
    members: tuple[Member, ...] = ()
    size: int = -1
    align: int = 1
    by_name: dict[str, tuple[Member, int]] = field(default_factory=dict)  # name -> member, offset from the outside


@dataclass(frozen=True, slots=True, eq=False)
class StructType(Type):
    """A struct or union type, complete once `layout.size` is not negative."""

    layout: StructLayout
    const: bool = False
    volatile: bool = False
    typedef: str = ""

    @property
    def size(self) -> int:  # type: ignore[override]
        return self.layout.size

    @property
    def align(self) -> int:  # type: ignore[override]
        return self.layout.align
