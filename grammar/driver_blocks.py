"""driver blocks: the driver's own C, its handlers as functions, and the frame of C around them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from .blocks import Blocks
from .context import Context
from .declare import Types
from .driver_frame import Frame
from .express import Expressions
from .functions import Functions
from .handler_heads import HandlerHeads
from .handlers import DEVICE_EVENTS, FRAME_MINORS, NEEDS_DEVICE, OWN
from .lookup import Lookup
from .scope import TypedefName
from .source import Note, Span
from .syntax import (
    Broken,
    CallExpr,
    Declaration,
    DeviceBlock,
    DriverBlock,
    FunctionDefinition,
    Handler,
    Infix,
    Name,
    Node,
    Number,
    Property,
    TypeName,
)
from .tree import Const, Driver, Function
from .typenames import spelled
from .types import IntType, StructType, Type

PROPERTIES = ("extension", "flags")


class DriverBlocks:
    """`parse` makes items of the frame's text, given the names that are types in it."""

    def __init__(
        self,
        context: Context,
        blocks: Blocks,
        names: Lookup,
        types: Types,
        express: Expressions,
        functions: Functions,
        parse: Callable[[str, str, dict[str, bool]], tuple[Node, ...]],
    ) -> None:
        self.context = context
        self.blocks = blocks
        self.names = names
        self.types = types
        self.express = express
        self.functions = functions
        self.heads = HandlerHeads(context, types, names)
        self.parse = parse

    def read(self, node: DriverBlock, devices: Mapping[str, DeviceBlock], claimed: Iterable[str]) -> Driver:
        """Check a driver. `claimed` are the devices that have a driver already, above which this one is a filter."""
        context, blocks = self.context, self.blocks
        blocks.named("driver", node.name, node.name_span)
        if node.device and node.device not in devices:
            message = f"there is no device '{node.device}' for this driver"
            blocks.unknown("unknown-device", message, node.device, devices, node.device_span)
        with context.block("driver"):
            functions: list[Function] = []
            edits: list[tuple[Span, str]] = []
            handlers = self._handlers(node)
            entry = _own_entry(node)
            lines = [item for item in node.items if isinstance(item, Property)]
            edits.extend((line.span, "") for line in lines)
            if entry is not None:
                self._without_frame(lines, handlers)
                self._items(node, [], functions, edits)
                return self._driver(node, functions, "", edits)
            events = [handler.event for handler in handlers]
            is_filter = bool(node.device) and node.device in claimed
            messages = node.device in devices and sends_messages(devices[node.device])
            frame = Frame(node.name, events, *_as_text(lines), bool(node.device), is_filter, messages)
            items = self.parse(frame.file, frame.text(), _typedefs(node))
            later = self._prototypes(items)
            self._items(node, handlers, functions, edits)
            if self._properties(lines):
                for item in later:
                    blocks.declarations(item, functions)
            return self._driver(node, functions, frame.text(), edits)

    def _driver(
        self, node: DriverBlock, functions: list[Function], frame: str, edits: list[tuple[Span, str]]
    ) -> Driver:
        entry = next((function for function in functions if function.name == "DriverEntry"), None)
        return Driver(
            node.name,
            node.name_span,
            node.device,
            entry,
            tuple(functions),
            self.blocks.variables(),
            frame,
            tuple(edits),
        )

    def _prototypes(self, items: tuple[Node, ...]) -> list[Node]:
        """Declare what the frame says first, so that the block can call it; what is left comes behind the block."""
        count = 0
        while count < len(items) and isinstance(items[count], Declaration):
            if "typedef" in items[count].specifiers.storage:  # type: ignore[attr-defined]
                break
            self.blocks.declarations(items[count], [])
            count += 1
        return list(items[count:])

    def _items(
        self, node: DriverBlock, handlers: list[Handler], functions: list[Function], edits: list[tuple[Span, str]]
    ) -> None:
        """The block's declarations, functions and handlers, in the order of the text."""
        for item in node.items:
            if isinstance(item, Handler):
                if item in handlers:
                    definition, changed = self.heads.function(node.name, item)
                    edits.extend(changed)
                    self.blocks.declarations(definition, functions)
            elif not isinstance(item, (Property, Broken)):
                self.blocks.declarations(item, functions)

    # ---- handlers -------------------------------------------------------------------------------------------

    def _handlers(self, node: DriverBlock) -> list[Handler]:
        """The handlers that can be: known, and given once."""
        found: list[Handler] = []
        first: dict[str, Span] = {}
        for item in node.items:
            if not isinstance(item, Handler):
                continue
            if item.event in first:
                notes = (Note("the first is here", first[item.event]),)
                message = f"there are two handlers 'on {item.event}'"
                self.context.error("redefined", message, item.event_span, notes=notes)
                continue
            first[item.event] = item.event_span
            if self._is_known(node, item):
                found.append(item)
        self._fit_together(found)
        return found

    def _is_known(self, node: DriverBlock, item: Handler) -> bool:
        context, event, span = self.context, item.event, item.event_span
        if event in DEVICE_EVENTS:
            help = f"write 'on IRP_MJ_{event.upper()}'" if event != "reset" else "a driver is told of START and STOP"
            context.error("unknown-handler", f"'on {event}' is a handler of devices, not of drivers", span, help)
            return False
        if item.name:
            message = f"'on {event}' of a driver stands for itself, and takes no name '{item.name}'"
            context.error("unknown-handler", message, item.name_span, "its parameters stand in parentheses")
            return False
        if event in FRAME_MINORS:
            help = f"write 'on {FRAME_MINORS[event]}', which is called in its course"
            context.error("unknown-handler", f"the frame of the driver answers {event} itself", span, help)
            return False
        if event not in OWN and not self._is_request(event):
            known = [*OWN, *(name for name in context.environment.names() if name.startswith(("IRP_MJ_", "IRP_MN_")))]
            message = f"a driver has no handler '{event}'"
            self.blocks.unknown("unknown-handler", message, event, known, span)
            return False
        if not node.device and (event in NEEDS_DEVICE or event.startswith("IRP_MN_")):
            message = f"'on {event}' is never called, for the driver names no device"
            help = f"write 'driver {node.name} (DEVICE)'"
            context.error("unknown-handler", message, span, help)
            return False
        return True

    def _is_request(self, event: str) -> bool:
        if not event.startswith(("IRP_MJ_", "IRP_MN_")) or event == "IRP_MJ_MAXIMUM_FUNCTION":
            return False
        return self.context.environment.constant(event) is not None

    def _fit_together(self, handlers: list[Handler]) -> None:
        """A driver that takes Plug and Play or power into its own hands has none of the frame's parts of it."""
        events = {handler.event for handler in handlers}
        for handler in handlers:
            event = handler.event
            if "IRP_MJ_PNP" in events and (event in NEEDS_DEVICE or event == "DPC" or event.startswith("IRP_MN_")):
                message = f"'on {event}' is never called, for 'on IRP_MJ_PNP' takes all of Plug and Play"
                help = "handle it there, or leave 'on IRP_MJ_PNP' out"
                self.context.error("unknown-handler", message, handler.event_span, help)

    def _without_frame(self, lines: list[Property], handlers: list[Handler]) -> None:
        found = [(f"'{line.name} ='", line.name_span) for line in lines]
        found += [(f"'on {handler.event}'", handler.event_span) for handler in handlers]
        for what, where in found:
            message = f"{what} has no frame to stand in, for the driver defines its own DriverEntry"
            help = "do in DriverEntry and AddDevice what it asks for, or leave DriverEntry to the frame"
            self.context.error("frame-without-need", message, where, help)

    # ---- properties -----------------------------------------------------------------------------------------

    def _properties(self, lines: list[Property]) -> bool:
        """Check `extension` and `flags`; True if the frame's text makes sense with them."""
        good = True
        first: dict[str, Span] = {}
        for line in lines:
            if line.name not in PROPERTIES:
                message = f"a driver has no property '{line.name}'"
                self.blocks.unknown("unknown-property", message, line.name, PROPERTIES, line.name_span)
            elif line.name in first:
                notes = (Note("the first is here", first[line.name]),)
                self.context.error("redefined", f"'{line.name}' is given twice", line.name_span, notes=notes)
            else:
                first[line.name] = line.name_span
                good = (self._extension(line) if line.name == "extension" else self._flags(line)) and good
        return good

    def _extension(self, line: Property) -> bool:
        node = line.value
        type: Type | None = None
        if isinstance(node, TypeName):
            type = self.types.type_name(node)
        elif isinstance(node, Name):
            symbol = self.names.find(node.name)
            type = symbol.type if isinstance(symbol, TypedefName) else None
            if type is None and symbol is None:
                self.names.unknown_type(node.name, node.span)
                return False
        if type is None:
            message = "'extension' is the type of the device extension, and this is a value"
            self.context.error("bad-property", message, node.span, "name a struct type")
            return False
        if not self.names.complete(type, node.span, "the device extension"):
            return False
        if not isinstance(type, StructType):
            message = f"'extension' is the type of the device extension, and {spelled(type)} is no struct"
            self.context.error("bad-property", message, node.span)
            return False
        return True

    def _flags(self, line: Property) -> bool:
        if isinstance(line.value, TypeName):
            self.context.error("bad-property", "'flags' takes flags such as DO_DIRECT_IO", line.value.span)
            return False
        expr = self.express.value(line.value)
        if isinstance(expr, Const) and isinstance(expr.type, IntType):
            return True
        if not isinstance(expr, Const):
            self.context.error("not-constant", "the value of 'flags' is not a constant", line.value.span)
        return False


