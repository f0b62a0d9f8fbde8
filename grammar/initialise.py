"""Initialisers: braces, elided braces, designators and strings, turned into bytes and stores at offsets."""

from __future__ import annotations

from .compatible import same_type
from .constant import address_constant
from .context import Context
from .conversions import Conversions, is_error
from .express import Expressions
from .lookup import Lookup
from .objects import (
    MAX_DATA,
    Object,
    Queue,
    Slot,
    array_is_full,
    element_at,
    has_unknown_member,
    holds_text,
    is_one_string,
    parts_of,
)
from .source import Span
from .spell import nearest
from .syntax import CompoundLiteralExpr, Designator, InitItem, InitList, Node, String
from .tree import CompoundLiteral, Const, Expr, Function, Initialiser, Store, StringAddress, Variable
from .typenames import described, with_article
from .types import ERROR, ArrayType, ErrorType, IntType, PointerType, StructType, Type, unqualified


class Initialisers:
    def __init__(self, context: Context, names: Lookup, conversions: Conversions, express: Expressions) -> None:
        self.context = context
        self.names = names
        self.conversions = conversions
        self.express = express

    # ---- the whole object -----------------------------------------------------------------------------------

    def local(self, variable: Variable, node: Node) -> Initialiser:
        """How a local gets its value where it is declared. An array without a size gets one."""
        object = self._build(variable, node)
        if not isinstance(variable.type, (ArrayType, StructType)):
            return Initialiser(None, tuple(self._scalar_store(variable, object, node)))
        if isinstance(variable.type, StructType) and not object.data and len(object.stores) == 1:
            only = object.stores[0]
            if only.offset == 0 and same_type(only.type, variable.type):
                return Initialiser(None, (only,))
        return Initialiser(self._padded(variable, object, node), tuple(object.stores))

    def static(self, variable: Variable, node: Node) -> tuple[Initialiser | None, bool]:
        """The initialiser of a global or static (None: all zeros), and whether it is constant. One that is not
        constant is as that of a local."""
        object = self._build(variable, node)
        addresses: list[tuple[int, Variable | Function | bytes, int]] = []
        for store in object.stores:
            known = address_constant(store.value) if store.type.size == 8 and store.member is None else None
            if known is None:
                if not isinstance(variable.type, (ArrayType, StructType)):
                    return Initialiser(None, tuple(object.stores)), False
                return Initialiser(self._padded(variable, object, node), tuple(object.stores)), False
            addresses.append((store.offset, *known))
        if not addresses and not object.data.strip(b"\0"):
            return None, True
        return Initialiser(self._padded(variable, object, node), (), tuple(addresses)), True

    def compound_literal(self, node: CompoundLiteralExpr) -> Expr:
        """`(T){ … }`: an unnamed variable, of the function or of the script."""
        type = self.express.types.type_name(node.type_name)
        if isinstance(type, ErrorType) or not self._can_hold(type, node.span):
            return Const(ERROR, node.span, 0)
        function = self.context.function
        at_file_level = function.function is None
        variable = Variable("", type, "global" if at_file_level else "local", node.span, in_memory=True)
        if not at_file_level:
            function.locals.append(variable)
            initialiser = self.local(variable, node.initialiser)
        else:
            made, constant = self.static(variable, node.initialiser)
            self.context.variables[variable] = made if constant else None
            initialiser = made or Initialiser(bytes(variable.type.size))
            if initialiser.addresses:
                initialiser = self.local(variable, node.initialiser)
        return CompoundLiteral(variable.type, node.span, variable, initialiser)

    def _can_hold(self, type: Type, span: Span) -> bool:
        inner = type.element if isinstance(type, ArrayType) and type.count is None else type
        return self.names.complete(inner, span)

    def _scalar_store(self, variable: Variable, object: Object, node: Node) -> list[Store]:
        if object.stores:
            return object.stores
        type = unqualified(variable.type)
        raw = int.from_bytes(object.data[: type.size], "little")
        value = type.wrap(raw) if isinstance(type, IntType) else raw
        span = node.span if not isinstance(node, InitList) or not node.items else node.items[0].value.span
        return [Store(0, type, Const(type, span, value))]

    def _padded(self, variable: Variable, object: Object, node: Node) -> bytes:
        size = variable.type.size
        if size > MAX_DATA:
            self.context.error(
                "bad-array-size",
                f"'{variable.name}' is larger than 64 MiB, which is too much for an initialiser",
                node.span,
            )
            return b""
        return bytes(object.data[:size]) + bytes(max(0, size - len(object.data)))

    def _build(self, variable: Variable, node: Node) -> Object:
        object = Object(f"initialising '{variable.name}'" if variable.name else "initialising the literal")
        type = variable.type
        count = self._object(object, Slot(type, 0), node)
        if isinstance(type, ArrayType) and type.count is None:
            variable.type = ArrayType(type.element, max(count, 1), type.typedef)
        return object

    # ---- one part -------------------------------------------------------------------------------------------

    def _object(self, object: Object, slot: Slot, node: Node) -> int:
        """Initialise a part from an expression or a list; the number of elements if it is an array."""
        if isinstance(node, InitList):
            return self._list(object, slot, node)
        if isinstance(slot.type, ArrayType):
            if isinstance(node, String) and holds_text(slot.type):
                return self._string(object, slot, node)
            self.context.error(
                "wrong-type",
                f"{object.what}: {with_article(slot.type)} is initialised by a list in braces",
                node.span,
            )
            return 1
        self._store(object, slot, self.express.value(node))
        return 1

    def _list(self, object: Object, slot: Slot, node: InitList) -> int:
        type = slot.type
        if isinstance(type, ErrorType):
            return 0
        self.context.enter(node.span)
        count = 1
        if isinstance(type, ArrayType) and holds_text(type) and is_one_string(node):
            string = node.items[0].value
            assert isinstance(string, String)
            count = self._string(object, slot, string)
        elif isinstance(type, (ArrayType, StructType)):
            if not isinstance(type, ArrayType) or type.count is not None:
                object.clear(slot.offset, type.size)
            count = self._parts(object, slot, Queue(node.items), True)
        else:
            self._braced_scalar(object, slot, node)
        self.context.depth -= 1
        return count

    def _braced_scalar(self, object: Object, slot: Slot, node: InitList) -> None:
        if not node.items:
            self._store(object, slot, Const(slot.type, node.span, 0))
            return
        first = node.items[0]
        if first.designators:
            message = f"{object.what}: {with_article(slot.type)} has no parts to name"
            self.context.error("wrong-type", message, first.span)
        else:
            self._object(object, slot, first.value)
        if len(node.items) > 1:
            self._too_many(object, node.items[1], 1)

    def _store(self, object: Object, slot: Slot, expr: Expr) -> None:
        member = slot.member
        what = f"{object.what}, member '{member.name}'" if member is not None and member.name else object.what
        type = unqualified(slot.type)
        value = self.conversions.assigned(expr, type, what)
        if is_error(value):
            return
        if isinstance(value, Const):
            if member is not None and member.bit_width:
                object.write_bits(slot.offset, member, value.value)
            else:
                mask = (1 << 8 * type.size) - 1
                object.write(slot.offset, (value.value & mask).to_bytes(type.size, "little"))
            return
        if member is None or not member.bit_width:
            object.forget(slot.offset, type.size)
            member = None
        object.stores.append(Store(slot.offset, type, value, member))

    def _string(self, object: Object, slot: Slot, node: String) -> int:
        """An array of characters from a string; its terminator may be cut off."""
        expr = self.express.value(node)
        type = slot.type
        assert isinstance(type, ArrayType)
        if not isinstance(expr, StringAddress) or not isinstance(expr.type, PointerType):
            return 1
        size = type.element.size
        if expr.type.target.size != size:
            kind = "wide string" if expr.type.target.size == 2 else "string of char"
            self.context.error("wrong-type", f"{object.what}: {with_article(type)} cannot hold a {kind}", node.span)
            return 1
        length = len(expr.data) // size
        if type.count is not None and length - 1 > type.count:
            self.context.error(
                "too-many-initialisers",
                f"{object.what}: the string has {length - 1} characters, and the array {type.count}",
                node.span,
            )
            length = type.count
        count = length if type.count is None else type.count
        object.clear(slot.offset, count * size)
        object.write(slot.offset, expr.data[: min(length, count) * size])
        return length

    # ---- lists ----------------------------------------------------------------------------------------------

    def _parts(
        self,
        object: Object,
        slot: Slot,
        queue: Queue,
        braced: bool,
        pending: tuple[Designator, ...] = (),
    ) -> int:
        """Initialise the parts of an array or struct in turn, from `pending` designators on; the highest count reached.
        Without braces of its own it takes what it needs and leaves the rest."""
        parts = parts_of(slot)
        index = highest = 0
        while True:
            item = queue.peek()
            if item is None:
                break
            if not pending and item.designators and not queue.designated:
                if not braced:
                    break
                pending = item.designators
                queue.designated = True
            if pending:
                found = self._designated(object, slot, parts, pending)
                if found is None:
                    queue.advance()
                    pending = ()
                    continue
                index, rest = found
            elif parts is not None and index >= len(parts) or array_is_full(slot.type, index):
                if braced and not has_unknown_member(slot.type):
                    self._too_many(object, item, highest)
                break
            else:
                rest = ()
            part = parts[index] if parts is not None else element_at(slot, index)
            if not self._part(object, slot, part, queue, rest, bool(pending)):
                break
            pending = ()
            index += 1
            highest = max(highest, index)
            if isinstance(slot.type, StructType) and slot.type.layout.union:
                index = len(parts or ())
        return highest

    def _part(
        self, object: Object, whole: Slot, part: Slot, queue: Queue, rest: tuple[Designator, ...], named: bool
    ) -> bool:
        """Initialise one part from the queue; False if nothing could be done with its item."""
        if named and isinstance(whole.type, StructType) and whole.type.layout.union:
            object.clear(whole.offset, whole.type.size)
        before = queue.at
        if rest:
            if not isinstance(part.type, (ArrayType, StructType)):
                item = queue.items[queue.at]
                message = f"{object.what}: {with_article(part.type)} has no parts to name"
                self.context.error("wrong-type", message, item.span)
                queue.advance()
                return True
            self.context.enter(queue.items[queue.at].span)
            self._parts(object, part, queue, False, rest)
            self.context.depth -= 1
        else:
            self._next(object, part, queue)
        return queue.at > before

    def _next(self, object: Object, slot: Slot, queue: Queue) -> None:
        """Initialise a part from the current item, or, with braces elided, from as many as it needs."""
        node = queue.items[queue.at].value
        type = slot.type
        if isinstance(node, InitList):
            queue.advance()
            self._object(object, slot, node)
            return
        if isinstance(type, ArrayType):
            if isinstance(node, String) and holds_text(type):
                queue.advance()
                self._string(object, slot, node)
                return
        else:
            if queue.expr is None:
                queue.expr = self.express.value(node)
            expr = queue.expr
            if not isinstance(type, StructType) or is_error(expr) or same_type(expr.type, type):
                queue.advance()
                self._store(object, slot, expr)
                return
        self.context.enter(node.span)
        before = queue.at
        queue.designated = True
        self._parts(object, slot, queue, False)
        if queue.at == before:
            queue.advance()
        self.context.depth -= 1

    def _designated(
        self, object: Object, slot: Slot, parts: list[Slot] | None, pending: tuple[Designator, ...]
    ) -> tuple[int, tuple[Designator, ...]] | None:
        """The index of the part that the first designator names, and the designators left for it."""
        first = pending[0]
        if isinstance(slot.type, ArrayType):
            return self._designated_element(object, slot.type, first, pending[1:])
        assert parts is not None and isinstance(slot.type, StructType)
        if first.index is not None:
            message = f"{object.what}: {with_article(slot.type)} is no array, and has no elements"
            self.context.error("wrong-type", message, first.span)
            return None
        for i, part in enumerate(parts):
            assert part.member is not None
            if part.member.name == first.field:
                return i, pending[1:]
            if not part.member.name and isinstance(part.type, StructType) and first.field in part.type.layout.by_name:
                return i, pending
        close = nearest(first.field, slot.type.layout.by_name)
        self.context.error(
            "unknown-member",
            f"{described(slot.type)} has no member '{first.field}'",
            first.span,
            f"did you mean '{close}'?" if close else "",
        )
        return None

    def _designated_element(
        self, object: Object, type: ArrayType, first: Designator, rest: tuple[Designator, ...]
    ) -> tuple[int, tuple[Designator, ...]] | None:
        if first.index is None:
            message = f"{object.what}: {with_article(type)} is no struct, and has no member '{first.field}'"
            self.context.error("unknown-member", message, first.span)
            return None
        index = self.express.constant(first.index)
        if index is None:
            return None
        limit = type.count if type.count is not None else MAX_DATA // max(type.element.size, 1)
        if not 0 <= index < limit:
            self.context.error(
                "too-many-initialisers", f"{object.what}: the array has no element {index}", first.index.span
            )
            return None
        return index, rest

    def _too_many(self, object: Object, item: InitItem, count: int) -> None:
        values = "one value" if count == 1 else f"{count} values"
        self.context.error("too-many-initialisers", f"{object.what}: there is room for {values} only", item.span)
