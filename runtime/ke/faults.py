"""Page faults, and the dispatch of exceptions: what __except may catch and what stops the machine."""

from __future__ import annotations

from .. import rules
from ..findings import address
from ..mm.mdl_checks import made_read_only, written_under_read_lock
from ..mm.memory import ADDRESS_MASK, KERNEL_BASE
from ..mm.protection import clear_guard
from ..mm.special_pool import SPECIAL, SPECIAL_END
from ..mm.store import PAGE
from ..routines import find
from ..services.programs import exit_process
from .exceptions import EXCEPTION_NONCONTINUABLE, ExceptionRecord, Unwind
from .processor import DISPATCH_LEVEL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..findings import Moment
    from ..mm.memory import Region
    from ..system import System

STATUS_ACCESS_VIOLATION = 0xC000_0005
STATUS_INTEGER_DIVIDE_BY_ZERO = 0xC000_0094
STATUS_INTEGER_OVERFLOW = 0xC000_0095
STATUS_NONCONTINUABLE_EXCEPTION = 0xC000_0025
STATUS_GUARD_PAGE_VIOLATION = 0x8000_0001
STATUS_BREAKPOINT = 0x8000_0003
USER_END = 0x8000_0000_0000
NULL_END = 0x1_0000  # nothing is ever mapped below
ENTRY_REACH = 4096  # bytes between a list entry and the object that it is part of
MOST_PAST = 64  # mappings that are remembered when they are gone
NESTED_LIMIT = 10  # dispatches inside filters before the kernel stack would be used up

CODE_NAMES = {
    0xC000_0005: "STATUS_ACCESS_VIOLATION",
    0xC000_0094: "STATUS_INTEGER_DIVIDE_BY_ZERO",
    0xC000_0095: "STATUS_INTEGER_OVERFLOW",
    0xC000_0025: "STATUS_NONCONTINUABLE_EXCEPTION",
    0x8000_0001: "STATUS_GUARD_PAGE_VIOLATION",
    0x8000_0002: "STATUS_DATATYPE_MISALIGNMENT",
    0x8000_0003: "STATUS_BREAKPOINT",
    0xC000_009A: "STATUS_INSUFFICIENT_RESOURCES",
    0xC000_00A1: "STATUS_WORKING_SET_QUOTA",
    0xC000_000D: "STATUS_INVALID_PARAMETER",
    0xC000_0001: "STATUS_UNSUCCESSFUL",
    0xC000_0264: "STATUS_RESOURCE_NOT_OWNED",
    0xC000_0374: "STATUS_HEAP_CORRUPTION",
}

# What the code of a device does, which knows nothing of statuses.
IN_HARDWARE = {
    STATUS_ACCESS_VIOLATION: "it touches memory that it does not have",
    STATUS_INTEGER_DIVIDE_BY_ZERO: "it divides by zero",
    STATUS_INTEGER_OVERFLOW: "a quotient does not fit",
}


