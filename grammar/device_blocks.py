"""device blocks: hardware as its data sheet describes it."""

from __future__ import annotations

from .blocks import Blocks
from .context import Context
from .declare import Types
from .express import Expressions
from .functions import Functions
from .handlers import DEVICE_EVENTS
from .properties import Properties
from .register_blocks import RegisterBlocks
from .source import Note, Span
from .syntax import (
    Broken,
    Declarator,
    DeviceBlock,
    FunctionDefinition,
    FunctionPart,
    Handler,
    KeywordType,
    Parameter,
    Property,
    Registers,
    Specifiers,
)
from .tree import Bar, Device, Function, Register
from .types import ErrorType, IntType


class DeviceBlocks:
    def __init__(
        self, context: Context, blocks: Blocks, functions: Functions, types: Types, express: Expressions,
        properties: Properties, registers: RegisterBlocks,
    ) -> None:  # fmt: skip
        self.context = context
        self.blocks = blocks
        self.functions = functions
        self.types = types
        self.express = express
        self.properties = properties
        self.registers = registers

    def read(self, node: DeviceBlock) -> Device:
        self.blocks.named("device", node.name, node.name_span)
        with self.context.block("device"):
            self.context.lifted = []
            functions: list[Function] = []
            bars: list[Bar] = []
            lines: list[Property] = []
            handlers: list[Handler] = []
            for item in node.items:
                if isinstance(item, Registers):
                    bars.append(self.registers.read(item, bars))
                elif isinstance(item, Property):
                    lines.append(item)
                elif isinstance(item, Handler):
                    handlers.append(item)
                elif not isinstance(item, Broken):
                    self.blocks.declarations(item, functions)
            found = self._handlers(handlers, bars, functions)
            properties = self.properties.read(lines, [bar.name for bar in bars])
            functions.extend(self.context.lifted)
            return Device(
                node.name,
                node.name_span,
                properties,
                tuple(_with_handlers(bar, found) for bar in bars),
                found.get(("reset", "")),
                tuple(functions),
                self.blocks.variables(),
            )

    def _handlers(
        self, handlers: list[Handler], bars: list[Bar], functions: list[Function]
    ) -> dict[tuple[str, str], Function]:
        """The functions made of the handlers, by event and register."""
        registers = {register.name: register for bar in bars for register in bar.registers}
        found: dict[tuple[str, str], Function] = {}
        first: dict[tuple[str, str], Span] = {}
        for node in handlers:
            key = node.event, node.name
            if key in first:
                what = " ".join(word for word in ("on", *key) if word)
                notes = (Note("the first is here", first[key]),)
                self.context.error("redefined", f"there are two handlers '{what}'", node.event_span, notes=notes)
                continue
            first[key] = node.event_span
            if self._fits(node, registers):
                function = self._define(node, registers.get(node.name))
                if function is not None:
                    functions.append(function)
                    found[key] = function
        return found

    def _fits(self, node: Handler, registers: dict[str, Register]) -> bool:
        if node.event not in DEVICE_EVENTS:
            message = f"a device has no handler '{node.event}'"
            self.blocks.unknown("unknown-handler", message, node.event, DEVICE_EVENTS, node.event_span)
            return False
        if node.event == "reset":
            if node.name:
                self.context.error("unknown-register", "'on reset' is for the whole device", node.name_span)
            return not node.name
        if not node.name:
            message = f"'on {node.event}' does not say which register"
            help = f"write 'on {node.event} REGISTER'"
            self.context.error("unknown-register", message, node.event_span, help)
            return False
        if node.name not in registers:
            message = f"the device has no register '{node.name}'"
            self.blocks.unknown("unknown-register", message, node.name, registers, node.name_span)
            return False
        return True

    def _define(self, node: Handler, register: Register | None) -> Function | None:
        """The handler as a function; one that leaves its parameter out gets it without a name."""
        words = " ".join(word for word in ("on", node.event, node.name) if word)
        where = node.event_span.to(node.name_span) if node.name else node.event_span
        given = list(node.parameters or ())
        most = 1 if node.event == "write" else 0
        if len(given) > most:
            self.context.error(
                "handler-parameters",
                f"'{words}' takes {'one parameter, the value' if most else 'no parameter'}, not {len(given)}",
                given[most].span,
                f"write '{words} ({f'{register.variable.type} value' if most and register else ''})'",
            )
            given = given[:most]
        if most and register is not None and not given:
            given = [_unnamed(node.span)]
        returns = Specifiers(where, (), (), KeywordType(where, ("void",)))
        head = Declarator(where, words, (FunctionPart(where, tuple(given), False, True),))
        definition = FunctionDefinition(node.span, returns, head, node.body)
        type = register.variable.type if node.event == "read" and register is not None else None
        function = self.functions.define(definition, type)
        if function is not None and most:
            wanted = function.type.parameters[0]
            if not isinstance(wanted, (IntType, ErrorType)):
                message = f"'{words}' is given the value that is written, which is no {wanted}"
                help = f"write '{words} ({register.variable.type if register else 'ULONG'} value)'"
                self.context.error("handler-parameters", message, given[0].span, help)
        return function


def _unnamed(span: Span) -> Parameter:
    type = KeywordType(span, ("unsigned", "__int64"))
    return Parameter(span, Specifiers(span, (), (), type), Declarator(span, "", ()))


def _with_handlers(bar: Bar, found: dict[tuple[str, str], Function]) -> Bar:
    return Bar(
        bar.name,
        tuple(
            Register(
                one.name, one.variable, one.offset, one.size, one.reset,
                found.get(("read", one.name)), found.get(("write", one.name)),
            )
            for one in bar.registers
        ),
    )  # fmt: skip
