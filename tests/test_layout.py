"""Struct layouts against a compiler that lays out as MSVC does, and the integer types of constants and promotions."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from dmascript.grammar.check import Checker
from dmascript.grammar.parser import parse
from dmascript.grammar.preprocess import FolderLoader, preprocess
from dmascript.grammar.source import Diagnostics, SourceFile
from dmascript.grammar.tree import ExprStmt
from dmascript.grammar.types import INT, Member, StructType, Type

CLANG = shutil.which("clang")
needs_clang = pytest.mark.skipif(CLANG is None, reason="clang is not on PATH")

SCALARS = [
    "char",
    "unsigned char",
    "short",
    "unsigned short",
    "int",
    "long",
    "unsigned long",
    "__int64",
    "void *",
    "enum E",
]
BIT_TYPES = [
    "unsigned char",
    "signed char",
    "unsigned short",
    "int",
    "unsigned int",
    "unsigned long",
    "unsigned __int64",
]
WIDTHS = {"char": 8, "short": 16, "int": 32, "long": 32, "__int64": 64}


class NoBuiltIns:
    """A world without built-in names."""

    def declaration(self, name: str) -> str | None:
        return None

    def tag(self, name: str) -> str | None:
        return None

    def is_typedef(self, name: str) -> bool:
        return False

    def constant(self, name: str) -> tuple[int, str] | None:
        return None

    def macros(self) -> str:
        return ""

    def has_header(self, name: str) -> bool:
        return False

    def sides(self, name: str) -> frozenset[str]:
        return frozenset(("kernel", "process", "device"))

    def names(self) -> list[str]:
        return []


def checked(text: str) -> Checker:
    """A checker that has seen the text, in which there must be no error."""
    diagnostics, environment = Diagnostics(), NoBuiltIns()
    tokens = preprocess(SourceFile("t.c", text), environment, diagnostics, FolderLoader(""))
    checker = Checker(environment, diagnostics)
    checker.check(parse(tokens, environment, diagnostics, "t.c"))
    assert diagnostics.errors == []
    return checker


class Structs:
    """Random structs, as C text. Each member has a name of its own in the whole text."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.names = 0
        self.done: list[str] = []

    def name(self) -> str:
        self.names += 1
        return f"m{self.names}"

    def member(self, depth: int) -> str:
        kind = self.random.random()
        if kind < 0.4:
            type = self.random.choice(BIT_TYPES)
            width = self.random.randint(0, WIDTHS[type.split()[-1]])
            return f"{type} {self.name() if width else ''} : {width};"
        if kind < 0.5 and depth:
            return f"{self.body(depth - 1)};"
        if kind < 0.6 and depth:
            return f"{self.body(depth - 1)} {self.name()};"
        if kind < 0.7 and self.done:
            return f"struct {self.random.choice(self.done)} {self.name()};"
        array = f"[{self.random.randint(1, 5)}]" if self.random.random() < 0.2 else ""
        return f"{self.random.choice(SCALARS)} {self.name()}{array};"

    def body(self, depth: int, tag: str = "") -> str:
        word = "struct" if tag or self.random.random() < 0.6 else "union"
        # A struct of nothing but unnamed bit-fields is outside C, so a plain member comes last.
        members = " ".join(self.member(depth) for _ in range(self.random.randint(1, 7))) + f" char {self.name()};"
        align = f"__declspec(align({self.random.choice((2, 4, 8, 16, 32))})) " if self.random.random() < 0.1 else ""
        return f"{word} {align}{tag} {{ {members} }}"

    def declaration(self, tag: str) -> str:
        pack = self.random.choice((0, 0, 0, 1, 2, 4, 8))
        text = self.body(2, tag) + ";"
        self.done.append(tag)
        return f"#pragma pack(push, {pack})\n{text}\n#pragma pack(pop)" if pack else text


