"""The value of an expression that changes nothing: read from memory and from suspended frames as they are.

No step is taken, nothing is paged in, no register of a device is read, no code runs; so it works in a machine that has
stopped too.
"""

from __future__ import annotations

from ...grammar import tree
from ...grammar.types import IntType, StructType, Type, VoidType
from ...runtime.findings import address as shown
from ..counting import walk
from ..session import kernel_variable
from ..value import wrap_number
from . import looking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...grammar.tree import Expr, Variable
    from ...grammar.types import Member
    from ..unit import Unit
    from .live import Live

WORD = 0xFFFF_FFFF_FFFF_FFFF
_CALCULATED = (
    tree.Const, tree.Local, tree.Global, tree.Deref, tree.MemberPlace, tree.Load, tree.MemberValue, tree.AddressOf,
    tree.FunctionAddress, tree.Cast, tree.Unary, tree.Binary, tree.Logical, tree.Conditional, tree.Comma, tree.PtrAdd,
    tree.PtrDiff,
)  # fmt: skip


class EvaluationError(Exception):
    """An expression that has no value here and now; the message says why."""


class Evaluated:
    """What an expression came to: an integer, the bytes of a struct, or None for void; `text` is how it was written.
    `member` are the tag and the field that it is the value of, if it is one's."""

    __slots__ = ("type", "value", "text", "member")

    def __init__(
        self, type: Type, value: int | bytes | None, text: str, member: tuple[str, str] = ("", "")
    ) -> None:
        self.type = type
        self.value = value
        self.text = text
        self.member = member


def member_of(expression: Expr) -> tuple[str, str]:
    """The tag of the struct and the name of the field whose value an expression is, or nothing."""
    place = expression.place if isinstance(expression, tree.Load) else None
    if not isinstance(place, tree.MemberPlace) or not isinstance(place.base.type, StructType):
        return "", ""
    return place.base.type.layout.tag, place.member.name


def changes_nothing(expression: Expr, unit: Unit) -> bool:
    """Whether an expression calls nothing, assigns nothing, and needs no address that is not given yet, so that it can
    be read."""
    for node in walk(expression):
        if not isinstance(node, _CALCULATED):
            return False
        if isinstance(node, tree.FunctionAddress) and not (node.function.builtin or node.function in unit.addressed):
            return False
    return True


