"""Virtual memory of a process, probing, paging, and the frames behind it all."""

from __future__ import annotations

import pytest

from dmascript.interp import script
from dmascript.interp.options import Options
from dmascript.runtime.choose import Chooser
from dmascript.runtime.ke.exceptions import BugCheck
from dmascript.runtime.mm.frames import GIB_FRAMES, Frames
from dmascript.runtime.mm.store import MOST_LEFT, PAGE, Store
from machine import CURRENT_PROCESS, Machine

COMMIT, RESERVE, DECOMMIT, RELEASE, TOP_DOWN = 0x1000, 0x2000, 0x4000, 0x8000, 0x100000
NO_ACCESS, READ_ONLY, READ_WRITE = 1, 2, 4
ACCESS_VIOLATION, MISALIGNMENT = 0xC0000005, 0x80000002
USER_LIMIT = 0x7FFF_FFFF_0000


class Virtual(Machine):
    """Calls with in/out parameters, as (status, base, size)."""

    def allocate(self, size: int, kind: int = COMMIT, protect: int = READ_WRITE, base: int = 0, zero_bits: int = 0):  # type: ignore[no-untyped-def]
        return self._inout("ZwAllocateVirtualMemory", base, size, kind, protect, zero_bits)

    def free(self, base: int, size: int, kind: int = RELEASE):  # type: ignore[no-untyped-def]
        return self._inout("ZwFreeVirtualMemory", base, size, kind)

    def _inout(self, name: str, base: int, size: int, *rest: int):  # type: ignore[no-untyped-def]
        base_at, size_at = self.room(8), self.room(8)
        self.set(base_at, 8, base)
        self.set(size_at, 8, size)
        arguments = (base_at, size_at, rest[0]) if len(rest) == 1 else (base_at, rest[2], size_at, rest[0], rest[1])
        status = self.call(name, CURRENT_PROCESS, *arguments)
        return status, self.get(base_at), self.get(size_at)


def test_commit_rounds_to_pages() -> None:
    """Base and size come back as whole pages, on 64 KiB; the memory reads as zeros and keeps what is written."""
    machine = Virtual()
    status, base, size = machine.allocate(10000)
    assert (status, base % 0x10000, size) == (0, 0, 12288)
    assert machine.nt.memory.read(base, size) == bytes(size)
    machine.nt.memory.write(base + 4000, b"across a page")
    assert machine.nt.memory.read(base + 4000, 13) == b"across a page"


def test_reserved_pages_fault_until_committed() -> None:
    """MEM_RESERVE takes addresses, MEM_COMMIT memory, and each part may be committed for itself."""
    machine = Virtual()
    _, base, _ = machine.allocate(0x10000, RESERVE)
    assert machine.raised("RtlZeroMemory", base + 0x2000, 1) == ACCESS_VIOLATION
    assert machine.allocate(1, COMMIT, base=base + 0x2010) == (0, base + 0x2000, 0x1000)
    assert machine.raised("RtlZeroMemory", base + 0x2000, 0x1000) is None
    assert machine.raised("RtlZeroMemory", base + 0x2000, 0x1001) == ACCESS_VIOLATION


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ({"size": 0}, 0xC00000F2), ({"size": 1, "kind": 0x40}, 0xC00000F3), ({"size": 1, "kind": TOP_DOWN}, 0xC00000F3),
        ({"size": 1, "protect": 0}, 0xC0000045), ({"size": 1, "protect": READ_ONLY | READ_WRITE}, 0xC0000045),
        ({"size": 1, "base": USER_LIMIT}, 0xC00000F0), ({"size": 1 << 47}, 0xC00000F2),
        ({"size": 1, "zero_bits": 54}, 0xC00000F1),
        ({"size": 1, "base": 0x5000, "kind": RESERVE}, 0xC0000018), ({"size": 1, "base": 0x700000}, 0xC0000018),
        ({"size": 1 << 40}, 0xC000012D),
    ],
)  # fmt: skip
def test_refused_allocations(arguments: dict[str, int], status: int) -> None:
    """Each wrong parameter has the status of its own, and nothing is changed."""
    machine = Virtual()
    assert machine.allocate(**arguments)[0] == status


