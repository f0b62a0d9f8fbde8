"""The commands about who runs: !process !thread !running !irql, and .process."""

from __future__ import annotations

from ...interp.debugger import looking
from ...interp.debugger.kernel_objects import all_threads
from ...interp.debugger.words import irql_text, status_text
from ...runtime.findings import address as shown
from ...runtime.findings import plural
from ...runtime.io.request_checks import name_of
from ...runtime.ke.dispatcher import KIND_NAMES
from ..command import Refused, command
from ..reading import columns, facts, lies, long, machine, number, say, when, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...runtime.ke.dispatcher import Wait
    from ...runtime.ke.process import Process
    from ...runtime.ke.processor import Thread
    from ..shell import Shell

STILL_ACTIVE = 0x103
WITH_THREADS = 2  # the flag of !process that asks for them


# ---- processes


@command("!process", "!process [0|ADDRESS|NAME [FLAGS]]", "Show a process with its threads, or with 0 0 all of them.",
         group="kernel", completes="address")  # fmt: skip
def process(shell: Shell, rest: str) -> None:
    nt = shell.live.nt
    parts = words(rest)
    flags = number(shell, parts[1]) if len(parts) > 1 else 0
    if not parts:
        say(shell, _process(shell, nt.process, True))
        return
    if parts[0] in ("0", "-1"):
        if parts[0] == "-1":
            say(shell, _process(shell, nt.process, True))
            return
        shell.say("**** NT ACTIVE PROCESS DUMP ****")
        for one in nt.processes:
            say(shell, _process(shell, one, True) + [""] if flags & WITH_THREADS else _brief(shell, one))
        return
    say(shell, _process(shell, find_process(shell, parts[0]), len(parts) < 2 or bool(flags & WITH_THREADS)))


def _brief(shell: Shell, one: Process) -> list[str]:
    """A process in two lines."""
    nt = shell.live.nt
    alive = [thread for thread in nt.scheduler.threads if home_of(thread) is one and thread.state != "ended"]
    state = "current" if one is nt.process else "" if one.alive else _exited(one)
    handles = len(one.handles) if one.handles is not None else 0
    told = [plural(len(alive), "thread"), plural(handles, "handle")]
    if one.locked_pages:
        told.append(f"{plural(one.locked_pages, 'page')} locked")
    return [f"PROCESS {long(one.address)}  Cid {one.id:04x}  {one.name}{f' ({state})' if state else ''}",
            f"    {', '.join(told)}"]  # fmt: skip


def _exited(one: Process) -> str:
    return "exited" + (f" with {status_text(one.exit_status)}" if one.exit_status != STILL_ACTIVE else "")


@command(".process", ".process [/p] [ADDRESS|NAME|0]", "Look at memory from another process; 0 for the current one.",
         group="kernel", completes="address")  # fmt: skip
def context(shell: Shell, rest: str) -> None:
    parts = [part for part in words(rest) if part not in ("/p", "/r", "/i")]
    if parts:
        chosen = 0 if parts[0] == "0" else find_process(shell, parts[0]).id
        if chosen and not find_process(shell, parts[0]).alive:
            raise Refused(f"process {parts[0]} has exited: it has no memory any more")
        shell.looked_from = chosen
    seen = machine(shell).process
    shell.say(f"Implicit process is now {long(seen.address)} ({seen.name})")


def find_process(shell: Shell, text: str) -> Process:
    processes = shell.live.nt.processes
    named = next((one for one in processes if one.name.lower() == text.lower()), None)
    if named is not None:
        return named
    where = number(shell, text)
    found = next((one for one in processes if where in (one.address, one.id)), None)
    if found is None:
        raise Refused(f"{shown(where)} is no process: {lies(shell, where)}")
    return found


def _process(shell: Shell, one: Process, with_threads: bool) -> list[str]:
    nt = shell.live.nt
    threads = [thread for thread in nt.scheduler.threads if home_of(thread) is one]
    alive = [thread for thread in threads if thread.state != "ended"]
    ended = len(threads) - len(alive)
    state = "" if one.alive else f", {_exited(one)}"
    current = ", current" if one is nt.process else ""
    pages = sum(region.pages for region in one.space.regions)
    pairs = [
        ("Threads", f"{len(alive)} alive" + (f", {ended} ended" if ended else "")),
        ("Handles", str(len(one.handles) if one.handles is not None else 0)),
        ("User space", plural(pages, "page") + f" in {plural(len(one.space.regions), 'region')}" if pages else "empty"),
        ("Locked", plural(one.locked_pages, "page") if one.locked_pages else ""),
        ("Views", plural(len(one.views), "view") + " of sections" if one.views else ""),
    ]  # fmt: skip
    head = f"PROCESS {long(one.address)}  Cid {one.id:04x}  {one.name}{current}{state}"
    lines = [head, *facts(pairs, shell.width, 4)]
    if with_threads:
        for thread in threads:
            lines += ["", *thread_lines(shell, thread, 8)]
    return lines


def home_of(thread: Thread) -> Process | None:
    """The process that a thread belongs to, also while it is attached to another."""
    return thread.home or thread.process


# ---- threads


@command("!thread", "!thread [ADDRESS]", "Show a thread: what it waits for, its IRQL, its stack.", group="kernel",
         completes="address")  # fmt: skip
def thread(shell: Shell, rest: str) -> None:
    nt = shell.live.nt
    text = rest.strip()
    if not text or text == "-1":
        say(shell, thread_lines(shell, nt.thread, 0))
        return
    found = next((one for one in all_threads(nt) if one.name.lower() == text.lower()), None)
    if found is None:
        where = number(shell, text)
        found = next((one for one in all_threads(nt) if where in (one.address, one.id)), None)
        if found is None:
            raise Refused(f"{shown(where)} is no thread: {lies(shell, where)}")
    say(shell, thread_lines(shell, found, 0))


