"""The places of loaded code at which a run may stop: which statement each is, and in which function."""

from __future__ import annotations

import dis
from types import CodeType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..compiled import Compiled
    from ..sites import Sites

    Key = tuple[int, int]  # the identity of a code object, and an offset within its call of HIT


class Landmark:
    """One place: the call of HIT in a code object from one offset up to another, the file and line of its statement,
    the function of the script around it, and whether it is the first of that function."""

    __slots__ = ("code", "offset", "end", "file", "line", "function", "first")

    def __init__(
        self, code: CodeType, offset: int, end: int, file: str, line: int, function: str, first: bool
    ) -> None:
        self.code = code
        self.offset = offset
        self.end = end
        self.file = file
        self.line = line
        self.function = function
        self.first = first

    @property
    def keys(self) -> list[Key]:
        """How a frame that stands there is known: the offset is anywhere in the call and its caches."""
        return [(id(self.code), offset) for offset in range(self.offset, self.end, 2)]


class Landmarks:
    """All places of the code that a session has loaded. A function that was defined again has those of its new body."""

    def __init__(self) -> None:
        self._by_code: dict[str, list[Landmark]] = {}
        self._new: list[tuple[Compiled, Sites]] = []
        self._known: dict[int, tuple[Compiled, dict[str, list[Landmark]]]] = {}  # what was loaded once, by identity

    def add(self, program: Compiled, sites: Sites) -> None:
        """The code of a part has been loaded; its places are found when somebody asks."""
        self._new.append((program, sites))

    def _find(self, program: Compiled, sites: Sites) -> None:
        known = self._known.get(id(program))
        if known is None:
            codes = [code for code in program.code.co_consts if isinstance(code, CodeType)]
            known = program, {code.co_qualname: list(_of_function(code, sites)) for code in codes}
            self._known[id(program)] = known
        self._by_code.update(known[1])

    def clear(self) -> None:
        self._by_code.clear()
        self._new.clear()

    def __iter__(self) -> Iterator[Landmark]:
        for program, sites in self._new:
            self._find(program, sites)
        self._new.clear()
        for found in self._by_code.values():
            yield from found

    def files(self) -> list[str]:
        """The files that have places, in the order in which they were loaded."""
        return list(dict.fromkeys(landmark.file for landmark in self))

    def at_line(self, file: str, line: int) -> list[Landmark]:
        """The places of a line, or of the next one that has any."""
        within = [landmark for landmark in self if landmark.file == file and landmark.line >= line]
        nearest = min((landmark.line for landmark in within), default=0)
        return [landmark for landmark in within if landmark.line == nearest]

    def in_function(self, name: str) -> list[Landmark]:
        """Where functions of that name begin."""
        return [landmark for landmark in self if landmark.first and landmark.function == name]

    def functions(self) -> list[str]:
        """The names of all functions that have places."""
        return list(dict.fromkeys(landmark.function for landmark in self))


def _of_function(code: CodeType, sites: Sites) -> Iterator[Landmark]:
    """The places of a function and of those within it, in the order of its code."""
    first = True
    for inner, offset, end in _calls(code):
        file, line, _, _, _ = sites.span((inner, offset))
        yield Landmark(inner, offset, end, file, line, sites.function(code), first and inner is code)
        first = first and inner is not code


def _calls(code: CodeType) -> Iterator[tuple[CodeType, int, int]]:
    """Where a code object, and those within it, call HIT: from the call to the instruction behind it."""
    named, begin = False, -1
    for instruction in dis.get_instructions(code):
        if begin >= 0:
            yield code, begin, instruction.offset
            begin = -1
        if instruction.opname.startswith("LOAD_GLOBAL"):
            named = instruction.argval == "HIT"
        elif instruction.opname.startswith("CALL") and named:
            named, begin = False, instruction.offset
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _calls(inner)