class Reader:
    """Reads expressions in one machine. `places` has the variables that a suspended frame has: their names in `values`,
    or their addresses."""

    def __init__(self, live: Live, places: dict[Variable, str | int], values: dict[str, object]) -> None:
        self.live = live
        self.nt = live.nt
        self.places = places
        self.values = values

    def value(self, e: Expr) -> int | bytes:
        """The value of an expression that changes nothing. EvaluationError if it cannot be seen."""
        try:
            found: int | bytes = getattr(self, f"_{type(e).__name__}")(e)
        except RecursionError:
            raise EvaluationError("the expression is too deep") from None
        return found

    def integer(self, e: Expr) -> int:
        found = self.value(e)
        return found if isinstance(found, int) else int.from_bytes(found[:8], "little")

    # -- memory

    def address(self, place: Expr) -> int:
        """Where a place lies."""
        if isinstance(place, tree.Deref):
            return self.integer(place.pointer) & WORD
        if isinstance(place, tree.MemberPlace):
            return self.address(place.base) + place.offset & WORD
        if isinstance(place, (tree.Local, tree.Global)):
            where = self.places.get(place.variable)
            if where is None:
                where = self.live.growing.unit.place_of(place.variable)
            if isinstance(where, int):
                return where
            what = "lies in a register, so it has no address" if where else "is not in memory"
            raise EvaluationError(f"the variable '{place.variable.name}' {what}")
        raise EvaluationError("this has no address")

    def bytes_at(self, where: int, size: int) -> bytes:
        data = looking.read(self.nt, where, size)
        if data is None:
            raise EvaluationError(f"{shown(where)}: not in memory ({self._why(where, size)})")
        return data

    def _why(self, where: int, size: int) -> str:
        for va in (where, where + max(size, 1) - 1 & WORD):
            seen = looking.look(self.nt, va)
            if not seen.visible:
                return looking.NOT_SEEN[seen.state]
        return "some page between cannot be seen"

    def _at(self, where: int, type: Type, member: Member | None = None) -> int | bytes:
        data = self.bytes_at(where, max(type.size, 0))
        if isinstance(type, StructType):
            return data
        return _number(data, type, member)

    # -- the nodes

    def _Const(self, e: tree.Const) -> int:
        return e.value

    def _Load(self, e: tree.Load) -> int | bytes:
        place = e.place
        if isinstance(place, (tree.Local, tree.Global)):
            where = self.places.get(place.variable)
            if isinstance(where, str):
                held = self.values[where]
                assert isinstance(held, (int, bytes))
                return wrap_number(held, e.type) if isinstance(held, int) else held
            if where is None and self.live.growing.unit.place_of(place.variable) is None:
                exported = self._exported(place.variable)
                if exported is not None and isinstance(e.type, StructType):
                    self.live.growing.type_named(e.type.layout.tag)  # so that it knows its size
                    return exported.to_bytes(e.type.size, "little")
                if exported is not None:
                    return wrap_number(exported, e.type)
        member = place.member if isinstance(place, tree.MemberPlace) else None
        return self._at(self.address(place), e.type, member if member is not None and member.bit_width else None)

    def _exported(self, variable: Variable) -> int | None:
        """The value of a variable of the kernel, which lies in the image only once the script has used it."""
        try:
            return kernel_variable(self.nt, variable.name)
        except KeyError:
            return None

    def _MemberValue(self, e: tree.MemberValue) -> int | bytes:
        whole = self.value(e.value)
        assert isinstance(whole, bytes)
        data = whole[e.offset : e.offset + max(e.type.size, 0)]
        if isinstance(e.type, StructType):
            return data
        return _number(data, e.type, e.member if e.member.bit_width else None)

    def _AddressOf(self, e: tree.AddressOf) -> int:
        return self.address(e.place)

    def _FunctionAddress(self, e: tree.FunctionAddress) -> int:
        return self.live.growing.unit.function_address(e.function)

    def _Cast(self, e: tree.Cast) -> int | bytes:
        if isinstance(e.type, VoidType):
            raise EvaluationError("void has no value")
        return wrap_number(self.integer(e.operand), e.type)

    def _Unary(self, e: tree.Unary) -> int:
        operand = self.integer(e.operand)
        if e.op == "!":
            return int(not operand)
        return wrap_number(-operand if e.op == "-" else ~operand, e.type)

    def _Binary(self, e: tree.Binary) -> int:
        left, right = self.integer(e.left), self.integer(e.right)
        return wrap_number(_arithmetic(e.op, left, right, e.type), e.type)

    def _Logical(self, e: tree.Logical) -> int:
        left = bool(self.integer(e.left))
        if left == (e.op == "||"):
            return int(left)
        return int(bool(self.integer(e.right)))

    def _Conditional(self, e: tree.Conditional) -> int | bytes:
        return self.value(e.then if self.integer(e.test) else e.otherwise)

    def _Comma(self, e: tree.Comma) -> int | bytes:
        return self.value(e.right)

    def _PtrAdd(self, e: tree.PtrAdd) -> int:
        return self.integer(e.pointer) + self.integer(e.index) * e.scale & WORD

    def _PtrDiff(self, e: tree.PtrDiff) -> int:
        distance = self.integer(e.left) - self.integer(e.right)
        distance = (distance + (1 << 63) & WORD) - (1 << 63)
        return abs(distance) // max(e.scale, 1) * (1 if distance >= 0 else -1)


def _number(data: bytes, type: Type, member: Member | None) -> int:
    """A scalar of some bytes, or a bit-field in them."""
    bits = int.from_bytes(data, "little")
    if member is not None:
        bits = bits >> member.bit_offset & ((1 << member.bit_width) - 1)
        if isinstance(type, IntType) and type.signed and bits >> (member.bit_width - 1):
            bits -= 1 << member.bit_width
    return wrap_number(bits, type)


def _arithmetic(op: str, left: int, right: int, type: Type) -> int:
    if op in ("/", "%"):
        if not right:
            raise EvaluationError("this divides by zero")
        quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
        return quotient if op == "/" else left - quotient * right
    if op in ("<<", ">>"):
        count = right & (63 if type.size == 8 else 31)
        return left << count if op == "<<" else left >> count
    simple = {
        "+": left + right, "-": left - right, "*": left * right, "&": left & right, "|": left | right,
        "^": left ^ right,
        "==": left == right, "!=": left != right, "<": left < right, "<=": left <= right, ">": left > right,
        ">=": left >= right,
    }  # fmt: skip
    return int(simple[op])