class Faults:
    """The trap handlers of one machine. `past` are mappings that were given back: start, end, what they were, when.
    `emptied` is the head of the last list that somebody has taken an entry from when there was none."""

    __slots__ = ("nt", "past", "emptied")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.past: list[tuple[int, int, str, Moment]] = []
        self.emptied = 0

    def unmapped(self, region: Region, what: str, moment: Moment) -> None:
        """A mapping in system space has been given back. A fault there will say so."""
        self.past.append((region.start, region.end, what, moment))
        if len(self.past) > MOST_PAST:
            del self.past[0]

    def _gone(self, va: int, write: bool, stop: tuple[int, int | None], parameters: tuple[int, ...]) -> None:
        """An address is touched that a mapping had until lately."""
        for start, end, what, moment in reversed(self.past):
            if start <= va < end:
                facts = [("address", address(va)), ("was", what), ("access", "write" if write else "read")]
                marks = [(moment, "unmapped here")]
                self.nt.violation(rules.USED_AFTER_UNMAP, parameters, facts, stop=stop, marks=marks)
                return

    def _near_empty_list(self, va: int) -> tuple[list[tuple[str, str]], list[tuple[Moment, str]]]:
        """Facts and marks of an address that was computed from the head of an empty list."""
        if not self.emptied or abs(va - self.emptied) >= ENTRY_REACH:
            return [], []
        moment = self.nt.history["list", self.emptied]["changed"]
        fact = f"{address(self.emptied)}, the head of an empty list, which was taken for an entry"
        return [("near", fact)], [(moment, "the list was empty here")]

    def user_touched(self, va: int) -> None:
        """Kernel code touches memory of a program. On behalf of a request that must be the requestor's: an address says
        nothing in another process."""
        nt = self.nt
        thread = nt.thread
        if not thread.cause or thread.user or thread.home is not None or nt.hardware.current is not None:
            return
        request = nt.io.requests.alive.get(thread.cause)
        if request is None or request.process is None or request.process is nt.process:
            return
        facts = [
            *nt.io.requests.facts(request.irp), ("address", f"{address(va)} of process {request.process.name}"),
            ("seen now", f"process {nt.process.name}"),
        ]  # fmt: skip
        nt.violation(rules.USER_ADDRESS_ELSEWHERE, (), facts, ("irp", request.irp))

    def page_fault(self, va: int, write: bool, in_driver: bool) -> None:
        """An access that the page tables do not allow. Returns if it shall be tried again."""
        nt = self.nt
        irql = nt.irql
        if nt.hardware.current is not None:  # on no processor: what its own __try does not take ends the run
            self.raise_exception(STATUS_ACCESS_VIOLATION, (int(write), va))
            return
        if USER_END <= va < KERNEL_BASE:  # not canonical: a general protection fault, which tells no address
            self.raise_exception(STATUS_ACCESS_VIOLATION, (int(write), ADDRESS_MASK))
            return
        if SPECIAL - PAGE <= va < SPECIAL_END and nt.memory.region_at(va) is None:
            nt.pool.special.fault(va, write, in_driver)
        region = nt.memory.region_at(va)
        if write and region is not None and written_under_read_lock(nt, region, va):
            return
        mapped = nt.memory.permits(va, write)
        if NULL_END <= va < USER_END and nt.thread.cause:
            self.user_touched(va)
        if irql >= DISPATCH_LEVEL:
            if va < NULL_END:
                self._null_of_failure(va, (0xD1 if in_driver else 0x0A, None), (va, irql, int(write), nt.instruction()))
            if mapped:
                rule = rules.PAGEABLE_AT_DISPATCH if in_driver else rules.KERNEL_PAGEABLE_AT_DISPATCH
            else:
                rule = rules.INVALID_ADDRESS_AT_DISPATCH
            code = 0xD1 if in_driver else 0x0A
            parameters = (va, irql, int(write), nt.instruction())
            if not mapped:
                self._gone(va, write, (code, None), parameters)
            near, marks = self._near_empty_list(va)
            facts = [("address", nt.describe(va)), *near]
            if rule.stop == (code, None):
                nt.violation(rule, parameters, facts, marks=marks)
            else:
                nt.bug_check(rule, code, parameters)
        if va < USER_END:
            if region is not None and region.guard:
                clear_guard(nt, region, va)
                self.raise_exception(STATUS_GUARD_PAGE_VIOLATION, (int(write), va))
                return
            self.raise_exception(STATUS_ACCESS_VIOLATION, (int(write), va))
            return
        facts = [("address", nt.describe(va)), ("access", "write" if write else "read")]
        if nt.memory.permits(va, False):
            nt.violation(rules.WRITE_TO_READ_ONLY, (va, 0, 0, 0), facts, marks=made_read_only(nt, va))
        block = nt.pool.freed_at(va)
        about = None
        if block is not None:
            facts.append(("freed", f"pool block {address(block.address)}, {block.size} bytes, tag '{block.tag_text}'"))
            about = ("pool", block.address)
        parameters = (va, 2 if write else 0, nt.instruction(), 2)
        self._gone(va, write, (0x50, None), parameters)
        near, marks = self._near_empty_list(va)
        nt.violation(rules.PAGE_FAULT_IN_NONPAGED_AREA, parameters, [*facts, *near], about, marks=marks)

    def divide_by_zero(self) -> int:
        self.raise_exception(STATUS_INTEGER_DIVIDE_BY_ZERO)
        return 1  # continued by a filter: the division is tried with a divisor that works

    def divide_overflow(self) -> int:
        self.raise_exception(STATUS_INTEGER_OVERFLOW)
        return 0

    def raise_exception(self, code: int, information: tuple[int, ...] = (), noncontinuable: bool = False) -> None:
        """Raise a structured exception; returns only if a filter answers EXCEPTION_CONTINUE_EXECUTION."""
        flags = EXCEPTION_NONCONTINUABLE if noncontinuable else 0
        self.dispatch(ExceptionRecord(code, information, flags, self.nt.instruction()))

    def dispatch(self, record: ExceptionRecord) -> None:
        """Ask the filters from the innermost out, then unwind to the one that takes the exception."""
        nt = self.nt
        thread = nt.thread
        if thread.filters_running >= NESTED_LIMIT:
            if nt.hardware.current is not None:
                nt.hardware.current.fault("exceptions inside exceptions", [])
            nt.violation(rules.STACK_OVERFLOW, (thread.stack_low - 8, 0, 0))
        seh = thread.seh
        thread.filters_running += 1
        try:
            for index in range(len(seh) - 1, -1, -1):
                disposition = seh[index](record)
                if disposition > 0:
                    raise Unwind(index, record)
                if disposition < 0:
                    if not record.flags & EXCEPTION_NONCONTINUABLE:
                        return
                    nt.violation(rules.NONCONTINUABLE)
                    self.raise_exception(STATUS_NONCONTINUABLE_EXCEPTION, noncontinuable=True)
        finally:
            thread.filters_running -= 1
        self.unhandled(record)

    def unhandled(self, record: ExceptionRecord) -> None:
        """No filter took it: the thread's own last handler ends the process in user mode, and stops the machine in the
        kernel."""
        name = CODE_NAMES.get(record.code, "")
        facts = [("exception", f"0x{record.code:08X} {name}".rstrip())]
        if record.code == STATUS_ACCESS_VIOLATION and len(record.information) > 1:
            kind = {0: "read", 1: "write", 8: "execute"}[record.information[0]]
            facts.append(("access", f"{kind} of {self.nt.describe(record.information[1])}"))
        if self.nt.hardware.current is not None:
            how = IN_HARDWARE.get(record.code, name or f"exception 0x{record.code:08X}")
            self.nt.hardware.current.fault(how, facts[1:])
        if self.nt.thread.user:
            title = f"{name or f'exception 0x{record.code:08X}'} is handled by nobody, and ends the process"
            self.nt.violation(rules.PROCESS_EXCEPTION_NOT_HANDLED, (), facts, title=title)
            exit_process(self.nt, record.code)
        if record.code == STATUS_BREAKPOINT:
            facts.append(("debugger", "none is there, so a breakpoint ends the machine: take it out"))
        code = record.code | 0xFFFF_FFFF_0000_0000 if record.code & 0x8000_0000 else record.code
        rule = self._rule_here()
        touched = record.information[1] if len(record.information) > 1 else NULL_END
        if record.code == STATUS_ACCESS_VIOLATION and touched < NULL_END:
            self._null_of_failure(touched, rule.stop, (code, record.address, 0, 0))
        title = f"{name or f'exception 0x{record.code:08X}'} is handled by nobody"
        self.nt.violation(rule, (code, record.address, 0, 0), facts, title=title)

    def _rule_here(self) -> rules.Rule:
        """What an exception that nobody handles comes to: it depends on what the processor is doing."""
        nt = self.nt
        if nt.cpu.nested:
            return rules.EXCEPTION_IN_INTERRUPT
        return rules.EXCEPTION_IN_SERVICE if nt.thread.is_user_thread else rules.EXCEPTION_NOT_HANDLED

    def _null_of_failure(self, va: int, stop: tuple[int, int | None] | None, parameters: tuple[int, ...]) -> None:
        """NULL is used: because a call failed before, if one has returned NULL."""
        nt = self.nt
        row = find(nt.failed) if nt.failed else None
        if row is None or row.fails != "NULL":
            return
        facts = [("address", nt.describe(va)), ("failed", f"{nt.failed} returned NULL")]
        nt.violation(rules.NULL_AFTER_FAILURE, parameters, facts, ("failure", 0), stop=stop)
