"""A live simulated machine with programs loaded into it: what a run, and later the REPL, works on."""

from __future__ import annotations

import sys

from ..runtime import rules
from ..runtime.choose import Chooser
from ..runtime.findings import Finding, level_name
from ..runtime.ke.exceptions import BugCheck, Deadlock, HostLimit, MachineStop, NotModelled, Unwind
from ..runtime.ke.processor import ThreadEnds
from ..runtime.mm.memory import KERNEL_BASE, USER_LIMIT, Region
from ..runtime.mm.store import PAGE
from ..runtime.ob.objects import TYPE_VARIABLES
from ..runtime.routines import find
from ..runtime.system import IMAGE, Settings, System
from . import helpers
from .blocks import Blocks
from .bridge import PointerTable, bind
from .compiled import DATA, READ_ONLY
from .report import Place, Report, Stop
from .routine_addresses import address_of_row, member_address, routine_at
from .sites import Sites

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..runtime.mm.store import Host
    from .compiled import Compiled

BUILD_NUMBERS = {"nt52": 3790, "nt60": 6002, "nt61": 7601, "win10": 26100}
# Routines after which something can happen beside the code that called them.
CONCURRENT = frozenset(
    [
        "CreateThread",
        "ExQueueWorkItem",
        "IoQueueWorkItem",
        "IoQueueWorkItemEx",
        "IoStartTimer",
        "KeSetCoalescableTimer",
        "KeSetTargetProcessorDpc",
        "KeSetTargetProcessorDpcEx",
        "KeSetTimer",
        "KeSetTimerEx",
        "PsCreateSystemThread",
    ]  # fmt: skip
)
HOST_FRAMES = 6000  # Python frames that one run may nest: more than any simulated stack allows calls


