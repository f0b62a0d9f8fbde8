"""The checked, typed tree: what the checker hands to code generation.

Every conversion that C performs silently is a Cast or a Load here, names are resolved to symbol objects, sizes and
offsets are numbers. Whoever walks this tree needs no knowledge of C's rules, only of what each node does:

- A *place* (Local, Global, Deref, Member) says where something lies. A scalar's value is read by Load, never by the
  place itself; AddressOf makes a pointer of it. Arrays decay through AddressOf with a pointer type.
- A scalar expression's value is an int in the range of its type (pointers are unsigned 64-bit).
  A struct expression's value (Load, Call, Assign, Conditional, Comma of struct type) is its bytes.
- Arithmetic operands have been converted to one type; the result wraps into the node's type.
"""

from __future__ import annotations

from dataclasses import field

from .nodes import dataclass
from .source import Span
from .types import FunctionType, Type
from .types import Member as StructMember

# ---- symbols --------------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Variable:
    """A variable. `kind` is "local" (also a parameter), "static" (local by scope, one instance), or "global".

    `in_memory` is True if a pointer may reach it: its address is taken, or it is an array or struct; it is always
    True for globals and statics. `volatile` ones are not special otherwise. `written` is True if anything but its
    initialiser assigns it. `align` is that of its __declspec(align(n)), 0 for none."""

    name: str
    type: Type
    kind: str
    span: Span
    in_memory: bool = False
    written: bool = False
    register: bool = False
    align: int = 0


@dataclass(slots=True, eq=False)
class Function:
    """A function of the script (body not None once defined), or a routine of the simulated NT (`builtin`)."""

    name: str
    type: FunctionType
    span: Span
    builtin: bool = False
    parameters: tuple[Variable, ...] = ()
    locals: list[Variable] = field(default_factory=list)  # every local of every block, parameters not included
    body: Block | None = None
    address_taken: bool = False
    static: bool = False


@dataclass(slots=True, eq=False)
class Label:
    name: str
    span: Span
    used: bool = False


# ---- expressions ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Expr:
    type: Type
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Const(Expr):
    """An integer constant, in the range of its type (pointer types too: NULL is Const 0)."""

    value: int


@dataclass(frozen=True, slots=True, eq=False)
class StringAddress(Expr):
    """The address of a string literal's static, zero-terminated bytes (UTF-16LE for L"…"); equal literals may share."""

    data: bytes


# places


@dataclass(frozen=True, slots=True, eq=False)
class Local(Expr):
    variable: Variable


@dataclass(frozen=True, slots=True, eq=False)
class Global(Expr):
    """A global or static variable."""

    variable: Variable


@dataclass(frozen=True, slots=True, eq=False)
class Deref(Expr):
    """The object of `type` at the address that `pointer` yields. Indexing is a Deref of a PtrAdd; `p->m` is a Member
    of it."""

    pointer: Expr


@dataclass(frozen=True, slots=True, eq=False)
class MemberPlace(Expr):
    """A member of the struct at the place `base`. `offset` is in bytes from the start of `base`, through anonymous
    members; `member.bit_width` is not 0 for a bit-field."""

    base: Expr
    member: StructMember
    offset: int


Place = Local | Global | Deref | MemberPlace


# values


@dataclass(frozen=True, slots=True, eq=False)
class Load(Expr):
    """The value at a place (a scalar, or a struct's bytes)."""

    place: Expr


@dataclass(frozen=True, slots=True, eq=False)
class MemberValue(Expr):
    """A member taken from a struct value that has no place, as in `f().QuadPart`."""

    value: Expr
    member: StructMember
    offset: int


@dataclass(frozen=True, slots=True, eq=False)
class AddressOf(Expr):
    """The address of a place that lies in memory, as a pointer type."""

    place: Expr


@dataclass(frozen=True, slots=True, eq=False)
class FunctionAddress(Expr):
    """A function's address, as a pointer-to-function type."""

    function: Function


@dataclass(frozen=True, slots=True, eq=False)
class Cast(Expr):
    """Conversion of a scalar to a scalar type, or of anything to void. `implicit` if C did it by itself."""

    operand: Expr
    implicit: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Unary(Expr):
    """`op` is "-", "~" or "!"; "!" gives int 0 or 1 from any scalar, the others work in the node's type."""

    op: str
    operand: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Binary(Expr):
    """`+ - * / % & | ^` in the node's type; `== != < <= > >=` of operands of one type, giving int; `<< >>` where the
    result and the left operand have one type and the right may have another (its count taken modulo the width)."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Logical(Expr):
    """`&&` or `||` of any scalars, giving int 0 or 1, the right evaluated only if needed."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Conditional(Expr):
    test: Expr
    then: Expr
    otherwise: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Comma(Expr):
    """`left` for its effects (type void or any), then the value of `right`."""

    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True, eq=False)
