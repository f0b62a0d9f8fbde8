"""How a request's buffers get into its IRP, and out of it again: buffered, direct and neither, and the four methods of
control codes.

For a transfer the Flags of the device at the top of the stack decide, for a control code its two low bits. Direct I/O
describes and locks the requestor's buffer; a length of zero makes neither buffer nor MDL."""

from __future__ import annotations

from .. import rules
from ..findings import plural
from ..ke.guarded import guarded
from ..mm.locking import pieces, probe_and_lock, unlock
from ..mm.mdl import span_pages
from ..mm.memory import USER_LIMIT
from ..wdk.constants import (
    DO_BUFFERED_IO,
    DO_DIRECT_IO,
    IRP_BUFFERED_IO,
    IRP_DEALLOCATE_BUFFER,
    IRP_INPUT_OPERATION,
    METHOD_BUFFERED,
    METHOD_IN_DIRECT,
    METHOD_NEITHER,
    METHOD_OUT_DIRECT,
    STATUS_ACCESS_VIOLATION,
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_SUCCESS,
)
from .irp import FLAGS, MDL_ADDRESS, SYSTEM_BUFFER, USER_BUFFER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

BUFFER_TAG = int.from_bytes(b"IoSB", "little")
READ_ACCESS, WRITE_ACCESS = 0, 1  # LOCK_OPERATION
USER_MODE = 1
# What a system buffer holds where nobody has written: recognisable, so that bytes of it that reach the requestor show.
UNWRITTEN = bytes((0xA5 + 0x3B * index + (index >> 3) * 0x0D) & 0xFF for index in range(256)) * 16
LEAST_UNWRITTEN = 8  # bytes in a row that are no coincidence


def may_access(nt: System, va: int, length: int, write: bool, mode: int) -> bool:
    """Whether the requestor may use a buffer so: what ProbeForRead and ProbeForWrite find out, page by page."""
    if not length:
        return True
    if mode == USER_MODE and va + length > USER_LIMIT:
        return False
    return pieces(nt, va, span_pages(va, length), write) is not None


def _system_buffer(nt: System, irp: int, length: int, source: int, source_length: int, flags: int) -> int:
    """Allocate a buffer in nonpaged pool for the IRP, with the requestor's bytes at its start."""
    where = nt.pool.allocate(length, BUFFER_TAG, special=nt.settings.verifier > 0)
    if not where:
        return STATUS_INSUFFICIENT_RESOURCES
    block = nt.pool.blocks[where]
    if nt.settings.verifier and length <= len(UNWRITTEN):
        nt.memory.write(where, UNWRITTEN[:length])
    if source_length:
        code = guarded(nt, lambda: nt.memory.write(where, nt.memory.read(source, source_length)))
        if code:
            nt.pool.free(where)
            return code
    assert not block.freed
    nt.memory.write_uint(irp + SYSTEM_BUFFER, 8, where)
    nt.memory.write_uint(irp + FLAGS, 4, nt.memory.read_uint(irp + FLAGS, 4) | flags)
    return STATUS_SUCCESS


def _locked_mdl(nt: System, irp: int, va: int, length: int, access: int, mode: int) -> int:
    """Describe and lock the requestor's buffer, as Irp->MdlAddress."""
    mdl = nt.mdls.create(va, length)
    if mdl is None:
        return STATUS_INSUFFICIENT_RESOURCES
    code = guarded(nt, probe_and_lock, nt, mdl, mode, access)
    if code:
        del nt.mdls.allocated[mdl.address]
        nt.pool.free(mdl.address)
        return code
    nt.let_go(rules.PAGES_LEFT_LOCKED, mdl.address)  # the I/O manager's to unlock
    nt.memory.write_uint(irp + MDL_ADDRESS, 8, mdl.address)
    return STATUS_SUCCESS


def describe_transfer(
    nt: System, irp: int, device_flags: int, buffer: int, length: int, write: bool, mode: int
) -> int:  # fmt: skip
    """Fill in what a read or write request has for a buffer. A status, and if that is an error nothing is held."""
    if device_flags & DO_BUFFERED_IO:
        if not may_access(nt, buffer, length, not write, mode):
            return STATUS_ACCESS_VIOLATION
        nt.memory.write_uint(irp + FLAGS, 4, IRP_BUFFERED_IO | (0 if write else IRP_INPUT_OPERATION))
        nt.memory.write_uint(irp + USER_BUFFER, 8, 0 if write else buffer)
        if not length:
            return STATUS_SUCCESS
        return _system_buffer(nt, irp, length, buffer, length if write else 0, IRP_DEALLOCATE_BUFFER)
    if device_flags & DO_DIRECT_IO:
        if not length:
            return STATUS_SUCCESS
        return _locked_mdl(nt, irp, buffer, length, READ_ACCESS if write else WRITE_ACCESS, mode)
    nt.memory.write_uint(irp + USER_BUFFER, 8, buffer)
    return STATUS_SUCCESS


