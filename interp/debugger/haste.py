"""A run that was told to stop and is busy in a routine of the kernel: after a while it is given up."""

from __future__ import annotations

import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .live import Live

PATIENCE = 0.7  # seconds


class Abandoned(BaseException):
    """Ends a run that nobody will go on with."""


class Haste:
    """Gives a machine's run up, from a thread of its own, unless it stops in time."""

    def __init__(self, live: Live, thread: int) -> None:
        self.live = live
        self.thread = thread
        self.lock = threading.Lock()
        self.over = False
        self.gave_up = False
        self.timer = threading.Timer(PATIENCE, self._give_up)
        self.timer.daemon = True
        self.timer.start()

    def _give_up(self) -> None:
        with self.lock:
            if not self.over:
                self.gave_up = True
                self.live.nt.stopped = True  # so that no __finally body runs on the way
                _throw(self.thread, Abandoned)

    def end(self) -> bool:
        """Control is back. Whether the run was given up."""
        try:
            self.timer.cancel()
            with self.lock:
                self.over = True
            if self.gave_up:
                _throw(self.thread, None)
            self.timer.join()
        except Abandoned:  # it came only now
            pass
        return self.gave_up


def _throw(thread: int, exception: type[BaseException] | None) -> None:
    """Raise an exception in another thread as soon as it runs Python code; None takes it back."""
    import ctypes

    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread), ctypes.py_object(exception) if exception is not None else None
    )
