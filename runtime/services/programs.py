"""Programs: the threads of a process in user mode, how they end, and what is left of a process then.

A thread is only ended where it runs user-mode code. One that is told to end while it is in the kernel finishes what it
does there first: its requests are cancelled, and its user-mode waits are over."""

from __future__ import annotations

from ..ke.dispatcher import PROCESS, SYNCHRONIZATION_EVENT
from ..ke.processor import ThreadEnds
from ..ke.threads import object_of
from ..mm.virtual import end_process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..ke.process import Process
    from ..ke.processor import Thread
    from ..ob.objects import Object
    from ..system import System
    from ..win32.heap import Heap

STATUS_PENDING = 0x103
STATUS_USER_APC = 0xC0


class Program:
    """What a process has in user mode: its threads that live, its heaps, and the pages that it keeps in memory."""

    __slots__ = ("process", "threads", "started", "exiting", "heaps", "kept", "gates", "sleepers", "local")

    def __init__(self, process: Process) -> None:
        self.process = process
        self.threads: list[Thread] = []
        self.started = 0
        self.exiting = False
        self.heaps: dict[int, Heap] = {}
        self.kept: dict[int, int] = {}  # pages locked by VirtualLock, and their frames
        self.gates: dict[int, int] = {}  # locks in user memory, and the event that their waiters wait for
        self.sleepers: dict[int, int] = {}  # how many sleep on each condition variable
        self.local: list[dict[int, int] | None] = []  # thread-local storage: for each index the values by thread


def program_of(nt: System, process: Process | None = None) -> Program:
    """The program of a process, of the current one by itself."""
    process = process or nt.process
    if process.program is None:
        process.program = Program(process)
        if nt.thread.is_user_thread and nt.thread.process is process:
            process.program.threads.append(nt.thread)
    return process.program


def process_object(nt: System, process: Process) -> Object:
    """The object of a process, which can be waited for from when it is first asked for."""
    where = process.address
    if where not in nt.dispatcher.opaque_objects:
        nt.dispatcher.opaque(where, PROCESS, not process.alive, f"the end of process {process.name}")
    return nt.objects.of_process(process)


# -- starting


def start(nt: System, process: Process, main: Callable[[], int]) -> Thread:
    """Start a program beside what runs: its first thread, whose result is that of the process."""
    thread = nt.scheduler.create(process.name, process, lambda: _run(nt, main, True), user=True)
    return _started(nt, process, thread)


def create_thread(nt: System, main: Callable[[], int], suspended: bool) -> Thread:
    """One more thread of the current process, ready to run, or held back until it is resumed."""
    program = program_of(nt)
    name = f"{program.process.name} thread {program.started + 1}"
    thread = nt.scheduler.create(name, program.process, lambda: _run(nt, main, False), user=True)
    if suspended:
        gate = nt.new_object(24)
        nt.dispatcher.opaque(gate, SYNCHRONIZATION_EVENT, False, f"somebody to resume thread {name}")
        thread.gate = gate
    return _started(nt, program.process, thread)


def _started(nt: System, process: Process, thread: Thread) -> Thread:
    program = program_of(nt, process)
    program.threads.append(thread)
    program.started += 1
    object_of(nt, thread)
    return thread


def resume(nt: System, thread: Thread) -> int:
    """Let a thread begin that was made suspended. How often it was suspended before."""
    gate, thread.gate = thread.gate, 0
    if gate:
        nt.dispatcher.signal(gate)
    return int(gate != 0)


def _run(nt: System, main: Callable[[], int], is_first: bool) -> None:
    """The life of a user thread."""
    thread = nt.thread
    try:
        if thread.gate:
            nt.system_call(nt.dispatcher.wait, [thread.gate], False, None, False, 1)
        if is_first and nt.has_io and nt.io.process_notes.routines:
            nt.system_call(nt.io.process_notes.tell, nt.process, True)
        nt.scheduler.point()
        status = main() & 0xFFFF_FFFF
        if is_first:
            exit_process(nt, status)
        thread.exit_status = status
    except ThreadEnds:
        pass
    thread.ending = True
    del thread.seh[:]
    nt.system_call(_end_thread, nt, thread.stack_low)


# -- ending


def exit_thread(nt: System, status: int) -> None:
    """End the current thread. Does not return."""
    nt.scheduler.exit_thread(status & 0xFFFF_FFFF)


def exit_process(nt: System, status: int) -> None:
    """End all threads of the current process, this one last. Does not return."""
    program = program_of(nt)
    program.exiting = True
    program.process.exit_status = status & 0xFFFF_FFFF
    others = [thread for thread in program.threads if thread is not nt.thread]
    if others:
        nt.system_call(_end_others, nt, others, status)
    exit_thread(nt, status)


def _end_others(nt: System, others: list[Thread], status: int) -> None:
    for thread in others:
        object_of(nt, thread)
        terminate(nt, thread, status)
    alive = [thread.address for thread in others if thread.state != "ended"]
    if alive:
        nt.dispatcher.wait(alive, all=True, reason="the other threads of the process to end")


def terminate(nt: System, thread: Thread, status: int) -> None:
    """Tell another thread to end."""
    if thread.state == "ended" or thread.terminating:
        return
    thread.terminating = True
    thread.exit_status = status & 0xFFFF_FFFF
    resume(nt, thread)
    if nt.has_io:
        nt.io.cancel(thread)
    if thread.wait is not None and thread.wait.mode:
        nt.dispatcher.end_wait(thread.wait, STATUS_USER_APC)


def _end_thread(nt: System, stack: int) -> None:
    """The current thread is done with user mode: its requests end, its stack goes."""
    thread = nt.thread
    process = thread.process
    assert process is not None
    if nt.has_io:
        nt.io.thread_exits(thread)
    program = program_of(nt, process)
    if thread in program.threads:
        program.threads.remove(thread)
    if not program.threads:
        _end_process(nt, process, thread.exit_status)
    else:
        region = process.space.find(stack)
        if region is not None:
            nt.memory.unmap(region)


def _end_process(nt: System, process: Process, status: int) -> None:
    """The last thread is gone: handles are closed, memory is given back."""
    if process.exit_status == STATUS_PENDING:
        process.exit_status = status
    process_object(nt, process)
    if nt.has_io and nt.io.process_notes.routines:
        nt.io.process_notes.tell(process, False)
    program = program_of(nt, process)
    for frame in program.kept.values():
        nt.memory.unpin([frame])
    program.kept.clear()
    end_process(nt, process)
    nt.dispatcher.signal(process.address)
