"""The one machine object: everything that a simulated Windows has, so that a run is reset by making a new one.

Kernel routines (runtime/routines) take it as their first argument. It says which rule was broken by which object;
where that was in a script is known only to the hook `where`, which the interpreter sets, as it does `call(address,
*arguments)`, through which routines call functions of the driver."""

from __future__ import annotations

from .choose import Chooser
from .findings import Finding, Held, Moment, address
from .hal.hardware import Hardware
from .io.irp import Irps
from .ke import stopping, threads
from .ke.clock import Clock
from .ke.contexts import interrupted, system_call
from .ke.dispatcher import Dispatcher
from .ke.dpcs import Dpcs
from .ke.exceptions import HostLimit
from .ke.faults import Faults
from .ke.interrupts import Interrupts
from .ke.process import Process
from .ke.processor import DISPATCH_LEVEL, Processor, Thread
from .ke.resource import Resources
from .ke.scheduler import Scheduler
from .ke.timers import Timers
from .ledger import Ledger
from .mm.frames import Frames
from .mm.lookaside import Lookasides
from .mm.mdl import Mdls
from .mm.memory import Memory, Region, Space
from .mm.pool import Pool
from .mm.store import PAGE, Store
from .ob.objects import Objects
from .settings import Settings as Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from .dma.adapters import Dma
    from .dma.record import Recorder
    from .io.manager import IoManager
    from .mm.contiguous import Contiguous
    from .mm.store import Host
    from .routine import Routine

    Result = TypeVar("Result")

KERNEL_STACK = 24 * 1024
USER_STACK = 1 << 20
STACKS = 0xFFFF_D000_0000_0000
OBJECTS = 0xFFFF_B700_0000_0000
NATIVES = 0xFFFF_F802_1000_0000  # the kernel's image: functions of its own that have an address
IMAGE = 0xFFFF_F804_5000_0000
EXCEPTIONS = 0xFFFF_D0FF_0000_0000
EXCEPTION_PAGES = 16
WORD = 0xFFFF_FFFF_FFFF_FFFF  # a parameter of a bug check


