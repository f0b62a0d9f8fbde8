"""A simulated machine for tests of the runtime: calls routines by name, keeps scratch memory, and says what went
wrong."""

from __future__ import annotations

from dmascript.runtime.ke.exceptions import BugCheck, Unwind
from dmascript.runtime.routines import find
from dmascript.runtime.system import Settings, System

CURRENT_PROCESS = 0xFFFF_FFFF_FFFF_FFFF


class Machine:
    """`nt` is the machine, in a process of its own; `scratch` is nonpaged memory of 64 KiB."""

    def __init__(self, verifier: int = 1, failures: tuple[tuple[str, int], ...] = (), **settings: object) -> None:
        chosen = Settings()
        chosen.verifier = verifier
        for name, value in settings.items():
            setattr(chosen, name, value)
        self.printed: list[str] = []
        self.nt = System(chosen, write=self.printed.append)
        self.nt.chooser.failures = frozenset((f"fail:{routine}", nth) for routine, nth in failures)
        self.nt.chooser.may_fail = bool(failures)
        self.nt.attach(self.nt.create_process("test"))
        self.scratch = self.nt.pool.allocate(1 << 16, 0)
        self._next = self.scratch

    def call(self, name: str, *arguments: int) -> int:
        row = find(name)
        assert row is not None and row.body is not None, f"{name} has no body"
        return row.body(self.nt, *arguments)

    def room(self, size: int) -> int:
        """Fresh zeroed scratch memory, aligned to 16 bytes."""
        where = self._next
        self._next += (size + 15) & -16
        self.nt.memory.write(where, bytes(size))
        return where

    def text(self, data: str | bytes) -> int:
        """The address of a terminated narrow string."""
        data = (data.encode() if isinstance(data, str) else data) + b"\0"
        where = self.room(len(data))
        self.nt.memory.write(where, data)
        return where

    def wide(self, text: str) -> int:
        data = text.encode("utf-16-le") + b"\0\0"
        where = self.room(len(data))
        self.nt.memory.write(where, data)
        return where

    def unicode(self, text: str = "", room: int = 0) -> int:
        """A UNICODE_STRING with a buffer of `room` bytes, or just as large as the text needs."""
        data = text.encode("utf-16-le")
        buffer, where = self.room(max(room, len(data))), self.room(16)
        self.nt.memory.write(buffer, data)
        self.set(where, 2, len(data))
        self.set(where + 2, 2, max(room, len(data)))
        self.set(where + 8, 8, buffer)
        return where

    def unicode_text(self, where: int) -> str:
        return self.nt.memory.read(self.get(where + 8, 8), self.get(where, 2)).decode("utf-16-le")

    def get(self, where: int, size: int = 8) -> int:
        return self.nt.memory.read_uint(where, size)

    def set(self, where: int, size: int, value: int) -> None:
        self.nt.memory.write_uint(where, size, value)

    def user(self, size: int, protect: int = 4, base: int = 0, kind: int = 0x3000) -> int:
        """Committed memory of the process."""
        base_at, size_at = self.room(8), self.room(8)
        self.set(base_at, 8, base)
        self.set(size_at, 8, size)
        assert self.call("ZwAllocateVirtualMemory", CURRENT_PROCESS, base_at, 0, size_at, kind, protect) == 0
        return self.get(base_at)

    def raised(self, name: str, *arguments: int) -> int | None:
        """The code of the exception that a call raises, as an __except around it would see it."""
        seh = self.nt.thread.seh
        seh.append(lambda record: 1)
        depth = len(seh)
        try:
            self.call(name, *arguments)
        except Unwind as unwind:
            return unwind.record.code
        finally:
            del seh[depth - 1 :]
        return None

    def stop(self, name: str, *arguments: int) -> tuple[int, int]:
        """Code and first parameter of the bug check in which a call ends."""
        try:
            self.call(name, *arguments)
        except BugCheck as bug:
            return bug.code, bug.parameters[0]
        raise AssertionError(f"{name} did not stop the machine: {self.rules}")

    @property
    def rules(self) -> list[str]:
        return [finding.rule.id for finding in self.nt.findings]

    @property
    def leaks(self) -> list[str]:
        """The rules of what is still held."""
        before = len(self.nt.findings)
        self.nt.charge_leaks()
        return [finding.rule.id for finding in self.nt.findings[before:]]
