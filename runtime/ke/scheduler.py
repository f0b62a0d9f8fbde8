"""Who runs: threads as greenlets, processors of which one runs at a time, events in simulated time.

Each processor has a current thread, at times its idle thread. A thread goes on until it waits, until its slice of steps
is used up (then the next processor goes on), or until `choose` says at a preemption point that another processor shall.
Interrupts and DPCs are nested calls on the thread that their processor is running. Nothing sleeps: when no processor
has anything to run, time jumps to the next event. Greenlets are made when the second thread needs one.
"""

from __future__ import annotations

from heapq import heappop, heappush

from .. import rules
from ..findings import Finding, address, plural
from .exceptions import Deadlock
from .priorities import lower
from .processor import APC_LEVEL, DISPATCH_LEVEL, IDLE_PRIORITY, NORMAL_PRIORITY, PASSIVE_LEVEL, Thread, ThreadEnds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..system import System
    from .process import Process
    from .processor import Processor

QUANTUM = 20  # slices after which a thread makes way for another of its priority
IDLE_LIMIT = 20_000  # events in a row that woke nobody: only timers run any more


class Event:
    """Something that happens at a simulated time. `due_ns` counts from the start of the machine; `cause` is the IRP for
    whose sake it was asked for, or 0."""

    __slots__ = ("due_ns", "action", "what", "cause")

    def __init__(self, due_ns: int, action: Callable[[], object], what: str, cause: int = 0) -> None:
        self.due_ns = due_ns
        self.action: Callable[[], object] | None = action
        self.what = what
        self.cause = cause

    @property
    def pending(self) -> bool:
        return self.action is not None