class System(Ledger):
    """A booted machine. `names` are the globals of generated code; `write` takes the script's output; `host` is memory
    that an earlier machine has left."""

    def __init__(
        self, settings: Settings | None = None, chooser: Chooser | None = None, write: Callable[[str], None] | None =
        None, names: dict[str, object] | None = None, host: Host | None = None,
    ) -> None:  # fmt: skip
        self.settings = settings = settings or Settings()
        self.chooser = chooser or Chooser()
        self.names = names = {} if names is None else names
        self.write: Callable[[str], None] = write or (lambda text: None)
        self.where: Callable[[], object] = lambda: None
        self.instruction: Callable[[], int] = lambda: IMAGE
        self.definition: Callable[[int], object] = lambda address: None  # where a function of the script stands
        self.call: Callable[..., int] = self.call_native
        self.natives: dict[int, tuple[str, Callable[..., int | None]]] = {}
        self.traced: Callable[..., None] = _not_traced
        self.stopped = False
        self.findings: list[Finding] = []
        self.failed = ""  # the routine that was the last to fail by choice
        self.held: dict[tuple[str, int], Held] = {}
        self.history: dict[tuple[str, int], dict[str, Moment]] = {}
        self.written = 0
        self.clock = Clock(names, settings.max_steps)
        self.clock.exhausted = self._out_of_steps
        self.store = Store(names, settings.max_memory, host)
        self.frames = Frames(settings.memory_pages, self.chooser, settings.low_share, settings.fragmentation)
        self.memory = Memory(self.store, self.frames, names)
        self.memory.out_of_memory = self._out_of_memory
        self.memory.paging.came_in = self.clock.pass_ns
        self.processors = [Processor(number) for number in range(settings.processors)]
        self.cpu = self.processors[0]
        self.spin_owners: dict[int, int] = {}
        self.spinning: dict[int, int] = {}  # the lock that a processor waits for
        self.scheduler = Scheduler(self)
        self.dispatcher = Dispatcher(self)
        self.dpcs = Dpcs(self)
        self.timers = Timers(self)
        self.interrupts = Interrupts(self)
        self.resources = Resources(self)
        self.bug_check_callbacks: list[int] = []  # their records
        self.breaking: Callable[[str, str], bool] | None = None  # a debugger, told before the machine stops
        self.hardware = Hardware(self)
        self._dma: Dma | None = None
        self.recorder: Recorder | None = None  # keeps mappings for drawing
        self.member_address: Callable[[Routine], int] = self._native_member
        self.routine_address: Callable[[Routine], int] = self._native_member
        self.faults = Faults(self)
        self.memory.fault = self.faults.page_fault
        self.memory.user_touched = self.faults.user_touched
        self.pool = Pool(self)
        self.mdls = Mdls(self)
        self.lookasides = Lookasides(self)
        self.contiguous: dict[int, Contiguous] = {}
        self.io_space: dict[int, Region] = {}
        self.irps = Irps(self)
        self._io: IoManager | None = None
        self.objects = Objects(self)
        self.sections = Space()  # where the pages of all sections stand
        self.free_ptes = settings.system_ptes
        self._next_object = OBJECTS
        self._next_stack = STACKS
        self._next_process_id = 4
        self._next_thread_id = 8
        self._exception_next = 0
        self.processes: list[Process] = []
        self.system_process = self.create_process("System")
        self.process = self.system_process
        self.thread = self.create_thread("System", self.system_process)
        self.run_thread(self.thread)
        self.scheduler.adopt(self.thread)

    # -- who runs

    def new_object(self, size: int) -> int:
        """An address for an object whose contents Windows keeps to itself; nothing is mapped there."""
        made = self._next_object
        self._next_object += (size + 127) & -64
        return made

    def create_process(self, name: str) -> Process:
        process = Process(name, self._next_process_id, self.new_object(0xA40))
        self._next_process_id += 0x1D8
        self.processes.append(process)
        return process

    def create_thread(self, name: str, process: Process, user: bool = False) -> Thread:
        size = USER_STACK if user else KERNEL_STACK
        low = self._user_stack(process) if user else self._kernel_stack()
        thread = Thread(name, self.new_object(0x480), low, size, user, self._next_thread_id)
        self._next_thread_id += 0x1D8
        thread.process = process
        return thread

    def _kernel_stack(self) -> int:
        """The low address of a new kernel stack, with a guard page below it."""
        low = self._next_stack + PAGE
        self._next_stack = low + KERNEL_STACK
        self.memory.kernel.add(Region(low, KERNEL_STACK // PAGE, "kernel stack"))
        return low

    def _user_stack(self, process: Process) -> int:
        """The low address of a new stack in user space."""
        low = process.find_room(USER_STACK // PAGE)
        assert low is not None, "a user space has room for a stack"
        process.space.add(Region(low, USER_STACK // PAGE, "user stack", pageable=True))
        return low

    def kernel_stack_of(self, thread: Thread) -> tuple[int, int]:
        """The stack on which system calls of a user thread run: low address and size."""
        if not thread.kernel_stack:
            thread.kernel_stack = self._kernel_stack()
        return thread.kernel_stack, KERNEL_STACK

    def interrupt_stack(self, cpu: Processor, depth: int) -> tuple[int, int]:
        """The stack of a processor for interrupts and DPCs that are nested so deep; 0 is the idle thread's."""
        while len(cpu.stacks) <= depth:
            cpu.stacks.append((self._kernel_stack(), KERNEL_STACK))
        return cpu.stacks[depth]

    def thread_ended(self, thread: Thread) -> None:
        """The current thread has run to its end: who waits for it goes on."""
        threads.ended(self, thread)

    def native(self, name: str, function: Callable[..., int | None]) -> int:
        """Give a function of the kernel an address, for tables of routines and callbacks. It is called as
        function(nt, *arguments)."""
        where = NATIVES + 0x40 * len(self.natives)
        self.natives[where] = (name, function)
        return where

    def _native_member(self, row: Routine) -> int:
        """An address for a routine or a member of DMA_OPERATIONS, where no interpreter gives it one."""
        body = row.body
        if body is None:
            return self.native(row.name, lambda nt, *arguments: nt.not_modelled(row.name))
        return self.native(row.name, body)

    def call_native(self, where: int, *arguments: int) -> int:
        found = self.natives.get(where)
        if found is None:
            raise LookupError(f"no function at {where:#x}: nobody has loaded a program")
        return int(found[1](self, *arguments) or 0) & WORD

    def system_call(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """Run a function in kernel mode for the current user thread."""
        return system_call(self, function, *arguments)

    def interrupted(self, irql: int, function: Callable[..., Result], *arguments: Any) -> Result:
        """Run a function as an interrupt of what this processor does."""
        return interrupted(self, irql, function, *arguments)

    @property
    def dma(self) -> Dma:
        """The adapters of the machine, and what they share."""
        if self._dma is None:
            from .dma.adapters import Dma

            self._dma = Dma(self)
        return self._dma

    @property
    def dma_in_use(self) -> Dma | None:
        """The same if a driver has an adapter, or the machine puts something between devices and memory."""
        return self.dma if self.settings.profile == "iommu" else self._dma

    def pending_requests(self) -> list[Finding]:
        """What to say, when nothing can run any more, of the requests that nobody has completed."""
        return self.io.pending() if self._io is not None else []

    @property
    def has_io(self) -> bool:
        """Whether anybody has asked for the I/O manager yet."""
        return self._io is not None

    @property
    def io(self) -> IoManager:
        """The I/O manager, which is made when it is first asked for."""
        if self._io is None:
            from .io.manager import IoManager

            self._io = IoManager(self)
            self._io.begin()
        return self._io

    def run_thread(self, thread: Thread) -> None:
        self.thread = thread
        self.cpu.thread = thread
        self.names["SEH"] = thread.seh
        self.names["STACK"] = thread.stack_low
        if thread.process is not None and thread.process is not self.process:
            self.attach(thread.process)

    def attach(self, process: Process) -> None:
        """The current thread sees the user space of a process from here on."""
        self.thread.process = process
        self.process = process
        self.memory.switch_user(process.space)

    @property
    def leaving(self) -> bool:
        """Control leaves all code of the current thread for good: not even __finally bodies run."""
        return self.stopped or self.thread.ending

    # -- IRQL

    @property
    def irql(self) -> int:
        return self.cpu.irql

    def set_irql(self, irql: int) -> None:
        """Raise or lower the IRQL of this processor; who may do so is the caller's concern."""
        cpu = self.cpu
        if irql > cpu.irql:
            cpu.raised_at = self.moment()
        lowered = irql < cpu.irql
        cpu.irql = irql
        self.memory.raise_irql(irql >= DISPATCH_LEVEL)
        if lowered and self.scheduler.live:
            self.scheduler.deliver()

    # -- choices

    def choose(self, what: str, options: int) -> int:
        return self.chooser.choose(what, options)

    def fails(self, routine: str) -> bool:
        """True if this call of a fallible routine shall fail."""
        chooser = self.chooser
        if not chooser.may_fail or chooser.choose("fail:" + routine, 2) != 1:
            return False
        self.failed = routine
        self.history.setdefault(("failure", 0), {})["failed"] = self.moment()
        return True

    # -- output

    def output(self, text: str) -> None:
        self.written += len(text)
        if self.written > self.settings.max_output:
            self.stopped = True
            raise HostLimit("output", f"the script has printed more than {self.settings.max_output} characters")
        self.write(text)

    def _stop(self, why: str) -> None:
        """The machine stops. A debugger sees it first, then runs what drivers have registered for this case."""
        if self.breaking is not None:
            self.breaking("bugcheck", why)
        if self.bug_check_callbacks:
            stopping.run(self)
        self.stopped = True

    def preemption_point(self) -> None:
        """Another processor or thread could run here."""
        self.scheduler.point()

    def exception_area(self, size: int) -> int:
        """Room for an exception's record, in the manner of the trap frame below the stack pointer."""
        if not self._exception_next:
            self.memory.kernel.add(Region(EXCEPTIONS, EXCEPTION_PAGES, "exception records"))
        where = EXCEPTIONS + self._exception_next % (EXCEPTION_PAGES * PAGE - size)
        self._exception_next += (size + 15) & -16
        return where

    # -- limits of the host

    def _out_of_memory(self) -> None:
        self.stopped = True
        raise HostLimit("memory", f"the machine needs more than {self.settings.max_memory >> 20} MiB of host memory")

    def _out_of_steps(self) -> None:
        self.stopped = True
        raise HostLimit("steps", f"the script has taken {self.settings.max_steps:,} steps without ending")

    # -- describing

    def describe(self, va: int) -> str:
        """What lies at an address, in a few words."""
        block = self.pool.block_at(va)
        if block is not None:
            return f"{address(va)}, {block.describe(va)}"
        region = self.memory.region_at(va)
        return f"{address(va)}, {region.kind}" if region is not None else f"{address(va)}, nothing"


def _not_traced(what: str, **details: object) -> None:
    """Nobody watches."""
