"""The tables of the simulated NT against the written reference, and against each other."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dmascript.grammar.check import Checker
from dmascript.grammar.predefined import check_built_in
from dmascript.grammar.source import Diagnostics
from dmascript.grammar.types import FunctionType, IntType, PointerType, StructLayout, StructType, Type
from dmascript.interp.environment import BuiltIns
from dmascript.runtime import routines
from dmascript.runtime.routine import MEMBERS, ROWS, Routine, irql_range, parameter_name
from dmascript.runtime.wdk import bugchecks, callbacks, constants, declarations, layouts
from dmascript.runtime.wdk.structures import STRUCTURES

REFERENCE = Path(__file__).parent / "reference"

# Groups of the reference that are prose or formulas, not constants.
_NOT_CONSTANTS = {"ctl_code", "ntstatus_macros", "irql_x64_notes", "exception_filter", "x64_address_space"}

# The reference gives the size without IrpExtension, a member that it lists at 0xC8.
_LONGER = {("IRP", "Tail.Overlay"): 88}


@cache
def reference(name: str) -> dict[str, Any]:
    with open(REFERENCE / name, "rb") as file:
        return tomllib.load(file)


@cache
def all_rows() -> dict[str, Routine]:
    for name in routines.names():
        routines.find(name)
    routines.find_member("")
    return {**ROWS, **MEMBERS}


def words(c_text: str) -> list[str]:
    """The words and stars of a type, each apart."""
    return re.findall(r"\w+|[*]", c_text)


def split_prototype(prototype: str) -> tuple[list[str], list[list[str]]]:
    """The words of what stands before the parameters without the name, and those of each parameter."""
    before, _, inside = prototype.partition("(")
    parameters = [] if inside[:-1] in ("", "VOID") else inside[:-1].split(",")
    return words(before)[:-1], [words(text.replace("...", " ")) for text in parameters]


def expected_prototype(entry: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    parameters = [
        [] if p["type"] == "..." else [*words(p["type"]), p["name"]] for p in entry["params"]
    ]
    return words(entry["returns"]), parameters


def declared(name: str, entry: dict[str, Any]) -> Any:
    """The row, callback or macro that stands for an entry of the reference."""
    if name in callbacks.MACROS:
        return callbacks.MACROS[name]
    if entry.get("type") in callbacks.CALLBACKS:
        return callbacks.CALLBACKS[entry["type"]]
    return all_rows()[name]


# ---- routines ----------------------------------------------------------------------------------------------------


def test_every_entry_of_the_reference_has_its_prototype() -> None:
    """All 361 entries stand in the tables with the types and parameter names that the reference gives."""
    entries = reference("api.toml")["api"]
    wrong = []
    for name, entry in entries.items():
        found = declared(name, entry)
        if name == "KdPrint":  # takes an argument list in double parentheses, which no prototype can say
            continue
        if split_prototype(found.prototype) != expected_prototype(entry):
            wrong.append((name, found.prototype))
    assert len(entries) == 361
    assert not wrong


def test_every_entry_of_the_reference_has_its_irql() -> None:
    """The lowest and highest IRQL of every entry are those of the reference, where it knows them."""
    wrong = [
        (name, found.irql)
        for name, entry in reference("api.toml")["api"].items()
        if "irql_min" in entry
        and ((found := declared(name, entry)).irql_min, found.irql_max) != (entry["irql_min"], entry["irql_max"])
    ]
    assert not wrong


def test_every_entry_of_the_reference_has_its_page() -> None:
    """Rows, callbacks and macros name the page that the reference takes them from."""
    entries = reference("api.toml")["api"]
    assert not [name for name, entry in entries.items() if declared(name, entry).page != entry["page"]]


def test_members_have_the_type_and_version_of_the_reference() -> None:
    """A member of DMA_OPERATIONS knows its pointer type and the version of the table that first has it."""
    entries = reference("api.toml")["api"].items()
    members = {n: (e["type"], e["dma_operations_version"]) for n, e in entries if "dma_operations_version" in e}
    assert {name: (row.type, row.version) for name, row in MEMBERS.items()} == members


def test_what_undoes_a_routine_is_known() -> None:
    """Whatever a row names as its undo is itself a routine, a member of DMA_OPERATIONS, or one of the same table."""
    assert not [row.name for row in all_rows().values() if row.undo and row.undo not in all_rows()]


def test_the_index_of_routines_is_that_of_the_modules() -> None:
    """Each routine module holds exactly the routines that the index says."""
    folder = Path(routines.__file__).parent
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__", "dma_operations"}
    assert modules >= set(routines.MODULES)
    for module, text in routines.MODULES.items():
        source = (folder / f"{module}.py").read_text(encoding="utf-8")
        assert {name for name in text.split() if not re.search(rf"\b{name}\(", source)} == set(), module
    all_rows()
    assert set(ROWS) == set(routines.names())


def test_a_routine_stands_once() -> None:
    """No routine stands in two modules."""
    names = [name for text in routines.MODULES.values() for name in text.split()]
    assert len(names) == len(set(names))


def test_finding_a_routine_imports_only_its_module() -> None:
    """The index is read without importing any routine module."""
    code = (
        "import sys; from dmascript.runtime import routines; routines.find('InsertTailList');"
        "print(sorted(m for m in sys.modules if m.startswith('dmascript.runtime.routines.')),"
        " [m for m in ('enum', 're', 'dataclasses', 'typing', 'pickle') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-S", "-c", _with_path(code)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['dmascript.runtime.routines.list_'] []"


def _with_path(code: str) -> str:
    """The code with the package found as it is found here: without site, nothing else is imported at start."""
    root = str(Path(routines.__file__).parent.parent.parent)
    return f"import sys; sys.path.insert(0, {root!r}); import dmascript; dmascript.__path__.append({root!r}); {code}"


def test_irql_texts_are_of_the_small_form() -> None:
    """Each IRQL is `any`, one comparison with a level, or two joined by `if` and `else`."""
    comparison = r"(<=|>=|==) (PASSIVE_LEVEL|APC_LEVEL|DISPATCH_LEVEL|DIRQL|HIGH_LEVEL)"
    form = re.compile(rf"any|{comparison}|{comparison} if [\w ]+ else {comparison}")
    assert not [row.irql for row in all_rows().values() if not form.fullmatch(row.irql)]
    assert irql_range("<= APC_LEVEL if pageable else <= DISPATCH_LEVEL") == (0, 2)


def test_a_body_must_fit_its_prototype() -> None:
    """A body with too few parameters, or without the tail of a variadic routine, is refused."""
    row = Routine("ULONG DbgPrint(PCSTR Format, ...)", "", "any")
    assert row.parameters == ("Format",)
    with pytest.raises(TypeError):
        row.attach(lambda nt, template: 0)
    with pytest.raises(TypeError):
        row.attach(lambda nt, *arguments: 0)
    row.attach(lambda nt, template, *arguments: 0)


def test_parameter_names_are_read_off_the_prototype() -> None:
    """Stars, qualifiers and array bounds do not hide the name of a parameter."""
    texts = ["PMDL Mdl", " PVOID *Object", "LONG volatile *Addend", "UCHAR Data[4]"]
    assert [parameter_name(text) for text in texts] == ["Mdl", "Object", "Addend", "Data"]


# ---- constants ---------------------------------------------------------------------------------------------------


def test_every_constant_of_the_reference_has_its_value() -> None:
    """All constants are there with the values of the reference."""
    wrong = []
    for group, values in reference("constants.toml").items():
        for name, value in values.items() if group not in _NOT_CONSTANTS else ():
            number = int(value, 0) if isinstance(value, str) else value
            found = constants.lookup(name)
            if found is None or found[0] != number:
                wrong.append((name, found, number))
    assert not wrong


def test_constants_are_grouped_once() -> None:
    """Each constant belongs to one group, and is a name of the module."""
    names = [name for _, values in constants.GROUPS.values() for name in values]
    assert len(names) == len(set(names))
    assert all(getattr(constants, name) == constants.lookup(name)[0] for name in names)  # type: ignore[index]


def test_enumerations_are_groups_of_constants() -> None:
    """An enumeration's group has the enumeration as its type."""
    for tag, (group, typedefs) in declarations.ENUMS.items():
        assert constants.GROUPS[group][0] == typedefs.split()[0], tag


