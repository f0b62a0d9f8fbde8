"""A checked program to a compiled one."""

from __future__ import annotations

import ast
import os
import sys
import warnings
from collections.abc import Callable

from ..grammar import tree
from ..grammar.source import NOWHERE, Span
from . import emit
from .compiled import IMAGE_BYTES, PROGRAMS, UNCLAIMED, Compiled
from .functions import FunctionCompiler
from .unit import Unit, signature_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .compiled import DeviceRow, RegisterRow

DEPTH = 20_000  # the trees of a program may be as deep as its expressions


def generate(
    program: tree.Program,
    base: int,
    passes_stack: Callable[[str], bool],
    routine_address: Callable[[str], int],
    instrumented: bool = False,
) -> Compiled:
    """Make code for a program whose image is to lie at `base`."""
    return generate_part(program, Unit(base, passes_stack, routine_address, instrumented))


def generate_part(
    program: tree.Program, unit: Unit, borrowed: dict[tree.Variable, str] | None = None, valued: bool = False
) -> Compiled:
    """Make code for a program, or for the next part of one that grows: what is new in its code, all else as a whole."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, DEPTH))
    try:
        return _generate(program, unit, borrowed, valued)
    finally:
        sys.setrecursionlimit(limit)


def _generate(
    program: tree.Program, unit: Unit, borrowed: dict[tree.Variable, str] | None, valued: bool
) -> Compiled:
    unit.spans.index(Span(program.file, 1, 1, 1, 1))
    kernel = unit.image = unit.kernel
    base = unit.base
    unit.first_process = len(unit.processes)
    entry = f"main{unit.parts}" if unit.parts else "main"
    unit.parts += 1
    body = kernel_code(program, unit)
    if program.statements or program.devices or program.drivers or not program.functions or program.entry:
        local = locals_of(program.statements)
        body.append(FunctionCompiler(unit).script(program.statements, local, NOWHERE, entry, borrowed, valued))
    else:
        entry = ""
    drivers = driver_rows(program, unit)
    hardware, devices = device_code(program, unit, body)
    process_code(program, unit, body)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # `return` in a finally block is what the script says
        code = compile(ast.Module(body, []), "<dma>", "exec", dont_inherit=True, optimize=0)
    functions = tuple(
        (
            unit.image.function(function) if function in unit.addressed else 0,
            identifier,
            signature_text(function.type),
            function.name,
            unit.spans.index(function.span)[1],
        )
        for function, identifier in unit.functions.items()
    )
    externals = tuple((name, function.name, signature_text(function.type)) for function, name in unit.externals.items())
    return Compiled(
        program.file,
        code,
        base,
        bytes(kernel.writable.data),
        bytes(kernel.read_only.data),
        functions,
        externals,
        tuple((name, signature) for signature, name in unit.signatures.items()),
        tuple(unit.spans.table),
        dict(unit.arguments),
        entry,
        tuple((setting.name, setting.value) for setting in program.settings),
        exports(program, unit),
        hardware,
        devices,
        drivers,
        tuple(unit.processes),
        program.frames,
    )


def kernel_code(program: tree.Program, unit: Unit) -> list[ast.stmt]:
    """The functions at file level and those of the drivers."""
    for item in program.variables:
        place_variable(unit, item)
    body = [FunctionCompiler(unit).function(function) for function in program.functions]
    for driver in program.drivers:
        for item in driver.variables:
            place_variable(unit, item)
        body.extend(FunctionCompiler(unit).function(function) for function in driver.functions)
    return body


def driver_rows(program: tree.Program, unit: Unit) -> tuple[tuple[str, str, int, int], ...]:
    """The drivers to be loaded, in the order of the file."""
    rows = [
        (driver.name, driver.device, unit.function_address(driver.entry), driver.span)
        for driver in program.drivers
        if driver.entry is not None
    ]
    entry = program.entry
    if entry is not None:
        name = os.path.splitext(os.path.basename(program.file))[0]
        rows.append((name, UNCLAIMED, unit.function_address(entry), entry.span))
        rows.sort(key=lambda row: (row[3].line, row[3].column))
    return tuple((name, device, address, unit.spans.index(span)[1]) for name, device, address, span in rows)


def device_code(
    program: tree.Program, unit: Unit, body: list[ast.stmt]
) -> tuple[tuple[int, bytes, bytes], tuple[DeviceRow, ...]]:
    """The image of all devices, and a row for each new one; their functions go to the body."""
    if program.devices and unit.devices is None:
        unit.devices = unit.new_image(unit.base + IMAGE_BYTES)
    if unit.devices is None:
        return (0, b"", b""), ()
    image = unit.image = unit.devices
    rows = []
    for device in program.devices:
        for item in device.variables:
            place_variable(unit, item)
        body.extend(FunctionCompiler(unit).function(function) for function in device.functions)
        bars = tuple((bar.name, tuple(register_row(unit, one) for one in bar.registers)) for bar in device.bars)
        span = unit.spans.index(device.span)[1]
        rows.append((device.name, device.properties, bars, handler(unit, device.reset), span))
    return (image.base, bytes(image.writable.data), bytes(image.read_only.data)), tuple(rows)


def register_row(unit: Unit, register: tree.Register) -> RegisterRow:
    return (
        register.name,
        register.offset,
        register.size,
        unit.image.address(register.variable),
        register.reset,
        handler(unit, register.read),
        handler(unit, register.write),
    )


def handler(unit: Unit, function: tree.Function | None) -> str:
    return unit.function_name(function) if function is not None else ""


def process_code(program: tree.Program, unit: Unit, body: list[ast.stmt]) -> None:
    """Add a row for each process, with the image that it is given; their functions go to the body."""
    for index, process in enumerate(program.processes, unit.first_process):
        image = unit.image = unit.new_image(PROGRAMS + index * IMAGE_BYTES, True)
        for item in process.variables:
            place_variable(unit, item)
        body.extend(FunctionCompiler(unit).function(function) for function in process.functions)
        entry = f"p{index}"
        if process.main is not None:
            body.append(call_of_main(unit, process.main, process.name, entry))
        else:
            local = locals_of(process.statements)
            body.append(FunctionCompiler(unit).script(process.statements, local, process.span, entry))
        data = bytes(image.writable.data), bytes(image.read_only.data)
        unit.processes.append((process.name, entry, image.base, *data, unit.spans.index(process.span)[1]))


def call_of_main(unit: Unit, main: tree.Function, name: str, entry: str) -> ast.stmt:
    """What the C library does before `main`: the program's name is its only argument."""
    image = unit.image
    text = image.string(name.encode() + b"\0")
    vector = image.writable.base + image.writable.room(16, 8)
    image.write(vector, text.to_bytes(8, "little"))
    given = [emit.const(1), emit.const(vector), emit.const(0)][: len(main.parameters)]
    call = emit.call(unit.function_name(main), emit.name("sp"), *given)
    made = emit.function(entry, ["sp"], [ast.Return(call)])
    line, index = unit.spans.index(main.span)
    emit.place(made, line, index)
    emit.fill_positions(made, line, index)
    return made


