"""The syntax tree: what the parser makes of tokens, before any name has a meaning.

A declarator is stored inside out: `parts` reads from the name outwards, so `int *(*f[3])(void)` is name f, parts
(ArrayPart(3), PointerPart, FunctionPart(()), PointerPart) on the specifier int.
"""

from __future__ import annotations

from .nodes import dataclass
from .source import NOWHERE, Span
from .tokens import Token


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    span: Span


# ---- expressions ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Number(Node):
    """A number as written; `unit` is "" or one of KiB MiB GiB ns us ms s."""

    text: str
    unit: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Character(Node):
    text: str  # as written


@dataclass(frozen=True, slots=True, eq=False)
class String(Node):
    parts: tuple[Token, ...]  # adjacent literals, as written


@dataclass(frozen=True, slots=True, eq=False)
class Prefix(Node):
    """`& * + - ~ ! ++ --`"""

    op: str
    operand: Node


@dataclass(frozen=True, slots=True, eq=False)
class Postfix(Node):
    """`++ --`"""

    op: str
    operand: Node


@dataclass(frozen=True, slots=True, eq=False)
class Infix(Node):
    """Every binary operator, `&&`, `||` and `,` included. `op_span` is of the operator."""

    op: str
    left: Node
    right: Node
    op_span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Ternary(Node):
    test: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True, eq=False)
class Assignment(Node):
    """`=`, `+=`, …"""

    op: str
    target: Node
    value: Node
    op_span: Span


@dataclass(frozen=True, slots=True, eq=False)
class CallExpr(Node):
    callee: Node
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Index(Node):
    base: Node
    index: Node


@dataclass(frozen=True, slots=True, eq=False)
class Dot(Node):
    """`base.name`, or `base->name` if `arrow`."""

    base: Node
    name: str
    name_span: Span
    arrow: bool


@dataclass(frozen=True, slots=True, eq=False)
class CastExpr(Node):
    type_name: TypeName
    operand: Node


@dataclass(frozen=True, slots=True, eq=False)
class CompoundLiteralExpr(Node):
    type_name: TypeName
    initialiser: InitList


@dataclass(frozen=True, slots=True, eq=False)
class SizeofExpr(Node):
    operand: Node


@dataclass(frozen=True, slots=True, eq=False)
class SizeofType(Node):
    """sizeof(T), or the alignment of T if `align` (`__alignof(T)`, `_Alignof(T)`)."""

    type_name: TypeName
    align: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class OffsetofExpr(Node):
    """`__builtin_offsetof(T, a.b[3])`; the designator is the path as an expression rooted at Name(first member)."""

    type_name: TypeName
    designator: Node


@dataclass(frozen=True, slots=True, eq=False)
class VaArgExpr(Node):
    """`__builtin_va_arg(list, T)`"""

    list: Node
    type_name: TypeName


@dataclass(frozen=True, slots=True, eq=False)
class Broken(Node):
    """Stands where a syntax error was reported; the checker passes over it in silence."""


# ---- initialisers -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Designator(Node):
    """`.field` or `[index]`"""

    field: str
    index: Node | None


@dataclass(frozen=True, slots=True, eq=False)
class InitItem(Node):
    designators: tuple[Designator, ...]
    value: Node  # an expression or an InitList


@dataclass(frozen=True, slots=True, eq=False)
class InitList(Node):
    items: tuple[InitItem, ...]


# ---- declarations -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class KeywordType(Node):
    """`unsigned long`, `void`, `__int64`, `float`, … : the words in the order written."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class NamedType(Node):
    """A typedef name; or a name in a type's place that is none (`known` False), for "unknown type"."""

    name: str
    known: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class StructSpec(Node):
    """`struct` or `union`; members None if there is no body. `pack` is the #pragma pack in force, 0 for none.
    A member declaration without declarators is an anonymous struct or union."""

    union: bool
    tag: str
    members: tuple[Declaration, ...] | None
    pack: int = 0
    align: int = 0  # DECLSPEC_ALIGN(n) / __declspec(align(n)), 0 for none
    asserts: tuple[StaticAssert, ...] = ()  # those that stand among the members


@dataclass(frozen=True, slots=True, eq=False)
class Enumerator(Node):
    name: str
    value: Node | None


@dataclass(frozen=True, slots=True, eq=False)
class EnumSpec(Node):
    tag: str
    enumerators: tuple[Enumerator, ...] | None


@dataclass(frozen=True, slots=True, eq=False)
class NoType(Node):
    """No type was written (`static x;`, `f() { }`): C's old implicit int, refused with an error."""


TypeSpec = KeywordType | NamedType | StructSpec | EnumSpec | NoType


@dataclass(frozen=True, slots=True, eq=False)
class Specifiers(Node):
    storage: tuple[str, ...]  # typedef static extern register inline __inline __forceinline …
    qualifiers: tuple[str, ...]  # const volatile …
    type: TypeSpec
    # __declspec(align(n)) of what is declared (that of a struct with a body is in StructSpec), 0 for none
    align: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class PointerPart(Node):
    qualifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ArrayPart(Node):
    count: Node | None


@dataclass(frozen=True, slots=True, eq=False)
class Parameter(Node):
    specifiers: Specifiers
    declarator: Declarator


@dataclass(frozen=True, slots=True, eq=False)
class FunctionPart(Node):
    """`(void)` has no parameters and prototyped True; `()` has prototyped False."""

    parameters: tuple[Parameter, ...]
    variadic: bool
    prototyped: bool