def test_overlap_is_refused() -> None:
    """A reservation at a given address needs all of it free."""
    machine = Virtual()
    _, base, _ = machine.allocate(0x20000, RESERVE)
    assert machine.allocate(0x1000, RESERVE, base=base + 0x10000)[0] == 0xC0000018
    assert machine.allocate(0x1000, RESERVE, base=base + 0x20000 + 5)[:2] == (0, base + 0x20000)


def test_zero_bits_and_top_down() -> None:
    """Leading zero bits bound the address; MEM_TOP_DOWN takes the highest place."""
    machine = Virtual()
    assert machine.allocate(4096, zero_bits=33)[1] < 1 << 31
    high = machine.allocate(4096, COMMIT | TOP_DOWN)[1]
    assert USER_LIMIT - high <= 0x20000
    assert machine.allocate(4096, COMMIT | TOP_DOWN)[1] < high


def test_release_needs_the_exact_base() -> None:
    """A size of 0 releases the allocation that begins at the base, and nothing else does."""
    machine = Virtual()
    _, base, _ = machine.allocate(0x5000)
    assert machine.free(base + 0x1000, 0)[0] == 0xC000009F
    assert machine.free(base + 0x1000, 0x5000)[0] == 0xC000001A
    assert machine.free(base, 0, RELEASE | DECOMMIT)[0] == 0xC00000F2
    assert machine.free(base, 0) == (0, base, 0x5000)
    assert machine.free(base, 0)[0] == 0xC00000A0
    assert machine.raised("RtlZeroMemory", base, 1) == ACCESS_VIOLATION


def test_release_of_a_part() -> None:
    """The middle of an allocation may go; what is left on both sides is released by its own base."""
    machine = Virtual()
    _, base, _ = machine.allocate(0x5000)
    machine.nt.memory.write(base + 0x3000, b"kept")
    assert machine.free(base + 0x1000, 0x1000) == (0, base + 0x1000, 0x1000)
    assert machine.nt.memory.read(base + 0x3000, 4) == b"kept"
    assert machine.free(base + 0x2000, 0) == (0, base + 0x2000, 0x3000)
    assert machine.free(base, 0) == (0, base, 0x1000)


def test_decommit_forgets_contents() -> None:
    """Decommitted pages fault, and are zeros when committed again."""
    machine = Virtual()
    _, base, _ = machine.allocate(0x3000)
    machine.nt.memory.write(base, b"x" * 0x3000)
    assert machine.free(base + 0x1000, 0x1000, DECOMMIT)[0] == 0
    assert machine.raised("RtlZeroMemory", base + 0x1000, 1) == ACCESS_VIOLATION
    assert machine.allocate(0x1000, COMMIT, base=base + 0x1000)[0] == 0
    assert machine.nt.memory.read(base + 0x1000, 0x1000) == bytes(0x1000)
    assert machine.nt.memory.read(base + 0x2000, 1) == b"x"


def test_protection() -> None:
    """Read-only pages refuse writes, PAGE_NOACCESS everything; the old protection comes back."""
    machine = Virtual()
    _, base, _ = machine.allocate(0x2000, protect=READ_ONLY)
    assert machine.raised("RtlZeroMemory", base, 1) == ACCESS_VIOLATION
    assert machine.nt.memory.read(base, 1) == b"\0"
    at, size, old = machine.room(8), machine.room(8), machine.room(8)
    machine.set(at, 8, base + 0x1000)
    machine.set(size, 8, 1)
    assert machine.call("ZwProtectVirtualMemory", CURRENT_PROCESS, at, size, READ_WRITE, old) == 0
    assert (machine.get(old, 4), machine.get(size)) == (READ_ONLY, 0x1000)
    assert machine.raised("RtlZeroMemory", base + 0x1000, 1) is None
    assert machine.raised("RtlZeroMemory", base, 1) == ACCESS_VIOLATION


