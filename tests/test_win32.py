"""What user programs call, driven from Python: errors, heaps, locks, handles, and services for bad pointers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dmascript.runtime.invariants import check_invariants
from dmascript.runtime.io.file_objects import Opening
from dmascript.runtime.services import attributes, programs, waitable
from dmascript.runtime.wdk import constants
from dmascript.runtime.win32 import errors, files, heap, waits
from machine import Machine

PAIRS = {
    "STATUS_SUCCESS": "ERROR_SUCCESS", "STATUS_ACCESS_VIOLATION": "ERROR_NOACCESS",
    "STATUS_INVALID_DEVICE_REQUEST": "ERROR_INVALID_FUNCTION", "STATUS_CANCELLED": "ERROR_OPERATION_ABORTED",
    "STATUS_PENDING": "ERROR_IO_PENDING", "STATUS_BUFFER_OVERFLOW": "ERROR_MORE_DATA",
    "STATUS_BUFFER_TOO_SMALL": "ERROR_INSUFFICIENT_BUFFER", "STATUS_INVALID_HANDLE": "ERROR_INVALID_HANDLE",
    "STATUS_OBJECT_NAME_NOT_FOUND": "ERROR_FILE_NOT_FOUND", "STATUS_OBJECT_PATH_NOT_FOUND": "ERROR_PATH_NOT_FOUND",
    "STATUS_INSUFFICIENT_RESOURCES": "ERROR_NO_SYSTEM_RESOURCES", "STATUS_NO_MEMORY": "ERROR_NOT_ENOUGH_MEMORY",
    "STATUS_DEVICE_NOT_READY": "ERROR_NOT_READY", "STATUS_IO_TIMEOUT": "ERROR_SEM_TIMEOUT",
    "STATUS_IO_DEVICE_ERROR": "ERROR_IO_DEVICE", "STATUS_INVALID_DEVICE_STATE": "ERROR_BAD_COMMAND",
    "STATUS_UNSUCCESSFUL": "ERROR_GEN_FAILURE", "STATUS_WORKING_SET_QUOTA": "ERROR_WORKING_SET_QUOTA",
    "STATUS_DEVICE_NOT_CONNECTED": "ERROR_DEVICE_NOT_CONNECTED", "STATUS_DEVICE_BUSY": "ERROR_BUSY",
    "STATUS_NOT_SUPPORTED": "ERROR_NOT_SUPPORTED", "STATUS_DELETE_PENDING": "ERROR_ACCESS_DENIED",
    "STATUS_END_OF_FILE": "ERROR_HANDLE_EOF", "STATUS_NOT_IMPLEMENTED": "ERROR_INVALID_FUNCTION",
    "STATUS_INVALID_PARAMETER_5": "ERROR_INVALID_PARAMETER", "STATUS_CRC_ERROR": "ERROR_CRC",
}  # fmt: skip


@pytest.mark.parametrize("status", PAIRS)
def test_statuses_become_the_documented_errors(status: str) -> None:
    """RtlNtStatusToDosError and the last error of a program agree on the documented pairs."""
    machine = Machine()
    value, error = getattr(constants, status), getattr(constants, PAIRS[status])
    assert machine.call("RtlNtStatusToDosError", value) == error
    assert errors.fail(machine.nt, value) == 0 and machine.call("GetLastError") == error


def test_errors_that_are_not_in_the_table() -> None:
    """A status of somebody's own passes through, a Win32 error in disguise comes out, and the rest is error 317."""
    assert errors.dos_error(0xE000_1234) == 0xE000_1234
    assert errors.dos_error(0xC007_0057) == 87
    assert errors.dos_error(0xC0DE_0001) == 317


def test_a_table_names_each_status_once() -> None:
    """No status is listed under two errors."""
    names = [name for text in errors._STATUSES.values() for name in text.split()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("\\\\.\\Card", "\\??\\Card"), ("//./Card", "\\??\\Card"), ("\\\\?\\pci#ven_1234", "\\??\\pci#ven_1234"),
        ("C:\\file", "\\??\\C:\\file"), ("file", "\\??\\C:\\file"), ("", None), ("\\\\.\\", None),
    ],
)  # fmt: skip
def test_paths_become_names_of_the_object_manager(path: str, name: str | None) -> None:
    """A device is found behind \\\\.\\; everything else would be a file on a disk."""
    assert files.nt_name(path) == name


