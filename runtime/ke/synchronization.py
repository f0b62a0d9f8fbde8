"""What holds for every object that threads or processors wait for."""

from __future__ import annotations

from .. import rules
from ..mm.memory import KERNEL_BASE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System


def check_resident(nt: System, where: int) -> None:
    """The object must lie in memory that never leaves: it is touched at DISPATCH_LEVEL later."""
    facts = [("object", nt.describe(where))]
    if where < KERNEL_BASE:
        nt.violation(rules.SYNCHRONIZATION_IN_USER_MEMORY, (where, 0, 0), facts, ("object", where))
    region = nt.memory.region_at(where)
    if region is not None and region.pageable:
        nt.violation(rules.SYNCHRONIZATION_PAGEABLE, (where, 0, 0), facts, ("object", where))
