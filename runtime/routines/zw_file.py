"""Files as a driver opens and uses them."""

from __future__ import annotations

from ..io.file_requests import Control
from ..routine import routine
from ..services import files
from ..services.attributes import as_kernel, read_attributes
from ..services.files import Answer
from ..services.references import check_kernel_use
from .zw import own_variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..system import System

FILE_OPEN, FILE_OPENED = 1, 1
USE_FILE_POINTER_POSITION, WRITE_TO_END_OF_FILE = 0xFFFF_FFFF_FFFF_FFFE, 0xFFFF_FFFF_FFFF_FFFF
STATUS_OBJECT_NAME_INVALID = 0xC000_0033
TRANSFER = (  # the parameters of a read or write
    "HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock, "
    "PVOID Buffer, ULONG Length, PLARGE_INTEGER ByteOffset, PULONG Key"
)


def _open(
    nt: System, handle_at: int, access: int, attributes: int, iosb: int, share: int, disposition: int, options: int,
    file_attributes: int = 0,
) -> int:  # fmt: skip
    own_variables(nt, handle_at, 0, attributes, iosb)
    asked = read_attributes(nt, attributes)
    if asked.status:
        return asked.status
    if asked.root:
        nt.not_modelled("opening a file relative to another")
    if not asked.name.startswith("\\"):
        return STATUS_OBJECT_NAME_INVALID
    opened = as_kernel(
        nt,
        lambda nt: files.open_file(
            nt, asked.name, access, share=share, disposition=disposition, options=options, attributes=file_attributes,
            handle_attributes=asked.flags,
        ),
    )  # fmt: skip
    if opened.handle:
        nt.memory.write_uint(handle_at, 8, opened.handle)
        nt.memory.write_uint(iosb, 8, opened.status)
        nt.memory.write_uint(iosb + 8, 8, FILE_OPENED)
    return opened.status


@routine(
    "NTSTATUS ZwCreateFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes, "
    "PIO_STATUS_BLOCK IoStatusBlock, PLARGE_INTEGER AllocationSize, ULONG FileAttributes, ULONG ShareAccess, "
    "ULONG CreateDisposition, ULONG CreateOptions, PVOID EaBuffer, ULONG EaLength)",
    page="nf-wdm-zwcreatefile", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="ZwClose", calls_back=True,
)  # fmt: skip
def ZwCreateFile(
    nt: System, handle_at: int, access: int, attributes: int, iosb: int, size: int, file_attributes: int, share: int,
    disposition: int, options: int, extended: int, extended_length: int,
) -> int:  # fmt: skip
    """Open a device by its name. There are no files on disks."""
    return _open(nt, handle_at, access, attributes, iosb, share, disposition, options, file_attributes)


@routine(
    "NTSTATUS ZwOpenFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes, "
    "PIO_STATUS_BLOCK IoStatusBlock, ULONG ShareAccess, ULONG OpenOptions)",
    page="nf-wdm-zwopenfile", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="ZwClose", calls_back=True,
)  # fmt: skip
def ZwOpenFile(
    nt: System, handle_at: int, access: int, attributes: int, iosb: int, share: int, options: int
) -> int:  # fmt: skip
    return _open(nt, handle_at, access, attributes, iosb, share, FILE_OPEN, options)


def _answer(nt: System, handle: int, event: int, routine: int, context: int, iosb: int) -> Answer:
    check_kernel_use(nt, handle)
    return Answer(iosb, event, (routine, context) if routine else None)


def _offset(nt: System, offset_at: int) -> int | None:
    """The byte offset that a caller gives; None for the file's own position."""
    if not offset_at:
        return None
    offset = nt.memory.read_uint(offset_at, 8)
    return None if offset == USE_FILE_POINTER_POSITION else 0 if offset == WRITE_TO_END_OF_FILE else offset


def _transfer(
    nt: System, move: Callable[..., int], handle: int, answer: Answer, buffer: int, length: int, offset_at: int,
    key_at: int,
) -> int:  # fmt: skip
    """ZwReadFile and ZwWriteFile, which differ in the service only."""
    own_variables(nt, 0, 0, 0, 0, answer.iosb, 0, 0, offset_at, key_at)
    key = nt.memory.read_uint(key_at, 4) if key_at else 0
    return as_kernel(nt, move, handle, answer, buffer, length, _offset(nt, offset_at), key)


@routine(
    f"NTSTATUS ZwReadFile({TRANSFER})", page="nf-wdm-zwreadfile", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
    calls_back=True,
)  # fmt: skip
def ZwReadFile(
    nt: System, handle: int, event: int, routine: int, context: int, iosb: int, buffer: int, length: int,
    offset_at: int, key_at: int,
) -> int:  # fmt: skip
    answer = _answer(nt, handle, event, routine, context, iosb)
    return _transfer(nt, files.read, handle, answer, buffer, length, offset_at, key_at)


@routine(
    f"NTSTATUS ZwWriteFile({TRANSFER})", page="nf-wdm-zwwritefile", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
    calls_back=True,
)  # fmt: skip
def ZwWriteFile(
    nt: System, handle: int, event: int, routine: int, context: int, iosb: int, buffer: int, length: int,
    offset_at: int, key_at: int,
) -> int:  # fmt: skip
    answer = _answer(nt, handle, event, routine, context, iosb)
    return _transfer(nt, files.write, handle, answer, buffer, length, offset_at, key_at)


@routine(
    "NTSTATUS ZwDeviceIoControlFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext, "
    "PIO_STATUS_BLOCK IoStatusBlock, ULONG IoControlCode, PVOID InputBuffer, ULONG InputBufferLength, "
    "PVOID OutputBuffer, ULONG OutputBufferLength)",
    page="nf-ntifs-zwdeviceiocontrolfile", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntifs.h",
    calls_back=True,
)  # fmt: skip
def ZwDeviceIoControlFile(
    nt: System, handle: int, event: int, routine: int, context: int, iosb: int, code: int, source: int,
    source_length: int, target: int, target_length: int,
) -> int:  # fmt: skip
    own_variables(nt, 0, 0, 0, 0, iosb)
    what = Control(code, source, source_length, target, target_length)
    return as_kernel(nt, files.control, handle, _answer(nt, handle, event, routine, context, iosb), what)


@routine(
    "NTSTATUS ZwFlushBuffersFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock)",
    page="nf-ntifs-zwflushbuffersfile", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntifs.h", calls_back=True,
)  # fmt: skip
def ZwFlushBuffersFile(nt: System, handle: int, iosb: int) -> int:
    own_variables(nt, 0, iosb)
    check_kernel_use(nt, handle)
    return as_kernel(nt, files.flush, handle, iosb)