def dumped_layouts(
    text: str, tags: list[str], folder: Path
) -> dict[str, tuple[int, int, dict[str, tuple[int, int, int]]]]:
    """Size, alignment and named members (byte offset, first bit, width) of each struct, as clang dumps them."""
    uses = "".join(f"int size_{tag}[sizeof(struct {tag})];\n" for tag in tags)
    source = folder / "layout.c"
    source.write_text(f"{text}\n{uses}")
    command = [str(CLANG), "--target=x86_64-pc-windows-msvc", "-fms-extensions", "-w", "-fsyntax-only"]
    run = subprocess.run(
        [*command, "-Xclang", "-fdump-record-layouts", str(source)], capture_output=True, text=True, check=True
    )
    found = {}
    for record in run.stdout.split("*** Dumping AST Record Layout")[1:]:
        head = re.search(r"0 \| struct (\w+)$", record, re.MULTILINE)
        size = re.search(r"\[sizeof=(\d+), align=(\d+)", record)
        if head is None or size is None:
            continue
        members = {}
        for match in re.finditer(r"^ *(\d+)(?::(\d+)-(\d+))? \| .*?\b(m\d+)$", record, re.MULTILINE):
            offset, first, last, name = match.groups()
            bits = (int(first), int(last) - int(first) + 1) if first else (0, 0)
            members.setdefault(name, (int(offset), *bits))
        found[head[1]] = (int(size[1]), int(size[2]), members)
    return found


def members_of(struct: StructType, base: int = 0) -> dict[str, tuple[int, int, int]]:
    """The named members of a struct at any depth, as the dump gives them (a bit-field from its first byte)."""
    found: dict[str, tuple[int, int, int]] = {}
    for member in struct.layout.members:
        offset = base + member.offset
        if member.name:
            byte, bit = divmod(member.bit_offset, 8)
            found.setdefault(member.name, (offset + byte, bit, member.bit_width))
        if isinstance(member.type, StructType):
            for name, place in members_of(member.type, offset).items():
                found.setdefault(name, place)
    return found


@needs_clang
@pytest.mark.parametrize("seed", range(4))
def test_random_structs_lie_as_in_msvc(seed: int, tmp_path: Path) -> None:
    """Sizes, alignments, offsets and bit positions of random structs, unions, packs and bit-fields are MSVC's."""
    structs = Structs(seed)
    tags = [f"S{i}" for i in range(60)]
    text = "enum E { ZERO };\n" + "\n".join(structs.declaration(tag) for tag in tags)
    checker = checked(text)
    expected = dumped_layouts(text, tags, tmp_path)
    for tag in tags:
        struct = checker.type_of(f"struct {tag}")
        assert isinstance(struct, StructType)
        size, align, members = expected[tag]
        assert (tag, struct.size, struct.align) == (tag, size, align)
        ours = members_of(struct)
        assert len(members) > 0
        assert {n: p for n, p in ours.items() if n in members} == {n: p for n, p in members.items() if n in ours}


def layout(text: str) -> tuple[int, int, list[tuple[str, int, int, int]]]:
    struct = checked(f"struct S {text};").type_of("struct S")
    assert isinstance(struct, StructType)
    places = [(m.name, m.offset, m.bit_offset, m.bit_width) for m in struct.layout.members]
    return struct.size, struct.align, places


@pytest.mark.parametrize(
    ("text", "size", "align", "places"),
    [
        ("{ char a; int b; char c; }", 12, 4, [("a", 0, 0, 0), ("b", 4, 0, 0), ("c", 8, 0, 0)]),
        ("{ char a; void *b; }", 16, 8, [("a", 0, 0, 0), ("b", 8, 0, 0)]),
        ("{ int a : 3; int b : 4; }", 4, 4, [("a", 0, 0, 3), ("b", 0, 3, 4)]),
        ("{ unsigned char a : 3; int b : 4; }", 8, 4, [("a", 0, 0, 3), ("b", 4, 0, 4)]),
        ("{ int a : 20; int b : 20; }", 8, 4, [("a", 0, 0, 20), ("b", 4, 0, 20)]),
        ("{ long a : 3; int b : 4; }", 4, 4, [("a", 0, 0, 3), ("b", 0, 3, 4)]),
        ("{ int a : 3; int : 0; int b : 4; }", 8, 4, [("a", 0, 0, 3), ("b", 4, 0, 4)]),
        ("{ char a; char tail[]; }", 1, 1, [("a", 0, 0, 0), ("tail", 1, 0, 0)]),
        ("{ int a; union { short b; char c; }; }", 8, 4, [("a", 0, 0, 0), ("", 4, 0, 0)]),
    ],
)
def test_layout(text: str, size: int, align: int, places: list[tuple[str, int, int, int]]) -> None:
    """A member lies at its own alignment, a bit-field with its neighbour only if their types have one size."""
    assert layout(text) == (size, align, places)


