"""How control leaves simulated code: exceptions that unwind, and stops that end the machine.

Structured exceptions have two phases. A registration stack per thread (`Thread.seh`) holds one filter for each active
__try with an __except; `dispatch` asks them from the innermost out, while nothing has been unwound yet. Only when one
says EXCEPTION_EXECUTE_HANDLER is Unwind thrown to that entry, and the __finally bodies between run on its way."""

from __future__ import annotations

EXCEPTION_NONCONTINUABLE = 1


class ExceptionRecord:
    """An EXCEPTION_RECORD: `code` is an unsigned NTSTATUS, `information` its parameters, `address` where it
    happened."""

    __slots__ = ("code", "flags", "address", "information", "memory")

    def __init__(self, code: int, information: tuple[int, ...] = (), flags: int = 0, address: int = 0) -> None:
        self.code = code & 0xFFFF_FFFF
        self.information = information
        self.flags = flags
        self.address = address
        self.memory = 0  # the address of its EXCEPTION_POINTERS, once a filter asked for them

    @property
    def signed_code(self) -> int:
        return self.code - 0x1_0000_0000 if self.code & 0x8000_0000 else self.code


class Unwind(BaseException):
    """Thrown to the __except block whose filter took the exception: the entry `index` of the thread's registration
    stack."""

    def __init__(self, index: int, record: ExceptionRecord) -> None:
        self.index = index
        self.record = record


class MachineStop(BaseException):
    """The machine has stopped; no simulated code runs any more, not even __finally bodies."""


class BugCheck(MachineStop):
    """A bug check: code and four parameters, unsigned 64-bit."""

    def __init__(self, code: int, parameters: tuple[int, int, int, int]) -> None:
        self.code = code
        self.parameters = parameters


class NotModelled(MachineStop):
    """A routine without a body was called; its report has been made."""


class Deadlock(MachineStop):
    """No thread can ever run again; the findings say who waits for what."""


class HostLimit(MachineStop):
    """A limit of the host was reached: `limit` says which ("steps", "memory", "output")."""

    def __init__(self, limit: str, message: str) -> None:
        self.limit = limit
        self.message = message
