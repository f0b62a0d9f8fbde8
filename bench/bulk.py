"""Bulk work of the simulated machine: copying, describing and locking large buffers, faults.

A transfer is what a device does with the pages that a driver described to it: bytes of the device's own to or from
memory, page by page or in whatever runs the machine makes of them. memcpy is one copy of as many bytes between two
host buffers.
"""

from __future__ import annotations

from collections.abc import Callable
from mmap import mmap

from dmascript.runtime.choose import Chooser
from dmascript.runtime.mm import contiguous, virtual
from dmascript.runtime.mm.blocks import copy
from dmascript.runtime.mm.contiguous import CACHED
from dmascript.runtime.mm.store import PAGE
from dmascript.runtime.system import Settings, System
from dmascript.runtime.wdk.constants import (
    MEM_COMMIT,
    MEM_RELEASE,
    MEM_RESERVE,
    MM_ALLOCATE_FULLY_REQUIRED,
    PAGE_READWRITE,
)

from .by_hand import body
from .measure import Row, best, ms, us

CONTIGUOUS, RUNS, DESCRIBE_MS = 0.9, 0.45, 20.0
RUN_BYTES = 4 * PAGE
KERNEL_MODE, USER_MODE, IO_WRITE_ACCESS, NORMAL_PRIORITY = 0, 1, 1, 16


def booted(max_memory: int = 1 << 30, fragmentation: str = "scattered") -> System:
    settings = Settings()
    settings.max_memory = max_memory
    settings.fragmentation = fragmentation
    nt = System(settings, Chooser())
    nt.attach(nt.create_process("bench"))
    return nt


def user_buffer(nt: System, length: int) -> int:
    answer = virtual.allocate(nt, 0, length, 0, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE)
    assert not answer.status, hex(answer.status)
    return answer.base


def pages(length: int) -> memoryview:
    """Host memory that begins at a page, as a device's does."""
    made = memoryview(mmap(-1, length))
    made[:] = b"\xa5" * length
    return made


def copies(quick: bool) -> list[Row]:
    """Reading and writing memory in whole buffers and in runs of four pages, against memcpy: by virtual address, and by
    the physical one of adjacent frames, as a device does; and one block of memory to another."""
    length = 16 * RUN_BYTES if quick else 32 << 20
    rounds = 1 if quick else 9
    nt = booted()
    buffer, other = user_buffer(nt, length), user_buffer(nt, length)
    memory = nt.memory
    adjacent = contiguous.allocate(nt, length)
    assert adjacent
    physical = memory.frame_at(adjacent) * PAGE
    for start in (buffer, other, adjacent):
        memory.write(start, bytes(length))
    source, target = pages(length), pages(length)

    def memcpy() -> None:
        target[:] = source

    def in_runs(move: Callable[[int, memoryview], None], start: int) -> None:
        for offset in range(0, length, RUN_BYTES):
            move(start + offset, source[offset : offset + RUN_BYTES])

    ways: tuple[tuple[str, Callable[[], None], float], ...] = (
        ("device to memory, contiguous", lambda: memory.write(buffer, source), CONTIGUOUS),
        ("memory to device, contiguous", lambda: memory.read_into(buffer, source), CONTIGUOUS),
        ("device to memory, runs of four pages", lambda: in_runs(memory.write, buffer), RUNS),
        ("memory to device, runs of four pages", lambda: in_runs(memory.read_into, buffer), RUNS),
        ("device to adjacent frames", lambda: memory.write_physical(physical, source), CONTIGUOUS),
        ("adjacent frames to device", lambda: memory.read_physical_into(physical, source), CONTIGUOUS),
        ("device to runs of four frames", lambda: in_runs(memory.write_physical, physical), RUNS),
        ("runs of four frames to device", lambda: in_runs(memory.read_physical_into, physical), RUNS),
        ("memory to memory", lambda: copy(nt, other, buffer, length), CONTIGUOUS),
    )
    reference, *times = best(rounds, memcpy, *(way for _, way, _ in ways))
    return [
        Row(f"memcpy / {what}", reference / taken, bound, at_most=False, detail=f"{ms(reference)} / {ms(taken)}")
        for (what, _, bound), taken in zip(ways, times, strict=True)
    ]


def describe(quick: bool) -> list[Row]:
    """An MDL for 1 GiB of user memory: made, its pages locked, the frames read out, and undone."""
    length = (1 << 20) if quick else 1 << 30
    nt = booted()
    buffer = user_buffer(nt, length)

    def once() -> None:
        mdl = body("IoAllocateMdl")(nt, buffer, length, 0, 0, 0)
        body("MmProbeAndLockPages")(nt, mdl, USER_MODE, IO_WRITE_ACCESS)
        frames = nt.mdls.at(mdl).frames
        assert len(frames) == length // PAGE
        body("MmUnlockPages")(nt, mdl)
        body("IoFreeMdl")(nt, mdl)

    (taken,) = best(1 if quick else 15, once)
    return [
        Row(f"lock, describe and list {length >> 20} MiB", 1000 * taken, DESCRIBE_MS, unit=" ms"),
        *owned(nt, length, quick),
        *locks(nt, buffer, length, quick),
    ]


