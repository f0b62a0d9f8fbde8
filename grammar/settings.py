"""The machine block: its lines as settings."""

from __future__ import annotations

from .context import Context
from .conversions import is_error
from .express import Expressions
from .lookup import Lookup
from .scope import Constant
from .spell import nearest
from .syntax import MachineBlock, Name, Property
from .tree import Const, Setting
from .types import IntType

KNOWN = (
    "profile",
    "memory",
    "processors",
    "map_registers",
    "seed",
    "fragmentation",
    "generation",
    "system_ptes",
    "nonpaged_pool",
    "paged_pool",
    "verifier",
    "granularity",
)
_WORDS = frozenset(("profile", "fragmentation", "generation", "verifier", "granularity"))


class Settings:
    def __init__(self, context: Context, names: Lookup, express: Expressions) -> None:
        self.context = context
        self.names = names
        self.express = express

    def read(self, block: MachineBlock) -> list[Setting]:
        found: list[Setting] = []
        for line in block.settings:
            if line.name not in KNOWN:
                self._unknown(line)
                continue
            value = self._value(line)
            if value is not None:
                found.append(Setting(line.name, value, line.value.span))
        return found

    def _unknown(self, line: Property) -> None:
        close = nearest(line.name, KNOWN)
        help = f"did you mean '{close}'?" if close else f"the settings are {', '.join(KNOWN)}"
        self.context.error("unknown-setting", f"a machine has no setting '{line.name}'", line.span, help)

    def _value(self, line: Property) -> int | str | None:
        node = line.value
        if isinstance(node, Name) and line.name in _WORDS:
            return node.name
        if isinstance(node, Name) and not isinstance(self.names.find(node.name), Constant):
            self.context.error("bad-setting", f"'{line.name}' takes a number, not '{node.name}'", node.span)
            return None
        if line.name in _WORDS:
            self.context.error("bad-setting", f"'{line.name}' takes a word", node.span)
            return None
        expr = self.express.value(node)
        if is_error(expr):
            return None
        if isinstance(expr, Const) and isinstance(expr.type, IntType):
            return expr.value
        self.context.error("not-constant", f"the value of '{line.name}' is not a constant", node.span)
        return None
