"""Six workloads as scripts, against the same written by hand in Python on the same simulated memory.

A contest holds the machine, the prepared data, and both ways to do the work; they must agree before they are timed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zlib import crc32

from . import by_hand
from .measure import Row, best, geometric_mean, ms
from .scripts import Machine, compiled

EACH, MEAN = 1.3, 1.0
NODE = 32  # bytes of a list node in pool: LIST_ENTRY, value, padding
STRIDE = 7919  # from one node of the list to the next, modulo their number
RUN_PAGES = 4
NAMES = ("crc_table", "crc_bit", "list_walk", "scatter", "fib", "calls")
TITLES = {
    "crc_table": "CRC-32 by table", "crc_bit": "CRC-32 by bit", "list_walk": "walk of a list",
    "scatter": "scatter list", "fib": "recursive calls", "calls": "routine calls",
}  # fmt: skip


class Contest:
    """One workload on one machine: `arguments` are for both the script and the hand; `answer` is what both must
    give."""

    def __init__(self, name: str, size: int, budget: bool = True) -> None:
        self.name = name
        self.machine = Machine(compiled(name, budget))
        self.arguments, self.answer = PREPARE[name](self.machine, size)
        self.hand = by_hand.bound(getattr(by_hand, name), self.machine.names)

    def by_script(self) -> Any:
        return self.machine.call("Run", *self.arguments)

    def by_hand(self) -> Any:
        return self.hand(*self.arguments)

    def check(self) -> None:
        for way in (self.by_script, self.by_hand):
            if way() != self.answer:
                raise SystemExit(f"{self.name}: {way.__name__} gives {way()}, not {self.answer}")


Prepared = tuple[tuple[int, ...], int]


def prepare_crc_table(machine: Machine, size: int) -> Prepared:
    machine.call("Prepare")
    table = bytearray()
    for crc in range(256):
        for _ in range(8):
            crc = crc >> 1 ^ 0xEDB88320 if crc & 1 else crc >> 1
        table += crc.to_bytes(4, "little")
    machine.names["TABLE"] = machine.allocate(bytes(table))
    return prepare_crc_bit(machine, size)


def prepare_crc_bit(machine: Machine, size: int) -> Prepared:
    data = bytes(i * 0x9E3779B1 >> 24 & 0xFF for i in range(size))
    return (machine.allocate(data), size), crc32(data)


def prepare_list_walk(machine: Machine, size: int) -> Prepared:
    """A ring of nodes whose order in memory is another than along the ring; the head is a node of its own."""
    nodes = machine.allocate(bytes(NODE * (size + 1)))
    ring = [nodes, *(nodes + NODE * (1 + i * STRIDE % size) for i in range(size))]
    total = 0
    for i, node in enumerate(ring):
        following, before, value = ring[(i + 1) % len(ring)], ring[i - 1], i * 0x9E3779B1 & 0xFFFFFFFF
        data = following.to_bytes(8, "little") + before.to_bytes(8, "little") + value.to_bytes(4, "little")
        machine.nt.memory.write(node, data)
        total += value if i else 0
    return (nodes,), total & 0xFFFFFFFF


def prepare_scatter(machine: Machine, size: int) -> Prepared:
    """Frames in runs of four; room for a list element for each."""
    frames = [0x100000 + i // RUN_PAGES * 16 + i % RUN_PAGES for i in range(size)]
    where = machine.allocate(b"".join(frame.to_bytes(8, "little") for frame in frames))
    return (where, size, machine.allocate(bytes(16 + 24 * size))), -(-size // RUN_PAGES)


def prepare_fib(machine: Machine, size: int) -> Prepared:
    before, number = 0, 1
    for _ in range(size - 1):
        before, number = number, before + number
    return (size,), number


def prepare_calls(machine: Machine, size: int) -> Prepared:
    """`size` calls, half of each kind. The MDL describes 4096 bytes, and the IRQL is PASSIVE_LEVEL."""
    for name in ("MmGetMdlByteCount", "KeGetCurrentIrql"):
        machine.names[name] = by_hand.body(name)
    mdl = by_hand.body("IoAllocateMdl")(machine.nt, machine.allocate(bytes(4096)), 4096, 0, 0, 0)
    return (mdl, size // 2), size // 2 * 4096 & 0xFFFFFFFF


PREPARE: dict[str, Callable[[Machine, int], Prepared]] = {name: globals()[f"prepare_{name}"] for name in NAMES}
SIZES = {"crc_table": 65536, "crc_bit": 65536, "list_walk": 100_000, "scatter": 16384, "fib": 24, "calls": 100_000}
QUICK_SIZES = {"crc_table": 64, "crc_bit": 64, "list_walk": 50, "scatter": 64, "fib": 5, "calls": 20}


def run(quick: bool) -> list[Row]:
    rows = []
    for name in NAMES:
        contest = Contest(name, (QUICK_SIZES if quick else SIZES)[name])
        contest.check()
        script, hand = best(1 if quick else 12, contest.by_script, contest.by_hand)
        rows.append(Row(f"{TITLES[name]}: script / by hand", script / hand, EACH, detail=f"{ms(script)} / {ms(hand)}"))
    rows.append(Row("geometric mean of the six", geometric_mean(row.value for row in rows), MEAN))
    return rows