class Scheduler:
    """`live` is true once anything can happen beside the running code; until then preemption points are free."""

    __slots__ = ("nt", "live", "threads", "_ready", "_events", "_made", "_greenlet", "_root", "_idle_events")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.live = False
        self.threads: list[Thread] = []
        self._ready: list[Thread] = []
        self._events: list[tuple[int, int, Event]] = []
        self._made = 0
        self._greenlet: Any = None
        self._root: Any = None
        self._idle_events = 0

    # -- threads

    def create(
        self, name: str, process: Process, start: Callable[[], object], user: bool = False,
        priority: int = NORMAL_PRIORITY,
    ) -> Thread:  # fmt: skip
        """A thread that is ready to run `start`."""
        self._with_greenlets()
        thread = self.nt.create_thread(name, process, user)
        thread.start = start
        thread.priority = thread.base = priority
        self.threads.append(thread)
        self.make_ready(thread)
        return thread

    def adopt(self, thread: Thread) -> None:
        """Count a thread that runs already."""
        self.threads.append(thread)
        thread.cpu = self.nt.cpu

    def exit_thread(self, status: int = 0) -> None:
        """End the current thread. Does not return."""
        thread = self.nt.thread
        thread.exit_status = status
        thread.ending = True
        raise ThreadEnds

    def make_ready(self, thread: Thread) -> None:
        """A thread that may go on as soon as a processor is free."""
        thread.state = "ready"
        at = len(self._ready)
        while at and self._ready[at - 1].priority < thread.priority:
            at -= 1
        self._ready.insert(at, thread)

    def block(self) -> None:
        """Let others run until the current thread, whose state the caller has set, is made ready and has its turn."""
        self._with_greenlets()
        self._go_on(self.nt.cpu, self._next_thread(self.nt.cpu))
        self.deliver()

    def go_live(self) -> None:
        """From here on something may happen beside the running code."""
        self.live = True
        self.nt.clock.after_slice = self.slice_end
        if self.nt.settings.granularity == "access" and self.nt.memory.each_access is None:
            self.nt.memory.hide_all()
            self.nt.memory.each_access = self.point

    def wake(self, cpu: Processor) -> None:
        """Something was put into the queue of a processor, which may be idle still."""
        if cpu is not self.nt.cpu:
            self._with_greenlets()

    def _with_greenlets(self) -> None:
        if self._greenlet is None:
            from greenlet import getcurrent, greenlet

            self._greenlet = greenlet
            self._root = getcurrent()
            self.nt.thread.greenlet = self._root
            self.go_live()

    def _next_thread(self, cpu: Processor) -> Thread:
        """The ready thread of the highest priority, the longest ready first; the idle thread if there is none."""
        mask = 1 << cpu.number
        for index, thread in enumerate(self._ready):
            if thread.affinity & mask:
                same = [one for one in self._ready[index:] if one.priority == thread.priority and one.affinity & mask]
                chosen = same[self.nt.choose("ready", len(same))] if len(same) > 1 else thread
                self._ready.remove(chosen)
                return chosen
        if cpu.idle is None:
            idle = Thread(f"idle {cpu.number}", self.nt.new_object(0x480), 0, 0)
            idle.process, idle.priority, idle.background = self.nt.system_process, IDLE_PRIORITY, True
            idle.stack_low, idle.stack_bytes = self.nt.interrupt_stack(cpu, 0)
            idle.sp = idle.stack_bytes
            idle.start = lambda: self._idle(cpu)
            cpu.idle = idle
        return cpu.idle

    # -- switching

    def _go_on(self, cpu: Processor, thread: Thread) -> None:
        """Give the processor, which is the current one, to a thread. Returns when the caller's own thread has its turn
        again."""
        before = cpu.thread
        if before is not None:
            before.irql, before.raised_at = cpu.irql, cpu.raised_at
        cpu.thread = thread
        cpu.irql, cpu.raised_at = thread.irql, thread.raised_at
        thread.cpu = cpu
        thread.state = "running"
        thread.slices = 0
        self._run(cpu)

    def _run(self, cpu: Processor) -> None:
        """Continue a processor where it stands. Returns when somebody continues the caller's."""
        thread = self._enter(cpu)
        if thread.greenlet is None:
            thread.greenlet = self._greenlet(lambda *_: self._main(thread), self._root)
        if thread.greenlet is not self._current():
            thread.greenlet.switch()

    def _current(self) -> Any:
        return self._greenlet.getcurrent()

    def _enter(self, cpu: Processor) -> Thread:
        """Make a processor the current one, with its thread, stack, filters, user space and IRQL."""
        nt = self.nt
        thread = cpu.thread
        assert thread is not None
        nt.cpu = cpu
        nt.thread = thread
        nt.names["SEH"] = thread.seh
        nt.names["STACK"] = thread.stack_low
        process = thread.process
        if process is not None and process is not nt.process:
            nt.process = process
            nt.memory.switch_user(process.space)
        nt.memory.raise_irql(cpu.irql >= DISPATCH_LEVEL)
        return thread

    def _main(self, thread: Thread) -> None:
        """The whole life of a thread in its greenlet."""
        self.deliver()
        try:
            assert thread.start is not None
            thread.start()
        except ThreadEnds:
            pass
        if thread.priority == IDLE_PRIORITY:
            return
        nt = self.nt
        nt.thread_ended(thread)
        cpu = nt.cpu
        thread.state = "ended"
        follower = self._next_thread(cpu)
        cpu.thread = follower
        cpu.irql, cpu.raised_at = follower.irql, follower.raised_at
        follower.cpu, follower.state, follower.slices = cpu, "running", 0
        self._enter(cpu)
        if follower.greenlet is None:
            follower.greenlet = self._greenlet(lambda *_: self._main(follower), self._root)
        thread.greenlet.parent = follower.greenlet  # a greenlet that ends hands over to its parent

    # -- preemption

    def point(self) -> None:
        """Whatever may happen between two steps of the running code: due events, interrupts, another processor."""
        if not self.live or self.nt.hardware.current is not None:
            return
        nt = self.nt
        if nt.thread.terminating and nt.thread.user and not nt.thread.ending and not nt.cpu.nested:
            self.exit_thread(nt.thread.exit_status)
        if self._events and self._events[0][0] <= nt.clock.now_ns:
            self._fire()
        self.deliver()
        if nt.chooser.open and self._greenlet is not None:
            others = self.others()
            if others:
                pick = nt.choose("run", len(others) + 1)
                if pick:
                    self._run(others[pick - 1])
                    self.deliver()
        self._preempt()

    def slice_end(self) -> None:
        """A slice of steps is used up: the next processor that has something to run goes on."""
        if self.nt.hardware.current is not None:
            return
        self.point()
        nt = self.nt
        cpu = nt.cpu
        thread = nt.thread
        nt.dpcs.watch()
        thread.slices += 1
        lowered = thread.slices >= QUANTUM and lower(thread)
        if (
            thread.slices >= QUANTUM and cpu.irql < APC_LEVEL and not cpu.nested and thread is not cpu.idle
            and self._ready and self._ready[0].priority >= thread.priority
        ):  # fmt: skip
            self.make_ready(thread)
            self._go_on(cpu, self._next_thread(cpu))
            self.deliver()
        elif lowered:
            thread.slices = 0
        self.give_way()

    def give_way(self) -> None:
        """Let each other processor that has something to run go on for a while."""
        others = self.others() if self._greenlet is not None else []
        if others:
            self._run(others[0])
            self.deliver()

    def make_way(self) -> None:
        """Let another ready thread of the same priority have this processor: what resting for no time does."""
        thread = self.nt.thread
        if self._ready and self._ready[0].priority >= thread.priority and not self.nt.cpu.nested:
            self._leave(thread)
        else:
            self.give_way()

    def _leave(self, thread: Thread) -> None:
        """The current thread queues for a processor again."""
        self._with_greenlets()
        self.make_ready(thread)
        self._go_on(self.nt.cpu, self._next_thread(self.nt.cpu))
        self.deliver()

    def follow_affinity(self) -> None:
        """Take the current thread to a processor that its affinity names."""
        thread = self.nt.thread
        if not thread.affinity >> self.nt.cpu.number & 1 and not self.nt.cpu.nested:
            self._leave(thread)

    def set_priority(self, thread: Thread, priority: int) -> None:
        """Change a thread's priority; whoever is the most urgent then goes on."""
        thread.priority = thread.base = priority
        if thread.state == "ready":
            self._ready.remove(thread)
            self.make_ready(thread)
        self.point()

    def pass_time(self, nanoseconds: int) -> None:
        """Let time pass on this processor, with all that happens meanwhile on it and on the others."""
        clock = self.nt.clock
        if not self.live or self.nt.hardware.current is not None:
            clock.pass_ns(nanoseconds)
            return
        end = clock.now_ns + nanoseconds
        turns = 0
        while (now := clock.now_ns) < end:
            turns += 1
            if turns > IDLE_LIMIT:
                clock.step()  # whatever goes on for so long is a step of the run
            due = self.next_due()
            clock.pass_ns(min(end, max(due, now)) - now if due is not None else end - now)
            self.point()
            self.nt.dpcs.watch()
            self.give_way()

    def let_run(self, cpu: Processor) -> None:
        """Let one other processor go on for a while: it has what this one waits for."""
        self._with_greenlets()
        if cpu.thread is None:
            cpu.thread = self._idle_of(cpu)
        self._run(cpu)
        self.deliver()

    def _preempt(self) -> None:
        """A ready thread of a higher priority takes this processor, if no other is free for it."""
        cpu = self.nt.cpu
        if not self._ready or cpu.irql >= DISPATCH_LEVEL or cpu.nested or cpu.thread is cpu.idle:
            return
        thread = self.nt.thread
        if self._ready[0].priority > thread.priority and not any(
            other.thread is None or other.thread is other.idle for other in self.nt.processors
        ):
            self.make_ready(thread)
            self._go_on(cpu, self._next_thread(cpu))
            self.deliver()

    def others(self) -> list[Processor]:
        """The other processors that have something to run, in the order after this one."""
        nt = self.nt
        count = len(nt.processors)
        found = []
        for step in range(1, count):
            cpu = nt.processors[(nt.cpu.number + step) % count]
            if cpu.thread is None:
                if self._ready or cpu.dpcs or nt.interrupts.pending and nt.interrupts.deliverable(cpu):
                    cpu.thread = self._idle_of(cpu)
                    found.append(cpu)
            elif cpu.thread is not cpu.idle or cpu.nested or self._has_work(cpu):
                found.append(cpu)
        return found

    def _idle_of(self, cpu: Processor) -> Thread:
        ready, self._ready = self._ready, []
        idle = self._next_thread(cpu)
        self._ready = ready
        idle.cpu = cpu
        return idle

    def has_work(self) -> bool:
        """Somebody but the running thread can run."""
        return bool(self._ready or self.others())

    def _has_work(self, cpu: Processor) -> bool:
        """An idle processor has something to do."""
        mask = 1 << cpu.number
        return bool(
            any(thread.affinity & mask for thread in self._ready) or cpu.dpcs or self.nt.interrupts.deliverable(cpu)
        )

    def deliver(self) -> None:
        """Run what the current IRQL lets in on this processor: interrupts, then DPCs, then kernel APCs."""
        nt = self.nt
        while True:
            cpu = nt.cpu
            if nt.interrupts.pending and nt.interrupts.deliver(cpu):
                continue
            if cpu.irql < DISPATCH_LEVEL:
                if cpu.dpcs and not cpu.in_dpc:
                    nt.dpcs.run(cpu)
                    continue
                if nt.thread.apcs and cpu.irql < APC_LEVEL and not cpu.nested and not nt.thread.guarded:
                    self._run_apcs(nt.thread)
                    continue
            return

    # -- APCs

    def apc(self, thread: Thread, action: Callable[[], object]) -> None:
        """A special kernel APC: `action` runs in the thread's context, at APC_LEVEL, as soon as that may be. A thread
        that waits is woken for it and waits on. For a thread that has ended it runs at once."""
        if thread.state == "ended":
            self._in_process(thread, action)
            return
        thread.apcs.append(action)
        if thread is self.nt.thread:
            self.deliver()
        elif thread.state == "waiting" and not thread.guarded and thread.irql < APC_LEVEL:
            self.make_ready(thread)

    def _run_apcs(self, thread: Thread) -> None:
        nt = self.nt
        while thread.apcs:
            action = thread.apcs.pop(0)
            before = nt.irql
            nt.set_irql(APC_LEVEL)
            self._in_process(thread, action)
            nt.set_irql(before)

    def _in_process(self, thread: Thread, action: Callable[[], object]) -> None:
        """Run something with the user space of a thread's own process in view."""
        nt = self.nt
        own = thread.home or thread.process
        seen = nt.thread.process
        if own is None or own is seen or seen is None:
            action()
            return
        nt.attach(own)
        try:
            action()
        finally:
            if not nt.stopped:
                nt.attach(seen)

    def user_apc(self, thread: Thread, action: Callable[[], object]) -> None:
        """Queue a user APC. An alertable user-mode wait ends for it."""
        thread.user_apcs.append(action)
        wait = thread.wait
        if wait is not None and wait.alertable and wait.mode:
            self.nt.dispatcher.end_wait(wait, 0xC0)  # STATUS_USER_APC

    # -- time

    def after(self, nanoseconds: int, action: Callable[[], object], what: str = "") -> Event:
        """Call `action` once so much time has passed. It runs on whatever processor notices, and may not wait."""
        return self.at(self.nt.clock.now_ns + max(nanoseconds, 0), action, what)

    def at(self, due_ns: int, action: Callable[[], object], what: str = "") -> Event:
        self.go_live()
        event = Event(due_ns, action, what, self.nt.thread.cause)
        self._made += 1
        heappush(self._events, (due_ns, self._made, event))
        return event

    def cancel(self, event: Event) -> None:
        event.action = None

    def _fire(self) -> None:
        """Do what is due, in the order of time; what is due at one moment in the order asked for, or as chosen."""
        nt = self.nt
        now = nt.clock.now_ns
        while self._events and self._events[0][0] <= now:
            due, _, event = heappop(self._events)
            if event.action is None:
                continue
            if nt.chooser.open:
                event = self._choose_event(due, event)
            action, event.action = event.action, None
            assert action is not None
            thread = nt.thread
            cause, thread.cause = thread.cause, event.cause
            action()
            thread.cause = cause

    def _choose_event(self, due: int, event: Event) -> Event:
        """Among the events of one moment, which comes first."""
        same = [entry for entry in self._events if entry[0] == due and entry[2].action is not None]
        pick = self.nt.choose("event", len(same) + 1) if same else 0
        if not pick:
            return event
        same.sort()
        chosen = same[pick - 1]
        self._made += 1
        self._events[self._events.index(chosen)] = (due, chosen[1], event)
        return chosen[2]

    def next_due(self) -> int | None:
        """When the next event is due, or None if there is none."""
        while self._events and self._events[0][2].action is None:
            heappop(self._events)
        return self._events[0][0] if self._events else None

    # -- idling

    def _idle(self, cpu: Processor) -> None:
        """What a processor does when no thread can run on it."""
        nt = self.nt
        while True:
            self.deliver()
            mask = 1 << cpu.number
            if any(thread.affinity & mask for thread in self._ready):
                self._idle_events = 0
                self._go_on(cpu, self._next_thread(cpu))
                continue
            others = self.others()
            if others:
                self._run(others[0])
                continue
            due = self.next_due()
            if due is None or self._idle_events > IDLE_LIMIT and not self._somebody_wakes():
                self._nothing_left(due is not None)
                continue
            self._idle_events += 1
            if self._idle_events > IDLE_LIMIT:
                nt.clock.step()
            nt.clock.pass_ns(max(0, due - nt.clock.now_ns))
            self._fire()

    def _somebody_wakes(self) -> bool:
        """True if a thread waits for a time that will come."""
        return any(
            thread.wait is not None and thread.wait.timeout is not None and not thread.background
            for thread in self.threads
        )

    def _nothing_left(self, only_timers: bool) -> None:
        """Nobody can ever run again. Say who waits for what, and stop; unless a debugger lets somebody go on."""
        nt = self.nt
        if nt.breaking is not None:
            nt.breaking("deadlock", "no thread can ever run again")
            if self._ready or self.others() or not only_timers and self.next_due() is not None:
                return
        found = nt.pending_requests()
        for finding in found:
            nt.findings.append(finding)
        waiting = [thread for thread in self.threads if thread.state == "waiting" and not thread.background]
        reported = {finding.moment.site for finding in found}
        for thread in waiting:
            moment = thread.wait.moment
            in_driver = nt.io.requests.running.get(thread.address)  # else it waits for what is reported already
            if found and thread.is_user_thread and not in_driver or moment.site in reported:
                continue
            facts = [("thread", f"{thread.name}, {address(thread.address)}"), ("waits for", thread.wait.describe(nt))]
            if only_timers:
                facts.append(("meanwhile", "only timers run, and nobody is woken by them"))
            others = len(waiting) - 1
            if others:
                facts.append(("others", f"{plural(others, 'more thread')} waiting"))
            rule = rules.WAITS_FOR_EVER
            marks = [*thread.wait.marks, *nt.dispatcher.held_by_others(thread.wait)]
            nt.findings.append(Finding(rule, "error", rule.title, moment, marks, facts, rule.help, rule.here, None))
        nt.stopped = True
        raise Deadlock

    # -- the end

    def close(self) -> None:
        """Let go of every thread that has not ended. The machine has stopped: none of them runs any code again."""
        if self._greenlet is None:
            return
        self.nt.stopped = True
        for thread in [*self.threads, *(cpu.idle for cpu in self.nt.processors if cpu.idle is not None)]:
            started = thread.greenlet
            if started is not None and started is not self._root and not started.dead:
                started.parent = self._current()
                started.throw()

    def at_rest(self) -> bool:
        """True at PASSIVE_LEVEL outside every interrupt."""
        return self.nt.irql == PASSIVE_LEVEL and not self.nt.cpu.nested
