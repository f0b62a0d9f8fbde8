"""Sections: the same pages in several processes, pages that are copied on write, and what is conserved."""

from __future__ import annotations

from random import Random

import pytest

from dmascript.runtime.invariants import check_invariants
from dmascript.runtime.mm.pfn import frame_state
from machine import CURRENT_PROCESS, Machine

PAGE = 4096
COMMIT, RESERVE = 0x800_0000, 0x400_0000
NOACCESS, READONLY, READWRITE, WRITECOPY, GUARD = 0x1, 0x2, 0x4, 0x8, 0x100
VIEW_UNMAP = 2
KERNEL_HANDLE, OPENIF = 0x200, 0x80
KERNEL, USER, READ, WRITE = 0, 1, 0, 1
BAD_PROTECTION, SECTION_PROTECTION, BAD_VIEW_SIZE = 0xC0000045, 0xC000004E, 0xC000001F
NOT_MAPPED_VIEW, CANNOT_DELETE, COMMITTED, CONFLICT = 0xC0000019, 0xC000001B, 0xC0000021, 0xC0000018
COLLISION, EXISTS, NO_NAME, BAD_HANDLE = 0xC0000035, 0x40000000, 0xC0000034, 0xC0000008


class Shared(Machine):
    """A machine with two processes; `enter` makes one of them current."""

    def __init__(self, **settings: object) -> None:
        super().__init__(**settings)  # type: ignore[arg-type]
        self.first = self.nt.process
        self.second = self.nt.create_process("other")

    def enter(self, second: bool) -> None:
        self.nt.attach(self.second if second else self.first)

    def attributes(self, name: str = "", flags: int = KERNEL_HANDLE) -> int:
        where = self.room(48)
        self.set(where, 4, 48)
        self.set(where + 16, 8, self.unicode(name) if name else 0)
        self.set(where + 24, 4, flags)
        return where

    def create(self, size: int, protect: int = READWRITE, name: str = "", flags: int = KERNEL_HANDLE) -> int:
        """The handle; the status is in `status`."""
        handle_at, size_at = self.room(8), self.room(8)
        self.set(size_at, 8, size)
        attributes = self.attributes(name, flags)
        self.status = self.call("ZwCreateSection", handle_at, 0xF001F, attributes, size_at, protect, COMMIT, 0)
        return self.get(handle_at)

    def view(self, handle: int, protect: int = READWRITE, offset: int = 0, size: int = 0, base: int = 0) -> int:
        """The address of a new view; `status` and `size` tell more."""
        base_at, size_at, offset_at = self.room(8), self.room(8), self.room(8)
        self.set(base_at, 8, base)
        self.set(size_at, 8, size)
        self.set(offset_at, 8, offset)
        self.status = self.call(
            "ZwMapViewOfSection", handle, CURRENT_PROCESS, base_at, 0, 0, offset_at, size_at, VIEW_UNMAP, 0, protect
        )
        self.size, self.offset = self.get(size_at), self.get(offset_at)
        return self.get(base_at)

    def unmap(self, base: int) -> int:
        return self.call("ZwUnmapViewOfSection", CURRENT_PROCESS, base)

    def protect(self, base: int, size: int, protect: int) -> int:
        base_at, size_at, old = self.room(8), self.room(8), self.room(8)
        self.set(base_at, 8, base)
        self.set(size_at, 8, size)
        return self.call("ZwProtectVirtualMemory", CURRENT_PROCESS, base_at, size_at, protect, old)

    def bytes_at(self, va: int, length: int = 1) -> bytes:
        return self.nt.memory.read(va, length)

    def put(self, va: int, data: bytes) -> None:
        self.nt.memory.write(va, data)

    def sound(self) -> None:
        assert check_invariants(self.nt) == []