def test_other_processes_and_null_parameters() -> None:
    """Only the current process is known, and a NULL parameter is an access violation of the caller."""
    machine = Virtual()
    at = machine.room(16)
    assert machine.call("ZwAllocateVirtualMemory", 0x40, at, 0, at + 8, COMMIT, READ_WRITE) == 0xC0000008
    assert machine.raised("ZwAllocateVirtualMemory", CURRENT_PROCESS, at, 0, 0, COMMIT, READ_WRITE) == ACCESS_VIOLATION


def test_processes_do_not_see_each_other() -> None:
    """The same address in two processes has its own bytes in each, also through windows that code has used."""
    machine = Virtual()
    nt = machine.nt
    first, second = nt.process, nt.create_process("other")
    _, base, _ = machine.allocate(4096)
    nt.memory.write(base, b"first")
    nt.attach(second)
    assert machine.raised("RtlZeroMemory", base, 1) == ACCESS_VIOLATION
    assert machine.allocate(4096)[1] == base
    nt.memory.write(base, b"other")
    nt.attach(first)
    assert nt.memory.read(base, 5) == b"first"


@pytest.mark.parametrize(
    ("va", "length", "alignment", "code"),
    [
        (0x10000, 8, 4, None), (0x10002, 8, 4, MISALIGNMENT), (USER_LIMIT - 8, 8, 1, None),
        (USER_LIMIT - 8, 9, 1, ACCESS_VIOLATION),
        (0xFFFF_8000_0000_0000, 1, 1, ACCESS_VIOLATION), (0xFFFF_FFFF_FFFF_FFFF, 8, 1, ACCESS_VIOLATION),
        (0xFFFF_8000_0000_0001, 0, 4, None),
    ],
)  # fmt: skip
def test_probe_for_read(va: int, length: int, alignment: int, code: int | None) -> None:
    """ProbeForRead looks at range and alignment alone, and at nothing if the length is 0."""
    assert Machine().raised("ProbeForRead", va, length, alignment) == code


def test_probe_for_write_touches_each_page() -> None:
    """ProbeForWrite finds the one page that cannot be written, and changes no byte."""
    machine = Virtual()
    _, base, _ = machine.allocate(0x4000)
    machine.nt.memory.write(base, b"abc")
    assert machine.raised("ProbeForWrite", base + 1, 0x3FFF, 1) is None
    assert machine.raised("ProbeForWrite", base + 1, 0x4000, 1) == ACCESS_VIOLATION
    assert machine.nt.memory.read(base, 3) == b"abc"


def test_bad_kernel_address_is_no_exception() -> None:
    """A kernel address with nothing behind it stops the machine inside __try too; at DISPATCH_LEVEL it is 0x0A."""
    machine = Machine()
    machine.nt.thread.seh.append(lambda record: 1)
    assert machine.stop("RtlZeroMemory", 0xFFFF_F123_4567_8000, 1)[0] == 0x50
    machine = Machine()
    machine.nt.set_irql(2)
    assert machine.stop("RtlZeroMemory", 0xFFFF_F123_4567_8000, 1)[0] == 0x0A


def test_pageable_memory_at_dispatch_level() -> None:
    """A kernel routine that touches paged pool at DISPATCH_LEVEL is 0x0A, the driver's own access 0xD1."""
    for in_driver, code in ((False, 0x0A), (True, 0xD1)):
        machine = Machine()
        where = machine.call("ExAllocatePoolWithTag", 1, 64, 0x31747354)
        machine.nt.set_irql(2)
        with pytest.raises(BugCheck) as stop:
            machine.nt.memory.write(where, b"x", in_driver)
        assert stop.value.code == code
        assert machine.rules == ["pageable-memory-at-dispatch" if in_driver else "pageable-argument-at-dispatch"]


def test_address_is_valid() -> None:
    """MmIsAddressValid is about this moment: demand-zero pages are valid once they are touched."""
    machine = Virtual()
    _, base, _ = machine.allocate(4096)
    assert machine.call("MmIsAddressValid", machine.scratch) == 1
    assert machine.call("MmIsAddressValid", base) == 0
    machine.nt.memory.write(base, b"x")
    assert machine.call("MmIsAddressValid", base) == 1
    machine.nt.set_irql(2)
    assert machine.call("MmIsAddressValid", base) == 0


