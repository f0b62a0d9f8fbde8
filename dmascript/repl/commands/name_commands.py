"""The commands that find names: x and ln."""

from __future__ import annotations

import fnmatch
import textwrap

from ...grammar.tree import Function, Variable
from ...interp.debugger import looking
from ...interp.debugger.places import module_of
from ...interp.routine_addresses import routine_address, routine_at
from ...runtime import routines
from ..command import Refused, command
from ..reading import lies, long, needed, say, values_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..shell import Shell

MOST_FOUND = 500


@command(
    "x", "x [nt!]PATTERN",
    "Find routines, functions and variables by name: x nt!Mm*, x *read*.",
    group="memory", completes="routine",
)  # fmt: skip
def examine(shell: Shell, rest: str) -> None:
    pattern = rest.strip()
    if not pattern:
        raise Refused("a pattern is missing: x nt!Mm*")
    module, mark, wanted = pattern.rpartition("!")
    wanted = wanted or "*"
    lines = []
    if not mark or fnmatch.fnmatch("script", module.lower()):
        lines += list(_own_names(shell, wanted.lower()))
    lines += list(_routine_names(shell, module.lower() if mark else "*", wanted.lower()))
    if not lines:
        raise Refused(f"nothing has a name like {pattern}")
    if len(lines) > MOST_FOUND:
        lines = [*lines[:MOST_FOUND], f"... and {len(lines) - MOST_FOUND} more"]
    say(shell, lines)


def _own_names(shell: Shell, wanted: str) -> Iterator[str]:
    """The functions and variables of the script."""
    live = shell.live
    values = values_of(shell)
    where_of = {live.session.function_name(address): address for address in live.session.functions}
    image = live.growing.unit.image
    known = {variable: image.address(variable) for variable in image.known_variables()}
    for name, symbol in sorted(live.growing.own_names().items()):
        if not fnmatch.fnmatchcase(name.lower(), wanted):
            continue
        if isinstance(symbol, Function):
            where = where_of.get(name)
            prefix = long(where) if where is not None else " " * 17
            yield f"{prefix}  {_declared(symbol)}"
        elif isinstance(symbol, Variable) and symbol in known:
            where = known[symbol]
            data = looking.read(live.nt, where, max(symbol.type.size, 0))
            text = "????????" if data is None else values.text(symbol.type, data)
            yield f"{long(where)}  {name} = {text}"


def _declared(function: Function) -> str:
    from ...grammar.typenames import spelled

    return spelled(function.type, function.name)


def _routine_names(shell: Shell, module_wanted: str, wanted: str) -> Iterator[str]:
    names = sorted(
        name for name in routines.names()
        if fnmatch.fnmatchcase(name.lower(), wanted) and fnmatch.fnmatchcase(_module(name), module_wanted)
    )  # fmt: skip
    for name in names:
        row = routines.find(name)
        told = "" if row is None or row.body is not None else "  (not modelled)"
        module = module_of(row) if row is not None else "nt"
        yield f"{long(routine_address(name))}  {module}!{name}{told}"
        if len(names) == 1 and row is not None:
            yield from wrapped(row.prototype, shell.width)


@command(
    "ln", "ln ADDRESS",
    "Name the function, variable or object at an address.",
    group="memory", completes="address",
)  # fmt: skip
def nearest(shell: Shell, rest: str) -> None:
    where = needed(shell, rest)
    lines = [f"({long(where)})   {lies(shell, where)}"]
    row = routine_at(where)
    if row is not None:
        lines += wrapped(row.prototype, shell.width)
    found = shell.live.session.functions.get(where)
    if found is not None:
        place = shell.live.session.sites.place(shell.live.session.definition(where), "")
        if place is not None:
            lines.append(f"{'':19}{place.file}:{place.line}")
    say(shell, lines)


def _module(name: str) -> str:
    row = routines.find(name)
    return module_of(row) if row is not None else "nt"


def wrapped(text: str, width: int) -> list[str]:
    """A prototype below the line that names it."""
    return textwrap.wrap(text, max(width, 60), initial_indent=" " * 19, subsequent_indent=" " * 23,
                         break_on_hyphens=False)  # fmt: skip
