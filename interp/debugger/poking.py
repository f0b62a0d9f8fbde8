"""Writing to simulated memory from outside, past all protections, where `looking` sees memory."""

from __future__ import annotations

from ...runtime.mm.store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...runtime.system import System


def poke(nt: System, va: int, data: bytes) -> None:
    """Bytes to an address; each of its pages must be visible."""
    while data:
        part = min(len(data), PAGE - va % PAGE)
        nt.memory.poke(va, data[:part])
        va += part
        data = data[part:]
