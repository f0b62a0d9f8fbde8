"""The run as events: who did what, when, on which processor, at which IRQL, and for the sake of which IRP.

A routine's call is an event, and so is each thing that the simulated NT says of itself (`System.traced`): service
routines, DPCs, waits, register accesses, the way of an IRP. Watching must not change the run: nothing here asks for a
choice or lets time pass.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    from ..runtime.routine import Routine
    from .session import Session

else:
    Protocol = object

# What has a length: `System.traced` is told its begin, and its end under the same name and " end".
LASTING = frozenset(("isr", "dpc", "device", "dispatch", "completion routine", "startio", "work item", "system call"))
END = " end"
RESULTS = ("result", "status", "claimed")


class TraceEvent:
    """`track` is where it happened: the name of a thread, "processor N" for interrupts and DPCs, or a device. `kind` is
    "call" for a routine, else what `System.traced` was told; `depth` counts the events around it on its track.
    `duration_ns` is None for what has no length, `result` is None where nothing came back, `cause` the IRP for whose
    sake it was done, or 0."""

    __slots__ = (
        "time_ns", "duration_ns", "processor", "irql", "track", "depth", "kind", "name", "arguments", "result", "cause",
    )  # fmt: skip

    def __init__(
        self, time_ns: int, processor: int, irql: int, track: str, depth: int, kind: str, name: str,
        arguments: tuple[object, ...], cause: int,
    ) -> None:  # fmt: skip
        self.time_ns = time_ns
        self.duration_ns: int | None = None
        self.processor = processor
        self.irql = irql
        self.track = track
        self.depth = depth
        self.kind = kind
        self.name = name
        self.arguments = arguments
        self.result: object = None
        self.cause = cause


class Listener(Protocol):
    """Is told of each event as it begins, and of each that lasts as it ends."""

    def began(self, event: TraceEvent) -> None: ...

    def ended(self, event: TraceEvent) -> None: ...


class Tracer:
    """Collects the events of one session, in the order in which they began, and tells a listener."""

    __slots__ = ("session", "events", "listener", "_open")

    def __init__(self, session: Session, events: list[TraceEvent], listener: Listener | None = None) -> None:
        self.session = session
        self.events = events
        self.listener = listener
        self._open: dict[str, list[TraceEvent]] = {}
        session.nt.traced = self.traced

    def _track(self) -> str:
        """Whose time line the running code belongs to."""
        nt = self.session.nt
        device = nt.hardware.current
        if device is not None:
            return f"device {device.name}"
        if nt.cpu.nested:
            return f"processor {nt.cpu.number}"
        process = nt.thread.home or nt.thread.process
        owner = process.name if process is not None else "System"
        return nt.thread.name if nt.thread.name == owner else f"{owner}: {nt.thread.name}"

    def _now(self) -> int:
        """The time of the machine. The code of a device takes none, whatever it does."""
        nt = self.session.nt
        device = nt.hardware.current
        return nt.clock.now_ns if device is None or device.began_ns < 0 else device.began_ns

    def _begin(self, kind: str, name: str, arguments: tuple[object, ...], cause: int = 0) -> TraceEvent:
        nt = self.session.nt
        track = self._track()
        around = self._open.setdefault(track, [])
        event = TraceEvent(
            self._now(), nt.cpu.number, nt.irql, track, len(around), kind, name, arguments,
            cause or nt.thread.cause,
        )  # fmt: skip
        self.events.append(event)
        if self.listener is not None:
            self.listener.began(event)
        return event

    def _end(self, event: TraceEvent, result: object) -> None:
        event.duration_ns = max(0, self._now() - event.time_ns)
        event.result = result
        around = self._open[event.track]
        if event in around:
            del around[around.index(event) :]
        if self.listener is not None:
            self.listener.ended(event)

    def call(self, row: Routine, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        """Called in place of a routine."""
        event = self._begin("call", row.name, arguments)
        self._open[event.track].append(event)
        result: object = "did not return"
        try:
            result = function(*arguments)
            return result
        finally:
            self._end(event, result)

    def traced(self, kind: str, **details: object) -> None:
        """What the simulated NT says of itself."""
        if kind.endswith(END):
            self._finish(kind.removesuffix(END), details)
            return
        name = str(details.pop("name", "")) or self._name(details)
        cause = details.pop("irp", 0)
        event = self._begin(kind, name, tuple(details.items()), cause if isinstance(cause, int) else 0)
        if kind in LASTING:
            self._open[event.track].append(event)

    def _finish(self, kind: str, details: dict[str, object]) -> None:
        for event in reversed(self._open.get(self._track(), ())):
            if event.kind == kind:
                self._end(event, next((details[name] for name in RESULTS if name in details), None))
                return

    def _name(self, details: dict[str, object]) -> str:
        """The script's name of the function that an event calls."""
        routine = details.get("routine")
        if not isinstance(routine, int):
            return ""
        found = self.session.function_name(routine)
        if found:
            del details["routine"]
        return found

    def printing(self, write: Callable[[str], None]) -> Callable[[str], None]:
        """Instead of `write`: what the script prints is an event too."""

        def both(text: str) -> None:
            self._begin("output", text.rstrip("\n"), ())
            write(text)

        return both
