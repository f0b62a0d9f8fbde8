"""Several processes: entering and leaving their address spaces, and what is left when they exit."""

from __future__ import annotations

import pytest

from dmascript.runtime.invariants import check_invariants
from dmascript.runtime.ke.exceptions import BugCheck
from machine import Machine

ACCESS_VIOLATION = 0xC0000005


class Processes(Machine):
    def __init__(self, **settings: object) -> None:
        super().__init__(**settings)  # type: ignore[arg-type]
        self.first = self.call("PsGetCurrentProcess")
        self.second = self.call("SimCreateProcess")
        self.third = self.call("SimCreateProcess")

    def enter(self, process: int) -> int:
        state = self.room(48)
        self.call("KeStackAttachProcess", process, state)
        return state

    def leave(self, state: int) -> None:
        self.call("KeUnstackDetachProcess", state)

    def locked(self, va: int, size: int) -> int:
        mdl = self.call("IoAllocateMdl", va, size, 0, 0, 0)
        self.call("MmProbeAndLockPages", mdl, 0, 1)
        return mdl


def test_attached_thread_sees_the_other_space() -> None:
    """The same user address shows each process's own bytes, system addresses stay what they are."""
    machine = Processes()
    mine = machine.user(4096)
    machine.set(mine, 8, 111)
    machine.set(machine.scratch + 0xF000, 8, 7)
    state = machine.enter(machine.second)
    assert machine.raised("RtlZeroMemory", mine, 1) == ACCESS_VIOLATION
    assert machine.user(4096) == mine and machine.get(mine) == 0
    machine.set(mine, 8, 222)
    assert machine.get(machine.scratch + 0xF000) == 7
    assert check_invariants(machine.nt) == []
    machine.leave(state)
    assert machine.get(mine) == 111
    state = machine.enter(machine.second)
    assert machine.get(mine) == 222
    machine.leave(state)
    assert machine.leaks == [] and check_invariants(machine.nt) == []


def test_current_process_and_its_id() -> None:
    """PsGetCurrentProcess and its id follow the attachment; ids lead back to processes."""
    machine = Processes()
    state = machine.enter(machine.second)
    assert machine.call("PsGetCurrentProcess") == machine.call("IoGetCurrentProcess") == machine.second
    identifier, found = machine.call("PsGetCurrentProcessId"), machine.room(8)
    assert machine.call("PsLookupProcessByProcessId", identifier, found) == 0 and machine.get(found) == machine.second
    machine.leave(state)
    assert machine.call("PsGetCurrentProcess") == machine.first
    assert machine.call("PsLookupProcessByProcessId", 3, found) == 0xC000000B


def test_nested_attachments() -> None:
    """States are detached with in reverse order, and entering the process one is in changes nothing."""
    machine = Processes()
    states = [machine.enter(process) for process in (machine.first, machine.second, machine.third, machine.third)]
    processes = (machine.third, machine.second, machine.first, machine.first)
    for state, before in zip(reversed(states), processes, strict=True):
        machine.leave(state)
        assert machine.call("PsGetCurrentProcess") == before
    assert machine.leaks == []


def test_wrong_order_and_too_many_detaches() -> None:
    """A state that is not the last one, and one that was used already, are 0x6."""
    machine = Processes()
    outer = machine.enter(machine.second)
    machine.enter(machine.third)
    assert machine.stop("KeUnstackDetachProcess", outer)[0] == 0x6
    machine = Processes()
    state = machine.enter(machine.second)
    machine.leave(state)
    assert machine.stop("KeUnstackDetachProcess", state)[0] == 0x6


def test_attaching_where_it_is_impossible() -> None:
    """A raised IRQL, and an address that is no process, are 0x5; so is a nested KeAttachProcess."""
    machine = Processes()
    assert machine.stop("KeStackAttachProcess", machine.scratch, machine.room(48))[0] == 0x5
    machine.nt.set_irql(2)
    assert machine.stop("KeStackAttachProcess", machine.second, machine.room(48))[0] == 0x5
    machine = Processes()
    machine.call("KeAttachProcess", machine.second)
    assert machine.stop("KeAttachProcess", machine.third) == (0x5, machine.third)


def test_old_attach_and_left_attached() -> None:
    """KeAttachProcess and KeDetachProcess work in pairs; a missing detach is charged at the end."""
    machine = Processes()
    machine.call("KeDetachProcess")
    machine.call("KeAttachProcess", machine.second)
    assert machine.call("PsGetCurrentProcess") == machine.second
    machine.call("KeDetachProcess")
    assert machine.call("PsGetCurrentProcess") == machine.first and machine.leaks == []
    machine.enter(machine.second)
    assert machine.leaks == ["thread-left-attached"]


def test_exit_gives_memory_back() -> None:
    """The frames of a process that exits are free again, those in the page file too."""
    machine = Processes()
    free, slots = machine.nt.frames.free_count, machine.nt.store.used
    state = machine.enter(machine.second)
    base = machine.user(1 << 20)
    machine.nt.memory.write(base, b"x" * (1 << 16))
    machine.call("SimPageOut", base, 1 << 14)
    machine.leave(state)
    machine.call("SimExitProcess", machine.second)
    assert machine.nt.frames.free_count == free and machine.nt.store.used == slots
    assert machine.stop("KeStackAttachProcess", machine.second, machine.room(48))[0] == 0x5


@pytest.mark.parametrize(
    ("verifier", "generation", "code"), [(0, "win10", 0x76), (1, "nt52", 0x76), (1, "nt60", 0xCB), (2, "win10", 0xCB)]
)
def test_exit_with_locked_pages(verifier: int, generation: str, code: int) -> None:
    """Locked pages of the process stop the machine at the line of the lock; where pool is tracked it is 0xCB."""
    machine = Processes(verifier=verifier, generation=generation)
    state = machine.enter(machine.second)
    machine.locked(machine.user(8192), 8192)
    machine.leave(state)
    with pytest.raises(BugCheck) as stop:
        machine.call("SimExitProcess", machine.second)
    assert stop.value.code == code
    assert machine.nt.findings[-1].marks[0][1] == "locked here"


def test_system_address_of_another_process_pages() -> None:
    """A system address made for locked user pages shows them in every process."""
    machine = Processes()
    state = machine.enter(machine.second)
    base = machine.user(4096)
    machine.nt.memory.write(base, b"seen")
    mdl = machine.locked(base, 4096)
    machine.leave(state)
    where = machine.call("MmGetSystemAddressForMdlSafe", mdl, 16)
    assert machine.nt.memory.read(where, 4) == b"seen"
    machine.call("MmUnlockPages", mdl)
    machine.call("IoFreeMdl", mdl)
    machine.call("SimExitProcess", machine.second)
    assert machine.rules == [] and check_invariants(machine.nt) == []