def _own_entry(node: DriverBlock) -> FunctionDefinition | None:
    for item in node.items:
        if isinstance(item, FunctionDefinition) and item.declarator.name == "DriverEntry":
            return item
    return None


def sends_messages(device: DeviceBlock) -> bool:
    """True of a device that has messages in place of a line: `interrupt = messages(n);`."""
    lines = [item for item in device.items if isinstance(item, Property) and item.name == "interrupt"]
    return bool(lines) and isinstance(lines[0].value, CallExpr)


def _typedefs(node: DriverBlock) -> dict[str, bool]:
    """The names that the block declares at its own level: True for types."""
    found: dict[str, bool] = {}
    for item in node.items:
        if isinstance(item, Declaration):
            typedef = "typedef" in item.specifiers.storage
            found.update((one.declarator.name, typedef) for one in item.declarators)
    return found


def _as_text(lines: list[Property]) -> tuple[str, str]:
    """`extension` and `flags` as C text."""
    values = {line.name: line.value for line in reversed(lines)}
    extension, flags = values.get("extension"), values.get("flags")
    return (_type_text(extension) if extension is not None else ""), (_flags_text(flags) if flags is not None else "")


def _type_text(node: Node) -> str:
    if isinstance(node, Name):
        return node.name
    spec = node.specifiers.type if isinstance(node, TypeName) else None
    name = getattr(spec, "name", "") or getattr(spec, "tag", "")
    return f"struct {name}" if getattr(spec, "tag", "") else name or "int"


def _flags_text(node: Node) -> str:
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Number):
        return node.text
    if isinstance(node, Infix):
        return f"{_flags_text(node.left)} {node.op} {_flags_text(node.right)}"
    return "0"
