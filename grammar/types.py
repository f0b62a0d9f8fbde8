"""C types as MSVC x64 has them: LLP64, `long` 32 bits, `wchar_t` 16, `char` signed, pointers 64.

Types are compared with `same_type` (structure, typedef names resolved) and printed with `str` as C text. Struct types
are objects with identity, filled in when their body is seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeVar


class Type:
    """Base of all types. size and align are in bytes; an incomplete type has size -1."""

    __slots__ = ()

    size: int
    align: int
    const: bool
    volatile: bool
    typedef: str  # the typedef name it was written with, for messages

    def __str__(self) -> str:
        from .typenames import spelled  # which needs the classes below

        return spelled(self)


@dataclass(frozen=True, slots=True, eq=False)
class ErrorType(Type):
    """The type of what was already complained about: whatever is done with it is silent."""

    const: bool = False
    volatile: bool = False
    typedef: str = ""
    size: int = 1
    align: int = 1


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
    required_align: int = 1  # from __declspec(align(n)) here or inside, which #pragma pack does not lower
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


# ---- the basic types --------------------------------------------------------------------------------------------

ERROR = ErrorType()
VOID = VoidType()
BOOL = IntType("_Bool", 1, False, 0, boolean=True)
CHAR = IntType("char", 1, True, 1)
SIGNED_CHAR = IntType("signed char", 1, True, 1)
UNSIGNED_CHAR = IntType("unsigned char", 1, False, 1)
SHORT = IntType("short", 2, True, 2)
UNSIGNED_SHORT = IntType("unsigned short", 2, False, 2)
INT = IntType("int", 4, True, 3)
UNSIGNED_INT = IntType("unsigned int", 4, False, 3)
LONG = IntType("long", 4, True, 4)
UNSIGNED_LONG = IntType("unsigned long", 4, False, 4)
INT64 = IntType("__int64", 8, True, 5)
UNSIGNED_INT64 = IntType("unsigned __int64", 8, False, 5)
WCHAR = IntType("unsigned short", 2, False, 2, typedef="wchar_t")
SIZE = IntType("unsigned __int64", 8, False, 5, typedef="size_t")
CHAR_POINTER = PointerType(CHAR)
WCHAR_POINTER = PointerType(WCHAR)
VOID_POINTER = PointerType(VOID)

UNSIGNED_OF = {INT: UNSIGNED_INT, LONG: UNSIGNED_LONG, INT64: UNSIGNED_INT64}

# ---- questions and copies ---------------------------------------------------------------------------------------

T = TypeVar("T", bound=Type)


def is_scalar(type: Type) -> bool:
    return isinstance(type, (IntType, PointerType))


def is_void(type: Type) -> bool:
    return isinstance(type, VoidType)


def unqualified(type: T) -> T:
    """The type of a value that was read from an object of this type."""
    if type.const or type.volatile:
        return replace(type, const=False, volatile=False)  # type: ignore[type-var]
    return type


def qualified(type: Type, const: bool, volatile: bool) -> Type:
    """The type with qualifiers added; those of an array go to its elements."""
    if not (const or volatile) or isinstance(type, (ErrorType, FunctionType)):
        return type
    if isinstance(type, ArrayType):
        return ArrayType(qualified(type.element, const, volatile), type.count, type.typedef)
    return replace(type, const=const or type.const, volatile=volatile or type.volatile)  # type: ignore[type-var]


def named(type: T, typedef: str) -> T:
    """The type as written with a typedef name."""
    return replace(type, typedef=typedef) if not isinstance(type, ErrorType) else type  # type: ignore[type-var]


def same_type(one: Type, other: Type) -> bool:
    """True if the two are compatible: typedef names resolved, qualifiers ignored at every level, an enum as its int."""
    while isinstance(one, PointerType) and isinstance(other, PointerType):
        one, other = one.target, other.target
    if one is other or isinstance(one, ErrorType) or isinstance(other, ErrorType):
        return True
    if isinstance(one, IntType) and isinstance(other, IntType):
        return _integer_key(one) == _integer_key(other)
    if isinstance(one, StructType) and isinstance(other, StructType):
        return one.layout is other.layout
    if isinstance(one, ArrayType) and isinstance(other, ArrayType):
        return (one.count == other.count or None in (one.count, other.count)) and same_type(one.element, other.element)
    if isinstance(one, FunctionType) and isinstance(other, FunctionType):
        return _same_function(one, other)
    return isinstance(one, VoidType) and isinstance(other, VoidType)


def _integer_key(type: IntType) -> tuple[int, int, bool, bool]:
    # Plain char and signed char are two types to the standard, and one to whoever passes strings about.
    return type.rank, type.size, type.signed, type.boolean


def _same_function(one: FunctionType, other: FunctionType) -> bool:
    if not same_type(one.returns, other.returns):
        return False
    if not (one.prototyped and other.prototyped):
        return True
    return (
        one.variadic == other.variadic
        and len(one.parameters) == len(other.parameters)
        and all(same_type(a, b) for a, b in zip(one.parameters, other.parameters, strict=True))
    )