def run_program(main: Callable[[Machine], int]) -> tuple[Machine, int]:
    """Run a program to its end, and its exit status."""
    machine = Machine()
    nt = machine.nt
    process = nt.create_process("app")
    programs.start(nt, process, lambda: main(machine))
    programs.process_object(nt, process)
    nt.dispatcher.wait([process.address])
    assert not process.alive and check_invariants(nt) == []
    return machine, process.exit_status


def test_a_program_gives_back_what_it_had() -> None:
    """Memory, handles, kept pages and threads are gone with the process; what main returned is its status."""

    def main(machine: Machine) -> int:
        nt = machine.nt
        address = machine.call("VirtualAlloc", 0, 0x4000, 0x1000, 4)
        assert machine.call("VirtualLock", address, 0x2000) == 1
        nt.memory.write(address, b"bytes")
        machine.call("CreateEventW", 0, 1, 0, 0)
        assert machine.call("malloc", 1 << 20)

        def forever() -> int:
            while True:
                waits.sleep(nt, 1000)

        programs.create_thread(nt, forever, False)
        waits.sleep(nt, 10)
        return 7

    machine, status = run_program(main)
    assert status == 7 and machine.leaks == []
    assert all(thread.state == "ended" for thread in machine.nt.scheduler.threads if thread.is_user_thread)


def test_exceptions_end_only_the_process() -> None:
    """What nobody takes in user mode is reported, and is the exit status; the machine goes on."""

    def main(machine: Machine) -> int:
        machine.nt.memory.read(0x10, 1)
        return 0

    machine, status = run_program(main)
    assert status == 0xC000_0005 and machine.rules == ["process-exception-not-handled"]
    assert not machine.nt.stopped


def test_heap_blocks_never_overlap() -> None:
    """Blocks of many sizes, freed and taken again, are aligned and apart from each other."""

    def main(machine: Machine) -> int:
        nt = machine.nt
        own = heap.of_process(nt)
        assert own is not None
        live: dict[int, int] = {}
        for step in range(600):
            size = (step * 7919) % 3000 + (0x9_0000 if step % 97 == 0 else 0)
            where = heap.allocate(nt, own, size, 0, "HeapAlloc")
            assert where and where % 16 == 0
            assert all(where + size <= other or other + length <= where for other, length in live.items())
            live[where] = size
            if step % 3:
                gone = sorted(live)[step * 31 % len(live)]
                assert heap.free(nt, own, gone) == 1
                del live[gone]
        return 0

    assert run_program(main)[1] == 0


def test_a_block_freed_twice_ends_the_process() -> None:
    """As a damaged heap does: no handler is asked."""

    def main(machine: Machine) -> int:
        block = machine.call("malloc", 10)
        machine.call("free", block)
        machine.nt.thread.seh.append(lambda record: 1)
        machine.call("free", block)
        return 0

    machine, status = run_program(main)
    assert status == constants.STATUS_HEAP_CORRUPTION and machine.rules == ["process-exception-not-handled"]


def test_probing_finds_what_user_mode_may_not_touch() -> None:
    """Unmapped, read-only, misaligned and kernel addresses of a program are statuses, not exceptions."""

    def main(machine: Machine) -> int:
        nt = machine.nt
        page = machine.call("VirtualAlloc", 0, 0x1000, 0x1000, 2)

        def look() -> list[int]:
            probe = attributes.probe
            found = [
                probe(nt, page, 8, False), probe(nt, page, 8, True), probe(nt, page + 1, 8, False, 8),
                probe(nt, 0x10, 1, False), probe(nt, page + 0xFFF, 2, False), probe(nt, 1 << 63, 1, False),
                probe(nt, 0x10, 0, True),
            ]  # fmt: skip
            return [*found, attributes.as_kernel(nt, probe, 0x10, 1, True)]

        assert [hex(status) for status in nt.system_call(look)] == [
            "0x0", "0xc0000005", "0x80000002", "0xc0000005", "0xc0000005", "0xc0000005", "0x0", "0x0",
        ]  # fmt: skip
        return 0

    assert run_program(main)[1] == 0


