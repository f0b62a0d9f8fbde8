"""The registers of a device: variables that the bus can reach, at offsets of a base address."""

from __future__ import annotations

from .blocks import Blocks
from .context import Context
from .declare import Types
from .express import Expressions
from .source import Note, Span
from .syntax import Register as RegisterLine
from .syntax import Registers
from .tree import Bar, Initialiser, Register, Variable
from .typenames import with_article
from .types import ErrorType, IntType, Type

MOST = 1 << 24  # bytes of one BAR


class RegisterBlocks:
    def __init__(self, context: Context, blocks: Blocks, types: Types, express: Expressions) -> None:
        self.context = context
        self.blocks = blocks
        self.types = types
        self.express = express

    def read(self, node: Registers, before: list[Bar]) -> Bar:
        """One BAR, behind those of the same device before it."""
        if any(bar.name == node.name for bar in before):
            what = f"two blocks of registers named '{node.name}'" if node.name else "two blocks of registers"
            where = node.name_span if node.name else _word(node.span)
            help = "" if node.name else "give each a name: registers control { … }"
            self.context.error("redefined", f"the device has {what}", where, help)
        found: list[Register] = []
        for line in node.registers:
            register = self._register(line, found)
            if register is not None:
                found.append(register)
        return Bar(node.name, tuple(found))

    def _register(self, line: RegisterLine, before: list[Register]) -> Register | None:
        type = self.types.specified(line.specifiers)
        offset = self.express.constant(line.offset)
        reset = self.express.constant(line.reset) if line.reset is not None else 0
        if not isinstance(type, IntType) or type.boolean:
            if not isinstance(type, ErrorType):
                message = f"the register '{line.name}' is {with_article(type)}, where an integer is wanted"
                self.context.error("bad-register", message, line.specifiers.span, "give it the type of its width")
            self._declare(line, type)
            return None
        variable = self._declare(line, type)
        if offset is None or reset is None or variable is None:
            return None
        if not self._lies_well(line, type, offset, before):
            return None
        value = self._reset(line, type, reset)
        return Register(line.name, variable, offset, type.size, value, None, None)

    def _declare(self, line: RegisterLine, type: Type) -> Variable | None:
        context = self.context
        before = context.file.names.get(line.name)
        if before is not None:
            notes = (Note("declared here", before.span),)
            context.error("redefined", f"'{line.name}' is declared again, as a register", line.name_span, notes=notes)
            return None
        variable = Variable(line.name, type, "global", line.name_span, in_memory=True)
        context.file.names[line.name] = variable
        context.variables[variable] = None
        return variable

    def _lies_well(self, line: RegisterLine, type: IntType, offset: int, before: list[Register]) -> bool:
        name, where = line.name, line.offset.span
        if not 0 <= offset <= MOST - type.size:
            message = f"the register '{name}' lies at {offset:#x}, outside the {MOST >> 20} MiB that registers may take"
            self.context.error("bad-register", message, where)
            return False
        if offset % type.size:
            message = f"the register '{name}' of {type.size} bytes lies at {offset:#x}, no multiple of its size"
            near = offset - offset % type.size
            help = f"put it at {near:#x} or {near + type.size:#x}: the bus reaches it in one piece only there"
            self.context.error("misaligned-register", message, where, help)
            return False
        for other in before:
            if other.offset < offset + type.size and offset < other.offset + other.size:
                message = f"the register '{name}' overlaps '{other.name}'"
                said = f"'{other.name}' takes {other.offset:#x} to {other.offset + other.size - 1:#x}"
                notes = (Note(said, other.variable.span),)
                self.context.error("overlapping-registers", message, where, notes=notes)
                return False
        return True

    def _reset(self, line: RegisterLine, type: IntType, value: int) -> int:
        wrapped = type.wrap(value)
        if line.reset is not None and wrapped != value and wrapped + (1 << 8 * type.size) != value:
            message = f"{value:#x} does not fit the register '{line.name}' of {type.size} bytes"
            self.context.error("bad-register", message, line.reset.span)
        variable = self.context.file.names[line.name]
        if isinstance(variable, Variable):
            data = (wrapped & (1 << 8 * type.size) - 1).to_bytes(type.size, "little")
            self.context.variables[variable] = Initialiser(data)
        return wrapped & (1 << 8 * type.size) - 1


def _word(span: Span) -> Span:
    return Span(span.file, span.line, span.column, span.line, span.column + len("registers"))