@pytest.mark.parametrize("pages", [3, 600])  # scattered frames, and a strided run
def test_two_processes_see_the_same_pages(pages: int) -> None:
    """What one writes the other reads, from the same frame; paging out and back changes nothing."""
    machine = Shared()
    handle = machine.create(pages * PAGE)
    here = machine.view(handle)
    assert machine.status == 0 and machine.size == pages * PAGE
    machine.put(here + PAGE, b"from the first")
    frame = machine.nt.memory.frame_at(here + PAGE)
    machine.enter(True)
    there = machine.view(handle)
    assert machine.bytes_at(there + PAGE, 14) == b"from the first"
    assert machine.nt.memory.frame_at(there + PAGE) == frame
    state = frame_state(machine.nt, frame)
    assert (state.owner, state.shares) == ("section", 2)
    machine.put(there + PAGE, b"F")
    machine.sound()
    machine.call("SimPageOut", there, pages * PAGE)
    machine.sound()
    machine.enter(False)
    assert machine.nt.memory.frame_at(here + PAGE) == 0
    assert machine.bytes_at(here + PAGE, 14) == b"From the first"
    machine.sound()


def test_the_first_write_copies_the_page() -> None:
    """A view that copies on write shows the section's bytes until it is written to, and keeps its own from then on."""
    machine = Shared()
    handle = machine.create(3 * PAGE)
    shared = machine.view(handle)
    machine.put(shared, b"original")
    machine.enter(True)
    private = machine.view(handle, WRITECOPY)
    assert machine.bytes_at(private, 8) == b"original"
    machine.put(private, b"C")
    assert machine.bytes_at(private, 8) == b"Criginal"
    machine.sound()
    machine.enter(False)
    assert machine.bytes_at(shared, 8) == b"original"
    machine.put(shared, b"O")
    machine.put(shared + PAGE, b"later")
    machine.call("SimPageOut", 0, 0)
    machine.sound()
    machine.enter(True)
    assert machine.bytes_at(private, 8) == b"Criginal"  # a page of its own
    assert machine.bytes_at(private + PAGE, 5) == b"later"  # still the section's
    machine.sound()


def test_a_lock_for_writing_copies_the_page() -> None:
    """MmProbeAndLockPages with IoWriteAccess gives the process its own frames, with IoReadAccess it locks the shared
    ones."""
    machine = Shared()
    handle = machine.create(2 * PAGE)
    shared = machine.view(handle)
    machine.put(shared, b"seen")
    frame = machine.nt.memory.frame_at(shared)
    machine.enter(True)
    private = machine.view(handle, WRITECOPY)
    mdl = machine.call("IoAllocateMdl", private, PAGE, 0, 0, 0)
    machine.call("MmProbeAndLockPages", mdl, USER, READ)
    assert machine.get(mdl + 0x30) == frame
    machine.call("SimPageOut", 0, 0)
    assert machine.nt.memory.frame_at(private) == frame  # through whatever view it was locked
    machine.call("MmUnlockPages", mdl)
    machine.call("MmProbeAndLockPages", mdl, USER, WRITE)
    assert machine.get(mdl + 0x30) not in (0, frame)
    where = machine.call("MmGetSystemAddressForMdlSafe", mdl, 16 | 0x4000_0000)
    machine.put(where, b"S")
    machine.sound()
    machine.call("MmUnlockPages", mdl)
    machine.call("IoFreeMdl", mdl)
    assert machine.bytes_at(private, 4) == b"Seen"
    machine.enter(False)
    assert machine.bytes_at(shared, 4) == b"seen"


def test_a_locked_view_outlives_its_unmapping() -> None:
    """The lock is on the frames: taking the view away leaves them in memory, and the section keeps its bytes."""
    machine = Shared()
    handle = machine.create(PAGE)
    view = machine.view(handle)
    mdl = machine.call("IoAllocateMdl", view, PAGE, 0, 0, 0)
    machine.call("MmProbeAndLockPages", mdl, USER, WRITE)
    where = machine.call("MmGetSystemAddressForMdlSafe", mdl, 16 | 0x4000_0000)
    assert machine.unmap(view + 100) == 0
    machine.put(where, b"late")
    machine.call("SimPageOut", 0, 0)
    assert machine.nt.memory.pinned_count == 1
    machine.call("MmUnlockPages", mdl)
    machine.call("IoFreeMdl", mdl)
    machine.call("SimPageOut", 0, 0)
    assert machine.bytes_at(machine.view(handle), 4) == b"late"
    machine.sound()


