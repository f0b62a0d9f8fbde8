"""Values in C terms: the text of a value of a type, the fields of a struct, what lies at an address.

    values = Values(nt, symbol, checker)
    values.text(type, value)                 10768 (0x2a10), L"text", {X = 1, Y = 2}, 0xffffa100`00012f40
    values.fields(struct, address)           rows of its fields, as `dt` shows them
    values.layout(type)                      Ptr64 _MDL, Uint4B: a type in a debugger's words
"""

from __future__ import annotations

import textwrap

from ...grammar.scope import Constant
from ...grammar.types import ArrayType, FunctionType, IntType, Member, PointerType, StructType, Type, VoidType
from ...runtime.findings import address as shown
from ...runtime.ob.handles import KERNEL, is_kernel_handle
from ...runtime.ob.objects import CURRENT_PROCESS, CURRENT_THREAD
from ...runtime.wdk.declarations import ENUMS
from . import looking
from .places import lies_at as lies_at
from .places import place_of
from .texts import character_text, count_text, integer_layout, integer_text
from .texts import quoted as quoted
from .words import field_words, group, irql_text, status_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ...grammar.check import Checker
    from ...grammar.source import Span
    from ...runtime.system import System

WORD = 0xFFFF_FFFF_FFFF_FFFF
NOT_SEEN = "????????"
MODES = {0: "KernelMode", 1: "UserMode"}
BOOLEANS = ("BOOLEAN", "BOOL", "LOGICAL")
# Integers that mean an address, a mask or a frame: no decimal beside them.
HEXADECIMAL = frozenset(
    (
        "ULONG_PTR", "LONG_PTR", "UINT_PTR", "DWORD_PTR", "KSPIN_LOCK", "KAFFINITY", "PFN_NUMBER", "ACCESS_MASK",
        "POOL_FLAGS", "uintptr_t", "DMA_LOGICAL_ADDRESS", "DEVICE_TYPE",
    )
)  # fmt: skip
CHARACTERS = frozenset(("CHAR", "char", "wchar_t", "WCHAR", "TCHAR"))
WIDE_POINTERS = ("WSTR", "WCH")
PLAIN = ("_LARGE_INTEGER", "_ULARGE_INTEGER", "_LIST_ENTRY", "_UNICODE_STRING", "_STRING", "_GUID")
MOST_ELEMENTS = 8
NAME_COLUMNS, MOST_NAME_COLUMNS, NARROW = 16, 28, 60
MOST_ROWS = 1000
MOST_FIELDS = 6  # of a struct in one line


class Row:
    """One line of a struct: offset, name, type, and the value as text; `depth` counts the structs around it."""

    __slots__ = ("offset", "name", "type", "text", "depth", "address")

    def __init__(self, offset: int, name: str, type: Type, text: str, depth: int, address: int = 0) -> None:
        self.offset = offset
        self.name = name
        self.type = type
        self.text = text
        self.depth = depth
        self.address = address


