"""Raising and lowering the IRQL of the current processor, by the rules that KeRaiseIrql and KeLowerIrql have."""

from __future__ import annotations

from .. import rules
from ..findings import level_name
from .processor import APC_LEVEL, DISPATCH_LEVEL, HIGH_LEVEL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..routine import Routine
    from ..system import System

# Sub-codes of 0xC4 by what stands in their parameters 3 and 4.
DMA_IRQL = (0xE6, 0x13)  # of the members of DMA_OPERATIONS
VECTOR_IRQL = (0x1DC, 0x1)
WITH_TWO_ARGUMENTS = frozenset((0x70, 0x71, 0x73, 0x74, 0x76, 0x79, 0x7B))
WITH_DISPATCH_LEVEL = frozenset((0x7E,))
WITHOUT_ARGUMENTS = frozenset((0xE5, 0x11A, 0x11B))


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
    if nt.cpu.in_dpc and new < nt.cpu.dpc_level:
        nt.violation(rules.IRQL_LOWERED_IN_DPC, (before, new, 1), _facts(before, new), ("dpc", nt.cpu.in_dpc))
    nt.set_irql(min(new, HIGH_LEVEL))


def allow_apc_level_only(nt: System, routine: str, sub_code: int, arguments: tuple[int, ...]) -> None:
    """For a routine whose IRQL depends on its arguments: with these, DISPATCH_LEVEL is too high."""
    if nt.irql > APC_LEVEL:
        have = level_name(nt.irql)
        title = f"{routine} is called at {have}; with a user address it needs at most APC_LEVEL"
        facts = [("irql", f"{have}, allowed: <= APC_LEVEL")]
        nt.violation(rules.IRQL_TOO_HIGH, (nt.irql, *arguments), facts, title=title, stop=(0xC4, sub_code))


def stop_of(row: Routine) -> tuple[int, int] | None:
    """Code and sub-code that the verifier has for a routine at a wrong IRQL; None if it has none of its own."""
    return row.irql_stop or (DMA_IRQL if row.type else None)


def parameters(
    irql: int, stop: tuple[int, int | None] | None, arguments: tuple[int | bytes, ...], row: Routine
) -> tuple[int, ...]:
    """What the verifier's bug check for a wrong IRQL shows behind its sub-code."""
    if stop == DMA_IRQL:
        return (1 if row.irql_min == row.irql_max else 2), row.irql_max, irql
    if stop == VECTOR_IRQL:
        return (irql,)
    sub_code = (stop or (0, None))[1]
    if sub_code in WITH_DISPATCH_LEVEL:
        return irql, DISPATCH_LEVEL
    shown = 2 if sub_code in WITH_TWO_ARGUMENTS else int(sub_code is not None and sub_code not in WITHOUT_ARGUMENTS)
    values = [int.from_bytes(value, "little") if isinstance(value, bytes) else value for value in arguments[:shown]]
    return irql, *values


def _facts(before: int, new: int) -> list[tuple[str, str]]:
    return [("irql", level_name(before)), ("asked for", level_name(new) if new <= HIGH_LEVEL else str(new))]