def owned(nt: System, length: int, quick: bool) -> list[Row]:
    """As many pages allocated for an MDL of their own, and given back."""

    def once() -> None:
        mdl = body("MmAllocatePagesForMdlEx")(nt, 0, (1 << 52) - 1, 0, length, CACHED, MM_ALLOCATE_FULLY_REQUIRED)
        assert mdl
        body("MmFreePagesFromMdl")(nt, mdl)
        body("ExFreePool")(nt, mdl)

    (taken,) = best(1 if quick else 15, once)
    return [Row(f"allocate {length >> 20} MiB of pages for an MDL, free them", 1000 * taken, unit=" ms")]


def locks(nt: System, buffer: int, length: int, quick: bool) -> list[Row]:
    """Locking and unlocking alone: what each page of a large buffer costs, in parts of what a single one does."""
    large = body("IoAllocateMdl")(nt, buffer, length, 0, 0, 0)
    small = body("IoAllocateMdl")(nt, user_buffer(nt, PAGE), PAGE, 0, 0, 0)
    count = 1 if quick else 100

    def lock(mdl: int) -> None:
        body("MmProbeAndLockPages")(nt, mdl, USER_MODE, IO_WRITE_ACCESS)
        body("MmUnlockPages")(nt, mdl)

    def one() -> None:
        for _ in range(count):
            lock(small)

    whole, single = best(1 if quick else 9, lambda: lock(large), one)
    detail = f"{ms(whole)}, {us(single / count)} for 4 KiB"
    return [Row(f"lock and unlock {length >> 20} MiB / 4 KiB", whole / single * count, detail=detail)]


def cycles(quick: bool) -> list[Row]:
    """Small buffers, again and again."""
    count = 3 if quick else 300
    nt = booted()
    buffer = user_buffer(nt, 4 * PAGE)

    def locking() -> None:
        for _ in range(count):
            mdl = body("IoAllocateMdl")(nt, buffer + 100, 10_000, 0, 0, 0)
            body("MmProbeAndLockPages")(nt, mdl, USER_MODE, IO_WRITE_ACCESS)
            body("MmUnlockPages")(nt, mdl)
            body("IoFreeMdl")(nt, mdl)

    def mapping() -> None:
        for _ in range(count):
            mdl = body("IoAllocateMdl")(nt, buffer, 2 * PAGE, 0, 0, 0)
            body("MmProbeAndLockPages")(nt, mdl, USER_MODE, IO_WRITE_ACCESS)
            assert body("MmMapLockedPagesSpecifyCache")(nt, mdl, KERNEL_MODE, CACHED, 0, 0, NORMAL_PRIORITY)
            body("MmUnlockPages")(nt, mdl)
            body("IoFreeMdl")(nt, mdl)

    def pool() -> None:
        for _ in range(count):
            nt.pool.free(nt.pool.allocate(256, 0x20202020))

    taken, mapped, pooled = best(1 if quick else 15, locking, mapping, pool)
    return [
        Row(
            "allocate, lock, unlock, free an MDL of 3 pages",
            count / taken,
            detail=f"{us(taken / count)} each",
            unit="/s",
        ),
        Row("the same mapped, 2 pages", count / mapped, detail=f"{us(mapped / count)} each", unit="/s"),
        Row("allocate and free 256 bytes of pool", count / pooled, detail=f"{us(pooled / count)} each", unit="/s"),
    ]


def faults(quick: bool) -> list[Row]:
    """The first load from a page (a frame, a slot and window entries are found) and the first store to it after that
    (only entries)."""
    pages = 4 if quick else 512
    nt = booted()
    names = nt.names
    exec("def load4(a):\n return U32[(a + R4[a & -4093]) >> 2]", names)
    exec("def store4(a):\n s = 0\n U32[(a + W4[a & -4093]) >> 2] = s", names)
    load4: Callable[[int], int] = names["load4"]  # type: ignore[assignment]
    store4: Callable[[int], int] = names["store4"]  # type: ignore[assignment]
    found: dict[str, list[float]] = {"first": [], "again": [], "hit": []}
    for _ in range(1 if quick else 9):
        start = user_buffer(nt, pages * PAGE)
        addresses = range(start, start + pages * PAGE, PAGE)

        def touch(load: Callable[[int], int], addresses: range = addresses) -> None:
            for address in addresses:
                load(address)

        for what, load in (("first", load4), ("again", store4), ("hit", load4)):
            found[what].append(once(lambda load=load: touch(load)))  # type: ignore[misc]
        virtual.free(nt, start, 0, MEM_RELEASE)
    first, again, hit = (min(found[what]) / pages for what in ("first", "again", "hit"))
    return [
        Row("first touch of a page / a hit", first / hit, detail=f"{us(first)} / {us(hit)}"),
        Row("fault on a resident page / a hit", again / hit, detail=f"{us(again)} / {us(hit)}"),
    ]


def once(work: Callable[[], None]) -> float:
    from .measure import OWN_CLOCK

    start = OWN_CLOCK()
    work()
    return OWN_CLOCK() - start


def run(quick: bool) -> list[Row]:
    return [*copies(quick), *describe(quick), *cycles(quick), *faults(quick)]
