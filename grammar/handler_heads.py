"""The head of a driver's handler, with all parameters and their right types, as a function needs it.

Trailing parameters may be left out. One that is a pointer where the system passes `PVOID`, or the other way round, is
kept as a local: the function itself has the type that Windows calls.
"""

from __future__ import annotations

from dataclasses import fields

from .compatible import same_type
from .context import Context
from .declare import Types
from .driver_frame import head as long_head
from .handlers import function_name, signature
from .lookup import Lookup
from .source import Span
from .syntax import (
    CompoundStatement,
    Declaration,
    Declarator,
    FunctionDefinition,
    FunctionPart,
    Handler,
    InitDeclarator,
    Name,
    NamedType,
    Node,
    Parameter,
    Specifiers,
)
from .typenames import spelled, with_article
from .types import ErrorType, PointerType, Type, VoidType

Edits = list[tuple[Span, str]]


class HandlerHeads:
    def __init__(self, context: Context, types: Types, names: Lookup) -> None:
        self.context = context
        self.types = types
        self.names = names

    def function(self, driver: str, node: Handler) -> tuple[FunctionDefinition, Edits]:
        """The handler as a function definition, and what to replace in its text to make it one."""
        returns, wanted = signature(node.event)
        name = function_name(driver, node.event)
        self.context.titles[name] = f"on {node.event}"
        given = list(node.parameters or ())
        self._count(node, given, wanted)
        taken = {parameter.declarator.name for parameter in given} | words_of(node.body)
        span = node.event_span
        listed: list[Parameter] = []
        texts: list[str] = []
        locals_: list[Declaration] = []
        added: list[str] = []
        for index, (type, plain) in enumerate(wanted):
            while plain in taken and not (index < len(given) and given[index].declarator.name == plain):
                plain += "_"
            if index >= len(given):
                texts.append(f"{type} {plain}")
                listed.append(_parameter(type, "", span))
                continue
            one = given[index]
            found = self.types.adjusted(self.types.declared(self.types.specified(one.specifiers), one.declarator))
            own = one.declarator.name
            expected = self.names.type_named(type)
            if expected is None or isinstance(found, ErrorType) or same_type(found, expected):
                texts.append(spelled(found, own) if own else f"{type} {plain}")
                listed.append(one)
                continue
            if not _converts(found, expected):
                self._wrong(node, one, found, expected)
                texts.append(f"{type} {own or plain}")
                listed.append(_parameter(type, own, one.span))
                continue
            if plain == own:
                plain += "_"
            texts.append(f"{type} {plain}")
            listed.append(_parameter(type, plain, one.span))
            if own:
                locals_.append(_local(one, plain))
                added.append(f"    {spelled(found, own)} = {plain};")
        head = Declarator(span, name, (FunctionPart(span, tuple(listed), False, True),))
        body = CompoundStatement(node.body.span, (*locals_, *node.body.items), node.body.end)
        returned = Specifiers(span, ("static",), (), NamedType(span, returns))
        return (
            FunctionDefinition(node.span, returned, head, body),
            self._edits(node, long_head(f"static {returns} {name}", texts), added),
        )

    def _count(self, node: Handler, given: list[Parameter], wanted: tuple[tuple[str, str], ...]) -> None:
        if len(given) <= len(wanted):
            return
        shown = ", ".join(f"{type} {name}" for type, name in wanted)
        count = f"{len(wanted)} parameter{'' if len(wanted) == 1 else 's'}"
        message = f"'on {node.event}' takes {count}, not {len(given)}"
        self.context.error("handler-parameters", message, given[len(wanted)].span, f"write 'on {node.event} ({shown})'")

    def _wrong(self, node: Handler, one: Parameter, found: Type, expected: Type) -> None:
        name = one.declarator.name
        what = f"'{name}'" if name else "this parameter"
        message = f"{what} of 'on {node.event}' is {with_article(found)}, where {with_article(expected)} is passed"
        self.context.error("handler-parameters", message, one.span, f"write '{spelled(expected, name)}'")

    @staticmethod
    def _edits(node: Handler, head: str, added: list[str]) -> Edits:
        start, brace = node.span, node.body.span
        before = Span(start.file, start.line, start.column, brace.line, brace.column)
        edits: Edits = [(before, head.replace("\n", "\n" + " " * (start.column - 1)) + " ")]
        if added:
            opening = Span(brace.file, brace.line, brace.column, brace.line, brace.column + 1)
            edits.append((opening, "\n".join(["{", *(f"    {line}" for line in added)])))
        return edits


def words_of(node: Node) -> set[str]:
    """Every name that stands in a piece of syntax."""
    found: set[str] = set()
    todo: list[object] = [node]
    while todo:
        one = todo.pop()
        if isinstance(one, tuple):
            todo.extend(one)
        elif isinstance(one, Node):
            if isinstance(one, (Name, Declarator)):
                found.add(one.name)
            todo.extend(getattr(one, field.name) for field in fields(one))
    return found


def _converts(found: Type, expected: Type) -> bool:
    """True of two pointers of which one says nothing about what it points at."""
    if not (isinstance(found, PointerType) and isinstance(expected, PointerType)):
        return False
    return isinstance(found.target, VoidType) or isinstance(expected.target, VoidType)


def _parameter(type: str, name: str, span: Span) -> Parameter:
    return Parameter(span, Specifiers(span, (), (), NamedType(span, type)), Declarator(span, name, ()))


def _local(one: Parameter, source: str) -> Declaration:
    first = InitDeclarator(one.span, one.declarator, Name(one.span, source))
    return Declaration(one.span, one.specifiers, (first,))