@dataclass(frozen=True, slots=True, eq=False)
class Declarator(Node):
    """`name` is "" for an abstract one, and `span` then is where it would stand."""

    name: str
    parts: tuple[PointerPart | ArrayPart | FunctionPart, ...]


@dataclass(frozen=True, slots=True, eq=False)
class TypeName(Node):
    specifiers: Specifiers
    declarator: Declarator


@dataclass(frozen=True, slots=True, eq=False)
class InitDeclarator(Node):
    declarator: Declarator
    initialiser: Node | None  # an expression or InitList
    bits: Node | None = None  # width of a bit-field


@dataclass(frozen=True, slots=True, eq=False)
class Declaration(Node):
    specifiers: Specifiers
    declarators: tuple[InitDeclarator, ...]


@dataclass(frozen=True, slots=True, eq=False)
class StaticAssert(Node):
    """`_Static_assert(test, "message");`, `C_ASSERT(test);` : stands where a declaration may."""

    test: Node
    message: String | None


@dataclass(frozen=True, slots=True, eq=False)
class FunctionDefinition(Node):
    specifiers: Specifiers
    declarator: Declarator
    body: CompoundStatement


# ---- statements -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class CompoundStatement(Node):
    items: tuple[Node, ...]  # statements and declarations
    end: Span  # of the closing brace


@dataclass(frozen=True, slots=True, eq=False)
class ExpressionStatement(Node):
    expression: Node | None  # None: an empty statement


@dataclass(frozen=True, slots=True, eq=False)
class IfStatement(Node):
    test: Node
    then: Node
    otherwise: Node | None


@dataclass(frozen=True, slots=True, eq=False)
class WhileStatement(Node):
    test: Node
    body: Node


@dataclass(frozen=True, slots=True, eq=False)
class DoStatement(Node):
    body: Node
    test: Node


@dataclass(frozen=True, slots=True, eq=False)
class ForStatement(Node):
    first: Node | None  # an expression or a Declaration
    test: Node | None
    step: Node | None
    body: Node


@dataclass(frozen=True, slots=True, eq=False)
class SwitchStatement(Node):
    value: Node
    body: Node


@dataclass(frozen=True, slots=True, eq=False)
class CaseLabel(Node):
    """`case value:` (None: `default:`) and the statement behind it."""

    value: Node | None
    body: Node


@dataclass(frozen=True, slots=True, eq=False)
class NameLabel(Node):
    name: str
    name_span: Span
    body: Node


@dataclass(frozen=True, slots=True, eq=False)
class Jump(Node):
    """`break`, `continue`, `__leave`."""

    word: str


@dataclass(frozen=True, slots=True, eq=False)
class GotoStatement(Node):
    name: str
    name_span: Span


@dataclass(frozen=True, slots=True, eq=False)
class ReturnStatement(Node):
    value: Node | None


@dataclass(frozen=True, slots=True, eq=False)
class TryExceptStatement(Node):
    body: CompoundStatement
    filter: Node
    handler: CompoundStatement


@dataclass(frozen=True, slots=True, eq=False)
class TryFinallyStatement(Node):
    body: CompoundStatement
    final: CompoundStatement


@dataclass(frozen=True, slots=True, eq=False)
class AfterStatement(Node):
    """`after (time) statement`, in a device."""

    delay: Node
    body: Node


# ---- blocks -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Property(Node):
    """`name = value;` in a block; the value is an expression (a bare word is a Name) or a TypeName."""

    name: str
    value: Node
    name_span: Span = NOWHERE


@dataclass(frozen=True, slots=True, eq=False)
class Register(Node):
    """`TYPE Name @ offset = reset;`"""

    specifiers: Specifiers
    name: str
    offset: Node
    reset: Node | None
    name_span: Span = NOWHERE


@dataclass(frozen=True, slots=True, eq=False)
class Registers(Node):
    """`registers [NAME] { … }`: one BAR."""

    name: str
    registers: tuple[Register, ...]
    name_span: Span = NOWHERE


@dataclass(frozen=True, slots=True, eq=False)
class Handler(Node):
    """`on EVENT [NAME] (parameters) { … }`: event is `IRP_MJ_READ`, `START`, `read`, `write`, `reset`…; name is the
    register of `on read Name`. `parameters` is None where no list was written."""

    event: str
    name: str
    parameters: tuple[Parameter, ...] | None
    body: CompoundStatement
    event_span: Span = NOWHERE
    name_span: Span = NOWHERE


@dataclass(frozen=True, slots=True, eq=False)
class MachineBlock(Node):
    settings: tuple[Property, ...]


@dataclass(frozen=True, slots=True, eq=False)
class DeviceBlock(Node):
    name: str
    items: tuple[Node, ...]  # Property, Registers, Declaration, FunctionDefinition, Handler
    name_span: Span = NOWHERE


@dataclass(frozen=True, slots=True, eq=False)
class DriverBlock(Node):
    name: str
    device: str  # "" if none was named
    items: tuple[Node, ...]  # Property, Declaration, FunctionDefinition, Handler
    name_span: Span = NOWHERE
    device_span: Span = NOWHERE


@dataclass(frozen=True, slots=True, eq=False)
class ProcessBlock(Node):
    name: str
    items: tuple[Node, ...]  # as in a compound statement, and FunctionDefinition
    name_span: Span = NOWHERE


@dataclass(frozen=True, slots=True, eq=False)
class TranslationUnit(Node):
    """`items` in file order: declarations, function definitions, statements, blocks."""

    file: str
    items: tuple[Node, ...]