def test_members_of_anonymous_structs_are_found_from_outside() -> None:
    """`by_name` gives the offset of an inner member from the start of the outermost struct."""
    struct = checked("struct S { int a; struct { int b; union { int c; char d; }; }; };").type_of("struct S")
    assert isinstance(struct, StructType)
    assert {name: offset for name, (_, offset) in struct.layout.by_name.items()} == {"a": 0, "b": 4, "c": 8, "d": 8}
    assert isinstance(struct.layout.by_name["d"][0], Member)


# ---- integer types ------------------------------------------------------------------------------------------------

EXPRESSIONS = [
    "1", "2147483647", "4294967296", "0x7fffffff", "0x80000000", "0xffffffff", "0x100000000", "1u", "4294967295u",
    "4294967296u", "1l", "1ul", "1ll", "1ull", "1i64", "1ui64", "0xffffffffffffffff", "017777777777", "0b101", "1lu",
    "c + c", "uc + uc", "us << l", "us + 1", "i + u", "i + l", "u + l", "ul + i", "u + ll", "ul + ll", "ll + ull",
    "l + l",
    "u + ul", "e + e", "-uc", "~us", "!ll", "c ? c : uc", "i ? u : l", "i ? e : u", "c << ll", "ull >> i", "i < ll",
    "s.b3 + s.b3", "s.u31 + 0", "s.u32 + 0", "s.q40 + 0", "-s.u3", "s.ul32 + 0", "p - p", "sizeof(i)",
    "(char)1 + (char)1",
    "(c, uc)", "+c", "c = 1", "uc++", "c == uc", "c && uc", "i / u", "s.u3 ? s.u3 : s.u3", "i * s.u32", "L'x'", "'x'",
]  # fmt: skip
VARIABLES = """
enum E { A } e; char c; unsigned char uc; unsigned short us; int i; unsigned int u; long l; unsigned long ul;
__int64 ll; unsigned __int64 ull; int *p;
struct { int b3 : 3; unsigned int u3 : 3, u31 : 31, u32 : 32; unsigned __int64 q40 : 40; unsigned long ul32 : 32; } s;
"""


def type_of_expression(text: str) -> Type:
    """The type that our checker gives the expression, through the pointer type of a file-level declaration."""
    diagnostics, environment = Diagnostics(), NoBuiltIns()
    tokens = preprocess(SourceFile("t.c", f"{VARIABLES}\n{text};"), environment, diagnostics, FolderLoader(""))
    program = Checker(environment, diagnostics).check(parse(tokens, environment, diagnostics, "t.c"))
    assert diagnostics.errors == []
    statement = program.statements[-1]
    assert isinstance(statement, ExprStmt)
    return statement.expr.type


@needs_clang
def test_expressions_have_the_types_of_msvc(tmp_path: Path) -> None:
    """Constants, promotions, bit-fields and mixed operands get the types that C gives them under LLP64."""
    lines = [VARIABLES, "void f(void) {"]
    for number, text in enumerate(EXPRESSIONS):
        type = type_of_expression(text)
        spelled = str(type).replace("wchar_t", "unsigned short").replace("size_t", "unsigned __int64")
        lines.append(f'_Static_assert(__builtin_types_compatible_p(__typeof__({text}), {spelled}), "{number}");')
    source = tmp_path / "types.c"
    source.write_text("\n".join([*lines, "}"]))
    command = [str(CLANG), "--target=x86_64-pc-windows-msvc", "-fms-extensions", "-w", "-fsyntax-only", str(source)]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.stderr == ""


def test_decimal_constants_above_long_are_unsigned_long() -> None:
    """MSVC keeps the C90 rule here: 2147483648 is an unsigned long, where C99 has a signed 64-bit type."""
    assert [str(type_of_expression(t)) for t in ("2147483648", "4294967295")] == ["unsigned long", "unsigned long"]
    assert type_of_expression("2147483647") is INT
