"""Where running code stands in the script.

A site is the chain of generated frames, innermost first, as (code object, offset of the instruction); nothing is
resolved until a report is drawn. Lines come from the code's line table; its column is an index into the program's
span table."""

from __future__ import annotations

import sys

from .report import Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

    from .compiled import Compiled

Site = "tuple[tuple[CodeType, int], ...]"


class Sites:
    """Looks up and resolves sites of one session."""

    __slots__ = ("names", "programs", "_function_names", "_function_spans")

    def __init__(self, names: dict[str, object]) -> None:
        self.names = names
        self.programs: list[Compiled] = []
        self._function_names: dict[str, str] = {}
        self._function_spans: dict[str, int] = {}

    def add(self, program: Compiled) -> None:
        self.programs.append(program)
        for _, identifier, _, name, span in program.functions:
            self._function_names[identifier] = name
            self._function_spans[identifier] = span
        for name, identifier, *_ in program.processes:
            self._function_names[identifier] = name

    def here(self) -> tuple[tuple[CodeType, int], ...]:
        """The site of whoever called into Python from generated code."""
        frame = sys._getframe(1)
        names = self.names
        chain = []
        while frame is not None:
            if frame.f_globals is names:
                chain.append((frame.f_code, frame.f_lasti))
            frame = frame.f_back  # type: ignore[assignment]
        return tuple(chain)

    def innermost(self) -> tuple[CodeType, int] | None:
        """The first step of `here`, without a look at the others."""
        frame = sys._getframe(1)
        while frame is not None:
            if frame.f_globals is self.names:
                return frame.f_code, frame.f_lasti
            frame = frame.f_back  # type: ignore[assignment]
        return None

    def of_function(self, function: object) -> tuple[tuple[CodeType, int], ...]:
        """The site of a function of the script itself: where it is defined."""
        code = getattr(function, "__code__", None)
        return ((code, -1),) if code is not None and code.co_qualname in self._function_spans else ()

    def function(self, code: CodeType) -> str:
        """The script's name of a function, or of the process whose statements it is; a filter belongs to the function
        around it."""
        outermost = code.co_qualname.partition(".")[0]
        return self._function_names.get(outermost, "script")

    def span(self, step: tuple[CodeType, int]) -> tuple[str, int, int, int, int]:
        """File, line, column, end column of one frame of a site, and the index of its span (-1 if unknown)."""
        code, offset = step
        program = self.programs[-1]
        if offset < 0:
            index = self._function_spans[code.co_qualname]
            file, line, start, end = program.spans[index]
            return file, line, start, end, index
        position = None
        for index, found in enumerate(code.co_positions()):
            if index == offset // 2:
                position = found
                break
        line = (position[0] if position else None) or code.co_firstlineno
        column = position[2] if position else None
        if column is None or not 0 <= column < len(program.spans):
            return program.file, line, 1, 1, -1
        file, line, start, end = program.spans[column]
        return file, line, start, end, column

    def place(self, site: object, label: str, argument: int | None = None) -> Place | None:
        """The place that a site points at: the innermost line, or one argument of the call there."""
        if not site:
            return None
        file, line, start, end, index = self.span(site[0])  # type: ignore[index]
        arguments = self.programs[-1].arguments.get(index, ())
        if argument is not None and argument < len(arguments):
            other = self.programs[-1].spans[arguments[argument]]
            if other[:2] == (file, line):
                file, line, start, end = other
        return Place(file, line, start, end, label)

    def calls(self, site: object) -> list[tuple[str, str, int]]:
        """The call stack of a site, innermost first: function, file, line."""
        stack = []
        for step in site or ():  # type: ignore[attr-defined]
            file, line, _, _, _ = self.span(step)
            stack.append((self.function(step[0]), file, line))
        return stack
