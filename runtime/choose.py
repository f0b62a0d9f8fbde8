"""The one source of chance: every choice that a real machine leaves open is asked of `Chooser.choose`.

Without a seed each question has its plain answer, option 0. With one, the answer depends on the seed, the question
and how often it was asked, and on nothing else, so that one stream of questions never shifts another."""

from __future__ import annotations

MASK = 0xFFFF_FFFF_FFFF_FFFF


def _mix(value: int) -> int:
    """Spread the bits of a 64-bit number (the finaliser of splitmix64)."""
    value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9 & MASK
    value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB & MASK
    return value ^ (value >> 31)


class Chooser:
    """`failures` maps a routine to the numbers of its calls (from 1) that shall fail. `log`, if a list, takes every
    answer. `may_fail` is true if any call may have to: else nobody need ask for the sake of `failures`."""

    __slots__ = ("seed", "asked", "failures", "may_fail", "log", "replay")

    def __init__(self, seed: int | None = None, failures: tuple[tuple[str, int], ...] = ()) -> None:
        self.seed = seed
        self.asked: dict[str, int] = {}
        self.failures = frozenset((f"fail:{routine}", nth) for routine, nth in failures)
        self.may_fail = bool(failures)
        self.log: list[tuple[str, int, int]] | None = None
        self.replay: dict[tuple[str, int], int] | None = None

    @property
    def open(self) -> bool:
        """True if any answer but the plain one may be given: else nobody need ask."""
        return self.seed is not None or self.replay is not None

    def choose(self, what: str, options: int) -> int:
        """An index below `options`; 0 is the plain answer. `what` names the question."""
        nth = self.asked.get(what, 0) + 1
        self.asked[what] = nth
        if self.replay is not None and (what, nth) in self.replay:
            answer = self.replay[what, nth]
        elif (what, nth) in self.failures:
            answer = 1
        elif self.seed is None or options < 2 or what.startswith("fail:"):
            answer = 0
        else:
            from zlib import crc32  # here, so that a run without a seed does not load it

            answer = _mix((self.seed * 0x9E37_79B9_7F4A_7C15 + (crc32(what.encode()) << 32) + nth) & MASK) % options
        if self.log is not None:
            self.log.append((what, options, answer))
        return answer
