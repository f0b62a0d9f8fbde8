"""Expressions to Python: values, places, loads and stores.

An expression becomes a Python expression; what C does besides (assignments, increments, short circuits with effects)
becomes statements appended to `self.out` before it. Where a later operand brings statements, earlier ones that are
more than a name are put into temporaries first, so that calls happen from left to right.

Memory is touched inline: see runtime/mm/memory.py for the shape of a load and what the locals `a` and `s` are for.
"""

from __future__ import annotations

from ast import Call, expr, stmt
from collections.abc import Sequence

from ..grammar import tree
from ..grammar.source import Span
from ..grammar.types import IntType, Member, StructType, Type, VoidType
from . import emit
from .counting import Fact, facts, walk, writes
from .unit import Unit
from .value import Value, limits, number, of_type, wrap, wrap_number

DEEP = 60  # height from which an expression is cut into temporaries: the compiler of CPython is recursive
MASK64 = 0xFFFF_FFFF_FFFF_FFFF
SHIFTS = {1: 0, 2: 1, 4: 2, 8: 3}
KEY_BITS = 1 << 96  # CPython masks faster with a positive number; a sum beyond 64 bits must keep a key of its own
INT_RESULT = {"==", "!=", "<", "<=", ">", ">="}


class Address:
    """A place's address as base + offset, not yet reduced modulo 2**64; base None for a constant. Within an array at a
    constant address, base is `index` times `scale`."""

    __slots__ = ("base", "offset", "index", "scale")

    def __init__(self, base: Value | None, offset: int, index: Value | None = None, scale: int = 0) -> None:
        self.base = base
        self.offset = offset
        self.index = index
        self.scale = scale

    def plus(self, more: int) -> Address:
        return Address(self.base, self.offset + more, self.index, self.scale)

    def fixed(self, size: int) -> bool:
        """True if accesses of this size are aligned and lie in the page of the constant part, whatever the index."""
        low, high = self.offset, self.offset + size - 1
        if self.base is not None:
            if self.index is None or self.scale % size:
                return False
            low, high = low + self.base.low, high + self.base.high
        page = self.offset >> 12
        return not self.offset % size and low >> 12 == page and high >> 12 == page

    @property
    def simple(self) -> bool:
        return self.base is None or self.base.simple

    def node(self) -> expr:
        if self.base is None:
            return emit.const(self.offset & MASK64)
        if self.offset == 0:
            return self.base.node
        op = "+" if self.offset > 0 else "-"
        return emit.binary(self.base.node, op, emit.const(abs(self.offset)))


def plain(type: Type) -> bool:
    """True of a scalar that lies in memory as it is."""
    return not isinstance(type, StructType)


