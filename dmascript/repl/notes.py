"""What a menu says of a name: a routine's IRQL, what undoes it and its prototype; the value of a constant; a type."""

from __future__ import annotations

from ..builtin_names import CONSTANT, MACRO, ROUTINE, TYPE, VARIABLE, WORD, macros, typedefs
from ..runtime import routines
from ..runtime.routine import MEMBERS
from ..runtime.wdk import constants, declarations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..grammar.types import Type
    from ..runtime.routine import Routine
    from .shell import Shell


def prototype_of(shell: Shell, name: str) -> str:
    """The prototype of a routine, of one of the script's functions or of a macro, or nothing."""
    symbol = shell.live.growing.own_names().get(name)
    if symbol is not None:
        return note_of_symbol(symbol, name)
    row = routines.find(name) or MEMBERS.get(name)
    return row.prototype if row is not None else macros().get(name, "")


def note_of(name: str, kind: str) -> str:
    """What a built-in name is, in one line."""
    if kind == ROUTINE:
        row = routines.find(name)
        return note_of_routine(row) if row is not None else ""
    if kind == CONSTANT:
        found = constants.lookup(name)
        return f"{found[1]} {_number(*found)}" if found is not None else ""
    if kind == MACRO:
        return f"macro {macros()[name]}"
    if kind == VARIABLE:
        return declarations.VARIABLES[name].removeprefix("extern ").rstrip(";")
    if kind == TYPE:
        return _note_of_type(name)
    return "keyword" if kind == WORD else ""


def note_of_routine(row: Routine) -> str:
    """IRQL, what undoes it, and the prototype without the name that stands beside it."""
    told = [row.irql.replace("_LEVEL", "") if row.irql != "any" else "any IRQL"]
    if row.undo:
        told.append(f"undo {row.undo}")
    if row.body is None:
        told.append("not modelled")
    return ", ".join(told) + "  " + row.prototype.replace(f" {row.name}(", " (", 1).replace(f"*{row.name}(", "* (", 1)


def note_of_symbol(symbol: object, name: str) -> str:
    """How a name of the script's own is declared."""
    type: Type | None = getattr(symbol, "type", None)
    if type is None:
        return ""
    from ..grammar.scope import Constant, TypedefName
    from ..grammar.typenames import expanded, spelled

    if isinstance(symbol, Constant):
        return f"{spelled(type)} {symbol.value}"
    if isinstance(symbol, TypedefName):
        return f"typedef {expanded(type)}"
    return spelled(type, name)


def _note_of_type(name: str) -> str:
    text = declarations.tag_text(name)
    if text is not None:
        return text.partition("{")[0].rpartition("\n")[2].strip()
    return " ".join(typedefs().get(name, "").split())


def _number(value: int, type: str) -> str:
    return f"0x{value & 0xFFFF_FFFF:08X}" if type == "NTSTATUS" else f"0x{value:X}" if value > 9 else str(value)