class PtrAdd(Expr):
    """pointer + index * scale, modulo 2**64. The index has an integer type of 8 bytes; subtraction has a negated
    index."""

    pointer: Expr
    index: Expr
    scale: int


@dataclass(frozen=True, slots=True, eq=False)
class PtrDiff(Expr):
    """(left - right) / scale, as a signed 64-bit integer."""

    left: Expr
    right: Expr
    scale: int


@dataclass(frozen=True, slots=True, eq=False)
class Assign(Expr):
    """Store `value` (already of the place's type) and yield it as stored (a bit-field truncates)."""

    place: Expr
    value: Expr


@dataclass(frozen=True, slots=True, eq=False)
class CompoundAssign(Expr):
    """place = (type of place)((computation)place op value); the place is evaluated once. For `+ - * / % & | ^`,
    `value` has the type `computation`; for shifts it has its own promoted type. Pointers: `computation` is the
    pointer type, `op` is "+", and `value` is a byte count of 8-byte integer type, scaled and signed already."""

    op: str
    place: Expr
    value: Expr
    computation: Type


@dataclass(frozen=True, slots=True, eq=False)
class IncDec(Expr):
    """`++` and `--`: adds `delta` (1 or -1, scaled for pointers); yields the old value if `postfix`, else the new
    one."""

    place: Expr
    delta: int
    postfix: bool


@dataclass(frozen=True, slots=True, eq=False)
class Call(Expr):
    """A call. `function` is set if it is called by name, else `callee` yields its address. The arguments are
    converted to the parameters' types; those beyond them (`variadic`) are promoted, and structs among them are
    bytes."""

    function: Function | None
    callee: Expr | None
    signature: FunctionType
    arguments: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class VaStart(Expr):
    """`va_start(list, last)`: stores the address of the first variadic argument of this function into the place."""

    place: Expr


@dataclass(frozen=True, slots=True, eq=False)
class VaArg(Expr):
    """`va_arg(list, type)`: reads the next 8-byte slot as the node's type and advances. Structs of 1, 2, 4, 8 bytes
    lie in the slot, others by reference. va_end is nothing; va_copy is an Assign."""

    place: Expr


@dataclass(frozen=True, slots=True, eq=False)
class ExceptionCode(Expr):
    """GetExceptionCode(), in a filter or an __except block."""


@dataclass(frozen=True, slots=True, eq=False)
class ExceptionInformation(Expr):
    """GetExceptionInformation(), in a filter."""


@dataclass(frozen=True, slots=True, eq=False)
class AbnormalTermination(Expr):
    """AbnormalTermination(), in a __finally block."""


@dataclass(frozen=True, slots=True, eq=False)
class CompoundLiteral(Expr):
    """`(T){ … }` as a place: an unnamed local (or global) that is initialised when evaluated."""

    variable: Variable
    initialiser: Initialiser


# ---- initialisers ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Store:
    """Store `value` at `offset` bytes from the start of the object, as `type`, or into the bit-field `member`."""

    offset: int
    type: Type
    value: Expr
    member: StructMember | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Initialiser:
    """How a variable gets its first value. Scalars that are not in memory have one Store at offset 0 and no data.
    Otherwise `data`, if not None, are the object's bytes (constants, strings, zeros; as long as the object), stored
    first; then `stores` run in order. For globals `addresses` holds what is known only when the program is loaded:
    (offset, what, addend), where what is a Variable, a Function or the bytes of a string literal, and the 8 bytes
    there get its address plus addend."""

    data: bytes | None
    stores: tuple[Store, ...] = ()
    addresses: tuple[tuple[int, Variable | Function | bytes, int], ...] = ()


# ---- statements -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Stmt:
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class ExprStmt(Stmt):
    expr: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Declare(Stmt):
    """A local comes into being where it stands, with its initialiser, if any. (Or a script's global whose initialiser
    runs in its turn.)"""

    variable: Variable
    initialiser: Initialiser | None


@dataclass(frozen=True, slots=True, eq=False)
class Block(Stmt):
    body: tuple[Stmt, ...]
    end: Span  # the closing brace


@dataclass(frozen=True, slots=True, eq=False)
class If(Stmt):
    test: Expr
    then: Stmt
    otherwise: Stmt | None


@dataclass(frozen=True, slots=True, eq=False)
class While(Stmt):
    test: Expr
    body: Stmt


@dataclass(frozen=True, slots=True, eq=False)
class DoWhile(Stmt):
    body: Stmt
    test: Expr