class Expressions:
    """The half of a function's compiler that deals with values. Statements follow in statements.py."""

    unit: Unit
    out: list[stmt]
    places: dict[tree.Variable, str | int]  # a Python name, or an offset from the frame's start
    catching: list[str]  # Python expressions for the exception record, innermost last
    ending: list[str]  # names of the flags for AbnormalTermination, innermost last

    whole: object = None  # all that is being compiled
    filters_write: set[tree.Variable] | None = None

    def __init__(self) -> None:
        self.temporaries = 0
        self.ranges: dict[tree.Variable, tuple[int, int]] = {}  # of loop counters, where known to be narrower
        self.has_frame = False
        self.outgoing = 0
        self.frame_bytes = 0

    # -- bookkeeping

    def temporary(self) -> str:
        self.temporaries += 1
        return f"t{self.temporaries}"

    def keep(self, value: Value) -> Value:
        """The value in a form that may be written twice."""
        if value.simple:
            return value
        identifier = self.temporary()
        self.out.append(emit.assign(identifier, value.node))
        return Value(emit.name(identifier), value.low, value.high, 1, True)

    def cut(self, value: Value) -> Value:
        return self.keep(value) if value.depth > DEEP else value

    def at(self, node: expr, span: Span) -> expr:
        """Place a node at a span of the script."""
        line, index = self.unit.spans.index(span)
        emit.place(node, line, index)
        return node

    def captured(self, e: tree.Expr) -> tuple[Value, list[stmt]]:
        """A value and the statements that it needs, apart from the present block."""
        outer, self.out = self.out, []
        value = self.value(e)
        statements, self.out = self.out, outer
        return value, statements

    def operands(self, expressions: Sequence[tree.Expr]) -> list[Value]:
        """Values of operands, in order, with all their effects in order."""
        values: list[Value] = []
        for e in expressions:
            value, statements = self.captured(e)
            if statements:
                values = [self.keep(earlier) for earlier in values]
                self.out.extend(statements)
            values.append(self.cut(value))
        return values

    # -- what is known of variables

    def know(self, found: list[Fact], where: object) -> None:
        """Rely on variables' ranges in what comes, as far as nothing there writes them. A label among it may be reached
        from elsewhere."""
        if found and any(isinstance(node, tree.Labelled | tree.Case) for node in walk(where)):
            return
        for variable, (least, most) in found:
            if variable not in self.written_by_filters() and not writes(where, variable):
                low, high = self.ranges.get(variable, (least, most))
                self.ranges = {**self.ranges, variable: (max(low, least), min(high, most))}

    def knowing(self, found: list[Fact], e: tree.Expr) -> tuple[Value, list[stmt]]:
        """A value and the statements that it needs, where facts hold."""
        outer = self.ranges
        self.know(found, e)
        made = self.captured(e)
        self.ranges = outer
        return made

    def written_by_filters(self) -> set[tree.Variable]:
        """Variables that a filter may change between any two statements."""
        if self.filters_write is None:
            self.filters_write = {
                node.place.variable
                for found in walk(self.whole)
                if isinstance(found, tree.TryExcept)
                for node in walk(found.filter)
                if isinstance(node, tree.Assign | tree.CompoundAssign | tree.IncDec)
                and isinstance(node.place, tree.Local)
            }
        return self.filters_write

    # -- values

    def value(self, e: tree.Expr) -> Value:
        method = getattr(self, "value_" + type(e).__name__)
        result: Value = method(e)
        return result

    def effect(self, e: tree.Expr) -> None:
        """Evaluate for effects only."""
        method = getattr(self, "effect_" + type(e).__name__, None)
        if method is not None:
            method(e)
            return
        value = self.value(e)
        if not value.simple:
            self.out.append(emit.expression(value.node))

    def test(self, e: tree.Expr) -> Value:
        """A value of which only the truth counts."""
        if isinstance(e, tree.Cast) and isinstance(e.operand.type, IntType) and isinstance(e.type, IntType):
            if e.type.size >= e.operand.type.size or e.type.boolean:
                return self.test(e.operand)
        if isinstance(e, tree.Logical):
            return self.logical(e)
        return self.value(e)

    def value_Const(self, e: tree.Const) -> Value:
        return number(e.value)

    def value_StringAddress(self, e: tree.StringAddress) -> Value:
        return number(self.unit.image.string(e.data))

    def value_FunctionAddress(self, e: tree.FunctionAddress) -> Value:
        return number(self.unit.function_address(e.function))

    def value_Load(self, e: tree.Load) -> Value:
        place = e.place
        if isinstance(place, tree.Local):
            where = self.places[place.variable]
            if isinstance(where, str):
                return self.local(place.variable, where)
        if isinstance(place, tree.MemberPlace) and place.member.bit_width:
            return self.load_bits(self.address(place), place.member, e)
        return self.load(self.address(place), e.type, e.span)

    def local(self, variable: tree.Variable, identifier: str) -> Value:
        low, high = self.ranges.get(variable) or limits(variable.type)
        return Value(emit.name(identifier), low, high, 1, True)

    def load(self, where: Address, type: Type, span: Span) -> Value:
        if isinstance(type, StructType):
            return Value(self.at(emit.call("LB", where.node(), emit.const(type.size)), span), 0, 0, 3)
        low, high = limits(type)
        view = ("I" if low < 0 else "U") + str(8 * type.size)
        index = self.index(where, type.size, "R")
        depth = (where.base.depth if where.base else 1) + 5
        node = self.at(emit.subscript(emit.name(view), index), span)
        if isinstance(type, IntType) and type.boolean:
            return Value(node, 0, 255, depth)
        return Value(node, low, high, depth)

    def index(self, where: Address, size: int, window: str) -> expr:
        """The index into a view of an access of `size` bytes: ((a := address) + R4[a & -4093]) >> 2; for a variable
        at a constant address G4[its page] + where it is there, and the index into an array added."""
        if where.fixed(size) and self.unit.image.holds(where.offset, window == "W"):
            return self.fixed_index(where, size, window)
        address = where.node()
        key = emit.binary(emit.name("a"), "&", emit.const(KEY_BITS - 4096 + size - 1))
        distance = emit.subscript(emit.name(f"{window}{size}"), key)
        offset = emit.binary(emit.walrus("a", address), "+", distance)
        return offset if size == 1 else emit.binary(offset, ">>", emit.const(SHIFTS[size]))

    def fixed_index(self, where: Address, size: int, window: str) -> expr:
        found = emit.subscript(emit.name(f"{'H' if window == 'W' else 'G'}{size}"), emit.const(where.offset & -4096))
        within = (where.offset & 4095) // size
        if within:
            found = emit.binary(found, "+", emit.const(within))
        if where.index is None:
            return found
        step = where.scale // size
        index = where.index.node if step == 1 else emit.binary(where.index.node, "*", emit.const(step))
        return emit.binary(found, "+", index)

    def load_bits(self, where: Address, member: Member, e: tree.Expr) -> Value:
        unit = self.load(where, self.unit.unsigned(member.type.size), e.span)
        return self.bits_of(unit, member)

    def bits_of(self, unit: Value, member: Member) -> Value:
        mask = (1 << member.bit_width) - 1
        node = unit.node
        if member.bit_offset:
            node = emit.binary(node, ">>", emit.const(member.bit_offset))
        node = emit.binary(node, "&", emit.const(mask))
        if isinstance(member.type, IntType) and member.type.signed:
            half = 1 << (member.bit_width - 1)
            node = emit.binary(emit.binary(node, "^", emit.const(half)), "-", emit.const(half))
            return Value(node, -half, half - 1, unit.depth + 4)
        return Value(node, 0, mask, unit.depth + 2)

    def value_MemberValue(self, e: tree.MemberValue) -> Value:
        data = self.value(e.value)
        size = e.member.type.size
        piece = emit.call("PB", data.node, emit.const(e.offset), emit.const(size))
        if isinstance(e.type, StructType):
            return Value(piece, 0, 0, data.depth + 1)
        if e.member.bit_width:
            return self.bits_of(Value(emit.call("FU", piece), 0, MASK64, data.depth + 2), e.member)
        low, _ = limits(e.type)
        return of_type(emit.call("FS" if low < 0 else "FU", piece), e.type, data.depth + 2)

    def value_AddressOf(self, e: tree.AddressOf) -> Value:
        return self.pointer(self.address(e.place))

    def pointer(self, where: Address) -> Value:
        """An address as a pointer value, reduced modulo 2**64."""
        if where.base is None:
            return number(where.offset & MASK64)
        low, high = where.base.low + where.offset, where.base.high + where.offset
        return wrap(
            Value(where.node(), low, high, where.base.depth + 1, where.offset == 0 and where.base.simple),
            self.unit.size_type,
        )

    def value_Cast(self, e: tree.Cast) -> Value:
        if isinstance(e.type, VoidType):
            self.effect(e.operand)
            return number(0)
        return wrap(self.value(e.operand), e.type)

    def effect_Cast(self, e: tree.Cast) -> None:
        self.effect(e.operand)

    def value_Unary(self, e: tree.Unary) -> Value:
        if e.op == "!":
            operand = self.test(e.operand)
            return Value(emit.negation(operand.node), 0, 1, operand.depth + 1)
        operand = self.cut(self.value(e.operand))
        if operand.constant is not None:
            return number(wrap_number(-operand.constant if e.op == "-" else ~operand.constant, e.type))
        if e.op == "-":
            negated = emit.binary(emit.const(0), "-", operand.node)
            return wrap(Value(negated, -operand.high, -operand.low, operand.depth + 1), e.type)
        low, high = limits(e.type)
        if low < 0:
            node = emit.binary(operand.node, "^", emit.const(-1))
            return Value(node, ~operand.high, ~operand.low, operand.depth + 1)
        return Value(emit.binary(operand.node, "^", emit.const(high)), 0, high, operand.depth + 1)

    def value_Binary(self, e: tree.Binary) -> Value:
        left, right = self.operands((e.left, e.right))
        return self.arithmetic(e.op, left, right, e.type, e.left.type, e.span)

    def arithmetic(self, op: str, left: Value, right: Value, type: Type, operand: Type, span: Span) -> Value:
        depth = max(left.depth, right.depth) + 1
        if op in INT_RESULT:
            return Value(emit.compare(left.node, op, right.node), 0, 1, depth)
        if op in ("/", "%"):
            return self.division(op, left, right, type, span)
        if op in ("<<", ">>"):
            return self.shift(op, left, right, type)
        node = emit.binary(left.node, op, right.node)
        if op == "+":
            return wrap(Value(node, left.low + right.low, left.high + right.high, depth), type)
        if op == "-":
            return wrap(Value(node, left.low - right.high, left.high - right.low, depth), type)
        if op == "*":
            corners = [x * y for x in (left.low, left.high) for y in (right.low, right.high)]
            return wrap(Value(node, min(corners), max(corners), depth), type)
        low, high = bitwise_range(op, left, right, type)
        return Value(node, low, high, depth)

    def shift(self, op: str, left: Value, right: Value, type: Type) -> Value:
        bits = 8 * type.size - 1
        if right.constant is not None:
            count = right.constant & bits
            node = emit.binary(left.node, op, emit.const(count))
            if op == "<<":
                return wrap(Value(node, left.low << count, left.high << count, left.depth + 1), type)
            return Value(node, left.low >> count, left.high >> count, left.depth + 1)
        amount = right.node
        if right.low < 0 or right.high > bits:
            amount = emit.binary(amount, "&", emit.const(bits))
        node = emit.binary(left.node, op, amount)
        depth = max(left.depth, right.depth) + 2
        if op == "<<":
            return wrap(Value(node, min(left.low << bits, 0), max(left.high << bits, 0), depth), type)
        return Value(node, min(left.low, 0), max(left.high, 0), depth)

    def division(self, op: str, left: Value, right: Value, type: Type, span: Span) -> Value:
        """C divides towards zero; a divisor of zero is an exception at this very place, before anything is unwound."""
        depth = max(left.depth, right.depth) + 3
        python = "//" if op == "/" else "%"
        if left.low >= 0 and right.low >= 0:
            divisor = right.node if right.low > 0 else emit.either(right.node, self.at(emit.call("ZERO"), span))
            high = left.high if op == "/" else min(left.high, max(right.high - 1, 0))
            return Value(self.at(emit.binary(left.node, python, divisor), span), 0, high, depth)
        low, _ = limits(type)
        helper = "DIV" if op == "/" else "REM"
        return of_type(self.at(emit.call(helper, left.node, right.node, emit.const(low)), span), type, depth)

    def value_Logical(self, e: tree.Logical) -> Value:
        truth = self.logical(e)
        if truth.low >= 0 and truth.high <= 1:
            return truth
        return Value(emit.choice(truth.node, emit.const(1), emit.const(0)), 0, 1, truth.depth + 1)

    def logical(self, e: tree.Logical) -> Value:
        """`&&` or `||` as a Python `and` or `or`, whose truth is right; its value need not be 0 or 1."""
        left = self.cut(self.test(e.left))
        outer = self.ranges
        self.know(facts(e.left, e.op == "&&"), e.right)
        right, statements = self.captured_test(e.right)
        self.ranges = outer
        if statements:
            identifier = self.temporary()
            truth = emit.choice(right.node, emit.const(1), emit.const(0))
            run = [*statements, emit.assign(identifier, truth)]
            skip = [emit.assign(identifier, emit.const(0 if e.op == "&&" else 1))]
            self.out.append(emit.if_(left.node, run, skip) if e.op == "&&" else emit.if_(left.node, skip, run))
            return Value(emit.name(identifier), 0, 1, 1, True)
        join = emit.both if e.op == "&&" else emit.either
        low, high = min(left.low, right.low, 0), max(left.high, right.high, 1)
        return Value(join(left.node, right.node), low, high, max(left.depth, right.depth) + 1)

    def captured_test(self, e: tree.Expr) -> tuple[Value, list[stmt]]:
        outer, self.out = self.out, []
        value = self.cut(self.test(e))
        statements, self.out = self.out, outer
        return value, statements

    def value_Conditional(self, e: tree.Conditional) -> Value:
        test = self.cut(self.test(e.test))
        then, then_statements = self.knowing(facts(e.test, True), e.then)
        otherwise, other_statements = self.knowing(facts(e.test, False), e.otherwise)
        low, high = min(then.low, otherwise.low), max(then.high, otherwise.high)
        if then_statements or other_statements or max(then.depth, otherwise.depth) > DEEP:
            identifier = self.temporary()
            then_statements.append(emit.assign(identifier, then.node))
            other_statements.append(emit.assign(identifier, otherwise.node))
            self.out.append(emit.if_(test.node, then_statements, other_statements))
            return Value(emit.name(identifier), low, high, 1, True)
        depth = max(test.depth, then.depth, otherwise.depth) + 1
        return Value(emit.choice(test.node, then.node, otherwise.node), low, high, depth)

    def value_Comma(self, e: tree.Comma) -> Value:
        self.effect(e.left)
        return self.value(e.right)

    def effect_Comma(self, e: tree.Comma) -> None:
        self.effect(e.left)
        self.effect(e.right)

    def value_PtrAdd(self, e: tree.PtrAdd) -> Value:
        return self.pointer(self.pointee(e))

    def value_PtrDiff(self, e: tree.PtrDiff) -> Value:
        left, right = self.operands((e.left, e.right))
        difference = Value(emit.binary(left.node, "-", right.node), -MASK64, MASK64, max(left.depth, right.depth) + 1)
        difference = wrap(difference, self.unit.ptrdiff_type)
        if e.scale == 1:
            return difference
        quotient = emit.call("DIV", difference.node, emit.const(e.scale), emit.const(-(1 << 63)))
        return of_type(quotient, e.type, difference.depth + 1)

    # -- places

    def address(self, place: tree.Expr) -> Address:
        if isinstance(place, tree.Local):
            where = self.places[place.variable]
            assert isinstance(where, int)
            self.has_frame = True
            return Address(Value(emit.name("fp"), 0, MASK64, 1, True), where)
        if isinstance(place, tree.Global):
            return Address(None, self.unit.image.address(place.variable))
        if isinstance(place, tree.MemberPlace):
            return self.address(place.base).plus(place.offset)
        if isinstance(place, tree.CompoundLiteral):
            return self.literal(place)
        if isinstance(place, tree.Deref):
            return self.pointee(place.pointer)
        raise TypeError(type(place))

    def literal(self, e: tree.CompoundLiteral) -> Address:
        if e.variable.kind == "local":
            here = tree.Local(e.type, e.span, e.variable)
        else:
            here = tree.Global(e.type, e.span, e.variable)  # type: ignore[assignment]
        where = self.address(here)
        self.initialise(where, e.initialiser, e.span)
        return where

    def pointee(self, e: tree.Expr) -> Address:
        """What a pointer expression points at, its constant parts gathered."""
        if isinstance(e, tree.AddressOf):
            return self.address(e.place)
        if isinstance(e, tree.Const):
            return Address(None, e.value)
        if isinstance(e, tree.Cast) and e.operand.type.size == 8 and not isinstance(e.operand.type, StructType):
            if isinstance(e.operand, (tree.Cast, tree.PtrAdd, tree.AddressOf)) and not isinstance(
                e.operand.type, IntType
            ):
                return self.pointee(e.operand)
        if isinstance(e, tree.PtrAdd):
            if isinstance(e.index, tree.Const):
                return self.pointee(e.pointer).plus(e.index.value * e.scale)
            if isinstance(e.pointer, tree.AddressOf):
                return self.element(e.pointer.place, e.index, e.scale)
            base, index = self.operands((e.pointer, e.index))
            scaled = index.node if e.scale == 1 else emit.binary(index.node, "*", emit.const(e.scale))
            low, high = sorted((index.low * e.scale, index.high * e.scale))
            depth = max(base.depth, index.depth) + 2
            if base.constant is not None:
                return Address(Value(scaled, low, high, depth), base.constant, index, e.scale)
            node = emit.binary(base.node, "+", scaled)
            return Address(Value(node, base.low + low, base.high + high, depth), 0)
        value = self.cut(self.value(e))
        if value.constant is not None:
            return Address(None, value.constant)
        return Address(value, 0)

    def element(self, array: tree.Expr, which: tree.Expr, scale: int) -> Address:
        """An element of an array that is a member or a variable: the array's offset stays apart from the index."""
        index, statements = self.captured(which)
        where = self.address(array)
        if statements:
            where = self.steady(where)
            self.out.extend(statements)
        index = self.cut(index)
        scaled = index.node if scale == 1 else emit.binary(index.node, "*", emit.const(scale))
        low, high = sorted((index.low * scale, index.high * scale))
        base = where.base
        if base is None:
            return Address(Value(scaled, low, high, index.depth + 1), where.offset, index, scale)
        node = emit.binary(base.node, "+", scaled)
        depth = max(base.depth, index.depth) + 2
        return Address(Value(node, base.low + low, base.high + high, depth), where.offset)

    def steady(self, where: Address) -> Address:
        """An address that may be written twice."""
        if where.simple:
            return where
        assert where.base is not None
        if where.index is None:
            return Address(self.keep(where.base), where.offset)
        index = self.keep(where.index)
        scaled = emit.binary(index.node, "*", emit.const(where.scale))
        return Address(Value(scaled, where.base.low, where.base.high, 2), where.offset, index, where.scale)

    # -- stores

    def store(self, where: Address, type: Type, value: Value, span: Span) -> None:
        """Append the statement that stores a value of this type."""
        if isinstance(type, StructType):
            node = self.at(emit.call("SB", where.node(), value.node), span)
            self.out.append(emit.expression(node))
            return
        low, _ = limits(type)
        node = value.node
        if value.bits is not None and value.bits[0] == type.size:
            low, node = 0, value.bits[1]
        view = ("I" if low < 0 else "U") + str(8 * type.size)
        kept = emit.walrus("s", node)
        statement = emit.assign_item(emit.name(view), self.index(where, type.size, "W"), kept)
        line, index = self.unit.spans.index(span)
        statement.lineno = statement.end_lineno = line
        statement.col_offset = statement.end_col_offset = index
        self.out.append(statement)

    def store_bits(self, where: Address, member: Member, value: Value, span: Span) -> None:
        """Replace the bits of a bit-field in its unit. The value may be any int."""
        unit = self.unit.unsigned(member.type.size)
        where = self.steady(where)
        mask = (1 << member.bit_width) - 1
        bits = emit.binary(value.node, "&", emit.const(mask))
        if member.bit_offset:
            bits = emit.binary(bits, "<<", emit.const(member.bit_offset))
        rest = unit.high & ~(mask << member.bit_offset)
        old = emit.binary(self.load(where, unit, span).node, "&", emit.const(rest))
        self.store(where, unit, Value(emit.binary(old, "|", bits), 0, unit.high, 5), span)

    def assign(self, place: tree.Expr, value: Value, span: Span, need: bool) -> Value:
        """Store into any place. If `need`, the value comes back as C sees it afterwards, free of effects."""
        if isinstance(place, tree.Local):
            where = self.places[place.variable]
            if isinstance(where, str):
                self.out.append(emit.assign(where, value.node))
                low, high = limits(place.type)
                return Value(emit.name(where), low, high, 1, True)
        if need:
            value = self.keep(value)
        if isinstance(place, tree.MemberPlace) and place.member.bit_width:
            self.store_bits(self.address(place), place.member, value, span)
            return self.truncated(value, place.member) if need else value
        self.store(self.address(place), place.type, value, span)
        return value

    def truncated(self, value: Value, member: Member) -> Value:
        return self.bits_of(
            Value(value.node, value.low, value.high, value.depth), Member("", member.type, 0, 0, member.bit_width)
        )

    def value_Assign(self, e: tree.Assign) -> Value:
        return self.assign(e.place, self.cut(self.value(e.value)), e.span, True)

    def effect_Assign(self, e: tree.Assign) -> None:
        self.assign(e.place, self.cut(self.value(e.value)), e.span, False)

    def value_CompoundAssign(self, e: tree.CompoundAssign) -> Value:
        return self.compound(e, True)

    def effect_CompoundAssign(self, e: tree.CompoundAssign) -> None:
        self.compound(e, False)

    def compound(self, e: tree.CompoundAssign, need: bool) -> Value:
        place, target = e.place, e.place.type
        value = self.cut(self.value(e.value))
        if isinstance(place, tree.Local) and isinstance(self.places[place.variable], str):
            old = self.value_Load(tree.Load(target, e.span, place))
            new = self.arithmetic(e.op, wrap(old, e.computation), value, e.computation, e.computation, e.span)
            return self.assign(place, wrap(new, target), e.span, need)
        where = self.hold_address(place, value)
        value = where[1]
        address = where[0]
        member = place.member if isinstance(place, tree.MemberPlace) and place.member.bit_width else None
        old = self.load_bits(address, member, place) if member else self.load(address, target, place.span)
        new = self.arithmetic(e.op, wrap(old, e.computation), value, e.computation, e.computation, e.span)
        return self.put(address, member, target, wrap(new, target), e.span, need)

    def hold_address(self, place: tree.Expr, value: Value) -> tuple[Address, Value]:
        """The address of a place, fit to be written twice, with the value kept if finding the address has effects."""
        mark = len(self.out)
        address = self.steady(self.address(place))
        if len(self.out) > mark and not value.simple:
            tail = self.out[mark:]
            del self.out[mark:]
            value = self.keep(value)
            self.out.extend(tail)
        return address, value

    def put(self, address: Address, member: Member | None, type: Type, new: Value, span: Span, need: bool) -> Value:
        if need:
            new = self.keep(new)
        if member is not None:
            self.store_bits(address, member, new, span)
            return self.truncated(new, member) if need else new
        self.store(address, type, new, span)
        return new

    def value_IncDec(self, e: tree.IncDec) -> Value:
        return self.step(e, True)

    def effect_IncDec(self, e: tree.IncDec) -> None:
        self.step(e, False)

    def step(self, e: tree.IncDec, need: bool) -> Value:
        place, type = e.place, e.place.type
        if isinstance(place, tree.Local):
            where = self.places[place.variable]
            if isinstance(where, str):
                old = self.local(place.variable, where)
                if need and e.postfix:
                    identifier = self.temporary()
                    self.out.append(emit.assign(identifier, old.node))
                    old = of_type(emit.name(identifier), type, 1, True)
                self.out.append(emit.assign(where, self.stepped(old, e).node))
                return old if e.postfix else of_type(emit.name(where), type, 1, True)
        address = self.steady(self.address(place))
        member = place.member if isinstance(place, tree.MemberPlace) and place.member.bit_width else None
        old = self.load_bits(address, member, place) if member else self.load(address, type, place.span)
        if need and e.postfix:
            old = self.keep(old)
            self.put(address, member, type, self.stepped(old, e), e.span, False)
            return old
        return self.put(address, member, type, self.stepped(old, e), e.span, need)

    def stepped(self, old: Value, e: tree.IncDec) -> Value:
        op = "+" if e.delta > 0 else "-"
        node = emit.binary(old.node, op, emit.const(abs(e.delta)))
        return wrap(Value(node, old.low + e.delta, old.high + e.delta, old.depth + 1), e.place.type)

    # -- calls

    def value_Call(self, e: tree.Call) -> Value:
        fixed = len(e.signature.parameters)
        variadic = e.signature.variadic
        builtin = e.function is not None and e.function.builtin
        if e.callee is not None:
            target, *arguments = self.operands((e.callee, *e.arguments))
            function = self.at(emit.subscript(emit.name(self.unit.pointer_table(e.signature)), target.node), e.span)
        else:
            assert e.function is not None
            arguments = self.operands(e.arguments)
            function = emit.name(self.unit.function_name(e.function))
        nodes = [argument.node for argument in arguments]
        if builtin:
            assert e.function is not None
            nodes = [self.for_routine(node, a.type) for node, a in zip(nodes, e.arguments, strict=True)]
            if self.unit.passes_stack(e.function.name):
                nodes.insert(0, self.stack_left())
        else:
            if variadic:
                nodes[fixed:] = [self.spill_variadic(arguments[fixed:], e.arguments[fixed:], e.span)]
            nodes.insert(0, self.stack_left())
        if builtin or e.callee is not None:  # perhaps a member of a table of routines
            index = self.unit.spans.index(e.span)[1]
            self.unit.arguments[index] = tuple(self.unit.spans.index(a.span)[1] for a in e.arguments)
        node = self.at(Call(function, nodes, []), e.span)
        depth = max((a.depth for a in arguments), default=0) + 2
        if isinstance(e.type, VoidType):
            return Value(node, 0, 0, depth)
        if isinstance(e.type, StructType):
            return Value(emit.call("BF", node, emit.const(e.type.size)) if builtin else node, 0, 0, depth)
        return of_type(node, e.type, depth)

    def for_routine(self, node: expr, type: Type) -> expr:
        """A struct argument of a kernel routine goes as a signed integer."""
        return emit.call("FS", node) if isinstance(type, StructType) else node

    def stack_left(self) -> expr:
        """The hidden argument: bytes of stack left for the callee. The prologue has taken this function's own."""
        return emit.name("sp")

    def spill_variadic(self, values: list[Value], arguments: Sequence[tree.Expr], span: Span) -> expr:
        """Write variadic arguments to this frame, 8 bytes each, and yield their address."""
        self.has_frame = True
        start = self.frame_slots(8 * max(len(values), 1))
        base = Address(Value(emit.name("fp"), 0, MASK64, 1, True), start)
        kept = [self.keep(value) for value in values]
        for position, (value, argument) in enumerate(zip(kept, arguments, strict=True)):
            slot = base.plus(8 * position)
            if not isinstance(argument.type, StructType):
                self.store(slot, self.unit.size_type, wrap(value, self.unit.size_type), span)
            elif argument.type.size in (1, 2, 4, 8):
                self.store(slot, argument.type, value, span)
            else:
                copy = Address(base.base, self.frame_slots((argument.type.size + 7) & -8))
                self.store(copy, argument.type, value, span)
                self.store(slot, self.unit.size_type, self.pointer(copy), span)
        return self.pointer(base).node

    def frame_slots(self, size: int) -> int:
        """Room in this function's frame."""
        start = self.frame_bytes
        self.frame_bytes = (start + size + 7) & -8
        return start

    def value_VaStart(self, e: tree.VaStart) -> Value:
        self.assign(e.place, Value(emit.name("va"), 0, MASK64, 1, True), e.span, False)
        return number(0)

    def value_VaArg(self, e: tree.VaArg) -> Value:
        pointer = tree.Load(e.place.type, e.span, e.place)
        # A name of its own: the list may be a local that is about to move on.
        identifier = self.temporary()
        self.out.append(emit.assign(identifier, self.value(pointer).node))
        slot = of_type(emit.name(identifier), e.place.type, 1, True)
        next_slot = Value(emit.binary(slot.node, "+", emit.const(8)), 0, MASK64 + 8, 2)
        self.assign(e.place, wrap(next_slot, self.unit.size_type), e.span, False)
        where = Address(slot, 0)
        if isinstance(e.type, StructType) and e.type.size not in (1, 2, 4, 8):
            where = Address(self.keep(self.load(where, self.unit.size_type, e.span)), 0)
        return self.keep(self.load(where, e.type, e.span))

    # -- exceptions

    def value_ExceptionCode(self, e: tree.ExceptionCode) -> Value:
        code = emit.attribute(emit.name(self.catching[-1]), "code")
        return wrap(Value(code, 0, 0xFFFF_FFFF, 2), e.type)

    def value_ExceptionInformation(self, e: tree.ExceptionInformation) -> Value:
        return of_type(emit.call("XINFO", emit.name(self.catching[-1])), e.type)

    def value_AbnormalTermination(self, e: tree.AbnormalTermination) -> Value:
        return of_type(emit.name(self.ending[-1]), e.type, 1, True)

    # -- initialisers

    def initialise(self, where: Address, initialiser: tree.Initialiser, span: Span) -> None:
        """Fill an object that lies in memory."""
        if initialiser.data is not None:
            node = emit.call("SB", where.node(), emit.const(initialiser.data))
            self.out.append(emit.expression(self.at(node, span)))
        for offset, what, addend in initialiser.addresses:
            address = number(self.unit.address_of(what) + addend & MASK64)
            self.store(where.plus(offset), self.unit.size_type, address, span)
        for item in initialiser.stores:
            value = self.cut(self.value(item.value))
            if item.member is not None and item.member.bit_width:
                self.store_bits(where.plus(item.offset), item.member, value, span)
            else:
                self.store(where.plus(item.offset), item.type, value, item.value.span)


def bitwise_range(op: str, left: Value, right: Value, type: Type) -> tuple[int, int]:
    """The range of `& | ^`, which never leave the type of their operands."""
    low, high = limits(type)
    if op == "&":
        if left.low >= 0 and right.low >= 0:
            return 0, min(left.high, right.high)
        if right.low >= 0:
            return 0, right.high
        if left.low >= 0:
            return 0, left.high
        return low, high
    if left.low >= 0 and right.low >= 0:
        return 0, (1 << max(left.high, right.high).bit_length()) - 1
    return low, high