# ---- types -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker(BuiltIns(), Diagnostics())


def place(layout: StructLayout, path: str) -> tuple[int, int, int, Type]:
    """Offset, first bit and width of a field by its dotted name, and its type."""
    offset = 0
    type: Type = StructType(layout)
    bit = width = 0
    for name in path.split("."):
        assert isinstance(type, StructType)
        member, base = type.layout.by_name[name]
        offset, type, bit, width = offset + base, member.type, member.bit_offset, member.bit_width
    return offset, bit, width, type


@pytest.mark.parametrize("name", reference("structs.toml")["struct"])
def test_layouts_that_the_checker_computes_are_those_of_the_reference(checker: Checker, name: str) -> None:
    """Size, alignment and every field of a documented structure, from its C text, are those of Windows."""
    struct = reference("structs.toml")["struct"][name]
    type = checker.type_of(name)
    assert isinstance(type, StructType)
    assert (type.size, type.align) == (struct["size"], struct["align"])
    for field in struct["fields"]:
        offset, bit, width, field_type = place(type.layout, field["name"])
        if "bit_offset" in field:
            expected = 8 * field["offset"] + field["bit_offset"], field["bit_width"]
            assert (8 * offset + bit, width) == expected, field["name"]
        else:
            size = _LONGER.get((name, field["name"]), field["size"])
            assert (offset, field_type.size) == (field["offset"], size), field["name"]
    assert not list(checker.context.diagnostics)