@dataclass(frozen=True, slots=True, eq=False)
class For(Stmt):
    first: tuple[Stmt, ...]
    test: Expr | None
    step: Expr | None
    body: Stmt


@dataclass(frozen=True, slots=True, eq=False)
class Case(Stmt):
    """A `case VALUE:` (or `default:` with value None) of the nearest Switch; the statement behind it follows in the
    same Block or is `body`. Values have the Switch's type."""

    value: int | None
    body: Stmt


@dataclass(frozen=True, slots=True, eq=False)
class Switch(Stmt):
    """`cases` lists the Case nodes of its body, wherever they stand in it."""

    value: Expr
    body: Stmt
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Break(Stmt):
    pass


@dataclass(frozen=True, slots=True, eq=False)
class Continue(Stmt):
    pass


@dataclass(frozen=True, slots=True, eq=False)
class Return(Stmt):
    value: Expr | None


@dataclass(frozen=True, slots=True, eq=False)
class Goto(Stmt):
    label: Label


@dataclass(frozen=True, slots=True, eq=False)
class Labelled(Stmt):
    label: Label
    body: Stmt


@dataclass(frozen=True, slots=True, eq=False)
class TryExcept(Stmt):
    body: Block
    filter: Expr
    handler: Block


@dataclass(frozen=True, slots=True, eq=False)
class TryFinally(Stmt):
    body: Block
    final: Block


@dataclass(frozen=True, slots=True, eq=False)
class Leave(Stmt):
    """`__leave`: to the end of the nearest enclosing __try body."""


@dataclass(frozen=True, slots=True, eq=False)
class Empty(Stmt):
    pass


@dataclass(frozen=True, slots=True, eq=False)
class After(Stmt):
    """`after (time) statement` in a device: when that many nanoseconds have passed, `function`, which was made of the
    statement, is called with the locals that the statement uses, as they are now."""

    delay: Expr
    function: Function
    captured: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class StartProcess(Stmt):
    """Where a process block stands: the process of that place in `Program.processes` begins, and runs beside what
    follows."""

    process: int


# ---- the whole --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """A line of the machine block: `name = value`, the value an int in base units (bytes, nanoseconds) or a word."""

    name: str
    value: int | str
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class GlobalVariable:
    """A global or static with the part of its initialiser that is constant (None: zeros)."""

    variable: Variable
    initialiser: Initialiser | None


# ---- the blocks ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Register:
    """A register at `offset` bytes of its BAR. `read` and `write` are its handlers; without them a bus access reaches
    the variable itself, which holds `reset` after a reset."""

    name: str
    variable: Variable
    offset: int
    size: int
    reset: int
    read: Function | None
    write: Function | None


@dataclass(frozen=True, slots=True, eq=False)
class Bar:
    """The registers behind one base address."""

    name: str
    registers: tuple[Register, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Device:
    """`functions` has those of the block, its handlers, and what was lifted out of `after` statements."""

    name: str
    span: Span
    properties: tuple[tuple[str, int | str], ...]
    bars: tuple[Bar, ...]
    reset: Function | None
    functions: tuple[Function, ...]
    variables: tuple[GlobalVariable, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Driver:
    """`entry` is its DriverEntry, which the frame brings unless the block defines one. `frame` is the C text around
    the block, or empty; with the replacements of `edits` the block's own text is C too."""

    name: str
    span: Span
    device: str  # "" if none was named
    entry: Function | None
    functions: tuple[Function, ...]
    variables: tuple[GlobalVariable, ...]
    frame: str = ""
    edits: tuple[tuple[Span, str], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Process:
    """A user program: its statements in order or, where it has none, its `main`."""

    name: str
    span: Span
    main: Function | None
    functions: tuple[Function, ...]
    variables: tuple[GlobalVariable, ...]
    statements: tuple[Stmt, ...]
    locals: tuple[Variable, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A checked script. `statements` are the file-level ones in order (a Declare among them initialises a global in
    its turn); `settings` are those of the machine blocks."""

    file: str
    functions: tuple[Function, ...]  # those with a body, in file order
    variables: tuple[GlobalVariable, ...]
    statements: tuple[Stmt, ...]
    settings: tuple[Setting, ...]
    externals: tuple[Function, ...]  # built-in routines that the script names
    locals: tuple[Variable, ...] = ()  # those in blocks of the file-level statements
    devices: tuple[Device, ...] = ()
    drivers: tuple[Driver, ...] = ()
    processes: tuple[Process, ...] = ()
    frames: tuple[tuple[str, str], ...] = ()  # the C text around driver blocks, by the file name of its spans
    entry: Function | None = None  # the DriverEntry at file level, if that is to be loaded as a driver
