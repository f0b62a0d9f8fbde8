"""Calls of routines, seen while somebody wants to: each is wrapped where generated code finds it, and unwrapped again.

A call that the run is stopped at is known by its number since the last place: all calls are counted while any is
watched.
"""

from __future__ import annotations

import sys

from ..bridge import PointerTable
from ..routine_addresses import routine_at
from .stops import Position

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

    from ...runtime.routine import Routine
    from .live import Live


class Calls:
    """`told(row, arguments, position, frame)` is asked before each call for why the run shall stop there: the reason of
    a stop and its detail, "routine: breakpoint 1", or nothing."""

    def __init__(self, live: Live, told: Callable[[Routine, tuple[Any, ...], Position, FrameType | None], str]) -> None:
        self.live = live
        self.told = told
        self.on = False
        self.last = Position(-1)
        self._wrapped: dict[str, Callable[..., Any]] = {}
        self._tables: list[tuple[PointerTable, dict[int, Callable[..., Any]]]] = []

    def watch(self, on: bool) -> None:
        """Begin or end to see calls; with what was loaded since."""
        session = self.live.session
        names: dict[str, Any] = session.names
        if not on:
            for identifier, function in self._wrapped.items():
                session.names[identifier] = function
            for table, before in self._tables:
                table.wrap = None
                table.update(before)
            self.forget()
            return
        if not self.on:
            self.last = Position(-1)
        self.on = True
        for program in session.sites.programs[-1:]:
            for identifier, name, _ in program.externals:
                if identifier not in self._wrapped:
                    from ...runtime.routines import find

                    row, function = find(name), names[identifier]
                    assert row is not None
                    self._wrapped[identifier] = function
                    session.names[identifier] = self._seen(row, function, row.calls_back)
            tables = [names[identifier] for identifier, _ in program.tables]
            for table in [*tables, *session.calls.values()]:
                if isinstance(table, PointerTable) and all(table is not known for known, _ in self._tables):
                    self._wrap(table)

    def forget(self) -> None:
        """The machine has gone."""
        self.on = False
        self._wrapped, self._tables = {}, []

    def _wrap(self, table: PointerTable) -> None:
        before: dict[int, Callable[..., Any]] = {}
        for where, function in list(table.items()):
            row = routine_at(where)
            if row is not None:
                before[where] = function
                table[where] = self._seen(row, function, True)

        def wrap(where: int, row: Routine, function: Callable[..., Any]) -> Callable[..., Any]:
            before[where] = function
            return self._seen(row, function, True)

        table.wrap = wrap
        self._tables.append((table, before))

    def _seen(self, row: Routine, function: Callable[..., Any], with_stack: bool) -> Callable[..., Any]:
        """The routine as it is called while it is watched; `with_stack` if the stack that is left is its first
        argument."""

        def call(*arguments: Any) -> Any:
            tick = self.live.passed() - 1
            last = self.last
            self.last = Position(tick, 0, last.call + 1 if last.tick == tick else 1)
            names = self.live.session.names
            frame: FrameType | None = sys._getframe(1)
            while frame is not None and frame.f_globals is not names:
                frame = frame.f_back
            given = arguments[1:] if with_stack else arguments
            reason = self.told(row, given, self.last, frame)
            if reason:
                kind, _, detail = reason.partition(": ")
                self.live.halt(kind, self.last, detail)
            return function(*arguments)

        return call