def test_offsets_are_those_of_the_reference() -> None:
    """The table that kernel code reads has every field of the reference."""
    for name, struct in reference("structs.toml")["struct"].items():
        fields = layouts.FIELDS["_" + name]
        assert layouts.SIZES["_" + name] == struct["size"]
        assert layouts.ALIGNMENTS.get("_" + name, 8) == struct["align"]
        assert list(fields) == [field["name"] for field in struct["fields"]]
        for field in struct["fields"]:
            size = _LONGER.get((name, field["name"]), field.get("size", 0))
            bits = (field["bit_offset"], field["bit_width"]) if "bit_offset" in field else ()
            assert fields[field["name"]] == (field["offset"], size, *bits)


def test_every_type_can_be_declared(checker: Checker) -> None:
    """Each built-in typedef and tag is sound C whose own types are known."""
    for name in declarations.typedef_texts():
        assert checker.type_of(name) is not None, name
    for tag in (*STRUCTURES, *declarations.RECORDS):
        type = checker.type_of("struct " + tag)
        assert isinstance(type, StructType), tag
        assert type.size > 0, tag
    assert not list(checker.context.diagnostics)


def test_every_routine_can_be_declared() -> None:
    """Each prototype is sound C whose types are known, and its parameter names are those that the row splits off."""
    built_ins = BuiltIns()
    checker = Checker(built_ins, Diagnostics())
    for name in routines.names():
        symbol = checker._names.find(name)
        assert symbol is not None, name
        assert isinstance(symbol.type, FunctionType), name
        row = routines.find(name)
        assert row is not None
        assert symbol.type.names == row.parameters
        assert symbol.type.variadic == row.variadic
    assert not list(checker.context.diagnostics)


def test_every_constant_has_an_integer_type(checker: Checker) -> None:
    """The type that a constant's group names is an integer type that holds the value, signed or not."""
    for name, (c_type, values) in constants.GROUPS.items():
        for constant, value in values.items():
            symbol = checker._names.find(constant)
            assert symbol is not None, constant
            assert isinstance(symbol.type, IntType), (name, c_type)
            assert (symbol.value - value) % (1 << 8 * symbol.type.size) == 0, constant  # type: ignore[union-attr]


def test_members_of_dma_operations_are_function_pointers(checker: Checker) -> None:
    """Each member of DMA_OPERATIONS but Size is a pointer to a function of the member's prototype."""
    all_rows()
    type = checker.type_of("DMA_OPERATIONS")
    assert isinstance(type, StructType)
    names = [member.name for member in type.layout.members[1:]]
    assert names == [name for name in layouts.FIELDS["_DMA_OPERATIONS"] if name != "Size"]
    assert set(names) == set(MEMBERS)
    for member in type.layout.members[1:]:
        assert isinstance(member.type, PointerType)
        assert isinstance(member.type.target, FunctionType)
        assert member.type.target.names == MEMBERS[member.name].parameters


def test_the_macros_are_sound() -> None:
    """Every #define of the built-in header can be read, and none hides a routine or a typedef."""
    text = BuiltIns().macros()
    check_built_in(text)
    names = set(re.findall(r"^#define (\w+)", text, re.MULTILINE))
    assert not names & {*routines.names(), *declarations.typedef_texts()}
    assert set(callbacks.MACROS) - names == {"GetExceptionCode", "GetExceptionInformation"}


# ---- bug checks --------------------------------------------------------------------------------------------------


def test_every_bug_check_of_the_reference_is_known() -> None:
    """All 63 bug checks and their 461 sub-codes are there, with the meaning of their parameters."""
    cases = 0
    table = reference("bugchecks.toml")["bugcheck"]
    for name, entry in table.items():
        found = bugchecks.describe(entry["code"])
        assert found is not None
        assert (found.name, found.page, found.meaning) == (name, entry["page"], entry["meaning"])
        assert found.selector == entry.get("sub_code_parameter", 0)
        for case in entry.get("sub", ()):
            cases += 1
            sub = bugchecks.sub(entry["code"], case["code"], case.get("violation"))
            assert sub is not None
            assert (sub.cause, list(sub.parameters)) == (case["cause"], case["params"])
    assert (len(table), cases) == (63, 461)


def test_an_unknown_bug_check_has_no_name() -> None:
    """Asking for a code that is not known gives nothing, and no error."""
    assert bugchecks.describe(0x12345) is None
    assert bugchecks.name_of(0x12345) == bugchecks.meaning_of(0x12345) == ""
    assert bugchecks.sub(0xC4, 0xFFFF) is None
