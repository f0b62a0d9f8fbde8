"""What generated code finds in its globals besides memory: division, bytes, exceptions, the stack's end."""

from __future__ import annotations

from ..runtime import rules
from ..runtime.ke.exceptions import ExceptionRecord, Unwind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..runtime.system import System

EXCEPTION_BYTES = 0x98  # EXCEPTION_RECORD
POINTERS_BYTES = 0x10
CONTEXT_BYTES = 0x4D0


def install(nt: System, names: dict[str, object]) -> None:
    """Put the helpers into the globals of generated code."""
    faults, memory = nt.faults, nt.memory

    def divide(left: int, right: int, low: int) -> int:
        """C's signed `/`: towards zero. `low` is the least value of the type, whose division by -1 overflows."""
        while not right:
            right = faults.divide_by_zero()
        if right == -1 and left == low:
            return faults.divide_overflow()
        quotient = abs(left) // abs(right)
        return quotient if (left < 0) == (right < 0) else -quotient

    def remainder(left: int, right: int, low: int) -> int:
        while not right:
            right = faults.divide_by_zero()
        if right == -1 and left == low:
            return faults.divide_overflow()
        rest = abs(left) % abs(right)
        return -rest if left < 0 else rest

    def load_bytes(where: int, size: int) -> bytes:
        return memory.read(where & 0xFFFF_FFFF_FFFF_FFFF, size, True)

    def store_bytes(where: int, data: bytes) -> None:
        memory.write(where & 0xFFFF_FFFF_FFFF_FFFF, data, True)

    def overflow(left: int) -> int:
        thread = nt.thread
        if thread.user:
            while True:
                faults.raise_exception(0xC000_00FD)
        facts = [("stack", f"{thread.stack_bytes} bytes, {-left} too few")]
        if nt.hardware.current is not None:
            nt.hardware.current.fault("its stack is used up", facts)
        nt.violation(rules.STACK_OVERFLOW, (thread.stack_low - 8, 0, 0), facts)
        return left

    def exception_pointers(record: ExceptionRecord) -> int:
        """EXCEPTION_POINTERS in simulated memory, with the EXCEPTION_RECORD and an empty CONTEXT behind it."""
        if not record.memory:
            where = nt.exception_area(POINTERS_BYTES + EXCEPTION_BYTES + CONTEXT_BYTES)
            inner = where + POINTERS_BYTES
            memory.write_uint(where, 8, inner)
            memory.write_uint(where + 8, 8, inner + EXCEPTION_BYTES)
            memory.write(inner, bytes(EXCEPTION_BYTES))
            memory.write_uint(inner, 4, record.code)
            memory.write_uint(inner + 4, 4, record.flags)
            memory.write_uint(inner + 16, 8, record.address)
            memory.write_uint(inner + 24, 4, len(record.information))
            for index, word in enumerate(record.information):
                memory.write_uint(inner + 32 + 8 * index, 8, word)
            record.memory = where
        return record.memory

    names.update(
        NT=nt,
        DIV=divide,
        REM=remainder,
        ZERO=faults.divide_by_zero,
        LB=load_bytes,
        SB=store_bytes,
        PB=piece,
        FU=unsigned,
        FS=signed,
        BF=bytes_from,
        OVERFLOW=overflow,
        XINFO=exception_pointers,
        UNWIND=Unwind,
        ALWAYS=always,
        NEVER=never,
        RESUME=resume,
        POINT=nt.preemption_point,
    )


def piece(data: bytes, offset: int, size: int) -> bytes:
    return data[offset : offset + size]


def unsigned(data: bytes) -> int:
    return int.from_bytes(data, "little")


def signed(data: bytes) -> int:
    return int.from_bytes(data, "little", signed=True)


def bytes_from(value: int, size: int) -> bytes:
    return (value & ((1 << 8 * size) - 1)).to_bytes(size, "little")


def always(record: ExceptionRecord) -> int:
    return 1


def never(record: ExceptionRecord) -> int:
    return 0


def resume(record: ExceptionRecord) -> int:
    return -1
