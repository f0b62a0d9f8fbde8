"""A program ready to run, as plain data that `marshal` can keep: code objects, bytes, numbers and names."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

    RegisterRow = tuple[str, int, int, int, int, str, str]
    BarRow = tuple[str, tuple[RegisterRow, ...]]
    DeviceRow = tuple[str, tuple[tuple[str, int | str], ...], tuple[BarRow, ...], str, int]

FORMAT = 3

# Where the parts of a driver image lie, from its base.
CODE = 0x1000
FUNCTION_BYTES = 0x40
DATA = 0x10_0000
READ_ONLY = 0x800_0000
IMAGE_BYTES = 0x1000_0000  # from one image to the next
UNCLAIMED = "*"  # in the place of a device: those that no driver block names
PROGRAMS = 0x7FF6_0000_0000  # where the image of the first process lies, in its own user space


class Compiled:
    """`functions` lists (address or 0, Python name, signature, name in the script, span); `externals` (Python name,
    routine, signature); `tables` (Python name, signature) of the function-pointer tables; `spans` (file, line,
    column, end column); `arguments` maps the span of a routine call to those of its arguments; `entry` is "main", or
    the function to start; `exports` are the variables of the kernel that the program reads: (address, name, size).

    Spans of blocks are those of their names. `hardware` is the image of the devices: (base, writable, read-only).
    A handler is the Python name of its function, or "".
    devices   (name, ((property, value)...), ((block, ((register, offset, size, address, reset, read, write)...))...),
              reset, span)
    drivers   (name, device or "" or UNCLAIMED, address of DriverEntry, span), in file order
    processes (name, Python name of what it runs, base, writable, read-only, span)
    frames    (file, text) of the C around driver blocks"""

    FIELDS = (
        "file",
        "code",
        "base",
        "writable",
        "read_only",
        "functions",
        "externals",
        "tables",
        "spans",
        "arguments",
        "entry",
        "settings",
        "exports",
        "hardware",
        "devices",
        "drivers",
        "processes",
        "frames",
    )
    __slots__ = FIELDS

    file: str
    code: CodeType
    base: int
    writable: bytes
    read_only: bytes
    functions: tuple[tuple[int, str, str, str, int], ...]
    externals: tuple[tuple[str, str, str], ...]
    tables: tuple[tuple[str, str], ...]
    spans: tuple[tuple[str, int, int, int], ...]
    arguments: dict[int, tuple[int, ...]]
    entry: str
    settings: tuple[tuple[str, int | str], ...]
    exports: tuple[tuple[int, str, int], ...]
    hardware: tuple[int, bytes, bytes]
    devices: tuple[DeviceRow, ...]
    drivers: tuple[tuple[str, str, int, int], ...]
    processes: tuple[tuple[str, str, int, bytes, bytes, int], ...]
    frames: tuple[tuple[str, str], ...]

    def __init__(self, *values: object) -> None:
        for name, value in zip(self.FIELDS, values, strict=True):
            setattr(self, name, value)

    def as_tuple(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.FIELDS)
