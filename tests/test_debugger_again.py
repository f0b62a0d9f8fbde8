"""Running again comes to the same moment, whatever was done on the way there: stops, entries at stops, going back."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from dmascript.interp.debugger import again, back
from dmascript.interp.debugger.control import Step
from dmascript.interp.debugger.live import Live
from dmascript.interp.options import Options

SCRIPTS = {
    "threads": """
KEVENT done; KTIMER timer; KDPC dpc; LONG count;
VOID OnTimer(PKDPC Dpc, PVOID Context, PVOID A, PVOID B) { count++; KeSetEvent(&done, 0, FALSE); }
VOID Worker(PVOID Context) {
    for (int i = 0; i < 5; i++) { InterlockedIncrement(&count); DbgPrint("%d ", count); }
    KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
    PsTerminateSystemThread(STATUS_SUCCESS);
}
HANDLE h; PVOID t; LARGE_INTEGER due;
KeInitializeEvent(&done, NotificationEvent, FALSE);
KeInitializeTimer(&timer);
KeInitializeDpc(&dpc, OnTimer, NULL);
PsCreateSystemThread(&h, THREAD_ALL_ACCESS, NULL, NULL, NULL, Worker, &count);
ObReferenceObjectByHandle(h, SYNCHRONIZE, *PsThreadType, KernelMode, &t, NULL);
due.QuadPart = -1000; KeSetTimer(&timer, due, &dpc);
KeWaitForSingleObject(t, Executive, KernelMode, FALSE, NULL);
DbgPrint("done %d\\n", count);
ObDereferenceObject(t); ZwClose(h);
""",
    "crash": """
int deep(int n) { char room[64]; room[0] = n; return n ? deep(n - 1) + room[0] : 0; }
PMDL mdl = IoAllocateMdl(NULL, 4096, FALSE, FALSE, NULL);
for (int i = 0; i < 4; i++) { DbgPrint("%d\\n", deep(i)); }
IoFreeMdl(mdl);
DbgBreakPoint();
IoFreeMdl(mdl);
""",
    "exceptions": """
int tries;
int careful(int *p) { __try { tries++; return *p; } __except (EXCEPTION_EXECUTE_HANDLER) { return -1; } }
int here = 7;
process app { volatile int x = 3; while (x) x--; printf("app\\n"); }
for (int i = 0; i < 3; i++) { DbgPrint("%d\\n", careful(i & 1 ? &here : (int *)4096)); }
""",
}
ENTRIES = (
    'DbgPrint("at a stop\\n");', "int made{n} = 3;", "KeStallExecutionProcessor(20);", "DbgBreakPoint();",
    "ExFreePool(ExAllocatePoolWithTag(NonPagedPool, 64, 'tseT'));", "{{ int i; for (i = 0; i < 50; i++) ; }}",
    "*(int *)0 = 1;", "int own{n}(int a) {{ return a + 1; }}",
)  # fmt: skip


def moment(live: Live) -> tuple[object, ...]:
    """All that two runs which are alike have in common."""
    nt = live.nt
    return (
        live.passed(), nt.clock.now_ns, nt.clock.steps, bytes(nt.store.bytes[: nt.store._next * 4096]), nt.stopped,
        [(found.rule.id, found.moment.time_ns) for found in nt.findings], [stop.position for stop in live.stops],
    )  # fmt: skip


def wander(live: Live, chance: random.Random) -> None:
    """Stop and go on at random, and do at the stops what a person might."""
    points = live.control.breakpoints
    marks = list(points.landmarks)
    for _ in range(chance.randrange(4)):
        mark = chance.choice(marks)
        points.add("line", file=mark.file, line=mark.line)
    if chance.random() < 0.3:
        points.add("routine", chance.choice(["*", "Ke*", "Io*"]))
    points.changed()
    ways: list[Callable[[], object]] = [
        live.go, live.go, lambda: step(live, chance), lambda: step(live, chance),
        lambda: live.enter(chance.choice(ENTRIES).format(n=len(live.journal))), lambda: again.undo(live),
        lambda: back.step_back(live, lambda one, thread, depth: not thread or one.thread == thread),
        lambda: back.back_to_hit(live), lambda: (live.interrupt(), live.go()),
    ]  # fmt: skip
    for _ in range(40):
        if live.stopped is None or live.crashed:
            return
        chance.choice(ways)()


def step(live: Live, chance: random.Random) -> None:
    if live.stopped is not None and live.stopped.frame is not None:
        live.control.step = Step(live, chance.random() < 0.5, chance.choice([0, 0, 1]), chance.random() < 0.2)
        live.rearm()
    live.go()


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", SCRIPTS)
def test_running_again_comes_to_the_same_moment(name: str, seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("again") / "script.dma"
    path.write_text(SCRIPTS[name], encoding="utf-8")
    printed: list[str] = []
    chance = random.Random(f"{name} {seed}")
    live = Live(Options(seed=seed if seed % 2 else None), printed.append)
    live.debug(str(path))
    wander(live, chance)
    came, position = moment(live), live.position if live.stops and not live.crashed else None
    texts = []
    for _ in range(2):
        printed.clear()
        live._shown = 0  # what was printed before is printed again
        live.again(position)
        assert moment(live) == came
        texts.append("".join(printed))
    assert texts[0] == texts[1]
    live.close()


def test_a_machine_block_in_the_middle_begins_everything_again_on_such_a_machine() -> None:
    printed: list[str] = []
    live = Live(Options(), printed.append)
    live.enter('int a = 1; DbgPrint("once\\n");')
    live.enter("machine { profile = bounce; }")
    assert live.nt.settings.profile == "bounce" and live.evaluate("a").value == 1
    assert "".join(printed) == "once\n"
    live.interrupt()
    live.enter("a = 2;")
    assert live.enter("machine { profile = iommu; }").note
    assert live.nt.settings.profile == "bounce" and live.go().kind == "done" and live.evaluate("a").value == 2
    live.close()


def test_a_budget_of_steps_is_granted_again_by_who_goes_on() -> None:
    live = Live(Options(max_steps=10_000), lambda text: None)
    outcome = live.enter("int i; for (i = 0; i < 25000; i++) ;")
    stops = 0
    while outcome.kind == "stopped":
        assert outcome.stop is not None and outcome.stop.reason == "limit"
        stops += 1
        outcome = live.go()
    assert stops == 2 and outcome.kind == "done" and live.evaluate("i").value == 25000
    live.again()
    assert live.evaluate("i").value == 25000
    live.close()


def test_an_entry_that_waits_lets_the_other_threads_run_on(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The thread that was told first may be done before the one that is suspended: its outcome comes last."""
    path = tmp_path_factory.mktemp("again") / "script.dma"
    path.write_text(
        "VOID Worker(PVOID C) {\n    int here = 5;\n    here++;\n    PsTerminateSystemThread(0);\n}\n"
        "HANDLE h; LARGE_INTEGER d;\n"
        "PsCreateSystemThread(&h, THREAD_ALL_ACCESS, NULL, NULL, NULL, Worker, NULL);\n"
        "d.QuadPart = -10; KeDelayExecutionThread(KernelMode, FALSE, &d);\nZwClose(h);\n",
        encoding="utf-8",
    )
    live = Live(Options(), lambda text: None)
    live.control.breakpoints.add("function", "Worker")
    assert live.load(str(path)).kind == "stopped"
    wait = live.enter("LARGE_INTEGER w; w.QuadPart = -100000; KeDelayExecutionThread(KernelMode, FALSE, &w);")
    assert wait.kind == "done" and live.evaluate("here") is not None
    assert live.go().kind == "done" and live.stopped is None
    live.close()