class Values:
    """Texts of values of one machine. `symbol` names functions and variables by address, `checker` knows the types."""

    def __init__(self, nt: System, symbol: Callable[[int], str], checker: Checker | None = None) -> None:
        self.nt = nt
        self.symbol = symbol
        self.checker = checker
        self.rows_left = MOST_ROWS  # before structs within structs are opened no more

    # ---- what an expression came to

    def told(
        self, type: Type, value: int | bytes, member: tuple[str, str] = ("", ""), width: int = 0
    ) -> list[str]:
        """A value as the answer to an expression: a struct with its fields, an address with what lies there. `member`
        are the tag and the field that it is the value of."""
        if isinstance(type, StructType) and isinstance(value, (bytes, bytearray)):
            self.complete(type)
            special = self.special(type, value)
            return [special] if special else field_lines(self.fields_of(type, value), width)
        text = self.text(type, value, *member)
        if isinstance(type, PointerType) and isinstance(value, int) and value and type.typedef != "HANDLE":
            text = text.replace("`", "", 1)  # so that it can be used in the language
            place = lies_at(self.nt, value, self.symbol)
            text += "" if text.endswith(place) else f"  {place}"
        return [text]

    def fields_of(self, type: StructType, data: bytes) -> list[Row]:
        """The members of a struct whose bytes are given."""
        return [
            Row(offset, member.name, member.type, self.member_text(type, member, data, offset), 0)
            for member, offset in self.members(type)
        ]

    # ---- one line

    def text(self, type: Type, value: int | bytes, tag: str = "", field: str = "", typed: bool = False) -> str:
        """A value in one line. `tag` and `field` are of the struct member that it was read from, if it was; `typed` if
        a pointer shall say what it points to."""
        if isinstance(value, (bytes, bytearray)) and isinstance(type, (IntType, PointerType)):
            value = int.from_bytes(value, "little")
        if isinstance(type, IntType):
            assert isinstance(value, int)
            return self._integer(type, value, tag, field)
        if isinstance(type, (PointerType, FunctionType)):
            assert isinstance(value, int)
            return self._pointer(type, value & WORD, typed)
        if isinstance(type, VoidType) or isinstance(value, int):
            return ""
        if isinstance(type, ArrayType):
            return self._array(type, value)
        return self._struct(type, value) if isinstance(type, StructType) else ""

    def _integer(self, type: IntType, value: int, tag: str, field: str) -> str:
        value = type.wrap(value)
        bits = value & ((1 << 8 * type.size) - 1)
        words = field_words(tag, field, bits) if tag else ""
        if words:
            return f"0x{bits:x} ({words})"
        if type.tag:
            return self._enumerator(type, value)
        if type.typedef == "NTSTATUS":
            return status_text(value)
        if type.boolean or type.typedef in BOOLEANS:
            return {0: "FALSE", 1: "TRUE"}.get(value, f"{integer_text(value, type)}, neither TRUE nor FALSE")
        if type.typedef == "KIRQL":
            return f"{value} ({irql_text(value)})"
        if type.typedef == "KPROCESSOR_MODE":
            return f"{value} ({MODES.get(value, 'no mode')})"
        if type.name == "char" and type.typedef in ("", "CHAR") or type.typedef in CHARACTERS:
            return character_text(value, type)
        if type.typedef in HEXADECIMAL:
            return f"0x{bits:x}"
        return integer_text(value, type)

    def _enumerator(self, type: IntType, value: int) -> str:
        name = self.enumerators(type.tag).get(value)
        return f"{value} ({name})" if name else integer_text(value, type)

    def enumerators(self, tag: str) -> dict[int, str]:
        """The names of an enum's values."""
        if tag in ENUMS:
            return group(ENUMS[tag][0])
        scope = self.checker.context.file if self.checker is not None else None
        declared = scope.tags.get(tag) if scope is not None else None
        found: dict[int, str] = {}
        if scope is None or declared is None:
            return found
        for symbol in scope.names.values():
            if isinstance(symbol, Constant) and _within(symbol.span, declared.span):
                found.setdefault(symbol.value, symbol.name)
        return found

    def _pointer(self, type: Type, value: int, typed: bool) -> str:
        if not value:
            return "(null)"
        if type.typedef == "HANDLE":
            return handle_text(self.nt, value)
        target = type.target if isinstance(type, PointerType) else type
        told = shown(value)
        if isinstance(target, IntType) and target.size <= 2:
            text = self._string(target, value, any(mark in type.typedef for mark in WIDE_POINTERS))
            if text is not None:
                return f"{told} {text}"
        if isinstance(target, FunctionType):
            return f"{told} {place_of(self.nt, value, self.symbol).name}"
        name = self.symbol(value)
        if name or not typed:
            return f"{told} {name}".rstrip()
        if isinstance(target, IntType):
            data = looking.read(self.nt, value, target.size)
            return f"{told} -> {self.text(target, data) if data is not None else NOT_SEEN}"
        return f"{told} {self.layout(target)}"

    def _string(self, target: IntType, value: int, wide: bool) -> str | None:
        """The text that a pointer to characters leads to; `wide` if its type's name says that they are wide ones."""
        if not (wide or target.typedef in CHARACTERS or target.name == "char"):
            return None
        if target.size == 2:
            found = looking.wide_text(self.nt, value, 65)
            return quoted(found, "L") if found is not None else NOT_SEEN
        narrow = looking.narrow_text(self.nt, value, 65)
        return quoted(narrow.decode("latin-1")) if narrow is not None else NOT_SEEN

    def _array(self, type: ArrayType, data: bytes) -> str:
        element = type.element
        count = len(data) // max(element.size, 1) if element.size > 0 else 0
        if isinstance(element, IntType) and (element.name == "char" or element.typedef in CHARACTERS) and count:
            text = data.decode("utf-16-le", "replace") if element.size == 2 else data.decode("latin-1")
            return quoted(text.split("\0")[0], "L" if element.size == 2 else "")
        parts = [
            self.text(element, data[index * element.size : (index + 1) * element.size])
            for index in range(min(count, MOST_ELEMENTS))
        ]
        more = f", ... {count} in all" if count > MOST_ELEMENTS else ""
        return f"{{{', '.join(parts)}{more}}}"

    def _struct(self, type: StructType, data: bytes) -> str:
        special = self.special(type, data)
        if special:
            return special
        parts = []
        for member, offset in self.members(type):
            parts.append(f"{member.name} = {self.member_text(type, member, data, offset)}")
            if len(parts) == MOST_FIELDS and len(self.members(type)) > MOST_FIELDS:
                parts.append("...")
                break
        return f"{{{', '.join(parts)}}}"

    def special(self, type: StructType, data: bytes) -> str:
        """Structs that everybody reads at a glance."""
        tag = type.layout.tag
        words = [int.from_bytes(data[at : at + 8], "little") for at in range(0, len(data), 8)]
        if tag in ("_LARGE_INTEGER", "_ULARGE_INTEGER"):
            value = int.from_bytes(data[:8], "little", signed=tag == "_LARGE_INTEGER")
            if type.typedef == "PHYSICAL_ADDRESS":
                return shown(value & WORD)
            return count_text(value)
        if tag == "_IO_STATUS_BLOCK":
            return f"{status_text(words[0])}, Information {count_text(words[1])}"
        if tag == "_LIST_ENTRY":
            return f"[ {shown(words[0])} - {shown(words[1])} ]"
        if tag in ("_UNICODE_STRING", "_STRING"):
            return self._counted(words, 2 if tag == "_UNICODE_STRING" else 1)
        if tag == "_GUID":
            tail = data[8:]
            return (f"{{{words[0] & 0xFFFF_FFFF:08x}-{words[0] >> 32 & 0xFFFF:04x}-{words[0] >> 48:04x}-"
                    f"{tail[:2].hex()}-{tail[2:].hex()}}}")  # fmt: skip
        return ""

    def _counted(self, words: list[int], unit: int) -> str:
        length, buffer = words[0] & 0xFFFF, words[1]
        data = looking.read(self.nt, buffer, length) if buffer or length else b""
        if data is None:
            return f"{NOT_SEEN}, {length} bytes at {shown(buffer)}"
        return quoted(data.decode("utf-16-le" if unit == 2 else "latin-1", "replace"))

    # ---- structs

    def members(self, type: StructType) -> list[tuple[Member, int]]:
        """The members with names, those of unnamed structs and unions among them, with their offsets."""
        found: list[tuple[Member, int]] = []
        for member in type.layout.members:
            if member.name:
                found.append((member, member.offset))
            elif isinstance(member.type, StructType):
                found += [(inner, member.offset + offset) for inner, offset in self.members(member.type)]
        return found

    def find_member(self, type: StructType, path: str) -> tuple[Member, int] | None:
        """A member by its name or by a path such as Tail.Overlay.Thread, with its offset; blind to case at need."""
        offset = 0
        found: Member | None = None
        current: Type = type
        for name in path.split("."):
            if not isinstance(current, StructType):
                return None
            rows = self.members(current)
            row = next((row for row in rows if row[0].name == name), None)
            row = row or next((row for row in rows if row[0].name.lower() == name.lower()), None)
            if row is None:
                return None
            found, offset = row[0], offset + row[1]
            current = found.type
        return (found, offset) if found is not None else None

    def member_text(self, type: StructType, member: Member, data: bytes, offset: int, skipped: int = 0) -> str:
        """The value of a member of a struct whose bytes are given, but for so many at its beginning."""
        offset -= skipped
        if member.bit_width:
            unit = int.from_bytes(data[offset : offset + member.type.size], "little")
            value = unit >> member.bit_offset & ((1 << member.bit_width) - 1)
            return str(value) if value < 10 else f"0x{value:x}"
        size = max(member.type.size, 0)
        part = data[offset : offset + size]
        if isinstance(member.type, StructType):
            return self.special(member.type, part) or self.layout(member.type)
        if isinstance(member.type, ArrayType) and not member.type.count:
            return self.layout(member.type)
        return self.text(member.type, part, type.layout.tag, member.name, typed=True)

    def fields(
        self, type: StructType, where: int, depth: int = 0, level: int = 0, around: tuple[int, ...] = ()
    ) -> list[Row]:
        """The members of a struct at an address. `depth` is how many structs within it, and those that its pointers
        lead to, are opened too."""
        rows = []
        for member, offset in self.members(type):
            text = self.text_at(type, member, where, offset)
            rows.append(Row(offset, member.name, member.type, text, level, where + offset))
            self.rows_left -= 1
            opened = depth and self.rows_left > 0
            data = looking.read(self.nt, where + offset, max(member.type.size, 0)) if opened else None
            if data is not None:
                rows += self._inside(member, where + offset, data, depth, level, (*around, where))
        return rows

    def text_at(self, type: StructType, member: Member, where: int, offset: int) -> str:
        """The value of a member of a struct that lies at an address."""
        data = looking.read(self.nt, where + offset, max(member.type.size, 0))
        return NOT_SEEN if data is None else self.member_text(type, member, data, offset, offset)

    def _inside(
        self, member: Member, where: int, data: bytes, depth: int, level: int, around: tuple[int, ...]
    ) -> list[Row]:
        """What a member holds, or what it points to."""
        inner = member.type
        if isinstance(inner, ArrayType):
            return self._elements(member, inner, where, depth, level, around)
        if isinstance(inner, PointerType) and isinstance(inner.target, StructType):
            inner, where = inner.target, int.from_bytes(data, "little")
            self.complete(inner)
            if where in around or not where or looking.look(self.nt, where).visible is False:
                return []
        if not isinstance(inner, StructType) or inner.layout.size <= 0 or self.is_plain(inner):
            return []
        return self.fields(inner, where, depth - 1, level + 1, around)

    def _elements(
        self, member: Member, array: ArrayType, where: int, depth: int, level: int, around: tuple[int, ...]
    ) -> list[Row]:
        """The structs of an array; how many a tail array has, only a scatter/gather list says."""
        element, count = array.element, array.count or 0
        if not isinstance(element, StructType) or element.size <= 0 or self.is_plain(element):
            return []
        if element.layout.tag == "_SCATTER_GATHER_ELEMENT" and not count:
            count = looking.number(self.nt, around[-1], 4) or 0
        rows = []
        for index in range(min(count, MOST_ELEMENTS)):
            at = where + index * element.size
            rows.append(Row(index * element.size, f"[{index}]", element, self.layout(element), level + 1, at))
            rows += self.fields(element, at, depth - 1, level + 2, around)
        return rows

    def is_plain(self, type: StructType) -> bool:
        """Whether a struct is told whole in one line."""
        return type.layout.tag in PLAIN

    def complete(self, type: Type) -> None:
        """Read the body of a built-in struct that is not yet known."""
        if isinstance(type, StructType) and type.layout.size < 0 and self.checker is not None and type.layout.tag:
            self.checker.type_of(f"struct {type.layout.tag}")

    def layout(self, type: Type) -> str:
        """A type in a debugger's words."""
        if isinstance(type, PointerType):
            return f"Ptr64 {self.layout(type.target)}"
        if isinstance(type, ArrayType):
            return f"[{type.count or 0}] {self.layout(type.element)}"
        if isinstance(type, StructType):
            return type.layout.tag or "<unnamed-tag>"
        if isinstance(type, IntType):
            return integer_layout(type)
        return {VoidType: "Void", FunctionType: "function"}.get(type.__class__, str(type))


