"""Who gets map registers when: random requests and releases over several adapters, against a plain queue."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dma_machine import DmaMachine

TOTAL, MOST, ADAPTERS = 64, 32, 3
KEEP_REGISTERS = 3


class Queue:
    """The model: requests in the order in which they came, each an adapter, a number of registers and a name."""

    def __init__(self) -> None:
        self.waiting: list[tuple[int, int]] = []
        self.free = TOTAL
        self.granted: dict[int, int] = {}
        self.order: list[int] = []

    def serve(self) -> None:
        while self.waiting and self.waiting[0][1] <= self.free:
            name, count = self.waiting.pop(0)
            self.free -= count
            self.granted[name] = count
            self.order.append(name)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.booleans(), st.integers(0, ADAPTERS - 1), st.integers(1, MOST)), max_size=40))
def test_first_come_first_served(steps: list[tuple[bool, int, int]]) -> None:
    """Lists that are put let in those that wait, in the order in which they were asked for, and all end free."""
    machine = DmaMachine("bounce")
    adapters = [machine.adapter(ScatterGather=1) for _ in range(ADAPTERS)]
    buffers = {count: machine.buffer(count * 4096) for count in range(1, MOST + 1)}
    model = Queue()
    lists: dict[int, tuple[int, int]] = {}
    owner: dict[int, int] = {}
    order: list[int] = []

    def listed(device: int, irp: int, where: int, name: int) -> None:
        order.append(name)
        lists[name] = owner[name], where

    routine = machine.native(listed)
    name = 0
    for ask, which, number in steps:
        if ask:
            name += 1
            owner[name] = adapters[which]
            va, mdl = buffers[number]
            given = adapters[which], 0, mdl, va, number * 4096, routine, name, 0
            assert machine.op("GetScatterGatherList", *given) == 0
            model.waiting.append((name, number))
        elif model.granted:
            gone = sorted(model.granted)[number % len(model.granted)]
            machine.op("PutScatterGatherList", *lists[gone], 0)
            model.free += model.granted.pop(gone)
        model.serve()
        assert order == model.order
        assert machine.nt.dma.pool.free == model.free
    while model.granted:
        gone = min(model.granted)
        machine.op("PutScatterGatherList", *lists[gone], 0)
        model.free += model.granted.pop(gone)
        model.serve()
        assert order == model.order
    for adapter in adapters:
        machine.op("PutDmaAdapter", adapter)
    assert machine.held == set() and machine.rules == [] and machine.nt.dma.pool.free == TOTAL
