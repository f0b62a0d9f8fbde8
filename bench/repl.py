"""The session at a terminal, from the person's view: how long until the first prompt, and until a key is seen.

The package is installed from its wheel, as for `start`, and runs in a pseudo-terminal, which Windows does not have.
"""

from __future__ import annotations

import os
import select
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from .measure import Row, ms
from .start import Installed

FIRST_PROMPT = 0.35 / 0.015  # seconds on a machine on which `python -c pass` takes 0.015
REDRAW = 0.016 / 0.015  # the same of a key
TYPED = (
    "PMDL mdl = IoAllocateMdl(NULL, 4096, FALSE, FALSE, NULL); MmProbeAndLockPages(mdl, KernelMode, IoReadAccess); "
    "mdl->ByteCount + STATUS_INSUFFICIENT_RESOURCES "
)


class Typed:
    """A session in a pseudo-terminal of 80 by 30."""

    def __init__(self, place: Installed) -> None:
        import fcntl
        import pty
        import struct
        import termios

        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 80, 0, 0))
        environment = place.environment | {"TERM": "xterm-256color", "DMASCRIPT_CONFIG": str(place.folder / "config")}
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            [place.python, "-m", "dmascript", "repl"], stdin=slave, stdout=slave, stderr=slave, cwd=place.folder,
            env=environment, start_new_session=True,
        )  # fmt: skip
        os.close(slave)

    def until_prompt(self) -> float:
        """Seconds from the start of the process to the first prompt."""
        seen = b""
        while b"dma>" not in seen:
            seen += os.read(self.master, 65536)
        taken = time.perf_counter() - self.began
        os.write(self.master, b"\x1b[3;6R")  # where the cursor is: it has asked
        return taken

    def quiet(self, seconds: float) -> None:
        """Read what comes until nothing does."""
        while select.select([self.master], [], [], seconds)[0]:
            os.read(self.master, 65536)

    def press(self, key: str) -> float:
        """Seconds from a key to the first of what it changes on the screen."""
        began = time.perf_counter()
        os.write(self.master, key.encode())
        select.select([self.master], [], [], 5)
        return time.perf_counter() - began

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)


def run(quick: bool) -> list[Row]:
    if os.name == "nt":
        return []
    with tempfile.TemporaryDirectory() as folder:
        place = Installed(Path(folder), fresh=not quick)
        starts: list[float] = []
        nothing: list[float] = []
        for _ in range(2 if quick else 15):
            began = time.perf_counter()
            place.nothing()
            nothing.append(time.perf_counter() - began)
            session = Typed(place)
            starts.append(session.until_prompt())
            session.end()
        keys = pressed(place, TYPED[:20] if quick else TYPED)
    slow = quantiles(keys, n=20)[-1]
    start = median(starts[1:])
    return [
        Row(
            "start to first prompt / python -c pass", start / median(nothing[1:]), FIRST_PROMPT,
            detail=f"{ms(start)} / {ms(median(nothing[1:]))}",
        ),
        Row(
            "key to redraw, median / python -c pass", median(keys) / median(nothing[1:]), REDRAW,
            detail=f"{ms(median(keys))}, of {len(keys)} keys",
        ),
        Row("the slowest of twenty keys / python -c pass", slow / median(nothing[1:]), REDRAW, detail=ms(slow)),
    ]  # fmt: skip


def pressed(place: Installed, text: str) -> list[float]:
    """How long each of these keys takes, typed one by one: with colours, menus and the hint of the call."""
    session = Typed(place)
    session.until_prompt()
    session.quiet(2.0)
    taken = []
    for key in text:
        taken.append(session.press(key))
        session.quiet(0.1)
    session.end()
    return taken