def test_physical_address() -> None:
    """MmGetPhysicalAddress is frame and offset; nothing translates to 0."""
    machine = Machine()
    where = machine.scratch + 5
    assert machine.call("MmGetPhysicalAddress", where) == machine.nt.memory.frame_at(where) * 4096 + where % 4096
    assert machine.call("MmGetPhysicalAddress", 0x123456) == 0


@pytest.mark.parametrize("total", [64 * 256, 6 * GIB_FRAMES])
@pytest.mark.parametrize("seed", [None, 7])
def test_frames_are_exclusive_and_scattered(total: int, seed: int | None) -> None:
    """No frame is handed out twice, all exist, and successive pages of an allocation are never adjacent."""
    frames = Frames(total, Chooser(seed))
    live: list[list[int]] = []
    used: set[int] = set()
    for turn in range(600):
        if live and turn % 3 == 0:
            gone = live.pop(turn * 7919 % len(live))
            used.difference_update(gone)
            frames.give(gone)
        taken = frames.take((1, 2, 3, 10, 600)[turn * 31 % 5])
        if taken is None:
            continue
        assert not used.intersection(taken) and len(set(taken)) == len(taken)
        assert all(map(frames.exists, taken))
        assert all(abs(one - other) != 1 for one, other in zip(taken, taken[1:], strict=False))
        used.update(taken)
        live.append(list(taken))
    assert frames.free_count == total - len(used)


def test_a_gigabyte_is_a_range() -> None:
    """Large allocations are described without a list of their frames, and more than one of them fits."""
    frames = Frames(6 * GIB_FRAMES, Chooser())
    taken = [frames.take(GIB_FRAMES) for _ in range(4)]
    assert all(isinstance(part, range) for part in taken)
    assert len(set().union(*taken)) == 4 * GIB_FRAMES  # type: ignore[arg-type]


def test_memory_that_a_machine_leaves_is_as_new() -> None:
    """The next machine finds zeros wherever the last one has written, through views that never changed."""
    names: dict[str, object] = {}
    store = Store(names, 1 << 22)
    slots = [store.take() for _ in range(3)]
    for slot in (0, *slots):
        store.bytes[slot * PAGE : slot * PAGE + PAGE] = b"\x5a" * PAGE
    store.give(slots[1])
    host = store.leave()
    assert host is not None
    later: dict[str, object] = {}
    again = Store(later, 1 << 22, host)
    assert later["U32"] is names["U32"] and again.bytes is store.bytes
    assert [again.take() for _ in range(3)] == slots
    assert not any(again.bytes[: 4 * PAGE])


def test_memory_is_left_only_where_that_is_cheap() -> None:
    """Much that was touched goes, and so does memory of another size than is asked for."""
    store = Store({}, 1 << 22)
    host = store.leave()
    assert Store({}, 1 << 23, host).bytes.nbytes == 1 << 23
    for _ in range(MOST_LEFT):
        store.take()
    assert store.leave() is None


def test_runs_of_one_script_do_not_meet() -> None:
    """A second run, on the memory of the first, prints what the first printed."""
    text = """
        #include <wdm.h>
        static ULONG Seen;
        PHYSICAL_ADDRESS high = { .QuadPart = -1 };
        PUCHAR pages = MmAllocateContiguousMemory(2 * PAGE_SIZE, high);
        DbgPrint("%u %x %x\\n", Seen, pages[0], pages[2 * PAGE_SIZE - 1]);
        Seen = pages[0] = pages[2 * PAGE_SIZE - 1] = 7;
        MmFreeContiguousMemory(pages);
    """
    loaded = script.load("twice.dma", Options(), text)
    printed: list[str] = []
    for _ in range(3):
        script.run(loaded, Options(), printed.append)
    assert loaded.host is not None and len(set(printed)) == 1
