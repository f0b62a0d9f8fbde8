""" "Did you mean": the known name that lies nearest to a mistyped one."""

from __future__ import annotations

from collections.abc import Iterable

# Distances are in halves: another letter costs 2, the same letter in the other case 1.
_STEP = 2


def nearest(name: str, candidates: Iterable[str]) -> str:
    """The candidate within a few typing slips of the name, or "" if none is close; of equals the alphabet's first."""
    folded = name.casefold()
    letters = set(folded)
    best, limit = "", _limit(len(name))
    for candidate in candidates:
        if candidate == name or abs(len(candidate) - len(name)) * _STEP > limit:
            continue
        other = candidate.casefold()
        if other == folded:
            cost = 1
        elif len(letters.symmetric_difference(other)) > limit:
            continue
        else:
            cost = _distance(name, candidate, limit)
        if cost < limit or (cost == limit and (not best or candidate < best)):
            best, limit = candidate, cost
    return best


def _limit(length: int) -> int:
    """The dearest slip still taken for one, in halves: only a matter of case in names of one letter."""
    if length < 2:
        return 1
    return _STEP * (1 if length < 5 else 2 if length < 12 else 3)


def _distance(left: str, right: str, limit: int) -> int:
    """Edits from one to the other (insert, delete, change, swap of neighbours); if they pass the limit, any more."""
    while left and right and left[0] == right[0]:
        left, right = left[1:], right[1:]
    while left and right and left[-1] == right[-1]:
        left, right = left[:-1], right[:-1]
    before: list[int] = []
    above: list[int] = []
    row = [_STEP * i for i in range(len(right) + 1)]
    for i, a in enumerate(left, 1):
        before, above, row = above, row, [_STEP * i]
        for j, b in enumerate(right, 1):
            change = 0 if a == b else 1 if a.casefold() == b.casefold() else _STEP
            cost = min(above[j] + _STEP, row[j - 1] + _STEP, above[j - 1] + change)
            if i > 1 and j > 1 and a == right[j - 2] and b == left[i - 2]:
                cost = min(cost, before[j - 2] + _STEP)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return row[-1]
