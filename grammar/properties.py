"""The `name = value;` lines of a device: what each may be."""

from __future__ import annotations

from .blocks import Blocks
from .context import Context
from .conversions import is_error
from .express import Expressions
from .lookup import Lookup
from .scope import Constant
from .source import Note, Span
from .syntax import CallExpr, Name, Node, Property
from .tree import Const
from .types import IntType

# What each property takes: words, "truth", "block", or the least and the greatest number.
KNOWN: dict[str, tuple[str, ...] | tuple[int, int] | str] = {
    "bus": ("pci", "isa"),
    "interrupt": ("line", "messages", "msix", "none"),
    "ports": "block",
    "dma_bits": (16, 64),
    "scatter_gather": "truth",
    "max_transfer": (0, 1 << 32),
    "vendor": (0, 0xFFFF),
    "device_id": (0, 0xFFFF),
    "subsystem_vendor": (0, 0xFFFF),
    "subsystem": (0, 0xFFFF),
    "revision": (0, 0xFF),
    "class_code": (0, 0xFF_FFFF),
    "bar_size": (0, 1 << 28),
    "base": (0, 0xFFFF_FFFF),
    "irq": (0, 23),
    "irql": (0, 11),
    "dma_channel": (0, 7),
    "dma_request": (0, 255),
}
MOST_MESSAGES = 32


class Properties:
    def __init__(self, context: Context, blocks: Blocks, names: Lookup, express: Expressions) -> None:
        self.context = context
        self.blocks = blocks
        self.names = names
        self.express = express

    def read(self, lines: list[Property], blocks: list[str]) -> tuple[tuple[str, int | str], ...]:
        """The properties of a device whose blocks of registers have these names."""
        found: dict[str, int | str] = {}
        first: dict[str, Span] = {}
        for line in lines:
            if line.name not in KNOWN:
                message = f"a device has no property '{line.name}'"
                self.blocks.unknown("unknown-property", message, line.name, KNOWN, line.name_span)
                continue
            if line.name in first:
                notes = (Note("the first is here", first[line.name]),)
                self.context.error("redefined", f"'{line.name}' is given twice", line.name_span, notes=notes)
                continue
            first[line.name] = line.name_span
            self._read(line, found, blocks)
        if found.get("bus") == "isa" and str(found.get("interrupt", "")).startswith("m"):
            help = "write 'interrupt = line;'"
            self.context.error("bad-property", "a device on the isa bus cannot send messages", first["interrupt"], help)
        irql, messages = found.get("irql"), str(found.get("interrupt", "")).startswith("m")
        if irql in (1, 2) or irql == 0 and messages:
            message = "'irql' is 3 to 11" + ("" if messages else ", or 0 for a line that is served at PASSIVE_LEVEL")
            self.context.error("bad-property", message, first["irql"])
        return tuple(found.items())

    def _read(self, line: Property, found: dict[str, int | str], blocks: list[str]) -> None:
        takes = KNOWN[line.name]
        if line.name == "interrupt" and isinstance(line.value, CallExpr):
            self._messages(line.value, found)
            return
        value: int | str | None
        if takes == "block" and isinstance(line.value, Name) and line.value.name not in ("TRUE", "FALSE"):
            value = self._word(line, [name for name in blocks if name] or ["TRUE"])
        elif isinstance(takes, tuple) and isinstance(takes[0], str):
            value = self._word(line, [word for word in takes if isinstance(word, str)])
        else:
            low, high = (0, 1) if isinstance(takes, str) else (int(takes[0]), int(takes[1]))
            value = self._number(line.name, line.value, low, high)
        if value is not None:
            found[line.name] = value

    def _word(self, line: Property, words: list[str]) -> str | None:
        node = line.value
        if isinstance(node, Name) and node.name in words:
            return node.name
        name = node.name if isinstance(node, Name) else ""
        said = f"not '{name}'" if name else "and this is none of them"
        message = f"'{line.name}' is one of {', '.join(words)}, {said}"
        self.blocks.unknown("bad-property", message, name, words, node.span)
        return None

    def _number(self, name: str, node: Node, low: int, high: int) -> int | None:
        if isinstance(node, Name) and not isinstance(self.names.find(node.name), Constant):
            message = f"'{name}' takes a number, not '{node.name}'"
            self.context.error("bad-property", message, node.span)
            return None
        expr = self.express.value(node)
        if is_error(expr):
            return None
        if not (isinstance(expr, Const) and isinstance(expr.type, IntType)):
            self.context.error("not-constant", f"the value of '{name}' is not a constant", node.span)
            return None
        if not low <= expr.value <= high:
            message = f"'{name}' lies between {low:#x} and {high:#x}" if high > 64 else ""
            message = message or f"'{name}' lies between {low} and {high}"
            self.context.error("bad-property", f"{message}, and is {expr.value} here", node.span)
            return None
        return expr.value

    def _messages(self, node: CallExpr, found: dict[str, int | str]) -> None:
        """`interrupt = messages(n);` or `msix(n)`."""
        name = node.callee.name if isinstance(node.callee, Name) else ""
        if name not in ("messages", "msix") or len(node.arguments) != 1:
            message = "'interrupt' is line, messages(count), msix(count) or none"
            self.context.error("bad-property", message, node.span)
            return
        count = self._number(name, node.arguments[0], 1, MOST_MESSAGES)
        if count is not None:
            found["interrupt"] = f"{name}({count})"
