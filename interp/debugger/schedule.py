"""Choices made by hand: what happens next is asked of the person instead of the seed.

The answers are kept by question, so that a run that is done again gets the same ones and asks nobody.
"""

from __future__ import annotations

from ...runtime.choose import Chooser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ...runtime.system import System

# What is asked: the question, and the answers, the plain one first, where they do not depend on the machine.
QUESTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "run": ("who goes on", ()),
    "ready": ("which of the ready threads runs", ()),
    "event": ("which of the events of this moment comes first", ()),
    "interrupt": ("when does the interrupt land", ("now", "a little later")),
    "burst": ("when does this burst of the device's write arrive", ("now", "later")),
    "posted": ("when does the write to the register reach the device", ("now", "later, behind what follows")),
    "timer late": ("how late does the timer come", ("on time", "a third", "two thirds", "all that it tolerates")),
    "dma:callback": ("when does the DMA request get its turn", ("now, before the call returns", "later, from a DPC")),
}


class Question:
    """What is asked of the person: `answers` are numbered from 0, the plain one."""

    __slots__ = ("what", "text", "answers")

    def __init__(self, what: str, text: str, answers: list[str]) -> None:
        self.what = what
        self.text = text
        self.answers = answers


class ByHand(Chooser):
    """Asks `ask` while `on`; each answer goes to `answers`, which is looked at first."""

    __slots__ = ("on", "ask", "answers")

    def __init__(
        self, seed: int | None, failures: tuple[tuple[str, int], ...], answers: dict[tuple[str, int], int],
        ask: Callable[[str, int], int],
    ) -> None:  # fmt: skip
        super().__init__(seed, failures)
        self.may_fail = True  # .fault may come at any time
        self.on = False
        self.ask = ask
        self.answers = answers

    @property
    def open(self) -> bool:
        return self.on or super().open

    def choose(self, what: str, options: int) -> int:
        if not self.on or options < 2 or what not in QUESTIONS:
            return super().choose(what, options)
        nth = self.asked.get(what, 0) + 1
        answer = self.answers.get((what, nth))
        if answer is None:
            answer = self.answers[what, nth] = self.ask(what, options)
        self.asked[what] = nth
        return answer


def question(nt: System, what: str, options: int) -> Question:
    """A choice in words."""
    text, answers = QUESTIONS[what]
    found = list(answers)
    if what == "run":
        found = [f"go on here: {nt.thread.name} on processor {nt.cpu.number}"]
        others = nt.scheduler.others()
        found += [f"processor {cpu.number}: {cpu.thread.name}" for cpu in others if cpu.thread is not None]
    found += [f"choice {index}" for index in range(len(found), options)]
    return Question(what, text, found[:options])
