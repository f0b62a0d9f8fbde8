"""The commands that show types and values: dt, ? and ??."""

from __future__ import annotations

import fnmatch

from ...grammar.types import PointerType, StructType, Type
from ...interp.debugger import looking
from ...interp.debugger.reading import EvaluationError
from ...interp.debugger.values import Row, Values, field_lines
from ...runtime.findings import address as shown
from ...runtime.findings import plural
from ...runtime.wdk import structures
from ...runtime.wdk.declarations import ENUMS, RECORDS
from ..command import Refused, command
from ..reading import WORD, lies, long, machine, needed, number, say, values_of, with_place, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..shell import Shell

# ---- dt


@command(
    "dt", "dt [-r[N]] TYPE [ADDRESS] [FIELD...]",
    "Show the layout of a type, or one that lies in memory; also dt VARIABLE. -r opens what is within.",
    group="memory", completes="type",
)  # fmt: skip
def dt(shell: Shell, rest: str) -> None:
    depth, parts = _options(words(rest))
    if not parts:
        raise Refused("the name of a type or a variable is missing")
    values = values_of(shell)
    if parts[0] in ("struct", "union", "enum") and len(parts) > 1:
        parts = parts[1:]
    name = parts[0].partition("!")[2] if "!" in parts[0] else parts[0]
    if any(mark in name for mark in "*?["):
        say(shell, _type_names(shell, name))
        return
    type = find_type(shell, name)
    if type is None:
        _dt_value(shell, values, parts, depth)
        return
    if not isinstance(type, StructType):
        _dt_plain(shell, values, type, parts[1:])
        return
    fields = [part for part in parts[1:] if _matches(values, type, part)]
    rest_parts = [part for part in parts[1:] if part not in fields]
    if type.size < 0:
        raise Refused(f"what a {name} holds is not known: Windows does not document it")
    if not rest_parts:
        say(shell, layout_lines(values, type, fields, depth))
        return
    where = number(shell, " ".join(rest_parts))
    say(shell, struct_lines(shell, values, type, where, fields, depth))


def _options(parts: list[str]) -> tuple[int, list[str]]:
    """How deep to go, and the words that are no options."""
    depth = 0
    kept = []
    for part in parts:
        if part.startswith("-r") and (part[2:].isdigit() or not part[2:]):
            depth = min(int(part[2:] or 1), 9)
        elif part not in ("-v", "-b", "-n", "-t"):
            kept.append(part)
    return depth, kept


def find_type(shell: Shell, name: str) -> Type | None:
    """The type of a name or a tag, whatever its case."""
    checker = shell.live.growing.checker
    name = name.removesuffix("*").rstrip()
    words_of = name.split()
    if not words_of or not words_of[-1].isidentifier() or len(words_of) > 2:
        return None
    candidates = [name, f"_{name}"]
    if not is_variable(shell, name):
        candidates += [name.upper(), f"_{name.upper()}"]
    for candidate in candidates:
        found: Type | None = checker.type_of(candidate)
        if found is None and candidate in ENUMS:
            found = checker.type_of(f"enum {candidate}")
        if found is not None:
            if isinstance(found, PointerType) and isinstance(found.target, StructType):
                found = found.target
                values_of(shell).complete(found)
            return found
    return None


def is_variable(shell: Shell, name: str) -> bool:
    """Whether a name is one of the script's own, or of the function in which it is suspended."""
    live = shell.live
    frame = live.frame()
    own = {variable.name for variable, _ in live.growing.locals_of(frame)} if frame is not None else set()
    return name in own or name in live.growing.own_names()


def _matches(values: Values, type: StructType, part: str) -> bool:
    """Whether a word names fields of a struct."""
    if part.endswith((".", "*")):
        start = part.rstrip(".*").lower()
        return any(member.name.lower().startswith(start) for member, _ in values.members(type))
    return values.find_member(type, part) is not None


def _chosen(rows: list[Row], fields: list[str]) -> list[Row]:
    """The rows of some fields, with what is within them."""
    found, inside = [], False
    for row in rows:
        if not row.depth:
            inside = any(_named(row.name, field) for field in fields)
        if inside:
            found.append(row)
    return found


def _named(name: str, field: str) -> bool:
    if field.endswith((".", "*")):
        return name.lower().startswith(field.rstrip(".*").lower())
    return name.lower() == field.partition(".")[0].lower()


def layout_lines(values: Values, type: StructType, fields: list[str], depth: int) -> list[str]:
    """The members of a struct with their types."""
    rows = list(_layout_rows(values, type, depth, 0))
    paths = [field for field in fields if "." in field.rstrip(".")]
    kept = _chosen(rows, [field for field in fields if field not in paths]) if fields else rows
    for path in paths:
        found = values.find_member(type, path)
        if found is not None:
            kept.append(Row(found[1], path, found[0].type, values.layout(found[0].type), 0))
    heading = [] if fields else [f"{_title(type)}, {plural(type.size, 'byte')} (0x{type.size:x})"]
    return heading + field_lines(kept)


def _layout_rows(values: Values, type: StructType, depth: int, level: int) -> Iterator[Row]:
    for member, offset in values.members(type):
        text = values.layout(member.type)
        if member.bit_width:
            text = f"Pos {member.bit_offset}, {plural(member.bit_width, 'Bit')}"
        yield Row(offset, member.name, member.type, text, level)
        if depth and isinstance(member.type, StructType) and not values.is_plain(member.type):
            yield from _layout_rows(values, member.type, depth - 1, level + 1)


def _title(type: StructType) -> str:
    return type.layout.tag or f"unnamed {'union' if type.layout.union else 'struct'}"


