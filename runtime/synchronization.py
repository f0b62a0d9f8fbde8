"""What holds for every object that threads or processors wait for."""

from __future__ import annotations

from . import rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .system import System


def check_resident(nt: System, where: int) -> None:
    """The object must lie in memory that never leaves: it is touched at DISPATCH_LEVEL later."""
    region = nt.memory.region_at(where)
    if region is not None and region.pageable:
        facts = [("object", nt.describe(where))]
        nt.violation(rules.SYNCHRONIZATION_PAGEABLE, (where, 0, 0), facts, ("object", where))
