"""Drivers that want to know of each process that begins or ends: PsSetCreateProcessNotifyRoutine."""

from __future__ import annotations

from .. import rules
from ..findings import address
from ..wdk.constants import STATUS_INVALID_PARAMETER, STATUS_PROCEDURE_NOT_FOUND, STATUS_SUCCESS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..findings import Moment
    from ..ke.process import Process
    from ..system import System

MOST_ROUTINES = 64


class ProcessNotes:
    """`routines` are called in the order in which they came; with each, when that was."""

    __slots__ = ("nt", "routines")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.routines: dict[int, Moment] = {}

    def change(self, routine: int, remove: bool) -> int:
        if remove:
            return STATUS_SUCCESS if self.routines.pop(routine, None) else STATUS_PROCEDURE_NOT_FOUND
        if routine in self.routines or len(self.routines) == MOST_ROUTINES:
            return STATUS_INVALID_PARAMETER
        self.routines[routine] = self.nt.moment()
        return STATUS_SUCCESS

    def tell(self, process: Process, begins: bool) -> None:
        """Within a critical region, in the first thread of a process that begins, or in the last of one that ends."""
        thread = self.nt.thread
        thread.regions_entered += 1
        for routine in list(self.routines):
            self.nt.call(routine, self.nt.system_process.id, process.id, int(begins))
        thread.regions_entered -= 1

    def check_unloaded(self) -> None:
        """All drivers are gone: none of their routines may be left."""
        for routine, moment in self.routines.items():
            facts = [("routine", f"{address(routine)}, told of processes")]
            parameters = (routine, 8, routine, 0)
            self.nt.violation(rules.UNLOADED_WITH_WORK, parameters, facts, moment=moment)
