"""Raising and lowering the IRQL of the current processor, by the rules that KeRaiseIrql and KeLowerIrql have."""

from __future__ import annotations

from . import rules
from .findings import level_name
from .processor import HIGH_LEVEL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .system import System


def raise_to(nt: System, new: int) -> int:
    """Raise the IRQL and return the one before. It may stay the same, not fall."""
    before = nt.irql
    if not before <= new <= HIGH_LEVEL:
        facts = _facts(before, new)
        nt.violation(rules.IRQL_RAISED_DOWNWARD, (before, new, 0), facts)
        nt.violation(rules.IRQL_RAISED_DOWNWARD_PLAIN, (), facts)
    nt.set_irql(min(new, HIGH_LEVEL))
    return before


def lower(nt: System, new: int) -> None:
    """Lower the IRQL. It may stay the same, not rise."""
    before = nt.irql
    if new > before:
        facts = _facts(before, new)
        nt.violation(rules.IRQL_LOWERED_UPWARD, (before, new, 0), facts)
        nt.violation(rules.IRQL_LOWERED_UPWARD_PLAIN, (0, before, 0, nt.instruction()), facts)
    nt.set_irql(min(new, HIGH_LEVEL))


def _facts(before: int, new: int) -> list[tuple[str, str]]:
    return [("irql", level_name(before)), ("asked for", level_name(new) if new <= HIGH_LEVEL else str(new))]