def describe_control(
    nt: System, irp: int, code: int, source: int, source_length: int, target: int, target_length: int, mode: int,
    type3_at: int,
) -> int:  # fmt: skip
    """Fill in what a device control request has for buffers, by its method. `type3_at` is where the location has its
    Type3InputBuffer."""
    memory = nt.memory
    method = code & 3
    if method == METHOD_NEITHER:
        memory.write_uint(irp + USER_BUFFER, 8, target)
        memory.write_uint(type3_at, 8, source)
        return STATUS_SUCCESS
    if not may_access(nt, source, source_length, False, mode):
        return STATUS_ACCESS_VIOLATION
    length = source_length
    flags = IRP_BUFFERED_IO | IRP_DEALLOCATE_BUFFER
    if method == METHOD_BUFFERED:
        if not may_access(nt, target, target_length, True, mode):
            return STATUS_ACCESS_VIOLATION
        length = max(source_length, target_length)
        memory.write_uint(irp + USER_BUFFER, 8, target)
        flags |= IRP_INPUT_OPERATION if target_length else 0
    if length:
        status = _system_buffer(nt, irp, length, source, source_length, flags)
        if status:
            return status
    if method in (METHOD_IN_DIRECT, METHOD_OUT_DIRECT) and target_length:
        access = READ_ACCESS if method == METHOD_IN_DIRECT else WRITE_ACCESS
        status = _locked_mdl(nt, irp, target, target_length, access, mode)
        if status and length:
            nt.pool.free(memory.read_uint(irp + SYSTEM_BUFFER, 8))
        return status
    return STATUS_SUCCESS


def release_mdls(nt: System, irp: int) -> None:
    """Unlock and free every MDL that Irp->MdlAddress leads to, whoever put it there."""
    from ..routines.mdl import IoFreeMdl

    where = nt.memory.read_uint(irp + MDL_ADDRESS, 8)
    while where:
        mdl = nt.mdls.at(where)
        following = int(mdl.next)
        unlock(nt, mdl)
        nt.irps.gone[where] = irp
        IoFreeMdl(nt, where)
        where = following


def release_buffer(nt: System, irp: int, wanted: int, input_length: int) -> bytes:
    """Free the system buffer. The `wanted` bytes of it, if they are for the requestor."""
    memory = nt.memory
    flags = memory.read_uint(irp + FLAGS, 4)
    where = memory.read_uint(irp + SYSTEM_BUFFER, 8)
    if not flags & IRP_BUFFERED_IO or not where:
        return b""
    data = b""
    block = nt.pool.blocks.get(where)
    if flags & IRP_INPUT_OPERATION and wanted:
        if nt.settings.verifier and block is not None:
            wanted = min(wanted, block.size)
        data = memory.read(where, wanted)
        _check_written(nt, irp, data, input_length)
    if flags & IRP_DEALLOCATE_BUFFER:
        nt.irps.gone[where] = irp
        nt.pool.free(where)
    return data


def _check_written(nt: System, irp: int, data: bytes, input_length: int) -> None:
    """Bytes that nobody wrote are about to reach the requestor."""
    if not nt.settings.verifier or len(data) > len(UNWRITTEN) or len(data) - input_length < LEAST_UNWRITTEN:
        return
    rest = data[input_length:]
    differs = int.from_bytes(rest, "little") ^ int.from_bytes(UNWRITTEN[input_length : len(data)], "little")
    at = differs.to_bytes(len(rest), "little").find(bytes(LEAST_UNWRITTEN))
    if at >= 0:
        facts = [
            *nt.io.requests.facts(irp), ("Information", plural(len(data), "byte")),
            ("not written", f"from byte {input_length + at} on"),
        ]  # fmt: skip
        nt.violation(rules.UNWRITTEN_BYTES_RETURNED, (), facts, ("irp", irp))
