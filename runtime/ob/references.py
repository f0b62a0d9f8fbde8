"""References that drivers take and give back: ObReferenceObject and its like, for every kind of object."""

from __future__ import annotations

from .. import rules
from ..findings import address
from ..services.references import give_back
from ..wdk.constants import STATUS_OBJECT_TYPE_MISMATCH, STATUS_SUCCESS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System
    from .objects import Object


def counted(nt: System, where: int) -> Object | None:
    """The object at an address; threads and processes are counted from when they are first asked for."""
    found = nt.objects.at(where)
    if found is not None:
        return found
    process = next((one for one in nt.processes if one.address == where), None)
    if process is not None:
        return nt.objects.of_process(process)
    thread = next((one for one in nt.scheduler.threads if one.address == where), None)
    if thread is not None:
        return nt.objects.add("Thread", where, body=thread)
    return None


def reference(nt: System, where: int) -> int:
    """One reference more; how many there are."""
    found = counted(nt, where)
    if found is None:
        _not_counted(nt, where, 1)
        return 0
    return nt.objects.reference(found)


def dereference(nt: System, where: int) -> int:
    """One reference less; how many are left."""
    found = counted(nt, where)
    if found is None:
        _not_counted(nt, where, -1)
        return 0
    nt.remember("object", where, "dereferenced")
    if not found.taken and found.kind == "File" and found.references > 1:
        nt.let_go(rules.FILE_OBJECT_LEFT, where)
    give_back(nt, found)
    return nt.objects.dereference(found)


def _not_counted(nt: System, where: int, change: int) -> None:
    facts = [("object", f"{address(where)}, which has no references left")]
    nt.violation(rules.OBJECT_OVER_DEREFERENCED, (0, where, 2, change), facts, ("object", where))


def by_pointer(nt: System, where: int, object_type: int) -> int:
    """ObReferenceObjectByPointer: a reference, if the object is of the type."""
    found = counted(nt, where)
    kind = nt.objects.kind_of_type(object_type) if object_type else None
    if found is not None and kind is not None and kind != found.kind:
        return STATUS_OBJECT_TYPE_MISMATCH
    reference(nt, where)
    return STATUS_SUCCESS