def thread_lines(shell: Shell, one: Thread, indent: int) -> list[str]:
    nt = shell.live.nt
    running = next((cpu for cpu in nt.processors if cpu.thread is one), None)
    state = one.state.upper()
    if running is not None and one.state == "running":
        state = f"RUNNING on processor {running.number}"
    level = running.irql if running is not None else one.irql
    process_of = one.process
    home = home_of(one)
    pairs = [
        ("Name", one.name + (", of the system's own" if one.background else "")),
        ("Irql", irql_text(level) if one.state != "ended" else ""),
        ("Process", f"{shown(home.address)}  {home.name}" if home is not None else ""),
        ("Attached", f"to {process_of.name}" if process_of is not None and process_of is not home else ""),
        ("Waits for", _wait(shell, one.wait) if one.state == "waiting" and one.wait is not None else ""),
        ("Mode", "user" if one.user else "kernel"), ("Priority", str(one.priority)),
        ("Affinity", f"0x{one.affinity:x}" if one.affinity >= 0 else ""),
        ("Stack", f"{shown(one.stack_low)} to {shown(one.stack_low + one.stack_bytes)}"),
        ("Works for", _cause(shell, one.cause) if one.cause else ""),
        ("Regions", f"{one.regions_entered} critical, {one.guarded} guarded: APCs are off"
         if one.regions_entered or one.guarded else ""),
        ("APCs", plural(len(one.apcs) + len(one.user_apcs), "APC") + " to come" if one.apcs or one.user_apcs else ""),
        ("Last error", str(one.last_error) if one.last_error else ""),
        ("Exit status", status_text(one.exit_status) if one.state == "ended" else ""),
    ]  # fmt: skip
    ids = f"{home.id if home is not None else 0:04x}.{one.id:04x}"
    head = f"{'':{indent}}THREAD {long(one.address)}  Cid {ids}  {state}"
    return [head, *facts(pairs, shell.width, indent + 4), *_requests(shell, one, indent)]


def _requests(shell: Shell, one: Thread, indent: int) -> list[str]:
    """The requests of a thread that have not been answered."""
    nt = shell.live.nt
    requests = nt.io.by_thread.get(one.address, []) if nt.has_io else []
    rows = [(shown(request.irp), name_of(request.major, request.minor) if request.major >= 0 else "not sent yet")
            for request in requests]  # fmt: skip
    return [f"{'':{indent + 4}}IRP List:", *columns(rows, indent + 8)] if rows else []


def _cause(shell: Shell, irp: int) -> str:
    nt = shell.live.nt
    request = nt.io.requests.alive.get(irp) if nt.has_io else None
    what = f" {name_of(request.major, request.minor)}" if request is not None and request.major >= 0 else ""
    return f"IRP {shown(irp)}{what}"


def _wait(shell: Shell, wait: Wait) -> str:
    """What a thread waits for, since when, and until when."""
    objects = (" and " if wait.all else " or ").join(object_text(shell, one) for one in wait.objects)
    what = wait.reason or objects or "a time"
    since = when(shell, wait.moment, "since ")
    until = f", until {wait.timeout.due_ns / 1000:.3f} us" if wait.timeout is not None else ""
    return f"{what}, {since}{until}{', alertable' if wait.alertable else ''}"


def object_text(shell: Shell, where: int) -> str:
    """A dispatcher object in a few words."""
    nt = shell.live.nt
    hidden = nt.dispatcher.opaque_objects.get(where)
    if hidden is not None:
        return hidden.what or f"{KIND_NAMES.get(hidden.kind, 'object')} {shown(where)}"
    kind, state = looking.number(nt, where, 1), looking.number(nt, where + 4, 4, signed=True)
    owner = nt.dispatcher.owned.get(where)
    told = f"{KIND_NAMES.get(kind if kind is not None else -1, 'object')} {shown(where)} ({lies(shell, where)})"
    if owner is not None:
        return told + f", owned by {owner.name}"
    return told + (", signalled" if state is not None and state > 0 else "")


# ---- processors


@command("!running", "!running", "Show what each processor runs.", group="kernel")
def running(shell: Shell, rest: str) -> None:
    nt = shell.live.nt
    rows = [("", "CPU", "IRQL", "Thread", "DPCs")]
    for cpu in nt.processors:
        who = cpu.thread
        name = "nothing yet" if who is None else "idle" if who is cpu.idle else who.name
        if cpu.in_dpc:
            name += f", in DPC {shown(cpu.in_dpc)}"
        elif cpu.nested:
            name += ", interrupted"
        rows.append(("*" if cpu is nt.cpu else "", str(cpu.number), irql_text(cpu.irql), name, str(len(cpu.dpcs))))
    say(shell, columns(rows, 0))
    ready = [one.name for one in nt.scheduler.threads if one.state == "ready"]
    if ready:
        shell.say(f"Ready to run: {', '.join(ready)}")


@command("!irql", "!irql [PROCESSOR]", "Show the IRQL of a processor.", group="kernel")
def irql(shell: Shell, rest: str) -> None:
    nt = shell.live.nt
    index = number(shell, rest.strip()) if rest.strip() else nt.cpu.number
    if index >= len(nt.processors):
        raise Refused(f"there is no processor {index}: this machine has {len(nt.processors)}")
    cpu = nt.processors[index]
    shell.say(f"Debugger saved IRQL for processor 0x{index:x} -- {cpu.irql} ({irql_text(cpu.irql)})")
    if cpu.irql and cpu.raised_at is not None:
        shell.say(f"  raised {when(shell, cpu.raised_at)}")