def struct_lines(
    shell: Shell, values: Values, type: StructType, where: int, fields: list[str], depth: int = 0, title: str = ""
) -> list[str]:
    """The members of a struct in memory, below a line that names it."""
    seen = looking.look(machine(shell), where)
    if not seen.visible and not looking.look(machine(shell), where + max(type.size, 1) - 1).visible:
        return [f"{_title(type)} at {shown(where)} cannot be read: {lies(shell, where)}"]
    rows = values.fields(type, where, depth)
    paths = [field for field in fields if "." in field.rstrip(".")]
    kept = _chosen(rows, [field for field in fields if field not in paths]) if fields else rows
    for path in paths:
        found = values.find_member(type, path)
        if found is not None:
            member, offset = found
            kept.append(Row(offset, path, member.type, values.text_at(type, member, where, offset), 0))
    whole = looking.read(machine(shell), where, type.size)
    told = values.special(type, whole) if whole is not None and type.layout.tag != "_LIST_ENTRY" else ""
    if fields:
        return field_lines(kept, shell.width)
    heading = [f"{title or _title(type)} at {with_place(shell, where)}", *([f"   {told}"] if told else [])]
    return heading + field_lines(kept, shell.width)


def _dt_plain(shell: Shell, values: Values, type: Type, rest: list[str]) -> None:
    """A type that is no struct."""
    if not rest:
        tag = getattr(type, "tag", "")
        lines = [f"{type}: {values.layout(type)}" + (f", {plural(type.size, 'byte')}" if type.size > 0 else "")]
        lines += [f"   {name} = {_both(value)}" for value, name in values.enumerators(tag).items()] if tag else []
        say(shell, lines)
        return
    where = number(shell, " ".join(rest))
    data = looking.read(machine(shell), where, max(type.size, 0))
    shell.say(f"{type} at {with_place(shell, where)}")
    shell.say("   ????????" if data is None else f"   {values.text(type, data)}")


def _both(value: int) -> str:
    return str(value) if -10 < value < 10 else f"{value} (0x{value & WORD:x})" if value >= 0 else str(value)


def _dt_value(shell: Shell, values: Values, parts: list[str], depth: int) -> None:
    """A variable or another expression, and some of its fields."""
    refusal: EvaluationError | None = None
    for count in range(len(parts), 0, -1):
        text, fields = " ".join(parts[:count]), parts[count:]
        if not fields or all(part.replace(".", "").replace("*", "").isidentifier() for part in fields):
            try:
                found = shell.live.evaluate(text if "!" not in text else text.partition("!")[2])
            except EvaluationError as error:
                refusal = refusal or error
                continue
            type, value = found.type, found.value
            if isinstance(type, PointerType) and isinstance(type.target, StructType) and isinstance(value, int):
                values.complete(type.target)
                if not value:
                    shell.say(f"{text} = {type} (null)")
                    return
                chosen = [part for part in fields if _matches(values, type.target, part)] or fields
                say(shell, struct_lines(shell, values, type.target, value, chosen, depth, f"{text} = {type}"))
                return
            if isinstance(type, StructType) and (where := _address_of(shell, text)):
                say(shell, struct_lines(shell, values, type, where, fields, depth, f"{text} = {type}"))
                return
            say(shell, value_lines(values, type, value, found.member, shell.width))
            return
    raise refusal or Refused(f"{parts[0]} is neither a type nor an expression")


def _address_of(shell: Shell, text: str) -> int:
    """Where a struct that was named lies, 0 if it has no address."""
    try:
        value = shell.live.evaluate(f"&({text})").value
    except EvaluationError:
        return 0
    return value if isinstance(value, int) else 0


@command(
    "?", "? EXPRESSION",
    "Evaluate a number: decimal and hexadecimal.",
    group="memory", completes="expression",
)  # fmt: skip
def evaluate(shell: Shell, rest: str) -> None:
    value = needed(shell, rest, "an expression")
    signed = value - (1 << 64) if value >> 63 else value
    shell.say(f"Evaluate expression: {signed} = {long(value)}")


@command(
    "??", "?? EXPRESSION",
    "Evaluate a C expression: its type and its value.",
    group="memory", completes="expression",
)  # fmt: skip
def evaluate_typed(shell: Shell, rest: str) -> None:
    if not rest.strip():
        raise Refused("an expression is missing")
    found = shell.live.evaluate(rest.strip())
    say(shell, value_lines(values_of(shell), found.type, found.value, found.member, shell.width))


def value_lines(
    values: Values, type: Type, value: int | bytes | None, member: tuple[str, str] = ("", ""), width: int = 0
) -> list[str]:
    """A typed value; what a pointer to a struct leads to is shown with its fields."""
    if value is None:
        return [str(type)]
    lines = values.told(type, value, member, width)
    lines = [str(type), *lines] if isinstance(type, StructType) and len(lines) > 1 else [f"{type} {lines[0]}"]
    if isinstance(type, PointerType) and isinstance(type.target, StructType) and isinstance(value, int):
        values.complete(type.target)
        if type.target.size > 0 and looking.look(values.nt, value).visible:
            lines += field_lines(values.fields(type.target, value), width)
    return lines


def _type_names(shell: Shell, pattern: str) -> list[str]:
    """The structs, unions and enums whose tag matches."""
    own = [name for name in shell.live.growing.checker.context.file.tags if name]
    tags = sorted({*structures.STRUCTURES, *RECORDS, *ENUMS, *own})
    found = [tag for tag in tags if fnmatch.fnmatchcase(tag.lower(), pattern.lower())]
    if not found:
        raise Refused(f"no type has a name like {pattern}")
    return [f"   {tag}" for tag in found]