class Session:
    """`trace`, if given, is called for each routine call as trace(row, function, arguments) and must return its
    result. `host` is memory that an earlier machine has left."""

    def __init__(
        self,
        settings: Settings,
        chooser: Chooser,
        write: Callable[[str], None],
        trace: Callable[..., Any] | None = None,
        host: Host | None = None,
    ) -> None:
        self.names: dict[str, object] = {}
        self.nt = System(settings, chooser, write, self.names, host)
        self.trace = trace
        self.sites = Sites(self.names)
        self.nt.where = self.sites.here
        self.nt.instruction = self.instruction
        self.nt.definition = self.definition
        self.functions: dict[int, tuple[Callable[..., Any], str]] = {}
        self.nt.call = self.call
        self.nt.member_address = member_address
        self.nt.routine_address = address_of_row
        self.calls: dict[int, PointerTable] = {}
        self._mapped: dict[int, int] = {}  # bytes of each section of an image
        self.limit = ""
        helpers.install(self.nt, self.names)
        self.script = self.nt.create_process("script")
        self.nt.attach(self.script)

    def load(self, program: Compiled) -> None:
        """Map the image, link the routines and define the functions; of a program that has grown, what is new."""
        nt, names = self.nt, self.names
        self.sites.add(program)
        self.map_section(program.base + DATA, program.writable, "driver image data", True)
        self.map_section(program.base + READ_ONLY, program.read_only, "driver image constants", False)
        if program.functions:
            self.map_code(program.base + PAGE, 1 + len(program.functions) // 64)
        for address, name, size in program.exports:
            data = kernel_variable(nt, name).to_bytes(size, "little")
            here = min(size, -address % PAGE or PAGE)  # some are constants, in pages that only the system writes
            nt.memory.poke(address, data[:here])
            if here < size:
                nt.memory.poke(address + here, data[here:])
        blocks = program.devices or program.drivers or program.processes
        routines = [routine for _, routine, _ in program.externals]
        if blocks or not CONCURRENT.isdisjoint(routines):
            nt.scheduler.go_live()
        if "SimFailNext" in routines:
            nt.chooser.may_fail = True
        for identifier, routine, signature in program.externals:
            row = find(routine)
            assert row is not None
            if identifier not in names:
                names[identifier] = bind(nt, row, signature, self.trace)
        for identifier, signature in program.tables:
            if identifier not in names:
                names[identifier] = PointerTable(nt, signature, self.functions, routine_at, self.trace)
        self.blocks = Blocks(self, program)
        exec(program.code, names)
        for address, identifier, signature, _, _ in program.functions:
            if address:
                self.functions[address] = (names[identifier], signature)  # type: ignore[assignment]
        self.blocks.load()

    def map_section(self, base: int, data: bytes, kind: str, writable: bool) -> None:
        """Put a section of an image into memory, or what it has gained since."""
        before = self._mapped.get(base, 0)
        self._mapped[base] = len(data)
        held, pages = -(-before // PAGE), -(-len(data) // PAGE)
        if held and before < len(data):
            self.nt.memory.poke(base + before, data[before : held * PAGE])
        if pages > held:
            region = Region(base + held * PAGE, pages - held, kind)
            self.nt.memory.kernel.add(region)
            for offset in range(held * PAGE, len(data), PAGE):
                self.nt.memory.poke(base + offset, data[offset : offset + PAGE])
            region.writable = writable

    def map_code(self, base: int, pages: int) -> None:
        """Make room for the addresses of functions."""
        held = self._mapped.get(base, 0)
        if pages > held:
            self.nt.memory.kernel.add(Region(base + held * PAGE, pages - held, "driver image code", writable=False))
            self._mapped[base] = pages

    def call(self, where: int, *arguments: int) -> int:
        """Call a function of the driver, or a routine, by address, as a kernel routine does. What it returns as 64
        bits."""
        count = len(arguments)
        if count not in self.calls:
            self.calls[count] = PointerTable(self.nt, "Q" * count + ">Q", self.functions, routine_at, self.trace)
        result: int = self.calls[count][where](self.nt.thread.sp, *arguments)
        return result

    def function_name(self, where: int) -> str:
        """The name of the function at an address: the script's own, a routine, or one of the kernel's; or nothing."""
        found = self.functions.get(where)
        if found is not None:
            return self.sites.function(found[0].__code__)
        row = routine_at(where)
        if row is not None:
            return row.name
        return self.nt.natives[where][0] if where in self.nt.natives else ""

    def definition(self, where: int) -> object:
        """The site at which the function at an address is defined."""
        found = self.functions.get(where)
        return () if found is None else self.sites.of_function(found[0])

    def instruction(self) -> int:
        """An address that stands for the running instruction, for the parameters of bug checks."""
        step = self.sites.innermost()
        if step is None:
            return IMAGE
        code, offset = step
        return IMAGE + PAGE + (code.co_firstlineno * 0x40 + offset) % (64 * PAGE)

    # -- running

    def run(self, entry: str) -> None:
        """Boot, run the script's statements to their end, and shut down, or as far as the machine lives."""

        def whole() -> None:
            self.blocks.boot()
            self.names[entry](self.nt.thread.stack_bytes)  # type: ignore[operator]
            self.thread_ends()
            self.blocks.shut_down()

        self.attempt(whole)

    def attempt(self, action: Callable[[], Any]) -> Any:
        """Let the machine do something, as far as it lives. What the action returned, None if the machine stopped."""
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(limit + HOST_FRAMES)
        try:
            return action()
        except HostLimit as stop:
            self.limit = stop.message
        except (BugCheck, Deadlock, NotModelled, ThreadEnds):
            pass
        except RecursionError:
            self.nt.stopped = False
            try:
                self.nt.violation(rules.STACK_OVERFLOW, (self.nt.thread.stack_low - 8, 0, 0))
            except MachineStop:
                pass
        except Unwind as lost:  # its registration is gone: a filter's own frame was left
            try:
                self.nt.faults.unhandled(lost.record)
            except MachineStop:
                pass
        finally:
            sys.setrecursionlimit(limit)
        return None

    def thread_ends(self) -> None:
        """The script's thread must end as it began."""
        nt = self.nt
        if nt.irql:
            moment = nt.cpu.raised_at or nt.moment()
            rule = rules.IRQL_LEFT_RAISED
            facts = [("irql", level_name(nt.irql))]
            nt.findings.append(
                Finding(rule, "error", rule.title, moment, [], facts, rule.help, rule.here, (0xC8, nt.irql, 0, 0, 0))
            )
            if nt.breaking is not None:
                nt.breaking("bugcheck", rule.title)
            nt.stopped = True
            raise BugCheck(0xC8, (nt.irql, 0, 0, 0))

    def finish(self) -> None:
        """The end of a run: what is still held is charged, if nothing stopped the machine."""
        if not self.nt.stopped:
            self.nt.charge_leaks()
        self.nt.scheduler.close()

    # -- reports

    def reports(self) -> list[Report]:
        return [self.report(finding) for finding in self.nt.findings]

    def report(self, finding: Finding) -> Report:
        moment = finding.moment
        places: list[Place] = []
        first = self.sites.place(moment.site, finding.here, moment.argument)
        if first is not None:
            places.append(first)
        for mark, label in finding.marks:
            place = self.sites.place(mark.site, f"{label}, at {mark.time_ns / 1000:.3f} us", mark.argument)
            if place is not None:
                places.append(place)
        stop = None
        if finding.stop is not None:
            from ..runtime.wdk.bugchecks import describe

            info = describe(finding.stop[0])
            stop = Stop(finding.stop[0], info.name if info is not None else "", finding.stop[1:])
        return Report(
            finding.severity, finding.rule.id, finding.title, places, finding.facts, finding.help,
            self.sites.calls(moment.site), level_name(moment.irql), moment.processor, moment.time_ns, stop,
        )  # fmt: skip


def kernel_variable(nt: System, name: str) -> int:
    """The value of a variable that the kernel exports. Object types are opaque: drivers only pass them on."""
    if name in TYPE_VARIABLES:
        return nt.objects.type_variable(name)
    if name.startswith("GUID_"):
        from ..runtime.wdk import guids

        return int.from_bytes(guids.value(name), "little")
    values = {
        "MmHighestUserAddress": USER_LIMIT - 1,
        "MmUserProbeAddress": USER_LIMIT,
        "MmSystemRangeStart": KERNEL_BASE,
        "KeNumberProcessors": len(nt.processors),
        "NtBuildNumber": BUILD_NUMBERS[nt.settings.generation],
    }
    return values[name]
