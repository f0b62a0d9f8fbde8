"""C types as MSVC x64 has them: LLP64, `long` 32 bits, `wchar_t` 16, `char` signed, pointers 64.

Types are compared with `same_type` in compatible.py (structure, typedef names resolved) and printed with `str` as C
text, of which typenames.py has more forms. Struct types are objects with identity, filled in when their body is seen.
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


# ---- C text -----------------------------------------------------------------------------------------------------


def spelled(type: Type, name: str = "") -> str:
    """`PPFN_NUMBER`, `unsigned long *`; with a name the declaration of that name, and of its parameters' names."""
    return c_text(type, name, resolve=False, named=bool(name))


def c_text(type: Type, inner: str, resolve: bool, named: bool = False) -> str:
    """The declaration of `inner`, which may be empty, as of this type; `resolve` looks through typedef names, `named`
    gives parameters their names."""
    while True:
        if type.typedef and not (resolve and _has_plain_form(type)):
            return _join(_qualifiers(type) + type.typedef, inner)
        if isinstance(type, PointerType):
            star = "*" + _qualifiers(type).rstrip()
            inner = f"{star} {inner}" if inner and star != "*" and not inner.startswith("*") else star + inner
            type = type.target
            if isinstance(type, (ArrayType, FunctionType)) and (resolve or not type.typedef):
                inner = f"({inner})"
        elif isinstance(type, ArrayType):
            inner = f"{inner}[{'' if type.count is None else type.count}]"
            type = type.element
        elif isinstance(type, FunctionType):
            inner = f"{inner}({_parameters(type, resolve, named)})"
            type = type.returns
        else:
            return _join(_qualifiers(type) + _base(type), inner)


def _has_plain_form(type: Type) -> bool:
    return not (isinstance(type, StructType) and not type.layout.tag)


def _parameters(type: FunctionType, resolve: bool, named: bool) -> str:
    if not type.prototyped:
        return ""
    names = type.names if named else ("",) * len(type.parameters)
    texts = [c_text(p, n, resolve) for p, n in zip(type.parameters, names, strict=False)]
    return ", ".join(texts + ["..."] if type.variadic else texts) or "void"


def _join(base: str, inner: str) -> str:
    if not inner or inner.startswith("["):
        return base + inner
    return f"{base} {inner}"


def _qualifiers(type: Type) -> str:
    return ("const " if type.const else "") + ("volatile " if type.volatile else "")


def _base(type: Type) -> str:
    if isinstance(type, VoidType):
        return "void"
    if isinstance(type, StructType):
        word = "union" if type.layout.union else "struct"
        return f"{word} {type.layout.tag}" if type.layout.tag else f"unnamed {word}"
    if isinstance(type, IntType):
        return f"enum {type.tag}" if type.tag else type.name
    return "?" if isinstance(type, ErrorType) else "type"
