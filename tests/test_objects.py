"""Objects, references and handle tables."""

from __future__ import annotations

from dmascript.runtime.ob.objects import CURRENT_PROCESS, CURRENT_THREAD
from machine import Machine

SUCCESS, INVALID_HANDLE, TYPE_MISMATCH, ACCESS_DENIED = 0, 0xC0000008, 0xC0000024, 0xC0000022
OBJ_KERNEL_HANDLE = 0x200


def test_the_last_handle_and_the_last_reference_are_told() -> None:
    """An object is closed with its last handle, and deleted only when no reference is left either."""
    nt = Machine().nt
    told: list[str] = []
    made = nt.objects.add(
        "File", 0x1000, closed=lambda process, last: told.append(f"closed {last}"), deleted=lambda: told.append("gone")
    )
    first, second = nt.objects.open(nt.process, made, 1), nt.objects.open(nt.process, made, 1)
    assert (first, second) == (4, 8)
    nt.objects.dereference(made)
    nt.objects.reference(made)
    assert nt.objects.close(nt.process, first) == SUCCESS
    assert nt.objects.close(nt.process, first) == INVALID_HANDLE
    assert nt.objects.close(nt.process, second) == SUCCESS
    assert told == ["closed False", "closed True"]
    assert nt.objects.at(0x1000) is made
    nt.objects.dereference(made)
    assert told[2:] == ["gone"] and nt.objects.at(0x1000) is None


def test_a_closed_handle_is_given_out_again() -> None:
    """Numbers are multiples of four, the low bits do not count, and the last one closed comes first."""
    nt = Machine().nt
    made = nt.objects.add("Event", 0x1000)
    handles = [nt.objects.open(nt.process, made, 0) for _ in range(3)]
    assert handles == [4, 8, 12]
    assert nt.objects.close(nt.process, 8 | 3) == SUCCESS
    assert nt.objects.open(nt.process, made, 0) == 8


def test_rights_and_kinds_are_checked() -> None:
    """User mode needs the rights that the handle was opened with; kernel mode only the right kind."""
    nt = Machine().nt
    made = nt.objects.add("Event", 0x1000)
    handle = nt.objects.open(nt.process, made, 2)
    assert nt.objects.by_handle(handle, 2, "Event", 1)[0] == SUCCESS
    assert nt.objects.by_handle(handle, 3, "Event", 1)[0] == ACCESS_DENIED
    assert nt.objects.by_handle(handle, 3, "Event", 0)[0] == SUCCESS
    assert nt.objects.by_handle(handle, 0, "File", 0)[0] == TYPE_MISMATCH
    assert nt.objects.by_handle(16, 0, None, 0)[0] == INVALID_HANDLE


def test_kernel_handles_are_seen_from_every_process_in_kernel_mode_only() -> None:
    """A handle made with OBJ_KERNEL_HANDLE stands in the system's table, out of reach of programs."""
    nt = Machine().nt
    handle = nt.objects.open(nt.process, nt.objects.add("Event", 0x1000), 2, OBJ_KERNEL_HANDLE)
    assert handle == 0xFFFF_FFFF_8000_0004
    nt.attach(nt.create_process("other"))
    assert nt.objects.by_handle(handle, 0, "Event", 0)[0] == SUCCESS
    assert nt.objects.by_handle(handle, 0, "Event", 1)[0] == INVALID_HANDLE
    assert nt.objects.close(nt.process, handle) == SUCCESS


def test_handles_are_of_one_process() -> None:
    """The same number means something else, or nothing, in another process; all go when the process exits."""
    nt = Machine().nt
    first = nt.process
    made = nt.objects.add("Event", 0x1000)
    handle = nt.objects.open(first, made, 0)
    nt.objects.open(first, made, 0)
    nt.attach(nt.create_process("other"))
    assert nt.objects.by_handle(handle, 0, None, 0)[0] == INVALID_HANDLE
    nt.objects.close_all(first)
    assert (made.handles, made.references, len(nt.objects.table(first))) == (0, 1, 0)


def test_the_current_process_has_a_handle_of_its_own() -> None:
    """-1 always means the process itself, and no table knows it."""
    nt = Machine().nt
    status, entry = nt.objects.by_handle(CURRENT_PROCESS, 0x1FFFFF, "Process", 1)
    assert status == SUCCESS and entry is not None and entry.object.body is nt.process
    assert nt.objects.close(nt.process, CURRENT_PROCESS) == INVALID_HANDLE
    assert nt.objects.by_handle(CURRENT_THREAD, 0, "Process", 0)[0] != SUCCESS


def test_type_variables_lead_to_kinds() -> None:
    """IoFileObjectType points to the type's address, which means its kind."""
    nt = Machine().nt
    file = nt.memory.read_uint(nt.objects.type_variable("IoFileObjectType"), 8)
    event = nt.memory.read_uint(nt.objects.type_variable("ExEventObjectType"), 8)
    assert (nt.objects.kind_of_type(file), nt.objects.kind_of_type(event)) == ("File", "Event")
    assert nt.objects.kind_of_type(0x1234) is None
