"""Writing to simulated memory from outside, past all protections, where `looking` sees memory."""

from __future__ import annotations

from ...runtime.mm.store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...runtime.system import System


def poke(nt: System, va: int, data: bytes, process: int = 0) -> None:
    """Bytes to an address, in the process with this id if there is one; each of its pages must be visible."""
    before = nt.memory.user
    space = next((one.space for one in nt.processes if one.id == process), before)
    nt.memory.switch_user(space)
    while data:
        part = min(len(data), PAGE - va % PAGE)
        nt.memory.poke(va, data[:part])
        va += part
        data = data[part:]
    nt.memory.switch_user(before)