def test_waits_by_handle() -> None:
    """Any and all of several handles, twice the same, none, and objects that nobody can wait for."""

    def main(machine: Machine) -> int:
        nt = machine.nt
        first, second = (machine.call("CreateEventW", 0, 0, state, 0) for state in (0, 1))
        assert waits.wait(nt, [first, second], False, 0) == 1
        assert waits.wait(nt, [first, second], False, 0) == 0x102
        assert waits.change_event(nt, first, "set") == waits.change_event(nt, second, "set") == 1
        assert waits.wait(nt, [first, second], True, 0) == 0
        assert waits.wait(nt, [first, second], True, 1) == 0x102
        assert nt.system_call(lambda: waitable.wait(nt, [first, first], True, 0, False)) == 0xC000_0030
        assert waits.wait(nt, [0x4000], False, 0) == 0xFFFF_FFFF and machine.call("GetLastError") == 6
        return 0

    assert run_program(main)[1] == 0


def test_an_abandoned_mutex_says_so() -> None:
    """A thread ends while it owns a mutex: the next owner gets it as WAIT_ABANDONED, the one after as usual."""

    def main(machine: Machine) -> int:
        nt = machine.nt
        mutex = machine.call("CreateMutexW", 0, 0, 0)
        thread = programs.create_thread(nt, lambda: waits.wait(nt, [mutex], False, 0), False)
        nt.system_call(lambda: nt.dispatcher.wait([thread.address]))
        assert waits.wait(nt, [mutex], False, 1000) == 0x80
        assert machine.call("ReleaseMutex", mutex) == 1
        assert machine.call("ReleaseMutex", mutex) == 0 and machine.call("GetLastError") == 288
        assert waits.wait(nt, [mutex], False, 1000) == 0
        return 0

    assert run_program(main)[1] == 0


def test_names_are_shared_between_processes_and_with_drivers() -> None:
    """Global\\ names are those that drivers see below \\BaseNamedObjects; the kind must be right."""

    def main(machine: Machine) -> int:
        nt = machine.nt
        where = machine.call("VirtualAlloc", 0, 0x1000, 0x1000, 4)
        nt.memory.write(where, "Global\\Ready\0".encode("utf-16-le"))
        handle = machine.call("CreateEventW", 0, 1, 0, where)
        assert handle and machine.call("GetLastError") == 0
        assert machine.call("CreateEventW", 0, 1, 0, where) not in (0, handle)
        assert machine.call("GetLastError") == constants.ERROR_ALREADY_EXISTS
        assert "\\basenamedobjects\\ready" in nt.objects.named
        assert machine.call("CreateMutexW", 0, 0, where) == 0
        assert machine.call("GetLastError") == constants.ERROR_INVALID_HANDLE
        return 0

    machine, status = run_program(main)
    assert status == 0 and machine.nt.objects.named == {}


def test_opening_what_is_not_there() -> None:
    """A name without a device is STATUS_OBJECT_NAME_NOT_FOUND, and ERROR_FILE_NOT_FOUND for a program."""
    machine = Machine()
    assert machine.nt.io.open(Opening("\\??\\Nothing", 1))[0] == constants.STATUS_OBJECT_NAME_NOT_FOUND
    name = machine.wide("\\\\.\\Nothing")
    assert machine.call("CreateFileW", name, 0x8000_0000, 0, 0, 3, 0, 0) == files.INVALID_HANDLE_VALUE
    assert machine.call("GetLastError") == constants.ERROR_FILE_NOT_FOUND
    assert machine.call("CreateFileW", name, 0x8000_0000, 0, 0, 9, 0, 0) == files.INVALID_HANDLE_VALUE
    assert machine.call("GetLastError") == constants.ERROR_INVALID_PARAMETER