def _within(inner: Span, outer: Span) -> bool:
    """Whether a place in the script lies in another."""
    first, last = (inner.line, inner.column), (inner.end_line, inner.end_column)
    begin, end = (outer.line, outer.column), (outer.end_line, outer.end_column)
    return inner.file == outer.file and begin <= first and last <= end


def field_lines(rows: list[Row], width: int = 0) -> list[str]:
    """Rows of a struct as lines: `   +0x018 MappedSystemVa   : 0xffffa100`00012f40`, long values wrapped to a width."""
    longest = max((len(row.name) for row in rows), default=0)
    column = max(NAME_COLUMNS, min(longest, MOST_NAME_COLUMNS)) if not 0 < width < NARROW else NAME_COLUMNS
    found = []
    for row in rows:
        head = f"   {'   ' * row.depth}+0x{row.offset:03x} {row.name:<{column}} : "
        if not width or len(head) + len(row.text) <= width or len(head) + 24 > width:
            found.append((head + row.text).rstrip())
            continue
        found += textwrap.wrap(row.text, width, initial_indent=head, subsequent_indent=" " * len(head),
                               break_long_words=False, break_on_hyphens=False)  # fmt: skip
    return found


def handle_text(nt: System, value: int) -> str:
    """A handle with the object that it stands for in the current process: `0x4 (File \\Device\\Card)`."""
    pseudo = {CURRENT_PROCESS: "the current process", CURRENT_THREAD: "the current thread"}
    if value in pseudo:
        return f"0x{value:x} ({pseudo[value]})"
    process, index = (nt.system_process, value & ~KERNEL) if is_kernel_handle(value) else (nt.process, value)
    opened = process.handles.get(index) if process.handles is not None else None
    if opened is None:
        return f"0x{value:x} (no open handle of {process.name})"
    name = opened.object.name or place_of(nt, opened.object.address).name
    return f"0x{value:x} ({opened.object.kind} {name})"
