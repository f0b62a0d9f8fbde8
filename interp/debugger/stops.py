"""Where and why a run is suspended, and what an entry came to."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType

    from ...grammar.types import Type
    from ...runtime.findings import Finding
    from ..growing import Part


class Position:
    """A moment of a run: how many places to stop at it had passed when it came to the last one (`tick`), and which of
    the machine's own breaks since (`nth`), or which call of a routine since (`call`), both counted from 1; 0 at the
    place itself. Two runs of the same entries are alike up to the same position."""

    __slots__ = ("tick", "nth", "call")

    def __init__(self, tick: int, nth: int = 0, call: int = 0) -> None:
        self.tick = tick
        self.nth = nth
        self.call = call

    def _key(self) -> tuple[int, int, int]:
        return self.tick, self.call, self.nth

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Position) and self._key() == other._key()

    def __lt__(self, other: Position) -> bool:
        return self._key() < other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"{self.tick}" + (f":{self.nth}" if self.nth else "") + (f"/{self.call}" if self.call else "")


class Stop:
    """A run that is suspended. `reason` is "step", "breakpoint", "data", "routine", "start", "break" (the script asked
    for it), "interrupt" (the person did), "bugcheck" (the machine is about to stop), "deadlock" (nobody can go on),
    "limit" (the steps are used up) or "position" (a run came back to where it was told). `site` is the chain of
    generated frames, innermost first; `frame` is the innermost one itself, alive."""

    __slots__ = ("reason", "position", "site", "frame", "detail")

    def __init__(
        self, reason: str, position: Position, site: tuple[tuple[CodeType, int], ...], frame: FrameType | None,
        detail: str = "",
    ) -> None:  # fmt: skip
        self.reason = reason
        self.position = position
        self.site = site
        self.frame = frame
        self.detail = detail


class Outcome:
    """What became of an entry, or of letting the machine go on. `kind` is "done", "stopped" (see `stop`), "refused" (it
    does not compile), "crashed" (the machine has stopped for good) or "limit" (see `message`). `value` is that of an
    expression of `type`. `findings` are those that came with it; `note` is what else
    is to be said."""

    __slots__ = ("kind", "stop", "part", "type", "value", "findings", "message", "note")

    def __init__(self, kind: str, part: Part | None = None) -> None:
        self.kind = kind
        self.part = part
        self.stop: Stop | None = None
        self.type: Type | None = None
        self.value: int | bytes | None = None
        self.findings: list[Finding] = []
        self.message = ""
        self.note = ""