def exports(program: tree.Program, unit: Unit) -> tuple[tuple[int, str, int], ...]:
    """Variables that the program uses and does not define: they are the kernel's."""
    own = unit.own
    own.update(item.variable for item in program.variables)
    for part in program.devices:
        own.update(item.variable for item in part.variables)
    for driver in program.drivers:
        own.update(item.variable for item in driver.variables)
    for process in program.processes:
        own.update(item.variable for item in process.variables)
    return tuple(
        (unit.image.address(variable), variable.name, variable.type.size)
        for variable in unit.image.known_variables()
        if variable not in own and variable.kind == "global"
    )


def place_variable(unit: Unit, item: tree.GlobalVariable) -> None:
    """Give a global its room and its first bytes."""
    where = unit.image.address(item.variable)
    initialiser = item.initialiser
    if initialiser is None:
        return
    if initialiser.data is not None:
        unit.image.write(where, initialiser.data)
    for offset, what, addend in initialiser.addresses:
        address = unit.address_of(what) + addend & 0xFFFF_FFFF_FFFF_FFFF
        unit.image.write(where + offset, address.to_bytes(8, "little"))


def locals_of(statements: tuple[tree.Stmt, ...]) -> list[tree.Variable]:
    """The locals that blocks at file level declare."""
    found: list[tree.Variable] = []
    todo: list[object] = list(statements)
    while todo:
        node = todo.pop()
        if isinstance(node, tree.Declare):
            if node.variable.kind == "local":
                found.append(node.variable)
        elif isinstance(node, tree.Stmt):
            todo.extend(getattr(node, name, ()) for name in ("body", "then", "otherwise", "first", "handler", "final"))
        elif isinstance(node, tuple):
            todo.extend(node)
    return found