@pytest.mark.parametrize(
    ("section", "view", "status"),
    [
        (READWRITE, READWRITE, 0), (READWRITE, READONLY, 0), (READWRITE, WRITECOPY, 0), (READONLY, READONLY, 0),
        (READONLY, WRITECOPY, 0), (READONLY, READWRITE, SECTION_PROTECTION), (WRITECOPY, READWRITE, SECTION_PROTECTION),
        (READWRITE, 0x40, SECTION_PROTECTION), (READWRITE, 3, BAD_PROTECTION), (READWRITE, GUARD | 4, BAD_PROTECTION),
    ],
)  # fmt: skip
def test_protection_of_views(section: int, view: int, status: int) -> None:
    """A view may have no more rights than its section."""
    machine = Shared()
    machine.view(machine.create(PAGE, section), view)
    assert machine.status == status


def test_protection_of_pages_of_a_view() -> None:
    """Pages of a view may have no more rights than the view; a part that changed goes on showing its own pages."""
    machine = Shared()
    handle = machine.create(4 * PAGE)
    view = machine.view(handle)
    for page in range(4):
        machine.put(view + page * PAGE, bytes([65 + page]))
    assert machine.protect(view + 2 * PAGE, PAGE, WRITECOPY) == 0
    machine.put(view + 2 * PAGE, b"x")
    other = machine.view(handle, READONLY)
    assert [machine.bytes_at(other + page * PAGE) for page in range(4)] == [b"A", b"B", b"C", b"D"]
    assert machine.bytes_at(view + 2 * PAGE) == b"x" and machine.bytes_at(view + 3 * PAGE) == b"D"
    assert machine.protect(other, PAGE, READWRITE) == SECTION_PROTECTION
    assert machine.protect(other, PAGE, NOACCESS) == 0
    machine.sound()
    assert machine.unmap(view) == 0 and machine.unmap(other) == 0
    machine.sound()


def test_part_of_a_section() -> None:
    """A view begins at a multiple of 64 KiB and lies within the section."""
    machine = Shared()
    handle = machine.create(40 * PAGE)
    whole = machine.view(handle)
    machine.put(whole + 17 * PAGE, b"here")
    part = machine.view(handle, offset=17 * PAGE, size=PAGE + 1)
    assert machine.offset == 16 * PAGE and machine.size == 2 * PAGE
    assert machine.bytes_at(part + PAGE, 4) == b"here"
    machine.view(handle, offset=32 * PAGE, size=9 * PAGE)
    assert machine.status == BAD_VIEW_SIZE
    machine.view(handle, base=whole)
    assert machine.status == CONFLICT
    assert machine.view(handle, base=0x5000_0000) == 0x5000_0000


def test_views_are_not_private_memory() -> None:
    """A view goes with ZwUnmapViewOfSection as a whole, and its pages are committed."""
    machine = Shared()
    view = machine.view(machine.create(2 * PAGE))
    base_at, size_at = machine.room(8), machine.room(8)
    machine.set(base_at, 8, view)
    assert machine.call("ZwFreeVirtualMemory", CURRENT_PROCESS, base_at, size_at, 0x8000) == CANNOT_DELETE
    machine.set(size_at, 8, PAGE)
    status = machine.call("ZwAllocateVirtualMemory", CURRENT_PROCESS, base_at, 0, size_at, 0x1000, READWRITE)
    assert status == COMMITTED
    assert machine.unmap(view) == 0 and machine.unmap(view) == NOT_MAPPED_VIEW
    assert not machine.nt.memory.permits(view, False)


def test_names_and_handles() -> None:
    """A section is found by its name while a handle is open; handles without OBJ_KERNEL_HANDLE are the process's."""
    machine = Shared()
    name = "\\BaseNamedObjects\\ring"
    handle = machine.create(PAGE, name=name)
    machine.put(machine.view(handle), b"mine")
    machine.create(PAGE, name=name)
    assert machine.status == COLLISION
    same = machine.create(PAGE, name=name.upper(), flags=KERNEL_HANDLE | OPENIF)
    assert machine.status == EXISTS and machine.bytes_at(machine.view(same), 4) == b"mine"
    handle_at = machine.room(8)
    assert machine.call("ZwOpenSection", handle_at, 4, machine.attributes(name, 0)) == 0
    own = machine.get(handle_at)
    machine.enter(True)
    machine.view(own)
    assert machine.status == BAD_HANDLE
    assert machine.bytes_at(machine.view(handle), 4) == b"mine"
    for open_handle in (handle, same):
        assert machine.call("ZwClose", open_handle) == 0
    machine.enter(False)
    assert machine.call("ZwClose", own) == 0
    assert machine.call("ZwOpenSection", handle_at, 4, machine.attributes(name)) == NO_NAME


def test_nothing_is_left() -> None:
    """A section goes with its last handle and view; a process that exits takes its views and private copies along."""
    machine = Shared()
    machine.call("ZwClose", machine.create(PAGE))
    free, slots = machine.nt.frames.free_count, machine.nt.store.used
    handle = machine.create(600 * PAGE)
    here = machine.view(handle)
    machine.put(here, b"x" * PAGE)
    machine.enter(True)
    there = machine.view(handle, WRITECOPY)
    machine.put(there, b"y" * 3 * PAGE)
    machine.enter(False)
    machine.call("SimPageOut", 0, 0)
    machine.call("SimExitProcess", machine.second.address)
    machine.sound()
    assert machine.call("ZwClose", handle) == 0
    assert machine.bytes_at(here) == b"x"  # the view keeps it
    assert machine.unmap(here) == 0
    machine.sound()
    assert (machine.nt.frames.free_count, machine.nt.store.used) == (free, slots)
    assert machine.nt.sections.regions == []
    assert {found.kind for found in machine.nt.objects.by_address.values()} <= {"Process", "Thread"}


def test_failures() -> None:
    """Both calls that take memory can be made to fail."""
    machine = Shared(failures=(("ZwCreateSection", 1), ("ZwMapViewOfSection", 1)))
    machine.create(PAGE)
    assert machine.status == 0xC000009A
    handle = machine.create(PAGE)
    machine.view(handle)
    assert machine.status == 0xC0000017
    machine.view(handle)
    assert machine.status == 0


@pytest.mark.parametrize("seed", range(20))
def test_random_use_agrees_with_a_model(seed: int) -> None:
    """Any order of writes, paging, locks, protections and views does what a model of bytes says, and is sound."""
    random = Random(seed)
    machine = Shared()
    pages = random.choice((5, 600))
    handle = machine.create(pages * PAGE)
    section: dict[int, int] = {}
    views: list[tuple[bool, int, bool, dict[int, int]]] = []  # process, address, copies, own pages
    for _ in range(60):
        machine.enter(second := bool(random.randrange(2)))
        act, page = random.randrange(6), random.randrange(5)
        mine = [view for view in views if view[0] == second]
        if act == 0 and len(mine) < 3:
            copies = bool(random.randrange(2))
            views.append((second, machine.view(handle, WRITECOPY if copies else READWRITE), copies, {}))
        elif act == 1:
            machine.call("SimPageOut", 0, 0)
        elif mine:
            _, base, copies, own = view = random.choice(mine)
            where = base + page * PAGE
            if act == 2 and len(mine) > 1:
                assert machine.unmap(base) == 0
                views.remove(view)
            elif act in (3, 4):
                value = random.randrange(256)
                if act == 3:
                    machine.put(where, bytes([value]))
                else:
                    mdl = machine.call("IoAllocateMdl", where, 1, 0, 0, 0)
                    machine.call("MmProbeAndLockPages", mdl, USER, WRITE)
                    machine.put(machine.call("MmGetSystemAddressForMdlSafe", mdl, 16 | 0x4000_0000), bytes([value]))
                    machine.call("MmUnlockPages", mdl)
                    machine.call("IoFreeMdl", mdl)
                (own if copies else section)[page] = value
            else:
                assert machine.bytes_at(where)[0] == own.get(page, section.get(page, 0))
        machine.sound()
    for second, base, _, own in views:
        machine.enter(second)
        for page in range(5):
            assert machine.bytes_at(base + page * PAGE)[0] == own.get(page, section.get(page, 0))
